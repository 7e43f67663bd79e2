"""What a collection keeps of one workbook that came in: where it lay, what became of it, what was found in it.

    Outcome("folder/name.xlsx", "9f86d0…", 89434, "2023-03-01T09:00:00+00:00", "passed", …)

The worker makes it, the store keeps it, every export is made of it alone: so an export after an interruption is the one
that would have been made without.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

INSIDE = "!"  # in a path, between an archive and what lies in it
EARLIEST = datetime.min.replace(tzinfo=UTC)
Findings = tuple[Mapping[str, object], ...]


@dataclass(frozen=True)
class Outcome:
    """One input file; several input paths may hold the same bytes, then their outcomes differ in `path` only."""

    path: str  # as the bureau knows it: below its inbox; inside an archive `archive.zip!folder/name.xlsx`
    sha256: str
    size: int  # bytes
    received: str  # ISO time of the first receipt, stored once
    status: str  # passed, returned, unreadable
    form: str | None = None
    revision: str | None = None
    year: int | None = None
    unit: str | None = None
    unit_code: str | None = None
    findings: Findings = ()  # the objects of `validate --format json`
    document: Mapping[str, object] | None = field(default=None, repr=False)
    rows: int = 0  # rows that hold something
    seconds: float = 0.0
    outputs: tuple[str, ...] = ()  # files made of it, below OUT; exports hands out those that count
    places: Mapping[str, str] = field(default_factory=dict, repr=False)  # cells that are not where the template has them
    subject: str | None = None  # what it is about, where a unit files several
    saved: str | None = None  # ISO time at which it was last saved, as the workbook itself says

    @property
    def has_errors(self) -> bool:
        return self.status != "passed"


def instant(time: str | None) -> datetime:
    """The moment of an ISO time, by whatever clock it was written (by none: of UTC); what is no time was before all."""
    try:
        found = datetime.fromisoformat(time or "")
    except ValueError:
        return EARLIEST
    return found if found.tzinfo else found.replace(tzinfo=UTC)
