"""The forms of Chongqing and Hubei: one fault at a time, figures by hand, and caps that a notice asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.example_forms import cells_at
from support.local_forms import BY_HAND, CAPPED, FAULTS, HOMES, document, with_caps
from support.sweeps import every
from xlperf import fill_workbook, import_document, validate, write_report

FAULTY = [(key, name) for key, faults in FAULTS.items() for name in faults]


def value_at(document: Any, place: str) -> object:
    for step in place.split("."):
        document = document[int(step) if isinstance(document, list) else step]
    return document


@pytest.mark.slow
@pytest.mark.parametrize(("key", "name"), every(1, FAULTY, usual=4))
def test_one_fault_has_its_codes_and_cells(key: str, name: str, tmp_path: Path) -> None:
    filled = document(key)
    change, expected = FAULTS[key][name]
    change(filled)
    assert fill_workbook(filled, output=tmp_path / "a.xlsx").outputs
    found = {(finding["code"], tuple(finding["cells"])) for finding in validate(tmp_path / "a.xlsx").findings}
    assert found == {(code, cells_at(key, filled, places)) for code, places in expected}


@pytest.mark.parametrize("key", HOMES)
def test_the_figures_of_the_example_are_those_that_its_readme_has_by_hand(key: str) -> None:
    computed = validate(HOMES[key] / "filled.xlsx").document
    assert {place: value_at(computed, place) for place in BY_HAND[key]} == BY_HAND[key]


@pytest.mark.slow
@pytest.mark.parametrize("key", HOMES)
def test_the_usual_caps_are_two_lines_of_parameters(key: str, tmp_path: Path) -> None:
    """Off nothing happens; on, the sheet shows sum, cap and total, and a rule tells where the cap was at work."""
    templates = with_caps(key, tmp_path / "forms")
    for change, expected in CAPPED[key]:
        filled = document(key)
        change(filled)
        fill_workbook(filled, output=tmp_path / "a.xlsx", templates=templates)
        result = validate(tmp_path / "a.xlsx", templates=templates)
        assert {place: value_at(result.document, place) for place in expected} == expected
        told = [finding["severity"] for finding in result.findings if finding["code"] in ("CQ303", "HB305")]
        assert told == (["info"] if "scoring.cap" in expected else [])


@pytest.mark.slow
@pytest.mark.parametrize(("key", "parts"), [
    ("chongqing-department", ("cover", "funds", "objective")), ("hubei-project-goals", ("project", "funds", "conclusion")),
])  # fmt: skip
def test_the_report_is_read_back(key: str, parts: tuple[str, ...], tmp_path: Path) -> None:
    """Tables of one row too; of qualities the report prints no grade."""
    (report,) = write_report(HOMES[key] / "filled.xlsx", output=tmp_path / "report.docx").outputs
    read, written = import_document(report, form=key).document, document(key)
    assert {part: read[part] for part in parts} == {part: written[part] for part in parts}
    columns = ("name", "unit", "operator", "actual", "weight")
    ours, theirs = (
        [[row.get(column) for column in columns] for row in each]
        for each in (
            (filled.get("indicators") or [row for goal in filled["goals"] for row in goal["indicators"]])
            for filled in (read, written)
        )
    )
    assert ours == theirs
