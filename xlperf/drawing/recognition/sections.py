"""The lines of a drawn sheet sorted into what they are: title, headings, single fields, tables, lines to sign.

    drawn = read_sheet(sheet, book)      # a Drawing of that sheet, and its faults

Nothing marks them but how they look: a label with a cell beside it is a field, a row of labels above cells the header of a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from xlperf.drawing.faults import Fault, fault
from xlperf.drawing.notes import properties_of
from xlperf.drawing.recognition.cells import Area, DrawnSheet
from xlperf.drawing.words import ATTRIBUTES, nearest_word

AT_END = re.compile("[:\uff1a]\\s*$")  # of a line to be signed

LEAST_OF_TITLE = 16  # points of a title that does not stand in the middle


@dataclass
class Item:
    """A single field: its label, the cell of its value."""

    label: Area
    cell: Area
    said: dict[str, Any]
    is_long: bool
    is_beside: bool = False  # it stands on the line of the one before
    is_last: bool = True  # nothing stands on its right


@dataclass
class FieldsDrawn:
    """Single fields below one another."""

    heading: Area | None
    said: dict[str, Any]
    items: list[Item] = field(default_factory=list)
    side: Area | None = None  # the label on the left of all its lines


@dataclass
class LinesDrawn:
    """Lines to be signed or stamped."""

    texts: list[str]
    areas: list[Area] = field(default_factory=list)


@dataclass
class GuideDrawn:
    """The program's own first page."""


@dataclass
class ColumnDrawn:
    """A column of a table by its header."""

    header: Area
    group: str
    said: dict[str, Any]


@dataclass
class TableDrawn:
    """A table: its columns, and its rows with what their first cells say."""

    label: Area | None
    said: dict[str, Any]
    columns: list[ColumnDrawn] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    side: Area | None = None  # the label on the left of header and rows
    is_touched: bool = False  # by what follows
    end: Area | None = None  # what stands below it
    depth: int = 1  # rows of its header


Section = FieldsDrawn | LinesDrawn | GuideDrawn | TableDrawn


@dataclass
class SheetDrawn:
    """A sheet, sorted."""

    sheet: DrawnSheet
    said: dict[str, Any] = field(default_factory=dict)
    heading: Area | None = None
    sections: list[Section] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_sheet(sheet: DrawnSheet) -> SheetDrawn:
    """Sort the lines of a sheet."""
    return _Reader(sheet).read()


class _Reader:
    """The lines of a sheet, gone through from top to bottom."""

    def __init__(self, sheet: DrawnSheet) -> None:
        self.sheet, self.drawn = sheet, SheetDrawn(sheet)
        self.notes: dict[tuple[int, int], dict[str, Any]] = {}
        for area in sheet.places.values():
            if area.note:
                self._read_note(area)
        self.lines = [[area for area in areas if self._counts(area)] for _, areas in sorted(sheet.areas.items())]
        self.lines = [line for line in self.lines if line]
        self.at = 0
        self.side: Area | None = None  # the label on the left of the lines that are being read

    def _read_note(self, area: Area) -> None:
        said, strays = properties_of(area.note, area.author)
        self.notes[area.row, area.column] = said
        self.drawn.said |= {key: value for key, value in said.items() if ATTRIBUTES[key].level == "sheet"}
        for stray in strays:
            name = re.split("[:\uff1a]", stray.found)[0].strip()
            expected = nearest_word(name) or nearest_word("key")
            self.drawn.faults.append(fault(area.name, f"note_{stray.reason}", found=stray.found, expected=expected))

    def _counts(self, area: Area) -> bool:
        """Whether a cell is more than the rule under a line to be signed."""
        return area.text != "" or area.is_cell or area.is_boxed

    def said(self, *areas: Area) -> dict[str, Any]:
        """What the notes of cells say."""
        return {key: value for area in reversed(areas) for key, value in self.notes.get((area.row, area.column), {}).items()}

    def read(self) -> SheetDrawn:
        """The sheet, sorted."""
        self._skip_guide()
        if self.at == 0 and self.lines and self._is_title(self.lines[0]):
            self.drawn.heading = self.lines[0][0]
            self.at = 1
            self._skip_guide()
        heading: Area | None = None
        while self.at < len(self.lines):
            line = self._without_side()
            if self._is_header(self.at):
                self._table(heading)
                heading = None
            elif self._is_field(line):
                self._field(line, heading)
                heading = None
                self.at += 1
            elif len(line) == 1 and line[0].is_label:
                heading = self._label_alone(line[0], heading)
            else:
                self._not_understood(line)
                self.at += 1
            self._skip_guide()
        if heading is not None:
            self._sign(heading)
        return self.drawn

    def _skip_guide(self) -> None:
        """Pass over the program's own page, where it begins."""
        if self.at >= len(self.lines):
            return
        count = next((said["sheet_guide"] for area in self.lines[self.at] if "sheet_guide" in (said := self.said(area))), None)
        if count is not None:
            self.drawn.sections.append(GuideDrawn())
            self.at = min(len(self.lines), self.at + int(count))

    # --- labels on the left ----------------------------------------------------------------------------------

    def _without_side(self) -> list[Area]:
        """The next line; a label on its left that goes over several lines is that of the section which begins there."""
        line = self.lines[self.at]
        if self.side is not None and line[0].row >= self.side.row + self.side.rows:
            self.side = None
        if self._has_side(line):
            self.side = line[0]
            self.lines[self.at] = line = line[1:]
        return line

    def _has_side(self, line: list[Area]) -> bool:
        """Whether the first label of a line stands on the left of a whole section: of a header and its rows, or of fields."""
        label, rest = line[0], line[1:]
        if not label.is_label or not rest:
            return False
        if self.said(label).get("side_label"):
            return True
        last = label.row + label.rows - 1
        if label.rows == 1 or not rest[0].is_label:
            return False
        below = [each for each in self.lines if label.row < each[0].row <= last]
        if all(area.is_label for area in rest):
            first_row = label.row + self._depth(rest)
            return any(area.is_cell for each in below if each[0].row >= first_row for area in each)
        return self._is_field(rest) and all(self._is_field(each) for each in below)

    # --- what a line is --------------------------------------------------------------------------------------

    def _is_title(self, line: list[Area]) -> bool:
        if len(line) != 1 or not line[0].is_label or self._is_box_below(line[0]):
            return False
        look = self.sheet.looks.get((line[0].row, line[0].column))
        return line[0].align == "center" or (look is not None and look.look["size"] >= LEAST_OF_TITLE)

    def _is_field(self, line: list[Area]) -> bool:
        return (len(line) >= 2 and line[0].is_label and line[1].is_cell) or (len(line) >= 2 and "field_key" in self.said(line[0]))

    def _is_header(self, at: int) -> bool:
        """Whether a line is the header of a table: labels alone, and below them cells."""
        line = self.lines[at]
        if not all(area.is_label for area in line):
            return False
        if any(key.startswith("table_") for area in line for key in self.said(area)):
            return True
        if len(line) < 2 or any("row_key" in self.said(a) or "block_key" in self.said(a) for a in line):
            return False
        below = self._line_at(line[0].row + self._depth(line))
        return below is not None and any(area.is_cell for area in below)

    def _depth(self, line: list[Area]) -> int:
        """How many rows a header has: two where several columns have a title above theirs."""
        deepest = max(area.rows for area in line)
        if deepest > 1:
            return deepest
        below = self._line_at(line[0].row + 1)
        is_group = any(area.columns > 1 for area in line)
        return 2 if is_group and below is not None and all(area.is_label for area in below) else 1

    def _line_at(self, row: int) -> list[Area] | None:
        return next((line for line in self.lines if line[0].row == row), None)

    def _is_box_below(self, label: Area) -> bool:
        """Whether a long text stands under a label: a cell alone on the next row, from the same column on."""
        below = self._line_at(label.row + label.rows)
        return below is not None and len(below) == 1 and below[0].is_cell and below[0].column == label.column

    # --- what comes of it ------------------------------------------------------------------------------------

    def _label_alone(self, label: Area, heading: Area | None) -> Area | None:
        """A label alone on its row: of a long text, a heading (which is returned), or a line to be signed."""
        self.at += 1
        if self._is_box_below(label):
            cell = self.lines[self.at][0]
            self._fields_for(label, cell, heading).items.append(Item(label, cell, self.said(label, cell), is_long=True))
            self.at += 1
            return None
        if heading is not None:
            self._sign(heading)
        if self._is_signed(label) or self.at == len(self.lines):
            self._sign(label)
            return None
        return label

    def _sign(self, label: Area) -> None:
        last = self.drawn.sections[-1] if self.drawn.sections else None
        if isinstance(last, LinesDrawn):
            last.texts.append(str(label.value))
            last.areas.append(label)
        else:
            self.drawn.sections.append(LinesDrawn([str(label.value)], [label]))

    def _field(self, line: list[Area], heading: Area | None) -> None:
        section = self._fields_for(line[0], line[1], heading)
        first = len(section.items)
        rest = line
        while rest:
            label, *rest = rest
            if not label.is_label:
                if label.is_typed or label.formula:
                    self.drawn.faults.append(fault(label.name, "beside", found=line[0].text))
                continue
            if not rest:
                self.drawn.faults.append(fault(label.name, "no_cell", found=label.text))
                break
            cell, *rest = rest
            beside = len(section.items) > first
            if cell.is_label and not (label is line[0] and "field_key" in self.said(label)):
                self.drawn.faults.append(fault(label.name, "no_cell", found=label.text))
            section.items.append(Item(label, cell, self.said(label, cell), is_long=False, is_beside=beside))
        for item in section.items[first:-1]:
            item.is_last = False

    def _fields_for(self, label: Area, cell: Area, heading: Area | None) -> FieldsDrawn:
        """The section that a field belongs to: a new one below a heading, and where its note names one."""
        last = self.drawn.sections[-1] if self.drawn.sections else None
        is_same = isinstance(last, FieldsDrawn) and last.side is self.side
        if isinstance(last, FieldsDrawn) and is_same and heading is None and "fields_key" not in self.said(label, cell):
            return last
        said = {key: value for key, value in self.said(label, cell).items() if ATTRIBUTES[key].level == "fields"}
        section = FieldsDrawn(heading, said, side=self.side)
        self.drawn.sections.append(section)
        return section

    def _table(self, label: Area | None) -> None:
        line = self.lines[self.at]
        depth = self._depth(line)
        table = TableDrawn(label, {}, side=self.side, depth=depth)
        second = self._line_at(line[0].row + 1) if depth > 1 else None
        for header, group in self._headers(line, second or []):
            said = self.said(header)
            table.said |= {key: value for key, value in said.items() if ATTRIBUTES[key].level == "table"}
            table.columns.append(ColumnDrawn(header, group, said))
        self.at += 1 if second is None else 2
        row = line[0].row + depth
        while self.at < len(self.lines) and self._is_row(self.lines[self.at], row, table):
            table.rows.append(row)
            self.at += 1
            row += 1
        hidden = row
        while hidden in self.sheet.hidden_rows:
            hidden += 1
        table.is_touched = hidden > row or self._begins_in(row)
        self._tell_gap(table)
        if not table.rows:
            self.drawn.faults.append(fault(line[0].name, "no_sample", found=line[0].text, lines=(line[0].row, row - 1)))
        self.drawn.sections.append(table)
        if self._is_remark(row):
            table.end = self.lines[self.at][0]  # what stands below it
            table.is_touched = False
            self.at += 1

    def _tell_gap(self, table: TableDrawn) -> None:
        """Tell of a blank column within a header: what people see behind it is another table."""
        headers = (column.header for column in table.columns if column.header.column not in self.sheet.hidden)
        for before, after in pairwise(headers):
            gap = set(range(before.column + before.columns, after.column)) - self.sheet.hidden
            if gap and not any((row, column) in self.sheet.places for row in table.rows for column in gap):
                self.drawn.faults.append(fault(after.name, "tables_beside", found=after.text, other=before.text))

    def _begins_in(self, row: int) -> bool:
        """Whether the next line stands in that row."""
        return self.at < len(self.lines) and self.lines[self.at][0].row == row

    def _is_remark(self, row: int) -> bool:
        """Whether a text without a box stands in that row: what people read below a table that takes more rows."""
        if not self._begins_in(row) or len(self.lines[self.at]) > 1:
            return False
        area = self.lines[self.at][0]
        is_heading = self.at + 1 < len(self.lines) and self.lines[self.at + 1][0].row == row + area.rows
        return area.is_label and not area.is_boxed and not self._is_signed(area) and not is_heading

    def _is_signed(self, label: Area) -> bool:
        """Whether a label alone is a line to be signed, however it stands."""
        return bool(self.said(label).get("lines_sign") or label.align == "right" or AT_END.search(label.text))

    def _headers(self, first: list[Area], second: list[Area]) -> Iterator[tuple[Area, str]]:
        """Yield the header of each column and the title above several."""
        for area in first:
            if area.rows > 1 or not second:
                yield area, ""
                continue
            for below in second:
                if area.column <= below.column < area.column + area.columns:
                    yield below, area.text

    def _is_row(self, line: list[Area], row: int, table: TableDrawn) -> bool:
        """Whether a line is the next row of a table."""
        said = [key for area in line for key in self.said(area)]
        if line[0].row != row or any(key.startswith("table_") for key in said):
            return False
        if self.side is not None and row >= self.side.row + self.side.rows:
            return False
        if any(key in ("row_key", "row_name") or key.startswith("block_") for key in said):
            return True
        if any(area.is_label for area in line) and self._begins_other(line, table):
            return False
        return any(area.is_cell or area.is_boxed for area in line)

    def _begins_other(self, line: list[Area], table: TableDrawn) -> bool:
        """Whether something else begins with a line that touches a table.

        Cells of a table stand in one column each, so a field does that is merged over several; so does a header: labels alone
        above cells, below rows with cells or in columns of its own.
        """
        columns = {column.header.column: column.header.columns for column in table.columns}
        if any(area.is_cell and columns.get(area.column) not in (None, area.columns) for area in line):
            return self._is_field(line) or self._has_side(line)
        if any(not area.is_label for area in line):
            return False
        if self._has_side(line):
            return True
        if len(line) == 1:  # a heading over several columns, above a header or fields
            at = self.at + 1
            is_wide = line[0].columns > columns.get(line[0].column, 1)
            return is_wide and at < len(self.lines) and (self._is_header(at) or self._is_field(self.lines[at]))
        if not self._is_header(self.at):
            return False
        is_other = any(columns.get(area.column) != area.columns for area in line)
        above = [self._line_at(row) or [] for row in table.rows]
        return is_other or any(area.is_cell for each in above for area in each)

    def _not_understood(self, line: list[Area]) -> None:
        first = line[0]
        self.drawn.faults.append(fault(first.name, "no_line", found=first.text or first.formula or first.name))
