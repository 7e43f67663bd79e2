"""A form is proved by trying every command on documents made up from it: what goes wrong is told, and what nothing reached."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from support.base_form import BUDGET, base_form, put
from support.paths import REPOSITORY
from support.random_forms import random_form
from support.sweeps import seeds
from xlperf import Proof, prove_form
from xlperf.forms.compute import compute
from xlperf.forms.loader import load_form
from xlperf.proving import trials
from xlperf.proving.documents import drawn_documents
from xlperf.proving.own_tests import is_place, put_at
from xlperf.workflow.documents import take_document_of

BASE_CASE = {
    "title": "overspent",
    "cells": {"budget.items[0].name": "A", "budget.items[0].planned": 1, "budget.items[0].spent": 2},
}


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
@pytest.mark.parametrize("seed", seeds(500, usual=2))
def test_what_is_accepted_survives_every_command(seed: int, tmp_path: Path) -> None:
    """Random forms: none of them makes a command fail, and no workbook that nobody has changed is accused of a change."""
    assert list(map(str, proved(random_form(seed), tmp_path).faults)) == []


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

    monkeypatch.setattr(trials, "annotate", fail)
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
