"""The tables of a collection, each to be a sheet and a CSV file: units, findings, rankings, who sent nothing.

    for ledger in ledgers(collection, outcomes, "2023-03-01"):
        ledger.title, [column.heading for column in ledger.columns], list(ledger.rows())

Rows are made as they are asked for, so that a table of a million rows takes no more memory than one of ten. A column that
is a formula over others says so: the sheet then holds the formula and the value, and its last row the same over the sums.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from xlperf.forms.document import subject_spot
from xlperf.forms.form import Form
from xlperf.forms.model import SEVERITIES
from xlperf.forms.summary import Figure, recomputed
from xlperf.formula.nodes import Node
from xlperf.messages import listing, of_any_field, sentence
from xlperf.summarizing.outcome import Outcome
from xlperf.summarizing.submissions import COUNTS, DUPLICATE, SUPERSEDED, Submission, unit_key
from xlperf.summarizing.survey import Collection

MOST_CELLS = 30  # places of a finding that a line names; the rest is counted
WHOLE_SECOND = 19  # characters of an ISO time: by the clock of who received it
SUMMED = ("money", "count")


class Column(NamedTuple):
    """A column of a table; one with a formula is computed from the columns whose keys it names."""

    key: str
    heading: str
    type: str = "text"
    width: float = 14
    formula: Node | None = None


@dataclass(frozen=True)
class Ledger:
    """One table; `totals` are the values of its last row, below the rows."""

    key: str
    title: str
    note: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterable[Sequence[object]]]
    totals: Mapping[str, object] | None = None
    frozen: int = 2  # columns that stay in sight


def column(key: str, type_: str = "text", width: float = 14) -> Column:
    """A column of ours, its heading from the catalogue."""
    return Column(key, sentence(f"head_{key}", {}), type_, width)


WHO = (("unit", "text", 32), ("unit_code", "text", 13), ("supervisor", "text", 18))
SUBJECT = ("subject", "text", 28)  # where a unit files several
FILED = (
    ("file", "text", 28),
    ("status", "text", 9),
    ("standing", "text", 15),
    ("instead", "text", 20),
    ("errors", "count", 7),
    ("warnings", "count", 7),
)
JUDGED = (("over", "count", 10), ("met", "count", 10), ("missed", "count", 10))
TRACED = (("form", "text", 24), ("year", "plain", 8), ("received", "text", 20))
FOUND = (
    ("unit", "text", 26),
    ("unit_code", "text", 13),
    ("file", "text", 26),
    ("severity", "text", 8),
    ("code", "text", 9),
    ("cells", "text", 22),
    ("message", "text", 32),
    ("found", "text", 40),
    ("expected", "text", 30),
    ("fix", "text", 42),
    ("explanation", "text", 26),
)
LATE = (("number", "count", 7), ("unit", "text", 44), ("unit_code", "text", 18), ("supervisor", "text", 36))


def ledgers(collection: Collection, outcomes: Iterable[Outcome]) -> Iterator[Ledger]:
    """Yield the tables there are: rankings only of forms that declare what is ranked, who is missing only with a roster."""
    yield units(collection)
    yield findings(collection, outcomes)
    editions = list(collection.editions())
    yield from (ranking(collection, *edition) for edition in editions if edition[0].summary.ranked_by)
    yield from (indicators(collection, *edition) for edition in editions if edition[0].summary.indicators)
    if collection.roster is not None:
        rows = tuple((number, unit.name, unit.code, unit.supervisor) for number, unit in enumerate(collection.missing, 1))
        yield _ledger("missing", tuple(column(*spec) for spec in LATE), lambda: rows)


def _ledger(
    key: str,
    columns: tuple[Column, ...],
    rows: Callable[[], Iterable[Sequence[object]]],
    edition: str | None = None,
    totals: Mapping[str, object] | None = None,
    **facts: object,
) -> Ledger:
    title = sentence(f"sheet_{key}", {})
    if edition:
        title = sentence("of_form", {"title": title, "form": edition})
    return Ledger(f"{key}", title, sentence(f"note_{key}", facts), columns, rows, totals)


def figure_columns(figures: Iterable[Figure], formulas: bool) -> Iterator[Column]:
    for figure in figures:
        yield Column(figure.key, figure.label, figure.type, 14, figure.formula if formulas else None)


# --- units -----------------------------------------------------------------------------------------------------


def units(collection: Collection) -> Ledger:
    """Every file that came in, unit by unit, with the figures of its form."""
    figures = {figure.key: figure for form in collection.forms.values() for figure in form.summary.figures}
    judged = JUDGED if any(form.summary.indicators for form in collection.forms.values()) else ()
    columns = (
        column("number", "count", 7),
        *who_columns(collection.forms.values()),
        *(column(*spec) for spec in FILED),
        *figure_columns(figures.values(), False),
        *(column(*spec) for spec in (*judged, *TRACED)),
    )

    def rows() -> Iterator[tuple]:
        for number, submission in enumerate(sorted(collection.submissions, key=lambda s: _order(collection, s)), 1):
            standing = collection.standings[submission.path]
            yield (
                number,
                *_who(collection, submission, collection.forms.values()),
                submission.path,
                sentence(f"status_{submission.status}", {}),
                sentence(f"submission_{standing.kind}", {}),
                standing.by if standing.kind != COUNTS else None,
                submission.errors,
                submission.warnings,
                *(submission.figures.get(key) for key in figures),
                *_judged(submission)[: len(judged)],
                submission.form and f"{submission.form} {submission.revision or ''}".strip(),
                submission.year,
                submission.received[:WHOLE_SECOND].replace("T", " "),
            )

    return _ledger("units", columns, rows)


def _judged(submission: Submission) -> tuple[int | None, ...]:
    """How many indicators are over-fulfilled, met and missed; blank where none could be read."""
    return tuple(count if submission.figures else None for count in (submission.over, submission.met, submission.missed))


def _order(collection: Collection, submission: Submission) -> tuple:
    """By unit, what counts first; files of nobody last."""
    kinds = (COUNTS, SUPERSEDED, DUPLICATE)
    return (
        submission.unit is None,
        unit_key(submission.unit),
        submission.form or "",
        submission.year or 0,
        submission.subject or "",
        kinds.index(collection.standings[submission.path].kind),
        submission.path,
    )


def who_columns(forms: Iterable[Form]) -> list[Column]:
    """The columns that say whose a line is, and what it is about where one of the forms is filed for several."""
    several = any(subject_spot(form).block for form in forms)
    return [column(*spec) for spec in ((*WHO, SUBJECT) if several else WHO)]


def _who(collection: Collection, submission: Submission, forms: Iterable[Form]) -> tuple[str | None, ...]:
    """What stands in those columns; who supervises a unit as it says itself, else as the roster says."""
    supervisor = submission.supervisor or collection.supervisors.get(unit_key(submission.unit, collection.naming.prefixes))
    return (submission.unit, submission.unit_code, supervisor, submission.subject)[: len(who_columns(forms))]


# --- findings --------------------------------------------------------------------------------------------------


def findings(collection: Collection, outcomes: Iterable[Outcome]) -> Ledger:
    """Every finding in a file that counts, file by file, errors first."""

    def rows() -> Iterator[tuple]:
        for outcome in outcomes:
            if collection.standings[outcome.path].kind != COUNTS:
                continue
            for finding in findings_of(collection, outcome):
                yield (
                    outcome.unit,
                    outcome.unit_code,
                    outcome.path,
                    sentence(finding["severity"], {}),
                    finding["code"],
                    cells_of(finding),
                    finding["message"],
                    finding["found"],
                    finding["expected"],
                    finding["fix"],
                    finding.get("explanation"),
                )

    return _ledger("findings", tuple(column(*spec) for spec in FOUND), rows)


def findings_of(collection: Collection, outcome: Outcome) -> list[Mapping]:
    """What was found in a workbook and what the others show of it, errors first."""
    found = chain(outcome.findings, collection.across.get(outcome.path, ()))
    return sorted(found, key=lambda finding: SEVERITIES.index(finding["severity"]))


def cells_of(finding: Mapping) -> str:
    """The places of a finding in one line."""
    places = finding["cells"]
    shown = listing(places[:MOST_CELLS]) or finding.get("field") or ""
    return shown if len(places) <= MOST_CELLS else sentence("more_cells", {"cells": shown, "count": len(places)})


class Tally:
    """How often each code was found and in how many files, counted while the lines of findings go by."""

    def __init__(self) -> None:
        self.places, self.files = Counter(), Counter()
        self.messages: dict[str, str] = {}

    def counted(self, rows: Iterable[Sequence[object]]) -> Iterator[Sequence[object]]:
        """The lines, as they are."""
        keys = [key for key, *_ in FOUND]
        path, code, message, severity = (keys.index(key) for key in ("file", "code", "message", "severity"))
        seen: set[tuple] = set()
        for row in rows:
            if row[severity] == sentence("info", {}):  # nothing to mend
                yield row
                continue
            self.places[row[code]] += 1
            if seen and next(iter(seen))[0] != row[path]:
                seen.clear()
            if (row[path], row[code]) not in seen:
                seen.add((row[path], row[code]))
                self.files[row[code]] += 1
            self.messages.setdefault(row[code], row[message])
            yield row

    def commonest(self, most: int) -> list[tuple[str, str, int, int]]:
        """Code, message, files and lines of the codes in the most files."""
        order = sorted(self.files, key=lambda code: (-self.files[code], code))
        return [(code, of_any_field(code, self.messages[code]), self.files[code], self.places[code]) for code in order[:most]]


# --- rankings --------------------------------------------------------------------------------------------------


def ranking(collection: Collection, form: Form, year: int | None, edition: str | None) -> Ledger:
    """The units by the figure that the form ranks by, and the sums of all; what goes back has no figures to rely on."""
    figures, ranked_by = form.summary.figures, form.summary.ranked_by
    listed = list(collection.passed(form.key, year))
    listed.sort(key=lambda s: (s.figures.get(ranked_by) is None, -(s.figures.get(ranked_by) or 0), unit_key(s.unit), s.path))
    columns = (column("rank", "count", 7), *who_columns([form]), *figure_columns(figures, True), column("file", "text", 34))

    def rows() -> Iterator[tuple]:
        rank, before = 0, None
        for number, submission in enumerate(listed, 1):
            value = submission.figures.get(ranked_by)
            rank, before = (rank if value == before and rank else number), value
            yield (
                rank if value is not None else None,
                *_who(collection, submission, [form]),
                *(submission.figures.get(figure.key) for figure in figures),
                submission.path,
            )

    summed = {
        figure.key: round(sum(s.figures.get(figure.key) or 0 for s in listed), 6)
        for figure in figures
        if figure.formula is None and figure.type in SUMMED
    }
    totals = recomputed(form.summary, summed) if listed else None
    label = next(figure.label for figure in figures if figure.key == ranked_by)
    return _ledger("ranking", columns, rows, edition, totals, label=label)


def indicators(collection: Collection, form: Form, year: int | None, edition: str | None) -> Ledger:
    """The indicators off target: over-fulfilled, then missed."""
    asked = form.summary.indicators
    fields = form.blocks[form.tables[asked.table].blocks[0]].fields
    widths = {name: 40 if fields[name].rows > 1 or (fields[name].max_length or 0) > 500 else 26 for name in asked.columns}
    shown = (Column(name, fields[name].label, "text", widths[name]) for name in asked.columns)
    columns = (
        column("rank", "count", 7),
        *who_columns([form]),
        column("state", "text", 10),
        column("deviation", "ratio", 12),
        *shown,
        column("file", "text", 34),
    )

    def rows() -> Iterator[tuple]:
        names = {s.path: s for s in collection.counting()}
        numbers, before = Counter(), (None, None, 0)
        for found in collection.off_target(form.key, year):
            numbers[found.state] += 1
            same = before[:2] == (found.state, found.deviation)
            before = (found.state, found.deviation, before[2] if same else numbers[found.state])
            yield (
                before[2],
                *_who(collection, names[found.path], [form]),
                sentence(f"state_{found.state}", {}),
                found.deviation,
                *found.texts,
                found.path,
            )

    return _ledger("indicators", columns, rows, edition)
