"""Whether a rule asks for what stands in one of its cells: its test as it would be with that cell blank.

    asked_without(scope, rule, block, None, "reason")      # the tree of IF(_used = 1, IF(test, 0, 1), "") with no reason

The cell is taken as blank wherever it is named, also in the computed cells of the same row that the test names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from xlperf.forms.model import Block, PresetRow, Rule
from xlperf.forms.scope import Scope
from xlperf.formula.nodes import Call, IsBlank, Literal, Name, Node, Operation, names_in

BLANK = Literal("")


def asked_without(scope: Scope, rule: Rule, block: Block, row: str | None, column: str) -> Node:
    """The tree that gives 1 where the rule would fail if that column were blank, and 0 where not."""
    own = own_formulas(block, next((preset for preset in block.rows if preset.key == row), None))

    def make() -> Node:
        tree = scope.parse(f'IF(_used = 1, IF({rule.test}, 0, 1), "")', block=block.key, place=f"{rule.code}.test")
        return _simplified(_without(scope, block, own, tree, column))

    return scope.once(("asked_without", rule.code, block.key, column, *own.items()), make)


def own_formulas(block: Block, row: PresetRow | None) -> dict[str, str]:
    """The form's own formulas in a row by field: those of the row, else of the block, else of the column."""
    own = {**block.formulas, **(row.formulas if row else {})}
    sources = ((key, own.get(key, field.formula)) for key, field in block.fields.items())
    return {key: source for key, source in sources if source is not None}


def _without(scope: Scope, block: Block, own: Mapping[str, str], tree: Node, column: str) -> Node:
    """The tree with that column blank; computed cells that follow from it are written out, given the formulas of the row."""
    match tree:
        case Name(key=key) if key == column:
            return BLANK
        case Name(key=key) if own.get(key):
            inner = scope.parse(own[key], block=block.key, place=key)
            return _without(scope, block, own, inner, column) if _follows(scope, block, own, inner, column) else tree
        case IsBlank(operand=operand, wanted=wanted):
            return IsBlank(_without(scope, block, own, operand, column), wanted)
        case Operation(left=left, right=right):
            sides = [_without(scope, block, own, side, column) for side in (left, right)]
            return replace(tree, left=sides[0], right=sides[1])
        case Call(function=name, arguments=arguments, kind=kind):
            return Call(name, tuple(_without(scope, block, own, argument, column) for argument in arguments), kind)
    return tree


def _follows(scope: Scope, block: Block, own: Mapping[str, str], tree: Node, column: str) -> bool:
    """Whether a tree names that column, or a computed cell of its row that does."""
    for name in set(names_in(tree)):
        if name == column:
            return True
        if own.get(name) and _follows(scope, block, own, scope.parse(own[name], block=block.key, place=name), column):
            return True
    return False


def _simplified(tree: Node) -> Node:
    """The tree with what is certain decided: whether a blank is blank, and the branch that is taken then."""
    match tree:
        case IsBlank(operand=operand, wanted=wanted):
            return Literal(wanted) if _simplified(operand) == BLANK else tree
        case Call(function="IF", arguments=(test, then, otherwise), kind=kind):
            test, then, otherwise = map(_simplified, (test, then, otherwise))
            if isinstance(test, Literal):
                return then if test.value is True else otherwise
            return Call("IF", (test, then, otherwise), kind)
        case Call(function=name, arguments=arguments, kind=kind):
            return Call(name, tuple(map(_simplified, arguments)), kind)
        case Operation(left=left, right=right):
            return replace(tree, left=_simplified(left), right=_simplified(right))
    return tree
