"""A page as bureaus print it: fields beside one another, several tables of columns of their own, read and written and drawn."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from support.command_line import xlperf
from support.drawings import YELLOW, definition_in, draw, edited, with_note, written
from support.libreoffice import ALWAYS, convert
from support.page_form import page_document, page_form
from xlperf import FormError, draw_form, fill_workbook, finalize, load_form, prove_form, read_form, validate, write_template
from xlperf.forms.document import Spot
from xlperf.forms.layout import make_layout

ACCUSATIONS = {"XL233", "XL234", "XL236"}  # a heading retyped, cells merged, contents that nobody reads


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    written(page_form(), folder)
    return folder


@pytest.fixture(scope="module")
def filled(forms: Path) -> Path:
    fill_workbook(page_document(), templates=forms, output=forms / "filled.xlsx")
    return forms / "filled.xlsx"


def test_fields_stand_beside_one_another_and_tables_on_widths_of_their_own(forms: Path) -> None:
    layout = make_layout(load_form(forms / "mini" / "2022"))
    cells = {
        ("head", "project"): "C3", ("head", "office"): "C4", ("head", "doer"): "G4", ("head", "nature"): "C5", ("head", "phone"): "E5",
        ("head", "day"): "H5", ("all_money", "adjusted"): "D7", ("all_money", "share"): "H7", ("aims", "plan"): "C11",
        ("aims", "real"): "G11", ("made", "title"): "C14", ("made", "truth"): "F14", ("made", "cause"): "I14",
    }  # fmt: skip
    assert {key: layout.address(Spot(key[0], 0, key[1])).rpartition("!")[2] for key in cells} == cells


def test_the_template_has_the_merges_of_the_page_and_high_lines(forms: Path) -> None:
    write_template("mini", year=2022, templates=forms, output=forms / "blank.xlsx")
    sheet = openpyxl.load_workbook(forms / "blank.xlsx")["一页自评表"]
    assert sheet.print_title_rows is None  # of several headers none stands above the rows of the next page
    assert {str(cells) for cells in sheet.merged_cells.ranges} >= {
        "B2:I2", "C3:I3", "C4:E4", "G4:I4", "F5:G5", "H5:I5", "B6:C6", "D6:E6", "D8:E8", "C11:E11", "G11:I11", "C12:D13", "E12:G12",
        "F13:G13", "B14:B16", "C14:D14", "F15:G15",
    }  # fmt: skip
    assert (
        sheet.row_dimensions[11].height == 90
        and sheet["F4"].value == "实施单位"
        and sheet["A5"].value == ("head.nature head.phone head.day")
    )


def test_what_is_filled_in_comes_back_and_our_own_output_is_not_accused(forms: Path, filled: Path) -> None:
    result = validate(filled, templates=forms)
    assert result.status == "passed", result.findings
    assert not ACCUSATIONS & {found["code"] for found in result.findings}
    for key in ("head", "aims", "results"):
        assert result.document[key] == page_document()[key]
    assert result.document["all_money"] == {"adjusted": 12, "done": 11, "share": 0.9167, "marks": 9.17}
    write_template("mini", year=2022, templates=forms, output=forms / "blank.xlsx")
    blank = validate(forms / "blank.xlsx", templates=forms, annotated=forms / "annotated")
    assert not ACCUSATIONS & {found["code"] for found in blank.findings}
    missing = {cell for found in blank.findings if found["code"] == "XL201" for cell in found["cells"]}
    assert {"一页自评表!C3", "一页自评表!C11"} <= missing
    assert any("一页自评表!E5" in found["cells"] for found in blank.findings if found["code"] == "XL207")


@pytest.mark.slow
def test_every_command_works_with_it(forms: Path, filled: Path) -> None:
    assert finalize(filled, templates=forms, output=forms / "out").status == "passed"
    assert [str(fault) for fault in prove_form(forms / "mini" / "2022").faults] == []


@pytest.mark.libreoffice
@pytest.mark.slow
def test_libreoffice_may_save_the_workbook_between(forms: Path, filled: Path, tmp_path: Path) -> None:
    (saved,) = convert([filled], tmp_path, recalculate=ALWAYS)
    result = validate(saved, templates=forms)
    assert result.status == "passed" and not ACCUSATIONS & {found["code"] for found in result.findings}
    assert result.document["all_money"] == {"adjusted": 12, "done": 11, "share": 0.9167, "marks": 9.17}


def changed(cell: str, value: object) -> Callable[[Workbook], None]:
    def change(book: Workbook) -> None:
        book["一页自评表"][cell] = value

    return change


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [("F4", "执行单位", "XL233"), ("B5", "类别", "XL233"), ("B4", "上级", "XL233"), ("F5", "日期", "XL233"),
     ("D6", "预算", "XL233"), ("F13", "完成", "XL233"), ("B11", "目标", "XL233")],
)  # fmt: skip
def test_a_label_that_was_retyped_is_told_where_it_stands(cell: str, value: str, code: str, forms: Path, filled: Path) -> None:
    path = edited(filled, changed(cell, value))
    found = [found for found in validate(path, templates=forms).findings if found["code"] in ACCUSATIONS]
    assert [(each["code"], each["cells"]) for each in found] == [(code, [f"一页自评表!{cell}"])]


def test_a_row_that_was_inserted_above_is_read(forms: Path, filled: Path) -> None:
    """Fields are found by their keys, wherever their line and their column stand now."""
    before = validate(filled, templates=forms).document
    book = openpyxl.load_workbook(filled)
    sheet = book["一页自评表"]
    for cells in [*sheet.merged_cells.ranges]:
        sheet.unmerge_cells(str(cells))
    sheet.insert_rows(3)
    target = io.BytesIO()
    book.save(target)
    path = filled.with_name("inserted.xlsx")
    path.write_bytes(target.getvalue())
    assert validate(path, templates=forms).document["head"] == before["head"]


@pytest.mark.parametrize(
    ("change", "says"),
    {
        "first": (lambda page: page[0]["items"][0].update(beside=True), "items[0].beside: 左边没有可以并排的栏目"),
        "too wide": (lambda page: page[0]["items"][2].update(spans=[2, 4]), "写了 8 个列宽，但 sheets[5].sections[0] 需要 10 列"),
        "columns too wide": (lambda page: page[1]["columns"][0].update(span=3), "写了 8 个列宽，但 sheets[5].sections[1] 需要 9 列"),
        "a box": (lambda page: page[2]["items"][1].update(rows=3), "items[1].beside: 大段文字（rows: 3）独占整行"),
        "no span": (lambda page: page[1]["columns"][0].update(span=0), "span"),
    }.values(),
)  # fmt: skip
def test_a_page_that_cannot_be_laid_out_is_refused(change: Callable[[list[Any]], None], says: str, tmp_path: Path) -> None:
    definition = page_form()
    change(definition["sheets"][5]["sections"])
    with pytest.raises(FormError) as caught:
        load_form(written(definition, tmp_path))
    assert says in str(caught.value), str(caught.value)


def test_drawn_and_read_the_page_is_equal_and_stands_as_in_the_template(forms: Path) -> None:
    form = load_form(forms / "mini" / "2022")
    drawn = draw(form, forms)
    read = definition_in(drawn)
    assert [str(fault) for fault in read.faults] == [] and read.definition == form.definition
    book = openpyxl.load_workbook(drawn)
    places = [str(row[0].value) for row in book["其他设置"].iter_rows(min_row=2)]
    shown = [place for place in places if place.startswith("sheets > page")]
    assert shown == [f"sheets > page > sections > table:money > columns > {key} > type" for key in ("adjusted", "done")]
    write_template("mini", year=2022, templates=forms, output=forms / "blank.xlsx")
    template = openpyxl.load_workbook(forms / "blank.xlsx")["一页自评表"]
    assert {str(c) for c in book["一页自评表"].merged_cells.ranges} == {str(c) for c in template.merged_cells.ranges}
    heights = [
        {row: each[row].height for row in range(2, 20)} for each in (book["一页自评表"].row_dimensions, template.row_dimensions)
    ]
    assert heights[0] == heights[1]


def a_page_drawn_by_hand(book: Workbook) -> None:
    """As an officer draws it: two labels on a line, a merged box, a table under it whose first column goes over two."""
    sheet = book.create_sheet("一页表", 3)
    for column, width in zip("ABCDEF", (12, 14, 12, 10, 10, 12), strict=True):
        sheet.column_dimensions[column].width = width
    sheet["A1"] = "项目自评表"
    sheet["A1"].alignment = openpyxl.styles.Alignment(horizontal="center")
    sheet.merge_cells("A1:F1")
    for cell, text in {"A2": "项目名称", "A3": "主管部门", "D3": "电话", "A4": "目标"}.items():
        sheet[cell] = text
    for cells in ("B2:F2", "B3:C3", "E3:F3", "B4:F4"):
        sheet[cells.partition(":")[0]].fill = YELLOW
        sheet.merge_cells(cells)
    sheet.row_dimensions[4].height = 80
    for cell, text in {"A5": "内容", "C5": "计划数", "D5": "完成数", "E5": "说明"}.items():
        sheet[cell] = text
    for cells in ("A5:B5", "E5:F5", *(f"{side}" for row in (6, 7) for side in (f"A{row}:B{row}", f"E{row}:F{row}"))):
        sheet.merge_cells(cells)
    for row in (6, 7):
        for column in "ACDE":
            sheet[f"{column}{row}"].fill = YELLOW
    with_note(book, "一页表!D3", "键: phone")


def test_a_page_that_somebody_drew_is_one(tmp_path: Path) -> None:
    form = load_form(written(page_form(), tmp_path))
    read = definition_in(edited(draw(form, tmp_path), a_page_drawn_by_hand))
    assert [str(fault) for fault in read.faults] == []
    sheet = next(each for each in read.definition["sheets"] if each["title"] == "一页表")
    fields, table = sheet["sections"]
    assert [{key: item.get(key) for key in ("label", "beside", "spans", "height")} for item in fields["items"]] == [
        {"label": "项目名称", "beside": None, "spans": None, "height": None},
        {"label": "主管部门", "beside": None, "spans": [1, 2], "height": None},
        {"label": "电话", "beside": True, "spans": None, "height": None},
        {"label": "目标", "beside": None, "spans": None, "height": 80},
    ]
    assert table["bare"] is True
    assert [(column["label"], column.get("span", 1)) for column in table["columns"]] == [
        ("内容", 2), ("计划数", 1), ("完成数", 1), ("说明", 2),
    ]  # fmt: skip


def test_what_somebody_drew_stands_as_drawn_when_it_is_drawn_again(tmp_path: Path) -> None:
    form = load_form(written(page_form(), tmp_path))
    drawn = edited(draw(form, tmp_path), a_page_drawn_by_hand)
    read_form(drawn, output=tmp_path / "my" / "mini" / "2022")
    before = openpyxl.load_workbook(drawn)["一页表"]
    template = tmp_path / "template.xlsx"
    write_template("mini", year=2022, templates=tmp_path / "my", output=template)
    for path in (draw_form("mini", templates=tmp_path / "my", output=tmp_path / "again.xlsx"), template):
        after = openpyxl.load_workbook(path)["一页表"]
        merged = {str(cells) for cells in after.merged_cells.ranges}
        assert merged == {moved(str(cells)) for cells in before.merged_cells.ranges}
        assert [round(width) for width in widths_of(after)[1:7]] == [round(width) for width in widths_of(before)[:6]]
        assert abs(after.row_dimensions[5].height - before.row_dimensions[4].height) < 1


def moved(cells: str) -> str:
    """Cells one row and one column further on, where the program's own hidden ones stand before them."""
    left, top, right, bottom = openpyxl.utils.range_boundaries(cells)
    corners = (f"{openpyxl.utils.get_column_letter(column + 1)}{row + 1}" for column, row in ((left, top), (right, bottom)))
    return ":".join(corners)


def widths_of(sheet: Worksheet) -> list[float]:
    """The widths of the columns from A on; equal neighbours are one entry of the file."""
    widths: dict[int, float] = {}
    for dimension in sheet.column_dimensions.values():
        widths |= dict.fromkeys(range(dimension.min, dimension.max + 1), dimension.width)
    return [widths[number] for number in range(1, 8) if number in widths]


def test_the_command_check_form_takes_it(forms: Path) -> None:
    done = xlperf("check-form", forms / "mini" / "2022")
    assert done.returncode == 0, done.stderr
