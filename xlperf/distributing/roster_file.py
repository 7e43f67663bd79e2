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
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from xlperf.errors import UsageError, reason_of
from xlperf.formula.operands import as_decimal, as_text
from xlperf.values.notation import PERCENT

ENCODINGS = ("utf-8-sig", "gb18030")
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # "Unicode text", as Excel calls it
TEXT_FORMULA = re.compile(r'="([^"]*)"')  # how a CSV file keeps Excel from making a number of a code
MOST_BLANK = 1_000  # blank lines in a row after which a sheet has ended: a stray cell far below costs nothing
MOST_COLUMNS = 500
MERGED = re.compile(rb'<(?:\w+:)?mergeCell [^>]*ref="([A-Z]+[0-9]+:[A-Z]+[0-9]+)"')
BARE_FORMULA = re.compile(  # a cell with a formula and without its value
    rb"<(?:\w+:)?c ([^>]*)><(?:\w+:)?f(?: [^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)"
    rb"(?:<(?:\w+:)?v ?/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)


class Grid(NamedTuple):
    """One sheet as it is: numbers and cells of its lines, and what is merged downwards: first line, last line and column."""

    title: str
    lines: Iterable[tuple[int, list]]
    merged: tuple[tuple[int, int, int], ...] = ()


class Uncomputed(str):
    """The address of a cell whose formula nobody has computed yet."""


def read_grids(path: Path) -> list[Grid]:
    """Return the sheets of that file; a CSV file is one.

    Raises:
        UsageError: it cannot be opened, or is neither.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError("cannot_open", path=path, reason=reason_of(error)) from None
    return _grids_of_workbook(path, content) if content.startswith(b"PK") else [Grid("", _grid_of_text(path, content))]


def _grid_of_text(path: Path, content: bytes) -> Iterator[tuple[int, list]]:
    """Yield number and cells of every line of a CSV file, whatever of , ; and tab divides it."""
    text = _decoded(path, content)
    first = next((line for line in text.splitlines() if not set(",;\t").isdisjoint(line)), "")
    divider = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=divider)
    before = 0
    for cells in reader:  # a quoted text may run over several lines: a record is named by its first
        number, before = before + 1, reader.line_num
        values = [TEXT_FORMULA.sub(r"\1", cell).strip() or None for cell in cells]
        if any(values):
            yield number, values


def _decoded(path: Path, content: bytes) -> str:
    for encoding in ("utf-16",) if content.startswith(UTF_16) else ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UsageError("roster_kind", path=path)


def _grids_of_workbook(path: Path, content: bytes) -> list[Grid]:
    """Return every visible sheet."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError):
        raise UsageError("roster_kind", path=path) from None
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = [(sheet, package.read(sheet._worksheet_path)) for sheet in book.worksheets if sheet.sheet_state == "visible"]
    return [Grid(sheet.title, _grid_of_sheet(sheet, dict(uncomputed(xml))), tuple(_merged(xml))) for sheet, xml in parts]


def _merged(xml: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield what is merged downwards in a sheet, which openpyxl does not tell of a sheet it reads line by line."""
    from openpyxl.utils import range_boundaries

    for found in MERGED.finditer(xml):
        column, first, _, last = range_boundaries(found[1].decode())
        if last > first and column <= MOST_COLUMNS:
            yield first, last, column - 1


def uncomputed(xml: bytes) -> Iterator[tuple[tuple[int, int], Uncomputed]]:
    """Yield the cells with a formula and no value, by line and column: whoever wrote the file did not compute it."""
    from openpyxl.utils.cell import coordinate_to_tuple

    for found in BARE_FORMULA.finditer(xml):
        address = re.search(rb'r="([A-Z]+[0-9]+)"', found[1])
        if address and b't="str"' not in found[1]:  # a text that is blank
            cell = address[1].decode()
            yield coordinate_to_tuple(cell), Uncomputed(cell)


def _grid_of_sheet(sheet, uncomputed: Mapping[tuple[int, int], Uncomputed]) -> Iterator[tuple[int, list]]:
    sheet.reset_dimensions()
    blank = 0
    for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), 1):
        values = [uncomputed.get((number, column)) or _value(cell) for column, cell in enumerate(cells, 1)]
        filled = any(value is not None for value in values)
        blank = 0 if filled else blank + 1
        if filled:
            yield number, values
        elif blank > MOST_BLANK:
            return


def _value(cell) -> object:
    """What a cell shows, as far as it matters here: the zeros before a code, the percent behind a rate."""
    value = cell.value
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        if re.fullmatch("0{2,}", cell.number_format) and float(value).is_integer():
            return f"{int(value):0{len(cell.number_format)}d}"
        if PERCENT in cell.number_format:
            return as_text(as_decimal(value) * 100) + PERCENT
    return value
