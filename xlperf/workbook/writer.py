"""The one workbook writer: blank template, filled, findings and finalized workbooks are this writer with more or less.

    write_workbook(form, rows, Path("form.xlsx"), Issue(fiscal_year=2022, unit="…", date="2023-01-05", version="…"))

Every formula is written with its cached value, every text as text, every dropdown through a defined name. The same
input gives the same bytes: dates come from the issue, never from the clock.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path

from xlperf.forms.document import Rows
from xlperf.forms.form import Form
from xlperf.forms.layout import MARK, Page, sheet_mark
from xlperf.forms.model import Table
from xlperf.workbook.cell_writer import Canvas, Issue, area, checked
from xlperf.workbook.line_writers import LINES
from xlperf.workbook.problem_sheet import mark_cells, title_of_problems, unmark_cells, write_problems
from xlperf.workbook.validation import enliven

ALLOWED = ("format_cells", "format_columns", "format_rows", "insert_rows", "sort", "autofilter")  # on a protected sheet
PIECE = 16_000  # characters of one cell of the hidden sheet: Excel allows 32,767 UTF-16 units
HIDDEN_SHEET = MARK  # identity and dropdown lists; only programs read it


def write_workbook(form: Form, rows: Rows, path: Path, issue: Issue, counts: Mapping[str, int] | None = None) -> None:
    """Write the workbook of those computed rows; `counts` are rows per block (default: preset plus spare)."""
    book = new_book(path)
    write_sheets(Canvas(form, rows, book, issue, counts))
    book.close()


def new_book(path: Path, streamed: bool = False):
    """A workbook in which a text is a text; a streamed one takes its rows in order and keeps none in memory."""
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    class Book(xlsxwriter.Workbook):
        """A workbook that says as any file does why it cannot be written."""

        def close(self) -> None:
            try:
                super().close()
            except FileCreateError as error:
                reason = error.args[0]
            else:
                return
            raise OSError(reason.errno, reason.strerror)

    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    return Book(str(path), {**plain, "constant_memory": streamed})


def write_sheets(canvas: Canvas) -> None:
    """Write every sheet of the form, and the hidden one."""
    issue, words = canvas.issue, canvas.form.words
    created = datetime.datetime.fromisoformat(issue.date)
    canvas.book.set_properties(
        {
            "title": canvas.form.title,
            "author": MARK,
            "created": created,
            "comments": f"{canvas.form.key} {canvas.form.revision} {issue.version}",
        }
    )
    canvas.book.set_calc_mode("auto")
    plain = plain_worksheet()
    list_of_problems = canvas.book.add_worksheet(title_of_problems(canvas)) if issue.annotation else None
    sheets = [(page, canvas.book.add_worksheet(page.sheet.title, plain)) for page in canvas.layout.pages]
    hidden = canvas.book.add_worksheet(HIDDEN_SHEET)
    hidden.very_hidden()
    write_hidden(canvas, hidden)
    for page, sheet in sheets:
        set_up(canvas, page, sheet, words)
        if issue.annotation:
            mark_cells(canvas, page, sheet)  # first: of two live colours the earlier one shows
        for line in page.lines:
            LINES[line.kind](canvas, sheet, page, line)
        for section in page.sheet.sections:
            if isinstance(section, Table):
                enliven(canvas, page, sheet, section)
        if issue.annotation:
            unmark_cells(canvas, page, sheet)
    if list_of_problems:
        write_problems(canvas, list_of_problems)
    (list_of_problems or sheets[0][1]).activate()


def set_up(canvas: Canvas, page: Page, sheet, words: Mapping[str, str]) -> None:
    """Keys, widths, print set-up, frozen panes and protection of one sheet."""
    helper = canvas.format("helper")
    for number, column in enumerate(page.columns):
        checked(sheet.set_column(number, number, column.width, None, {"hidden": column.hidden}))
        if column.keys:
            checked(sheet.write_string(0, number, " ".join(column.keys), helper))
    checked(sheet.write_string(0, 0, sheet_mark(canvas.form, page.sheet), helper))
    sheet.set_row(0, None, None, {"hidden": True})
    sheet.hide_gridlines(2)
    sheet.set_paper(9)
    if page.sheet.landscape:
        sheet.set_landscape()
    sheet.set_margins(0.5, 0.5, 0.6, 0.6)
    sheet.center_horizontally()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&C&9{words['footer']}")
    last = page.lines[-1]
    sheet.print_area(1, 1, last.row + last.rows - 1, page.last_visible)
    header = next((line for line in page.lines if line.kind == "header"), None)
    if header:
        below = header.row + header.rows
        frozen = max((s.freeze for s in page.sheet.sections if isinstance(s, Table)), default=0)
        sheet.repeat_rows(header.row, below - 1)
        if not any(line.kind == "narrative" for line in page.lines):  # a frozen narrative would fill the screen
            sheet.freeze_panes(below, frozen + 1 if frozen else 0)
    allowed = () if canvas.issue.finalized else ALLOWED
    checked(sheet.protect(canvas.issue.password, {"objects": True, "scenarios": True, **dict.fromkeys(allowed, True)}))


def write_hidden(canvas: Canvas, sheet) -> None:
    """Identity in columns A and B, what is longer than a cell in several rows; one dropdown list per column from D on."""
    identity = {
        "form": canvas.form.key,
        "revision": canvas.form.revision,
        "digest": canvas.form.digest,
        "fiscal_year": str(canvas.issue.fiscal_year),
        "unit": canvas.issue.unit,
        "date": canvas.issue.date,
        "version": canvas.issue.version,
        "submission": canvas.issue.submission,
        "intake": canvas.issue.intake,
    }
    checked(sheet.write_string(0, 0, f"{MARK} {canvas.form.key} {canvas.form.revision} identity"))
    pieces = ((key, value[at : at + PIECE]) for key, value in identity.items() for at in range(0, len(value) or 1, PIECE))
    for number, (key, piece) in enumerate(pieces, 1):
        checked(sheet.write_string(number, 0, key))
        checked(sheet.write_string(number, 1, piece))
    column = 3
    for table in canvas.form.tables.values():
        for field in table.columns:
            lists = [offered for by in field.choices_by.values() for offered in by.values()]
            for number, choices in enumerate([field.choices, *lists] if field.choices else ()):
                for row, choice in enumerate(choices):
                    checked(sheet.write_string(row, column, choice))
                name = f"list_{table.key}_{field.key}" + (f"_{number}" if number else "")
                checked(canvas.book.define_name(name, "=" + area((HIDDEN_SHEET, column, 0, len(choices) - 1))))
                column += 1


def plain_worksheet() -> type:
    """A worksheet class that takes formulas as they are.

    XlsxWriter searches every formula for forty functions newer than ours, half the time of writing a template; the
    formula language has none of them.
    """
    from xlsxwriter.worksheet import Worksheet

    class PlainWorksheet(Worksheet):
        def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
            return formula.removeprefix("=")

    return PlainWorksheet
