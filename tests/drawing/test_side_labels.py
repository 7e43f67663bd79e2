"""Labels on the left of sections: one cell over all lines of a table or of single fields, in every workbook and both ways."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Alignment
from openpyxl.workbook import Workbook

from support.drawings import YELLOW, definition_in, draw, edited, with_note, written
from support.libreoffice import edit
from support.page_form import page_document
from support.side_form import side_form
from xlperf import FormError, fill_workbook, finalize, load_form, prove_form, read_form, validate, write_template
from xlperf.forms.document import Spot
from xlperf.forms.layout import make_layout

PAGE = "一页自评表"
ACCUSATIONS = {"XL231", "XL232", "XL233", "XL234", "XL236", "XL239"}  # of having changed what is ours
SIDES = {"B3:B5": "基本情况", "B6:C10": "项目资金（万元）", "B11:B11": "年度总体目标", "B12:B19": "绩效指标"}


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sides")
    written(side_form(), folder)
    return folder


@pytest.fixture(scope="module")
def filled(forms: Path) -> Path:
    fill_workbook(page_document(), templates=forms, output=forms / "filled.xlsx")
    return forms / "filled.xlsx"


def labels_in(path: Path, texts: dict[str, str] = SIDES) -> dict[str, str]:
    """The labels of the page by the cells over which they stand."""
    sheet = openpyxl.load_workbook(path)[PAGE]
    merged = {str(cells).partition(":")[0]: str(cells) for cells in sheet.merged_cells.ranges}
    column = [cell for (cell,) in sheet.iter_rows(min_row=3, min_col=2, max_col=2) if cell.value in texts.values()]
    return {merged.get(cell.coordinate, f"{cell.coordinate}:{cell.coordinate}"): cell.value for cell in column}


def accused(path: Path, forms: Path) -> list[tuple[str, tuple[str, ...]]]:
    found = validate(path, templates=forms).findings
    return [(each["code"], tuple(each["cells"])) for each in found if each["code"] in ACCUSATIONS]


def test_what_belongs_to_a_label_stands_behind_it(forms: Path) -> None:
    layout = make_layout(load_form(forms / "mini" / "2022"))
    cells = {("head", "project"): "D3", ("head", "doer"): "H4", ("money", "source"): "D7", ("aims", "plan"): "D11", ("results", "title"): "D14"}  # fmt: skip
    spots = {**{key: key for key in cells}, ("money", "source"): ("all_money", "source"), ("results", "title"): ("made", "title")}
    assert {key: layout.address(Spot(spots[key][0], 0, spots[key][1])).rpartition("!")[2] for key in cells} == cells


def test_a_label_goes_over_all_lines_of_its_section(forms: Path, filled: Path) -> None:
    write_template("mini", year=2022, templates=forms, output=forms / "blank.xlsx")
    assert labels_in(forms / "blank.xlsx") == labels_in(filled) == SIDES
    sheet = openpyxl.load_workbook(forms / "blank.xlsx")[PAGE]
    assert sheet["B3"].alignment.textRotation == 255 and sheet["B6"].alignment.wrap_text
    assert sheet["B1"].value == "text #side" and sheet["A3"].value == "head.project"


def test_our_own_output_is_not_accused_and_every_command_works(forms: Path, filled: Path) -> None:
    result = validate(filled, templates=forms)
    assert (result.status, result.findings) == ("passed", [])
    assert {key: result.document[key] for key in ("head", "aims", "results")} == {
        key: page_document()[key] for key in ("head", "aims", "results")
    }
    done = finalize(filled, templates=forms, output=forms / "out")
    final = next(path for path in done.outputs if path.suffix == ".xlsx")
    assert accused(final, forms) == [] and labels_in(final) == SIDES


@pytest.mark.slow
def test_check_form_proves_it(forms: Path) -> None:
    assert [str(fault) for fault in prove_form(forms / "mini" / "2022").faults] == []


def test_a_label_grows_with_the_rows_of_a_longer_document(forms: Path, tmp_path: Path) -> None:
    document = copy.deepcopy(page_document())
    document["results"] += [{**document["results"][-1], "title": f"指标{number}"} for number in range(9)]
    fill_workbook(document, templates=forms, output=tmp_path / "long.xlsx")
    assert labels_in(tmp_path / "long.xlsx")["B12:B27"] == "绩效指标"
    result = finalize(tmp_path / "long.xlsx", templates=forms, output=tmp_path)
    assert result.status == "passed" and result.document["results"] == document["results"]


def test_low_lines_become_high_enough_for_the_label(tmp_path: Path) -> None:
    definition = side_form()
    head, *_ = definition["sheets"][-2]["sections"]
    head["side"] = {"label": "项目单位基本情况表", "upright": True}
    path = written(definition, tmp_path)
    write_template("mini", year=2022, templates=tmp_path, output=tmp_path / "blank.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "blank.xlsx")[PAGE]
    assert sum(sheet.row_dimensions[row].height for row in (3, 4, 5)) >= 9 * 16 and path.is_dir()


# --- what people do to it ------------------------------------------------------------------------------------


def split(book: Workbook) -> None:
    """Split every label, and write one of them into all its cells, as WPS does on request."""
    sheet = book[PAGE]
    for cells in SIDES:
        if cells != "B11:B11":
            sheet.unmerge_cells(cells)
    for row in range(12, 19):
        sheet[f"B{row}"] = "绩效指标"


def merged_further(book: Workbook) -> None:
    sheet = book[PAGE]
    for cells in ("B12:B19", "C14:C16"):
        sheet.unmerge_cells(cells)
    sheet.merge_cells("B15:C15")


@pytest.mark.parametrize(
    ("change", "expected"),
    {
        "split": (split, []),
        "letters with breaks": (lambda book: book[PAGE].__setitem__("B12", "绩\n效\n指\n标"), []),
        "retyped": (lambda book: book[PAGE].__setitem__("B12", "指标"), [("XL233", (f"{PAGE}!B12",))]),
        "of fields": (lambda book: book[PAGE].__setitem__("B3", "项目情况"), [("XL233", (f"{PAGE}!B3",))]),
        "wiped": (lambda book: book[PAGE].__setitem__("B12", None), []),
        "in a cell below": (
            lambda book: (split(book), book[PAGE].__setitem__("B15", "备注：已核")),
            [("XL236", (f"{PAGE}!B15",))],
        ),
        "merged with its neighbour": (merged_further, [("XL234", (f"{PAGE}!B15:C15",))]),
    }.values(),
)  # fmt: skip
def test_what_becomes_of_a_label_is_told_where_it_matters(
    change: Callable[[Workbook], object], expected: list[Any], forms: Path, filled: Path
) -> None:
    path = edited(filled, change)
    assert accused(path, forms) == expected
    assert validate(path, templates=forms).document["results"] == page_document()["results"]


@pytest.mark.libreoffice
@pytest.mark.slow
def test_a_label_grows_when_rows_are_inserted_in_libreoffice(forms: Path, filled: Path, tmp_path: Path) -> None:
    """Within the table, and above the line that ends it; rows that were sorted below a label that was split are read too."""
    steps = [["insert_row", PAGE, 14], ["insert_row", PAGE, 19], ["type_in", PAGE, 19, 3, "加的一行"]]
    (tmp_path / "steps.json").write_text(json.dumps(steps), "utf-8")
    edit([(tmp_path / "steps.json", filled, tmp_path / "inserted.xlsx")])
    assert labels_in(tmp_path / "inserted.xlsx")["B12:B21"] == "绩效指标"
    result = validate(tmp_path / "inserted.xlsx", templates=forms)
    assert [row["title"] for row in result.document["results"]][-1] == "加的一行"
    assert accused(tmp_path / "inserted.xlsx", forms) == []


# --- definitions ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "says"),
    {
        "too wide": (lambda page: page[3]["side"].update(span=2), "写了 10 个列宽，但 sheets[5].sections[3] 需要 11 列"),
        "a box": (lambda page: page[2]["items"].__setitem__(slice(None), [{"key": "plan", "label": "目标", "type": "text", "rows": 3}]),
                  "items[0].rows: 大段文字（rows: 3）的名称在上面"),
        "of a name elsewhere": (lambda page: page[3]["columns"][0].update(key="source"), "source"),
    }.values(),
)  # fmt: skip
def test_a_label_that_cannot_stand_there_is_refused(change: Callable[[list[Any]], None], says: str, tmp_path: Path) -> None:
    definition = side_form()
    change(definition["sheets"][5]["sections"])
    with pytest.raises(FormError) as caught:
        load_form(written(definition, tmp_path))
    assert says in str(caught.value), str(caught.value)


def test_drawn_and_read_it_is_equal_and_stands_as_in_the_template(forms: Path) -> None:
    form = load_form(forms / "mini" / "2022")
    drawn = draw(form, forms)
    read = definition_in(drawn)
    assert [str(fault) for fault in read.faults] == [] and read.definition == form.definition
    shown = [str(row[0].value) for row in openpyxl.load_workbook(drawn)["其他设置"].iter_rows(min_row=2)]
    assert [place for place in shown if "page" in place] == [
        f"sheets > page > sections > table:money > columns > {key} > type" for key in ("adjusted", "done")
    ]
    write_template("mini", year=2022, templates=forms, output=forms / "blank.xlsx")
    of_both = [
        {str(cells) for cells in openpyxl.load_workbook(path)[PAGE].merged_cells.ranges} for path in (drawn, forms / "blank.xlsx")
    ]
    assert of_both[0] == of_both[1]


def a_page_with_labels(book: Workbook) -> None:
    """As an officer draws it from the printed table: a label beside fields, one beside a table of its own, nothing in notes."""
    sheet = book.create_sheet("一页表", 3)
    for column, width in zip("ABCDEF", (5, 12, 14, 10, 10, 12), strict=True):
        sheet.column_dimensions[column].width = width
    texts = {"A1": "基本情况", "B1": "项目名称", "B2": "主管部门", "D2": "电话", "A4": "绩\n效\n指\n标", "B4": "指标", "D4": "目标值", "E4": "完成值",
             "F4": "说明"}  # fmt: skip
    for cell, text in texts.items():
        sheet[cell] = text
    sheet["A4"].alignment = Alignment(wrap_text=True)
    for cells in ("A1:A2", "C1:F1", "E2:F2", "A4:A7", *(f"B{row}:C{row}" for row in range(4, 8))):
        sheet.merge_cells(cells)
    for cell in ("C1", "C2", "E2", *(f"{column}{row}" for column in "BDEF" for row in (5, 6, 7))):
        sheet[cell].fill = YELLOW
    with_note(book, "一页表!D2", "键: phone")


def test_what_an_officer_draws_is_read_and_stands_so_in_the_template(tmp_path: Path) -> None:
    form = load_form(written(side_form(), tmp_path))
    drawn = edited(draw(form, tmp_path), a_page_with_labels)
    read = definition_in(drawn)
    assert [str(fault) for fault in read.faults] == []
    fields, table = next(each for each in read.definition["sheets"] if each["title"] == "一页表")["sections"]
    assert (fields["side"], [item["label"] for item in fields["items"]]) == (
        {"label": "基本情况"},
        ["项目名称", "主管部门", "电话"],
    )
    assert (table["side"], table["label"]) == ({"label": "绩效指标", "upright": True}, "绩效指标")
    assert [(column["label"], column.get("span", 1)) for column in table["columns"]] == [
        ("指标", 2), ("目标值", 1), ("完成值", 1), ("说明", 1),
    ]  # fmt: skip
    read_form(drawn, output=tmp_path / "my" / "mini" / "2022")
    write_template("mini", year=2022, templates=tmp_path / "my", output=tmp_path / "template.xlsx")
    merged = {str(cells) for cells in openpyxl.load_workbook(tmp_path / "template.xlsx")["一页表"].merged_cells.ranges}
    assert {"B2:B3", "B4:B8", "C4:D4", "C5:D5"} <= merged


def test_a_label_beside_one_line_says_so_in_its_note(tmp_path: Path) -> None:
    definition = side_form()
    aims = definition["sheets"][-2]["sections"][2]
    form = load_form(written(definition, tmp_path))
    drawn = draw(form, tmp_path)
    assert openpyxl.load_workbook(drawn)[PAGE]["B11"].comment.text == "整段名称" and len(aims["items"]) == 2
