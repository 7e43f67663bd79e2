"""Cells that are required or wanted under any condition on their row: figures and dates are compared as in every formula."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from support.base_form import base_form
from xlperf import build_schema, fill_workbook, prove_form, validate
from xlperf.forms.loader import load_form

REASON = {"key": "reason", "label": "超支原因", "type": "text", "max_length": 100, "required": "支出数 > 预算数"}
LAW = {
    "key": "law",
    "label": "采购方式",
    "type": "text",
    "max_length": 100,
    "only": ["items"],
    "wanted": 'AND(spent >= 100, reason = "")',
}
ITEMS = [
    {"name": "A", "planned": 2, "spent": 3},
    {"name": "B", "planned": 3, "spent": 3},
    {"name": "C", "spent": 3},
    {"name": "D", "planned": 2, "spent": 3, "reason": "补招"},
    {"name": "E", "planned": 200, "spent": 100},
]
DOCUMENT = {"form": "mini", "revision": "2022", "fiscal_year": 2022, "cover": {"unit": "甲单位"}, "budget": {"items": ITEMS}}


pytestmark = pytest.mark.usefixtures("in_english")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    definition: dict[str, Any] = base_form()
    table = definition["sheets"][2]["sections"][0]
    table["columns"] += [REASON, LAW]
    del table["blocks"][1]["require"]
    definition["sheets"][2]["widths"] += [20, 20]
    definition["rules"].append({"code": "XL207", "builtin": "wanted", "title": "宜填", "why": "x", "severity": "warning"})
    folder = tmp_path / "forms" / "mini" / "2022"
    folder.mkdir(parents=True)
    (folder / "form.yaml").write_text(yaml.safe_dump(definition, allow_unicode=True, sort_keys=False), "utf-8")
    return folder


@pytest.mark.slow
def test_a_blank_cell_is_told_where_its_condition_holds_and_not_where_an_operand_is_blank(folder: Path, tmp_path: Path) -> None:
    path, templates = tmp_path / "filled.xlsx", folder.parent.parent
    fill_workbook(DOCUMENT, path, templates=templates)
    found = {finding["code"]: finding["cells"] for finding in validate(path, templates=templates).findings}
    assert [cell for cell in found["XL201"] if cell.startswith("预算")] == ["预算!F4"]
    assert found["XL207"] == ["预算!G8"]


def test_the_schema_asks_for_nothing_that_it_cannot_say(folder: Path) -> None:
    items = build_schema(load_form(folder))["properties"]["budget"]["properties"]["items"]["items"]
    assert "allOf" not in items and "reason" not in items.get("required", [])


@pytest.mark.slow
@pytest.mark.libreoffice
def test_libreoffice_counts_the_same_blanks(folder: Path) -> None:
    assert list(map(str, prove_form(folder, full=True).faults)) == []
