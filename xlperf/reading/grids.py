"""What the cells of a workbook show, by sheet; read by calamine, which only ever sees a package that preflight has bounded.

for title, grid in read_grids(package):
    mark_of(grid)                       # SheetMark(form, revision, sheet), None of a sheet that is not ours
list(filled_cells(package, ["Notes"]))      # title, row, column and value; of sheets that are not ours too
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

from xlperf.errors import UnreadableError
from xlperf.forms.layout import MARK
from xlperf.reading.limits import MOST_AREA, crowded
from xlperf.reading.package.damage import damaged
from xlperf.reading.preflight import Package
from xlperf.reading.sheet_rows import Grid
from xlperf.values.remarks import Picture

PICTURE = re.compile(r'=?(?:_xlfn\.)?DISPIMG\("')  # how WPS writes the place of a picture, as a formula and as its result

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook


class SheetMark(NamedTuple):
    """What the hidden cell A1 of a sheet of ours says: of which form and revision it is, and which of its sheets."""

    form: str
    revision: str
    sheet: str


def mark_of(grid: Grid) -> SheetMark | None:
    """The mark of a sheet, None of one that is not ours."""
    words = str(grid[0][0]).split() if grid and grid[0] else []
    return SheetMark(*words[1:]) if len(words) == 4 and words[0] == MARK else None


def read_grids(package: Package) -> list[tuple[str, Grid]]:
    """Return the title of every sheet and what it shows; of a sheet that is not ours only the first cell.

    Raises:
        UnreadableError: calamine refuses it (XL103), or its sheets are too large to hold (XL104).
    """
    title, area = "", 0
    grids: list[tuple[str, Grid]] = []
    try:
        book = _open(package)
        for title in book.sheet_names:
            sheet = book.get_sheet_by_name(title)
            first = _grid(sheet, nrows=1)
            if not mark_of(first):
                grids.append((title, [row[:1] for row in first]))
                continue
            area += (sheet.total_height + 1) * (sheet.total_width + 1)
            if area > MOST_AREA:
                raise crowded(title, area, MOST_AREA)
            grids.append((title, _grid(sheet)))
    except UnreadableError:
        raise
    except BaseException as error:  # a panic of calamine is a BaseException that has no importable name
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise damaged(title, str(error)[:80]) from None
    return grids


def filled_cells(package: Package, titles: Iterable[str]) -> Iterator[tuple[str, int, int, object]]:
    """Yield title, row, column and value of every cell of those sheets that holds something."""
    book = _open(package)
    for title in titles:
        sheet = book.get_sheet_by_name(title)
        most = MOST_AREA // (sheet.total_width + 1)
        for row, line in enumerate(_grid(sheet, nrows=most)):
            yield from ((title, row, column, value) for column, value in enumerate(line) if str(value).strip())


def _grid(sheet: CalamineSheet, nrows: int | None = None) -> Grid:
    return [[value and _shown(value) for value in row] for row in sheet.to_python(skip_empty_area=False, nrows=nrows)]


def _shown(value: object) -> object:
    """What a cell shows; a number that Excel has none of is a text, a picture in a cell no text."""
    if isinstance(value, str):
        return Picture(value) if PICTURE.match(value) else value
    return str(value) if isinstance(value, float) and not isfinite(value) else value


def _open(package: Package) -> CalamineWorkbook:
    from python_calamine import CalamineWorkbook

    return CalamineWorkbook.from_filelike(io.BytesIO(package.content))
