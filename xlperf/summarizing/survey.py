"""What is known of all outcomes, gathered in two passes with little memory: the exports are made from it.

    survey = take_survey(outcomes, roster=roster, templates=templates)
    survey.submissions, survey.roles["a/first.xlsx"], survey.comparisons["a/first.xlsx"], survey.missing

The first pass collects the figures of every workbook, its indicators off target (in a temporary database, which sorts them)
and its fingerprints; with these the second pass finds what units have in common.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import NamedTuple

from xlperf.distributing.roster import Unit
from xlperf.forms.document import Rows, Spot, inputs_of, path_namer, rows_of, unit_spot
from xlperf.forms.form import Form
from xlperf.forms.layout import template_layout
from xlperf.forms.loader import find_form, form_directories, load_form
from xlperf.forms.summary import MET, MISSED, OVER
from xlperf.reporting.description import DescribedFinding, count_findings
from xlperf.summarizing.board.assignment import Owner, find_attached, find_owners
from xlperf.summarizing.board.rows import BoardRow, board_rows
from xlperf.summarizing.figures import achievements, figures_of
from xlperf.summarizing.fingerprints import ComparedWorkbook, Fingerprints, find_shared
from xlperf.summarizing.name_checks import check_names
from xlperf.summarizing.outcome import Outcome, SurveyedSubmission, held_once
from xlperf.summarizing.similarity import compare
from xlperf.summarizing.submissions import (
    ANYTHING,
    COUNTS,
    DUPLICATE,
    Asked,
    Naming,
    Role,
    find_roles,
    is_attachment,
    make_naming,
    owner_of,
)
from xlperf.text import unit_key

OFF_TARGET = """CREATE TABLE off_target
    (form TEXT, path TEXT, state TEXT, deviation REAL, texts TEXT, number INTEGER PRIMARY KEY)"""
FINDING_ROWS = "CREATE TABLE finding_rows (urgency INTEGER, place INTEGER, cells TEXT, number INTEGER PRIMARY KEY)"
FARTHEST_FIRST = """SELECT path, state, deviation, texts FROM off_target WHERE form = ?
    ORDER BY state = ? DESC, ABS(deviation) DESC NULLS LAST, number"""


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
    forms: Mapping[str, Form]  # by key, each in the newest revision that was received
    comparisons: Mapping[str, Sequence[DescribedFinding]]  # findings from comparing several workbooks, by path
    roster: Sequence[Unit] | None
    board: Sequence[BoardRow]  # the units, in the order of the roster
    asked: Asked
    owners: Mapping[str, Owner]  # by path: whose a file is that does not say so itself
    supervisors: Mapping[str, str]  # of the roster's units, by `unit_key`
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
            if self.asked.form not in (None, form.key):
                continue
            years = {s.year for s in self.counting() if s.form == form.key and s.figures} or {None}
            years = {self.asked.year} if self.asked.year else years
            for year in sorted(years, key=lambda year: year or 0):
                words = [self._name_of(form)] if len(self.forms) > 1 else []
                words += [str(year or "")] if len(years) > 1 else []
                yield Edition(form, year, " ".join(words).strip() or None)

    def owned(self, outcome: Outcome) -> Outcome:
        """The outcome as that of the unit whose it is, if it does not say so itself."""
        owner = self.owners.get(outcome.path)
        return replace(outcome, unit=owner.name, unit_code=owner.code or None) if owner else outcome

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
) -> Survey:
    """Gather what is known of all outcomes; they are iterated twice, so they must not be a generator.

    Args:
        roster: the units that should have sent something; None where no roster was given.
        asked: the form and year of the round.
        templates: the folder of a bureau's own forms.
    """
    naming = make_naming(installed_prefixes(templates), roster)
    workbook_of = partial(_workbook, templates=templates, naming=naming, owners={})
    database = sqlite3.connect("")  # a temporary file that goes with the connection
    database.execute(OFF_TARGET)
    database.execute(FINDING_ROWS)
    fingerprints = Fingerprints()
    submissions: list[SurveyedSubmission] = []
    forms: dict[str, Form] = {}
    loose: set[str] = set()
    numbers: dict[str, int] = {}  # of the workbooks by their paths, as their fingerprints are numbered
    for outcome in outcomes:
        workbook = workbook_of(outcome)
        submissions.append(_surveyed(outcome, workbook))
        if is_attachment(outcome):
            loose.add(outcome.path)
        if workbook:
            form = workbook.form
            if form.key not in forms or forms[form.key].first_year < form.first_year:
                forms[form.key] = form
            numbers[outcome.path] = len(numbers)
            fingerprints.add(workbook)
            database.executemany("INSERT INTO off_target VALUES (?, ?, ?, ?, ?, NULL)", _off_target(workbook))
    owners = find_owners(submissions, roster, naming)
    attached = find_attached(submissions, owners, loose, naming)
    submissions = [_of_owner(submission, owners.get(submission.path)) for submission in submissions]
    roles = find_roles(submissions, naming, asked=asked, attached=attached)
    different = [s for s in submissions if s.status != "unreadable" and roles[s.path].kind != DUPLICATE]
    shared = find_shared(fingerprints)
    workbooks = (
        workbook_of(outcome, roles=roles) if numbers[outcome.path] in shared.touched else None
        for outcome in outcomes
        if outcome.path in numbers
    )
    comparisons: dict[str, list[DescribedFinding]] = {}
    for path, finding in check_names(different, roles, roster, naming):
        comparisons.setdefault(path, []).append(finding)
    for path, finding in compare(shared, workbooks):
        comparisons.setdefault(path, []).append(finding)
    return Survey(
        submissions=tuple(submissions),
        roles=roles,
        forms=forms,
        comparisons=comparisons,
        roster=roster,
        board=board_rows(submissions, roles, roster, naming, asked),
        asked=asked,
        owners=owners,
        supervisors={unit_key(unit.name, naming.prefixes): unit.supervisor for unit in roster or ()},
        naming=naming,
        database=database,
    )


def installed_prefixes(templates: Path | None) -> tuple[str, ...]:
    """The words that may be left out before a unit's name, from all installed forms, whatever was received."""
    forms = (load_form(folder) for folder in form_directories(templates))
    return tuple(dict.fromkeys(prefix for form in forms for prefix in form.summary.unit_prefixes))


def form_of(outcome: Outcome, templates: Path | None) -> Form | None:
    """The form of an outcome, None if it is unknown."""
    return _form(outcome.form, outcome.revision, templates) if outcome.form else None


@lru_cache(maxsize=64)
def _form(key: str, revision: str | None, templates: Path | None) -> Form:
    return load_form(find_form(key, revision=revision, templates=templates))


# --- one workbook ------------------------------------------------------------------------------------------------


def _workbook(
    outcome: Outcome,
    *,
    templates: Path | None,
    naming: Naming,
    owners: dict[str, int],
    roles: Mapping[str, Role] | None = None,
) -> ComparedWorkbook | None:
    """The workbook of an outcome as it is compared and counted, None if nothing could be read.

    Args:
        owners: owner -> number; a new owner is added.
        roles: by path; without roles all submissions count.
    """
    form = form_of(outcome, templates)
    if not form or not outcome.document:
        return None
    rows, _ = rows_of(form, outcome.document)
    return ComparedWorkbook(
        form=form,
        owner=owners.setdefault(owner_of(outcome, naming), len(owners)),
        path=outcome.path,
        unit=outcome.unit or "",
        rows=rows,
        typed=tuple(inputs_of(form, rows)),
        judged=tuple(achievements(form, rows)),
        cell=cell_namer(outcome, form, rows),
        counts=roles is None or roles[outcome.path].kind == COUNTS,
    )


def cell_namer(outcome: Outcome, form: Form, rows: Rows) -> Callable[[Spot], str]:
    """Return the function that names the cell of a spot: where the submission had it, if known, else where the form has it."""

    path_of, layout_of = cache(partial(path_namer, form, rows)), cache(partial(template_layout, form, rows))

    def cell(spot: Spot) -> str:
        if outcome.places and (place := outcome.places.get(path_of()(spot))):
            return place
        layout = layout_of()
        return layout.address(spot) if spot in layout.spots else form.blocks[spot.block].label

    return cell


def _surveyed(outcome: Outcome, workbook: ComparedWorkbook | None) -> SurveyedSubmission:
    found = count_findings(outcome.findings)
    states = Counter(state for *_, state in workbook.judged) if workbook else Counter()
    unit_cell, code_cell = _unit_cells(workbook) if workbook else ("", "")
    return SurveyedSubmission(
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
        supervisor=held_once(_supervisor(workbook)) if workbook else None,
        unit_cell=held_once(unit_cell),
        code_cell=held_once(code_cell),
        errors=found["error"].all,
        queries=found["query"].open,
        warnings=found["warning"].all,
        figures=figures_of(workbook.form, workbook.rows) if workbook else {},
        over=states[OVER],
        met=states[MET],
        missed=states[MISSED],
    )


def _of_owner(submission: SurveyedSubmission, owner: Owner | None) -> SurveyedSubmission:
    """The submission as that of the unit whose it is, if it does not say so itself."""
    return replace(submission, unit=owner.name, unit_code=owner.code or None) if owner else submission


def _unit_cells(workbook: ComparedWorkbook) -> tuple[str, str]:
    """The cells of the unit's name and code; the name's cell twice if the form asks for no code."""
    spot = unit_spot(workbook.form)
    unit_cell = workbook.cell(spot)
    has_code = "unit_code" in workbook.form.blocks[spot.block].fields
    return unit_cell, workbook.cell(spot._replace(field="unit_code")) if has_code else unit_cell


def _supervisor(workbook: ComparedWorkbook) -> str | None:
    """The supervisor that the workbook names beside the unit."""
    return workbook.rows[unit_spot(workbook.form).block][0].get("supervisor")


def _off_target(workbook: ComparedWorkbook) -> Iterator[tuple[str, str, str, float | None, str]]:
    """The rows of the table off_target."""
    asked = workbook.form.summary.indicators
    if asked is None:
        return
    for _, _, row, state in workbook.judged:
        if state != MET:
            texts = "\0".join(str(row.get(name) or "").replace("\0", "") for name in asked.columns)
            deviation = row.get(asked.deviation)
            number = float(deviation) if isinstance(deviation, int | float) else None
            yield workbook.form.key, workbook.path, state, number, texts
