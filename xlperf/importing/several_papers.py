"""Several papers in one file, as of every project of a unit: the first is read, the others are left over.

    page, others = first_paper(labels, page)      # others: [Leftover("Name of project | Sewers", …), …]

A table that says another name than the first did, of the project or of the unit, begins another paper; so does all that follows,
until a table says the first name again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from xlperf.forms.document import Spot, subject_spot, unit_spot
from xlperf.importing.labels import Labels
from xlperf.importing.page import APART, Cell, Grid, Item, Leftover, Page
from xlperf.text import letters_of


def first_paper(labels: Labels, page: Page) -> tuple[Page, list[Leftover]]:
    """Return a page with its first paper alone, and what belongs to others, a row each."""
    subject = subject_spot(labels.form)
    spot = subject if subject.block else unit_spot(labels.form)
    first, is_first = "", True
    kept: list[Item] = []
    others: list[Leftover] = []
    for item in page.items:
        name = _name(labels, item, spot) if isinstance(item, Grid) else ""
        first = first or name
        is_first = name == first if name else is_first
        if is_first:
            kept.append(item)
        elif isinstance(item, Grid):
            others += _rows(item)
        else:
            others.append(Leftover(item.text.strip(), item.place))
    return replace(page, items=tuple(kept)), others


def _name(labels: Labels, grid: Grid, spot: Spot) -> str:
    """The letters of the name that a table says beside its label, "" where it says none."""
    for row in grid.rows:
        own = [cell for cell in row if not cell.continued and cell.text.strip()]
        for label, value in pairwise(own):
            is_heading = any(labels.find(columns, value.text) for columns in labels.columns.values())
            if labels.find(labels.singles, label.text) == spot and not is_heading:
                return letters_of(value.text)
    return ""


def _rows(grid: Grid) -> Iterator[Leftover]:
    for row in grid.rows:
        own: Sequence[Cell] = [cell for cell in row if not cell.continued and cell.text.strip()]
        if own:
            yield Leftover(APART.join(cell.text.strip() for cell in own), own[0].place)
