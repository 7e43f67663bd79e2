"""The columns of the summary's rankings: units by the figure that their form names, indicators by how far they are off target.

ranking_table(survey, edition), indicators_table(survey, edition)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from xlperf.forms.form import Form
from xlperf.messages import sentence
from xlperf.summarizing.figures import figures_of_sums
from xlperf.summarizing.outcome import SurveyedSubmission
from xlperf.summarizing.survey import Edition, OffTarget, Survey
from xlperf.summarizing.tables.table import (
    SUMMED,
    Column,
    Row,
    SummaryTable,
    column,
    figure_columns,
    make_table,
    who_cells,
    who_columns,
)
from xlperf.text import unit_key


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
                *who_cells(survey, submission, [form]),
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
    return make_table("ranking", columns, rows, edition=edition, totals=totals, label=label)


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
                *who_cells(survey, submissions[found.path], [form]),
                sentence(f"state_{found.state}", {}),
                found.deviation,
                *found.texts,
                found.path,
            )

    return make_table("indicators", columns, rows, edition=edition)


def _indicator_columns(form: Form) -> Iterator[Column]:
    """The columns of the form that describe an indicator, wider for long texts."""
    asked = form.summary.indicators
    if asked is None:
        return
    fields = form.blocks[form.blocks_in(asked.table)[0]].fields
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
