"""Fill every computed cell, the workbook's helper cells included, in dependency order.

    >>> from .document import rows_of
    >>> rows, _ = rows_of(form, {"budget": {"items": [{"name": "Training", "initial": 4.68, "spent": 4.68}]}})
    >>> compute(form, rows)["items"][0]["adjusted"]
    4.68

Money is in units of 10,000 yuan (wan yuan), a `ratio` is a ratio (0.9603), a `percentage` is a percent (96.03). Numbers come
back as the shortest number of 15 significant digits; a value that cannot be computed (a blank operand) is absent.
"""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from .document import Rows
from .expression import DIGITS_15, Kind, as_decimal, as_text, evaluate
from .form import Form
from .parts import GUIDE, Block, Target


def compute(form: Form, rows: Rows) -> Rows:
    """Return the rows with their computed fields; values that were typed into computed fields are dropped."""
    result = {key: [_typed_only(form, form.blocks[key], i, row) for i, row in enumerate(block_rows)]
              for key, block_rows in rows.items()}  # fmt: skip
    result.setdefault(GUIDE, [{}])
    targets: dict[tuple[str, str], Target] = {}
    values = {key: [{k: as_decimal(v) for k, v in row.items() if not isinstance(v, list | dict)} for row in block_rows]
              for key, block_rows in result.items()}  # what no cell can hold is a finding, and counts as blank

    def look_up(block: str, row: dict, name: str) -> object:
        if name in row:
            return row[name]
        target = targets.get((block, name)) or targets.setdefault((block, name), form.target(block, name))
        if target.scope == "row":
            return None
        if target.scope == "parameter":
            return as_decimal(form.parameters[target.field])
        if target.scope == "cell":
            return values[target.blocks[0]][_index(form, target)].get(target.field)
        return [row.get(target.field) for key in target.blocks for row in values[key]]

    for step in form.steps:
        block, tree = form.blocks[step.block], form.formulas[step]
        field = block.fields[step.field]
        for index in _indexes(block, step.row, len(values[step.block])):
            row = values[step.block][index]
            value = evaluate(tree, partial(look_up, step.block, row))
            if value is None:
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
    return {key: value for key, value in row.items()
            if value is not None and key in block.fields and form.formula(block, index, key) is None}  # fmt: skip


def _index(form: Form, target: Target) -> int:
    if target.row is None:
        return 0
    keys = [row.key for row in form.blocks[target.blocks[0]].rows]
    return keys.index(target.row)


def _indexes(block: Block, row: str | None, count: int) -> range | list[int]:
    if row is None:
        return range(len(block.rows), count)
    return [index for index, preset in enumerate(block.rows) if preset.key == row]
