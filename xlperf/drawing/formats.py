"""Number formats and field types: what the format of a cell says of its type and decimals, and the other way.

>>> type_of_format("#,##0.00"), type_of_format("0.0%"), type_of_format("yyyy-mm-dd"), type_of_format("@")
(('money', 2), ('ratio', 3), ('date', None), ('text', None))
>>> format_of_type("points", 1), format_of_type("points", None)
('0.0', '0.00')
"""

from __future__ import annotations

import re

from xlperf.forms.field_types import TYPES

DECIMALS = re.compile(r"\.(0+)(\?*)")
DATES = re.compile(r"(?i)y.*[md]|[md].*y")
QUOTED_PARTS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')
PERCENT_PLACES = 2  # that a percent sign moves the point


def type_of_format(number_format: str) -> tuple[str, int | None]:
    """The type that a number format looks like, and the decimals where they are not the type's own."""
    pattern = QUOTED_PARTS.sub("", number_format).partition(";")[0]
    if pattern in ("", "General", "@"):
        return "text", None
    if DATES.search(pattern):
        return "date", None
    match = DECIMALS.search(pattern)
    places = len(match[1]) if match else 0
    if match and match[2]:
        return "money", None
    if "%" in pattern:
        return "ratio", _unless_usual("ratio", places + PERCENT_PLACES)
    if "," in pattern or "\u00a5" in number_format or "\uffe5" in number_format:
        return "money", places
    if places:
        return "points", _unless_usual("points", places)
    return "count", None


def _unless_usual(type_: str, places: int) -> int | None:
    return None if places == TYPES[type_].digits else places


def format_of_type(type_: str, digits: int | None) -> str:
    """The number format of a type, with decimals where a field has others than its type."""
    usual = TYPES[type_].number_format
    if digits is None or TYPES[type_].digits is None or type_ == "value":
        return usual
    if type_ == "ratio":
        return f"0{_decimals(digits - PERCENT_PLACES)}%" if digits >= PERCENT_PLACES else usual
    return f"#,##0{_decimals(digits)}" if type_ == "money" else f"0{_decimals(digits)}" if digits else usual


def _decimals(places: int) -> str:
    return f".{'0' * places}" if places else ""
