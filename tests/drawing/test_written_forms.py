"""Seven forms that people wrote in form.yaml, drawn and read: equal, and what comes of it goes through every command.

They lie in `forms/`, each with a document of it: assets with look-ups and dates, four provincial forms, a review, N projects.
"""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from support.drawings import draw, name_of
from support.sweeps import every
from support.written_forms import BROKEN, WRITTEN, as_written, document_of, drawn_and_read
from xlperf import fill_workbook, finalize, load_form, prove_form, validate, write_template
from xlperf.drawing.read import read_drawing

YEAR = 2024


def test_all_are_here() -> None:
    assert [folder.parent.name for folder in WRITTEN] == [
        "assets", "chongqing", "hubei", "hunan", "nprojects", "review", "transfer",
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("folder", WRITTEN, ids=name_of)
def test_drawn_and_read_it_is_equal_and_every_command_takes_it(folder: Path, tmp_path: Path) -> None:
    key = folder.parent.name
    forms = drawn_and_read(folder, tmp_path)
    assert load_form(forms / key / folder.name).definition == load_form(folder).definition
    blank = validate(write_template(key, year=YEAR, templates=forms, output=tmp_path / "blank.xlsx"), templates=forms)
    assert "XL201" in {found["code"] for found in blank.findings}
    if key in BROKEN:
        codes, _ = BROKEN[key]
        broken = tmp_path / "broken.xlsx"
        fill_workbook(as_written(key), templates=forms, output=broken)
        result = validate(broken, templates=forms)
        assert result.status == "returned"
        assert {found["code"] for found in result.findings if found["severity"] == "error"} == codes
    fill_workbook(document_of(key), templates=forms, output=tmp_path / "filled.xlsx")
    assert finalize(tmp_path / "filled.xlsx", templates=forms, output=tmp_path / "out").status == "passed"


@pytest.mark.slow
@pytest.mark.parametrize("folder", every(1, WRITTEN, usual=4), ids=name_of)
def test_drawn_and_read_check_form_accepts_it(folder: Path, tmp_path: Path) -> None:
    proof = prove_form(drawn_and_read(folder, tmp_path) / folder.parent.name / folder.name)
    assert [str(fault) for fault in proof.faults] == []


@pytest.mark.parametrize("number", ["10", "0.25", "1234567.89", "0.000001"])
def test_a_number_in_a_cell_that_is_computed_is_a_formula(number: str, tmp_path: Path) -> None:
    """Of a table of one row: whoever draws writes 10 where the program wants =10."""
    folder = next(folder for folder in WRITTEN if folder.parent.name == "chongqing")
    drawn = draw(load_form(folder), tmp_path)
    read = []
    for name, value in (("formula", f"={number}"), ("number", float(number))):
        book = openpyxl.load_workbook(drawn)
        header = next(cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == "执行率得分")
        below = header.offset(1)
        assert str(below.value).startswith("=")
        below.value = value
        book.save(tmp_path / f"{name}.xlsx")
        read.append(read_drawing(tmp_path / f"{name}.xlsx"))
    assert [each.faults for each in read] == [(), ()]
    assert read[0].definition == read[1].definition
