"""The lines of a streamed sheet, each written in one piece: a summary has hundreds of thousands of cells.

    write = row_writer(sheet, [text_style, number_style])
    write(3, 18.75, ["Bureau", 12.5])                      # row, height in points, what stands in its cells
    write(4, 18.75, ["Office", Computed("=B4*2", 25.0)])

XlsxWriter takes such a line cell by cell, keeps each until the next line begins and goes through all of them again. What stands
in the file is the same; a test compares them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from xlperf.addresses import column_name
from xlperf.workbook.book import Format, Worksheet, escaped, fewest_digits

STANDARD_HEIGHT, POINTS_PER_PIXEL = 15.0, 0.75  # points; a row of that height does not say so
NUMBERS = (int, float)
SHORT, REMEMBERED = 200, 2_000  # characters of a text that is kept as it was written, and how many of those are

WriteRow = Callable[[int, float, Sequence[object]], None]  # zero-based row, height in points, one value per column


class Computed(NamedTuple):
    """A formula, with what it shows: a number, or None for nothing."""

    formula: str  # as Excel shows it, with "="
    value: object


def row_writer(sheet: Worksheet, styles: Sequence[Format]) -> WriteRow:
    """The function that writes the next row of a streamed sheet, one cell for each of those formats from the first column on.

    A number is written as one, a `Computed` as a formula, None and "" as blank cells, everything else as text.
    """
    writer: Any = sheet  # XlsxWriter does not say what is in it, nor what a format has
    formats: Sequence[Any] = styles
    assert writer.constant_memory, "rows of a sheet that is kept in memory are written cell by cell"
    openings: list[tuple[str, str]] = []  # of the cells of each column, before and after the number of the row

    def write(row: int, height: float, values: Sequence[object]) -> None:
        assert row > writer.previous_row, f"row {row + 1} comes after row {writer.previous_row + 1}"
        writer._write_single_row(row)  # the one before, taken cell by cell; those of formats are numbered as they are used
        if not openings:
            openings.extend((f'<c r="{column_name(at)}', f'" s="{style._get_xf_index()}"') for at, style in enumerate(formats))
        assert not writer._check_dimensions(row, 0) and not writer._check_dimensions(row, len(openings) - 1)
        number = str(row + 1)
        cells = [f'<row r="{number}"{_height(height)}>']
        for (opening, style), value in zip(openings, values, strict=True):
            cells.append(f"{opening}{number}{style}{_content(value)}")
        cells.append("</row>")
        writer.fh.write("".join(cells))

    return write


def _height(points: float) -> str:
    """The attributes of a row of that height, which is one of whole pixels."""
    shown = int(points / POINTS_PER_PIXEL + 0.5) * POINTS_PER_PIXEL
    return "" if shown == STANDARD_HEIGHT else f' ht="{fewest_digits(shown)}" customHeight="1"'


def _content(value: object) -> str:
    """The rest of a cell, after its address and format."""
    if isinstance(value, NUMBERS):
        return f"><v>{fewest_digits(value)}</v></c>"
    if isinstance(value, Computed):
        shown = "" if value.value is None else value.value
        return f"><f>{_in_xml(value.formula.removeprefix('='))}</f><v>{shown}</v></c>"
    text = "" if value is None else str(value)
    if not text:
        return "/>"
    return _short_text(text) if len(text) <= SHORT else _text(text)


def _text(text: str) -> str:
    """The rest of a cell with a text that is not empty."""
    if not text.isprintable() or "_x" in text:
        text = escaped(text)
    kept = ' xml:space="preserve"' if text[0].isspace() or text[-1].isspace() else ""
    return f' t="inlineStr"><is><t{kept}>{_in_xml(text)}</t></is></c>'


_short_text = lru_cache(REMEMBERED)(_text)  # units, files and what findings say stand in many lines


def _in_xml(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
