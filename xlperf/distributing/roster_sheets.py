"""The sheets of a roster, each parted into its headings and the lines below them; what is merged counts for all its lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from xlperf.distributing.roster_file import Grid, MergedCells, NumberedLine, UncomputedCell, read_grids
from xlperf.distributing.roster_headings import is_skipped, known_columns, shown, words_for
from xlperf.messages import listing, sentence

MOST_TITLES = 10  # lines among which the headings are looked for


class Line(NamedTuple):
    """One line of a roster: what stands in it by heading, None where it is blank."""

    sheet: str  # "" in a CSV file
    number: int  # as a spreadsheet program shows it
    cells: Mapping[str, object]

    @property
    def place(self) -> str:
        """Sheet and line, in words."""
        return sentence("roster_sheet_line" if self.sheet else "roster_line", {"sheet": self.sheet, "line": self.number})


class Sheet(NamedTuple):
    """What stands below the headings of one sheet, and what is wrong there."""

    title: str
    headings: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    complaints: tuple[str, ...] = ()


def read_sheets(path: Path) -> list[Sheet]:
    """Every sheet; the first is the list of units, on the others a code names them as well."""
    return [_sheet(grid, {"code", "name"} if number else {"name"}) for number, grid in enumerate(read_grids(path))]


def _sheet(grid: Grid, wanted: set[str]) -> Sheet:
    """Part a sheet into its headings, among them one of the wanted columns, and the lines below them."""
    numbered = list(grid.lines)
    if not numbered:
        return Sheet(grid.title)
    at = _headings_at([list(filter(None, map(shown, cells))) for _, cells in numbered[:MOST_TITLES]], wanted)
    number, cells = numbered[at]
    headings = {column: shown(cell) for column, cell in enumerate(cells) if shown(cell)}
    below = _with_merged_texts(numbered[at + 1 :], [span for span in grid.merged if span.first > number])
    lines = [(_line(grid.title, headings, line), line) for line in below]
    complaints = [*_repeated_headings(Line(grid.title, number, {}), headings.values())]
    for line, (_, cells) in lines:
        complaints += _wrong_cells(line, headings, cells)
    used = tuple(line for line, _ in lines if any(value is not None for _, value in _counted(line)))
    return Sheet(grid.title, tuple(headings.values()), used, tuple(complaints))


def _headings_at(lines: Sequence[Sequence[str]], wanted: set[str]) -> int:
    """Which line has the headings: the first that has one of those, below titles alone in their lines or at least shorter."""
    for at, texts in enumerate(lines):
        if known_columns(texts).keys() & wanted and all(len(above) < max(2, len(texts)) for above in lines[:at]):
            return at
    return 0


def _with_merged_texts(lines: Sequence[NumberedLine], merged: Iterable[MergedCells]) -> list[NumberedLine]:
    """The lines, a text that was merged downwards in every one of its own; of whom a merged amount is nobody can tell."""
    rows = {number: list(cells) for number, cells in lines}
    for span in merged:
        value = rows[span.first][span.column] if span.first in rows and span.column < len(rows[span.first]) else None
        if not isinstance(value, str):
            continue
        for number in range(span.first + 1, min(span.last, max(rows)) + 1):
            if cells := rows.get(number):
                cells += [None] * (span.column + 1 - len(cells))
                cells[span.column] = value
    return list(rows.items())


def _line(title: str, headings: Mapping[int, str], line: NumberedLine) -> Line:
    """The cells of a line by their headings."""
    number, cells = line
    return Line(title, number, {text: cells[column] if column < len(cells) else None for column, text in headings.items()})


def _counted(line: Line) -> list[tuple[str, object]]:
    """The cells of a line that count, with their headings."""
    return [(heading, value) for heading, value in line.cells.items() if not is_skipped(heading)]


def _repeated_headings(line: Line, headings: Iterable[str]) -> Iterator[str]:
    """Yield the headings that stand twice."""
    for heading, count in Counter(headings).items():
        if count > 1:
            yield sentence("roster_same_column", {"place": line.place, "found": heading, "other": heading})


def _wrong_cells(line: Line, headings: Mapping[int, str], cells: Sequence[object]) -> Iterator[str]:
    """Yield what is wrong in a line: cells below no heading, "as above", formulas nobody computed."""
    beside = [shown(cell) for column, cell in enumerate(cells) if shown(cell) and column not in headings]
    if beside:
        yield sentence("roster_no_heading", {"place": line.place, "found": listing(beside)})
    for heading, value in _counted(line):
        if shown(value).lower() in words_for("as_above"):
            yield sentence("roster_as_above", {"place": line.place, "heading": heading, "found": shown(value)})
    for _, value in _counted(line):
        if isinstance(value, UncomputedCell):
            yield sentence("roster_not_computed", {"place": line.place, "cell": value})
