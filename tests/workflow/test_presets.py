"""What a workbook was handed out with is known when it comes back, also where the bureau gave other targets than the form."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.example import document
from support.surgery import type_into
from xlperf import annotate, fill_workbook, finalize, validate, write_next_template, write_templates
from xlperf.forms.document import rows_of
from xlperf.forms.form import Form
from xlperf.workflow.presets import dump_presets, presets_with

TARGET = "自评表!F19"  # of an indicator that the form presets with 100
OTHER = 95


def told(path: Path) -> set[str]:
    """The cells of which a changed preset is told."""
    return {cell for finding in validate(path).findings if finding["code"] == "SZ208" for cell in finding["cells"]}


@pytest.fixture(scope="module")
def lowered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook handed out by a roster with a lower target than the form has."""
    folder = tmp_path_factory.mktemp("roster")
    (folder / "units.csv").write_text(f"单位,固定资产利用率 目标值\n甲局,{OTHER}\n", "utf-8-sig")
    write_templates("suzhou-department", year=2022, roster=folder / "units.csv", output=folder / "out")
    (path,) = (folder / "out").glob("*.xlsx")
    return path


def test_a_target_that_the_roster_gives_is_what_was_handed_out(lowered: Path, tmp_path: Path) -> None:
    assert told(lowered) == set()
    assert told(type_into(lowered, tmp_path / "lower.xlsx", {TARGET: OTHER - 1})) == {TARGET}
    assert told(type_into(lowered, tmp_path / "form.xlsx", {TARGET: 100})) == {TARGET}


def test_it_is_known_after_the_workbook_was_annotated(lowered: Path, tmp_path: Path) -> None:
    again = annotate(lowered, output=tmp_path)
    assert told(again) == set()
    assert told(type_into(again, tmp_path / "lower.xlsx", {TARGET: OTHER - 1})) == {TARGET}


def test_a_target_changed_last_year_is_handed_out_again(tmp_path: Path) -> None:
    last = document()
    next(row for row in last["indicators"] if row["name"] == "固定资产利用率")["target"] = OTHER
    fill_workbook(last, output=tmp_path / "last.xlsx")
    assert told(tmp_path / "last.xlsx") == {TARGET}
    write_next_template("suzhou-department", year=2023, last=tmp_path / "last.xlsx", output=tmp_path / "next.xlsx")
    assert told(tmp_path / "next.xlsx") == set()


def test_a_finalized_workbook_knows_it_too(tmp_path: Path) -> None:
    doc = document()
    next(row for row in doc["indicators"] if row["name"] == "固定资产利用率").update(target=OTHER, actual=OTHER)
    doc.setdefault("explanations", {})["SZ208"] = "目标值经主管部门发文调整为95%。"
    fill_workbook(doc, output=tmp_path / "filled.xlsx")
    (book, *_) = finalize(tmp_path / "filled.xlsx", output=tmp_path / "out").outputs
    assert told(book) == {TARGET}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"process": 1}', '{"process.99.target": 1}', '{"nobody.0.target": 1}', '{"process.8.nobody": 1}',
                                  '{"process.8.target": [1]}', '{"process.x.target": 1}'])  # fmt: skip
def test_what_cannot_be_a_preset_is_passed_over(form: Form, text: str) -> None:
    assert presets_with(form, text) == rows_of(form, {})[0]


def test_only_what_differs_from_the_form_is_remembered(form: Form) -> None:
    rows = rows_of(form, {})[0]
    rows["process"][8]["target"] = OTHER
    assert dump_presets(form, rows) == f'{{"process.8.target": {OTHER}}}'
    assert presets_with(form, dump_presets(form, rows)) == rows
