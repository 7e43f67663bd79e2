"""Amounts typed in yuan where wan yuan is asked for: an item, a column, the whole table; and what settles it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import pytest

from support.example import document
from xlperf import fill_workbook, validate

Change = Callable[[dict], None]


def times(number: float | None) -> float | None:
    return round(number * 10_000, 2) if number else number


def an_item(doc: dict) -> None:
    item = doc["budget"]["items"][0]
    item.update({key: times(item.get(key)) for key in ("initial", "adjustment", "spent") if item.get(key)})


def a_column(doc: dict) -> None:
    for row in [doc["budget"]["basic"], *doc["budget"]["items"]]:
        row["initial"] = times(row.get("initial"))


def the_table(doc: dict) -> None:
    for row in [doc["budget"]["basic"], *doc["budget"]["items"]]:
        row.update({key: times(row.get(key)) for key in ("initial", "adjustment", "spent") if row.get(key)})


def asked(doc: dict, folder: Path) -> list[dict]:
    doc["budget"].pop("total", None)
    fill_workbook(doc, output=folder / "a.xlsx")
    return [finding for finding in validate(folder / "a.xlsx").findings if finding["severity"] == "query"]


@pytest.mark.parametrize("change", [an_item, a_column, the_table])
def test_amounts_in_yuan_are_asked_about_in_both_units(tmp_path: Path, change: Change) -> None:
    assert asked(document(), tmp_path) == []
    doc = copy.deepcopy(document())
    change(doc)
    found = asked(doc, tmp_path)
    assert {finding["code"] for finding in found} & {"XL216", "SZ107"}
    for finding in found:
        if finding["code"] == "XL216":
            assert " 元 = " in finding["expected"] and finding["expected"].endswith(" 万元")
            assert finding["cells"][0].startswith("预算信息!")


def test_a_column_is_one_finding_with_all_its_cells(tmp_path: Path) -> None:
    doc = document()
    a_column(doc)
    found = [finding for finding in asked(doc, tmp_path) if finding["code"] == "XL216"]
    (column,) = [finding for finding in found if len(finding["cells"]) > 1]
    assert "整列" in column["message"] and {cell.rstrip("0123456789") for cell in column["cells"]} == {"预算信息!C"}


@pytest.mark.parametrize(("text", "is_asked"), [
    ("本年新建科技创新大厦，投资52000万元。", False),
    ("本年新建科技创新大厦，投资5.2亿元。", False),
    ("本年新建科技创新大厦，投资５２，０００万元。", False),
    ("本年新建科技创新大厦，投资额较大。", True),
    ("本年装修科技创新大厦门厅，投资5.2万元。", True),
])  # fmt: skip
def test_a_text_that_names_the_amount_settles_it(tmp_path: Path, text: str, is_asked: bool) -> None:
    doc = document()
    doc["budget"]["items"].append({"name": "科技创新大厦建设", "initial": 52000, "adjustment": 0, "spent": 51000})
    doc["narrative"]["profile"] += text
    found = {cell for finding in asked(doc, tmp_path) if finding["code"] == "XL216" for cell in finding["cells"]}
    row = 6 + len(doc["budget"]["items"])
    assert {cell for cell in found if cell.endswith(f"{row}")} == (
        {f"预算信息!C{row}", f"预算信息!F{row}"} if is_asked else set()
    )


def test_a_text_that_names_the_ten_thousandth_makes_it_doubtful(tmp_path: Path) -> None:
    doc = document()
    doc["budget"]["items"] = [{"name": "平台建设", "initial": 12345.67, "adjustment": 0, "spent": 12345.67}]
    doc["budget"]["basic"] = {"initial": 23456.78, "adjustment": 0, "spent": 23456.78}
    assert not [finding for finding in asked(copy.deepcopy(doc), tmp_path) if finding["code"] == "XL216"]
    doc["narrative"]["profile"] += "平台建设项目全年支出12345.67元。"
    found = [finding for finding in asked(doc, tmp_path) if finding["code"] == "XL216"]
    assert {cell for finding in found for cell in finding["cells"]} == {"预算信息!C7", "预算信息!F7"}
    assert all("文字部分写的是12345.67元" in finding["message"] for finding in found)


def test_an_amount_out_of_range_is_said_in_both_units(tmp_path: Path) -> None:
    doc = document()
    doc["budget"]["items"][0]["initial"] = 60_142_553.21
    fill_workbook(doc, output=tmp_path / "a.xlsx")
    (found,) = [finding for finding in validate(tmp_path / "a.xlsx").findings if finding["code"] == "XL204"]
    assert "60142553.21 元应填 6014.255321" in found["fix"] + found["expected"] + found["message"]
