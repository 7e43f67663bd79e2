"""What stands in the cells of a list that somebody made, a CSV file or a workbook, line by line.

    for grid in read_grids(Path("units.xlsx")):
        grid.title, list(grid.lines), grid.merged

Of a workbook the visible sheets count. A number is shown as its cell shows it as far as that matters: the zeros in front of a
code, the percent behind a rate.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from itertools import repeat
from operator import is_
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xlperf.addresses import column_number
from xlperf.distributing.roster_package import RosterPackage, read_roster_package
from xlperf.errors import UsageError
from xlperf.formula.operands import as_decimal, as_text
from xlperf.values.notation import PERCENT
from xlperf.values.numbers import HUNDRED

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

ENCODINGS = ("utf-8-sig", "gb18030")
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # "Unicode text", as Excel calls it
DIVIDERS = ",;\t"
TEXT_FORMULA = re.compile(r'="([^"]*)"')  # how a CSV file keeps Excel from making a number of a code
ZEROS = re.compile("0{2,}")  # the number format of a code
MOST_BLANK = 1_000  # blank lines in a row after which a sheet has ended: a stray cell far below costs nothing
MOST_COLUMNS = 500
MERGED = re.compile(rb'<(?:\w+:)?mergeCell [^>]*ref="([A-Z]+)([0-9]+):[A-Z]+([0-9]+)"')
ADDRESS = re.compile(rb'r="(([A-Z]+)([0-9]+))"')
BARE_FORMULA = re.compile(  # a cell with a formula and without its value
    rb"<(?:\w+:)?c ([^>]*)><(?:\w+:)?f(?: [^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)"
    rb"(?:<(?:\w+:)?v ?/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)

# What openpyxl raises of a workbook whose parts are well-formed and contradict each other.
CORRUPTED = (zipfile.BadZipFile, SyntaxError, LookupError, ValueError, TypeError, AttributeError, ArithmeticError, OSError)

NumberedLine = tuple[int, list[object]]  # its number, as a spreadsheet program shows it, and its cells


class MergedCells(NamedTuple):
    """Cells that are merged downwards: the numbers of the first and the last line, and the index of the column."""

    first: int
    last: int
    column: int


class Grid(NamedTuple):
    """One sheet as it is; a CSV file is one sheet without a title."""

    title: str
    lines: Iterable[NumberedLine]
    merged: tuple[MergedCells, ...] = ()


class UncomputedCell(str):
    """The address of a cell whose formula nobody has computed yet."""


def read_grids(path: Path) -> list[Grid]:
    """Return the sheets of that file; a CSV file is one.

    Raises:
        UsageError: it cannot be opened, or is neither.
    """
    package = read_roster_package(path)
    if package.sheets:
        return _grids_of_workbook(path, package)
    try:
        return [Grid("", tuple(_lines_of_text(path, package.content)))]
    except csv.Error:  # a line longer than any list has
        raise UsageError("roster_kind", path=path) from None


# --- CSV files -----------------------------------------------------------------------------------------------


def _lines_of_text(path: Path, content: bytes) -> Iterator[NumberedLine]:
    """Yield the lines of a CSV file, whatever of , ; and tab divides it."""
    text = _decoded(path, content)
    first = next((line for line in text.splitlines() if not set(DIVIDERS).isdisjoint(line)), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(DIVIDERS, key=first.count))
    for number, cells in enumerate(reader, 1):  # a quoted text may run over several lines: a spreadsheet program shows it in one
        values: list[object] = [TEXT_FORMULA.sub(r"\1", cell).strip() or None for cell in cells]
        if any(values):
            yield number, values


def _decoded(path: Path, content: bytes) -> str:
    """The text of a file, in the encoding that it seems to have."""
    for encoding in ("utf-16",) if content.startswith(UTF_16) else ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UsageError("roster_kind", path=path)


# --- workbooks -----------------------------------------------------------------------------------------------


def _grids_of_workbook(path: Path, package: RosterPackage) -> list[Grid]:
    """Return every visible sheet."""
    try:
        with warnings.catch_warnings():  # of what openpyxl does not keep, and nobody asked for
            warnings.simplefilter("ignore")
            return list(_grids(package))
    except CORRUPTED as error:
        raise UsageError("roster_unreadable", path=path, reason=f"{error}") from None


def _grids(package: RosterPackage) -> Iterator[Grid]:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(package.content), read_only=True, data_only=True)
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            xml = package.sheets[sheet._worksheet_path]  # type: ignore[attr-defined]  # openpyxl has no public name for it
            lines = tuple(_lines_of_sheet(sheet, dict(uncomputed_cells(xml))))
            yield Grid(sheet.title, lines, tuple(_merged_cells(xml)))


def _merged_cells(xml: bytes) -> Iterator[MergedCells]:
    """Yield what is merged downwards in a sheet, which openpyxl does not say of a sheet that it reads line by line."""
    for found in MERGED.finditer(xml):
        column, first, last = column_number(found[1].decode()), int(found[2]), int(found[3])
        if last > first and column < MOST_COLUMNS:
            yield MergedCells(first=first, last=last, column=column)


def uncomputed_cells(xml: bytes) -> Iterator[tuple[tuple[int, int], UncomputedCell]]:
    """Yield the cells with a formula and without its value, by line and column from 1: no program has computed them."""
    for found in BARE_FORMULA.finditer(xml):
        address = ADDRESS.search(found[1])
        if address and b't="str"' not in found[1]:  # a text that is blank
            place = int(address[3]), column_number(address[2].decode()) + 1
            yield place, UncomputedCell(address[1].decode())


def _lines_of_sheet(sheet: ReadOnlyWorksheet, uncomputed: Mapping[tuple[int, int], UncomputedCell]) -> Iterator[NumberedLine]:
    """Yield the lines of a sheet in which anything stands."""
    from openpyxl.cell.read_only import EMPTY_CELL

    sheet.reset_dimensions()
    blank = 0
    rows = sheet.iter_rows(max_col=MOST_COLUMNS)  # type: ignore[misc]  # a wrong self in the stub
    for number, cells in enumerate(rows, 1):
        absent = all(map(is_, cells, repeat(EMPTY_CELL)))  # as nearly every line of a hostile sheet is
        values = [] if absent else [uncomputed.get((number, column)) or _value(cell) for column, cell in enumerate(cells, 1)]
        if any(value is not None for value in values):
            blank = 0
            yield number, values
        elif (blank := blank + 1) > MOST_BLANK:
            return


def _value(cell: Cell | MergedCell) -> object:
    """What a cell shows, as far as it matters here: the zeros before a code, the percent behind a rate."""
    value = cell.value
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        if ZEROS.fullmatch(cell.number_format) and float(value).is_integer():
            return f"{int(value):0{len(cell.number_format)}d}"
        if PERCENT in cell.number_format:
            return as_text(as_decimal(value) * HUNDRED) + PERCENT
    return value
