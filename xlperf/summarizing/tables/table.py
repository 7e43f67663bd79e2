"""What a table of the summary is, as a sheet and a CSV file: its columns, the lines below them, their totals.

    table = make_table("board", (column("unit_name", "text", 32),), rows)
    table.title, [column.heading for column in table.columns], list(table.rows())

Rows are made one at a time, so a table of a million rows needs no more memory than one of ten. A column that is computed from
others has a formula: the sheet contains formula and value, and its last row the same over the totals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from xlperf.forms.document import subject_spot
from xlperf.forms.form import Form
from xlperf.forms.summary import Figure
from xlperf.formula.nodes import Node
from xlperf.messages import sentence
from xlperf.summarizing.outcome import SurveyedSubmission
from xlperf.summarizing.survey import Edition, Survey

SUMMED = ("money", "count")  # types of columns with a total
WHO = (("unit", "text", 32), ("unit_code", "text", 13), ("supervisor", "text", 18))
SUBJECT = ("subject", "text", 28)  # if a unit files several workbooks

Row = Sequence[object]


class Column(NamedTuple):
    """A column of a table; its formula names the keys of other columns."""

    key: str
    heading: str
    type: str = "text"
    width: float = 14
    formula: Node | None = None


@dataclass(frozen=True, kw_only=True)
class SummaryTable:
    """One table; `totals` are the values of the last row, below the others."""

    key: str
    title: str
    note: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterable[Row]]
    totals: Mapping[str, float | None] | None = None
    frozen: int = 2  # columns that stay in sight when scrolling
    printed: int | None = None  # the first columns, which are printed; the others stand beside; None: all are


def make_table(
    key: str,
    columns: Iterable[Column],
    rows: Callable[[], Iterable[Row]],
    *,
    edition: Edition | None = None,
    totals: Mapping[str, float | None] | None = None,
    printed: int | None = None,
    **facts: object,
) -> SummaryTable:
    """A table with title and note from the catalogue; `facts` fill the note."""
    title = sentence(f"sheet_{key}", {})
    if edition and edition.name:
        title = sentence("of_form", {"title": title, "form": edition.name})
    note = sentence(f"note_{key}", facts)
    return SummaryTable(key=key, title=title, note=note, columns=tuple(columns), rows=rows, totals=totals, printed=printed)


def column(key: str, type_: str = "text", width: float = 14) -> Column:
    """A column with its heading from the catalogue."""
    return Column(key, sentence(f"head_{key}", {}), type_, width)


def figure_columns(figures: Iterable[Figure], *, formulas: bool) -> Iterator[Column]:
    """The columns of figures; computed ones with their formulas if asked for."""
    for figure in figures:
        yield Column(figure.key, figure.label, figure.type, 14, figure.formula if formulas else None)


def who_columns(forms: Iterable[Form]) -> list[Column]:
    """The columns that tell the unit of a line, and the subject if one of the forms has one."""
    return [column(*spec) for spec in ((*WHO, SUBJECT) if has_subject(forms) else WHO)]


def has_subject(forms: Iterable[Form]) -> bool:
    """Whether units file several workbooks of one of those forms."""
    return any(subject_spot(form).block for form in forms)


def who_cells(survey: Survey, submission: SurveyedSubmission, forms: Iterable[Form]) -> tuple[str | None, ...]:
    """The values of those columns."""
    supervisor = supervisor_of(survey, submission)
    return (submission.unit, submission.unit_code, supervisor, submission.subject)[: len(WHO) + has_subject(forms)]


def supervisor_of(survey: Survey, submission: SurveyedSubmission) -> str | None:
    """The supervisor that the roster names for its unit, else the workbook; not one of a year or form that was not asked for."""
    place = survey.places.of(submission.unit, submission.unit_code)
    listed = survey.roster[place].supervisor if survey.roster and place is not None else ""
    return listed or (submission.supervisor if survey.asked.is_met_by(submission) else None)
