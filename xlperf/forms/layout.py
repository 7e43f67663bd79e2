"""Where every field of a form stands in the workbook: the only module that counts rows.

    >>> layout = make_layout(form)
    >>> layout.address(Spot("total", 0, "spent")).partition("!")[2]
    'F4'

Every sheet is one grid. Row 1 and column A are hidden and hold the keys by which the reader finds things again after
rows were inserted, sheets renamed or the file saved by another program: A1 names form, revision and sheet, row 1 the
field of each column, column A the row. A table ends in a line keyed `#end`; ranges reach to it, so a row inserted
under the last one still counts. Row numbers are zero-based here and one-based in addresses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from xlperf.addresses import cell_name, quoted
from xlperf.forms.document import Rows, Spot, inputs_of, path_namer, rows_of
from xlperf.forms.form import Form
from xlperf.forms.model import GUIDE, RULES, Block, Field, Fields, Guide, Lines, Sheet, Table
from xlperf.formula.operands import as_decimal, as_text

MARK = "xlperf"
END, HEADER = "#end", "#header"
MORE_ROWS = 5  # spare rows of a workbook that is filled in further, where a table is full
PROBLEMS = "#problems"  # the sheet of a workbook that is sent back; no sheet of a form is called that
Reference = tuple[str, str]  # table and column of last year's figures
SINGLES = ("text", "value")  # keys of the columns where long texts and single fields stand (after their label)


class Line(NamedTuple):
    """One printed line of a sheet, or a run of `rows` merged ones."""

    kind: str
    row: int
    height: float | None = None
    text: str = ""
    key: str = ""
    block: str = ""
    index: int = 0
    field: str = ""
    rows: int = 1
    table: str = ""


class Column(NamedTuple):
    """A visible or hidden column of a sheet: its width and the field keys it carries."""

    width: float | None
    keys: tuple[str, ...]
    hidden: bool = False


@dataclass(frozen=True)
class Page:
    """One sheet, laid out."""

    sheet: Sheet
    lines: tuple[Line, ...]
    columns: tuple[Column, ...]

    @property
    def last_visible(self) -> int:
        return sum(not column.hidden for column in self.columns)


@dataclass(frozen=True)
class Layout:
    form: Form
    counts: Mapping[str, int]
    references: frozenset[Reference]  # the columns of last year's figures that are shown
    pages: tuple[Page, ...]
    spots: Mapping[Spot, tuple[str, int, int]]  # sheet title, row, column
    ranges: Mapping[tuple[str, str], tuple[str, int, int, int]]  # (block or table, field): title, column, first, last

    def address(self, spot: Spot) -> str:
        """The cell as people write it: `Budget!F12`."""
        title, row, column = self.spots[spot]
        return f"{title}!{cell_name(row, column)}"

    def reference(self, home: Spot, name: str) -> str:
        """What a name in the formula of `home` is in Excel: `F12`, `'Budget'!$F$4` or a range."""
        target = self.form.target(home.block, name)
        if target.scope == "row":
            _, row, column = self.spots[Spot(home.block, home.index, target.field)]
            return cell_name(row, column)
        if target.scope == "parameter":
            return as_text(as_decimal(self.form.parameters[target.field]))
        if target.scope == "cell":
            block = self.form.blocks[target.blocks[0]]
            index = next((i for i, row in enumerate(block.rows) if row.key == target.row), 0)
            return self.absolute(Spot(block.key, index, target.field))
        owner = name.split(".")[0]
        title, column, first, last = self.ranges[(owner, target.field)]
        return f"{quoted(title)}!{cell_name(first, column, True)}:{cell_name(last, column, True)}"

    def absolute(self, spot: Spot) -> str:
        title, row, column = self.spots[spot]
        return f"{quoted(title)}!{cell_name(row, column, True)}"


def row_counts(form: Form, wanted: Mapping[str, int] | None = None, rows: Mapping[str, list] | None = None) -> dict[str, int]:
    """How many rows each block gets: its preset and spare rows, or as many as were asked for or are needed."""
    counts = {}
    for block in form.blocks.values():
        if block.shape in ("list", "keyed", "mapping"):
            spare = (wanted or {}).get(block.key, block.spare)
            counts[block.key] = max(len(block.rows) + spare, len((rows or {}).get(block.key, ())))
        else:
            counts[block.key] = 1
    return counts


def with_spare(form: Form, rows: Mapping[str, list]) -> dict[str, int]:
    """Rows as in the template, and at least a few spare ones where all are used."""
    return {
        key: max(block.spare, len(rows.get(key, ())) - len(block.rows) + MORE_ROWS)
        for key, block in form.blocks.items()
        if block.spare and not block.fixed
    }


def padded(form: Form, rows: Mapping[str, list[dict]], counts: Mapping[str, int]) -> dict[str, list[dict]]:
    """The rows with the spare ones of the layout behind them: their formulas have cached values too."""
    return {
        key: listed + [dict(form.blocks[key].constants) for _ in range(counts[key] - len(listed))] for key, listed in rows.items()
    }


def references_of(form: Form, rows: Mapping[str, list[dict]]) -> frozenset[Reference]:
    """The columns of last year's figures in which those rows have something."""
    filled = {
        (form.blocks[key].table, name)
        for key, listed in rows.items()
        for row in listed
        for name, value in row.items()
        if value is not None
    }
    return frozenset(
        (table.key, column.key)
        for table in form.tables.values()
        for column in table.columns
        if column.last and (table.key, column.key) in filled
    )


def make_layout(form: Form, counts: Mapping[str, int] | None = None, references: frozenset[Reference] = frozenset()) -> Layout:
    """Lay the form out with that many rows per block (default: preset plus spare ones) and those columns of last year's."""
    counts = counts or row_counts(form)
    spots: dict[Spot, tuple[str, int, int]] = {}
    ranges: dict[tuple[str, str], tuple[str, int, int, int]] = {}
    pages = tuple(_page(form, sheet, counts, references, spots, ranges) for sheet in form.sheets)
    return Layout(form, counts, references, pages, spots, ranges)


def usual_layout(form: Form, rows: Mapping[str, list]) -> Layout:
    """The layout of a template that holds those rows; kept, for most workbooks of a form have the same."""
    return _usual_layout(form, tuple(row_counts(form, rows=rows).items()))


@lru_cache(maxsize=64)
def _usual_layout(form: Form, counts: tuple[tuple[str, int], ...]) -> Layout:
    return make_layout(form, dict(counts))


def usual_places(form: Form, rows: Rows) -> dict[str, str]:
    """Where the template has what is filled in: cells by path in the document."""
    layout, path_of = usual_layout(form, rows), path_namer(form, rows)
    return {path_of(spot): layout.address(spot) for spot, _ in inputs_of(form, rows) if spot in layout.spots}


def moved_places(form: Form, rows: Rows, places: Mapping[Spot, str], document: Mapping) -> dict[str, str]:
    """The cells of what is filled in that do not stand where a template of that document has them, by path."""
    usual, path_of = usual_places(form, rows_of(form, document)[0]), path_namer(form, rows)
    found = {path_of(spot): places[spot] for spot, _ in inputs_of(form, rows) if spot in places}
    return {path: cell for path, cell in found.items() if usual.get(path) != cell}


def _page(form: Form, sheet: Sheet, counts: Mapping, references: frozenset[Reference], spots: dict, ranges: dict) -> Page:
    columns = list(_columns(form, sheet, references))
    places = {key: number for number, column in enumerate(columns) for key in column.keys}
    lines: list[Line] = []
    row = 1
    for line in _lines(form, sheet, counts):
        line = line._replace(row=row)
        lines.append(line)
        row += line.rows
        for spot, column in _spots_of(form, line, places):
            spots[spot] = (sheet.title, line.row, column)
    for section in sheet.sections:
        if isinstance(section, Table):
            _table_ranges(form, sheet, section, lines, places, ranges)
    return Page(sheet, tuple(lines), tuple(columns))


def _columns(form: Form, sheet: Sheet, references: frozenset[Reference]) -> Iterator[Column]:
    yield Column(None, (), hidden=True)
    tables = [section for section in sheet.sections if isinstance(section, Table)]
    fields = any(isinstance(section, Fields) for section in sheet.sections)
    shown = [[column.key for column in table.visible] for table in tables]
    for number, width in enumerate(sheet.widths):
        keys = [keys[number] for keys in shown if number < len(keys)]
        singles = [SINGLES[number]] if fields and number < len(SINGLES) else []
        yield Column(width, tuple(dict.fromkeys(keys + singles)))
        for table in tables:
            behind = [column for column in _behind(table, number) if (table.key, column.key) in references]
            yield from (Column(column.width, (column.key,)) for column in behind)
    for table in tables:
        for key, known in form.blocks[table.blocks[0]].fields.items():
            if known.hidden and key not in (c for column in shown for c in column):
                yield Column(None, (key,), hidden=True)


def _behind(table: Table, number: int) -> Iterator[Field]:
    """The references that stand behind a visible column of a table."""
    place = -1
    for column in table.columns:
        place += not column.hidden and not column.last
        if column.last and place == number:
            yield column


def _lines(form: Form, sheet: Sheet, counts: Mapping) -> Iterator[Line]:
    if sheet.heading:
        yield Line("title", 0, 34, sheet.heading)
    for number, section in enumerate(sheet.sections):
        match section:
            case Guide():
                yield from _guide_lines(form)
            case Lines(texts=texts):
                yield Line("gap", 0, 10)
                yield from (Line("signature", 0, 28, text) for text in texts)
                yield Line("gap", 0, 10)
            case Fields(block=block, heading=heading, keys=keys):
                if heading:
                    yield Line("heading", 0, 26, heading)
                for key in keys:
                    yield from _field_lines(form, block, key)
            case Table():
                if number:
                    yield Line("heading", 0, 26, section.label)
                yield from _table_lines(form, section, counts)


def _field_lines(form: Form, block: str, key: str) -> Iterator[Line]:
    known = form.blocks[block].fields[key]
    if known.rows == 1:
        yield Line("field", 0, 24, known.label, f"{block}.{key}", block, 0, key)
    else:
        yield Line("heading", 0, 26, known.label)
        yield Line("narrative", 0, known.height, known.label, f"{block}.{key}", block, 0, key, known.rows)


def _table_lines(form: Form, table: Table, counts: Mapping) -> Iterator[Line]:
    deep = 2 if any(column.group for column in table.columns) else 1
    yield Line("header", 0, 24 if deep == 2 else 34, "", HEADER, rows=deep, table=table.key)
    for key in table.blocks:
        block = form.blocks[key]
        for index in range(counts[key]):
            yield Line("row", 0, table.row_height or 22, "", row_key(block, index), key, index, table=table.key)
    yield Line("end", 0, 18, "", END, table=table.key)


def row_key(block: Block, index: int) -> str:
    """The hidden key of a row: `process.execution_rate`, `items.3`, `total`."""
    row = block.row(index)
    return block.key if block.shape == "object" else f"{block.key}.{row.key if row else index + 1}"


def _guide_lines(form: Form) -> Iterator[Line]:
    words = form.words
    yield Line("title", 0, 40, form.title)
    yield Line("year", 0, 24)
    yield Line("guide_unit", 0, 24, words["unit"])
    yield Line("guide_year", 0, 24, words["fiscal_year"])
    yield Line("guide_identity", 0, 24, words["identity"])
    yield Line("guide_missing", 0, 28, words["missing"], f"{GUIDE}.missing", GUIDE, 0, "missing")
    yield Line("guide_submission", 0, 34, words["submission"])
    yield Line("heading", 0, 26, words["legend"])
    for style in ("input", "computed", "required", "error", "warning", "locked"):
        yield Line("legend", 0, 20, words[f"legend_{style}"], field=style)
    yield Line("heading", 0, 26, words["how"])
    yield from (Line("paragraph", 0, 34, text) for text in form.guide)
    yield Line("heading", 0, 26, words["asks"])
    yield from (Line("ask", 0, 30, code) for code in form.rules)


def _spots_of(form: Form, line: Line, places: Mapping[str, int]) -> Iterator[tuple[Spot, int]]:
    if line.kind == "row":
        for key in form.blocks[line.block].fields:
            if key in places:
                yield Spot(line.block, line.index, key), places[key]
    elif line.kind == "narrative":
        yield Spot(line.block, 0, line.field), places["text"]
    elif line.kind == "guide_missing":
        yield Spot(line.block, 0, line.field), 3
    elif line.field and line.block:
        yield Spot(line.block, 0, line.field), places["value"]


def _table_ranges(form: Form, sheet: Sheet, table: Table, lines: list[Line], places: Mapping, ranges: dict) -> None:
    own = [line for line in lines if line.table == table.key]
    end = next(line.row for line in own if line.kind == "end")
    for owner in (*table.blocks, table.key):
        blocks = table.blocks if owner == table.key else (owner,)
        rows = [line.row for line in own if line.kind == "row" and line.block in blocks]
        if not rows:
            continue
        following = [line.row for line in own if line.kind == "row" and line.row > rows[-1]]
        last = end if not following else rows[-1]
        for key in form.blocks[blocks[0]].fields:
            if key in places:
                ranges[(owner, key)] = (sheet.title, places[key], rows[0], last)


def sheet_mark(form: Form, sheet: Sheet | str) -> str:
    """What A1 of each sheet says, so that the sheet is known whatever its name."""
    return f"{MARK} {form.key} {form.revision} {sheet if isinstance(sheet, str) else sheet.key}"


def checks_page(layout: Layout) -> Page:
    return next(page for page in layout.pages if any(isinstance(s, Table) and s.key == RULES for s in page.sheet.sections))
