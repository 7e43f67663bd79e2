"""Random changes of drawn workbooks, as hands make them that know Excel and not what a form may hold.

mutate(book, Random(7))      # one to three changes; what was done, for whoever has to repeat it
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from xlperf.drawing.words import ATTRIBUTES, word

VALUES = (
    None, "", " ", "合计", "预算数（元）", "A", "=", "=1", "=C5", "=SUM(C5:C9)", "=SUM(C:C)", "=$D$5", "=IF(C5=0,,1)", "='规则'!A1", "=没有!A1", "=A1:B2",
    '=VLOOKUP(B5,B5:D9,2,0)', '=LOOKUP(C5,参数!A1:B3)', "=TODAY()", "=(C5", "=C5 D5", '="', "=C5%", "=-C5", "={1,2}", "=#REF!", "=NAME", "=名称", 0, -1, 1.5, 1e300,
    True, "TRUE", "2024-01-01", "100%", "{name}", "{", "a: b", "- x", "[", "x" * 400, "\n", "'=1", "@", "！", "第一行\n第二行", "😀",
)  # fmt: skip
NOTE_VALUES = (
    "",
    ": ",
    ": 是",
    ": 否",
    ": x",
    ": 1",
    ": -1",
    ": 99999",
    ": 1.5",
    ": a → b",
    ": a | b",
    ": spent",
    ": =C5",
    ": {",
    ": 文字",
    ": 金额",
    ": 日期",
    ": []",
)
FORMATS = ("General", "0", "0.00", "0.00%", "@", "yyyy-mm-dd", "#,##0.00", "0.000000", '"x"0', "[Red]0;-0", "bad[", "0.00E+00")
LIMITS = ("list", "whole", "decimal", "textLength", "date", "custom", "time")
LIMIT_VALUES = (
    '"甲,乙"',
    '"',
    "1",
    "0",
    "-5",
    "=C5",
    "$B$4:$B$8",
    "规则!$A$1:$A$3",
    "没有!A1",
    "LEN(A1)>1",
    "44927",
    "x",
    None,
    '"a""b,c"',
)

Change = Callable[[Workbook, Worksheet, Random], str]


def mutate(book: Workbook, random: Random) -> list[str]:
    """One to three changes; what they were."""
    return [random.choice(CHANGES)(book, random.choice(book.worksheets), random) for _ in range(random.randint(1, 3))]


def _place(sheet: Worksheet, random: Random) -> tuple[int, int]:
    return random.randint(1, min(sheet.max_row, 40) + 1), random.randint(1, min(sheet.max_column, 14) + 1)


def _cell(sheet: Worksheet, random: Random):  # type: ignore[no-untyped-def]
    """A cell, mostly one in which something stands."""
    filled = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None or cell.comment]
    if filled and random.random() < 0.7:
        return random.choice(filled)
    cell = sheet.cell(*_place(sheet, random))
    return sheet.cell(1, sheet.max_column + 1) if isinstance(cell, MergedCell) else cell


def _write(book: Workbook, sheet: Worksheet, random: Random) -> str:
    cell = _cell(sheet, random)
    cell.value = random.choice(VALUES)
    return f"{sheet.title}!{cell.coordinate} = {cell.value!r}"


def _note(book: Workbook, sheet: Worksheet, random: Random) -> str:
    cell = _cell(sheet, random)
    lines = cell.comment.text.split("\n") if cell.comment and random.random() < 0.7 else []
    if lines and random.random() < 0.3:
        lines.pop(random.randrange(len(lines)))
    else:
        lines.append(word(random.choice(list(ATTRIBUTES))) + random.choice(NOTE_VALUES))
    cell.comment = Comment("\n".join(lines), "x") if lines else None
    return f"{sheet.title}!{cell.coordinate} note {lines!r}"


def _rows(book: Workbook, sheet: Worksheet, random: Random) -> str:
    row, column = _place(sheet, random)
    change, at = random.choice(
        ((sheet.delete_rows, row), (sheet.insert_rows, row), (sheet.delete_cols, column), (sheet.insert_cols, column))
    )
    change(at)
    return f"{sheet.title} {change.__name__} {at}"


def _merge(book: Workbook, sheet: Worksheet, random: Random) -> str:
    if sheet.merged_cells.ranges and random.random() < 0.5:
        area = str(random.choice(sorted(map(str, sheet.merged_cells.ranges))))
        sheet.unmerge_cells(area)
        return f"{sheet.title} unmerge {area}"
    top, left = _place(sheet, random)
    area = f"{get_column_letter(left)}{top}:{get_column_letter(left + random.randint(0, 3))}{top + random.randint(0, 3)}"
    sheet.merge_cells(area)
    return f"{sheet.title} merge {area}"


def _sheet(book: Workbook, sheet: Worksheet, random: Random) -> str:
    what = random.choice(("remove", "rename", "copy", "hide", "blank"))
    if what == "remove" and len(book.worksheets) > 1:
        book.remove(sheet)
    elif what == "rename":
        sheet.title = random.choice(("规则", "参数", "X", "a'b", "说明 "))
    elif what == "copy":
        book.copy_worksheet(sheet)
    elif what == "hide":
        sheet.sheet_state = random.choice(("hidden", "veryHidden"))
    else:
        book.create_sheet("空的")
    return f"{what} {sheet.title}"


def _look(book: Workbook, sheet: Worksheet, random: Random) -> str:
    cell = _cell(sheet, random)
    what = random.randrange(4)
    if what == 0:
        cell.fill = PatternFill("solid", fgColor=random.choice(("FFFFFF00", "FFFFFFFF", "FF00FF00")))
    elif what == 1:
        cell.protection = Protection(locked=random.random() < 0.5)
    elif what == 2:
        cell.number_format = random.choice(FORMATS)
    else:
        dimension = sheet.column_dimensions[get_column_letter(cell.column)]
        dimension.hidden, dimension.width = random.random() < 0.5, random.choice((0, 0.1, 8, 255))
    return f"{sheet.title}!{cell.coordinate} look {what} {cell.number_format}"


def _limit(book: Workbook, sheet: Worksheet, random: Random) -> str:
    cell = _cell(sheet, random)
    found = DataValidation(type=random.choice(LIMITS), operator=random.choice(("between", "lessThan", "equal", "notBetween")),
                           formula1=random.choice(LIMIT_VALUES), formula2=random.choice(LIMIT_VALUES))  # fmt: skip
    found.add(cell.coordinate)
    sheet.data_validations.dataValidation.insert(0, found)
    return f"{sheet.title}!{cell.coordinate} limit {found.type} {found.operator} {found.formula1!r} {found.formula2!r}"


CHANGES: tuple[Change, ...] = (_write, _write, _write, _note, _note, _note, _rows, _merge, _sheet, _look, _limit)
