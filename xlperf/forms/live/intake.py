"""The program's own rules as formulas: what reading a file finds, counted while people type, where the language can say it.

    dict(intake_sources(scope, block, typed))["_XL215"]     # a ratio where a percent is wanted, in one kind of row

Where a count cannot be told for certain, a second column says so, and the rule waits: FAR of an amount whose neighbours are found
by more than the language has. The rest is told on intake.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from xlperf.forms.live.doubts import PERCENT, any_of, quoted_words
from xlperf.forms.model import Block, Field, Rule, Table
from xlperf.forms.scope import Scope

RATIO, YUAN = "XL215", "XL216"  # a ratio where a percent is wanted; an amount in the smaller unit
FAR, SIZE = "_XL216_far", "_size_"  # the columns of amounts that may be far from their neighbours; of the sizes of amounts
CEILING = "<"  # what the operator of a ceiling begins with
MOST_RATIO, SHARE, FEW_PERCENT, KEPT, NEAR = "1.5", "0.5", "10", "1.5", "2"  # as where a ratio is asked about on intake
LEAST, APART, MOST_APART, FEW = "1000", "5000", "20000", "4"  # as where an amount is asked about on intake
SCALE = 10_000
NONE_SO_SMALL = "999999999999"
IN_BRACKETS = re.compile(r"[(\uff08]([^()\uff08\uff09]+)[)\uff09]$")


def intake_columns(table: Table, rules: Mapping[str, Rule], spellings: Mapping[str, Any]) -> dict[str, str]:
    """The helper columns of a table for such rules, with their types."""
    columns: dict[str, str] = {}
    if RATIO in rules and _has_figures(table.columns, spellings):
        columns[f"_{RATIO}"] = "count"
    sizes = [f"{SIZE}{field.key}" for field in _amounts(table.columns, spellings)]
    if YUAN in rules and len(sizes) > 1:
        columns |= dict.fromkeys(sizes, "money") | {f"_{YUAN}": "count", FAR: "count"}
    return columns


def intake_sources(scope: Scope, block: Block, typed: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield what stands in those columns in one kind of row, given the fields that people type into."""
    if f"_{RATIO}" in block.fields and _figure_columns(scope.spellings)["actual"] in typed:
        yield f"_{RATIO}", _ratio_for_percent(scope, block, typed)
    if f"_{YUAN}" in block.fields:
        yield from _amounts_in_yuan(scope, block, typed)


def _figure_columns(spellings: Mapping[str, Any]) -> Mapping[str, str]:
    columns: Mapping[str, str] = spellings.get("numbers", {}).get("columns", {})
    return columns


def _has_figures(fields: tuple[Field, ...], spellings: Mapping[str, Any]) -> bool:
    columns = _figure_columns(spellings)
    return {"target", "unit", "actual"} <= columns.keys() and set(columns.values()) <= {field.key for field in fields}


# --- a ratio where a percent is wanted -----------------------------------------------------------------------


def _ratio_for_percent(scope: Scope, block: Block, typed: frozenset[str]) -> str:
    """How many of target and actual of a row look like a ratio, 0.96, where a percent is wanted."""
    columns = _figure_columns(scope.spellings)
    target, actual, unit = (columns[name] for name in ("target", "actual", "unit"))
    ceiling, percent = _is_ceiling(block, columns.get("operator")), f"{actual} * 100"
    near = f"AND({target} <= {percent} * {NEAR}, {percent} <= {target} * {NEAR})"
    far = f"AND({target} >= {FEW_PERCENT}, NOT(AND({ceiling}, {percent} > {target} * {KEPT})))"
    one = f"IF(AND({actual} > 0, {actual} <= {MOST_RATIO}), IF(OR({near}, {far}), 1, 0), 0)"
    if target in typed:
        between = f"AND(MIN({target}, {actual}) >= {SHARE}, MAX({target}, {actual}) <= 1)"
        one = f"IF(AND({between}, NOT({ceiling}), NOT({_is_change(scope, block)})), 2, {one})"
    counted = _if_numbers(block, target, actual, one)
    return f'IF(_used = 1, IF(T({unit}) = "{PERCENT}", {counted}, ""), "")'


def _if_numbers(block: Block, target: str, actual: str, formula: str) -> str:
    """A formula for rows with two numbers; while a row does not say what it holds, a number is one."""
    when = block.fields[actual].number_when
    formula = f'IF(AND(ISNUMBER({target}), ISNUMBER({actual})), {formula}, "")'
    if when:
        is_number = any_of([*(f'{name} = ""' for name in when.names), when.text])
        formula = f'IF({is_number}, {formula}, "")'
    return formula


def _is_ceiling(block: Block, operator: str | None) -> str:
    if operator is None:
        return "FALSE"
    listed = [f'T({operator}) = "{choice}"' for choice in block.fields[operator].choices if choice.startswith(CEILING)]
    return any_of(listed) if listed else "FALSE"


def _is_change(scope: Scope, block: Block) -> str:
    """A test: what a row is called grows or falls by so many percent."""
    words, name = scope.spellings["numbers"].get("changes", ()), block.row_name
    return f'IF({name} = "", FALSE, CONTAINS({name}, {quoted_words(words)}))' if words and name else "FALSE"


# --- an amount in the smaller unit ---------------------------------------------------------------------------


def _amounts(fields: tuple[Field, ...], spellings: Mapping[str, Any]) -> list[Field]:
    """The columns that may hold amounts: of money, or the figures of an indicator."""
    figures = [_figure_columns(spellings).get(name) for name in ("target", "actual")]
    own = [field for field in fields if not field.key.startswith("_")]
    money = [field for field in own if field.type == "money" and field.formula is None]
    return money or [field for field in own if field.key in figures and _has_figures(fields, spellings)]


def _amounts_in_yuan(scope: Scope, block: Block, typed: frozenset[str]) -> Iterator[tuple[str, str]]:
    """How many amounts of a row are in the other unit, by what stands beside them; how many may be, by the other rows."""
    fields = [field for field in _amounts(tuple(block.fields.values()), scope.spellings) if field.key in typed]
    for field in fields:
        yield f"{SIZE}{field.key}", f'IF(ISNUMBER({field.key}), IF({field.key} = 0, "", ABS({field.key})), "")'
    sizes = [f"{SIZE}{field.key}" for field in fields]
    beside = [_far_from_row(size, [other for other in sizes if other != size]) for size in sizes] if len(sizes) > 1 else []
    in_row = " + ".join(f"IF({test}, 1, 0)" for test in beside) or "0"
    columns = [field for field in fields if field.type == "money" and _is_larger_unit(scope, field)]
    certain = columns == fields
    compared = [] if _is_alone(scope, block) else columns
    in_table = " + ".join(f"IF({_far_from_table(scope, block, field)}, 1, 0)" for field in compared) or "0"
    counted = f"COUNT({', '.join(sizes)})" if sizes else "0"
    yield f"_{YUAN}", f'IF(_used = 1, IF({counted} < {1 if columns else 2}, "", {in_row if certain else 0}), "")'
    uncertain = "0" if certain else f"IF({_may_be_larger_unit(scope, block, fields)}, {in_row}, 0)"
    yield FAR, f"IF(_used = 1, {uncertain} + {in_table}, 0)"


def _looks_small(size: str) -> str:
    """Tests that an amount is large, and can be counted in hundredths of the smaller unit."""
    return f"{size} >= {LEAST}, ROUND({size}, 2) = {size}"


def _far_from_row(size: str, others: list[str]) -> str:
    beside = f"MAX({', '.join(others)})"
    near = f"{size} >= {APART} * {beside}, {size} <= {MOST_APART} * {beside}, {beside} > 0"
    return f"IF(ISNUMBER({size}), AND({_looks_small(size)}, {near}), FALSE)"


def _far_from_table(scope: Scope, block: Block, field: Field) -> str:
    """A test that an amount may be far above those of the other rows: above the least that these may be taken to be."""
    size = f"{SIZE}{field.key}"
    columns = [f"{block.table}.{SIZE}{other.key}" for other in _amounts(scope.tables[block.table or ""].columns, scope.spellings)]
    if block.shape == "object":
        usual = f"MAX({', '.join(f'IF(COUNT({column}) < 2, 0, LARGE({column}, 2))' for column in columns)})"
    else:
        half = [(column, f"INT((COUNT({column}) - 1) / 2)") for column in columns]
        least = [f"IF(COUNT({c}) = 0, {NONE_SO_SMALL}, SMALL({c}, IF({k} < 1, 1, {k})))" for c, k in half]
        usual = f"MIN({', '.join(least)})"
    many = f"COUNT({', '.join(columns)}) >= {FEW}"
    return f"IF(ISNUMBER({size}), IF({many}, AND({_looks_small(size)}, {size} >= {APART} * {usual}), FALSE), FALSE)"


def _is_alone(scope: Scope, block: Block) -> bool:
    """Whether a table has one row, which has no others to be held against."""
    return block.shape == "object" and len(scope.tables[block.table or ""].blocks) == 1


def _is_larger_unit(scope: Scope, field: Field) -> bool:
    """Whether a label says that a column counts in ten thousands or more."""
    match = IN_BRACKETS.search(field.label)
    powers = scope.spellings.get("numbers", {}).get("powers", {})
    return match is not None and any(match[1].startswith(word) and power >= SCALE for word, power in powers.items())


def _may_be_larger_unit(scope: Scope, block: Block, fields: list[Field]) -> str:
    """A test that the figures of a row may count in such a unit, by the unit that stands beside them."""
    numbers, unit = scope.spellings["numbers"], _figure_columns(scope.spellings).get("unit", "")
    if all(field.type == "money" for field in fields) or unit not in block.fields:
        return "TRUE"
    powers = [word for word, power in numbers.get("powers", {}).items() if power >= SCALE]
    scales = [name for name, to in numbers.get("scales", {}).items() if max(to.values()) >= SCALE]
    return f'IF({unit} = "", FALSE, CONTAINS({unit}, {quoted_words([*powers, *scales])}))'
