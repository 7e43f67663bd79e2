"""Figures as they are typed: a number with the operator and the unit that may stand around it, in its cell or beside it.

    >>> from xlperf.values.notation import spellings_of
    >>> known, field = spellings_of(form), form.blocks["items"].fields["spent"]
    >>> read_figure(known, field, "1,234.50", None).value
    1234.5
    >>> [(str(m.number), m.unit.word) for m in meanings(known, "5‰", unit_of(known, "%"))]
    [('5', '‰')]
    >>> [str(meaning.number) for meaning in meanings(known, "1,23")]
    ['1.23', '123']

One meaning is certain, several are a question, none is not a figure. Nothing is guessed here: a unit that is neither known
nor the cell's own, a hedge, a second number or a superscript leaves the text without a meaning. Full-width forms, spaces and
invisible characters are folded first; superscripts and circled digits are not, 10² is no 102.

Whatever a cell and its neighbours may mean together is a reading; with one that fits the field the figure is read, with
several it is asked about and stays as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from xlperf.forms.compute import plain
from xlperf.forms.model import Field
from xlperf.formula.operands import as_decimal, as_text
from xlperf.text import fold
from xlperf.values.notation import ENDS, LONGEST, MINUS, PERCENT, Meaning, Patterns, Spellings, Unit, convert, typed_unit, unit_of
from xlperf.values.remarks import APART, SILENT, Remark, normalised, question, typed_text

FIGURE = re.compile(r"([+-]?) ?(\d[\d, ]*(?:\.\d*)?|\.\d+)([eE][+-]?\d\d?)? ?([^\d]*|[^\d]*[a-z]+[23])", re.ASCII)
PLAIN = re.compile(r"\d+\.?\d*|\.\d+", re.ASCII)
GROUPED = re.compile(r"[1-9]\d{0,2}((,\d{3})+|( \d{3})+)(\.\d+)?", re.ASCII)
ONE_COMMA = re.compile(r"(\d+),(\d+)", re.ASCII)

HUNDRED = Decimal(100)


class Figure(NamedTuple):
    """A number as its cell gives it: what stood there beside it, and whether anything said what it counts in."""

    value: object
    remark: Remark | None = None
    operator: str = ""
    unit: str = ""
    bare: bool = True


def read_figure(
    known: Spellings,
    field: Field,
    raw: object,
    own: Unit | None,
    percent_format: bool = False,
    operators: Patterns = (),
    operator: str = "",
    fills: bool = False,
) -> Figure:
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


def meanings(known: Spellings, text: str, own: Unit | None = None, operators: Patterns = ()) -> tuple[Meaning, ...]:
    """Every way to take a text as a figure, the likelier first.

    Args:
        own: the unit that its cell has, where something says it.
        operators: the spellings of an operator that may stand in it.
    """
    text = fold(text).rstrip(ENDS)
    if not text or len(text) > LONGEST:
        return ()
    stripped = without_operator(operators, text)
    if stripped is None:
        return ()
    operator, text = stripped
    found = _figures(known, text, own) or _figures(known, _with_zeros(known, text), own) or _range(known, text, own)
    return tuple(meaning._replace(operator=operator) for meaning in found)


def misreadings(known: Spellings, text: str) -> Iterator[Meaning]:
    """Percents above 100 that are one below it if their first character is an operator that was scanned wrongly."""
    for pattern in known.misread:
        rest = pattern.inside(fold(text))
        for whole, part in zip(meanings(known, text), meanings(known, rest) if rest else (), strict=False):
            if part.unit and part.unit.word == PERCENT and whole.number > 100 >= part.number > 0:
                yield part._replace(operator=pattern.says)


def without_operator(operators: Patterns, text: str) -> tuple[str, str] | None:
    """The operator of a text and the rest of it; None where two contradict each other."""
    said = ""
    while True:
        pattern, rest = next(((p, rest) for p in operators if (rest := p.inside(text)) is not None), (None, ""))
        if pattern is None:
            return said, text
        if said and pattern.says != said:
            return None
        said, text = pattern.says, rest


def _figures(known: Spellings, text: str, own: Unit | None) -> tuple[Meaning, ...]:
    for pattern in known.doubtful:
        plain = _figure(known, rest, own) if (rest := pattern.inside(text)) else ()
        if plain:
            return (*(_said(known, pattern.says, meaning) for meaning in plain), *plain)
    for pattern in known.around:
        plain = _figure(known, rest, own) if (rest := pattern.inside(text)) else ()
        if plain:
            return tuple(_said(known, pattern.says, meaning) for meaning in plain)
    return _figure(known, text, own)


def _said(known: Spellings, says: str, meaning: Meaning) -> Meaning:
    """A meaning with the minus or the unit that a spelling around it says."""
    if says == MINUS:
        return meaning._replace(number=-meaning.number)
    if meaning.unit is None:
        return meaning._replace(unit=unit_of(known, says))
    return meaning if meaning.unit.base else meaning._replace(unit=unit_of(known, meaning.unit.word + says))


def _figure(known: Spellings, text: str, own: Unit | None) -> tuple[Meaning, ...]:
    for pattern, right in known.certain:
        text = pattern.sub(right, text)
    match = FIGURE.fullmatch(text)
    if match is None:
        return ()
    sign, digits, power, tail = match.groups("")
    unit = typed_unit(known, tail, own) if tail else None
    if tail and unit is None:
        return ()
    return tuple(Meaning(Decimal(f"{sign}{number}{power}"), unit) for number in _numbers(digits.strip(" ,"), power))


def _numbers(digits: str, power: str) -> tuple[str, ...]:
    """The numbers that digits with points, commas and spaces may be."""
    if PLAIN.fullmatch(digits):
        return (digits,)
    if GROUPED.fullmatch(digits) and not power:
        return (re.sub("[ ,]", "", digits),)
    if (match := ONE_COMMA.fullmatch(digits)) and not power:
        return (f"{match[1]}.{match[2]}", match[1] + match[2])
    return ()


def _with_zeros(known: Spellings, text: str) -> str:
    """The text with look-alikes of digits beside digits made digits, as long as there are any."""
    for pattern, right in known.zeros:
        before = ""
        while before != text:
            before, text = text, pattern.sub(right, text)
    return text


def _range(known: Spellings, text: str, own: Unit | None) -> tuple[Meaning, ...]:
    """Both ends of a range."""
    for word in known.ranges:
        low, found, high = text.partition(word)
        ends = (_figure(known, low.strip(), own), _figure(known, high.strip(), own)) if found and low else ((), ())
        if len(ends[0]) == len(ends[1]) == 1:
            (one,), (two,) = ends
            return (one if one.unit else one._replace(unit=two.unit), two)
    return ()
