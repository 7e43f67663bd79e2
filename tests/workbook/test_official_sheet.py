"""The official sheet of a finalized workbook: the page as the notice prints it, with what was filled in and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import Any

import openpyxl
import pytest
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from support.paths import EXAMPLES, TEMPLATES
from support.reviews import REVIEW, reviewed
from support.xml_parts import parts
from xlperf import Result, fill_workbook, finalize, validate, write_template
from xlperf.errors import FormError
from xlperf.forms.loader import load_form
from xlperf.forms.official.definition import official_sheet
from xlperf.messages import use_language

TITLE = "正式表"
FOLDERS = {
    "national-project-2022": "national-project/2020",
    "sichuan-project-2023": "sichuan-project/2023",
    "shengchanli-2022": "suzhou-department/2022",
}


def finalized(name: str, folder: Path) -> Path:
    result = finalize(EXAMPLES / name / "filled.xlsx", output=folder, date="2024-03-01", report=False)
    assert result.outputs, result.findings
    return result.outputs[0]


def sheet_of(path: Path) -> Worksheet:
    return openpyxl.load_workbook(path)[TITLE]


def lines(sheet: Worksheet) -> list[list[str]]:
    """What each line shows, from left to right, blank cells and the rest of merged ones left out."""
    shown = ([str(cell.value) for cell in row[1:] if cell.value not in (None, "")] for row in sheet.iter_rows(min_row=2))
    return [line for line in shown if line]


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {name: finalized(name, tmp_path_factory.mktemp(name)) for name in FOLDERS}


def test_the_national_page_has_the_lines_of_the_notice_in_its_order(books: dict[str, Path]) -> None:
    found = lines(sheet_of(books["national-project-2022"]))
    assert found[:10] == [
        ["项目支出绩效自评表"],
        ["（2022年度）"],
        ["项目名称", "中小企业数字化培训服务"],
        ["主管部门", "江州市工业和信息化局", "实施单位", "江州市中小企业服务中心"],
        ["项目资金（万元）", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
        ["年度资金总额", "38", "43.2", "37.24", "10", "0.862", "8.62"],
        ["其中：当年财政拨款", "38", "40", "35.04", "—", "0.876", "—"],
        ["上年结转资金", "0", "3.2", "2.2", "—", "0.6875", "—"],
        ["其他资金", "—", "—"],
        ["年度总体目标", "预期目标", "实际完成情况"],
    ]
    head = ["绩效指标", "一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施"]
    assert found[11] == head
    assert found[12] == ["产出指标", "数量指标", "专题培训场次", "≥12场", "12场", "6", "6"]
    assert found[-2] == ["总分", "100", "76.02"]


@pytest.mark.parametrize(("name", "table"), [(name, "indicators") for name in FOLDERS])
def test_every_row_that_is_filled_in_is_printed_once_and_no_other(books: dict[str, Path], name: str, table: str) -> None:
    document = json.loads((EXAMPLES / name / "finalized.json").read_text("utf-8"))
    names = [row["name"] for row in document[table]]
    printed = [cell for line in lines(sheet_of(books[name])) for cell in line]
    assert [cell for cell in printed if cell in set(names)] == names


def test_operator_value_and_unit_stand_in_one_cell_as_the_report_prints_them(books: dict[str, Path]) -> None:
    found = lines(sheet_of(books["shengchanli-2022"]))
    row = next(line for line in found if "高企年度发展情况报表统计" in line)
    assert row[-5:] == [">=10500家", "11372家", "工作完成实际情况", "8.30%", "入统企业数量增加，催报到位，填报家数高于年初测算。"]
    assert ["预算总金额", "545.57", "81.6", "627.17", "602.24", "0.9603"] in found


@pytest.mark.parametrize("name", FOLDERS)
def test_it_prints_on_a4_is_protected_and_holds_no_formula(books: dict[str, Path], name: str) -> None:
    sheet = sheet_of(books[name])
    assert (sheet.page_setup.paperSize, sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (9, 1, 0)
    assert sheet.protection.sheet and sheet.print_area
    assert [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []
    assert all(cell.protection.locked for row in sheet.iter_rows() for cell in row)


def test_one_cell_stands_for_neighbours_that_say_the_same(books: dict[str, Path]) -> None:
    sheet = sheet_of(books["national-project-2022"])
    merged = {sheet.cell(area.min_row, area.min_col).value: area.size["rows"] for area in sheet.merged_cells.ranges}
    assert {key: merged[key] for key in ("绩效指标", "产出指标", "数量指标", "效益指标", "项目资金（万元）")} == {
        "绩效指标": 21, "产出指标": 12, "数量指标": 4, "效益指标": 6, "项目资金（万元）": 5,
    }  # fmt: skip


def test_a_duty_that_is_left_blank_goes_on_from_the_one_above(books: dict[str, Path]) -> None:
    sheet = sheet_of(books["shengchanli-2022"])
    area = next(area for area in sheet.merged_cells.ranges if sheet.cell(area.min_row, area.min_col).value == "负责研发公共服务")
    assert area.size == {"rows": 3, "columns": 3}


def told_on(result: Result, title: str) -> set[str]:
    return {cell for finding in result.findings for cell in finding["cells"] if cell.startswith(f"{title}!")}


@pytest.mark.parametrize("name", FOLDERS)
def test_it_is_never_read_and_what_is_changed_there_is_told_by_cell(books: dict[str, Path], tmp_path: Path, name: str) -> None:
    book = openpyxl.load_workbook(books[name])
    book.save(tmp_path / "saved.xlsx")
    before = validate(tmp_path / "saved.xlsx")
    assert before.document == validate(books[name]).document
    assert not told_on(before, TITLE)
    cells = [cell for row in book[TITLE].iter_rows(min_row=2) for cell in row if cell.value and cell.column > 1]
    for cell in cells[3:6]:
        cell.value = "改过"
    blank = next(cell for row in book[TITLE].iter_rows(min_row=9) for cell in row if type(cell) is Cell and cell.value is None)
    blank.value = 7
    book.copy_worksheet(book[TITLE]).title = "副本"
    book.save(tmp_path / "changed.xlsx")
    after = validate(tmp_path / "changed.xlsx")
    assert after.document == before.document
    assert told_on(after, TITLE) == {f"{TITLE}!{cell.coordinate}" for cell in [*cells[3:6], blank]}


def test_only_a_finalized_workbook_has_it(tmp_path: Path) -> None:
    blank = write_template("national-project", year=2022, output=tmp_path / "blank.xlsx")
    assert TITLE not in openpyxl.load_workbook(blank).sheetnames
    assert TITLE not in openpyxl.load_workbook(EXAMPLES / "national-project-2022" / "filled.xlsx").sheetnames


def test_a_review_has_the_columns_of_the_reviewer_and_the_department_has_not(books: dict[str, Path], tmp_path: Path) -> None:
    head = next(line for line in lines(sheet_of(books["sichuan-project-2023"])) if "三级指标" in line)
    assert head[-1] == "未完成原因分析" and not any("复核" in word for word in head)
    result = finalize(reviewed(tmp_path, REVIEW), output=tmp_path / "final", report=False)
    assert result.outputs, result.findings
    found = lines(sheet_of(result.outputs[0]))
    assert found[0] == ["部门预算项目支出绩效自评复核表（2023年度）"]
    head = next(line for line in found if "三级指标" in line)
    assert head[-5:] == ["未完成原因分析", "复核完成值", "复核得分", "偏离度", "备注"]
    row = next(line for line in found if "修复路面面积" in line)
    assert "7000" in row and row[-1] == REVIEW["indicators.2.remark"]
    assert ["复核意见", REVIEW["verdict.overall"]] in found and not any("审定得分" in line for line in found)


def test_a_text_longer_than_a_row_may_be_high_takes_several_rows(tmp_path: Path) -> None:
    document = json.loads((EXAMPLES / "national-project-2022" / "document.json").read_text("utf-8"))
    document["objective"]["expected"] += "另附培训安排。" * 600
    fill_workbook(document, output=tmp_path / "long.xlsx")
    result = finalize(tmp_path / "long.xlsx", output=tmp_path / "final", report=False)
    assert result.outputs, result.findings
    sheet = sheet_of(result.outputs[0])
    area = next(
        a for a in sheet.merged_cells.ranges if str(sheet.cell(a.min_row, a.min_col).value or "").endswith("另附培训安排。")
    )
    heights = [sheet.row_dimensions[row].height for row in range(area.min_row, area.max_row + 1)]
    assert len(heights) >= 3 and max(heights) <= 409


def test_the_same_input_gives_the_same_bytes(books: dict[str, Path], tmp_path: Path) -> None:
    again = finalized("national-project-2022", tmp_path)
    assert parts(again) == parts(books["national-project-2022"])


# --- what is wrong with an official.yaml ---------------------------------------------------------------------


WRONG: dict[str, tuple[Callable[[str], str], str, str]] = {
    "field": (
        lambda text: text.replace("{project.unit}", "{project.unti}"),
        "lines[3].row[3]",
        "“project.unti”不是单独的一格；相近的有“project.unit”",
    ),
    "whole column": (
        lambda text: text.replace("{total.weight}", "{indicators.weight}"),
        "lines[4].lines[1].row[4]",
        "不是单独的一格",
    ),
    "column": (lambda text: text.replace('"{reason}"', '"{raeson}"'), "lines[6].lines[1].row[7]", "“reason”"),
    "table": (lambda text: text.replace("each: indicators", "each: indicatros"), "lines[6].lines[1].each", "“indicators”"),
    "width": (lambda text: text.replace("总分, over: 6", "总分, over: 5"), "lines[7].row", "各格共占 9 列，而页面有 10 列"),
    "title": (lambda text: text.replace("title: 正式表", "title: 项目资金"), "title", "sheets[2]"),
    "key": (lambda text: text.replace("heading:", "haeding:"), "lines[0].haeding", "heading"),
    "brace": (lambda text: text.replace("{project.name}", "{project.name"), "lines[2].row[1]", "花括号"),
    "two in one": (lambda text: text.replace("  - heading: ", "  - text: x\n    heading: "), "lines[0]", "heading"),
    "long title": (lambda text: text.replace("title: 正式表", "title: " + "表" * 32), "title", "31"),
    "no lines": (lambda text: "title: a\nwidths: [1]\n", "", "lines"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, case: str) -> None:
    change, place, words = WRONG[case]
    folder = copytree(TEMPLATES / "national-project" / "2020", tmp_path / "national-project" / "2020")
    path = folder / "official.yaml"
    before = path.read_text("utf-8")
    path.write_text(change(before), "utf-8")
    assert path.read_text("utf-8") != before
    use_language("zh")
    try:
        with pytest.raises(FormError) as refused:
            official_sheet(load_form(folder))
    finally:
        use_language(None)
    arguments: dict[str, Any] = refused.value.arguments
    assert arguments["path"] == path
    assert str(arguments["reason"]).startswith(place) and words in str(arguments["reason"])


@pytest.mark.parametrize("folder", FOLDERS.values())
def test_the_official_sheets_that_travel_with_us_are_right(folder: str) -> None:
    form = load_form(TEMPLATES / folder)
    for stage in ("", *(stage.key for stage in form.stages)):
        assert official_sheet(load_form(TEMPLATES / folder, stage=stage)) is not None
