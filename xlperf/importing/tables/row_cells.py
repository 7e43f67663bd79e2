"""The cells of a row by the columns of its table, what those count in, and what stands in no column of the form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from xlperf.forms.model import Block
from xlperf.importing.labels import Labels
from xlperf.importing.paper_form import paper_form_of
from xlperf.importing.papers.page import Cell, Leftover, Passage
from xlperf.importing.tables.headers import Header
from xlperf.importing.tables.unit_captions import Units


@dataclass
class RowCells:
    """The cells of a row by their columns, what those count in, and what stands in no column of the form."""

    cells: dict[str, Passage] = field(default_factory=dict)
    units: dict[str, Units] = field(default_factory=dict)
    leftovers: list[Leftover] = field(default_factory=list)
    unheaded: Passage | None = None  # the first of the leftovers that stands under a blank heading

    def add(self, key: str, passage: Passage, units: Units) -> None:
        """Take what stands in a column, behind what does so already."""
        before = self.cells.get(key)
        self.cells[key] = before._replace(text=before.text + passage.text) if before else passage
        self.units[key] = units

    def leave(self, passage: Passage, heading: Cell | None) -> None:
        """Keep what stands in no column of the form."""
        if heading and heading.text.strip():
            passage = passage._replace(text=f"{heading.text}: {passage.text}")
        elif heading and self.unheaded is None:
            self.unheaded = passage
        self.leftovers.append(Leftover(*passage))


def row_cells(
    labels: Labels, header: Header, row: Sequence[Cell], *, carried: frozenset[str], caption: Units, is_numbered: bool
) -> RowCells:
    """The cells of a row by their columns; under a blank heading stand the names of the rows."""
    found = _by_columns(labels, header, row, carried=carried, caption=caption)
    row_name = labels.form.tables[header.table].row_name
    if not row_name:
        return found
    if row_name not in found.cells and found.unheaded:
        found.cells[row_name] = found.unheaded
        found.leftovers.remove(Leftover(*found.unheaded))
    name = found.cells.pop(row_name, None)
    if name is None or _repeats_a_level(header, row, name.text, carried=carried):
        return found
    if text := labels.naming.row_name(name.text, is_numbered=is_numbered):
        found.cells[row_name] = name._replace(text=text)
    return found


def _by_columns(labels: Labels, header: Header, row: Sequence[Cell], *, carried: frozenset[str], caption: Units) -> RowCells:
    """The cells of a row as they stand, without shares and what the header says itself."""
    found = RowCells()
    for cell in row:
        heading, column = header.column_of(cell)
        passage = Passage(cell.text.strip(), cell.place)
        if not passage.text or (cell.continued and heading and cell.text == heading.text):  # a caption merged with its header
            continue
        if column and column.key in carried and labels.naming.is_share(passage.text):
            continue
        if heading and column and (not cell.continued or column.key in carried or column.type == "text"):
            found.add(column.key, passage, header.units_of(heading, caption))
        elif column is None and not cell.continued and not labels.says_nothing(passage.text):
            found.leave(passage, heading if _names_column(labels, header, heading, cell) else None)
    return found


def _names_column(labels: Labels, header: Header, heading: Cell | None, cell: Cell) -> bool:
    """Whether a heading says what stands below it: a caption does not, nor do several at once."""
    return heading is not None and not header.spans(cell) and (not heading.text.strip() or not labels.says_nothing(heading.text))


def _repeats_a_level(header: Header, row: Sequence[Cell], name: str, *, carried: frozenset[str]) -> bool:
    """Whether the name of a row is that of a level, merged over the column of names."""
    levels = [heading for heading, column in header.columns if column and column.key in carried]
    return any(cell.text.strip() == name and any(cell.covers(heading.column) for heading in levels) for cell in row)


def carried_columns(labels: Labels, header: Header, blocks: Sequence[Block]) -> frozenset[str]:
    """The columns in which a blank cell says the same as the one above."""
    row_name = labels.form.tables[header.table].row_name
    constants = {key for block in blocks for key in block.constants if key != row_name}
    return paper_form_of(labels.form).carried | constants


def merged_columns(header: Header, row: Sequence[Cell]) -> frozenset[str]:
    """The columns of a row in which a cell continues a merged one above it."""
    columns = (header.column_of(cell)[1] for cell in row if cell.continued)
    return frozenset(column.key for column in columns if column)
