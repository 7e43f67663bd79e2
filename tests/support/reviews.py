"""Reviews as a bureau fills them in: cells by the hidden keys of their row and column, and the example of Sichuan reviewed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from support.paths import EXAMPLES
from xlperf import write_review

FILLED = EXAMPLES / "sichuan-project-2023" / "filled.xlsx"
DOCUMENT: dict = json.loads((EXAMPLES / "sichuan-project-2023" / "finalized.json").read_text("utf-8"))
SCORES = [row["score"] for row in DOCUMENT["indicators"]]
REASON = "验收单缺第三季度，按实有部分计分。"
LOWERED = (2, 3)  # the rows of indicators in which the reviewer takes a point off
Cells = Mapping[str, object]  # by `row.field`, as the hidden cells name row and column: `indicators.2.rescore`, `verdict.overall`

REVIEWER: Cells = {
    "verdict.overall": "两项指标佐证不足，其余属实。",
    "reviewer.organization": "县财政局",
    "reviewer.name": "张三",
    "reviewer.day": date(2024, 8, 1),
}
REVIEW: Cells = {
    **REVIEWER,
    **{f"indicators.{number}.rescore": score - (number in LOWERED) for number, score in enumerate(SCORES, 1)},
    **{f"indicators.{number}.remark": REASON for number in LOWERED},
    "indicators.2.rechecked": 7000,
}
APPROVAL: Cells = {
    "verdict.approved": 76,
    "verdict.approval_remark": "满意度问卷样本不足，再扣一分多。",
    "approver.name": "李四",
    "approver.day": date(2024, 9, 1),
}


def find(book: Workbook, name: str) -> tuple[Worksheet, int, int]:
    """Where a cell stands: sheet, row and column from 1."""
    title, row, column = places_in(book)[name]
    return book[title], row, column


def places_in(book: Workbook) -> dict[str, tuple[str, int, int]]:
    """Where the cells of a workbook stand, by name: title of the sheet, row and column from 1."""
    places: dict[str, tuple[str, int, int]] = {}
    for sheet in book.worksheets:
        columns = {key: cell.column for cell in sheet[1] for key in str(cell.value or "").split()}
        for row in range(2, sheet.max_row + 1):
            key = str(sheet.cell(row, 1).value or "")
            if key and "value" in columns and key not in places:
                narrative = sheet.cell(row, columns["text"]).coordinate  # a long text is merged with what stands beside it
                places[key] = (sheet.title, row, columns["text" if narrative in sheet.merged_cells else "value"])
            if key:
                places.update({f"{key}.{field}": (sheet.title, row, column) for field, column in columns.items()
                               if f"{key}.{field}" not in places})  # fmt: skip
    return places


def address(path: Path, name: str) -> str:
    """A cell as findings name it."""
    title, row, column = _known_places(path, path.stat().st_mtime_ns, path.stat().st_size)[name]
    return f"{title}!{get_column_letter(column)}{row}"


@cache
def _known_places(path: Path, *state: int) -> dict[str, tuple[str, int, int]]:
    return places_in(openpyxl.load_workbook(path))


def fill_in(source: Path, target: Path, cells: Cells, change: Callable[[Workbook], object] = lambda book: None) -> Path:
    """Fill in those cells, as somebody does who may also have taken the protection off; then change what else is asked."""
    book = openpyxl.load_workbook(source)
    places = _known_places(source, source.stat().st_mtime_ns, source.stat().st_size)
    for name, value in cells.items():
        title, row, column = places[name]
        book[title].cell(row, column).value = value
    change(book)
    book.save(target)
    return target


@cache
def blank_review() -> Path:
    """The workbook in which the example is to be reviewed; nobody changes it."""
    return write_review(FILLED, output=mkdtemp(prefix="xlperf-review-"), date="2024-08-01").outputs[0]


def reviewed(folder: Path, cells: Cells = {}, change: Callable[[Workbook], object] = lambda book: None) -> Path:  # noqa: B006
    """A review that came back; what is right in it but for those cells."""
    return fill_in(blank_review(), folder / "复核表.xlsx", {**REVIEW, **cells}, change)


@cache
def _approval() -> Path:
    folder = Path(mkdtemp(prefix="xlperf-approval-"))
    return write_review(reviewed(folder), output=folder, date="2024-09-01").outputs[0]


def approved(folder: Path, cells: Cells = {}) -> Path:  # noqa: B006
    """An approval that came back."""
    return fill_in(_approval(), folder / "审定表.xlsx", {**APPROVAL, **cells})
