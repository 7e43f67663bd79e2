"""Amounts that look typed in yuan where the form counts in wan yuan (10,000 yuan): their neighbours or a text show it.

    findings = list(unlikely_amounts(form, rows))      # queries XL216, each with both readings

Ten thousand is between the two, so an amount is held first against what stands beside it in its row (the target beside the
actual, the budget beside the spending), then, in a column that counts in wan yuan throughout, against the other rows of its
table. Honest spreads are wide: basic spending is hundreds of times an item, so the bar is five thousand, the other reading must
be an amount like its neighbours', and what has more than two decimals was never counted in yuan.

A text that names the amount as it stands in its cell settles it; one that names the ten-thousandth part, to at least four
digits, makes it doubtful, though the whole table may be typed alike.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from xlperf.checking.amounts_in_texts import WrittenAmount, amounts_written
from xlperf.forms.document import Row, Rows, Spot
from xlperf.forms.form import Form
from xlperf.forms.model import Block, Field
from xlperf.formula.operands import as_decimal, as_text
from xlperf.messages import listing, sentence
from xlperf.reporting.finding import Finding
from xlperf.values.notation import spellings_of
from xlperf.values.units import Unit, label_unit, unit_in_brackets, unit_of

FEW = 3  # neighbours that make a comparison
SCALE = Decimal(10_000)  # one ten-thousand-yuan in yuan
APART = Decimal(5_000)  # an amount this many times its neighbours' is looked at
LEAST = Decimal(1_000)
ALIKE = Decimal(10)  # how far the other reading may lie outside the range of the other rows
TELLING = 4  # digits of an amount in a text that agree by no chance
COLUMN = 3  # amounts of one column, at least half of them, that are one mistake
MOST_SHOWN = 3  # amounts of a column that a finding names


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
    def as_meant(self) -> Decimal:
        """Its size in the smallest unit of money, if it counts in the unit of its cell."""
        return self.size * self.unit.factor

    @property
    def as_doubted(self) -> Decimal:
        """Its size in the smallest unit of money, if it was typed in the smaller unit."""
        return self.as_meant / SCALE

    @property
    def may_be_small(self) -> bool:
        """Whether the number can be one of the smaller unit: a yuan has hundredths and no less, and small change is no budget."""
        return self.size >= LEAST and (cents := self.size * 100) == cents.to_integral_value()


class Doubt(NamedTuple):
    """An amount that may count in the smaller unit, and what makes that likely, as a clause."""

    amount: Amount
    reason: str
    row: Sequence[Amount]  # all amounts of its row


def unlikely_amounts(form: Form, rows: Rows, *, stated: Collection[Spot] = ()) -> Iterator[Finding]:
    """Yield the amounts that look typed in yuan where wan yuan is asked for: by their row, the rest of their table, or a text.

    Those typed with their unit (`stated`) are as they were meant, and so are those of a row of which a text tells an amount.
    """
    in_texts = _Texts(form, rows)
    for table in form.tables.values():
        listed = [amounts for key in table.blocks for amounts in _amounts_by_row(form, form.blocks[key], rows.get(key, []))]
        columns: dict[str, list[Doubt]] = {}
        for doubt in _doubts(form, listed, in_texts):
            if doubt.amount.spot not in stated and not _is_settled(doubt, in_texts):
                columns.setdefault(doubt.amount.spot.field, []).append(doubt)
        counts = Counter(amount.spot.field for amounts in listed for amount in amounts)
        for key, doubts in columns.items():
            if len(doubts) >= max(COLUMN, counts[key] / 2):
                yield _asked(form, doubts, sentence("far_from_column", {}))
            else:
                yield from (_asked(form, [doubt], doubt.reason) for doubt in doubts)


def _doubts(form: Form, listed: Sequence[Sequence[Amount]], in_texts: _Texts) -> Iterator[Doubt]:
    """Yield the amounts of a table that may count in the smaller unit."""
    sizes = sorted(amount.size for amounts in listed for amount in amounts if amount.by_column)
    for amounts in listed:
        far = _far_from_table(form, amounts, sizes)
        for amount in amounts:
            if _is_far_from_row(amount, amounts):
                yield Doubt(amount, sentence("far_from_row", {}), amounts)
            elif amount in far:
                yield Doubt(amount, sentence("far_from_table", {}), amounts)
            elif amount.may_be_small and (text := in_texts.naming(amount, amount.as_doubted, digits=TELLING)):
                yield Doubt(amount, sentence("as_text_says", {"text": text}), amounts)


def _is_settled(doubt: Doubt, in_texts: _Texts) -> bool:
    """Whether a text tells the amount as it was typed, or one like it in its row."""
    alike = (amount for amount in doubt.row if amount.size >= LEAST and amount.size * ALIKE >= doubt.amount.size)
    return any(in_texts.naming(amount, amount.as_meant) for amount in alike)


def _asked(form: Form, doubts: Sequence[Doubt], reason: str) -> Finding:
    """The question in which of two units amounts were typed."""
    amounts = [doubt.amount for doubt in doubts]
    first = amounts[0]
    words = {"unit": first.unit.word, "small": _smaller_unit(form, first.unit)}
    readings = {"found": as_text(first.number), "other": as_text(first.number / SCALE)}
    shown = listing(as_text(amount.number) for amount in amounts[:MOST_SHOWN]) + ("…" if len(amounts) > MOST_SHOWN else "")
    facts = {**words, "found": shown, "hint": reason, "expected": sentence("both_units", {**words, **readings})}
    return Finding("XL216", "query", tuple(amount.spot for amount in amounts), facts)


def _smaller_unit(form: Form, unit: Unit) -> str:
    """The name of the unit of which a unit is ten thousand."""
    factor = unit.factor / SCALE
    return next((word for word, power in spellings_of(form).powers if power == factor), "") + unit.base


class _Texts:
    """The amounts that the texts of a form name, looked for when one of them is asked for."""

    def __init__(self, form: Form, rows: Rows) -> None:
        self.form, self.rows = form, rows
        self.written: dict[str, list[WrittenAmount]] = {}  # by unit of money

    def naming(self, amount: Amount, size: Decimal, *, digits: int = 1) -> str:
        """What a text calls an amount of that size, "" where none does to so many digits."""
        base = amount.unit.base
        if base not in self.written:
            self.written[base] = amounts_written(self.form, self.rows, base=base)
        found = (text for text in self.written[base] if text.digits >= digits and text.is_about(size))
        return next((text.text for text in found), "")


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


def _far_from_table(form: Form, row: Sequence[Amount], sizes: Sequence[Decimal]) -> list[Amount]:
    """The amounts of a row far above the other rows; none if one of them was certainly not counted in the smaller unit.

    `sizes` are those of all rows, this one among them, the smallest first.

    A block of one row is held against the largest of the others, and is not below it: basic spending is honestly hundreds of
    times an item.
    """
    others = list(sizes) if any(amount.by_column and amount.may_be_small for amount in row) else []
    for amount in row:
        if others and amount.by_column:
            del others[bisect_left(others, amount.size)]
    if len(others) < FEW:
        return []
    is_single = form.blocks[row[0].spot.block].shape == "object"
    usual = others[-1] if is_single else (others[(len(others) - 1) // 2] + others[len(others) // 2]) / 2
    low, high = (usual, usual * ALIKE**3) if is_single else (others[0] / ALIKE, others[-1] * ALIKE)
    far = [amount for amount in row if amount.by_column and amount.size >= APART * usual]
    if not all(amount.may_be_small for amount in far):
        return []
    return [amount for amount in far if low <= amount.size / SCALE <= high]
