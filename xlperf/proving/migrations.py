"""A form's documents taken to the next year, and those of the revision before taken to it.

faults = list(try_revision_before(before, form, bench))
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from xlperf.forms.form import Form
from xlperf.proving.documents import Drawn, drawn_documents
from xlperf.proving.trials import DATE, FAULTY, Bench, Fault, Stumble, step
from xlperf.revisions.migrate import migrate_workbook
from xlperf.revisions.next_year import write_next_template
from xlperf.workflow.process import process


def try_next_year(form: Form, drawn: Drawn, bench: Bench) -> Iterator[Fault]:
    """Yield what goes wrong when next year's template is made from a document."""
    last, path, places = _as_file(drawn, bench), bench.folder / "next.xlsx", bench.places
    year = form.first_year + 1
    try:
        step("next_year", drawn, partial(write_next_template, form.key, year=year, last=last, output=path, date=DATE, **places))
        if path.exists():
            bench.written.append(path)
            step("validate", drawn, partial(process, path, **places))
    except Stumble as stumble:
        yield stumble.fault


def try_revision_before(before: Form, form: Form, bench: Bench) -> Iterator[Fault]:
    """Yield what goes wrong when documents of the revision before are taken to a form."""
    for drawn in drawn_documents(before):
        if drawn.name == FAULTY:
            continue
        source, path, places = (
            _as_file(drawn, bench),
            bench.folder / f"migrated-{drawn.name}.xlsx",
            bench.places,
        )
        try:
            step("migrate", drawn, partial(migrate_workbook, source, year=form.first_year, output=path, date=DATE, **places))
            if path.exists():
                bench.written.append(path)
                step("validate", drawn, partial(process, path, **places))
        except Stumble as stumble:
            yield stumble.fault


def _as_file(drawn: Drawn, bench: Bench) -> Path:
    path = bench.folder / f"{drawn.name}-{len(bench.written)}.json"
    path.write_text(json.dumps(drawn.document, ensure_ascii=False), "utf-8")
    return path
