"""Say what is wrong with a workbook, by cell.

result = validate("filled.xlsx")
result.status, result.findings[0]["cells"], result.findings[0]["fix"]
"""

from __future__ import annotations

from pathlib import Path

from xlperf.errors import UnreadableError
from xlperf.files import StrPath, stamp
from xlperf.reporting.result import Result, unreadable
from xlperf.workflow.annotate import write_annotated
from xlperf.workflow.process import process
from xlperf.workflow.results import result_of


def validate(
    path: StrPath,
    *,
    form: str | None = None,
    year: int | None = None,
    templates: StrPath | None = None,
    annotated: StrPath | None = None,
) -> Result:
    """Say what is wrong with a workbook, by cell. Writes nothing, or an annotated copy into the directory `annotated`.

    Raises:
        UsageError: no such file, or the copy cannot be written.
    """
    try:
        processed = process(path, form=form, year=year, templates=templates)
    except UnreadableError as error:
        return unreadable(path, error)
    outputs = [write_annotated(processed, Path(annotated), date=stamp(None))] if annotated else []
    return result_of(processed, outputs=outputs)
