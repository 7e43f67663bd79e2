r"""A plain text as a page: tabs and blank lines show where its tables were.

    >>> page = read_text("7. Budget\n\n\tItem\n\tSpent\n\n\tTraining\n\t4.68\n\n\n8. Tasks")
    >>> [len(item.rows) for item in page.items if isinstance(item, Grid)]
    [2]

A page copied from a browser has upright strokes between the cells of a row, and lacks the cells that merged ones cover.
Converters of Word documents begin every cell with a tab on a line of its own, end every paragraph of a cell with a line end
and every row with a blank line; a cell whose last paragraph is blank looks like the end of its row, so short rows are put
together where that gives rows as long as the others. Word itself and the clipboard put a row on one line, with tabs between
its cells. A run of four spaces inside a line is where such a text lost the end of a paragraph and kept the indent of the next.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from xlperf.importing.papers.page import Cell, Grid, Item, Line, Page, Place

LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
INDENT = re.compile(" {4,}|\u3000{2,}|\u00a0{4,}")
MOST_LINES = 200  # by which the width of a table is judged
ON_ONE_LINE = 2  # tabs between the cells of a row on one line; a single tab is an indent or a label with its value
TAB = "\t"
PIPE = "|"  # what pages copied from a browser, and Markdown, have between the cells of a row
RULE = re.compile(r"[|\s:-]+")  # the line under the header in Markdown
LEAST_ROWS = 2  # of a table divided by strokes
LEAST_ALONE = 6  # lines with a cell each, of a text that lost its rows


class Text(NamedTuple):
    """A line of the text, or the cell that begins on it."""

    words: str
    number: int  # of the line

    @property
    def is_cell(self) -> bool:
        return self.words.startswith(TAB)

    @property
    def is_blank(self) -> bool:
        return not self.words.strip()

    @property
    def is_row(self) -> bool:
        """Whether the line holds all cells of a row."""
        return self.words.count(TAB) >= ON_ONE_LINE and TAB in self.words.strip()


Row = list[Text]


def read_text(text: str) -> Page:
    """Return what stands in a text."""
    lines = [Text(line, number) for number, line in enumerate(LINE_ENDS.sub("\n", text).split("\n"), 1)]
    return Page(tuple(_items(lines)))


def _items(lines: Sequence[Text]) -> Iterator[Item]:
    at = tables = 0
    while at < len(lines):
        rows, end = _piped_table(lines, at)
        is_piped = bool(rows)
        if not rows:
            rows, end = _table(lines, at)
        if rows:
            tables += 1
            yield Grid(tuple(_cells(row) for row in rows), Place("table", tables), loose=is_piped)
        else:
            end = max(end, at + 1)
            for line in lines[at:end]:
                yield from _paragraphs(line)
        at = end


def _cells(row: Row) -> tuple[Cell, ...]:
    return tuple(Cell(text.words.strip(), Place("line", text.number), column) for column, text in enumerate(row))


def _paragraphs(line: Text) -> Iterator[Line]:
    """The paragraphs on a line: one, unless a run of spaces shows that more were joined."""
    for part in INDENT.split(line.words):
        if part.strip() or line.is_blank:
            yield Line(part, Place("line", line.number))


def _table(lines: Sequence[Text], at: int) -> tuple[list[Row], int]:
    """The rows of the table that begins at that line, none if none does, and the line behind what was looked at."""
    end = at
    while end < len(lines) and lines[end].is_row:
        end += 1
    if end - at > 1:
        return [[Text(cell, line.number) for cell in line.words.split(TAB)] for line in lines[at:end]], end
    if not lines[at].is_cell:
        return [], at
    rows, end = _cells_on_lines(lines, at)
    is_table = len(rows) > 1 and max(map(len, rows)) > 1  # else paragraphs indented with a tab
    return (rows if is_table else []), end


def _piped_table(lines: Sequence[Text], at: int) -> tuple[list[Row], int]:
    """The rows of a table that begins there whose cells are divided by upright strokes, none if none does."""
    end = at
    while end < len(lines) and PIPE in lines[end].words:
        end += 1
    if end - at < LEAST_ROWS:
        return [], at
    rows = [line for line in lines[at:end] if not RULE.fullmatch(line.words)]
    return [[Text(cell, line.number) for cell in line.words.strip().removeprefix(PIPE).split(PIPE)] for line in rows], end


def cells_stand_on_lines(text: str) -> bool:
    """Whether most lines are one cell of a table and a stroke: nobody can tell where its rows end."""
    lines = [line.strip() for line in LINE_ENDS.sub("\n", text).split("\n") if line.strip()]
    alone = sum(line.endswith(PIPE) and line.count(PIPE) == 1 for line in lines)
    return alone >= LEAST_ALONE and 2 * alone > len(lines)


def _cells_on_lines(lines: Sequence[Text], at: int) -> tuple[list[Row], int]:
    """Rows of a table whose cells begin with a tab, each on a line of its own."""
    width = _usual_width(lines, at)
    rows: list[Row] = []
    row: Row = []
    blanks, end = 0, at
    for position in range(at, len(lines)):
        line = lines[position]
        if line.is_cell:
            if blanks and row and _ends(row, width, lines, position):
                rows.append(row)
                row = []
            row.append(Text(line.words.removeprefix(TAB), line.number))
        elif line.is_blank:
            blanks += 1
            continue
        elif blanks and not (blanks == 1 and len(row) < width):
            break
        else:  # another paragraph of the cell
            cell = row[-1]
            row[-1] = Text(f"{cell.words}\n{line.words}", line.number if cell.is_blank else cell.number)
        blanks, end = 0, position + 1
    if row:
        rows.append(row)
    return rows, end


def _usual_width(lines: Sequence[Text], at: int) -> int:
    """How many cells most rows of the table have."""
    rows: Counter[int] = Counter()
    for is_filled, run in groupby(lines[at : _text_behind(lines, at)], key=lambda line: line.is_cell or not line.is_blank):
        if is_filled:
            rows[sum(line.is_cell for line in run)] += 1
    return max(rows, key=lambda width: (rows[width] * width, width), default=0)


def _text_behind(lines: Sequence[Text], at: int) -> int:
    """The first line behind two blank ones that begins no cell."""
    for position in range(at + 2, min(at + MOST_LINES, len(lines))):
        line, before = lines[position], lines[position - 1].words or lines[position - 2].words
        if not line.is_blank and not line.is_cell and not before:
            return position
    return at + MOST_LINES


def _ends(row: Row, width: int, lines: Sequence[Text], position: int) -> bool:
    """Whether the blank line before that position ends the row; it does not where what follows makes it as long as the others."""
    following = 0
    while position + following < len(lines) and lines[position + following].is_cell:
        following += 1
    return len(row) >= width or len(row) + following > width
