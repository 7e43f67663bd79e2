"""Where every field of a form stands in the workbook: only this module and `sheet_lines` count rows.

    >>> layout = make_layout(form)
    >>> layout.address(Spot("total", 0, "spent")).partition("!")[2]
    'F4'

Every sheet is one grid. Row 1 and column A are hidden and hold the keys by which the reader finds things again after
rows were inserted, sheets renamed or the file saved by another program: A1 names form, revision and sheet, row 1 the
field of each column, column A the row. A table ends in a line keyed `#end`; ranges reach to it, so a row inserted
under the last one still counts. Row numbers are zero-based here and one-based in addresses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from xlperf.addresses import cell_name, column_name, quoted, range_name
from xlperf.forms.document import Document, Rows, Spot, inputs_of, path_namer, rows_of
from xlperf.forms.form import Form
from xlperf.forms.model import GUIDE, RULES, USED, Sheet, Table
from xlperf.forms.sheet_lines import Line, Page, Reference, is_placed, page_of, placed_key
from xlperf.formula.operands import as_text

MARK = "xlperf"
LAST_ROW = 1_999  # of a sheet that is read; what stands below is not
MORE_ROWS = 4  # spare rows of a workbook that is filled in further, where a table is full
COUNTS = 2  # the column of the hidden sheet, behind what the workbook says of itself, in which something is counted
OFFICIAL = "#official"  # the official sheet of a workbook, which is never read
PROBLEMS = "#problems"  # the sheet of a workbook that is sent back; no sheet of a form is called that
Place = tuple[str, int, int]  # sheet title, row, column
Range = tuple[str, int, int, int]  # sheet title, column, first row, last row
BLANK_ROW = 1_048_576  # the last of a sheet, in which nothing of ours stands


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
            case "above":
                _, row, _ = self.spots[Spot(home.block, home.index, target.field)]
                return self.above(home.block, target.field, str(row + 1))
            case "parameter":
                return as_text(self.form.parameter(target.field))
            case "cell":
                cell = self.absolute(Spot(target.blocks[0], self.form.index(target), target.field)).removeprefix(own)
                return self.meant(target.blocks[0], target.field, cell)
            case "column":
                owners = self.form.owners(home.block, name.split(".")[0])
                areas = ",".join(range_name(*area).removeprefix(own) for area in self.areas(owners, target.field))
                return self.meant(target.blocks[0], target.field, areas)

    def areas(self, owners: Iterable[str], field: str) -> list[Range]:
        """The cells of a column of those blocks or tables, neighbours in one piece; of a single field its cell."""
        found: list[Range] = []
        for owner in owners:
            title, column, first, last = self.ranges.get((owner, field)) or self._cell(owner, field)
            if found and found[-1][:2] == (title, column) and found[-1][3] + 1 == first:
                found[-1] = (title, column, found[-1][2], last)
            else:
                found.append((title, column, first, last))
        return found

    def _cell(self, owner: str, field: str) -> Range:
        title, row, column = self.spots[Spot(owner, 0, field)]
        return title, column, row, row

    def above(self, block: str, field: str, row: str) -> str:
        """The cell of a column in the nearest used row above that row of a block; a blank one where there is none.

        The ranges begin above the block and end in the row itself, so that rows which are inserted are in them. Nothing is above
        a row in which nothing stands.
        """
        ranges = (self.ranges[block, USED], self.ranges[block, field])
        used, cells = (f"{cell_name(first - 1, column, True)}:{column_name(column)}{row}" for _, column, first, _ in ranges)
        (head, own), (_, beside) = used.split(":"), cells.split(":")
        above = f"({used}=1)*({own}=1)*(ROW({used})<ROW())*(ROW({used})-ROW({head}))"
        place = f"SUMPRODUCT(LARGE({above},1))"  # MAX would be #VALUE! in Gnumeric
        blank = f"{beside.removesuffix(row)}${BLANK_ROW}"
        return self.meant(block, field, f"IF({place}=0,{blank},INDEX({cells},{place}+1))")

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


# --- how many rows ------------------------------------------------------------------------------------------


def row_counts(form: Form, spare: Mapping[str, int] | None = None, rows: Rows | None = None) -> dict[str, int]:
    """How many rows each block gets: its preset and spare rows (by default the form's), or as many as it has already."""
    counts = {}
    for block in form.blocks.values():
        if block.shape in ("list", "keyed", "mapping"):
            listed = (rows or {}).get(block.key, ())
            wanted = (spare or {}).get(block.key, block.spare if not form.stage else int(not block.rows))
            counts[block.key] = max(len(block.rows) + wanted, len(listed))
        else:
            counts[block.key] = 1
    return counts


def spare_rows(form: Form, rows: Rows) -> dict[str, int]:
    """The spare rows of each block as in the template, and at least a few more where all are used."""
    return {
        key: max(block.spare, len(rows.get(key, ())) - len(block.rows) + MORE_ROWS)
        for key, block in form.blocks.items()
        if block.spare and not block.fixed and not form.stage  # whose tables take no more rows
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


# --- where everything stands --------------------------------------------------------------------------------


def make_layout(form: Form, counts: Mapping[str, int] | None = None, references: frozenset[Reference] = frozenset()) -> Layout:
    """Lay the form out with that many rows per block (default: preset plus spare ones) and those columns of last year's."""
    counts = counts or row_counts(form)
    pages = tuple(page_of(form, sheet, counts, references) for sheet in form.sheets)
    spots = {
        spot: (page.sheet.title, line.row, column)
        for page in pages
        for line in page.lines
        for spot, column in _spots_of(form, line, page.places)
    }
    spots |= copy_spots(form)
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
        own = placed_key(line.block, line.field) if is_placed(line) else "value"
        yield Spot(line.block, 0, line.field), places[own]


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


def copy_spots(form: Form) -> dict[Spot, Place]:
    """Where the hidden sheet says how each copy of what is repeated stands."""
    hidden = [key for key, field in form.blocks[GUIDE].fields.items() if field.hidden]
    return {Spot(GUIDE, 0, key): (MARK, row, COUNTS) for row, key in enumerate(hidden, 1)}


# --- marks --------------------------------------------------------------------------------------------------


def sheet_mark(form: Form, sheet: Sheet | str) -> str:
    """What A1 of each sheet says, so that the sheet is known whatever its name."""
    return f"{MARK} {form.key} {form.edition} {sheet if isinstance(sheet, str) else sheet.key}"


def checks_page(layout: Layout) -> Page:
    """The page that holds the checks."""
    return next(page for page in layout.pages if any(isinstance(s, Table) and s.key == RULES for s in page.sheet.sections))
