"""What a collection hands out, of its outcomes and its audit: the summary workbook, CSV, notices, the archive for auditors.

    write_exports(outcomes, directory=Path("OUT"), date="2023-03-01", roster=roster, open_input=open_input)

`outcomes` is iterated several times and never held in memory: a list, or an object whose `__iter__` reads the store again, in
the order of the paths. The same outcomes and decisions give the same bytes, but for the audit itself and the hash of its last
entry, which the summary shows.
"""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from xlperf.csv_file import csv_writer, write_csv
from xlperf.distributing.roster import Unit
from xlperf.errors import UsageError, reason_of
from xlperf.file_names import safe_name
from xlperf.files import as_written, digest_of, written_together
from xlperf.messages import sentence
from xlperf.reporting.description import DescribedFinding
from xlperf.summarizing.audit.archive import OpenInput, write_audit
from xlperf.summarizing.audit.chain import Chain
from xlperf.summarizing.board.decisions import Taken
from xlperf.summarizing.board.former import FormerYears, reasons_of
from xlperf.summarizing.board.reviews import NO_DEADLINES
from xlperf.summarizing.handouts import HandedOut, Handouts, day_of
from xlperf.summarizing.outcome import Outcome
from xlperf.summarizing.overview import Part, lines_of
from xlperf.summarizing.spool import SpooledList
from xlperf.summarizing.submissions import ANYTHING, Asked
from xlperf.summarizing.summary_workbook import write_summary
from xlperf.summarizing.survey import Survey, take_survey
from xlperf.summarizing.tables.all_tables import summary_tables
from xlperf.summarizing.tables.findings import FindingCounts
from xlperf.summarizing.tables.table import Row, SummaryTable
from xlperf.workbook.announcement import NOTHING, Announcement

AUDIT = "audit.zip"  # below the folder of the collection
NOTHING_HANDED: Mapping[str, str] = {}
SOMETIMES = ("ranking", "indicators", "missing", "decisions")  # keys of tables that not every collection has


Keep = Callable[[Iterable[HandedOut], str, str], Chain]  # what is finalized, the folder it lies in, the ISO date


class Exported(NamedTuple):
    """What the log of a run keeps of its exports."""

    chain: Chain | None  # the audit that the summary and the archive show
    digests: dict[str, str]  # by the path below the folder of the collection, the SHA-256 of summary, tables and archive
    board: Iterable[Sequence[Any]]  # what each BoardRow holds
    attachments: frozenset[str]  # paths of files that nobody has to read
    beside: dict[str, str]  # finalized files that somebody has saved since, each with the newer file beside it
    handed: dict[str, str]  # by path, the SHA-256 of what goes back and to departments
    comparisons: Mapping[str, Sequence[DescribedFinding]]  # what comparing several files found, by path


def write_exports(
    outcomes: Iterable[Outcome],
    *,
    templates: Path | None = None,
    directory: Path,
    date: str,
    roster: Sequence[Unit] | None = None,
    asked: Asked = ANYTHING,
    announcement: Announcement = NOTHING,
    former: FormerYears | None = None,
    decisions: Sequence[Taken] = (),
    day: str = "",
    review_deadlines: Mapping[str, str] = NO_DEADLINES,
    keep: Keep | None = None,
    handed_before: Mapping[str, str] = NOTHING_HANDED,
    open_input: OpenInput,
    brief: Iterable[Outcome] | None = None,
    copies: Path | None = None,
) -> Exported:
    """Write all exports or none; return what of them the log of the run keeps.

    Args:
        outcomes: one per input path, sorted by path; not a generator.
        templates: the folder of a bureau's own forms.
        directory: the folder of the collection.
        date: the ISO date written into the files; a later day of receipt replaces it.
        roster: the units that should have sent something; None where no roster was given.
        asked: the form and year of the round.
        announcement: what is announced of the round.
        former: what units reported in former years; what it gives reason to ask stands in notices.
        decisions: what the bureau decided about units.
        day: the ISO date on which the exports are made: an extension ends.
        review_deadlines: until when each stage after the department is to be done, ISO dates by its key.
        keep: writes down what is finalized before it is handed out, and returns the audit; None where no audit is kept.
        handed_before: the SHA-256 of what went back and to departments in the last run, by path.
        open_input: opens an input as it was received.
        brief: the same outcomes without documents and gists, where those need not be read.
        copies: a folder with second copies of files that are handed out, by their SHA-256, on the drive of the collection; they
            are moved away.

    Raises:
        UsageError: a file cannot be written (perhaps open in Excel), and none was; or all were, but an obsolete file cannot be
            removed.
    """
    survey = take_survey(
        outcomes,
        roster=roster,
        asked=asked,
        templates=templates,
        decisions=decisions,
        day=day,
        review_deadlines=review_deadlines,
    )
    latest = max([date, *(day_of(submission) for submission in survey.submissions)])
    handouts = Handouts(directory, copies)
    brief = outcomes if brief is None else brief
    counting = {submission.path for submission in survey.counting()}
    reasons = reasons_of(former, outcomes, counting, naming=survey.naming, year=asked.year)
    with written_together(directory) as new:
        handouts.make(survey, brief, new=new, date=date, templates=templates, announcement=announcement, reasons=reasons)
        chain = keep(handouts.handed(), handouts.finalized.path.name, latest) if keep else None
        made = _write_tables(survey, brief, directory=directory, new=new, date=latest, announcement=announcement, chain=chain)
        write_audit(survey, brief, new / AUDIT, open_input=open_input, chain=chain)
        digests = {name: digest_of(new / name) for name in (AUDIT, *made)}
        _drop_what_is_there(new, directory)
        handouts.note()
    try:
        handouts.remove_what_is_not_due()
        for path in _tables_there_may_be(directory / sentence("csv_folder", {})):
            if path.relative_to(directory).as_posix() not in made:
                path.unlink(missing_ok=True)
    except OSError as error:  # perhaps open in Excel
        raise UsageError("cannot_write", path=error.filename or directory, reason=reason_of(error)) from None
    return Exported(
        chain=chain,
        digests=digests,
        board=SpooledList(survey.board),
        attachments=survey.attachments,
        beside=handouts.beside,
        handed=handouts.digests(handed_before),
        comparisons=survey.comparisons,
    )


def _write_tables(
    survey: Survey,
    outcomes: Iterable[Outcome],
    *,
    directory: Path,
    new: Path,
    date: str,
    announcement: Announcement,
    chain: Chain | None,
) -> list[str]:
    """Write the tables as CSV, and all of them as the summary workbook; return their paths below the collection."""
    folder = new / sentence("csv_folder", {})
    folder.mkdir()
    counts = FindingCounts()
    tables = (_kept_as_csv(table, folder, counts) for table in summary_tables(survey, outcomes))
    name = f"{sentence('summary_file', {})}.xlsx"
    overview = write_summary(survey, tables, counts, path=new / name, date=date, announcement=announcement, chain=chain)
    with (folder / f"{sentence('sheet_overview', {})}.csv").open("w", encoding="utf-8", newline="") as text:
        write_csv(text, _overview_lines(overview))
    _keep_saved(directory / name, new)
    return sorted([name, *(path.relative_to(new).as_posix() for path in folder.iterdir())])


def _tables_there_may_be(folder: Path) -> Iterator[Path]:
    """The tables that an earlier run with a roster or another form may have made."""
    for key in SOMETIMES:
        title = sentence(f"sheet_{key}", {})
        yield folder / f"{title}.csv"
        yield from folder.glob(sentence("of_form", {"title": title, "form": "*"}) + ".csv")


def _keep_saved(path: Path, new: Path) -> None:
    """Keep a copy of a summary that somebody has saved since, perhaps with notes in it, under another name."""
    if not path.exists() or as_written(path):
        return
    names = (sentence("kept_copy", {"name": path.stem, "number": number}) for number in count(1))
    kept = next(kept for name in names if not (kept := path.with_stem(name)).exists())
    shutil.copy2(path, new / kept.name)


def _drop_what_is_there(new: Path, directory: Path) -> None:
    """Remove new files that are in the folder already, so that those are left alone, open in Excel or not."""
    for folder, _, names in os.walk(new):
        for name in names:
            made = Path(folder, name)
            there = directory / made.relative_to(new)
            if there.exists() and filecmp.cmp(made, there, shallow=False):
                made.unlink()


def _kept_as_csv(table: SummaryTable, folder: Path, counts: FindingCounts) -> SummaryTable:
    """The same table; while somebody goes through its rows they are written as CSV too: headings, rows, sums."""

    def rows() -> Iterator[Row]:
        with (folder / f"{safe_name(table.title)}.csv").open("w", encoding="utf-8", newline="") as text:
            write = csv_writer(text)
            write([column.heading for column in table.columns])
            for row in counts.counted(table.rows()) if table.key == "findings" else table.rows():
                write(row)
                yield row
            if table.totals:
                keys = [column.key for column in table.columns]
                write([sentence("total", {}) if at == 1 else table.totals.get(key) for at, key in enumerate(keys)])

    return replace(table, rows=rows)


def _overview_lines(parts: Iterable[Part]) -> Iterator[Row]:
    for part in parts:
        yield [part.title]
        yield part.headings
        yield from lines_of(part)
        yield []
