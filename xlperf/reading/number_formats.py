"""How cells of a workbook show their number: 96.03% is stored as 0.9603 and means 96.03 of unit %, 001001 as 1001.

    formats = NumberFormats(package)
    formats.is_percent("Budget", 12, 7)          # zero-based row and column

No reader tells this cheaply: openpyxl builds every style and cell first, four fifths of a full load. So the formats
are taken from `styles.xml`, and of the sheet only the cell in question is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from xml.etree import ElementTree

from xlperf.addresses import cell_name
from xlperf.reading.preflight import Package

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
BUILT_IN = {"9": "0%", "10": "0.00%"}  # of those that are looked for
STYLE = re.compile(rb'\bs="([0-9]{1,9})"')
DIGITS = re.compile("0{2,30}")
LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')  # of a format: what is only shown, and what is left blank for


class NumberFormats:
    """The number formats of one package; styles are not read before the first question."""

    def __init__(self, package: Package) -> None:
        self._package = package

    def is_percent(self, title: str, row: int, column: int) -> bool:
        """Whether that cell shows a hundred times its number."""
        return _multiplies(self._at(title, row, column))

    def digits(self, title: str, row: int, column: int) -> int:
        """How many digits that cell shows at least, by a format of zeros such as 000000; 0 for any other format."""
        code = self._at(title, row, column)
        return len(code) if DIGITS.fullmatch(code) else 0

    def _at(self, title: str, row: int, column: int) -> str:
        """The number format of that cell, "" where it is of no interest."""
        sheet = self._package.sheets.get(title, b"")
        start = sheet.rfind(b'<c r="%s"' % cell_name(row, column).encode())
        style = STYLE.search(sheet, start, sheet.find(b">", start)) if start >= 0 else None
        return self._codes.get(int(style[1]), "") if style else ""

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
