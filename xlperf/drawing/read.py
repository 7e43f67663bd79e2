"""A drawn workbook read into form.yaml: all mistakes are told at once, and nothing is written unless it can be loaded.

    read_form("form.xlsx", output="my-forms/training/2024")

What the loader says of a place in form.yaml is said of the cell that it was read from.
"""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

from xlperf.drawing.draw import read_plain_drawing
from xlperf.drawing.faults import Fault, drawing_error, fault
from xlperf.drawing.recognition.appearance.looks import put_looks
from xlperf.drawing.recognition.cells import read_cells
from xlperf.drawing.recognition.complaints import complaints_of
from xlperf.drawing.recognition.definition import ReadDefinition, read_definition_of
from xlperf.drawing.recognition.sections import GuideDrawn
from xlperf.drawing.telling.gathered import gathered
from xlperf.drawing.unrepeated import drawn_once
from xlperf.errors import UnreadableError, UsageError
from xlperf.files import StrPath, make_folder, write_atomically
from xlperf.forms.loader import build_form
from xlperf.forms.stages.definition import stage_keys
from xlperf.forms.written.yaml_text import document_of
from xlperf.messages import sentence
from xlperf.reading import limits
from xlperf.reading.preflight import preflight

PICTURED = {"picture": "xl/media/", "chart": "xl/charts/"}  # parts of a workbook that no form keeps


def read_form(path: StrPath, *, output: StrPath) -> Path:
    """Read a drawn workbook and write it as a form.yaml, whose path is returned.

    Args:
        path: the workbook, as `draw_form` writes it or as somebody drew it.
        output: the folder to write into, called KEY/REVISION as the form says. A form.yaml there is replaced; a tests.yaml
            and a report.docx are left alone.

    Raises:
        UsageError: there is no such file, or it cannot be written.
        UnreadableError: it is no workbook.
        DrawingError: there are mistakes in it; the text names each cell, what was found and what to do.

    Example:
        >>> drawn = draw_form(form.key, output="drawn.xlsx")
        >>> read_form(drawn, output=f"forms/{form.key}/{form.revision}").name
        'form.yaml'
    """
    target = Path(output) / "form.yaml"
    if Path(output).is_file():
        raise UsageError("cannot_write", path=output, reason=sentence("is_a_file", {}))
    read = read_drawing(path)
    faults = [*read.faults] or complaints_of(read, target)
    if faults:
        raise drawing_error(Path(path), gathered(faults))
    _look_at(read, target)
    text = f"# {sentence('drawn_header', {'file': Path(path).name})}\n{document_of(read.definition)}"
    make_folder(target.parent)
    write_atomically(target, lambda temporary: temporary.write_text(text, "utf-8", newline="\n"))
    return target


def _look_at(read: ReadDefinition, target: Path) -> None:
    """Put into a definition that can be loaded what was drawn otherwise than the program would."""
    stages = stage_keys(read.definition)
    form = build_form(read.definition, target, stage=stages[-1] if stages else "")
    put_looks(read, read_plain_drawing(drawn_once(form)))


def lost_settings(path: StrPath) -> list[str]:
    """What is said of what a drawn workbook says and a form cannot keep, each kind once.

    Settings whose place somebody has deleted, limits of other kinds, conditional formats, pictures and charts.
    """
    read = read_drawing(path)
    names, first = read.context.names, next(iter(read.context.book.sheets), "")
    told = [fault(names[f"others {remain.path}"], "lost", path=remain.path) for remain in read.lost]
    told += read.context.reminders
    for drawn in read.drawn:
        if any(isinstance(section, GuideDrawn) for section in drawn.sections):
            continue  # the program's own page has some
        told += [fault(f"{drawn.sheet.title}!{cell}", "lost_format") for cell in drawn.sheet.coloured]
    with zipfile.ZipFile(Path(path)) as package:
        parts = package.namelist()
    told += [fault(first, f"lost_{kind}") for kind, folder in PICTURED.items() if any(part.startswith(folder) for part in parts)]
    return [str(each) for each in gathered(told)]


def read_drawing(path: StrPath) -> ReadDefinition:
    """What a drawn workbook says, right or wrong.

    Raises:
        UsageError, UnreadableError: as `read_form`.
    """
    package = preflight(Path(path))
    try:
        book = read_cells(package.content)
    except ValueError as error:
        raise UnreadableError("XL103", found=str(error)) from None
    read = read_definition_of(book)
    follows = {(title, "no_sections") for title, cell in package.unread.items() if not cell}
    others = (found for found in read.faults if (found.cell, found.reason) not in follows)
    return replace(read, faults=(*map(_cut, package.unread.items()), *others))


def _cut(unread: tuple[str, str]) -> Fault:
    """What is said of a sheet that was not read, or not as far as something stands on it."""
    title, cell = unread
    if not cell:
        return fault(title, "too_large", cells=limits.MOST_CELLS["foreign"])
    return fault(f"{title}!{cell}", "beyond", row=limits.LAST_ROW, column=limits.LAST_COLUMN)
