"""All outcomes at once, gathered in two passes and little memory: what the exports are made of.

    collection = survey(outcomes, roster, templates)
    collection.submissions, collection.standing("a/first.xlsx"), collection.across["a/first.xlsx"], collection.missing

The first pass takes of every workbook its figures, its indicators off target (kept in a temporary database, which sorts
them) and the traces by which the second finds what units have in common.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from .document import Rows, Spot, rows_of
from .form import Form, find_form, load_form
from .kinship import Traces, Workbook, compare, settle
from .layout import make_layout, row_counts
from .outcome import Outcome
from .submission import COUNTS, DUPLICATE, UNIT_FIELD, RosterUnit, Standing, Submission, missing, odd_names, owner, stand
from .summary import MISSED, OVER, achievements, figures_of


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
    roster: Sequence[RosterUnit] | None
    missing: Sequence[RosterUnit]
    database: sqlite3.Connection

    def counting(self) -> Iterator[Submission]:
        """The submissions that count, one per unit, form and year."""
        return (s for s in self.submissions if self.standings[s.path].kind == COUNTS)

    def off_target(self, form: str) -> Iterator[OffTarget]:
        """The indicators of a form off target: what is over-fulfilled, the most first, then what is missed, the least met first."""
        order = "SELECT path, state, deviation, texts FROM off_target WHERE form = ? ORDER BY state DESC, " \
                "CASE state WHEN ? THEN -deviation ELSE COALESCE(deviation, 9e9) END, number"  # fmt: skip
        for path, state, deviation, texts in self.database.execute(order, (form, OVER)):
            if self.standings[path].kind == COUNTS:
                yield OffTarget(path, state, deviation, tuple(texts.split("\0")))


def survey(outcomes: Iterable[Outcome], roster: Sequence[RosterUnit] | None, templates: Path | None) -> Collection:
    """Gather what is known of all outcomes; they are gone through twice."""
    database = sqlite3.connect("")  # a temporary file that goes with the connection
    database.execute("CREATE TABLE off_target (form TEXT, path TEXT, state TEXT, deviation REAL, texts TEXT, number INTEGER PRIMARY KEY)")
    traces, submissions, forms = Traces(), [], {}
    owners: dict[tuple, int] = {}
    for outcome in outcomes:
        form = form_of(outcome, templates)
        rows = rows_of(form, outcome.document)[0] if form and outcome.document else None
        if form and (form.key not in forms or forms[form.key].first_year < form.first_year):
            forms[form.key] = form
        submissions.append(_submission(outcome, form, rows))
        if rows:
            number = owners.setdefault(owner(outcome, form.summary.unit_prefixes), len(owners))
            traces.add(Workbook(form, number, outcome.path, outcome.unit or "", rows, str))
            database.executemany("INSERT INTO off_target VALUES (?, ?, ?, ?, ?, NULL)", _off_target(form, outcome.path, rows))
    prefixes = prefixes_of(forms.values())
    standings = stand(submissions, prefixes)
    once = [s for s in submissions if standings[s.path].kind != DUPLICATE]
    across: dict[str, list[dict]] = {}
    books = _workbooks(outcomes, owners, standings, templates)
    for path, finding in (*odd_names(once, roster, prefixes), *compare(settle(traces), books)):
        across.setdefault(path, []).append(finding)
    lacking = missing(roster or (), submissions, prefixes)
    return Collection(tuple(submissions), standings, forms, across, roster, lacking, database)


def prefixes_of(forms: Iterable[Form]) -> tuple[str, ...]:
    """What may be left out before a unit's name, by any of the forms."""
    return tuple(dict.fromkeys(prefix for form in forms for prefix in form.summary.unit_prefixes))


def form_of(outcome: Outcome, templates: Path | None) -> Form | None:
    """The form of an outcome, None where it is not known."""
    return _form(outcome.form, outcome.revision, templates) if outcome.form else None


@lru_cache(maxsize=64)
def _form(key: str, revision: str | None, templates: Path | None) -> Form:
    return load_form(find_form(key, revision=revision, templates=templates))


def _workbooks(outcomes: Iterable[Outcome], owners: Mapping[tuple, int], standings: Mapping[str, Standing],
               templates: Path | None) -> Iterator[Workbook]:  # fmt: skip
    for outcome in outcomes:
        form = form_of(outcome, templates)
        if form and outcome.document:
            number = owners[owner(outcome, form.summary.unit_prefixes)]
            rows = rows_of(form, outcome.document)[0]
            counts = standings[outcome.path].kind == COUNTS
            yield Workbook(form, number, outcome.path, outcome.unit or "", rows, cell_namer(outcome, form, rows), counts)


def cell_namer(outcome: Outcome, form: Form, rows: Rows) -> Callable[[Spot], str]:
    """The function that names the cell of a spot: where the submission had it if that is known, else where the form has it."""

    @cache
    def layout():
        return make_layout(form, row_counts(form, rows=rows))

    def cell(spot: Spot) -> str:
        place = outcome.places.get(".".join(map(str, spot)))
        return place or (layout().address(spot) if spot in layout().spots else form.blocks[spot.block].label)

    return cell


def _submission(outcome: Outcome, form: Form | None, rows: Rows | None) -> Submission:
    severities = [finding["severity"] for finding in outcome.findings]
    states = [state for *_, state in achievements(form.summary, form.tables, rows)] if rows else []
    block, _, field = UNIT_FIELD.partition(".")
    cell = cell_namer(outcome, form, rows)(Spot(block, 0, field)) if rows else ""
    cover = outcome.document.get(block, {}) if outcome.document else {}
    return Submission(
        outcome.path, outcome.sha256, outcome.size, outcome.received, outcome.status, outcome.form, outcome.revision,
        outcome.year, outcome.unit, outcome.unit_code, cover.get("supervisor"), cell, severities.count("error"),
        severities.count("warning"), figures_of(form.summary, form.blocks, rows) if rows else (), states.count(OVER),
        states.count("met"), states.count(MISSED), outcome.outputs,
    )  # fmt: skip


def _off_target(form: Form, path: str, rows: Rows) -> Iterator[tuple]:
    asked = form.summary.indicators
    for _, _, row, state in achievements(form.summary, form.tables, rows):
        if state in (OVER, MISSED):
            texts = "\0".join(str(row.get(name) or "").replace("\0", "") for name in asked.columns)
            yield form.key, path, state, row.get(asked.deviation), texts
