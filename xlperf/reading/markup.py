"""What the XML of a sheet says that no reader tells cheaply: formulas, errors, merged cells, hidden rows, protection, dropdowns.

    markup = read_markup(content)["Budget"]
    (11, 7) in markup.formulas, markup.errors.get((11, 7)), markup.protected, markup.lists

Rows and columns are zero-based; a range is (first row, first column, last row, last column). It is read with patterns
over the sheet's XML, which may come from Excel, WPS, LibreOffice or Google; what a pattern does not find is simply not
said, so a finding that rests on this module must be harmless when the module is silent.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from posixpath import join, normpath
from xml.etree import ElementTree

from xlperf.addresses import column_number

Range = tuple[int, int, int, int]
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
FORMULA = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})(\d+)"[^>]*>\s*<f[\s>/]')
ERROR = re.compile(
    rb'<c\b(?=[^>]*\bt="e")[^>]*?\br="([A-Z]{1,3})(\d+)"[^>]*>\s*(?:<f\b[^>]*/>|<f\b[^>]*>[^<]*</f>)?\s*<v>([^<]{1,20})</v>'
)
# How a cell ends whose formula has no result; of a shared formula the text may stand elsewhere.
NO_RESULT = [re.compile(start + rb"\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>") for start in (rb"</f>", rb"<f\b[^>]*/>")]
ADDRESS = re.compile(rb'<c\s(?![^>]*\bt=")[^>]*?\br="([A-Z]{1,3})(\d+)"[^>]*>\s*(?:<f\b[^>]*>)?')
LONGEST_FORMULA = 9_000  # bytes that a cell takes before the end of its formula, with some to spare
MERGE = re.compile(rb'<mergeCell\b[^>]*?\bref="([^"]+)"')
ROW = re.compile(rb"<row\b[^>]*>")
ROW_NUMBER = re.compile(rb'\br="(\d+)"')
HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
PROTECTION = re.compile(rb'<sheetProtection\b[^>]*\bsheet="(?:1|true)"')
VALIDATION = re.compile(rb"<dataValidation\b[^>]*>")
SQREF = re.compile(rb'\bsqref="([^"]+)"')
LIST_X14 = re.compile(rb'<x14:dataValidation\b[^>]*\btype="list".*?<xm:sqref>([^<]+)</xm:sqref>', re.DOTALL)
AREA = re.compile(r"\$?([A-Z]{1,3})\$?(\d+)(?::\$?([A-Z]{1,3})\$?(\d+))?")


@dataclass(frozen=True)
class Markup:
    """What one sheet's XML says."""

    formulas: frozenset[tuple[int, int]]
    errors: Mapping[tuple[int, int], str]  # cells that show #REF! and the like
    uncomputed: Mapping[tuple[int, int], bytes]  # formulas that were saved without a result, as they stand in the file
    merges: tuple[Range, ...]
    hidden_rows: frozenset[int]
    protected: bool
    lists: tuple[Range, ...]  # where a dropdown list is offered, old style or x14

    def offers_list(self, row: int, column: int) -> bool:
        return any(top <= row <= bottom and left <= column <= right for top, left, bottom, right in self.lists)


def read_markup(content: bytes) -> dict[str, Markup]:
    """Return the markup of every sheet of a package, by its title."""
    return {title: _markup(part) for title, part in sheet_parts(content).items()}


def sheet_parts(content: bytes) -> dict[str, bytes]:
    """Return the XML of every sheet by its title; what cannot be followed is left out."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        names = set(package.namelist())
        relations = ElementTree.fromstring(package.read("xl/_rels/workbook.xml.rels"))
        targets = {r.get("Id"): r.get("Target", "") for r in relations}
        sheets = ElementTree.fromstring(package.read("xl/workbook.xml")).iter(f"{MAIN}sheet")
        parts = {s.get("name", ""): normpath(join("xl", targets.get(s.get(RELATION), ""))).lstrip("/") for s in sheets}
        return {title: package.read(part) for title, part in parts.items() if part in names}


def _markup(part: bytes) -> Markup:
    head, _, tail = part.partition(b"<sheetData")
    data, _, tail = tail.partition(b"</sheetData>")
    rest = head + tail
    lists = [SQREF.search(tag)[1] for tag in VALIDATION.findall(rest) if b'type="list"' in tag and SQREF.search(tag)]
    lists += LIST_X14.findall(rest)
    return Markup(
        frozenset((int(row) - 1, column_number(letters.decode())) for letters, row in FORMULA.findall(data)),
        dict(_errors(data)),
        dict(_uncomputed(data)),
        tuple(area for ref in MERGE.findall(rest) for area in areas(ref)),
        frozenset(_hidden(data)),
        PROTECTION.search(rest) is not None,
        tuple(area for ref in lists for area in areas(ref)),
    )


def _errors(data: bytes) -> Iterator[tuple[tuple[int, int], str]]:
    for letters, row, text in ERROR.findall(data) if b't="e"' in data else ():
        yield (int(row) - 1, column_number(letters.decode())), text.decode("utf-8", "replace")


def _uncomputed(data: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    """Looked for from the end of the cells, which few share; of an empty text (t="str") the result is known."""
    for end in (match.start() for pattern in NO_RESULT for match in pattern.finditer(data)):
        start = max(data.rfind(b"<c ", max(0, end - LONGEST_FORMULA), end), 0)
        if found := ADDRESS.match(data, start):
            yield (int(found[2]) - 1, column_number(found[1].decode())), data[found.end() : end]


def formula_text(escaped: bytes) -> str:
    """A formula as people see it; a workbook of ours has hundreds without a result, and hardly one is ever shown."""
    return f"={html.unescape(escaped.decode('utf-8', 'replace'))}"


def _hidden(data: bytes) -> Iterator[int]:
    for tag in ROW.findall(data):
        number = ROW_NUMBER.search(tag)
        if number and HIDDEN.search(tag):
            yield int(number[1]) - 1


def areas(reference: bytes) -> Iterator[Range]:
    """Yield the ranges of a reference such as `D5:D95 F7`."""
    for left, top, right, bottom in AREA.findall(html.unescape(reference.decode("ascii", "replace"))):
        yield int(top) - 1, column_number(left), int(bottom or top) - 1, column_number(right or left)
