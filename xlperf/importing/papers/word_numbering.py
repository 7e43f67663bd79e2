"""The automatic numbers of a Word document, as the page shows them.

    numbering = Numbering(numbering, styles)      # the roots of numbering.xml, None where there is none, and of styles.xml
    numbering.next(paragraph)                     # "1.", "(a) ", "" without a number, None in a format that is not known

Word keeps numbers apart from the text, and counts anew whenever it shows them: `next` is asked of every paragraph once, in the
order of the document. Lists of one abstract definition go on counting together, until a list says where it starts. How
Chinese numbers are written stands in catalogues/numerals.toml.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from xlperf.importing.papers.word_xml import Element, child_of, name_of, number_of, value_of
from xlperf.messages import CATALOGUES
from xlperf.values.numerals import write_numeral

LEVELS = 9
LONGEST = 40  # characters of one number
MOST_LETTERS, MOST_ROMAN = 780, 32768  # as in Word; beyond there are digits
PART = re.compile(r"%([1-9])")
PRIVATE = re.compile("[\ue000-\uf8ff]")  # bullets of symbol fonts
BULLET = "\u2022"
FALSE = ("0", "false")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
ROMAN = {
    "m": 1000,
    "cm": 900,
    "d": 500,
    "cd": 400,
    "c": 100,
    "xc": 90,
    "l": 50,
    "xl": 40,
    "x": 10,
    "ix": 9,
    "v": 5,
    "iv": 4,
    "i": 1,
}


@dataclass(frozen=True)
class Level:
    """How the numbers of one level look."""

    format: str = "decimal"
    text: str = ""
    start: int = 1
    restart: int = LEVELS  # the levels above it that make it start again
    decimal: bool = False  # the levels above are shown in digits
    behind: str = "tab"
    style: str = ""  # the paragraph style that stands for it


@dataclass(frozen=True)
class NumberedList:
    """One list: its abstract definition, its levels, and those that start anew with it."""

    abstract: str
    levels: Mapping[int, Level]
    starts: Mapping[int, int]

    def start(self, level: int) -> int:
        """The first number of a level."""
        return self.starts.get(level, self.levels[level].start if level in self.levels else 1)


class Numbering:
    """The lists of a document and how far each has counted."""

    def __init__(self, numbering: Element | None, styles: Element) -> None:
        parts = list(numbering) if numbering is not None else []
        self.styles = {value_of(style, "styleId"): style for style in styles if name_of(style) == "style"}
        self.default_style = next((key for key, style in self.styles.items() if _is_default(style)), "")
        self.abstracts = {value_of(part, "abstractNumId"): part for part in parts if name_of(part) == "abstractNum"}
        self.definitions = {value_of(part, "numId"): part for part in parts if name_of(part) == "num"}
        self.lists: dict[str, NumberedList | None] = {}
        self.positions: dict[str, tuple[str, int]] = {}  # list and level by style
        self.counts: dict[str, dict[int, int]] = {}  # by abstract definition, then by level
        self.begun: set[str] = set()

    def next(self, paragraph: Element) -> str | None:
        """The number of the next paragraph, with the space behind it."""
        key, level = self._position(paragraph)
        numbered = self._list(key)
        if numbered is None or level not in numbered.levels:
            return ""
        counts = self.counts.setdefault(numbered.abstract, {})
        if key not in self.begun:
            self.begun.add(key)
            counts |= {other: start - 1 for other, start in numbered.starts.items()}
        for above in range(level):
            counts.setdefault(above, numbered.start(above))
        counts[level] = counts.get(level, numbered.start(level) - 1) + 1
        for below in [other for other in counts if other > level and other in numbered.levels]:
            if level < numbered.levels[below].restart:
                del counts[below]
        return _shown(numbered.levels, level, counts)

    def _position(self, paragraph: Element) -> tuple[str, int]:
        """The list and the level of a paragraph, its own or those of its style."""
        own = child_of(paragraph, "pPr", "numPr")
        key, level = value_of(child_of(own, "numId")), value_of(child_of(own, "ilvl"))
        if key:
            return key, number_of(level, 0)
        style = value_of(child_of(paragraph, "pPr", "pStyle")) or self.default_style
        if style not in self.positions:
            self.positions[style] = self._position_of_style(style)
        key, of_style = self.positions[style]
        return key, number_of(level, of_style)

    def _position_of_style(self, style: str) -> tuple[str, int]:
        """The list and the level of a style: its own, or those of the style it is based on."""
        key, level = style, ""
        seen: set[str] = set()
        while key in self.styles and key not in seen:
            seen.add(key)
            own = child_of(self.styles[key], "pPr", "numPr")
            level = level or value_of(child_of(own, "ilvl"))
            if found := value_of(child_of(own, "numId")):
                numbered = self._list(found)
                levels = numbered.levels.items() if numbered else ()
                linked = (number for number, own_level in levels if own_level.style in seen)
                return found, next(linked, number_of(level, 0))
            key = value_of(child_of(self.styles[key], "basedOn"))
        return "", 0

    def _list(self, key: str) -> NumberedList | None:
        if key not in self.lists:
            self.lists[key] = self._defined_list(key)
        return self.lists[key]

    def _defined_list(self, key: str) -> NumberedList | None:
        """The list of that key: the levels of its abstract definition, with its own changes."""
        definition = self.definitions.get(key)
        abstract = self._abstract(definition)
        if definition is None or abstract not in self.abstracts:
            return None
        parts = (part for part in self.abstracts[abstract] if name_of(part) == "lvl")
        levels = {number_of(value_of(part, "ilvl"), 0): _level(part) for part in parts}
        starts: dict[int, int] = {}
        for part in definition:
            if name_of(part) == "lvlOverride":
                at, own = number_of(value_of(part, "ilvl"), 0), child_of(part, "lvl")
                if own is not None:
                    levels[at] = _level(own)
                if start := value_of(child_of(part, "startOverride")):
                    starts[at] = number_of(start, 1)
        return NumberedList(abstract, levels, starts)

    def _abstract(self, definition: Element | None) -> str:
        """The abstract definition of a list; one that links to a style is that of the style's list."""
        found = value_of(child_of(definition, "abstractNumId"))
        seen: set[str] = set()
        while (link := value_of(child_of(self.abstracts.get(found), "numStyleLink"))) and found not in seen:
            seen.add(found)
            other = value_of(child_of(self.styles.get(link), "pPr", "numPr", "numId"))
            found = value_of(child_of(self.definitions.get(other), "abstractNumId"))
        return found


def _is_default(style: Element) -> bool:
    return value_of(style, "default") == "1" and value_of(style, "type") == "paragraph"


def _level(element: Element) -> Level:
    """One level as its element says."""

    def said(name: str, otherwise: str = "") -> str:
        return value_of(child_of(element, name)) or otherwise

    of_new_programs = child_of(element, "AlternateContent", "Choice", "numFmt")
    return Level(
        format=said("numFmt", "decimal") if of_new_programs is None else value_of(of_new_programs),
        text=said("lvlText")[:LONGEST],
        start=number_of(said("start"), 0),
        restart=number_of(said("lvlRestart"), LEVELS),
        decimal=child_of(element, "isLgl") is not None and said("isLgl", "1") not in FALSE,
        behind=said("suff", "tab"),
        style=said("pStyle"),
    )


def _shown(levels: Mapping[int, Level], at: int, counts: Mapping[int, int]) -> str | None:
    """The text of a level's number, with those of the levels above it; None in a format that is not known."""
    level = levels[at]
    if level.format == "bullet":
        return f"{PRIVATE.sub(BULLET, level.text)} " if level.text.strip() else ""
    written: dict[str, str] = {}
    for part in PART.findall(level.text):
        number = int(part) - 1
        in_digits = level.decimal or number not in levels
        text = write_number(counts.get(number, 1), "decimal" if in_digits else levels[number].format)
        if text is None:
            return None
        written[part] = text
    shown = PART.sub(lambda match: written[match[1]], level.text)
    return shown + (" " if _has_gap(level, shown) else "")


def _has_gap(level: Level, shown: str) -> bool:
    """Whether there is a space behind a number; the gap of a tab says nothing behind a full stop or a bracket."""
    if level.behind == "tab":
        return bool(shown) and unicodedata.category(shown[-1]) not in ("Po", "Pe")
    return level.behind == "space"


# --- one number ----------------------------------------------------------------------------------------------


def write_number(number: int, number_format: str) -> str | None:
    """Return a number in a format of Word (decimal, lowerRoman, chineseCounting …), None where the format is not known."""
    if number_format in FORMATS:
        return FORMATS[number_format](number)
    numerals = _numerals()
    if number_format in numerals["digits"]:
        return "".join(numerals["digits"][number_format][int(digit)] for digit in str(number))
    if number_format in numerals["signs"]:
        signs: str = numerals["signs"][number_format]
        return signs[number - 1] if 0 < number <= len(signs) else str(number)
    if number_format in numerals["counting"]:
        return write_numeral(number, **numerals["counting"][number_format])
    return None


@lru_cache
def _numerals() -> Mapping[str, Mapping[str, Any]]:
    import tomllib

    return tomllib.loads(Path(CATALOGUES, "numerals.toml").read_text("utf-8"))


def _letters(number: int) -> str:
    """a to z, then aa, bb and so on."""
    if not 0 < number <= MOST_LETTERS:
        return str(number)
    times, at = divmod(number - 1, len(LETTERS))
    return LETTERS[at] * (times + 1)


def _roman(number: int) -> str:
    if not 0 < number < MOST_ROMAN:
        return str(number)
    text = ""
    for letters, value in ROMAN.items():
        text += letters * (number // value)
        number %= value
    return text


FORMATS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalHalfWidth": str,
    "decimalZero": lambda number: f"{number:02}",
    "none": lambda number: "",
    "lowerLetter": _letters,
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
}
