"""What stands on a paper in reading order: lines of text and tables, each with its place.

    Flow((Line("1. Name of the department: Bureau", Place("paragraph", 3)), Grid((...), Place("table", 1))))

`dump` makes a flow of plain text, `manuscript` of a Word document; whatever reads a flow knows neither. A cell that continues
a merged one above it is there again, with the text of that one, so that every row is whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import NamedTuple

from xlperf.messages import sentence

RESIDUE = re.compile(r"\[bookmark:[^\]\n]{0,80}\]|_GoBack")  # what converters make of a bookmark


class Place(NamedTuple):
    """Where something stands, said in the words of the catalogue: `place_line`, `place_paragraph`, `place_cell` …"""

    kind: str
    number: int = 0
    row: int = 0
    column: int = 0

    def __str__(self) -> str:
        return sentence(f"place_{self.kind}", self._asdict())


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
    """One cell of a row: the column it begins in and how many it spans; `above` if it continues a merged cell."""

    text: str
    place: Place
    column: int
    width: int = 1
    above: bool = False


class Grid(NamedTuple):
    """A table; `caption` is the line above it that says what its amounts count in."""

    rows: tuple[tuple[Cell, ...], ...]
    place: Place
    caption: Line | None = None


@dataclass(frozen=True)
class Flow:
    """A paper: `items` in reading order, `asides` that stand outside of it (comments, page headers, deleted text)."""

    items: tuple[Line | Grid, ...]
    asides: tuple[Line, ...] = ()
    changes: int = 0  # tracked changes that nobody accepted yet
    residues: tuple[Place, ...] = ()  # where bookmarks were left in the text
    unnumbered: tuple[Place, ...] = ()  # whose automatic numbers are of a format that is not known


def without_residue(flow: Flow) -> Flow:
    """The flow without what converters make of bookmarks, and where that stood."""
    places: list[Place] = []

    def clean(thing: Line | Cell) -> Line | Cell:
        text, count = RESIDUE.subn("", thing.text)
        places.extend([thing.place] * bool(count))
        return thing._replace(text=text) if count else thing

    items = tuple(
        item._replace(rows=tuple(tuple(map(clean, row)) for row in item.rows)) if isinstance(item, Grid) else clean(item)
        for item in flow.items
    )
    asides = tuple(map(clean, flow.asides))
    return replace(flow, items=items, asides=asides, residues=tuple(dict.fromkeys(places)))
