"""Charts of a round as SVG in the page: how the units of each department stand, and how many units have sent something by when.

    departments_chart(board), receipts_chart(run, board, "2023-03-31")

Each has a title and says its figures in words, for whoever does not see it. Colours are attributes, for the policy of the server
allows no styles; signs and figures say the same as colours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import accumulate

from xlperf.collecting.run_log import Run
from xlperf.messages import clauses, listing, sentence
from xlperf.server.round.markup import Markup, say, tag
from xlperf.summarizing.board.rows import SPARED, STATES, BoardRow
from xlperf.summarizing.outcome import instant

COLOURS = {
    "passed": "#1b6e3c",
    "query": "#a34a00",
    "returned": "#b3261e",
    "unreadable": "#6d1a4f",
    "missing": "#8b97a5",
    "extended": "#1c5fa0",
    "exempt": "#c5ced8",
}
INK, CALM, LINE = "#1d2733", "#4d5a68", "#c5ced8"
WIDTH, MARGIN = 480, 8  # units of the drawing
ROW, BAR, NAMES, FIGURES = 34, 14, 0, 40
MOST_DEPARTMENTS, LONGEST_NAME = 14, 22
HEIGHT, FOOT, LEFT = 200, 24, 34
MOST_DAYS = 400  # between the first and the last receipt that are drawn
SIZE = 13  # of letters


def departments_chart(board: Sequence[BoardRow]) -> Markup | None:
    """A bar for each department, as long as it has units, in parts by how they stand; None where there is but one."""
    counts: dict[str, Counter[str]] = {}
    for row in board:
        counts.setdefault(row.supervisor, Counter())[row.state] += 1
    if len(counts) < 2:
        return None
    most = sorted(counts.items(), key=lambda item: -item[1].total())
    shown, others = most[:MOST_DEPARTMENTS], most[MOST_DEPARTMENTS:]
    lines = [(name or say("no_department"), count) for name, count in shown]
    if others:
        lines.append((say("other_departments", count=len(others)), sum((count for _, count in others), Counter())))
    longest = max(count.total() for _, count in lines)
    scale = (WIDTH - 2 * MARGIN - FIGURES) / longest
    drawn = [_bar(at, name, count, scale) for at, (name, count) in enumerate(lines)]
    told = clauses(f"{name}: {_in_words(count)}" for name, count in lines)
    used = [state for state in (*STATES, *SPARED) if any(count[state] for _, count in lines)]
    return _figure("by_department", told, len(lines) * ROW + MARGIN, drawn, _key(used))


def _bar(at: int, name: str, counts: Mapping[str, int], scale: float) -> Markup:
    top, left, parts = at * ROW + MARGIN, float(MARGIN), []
    for state in (*STATES, *SPARED):
        if counts[state]:
            width = counts[state] * scale
            parts.append(tag("rect", x=f"{left:.1f}", y=top + 14, width=f"{width:.1f}", height=BAR, fill=COLOURS[state],
                             stroke="#fff"))  # fmt: skip
            left += width
    short = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
    total = sum(counts.values())
    label = f"{short} {say('passed_of', passed=counts['passed'], total=total)}"
    return tag("g", tag("text", label, x=MARGIN, y=top + 10, font_size=SIZE, fill=INK), parts)


def receipts_chart(run: Run, board: Sequence[BoardRow], deadline: str) -> Markup | None:
    """How many units had sent something by the end of each day; None where all came on one day."""
    received = {entry["path"]: instant(entry["received"]).date() for entry in run["files"]}
    first = [min(days) for row in board if (days := [received[path] for path in row.paths if path in received])]
    by_day = Counter(first)
    if len(by_day) < 2:
        return None
    end = _day(deadline)
    begin, last = min(by_day), max([*by_day, *([end] if end and abs((end - min(by_day)).days) < MOST_DAYS else [])])
    span = max((last - begin).days, 1)
    days = sorted(by_day)
    sums = list(accumulate(by_day[day] for day in days))
    top = len(board)

    def x(day: date) -> float:
        return LEFT + (WIDTH - LEFT - MARGIN) * (day - begin).days / span

    def y(count: int) -> float:
        return MARGIN + (HEIGHT - FOOT - 2 * MARGIN) * (1 - count / top)

    steps = [
        f"V{y(count):.1f}" if day == begin else f"H{x(day):.1f}V{y(count):.1f}" for day, count in zip(days, sums, strict=True)
    ]
    path = f"M{x(begin):.1f} {y(0):.1f}{''.join(steps)}"
    parts = [
        *[
            tag("g", tag("line", x1=LEFT, x2=WIDTH - MARGIN, y1=f"{y(count):.1f}", y2=f"{y(count):.1f}", stroke=LINE),
                tag("text", count, x=LEFT - 4, y=f"{y(count) + 4:.1f}", font_size=SIZE, fill=CALM, text_anchor="end"))
            for count in sorted({0, top // 2, top})
        ],
        tag("path", d=f"{path}H{x(last):.1f}", fill="none", stroke=COLOURS["passed"], stroke_width=2),
        tag("text", f"{begin:%m-%d}", x=LEFT, y=HEIGHT - 6, font_size=SIZE, fill=CALM),
        tag("text", f"{last:%m-%d}", x=WIDTH - MARGIN, y=HEIGHT - 6, font_size=SIZE, fill=CALM, text_anchor="end"),
    ]  # fmt: skip
    if end and begin <= end <= last:
        parts.append(tag("line", x1=f"{x(end):.1f}", x2=f"{x(end):.1f}", y1=MARGIN, y2=f"{y(0):.1f}", stroke=COLOURS["returned"],
                         stroke_dasharray="4 3"))  # fmt: skip
    told = say("receipts_told", begin=begin.isoformat(), last=days[-1].isoformat(), count=sums[-1], total=top)
    key = tag("p", say("deadline", date=deadline), class_="key") if end and begin <= end <= last else None
    return _figure("receipts", told, HEIGHT, parts, key)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _in_words(counts: Mapping[str, int]) -> str:
    return listing(f"{sentence(f'unit_{state}', {})} {counts[state]}" for state in (*STATES, *SPARED) if counts[state])


def _key(states: Sequence[str]) -> Markup:
    """What the colours mean."""

    def item(state: str) -> Markup:
        patch = tag("svg", tag("rect", width=12, height=12, fill=COLOURS[state]), width=12, height=12, aria_hidden="true")
        return tag("li", patch, " ", sentence(f"unit_{state}", {}))

    return tag("ul", [item(state) for state in states], class_="key")


def _figure(key: str, told: str, height: int, parts: Sequence[Markup], below: Markup | None) -> Markup:
    drawing = tag(
        "svg",
        tag("title", say(key)),
        tag("desc", told),
        parts,
        viewBox=f"0 0 {WIDTH} {height}",
        role="img",
        aria_label=f"{say(key)}: {told}",
        font_family="sans-serif",
    )
    return tag("figure", tag("figcaption", say(key)), drawing, below)
