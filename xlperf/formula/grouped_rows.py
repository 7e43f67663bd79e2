"""Columns by conditions that are all of the kind `=`, and a look-up by key: every row is looked at once for all rows that ask.

    COUNTIF(items.name, name), SUMIFS(items.spent, items.name, name, items.year, year), VLOOKUP(name, items.name, items.spent)

What stands in the cells of the conditions is the key of a group, compared as `functions.rows_that_meet` compares. So a table
of n rows that is looked through from n rows takes n steps, not n times n.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from xlperf.formula.cells_and_columns import MISTAKE, Columns, Formula, ValueOf
from xlperf.formula.functions import Numbers, is_filled
from xlperf.formula.nodes import COLUMNS, Call, Kind, Literal, Name
from xlperf.formula.operands import SPACES, normal_text

Groups = dict[tuple[Hashable, ...], list[Any]]  # of a key: what stands beside it, in the order of the rows


def is_by_keys(tree: Call) -> bool:
    """Whether a function asks for the rows in which certain cells are equal to something."""
    if tree.function == "VLOOKUP":
        return _is_column(tree.arguments[1]) and _is_column(tree.arguments[2])
    if tree.function not in ("COUNTIFS", "SUMIFS"):
        return False
    conditions = tree.arguments[tree.function == "SUMIFS" :]
    return all(map(_is_column, conditions[::3])) and all(operator == Literal("=") for operator in conditions[1::3])


def _is_column(tree: object) -> bool:
    return isinstance(tree, Name) and tree.kind in COLUMNS


def by_keys(tree: Call, arguments: Sequence[Formula], numbers: Numbers) -> Formula:
    """The function of such a tree, given those of its arguments."""
    if tree.function == "VLOOKUP":
        wanted, keys, beside = arguments[:1], arguments[1:2], arguments[2]
        found = _looked_up(tree, numbers)
    else:
        of_rows = tree.function == "SUMIFS"
        wanted, keys = arguments[2 + of_rows :: 3], arguments[of_rows::3]
        beside = arguments[0]
        found = numbers.compute["SUM"] if of_rows else lambda rows: numbers.type(len(rows))
    compared = numbers.comparable[Kind.NUMBER]

    def key_of(cell: object) -> Hashable:
        """What a cell is compared as; None of one that equals nothing, not even another blank."""
        if isinstance(cell, str):
            return normal_text(cell) if cell.strip(SPACES) else None
        return (type(cell), compared(cell)) if isinstance(cell, numbers.type) else cell if cell is None else (type(cell), cell)

    def groups_of(value_of: ValueOf, columns: Columns) -> Any:
        if groups_of not in columns:
            columns[groups_of] = _grouped([key(value_of, columns) for key in keys], beside(value_of, columns), key_of)
        return columns[groups_of]

    def results_of(columns: Columns) -> dict[object, Any]:
        results: dict[object, Any] = columns.setdefault(results_of, {})
        return results

    def value(value_of: ValueOf, columns: Columns) -> Any:
        asked = [each(value_of, columns) for each in wanted]
        groups = groups_of(value_of, columns)
        if groups is MISTAKE or any(each is MISTAKE for each in asked):
            return None
        key, results = tuple(map(key_of, asked)), results_of(columns)
        if key not in results:
            results[key] = found(groups.get(key, []))
        return results[key]

    return value


def _grouped(keys: Sequence[Any], beside: Any, key_of: Callable[[object], Hashable]) -> Any:
    """What stands beside each key that stands in those columns; MISTAKE where one of them holds what it should not."""
    if beside is MISTAKE or any(column is MISTAKE for column in keys):
        return MISTAKE
    groups: Groups = {}
    for *row, value in zip(*keys, beside, strict=True):
        key = tuple(map(key_of, row))
        if None not in key:
            groups.setdefault(key, []).append(value)
    return groups


def _looked_up(tree: Call, numbers: Numbers) -> Callable[[list[Any]], Any]:
    needs_number = tree.kind in (Kind.NUMBER, Kind.DATE)

    def looked_up(beside: list[Any]) -> Any:
        """What stands beside a key that stands once, and holds what belongs there."""
        if len(beside) != 1 or not is_filled(beside[0]):
            return None
        return None if needs_number and not isinstance(beside[0], numbers.type) else beside[0]

    return looked_up
