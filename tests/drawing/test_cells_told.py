"""Every mistake is told at the very cell where it stands: put at a cell that is known, it is told there and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation

from support.drawings import draw, edited, small_form, with_note
from support.sweeps import every
from xlperf import read_form
from xlperf.drawing.faults import DrawingError

Change = Callable[[Workbook, str], None]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    return draw(small_form(folder), folder)


def value(text: object) -> Change:
    def change(book: Workbook, cell: str) -> None:
        sheet, _, address = cell.rpartition("!")
        book[sheet][address] = text

    return change


def note(line: str) -> Change:
    return lambda book, cell: with_note(book, cell, line)


def limit(**kinds: object) -> Change:
    def change(book: Workbook, cell: str) -> None:
        sheet, _, address = cell.rpartition("!")
        kept = book[sheet].data_validations.dataValidation
        kept[:] = [each for each in kept if address not in each.sqref]
        added = DataValidation(**kinds)
        added.add(address)
        book[sheet].add_data_validation(added)

    return change


HEADERS, SAMPLES, LABELS = ("项目!B3", "项目!C3", "项目!D3"), ("项目!C5", "项目!D5", "项目!B5"), ("基本信息!B4", "基本信息!B5")
RULES = ("规则!{}4", "规则!{}5", "规则!{}6")
PLACED: dict[str, tuple[Change, tuple[str, ...]]] = {  # a mistake, and cells at which it is put
    "a word that is none": (note("必填写"), (*HEADERS, *LABELS)),
    "a value that is none": (note("小数位: 两"), HEADERS),
    "a type that is none": (note("类型: 钱"), ("项目!C3", "基本信息!B5")),
    "a condition on nothing": (note('必填: 某栏 <> ""'), HEADERS),
    "a condition on a cell of nothing": (note('宜填: M5 <> ""'), HEADERS),
    "a condition that is none": (note("必填: 实际支出 + 1"), ("项目!B3", "项目!C3")),
    "a condition that does not end": (note("必填: IF("), ("项目!B3", "项目!C3", "基本信息!B5")),
    "a formula in a note": (note("公式: 无此栏 * 2"), ("项目!B3",)),
    "a word of a column in a row": (note("必填"), ("项目!C5", "项目!D7")),
    "a word of a table at a field": (note("表键: x"), LABELS),
    "a word of a block at a header": (note("可增行"), HEADERS),
    "a key of capitals": (note("键: Amount"), ("基本信息!B5",)),
    "a minimum above the maximum": (limit(type="decimal", operator="between", formula1="9", formula2="1"), ("项目!C5", "项目!D5")),
    "a list of nothing": (limit(type="list", formula1="某处"), ("项目!B5", "基本信息!C5")),
    "a formula of nothing": (value("=M5*2"), ("项目!E5", "项目!C4", "项目!D4")),
    "a function that is none": (value("=RUOND(C5,2)"), ("项目!E5",)),
    "a formula of a text": (value('="x"'), ("项目!E5", "项目!C4")),
    "a severity": (value("严重"), tuple(row.format("C") for row in RULES)),
    "a table that is none": (value("某表"), tuple(row.format("D") for row in RULES[1:2])),
    "a column that is none": (value("某栏"), tuple(row.format("G") for row in RULES[1:2])),
    "a text that takes what is none": (value("{某栏}"), tuple(row.format(column) for row in RULES[1:2] for column in "IJ")),
    "a brace that is open": (value("{某栏"), tuple(row.format(column) for row in RULES[1:2] for column in "IJ")),
    "a test that is none": (value("=项目!C5*2"), tuple(row.format("F") for row in RULES[1:2])),
    "a code that is none": (value("甲1"), tuple(row.format("A") for row in RULES[1:2])),
    "a kind of basis": (value("传闻"), tuple(row.format("M") for row in RULES[1:2])),
    "a key of the form": (value("甲 表"), ("说明!B2",)),
    "a year": (value("去年"), ("说明!B4",)),
    "a size": (value("大"), ("说明!B15",)),
}  # fmt: skip
CASES = [(name, cell) for name, (_, cells) in PLACED.items() for cell in cells]


def where(drawn: Path, folder: Path, name: str, cell: str) -> list[str]:
    with pytest.raises(DrawingError) as caught:
        read_form(edited(drawn, lambda book: PLACED[name][0](book, cell)), output=folder / "training" / "2024")
    return [text.partition("：")[0] for text in caught.value.faults]


@pytest.mark.parametrize(("name", "cell"), every(1, CASES, usual=3))
def test_a_mistake_is_told_at_its_cell(name: str, cell: str, drawn: Path, tmp_path: Path) -> None:
    assert where(drawn, tmp_path, name, cell) == [cell]


def test_the_cells_are_what_the_cases_take_them_for(drawn: Path) -> None:
    book = openpyxl.load_workbook(drawn)
    assert [book["规则"][f"{column}1"].value for column in "ACDFGHIJKM"] == [
        "编号", "级别", "表", "公式", "指出的栏", "问题", "所见", "应为", "不通过时怎样改", "依据种类",
    ]  # fmt: skip
    assert [book["说明"][f"A{row}"].value for row in (2, 4, 15)] == ["表样键", "起用年度", "字号"]
