"""The labels on the left of sections: where they stand in a workbook now.

    for label in side_labels(reading, sheet):
        label.cell, label.covers(row, column), label.is_same("Funds")

A label is one cell over all lines of its section. It is known by the lines and by the hidden key of its column, so rows may be
inserted, and the cell split into single ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from xlperf.forms.model import Fields, Sheet, Side, Table
from xlperf.forms.sheet_lines import END, HEADER, SIDE
from xlperf.formula.operands import normal_text
from xlperf.reading.reading import FoundSheet, Reading
from xlperf.reading.sheet_rows import Cell, table_below


class FoundLabel(NamedTuple):
    """A label, and the cells over which it stands."""

    side: Side
    cell: Cell  # the first of them
    bottom: int
    right: int

    def covers(self, row: int, column: int) -> bool:
        """Whether that cell is one of them."""
        return self.cell.row <= row <= self.bottom and self.cell.column <= column <= self.right

    def is_same(self, text: object) -> bool:
        """Whether a text is that of the label, however it is spaced: letters below one another are often typed with breaks."""
        return folded(str(text)) == folded(self.side.label)


def folded(text: str) -> str:
    """A heading or label as it is compared: without spaces and brackets."""
    return re.sub(r"[\s()\uff08\uff09]", "", normal_text(text))


def side_labels(reading: Reading, sheet: Sheet) -> tuple[FoundLabel, ...]:
    """The labels on the left of the sections of a sheet that is there."""
    sections = [section for section in sheet.sections if isinstance(section, Fields | Table) and section.side]
    found = reading.sheets.get(sheet.key)
    return tuple(_found(reading, found, sections)) if found and sections else ()


def _found(reading: Reading, found: FoundSheet, sections: list[Fields | Table]) -> Iterator[FoundLabel]:
    column = found.columns.get(SIDE, 1)
    for section in sections:
        rows = _rows_of_table(reading, found, section) if isinstance(section, Table) else _rows_of_fields(reading, found, section)
        if rows and section.side:
            yield FoundLabel(section.side, Cell(found.title, rows[0], column), rows[1], column + section.side.span - 1)


def _rows_of_table(reading: Reading, found: FoundSheet, table: Table) -> tuple[int, int] | None:
    """The first and the last row of a table, from its header to the line that ends it."""
    headers = (number for number, row in enumerate(found.grid) if row[0] == HEADER)
    top = next((number for number in headers if table_below(reading.form, found.grid, number) is table), None)
    if top is None:
        return None
    end = next((number for number in range(top, len(found.grid)) if found.grid[number][0] == END), len(found.grid) - 1)
    return top, end


def _rows_of_fields(reading: Reading, found: FoundSheet, fields: Fields) -> tuple[int, int] | None:
    """The first and the last row of single fields."""
    own = [row for row in reading.sheet_rows if row.single and row.block == fields.block and row.title == found.title]
    numbers = [row.number for row in own if row.columns.keys() & set(fields.keys)]
    return (min(numbers), max(numbers)) if numbers else None
