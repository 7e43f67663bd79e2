"""Conditions in notes as an officer types them: with titles, keys or cells of the sample row, and what form.yaml has for them."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation

from support.drawings import YELLOW, draw, edited, small_form, with_note
from xlperf import load_form, read_form
from xlperf.drawing.recognition.conditions import as_texts

WRITTEN = {  # how the condition of a value is typed, and what it is in form.yaml
    'NOT(T(nature) = "定性")': 'NOT(T(nature) = "定性")',
    'nature <> "定性"': 'T(nature) <> "定性"',
    '性质 <> "定性"': 'T(nature) <> "定性"',
    'G5<>"定性"': 'T(nature) <> "定性"',
    "=$G$5 <> “定性”": 'T(nature) <> "定性"',
    'AND(G5="定量",B5<>"")': 'AND(T(nature) = "定量", name <> "")',
}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    return draw(small_form(folder), folder)


@pytest.mark.parametrize("condition", WRITTEN)
def test_a_condition_is_read_however_it_names_its_column(condition: str, drawn: Path, tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        sheet = book["项目"]
        sheet["G3"], sheet["H3"] = "性质", "目标值"
        for row in range(4, 25):
            for column in "GH":
                sheet[f"{column}{row}"].fill = YELLOW
        limit = DataValidation(type="list", formula1='"定量,定性"')
        limit.add("G4:G24")
        sheet.add_data_validation(limit)
        with_note(book, "项目!G3", "键: nature")
        with_note(book, "项目!H3", f"键: goal\n类型: 数字或文字\n填数字的条件: {condition}\n必填: {condition}")

    read_form(edited(drawn, change), output=tmp_path / "training" / "2024")
    field = load_form(tmp_path / "training" / "2024").blocks["rows"].fields["goal"]
    assert getattr(field.number_when, "text", None) == WRITTEN[condition]
    assert getattr(field.required, "tree", None) is not None


def test_only_what_is_compared_with_a_text_is_a_text() -> None:
    assert (
        as_texts('OR(a="x", b = "", T(c) = "y", LEN(d) = 2, "z"=e)')
        == 'OR(T(a) = "x", b = "", T(c) = "y", LEN(d) = 2, "z" = T(e))'
    )
