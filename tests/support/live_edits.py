"""What people do to a filled workbook before it comes back, as steps for LibreOffice, and what each of them calls in question.

edit = draw(form, layout, rows, Random(5))
edit.steps, edit.doubtful       # the steps; the tables whose rules may wait afterwards, "*" for all
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from xlperf.forms.document import Rows, Spot
from xlperf.forms.form import Form
from xlperf.forms.layout import Layout
from xlperf.forms.model import RULES, Block, Field, Table
from xlperf.values.rows import is_numeric

Steps = tuple[tuple, ...]
EVERY = "*"
ODD_NUMBERS = ("１２", "1,180.2万元", "约30", "-", "95％", "三", "12 ", "1e3", "abc")
ODD_WORDS = ("—", "无", " / ", "字" * 600, "定 性", "不适用 ", "\u200b")
PLAIN_WORDS = (
    "合计",
    "支出小计",
    "其中：项目支出",
    "调研经费",
    "同上",
    "略",
    "年中政策调整，工作量增加",
    "见附件1",
    "健全",
    "无无无无",
)
NUMBERS = (0, 1, 5, 40, 100, 0.96, 96.03, 1234.5, 18500000, -3, 0.123456789)


@dataclass(frozen=True)
class Drawn:
    """An edit: its name, its steps, and the tables whose rules may wait because of it."""

    name: str
    steps: Steps
    doubtful: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Book:
    """The workbook that is edited."""

    form: Form
    layout: Layout
    rows: Rows

    def tables(self) -> list[Table]:
        """The tables that people type into."""
        tables = [table for table in self.form.tables.values() if table.key != RULES]
        return [table for table in tables if any(self.form.inputs(self.form.blocks[key], 0) for key in table.blocks)]

    def place(self, block: Block, index: int, field: str) -> tuple[str, int, int]:
        return self.layout.spots[Spot(block.key, index, field)]

    def last(self, table: Table) -> int:
        """The last column of a table, hidden ones too."""
        title = self.layout.ranges[table.key, "_used"][0]
        return max(
            column for (owner, _), (where, column, _, _) in self.layout.ranges.items() if owner == table.key and where == title
        )


def draw(form: Form, layout: Layout, rows: Rows, random: Random) -> Drawn:
    """An edit by chance, alone or after another one that calls nothing in question."""
    book = Book(form, layout, rows)
    return random.choice(EDITS)(book, random)


def _free_block(book: Book, random: Random) -> tuple[Table, Block]:
    blocks = [(table, book.form.blocks[key]) for table in book.tables() for key in table.blocks]
    return random.choice([(table, block) for table, block in blocks if block.shape == "list" and block.spare])


def _some_row(book: Book, table: Table, random: Random) -> tuple[Block, int]:
    """A row of a table with cells that people type into, one of the first of its block."""
    rows = [
        (book.form.blocks[key], index) for key in table.blocks for index in range(book.layout.counts[key])
        if _typed(book, book.form.blocks[key], index)
    ]  # fmt: skip
    block, _ = random.choice(rows)
    return random.choice([(one, index) for one, index in rows if one is block][:8])


def _typed(book: Book, block: Block, index: int) -> list[Field]:
    fields = [field for field in block.fields.values() if book.form.is_input(block, index, field) and not field.hidden]
    return [field for field in fields if Spot(block.key, index, field.key) in book.layout.spots]


def _fitting(book: Book, block: Block, field: Field, random: Random, row: Mapping[str, object]) -> object:
    """What a careful person types into a cell, given what stands in its row."""
    if field.choices:
        known = {**block.constants, **row}
        lists = [by.get(str(known.get(other)), ()) for other, by in field.choices_by.items()]
        if field.key in row and row[field.key] in field.choices:
            return row[field.key]
        return random.choice(list(lists[0] if lists and lists[0] else field.choices))
    if is_numeric(field, row, None) or (field.type in ("money", "points", "count")):
        return random.choice([number for number in NUMBERS[:8] if (field.minimum or 0) <= number <= (field.maximum or 1e9)])
    return "%" if field.key == "unit" else random.choice(PLAIN_WORDS)


def _filled(book: Book, block: Block, row: int, random: Random) -> Steps:
    """Every cell of a row filled in, or most of them."""
    index, chosen = book.layout.counts[block.key] - 1, {"kind": random.choice(("定量", "定性"))}
    steps = []
    for field in _typed(book, block, index):
        title, _, column = book.place(block, index, field.key)
        if random.random() < 0.9:
            chosen[field.key] = _fitting(book, block, field, random, chosen)
            steps.append(("type_in", title, row, column, chosen[field.key]))
    return tuple(steps)


def blank_row_filled(book: Book, random: Random) -> Drawn:
    table, block = _free_block(book, random)
    title, row, _ = book.place(block, random.randrange(book.layout.counts[block.key]), "_used")
    if random.random() < 0.2:
        row = book.layout.ranges[table.key, "_used"][3]  # above the line at the end
    return Drawn("blank row", (("insert_row", title, row), *_filled(book, block, row, random)), frozenset({table.key}))


def blank_row_left_blank(book: Book, random: Random) -> Drawn:
    _, block = _free_block(book, random)
    title, row, _ = book.place(block, random.randrange(book.layout.counts[block.key]), "_used")
    return Drawn("blank row, not filled", (("insert_row", title, row),))


def copied_row(book: Book, random: Random) -> Drawn:
    """A copy inside its block keeps everything; one at the edge of the block, or of a fixed row, stands where no formula looks."""
    table, block = _free_block(book, random)
    count = book.layout.counts[block.key]
    source, target = random.randrange(count), random.randrange(count)
    title, row, _ = book.place(block, target, "_used")
    steps = ("insert_copy", title, book.place(block, source, "_used")[1], row, book.last(table))
    typed = _filled(book, block, row, random) if random.random() < 0.7 else ()
    is_apart = target == 0 or any(field.merged for field in block.fields.values())  # LibreOffice copies no part of a merged cell
    return Drawn("copied row", (steps, *typed), frozenset({table.key} if is_apart else ()))


def copied_fixed_row(book: Book, random: Random) -> Drawn:
    blocks = [(table, book.form.blocks[key]) for table in book.tables() for key in table.blocks if book.form.blocks[key].rows]
    if not blocks:
        return copied_row(book, random)
    table, block = random.choice(blocks)
    title, row, _ = book.place(block, random.randrange(len(block.rows)), "_used")
    return Drawn("copied fixed row", (("insert_copy", title, row, row + 1, book.last(table)),), frozenset({table.key}))


def pasted_over(book: Book, random: Random) -> Drawn:
    """Values in place of the formulas of some rows; then an input beside them is changed."""
    table = random.choice(book.tables())
    block = book.form.blocks[random.choice(table.blocks)]
    computed = [
        key
        for key in block.fields
        if book.form.formula(block, 0, key) is not None and Spot(block.key, 0, key) in book.layout.spots
    ]
    title, row, column = book.place(block, 0, random.choice(computed))
    steps: Steps = (("paste_over", title, column, row, column, row),)
    for field in _typed(book, block, 0)[:3]:
        if field.type in ("money", "points") or is_numeric(field, book.rows[block.key][0] if book.rows[block.key] else {}, None):
            _, _, beside = book.place(block, 0, field.key)
            steps += (("type_in", title, row, beside, random.choice(NUMBERS[:7])),)
    return Drawn("pasted over", steps, frozenset({table.key}))


def cleared(book: Book, random: Random) -> Drawn:
    """The cells that people type into, of some rows of a block."""
    table = random.choice(book.tables())
    block = book.form.blocks[random.choice(table.blocks)]
    first = random.randrange(book.layout.counts[block.key])
    last = min(first + random.randrange(3), book.layout.counts[block.key] - 1)
    steps = []
    for index in range(first, last + 1):
        for field in _typed(book, block, index):
            title, row, column = book.place(block, index, field.key)
            steps.append(("clear", title, column, row, column, row))
    return Drawn("cleared", tuple(steps))


def sorted_rows(book: Book, random: Random) -> Drawn:
    """The cells of free rows that people type into, which stand side by side."""
    _, block = _free_block(book, random)
    index = len(block.rows)
    title, row, left = book.place(block, index, _typed(book, block, index)[0].key)
    right = left
    typed = {book.place(block, index, field.key)[2] for field in _typed(book, block, index)}
    while right + 1 in typed:
        right += 1
    return Drawn("sorted", (("sort", title, left, row, right, row + book.layout.counts[block.key] - index - 1),))


def renamed(book: Book, random: Random) -> Drawn:
    title = random.choice([page.sheet.title for page in book.layout.pages])
    return Drawn("renamed", (("rename", title, f"我的 {title}"),))


def typed_oddly(book: Book, random: Random) -> Drawn:
    """Dropdowns wiped, and anything at all typed into a cell: what reading makes something else of, and what it does not."""
    table = random.choice(book.tables())
    block, index = _some_row(book, table, random)
    field = random.choice(_typed(book, block, index))
    title, row, column = book.place(block, index, field.key)
    value = random.choice((*ODD_NUMBERS, *ODD_WORDS, *NUMBERS, *PLAIN_WORDS))
    steps = (("wipe_lists", title, column, row, column, row), ("type_in", title, row, column, value))
    return Drawn(f"typed {str(value)[:12]} into {field.key}", steps, frozenset({table.key}))


def typed_percent(book: Book, random: Random) -> Drawn:
    figures = [
        (table, book.form.blocks[key])
        for table in book.tables()
        for key in table.blocks
        if "actual" in book.form.typed_somewhere[key]
    ]
    table, block = random.choice(figures)
    if block.fields["actual"].type != "value":
        return typed_oddly(book, random)
    indexes = [
        index for index in range(book.layout.counts[block.key]) if any(f.key == "actual" for f in _typed(book, block, index))
    ]
    title, row, column = book.place(block, random.choice(indexes), "actual")
    return Drawn(
        "typed a percent", (("show_percent", title, row, column, random.choice((0.9603, 1, 0.5))),), frozenset({table.key})
    )


def retyped(book: Book, random: Random) -> Drawn:
    """Another figure or another word, as they should be."""
    table = random.choice(book.tables())
    block, index = _some_row(book, table, random)
    row = book.rows[block.key][index] if index < len(book.rows[block.key]) else {}
    steps = []
    for field in random.sample(_typed(book, block, index), k=1):
        title, at, column = book.place(block, index, field.key)
        steps.append(("type_in", title, at, column, _fitting(book, block, field, random, row)))
    return Drawn("retyped", tuple(steps), frozenset({table.key}))


def untouched(book: Book, random: Random) -> Drawn:
    return Drawn("untouched", ())


EDITS: Sequence[Callable[[Book, Random], Drawn]] = (
    blank_row_filled, blank_row_filled, blank_row_left_blank, copied_row, copied_row, copied_fixed_row, pasted_over, cleared, cleared,
    sorted_rows, renamed, typed_oddly, typed_oddly, typed_oddly, typed_percent, retyped, retyped, untouched,
)  # fmt: skip


def with_steps(path: Path, drawn: Drawn) -> Path:
    """The file of the steps, beside the workbook that they are for."""
    steps = path.with_suffix(".json")
    steps.write_text(json.dumps(drawn.steps, ensure_ascii=False), "utf-8")
    return steps
