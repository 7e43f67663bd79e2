"""The lines of a sheet, one function per kind: what is merged, how high it is, which key goes into column A."""

from __future__ import annotations

from xlperf.forms.document import Spot, unit_spot
from xlperf.forms.layout import MARK, Line, Page
from xlperf.forms.model import Block, Field
from xlperf.formula.nodes import IsBlank, Name
from xlperf.workbook.cell_writer import Canvas, cached_value, checked, write_key
from xlperf.workbook.styles import BORDER, COLOURS, LONGEST_ROW, POINTS_PER_LINE, lines_needed
from xlperf.workbook.validation import restrict


def write_title(canvas: Canvas, sheet, page: Page, line: Line) -> None:
    sheet.set_row(line.row, line.height)
    checked(sheet.merge_range(line.row, 1, line.row, page.last_visible, line.text, canvas.format("title")))


def write_heading(canvas: Canvas, sheet, page: Page, line: Line) -> None:
    sheet.set_row(line.row, line.height)
    checked(sheet.merge_range(line.row, 1, line.row, page.last_visible, line.text, canvas.format("heading")))


def write_year(canvas: Canvas, sheet, page: Page, line: Line) -> None:
    text = canvas.form.year_line.format(year=canvas.issue.fiscal_year)
    sheet.set_row(line.row, line.height)
    checked(sheet.merge_range(line.row, 1, line.row, page.last_visible, text, canvas.format("year")))


def write_gap(canvas: Canvas, sheet, page: Page, line: Line) -> None:
    sheet.set_row(line.row, line.height)


def write_signature(canvas: Canvas, sheet, page: Page, line: Line) -> None:
    sheet.set_row(line.row, line.height)
    middle = page.last_visible - 1
    checked(sheet.merge_range(line.row, 1, line.row, middle, line.text, canvas.format("signature")))
    checked(sheet.write_blank(line.row, page.last_visible, None, canvas.format("plain", bottom=1)))


def write_paragraph(canvas: Canvas, sheet, page: Page, line: Line) -> None:
    sheet.set_row(line.row, line.height)
    checked(sheet.merge_range(line.row, 1, line.row, page.last_visible, line.text, canvas.format("plain")))


def write_field(canvas: Canvas, sheet, page: Page, line: Line) -> None:
    """A label and, merged over the other columns, its value."""
    block = canvas.form.blocks[line.block]
    field, spot = block.fields[line.field], Spot(line.block, 0, line.field)
    sheet.set_row(line.row, line.height)
    write_key(sheet, line)
    checked(sheet.write_string(line.row, 1, line.text, canvas.format("label")))
    last = (line.row, page.last_visible) if page.last_visible > 2 else None
    canvas.write_cell(sheet, spot, block, field, last)
    finish_single(canvas, sheet, block, field, spot)


def write_narrative(canvas: Canvas, sheet, page: Page, line: Line) -> None:
    """A long text over several merged rows, high enough for what stands in it."""
    block = canvas.form.blocks[line.block]
    field, spot = block.fields[line.field], Spot(line.block, 0, line.field)
    needed = lines_needed(canvas.value(spot), sum(page.sheet.widths)) * POINTS_PER_LINE + 6
    least = POINTS_PER_LINE if canvas.issue.finalized else line.height  # nobody types into a finalized one
    height = min(LONGEST_ROW, max(least, needed / line.rows))
    for row in range(line.row, line.row + line.rows):
        sheet.set_row(row, round(height, 1))
    write_key(sheet, line)
    canvas.write_cell(sheet, spot, block, field, (line.row + line.rows - 1, page.last_visible))
    finish_single(canvas, sheet, block, field, spot)


def finish_single(canvas: Canvas, sheet, block: Block, field: Field, spot: Spot) -> None:
    if not canvas.form.is_input(block, 0, field):
        return
    if field.required:
        blank = "=" + canvas.formula(spot, IsBlank(Name(field.key, field.kind), True), "FALSE")
        checked(
            sheet.conditional_format(
                *canvas.rectangle(spot, spot), {"type": "formula", "criteria": blank, "format": canvas.book_format("required")}
            )
        )
    if not canvas.issue.finalized:
        restrict(canvas, sheet, "", block, field, spot, spot)


def write_header(canvas: Canvas, sheet, page: Page, line: Line) -> None:
    """The official header; neighbours of one group share a merged cell above them."""
    write_key(sheet, line)
    for row in range(line.row, line.row + line.rows):
        sheet.set_row(row, line.height)
    style = canvas.format("header")
    places = {key: number for number, column in enumerate(page.columns) for key in column.keys}
    columns = [column for column in canvas.form.tables[line.table].columns if not column.hidden and column.key in places]
    number = 0
    while number < len(columns):
        group, first = columns[number].group, number
        while number + 1 < len(columns) and group and columns[number + 1].group == group:
            number += 1
        left, right = places[columns[first].key], places[columns[number].key]
        if line.rows == 1:
            checked(sheet.write_string(line.row, left, columns[first].label, style))
        elif not group or first == number:
            checked(sheet.merge_range(line.row, left, line.row + 1, left, columns[first].label, style))
        else:
            checked(sheet.merge_range(line.row, left, line.row, right, group, style))
            for column in columns[first : number + 1]:
                checked(sheet.write_string(line.row + 1, places[column.key], column.label, style))
        number += 1


def write_row(canvas: Canvas, sheet, page: Page, line: Line) -> None:
    """One row of a table: every cell of it, helpers included, and height for its longest text."""
    write_key(sheet, line)
    block = canvas.form.blocks[line.block]
    table = canvas.form.tables[line.table]
    blank = line.index >= len(canvas.rows.get(block.key, ())) or not any(
        canvas.value(Spot(block.key, line.index, f.key)) not in (None, "")
        for f in block.fields.values()
        if f.in_document and f.key not in block.constants
    )
    hidden = canvas.issue.finalized and blank and block.shape == "list" and not block.row(line.index)
    widths = [(f.key, canvas.widths[block.key, f.key]) for f in table.columns if (block.key, f.key) in canvas.widths]
    needed = max(lines_needed(canvas.value(Spot(block.key, line.index, key)), width) for key, width in widths)
    height = min(LONGEST_ROW, max(line.height, needed * POINTS_PER_LINE + 4))
    sheet.set_row(line.row, round(height, 1), None, {"hidden": hidden})
    count = canvas.layout.counts[block.key]
    for field in block.fields.values():
        spot, one = Spot(block.key, line.index, field.key), field.merged and field.key in block.constants and count > 1
        if spot in canvas.layout.spots and not (one and line.index):
            column = canvas.layout.spots[spot][2]
            canvas.write_cell(sheet, spot, block, field, (line.row + count - 1, column) if one else None)


def write_end(canvas: Canvas, sheet, page: Page, line: Line) -> None:
    write_key(sheet, line)
    block = canvas.form.blocks[canvas.form.tables[line.table].blocks[-1]]
    open_ended = block.shape == "list" and not canvas.issue.finalized
    sheet.set_row(line.row, line.height)
    text = canvas.form.words["end"] if open_ended else ""
    checked(sheet.write_string(line.row, 1, text, canvas.format("note"))) if text else None


def write_guide_unit(canvas: Canvas, sheet, page: Page, line: Line) -> None:
    spot = unit_spot(canvas.form)
    cell, value = canvas.layout.absolute(spot), canvas.value(spot) or ""
    write_pair(canvas, sheet, page, line)
    style = canvas.format("computed")
    checked(sheet.merge_range(line.row, 3, line.row, page.last_visible, "", style))
    checked(sheet.write_formula(line.row, 3, f'=IF(TRIM({cell})="","",{cell})', style, cached_value(value)))


def write_guide_year(canvas: Canvas, sheet, page: Page, line: Line) -> None:
    write_pair(canvas, sheet, page, line, str(canvas.issue.fiscal_year))


def write_guide_identity(canvas: Canvas, sheet, page: Page, line: Line) -> None:
    form = canvas.form
    write_pair(canvas, sheet, page, line, f"{form.key} {form.revision} · {form.digest[:12]} · {MARK} {canvas.issue.version}")


def write_guide_missing(canvas: Canvas, sheet, page: Page, line: Line) -> None:
    write_key(sheet, line)
    write_pair(canvas, sheet, page, line)
    spot = Spot(line.block, 0, line.field)
    block, style = canvas.form.blocks[line.block], canvas.format("required", bold=True)
    tree = canvas.form.formula(block, 0, line.field)
    value = canvas.value(spot)
    checked(sheet.write_formula(line.row, 3, "=" + canvas.formula(spot, tree), style, 0 if value is None else value))
    checked(sheet.write_string(line.row, 4, canvas.form.words["missing_unit"], canvas.format("plain")))
    rectangle = (line.row, 3, line.row, 3)
    checked(
        sheet.conditional_format(
            *rectangle, {"type": "cell", "criteria": "==", "value": 0, "format": canvas.book_format("passed")}
        )
    )


def write_guide_submission(canvas: Canvas, sheet, page: Page, line: Line) -> None:
    if not canvas.issue.finalized:
        sheet.set_row(line.row, 6)
        return
    write_pair(canvas, sheet, page, line, f"{canvas.issue.submission} · {canvas.form.words['finalized_on']} {canvas.issue.date}")


def write_pair(canvas: Canvas, sheet, page: Page, line: Line, text: str = "") -> None:
    sheet.set_row(line.row, line.height)
    checked(sheet.merge_range(line.row, 1, line.row, 2, line.text, canvas.format("label")))
    if text:
        checked(sheet.merge_range(line.row, 3, line.row, page.last_visible, text, canvas.format("computed")))


def write_legend(canvas: Canvas, sheet, page: Page, line: Line) -> None:
    sheet.set_row(line.row, line.height)
    colour = COLOURS[line.field]
    checked(sheet.write_blank(line.row, 1, None, canvas.format("plain", bg_color=colour, **BORDER)))
    checked(sheet.write_string(line.row, 2, line.text, canvas.format("plain")))


def write_ask(canvas: Canvas, sheet, page: Page, line: Line) -> None:
    """What one rule asks of the department."""
    rule = canvas.form.rules[line.text]
    sheet.set_row(line.row, line.height)
    checked(sheet.write_string(line.row, 1, canvas.form.words[rule.severity], canvas.format("label", align="center")))
    checked(sheet.write_string(line.row, 2, rule.title, canvas.format("plain", **BORDER)))
    checked(sheet.merge_range(line.row, 3, line.row, page.last_visible, rule.why, canvas.format("plain", **BORDER)))


LINES = {
    "title": write_title,
    "heading": write_heading,
    "year": write_year,
    "gap": write_gap,
    "signature": write_signature,
    "paragraph": write_paragraph,
    "field": write_field,
    "narrative": write_narrative,
    "header": write_header,
    "row": write_row,
    "end": write_end,
    "guide_unit": write_guide_unit,
    "guide_year": write_guide_year,
    "guide_identity": write_guide_identity,
    "guide_missing": write_guide_missing,
    "guide_submission": write_guide_submission,
    "legend": write_legend,
    "ask": write_ask,
}
