"""One definition, a form for each stage: what is not there, what is locked, and what is wrong with a definition of stages."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from support.base_form import base_form
from xlperf import check_form, load_form
from xlperf.errors import FormError, UsageError
from xlperf.forms.document import document_of, rows_of
from xlperf.forms.form import Form
from xlperf.forms.loader import find_form
from xlperf.forms.schema import build_schema
from xlperf.forms.stages.definition import at_stage
from xlperf.forms.stages.issued import LARGEST, dump_issued, load_issued

pytestmark = pytest.mark.usefixtures("in_english")

REVIEW = {"key": "review", "label": "Review", "owner": "Bureau", "file_name": "review", "finalized_name": "reviewed"}
SICHUAN = find_form("sichuan-project")


def table_of(definition: dict) -> dict:
    return next(section for sheet in definition["sheets"] for section in sheet["sections"] if section.get("table") == "budget")


def staged(**column: object) -> dict:
    """The base form with a review: a column in its table, a field, a rule."""
    definition = base_form()
    definition["stages"] = [REVIEW]
    checked = {"key": "checked", "stage": "review", "width": 9, "label": "Checked", "type": "money", "required": True}
    table_of(definition)["columns"].append({**checked, **column})
    rule = {"code": "AB901", "stage": "review", "title": "No more than planned", "table": "budget", "test": "checked <= planned"}
    definition["rules"].append(rule)
    return definition


def written(folder: Path, definition: dict) -> Path:
    home = folder / definition["form"] / str(definition["revision"])
    home.mkdir(parents=True)
    (home / "form.yaml").write_text(yaml.safe_dump(definition, allow_unicode=True, sort_keys=False), "utf-8")
    return home


def test_of_a_form_without_stages_the_definition_stays_the_very_same() -> None:
    definition = base_form()
    assert at_stage(definition, "") is definition


def test_a_stage_has_its_own_parts_and_the_earlier_ones_locked(tmp_path: Path) -> None:
    home = written(tmp_path, staged())
    form, review = load_form(home), load_form(home, stage="review")
    assert form is load_form(home) and review is load_form(home, stage="review")
    assert ("checked" in form.blocks["items"].fields, "AB901" in form.rules) == (False, False)
    columns = review.blocks["items"].fields
    assert [key for key in ("name", "planned", "spent", "checked") if columns[key].locked] == ["name", "planned", "spent"]
    assert (review.rules["AB901"].locked, {rule.locked for code, rule in review.rules.items() if code != "AB901"}) == (
        False,
        {True},
    )
    assert [len(sheet.widths) for sheet in review.sheets] == [
        len(sheet.widths) + (any(table.key == "budget" for table in sheet.sections if hasattr(table, "key")))
        for sheet in form.sheets
    ]
    assert (form.edition, review.edition, form.next_stage, review.next_stage) == (
        form.revision, f"{form.revision}@review", form.stages[0], None,
    )  # fmt: skip
    assert check_form(home).stage == ""


def test_an_unknown_stage_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no stage 'audit'"):
        load_form(written(tmp_path, staged()), stage="audit")


def _compute(column: dict, formula: str) -> None:
    del column["required"]
    column["formula"] = formula


MISTAKES = {
    "a stage that is not": (lambda d: table_of(d)["columns"][-1].update(stage="reviev"), "did you mean 'review'"),
    "a stage of nothing": (lambda d: d.pop("stages"), "there is no stage 'review'"),
    "two of one name": (lambda d: d["stages"].append(REVIEW), "two stages have the key 'review'"),
    "no width": (lambda d: table_of(d)["columns"][-1].pop("width"), "give it a width"),
    "a width of one's own": (lambda d: table_of(d)["columns"][-1].pop("stage"), "at least one of last, stage"),
    "a formula of the department that looks ahead": (
        lambda d: table_of(d)["columns"].append({"key": "ahead", "label": "Ahead", "type": "money", "hidden": True, "formula": "checked + 1"}),
        "checked",
    ),
    "a rule of the department that looks ahead": (lambda d: d["rules"][-1].pop("stage"), "checked"),
    "a formula of the review that is wrong": (
        lambda d: _compute(table_of(d)["columns"][-1], "planed + 1"), "planed",
    ),
    "a figure of a stage that is not": (
        lambda d: d.update(summary={"figures": [{"key": "a", "stage": "audit", "field": "identity.fiscal_year"}]}),
        "no stage 'audit'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_definition_of_stages_that_cannot_be_right_is_refused(tmp_path: Path, name: str) -> None:
    change, said = MISTAKES[name]
    definition = staged()
    change(definition)
    with pytest.raises(FormError, match=said):
        load_form(written(tmp_path, definition))


@pytest.fixture(scope="module")
def forms() -> dict[str, Form]:
    return {stage: load_form(SICHUAN, stage=stage) for stage in ("", "review", "approval")}


def test_the_form_of_sichuan_is_right_at_every_stage() -> None:
    assert [stage.key for stage in check_form(SICHUAN).stages] == ["review", "approval"]


def test_the_document_and_its_schema_say_the_stage(forms: dict[str, Form]) -> None:
    assert "stage" not in document_of(forms[""], rows_of(forms[""], {})[0])
    assert "stage" not in build_schema(forms[""])["properties"]
    for stage in ("review", "approval"):
        form = forms[stage]
        assert document_of(form, rows_of(form, {})[0])["stage"] == stage
        assert build_schema(form)["properties"]["stage"] == {"const": stage}
        assert rows_of(form, {"stage": stage, "reviewed": "0" * 64})[1] == []
    assert rows_of(forms[""], {"stage": "review"})[1] == [("stage", "review")]


def test_figures_of_a_stage_are_of_its_form_alone(forms: dict[str, Form]) -> None:
    keys = {stage: [figure.key for figure in form.summary.figures][5:] for stage, form in forms.items()}
    assert keys == {
        "": [],
        "review": ["review_score", "review_difference"],
        "approval": ["review_score", "review_difference", "approved"],
    }


def test_what_was_issued_survives_and_junk_is_none() -> None:
    document = {"indicators": [{"name": "培训", "score": 9.5}] * 50}
    assert load_issued(dump_issued(document)) == document
    bomb = dump_issued({"text": "0" * (LARGEST + 1)})
    for junk in ("", "%%%", "AAAA", dump_issued(document)[:-20], bomb, dump_issued([1])):
        assert load_issued(junk) is None
