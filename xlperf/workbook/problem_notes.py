"""What a workbook that goes back to its department says about itself: a note per cell at fault, a list of all problems.

    annotation = make_annotation(findings, form, layout, places)
    annotation.notes[Spot("duties", 5, "reason")].severity, annotation.problems[0].runs

Places are those of the workbook that is written. What stood elsewhere in the submission (data beside a table, a sheet
that is not ours) is named with the place it had there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from xlperf.addresses import cell_name
from xlperf.forms.document import Rows, Spot
from xlperf.forms.form import Form
from xlperf.forms.layout import Layout
from xlperf.forms.model import SEVERITIES
from xlperf.messages import clause_by_clause, sentence
from xlperf.reporting.description import describe
from xlperf.reporting.finding import Finding

MOST_NOTES = 8  # findings told in one comment
MOST_RUNS = 60  # places of one problem that are listed, each with its link; the rest is counted
LONGEST_NOTE = 1_500  # characters of one comment
LONGEST_TEXT = 32_767  # UTF-16 units in one cell, Excel's limit


class Run(NamedTuple):
    """Cells of one column that stand below one another: one place of a problem."""

    title: str
    top: int
    bottom: int
    column: int

    @property
    def text(self) -> str:
        first, last = cell_name(self.top, self.column), cell_name(self.bottom, self.column)
        return f"{self.title}!{first}" if first == last else f"{self.title}!{first}:{last}"


class Note(NamedTuple):
    """What is wrong with one cell: the worst severity, and everything there is to say."""

    severity: str
    text: str


@dataclass(frozen=True)
class Problem:
    """One line of the list: a finding in words, and where it is."""

    severity: str
    code: str
    message: str
    found: str
    expected: str
    fix: str
    explanation: str
    runs: tuple[Run, ...]
    elsewhere: tuple[str, ...]  # places in the submission that have no cell here
    count: int  # of all places


@dataclass(frozen=True)
class Annotation:
    file: str  # name of the submission
    problems: tuple[Problem, ...]
    notes: Mapping[Spot, Note]

    def count(self, severity: str) -> int:
        return sum(problem.severity == severity for problem in self.problems)


def make_annotation(file: str, findings: Sequence[Finding], form: Form, layout: Layout) -> Annotation:
    """Return the problems and the notes of those findings, for a workbook with that layout."""
    return Annotation(file, tuple(_problem(finding, form, layout) for finding in findings), _notes(findings, form, layout))


def _problem(finding: Finding, form: Form, layout: Layout) -> Problem:
    told = describe(finding, form)
    spots = [layout.spots[spot] for spot in finding.spots if spot in layout.spots]
    found = clause_by_clause(told["found"]) if len(spots) > 1 else told["found"]
    return Problem(
        finding.severity,
        finding.code,
        told["message"],
        found,
        told["expected"],
        told["fix"],
        finding.explanation,
        tuple(_runs(spots)),
        finding.cells,
        len(spots) + len(finding.cells),
    )


def _runs(cells: Iterable[tuple[str, int, int]]) -> Iterator[Run]:
    """Join cells that stand below one another."""
    run: Run | None = None
    for title, row, column in cells:
        if run and (title, column, row) == (run.title, run.column, run.bottom + 1):
            run = run._replace(bottom=row)
            continue
        if run:
            yield run
        run = Run(title, row, row, column)
    if run:
        yield run


def _notes(findings: Sequence[Finding], form: Form, layout: Layout) -> dict[Spot, Note]:
    """What to say at each cell, the worst first."""
    told: dict[Spot, list[Finding]] = {}
    for finding in findings:
        for number, spot in enumerate(finding.spots):
            if spot in layout.spots and not form.blocks[spot.block].fields[spot.field].hidden:
                told.setdefault(spot, []).append(_at(finding, number, form))
    return {spot: _note(listed, form) for spot, listed in told.items()}


def _at(finding: Finding, number: int, form: Form) -> Finding:
    """The part of a finding that is about one of its cells: a rule tells only the facts of that row."""
    facts, rule = finding.arguments.get("rows", ()), form.rules.get(finding.code)
    if rule and facts and len(finding.spots) == len(facts) * len(rule.cells):
        fact = facts[number // len(rule.cells)]
        return replace(finding, spots=(finding.spots[number],), arguments={**finding.arguments, "rows": (fact,)})
    return replace(finding, spots=(finding.spots[number],))


def _note(listed: Sequence[Finding], form: Form) -> Note:
    worst = min(listed, key=lambda finding: SEVERITIES.index(finding.severity)).severity
    texts = [_told(finding, form) for finding in listed[:MOST_NOTES]]
    text = "\n\n".join(dict.fromkeys(texts))
    return Note(worst, text if len(text) <= LONGEST_NOTE else text[: LONGEST_NOTE - 1] + "…")


def _told(finding: Finding, form: Form) -> str:
    told = describe(finding, form)
    lines = [f"{sentence(finding.severity, {})} {finding.code}", told["message"]]
    lines += [sentence(f"says_{part}", {"text": told[part]}) for part in ("found", "expected", "fix") if told[part]]
    if finding.explanation:
        lines.append(sentence("explained", {"text": finding.explanation}))
    return "\n".join(lines)


def typed_rows(form: Form, rows: Rows, typed: Mapping[Spot, object]) -> Rows:
    """The rows with every input as it was typed, where reading made something else of it or nothing at all."""
    shown = {key: [{name: fitting(value) for name, value in row.items()} for row in listed] for key, listed in rows.items()}
    for spot, raw in typed.items():
        known = form.blocks[spot.block].fields[spot.field]
        if spot.index >= len(shown[spot.block]) or not (form.is_input(form.blocks[spot.block], spot.index, known) or known.given):
            continue
        row = shown[spot.block][spot.index]
        text = isinstance(raw, str) and raw.strip() and raw != row.get(spot.field)
        if text or (row.get(spot.field) is None and isinstance(raw, int | float)):
            row[spot.field] = fitting(raw.replace("\r\n", "\n")) if isinstance(raw, str) else raw
    return shown


def fitting(value: object) -> object:
    """As much of a text as a cell holds; anything else as it is."""
    if not isinstance(value, str) or 2 * len(value) <= LONGEST_TEXT:
        return value
    return value.encode("utf-16-le", "replace")[: 2 * LONGEST_TEXT].decode("utf-16-le", "ignore")
