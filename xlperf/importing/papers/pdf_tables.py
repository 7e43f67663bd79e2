"""The tables of a PDF, by the lines that are ruled around their cells.

    tables = ruled_tables(page)                                    # their rows of cells, from top to bottom
    grid_of(joined_tables, number=1)                               # a Grid, as from Word

Where no line is ruled between two cells they are one merged cell. A table that is ruled on goes on over the page, and a cell in
it whose last line was full. What is not ruled is no table: its columns would have to be guessed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from xlperf.importing.papers.page import Cell, Grid, Place
from xlperf.importing.papers.pdf_lines import Char, PrintedLine, PrintedPage, Stroke, goes_on, lines_of, text_of

NEAR = 3.0  # points within which lines touch, or are one
LEAST = 2  # cells
USUAL_PADDING, MOST_PADDING = 5.4, 9.0  # points between a cell's ruling and its text


class RuledCell(NamedTuple):
    """A cell: its box, its lines, whether it goes on from the row above."""

    x0: float
    x1: float
    lines: tuple[PrintedLine, ...]
    continued: bool = False


Row = tuple[RuledCell, ...]


class RuledTable(NamedTuple):
    """A table on one page, or a table that was joined of several pages."""

    rows: tuple[Row, ...]
    x0: float
    x1: float
    top: float
    bottom: float

    def holds(self, char: Char) -> bool:
        """Whether a character stands in the table."""
        middle = (char.x0 + char.x1) / 2
        return self.x0 <= middle <= self.x1 and self.bottom <= char.middle <= self.top


def ruled_tables(page: PrintedPage) -> list[RuledTable]:
    """The tables of a page, from top to bottom."""
    found = (_table(group, page.chars) for group in _groups(list(_whole(page.strokes))))
    tables = [table for table in found if table and sum(not cell.continued for row in table.rows for cell in row) >= LEAST]
    outer = [table for table in tables if not any(_is_inside(table, other) for other in tables if other is not table)]
    return sorted(outer, key=lambda table: -table.top)


def _is_inside(table: RuledTable, other: RuledTable) -> bool:
    """Whether a table stands in a cell of another one: it is read as the text of that cell."""
    is_beside = other.x0 - NEAR <= table.x0 and table.x1 <= other.x1 + NEAR
    return is_beside and other.bottom - NEAR <= table.bottom and table.top <= other.top + NEAR


# --- from ruled lines to cells -------------------------------------------------------------------------------


def _is_level(stroke: Stroke) -> bool:
    return stroke.y0 == stroke.y1


def _whole(strokes: Sequence[Stroke]) -> Iterator[Stroke]:
    """Yield the lines, those that go on in one another as one: many programs rule every cell by itself."""
    level = sorted((round(stroke.y0), stroke.x0, stroke.x1, stroke.y0) for stroke in strokes if _is_level(stroke))
    upright = sorted((round(stroke.x0), stroke.y0, stroke.y1, stroke.x0) for stroke in strokes if not _is_level(stroke))
    for lines, is_level in ((level, True), (upright, False)):
        for line in _joined_lines(lines):
            begin, end, at = line
            yield Stroke(begin, at, end, at) if is_level else Stroke(at, begin, at, end)


def _joined_lines(lines: Iterable[tuple[int, float, float, float]]) -> Iterator[tuple[float, float, float]]:
    """Yield beginning, end and place of lines that are sorted by place and beginning."""
    last: tuple[int, float, float, float] | None = None
    for line in lines:
        if last and line[0] - last[0] <= 1 and last[1] <= line[1] <= last[2] + NEAR:
            last = (last[0], last[1], max(last[2], line[2]), last[3])
            continue
        if last:
            yield last[1:]
        last = line
    if last:
        yield last[1:]


def _groups(strokes: Sequence[Stroke]) -> Iterator[list[Stroke]]:
    """Yield the lines that touch one another."""
    level = [stroke for stroke in strokes if _is_level(stroke)]
    upright = [stroke for stroke in strokes if not _is_level(stroke)]
    leader = list(range(len(strokes)))

    def first(number: int) -> int:
        while leader[number] != number:
            leader[number] = leader[leader[number]]
            number = leader[number]
        return number

    for at, one in enumerate(level):
        for number, other in enumerate(upright, len(level)):
            is_across = one.x0 - NEAR <= other.x0 <= one.x1 + NEAR
            if is_across and other.y0 - NEAR <= one.y0 <= other.y1 + NEAR:
                leader[first(number)] = first(at)
    groups: dict[int, list[Stroke]] = {}
    for number, stroke in enumerate([*level, *upright]):
        groups.setdefault(first(number), []).append(stroke)
    yield from groups.values()


def _table(strokes: Sequence[Stroke], chars: Iterable[Char]) -> RuledTable | None:
    """The table that lines rule, None where they rule none."""
    upright = [stroke for stroke in strokes if not _is_level(stroke)]
    level = [stroke for stroke in strokes if _is_level(stroke)]
    xs = _apart([*(stroke.x0 for stroke in upright), *_ends((stroke.x0, stroke.x1) for stroke in level)])
    ys = _apart([*(stroke.y0 for stroke in level), *_ends((stroke.y0, stroke.y1) for stroke in upright)])[::-1]
    if len(xs) < 2 or len(ys) < 2:
        return None
    regions = _regions(xs, ys, level=level, upright=upright)
    table = RuledTable((), xs[0], xs[-1], ys[0], ys[-1])
    inside: dict[int, list[Char]] = {}
    for char in chars:
        if table.holds(char):
            column = min(bisect_right(xs, (char.x0 + char.x1) / 2) - 1, len(xs) - 2)
            row = next(at for at in range(len(ys) - 1) if char.middle >= ys[at + 1])
            inside.setdefault(regions[row][column], []).append(char)
    lines = {region: tuple(lines_of(listed)) for region, listed in inside.items()}
    rows = [tuple(_cells(row, above, xs, lines)) for row, above in zip(regions, [[], *regions], strict=False)]
    return table._replace(rows=tuple(rows))


def _ends(lines: Iterable[tuple[float, float]]) -> list[float]:
    """The outermost ends of lines: a table may be open at a side, or at the edge of a page."""
    numbers = [number for line in lines for number in line]
    return [min(numbers), max(numbers)] if numbers else []


def _apart(numbers: Iterable[float]) -> list[float]:
    """The different ones of numbers, in their order; those that are near one another are one."""
    found: list[float] = []
    for number in sorted(numbers):
        if not found or number - found[-1] > NEAR:
            found.append(number)
    return found


def _regions(xs: Sequence[float], ys: Sequence[float], *, level: Sequence[Stroke], upright: Sequence[Stroke]) -> list[list[int]]:
    """For every row and column between two lines the number of the cell there; merged cells have one number."""
    width, height = len(xs) - 1, len(ys) - 1
    regions = [[row * width + column for column in range(width)] for row in range(height)]

    def merge(one: int, other: int) -> None:
        for row in regions:
            row[:] = [one if number == other else number for number in row]

    for row in range(height):
        middle = (ys[row] + ys[row + 1]) / 2
        walls = {_nearest(xs, stroke.x0) for stroke in upright if stroke.y0 <= middle <= stroke.y1}
        for column in range(1, width):
            if column not in walls and regions[row][column] != regions[row][column - 1]:
                merge(regions[row][column - 1], regions[row][column])
    for column in range(width):
        middle = (xs[column] + xs[column + 1]) / 2
        floors = {_nearest(ys, stroke.y0) for stroke in level if stroke.x0 <= middle <= stroke.x1}
        for row in range(1, height):
            if row not in floors and regions[row][column] != regions[row - 1][column]:
                merge(regions[row - 1][column], regions[row][column])
    return regions


def _nearest(numbers: Sequence[float], number: float) -> int:
    return min(range(len(numbers)), key=lambda at: abs(numbers[at] - number))


def _cells(
    row: Sequence[int], above: Sequence[int], xs: Sequence[float], lines: dict[int, tuple[PrintedLine, ...]]
) -> Iterator[RuledCell]:
    """Yield the cells of one row."""
    begin = 0
    for end in range(1, len(row) + 1):
        if end == len(row) or row[end] != row[begin]:
            yield RuledCell(xs[begin], xs[end], lines.get(row[begin], ()), row[begin] in above)
            begin = end


# --- over several pages --------------------------------------------------------------------------------------


def goes_on_below(table: RuledTable, other: RuledTable) -> bool:
    """Whether a table at the top of a page is the rest of the one at the bottom of the page before.

    They are ruled at the same margins, and the second does not begin as the first did with something else behind it, as the
    paper of another project does.
    """
    if abs(table.x0 - other.x0) > NEAR or abs(table.x1 - other.x1) > NEAR:
        return False
    pairs = ((_texts(row), _texts(again)) for row, again in zip(table.rows, other.rows, strict=False))
    first, second = next(((row, again) for row, again in pairs if row != again), ([], []))
    return not first or first[:1] != second[:1]


def joined_tables(table: RuledTable, other: RuledTable) -> RuledTable:
    """The table and its rest as one; a header that is printed again is there once, a row that was cut is one row."""
    rows = list(other.rows)
    header = next((at for at, (row, again) in enumerate(zip(table.rows, rows, strict=False)) if _texts(row) != _texts(again)), 0)
    rest = rows[header:]
    if rest and _is_cut(table.rows[-1], rest[0], padding=_padding(table)):
        pairs = zip(table.rows[-1], rest.pop(0), strict=True)
        last = tuple(cell._replace(lines=cell.lines + below.lines) for cell, below in pairs)
        return table._replace(rows=(*table.rows[:-1], last, *rest))
    return table._replace(rows=(*table.rows, *rest))


def _is_cut(row: Row, below: Row, *, padding: float) -> bool:
    """Whether a row goes on in the first one of the next page: all that stands there goes on from lines that were full."""
    is_ruled_so = len(row) == len(below) and all(abs(cell.x0 - rest.x0) <= NEAR for cell, rest in zip(row, below, strict=True))
    pairs = [(cell, rest) for cell, rest in zip(row, below, strict=False) if rest.lines]
    return (
        is_ruled_so
        and 0 < len(pairs) < sum(bool(cell.lines) for cell in row)
        and all(cell.lines and goes_on(cell.lines[-1], rest.lines[0], _room(cell, padding)) for cell, rest in pairs)
    )


def _texts(row: Row) -> list[str]:
    return [text for cell in row if (text := "".join(line.text for line in cell.lines))]


# --- as a grid -----------------------------------------------------------------------------------------------


def grid_of(table: RuledTable, number: int) -> Grid:
    """The table as the page of a report has it."""
    xs = _apart(edge for row in table.rows for cell in row for edge in (cell.x0, cell.x1))
    padding = _padding(table)
    rows: list[tuple[Cell, ...]] = []
    for at, row in enumerate(table.rows, 1):
        above = {cell.column: cell for cell in rows[-1]} if rows else {}
        cells = []
        for number_in_row, ruled in enumerate(row, 1):
            cell = _cell(ruled, Place("cell", number, at, number_in_row), xs, padding)
            before = above.get(cell.column)
            cells.append(cell._replace(place=before.place) if cell.continued and before else cell)
        rows.append(tuple(cells))
    return Grid(tuple(rows), Place("table", number))


def _cell(cell: RuledCell, place: Place, xs: Sequence[float], padding: float) -> Cell:
    column = _nearest(xs, cell.x0)
    width = max(1, _nearest(xs, cell.x1) - column)
    return Cell(text_of(cell.lines, _room(cell, padding)), place, column, width, cell.continued)


def _room(cell: RuledCell, padding: float) -> float:
    return cell.x1 - cell.x0 - 2 * padding


def _padding(table: RuledTable) -> float:
    """How far from its ruling a text stands at least."""
    gaps = [line.x0 - cell.x0 for row in table.rows for cell in row for line in cell.lines]
    return min([*(gap for gap in gaps if 0 <= gap <= MOST_PADDING), USUAL_PADDING]) if gaps else USUAL_PADDING
