"""Fill every computed cell, the workbook's helper cells included, in dependency order.

    >>> from xlperf.forms.document import rows_of
    >>> rows, _ = rows_of(form, {"budget": {"items": [{"name": "Training", "initial": 4.68, "spent": 4.68}]}})
    >>> compute(form, rows)["items"][0]["adjusted"]
    4.68

Money is in units of 10,000 yuan (wan yuan), a `ratio` is a ratio (0.9603), a `percentage` is a percent (96.03). Numbers come
back as the shortest number of 15 significant digits; a value that cannot be computed (a blank operand) is absent.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from functools import lru_cache, partial

from xlperf.forms.document import Rows, Spot
from xlperf.forms.form import Form
from xlperf.forms.model import GUIDE, Block, Step, Target
from xlperf.formula.evaluator import evaluate
from xlperf.formula.nodes import Kind, names_in
from xlperf.formula.operands import DIGITS_15, as_decimal, as_text

LARGEST = Decimal(sys.float_info.max)


def compute(form: Form, rows: Rows) -> Rows:
    """Return the rows with their computed fields; values that were typed into computed fields are dropped."""
    result = {
        key: [_typed_only(form, form.blocks[key], i, row) for i, row in enumerate(block_rows)] for key, block_rows in rows.items()
    }
    result.setdefault(GUIDE, [{}])
    targets: dict[tuple[str, str], Target] = {}
    values = {
        key: [{k: as_decimal(v) for k, v in row.items() if not isinstance(v, list | dict)} for row in block_rows]
        for key, block_rows in result.items()
    }  # what no cell can hold is a finding, and counts as blank

    def look_up(block: str, row: dict, name: str) -> object:
        if name in row:
            return row[name]
        target = targets.get((block, name)) or targets.setdefault((block, name), form.target(block, name))
        if target.scope == "row":
            return None
        if target.scope == "parameter":
            return as_decimal(form.parameters[target.field])
        if target.scope == "cell":
            return values[target.blocks[0]][index_of(form, target)].get(target.field)
        return [row.get(target.field) for key in target.blocks for row in values[key]]

    for step in form.steps:
        block, tree = form.blocks[step.block], form.formulas[step]
        field = block.fields[step.field]
        for index in _indexes(block, step.row, len(values[step.block])):
            row = values[step.block][index]
            value = evaluate(tree, partial(look_up, step.block, row))
            if value is None or (isinstance(value, Decimal) and value.copy_abs() > LARGEST):  # there Excel shows #NUM!
                continue
            row[step.field] = as_text(value) if field.kind in (Kind.TEXT, Kind.CHOICE) else value
            result[step.block][index][step.field] = plain(row[step.field])
    return result


def plain(value: object) -> object:
    """A computed value as a JSON value: a Decimal becomes the number of its 15 digits."""
    if isinstance(value, Decimal):
        value = DIGITS_15.plus(value)
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _typed_only(form: Form, block: Block, index: int, row: dict) -> dict:
    return {
        key: value
        for key, value in row.items()
        if value is not None and key in block.fields and form.formula(block, index, key) is None
    }


def index_of(form: Form, target: Target) -> int:
    """The row of its block in which a single cell stands that a formula names."""
    if target.row is None:
        return 0
    keys = [row.key for row in form.blocks[target.blocks[0]].rows]
    return keys.index(target.row)


def _indexes(block: Block, row: str | None, count: int) -> range | list[int]:
    if row is None:
        return range(len(block.rows), count)
    return [index for index, preset in enumerate(block.rows) if preset.key == row]


def by_column(spots: Iterable[Spot]) -> dict[tuple[str, str], set[int]]:
    """The indexes of those cells by block and field, as `follows` asks for them."""
    columns: dict[tuple[str, str], set[int]] = {}
    for spot in spots:
        columns.setdefault((spot.block, spot.field), set()).add(spot.index)
    return columns


def follows(form: Form, block: Block, spot: Spot, changed: Mapping[tuple[str, str], Collection[int]]) -> bool:
    """Whether a computed cell follows from one of those cells, given `by_column`."""
    if not changed:
        return False
    row = block.row(spot.index)
    needed = _ancestors(form, Step(block.key, row.key if row else None, spot.field))
    columns = changed.keys() & needed
    return any(column[0] != spot.block or spot.index in changed[column] for column in columns)


@lru_cache(maxsize=4096)
def _ancestors(form: Form, step: Step) -> frozenset[tuple[str, str]]:
    tree = form.formulas.get(step)
    if tree is None:
        return frozenset({(step.block, step.field)})
    found: set[tuple[str, str]] = set()
    for name in set(names_in(tree)):
        target = form.target(step.block, name)
        row = step.row if target.scope == "row" else target.row
        for key in target.blocks:
            found.add((key, target.field))
            kinds = form.blocks[key].row_kinds() if target.scope == "column" else (row,)
            for kind in kinds:
                found |= _ancestors(form, Step(key, kind, target.field))
    return frozenset(found)
