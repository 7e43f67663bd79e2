"""The table of functions, where a new one is a row, and the arithmetic and comparisons that formulas share with Excel.

See CONTRIBUTING.md, “Add a function to formulas”.

>>> FUNCTIONS["ROUND"].compute(Decimal("0.96025"), Decimal(4))
Decimal('0.9603')
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from functools import reduce
from typing import Any, NamedTuple

from xlperf.formula.dates import PARTS, day_of_parts, part_of
from xlperf.formula.nodes import SCALARS, WORDS, Kind
from xlperf.formula.operands import (
    DIGITS_15,
    IDEOGRAPHIC_SPACE,
    NBSP,
    SPACES,
    WIDE,
    as_text,
    as_typed,
    normal_text,
    plain_text,
    round_half_up,
    single_spaced,
)

TAKEN_AS_NUMBER = (
    "number",
    "numbers",
    "extremes",
    "date",
    "year",
)  # that must come out as numbers; others as they are
SKIPPING = (
    "SUM",
    "SUMIF",
    "MIN",
    "MAX",
    "N",
    "SUMPRODUCT",
    "SUMIFS",
    "COUNTIFS",
)  # functions that pass over blanks, and would pass over a text that was meant as a number


class Function(NamedTuple):
    """One row of the function table: what it takes, what it gives, what it computes.

    `takes` are keys of ACCEPTS, one for each argument, the last one repeating up to `most`; `skips` says that blanks are the
    function's own business; `compute` gets plain Python values (numbers as Decimal).
    """

    takes: tuple[str, ...]
    gives: Kind
    compute: Callable[..., Decimal | str | bool | None]
    most: int = 1
    skips: bool = False

    def argument(self, number: int) -> str:
        """What it takes as its argument of that number, a key of ACCEPTS."""
        return self.takes[min(number, len(self.takes) - 1)]


def _numbers(arguments: tuple[object, ...]) -> Iterator[Decimal]:
    """Yield the numbers among the arguments, and in the columns among them."""
    for argument in arguments:
        for value in argument if isinstance(argument, list) else [argument]:
            if isinstance(value, Decimal):
                yield value


def _sum(*arguments: object) -> Decimal:
    total = Decimal(0)
    for number in _numbers(arguments):
        total = WIDE.add(total, number)
    return total


def _sum_if(choices: list[object], choice: str, numbers: list[object]) -> Decimal:
    """The sum of the numbers beside one choice; a choice is compared without case, space for space."""
    same = [isinstance(other, str) and other.lower() == choice.lower() for other in choices]
    return _sum([number for number, counts in zip(numbers, same, strict=True) if counts])


def _sum_product(*columns: list[object]) -> Decimal:
    """The sum of the products of each row in which all are numbers."""
    total = Decimal(0)
    for row in zip(*columns, strict=True):
        if all(isinstance(number, Decimal) for number in row):
            total = WIDE.add(total, reduce(WIDE.multiply, row))
    return total


def rows_that_meet(conditions: Sequence[Any], compared: Callable[[Any], object]) -> list[bool]:
    """For every row whether it meets the conditions, each a column, an operator and a value; a blank meets none."""
    met = [
        [_meets(value, COMPARISONS[operator], wanted, compared) for value in column]
        for column, operator, wanted in zip(conditions[::3], conditions[1::3], conditions[2::3], strict=True)
    ]
    return [all(row) for row in zip(*met, strict=True)]


def _meets(value: object, compare: Callable[[Any, Any], bool], wanted: object, compared: Callable[[Any], object]) -> bool:
    if isinstance(wanted, str):
        return isinstance(value, str) and bool(value.strip(SPACES)) and compare(normal_text(value), normal_text(wanted))
    return type(value) is type(wanted) and compare(compared(value), compared(wanted))


def _sum_ifs(numbers: list[object], *conditions: Any) -> Decimal:
    met = rows_that_meet(conditions, DIGITS_15.plus)
    return _sum([number for number, counts in zip(numbers, met, strict=True) if counts])


def looked_up(wanted: object, keys: list[object], values: list[object], compared: Callable[[Any], object]) -> Any:
    """The value beside a key, None where the key stands nowhere or twice, or nothing but spaces beside it."""
    beside = [value for value, is_it in zip(values, rows_that_meet((keys, "=", wanted), compared), strict=True) if is_it]
    return beside[0] if len(beside) == 1 and is_filled(beside[0]) else None


def is_filled(value: object) -> bool:
    """Whether something stands in a cell: spaces are nothing."""
    return bool(value.strip(SPACES)) if isinstance(value, str) else value is not None


def count_filled(*arguments: object) -> int:
    """How many cells hold something, those of columns each by itself."""
    return sum(is_filled(value) for argument in arguments for value in (argument if isinstance(argument, list) else [argument]))


def middle(text: str, start: Decimal, count: Decimal) -> str | None:
    """The letters of a text from a place on; nothing where it ends before that."""
    return text[int(start) - 1 : int(start) - 1 + int(count)] or None


def _without(text: str, *words: str) -> str:
    """The text without those words, taken out one after another."""
    for word in words:
        text = text.replace(word, "")
    return text


ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _smallest(numbers: list[object], place: Decimal) -> Decimal | None:
    listed = sorted(_numbers((numbers,)))
    return listed[int(place) - 1] if 1 <= place <= len(listed) else None


def _largest(numbers: list[object], place: Decimal) -> Decimal | None:
    return _smallest(numbers, Decimal(sum(1 for _ in _numbers((numbers,))) + 1 - int(place)))


def _is_dash(text: str, signs: str) -> bool:
    """Whether a text is a few characters, the first of which, spaces apart, is among those signs."""
    first = _without(text, *BETWEEN)[:1]
    return bool(first) and len(text) <= LONGEST_DASH and first in signs


def _is_one_of(cell: object, *texts: str) -> bool:
    """Whether a cell holds one of those texts, without case, space for space."""
    return isinstance(cell, str) and cell.lower() in {text.lower() for text in texts}


def _is_date(cell: object) -> bool:
    """Whether a cell holds a date: the number of its day, or an ISO date in a cell of texts."""
    return ISO_DATE.fullmatch(cell) is not None if isinstance(cell, str) else isinstance(cell, Decimal | float)


def _decimal(compute: Callable[..., int | None]) -> Callable[..., Decimal | None]:
    """The same with a Decimal for a whole number."""

    def computed(*arguments: Any) -> Decimal | None:
        value = compute(*arguments)
        return None if value is None else Decimal(value)

    return computed


BETWEEN = (" ", NBSP, IDEOGRAPHIC_SPACE)
LONGEST_DASH = 6
MOST_WORDS = 50  # that WITHOUT takes out: Excel nests 64 levels
MOST_ARGUMENTS = 255  # of a function, Excel's limit
FUNCTIONS: dict[str, Function] = {
    # The evaluator takes IF apart itself: only one of its branches is computed.
    "IF": Function(("boolean", "any", "any"), Kind.VALUE, lambda test, then, other: then if test else other, skips=True),
    "AND": Function(("boolean",), Kind.BOOLEAN, lambda *tests: all(tests), most=30),
    "OR": Function(("boolean",), Kind.BOOLEAN, lambda *tests: any(tests), most=30),
    "NOT": Function(("boolean",), Kind.BOOLEAN, lambda test: not test),
    "ABS": Function(("number",), Kind.NUMBER, abs),
    "SIGN": Function(("number",), Kind.NUMBER, lambda x: Decimal((x > 0) - (x < 0))),
    "ROUND": Function(("number", "digits"), Kind.NUMBER, round_half_up),
    "SUM": Function(("numbers",), Kind.NUMBER, _sum, most=MOST_ARGUMENTS, skips=True),
    "SUMIF": Function(("choices", "choice", "column"), Kind.NUMBER, _sum_if),
    "SUMPRODUCT": Function(("column",), Kind.NUMBER, _sum_product, most=10),
    # Of these two the arguments are a column, an operator and a value for each condition (`conditions`).
    "SUMIFS": Function(("column", "any"), Kind.NUMBER, _sum_ifs, most=100),
    "COUNTIFS": Function(("any",), Kind.NUMBER, lambda *c: Decimal(sum(rows_that_meet(c, DIGITS_15.plus))), most=100),
    "VLOOKUP": Function(
        ("any", "any", "any"), Kind.VALUE, lambda wanted, keys, values: looked_up(wanted, keys, values, DIGITS_15.plus)
    ),
    "COUNTA": Function(("filled",), Kind.NUMBER, lambda *a: Decimal(count_filled(*a)), most=MOST_ARGUMENTS, skips=True),
    "IFERROR": Function(("any", "any"), Kind.VALUE, lambda value, other: other if value is None else value, skips=True),
    "COUNT": Function(("fields",), Kind.NUMBER, lambda *a: Decimal(sum(1 for _ in _numbers(a))), most=MOST_ARGUMENTS, skips=True),
    "MIN": Function(("extremes",), Kind.NUMBER, lambda *a: min(_numbers(a), default=Decimal(0)), most=MOST_ARGUMENTS, skips=True),
    "MAX": Function(("extremes",), Kind.NUMBER, lambda *a: max(_numbers(a), default=Decimal(0)), most=MOST_ARGUMENTS, skips=True),
    "SMALL": Function(("column", "number"), Kind.NUMBER, _smallest),  # the test that there are so many is the formula's
    "LARGE": Function(("column", "number"), Kind.NUMBER, _largest),
    "INT": Function(("number",), Kind.NUMBER, lambda x: x.to_integral_value(ROUND_FLOOR)),
    "N": Function(("cell",), Kind.NUMBER, lambda x: x if isinstance(x, Decimal) else Decimal(0), skips=True),
    "T": Function(("cell",), Kind.TEXT, lambda x: x if isinstance(x, str) else "", skips=True),
    "ISNUMBER": Function(("cell",), Kind.BOOLEAN, lambda x: isinstance(x, Decimal), skips=True),
    **{name: Function(("date",), Kind.NUMBER, _decimal(part_of(part))) for name, part in PARTS.items()},
    "DATE": Function(("year", "number", "number"), Kind.DATE, _decimal(day_of_parts)),
    "TEXT": Function(("number", "format"), Kind.TEXT, as_text),
    "LEN": Function(("text",), Kind.NUMBER, lambda text: Decimal(len(text.encode("utf-16-le", "surrogatepass")) // 2)),
    "LEFT": Function(("text", "letters"), Kind.TEXT, lambda text, count: text[: int(count)]),
    "RIGHT": Function(("text", "letters"), Kind.TEXT, lambda text, count: text[-int(count) :]),
    "MID": Function(("text", "letters", "letters"), Kind.TEXT, middle),
    "TRIM": Function(("text",), Kind.TEXT, lambda text: single_spaced(text) or None),
    "ISBLANK": Function(("cell",), Kind.BOOLEAN, lambda x: x is None, skips=True),
    # What Excel has no function for, or none by that name; `excel` renders it.
    "PLAIN": Function(("text",), Kind.TEXT, plain_text),
    "WITHOUT": Function(("text", "text"), Kind.TEXT, _without, most=MOST_WORDS + 1),
    "CONTAINS": Function(("text", "text"), Kind.BOOLEAN, lambda x, *w: any(word in x for word in w), most=MOST_ARGUMENTS),
    "ISONEOF": Function(("cell", "text"), Kind.BOOLEAN, _is_one_of, most=MOST_ARGUMENTS, skips=True),
    "ISDATE": Function(("cell",), Kind.BOOLEAN, _is_date, skips=True),
    "ISDASH": Function(("cell", "text"), Kind.BOOLEAN, lambda x, signs: isinstance(x, str) and _is_dash(x, signs), skips=True),
    "ISPERCENT": Function(("cell",), Kind.BOOLEAN, lambda x: False, skips=True),  # shown as one: what is read is no such number
}
ACCEPTS: dict[str, tuple[Kind, ...]] = {
    "boolean": (Kind.BOOLEAN,),
    "number": (Kind.NUMBER, Kind.VALUE),
    "digits": (Kind.NUMBER,),
    "letters": (Kind.NUMBER,),
    "year": (Kind.NUMBER, Kind.VALUE),
    "numbers": (Kind.NUMBERS, Kind.NUMBER, Kind.VALUE),
    "extremes": (Kind.NUMBERS, Kind.NUMBER, Kind.VALUE, Kind.DATES, Kind.DATE),
    "date": (Kind.DATE,),
    "column": (Kind.NUMBERS,),
    "choices": (Kind.CHOICES,),
    "choice": WORDS,
    "fields": (Kind.NUMBERS, Kind.NUMBER, Kind.VALUE),
    "text": SCALARS,
    "format": (Kind.TEXT,),
    "cell": (*SCALARS, Kind.DATE),
    "any": (*SCALARS, Kind.DATE, Kind.BOOLEAN),
    "filled": (Kind.NUMBERS, Kind.CHOICES, Kind.TEXTS, Kind.VALUES, Kind.DATES, Kind.DATE, *SCALARS),
}
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
COMPARABLE: dict[Kind, Callable[[Any], object]] = {  # operands of a comparison: what of them is compared
    Kind.NUMBER: DIGITS_15.plus,
    Kind.TEXT: lambda value: normal_text(as_text(value)),
    Kind.CHOICE: lambda value: value.lower() if isinstance(value, str) else value,
}
ARITHMETIC: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": WIDE.add,
    "-": WIDE.subtract,
    "*": WIDE.multiply,
    "/": WIDE.divide,
}


class Numbers(NamedTuple):
    """The numbers that a formula is computed in."""

    type: type  # of a number
    taken: Callable[[object], Any]  # what stands in a cell or in the formula, with its numbers as such
    arithmetic: Mapping[str, Callable[[Any, Any], Any]]
    comparable: Mapping[Kind, Callable[[Any], object]]
    compute: Mapping[str, Callable[..., Any]]  # by the names of the functions
    as_text: Callable[[Any], str]


DECIMALS = Numbers(
    type=Decimal,
    taken=as_typed,
    arithmetic=ARITHMETIC,
    comparable=COMPARABLE,
    compute={name: function.compute for name, function in FUNCTIONS.items()},
    as_text=as_text,
)
