"""What stands on an official sheet: its lines with the rows that are filled in, and the fields of which each cell is made.

for line in page_lines(form, rows, official):
    [text_of(form, rows, cell.pieces) for cell in line.cells]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from xlperf.forms.document import Row, Rows, Spot
from xlperf.forms.form import Form
from xlperf.forms.model import Block
from xlperf.forms.official.definition import OfficialLine, OfficialSheet, Shown, blocks_of_table
from xlperf.formula.operands import as_decimal, as_text


class Content(NamedTuple):
    """What a field holds, within a text, and what follows it unless it is blank."""

    spot: Spot
    after: str


Piece = str | Content


class PageCell(NamedTuple):
    """One cell of the page."""

    pieces: tuple[Piece, ...]
    left: int  # its first column, from 0
    over: int
    alike: bool
    align: str

    @property
    def field(self) -> Spot | None:
        """The field that the cell shows and nothing else, in its own format."""
        only = self.pieces[0] if len(self.pieces) == 1 else ""
        return only.spot if isinstance(only, Content) and not only.after else None


class PageLine(NamedTuple):
    """One line of the page."""

    kind: str  # heading, text or row
    cells: tuple[PageCell, ...]
    side: int
    height: float | None
    table: str  # "" of a line that is no row of a table


def page_lines(form: Form, rows: Rows, official: OfficialSheet) -> Iterator[PageLine]:
    """Yield the lines of the page; of a table as many as have something in them, one blank line where none has."""
    for line in official.lines:
        if not line.table:
            yield _line(form, line, None, 0)
            continue
        blocks = blocks_of_table(form, line.table)
        filled = [(block, index) for block in blocks for index in _filled(block, rows.get(block.key, ()))]
        if filled:
            yield from (_line(form, line, block, index) for block, index in filled)
        else:
            cells = (PageCell((), cell.left, cell.over, cell.alike, cell.align) for cell in line.cells)
            yield PageLine(line.kind, tuple(cells), line.side, line.height, line.table)


def side_pieces(form: Form, official: OfficialSheet, number: int) -> PageCell:
    """The label on the left with that number."""
    cell = official.sides[number]
    return PageCell(_pieces(form, cell.pieces, None, 0), cell.left, cell.over, False, cell.align)


def text_of(form: Form, rows: Rows, pieces: Sequence[Piece]) -> str:
    """The text of a cell that is made of several: numbers as formulas join them, choices as documents write them."""
    return "".join(piece if isinstance(piece, str) else _content(form, rows, piece) for piece in pieces)


def value_at(form: Form, rows: Rows, spot: Spot) -> object:
    """What stands in a field, None where it is blank; of a serial number the number of its row."""
    if form.blocks[spot.block].fields[spot.field].type == "serial":
        return spot.index + 1
    listed = rows.get(spot.block, ())
    return listed[spot.index].get(spot.field) if spot.index < len(listed) else None


def _content(form: Form, rows: Rows, content: Content) -> str:
    value = value_at(form, rows, content.spot)
    if value is None or value == "":
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return as_text(as_decimal(value)) + content.after
    return f"{value}{content.after}"


def _line(form: Form, line: OfficialLine, block: Block | None, index: int) -> PageLine:
    cells = (
        PageCell(_pieces(form, cell.pieces, block, index), cell.left, cell.over, cell.alike, cell.align) for cell in line.cells
    )
    return PageLine(line.kind, tuple(cells), line.side, line.height, line.table)


def _pieces(form: Form, pieces: Sequence[str | Shown], block: Block | None, index: int) -> tuple[Piece, ...]:
    return tuple(
        piece if isinstance(piece, str) else Content(_spot(form, piece.name, block, index), piece.after) for piece in pieces
    )


def _spot(form: Form, name: str, block: Block | None, index: int) -> Spot:
    target = form.target(block.key if block else None, name)
    return Spot(target.blocks[0], index if target.reach == "row" else form.index(target), target.field)


def _filled(block: Block, rows: Sequence[Row]) -> Iterator[int]:
    """Yield the rows of a block that are printed: those that the form brings, and those in which something stands."""
    keys = [field.key for field in block.fields.values() if field.in_document and field.key not in block.constants]
    for index, row in enumerate(rows):
        if block.shape != "list" or block.row(index) or any(row.get(key) not in (None, "") for key in keys):
            yield index
