"""How a drawing looks is kept: read, drawn again and in every workbook of the form, its cells look as somebody chose."""

from __future__ import annotations

import copy
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.workbook import Workbook

from support.drawings import definition_in, draw, edited, small_form, written
from support.page_form import page_document, page_form
from support.random_forms import random_form
from support.random_looks import differences, look_of, with_random_looks
from support.shipped import FOLDERS
from support.sweeps import seeds
from xlperf import FormError, annotate, fill_workbook, finalize, load_form, read_form, write_template
from xlperf.drawing.draw import plain
from xlperf.forms.form import Form
from xlperf.forms.loader import load_strictly
from xlperf.forms.looks.look import looks_by_place

CASES = Path(__file__).parent / "forms"
GREY, BLUE, RED = "D9D9D9", "DDEBF7", "C00000"
BOX = Border(*(Side(style) for style in ("thin", "medium", "thick", "double")))


def looks_in(form: Form, key: str) -> list[dict[str, Any]]:
    """The looks of a sheet."""
    (sheet,) = (sheet for sheet in form.whole["sheets"] if sheet["key"] == key)
    return list(sheet.get("looks", ()))


def read_again(drawn: Path, form: Form, place: Path) -> Form:
    """The form that is read from a drawing of another."""
    return load_form(read_form(drawn, output=place / "read" / form.key / form.revision).parent)


# --- any look, on any form -----------------------------------------------------------------------------------


def assert_kept(form: Form, place: Path, seed: int) -> None:
    """Laid over the drawing of a form, looks are there when it is drawn again, and nothing else of the form has changed."""
    drawn = with_random_looks(draw(form, place), Random(seed))
    read = read_again(drawn, form, place)
    assert plain(read.whole) == plain(form.whole)
    assert any("looks" in sheet for sheet in read.whole["sheets"])
    again = draw(read, place, "again.xlsx")
    assert differences(drawn, again) == []
    assert read_again(again, form, place / "again").whole == read.whole


@pytest.mark.slow
def test_looks_of_written_forms_are_drawn_again(tmp_path: Path) -> None:
    folders = [*sorted(path.parent for path in CASES.glob("*/*/form.yaml")), *FOLDERS]
    for seed in seeds(60, usual=1):
        folder = folders[seed % len(folders)]
        place = tmp_path / str(seed)
        place.mkdir()
        assert_kept(load_form(folder), place, seed)


@pytest.mark.slow
def test_looks_of_random_forms_are_drawn_again(tmp_path: Path) -> None:
    for seed in seeds(200, usual=2):
        try:
            form = load_form(written(random_form(seed), tmp_path / str(seed)))
        except FormError:
            continue
        assert_kept(form, tmp_path / str(seed), seed)


# --- what an officer does ------------------------------------------------------------------------------------


def as_an_officer(book: Workbook) -> None:
    """A larger title in another font, a grey total with a rule above, a header without colour, a column in red."""
    sheet = book["项目"]
    sheet["B2"].font = Font(name="宋体", sz=22, b=False)
    for column in "BCDEF":
        header, total = sheet[f"{column}3"], sheet[f"{column}4"]
        header.fill, header.border = PatternFill(), BOX
        total.fill = PatternFill("solid", fgColor=f"FF{GREY}")
        total.font = Font(name="宋体", sz=11, b=True)
    for row in range(4, 25):
        cell = sheet[f"E{row}"]
        cell.font = Font(name="宋体", sz=11, b=row == 4, i=True, color=f"FF{RED}")
        cell.alignment = Alignment(horizontal="left", vertical="top", indent=2)
    cover = book["基本信息"]
    cover["C4"].fill = PatternFill("solid", fgColor="FF92D050")  # people type there


@pytest.fixture
def chosen(tmp_path: Path) -> Form:
    form = small_form(tmp_path)
    return read_again(edited(draw(form, tmp_path), as_an_officer), form, tmp_path)


def test_what_was_chosen_is_said_in_a_few_lines(chosen: Form) -> None:
    assert looks_in(chosen, "cover") == []  # what people fill in keeps its colour
    sides = {"left": "thin", "right": "medium", "top": "thick", "bottom": "double"}
    assert looks_in(chosen, "items") == [
        {"at": ["title"], "font": "宋体", "size": 22, "bold": False},
        {"at": ["header items"], "fill": "none", **sides},
        {"at": ["block total"], "bold": True, "fill": f"#{GREY}"},
        {"at": ["column items.rate"], "italic": True, "colour": f"#{RED}", "align": "left", "valign": "top", "indent": 2},
    ]


def test_a_drawing_that_nobody_changed_says_nothing(tmp_path: Path) -> None:
    form = small_form(tmp_path)
    assert read_again(draw(form, tmp_path), form, tmp_path).whole == form.whole


def test_every_workbook_of_the_form_shows_it(chosen: Form, tmp_path: Path) -> None:
    folder = tmp_path / "read"
    filled = {
        "form": "training", "fiscal_year": 2024, "cover": {"unit": "某局", "prepared_by": "某人", "summary": "办班三期。"},
        "items": {"rows": [{"name": "新进人员培训", "planned": 3, "spent": 2.8}]},
    }  # fmt: skip
    blank = write_template("training", year=2024, templates=folder, output=tmp_path / "blank.xlsx")
    fill_workbook(filled, templates=folder, output=tmp_path / "full.xlsx")
    over = copy.deepcopy(filled)
    over["items"]["rows"][0]["spent"] = 4
    fill_workbook(over, templates=folder, output=tmp_path / "over.xlsx")
    annotated = annotate(tmp_path / "over.xlsx", templates=folder, output=tmp_path / "sent-back.xlsx")
    final = finalize(tmp_path / "full.xlsx", templates=folder, output=tmp_path / "final").outputs
    paths = [blank, tmp_path / "full.xlsx", annotated, *(path for path in final if path.suffix == ".xlsx")]
    assert len(paths) >= 4
    for path in paths:
        sheet = openpyxl.load_workbook(path)["项目"]
        title, header, total, rate = (look_of(sheet[cell]) for cell in ("B2", "C3", "C4", "E5"))
        assert title["font"][:3] == ("宋体", 22, False), path
        assert (header["fill"], header["left"], header["bottom"]) == (None, ("thin", None), ("double", None)), path
        assert (total["fill"], total["font"][2], sheet["C4"].number_format) == (GREY, True, sheet["C5"].number_format), path
        assert (rate["font"][3], rate["font"][-1], rate["align"][:2], rate["indent"]) == (True, RED, ("left", "top"), 2), path
    marked = openpyxl.load_workbook(annotated)["项目"]["D5"]
    assert look_of(marked)["fill"] == "F4B6B0"  # an error keeps its colour
    assert look_of(openpyxl.load_workbook(blank)["项目"]["D5"])["fill"] == "FFFBE6" and not marked.protection.locked


def test_a_cell_that_nobody_formatted_looks_as_the_program_draws_it(tmp_path: Path) -> None:
    """A table of bare cells is no wish for bare cells; what of a cell is chosen counts whole."""

    def change(book: Workbook) -> None:
        sheet = book.create_sheet("培训", 3)
        for column, name in zip("ABC", ("班次", "人数", "人均"), strict=True):
            sheet[f"{column}2"] = name
        sheet["B2"].font = Font(name="Arial", sz=11, i=True)
        for row in (3, 4):
            sheet[f"A{row}"].fill = sheet[f"B{row}"].fill = PatternFill("solid", fgColor="FFFFFF00")
            sheet[f"C{row}"] = f"=B{row}*2"
            sheet[f"B{row}"].number_format = sheet[f"C{row}"].number_format = "0"

    form = small_form(tmp_path)
    read = read_again(edited(draw(form, tmp_path), change), form, tmp_path)
    (sheet,) = (sheet for sheet in read.whole["sheets"] if sheet["title"] == "培训")
    assert sheet["looks"] == [{"at": ["header table_2.b"], "italic": True}]


def test_a_page_as_printed_keeps_borders_of_merged_cells(tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        sheet = book["一页自评表"]
        for cells in [*sheet.merged_cells.ranges]:
            for row in sheet[str(cells)]:
                for cell in row:
                    cell.border = Border(*(Side("thick", f"FF{RED}") for _ in range(4)))

    form = load_form(written(page_form(), tmp_path))
    drawn = edited(draw(form, tmp_path), change)
    read = read_again(drawn, form, tmp_path)
    assert differences(drawn, draw(read, tmp_path, "again.xlsx")) == []
    fill_workbook(page_document(), templates=tmp_path / "read", output=tmp_path / "filled.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "filled.xlsx")["一页自评表"]
    for cells in sheet.merged_cells.ranges:
        if cells.min_row > 2:
            corners = sheet.cell(cells.min_row, cells.min_col), sheet.cell(cells.max_row, cells.max_col)
            assert look_of(corners[0])["left"] == look_of(corners[1])["right"] == ("thick", RED), cells


def test_rows_to_fill_in_look_like_the_first_of_them(tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        for row, bold in ((5, True), (6, False), (7, False)):
            book["项目"][f"C{row}"].font = Font(name="宋体", sz=11, b=bold)

    form = small_form(tmp_path)
    read = read_again(edited(draw(form, tmp_path), change), form, tmp_path)
    assert looks_in(read, "items") == [{"at": ["block rows.planned"], "bold": True}]


def test_a_title_on_the_left_is_a_title_by_its_size(tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        book["项目"]["B2"].alignment = Alignment(horizontal="left", vertical="center")

    form = small_form(tmp_path)
    read = read_again(edited(draw(form, tmp_path), change), form, tmp_path)
    assert plain(read.whole) == plain(form.whole)
    assert looks_in(read, "items") == [{"at": ["title"], "align": "left"}]


# --- written by hand -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("look", "says"),
    {
        "no such place": ({"at": ["header item"], "bold": True}, "looks[0].at[0]: 本工作表没有“header item”这一处，最接近的是“header items”"),
        "no such column": ({"at": ["column items.spend"], "bold": True}, "最接近的是“column items.spent”"),
        "a yellow": ({"at": ["title"], "fill": "#FFF2CC"}, "looks[0].fill: “#FFF2CC”是黄色，黄色专用于填写格"),
        "no colour": ({"at": ["title"], "fill": "blue"}, "looks[0].fill"),
        "no line": ({"at": ["title"], "left": "wide"}, "looks[0].left"),
        "nothing": ({"at": ["title"]}, "looks[0]"),
        "no place": ({"bold": True}, "looks[0]"),
        "no degrees": ({"at": ["title"], "rotation": 91}, "looks[0].rotation"),
    }.values(),
)  # fmt: skip
def test_a_look_that_cannot_be_is_refused(look: dict[str, Any], says: str, tmp_path: Path) -> None:
    definition = copy.deepcopy(small_form(tmp_path).whole)
    (sheet,) = (sheet for sheet in definition["sheets"] if sheet["key"] == "items")
    sheet["looks"] = [look]
    with pytest.raises(FormError) as caught:
        load_strictly(written(definition, tmp_path / "own"))
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("raws", "expected"),
    [
        ([{"at": ["all"], "bold": True}, {"at": ["all", "title"], "bold": False}], {"all": {"bold": False}, "title": {"bold": False}}),
        ([{"at": ["title"], "left": "thick", "border": "thin"}],
         {"title": {"left": "thick", "right": "thin", "top": "thin", "bottom": "thin"}}),
    ],
)  # fmt: skip
def test_what_is_said_of_a_place(raws: list[dict[str, Any]], expected: dict[str, Any]) -> None:
    assert looks_by_place(raws) == expected


@pytest.mark.parametrize(
    ("looks", "cell", "bold"),
    [
        ([{"at": ["all"], "bold": True}], "C5", True),
        ([{"at": ["table items"], "bold": True}, {"at": ["all"], "bold": False}], "C5", True),
        ([{"at": ["table items"], "bold": True}, {"at": ["block rows"], "bold": False}], "C5", False),
        ([{"at": ["block total"], "bold": True}, {"at": ["column items.planned"], "bold": False}], "C4", False),
        ([{"at": ["column items.planned"], "bold": True}, {"at": ["block total.planned"], "bold": False}], "C4", False),
        ([{"at": ["spare rows"], "bold": True}], "D9", True),
    ],
)  # fmt: skip
def test_the_narrower_place_counts(looks: list[dict[str, Any]], cell: str, bold: bool, tmp_path: Path) -> None:
    definition = copy.deepcopy(small_form(tmp_path).whole)
    (sheet,) = (sheet for sheet in definition["sheets"] if sheet["key"] == "items")
    sheet["looks"] = looks
    folder = written(definition, tmp_path / "own")
    write_template("training", year=2024, templates=folder.parent.parent, output=tmp_path / "blank.xlsx")
    assert openpyxl.load_workbook(tmp_path / "blank.xlsx")["项目"][cell].font.b is bold


def test_colours_of_themes_and_old_palettes_are_read(tmp_path: Path) -> None:
    from openpyxl.styles.colors import Color

    def change(book: Workbook) -> None:
        sheet = book["项目"]
        sheet["B3"].fill = PatternFill("solid", fgColor=Color(theme=4, tint=0.6))
        sheet["C3"].fill = PatternFill("solid", fgColor=Color(indexed=22))
        sheet["D3"].fill = PatternFill("solid", fgColor=Color(theme=0, tint=-0.15))

    form = small_form(tmp_path)
    read = read_again(edited(draw(form, tmp_path), change), form, tmp_path)
    assert {look["at"][0]: look["fill"] for look in looks_in(read, "items")} == {
        "header items.name": "#B9CDE5", "header items.planned": "#C0C0C0", "header items.spent": "#D9D9D9",
    }  # fmt: skip
    assert definition_in(tmp_path / "edited.xlsx").faults == ()
