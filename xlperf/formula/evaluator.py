"""The value of a formula tree in Python, the same as Excel shows.

>>> from xlperf.formula.parsing.parser import parse
>>> tree = parse("ROUND(spent / adjusted, 4)", {"spent": Kind.NUMBER, "adjusted": Kind.NUMBER}.get)
>>> evaluate(tree, {"spent": 602.24, "adjusted": 627.17}.get), evaluate(tree, {"adjusted": 627.17}.get)
(Decimal('0.9603'), None)

A formula that is computed for many rows is made a function first: what its tree says is settled once, and what follows from
whole columns alone is computed once for all rows that see the same columns.

>>> formula, columns = compile_formula(tree), {}
>>> [formula({"spent": spent, "adjusted": 100}.get, columns) for spent in (50, 25)]
[Decimal('0.5'), Decimal('0.25')]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from xlperf.formula.cells_and_columns import MISTAKE, Columns, Formula, ValueOf, cell_of, column_of, value_of_name
from xlperf.formula.dates import in_calendar
from xlperf.formula.functions import ARITHMETIC, COMPARISONS, DECIMALS, FUNCTIONS, TAKEN_AS_NUMBER, Function, Numbers
from xlperf.formula.grouped_rows import by_keys, is_by_keys
from xlperf.formula.nodes import COLUMNS, Call, IsBlank, Kind, Literal, Name, Node, Operation, nodes_of
from xlperf.formula.operands import as_decimal

NOTHING = object()  # equal to no value

Value = Decimal | str | bool | None  # None where Excel shows ""


def evaluate(tree: Node, value_of: ValueOf, numbers: Numbers = DECIMALS) -> Value:
    """Return the value of the tree: a Decimal, a text, a truth value, or None where Excel shows "".

    Args:
        tree: the formula.
        value_of: gives what stands in a name's cell: a number, a text, None, or for a column a list of them.
        numbers: what is computed in; `doubles.DOUBLES` gives a float where these give a Decimal.
    """
    value: Value = compile_formula(tree, numbers)(value_of, {})
    return value


def compile_formula(tree: Node, numbers: Numbers = DECIMALS) -> Formula:
    """Return the function that computes the tree for one row after another.

    It is given `value_of`, as `evaluate` is, and a dictionary for what it finds out about whole columns: the same one for all
    rows and formulas that see the same columns, an empty one once a cell of a column has changed.
    """
    return _compiled(tree, tree.kind, numbers)


# From here on a value is Any: the parser has settled of which type it is, by the kind of every node.


def _compiled(tree: Node, taken_as: Kind, numbers: Numbers) -> Formula:
    formula = NODES[type(tree)](tree, taken_as, numbers)
    if tree.kind is Kind.DATE and not isinstance(tree, Name):
        formula = _in_calendar(formula)
    return _kept(formula) if not isinstance(tree, Name) and _is_of_columns(tree) else formula


def _is_of_columns(tree: Node) -> bool:
    """Whether a value follows from whole columns alone, and is the same in every row."""
    names = [node for node in nodes_of(tree) if isinstance(node, Name)]
    return bool(names) and all(name.kind in COLUMNS for name in names)


def _in_calendar(formula: Formula) -> Formula:
    """The day that a formula gives, if there is such a day."""

    def day(value_of: ValueOf, columns: Columns) -> Any:
        value = formula(value_of, columns)
        return None if value is None or in_calendar(int(value)) is None else value

    return day


def _kept(formula: Formula) -> Formula:
    """The formula, computed once for all rows."""

    def kept(value_of: ValueOf, columns: Columns) -> Any:
        if kept not in columns:
            columns[kept] = formula(value_of, columns)
        return columns[kept]

    return kept


# --- nodes ---------------------------------------------------------------------------------------------------


def _literal(tree: Literal, taken_as: Kind, numbers: Numbers) -> Formula:
    value = None if tree.value == "" else numbers.taken(tree.value)
    return lambda value_of, columns: value


def _is_blank(tree: IsBlank, taken_as: Kind, numbers: Numbers) -> Formula:
    operand, wanted = _compiled(tree.operand, tree.operand.kind, numbers), tree.wanted
    if isinstance(tree.operand, Name) and tree.operand.choices:  # a wrong choice is not blank
        key, taken = tree.operand.key, numbers.taken
        return lambda value_of, columns: (taken(value_of(key)) is None) == wanted
    if isinstance(tree.operand, Name) and tree.operand.kind is Kind.DATE:  # nor is what is no date
        key = tree.operand.key
        return lambda value_of, columns: (as_decimal(value_of(key)) is None) == wanted
    return lambda value_of, columns: (operand(value_of, columns) is None) == wanted


def _operation(tree: Operation, taken_as: Kind, numbers: Numbers) -> Formula:
    left, right = _compiled(tree.left, tree.operands, numbers), _compiled(tree.right, tree.operands, numbers)
    if tree.operator == "&":
        return _joined(right if tree.left == Literal("") else left, None if tree.left == Literal("") else right, numbers)
    if tree.operator not in ARITHMETIC:
        return _comparison(tree, left, right, numbers)
    compute = numbers.arithmetic[tree.operator]
    never = 0 if tree.operator == "/" else NOTHING  # what the right side must not be

    def arithmetic(value_of: ValueOf, columns: Columns) -> Any:
        one, other = left(value_of, columns), right(value_of, columns)
        return None if one is None or other is None or other == never else compute(one, other)

    return arithmetic


def _joined(first: Formula, second: Formula | None, numbers: Numbers) -> Formula:
    """One text, or two of them one behind the other; T(x) gives "" rather than a blank, so emptiness is tested by identity."""
    as_text = numbers.as_text

    def text(value_of: ValueOf, columns: Columns) -> str | None:
        one = first(value_of, columns)
        return None if one is None else as_text(one)

    def texts(value_of: ValueOf, columns: Columns) -> str | None:
        one, other = first(value_of, columns), second(value_of, columns) if second else None
        return None if one is None or other is None else as_text(one) + as_text(other)

    return texts if second else text


def _comparison(tree: Operation, left: Formula, right: Formula, numbers: Numbers) -> Formula:
    compare, comparable = COMPARISONS[tree.operator], numbers.comparable[tree.operands]
    known = comparable(numbers.taken(tree.right.value)) if isinstance(tree.right, Literal) and tree.right.value != "" else None

    def with_known(value_of: ValueOf, columns: Columns) -> bool | None:
        one = left(value_of, columns)
        return None if one is None else compare(comparable(one), known)

    def comparison(value_of: ValueOf, columns: Columns) -> bool | None:
        one, other = left(value_of, columns), right(value_of, columns)
        return None if one is None or other is None else compare(comparable(one), comparable(other))

    return comparison if known is None else with_known


def _call(tree: Call, taken_as: Kind, numbers: Numbers) -> Formula:
    if tree.function == "IF":
        return _if(tree.arguments, taken_as, numbers)
    if tree.function == "IFERROR":
        return _if_error(tree.arguments, taken_as, numbers)
    if tree.function == "SUMIF" and isinstance(tree.arguments[1], Name):
        return _sums_by_choice(tree, numbers)
    function, compute = FUNCTIONS[tree.function], numbers.compute[tree.function]
    arguments = [_argument(tree.function, function, number, each, numbers) for number, each in enumerate(tree.arguments)]
    if is_by_keys(tree):
        return by_keys(tree, arguments, numbers)
    if tree.function == "VLOOKUP" and tree.kind in (Kind.NUMBER, Kind.DATE):
        compute = _number_or_nothing(compute, numbers)
    return _call_of_one(compute, arguments[0]) if len(arguments) == 1 else _call_of_many(compute, arguments)


def _number_or_nothing(compute: Callable[..., Any], numbers: Numbers) -> Callable[..., Any]:
    """The same, without a text that stands where a number belongs."""

    def number(*arguments: Any) -> Any:
        value = compute(*arguments)
        return value if isinstance(value, numbers.type) else None

    return number


def _call_of_one(compute: Callable[[Any], Any], argument: Formula) -> Formula:
    def call(value_of: ValueOf, columns: Columns) -> Any:
        value = argument(value_of, columns)
        return None if value is MISTAKE else compute(value)

    return call


def _call_of_many(compute: Callable[..., Any], arguments: Sequence[Formula]) -> Formula:
    def call(value_of: ValueOf, columns: Columns) -> Any:
        values = []
        for argument in arguments:
            value = argument(value_of, columns)
            if value is MISTAKE:
                return None
            values.append(value)
        return compute(*values)

    return call


NODES: dict[type[Node], Callable[[Any, Kind, Numbers], Formula]] = {
    Literal: _literal,
    Name: value_of_name,
    IsBlank: _is_blank,
    Operation: _operation,
    Call: _call,
}


def _if(arguments: tuple[Node, ...], taken_as: Kind, numbers: Numbers) -> Formula:
    """The value of the one branch that is taken; a text where a number is needed counts as blank."""
    test = _compiled(arguments[0], Kind.BOOLEAN, numbers)
    then, otherwise = (_compiled(branch, taken_as, numbers) for branch in arguments[1:])

    def choose(value_of: ValueOf, columns: Columns) -> Any:
        truth = test(value_of, columns)
        if truth is None:
            return None
        return then(value_of, columns) if truth else otherwise(value_of, columns)

    def number(value_of: ValueOf, columns: Columns) -> Any:
        value = choose(value_of, columns)
        return None if isinstance(value, str) else value

    return number if taken_as is Kind.NUMBER else choose


def _if_error(arguments: tuple[Node, ...], taken_as: Kind, numbers: Numbers) -> Formula:
    """A value, and another one where that is blank or fails; a text where a number is needed counts as blank."""
    first, second = (_compiled(argument, taken_as, numbers) for argument in arguments)
    needs_number = taken_as is Kind.NUMBER

    def value(value_of: ValueOf, columns: Columns) -> Any:
        for formula in (first, second):
            found = formula(value_of, columns)
            if found is not None and not (needs_number and isinstance(found, str)):
                return found
        return None

    return value


# --- arguments -----------------------------------------------------------------------------------------------


def _argument(name: str, function: Function, number: int, argument: Node, numbers: Numbers) -> Formula:
    """An argument as the function is given it, or MISTAKE."""
    if isinstance(argument, Name) and argument.kind in COLUMNS:
        return column_of(name, argument, numbers)
    if isinstance(argument, Name) and function.skips:
        return cell_of(name, argument, numbers)
    wanted = function.argument(number)
    if isinstance(argument, Literal) and argument.value != "":
        literal = numbers.taken(argument.value)
        shown = numbers.as_text(literal) if wanted == "text" and isinstance(literal, numbers.type) else literal
        return lambda value_of, columns: shown
    value_of_tree = _compiled(argument, Kind.NUMBER if wanted in TAKEN_AS_NUMBER else argument.kind, numbers)

    def needed(value_of: ValueOf, columns: Columns) -> Any:
        value = value_of_tree(value_of, columns)
        return MISTAKE if value is None else value

    def text(value_of: ValueOf, columns: Columns) -> Any:
        value = needed(value_of, columns)
        return numbers.as_text(value) if isinstance(value, numbers.type | bool) else value

    return text if wanted == "text" else needed


def _sums_by_choice(tree: Call, numbers: Numbers) -> Formula:
    """SUMIF with the choice of its row: every number is looked at once for all rows, not once for each."""
    function = FUNCTIONS["SUMIF"]
    choices, choice, added = (_argument("SUMIF", function, at, each, numbers) for at, each in enumerate(tree.arguments))
    add = numbers.compute["SUM"]

    def sums_of(value_of: ValueOf, columns: Columns) -> Any:
        """The numbers beside each choice, in small letters."""
        listed, beside = choices(value_of, columns), added(value_of, columns)
        if listed is MISTAKE or beside is MISTAKE:
            return MISTAKE
        groups: dict[str, list[Any]] = {}
        for other, number in zip(listed, beside, strict=True):
            if isinstance(other, str):
                groups.setdefault(other.lower(), []).append(number)
        return {other: add(together) for other, together in groups.items()}

    kept, nothing = _kept(sums_of), add([])

    def sum_if(value_of: ValueOf, columns: Columns) -> Any:
        wanted, sums = choice(value_of, columns), kept(value_of, columns)
        return None if wanted is MISTAKE or sums is MISTAKE else sums.get(wanted.lower(), nothing)

    return sum_if
