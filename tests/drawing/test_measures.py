"""Heights of titles, headings and headers, and the print set-up of a sheet: as drawn, in every workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from support.drawings import definition_in, draw, edited, written
from support.page_form import page_document, page_form
from xlperf import FormError, fill_workbook, finalize, load_form, read_form, write_template

PAGE = "一页自评表"
PRINT = {"paper": "A3", "fit": [1, 1], "margins": [1, 1.5, 2, 2.5], "centred": "both", "repeat": "top"}


def measured_form() -> dict[str, Any]:
    definition = page_form()
    page = definition["sheets"][-2]
    page |= {"heading_height": 51, "print": {**PRINT}}
    head, money, aims, results, signed = page["sections"]
    head |= {"heading": "基本情况", "heading_height": 30}
    money["header_heights"] = [27]
    aims["heading"] = "目标"
    results |= {"header_heights": [21, 39], "bare": False, "heading_height": 37.5}
    signed["height"] = 60
    return definition


def print_of(sheet: Worksheet) -> dict[str, object]:
    margins = sheet.page_margins
    return {
        "paper": int(sheet.page_setup.paperSize), "fit": (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight or 1, sheet.sheet_properties.pageSetUpPr.fitToPage),
        "margins": [round(float(side) * 2.54, 3) for side in (margins.left, margins.right, margins.top, margins.bottom)],
        "centred": (sheet.print_options.horizontalCentered, sheet.print_options.verticalCentered), "repeat": sheet.print_title_rows,
    }  # fmt: skip


def heights_of(sheet: Worksheet, rows: tuple[int, ...]) -> list[float]:
    return [sheet.row_dimensions[row].height for row in rows]


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("measures")
    written(measured_form(), folder)
    return folder


def test_every_workbook_is_printed_and_as_high_as_the_form_says(forms: Path) -> None:
    write_template("mini", year=2022, templates=forms, output=forms / "blank.xlsx")
    fill_workbook(page_document(), templates=forms, output=forms / "filled.xlsx")
    done = finalize(forms / "filled.xlsx", templates=forms, output=forms / "out")
    final = next(path for path in done.outputs if path.suffix == ".xlsx")
    for path in (forms / "blank.xlsx", forms / "filled.xlsx", final):
        sheet = openpyxl.load_workbook(path)[PAGE]
        assert print_of(sheet) == {
            "paper": 8, "fit": (1, 1, True), "margins": [1, 1.5, 2, 2.5], "centred": (True, True), "repeat": "$2:$7",
        }  # fmt: skip
        assert heights_of(sheet, (2, 3, 7, 14, 15, 16)) == [51, 30, 27, 37.5, 21, 39]
        signed = next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 2).value == "项目负责人（签字）：")
        assert sheet.row_dimensions[signed].height == 60


def test_drawn_and_read_it_is_equal_and_nothing_of_it_stands_apart(forms: Path) -> None:
    form = load_form(forms / "mini" / "2022")
    drawn = draw(form, forms)
    read = definition_in(drawn)
    assert [str(fault) for fault in read.faults] == [] and read.definition == form.definition
    places = [str(row[0].value) for row in openpyxl.load_workbook(drawn)["其他设置"].iter_rows(min_row=2)]
    shown = {place.split(" > ")[-1] for place in places if place.startswith("sheets > page")}
    assert shown <= {"type", "bare"}, places


def as_an_officer_prints(book: Workbook) -> None:
    sheet = book[PAGE]
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=False)
    sheet.page_setup.scale = 80
    sheet.page_setup.paperSize = 9
    sheet.page_margins = PageMargins(left=0.5, right=0.5, top=1, bottom=1)
    sheet.print_options.verticalCentered = False
    sheet._print_rows = None  # to its own property openpyxl takes no None
    sheet.row_dimensions[2].height = 45
    sheet.row_dimensions[7].height = 34


def test_what_somebody_sets_up_in_excel_is_read_and_stands_so(forms: Path, tmp_path: Path) -> None:
    drawn = edited(draw(load_form(forms / "mini" / "2022"), tmp_path), as_an_officer_prints)
    read_form(drawn, output=tmp_path / "my" / "mini" / "2022")
    page = next(each for each in load_form(tmp_path / "my" / "mini" / "2022").definition["sheets"] if each["key"] == "page")
    assert page["print"] == {"scale": 80, "margins": [1.27, 1.27, 2.54, 2.54]}
    assert page["heading_height"] == 45 and "header_heights" not in page["sections"][1]
    write_template("mini", year=2022, templates=tmp_path / "my", output=tmp_path / "blank.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "blank.xlsx")[PAGE]
    assert (sheet.page_setup.scale, sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.print_title_rows) == (80, None, None)


def test_what_excel_has_by_itself_is_left_to_the_program(tmp_path: Path) -> None:
    """A sheet whose print set-up nobody touched goes onto one page across, as every other."""
    definition = page_form()
    form = load_form(written(definition, tmp_path))

    def untouched(book: Workbook) -> None:
        sheet = book[PAGE]
        sheet.sheet_properties.pageSetUpPr = None
        sheet.page_setup.fitToHeight = sheet.page_setup.scale = sheet.page_setup.paperSize = None
        sheet.page_margins = PageMargins(left=0.7, right=0.7, top=0.75, bottom=0.75)
        sheet.print_options.horizontalCentered = False

    read = definition_in(edited(draw(form, tmp_path), untouched))
    assert read.definition == form.definition


@pytest.mark.parametrize(
    ("said", "says"),
    [({"fit": [1, 1], "scale": 80}, "print"), ({"paper": "B5"}, "print.paper"), ({"margins": [1, 1]}, "print.margins")],
)
def test_a_print_set_up_that_contradicts_itself_is_refused(said: dict[str, Any], says: str, tmp_path: Path) -> None:
    definition = page_form()
    definition["sheets"][-2]["print"] = said
    with pytest.raises(FormError) as caught:
        load_form(written(definition, tmp_path))
    assert f"sheets[5].{says}" in str(caught.value), str(caught.value)
