"""What a number counts in: a unit by whatever name, and the same number in another unit.

>>> from xlperf.values.notation import spellings_of
>>> spellings = spellings_of(form)
>>> percent, permille = unit_of(spellings, "%"), unit_of(spellings, "‰")
>>> convert(Decimal(5), permille, to=percent)
(Decimal('0.5'),)
>>> unit_in_brackets(spellings, "Share (%)"), unit_in_brackets(spellings, "Share (estimated)")
('%', '')
"""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from xlperf.forms.model import Block, Field
from xlperf.text import fold
from xlperf.values.notation import Spellings, bare

IN_BRACKETS = re.compile(r"\(([^()]+)\)$")
ONE = Decimal(1)


class Unit(NamedTuple):
    """What a number counts in: `factor` times `base`, as it is called.

    A wan yuan is 10000 of yuan; wan (ten thousand) alone is 10000 of nothing, "".
    """

    factor: Decimal
    base: str
    word: str
    power: Decimal = ONE  # of ten, in its name: 10000 of wan tons, which are 10000000000 grams


def unit_of(spellings: Spellings, text: str) -> Unit:
    """The unit of that name, whatever it is: what a cell says its numbers count in."""
    name = bare(text)
    name = spellings.unit_names.get(name, name)
    if name in spellings.scales:
        factor, base = spellings.scales[name]
        return Unit(factor=factor, base=base, word=name)
    if name not in spellings.counters:
        for word, power in spellings.powers:
            if name.startswith(word):
                return _multiplied(spellings, word, power, name.removeprefix(word))
    return Unit(factor=ONE, base=name, word=name)


def _multiplied(spellings: Spellings, word: str, power: Decimal, rest: str) -> Unit:
    """The unit of a name that begins with a word for a power of ten."""
    name = spellings.unit_names.get(rest, rest)
    factor, base = spellings.scales.get(name, (ONE, name))
    return Unit(factor=power * factor, base=base, word=word + name, power=power)


def typed_unit(spellings: Spellings, text: str, cell_unit: Unit | None) -> Unit | None:
    """The unit that stands behind a number; None if it is neither known nor the cell's own."""
    unit = unit_of(spellings, text)
    is_own = cell_unit is not None and unit.base == cell_unit.base
    return unit if is_own or not unit.base or unit.base in spellings.units else None


def convert(number: Decimal, unit: Unit | None, *, to: Unit | None) -> tuple[Decimal, ...]:
    """The number in the unit of its cell: one if that is certain, two if it may be either, none if the units contradict.

    Args:
        unit: what was typed with the number, None where nothing was.
        to: the unit of the cell, None where nothing says it.
    """
    if unit is None or (to is None and unit.base):
        return (number,)
    if to is None:
        return (number * unit.factor,)
    if unit.base == to.base:
        return (number * unit.factor / to.factor,)
    if not unit.base:
        return tuple(dict.fromkeys((number * unit.factor / to.power, number * unit.factor)))
    return (number,) if number == 0 else ()


# --- labels --------------------------------------------------------------------------------------------------


def label_unit(spellings: Spellings, block: Block, index: int, field: Field) -> str:
    """The unit in brackets at the end of a field's label, else of the label that stands left of it in its row.

    A ratio counts in nothing: its percent is how it is shown.
    """
    if field.type == "ratio":
        return ""
    preset, labels = block.row(index), [field.label]
    before = next((left for left, right in pairwise(block.fields.values()) if right is field), None)
    if preset and before and before.type == "label":
        labels.append(str(preset.values.get(before.key, "")))
    return next(filter(None, (unit_in_brackets(spellings, label) for label in labels)), "")


def unit_in_brackets(spellings: Spellings, label: str) -> str:
    """The unit in brackets at the end of a label, "" where there is none."""
    match = IN_BRACKETS.search(fold(label))
    return match[1] if match and unit_of(spellings, match[1]).base in spellings.units else ""
