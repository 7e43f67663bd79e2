"""The stages of a form after the department, tried on documents made up from them: written, read back, finalized.

faults = list(try_stages(form, Bench(templates, folder), Reached()))

What such a workbook locks is what it was made from, so nothing may be found of that.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from xlperf.forms.compute import compute
from xlperf.forms.document import document_of
from xlperf.forms.form import Form
from xlperf.forms.layout import row_counts, with_blank_rows
from xlperf.forms.loader import load_form
from xlperf.forms.stages.issued import dump_issued
from xlperf.proving.documents import Drawn, drawn_documents
from xlperf.proving.reach import Reached
from xlperf.proving.trials import DATE, Bench, Fault, Seen, Stumble, lost_values, own_findings, seen_in, step
from xlperf.reporting.finding import is_returned
from xlperf.workflow.finalize import write_finalized
from xlperf.workflow.process import Processed, process

TRIED = ("smallest", "full")  # of the documents that are made up
SUBMISSION = "0" * 64  # the SHA-256 of none


def try_stages(form: Form, bench: Bench, reached: Reached) -> Iterator[Fault]:
    """Yield what goes wrong with the workbooks of the stages after the department."""
    for stage in form.stages:
        later = load_form(form.directory, stage=stage.key)
        for drawn in drawn_documents(later):
            if drawn.name in TRIED:
                yield from _try_document(later, drawn, bench, reached)


def _try_document(form: Form, drawn: Drawn, bench: Bench, reached: Reached) -> Iterator[Fault]:
    path = bench.folder / f"{form.stage}-{drawn.name}.xlsx"
    try:
        seen: Seen = step("check", drawn, partial(seen_in, form, drawn))
        reached.see(form, seen.taken.computed, {finding.code for finding in seen.findings})
        step("review", drawn, partial(_write, form, seen, path))
        bench.written.append(path)
        processed: Processed = step("validate", drawn, partial(process, path, **bench.places))
        yield from own_findings(form, seen, processed)
        yield from lost_values(form, seen, processed)
        if not is_returned(processed.findings):
            made = step("finalize", drawn, partial(write_finalized, processed, bench.folder / form.stage, date=DATE))
            yield from own_findings(form, seen, step("validate", drawn, partial(process, made[0], **bench.places)))
    except Stumble as stumble:
        yield stumble.fault


def _write(form: Form, seen: Seen, path: Path) -> None:
    """Write the workbook of that stage as a review is written."""
    from xlperf.workbook.identity import Identity
    from xlperf.workbook.writer import write_workbook

    rows = seen.taken.rows
    counts = row_counts(form, rows=rows)
    issued = dump_issued(document_of(form, seen.taken.computed))
    identity = Identity(fiscal_year=form.first_year, date=DATE, reviewed=SUBMISSION, issued=issued)
    write_workbook(form, compute(form, with_blank_rows(form, rows, counts)), path, identity=identity, counts=counts)
