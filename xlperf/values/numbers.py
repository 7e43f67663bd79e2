"""Figures as they are typed: a number with the operator and the unit that may stand around it, in its cell or beside it.

    >>> from xlperf.values.notation import spellings_of
    >>> spellings, field = spellings_of(form), form.blocks["items"].fields["spent"]
    >>> read_figure(spellings, FigureCell(field), "1,234.50").value
    1234.5
    >>> [(str(meaning.number), meaning.unit.word) for meaning in meanings(spellings, "5‰", unit_of(spellings, "%"))]
    [('5', '‰')]
    >>> [str(meaning.number) for meaning in meanings(spellings, "1,23")]
    ['1.23', '123']

One meaning is certain, several are a question, none is not a figure. Nothing is guessed here: a unit that is neither known
nor the cell's own, a hedge, a second number or a superscript leaves the text without a meaning. Full-width forms, spaces and
invisible characters are folded first; superscripts and circled digits are not, 10² is no 102.

Whatever a cell and its neighbours may mean together is a reading; with one that fits the field the figure is read, with
several it is asked about and stays as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from xlperf.forms.compute import plain
from xlperf.forms.model import Field
from xlperf.formula.operands import as_decimal, as_text
from xlperf.text import fold
from xlperf.values.blanks import is_blank
from xlperf.values.notation import ENDS, LONGEST, MINUS, PERCENT, Patterns, Spellings
from xlperf.values.printing import typed_text
from xlperf.values.remarks import APART, SILENT, Remark, normalised, question
from xlperf.values.units import Unit, convert, typed_unit, unit_of

FIGURE = re.compile(r"([+-]?) ?(\d[\d, ]*(?:\.\d*)?|\.\d+)([eE][+-]?\d\d?)? ?([^\d]*|[^\d]*[a-z]+[23])", re.ASCII)
PLAIN = re.compile(r"\d+\.?\d*|\.\d+", re.ASCII)
GROUPED = re.compile(r"[1-9]\d{0,2}((,\d{3})+|( \d{3})+)(\.\d+)?", re.ASCII)
ONE_COMMA = re.compile(r"(\d+),(\d+)", re.ASCII)

HUNDRED = Decimal(100)


class Meaning(NamedTuple):
    """One way to take a typed figure."""

    number: Decimal
    unit: Unit | None = None
    operator: str = ""


class Reading(NamedTuple):
    """One way to take a cell together with its neighbours: the number is in the unit of that name."""

    operator: str
    number: Decimal
    unit: str

    def __str__(self) -> str:
        return " ".join(filter(None, (self.operator, as_text(self.number), self.unit)))


class FigureCell(NamedTuple):
    """What is known of a cell before the figure in it is read."""

    field: Field
    unit: Unit | None = None  # what its numbers count in; None where nothing says it
    shows_percent: bool = False  # by its number format
    operators: Patterns = ()  # the spellings of an operator that may stand in it
    operator: str = ""  # what stands in the cell of the operator, "" where that is blank
    fills_unit: bool = False  # whether a unit that is typed with the number may fill the blank cell of the unit


class Figure(NamedTuple):
    """What was read of a cell: its value, and the operator and unit that stood in it as well."""

    value: object
    remark: Remark | None = None
    operator: str = ""
    unit: str = ""
    bare: bool = False  # a number, and nothing in its cell says what it counts in


def number_of(value: object) -> Decimal | None:
    """A number as the decimal of its 15 significant digits, None for anything else."""
    number = as_decimal(value)
    return number if isinstance(number, Decimal) else None


def read_figure(spellings: Spellings, cell: FigureCell, raw: object) -> Figure:
    """Read a number with what may be typed around it."""
    if isinstance(raw, str) and is_blank(spellings, raw):
        return Figure(value=None, remark=normalised(raw, spellings.blank) if raw.strip() else None)
    found = _meanings_in(spellings, cell, raw)
    readings = tuple(dict.fromkeys(_readings(cell, found)))
    if not readings:
        return Figure(value=typed_text(raw))
    fitting = _fitting(cell.field, readings)
    if len(fitting) == 1:
        return _certain(cell, raw, found, fitting[0])
    stays = as_text(found[0].number) + PERCENT if cell.shows_percent else typed_text(raw)
    return Figure(
        value=stays,
        remark=question(stays, map(str, fitting or readings)),
        operator=_common(reading.operator for reading in readings),
        unit=_common(reading.unit for reading in readings),
    )


def _certain(cell: FigureCell, raw: object, found: Sequence[Meaning], reading: Reading) -> Figure:
    """The figure of a cell that has one reading."""
    explicit = cell.shows_percent or any(meaning.unit is not None for meaning in found)
    number = as_text(reading.number)
    parts = (reading.operator if found[0].operator else "", number, reading.unit if explicit else "")
    read_as = APART.join(filter(None, parts))
    remark: Remark | None
    if isinstance(raw, str):
        remark = normalised(raw, read_as)
    elif cell.shows_percent and cell.fills_unit and cell.unit is None:
        remark = normalised(number + PERCENT, read_as)
    else:
        remark = SILENT if cell.shows_percent else None
    return Figure(
        value=plain(reading.number),
        remark=remark,
        operator=reading.operator,
        unit=reading.unit if explicit else "",
        bare=not explicit,
    )


def _common(words: Iterable[str]) -> str:
    """The word that all readings have in common, "" if they differ."""
    different = set(words)
    return different.pop() if len(different) == 1 else ""


# --- readings: a cell with its neighbours --------------------------------------------------------------------


def _readings(cell: FigureCell, found: Iterable[Meaning]) -> Iterator[Reading]:
    """Yield every way to take a cell together with its neighbours; where its unit contradicts theirs, both."""
    for meaning in found:
        numbers = convert(meaning.number, meaning.unit, to=cell.unit)
        typed_first, own_first = meaning.operator or cell.operator, cell.operator or meaning.operator
        unit = _unit_name(cell, meaning)
        if not numbers and meaning.unit is not None:
            yield Reading(typed_first, meaning.number, meaning.unit.word)
            yield Reading(own_first, meaning.number, unit)
        for operator in (typed_first, own_first):
            yield from (Reading(operator, number, unit) for number in numbers)


def _unit_name(cell: FigureCell, meaning: Meaning) -> str:
    """The name of the unit that a reading counts in: the cell's, else the typed one where that may fill its cell."""
    if cell.unit is not None:
        return cell.unit.word
    return meaning.unit.word if cell.fills_unit and meaning.unit is not None and meaning.unit.base else ""


def _fitting(field: Field, readings: Sequence[Reading]) -> Sequence[Reading]:
    """The readings within the limits of the field; all of them where no limit decides, for it may be a minus or not."""
    if len({reading.number < 0 for reading in readings}) > 1 or len(readings) == 1:
        return readings
    low, high = number_of(field.minimum), number_of(field.maximum)
    return [
        reading for reading in readings if (low is None or low <= reading.number) and (high is None or reading.number <= high)
    ]


# --- meanings: what stands in a cell -------------------------------------------------------------------------


def _meanings_in(spellings: Spellings, cell: FigureCell, raw: object) -> tuple[Meaning, ...]:
    """Every way to take what stands in a cell, the likelier first."""
    if isinstance(raw, str):
        found = meanings(spellings, raw, cell.unit, cell.operators)
    else:
        found = _number_meanings(spellings, cell, raw)
    if cell.unit is None and not cell.fills_unit:
        found = tuple(_counted(spellings, cell, found))
    if isinstance(raw, str) and cell.operators and not cell.operator and not any(meaning.operator for meaning in found):
        operators = {pattern.says for pattern in cell.operators}
        found += tuple(meaning for meaning in misreadings(spellings, raw) if meaning.operator in operators)
    return found


def _number_meanings(spellings: Spellings, cell: FigureCell, raw: object) -> tuple[Meaning, ...]:
    """Every way to take a number; one in a percent format is a percent, unless the format came after the number."""
    number = number_of(raw)
    if number is None:
        return ()
    if not cell.shows_percent:
        return (Meaning(number),)
    percent = Meaning(number * HUNDRED, unit_of(spellings, PERCENT))
    later = cell.unit is not None and cell.unit.base != PERCENT and number >= 1
    return (percent, Meaning(number)) if later else (percent,)


def _counted(spellings: Spellings, cell: FigureCell, found: Iterable[Meaning]) -> Iterator[Meaning]:
    """Yield the meanings of a number of things as plain numbers: the things may be named, but not measured."""
    for meaning in found:
        unit = meaning.unit
        if unit is None:
            yield Meaning(meaning.number)
        elif cell.shows_percent or not unit.base or unit.base in spellings.counters:
            yield Meaning(meaning.number * unit.factor)


def meanings(spellings: Spellings, text: str, cell_unit: Unit | None = None, operators: Patterns = ()) -> tuple[Meaning, ...]:
    """Every way to take a text as a figure, the likelier first.

    Args:
        cell_unit: the unit that its cell has, None where nothing says it.
        operators: the spellings of an operator that may stand in it.
    """
    text = fold(text).rstrip(ENDS)
    if not text or len(text) > LONGEST:
        return ()
    stripped = without_operator(operators, text)
    if stripped is None:
        return ()
    operator, text = stripped
    found = (
        _figures(spellings, text, cell_unit)
        or _figures(spellings, _with_zeros(spellings, text), cell_unit)
        or _range(spellings, text, cell_unit)
    )
    return tuple(meaning._replace(operator=operator) for meaning in found)


def misreadings(spellings: Spellings, text: str) -> Iterator[Meaning]:
    """Percents above 100 that are one below it if their first character is an operator that was scanned wrongly."""
    for pattern in spellings.misread:
        rest = pattern.inside(fold(text))
        for whole, part in zip(meanings(spellings, text), meanings(spellings, rest) if rest else (), strict=False):
            if part.unit and part.unit.word == PERCENT and whole.number > 100 >= part.number > 0:
                yield part._replace(operator=pattern.says)


def without_operator(operators: Patterns, text: str) -> tuple[str, str] | None:
    """The operator of a text and the rest of it; None where two contradict each other."""
    operator = ""
    while True:
        stripped = next(((pattern.says, rest) for pattern in operators if (rest := pattern.inside(text)) is not None), None)
        if stripped is None:
            return operator, text
        if operator and operator != stripped[0]:
            return None
        operator, text = stripped


def _figures(spellings: Spellings, text: str, cell_unit: Unit | None) -> tuple[Meaning, ...]:
    """The meanings of a figure, with the minus or the unit that may go around it."""
    for patterns, doubtful in ((spellings.doubtful, True), (spellings.unit_patterns, False)):
        for pattern in patterns:
            inner = pattern.inside(text)
            without = _figure(spellings, inner, cell_unit) if inner else ()
            if without:
                found = tuple(_with_spelling(spellings, pattern.says, meaning) for meaning in without)
                return (*found, *without) if doubtful else found
    return _figure(spellings, text, cell_unit)


def _with_spelling(spellings: Spellings, says: str, meaning: Meaning) -> Meaning:
    """A meaning with the minus or the unit that a spelling around it says."""
    if says == MINUS:
        return meaning._replace(number=-meaning.number)
    if meaning.unit is None:
        return meaning._replace(unit=unit_of(spellings, says))
    return meaning if meaning.unit.base else meaning._replace(unit=unit_of(spellings, meaning.unit.word + says))


def _figure(spellings: Spellings, text: str, cell_unit: Unit | None) -> tuple[Meaning, ...]:
    """The meanings of a number with its unit behind it."""
    for pattern, sign in spellings.lookalike_signs:
        text = pattern.sub(sign, text)
    match = FIGURE.fullmatch(text)
    if match is None:
        return ()
    sign, digits, power, tail = match.groups("")
    unit = typed_unit(spellings, tail, cell_unit) if tail else None
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


def _with_zeros(spellings: Spellings, text: str) -> str:
    """The text with look-alikes of digits beside digits made digits, as long as there are any."""
    for pattern, digit in spellings.lookalike_digits:
        before = ""
        while before != text:
            before, text = text, pattern.sub(digit, text)
    return text


def _range(spellings: Spellings, text: str, cell_unit: Unit | None) -> tuple[Meaning, ...]:
    """Both ends of a range; a unit behind the upper end counts for the lower one too."""
    for word in spellings.ranges:
        before, found, behind = text.partition(word)
        if not found or not before:
            continue
        lows, highs = (_figure(spellings, end.strip(), cell_unit) for end in (before, behind))
        if len(lows) == len(highs) == 1:
            low, high = lows[0], highs[0]
            return (low if low.unit else low._replace(unit=high.unit), high)
    return ()
