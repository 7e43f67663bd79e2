"""One sheet of a form, laid out: its lines from top to bottom with their hidden keys, its columns from left to right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from xlperf.forms.form import Form
from xlperf.forms.model import GUIDE, Block, Field, Fields, Guide, Lines, Section, Sheet, Side, Table

END, HEADER = "#end", "#header"
SIDE = "#side"  # the key of the column where the labels on the left of sections stand
SINGLES = ("text", "value")  # keys of the columns where long texts and single fields stand (after their label)
LEGEND = ("input", "computed", "required", "error", "warning", "locked")  # what a colour means, in the guide
Reference = tuple[str, str]  # table and column of last year's figures


class Line(NamedTuple):
    """One printed line of a sheet, or a run of `rows` merged ones; its height is in points, None where Excel decides."""

    kind: str
    height: float | None = None
    text: str = ""
    key: str = ""
    block: str = ""
    index: int = 0  # type: ignore[assignment]  # hides tuple.index, which nobody asks a line for
    field: str = ""
    rows: int = 1
    table: str = ""
    row: int = 0  # where it stands, once the sheet is laid out
    left: int = 1  # the column in which the label of a single field begins
    label_columns: int = 1
    value_columns: int = 0  # 0: all that are left

    @property
    def is_beside(self) -> bool:
        """Whether it is a single field on the line of the one before; of those the first has the keys of all."""
        return self.kind == "field" and not self.key

    @property
    def value_at(self) -> int:
        """The column in which the value of a single field begins."""
        return self.left + self.label_columns

    def last_column(self, page: Page) -> int:
        """The last column of its value."""
        return self.value_at + self.value_columns - 1 if self.value_columns else page.last_printed


class SideLabel(NamedTuple):
    """The label on the left of a section, laid out: its first and its last row."""

    side: Side
    section: int  # the number of the section on its sheet
    top: int
    bottom: int

    @property
    def right(self) -> int:
        """The last column that it goes over; the first is that behind the hidden one."""
        return self.side.span


class Column(NamedTuple):
    """A visible or hidden column of a sheet: its width in characters and the field keys it carries."""

    width: float | None
    keys: tuple[str, ...]
    hidden: bool = False
    printed: bool = True


@dataclass(frozen=True, kw_only=True)
class Page:
    """One sheet, laid out."""

    sheet: Sheet
    lines: tuple[Line, ...]
    columns: tuple[Column, ...]
    sides: tuple[SideLabel, ...] = ()

    @property
    def last_visible(self) -> int:
        return sum(not column.hidden for column in self.columns)

    @property
    def last_printed(self) -> int:
        """The last column on paper; what stands behind it is for the screen."""
        return sum(column.printed and not column.hidden for column in self.columns)

    def width(self, first: int, last: int) -> float:
        """The width of the columns from a first one to a last one together, in characters."""
        return sum(column.width or 0 for column in self.columns[first : last + 1])

    @cached_property
    def places(self) -> dict[str, int]:
        """The column of every field key."""
        return {key: number for number, column in enumerate(self.columns) for key in column.keys}


def page_of(form: Form, sheet: Sheet, counts: Mapping[str, int], references: frozenset[Reference]) -> Page:
    title = Line("title", height=sheet.heading_height, text=sheet.heading or "", row=1)
    lines, row = ([title], 2) if sheet.heading else ([], 1)
    sides = []
    for number, section in enumerate(sheet.sections):
        top = row
        for line in _lines_of(form, section, number, counts):
            lines.append(line._replace(row=row - 1 if line.is_beside else row))
            row += 0 if line.is_beside else line.rows
            top += line.kind == "heading"
        if isinstance(section, Fields | Table) and section.side:
            sides.append(SideLabel(section.side, number, top, row - 1))
    columns = tuple(_columns(form, sheet, references))
    return Page(sheet=sheet, lines=tuple(lines), columns=columns, sides=tuple(sides))


def _columns(form: Form, sheet: Sheet, references: frozenset[Reference]) -> Iterator[Column]:
    yield Column(None, (), hidden=True)
    tables = [section for section in sheet.sections if isinstance(section, Table)]
    fields = any(isinstance(section, Fields) for section in sheet.sections)
    shown = [table.starts for table in tables]
    beside = [line for section in sheet.sections if isinstance(section, Fields) for line in _field_lines(form, section)]
    for number, width in enumerate(sheet.widths):
        keys = [starts[number].key for starts in shown if number in starts]
        singles = [SINGLES[number]] if fields and number < len(SINGLES) else []
        singles += [placed_key(line.block, line.field) for line in beside if is_placed(line) and line.value_at == number + 1]
        sides = [SIDE] if number == 0 and any(isinstance(each, Fields | Table) and each.side for each in sheet.sections) else []
        yield Column(width, tuple(dict.fromkeys(keys + singles + sides)), printed=singles != [] or _is_printed(tables, number))
        for table in tables:
            behind = [column for column in _behind(table, number) if (table.key, column.key) in references]
            yield from (Column(column.width, (column.key,)) for column in behind)
    helpers = (key for table in tables for key, field in form.blocks[table.blocks[0]].fields.items() if field.hidden)
    for key in dict.fromkeys(helpers):  # tables below one another share the columns of their helpers
        if not any(key == column.key for starts in shown for column in starts.values()):
            yield Column(None, (key,), hidden=True)


def _is_printed(tables: Sequence[Table], number: int) -> bool:
    """Whether a visible column is printed for one of the tables, or for what is no table."""
    own = [c.printed for table in tables for start, c in table.starts.items() if start <= number < start + c.span]
    return not own or any(own)


def _behind(table: Table, number: int) -> Iterator[Field]:
    """The references that stand behind a visible column of a table."""
    place = table.inset - 1
    for column in table.columns:
        place += column.span if not column.hidden and not column.last else 0
        if column.last and place == number:
            yield column


def _lines_of(form: Form, section: Section, number: int, counts: Mapping[str, int]) -> Iterator[Line]:
    """Yield the lines of a section from top to bottom, none of which knows its row yet; `number`: which of its sheet it is."""
    match section:
        case Guide():
            yield from _guide_lines(form)
        case Lines(texts=texts, height=height):
            yield Line("gap", height=10)
            yield from (Line("signature", height=height, text=text) for text in texts)
            yield Line("gap", height=10)
        case Fields(heading=heading):
            if heading:
                yield Line("heading", height=section.heading_height, text=heading)
            yield from _field_lines(form, section)
        case Table():
            if number and not section.bare:
                yield Line("heading", height=section.heading_height, text=section.label)
            yield from _table_lines(form, section, counts)


def _field_lines(form: Form, section: Fields) -> Iterator[Line]:
    """Single fields beside their labels, one or several on a line; a long text under its label."""
    block, fields = section.block, [form.blocks[section.block].fields[key] for key in section.keys]
    for run in _runs(fields):
        first = run[0]
        if first.rows > 1:
            yield Line("narrative_heading", height=26, text=first.label)
            key = f"{block}.{first.key}"
            yield Line("narrative", height=first.height, text=first.label, key=key, block=block, field=first.key, rows=first.rows)
            continue
        left, height = 1 + section.inset, max(field.height or 24 for field in run)
        for number, field in enumerate(run):
            key = " ".join(f"{block}.{each.key}" for each in run) if number == 0 else ""
            label, value = field.spans or (1, 0 if field is run[-1] else 1)
            line = Line("field", height=height, text=field.label, key=key, block=block, field=field.key)
            yield line._replace(left=left, label_columns=label, value_columns=value)
            left += label + value


def _runs(fields: Sequence[Field]) -> Iterator[list[Field]]:
    """Yield the fields of each line."""
    run: list[Field] = []
    for field in fields:
        if run and not field.beside:
            yield run
            run = []
        run.append(field)
    if run:
        yield run


def is_placed(line: Line) -> bool:
    """Whether the value of a single field stands elsewhere than most do, so that its column has a key of its own."""
    return line.kind == "field" and line.value_at != 2


def placed_key(block: str, field: str) -> str:
    """The hidden key of the column of such a field."""
    return f"{block}.{field}"


def _table_lines(form: Form, table: Table, counts: Mapping[str, int]) -> Iterator[Line]:
    heights = header_heights(table)
    yield Line("header", height=heights[0], key=HEADER, rows=len(heights), table=table.key)
    for block in table.blocks:
        for index in range(counts[block]):
            key = row_key(form.blocks[block], index)
            yield Line("row", height=table.row_height or 22, key=key, block=block, index=index, table=table.key)
    yield Line("end", height=18, key=END, table=table.key)


def header_heights(table: Table) -> tuple[float, ...]:
    """The points of each row of a header; those that nobody says are as high as the last that somebody does."""
    usual: tuple[float, ...] = (24, 24) if any(column.group for column in table.columns) else (34,)
    said = table.header_heights[: len(usual)]
    return said + (said[-1:] or usual[:1]) * (len(usual) - len(said))


def row_key(block: Block, index: int) -> str:
    """The hidden key of a row: `process.execution_rate`, `items.3`, `total`."""
    row = block.row(index)
    return block.key if block.shape == "object" else f"{block.key}.{row.key if row else index + 1}"


def _guide_lines(form: Form) -> Iterator[Line]:
    """For whom it is and what is to be done; how; what the rules ask; last, small, what programs know the workbook by."""
    words = form.words
    yield Line("title", height=36, text=form.title)
    yield Line("year", height=22)
    yield from (Line("guide_opening", height=22, text=label, index=number) for number, (label, *_) in enumerate(form.opening))
    yield Line("guide_unit", height=22, text=words["unit"])
    yield Line("guide_year", height=22, text=words["fiscal_year"])
    yield Line("guide_missing", height=24, text=words["missing"], key=f"{GUIDE}.missing", block=GUIDE, field="missing")
    yield Line("heading", height=24, text=words["how"])
    yield from (Line("paragraph", height=20, text=text) for text in form.guide)
    yield Line("heading", height=24, text=words["legend"])
    yield from (Line("legend", height=18, text=words[f"legend_{style}"], field=style) for style in LEGEND)
    yield Line("heading", height=24, text=words["asks"])
    for heading, rules in form.grouped_rules():
        if heading:
            yield Line("group", height=20, text=heading)
        yield from (Line("ask", height=20, text=rule.code) for rule in rules)
    yield Line("guide_submission", height=16, text=words["submission"])
    yield Line("guide_identity", height=16, text=words["identity"])
