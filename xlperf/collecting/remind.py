"""Reminders for the units of a collection that still owe something, as its last run found them.

remind("OUT", output="reminders")
"""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from pathlib import Path

from xlperf.collecting.run_board import board_now
from xlperf.collecting.run_log import Run, read_run
from xlperf.errors import UsageError
from xlperf.files import StrPath, stamp
from xlperf.summarizing.board.reminders import Reminded, write_reminders
from xlperf.workbook.announcement import NOTHING, Announcement


def remind(
    directory: StrPath,
    *,
    templates: StrPath | None = None,
    output: StrPath,
    date: str | None = None,
    announcement: Announcement = NOTHING,
    database: str | None = None,
) -> Reminded:
    """Write the list of the units that still owe something, by supervising department, and a letter to each.

    Args:
        directory: the folder of a collection.
        templates: the folder of a bureau's own forms, which may contain its own letter, `reminder.docx`.
        output: the folder to write into; letters that are no longer due are removed from it.
        date: the ISO date of the letters; by default SOURCE_DATE_EPOCH, else today.
        announcement: what is announced of the round, where the collection does not know it.
        database: the URL of the store, where the collection was made with one; without it decisions since the last run of
            such a collection are not known.

    Raises:
        UsageError: no run of the collection was finished, or a file cannot be written.
        FormError: the bureau's own template cannot be filled in.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from xlperf import collect
        >>> with TemporaryDirectory() as inbox, TemporaryDirectory() as out, TemporaryDirectory() as letters:
        ...     _ = collect([inbox], output=out, roster="units.csv")
        ...     remind(out, output=letters).units
        2
    """
    folder = Path(directory)
    run = read_run(folder)
    if run is None or "units" not in run:
        raise UsageError("no_board", path=folder)
    day = stamp(date)
    return write_reminders(
        board_now(folder, run, day=day, database=database),
        Path(output),
        date=day,
        year=run["options"]["year"],
        announcement=announced_in(run, announcement),
        templates=Path(templates) if templates else None,
    )


def announced_in(run: Run, announcement: Announcement) -> Announcement:
    """What is announced of a round: what is said now, else what was said when it was collected."""
    said = {name: text for name, text in asdict(announcement).items() if text}
    known = {field.name: str((run.get("announcement") or {}).get(field.name, "")) for field in fields(Announcement)}
    return replace(Announcement(**known), **said)
