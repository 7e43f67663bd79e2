"""The lists behind the dropdowns, of the choices in `form.yaml`: a column each on the hidden sheet, found through a defined name.

    list_source(writer, Spot("items", 0, "kind"))     # "list_items_kind"

A defined name follows when sheets are renamed. Where the choices depend on another cell of the row, each of its values has a
list of its own, and the dropdown picks by an IF.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlperf.addresses import cell_name, range_name
from xlperf.forms.document import Spot
from xlperf.forms.form import Form
from xlperf.workbook.book import Worksheet
from xlperf.workbook.cell_writer import CellWriter


def write_lists(writer: CellWriter, sheet: Worksheet, column: int) -> None:
    """Write every list of the form, the first into that column, and define its name."""
    for at, (name, choices) in enumerate(_lists(writer.form), column):
        for row, choice in enumerate(choices):
            sheet.write_string(row, at, choice)
        writer.book.define_name(name, f"={range_name(sheet.title, at, 0, len(choices) - 1)}")


def _lists(form: Form) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the name and the choices of every list."""
    for table in form.tables.values():
        for field in table.columns:
            if field.choices:
                yield list_name(table.key, field.key), [str(field.as_shown(choice)) for choice in field.choices]
                dependent = [choices for by_value in field.choices_by.values() for choices in by_value.values()]
                for number, choices in enumerate(dependent, 1):
                    yield list_name(table.key, field.key, number), [str(field.as_shown(choice)) for choice in choices]


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
