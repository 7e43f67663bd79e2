"""A ratio whose title ends in a percent sign: 1 is 100%, in the cell, in the document and on the checks sheet."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from support.extended_form import own_form, written_form
from support.live_verdicts import told
from xlperf import fill_workbook, read_workbook, validate
from xlperf.forms.loader import load_form


@pytest.mark.slow
@pytest.mark.parametrize("label", ["到位率（%）", "到位率(%)", "到位率"])
@pytest.mark.parametrize("value", [1, 0.5, 0.0001, 2])
def test_it_is_read_back_as_it_was_filled_in(label: str, value: float, tmp_path: Path) -> None:
    definition = own_form()
    definition["sheets"][1]["sections"][0]["columns"].insert(1, {"key": "paid", "label": label, "type": "ratio"})
    definition["sheets"][1]["widths"].append(10)
    folder = written_form(yaml.safe_dump(definition, allow_unicode=True), tmp_path / "forms")
    templates, path = folder.parent.parent, tmp_path / "a.xlsx"
    rows = [{"name": "甲", "paid": value, "planned": 1, "spent": 1}]
    cover = {"unit": "甲单位", "prepared_by": "张三"}
    fill_workbook(
        {"form": "mini", "revision": "2024", "fiscal_year": 2024, "cover": cover, "items": rows}, path, templates=templates
    )
    assert read_workbook(path, templates=templates)["items"][0]["paid"] == value
    assert validate(path, templates=templates).findings == []
    form = load_form(folder)
    assert told(form, path)["AA101"] == (form.words["passed"], 0)  # nothing waits for what is doubtful
