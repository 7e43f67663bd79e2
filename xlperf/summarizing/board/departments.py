"""What goes to a supervising department: the board of its units, their notices and annotated workbooks, a text to mail it with.

parcels = list(make_parcels(survey.board))
write_parcel(parcels[0], folder, files=[("returned/Bureau A-notice.docx", path)], date="2023-03-20", announcement=announcement)
"""

from __future__ import annotations

import datetime
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from xlperf.file_names import safe_name
from xlperf.files import zip_entry
from xlperf.forms.layout import MARK
from xlperf.messages import clauses, sentence
from xlperf.summarizing.board.rows import SPARED, STATES, BoardRow
from xlperf.summarizing.table_sheet import write_table
from xlperf.summarizing.tables.units import board_table_of
from xlperf.workbook.announcement import Announcement, long_date
from xlperf.workbook.book import Book
from xlperf.workbook.styles import Palette

LONGEST_NAME = 60  # characters of a department's name in a file name
BOARD, ARCHIVE, COVER = ".xlsx", ".zip", ".txt"  # the files of a parcel, all of one name


class Parcel(NamedTuple):
    """What one department gets."""

    stem: str  # of its files
    department: str
    rows: tuple[BoardRow, ...]


def make_parcels(board: Iterable[BoardRow]) -> Iterator[Parcel]:
    """Yield one parcel per supervising department, in the order in which they stand on the board."""
    groups: dict[str, list[BoardRow]] = {}
    for row in board:
        if row.supervisor:
            groups.setdefault(row.supervisor, []).append(row)
    taken: set[str] = set()
    for number, (department, rows) in enumerate(groups.items(), 1):
        stem = safe_name(department)[:LONGEST_NAME].rstrip(" .")
        stem = f"{stem}-{number}" if stem.casefold() in taken else stem
        taken.add(stem.casefold())
        yield Parcel(stem, department, tuple(rows))


def write_board(parcel: Parcel, path: Path, *, date: str) -> None:
    """Write the board of the department's units."""
    table = board_table_of(parcel.rows)
    book = Book(path, streamed=True)
    book.set_properties({"title": table.title, "author": MARK, "created": datetime.datetime.fromisoformat(date)})
    palette = Palette(book, sentence("font", {}), sentence("heading_font", {}), 11)
    write_table(book, palette, table, table.title)
    book.close()


def write_archive(files: Sequence[Path], path: Path) -> None:
    """Put files into an archive, the same bytes each time."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:  # they are packed already
        for file in sorted(files, key=lambda file: file.name):
            archive.writestr(zip_entry(file.name), file.read_bytes())


def cover_text(parcel: Parcel, *, date: str, announcement: Announcement, has_archive: bool) -> str:
    """The text to mail a parcel with."""
    counts = Counter(row.state for row in parcel.rows)
    spared = [sentence(f"cover_{state}", {"count": counts[state]}) for state in SPARED if counts[state]]
    facts = {state: counts[state] for state in STATES} | {
        "spared": "".join(spared),
        "department": parcel.department,
        "date": long_date(date),
        "count": len(parcel.rows),
        "title": announcement.title or sentence("usual_title", {}),
        "document": announcement.document,
        "deadline": announcement.long_deadline,
        "hand_in": announcement.hand_in,
        "contact": announcement.contact,
        "office": announcement.office,
        "board": f"{parcel.stem}{BOARD}",
        "archive": f"{parcel.stem}{ARCHIVE}",
    }
    owing = [row for row in parcel.rows if row.owes]
    due = "cover_overdue" if announcement.is_over(date) else "cover_deadline"
    parts = [
        sentence("cover_counts", facts),
        *([sentence("cover_owing", {}) + "\n" + "\n".join(map(_owing_line, owing))] if owing else []),
        *([sentence(due, facts)] if owing and announcement.deadline else []),
        *([sentence("cover_hand_in", facts)] if owing and announcement.hand_in else []),
        sentence("cover_archive" if has_archive else "cover_board", facts),
        *([sentence("cover_contact", facts)] if announcement.contact else []),
    ]
    end = "\n".join(filter(None, (announcement.office, long_date(date))))
    return "\n\n".join([sentence("cover_greeting", facts), *parts, end]) + "\n"


def _owing_line(row: BoardRow) -> str:
    """What one unit owes, and whom to call there."""
    facts = {"errors": row.errors, "unexplained": row.unexplained}
    more = [sentence(f"cover_{key}", facts) for key in ("errors", "unexplained") if facts[key] and row.state != "unreadable"]
    state = clauses([row.state_in_words, *more, *([row.contact] if row.contact else [])])
    return sentence("cover_line", {"name": row.name, "state": state})
