"""The steps that LOOKUP goes down: bands of a figure, each with its bound and its result.

>>> bound_of(90), bound_of(">0.3"), bound_of("<= 10%"), bound_of("ten")
(('>=', Decimal('90')), ('>', Decimal('0.3')), ('<=', Decimal('0.1')), None)
>>> in_order([(">", Decimal(3)), (">=", Decimal(3)), (">=", Decimal(1))]), in_order([("<=", Decimal(3)), ("<", Decimal(3))])
(True, False)

A number alone is the lowest of its band. Bounds go down with >= and >, or up with <= and <, so that a band has its bound on
whichever side a regulation puts it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import pairwise

from xlperf.formula.nodes import Call, Kind, Literal, Node
from xlperf.formula.operands import as_decimal
from xlperf.formula.parsing.written import as_read

Steps = Sequence[Sequence[float | str]]  # pairs of bound and result, the first that holds counts; then what is of none, alone
Bound = tuple[str, Decimal]  # an operator, and the number on its right
BOUND = re.compile(r"\s*(>=|<=|>|<)\s*(-?\d{1,12}(?:\.\d{1,12})?)\s*(%?)\s*")
FROM_ABOVE, FROM_BELOW = (">", ">="), ("<", "<=")  # of two at one number the narrower comes first


def bound_of(written: float | str) -> Bound | None:
    """The bound of a step as it is written: a number, or an operator and a number; None for anything else."""
    if not isinstance(written, str):
        return ">=", as_decimal(written)
    match = BOUND.fullmatch(as_read(written))
    if match is None:
        return None
    return match[1], Decimal(match[2]) / 100 if match[3] else Decimal(match[2])


def in_order(bounds: Sequence[Bound]) -> bool:
    """Whether each step can be reached: all bounds go down from above, or all up from below."""
    operators = {operator for operator, _ in bounds}
    for side, sign in ((FROM_ABOVE, -1), (FROM_BELOW, 1)):
        if operators <= set(side):
            ranked = [(sign * number, side.index(operator)) for operator, number in bounds]
            return all(one < other for one, other in pairwise(ranked))
    return False


def steps_of(value: Node, steps: Steps, operate: Callable[[str, Node, Node], Node], kind_of: Callable[..., Kind]) -> Node:
    """LOOKUP as what it means: an IF for each bound, the first one outermost.

    Args:
        operate: joins two nodes by an operator.
        kind_of: the kind of an IF with two branches.
    """
    *bounds, (last,) = steps
    tree: Node = _literal(last)
    for written, result in reversed(bounds):
        bound, then = bound_of(written), _literal(result)
        assert bound is not None, written  # the form was checked
        reached = operate(bound[0], value, Literal(bound[1]))
        tree = Call("IF", (reached, then, tree), kind_of(then, tree))
    return tree


def _literal(value: float | str) -> Literal:
    return Literal(value if isinstance(value, str) else as_decimal(value))
