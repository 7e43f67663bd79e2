"""The type `Page`: a report as lines of text and tables in reading order, each with its place.

    Page((Line("1. Name of the department: Bureau", Place("paragraph", 3)), Grid((...), Place("table", 1))))

`text_reader` makes a page of plain text, `word_reader` of a Word document; whatever reads a page knows neither. A cell that
continues a merged one above it is there again, with the text of that one, so that every row is complete.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

from xlperf.messages import sentence

APART = " | "  # between the cells of a row that is told as one text
BOOKMARK = re.compile(r"\[bookmark:[^\]\n]{0,80}\]|_GoBack")  # the text that converters make of one


class Place(NamedTuple):
    """Where something stands, said in the words of the catalogue: `place_line`, `place_paragraph`, `place_cell` …"""

    kind: str
    number: int = 0
    row: int = 0
    column: int = 0

    def __str__(self) -> str:
        return sentence(f"place_{self.kind}", self._asdict())


class Passage(NamedTuple):
    """Words of the report, and where they stand."""

    text: str
    place: Place


class Leftover(NamedTuple):
    """A piece of the report, or of a workbook, for which the form has no field."""

    text: str
    place: Place | str  # of a workbook: sheet and cell


class Line(NamedTuple):
    """One paragraph; `heading` if its style says that it is one, `number` what of its text is an automatic number."""

    text: str
    place: Place
    heading: bool = False
    number: str = ""

    @property
    def words(self) -> str:
        """The text without its number."""
        return self.text.removeprefix(self.number)


class Cell(NamedTuple):
    """One cell of a row: the column it begins in, how many it spans, whether it continues a merged cell above it."""

    text: str
    place: Place
    column: int
    width: int = 1
    continued: bool = False

    def covers(self, column: int) -> bool:
        """Whether the cell stands in that column."""
        return self.column <= column < self.column + self.width


class Grid(NamedTuple):
    """A table of the report.

    `caption` is the line above it that says what its amounts count in. A `loose` one was copied as text, which drops the cells
    that a merged one covers, and blank ones: what stands in a row may belong further right.
    """

    rows: tuple[tuple[Cell, ...], ...]
    place: Place
    caption: Line | None = None
    loose: bool = False


Item = Line | Grid


@dataclass(frozen=True)
class Page:
    """What stands in a report: `items` in reading order, `asides` outside of the text (comments, page headers, deleted text)."""

    items: tuple[Item, ...]
    asides: tuple[Line, ...] = ()
    changes: int = 0  # tracked changes that nobody accepted yet
    bookmarks: tuple[Place, ...] = ()  # where a converter left the name of a bookmark in the text
    unnumbered: tuple[Place, ...] = ()  # whose automatic numbers are in a format that is not known


Piece = TypeVar("Piece", Line, Cell)


def without_bookmarks(page: Page) -> Page:
    """Return the page without the names of bookmarks in its text, and with the places where those stood."""
    places: list[Place] = []

    def clean(piece: Piece) -> Piece:
        text, count = BOOKMARK.subn("", piece.text)
        if not count:
            return piece
        places.append(piece.place)
        return piece._replace(text=text)

    def clean_item(item: Item) -> Item:
        if isinstance(item, Grid):
            return item._replace(rows=tuple(tuple(clean(cell) for cell in row) for row in item.rows))
        return clean(item)

    items = tuple(clean_item(item) for item in page.items)
    asides = tuple(clean(line) for line in page.asides)
    return replace(page, items=items, asides=asides, bookmarks=tuple(dict.fromkeys(places)))
