"""The one workbook writer: blank template, filled, annotated and finalized workbooks are this writer with less or more.

    identity = Identity(fiscal_year=2022, date="2023-01-05", unit="…")
    write_workbook(form, rows, Path("form.xlsx"), identity=identity)

Every formula is written with its cached value, every text as text, every dropdown through a defined name. The same
input gives the same bytes: dates come from the identity, never from the clock.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from xlperf import __version__
from xlperf.forms.document import Rows, Spot
from xlperf.forms.form import Form
from xlperf.forms.layout import COUNTS, MARK, copy_spots, sheet_mark
from xlperf.forms.model import Table
from xlperf.forms.official.definition import official_sheet
from xlperf.forms.sheet_lines import Page
from xlperf.workbook.announcement import announced_form
from xlperf.workbook.book import Book, Worksheet
from xlperf.workbook.cell_writer import CellWriter
from xlperf.workbook.dropdowns import write_lists
from xlperf.workbook.identity import Finalized, Identity, write_identity
from xlperf.workbook.line_writers import LINES, write_sides
from xlperf.workbook.live_colours import colour_form_rules, colour_table, separate_thousands
from xlperf.workbook.looks import add_sheet
from xlperf.workbook.official.sheet import write_official_sheet
from xlperf.workbook.problems.marks import colour_changed_cells, mark_cells, write_remarks
from xlperf.workbook.problems.notes import Annotation
from xlperf.workbook.problems.sheet import problem_sheet_title, write_problems
from xlperf.workbook.rule_links import define_counts, define_links
from xlperf.workbook.rule_results import write_uncomputed
from xlperf.workbook.styles import set_up_print
from xlperf.workbook.validation import restrict_table

ALLOWED = ("format_cells", "format_columns", "format_rows", "insert_rows", "sort", "autofilter")  # on a protected sheet
AFTERWARDS = ("format_cells", "format_columns", "format_rows", "autofilter")  # the same where rows were filled in before
FIRST_LIST = 3  # the column where the lists begin


def write_workbook(
    form: Form,
    rows: Rows,
    path: Path,
    *,
    identity: Identity,
    counts: Mapping[str, int] | None = None,
    password: str = "",
    annotation: Annotation | None = None,
    finalized: Finalized | None = None,
    remarks: Mapping[Spot, str] = MappingProxyType({}),
) -> None:
    """Write the workbook of those computed rows.

    A blank template has rows in which nothing but preset texts stands, a filled workbook rows with values.

    Args:
        counts: the rows of each block, by default its preset and spare ones.
        password: protects the sheets; a deterrent, never security.
        annotation: makes it one that is sent back, with a list of problems as its first sheet and marks at the cells.
        remarks: advice, as comments at those cells.
        finalized: makes it a finalized one, in which nothing is typed any more and the results of the rules are frozen; it has
            the official sheet of the form.

    Raises:
        OSError: the file cannot be written.
    """
    form = announced_form(form, identity.announced)
    book = Book(path)
    writer = CellWriter(book, form, rows, identity=identity, counts=counts, annotation=annotation, finalized=finalized)
    _set_properties(book, form, identity)
    problem_sheet = book.add_sheet(problem_sheet_title(writer)) if annotation else None
    sheets = [(page, add_sheet(writer, page)) for page in writer.layout.pages]
    official = official_sheet(form) if finalized else None
    if official:
        write_official_sheet(writer, book.add_sheet(official.title), official, password)
    _write_hidden_sheet(writer, book.add_sheet(MARK))
    for page, sheet in sheets:
        _set_up(writer, sheet, page, password)
        if annotation:
            mark_cells(writer, sheet, annotation)  # first: of two live colours the earlier one shows
        _write_lines(writer, sheet, page)
        write_remarks(writer, sheet, remarks)
        if annotation:
            colour_changed_cells(writer, sheet, annotation)
    if annotation and problem_sheet:
        write_problems(writer, problem_sheet, annotation, password)
    (problem_sheet or sheets[0][1]).activate()
    book.close()


def _set_properties(book: Book, form: Form, identity: Identity) -> None:
    book.set_properties(
        {
            "title": form.title,
            "author": MARK,
            "created": datetime.datetime.fromisoformat(identity.date),
            "comments": f"{form.key} {form.revision} {__version__}",
        }
    )
    book.set_calc_mode("auto")


def _write_hidden_sheet(writer: CellWriter, sheet: Worksheet) -> None:
    """What only programs read: the identity of the workbook, and the lists behind its dropdowns."""
    sheet.very_hidden()
    write_identity(sheet, writer.form, writer.identity, writer.finalized)
    write_lists(writer, sheet, FIRST_LIST)
    for spot in copy_spots(writer.form):
        writer.write_cell(sheet, spot)
    define_counts(writer.book, writer.layout)
    if not writer.finalized:
        write_uncomputed(writer.book, sheet, writer.layout, COUNTS)
        define_links(writer.book, writer.layout)


def _set_up(writer: CellWriter, sheet: Worksheet, page: Page, password: str) -> None:
    """Hidden keys, widths, print set-up, frozen panes and protection of one sheet."""
    helper = writer.format("helper")
    for number, column in enumerate(page.columns):
        sheet.set_column(number, number, column.width, None, {"hidden": column.hidden})
        if column.keys:
            sheet.write_string(0, number, " ".join(column.keys), helper)
    sheet.write_string(0, 0, sheet_mark(writer.form, page.sheet), helper)
    sheet.set_row(0, None, None, {"hidden": True})
    set_up_paper(writer.form, sheet, page)
    _keep_header_in_sight(sheet, page)
    allowed = () if writer.finalized else AFTERWARDS if writer.form.stage else ALLOWED
    sheet.protect(password, dict.fromkeys(("objects", "scenarios", *allowed), True))


def set_up_paper(form: Form, sheet: Worksheet, page: Page) -> None:
    """How a sheet is printed: paper, margins, what is printed, and the rows with which each page begins."""
    last, said = page.lines[-1], page.sheet.print
    width, size = page.width(1, page.last_printed), form.style.size
    set_up_print(sheet, width=width, size=size, landscape=page.sheet.landscape, footer=form.words["footer"], said=said)
    sheet.print_area(1, 1, last.row + last.rows - 1, page.last_printed)
    headers = [line for line in page.lines if line.kind == "header"]
    repeat = said.get("repeat") or ("header" if len(headers) == 1 else "nothing")
    if headers and repeat != "nothing":
        first = 1 if repeat == "top" else headers[0].row
        sheet.repeat_rows(first, headers[0].row + headers[0].rows - 1)


def _keep_header_in_sight(sheet: Worksheet, page: Page) -> None:
    """Freeze the header of the first table on the screen."""
    headers = [line for line in page.lines if line.kind == "header"]
    if not headers:
        return
    below = headers[0].row + headers[0].rows
    if not any(line.kind == "narrative" for line in page.lines):  # a frozen narrative would fill the screen
        sheet.freeze_panes(below, frozen_columns(page))


def frozen_columns(page: Page) -> int:
    """How many columns stay in sight on the left, the hidden one and labels on the left of a table with them."""
    tables = (section for section in page.sheet.sections if isinstance(section, Table) and section.freeze)
    return max((1 + table.inset + table.freeze for table in tables), default=0)


def _write_lines(writer: CellWriter, sheet: Worksheet, page: Page) -> None:
    """The lines of one sheet, then what lives in its tables while people type."""
    for line in page.lines:
        LINES[line.kind](writer, sheet, page, line)
    write_sides(writer, sheet, page)
    colour_form_rules(writer, sheet)
    for section in page.sheet.sections:
        if isinstance(section, Table):
            colour_table(writer, sheet, section)
            separate_thousands(writer, sheet, section)
            if not writer.finalized:
                restrict_table(writer, sheet, section)
