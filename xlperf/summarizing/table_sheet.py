"""A table as a sheet of the summary workbook: title, note, frozen headings, lines, totals.

    written = write_table(book, palette, table, "Units")
    written.area("status")                  # "'Units'!$F$4:$F$5003"

Lines are streamed: written once, from top to bottom, and not kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from xlperf.addresses import cell_name, range_name
from xlperf.forms.field_types import TYPES
from xlperf.formula.excel import to_excel
from xlperf.formula.nodes import Node
from xlperf.messages import sentence
from xlperf.summarizing.tables.table import SUMMED, Row, SummaryTable
from xlperf.workbook.book import Book, Format, Worksheet
from xlperf.workbook.cell_writer import cached_value
from xlperf.workbook.streamed_rows import Computed, row_writer
from xlperf.workbook.styles import (
    COLOURS,
    LONGEST_ROW,
    POINTS_PER_LINE,
    Palette,
    lines_needed,
    most_lines,
    shortened,
    units_per_line,
)

MOST_ROWS = 1_000_000  # of a sheet; Excel has room for 1,048,576
LONGEST_CELL, LONGEST_TITLE = 32_767, 31  # UTF-16 units
A3, A4 = 8, 9  # paper, as Excel numbers it
WIDE = 200  # characters; a wider sheet is printed on A3
HEADER, FIRST = 2, 3  # zero-based rows of the headings and of the first line
NUMBER_FORMATS = {"count": "#,##0", "plain": "0", "money": "#,##0.00####", "percentage": "0.00"}  # other types as in the form


class WrittenTable(NamedTuple):
    """The place of a written table and its columns."""

    title: str
    columns: Mapping[str, int]
    last: int  # the last line, zero-based

    def area(self, key: str) -> str:
        """The absolute range of a column; one blank cell if the table has no lines."""
        return range_name(self.title, self.columns[key], FIRST, max(self.last, FIRST))


def free_title(title: str, taken: set[str]) -> str:
    """A title that Excel accepts for a sheet, with a number if another sheet has it."""
    plain = "".join("_" if c in "[]:*?/\\" else c for c in title).strip("'")
    names = (shortened(plain, LONGEST_TITLE - len(end)) + end for end in ("", *map(str, range(2, 99))))
    name = next(name for name in names if name.casefold() not in taken)
    taken.add(name.casefold())
    return name


def write_table(book: Book, palette: Palette, table: SummaryTable, name: str) -> WrittenTable:
    """Write one table as a sheet of that name."""
    sheet = book.add_sheet(name)
    last_column = len(table.columns) - 1
    _write_head(sheet, palette, table)
    write = row_writer(sheet, [cell_format(palette, column.type) for column in table.columns])
    units = [units_per_line(column.width - 2) for column in table.columns]
    formulas = [(at, column.formula) for at, column in enumerate(table.columns) if column.formula is not None]
    lines = iter(table.rows())
    row = FIRST
    for line in islice(lines, MOST_ROWS):
        height = min(LONGEST_ROW, 4 + POINTS_PER_LINE * most_lines(line, units))
        write(row, height, _cells(table, formulas, row, line))
        row += 1
    last = row - 1
    sheet.autofilter(HEADER, 0, max(last, HEADER), last_column)
    if rest := sum(1 for _ in lines):
        sheet.write_string(row, 0, sentence("rest", {"count": rest}), palette.format("note"))
    if table.totals:
        write_totals(sheet, palette, table, row)
    sheet.print_area(0, 0, max(row, FIRST), (table.printed or len(table.columns)) - 1)
    return WrittenTable(name, {column.key: at for at, column in enumerate(table.columns)}, last)


def _write_head(sheet: Worksheet, palette: Palette, table: SummaryTable) -> None:
    """Write title, note and headings; the headings stay in sight."""
    set_up(sheet, [column.width for column in table.columns])
    sheet.set_landscape()
    sheet.repeat_rows(HEADER)
    sheet.freeze_panes(FIRST, table.frozen)
    sheet.set_row(0, 32)
    sheet.write_string(0, 0, table.title, palette.format("title", align="left"))
    sheet.write_string(1, 0, table.note, palette.format("note"))
    if sum(column.width for column in table.columns[: table.printed]) > WIDE:
        sheet.set_paper(A3)
    deepest = max(lines_needed(column.heading, column.width - 2) for column in table.columns)
    sheet.set_row(HEADER, 6 + POINTS_PER_LINE * max(2, deepest))
    for at, column in enumerate(table.columns):
        sheet.write_string(HEADER, at, column.heading, palette.format("header"))


def set_up(sheet: Worksheet, widths: Sequence[float]) -> None:
    """Set the column widths and the page setup of a sheet."""
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width)
    sheet.hide_gridlines(2)
    sheet.set_paper(A4)
    sheet.set_margins(0.4, 0.4, 0.6, 0.6)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&C&9{sentence('page_footer', {})}")


def _cells(table: SummaryTable, formulas: Sequence[tuple[int, Node]], row: int, line: Row) -> Sequence[object]:
    """What is written of one line: numbers, formulas with their values, everything else as text that has room in a cell."""
    room = LONGEST_CELL // 2  # letters that fit in any case
    cells = [shortened(value, LONGEST_CELL) if isinstance(value, str) and len(value) > room else value for value in line]
    for at, tree in formulas:
        cells[at] = Computed(_formula(table, tree, row), line[at])
    return cells


def _formula(table: SummaryTable, tree: Node, row: int) -> str:
    """The Excel formula of a column in that row."""
    names = {column.key: cell_name(row, at) for at, column in enumerate(table.columns)}
    return "=" + to_excel(tree, names.__getitem__)


def cell_format(palette: Palette, type_: str, **more: object) -> Format:
    """The format of a cell in a column of that type."""
    if type_ == "text":
        return palette.format("final", align="left", indent=1, **more)
    align = "center" if type_ in ("count", "plain") else "right"
    return palette.format("final", align=align, num_format=NUMBER_FORMATS.get(type_) or TYPES[type_].number_format, **more)


def write_totals(sheet: Worksheet, palette: Palette, table: SummaryTable, row: int) -> None:
    """Write the line of totals: sums of the lines above, and the formulas over these."""
    totals = table.totals or {}
    bold = {"bold": True, "bg_color": COLOURS["computed"]}
    for at, column in enumerate(table.columns):
        if formula := _total_formula(table, totals, at, row):
            style = cell_format(palette, column.type, **bold)
            sheet.write_formula(row, at, formula, style, cached_value(totals.get(column.key)))
        else:
            write_text(sheet, row, at, sentence("total", {}) if at == 1 else "", cell_format(palette, "text", **bold))


def _total_formula(table: SummaryTable, totals: Mapping[str, float | None], at: int, row: int) -> str | None:
    """The formula of a column in the line of totals, None if it has none."""
    column = table.columns[at]
    if column.formula is not None:
        return _formula(table, column.formula, row)
    if column.key in totals and column.type in SUMMED:
        return f"=ROUND(SUM({cell_name(FIRST, at)}:{cell_name(row - 1, at)}),6)"
    return None


def write_text(sheet: Worksheet, row: int, column: int, text: str, style: Format) -> None:
    """Write a text; an empty one as a blank cell."""
    if text:
        sheet.write_string(row, column, text, style)
    else:
        sheet.write_blank(row, column, None, style)
