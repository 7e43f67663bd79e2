"""What a form cannot keep is told, each kind once, and refuses nothing; what draw-form itself draws is all kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl.formatting.rule import CellIsRule
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation

from support.drawings import YELLOW, draw, edited, small_form
from xlperf import read_form
from xlperf.drawing.read import lost_settings


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    return draw(small_form(folder), folder)


def limited(book: Workbook, cells: str, **kinds: str) -> None:
    kept = book["项目"].data_validations.dataValidation
    kept[:] = [each for each in kept if cells.partition(":")[0] not in each.sqref]
    added = DataValidation(**kinds)
    added.add(cells)
    book["项目"].add_data_validation(added)


def test_what_is_left_out_is_told_once(drawn: Path, tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        limited(book, "C5:C24", type="decimal", operator="greaterThan", formula1="0")
        limited(book, "D5:D24", type="custom", formula1="=D5<=C5")
        book["项目"].conditional_formatting.add("C5:C24", CellIsRule(operator="lessThan", formula=["0"], fill=YELLOW))

    path = edited(drawn, change)
    assert read_form(path, output=tmp_path / "training" / "2024").is_file()
    told = lost_settings(path)
    assert [text.partition("：")[0] for text in told] == ["项目!C5", "项目!C5"]
    assert told[0].endswith("；同样的还有 1 处：D5") and "数据验证" in told[0] and "条件格式" in told[1]


def test_a_drawing_as_it_was_drawn_leaves_nothing_out(drawn: Path) -> None:
    assert lost_settings(drawn) == []


@pytest.mark.parametrize(
    ("operator", "first", "second", "is_told"),
    [
        ("between", "0", "1", False),
        ("greaterThanOrEqual", "0", "", False),
        ("between", "0", "C4", True),
        ("equal", "1", "", True),
    ],
)
def test_limits_that_a_form_can_say_are_kept(
    operator: str, first: str, second: str, is_told: bool, drawn: Path, tmp_path: Path
) -> None:
    def change(book: Workbook) -> None:
        limited(book, "C5:C24", type="decimal", operator=operator, formula1=first, formula2=second)

    assert bool(lost_settings(edited(drawn, change))) is is_told
