"""What formulas can do: the table of functions, and the arithmetic and comparisons they share with Excel.

Numbers are decimals of 15 significant digits, ROUND is half away from zero; texts are compared with their spaces folded
and without case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import NamedTuple

from xlperf.formula.nodes import SCALARS, WORDS, Kind

DIGITS_15 = Context(prec=15)
WIDE = Context(prec=34)
NBSP, IDEOGRAPHIC_SPACE = "\u00a0", "\u3000"
SPACES = f" {NBSP}{IDEOGRAPHIC_SPACE}\t"
GAPS = re.compile(f"[{SPACES}]+")
TEXT_FORMATS = {"0%": (2, 0), "0.00%": (2, 2), "0": (0, 0), "0.00": (0, 2)}  # format: (shift by, decimals)


class Function(NamedTuple):
    """One row of the function table: what it takes, what it gives, what it computes.

    `takes` are the kinds of the arguments, the last one repeating up to `most`; `skips` says that blanks are the
    function's own business; `compute` gets plain Python values (numbers as Decimal).
    """

    takes: tuple[str, ...]
    gives: Kind
    compute: Callable | None
    most: int = 1
    skips: bool = False


def round_half_up(number: Decimal, digits: Decimal) -> Decimal:
    """Excel's ROUND: half away from zero, decided on 15 significant digits; never a negative zero."""
    number = DIGITS_15.plus(number)
    if number.as_tuple().exponent >= -digits:
        return number
    return +number.quantize(Decimal(1).scaleb(-int(digits)), ROUND_HALF_UP, WIDE)


def as_text(number: Decimal | str, pattern: str | None = None) -> str:
    """A number as Excel's `&` writes it, or as one of the fixed TEXT formats does."""
    if isinstance(number, str):
        return number
    if pattern is None:
        text = format(DIGITS_15.plus(number), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    shift, decimals = TEXT_FORMATS[pattern]
    return format(round_half_up(number.scaleb(shift), Decimal(decimals)), f".{decimals}f") + "%" * pattern.endswith("%")


def normal_text(text: str) -> str:
    """The form in which texts are compared: spaces of all kinds folded, case ignored."""
    return single_spaced(text).lower()


def single_spaced(text: str) -> str:
    return GAPS.sub(" ", text).strip(" ")


def _numbers(arguments: list) -> Iterator[Decimal]:
    for argument in arguments:
        for value in argument if isinstance(argument, list) else [argument]:
            if isinstance(value, Decimal):
                yield value


def _sum(*arguments: object) -> Decimal:
    total = Decimal(0)
    for number in _numbers(list(arguments)):
        total = WIDE.add(total, number)
    return total


def _sum_if(choices: list, choice: str, numbers: list) -> Decimal:
    """The sum of the numbers beside one choice; a choice is compared without case, space for space."""
    same = [isinstance(other, str) and other.lower() == choice.lower() for other in choices]
    return _sum([number for number, counts in zip(numbers, same, strict=True) if counts])


FUNCTIONS: dict[str, Function] = {
    "IF": Function(("boolean", "any", "any"), Kind.VALUE, None, skips=True),
    "AND": Function(("boolean",), Kind.BOOLEAN, lambda *tests: all(tests), most=30),
    "OR": Function(("boolean",), Kind.BOOLEAN, lambda *tests: any(tests), most=30),
    "NOT": Function(("boolean",), Kind.BOOLEAN, lambda test: not test),
    "ABS": Function(("number",), Kind.NUMBER, abs),
    "SIGN": Function(("number",), Kind.NUMBER, lambda x: Decimal((x > 0) - (x < 0))),
    "ROUND": Function(("number", "digits"), Kind.NUMBER, round_half_up),
    "SUM": Function(("numbers",), Kind.NUMBER, _sum, most=30, skips=True),
    "SUMIF": Function(("choices", "choice", "column"), Kind.NUMBER, _sum_if),
    "COUNT": Function(("fields",), Kind.NUMBER, lambda *a: Decimal(sum(1 for _ in _numbers(list(a)))), 30, True),
    "MIN": Function(("numbers",), Kind.NUMBER, lambda *a: min(_numbers(list(a)), default=Decimal(0)), 30, True),
    "MAX": Function(("numbers",), Kind.NUMBER, lambda *a: max(_numbers(list(a)), default=Decimal(0)), 30, True),
    "N": Function(("cell",), Kind.NUMBER, lambda x: x if isinstance(x, Decimal) else Decimal(0), skips=True),
    "T": Function(("cell",), Kind.TEXT, lambda x: x if isinstance(x, str) else "", skips=True),
    "ISNUMBER": Function(("cell",), Kind.BOOLEAN, lambda x: isinstance(x, Decimal), skips=True),
    "TEXT": Function(("number", "format"), Kind.TEXT, as_text),
    "LEN": Function(("text",), Kind.NUMBER, lambda text: Decimal(len(text.encode("utf-16-le")) // 2)),
}
ACCEPTS: dict[str, tuple[Kind, ...]] = {
    "boolean": (Kind.BOOLEAN,),
    "number": (Kind.NUMBER, Kind.VALUE),
    "digits": (Kind.NUMBER,),
    "numbers": (Kind.NUMBERS, Kind.NUMBER, Kind.VALUE),
    "column": (Kind.NUMBERS,),
    "choices": (Kind.CHOICES,),
    "choice": WORDS,
    "fields": (Kind.NUMBERS, Kind.NUMBER, Kind.VALUE),
    "text": SCALARS,
    "format": (Kind.TEXT,),
    "cell": SCALARS,
    "any": (*SCALARS, Kind.BOOLEAN),
}
COMPARISONS: dict[str, Callable] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}
COMPARABLE: dict[Kind, Callable] = {
    Kind.NUMBER: DIGITS_15.plus,
    Kind.TEXT: lambda value: normal_text(as_text(value)),
    Kind.CHOICE: lambda value: value.lower() if isinstance(value, str) else value,
}
ARITHMETIC: dict[str, Callable] = {"+": WIDE.add, "-": WIDE.subtract, "*": WIDE.multiply, "/": WIDE.divide}
