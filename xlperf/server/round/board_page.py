"""The board: a row per unit in the order of the roster, how many stand how, a chart of the departments, and what goes on.

board_page(ask, standing)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from xlperf.messages import sentence
from xlperf.server.round.charts import departments_chart, receipts_chart
from xlperf.server.round.markup import ROOT, Child, Markup, address, page, say, table, tag
from xlperf.server.round.standing import Standing, as_written, key_of
from xlperf.server.round.visits import Ask
from xlperf.summarizing.board.rows import SPARED, STATES, BoardRow
from xlperf.summarizing.tables.units import board_table_of

SIGNS = {"passed": "✓", "query": "?", "returned": "✕", "unreadable": "✕", "missing": "○", "extended": "…", "exempt": "–"}
NAME, STATE = "unit_name", "state_of_unit"


def board_page(ask: Ask, standing: Standing) -> str:
    """The page; of a unit its own row alone."""
    counts = Counter(row.state for row in standing.board)
    shown = [row for row in standing.board if ask.state in ("", row.state)]
    of_bureau = not ask.visitor.is_unit and bool(standing.board)
    return page(
        ask,
        sentence("sheet_board", {}),
        tag("p", say("deadline", date=ask.served.deadline), class_="deadline") if ask.served.deadline else None,
        list(notices(standing)),
        _totals(counts, ask.state) if of_bureau else None,
        board_table(shown) if standing.board else tag("p", say("no_board"), class_="calm"),
        _charts(standing, ask.served.deadline) if of_bureau else None,
        here=ROOT if not ask.state else "",
    )


def notices(standing: Standing) -> Iterator[Markup]:
    """As of when the page is, what goes on, what cannot be read."""
    if standing.run:
        yield tag("p", say("as_of", time=as_written(standing.run["finished"])), class_="calm")
    if standing.goes_on and standing.waiting:
        facts = {"done": standing.done, "total": standing.done + standing.waiting}
        yield tag("p", say("goes_on", **facts), class_="notice", role="status")
    if standing.trouble:
        yield tag("p", say("trouble", reason=standing.trouble), class_="notice", role="alert")


def board_table(board: Sequence[BoardRow]) -> Markup:
    """Those rows as a table, with the columns of the exports; the name leads to the page of the unit."""
    exported = board_table_of(board)
    keys = [column.key for column in exported.columns]
    rows = (
        [_cell(key, value, row) for key, value in zip(keys, cells, strict=True)]
        for row, cells in zip(board, exported.rows(), strict=True)
    )
    return table(sentence("sheet_board", {}), [column.heading for column in exported.columns], rows, class_="board")


def _cell(key: str, value: object, row: BoardRow) -> Child:
    if key == NAME:
        return tag("a", row.name, href=address_of(row))
    return state_mark(row) if key == STATE else value


def state_mark(row: BoardRow) -> Markup:
    """How a unit stands, by a sign, a colour and in words."""
    return tag("span", tag("span", SIGNS[row.state], aria_hidden="true"), " ", row.state_in_words, class_=f"stands {row.state}")


def address_of(row: BoardRow) -> str:
    """The page of a unit."""
    return f"{ROOT}/units/{key_of(row)}"


def _totals(counts: Counter[str], wanted: str) -> Markup:
    """How many units stand how, each a link to those alone."""
    states = [state for state in (*STATES, *SPARED) if counts[state] or state in STATES]
    links = [("", sentence("count_roster", {}), sum(counts.values()))]
    links += [(state, sentence(f"unit_{state}", {}), counts[state]) for state in states]
    return tag(
        "ul",
        [
            tag(
                "li",
                tag("a", tag("strong", count), " ", name, href=address(ROOT, state=state), class_=state or None,
                    aria_current="true" if state == wanted else None),
            )
            for state, name, count in links
        ],
        class_="totals",
        aria_label=say("totals"),
    )  # fmt: skip


def _charts(standing: Standing, deadline: str) -> Markup:
    charts = [departments_chart(standing.board), receipts_chart(standing.run, standing.board, deadline) if standing.run else None]
    return tag("section", tag("h2", say("charts")), [chart for chart in charts if chart], class_="charts")
