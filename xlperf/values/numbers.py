"""Figures as they are typed: a number with the operator and the unit that may stand around it, in its cell or beside it.

    >>> from xlperf.values.notation import spellings_of
    >>> known, field = spellings_of(form), form.blocks["items"].fields["spent"]
    >>> read_figure(known, field, "1,234.50", None).value
    1234.5

Whatever a cell and its neighbours may mean together is a reading; with one that fits the field the figure is read, with
several it is asked about and stays as it was typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from xlperf.forms.compute import plain
from xlperf.forms.model import Field
from xlperf.formula.parser import as_decimal, as_text
from xlperf.values.notation import PERCENT, Meaning, Patterns, Spellings, Unit, convert, meanings, misreadings, unit_of
from xlperf.values.remarks import APART, SILENT, Remark, normalised, question, typed_text

HUNDRED = Decimal(100)


class Figure(NamedTuple):
    """A number as its cell gives it: what stood there beside it, and whether anything said what it counts in."""

    value: object
    remark: Remark | None = None
    operator: str = ""
    unit: str = ""
    bare: bool = True


def read_figure(known: Spellings, field: Field, raw: object, own: Unit | None, percent_format: bool = False,
                operators: Patterns = (), operator: str = "", fills: bool = False) -> Figure:  # fmt: skip
    """Read a number with what may be typed around it.

    Args:
        own: the unit of the cell, None where nothing says it.
        operators: the spellings of an operator that may stand in the cell.
        operator: the operator that stands in its own cell, "" where that is blank.
        fills: whether a unit that is typed with the number may fill the blank cell of the unit.
    """
    if isinstance(raw, str) and known.is_blank(raw):
        return Figure(None, normalised(raw, known.blank) if raw.strip() else None)
    found = _meanings(known, raw, own, percent_format, operators)
    if not fills and own is None:  # a number of things: they may be named, but not measured
        counted = (m for m in found if m.unit is None or percent_format or not m.unit.base or m.unit.base in known.counters)
        found = tuple(Meaning(m.number * (m.unit.factor if m.unit else 1)) for m in counted)
    if operators and not operator and isinstance(raw, str) and not any(m.operator for m in found):
        said = {pattern.says for pattern in operators}
        found += tuple(meaning for meaning in misreadings(known, raw) if meaning.operator in said)
    readings = dict.fromkeys(_readings(found, own, operator, fills))
    one_sign = len({number < 0 for _, number, _ in readings}) == 1  # no limit says whether a minus was meant
    within = [r for r in readings if _fits(field, r[1])] if len(readings) > 1 and one_sign else list(readings)
    if not readings:
        return Figure(typed_text(raw))
    explicit = percent_format or any(m.unit is not None for m in found)
    if len(within) != 1:
        said = tuple(" ".join(filter(None, (op, as_text(number), unit))) for op, number, unit in (within or readings))
        stays = as_text(found[0].number) + PERCENT if percent_format else typed_text(raw)
        op, unit = (_agreed(reading[part] for reading in readings) for part in (0, 2))
        return Figure(stays, question(stays, said), op, unit, False)
    (op, number, unit), value = within[0], plain(within[0][1])
    said = APART.join(filter(None, (op if found[0].operator else "", as_text(number), unit if explicit else "")))
    if isinstance(raw, str) or (percent_format and fills and own is None):
        remark = normalised(raw if isinstance(raw, str) else as_text(number) + PERCENT, said)
    else:
        remark = SILENT if percent_format else None
    return Figure(value, remark, op, unit if explicit else "", not explicit)


def _meanings(known: Spellings, raw: object, own: Unit | None, percent_format: bool, operators: Patterns) -> tuple[Meaning, ...]:
    if isinstance(raw, str):
        return meanings(known, raw, own, operators)
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return ()
    number = as_decimal(raw)
    if not percent_format:
        return (Meaning(number),)
    shown, later = Meaning(number * HUNDRED, unit_of(known, PERCENT)), own and own.base != PERCENT and number >= 1
    return (shown, Meaning(number)) if later else (shown,)  # the format may have come after the number


def _readings(found: tuple[Meaning, ...], own: Unit | None, operator: str, fills: bool) -> Iterator[tuple[str, Decimal, str]]:
    """Yield operator, number and unit of every way to read a cell together with its neighbours."""
    for meaning in found:
        numbers = convert(meaning, own)
        word = own.word if own else meaning.unit.word if fills and meaning.unit and meaning.unit.base else ""
        theirs, its = meaning.operator or operator, operator or meaning.operator
        if not numbers:
            yield from ((theirs, meaning.number, meaning.unit.word), (its, meaning.number, word))
        yield from ((op, number, word) for op in (theirs, its) for number in numbers)


def _agreed(words: Iterable[str]) -> str:
    """The word that all readings have in common, "" if they differ."""
    different = set(words)
    return different.pop() if len(different) == 1 else ""


def _fits(field: Field, number: Decimal) -> bool:
    low, high = (as_decimal(limit) for limit in (field.minimum, field.maximum))
    return (low is None or low <= number) and (high is None or number <= high)
