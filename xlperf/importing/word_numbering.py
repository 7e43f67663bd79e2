"""The automatic numbers of a Word document, as the page shows them.

    numbers = Numbering(numbering, styles)      # the roots of numbering.xml, None where there is none, and of styles.xml
    numbers.next(paragraph)                     # "1.", "(a) ", "" without a number, None of a format nobody knows here

Word keeps numbers apart from the text, and counts anew whenever it shows them: `next` is asked of every paragraph once, in the
order of the document. Lists of one abstract definition go on counting together, until an instance says where it starts. How
Chinese numbers are written stands in catalogues/numerals.toml.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from xlperf.values.numerals import write_numeral

NUMBER = re.compile("[0-9]{1,3}", re.ASCII)

LEVELS = 9
LONGEST = 40  # signs of one number
MOST_LETTERS, MOST_ROMAN = 780, 32768  # as in Word; beyond there are digits
PART = re.compile(r"%([1-9])")
PRIVATE = re.compile("[\ue000-\uf8ff]")  # bullets of symbol fonts
BULLET = "\u2022"
ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)


@dataclass(frozen=True)
class Level:
    """How the numbers of one level look."""

    form: str = "decimal"
    text: str = ""
    start: int = 1
    restart: int = LEVELS  # the levels above it that make it start again
    plain: bool = False  # the levels above are shown in digits
    behind: str = "tab"
    style: str = ""  # the paragraph style that stands for it


@dataclass(frozen=True)
class Instance:
    """One list: its abstract definition, its levels, and those that start anew with it."""

    abstract: str
    levels: Mapping[int, Level]
    starts: Mapping[int, int]


class Numbering:
    """The lists of a document and how far each has counted."""

    def __init__(self, numbering, styles) -> None:
        self.styles = {value_of(style, "styleId"): style for style in styles if name_of(style) == "style"}
        self.standard = next(
            (
                key
                for key, style in self.styles.items()
                if value_of(style, "default") == "1" and value_of(style, "type") == "paragraph"
            ),
            "",
        )
        parts = list(numbering) if numbering is not None else []
        self.abstracts = {value_of(part, "abstractNumId"): part for part in parts if name_of(part) == "abstractNum"}
        self.numbers = {value_of(part, "numId"): part for part in parts if name_of(part) == "num"}
        self.instances: dict[str, Instance | None] = {}
        self.placed: dict[str, tuple[str, int]] = {}  # by style
        self.counts: dict[str, dict[int, int]] = {}
        self.begun: set[str] = set()

    def next(self, paragraph) -> str | None:
        """The number of the next paragraph, with the space behind it."""
        key, at = self._place(paragraph)
        instance = self._list(key)
        if instance is None or at not in instance.levels:
            return ""
        levels, counts = instance.levels, self.counts.setdefault(instance.abstract, {})
        if key not in self.begun:
            self.begun.add(key)
            counts |= {level: start - 1 for level, start in instance.starts.items()}
        for above in range(at):
            counts.setdefault(above, self._start(instance, above))
        counts[at] = counts.get(at, self._start(instance, at) - 1) + 1
        for below in [level for level in counts if level > at and level in levels and at < levels[level].restart]:
            del counts[below]
        return _shown(levels, at, counts)

    def _start(self, instance: Instance, at: int) -> int:
        return instance.starts.get(at, instance.levels[at].start if at in instance.levels else 1)

    def _place(self, paragraph) -> tuple[str, int]:
        """The list and the level of a paragraph, its own or those of its style."""
        own = child_of(paragraph, "pPr", "numPr")
        key, at = value_of(child_of(own, "numId")), value_of(child_of(own, "ilvl"))
        if key:
            return key, number_of(at, 0)
        style = value_of(child_of(paragraph, "pPr", "pStyle")) or self.standard
        if style not in self.placed:
            self.placed[style] = self._of_style(style)
        key, level = self.placed[style]
        return key, number_of(at, level)

    def _of_style(self, style: str) -> tuple[str, int]:
        at, seen, level = style, set(), ""
        while at in self.styles and at not in seen:
            seen.add(at)
            own = child_of(self.styles[at], "pPr", "numPr")
            level = level or value_of(child_of(own, "ilvl"))
            if key := value_of(child_of(own, "numId")):
                instance = self._list(key)
                linked = (number for number, known in (instance.levels if instance else {}).items() if known.style in seen)
                return key, next(linked, number_of(level, 0))
            at = value_of(child_of(self.styles[at], "basedOn"))
        return "", 0

    def _list(self, key: str) -> Instance | None:
        if key not in self.instances:
            self.instances[key] = self._instance(key)
        return self.instances[key]

    def _instance(self, key: str) -> Instance | None:
        number = self.numbers.get(key)
        found, seen = value_of(child_of(number, "abstractNumId")), set()
        while (link := value_of(child_of(self.abstracts.get(found), "numStyleLink"))) and found not in seen:
            seen.add(found)
            other = value_of(child_of(self.styles.get(link), "pPr", "numPr", "numId"))
            found = value_of(child_of(self.numbers.get(other), "abstractNumId"))
        if found not in self.abstracts:
            return None
        levels = {number_of(value_of(part, "ilvl"), 0): _level(part) for part in self.abstracts[found] if name_of(part) == "lvl"}
        starts = {}
        for part in number:
            if name_of(part) == "lvlOverride":
                at, own = number_of(value_of(part, "ilvl"), 0), child_of(part, "lvl")
                levels |= {at: _level(own)} if own is not None else {}
                starts |= {at: number_of(start, 1)} if (start := value_of(child_of(part, "startOverride"))) else {}
        return Instance(found, levels, starts)


def _level(element) -> Level:
    """One level as its element says."""

    def said(name: str, otherwise: str = "") -> str:
        return value_of(child_of(element, name)) or otherwise

    chosen = child_of(element, "AlternateContent", "Choice", "numFmt")
    form = value_of(chosen) if chosen is not None else said("numFmt", "decimal")
    plain = child_of(element, "isLgl") is not None and said("isLgl", "1") not in ("0", "false")
    start, restart = number_of(said("start"), 0), number_of(said("lvlRestart"), LEVELS)
    return Level(form, said("lvlText")[:LONGEST], start, restart, plain, said("suff", "tab"), said("pStyle"))


def _shown(levels: Mapping[int, Level], at: int, counts: Mapping[int, int]) -> str | None:
    level = levels[at]
    if level.form == "bullet":
        return f"{PRIVATE.sub(BULLET, level.text)} " if level.text.strip() else ""
    numbers = {number: "decimal" if level.plain or number not in levels else levels[number].form for number in range(LEVELS)}
    shown = {match: _written(numbers[int(match) - 1], counts.get(int(match) - 1, 1)) for match in PART.findall(level.text)}
    if None in shown.values():
        return None
    text = PART.sub(lambda match: shown[match[1]], level.text)
    ends = unicodedata.category(text[-1]) in ("Po", "Pe") if text else True  # then the gap of a tab says nothing
    return text + (" " if level.behind == "space" or (level.behind == "tab" and not ends) else "")


# --- one number ----------------------------------------------------------------------------------------------


def _written(form: str, number: int) -> str | None:
    """A number in a format of Word, None where it is not known."""
    known = _numerals()
    if form in FORMS:
        return FORMS[form](number)
    if form in known["digits"]:
        return "".join(known["digits"][form][int(digit)] for digit in str(number))
    if form in known["signs"]:
        signs = known["signs"][form]
        return signs[number - 1] if 0 < number <= len(signs) else str(number)
    return write_numeral(number, **known["counting"][form]) if form in known["counting"] else None


@lru_cache
def _numerals() -> Mapping:
    import tomllib

    return tomllib.loads((Path(__file__).parent.parent / "catalogues" / "numerals.toml").read_text("utf-8"))


def _letters(number: int) -> str:
    """a to z, then aa, bb and so on."""
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1) if 0 < number <= MOST_LETTERS else str(number)


def _roman(number: int) -> str:
    if not 0 < number < MOST_ROMAN:
        return str(number)
    text = ""
    for value, sign in ROMAN:
        text += sign * (number // value)
        number %= value
    return text


FORMS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalHalfWidth": str,
    "decimalZero": lambda number: f"{number:02}",
    "none": lambda number: "",
    "lowerLetter": _letters,
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
}


def name_of(element) -> str:
    """The local name of an element, "" of a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def child_of(element, *path: str):
    """The first descendant along those names, None where there is none."""
    for name in path:
        element = next((child for child in element if name_of(child) == name), None) if element is not None else None
    return element


def value_of(element, name: str = "val") -> str:
    """An attribute of an element, "" where either is missing."""
    found = (value for key, value in element.attrib.items() if key.rpartition("}")[2] == name) if element is not None else ()
    return next(iter(found), "")


def number_of(text: str, otherwise: int) -> int:
    """A short number, `otherwise` where it is none."""
    return int(text) if NUMBER.fullmatch(text) else otherwise
