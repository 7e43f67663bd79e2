"""The report of one file, a workbook or a document: as Word document, and as PDF if wanted.

    write_report("filled.xlsx", public=True)      # <unit>-<year>-<title>-<mark>.docx beside it, in the words of the form

A file that would go back has a report too, marked as a draft on each page and in its name; only `finalize` never writes one.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from xlperf.checking.checks import check
from xlperf.checking.explanations import explain
from xlperf.checking.yuan_mistakes import unlikely_amounts
from xlperf.errors import UnreadableError, UsageError
from xlperf.files import StrPath, keep_apart, stamp, unused, written_together
from xlperf.forms.document import document_of, text_at, unit_spot
from xlperf.forms.model import Unexplained
from xlperf.reporting.finding import gather
from xlperf.reporting.pdf import find_libreoffice, write_pdfs
from xlperf.reporting.result import Result, status_of, unreadable
from xlperf.reporting.word_report import Report, report_name, template_of, write_word_report
from xlperf.workflow.documents import describe_placed, load_document, take_document
from xlperf.workflow.process import process
from xlperf.workflow.results import result_of

ENDINGS = {False: (".docx",), True: (".docx", ".pdf")}  # of the output, without and with PDF


def write_report(
    path: StrPath,
    *,
    templates: StrPath | None = None,
    unexplained: Unexplained | None = None,
    output: StrPath | None = None,
    date: str | None = None,
    public: bool = False,
    pdf: bool = False,
) -> Result:
    """Write the report of a workbook, or of a document (.json), as Word document, and say what was found in it.

    A report of a file that would go back is marked a draft. The Word document and its PDF are both written or neither: they are
    made in a temporary folder, synced and moved together, and older files of their names come back if one cannot be moved.

    Args:
        path: the workbook or document; it is never changed.
        templates: the folder of a bureau's own forms.
        unexplained: "return" makes a draft of a report with warnings that its unit has not explained, "pass" does not; by default
            as the form says.
        output: the Word document to write, by default named after unit and year, beside the file; or the PDF, if one is wanted.
        date: the ISO date to stand in the document's properties; by default SOURCE_DATE_EPOCH, else today.
        public: leave out what the form declares private.
        pdf: write the same as PDF beside it, by LibreOffice.

    Raises:
        UsageError: no such file, the form has no report, the output has another ending or cannot be written, or there is no
            LibreOffice.
        FormError: the Word template of a bureau's own form cannot be right.

    Example:
        >>> result = write_report("filled.xlsx", output="report.docx", public=True)
        >>> result.status, result.outputs[0].name
        ('passed', 'report.docx')
    """
    path, output = Path(path), Path(output) if output else None
    if output is not None:
        keep_apart(output, path)
        if output.suffix.lower() not in ENDINGS[pdf]:
            raise UsageError("report_ending", path=output)
    try:
        take = _of_document if path.suffix.lower() == ".json" else _of_workbook
        report, result = take(path, public=public, templates=templates, unexplained=unexplained)
    except UnreadableError as error:
        return unreadable(path, error)
    template_of(report.form)  # before anything is written or refused for another reason
    target = _document_of(output) if output else unused(path.parent / report_name(report))
    if pdf and output is None:
        unused(target.with_suffix(".pdf"))
    if pdf:
        find_libreoffice()
    with written_together(target.parent) as new:
        made = [write_word_report(report, new / target.name, stamp(date))]
        if pdf:
            made += write_pdfs(made)
    return replace(result, outputs=tuple(target.parent / path.name for path in made))


def _document_of(output: Path) -> Path:
    """The Word document to write where that output was asked for: the one beside a PDF nobody named."""
    return output if output.suffix.lower() == ".docx" else unused(output.with_suffix(".docx"))


def _of_workbook(
    path: Path, *, public: bool, templates: StrPath | None, unexplained: Unexplained | None
) -> tuple[Report, Result]:
    processed = process(path, templates=templates, unexplained=unexplained)
    form, rows, findings = processed.reading.form, processed.rows, processed.findings
    return Report(form=form, rows=rows, findings=findings, public=public), result_of(processed)


def _of_document(
    path: Path, *, public: bool, templates: StrPath | None, unexplained: Unexplained | None
) -> tuple[Report, Result]:
    """A document is checked as the workbook filled from it would be."""
    document = load_document(path)
    taken = take_document(document, templates=templates)
    form, rows = taken.form, taken.computed
    found = [*taken.findings, *unlikely_amounts(form, taken.rows), *check(form, rows)]
    findings = gather(explain(form, rows, found, unexplained=unexplained), form)
    return Report(form=form, rows=rows, findings=findings, public=public), Result(
        file=str(path),
        status=status_of(findings),
        findings=describe_placed(form, rows, findings),
        form=form.key,
        revision=form.revision,
        year=document.get("fiscal_year"),
        unit=text_at(rows, unit_spot(form)) or None,
        document=document_of(form, rows),
    )
