"""What the XML of a sheet says that no reader tells cheaply: formulas, errors, merged cells, hidden rows, protection, dropdowns.

    markup = read_markup(package.sheets["Budget"])
    (11, 7) in markup.formulas, markup.errors.get((11, 7)), markup.protected, markup.lists

Rows and columns are zero-based; a range is (first row, first column, last row, last column). It is read with patterns
over the sheet's XML as preflight hands it on, where every cell begins with its address. Excel, WPS, LibreOffice and Google
write the rest differently; what a pattern does not find is simply not said, so a finding that rests on this module must be
harmless when the module is silent.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from xlperf.addresses import column_number
from xlperf.reading.plain_rows import RowScan
from xlperf.values.remarks import CellError, Picture, Uncomputed

Range = tuple[int, int, int, int]
FORMULA = re.compile(rb'<c r="([A-Z]{1,3})(\d+)"[^>]*>\s*<f[\s>/]')
ERROR = re.compile(
    rb'<c r="([A-Z]{1,3})(\d+)"((?=[^>]*\bt="e")[^>]*)>\s*(?:<f\b[^>]*/>|<f\b[^>]*>([^<]*)</f>)?\s*<v>([^<]{1,200})</v>'
)
ERRORS = (b"#DIV/0!", b"#N/A", b"#NAME?", b"#NULL!", b"#NUM!", b"#REF!", b"#VALUE!")  # of Excel 2007
VALUE_BEHIND = re.compile(rb'\bvm="')  # in the tag of a cell: another value than the error that it shows
PICTURE = re.compile(rb"(?:_xlfn\.)*(?:DISPIMG|IMAGE)\(")  # a formula that shows a picture
# How a cell ends whose formula has no result; of a shared formula the text may stand elsewhere.
NO_RESULT = [re.compile(start + rb"\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>") for start in (rb"</f>", rb"<f\b[^>]*/>")]
ADDRESS = re.compile(rb'<c r="([A-Z]{1,3})(\d+)"(?![^>]*\bt=")[^>]*>\s*(?:<f\b[^>]*>)?')
LONGEST_FORMULA = 9_000  # bytes that a cell takes before the end of its formula, with some to spare
STYLED = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^<>]*?\bs="([0-9]{1,9})"')
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
    errors: Mapping[tuple[int, int], CellError]  # cells that show #REF! and the like
    uncomputed: Mapping[tuple[int, int], bytes]  # formulas that were saved without a result, as they stand in the file
    merges: tuple[Range, ...]
    hidden_rows: frozenset[int]
    protected: bool
    lists: tuple[Range, ...]  # where a dropdown list is offered, in the old spelling or in that of Excel 2010 (x14)
    styles: Mapping[tuple[bytes, bytes], bytes]  # the number of the style of each cell, by letters and number of its address

    def offers_list(self, row: int, column: int) -> bool:
        """Whether that cell has a dropdown list."""
        return any(top <= row <= bottom and left <= column <= right for top, left, bottom, right in self.lists)


def read_markup(sheet: bytes) -> Markup:
    """Return what the XML of a sheet says."""
    head, _, tail = sheet.partition(b"<sheetData")
    data, _, tail = tail.partition(b"</sheetData>")
    return _with_rest(
        head + tail,
        formulas=frozenset(_place(letters, row) for letters, row in FORMULA.findall(data)),
        errors=dict(_errors(data)),
        uncomputed=dict(_uncomputed(data)),
        hidden_rows=frozenset(_hidden(data)),
        styles={(letters, row): style for letters, row, style in STYLED.findall(data)},
    )


def markup_of(sheet: bytes, scan: RowScan) -> Markup:
    """Return what the XML of a sheet says whose rows were looked through already."""
    return _with_rest(
        scan.rest,
        formulas=scan.formulas,
        errors=dict(_errors(sheet)) if scan.has_errors else {},
        uncomputed=scan.uncomputed,
        hidden_rows=scan.hidden,
        styles=scan.styles,
    )


def _with_rest(rest: bytes, **rows: Any) -> Markup:
    """What the rows say, and what stands before and behind them."""
    return Markup(
        merges=tuple(area for reference in MERGE.findall(rest) for area in areas(reference)),
        protected=PROTECTION.search(rest) is not None,
        lists=tuple(area for reference in _lists(rest) for area in areas(reference)),
        **rows,
    )


def formulas_in(sheet: bytes) -> frozenset[tuple[int, int]]:
    """The cells of a sheet in which a formula stands, by row and column."""
    return frozenset(_place(letters, row) for letters, row in FORMULA.findall(sheet))


def _place(letters: bytes, row: bytes) -> tuple[int, int]:
    return int(row) - 1, column_number(letters.decode())


def _lists(rest: bytes) -> Iterator[bytes]:
    """Yield where dropdown lists are offered."""
    for tag in VALIDATION.findall(rest):
        if b'type="list"' in tag and (cells := SQREF.search(tag)):
            yield cells[1]
    yield from LIST_X14.findall(rest)


def _errors(data: bytes) -> Iterator[tuple[tuple[int, int], CellError]]:
    """Yield the cells that show an error; behind some stands a picture."""
    for letters, row, attributes, formula, text in ERROR.findall(data) if b't="e"' in data else ():
        is_picture = PICTURE.match(formula) or (VALUE_BEHIND.search(attributes) and not formula)
        yield _place(letters, row), (Picture if is_picture else CellError)(text.decode("utf-8", "replace"))


def with_usual_errors(sheet: bytes) -> bytes:
    """The XML of a sheet with no error but those of Excel 2007: calamine refuses a workbook that has another, such as #SPILL!."""

    def usual(match: re.Match[bytes]) -> bytes:
        at = match.start(5) - match.start()
        return match[0] if match[5] in ERRORS else match[0][:at] + ERRORS[-1] + match[0][at + len(match[5]) :]

    return ERROR.sub(usual, sheet) if b't="e"' in sheet else sheet


def _uncomputed(data: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    """Yield the formulas without a result, found by how such a cell ends, which is rare; an empty text (t="str") is a result."""
    for end in (match.start() for pattern in NO_RESULT for match in pattern.finditer(data)):
        start = max(data.rfind(b"<c ", max(0, end - LONGEST_FORMULA), end), 0)
        if found := ADDRESS.match(data, start):
            yield _place(found[1], found[2]), data[found.end() : end]


def without_result(escaped: bytes) -> CellError:
    """A formula as people see it; a workbook of ours has hundreds without a result, and hardly one is ever shown."""
    kind = Picture if PICTURE.match(escaped) else Uncomputed
    return kind(f"={html.unescape(escaped.decode('utf-8', 'replace'))}")


def _hidden(data: bytes) -> Iterator[int]:
    for tag in ROW.findall(data):
        number = ROW_NUMBER.search(tag)
        if number and HIDDEN.search(tag):
            yield int(number[1]) - 1


def areas(reference: bytes) -> Iterator[Range]:
    """Yield the ranges of a reference such as `D5:D95 F7`."""
    for left, top, right, bottom in AREA.findall(html.unescape(reference.decode("ascii", "replace"))):
        yield int(top) - 1, column_number(left), int(bottom or top) - 1, column_number(right or left)
