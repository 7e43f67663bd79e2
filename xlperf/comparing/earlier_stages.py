"""What earlier stages filled in, compared with what stands in the workbook of a later one: a reviewer must not alter it.

findings = list(compare_with_earlier(reading))      # none in a workbook of the department

The workbook carries on its hidden sheet what was locked in it. Rows are known by their hidden keys: a locked table takes no other
rows and loses none.
"""

from __future__ import annotations

from collections.abc import Iterator

from xlperf.forms.document import Row, Spot, is_empty, rows_of
from xlperf.forms.form import Form
from xlperf.forms.model import RULES, Block, Field
from xlperf.forms.stages.issued import load_issued
from xlperf.formula.operands import as_decimal
from xlperf.messages import sentence
from xlperf.reading.reading import DIGEST, Reading
from xlperf.reporting.finding import Finding
from xlperf.values.printing import as_printed, briefly

UNKNOWN, ALTERED, ROWS = "XL132", "XL246", "XL247"  # what was issued; a cell; the rows of a table


def compare_with_earlier(reading: Reading) -> Iterator[Finding]:
    """Yield what a later stage changed of what earlier ones filled in, or that nobody can tell."""
    form = reading.form
    if not form.stage:
        return
    issued = load_issued(reading.issued)
    if issued is None or not DIGEST.fullmatch(reading.reviewed):
        yield Finding(UNKNOWN, "error", ())
        return
    before, _ = rows_of(form, issued)
    for key, listed in before.items():
        block = form.blocks[key]
        if any(field.locked for field in block.fields.values()) or key == RULES:
            yield from _altered_rows(reading, block, listed)


def _altered_rows(reading: Reading, block: Block, before: list[Row]) -> Iterator[Finding]:
    """The cells of a block that are not as they were, then its rows that are gone, and those that are new."""
    form, now = reading.form, reading.rows.get(block.key, [])
    before = [row for index, row in enumerate(before) if block.row(index) or not is_empty(form, block, index, row)]
    places = dict(_issued_as(reading, block, len(before)))
    for index, earlier in places.items():
        for spot, was in _altered_cells(form, block, index, now[index], before[earlier]):
            field = block.fields[spot.field]
            stands = _said(field, now[index].get(spot.field))
            yield Finding(ALTERED, "error", (spot,), {"found": stands, "expected": _said(field, was)})
    gone = [row for earlier, row in enumerate(before) if earlier not in places.values()]
    new = [index for index in range(len(now)) if index not in places]
    for row in gone:
        yield Finding(ROWS, "error", (), {"found": sentence("row_gone", {"row": _name_of(block, row)})})
    for index in new:
        spots = tuple(Spot(block.key, index, name) for name in now[index] if Spot(block.key, index, name) in reading.cells)[:1]
        yield Finding(ROWS, "error", spots, {"found": sentence("row_new", {"row": _name_of(block, now[index])})})


def _issued_as(reading: Reading, block: Block, count: int) -> Iterator[tuple[int, int]]:
    """Yield the rows of a block that were issued, each with its place then: their hidden keys say it, each once."""
    rows, taken = reading.rows.get(block.key, ()), set()
    if block.shape != "list":
        yield from ((index, index) for index in range(min(len(rows), count)))
        return
    for index in range(len(rows)):
        earlier = _earlier_place(reading, block, index)
        if earlier is not None and earlier < count and earlier not in taken:
            taken.add(earlier)
            yield index, earlier


def _earlier_place(reading: Reading, block: Block, index: int) -> int | None:
    """Where a row of a list stood when it was issued, None of a row that somebody inserted."""
    if block.row(index):
        return index
    origin = reading.origins.get((block.key, index))
    sheet = next((found for found in reading.sheets.values() if origin and found.title == origin.title), None)
    if origin is None or sheet is None:
        return None
    owner, _, number = str(sheet.grid[origin.number][0]).strip().partition(".")
    is_ours = owner == block.key and number.isdecimal() and len(number) <= 4
    return int(number) - 1 if is_ours and int(number) > 0 else None


def _altered_cells(form: Form, block: Block, index: int, now: Row, before: Row) -> Iterator[tuple[Spot, object]]:
    """Yield the locked cells of a row that hold something else, with what stood there."""
    inputs = form.inputs(block, index)
    for field in block.fields.values():
        was, value = before.get(field.key), now.get(field.key)
        is_open = block.key == RULES and was is None and form.rules[block.rows[index].key].builtin is not None
        if field.key not in inputs or not form.is_locked(block, index, field) or is_open:
            continue
        if not _is_same(value, was):
            yield Spot(block.key, index, field.key), was


def _is_same(one: object, other: object) -> bool:
    """Whether two values are the same in a cell: numbers on 15 digits, texts but for blanks at their ends."""
    if isinstance(one, int | float) and isinstance(other, int | float):
        return as_decimal(one) == as_decimal(other)
    return (str(one).strip() if one is not None else "") == (str(other).strip() if other is not None else "")


def _said(field: Field, value: object) -> str:
    """What stood or stands in a cell, as people are told it."""
    return sentence("blank", {}) if value is None else briefly(as_printed(field, value))


def _name_of(block: Block, row: Row) -> str:
    """What a row is called."""
    return briefly(row.get(block.row_name or "") or block.label)
