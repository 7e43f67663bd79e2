"""The whole program in one function, `process`: one workbook from start to end.

    file ─ read_cells ─▶ rows ─ compute ─▶ rows ─ check ─▶ findings ─ write_workbook ─▶ finalized workbook

Nothing is stopped by bad data: a file that cannot be read yields a result with one finding, a file with errors yields
all of them and nothing is written. The submitted file is only ever read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xlperf.checking.checks import check
from xlperf.checking.explanations import explain
from xlperf.checking.shown_values import compare_shown
from xlperf.checking.yuan_mistakes import unlikely_amounts
from xlperf.comparing.alterations import find_alterations
from xlperf.comparing.earlier_stages import compare_with_earlier
from xlperf.comparing.provenance import compare_with_issued
from xlperf.files import StrPath
from xlperf.forms.compute import compute
from xlperf.forms.document import Rows, document_of
from xlperf.forms.loader import find_form
from xlperf.forms.model import Unexplained
from xlperf.reading.reader import read_cells
from xlperf.reading.reading import Reading
from xlperf.reading.remembered import load_warnings
from xlperf.reporting.finding import Finding, gather
from xlperf.workflow.blank_cells import with_what_was_typed
from xlperf.workflow.precedence import unreadable_cells, without_repeats
from xlperf.workflow.presets import presets_with
from xlperf.workflow.waivers import Waiver, waive


@dataclass(frozen=True)
class Processed:
    """A submission that was read: the reading, its computed rows and everything found."""

    reading: Reading
    rows: Rows  # without what only the checks sheet of a workbook shows
    findings: list[Finding]
    waiver: Waiver | None = None  # what the bureau lets stand of them
    imported: str = ""  # the kind of report that it was filled in from, "" of a workbook that was submitted


def process(
    path: StrPath,
    *,
    form: str | None = None,
    year: int | None = None,
    templates: StrPath | None = None,
    unexplained: Unexplained | None = None,
    waiver: Waiver | None = None,
) -> Processed:
    """Read, compute and check one workbook.

    Args:
        unexplained: whether warnings that the unit has not explained send the workbook back; by default as its form says.
        waiver: findings that the bureau lets stand.

    Raises:
        UsageError: no such file, no such form.
        UnreadableError: there is no workbook of ours in it.
    """
    if form is not None:
        find_form(form, templates=templates)
    reading = read_cells(path, templates=templates)
    rows = compute(reading.form, reading.rows, live=False)
    altered = list(compare_with_earlier(reading))
    unreadable, issued = unreadable_cells([*reading.findings, *altered]), presets_with(reading.form, reading.presets)
    found = [
        *altered,
        *compare_with_issued(reading, form=form, year=year, templates=templates),
        *reading.findings,
        *find_alterations(reading),
        *unlikely_amounts(reading.form, reading.rows, stated=reading.with_unit),
        *check(reading.form, rows, unreadable=unreadable, issued=issued),
        *compare_shown(
            reading.form, rows, reading.shown_results, normalised=reading.normalised, with_formula=reading.with_formula
        ),
        *load_warnings(reading.form, reading.carried_warnings),
    ]
    once = without_repeats(reading, explain(reading.form, rows, found, unexplained=unexplained))
    findings = gather(waive(with_what_was_typed(reading, rows, once), waiver), reading.form)
    return Processed(reading=reading, rows=rows, findings=findings, waiver=waiver)


def read_workbook(path: StrPath, *, templates: StrPath | None = None) -> dict[str, Any]:
    """Return the document of a workbook, its computed fields filled: a JSON object in the shape that `build_schema` tells.

    Amounts are numbers in the unit that the label of their field names (ten thousand yuan in most forms), rates are ratios
    (0.96 is 96%), dates are ISO dates; what is blank is absent. Nothing is checked, see `validate`.

    Args:
        path: the workbook; it is never changed.
        templates: the folder of a bureau's own forms.

    Raises:
        UsageError: no such file.
        UnreadableError: there is no workbook of ours in it.

    Example:
        >>> document = read_workbook("filled.xlsx")
        >>> document["fiscal_year"], round(document["budget"]["total"]["rate"], 4)
        (2022, 0.9603)
    """
    reading = read_cells(path, templates=templates)
    return document_of(reading.form, compute(reading.form, reading.rows, live=False))
