"""What a department did to the workbook itself: headings, columns, merged and hidden cells, data beside the tables.

    findings = list(find_alterations(read_cells("filled.xlsx")))

Everything that can still be understood has been read by then. Reported here is what was understood otherwise than it looks,
what was not read at all (never silently), and what finalizing will restore.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from xlperf.addresses import cell_name
from xlperf.comparing.headings import retyped_headings
from xlperf.comparing.side_labels import side_labels
from xlperf.comparing.stray_cells import stray_data
from xlperf.forms.document import Spot, is_empty
from xlperf.forms.form import Form
from xlperf.forms.model import RULES, Block, Field, Severity, Sheet, Table
from xlperf.forms.sheet_lines import HEADER
from xlperf.formula.nodes import Kind
from xlperf.messages import listing, sentence
from xlperf.reading.markup import Markup
from xlperf.reading.reading import FoundSheet, Reading
from xlperf.reading.sheet_rows import Range, header_depth, key_columns
from xlperf.reporting.finding import Finding
from xlperf.text import nearest

MOST_NAMED = 50  # cells named in one finding; the rest is counted
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
            for row in found.grid[top : top + header_depth(sheet, table)]
            for number, cell in enumerate(row)
            if number not in columns.values()
        ]
        for column in table.columns:
            if column.key not in columns and column.in_document:
                near = nearest(column.label, headings)
                reason = sentence("lost_key" if near else "not_there", {"near": near})
                yield Finding("XL232", "error", (), {"column": column.label, "found": reason, "sheet": found.title})


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
    labels = {reading.sheets[s.key].title: side_labels(reading, s) for s in reading.form.sheets if s.key in reading.sheets}
    for found in reading.sheets.values():
        own = labels.get(found.title, ())
        areas = [
            area
            for area in _merged_by_hand(reading, found, merged_by_us.get(found.title, {}))
            if not any(label.covers(*area[:2]) and label.covers(*area[2:]) for label in own)
        ]
        blank_inputs = _blank_inputs(reading, found.title) if areas else {}
        losing = {area for area in areas if _hides_input(found, area, blank_inputs)}
        yield from _merged_finding(found, [area for area in areas if area not in losing], "info", "merged_reads")
        yield from _merged_finding(found, [area for area in areas if area in losing], "warning", "merged_lost")


def _merged_finding(found: FoundSheet, areas: Sequence[Range], severity: Severity, hint: str) -> Iterator[Finding]:
    if areas:
        places = [f"{found.title}!{cell_name(*area[:2])}:{cell_name(*area[2:])}" for area in areas[:MOST_NAMED]]
        yield Finding("XL234", severity, (), {"found": len(areas), "hint": sentence(hint, {})}, cells=tuple(places))


def _merged_by_hand(reading: Reading, found: FoundSheet, merged_by_us: Mapping[int, Sequence[Field]]) -> Iterator[Range]:
    """Yield the merged areas of a sheet that touch its tables, but for those the template makes."""
    rows = {row.number for row in reading.sheet_rows if row.title == found.title and not row.single}
    for area in found.markup.merges if found.markup else ():
        top, left, bottom, right = area
        ours = any(
            field.span == right - left + 1 and (field.merged or (field.span > 1 and top == bottom))
            for field in merged_by_us.get(left, ())
        )
        if not rows.isdisjoint(_lines(area)) and not ours:
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


def _merged_by_us(reading: Reading) -> dict[str, dict[int, list[Field]]]:
    """The columns of each sheet in which the template merges cells itself, by where they stand."""
    merged: dict[str, dict[int, list[Field]]] = {}
    for _, table, found in _tables(reading):
        columns = key_columns(found.grid)
        for field in table.columns:
            if field.key in columns and (field.merged or field.span > 1):
                merged.setdefault(found.title, {}).setdefault(columns[field.key], []).append(field)
    return merged


def _blank_inputs(reading: Reading, title: str) -> dict[int, list[int]]:
    """Where on a sheet people have typed nothing, by row: what is merged away there is lost, if there was anything."""
    blank: dict[int, list[int]] = {}
    for (key, index), origin in reading.origins.items():
        if origin.title == title:
            inputs = reading.form.inputs(reading.form.blocks[key], index)
            typed = {name for name, value in origin.values.items() if str(value or "").strip()}
            blank[origin.number] = [column for name, column in origin.columns.items() if name in inputs - typed]
    return blank


# --- what the template has and the file no longer, what the file has and the template not -----------------------


def foreign_sheets(reading: Reading) -> Iterator[Finding]:
    """Sheets that are not ours: finalizing leaves them out."""
    if reading.foreign_sheets:
        yield Finding("XL241", "info", (), {"found": listing(reading.foreign_sheets[:MOST_NAMED])})


def lost_formulas(reading: Reading) -> Iterator[Finding]:
    """Computed cells that show a value and hold no formula any more; what is no value of theirs is told as content of others."""
    lost = [spot for spot, raw in reading.shown_results.items() if _gave_way(reading, spot, raw)]
    if lost:
        yield Finding("XL237", "info", tuple(lost))


def _gave_way(reading: Reading, spot: Spot, raw: object) -> bool:
    """Whether a formula gave way to its value there; of a blank row the first only stands for all, and is told elsewhere."""
    if spot in reading.with_formula or raw is None or not str(raw).strip() or spot.index >= len(reading.rows[spot.block]):
        return False
    return spot.block != RULES and (reading.form.blocks[spot.block].fields[spot.field].in_document or not isinstance(raw, str))


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
            asks = bool(field.choices or field.choices_from) and reading.form.is_input(block, index, field)
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
