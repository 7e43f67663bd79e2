"""All outcomes at once, gathered in two passes and little memory: what the exports are made of.

    collection = survey(outcomes, roster, templates)
    collection.submissions, collection.standing("a/first.xlsx"), collection.across["a/first.xlsx"], collection.missing

The first pass takes of every workbook its figures, its indicators off target (kept in a temporary database, which sorts
them) and the traces by which the second finds what units have in common.
"""

from __future__ import annotations

import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from xlperf.distributing.roster import Unit
from xlperf.forms.document import Rows, Spot, inputs_of, path_namer, rows_of, unit_spot
from xlperf.forms.form import Form
from xlperf.forms.layout import usual_layout
from xlperf.forms.loader import find_form, form_directories, load_form
from xlperf.forms.summary import MET, MISSED, OVER, achievements, figures_of
from xlperf.summarizing.outcome import Outcome
from xlperf.summarizing.similarity import Traces, Workbook, compare, settle
from xlperf.summarizing.submissions import (
    COUNTS,
    DUPLICATE,
    Naming,
    Standing,
    Submission,
    make_naming,
    missing,
    odd_names,
    owner,
    stand,
    unit_key,
)

OFF_TARGET = """CREATE TABLE off_target
    (form TEXT, path TEXT, state TEXT, deviation REAL, texts TEXT, number INTEGER PRIMARY KEY)"""
FARTHEST_FIRST = """SELECT path, state, deviation, texts FROM off_target WHERE form = ?
    ORDER BY state = ? DESC, ABS(deviation) DESC NULLS LAST, number"""


class OffTarget(NamedTuple):
    """An indicator that was over-fulfilled or missed."""

    path: str
    state: str
    deviation: float | None
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Collection:
    """What is known of all that came in."""

    submissions: tuple[Submission, ...]  # in the order of the outcomes
    standings: Mapping[str, Standing]
    forms: Mapping[str, Form]  # by key, of each the newest revision that came in
    across: Mapping[str, list[dict]]  # by path, what only a comparison of several workbooks shows
    roster: Sequence[Unit] | None
    missing: Sequence[Unit]
    supervisors: Mapping[str, str]  # of the roster's units, by `unit_key`
    naming: Naming
    database: sqlite3.Connection

    def counting(self) -> Iterator[Submission]:
        """The submissions that count, one per unit, form and year."""
        return (s for s in self.submissions if self.standings[s.path].kind == COUNTS)

    def name_of(self, form: Form) -> str:
        """What tells a form from the others: its short name, its title where another has that name too, else its key."""
        others = [other for other in self.forms.values() if other.key != form.key and other.summary.figures]
        if form.file_name not in (other.file_name for other in others):
            return form.file_name
        return form.title if form.title not in (other.title for other in others) else form.key

    def passed(self, form: str, year: int | None) -> Iterator[Submission]:
        """The submissions of a form and year whose figures can be relied on."""
        return (s for s in self.counting() if s.form == form and s.year == year and s.status == "passed")

    def editions(self) -> Iterator[tuple[Form, int | None, str | None]]:
        """Yield every form and year that came in, and what tells it from the others where there are several."""
        for form in self.forms.values():
            years = {s.year for s in self.counting() if s.form == form.key and s.figures} or {None}
            for year in sorted(years, key=lambda year: year or 0):
                told = [self.name_of(form)] * (len(self.forms) > 1) + [str(year or "")] * (len(years) > 1)
                yield form, year, " ".join(told).strip() or None

    def off_target(self, form: str, year: int | None) -> Iterator[OffTarget]:
        """The indicators of a form off target: what is over-fulfilled, then what is missed, each the farthest first."""
        passed = {submission.path for submission in self.passed(form, year)}
        for path, state, deviation, texts in self.database.execute(FARTHEST_FIRST, (form, OVER)):
            if path in passed:
                yield OffTarget(path, state, deviation, tuple(texts.split("\0")))


def survey(outcomes: Iterable[Outcome], roster: Sequence[Unit] | None, templates: Path | None) -> Collection:
    """Gather what is known of all outcomes; they are gone through twice."""
    naming = make_naming(installed_prefixes(templates), roster)
    database = sqlite3.connect("")  # a temporary file that goes with the connection
    database.execute(OFF_TARGET)
    traces, submissions, forms = Traces(), [], {}
    owners: dict[str, int] = {}
    for outcome in outcomes:
        book = _workbook(outcome, owners, templates, naming)
        if book and (book.form.key not in forms or forms[book.form.key].first_year < book.form.first_year):
            forms[book.form.key] = book.form
        submissions.append(_submission(outcome, book))
        if book:
            traces.add(book)
            database.executemany("INSERT INTO off_target VALUES (?, ?, ?, ?, ?, NULL)", _off_target(book))
    standings = stand(submissions, naming)
    once = [s for s in submissions if standings[s.path].kind != DUPLICATE]
    across: dict[str, list[dict]] = {}
    books = (book for outcome in outcomes if (book := _workbook(outcome, owners, templates, naming, standings)))
    for path, finding in (*odd_names(once, standings, roster, naming), *compare(settle(traces), books)):
        across.setdefault(path, []).append(finding)
    lacking = missing(roster or (), submissions, naming)
    supervisors = {unit_key(unit.name, naming.prefixes): unit.supervisor for unit in roster or ()}
    return Collection(tuple(submissions), standings, forms, across, roster, lacking, supervisors, naming, database)


def installed_prefixes(templates: Path | None) -> tuple[str, ...]:
    """What may be left out before a unit's name, by any of the forms there are: one answer, whatever came in."""
    forms = (load_form(folder) for folder in form_directories(templates))
    return tuple(dict.fromkeys(prefix for form in forms for prefix in form.summary.unit_prefixes))


def form_of(outcome: Outcome, templates: Path | None) -> Form | None:
    """The form of an outcome, None where it is not known."""
    return _form(outcome.form, outcome.revision, templates) if outcome.form else None


@lru_cache(maxsize=64)
def _form(key: str, revision: str | None, templates: Path | None) -> Form:
    return load_form(find_form(key, revision=revision, templates=templates))


def _workbook(
    outcome: Outcome,
    owners: dict[str, int],
    templates: Path | None,
    naming: Naming,
    standings: Mapping[str, Standing] | None = None,
) -> Workbook | None:
    """What of an outcome is compared and counted, None where nothing could be read."""
    form = form_of(outcome, templates)
    if not form or not outcome.document:
        return None
    rows, _ = rows_of(form, outcome.document)
    number = owners.setdefault(owner(outcome, naming), len(owners))
    counts = standings is None or standings[outcome.path].kind == COUNTS
    judged = tuple(achievements(form.summary, form.tables, rows))
    return Workbook(
        form,
        number,
        outcome.path,
        outcome.unit or "",
        rows,
        tuple(inputs_of(form, rows)),
        judged,
        cell_namer(outcome, form, rows),
        counts,
    )


def cell_namer(outcome: Outcome, form: Form, rows: Rows) -> Callable[[Spot], str]:
    """The function that names the cell of a spot: where the submission had it if that is known, else where the form has it."""

    def cell(spot: Spot) -> str:
        if outcome.places and (place := outcome.places.get(path_namer(form, rows)(spot))):
            return place
        layout = usual_layout(form, rows)
        return layout.address(spot) if spot in layout.spots else form.blocks[spot.block].label

    return cell


def _submission(outcome: Outcome, book: Workbook | None) -> Submission:
    severities = Counter(finding["severity"] for finding in outcome.findings)
    states = Counter(state for *_, state in book.judged) if book else Counter()
    spot = unit_spot(book.form) if book else None
    cell = book.cell(spot) if book else ""
    has_code = book and "unit_code" in book.form.blocks[spot.block].fields
    code_cell = book.cell(spot._replace(field="unit_code")) if has_code else cell
    beside = book.rows[spot.block][0] if book else {}  # the fields that stand with the unit's name
    figures = figures_of(book.form.summary, book.form.blocks, book.rows) if book else {}
    counts = (severities["error"], severities["warning"], figures, *(states[state] for state in (OVER, MET, MISSED)))
    return Submission(
        outcome.path,
        outcome.sha256,
        _once(outcome.received),
        _once(outcome.saved),
        _once(outcome.status),
        _once(outcome.form),
        _once(outcome.revision),
        outcome.year,
        outcome.unit,
        outcome.unit_code,
        outcome.subject,
        _once(beside.get("supervisor")),
        _once(cell),
        _once(code_cell),
        *counts,
    )


def _once(text: object) -> object:
    """A text as one object, however many submissions hold it: they are all in memory."""
    return sys.intern(text) if type(text) is str else text


def _off_target(book: Workbook) -> Iterator[tuple]:
    asked = book.form.summary.indicators
    for _, _, row, state in book.judged:
        if state != MET:
            texts = "\0".join(str(row.get(name) or "").replace("\0", "") for name in asked.columns)
            deviation = row.get(asked.deviation)
            yield book.form.key, book.path, state, None if deviation is None else float(deviation), texts
