"""Fill the workbook of a form from a document.

fill_workbook(load_document("unit-2022.json"), output="filled.xlsx")
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from xlperf.errors import UsageError
from xlperf.files import StrPath
from xlperf.forms.document import Document, document_of, text_at, unit_spot
from xlperf.reporting.finding import gather, has_errors
from xlperf.reporting.result import Result, status_of
from xlperf.values.cells import read_value
from xlperf.workflow.documents import describe_placed, take_document
from xlperf.workflow.template import Issued, write_rows


def fill_workbook(
    document: Document,
    *,
    templates: StrPath | None = None,
    output: StrPath,
    date: str | None = None,
    rows: Mapping[str, int] | None = None,
    password: str = "",
) -> Result:
    """Write a workbook filled from a document; what it cannot hold is a finding, and then nothing is written.

    Raises:
        UsageError: the document names no form or one that is not known; the file cannot be written.
    """
    path = Path(output)
    if not document.get("form"):
        raise UsageError("no_form_key", path=path)
    taken = take_document(document, templates=templates)
    form = taken.form
    year, _ = read_value(form, form.blocks["identity"].fields["fiscal_year"], document.get("fiscal_year"))
    year = year if isinstance(year, int) else None
    findings = gather(taken.findings, form)
    is_written = not has_errors(findings)
    if is_written:
        unit = text_at(taken.computed, unit_spot(form))
        issued = Issued(year=year or form.first_year, unit=unit, spare=rows, date=date, password=password)
        write_rows(form, taken.rows, path, issued)
    return Result(
        file=str(path),
        status=status_of(findings),
        findings=describe_placed(form, taken.computed, findings, rows),
        form=form.key,
        revision=form.revision,
        year=year,
        document=document_of(form, taken.computed),
        outputs=(path,) if is_written else (),
    )
