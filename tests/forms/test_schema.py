"""The JSON Schema of a form's document: the published file, what it lets pass and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from support.documents import random_document
from support.paths import REPOSITORY
from xlperf import fill_workbook, validate
from xlperf.checking.checks import check
from xlperf.cli.output import schema_as_text
from xlperf.forms.compute import compute
from xlperf.forms.document import Spot, document_of, rows_of
from xlperf.forms.form import Form
from xlperf.forms.schema import DRAFT, build_schema

NUMERIC = {"category": "效益", "name": "服务企业", "kind": "定量", "operator": ">=", "target": 10, "unit": "家", "actual": 12}
WORDED = {"category": "决策", "name": "工作计划制定健全性", "kind": "定性", "target": "健全", "actual": "健全"}
Places = Callable[[dict], list[tuple[str, str]]]


@pytest.fixture(scope="module")
def schema(form: Form) -> dict:
    return build_schema(form)


@pytest.fixture(scope="module")
def places(schema: dict) -> Places:
    """The function that lists what the schema refuses: place and keyword of every error."""
    validator = Draft202012Validator(schema)
    return lambda document: sorted((error.json_path[2:], str(error.validator)) for error in validator.iter_errors(document))


def small(**more: object) -> dict:
    """A small document without a mistake; `more` replaces parts of it."""
    document = {
        "form": "suzhou-department", "revision": "2022", "fiscal_year": 2022,
        "cover": {"unit": "苏州市某局", "unit_code": "0012", "prepared_on": "2023-03-01"},
        "narrative": dict.fromkeys(("duties", "profile", "problems", "measures", "application", "overview"), "已完成。"),
        "goals": [{"expected": "4场", "actual": "6场"}],
        "budget": {"basic": {"initial": 545.57, "spent": 500}, "items": [{"name": "体检经费", "initial": 4.68, "spent": 4.68}]},
        "tasks": [{"task": "高企培育", "completion": "已完成"}],
        "indicators": [NUMERIC, WORDED],
        "base_data": {"coverage": {"part": 3, "base": 4}},
        "explanations": {"SZ102": "追加资金年底到位。"},
    }  # fmt: skip
    return document | more


def with_row(row: dict) -> dict:
    return small(indicators=[row])


# --- the file ------------------------------------------------------------------------------------------------


def test_the_published_file_is_the_schema_of_the_form(form: Form, schema: dict) -> None:
    published = REPOSITORY / "schemas" / f"{form.key}-{form.revision}.schema.json"
    assert published.read_bytes() == schema_as_text(schema).encode(), "run: make golden"


def test_it_is_a_schema_of_draft_2020_12(schema: dict) -> None:
    assert schema["$schema"] == DRAFT == Draft202012Validator.META_SCHEMA["$id"]
    Draft202012Validator.check_schema(schema)
    assert json.loads(schema_as_text(schema)) == schema


# --- what passes ---------------------------------------------------------------------------------------------


def test_a_small_document_passes(places: Places) -> None:
    assert places(small()) == []


def test_it_passes_with_its_computed_fields_too(form: Form, places: Places) -> None:
    rows, strays = rows_of(form, small())
    computed = document_of(form, compute(form, rows))
    assert strays == []
    assert computed["indicators"][-1]["deviation"] == 0.2
    blank = [f"indicators[{number}]" for number, row in enumerate(computed["indicators"]) if "actual" not in row]
    assert {place for place, _ in places(computed)} == set(blank)  # the preset rows that the small document leaves out


def test_null_and_absent_are_the_same_where_a_field_may_be_blank(form: Form, schema: dict, places: Places) -> None:
    document = small()
    cover = schema["properties"]["cover"]
    for key in cover["properties"].keys() - set(cover["required"]):
        document["cover"][key] = None
    document["budget"]["basic"]["adjustment"] = document["budget"]["items"][0]["rate"] = None
    document["tasks"][0] |= {"duty": None, "content": None}
    document["indicators"] = [NUMERIC | {"reason": None, "applies": None}, WORDED | {"operator": None, "unit": None}]
    document["base_data"]["coverage"] = {"part": None, "base": None}
    document["explanations"]["SZ102"] = None
    assert places(document) == []


# --- what is refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("part", "key"), [("cover", "unit"), ("narrative", "overview"), ("narrative", "duties")])
def test_a_required_field_is_neither_absent_nor_null(places: Places, part: str, key: str) -> None:
    document = small()
    document[part] = {**document[part], key: None}
    assert places(document) == [(f"{part}.{key}", "type")]
    del document[part][key]
    assert places(document) == [(part, "required")]


@pytest.mark.parametrize(
    ("place", "value", "keyword"),
    [
        ("fiscal_year", "2022", "type"),
        ("fiscal_year", 2022.5, "type"),
        ("budget.basic.spent", "500万元", "type"),
        ("budget.basic.spent", True, "type"),
        ("budget.basic.spent", -1, "minimum"),
        ("budget.basic.spent", 10_000_000, "maximum"),
        ("budget.items", {}, "type"),
        ("base_data.coverage.part", "3", "type"),
        ("cover.unit", 5, "type"),
        ("cover.unit", "长" * 101, "maxLength"),
        ("cover.prepared_on", "2023年3月1日", "pattern"),
        ("explanations.SZ102", 1, "type"),
        ("form", "another", "const"),
        ("revision", "2023", "const"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_at_its_place(places: Places, place: str, value: object, keyword: str) -> None:
    document = json.loads(json.dumps(small()))
    *way, last = place.split(".")
    owner = document
    for key in way:
        owner = owner[key]
    owner[last] = value
    assert places(document) == [(place, keyword)]


def test_a_day_that_is_none_is_refused_wherever_it_comes_from(form: Form, schema: dict, tmp_path: Path) -> None:
    """The schema says the format, which a validator checks if asked to; the program always does."""
    document = small()
    document["cover"]["prepared_on"] = "2023-02-30"
    (error,) = Draft202012Validator(schema, format_checker=FormatChecker(["date"])).iter_errors(document)
    assert (error.json_path, error.validator) == ("$.cover.prepared_on", "format")
    refused = [f for f in check(form, compute(form, rows_of(form, document)[0])) if f.spots == (Spot("cover", 0, "prepared_on"),)]
    assert [(f.code, f.severity, f.arguments["found"]) for f in refused] == [("XL202", "error", "2023-02-30")]
    fill_workbook(document, output=tmp_path / "t.xlsx")
    asked = [f for f in validate(tmp_path / "t.xlsx").findings if f["cells"] == ["基本信息!C10"]]
    assert [(f["code"], f["severity"]) for f in asked] == [("XL209", "error")]
    document["cover"]["prepared_on"] = "2024-02-29"
    fill_workbook(document, output=tmp_path / "u.xlsx")
    assert not [f for f in validate(tmp_path / "u.xlsx").findings if "基本信息!C10" in f["cells"]]


# --- if and then ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["operator", "unit"])
def test_a_number_needs_operator_and_unit(places: Places, key: str) -> None:
    row = {name: value for name, value in NUMERIC.items() if name != key}
    assert places(with_row(row)) == [("indicators[0]", "required")]


def test_a_wording_needs_neither_operator_nor_unit(places: Places) -> None:
    assert places(with_row(WORDED)) == []


@pytest.mark.parametrize("key", ["target", "actual"])
@pytest.mark.parametrize("row", [NUMERIC, WORDED], ids=["number", "wording"])
def test_target_and_actual_are_needed_either_way(places: Places, row: dict, key: str) -> None:
    assert places(with_row({name: value for name, value in row.items() if name != key})) == [("indicators[0]", "required")]


@pytest.mark.parametrize("kind", ["定量", "定性"])
def test_what_does_not_apply_needs_neither_target_nor_actual(places: Places, kind: str) -> None:
    row = {"category": "过程", "name": "固定资产利用率", "kind": kind, "applies": "不适用", "reason": "无固定资产"}
    assert places(with_row(row)) == []


@pytest.mark.parametrize("key", ["target", "actual"])
def test_a_number_is_no_text_and_a_wording_no_number(places: Places, key: str) -> None:
    assert places(with_row(NUMERIC | {key: "10家"})) == [(f"indicators[0].{key}", "type")]
    assert places(with_row(WORDED | {key: 10})) == [(f"indicators[0].{key}", "type")]


@pytest.mark.parametrize(("key", "value"), [("kind", "定值"), ("operator", "≥"), ("category", "其他"), ("applies", "否")])
def test_a_choice_is_one_of_its_texts(places: Places, key: str, value: str) -> None:
    assert (f"indicators[0].{key}", "enum") in places(with_row(NUMERIC | {key: value}))


@pytest.mark.parametrize("category", ["决策", "过程", "效益", "满意度", "履职"])
def test_every_category_of_the_form_passes(places: Places, category: str) -> None:
    assert places(with_row(NUMERIC | {"category": category})) == []


@pytest.mark.parametrize("key", ["operator", "unit", "target", "actual"])
def test_null_does_not_meet_a_condition(places: Places, key: str) -> None:
    assert places(with_row(NUMERIC | {key: None})) != []


@pytest.mark.parametrize("part", ["cover", "narrative"])
def test_an_object_with_required_fields_is_required(places: Places, part: str) -> None:
    document = small()
    del document[part]
    assert places(document) != []


# --- every document of ours ----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(40))
def test_a_generated_document_is_refused_only_for_blanks_and_limits(form: Form, places: Places, seed: int) -> None:
    """What our own reader can yield is of the right types."""
    rows, strays = rows_of(form, random_document(form, seed))
    assert strays == []
    found = {keyword for _, keyword in places(document_of(form, compute(form, rows)))}
    assert found <= {"required", "minimum", "maximum"}


def test_a_computed_field_is_read_only(schema: dict) -> None:
    total = schema["properties"]["budget"]["properties"]["total"]["properties"]
    assert {key for key, field in total.items() if field.get("readOnly")} == total.keys() - {"name"}
    basic = schema["properties"]["budget"]["properties"]["basic"]["properties"]
    assert {key for key, field in basic.items() if field.get("readOnly")} == {"adjusted", "rate"}
