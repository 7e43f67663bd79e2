"""What stands in a workbook where its form has no field: cells beside the tables, sheets that are not ours.

    for piece in strangers(reading): ...     # Left("merged with another unit", "Notes!A1")
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from xlperf.forms.layout import cell_name
from xlperf.messages import sentence
from xlperf.reading.preflight import preflight
from xlperf.reading.reader import Reading
from xlperf.reading.zip_file import MOST_AREA
from xlperf.records import Left
from xlperf.values.remarks import typed_text

MOST = 1000  # cells of one sheet


def strangers(reading: Reading) -> Iterator[Left]:
    """Yield every cell that holds something and is none of the form's, with its place."""
    told = {cell for finding in reading.findings if finding.code == "XL236" for cell in finding.cells}
    for title, grid in reading.sheets.values() if told else ():
        for row, line in enumerate(grid):
            places = (f"{title}!{cell_name(row, column)}" for column in range(len(line)))
            yield from (Left(typed_text(value), place) for place, value in zip(places, line, strict=True) if place in told)
    if reading.strangers:
        yield from _of_sheets(reading)


def _of_sheets(reading: Reading) -> Iterator[Left]:
    """The cells of the sheets that are not ours, so many of each."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(preflight(reading.path).content))
    for title in reading.strangers:
        seen, sheet = 0, book.get_sheet_by_name(title)
        rows = MOST_AREA // (sheet.total_width + 1)
        for row, line in enumerate(sheet.to_python(skip_empty_area=False, nrows=rows)):
            for column, value in enumerate(line):
                if str(value).strip():
                    seen += 1
                    yield from [Left(typed_text(value), f"{title}!{cell_name(row, column)}")] if seen <= MOST else ()
        if seen > MOST:
            yield Left(sentence("cells_not_listed", {"count": seen - MOST}), title)
