"""Say what is wrong with a workbook, by cell.

result = validate("filled.xlsx")
result.status, result.findings[0]["cells"], result.findings[0]["fix"]
"""

from __future__ import annotations

from pathlib import Path

from xlperf.errors import UnreadableError
from xlperf.files import StrPath, stamp
from xlperf.forms.model import Unexplained
from xlperf.reporting.result import Result, unreadable
from xlperf.workflow.process import process
from xlperf.workflow.results import result_of


def validate(
    path: StrPath,
    *,
    form: str | None = None,
    year: int | None = None,
    templates: StrPath | None = None,
    unexplained: Unexplained | None = None,
    annotated: StrPath | None = None,
) -> Result:
    """Say what is wrong with a workbook, by cell.

    Each of `findings` is an object with the texts `code`, `severity` (error, query, warning or info), `field` (its path in the
    document), `label`, `found`, `expected`, `message` and `fix`, and with `cells`, a list like `["Budget!E4"]`. A file that
    cannot be read has the status `unreadable` and one finding that says why.

    Args:
        path: the submission; it is never changed.
        form: the key of the form it is to be of; by default the one it says itself.
        year: the fiscal year it is to be of.
        templates: the folder of a bureau's own forms.
        unexplained: "return" sends back a workbook with warnings that its unit has not explained, "pass" lets it pass; by default
            as its form says.
        annotated: a folder for an annotated copy, see `annotate`; by default nothing is written.

    Raises:
        UsageError: no such file or form, or the copy cannot be written.

    Example:
        >>> result = validate("filled.xlsx")
        >>> result.status, result.exit_code, result.year
        ('passed', <ExitCode.OK: 0>, 2022)
        >>> {finding["severity"] for finding in result.findings}
        {'warning'}
        >>> validate("document.json").status        # no workbook
        'unreadable'
    """
    try:
        processed = process(path, form=form, year=year, templates=templates, unexplained=unexplained)
    except UnreadableError as error:
        return unreadable(path, error)
    if not annotated:
        return result_of(processed)
    from xlperf.workflow.annotate import write_annotated  # the writer, which nobody else here needs

    return result_of(processed, outputs=[write_annotated(processed, Path(annotated), date=stamp(None))])
