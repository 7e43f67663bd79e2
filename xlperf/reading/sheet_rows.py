"""From the grid of a sheet to its entries: which line is which row of which block, wherever it stands now.

A line is known by its hidden key. One without a key inside a table belongs to the block around it (a row somebody
inserted); one that shows the fixed contents of another block was sorted, and the contents win over the key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from xlperf.forms.form import Form
from xlperf.forms.layout import END, HEADER, SINGLES
from xlperf.forms.model import GUIDE, Block, Sheet, Table
from xlperf.formula.operands import normal_text

Grid = list[list]
SPREAD = ("text", "choice")  # types whose merged cells all hold what the first one shows; a merged number is no sum's operand


@dataclass(frozen=True)
class Entry:
    """One row of one sheet as it stands in the file: the raw values of its fields and their columns."""

    title: str
    row: int
    values: Mapping[str, object]
    columns: Mapping[str, int]
    only: str = ""  # a single field's line holds just that field
    keyed: bool = True  # False: somebody inserted the row


def entries_of(form: Form, sheet: Sheet, title: str, grid: Grid) -> Iterator[tuple[str, str | None, Entry]]:
    """Yield (block, row key, entry) for every line of a sheet that may hold data, from top to bottom."""
    columns = key_columns(grid)
    keys = [_key_of(form, row[0]) for row in grid]
    named = {str(cell).strip() for row in grid for cell in row[1:] if isinstance(cell, str)}
    inside = skip = 0
    before: Block | None = None
    for number, (row, key) in enumerate(zip(grid, keys, strict=True)):
        if number == 0:
            continue
        if key in (HEADER, END):
            inside, before = key == HEADER, None
            skip = header_depth(sheet) - 1 if inside else 0
        elif isinstance(key, tuple):
            block, rest = form.blocks[key[0]], key[1]
            skip = 0
            if block.table is None:
                yield block.key, None, _single(title, number, row, columns, block, rest)
            else:
                values = _values(row, columns, block)
                home = _by_name(form, block, values, named)
                yield home.key, rest if home is block else None, Entry(title, number, values, columns)
                before = block
        elif skip:
            skip -= 1
        elif inside:
            block = _around(before, next((form.blocks[k[0]] for k in keys[number:] if isinstance(k, tuple)), None))
            if block:
                values = _values(row, columns, block)
                yield _by_name(form, block, values, named).key, None, Entry(title, number, values, columns, keyed=False)


def _key_of(form: Form, cell: object) -> tuple[str, str | None] | str | None:
    text = str(cell)
    if text in (HEADER, END):
        return text
    block, _, rest = text.partition(".")
    return (block, rest or None) if block in form.blocks and block != GUIDE else None


def spread_merged(form: Form, grid: Grid, merges: Iterable[tuple[int, int, int, int]]) -> None:
    """Give every cell of a merged run of one column of words the word of the run: a duty that spans its tasks, a category.

    A row in which nothing else stands is no row of its own: one that was merged with the row above it stays blank.
    """
    columns = key_columns(grid)
    texts = {columns[c.key] for t in form.tables.values() for c in t.columns if c.key in columns and c.type in SPREAD}
    for top, left, bottom, right in merges:
        if left != right or left not in texts or bottom >= len(grid) or left >= len(grid[top]):
            continue
        keys = [_key_of(form, row[0]) for row in grid[top : bottom + 1]]
        if all(isinstance(key, tuple) and form.blocks[key[0]].table for key in keys):
            for row, (block, row_key) in zip(grid[top + 1 : bottom + 1], keys[1:], strict=True):
                if typed_of(form, form.blocks[block], row_key, _values(row, columns, form.blocks[block])):
                    row[left] = grid[top][left]


def typed_of(form: Form, block: Block, row_key: str | None, values: Mapping[str, object]) -> dict[str, object]:
    """What people typed into a row: of its values those that are no fixed content and no result, and not blank."""
    index = next((index for index, row in enumerate(block.rows) if row.key == row_key), len(block.rows))
    return {key: value for key, value in values.items() if str(value).strip() and form.is_input(block, index, block.fields[key])}


def key_columns(grid: Grid) -> dict[str, int]:
    """Which column carries which field, by the hidden keys of row 1; of two equal keys the first counts."""
    columns: dict[str, int] = {}
    for number, cell in enumerate(grid[0][1:], 1):
        for key in str(cell).split():
            columns.setdefault(key, number)
    return columns


def header_depth(sheet: Sheet) -> int:
    """How many rows the header of a sheet's table takes."""
    return 2 if any(column.group for table in sheet.sections if isinstance(table, Table) for column in table.columns) else 1


def _around(before: Block | None, after: Block | None) -> Block | None:
    """The block a row without a key belongs to: the one it continues, else the one it precedes."""
    for block in (before, after):
        if block and block.shape == "list" and not block.rows and not block.fixed:
            return block
    return next((block for block in (before, after) if block and block.shape == "list"), None)


def _by_name(form: Form, block: Block, values: Mapping[str, object], named: set[str]) -> Block:
    """The block whose fixed contents the row shows: rows that were sorted carry those along, hidden keys stay behind.

    A row whose own fixed contents are nowhere on the sheet was retyped, not moved: it keeps its key.
    """
    siblings = [form.blocks[key] for key in form.tables[block.table].blocks]
    if _shows(block, values):
        return next((b for b in siblings if b.constants and _shows(b, values)), block)
    if not block.constants:
        return block
    moved = all(str(value) in named for value in block.constants.values())
    typed = any(str(values.get(key, "")).strip() for key in block.constants)
    if not (moved and typed):
        return block
    return next((b for b in siblings if _shows(b, values) and b is not block), block)


def _shows(block: Block, values: Mapping[str, object]) -> bool:
    """Whether the row shows the fixed contents of that block (one without any shows in every row)."""
    return all(normal_text(str(values.get(key, ""))) == normal_text(str(value)) for key, value in block.constants.items())


def _values(row: list, columns: Mapping[str, int], block: Block) -> dict[str, object]:
    return {key: row[columns[key]] for key in block.fields if key in columns and columns[key] < len(row)}


def _single(title: str, number: int, row: list, columns: Mapping, block: Block, key: str | None) -> Entry:
    known = block.fields.get(key)
    column = columns.get(SINGLES[0] if known and known.rows > 1 else SINGLES[1])
    values = {key: row[column]} if known and column is not None and column < len(row) else {}
    return Entry(title, number, values, {key: column} if values else {}, key or "")
