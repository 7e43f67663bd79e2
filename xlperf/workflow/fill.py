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
    output: StrPath,
    *,
    templates: StrPath | None = None,
    date: str | None = None,
    rows: Mapping[str, int] | None = None,
    password: str = "",
) -> Result:
    """Write a workbook filled from a document; what it cannot hold is a finding, and with an error nothing is written.

    Args:
        document: a JSON object in the shape that `build_schema` tells, with the keys `form` and `fiscal_year`. Amounts are
            numbers in the unit that the label of their field names (ten thousand yuan in most forms), rates are ratios.
            Computed fields need not be there; one that differs from ours is an info.
        output: the workbook to write; the one output that may be given by position too, as calls of before 1.0 do.
        templates: the folder of a bureau's own forms.
        date: the ISO date to stand in the workbook; by default SOURCE_DATE_EPOCH, else today.
        rows: spare rows per block where the form's own number is not enough, for example {"goals": 50}.
        password: protects the sheets; a deterrent, never security.

    Raises:
        UsageError: the document names no form, or one that there is not; or the file cannot be written.

    Example:
        >>> result = fill_workbook({"form": form.key, "fiscal_year": 2022, "cover": {"unit": "Bureau"}}, output="one.xlsx")
        >>> result.outputs[0].name, result.findings
        ('one.xlsx', [])
        >>> fill_workbook({"form": form.key, "fiscal_year": 2022, "cover": {"fax": "1"}}, output="two.xlsx").findings[0]["code"]
        'XL212'
    """
    path = Path(output)
    if not document.get("form"):
        raise UsageError("no_form_key", path=path)
    taken = take_document(document, templates=templates)
    form = taken.form
    if form.stage:
        raise UsageError("stage_not_filled", stage=form.stage)
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
