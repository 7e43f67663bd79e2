"""The formulas of a form, its own and those that follow from it: helper columns, counts, states of rules.

Every figure in the workbook is a formula of the one language: `_used`, `_missing` and `_wanted` of each row, one `_CODE`
per row rule, the counts and states of the checks sheet. Here they are written as text, parsed, and put in the order in
which they can be computed.

    >>> rate, adjusted = Cells("items", None, "rate"), Cells("items", None, "adjusted")
    >>> form.formulas[rate].kind, form.computed_cells.index(rate) > form.computed_cells.index(adjusted)
    (<Kind.NUMBER: 'number'>, True)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from xlperf.errors import FormulaError
from xlperf.forms.model import GIVES, GUIDE, RULES, Block, Cells, Condition, Field, PresetRow, Rule
from xlperf.forms.scope import Scope
from xlperf.formula.nodes import Literal, Node, names_in

BLANKS = ("missing", "wanted")  # cells that are counted: blank ones that are required, blank ones that are wanted


def check_tests(scope: Scope) -> None:
    """Parse the test of every rule by itself, so that a mistake in it is named by its own place.

    Raises:
        FormulaError: a test cannot be right.
    """
    for rule in scope.rules.values():
        if rule.test and rule.table:
            for block in scope.tables[rule.table].blocks:
                scope.parse_test(rule.test, block=block, place=f"{rule.code}.test")


def build_formulas(scope: Scope, words: Mapping[str, str]) -> dict[Cells, Node]:
    """Return the tree of every computed cell, the helpers' included; `words` are the form's, which its formulas show.

    Raises:
        FormulaError: a formula cannot be right; the text names the cell.
    """
    return {
        Cells(block.key, row, key): _parsed(scope, block, row, key, source)
        for block in scope.blocks.values()
        for row in block.row_keys()
        for key, source in _sources(scope, block, row, words)
    }


def _parsed(scope: Scope, block: Block, row: str | None, key: str, source: str) -> Node:
    """The tree of one cell's formula, which gives what its field holds."""
    place, kind = ".".join(filter(None, (block.key, row, key))), block.fields[key].kind
    tree = scope.parse(source, block=block.key, place=place, digits=block.fields[key].decimals)
    if tree != Literal("") and tree.kind not in GIVES[kind]:
        raise FormulaError(f"{place}: {source!r} gives {tree.kind.value}, the field holds {kind.value}")
    return tree


def in_order(scope: Scope, formulas: Mapping[Cells, Node]) -> tuple[Cells, ...]:
    """The computed cells, each after what it needs.

    Raises:
        FormulaError: they run in a circle; the text names it.
    """
    graph: TopologicalSorter[Cells] = TopologicalSorter()
    for cells, tree in formulas.items():
        graph.add(cells)
        for name in dict.fromkeys(names_in(tree)):
            graph.add(cells, *(needed for needed in cells_of_name(scope, cells, name) if needed in formulas))
    try:
        return tuple(graph.static_order())
    except CycleError as error:
        circle = " → ".join(".".join(filter(None, cells)) for cells in error.args[1])
        raise FormulaError(f"the formulas run in a circle: {circle}") from None


def cells_of_name(scope: Scope, cells: Cells, name: str) -> Iterator[Cells]:
    """Yield the cells that a name in the formula of those cells means."""
    target = scope.target(cells.block, name)
    for block in target.blocks:
        rows: tuple[str | None, ...] = (cells.row if target.reach == "row" else target.row,)
        if target.reach == "column":
            rows = scope.blocks[block].row_keys()
        yield from (Cells(block, row, target.field) for row in rows)


# --- what is written into them -------------------------------------------------------------------------------


def _sources(scope: Scope, block: Block, row: str | None, words: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield field and formula text of every computed cell in one kind of row."""
    if block.key == GUIDE:
        yield "missing", _count_of_blanks(scope, "missing")
    elif block.key == RULES:
        assert row is not None  # there are no free rows on the checks sheet
        yield from _sources_of_rule(scope, scope.rules[row], words)
    else:
        preset = next((preset for preset in block.rows if preset.key == row), None)
        own = own_formulas(block, preset)
        yield from own.items()
        if block.table:
            inputs = [f for f in block.fields.values() if f.key not in own and block.takes_typing(preset, f)]
            yield from _sources_of_helpers(block, preset, inputs)
            yield from _sources_of_tests(scope, block, row)


def own_formulas(block: Block, row: PresetRow | None) -> dict[str, str]:
    """The form's own formulas in a row by field: those of the row, else of the block, else of the column."""
    own = {**block.formulas, **(row.formulas if row else {})}
    sources = ((key, own.get(key, field.formula)) for key, field in block.fields.items())
    return {key: source for key, source in sources if source is not None}


def _sources_of_helpers(block: Block, row: PresetRow | None, inputs: list[Field]) -> Iterator[tuple[str, str]]:
    """Whether a row is used, and how many of the cells that people type into are blank and should not be."""
    always = row is not None or block.shape == "object"
    blank = ", ".join(f'{field.key} = ""' for field in inputs)
    yield "_used", "1" if always else f"IF(AND({blank}), 0, 1)"
    for what in BLANKS:
        asked = [(field.key, _asked(block, field, what)) for field in inputs]
        parts = [_one_if_blank(key, condition) for key, condition in asked if condition is not False]
        yield f"_{what}", f"IF(_used = 1, {' + '.join(parts)}, 0)" if parts else "0"


def _asked(block: Block, field: Field, what: str) -> Condition | bool:
    """When a blank cell of that field counts: always, never, or under a condition."""
    if what == "wanted":
        return field.wanted
    return field.required if block.require is None else field.key in block.require


def _one_if_blank(key: str, condition: Condition | bool) -> str:
    blank = f'IF({key} = "", 1, 0)'
    return f"IF({condition.text}, {blank}, 0)" if isinstance(condition, Condition) else blank


def _sources_of_tests(scope: Scope, block: Block, row: str | None) -> Iterator[tuple[str, str]]:
    """For each rule of a used row 1 where it fails and 0 where it holds."""
    for rule in scope.rules.values():
        if rule.tests(block.key, block.table, row):
            yield f"_{rule.code}", f'IF(_used = 1, IF({rule.test}, 0, 1), "")'


def _count_of_blanks(scope: Scope, what: str) -> str:
    """The formula that counts the blank cells of the whole workbook."""
    tables = [table for table in scope.tables if table != RULES]
    parts = [f"SUM({', '.join(f'{table}._{what}' for table in tables)})"] if tables else []
    for block in scope.blocks.values():
        if not block.table:
            asked = [key for key, field in block.fields.items() if _asked(block, field, what)]
            parts += [f'IF({block.key}.{key} = "", 1, 0)' for key in asked]
    return " + ".join(parts) or "0"


def _sources_of_rule(scope: Scope, rule: Rule, words: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """How many cells or rows are at fault, and what that means in a word."""
    if rule.check or rule.builtin == "intake":
        yield "count", ""
        yield "state", f'"{words["after"]}"'
    elif rule.builtin:
        yield "count", _count_of_blanks(scope, rule.builtin)
        yield "state", f'IF(count > 0, "{words["waiting"]}", "{words["passed"]}")'
    else:
        column = f"{rule.table}._{rule.code}"
        idle = words["passed" if rule.optional else "waiting"]
        yield "count", f"SUM({column})"
        yield "state", f'IF(count > 0, "{words["failed"]}", IF(COUNT({column}) = 0, "{idle}", "{words["passed"]}"))'
