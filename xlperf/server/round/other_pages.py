"""What changed since the last run or since a moment, what the bureau can take home, and what is told in place of a page.

changes_page(ask, standing), exports_page(ask, standing), refusal_page(ask, problem), received_page(ask, row, received)
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import quote

from xlperf.files import moment
from xlperf.messages import sentence
from xlperf.server.problems import Problem
from xlperf.server.round.board_page import address_of, notices, state_mark
from xlperf.server.round.downloads import exports
from xlperf.server.round.markup import ROOT, Child, Markup, address, page, say, table, tag
from xlperf.server.round.standing import Standing, as_written
from xlperf.server.round.visits import Ask
from xlperf.summarizing.board.decisions import decision_as_text
from xlperf.summarizing.board.rows import BoardRow
from xlperf.summarizing.outcome import EARLIEST, instant

CHANGES, EXPORTS = f"{ROOT}/changes", f"{ROOT}/exports"


def changes_page(ask: Ask, standing: Standing) -> str:
    """What the last run changed, in words, for the bureau; and unit by unit what came in and was decided since a moment."""
    since = ask.since if _begin(ask.since) else ""
    changes = standing.run["changes"] if standing.run and not ask.visitor.is_unit else None
    last = changes["since"] if changes else ""
    rows = list(_changed(standing, since or last)) if since or last else []
    headings = [sentence(f"head_{key}", {}) for key in ("unit_name", "state_of_unit")] + [say("what_changed")]
    return page(
        ask,
        say("changes"),
        list(notices(standing)),
        _last_run(changes["words"], last) if changes else None,
        tag("h2", say("since", time=as_written(since or last))) if since or last else tag("p", say("say_since"), class_="calm"),
        table(say("changes"), headings, rows) if rows else None,
        tag("p", say("nothing_changed"), class_="calm") if (since or last) and not rows else None,
        _ask_since(since),
        here=CHANGES,
    )


def _last_run(words: list[str], since: str) -> Markup:
    heading = tag("h2", say("last_run", time=as_written(since)))
    return tag("section", heading, tag("ul", [tag("li", text) for text in words]))


def _ask_since(since: str) -> Markup:
    """A moment to type in, and an address to keep that shows next time what is new since this visit."""
    form = tag(
        "form",
        tag("label", say("since_moment"), for_="since"),
        tag("input", type="datetime-local", id="since", name="since", value=since[:16] or None, required=True),
        tag("button", say("show"), type="submit"),
        method="get",
        action=CHANGES,
    )
    keep = tag("a", say("keep_this_address"), href=address(CHANGES, since=moment()))
    return tag("section", form, tag("p", keep), class_="since")


def _changed(standing: Standing, since: str) -> Iterator[list[Child]]:
    """The units of which something came in, or about which something was decided or taken back, with what."""
    begin = _begin(since) or EARLIEST
    for row in standing.board:
        told: list[Child] = [
            tag("li", say("came", file=entry["path"].rpartition("/")[2], time=as_written(entry["received"])))
            for entry in standing.files_of(row)
            if instant(entry["received"]) >= begin
        ]
        for taken in standing.decisions_about(row):
            if instant(taken.decision.time) >= begin:
                told.append(tag("li", decision_as_text(taken.decision)))
            if taken.undone and instant(taken.undone) >= begin:
                told.append(tag("li", tag("s", decision_as_text(taken.decision)), " ",
                                say("taken_back", by=taken.undone_by or "—", day=taken.undone[:10])))  # fmt: skip
        if told:
            yield [tag("a", row.name, href=address_of(row)), state_mark(row), tag("ul", told)]


def _begin(since: str) -> datetime | None:
    """The moment since which something is new, one without a time zone by the clock of the server; None of what is no moment."""
    try:
        found = datetime.fromisoformat(since)
        return (found if found.tzinfo else found.astimezone()).astimezone(UTC)
    except (ValueError, OverflowError, OSError):  # no date, or one on which no clock of the system can tell the time zone
        return None


def exports_page(ask: Ask, standing: Standing) -> str:
    """The exports of the last run."""
    paths = exports(ask.served, standing)
    items = [tag("li", tag("a", path, href=f"{EXPORTS}/{quote(path)}")) for path in paths]
    listed = tag("ul", items, class_="files") if items else tag("p", say("no_exports"), class_="calm")
    return page(ask, say("exports"), list(notices(standing)), listed, here=EXPORTS)


class Received(NamedTuple):
    """What came of an upload."""

    name: str  # under which it lies in the inbox, its folder included
    verdict: str  # what validation says of it now, in one line
    is_new: bool = True  # False: the same content lay there already


def received_page(ask: Ask, row: BoardRow, received: Received) -> str:
    """What is told to who sent a file in."""
    key = "received" if received.is_new else "received_before"
    back = tag("p", tag("a", say("back_to_unit"), href=address_of(row)))
    told = tag("p", say(key, file=received.name), class_="notice", role="status")
    return page(
        ask, row.name, told, tag("p", say("verdict_now", verdict=received.verdict)), tag("p", say("until_collected")), back
    )


def refusal_page(ask: Ask, problem: Problem) -> str:
    """What is told where there is no such page, or it is not for whoever asks."""
    back = tag("p", tag("a", say("back"), href=ROOT)) if problem["code"] != "no_unit_of_user" else None
    return page(ask, say("refused"), tag("p", problem["detail"], role="alert"), back)
