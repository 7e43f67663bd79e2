"""Each cause told once: mistakes that are alike gathered at their first cell, and those left out that only follow from others.

    gathered([fault("Budget!I11", "refers_nowhere", ...), fault("Budget!I12", "refers_nowhere", ...)])
    # [Fault("Budget!I11", "refers_nowhere", ..., others=("I12",), count=1)]

Formulas that were filled down are alike where they name the same cells seen from their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from xlperf.addresses import cell_name, column_number
from xlperf.drawing.faults import Fault

NAME = re.compile(r"(?P<sheet>.*)!(?P<column>[A-Z]{1,3})(?P<row>[1-9][0-9]*)")
ADDRESS = re.compile(
    r"(?<![\w.$])(?:(?P<sheet>'[^']+'|[^\W\d][\w.]*)!)?\$?(?P<column>[A-Z]{1,3})(?P<fixed>\$?)(?P<row>[1-9][0-9]*)(?![\w.(])"
)
BY_SHEET = ("no_line", "beside")  # of lines that are not understood, the first is described
BY_LINE = ("no_cell",)  # and of one line, its first cell
BY_TABLE = ("under_heading",)  # and of a table that runs into another, its first column
HIDING = (*BY_SHEET, *BY_LINE, *BY_TABLE, "no_sample")  # what refers to such a line cannot be read either
FOLLOWING = ("refers_", "rule_nowhere", "list_part", "note_of_")  # how what follows from those where it names such a line begins
OF_NOTHING = ("rule_of_nothing", "no_sections")  # what follows from those anyway

Place = tuple[str, int, int]  # sheet, row and column


def gathered(faults: Iterable[Fault]) -> list[Fault]:
    """The mistakes, those of one cause as one with the other cells beside it, without those that follow from others."""
    told = [*{str(each): each for each in faults}.values()]
    unread = {line for each in told if each.reason in HIDING for line in _lines(each)}
    causes: dict[tuple[object, ...], list[Fault]] = {}
    for each in told:
        if not unread or not _follows(each, unread):
            causes.setdefault(_cause(each), []).append(each)
    return [_as_one(first, [each.cell for each in rest]) for first, *rest in causes.values()]


def _as_one(first: Fault, cells: Sequence[str]) -> Fault:
    """A mistake with the other cells where the same is wrong."""
    home = _place(first.cell)
    if home is None:
        return first
    if first.reason in BY_SHEET:  # one cell of each line
        cells = [*{place[1]: cell for cell in reversed(cells) if (place := _place(cell)) and place[1] != home[1]}.values()]
    places = {place for cell in cells if cell != first.cell and (place := _place(cell))}
    ordered = sorted(places, key=lambda place: (place[0], place[2], place[1]))
    ranges = sorted(_ranges(ordered, home[0]))
    return replace(first, others=tuple(name for *_, name in ranges), count=len(places))


def _lines(each: Fault) -> Iterator[tuple[str, int]]:
    """Yield sheet and row of the lines that could not be read because of a mistake."""
    if (place := _place(each.cell)) is not None:
        sheet, row, _ = place
        first, last = each.lines or (row, row)
        yield from ((sheet, at) for at in range(first, last + 1))


def _place(cell: str) -> Place | None:
    """Sheet, row and column of a cell, as numbers from zero; None of what is none."""
    match = NAME.fullmatch(cell)
    return (match["sheet"], int(match["row"]) - 1, column_number(match["column"])) if match else None


def _follows(each: Fault, unread: set[tuple[str, int]]) -> bool:
    """Whether a mistake is one of a formula or list only because a line it stands in, or refers to, was not understood."""
    place = _place(each.cell)
    if place is None or not each.reason.startswith(FOLLOWING):
        return each.reason in OF_NOTHING
    named = " ".join(str(each.facts.get(name, "")) for name in ("found", "formula"))
    lines = {((match["sheet"] or place[0]).strip("'"), int(match["row"]) - 1) for match in ADDRESS.finditer(named)}
    return place[:2] in unread or bool(lines & unread)


def _cause(each: Fault) -> tuple[object, ...]:
    """What mistakes of one cause have in common."""
    place = _place(each.cell)
    if place is None:
        return each.reason, each.cell, each.text
    sheet, row, column = place
    if each.reason in BY_SHEET:
        return each.reason, sheet
    if each.reason in BY_LINE:
        return each.reason, sheet, row
    if each.reason in BY_TABLE:
        return each.reason, sheet, each.lines
    facts = tuple((name, _seen_from(str(value), row)) for name, value in each.facts.items())
    return (each.reason, sheet, column if each.reason.startswith("refers_") else None, *facts)


def _seen_from(text: str, row: int) -> str:
    """A formula with its cells as so many rows away."""

    def away(match: re.Match[str]) -> str:
        number = match["row"] if match["fixed"] else f"[{int(match['row']) - row}]"
        return f"{match['sheet'] or ''}!{match['column']}{number}"

    return ADDRESS.sub(away, text)


def _ranges(places: Sequence[Place], home: str) -> Iterator[tuple[str, int, str]]:
    """Yield sheet, first row and name of each run of cells below one another."""
    for _, run in groupby(enumerate(places), key=lambda pair: (pair[1][0], pair[1][2], pair[1][1] - pair[0])):
        inner = [place for _, place in run]
        (sheet, top, column), (_, bottom, _) = inner[0], inner[-1]
        names = [cell_name(row, column) for row in dict.fromkeys((top, bottom))]
        yield sheet, top, ("" if sheet == home else f"{sheet}!") + ":".join(names)
