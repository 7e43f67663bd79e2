"""Whether doubles and decimals agree on a formula, tried on operands that lie where the two part.

>>> from xlperf.formula.nodes import Operation
>>> from xlperf.formula.rounding import settled
>>> a, b, c = (Name(key, Kind.NUMBER, digits=6) for key in "abc")
>>> left = Operation("-", a, b, kind=Kind.NUMBER, operands=Kind.NUMBER)
>>> raw = Operation("=", left, c, kind=Kind.BOOLEAN, operands=Kind.NUMBER)
>>> found = find_disagreement(raw)
>>> (found.decimals, found.doubles), find_disagreement(settled(raw))
((True, False), None)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from random import Random
from typing import NamedTuple

from xlperf.formula.dates import iso_of
from xlperf.formula.doubles import DOUBLES
from xlperf.formula.evaluator import Value, compile_formula
from xlperf.formula.nodes import COLUMNS, DATED, Kind, Literal, Name, Node, Operation, nodes_of
from xlperf.formula.operands import DIGITS_15, WIDE

TRIALS = 150
FRESH = 0.3  # of the numbers have nothing to do with the others
SIZES = (1, 2, 3, 4, 5, 7)  # digits before the point; an amount has seven at most
LARGEST = 10**8  # of what others are made of
MOST_DIGITS = 4  # decimals of a name of which nothing is known
ROWS = 3  # of a column
DAYS = ((40_000, 46_000), (45_290, 45_300))  # of dates: those of some years, those around one New Year
NOISE = 1e-13  # beyond this, relative to a number, its digits are nobody's


class Disagreement(NamedTuple):
    """Operands on which the two readings part, and what either gives."""

    operands: Mapping[str, object]
    decimals: Value
    doubles: Value


def find_disagreement(tree: Node) -> Disagreement | None:
    """Operands on which a formula, or a comparison in it, gives something else in doubles; None if there seem to be none."""
    found = (_try(part) for part in dict.fromkeys((tree, *_comparisons(tree))))
    return next((one for one in found if one is not None), None)


@lru_cache(maxsize=4096)  # most comparisons of a form stand in many of its formulas
def _try(tree: Node) -> Disagreement | None:
    names, figures = list(dict.fromkeys(_names(tree))), _figures(tree)
    random = Random(len(names))  # the same each time
    in_decimals, in_doubles = compile_formula(tree), compile_formula(tree, DOUBLES)
    for _ in range(TRIALS if names else 1):
        operands: dict[str, object] = {}
        for name in names:
            cells = [_cell(random, name, operands, figures) for _ in range(ROWS)]
            operands[name.key] = cells if name.kind in COLUMNS else cells[0]
        decimals, doubles = in_decimals(operands.get, {}), in_doubles(operands.get, {})
        if not _is_same(decimals, doubles):
            return Disagreement(operands, decimals, doubles)
    return None


def _is_same(decimals: Value, doubles: object) -> bool:
    if isinstance(decimals, Decimal) and isinstance(doubles, float):
        return abs(float(decimals) - doubles) <= NOISE * abs(doubles)
    return decimals == doubles


def _comparisons(tree: Node) -> list[Node]:
    return [
        node
        for node in nodes_of(tree)
        if isinstance(node, Operation) and node.kind is Kind.BOOLEAN and node.operands is Kind.NUMBER
    ]


def _names(tree: Node) -> list[Name]:
    """The names of a formula with all that is known of them."""
    return [node for node in nodes_of(tree) if isinstance(node, Name)]


def _figures(tree: Node) -> list[Decimal]:
    """The numbers that stand in a formula: what it compares with."""
    return [node.value for node in nodes_of(tree) if isinstance(node, Literal) and isinstance(node.value, Decimal)]


def _cell(random: Random, name: Name, drawn: Mapping[str, object], figures: Sequence[Decimal]) -> object:
    """What might stand in a cell: a choice, a text, or a number that has to do with those drawn before."""
    if name.choices:
        return random.choice(name.choices)
    if name.kind in DATED:
        return iso_of(random.randrange(*random.choice(DAYS)))
    if name.kind not in (Kind.NUMBER, Kind.NUMBERS, Kind.VALUE):
        return "text"
    unit = Decimal(1).scaleb(-(MOST_DIGITS if name.digits is None else name.digits))
    known = [value for value in drawn.values() if isinstance(value, Decimal) and abs(value) < LARGEST]
    if not known or random.random() < FRESH:
        fresh = random.randrange(10 ** random.choice(SIZES)) + random.randrange(10**6) * unit
        return DIGITS_15.plus(random.choice([fresh, fresh, *figures]))
    one, other = random.sample(known * 2, 2)
    near = (
        one,
        one + unit,
        one - unit,
        one - other,
        one - other,
        one + other,
        one * other,
        one * random.choice([*figures, unit]),
    )
    return DIGITS_15.plus(WIDE.quantize(random.choice(near), unit))
