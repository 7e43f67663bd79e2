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

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from xlperf.addresses import cell_name, quoted, range_name
from xlperf.forms.document import Document, Rows, Spot, inputs_of, path_namer, rows_of
from xlperf.forms.form import Form
from xlperf.forms.model import GUIDE, RULES, Block, Field, Fields, Guide, Lines, Sheet, Table
from xlperf.formula.operands import as_text

MARK = "xlperf"
LAST_ROW = 1_999  # of a sheet that is read; what stands below is not
END, HEADER = "#end", "#header"
MORE_ROWS = 4  # spare rows of a workbook that is filled in further, where a table is full
PROBLEMS = "#problems"  # the sheet of a workbook that is sent back; no sheet of a form is called that
SINGLES = ("text", "value")  # keys of the columns where long texts and single fields stand (after their label)
LEGEND = ("input", "computed", "required", "error", "warning", "locked")  # what a colour means, in the guide

Reference = tuple[str, str]  # table and column of last year's figures
Place = tuple[str, int, int]  # sheet title, row, column
Range = tuple[str, int, int, int]  # sheet title, column, first row, last row


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


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A form, laid out: its pages, and where each of its cells and columns stands."""

    form: Form
    counts: Mapping[str, int]  # the rows of each block
    references: frozenset[Reference]  # the columns of last year's figures that are shown
    pages: tuple[Page, ...]
    spots: Mapping[Spot, Place]
    ranges: Mapping[tuple[str, str], Range]  # by block or table, and field

    def address(self, spot: Spot) -> str:
        """The cell as people write it: `Budget!F12`."""
        return address_of(self.spots[spot])

    def reference(self, home: Spot, name: str) -> str:
        """What a name in the formula of `home` is in Excel: `F12`, `'Budget'!$F$4`, a range or a number.

        Its own sheet is not named: rows share no formula that names a sheet.
        """
        own = f"{quoted(self.spots[home][0])}!"
        target = self.form.target(home.block, name)
        match target.reach:
            case "row":
                _, row, column = self.spots[Spot(home.block, home.index, target.field)]
                return self.meant(home.block, target.field, cell_name(row, column))
            case "parameter":
                return as_text(self.form.parameter(target.field))
            case "cell":
                cell = self.absolute(Spot(target.blocks[0], self.form.index(target), target.field)).removeprefix(own)
                return self.meant(target.blocks[0], target.field, cell)
            case "column":
                cells = range_name(*self.ranges[name.split(".")[0], target.field]).removeprefix(own)
                return self.meant(target.blocks[0], target.field, cells)

    def meant(self, block: str, field: str, cells: str) -> str:
        """Cells as formulas see them: where a cell shows a choice otherwise, what it stands for."""
        for choice, shown in self.form.blocks[block].fields[field].shown.items():
            cells = f'SUBSTITUTE({cells},"{shown}","{choice}")'
        return cells

    def absolute(self, spot: Spot) -> str:
        """The cell as a formula on another sheet names it: `'Budget'!$F$12`."""
        title, row, column = self.spots[spot]
        return f"{quoted(title)}!{cell_name(row, column, True)}"


def address_of(place: Place) -> str:
    """A place as people write it: `Budget!F12`."""
    title, row, column = place
    return f"{title}!{cell_name(row, column)}"


# --- how many rows -------------------------------------------------------------------------------------------


def row_counts(form: Form, spare: Mapping[str, int] | None = None, rows: Rows | None = None) -> dict[str, int]:
    """How many rows each block gets: its preset and spare rows (by default the form's), or as many as it has already."""
    counts = {}
    for block in form.blocks.values():
        if block.shape in ("list", "keyed", "mapping"):
            wanted = (spare or {}).get(block.key, block.spare)
            counts[block.key] = max(len(block.rows) + wanted, len((rows or {}).get(block.key, ())))
        else:
            counts[block.key] = 1
    return counts


def spare_rows(form: Form, rows: Rows) -> dict[str, int]:
    """The spare rows of each block as in the template, and at least a few more where all are used."""
    return {
        key: max(block.spare, len(rows.get(key, ())) - len(block.rows) + MORE_ROWS)
        for key, block in form.blocks.items()
        if block.spare and not block.fixed
    }


def with_blank_rows(form: Form, rows: Rows, counts: Mapping[str, int]) -> Rows:
    """The rows with the blank ones of the layout behind them: their formulas have cached values too."""
    return {
        key: listed + [dict(form.blocks[key].constants) for _ in range(counts[key] - len(listed))] for key, listed in rows.items()
    }


def filled_references(form: Form, rows: Rows) -> frozenset[Reference]:
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


# --- where everything stands ---------------------------------------------------------------------------------


def make_layout(form: Form, counts: Mapping[str, int] | None = None, references: frozenset[Reference] = frozenset()) -> Layout:
    """Lay the form out with that many rows per block (default: preset plus spare ones) and those columns of last year's."""
    counts = counts or row_counts(form)
    pages = tuple(_page(form, sheet, counts, references) for sheet in form.sheets)
    spots = {
        spot: (page.sheet.title, line.row, column)
        for page in pages
        for line in page.lines
        for spot, column in _spots_of(form, line, page.places)
    }
    ranges = {name: range_ for page in pages for name, range_ in _ranges_of(form, page)}
    return Layout(form=form, counts=counts, references=references, pages=pages, spots=spots, ranges=ranges)


def template_layout(form: Form, rows: Rows) -> Layout:
    """The layout of a template that holds those rows; kept, for most workbooks of a form have the same."""
    return _template_layout(form, tuple(row_counts(form, rows=rows).items()))


@lru_cache(maxsize=64)
def _template_layout(form: Form, counts: tuple[tuple[str, int], ...]) -> Layout:
    return make_layout(form, dict(counts))


def template_places(form: Form, rows: Rows) -> dict[str, str]:
    """Where the template has what is filled in: cells by path in the document."""
    layout, path_of = template_layout(form, rows), path_namer(form, rows)
    return {path_of(spot): layout.address(spot) for spot, _ in inputs_of(form, rows) if spot in layout.spots}


def moved_places(form: Form, rows: Rows, cells: Mapping[Spot, Place], document: Document) -> dict[str, str]:
    """The cells of what is filled in that do not stand where a template of that document has them, by path."""
    again, path_of = rows_of(form, document)[0], path_namer(form, rows)
    typed = dict(inputs_of(form, rows))
    if dict(inputs_of(form, again)) == typed:  # then a spot has one path in both, and few paths need be written
        spots = template_layout(form, again).spots
        return {path_of(spot): address_of(cells[spot]) for spot in typed if spot in cells and spots.get(spot) != cells[spot]}
    usual, found = template_places(form, again), {path_of(spot): address_of(cells[spot]) for spot in typed if spot in cells}
    return {path: cell for path, cell in found.items() if usual.get(path) != cell}


# --- one sheet -----------------------------------------------------------------------------------------------


def _page(form: Form, sheet: Sheet, counts: Mapping[str, int], references: frozenset[Reference]) -> Page:
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


def _spots_of(form: Form, line: Line, places: Mapping[str, int]) -> Iterator[tuple[Spot, int]]:
    """Yield the cells of a line with their columns."""
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


def _ranges_of(form: Form, page: Page) -> Iterator[tuple[tuple[str, str], Range]]:
    """Yield the columns of the tables on a page, and of each of their blocks; one that is last reaches to the end line."""
    for table in page.sheet.sections:
        if not isinstance(table, Table):
            continue
        rows = [line for line in page.lines if line.table == table.key and line.kind == "row"]
        end = next(line.row for line in page.lines if line.table == table.key and line.kind == "end")
        for owner in (*table.blocks, table.key):
            blocks = table.blocks if owner == table.key else (owner,)
            own = [line.row for line in rows if line.block in blocks]
            if own:
                last = end if own[-1] == rows[-1].row else own[-1]
                keys = (key for key in form.blocks[blocks[0]].fields if key in page.places)
                yield from (((owner, key), (page.sheet.title, page.places[key], own[0], last)) for key in keys)


# --- marks ---------------------------------------------------------------------------------------------------


def sheet_mark(form: Form, sheet: Sheet | str) -> str:
    """What A1 of each sheet says, so that the sheet is known whatever its name."""
    return f"{MARK} {form.key} {form.revision} {sheet if isinstance(sheet, str) else sheet.key}"


def checks_page(layout: Layout) -> Page:
    """The page that holds the checks."""
    return next(page for page in layout.pages if any(isinstance(s, Table) and s.key == RULES for s in page.sheet.sections))
