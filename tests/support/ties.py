"""Which values spreadsheets round alike: those that lie clear of a tie, as far as a double can tell.

A tie on 13 digits or fewer is broken alike by all of them, but for that of a sum of products: each program adds these up in its
own way. Beyond that LibreOffice goes by the double: of 435055309.34395, whose double lies a little lower, it makes
435055309.3439, where Gnumeric, IronCalc and we make 435055309.344. What Excel makes of it nobody has tried here. No form of ours
has such amounts.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal

from xlperf.formula.evaluator import evaluate
from xlperf.formula.nodes import Call, Node, nodes_of

MANY = Decimal(10) ** 12  # what lies before a tie on 14 digits
MOST = Decimal(10) ** 15  # beyond it a double keeps no decimals
OFF = Decimal("1e-14")  # by which doubles may be off in the end
HALF = Decimal("0.5")


def rounds_alike(tree: Node, cells: Callable[[str], object]) -> bool:
    """Whether every ROUND of a formula gives the same in doubles and decimals, in whatever program."""
    return all(_is_clear(node, cells) for node in nodes_of(tree) if isinstance(node, Call) and node.function == "ROUND")


def _is_clear(rounding: Call, cells: Callable[[str], object]) -> bool:
    number, digits = (evaluate(argument, cells) for argument in rounding.arguments)
    if not isinstance(number, Decimal) or not isinstance(digits, Decimal):
        return True
    scaled = abs(number).scaleb(int(digits))
    if scaled >= MOST:
        return False
    exactly = number.quantize(Decimal(1).scaleb(-int(digits)), ROUND_HALF_UP, Context(prec=60))
    is_late_tie = scaled >= MANY and abs(scaled % 1 - HALF) <= scaled * OFF
    is_lost_tie = scaled % 1 == HALF and any(
        isinstance(node, Call) and node.function == "SUMPRODUCT" for node in nodes_of(rounding)
    )
    return not is_late_tie and not is_lost_tie and exactly == evaluate(rounding, cells)
