"""The value of a formula tree in Python, the same as Excel shows."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from xlperf.formula.functions import ARITHMETIC, COMPARABLE, COMPARISONS, DIGITS_15, FUNCTIONS, SPACES, as_text
from xlperf.formula.nodes import COLUMNS, Call, IsBlank, Kind, Literal, Name, Node, Operation


def evaluate(tree: Node, value_of: Callable[[str], object]) -> Decimal | str | bool | None:
    """Return the value of the tree: a Decimal, a text, a truth value, or None where Excel shows "".

    `value_of` gives what stands in a name's cell: a number, a text, None, or for a column a list of them.
    """
    return _evaluate(tree, value_of, tree.kind)


def as_decimal(value: object) -> object:
    """A number as the decimal of its 15 significant digits; anything else as it is, blank text as None."""
    value = _as_it_stands(value)
    return None if isinstance(value, str) and not value.strip(SPACES) else value


def _as_it_stands(value: object) -> object:
    """`as_decimal` that keeps the spaces of a text: what a choice is compared by, and what T and its like see."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return Decimal(format(value, ".15g"))
        except OverflowError:  # more digits than any cell holds
            return DIGITS_15.plus(Decimal(value))
    if isinstance(value, list):
        return [as_decimal(item) for item in value]
    return None if value == "" else value


def _evaluate(tree: Node, value_of: Callable, taken_as: Kind) -> object:
    return NODES[type(tree)](tree, value_of, taken_as)


def _literal(tree: Literal, value_of: Callable, taken_as: Kind) -> object:
    return None if tree.value == "" else tree.value


def _name(tree: Name, value_of: Callable, taken_as: Kind) -> object:
    value = (_as_it_stands if tree.kind is Kind.CHOICE else as_decimal)(value_of(tree.key))
    if (tree.kind is Kind.NUMBER or taken_as is Kind.NUMBER) and not isinstance(value, Decimal):
        return None
    return value


def _is_blank(tree: IsBlank, value_of: Callable, taken_as: Kind) -> bool:
    return (_evaluate(tree.operand, value_of, tree.operand.kind) is None) == tree.wanted


def _operation(tree: Operation, value_of: Callable, taken_as: Kind) -> object:
    a, b = _evaluate(tree.left, value_of, tree.operands), _evaluate(tree.right, value_of, tree.operands)
    if tree.operator == "&" and tree.left == Literal(""):
        a = ""
    # T(x) gives "" rather than a blank, so emptiness is tested by identity.
    return None if a is None or b is None else _operate(tree.operator, tree.operands, a, b)


def _call(tree: Call, value_of: Callable, taken_as: Kind) -> object:
    return _if(tree.arguments, value_of, taken_as) if tree.function == "IF" else _apply(tree.function, tree.arguments, value_of)


NODES = {Literal: _literal, Name: _name, IsBlank: _is_blank, Operation: _operation, Call: _call}


def _if(arguments: tuple[Node, ...], value_of: Callable, taken_as: Kind) -> object:
    test, then, otherwise = arguments
    truth = _evaluate(test, value_of, Kind.BOOLEAN)
    value = None if truth is None else _evaluate(then if truth else otherwise, value_of, taken_as)
    return None if taken_as is Kind.NUMBER and isinstance(value, str) else value


def _operate(operator: str, operands: Kind, a: object, b: object) -> object:
    if operator == "&":
        return as_text(a) + as_text(b)
    if operator in ARITHMETIC:
        return None if operator == "/" and b == 0 else ARITHMETIC[operator](a, b)
    return COMPARISONS[operator](COMPARABLE[operands](a), COMPARABLE[operands](b))


def _apply(name: str, arguments: tuple[Node, ...], value_of: Callable) -> object:
    function, values = FUNCTIONS[name], []
    for number, argument in enumerate(arguments):
        wanted = function.takes[min(number, len(function.takes) - 1)]
        if argument.kind in COLUMNS or (function.skips and isinstance(argument, Name)):
            values.append(_as_it_stands(value_of(argument.key)))
            continue
        value = _evaluate(argument, value_of, Kind.NUMBER if wanted in ("number", "numbers") else argument.kind)
        if value is None:
            return None
        values.append(as_text(value) if wanted == "text" and isinstance(value, Decimal) else value)
    return function.compute(*values)
