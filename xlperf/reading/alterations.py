"""What a department did to the workbook itself: headings, columns, merged and hidden cells, data beside the tables.

    findings = list(find_alterations(read_cells("filled.xlsx")))

Everything that can still be understood has been read by then. Reported here is what was understood otherwise than it looks,
what was not read at all (never silently), and what finalizing will restore.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import lru_cache
from typing import NamedTuple

from xlperf.addresses import cell_name
from xlperf.forms.document import Spot, is_empty
from xlperf.forms.form import Form
from xlperf.forms.layout import HEADER, make_layout
from xlperf.forms.model import GUIDE, RULES, TYPES, Block, Severity, Sheet, Table
from xlperf.formula.nodes import Kind
from xlperf.formula.operands import normal_text
from xlperf.messages import listing, sentence
from xlperf.reading.markup import Markup
from xlperf.reading.reading import FoundSheet, Reading
from xlperf.reading.sheet_rows import Cell, Range, SheetRow, header_depth, key_columns
from xlperf.reporting.finding import Finding
from xlperf.text import nearest
from xlperf.values.printing import typed_text

MOST_NAMED = 50  # cells named in one finding; the rest is counted
MOST_SHOWN = 40  # characters of what stands in a cell
MOST_MERGED = 500  # rows of a merged area that are looked at


class FoundTable(NamedTuple):
    """A table of the form, and the sheet in which it was found."""

    sheet: Sheet
    table: Table
    found: FoundSheet

    @property
    def header(self) -> int | None:
        """The row where its header begins."""
        return next((number for number, row in enumerate(self.found.grid) if row[0] == HEADER), None)


def find_alterations(reading: Reading) -> Iterator[Finding]:
    """Yield what was done to the workbook itself."""
    for check in CHECKS:
        yield from check(reading)


def _tables(reading: Reading) -> Iterator[FoundTable]:
    """Yield every table whose sheet is there."""
    for sheet in reading.form.sheets:
        for section in sheet.sections:
            if isinstance(section, Table) and sheet.key in reading.sheets:
                yield FoundTable(sheet, section, reading.sheets[sheet.key])


def _markups(reading: Reading) -> dict[str, Markup]:
    """The markup of the sheets by their titles."""
    return {found.title: found.markup for found in reading.sheets.values() if found.markup}


# --- rows and columns ----------------------------------------------------------------------------------------


def deleted_rows(reading: Reading) -> Iterator[Finding]:
    """Preset rows that were deleted."""
    for _, table, found in _tables(reading):
        for block in (reading.form.blocks[key] for key in table.blocks if key != RULES):
            for index in range(len(block.rows) or int(block.shape == "object")):
                if (block.key, index) in reading.missing_rows:
                    row = block.row(index)
                    name = (row.values if row else block.constants).get(block.row_name or "")
                    hint = _nothing_there(reading.form, block, index)
                    yield Finding("XL231", "error", (), {"found": name, "sheet": found.title, "hint": hint})


def _nothing_there(form: Form, block: Block, index: int) -> str:
    """What to do with a row of which a unit has nothing: choose the only word of a column, or leave its figures blank."""
    inputs = [field for field in block.fields.values() if form.is_input(block, index, field)]
    only = next((field for field in inputs if len(field.choices) == 1), None)
    if only:
        return sentence("nothing_chosen", {"column": only.label, "choice": only.choices[0]})
    return sentence("nothing_blank", {}) if any(field.kind is Kind.NUMBER for field in inputs) else ""


def deleted_columns(reading: Reading) -> Iterator[Finding]:
    """Columns that were deleted, or whose hidden key was."""
    for found_table in _tables(reading):
        sheet, table, found = found_table
        columns = key_columns(found.grid)
        top = found_table.header if found_table.header is not None else len(found.grid)
        headings = [
            str(cell)
            for row in found.grid[top : top + header_depth(sheet)]
            for number, cell in enumerate(row)
            if number not in columns.values()
        ]
        for column in table.columns:
            if column.key not in columns and column.in_document:
                near = nearest(column.label, headings)
                reason = sentence("lost_key" if near else "not_there", {"near": near})
                yield Finding("XL232", "error", (), {"column": column.label, "found": reason, "sheet": found.title})


def retyped_headings(reading: Reading) -> Iterator[Finding]:
    """Headings that were retyped; the columns are known by their keys. Those of workbooks written before are no change."""
    for found_table in _tables(reading):
        if found_table.header is not None:
            yield from _retyped_headings(found_table, found_table.header)


def _retyped_headings(found_table: FoundTable, top: int) -> Iterator[Finding]:
    sheet, table, found = found_table
    columns, depth = key_columns(found.grid), header_depth(sheet)
    for column in table.columns:
        number = columns.get(column.key)
        if number is None or column.hidden:
            continue
        texts = [str(row[number]) for row in found.grid[top : top + depth] if number < len(row)]
        if not {_folded(label) for label in (column.label, *column.former_labels)} & set(map(_folded, texts)):
            place = f"{found.title}!{cell_name(top + depth - 1, number)}"
            last = next((text for text in reversed(texts) if text.strip()), None)
            yield Finding("XL233", "info", (), {"found": last, "expected": column.label}, cells=(place,))


def _folded(text: str) -> str:
    return re.sub(r"[\s()\uff08\uff09]", "", normal_text(text))


def hidden_rows(reading: Reading) -> Iterator[Finding]:
    """Rows that were hidden and hold data: they count."""
    places, markups = [], _markups(reading)
    for (key, index), origin in reading.origins.items():
        block, markup = reading.form.blocks[key], markups.get(origin.title)
        is_hidden = markup is not None and origin.number in markup.hidden_rows
        if is_hidden and not is_empty(reading.form, block, index, reading.rows[key][index]):
            places.append(f"{origin.title}!{cell_name(origin.number, 1)}")
    if places:
        yield Finding("XL235", "info", (), {"found": len(places)}, cells=tuple(places[:MOST_NAMED]))


# --- merged cells --------------------------------------------------------------------------------------------


def merged_cells(reading: Reading) -> Iterator[Finding]:
    """Cells of a table merged by hand: only the first holds a value, which may count for all of them (`spread_merged`) or not."""
    merged_by_us = _merged_by_us(reading)
    for found in reading.sheets.values():
        areas = list(_merged_by_hand(reading, found, merged_by_us.get(found.title, set())))
        blank_inputs = _blank_inputs(reading, found.title) if areas else {}
        losing = {area for area in areas if _hides_input(found, area, blank_inputs)}
        yield from _merged_finding(found, [area for area in areas if area not in losing], "info", "merged_reads")
        yield from _merged_finding(found, [area for area in areas if area in losing], "warning", "merged_lost")


def _merged_finding(found: FoundSheet, areas: Sequence[Range], severity: Severity, hint: str) -> Iterator[Finding]:
    if areas:
        places = [f"{found.title}!{cell_name(*area[:2])}:{cell_name(*area[2:])}" for area in areas[:MOST_NAMED]]
        yield Finding("XL234", severity, (), {"found": len(areas), "hint": sentence(hint, {})}, cells=tuple(places))


def _merged_by_hand(reading: Reading, found: FoundSheet, merged_by_us: Set[int]) -> Iterator[Range]:
    """Yield the merged areas of a sheet that touch its tables, but for those the template makes."""
    rows = {row.number for row in reading.sheet_rows if row.title == found.title and not row.single}
    for area in found.markup.merges if found.markup else ():
        _, left, _, right = area
        if not rows.isdisjoint(_lines(area)) and not (left == right and left in merged_by_us):
            yield area


def _lines(area: Range) -> range:
    return range(area[0], min(area[2], area[0] + MOST_MERGED) + 1)


def _hides_input(found: FoundSheet, area: Range, blank_inputs: Mapping[int, Sequence[int]]) -> bool:
    """Whether a merged area that shows something hides a blank input: what stood there went when they were merged."""
    top, left, _, right = area
    if left >= len(found.grid[top]) or not str(found.grid[top][left]).strip():
        return False
    hidden = ((line, column) for line in _lines(area) for column in blank_inputs.get(line, ()) if left <= column <= right)
    return any(place != (top, left) for place in hidden)


def _merged_by_us(reading: Reading) -> dict[str, set[int]]:
    """The columns of each sheet in which the template merges cells itself."""
    return {
        found.title: {columns[column.key] for column in table.columns if column.merged and column.key in columns}
        for _, table, found in _tables(reading)
        for columns in [key_columns(found.grid)]
    }


def _blank_inputs(reading: Reading, title: str) -> dict[int, list[int]]:
    """Where on a sheet people have typed nothing, by row: what is merged away there is lost, if there was anything."""
    blank: dict[int, list[int]] = {}
    for (key, index), origin in reading.origins.items():
        if origin.title == title:
            inputs = reading.form.inputs(reading.form.blocks[key], index)
            typed = {name for name, value in origin.values.items() if str(value or "").strip()}
            blank[origin.number] = [column for name, column in origin.columns.items() if name in inputs - typed]
    return blank


# --- data where nobody types ---------------------------------------------------------------------------------


def stray_data(reading: Reading) -> Iterator[Finding]:
    """Data that stand where nobody types: below a table's end, beside it, between the lines, in a cell that stays blank."""
    rows = {row.place: row for row in reading.sheet_rows}
    texts = _own_texts(reading.form)
    for sheet in reading.form.sheets:
        if sheet.key in reading.sheets and sheet.key != GUIDE:
            found = reading.sheets[sheet.key]
            for cell, value in _stray_cells(sheet, found, rows, texts[sheet.key]):
                yield _stray(str(cell), value)
    for spot, value in _in_closed_cells(reading):
        yield _stray(reading.places[spot], value)


def _stray(place: str, value: object) -> Finding:
    return Finding("XL236", "warning", (), {"found": typed_text(value)[:MOST_SHOWN]}, cells=(place,))


def _stray_cells(
    sheet: Sheet, found: FoundSheet, rows: Mapping[tuple[str, int], SheetRow], texts: Mapping[str, int]
) -> Iterator[tuple[Cell, object]]:
    """Yield every filled cell of a sheet that is no field and no fixed text of ours.

    Args:
        texts: the fixed texts, each with the last column in which somebody may sign beside it.
    """
    columns = set(key_columns(found.grid).values())
    rest_of_header = 0
    for number, line in enumerate(found.grid[1:], 1):
        rest_of_header = header_depth(sheet) if line[0] == HEADER else max(0, rest_of_header - 1)
        filled = [(column, value) for column, value in enumerate(line) if column and str(value).strip()]
        row = rows.get((found.title, number))
        if rest_of_header or (row and not row.single):
            stray = [(column, value) for column, value in filled if column not in columns]
        elif row:
            stray = [(column, value) for column, value in filled if column not in {*row.columns.values(), 1}]
        else:
            words = [(column, normal_text(str(value)), value) for column, value in filled]
            signed = max((texts.get(text, 0) for _, text, _ in words), default=0)
            stray = [(column, value) for column, text, value in words if column > signed and text not in texts]
        yield from ((Cell(found.title, number, column), value) for column, value in stray)


def _in_closed_cells(reading: Reading) -> Iterator[tuple[Spot, object]]:
    """Yield what stands in cells that stay blank: nobody types into them, nothing is computed or printed there."""
    for (key, index), origin in reading.origins.items():
        block = reading.form.blocks[key]
        inputs = reading.form.inputs(block, index)
        for name, value in origin.values.items():
            if name in inputs or value in ("", None) or not str(value).strip():
                continue
            if _stays_blank(reading.form, block, index, name):
                yield Spot(key, index, name), value


def _stays_blank(form: Form, block: Block, index: int, name: str) -> bool:
    """Whether the form has neither a formula nor a text of its own for a cell into which nobody types."""
    row, field = block.row(index), block.fields[name]
    if name in block.constants or (row and (name in row.values or name == block.row_name)) or name.startswith("_"):
        return False
    return bool(TYPES[field.type].json) and not field.given and not field.last and form.formula(block, index, name) is None


@lru_cache(maxsize=16)
def _own_texts(form: Form) -> dict[str, dict[str, int]]:
    """The fixed texts of every sheet, as they are compared, with the last column of what is signed beside them."""
    end = {normal_text(form.words["end"]): 0}
    return {
        page.sheet.key: end
        | {normal_text(line.text): page.last_visible if line.kind == "signature" else 0 for line in page.lines if line.text}
        for page in make_layout(form).pages
    }


def foreign_sheets(reading: Reading) -> Iterator[Finding]:
    """Sheets that are not ours: finalizing leaves them out."""
    if reading.foreign_sheets:
        yield Finding("XL241", "info", (), {"found": listing(reading.foreign_sheets[:MOST_NAMED])})


# --- what the template has and the file no longer ------------------------------------------------------------


def lost_formulas(reading: Reading) -> Iterator[Finding]:
    """Computed cells that show the right value and hold no formula any more; notes typed into a hidden helper column."""
    lost = []
    for spot, raw in reading.shown_results.items():
        if spot.block == RULES or spot in reading.with_formula or raw is None or not str(raw).strip():
            continue
        if reading.form.blocks[spot.block].fields[spot.field].in_document or not isinstance(raw, str):
            lost.append(spot)
        else:
            yield _stray(reading.places[spot], raw)
    if lost:
        yield Finding("XL237", "info", tuple(lost))


def lost_protection(reading: Reading) -> Iterator[Finding]:
    """Sheets that are not protected any more."""
    titles = [reading.sheets[sheet.key].title for sheet in reading.form.sheets if sheet.key in reading.sheets]
    markups = _markups(reading)
    unprotected = [title for title in titles if title in markups and not markups[title].protected]
    if unprotected:
        yield Finding("XL238", "info", (), {"found": listing(unprotected)})


def lost_dropdowns(reading: Reading) -> Iterator[Finding]:
    """Cells whose dropdown list was wiped, mostly by pasting; rows somebody inserted and finalized workbooks never had one."""
    if reading.identity.get("submission"):
        return
    markups, lost = _markups(reading), []
    for (key, index), origin in reading.origins.items():
        block, markup = reading.form.blocks[key], markups.get(origin.title)
        if markup is None or origin.inserted:
            continue
        for field in block.fields.values():
            column = origin.columns.get(field.key)
            asks = bool(field.choices) and reading.form.is_input(block, index, field)
            if asks and column is not None and not markup.offers_list(origin.number, column):
                lost.append(Spot(key, index, field.key))
    if lost:
        yield Finding("XL239", "info", tuple(lost))


CHECKS = (
    deleted_rows,
    deleted_columns,
    retyped_headings,
    merged_cells,
    hidden_rows,
    stray_data,
    foreign_sheets,
    lost_formulas,
    lost_protection,
    lost_dropdowns,
)
