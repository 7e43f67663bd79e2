"""What a roster says of its units, in the fields of a form: the unit itself, budget figures, targets, whole rows.

    refuse(path, misfits(form, units))                    # headings that name no field, values that do not fit
    rows = enter(form, unit, rows_of(form, {})[0])        # the rows of the unit's template

A column of the first sheet names one cell, by key (`basic.initial`, `process.training.target`) or as people do, by the row's
name and the column's label together ("Basic spending Initial budget"). A further sheet is called like a table and its columns
like the table's. Values are read as those of a filled workbook are: "≥96%" is an operator, a target and a unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from xlperf.checking.schema_errors import expected_of
from xlperf.distributing.roster import Line, Unit, folded, is_passed_by, shown
from xlperf.forms.catalog import field_names
from xlperf.forms.document import Rows, Spot, preset_index, rows_of, subject_spot, unit_spot
from xlperf.forms.form import Form
from xlperf.forms.model import GUIDE, RULES, Block, Field
from xlperf.formula.nodes import Kind
from xlperf.formula.operands import as_decimal
from xlperf.messages import listing, sentence
from xlperf.text import most_like
from xlperf.values.notation import spellings_of
from xlperf.values.rows import is_numeric, read_row

BESIDE = {"unit_code": "code", "supervisor": "supervisor"}  # fields beside the unit's name, where the form has them
UNIT_IN_BRACKETS = re.compile(r"[(\uff08][^()\uff08\uff09]*[)\uff09]$")


class Cell(NamedTuple):
    """What one cell of a roster says."""

    heading: str
    value: object
    line: Line


class Entry(NamedTuple):
    """One row that a roster fills in: where it belongs (None: a free row that is added) and its cells by field."""

    block: Block
    index: int | None
    cells: Mapping[str, Cell]


def enter(form: Form, unit: Unit, rows: Rows) -> Rows:
    """Return the rows with all that the roster says of that unit."""
    result = {key: [dict(row) for row in listed] for key, listed in rows.items()}
    spot = unit_spot(form)
    known, columns = form.blocks[spot.block].fields, {spot.field: "name", **BESIDE}
    result[spot.block][0] |= {key: getattr(unit, own) for key, own in columns.items() if key in known and getattr(unit, own)}
    for entry in _entries(form, unit):
        listed = result[entry.block.key]
        if entry.index is None:
            listed.append(dict(entry.block.constants))
        index = len(listed) - 1 if entry.index is None else entry.index
        listed[index] = _read(form, entry, index, listed[index])[0]
    return result


def misfits(form: Form, units: Iterable[Unit]) -> Iterator[str]:
    """Yield what of a roster does not fit the form, each with its place: headings once, then the values of every unit."""
    blank, seen = rows_of(form, {})[0], set()
    for unit in units:
        for line, columns in _headed(form, unit):
            if line.sheet not in seen:
                seen.add(line.sheet)
                yield from _wrong_headings(form, line, columns)
        added: dict[str, int] = {}
        for entry in _entries(form, unit):
            block, index = entry.block, entry.index
            if index is None:
                index = len(block.rows) + added.get(block.key, 0)
                added[block.key] = added.get(block.key, 0) + 1
            row = blank[block.key][index] if index < len(blank[block.key]) else dict(block.constants)
            yield from _read(form, entry, index, row)[1]
            if block.fixed and index >= len(block.rows) + block.spare:
                line = next(iter(entry.cells.values())).line
                yield sentence("roster_too_many", {"place": line.place, "label": block.label, "most": block.spare})
        yield from (
            sentence("roster_no_such_block", {"place": line.place, "known": listing(block.label for block in blocks)})
            for line, blocks in _tables_of(form, unit)
            if blocks and _block_of(form, blocks, line) is None
        )


# --- headings ------------------------------------------------------------------------------------------------


@lru_cache(maxsize=16)
def cell_names(form: Form) -> dict[str, Spot]:
    """Every name of a single cell that people type into, folded: its keys, and its labels where these mean one cell."""
    keys: dict[str, Spot] = {}
    labels: dict[str, set[Spot]] = {}
    for name, (block, index, known) in field_names(form):
        single = block.shape == "object" or block.row(index)
        if single and block.key not in (RULES, GUIDE) and form.is_input(block, index, known):
            spot = Spot(block.key, index, known.key)
            keys[folded(name)] = spot
            for label in labels_of(block, index, known):
                labels.setdefault(folded(label), set()).add(spot)
    return {label: min(spots) for label, spots in labels.items() if len(spots) == 1} | keys


def subject_headings(form: Form) -> tuple[str, ...]:
    """The headings of the column that tells apart several papers of one unit, its label first; none where it files one."""
    spot = subject_spot(form)
    if not spot.block:
        return ()
    block = form.blocks[spot.block]
    label = next(labels_of(block, spot.index, block.fields[spot.field]))
    return (label, *(name for name, named in cell_names(form).items() if named == spot))


def labels_of(block: Block, index: int, known: Field) -> Iterator[str]:
    """Yield what people call one cell: its row's name and its column's label, with unit and without; what stands left of it."""
    row, fields = block.row(index), list(block.fields.values())
    texts = {**block.constants, **(row.values if row else {})}
    name = str(texts.get(block.row_name, ""))
    yield f"{name} {known.label}".strip()
    yield f"{name} {UNIT_IN_BRACKETS.sub('', known.label)}".strip()
    before = fields[fields.index(known) - 1] if known is not fields[0] else None
    if row and before and before.type == "label":
        yield str(texts.get(before.key, ""))


@lru_cache(maxsize=16)
def lists(form: Form) -> dict[str, tuple[Block, ...]]:
    """The lists a further sheet may be called after, by folded key and label of table and block and by the form's sheet."""
    found: dict[str, tuple[Block, ...]] = {}
    for sheet in form.sheets:
        for table in (table for table in form.tables.values() if table in sheet.sections and table.key != RULES):
            blocks = tuple(form.blocks[key] for key in table.blocks if form.blocks[key].shape == "list")
            names = [(name, blocks) for name in (table.key, table.label, sheet.title)]
            names += [(name, (block,)) for block in blocks for name in (block.key, block.label)]
            for name, meant in names if blocks else ():
                found.setdefault(folded(name), meant)
    return found


@lru_cache(maxsize=64)
def column_names(form: Form, key: str) -> dict[str, Spot]:
    """Every name of a column in which people type in rows of that block, folded; the columns that tell blocks apart too."""
    block = form.blocks[key]
    index = len(block.rows)
    columns = [known for known in block.fields.values() if known.key in block.constants or form.is_input(block, index, known)]
    names = [(name, known) for known in columns for name in (known.key, *labels_of(block, index, known))]
    return {folded(name): Spot(key, index, known.key) for name, known in reversed(names)}


def _tables_of(form: Form, unit: Unit) -> Iterator[tuple[Line, tuple[Block, ...]]]:
    """Yield the lines of the further sheets with the lists their sheet may mean, none where it is called like no table."""
    for line in unit.rows:
        yield line, lists(form).get(folded(line.sheet), ())


def _headed(form: Form, unit: Unit) -> Iterator[tuple[Line, Mapping[str, Spot] | None]]:
    """Yield every line with the names its headings may be, None where its sheet is called like no table."""
    yield unit.line, cell_names(form)
    for line, blocks in _tables_of(form, unit):
        yield line, column_names(form, blocks[0].key) if blocks else None


def _wrong_headings(form: Form, line: Line, columns: Mapping[str, Spot] | None) -> Iterator[str]:
    """What is wrong with the headings of a sheet: it is no table, they name nothing, or two name the same."""
    if columns is None:
        known = [table.label for table in form.tables.values() if any(form.blocks[key].shape == "list" for key in table.blocks)]
        yield sentence("roster_no_such_table", {"sheet": line.sheet, "known": listing(known)})
        return
    seen: dict[Spot, str] = {}
    for heading in line.cells:
        spot = columns.get(folded(heading))
        if spot is None and is_passed_by(heading):
            continue
        if spot is None:
            near = listing(most_like(heading, _suggested(form, columns), 3))
            yield sentence("roster_no_such_column", {"place": line.place, "found": heading, "near": near})
        elif spot in seen:
            yield sentence("roster_same_column", {"place": line.place, "found": heading, "other": seen[spot]})
        else:
            seen[spot] = heading


def _suggested(form: Form, columns: Mapping[str, Spot]) -> Iterator[str]:
    """One name per column, as people say it."""
    for spot in dict.fromkeys(columns.values()):
        block = form.blocks[spot.block]
        yield next(labels_of(block, spot.index, block.fields[spot.field]))


# --- rows ----------------------------------------------------------------------------------------------------


def _entries(form: Form, unit: Unit) -> Iterator[Entry]:
    """Yield the rows a unit's lines fill in; what names no field or no block is left out, `misfits` tells it."""
    single: dict[tuple[str, int], dict[str, Cell]] = {}
    for heading, value in unit.line.cells.items():
        spot = cell_names(form).get(folded(heading))
        if spot and value is not None:
            single.setdefault(spot[:2], {})[spot.field] = Cell(heading, value, unit.line)
    yield from (Entry(form.blocks[key], index, cells) for (key, index), cells in single.items())
    for line, blocks in _tables_of(form, unit):
        if block := _block_of(form, blocks, line):
            cells = _cells(form, block, line)
            name = cells.get(block.row_name or "")
            yield Entry(block, preset_index(block, name.value) if name else None, cells)


def _cells(form: Form, block: Block, line: Line) -> dict[str, Cell]:
    names = column_names(form, block.key)
    spots = {heading: names.get(folded(heading)) for heading in line.cells}
    return {spots[h].field: Cell(h, value, line) for h, value in line.cells.items() if spots[h] and value is not None}


def _block_of(form: Form, blocks: tuple[Block, ...], line: Line) -> Block | None:
    """The block of a table a line belongs to: the only one, the one whose fixed texts it shows, or that has a row of its name."""
    if len(blocks) < 2:
        return next(iter(blocks), None)
    cells = _cells(form, blocks[0], line)
    told = [block for block in blocks if block.constants.keys() & cells.keys()]
    if told:
        return next((b for b in told if all(shown(cells[k].value) == v for k, v in b.constants.items() if k in cells)), None)
    name = cells.get(blocks[0].row_name or "")
    return next((block for block in blocks if name and preset_index(block, name.value) is not None), None)


def _read(form: Form, entry: Entry, index: int, row: Mapping[str, object]) -> tuple[dict, list[str]]:
    """Return the row with the cells of a roster read as a workbook's are, and what of them does not fit.

    A target brings its operator and unit along ("≥96%"); where it does not, those of the template stay.
    """
    block, preset = entry.block, entry.block.row(index)
    cells = {
        key: cell for key, cell in entry.cells.items() if key not in block.constants and not (preset and key == block.row_name)
    }
    figure = spellings_of(form).columns
    said_with_it = {figure.get("operator"), figure.get("unit")} if figure.get("target") in cells else set()
    given = {key: value for key, value in row.items() if key not in cells and key not in said_with_it}
    read, remarks = read_row(form, block, index, given=given, typed={key: cell.value for key, cell in cells.items()})
    read = {**row, **read}
    asked = {key: remark.expected for key, remark in remarks if remark.severity in ("error", "warning")}
    wrong = [key for key in cells if key in asked or not _fits(block.fields[key], read)]
    facts = [(cells[key], asked.get(key) or expected_of(block.fields[key])) for key in wrong]
    complaints = [
        sentence(
            "roster_misfit", {"place": cell.line.place, "heading": cell.heading, "found": shown(cell.value), "expected": expected}
        )
        for cell, expected in facts
    ]
    return read, complaints


def _fits(known: Field, row: Mapping[str, object]) -> bool:
    value = row.get(known.key)
    if value is None or known.choices:
        return value is None or value in known.choices
    if known.kind is Kind.NUMBER or is_numeric(known, row, value):
        number, low, high = (as_decimal(one) for one in (value, known.minimum, known.maximum))
        return not isinstance(value, str) and (low is None or low <= number) and (high is None or number <= high)
    return len(str(value)) <= (known.max_length or 32_767)
