"""The whole program: one workbook from start to end.

    file ─ read_cells ─▶ rows ─ compute ─▶ rows ─ check ─▶ findings ─ write_workbook ─▶ finalized workbook

Nothing is stopped by bad data: a file that cannot be read yields a result with one finding, a file with errors yields
all of them and nothing is written. The submitted file is only ever read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from xlperf.checking.checks import check, explain
from xlperf.checking.shown_values import compare_shown
from xlperf.checking.yuan_mistakes import unlikely_amounts
from xlperf.files import StrPath
from xlperf.forms.compute import compute
from xlperf.forms.document import Rows, Spot, document_of, path_namer, row_namer, subject_spot, text_at, unit_spot
from xlperf.forms.form import Form
from xlperf.forms.layout import moved_places
from xlperf.forms.loader import find_form
from xlperf.forms.model import SEVERITIES
from xlperf.messages import finding_texts
from xlperf.reading.alterations import as_asked
from xlperf.reading.reader import read_cells
from xlperf.reading.reading import Reading
from xlperf.reporting.description import describe
from xlperf.reporting.finding import Finding, gather
from xlperf.reporting.result import Result, status_of
from xlperf.workflow.precedence import UNREAD, with_what_was_typed, without_repeats


@dataclass(frozen=True)
class Processed:
    """A submission that was read: the reading, its computed rows and everything found."""

    reading: Reading
    rows: Rows
    findings: list[Finding]


def process(path: StrPath, *, form: str | None = None, year: int | None = None, templates: StrPath | None = None) -> Processed:
    """Read, compute and check one workbook.

    Raises:
        UsageError: no such file, no such form.
        UnreadableError: there is no workbook of ours in it.
    """
    if form is not None:
        find_form(form, templates=templates)
    reading = read_cells(path, templates=templates)
    rows = compute(reading.form, reading.rows)
    found = explain(reading.form, rows, _findings(reading, rows, form, year))
    findings = gather(with_what_was_typed(reading, rows, list(without_repeats(reading, list(found)))), reading.form)
    return Processed(reading, rows, findings)


def _findings(reading: Reading, rows: Rows, form: str | None, year: int | None) -> Iterator[Finding]:
    yield from as_asked(reading, form, year)
    yield from reading.findings
    yield from unlikely_amounts(reading.form, reading.rows, stated=reading.stated)
    unread = {spot for finding in reading.findings if finding.code in UNREAD for spot in finding.spots}
    yield from check(reading.form, rows, unreadable=unread)
    yield from compare_shown(reading.form, rows, reading.shown, normalised=reading.normalised, with_formula=reading.living)
    yield from _remembered(reading)


def _remembered(reading: Reading) -> Iterator[Finding]:
    """The warnings about the submission itself that a finalized workbook carries."""
    try:
        kept = json.loads(reading.identity.get("intake") or "[]")
        remembered = [
            Finding(
                raw["code"],
                raw["severity"],
                tuple(Spot(*spot) for spot in raw["spots"]),
                raw["arguments"],
                explanation=raw["explanation"],
                cells=tuple(raw.get("cells", ())),
            )
            for raw in kept
        ]
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):  # no program of ours wrote that
        return
    yield from (finding for finding in remembered if _is_ours(reading.form, finding))


def _is_ours(form: Form, finding: Finding) -> bool:
    """Whether a finding is one that can be told: of a code, a severity and fields that there are."""
    known = isinstance(finding.code, str) and (finding.code in form.rules or finding_texts(finding.code))
    places = all(
        list(map(type, spot)) == [str, int, str] and spot.block in form.blocks and spot.field in form.blocks[spot.block].fields
        for spot in finding.spots
    )
    return bool(known) and finding.severity in SEVERITIES and places and isinstance(finding.arguments, dict)


def unit_code_of(form: Form, rows: Rows) -> str:
    return text_at(rows, unit_spot(form)._replace(field="unit_code"))


def result_of(processed: Processed, outputs: tuple[Path, ...] = ()) -> Result:
    """What became of a submission that was processed."""
    reading, form = processed.reading, processed.reading.form
    path_of = path_namer(form, processed.rows)
    row_of = row_namer(form, processed.rows)
    document = document_of(form, processed.rows)
    return Result(
        file=str(reading.path),
        status=status_of(processed.findings),
        findings=[
            describe(finding, form, places=reading.places, path_of=path_of, row_of=row_of) for finding in processed.findings
        ],
        sha256=reading.sha256,
        form=form.key,
        revision=form.revision,
        year=reading.fiscal_year,
        unit=text_at(processed.rows, unit_spot(form)) or None,
        unit_code=unit_code_of(form, processed.rows) or None,
        subject=text_at(processed.rows, subject_spot(form)) or None,
        document=document,
        places=moved_places(form, processed.rows, reading.places, document),
        outputs=outputs,
    )


def read_workbook(path: StrPath, *, templates: StrPath | None = None) -> dict:
    """Return the document of a workbook, its computed fields filled.

    Raises:
        UsageError, UnreadableError: as `process`.
    """
    reading = read_cells(path, templates=templates)
    return document_of(reading.form, compute(reading.form, reading.rows))
