"""Which cells of a workbook show their number as a percent: 96.03% is stored as 0.9603 and means 96.03 of unit %.

    percents = PercentFormats(content)
    percents.at("Budget", 12, 7)          # zero-based row and column

No reader tells this cheaply: openpyxl builds every style and cell first, four fifths of a full load. So the style
numbers with a percent format are taken from `styles.xml`, and of the sheet only the cell in question is looked at. A
package written with unusual prefixes, where that finds nothing, is left to openpyxl.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from xml.etree import ElementTree

from .layout import cell_name
from .markup import MAIN, sheet_parts

BUILT_IN = {"9", "10"}  # 0% and 0.00%
CELL_TAG = re.compile(rb'<c\b([^>]*\br="([A-Z]{1,3}[0-9]{1,7})"[^>]*)>')
STYLE = re.compile(rb'\bs="([0-9]{1,9})"')
LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')  # of a format: what is only shown, and what is left blank for


class PercentFormats:
    """The percent formats of one package; nothing is read before the first question."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.sheets: dict[str, bytes] | None = None
        self.tags: dict[str, dict[bytes, bytes]] = {}
        self.slow: dict[str, set[tuple[int, int]]] = {}

    def at(self, title: str, row: int, column: int) -> bool:
        """Whether that cell has a percent format."""
        if self.sheets is None:
            with zipfile.ZipFile(io.BytesIO(self.content)) as package:
                self.styles = set(_percent_styles(package.read("xl/styles.xml"))) if _has(package, "xl/styles.xml") else set()
            self.sheets = sheet_parts(self.content)
        if title not in self.tags:
            self.tags[title] = {place: tag for tag, place in CELL_TAG.findall(self.sheets.get(title, b""))}
        tag = self.tags[title].get(cell_name(row, column).encode())
        if tag is None:
            return (row, column) in self._slowly(title)
        style = STYLE.search(tag)
        return bool(style) and int(style[1]) in self.styles

    def _slowly(self, title: str) -> set[tuple[int, int]]:
        if title not in self.slow:
            import openpyxl

            self.slow[title] = set()
            with suppress(Exception):  # it refuses some of what calamine reads; then no cell is a percent
                book = openpyxl.load_workbook(io.BytesIO(self.content))
                self.slow[title] = {(cell.row - 1, cell.column - 1) for line in book[title].iter_rows() for cell in line
                                    if cell.has_style and _multiplies(cell.number_format)}  # fmt: skip
        return self.slow[title]


def _has(package: zipfile.ZipFile, name: str) -> bool:
    return name in package.namelist()


def _multiplies(code: str) -> bool:
    """Whether a number format shows a hundred times the number: a percent sign in quotes or behind a backslash does not."""
    return "%" in LITERAL.sub("", code)


def _percent_styles(styles: bytes) -> Iterator[int]:
    """Yield the numbers of the cell styles whose number format shows a percent."""
    tree = ElementTree.fromstring(styles)
    percent = BUILT_IN | {f.get("numFmtId") for f in tree.iter(f"{MAIN}numFmt") if _multiplies(f.get("formatCode", ""))}
    for number, style in enumerate(tree.iterfind(f"{MAIN}cellXfs/{MAIN}xf")):
        if style.get("numFmtId") in percent:
            yield number
