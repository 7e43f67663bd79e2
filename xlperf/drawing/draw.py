"""A form drawn as a workbook: each sheet as the template shows it, behind them what its rules and parameters say.

    draw_form("my-form", year=2024, output="form.xlsx")

What a drawing cannot show is found by reading it back: what comes out otherwise than it went in stands on a sheet of its own.
"""

from __future__ import annotations

import copy
import datetime
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from xlperf.drawing.canvas import Canvas
from xlperf.drawing.limits import fits_into_limit
from xlperf.drawing.lines import draw_limits_of_tables, draw_page, texts_of_choices
from xlperf.drawing.recognition.cells import read_cells
from xlperf.drawing.recognition.definition import PARTS, ReadDefinition, read_definition_of
from xlperf.drawing.residue import BETWEEN, Remain, differences
from xlperf.drawing.settings import draw_about, draw_choices, draw_parameters, draw_remains, draw_rules, parameter_cells
from xlperf.drawing.unrepeated import drawn_once
from xlperf.drawing.words import SETTINGS, word
from xlperf.files import StrPath, make_folder, stamp, unused, write_atomically
from xlperf.forms.definition import Raw
from xlperf.forms.form import Form
from xlperf.forms.loader import find_form, load_form
from xlperf.forms.sheet_lines import Page
from xlperf.workbook.book import Book, Worksheet
from xlperf.workbook.identity import Identity
from xlperf.workbook.looks import add_sheet
from xlperf.workbook.writer import frozen_columns, set_up_paper

THIN = 1.5  # characters and points: the margin on the left and above
LONGEST_SHEET = 31


def draw_form(
    form: str,
    *,
    year: int | None = None,
    templates: StrPath | None = None,
    output: StrPath | None = None,
) -> Path:
    """Draw a form as a workbook in which it can be changed, and return its path.

    Args:
        form: the key of the form, see `list_forms`.
        year: the fiscal year, which says the revision; by default the newest.
        templates: the folder of a bureau's own forms.
        output: the workbook to write; by default one named after the form in the current folder, which must not be there yet.

    Raises:
        UsageError: no such form or year, or the file cannot be written.

    Example:
        >>> draw_form(form.key, output="drawn.xlsx").name
        'drawn.xlsx'
    """
    loaded = load_form(find_form(form, year=year, templates=templates))
    path = Path(output) if output else unused(Path(f"{loaded.key}-{loaded.revision}.xlsx"))
    make_folder(path.parent)
    write_atomically(path, lambda target: write_drawing(loaded, target))
    return path


def write_drawing(form: Form, path: Path) -> None:
    """Write the drawn workbook of a form.

    Raises:
        OSError: the file cannot be written.
    """
    if form.stages and not form.stage:  # the last stage has every part; whose it is stands among what cannot be drawn
        form = load_form(form.directory, stage=form.stages[-1].key)
    once = drawn_once(form)
    read = read_plain_drawing(once).definition
    remains = sorted(differences(plain(form.whole), read), key=_rank)
    _write(once, path, remains)


def read_plain_drawing(form: Form) -> ReadDefinition:
    """What is read from the drawing of a form, as far as a drawing shows it and with no looks but the program's own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "drawn.xlsx"
        _write(form, path, (), is_dressed=False)
        return read_definition_of(read_cells(path.read_bytes()))


def _rank(remain: Remain) -> tuple[int, str]:
    """The order of remains: that of form.yaml, but for what has many parts in whatever order."""
    part = remain.path.split(BETWEEN)[0]
    place = PARTS.index(part) if part in PARTS else len(PARTS)
    return place, remain.path if part in ("sheets", "rules") else ""


def plain(definition: Raw) -> dict[str, Any]:
    """A definition without parts that are shared, and without looks, which are drawn as they are."""
    found = copy.deepcopy(dict(definition))
    for sheet in found["sheets"]:
        sheet.pop("looks", None)
    return found


def _write(form: Form, path: Path, remains: Sequence[Remain], *, is_dressed: bool = True) -> None:
    definition = form.definition
    book = Book(path)
    titles = _titles(form)
    identity = Identity(fiscal_year=form.first_year, date=stamp(None), unit="")
    canvas = Canvas(book, form, definition, identity, parameter_cells(definition, titles["parameters"]))
    book.set_properties({"title": form.title, "author": "", "created": datetime.datetime.fromisoformat(identity.date)})
    sheets = [
        (page, add_sheet(canvas.writer, page) if is_dressed else book.add_sheet(page.sheet.title)) for page in canvas.layout.pages
    ]
    settings = {name: book.add_sheet(titles[name]) for name in SETTINGS if name != "choices"}
    lists = {name: column for name, column in texts_of_choices(definition["sheets"]) if not fits_into_limit(column["choices"])}
    if lists:
        draw_choices(canvas, book.add_sheet(titles["choices"]), lists)
    for (page, sheet), raw in zip(sheets, definition["sheets"], strict=True):
        _set_up(canvas, sheet, page)
        draw_page(canvas, sheet, page, raw)
        draw_limits_of_tables(canvas, sheet, page, raw)
    draw_rules(canvas, settings["rules"], definition)
    draw_parameters(canvas, settings["parameters"], definition)
    draw_about(canvas, settings["about"], definition)
    draw_remains(canvas, settings["others"], remains)
    sheets[0][1].activate()
    book.close()


def _titles(form: Form) -> dict[str, str]:
    """What the sheets behind those of the form are called; never like one of the form's own."""
    taken = {sheet.title.casefold() for sheet in form.sheets}
    titles = {}
    for name in SETTINGS:
        title = word(f"sheet_of_{name}")
        while title.casefold() in taken:
            title = f"{title}_"[-LONGEST_SHEET:]
        titles[name] = title
        taken.add(title.casefold())
    return titles


def _set_up(canvas: Canvas, sheet: Worksheet, page: Page) -> None:
    """Widths, print set-up and frozen panes as in the template; the margin holds nothing here."""
    for number, column in enumerate(page.columns):
        is_margin = number == 0
        is_helper = column.hidden and all(key.startswith("_") for key in column.keys) and not is_margin
        if not is_helper:
            sheet.set_column(
                number, number, THIN if is_margin else column.width, None, {"hidden": column.hidden and not is_margin}
            )
    sheet.set_row(0, THIN * 4)
    set_up_paper(canvas.form, sheet, page)
    header = next((line for line in page.lines if line.kind == "header"), None)
    if header is not None:
        below = header.row + header.rows
        frozen = frozen_columns(page)
        if frozen or not any(line.kind == "narrative" for line in page.lines):
            sheet.freeze_panes(below, frozen)
