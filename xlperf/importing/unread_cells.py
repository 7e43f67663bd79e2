"""What a workbook holds outside of the fields of its form: beside our tables, and in sheets that are not ours.

for piece in unread_cells(reading):
    piece.place, piece.text      # "Sheet!H7", "see annex 2"
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from xlperf.addresses import cell_name
from xlperf.importing.page import Leftover
from xlperf.messages import sentence
from xlperf.reading.preflight import preflight
from xlperf.reading.reading import Reading
from xlperf.reading.zip_file import MOST_AREA
from xlperf.values.printing import typed_text

MOST = 1000  # cells of one sheet
OUTSIDE = "XL236"  # the finding that names the cells which hold something and are none of the form's


def unread_cells(reading: Reading) -> Iterator[Leftover]:
    """Yield every cell that holds something and is none of the form's, with its place."""
    outside = {cell for finding in reading.findings if finding.code == OUTSIDE for cell in finding.cells}
    for title, grid in reading.sheets.values() if outside else ():
        for row, values in enumerate(grid):
            for column, value in enumerate(values):
                place = f"{title}!{cell_name(row, column)}"
                if place in outside:
                    yield Leftover(typed_text(value), place)
    if reading.strangers:
        yield from _cells_of_other_sheets(reading)


def _cells_of_other_sheets(reading: Reading) -> Iterator[Leftover]:
    """The cells of the sheets that are not ours, so many of each."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(preflight(reading.path).content))
    for title in reading.strangers:
        sheet = book.get_sheet_by_name(title)
        most_rows = MOST_AREA // (sheet.total_width + 1)
        filled = (
            Leftover(typed_text(value), f"{title}!{cell_name(row, column)}")
            for row, values in enumerate(sheet.to_python(skip_empty_area=False, nrows=most_rows))
            for column, value in enumerate(values)
            if str(value).strip()
        )
        seen = 0
        for seen, piece in enumerate(filled, 1):
            if seen <= MOST:
                yield piece
        if seen > MOST:
            yield Leftover(sentence("cells_not_listed", {"count": seen - MOST}), title)
