"""A misspelt word is asked about where one known word is meant, and only there."""

from __future__ import annotations

import html
from pathlib import Path

import openpyxl
import pytest

from support.example import document
from support.paths import FILLED
from support.surgery import type_into
from xlperf import annotate, fill_workbook, messages, validate
from xlperf.reporting.html_page import as_page
from xlperf.text import code_in, code_of, letters_of, nearest, slip, unit_key, without_code


@pytest.mark.parametrize(("written", "name", "code"), [
    ("101-某局", "某局", "101"), ("101001-某局", "某局", "101001"), ("101001——某局", "某局", "101001"), ("101001_某局", "某局", "101001"),
    ("101001 某局", "某局", "101001"), ("101001　某局", "某局", "101001"), ("[101001]某局", "某局", "101001"),
    ("【101001】 某局", "某局", "101001"), ("（101001）某局", "某局", "101001"), ("〔101001001〕某局", "某局", "101001001"),
    ("１０１００１－某局", "某局", "101001"), ("［１０１００１］某局", "某局", "101001"), ("１０１００１＿某局", "某局", "101001"),
    ("某局（101001）", "某局", "101001"), ("某局 [101001]", "某局", "101001"), ("某局（本级）（１０１００１）", "某局（本级）", "101001"),
    ("101001：某局", None, ""), ("[101001]：某局", "某局", "101001"), ("101-“十四五”办", "“十四五”办", "101"),
])  # fmt: skip
def test_a_code_is_parted_from_the_name_that_it_is_written_with(written: str, name: str | None, code: str) -> None:
    assert (code_in(written), without_code(written)) == (code, written if name is None else name)
    assert unit_key(written) == letters_of(written if name is None else name) and code_of(written, " ") == code


@pytest.mark.parametrize("name", [
    "110 指挥中心", "110指挥中心", "（110）指挥中心", "12345 热线", "[12345]热线", "某局（65000000）", "某局（0512-65000000）",
    "某局（13912345678）", "某局（202403）", "202403 某局", "某局（2023）", "2023年度", "某局（32156部队）", "101001", "(101001)", "101001 ", "101001-", "101- ",
    "101-001 某局", "101 001 某局", "12-某局", "某局101001", "101001某局", "某局-101001", "", "  ",
])  # fmt: skip
def test_a_name_with_a_number_in_doubt_stays_whole(name: str) -> None:
    assert (code_in(name), without_code(name), unit_key(name)) == ("", name, letters_of(name))


def test_of_a_code_field_full_width_digits_are_plain_ones() -> None:
    assert code_of("某局", "１０１００１") == "101001" and code_of("102-某局", " A1 ") == "A1" and code_of(None, None) == ""


OPPOSITES = "不未无没违非"


@pytest.mark.parametrize(("word", "meant"), [
    ("建全", "健全"), ("健全。", "健全"), ("健 全", "健全"), ("健　全", "健全"), ("“健全”", "健全"), ("健仝", "健全"),
    ("基本健全", None), ("不健全", None), ("健", None), ("", None), ("规范", None),
])  # fmt: skip
def test_a_slip_is_one_character_or_none(word: str, meant: str | None) -> None:
    assert slip(word, ["健全"]) == meant


def test_an_opposite_is_no_slip() -> None:
    assert slip("违规", ["合规"], OPPOSITES) is None and slip("无序", ["有序"], OPPOSITES) is None
    assert slip("和规", ["合规"], OPPOSITES) == "合规"


def test_where_two_words_are_as_near_there_is_none() -> None:
    assert slip("定数", ["定量", "定性"]) is None
    assert slip("定 量", ["定量", "定性"]) == "定量"


def test_the_nearest_of_longer_names() -> None:
    assert nearest("年度重点任务", ["草稿", "重点任务", "绩效目标"]) == "重点任务"
    assert nearest("重点任务", ["Sheet1", "汇总"]) is None and nearest("重点任务", []) is None
    assert letters_of("“三公经费” 变动率（％）") == letters_of("三公经费变动率") == "三公经费变动率"


def said(path: Path, code: str) -> dict:
    (finding,) = [f for f in validate(path).findings if f["code"] == code]
    return finding


def test_a_misspelt_grade_is_named_with_what_it_is_meant_for(tmp_path: Path) -> None:
    told = said(type_into(FILLED, tmp_path / "t.xlsx", {"自评表!H5": "建全", "自评表!H6": "不健全"}), "SZ201")
    assert told["cells"] == ["自评表!K5", "自评表!K6"]
    assert told["found"] == ("工作计划制定健全性：偏差情况 未达预期，原因分析：空白，“建全”疑为“健全”；"
                             "中长期规划制定健全性：偏差情况 未达预期，原因分析：空白")  # fmt: skip


@pytest.mark.slow
def test_in_english_it_is_told_with_english_commas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "_chosen", ["en"])
    path = type_into(FILLED, tmp_path / "t.xlsx", {"自评表!H5": "建全", "自评表!H6": "不健全"})
    first, second = (
        "工作计划制定健全性：偏差情况 未达预期，原因分析：blank, '建全' may be a slip of '健全'",
        "中长期规划制定健全性：偏差情况 未达预期，原因分析：blank",
    )
    assert said(path, "SZ201")["found"] == f"{first}; {second}"
    assert f"{first};\n{second}" in html.unescape(as_page([validate(path)]))
    book = openpyxl.load_workbook(annotate(path, output=tmp_path / "returned"))
    assert any(f"{first};\n{second}" in str(value) for sheet in book for line in sheet.values for value in line)


@pytest.mark.parametrize(("cell", "typed", "code", "hint"), [
    ("自评表!L34", "不适合", "XL203", "“不适合”是否应为“不适用”？请从下拉列表中选择。"),
    ("自评表!D61", "定景", "XL203", "请从下拉列表中选择。"),
    ("自评表!L34", "√", "XL203", "请从下拉列表中选择。"),
    ("自评表!E61", "定量", "XL203", "“定量”应填在“性质”栏。请从下拉列表中选择。"),
    ("自评表!H34", "不适用", "XL202", "“不适用”应填在“不适用”栏。请只填数字，比较符、单位和说明填在相应的栏内。"),
    ("自评表!H61", "不适用", "XL202", "请只填数字，比较符、单位和说明填在相应的栏内。"),  # that column is closed in this row
])  # fmt: skip
def test_a_wrong_choice_is_told_with_the_nearest(tmp_path: Path, cell: str, typed: str, code: str, hint: str) -> None:
    told = said(type_into(FILLED, tmp_path / "t.xlsx", {cell: typed}), code)
    assert (told["cells"], told["found"], told["fix"]) == ([cell], typed, hint)


def test_an_unknown_field_of_a_document_is_told_with_the_nearest(tmp_path: Path) -> None:
    doc = document()
    doc["cover"] |= {"unitcode": "0012", "fax": "1"}
    fixes = {f["found"]: f["fix"] for f in fill_workbook(doc, output=tmp_path / "t.xlsx").findings}
    assert fixes == {"cover.unitcode": "“unitcode”是否应为“unit_code”？请核对字段名称。", "cover.fax": "请核对字段名称。"}


@pytest.mark.slow
@pytest.mark.parametrize(("title", "found"), [
    ("重点任务", "没有找到；“重点任务”表相近，但隐藏的第 1 行或 A 列已被删除或没有复制过来"),
    ("年度重点任务", "没有找到；“年度重点任务”表相近，但隐藏的第 1 行或 A 列已被删除或没有复制过来"),
    ("草稿", "没有找到"),
])  # fmt: skip
def test_a_sheet_without_its_mark_is_told_with_the_nearest(tmp_path: Path, title: str, found: str) -> None:
    book = openpyxl.load_workbook(FILLED)
    book["重点任务"].delete_rows(1)
    book["重点任务"].title = title
    book.save(tmp_path / "t.xlsx")
    told = said(tmp_path / "t.xlsx", "XL114")
    assert (told["message"], told["found"]) == ("缺少“重点任务”表", found)


@pytest.mark.parametrize(("heading", "found"), [
    ("完成值来源", "没有找到；“完成值来源”一栏相近，但隐藏的第 1 行没有它的标识"),
    ("完成值来源说明", "没有找到；“完成值来源说明”一栏相近，但隐藏的第 1 行没有它的标识"),
    ("备注", "没有找到"),
])  # fmt: skip
def test_a_column_without_its_key_is_told_with_the_nearest(tmp_path: Path, heading: str, found: str) -> None:
    book = openpyxl.load_workbook(FILLED)
    sheet = book["自评表"]
    next(cell for cell in sheet[1] if cell.value == "source").value = None
    sheet["I3"] = heading
    book.save(tmp_path / "t.xlsx")
    told = said(tmp_path / "t.xlsx", "XL232")
    assert (told["message"], told["found"]) == ("“自评表”中的“完成值来源”一栏已被删除", found)
