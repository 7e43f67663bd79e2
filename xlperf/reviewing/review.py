"""Write the workbook of the next stage from one that came in: what is filled in is locked, that stage's own cells are open.

    result = write_review("filled.xlsx", output="reviews")
    result.outputs        # reviews/<unit>-<year>-<the stage's word>.xlsx

It carries the SHA-256 of the submission and all that was locked, so that what a reviewer changes of it is told, and so is a
review of another version.
"""

from __future__ import annotations

from pathlib import Path

from xlperf.errors import UnreadableError, UsageError
from xlperf.file_names import joined_name, safe_name
from xlperf.files import StrPath, as_written, keep_apart, stamp, written_together
from xlperf.forms.compute import compute
from xlperf.forms.document import UNIT_CODE, document_of, file_name_parts, rows_of, text_at, unit_spot
from xlperf.forms.form import Form
from xlperf.forms.layout import row_counts, with_blank_rows
from xlperf.forms.loader import load_form
from xlperf.forms.model import Unexplained
from xlperf.forms.stages.issued import dump_issued
from xlperf.reading.reader import read_cells
from xlperf.reading.reading import Reading
from xlperf.reporting.finding import is_returned
from xlperf.reporting.result import Result, unreadable
from xlperf.workflow.finalize import carried_warnings
from xlperf.workflow.process import Processed, process
from xlperf.workflow.results import result_of, unit_code_of


def write_review(
    path: StrPath,
    *,
    templates: StrPath | None = None,
    unexplained: Unexplained | None = None,
    output: StrPath | None = None,
    date: str | None = None,
    password: str = "",
) -> Result:
    """Write the workbook of the next stage, unless the one that came in would go back, and say what was found in that.

    From a workbook of the department comes that of the first stage of its form, from a returned one of that stage the next. What
    was filled in is locked; only the cells of the stage are open. One that somebody has worked in since it was written is not
    replaced.

    Args:
        path: the workbook that came in, or the finalized one; it is never changed.
        templates: the folder of a bureau's own forms.
        unexplained: "return" sends back a workbook with warnings that its unit has not explained, "pass" lets it pass; by default
            as its form says.
        output: the folder to write into, by default that of the workbook.
        date: the ISO date to stand in the workbook; by default SOURCE_DATE_EPOCH, else today.
        password: protects the sheets; a deterrent, never security.

    Raises:
        UsageError: no such file, the form has no stage after that of the workbook, or the output cannot be written.

    Example:
        >>> write_review("filled.xlsx")  # doctest: +IGNORE_EXCEPTION_DETAIL
        Traceback (most recent call last):
        xlperf.errors.UsageError: its form has no stage after the department
    """
    try:
        processed = process(path, templates=templates, unexplained=unexplained)
    except UnreadableError as error:
        return unreadable(path, error)
    form = next_form(processed)
    if is_returned(processed.findings):
        return result_of(processed)
    target = _write(processed, form, Path(output or Path(path).parent), templates=templates, date=stamp(date), password=password)
    return result_of(processed, outputs=[target])


def next_form(processed: Processed) -> Form:
    """The form of the stage after that of a workbook.

    Raises:
        UsageError: there is none.
    """
    reading = processed.reading
    form = reading.form
    if form.next_stage is None:
        label = next((stage.label for stage in form.stages if stage.key == form.stage), form.title)
        raise UsageError("no_next_stage", path=reading.path, label=label)
    return load_form(form.directory, stage=form.next_stage.key, copies=form.counts)


def _write(processed: Processed, form: Form, directory: Path, *, templates: StrPath | None, date: str, password: str) -> Path:
    """Write the workbook of that form and return its path.

    Raises:
        UsageError: it cannot be written, or there is one in which somebody has typed since.
    """
    from xlperf.workbook.identity import Identity
    from xlperf.workbook.writer import write_workbook

    reading = processed.reading
    document = document_of(reading.form, processed.rows, numbered=True)  # the unit knows its copies by their numbers
    rows, _ = rows_of(form, document)
    counts = row_counts(form, rows=rows)
    identity = Identity(
        fiscal_year=reading.fiscal_year or form.first_year,  # a workbook without a year has an error and does not come here
        date=date,
        unit=text_at(rows, unit_spot(form)),
        presets=reading.presets,
        intake=carried_warnings(processed.findings),
        announced=reading.announced,
        reviewed=submission_of(reading),
        issued=dump_issued(document),
    )
    target = directory / _name(processed, form, directory, templates)
    keep_apart(target, reading.path)
    if target.exists() and not as_written(target):
        raise UsageError("would_lose", path=target)
    with written_together(directory) as new:
        computed = compute(form, with_blank_rows(form, rows, counts))
        write_workbook(form, computed, new / target.name, identity=identity, counts=counts, password=password)
    return target


def submission_of(reading: Reading) -> str:
    """The SHA-256 of what the department sent: of a workbook of a later stage, or a finalized one, of that it was made from."""
    return reading.reviewed or reading.identity.get("submission") or reading.sha256


def _name(processed: Processed, form: Form, directory: Path, templates: StrPath | None) -> str:
    """The name of the file: unit, subject, year, the stage's word; the code, or a 2, behind it where another unit has it."""
    parts, code = [*file_name_parts(processed.reading.form, processed.rows), form.file_name], unit_code_of(form, processed.rows)
    name = f"{joined_name(*map(safe_name, parts))}.xlsx"
    return (
        f"{joined_name(*map(safe_name, [*parts, code or '2']))}.xlsx" if _is_of_other(directory / name, code, templates) else name
    )


def _is_of_other(path: Path, code: str, templates: StrPath | None) -> bool:
    """Whether a workbook of a unit with another code stands there."""
    if not path.is_file():
        return False
    try:
        reading = read_cells(path, templates=templates)
    except (UnreadableError, UsageError):
        return False
    return text_at(reading.rows, unit_spot(reading.form)._replace(field=UNIT_CODE)) != code
