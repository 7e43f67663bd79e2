"""Who still owes: a list by supervising department with whom to call, and a letter to each unit.

    write_reminders(rows, Path("reminders"), date="2023-04-03", year=2022, announcement=announcement)

The letter's words are in `templates/reminder.docx`, or a bureau's own file of that name in its folder of forms.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from xlperf.csv_file import write_csv
from xlperf.errors import UsageError, reason_of
from xlperf.file_names import safe_name
from xlperf.files import as_written, shipped, written_together
from xlperf.forms.layout import MARK
from xlperf.messages import listing, sentence
from xlperf.summarizing.board.rows import BoardRow
from xlperf.summarizing.notice import announced_facts
from xlperf.summarizing.table_sheet import write_table
from xlperf.summarizing.tables.table import Column, Row, SummaryTable, column
from xlperf.workbook.announcement import Announcement, long_date
from xlperf.workbook.book import Book
from xlperf.workbook.styles import Palette

TEMPLATE = "reminder.docx"
LONGEST_NAME = 60  # characters of a unit's name in a file name
COLUMNS = (
    ("number", "count", 6),
    ("supervisor", "text", 22),
    ("unit_name", "text", 30),
    ("unit_code", "text", 13),
    ("state_of_unit", "text", 12),
    ("last_received", "text", 20),
    ("errors", "count", 7),
    ("queries", "count", 9),
    ("contact", "text", 25),
    ("mail", "text", 24),
    ("office", "text", 16),
)
REVIEW_COLUMNS = (
    ("number", "count", 6),
    ("office", "text", 18),
    ("supervisor", "text", 22),
    ("unit_name", "text", 30),
    ("unit_code", "text", 13),
    ("reviews", "text", 34),
)


@dataclass(frozen=True)
class Reminded:
    """What was written, and how many units it reminds."""

    files: tuple[Path, ...]
    units: int


def write_reminders(
    board: Iterable[BoardRow],
    directory: Path,
    *,
    date: str,
    year: int | None,
    announcement: Announcement,
    templates: Path | None = None,
) -> Reminded:
    """Write the list and the letters, all or none; letters of an earlier run to units that owe no more are removed.

    Where a form has stages after the department, a second list says which units' reviews are not back, by office; it is removed
    when nothing of that is left.

    Args:
        date: the ISO date of the letters.
        year: the fiscal year of the round, if it is known.
        templates: the folder of a bureau's own forms, which may contain its own letter.

    Raises:
        FormError: the bureau's own template cannot be filled in.
        UsageError: a file cannot be written.
    """
    board = list(board)
    rows = _by_supervisor(row for row in board if row.owes)
    reviews = _review_table([row for row in board if any(stage.state != "done" for stage in row.reviews)], date)
    letters = dict(zip(_names(rows), rows, strict=True))
    table = _table(rows, date, announcement)
    with written_together(directory) as new:
        for listed in (table, *([reviews] if reviews else [])):
            _write_list(listed, new, date)
        for name, row in letters.items():
            _write_letter(row, new / name, date=date, year=year, announcement=announcement, templates=templates)
        made = sorted(path.name for path in new.iterdir())
    for path in directory.glob(f"*-{sentence('reminder_name', {})}.docx"):
        if path.name not in letters and as_written(path):
            _remove(path)
    for path in directory.glob(f"{sentence('sheet_reviews_owed', {})}.*"):
        if reviews is None and (path.suffix == ".csv" or as_written(path)):
            _remove(path)
    return Reminded(tuple(directory / name for name in made), len(rows))


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except OSError as error:  # perhaps open in Word
        raise UsageError("cannot_write", path=path, reason=reason_of(error)) from None


def _by_supervisor(rows: Iterable[BoardRow]) -> list[BoardRow]:
    """The rows of each supervising department together, departments in the order in which they first stand."""
    groups: dict[str, list[BoardRow]] = {}
    for row in rows:
        groups.setdefault(row.supervisor, []).append(row)
    return [row for group in groups.values() for row in group]


def _names(rows: Sequence[BoardRow]) -> list[str]:
    """The names of the letters; where two units have one name, their codes or numbers tell them apart."""
    word, taken = sentence("reminder_name", {}), set[str]()
    names = []
    for row in rows:
        stem = safe_name(row.name)[:LONGEST_NAME]
        choices = (stem, f"{stem}-{safe_name(row.code)}", f"{stem}-{row.number}")
        name = next(name for name in choices if name.casefold() not in taken)
        taken.add(name.casefold())
        names.append(f"{name}-{word}.docx")
    return names


def _table(rows: Sequence[BoardRow], date: str, announcement: Announcement) -> SummaryTable:
    lines: list[Row] = [
        (
            number,
            row.supervisor,
            row.name,
            row.code,
            row.state_in_words,
            row.received,
            row.errors,
            row.unexplained,
            row.contact,
            row.mail,
            row.office,
        )
        for number, row in enumerate(rows, 1)
    ]
    columns: tuple[Column, ...] = tuple(column(*spec) for spec in COLUMNS)
    note = sentence("note_reminders", {"date": date, "count": len(rows), "deadline": announcement.long_deadline or None})
    title = sentence("sheet_reminders", {})
    return SummaryTable(key="reminders", title=title, note=note, columns=columns, rows=lambda: lines, frozen=3)


def _review_table(rows: Sequence[BoardRow], date: str) -> SummaryTable | None:
    """The units whose reviews are not done, those of one office together; None where there are none."""
    if not rows:
        return None
    offices = list(dict.fromkeys(row.office for row in rows))
    ordered = sorted(rows, key=lambda row: offices.index(row.office))
    lines: list[Row] = [
        (number, row.office, row.supervisor, row.name, row.code, row.reviews_in_words) for number, row in enumerate(ordered, 1)
    ]
    columns: tuple[Column, ...] = tuple(column(*spec) for spec in REVIEW_COLUMNS)
    late = sum(any(stage.is_late for stage in row.reviews) for row in rows)
    note = sentence("note_reviews_owed", {"date": date, "count": len(rows), "late": late})
    title = sentence("sheet_reviews_owed", {})
    return SummaryTable(key="reviews_owed", title=title, note=note, columns=columns, rows=lambda: lines, frozen=4)


def _write_list(table: SummaryTable, new: Path, date: str) -> None:
    """The list as a workbook and as CSV."""
    book = Book(new / f"{table.title}.xlsx", streamed=True)
    book.set_properties({"title": table.title, "author": MARK, "created": datetime.datetime.fromisoformat(date)})
    palette = Palette(book, sentence("font", {}), sentence("heading_font", {}), 11)
    write_table(book, palette, table, table.title)
    book.close()
    with (new / f"{table.title}.csv").open("w", encoding="utf-8", newline="") as text:
        write_csv(text, [[column.heading for column in table.columns], *table.rows()])


def _write_letter(
    row: BoardRow, path: Path, *, date: str, year: int | None, announcement: Announcement, templates: Path | None
) -> None:
    from xlperf.reporting.word_template import render_word

    own = templates / TEMPLATE if templates else None
    template = own if own and own.exists() else shipped("templates") / TEMPLATE
    announcement = replace(announcement, deadline=row.until or announcement.deadline)
    facts = {
        **announced_facts(announcement, day=date),
        "unit": row.name,
        "unit_code": row.code,
        "supervisor": row.supervisor,
        "state": row.state,
        "papers_missing": listing(row.papers_of("missing")),
        "papers_returned": listing(row.papers_of("returned", "query", "unreadable")),
        "versions": row.versions,
        "received": long_date(row.received[:10]) if row.received else "",
        "errors": row.errors or 0,
        "unexplained": row.unexplained or 0,
        "fiscal_year": year or "",
        "date": long_date(date),
    }
    render_word(template, facts, path, date)
