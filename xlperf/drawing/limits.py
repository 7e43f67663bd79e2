"""What Excel lets people type: choices, smallest and largest, longest text and the message beside, drawn and read.

draw_limits(sheet, rectangle, column, lists)      # the data validation of a column
properties_of_limit(limit, book)                  # choices, minimum, maximum, max_length, help: the same back
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from xlperf.addresses import column_number
from xlperf.drawing.recognition.cells import DrawnBook, DrawnSheet, Limit
from xlperf.forms.definition import Raw
from xlperf.workbook.book import Worksheet
from xlperf.workbook.styles import shortened

NUMBERS = ("year", "count", "money", "percentage", "points", "ratio")
TEXTS = ("text", "code")
LONGEST_LIST, LONGEST_TITLE = 255, 32  # characters of a list within a limit, of the title of a message
LIST = re.compile(r"(?:(?P<sheet>'(?:[^']|'')+'|[^!]+)!)?\$?([A-Za-z]{1,3})\$?(\d+)(?::\$?([A-Za-z]{1,3})\$?(\d+))?")
WHOLE = re.compile(r"-?\d+(?:\.0+)?")
Rectangle = tuple[int, int, int, int]


class UnreadableLimit(Exception):
    """A dropdown whose list is nowhere in the workbook."""


def is_in_limit(column: Raw, name: str) -> bool:
    """Whether the limit of a column says that property of it, so that no note has to."""
    type_ = column["type"]
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
    if column.get("choices"):
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
        properties["choices"] = _choices(limit.first, sheet, book)
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


def _choices(source: str, sheet: DrawnSheet, book: DrawnBook) -> list[str]:
    source = source.strip()
    if source.startswith('"') and source.endswith('"'):
        return [text for part in source[1:-1].replace('""', '"').split(",") if (text := part.strip())]
    match = LIST.fullmatch(source.removeprefix("="))
    if match is None:
        raise UnreadableLimit(source)
    title = (match["sheet"] or sheet.title).strip("'").replace("''", "'")
    home = next((each for each in book.sheets.values() if each.title.casefold() == title.casefold()), None)
    if home is None:
        raise UnreadableLimit(source)
    _, left, top, right, bottom = match.groups()
    rows = range(int(top) - 1, int(bottom or top))
    columns = range(column_number(left.upper()), column_number((right or left).upper()) + 1)
    cells = [home.at(row, column) for row in rows for column in columns]
    if any(cell.formula for cell in cells) or not any(cell.text for cell in cells):
        raise UnreadableLimit(source)
    return [str(cell.value) for cell in cells if cell.text]


def _number(text: str) -> int | float | None:
    """A bound as it stands in a limit; None where it is computed."""
    try:
        value = float(text.removeprefix("="))
    except ValueError:
        return None
    return int(value) if value.is_integer() else value


def limits_by_key(columns: Mapping[str, Raw]) -> dict[str, list[str]]:
    """The lists that are too long to stand in a limit, by the keys of their columns."""
    return {key: list(c["choices"]) for key, c in columns.items() if c.get("choices") and not fits_into_limit(c["choices"])}
