"""run.json: what a run of a collection did, with which versions, to which files.

last = read_run(directory)              # None if there was none
write_run(directory, {"files": list_files(outcomes), "versions": find_versions(), …})
"""

from __future__ import annotations

import datetime
import json
import platform
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TypedDict, cast

from xlperf import __version__
from xlperf.files import digest_of, write_atomically
from xlperf.forms.model import Unexplained
from xlperf.reporting.description import DescribedFinding, count_findings
from xlperf.summarizing.outcome import FileStatus, Outcome

FILE_NAME = "run.json"
RUN_NEEDS = {"seconds", "skipped", "missing", "changes"}  # keys that an earlier run must have, and its files
FILE_NEEDS = {"path", "sha256", "received", "status", "unit", "form", "year", "errors"}
KINDS = {
    "versions": dict,
    "forms": dict,
    "stamps": dict,
    "prefixes": list,
    "units": list,
    "beside": dict,
    "digests": dict,
    "handed": dict,
    "comparisons": dict,
}  # where they stand
LIBRARIES = ("openpyxl", "python-calamine", "XlsxWriter", "SQLAlchemy")  # that affect what is read, written and stored

LogStamp = tuple[int, int, int]  # the number of the file on its disk, its time, its size
StatusChange = TypedDict("StatusChange", {"path": str, "was": FileStatus, "is": FileStatus})


class FileEntry(TypedDict):
    """What became of one input path."""

    path: str
    sha256: str
    size: int  # bytes
    received: str  # ISO time
    saved: str | None
    status: FileStatus
    unit: str | None
    unit_code: str | None
    subject: str | None
    form: str | None
    revision: str | None
    year: int | None
    rows: int
    seconds: float
    errors: int
    queries: int  # those that the unit has not explained
    warnings: int
    outputs: list[str]


class Changes(TypedDict):
    """What is new since the last run: paths, and sentences about the units."""

    since: str  # ISO time
    new: list[str]
    gone: list[str]
    replaced: list[str]
    status: list[StatusChange]
    words: list[str]


class UnitEntry(TypedDict):
    """A unit of the roster that sent nothing."""

    name: str
    code: str
    supervisor: str


class UnitState(UnitEntry):
    """How a unit stands: a row of the board."""

    state: str
    versions: int
    received: str | None
    errors: int | None
    unexplained: int | None
    contact: str
    mail: str
    office: str
    decision: str | None
    found: str  # the state by its files alone; this and the next three not in older logs
    until: str | None  # the ISO date of an extension
    paths: Sequence[str]  # of the files received
    imported: str  # the kind of report by which it stands, "" of a workbook; this too not in older logs
    papers: Sequence[Sequence[str]]  # state and subject of each, where not all stand the same; not in older logs
    attached: Sequence[str]  # the paths of what came with its files and is none; not in older logs
    reviews: Sequence[Sequence[str | int | bool]]  # how each stage after the department stands; not in older logs


class ChainHead(TypedDict):
    """The audit as the exports of the run show it."""

    entries: int
    head: str  # SHA-256


class PackageHead(ChainHead):
    """A package that came in, and its audit."""

    path: str


class RunOptions(TypedDict):
    """What the run was asked for."""

    form: str | None
    year: int | None
    finalize: bool
    unexplained: Unexplained | None  # None: as each form says
    reports: list[str]  # kinds of reports that are taken beside workbooks


class Run(TypedDict):
    """One run: the content of run.json."""

    versions: Mapping[str, str]
    forms: Mapping[str, str]  # form and revision -> digest
    options: RunOptions
    announcement: Mapping[str, str]  # not in the log of a version before
    date: str
    language: str
    started: str
    finished: str
    seconds: float
    workers: int
    changes: Changes | None  # None in the first run
    missing: list[UnitEntry] | None  # None without a roster
    units: Sequence[UnitState]  # not in the log of a version before
    namesakes: list[str]
    beside: Mapping[str, str]
    skipped: list[str]
    packages: list[PackageHead]  # not in the log of a version before
    links: list[str]  # those among them that lead elsewhere; not in the log of a version before
    files: Sequence[FileEntry]  # in the order of their paths; of a run that has just ended in a temporary file
    stamps: Mapping[str, str]  # how the files were found, by path, see `last_run`; this and the next two not in older logs
    state: str  # of the exports
    chain: ChainHead | None  # the audit that they show; this and the next not in older logs
    digests: Mapping[str, str]  # SHA-256 of summary, tables and archive, by path below the collection
    handed: Mapping[str, str]  # SHA-256 of what goes back and to departments; this and the next not in older logs
    comparisons: Mapping[str, Sequence[DescribedFinding]]  # what comparing several files found, by path
    prefixes: list[str]  # words that may be left out before a unit's name


def find_versions() -> dict[str, str]:
    """The versions that a result may depend on: ours, Python's, the system's, those of libraries."""
    libraries = {name: found for name in LIBRARIES if (found := _version(name))}
    return {"xlperf": __version__, "python": platform.python_version(), "system": platform.platform(), **libraries}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:  # in an executable without package metadata
        return None


def list_files(outcomes: Iterable[Outcome], *, attachments: Collection[str]) -> Iterator[FileEntry]:
    """Yield the entries of `files`: one per input path; that an attachment cannot be read is no error."""
    for outcome in outcomes:
        yield {
            "path": outcome.path,
            "sha256": outcome.sha256,
            "size": outcome.size,
            "received": outcome.received,
            "saved": outcome.saved,
            "status": "attached" if outcome.path in attachments else outcome.status,
            "unit": outcome.unit,
            "unit_code": outcome.unit_code,
            "subject": outcome.subject,
            "form": outcome.form,
            "revision": outcome.revision,
            "year": outcome.year,
            "rows": outcome.rows,
            "seconds": outcome.seconds,
            "errors": 0 if outcome.path in attachments else _count(outcome, "error"),
            "queries": count_findings(outcome.findings)["query"].open,
            "warnings": _count(outcome, "warning"),
            "outputs": list(outcome.outputs),
        }


def _count(outcome: Outcome, severity: str) -> int:
    return sum(finding["severity"] == severity for finding in outcome.findings)


def log_stamp(directory: Path) -> LogStamp | None:
    """What tells the log of a collection from the one that the next run writes; None where there is none."""
    try:
        status = (directory / FILE_NAME).stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def read_run(directory: Path) -> Run | None:
    """The last finished run; None if there was none, or the file is damaged."""
    try:
        run = json.loads((directory / FILE_NAME).read_text("utf-8"))
        datetime.datetime.fromisoformat(run["finished"])
        complete = run.keys() >= RUN_NEEDS and all(entry.keys() >= FILE_NEEDS for entry in run["files"])
        complete &= all(isinstance(run[key], kind) for key, kind in KINDS.items() if key in run)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return cast(Run, run) if complete else None


def write_run(directory: Path, run: Run, *, before_it_moves: Callable[[str], object] = str) -> None:
    """Write run.json.

    Args:
        before_it_moves: called with the SHA-256 of the new file before it takes the place of the last one.

    Raises:
        UsageError: it cannot be written.
    """

    def write(path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="\n") as text:  # without the whole text in memory
            text.writelines(_written(run))
        before_it_moves(digest_of(path))

    write_atomically(directory / FILE_NAME, write)


def _written(facts: Mapping[str, object]) -> Iterator[str]:
    """Yield an object as JSON: what it holds on one line each, and what its lists and objects hold."""
    yield "{"
    for number, (key, value) in enumerate(facts.items()):
        yield f"{',' if number else ''}\n {_json(key)}: "
        if isinstance(value, Mapping):
            yield from _on_lines("{}", (f"{_json(name)}: {_json(item)}" for name, item in value.items()))
        elif isinstance(value, Sequence) and not isinstance(value, str):
            yield from _on_lines("[]", map(_json, value))
        else:
            yield _json(value)
    yield "\n}\n"


def _on_lines(brackets: str, items: Iterable[str]) -> Iterator[str]:
    yield brackets[0]
    before = "\n  "
    for item in items:
        yield before + item
        before = ",\n  "
    yield brackets[1]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
