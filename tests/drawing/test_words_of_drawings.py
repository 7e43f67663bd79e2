"""Whoever draws is told in the words of notes and sheets: no sentence holds a key of form.yaml that they never see."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from support.base_form import base_form, put
from support.drawings import draw, written
from support.form_mistakes import FORMULAS, NAMES, SHAPES
from support.sweeps import every
from xlperf import load_form
from xlperf.drawing.read import read_drawing
from xlperf.drawing.recognition.complaints import complaints_of
from xlperf.drawing.telling.wording import in_words_of_drawings
from xlperf.forms.written.shape import read_schema
from xlperf.messages import LANGUAGES, catalogue, sentence, use_language

# What has no place in a drawing stands on the sheet of other settings, as in form.yaml: its sentences say so.
OF_OTHER_SETTINGS = (
    "wrong_repeat", "wrong_title_of_cop", "wrong_key_of_copy", "wrong_figure", "wrong_stage", "wrong_standard", "wrong_money_title",
    "wrong_form_test", "wrong_share", "wrong_tests_alone", "wrong_parameter", "wrong_check_needs", "wrong_class", "wrong_column_type",
    "wrong_one_row", "wrong_several_columns", "wrong_key_gone", "takes_", "formula_apart", "formula_source_apart", "wrong_renamed",
    "wrong_choice", "of_standard", "drawn_header", "wrong_official",
)  # fmt: skip
TOLD = ("wrong_", "formula_", "json_", "no_limit", "kind_", "drawn_", "or_")
WORDS_OF_BOTH = {  # names of form.yaml that are words of English, of Excel, of notes, or of formulas
    "title", "text", "table", "rows", "row", "columns", "cells", "blocks", "found", "expected", "formula", "formulas", "field",
    "fields", "label", "labels", "sheet", "sheets", "rule", "rules", "date", "code", "codes", "year", "money", "count", "note",
    "parameters", "choices", "choice", "typed", "given", "fixed", "required", "test", "tests", "check", "checks", "key", "keys",
    "guide", "path", "lines", "heading", "headings", "value", "values", "number", "numbers", "link", "none", "same", "most", "least",
    "public", "private", "printed", "far", "with", "over", "after", "use", "document", "end", "how", "unit", "opening", "hidden",
    "missing", "draft", "blank", "blanks", "error", "warning", "query", "info", "state", "standard", "ratio", "points", "serial",
    "percentage", "reference", "except", "form", "words", "size", "font", "style", "copies", "repeat", "stage", "times", "target",
    "report", "items", "length", "last", "merged", "group", "help", "only", "explained", "units", "years", "changes", "contact",
    "return", "pass", "office", "type", "height", "width", "shown", "typing", "minimum", "maximum", "digits", "alike", "wanted",
    "usual", "indicators", "asks", "message", "meant", "sample", "go", "builtin", "experience", "fall", "few", "choose", "beside", "figures", "colour", "looks", "single", "left", "fill", "right",
    "at", "side", "carried", "no", "nothing", "down", "across", "both", "top", "header",
}  # fmt: skip


@cache
def keys_of_form_yaml() -> frozenset[str]:
    """The names of properties in the schema, and its types."""
    found: set[str] = set()

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            found.update(part["properties"] if isinstance(part.get("properties"), dict) else ())
            found.update(each for each in part.get("enum", ()) if isinstance(each, str) and each.isascii())
            for below in part.values():
                walk(below)
        elif isinstance(part, list):
            for below in part:
                walk(below)

    walk(read_schema("form"))
    return frozenset(found)


def keys_in(text: str, language: str) -> list[str]:
    """The names of form.yaml in a sentence; in English those that are no usual word, or stand as a name."""
    plain = re.sub(r"xlperf [a-z-]+|\{\w*\}|TRUE|FALSE", " ", text)
    named = [word for word in re.findall(r"[A-Za-z_]+", plain) if word in keys_of_form_yaml()]
    if "form.yaml" in plain or re.search(r"\b(true|false)\b|\bsheets\[", plain):
        named.append("form.yaml")
    return named if language == "zh" else [word for word in named if word == "form.yaml" or word not in WORDS_OF_BOTH]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_for_drawings_holds_a_key_of_form_yaml(language: str) -> None:
    use_language(language)
    try:
        with in_words_of_drawings():
            found = {
                key: (keys, told)
                for table in ("definitions", "talk")
                for key in catalogue(language)[table]
                if key.startswith(TOLD) and not key.startswith(OF_OTHER_SETTINGS)
                if (keys := keys_in(told := sentence(key, {}), language))
            }
    finally:
        use_language(None)
    assert found == {}


def test_the_tables_of_both_languages_say_the_same() -> None:
    for table in ("told_of_drawings", "names_in_drawings"):
        assert catalogue("zh")[table].keys() == catalogue("en")[table].keys()
    ours = {**catalogue("zh")["definitions"], **catalogue("zh")["talk"]}
    assert catalogue("zh")["told_of_drawings"].keys() <= ours.keys(), "a sentence that is never said otherwise"
    for language in LANGUAGES:
        words, told = catalogue(language), catalogue(language)["told_of_drawings"]
        for key, text in told.items():
            usual = words["definitions"].get(key) or words["talk"][key]
            assert set(re.findall(r"\{\w+\}", text)) <= set(re.findall(r"\{\w+\}", usual)), key


MISTAKES = {**SHAPES, **NAMES, **FORMULAS}
OF_DRAWINGS = [
    name for name in MISTAKES if not name.startswith(("a misspelt", "a key of before", "an unknown builtin", "a section of two"))
]
NAMED = {  # what the form itself is full of, and the drawing shows: keys of notes, what braces take, names of the program's own
    "kind", "unit", "target", "actual", "operator", "rate", "spent", "planned", "staff", "name", "rows", "category", "count",
    "indicators", "items", "year", "label", "guide", "parameters", "rules",
}  # fmt: skip


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base")
    return draw(load_form(written(base_form(), folder)), folder)


@pytest.mark.parametrize("name", every(1, OF_DRAWINGS, usual=6))
def test_what_the_loader_finds_is_told_in_words_of_drawings(name: str, drawn: Path, tmp_path: Path) -> None:
    """A mistake in the definition, however it came there from a drawing, is told at a cell of the workbook."""
    place, value, _ = MISTAKES[name]
    for language in LANGUAGES:
        read = read_drawing(drawn)
        put(read.definition, place, value)
        others = [cell for key, cell in read.context.names.items() if key.startswith("others ")]
        use_language(language)
        try:
            faults = [(each.cell, each.text) for each in complaints_of(read, tmp_path / "mini" / "2022" / "form.yaml")]
        finally:
            use_language(None)
        assert faults, name
        for cell, text in faults:
            assert cell.partition("!")[0] in read.context.book.sheets, (cell, text)
            stray = [
                word for word in keys_in(text, language) if word not in NAMED and word not in str(value) and word not in place
            ]
            assert cell in others or stray == [], (cell, text)
