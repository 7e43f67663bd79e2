"""The tables of a paper as records: which cell is which field of which row of the form.

    for piece in read_grid(labels, grid, ("budget",)): ...     # Record("items", {"name": …, "spent": …}) or Left(text, place)

One Word table may hold several tables of a form below one another, and single fields as label and value side by side. A row that
shows the labels of at least two columns of a table begins that table; columns may stand in any order, and headers may have two
rows. What stands in a column that the form does not have, or in a row that is none of a table, is left over, with its place.
What a column counts in says its heading, else the caption in the table or above it; one that contradicts a heading is left over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from xlperf.forms.model import Block, Field
from xlperf.formula.nodes import Kind
from xlperf.importing.labels import Heading, Labels, Single, block_named
from xlperf.importing.page import Cell, Grid, Line, Place
from xlperf.importing.unit_captions import Units, caption_of, units_of, without_caption
from xlperf.values.notation import spellings_of
from xlperf.values.units import unit_of

LEAST = 2  # labels in one row that make it a header


class Words(NamedTuple):
    """What stands in a cell of the paper."""

    text: str
    place: Place


@dataclass(frozen=True)
class Record:
    """What a paper says of one row of one block, or of some single fields."""

    block: str
    cells: Mapping[str, Words]
    units: Mapping[str, Units]  # what the paper says that a column counts in, of each kind of unit one


class Left(NamedTuple):
    """A piece of the paper that is no field of the form."""

    text: str
    place: Place


class Present(NamedTuple):
    """A table of the form that the paper has, with rows or without."""

    table: str


@dataclass(frozen=True)
class Header:
    """The header of a table: for each of its cells the column of the form, None where there is no such column."""

    table: str
    columns: tuple[tuple[Cell, Field | None], ...]
    units: Mapping[int, Units]  # by the columns of the paper: what their headings say
    aside: Units = ()  # what the heading of a column of words says, of all that say nothing

    def units_of(self, cell: Cell, caption: Units) -> Units:
        return self.units.get(cell.column) or caption or self.aside

    def column_of(self, cell: Cell) -> tuple[Cell, Field | None] | None:
        return next((pair for pair in self.columns if pair[0].column <= cell.column < pair[0].column + pair[0].width), None)


def read_grid(labels: Labels, grid: Grid, expected: Sequence[str]) -> Iterator[Record | Left | Present]:
    """Yield what a table of the paper says; `expected` are the tables that the heading above it announces."""
    header: Header | None = None
    before: dict[str, Words] = {}
    block: Block | None = None
    waiting: Mapping[int, Single] = {}
    caption: Units = ()
    captions = [grid.caption] if grid.caption else []
    for number, row in enumerate(grid.rows):
        row, said = _uncaptioned(labels, row, header)
        captions += said
        for line in captions:
            caption = caption_of(labels, line.text).units
        own = [cell for cell in row if not cell.above and cell.text.strip()]
        found = _header(labels, row, grid.rows[number - 1] if number else (), expected, header)
        pairs = None if found else _pairs(labels, own)
        if found:
            if header is None or header.table != found.table:
                before, block = {}, None
            header = found
            yield Present(found.table)
            yield from (Left(line.text, line.place) for line in captions if _contradicts(labels, header, line))
            captions = []
            yield from (
                Left(cell.text, cell.place)
                for cell, column in header.columns
                if column is None and not cell.above and not labels.is_frame(cell.text)
            )
        elif pairs:
            yield from pairs[0]
        elif any(cell.column in waiting for cell in own):
            for cell in own:
                yield _single(waiting[cell.column], *cell[:2]) if cell.column in waiting else Left(cell.text, cell.place)
        elif header and not (len(own) == 1 and _spans(header, own[0])):
            block, record, left = _row(labels, header, row, before, block, caption)
            if record:
                yield record
                before = {**before, **record.cells}
            yield from left
        else:
            yield from (Left(cell.text, cell.place) for cell in own if not labels.is_frame(cell.text))
        waiting = pairs[1] if pairs else {}
    yield from (Left(line.text.strip(), line.place) for line in captions)  # they head no rows


def _uncaptioned(labels: Labels, row: tuple[Cell, ...], header: Header | None) -> tuple[tuple[Cell, ...], list[Line]]:
    """A row without the captions in it, and those: cells of their own, or the end of the only cell."""
    own = [cell for cell in row if not cell.above and cell.text.strip()]
    rest: dict[Cell, Cell] = {}
    for cell in own if header is None or len(own) <= LEAST else ():
        caption = caption_of(labels, cell.text)
        if caption and (len(own) == 1 or not caption.before.strip()):
            rest[cell] = cell._replace(text=without_caption(labels, cell.text, caption))
    return tuple(rest.get(cell, cell) for cell in row), [Line(cell.text, cell.place) for cell in rest]


def _contradicts(labels: Labels, header: Header, line: Line) -> bool:
    """Whether a heading names another unit of a kind than the caption."""
    known, caption = spellings_of(labels.form), caption_of(labels, line.text)
    others = [unit_of(known, word) for words in (header.aside, *header.units.values()) for word in words]
    said = [unit_of(known, word) for word in caption.units]
    return any(one.base == other.base and one != other for one in said for other in others)


def _spans(header: Header, cell: Cell) -> bool:
    """Whether a cell goes over several columns: a note or a heading, no data."""
    return sum(cell.column <= known.column < cell.column + cell.width for known, _ in header.columns) > 1


# --- headers -------------------------------------------------------------------------------------------------


def _header(
    labels: Labels, row: Sequence[Cell], above: Sequence[Cell], expected: Sequence[str], current: Header | None
) -> Header | None:
    """The header a row is, of the table most of whose columns it names; one under a header may name fewer."""
    own = [cell for cell in row if not cell.above and cell.text.strip()]
    found: list[tuple[int, Header]] = []
    for table in [*expected, *(key for key in labels.columns if key not in expected)]:
        columns = tuple((cell, _column(labels, table, cell, above)) for cell in row)
        count = len({column.key for cell, column in columns if column and not cell.above})
        second = current is not None and current.table == table and any(one in above for one, _ in current.columns)
        if (count >= LEAST or (second and count == len(own) > 0)) and 2 * count >= len(own):
            found.append((count, Header(table, columns, *_units(labels, columns, above))))
    return max(found, key=lambda pair: pair[0], default=(0, None))[1]


def _units(labels: Labels, columns: Sequence[tuple[Cell, Field | None]], above: Sequence[Cell]) -> tuple[dict[int, Units], Units]:
    """The units that the headings of numbers name, or their groups above them; and what that of the words does."""
    units: dict[int, Units] = {}
    aside: Units = ()
    for cell, column in columns:
        if column and column.kind is Kind.NUMBER:
            over = next((one.text for one in above if one.column <= cell.column < one.column + one.width), "")
            units[cell.column] = units_of(labels, cell.text) or units_of(labels, over)
        else:
            aside = aside or units_of(labels, cell.text)
    return units, aside


def _column(labels: Labels, table: str, cell: Cell, above: Sequence[Cell]) -> Field | None:
    """The column a header cell names; of several the one whose group stands above it."""
    columns = labels.find(labels.columns[table], cell.text) or ()
    if not columns and (caption := caption_of(labels, cell.text)):
        columns = labels.find(labels.columns[table], caption.before.strip(" \n(\uff08")) or ()
    over = next((one.text for one in above if one.column <= cell.column < one.column + one.width), "")
    grouped = [column for column in columns if column.group and labels.same(over, column.group)]
    return next(iter(grouped or columns), None)


# --- label and value side by side ----------------------------------------------------------------------------


def _pairs(labels: Labels, own: Sequence[Cell]) -> tuple[list[Record | Left], dict[int, Single]] | None:
    """Single fields as label and value side by side or in one cell, and by their columns those whose value stands below.

    None where fewer than half of what stands in the row is a label.
    """
    parts = [(cell, line) for cell in own for line in _lines(labels, cell)]
    cuts = [None if (cut := labels.cut(text)) and isinstance(cut.target, Heading) else cut for _, text in parts]
    ends = [labels.behind_signature(text) for _, text in parts]
    count = sum(cut is not None or end is not None for cut, end in zip(cuts, ends, strict=True))
    if not count or 2 * count < len(parts):
        return None
    found: list[Record | Left] = []
    below: dict[int, Single] = {}
    pending: Single | None = None
    for at, ((cell, text), cut, end) in enumerate(zip(parts, cuts, ends, strict=True)):
        if cut and cut.rest:
            found.append(_single(cut.target, cut.rest, cell.place))
        elif cut and (at + 1 == len(parts) or cuts[at + 1] or ends[at + 1] is not None):
            below[cell.column] = cut.target
        elif cut:
            pending = cut.target
        elif pending and end is None:
            found.append(_single(pending, text, cell.place))
            pending = None
        elif not labels.is_frame(rest := text if end is None else end):
            found.append(Left(rest, cell.place))
    return found, below


def _lines(labels: Labels, cell: Cell) -> list[str]:
    """The text of a cell, line by line where its lines are labels with their values or signatures."""
    lines = [line for line in cell.text.split("\n") if line.strip()]
    short = labels.is_short(labels.cut(lines[0])) or labels.behind_signature(lines[0]) is not None
    return lines if short else [cell.text]


def _single(target: Single, text: str, place: Place) -> Record:
    return Record(target[0], {target[1]: Words(text, place)}, {})


# --- rows ----------------------------------------------------------------------------------------------------


def _row(
    labels: Labels, header: Header, row: Sequence[Cell], before: Mapping[str, Words], last: Block | None, caption: Units
) -> tuple[Block | None, Record | None, list[Left]]:
    """The block and the record of a row, and what of it is left over; under a blank header stand the names of the rows."""
    form, cells, left = labels.form, {}, []
    units: dict[str, Units] = {}
    unnamed: list[Left] = []
    table = form.tables[header.table]
    blocks = [form.blocks[key] for key in table.blocks]
    carried = {key for block in blocks for key in block.constants if key != table.row_name} | labels.carried
    for cell in row:
        head, column = header.column_of(cell) or (None, None)
        text = cell.text.strip()
        if cell.above and head and cell.text == head.text:  # a caption beside the table, merged with its header
            continue
        if column and text and (not cell.above or column.key in carried or column.type == "text"):
            known = cells.get(column.key)
            cells[column.key] = Words(known.text + text, known.place) if known else Words(text, cell.place)
            units[column.key] = header.units_of(head, caption)
        elif text and not cell.above and column is None and not labels.is_frame(text):
            left.append(Left(f"{head.text}: {text}" if head and head.text.strip() else text, cell.place))
            unnamed += [left[-1]] if head and not head.text.strip() else []
    if table.row_name and table.row_name not in cells and unnamed:
        cells[table.row_name] = Words(*unnamed[0])
        left.remove(unnamed[0])
    if all(labels.is_frame(words.text) for words in cells.values()):
        return last, None, left
    for key in carried & before.keys() - cells.keys():
        cells[key] = before[key]
    block = _block(labels, blocks, cells, table.row_name, last)
    if block is None:
        whole = " | ".join(cell.text.strip() for cell in row if cell.text.strip() and not cell.above)
        return last, None, [Left(whole, next(iter(cells.values())).place)]
    return block, Record(block.key, cells, units), left


def _block(
    labels: Labels, blocks: Sequence[Block], cells: Mapping[str, Words], row_name: str | None, last: Block | None
) -> Block | None:
    """The block of a row: by the constants it shows, by its name among the preset rows, else the one that takes any row."""
    texts = {key: words.text for key, words in cells.items()}
    block = block_named(labels, blocks, texts)
    if block:
        return block
    name = texts.get(row_name or "", "")
    preset = next((block for block in blocks if place_of(labels, block, name) is not None), None)
    if preset:
        return preset
    free = [block for block in blocks if block.shape == "list" and not (block.constants.keys() & cells.keys())]
    if last in free and last.constants:
        return last
    return next((block for block in free if not block.constants), None)


def place_of(labels: Labels, block: Block, name: str) -> int | None:
    """The preset row that a name means, None if there is none."""
    names = (row.values.get(block.row_name or "") for row in block.rows)
    return next((at for at, known in enumerate(names) if name and isinstance(known, str) and labels.same(name, known)), None)
