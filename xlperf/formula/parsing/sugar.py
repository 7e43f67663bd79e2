"""Functions that are written in others: what they mean is a tree of what both readings know already.

    meaning("AVERAGE", (spent,), operation)      # IF(COUNT(spent) = 0, "", SUM(spent) / COUNT(spent))

Each is given its arguments, and the function that joins two nodes by an operator and types what comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import reduce
from typing import NamedTuple

from xlperf.formula.nodes import Call, Kind, Literal, Node

Operate = Callable[[str, Node, Node], Node]
BLANK, ZERO = Literal(""), Literal(Decimal(0))


class Sugar(NamedTuple):
    """How many arguments such a function takes, and what it means."""

    least: int
    most: int
    meaning: Callable[[Sequence[Node], Operate], Node]
    takes: str = "any"  # a key of functions.ACCEPTS: what its arguments are, "any" where the meaning says it


def _branches(pairs: Sequence[Node], otherwise: Node) -> Node:
    """An IF for every pair of test and result, the first one that holds first."""
    tree = otherwise
    for at in range(len(pairs) - 2, -1, -2):
        tree = Call("IF", (pairs[at], pairs[at + 1], tree), Kind.VALUE)
    return tree


def _average(arguments: Sequence[Node], operate: Operate) -> Node:
    count, total = Call("COUNT", tuple(arguments), Kind.NUMBER), Call("SUM", tuple(arguments), Kind.NUMBER)
    return Call("IF", (operate("=", count, ZERO), BLANK, operate("/", total, count)), Kind.NUMBER)


def _away(arguments: Sequence[Node], operate: Operate, *, up: bool) -> Node:
    """Rounded away from zero or towards it: half away from zero, and one step on where that went the other way."""
    number, digits = arguments[0], arguments[1] if len(arguments) > 1 else ZERO
    size = Call("ABS", (number,), Kind.NUMBER)
    rounded = Call("ROUND", (size, digits), Kind.NUMBER)
    places = digits.value if isinstance(digits, Literal) and isinstance(digits.value, Decimal) else Decimal(0)
    step = Literal(Decimal(1).scaleb(-int(places)))
    passed = operate("<" if up else ">", rounded, size)
    moved = Call("IF", (passed, operate("+" if up else "-", rounded, step), rounded), Kind.NUMBER)
    signed = operate("*", Call("SIGN", (number,), Kind.NUMBER), moved)
    return Call("ROUND", (signed, digits), Kind.NUMBER)


def _joined(arguments: Sequence[Node], operate: Operate) -> Node:
    return (
        reduce(lambda left, right: operate("&", left, right), arguments)
        if len(arguments) > 1
        else operate("&", BLANK, arguments[0])
    )


SUGARS: dict[str, Sugar] = {
    "IFS": Sugar(2, 60, lambda arguments, operate: _branches(arguments, BLANK)),
    "AVERAGE": Sugar(1, 30, _average, takes="fields"),
    "ROUNDUP": Sugar(2, 2, lambda arguments, operate: _away(arguments, operate, up=True), takes="number"),
    "ROUNDDOWN": Sugar(2, 2, lambda arguments, operate: _away(arguments, operate, up=False), takes="number"),
    "TRUNC": Sugar(1, 2, lambda arguments, operate: _away(arguments, operate, up=False), takes="number"),
    "CONCATENATE": Sugar(1, 30, _joined),
}
