"""A drawn workbook as cells: what stands in them, how they look, their notes and limits. The one home of openpyxl here.

    book = read_cells(package)                 # of preflight: bounded, and safe to open
    book.sheets["Budget"].areas[4]             # the cells of row 4 that hold or show something, merged ones as one

Rows and columns are zero-based, as everywhere. A colour is six digits; what the theme of a workbook gives has its number.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from xlperf.addresses import cell_name
from xlperf.drawing.recognition.appearance.cell_looks import CellLook, CellLooks
from xlperf.forms.looks.look import is_yellow

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.worksheet.worksheet import Worksheet

MOST_ROWS, MOST_COLUMNS = 2000, 130  # of a drawn sheet
USUAL_WIDTH, PADDING = 8.43, 0.625  # of a column's width, besides its characters
UPRIGHT = 255  # how Excel says that letters stand below one another
OF_A_DATA_TABLE = "=TABLE()"  # as Excel shows the formula of one
GOLD, INPUT_STYLE = 7, "input"  # a colour of Excel's themes, and its own style for what is typed


@dataclass(frozen=True)
class Limit:
    """What Excel lets people type into cells: a list, a range of numbers, a length; and what it says beside them."""

    kind: str
    operator: str
    first: str
    second: str
    message: str
    ranges: tuple[tuple[int, int, int, int], ...]  # first row and column, last row and column

    def covers(self, row: int, column: int) -> bool:
        return any(top <= row <= bottom and left <= column <= right for top, left, bottom, right in self.ranges)


@dataclass(frozen=True)
class Area:
    """A cell, or several that are merged."""

    sheet: str
    row: int
    column: int
    rows: int = 1
    columns: int = 1
    value: object = None  # a text, a number or nothing
    formula: str | None = None
    note: str = ""
    author: str = ""
    number_format: str = "General"
    is_typed: bool = False  # by its colour or style
    is_boxed: bool = False  # has a colour or a border all round
    align: str = ""
    is_upright: bool = False  # its letters stand below one another

    @property
    def name(self) -> str:
        """The cell as people write it."""
        return f"{self.sheet}!{cell_name(self.row, self.column)}"

    @property
    def text(self) -> str:
        """What stands there as text, "" for nothing or a formula."""
        return "" if self.value is None or self.formula is not None else str(self.value).strip()

    @property
    def is_label(self) -> bool:
        return bool(self.text) and not self.is_typed

    @property
    def is_cell(self) -> bool:
        """Whether something is to stand there that is no label: typed, computed, or a box for it."""
        return self.is_typed or self.formula is not None or (self.is_boxed and not self.text)


@dataclass(frozen=True)
class DrawnPrint:
    """How a sheet is printed, as far as somebody said it."""

    paper: int | None  # Excel's number
    fit: tuple[int, int] | None  # pages across and down, 0: as many as it takes
    scale: int | None
    margins: tuple[float, ...]  # left, right, top, bottom in inches
    across: bool
    down: bool
    titles: tuple[int, int] | None  # the rows that every page begins with


@dataclass(frozen=True)
class DrawnSheet:
    """One sheet."""

    title: str
    areas: Mapping[int, tuple[Area, ...]]  # by row, from left to right
    limits: tuple[Limit, ...]
    widths: Mapping[int, float]  # in characters
    heights: Mapping[int, float]  # in points
    hidden: frozenset[int]  # columns
    hidden_rows: frozenset[int]
    is_hidden: bool
    is_landscape: bool
    frozen: int  # columns that stay in sight
    print: DrawnPrint
    coloured: tuple[str, ...] = ()  # cells whose looks depend on what stands in them
    places: dict[tuple[int, int], Area] = field(default_factory=dict)  # every area by its first cell
    looks: dict[tuple[int, int], CellLook] = field(default_factory=dict)  # of every cell that has a format

    def at(self, row: int, column: int) -> Area:
        """What stands in a cell, a blank one where nothing does."""
        return self.places.get((row, column)) or Area(self.title, row, column)

    def limit_at(self, row: int, column: int) -> Limit | None:
        return next((limit for limit in self.limits if limit.covers(row, column)), None)


@dataclass(frozen=True)
class DrawnBook:
    """The sheets of a drawn workbook by their titles, in order."""

    sheets: Mapping[str, DrawnSheet]


def read_cells(content: bytes) -> DrawnBook:
    """What a workbook holds and shows.

    Raises:
        ValueError: openpyxl cannot open it, for whatever reason.
    """
    import openpyxl  # forms alone do not pay for it

    try:
        book = openpyxl.load_workbook(io.BytesIO(content))
    except Exception as error:  # it raises whatever its parts raise
        raise ValueError(f"openpyxl: {type(error).__name__}") from error
    looks = CellLooks(book)
    return DrawnBook({sheet.title: _sheet(sheet, looks) for sheet in book.worksheets})


def _sheet(sheet: Worksheet, looks: CellLooks) -> DrawnSheet:
    from openpyxl.cell.cell import MergedCell

    merged: dict[tuple[int, int], tuple[int, int]] = {}
    for cells in sheet.merged_cells.ranges:
        left, top, right, bottom = cells.bounds
        merged[top - 1, left - 1] = (bottom - top + 1, right - left + 1)
    areas: dict[int, tuple[Area, ...]] = {}
    places: dict[tuple[int, int], Area] = {}
    formatted: dict[tuple[int, int], CellLook] = {}
    for cells in sheet.iter_rows(max_row=min(sheet.max_row, MOST_ROWS), max_col=min(sheet.max_column, MOST_COLUMNS)):
        found = [area for cell in cells if not isinstance(cell, MergedCell) and (area := _area(cell, sheet.title, merged))]
        if found:
            areas[found[0].row] = tuple(found)
            places |= {(area.row, area.column): area for area in found}
        own = [cell for cell in cells if cell.has_style and not isinstance(cell, MergedCell)]
        formatted |= {(cell.row - 1, cell.column - 1): looks.of(cell, is_typed=_is_typed(cell)) for cell in own}
    return DrawnSheet(
        title=sheet.title,
        areas=areas,
        limits=tuple(_limit(each) for each in sheet.data_validations.dataValidation),
        widths=dict(_widths(sheet)),
        heights={number - 1: float(row.height) for number, row in sheet.row_dimensions.items() if row.height},
        hidden=frozenset(_hidden(sheet)),
        hidden_rows=frozenset(number - 1 for number, row in sheet.row_dimensions.items() if row.hidden),
        is_hidden=sheet.sheet_state != "visible",
        is_landscape=sheet.page_setup.orientation == "landscape",
        frozen=_frozen(sheet),
        print=_print(sheet),
        coloured=tuple(_coloured(sheet)),
        places=places,
        looks=formatted,
    )


def _area(cell: Any, title: str, merged: Mapping[tuple[int, int], tuple[int, int]]) -> Area | None:
    """What is to be known of a cell; None where nothing stands there and nothing shows."""
    row, column = cell.row - 1, cell.column - 1
    value: Any = cell.value
    formula = None
    if cell.data_type == "f":
        formula = str((value if isinstance(value, str) else getattr(value, "text", OF_A_DATA_TABLE)) or "")
        formula = formula if formula.startswith("=") else f"={formula}"
    if isinstance(value, str) and not value.strip():
        value = None
    is_typed = _is_typed(cell)
    is_boxed = is_typed or _is_filled(cell) or _has_border(cell)
    note = cell.comment
    if value is None and formula is None and not is_boxed and note is None:
        return None
    rows, columns = merged.get((row, column), (1, 1))
    return Area(
        title, row, column, rows, columns,
        value=_plain(value) if formula is None else None,
        formula=formula,
        note=str(note.text or "") if note else "",
        author=str(note.author or "") if note else "",
        number_format=str(cell.number_format or "General"),
        is_typed=is_typed,
        is_boxed=is_boxed,
        align=str(cell.alignment.horizontal or ""),
        is_upright=cell.alignment.textRotation == UPRIGHT,
    )  # fmt: skip


def _plain(value: Any) -> object:
    """A value as form.yaml has it: a text, a number, a date as text."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return value if value is None or isinstance(value, int | float | str) else str(value)


def _is_typed(cell: Cell) -> bool:
    """Whether people are to type there: the cell is yellow, unlocked, or of Excel's style for it."""
    if not cell.has_style:
        return False
    if cell.protection.locked is False or str(cell.style).lower() == INPUT_STYLE:
        return True
    fill = cell.fill
    if fill.fill_type != "solid":
        return False
    colour = fill.fgColor
    if colour.type == "theme":
        return bool(colour.theme == GOLD)
    return colour.type == "rgb" and is_yellow(str(colour.rgb)[-6:])


def _is_filled(cell: Cell) -> bool:
    if not cell.has_style or cell.fill.fill_type != "solid":
        return False
    colour = cell.fill.fgColor
    return not (colour.type == "rgb" and str(colour.rgb)[-6:].upper() == "FFFFFF")


def _has_border(cell: Cell) -> bool:
    if not cell.has_style:
        return False
    border = cell.border
    return all(side is not None and side.style for side in (border.left, border.right, border.top, border.bottom))


def _limit(found: DataValidation) -> Limit:
    ranges = tuple((c.min_row - 1, c.min_col - 1, c.max_row - 1, c.max_col - 1) for c in found.sqref.ranges)
    return Limit(
        kind=found.type or "any",
        operator=found.operator or "between",
        first=str(found.formula1 or ""),
        second=str(found.formula2 or ""),
        message=str(found.prompt or ""),
        ranges=ranges,
    )


def _widths(sheet: Worksheet) -> Iterator[tuple[int, float]]:
    """The widths of the columns, to half a character: what somebody chose, else what the sheet has for all."""
    usual = sheet.sheet_format.defaultColWidth or sheet.sheet_format.baseColWidth or USUAL_WIDTH
    yield from ((number, _in_characters(float(usual))) for number in range(MOST_COLUMNS))
    for _, dimension in sheet.column_dimensions.items():
        if dimension.width and dimension.min and dimension.max:
            for number in range(dimension.min, min(dimension.max, MOST_COLUMNS) + 1):
                yield number - 1, _in_characters(float(dimension.width))


def _in_characters(width: float) -> float:
    return max(0.5, round((width - PADDING) * 2) / 2)


def _hidden(sheet: Worksheet) -> Iterator[int]:
    for _, dimension in sheet.column_dimensions.items():
        if dimension.hidden and dimension.min and dimension.max:
            yield from range(dimension.min - 1, min(dimension.max, MOST_COLUMNS))


def _print(sheet: Worksheet) -> DrawnPrint:
    set_up, margins, options = sheet.page_setup, sheet.page_margins, sheet.print_options
    properties = sheet.sheet_properties.pageSetUpPr
    pages = [1 if pages is None else int(pages) for pages in (set_up.fitToWidth, set_up.fitToHeight)]
    rows = re.fullmatch(r"\$?(\d+):\$?(\d+)", str(sheet.print_title_rows or ""))
    return DrawnPrint(
        paper=int(set_up.paperSize) if set_up.paperSize else None,
        fit=(pages[0], pages[1]) if properties is not None and properties.fitToPage else None,
        scale=int(set_up.scale) if set_up.scale else None,
        margins=tuple(round(float(side), 6) for side in (margins.left, margins.right, margins.top, margins.bottom)),
        across=bool(options.horizontalCentered),
        down=bool(options.verticalCentered),
        titles=(int(rows[1]) - 1, int(rows[2]) - 1) if rows else None,
    )


def _coloured(sheet: Worksheet) -> Iterator[str]:
    """Yield the cells with conditional formats, those apart that draw_form gives to formulas."""
    for each in sheet.conditional_formatting:
        if not all(str(formula).startswith("ISERROR(") for rule in each.rules for formula in rule.formula or [""]):
            yield str(each.sqref).split()[0].partition(":")[0]


def _frozen(sheet: Worksheet) -> int:
    pane = sheet.sheet_view.pane
    return int(pane.xSplit or 0) if pane is not None and pane.state == "frozen" else 0
