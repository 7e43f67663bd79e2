"""Content in the sheets that the program fills itself: the guide, the list of problems, the official sheet, the hidden lists.

    strays = list(stray_in_guide(reading, reading.sheets["guide"]))       # cells and what they show

Their texts are ours, whatever stands there; what is none of them, and what stands beside and below them, is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from xlperf.comparing.issued_cells import holds_values_only, may_be_former_text
from xlperf.forms import layout
from xlperf.forms.document import text_at, unit_spot
from xlperf.forms.form import Form
from xlperf.forms.layout import make_layout
from xlperf.forms.model import GUIDE
from xlperf.forms.official.cell_marks import changed
from xlperf.formula.operands import normal_text
from xlperf.reading.markup import formulas_in
from xlperf.reading.reading import DIGEST, FoundSheet, Reading
from xlperf.reading.sheet_rows import Cell, Grid
from xlperf.values.remarks import CellError
from xlperf.workbook.announcement import load_lines

IDENTITY = "identity"  # the key of the hidden sheet
FACTS, LISTS = 2, 3  # there, behind the columns of what it says that of what it counts, then the lists
LONGEST_FACT = 200  # characters of the line that says of which form and revision a workbook is
PROBLEM_COLUMNS, FIRST_PROBLEM = 7, 5  # of the list of problems: its columns, its first row
CODES, PLACES = 2, 3  # there, the columns of the codes and of the places; each row has one of them
SHOWN_DIGITS = 12  # of a digest, at least
LABEL, FACT = 1, 3  # of the guide, the columns of what is told of the workbook
BEHIND_A_PAGE = 2  # blank lines after which nothing of ours follows

Filled = tuple[Cell, object]


def _is_computed(found: FoundSheet, row: int, column: int, value: object) -> bool:
    """Whether that is what a formula of the guide gives: the count of blanks, an error where a sheet of ours is gone, a name.

    The name of the unit may be an old one: not every program computes formulas anew.
    """
    if found.markup is None or holds_values_only(found):
        return _is_count(found, row, value) or isinstance(value, CellError)
    is_formula = (row, column) in found.markup.formulas
    is_labelled = column == FACT and bool(str(found.grid[row][LABEL]).strip())
    return is_formula and (_is_count(found, row, value) or isinstance(value, CellError) or is_labelled)


def _is_count(found: FoundSheet, row: int, value: object) -> bool:
    return str(found.grid[row][0]).partition(".")[0] == GUIDE and isinstance(value, int | float)


def stray_in_guide(reading: Reading, found: FoundSheet) -> Iterator[Filled]:
    """Yield what stands in the guide and is no text of ours."""
    texts, last_visible = _guide_texts(reading.form)
    unit = text_at(reading.rows, unit_spot(reading.form))
    years = {year for year in (reading.fiscal_year, reading.issued_year) if year}
    facts = {normal_text(text) for text in (*map(str, years), unit or "") if text}
    facts |= {normal_text(reading.form.year_line.format(year=year)) for year in years}
    facts |= {normal_text(text) for year in years for _, text in reading.form.opening_in(year)}
    facts |= {normal_text(text) for line in load_lines(reading.announced) for text in line[:2]}
    said = (reading.identity.get(key, "") for key in ("digest", "submission"))
    marks = [digest[:SHOWN_DIGITS] for digest in said if DIGEST.fullmatch(digest)]
    end = _end_of_page(found.grid)
    for number, line in enumerate(found.grid[1:], 1):
        for column, value in enumerate(line[1:], 1):
            text = normal_text(str(value))
            if not text or text in texts or text in facts or _is_computed(found, number, column, value):
                continue
            is_fact = any(mark in text for mark in marks) and len(text) <= LONGEST_FACT
            is_on_page = column <= last_visible and number < end
            if not is_fact and not (is_on_page and may_be_former_text(reading, value)):
                yield Cell(found.title, number, column), value


@lru_cache(maxsize=16)
def _guide_texts(form: Form) -> tuple[frozenset[str], int]:
    """The fixed texts of the guide, as they are compared, and its last visible column."""
    page = next((page for page in make_layout(form).pages if page.sheet.key == GUIDE), None)
    if page is None:
        return frozenset(), 0
    lines = [line.text for line in page.lines if line.text]
    rules = [text for rule in form.rules.values() for text in (rule.title, rule.why, form.severity_word(rule))]
    return frozenset(
        normal_text(text) for text in (*lines, *rules, *form.words.values(), *form.guide, form.title)
    ), page.last_visible


def _end_of_page(grid: Grid) -> int:
    """The row behind the last one of ours: what follows stands after some blank lines."""
    blank = 0
    for number, line in enumerate(grid[1:], 1):
        blank = 0 if any(str(value).strip() for value in line) else blank + 1
        if blank == BEHIND_A_PAGE:
            return number
    return len(grid)


def stray_in_program_sheets(reading: Reading) -> Iterator[Filled]:
    """Yield what stands on the other sheets of the program beside what it writes there."""
    for key, found in reading.program_sheets.items():
        match key:
            case layout.OFFICIAL:
                yield from _changed_in_official(found)
            case layout.PROBLEMS:
                yield from _stray_in_problems(found)
            case _:
                yield from _stray_in_identity(reading, found)


def _changed_in_official(found: FoundSheet) -> Iterator[Filled]:
    """Yield what stands on the official sheet and was not written there."""
    for number, line in enumerate(found.grid[1:], 1):
        for column in changed(str(line[0]), enumerate(line[1:], 1)):
            yield Cell(found.title, number, column), line[column]


def _stray_in_identity(reading: Reading, found: FoundSheet) -> Iterator[Filled]:
    """Yield what is neither a fact with its name nor a count nor a choice of a list."""
    choices, sheet = _choices(reading.form), reading.package.sheets.get(found.title)
    formulas = formulas_in(sheet) if sheet else frozenset()  # none of a sheet of values: whatever is counted may be ours
    for number, line in enumerate(found.grid):
        for column, value in enumerate(line):
            text = str(value).strip()
            is_fact = column < FACTS and (not number or bool(str(line[0]).strip()))
            is_count = column == FACTS and not isinstance(value, str) and (not formulas or (number, column) in formulas)
            is_choice = column >= LISTS and (text in choices or may_be_former_text(reading, value))
            if text and not (is_fact or is_count or is_choice):
                yield Cell(found.title, number, column), value


@lru_cache(maxsize=16)
def _choices(form: Form) -> frozenset[str]:
    """Every choice of the form."""
    fields = [field for table in form.tables.values() for field in table.columns]
    dependent = [
        choice for field in fields for lists in field.choices_by.values() for list_ in lists.values() for choice in list_
    ]
    return frozenset(dependent).union(*(field.choices for field in fields), *(field.shown.values() for field in fields))


def _stray_in_problems(found: FoundSheet) -> Iterator[Filled]:
    """Yield what stands beside the list of problems or below it."""
    for number, line in enumerate(found.grid[1:], 1):
        is_ours = number <= FIRST_PROBLEM or any(str(value).strip() for value in line[CODES : PLACES + 1])
        for column, value in enumerate(line):
            if str(value).strip() and not (is_ours and 0 < column <= PROBLEM_COLUMNS):
                yield Cell(found.title, number, column), value
