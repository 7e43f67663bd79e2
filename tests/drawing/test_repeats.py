"""A form that repeats parts of itself is drawn with each of them once, and read back as it was."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from support.repeated import KEYS, REPEATED, form_of
from xlperf import draw_form, read_form
from xlperf.forms.loader import load_form

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("key", KEYS)
def test_a_form_with_repeats_comes_back_from_its_drawing(key: str, tmp_path: Path) -> None:
    drawn = draw_form(key, templates=REPEATED, output=tmp_path / "drawn.xlsx")
    read = load_form(read_form(drawn, output=tmp_path / key / "2024").parent)
    assert (read.definition, read.repeats) == (form_of(key).definition, form_of(key).repeats)


def test_what_is_changed_in_the_drawing_is_changed_in_every_copy(tmp_path: Path) -> None:
    drawn = draw_form("unit-projects", templates=REPEATED, output=tmp_path / "drawn.xlsx")
    book = openpyxl.load_workbook(drawn)
    sheet = book["{project}"]
    (cell,) = (cell for row in sheet.iter_rows() for cell in row if cell.value == "完成值")
    cell.value = "实际完成值"
    book.save(drawn)
    read = load_form(read_form(drawn, output=tmp_path / "unit-projects" / "2024").parent, copies={"project": 3})
    assert [read.blocks[f"indicators_{number}"].fields["actual"].label for number in (1, 2, 3)] == ["实际完成值"] * 3
