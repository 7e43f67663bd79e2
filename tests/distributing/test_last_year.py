"""Next year for all: each unit's own last year, found by code, else by name; who has none gets a blank one and is told."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from support.outcomes import unit
from support.paths import EXAMPLE
from support.rosters import written
from xlperf import load_document, read_roster, read_workbook, write_templates
from xlperf.distributing.history_file import HandedDown
from xlperf.distributing.last_year import find_papers, unit_of
from xlperf.distributing.naming import make_naming
from xlperf.forms.loader import find_form, load_form

pytestmark = pytest.mark.slow


def paper(folder: Path, name: str, unit: str, code: str | None, goal: str, year: int = 2022) -> None:
    """A document of that unit with one goal."""
    document = load_document(EXAMPLE / "document.json") | {"fiscal_year": year}
    document["cover"] = document["cover"] | {"unit": unit, "unit_code": code}
    document["goals"] = [{"expected": goal, "completion": "x"}]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(document, ensure_ascii=False), "utf-8")


def test_each_unit_gets_its_own_last_year(tmp_path: Path) -> None:
    folder = tmp_path / "汇集2022" / "定稿"
    paper(folder, "甲", "苏州市甲局", "01", "甲的目标")
    paper(folder, "旧", "苏州市甲局", "01", "更早的目标", year=2021)
    paper(folder, "丙", "改名前的局", "03", "丙的目标")
    paper(folder, "今", "乙局", None, "今年的", year=2023)
    (folder / "坏.json").write_text("{", "utf-8")
    (folder / "甲.xlsx").write_bytes(b"not read: the document is")
    roster = written(tmp_path / "units.csv", "单位名称,单位代码\n甲局,\n乙局,02\n丙局,03\n")
    asked = {"year": 2023, "roster": roster, "output": tmp_path / "下发", "jobs": 1, "date": "2024-01-05"}
    done = write_templates("suzhou-department", last=tmp_path / "汇集2022", **asked)
    made = {name: read_workbook(tmp_path / "下发" / f"{name}局-2023-自评表.xlsx") for name in "甲乙丙"}
    assert [[goal.get("expected") for goal in made[name].get("goals", [])] for name in "甲乙丙"] == [
        ["甲的目标"],
        [],
        ["丙的目标"],
    ]
    assert [made[name]["cover"]["unit"] for name in "甲乙丙"] == ["甲局", "乙局", "丙局"]
    assert {document["fiscal_year"] for document in made.values()} == {2023}
    told = "\n".join(done.remarks)
    assert "乙局：没有找到上年的资料，给的是空白表。" in told and told.count("没有找到上年的资料") == 1
    assert "坏.json 不能作上年的资料" in told and "今.json 是 suzhou-department 2023 年度的" in told
    assert write_templates("suzhou-department", last=tmp_path / "汇集2022", **asked).kept == 3
    paper(folder, "甲", "苏州市甲局", "01", "甲的新目标")
    again = write_templates("suzhou-department", last=tmp_path / "汇集2022", **asked)
    assert (again.written, again.kept) == (1, 2)
    assert "上年完成值" in {
        cell.value
        for row in openpyxl.load_workbook(tmp_path / "下发" / "甲局-2023-自评表.xlsx")["自评表"].iter_rows(max_row=6)
        for cell in row
    }


@pytest.mark.parametrize(("lines", "goals"), [
    ("单位名称,单位代码\n办公室,101001\n办公室,102001\n", [["甲的目标"], []]),
    ("单位名称\n101001-办公室\n102001-办公室\n", [["甲的目标"], []]),
    ("单位名称,单位代码\n办公室,999\n", [["甲的目标"]]),  # a code that was changed; it is the only one of its name
])  # fmt: skip
def test_of_namesakes_none_gets_the_last_year_of_another(tmp_path: Path, lines: str, goals: list[list[str]]) -> None:
    paper(tmp_path / "上年", "甲", "办公室", "101001", "甲的目标")
    form = load_form(find_form("suzhou-department", year=2023))
    units = read_roster(written(tmp_path / "units.csv", lines))
    papers = find_papers(tmp_path / "上年", form=form, year=2023, units=units)
    assert [["甲的目标"] if unit_of(unit) in papers.by_unit else [] for unit in units] == goals


def test_of_namesakes_none_gets_what_history_says_of_another() -> None:
    form = load_form(find_form("suzhou-department", year=2023))
    entry = {"form": form.key, "unit": "办公室", "unit_code": "101001", "indicators": [], "flags": []}
    coded = {**entry, "unit": "101001-办公室", "unit_code": ""}
    for units in ([unit("办公室", "101001"), unit("办公室", "102001")], [unit("101001-办公室"), unit("102001-办公室")]):
        naming = make_naming((), units)
        for said in (entry, coded):
            handed = HandedDown({}, (said,))
            assert [handed.of(form, each, naming) for each in units] == [said, None]
