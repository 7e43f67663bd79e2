"""What became of one file: passed, returned with errors, or unreadable; and what was found in it.

result = Result(file="filled.xlsx", status="passed", findings=[])
result.exit_code, headline(result)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from xlperf.errors import ExitCode, UnreadableError
from xlperf.files import StrPath
from xlperf.messages import sentence
from xlperf.reporting.description import DescribedFinding, count_severities, describe
from xlperf.reporting.finding import Finding, has_errors

Status = Literal["passed", "returned", "unreadable"]
EXIT_CODES: Mapping[Status, ExitCode] = {
    "passed": ExitCode.OK,
    "returned": ExitCode.ERRORS_FOUND,
    "unreadable": ExitCode.UNREADABLE,
}
STATUSES: tuple[Status, ...] = tuple(EXIT_CODES)


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of one file; `findings` and `document` are plain JSON values.

    The document holds amounts as numbers in the unit that the label of their field names (ten thousand yuan in most forms),
    rates as ratios, dates as ISO dates. Findings are described at `validate`.

    Example:
        >>> Result(file="filled.xlsx", status="passed", findings=[]).exit_code
        <ExitCode.OK: 0>
    """

    file: str
    status: Status
    findings: list[DescribedFinding]
    sha256: str | None = None
    form: str | None = None  # its key
    revision: str | None = None
    year: int | None = None
    unit: str | None = None  # its name
    unit_code: str | None = None  # where the form asks for it
    subject: str | None = None  # what the file is about, where a unit files several
    document: dict[str, Any] | None = None
    places: Mapping[str, str] = field(default_factory=dict)  # path: cell, where that is not the template's
    outputs: tuple[Path, ...] = ()  # the files that were written

    @property
    def exit_code(self) -> ExitCode:
        """What a command that got this result tells its caller."""
        return EXIT_CODES[self.status]

    def as_object(self) -> dict[str, object]:
        """The object that `validate --format json` prints for this file."""
        keys = ("file", "sha256", "form", "revision", "year", "unit", "status", "findings")
        return {key: getattr(self, key) for key in keys}


def status_of(findings: Iterable[Finding]) -> Status:
    """What becomes of a file that could be read."""
    return "returned" if has_errors(findings) else "passed"


def unreadable(file: StrPath, error: UnreadableError) -> Result:
    """What became of a file that cannot be read: its one finding says why."""
    finding = Finding(error.code, "error", arguments=error.arguments)
    return Result(file=str(file), status="unreadable", findings=[describe(finding, None)])


def headline(result: Result) -> str:
    """One line: the file, and whether it has errors."""
    counts = count_severities(result.findings)
    key = "passed_with" if result.status == "passed" and counts["warning"] else result.status
    return sentence(key, {"file": result.file, "errors": counts["error"], "warnings": counts["warning"]})
