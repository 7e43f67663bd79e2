"""The formulas that somebody who knows Excel typed into a form: each gives what Excel gives, or is refused with the cure."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from support.base_form import base_form
from support.libreoffice import convert
from support.paths import REPOSITORY
from xlperf import fill_workbook, validate
from xlperf.errors import FormError
from xlperf.forms.compute import compute
from xlperf.forms.document import rows_of
from xlperf.forms.loader import load_form
from xlperf.formula.doubles import DOUBLES
from xlperf.messages import use_language

LISTED = REPOSITORY / "tests" / "formula" / "formulas_tried.tsv"
CURED = list(
    csv.DictReader(LISTED.with_name("cures_tried.tsv").read_text("utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
)
TRIED = list(csv.DictReader(LISTED.read_text("utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
REFUSED = [row for row in TRIED if row["zh"]]
TAKEN = [row for row in TRIED if not row["zh"]]
ITEMS = [{"name": "Abc", "planned": 5, "spent": 2.5}, {"name": "B", "planned": 8, "spent": 4}]
DOCUMENT = {"form": "mini", "revision": "2022", "fiscal_year": 2022, "cover": {"unit": "甲单位", "summary": "内容"}, "budget": {"items": ITEMS, "total": {"name": "合计"}}}  # fmt: skip


def type_of(row: Mapping[str, str]) -> str:
    """The type of the column in which a formula stands, by what it gives."""
    if row["gives"].startswith("2024-"):
        return "date"
    is_number = row["gives"].replace(".", "").isdecimal() and not row["formula"].startswith("TEXT")
    return "money" if is_number or (not row["gives"] and '"' not in row["formula"]) else "text"


def form_with(rows: list[dict[str, str]], folder: Path) -> Path:
    """The form of the trial: two rows, their total, and a column for each formula."""
    definition: dict[str, Any] = base_form()
    definition["sheets"][1]["sections"][1]["items"].append({"key": "summary", "label": "摘要", "type": "text", "max_length": 100})
    budget = definition["sheets"][2]
    section = budget["sections"][0]
    section["blocks"] = [section["blocks"][1] | {"key": "rows"}, section["blocks"][0]]
    section["blocks"][1]["formulas"] = {"planned": "SUM(rows.planned) + 2", "spent": "SUM(rows.spent)"}
    section["columns"] += [
        {"key": f"c{number}", "label": f"公式{number}", "type": type_of(row), "formula": row["formula"]}
        for number, row in enumerate(rows)
    ]
    budget["widths"] += [12] * len(rows)
    definition["rules"][1]["blocks"] = ["rows"]
    folder = folder / "mini" / "2022"
    folder.mkdir(parents=True)
    (folder / "form.yaml").write_text(yaml.safe_dump(definition, allow_unicode=True, sort_keys=False), "utf-8")
    return folder


@pytest.fixture(autouse=True)
def in_the_usual_language() -> Iterator[None]:
    yield
    use_language(None)


def listed(value: object) -> str:
    """A value as the list has it."""
    return "" if value is None else value if isinstance(value, str) else format(value, ".15g")


def test_all_that_were_tried_are_listed() -> None:
    assert (len(TRIED), len(TAKEN), len(REFUSED)) == (58, 37, 21)
    assert all(row["en"] for row in REFUSED)


def test_those_that_are_taken_give_what_excel_gives(tmp_path: Path) -> None:
    form = load_form(form_with(TAKEN, tmp_path))
    rows, _ = rows_of(form, DOCUMENT)
    for numbers in ({}, {"numbers": DOUBLES}):
        first = compute(form, rows, **numbers)["rows"][0]
        shown = {row["formula"]: first.get(f"c{number}") for number, row in enumerate(TAKEN)}
        assert {formula: listed(value) for formula, value in shown.items()} == {row["formula"]: row["gives"] for row in TAKEN}


@pytest.mark.slow
@pytest.mark.libreoffice
def test_libreoffice_gives_the_same(tmp_path: Path) -> None:
    folder = form_with(TAKEN, tmp_path / "forms")
    fill_workbook(DOCUMENT, tmp_path / "filled.xlsx", templates=folder.parent.parent)
    (saved,) = convert([tmp_path / "filled.xlsx"], tmp_path / "saved")
    codes = {finding["code"] for finding in validate(saved, templates=folder.parent.parent).findings}
    assert not codes & {"XL301", "XL302"}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("row", REFUSED, ids=[row["formula"] for row in REFUSED])
def test_the_others_are_refused_with_the_cure(row: dict[str, str], language: str, tmp_path: Path) -> None:
    use_language(language)
    with pytest.raises(FormError) as caught:
        load_form(form_with([row | {"gives": ""}], tmp_path))
    told = str(caught.value)
    assert row[language] in told and row["formula"] in told
    own_words = told.replace(row["formula"], "").replace(str(tmp_path), "")
    assert any("\u4e00" <= letter <= "\u9fff" for letter in own_words) is (language == "zh")


def test_every_cure_is_possible_and_gives_what_was_meant(tmp_path: Path) -> None:
    """What the refusal says to write instead is taken, alone and together with all others."""
    assert [row["formula"] for row in CURED] == [row["formula"] for row in REFUSED]
    cured = [{"formula": row["cured"], "gives": row["gives"]} for row in CURED]
    form = load_form(form_with(cured, tmp_path))
    rows, _ = rows_of(form, DOCUMENT)
    for numbers in ({}, {"numbers": DOUBLES}):
        first = compute(form, rows, **numbers)["rows"][0]
        shown = {row["formula"]: listed(first.get(f"c{number}")) for number, row in enumerate(cured)}
        assert shown == {row["formula"]: row["gives"] for row in cured}


@pytest.mark.slow
@pytest.mark.libreoffice
def test_a_cure_gives_what_excel_gives_for_what_was_typed(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for item in ITEMS:
        book.active.append([item["planned"], item["spent"], item["name"], item["spent"]])
    asked = [row for row in CURED if row["excel"]]
    for number, row in enumerate(asked, 1):
        book.active.cell(number, 6).value = f"={row['excel']}"
    book.save(tmp_path / "typed.xlsx")
    (saved,) = convert([tmp_path / "typed.xlsx"], tmp_path / "saved")
    computed = openpyxl.load_workbook(saved, data_only=True).active
    shown = {row["formula"]: listed(computed.cell(number, 6).value) for number, row in enumerate(asked, 1)}
    assert shown == {row["formula"]: row["gives"] for row in asked} and len(asked) == 19
