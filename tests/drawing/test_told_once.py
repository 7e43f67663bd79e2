"""Each cause is told once: with its first cell and the others where the same is wrong, without what only follows from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl.styles import Alignment
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from support.drawings import YELLOW, draw, edited, small_form, with_note
from xlperf import read_form
from xlperf.drawing.faults import DrawingError, fault
from xlperf.drawing.telling.gathered import gathered


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    return draw(small_form(folder), folder)


def told(drawn: Path, folder: Path, change: Callable[[Workbook], object]) -> tuple[str, ...]:
    with pytest.raises(DrawingError) as caught:
        read_form(edited(drawn, change), output=folder / "training" / "2024")
    return caught.value.faults


def new_sheet(book: Workbook) -> Worksheet:
    return book.create_sheet("新表", 3)


def yellow(sheet: Worksheet, *cells: str) -> None:
    for cell in cells:
        sheet[cell].fill = YELLOW


def formula_filled_down(book: Workbook) -> None:
    for row in range(5, 25):
        book["项目"][f"E{row}"] = f"=IF(M{row}=0,0,D{row}/C{row})"


def formula_fixed_elsewhere(book: Workbook) -> None:
    for row in range(5, 25):
        book["项目"][f"E{row}"] = f"=IF($M$2=0,0,D{row}/C{row})"


def lines_of_nothing(book: Workbook) -> None:
    """Lines that begin with a cell and have no label, a rule and a formula about them."""
    sheet = new_sheet(book)
    sheet["B1"] = "甲"
    sheet["B1"].alignment = Alignment(horizontal="center")
    for row in range(3, 9):
        yellow(sheet, f"C{row}", f"D{row}")
    book["项目"]["E5"] = "=IF(C5=0,0,D5/新表!C4)"
    book["规则"]["F5"], book["规则"]["D5"] = "=新表!C3>0", None


def cells_under_wide_headers(book: Workbook) -> None:
    """Titles over several columns, and below them cells of their own; a note, a formula and a rule that speak of those."""
    sheet = new_sheet(book)
    sheet["B1"], sheet["C1"], sheet["E1"] = "甲", "乙", "丙"
    for cells in ("C1:D1", "E1:F1"):
        sheet.merge_cells(cells)
    yellow(sheet, *(f"{column}{row}" for column in "BCDEF" for row in (2, 3)))
    with_note(book, "新表!D3", "必填")
    book["规则"]["F5"], book["规则"]["D5"] = "=新表!D2>0", None


def one_row_alone(book: Workbook) -> None:
    sheet = new_sheet(book)
    for cell, title in zip("BC", "甲乙", strict=True):
        sheet[f"{cell}1"] = title
        yellow(sheet, f"{cell}2")
    book["项目"]["C4"] = "=SUM(C5:C24)+新表!C2"


def two_causes(book: Workbook) -> None:
    formula_filled_down(book)
    with_note(book, "项目!D3", "必填写")


# The change; the beginning and the end of what is told, a line each.
CAUSES: dict[str, tuple[Callable[[Workbook], None], list[tuple[str, str]]]] = {
    "a formula filled down": (formula_filled_down, [("项目!E5：公式引用的 M5 里没有栏目", "；同样的还有 19 处：E6:E24")]),
    "a formula to one cell": (formula_fixed_elsewhere, [("项目!E5：公式引用的 $M$2 里没有栏目", "；同样的还有 19 处：E6:E24")]),
    "lines of nothing": (lines_of_nothing, [("新表!C3：这一行", "；同样的还有 5 处：C4:C8")]),
    "cells under wide headers": (cells_under_wide_headers, [("新表!D2：表头“乙”合并了几列", "；同样的还有 1 处：F2")]),
    "one row alone": (one_row_alone, [("项目!C4：公式引用的 新表!C2 所在的表格只画了一行空行", "=SUM(C5:C24)+新表!C2")]),
    "two causes": (two_causes, [
        ("项目!D3：批注里的“必填写”", "请改正或删去这一行"), ("项目!E5：公式引用的 M5", "E6:E24"),
    ]),
}  # fmt: skip


@pytest.mark.parametrize("name", CAUSES)
def test_each_cause_is_told_once(name: str, drawn: Path, tmp_path: Path) -> None:
    change, expected = CAUSES[name]
    faults = told(drawn, tmp_path, change)
    assert len(faults) == len(expected), faults
    for text, (first, last) in zip(faults, expected, strict=True):
        assert text.startswith(first) and text.endswith(last), text


def test_what_is_only_alike_stays_apart() -> None:
    """Formulas that name other columns, or stand in other columns, are of other causes."""
    faults = [
        fault("甲!E5", "refers_nowhere", found="M5", formula="=M5"),
        fault("甲!E6", "refers_nowhere", found="N6", formula="=N6"),
        fault("甲!F5", "refers_nowhere", found="M5", formula="=M5"),
        fault("乙!E5", "refers_nowhere", found="M5", formula="=M5"),
    ]
    assert [(each.cell, each.others) for each in gathered(faults)] == [(each.cell, ()) for each in faults]


def test_a_sheet_without_tables_is_told_and_not_each_rule(drawn: Path, tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        del book["项目"]

    faults = told(drawn, tmp_path, change)
    assert all("之一" not in text or "— 之一" not in text for text in faults), faults
    assert len([text for text in faults if "还没有读出任何表格" in text]) <= 1, faults
