"""A picture of the sheets of a workbook: what stands in each cell as it is shown, fills, merged cells, widths and heights.

    book = draw_book(reading, marked=["Budget!E4"])
    book["sheets"][0]["rows"][3]["cells"]       # of each: column, text, number in `book["looks"]`, rows and columns it takes

It is drawn from the bounded package, and judges nothing. Hidden rows and columns are left out unless a marked cell lies in them,
long runs of blank rows are one line. Headings of tables and names of rows are told, so that they can stay in view.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from xlperf.addresses import column_name, column_number
from xlperf.forms.model import Table
from xlperf.forms.sheet_lines import END, HEADER
from xlperf.page.cell_looks import CellLooks, number_in
from xlperf.page.shown_numbers import GENERAL, show_number
from xlperf.reading import limits
from xlperf.reading.cell_formats import ESCAPED
from xlperf.reading.markup import Range, areas, read_markup
from xlperf.reading.package.workbook_parts import WORKBOOK
from xlperf.reading.reader import IDENTITY
from xlperf.reading.reading import FoundSheet, Reading
from xlperf.reading.sheet_rows import header_depth, table_below
from xlperf.workbook.live_colours import live_pattern_of, live_patterns

MOST_CELLS = 60_000  # of all sheets together; what stands behind them is counted, not drawn
LAST_SPOT = limits.LAST_ROW - 1, column_number(limits.LAST_COLUMN)  # what lies beyond was cut from the package
MOST_TEXT = 4_000  # characters of a cell that are shown
MOST_MERGED = 100_000  # cells of merged ranges in one sheet
MOST_BLANK = 30  # rows in a row that are drawn although nothing stands in them
CHARACTER, PADDING, POINT = 7.0, 5, 4 / 3  # pixels
USUAL_WIDTH, WIDEST, TALLEST = 8.43, 80.0, 409.0  # characters, characters, points
NARROWEST = 40  # pixels
PLAIN = -1  # the look of a cell that has none
ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
Drawn = dict[str, object]
Place = tuple[int, int]  # row and column from zero


@dataclass
class Canvas:
    """What is to be drawn of one sheet, gathered from its XML."""

    texts: dict[Place, tuple[str, int]] = field(default_factory=dict)  # what is shown, and in which look
    numbers: dict[Place, float] = field(default_factory=dict)  # those among them that have no format of their own
    filled: dict[Place, int] = field(default_factory=dict)  # the looks of blank cells
    heights: dict[int, float] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    widths: dict[int, float] = field(default_factory=dict)
    hidden_columns: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Parts:
    """Which rows of a sheet head a table, in which part of the sheet each row is, and how many columns name its rows."""

    heads: frozenset[int] = frozenset()
    begins: tuple[int, ...] = ()  # rows with which a part begins
    kept: int = 0

    def part_of(self, row: int) -> int:
        return sum(begin <= row for begin in self.begins)


def draw_book(reading: Reading, marked: Iterable[str] = ()) -> Drawn:
    """Return the pictures of the sheets that people see, and of those with a marked cell."""
    package = reading.package
    with zipfile.ZipFile(io.BytesIO(package.content)) as archive:
        workbook = ElementTree.fromstring(archive.read(WORKBOOK))
    properties = workbook.find("{*}workbookPr")
    since_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    hidden = {sheet.get("name", "") for sheet in workbook.iter() if sheet.get("state") in ("hidden", "veryHidden")}
    texts, looks, spots = _shared_texts(package.texts), CellLooks(package.styles), _marked_spots(marked)
    ours = {found.title: (key, found) for key, found in reading.sheets.items()}
    identity = reading.program_sheets.get(IDENTITY)
    sheets, room = [], MOST_CELLS
    for title, content in package.sheets.items():
        if (title in hidden and title not in spots) or (identity and title == identity.title):
            continue
        canvas = _canvas(content, texts, looks, since_1904)
        parts, markup = (_parts(reading, *ours[title]), ours[title][1].markup) if title in ours else (Parts(), None)
        merges = (markup or read_markup(content)).merges
        view = _seen(canvas, parts, merges, spots.get(title, frozenset()))
        sheets.append({"title": title, **_sheet(canvas, parts, view, room)})
        room = max(room - len(view.busy) * len(view.columns), 0)
    return {"looks": looks.listed, "sheets": sheets}


def _marked_spots(marked: Iterable[str]) -> dict[str, frozenset[Place]]:
    """The marked cells by the titles of their sheets; of a range its corners."""
    spots: dict[str, set[Place]] = {}
    for place in marked:
        title, _, reference = place.rpartition("!")
        for top, left, bottom, right in areas(reference.encode()) if ADDRESS.match(reference) else ():
            corners = ((top, left), (bottom, right))
            spots.setdefault(title, set()).update(spot for spot in corners if spot[0] <= LAST_SPOT[0] and spot[1] <= LAST_SPOT[1])
    return {title: frozenset(found) for title, found in spots.items()}


def _parts(reading: Reading, key: str, found: FoundSheet) -> Parts:
    """How a sheet of the form is divided: a table begins with its header and ends with the line after its rows."""
    sheet = next(sheet for sheet in reading.form.sheets if sheet.key == key)
    headers = [number for number, row in enumerate(found.grid) if row and row[0] == HEADER]
    ends = [number + 1 for number, row in enumerate(found.grid) if row and row[0] == END]
    return Parts(
        heads=frozenset(
            number + deep
            for number in headers
            for deep in range(header_depth(sheet, table_below(reading.form, found.grid, number)))
        ),
        begins=tuple(sorted({*headers, *ends})),
        kept=max((max(section.freeze, 1) for section in sheet.sections if isinstance(section, Table)), default=0),
    )


# --- what the XML says -----------------------------------------------------------------------------------------


def _shared_texts(texts: bytes) -> list[str]:
    return [_text_of(item) for item in ElementTree.fromstring(texts).iterfind("{*}si")] if texts else []


def _text_of(item: Element) -> str:
    """A text, of one piece or of several; how it is pronounced is left out."""
    pieces = (*item.iterfind("{*}t"), *item.iterfind("{*}r/{*}t"))
    return ESCAPED.sub(lambda match: chr(int(match[1], 16)), "".join(piece.text or "" for piece in pieces))


def _canvas(content: bytes, texts: list[str], looks: CellLooks, since_1904: bool) -> Canvas:
    canvas = Canvas()
    for _, element in ElementTree.iterparse(io.BytesIO(content)):
        kind = element.tag.rpartition("}")[2]
        if kind == "col":
            _take_columns(canvas, element)
        elif kind == "row":
            _take_row(canvas, element, texts, looks, since_1904)
            element.clear()
        elif kind == "conditionalFormatting":
            _take_live_patterns(canvas, element)
    return canvas


def _take_columns(canvas: Canvas, element: Element) -> None:
    first, last = (round(number_in(element, key, 1)) for key in ("min", "max"))
    for column in range(max(first, 1) - 1, min(last, LAST_SPOT[1] + 1)):
        if element.get("hidden") in ("1", "true"):
            canvas.hidden_columns.add(column)
        canvas.widths[column] = min(max(number_in(element, "width", USUAL_WIDTH), 0), WIDEST)


def _take_row(canvas: Canvas, element: Element, texts: list[str], looks: CellLooks, since_1904: bool) -> None:
    for cell in element:
        address = ADDRESS.fullmatch(cell.get("r", ""))
        if not address:
            continue
        place = int(address[2]) - 1, column_number(address[1])
        style = round(number_in(cell, "s", 0))
        text, kind = _shown(cell, texts, looks.number_format(style), since_1904)
        if text.strip():
            canvas.texts[place] = text[:MOST_TEXT], looks.number_of(style, kind)
            if kind == "number" and looks.number_format(style) == GENERAL:
                canvas.numbers[place] = float(cell.findtext("{*}v", ""))
        elif not looks.is_plain(style):
            canvas.filled[place] = looks.number_of(style, "text")
    number = round(number_in(element, "r", 0)) - 1
    if element.get("hidden") in ("1", "true"):
        canvas.hidden_rows.add(number)
    if height := number_in(element, "ht", 0):
        canvas.heights[number] = min(max(height, 0), TALLEST)


def _take_live_patterns(canvas: Canvas, element: Element) -> None:
    """Separate the thousands of large numbers where a condition of ours does so in a spreadsheet."""
    if not any(_is_live_pattern(formula.text or "") for formula in element.iterfind("{*}cfRule/{*}formula")):
        return
    for top, left, bottom, right in areas(element.get("sqref", "").encode()):
        for (row, column), number in canvas.numbers.items():
            if top <= row <= bottom and left <= column <= right and (code := live_pattern_of(number)):
                canvas.texts[row, column] = show_number(number, code), canvas.texts[row, column][1]


def _is_live_pattern(formula: str) -> bool:
    address = ADDRESS.search(formula)
    return address is not None and formula in {condition for condition, _ in live_patterns(address[0])}


def _shown(cell: Element, texts: list[str], code: str, since_1904: bool) -> tuple[str, str]:
    """What a cell shows, and what kind of value that is."""
    kind, inline, value = cell.get("t", "n"), cell.find("{*}is"), cell.findtext("{*}v", "")
    if inline is not None:
        return _text_of(inline), "text"
    if kind == "s":
        return (texts[int(value)] if value.isdecimal() and int(value) < len(texts) else ""), "text"
    if kind == "b":
        return ("TRUE" if value == "1" else "FALSE"), "truth"
    if kind != "n":
        return value, "error" if kind == "e" else "text"
    try:
        return show_number(float(value), code, since_1904=since_1904), "number"
    except ValueError:
        return value, "text"


# --- what is drawn ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Merged:
    """A merged range as far as it is seen."""

    home: Place  # the cell that it shows
    rows: int
    columns: int


@dataclass(frozen=True)
class View:
    """What is seen of a sheet: its rows, its columns, and merged cells by the first one of each that is seen."""

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    merged: Mapping[Place, Merged]
    covered: frozenset[Place]  # by another cell
    busy: frozenset[int] = frozenset()  # rows in which something is seen


def _seen(canvas: Canvas, parts: Parts, merges: Iterable[Range], spots: frozenset[Place]) -> View:
    """What is seen of a sheet: up to the last cell that shows something or is marked, without what is hidden."""
    stand = [*canvas.texts, *canvas.filled, *spots]
    hidden_rows = canvas.hidden_rows - {row for row, _ in spots}
    hidden_columns = canvas.hidden_columns - {column for _, column in spots}
    last_row = max((row for row, _ in stand), default=-1)
    last_column = max((column for _, column in stand if column not in hidden_columns), default=-1)
    rows = tuple(row for row in range(last_row + 1) if row not in hidden_rows)
    columns = tuple(column for column in range(last_column + 1) if column not in hidden_columns)
    view = _view(rows, columns, merges, parts)
    busy = {row for row, column in stand if column not in hidden_columns} | {row for row, _ in view.covered} | parts.heads
    return replace(view, busy=frozenset(busy))


def _sheet(canvas: Canvas, parts: Parts, view: View, room: int) -> Drawn:
    columns = [_column(canvas, parts, number) for number in view.columns]
    return {"columns": columns, "rows": list(_rows(canvas, parts, view, room))}


def _column(canvas: Canvas, parts: Parts, number: int) -> Drawn:
    hidden = number in canvas.hidden_columns
    width = round(canvas.widths.get(number, USUAL_WIDTH) * CHARACTER) + PADDING
    kept = 0 < number <= parts.kept and not hidden
    return {"name": column_name(number), "width": max(width, NARROWEST), "kept": kept, "hidden": hidden}


def _view(rows: tuple[int, ...], columns: tuple[int, ...], merges: Iterable[Range], parts: Parts) -> View:
    """What is seen; of ranges that overlap, as a damaged file has them, the first counts, and none reaches into another part."""
    merged: dict[Place, Merged] = {}
    covered: set[Place] = set()
    seen_rows, seen_columns, room = set(rows), set(columns), MOST_MERGED
    for top, left, bottom, right in merges:
        room -= (bottom - top + 1) * (right - left + 1)
        if room < 0:
            break
        down = [row for row in range(top, bottom + 1) if row in seen_rows]
        across = [column for column in range(left, right + 1) if column in seen_columns]
        cells = {(row, column) for row in down for column in across}
        is_free = not cells & covered and not cells & merged.keys()
        if len(cells) > 1 and is_free and parts.part_of(down[0]) == parts.part_of(down[-1]):
            merged[down[0], across[0]] = Merged((top, left), len(down), len(across))
            covered |= cells - {(down[0], across[0])}
    return View(rows, columns, merged, frozenset(covered))


def _rows(canvas: Canvas, parts: Parts, view: View, room: int) -> Iterator[Drawn]:
    """Yield the rows; a long run of blank ones is one line, and so is what there is no room for."""
    for is_busy, run in groupby(view.rows, key=view.busy.__contains__):
        rows = list(run)
        if not is_busy and len(rows) > MOST_BLANK:
            yield {"gap": [rows[0] + 1, rows[-1] + 1], "part": parts.part_of(rows[0])}
            continue
        for row in rows:
            room -= len(view.columns)
            if room < 0:
                yield {"cut": [row + 1, view.rows[-1] + 1], "part": parts.part_of(row)}
                return
            yield _row(canvas, parts, view, row)


def _row(canvas: Canvas, parts: Parts, view: View, row: int) -> Drawn:
    height = canvas.heights.get(row)
    return {
        "number": row + 1,
        "part": parts.part_of(row),
        "height": round(height * POINT) if height else None,
        "head": row in parts.heads,
        "hidden": row in canvas.hidden_rows,
        "cells": list(_cells(canvas, view, row)),
    }


def _cells(canvas: Canvas, view: View, row: int) -> Iterator[list[object]]:
    for at, column in enumerate(view.columns):
        if (row, column) in view.covered:
            continue
        merged = view.merged.get((row, column))
        home = merged.home if merged else (row, column)
        text, look = canvas.texts.get(home) or ("", canvas.filled.get(home, PLAIN))
        yield [at, text, look, merged.rows, merged.columns] if merged else [at, text, look]
