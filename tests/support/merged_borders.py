"""openpyxl draws the border of a merged area on each of its cells, thousands of times the same one: each once is enough.

remember_borders()  # from then on, in this process
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

from openpyxl.cell.cell import MergedCell
from openpyxl.styles import Border
from openpyxl.styles.cell_style import StyleArray
from openpyxl.workbook import Workbook
from openpyxl.worksheet.merge import MergedCellRange

SIDES = ("top", "left", "right", "bottom")
Known = dict[
    tuple[int, int, str], int
]  # the borders of the first cell and of another, and the side: the border of that other then
BOOKS: WeakKeyDictionary[Workbook, Known] = WeakKeyDictionary()


def remember_borders() -> None:
    MergedCellRange.format = _format  # type: ignore[method-assign]


def _format(area: MergedCellRange) -> None:
    """What openpyxl does; it adds up borders only that nobody has added up in this workbook."""
    known = BOOKS.setdefault(area.ws.parent, {})
    cells = {place: _cell(area, place) for place in area.cells}
    first = area.start_cell.border
    for side in SIDES:
        line = getattr(first, side)
        if line and line.style is None:
            continue
        for place in getattr(area, side):
            cell = cells[place]
            key = (area.start_cell._style.borderId, cell._style.borderId, side)
            if key not in known:
                cell.border += Border(**{side: line})
                known[key] = cell._style.borderId
            cell._style.borderId = known[key]
    for cell in cells.values():
        cell._style.protectionId = area.start_cell._style.protectionId


def _cell(area: MergedCellRange, place: tuple[int, int]) -> MergedCell:
    """A cell of the area that is there, and has formats."""
    cell = area.ws._cells.get(place)
    if cell is None:
        cell = area.ws._cells[place] = MergedCell(area.ws, *place)
    if not cell._style:
        cell._style = StyleArray()
    return cell
