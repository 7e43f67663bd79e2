"""What was read from one workbook, every value with the cell it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from xlperf.forms.document import Rows, Spot, year_of
from xlperf.forms.form import Form
from xlperf.reading.sheet_rows import Entry, Grid
from xlperf.reporting.finding import Finding


@dataclass
class Reading:
    """What stands in one workbook."""

    path: Path
    sha256: str
    form: Form
    identity: Mapping[str, str]
    rows: Rows = field(default_factory=dict)
    shown: dict[Spot, object] = field(default_factory=dict)  # computed cells, as the file shows them
    places: dict[Spot, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    normalised: set[Spot] = field(default_factory=set)
    stated: set[Spot] = field(default_factory=set)  # figures typed with their unit
    living: set[Spot] = field(default_factory=set)  # computed cells that still hold a formula
    cells: dict[Spot, tuple[str, int, int]] = field(default_factory=dict)  # sheet title, row, column
    sheets: dict[str, tuple[str, Grid]] = field(default_factory=dict)  # by the form's sheet key
    entries: list[Entry] = field(default_factory=list)  # every line that may hold data
    homes: dict[tuple[str, int], Entry] = field(default_factory=dict)  # the line of each row, by block and index
    absent: set[tuple[str, int]] = field(default_factory=set)  # fixed rows that are not in the file
    strangers: list[str] = field(default_factory=list)  # sheets that are not ours

    @property
    def fiscal_year(self) -> int | None:
        return year_of(self.rows)

    @property
    def issued_year(self) -> int | None:
        """The fiscal year that the workbook was issued for."""
        year = self.identity.get("fiscal_year", "")
        return int(year) if year.isdecimal() and len(year) == 4 else None

    def typed(self) -> dict[Spot, object]:
        """What stands in every cell that was read, before anything was made of it."""
        lines = {(entry.title, entry.row): entry for entry in self.entries}
        found = {}
        for spot, (title, row, _) in self.cells.items():
            entry = lines.get((title, row))
            if entry and spot.field in entry.values:
                found[spot] = entry.values[spot.field]
        return found
