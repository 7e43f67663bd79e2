"""Which cells of a workbook show their number as a percent: 96.03% is stored as 0.9603 and means 96.03 of unit %.

    percents = PercentFormats(content)
    percents.at("自评表", 12, 7)          # zero-based row and column

No reader tells this cheaply: openpyxl builds every style and cell first, four fifths of a full load. So the style
numbers with a percent format are taken from `styles.xml`, and of the sheet only the cell in question is looked at. A
package written with unusual prefixes, where that finds nothing, is left to openpyxl.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from .layout import cell_name
from .markup import MAIN, sheet_parts

BUILT_IN = {9, 10}  # 0% and 0.00%
CELL_TAG = rb'<c\b[^>]*\br="%s"[^>]*>'
STYLE = re.compile(rb'\bs="(\d+)"')


class PercentFormats:
    """The percent formats of one package; nothing is read before the first question."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.sheets: dict[str, bytes] | None = None
        self.slow: dict[str, set[tuple[int, int]]] = {}

    def at(self, title: str, row: int, column: int) -> bool:
        """Whether that cell has a percent format."""
        if self.sheets is None:
            with zipfile.ZipFile(io.BytesIO(self.content)) as package:
                self.styles = set(_percent_styles(package.read("xl/styles.xml"))) if _has(package, "xl/styles.xml") else set()
            self.sheets = sheet_parts(self.content)
        tag = re.search(CELL_TAG % cell_name(row, column).encode(), self.sheets.get(title, b""))
        if tag is None:
            return (row, column) in self._slowly(title)
        style = STYLE.search(tag[0])
        return bool(style) and int(style[1]) in self.styles

    def _slowly(self, title: str) -> set[tuple[int, int]]:
        if title not in self.slow:
            import openpyxl

            book = openpyxl.load_workbook(io.BytesIO(self.content))
            self.slow[title] = {(cell.row - 1, cell.column - 1) for line in book[title].iter_rows() for cell in line
                                if cell.has_style and "%" in cell.number_format}  # fmt: skip
        return self.slow[title]


def _has(package: zipfile.ZipFile, name: str) -> bool:
    return name in package.namelist()


def _percent_styles(styles: bytes) -> Iterator[int]:
    """Yield the numbers of the cell styles whose number format has a percent sign."""
    tree = ElementTree.fromstring(styles)
    custom = {int(f.get("numFmtId", 0)) for f in tree.iter(f"{MAIN}numFmt") if "%" in f.get("formatCode", "")}
    for number, style in enumerate(tree.iterfind(f"{MAIN}cellXfs/{MAIN}xf")):
        if int(style.get("numFmtId", 0)) in custom | BUILT_IN:
            yield number
