"""A form is proved by trying every command on documents made up from it: what goes wrong is told, and what nothing reached."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from support.base_form import BUDGET, INDICATORS, base_form, put
from support.paths import REPOSITORY
from support.shipped import folders_for
from xlperf import Proof, prove_form, validate, write_template
from xlperf.errors import FormError, UsageError
from xlperf.forms.compute import compute
from xlperf.forms.loader import load_form
from xlperf.proving import migrations, own_tests, trials
from xlperf.proving.documents import drawn_documents
from xlperf.proving.own_tests import is_place, put_at
from xlperf.workflow import annotate as annotating
from xlperf.workflow import finalize as finalizing
from xlperf.workflow import report as reporting
from xlperf.workflow.documents import take_document_of
from xlperf.workflow.process import process

ON_THE_COMMAND_LINE = "suzhou-department"  # proved there: tests/reporting/test_formats.py
BASE_CASE = {
    "title": "overspent",
    "cells": {"budget.items[0].name": "A", "budget.items[0].planned": 1, "budget.items[0].spent": 2},
}


pytestmark = pytest.mark.usefixtures("in_english")


def written(definition: dict[str, Any], folder: Path) -> Path:
    folder = folder / "mini" / "2022"
    folder.mkdir(parents=True)
    (folder / "form.yaml").write_text(yaml.safe_dump(definition, allow_unicode=True, sort_keys=False), "utf-8")
    return folder


def proved(definition: dict[str, Any], folder: Path) -> Proof:
    return prove_form(written(definition, folder))


def keys(proof: Proof) -> list[str]:
    return [fault.key for fault in proof.faults]


@pytest.mark.slow
def test_a_form_that_holds_has_neither_faults_nor_warnings(tmp_path: Path) -> None:
    folder = written(base_form(), tmp_path)
    proof = prove_form(folder)
    assert (proof.form.key, proof.faults, proof.warnings) == ("mini", (), ())
    assert [path.name for path in folder.iterdir()] == ["form.yaml"]


@pytest.mark.slow
def test_tests_of_a_form_are_run(tmp_path: Path) -> None:
    definition = base_form() | {"tests": [
        {**BASE_CASE, "codes": ["AB101"]},
        {"title": "within", "document": {"budget": {"items": [{"name": "A", "planned": 2, "spent": 1}]}}, "codes": []},
        {**BASE_CASE, "codes": []},
        {"title": "nowhere", "cells": {"budget.itms[0].spent": 2}, "codes": []},
        {"title": "nothing", "cells": {"cover.unit": "A"}, "codes": ["AB109"]},
    ]}  # fmt: skip
    told = [(fault.key, fault.arguments["place"]) for fault in proved(definition, tmp_path).faults]
    assert told == [("proof_test_fails", "tests[2]"), ("proof_no_place", "tests[3]"), ("proof_no_rule", "tests[4]")]


@pytest.mark.slow
def test_tests_may_stand_beside_the_form(tmp_path: Path) -> None:
    """The form.yaml of a form that was issued stays as it is, and so do the workbooks written from it."""
    folder = written(base_form() | {"tests": [{**BASE_CASE, "codes": ["AB101"]}]}, tmp_path)
    beside = {"tests": [{**BASE_CASE, "codes": ["AB101"]}, {**BASE_CASE, "codes": []}]}
    (folder / "tests.yaml").write_text(yaml.safe_dump(beside, allow_unicode=True), "utf-8")
    told = [(fault.key, fault.arguments["place"]) for fault in prove_form(folder).faults]
    assert told == [("proof_test_fails", "tests.yaml tests[1]")]


@pytest.mark.slow
def test_a_test_of_a_stage_is_run_in_its_workbook_and_its_rules_are_told_where_nothing_reaches_them(tmp_path: Path) -> None:
    definition = reviewed_form()
    rule = {
        "severity": "error",
        "stage": "review",
        "table": "budget",
        "blocks": ["items"],
        "why": "x",
        "fix": "x",
        "expected": "x",
        "found": "{name}",
    }
    definition["rules"] += [
        {**rule, "code": "AB601", "title": "lowered", "test": 'IF(seen < spent, remark <> "", TRUE)', "cells": ["remark"]},
        {**rule, "code": "AB602", "title": "never", "test": "seen < spent + 99999999", "cells": ["seen"]},
    ]
    cells = {**BASE_CASE["cells"], "budget.items[0].planned": 3, "budget.items[0].seen": 1}
    definition["tests"] = [
        {"title": "a word is missing", "stage": "review", "cells": cells, "codes": ["AB601"]},
        {"title": "a word is there", "stage": "review", "cells": {**cells, "budget.items[0].remark": "x"}, "codes": []},
        {"title": "not the department's", "cells": cells, "codes": []},
        {"title": "nor its rule", "cells": BASE_CASE["cells"], "codes": ["AB601"]},
    ]
    proof = proved(definition, tmp_path)
    told = [(fault.key, fault.arguments["place"]) for fault in proof.faults]
    assert told == [("proof_no_place", "tests[2]"), ("proof_no_rule", "tests[3]")]
    assert [(fault.key, fault.arguments["code"]) for fault in proof.warnings] == [("proof_never_fired", "AB602")]


def reviewed_form() -> dict[str, Any]:
    """The base form with a stage that looks at what was spent once more."""
    definition = base_form() | {"stages": [{"key": "review", "label": "Review", "owner": "bureau", "file_name": "review",
                                            "finalized_name": "reviewed", "end": "end"}]}  # fmt: skip
    columns = [
        {"key": "seen", "label": "Seen", "stage": "review", "width": 10, "type": "money"},
        {"key": "remark", "label": "Remark", "stage": "review", "width": 10, "type": "text", "max_length": 100},
    ]
    definition["sheets"][2]["sections"][0]["columns"] += columns
    return definition


@pytest.mark.parametrize(("content", "named"), [
    ("tests: [{title: x, stage: audit, codes: [], cells: {cover.unit: A}}]", r"tests\.yaml .*tests\[0\]\.stage: .*'audit'"),
    ("tests: [{title: x, cells: {cover.unit: A}}]", r"tests\.yaml .*tests\[0\]: 'codes' is a required key"),
    ("tests：[]", r"tests\.yaml .*the file holds tests: and nothing else"),
    ("tests: [", r"tests\.yaml .*a bracket is left open, .*line 1"),
    ("rules: []", r"tests\.yaml .*the file holds tests: and nothing else"),
])  # fmt: skip
def test_tests_that_are_written_wrongly_are_refused(content: str, named: str, tmp_path: Path) -> None:
    folder = written(base_form(), tmp_path)
    (folder / "tests.yaml").write_text(content, "utf-8")
    with pytest.raises(FormError, match=named):
        list(own_tests.tests_of(load_form(folder)))


@pytest.mark.slow
@pytest.mark.parametrize("folder", [folder for folder in folders_for("proved") if folder.parent.name != ON_THE_COMMAND_LINE],
                         ids=lambda folder: folder.parent.name)  # fmt: skip
def test_every_rule_of_a_form_that_travels_with_xlperf_is_reached(folder: Path) -> None:
    proof = prove_form(folder)
    assert (list(map(str, proof.faults)), list(map(str, proof.warnings))) == ([], [])


@pytest.mark.slow
def test_a_workbook_is_read_once_for_all_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: Counter[Path] = Counter()

    def counted(path: Path, **options: Any) -> Any:
        read[Path(path)] += 1
        return process(path, **options)

    for module in (trials, migrations, annotating, finalizing, reporting):
        monkeypatch.setattr(module, "process", counted)
    proved(base_form(), tmp_path)
    documents = (
        "blank.xlsx",
        "empty.xlsx",
        "smallest.xlsx",
        "full.xlsx",
        "extreme.xlsx",
    )  # finalized ones are called by their unit
    assert {path.name: count for path, count in read.items() if path.name in documents} == dict.fromkeys(documents, 1)


@pytest.mark.slow
@pytest.mark.parametrize(("test", "expected"), [
    ("spent <= planned + 99999999", [("proof_never_fired", "AB101")]), ("spent < -1", [("proof_never_silent", "AB101")]),
])  # fmt: skip
def test_a_rule_that_nothing_reaches_is_named(test: str, expected: list, tmp_path: Path) -> None:
    definition = base_form()
    put(definition, "rules[1].test", test)
    assert [(warning.key, warning.arguments["code"]) for warning in proved(definition, tmp_path).warnings] == expected


@pytest.mark.slow
def test_what_makes_a_command_fail_is_told_with_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(trials, "write_annotated", fail)
    faults = proved(base_form(), tmp_path).faults
    assert {(fault.key, fault.arguments["command"]) for fault in faults} == {("proof_crashed", "annotate")}
    assert "RuntimeError: broken" in str(faults[0])


@pytest.mark.slow
@pytest.mark.parametrize("limits", [{}, {"maximum": 20}], ids=str)
def test_points_need_no_limits(limits: dict, tmp_path: Path) -> None:
    definition = base_form()
    put(definition, "sheets[2].widths[4]", 12)
    put(definition, f"{BUDGET}.columns[4]", {"key": "score", "label": "得分", "type": "points", **limits})
    assert keys(proved(definition, tmp_path)) == []


@pytest.mark.slow
def test_two_tables_of_a_sheet_are_not_taken_for_changes(tmp_path: Path) -> None:
    """Their helpers share columns, and the header of one may be deeper than that of the other."""
    definition = base_form()
    put(definition, "sheets[2].sections[1]", {
        "table": "notes", "label": "附表", "row_name": "name", "blocks": [{"key": "notes", "spare": 2}],
        "columns": [{"key": "name", "label": "项目", "type": "text"}, {"key": "remark", "label": "备注", "type": "text", "group": "其他"}],
    })  # fmt: skip
    assert keys(proved(definition, tmp_path)) == []


@pytest.mark.slow
def test_a_word_for_a_severity_may_be_the_programs(tmp_path: Path) -> None:
    definition = base_form()
    put(definition, "rules[2].severity", "query")
    assert "query" not in definition["words"] and keys(proved(definition, tmp_path)) == []


@pytest.mark.slow
def test_an_error_at_a_block_without_rows_is_told(tmp_path: Path) -> None:
    definition = base_form()
    put(definition, "rules[2]", {"code": "AB202", "title": "各类均有指标", "why": "不成立", "severity": "error", "check": "empty_blocks",
                                 "parameters": {"table": "indicators"}, "found": "{block}", "expected": "有", "fix": "填写"})  # fmt: skip
    proof = proved(definition, tmp_path)
    assert (keys(proof), [warning.arguments["code"] for warning in proof.warnings]) == ([], [])


def test_documents_are_made_up_for_every_form() -> None:
    """The full one has something in every cell into which people type, and each is the same every time."""
    for path in sorted((REPOSITORY / "templates").glob("*/*/form.yaml")):
        form = load_form(path.parent)
        drawn = {each.name: each.document for each in drawn_documents(form)}
        assert list(drawn) == ["empty", "smallest", "full", "extreme", "faulty"]
        assert drawn == {each.name: each.document for each in drawn_documents(form)}
        taken = take_document_of(form, drawn["full"])
        assert taken.findings == []
        blank = [
            (key, index, name)
            for key, listed in compute(form, taken.rows).items()
            for index, row in enumerate(listed)
            for name in form.inputs(form.blocks[key], index)
            if key not in ("guide", "rules") and row.get(name) is None
        ]
        assert blank == [], path


@pytest.mark.parametrize(("path", "document"), [
    ("a", {"a": 1}), ("a.b", {"a": {"b": 1}}), ("a[1].b", {"a": [{}, {"b": 1}]}), ("a.b[0].c", {"a": {"b": [{"c": 1}]}}),
])  # fmt: skip
def test_a_value_is_put_where_its_path_leads(path: str, document: dict) -> None:
    made: dict = {}
    put_at(made, path, 1)
    assert made == document


def test_a_place_is_a_field_of_the_form(tmp_path: Path) -> None:
    form = load_form(written(base_form(), tmp_path))
    places = (
        ("fiscal_year",),
        ("cover", "unit"),
        ("budget", "items", "spent"),
        ("base", "coverage", "part"),
        ("explanations", "AB101"),
    )
    assert all(is_place(form, path) for path in places)
    assert not any(is_place(form, path) for path in (("unit",), ("budget", "spent"), ("base", "part"), ("cover", "unit", "x")))


# --- what was accepted and then failed -----------------------------------------------------------------------

GRADE = {"key": "grade", "label": "等级", "type": "text", "formula": "LOOKUP(rate * 100, parameters.grades)"}


def with_grades(test: str) -> dict[str, Any]:
    definition = base_form()
    put(definition, "parameters.grades", [[90, "优"], [60, "中"], ["差"]])
    put(definition, "sheets[2].widths[4]", 12)
    put(definition, f"{BUDGET}.columns[4]", GRADE)
    put(definition, "rules[1].test", test)
    return definition


def test_a_text_that_no_step_gives_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormError, match=r"AB101\.test: grade .*'优秀'.*优"):
        load_form(written(with_grades('grade <> "优秀"'), tmp_path))
    assert load_form(written(with_grades('grade <> "优"'), tmp_path / "right")).rules["AB101"].test == 'grade <> "优"'


@pytest.mark.slow
def test_a_computed_value_needs_no_condition(tmp_path: Path) -> None:
    definition = base_form()
    put(definition, "sheets[3].widths[7]", 10)
    put(definition, f"{INDICATORS}.columns[7]", {"key": "shown", "label": "显示", "type": "value", "formula": "actual"})
    assert keys(proved(definition, tmp_path)) == []


KEYED = "sheets[4].sections[0]"


def with_levels() -> dict[str, Any]:
    """A keyed block whose rows say in a column what the row above says."""
    definition = base_form()
    put(definition, "sheets[4].widths[4]", 10)
    put(definition, f"{KEYED}.columns[4]", {"key": "level", "label": "一级", "type": "label", "merged": True})
    rows = [
        {"key": key, "indicator": key, "level": level}
        for key, level in (("coverage", "甲"), ("b", "甲"), ("c", "乙"), ("d", "甲"))
    ]
    put(definition, f"{KEYED}.blocks[0].rows", rows)
    return definition


@pytest.mark.slow
def test_neighbours_that_say_the_same_are_merged_in_a_keyed_block(tmp_path: Path) -> None:
    folder = written(with_levels(), tmp_path)
    assert prove_form(folder).faults == ()
    path = write_template("mini", year=2022, output=tmp_path / "blank.xlsx", templates=folder.parent.parent)
    merges = [str(area) for area in openpyxl.load_workbook(path)["基础数据"].merged_cells.ranges]
    assert merges == ["F3:F4"]


def test_a_formula_that_looks_at_merged_cells_is_refused(tmp_path: Path) -> None:
    definition = base_form()
    put(definition, f"{INDICATORS}.columns[0].merged", True)
    put(definition, f"{INDICATORS}.columns[0].type", "choice")
    put(definition, f"{INDICATORS}.columns[0].choices", ["过程", "效益"])
    put(definition, "rules[2].test", 'T(category) = "过程"')
    with pytest.raises(FormError, match=r"rules\.AB201: 'category' is merged"):
        load_form(written(definition, tmp_path))


@pytest.mark.parametrize(
    ("digits", "largest"), [({}, 9_999_999.999999), ({"digits": 2}, 99_999_999_999.99), ({"digits": 0}, 9_999_999_999_999)]
)
def test_money_ends_where_a_sum_of_it_would_lose_digits(digits: dict, largest: float, tmp_path: Path) -> None:
    definition = base_form()
    put(definition, f"{BUDGET}.columns[1]", {"key": "planned", "label": "预算数（元）", "type": "money", **digits})
    field = load_form(written(definition, tmp_path)).blocks["items"].fields["planned"]
    assert (field.minimum, field.maximum) == (-largest, largest)


@pytest.mark.slow
def test_more_rows_than_are_read_are_refused_when_they_are_written(tmp_path: Path) -> None:
    places = {"year": 2022, "templates": written(base_form(), tmp_path).parent.parent}
    made = write_template("mini", output=tmp_path / "most.xlsx", rows={"items": 1999 - 4}, **places)
    assert validate(made, templates=places["templates"]).status == "returned"
    with pytest.raises(UsageError) as caught:
        write_template("mini", output=tmp_path / "more.xlsx", rows={"items": 1999 - 3}, **places)
    assert caught.value.arguments == {"sheet": "预算", "found": 2000, "expected": 1999} and not (tmp_path / "more.xlsx").exists()
