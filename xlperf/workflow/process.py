"""The whole program: one workbook from start to end.

    file ─ read_cells ─▶ rows ─ compute ─▶ rows ─ check ─▶ findings ─ write_workbook ─▶ finalized workbook

Nothing is stopped by bad data: a file that cannot be read yields a result with one finding, a file with errors yields
all of them and nothing is written. The submitted file is only ever read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from xlperf.checking.checks import check, explain
from xlperf.checking.shown_values import compare_shown
from xlperf.checking.yuan_mistakes import unlikely_amounts
from xlperf.errors import UnreadableError, UsageError
from xlperf.files import as_written, joined_name, keep_apart, make_folder, safe_name, stamp, write_atomically
from xlperf.forms.compute import compute
from xlperf.forms.document import Rows, Spot, document_of, named, path_namer, row_namer, rows_of, subject_spot, unit_spot, whose
from xlperf.forms.form import Form
from xlperf.forms.layout import make_layout, moved_places, padded, references_of, row_counts, with_spare
from xlperf.forms.loader import find_form
from xlperf.formula.parser import Kind
from xlperf.messages import finding_texts, listing, sentence
from xlperf.reading.alterations import as_asked
from xlperf.reading.reader import read_cells
from xlperf.reading.reading import Reading
from xlperf.reporting.finding import SEVERITIES, Finding, Result, describe, gather, has_errors
from xlperf.reporting.word_report import Paper, has_report, paper_name, write_paper
from xlperf.values.cells import is_numeric
from xlperf.values.remarks import visible

UNREAD = ("XL217", "XL218")  # a formula without a value
# What is not said of a cell of which another was: the blank of a formula without a value, the type of a cell that is asked
# about, that a dash was read as a blank where a blank is told, a lost formula beside its wrong figure.
BLANKS = ("XL201", "XL207")
TOLD = {**dict.fromkeys(BLANKS, UNREAD), "XL202": ("XL209",), "XL210": BLANKS, "XL237": ("XL301",)}
CHECKED = ("XL207", "XL219", "XL243")  # found again in a finalized workbook, which need not remember them


@dataclass(frozen=True)
class Processed:
    """A submission that was read: the reading, its computed rows and everything found."""

    reading: Reading
    rows: Rows
    findings: list[Finding]


def process(path: Path, form: str | None = None, year: int | None = None, templates: Path | None = None) -> Processed:
    """Read, compute and check one workbook.

    Raises:
        UsageError: no such file, no such form.
        UnreadableError: there is no workbook of ours in it.
    """
    if form is not None:
        find_form(form, templates=templates)
    reading = read_cells(path, templates)
    rows = compute(reading.form, reading.rows)
    found = explain(reading.form, rows, _findings(reading, rows, form, year))
    findings = gather(_as_typed(reading, rows, list(_once(reading, list(found)))), reading.form)
    return Processed(reading, rows, findings)


def _findings(reading: Reading, rows: Rows, form: str | None, year: int | None) -> Iterator[Finding]:
    yield from as_asked(reading, form, year)
    yield from reading.findings
    yield from unlikely_amounts(reading.form, reading.rows, reading.stated)
    unread = {spot for finding in reading.findings if finding.code in UNREAD for spot in finding.spots}
    yield from check(reading.form, rows, unread)
    yield from compare_shown(reading.form, rows, reading.shown, reading.normalised, reading.living)
    yield from _remembered(reading)


def _once(reading: Reading, findings: list[Finding]) -> Iterator[Finding]:
    """Leave out what another finding has said (TOLD), blanks of a row or column that is gone, dates far from a wrong year."""
    other_year = any(finding.code == "XL242" for finding in findings)
    gone = any(finding.code in ("XL114", "XL231", "XL232") for finding in findings)
    told = {code: {spot for f in findings if f.code in others for spot in f.spots} for code, others in TOLD.items()}
    for finding in findings:
        if finding.code == "XL243" and other_year:
            continue
        spots = finding.spots
        if finding.code == "XL201" and gone:
            spots = tuple(spot for spot in spots if spot in reading.cells)
        if finding.code in TOLD:
            spots = tuple(spot for spot in spots if spot not in told[finding.code])
        if spots or not finding.spots:
            yield replace(finding, spots=spots)


def _as_typed(reading: Reading, rows: Rows, findings: list[Finding]) -> Iterator[Finding]:
    """Of a blank that is told, what stands in the cell: a dash, a word for nothing; where a number is asked for, that means 0."""
    typed = reading.typed() if any(finding.code in BLANKS for finding in findings) else {}
    for finding in findings:
        shown = [visible(raw) if str(raw := typed.get(spot) or "").strip() else "" for spot in finding.spots]
        if finding.code not in BLANKS or not any(shown):
            yield finding
            continue
        words = dict.fromkeys(text or sentence("blank", {}) for text in shown)
        spot = finding.spots[0]
        field = reading.form.blocks[spot.block].fields[spot.field]
        number = field.kind is Kind.NUMBER or is_numeric(field, rows[spot.block][spot.index], None)
        told = {"found": listing(words), "hint": sentence("nought", {}) if number and finding.code == "XL201" else ""}
        yield replace(finding, arguments={**finding.arguments, **told})


def _remembered(reading: Reading) -> Iterator[Finding]:
    """The warnings about the submission itself that a finalized workbook carries."""
    try:
        kept = json.loads(reading.identity.get("intake") or "[]")
        remembered = [Finding(raw["code"], raw["severity"], tuple(Spot(*spot) for spot in raw["spots"]), raw["arguments"],
                              raw["explanation"], tuple(raw.get("cells", ()))) for raw in kept]  # fmt: skip
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):  # no program of ours wrote that
        return
    yield from (finding for finding in remembered if _is_ours(reading.form, finding))


def _is_ours(form: Form, finding: Finding) -> bool:
    """Whether a finding is one that can be told: of a code, a severity and fields that there are."""
    known = isinstance(finding.code, str) and (finding.code in form.rules or finding_texts(finding.code))
    places = all(list(map(type, spot)) == [str, int, str] and spot.block in form.blocks
                 and spot.field in form.blocks[spot.block].fields for spot in finding.spots)  # fmt: skip
    return bool(known) and finding.severity in SEVERITIES and places and isinstance(finding.arguments, dict)


def validate(path: Path | str, form: str | None = None, year: int | None = None, templates: Path | None = None,
             annotated: Path | str | None = None) -> Result:  # fmt: skip
    """Say what is wrong with a workbook, by cell. Writes nothing, or an annotated copy into the directory `annotated`.

    Raises:
        UsageError: no such file, or the copy cannot be written.
    """
    try:
        processed = process(Path(path), form, year, templates)
    except UnreadableError as error:
        return unreadable(path, error)
    return result_of(processed, (write_annotated(processed, Path(annotated), stamp(None)),) if annotated else ())


def finalize(path: Path | str, directory: Path | None = None, date: str | None = None,
             form: str | None = None, year: int | None = None, templates: Path | None = None) -> Result:  # fmt: skip
    """Validate a workbook and, if it has no error, write the finalized workbook, its document and its report beside it.

    They are named after the unit; where another unit of that name has its own there, told by its code, with the code.

    Args:
        path: the submission; it is never changed.
        directory: where to write, by default the folder of the submission.
        date: the ISO date to stand in the finalized workbook; default see `stamp`.

    Raises:
        UsageError: no such file, or the output cannot be written (open in Excel, perhaps).
    """
    try:
        processed = process(Path(path), form, year, templates)
    except UnreadableError as error:
        return unreadable(path, error)
    if has_errors(processed.findings):
        return result_of(processed)
    return result_of(processed, tuple(_write_finalized(processed, directory or Path(path).parent, stamp(date))))


def _write_finalized(processed: Processed, directory: Path, date: str) -> Iterator[Path]:
    from xlperf import __version__
    from xlperf.workbook.cell_writer import Issue
    from xlperf.workbook.writer import write_workbook

    reading, form = processed.reading, processed.reading.form
    unit = named(processed.rows, unit_spot(form))
    issue = Issue(reading.fiscal_year, date, __version__, unit, submission=reading.sha256,
                  results=_frozen_results(processed), intake=_intake(processed))  # fmt: skip
    parts, code = [*whose(form, processed.rows), form.finalized_name], _code(form, processed.rows)
    if _code_in(form, directory / f"{joined_name(*map(safe_name, parts))}.json") in ("", code):
        code = ""  # no other unit of that name has its documents there
    stem = joined_name(*map(safe_name, filter(None, [*parts, code])))
    make_folder(directory)
    book, document = directory / f"{stem}.xlsx", directory / f"{stem}.json"
    keep_apart(book, reading.path)
    counts = row_counts(form, rows=processed.rows)
    rows = compute(form, padded(form, reading.rows, counts))
    write_atomically(book, lambda path: write_workbook(form, rows, path, issue, counts))
    text = json.dumps(document_of(form, processed.rows), ensure_ascii=False, indent=2) + "\n"
    write_atomically(document, lambda path: path.write_text(text, "utf-8", newline="\n"))
    yield from (book, document)
    if has_report(form):
        paper = Paper(form, processed.rows, processed.findings)
        yield write_paper(paper, directory / paper_name(paper, code), date)


def _code(form: Form, rows: Rows) -> str:
    return named(rows, unit_spot(form)._replace(field="unit_code"))


def _code_in(form: Form, path: Path) -> str:
    """The unit code in a document that was written, "" where there is none."""
    try:
        return _code(form, rows_of(form, json.loads(path.read_text("utf-8")))[0])
    except (OSError, ValueError, RecursionError, AttributeError):
        return ""


def annotate(path: Path | str, directory: Path | str | None = None, date: str | None = None, form: str | None = None,
             year: int | None = None, templates: Path | None = None) -> Path:  # fmt: skip
    """Write the workbook that goes back to its department: its data, the cells at fault marked, a list of problems first.

    Args:
        path: the submission; it is never changed.
        directory: where to write, by default the folder of the submission.
        date: the ISO date to stand in the workbook; default see `stamp`.

    Raises:
        UsageError: no such file, or the output cannot be written.
        UnreadableError: there is no workbook of ours in it.
    """
    return write_annotated(process(Path(path), form, year, templates), Path(directory or Path(path).parent), stamp(date))


def write_annotated(processed: Processed, directory: Path, date: str) -> Path:
    """Write the annotated workbook of a submission that was processed and return its path."""
    from xlperf import __version__
    from xlperf.workbook.cell_writer import Issue
    from xlperf.workbook.problem_notes import make_annotation, typed_rows
    from xlperf.workbook.writer import write_workbook

    reading, form = processed.reading, processed.reading.form
    name = joined_name(reading.path.stem, form.definition.get("annotated_name") or sentence("annotated_name", {}))
    target = directory / f"{name}.xlsx"
    if target.exists() and not as_written(target):
        raise UsageError("would_lose", path=target)
    counts = row_counts(form, with_spare(form, processed.rows), processed.rows)
    layout = make_layout(form, counts, references_of(form, reading.rows))
    annotation = make_annotation(reading.path.name, processed.findings, form, layout)
    rows = typed_rows(form, compute(form, padded(form, reading.rows, counts)), reading.typed())
    year = reading.issued_year or reading.fiscal_year or form.first_year
    issue = Issue(year, date, __version__, reading.identity.get("unit", ""), intake=reading.identity.get("intake", ""),
                  annotation=annotation)  # fmt: skip
    make_folder(directory)
    write_atomically(target, lambda path: write_workbook(form, rows, path, issue, counts))
    return target


def _frozen_results(processed: Processed) -> dict[str, tuple[str, int]]:
    """State and count of every rule as they stand when the workbook is finalized."""
    form, words = processed.reading.form, processed.reading.form.words
    counts = {finding.code: len(finding.spots) for finding in processed.findings}
    computed = {preset.key: row for preset, row in zip(form.blocks["rules"].rows, processed.rows["rules"], strict=True)}
    results = {}
    for code, rule in form.rules.items():
        count = counts.get(code, 0)
        idle = rule.table and computed[code].get("state") == words["waiting"]
        results[code] = (words["failed"] if count else words["waiting"] if idle else words["passed"], count)
    return results


def _intake(processed: Processed) -> str:
    """The warnings about the submission as a file, which a clean rewritten workbook would no longer show."""
    own = [f for f in processed.findings if f.code.startswith("XL") and f.severity == "warning" and f.code not in CHECKED]
    return json.dumps([{"code": f.code, "severity": f.severity, "spots": f.spots, "arguments": dict(f.arguments),
                        "explanation": f.explanation, "cells": f.cells} for f in own], ensure_ascii=False)  # fmt: skip


def result_of(processed: Processed, outputs: tuple[Path, ...] = ()) -> Result:
    """What became of a submission that was processed."""
    reading, form = processed.reading, processed.reading.form
    path_of = path_namer(form, processed.rows)
    row_of = row_namer(form, processed.rows)
    findings = [describe(finding, form, reading.places, path_of, row_of) for finding in processed.findings]
    status, document = "returned" if has_errors(processed.findings) else "passed", document_of(form, processed.rows)
    return Result(str(reading.path), status, findings, reading.sha256, form.key, form.revision, reading.fiscal_year,
                  named(processed.rows, unit_spot(form)) or None, document, outputs,
                  named(processed.rows, subject_spot(form)) or None,
                  _code(form, processed.rows) or None,
                  moved_places(form, processed.rows, reading.places, document))  # fmt: skip


def unreadable(path: Path | str, error: UnreadableError) -> Result:
    """What became of a file that cannot be read."""
    finding = Finding(error.code, "error", (), error.arguments)
    return Result(str(path), "unreadable", [describe(finding, None, {})])


def read_workbook(path: Path | str, templates: Path | None = None) -> dict:
    """Return the document of a workbook, its computed fields filled.

    Raises:
        UsageError, UnreadableError: as `process`.
    """
    reading = read_cells(Path(path), templates)
    return document_of(reading.form, compute(reading.form, reading.rows))
