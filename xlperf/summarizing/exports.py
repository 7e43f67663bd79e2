"""What a collection hands out, made of its outcomes alone: the summary workbook, CSV, notices, the archive of what came in.

    write_exports(outcomes, read_roster(Path("units.csv")), Path("OUT"), "2023-03-01", open_input)

`outcomes` is gone through several times and never held: a list, or an object whose `__iter__` reads the store anew, in
the order of the paths. The same outcomes give the same bytes, whatever happened in between.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from functools import partial
from itertools import chain, count
from pathlib import Path, PurePosixPath

from xlperf.distributing.roster import Unit
from xlperf.errors import UsageError, reason_of
from xlperf.files import as_written, holds, make_folder, safe_name, write_atomically, write_csv
from xlperf.messages import sentence
from xlperf.summarizing.audit_archive import Contents, write_audit
from xlperf.summarizing.notice import write_notice
from xlperf.summarizing.outcome import Outcome
from xlperf.summarizing.submissions import COUNTS, behind, file_stem, is_attachment
from xlperf.summarizing.summary_workbook import Part, lines_of, write_summary
from xlperf.summarizing.survey import Collection, survey
from xlperf.summarizing.tables import Ledger, Tally, ledgers

AUDIT, PLACED = "audit.zip", "collection.placed"  # below the folder of the collection
SOMETIMES = ("ranking", "indicators", "missing")  # tables that not every collection has
PACKAGES, COMPANIONS = (".xlsx", ".docx"), (".json",)  # what tells whether it is as we wrote it, and what does not


def write_exports(
    outcomes: Iterable[Outcome],
    roster: Sequence[Unit] | None,
    directory: Path,
    date: str,
    contents: Contents,
    templates: Path | None = None,
) -> dict[str, str]:
    """Write every export into the directory; return the finalized files that are somebody's, each with the newer one beside it.

    Args:
        outcomes: one per input path, sorted by path; iterated several times, so no generator.
        roster: the units that should have sent something; None where no roster was given.
        date: the ISO date to stand in the files, but for what speaks of something that came in later.
        contents: opens the bytes of an input as it was received, for audit.zip.
        templates: the folder of a bureau's own forms.

    Raises:
        UsageError: a file cannot be written (open in Excel, perhaps).
    """
    collection = survey(outcomes, roster, templates)
    try:
        _write_tables(collection, outcomes, directory, max([date, *(_day(s) for s in collection.submissions)]))
        beside = _hand_out(collection, outcomes, directory, date, templates)
    except OSError as error:  # what is to go is open in Excel, perhaps
        raise UsageError("cannot_write", path=error.filename or directory, reason=reason_of(error)) from None
    write_atomically(directory / AUDIT, lambda path: write_audit(collection, outcomes, contents, path))
    return beside


def _write_tables(collection: Collection, outcomes: Iterable[Outcome], directory: Path, date: str) -> None:
    """Write the tables as CSV, and all of them as the summary workbook."""
    tables = directory / sentence("csv_folder", {})
    make_folder(tables)
    tally, overview = Tally(), []
    for title in (sentence(f"sheet_{key}", {}) for key in SOMETIMES):  # of an earlier run with a roster or another form
        of_forms = tables.glob(sentence("of_form", {"title": title, "form": "*"}) + ".csv")
        for path in (tables / f"{title}.csv", *of_forms):
            path.unlink(missing_ok=True)
    for ledger in ledgers(collection, outcomes):
        rows = tally.counted(ledger.rows()) if ledger.key == "findings" else ledger.rows()
        _write_csv(tables / f"{safe_name(ledger.title)}.csv", _lines(ledger, rows))
    summary = directory / f"{sentence('summary_file', {})}.xlsx"
    _keep_saved(summary)
    write_atomically(
        summary, lambda path: overview.extend(write_summary(collection, ledgers(collection, outcomes), tally, path, date))
    )
    _write_csv(tables / f"{sentence('sheet_overview', {})}.csv", _overview_lines(overview))


def _keep_saved(path: Path) -> None:
    """Put a workbook of ours that somebody has saved anew, with notes in it perhaps, under another name."""
    if not path.exists() or as_written(path):
        return
    names = (sentence("kept_copy", {"name": path.stem, "number": number}) for number in count(1))
    path.rename(next(kept for name in names if not (kept := path.with_stem(name)).exists()))


def _write_csv(path: Path, rows: Iterable[Sequence[object]]) -> None:
    def write(temporary: Path) -> None:
        with temporary.open("w", encoding="utf-8", newline="") as text:
            write_csv(text, rows)

    write_atomically(path, write)


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
        yield from lines_of(part)
        yield []


# --- what is handed out ----------------------------------------------------------------------------------------


def _hand_out(
    collection: Collection, outcomes: Iterable[Outcome], directory: Path, date: str, templates: Path | None
) -> dict[str, str]:
    """Put what was made of the files that count where people look for it: what is finalized, what goes back and its notice.

    What an earlier run put there and is no longer due goes; what it put there stands in a list, written before the file is, so
    that a copy under a name of somebody's own stays. A file that somebody has saved anew since is theirs and stays; a newer
    submission of that unit is put beside it, as is returned.
    """
    beside, noting = {}, partial(note, directory / PLACED)
    late = set(behind(collection.submissions, collection.standings).values())
    finalized, returned = (directory / sentence(f"{name}_folder", {}) for name in ("finalized", "returned"))
    due: dict[Path, set[str]] = {finalized: set(), returned: set()}  # file names, not paths: thousands are held
    begin(directory / PLACED, due)
    for outcome in outcomes:
        if collection.standings[outcome.path].kind != COUNTS and outcome.path not in late:
            continue
        folder, names = returned, [returned_name(outcome, made) for made in outcome.outputs]
        if not outcome.has_errors:
            folder, names = finalized, [PurePosixPath(made).name for made in outcome.outputs]
            theirs = _theirs(folder, names, outcome.sha256)
            if theirs or due[folder].intersection(names):  # two units are called alike
                names = [_with_digits(name, outcome.sha256) for name in names]
            beside |= {name: _with_digits(name, outcome.sha256) for name in theirs}
        for name, made in zip(names, outcome.outputs, strict=True):
            _place(folder, name, due, noting, lambda path, made=made: shutil.copyfile(directory / made, path))
        if outcome.has_errors and not is_attachment(outcome):
            marked = next((returned_name(outcome, made) for made in outcome.outputs), "")
            name = f"{file_stem(outcome)}-{sentence('notice_name', {})}.docx"
            _place(
                returned,
                name,
                due,
                noting,
                lambda path, outcome=outcome, marked=marked: write_notice(
                    outcome, marked, path, max(date, _day(outcome)), templates
                ),
            )
    for folder, placed in due.items():
        _clear(folder, placed, directory / PLACED)
    keep(directory / PLACED, {folder.name: sorted(names) for folder, names in due.items()})
    return beside


def _day(received) -> str:
    """The day on which something came in: nothing that is said of it bears an earlier date."""
    return received.received[:10]


def returned_name(outcome: Outcome, made: str) -> str:
    """What the marked workbook is called beside its notice: its own name is that of the submission, often everybody's."""
    return f"{file_stem(outcome)}-{made.rpartition('-')[2]}"


def _with_digits(name: str, sha256: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}-{sha256[:8]}{dot}{suffix}"


def _theirs(folder: Path, names: Sequence[str], sha256: str) -> list[str]:
    """Which of these somebody has saved anew, if they were made of another submission than that."""
    packages = [folder / name for name in names if name.endswith(PACKAGES) and (folder / name).exists()]
    theirs = [path.name for path in packages if not as_written(path)]
    return theirs if theirs and not any(holds(path, sha256) for path in packages) else []


def _place(
    folder: Path, name: str, due: dict[Path, set[str]], noting: Callable[[str], None], write: Callable[[Path], object]
) -> None:
    due[folder].add(name)
    noting(f"{folder.name}/{name}")
    path = folder / name
    if not path.exists() or path.suffix not in PACKAGES or as_written(path):
        make_folder(folder)
        write_atomically(path, write)


def _clear(folder: Path, due: set[str], placed: Path) -> None:
    """Remove what we put there and is no longer due: what is as we wrote it, before it what lies beside under its name."""
    listed = os.listdir(folder) if folder.is_dir() else ()
    ours = noted(placed, {f"{folder.name}/{name}" for name in listed if name not in due})
    overdue = {name.partition("/")[2] for name in ours}
    for path in (path for name in sorted(overdue) if as_written(path := folder / name)):
        for companion in (path.with_suffix(suffix) for suffix in COMPANIONS):
            if companion.name in overdue:
                companion.unlink()
        path.unlink()


def begin(path: Path, folders: Iterable[Path]) -> None:
    """Make the list, if there is none, of what there is: then it was we who put it there."""
    there = [f"{folder.name}/{name}" for folder in folders if folder.is_dir() for name in sorted(os.listdir(folder))]
    if there and not path.exists():
        _write(path, there)


def note(path: Path, name: str) -> None:
    """Add a name to the list."""
    with path.open("a", encoding="utf-8", newline="\n") as lines:
        lines.write(f"{name}\n")


def noted(path: Path, names: Set[str]) -> set[str]:
    """Which of these are on the list; it is not held, it may have tens of thousands."""
    if not path.exists():
        return set()
    with path.open(encoding="utf-8", errors="replace") as lines:
        return {name for line in lines if (name := line.rstrip("\n")) in names}


def keep(path: Path, names: Mapping[str, Iterable[str]]) -> None:
    """Make these the list, by folder; what is noted of other folders stays: in another language they are called otherwise."""
    if path.exists():
        lines = path.read_text("utf-8", errors="replace").splitlines()
        others = sorted({line for line in lines if line.partition("/")[0] not in names})
        _write(path, chain(others, (f"{folder}/{name}" for folder, listed in names.items() for name in listed)))


def _write(path: Path, names: Iterable[str]) -> None:
    write_atomically(path, lambda new: new.write_text("".join(f"{name}\n" for name in names), "utf-8", newline="\n"))
