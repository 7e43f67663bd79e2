"""What formulas can do: the table of functions, and the arithmetic and comparisons they share with Excel.

A new function is one row of FUNCTIONS; its tests are rows of `tests/formula`.

>>> FUNCTIONS["ROUND"].compute(Decimal("0.96025"), Decimal(4))
Decimal('0.9603')
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import ROUND_FLOOR, Decimal
from typing import Any, NamedTuple

from xlperf.formula.nodes import SCALARS, WORDS, Kind
from xlperf.formula.operands import (
    DIGITS_15,
    IDEOGRAPHIC_SPACE,
    NBSP,
    WIDE,
    as_text,
    as_typed,
    normal_text,
    plain_text,
    round_half_up,
)

TAKEN_AS_NUMBER = ("number", "numbers")  # arguments that must come out as numbers; others as what they are
SKIPPING = (
    "SUM",
    "SUMIF",
    "MIN",
    "MAX",
    "N",
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
    return 0 < len(text) <= LONGEST_DASH and _without(text, *BETWEEN)[:1] in signs


def _is_one_of(cell: object, *texts: str) -> bool:
    """Whether a cell holds one of those texts, without case, space for space."""
    return isinstance(cell, str) and cell.lower() in {text.lower() for text in texts}


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
    "SUM": Function(("numbers",), Kind.NUMBER, _sum, most=30, skips=True),
    "SUMIF": Function(("choices", "choice", "column"), Kind.NUMBER, _sum_if),
    "COUNT": Function(("fields",), Kind.NUMBER, lambda *a: Decimal(sum(1 for _ in _numbers(a))), most=30, skips=True),
    "MIN": Function(("numbers",), Kind.NUMBER, lambda *a: min(_numbers(a), default=Decimal(0)), most=30, skips=True),
    "MAX": Function(("numbers",), Kind.NUMBER, lambda *a: max(_numbers(a), default=Decimal(0)), most=30, skips=True),
    "SMALL": Function(("column", "number"), Kind.NUMBER, _smallest),  # the test that there are so many is the formula's
    "LARGE": Function(("column", "number"), Kind.NUMBER, _largest),
    "INT": Function(("number",), Kind.NUMBER, lambda x: x.to_integral_value(ROUND_FLOOR)),
    "N": Function(("cell",), Kind.NUMBER, lambda x: x if isinstance(x, Decimal) else Decimal(0), skips=True),
    "T": Function(("cell",), Kind.TEXT, lambda x: x if isinstance(x, str) else "", skips=True),
    "ISNUMBER": Function(("cell",), Kind.BOOLEAN, lambda x: isinstance(x, Decimal), skips=True),
    "TEXT": Function(("number", "format"), Kind.TEXT, as_text),
    "LEN": Function(("text",), Kind.NUMBER, lambda text: Decimal(len(text.encode("utf-16-le", "surrogatepass")) // 2)),
    "LEFT": Function(("text", "digits"), Kind.TEXT, lambda text, count: text[: int(count)]),
    "RIGHT": Function(("text", "digits"), Kind.TEXT, lambda text, count: text[-int(count) :]),
    "ISBLANK": Function(("cell",), Kind.BOOLEAN, lambda x: x is None, skips=True),
    # What Excel has no function for, or none by that name; `excel` renders it.
    "PLAIN": Function(("text",), Kind.TEXT, plain_text),
    "WITHOUT": Function(("text", "text"), Kind.TEXT, _without, most=MOST_WORDS + 1),
    "CONTAINS": Function(("text", "text"), Kind.BOOLEAN, lambda x, *w: any(word in x for word in w), most=MOST_ARGUMENTS),
    "ISONEOF": Function(("cell", "text"), Kind.BOOLEAN, _is_one_of, most=MOST_ARGUMENTS, skips=True),
    "ISDATE": Function(("cell",), Kind.BOOLEAN, lambda x: isinstance(x, str) and ISO_DATE.fullmatch(x) is not None, skips=True),
    "ISDASH": Function(("cell", "text"), Kind.BOOLEAN, lambda x, signs: isinstance(x, str) and _is_dash(x, signs), skips=True),
    "ISPERCENT": Function(("cell",), Kind.BOOLEAN, lambda x: False, skips=True),  # shown as one: what is read is no such number
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
