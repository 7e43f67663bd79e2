"""What a department did to the workbook itself: headings, columns, merged and hidden cells, data beside the tables.

    findings = list(inspect(reading, read_markup(content)))

Everything that can still be understood has been read by then; what is told here is what was understood otherwise than
it looks, what was not read at all (never silently), and what finalizing will restore.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from xlperf.addresses import cell_name
from xlperf.forms.document import Spot, is_empty, text_at, unit_spot
from xlperf.forms.form import Form
from xlperf.forms.layout import HEADER, make_layout
from xlperf.forms.model import GUIDE, RULES, TYPES, Block, Sheet, Table
from xlperf.formula.nodes import Kind
from xlperf.formula.operands import normal_text
from xlperf.messages import listing, sentence
from xlperf.reading.markup import Markup
from xlperf.reading.reading import Reading
from xlperf.reading.sheet_rows import Entry, header_depth, key_columns
from xlperf.reporting.finding import Finding
from xlperf.text import nearest, unit_key
from xlperf.values.printing import typed_text

if TYPE_CHECKING:
    from xlperf.reading.reading import Reading

MOST_NAMED = 50  # cells named in one finding; the rest is counted
Markups = Mapping[str, Markup]


def inspect(reading: Reading, markups: Markups) -> Iterator[Finding]:
    """Yield the findings about the structure of the file."""
    checks = (_rows, _columns, _headings, _merges, _hidden, _beside, _sheets, _formulas, _protection, _dropdowns, _unit, _year)
    for check in checks:
        yield from check(reading, markups)


def _tables(reading: Reading) -> Iterator[tuple[Sheet, Table, str, list[list]]]:
    """Yield every table whose sheet is there, with the sheet's title and grid."""
    for sheet in reading.form.sheets:
        for section in sheet.sections:
            if isinstance(section, Table) and sheet.key in reading.sheets:
                yield (sheet, section, *reading.sheets[sheet.key])


def _rows(reading: Reading, markups: Markups) -> Iterator[Finding]:
    """Preset rows that were deleted."""
    for _, table, title, _ in _tables(reading):
        for key in table.blocks if table.key != RULES else ():
            block = reading.form.blocks[key]
            for index in range(len(block.rows) or int(block.shape == "object")):
                if (key, index) in reading.absent:
                    row = block.row(index)
                    name = row.values.get(block.row_name) if row else block.constants.get(block.row_name)
                    hint = _nothing_there(reading.form, block, index)
                    yield Finding("XL231", "error", (), {"found": name, "sheet": title, "hint": hint})


def _nothing_there(form: Form, block: Block, index: int) -> str:
    """What to do with a row of which a unit has nothing: choose the only word of a column, or leave its figures blank."""
    inputs = [field for field in block.fields.values() if form.is_input(block, index, field)]
    said = next((field for field in inputs if len(field.choices) == 1), None)
    if said:
        return sentence("nothing_chosen", {"column": said.label, "choice": said.choices[0]})
    return sentence("nothing_blank", {}) if any(field.kind is Kind.NUMBER for field in inputs) else ""


def _columns(reading: Reading, markups: Markups) -> Iterator[Finding]:
    """Columns that were deleted, or whose hidden key was."""
    for sheet, table, title, grid in _tables(reading):
        there = key_columns(grid)
        top = next((number for number, row in enumerate(grid) if row[0] == HEADER), len(grid))
        headings = [
            str(cell)
            for row in grid[top : top + header_depth(sheet)]
            for number, cell in enumerate(row)
            if number not in there.values()
        ]
        for column in table.columns:
            if column.key not in there and column.in_document:
                near = nearest(column.label, headings)
                told = sentence("lost_key" if near else "not_there", {"near": near})
                yield Finding("XL232", "error", (), {"column": column.label, "found": told, "sheet": title})


def _headings(reading: Reading, markups: Markups) -> Iterator[Finding]:
    """Headings that were retyped; the columns are known by their keys."""
    for sheet, table, title, grid in _tables(reading):
        there, depth = key_columns(grid), header_depth(sheet)
        top = next((number for number, row in enumerate(grid) if row[0] == HEADER), None)
        if top is None:
            continue
        for column in table.columns:
            number = there.get(column.key)
            if number is None or column.hidden:
                continue
            texts = [str(grid[row][number]) for row in range(top, min(top + depth, len(grid))) if number < len(grid[row])]
            if _folded(column.label) not in map(_folded, texts):
                place = f"{title}!{cell_name(top + depth - 1, number)}"
                found = next((text for text in reversed(texts) if text.strip()), None)
                yield Finding("XL233", "info", (), {"found": found, "expected": column.label}, cells=(place,))


def _folded(text: str) -> str:
    return re.sub(r"[\s()\uff08\uff09]", "", normal_text(text))


def _merges(reading: Reading, markups: Markups) -> Iterator[Finding]:
    """Cells of a table merged by hand: only the first holds a value, which may count for all of them (`spread_merged`) or not."""
    rows = {(entry.title, entry.row) for entry in reading.entries if not entry.only}
    merged = {
        title: {there[c.key] for c in table.columns if c.merged and c.key in there}
        for _, table, title, grid in _tables(reading)
        for there in [key_columns(grid)]
    }
    homes = {(entry.title, entry.row): (*home, entry) for home, entry in reading.homes.items()}
    grids = dict(reading.sheets.values())
    for title, markup in markups.items():
        places, ours = {False: [], True: []}, merged.get(title, ())
        for top, left, bottom, right in markup.merges:
            lines = range(top, min(bottom, top + 500) + 1)
            if any((title, row) in rows for row in lines) and not (left == right and left in ours):
                shows = left < len(grids[title][top]) and str(grids[title][top][left]).strip()
                within = [homes[title, row] for row in lines if (title, row) in homes] if shows else []
                lost = any(_hides(reading.form, *home, (top, left), right) for home in within)
                places[lost].append(f"{title}!{cell_name(top, left)}:{cell_name(bottom, right)}")
        for lost, listed in places.items():
            if listed:
                told = {"found": len(listed), "hint": sentence("merged_lost" if lost else "merged_reads", {})}
                yield Finding("XL234", "warning" if lost else "info", (), told, cells=tuple(listed[:MOST_NAMED]))


def _hides(form: Form, key: str, index: int, entry: Entry, first: tuple[int, int], right: int) -> bool:
    """Whether a merged area hides a blank input of that line: its content went when the cells were merged, if it had any."""
    block = form.blocks[key]
    return any(
        first[1] <= column <= right
        and (entry.row, column) != first
        and not str(entry.values.get(name) or "").strip()
        and form.is_input(block, index, block.fields[name])
        for name, column in entry.columns.items()
        if name in block.fields
    )


def _hidden(reading: Reading, markups: Markups) -> Iterator[Finding]:
    """Rows that were hidden and hold data: they count."""
    places = []
    for (key, index), entry in reading.homes.items():
        block, markup = reading.form.blocks[key], markups.get(entry.title)
        if markup and entry.row in markup.hidden_rows and not is_empty(reading.form, block, index, reading.rows[key][index]):
            places.append(f"{entry.title}!{cell_name(entry.row, 1)}")
    if places:
        yield Finding("XL235", "info", (), {"found": len(places)}, cells=tuple(places[:MOST_NAMED]))


def _beside(reading: Reading, markups: Markups) -> Iterator[Finding]:
    """Data that stand where nobody types: below a table's end, beside it, between the lines, in a cell that stays blank."""
    known: dict[tuple[str, int], Entry] = {(entry.title, entry.row): entry for entry in reading.entries}
    texts = _own_texts(reading.form)
    for sheet in reading.form.sheets:
        if sheet.key not in reading.sheets or sheet.key == GUIDE:
            continue
        title, grid = reading.sheets[sheet.key]
        for row, column, value in _strangers(sheet, title, grid, known, texts[sheet.key]):
            yield Finding("XL236", "warning", (), {"found": typed_text(value)[:40]}, cells=(f"{title}!{cell_name(row, column)}",))
    for spot, value in _in_closed(reading):
        yield Finding("XL236", "warning", (), {"found": typed_text(value)[:40]}, cells=(reading.places[spot],))


def _in_closed(reading: Reading) -> Iterator[tuple[Spot, object]]:
    """Yield what stands in cells that stay blank: nobody types into them, nothing is computed or printed there."""
    form = reading.form
    for (key, index), entry in reading.homes.items():
        block = form.blocks[key]
        preset, typed = block.row(index), form.inputs(block, index)
        printed = {*block.constants, *(preset.values if preset else ()), block.row_name if preset else None}
        for name, value in entry.values.items():
            if name in typed or name in printed or value in ("", None) or not str(value).strip() or name.startswith("_"):
                continue
            field = block.fields[name]
            if TYPES[field.type].json and not field.given and not field.last and form.formula(block, index, name) is None:
                yield Spot(key, index, name), value


def _strangers(
    sheet: Sheet, title: str, grid: list[list], known: Mapping[tuple[str, int], Entry], texts: Mapping[str, int]
) -> Iterator[tuple[int, int, object]]:
    """Yield row, column and value of every filled cell that is no field and no fixed text of ours."""
    columns = set(key_columns(grid).values())
    header = 0
    for number, row in enumerate(grid[1:], 1):
        header = header_depth(sheet) if row[0] == HEADER else max(0, header - 1)
        cells = [(column, value) for column, value in enumerate(row) if column and str(value).strip()]
        entry = known.get((title, number))
        if header:
            cells = [(column, value) for column, value in cells if column not in columns]
        elif entry is None:
            signed = max((texts.get(normal_text(str(value)), 0) for _, value in cells), default=0)
            cells = [(column, value) for column, value in cells if column > signed and normal_text(str(value)) not in texts]
        elif not entry.only:
            cells = [(column, value) for column, value in cells if column not in columns]
        else:
            mine = {*entry.columns.values(), 1}
            cells = [(column, value) for column, value in cells if column not in mine]
        yield from ((number, column, value) for column, value in cells)


@lru_cache(maxsize=16)
def _own_texts(form: Form) -> dict[str, dict[str, int]]:
    """The fixed texts of every sheet, as they are compared, with the last column of what is signed beside them."""
    end = {normal_text(form.words["end"]): 0}
    return {
        page.sheet.key: end
        | {normal_text(line.text): page.last_visible if line.kind == "signature" else 0 for line in page.lines if line.text}
        for page in make_layout(form).pages
    }


def _sheets(reading: Reading, markups: Markups) -> Iterator[Finding]:
    """Sheets that are not ours: finalizing leaves them out."""
    if reading.strangers:
        yield Finding("XL241", "info", (), {"found": listing(reading.strangers[:MOST_NAMED])})


def _formulas(reading: Reading, markups: Markups) -> Iterator[Finding]:
    """Computed cells that show the right value and hold no formula any more."""
    lost = []
    for spot, raw in reading.shown.items():
        block = reading.form.blocks[spot.block]
        if block.key == RULES or spot in reading.living or raw is None or not str(raw).strip():
            continue
        if block.fields[spot.field].in_document or not isinstance(raw, str):
            lost.append(spot)
        else:  # a note typed into a hidden helper column
            yield Finding("XL236", "warning", (), {"found": raw[:40]}, cells=(reading.places[spot],))
    if lost:
        yield Finding("XL237", "info", tuple(lost))


def _protection(reading: Reading, markups: Markups) -> Iterator[Finding]:
    titles = [reading.sheets[sheet.key][0] for sheet in reading.form.sheets if sheet.key in reading.sheets]
    open_sheets = [title for title in titles if title in markups and not markups[title].protected]
    if open_sheets:
        yield Finding("XL238", "info", (), {"found": listing(open_sheets)})


def _dropdowns(reading: Reading, markups: Markups) -> Iterator[Finding]:
    """Cells whose dropdown list was wiped, mostly by pasting; rows somebody inserted never had one."""
    if reading.identity.get("submission"):
        return
    wiped = []
    for (key, index), entry in reading.homes.items():
        block, markup = reading.form.blocks[key], markups.get(entry.title)
        for known in block.fields.values():
            asked = markup and entry.keyed and known.choices and reading.form.is_input(block, index, known)
            if asked and known.key in entry.columns and not markup.offers_list(entry.row, entry.columns[known.key]):
                wiped.append(Spot(key, index, known.key))
    if wiped:
        yield Finding("XL239", "info", tuple(wiped))


def _unit(reading: Reading, markups: Markups) -> Iterator[Finding]:
    """The workbook was issued to one unit and filled in by another."""
    spot = unit_spot(reading.form)
    issued, unit = reading.identity.get("unit", ""), text_at(reading.rows, spot)
    prefixes = reading.form.summary.unit_prefixes
    if issued and unit and unit_key(issued, prefixes) != unit_key(unit, prefixes):
        yield Finding("XL240", "warning", (spot,), {"found": unit, "expected": issued})


def _year(reading: Reading, markups: Markups) -> Iterator[Finding]:
    """The workbook was issued for one fiscal year, and another stands in it."""
    issued, year = reading.issued_year, reading.fiscal_year
    if issued and year and issued != year:
        yield Finding("XL242", "warning", (Spot("identity", 0, "fiscal_year"),), {"found": year, "expected": issued})


def as_asked(reading: Reading, form: str | None, year: int | None) -> Iterator[Finding]:
    """A workbook of another form or year than was asked for."""
    found, asked = (reading.form.key, reading.fiscal_year), (form, year)
    if any(b is not None and a != b for a, b in zip(found, asked, strict=True)):
        texts = [" ".join(str(x) for x in pair if x is not None) for pair in (found, asked)]
        yield Finding("XL111", "error", (), {"found": texts[0], "expected": texts[1]})
