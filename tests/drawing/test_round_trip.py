"""Drawn and read, a form is what it was: those that travel with us, in both languages, saved by other programs."""

from __future__ import annotations

import copy
import io
import shutil
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from support.chosen_form import chosen_form
from support.drawings import definition_in, draw, drawing_of, edited, name_of, parts_of, small_form, written
from support.libreoffice import NEVER, convert
from support.shipped import folders_for
from xlperf import draw_form, load_form, read_form
from xlperf.drawing.draw import write_drawing
from xlperf.drawing.recognition.cells import read_cells
from xlperf.drawing.recognition.definition import ReadDefinition, read_definition_of
from xlperf.forms.form import Form
from xlperf.messages import LANGUAGES, use_language

LOOKED_AT = folders_for("drawn and looked at")


def assert_same(read: ReadDefinition, form: Form) -> None:
    assert [str(fault) for fault in read.faults] == [] and read.lost == ()
    assert read.definition == form.whole
    assert plain_types(read.definition) == plain_types(form.whole)  # True is no 1, and 1.0 none


def plain_types(value: object) -> object:
    """A value in which truths and texts are told from numbers."""
    if isinstance(value, dict):
        return {key: plain_types(part) for key, part in value.items()}
    if isinstance(value, list):
        return [plain_types(part) for part in value]
    return (isinstance(value, bool), isinstance(value, str), value)


@pytest.mark.slow
@pytest.mark.parametrize(("number", "folder"), [*enumerate(LOOKED_AT)], ids=[name_of(folder) for folder in LOOKED_AT])
def test_a_form_of_ours_drawn_and_read_is_equal_and_drawn_again_looks_the_same(number: int, folder: Path, tmp_path: Path) -> None:
    drawn, again = tmp_path / "drawn.xlsx", tmp_path / "again.xlsx"
    language = LANGUAGES[number % 2]
    use_language(language)
    try:
        draw_form(folder.parent.name, templates=folder.parent.parent, output=drawn)
        use_language(LANGUAGES[1 - number % 2])  # whoever reads it may have the other
        path = read_form(drawn, output=tmp_path / "my" / folder.parent.name / folder.name)
        read = load_form(path.parent)
        assert read.whole == load_form(folder).whole
        use_language(language)
        write_drawing(read, again)
    finally:
        use_language(None)
    assert parts_of(again) == parts_of(drawn) and len(parts_of(drawn)) > 5


@pytest.mark.slow
@pytest.mark.parametrize("folder", folders_for("drawn and saved"), ids=name_of)
def test_openpyxl_may_save_it_between(folder: Path, tmp_path: Path) -> None:
    saved, form = tmp_path / "saved.xlsx", load_form(folder)
    openpyxl.load_workbook(io.BytesIO(drawing_of(folder))).save(saved)
    if any("looks" in sheet for sheet in form.whole["sheets"]):  # which are told from how the program draws what was read
        read = load_form(read_form(saved, output=tmp_path / form.key / form.revision).parent)
        assert read.whole == form.whole and plain_types(read.whole) == plain_types(form.whole)
    else:
        assert_same(read_definition_of(read_cells(saved.read_bytes())), form)


def test_what_is_chosen_or_looked_up_in_another_table_is_drawn_as_excel_has_it(tmp_path: Path) -> None:
    """A dropdown of a column, a list of codes, VLOOKUP with four arguments: nothing of it has to stand in a note."""
    form = load_form(written(chosen_form(), tmp_path))
    drawn = draw(form, tmp_path)
    sheet = openpyxl.load_workbook(drawn)["合同"]
    lists = {str(each.sqref): each.formula1 for each in sheet.data_validations.dataValidation if each.type == "list"}
    assert lists == {"C3:C6": "'预算'!$B$4:$B$8", "D3:D6": "'科室'!$B$3:$B$4"}
    assert sheet["E3"].value == "=VLOOKUP(C3, '预算'!$B$4:$D$8, 3, FALSE)"
    notes = [cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment]
    assert not any("选项取自" in note or "公式" in note for note in notes), notes
    remains = [str(row[0].value) for row in openpyxl.load_workbook(drawn)["其他设置"].iter_rows(min_row=2)]
    assert [path for path in remains if path.startswith(("sheets", "rules"))] == []
    assert_same(definition_in(drawn), form)


@pytest.mark.parametrize(
    ("typed", "read"),
    {
        "=VLOOKUP(C3,预算!B4:D8,3,0)": "VLOOKUP(item, items.name, items.spent)",
        "=VLOOKUP(C3,预算!$B$4:$C$9,2,FALSE)": "VLOOKUP(item, items.name, items.planned)",
        '=IF(C3="",0,VLOOKUP( C3 ,预算!$B$4:$D$8, 3 ,false)*2)': 'IF(item = "", 0, VLOOKUP(item, items.name, items.spent) * 2)',
        "=INDEX(预算!D4:D8,MATCH(C3,预算!B4:B8,0))": "INDEX(items.spent, MATCH(item, items.name, 0))",
    }.items(),
)
def test_a_look_up_may_be_typed_in_any_usual_way(typed: str, read: str, tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        for row in range(3, 7):
            book["合同"][f"E{row}"] = typed.replace("C3", f"C{row}")

    found = definition_in(edited(draw(load_form(written(chosen_form(), tmp_path)), tmp_path), change))
    assert [str(fault) for fault in found.faults] == []
    (contracts,) = (sheet["sections"][0] for sheet in found.definition["sheets"] if sheet["key"] == "contracts")
    assert contracts["columns"][3]["formula"] == read


@pytest.mark.libreoffice
@pytest.mark.slow
def test_libreoffice_may_save_it_between(tmp_path: Path) -> None:
    """It writes notes, limits, widths and formulas anew, each in its own way."""
    made = [small_form(tmp_path), load_form(written(chosen_form(), tmp_path))]
    forms = [*made, *(load_form(folder) for folder in LOOKED_AT)]
    drawn = [draw(form, tmp_path, f"{form.key}.xlsx") for form in made]
    for folder in LOOKED_AT:
        drawn.append(tmp_path / f"{name_of(folder)}.xlsx")
        drawn[-1].write_bytes(drawing_of(folder))
    for form, saved in zip(forms, convert(drawn, tmp_path / "saved", recalculate=NEVER), strict=True):
        assert_same(definition_in(saved), form)


@pytest.mark.slow
@pytest.mark.parametrize("folder", folders_for("drawn and saved"), ids=name_of)
def test_little_is_left_that_a_drawing_cannot_show(folder: Path) -> None:
    """Of sheets and rules: what hangs on another column, and a few measures; the words of a form are no drawing."""
    book = openpyxl.load_workbook(io.BytesIO(drawing_of(folder)))
    paths = [str(row[0].value) for row in book["其他设置"].iter_rows(min_row=2)]
    shown = [path for path in paths if path.split(" > ")[0] in ("sheets", "rules", "parameters")]
    if load_form(folder).stages:  # whose a part is, and the widths of the department's own columns
        of_stages = {path for path in shown if path.endswith((" > stage", " > width", " > widths", " > sections"))}
        assert 10 < len(of_stages) < 25
        shown = [path for path in shown if path not in of_stages]
    most = 20 if load_form(folder).repeats else 12  # formulas over copies: a drawing has no cells of a copy to point at
    assert len(shown) <= most, shown
    assert {path.split(" > ")[-1] for path in shown if path.startswith("parameters")} == set()


@pytest.mark.slow
def test_of_many_blank_rows_a_page_is_drawn(tmp_path: Path) -> None:
    definition = copy.deepcopy(dict(small_form(tmp_path).definition))
    definition["sheets"][2]["sections"][0]["blocks"][1]["spare"] = 900
    form = load_form(written(definition, tmp_path / "many"))
    drawn = draw(form, tmp_path)
    assert_same(definition_in(drawn), form)
    assert openpyxl.load_workbook(drawn)["项目"].max_row < 80


def test_what_lies_beside_form_yaml_is_kept(tmp_path: Path) -> None:
    form = small_form(tmp_path)
    drawn = draw(form, tmp_path)
    folder = tmp_path / "other" / "training" / "2024"
    folder.mkdir(parents=True)
    for name in ("tests.yaml", "report.docx"):
        (folder / name).write_bytes(b"as it was")
    shutil.copyfile(form.directory / "form.yaml", folder / "form.yaml")
    read_form(drawn, output=folder)
    assert (folder / "tests.yaml").read_bytes() == (folder / "report.docx").read_bytes() == b"as it was"
    assert (folder / "form.yaml").read_text("utf-8").startswith("# 由 xlperf read-form 读自 drawn.xlsx")
    assert load_form(folder).definition == form.definition
