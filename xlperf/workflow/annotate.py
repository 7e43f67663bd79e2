"""Write the workbook that goes back to its department: its data, the cells at fault marked, a list of problems first.

path = annotate("filled.xlsx", output="returned")
"""

from __future__ import annotations

from pathlib import Path

from xlperf.errors import UsageError
from xlperf.file_names import joined_name
from xlperf.files import StrPath, as_written, stamp, written_together
from xlperf.forms.compute import compute
from xlperf.forms.layout import filled_references, make_layout, row_counts, spare_rows, with_blank_rows
from xlperf.forms.model import Unexplained
from xlperf.messages import sentence
from xlperf.workflow.process import Processed, process


def annotate(
    path: StrPath,
    *,
    form: str | None = None,
    year: int | None = None,
    templates: StrPath | None = None,
    unexplained: Unexplained | None = None,
    output: StrPath | None = None,
    date: str | None = None,
) -> Path:
    """Write the workbook that goes back to its department: its data, the cells at fault marked, a list of problems first.

    It is named after the submission. One that somebody has worked in since it was written is not replaced.

    Args:
        path: the submission; it is never changed.
        form: the key of the form it is to be of; by default the one it says itself.
        year: the fiscal year it is to be of.
        templates: the folder of a bureau's own forms.
        unexplained: "return" sends back a workbook with warnings that its unit has not explained, "pass" lets it pass; by default
            as its form says.
        output: the folder to write into, by default the folder of the submission.
        date: the ISO date to stand in the workbook; by default SOURCE_DATE_EPOCH, else today.

    Raises:
        UsageError: no such file or form, or the output cannot be written; then an older one is as it was.
        UnreadableError: there is no workbook of ours in it.

    Example:
        >>> path = annotate("filled.xlsx", output="returned")
        >>> path.parent.name, path.suffix, path.name.startswith("filled-")
        ('returned', '.xlsx', True)
    """
    processed = process(path, form=form, year=year, templates=templates, unexplained=unexplained)
    return write_annotated(processed, Path(output or Path(path).parent), date=stamp(date))


def write_annotated(processed: Processed, directory: Path, *, date: str) -> Path:
    """Write the annotated workbook of a submission that was processed and return its path.

    Raises:
        UsageError: it cannot be written, or there is one in which somebody has typed since.
    """
    from xlperf.workbook.identity import Identity
    from xlperf.workbook.problems.notes import make_annotation, typed_rows
    from xlperf.workbook.writer import write_workbook

    reading, form = processed.reading, processed.reading.form
    name = joined_name(reading.path.stem, form.annotated_name or sentence("annotated_name", {}))
    target = directory / f"{name}.xlsx"
    if target.exists() and not as_written(target):
        raise UsageError("would_lose", path=target)
    counts = row_counts(form, spare_rows(form, processed.rows), processed.rows)
    layout = make_layout(form, counts, filled_references(form, reading.rows))
    annotation = make_annotation(reading.path.name, processed.findings, form, layout)
    rows = typed_rows(form, compute(form, with_blank_rows(form, reading.rows, counts)), reading.typed())
    year = reading.issued_year or reading.fiscal_year or form.first_year
    unit = reading.identity.get("unit", "")
    identity = Identity(
        fiscal_year=year,
        date=date,
        unit=unit,
        presets=reading.presets,
        intake=reading.carried_warnings,
        announced=reading.announced,
        reviewed=reading.reviewed,
        issued=reading.issued,
    )
    with written_together(directory) as new:
        write_workbook(form, rows, new / target.name, identity=identity, counts=counts, annotation=annotation)
    return target
