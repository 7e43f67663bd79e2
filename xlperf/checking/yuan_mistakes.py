"""Amounts that look typed in yuan where the form counts in wan yuan (10,000 yuan), told by their neighbours.

    findings = list(unlikely_amounts(form, rows))      # warnings XL216, each with both readings

Ten thousand is between the two, so an amount is held first against what stands beside it in its row (the target beside the
actual, the budget beside the spending), then, in a column that counts in wan yuan throughout, against the other rows of its
table. Honest spreads are wide: basic spending is hundreds of times an item, so the bar is five thousand, the other reading must
be an amount like its neighbours', and what has more than two decimals was never counted in yuan.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal
from statistics import median
from typing import NamedTuple

from xlperf.forms.document import Rows, Spot
from xlperf.forms.form import Form
from xlperf.forms.model import Block
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
    spot: Spot
    number: Decimal
    unit: Unit
    headed: bool  # its whole column counts in that unit

    @property
    def size(self) -> Decimal:
        return abs(self.number)

    @property
    def may_be_small(self) -> bool:
        """Whether the number can be one of the smaller unit: a yuan has hundredths and no less, and small change is no budget."""
        return self.size >= LEAST and (cents := self.size * 100) == cents.to_integral_value()


def unlikely_amounts(form: Form, rows: Rows, stated: Collection[Spot] = ()) -> Iterator[Finding]:
    """Yield the amounts that look typed in yuan where wan yuan is asked for: by their row, else by the rest of their table.

    Those typed with their unit (`stated`) are as they were meant.
    """
    for table in form.tables.values():
        lines = [line for key in table.blocks for line in _amounts(form, form.blocks[key], rows.get(key, ()))]
        for line in lines:
            others = [other.size for row in lines if row is not line for other in row if other.headed]
            far = _far(form, line, others)
            for amount in line:
                beside = [a.size for a in line if a is not amount and a.unit.word == amount.unit.word]
                if amount.spot not in stated and (amount in far or _beyond_row(amount, beside)):
                    readings = (f"{as_text(number)} {amount.unit.word}" for number in (amount.number, amount.number / SCALE))
                    remark = question(as_text(amount.number), readings, code="XL216", severity="warning")
                    yield Finding(remark.code, remark.severity, (amount.spot,), remark.arguments)


def _amounts(form: Form, block: Block, rows: list[dict]) -> Iterator[list[Amount]]:
    """Yield the typed amounts of each row whose unit has a smaller one ten thousand times in it."""
    known = spellings_of(form)
    columns = known.columns_of(block)
    pair = (columns.get("target"), columns.get("actual"))
    for index, row in enumerate(rows):
        line = []
        for key, value in row.items():
            field = block.fields.get(key)
            if not value or isinstance(value, bool | str) or field is None or not form.is_input(block, index, field):
                continue
            labelled = label_unit(known, block, index, field) if field.type == "money" else ""
            word = row.get(columns["unit"]) if key in pair else labelled
            unit = unit_of(known, word) if isinstance(word, str) and word else None
            if unit and unit.base and unit.factor >= SCALE:
                headed = key not in pair and bool(unit_in_brackets(known, field.label))
                line.append(Amount(Spot(block.key, index, key), as_decimal(value), unit, headed))
        yield line


def _beyond_row(amount: Amount, beside: list[Decimal]) -> bool:
    """Whether the other reading of an amount is, within a factor of two, the largest that stands beside it."""
    return amount.may_be_small and bool(beside) and APART <= amount.size / max(beside) <= 4 * APART


def _far(form: Form, line: list[Amount], others: list[Decimal]) -> list[Amount]:
    """The amounts of a row far above the other rows; none if one of them was certainly not counted in the smaller unit.

    A block of one row is held against the largest of the others, and is not below it: basic spending is honestly hundreds of
    times an item.
    """
    if not line or len(others) < FEW:
        return []
    single = form.blocks[line[0].spot.block].shape == "object"
    usual = max(others) if single else median(others)
    low, high = (usual, usual * ALIKE**3) if single else (min(others) / ALIKE, max(others) * ALIKE)
    far = [amount for amount in line if amount.headed and amount.size >= APART * usual]
    return [a for a in far if low <= a.size / SCALE <= high] if all(a.may_be_small for a in far) else []
