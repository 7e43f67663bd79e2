"""Mistakes of whoever draws: each is told with its cell, what was found and what to do, all at once, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation

from support.command_line import xlperf
from support.drawings import YELLOW, draw, edited, in_note, small_form, with_note
from xlperf import UnreadableError, read_form
from xlperf.drawing.faults import DrawingError
from xlperf.messages import LANGUAGES, use_language

Change = Callable[[Workbook], object]


def put(cell: str, value: object) -> Change:
    sheet, _, address = cell.rpartition("!")

    def change(book: Workbook) -> None:
        book[sheet][address] = value

    return change


def note(cell: str, line: str) -> Change:
    return lambda book: with_note(book, cell, line)


def renamed(cell: str, old: str, new: str) -> Change:
    return lambda book: in_note(book, cell, old, new)


def without_column(sheet: str, column: int) -> Change:
    return lambda book: book[sheet].delete_cols(column)


def dropdown(cells: str, source: str) -> Change:
    def change(book: Workbook) -> None:
        sheet, _, address = cells.rpartition("!")
        first = address.partition(":")[0]
        kept = book[sheet].data_validations.dataValidation
        kept[:] = [each for each in kept if first not in each.sqref]
        limit = DataValidation(type="list", formula1=source)
        limit.add(address)
        book[sheet].add_data_validation(limit)

    return change


def both(*changes: Change) -> Change:
    return lambda book: [change(book) for change in changes]


def table_without_rows(book: Workbook) -> None:
    sheet = book.create_sheet("新表", 3)
    sheet["B2"], sheet["C2"] = "项目", "金额"
    with_note(book, "新表!B2", "表键: extra")


def tables_side_by_side(book: Workbook) -> None:
    sheet = book.create_sheet("新表", 3)
    for cell, text in {"B2": "项目", "C2": "金额", "E2": "单位", "F2": "人数"}.items():
        sheet[cell] = text
        sheet[cell.replace("2", "3")].fill = YELLOW


def field_in_the_middle(book: Workbook) -> None:
    sheet = book["基本信息"]
    sheet["G4"] = None
    sheet["G4"].fill = YELLOW


def label_at_the_end(book: Workbook) -> None:
    book["基本信息"]["G4"] = "电话"


def header_over_two(book: Workbook) -> None:
    sheet = book["项目"]
    sheet["G3"], sheet["G5"] = "情况", "x"
    sheet.merge_cells("G3:H3")
    sheet["H5"].fill = YELLOW


# The change, the cell that is told, and what is said of it in Chinese and in English.
MISTAKES: dict[str, tuple[Change, str, str, str]] = {
    "word of a note": (note("项目!D3", "必填写"), "项目!D3", "“必填写”不是约定的用语；相近的有“必填”", "the nearest is"),
    "word twice": (note("项目!C3", "键: other"), "项目!C3", "“键”写了两次", "stands twice in the note"),
    "value of a word": (note("项目!C3", "小数位: 两位"), "项目!C3", "“小数位: 两位”的内容看不懂", "cannot be read"),
    "type": (note("项目!B3", "类型: 钱"), "项目!B3", "没有“钱”这种类型", "there is no type '钱'"),
    "one key twice": (renamed("项目!D3", "键: spent", "键: planned"), "项目!D3", "键“planned”在 项目!C3 已经用过", "stands already in 项目!C3"),
    "label in a formula": (put("项目!E5", "=IF(C3=0,0,D5/C5)"), "项目!E5", "C3 是名称，不是填写格", "C3 is a label"),
    "nothing in a formula": (put("项目!E5", "=IF(M9=0,0,D5/C5)"), "项目!E5", "M9 里没有栏目", "there is no field in M9"),
    "another row in a formula": (put("项目!E5", "=IF(C9=0,0,D5/C5)"), "项目!E5", "C9 在另外的空行里", "C9 is in another blank row"),
    "part of a column": (put("项目!C4", "=SUM(C7:C9)"), "项目!C4", "C7:C9 不是一个整栏", "C7:C9 is no whole column"),
    "another file": (put("项目!E5", "=[2]Sheet1!A1/C5"), "项目!E5", "引用了别的文件", "refers to another file"),
    "a whole column": (put("项目!C4", "=SUM(C:C)"), "项目!C4", "引用了整列或整行（C:C）", "a whole column or row (C:C)"),
    "a sheet that is none": (put("项目!E5", "=明细!A1/C5"), "项目!E5", "明细!A1 所在的工作表不在表样里", "is none of the form"),
    "a function that is refused": (put("项目!C4", "=SUM(C5:C24)+TODAY()"), "项目!C4", "没有函数“TODAY”", "no function named 'TODAY'"),
    "an array in a formula": (put("项目!C4", "=SUM({1,2})"), "项目!C4", "“{”看不懂", "'{' in the formula"),
    "a text as a number": (put("项目!E5", "=IF(C5=0,0,B5*2)"), "项目!E5", "=IF(C5=0,0,B5*2)”：“*”用于数字", "=IF(C5=0,0,B5*2)"),
    "two formulas in blank rows": (put("项目!E9", "=C9+D9"), "项目!E9", "与样行 项目!E5 的不同", "differs from that of the sample row, 项目!E5"),
    "a dropdown elsewhere": (dropdown("项目!B5:B24", "INDIRECT(A1)"), "项目!B5", "下拉列表取自“INDIRECT(A1)”", "takes its list from 'INDIRECT(A1)'"),
    "a dropdown of blank cells": (dropdown("项目!B5:B24", "项目!$X$1:$X$9"), "项目!B5", "里没有这些文字", "this workbook has no texts"),
    "a dropdown of a part": (dropdown("项目!B5:B24", "项目!$B$5:$B$9"), "项目!B5", "取自 项目!B5:B9，这不是一个表格的整栏", "which is no whole column"),
    "a nearest key": (put("项目!E5", "=VLOOKUP(B5,项目!$B$5:$D$24,3,TRUE)"), "项目!E5", "不是按相等的键查找", "looks for no equal key"),
    "a look-up of three": (put("项目!E5", "=VLOOKUP(B5,B5:D24,3)"), "项目!E5", "VLOOKUP(B5, B5:D24, 3)”不是按相等的键查找", "looks for no equal key"),
    "a look-up beyond": (put("项目!E5", "=VLOOKUP(B5,B5:D24,4,FALSE)"), "项目!E5", "B5:D24, 4", "B5:D24, 4"),
    "a look-up in a part": (put("项目!E5", "=VLOOKUP(B5,B5:D9,3,0)"), "项目!E5", "B5:B9 不是一个整栏", "B5:B9 is no whole column"),
    "a table without rows": (table_without_rows, "新表!B2", "表头“项目”下面没有样行", "has no sample row"),
    "two tables beside one another": (tables_side_by_side, "新表!E2", "“金额”和“单位”之间隔着空列", "a blank column stands between"),
    "a cell without a label": (field_in_the_middle, "基本信息!G4", "这一格左边没有名称", "this cell has no label on its left"),
    "a label without a cell": (label_at_the_end, "基本信息!G4", "“电话”右边没有填写格", "no cell on the right of"),
    "a header over cells of their own": (header_over_two, "项目!H5", "表头“情况”合并了几列", "goes over several columns"),
    "a column of rules is missing": (without_column("规则", 2), "规则", "缺少“校验项”栏", "the column 'rule' is missing"),
    "a header of rules": (put("规则!C1", "级"), "规则!C1", "没有“级”这一项；相近的有“级别”", "there is no '级' here"),
    "a severity": (put("规则!C5", "严重"), "规则!C5", "没有“严重”这种写法；应为 错误、须说明、提醒、提示 之一", "is none of"),
    "no code": (put("规则!A5", None), "规则!A5", "没有编号", "has no code"),
    "a code twice": (put("规则!A6", "AA101"), "规则!A6", "键“AA101”在 规则!A5 已经用过", "stands already in 规则!A5"),
    "a code that is none": (put("规则!A5", "规则一"), "规则!A5", "“规则一”不合要求", "'规则一' is wrong here"),
    "a table that is none": (put("规则!D5", "表格一"), "规则!D5", "这里没有“表格一”；可以写：items", "there is no '表格一' here"),
    "a test that is none": (put("规则!F5", "=项目!C5+1"), "规则!F5", "不是判断式", "is not a test"),
    "a parameter without a name": (put("参数!A2", None), "参数!A2", "没有写明是哪个参数", "belongs to no parameter"),
    "YAML": (put("其他设置!B2", "{a: ["), "其他设置!B2", "不是正确的 YAML", "is not correct YAML"),
    "an item of the form": (put("说明!A2", "表样的键"), "说明!A2", "没有“表样的键”这一项；相近的有“表样键”", "there is no '表样的键' here"),
    "a revision": (put("说明!B3", "2025"), "说明!B3", "所在文件夹的名称却是“2024”", "stands in a folder named '2024'"),
    "no sheet of rules": (lambda book: book.remove(book["规则"]), "填报说明", "没有“规则”表", "there is no sheet 'Rules'"),
}  # fmt: skip


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    return draw(small_form(folder), folder)


def mistakes_in(path: Path, folder: Path) -> tuple[str, ...]:
    target = folder / "training" / "2024"
    with pytest.raises(DrawingError) as caught:
        read_form(path, output=target)
    assert not target.exists()
    return caught.value.faults


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_its_cell(name: str, drawn: Path, tmp_path: Path) -> None:
    change, cell, in_chinese, in_english = MISTAKES[name]
    path = edited(drawn, change)
    for language, words, colon in (("zh", in_chinese, "："), ("en", in_english, ": ")):
        use_language(language)
        try:
            faults = mistakes_in(path, tmp_path)
        finally:
            use_language(None)
        assert any(fault.startswith(f"{cell}{colon}") and words in fault for fault in faults), faults
        assert len(faults) <= 2, faults  # what follows from one mistake is not told besides


def test_all_mistakes_are_told_at_once(drawn: Path, tmp_path: Path) -> None:
    names = ("word of a note", "label in a formula", "part of a column", "a severity", "a dropdown elsewhere")
    faults = mistakes_in(edited(drawn, both(*(MISTAKES[name][0] for name in names))), tmp_path)
    assert {fault.partition("：")[0] for fault in faults} == {MISTAKES[name][1] for name in names}


def test_all_formulas_that_the_language_refuses_are_told_at_once(drawn: Path, tmp_path: Path) -> None:
    changes = (put("项目!C4", "=SUM(C5:C24)+TODAY()"), put("项目!D4", "=SUM(D5:D24)*RAND()"), put("规则!F5", "=项目!D5<=NOW()"))
    faults = mistakes_in(edited(drawn, both(*changes)), tmp_path)
    assert [fault.partition("：")[0] for fault in faults] == ["规则!F5", "项目!C4", "项目!D4"]


def test_the_command_says_them_and_ends_with_two(drawn: Path, tmp_path: Path) -> None:
    edited(drawn, both(MISTAKES["word of a note"][0], MISTAKES["a severity"][0]))
    outcome = xlperf("read-form", drawn.with_name("edited.xlsx"), "-o", tmp_path / "training" / "2024")
    assert outcome.returncode == 2 and outcome.stdout == "" and "Traceback" not in outcome.stderr
    assert "有 2 处要改正" in outcome.stderr and "项目!D3：" in outcome.stderr and "规则!C5：" in outcome.stderr
    assert not (tmp_path / "training").exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_no_workbook_is_refused(language: str, tmp_path: Path) -> None:
    (tmp_path / "no.xlsx").write_bytes(b"not a workbook")
    with pytest.raises(UnreadableError):
        read_form(tmp_path / "no.xlsx", output=tmp_path / "training" / "2024")
    assert not (tmp_path / "training").exists()


def test_a_setting_whose_place_is_gone_is_told(drawn: Path, tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        book["其他设置"].append(["sheets > items > sections > table:items > columns > gone > help", "什么"])

    path = edited(drawn, change)
    outcome = xlperf("read-form", path, "-o", tmp_path / "training" / "2024")
    assert (
        outcome.returncode == 0
        and "没有“sheets > items > sections > table:items > columns > gone > help”这个位置" in outcome.stderr
    )
