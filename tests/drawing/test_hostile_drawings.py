"""Drawings that are no drawings, or hold what a form cannot: each is refused by cell with the cure, or read; nothing is lost silently.

None of them costs much, and none gives a traceback.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula
from openpyxl.worksheet.table import Table

from support.drawings import definition_in, draw, drawing_of, edited, small_form
from support.drawn_mutations import mutate
from support.surgery import rewrite
from support.sweeps import SOAK, seeds
from support.written_forms import WRITTEN
from xlperf import UnreadableError, load_form, read_form
from xlperf.drawing.faults import DrawingError

Change = Callable[[Workbook], object]
MOST_SECONDS = 10
CODES = ("XL103", "XL104", "XL128")  # what openpyxl writes and nobody can open
ABOVE = (
    "[Threaded comment]\n\nYour version of Excel allows you to read this threaded comment; however, any edits to it will get removed if the "
    "file is opened in a newer version of Excel. Learn more: https://go.microsoft.com/fwlink/?linkid=870924\n\nComment:\n    "
)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    return draw(small_form(folder), folder)


def put(**cells: object) -> Change:
    """Values of the sheet 项目."""
    return lambda book: [book["项目"].__setitem__(cell, value) for cell, value in cells.items()]


def below(last: int) -> Change:
    return lambda book: [book["项目"].cell(row, 2, f"项目{row}") for row in range(25, last + 1)]


def limit(kind: str, formula: str, cells: str, **more: str) -> Change:
    def change(book: Workbook) -> None:
        found = DataValidation(type=kind, formula1=formula, **more)
        found.add(cells)
        book["项目"].add_data_validation(found)

    return change


def with_table(book: Workbook) -> None:
    book["项目"].add_table(Table(displayName="表1", ref="B3:F24"))


def with_charts(book: Workbook) -> None:
    sheet, chart = book["项目"], BarChart()
    chart.add_data(Reference(sheet, min_col=3, min_row=3, max_row=8))
    sheet.add_chart(chart, "J2")
    book.create_chartsheet("图").add_chart(BarChart())


def in_conversation(book: Workbook) -> None:
    """The note of a cell, as newer Excels keep one that was written as a comment."""
    cell = book["项目"]["C3"]
    cell.comment = Comment(ABOVE + cell.comment.text.replace("\n", "\n    "), "tc={0}")


def crowded(book: Workbook) -> None:
    for row in range(30, 680):
        for column in range(1, 70):
            book["项目"].cell(row, column, 1)


REFUSED: dict[str, tuple[Change, str, str]] = {  # what somebody did: the cell that is told, and words of what is told of it
    "rows that nobody reads": (below(2100), "项目!B2000", "只读到第 1999 行"),
    "columns that nobody reads": (put(CC3="很远的一栏"), "项目!CC3", "第 BZ 列"),
    "more cells than are read": (crowded, "项目", "这张表太大"),
    "a form's sheet hidden": (lambda book: setattr(book["项目"], "sheet_state", "hidden"), "项目", "取消隐藏"),
    "a table of Excel's own": (lambda book: [with_table(book), put(C4="=SUM(表1[预算数（万元）])")(book)], "项目!C4", "“表1[预算数（万元）]”是 Excel“表格”里的引用"),
    "its own row": (put(E4="=IF([@支出数]=0,0,1)"), "项目!E4", "转换为区域"),
    "a data table": (put(C4=DataTableFormula("C4", dt2D=False, r1="B1")), "项目!C4", "没有函数“TABLE”"),
    "an array that is none of one value": (put(C4=ArrayFormula("C4", "=SUM(IF(C5:C24>0,C5:C24,0))")), "项目!C4", "应为单个值"),
    "another workbook": (put(C4="='[预算.xlsx]Sheet1'!A1"), "项目!C4", "别的文件"),
    "another workbook by number": (put(C4="=[1]Sheet1!A1"), "项目!C4", "别的文件"),
    "a formula of eight thousand letters": (put(C4="=" + "+".join(["C5"] * 2700)), "项目!C4", "…"),
    "brackets in brackets": (put(C4="=" + "(" * 400 + "C5" + ")" * 400), "项目!C4", "另外的空行"),
    "no rules": (lambda book: book.remove(book["规则"]), "填报说明", "没有“规则”表"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", REFUSED)
def test_what_a_form_cannot_hold_is_told_by_its_cell(name: str, drawn: Path, tmp_path: Path) -> None:
    change, cell, words = REFUSED[name]
    target = tmp_path / "training" / "2024"
    with pytest.raises(DrawingError) as caught:
        read_form(edited(drawn, change), output=target)
    told = [fault for fault in caught.value.faults if fault.startswith(f"{cell}：")]
    assert told and words in told[0] and len(told[0]) < 500, caught.value.faults
    assert not any("openpyxl" in fault or " object at " in fault for fault in caught.value.faults)
    assert len(caught.value.faults) <= 2 and not target.exists()


def test_rules_without_titles_over_them_are_told(drawn: Path, tmp_path: Path) -> None:
    with pytest.raises(DrawingError) as caught:
        read_form(edited(drawn, lambda book: book["规则"].delete_rows(1)), output=tmp_path / "training" / "2024")
    assert "规则：缺少“编号”栏；请在第一行补上这一栏" in caught.value.faults


READ: dict[str, Change] = {
    "charts": with_charts,
    "a table of Excel's own, unnamed in formulas": with_table,
    "names": lambda book: book.defined_names.update({"合计": DefinedName("合计", attr_text="项目!$C$4")}),
    "an array of one value": put(C4=ArrayFormula("C4", '=IF(COUNT(C5:C24)=0,"",ROUND(SUM(C5:C24),6))')),
    "a comment of newer Excels": in_conversation,
    "hidden rows": lambda book: [setattr(book["项目"].row_dimensions[row], "hidden", True) for row in (6, 7)],
    "a limit on a whole column": limit("decimal", "-5", "D1:D1048576", operator="greaterThanOrEqual"),
    "a scratch sheet hidden": lambda book: [book.create_sheet("草稿").append(["数", 1]), setattr(book["草稿"], "sheet_state", "hidden")],
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", READ)
def test_what_is_none_of_a_form_does_no_harm(name: str, drawn: Path, tmp_path: Path) -> None:
    read = definition_in(edited(drawn, READ[name]))
    assert [str(fault) for fault in read.faults] == [] and read.lost == ()
    assert read.definition == as_drawn(drawn)


@cache
def as_drawn(drawn: Path) -> dict[str, Any]:
    return definition_in(drawn).definition


FORMATTED = {  # rows, and rows with a cell each, below what is drawn
    "rows": b"".join(b'<row r="%d" ht="15" customHeight="1" s="1"/>' % row for row in range(60, 1_048_577)),
    "cells": b"".join(b'<row r="%d"><c r="A%d" s="5"/></row>' % (row, row) for row in range(60, 300_000)),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", FORMATTED)
def test_a_million_formatted_rows_cost_little(kind: str, drawn: Path, tmp_path: Path) -> None:
    def change(name: str, part: bytes) -> bytes:
        return part.replace(b"</sheetData>", FORMATTED[kind] + b"</sheetData>") if name.endswith("/sheet3.xml") else part

    big = rewrite(drawn, tmp_path / "big.xlsx", change)
    began = time.process_time()
    read = definition_in(big)
    assert time.process_time() - began < MOST_SECONDS
    assert read.faults == () and read.definition == as_drawn(drawn)


def test_a_day_in_a_heading_is_a_day(drawn: Path, tmp_path: Path) -> None:
    path = read_form(edited(drawn, put(C3=datetime(2024, 1, 1))), output=tmp_path / "training" / "2024")
    labels = [field.label for field in load_form(path.parent).blocks["rows"].fields.values()]
    assert "2024-01-01" in labels


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(600, usual=6))
def test_whatever_somebody_does_to_a_drawing_it_is_read_or_refused(seed: int, drawn: Path, tmp_path: Path) -> None:
    """Formulas, notes, limits, looks, rows, columns, merges and sheets changed at random, by one to three hands."""
    random = Random(seed)
    key, source = (
        ("training", drawn.read_bytes()) if not SOAK or random.random() < 0.3 else written_by_people(random.choice(WRITTEN))
    )
    book = openpyxl.load_workbook(io.BytesIO(source))
    done = mutate(book, random)
    if not any(sheet.sheet_state == "visible" for sheet in book):
        book.create_sheet("可见")
    book.save(tmp_path / "changed.xlsx")
    try:
        path = read_form(tmp_path / "changed.xlsx", output=tmp_path / key / "2024")
    except DrawingError as error:
        assert all("：" in fault and "None" not in fault and " object at " not in fault for fault in error.faults), done
    except UnreadableError as error:
        assert error.key in CODES, (done, error.key)
    else:
        assert load_form(path.parent).key == key, done


@cache
def written_by_people(folder: Path) -> tuple[str, bytes]:
    return folder.parent.name, drawing_of(folder)


@pytest.mark.parametrize(("content", "code"), [
    (b"", "XL124"), (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(5000), "XL101"), (b"PK\x03\x04" + bytes(200), "XL115"),
])  # fmt: skip
def test_what_is_no_workbook_has_its_code(content: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(UnreadableError) as caught:
        read_form(path, output=tmp_path / "training" / "2024")
    assert caught.value.key == code


@pytest.mark.slow
def test_a_workbook_that_openpyxl_cannot_open_is_told_without_its_words(drawn: Path, tmp_path: Path) -> None:
    without = rewrite(
        drawn, tmp_path / "a.xlsx", lambda name, part: b"<styleSheet xmlns='x'/>" if name == "xl/styles.xml" else part
    )
    with pytest.raises(UnreadableError, match=r"openpyxl: \w+Error"):
        read_form(without, output=tmp_path / "training" / "2024")


def test_an_empty_workbook_says_what_is_missing(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "a.xlsx")
    with pytest.raises(DrawingError) as caught:
        read_form(tmp_path / "a.xlsx", output=tmp_path / "training" / "2024")
    assert [fault.partition("；")[0] for fault in caught.value.faults] == ["Sheet：没有“规则”表", "Sheet：没有“说明”表"]
