"""From what `process` found to a `Result`: findings in words, the document, what was written.

result = result_of(process("filled.xlsx"), outputs=(Path("unit-2022-final.xlsx"),))
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xlperf.forms.document import REVIEWED, Rows, code_spot, document_of, path_namer, row_namer, subject_spot, text_at, unit_spot
from xlperf.forms.form import Form
from xlperf.forms.layout import moved_places
from xlperf.reporting.description import describe
from xlperf.reporting.result import Result, status_of
from xlperf.workflow.process import Processed


def result_of(processed: Processed, *, outputs: Sequence[Path] = ()) -> Result:
    """Return what became of a submission that was processed, and of which those files were written."""
    reading, form, rows = processed.reading, processed.reading.form, processed.rows
    path_of, row_of = path_namer(form, rows), row_namer(form, rows)
    document = document_of(form, rows) | ({REVIEWED: reading.reviewed} if form.stage else {})
    return Result(
        file=str(reading.path),
        status=status_of(processed.findings),
        findings=[describe(found, form, places=reading.places, path_of=path_of, row_of=row_of) for found in processed.findings],
        sha256=reading.sha256,
        form=form.key,
        revision=form.revision,
        year=reading.fiscal_year,
        unit=text_at(rows, unit_spot(form)) or None,
        unit_code=unit_code_of(form, rows) or None,
        subject=text_at(rows, subject_spot(form)) or None,
        document=document,
        places=moved_places(form, rows, reading.cells, document),
        outputs=tuple(outputs),
    )


def unit_code_of(form: Form, rows: Rows) -> str:
    """The code of the unit, "" where the form asks for none or it is blank."""
    return text_at(rows, code_spot(form))
