"""What a field means: every name that is suggested explains, and its type is told in words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.command_line import xlperf
from support.sweeps import every
from xlperf import explain_field
from xlperf.errors import UsageError
from xlperf.forms.catalog import field_names
from xlperf.forms.field_types import TYPES
from xlperf.forms.form import Form
from xlperf.forms.loader import form_directories, load_form
from xlperf.messages import LANGUAGES, sentence

FOLDERS = sorted(form_directories())


@pytest.mark.slow
@pytest.mark.parametrize("folder", every(1, FOLDERS, usual=3), ids=lambda folder: "-".join(folder.parts[-2:]))
def test_every_name_that_may_be_suggested_explains(folder: Path) -> None:
    form = load_form(folder)
    names = dict(field_names(form))
    assert {
        f"{block.key}.{key}" for block in form.blocks.values() if block.table for key in block.fields if key[0] != "_"
    } <= names.keys()
    for name, (_, _, field) in names.items():
        assert "None" not in name.split(".")
        facts = explain_field(form.key, name, year=form.first_year)
        assert (facts["label"], facts["type"]) == (field.label, field.type), name


@pytest.mark.parametrize(
    "misspelt", ["fiscal_yer", "identity.fiscal_yaer", "cover.unti", "items.ratte", "process.execution_rate.scor"]
)
def test_a_misspelt_field_is_answered_with_fields_that_exist(form: Form, misspelt: str) -> None:
    with pytest.raises(UsageError) as refused:
        explain_field(form.key, misspelt)
    near = str(refused.value.arguments["near"]).split("、")
    assert len(near) == 5
    for name in near:
        assert explain_field(form.key, name)["label"], name


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: "-".join(folder.parts[-2:]))
def test_people_read_the_signs_of_mathematics(folder: Path) -> None:
    """What a form tells people writes ≥ and ≤; formulas, documents and what may be typed write >= and <=."""
    form = load_form(folder)
    texts = [
        *form.guide,
        *form.words.values(),
        *(field.help for block in form.blocks.values() for field in block.fields.values()),
    ]
    for rule in form.rules.values():
        basis = rule.basis and (rule.basis.text, rule.basis.clause, rule.basis.note)
        texts += [rule.title, rule.why, rule.message, rule.found, rule.expected, rule.fix, *(basis or ())]
    assert len(texts) > 200
    assert [text for text in texts if text and re.search(r"[<>＜＞]\s*[=＝]", text)] == []


def test_the_type_of_a_field_is_told_in_words() -> None:
    assert "类型: 文字\n" in xlperf("explain", "suzhou-department", "cover.unit").stdout
    assert "类型: 金额（万元）\n" in xlperf("explain", "suzhou-department", "items.spent").stdout
    for language in LANGUAGES:
        words = [sentence(f"type_{key}", {}, language) for key in TYPES]
        assert len(set(words)) == len(TYPES) and not set(words) & {"None", "number", "value"}
