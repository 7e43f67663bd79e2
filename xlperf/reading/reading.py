"""What was read from one workbook, every value with the cell it came from.

    reading = read_cells("filled.xlsx")
    reading.rows["total"][0]["spent"], reading.places[Spot("total", 0, "spent")]        # 12.5, "Budget!E4"

It owns all that was opened for it, the package, the grids and the markup of the sheets, and is gone with the submission.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from xlperf.forms.document import Rows, Spot, year_of
from xlperf.forms.form import Form
from xlperf.reading.block_rows import FieldCells
from xlperf.reading.markup import Markup
from xlperf.reading.preflight import Package
from xlperf.reading.sheet_rows import Grid, SheetRow, key_columns
from xlperf.reporting.finding import Finding

DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class FoundSheet:
    """A sheet of the form as it was found in the file."""

    title: str  # people may have renamed it
    grid: Grid  # what its cells show, merged cells of words and cells with errors included
    markup: Markup | None  # None where its XML was not found

    @cached_property
    def columns(self) -> Mapping[str, int]:
        """Which column carries which field."""
        return key_columns(self.grid)


class Places(Mapping[Spot, str]):
    """The address of each field, written when it is asked for."""

    def __init__(self, cells: FieldCells) -> None:
        self._cells = cells

    def __getitem__(self, spot: Spot) -> str:
        return str(self._cells[spot])

    def __iter__(self) -> Iterator[Spot]:
        return iter(self._cells)

    def __len__(self) -> int:
        return len(self._cells)


@dataclass(frozen=True)
class Reading:
    """What stands in one workbook."""

    path: Path
    package: Package
    form: Form
    identity: Mapping[str, str]  # what its hidden sheet says: form, revision, unit and year it was issued for, ...
    sheets: Mapping[str, FoundSheet]  # by the form's key; of two copies the first
    program_sheets: Mapping[str, FoundSheet]  # of ours that are no sheet of the form: identity and lists, problems; by their keys
    foreign_sheets: tuple[str, ...]  # titles of the sheets that are not ours
    sheet_rows: tuple[SheetRow, ...]  # every row of those sheets that may hold data, as it stands
    rows: Rows  # the values by block, in the order of the document
    origins: Mapping[tuple[str, int], SheetRow]  # the row of a sheet from which a row of a table was read, by block and index
    missing_rows: Set[tuple[str, int]]  # preset rows, and tables of one row, that are not in the file
    cells: FieldCells  # where each field stands; also those of the first blank row, where another may be added
    shown_results: Mapping[Spot, object]  # what the cells show that the template computes; never trusted, only compared
    with_formula: Set[Spot]  # those among them that still hold a formula
    with_unit: Set[Spot]  # figures that were typed with their unit or operator
    normalised: Set[Spot]  # values that stand there in another spelling, which the formulas of the sheet could not compute with
    findings: tuple[Finding, ...]  # what is to be reported of the file, and of how its cells were read

    @property
    def sha256(self) -> str:
        """The checksum of the file as it was received."""
        return self.package.sha256

    @cached_property
    def places(self) -> Mapping[Spot, str]:
        """The address of each field: `Budget!E4`."""
        return Places(self.cells)

    @property
    def is_of_this_version(self) -> bool:
        """Whether it was written from the very form.yaml that stands here, or does not say; another has other fixed texts."""
        digest = self.identity.get("digest", "")
        return digest == self.form.digest or not DIGEST.fullmatch(digest)

    @property
    def carried_warnings(self) -> str:
        """The warnings about the submission that a finalized workbook carries, as `remembered` wrote them; "" for none."""
        return self.identity.get("intake", "")

    @property
    def presets(self) -> str:
        """What stood in preset rows when it was handed out, as `workflow.presets` wrote it; "" where that is the form's."""
        return self.identity.get("presets", "")

    @property
    def reviewed(self) -> str:
        """The SHA-256 of the submission that is looked at after the department, "" in a workbook of the department."""
        return self.identity.get("reviewed", "")

    @property
    def issued(self) -> str:
        """What earlier stages filled in, as `forms.stages.issued` wrote it; "" in a workbook of the department."""
        return self.identity.get("issued", "")

    @property
    def announced(self) -> str:
        """What was announced of the round when it was handed out, as its hidden sheet says."""
        return self.identity.get("announced", "")

    @property
    def fiscal_year(self) -> int | None:
        """The fiscal year that stands in the workbook, None where there is none that could be one."""
        return year_of(self.rows)

    @property
    def issued_year(self) -> int | None:
        """The fiscal year that the workbook was issued for."""
        year = self.identity.get("fiscal_year", "")
        return int(year) if year.isdecimal() and len(year) == 4 else None

    def typed(self) -> dict[Spot, object]:
        """What stands in every cell that was read, before anything was made of it."""
        return {spot: self.cells.shown(spot) for spot in self.cells}
