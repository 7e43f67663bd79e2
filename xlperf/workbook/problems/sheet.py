"""The first sheet of a workbook that is sent back: every problem with a link to its cells.

    write_problems(writer, sheet, annotation, password="")

Links go through defined names (`problem_3_1`), which follow when rows are inserted or sheets renamed; the place that is
shown is a formula and follows too.
"""

from __future__ import annotations

from collections.abc import Iterator

from xlperf.addresses import cell_name, quoted
from xlperf.forms.document import unit_spot
from xlperf.forms.layout import MARK, PROBLEMS, sheet_mark
from xlperf.messages import sentence
from xlperf.reporting.description import totals
from xlperf.workbook.book import Worksheet
from xlperf.workbook.cell_writer import CellWriter
from xlperf.workbook.problems.notes import Annotation, Problem, Run
from xlperf.workbook.styles import BORDER, COLOURS, LONGEST_ROW, POINTS_PER_LINE, lines_needed, set_up_print

COLUMNS = {"severity": 8, "code": 9, "cells": 20, "message": 30, "found": 30, "expected": 28, "fix": 42}  # widths
LAST = len(COLUMNS)
HEADER_ROW = 4
LEAST_HEIGHT = 20.0  # points of a row
MOST_RUNS = 60  # places of one problem that are listed, each with its link; the rest is counted
RESTORED = {"XL113", "XL211", "XL233", "XL234", "XL235", "XL237", "XL238", "XL239", "XL241", "XL301", "XL302"}


def problem_sheet_title(writer: CellWriter) -> str:
    """The title of the sheet, in the form's word; where a sheet of the form is called that, with a number."""
    title = _word(writer, "problems")
    taken = {MARK, *(page.sheet.title.casefold() for page in writer.layout.pages)}
    return next(name for name in (title, *(f"{title}{number}" for number in range(2, 99))) if name.casefold() not in taken)


def _word(writer: CellWriter, key: str) -> str:
    """The form's own word, else that of the catalogue."""
    return writer.form.words.get(key) or sentence(key, {})


def write_problems(writer: CellWriter, sheet: Worksheet, annotation: Annotation, password: str) -> None:
    """Write the list: title, what to do, one line per problem and place."""
    _set_up(writer, sheet, password)
    _write_head(writer, sheet, annotation)
    row = HEADER_ROW + 1
    for number, problem in enumerate(annotation.problems, 1):
        row += _write_problem(writer, sheet, row, number, problem)
    if not annotation.problems:
        sheet.merge_range(row, 1, row, LAST, _word(writer, "problems_none"), writer.format("plain", **BORDER))
        row += 1
    sheet.print_area(1, 1, row - 1, LAST)


def _set_up(writer: CellWriter, sheet: Worksheet, password: str) -> None:
    """Widths, print set-up, frozen header and protection."""
    sheet.set_column(0, 0, None, None, {"hidden": True})
    sheet.write_string(0, 0, sheet_mark(writer.form, PROBLEMS), writer.format("helper"))
    sheet.set_row(0, None, None, {"hidden": True})
    for column, width in enumerate(COLUMNS.values(), 1):
        sheet.set_column(column, column, width)
    width, size = sum(COLUMNS.values()), writer.form.style.size
    set_up_print(sheet, width=width, size=size, landscape=True, footer=writer.form.words["footer"])
    sheet.repeat_rows(HEADER_ROW)
    sheet.freeze_panes(HEADER_ROW + 1, 0)
    sheet.set_tab_color(COLOURS["error"])
    sheet.protect(password, dict.fromkeys(("objects", "scenarios", "format_columns", "format_rows"), True))


def _write_head(writer: CellWriter, sheet: Worksheet, annotation: Annotation) -> None:
    """Title, whose workbook it is and how many problems it has, what to do with it, and the headings."""
    unit = writer.value(unit_spot(writer.form))
    about = [str(unit or ""), str(writer.identity.fiscal_year), annotation.file, totals(annotation.counts())]
    lines = (
        (_word(writer, "problems"), "title", 34),
        (" · ".join(filter(None, about)), "year", 24),
        (_word(writer, "problems_how"), "plain", 36),
    )
    for row, (text, style, height) in enumerate(lines, 1):
        sheet.set_row(row, height)
        sheet.merge_range(row, 1, row, LAST, text, writer.format(style))
    sheet.set_row(HEADER_ROW, 24)
    for column, key in enumerate(COLUMNS, 1):
        sheet.write_string(HEADER_ROW, column, sentence(f"column_{key}", {}), writer.format("header"))


def _write_problem(writer: CellWriter, sheet: Worksheet, row: int, number: int, problem: Problem) -> int:
    """Write one problem and return how many rows it took: one per place."""
    places, texts = list(_places(problem)), _texts(problem)
    rows = len(places)
    needed = max(lines_needed(text, COLUMNS[key] - 2) for key, text in texts.items()) * POINTS_PER_LINE + 6
    height = round(min(LONGEST_ROW, max(LEAST_HEIGHT, needed / rows)), 1)
    if rows == 1:
        sheet.grow_row(row, height)
    for below in range(rows if rows > 1 else 0):
        sheet.set_row(row + below, height)
    text_style = writer.format("plain", align="left", indent=1, **BORDER)
    styles = {
        "code": writer.format("plain", align="center", **BORDER),
        "severity": writer.format("plain", align="center", bg_color=COLOURS[problem.severity], **BORDER),
    }
    for column, key in enumerate(COLUMNS, 1):
        if key == "cells":
            for below, place in enumerate(places):
                _write_place(writer, sheet, row + below, column, f"problem_{number}_{below + 1}", place)
        elif rows > 1:
            sheet.merge_range(row, column, row + rows - 1, column, texts[key], styles.get(key, text_style))
        else:
            sheet.write_string(row, column, texts[key], styles.get(key, text_style))
    return rows


def _texts(problem: Problem) -> dict[str, str]:
    """What is said of a problem, by column: below the message what the unit says about it."""
    explained = [sentence("explained", {"text": problem.explanation})] if problem.explanation else []
    return {
        "severity": sentence(problem.severity, {}),
        "code": problem.code,
        "message": "\n".join([problem.message, *explained]),
        "found": problem.found,
        "expected": problem.expected,
        "fix": _fix(problem),
    }


def _fix(problem: Problem) -> str:
    """How to fix it; what is fixed in this workbook already, as it was written anew, says so."""
    restored = problem.code in RESTORED and problem.severity != "error"
    return problem.fix + (sentence("restored", {}) if restored else "")


def _places(problem: Problem) -> Iterator[Run | str]:
    """The places to list: runs of cells here, then what stood elsewhere in the submission; the rest is counted."""
    places: list[Run | str] = [*problem.runs, *(sentence("in_submission", {"place": place}) for place in problem.elsewhere)]
    yield from places[:MOST_RUNS]
    if len(places) > MOST_RUNS:
        yield sentence("more_places", {"count": problem.count})
    if not places:
        yield "—"


def _write_place(writer: CellWriter, sheet: Worksheet, row: int, column: int, name: str, place: Run | str) -> None:
    """Write a place: of cells in this workbook a link that shows where they are now."""
    if isinstance(place, str):
        sheet.write_string(row, column, place, writer.format("plain", align="center", **BORDER))
        return
    first, last = (cell_name(at, place.column, fixed=True) for at in (place.top, place.bottom))
    cells = first if first == last else f"{first}:{last}"
    writer.book.define_name(name, f"={quoted(place.title)}!{cells}")
    shown = f"ADDRESS(ROW(INDEX({name},1)),COLUMN(INDEX({name},1)),4)"
    if first != last:
        shown += f'&":"&ADDRESS(ROW(INDEX({name},1))+ROWS({name})-1,COLUMN(INDEX({name},1)),4)'
    title = place.title.replace('"', '""')
    formula = f'=HYPERLINK("#{name}","{title}!"&{shown})'
    sheet.write_formula(row, column, formula, writer.format("link", bg_color=COLOURS["final"]), place.text)
