"""All tables of the summary, in the order of their sheets.

for table in summary_tables(survey, outcomes): ...
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xlperf.summarizing.outcome import Outcome
from xlperf.summarizing.survey import Survey
from xlperf.summarizing.tables.findings import findings_table
from xlperf.summarizing.tables.rankings import indicators_table, ranking_table
from xlperf.summarizing.tables.table import SummaryTable
from xlperf.summarizing.tables.units import board_table, decisions_table, missing_table, units_table


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
    if survey.decisions:
        yield decisions_table(survey)
