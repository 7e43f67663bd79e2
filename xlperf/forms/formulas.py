"""The formulas of a form, its own and those that follow from it: helper columns, counts, states of rules.

Every figure in the workbook is a formula of the one language: `_used`, `_missing`, `_wanted` and `_doubt` of each row, the
columns of the rules, the counts and states of the checks sheet (`live.states`). Here they are written as text,
parsed, and put in the order in which they can be computed.

    >>> rate, adjusted = Cells("items", None, "rate"), Cells("items", None, "adjusted")
    >>> form.formulas[rate].kind, form.computed_cells.index(rate) > form.computed_cells.index(adjusted)
    (<Kind.NUMBER: 'number'>, True)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from graphlib import CycleError, TopologicalSorter

from xlperf.errors import FormulaError
from xlperf.forms.live.checks import LIVE_CHECKS, Source, plain_columns, table_of
from xlperf.forms.live.copies import check_apart, sources_of_copies, used_with
from xlperf.forms.live.doubts import any_of, asked_for, doubt_of_row, gaps
from xlperf.forms.live.intake import intake_sources
from xlperf.forms.live.needs import Needs, cells_of_name, count_of_blanks
from xlperf.forms.live.states import sources_of_states
from xlperf.forms.live.unanswered import own_formulas
from xlperf.forms.model import GIVES, GUIDE, RULES, Block, Cells, Condition, Field, PresetRow, Rule
from xlperf.forms.scope import Scope, is_sayable
from xlperf.formula.nodes import Kind, Literal, Node, in_words, names_in
from xlperf.messages import sentence

CURES = {  # by the kind of a field and of what a formula gives: how it gives what the field holds
    (Kind.NUMBER, Kind.VALUE): "number_value",
    (Kind.NUMBER, Kind.TEXT): "number_text",
    (Kind.NUMBER, Kind.CHOICE): "number_text",
    (Kind.NUMBER, Kind.BOOLEAN): "number_boolean",
    **{(kind, Kind.NUMBER): "text_number" for kind in (Kind.TEXT, Kind.CHOICE)},
    **{(kind, Kind.BOOLEAN): "text_boolean" for kind in (Kind.TEXT, Kind.CHOICE, Kind.VALUE)},
}
BLANKS = ("missing", "wanted")  # cells that are counted: blank ones that are required, blank ones that are wanted


def check_tests(scope: Scope) -> None:
    """Parse the test of every rule by itself, so that a mistake in it is named by its own place.

    Raises:
        FormulaError: a test cannot be right.
    """
    for rule in scope.rules.values():
        if rule.test and rule.table:
            for block in scope.blocks_in(rule.table):
                scope.parse_test(rule.test, block=block, place=f"{rule.code}.test")
        elif rule.test:
            scope.parse_test(rule.test, block="", place=f"{rule.code}.test")


def build_formulas(scope: Scope, words: Mapping[str, str]) -> dict[Cells, Node]:
    """Return the tree of every computed cell, the helpers' included; `words` are the form's, which its formulas show.

    The form's own formulas come first: a rule goes by what they need, and the checks sheet by what the rules need.

    Raises:
        FormulaError: a formula cannot be right; the text names the cell.
    """
    formulas: dict[Cells, Node] = {}
    parsed: dict[tuple[str, str, Source], Node] = {}  # rows of one table have mostly the same formulas
    for stage in (_sources_of_table, _sources_of_rules, partial(_sources_of_program, words=words)):
        known = Needs(scope, dict(formulas))
        for block in scope.blocks.values():
            for row in block.row_keys():
                for key, source in stage(known, block, row):
                    same = (block.table or block.key, key, source)
                    if same not in parsed:
                        parsed[same] = _parsed(scope, block, row, key, source)
                    formulas[Cells(block.key, row, key)] = parsed[same]
    _check_merged(scope, formulas)
    check_apart(scope, formulas)
    return formulas


def _check_merged(scope: Scope, formulas: Mapping[Cells, Node]) -> None:
    """No formula looks at a column that is merged: of the cells of one text only the first holds it.

    Raises:
        FormulaError: one does; the text names it.
    """
    merged = {(block.key, field.key) for block in scope.blocks.values() for field in block.fields.values() if block.merges(field)}
    for cells, tree in formulas.items() if merged else ():
        if cells.block == GUIDE:  # whether something stands in a copy, which one cell of the merged ones says too
            continue
        for name in names_in(tree):
            target = scope.target(cells.block, name)
            if any((block, target.field) in merged for block in target.blocks):
                place = ".".join(part.removeprefix("_") for part in cells if part)  # of a rule: its code
                raise FormulaError(sentence("formula_merged", {"place": place, "name": name}))


def _parsed(scope: Scope, block: Block, row: str | None, key: str, source: Source) -> Node:
    """The tree of one cell's formula, which gives what its field holds."""
    place, kind = ".".join(filter(None, (block.key, row, key))), block.fields[key].kind
    decimals = block.fields[key].decimals
    tree = scope.parse(source, block=block.key, place=place, digits=decimals) if isinstance(source, str) else source
    if tree != Literal("") and tree.kind not in GIVES[kind]:
        facts = {"place": place, "source": source, "found": in_words(tree.kind.value), "expected": in_words(kind.value)}
        facts["cure"] = sentence(f"formula_cure_{CURES[kind, tree.kind]}", {}) if (kind, tree.kind) in CURES else ""
        raise FormulaError(sentence("formula_gives", facts))
    return tree


def in_order(scope: Scope, formulas: Mapping[Cells, Node]) -> tuple[Cells, ...]:
    """The computed cells, each after what it needs.

    Raises:
        FormulaError: they run in a circle; the text names it.
    """
    graph: TopologicalSorter[Cells] = TopologicalSorter()
    names_of: dict[int, tuple[str, ...]] = {}  # by tree
    for cells, tree in formulas.items():
        graph.add(cells)
        if id(tree) not in names_of:
            names_of[id(tree)] = tuple(dict.fromkeys(names_in(tree)))
        for name in names_of[id(tree)]:
            graph.add(cells, *(needed for needed in cells_of_name(scope, cells, name) if needed in formulas))
    try:
        return tuple(graph.static_order())
    except CycleError as error:
        circle = " → ".join(".".join(filter(None, cells)) for cells in error.args[1])
        raise FormulaError(sentence("formula_circle", {"circle": circle})) from None


# --- what is written into them -------------------------------------------------------------------------------


def _sources_of_table(known: Needs, block: Block, row: str | None) -> Iterator[tuple[str, Source]]:
    """Yield field and formula of the form's own computed cells in one kind of row, and of the helpers of every table."""
    if block.key == GUIDE:
        yield from sources_of_copies(known.scope)
    if block.key in (GUIDE, RULES):
        return
    preset = next((preset for preset in block.rows if preset.key == row), None)
    own = own_formulas(block, preset)
    yield from own.items()
    if block.table:
        inputs = [f for f in block.fields.values() if f.key not in own and block.takes_typing(preset, f)]
        yield from _sources_of_helpers(known.scope, block, preset, inputs)
        yield "_doubt", doubt_of_row(known.scope, block, inputs, is_free=row is None and block.shape == "list")


def _sources_of_helpers(scope: Scope, block: Block, row: PresetRow | None, inputs: list[Field]) -> Iterator[tuple[str, str]]:
    """Whether a row is used, and how many of the cells that people type into are blank and should not be."""
    always = row is not None or block.shape == "object"
    blank = ", ".join(f"ISBLANK({field.key})" if field.kind is Kind.NUMBER else f'{field.key} = ""' for field in inputs)
    yield "_used", used_with(scope, block) if always else f"IF(AND({blank}), 0, 1)"
    for what in BLANKS:
        asked = [(field.key, asked_for(block, field, what)) for field in inputs]
        parts = [_one_if_blank(key, condition) for key, condition in asked if condition is not False]
        yield f"_{what}", f"IF(_used = 1, {' + '.join(parts)}, 0)" if parts else "0"


def _one_if_blank(key: str, condition: Condition | bool) -> str:
    blank = f'IF({key} = "", 1, 0)'
    if not isinstance(condition, Condition):
        return blank
    test = condition.text if is_sayable(condition.tree) else f"IFERROR({condition.text}, FALSE)"  # with a blank in it, not yet
    return f"IF({test}, {blank}, 0)"


def _sources_of_rules(known: Needs, block: Block, row: str | None) -> Iterator[tuple[str, Source]]:
    """Yield field and formula of what the rules have in one kind of row."""
    if not block.table or block.key in (GUIDE, RULES):
        return
    yield from plain_columns(block)
    for rule in known.scope.rules.values():
        if rule.tests(block, known.scope.table_of_block(block), row):
            yield f"_{rule.code}", _source_of_test(known, rule, block, row)
        elif rule.check in LIVE_CHECKS and table_of(known.scope, rule) == known.scope.tables[block.table].written:
            yield from LIVE_CHECKS[rule.check].sources(known.scope, rule, block, row)
    preset = next((preset for preset in block.rows if preset.key == row), None)
    own = own_formulas(block, preset)
    typed = frozenset(key for key, field in block.fields.items() if key not in own and block.takes_typing(preset, field))
    yield from intake_sources(known.scope, block, typed)


def _source_of_test(known: Needs, rule: Rule, block: Block, row: str | None) -> str:
    """1 where a used row fails and 0 where it holds; nothing where a figure that it follows from is still to be filled in."""
    assert rule.test is not None
    tree = known.scope.parse_test(rule.test, block=block.key, place=f"{rule.code}.test")
    home = Cells(block.key, row, f"_{rule.code}")
    needed = known.inputs_of_tree(home, tree, past_helpers=False)
    typed = sorted((cells for cells in needed if _is_typed(known, cells)), key=str)
    blank = list(dict.fromkeys(gaps(known.scope, block, row, typed)))
    told = f"IF({rule.test}, 0, 1)"
    if blank:
        told = f'IF({any_of(blank)}, "", {told})'
    return f'IF(_used = 1, {told}, "")'


def _is_typed(known: Needs, cells: Cells) -> bool:
    block = known.scope.blocks[cells.block]
    preset = next((preset for preset in block.rows if preset.key == cells.row), None)
    return block.takes_typing(preset, block.fields[cells.field])


def _sources_of_program(known: Needs, block: Block, row: str | None, words: Mapping[str, str]) -> Iterator[tuple[str, Source]]:
    """Yield the formulas of the guide and of the checks sheet."""
    if block.key == GUIDE:
        yield "missing", count_of_blanks(known.scope, "missing")
    elif block.key == RULES:
        assert row is not None  # there are no free rows on the checks sheet
        yield from sources_of_states(known, known.scope.rules[row], words)
