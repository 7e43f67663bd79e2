"""The lines of a sheet, one function per kind: what is merged, how high it is, which key goes into column A.

    LINES[line.kind](writer, sheet, page, line)

The lines of the program's own first page are in `guide_lines`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import groupby
from math import ceil

from xlperf.forms.document import Spot
from xlperf.forms.model import Block, Field
from xlperf.forms.sheet_lines import Line, Page, SideLabel, header_heights
from xlperf.workbook.book import Format, Worksheet
from xlperf.workbook.box_note import box_lines, first_of_note, write_box_note
from xlperf.workbook.cell_writer import CellWriter, write_key
from xlperf.workbook.guide_lines import GUIDE_LINES
from xlperf.workbook.live_colours import colour_blank_field
from xlperf.workbook.styles import LONGEST_ROW, PIXEL, POINTS_PER_LINE, lines_needed
from xlperf.workbook.validation import restrict_cells

BOX_MARGIN = 6  # points above and below a long text
LOW = 7.5  # points of a line that is there only to insert rows above it
STACKED = 270  # how XlsxWriter calls letters that stand below one another
LineWriter = Callable[[CellWriter, Worksheet, Page, Line], None]


def write_text(style: str) -> LineWriter:
    """The writer of a line with nothing but one text in that style, over all columns."""

    def write(writer: CellWriter, sheet: Worksheet, page: Page, line: Line) -> None:
        needed = lines_needed(line.text, page.width(1, page.last_printed)) * POINTS_PER_LINE
        sheet.set_row(line.row, max(line.height or 0, needed) if style == "plain" else line.height)
        sheet.merge_range(line.row, 1, line.row, page.last_printed, line.text, writer.format(style))

    return write


def write_year(writer: CellWriter, sheet: Worksheet, page: Page, line: Line) -> None:
    """The fiscal year, in the form's words."""
    text = writer.form.year_line.format(year=writer.identity.fiscal_year)
    write_text("year")(writer, sheet, page, line._replace(text=text))


def write_gap(writer: CellWriter, sheet: Worksheet, page: Page, line: Line) -> None:
    """Room between two lines."""
    sheet.set_row(line.row, line.height)


def write_signature(writer: CellWriter, sheet: Worksheet, page: Page, line: Line) -> None:
    """What is to be signed or stamped, and a rule to write on."""
    sheet.set_row(line.row, line.height)
    sheet.merge_range(line.row, 1, line.row, page.last_printed - 1, line.text, writer.format("signature"))
    sheet.write_blank(line.row, page.last_printed, None, writer.format("plain", bottom=1))


def write_field(writer: CellWriter, sheet: Worksheet, page: Page, line: Line) -> None:
    """A label and, merged over the other columns, its value."""
    spot, first, last = Spot(line.block, 0, line.field), line.value_at, line.last_column(page)
    if not line.is_beside:
        _set_height(writer, sheet, page, line)
    write_key(sheet, line)
    write_label(sheet, line, writer.format("label"))
    writer.write_cell(sheet, spot, merged_to=(line.row, last) if last > first else None)
    _help_with(writer, sheet, spot)


def write_label(sheet: Worksheet, line: Line, style: Format) -> None:
    """The label of a single field, merged over its columns."""
    if line.label_columns > 1:
        sheet.merge_range(line.row, line.left, line.row, line.value_at - 1, line.text, style)
    else:
        sheet.write_string(line.row, line.left, line.text, style)


def _set_height(writer: CellWriter, sheet: Worksheet, page: Page, line: Line) -> None:
    """Make a line of single fields high enough for what stands in it; it grows where no cell of it is merged."""
    lines, is_merged = 1, False
    for each in page.lines:
        if each.row == line.row:
            value, last = writer.value(Spot(each.block, 0, each.field)), each.last_column(page)
            lines = max(lines, lines_needed(each.text, page.width(each.left, each.value_at - 1)))
            lines = max(lines, lines_needed(value, page.width(each.value_at, last)))
            is_merged = is_merged or last > each.value_at
    height = min(LONGEST_ROW, max(line.height or 0, lines * POINTS_PER_LINE + 4))
    if is_merged:
        sheet.set_row(line.row, height)
    else:
        sheet.grow_row(line.row, height)


def write_narrative_heading(writer: CellWriter, sheet: Worksheet, page: Page, line: Line) -> None:
    """The heading of a long text; to its right there is room to say how much of it is printed."""
    sheet.set_row(line.row, line.height)
    before = first_of_note(page) - 1
    if before > 1:
        sheet.merge_range(line.row, 1, line.row, before, line.text, writer.format("heading"))
    else:
        sheet.write_string(line.row, 1, line.text, writer.format("heading"))


def write_narrative(writer: CellWriter, sheet: Worksheet, page: Page, line: Line) -> None:
    """A long text over several merged rows, high enough for what stands in it."""
    spot, width = Spot(line.block, 0, line.field), page.width(1, page.last_printed)
    needed = box_lines(writer.value(spot), width) * POINTS_PER_LINE + BOX_MARGIN
    least = POINTS_PER_LINE if writer.finalized else line.height or 0  # nobody types into a finalized one
    height = min(LONGEST_ROW, ceil(max(least, needed / line.rows) / PIXEL) * PIXEL)
    for row in range(line.row, line.row + line.rows):
        sheet.set_row(row, height)
    write_key(sheet, line)
    writer.write_cell(sheet, spot, merged_to=(line.row + line.rows - 1, page.last_printed))
    write_box_note(writer, sheet, page, line, int((height * line.rows - BOX_MARGIN) // POINTS_PER_LINE))
    _help_with(writer, sheet, spot)


def _help_with(writer: CellWriter, sheet: Worksheet, spot: Spot) -> None:
    """Colour a single field while it is blank, and restrict it, if people type into it."""
    block, field = writer.block_and_field(spot)
    if writer.form.is_input(block, 0, field):
        colour_blank_field(writer, sheet, spot)
        if not writer.finalized:
            restrict_cells(writer, sheet, spot, spot)


def write_header(writer: CellWriter, sheet: Worksheet, page: Page, line: Line) -> None:
    """The official header of a table; neighbours of one group share a merged cell above them."""
    write_key(sheet, line)
    for row, height in enumerate(header_heights(writer.form.tables[line.table]), line.row):
        sheet.set_row(row, height)
    places = page.places
    columns = [column for column in writer.form.tables[line.table].columns if not column.hidden and column.key in places]
    for _, beside in groupby(columns, key=lambda column: (column.group, "" if column.group else column.key)):
        _write_headings(sheet, line, [(places[column.key], column) for column in beside], writer.format("header"))


def _write_headings(sheet: Worksheet, line: Line, columns: list[tuple[int, Field]], style: Format) -> None:
    """The heading of one column, or those of a group below its name."""
    (left, first), (right, last) = columns[0], columns[-1]
    if line.rows == 1 or len(columns) == 1:
        write_heading(sheet, (line.row, left, line.row + line.rows - 1, right + last.span - 1), first.label, style)
    else:
        sheet.merge_range(line.row, left, line.row, right + last.span - 1, first.group, style)
        for at, column in columns:
            write_heading(sheet, (line.row + 1, at, line.row + 1, at + column.span - 1), column.label, style)


def write_heading(sheet: Worksheet, cells: tuple[int, int, int, int], text: str, style: Format) -> None:
    """A heading in one cell, or merged over several."""
    if cells[:2] == cells[2:]:
        sheet.write_string(*cells[:2], text, style)
    else:
        sheet.merge_range(*cells, text, style)


def write_row(writer: CellWriter, sheet: Worksheet, page: Page, line: Line) -> None:
    """One row of a table: every cell of it, helpers included, and height for its longest text."""
    write_key(sheet, line)
    block = writer.form.blocks[line.block]
    spare = block.shape == "list" and block.row(line.index) is None and _is_blank(writer, block, line.index)
    height, is_hidden = _row_height(writer, line), spare and writer.finalized is not None
    if any(field.span > 1 for field in writer.form.tables[line.table].columns):  # merged cells make no row grow
        sheet.set_row(line.row, height, None, {"hidden": is_hidden})
    else:
        sheet.grow_row(line.row, height, hidden=is_hidden)
    count = writer.layout.counts[block.key]
    for field in block.fields.values():
        spot = Spot(block.key, line.index, field.key)
        if spot not in writer.layout.spots:
            continue
        above, below = alike_rows(block, field, line.index, count)
        if above + below == 0 and field.span == 1:
            writer.write_cell(sheet, spot)
        elif above == 0:  # one cell for all rows that say the same, and for all widths that it goes over
            _, _, column = writer.layout.spots[spot]
            writer.write_cell(sheet, spot, merged_to=(line.row + below, column + field.span - 1))


def alike_rows(block: Block, field: Field, index: int, count: int) -> tuple[int, int]:
    """How many rows above and below one say the same in a merged column: all of a block, or preset neighbours that are keyed."""
    if not block.merges(field):
        return 0, 0
    if field.key in block.constants:
        return index, count - 1 - index
    texts = [row.values.get(field.key) for row in block.rows]
    if index >= len(texts) or texts[index] is None:
        return 0, 0
    above = next((at for at in range(index) if texts[index - 1 - at] != texts[index]), index)
    rest = len(texts) - 1 - index
    below = next((at for at in range(rest) if texts[index + 1 + at] != texts[index]), rest)
    return above, below


def _is_blank(writer: CellWriter, block: Block, index: int) -> bool:
    """Whether nobody has filled anything into a row."""
    return not any(
        writer.value(Spot(block.key, index, field.key)) not in (None, "")
        for field in block.fields.values()
        if field.in_document and field.key not in block.constants
    )


def _row_height(writer: CellWriter, line: Line) -> float:
    """The points that the longest text of a row takes, as far as Excel allows; a blank row is as low as the form says."""
    table, block = writer.form.tables[line.table], writer.form.blocks[line.block]
    if block.row(line.index) is None and _is_blank(writer, block, line.index) and line.height:
        return line.height
    needed = max(
        lines_needed(writer.value(Spot(line.block, line.index, field.key)), writer.widths[line.block, field.key])
        for field in table.columns
        if (line.block, field.key) in writer.widths
    )
    return round(min(LONGEST_ROW, max(line.height or 0, needed * POINTS_PER_LINE + 3)), 1)


def write_end(writer: CellWriter, sheet: Worksheet, page: Page, line: Line) -> None:
    """The line below a table; rows are inserted above it where the table takes more.

    Where what follows is to touch the table it is low, and hidden once no row can be inserted above it.
    """
    write_key(sheet, line)
    table = writer.form.tables[line.table]
    block = writer.form.blocks[table.blocks[-1]]
    takes_rows = block.shape == "list" and not writer.finalized
    if table.touching:
        sheet.set_row(line.row, LOW, None, {"hidden": not takes_rows or block.fixed})
        return
    sheet.set_row(line.row, line.height)
    text = writer.form.words["end"]
    if text and takes_rows:
        sheet.write_string(line.row, 1 + table.inset, text, writer.format("note"))


def write_sides(writer: CellWriter, sheet: Worksheet, page: Page) -> None:
    """The labels on the left of sections, and room for them: where their lines are too low, all of them become higher."""
    for label in page.sides:
        draw_side(writer, sheet, label)
        letters = 2 if label.side.upright else page.width(1, label.right)
        needed = lines_needed(label.side.label, letters) * POINTS_PER_LINE + BOX_MARGIN
        heights = {row: height for row in range(label.top, label.bottom + 1) if (height := sheet.height_of(row))}
        missing = needed - sum(heights.values())
        for row, height in heights.items():
            if missing > 0:
                sheet.raise_row(row, min(LONGEST_ROW, ceil((height + missing / len(heights)) / PIXEL) * PIXEL))


def draw_side(writer: CellWriter, sheet: Worksheet, label: SideLabel) -> None:
    """One of them, in one cell over all lines of its section."""
    style = writer.format("header", **({"rotation": STACKED, "text_wrap": False} if label.side.upright else {}))
    write_heading(sheet, (label.top, 1, label.bottom, label.right), label.side.label, style)


LINES: Mapping[str, LineWriter] = {
    "title": write_text("title"),
    "heading": write_text("heading"),
    "paragraph": write_text("plain"),
    "year": write_year,
    "group": write_text("group"),
    "gap": write_gap,
    "signature": write_signature,
    "field": write_field,
    "narrative_heading": write_narrative_heading,
    "narrative": write_narrative,
    "header": write_header,
    "row": write_row,
    "end": write_end,
    **GUIDE_LINES,
}
