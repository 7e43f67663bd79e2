"""What is known of all outcomes, gathered in two passes with little memory: the exports are made from it.

    survey = take_survey(outcomes, roster=roster, templates=templates)
    survey.submissions, survey.roles["a/first.xlsx"], survey.comparisons["a/first.xlsx"], survey.missing

The first pass collects the gist of every workbook: its figures, its indicators off target (in a temporary database, which sorts
them) and its fingerprints; with these the second pass finds what units have in common.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from xlperf.distributing.naming import Naming, Places, make_naming, places_of
from xlperf.distributing.roster import Unit
from xlperf.forms.form import Form, Stage
from xlperf.forms.loader import form_directories, unit_prefixes_of
from xlperf.forms.summary import OVER
from xlperf.reporting.description import DescribedFinding, count_findings
from xlperf.summarizing.board.assignment import Owner, assign, find_elsewhere
from xlperf.summarizing.board.decisions import Taken, decided, in_force
from xlperf.summarizing.board.later_stages import check_later
from xlperf.summarizing.board.reviews import NO_DEADLINES, with_reviews
from xlperf.summarizing.board.rows import BoardRow, board_rows
from xlperf.summarizing.fingerprints import Fingerprints, find_shared
from xlperf.summarizing.gist import Gist, form_of, gist_of, prints_in
from xlperf.summarizing.name_checks import check_names, check_places
from xlperf.summarizing.outcome import Figures, FileStatus, Outcome, Submission, SurveyedSubmission, held_once, imported_from
from xlperf.summarizing.similarity import ComparedWorkbook, compare
from xlperf.summarizing.spool import SpooledLists, temporary_database
from xlperf.summarizing.submissions import ANYTHING, COUNTS, DUPLICATE, Asked, Role, find_roles, is_attachment, owner_of

OFF_TARGET = """CREATE TABLE off_target
    (form TEXT, path TEXT, state TEXT, deviation REAL, texts TEXT, number INTEGER PRIMARY KEY)"""
FINDING_ROWS = "CREATE TABLE finding_rows (urgency INTEGER, place INTEGER, cells TEXT, number INTEGER PRIMARY KEY)"
FARTHEST_FIRST = """SELECT path, state, deviation, texts FROM off_target WHERE form = ?
    ORDER BY state = ? DESC, ABS(deviation) DESC NULLS LAST, number"""


Writer = tuple[str | None, str | None, str]  # see `_writer_of`


class Edition(NamedTuple):
    """A form and fiscal year that came in."""

    form: Form
    year: int | None
    name: str | None  # distinguishes it from the others, None if there is only one


class OffTarget(NamedTuple):
    """An indicator that was over-fulfilled or missed."""

    path: str
    state: str  # over, missed
    deviation: float | None  # a ratio: 0.5 is 50% above target
    texts: tuple[str, ...]  # in the columns that the form's summary names


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What is known of all inputs."""

    submissions: tuple[SurveyedSubmission, ...]  # in the order of the outcomes
    roles: Mapping[str, Role]  # by path
    attachments: frozenset[str]  # the paths of those that nobody has to look at
    forms: Mapping[str, Form]  # by key, each in the newest revision that was received of what was asked for
    comparisons: Mapping[str, Sequence[DescribedFinding]]  # findings from comparing several workbooks, by path
    roster: Sequence[Unit] | None
    board: Sequence[BoardRow]  # the units, in the order of the roster
    decisions: Sequence[Taken]  # what the bureau decided about units
    asked: Asked
    owners: Mapping[str, Owner]  # by path: whose a file is that does not say so itself
    places: Places  # of the roster's units
    naming: Naming
    database: sqlite3.Connection

    def counting(self) -> Iterator[SurveyedSubmission]:
        """The submissions that count: one for each purpose."""
        return (submission for submission in self.submissions if self.roles[submission.path].kind == COUNTS)

    def passed(self, form: str, year: int | None) -> Iterator[SurveyedSubmission]:
        """The submissions of a form and year that count and passed."""
        return (s for s in self.counting() if s.form == form and s.year == year and s.status == "passed")

    def editions(self) -> Iterator[Edition]:
        """Yield every form and year that was received."""
        for form in self.forms.values():
            years = {s.year for s in self.counting() if s.form == form.key and s.figures} or {None}
            years = {self.asked.year} if self.asked.year else years
            for year in sorted(years, key=lambda year: year or 0):
                words = [self._name_of(form)] if len(self.forms) > 1 else []
                words += [str(year or "")] if len(years) > 1 else []
                yield Edition(form, year, " ".join(words).strip() or None)

    def status_of(self, submission: Submission) -> FileStatus:
        """What became of a file: an attachment is not read, so it is not unreadable."""
        return "attached" if submission.path in self.attachments else submission.status

    def owned(self, outcome: Outcome) -> Outcome:
        """The outcome as that of the unit whose it is, if it does not say so itself."""
        return _outcome_of_owner(outcome, self.owners.get(outcome.path))

    @property
    def missing(self) -> list[BoardRow]:
        """The units of the roster that sent nothing."""
        return [row for row in self.board if row.state == "missing"] if self.roster is not None else []

    def _name_of(self, form: Form) -> str:
        """A name that distinguishes a form from the others: its short name, else its title, else its key."""
        others = [other for other in self.forms.values() if other.key != form.key and other.summary.figures]
        if form.file_name not in (other.file_name for other in others):
            return form.file_name
        return form.title if form.title not in (other.title for other in others) else form.key

    def off_target(self, form: str, year: int | None) -> Iterator[OffTarget]:
        """The indicators of a form off target: over-fulfilled ones, then missed ones, the farthest first."""
        passed = {submission.path for submission in self.passed(form, year)}
        for path, state, deviation, texts in self.database.execute(FARTHEST_FIRST, (form, OVER)):
            if path in passed:
                yield OffTarget(path, state, deviation, tuple(texts.split("\0")))


def take_survey(
    outcomes: Iterable[Outcome],
    *,
    roster: Sequence[Unit] | None = None,
    asked: Asked = ANYTHING,
    templates: Path | None = None,
    decisions: Sequence[Taken] = (),
    day: str = "",
    review_deadlines: Mapping[str, str] = NO_DEADLINES,
) -> Survey:
    """Gather what is known of all outcomes; they are iterated twice, so they must not be a generator.

    Args:
        roster: the units that should have sent something; None where no roster was given.
        asked: the form and year of the round.
        templates: the folder of a bureau's own forms.
        decisions: what the bureau decided about units.
        day: the ISO date on which they are looked at: an extension ends.
        review_deadlines: until when each stage after the department is to be done, ISO dates by its key.
    """
    writers: dict[Writer, int] = {}  # numbers, in the order in which they come
    database = temporary_database(OFF_TARGET, FINDING_ROWS)
    fingerprints = Fingerprints()
    submissions: list[SurveyedSubmission] = []
    forms: dict[str, Form] = {}
    stages: dict[str, Sequence[Stage]] = {}  # after the department, by the key of the form
    loose: set[str] = set()
    numbers: dict[str, int] = {}  # of the workbooks by their paths, as their fingerprints are numbered
    for outcome in outcomes:
        form = form_of(outcome, templates)
        gist = _gist_of(form, outcome)
        submissions.append(_surveyed(outcome, gist))
        if is_attachment(outcome):
            loose.add(outcome.path)
        if form:
            stages[form.key] = form.stages
        if form and gist:
            if asked.is_met_by(outcome) and (form.key not in forms or _order_of(forms[form.key]) < _order_of(form)):
                forms[form.key] = form
            numbers[outcome.path] = len(numbers)
            writer = writers.setdefault(_writer_of(outcome), len(writers))
            fingerprints.add(form, writer, prints_in(gist))
            off_target = ((form.key, outcome.path, *row) for row in gist["off_target"])
            database.executemany("INSERT INTO off_target VALUES (?, ?, ?, ?, ?, NULL)", off_target)
    naming = make_naming(installed_prefixes(templates), roster, [submission.unit for submission in submissions])
    owners, subjects, attached, settled = assign(submissions, loose, roster, naming)
    writer_of = {s.path: writers[_writer_of(s)] for s in submissions if s.path in numbers}
    submissions = [_of_owner(s, owners.get(s.path), subjects.get(s.path)) for s in submissions]
    submissions = [replace(s, errors=0) if s.path in settled else s for s in submissions]
    numbers_of: dict[str, int] = {}  # of the owners: that of the first who wrote for each
    moved = {
        writer_of[s.path]: numbers_of.setdefault(owner_of(s, naming), writer_of[s.path])
        for s in submissions
        if s.path in writer_of
    }
    if any(writer != owner for writer, owner in moved.items()):
        fingerprints.reassign(moved)
    roles = find_roles(submissions, naming, asked=asked, attached=attached)
    different = [s for s in submissions if s.status != "unreadable" and roles[s.path].kind != DUPLICATE]
    shared = find_shared(fingerprints)

    def looked_at_again(outcome: Outcome) -> ComparedWorkbook | None:
        """The workbook of an outcome, None where nothing in it is also in others."""
        number, form = numbers[outcome.path], form_of(outcome, templates)
        if form is None or number not in shared.touched:
            return None
        gist = _gist_of(form, outcome)
        if gist is None:
            return None
        outcome = _outcome_of_owner(outcome, owners.get(outcome.path))
        return ComparedWorkbook(
            form=form,
            owner=numbers_of[owner_of(outcome, naming)],
            path=outcome.path,
            unit=outcome.unit or "",
            prints=prints_in(gist),
            counts=roles[outcome.path].kind == COUNTS,
        )

    board = board_rows(submissions, roles, roster, naming, asked)
    board = with_reviews(board, submissions, roles, stages=stages, naming=naming, deadlines=review_deadlines)
    workbooks = (looked_at_again(outcome) for outcome in outcomes if outcome.path in numbers)
    comparisons = SpooledLists()
    for path, finding in check_names(different, roles, roster, naming):
        comparisons.add(path, finding)
    for path, finding in check_later(submissions, roles, naming):
        comparisons.add(path, finding)
    for path, finding in check_places(different, roles, find_elsewhere(different, roster, naming) if roster else {}):
        comparisons.add(path, finding)
    for path, finding in compare(shared, workbooks) if shared.touched else ():  # else nobody has to be read again
        comparisons.add(path, finding)
    return Survey(
        submissions=tuple(submissions),
        roles=roles,
        attachments=frozenset(settled),
        forms=forms,
        comparisons=comparisons,
        roster=roster,
        board=decided(board, in_force(decisions), naming, day=day),
        decisions=decisions,
        asked=asked,
        owners=owners,
        places=places_of(roster or (), naming),
        naming=naming,
        database=database,
    )


def installed_prefixes(templates: Path | None) -> tuple[str, ...]:
    """The words that may be left out before a unit's name, from all installed forms, whatever was received."""
    return tuple(dict.fromkeys(prefix for folder in form_directories(templates) for prefix in unit_prefixes_of(folder)))


def _order_of(form: Form) -> tuple[int, int]:
    """Newer revisions and later stages show more."""
    return form.first_year, form.stage_number


def _writer_of(submission: Submission) -> Writer:
    """Who wrote a workbook, as it says itself: name and code, of one that says neither its path."""
    return submission.unit, submission.unit_code, "" if submission.unit or submission.unit_code else submission.path


# --- one workbook ------------------------------------------------------------------------------------------------


def _gist_of(form: Form | None, outcome: Outcome) -> Mapping[str, Any] | None:
    """The gist of a workbook: the stored one, or one taken now; None where nothing could be read."""
    if form is None:
        return None
    if outcome.gist is not None and Gist.__required_keys__ <= outcome.gist.keys():  # an earlier version took less
        return outcome.gist
    return gist_of(form, outcome) if outcome.document else None


def _surveyed(outcome: Outcome, gist: Mapping[str, Any] | None) -> SurveyedSubmission:
    found = count_findings(outcome.findings)
    return SurveyedSubmission(
        path=held_once(outcome.path),
        sha256=held_once(outcome.sha256),
        received=held_once(outcome.received),
        status=held_once(outcome.status),
        saved=held_once(outcome.saved),
        form=held_once(outcome.form),
        revision=held_once(outcome.revision),
        year=outcome.year,
        unit=outcome.unit,
        unit_code=outcome.unit_code,
        subject=outcome.subject,
        supervisor=held_once(gist["supervisor"]) if gist else None,
        unit_cell=held_once(gist["unit_cell"] if gist else ""),
        code_cell=held_once(gist["code_cell"] if gist else ""),
        errors=found["error"].all,
        queries=found["query"].open,
        warnings=found["warning"].all,
        figures=Figures.of(gist["figures"]) if gist else {},
        over=gist["over"] if gist else 0,
        met=gist["met"] if gist else 0,
        missed=gist["missed"] if gist else 0,
        imported=imported_from(outcome.findings),
    )


def _of_owner(submission: SurveyedSubmission, owner: Owner | None, subject: str | None) -> SurveyedSubmission:
    """The submission as that of the unit whose it is, and about what it is, if it does not say so itself."""
    submission = replace(submission, subject=subject) if subject else submission
    return replace(submission, unit=owner.name, unit_code=owner.code or None) if owner else submission


def _outcome_of_owner(outcome: Outcome, owner: Owner | None) -> Outcome:
    return replace(outcome, unit=owner.name, unit_code=owner.code or None) if owner else outcome
