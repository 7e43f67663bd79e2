"""The overview of the summary workbook: small tables, one below the other, each with its chart beside it.

part = Part(title="Received", headings=("Item", "Number"), rows=(("Files", Counted(120, "COUNTA('Units'!$E$4:$E$123)")),))
write_parts(book, palette, sheet, [part], title="Overview", note="As of 2023-03-01")
list(lines_of(part))                    # [["Files", 120]]: the same for a CSV file
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from xlperf.addresses import cell_name
from xlperf.messages import sentence
from xlperf.summarizing.table_sheet import cell_format, set_up, write_text
from xlperf.summarizing.tables.table import Row
from xlperf.workbook.book import Book, Format, Worksheet
from xlperf.workbook.styles import Palette

BAR, GRID = "#4F7CAC", "#E3E8EE"  # colours
CHART_WIDTH, CHART_HEIGHT, CHART_ROWS, CHART_COLUMN = 620, 310, 16, 4
CHART_FORMATS = {"ratio": "0.0%"}  # of the axis of values; others are whole
WIDTHS = (52, 11, 11, 3)  # item, two figures, a gap


class Counted(NamedTuple):
    """A number of the overview, and the formula that counts it, if there is one."""

    value: float
    formula: str = ""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A small table of the overview, and the chart beside it."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, Counted] | tuple[str, Counted, Counted], ...]
    chart: str | None = None  # "column" or "bar": the second column by the first
    colours: tuple[str, ...] = ()  # of the columns of the chart
    total: bool = False  # add a line of totals, and a column of shares
    type: str = "count"  # of the figures

    @property
    def sum(self) -> float:
        """What the line of totals shows."""
        return sum(line[1].value for line in self.rows)


def lines_of(part: Part) -> Iterator[Row]:
    """The values in the lines of a table, with shares and total."""
    for line in part.rows:
        shown = [line[0], *(counted.value for counted in line[1:])]
        yield [*shown, round(_share(part, line[1]), 4)] if part.total else shown
    if part.total:
        yield [sentence("total", {}), part.sum]


def _share(part: Part, counted: Counted) -> float:
    """The share of a line in the total, a ratio."""
    return counted.value / part.sum if part.sum else 0


def write_parts(
    book: Book, palette: Palette, sheet: Worksheet, parts: Sequence[Part], *, title: str, note: str, head: str = ""
) -> None:
    """Write the overview from top to bottom, each chart beside its table; `head` tells the audit."""
    set_up(sheet, WIDTHS)
    sheet.set_row(0, 36)
    sheet.write_string(0, 0, title, palette.format("title", align="left"))
    sheet.write_string(1, 0, note, palette.format("note"))
    if head:
        sheet.write_string(2, 0, head, palette.format("note"))
    row = 3
    for part in parts:
        end = write_part(palette, sheet, part, row)
        if part.chart:
            add_chart(book, sheet, part, row)
            end = max(end, row + CHART_ROWS)
        row = end + 1
    sheet.print_area(0, 0, row, CHART_COLUMN + 9)
    sheet.fit_to_pages(1, 1)


def write_part(palette: Palette, sheet: Worksheet, part: Part, top: int) -> int:
    """Write one small table; return the row below it."""
    sheet.set_row(top, 26)
    sheet.write_string(top, 0, part.title, palette.format("heading"))
    for at in range(1, len(part.headings)):
        sheet.write_blank(top, at, None, palette.format("heading"))
    for at, heading in enumerate(part.headings):
        sheet.write_string(top + 1, at, heading, palette.format("header"))
    first, end = _rows_of(part, top)
    total = cell_name(end, 1, True)
    for row, (text, *numbers) in enumerate(part.rows, first):
        write_text(sheet, row, 0, text, cell_format(palette, "text"))
        for column, counted in enumerate(numbers, 1):
            _write_number(sheet, row, column, counted, cell_format(palette, part.type))
        if part.total:
            share = Counted(_share(part, numbers[0]), f"IF({total}=0,0,{cell_name(row, 1)}/{total})")
            _write_number(sheet, row, len(numbers) + 1, share, cell_format(palette, "ratio"))
    if part.total:
        sums = Counted(part.sum, f"SUM({cell_name(first, 1)}:{cell_name(end - 1, 1)})")
        write_text(sheet, end, 0, sentence("total", {}), cell_format(palette, "text", bold=True))
        _write_number(sheet, end, 1, sums, cell_format(palette, "count", bold=True))
    return end + 1


def _rows_of(part: Part, top: int) -> tuple[int, int]:
    """The row of the first line of a table whose title is in row `top`, and the row below its last line."""
    return top + 2, top + 2 + len(part.rows)


def _write_number(sheet: Worksheet, row: int, column: int, counted: Counted, style: Format) -> None:
    if counted.formula:
        sheet.write_formula(row, column, f"={counted.formula}", style, counted.value)
    else:
        sheet.write_number(row, column, counted.value, style)


def add_chart(book: Book, sheet: Worksheet, part: Part, top: int) -> None:
    """Put the chart of a table beside it; it contains its data too, for programs that do not read the cells."""
    chart = book.add_chart({"type": part.chart})
    assert chart is not None, f"XlsxWriter knows no chart {part.chart!r}"
    first, end = _rows_of(part, top)
    title = sheet.title
    font = {"name": sentence("font", {}), "size": 10}
    series = {
        "name": part.title,
        "categories": [title, first, 0, end - 1, 0],
        "values": [title, first, 1, end - 1, 1],
        "categories_data": [line[0] for line in part.rows],
        "values_data": [line[1].value for line in part.rows],
        "data_labels": {"value": True, "font": font},
        "fill": {"color": BAR},
        "gap": 60,
        "points": [{"fill": {"color": colour}} for colour in part.colours[: len(part.rows)]] or None,
    }
    values = {
        "num_font": font,
        "major_gridlines": {"visible": True, "line": {"color": GRID}},
        "min": 0,
        "num_format": CHART_FORMATS.get(part.type, "0"),
    }
    items = {"num_font": font, "major_gridlines": {"visible": False}, "reverse": part.chart == "bar"}  # the first item on top
    chart.set_x_axis(values if part.chart == "bar" else items)
    chart.set_y_axis(items if part.chart == "bar" else values)
    chart.set_legend({"none": True})
    chart.add_series(series)
    chart.set_title({"name": part.title, "name_font": {"name": sentence("heading_font", {}), "size": 13}, "overlay": False})
    chart.set_size({"width": CHART_WIDTH, "height": CHART_HEIGHT})
    sheet.insert_chart(top, CHART_COLUMN, chart, {"object_position": 1, "description": part.title})
