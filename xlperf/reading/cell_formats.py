"""How cells are formatted where that changes what they mean: percents, zeros before a code, what is struck out or raised.

    formats = NumberFormats(package)
    formats.is_percent("Budget", 12, 7), formats.at("Cover", 5, 2)      # zero-based row and column
    RichTexts(package).corrected("Budget", grid)

96.03% is stored as 0.9603 and means 96.03 of unit %, 001001 as 1001. 300 struck out beside 285 is 285, and 10 with a raised 2 is
no 102, but calamine glues all runs of a text together. What is struck out altogether holds nothing that counts. No reader tells
this cheaply: openpyxl builds every style and cell first, four fifths of a full load. So the formats are taken from `styles.xml`,
and of the sheet only the cell in question is looked at; that nothing is struck out in a workbook, two searches tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple
from xml.etree import ElementTree

from xlperf.addresses import column_number
from xlperf.reading.markup import read_markup
from xlperf.reading.preflight import Package
from xlperf.reading.sheet_rows import Grid
from xlperf.values.codes import LITERAL
from xlperf.values.remarks import StruckOut, StruckText

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
BUILT_IN = {"9": "0%", "10": "0.00%", "11": "0.00E+00", "48": "##0.0E+0"}  # of those that are looked for
STYLE = re.compile(rb'\bs="([0-9]{1,9})"')
# Of what is struck out, raised or lowered.
MARKED = (b"<strike", b"<vertAlign")
CELL = re.compile(rb'<c r="([A-Z]{1,3})(\d+)"([^<>]*)(?<!/)>(.*?)</c>', re.DOTALL)
KIND = re.compile(rb'\bt="(\w+)"')
NUMBER = re.compile(rb"<v>(\d{1,9})</v>")
INLINE = re.compile(rb"<is\b.*</is>", re.DOTALL)
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")  # how a control character is written
OFF = ("0", "false")
RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
LINES = {"superscript": RAISED, "subscript": LOWERED}


# --- number formats ------------------------------------------------------------------------------------------


class NumberFormats:
    """The number formats of one package; styles are not read before the first question."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._formats: dict[str, Mapping[tuple[int, int], str]] = {}  # those of interest by sheet and place

    def is_percent(self, title: str, row: int, column: int) -> bool:
        """Whether that cell shows a hundred times its number."""
        return _multiplies(self.at(title, row, column))

    def at(self, title: str, row: int, column: int) -> str:
        """The number format of that cell, "" where it is of no interest."""
        if title not in self._formats:
            self._formats[title] = dict(self._of_interest(title))
        return self._formats[title].get((row, column), "")

    def _of_interest(self, title: str) -> Iterator[tuple[tuple[int, int], str]]:
        """Yield the cells of a sheet whose number format is of interest."""
        markup = self._package.markups.get(title)
        if markup is None:
            markup = read_markup(self._package.sheets.get(title, b""))
        codes = {style: self._codes.get(int(style), "") for style in set(markup.styles.values())}
        for (letters, number), style in markup.styles.items():
            if code := codes[style]:
                yield (int(number) - 1, column_number(letters.decode())), code

    @cached_property
    def _codes(self) -> Mapping[int, str]:
        """The number formats that are of interest, by the numbers of the cell styles that have them."""
        return dict(_codes(self._package.styles)) if self._package.styles else {}


def _multiplies(code: str) -> bool:
    """Whether a number format shows a hundred times the number: a percent sign in quotes or behind a backslash does not."""
    return "%" in LITERAL.sub("", code)


def _codes(styles: bytes) -> Iterator[tuple[int, str]]:
    tree = ElementTree.fromstring(styles)
    own = {element.get("numFmtId", ""): element.get("formatCode", "") for element in tree.iter(f"{MAIN}numFmt")}
    codes = BUILT_IN | own
    for number, style in enumerate(tree.iterfind(f"{MAIN}cellXfs/{MAIN}xf")):
        if code := codes.get(style.get("numFmtId", "")):
            yield number, code


# --- runs of a text ------------------------------------------------------------------------------------------


class Run(NamedTuple):
    """A piece of a text that is formatted alike."""

    text: str
    struck: bool


class RichTexts:
    """The texts of one package of which runs are struck out, raised or lowered; nothing is parsed before it is needed."""

    def __init__(self, package: Package) -> None:
        self._package = package

    def corrected(self, title: str, grid: Grid) -> Grid:
        """The grid of a sheet, with what is struck out apart from what is not."""
        sheet = self._package.sheets.get(title, b"")
        if not (self._shared or self._struck_styles or any(mark in sheet for mark in MARKED)):
            return grid
        shown = [list(row) for row in grid]
        for row, column, text in self._cells(sheet):
            if row < len(shown) and column < len(shown[row]) and shown[row][column] != "":
                shown[row][column] = text if text is not None else StruckOut(shown[row][column])
        return shown

    def _cells(self, sheet: bytes) -> Iterator[tuple[int, int, str | None]]:
        """Yield the cells that show something else than calamine says: row, column and text, None where all is struck out."""
        for letters, number, attributes, content in CELL.findall(sheet):
            place = int(number) - 1, column_number(letters.decode())
            style = STYLE.search(attributes)
            if style and int(style[1]) in self._struck_styles:
                yield *place, None
            elif runs := self._runs(attributes, content):
                yield *place, _text_of(runs)

    def _runs(self, attributes: bytes, content: bytes) -> tuple[Run, ...]:
        kind = KIND.search(attributes)
        if kind and kind[1] == b"s":
            number = NUMBER.search(content)
            return self._shared.get(int(number[1]), ()) if number else ()
        inline = INLINE.search(content) if any(mark in content for mark in MARKED) else None
        try:
            return _runs_of(ElementTree.fromstring(inline[0])) if inline else ()
        except ElementTree.ParseError:  # with a prefix that is declared outside of it, which no program writes
            return ()

    @cached_property
    def _shared(self) -> Mapping[int, tuple[Run, ...]]:
        """The shared texts of which something is struck out, raised or lowered, by their numbers."""
        texts = self._package.texts
        if not any(mark in texts for mark in MARKED):
            return {}
        listed = enumerate(ElementTree.fromstring(texts).iterfind(f"{MAIN}si"))
        return {number: runs for number, text in listed if (runs := _runs_of(text))}

    @cached_property
    def _struck_styles(self) -> frozenset[int]:
        """The numbers of the cell styles that strike everything out."""
        styles = self._package.styles
        if MARKED[0] not in styles:
            return frozenset()
        tree = ElementTree.fromstring(styles)
        struck = {str(number) for number, font in enumerate(tree.iterfind(f"{MAIN}fonts/{MAIN}font")) if _is_struck(font)}
        cells = enumerate(tree.iterfind(f"{MAIN}cellXfs/{MAIN}xf"))
        return frozenset(number for number, style in cells if style.get("fontId") in struck)


def _runs_of(text: ElementTree.Element) -> tuple[Run, ...]:
    """The runs of a text, none where nothing is struck out, raised or lowered."""
    runs, is_plain = [], True
    for run in text.iterfind("{*}r"):
        properties = run.find("{*}rPr")
        words = "".join(piece.text or "" for piece in run.iterfind("{*}t"))
        line = properties.find("{*}vertAlign") if properties is not None else None
        table = LINES.get(line.get("val", "")) if line is not None else None
        struck = properties is not None and _is_struck(properties)
        is_plain = is_plain and not struck and table is None
        runs.append(Run(words.translate(table) if table else words, struck))
    return () if is_plain else tuple(runs)


def _is_struck(font: ElementTree.Element) -> bool:
    strike = font.find("{*}strike")
    return strike is not None and strike.get("val", "1") not in OFF


def _text_of(runs: tuple[Run, ...]) -> str | None:
    """What counts of a text, None where all of it is struck out."""
    struck = _joined(run for run in runs if run.struck)
    left = _joined(run for run in runs if not run.struck)
    if not struck.strip():
        return _joined(runs)
    return StruckText(left, struck=struck) if left.strip() else None


def _joined(runs: Iterable[Run]) -> str:
    return ESCAPED.sub(lambda match: chr(int(match[1], 16)), "".join(run.text for run in runs))
