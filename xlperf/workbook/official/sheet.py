"""The official sheet of a finalized workbook: what was filled in, on the page that is printed, signed and stamped.

    write_official_sheet(writer, sheet, official, password="")

It is made of values, so it says what the other sheets say; nobody types into it, and it is never read. Marks of what stands in
each row are in its hidden column, so that what is changed there can be told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from math import ceil
from typing import NamedTuple

from xlperf.forms.layout import OFFICIAL, sheet_mark
from xlperf.forms.official.cell_marks import marks_of
from xlperf.forms.official.definition import OfficialSheet
from xlperf.forms.official.page_lines import PageCell, PageLine, page_lines, side_pieces, text_of, value_at
from xlperf.workbook.book import Format, Worksheet
from xlperf.workbook.cell_writer import CellWriter, write_value
from xlperf.workbook.styles import ALIGN, LONGEST_ROW, POINTS_PER_LINE, lines_needed, set_up_print

HEIGHTS = {"heading": 34.0, "text": 20.0, "row": 22.0}  # the least of a line, in points
MARGIN = 5.0  # points above and below the text of a cell
SHORT_TEXT = 12  # characters of a text that stands in the middle of its cell


class _Line(NamedTuple):
    """A line with what its cells say, and the cells in which it goes on what the line above says."""

    line: PageLine
    texts: tuple[str, ...]
    shared: frozenset[int]  # the cells of the line that are one with those above


class _Placed(NamedTuple):
    """A line and the rows of the sheet that it takes: a long text takes several."""

    one: _Line
    top: int
    bottom: int


def write_official_sheet(writer: CellWriter, sheet: Worksheet, official: OfficialSheet, password: str) -> None:
    """Write the page: its lines, the labels on the left, and what the printer has to know."""
    _set_up(writer, sheet, official, password)
    placed = _place(sheet, official, list(_lines(writer, official)))
    shown: dict[int, list[tuple[int, object]]] = defaultdict(list)  # what the cells of each row show
    for at, (one, top, bottom) in enumerate(placed):
        for number, (cell, text) in enumerate(zip(one.line.cells, one.texts, strict=True)):
            if number not in one.shared:
                end = placed[_last_that_shares(placed, at, number)].bottom if cell.alike else bottom
                shown[top].append(_write(writer, sheet, cell, text, one.line.kind, top, end))
    for number, run in groupby(placed, key=lambda each: each.one.line.side):
        if number >= 0:
            beside, label = list(run), side_pieces(writer.form, official, number)
            text = text_of(writer.form, writer.rows, label.pieces)
            top = beside[0].top
            shown[top].append(_write(writer, sheet, label, text, "row", top, beside[-1].bottom))
    for row, cells in shown.items():
        sheet.write_string(row, 0, marks_of(cells), writer.format("helper"))
    sheet.print_area(1, 1, placed[-1].bottom, len(official.widths))


def _set_up(writer: CellWriter, sheet: Worksheet, official: OfficialSheet, password: str) -> None:
    """Widths, print set-up and protection."""
    sheet.set_column(0, 0, None, None, {"hidden": True})
    sheet.write_string(0, 0, sheet_mark(writer.form, OFFICIAL), writer.format("helper"))
    sheet.set_row(0, None, None, {"hidden": True})
    for column, width in enumerate(official.widths, 1):
        sheet.set_column(column, column, width)
    width, size, footer = sum(official.widths), writer.form.style.size, writer.form.words["footer"]
    set_up_print(sheet, width=width, size=size, landscape=official.landscape, footer=footer)
    sheet.protect(password, dict.fromkeys(("objects", "scenarios", "format_cells", "format_columns", "format_rows"), True))


def _lines(writer: CellWriter, official: OfficialSheet) -> Iterator[_Line]:
    """Yield the lines with what their cells say."""
    above: _Line | None = None
    for line in page_lines(writer.form, writer.rows, official):
        texts = tuple(_text(writer, cell) for cell in line.cells)
        shared: frozenset[int] = frozenset()
        if above and (above.line.side, above.line.table) == (line.side, line.table):
            shared = frozenset(_shared(above, line, texts))
        texts = tuple(above.texts[at] if above and at in shared else text for at, text in enumerate(texts))
        above = _Line(line, texts, shared)
        yield above


def _shared(above: _Line, line: PageLine, texts: Sequence[str]) -> Iterator[int]:
    """Yield the cells that are one with those above, as are those on their left: they say the same, or nothing."""
    for number, cell in enumerate(line.cells):
        if cell.alike:
            other = above.line.cells[number] if number < len(above.line.cells) else None
            goes_on = texts[number] in (above.texts[number], "" if line.table else None)
            if other is None or other[1:] != cell[1:] or not goes_on:
                return
            yield number


def _last_that_shares(placed: Sequence[_Placed], at: int, number: int) -> int:
    """The last of the lines below one another that have that cell in common."""
    while at + 1 < len(placed) and number in placed[at + 1].one.shared:
        at += 1
    return at


def _place(sheet: Worksheet, official: OfficialSheet, lines: Sequence[_Line]) -> list[_Placed]:
    """Give the lines their rows, as high as their texts; a text that is higher than Excel's rows may be takes several."""
    placed, row = [], 1
    for at, one in enumerate(lines):
        most = 1
        for number, (cell, text) in enumerate(zip(one.line.cells, one.texts, strict=True)):
            goes_on = number in one.shared or (at + 1 < len(lines) and number in lines[at + 1].shared)
            if text and not goes_on:
                most = max(most, lines_needed(text, sum(official.widths[cell.left : cell.left + cell.over])))
        height = max(one.line.height or HEIGHTS[one.line.kind], most * POINTS_PER_LINE + MARGIN)
        count = ceil(height / LONGEST_ROW)
        for below in range(row, row + count):
            sheet.set_row(below, round(height / count, 1))
        placed.append(_Placed(one, row, row + count - 1))
        row += count
    return placed


def _text(writer: CellWriter, cell: PageCell) -> str:
    """What a cell says, a number of a single field in few words: in its cell it has the format of the field."""
    spot = cell.field
    if spot is None:
        return text_of(writer.form, writer.rows, cell.pieces)
    value = writer.block_and_field(spot)[1].as_shown(value_at(writer.form, writer.rows, spot))
    return value if isinstance(value, str) else "" if value is None else str(value)


def _write(
    writer: CellWriter, sheet: Worksheet, cell: PageCell, text: str, kind: str, top: int, bottom: int
) -> tuple[int, object]:
    """Write one cell over its rows and columns, a single field in its own format, all else as text; its column and value."""
    left, right = 1 + cell.left, cell.left + cell.over
    style = _format(writer, cell, text, kind)
    if (top, left) != (bottom, right):
        sheet.merge_range(top, left, bottom, right, "", style)
    if cell.field is not None:
        field = writer.block_and_field(cell.field)[1]
        value = field.as_shown(value_at(writer.form, writer.rows, cell.field))
        write_value(sheet, top, left, value, field, style)
        return left, value
    if text:
        sheet.write_string(top, left, text, style)
    else:
        sheet.write_blank(top, left, None, style)
    return left, text


def _format(writer: CellWriter, cell: PageCell, text: str, kind: str) -> Format:
    if kind == "heading":
        return writer.format("title")
    if kind == "text":
        return writer.format("plain", align=cell.align)
    properties: dict[str, object] = {}
    if cell.field is not None:
        block, field = writer.block_and_field(cell.field)
        properties["num_format"] = block.number_format(field)
        usual = "center" if field.type in ALIGN else "left"
    else:
        usual = "center" if not any(not isinstance(piece, str) for piece in cell.pieces) else "left"
    short = len(text) <= SHORT_TEXT and "\n" not in text
    return writer.format("official", align=cell.align or ("center" if short else usual), **properties)
