"""The value of a formula tree in Python, the same as Excel shows.

>>> from xlperf.formula.parser import parse
>>> tree = parse("ROUND(spent / adjusted, 4)", {"spent": Kind.NUMBER, "adjusted": Kind.NUMBER}.get)
>>> evaluate(tree, {"spent": 602.24, "adjusted": 627.17}.get), evaluate(tree, {"adjusted": 627.17}.get)
(Decimal('0.9603'), None)
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

from xlperf.formula.functions import ARITHMETIC, COMPARISONS, DECIMALS, FUNCTIONS, SKIPPING, TAKEN_AS_NUMBER, Numbers
from xlperf.formula.nodes import COLUMNS, Call, IsBlank, Kind, Literal, Name, Node, Operation
from xlperf.formula.operands import SPACES

Value = Decimal | str | bool | None  # None where Excel shows ""
ValueOf = Callable[[str], object]  # of a name


class Operands(NamedTuple):
    """What a formula is computed from: what stands in the cells, and the numbers that are computed in."""

    value_of: ValueOf
    numbers: Numbers


def evaluate(tree: Node, value_of: ValueOf, numbers: Numbers = DECIMALS) -> Value:
    """Return the value of the tree: a Decimal, a text, a truth value, or None where Excel shows "".

    Args:
        tree: the formula.
        value_of: gives what stands in a name's cell: a number, a text, None, or for a column a list of them.
        numbers: what is computed in; `doubles.DOUBLES` gives a float where these give a Decimal.
    """
    value: Value = _evaluate(tree, Operands(value_of, numbers), tree.kind)
    return value


# From here on a value is Any: the parser has settled of which type it is, by the kind of every node.


def _evaluate(tree: Node, operands: Operands, taken_as: Kind) -> Any:
    return NODES[type(tree)](tree, operands, taken_as)


def _literal(tree: Literal, operands: Operands, taken_as: Kind) -> Any:
    return None if tree.value == "" else operands.numbers.taken(tree.value)


def _name(tree: Name, operands: Operands, taken_as: Kind) -> Any:
    value = operands.numbers.taken(operands.value_of(tree.key))
    if tree.choices and not _is_choice(tree, value):
        return None
    if tree.kind is not Kind.CHOICE and isinstance(value, str) and not value.strip(SPACES):
        return None
    if (tree.kind is Kind.NUMBER or taken_as is Kind.NUMBER) and not isinstance(value, operands.numbers.type):
        return None
    return value


def _is_choice(tree: Name, value: object) -> bool:
    """Whether a text is one of the choices of a name, without case and space for space."""
    if value is None or value in tree.choices:  # as nearly always
        return value is not None
    return isinstance(value, str) and value.lower() in (choice.lower() for choice in tree.choices)


def _is_blank(tree: IsBlank, operands: Operands, taken_as: Kind) -> bool:
    if isinstance(tree.operand, Name) and tree.operand.choices:  # a wrong choice is not blank
        return (operands.numbers.taken(operands.value_of(tree.operand.key)) is None) == tree.wanted
    return (_evaluate(tree.operand, operands, tree.operand.kind) is None) == tree.wanted


def _operation(tree: Operation, operands: Operands, taken_as: Kind) -> Any:
    left, right = _evaluate(tree.left, operands, tree.operands), _evaluate(tree.right, operands, tree.operands)
    if tree.operator == "&" and tree.left == Literal(""):
        left = ""
    if left is None or right is None:  # T(x) gives "" rather than a blank, so emptiness is tested by identity
        return None
    numbers = operands.numbers
    if tree.operator == "&":
        return numbers.as_text(left) + numbers.as_text(right)
    if tree.operator in ARITHMETIC:
        return None if tree.operator == "/" and right == 0 else numbers.arithmetic[tree.operator](left, right)
    comparable = numbers.comparable[tree.operands]
    return COMPARISONS[tree.operator](comparable(left), comparable(right))


def _call(tree: Call, operands: Operands, taken_as: Kind) -> Any:
    return _if(tree.arguments, operands, taken_as) if tree.function == "IF" else _apply(tree.function, tree.arguments, operands)


NODES: dict[type[Node], Callable[[Any, Operands, Kind], Any]] = {
    Literal: _literal,
    Name: _name,
    IsBlank: _is_blank,
    Operation: _operation,
    Call: _call,
}


def _if(arguments: tuple[Node, ...], operands: Operands, taken_as: Kind) -> Any:
    """The value of the one branch that is taken; a text where a number is needed counts as blank."""
    test, then, otherwise = arguments
    truth = _evaluate(test, operands, Kind.BOOLEAN)
    value = None if truth is None else _evaluate(then if truth else otherwise, operands, taken_as)
    return None if taken_as is Kind.NUMBER and isinstance(value, str) else value


def _is_mistake(function: str, argument: Name, value: object, numbers: Numbers) -> bool:
    """Whether a function would pass over what is no blank: a wrong choice, a text that was to be a number."""
    if function == "T" and argument.choices:
        return value is not None and not _is_choice(argument, value)
    if not argument.typed or function not in SKIPPING:
        return False
    items = value if isinstance(value, list) else [value]
    return not all(_is_number_or_blank(item, numbers) for item in items)


def _is_number_or_blank(value: object, numbers: Numbers) -> bool:
    return value is None or isinstance(value, numbers.type) or (isinstance(value, str) and not value.strip(SPACES))


def _apply(name: str, arguments: tuple[Node, ...], operands: Operands) -> Any:
    """What the function computes of its arguments, None where one that it needs is blank."""
    function, numbers, values = FUNCTIONS[name], operands.numbers, []
    for number, argument in enumerate(arguments):
        if isinstance(argument, Name) and (function.skips or argument.kind in COLUMNS):
            value = numbers.taken(operands.value_of(argument.key))
            if _is_mistake(name, argument, value, numbers):
                return None
            values.append(value)
            continue
        wanted = function.argument(number)
        value = _evaluate(argument, operands, Kind.NUMBER if wanted in TAKEN_AS_NUMBER else argument.kind)
        if value is None:
            return None
        values.append(numbers.as_text(value) if wanted == "text" and isinstance(value, numbers.type) else value)
    return numbers.compute[name](*values)
