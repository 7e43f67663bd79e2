"""What a formula takes from the cells and columns that it names: a number, a date or a choice, else a blank or a mistake.

A text where a number is needed counts as blank; for a function that skips blanks it is a mistake, and makes its call blank.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from xlperf.formula.dates import day_of
from xlperf.formula.functions import SKIPPING, Numbers
from xlperf.formula.nodes import DATED, Kind, Name
from xlperf.formula.operands import SPACES

MISTAKE = object()  # an argument that makes its call blank: a blank where one is needed, a mistake that it would pass over
ValueOf = Callable[[str], object]  # of a name
Columns = dict[object, Any]  # columns as formulas see them, and what was computed of them; whoever writes a cell of one clears it
Formula = Callable[[ValueOf, Columns], Any]  # the value of a formula for one row


def value_of_name(tree: Name, taken_as: Kind, numbers: Numbers) -> Formula:
    """A single cell as an operand; what is not of its kind counts as blank."""
    if tree.kind is Kind.DATE:
        return _date(tree.key, numbers)
    key, taken, is_choice = tree.key, numbers.taken, _choice_test(tree)
    type_ = numbers.type if tree.kind is Kind.NUMBER or taken_as is Kind.NUMBER else None

    def number(value_of: ValueOf, columns: Columns) -> Any:
        value = value_of(key)
        if type(value) is not Decimal or numbers.type is not Decimal:
            value = taken(value)
        return value if isinstance(value, numbers.type) else None

    def choice(value_of: ValueOf, columns: Columns) -> Any:
        value = taken(value_of(key))
        return value if is_choice(value) and (type_ is None or isinstance(value, type_)) else None

    def anything(value_of: ValueOf, columns: Columns) -> Any:
        value = taken(value_of(key))
        return None if tree.kind is not Kind.CHOICE and isinstance(value, str) and not value.strip(SPACES) else value

    return choice if tree.choices else number if type_ else anything


def _date(key: str, numbers: Numbers) -> Formula:
    def day(value_of: ValueOf, columns: Columns) -> Any:
        found = day_of(value_of(key))
        return None if found is None else numbers.type(found)

    return day


def _choice_test(tree: Name) -> Callable[[object], bool]:
    """The test whether a text is one of the choices of a name, without case and space for space."""
    choices = frozenset(choice.lower() for choice in tree.choices)
    return lambda value: isinstance(value, str) and value.lower() in choices


def cell_of(function: str, name: Name, numbers: Numbers) -> Formula:
    """A single cell as it stands; its blank is the function's own business."""
    key, taken, is_mistake = name.key, _taken_of(function, name, numbers), _mistake_test(function, name, numbers)
    if is_mistake is None:
        return lambda value_of, columns: taken(value_of(key))

    def cell(value_of: ValueOf, columns: Columns) -> Any:
        value = taken(value_of(key))
        return MISTAKE if is_mistake(value) else value

    return cell


def column_of(function: str, name: Name, numbers: Numbers) -> Formula:
    """A whole column, taken once for all rows that see it."""
    key, taken, is_mistake = name.key, _taken_of(function, name, numbers), _mistake_test(function, name, numbers)
    checked = (key, "checked")

    def column(value_of: ValueOf, columns: Columns) -> Any:
        if key not in columns:
            columns[key] = taken(value_of(key))
        return columns[key]

    def numeric(value_of: ValueOf, columns: Columns) -> Any:
        if checked not in columns:
            cells = column(value_of, columns)
            columns[checked] = MISTAKE if is_mistake and is_mistake(cells) else cells
        return columns[checked]

    return numeric if is_mistake else column


def _taken_of(function: str, name: Name, numbers: Numbers) -> Callable[[object], Any]:
    """What stands in a cell or a column, its numbers and dates as such."""
    if name.kind not in DATED:
        return numbers.taken

    def day(value: object) -> Any:
        taken = numbers.taken(value)
        found = day_of(taken)
        return taken if found is None else numbers.type(found)

    def checked(value: object) -> Any:
        """A number that is no day is as wrong as a text."""
        taken = day(value)
        return str(taken) if isinstance(taken, numbers.type) and day_of(taken) is None else taken

    def column(values: Any) -> Any:
        return [checked(value) for value in values]

    return column if name.kind is Kind.DATES else checked if function in SKIPPING else day


def _mistake_test(function: str, name: Name, numbers: Numbers) -> Callable[[object], bool] | None:
    """The test whether a function would pass over what is no blank: a wrong choice, a text that was to be a number."""
    if function == "T" and name.choices:
        is_choice = _choice_test(name)
        return lambda value: value is not None and not is_choice(value)
    if not name.typed or function not in SKIPPING:
        return None
    if name.kind in DATED:
        return lambda value: any(isinstance(each, str) for each in (value if isinstance(value, list) else [value]))
    return lambda value: not all(_is_number_or_blank(each, numbers) for each in (value if isinstance(value, list) else [value]))


def _is_number_or_blank(value: object, numbers: Numbers) -> bool:
    return value is None or isinstance(value, numbers.type) or (isinstance(value, str) and not value.strip(SPACES))
