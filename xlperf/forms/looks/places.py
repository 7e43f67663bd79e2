"""The places of a sheet that may have a look, by their names, and the cells of a laid-out sheet that each of them means.

    places_of_cell("funds", "total", None, "spent")    # ("all", "table funds", "block total", "column funds.spent", "block ...")
    looks_of_page(layout, page)                        # {(4, 2): {"bold": True}, ...}

Every cell has several names, from wide to narrow, and what a narrower one says counts. Names are in the words of form.yaml.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from xlperf.forms.definition import Raw
from xlperf.forms.document import Spot
from xlperf.forms.layout import Layout
from xlperf.forms.looks.look import Look, in_order
from xlperf.forms.model import RULES, Block, Fields, Table
from xlperf.forms.sheet_lines import Line, Page

Names = tuple[str, ...]  # of one cell, from wide to narrow
ALL, TITLE = "all", "title"
SPARE = ""  # in place of the key of a row: a blank one to fill in


def title() -> Names:
    """The first printed line of a sheet."""
    return (ALL, TITLE)


def heading(name: str) -> Names:
    """The heading above a table, or above the single field BLOCK.FIELD."""
    return (ALL, f"heading {name}")


def side(name: str) -> Names:
    """The label on the left of a table, or of the single fields from BLOCK.FIELD on."""
    return (ALL, f"side {name}")


def line(number: int) -> Names:
    """A line to be signed, by its number on the sheet."""
    return (ALL, "lines", f"line {number}")


def room(number: int) -> Names:
    """The room to sign on, at the end of such a line."""
    return (ALL, f"room {number}")


def label(block: str, field: str) -> Names:
    """The label of a single field."""
    return (ALL, f"labels {block}", f"label {block}.{field}")


def value(block: str, field: str) -> Names:
    """The cell of a single field."""
    return (ALL, f"values {block}", f"value {block}.{field}")


def group(table: str, column: str) -> Names:
    """The title above several columns, by the first of them."""
    return (ALL, f"header {table}", f"group {table}.{column}")


def header(table: str, column: str) -> Names:
    """The title of a column."""
    return (ALL, f"header {table}", f"header {table}.{column}")


def end(table: str) -> Names:
    """What stands below a table that takes more rows."""
    return (ALL, f"end {table}")


def cell(table: str, block: str, row: str | None, column: str) -> Names:
    """A cell of a table in the preset row of that key, in a blank row (SPARE), or in the one row of its block (None)."""
    if table == RULES:  # its rows are the rules, all alike
        return (ALL, f"table {table}", f"column {table}.{column}")
    kind = None if row is None else f"spare {block}" if row == SPARE else f"row {block}.{row}"
    rows = (kind,) if kind else ()
    cells = (f"{kind}.{column}",) if kind else ()
    return (ALL, f"table {table}", f"block {block}", *rows, f"column {table}.{column}", f"block {block}.{column}", *cells)


RANKS = {  # of names by their kind and dots, from wide to narrow as `cell` has them; of others: without and with dots
    ("block", 0): 2, ("spare", 0): 3, ("row", 1): 3, ("column", 1): 4, ("block", 1): 5, ("spare", 1): 6, ("row", 2): 6,
}  # fmt: skip
WIDE, SINGLE = 1, 6


def rank(name: str) -> int:
    """How narrow a place is: of two names of a cell the larger one counts."""
    kind, _, rest = name.partition(" ")
    dots = rest.count(".")
    return RANKS.get((kind, dots), 0 if name == ALL else SINGLE if dots or kind == "line" else WIDE)


# --- by the definition ---------------------------------------------------------------------------------------


def names_on(sheet: Raw) -> dict[str, None]:
    """Every name of a place on a sheet, in the order of its definition."""
    found = {ALL: None, **({TITLE: None} if sheet.get("heading") else {})}
    lines = 0
    for section in sheet["sections"]:
        for number, _ in enumerate(section.get("lines", ()), lines + 1):
            found |= dict.fromkeys((*line(number), *room(number)))
        lines += len(section.get("lines", ()))
        found |= dict.fromkeys(name for names in _names_in(section) for name in names)
    return found


def _names_in(section: Raw) -> Iterator[Names]:
    for item in section.get("items", ()):
        block, key = section["fields"], item["key"]
        yield from (heading(f"{block}.{key}"), side(f"{block}.{key}"), label(block, key), value(block, key))
    if "table" not in section and "checks" not in section:
        return
    table = section.get("table", RULES)
    yield from (heading(table), side(table), end(table))
    for column in section["columns"]:
        if column.get("hidden"):
            continue
        yield from (group(table, column["key"]), header(table, column["key"]))
        if table == RULES:
            yield cell(table, RULES, None, column["key"])
        for block in section.get("blocks", ()):
            rows = [row["key"] for row in block.get("rows", ())] or [None]
            for row in (*rows, SPARE):
                yield cell(table, block["key"], row, column["key"])


# --- by the layout -------------------------------------------------------------------------------------------


def looks_of_page(layout: Layout, page: Page) -> dict[tuple[int, int], Look]:
    """What the form says of how cells of a sheet look, by the row and column of each; of merged ones by the first."""
    looks = page.sheet.looks
    found = {}
    for at, names in _cells_of_page(layout, page) if looks else ():
        if look := said_of(looks, names):
            found[at] = look
    return found


def said_of(looks: Mapping[str, Look], names: Names) -> Look:
    """What looks say of a cell with those names."""
    found: dict[str, Any] = {}
    for name in names:
        found |= looks.get(name, {})
    return in_order(found)


def _cells_of_page(layout: Layout, page: Page) -> Iterator[tuple[tuple[int, int], Names]]:
    """Yield every cell of a sheet that may have a look, with its names; the program's own page has none."""
    for left in page.sides:
        section = page.sheet.sections[left.section]
        if isinstance(section, Table):
            yield (left.top, 1), side(section.written)
        elif isinstance(section, Fields):
            yield (left.top, 1), side(f"{layout.form.blocks[section.block].written}.{section.keys[0]}")
    above: Line | None = None  # a heading that says not whose it is
    lines = 0
    for number, each in enumerate(page.lines):
        owner = _owner(layout, page.lines[number + 1] if each.kind == "narrative_heading" else each)
        if above and owner and each.kind != "narrative":
            yield (above.row, above.left), heading(owner)
        above = each if each.kind == "heading" else None
        if each.kind == "title" and number == 0 and page.sheet.heading:
            yield (each.row, each.left), title()
        if each.kind == "signature":
            lines += 1
            yield (each.row, each.left), line(lines)
            yield (each.row, page.last_printed), room(lines)
        if each.kind in ("field", "narrative_heading"):
            yield (each.row, each.left), label(*owner.split("."))
        if each.kind in ("field", "narrative"):
            block = layout.form.blocks[each.block]
            yield layout.spots[Spot(each.block, 0, each.field)][1:], value(block.written, each.field)
        if each.kind in ("header", "row", "end"):
            table = layout.form.tables[each.table]
            yield from _IN_TABLES[each.kind](layout, page, each, table)


def _owner(layout: Layout, each: Line) -> str:
    """Whose a heading above that line is, "" of one that says nothing of it."""
    if each.kind == "header":
        return layout.form.tables[each.table].written
    if each.kind in ("field", "narrative"):
        return f"{layout.form.blocks[each.block].written}.{each.field}"
    return ""


def _of_header(layout: Layout, page: Page, each: Line, table: Table) -> Iterator[tuple[tuple[int, int], Names]]:
    places = page.places
    shown = [column for column in table.columns if not column.hidden and column.key in places]
    for _, beside in groupby(shown, key=lambda column: (column.group, "" if column.group else column.key)):
        columns = [*beside]
        is_below = each.rows > 1 and len(columns) > 1
        if is_below:
            yield (each.row, places[columns[0].key]), group(table.written, columns[0].key)
        yield from (((each.row + is_below, places[c.key]), header(table.written, c.key)) for c in columns)


def _of_row(layout: Layout, page: Page, each: Line, table: Table) -> Iterator[tuple[tuple[int, int], Names]]:
    block = layout.form.blocks[each.block]
    for column in table.columns:
        spot = Spot(each.block, each.index, column.key)
        if not column.hidden and spot in layout.spots:
            yield layout.spots[spot][1:], cell(table.written, block.written, row_of(block, each.index), column.key)


def _of_end(layout: Layout, page: Page, each: Line, table: Table) -> Iterator[tuple[tuple[int, int], Names]]:
    yield (each.row, 1 + table.inset), end(table.written)


_IN_TABLES = {"header": _of_header, "row": _of_row, "end": _of_end}


def row_of(block: Block, index: int) -> str | None:
    """How `cell` is told of a row: its key, SPARE of a blank one, None of the one row of its block."""
    row = block.row(index)
    return row.key if row else None if block.shape == "object" else SPARE
