"""What a unit filled in, wherever it stands: a document, a workbook (filled or finalized), or a report.

    source = read_source("2022-final.xlsx")
    source.form, source.rows, source.places[Spot("duties", 0, "actual")]

Migrating, comparing and carrying over all begin with a source.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from xlperf.comparing.alterations import find_alterations
from xlperf.comparing.provenance import compare_with_issued
from xlperf.errors import UnreadableError
from xlperf.files import StrPath
from xlperf.forms.document import LEFTOVERS, Rows, Spot, path_namer, text_at, unit_spot, year_of
from xlperf.forms.form import Form
from xlperf.importing.importer import import_report
from xlperf.importing.papers.page import Leftover
from xlperf.importing.papers.source_file import WORKBOOKS, read_source_file
from xlperf.reading.reader import read_cells
from xlperf.reporting.description import DescribedFinding, describe
from xlperf.reporting.finding import Finding, gather, has_errors
from xlperf.reporting.result import Result, Status
from xlperf.workflow.documents import load_document, rows_of_document

OF_ITS_YEAR = "XL427"  # what it lacks is asked for in a workbook of its own year only


@dataclass(frozen=True)
class Source:
    """The rows that people filled in, with the cells they stand in where there are cells."""

    path: Path
    form: Form
    rows: Rows
    findings: tuple[Finding, ...] = ()
    places: Mapping[Spot, str] = field(default_factory=dict)
    report_findings: tuple[DescribedFinding, ...] = ()  # what was not understood of a report, in words
    leftovers: tuple[Leftover, ...] = ()  # what has no field, with its place

    @property
    def fiscal_year(self) -> int | None:
        return year_of(self.rows)

    @property
    def unit(self) -> str:
        """The name of the unit, "" where it is blank."""
        return text_at(self.rows, unit_spot(self.form))

    @property
    def is_unfit(self) -> bool:
        """Whether a document holds what no workbook can; what stands in a workbook is fit for one."""
        return not self.places and has_errors(self.findings)

    def report_result(self) -> Result:
        """What is said of a report of which not everything was understood."""
        return self._result("passed", list(self.report_findings))

    def returned(self) -> Result:
        """What is said of a source of which nothing is made."""
        return self._result("returned", self.described(self.findings))

    def described(self, findings: Iterable[Finding]) -> list[DescribedFinding]:
        """Findings about this source in words, with its cells, behind those of the report."""
        path_of = path_namer(self.form, self.rows)
        found = gather(findings, self.form)
        return [*self.report_findings, *(describe(finding, self.form, places=self.places, path_of=path_of) for finding in found)]

    def _result(self, status: Status, findings: list[DescribedFinding]) -> Result:
        return Result(file=str(self.path), status=status, findings=findings, form=self.form.key, revision=self.form.revision)


def read_source(path: StrPath, *, form: str | None = None, year: int | None = None, templates: StrPath | None = None) -> Source:
    """Return what was filled in.

    Args:
        form: which form a report is of, where its labels do not say it.
        year: the fiscal year of a report that does not name it.

    Raises:
        UsageError: no such file, or a document that names no known form.
        UnreadableError: neither a document, nor a workbook of ours, nor a report that can be understood.
    """
    path = Path(path)
    if path.suffix.lower() == ".json":
        return _document_source(path, templates)
    result = _report_result(path, form=form, year=year, templates=templates)
    if result is not None:
        return _report_source(path, result, templates)
    reading = read_cells(path, templates=templates)
    issued = compare_with_issued(reading, templates=templates)
    return Source(path, reading.form, reading.rows, (*reading.findings, *find_alterations(reading), *issued), reading.places)


def _document_source(path: Path, templates: StrPath | None) -> Source:
    document = load_document(path)
    form, rows, findings = rows_of_document(document, templates=templates)
    return Source(path, form, rows, tuple(findings), leftovers=_leftovers(document))


def _report_source(path: Path, result: Result, templates: StrPath | None) -> Source:
    document = result.document or {}
    form, rows, _ = rows_of_document(document, templates=templates)
    found = (finding for finding in result.findings if finding["severity"] != "info" and finding["code"] != OF_ITS_YEAR)
    return Source(path, form, rows, report_findings=tuple(found), leftovers=_leftovers(document))


def _report_result(path: Path, *, form: str | None, year: int | None, templates: StrPath | None) -> Result | None:
    """What a report holds, whatever its file is called; None of a workbook, and of what is called one and cannot be read."""
    try:
        source = read_source_file(path)
        return import_report(source, form=form, year=None, templates=templates, unsaid_year=year) if source.page else None
    except UnreadableError:
        if path.suffix.lower() in WORKBOOKS:
            return None
        raise


def _leftovers(document: Mapping[str, object]) -> tuple[Leftover, ...]:
    """What a document has no field for, as far as it is well-formed."""
    listed = document.get(LEFTOVERS)
    pieces = [piece for piece in listed if isinstance(piece, Mapping)] if isinstance(listed, list) else []
    return tuple(Leftover(piece["text"], str(piece.get("place", ""))) for piece in pieces if isinstance(piece.get("text"), str))
