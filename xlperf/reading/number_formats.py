"""How cells of a workbook show their number: 96.03% is stored as 0.9603 and means 96.03 of unit %, 001001 as 1001.

    formats = NumberFormats(content)
    formats.is_percent("Budget", 12, 7)          # zero-based row and column

No reader tells this cheaply: openpyxl builds every style and cell first, four fifths of a full load. So the formats
are taken from `styles.xml`, and of the sheet only the cell in question is looked at. A package written with unusual
prefixes, where that finds nothing, is left to openpyxl.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from xml.etree import ElementTree

from xlperf.addresses import cell_name
from xlperf.reading.markup import MAIN, sheet_parts

BUILT_IN = {"9": "0%", "10": "0.00%"}  # of those that are looked for
CELL_TAG = re.compile(rb'<c\b([^>]*\br="([A-Z]{1,3}[0-9]{1,7})"[^>]*)>')
STYLE = re.compile(rb'\bs="([0-9]{1,9})"')
DIGITS = re.compile("0{2,30}")
LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')  # of a format: what is only shown, and what is left blank for


class NumberFormats:
    """The number formats of one package; nothing is read before the first question."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.sheets: dict[str, bytes] | None = None
        self.tags: dict[str, dict[bytes, bytes]] = {}
        self.slow: dict[str, dict[tuple[int, int], str]] = {}

    def is_percent(self, title: str, row: int, column: int) -> bool:
        """Whether that cell shows a hundred times its number."""
        return _multiplies(self._at(title, row, column))

    def digits(self, title: str, row: int, column: int) -> int:
        """With how many digits at least that cell shows its number, by a format of noughts; 0 for any other."""
        code = self._at(title, row, column)
        return len(code) if DIGITS.fullmatch(code) else 0

    def _at(self, title: str, row: int, column: int) -> str:
        """The number format of that cell, "" where it is of no interest."""
        if self.sheets is None:
            with zipfile.ZipFile(io.BytesIO(self.content)) as package:
                self.styles = dict(_styles(package.read("xl/styles.xml"))) if _has(package, "xl/styles.xml") else {}
            self.sheets = sheet_parts(self.content)
        if title not in self.tags:
            self.tags[title] = {place: tag for tag, place in CELL_TAG.findall(self.sheets.get(title, b""))}
        tag = self.tags[title].get(cell_name(row, column).encode())
        if tag is None:
            return self._slowly(title).get((row, column), "")
        style = STYLE.search(tag)
        return self.styles.get(int(style[1]), "") if style else ""

    def _slowly(self, title: str) -> dict[tuple[int, int], str]:
        if title not in self.slow:
            import openpyxl

            self.slow[title] = {}
            with suppress(Exception):  # it refuses some of what calamine reads; then no cell is a percent
                book = openpyxl.load_workbook(io.BytesIO(self.content))
                self.slow[title] = {
                    (cell.row - 1, cell.column - 1): cell.number_format
                    for line in book[title].iter_rows()
                    for cell in line
                    if cell.has_style
                }
        return self.slow[title]


def _has(package: zipfile.ZipFile, name: str) -> bool:
    return name in package.namelist()


def _multiplies(code: str) -> bool:
    """Whether a number format shows a hundred times the number: a percent sign in quotes or behind a backslash does not."""
    return "%" in LITERAL.sub("", code)


def _styles(styles: bytes) -> Iterator[tuple[int, str]]:
    """Yield the numbers of the cell styles with their number format, where it may be of interest."""
    tree = ElementTree.fromstring(styles)
    codes = BUILT_IN | {f.get("numFmtId"): f.get("formatCode", "") for f in tree.iter(f"{MAIN}numFmt")}
    for number, style in enumerate(tree.iterfind(f"{MAIN}cellXfs/{MAIN}xf")):
        if code := codes.get(style.get("numFmtId")):
            yield number, code
