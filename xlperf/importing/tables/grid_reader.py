"""The tables of a report as rows of the form: which cell is which field of which row.

    for piece in read_grid(labels, grid, ("budget",)): ...     # FoundRow("items", {"name": …, "spent": …}), Leftover(text, place)

One Word table may hold several tables of a form below one another, and single fields as label and value side by side. A row that
shows the labels of at least two columns of a table begins that table; columns may stand in any order, and headers may have two
rows. What stands in a column that the form does not have, or in a row that is none of a table, is left over, with its place.
The unit of a column stands in its heading, else in the caption in the table or above it; a caption that contradicts is left over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from xlperf.forms.document import Spot
from xlperf.forms.model import Block
from xlperf.importing.labels import Labels
from xlperf.importing.papers.page import APART, Cell, Grid, Leftover, Line, Passage
from xlperf.importing.tables.found import FoundRow, FoundTable, found_single
from xlperf.importing.tables.headers import LEAST, Header, header_of, own_cells
from xlperf.importing.tables.loose_rows import aligned_row
from xlperf.importing.tables.pairs import pairs_in
from xlperf.importing.tables.row_blocks import block_of, is_row, levels_above, levels_said
from xlperf.importing.tables.row_cells import carried_columns, merged_columns, row_cells
from xlperf.importing.tables.unit_captions import Units, caption_of, without_caption
from xlperf.values.notation import spellings_of
from xlperf.values.units import unit_of

GridPiece = FoundRow | FoundTable | Leftover


def read_grid(labels: Labels, grid: Grid, expected: Sequence[str]) -> Iterator[GridPiece]:
    """Yield what a table of the report says; `expected` are the tables that the heading above it announces."""
    is_numbered = any(_is_unfilled(labels, row) for row in grid.rows)
    reader = _GridReader(
        labels, expected, captions=[grid.caption] if grid.caption else [], loose=grid.loose, is_numbered=is_numbered
    )
    above: Sequence[Cell] = ()
    for row in grid.rows:
        yield from reader.read(row, above)
        above = row
    yield from (Leftover(line.text.strip(), line.place) for line in reader.captions)  # they head no rows


def _is_unfilled(labels: Labels, row: Sequence[Cell]) -> bool:
    """Whether the last that stands in a row is the word and number printed before a name: nobody filled it in."""
    own = own_cells(row)
    return bool(own) and labels.naming.is_unfilled(own[-1].text)


@dataclass
class _GridReader:
    """A grid that is read row by row: the table of the form it is in, and what the next row needs to know."""

    labels: Labels
    expected: Sequence[str]
    is_numbered: bool  # whether words and numbers are printed before names: some of them have none
    loose: bool  # whether what stands in a row may belong further right
    captions: list[Line]  # those that no header has come after yet
    units: Units = ()  # of the last caption
    header: Header | None = None
    blocks: Sequence[Block] = ()  # of the table
    carried: frozenset[str] = frozenset()  # columns in which a blank cell says the same as the one above
    block: Block | None = None  # of the last row
    cells: Mapping[str, Passage] = field(default_factory=dict)  # what the rows of the table said last in each column
    values_below: Mapping[int, Spot] = field(default_factory=dict)  # fields whose labels stand in the row above, by column

    def read(self, row: Sequence[Cell], above: Sequence[Cell]) -> Iterator[GridPiece]:
        """Yield what the next row says."""
        row = self.take_captions(row)
        own = own_cells(row)
        values_below, self.values_below = self.values_below, {}
        if header := header_of(self.labels, row, above=above, expected=self.expected, current=self.header):
            yield from self.begin(header)
        elif pairs := pairs_in(self.labels, own, is_above=self.header is None):
            yield from pairs.found
            self.values_below = pairs.below
        elif any(cell.column in values_below for cell in own) or (self.loose and len(own) == len(values_below) > 0):
            if self.loose and len(own) == len(values_below):
                own = [cell._replace(column=column) for cell, column in zip(own, values_below, strict=True)]
            for cell in own:
                single = values_below.get(cell.column)
                yield found_single(single, cell.text, cell.place) if single else Leftover(cell.text, cell.place)
        elif self.header and not (len(own) == 1 and self.header.spans(own[0])):
            aligned = aligned_row(self.labels, self.header, self.blocks, row) if self.loose else row
            yield from self.read_row(self.header, aligned) if aligned else _row_left_over(self.labels, own)
        else:
            yield from (Leftover(cell.text, cell.place) for cell in own if not self.labels.says_nothing(cell.text))

    def take_captions(self, row: Sequence[Cell]) -> Sequence[Cell]:
        """The row without the captions in it, which are kept: cells of their own, or the end of the only cell."""
        own = own_cells(row)
        rest: dict[Cell, Cell] = {}
        for cell in own if self.header is None or len(own) <= LEAST else ():
            caption = caption_of(self.labels, cell.text)
            if caption and (len(own) == 1 or not caption.before.strip()):
                rest[cell] = cell._replace(text=without_caption(self.labels, cell.text, caption))
        self.captions += [Line(cell.text, cell.place) for cell in rest]
        if self.captions:
            self.units = _caption_units(self.labels, self.captions[-1])
        return [rest.get(cell, cell) for cell in row]

    def begin(self, header: Header) -> Iterator[GridPiece]:
        """Yield the table that a header begins, and what of the header is left over."""
        if self.header is None or self.header.table != header.table:
            self.cells, self.block = {}, None
        self.header = header
        self.blocks = [self.labels.form.blocks[key] for key in self.labels.form.tables[header.table].blocks]
        self.carried = carried_columns(self.labels, header, self.blocks)
        yield FoundTable(header.table)
        for line in self.captions:
            if _contradicts(self.labels, header, line):
                yield Leftover(line.text, line.place)
        self.captions = []
        for cell, column in header.columns:
            if column is None and not cell.continued and not self.labels.says_nothing(cell.text):
                yield Leftover(cell.text, cell.place)

    def read_row(self, header: Header, row: Sequence[Cell]) -> Iterator[GridPiece]:
        """Yield the row of the form that a row of the grid is, and what of it is left over."""
        found = row_cells(self.labels, header, row, carried=self.carried, caption=self.units, is_numbered=self.is_numbered)
        said = {key for key, passage in found.cells.items() if not self.labels.says_nothing(passage.text)}
        if not said:
            yield from found.leftovers
            return
        found.cells |= levels_above(self.labels, header, found.cells, merged=merged_columns(header, row))
        for key in self.carried & self.cells.keys() - found.cells.keys():
            found.cells[key] = self.cells[key]
        block = block_of(self.labels, header, found.cells, blocks=self.blocks, last=self.block)
        is_whole = block is not None and is_row(self.labels, block, said)
        if (
            block is not None
            and not is_whole
            and levels_said(self.labels, self.blocks, found.cells, keys=said & self.carried) == said
        ):
            self.block, self.cells = block, {**self.cells, **found.cells}  # printed to be filled in; the rows below carry these
            yield from found.leftovers
            return
        if block is None or not is_whole:
            if any(is_row(self.labels, other, said) for other in self.blocks):  # one of a level that is none of the form's
                self.cells = {**self.cells, **{key: found.cells[key] for key in self.carried & found.cells.keys()}}
            texts = (cell.text.strip() for cell in own_cells(row))
            yield Leftover(APART.join(texts), next(iter(found.cells.values())).place)
            return
        self.block, self.cells = block, {**self.cells, **found.cells}
        yield FoundRow(block.key, found.cells, found.units)
        yield from found.leftovers


def _row_left_over(labels: Labels, own: Sequence[Cell]) -> Iterator[Leftover]:
    """A row that cannot be told, whole, if it says anything beside a name."""
    if sum(not labels.says_nothing(cell.text) for cell in own) > 1:
        yield Leftover(APART.join(cell.text.strip() for cell in own), own[0].place)


def _caption_units(labels: Labels, line: Line) -> Units:
    caption = caption_of(labels, line.text)
    return caption.units if caption else ()


def _contradicts(labels: Labels, header: Header, line: Line) -> bool:
    """Whether a heading names another unit of a kind than the caption."""
    spellings = spellings_of(labels.form)
    of_headings = [unit_of(spellings, word) for words in (header.aside, *header.units.values()) for word in words]
    of_caption = [unit_of(spellings, word) for word in _caption_units(labels, line)]
    return any(unit.base == other.base and unit != other for unit in of_caption for other in of_headings)
