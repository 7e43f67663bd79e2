"""A row of a list in which only words for nothing stand is doubted, and no other row for being short."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import pytest

from support.shipped import forms_for
from support.sweeps import seeds
from xlperf.forms.compute import compute
from xlperf.forms.document import rows_of
from xlperf.forms.form import Form
from xlperf.forms.live.doubts import WIDE
from xlperf.forms.loader import load_form
from xlperf.formula.nodes import Kind
from xlperf.values.blanks import is_blank
from xlperf.values.notation import spellings_of

of_each_form = pytest.mark.parametrize("form", forms_for("doubted"), ids=lambda form: form.key)
SAYING = ["水费", "党建", "无人机", "AA", "\U0001f600", "\U00020000\U00020000", "a\U0001f600b", "没", "有数", "1", "人"]
AROUND = ["", "", " ", "\u3000", "\u00a0", "\u200b", "\ufeff", "。", "，", "．", ";", "、"]


def lists_of(form: Form) -> dict[str, list[str]]:
    """The lists that have free rows with words in them, with the columns of words that people type."""
    return {
        block.key: columns
        for block in form.blocks.values()
        if block.table and block.shape == "list" and block.spare
        and (columns := [f.key for f in block.fields.values() if f.type == "text" and f.kind is Kind.TEXT and block.takes_typing(None, f)])
    }  # fmt: skip


def doubted(form: Form, block: str, texts: dict[str, str]) -> bool:
    """Whether the row with those texts counts as doubtful."""
    rows, _ = rows_of(form, {})
    rows[block].append(texts)
    row = compute(form, rows)[block][-1]
    assert row["_used"] == 1
    return row["_doubt"] != 0


def written(random: Random, word: str) -> str:
    case = random.choice([str, str.lower, str.upper, str.title, lambda text: text.translate(WIDE)])
    return f"{random.choice(AROUND[:8])}{case(word)}{random.choice(AROUND)}{random.choice(AROUND)}"


@of_each_form
def test_whatever_reading_takes_for_nothing_is_doubted(form: Form) -> None:
    asked = 0
    for seed in seeds(400, usual=40):
        random = Random(seed)
        for block, columns in lists_of(form).items():
            texts = {key: written(random, random.choice(form.spellings["numbers"]["blanks"])) for key in columns}
            if all(is_blank(spellings_of(form), text) for text in texts.values()):
                asked += 1
                assert doubted(form, block, texts), (block, texts)
    assert asked or not lists_of(form)


@of_each_form
@pytest.mark.parametrize("word", SAYING)
def test_no_row_is_doubted_for_being_short(form: Form, word: str) -> None:
    assert [block for block, columns in lists_of(form).items() if doubted(form, block, dict.fromkeys(columns[:1], word))] == []


OWN_BLANKS = [form for form in forms_for("doubted") if "没有, （未说明）" in (form.directory / "form.yaml").read_text("utf-8")]


@pytest.mark.parametrize("form", OWN_BLANKS, ids=lambda form: form.key)
def test_more_words_than_can_be_taken_out_are_doubted_by_their_first_letter(form: Form, tmp_path: Path) -> None:
    folder = shutil.copytree(form.directory, tmp_path / form.key / form.revision)
    text = (folder / "form.yaml").read_text(encoding="utf-8")
    more = [f"空{number}" for number in "一二三四五六七八九十"]
    (folder / "form.yaml").write_text(
        text.replace("没有, （未说明）", f"没有, {', '.join(more)}, （未说明）", 1), encoding="utf-8"
    )
    longer = load_form(folder)
    for block, columns in lists_of(longer).items():
        assert doubted(longer, block, dict.fromkeys(columns, more[-1]))
        assert not doubted(longer, block, dict.fromkeys(columns[:1], "水费"))
