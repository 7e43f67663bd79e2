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
from xlperf.forms.model import Block, Field
from xlperf.formula.nodes import Kind
from xlperf.importing.labels import Labels
from xlperf.importing.paper_form import paper_form_of
from xlperf.importing.papers.page import APART, Cell, Grid, Leftover, Line, Passage, Place
from xlperf.importing.unit_captions import Units, caption_of, units_of, without_caption
from xlperf.values.notation import spellings_of
from xlperf.values.numbers import meanings
from xlperf.values.units import unit_of

MOST_MISSING = 3  # cells that a text may have dropped in front of a row
LEAST = 2  # labels in one row that make it a header


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
    own = _own_cells(row)
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
        own = _own_cells(row)
        values_below, self.values_below = self.values_below, {}
        if header := _header(self.labels, row, above=above, expected=self.expected, current=self.header):
            yield from self.begin(header)
        elif pairs := _pairs(self.labels, own):
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
        own = _own_cells(row)
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
        found.cells |= _levels_above(self.labels, header, found.cells)
        for key in self.carried & self.cells.keys() - found.cells.keys():
            found.cells[key] = self.cells[key]
        block = _block(self.labels, header, found.cells, blocks=self.blocks, last=self.block)
        is_row = block is not None and _is_row(self.labels, block, said)
        if (
            block is not None and not is_row and said <= self.carried
        ):  # printed to be filled in; the rows below it carry its levels
            self.block, self.cells = block, {**self.cells, **found.cells}
            yield from found.leftovers
            return
        if block is None or not is_row:
            texts = (cell.text.strip() for cell in _own_cells(row))
            yield Leftover(APART.join(texts), next(iter(found.cells.values())).place)
            return
        self.block, self.cells = block, {**self.cells, **found.cells}
        yield FoundRow(block.key, found.cells, found.units)
        yield from found.leftovers


def _row_left_over(labels: Labels, own: Sequence[Cell]) -> Iterator[Leftover]:
    """A row that cannot be told, whole, if it says anything beside a name."""
    if sum(not labels.says_nothing(cell.text) for cell in own) > 1:
        yield Leftover(APART.join(cell.text.strip() for cell in own), own[0].place)


def _own_cells(row: Sequence[Cell]) -> list[Cell]:
    """The cells of a row that hold something, those apart that continue a merged one."""
    return [cell for cell in row if not cell.continued and cell.text.strip()]


def _caption_units(labels: Labels, line: Line) -> Units:
    caption = caption_of(labels, line.text)
    return caption.units if caption else ()


def _contradicts(labels: Labels, header: Header, line: Line) -> bool:
    """Whether a heading names another unit of a kind than the caption."""
    spellings = spellings_of(labels.form)
    of_headings = [unit_of(spellings, word) for words in (header.aside, *header.units.values()) for word in words]
    of_caption = [unit_of(spellings, word) for word in _caption_units(labels, line)]
    return any(unit.base == other.base and unit != other for unit in of_caption for other in of_headings)


# --- headers -------------------------------------------------------------------------------------------------


def _header(
    labels: Labels, row: Sequence[Cell], *, above: Sequence[Cell], expected: Sequence[str], current: Header | None
) -> Header | None:
    """The header a row is, of the table most of whose columns it names; one under a header may name fewer."""
    own = len(_own_cells(row))
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


# --- rows whose cells may belong further right ----------------------------------------------------------------


def aligned_row(labels: Labels, header: Header, blocks: Sequence[Block], row: Sequence[Cell]) -> Sequence[Cell] | None:
    """The cells of a loose row below their headings; None where that cannot be told.

    So many cells are missing in front that each choice and each name of a preset row stands below its own heading, and the
    numbers below all that ask for one.
    """
    own = [cell for cell in row if cell.text.strip()]
    for missing in range(MOST_MISSING + 1):
        moved = [cell._replace(column=cell.column + missing) for cell in own]
        if _fits(labels, header, blocks, moved):
            return moved
    return None


def _fits(labels: Labels, header: Header, blocks: Sequence[Block], moved: Sequence[Cell]) -> bool:
    row_name, spellings = labels.form.tables[header.table].row_name, spellings_of(labels.form)
    told = 0
    for cell in moved:
        _, column = header.column_of(cell)
        if column is None or labels.says_nothing(cell.text):
            continue
        choices = (*column.choices, *(text for by in column.choices_by.values() for texts in by.values() for text in texts))
        names_preset = column.key == row_name and _names_preset(labels, blocks, cell.text, row_name=row_name)
        if column.kind is Kind.CHOICE and labels.which(cell.text, choices) is None:
            return False
        if column.kind is Kind.NUMBER and not meanings(spellings, cell.text):
            return False
        told += column.kind is Kind.CHOICE or names_preset
    numbers = [heading for heading, column in header.columns if column and column.kind is Kind.NUMBER and not heading.continued]
    return told > 0 and all(any(cell.covers(heading.column) for cell in moved) for heading in numbers)


def _names_preset(labels: Labels, blocks: Sequence[Block], text: str, *, row_name: str) -> bool:
    """Whether a text is the name of a row that the form brings."""
    named = [block.constants[row_name] for block in blocks if row_name in block.constants]
    return labels.which(text, named) is not None or any(labels.preset_index(block, text) is not None for block in blocks)


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


def _pairs(labels: Labels, own: Sequence[Cell]) -> _Pairs | None:
    """The single fields of a row, as label and value side by side or in one cell.

    None where fewer than half of what stands in the row is a label.
    """
    parts = [_part(labels, cell, line) for cell in own for line in _lines(labels, cell)]
    count = sum(part.is_label for part in parts)
    if not count or 2 * count < len(parts):
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


def _row_cells(
    labels: Labels, header: Header, row: Sequence[Cell], *, carried: frozenset[str], caption: Units, is_numbered: bool
) -> _RowCells:
    """The cells of a row by their columns; under a blank heading stand the names of the rows."""
    found = _RowCells()
    unnamed: Passage | None = None
    for cell in row:
        heading, column = header.column_of(cell)
        passage = Passage(cell.text.strip(), cell.place)
        if not passage.text or (cell.continued and heading and cell.text == heading.text):  # a caption merged with its header
            continue
        if column and column.key in carried and labels.naming.is_share(passage.text):
            continue
        if heading and column and (not cell.continued or column.key in carried or column.type == "text"):
            before = found.cells.get(column.key)
            found.cells[column.key] = before._replace(text=before.text + passage.text) if before else passage
            found.units[column.key] = header.units_of(heading, caption)
        elif column is None and not cell.continued and not labels.says_nothing(passage.text):
            if heading and heading.text.strip():
                passage = passage._replace(text=f"{heading.text}: {passage.text}")
            elif heading and unnamed is None:
                unnamed = passage
            found.leftovers.append(Leftover(*passage))
    row_name = labels.form.tables[header.table].row_name
    if row_name and row_name not in found.cells and unnamed:
        found.cells[row_name] = unnamed
        found.leftovers.remove(Leftover(*unnamed))
    if row_name and row_name in found.cells:
        name = found.cells.pop(row_name)
        spanned = any(
            cell.covers(heading.column) and column and column.key in carried and cell.text.strip() == name.text
            for cell in row
            for heading, column in header.columns
        )
        text = labels.naming.row_name(name.text, is_numbered=is_numbered)
        if text and not spanned:
            found.cells[row_name] = name._replace(text=text)
    return found


def _carried(labels: Labels, header: Header, blocks: Sequence[Block]) -> frozenset[str]:
    """The columns in which a blank cell says the same as the one above."""
    row_name = labels.form.tables[header.table].row_name
    constants = {key for block in blocks for key in block.constants if key != row_name}
    return paper_form_of(labels.form).carried | constants


def _levels_above(labels: Labels, header: Header, cells: Mapping[str, Passage]) -> dict[str, Passage]:
    """The levels that a row does not say and that the level below tells, as it stands below no other."""
    found: dict[str, Passage] = {}
    for column in labels.form.tables[header.table].columns:
        passage = cells.get(column.key)
        if passage is None or not passage.text:
            continue
        for other, lists in column.choices_by.items():
            above = [value for value, choices in lists.items() if labels.which(passage.text, choices) is not None]
            if other not in cells and len(above) == 1:
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
