"""What became of one file, as plain JSON values: the findings in words, the document, the files written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from xlperf.errors import ExitCode

EXIT_CODES = {"passed": ExitCode.OK, "returned": ExitCode.ERRORS_FOUND, "unreadable": ExitCode.UNREADABLE}


@dataclass(frozen=True)
class Result:
    """What became of one file; `findings` and `document` are plain JSON values."""

    file: str
    status: str  # passed, returned (it has errors), unreadable
    findings: list[dict]
    sha256: str | None = None
    form: str | None = None
    revision: str | None = None
    year: int | None = None
    unit: str | None = None
    document: dict | None = None
    outputs: tuple[Path, ...] = field(default=())
    subject: str | None = None  # what it is about, where a unit files several
    unit_code: str | None = None  # where the form asks for it
    places: Mapping[str, str] = field(default_factory=dict)  # cells that are not where the template has them

    @property
    def exit_code(self) -> ExitCode:
        return EXIT_CODES[self.status]

    def as_object(self) -> dict:
        """The object that `validate --format json` prints for this file."""
        keys = ("file", "sha256", "form", "revision", "year", "unit", "status", "findings")
        return {key: getattr(self, key) for key in keys}
