"""What a roster says of its units, in the fields of a form: the unit itself, budget figures, targets, whole rows.

    refuse(path, list(misfits(form, units)))              # headings that name no field, values that do not fit
    rows = prefilled(form, unit, rows_of(form, {})[0])    # the rows of the unit's template

A column of the first sheet names one cell, by key (`basic.initial`, `process.training.target`) or as people do, by the row's
name and the column's label together ("Basic spending Initial budget"). A further sheet is called like a table and its columns
like the table's. Values are read as those of a filled workbook are: "≥96%" is an operator, a target and a unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from xlperf.checking.schema_errors import expected_of
from xlperf.distributing.copies import form_of_unit, is_count, with_all_copies, wrong_counts
from xlperf.distributing.roster import Unit
from xlperf.distributing.roster_headings import heading_key, is_contact, is_skipped, shown
from xlperf.distributing.roster_sheets import Line
from xlperf.forms.catalog import field_names
from xlperf.forms.document import Row, Rows, Spot, preset_index, rows_of, subject_spot, unit_spot
from xlperf.forms.form import Form
from xlperf.forms.model import GUIDE, RULES, Block, Field
from xlperf.forms.repeats import Counts, title_of
from xlperf.formula.nodes import Kind
from xlperf.messages import listing, sentence
from xlperf.text import most_like
from xlperf.values.notation import spellings_of
from xlperf.values.numbers import number_of
from xlperf.values.rows import is_numeric, read_row

ON_COVER = {"unit_code": "code", "supervisor": "supervisor"}  # fields beside the unit's name, where the form has them
UNIT_IN_BRACKETS = re.compile(r"[(\uff08][^()\uff08\uff09]*[)\uff09]$")
MOST_NEAR = 3  # columns that are suggested
ALIKE = 0.8  # of the letters of two headings: one is a misspelt other
LONGEST = 32_767  # characters in a cell of Excel
TO_BE_ASKED = ("error", "warning")

Names = Mapping[str, Spot]  # of columns: what people may call them, as headings are compared, and the cells they mean


class Entered(NamedTuple):
    """What one cell of a roster says."""

    heading: str
    value: object
    line: Line


class Entry(NamedTuple):
    """One row that a roster fills in: where it belongs, and its cells by field."""

    block: Block
    place: int | None  # the index of its row; None for a free row that is added
    cells: Mapping[str, Entered]


def prefilled(form: Form, unit: Unit, rows: Rows) -> Rows:
    """Return the rows with all that the roster says of that unit."""
    result = {key: [dict(row) for row in listed] for key, listed in rows.items()}
    spot = unit_spot(form)
    fields = form.blocks[spot.block].fields
    for key, column in {spot.field: "name", **ON_COVER}.items():
        if key in fields and (text := getattr(unit, column)):
            result[spot.block][0][key] = text
    for entry in _entries(form, unit):
        listed = result[entry.block.key]
        if entry.place is None:
            listed.append(dict(entry.block.constants))
        index = len(listed) - 1 if entry.place is None else entry.place
        listed[index], _ = _read(form, entry, index, listed[index])
    return result


def misfits(form: Form, units: Iterable[Unit], asked: Counts | None = None) -> Iterator[str]:
    """Yield what of a roster does not fit the form, each with its place: headings once, then the values of every unit."""
    usual, seen = form, set[str]()  # the sheets whose headings have been looked at
    for unit in units:
        form = form_of_unit(usual, unit, asked or {})
        blank = rows_of(form, {})[0]
        for line, names in _lines_with_names(form, unit):
            if line.sheet not in seen:
                seen.add(line.sheet)
                yield from _wrong_headings(form, line, names, may_be_data=line is unit.line)
        yield from _wrong_values(form, unit, blank)
        yield from _without_block(form, unit)


def _wrong_values(form: Form, unit: Unit, blank: Rows) -> Iterator[str]:
    """Yield the values of a unit that do not fit their fields, and the rows for which a block has no room."""
    added: dict[str, int] = {}
    yield from wrong_counts(form, unit)
    yield from _beyond_copies(form, unit)
    for entry in _entries(form, unit):
        block, index = entry.block, entry.place
        if index is None:
            index = len(block.rows) + added.get(block.key, 0)
            added[block.key] = added.get(block.key, 0) + 1
        row = blank[block.key][index] if index < len(blank[block.key]) else dict(block.constants)
        _, complaints = _read(form, entry, index, row)
        yield from complaints
        if block.fixed and index >= len(block.rows) + block.spare:
            line = next(iter(entry.cells.values())).line
            yield sentence("roster_too_many", {"place": line.place, "label": block.label, "most": block.spare})


def _beyond_copies(form: Form, unit: Unit) -> Iterator[str]:
    """Yield the cells that are of a copy which the unit does not get."""
    for spot, cell in _cells(cell_names(form), unit.line):
        if spot.block not in form.blocks:
            counts = listing(f"{form.repeats[key].label} {count}" for key, count in form.counts.items())
            facts = {"place": cell.line.place, "heading": cell.heading, "found": shown(cell.value), "counts": counts}
            yield sentence("roster_beyond_copies", facts)


def _without_block(form: Form, unit: Unit) -> Iterator[str]:
    """Yield the lines of which nobody can tell to which block of their table they belong."""
    for line, blocks in _lines_with_blocks(form, unit):
        if blocks and _block_of(form, blocks, line) is None:
            known = listing(block.label for block in blocks)
            yield sentence("roster_no_such_block", {"place": line.place, "known": known})


# --- headings ------------------------------------------------------------------------------------------------


@lru_cache(maxsize=16)
def cell_names(form: Form) -> Names:
    """Every name of a single cell that people type into: its keys, and its labels where these mean one cell."""
    keys: dict[str, Spot] = {}
    labels: dict[str, set[Spot]] = {}
    form = with_all_copies(form)
    for name, (block, index, field) in field_names(form):
        is_single = block.shape == "object" or block.row(index) is not None
        if is_single and block.key not in (RULES, GUIDE) and form.is_input(block, index, field):
            spot = Spot(block.key, index, field.key)
            keys[heading_key(name)] = spot
            copy = f"{title_of(form.repeats[block.copy.repeat], block.copy.number)} " if block.copy else ""
            for label in labels_of(block, index, field):
                labels.setdefault(heading_key(copy + label), set()).add(spot)
    return {label: min(spots) for label, spots in labels.items() if len(spots) == 1} | keys


def subject_headings(form: Form) -> tuple[str, ...]:
    """The headings of the column that tells apart several papers of one unit, its label first; none where it files one."""
    spot = subject_spot(form)
    if not spot.block:
        return ()
    block = form.blocks[spot.block]
    label = next(labels_of(block, spot.index, block.fields[spot.field]))
    return (label, *(name for name, named in cell_names(form).items() if named == spot))


def labels_of(block: Block, index: int, field: Field) -> Iterator[str]:
    """Yield what people call one cell: its row's name and its column's label, with unit and without; what stands left of it."""
    row, fields = block.row(index), list(block.fields.values())
    texts = {**block.constants, **(row.values if row else {})}
    name = str(texts.get(block.row_name or "", ""))
    yield f"{name} {field.label}".strip()
    yield f"{name} {UNIT_IN_BRACKETS.sub('', field.label)}".strip()
    before = fields[fields.index(field) - 1] if field is not fields[0] else None
    if row and before and before.type == "label":
        yield str(texts.get(before.key, ""))


@lru_cache(maxsize=16)
def blocks_by_sheet(form: Form) -> dict[str, tuple[Block, ...]]:
    """The lists a further sheet may be called after, by key and label of table and block and by the form's sheet."""
    found: dict[str, tuple[Block, ...]] = {}
    for sheet in form.sheets:
        for table in (table for table in form.tables.values() if table in sheet.sections and table.key != RULES):
            blocks = tuple(form.blocks[key] for key in table.blocks if form.blocks[key].shape == "list")
            names = [(name, blocks) for name in (table.key, table.label, sheet.title)]
            names += [(name, (block,)) for block in blocks for name in (block.key, block.label)]
            for name, meant in names if blocks else ():
                found.setdefault(heading_key(name), meant)
    return found


@lru_cache(maxsize=64)
def column_names(form: Form, key: str) -> Names:
    """Every name of a column in which people type in rows of that block; the columns that tell blocks apart too."""
    block = form.blocks[key]
    index = len(block.rows)
    columns = [field for field in block.fields.values() if field.key in block.constants or form.is_input(block, index, field)]
    names = [(name, field) for field in columns for name in (field.key, *labels_of(block, index, field))]
    return {heading_key(name): Spot(key, index, field.key) for name, field in reversed(names)}


def _lines_with_blocks(form: Form, unit: Unit) -> Iterator[tuple[Line, tuple[Block, ...]]]:
    """Yield the lines of the further sheets with the lists their sheet may mean, none where it is called like no table."""
    for line in unit.rows:
        yield line, blocks_by_sheet(form).get(heading_key(line.sheet), ())


def _lines_with_names(form: Form, unit: Unit) -> Iterator[tuple[Line, Names | None]]:
    """Yield every line with the names its headings may be, None where its sheet is called like no table."""
    yield unit.line, cell_names(form)
    for line, blocks in _lines_with_blocks(form, unit):
        yield line, column_names(form, blocks[0].key) if blocks else None


def _wrong_headings(form: Form, line: Line, names: Names | None, *, may_be_data: bool) -> Iterator[str]:
    """Yield what is wrong with the headings of a sheet: it is no table, they name nothing, or two name the same.

    Args:
        may_be_data: whether a column that names nothing in the form is the bureau's own, unless it looks like a misspelt one.
    """
    if names is None:
        known = [table.label for table in form.tables.values() if any(form.blocks[key].shape == "list" for key in table.blocks)]
        yield sentence("roster_no_such_table", {"sheet": line.sheet, "known": listing(known)})
        return
    seen: dict[Spot, str] = {}
    for heading in line.cells:
        spot = names.get(heading_key(heading))
        if spot is None and (
            is_skipped(heading) or is_count(form, heading) or (may_be_data and not _is_misspelt(form, heading, names))
        ):
            continue
        if spot is None:
            near = listing(most_like(heading, _suggested(form, names), MOST_NEAR))
            yield sentence("roster_no_such_column", {"place": line.place, "found": heading, "near": near})
        elif spot in seen:
            yield sentence("roster_same_column", {"place": line.place, "found": heading, "other": seen[spot]})
        else:
            seen[spot] = heading


def _is_misspelt(form: Form, heading: str, names: Names) -> bool:
    """Whether a column that names no cell was meant for one: it begins like a row of the form, or is nearly such a name."""
    if is_contact(heading):
        return False
    key = heading_key(heading)
    begins = any(key.startswith(name) and key != name for name in _names_of_rows(form))
    return begins or any(SequenceMatcher(None, key, name).ratio() >= ALIKE for name in names)


@lru_cache(maxsize=16)
def _names_of_rows(form: Form) -> frozenset[str]:
    """What the rows are called that a form prints, as headings are compared."""
    printed = [
        (block, texts) for block in form.blocks.values() for texts in (block.constants, *(row.values for row in block.rows))
    ]
    return frozenset(heading_key(name) for block, texts in printed if (name := texts.get(block.row_name or "")))


def kept_headings(forms: Iterable[Form], units: Iterable[Unit]) -> tuple[str, ...]:
    """The columns of a roster that name nothing in those forms: data of the bureau about its units."""
    forms = tuple(forms)
    known = frozenset(name for form in forms for name in cell_names(form))
    known |= {heading_key(heading) for unit in units for heading in unit.line.cells for form in forms if is_count(form, heading)}
    headings = dict.fromkeys(heading for unit in units for heading in unit.line.cells)
    return tuple(heading for heading in headings if heading_key(heading) not in known and not is_skipped(heading))


def told_of_kept(headings: Iterable[str]) -> list[str]:
    """The sentence that tells which columns are kept, if any are."""
    found = listing(headings)
    return [sentence("roster_kept", {"found": found})] if found else []


def _suggested(form: Form, names: Names) -> Iterator[str]:
    """Yield one name per column, as people say it."""
    for spot in dict.fromkeys(names.values()):
        block = form.blocks[spot.block]
        yield next(labels_of(block, spot.index, block.fields[spot.field]))


# --- rows ----------------------------------------------------------------------------------------------------


def _entries(form: Form, unit: Unit) -> Iterator[Entry]:
    """Yield the rows a unit's lines fill in; what names no field or no block is left out: `misfits` reports it."""
    single: dict[tuple[str, int], dict[str, Entered]] = {}
    for spot, cell in _cells(cell_names(form), unit.line):
        if spot.block not in form.blocks:
            continue
        single.setdefault((spot.block, spot.index), {})[spot.field] = cell
    yield from (Entry(form.blocks[key], index, cells) for (key, index), cells in single.items())
    for line, blocks in _lines_with_blocks(form, unit):
        if block := _block_of(form, blocks, line):
            cells = _cells_by_field(form, block, line)
            name = cells.get(block.row_name or "")
            yield Entry(block, preset_index(block, name.value) if name else None, cells)


def _cells(names: Names, line: Line) -> Iterator[tuple[Spot, Entered]]:
    """Yield the cells of a line that are not blank and whose heading names a column."""
    for heading, value in line.cells.items():
        spot = names.get(heading_key(heading))
        if spot is not None and value is not None:
            yield spot, Entered(heading, value, line)


def _cells_by_field(form: Form, block: Block, line: Line) -> dict[str, Entered]:
    """The cells of a line by the fields of a block."""
    return {spot.field: cell for spot, cell in _cells(column_names(form, block.key), line)}


def _block_of(form: Form, blocks: Sequence[Block], line: Line) -> Block | None:
    """The block of a table a line belongs to: the only one, the one whose fixed texts it shows, or that has a row of its name."""
    if len(blocks) < 2:
        return next(iter(blocks), None)
    cells = _cells_by_field(form, blocks[0], line)
    with_constants = [block for block in blocks if block.constants.keys() & cells.keys()]
    if with_constants:
        return next((block for block in with_constants if _shows_constants(block, cells)), None)
    name = cells.get(blocks[0].row_name or "")
    return next((block for block in blocks if name and preset_index(block, name.value) is not None), None)


def _shows_constants(block: Block, cells: Mapping[str, Entered]) -> bool:
    """Whether the fixed texts of a block stand in those cells, as far as there are such cells."""
    return all(shown(cells[key].value) == text for key, text in block.constants.items() if key in cells)


def _read(form: Form, entry: Entry, index: int, row: Row) -> tuple[Row, list[str]]:
    """Return the row with the cells of a roster read as a workbook's are, and what of them does not fit.

    A target brings its operator and unit along ("≥96%"); where it does not, those of the template stay.
    """
    block = entry.block
    cells = {key: cell for key, cell in entry.cells.items() if not _is_printed(block, index, key)}
    columns = spellings_of(form).columns
    beside = {columns.get("operator"), columns.get("unit")} if columns.get("target") in cells else set()
    given = {key: value for key, value in row.items() if key not in cells and key not in beside}
    typed, remarks = read_row(form, block, index, given=given, typed={key: cell.value for key, cell in cells.items()})
    read = {**row, **typed}
    asked = {key: remark.expected for key, remark in remarks if remark.severity in TO_BE_ASKED}
    wrong = [key for key in cells if key in asked or not _fits(block.fields[key], read)]
    return read, [_misfit(cells[key], asked.get(key) or expected_of(block.fields[key])) for key in wrong]


def _is_printed(block: Block, index: int, key: str) -> bool:
    """Whether the form itself prints the cell: a fixed text, the name of a preset row."""
    return key in block.constants or (block.row(index) is not None and key == block.row_name)


def _misfit(cell: Entered, expected: str) -> str:
    """The sentence about a value that does not fit its field."""
    facts = {"place": cell.line.place, "heading": cell.heading, "found": shown(cell.value), "expected": expected}
    return sentence("roster_misfit", facts)


def _fits(field: Field, row: Row) -> bool:
    """Whether the value of a field is one of its choices, within its limits, not too long; a blank fits."""
    value = row.get(field.key)
    if value is None or field.choices:
        return value is None or value in field.choices
    if field.kind is Kind.NUMBER or is_numeric(field, row, value):
        number, low, high = number_of(value), number_of(field.minimum), number_of(field.maximum)
        return number is not None and (low is None or low <= number) and (high is None or number <= high)
    return len(str(value)) <= (field.max_length or LONGEST)
