"""The type `Result`: what became of one file (passed, returned, unreadable), what was found in it, and its exit code.

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
from xlperf.forms.model import EXPLAINED, Severity
from xlperf.messages import listing, sentence
from xlperf.reporting.description import Count, DescribedFinding, count_findings, describe, severity_line
from xlperf.reporting.finding import Finding, is_returned

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
    return "returned" if is_returned(findings) else "passed"


def unreadable(file: StrPath, error: UnreadableError) -> Result:
    """What became of a file that cannot be read: its one finding says why."""
    finding = Finding(error.code, "error", arguments=error.arguments)
    return Result(file=str(file), status="unreadable", findings=[describe(finding, None)])


def headline(result: Result) -> str:
    """One line: the file, and whether it passed or what sends it back."""
    counts = count_findings(result.findings)
    asked = [severity_line(severity, counts[severity]) for severity in EXPLAINED if counts[severity].all]
    facts = {"file": result.file, "errors": counts["error"].all, "queries": counts["query"].open, "asked": listing(asked)}
    return sentence(_headline_key(result.status, counts), facts)


def _headline_key(status: Status, counts: Mapping[Severity, Count]) -> str:
    """Which sentence fits: what sends a file back, and whether one that passed has anything worth a look."""
    if status == "passed":
        return "passed_with" if any(counts[severity].all for severity in EXPLAINED) else "passed"
    if status == "returned" and counts["query"].open:
        return "returned_both" if counts["error"].all else "returned_queries"
    return status
