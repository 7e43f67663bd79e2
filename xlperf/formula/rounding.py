"""Where a formula is rounded, so that the doubles of a spreadsheet and our decimals say the same.

Excel computes `8887.9 - 8888` as -0.1000000000003638. Decimals give -0.1, and `a - b = c` would hold here and fail there. So a
sum is rounded to the decimals of its operands wherever that can be seen: where it is compared, shown, printed, multiplied,
divided, or rounded more coarsely. The ROUND stands in the tree, and every reading of the tree does the same.

>>> initial, spent = (Name(key, Kind.NUMBER, digits=6) for key in ("initial", "spent"))
>>> left = Operation("-", initial, spent, kind=Kind.NUMBER, operands=Kind.NUMBER)
>>> settled(left).function, settled(left).arguments[1].value, settled(left).arguments[0] == left
('ROUND', Decimal('6'), True)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Context, Decimal, Inexact
from enum import Enum
from itertools import pairwise
from typing import NamedTuple

from xlperf.formula.nodes import Call, IsBlank, Kind, Literal, Name, Node, Operation
from xlperf.formula.operands import TEXT_FORMATS

OF_PRODUCTS = 8  # decimals at most: with the seven digits before the point that an amount has, the 15 that a double keeps
OF_QUOTIENTS = 10  # decimals of what has no end: shares and rates, which have few digits before the point
ZERO = Literal(Decimal(0))
WITHOUT_END = Context(prec=34, traps=[Inexact])
CHOOSING = ("ABS", "MIN", "MAX", "IF", "IFERROR")  # functions that give one of their arguments, or its opposite
SUMS = ("SUM", "SUMIF", "SUMIFS", "SUMPRODUCT")
WHOLE = ("COUNT", "COUNTA", "COUNTIFS", "LEN", "SIGN", "YEAR", "MONTH", "DAY", "DATE", "INT")
NUMERIC = (Kind.NUMBER, Kind.NUMBERS, Kind.VALUE)


class Use(Enum):
    """What becomes of a number: how much of its binary noise can be seen."""

    SEEN = "compared, shown or printed"
    TERM = "an operand of a sum, which is rounded itself"
    FACTOR = "multiplied or divided: what cancelled out before is seen"
    ROUNDED = "rounded"


class Need(NamedTuple):
    """The use of a number, and the decimals that it is rounded to where that is known."""

    use: Use
    digits: int | None = None


SEEN, TERM, FACTOR = Need(Use.SEEN), Need(Use.TERM), Need(Use.FACTOR)


class Settled(NamedTuple):
    """A tree with its ROUNDs, and the decimals of its value: -2 for 100, which ends in two noughts; None where they never end."""

    tree: Node
    scale: int | None = 0


def settled(tree: Node, digits: int | None = None) -> Node:
    """The tree with a ROUND wherever doubles and decimals could part.

    Args:
        digits: the decimals that its value may have at most, None where there is no bound.
    """
    return _settled(tree, Need(Use.SEEN, digits)).tree


def decimals_of(number: Decimal) -> int:
    """The decimals of a number: 2 of 0.30 + 0.02, 0 of 100."""
    return max(_scale_of(number), 0)


def _settled(tree: Node, need: Need) -> Settled:
    match tree:
        case Literal(value=Decimal() as value):
            return _cut(Settled(tree, _scale_of(value)), need)
        case Name(digits=digits):
            return _cut(Settled(tree, digits), need)
        case IsBlank(operand=operand):
            return Settled(replace(tree, operand=_settled(operand, TERM).tree))
        case Operation(operator="+" | "-", left=left, right=right) if left == ZERO:  # exact: a minus sign, or 0 + x
            negated = _settled(right, need)
            return Settled(replace(tree, right=negated.tree), negated.scale)
        case Operation(operator=operator, left=left, right=right):
            use = OPERANDS.get(operator, SEEN)
            one, other = _settled(left, use), _settled(right, use)
            tree = replace(tree, left=one.tree, right=other.tree)
            return _as_needed(tree, SCALES[operator](one, other), need) if operator in OPERANDS else Settled(tree)
        case Call(function="ROUND" | "TEXT", arguments=(number, shown)):
            places = _places(shown)
            inner = _settled(number, Need(Use.ROUNDED, places))
            scale = places if inner.scale is None else min(inner.scale, places)
            return _cut(Settled(replace(tree, arguments=(inner.tree, shown)), scale), need)
        case Call(function=name, arguments=arguments):
            return _settled_call(tree, name, arguments, need)
    return Settled(tree)


def _settled_call(tree: Call, name: str, arguments: tuple[Node, ...], need: Need) -> Settled:
    uses = [need if name in CHOOSING else TERM if name in SUMS else SEEN for _ in arguments]
    if name == "SUMIFS":
        uses[1:] = [SEEN] * (len(uses) - 1)
    if name == "IF":
        uses[0] = SEEN
    inner = [_settled(argument, use) for argument, use in zip(arguments, uses, strict=True)]
    tree = replace(tree, arguments=tuple(argument.tree for argument in inner))
    scale = _most([each.scale for each in (inner[:1] if name == "SUMIFS" else inner) if each.tree.kind in NUMERIC])
    if name == "SUMPRODUCT":
        for one, other in pairwise(inner):
            scale = _of_product(Settled(one.tree, scale if one is not inner[0] else one.scale), other)
    if name in SUMS:
        return _as_needed(tree, scale, need)
    return _cut(Settled(tree, 0 if name in WHOLE else scale), need)


def _as_needed(tree: Operation | Call, scale: int | None, need: Need) -> Settled:
    """A sum, product or quotient, rounded as its use needs it."""
    is_sum = isinstance(tree, Call) or tree.operator in "+-"
    own = Settled(tree, scale)
    match need.use:
        case Use.TERM:
            return own
        case Use.FACTOR if not is_sum:  # multiplying adds no noise that ROUND does not remove
            return own
        case Use.ROUNDED:
            assert need.digits is not None
            is_enough = (OF_QUOTIENTS if scale is None else scale) <= need.digits
            if is_enough or (not is_sum and (scale is None or scale >= OF_PRODUCTS)):  # rounding twice would change it
                return own
        case Use.SEEN if need.digits is not None and (scale is None or scale > need.digits):
            return _round(_as_needed(tree, scale, Need(Use.ROUNDED, need.digits)), need.digits)
    return own if scale is not None and scale <= 0 else _round(own, OF_QUOTIENTS if scale is None else scale)


def _cut(number: Settled, need: Need) -> Settled:
    """A number as it is; rounded where more decimals would be seen than there may be."""
    if number.tree.kind is not Kind.NUMBER or need.use is not Use.SEEN or need.digits is None:
        return number
    return number if number.scale is not None and number.scale <= need.digits else _round(number, need.digits)


def _round(number: Settled, digits: int) -> Settled:
    return Settled(Call("ROUND", (number.tree, Literal(Decimal(digits))), number.tree.kind), digits)


def _places(shown: Node) -> int:
    """The decimals that ROUND or a format of TEXT leaves."""
    assert isinstance(shown, Literal)  # the parser asks for one
    return sum(TEXT_FORMATS[shown.value]) if isinstance(shown.value, str) else int(shown.value)


# --- decimals ------------------------------------------------------------------------------------------------


def _most(scales: Iterable[int | None]) -> int | None:
    most = 0
    for scale in scales:
        if scale is None:
            return None
        most = max(most, scale)
    return most


def _of_product(one: Settled, other: Settled) -> int | None:
    """The scale of a product; not more than a double can keep beside the digits before the point."""
    if one.scale is None or other.scale is None:
        return None
    return min(one.scale + other.scale, max(one.scale, other.scale, OF_PRODUCTS))


def _of_quotient(one: Settled, other: Settled) -> int | None:
    """The scale of a quotient: two more than that of the dividend for 100, no end for 3 or for a field."""
    divisor = other.tree.value if isinstance(other.tree, Literal) else None
    if not isinstance(divisor, Decimal) or divisor == 0:
        return None
    try:
        return _of_product(one, Settled(other.tree, _scale_of(WITHOUT_END.divide(Decimal(1), divisor))))
    except Inexact:
        return None


def _scale_of(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    assert isinstance(exponent, int), number  # no formula writes NaN or infinity
    return -exponent


OPERANDS = {"+": TERM, "-": TERM, "*": FACTOR, "/": FACTOR}
SCALES: dict[str, Callable[[Settled, Settled], int | None]] = {
    **dict.fromkeys("+-", lambda one, other: _most((one.scale, other.scale))),
    "*": _of_product,
    "/": _of_quotient,
}
