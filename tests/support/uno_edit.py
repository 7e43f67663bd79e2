"""Edit workbooks in a real LibreOffice, as a department does: insert, delete and sort rows, columns and sheets.

Runs under the system's Python (python3-uno), not under the tests' own:

    /usr/bin/python3 uno_edit.py PROFILE_DIRECTORY EDIT IN.xlsx OUT.xlsx [EDIT IN OUT ...]

An EDIT is the name of a function of this file that takes the document, or a JSON file: a list of steps, each the name of a step
and what it takes. A workbook that was edited by steps is computed anew before it is saved.
"""

import json
import os
import subprocess
import sys
import time
import uuid

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.table import CellRangeAddress

INSERTED = {"goals": ("插入的目标", "插入的完成情况"), "items": ("插入的项目", 1.5), "tasks": ("插入的职责", "插入的任务")}


def main(profile: str, jobs: list) -> None:
    pipe = f"xlperf{uuid.uuid4().hex}"
    office = subprocess.Popen(["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--norestore",
                               f"--accept=pipe,name={pipe};urp;"])  # fmt: skip
    try:
        desktop = connect(pipe)
        for edit, source, target in jobs:
            book = desktop.loadComponentFromURL(url(source), "_blank", 0, (prop("Hidden", True),))
            unprotect(book)
            if edit.endswith(".json"):
                with open(edit, encoding="utf-8") as file:
                    for step, *rest in json.load(file):
                        STEPS[step](book, *rest)
                book.calculateAll()
            else:
                globals()[edit](book)
            book.storeToURL(url(target), (prop("FilterName", "Calc MS Excel 2007 XML"),))
            book.close(True)
        desktop.terminate()
        office.wait(30)
    finally:
        office.kill()


def connect(pipe: str):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(360):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        except Exception:
            time.sleep(0.5)
    raise SystemExit("LibreOffice did not answer")


def unprotect(book) -> None:
    for name in book.Sheets.ElementNames:
        if book.Sheets.getByName(name).isProtected():
            book.Sheets.getByName(name).unprotect("")


def nothing(book) -> None:
    """Only take the protection off and save."""


def delete_preset_row(book) -> None:
    book.Sheets.getByName("自评表").Rows.removeByIndex(23, 1)


def insert_blank_column(book) -> None:
    book.Sheets.getByName("自评表").Columns.insertByIndex(5, 1)


def insert_filled_column(book) -> None:
    sheet = book.Sheets.getByName("预算信息")
    sheet.Columns.insertByIndex(2, 1)
    sheet.getCellRangeByName("C3").String = "备注"
    sheet.getCellRangeByName("C8").String = "待核"


def delete_source_column(book) -> None:
    book.Sheets.getByName("自评表").Columns.removeByIndex(8, 1)


def delete_tasks(book) -> None:
    book.Sheets.removeByName("重点任务")


def copy_tasks(book) -> None:
    book.Sheets.copyByName("重点任务", "重点任务_2", 6)


def repeat_preset_row(book) -> None:
    """Copy the row of 固定资产利用率 and insert it below itself."""
    sheet = book.Sheets.getByName("自评表")
    sheet.Rows.insertByIndex(19, 1)
    source = sheet.getCellRangeByPosition(0, 18, 25, 18).RangeAddress
    sheet.copyRange(sheet.getCellByPosition(0, 19).CellAddress, CellRangeAddress(source.Sheet, 0, 18, 25, 18))


def sort_indicators(book) -> None:
    """Sort the whole table by the name of the indicator; the hidden keys in column A stay behind."""
    cells = book.Sheets.getByName("自评表").getCellRangeByName("B5:L62")
    field = uno.createUnoStruct("com.sun.star.table.TableSortField")
    field.Field, field.IsAscending = 1, True
    cells.sort((prop("SortFields", uno.Any("[]com.sun.star.table.TableSortField", (field,))), prop("ContainsHeader", False)))


def paste_values(book) -> None:
    """Copy a column of choices from a cell without a list over it, as pasting from another workbook does."""
    sheet = book.Sheets.getByName("自评表")
    for row in range(4, 10):
        kind = sheet.getCellByPosition(3, row).String
        target = sheet.getCellByPosition(3, row).CellAddress
        sheet.copyRange(target, sheet.getCellRangeByName("I60").RangeAddress)
        sheet.getCellByPosition(3, row).String = kind


def insert_rename_move(book) -> None:
    sheets = book.Sheets
    for number in range(sheets.Count):
        insert_rows(sheets.getByIndex(number))
    for number, name in enumerate(sheets.ElementNames):
        if name != "xlperf":
            sheets.getByName(name).Name = f"第{number}张 {name}"
    sheets.moveByName(sheets.ElementNames[3], 1)
    sheets.moveByName(sheets.ElementNames[-2], 0)


def insert_rows(sheet) -> None:
    """A blank row after the first row of every block and one above every end; in three tables one with data."""
    row = 1
    seen = set()
    while row < 400:
        key = sheet.getCellByPosition(0, row).String
        block = key.split(".")[0]
        if key == "#end" or (key.count(".") == 1 and key.endswith(".2") and block not in seen):
            seen.add(block)
            sheet.Rows.insertByIndex(row, 1)
            if key != "#end" and block in INSERTED:
                first = 2 if block == "goals" else 1
                for number, value in enumerate(INSERTED[block]):
                    cell = sheet.getCellByPosition(first + number, row)
                    if isinstance(value, str):
                        cell.String = value
                    else:
                        cell.Value = value
            row += 1
        row += 1


# --- steps; rows and columns are zero-based, and a range is first column, first row, last column, last row -----


def insert_row(book, title: str, row: int) -> None:
    book.Sheets.getByName(title).Rows.insertByIndex(row, 1)


def insert_copy(book, title: str, source: int, row: int, last: int) -> None:
    """Insert a copy of a row; one further up has moved if it stood below."""
    sheet = book.Sheets.getByName(title)
    sheet.Rows.insertByIndex(row, 1)
    source += source >= row
    cells = sheet.getCellRangeByPosition(0, source, last, source).RangeAddress
    sheet.copyRange(sheet.getCellByPosition(0, row).CellAddress, cells)


def type_in(book, title: str, row: int, column: int, value) -> None:
    cell = book.Sheets.getByName(title).getCellByPosition(column, row)
    if isinstance(value, str):
        cell.String = value
    else:
        cell.Value = value


def show_percent(book, title: str, row: int, column: int, value) -> None:
    """As typing 96.03% does."""
    cell = book.Sheets.getByName(title).getCellByPosition(column, row)
    cell.Value = value
    cell.NumberFormat = book.NumberFormats.getStandardFormat(8, uno.createUnoStruct("com.sun.star.lang.Locale"))


def clear(book, title: str, *cells: int) -> None:
    book.Sheets.getByName(title).getCellRangeByPosition(*cells).clearContents(1 | 2 | 4)  # numbers, dates, texts


def paste_over(book, title: str, *cells: int) -> None:
    """Put what cells show in place of their formulas."""
    area = book.Sheets.getByName(title).getCellRangeByPosition(*cells)
    area.setDataArray(area.getDataArray())


def sort(book, title: str, *cells: int) -> None:
    field = uno.createUnoStruct("com.sun.star.table.TableSortField")
    field.Field, field.IsAscending = 0, False
    area = book.Sheets.getByName(title).getCellRangeByPosition(*cells)
    area.sort((prop("SortFields", uno.Any("[]com.sun.star.table.TableSortField", (field,))), prop("ContainsHeader", False)))


def rename(book, title: str, name: str) -> None:
    book.Sheets.getByName(title).Name = name


def wipe_lists(book, title: str, *cells: int) -> None:
    area = book.Sheets.getByName(title).getCellRangeByPosition(*cells)
    validation = area.Validation
    validation.Type = uno.Enum("com.sun.star.sheet.ValidationType", "ANY")
    area.Validation = validation


STEPS = {
    step.__name__: step for step in (insert_row, insert_copy, type_in, show_percent, clear, paste_over, sort, rename, wipe_lists)
}


def url(path: str) -> str:
    return uno.systemPathToFileUrl(os.path.abspath(path))


def prop(name: str, value):
    return PropertyValue(name, 0, value, 0)


if __name__ == "__main__":
    main(sys.argv[1], list(zip(sys.argv[2::3], sys.argv[3::3], sys.argv[4::3], strict=True)))
