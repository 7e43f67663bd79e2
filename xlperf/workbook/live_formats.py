"""Figures as people read them: thousands apart, where a column holds words and numbers and one format cannot say it.

    separate_thousands(writer, sheet, table)

A column of money has its format; a target is a word in one row, a year in another, and 58,000 in the third. So a whole number
is shown without a point, and one that may be a year as it is. What stands in the cell stays what it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from xlperf.addresses import cell_name
from xlperf.forms.document import Spot
from xlperf.forms.model import YEARS, Table
from xlperf.workbook.book import Worksheet
from xlperf.workbook.cell_writer import CellWriter

MIXED = ("value", "reference")  # types of columns that hold words or numbers
LEAST, MOST_WHOLE, MOST = 1_000, 1_000_000_000, 1_000_000  # what is larger would show ### in a column of its width


def separate_thousands(writer: CellWriter, sheet: Worksheet, table: Table) -> None:
    """Show the large numbers of such columns with their thousands apart."""
    for key in table.blocks:
        block = writer.form.blocks[key]
        for field in block.fields.values():
            first, last = (Spot(key, index, field.key) for index in (0, writer.layout.counts[key] - 1))
            mixed = field.type in MIXED or (field.type == "money" and block.number_format(field) == "General")
            if mixed and not field.hidden and first in writer.layout.spots:
                _, row, column = writer.layout.spots[first]
                cell = cell_name(row, column)
                for condition, pattern in _patterns(cell):
                    options = {"type": "formula", "criteria": f"={condition}", "format": writer.palette.pattern(pattern)}
                    sheet.conditional_format(*writer.rectangle(first, last), options)


def _patterns(cell: str) -> Iterator[tuple[str, str]]:
    """Yield conditions on what stands in a cell, each with the number format that it asks for; the first one counts."""
    size, whole = f"ABS(N({cell}))", f"INT(N({cell}))=N({cell})"
    year = f"AND(N({cell})>={YEARS[0]},N({cell})<={YEARS[1]})"
    yield f"AND(ISNUMBER({cell}),{size}>={LEAST},{size}<{MOST_WHOLE},{whole},NOT({year}))", "#,##0"
    yield f"AND(ISNUMBER({cell}),{size}>={LEAST},{size}<{MOST},NOT({whole}))", "#,##0.00##"
