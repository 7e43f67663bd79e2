"""Where a formula is rounded, so that the doubles of a spreadsheet and our decimals say the same.

Excel computes `8887.9 - 8888` as -0.1000000000003638. Decimals give -0.1, and `a - b = c` would hold here and fail there. So a
sum is rounded to the decimals of its operands wherever that can be seen: where it is compared, shown, printed, multiplied,
divided, or rounded more coarsely. The ROUND stands in the tree, and every reading of the tree does the same.

>>> from xlperf.formula.nodes import Kind
>>> initial, spent = (Name(key, Kind.NUMBER, digits=6) for key in ("initial", "spent"))
>>> left = Operation("-", initial, spent, kind=Kind.NUMBER, operands=Kind.NUMBER)
>>> decimals(left), settled(left).function, settled(left).arguments[1].value
(6, 'ROUND', Decimal('6'))
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Context, Decimal, Inexact
from enum import Enum
from typing import NamedTuple

from xlperf.formula.nodes import COLUMNS, WORDS, Call, IsBlank, Literal, Name, Node, Operation
from xlperf.formula.operands import TEXT_FORMATS

OF_PRODUCTS = 8  # decimals at most: with the seven digits before the point that an amount has, the 15 that a double keeps
OF_QUOTIENTS = 10  # decimals of what has no end: shares and rates, which have few digits before the point
ZERO = Literal(Decimal(0))
WITHOUT_END = Context(prec=34, traps=[Inexact])
CHOOSING = ("ABS", "MIN", "MAX", "IF")  # functions that give one of their arguments, or its opposite
WHOLE = ("COUNT", "LEN", "SIGN")


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


def settled(tree: Node, digits: int | None = None) -> Node:
    """The tree with a ROUND wherever doubles and decimals could part.

    Args:
        digits: the decimals that its value may have at most, None where there is no bound.
    """
    return _settled(tree, Need(Use.SEEN, digits))


def _settled(tree: Node, need: Need) -> Node:
    match tree:
        case Literal() | Name():
            return _as_needed(tree, need) if need.digits is not None and need.use is Use.SEEN else tree
        case IsBlank(operand=operand):
            return replace(tree, operand=_settled(operand, TERM))
        case Operation(operator="+" | "-", left=left, right=right) if left == ZERO:  # exact: a minus sign, or 0 + x
            return replace(tree, right=_settled(right, need))
        case Operation(operator=operator, left=left, right=right):
            below = OPERANDS.get(operator, SEEN)
            tree = replace(tree, left=_settled(left, below), right=_settled(right, below))
            return _as_needed(tree, need) if operator in OPERANDS else tree
        case Call(function="IF", arguments=(test, *branches)):
            return replace(tree, arguments=(_settled(test, SEEN), *(_settled(branch, need) for branch in branches)))
        case Call(function=name, arguments=arguments) if name in CHOOSING:
            return replace(tree, arguments=tuple(_settled(argument, need) for argument in arguments))
        case Call(function="ROUND" | "TEXT", arguments=(number, shown)):
            tree = replace(tree, arguments=(_settled(number, Need(Use.ROUNDED, _places(shown))), shown))
            return _as_needed(tree, need)
        case Call(function=name, arguments=arguments):
            below = TERM if name == "SUM" else SEEN
            return _as_needed(replace(tree, arguments=tuple(_settled(argument, below) for argument in arguments)), need)


OPERANDS = {"+": TERM, "-": TERM, "*": FACTOR, "/": FACTOR}


def _places(shown: Node) -> int:
    """The decimals that ROUND or a format of TEXT leaves."""
    assert isinstance(shown, Literal)  # the parser asks for one
    return sum(TEXT_FORMATS[shown.value]) if isinstance(shown.value, str) else int(shown.value)


def _as_needed(tree: Node, need: Need) -> Node:
    """A number rounded as its use needs it; its operands are settled already."""
    if tree.kind in (*WORDS, *COLUMNS) or need.use is Use.TERM:
        return tree
    own, sums, computed = decimals(tree), _is_sum(tree), _is_sum(tree) or isinstance(tree, Operation)
    if need.use is Use.SEEN and need.digits is not None and (own is None or own > need.digits):
        return _round(_as_needed(tree, Need(Use.ROUNDED, need.digits)), need.digits)
    if not computed or own == 0 or (need.use is Use.FACTOR and not sums):
        return tree  # whole numbers are exact, and multiplying adds no noise that ROUND does not remove
    if need.use is Use.ROUNDED and need.digits is not None:
        is_enough = own is not None and own <= need.digits
        if is_enough or (not sums and (own is None or own >= OF_PRODUCTS)):
            return tree  # rounding twice would change it
    return _round(tree, OF_QUOTIENTS if own is None else own)


def _is_sum(tree: Node) -> bool:
    match tree:
        case Operation(operator="+" | "-") | Call(function="SUM" | "SUMIF"):
            return True
    return False


def _round(tree: Node, digits: int) -> Node:
    return Call("ROUND", (tree, Literal(Decimal(digits))), tree.kind)


# --- decimals ------------------------------------------------------------------------------------------------


def decimals(tree: Node) -> int | None:
    """The decimals that a number can have, from those of its operands; None if they have no end."""
    own = _scale(tree)
    return None if own is None else max(own, 0)


def _scale(tree: Node) -> int | None:
    """The same, below zero where it ends in noughts: 100 has -2."""
    match tree:
        case Literal(value=Decimal() as value):
            return _scale_of(value)
        case Literal():
            return 0
        case Name(digits=digits):
            return digits
        case Operation(operator="*", left=left, right=right):
            return _of_product(_scale(left), _scale(right))
        case Operation(operator="/", left=left, right=right):
            return _of_product(_scale(left), _scale_of_inverse(right))
        case Operation(left=left, right=right):
            return _most((left, right))
        case Call(function="ROUND", arguments=(number, digits)):
            own = _scale(number)
            return _places(digits) if own is None else min(own, _places(digits))
        case Call(function="SUMIF", arguments=(_, _, numbers)):
            return _scale(numbers)
        case Call(function="IF", arguments=(_, *branches)):
            return _most(branch for branch in branches if branch.kind not in WORDS)
        case Call(function=name, arguments=arguments):
            return 0 if name in WHOLE else _most(arguments)
    return 0


def _most(trees: Iterable[Node]) -> int | None:
    scales = [_scale(tree) for tree in trees]
    known = [scale for scale in scales if scale is not None]
    return max(known, default=0) if len(known) == len(scales) else None


def _of_product(one: int | None, other: int | None) -> int | None:
    """The scale of a product; not more than a double can keep beside the digits before the point."""
    return None if one is None or other is None else min(one + other, max(one, other, OF_PRODUCTS))


def _scale_of(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    assert isinstance(exponent, int), number  # no formula writes NaN or infinity
    return -exponent


def _scale_of_inverse(divisor: Node) -> int | None:
    """The decimals that dividing adds: two for 100, none that end for 3 or for a field."""
    if not isinstance(divisor, Literal) or not isinstance(divisor.value, Decimal) or divisor.value == 0:
        return None
    try:
        return _scale_of(WITHOUT_END.divide(Decimal(1), divisor.value))
    except Inexact:
        return None
