"""A table as a sheet of the summary workbook: title, note, headings that stay in sight, lines, sums.

    sheet = write_ledger(book, palette, ledger, "Units")
    sheet.area("status")                    # "'Units'!$F$4:$F$5003"

Lines are streamed: written once, from top to bottom, and not kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from xlperf.addresses import cell_name, quoted
from xlperf.forms.model import TYPES
from xlperf.formula.excel import to_excel
from xlperf.messages import sentence
from xlperf.summarizing.tables import SUMMED, Ledger
from xlperf.workbook.cell_writer import cached_value, checked
from xlperf.workbook.styles import COLOURS, LONGEST_ROW, POINTS_PER_LINE, Palette, lines_needed, shortened

MOST_ROWS = 1_000_000  # of a sheet; Excel has room for 1,048,576
LONGEST_CELL, LONGEST_TITLE = 32_767, 31  # UTF-16 units
WIDE = 200  # characters; a sheet that is wider is printed on A3
HEADER, FIRST = 2, 3  # rows of the heading and of the first line, zero-based
ROW_MEMORY = ("row_info", "set_rows", "row_sizes")  # where XlsxWriter, old or new, keeps the heights of rows
NUMBER_FORMATS = {"count": "#,##0", "plain": "0", "money": "#,##0.00####", "percentage": "0.00"}  # else that of the form


class Sheet(NamedTuple):
    """A table as it was written: where its columns are."""

    title: str
    columns: Mapping[str, int]
    last: int  # the last line, zero-based

    def area(self, key: str) -> str:
        """The cells of a column, absolute; a table without lines has one blank one."""
        column = self.columns[key]
        return f"{quoted(self.title)}!{cell_name(FIRST, column, True)}:{cell_name(max(self.last, FIRST), column, True)}"


def free_title(title: str, taken: set[str]) -> str:
    """The title of a sheet as Excel takes it, with a number where another sheet is called so."""
    plain = "".join("_" if c in "[]:*?/\\" else c for c in title).strip("'")
    names = (shortened(plain, LONGEST_TITLE - len(end)) + end for end in ("", *map(str, range(2, 99))))
    name = next(name for name in names if name.casefold() not in taken)
    taken.add(name.casefold())
    return name


def write_ledger(book, palette: Palette, ledger: Ledger, name: str) -> Sheet:
    """Write one table as a sheet."""
    sheet = book.add_worksheet(name)
    last = len(ledger.columns) - 1
    set_up(sheet, [column.width for column in ledger.columns])
    sheet.set_landscape()
    sheet.repeat_rows(HEADER)
    sheet.freeze_panes(FIRST, ledger.frozen)
    sheet.set_row(0, 32)
    checked(sheet.write_string(0, 0, ledger.title, palette.format("title", align="left")))
    checked(sheet.write_string(1, 0, ledger.note, palette.format("note")))
    if sum(column.width for column in ledger.columns) > WIDE:
        sheet.set_paper(8)
    deepest = max(lines_needed(column.heading, column.width - 2) for column in ledger.columns)
    sheet.set_row(HEADER, 6 + POINTS_PER_LINE * max(2, deepest))
    for at, column in enumerate(ledger.columns):
        checked(sheet.write_string(HEADER, at, column.heading, palette.format("header")))
    row, lines = FIRST, iter(ledger.rows())
    for line in islice(lines, MOST_ROWS):
        write_line(sheet, palette, ledger, row, line)
        row += 1
    end = row - 1
    checked(sheet.autofilter(HEADER, 0, max(end, HEADER), last))
    if rest := sum(1 for _ in lines):
        checked(sheet.write_string(row, 0, sentence("rest", {"count": rest}), palette.format("note")))
    if ledger.totals:
        write_totals(sheet, palette, ledger, row, end)
    sheet.print_area(0, 0, max(row, FIRST), last)
    return Sheet(name, {column.key: at for at, column in enumerate(ledger.columns)}, end)


def set_up(sheet, widths: Sequence[float]) -> None:
    """Widths and print set-up of a sheet."""
    for at, width in enumerate(widths):
        checked(sheet.set_column(at, at, width))
    sheet.hide_gridlines(2)
    sheet.set_paper(9)
    sheet.set_margins(0.4, 0.4, 0.6, 0.6)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&C&9{sentence('page_footer', {})}")


def write_line(sheet, palette: Palette, ledger: Ledger, row: int, line: Sequence[object]) -> None:
    """Write one line, as high as its longest text: figures as figures, formulas with their values, everything else as text."""
    deepest = max(lines_needed(value, column.width - 2) for column, value in zip(ledger.columns, line, strict=True))
    sheet.set_row(row, min(LONGEST_ROW, 4 + POINTS_PER_LINE * deepest))
    forget_row(sheet, row - 2)
    for at, (column, value) in enumerate(zip(ledger.columns, line, strict=True)):
        style = cell_format(palette, column.type)
        if column.formula is not None:
            formula = "=" + to_excel(column.formula, _names(ledger, row).get)
            checked(sheet.write_formula(row, at, formula, style, cached_value(value)))
        elif value is None or value == "":
            checked(sheet.write_blank(row, at, None, style))
        elif isinstance(value, int | float):
            checked(sheet.write_number(row, at, value, style))
        else:
            checked(sheet.write_string(row, at, shortened(str(value), LONGEST_CELL), style))


def forget_row(sheet, row: int) -> None:
    """Drop what XlsxWriter keeps of a row that is in the file already: its streamed mode frees the cells, but not the heights.

    It writes a row when the next one begins. The heights are asked for again by charts and pictures only; tables have none.
    """
    for name in ROW_MEMORY:
        vars(sheet).get(name, {}).pop(row, None)


def _names(ledger: Ledger, row: int) -> dict[str, str]:
    return {column.key: cell_name(row, at) for at, column in enumerate(ledger.columns)}


def cell_format(palette: Palette, type_: str, **more: object):
    if type_ == "text":
        return palette.format("final", align="left", indent=1, **more)
    align = "center" if type_ in ("count", "plain") else "right"
    return palette.format("final", align=align, num_format=NUMBER_FORMATS.get(type_) or TYPES[type_].number_format, **more)


def write_totals(sheet, palette: Palette, ledger: Ledger, row: int, end: int) -> None:
    """Write the last line: sums, and the formulas over them."""
    bold = {"bold": True, "bg_color": COLOURS["computed"]}
    for at, column in enumerate(ledger.columns):
        value = ledger.totals.get(column.key)
        if column.formula is not None:
            formula = "=" + to_excel(column.formula, _names(ledger, row).get)
        elif column.key in ledger.totals and column.type in SUMMED:
            formula = f"=ROUND(SUM({cell_name(FIRST, at)}:{cell_name(end, at)}),6)"
        else:
            text = sentence("total", {}) if at == 1 else ""
            checked(
                sheet.write_string(row, at, text, cell_format(palette, "text", **bold))
                if text
                else sheet.write_blank(row, at, None, cell_format(palette, "text", **bold))
            )
            continue
        checked(sheet.write_formula(row, at, formula, cell_format(palette, column.type, **bold), cached_value(value)))
