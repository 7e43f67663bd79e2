"""The lists behind the dropdowns, of the choices in `form.yaml`: a column each on the hidden sheet, found through a defined name.

Copies of what a form repeats share theirs: ten goals do not take ten times as many columns of that sheet.

What a column takes from the texts of another one is no list of ours: its name stands for the cells of that column, from the first
row to the last in which something stands, so that blank rows at the end are not offered and inserted ones are.

    list_source(writer, Spot("items", 0, "kind"))     # "list_items_kind"

A defined name follows when sheets are renamed. Where the choices depend on another cell of the row, each of its values has a
list of its own, and the dropdown picks by an IF.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlperf.addresses import cell_name, quoted, range_name
from xlperf.forms.document import Spot
from xlperf.forms.form import Form
from xlperf.forms.model import Field, as_written
from xlperf.workbook.book import Worksheet
from xlperf.workbook.cell_writer import CellWriter

Shared = tuple[str, str, int, Sequence[str]]  # table as the form writes it, column, number of the list, choices


def write_lists(writer: CellWriter, sheet: Worksheet, column: int) -> None:
    """Write every list of the form, the first into that column, and define its name."""
    at, known = column, dict[Shared, int]()
    for name, shared, choices in _lists(writer.form):
        if shared not in known:
            known[shared], at = at, at + 1
            for row, choice in enumerate(choices):
                sheet.write_string(row, known[shared], choice)
        writer.book.define_name(name, f"={range_name(sheet.title, known[shared], 0, len(choices) - 1)}")
    for table in writer.form.tables.values():
        for field in table.columns:
            if field.choices_from:
                writer.book.define_name(list_name(table.key, field.key), f"={_filled_cells(writer, table.blocks[0], field)}")


def _filled_cells(writer: CellWriter, block: str, field: Field) -> str:
    """The formula of the cells that a field takes its texts from, down to the last that is filled, or the first where none is.

    OFFSET in a name is what programs have always taken behind a list. The line below a table, to which its columns reach so that
    rows can be inserted above it, is left out.
    """
    form, layout = writer.form, writer.layout
    target = form.target(block, field.choices_from)
    (title, column, first, last), *_ = layout.areas(form.owners(block, field.choices_from.partition(".")[0]), target.field)
    rows = [layout.spots[Spot(key, layout.counts[key] - 1, target.field)][1] for key in target.blocks if layout.counts[key]]
    top, bottom = (f"{quoted(title)}!{cell_name(row, column, fixed=True)}" for row in (first, last))
    cells = range_name(title, column, first, last)
    above = f"*(ROW({cells})<ROW({bottom}))" if last > max(rows) else ""
    filled = f"(LEN({cells})>0){above}*(ROW({cells})-ROW({top})+1)"
    return f"OFFSET({top},0,0,MAX(1,SUMPRODUCT(MAX({filled}))),1)"


def _lists(form: Form) -> Iterator[tuple[str, Shared, Sequence[str]]]:
    """Yield the name and the choices of every list, and what it shares with those that are the same in other copies."""
    for table in form.tables.values():
        owner = as_written(table.key, table.copy) if table.copy else table.key
        for field in table.columns:
            if field.choices:
                dependent = [choices for by_value in field.choices_by.values() for choices in by_value.values()]
                for number, choices in enumerate([field.choices, *dependent]):
                    shown = tuple(str(field.as_shown(choice)) for choice in choices)
                    yield list_name(table.key, field.key, number or None), (owner, field.key, number, shown), shown


def list_name(table: str, field: str, number: int | None = None) -> str:
    """The defined name of a column's list, or of the list for the value of that number in another cell."""
    name = f"list_{table}_{field}"
    return name if number is None else f"{name}_{number}"


def list_source(writer: CellWriter, spot: Spot) -> str:
    """The list of a cell: its defined name, or the IF that picks one by what stands in another cell of the row."""
    block, field = writer.block_and_field(spot)
    assert block.table, f"{field.key}: a dropdown stands in a table"
    source = list_name(block.table, field.key)
    for other, lists in field.choices_by.items():
        for number, value in reversed([*enumerate(lists, 1)]):
            name = list_name(block.table, field.key, number)
            if other in block.constants:
                source = name if block.constants[other] == value else source
            else:
                _, row, column = writer.layout.spots[spot._replace(field=other)]
                source = f'IF({cell_name(row, column)}="{block.fields[other].as_shown(value)}",{name},{source})'
    return source
