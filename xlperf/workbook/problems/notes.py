"""What a workbook that is sent back says about itself: a note per cell at fault, a list of all problems.

    annotation = make_annotation("filled.xlsx", findings, form, layout)
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
from xlperf.forms.layout import Layout, Place
from xlperf.forms.model import SEVERITIES, Severity
from xlperf.messages import clause_by_clause, sentence
from xlperf.reporting.description import Count, count_severities, describe
from xlperf.reporting.finding import Finding

MOST_FINDINGS = 8  # in one note
LONGEST_NOTE = 1_500  # characters
LONGEST_TEXT = 32_767  # UTF-16 units in one cell, Excel's limit


class Run(NamedTuple):
    """Cells of one column that stand below one another: one place of a problem."""

    title: str
    top: int
    bottom: int
    column: int

    @property
    def text(self) -> str:
        """The cells as people write them: `Duties!E6:E9`."""
        first, last = cell_name(self.top, self.column), cell_name(self.bottom, self.column)
        return f"{self.title}!{first}" if first == last else f"{self.title}!{first}:{last}"


class Note(NamedTuple):
    """What is wrong with one cell: the worst severity, and everything there is to say."""

    severity: Severity
    text: str


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One entry of the list: a finding in words, and where it is."""

    severity: Severity
    code: str
    message: str
    found: str
    expected: str
    fix: str
    explanation: str  # what the unit says about it
    runs: tuple[Run, ...]
    elsewhere: tuple[str, ...]  # places in the submission that have no cell here
    count: int  # of all places


@dataclass(frozen=True, kw_only=True)
class Annotation:
    """What is wrong with a submission, as the workbook that is sent back says it."""

    file: str  # name of the submission
    problems: tuple[Problem, ...]
    notes: Mapping[Spot, Note]

    def counts(self) -> dict[Severity, Count]:
        """How many problems have each severity, and how many of them the unit has explained."""
        return count_severities((problem.severity, bool(problem.explanation)) for problem in self.problems)


def make_annotation(file: str, findings: Sequence[Finding], form: Form, layout: Layout) -> Annotation:
    """Return the problems and the notes of those findings, for a workbook with that layout."""
    problems = tuple(_problem(finding, form, layout) for finding in findings)
    return Annotation(file=file, problems=problems, notes=_notes(findings, form, layout))


def _problem(finding: Finding, form: Form, layout: Layout) -> Problem:
    described = describe(finding, form)
    cells = [layout.spots[spot] for spot in finding.spots if spot in layout.spots]
    return Problem(
        severity=finding.severity,
        code=finding.code,
        message=described["message"],
        found=clause_by_clause(described["found"]) if len(cells) > 1 else described["found"],
        expected=described["expected"],
        fix=described["fix"],
        explanation=finding.explanation,
        runs=tuple(_runs(cells)),
        elsewhere=finding.cells,
        count=len(cells) + len(finding.cells),
    )


def _runs(cells: Iterable[Place]) -> Iterator[Run]:
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
    """What to say at each cell, the worst first; where nothing is to be done nothing is said."""
    at_cell: dict[Spot, list[Finding]] = {}
    for finding in findings:
        if finding.severity == "info":
            continue
        for number, spot in enumerate(finding.spots):
            if spot in layout.spots and not form.blocks[spot.block].fields[spot.field].hidden:
                at_cell.setdefault(spot, []).append(_at_one_cell(finding, number, form))
    return {spot: _note(here, form) for spot, here in at_cell.items()}


def _at_one_cell(finding: Finding, number: int, form: Form) -> Finding:
    """The part of a finding that is about one of its cells: of a rule's facts those of that row."""
    spots, arguments = (finding.spots[number],), finding.arguments
    rule, rows = form.rules.get(finding.code), arguments.get("rows")
    if rule and isinstance(rows, tuple) and rows and len(finding.spots) == len(rows) * len(rule.cells):
        arguments = {**arguments, "rows": (rows[number // len(rule.cells)],)}
    return replace(finding, spots=spots, arguments=arguments)


def _note(findings: Sequence[Finding], form: Form) -> Note:
    worst = min((finding.severity for finding in findings), key=SEVERITIES.index)
    text = "\n\n".join(dict.fromkeys(_paragraph(finding, form) for finding in findings[:MOST_FINDINGS]))
    return Note(worst, text if len(text) <= LONGEST_NOTE else text[: LONGEST_NOTE - 1] + "…")


def _paragraph(finding: Finding, form: Form) -> str:
    """What a note says of one finding, a line per part."""
    described = describe(finding, form)
    lines = [f"{sentence(finding.severity, {})} {finding.code}", described["message"]]
    parts = {"says_found": described["found"], "says_expected": described["expected"], "says_fix": described["fix"]}
    lines += [sentence(key, {"text": text}) for key, text in parts.items() if text]
    if finding.explanation:
        lines.append(sentence("explained", {"text": finding.explanation}))
    return "\n".join(lines)


def typed_rows(form: Form, rows: Rows, typed: Mapping[Spot, object]) -> Rows:
    """The rows with every input as it was typed, where reading made something else of it or nothing at all."""
    shown = {key: [{name: fitting(value) for name, value in row.items()} for row in listed] for key, listed in rows.items()}
    for spot, raw in typed.items():
        block = form.blocks[spot.block]
        field = block.fields[spot.field]
        if spot.index < len(shown[block.key]) and (field.given or form.is_input(block, spot.index, field)):
            row = shown[block.key][spot.index]
            row[field.key] = _as_typed(raw, row.get(field.key))
    return shown


def _as_typed(raw: object, read: object) -> object:
    """What was typed into a cell, where it is not what was read from it."""
    if isinstance(raw, str):
        return fitting(raw.replace("\r\n", "\n")) if raw.strip() and raw != read else read
    return raw if read is None and isinstance(raw, int | float) else read


def fitting(value: object) -> object:
    """As much of a text as a cell holds; anything else as it is."""
    if not isinstance(value, str) or 2 * len(value) <= LONGEST_TEXT:
        return value
    return value.encode("utf-16-le", "replace")[: 2 * LONGEST_TEXT].decode("utf-16-le", "ignore")
