"""The tables of a report as rows of the form: which cell is which field of which row.

    for piece in read_grid(labels, grid, ("budget",)): ...     # FoundRow("items", {"name": …, "spent": …}), Leftover(text, place)

One Word table may hold several tables of a form below one another, and single fields as label and value side by side. A row that
shows the labels of at least two columns of a table begins that table; columns may stand in any order, and headers may have two
rows. What stands in a column that the form does not have, or in a row that is none of a table, is left over, with its place.
The unit of a column stands in its heading, else in the caption in the table or above it; a caption that contradicts is left over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from xlperf.forms.document import Spot
from xlperf.forms.model import Block
from xlperf.importing.headers import LEAST, Header, header_of, own_cells
from xlperf.importing.labels import Labels
from xlperf.importing.loose_rows import aligned_row
from xlperf.importing.paper_form import paper_form_of
from xlperf.importing.papers.page import APART, Cell, Grid, Leftover, Line, Passage, Place
from xlperf.importing.unit_captions import Units, caption_of, without_caption
from xlperf.values.notation import spellings_of
from xlperf.values.units import unit_of

PAIR = 2  # a label and its value


@dataclass(frozen=True)
class FoundRow:
    """What a report says of one row of one block, or of some single fields."""

    block: str
    cells: Mapping[str, Passage]
    units: Mapping[str, Units] = field(default_factory=dict)  # what the report says that a column counts in

    def leftover(self) -> Leftover:
        """The whole row as something for which the form has no place."""
        texts = (passage.text for passage in self.cells.values())
        return Leftover(APART.join(texts), next(iter(self.cells.values())).place)


class FoundTable(NamedTuple):
    """A table of the form that the report has, with rows or without."""

    table: str


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
        elif pairs := _pairs(self.labels, own, is_above=self.header is None):
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
        self.carried = _carried(self.labels, header, self.blocks)
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
        found = _row_cells(self.labels, header, row, carried=self.carried, caption=self.units, is_numbered=self.is_numbered)
        said = {key for key, passage in found.cells.items() if not self.labels.says_nothing(passage.text)}
        if not said:
            yield from found.leftovers
            return
        found.cells |= _levels_above(self.labels, header, found.cells, merged=_merged(header, row))
        for key in self.carried & self.cells.keys() - found.cells.keys():
            found.cells[key] = self.cells[key]
        block = _block(self.labels, header, found.cells, blocks=self.blocks, last=self.block)
        is_row = block is not None and _is_row(self.labels, block, said)
        if (
            block is not None
            and not is_row
            and _says_levels(self.labels, self.blocks, found.cells, keys=said & self.carried) == said
        ):
            self.block, self.cells = block, {**self.cells, **found.cells}  # printed to be filled in; the rows below carry these
            yield from found.leftovers
            return
        if block is None or not is_row:
            if any(_is_row(self.labels, other, said) for other in self.blocks):  # one of a level that is none of the form's
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


# --- label and value side by side ----------------------------------------------------------------------------


class _Part(NamedTuple):
    """A piece of a row: what it is the label of, what stands behind the label, what behind the words of a signature."""

    cell: Cell
    text: str
    single: Spot | None
    rest: str
    signed: str | None

    @property
    def is_label(self) -> bool:
        return self.single is not None or self.signed is not None


class _Pairs(NamedTuple):
    """Single fields that a row holds, and those of which it holds the label, by column: their value stands below."""

    found: list[FoundRow | Leftover]
    below: dict[int, Spot]


def _pairs(labels: Labels, own: Sequence[Cell], *, is_above: bool) -> _Pairs | None:
    """The single fields of a row, as label and value side by side or in one cell.

    None where fewer than half of what stands in the row is a label; above all tables a label and its value may stand beside
    another pair, whose label is none of ours.
    """
    parts = [_part(labels, cell, line) for cell in own for line in _lines(labels, cell)]
    count = sum(part.is_label for part in parts)
    if not count or 2 * count < (len(parts) - PAIR if is_above and _are_pairs(parts) else len(parts)):
        return None
    pairs = _Pairs([], {})
    asked: Spot | None = None  # by the last label, for the value beside it
    for number, part in enumerate(parts):
        has_value_beside = number + 1 < len(parts) and not parts[number + 1].is_label
        rest = part.text if part.signed is None else part.signed
        if part.single and part.rest:
            pairs.found.append(found_single(part.single, part.rest, part.cell.place))
        elif part.single and has_value_beside:
            asked = part.single
        elif part.single:
            pairs.below[part.cell.column] = part.single
        elif asked and part.signed is None:
            pairs.found.append(found_single(asked, part.text, part.cell.place))
            asked = None
        elif not labels.says_nothing(rest):
            pairs.found.append(Leftover(rest, part.cell.place))
    return pairs


def _are_pairs(parts: Sequence[_Part]) -> bool:
    """Whether each second part, from the first on, may be a label, and the first is one."""
    return len(parts) % PAIR == 0 and parts[0].is_label and not any(part.is_label for part in parts[1::PAIR])


def _part(labels: Labels, cell: Cell, text: str) -> _Part:
    label, signed = labels.split(text), labels.behind_signature(text)
    if label and isinstance(label.target, Spot):
        return _Part(cell, text, label.target, label.rest, signed)
    return _Part(cell, text, None, "", signed)


def _lines(labels: Labels, cell: Cell) -> list[str]:
    """The text of a cell, line by line where its lines are labels with their values or signatures."""
    lines = [line for line in cell.text.split("\n") if line.strip()]
    label = labels.split(lines[0])
    is_short = label is not None and labels.names_line(label.target)
    return lines if is_short or labels.behind_signature(lines[0]) is not None else [cell.text]


def found_single(single: Spot, text: str, place: Place) -> FoundRow:
    """What a report says of one single field."""
    return FoundRow(single.block, {single.field: Passage(text, place)})


# --- rows ----------------------------------------------------------------------------------------------------


@dataclass
class _RowCells:
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


def _row_cells(
    labels: Labels, header: Header, row: Sequence[Cell], *, carried: frozenset[str], caption: Units, is_numbered: bool
) -> _RowCells:
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


def _by_columns(labels: Labels, header: Header, row: Sequence[Cell], *, carried: frozenset[str], caption: Units) -> _RowCells:
    """The cells of a row as they stand, without shares and what the header says itself."""
    found = _RowCells()
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


def _carried(labels: Labels, header: Header, blocks: Sequence[Block]) -> frozenset[str]:
    """The columns in which a blank cell says the same as the one above."""
    row_name = labels.form.tables[header.table].row_name
    constants = {key for block in blocks for key in block.constants if key != row_name}
    return paper_form_of(labels.form).carried | constants


def _merged(header: Header, row: Sequence[Cell]) -> frozenset[str]:
    """The columns of a row in which a cell continues a merged one above it."""
    columns = (header.column_of(cell)[1] for cell in row if cell.continued)
    return frozenset(column.key for column in columns if column)


def _says_levels(labels: Labels, blocks: Sequence[Block], cells: Mapping[str, Passage], *, keys: Set[str]) -> Set[str]:
    """Those columns in which a row says a level that the form has."""
    return {key for key in keys if labels.which(cells[key].text, _levels(blocks, key)) is not None}


def _levels(blocks: Sequence[Block], key: str) -> list[object]:
    """What a column of levels may say: the constants of the blocks, and the choices."""
    fields = [block.fields[key] for block in blocks if key in block.fields]
    chosen = [choice for field in fields for by in field.choices_by.values() for choices in by.values() for choice in choices]
    preset = [choice for field in fields for choice in field.choices]
    return [*(block.constants[key] for block in blocks if key in block.constants), *chosen, *preset]


def _levels_above(labels: Labels, header: Header, cells: Mapping[str, Passage], *, merged: Set[str]) -> dict[str, Passage]:
    """The levels that a row does not say itself and that the level below tells, as it stands below no other.

    A cell merged over several rows says a level only of those whose level below may stand under it.
    """
    found: dict[str, Passage] = {}
    for column in labels.form.tables[header.table].columns:
        passage = cells.get(column.key)
        if passage is None or not passage.text:
            continue
        for other, lists in column.choices_by.items():
            above = [value for value, choices in lists.items() if labels.which(passage.text, choices) is not None]
            if (other not in cells or other in merged) and len(above) == 1:
                found[other] = passage._replace(text=above[0])
    return found


def _is_row(labels: Labels, block: Block, said: Set[str]) -> bool:
    """Whether what stands in a row makes it one: in a table of targets and what was achieved, a total or a blank line is none."""
    values = {key for key, column in block.fields.items() if column.type == "value"}
    holding = values | set(paper_form_of(labels.form).combined.values())
    is_free = block.shape == "list" and block.row_name in block.fields and holding & block.fields.keys()
    return not is_free or block.row_name in said or bool(holding & said)


def _block(
    labels: Labels, header: Header, cells: Mapping[str, Passage], *, blocks: Sequence[Block], last: Block | None
) -> Block | None:
    """The block of a row: by the constants it shows, by its name among the preset rows, else the one that takes any row."""
    texts = {key: passage.text for key, passage in cells.items()}
    by_constants = labels.block_named(blocks, texts)
    if by_constants:
        return by_constants
    name = texts.get(labels.form.tables[header.table].row_name or "", "")
    by_name = next((block for block in blocks if labels.preset_index(block, name) is not None), None)
    if by_name:
        return by_name
    free = [block for block in blocks if block.shape == "list" and not (block.constants.keys() & cells.keys())]
    if last and last.constants and last in free:
        return last
    return next((block for block in free if not block.constants), None)
