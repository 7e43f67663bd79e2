r"""A plain-text dump of a paper as a flow: where its tables were there are tabs and blank lines.

    >>> flow = read_dump("7. Budget\n\n\tItem\n\tSpent\n\n\tTraining\n\t4.68\n\n\n8. Tasks")
    >>> [len(item.rows) for item in flow.items if isinstance(item, Grid)]
    [2]

Converters of Word documents begin every cell with a tab on a line of its own, end every paragraph of a cell with a line end
and every row with a blank line; a cell whose last paragraph is blank looks like the end of its row, so short rows are put
together where that gives rows as long as the others. Word itself and the clipboard put a row on one line, with tabs between
its cells. A run of four spaces inside a line is where such a dump lost the end of a paragraph and kept the indent of the next.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from xlperf.importing.page import Cell, Flow, Grid, Line, Place

LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
INDENT = re.compile(" {4,}|\u3000{2,}|\u00a0{4,}")
MOST_LINES = 200  # by which the width of a table is judged
ON_ONE_LINE = 2  # tabs between the cells of a row on one line; a single tab is an indent or a label with its value
Part = tuple[str, int]  # the text of a cell or a line and the number of its line


def read_dump(text: str) -> Flow:
    """Return the flow of a text."""
    lines = [(line, number) for number, line in enumerate(LINE_ENDS.sub("\n", text).split("\n"), 1)]
    return Flow(tuple(_items(lines)))


def _items(lines: list[Part]) -> Iterator[Line | Grid]:
    at = tables = 0
    while at < len(lines):
        rows, end = _table(lines, at)
        if rows:
            tables += 1
            yield Grid(tuple(_row(row) for row in rows), Place("table", tables))
        else:
            end = max(end, at + 1)
            for text, number in lines[at:end]:
                yield from (Line(part, Place("line", number)) for part in INDENT.split(text) if part.strip() or not text.strip())
        at = end


def _row(parts: list[Part]) -> tuple[Cell, ...]:
    return tuple(Cell(text.strip(), Place("line", number), column) for column, (text, number) in enumerate(parts))


def _table(lines: list[Part], at: int) -> tuple[list[list[Part]], int]:
    """The rows of the table that begins at that line, none if none does, and the line behind what was looked at."""
    end = at
    while end < len(lines) and _is_row(lines[end][0]):
        end += 1
    if end - at > 1:
        return [[(cell, number) for cell in line.split("\t")] for line, number in lines[at:end]], end
    rows, end = _cells_on_lines(lines, at) if lines[at][0].startswith("\t") else ([], at)
    return (rows if len(rows) > 1 and max(map(len, rows)) > 1 else [], end)  # else paragraphs indented with a tab


def _is_row(line: str) -> bool:
    return line.count("\t") >= ON_ONE_LINE and "\t" in line.strip()


def _cells_on_lines(lines: list[Part], at: int) -> tuple[list[list[Part]], int]:
    """Rows of a table whose cells begin with a tab, each on a line of its own."""
    width = _usual_width(lines, at)
    rows: list[list[Part]] = []
    row: list[Part] = []
    blanks, end = 0, at
    for position in range(at, len(lines)):
        text, number = lines[position]
        if text.startswith("\t"):
            if blanks and row and _ends(row, width, lines, position):
                rows.append(row)
                row = []
            row.append((text[1:], number))
        elif not text.strip():
            blanks += 1
            continue
        elif blanks and not (blanks == 1 and len(row) < width):
            break
        else:
            row[-1] = (f"{row[-1][0]}\n{text}", row[-1][1] if row[-1][0].strip() else number)
        blanks, end = 0, position + 1
    return [*rows, *([row] if row else [])], end


def _usual_width(lines: list[Part], at: int) -> int:
    """How many cells most rows of the table have."""
    runs: Counter[int] = Counter()
    here = (line for line, _ in lines[at : _text_behind(lines, at)])
    for filled, run in groupby(here, key=lambda line: bool(line) and (line.startswith("\t") or bool(line.strip()))):
        if filled:
            runs[sum(line.startswith("\t") for line in run)] += 1
    return max(runs, key=lambda width: (runs[width] * width, width), default=0)


def _text_behind(lines: list[Part], at: int) -> int:
    """The first line behind two blank ones that begins no cell."""
    for position in range(at + 2, min(at + MOST_LINES, len(lines))):
        text, before = lines[position][0], lines[position - 1][0] or lines[position - 2][0]
        if text.strip() and not text.startswith("\t") and not before:
            return position
    return at + MOST_LINES


def _ends(row: list[Part], width: int, lines: list[Part], position: int) -> bool:
    """Whether the blank line before that position ends the row; it does not where what follows makes it as long as the others."""
    following = 0
    while position + following < len(lines) and lines[position + following][0].startswith("\t"):
        following += 1
    return len(row) >= width or len(row) + following > width
