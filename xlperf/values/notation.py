"""What a typed figure may mean: operator, number, unit, by the spellings that a form declares.

    >>> known = spellings_of(form)
    >>> own = unit_of(known, "%")
    >>> [(str(m.number), m.unit.word, str(convert(m, own)[0])) for m in meanings(known, "5‰", own)]
    [('5', '‰', '0.5')]
    >>> [str(meaning.number) for meaning in meanings(known, "1,23")]
    ['1.23', '123']

One meaning is certain, several are a question, none is not a figure. Nothing is guessed here: a unit that is neither known
nor the cell's own, a hedge, a second number or a superscript leaves the text without a meaning. Full-width forms, spaces and
invisible characters are folded first; superscripts and circled digits are not, 10² is no 102.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from xlperf.forms.form import Form

LONGEST = 60  # a longer text is no figure; also the bound of every search below
GAP = "\u2026"  # in a spelling: what it goes around
INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
FOLDED = re.compile("[\ufe30-\ufe6f\uff00-\uffef]")  # small and full-width forms
SPACES = re.compile(r"\s+")
ENDS = " .,;:\u3001\u3002"  # after a figure they say nothing
FIGURE = re.compile(r"([+-]?) ?(\d[\d, ]*(?:\.\d*)?|\.\d+)([eE][+-]?\d\d?)? ?([^\d]*|[^\d]*[a-z]+[23])", re.ASCII)
PLAIN = re.compile(r"\d+\.?\d*|\.\d+", re.ASCII)
GROUPED = re.compile(r"[1-9]\d{0,2}((,\d{3})+|( \d{3})+)(\.\d+)?", re.ASCII)
ONE_COMMA = re.compile(r"(\d+),(\d+)", re.ASCII)
PERCENT = "%"
MINUS, POINT = "-", "."


class Unit(NamedTuple):
    """What a number counts in: wan yuan is 10000 of yuan, wan (ten thousand) alone is 10000 of nothing."""

    factor: Decimal
    base: str
    word: str
    power: Decimal = Decimal(1)  # of ten, in its name: 10000 of wan tons, which are 10000000000 grams


class Meaning(NamedTuple):
    """One way to take a typed figure."""

    number: Decimal
    unit: Unit | None = None
    operator: str = ""


class Pattern(NamedTuple):
    """A spelling: what stands before and what behind the figure, and what that says."""

    head: str
    tail: str
    says: str

    def inside(self, text: str) -> str | None:
        """What the spelling goes around, None where it is not there."""
        long = len(text) > len(self.head) + len(self.tail)
        fits = long and text.startswith(self.head) and text.endswith(self.tail)
        return text[len(self.head) : len(text) - len(self.tail)].strip() if fits else None


Patterns = tuple[Pattern, ...]


@dataclass(frozen=True)
class Spellings:
    """The table `spellings.numbers` of a form, folded and ready to look up."""

    columns: Mapping[str, str] = field(default_factory=dict)
    blank: str = ""
    blanks: frozenset[str] = frozenset()
    fillers: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()  # in the name of what grows or falls by so many percent
    powers: tuple[tuple[str, Decimal], ...] = ()  # the longest first
    names: Mapping[str, str] = field(default_factory=dict)  # of units: other name to name
    around: Patterns = ()  # spellings of units that go around a number
    scales: Mapping[str, tuple[Decimal, str]] = field(default_factory=dict)
    known: frozenset[str] = frozenset()  # units that need no cell to say so
    counters: frozenset[str] = frozenset()
    certain: tuple[tuple[re.Pattern, str], ...] = ()  # look-alikes with one reading
    zeros: tuple[tuple[re.Pattern, str], ...] = ()  # look-alikes of digits: tried when nothing else is understood
    doubtful: Patterns = ()
    misread: Patterns = ()
    ranges: tuple[str, ...] = ()
    numerals: Mapping[str, int] = field(default_factory=dict)

    def is_blank(self, text: str) -> bool:
        """Whether a text is one of the ways to type nothing."""
        folded = fold(text)
        return not folded or folded in self.blanks or folded.rstrip(ENDS) in self.blanks

    def is_change(self, name: str) -> bool:
        """Whether what is called so is a change, of which less than a percent is no rarity."""
        return any(word in name for word in self.changes)


@lru_cache(maxsize=16)
def spellings_of(form: Form) -> Spellings:
    """Return how numbers are typed in that form."""
    raw = form.definition.get("spellings", {}).get("numbers", {})
    patterns = [Pattern(*_split(word), name) for name, words in raw.get("units", {}).items() for word in words if GAP in word]
    names = {bare(word): bare(name) for name, words in raw.get("units", {}).items() for word in (name, *words) if GAP not in word}
    scales = {bare(name): (Decimal(str(n)), bare(base)) for name, to in raw.get("scales", {}).items() for base, n in to.items()}
    powers = [(fold(word), Decimal(str(n))) for word, n in raw.get("powers", {}).items()]
    counters = frozenset(map(bare, raw.get("counters", ())))
    lookalikes = [(right, "|".join(map(re.escape, wrong))) for right, wrong in raw.get("lookalikes", {}).items()]
    places = {MINUS: r"^(?:{})(?= ?[\d.])", POINT: r"(?<=\d)(?:{})(?=\d)"}
    digits = r"(?<=[\d.])(?:{0})|(?:{0})(?=[\d.])"
    return Spellings(
        raw.get("columns", {}), raw.get("blank", ""), frozenset(map(fold, raw.get("blanks", ()))),
        tuple(raw.get("fillers", ())), tuple(raw.get("changes", ())),
        tuple(sorted(powers, key=lambda pair: -len(pair[0]))),
        names, tuple(patterns), scales, counters | {*names.values(), *scales, *(base for _, base in scales.values())}, counters,
        tuple((re.compile(places[right].format(wrong), re.ASCII), right) for right, wrong in lookalikes if right in places),
        tuple((re.compile(digits.format(wrong), re.ASCII), right) for right, wrong in lookalikes if right not in places),
        _patterns(raw.get("doubtful", {})), _patterns(raw.get("misread", {})),
        tuple(dict.fromkeys(map(fold, raw.get("ranges", ())))), raw.get("numerals", {}),
    )  # fmt: skip


@lru_cache(maxsize=64)
def choice_patterns(form: Form, table: str, choices: tuple[str, ...]) -> Patterns:
    """The spellings of the choices of a field, the longest first."""
    spelt = form.definition.get("spellings", {}).get(table, {}) if table else {}
    return _patterns({choice: [choice, *spelt.get(choice, ())] for choice in choices})


def _patterns(spelt: Mapping[str, Iterable[str]]) -> Patterns:
    found = (Pattern(*_split(word), meaning) for meaning, words in spelt.items() for word in words)
    return tuple(sorted(dict.fromkeys(found), key=lambda pattern: -len(pattern.head + pattern.tail)))


def _split(word: str) -> tuple[str, str]:
    head, _, tail = word.partition(GAP)
    return bare(head, ""), bare(tail, "")


def fold(text: str) -> str:
    """A text without invisible characters, full-width forms as plain ones, every run of spaces as one, none at the ends."""
    text = FOLDED.sub(lambda match: unicodedata.normalize("NFKC", match[0]), INVISIBLE.sub("", text))
    return SPACES.sub(" ", text).strip()


def bare(text: str, brackets: str = "()") -> str:
    """A folded text without any space and without brackets around it."""
    text = fold(text).replace(" ", "")
    inner = text[1:-1]
    return inner if brackets and text[:1] + text[-1:] == brackets and not set(brackets) & set(inner) else text


# --- units ---------------------------------------------------------------------------------------------------


def unit_of(known: Spellings, text: str) -> Unit:
    """The unit of that name, whatever it is: what a cell says its numbers count in."""
    name = bare(text)
    name = known.names.get(name, name)
    if name in known.scales:
        return Unit(*known.scales[name], name)
    if name not in known.counters:
        for word, factor in known.powers:
            if name.startswith(word):
                rest = known.names.get(name[len(word) :], name[len(word) :])
                many, base = known.scales.get(rest, (Decimal(1), rest))
                return Unit(factor * many, base, word + rest, factor)
    return Unit(Decimal(1), name, name)


def _typed_unit(known: Spellings, text: str, own: Unit | None) -> Unit | None:
    """The unit that stands behind a number; None if nobody knows it."""
    unit = unit_of(known, text)
    return unit if unit.base in known.known or not unit.base or (own and unit.base == own.base) else None


def convert(meaning: Meaning, own: Unit | None) -> tuple[Decimal, ...]:
    """The number in the cell's own unit: one if that is certain, two if it may be either, none if the units contradict."""
    number, unit = meaning.number, meaning.unit
    if unit is None or (own is None and unit.base):
        return (number,)
    if own is None:
        return (number * unit.factor,)
    if unit.base == own.base:
        return (number * unit.factor / own.factor,)
    if not unit.base:
        return tuple(dict.fromkeys((number * unit.factor / own.power, number * unit.factor)))
    return (number,) if number == 0 else ()


# --- figures -------------------------------------------------------------------------------------------------


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
    unit = _typed_unit(known, tail, own) if tail else None
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
