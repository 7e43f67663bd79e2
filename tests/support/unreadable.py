"""Files that are no workbook of ours, and workbooks of another revision than is in force."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

from support.example import document
from support.paths import FILLED, TEMPLATES
from support.surgery import rewrite
from xlperf import Result, fill_workbook, validate


def not_a_zip(path: Path) -> None:
    path.write_bytes(b"name,value\n1,2\n")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def encrypted(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage\0".encode("utf-16-le"))


def legacy(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "Workbook\0".encode("utf-16-le"))


def truncated(path: Path) -> None:
    path.write_bytes(FILLED.read_bytes()[:-2000])


def damaged(path: Path) -> None:
    content = bytearray(FILLED.read_bytes())
    content[3000:3100] = bytes(100)
    path.write_bytes(bytes(content))


def doctype(path: Path) -> None:
    rewrite(FILLED, path, lambda name, content: content.replace(b"?>", b"?><!DOCTYPE x>", 1) if "sheet1" in name else content)


def foreign(path: Path) -> None:
    import openpyxl

    openpyxl.Workbook().save(path)


def unknown_revision(path: Path) -> None:
    rewrite(FILLED, path, lambda name, content: content.replace(b"suzhou-department 2022", b"suzhou-department 1999"))


def newer_revision(path: Path) -> None:
    rewrite(FILLED, path, lambda name, content: content.replace(b"suzhou-department 2022", b"suzhou-department 2199"))


def two_revisions(folder: Path) -> Path:
    """A folder of forms in which the 2022 revision is followed by one of 2024; nothing else differs."""
    old = TEMPLATES / "suzhou-department" / "2022"
    for revision in ("2022", "2024"):
        shutil.copytree(old, folder / "suzhou-department" / revision)
    path = folder / "suzhou-department" / "2024" / "form.yaml"
    text = path.read_text("utf-8").replace('revision: "2022"', 'revision: "2024"').replace("first_year: 2022", "first_year: 2024")
    path.write_text(text, "utf-8", newline="\n")
    return folder


def outdated(folder: Path) -> Result:
    """A workbook of fiscal year 2024 that was made from the revision of 2022."""
    templates = two_revisions(folder / "forms")
    fill_workbook(document() | {"fiscal_year": 2024}, output=folder / "t.xlsx", templates=TEMPLATES)
    return validate(folder / "t.xlsx", templates=templates)


def plain_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("readme.txt", "hello")


UNREADABLE = {not_a_zip: "XL108", empty: "XL124", legacy: "XL105", plain_zip: "XL101", encrypted: "XL102", truncated: "XL115",
              damaged: "XL103", doctype: "XL119", foreign: "XL110", unknown_revision: "XL112",
              newer_revision: "XL130"}  # fmt: skip
