"""Edit workbooks in a real LibreOffice, as a department does: insert rows in every table, rename and move sheets.

Runs under the system's Python (python3-uno), not under the tests' own:

    /usr/bin/python3 uno_edit.py PROFILE_DIRECTORY IN.xlsx OUT.xlsx [IN OUT ...]
"""

import os
import subprocess
import sys
import time
import uuid

import uno
from com.sun.star.beans import PropertyValue

INSERTED = {"goals": ("插入的目标", "插入的完成情况"), "items": ("插入的项目", 1.5), "tasks": ("插入的职责", "插入的任务")}


def main(profile: str, pairs: list) -> None:
    pipe = f"xlperf{uuid.uuid4().hex}"
    office = subprocess.Popen(["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--norestore",
                               f"--accept=pipe,name={pipe};urp;"])  # fmt: skip
    try:
        desktop = connect(pipe)
        for source, target in pairs:
            book = desktop.loadComponentFromURL(url(source), "_blank", 0, (prop("Hidden", True),))
            edit(book)
            book.storeToURL(url(target), (prop("FilterName", "Calc MS Excel 2007 XML"),))
            book.close(True)
        desktop.terminate()
        office.wait(30)
    finally:
        office.kill()


def connect(pipe: str):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(120):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        except Exception:
            time.sleep(0.5)
    raise SystemExit("LibreOffice did not answer")


def edit(book) -> None:
    sheets = book.Sheets
    for number in range(sheets.Count):
        sheet = sheets.getByIndex(number)
        if sheet.isProtected():
            sheet.unprotect("")
        insert_rows(sheet)
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


def url(path: str) -> str:
    return uno.systemPathToFileUrl(os.path.abspath(path))


def prop(name: str, value):
    return PropertyValue(name, 0, value, 0)


if __name__ == "__main__":
    main(sys.argv[1], list(zip(sys.argv[2::2], sys.argv[3::2], strict=True)))
