"""What was received, unit by unit: whose a workbook is, and which of several counts.

    >>> first = Submission(path="a.xlsx", sha256="9f86d0", received="2023-03-01", status="passed", unit="Bureau of Works")
    >>> second = Submission(path="b.xlsx", sha256="60303a", received="2023-03-05", status="passed", unit="bureau of works ")
    >>> find_roles([first, second])
    {'a.xlsx': Role(kind='superseded', by='b.xlsx'), 'b.xlsx': Role(kind='counts', by='b.xlsx')}

How a unit is recognized: `distributing/naming`. Among the submissions of a unit for one purpose (one form,
year and subject) the latest that passed counts; if none passed, the latest. Equal files of one unit count once: the one that
came first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import PurePosixPath
from typing import NamedTuple

from xlperf.distributing.naming import PLAIN, Naming
from xlperf.file_names import safe_name
from xlperf.forms.model import Severity
from xlperf.reporting.description import DescribedFinding, describe
from xlperf.reporting.finding import Finding
from xlperf.summarizing.outcome import INSIDE, Outcome, Submission, instant
from xlperf.text import letters_of

COUNTS, SUPERSEDED, DUPLICATE, ATTACHED = "counts", "superseded", "duplicate", "attached"
ASIDE = "aside"  # of a stage after the department, and none that counts
NO_TABLES = {"XL101", "XL108", "XL109", "XL124", "XL128", "XL512"}  # another kind of file, text, a page, empty, large, no report
TABLES = (".xlsx", ".xlsm", ".xltx", ".xls", ".xlsb", ".et", ".ett", ".ods", ".csv", ".zip", ".rar", ".7z")  # might be a table
LONGEST_NAME = 40  # characters of a unit's name in a file name of at most 255 bytes
MOST_LISTED = 5  # files that a finding names; the others are counted


class Role(NamedTuple):
    """The role of a submission among those for the same purpose."""

    kind: str  # COUNTS, SUPERSEDED, ASIDE, DUPLICATE or ATTACHED
    by: str  # the path that counts instead, for a duplicate that of the equal file that came first; its own if it counts


class Purpose(NamedTuple):
    """What only one submission can count for: a unit's workbook of one form and year, about one subject."""

    owner: str
    form: str | None
    year: int | None
    subject: str


class Asked(NamedTuple):
    """What a round asks for; None: whatever comes in."""

    form: str | None = None
    year: int | None = None

    def is_met_by(self, submission: Submission) -> bool:
        """Whether a file is of that form and year; of one that cannot be read nobody knows."""
        return self.form in (None, submission.form) and self.year in (None, submission.year)


ANYTHING = Asked()


# --- whose it is, and when it came in --------------------------------------------------------------------------


def content_key(submission: Submission) -> str:
    """The key of an input's content: its SHA-256, or its path if it could not be opened."""
    return submission.sha256 or submission.path


def owner_of(submission: Submission, naming: Naming) -> str:
    """The key of the unit that owns a workbook: by name, else by code; without both each content has its own."""
    if name := naming.key(submission.unit, submission.unit_code):
        return name
    return f"#{submission.unit_code}" if submission.unit_code else f"\0{content_key(submission)}"


def purpose_of(submission: Submission, naming: Naming) -> Purpose:
    """The purpose of a submission."""
    return Purpose(owner_of(submission, naming), submission.form, submission.year, letters_of(submission.subject or ""))


def arrival_of(submission: Submission) -> tuple[datetime, datetime]:
    """The order of submissions: by time of receipt, then by time of saving."""
    return instant(submission.received), instant(submission.saved)


# --- which counts ----------------------------------------------------------------------------------------------


def find_roles(
    submissions: Iterable[Submission], naming: Naming = PLAIN, *, asked: Asked = ANYTHING, attached: Collection[str] = ()
) -> dict[str, Role]:
    """Return the role of every path: the latest valid submission for each purpose counts, of equal files the one that came first.

    The latest is the one received last; among those received together, the one saved last. A workbook counts before a report in
    Word or PDF for which the same is to be said. What a unit sent that cannot be
    read or was not asked for is for the one purpose for which it sent something else, where there is only one.

    Args:
        asked: the form and year of the round.
        attached: the paths of attachments, which have no purpose.
    """
    listed = sorted(submissions, key=lambda submission: submission.path)
    roles = {submission.path: Role(ATTACHED, submission.path) for submission in listed if submission.path in attached}
    for path, original in _originals(listed, naming):
        if original != path and path not in roles:
            roles[path] = Role(DUPLICATE, by=original)
    later = [submission for submission in listed if submission.path not in roles and submission.later]
    different = [submission for submission in listed if submission.path not in roles and not submission.later]
    purposes = _purposes(different, naming, asked)
    best: dict[Purpose, tuple[bool, bool, bool, bool, datetime, datetime, str]] = {}
    for submission in different:
        purpose, returned = purposes[submission.path], submission.status == "returned"
        wanted = returned and asked.is_met_by(submission)
        rank = (
            submission.status == "passed",
            wanted,
            returned,
            not submission.is_paper,
            *arrival_of(submission),
            submission.path,
        )
        best[purpose] = max(best.get(purpose, rank), rank)
    for path, purpose in purposes.items():
        by = best[purpose][-1]
        roles[path] = Role(COUNTS if by == path else SUPERSEDED, by)
    return _with_later(roles, different, later, naming) if later else roles


def _with_later(
    roles: Mapping[str, Role], submissions: Sequence[Submission], later: Sequence[Submission], naming: Naming
) -> dict[str, Role]:
    """The roles with those of later stages: the last stage that passed counts in place of the very submission it is of.

    It holds all that the submission holds. What is of another version, was not taken in by the bureau, or goes back, is aside.
    """
    counting = {(s.sha256, purpose_of(s, naming)): s.path for s in submissions if roles[s.path].kind == COUNTS}
    by_purpose = {purpose: path for (_, purpose), path in counting.items()}
    best: dict[str, tuple[int, datetime, datetime, str]] = {}
    for submission in later:
        assert submission.later is not None
        path = counting.get((submission.later.reviewed, purpose_of(submission, naming)))
        if path and submission.status == "passed" and submission.is_own_review:
            rank = (submission.later.number, *arrival_of(submission), submission.path)
            best[path] = max(best.get(path, rank), rank)
    instead = {path: rank[-1] for path, rank in best.items()}
    settled = dict(roles)
    for path, role in roles.items():
        if role.kind in (COUNTS, SUPERSEDED) and role.by in instead:
            settled[path] = Role(SUPERSEDED, instead[role.by])
    for submission in later:
        counts = by_purpose.get(purpose_of(submission, naming), submission.path)
        by = instead.get(counts, counts)
        settled[submission.path] = Role(COUNTS, by) if by == submission.path and by in instead.values() else Role(ASIDE, by)
    return settled


def _originals(submissions: Sequence[Submission], naming: Naming) -> Iterator[tuple[str, str]]:
    """Yield every path with that of the equal file of that unit that came first; of a file that nobody owns, of any unit.

    Of those received together the first path is the original. Two units may send the same bytes: a blank template, an empty file.
    Each of them has still to send its own.
    """
    first: dict[tuple[str, str], str] = {}
    for submission in sorted(submissions, key=lambda s: (not (s.unit or s.unit_code), instant(s.received), s.path)):
        content, owned = content_key(submission), bool(submission.unit or submission.unit_code)
        anybodys = first.setdefault((content, ""), submission.path)
        yield submission.path, first.setdefault((content, owner_of(submission, naming)), submission.path) if owned else anybodys


def _purposes(submissions: Sequence[Submission], naming: Naming, asked: Asked) -> dict[str, Purpose]:
    """The purpose of every path; what cannot be read or was not asked for joins the only other purpose of its unit."""
    own = {submission.path: purpose_of(submission, naming) for submission in submissions}
    strays = {s.path for s in submissions if (not s.subject if s.form is None else not asked.is_met_by(s))}
    regular: dict[str, set[Purpose]] = {}
    for path, purpose in own.items():
        if path not in strays:
            regular.setdefault(purpose.owner, set()).add(purpose)
    for path in strays:
        others = regular.get(own[path].owner, ())
        if len(others) == 1:
            own[path] = next(iter(others))
    return own


def newer_returned(submissions: Iterable[Submission], roles: Mapping[str, Role]) -> dict[str, str]:
    """By the path of a valid submission that counts, the newest that came in after it: it is returned all the same."""
    arrivals = {submission.path: arrival_of(submission) for submission in submissions}
    newest: dict[str, str] = {}
    for path, role in roles.items():
        if role.kind == SUPERSEDED and arrivals[path] > arrivals[role.by]:
            newest[role.by] = max(newest.get(role.by, path), path, key=lambda path: (arrivals[path], path))
    return newest


# --- names and findings ----------------------------------------------------------------------------------------


def is_attachment(outcome: Outcome) -> bool:
    """Whether a file is not a table of any kind, by content and name: a scan, a letter, a report in Word."""
    codes = {finding["code"] for finding in outcome.findings}
    return len(codes) == 1 and codes <= NO_TABLES and not outcome.path.lower().endswith(TABLES)


def file_stem(submission: Submission) -> str:
    """The beginning of the names of files about a returned submission, the same on every run: `<unit>-<start of its SHA-256>`."""
    name = submission.unit or PurePosixPath(submission.path.replace(INSIDE, "/")).stem
    digest = submission.sha256 or sha256(submission.path.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{safe_name(name)[:LONGEST_NAME].rstrip(' .')}-{digest[:8]}"


def comparison_finding(code: str, severity: Severity, cells: Sequence[str], /, **facts: object) -> DescribedFinding:
    """A finding from comparing several workbooks, in words."""
    return describe(Finding(code, severity, arguments=facts, cells=tuple(cells)), None)
