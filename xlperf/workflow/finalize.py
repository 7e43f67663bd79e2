"""Write the finalized workbook, its document and its report, if there is no error.

result = finalize("filled.xlsx", output="final", date="2023-03-01")
result.outputs
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from xlperf.errors import UnreadableError
from xlperf.file_names import joined_name, safe_name
from xlperf.files import StrPath, keep_apart, stamp, written_together
from xlperf.forms.compute import compute
from xlperf.forms.document import IMPORTED, REVIEWED, WAIVED, Rows, document_of, file_name_parts, rows_of, text_at, unit_spot
from xlperf.forms.form import Form
from xlperf.forms.layout import row_counts, with_blank_rows
from xlperf.forms.model import EXPLAINED, Unexplained
from xlperf.messages import sentence
from xlperf.reading.remembered import dump_warnings
from xlperf.reporting.finding import Finding, is_returned
from xlperf.reporting.result import Result, unreadable
from xlperf.reporting.word_report import Report, has_report, report_name, write_word_report
from xlperf.workflow.process import Processed, process
from xlperf.workflow.results import result_of, unit_code_of
from xlperf.workflow.waivers import with_waivers

if TYPE_CHECKING:  # writing is not paid for where nothing is written
    from xlperf.workbook.identity import RuleResult

CHECKED = ("XL207", "XL216", "XL219", "XL243", "XL244")  # found again in a finalized workbook, which need not remember them


def finalize(
    path: StrPath,
    *,
    form: str | None = None,
    year: int | None = None,
    templates: StrPath | None = None,
    unexplained: Unexplained | None = None,
    output: StrPath | None = None,
    date: str | None = None,
    report: bool = True,
) -> Result:
    """Validate a workbook and, unless it goes back, write the finalized workbook, its document and its report beside it.

    All of them are written or none: they are made in a temporary folder, synced, and moved together. If one cannot be moved,
    because it is open in Excel perhaps, those that have moved are removed, and older files of their names come back as they
    were. They are named after the unit; where another unit of that name has its own there, with its code too.

    With an error, or a query to which the unit says nothing, nothing is written, and `outputs` of the result is empty. See
    `validate` for the findings.

    Args:
        path: the submission; it is never changed.
        form: the key of the form it is to be of; by default the one it says itself.
        year: the fiscal year it is to be of.
        templates: the folder of a bureau's own forms.
        unexplained: "return" sends back a workbook with warnings that its unit has not explained, "pass" lets it pass; by default
            as its form says.
        output: the folder to write into, by default the folder of the submission.
        date: the ISO date to stand in the finalized workbook; by default SOURCE_DATE_EPOCH, else today.
        report: False leaves the Word report out.

    Raises:
        UsageError: no such file or form, or the outputs cannot be written.
        FormError: the Word template of a bureau's own form cannot be right.

    Example:
        >>> result = finalize("filled.xlsx", output="final", date="2023-03-01")
        >>> result.status, [path.suffix for path in result.outputs]
        ('passed', ['.xlsx', '.json', '.docx'])
        >>> [path.suffix for path in finalize("filled.xlsx", output="final", report=False).outputs]
        ['.xlsx', '.json']
    """
    try:
        processed = process(path, form=form, year=year, templates=templates, unexplained=unexplained)
    except UnreadableError as error:
        return unreadable(path, error)
    if is_returned(processed.findings):
        return result_of(processed)
    outputs = write_finalized(processed, Path(output or Path(path).parent), date=stamp(date), report=report)
    return result_of(processed, outputs=outputs)


def write_finalized(processed: Processed, directory: Path, *, date: str, report: bool = True) -> tuple[Path, ...]:
    """Write the finalized workbook, the document and the report of a submission without errors and return their paths.

    Raises:
        UsageError: they cannot be written; then none of them is.
    """
    from xlperf.workbook.identity import Finalized, Identity
    from xlperf.workbook.writer import write_workbook

    reading, form = processed.reading, processed.reading.form
    unit = text_at(processed.rows, unit_spot(form))
    carried = carried_warnings(processed.findings)
    year = reading.fiscal_year or form.first_year  # a workbook without a year has an error and does not come here
    identity = Identity(
        fiscal_year=year,
        date=date,
        unit=unit,
        presets=reading.presets,
        intake=carried,
        announced=reading.announced,
        reviewed=reading.reviewed,
        issued=reading.issued,
    )
    parts, code = [*file_name_parts(form, processed.rows), form.finalized_name], unit_code_of(form, processed.rows)
    if _code_in(form, directory / f"{joined_name(*map(safe_name, parts))}.json") in ("", code):
        code = ""  # no other unit of that name has its documents there
    stem = joined_name(*map(safe_name, filter(None, [*parts, code])))
    names = [f"{stem}.xlsx", f"{stem}.json"]
    keep_apart(directory / names[0], reading.path)
    counts = row_counts(form, rows=processed.rows)
    rows = compute(form, with_blank_rows(form, reading.rows, counts))
    waived = processed.waiver.summary if processed.waiver else ""
    imported = sentence(f"imported_{processed.imported}", {}) if processed.imported else ""
    finalized = Finalized(submission=reading.sha256, results=_frozen_results(processed, rows), waived=waived, imported=imported)
    rows = with_waivers(form, rows, processed.findings)
    document = document_of(form, processed.rows) | ({WAIVED: processed.waiver._asdict()} if processed.waiver else {})
    document |= {IMPORTED: processed.imported} if processed.imported else {}
    document |= {REVIEWED: reading.reviewed} if form.stage else {}
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    with written_together(directory) as new:
        write_workbook(form, rows, new / names[0], identity=identity, counts=counts, finalized=finalized)
        (new / names[1]).write_text(text, "utf-8", newline="\n")
        if report and has_report(form):
            word_report = Report(form=form, rows=processed.rows, findings=processed.findings)
            names.append(report_name(word_report, code))
            write_word_report(word_report, new / names[2], date)
    return tuple(directory / name for name in names)


def carried_warnings(findings: Iterable[Finding]) -> str:
    """The findings about a submission as a file that a workbook made from it carries on, as `remembered` writes them."""
    return dump_warnings(filter(_is_carried, findings))


def _is_carried(finding: Finding) -> bool:
    """Whether a finding asks about the submission as a file, which the finalized workbook would no longer show."""
    return finding.code.startswith("XL") and finding.severity in EXPLAINED and finding.code not in CHECKED


def _code_in(form: Form, path: Path) -> str:
    """The unit code in a document that was written, "" where there is none."""
    try:
        return unit_code_of(form, rows_of(form, json.loads(path.read_text("utf-8")))[0])
    except (OSError, ValueError, RecursionError, AttributeError):
        return ""


def _frozen_results(processed: Processed, rows: Rows) -> dict[str, RuleResult]:
    """How every rule stands when the workbook is finalized with those rows."""
    from xlperf.workbook.identity import RuleResult

    form, words = processed.reading.form, processed.reading.form.words
    counts = {finding.code: len(finding.spots) for finding in processed.findings}
    explained = {finding.code for finding in processed.findings if finding.explanation}
    waived = {finding.code for finding in processed.findings if finding.waived}
    computed = {preset.key: row for preset, row in zip(form.blocks["rules"].rows, rows["rules"], strict=True)}
    results = {}
    for code, rule in form.rules.items():
        count = counts.get(code, 0)
        idle = (rule.table or rule.test) and computed[code].get("state") == words["waiting"]
        failed = "waived" if code in waived else "explained" if code in explained else "failed"
        state = failed if count else "waiting" if idle else "passed"
        results[code] = RuleResult(words.get(state) or sentence(f"state_{state}", {}), count)
    return results
