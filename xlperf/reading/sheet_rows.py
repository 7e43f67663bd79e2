"""From the grid of a sheet to its rows that may hold data: which is which row of which block, wherever it stands now.

    for sheet_row in sheet_rows_of(form, sheet, "Budget", grid):
        sheet_row.block, sheet_row.key, sheet_row.values["spent"], sheet_row.columns["spent"]

A row is known by its hidden key. One without a key inside a table belongs to the block around it (somebody inserted it); one
that shows the fixed contents of another block was sorted, and the contents win over the key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from xlperf.addresses import cell_name
from xlperf.forms.form import Form
from xlperf.forms.model import GUIDE, Block, Sheet, Table
from xlperf.forms.sheet_lines import END, HEADER, SINGLES, placed_key
from xlperf.formula.operands import normal_text

Grid = list[list[object]]  # what the cells of a sheet show, row by row
Range = tuple[int, int, int, int]
SPREAD = ("text", "choice")  # types whose merged cells all hold what the first one shows; a merged number is no sum's operand


class Cell(NamedTuple):
    """Where a cell stands: the title of its sheet, row and column from zero."""

    title: str
    row: int
    column: int

    def __str__(self) -> str:
        return f"{self.title}!{cell_name(self.row, self.column)}"


@dataclass(frozen=True)
class SheetRow:
    """One row of a sheet as it stands in the file."""

    title: str  # of the sheet
    number: int  # zero-based
    block: str
    key: str | None  # the hidden key of a preset row, None where it has none or one of another block
    values: Mapping[str, object]  # what the cells of its fields show
    columns: Mapping[str, int]  # where its fields stand
    single: bool = False  # it holds one field alone and no row of a table
    label: int = 1  # the column of the label of that field
    inserted: bool = False  # it has no hidden key at all

    def cell(self, key: str) -> Cell:
        """Where that field stands."""
        return Cell(self.title, self.number, self.columns[key])

    @property
    def place(self) -> tuple[str, int]:
        """The sheet and the number, which tell it from all others."""
        return self.title, self.number


@dataclass(frozen=True)
class RowKey:
    """What the hidden first cell of a row says: a block, and which row or field of it."""

    block: Block
    rest: str | None


def sheet_rows_of(form: Form, sheet: Sheet, title: str, grid: Grid) -> Iterator[SheetRow]:
    """Yield every row of a sheet that may hold data, from top to bottom."""
    columns = key_columns(grid)
    marks = [_mark_of(form, row[0]) for row in grid]
    shown = {str(cell).strip() for row in grid for cell in row[1:] if isinstance(cell, str)}
    ahead = _blocks_ahead(marks)
    in_table, rest_of_header = False, 0
    before: Block | None = None
    for number, (row, mark) in enumerate(zip(grid, marks, strict=True)):
        if number == 0:
            continue
        if isinstance(mark, RowKey):
            block, rest_of_header = mark.block, 0
            if block.table is None:
                for text in str(row[0]).split():  # fields beside one another
                    if isinstance(own := _mark_of(form, text), RowKey) and own.block.table is None:
                        yield _single(title, number, row, columns, own)
                continue
            values = _values(row, columns, block)
            home = _by_contents(form, block, values, shown)
            key = mark.rest if home is block else None
            yield SheetRow(title=title, number=number, block=home.key, key=key, values=values, columns=columns)
            before = block
        elif mark in (HEADER, END):
            in_table, before = mark == HEADER, None
            below = ahead[number]
            table = form.tables.get(below.table or "") if below else None
            rest_of_header = header_depth(sheet, table) - 1 if in_table else 0
        elif rest_of_header:
            rest_of_header -= 1
        elif in_table and (around := _around(before, ahead[number])):
            values = _values(row, columns, around)
            home = _by_contents(form, around, values, shown)
            yield SheetRow(title=title, number=number, block=home.key, key=None, values=values, columns=columns, inserted=True)


def spread_merged(form: Form, grid: Grid, merges: Iterable[Range]) -> Grid:
    """The grid, with the word of each merged run in a column of words in all its cells: a duty that spans its tasks, a category.

    A row in which nothing else stands is no row of its own: one that was merged with the row above it stays blank.
    """
    grid, columns = [list(row) for row in grid], key_columns(grid)
    texts = {columns[c.key]: c.span for t in form.tables.values() for c in t.columns if c.key in columns and c.type in SPREAD}
    for top, left, bottom, right in merges:
        if right - left + 1 not in (1, texts.get(left)) or left not in texts or bottom >= len(grid) or left >= len(grid[top]):
            continue
        keys = [mark for row in grid[top : bottom + 1] if isinstance(mark := _mark_of(form, row[0]), RowKey) and mark.block.table]
        if len(keys) != bottom - top + 1:
            continue
        for row, key in zip(grid[top + 1 : bottom + 1], keys[1:], strict=True):
            if typed_of(form, key.block, key.rest, _values(row, columns, key.block)):
                row[left] = grid[top][left]
    return grid


def typed_of(form: Form, block: Block, key: str | None, values: Mapping[str, object]) -> dict[str, object]:
    """What people typed into a row: of its values those that are no fixed content and no result, and not blank."""
    index = next((index for index, row in enumerate(block.rows) if row.key == key), len(block.rows))
    return {
        name: value for name, value in values.items() if str(value).strip() and form.is_input(block, index, block.fields[name])
    }


def key_columns(grid: Grid) -> dict[str, int]:
    """Which column carries which field, by the hidden keys of row 1; of two equal keys the first counts."""
    columns: dict[str, int] = {}
    for number, cell in enumerate(grid[0][1:], 1):
        for key in str(cell).split():
            columns.setdefault(key, number)
    return columns


def header_depth(sheet: Sheet, table: Table | None) -> int:
    """How many rows the header of a table takes; where nobody knows which table it is, that of the deepest one of the sheet."""
    tables = [table] if table else [section for section in sheet.sections if isinstance(section, Table)]
    return 2 if any(column.group for one in tables for column in one.columns) else 1


def _mark_of(form: Form, cell: object) -> RowKey | str | None:
    """What the hidden first cell of a row says: a key, that a header or the end of a table stands there, or nothing."""
    text = str(cell)
    if text in (HEADER, END):
        return text
    key, _, rest = text.partition(".")
    return RowKey(form.blocks[key], rest or None) if key in form.blocks and key != GUIDE else None


def is_key(form: Form, cell: object) -> bool:
    """Whether that is a key of ours, as they stand in the hidden first column."""
    return _mark_of(form, cell) is not None or str(cell).partition(".")[0] == GUIDE


def table_below(form: Form, grid: Grid, header: int) -> Table | None:
    """The table whose header stands in that row, None where no row with a key follows."""
    block = next(iter(_blocks_ahead([_mark_of(form, row[0]) for row in grid[header + 1 :]])), None)
    return form.tables.get(block.table or "") if block else None


def _blocks_ahead(marks: Sequence[RowKey | str | None]) -> list[Block | None]:
    """For every row the block of the first key in it or below it, None where none follows."""
    ahead: list[Block | None] = []
    block: Block | None = None
    for mark in reversed(marks):
        block = mark.block if isinstance(mark, RowKey) else block
        ahead.append(block)
    return ahead[::-1]


def _around(before: Block | None, after: Block | None) -> Block | None:
    """The block a row without a key belongs to: the one it continues, else the one it precedes."""
    lists = [block for block in (before, after) if block and block.shape == "list"]
    free = (block for block in lists if not block.rows and not block.fixed)
    return next(free, lists[0] if lists else None)


def _by_contents(form: Form, block: Block, values: Mapping[str, object], shown: set[str]) -> Block:
    """The block whose fixed contents the row shows: rows that were sorted carry those along, hidden keys stay behind.

    A row whose own fixed contents are nowhere on the sheet was retyped, not moved: it keeps its key.
    """
    siblings = [form.blocks[key] for key in form.tables[block.table or ""].blocks]
    if _shows(block, values):
        return next((b for b in siblings if b.constants and _shows(b, values)), block)
    if not block.constants:
        return block
    moved = all(str(value) in shown for value in block.constants.values())
    typed = any(str(values.get(key, "")).strip() for key in block.constants)
    if not (moved and typed):
        return block
    return next((b for b in siblings if _shows(b, values) and b is not block), block)


def _shows(block: Block, values: Mapping[str, object]) -> bool:
    """Whether the row shows the fixed contents of that block (one without any shows in every row)."""
    return all(normal_text(str(values.get(key, ""))) == normal_text(str(value)) for key, value in block.constants.items())


def _values(row: list[object], columns: Mapping[str, int], block: Block) -> dict[str, object]:
    return {key: row[columns[key]] for key in block.fields if key in columns and columns[key] < len(row)}


def _single(title: str, number: int, row: list[object], columns: Mapping[str, int], mark: RowKey) -> SheetRow:
    """The row of a field that stands alone; in the narrow column for values, or in the wide one for long texts."""
    field = mark.block.fields.get(mark.rest or "")
    column = columns.get(SINGLES[0] if field and field.rows > 1 else SINGLES[1])
    label = columns.get(SINGLES[0], 1)
    if field and (own := columns.get(placed_key(mark.block.key, field.key))) is not None:
        column, label = own, max(1, own - (field.spans or (1, 0))[0])
    stands = {field.key: column} if field and column is not None and column < len(row) else {}
    values = {key: row[at] for key, at in stands.items()}
    block = mark.block.key
    return SheetRow(title=title, number=number, block=block, key=None, values=values, columns=stands, single=True, label=label)
