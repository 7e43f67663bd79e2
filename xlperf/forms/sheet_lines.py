"""One sheet of a form, laid out: its lines from top to bottom with their hidden keys, its columns from left to right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from xlperf.forms.form import Form
from xlperf.forms.model import GUIDE, Block, Field, Fields, Guide, Lines, Sheet, Table

END, HEADER = "#end", "#header"
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
    lines, row = [], 1
    for line in _lines(form, sheet, counts):
        lines.append(line._replace(row=row))
        row += line.rows
    return Page(sheet=sheet, lines=tuple(lines), columns=tuple(_columns(form, sheet, references)))


def _columns(form: Form, sheet: Sheet, references: frozenset[Reference]) -> Iterator[Column]:
    yield Column(None, (), hidden=True)
    tables = [section for section in sheet.sections if isinstance(section, Table)]
    fields = any(isinstance(section, Fields) for section in sheet.sections)
    shown = [[column.key for column in table.visible] for table in tables]
    for number, width in enumerate(sheet.widths):
        keys = [keys[number] for keys in shown if number < len(keys)]
        singles = [SINGLES[number]] if fields and number < len(SINGLES) else []
        yield Column(width, tuple(dict.fromkeys(keys + singles)), printed=singles != [] or _is_printed(tables, number))
        for table in tables:
            behind = [column for column in _behind(table, number) if (table.key, column.key) in references]
            yield from (Column(column.width, (column.key,)) for column in behind)
    helpers = (key for table in tables for key, field in form.blocks[table.blocks[0]].fields.items() if field.hidden)
    for key in dict.fromkeys(helpers):  # tables below one another share the columns of their helpers
        if not any(key in keys for keys in shown):
            yield Column(None, (key,), hidden=True)


def _is_printed(tables: Sequence[Table], number: int) -> bool:
    """Whether a visible column is printed for one of the tables, or for what is no table."""
    own = [table.visible[number].printed for table in tables if number < len(table.visible)]
    return not own or any(own)


def _behind(table: Table, number: int) -> Iterator[Field]:
    """The references that stand behind a visible column of a table."""
    place = -1
    for column in table.columns:
        place += not column.hidden and not column.last
        if column.last and place == number:
            yield column


def _lines(form: Form, sheet: Sheet, counts: Mapping[str, int]) -> Iterator[Line]:
    """Yield the lines of a sheet from top to bottom, none of which knows its row yet."""
    if sheet.heading:
        yield Line("title", height=34, text=sheet.heading)
    for number, section in enumerate(sheet.sections):
        match section:
            case Guide():
                yield from _guide_lines(form)
            case Lines(texts=texts):
                yield Line("gap", height=10)
                yield from (Line("signature", height=28, text=text) for text in texts)
                yield Line("gap", height=10)
            case Fields(block=block, heading=heading, keys=keys):
                if heading:
                    yield Line("heading", height=26, text=heading)
                for key in keys:
                    yield from _field_lines(block, form.blocks[block].fields[key])
            case Table():
                if number:
                    yield Line("heading", height=26, text=section.label)
                yield from _table_lines(form, section, counts)


def _field_lines(block: str, field: Field) -> Iterator[Line]:
    """A single field beside its label; a long text under it."""
    key = f"{block}.{field.key}"
    if field.rows == 1:
        yield Line("field", height=24, text=field.label, key=key, block=block, field=field.key)
        return
    yield Line("narrative_heading", height=26, text=field.label)
    yield Line("narrative", height=field.height, text=field.label, key=key, block=block, field=field.key, rows=field.rows)


def _table_lines(form: Form, table: Table, counts: Mapping[str, int]) -> Iterator[Line]:
    deep = 2 if any(column.group for column in table.columns) else 1
    yield Line("header", height=24 if deep == 2 else 34, key=HEADER, rows=deep, table=table.key)
    for block in table.blocks:
        for index in range(counts[block]):
            key = row_key(form.blocks[block], index)
            yield Line("row", height=table.row_height or 22, key=key, block=block, index=index, table=table.key)
    yield Line("end", height=18, key=END, table=table.key)


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
