"""The columns of the summary's tables of units, but for the figures of a form (`forms/summary`): how each stands, what it sent.

board_table(survey), units_table(survey), missing_table(survey), decisions_table(survey)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlperf.messages import clauses, listing, sentence
from xlperf.summarizing.board.rows import BoardRow, in_words
from xlperf.summarizing.outcome import SurveyedSubmission
from xlperf.summarizing.submissions import ASIDE, ATTACHED, COUNTS, DUPLICATE, SUPERSEDED
from xlperf.summarizing.survey import Survey
from xlperf.summarizing.tables.table import (
    SUBJECT,
    WHO,
    Row,
    SummaryTable,
    column,
    figure_columns,
    has_subject,
    make_table,
    supervisor_of,
)
from xlperf.text import unit_key

WHOLE_SECOND = 19  # characters of an ISO time, without the time zone
ROLES = (COUNTS, SUPERSEDED, ASIDE, DUPLICATE, ATTACHED)  # in the order of a unit's files in the list
# Columns: key, type, width; the headings are in the catalogue.
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
    ("state_of_unit", "text", 12),
    ("versions", "count", 9),
    ("last_received", "text", 20),
    ("errors", "count", 7),
    ("queries", "count", 9),
    ("contact", "text", 25),
    ("decision", "text", 30),
)
REVIEWS = ("reviews", "text", 24)  # where a form has stages after the department
JUDGED = (("over", "count", 10), ("met", "count", 10), ("missed", "count", 10))
TRACED = (("form", "text", 24), ("year", "plain", 8))
DECISIONS = (
    ("number", "count", 7),
    ("unit_name", "text", 32),
    ("unit_code", "text", 14),
    ("decision", "text", 12),
    ("until", "text", 12),
    ("waived_codes", "text", 20),
    ("why", "text", 36),
    ("by", "text", 14),
    ("time", "text", 20),
    ("undone", "text", 30),
    ("file", "text", 26),
    ("sha256", "text", 20),
)
MISSING = (("number", "count", 7), ("unit", "text", 44), ("unit_code", "text", 18), ("supervisor", "text", 36))


# --- the board -------------------------------------------------------------------------------------------------


def board_table(survey: Survey) -> SummaryTable:
    """Every unit, in the order of the roster, and how it stands."""
    return board_table_of(survey.board)


def board_table_of(board: Sequence[BoardRow]) -> SummaryTable:
    """Those units, and how they stand."""

    reviewed = any(row.reviews for row in board)
    specs = [spec for spec in BOARD for spec in ([REVIEWS, spec] if reviewed and spec[0] == "contact" else [spec])]

    def rows() -> Iterator[Row]:
        for row in board:
            yield (
                row.number,
                row.name,
                row.code,
                row.supervisor,
                row.state_in_words,
                row.versions,
                row.received,
                row.errors,
                row.unexplained,
                *([row.reviews_in_words or None] if reviewed else []),
                row.contact,
                row.decision,
            )

    return make_table("board", (column(*spec) for spec in specs), rows)


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
            supervisor = supervisor_of(survey, submission)
            yield (
                number,
                submission.unit,
                submission.subject if has_subject(forms) else supervisor,
                submission.path,
                in_words(f"status_{survey.status_of(submission)}", submission.imported),
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
                f"{submission.form} {submission.edition}".strip() if submission.form else submission.form,
                submission.year,
            )

    return make_table("units", columns, rows, printed=MOST_PRINTED - 1 + len(ranked))


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
    """The units of the roster that sent nothing; where they file several papers, a line for each that is missing."""
    missing = [(row, paper) for row in survey.missing for paper in row.papers_of("missing") or ("",)]
    has_papers = any(paper for _, paper in missing)
    rows = [
        (number, row.name, *([paper or None] if has_papers else []), row.code, row.supervisor)
        for number, (row, paper) in enumerate(missing, 1)
    ]
    columns = (*MISSING[:2], *([SUBJECT] if has_papers else []), *MISSING[2:])
    return make_table("missing", (column(*spec) for spec in columns), lambda: rows)


def decisions_table(survey: Survey) -> SummaryTable:
    """Everything that was decided about a unit, also what was withdrawn."""
    rows = [
        (
            number,
            decision.unit,
            decision.unit_code,
            sentence(f"decided_{decision.kind}", {}),
            decision.until,
            listing(decision.codes),
            decision.reason,
            decision.by,
            _to_the_second(decision.time),
            clauses([_to_the_second(undone), undone_by]) if undone else None,
            decision.path,
            decision.sha256,
        )
        for number, (decision, undone, undone_by) in enumerate(survey.decisions, 1)
    ]
    return make_table("decisions", (column(*spec) for spec in DECISIONS), lambda: rows, printed=MOST_PRINTED)


def _to_the_second(time: str) -> str:
    return time[:WHOLE_SECOND].replace("T", " ")
