"""Drawn workbooks for tests: forms of ours and random ones drawn, edited as an officer does, and saved by other programs.

drawn = draw(form, tmp_path)              # a Path
edited(drawn, change)                     # the same workbook after change(book) of openpyxl
definition_in(drawn)                      # what is read from it, a ReadDefinition
"""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import yaml
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.workbook import Workbook

from xlperf import load_form, new_form
from xlperf.drawing.draw import write_drawing
from xlperf.drawing.read import read_drawing
from xlperf.drawing.recognition.definition import ReadDefinition
from xlperf.forms.form import Form

DIGEST = re.compile(rb"(?<= )[0-9a-f]{12}(?= )")  # of form.yaml, on the program's own page
FORM_SHEETS = re.compile(r"xl/(worksheets/sheet\d+|styles|sharedStrings)\.xml")
YELLOW = PatternFill("solid", fgColor="FFFFFF00")  # Excel's own yellow, not ours


def name_of(folder: Path) -> str:
    return f"{folder.parent.name}-{folder.name}"


def draw(form: Form, folder: Path, name: str = "drawn.xlsx") -> Path:
    """The drawn workbook of a form."""
    path = folder / name
    write_drawing(form, path)
    return path


@cache
def drawing_of(folder: Path) -> bytes:
    """A form of ours drawn, once per process."""
    with tempfile.TemporaryDirectory() as target:
        return draw(load_form(folder), Path(target)).read_bytes()


def parts_of(path: Path) -> dict[str, bytes]:
    """How the sheets look: cells with their formats, merges, widths, heights, limits, print set-up; fonts, fills, borders."""
    with zipfile.ZipFile(path) as archive:
        return {name: DIGEST.sub(b"", archive.read(name)) for name in archive.namelist() if FORM_SHEETS.fullmatch(name)}


def small_form(folder: Path) -> Form:
    """The form to start from, in a folder of its own."""
    return load_form(new_form(folder / "training" / "2024").parent)


def edited(path: Path, change: Callable[[Workbook], object]) -> Path:
    """The workbook as it is after somebody has changed and saved it."""
    book = openpyxl.load_workbook(path)
    change(book)
    target = path.with_name("edited.xlsx")
    book.save(target)
    return target


def with_note(book: Workbook, cell: str, line: str) -> None:
    """Add a line to the note of a cell, as a person does whose name Excel puts first."""
    sheet, _, address = cell.rpartition("!")
    target = book[sheet][address]
    before = target.comment.text if target.comment else ""
    target.comment = Comment(f"{before}\n{line}" if before else f"王科长:\n{line}", "王科长")


def in_note(book: Workbook, cell: str, old: str, new: str) -> None:
    """Change a word of the note of a cell."""
    sheet, _, address = cell.rpartition("!")
    target = book[sheet][address]
    assert old in target.comment.text, target.comment.text
    target.comment = Comment(target.comment.text.replace(old, new), "王科长")


def definition_in(path: Path) -> ReadDefinition:
    return read_drawing(path)


def written(definition: Any, folder: Path) -> Path:
    """The folder of a form.yaml with that definition."""
    target = folder / definition["form"] / str(definition["revision"])
    target.mkdir(parents=True, exist_ok=True)
    (target / "form.yaml").write_text(yaml.safe_dump(definition, allow_unicode=True, sort_keys=False), "utf-8")
    return target
