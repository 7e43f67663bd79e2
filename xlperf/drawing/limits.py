"""What Excel lets people type: choices, smallest and largest, longest text and the message beside, drawn and read.

draw_limits(sheet, rectangle, column, lists)      # the data validation of a column
properties_of_limit(limit, book)                  # choices, minimum, maximum, max_length, help: the same back
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from xlperf.addresses import column_number
from xlperf.drawing.recognition.cells import DrawnBook, DrawnSheet, Limit
from xlperf.forms.definition import Raw
from xlperf.workbook.book import Worksheet
from xlperf.workbook.styles import shortened

NUMBERS = ("year", "count", "money", "percentage", "points", "ratio")
TEXTS = ("text", "code")
LONGEST_LIST, LONGEST_TITLE = 255, 32  # characters of a list within a limit, of the title of a message
BETWEEN, LEAST, MOST = "between", "greaterThanOrEqual", "lessThanOrEqual"
KEPT: dict[str, tuple[str, ...]] = {  # the kinds of limits that a form can say, with how they compare
    "any": (), "none": (), "list": (), "textLength": (BETWEEN, MOST),
    "decimal": (BETWEEN, LEAST, MOST), "whole": (BETWEEN, LEAST, MOST),
}  # fmt: skip
LIST = re.compile(r"(?:(?P<sheet>'(?:[^']|'')+'|[^!]+)!)?\$?([A-Za-z]{1,3})\$?(\d+)(?::\$?([A-Za-z]{1,3})\$?(\d+))?")
WHOLE = re.compile(r"-?\d+(?:\.0+)?")
Rectangle = tuple[int, int, int, int]


class UnreadableLimit(Exception):
    """A dropdown whose list is nowhere in the workbook."""


class Cells(NamedTuple):
    """The cells that a dropdown takes its texts from."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int

    def each(self) -> Iterator[tuple[str, int, int]]:
        rows, columns = range(self.top, self.bottom + 1), range(self.left, self.right + 1)
        return ((self.sheet, row, column) for row in rows for column in columns)


def is_in_limit(column: Raw, name: str, *, from_cells: bool = False) -> bool:
    """Whether the limit of a column says that property of it, so that no note has to; `from_cells`: it lists those of another."""
    type_ = column["type"]
    if name == "choices_from" or (name == "max_length" and from_cells):
        return from_cells and name == "choices_from"
    if name == "help":
        return bool(column.get("help", "").strip())
    if name in ("minimum", "maximum"):
        return type_ in NUMBERS
    return type_ in TEXTS if name == "max_length" else name == "choices"


def fits_into_limit(choices: list[str]) -> bool:
    """Whether a list can stand in the limit itself, a comma between."""
    text = ",".join(choices)
    return len(text) <= LONGEST_LIST and all(c == c.strip() and not set(c) & set(',"') for c in choices)


def draw_limits(sheet: Worksheet, rectangle: Rectangle, column: Raw, list_cells: str | None) -> None:
    """Restrict the cells of a column or field as its definition does; `list_cells` is where a long list stands."""
    options = _options(column, list_cells)
    if column.get("help", "").strip():
        options |= {"input_title": shortened(column["label"], LONGEST_TITLE), "input_message": column["help"]}
    if options:
        sheet.data_validation(*rectangle, {"validate": "any", "ignore_blank": True, **options})


def _options(column: Raw, list_cells: str | None) -> dict[str, object]:
    if column.get("choices") or list_cells:
        return {"validate": "list", "source": f"={list_cells}" if list_cells else list(column["choices"])}
    if column["type"] in TEXTS and "max_length" in column:
        return {"validate": "length", "criteria": "<=", "value": column["max_length"]}
    least, most = column.get("minimum"), column.get("maximum")
    if column["type"] not in NUMBERS or (least is None and most is None):
        return {}
    if least is not None and most is not None:
        return {"validate": "decimal", "criteria": "between", "minimum": least, "maximum": most}
    return {"validate": "decimal", "criteria": ">=" if most is None else "<=", "value": least if most is None else most}


def properties_of_limit(limit: Limit, sheet: DrawnSheet, book: DrawnBook) -> dict[str, Any]:
    """What a limit says of a field.

    Raises:
        UnreadableLimit: its list is in another file, or is computed.
    """
    properties: dict[str, Any] = {"help": limit.message} if limit.message.strip() else {}
    first, second = _number(limit.first), _number(limit.second)
    if limit.kind == "list":
        cells = cells_of_list(limit, sheet, book)
        properties["choices"] = _texts(limit.first, cells, book) if cells else _written_out(limit.first)
    elif limit.kind in ("decimal", "whole"):
        if limit.operator in ("between", "greaterThanOrEqual") and first is not None:
            properties["minimum"] = first
        most = {"between": second, "lessThanOrEqual": first}.get(limit.operator)
        if most is not None:
            properties["maximum"] = most
    elif limit.kind == "textLength":
        most = {"between": second, "lessThanOrEqual": first}.get(limit.operator)
        if most is not None:
            properties["max_length"] = int(most)
    return properties


def is_kept(limit: Limit) -> bool:
    """Whether a form can say what a limit says: any other than these is left out."""
    if limit.kind not in KEPT:
        return False
    bounds = [limit.first, limit.second] if limit.operator == "between" else [limit.first]
    return not KEPT[limit.kind] or (limit.operator in KEPT[limit.kind] and all(_number(bound) is not None for bound in bounds))


def cells_of_list(limit: Limit, sheet: DrawnSheet, book: DrawnBook) -> Cells | None:
    """Where a dropdown takes its texts from, None where they stand in the limit itself."""
    match = LIST.fullmatch(limit.first.strip().removeprefix("="))
    if limit.kind != "list" or match is None:
        return None
    title = (match["sheet"] or sheet.title).strip("'").replace("''", "'")
    home = next((each.title for each in book.sheets.values() if each.title.casefold() == title.casefold()), None)
    if home is None:
        return None
    _, left, top, right, bottom = match.groups()
    return Cells(home, int(top) - 1, column_number(left.upper()), int(bottom or top) - 1, column_number((right or left).upper()))


def _written_out(source: str) -> list[str]:
    source = source.strip()
    if source.startswith('"') and source.endswith('"'):
        return [text for part in source[1:-1].replace('""', '"').split(",") if (text := part.strip())]
    raise UnreadableLimit(source)


def _texts(source: str, cells: Cells, book: DrawnBook) -> list[str]:
    found = [book.sheets[sheet].at(row, column) for sheet, row, column in cells.each()]
    if any(cell.formula for cell in found) or not any(cell.text for cell in found):
        raise UnreadableLimit(source)
    return [str(cell.value) for cell in found if cell.text]


def _number(text: str) -> int | float | None:
    """A bound as it stands in a limit; None where it is computed."""
    try:
        value = float(text.removeprefix("="))
    except ValueError:
        return None
    return int(value) if value.is_integer() else value
