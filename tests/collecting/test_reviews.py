"""Reviews that a bureau takes in: they count in place of their submissions, and only those that lie in its own inbox do."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import openpyxl
import pytest

from support.reviews import FILLED, fill_in, reviewed
from xlperf import UsageError, collect, package_collection, remind, validate, verify
from xlperf.collecting.collect import CollectionStatus
from xlperf.collecting.status import status_as_text

pytestmark = pytest.mark.slow

NAME = "青岭县公路事务中心-农村公路养护工程-2023"


DEADLINES = {"review": "2024-08-15", "approval": "2024-09-30"}


def taken(folder: Path) -> CollectionStatus:
    return collect(
        [folder / "received"],
        reviews=[folder / "reviews"],
        review_deadlines=DEADLINES,
        output=folder / "OUT",
        date="2024-09-01",
        jobs=1,
    )


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

    (unit,) = rows_of(tmp_path, "报送进度")
    assert unit["复核情况"] == "已复核；审定未收到（2024-09-30前）"
    assert "复核：完成 1，须改正 0，已发未回 0，未收到 0\n审定：完成 0，须改正 0，已发未回 0，未收到 1\n" in status_as_text(
        status
    )
    before = {path: path.read_bytes() for path in (tmp_path / "OUT" / "CSV").iterdir()}
    assert taken(tmp_path).counts == status.counts
    assert {path: path.read_bytes() for path in (tmp_path / "OUT" / "CSV").iterdir()} == before

    fill_in(FILLED, tmp_path / "received" / "b.xlsx", {"conclusion.measures": "1. 提前排定施工计划。2. 加强现场验收。"})
    status = taken(tmp_path)
    assert dict(status.counting) == {"passed": 1}
    assert {path.name for path in (tmp_path / "OUT" / "定稿").glob("*.xlsx")} == {f"{NAME}-定稿.xlsx"}
    assert {row["文件"]: row["是否计入"] for row in rows_of(tmp_path, "单位一览")}["b.xlsx"] == "是"
    assert rows_of(tmp_path, "报送进度")[0]["复核情况"] == "复核未收到，已逾期（2024-08-15）"
    assert "复核：完成 0，须改正 0，已发未回 0，未收到 1；逾期 1" in status_as_text(status)
    reminded = remind(tmp_path / "OUT", output=tmp_path / "letters", date="2024-09-01")
    assert {path.name for path in reminded.files} >= {"复核清单.xlsx", "复核清单.csv"} and reminded.units == 0
    with (tmp_path / "letters" / "复核清单.csv").open(encoding="utf-8-sig", newline="") as lines:
        assert [row["复核情况"] for row in csv.DictReader(lines)] == ["复核未收到，已逾期（2024-08-15）"]
    told = {(row["文件"], row["编号"]) for row in rows_of(tmp_path, "问题清单") if row["编号"].startswith("XL56")}
    assert told == {("own.xlsx", "XL561"), ("reviews!a-复核表.xlsx", "XL560")}


def test_a_last_day_for_a_stage_that_the_form_has_not_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        collect([tmp_path], form="sichuan-project", review_deadlines={"audit": "2024-05-31"}, output=tmp_path / "OUT")
    assert caught.value.key == "no_such_stage" and not (tmp_path / "OUT").exists()


def test_a_review_that_is_wrong_goes_back_to_the_reviewer_until_it_is_right(tmp_path: Path) -> None:
    for name in ("received", "reviews", "city/reviews"):
        (tmp_path / name).mkdir(parents=True)
    shutil.copy(FILLED, tmp_path / "received" / "a.xlsx")
    shutil.copy(reviewed(tmp_path, {"indicators.2.remark": None}), tmp_path / "reviews" / "a.xlsx")
    taken(tmp_path)
    (back,) = (tmp_path / "OUT" / "复核退回").iterdir()
    assert [(found["code"], found["severity"]) for found in validate(back).findings if found["severity"] == "error"] == [
        ("SC601", "error")
    ]
    assert (
        rows_of(tmp_path, "报送进度")[0]["复核情况"] == "复核须改正，已逾期（2024-08-15）"
        and not (tmp_path / "OUT" / "退回").exists()
    )
    shutil.copy(reviewed(tmp_path), tmp_path / "reviews" / "b.xlsx")
    taken(tmp_path)
    assert list((tmp_path / "OUT" / "复核退回").iterdir()) == [] and verify(tmp_path / "OUT").differences == ()
    (city := tmp_path / "city" / "received").mkdir(parents=True)
    package_collection(tmp_path / "OUT", output=city / "区.zip")
    assert dict(taken(tmp_path / "city").counting) == {"passed": 1}
    listed = {row["文件"]: row["是否计入"] for row in rows_of(tmp_path / "city", "单位一览")}
    assert listed["区.zip!reviews!b.xlsx"] == "是" and listed["区.zip!a.xlsx"] == "否，以最近合格件为准"
