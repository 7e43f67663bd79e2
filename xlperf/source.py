"""What a unit filled in, wherever it stands: a document, a workbook (filled or finalized), or a report.

    source = read_source(Path("2022-定稿.xlsx"))
    source.form, source.rows, source.places[Spot("duties", 0, "actual")]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .document import Rows, Spot, named, path_namer, unit_spot
from .finding import Finding, describe, gather
from .form import Form
from .reader import read_cells
from .template import load_document, rows_of_document


@dataclass(frozen=True)
class Source:
    """The rows of one paper as people filled them in, with the cells they stand in where it has cells."""

    path: Path
    form: Form
    rows: Rows
    findings: tuple[Finding, ...] = ()
    places: Mapping[Spot, str] = field(default_factory=dict)

    @property
    def fiscal_year(self) -> int | None:
        year = (self.rows.get("identity") or [{}])[0].get("fiscal_year")
        return year if isinstance(year, int) else None

    @property
    def unit(self) -> str:
        return named(self.rows, unit_spot(self.form))

    def described(self, findings: Iterable[Finding]) -> list[dict]:
        """Findings about this paper in words, with its cells."""
        path_of = path_namer(self.form, self.rows)
        return [describe(finding, self.form, self.places, path_of) for finding in gather(findings, self.form)]


def read_source(path: Path, templates: Path | None = None) -> Source:
    """Return what was filled in.

    Raises:
        UsageError: no such file, or a document that names no known form.
        UnreadableError: neither a document nor a workbook of ours.
    """
    path = Path(path)
    if path.suffix.lower() != ".json":
        reading = read_cells(path, templates)
        return Source(path, reading.form, reading.rows, tuple(reading.findings), reading.places)
    form, rows, findings = rows_of_document(load_document(path), templates)
    return Source(path, form, rows, tuple(findings))
