"""Stages beside what else a form may have: goals as often as a unit needs them, and a page as bureaus print it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from support.drawings import written
from support.page_form import page_document, page_form
from support.repeated import REPEATED, document
from support.reviews import REASON, Cells
from support.sweeps import every
from xlperf import draw_form, fill_workbook, finalize, load_form, prove_form, read_form, validate, write_review
from xlperf.forms.document import Spot
from xlperf.forms.stages.definition import at_stage
from xlperf.reading.reader import read_cells

FORMS = Path(__file__).parents[1] / "drawing" / "forms"
STAGE = {
    "key": "review",
    "label": "复核",
    "owner": "财政部门",
    "file_name": "复核表",
    "finalized_name": "复核定稿",
    "end": "（行不增减）",
}
MARKS = [
    {
        "key": "rescore",
        "label": "复核得分",
        "stage": "review",
        "width": 10,
        "type": "points",
        "required": True,
        "minimum": 0,
        "maximum": 80,
    },
    {"key": "remark", "label": "复核意见", "stage": "review", "width": 20, "type": "text", "max_length": 200},
]
ALWAYS = {"XL302"}  # of a workbook that openpyxl saved without results

pytestmark = pytest.mark.usefixtures("in_english")


def found_in(path: Path, forms: Path) -> list[tuple[str, list[str]]]:
    found = validate(path, templates=forms).findings
    return [(one["code"], one["cells"]) for one in found if one["code"] not in ALWAYS and one["severity"] != "info"]


def address(path: Path, forms: Path, name: str) -> str:
    """A cell as findings name it, by `block.number.field`."""
    block, number, field = name.split(".")
    return read_cells(path, templates=forms).places[Spot(block, int(number) - 1, field)]


def fill_in(source: Path, target: Path, forms: Path, cells: Cells) -> Path:
    book = openpyxl.load_workbook(source)
    for name, value in cells.items():
        sheet, _, cell = address(source, forms, name).partition("!")
        book[sheet][cell].value = value
    book.save(target)
    return target


# --- with repeats ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def goals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The form of Hubei with a stage: each goal's indicators are scored once more, and summed up in a table over all goals."""
    definition = yaml.safe_load((REPEATED / "hubei-project" / "2024" / "form.yaml").read_text("utf-8")) | {"stages": [STAGE]}
    of_goal = next(section for section in definition["sheets"][1]["sections"] if section.get("table") == "of_goal")
    of_goal["columns"] += [{**column, "only": ["indicators"]} for column in MARKS]
    of_goal["blocks"][1]["formulas"]["rescore"] = "ROUND(SUM(indicators.rescore), 2)"
    of_goal["columns"][-2].pop("only")
    overview = definition["sheets"][0]["sections"][-1]
    overview["columns"].append(
        {"key": "rescore", "label": "复核得分", "stage": "review", "width": 12, "type": "points", "formula": "subtotal.rescore"}
    )
    overview["blocks"][1]["formulas"]["rescore"] = "ROUND(SUM(overview.rescore), 2)"
    folder = tmp_path_factory.mktemp("goals") / "hubei-project" / "2024"
    folder.mkdir(parents=True)
    (folder / "form.yaml").write_text(yaml.safe_dump(definition, allow_unicode=True, sort_keys=False), "utf-8")
    return folder.parents[1]


def with_a_blank_goal() -> dict[str, Any]:
    """What a unit filled in that left its second goal of three blank."""
    filled = document("hubei-project")
    first, second = filled["goals"]
    return {**filled, "goals": [first, {}, second]}


def test_a_blank_goal_keeps_its_number_in_the_review(goals: Path, tmp_path: Path) -> None:
    fill_workbook(with_a_blank_goal(), tmp_path / "filled.xlsx", templates=goals)
    (review,) = write_review(tmp_path / "filled.xlsx", templates=goals, output=tmp_path / "review").outputs
    before, after = read_cells(tmp_path / "filled.xlsx", templates=goals), read_cells(review, templates=goals)
    assert after.form.counts == before.form.counts == {"goal": 3}
    for key in ("goal_1", "goal_2", "goal_3", "indicators_1", "indicators_2", "indicators_3"):
        assert after.rows[key] == before.rows[key], key
    third = {"indicators_3.1.rescore": 29, "indicators_3.1.remark": REASON}
    scores = {"indicators_1.1.rescore": 25, "indicators_1.2.rescore": 13.33, **third}
    returned = fill_in(review, tmp_path / "returned.xlsx", goals, {**scores, "indicators_1.2.rescore": None})
    assert found_in(returned, goals) == [("XL201", [address(returned, goals, "indicators_1.2.rescore")])]
    result = finalize(
        fill_in(review, tmp_path / "whole.xlsx", goals, scores), templates=goals, output=tmp_path / "out", date="2024-08-02"
    )
    assert result.status == "passed"
    made = json.loads(result.outputs[1].read_text("utf-8"))
    assert [(goal["goal"][:4], goal["subtotal"]["rescore"]) for goal in made["goals"]] == [("保护长江", 38.33), ("提高社会", 29)]
    assert (made["total"]["score"], made["total"]["rescore"]) == (68.33, 67.33)


def test_what_a_reviewer_alters_is_told_of_the_goal_it_stands_in(goals: Path, tmp_path: Path) -> None:
    fill_workbook(with_a_blank_goal(), tmp_path / "filled.xlsx", templates=goals)
    (review,) = write_review(tmp_path / "filled.xlsx", templates=goals, output=tmp_path / "review").outputs
    altered = fill_in(review, tmp_path / "altered.xlsx", goals, {"indicators_3.1.judged": 28, "goal_2.1.goal": "新目标"})
    told = {(code, *cells) for code, cells in found_in(altered, goals) if code == "XL246"}
    assert told == {
        ("XL246", address(altered, goals, "indicators_3.1.judged")),
        ("XL246", address(altered, goals, "goal_2.1.goal")),
    }


# --- a page as printed ----------------------------------------------------------------------------------------


def page_with_a_stage() -> dict[str, Any]:
    """The page of `mini` with columns and fields of a reviewer: beside one another, over several widths, at the end of a table."""
    definition = page_form() | {"stages": [STAGE]}
    page = definition["sheets"][-2]
    results = next(section for section in page["sections"] if section.get("table") == "results")
    results["columns"] += MARKS
    page["sections"].insert(-1, {"fields": "verdict", "stage": "review", "items": [
        {"key": "opinion", "label": "复核意见", "type": "text", "spans": [1, 9], "height": 50, "required": True, "max_length": 300},
        {"key": "name", "label": "复核人", "type": "text", "spans": [1, 2], "required": True, "max_length": 30},
        {"key": "day", "label": "复核日期", "type": "date", "beside": True, "spans": [2, 2]},
    ]})  # fmt: skip
    return definition


def test_a_page_as_printed_takes_the_cells_of_a_stage(tmp_path: Path) -> None:
    forms = tmp_path / "forms"
    written(page_with_a_stage(), forms)
    fill_workbook(page_document(), tmp_path / "filled.xlsx", templates=forms)
    (review,) = write_review(tmp_path / "filled.xlsx", templates=forms, output=tmp_path / "review").outputs
    sheet = openpyxl.load_workbook(review)["一页自评表"]
    merged = {str(cells) for cells in sheet.merged_cells.ranges}
    departments = {"B2:K2", "C4:E4", "G4:K4", "B6:C6", "D6:E6", "C11:E11", "C12:D13", "E12:G12"}
    assert merged >= {*departments, "C18:K18", "C19:D19", "E19:F19", "G19:H19"}, merged
    cells = {
        **{f"made.{number}.rescore": 9 for number in (1, 2)},
        "gained.1.rescore": 8,
        "verdict.1.opinion": "属实",
        "verdict.1.name": "张三",
    }
    done = fill_in(review, tmp_path / "done.xlsx", forms, cells)
    assert [found for found in found_in(done, forms) if found[0] in ("XL246", "XL247", "XL201", "XL233", "XL234", "XL236")] == []
    missing = fill_in(review, tmp_path / "missing.xlsx", forms, {**cells, "made.2.rescore": None, "verdict.1.name": None})
    asked = [[address(missing, forms, name)] for name in ("made.2.rescore", "verdict.1.name")]
    assert [places for code, places in found_in(missing, forms) if code == "XL201"] == asked


def test_the_official_review_table_is_a_stage_of_its_form(tmp_path: Path) -> None:
    """The thirteen columns of the table that reviewers print, nine of which the department has filled in."""
    form = load_form(FORMS / "review" / "2024")
    columns = [
        [column["label"] for column in at_stage(form.whole, stage)["sheets"][1]["sections"][2]["columns"]]
        for stage in ("", "review")
    ]
    assert columns[0] == ["一级指标", "二级指标", "三级指标", "指标性质", "指标值", "度量单位", "权重", "自评完成值", "自评得分"]
    assert columns[1] == [*columns[0], "复核完成值", "复核得分", "偏离度", "备注"]
    fill_workbook(
        json.loads((FORMS / "review" / "2024" / "document.json").read_text("utf-8")), tmp_path / "a.xlsx", templates=FORMS
    )
    (review,) = write_review(tmp_path / "a.xlsx", templates=FORMS, output=tmp_path / "review").outputs
    cells = {"indicators.1.rescore": 44, "indicators.2.rescore": 50, "verdict.1.opinion": "属实。", "verdict.1.name": "张三"}
    returned = fill_in(review, tmp_path / "returned.xlsx", FORMS, {**cells, "verdict.1.day": "2024-08-01"})
    assert found_in(returned, FORMS) == [("FH201", [address(returned, FORMS, "indicators.1.remark")])]
    mended = fill_in(returned, tmp_path / "mended.xlsx", FORMS, {"indicators.1.remark": REASON})
    result = finalize(mended, templates=FORMS, output=tmp_path / "out", date="2024-08-02")
    made = json.loads(result.outputs[1].read_text("utf-8"))
    assert (result.status, made["sums"]["score"], made["sums"]["rescore"], made["sums"]["deviation"]) == ("passed", 100, 94, 0.06)


# --- whichever it is ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def forms_with_stages(goals: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    page = tmp_path_factory.mktemp("page")
    written(page_with_a_stage(), page)
    return {"review": FORMS / "review" / "2024", "goals": goals / "hubei-project" / "2024", "page": page / "mini" / "2022"}


@pytest.mark.parametrize("name", ["review", "goals", "page"])
def test_drawn_and_read_a_form_with_stages_is_equal(name: str, forms_with_stages: dict[str, Path], tmp_path: Path) -> None:
    folder = forms_with_stages[name]
    drawn = draw_form(folder.parent.name, templates=folder.parents[1], output=tmp_path / "drawn.xlsx")
    (folder_read := tmp_path / folder.parent.name / folder.name).parent.mkdir()
    read_form(drawn, output=folder_read)
    assert load_form(folder_read).whole == load_form(folder).whole


@pytest.mark.slow
@pytest.mark.parametrize("name", every(1, ["review", "goals", "page"], usual=3))
def test_check_form_accepts_a_form_with_stages(name: str, forms_with_stages: dict[str, Path]) -> None:
    assert list(map(str, prove_form(forms_with_stages[name]).faults)) == []
