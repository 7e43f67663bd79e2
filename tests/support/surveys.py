"""What a survey of outcomes finds by comparing them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xlperf.distributing.roster import Unit
from xlperf.reporting.description import DescribedFinding
from xlperf.summarizing.outcome import Outcome
from xlperf.summarizing.survey import take_survey


def found(outcomes: Iterable[Outcome], roster: Sequence[Unit] | None = None) -> list[tuple[str, str, tuple[str, ...]]]:
    """Path, code and cells of everything that the comparison tells."""
    comparisons = take_survey(list(outcomes), roster=roster).comparisons
    return sorted((path, finding["code"], tuple(finding["cells"])) for path, listed in comparisons.items() for finding in listed)


def told(outcomes: Iterable[Outcome], path: str, code: str, roster: Sequence[Unit] | None = None) -> DescribedFinding:
    comparisons = take_survey(list(outcomes), roster=roster).comparisons
    return next(finding for finding in comparisons[path] if finding["code"] == code)
