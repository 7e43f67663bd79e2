"""The first sheet of a workbook that is sent back: every problem with a link to its cells; and the marks at those cells.

Links go through defined names (`problem_3_1`), which follow when rows are inserted or sheets renamed; the place that is
shown is a formula and follows too. A cell at fault loses its colour as soon as something else stands in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from xlperf.addresses import cell_name, quoted
from xlperf.forms.document import Spot, unit_spot
from xlperf.forms.layout import MARK, PROBLEMS, Page, sheet_mark
from xlperf.formula.operands import as_decimal, as_text
from xlperf.messages import sentence
from xlperf.values.dates import as_date
from xlperf.workbook.cell_writer import Canvas, checked
from xlperf.workbook.problem_notes import MOST_RUNS, Note, Problem, Run
from xlperf.workbook.styles import BORDER, COLOURS, LONGEST_ROW, POINTS_PER_LINE, lines_needed

COLUMNS = (("severity", 8), ("code", 9), ("cells", 20), ("message", 30), ("found", 30), ("expected", 28), ("fix", 42))
LAST = len(COLUMNS)
HEADER_ROW = 4
NOTE_WIDTH, NOTE_UNITS, NOTE_LINE, HIGHEST_NOTE = 330, 50, 16, 560  # pixels, half characters per line, pixels, pixels
LONGEST_LITERAL = 120  # UTF-16 units of a text that are compared; a literal holds 255, and quotation marks stand twice
RESTORED = {"XL113", "XL211", "XL233", "XL234", "XL235", "XL237", "XL238", "XL239", "XL241", "XL301", "XL302"}
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")


def title_of_problems(canvas: Canvas) -> str:
    """The title of the sheet, in the form's word; where a sheet of the form is called that, with a number."""
    title, taken = word(canvas, "problems"), {page.sheet.title.casefold() for page in canvas.layout.pages} | {MARK}
    return next(name for name in (title, *(f"{title}{number}" for number in range(2, 99))) if name.casefold() not in taken)


def word(canvas: Canvas, key: str) -> str:
    """The form's own word, else that of the catalogue."""
    return canvas.form.words.get(key) or sentence(key, {})


def write_problems(canvas: Canvas, sheet) -> None:
    """Write the list: title, what to do, one line per problem and place."""
    annotation = canvas.issue.annotation
    set_up_problems(canvas, sheet)
    counts = {f"{severity}s": annotation.count(severity) for severity in ("error", "warning", "info")}
    unit = canvas.value(unit_spot(canvas.form))
    about = " · ".join(filter(None, (str(unit or ""), str(canvas.issue.fiscal_year), annotation.file)))
    about = f"{about} · {sentence('totals', counts)}"
    lines = ((word(canvas, "problems"), "title", 34), (about, "year", 24), (word(canvas, "problems_how"), "plain", 36))
    for row, (text, style, height) in enumerate(lines, 1):
        sheet.set_row(row, height)
        checked(sheet.merge_range(row, 1, row, LAST, text, canvas.format(style)))
    sheet.set_row(HEADER_ROW, 24)
    for column, (key, _) in enumerate(COLUMNS, 1):
        checked(sheet.write_string(HEADER_ROW, column, sentence(f"column_{key}", {}), canvas.format("header")))
    row = HEADER_ROW + 1
    for number, problem in enumerate(annotation.problems, 1):
        row += write_problem(canvas, sheet, row, number, problem)
    if not annotation.problems:
        checked(sheet.merge_range(row, 1, row, LAST, word(canvas, "problems_none"), canvas.format("plain", **BORDER)))
        row += 1
    sheet.print_area(1, 1, row - 1, LAST)


def set_up_problems(canvas: Canvas, sheet) -> None:
    helper = canvas.format("helper")
    checked(sheet.set_column(0, 0, None, None, {"hidden": True}))
    checked(sheet.write_string(0, 0, sheet_mark(canvas.form, PROBLEMS), helper))
    sheet.set_row(0, None, None, {"hidden": True})
    for column, (_, width) in enumerate(COLUMNS, 1):
        checked(sheet.set_column(column, column, width))
    sheet.hide_gridlines(2)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.set_margins(0.5, 0.5, 0.6, 0.6)
    sheet.center_horizontally()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&C&9{canvas.form.words['footer']}")
    sheet.repeat_rows(HEADER_ROW)
    sheet.freeze_panes(HEADER_ROW + 1, 0)
    sheet.set_tab_color(COLOURS["error"])
    allowed = dict.fromkeys(("objects", "scenarios", "format_columns", "format_rows"), True)
    checked(sheet.protect(canvas.issue.password, allowed))


def write_problem(canvas: Canvas, sheet, row: int, number: int, problem: Problem) -> int:
    """Write one problem and return how many rows it took: one per place."""
    places = list(places_of(problem))
    count = len(places)
    parts = (sentence(problem.severity, {}), problem.code, "", said(problem), problem.found, problem.expected, remedy(problem))
    needed = max(lines_needed(text, width - 2) for text, (_, width) in zip(parts, COLUMNS, strict=True)) * POINTS_PER_LINE + 6
    for below in range(count):
        sheet.set_row(row + below, round(min(LONGEST_ROW, max(20.0, needed / count)), 1))
    plain, centred = canvas.format("plain", align="left", indent=1, **BORDER), canvas.format("plain", align="center", **BORDER)
    severity = canvas.format("plain", align="center", bg_color=COLOURS[problem.severity], **BORDER)
    styles = (severity, centred, plain, plain, plain, plain, plain)
    for column, (text, style) in enumerate(zip(parts, styles, strict=True), 1):
        if column == 3:
            for below, place in enumerate(places):
                write_place(canvas, sheet, row + below, column, f"problem_{number}_{below + 1}", place)
        elif count > 1:
            checked(sheet.merge_range(row, column, row + count - 1, column, text, style))
        else:
            checked(sheet.write_string(row, column, text, style))
    return count


def said(problem: Problem) -> str:
    """The message, and below it what the department says about it."""
    explained = [sentence("explained", {"text": problem.explanation})] if problem.explanation else []
    return "\n".join([problem.message, *explained])


def remedy(problem: Problem) -> str:
    """How to mend it; what this workbook has mended by being written anew says so."""
    restored = problem.code in RESTORED and problem.severity != "error"
    return problem.fix + (sentence("restored", {}) if restored else "")


def places_of(problem: Problem) -> Iterator[Run | str]:
    """The places to list: runs of cells here, then what stood elsewhere in the submission; the rest is counted."""
    places: list[Run | str] = [*problem.runs, *(sentence("in_submission", {"place": place}) for place in problem.elsewhere)]
    yield from places[:MOST_RUNS]
    if len(places) > MOST_RUNS:
        yield sentence("more_places", {"count": problem.count})
    if not places:
        yield "—"


def write_place(canvas: Canvas, sheet, row: int, column: int, name: str, place: Run | str) -> None:
    """A link to the cells of a run that shows where they are now."""
    if isinstance(place, str):
        checked(sheet.write_string(row, column, place, canvas.format("plain", align="center", **BORDER)))
        return
    title, first, last = quoted(place.title), *(cell_name(r, place.column, True) for r in (place.top, place.bottom))
    checked(canvas.book.define_name(name, f"={title}!{first}" if first == last else f"={title}!{first}:{last}"))
    start = f"ADDRESS(ROW(INDEX({name},1)),COLUMN(INDEX({name},1)),4)"
    end = f'&":"&ADDRESS(ROW(INDEX({name},1))+ROWS({name})-1,COLUMN(INDEX({name},1)),4)' if first != last else ""
    shown = place.title.replace('"', '""')
    formula = f'=HYPERLINK("#{name}","{shown}!"&{start}{end})'
    checked(sheet.write_formula(row, column, formula, canvas.format("link", bg_color=COLOURS["final"]), place.text))


# --- the marks ------------------------------------------------------------------------------------------------


def mark_cells(canvas: Canvas, page: Page, sheet) -> None:
    """A comment at every cell at fault; while an error stands there unchanged, no live colour goes before its own."""
    options = {"author": MARK, "visible": False, "font_name": canvas.form.style["font"], "font_size": 9, "width": NOTE_WIDTH}
    for spot, note, row, column in _marks(canvas, page):
        size = {"height": note_height(note.text), "color": COLOURS[note.severity]}
        checked(sheet.write_comment(row, column, note.text, {**options, **size}))
        if note.severity == "error":
            _colour(canvas, sheet, row, column, unchanged(canvas, spot), "error")


def unmark_cells(canvas: Canvas, page: Page, sheet) -> None:
    """A cell that is changed looks as usual, unless a live colour says otherwise."""
    for spot, _, row, column in _marks(canvas, page):
        block = canvas.form.blocks[spot.block]
        usual = "input" if canvas.form.is_input(block, spot.index, block.fields[spot.field]) else "computed"
        _colour(canvas, sheet, row, column, f"NOT({unchanged(canvas, spot)})", usual)


def _marks(canvas: Canvas, page: Page) -> Iterator[tuple[Spot, Note, int, int]]:
    for spot, note in canvas.issue.annotation.notes.items():
        title, row, column = canvas.layout.spots[spot]
        if title == page.sheet.title:
            yield spot, note, row, column


def _colour(canvas: Canvas, sheet, row: int, column: int, condition: str, colour: str) -> None:
    options = {"type": "formula", "criteria": f"={condition}", "format": canvas.book_format(colour)}
    checked(sheet.conditional_format(row, column, row, column, options))


def note_height(text: str) -> int:
    return min(HIGHEST_NOTE, lines_needed(text, NOTE_UNITS + 1) * NOTE_LINE + 14)


def unchanged(canvas: Canvas, spot: Spot) -> str:
    """An Excel condition: what was submitted still stands in the cell."""
    value, (_, row, column) = canvas.value(spot), canvas.layout.spots[spot]
    cell, type_ = cell_name(row, column), canvas.form.blocks[spot.block].fields[spot.field].type
    if value is None or value == "":
        return f'TRIM({cell})=""'
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{cell}={as_text(as_decimal(value))}"
    if type_ == "date" and (date := as_date(value)):
        return f"{cell}=DATE({date.year},{date.month},{date.day})"
    text = str(value)
    length = f"LEN({cell})={len(text.encode('utf-16-le')) // 2}"
    if CONTROL.search(text):
        return length  # no formula holds such a character
    start = text.encode("utf-16-le")[: 2 * LONGEST_LITERAL].decode("utf-16-le", "ignore")
    literal = start.replace('"', '""')
    return f'AND({length},EXACT(LEFT({cell},{len(start.encode("utf-16-le")) // 2}),"{literal}"))'
