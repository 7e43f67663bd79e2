"""Numbers and texts as Excel takes them in formulas, and how `TEXT` and `&` print them (0.34%).

>>> as_decimal(0.1 + 0.2), as_decimal("a"), as_decimal("  ")
(Decimal('0.3'), 'a', None)
>>> round_half_up(Decimal("2.5"), Decimal(0)), as_text(Decimal("0.9603"), "0.00%"), normal_text(" Total  Budget")
(Decimal('3'), '96.03%', 'total budget')
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import overload

DIGITS_15 = Context(prec=15)
WIDE = Context(prec=34)  # what is computed with, before a result is cut to 15 digits
NBSP, IDEOGRAPHIC_SPACE = "\u00a0", "\u3000"
SPACES = f" {NBSP}{IDEOGRAPHIC_SPACE}\t"
GAPS = re.compile(f"[{SPACES}]+")
# What PLAIN leaves out of a text, and the signs and full-width digits it writes otherwise: as many together as Excel can nest.
LEFT_OUT = (
    f" {NBSP}{IDEOGRAPHIC_SPACE}\t\n,.:;!?()[]'\"-_/"
    "\u00b7\u2014\u2026\u2018\u2019\u201c\u201d\u3001\u3002\u300a\u300b\u3010\u3011\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f"
)
REWRITTEN = {"\u2264": "<=", "\u2265": ">=", "\uff0b": "+", "\uff1c": "<", "\uff1d": "=", "\uff1e": ">"}
REWRITTEN |= {chr(0xFF10 + digit): str(digit) for digit in range(10)}
PLAINLY = str.maketrans({**dict.fromkeys(LEFT_OUT, ""), **REWRITTEN})
TEXT_FORMATS = {  # format: (shift by, decimals)
    f"{whole}{'.' * (decimals > 0)}{'0' * decimals}{percent}": (2 if percent else 0, decimals)
    for percent in ("%", "")
    for whole in ("0", "#,##0")
    for decimals in range(5)
}


@overload
def as_decimal(value: float | Decimal) -> Decimal: ...


@overload
def as_decimal(value: object) -> object: ...


def as_decimal(value: object) -> object:
    """A number as the decimal of its 15 significant digits; anything else as it is, blank text as None."""
    value = as_typed(value)
    return None if isinstance(value, str) and not value.strip(SPACES) else value


def as_typed(value: object) -> object:
    """`as_decimal` that keeps a text of nothing but spaces: choices are compared with their spaces, and T shows them."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return Decimal(format(value, ".15g"))
        except OverflowError:  # more digits than any cell holds
            return DIGITS_15.plus(Decimal(value))
    if isinstance(value, list):
        return [as_decimal(item) for item in value]
    return None if value == "" else value


def round_half_up(number: Decimal, digits: Decimal) -> Decimal:
    """Excel's ROUND: half away from zero, decided on 15 significant digits; never a negative zero."""
    number = DIGITS_15.plus(number)
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int), number  # no formula computes NaN or infinity
    if exponent >= -digits:
        return number
    return +number.quantize(Decimal(1).scaleb(-int(digits)), ROUND_HALF_UP, WIDE)


def as_text(number: Decimal | str | bool, pattern: str | None = None) -> str:
    """A number as Excel's `&` writes it, or as one of the formats in TEXT_FORMATS does; a text as it is, TRUE for a truth."""
    if isinstance(number, str | bool):
        return number if isinstance(number, str) else str(number).upper()
    if pattern is None:
        text = format(DIGITS_15.plus(number), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    shift, decimals = TEXT_FORMATS[pattern]
    grouped = "," if pattern.startswith("#") else ""
    return format(round_half_up(number.scaleb(shift), Decimal(decimals)), f"{grouped}.{decimals}f") + "%" * pattern.endswith("%")


def plain_text(text: str) -> str:
    """The form in which names are compared, whatever their case, spaces and punctuation."""
    return text.translate(PLAINLY).lower()


def with_thousands(number: Decimal) -> str:
    """A number with its thousands apart and two decimals at least, as the format of money shows it.

    >>> with_thousands(Decimal("6014.5")), with_thousands(Decimal("-0.123456"))
    ('6,014.50', '-0.123456')
    """
    whole, _, decimals = as_text(number).partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return f"{sign}{int(digits):,}.{decimals:0<2}"


def normal_text(text: str) -> str:
    """The form in which texts are compared: spaces of all kinds folded, case ignored."""
    return single_spaced(text).lower()


def single_spaced(text: str) -> str:
    """The text with none of its spaces at the ends, and every run of them inside as one."""
    return GAPS.sub(" ", text).strip(" ")
