"""What a form repeats: its copies, what names mean in them and outside, the document and its schema, and what is refused."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from support.base_form import put
from support.repeated import KEYS, REPEATED, document, form_of
from xlperf import build_schema, check_form, explain_field, load_form
from xlperf.addresses import range_name
from xlperf.errors import FormError
from xlperf.forms.compute import compute
from xlperf.forms.document import Spot, document_of, path_namer, rows_of
from xlperf.forms.layout import make_layout
from xlperf.forms.loader import form_for
from xlperf.forms.model import RULES, Copy
from xlperf.forms.repeats import MOST_COPIES, blank_copies
from xlperf.formula.doubles import DOUBLES
from xlperf.workbook.rule_links import first_failing


def rows_computed(key: str, given: dict[str, Any], **numbers: Any) -> Any:
    form = form_for(form_of(key), given)
    return form, compute(form, rows_of(form, given)[0], **numbers)


# --- copies --------------------------------------------------------------------------------------------------


def test_a_form_with_copies_is_one_with_numbered_blocks() -> None:
    form = form_of("hubei-project", goal=2)
    assert form.counts == {"goal": 2}
    assert [key for key, block in form.blocks.items() if block.copy == Copy("goal", 2)] == [
        "overview_2",
        "goal_2",
        "indicators_2",
        "subtotal_2",
    ]
    assert [table.label for table in form.tables_called("of_goal")] == ["年度绩效目标1的绩效指标", "年度绩效目标2的绩效指标"]
    assert form.tables["goals"].blocks == ("overview_1", "overview_2", "total")


def test_a_sheet_may_be_repeated_as_a_whole() -> None:
    form = form_of("unit-projects", project=3)
    assert [sheet.title for sheet in form.sheets][1:5] == ["项目一览", "项目1", "项目2", "项目3"]


def test_the_usual_number_stands_where_nobody_says_how_many_and_one_form_is_one_object() -> None:
    assert form_of("hubei-project").counts == {"goal": 3}
    assert form_of("hubei-project", goal=3) is form_of("hubei-project")
    assert [form_of("hubei-project", goal=count).counts["goal"] for count in (0, 99)] == [1, 10]


# --- what names mean -----------------------------------------------------------------------------------------


def test_a_name_means_its_own_copy_and_outside_all_of_them() -> None:
    form = form_of("hubei-project", goal=3)
    assert form.target("subtotal_2", "indicators.weight").blocks == ("indicators_2",)
    assert form.target("conclusion", "indicators.weight").blocks == ("indicators_1", "indicators_2", "indicators_3")
    assert form.target("total", "overview.score").reach == "column"
    assert form_of("hubei-project", goal=1).target("total", "overview.score").reach == "column"  # of one copy too


def test_in_excel_copies_side_by_side_are_one_range_and_others_stand_apart() -> None:
    layout = make_layout(form_of("hubei-project", goal=3))
    assert layout.reference(Spot("total", 0, "score"), "overview.score") == "$F$14:$F$16"
    apart = layout.reference(Spot("conclusion", 0, "total"), "indicators._missing")
    assert apart.count("'绩效目标和指标'!$") == 3
    assert layout.reference(Spot("overview_2", 0, "weight"), "subtotal.weight") == "'绩效目标和指标'!$J$33"


@pytest.mark.parametrize("numbers", [{}, {"numbers": DOUBLES}])
def test_each_copy_is_summed_up_by_itself_and_all_of_them_together(numbers: dict[str, Any]) -> None:
    _, rows = rows_computed("hubei-project", document("hubei-project"), **numbers)
    assert [rows[f"overview_{number}"][0]["score"] for number in (1, 2)] == [38.33, 30]
    assert (rows["total"][0]["score"], rows["conclusion"][0]["total"], rows["conclusion"][0]["best"]) == (68.33, 84.33, 38.33)
    _, rows = rows_computed("unit-projects", document("unit-projects"), **numbers)
    assert rows["all"][0] == rows["all"][0] | {"planned": 35, "spent": 29, "indicators": 3, "score": 93.33, "grade": "优"}


def test_the_checks_sheet_counts_what_is_missing_in_every_copy_that_counts() -> None:
    given = document("unit-projects")
    given["projects"] = [{"name": "甲"}, {}, {"name": "丙"}]
    form, rows = rows_computed("unit-projects", given)
    guide = rows["guide"][0]
    assert [guide[f"_project_{number}"] for number in (1, 2, 3)] == [1, 0, 1]
    assert [guide[f"_project_{number}_missing"] for number in (1, 2, 3)] == [2, 0, 2]
    assert guide["missing"] == 4
    assert blank_copies(form, rows) == {Copy("project", 2)}


def test_explain_takes_the_key_of_form_yaml() -> None:
    facts = explain_field("hubei-project", "indicators.score", templates=REPEATED)
    assert (facts["label"], facts["cell"]) == ("得分", "绩效目标和指标!L9")


# --- the document --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", KEYS)
def test_a_document_comes_back_as_it_was(key: str) -> None:
    given = document(key)
    form, rows = rows_computed(key, given)
    found = document_of(form, rows)
    again, strays = rows_of(form, found)
    assert strays == []
    assert document_of(form, compute(form, again)) == found
    (repeat,) = form.repeats.values()
    assert len(found[repeat.path[0]]) == len(given[repeat.path[0]])


@pytest.mark.parametrize("key", KEYS)
def test_the_schema_takes_every_number_of_copies(key: str) -> None:
    schema = build_schema(form_of(key))
    (repeat,) = form_of(key).repeats.values()
    listed = schema["properties"][repeat.path[0]]
    assert (listed["type"], listed["minItems"], listed["maxItems"]) == ("array", repeat.least, repeat.most)
    found = document_of(*rows_computed(key, document(key)))
    jsonschema.Draft202012Validator(schema).validate(found)
    assert build_schema(form_of(key, **{repeat.key: repeat.most})) == schema
    found[repeat.path[0]] *= repeat.most
    assert [error.validator for error in jsonschema.Draft202012Validator(schema).iter_errors(found)] == ["maxItems"]


def test_a_blank_copy_is_no_item_and_those_behind_it_move_up() -> None:
    form = form_of("hubei-project", goal=3)
    given = document("hubei-project")
    given["goals"].insert(1, {})
    rows = compute(form, rows_of(form, given)[0])
    found = document_of(form, rows)
    assert [goal["goal"] for goal in found["goals"]] == ["保护长江水生生物资源", "提高社会公众的保护意识"]
    assert path_namer(form, rows)(Spot("goal_3", 0, "points")) == "goals[1].points"


def test_the_first_copies_count_even_if_they_are_blank() -> None:
    form = form_of("hubei-project", goal=2)
    assert len(document_of(form, rows_of(form, {})[0])["goals"]) == 1


@pytest.mark.parametrize(
    ("goals", "strays"),
    [
        ([{"goal": "一", "gaol": "二"}], [("goals[0].gaol", "二")]),
        ([{"goal": "一"}, "二"], [("goals[1]", "二")]),
        ({"goal": "一"}, [("goals", {"goal": "一"})]),
        ([{"goal": "一"}, {"goal": "二"}, {"goal": "三"}], [("goals[2]", {"goal": "三"})]),
        ([{"goal": "一", "other": [1]}], [("goals[0].other", [1])]),
    ],
)
def test_what_of_a_document_has_no_place_is_told_with_its_copy(goals: object, strays: list[tuple[str, object]]) -> None:
    assert rows_of(form_of("hubei-project", goal=2), {"goals": goals})[1] == strays


# --- what is refused -----------------------------------------------------------------------------------------

SHEET, BLOCK = "sheets[1]", "sheets[0].sections[3].blocks[0]"
MISTAKES = {
    "a repeat that is none": (f"{BLOCK}.repeat", "gaol", rf"{BLOCK}.repeat: there is no 'gaol'; did you mean 'goal'?"),
    "a repeat in a repeat": (f"{SHEET}.repeat", "goal", f"{SHEET}.sections[0].repeat: what it stands in is repeated already"),
    "more usual than most": ("repeats.goal.usual", 11, "repeats.goal: least 1, usual 11, most 10: put them in order"),
    "a repeat of nothing": (
        "repeats.task",
        {"title": "任务{number}", "label": "任务数", "most": 5},
        "repeats.task: no sheet, section or block is repeated for 'task'",
    ),
    "the unit in a copy": ("sheets[0].sections[1].repeat", "goal", "sheets[0].sections[1]: 'project' stands once in a workbook"),
    "copies without a number": (
        "repeats.goal.title",
        "目标",
        "repeats.goal.title: '目标' is wrong here. What a copy is called: {number} is its number",
    ),
    "a key that a copy has": (
        "sheets[2].sections[0].fields",
        "goal_2",
        "sheets[2].sections[0].fields: 'goal_2' is what a copy of 'goal' is called",
    ),
    "a list of copies where something else stands": ("repeats.goal.path", "funds", "the path 'funds' crosses that of sheets[1]"),
    "copies that stand apart": (
        "sheets[2].sections[0].items[1].formula",
        'SUMIF(indicators.level1, "产出指标", indicators.weight)',
        "the cells of 'indicators.level1' stand apart, one piece for each copy; only SUM, AVERAGE, COUNT, MIN and MAX",
    ),
}


def changed(place: str, value: object, folder: Path) -> Path:
    definition = yaml.safe_load((REPEATED / "hubei-project" / "2024" / "form.yaml").read_text("utf-8"))
    put(definition, place, copy.deepcopy(value))
    folder = folder / "hubei-project" / "2024"
    folder.mkdir(parents=True)
    (folder / "form.yaml").write_text(yaml.safe_dump(definition, allow_unicode=True, sort_keys=False), "utf-8")
    return folder


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_wrong_repeat_is_refused_with_its_place(mistake: str, tmp_path: Path) -> None:
    place, value, expected = MISTAKES[mistake]
    with pytest.raises(FormError) as refused:
        check_form(changed(place, value, tmp_path))
    assert expected in str(refused.value)


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize(
    ("title", "of_copy", "expected"),
    [
        ("项目", "项目{number}", "sheets[1].title: the sheets would all be called the same; write '{project}' into the title"),
        ("{project}表", "长" * 30 + "{number}", f"sheets[1].title: a copy would be called '{'长' * 30}00表'"),
        ("{project}", "项目[{number}]", "sheets[1].title: a copy would be called '项目[00]'"),
    ],
)
def test_titles_of_repeated_sheets_tell_them_apart(title: str, of_copy: str, expected: str, tmp_path: Path) -> None:
    definition = yaml.safe_load((REPEATED / "unit-projects" / "2024" / "form.yaml").read_text("utf-8"))
    definition["sheets"][1]["title"], definition["repeats"]["project"]["title"] = title, of_copy
    folder = tmp_path / "unit-projects" / "2024"
    folder.mkdir(parents=True)
    (folder / "form.yaml").write_text(yaml.safe_dump(definition, allow_unicode=True, sort_keys=False), "utf-8")
    with pytest.raises(FormError) as refused:
        check_form(folder)
    assert expected in str(refused.value)


def test_a_rule_counts_over_all_copies() -> None:
    form = form_of("hubei-project", goal=2)
    given = document("hubei-project")
    given["goals"][0]["indicators"][0].pop("note")
    given["goals"][1]["points"] = 29
    rows = compute(form, rows_of(form, given)[0])
    states = dict(zip(form.rules, rows[RULES], strict=True))
    assert (states["HB104"]["count"], states["HB101"]["count"]) == (1, 1)
    assert states["HB104"]["state"] == states["HB101"]["state"] == "不通过"


def test_as_many_copies_as_a_form_may_have_can_be_filled_in_and_led_to(tmp_path: Path) -> None:
    """What looks at all of them at once: the counts of the checks sheet, and links that lead to the first cell at fault."""
    definition = yaml.safe_load((REPEATED / "hubei-project" / "2024" / "form.yaml").read_text("utf-8"))
    definition["repeats"]["goal"]["most"] = MOST_COPIES
    rule = {"code": "HB901", "title": "分值不超过60", "table": "of_goal", "blocks": ["indicators"], "test": "weight <= 60"}
    definition["rules"].append(rule | {"cells": ["weight"]})
    folder = tmp_path / "hubei-project" / "2024"
    folder.mkdir(parents=True)
    (folder / "form.yaml").write_text(yaml.safe_dump(definition, allow_unicode=True, sort_keys=False), "utf-8")
    layout = make_layout(load_form(folder, copies={"goal": MOST_COPIES}))
    led = first_failing(layout, "HB901")
    assert [expression.endswith(f"first_HB901_{number}" + ")" * 20) for number, expression in enumerate(led, 2)] == [
        True,
        True,
        False,
    ]
    for number in range(1, MOST_COPIES + 1):
        helper = layout.ranges[f"of_goal_{number}", "_HB901"]
        assert f"SUM({range_name(*helper)})>0" in led[(number - 1) // 20] or (
            number == MOST_COPIES and range_name(*helper) in led[2]
        )
    for code in layout.form.rules:
        assert all(len(expression) < 8192 for expression in first_failing(layout, code))
