"""What a unit filled in, wherever it stands: a document, a workbook (filled or finalized), or a report.

source = read_source(Path("2022-final.xlsx"))
source.form, source.rows, source.places[Spot("duties", 0, "actual")]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from xlperf.errors import UnreadableError
from xlperf.files import StrPath
from xlperf.forms.document import LEFTOVERS, Rows, Spot, named, path_namer, unit_spot, year_of
from xlperf.forms.form import Form
from xlperf.importing.importer import import_report
from xlperf.importing.source_file import WORKBOOKS, read_source_file
from xlperf.reading.reader import read_cells
from xlperf.reporting.description import DescribedFinding, describe
from xlperf.reporting.finding import Finding, gather, has_errors
from xlperf.reporting.result import Result
from xlperf.workflow.template import load_document, rows_of_document


@dataclass(frozen=True)
class Source:
    """The rows of one paper as people filled them in, with the cells they stand in where it has cells."""

    path: Path
    form: Form
    rows: Rows
    findings: tuple[Finding, ...] = ()
    places: Mapping[Spot, str] = field(default_factory=dict)
    told: tuple[DescribedFinding, ...] = ()  # of a report: what was not understood of it, in words
    leftovers: tuple[Mapping[str, str], ...] = ()  # what has no field, with its place

    @property
    def fiscal_year(self) -> int | None:
        return year_of(self.rows)

    @property
    def unit(self) -> str:
        return named(self.rows, unit_spot(self.form))

    @property
    def unfit(self) -> bool:
        """Whether a document holds what no workbook can: what a workbook holds has been in one."""
        return not self.places and has_errors(self.findings)

    def understood(self) -> Result:
        """What is said of a report of which not everything was understood."""
        return Result(
            file=str(self.path), status="passed", findings=list(self.told), form=self.form.key, revision=self.form.revision
        )

    def returned(self) -> Result:
        """What is said of a paper of which nothing is made."""
        return Result(
            file=str(self.path),
            status="returned",
            findings=self.described(self.findings),
            form=self.form.key,
            revision=self.form.revision,
        )

    def described(self, findings: Iterable[Finding]) -> list[DescribedFinding]:
        """Findings about this paper in words, with its cells."""
        path_of = path_namer(self.form, self.rows)
        found = gather(findings, self.form)
        return [*self.told, *(describe(finding, self.form, places=self.places, path_of=path_of) for finding in found)]


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
        document = load_document(path)
        known, rows, findings = rows_of_document(document, templates)
        return Source(path, known, rows, tuple(findings), leftovers=_leftovers(document))
    result = _of_report(path, form, year, templates)
    if result:
        # Its own year counts; what it lacks is asked for in a workbook of its own year only.
        told = tuple(f for f in result.findings if f["severity"] != "info" and f["code"] not in ("XL111", "XL427"))
        return Source(path, *rows_of_document(result.document, templates)[:2], told=told, leftovers=_leftovers(result.document))
    reading = read_cells(path, templates=templates)
    return Source(path, reading.form, reading.rows, tuple(reading.findings), reading.places)


def _of_report(path: Path, form: str | None, year: int | None, templates: Path | None) -> Result | None:
    """What a report holds, whatever its file is called; None of a workbook, and of what is called one and cannot be read."""
    try:
        source = read_source_file(path)
        return import_report(source, form=form, year=year, templates=templates) if source.page else None
    except UnreadableError:
        if path.suffix.lower() in WORKBOOKS:
            return None
        raise


def _leftovers(document: Mapping) -> tuple[Mapping[str, str], ...]:
    listed = document.get(LEFTOVERS)
    pieces = (piece for piece in listed if isinstance(piece, Mapping)) if isinstance(listed, list) else ()
    return tuple(piece for piece in pieces if isinstance(piece.get("text"), str))
