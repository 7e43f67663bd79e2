"""The value of a formula tree in Python, the same as Excel shows.

>>> from xlperf.formula.parser import parse
>>> tree = parse("ROUND(spent / adjusted, 4)", {"spent": Kind.NUMBER, "adjusted": Kind.NUMBER}.get)
>>> evaluate(tree, {"spent": 602.24, "adjusted": 627.17}.get), evaluate(tree, {"adjusted": 627.17}.get)
(Decimal('0.9603'), None)
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from xlperf.formula.functions import ARITHMETIC, COMPARABLE, COMPARISONS, FUNCTIONS, TAKEN_AS_NUMBER
from xlperf.formula.nodes import COLUMNS, Call, IsBlank, Kind, Literal, Name, Node, Operation
from xlperf.formula.operands import as_decimal, as_text, as_typed

Value = Decimal | str | bool | None  # None where Excel shows ""
ValueOf = Callable[[str], object]  # of a name


def evaluate(tree: Node, value_of: ValueOf) -> Value:
    """Return the value of the tree: a Decimal, a text, a truth value, or None where Excel shows "".

    `value_of` gives what stands in a name's cell: a number, a text, None, or for a column a list of them.
    """
    value: Value = _evaluate(tree, value_of, tree.kind)
    return value


# From here on a value is Any: the parser has settled of which type it is, by the kind of every node.


def _evaluate(tree: Node, value_of: ValueOf, taken_as: Kind) -> Any:
    return NODES[type(tree)](tree, value_of, taken_as)


def _literal(tree: Literal, value_of: ValueOf, taken_as: Kind) -> Any:
    return None if tree.value == "" else tree.value


def _name(tree: Name, value_of: ValueOf, taken_as: Kind) -> Any:
    found = value_of(tree.key)
    value = as_typed(found) if tree.kind is Kind.CHOICE else as_decimal(found)
    if (tree.kind is Kind.NUMBER or taken_as is Kind.NUMBER) and not isinstance(value, Decimal):
        return None
    return value


def _is_blank(tree: IsBlank, value_of: ValueOf, taken_as: Kind) -> bool:
    return (_evaluate(tree.operand, value_of, tree.operand.kind) is None) == tree.wanted


def _operation(tree: Operation, value_of: ValueOf, taken_as: Kind) -> Any:
    left, right = _evaluate(tree.left, value_of, tree.operands), _evaluate(tree.right, value_of, tree.operands)
    if tree.operator == "&" and tree.left == Literal(""):
        left = ""
    if left is None or right is None:  # T(x) gives "" rather than a blank, so emptiness is tested by identity
        return None
    if tree.operator == "&":
        return as_text(left) + as_text(right)
    if tree.operator in ARITHMETIC:
        return None if tree.operator == "/" and right == 0 else ARITHMETIC[tree.operator](left, right)
    comparable = COMPARABLE[tree.operands]
    return COMPARISONS[tree.operator](comparable(left), comparable(right))


def _call(tree: Call, value_of: ValueOf, taken_as: Kind) -> Any:
    return _if(tree.arguments, value_of, taken_as) if tree.function == "IF" else _apply(tree.function, tree.arguments, value_of)


NODES: dict[type[Node], Callable[[Any, ValueOf, Kind], Any]] = {
    Literal: _literal,
    Name: _name,
    IsBlank: _is_blank,
    Operation: _operation,
    Call: _call,
}


def _if(arguments: tuple[Node, ...], value_of: ValueOf, taken_as: Kind) -> Any:
    """The value of the one branch that is taken; a text where a number is needed counts as blank."""
    test, then, otherwise = arguments
    truth = _evaluate(test, value_of, Kind.BOOLEAN)
    value = None if truth is None else _evaluate(then if truth else otherwise, value_of, taken_as)
    return None if taken_as is Kind.NUMBER and isinstance(value, str) else value


def _apply(name: str, arguments: tuple[Node, ...], value_of: ValueOf) -> Any:
    """What the function computes of its arguments, None where one that it needs is blank."""
    function, values = FUNCTIONS[name], []
    for number, argument in enumerate(arguments):
        if isinstance(argument, Name) and (function.skips or argument.kind in COLUMNS):
            values.append(as_typed(value_of(argument.key)))
            continue
        wanted = function.argument(number)
        value = _evaluate(argument, value_of, Kind.NUMBER if wanted in TAKEN_AS_NUMBER else argument.kind)
        if value is None:
            return None
        values.append(as_text(value) if wanted == "text" and isinstance(value, Decimal) else value)
    return function.compute(*values)
