"""Amounts that look typed in yuan where the form counts in wan yuan (10,000 yuan): their neighbours show it.

    findings = list(unlikely_amounts(form, rows))      # warnings XL216, each with both readings

Ten thousand is between the two, so an amount is held first against what stands beside it in its row (the target beside the
actual, the budget beside the spending), then, in a column that counts in wan yuan throughout, against the other rows of its
table. Honest spreads are wide: basic spending is hundreds of times an item, so the bar is five thousand, the other reading must
be an amount like its neighbours', and what has more than two decimals was never counted in yuan.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from statistics import median
from typing import NamedTuple

from xlperf.forms.document import Row, Rows, Spot
from xlperf.forms.form import Form
from xlperf.forms.model import Block, Field
from xlperf.formula.operands import as_decimal, as_text
from xlperf.reporting.finding import Finding
from xlperf.values.notation import spellings_of
from xlperf.values.remarks import question
from xlperf.values.units import Unit, label_unit, unit_in_brackets, unit_of

FEW = 3  # neighbours that make a comparison
SCALE = Decimal(10_000)  # one ten-thousand-yuan in yuan
APART = Decimal(5_000)  # an amount this many times its neighbours' is looked at
LEAST = Decimal(1_000)
ALIKE = Decimal(10)  # how far the other reading may lie outside the range of the other rows


class Amount(NamedTuple):
    """An amount that was typed."""

    spot: Spot
    number: Decimal
    unit: Unit
    by_column: bool  # whether its whole column counts in that unit

    @property
    def size(self) -> Decimal:
        return abs(self.number)

    @property
    def may_be_small(self) -> bool:
        """Whether the number can be one of the smaller unit: a yuan has hundredths and no less, and small change is no budget."""
        return self.size >= LEAST and (cents := self.size * 100) == cents.to_integral_value()


def unlikely_amounts(form: Form, rows: Rows, *, stated: Collection[Spot] = ()) -> Iterator[Finding]:
    """Yield the amounts that look typed in yuan where wan yuan is asked for: by their row, else by the rest of their table.

    Those typed with their unit (`stated`) are as they were meant.
    """
    for table in form.tables.values():
        listed = [amounts for key in table.blocks for amounts in _amounts_by_row(form, form.blocks[key], rows.get(key, []))]
        for amounts in listed:
            others = [other.size for row in listed if row is not amounts for other in row if other.by_column]
            far = _far_from_table(form, amounts, others)
            for amount in amounts:
                if amount.spot not in stated and (amount in far or _is_far_from_row(amount, amounts)):
                    yield _asked(amount)


def _asked(amount: Amount) -> Finding:
    """The question which of the two units was meant."""
    readings = (f"{as_text(number)} {amount.unit.word}" for number in (amount.number, amount.number / SCALE))
    remark = question(as_text(amount.number), readings, code="XL216", severity="warning")
    return Finding(remark.code, "warning", (amount.spot,), remark.arguments)


# --- the amounts of a row ------------------------------------------------------------------------------------


def _amounts_by_row(form: Form, block: Block, rows: Sequence[Row]) -> Iterator[list[Amount]]:
    """Yield the typed amounts of each row whose unit has a smaller one ten thousand times in it."""
    for index, row in enumerate(rows):
        amounts = (_amount(form, row, Spot(block.key, index, key)) for key in row)
        yield [amount for amount in amounts if amount]


def _amount(form: Form, row: Row, spot: Spot) -> Amount | None:
    """The amount in a cell of a row, None where there is none that counts in such a unit."""
    block, value = form.blocks[spot.block], row[spot.field]
    field = block.fields.get(spot.field)
    if not value or isinstance(value, bool | str) or field is None or not form.is_input(block, spot.index, field):
        return None
    spellings = spellings_of(form)
    columns = spellings.columns_of(block)
    is_figure = field.key in (columns.get("target"), columns.get("actual"))
    word = row.get(columns["unit"]) if is_figure else _unit_of_money(form, block, spot.index, field)
    unit = unit_of(spellings, word) if isinstance(word, str) and word else None
    if unit is None or not unit.base or unit.factor < SCALE:
        return None
    by_column = not is_figure and bool(unit_in_brackets(spellings, field.label))
    return Amount(spot, as_decimal(value), unit, by_column)


def _unit_of_money(form: Form, block: Block, index: int, field: Field) -> str:
    """What a field for money counts in, as its label says; "" of any other field."""
    return label_unit(spellings_of(form), block, index, field) if field.type == "money" else ""


# --- comparing -----------------------------------------------------------------------------------------------


def _is_far_from_row(amount: Amount, row: Sequence[Amount]) -> bool:
    """Whether the other reading of an amount is, within a factor of two, the largest that stands beside it."""
    beside = [other.size for other in row if other is not amount and other.unit.word == amount.unit.word]
    return amount.may_be_small and bool(beside) and APART <= amount.size / max(beside) <= 4 * APART


def _far_from_table(form: Form, row: Sequence[Amount], others: Sequence[Decimal]) -> list[Amount]:
    """The amounts of a row far above the other rows; none if one of them was certainly not counted in the smaller unit.

    A block of one row is held against the largest of the others, and is not below it: basic spending is honestly hundreds of
    times an item.
    """
    if not row or len(others) < FEW:
        return []
    is_single = form.blocks[row[0].spot.block].shape == "object"
    usual = max(others) if is_single else median(others)
    low, high = (usual, usual * ALIKE**3) if is_single else (min(others) / ALIKE, max(others) * ALIKE)
    far = [amount for amount in row if amount.by_column and amount.size >= APART * usual]
    if not all(amount.may_be_small for amount in far):
        return []
    return [amount for amount in far if low <= amount.size / SCALE <= high]
