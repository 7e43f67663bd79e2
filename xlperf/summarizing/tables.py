"""The tables of a collection, each to be a sheet and a CSV file: units, findings, rankings, who sent nothing.

    for table in summary_tables(survey, outcomes):
        table.title, [column.heading for column in table.columns], list(table.rows())

Rows are made one at a time, so a table of a million rows needs no more memory than one of ten. A column that is computed from
others has a formula: the sheet contains formula and value, and its last row the same over the totals.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from xlperf.forms.document import subject_spot
from xlperf.forms.form import Form
from xlperf.forms.summary import Figure
from xlperf.formula.nodes import Node
from xlperf.messages import listing, of_any_field, sentence
from xlperf.reporting.description import DescribedFinding, in_order
from xlperf.summarizing.board.rows import BoardRow
from xlperf.summarizing.figures import figures_of_sums
from xlperf.summarizing.outcome import Outcome, SurveyedSubmission
from xlperf.summarizing.submissions import ATTACHED, COUNTS, DUPLICATE, SUPERSEDED
from xlperf.summarizing.survey import Edition, OffTarget, Survey
from xlperf.text import unit_key

MOST_CELLS = 30  # cells of a finding that a line names; the others are counted
URGENCY = ("error", "query", "warning", "explained", "info")
URGENT_FIRST = "SELECT cells FROM finding_rows ORDER BY urgency, place, number"
WHOLE_SECOND = 19  # characters of an ISO time, without the time zone
SUMMED = ("money", "count")  # types of columns with a total
ROLES = (COUNTS, SUPERSEDED, DUPLICATE, ATTACHED)  # in the order of a unit's files in the list

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


# Columns: key, type, width; the headings are in the catalogue.
WHO = (("unit", "text", 32), ("unit_code", "text", 13), ("supervisor", "text", 18))
SUBJECT = ("subject", "text", 28)  # if a unit files several workbooks
MOST_PRINTED = 10  # columns on paper
FILED = (
    ("file", "text", 28),
    ("status", "text", 9),
    ("role", "text", 15),
    ("errors", "count", 7),
    ("queries", "count", 9),
)
BESIDE = (("unit_code", "text", 13), ("instead", "text", 20), ("warnings", "count", 7))
BOARD = (
    ("number", "count", 6),
    ("unit_name", "text", 32),
    ("unit_code", "text", 14),
    ("supervisor", "text", 20),
    ("state_of_unit", "text", 10),
    ("versions", "count", 9),
    ("last_received", "text", 20),
    ("errors", "count", 7),
    ("queries", "count", 9),
    ("contact", "text", 22),
    ("decision", "text", 16),
)
JUDGED = (("over", "count", 10), ("met", "count", 10), ("missed", "count", 10))
TRACED = (("form", "text", 24), ("year", "plain", 8))
FOUND = (
    ("unit", "text", 26),
    ("unit_code", "text", 13),
    ("file", "text", 26),
    ("severity", "text", 8),
    ("code", "text", 9),
    ("cells", "text", 22),
    ("message", "text", 32),
    ("found", "text", 40),
    ("expected", "text", 30),
    ("fix", "text", 42),
    ("explanation", "text", 26),
)
MISSING = (("number", "count", 7), ("unit", "text", 44), ("unit_code", "text", 18), ("supervisor", "text", 36))


def summary_tables(survey: Survey, outcomes: Iterable[Outcome]) -> Iterator[SummaryTable]:
    """Yield the tables: rankings only for forms that declare one, missing units only with a roster."""
    yield board_table(survey)
    yield units_table(survey)
    yield findings_table(survey, outcomes)
    editions = list(survey.editions())
    yield from (ranking_table(survey, edition) for edition in editions if edition.form.summary.ranked_by)
    yield from (indicators_table(survey, edition) for edition in editions if edition.form.summary.indicators)
    if survey.roster is not None:
        yield missing_table(survey)


def _table(
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


def _who(survey: Survey, submission: SurveyedSubmission, forms: Iterable[Form]) -> tuple[str | None, ...]:
    """The values of those columns."""
    supervisor = _supervisor(survey, submission)
    return (submission.unit, submission.unit_code, supervisor, submission.subject)[: len(who_columns(forms))]


def _supervisor(survey: Survey, submission: SurveyedSubmission) -> str | None:
    """The supervisor that the workbook names, else the roster."""
    return submission.supervisor or survey.supervisors.get(unit_key(submission.unit, survey.naming.prefixes))


# --- the board -------------------------------------------------------------------------------------------------


def board_table(survey: Survey) -> SummaryTable:
    """Every unit, in the order of the roster, and how it stands."""
    return board_table_of(survey.board)


def board_table_of(board: Iterable[BoardRow]) -> SummaryTable:
    """Those units, and how they stand."""
    rows = [
        (
            row.number,
            row.name,
            row.code,
            row.supervisor,
            sentence(f"unit_{row.state}", {}),
            row.versions,
            row.received,
            row.errors,
            row.unexplained,
            row.contact,
            row.decision,
        )
        for row in board
    ]
    return _table("board", (column(*spec) for spec in BOARD), lambda: rows)


# --- units -----------------------------------------------------------------------------------------------------


def units_table(survey: Survey) -> SummaryTable:
    """Every file that was received, unit by unit, with the figures of its form."""
    forms = tuple(survey.forms.values())
    figures = {figure.key: figure for form in forms for figure in form.summary.figures}
    judged = JUDGED if any(form.summary.indicators for form in forms) else ()
    ranked = [form.summary.ranked_by for form in forms if form.summary.ranked_by][:1]
    beside = [figure for key, figure in figures.items() if key not in ranked]
    who = [column(*spec) for spec in (WHO[0], SUBJECT if has_subject(forms) else WHO[2])]
    columns = (
        column("number", "count", 7),
        *who,
        *(column(*spec) for spec in FILED),
        *figure_columns((figures[key] for key in ranked), formulas=False),
        column("received", "text", 23),
        *(column(*spec) for spec in (*BESIDE, *([WHO[2]] if has_subject(forms) else []))),
        *figure_columns(beside, formulas=False),
        *(column(*spec) for spec in (*judged, *TRACED)),
    )

    def rows() -> Iterator[Row]:
        for number, submission in enumerate(sorted(survey.submissions, key=lambda s: _order(survey, s)), 1):
            role = survey.roles[submission.path]
            supervisor = _supervisor(survey, submission)
            yield (
                number,
                submission.unit,
                submission.subject if has_subject(forms) else supervisor,
                submission.path,
                sentence(f"status_{submission.status}", {}),
                sentence(f"submission_{role.kind}", {}),
                submission.errors,
                submission.queries,
                *(submission.figures.get(key) for key in ranked),
                submission.received[:WHOLE_SECOND].replace("T", " "),
                submission.unit_code,
                role.by if role.by != submission.path else None,
                submission.warnings,
                *([supervisor] if has_subject(forms) else []),
                *(submission.figures.get(figure.key) for figure in beside),
                *_judged(submission)[: len(judged)],
                f"{submission.form} {submission.revision or ''}".strip() if submission.form else submission.form,
                submission.year,
            )

    return _table("units", columns, rows, printed=MOST_PRINTED - 1 + len(ranked))


def _judged(submission: SurveyedSubmission) -> tuple[int | None, ...]:
    """The numbers of indicators over-fulfilled, met and missed; blank if none could be read."""
    return (submission.over, submission.met, submission.missed) if submission.figures else (None, None, None)


def _order(survey: Survey, submission: SurveyedSubmission) -> tuple[bool, str, str, int, str, int, str]:
    """Sort by unit, submissions that count first, files without a unit last."""
    return (
        submission.unit is None,
        unit_key(submission.unit),
        submission.form or "",
        submission.year or 0,
        submission.subject or "",
        ROLES.index(survey.roles[submission.path].kind),
        submission.path,
    )


def missing_table(survey: Survey) -> SummaryTable:
    """The units of the roster that sent nothing."""
    rows = [(number, row.name, row.code, row.supervisor) for number, row in enumerate(survey.missing, 1)]
    return _table("missing", (column(*spec) for spec in MISSING), lambda: rows)


# --- findings --------------------------------------------------------------------------------------------------


def findings_table(survey: Survey, outcomes: Iterable[Outcome]) -> SummaryTable:
    """Every finding in a file that counts, by what must be done first: the errors of all units stand before their advice."""

    def rows() -> Iterator[Row]:
        if not survey.database.execute("SELECT 1 FROM finding_rows LIMIT 1").fetchone():
            survey.database.executemany("INSERT INTO finding_rows VALUES (?, ?, ?, NULL)", _finding_rows(survey, outcomes))
        for (cells,) in survey.database.execute(URGENT_FIRST):
            yield json.loads(cells)

    return _table("findings", (column(*spec) for spec in FOUND), rows)


def _finding_rows(survey: Survey, outcomes: Iterable[Outcome]) -> Iterator[tuple[int, int, str]]:
    """Yield the lines of that table with what they are sorted by: urgency, then the place of the unit on the board."""
    places = {path: row.number for row in survey.board for path in row.paths}
    for outcome in map(survey.owned, outcomes):
        if survey.roles[outcome.path].kind == COUNTS:
            for finding in findings_of(survey, outcome):
                cells = json.dumps(_finding_row(outcome, finding), ensure_ascii=False)
                yield _urgency(finding), places.get(outcome.path, len(survey.board) + 1), cells


def _urgency(finding: DescribedFinding) -> int:
    """What must be done comes first, then what may be, what is explained, what needs nothing done."""
    severity = finding["severity"]
    return URGENCY.index("explained" if "explanation" in finding and severity not in ("error", "info") else severity)


def _finding_row(outcome: Outcome, finding: DescribedFinding) -> Row:
    return (
        outcome.unit,
        outcome.unit_code,
        outcome.path,
        sentence(finding["severity"], {}),
        finding["code"],
        cells_of(finding),
        finding["message"],
        finding["found"],
        finding["expected"],
        finding["fix"],
        finding.get("explanation"),
    )


def findings_of(survey: Survey, outcome: Outcome) -> list[DescribedFinding]:
    """All findings of a workbook, those from comparisons included, by what is to be done first."""
    found = chain(outcome.findings, survey.comparisons.get(outcome.path, ()))
    return in_order(found)


def cells_of(finding: DescribedFinding) -> str:
    """The cells of a finding in one line."""
    places = finding["cells"]
    shown = listing(places[:MOST_CELLS]) or finding.get("field") or ""
    return shown if len(places) <= MOST_CELLS else sentence("more_cells", {"cells": shown, "count": len(places)})


class CommonFinding(NamedTuple):
    """How often a code was found."""

    code: str
    message: str  # without the name of a field
    files: int
    lines: int  # in the table of findings


class FindingCounts:
    """Counts how often each code was found, and in how many files, while the table of findings is written."""

    def __init__(self) -> None:
        self.lines: Counter[str] = Counter()
        self.files: Counter[str] = Counter()
        self.messages: dict[str, str] = {}

    def counted(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Pass the lines on unchanged."""
        keys = [key for key, *_ in FOUND]
        path_at, code_at, message_at, severity_at = (keys.index(key) for key in ("file", "code", "message", "severity"))
        info = sentence("info", {})  # nothing to fix
        seen: dict[str, set[str]] = {}  # by code, the files in which it was found
        for row in rows:
            if row[severity_at] != info:
                code, path = str(row[code_at]), str(row[path_at])
                if path not in seen.setdefault(code, set()):
                    seen[code].add(path)
                    self.files[code] += 1
                self.lines[code] += 1
                self.messages.setdefault(code, str(row[message_at]))
            yield row

    def commonest(self, most: int) -> list[CommonFinding]:
        """The codes found in the most files, at most that many."""
        order = sorted(self.files, key=lambda code: (-self.files[code], code))
        return [
            CommonFinding(code, of_any_field(code, self.messages[code]), self.files[code], self.lines[code])
            for code in order[:most]
        ]


# --- rankings --------------------------------------------------------------------------------------------------


def ranking_table(survey: Survey, edition: Edition) -> SummaryTable:
    """The units that passed, ranked by the figure that the form names, with totals."""
    form = edition.form
    figures, ranked_by = form.summary.figures, form.summary.ranked_by or ""
    ranked = _ranked(survey.passed(form.key, edition.year), ranked_by)
    columns = (
        column("rank", "count", 7),
        *who_columns([form]),
        *figure_columns(figures, formulas=True),
        column("file", "text", 34),
    )

    def rows() -> Iterator[Row]:
        rank, before = 0, None
        for number, submission in enumerate(ranked, 1):
            value = submission.figures.get(ranked_by)
            if value != before or not rank:
                rank, before = number, value
            yield (
                rank if value is not None else None,
                *_who(survey, submission, [form]),
                *(submission.figures.get(figure.key) for figure in figures),
                submission.path,
            )

    sums = {
        figure.key: round(sum(submission.figures.get(figure.key) or 0 for submission in ranked), 6)
        for figure in figures
        if figure.formula is None and figure.type in SUMMED
    }
    totals = figures_of_sums(form, sums) if ranked else None
    label = next(figure.label for figure in figures if figure.key == ranked_by)
    return _table("ranking", columns, rows, edition=edition, totals=totals, label=label)


def _ranked(submissions: Iterable[SurveyedSubmission], ranked_by: str) -> list[SurveyedSubmission]:
    """Sort submissions by that figure, the largest first; those without it last."""

    def order(submission: SurveyedSubmission) -> tuple[bool, float, str, str]:
        value = submission.figures.get(ranked_by)
        return value is None, -(value or 0), unit_key(submission.unit), submission.path

    return sorted(submissions, key=order)


def indicators_table(survey: Survey, edition: Edition) -> SummaryTable:
    """The indicators off target: over-fulfilled, then missed, each the farthest first."""
    form = edition.form
    columns = (
        column("rank", "count", 7),
        *who_columns([form]),
        column("state", "text", 10),
        column("deviation", "ratio", 12),
        *_indicator_columns(form),
        column("file", "text", 34),
    )

    def rows() -> Iterator[Row]:
        submissions = {submission.path: submission for submission in survey.counting()}
        for rank, found in _with_ranks(survey.off_target(form.key, edition.year)):
            yield (
                rank,
                *_who(survey, submissions[found.path], [form]),
                sentence(f"state_{found.state}", {}),
                found.deviation,
                *found.texts,
                found.path,
            )

    return _table("indicators", columns, rows, edition=edition)


def _indicator_columns(form: Form) -> Iterator[Column]:
    """The columns of the form that describe an indicator, wider for long texts."""
    asked = form.summary.indicators
    if asked is None:
        return
    fields = form.blocks[form.tables[asked.table].blocks[0]].fields
    for field in (fields[name] for name in asked.columns):
        yield Column(field.key, field.label, "text", 40 if field.rows > 1 or (field.max_length or 0) > 500 else 26)


def _with_ranks(found: Iterable[OffTarget]) -> Iterator[tuple[int, OffTarget]]:
    """Add ranks within each state; equal deviations share a rank."""
    numbers: Counter[str] = Counter()
    rank, before = 0, None
    for indicator in found:
        numbers[indicator.state] += 1
        if before is None or (before.state, before.deviation) != (indicator.state, indicator.deviation):
            rank = numbers[indicator.state]
        before = indicator
        yield rank, indicator
