"""How papers print the names of a form: one normaliser for every label, heading and name of a row.

    >>> naming = naming_of(form)
    >>> "profile" in naming.names(" 3. Profile:")
    True

Letters and digits count, nothing else. A number in front (7. or (1)), a word such as "of which", brackets at the end (a unit, a
share, a note), a share without brackets and a word such as "and others" may all be there or not. The words, and the other
names that many places print, are data: catalogues/printed.toml. What a form itself calls something is that alone.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from xlperf.forms.form import Form
from xlperf.importing.paper_form import paper_form_of
from xlperf.text import fold, letters_of
from xlperf.values.notation import spellings_of

BRACKETED = re.compile(r"\([^()]*\)$")
HALF_BRACKETED = re.compile(r"\([^()]*$")  # one that nobody closed
ENDS = " *:"
COLONS = (":", "\uff1a")
MOST_STEPS = 24  # ways to write one name
NEVER = r"(?!)"
CATALOGUE = Path(__file__).parent.parent / "catalogues" / "printed.toml"


@dataclass(frozen=True)
class PrintedWords:
    """The words of catalogues/printed.toml."""

    prefixes: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    year_lines: tuple[str, ...] = ()
    row_numbers: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # of a label or the name of a row


@dataclass(frozen=True)
class Naming:
    """The ways a form's names may be printed."""

    numbering: re.Pattern[str]
    words: PrintedWords

    def names(self, text: str) -> frozenset[str]:
        """The letters of a text, as it stands and without its number."""
        return _names(self.numbering, text)

    def loose_names(self, text: str) -> frozenset[str]:
        """The letters of a text with and without whatever may be printed around a name."""
        return _loose_names(self, text)

    def row_name(self, text: str, *, is_numbered: bool) -> str:
        """The name of a row without the word and number printed before it: where a colon ends those, or in a numbered table."""
        printed = self.row_number.match(text)
        if printed and (is_numbered or printed[0].rstrip().endswith(COLONS)):
            return text[printed.end() :].strip()
        return text

    def is_unfilled(self, text: str) -> bool:
        """Whether a cell holds the word and number that are printed before a name, and no name."""
        return self.row_number.fullmatch(text.strip()) is not None

    def is_share(self, text: str) -> bool:
        """Whether a text is nothing but a share in brackets."""
        return bool(text.strip()) and not BRACKETED.sub("", fold(text).strip(ENDS)).strip(ENDS)

    @cached_property
    def row_number(self) -> re.Pattern[str]:
        """What stands before the name of a row in a form that was printed to be filled in."""
        words = "|".join(re.escape(word) for word in self.words.row_numbers) or NEVER
        return re.compile(rf"^\s*(?:{words})\s?\d{{1,2}}\s?[:\uff1a.\u3001]?")

    @cached_property
    def steps(self) -> tuple[Callable[[str], str], ...]:
        """What may be taken off a folded text, one thing each."""
        prefixes = "|".join(re.escape(word) for word in self.words.prefixes) or NEVER
        suffixes = "|".join(re.escape(word) for word in self.words.suffixes) or NEVER
        points = "|".join(re.escape(word) for word in self.words.points) or NEVER
        patterns = (
            self.numbering,
            BRACKETED,
            HALF_BRACKETED,
            re.compile(rf"^(?:{prefixes})(?: ?[:\uff1a])?"),
            re.compile(rf"(?<=\S)(?:{suffixes})$"),
            re.compile(rf"\d{{1,3}}(?:\.\d)? ?(?:{points})$"),
        )
        return tuple(lambda text, pattern=pattern: pattern.sub("", text).strip(ENDS) for pattern in patterns)

    def __hash__(self) -> int:
        return hash(self.numbering)


@lru_cache(maxsize=16)
def naming_of(form: Form) -> Naming:
    """Return how the names of a form may be printed."""
    return Naming(_numbering(number_pattern(form)), printed_words())


@lru_cache(maxsize=1)
def printed_words() -> PrintedWords:
    """Return the words of the catalogue."""
    raw = tomllib.loads(CATALOGUE.read_text("utf-8"))
    aliases: dict[str, tuple[str, ...]] = {}
    for entry in raw["names"]:
        for name in entry["means"]:
            aliases[name] = tuple(dict.fromkeys((*aliases.get(name, ()), *entry["printed"])))
    return PrintedWords(**{key: tuple(words) for key, words in raw["words"].items()}, aliases=aliases)


@lru_cache(maxsize=16)
def aliases_of(form: Form) -> Mapping[str, tuple[str, ...]]:
    """Return the other names of a form's labels and rows: its own first, then those that many places print."""
    own, others = paper_form_of(form).aliases, printed_words().aliases
    labels = [column.label for block in form.blocks.values() for column in block.fields.values()]
    named = {letters_of(label): label for label in labels}
    named |= {letters_of(text): name for name, texts in own.items() for text in texts}

    def printed(name: str) -> tuple[str, ...]:
        """The names that many places print, but for those by which the form itself calls something else."""
        return tuple(text for text in others.get(name, ()) if named.get(letters_of(text), name) == name)

    return {name: tuple(dict.fromkeys((*own.get(name, ()), *printed(name)))) for name in {**own, **others}}


def number_pattern(form: Form) -> str:
    """The pattern of a short number, in digits or in the form's numerals."""
    numerals = "".join(map(re.escape, spellings_of(form).numerals))
    return rf"[\d{numerals}]{{1,3}}"


def _numbering(number: str) -> re.Pattern[str]:
    """The pattern of the numbers that stand before a heading: 7. or (1), "the first part", circled digits."""
    plain = rf"{number}(?:[.)\u3001]|(?=\({number}\))| (?=\w))"
    around = rf"\({number}\)[.\u3001]?|[\u2460-\u2473]"
    part = rf"\w{number}\w{{1,2}}(?:[.\u3001]| (?=\w))"
    return re.compile(rf"^(?:(?:{plain}|{around}|{part}) ?)+")


@lru_cache(maxsize=8192)  # a cell is asked about for every table of the form
def _names(numbering: re.Pattern[str], text: str) -> frozenset[str]:
    folded = fold(text).strip(ENDS)
    return _letters((folded, numbering.sub("", folded)))


@lru_cache(maxsize=8192)
def _loose_names(naming: Naming, text: str) -> frozenset[str]:
    found = [fold(text).strip(ENDS)]
    for variant in found:  # grows while it is walked
        shorter = [step(variant) for step in naming.steps]
        found += [other for other in dict.fromkeys(shorter) if other not in found][: MOST_STEPS - len(found)]
    return _letters(found)


def _letters(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(map(letters_of, texts)) - {""}
