"""The types of fields: kind in formulas, JSON type, number format, decimals and limits of each.

TYPES["money"].number_format        # "#,##0.00????"
decimals_of_type("ratio")           # 4
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from xlperf.formula.nodes import Kind

YEARS = (1950, 2200)  # between which fiscal years lie, as those that --year takes
MONEY_DIGITS = 13  # of an amount, decimals included: a sum of thousands of amounts fits into 15


class Type(NamedTuple):
    """What a field type means everywhere: kind in formulas, type in JSON, number format in the workbook."""

    kind: Kind
    json: str | None  # None: shown only, not part of the document
    number_format: str = "General"
    digits: int | None = None


TYPES = {
    "text": Type(Kind.TEXT, "string", "@"),
    "code": Type(Kind.TEXT, "string", "@"),
    "choice": Type(Kind.CHOICE, "string", "@"),
    "date": Type(Kind.DATE, "string", "yyyy-mm-dd"),
    "year": Type(Kind.NUMBER, "integer", "0"),
    "count": Type(Kind.NUMBER, "integer", "0"),
    "money": Type(Kind.NUMBER, "number", "#,##0.00????", 6),
    "percentage": Type(Kind.NUMBER, "number", "0.00", 2),
    "points": Type(Kind.NUMBER, "number", "0.00", 2),
    "ratio": Type(Kind.NUMBER, "number", "0.00%", 4),
    "value": Type(Kind.VALUE, "value", "General", 4),
    "label": Type(Kind.TEXT, None),
    "serial": Type(Kind.TEXT, None),
    "link": Type(Kind.TEXT, None),
    "reference": Type(Kind.TEXT, None),
}


def decimals_of_type(type_: str, digits: int | None = None) -> int | None:
    """The decimals that numbers of a type have at most, of a field that asks for so many; None where there are no numbers."""
    return 0 if TYPES[type_].json == "integer" else TYPES[type_].digits if digits is None else digits


def money_format(decimals: int) -> str:
    """How cells show amounts of at most so many decimals: two of them always.

    >>> money_format(0), money_format(2), money_format(6)
    ('#,##0', '#,##0.00', '#,##0.00????')
    """
    return "#,##0" + ("." + "00????"[: max(decimals, 2)] if decimals else "")


def limits_of_type(type_: str, digits: int | None = None) -> tuple[float | None, float | None]:
    """The smallest and the largest number of a type, of a field that asks for so many decimals.

    >>> limits_of_type("money"), limits_of_type("money", 2)[1], limits_of_type("count")
    ((-9999999.999999, 9999999.999999), 99999999999.99, (None, None))
    """
    if type_ == "money":
        decimals = decimals_of_type(type_, digits) or 0
        largest = float(Decimal(10**MONEY_DIGITS - 1).scaleb(-decimals))
        return -largest, largest
    return YEARS if type_ == "year" else (None, None)
