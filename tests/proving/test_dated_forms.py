"""A form with dates: computed, compared and counted alike by us, by plain doubles and by LibreOffice; typed ones are read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from support.base_form import base_form
from xlperf import fill_workbook, prove_form, read_workbook, validate
from xlperf.errors import FormError
from xlperf.forms.compute import compute
from xlperf.forms.document import rows_of
from xlperf.forms.loader import load_form
from xlperf.formula.doubles import DOUBLES

COLUMNS = [
    {"key": "begun", "label": "开始日期", "type": "date"},
    {"key": "ended", "label": "完成日期", "type": "date"},
    {"key": "days", "label": "天数", "type": "count", "formula": "ended - begun"},
    {"key": "due", "label": "到期日", "type": "date", "formula": "DATE(YEAR(begun) + 3, MONTH(begun), DAY(begun))"},
    {"key": "late", "label": "超期", "type": "text", "formula": 'IF(ended > due, "是", "否")'},
]
TOTAL = {"begun": "MIN(items.begun)", "ended": "MAX(items.ended)", "days": 'COUNTIF(items.begun, ">=2023-01-01")'}
RULE = {"code": "AB102", "title": "先开始后完成", "why": "不成立", "severity": "error", "table": "budget", "blocks": ["items"],
        "test": "OR(begun = \"\", ended = \"\", begun <= ended)", "cells": ["begun", "ended"], "found": "{name}：{begun}", "expected": "早于{label}", "fix": "核对"}  # fmt: skip
ITEMS = [
    {"name": "A", "spent": 1, "planned": 1, "begun": "2022-02-28", "ended": "2025-03-01"},
    {"name": "B", "spent": 1, "planned": 1, "begun": "2024-02-29", "ended": "2024-03-01"},
    {"name": "C", "spent": 1, "planned": 1, "begun": "2024-05-01", "ended": "2024-04-30"},
    {"name": "D", "spent": 1, "planned": 1},
]
DOCUMENT = {"form": "mini", "revision": "2022", "fiscal_year": 2022, "cover": {"unit": "甲单位"}, "budget": {"items": ITEMS}}
SHOWN = [(1097, "2025-02-28", "是"), (1, "2027-03-01", "否"), (-1, "2027-05-01", "否"), (None, None, None)]


pytestmark = pytest.mark.usefixtures("in_english")


def dated_form() -> dict[str, Any]:
    definition = base_form()
    table = definition["sheets"][2]["sections"][0]
    table["columns"] += COLUMNS
    table["blocks"][0]["formulas"] |= TOTAL
    definition["sheets"][2]["widths"] += [12] * len(COLUMNS)
    definition["rules"].append(RULE)
    return definition


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(dated_form(), tmp_path / "forms")


def written(definition: dict[str, Any], place: Path) -> Path:
    folder = place / "mini" / "2022"
    folder.mkdir(parents=True)
    (folder / "form.yaml").write_text(yaml.safe_dump(definition, allow_unicode=True, sort_keys=False), "utf-8")
    return folder


def test_dates_are_computed_alike_in_both_readings(folder: Path) -> None:
    form = load_form(folder)
    rows, _ = rows_of(form, DOCUMENT)
    for computed in (compute(form, rows), compute(form, rows, numbers=DOUBLES)):
        assert [(row.get("days"), row.get("due"), row.get("late")) for row in computed["items"]] == SHOWN
        total = computed["total"][0]
        assert (total["begun"], total["ended"], total["days"]) == ("2022-02-28", "2025-03-01", 2)


@pytest.mark.slow
def test_a_form_with_dates_holds(folder: Path) -> None:
    assert list(map(str, prove_form(folder).faults)) == []


@pytest.mark.slow
@pytest.mark.libreoffice
def test_libreoffice_shows_the_same_dates(folder: Path) -> None:
    assert list(map(str, prove_form(folder, full=True).faults)) == []


@pytest.mark.slow
def test_a_filled_workbook_is_read_as_it_was_written(folder: Path, tmp_path: Path) -> None:
    path, templates = tmp_path / "filled.xlsx", folder.parent.parent
    fill_workbook(DOCUMENT, path, templates=templates)
    result = validate(path, templates=templates)
    found = {finding["code"]: finding["cells"] for finding in result.findings}
    assert found["AB102"] == ["预算!F6", "预算!G6"]
    assert not {"XL301", "XL302", "XL210"} & found.keys()
    items = read_workbook(path, templates=templates)["budget"]["items"]
    assert [(row.get("days"), row.get("due"), row.get("late")) for row in items] == SHOWN


@pytest.mark.slow
def test_a_date_that_was_typed_as_a_text_counts_once_it_is_read(folder: Path, tmp_path: Path) -> None:
    path, templates = tmp_path / "filled.xlsx", folder.parent.parent
    fill_workbook(DOCUMENT, path, templates=templates)
    book = openpyxl.load_workbook(path)
    (cell,) = (
        cell for row in book["预算"] for cell in row if cell.value is not None and str(cell.value).startswith("2024-02-29")
    )
    cell.value = "2024.2.29"
    book.save(path)
    row = read_workbook(path, templates=templates)["budget"]["items"][1]
    assert (row["begun"], row["days"], row["due"]) == ("2024-02-29", 1, "2027-03-01")


@pytest.mark.parametrize(("formula", "cure"), [
    ("ended", "holds number"), ('begun > "2023-01-01"', "DATE(2024, 1, 1)"), ("YEAR(spent)", "YEAR takes a date"),
])  # fmt: skip
def test_what_is_no_formula_of_dates_is_refused_with_the_cure(formula: str, cure: str, tmp_path: Path) -> None:
    definition = dated_form()
    definition["sheets"][2]["sections"][0]["columns"][6]["formula"] = formula
    with pytest.raises(FormError) as caught:
        load_form(written(definition, tmp_path))
    assert cure in str(caught.value)
