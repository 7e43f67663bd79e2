"""What a collection knows of one input file: as much as tells whether it counts, and all that became of it.

    Outcome(path="folder/name.xlsx", sha256="9f86d0…", size=89434, received="2023-03-01T09:00:00+00:00", status="passed", …)

An outcome is made by a worker and kept by the store. Every export is made of outcomes alone, so the exports after an
interruption are those that would have been made without it. A `Submission` is the small part of an outcome that may be held
in memory for thousands of inputs at once; a `SurveyedSubmission` is that part with the figures that the summary shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from sys import intern
from typing import TypeVar, cast

from xlperf.reporting.description import DescribedFinding
from xlperf.reporting.result import Status

INSIDE = "!"  # in a path, between an archive and what lies in it
EARLIEST = datetime.min.replace(tzinfo=UTC)

Text = TypeVar("Text", bound=str | None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """As much of an input as tells whether it counts: whose it is, what it is about, when it came in, what became of it."""

    path: str  # as the bureau knows it: below its inbox; inside an archive `archive.zip!folder/name.xlsx`
    sha256: str  # "" where the file could not even be opened
    received: str  # ISO time of the first receipt, stored once
    status: Status  # passed, returned, unreadable
    saved: str | None = None  # ISO time at which it was last saved, as the workbook itself says
    form: str | None = None
    revision: str | None = None
    year: int | None = None
    unit: str | None = None
    unit_code: str | None = None
    subject: str | None = None  # what it is about, where a unit files several

    @property
    def has_errors(self) -> bool:
        return self.status != "passed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Submission):
    """One input file and what became of it; several paths may hold the same bytes, then their outcomes differ in `path` only."""

    size: int  # bytes
    findings: tuple[DescribedFinding, ...] = ()
    document: Mapping[str, object] | None = field(default=None, repr=False)
    rows: int = 0  # rows that hold something
    seconds: float = 0.0
    outputs: tuple[str, ...] = ()  # files made of it, below the folder of the collection; exports hands out those that count
    places: Mapping[str, str] = field(default_factory=dict, repr=False)  # cells that are not where the template has them


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyedSubmission(Submission):
    """A submission with what the summary shows of it, and where it names its unit."""

    supervisor: str | None
    unit_cell: str  # "" where nothing could be read
    code_cell: str  # the same as `unit_cell` where the form asks for no code
    errors: int
    warnings: int
    figures: Mapping[str, float | None]  # by key of the form's summary; money in units of 10,000 yuan, rates as ratios
    over: int  # indicators that were over-fulfilled, met and missed
    met: int
    missed: int


def submission_of(outcome: Submission) -> Submission:
    """The small part of an outcome; texts that many outcomes share are held once."""
    return Submission(
        path=outcome.path,
        sha256=outcome.sha256,
        received=held_once(outcome.received),
        status=held_once(outcome.status),
        saved=held_once(outcome.saved),
        form=held_once(outcome.form),
        revision=held_once(outcome.revision),
        year=outcome.year,
        unit=outcome.unit,
        unit_code=outcome.unit_code,
        subject=outcome.subject,
    )


def held_once(text: Text) -> Text:
    """A text as one object, however many submissions hold it: they are all in memory."""
    return cast(Text, intern(text)) if isinstance(text, str) else text


def instant(time: str | None) -> datetime:
    """The moment of an ISO time, by whatever clock it was written (by none: of UTC); what is no time was before all.

    >>> instant("2023-03-01T09:00:00+08:00") == instant("2023-03-01T01:00:00")
    True
    """
    try:
        found = datetime.fromisoformat(time or "")
    except ValueError:
        return EARLIEST
    return found if found.tzinfo else found.replace(tzinfo=UTC)
