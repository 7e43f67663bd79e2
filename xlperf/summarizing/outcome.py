"""What a collection knows about one input file: whose it is and when it came, and everything that became of it.

    Outcome(path="folder/name.xlsx", sha256="9f86d0…", size=89434, received="2023-03-01T09:00:00+00:00", status="passed", …)

A worker makes an outcome, the store keeps it. Exports are made from outcomes alone, so the exports after an interruption are
those of an undisturbed run. A `Submission` is the small part of an outcome, of which thousands fit into memory; a
`SurveyedSubmission` is that part with the figures that the summary shows.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from math import isnan, nan
from sys import intern
from typing import Any, Literal, NamedTuple, TypeVar, cast

from xlperf.forms.form import AT
from xlperf.reporting.description import DescribedFinding
from xlperf.reporting.result import Status

FileStatus = Status | Literal["attached"]  # of a file in a collection: one that nobody has to read is an attachment

IMPORTED = {"XL509": "word", "XL510": "pdf"}  # the findings of a report that was filled into a workbook, with its kind
PRINTED = (".docx", ".pdf")  # the endings of such reports
INSIDE = "!"  # in a path, between an archive and what lies in it
REVIEWS = f"reviews{INSIDE}"  # begins the path of what the bureau took in as reviews; no folder and no archive is called so
DIGEST = 64  # characters of a SHA-256
EARLIEST = datetime.min.replace(tzinfo=UTC)

Text = TypeVar("Text", bound=str | None)


class Later(NamedTuple):
    """What tells the workbook of a stage after the department."""

    stage: str  # its key
    number: int  # of the stage, from 1
    reviewed: str  # the SHA-256 of the submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """The facts that decide whether an input counts: whose it is, what it is about, when it was received, its status."""

    path: str  # relative to its inbox; inside an archive `archive.zip!folder/name.xlsx`
    sha256: str  # "" if the file could not be opened
    received: str  # ISO time at which it was first found there, stored once; a file that was moved takes it along
    status: Status  # passed, returned, unreadable
    saved: str | None = None  # ISO time at which it was last saved, according to the workbook
    form: str | None = None
    revision: str | None = None  # of a stage after the department with what tells it, see `revision_of`
    year: int | None = None
    unit: str | None = None
    unit_code: str | None = None
    subject: str | None = None  # such as a project, if a unit files several workbooks of one form

    @property
    def is_paper(self) -> bool:
        """Whether it is a report by its name, and no workbook."""
        return self.path.lower().endswith(PRINTED)

    @property
    def later(self) -> Later | None:
        """What tells the workbook of a stage after the department, None of the department's own."""
        _, *rest = (self.revision or "").split(AT)
        if len(rest) != 2 or not rest[1][:-DIGEST].isdecimal():
            return None
        return Later(rest[0], int(rest[1][:-DIGEST]), rest[1][-DIGEST:])

    @property
    def edition(self) -> str:
        """The revision as people read it: `2023`, of a later stage `2023@review`."""
        return AT.join((self.revision or "").split(AT)[:2])

    @property
    def is_own_review(self) -> bool:
        """Whether a bureau took it in as the workbook of a later stage: this one, or one whose package came in.

        No file of an inbox has the sign in its name (it is written full-width there), and no archive is called so.
        """
        return self.path.startswith(REVIEWS) or f"{INSIDE}{REVIEWS}" in self.path

    @property
    def goes_back(self) -> bool:
        """Whether it is not taken as it is."""
        return self.status != "passed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Submission):
    """One input file and what became of it; outcomes of equal files differ only in `path`."""

    size: int  # bytes
    findings: tuple[DescribedFinding, ...] = ()
    document: Mapping[str, object] | None = field(default=None, repr=False)
    rows: int = 0  # filled rows of all tables
    seconds: float = 0.0
    outputs: tuple[str, ...] = ()  # paths of the files made from it, relative to the folder of the collection
    places: Mapping[str, str] = field(default_factory=dict, repr=False)  # path -> cell that is not the template's
    digests: Mapping[str, str] | None = field(default=None, repr=False)  # output -> SHA-256; None of an earlier version
    gist: Mapping[str, Any] | None = field(default=None, repr=False)  # what sums it up, see `gist`; None: nobody has taken it


class Figures(Mapping[str, float | None]):
    """Figures by key, in a third of the memory of a dictionary: submissions of one form share the keys.

    >>> Figures.of({"spent": 1.5, "rate": None}) == {"spent": 1.5, "rate": None}
    True
    """

    __slots__ = ("_keys", "_values")

    def __init__(self, keys: tuple[str, ...], values: array[float]) -> None:
        self._keys, self._values = keys, values

    @classmethod
    def of(cls, figures: Mapping[str, float | None]) -> Figures:
        """The same figures; None is kept as NaN, which no figure is."""
        return cls(_held_keys(tuple(figures)), array("d", (nan if value is None else value for value in figures.values())))

    def __getitem__(self, key: str) -> float | None:
        if key not in self._keys:
            raise KeyError(key)
        value = self._values[self._keys.index(key)]
        return None if isnan(value) else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


@lru_cache(maxsize=64)
def _held_keys(keys: tuple[str, ...]) -> tuple[str, ...]:
    """The same object for equal keys."""
    return keys


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyedSubmission(Submission):
    """A submission with what the summary shows, and the cells that name its unit."""

    supervisor: str | None
    unit_cell: str  # "" if nothing could be read
    code_cell: str  # the same as `unit_cell` if the form asks for no code
    errors: int
    queries: int  # those that the unit has not explained
    warnings: int
    figures: Mapping[str, float | None]  # by key in the form's summary; money in units of 10,000 yuan, rates as ratios
    over: int  # number of indicators that were over-fulfilled, met and missed
    met: int
    missed: int
    imported: str = ""  # the kind of report that it was imported from, of IMPORTED; "" of a workbook


def revision_of(revision: str | None, later: Later | None) -> str | None:
    """The revision as an outcome keeps it: of a later stage `2023@review@1<SHA-256 of the submission>`.

    >>> made = revision_of("2023", Later("review", 1, "0" * 64))
    >>> Submission(path="a", sha256="", received="", status="passed", revision=made).later.stage
    'review'
    """
    return f"{revision}{AT}{later.stage}{AT}{later.number}{later.reviewed}" if later else revision


def submission_of(outcome: Submission) -> Submission:
    """The small part of an outcome; texts that many outcomes share are stored once."""
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


def imported_from(findings: Iterable[DescribedFinding]) -> str:
    """The kind of report from which a submission was imported, "" of a workbook."""
    return next((IMPORTED[finding["code"]] for finding in findings if finding["code"] in IMPORTED), "")


def held_once(text: Text) -> Text:
    """The same object for equal texts, to save memory."""
    return cast(Text, intern(text)) if isinstance(text, str) else text


def instant(time: str | None) -> datetime:
    """The moment of an ISO time in any time zone (without one: UTC); anything else was before all times.

    >>> instant("2023-03-01T09:00:00+08:00") == instant("2023-03-01T01:00:00")
    True
    """
    try:
        found = datetime.fromisoformat(time or "")
    except ValueError:
        return EARLIEST
    return found if found.tzinfo else found.replace(tzinfo=UTC)
