"""What a workbook holds outside of the fields of its form: beside our tables, and in sheets that are not ours.

for piece in unread_cells(reading, list(find_alterations(reading))):
    piece.place, piece.text      # "Sheet!H7", "see annex 2"
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from xlperf.addresses import cell_name
from xlperf.importing.papers.page import Leftover
from xlperf.messages import sentence
from xlperf.reading.grids import filled_cells
from xlperf.reading.reading import Reading
from xlperf.reporting.finding import Finding
from xlperf.values.printing import typed_text

MOST = 1000  # cells of one sheet
OUTSIDE = "XL236"  # the finding that names the cells which hold something and are none of the form's


def unread_cells(reading: Reading, alterations: Iterable[Finding]) -> Iterator[Leftover]:
    """Yield every cell that holds something and is none of the form's, with its place."""
    outside = {cell for finding in alterations if finding.code == OUTSIDE for cell in finding.cells}
    for sheet in reading.sheets.values() if outside else ():
        for row, values in enumerate(sheet.grid):
            for column, value in enumerate(values):
                place = f"{sheet.title}!{cell_name(row, column)}"
                if place in outside:
                    yield Leftover(typed_text(value), place)
    if reading.foreign_sheets:
        yield from _cells_of_other_sheets(reading)


def _cells_of_other_sheets(reading: Reading) -> Iterator[Leftover]:
    """The cells of the sheets that are not ours, so many of each."""
    for title, cells in groupby(filled_cells(reading.package, reading.foreign_sheets), key=itemgetter(0)):
        seen = 0
        for seen, (_, row, column, value) in enumerate(cells, 1):
            if seen <= MOST:
                yield Leftover(typed_text(value), f"{title}!{cell_name(row, column)}")
        if seen > MOST:
            yield Leftover(sentence("cells_not_listed", {"count": seen - MOST}), title)
