"""The headers of tables: which of a grid's rows is one, the column of the form below each of its cells, and what those count in.

    header_of(labels, row, above=above, expected=("budget",), current=None)      # Header("budget", columns, units)

A row that shows the labels of at least two columns of a table is its header; columns may stand in any order, and headers may
have two rows. The unit of a column stands in its heading or in that of its group.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlperf.forms.model import Field
from xlperf.formula.nodes import Kind
from xlperf.importing.labels import Labels
from xlperf.importing.papers.page import Cell
from xlperf.importing.tables.unit_captions import Units, caption_of, units_of

LEAST = 2  # labels in one row that make it a header


@dataclass(frozen=True)
class Header:
    """The header of a table: for each of its cells the column of the form, None where there is no such column."""

    table: str
    columns: tuple[tuple[Cell, Field | None], ...]
    units: Mapping[int, Units]  # by the columns of the grid: what their headings say
    aside: Units = ()  # what the heading of a column of words says, of all that say nothing

    def units_of(self, heading: Cell, caption: Units) -> Units:
        """What a column counts in: as its heading says, else the caption of the table."""
        return self.units.get(heading.column) or caption or self.aside

    def column_of(self, cell: Cell) -> tuple[Cell | None, Field | None]:
        """The heading above a cell and its column, None where there is none."""
        return next((pair for pair in self.columns if pair[0].covers(cell.column)), (None, None))

    def spans(self, cell: Cell) -> bool:
        """Whether a cell goes over several columns: a note or a heading, no data."""
        return sum(cell.covers(heading.column) for heading, _ in self.columns) > 1


def header_of(
    labels: Labels, row: Sequence[Cell], *, above: Sequence[Cell], expected: Sequence[str], current: Header | None
) -> Header | None:
    """The header a row is, of the table most of whose columns it names; one under a header may name fewer."""
    own = len(own_cells(row))
    best, most = None, 0
    for table in [*expected, *(key for key in labels.columns if key not in expected)]:
        columns = tuple((cell, _column(labels, table, cell, above)) for cell in row)
        count = len({column.key for cell, column in columns if column and not cell.continued})
        is_second = current is not None and current.table == table and any(cell in above for cell, _ in current.columns)
        is_header = count >= LEAST or (is_second and count == own > 0)
        if is_header and 2 * count >= own and count > most:
            best, most = Header(table, columns, *_heading_units(labels, columns, above)), count
    return best


def _heading_units(
    labels: Labels, columns: Sequence[tuple[Cell, Field | None]], above: Sequence[Cell]
) -> tuple[dict[int, Units], Units]:
    """The units that the headings of numbers name, or their groups above them; and what that of the words does."""
    units: dict[int, Units] = {}
    aside: Units = ()
    for cell, column in columns:
        if column and column.kind is Kind.NUMBER:
            units[cell.column] = units_of(labels, cell.text) or units_of(labels, _text_above(cell, above))
        else:
            aside = aside or units_of(labels, cell.text)
    return units, aside


def _column(labels: Labels, table: str, cell: Cell, above: Sequence[Cell]) -> Field | None:
    """The column a header cell names; of several the one whose group stands above it."""
    columns = labels.find(labels.columns[table], cell.text) or ()
    if not columns and (caption := caption_of(labels, cell.text)):
        columns = labels.find(labels.columns[table], caption.before.strip(" \n(\uff08")) or ()
    group = _text_above(cell, above)
    grouped = [column for column in columns if column.group and labels.is_called(group, column.group)]
    return next(iter(grouped or columns), None)


def _text_above(cell: Cell, above: Sequence[Cell]) -> str:
    return next((other.text for other in above if other.covers(cell.column)), "")


def own_cells(row: Sequence[Cell]) -> list[Cell]:
    """The cells of a row that hold something, those apart that continue a merged one."""
    return [cell for cell in row if not cell.continued and cell.text.strip()]
