"""Tables that touch what follows, so that a page is one grid: in every workbook, and told apart when a drawing is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Border, Font, PatternFill, Side
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from support.drawings import YELLOW, definition_in, draw, edited, with_note, written
from support.page_form import page_document, page_form
from xlperf import fill_workbook, finalize, load_form, prove_form, read_form, validate, write_template

PAGE = "一页自评表"
ACCUSATIONS = {"XL231", "XL232", "XL233", "XL234", "XL235", "XL236", "XL239"}
THIN = Side(style="thin")
BOX = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)


def touching_form() -> dict[str, Any]:
    definition = page_form()
    for section in definition["sheets"][-2]["sections"]:
        if "table" in section:
            section["touching"] = True
    return definition


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("touching")
    written(touching_form(), folder)
    return folder


@pytest.fixture(scope="module")
def filled(forms: Path) -> Path:
    fill_workbook(page_document(), templates=forms, output=forms / "filled.xlsx")
    return forms / "filled.xlsx"


def ends(path: Path) -> list[tuple[int, float | None, bool]]:
    """The lines that end the tables of the page: row, height, whether it is hidden."""
    sheet = openpyxl.load_workbook(path)[PAGE]
    rows = [row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value == "#end"]
    return [(row, sheet.row_dimensions[row].height, sheet.row_dimensions[row].hidden) for row in rows]


def test_the_line_between_is_hidden_where_no_row_can_be_inserted_and_low_where_one_can(forms: Path, filled: Path) -> None:
    write_template("mini", year=2022, templates=forms, output=forms / "blank.xlsx")
    assert ends(forms / "blank.xlsx") == ends(filled) == [(10, 7.5, True), (19, 7.5, False)]
    final = next(path for path in finalize(filled, templates=forms, output=forms / "out").outputs if path.suffix == ".xlsx")
    assert ends(final) == [(10, 7.5, True), (19, 7.5, True)]
    for path in (filled, forms / "blank.xlsx", final):
        assert not ACCUSATIONS & {found["code"] for found in validate(path, templates=forms).findings}


@pytest.mark.slow
def test_check_form_proves_it(forms: Path) -> None:
    assert [str(fault) for fault in prove_form(forms / "mini" / "2022").faults] == []


def test_drawn_and_read_it_is_equal(forms: Path) -> None:
    form = load_form(forms / "mini" / "2022")
    read = definition_in(draw(form, forms))
    assert [str(fault) for fault in read.faults] == [] and read.definition == form.definition


# --- as an officer draws it ----------------------------------------------------------------------------------

PLAIN = (
    ("内容", "计划数", "完成数", "说明"), ("", "*", "*", "*"), ("", "*", "*", "*"),
    ("指标", "目标值", "完成值", "得分"), ("*", "*", "*", "*"), ("*", "*", "*", "*"),
)  # fmt: skip
NAMED = (
    ("内容", "计划数", "完成数", "说明"), ("人员", "*", "*", "*"), ("公用", "*", "*", "*"),
    ("指标", "目标值", "完成值", "得分"), ("*", "*", "*", "*"), ("*", "*", "*", "*"),
)  # fmt: skip


def page(book: Workbook) -> Worksheet:
    sheet = book.create_sheet("一页表", 3)
    for column, width in zip("ABCD", (12, 10, 10, 12), strict=True):
        sheet.column_dimensions[column].width = width
    return sheet


def grid(lines: tuple[tuple[str, ...], ...], *, bold: bool) -> Callable[[Workbook], None]:
    """Two tables without a line between them; "*" is a cell to be filled in, headers may be bold on grey."""

    def change(book: Workbook) -> None:
        sheet = page(book)
        for row, texts in enumerate(lines, 1):
            for column, text in enumerate(texts, 1):
                cell = sheet.cell(row, column, None if text in ("*", "") else text)
                cell.border = BOX
                if text in ("*", ""):
                    cell.fill = YELLOW
                if bold and texts[0] in (lines[0][0], lines[3][0]):
                    cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="FFD9D9D9")

    return change


@pytest.mark.parametrize(
    ("lines", "bold"),
    {"plain": (PLAIN, False), "bold": (PLAIN, True), "rows with names": (NAMED, False)}.values(),
    ids=("plain", "bold", "names"),
)  # fmt: skip
def test_two_tables_that_touch_are_two(lines: tuple[tuple[str, ...], ...], bold: bool, tmp_path: Path) -> None:
    form = load_form(written(page_form(), tmp_path))
    read = definition_in(edited(draw(form, tmp_path), grid(lines, bold=bold)))
    assert [str(fault) for fault in read.faults] == []
    first, second = next(each for each in read.definition["sheets"] if each["title"] == "一页表")["sections"]
    labels = [[column["label"] for column in each["columns"]] for each in (first, second)]
    assert labels == [[*lines[0]], [*lines[3]]]
    assert first["touching"] is True and "touching" not in second and second["bare"] is True


def a_whole_page(book: Workbook) -> None:
    """Fields, a table of one row, fields, a heading and a table, without a blank line."""
    sheet = page(book)
    texts = {"A1": "项目名称", "A2": "预算数", "B2": "执行数", "C2": "执行率", "D2": "得分", "A4": "总体目标", "A5": "一、绩效指标",
             "A6": "指标", "B6": "目标值", "C6": "完成值", "D6": "得分", "A9": "填表人："}  # fmt: skip
    for cell, text in texts.items():
        sheet[cell] = text
        sheet[cell].border = BOX
    for cell in ("B1", "A3", "B3", "C3", "D3", "B4", *(f"{column}{row}" for row in (7, 8) for column in "ABCD")):
        sheet[cell].fill = YELLOW
    sheet["A9"].border = Border()
    for cells in ("B1:D1", "B4:D4", "A5:D5"):
        sheet.merge_cells(cells)
    with_note(book, "一页表!A3", "不再加行")


def test_a_page_without_a_blank_line_is_read_part_by_part_and_stands_so(tmp_path: Path) -> None:
    form = load_form(written(page_form(), tmp_path))
    drawn = edited(draw(form, tmp_path), a_whole_page)
    read = definition_in(drawn)
    assert [str(fault) for fault in read.faults] == []
    head, money, aims, results, signed = next(each for each in read.definition["sheets"] if each["title"] == "一页表")["sections"]
    assert [item["label"] for part in (head, aims) for item in part["items"]] == ["项目名称", "总体目标"]
    assert (money["blocks"], money["touching"]) == ([{"key": money["table"]}], True)
    assert (results["label"], results["touching"], signed) == ("一、绩效指标", True, {"lines": ["填表人："]})
    read_form(drawn, output=tmp_path / "my" / "mini" / "2022")
    write_template("mini", year=2022, templates=tmp_path / "my", output=tmp_path / "template.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "template.xlsx")["一页表"]
    shown = [row for row in range(2, sheet.max_row + 1) if not sheet.row_dimensions[row].hidden]
    assert [sheet.cell(row, 2).value for row in shown][:6] == ["项目名称", "预算数", None, "总体目标", "一、绩效指标", "指标"]


def test_a_row_that_is_like_a_header_stays_a_row_where_its_note_says_so(forms: Path) -> None:
    """Of our own drawings each fixed row has its key in a note."""
    definition = page_form()
    table = definition["sheets"][-2]["sections"][1]
    table["blocks"][1]["rows"] = [{"key": "a", "source": "上级"}, {"key": "b", "source": "本级"}]
    form = load_form(written(definition, forms / "rows"))
    read = definition_in(draw(form, forms, "rows.xlsx"))
    assert read.definition == form.definition
