"""What a collection hands out, made of its outcomes alone: the summary workbook, CSV, notices, the archive of what came in.

    write_exports(outcomes, read_roster(Path("units.csv")), Path("OUT"), "2023-03-01", open_input)

`outcomes` is gone through several times and never held: a list, or an object whose `__iter__` reads the store anew, in
the order of the paths. The same outcomes give the same bytes, whatever happened in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from .audit import Contents, write_audit
from .collection import Collection, survey
from .files import as_written, safe_name, write_atomically
from .formats import write_csv
from .ledger import Ledger, Tally, ledgers
from .messages import sentence
from .notice import write_notice
from .outcome import Outcome
from .overview import Part, value_of, write_summary
from .roster import Unit
from .submission import COUNTS, file_stem

AUDIT = "audit.zip"


def write_exports(outcomes: Iterable[Outcome], roster: Sequence[Unit] | None, directory: Path, date: str,
                  contents: Contents, templates: Path | None = None) -> tuple[Path, ...]:  # fmt: skip
    """Write every export into the directory and return the paths.

    Args:
        outcomes: one per input path, sorted by path; iterated several times, so no generator.
        roster: the units that should have sent something; None where no roster was given.
        date: the ISO date to stand in the files.
        contents: opens the bytes of an input as it was received, for audit.zip.
        templates: the folder of a bureau's own forms.

    Raises:
        UsageError: a file cannot be written (open in Excel, perhaps).
    """
    collection = survey(outcomes, roster, templates)
    return (
        *_write_tables(collection, outcomes, directory, date),
        *_write_notices(collection, outcomes, directory / sentence("returned_folder", {}), date, templates),
        _written(directory / AUDIT, lambda path: write_audit(collection, outcomes, contents, path)),
    )


def _written(path: Path, write: Callable[[Path], object]) -> Path:
    write_atomically(path, write)
    return path


def _write_tables(collection: Collection, outcomes: Iterable[Outcome], directory: Path, date: str) -> Iterator[Path]:
    """Write the tables as CSV, and all of them as the summary workbook."""
    tables = directory / sentence("csv_folder", {})
    tables.mkdir(parents=True, exist_ok=True)
    tally, overview = Tally(), []
    for ledger in ledgers(collection, outcomes):
        rows = tally.counted(ledger.rows()) if ledger.key == "findings" else ledger.rows()
        yield _written_csv(tables / f"{safe_name(ledger.title)}.csv", _lines(ledger, rows))
    yield _written(directory / f"{sentence('summary_file', {})}.xlsx", lambda path: overview.extend(
        write_summary(collection, ledgers(collection, outcomes), tally, path, date)))  # fmt: skip
    yield _written_csv(tables / f"{sentence('sheet_overview', {})}.csv", _overview_lines(overview))


def _written_csv(path: Path, rows: Iterable[Sequence[object]]) -> Path:
    def write(temporary: Path) -> None:
        with temporary.open("w", encoding="utf-8", newline="") as text:
            write_csv(text, rows)

    return _written(path, write)


def _lines(ledger: Ledger, rows: Iterable[Sequence[object]]) -> Iterator[Sequence[object]]:
    yield [column.heading for column in ledger.columns]
    yield from rows
    if ledger.totals:
        keys = [column.key for column in ledger.columns]
        yield [sentence("total", {}) if at == 1 else ledger.totals.get(key) for at, key in enumerate(keys)]


def _overview_lines(parts: Iterable[Part]) -> Iterator[Sequence[object]]:
    for part in parts:
        yield [part.title]
        yield part.headings
        yield from ([value_of(cell) for cell in row] for row in part.rows)
        yield []


# --- what goes back ------------------------------------------------------------------------------------------


def _write_notices(collection: Collection, outcomes: Iterable[Outcome], directory: Path, date: str,
                   templates: Path | None) -> Iterator[Path]:  # fmt: skip
    """Write a notice for every unit whose workbook has to be mended; those of an earlier run that are no longer due go.

    A notice that somebody has saved anew since is theirs and stays.
    """
    due = set()
    for outcome in outcomes:
        if outcome.has_errors and collection.standings[outcome.path].kind == COUNTS:
            due.add(path := notice_path(directory, outcome))
            if not path.exists() or as_written(path):
                directory.mkdir(parents=True, exist_ok=True)
                write_notice(collection, outcome, path, date, templates)
            yield path
    for path in directory.glob(f"*{_ending()}") if directory.is_dir() else ():
        if path not in due and as_written(path):
            path.unlink()


def notice_path(directory: Path, outcome: Outcome) -> Path:
    return directory / f"{file_stem(outcome.unit, outcome.path, outcome.sha256)}{_ending()}"


def _ending() -> str:
    return f"-{sentence('notice_name', {})}.docx"
