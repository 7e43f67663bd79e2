"""The lines of a drawn sheet: what the template shows there, with formulas in addresses and notes for what Excel cannot say.

    draw_page(canvas, sheet, page)

Titles, headings, gaps and the program's own first page are those of the template itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from typing import Any

from xlperf.drawing.canvas import Canvas, note_at
from xlperf.drawing.limits import draw_limits
from xlperf.forms.definition import Raw
from xlperf.forms.document import Spot
from xlperf.forms.model import RULES, Field, Guide, Table
from xlperf.forms.sheet_lines import Line, Page, header_heights
from xlperf.workbook.book import Worksheet
from xlperf.workbook.box_note import first_of_note
from xlperf.workbook.guide_lines import GUIDE_LINES
from xlperf.workbook.line_writers import LINES, alike_rows, draw_side, write_heading, write_label
from xlperf.workbook.styles import LONGEST_ROW, POINTS_PER_LINE, lines_needed

OWN_LINES = ("title", "heading", "paragraph", "year", "group", "gap", "signature", *GUIDE_LINES)
CHECK = "check"  # the level of the properties of a column of the checks


def draw_page(canvas: Canvas, sheet: Worksheet, page: Page, raw: Raw) -> None:
    """Draw the lines of one sheet; `raw` is the sheet as the definition has it."""
    notes: dict[int, dict[str, Any]] = {}  # by row, for the first cell of it
    sections = _sections_of_lines(canvas, page, raw, notes)
    first = next((line.row for line in page.lines if line.kind != "gap"), 1)
    notes.setdefault(first, {})
    notes[first] = {"sheet_key": raw["key"], **({"sheet_private": True} if raw.get("private") else {}), **notes[first]}
    for line in page.lines:
        own = {} if line.is_beside else notes.get(line.row, {})
        if line.kind in OWN_LINES:
            LINES[line.kind](canvas.writer, sheet, page, line._replace(key=""))
            note_at(sheet, line.row, 1, own)
        else:
            DRAWN[line.kind](canvas, sheet, page, line, sections.get((line.row, line.left), {}), own)
    for label in page.sides:
        draw_side(canvas.writer, sheet, label)
        if label.top == label.bottom:  # nothing else tells it from the label of a field
            note_at(sheet, label.top, 1, {"side_label": True})


def _sections_of_lines(canvas: Canvas, page: Page, raw: Raw, notes: dict[int, dict[str, Any]]) -> dict[tuple[int, int], Raw]:
    """The section of each line, by row and column; what the first cell of the line says of it goes into the notes."""
    sections: dict[tuple[int, int], Raw] = {}
    held, at = page.lines, 1 if raw.get("heading") else 0
    for number, section in enumerate(raw["sections"]):
        model = page.sheet.sections[number]
        if isinstance(model, Guide):
            count = len(held) - at
            rows = _rows_of_guide(canvas, page, raw, at, number)
            notes.setdefault(held[at].row, {})["sheet_guide"] = rows or count
            at += rows or count
        elif "lines" in section:
            at += 2 + len(section["lines"])
        elif "fields" in section:
            if section.get("heading"):
                at += 1
            own = {"fields_key": section["fields"], **({"fields_path": section["path"]} if "path" in section else {})}
            notes.setdefault(held[at].row, {}).update(own)
            for item in section["items"]:
                span = 1 if item.get("rows", 1) == 1 else 2
                for line in held[at : at + span]:
                    sections[line.row, line.left] = item
                at += span
        elif isinstance(model, Table):
            has_heading = held[at].kind == "heading"
            at += has_heading
            sections[held[at].row, 1] = section
            notes.setdefault(held[at].row, {}).update(_of_table(section, is_named=_is_named(section, bool(has_heading))))
            at += 1
            while at < len(held) and held[at].kind == "row":
                sections[held[at].row, 1] = section
                at += 1
            at += 1
    return sections


def _rows_of_guide(canvas: Canvas, page: Page, raw: Raw, at: int, number: int) -> int:
    """How many lines the program's own page has, where other sections follow it."""
    behind = len(raw["sections"]) - number - 1
    if not behind:
        return 0
    first = next(n for n in range(at, len(page.lines)) if page.lines[n].kind in ("gap", "field", "narrative_heading", "header"))
    return first - at - (page.lines[first - 1].kind == "heading")


def _is_named(section: Raw, has_heading: bool) -> bool:
    """Whether the drawing shows what a table is called: above it, or on its left."""
    return has_heading or section.get("side", {}).get("label") == section.get("label", "")


def _of_table(section: Raw, *, is_named: bool) -> dict[str, Any]:
    frozen = {"table_freeze": section["freeze"]} if "freeze" in section else {}  # not every program keeps panes
    if "checks" in section:
        return {
            "table_checks": True,
            **frozen,
            **({"table_label": section["label"]} if "label" in section and not is_named else {}),
        }
    return {
        "table_key": section["table"],
        **({} if is_named else {"table_label": section["label"]}),
        **({"table_row_name": section["row_name"]} if "row_name" in section else {}),
        **frozen,
    }


def usual_height(label: str, width: float) -> float:
    """The points of a line of single fields that a label needs at least."""
    return lines_needed(label, width) * POINTS_PER_LINE + 4


# --- single fields -------------------------------------------------------------------------------------------


def _draw_field(canvas: Canvas, sheet: Worksheet, page: Page, line: Line, item: Raw, own: dict[str, Any]) -> None:
    """A label and, merged over the other columns, its value."""
    spot, first, last = Spot(line.block, 0, line.field), line.value_at, line.last_column(page)
    if not line.is_beside:
        labels = [each for each in page.lines if each.row == line.row]
        needed = max(usual_height(each.text, page.width(each.left, each.value_at - 1)) for each in labels)
        sheet.set_row(line.row, min(LONGEST_ROW, max(line.height or 0, needed)))
    write_label(sheet, line, canvas.writer.format("label"))
    _draw_value(canvas, sheet, spot, item, own, (line.row, line.left), (line.row, last) if last > first else None)


def _draw_narrative_heading(canvas: Canvas, sheet: Worksheet, page: Page, line: Line, item: Raw, own: dict[str, Any]) -> None:
    sheet.set_row(line.row, line.height)
    before = first_of_note(page) - 1
    if before > 1:
        sheet.merge_range(line.row, 1, line.row, before, line.text, canvas.writer.format("heading"))
    else:
        sheet.write_string(line.row, 1, line.text, canvas.writer.format("heading"))
    canvas.pending = {**own}


def _draw_narrative(canvas: Canvas, sheet: Worksheet, page: Page, line: Line, item: Raw, own: dict[str, Any]) -> None:
    for row in range(line.row, line.row + line.rows):
        sheet.set_row(row, line.height)
    spot, bottom = Spot(line.block, 0, line.field), line.row + line.rows - 1
    _draw_value(canvas, sheet, spot, item, {**canvas.pending, **own}, (line.row - 1, 1), (bottom, page.last_printed))
    canvas.pending = {}


def _draw_value(
    canvas: Canvas,
    sheet: Worksheet,
    spot: Spot,
    item: Raw,
    own: dict[str, Any],
    label: tuple[int, int],
    to: tuple[int, int] | None,
) -> None:
    _, row, column = canvas.layout.spots[spot]
    formula, in_note = canvas.formula(item.get("formula"), spot)
    canvas.draw_cell(sheet, spot, formula=formula, merged_to=to)
    note_at(sheet, *label, {**own, **canvas.properties(item, spot, formula_in_note=in_note)})
    draw_limits(sheet, (row, column, *(to or (row, column))), item, None)


# --- tables --------------------------------------------------------------------------------------------------


def _draw_header(canvas: Canvas, sheet: Worksheet, page: Page, line: Line, section: Raw, own: dict[str, Any]) -> None:
    """The header as printed, with what each column says of itself in the note of its cell; helpers have one too."""
    for row, height in enumerate(header_heights(canvas.form.tables[line.table]), line.row):
        sheet.set_row(row, height)
    style, places = canvas.writer.format("header"), page.places
    columns = [column for column in canvas.form.tables[line.table].columns if column.key in places]
    shown = [column for column in columns if not column.hidden]
    by_key = {column["key"]: column for column in section["columns"]}
    notes = _notes_of_columns(canvas, line, section, by_key, own, places)
    for _, beside in groupby(shown, key=lambda column: (column.group, "" if column.group else column.key)):
        headed = [(places[column.key], column) for column in beside]
        if len(headed) == 1 and headed[0][1].group:  # the title above one column is not shown
            notes[headed[0][0]]["field_group"] = headed[0][1].group
        _draw_headings(sheet, line, headed, style, notes)
    for column in columns:
        if column.hidden and column.key in by_key:
            _draw_headings(sheet, line, [(places[column.key], column)], style, notes)


def _notes_of_columns(
    canvas: Canvas, line: Line, section: Raw, by_key: Mapping[str, Raw], own: dict[str, Any], places: Mapping[str, int]
) -> dict[int, dict[str, Any]]:
    """The properties of the columns by where they stand; the first says those of the table too."""
    notes: dict[int, dict[str, Any]] = {}
    block = canvas.form.tables[line.table].blocks[0]
    for key, column in by_key.items():
        if key in places:
            spot, in_note = Spot(block, 0, key), canvas.formula(column.get("formula"), Spot(block, 0, key))[1]
            notes[places[key]] = canvas.properties(column, spot, formula_in_note=in_note and line.table != RULES)
    first = min(notes)
    notes[first] = {**own, **notes[first]}
    return notes


def _draw_headings(
    sheet: Worksheet, line: Line, columns: list[tuple[int, Field]], style: Any, notes: Mapping[int, dict[str, Any]]
) -> None:
    (left, first), (right, last) = columns[0], columns[-1]
    at_row = line.row
    if line.rows > 1 and len(columns) == 1:
        write_heading(sheet, (line.row, left, line.row + 1, left + first.span - 1), first.label, style)
    else:
        if line.rows > 1:
            sheet.merge_range(line.row, left, line.row, right + last.span - 1, first.group, style)
            at_row += 1
        for at, column in columns:
            write_heading(sheet, (at_row, at, at_row, at + column.span - 1), column.label, style)
    for at, _ in columns:
        note_at(sheet, at_row, at, notes.get(at, {}))


def _draw_row(canvas: Canvas, sheet: Worksheet, page: Page, line: Line, section: Raw, own: dict[str, Any]) -> None:
    """One row: its texts and formulas; the first cell says what block begins there and which row it is."""
    block = canvas.form.blocks[line.block]
    sheet.grow_row(line.row, canvas.row_height(line))
    first = 1 + canvas.form.tables[line.table].inset
    notes: dict[int, dict[str, Any]] = {first: dict(own)}
    if line.table != RULES:
        raw = next(each for each in section["blocks"] if each["key"] == block.key)
        row = block.row(line.index)
        notes[first] |= canvas.of_block(raw) if line.index == 0 else {}
        notes[first] |= {"row_key": row.key} if row else {}
    by_key = {column["key"]: column for column in section["columns"]}
    for field in block.fields.values():
        spot = Spot(block.key, line.index, field.key)
        if spot not in canvas.layout.spots or field.key not in by_key:
            continue
        _, at_row, column = canvas.layout.spots[spot]
        source = None if line.table == RULES else canvas.source(section, block, line.index, field.key)
        formula, in_note = canvas.formula(source, spot)
        if in_note and source != by_key[field.key].get("formula"):
            notes.setdefault(column, {})["cell_formula"] = source
        above, below = alike_rows(block, field, line.index, canvas.layout.counts[block.key])
        if above == 0:
            to = (at_row + below, column + field.span - 1)
            canvas.draw_cell(sheet, spot, formula=formula, merged_to=to if to != (at_row, column) else None)
    for column, properties in notes.items():
        note_at(sheet, line.row, column, properties)


def draw_limits_of_tables(canvas: Canvas, sheet: Worksheet, page: Page, raw: Raw) -> None:
    """Restrict every column of every table, from its first row to its last."""
    for model, section in zip(page.sheet.sections, raw["sections"], strict=True):
        if not isinstance(model, Table):
            continue
        last_block = model.blocks[-1]
        for column in section["columns"]:
            first = Spot(model.blocks[0], 0, column["key"])
            last = Spot(last_block, canvas.layout.counts[last_block] - 1, column["key"])
            if first in canvas.layout.spots and last in canvas.layout.spots:
                (_, top, left), (_, bottom, _) = canvas.layout.spots[first], canvas.layout.spots[last]
                cells = canvas.lists.get((model.key, column["key"])) or canvas.source_cells(column, model.blocks[0])
                draw_limits(sheet, (top, left, bottom, left), column, cells)


def _draw_end(canvas: Canvas, sheet: Worksheet, page: Page, line: Line, section: Raw, own: dict[str, Any]) -> None:
    if canvas.form.tables[line.table].touching:
        sheet.set_row(line.row, None, None, {"hidden": True})
    else:
        LINES["end"](canvas.writer, sheet, page, line._replace(key=""))


DrawnLine = Callable[[Canvas, Worksheet, Page, Line, Raw, dict[str, Any]], None]
DRAWN: Mapping[str, DrawnLine] = {
    "field": _draw_field,
    "narrative_heading": _draw_narrative_heading,
    "narrative": _draw_narrative,
    "header": _draw_header,
    "row": _draw_row,
    "end": _draw_end,
}


def texts_of_choices(raw_sheets: list[Raw]) -> Iterator[tuple[tuple[str, str], Raw]]:
    """Yield the columns with choices, by table and key."""
    for sheet in raw_sheets:
        for section in sheet["sections"]:
            for column in section.get("columns", ()) if "table" in section else ():
                if column.get("choices"):
                    yield (section["table"], column["key"]), column
