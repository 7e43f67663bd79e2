"""A formula computed in plain doubles, as a spreadsheet does: a second reading of the same tree, that must agree with the first.

Nothing is forgiven here that the formula itself does not round. Excel compares numbers on 15 digits and takes a sum that is
nearly 0 for 0, if it is the outermost; Gnumeric does neither. What agrees here agrees in all of them.

>>> from xlperf.formula.evaluator import evaluate
>>> from xlperf.formula.nodes import Name, Operation
>>> from xlperf.formula.rounding import settled
>>> a, b = Name("a", Kind.NUMBER, digits=6), Name("b", Kind.NUMBER, digits=6)
>>> left = Operation("-", a, b, kind=Kind.NUMBER, operands=Kind.NUMBER)
>>> cells = {"a": 8887.9, "b": 8888}.get
>>> evaluate(left, cells, DOUBLES), evaluate(settled(left), cells, DOUBLES), evaluate(left, cells)
(-0.1000000000003638, -0.1, Decimal('-0.1'))
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import reduce
from operator import add, mul, sub, truediv
from typing import Any

from xlperf.formula.dates import PARTS
from xlperf.formula.functions import COMPARABLE, FUNCTIONS, Numbers, count_filled, looked_up, rows_that_meet
from xlperf.formula.nodes import Kind
from xlperf.formula.operands import as_decimal, as_text, as_typed, normal_text, round_half_up

MOST = 10.0**15  # a double keeps 15 digits


def _taken(value: object) -> Any:
    """What stands in a cell, its numbers as they are: a computed one keeps its binary noise."""
    if isinstance(value, list):
        return [_taken(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    value = as_typed(value)
    return float(value) if isinstance(value, Decimal) else value


def _finite(operation: Callable[[float, float], float]) -> Callable[[float, float], float | None]:
    """The operation, without a value where Excel shows #NUM!."""

    def compute(left: float, right: float) -> float | None:
        value = operation(left, right)
        return value if math.isfinite(value) else None

    return compute


def _numbers(arguments: tuple[object, ...]) -> Iterator[float]:
    for argument in arguments:
        for value in argument if isinstance(argument, list) else [argument]:
            if isinstance(value, float):
                yield value


def _round(number: float, digits: float) -> float:
    """Half away from zero on 15 digits; a number that has more before that place stays as it is."""
    if abs(number) * 10.0**digits >= MOST:
        return number
    return float(round_half_up(as_decimal(number), Decimal(digits)))


def _sum(*arguments: object) -> float:
    """One after the other: the sum() of Python carries what is lost."""
    return reduce(add, _numbers(arguments), 0.0)


def _sum_if(choices: list[object], choice: str, numbers: list[object]) -> float:
    same = (isinstance(other, str) and other.lower() == choice.lower() for other in choices)
    return _sum([number for number, counts in zip(numbers, same, strict=True) if counts])


def _sum_product(*columns: list[object]) -> float:
    rows = (row for row in zip(*columns, strict=True) if all(isinstance(number, float) for number in row))
    return _sum([reduce(mul, row) for row in rows])


def _text(value: float | str, pattern: str | None = None) -> str:
    return value if isinstance(value, str) else as_text(as_decimal(value), pattern)


def _placed(numbers: list[float], place: float) -> float | None:
    return numbers[int(place) - 1] if 1 <= place <= len(numbers) else None


def _float(compute: Callable[..., Any]) -> Callable[..., float | None]:
    """The same, computed of doubles."""

    def computed(*arguments: float) -> float | None:
        value = compute(*arguments)
        return None if value is None else float(value)

    return computed


COMPUTED: dict[str, Callable[..., Any]] = {name: function.compute for name, function in FUNCTIONS.items()}
DOUBLES = Numbers(
    type=float,
    taken=_taken,
    arithmetic={"+": _finite(add), "-": _finite(sub), "*": _finite(mul), "/": _finite(truediv)},
    comparable={**COMPARABLE, Kind.NUMBER: lambda value: value, Kind.TEXT: lambda value: normal_text(_text(value))},
    compute=COMPUTED
    | {
        "ROUND": _round,
        "SIGN": lambda number: float((number > 0) - (number < 0)),
        "SUM": _sum,
        "SUMIF": _sum_if,
        "SUMPRODUCT": _sum_product,
        "SUMIFS": lambda numbers, *c: _sum([n for n, counts in zip(numbers, rows_that_meet(c, float), strict=True) if counts]),
        "COUNTIFS": lambda *c: float(sum(rows_that_meet(c, float))),
        "VLOOKUP": lambda wanted, keys, values: looked_up(wanted, keys, values, float),
        "COUNTA": lambda *a: float(count_filled(*a)),
        "COUNT": lambda *arguments: float(sum(1 for _ in _numbers(arguments))),
        "MIN": lambda *arguments: min(_numbers(arguments), default=0.0),
        "MAX": lambda *arguments: max(_numbers(arguments), default=0.0),
        "N": lambda value: value if isinstance(value, float) else 0.0,
        "ISNUMBER": lambda value: isinstance(value, float),
        **{name: _float(COMPUTED[name]) for name in (*PARTS, "DATE")},
        "TEXT": _text,
        "LEN": lambda text: float(COMPUTED["LEN"](text)),
        "INT": lambda number: float(math.floor(number)),
        "SMALL": lambda numbers, place: _placed(sorted(_numbers((numbers,))), place),
        "LARGE": lambda numbers, place: _placed(sorted(_numbers((numbers,)), reverse=True), place),
    },
    as_text=_text,
)
