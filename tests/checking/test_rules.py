"""What holds of every rule of every form: it says what it rests on, is silent for its own operands alone, prints what stands there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.example import document
from support.paths import REPOSITORY
from support.scored import EXAMPLES as SCORED
from xlperf import explain_rule, fill_workbook, validate
from xlperf.errors import UsageError
from xlperf.forms.loader import form_directories, load_form
from xlperf.messages import use_language

FORMS = {form.key: form for form in map(load_form, form_directories())}
RULES = [(key, code) for key, form in FORMS.items() for code in form.rules]


@pytest.mark.parametrize("key", FORMS)
def test_every_rule_says_what_it_rests_on(key: str) -> None:
    assert {code for code, rule in FORMS[key].rules.items() if rule.basis is None} == set()


def test_what_nobody_has_read_says_so() -> None:
    rules = {
        code: rule for form in FORMS.values() for code, rule in form.rules.items() if rule.basis and rule.basis.kind == "document"
    }
    assert {code for code, rule in rules.items() if not rule.basis.clause} == set()
    for code, rule in rules.items():
        key = next(key for key, form in FORMS.items() if code in form.rules)
        assert ("（未经核实）" in explain_rule(key, code)["basis"]) != rule.basis.verified


def test_the_basis_is_told_in_both_languages() -> None:
    try:
        for language, words in (("zh", "样本推得："), ("en", "inferred from a sample: ")):
            use_language(language)
            assert explain_rule("suzhou-department", "XL207")["basis"].startswith(words)
    finally:
        use_language(None)


@pytest.mark.parametrize(("key", "code"), RULES)
def test_every_rule_is_explained(key: str, code: str) -> None:
    told = explain_rule(key, code)
    assert told["code"] == code and all(told[name] for name in ("title", "why", "basis", "severity"))


def test_an_unknown_code_is_answered_with_near_ones() -> None:
    with pytest.raises(UsageError, match="SZ109"):
        explain_rule("suzhou-department", "SZ199")


def test_what_a_rule_calls_wrong_is_not_printed_as_blank_by_the_next(tmp_path: Path) -> None:
    """A spending above its budget (SZ101) in a row that is a total (SZ106), in figures and in words nobody understands."""
    for spent, shown in ((9.9, "9.9"), ("约九点九", "约九点九")):
        doc = document()
        doc["budget"]["items"].append({"name": "项目支出小计", "initial": 1, "spent": spent})
        fill_workbook(doc, output=tmp_path / "a.xlsx")
        (told,) = (finding for finding in validate(tmp_path / "a.xlsx").findings if finding["code"] == "SZ106")
        assert told["found"] == f"“项目支出小计”：实际支出数 {shown}"


@pytest.mark.parametrize(("key", "prefix"), [("national-project", "NP"), ("sichuan-project", "SC")])
@pytest.mark.parametrize("field", ["actual", "name", "reason", "unit"])
def test_weights_are_summed_whatever_else_cannot_be_read(tmp_path: Path, key: str, prefix: str, field: str) -> None:
    doc = json.loads((SCORED[key] / "document.json").read_text("utf-8"))
    doc["indicators"][0]["weight"] += 1
    doc["indicators"][1][field] = "≥266米" if field == "actual" else "字" * 3000
    fill_workbook(doc, output=tmp_path / "a.xlsx")
    assert f"{prefix}210" in {finding["code"] for finding in validate(tmp_path / "a.xlsx").findings}


def test_the_specimens_warnings_stay_warnings() -> None:
    """What a published report was not returned for is advice."""
    findings = json.loads((REPOSITORY / "examples" / "shengchanli-2022" / "findings.json").read_text("utf-8"))
    told = {
        finding["code"]: finding["severity"] for file in findings for finding in file["findings"] if finding["severity"] != "info"
    }
    assert set(told.values()) == {"warning"} and len(told) == 10
