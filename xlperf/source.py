"""What a unit filled in, wherever it stands: a document, a workbook (filled or finalized), or a report.

    source = read_source(Path("2022-final.xlsx"))
    source.form, source.rows, source.places[Spot("duties", 0, "actual")]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .document import Rows, Spot, named, path_namer, unit_spot
from .finding import Finding, describe, gather, has_errors
from .form import Form
from .importer import import_document
from .reader import read_cells
from .result import Result
from .template import load_document, rows_of_document

REPORTS = (".docx", ".txt")  # the endings of papers; anything else but JSON is taken for a workbook


@dataclass(frozen=True)
class Source:
    """The rows of one paper as people filled them in, with the cells they stand in where it has cells."""

    path: Path
    form: Form
    rows: Rows
    findings: tuple[Finding, ...] = ()
    places: Mapping[Spot, str] = field(default_factory=dict)
    told: tuple[dict, ...] = ()  # of a report: what was not understood of it, in words

    @property
    def fiscal_year(self) -> int | None:
        year = (self.rows.get("identity") or [{}])[0].get("fiscal_year")
        return year if isinstance(year, int) else None

    @property
    def unit(self) -> str:
        return named(self.rows, unit_spot(self.form))

    @property
    def unfit(self) -> bool:
        """Whether a document holds what no workbook can: what a workbook holds has been in one."""
        return not self.places and has_errors(self.findings)

    def returned(self) -> Result:
        """What is said of a paper of which nothing is made."""
        return Result(str(self.path), "returned", self.described(self.findings), None, self.form.key, self.form.revision)

    def described(self, findings: Iterable[Finding]) -> list[dict]:
        """Findings about this paper in words, with its cells."""
        path_of = path_namer(self.form, self.rows)
        return [*self.told, *(describe(finding, self.form, self.places, path_of) for finding in gather(findings, self.form))]


def read_source(path: Path, templates: Path | None = None, form: str | None = None, year: int | None = None) -> Source:
    """Return what was filled in.

    Args:
        form: which form a report is of, where its labels do not say it.
        year: the fiscal year of a report that does not name it.

    Raises:
        UsageError: no such file, or a document that names no known form.
        UnreadableError: neither a document, nor a workbook of ours, nor a report that can be understood.
    """
    path, kind = Path(path), Path(path).suffix.lower()
    if kind in REPORTS:
        result = import_document(path, form, year, templates)
        told = tuple(f for f in result.findings if f["severity"] != "info" and f["code"] != "XL111")  # its own year counts
        return Source(path, *rows_of_document(result.document, templates)[:2], told=told)
    if kind == ".json":
        known, rows, findings = rows_of_document(load_document(path), templates)
        return Source(path, known, rows, tuple(findings))
    reading = read_cells(path, templates)
    return Source(path, reading.form, reading.rows, tuple(reading.findings), reading.places)
