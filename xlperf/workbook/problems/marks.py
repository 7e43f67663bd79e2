"""The marks at the cells of a workbook that is sent back: a comment, and the colour of the severity.

    mark_cells(writer, sheet, annotation)

A cell at fault loses its colour as soon as something else stands in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from xlperf.addresses import cell_name
from xlperf.forms.document import Spot
from xlperf.forms.layout import MARK
from xlperf.formula.excel import LONGEST_LITERAL
from xlperf.formula.operands import as_decimal, as_text
from xlperf.values.dates import as_date
from xlperf.workbook.book import UNWRITABLE, Worksheet
from xlperf.workbook.cell_writer import CellWriter
from xlperf.workbook.live_colours import colour_where
from xlperf.workbook.problems.notes import Annotation, Note
from xlperf.workbook.styles import COLOURS, lines_needed

NOTE_WIDTH, HIGHEST_NOTE = 330, 560  # pixels of a comment
NOTE_LINE, NOTE_MARGIN = 16, 14  # pixels
NOTE_UNITS = 50  # of text in a line of a comment


class Mark(NamedTuple):
    """A cell of the sheet, and what is wrong with it."""

    spot: Spot
    note: Note
    row: int
    column: int


def mark_cells(writer: CellWriter, sheet: Worksheet, annotation: Annotation) -> None:
    """Write a comment at every cell at fault; while an error stands there unchanged, no other live colour shows."""
    usual = {"author": MARK, "visible": False, "font_name": writer.form.style.font, "font_size": 9, "width": NOTE_WIDTH}
    for spot, note, row, column in _marks(writer, sheet, annotation):
        own = {"height": _note_height(note.text), "color": COLOURS[note.severity]}
        sheet.write_comment(row, column, note.text, usual | own)
        if note.severity == "error":
            colour_where(writer, sheet, (row, column, row, column), unchanged(writer, spot), "error")


def write_remarks(writer: CellWriter, sheet: Worksheet, remarks: Mapping[Spot, str]) -> None:
    """Write advice as comments at its cells on that sheet."""
    usual = {"author": MARK, "visible": False, "font_name": writer.form.style.font, "font_size": 9, "width": NOTE_WIDTH}
    for spot, text in remarks.items():
        title, row, column = writer.layout.spots[spot]
        if title == sheet.title:
            sheet.write_comment(row, column, text, usual | {"height": _note_height(text), "color": COLOURS["computed"]})


def colour_changed_cells(writer: CellWriter, sheet: Worksheet, annotation: Annotation) -> None:
    """Make a cell at fault look as usual once it is changed, unless another live colour shows."""
    for spot, _, row, column in _marks(writer, sheet, annotation):
        block, field = writer.block_and_field(spot)
        usual = "input" if writer.form.is_input(block, spot.index, field) else "computed"
        colour_where(writer, sheet, (row, column, row, column), f"NOT({unchanged(writer, spot)})", usual)


def _marks(writer: CellWriter, sheet: Worksheet, annotation: Annotation) -> Iterator[Mark]:
    """Yield what is to be marked on that sheet."""
    for spot, note in annotation.notes.items():
        title, row, column = writer.layout.spots[spot]
        if title == sheet.title:
            yield Mark(spot, note, row, column)


def _note_height(text: str) -> int:
    return min(HIGHEST_NOTE, lines_needed(text, NOTE_UNITS + 1) * NOTE_LINE + NOTE_MARGIN)


def unchanged(writer: CellWriter, spot: Spot) -> str:
    """An Excel condition: what was submitted still stands in the cell."""
    _, row, column = writer.layout.spots[spot]
    cell, (_, field) = cell_name(row, column), writer.block_and_field(spot)
    value = field.as_shown(writer.value(spot))
    if value is None or value == "":
        return f'TRIM({cell})=""'
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{cell}={as_text(as_decimal(value))}"
    if field.type == "date" and (date := as_date(value)):
        return f"{cell}=DATE({date.year},{date.month},{date.day})"
    return _same_text(cell, str(value))


def _same_text(cell: str, text: str) -> str:
    """An Excel condition: as many characters stand in the cell, and the first of them are those of the text."""
    length = f"LEN({cell})={_units(text)}"
    if UNWRITABLE.search(text):
        return length  # no formula holds such a character
    start = text.encode("utf-16-le")[: 2 * LONGEST_LITERAL].decode("utf-16-le", "ignore")
    literal = start.replace('"', '""')
    return f'AND({length},EXACT(LEFT({cell},{_units(start)}),"{literal}"))'


def _units(text: str) -> int:
    """The length of a text as Excel counts it."""
    return len(text.encode("utf-16-le")) // 2
