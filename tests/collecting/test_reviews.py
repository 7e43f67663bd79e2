"""Reviews that a bureau takes in: they count in place of their submissions, and only those that lie in its own inbox do."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import openpyxl
import pytest

from support.reviews import FILLED, fill_in, reviewed
from xlperf import collect
from xlperf.collecting.collect import CollectionStatus

pytestmark = pytest.mark.slow

NAME = "青岭县公路事务中心-农村公路养护工程-2023"


def taken(folder: Path) -> CollectionStatus:
    return collect([folder / "received"], reviews=[folder / "reviews"], output=folder / "OUT", date="2024-09-01", jobs=1)


def rows_of(folder: Path, table: str) -> list[dict[str, str]]:
    with open(folder / "OUT" / "CSV" / f"{table}.csv", encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def test_a_round_with_a_review_of_what_counts_and_later_of_what_no_longer_does(tmp_path: Path) -> None:
    for name in ("received", "reviews"):
        (tmp_path / name).mkdir()
    shutil.copy(FILLED, tmp_path / "received" / "a.xlsx")
    shutil.copy(reviewed(tmp_path), tmp_path / "reviews" / "a-复核表.xlsx")
    shutil.copy(reviewed(tmp_path, {"reviewer.name": "部门自己"}), tmp_path / "received" / "own.xlsx")

    status = taken(tmp_path)
    assert (status.counts, dict(status.counting)) == ({"passed": 3}, {"passed": 1})
    made = {path.name for path in (tmp_path / "OUT" / "定稿").iterdir()}
    assert made == {f"{NAME}-复核定稿.xlsx", f"{NAME}-复核定稿.json", f"{NAME}-自评复核表.docx"}
    assert (
        json.loads((tmp_path / "OUT" / "定稿" / f"{NAME}-复核定稿.json").read_text("utf-8"))["verdict"]["review_total"] == 77.22
    )
    listed = {row["文件"]: (row["是否计入"], row["总分"], row["复核总分"]) for row in rows_of(tmp_path, "单位一览")}
    assert listed == {
        "reviews!a-复核表.xlsx": ("是", "79.22", "77.22"),
        "a.xlsx": ("否，以最近合格件为准", "79.22", ""),
        "own.xlsx": ("否，不是所计的复核", "79.22", "77.22"),
    }
    assert [(row["文件"], row["编号"]) for row in rows_of(tmp_path, "问题清单") if row["编号"].startswith("XL56")] == [
        ("own.xlsx", "XL561")
    ]
    book = openpyxl.load_workbook(tmp_path / "OUT" / "汇总.xlsx")
    headings = [cell.value for cell in book["预算执行"][3]]
    assert headings[headings.index("总分") :][:3] == ["总分", "复核总分", "复核偏离度"]

    before = {path: path.read_bytes() for path in (tmp_path / "OUT" / "CSV").iterdir()}
    assert taken(tmp_path).counts == status.counts
    assert {path: path.read_bytes() for path in (tmp_path / "OUT" / "CSV").iterdir()} == before

    fill_in(FILLED, tmp_path / "received" / "b.xlsx", {"conclusion.measures": "1. 提前排定施工计划。2. 加强现场验收。"})
    assert dict(taken(tmp_path).counting) == {"passed": 1}
    assert {path.name for path in (tmp_path / "OUT" / "定稿").glob("*.xlsx")} == {f"{NAME}-定稿.xlsx"}
    assert {row["文件"]: row["是否计入"] for row in rows_of(tmp_path, "单位一览")}["b.xlsx"] == "是"
    told = {(row["文件"], row["编号"]) for row in rows_of(tmp_path, "问题清单") if row["编号"].startswith("XL56")}
    assert told == {("own.xlsx", "XL561"), ("reviews!a-复核表.xlsx", "XL560")}
