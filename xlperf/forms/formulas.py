"""The formulas of a form, its own and those that follow from it: helper columns, counts, states of rules.

Every figure in the workbook is a formula of the one language: `_used`, `_missing` and `_wanted` of each row, one `_CODE`
per row rule, the counts and states of the checks sheet. Here they are written as text, parsed, and put in the order in
which they can be computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from xlperf.errors import FormulaError
from xlperf.forms.model import CONDITIONS, GIVES, GUIDE, RULES, TYPES, Block, Field, Rule, Step, find_target
from xlperf.formula.nodes import Call, IsBlank, Kind, Literal, Name, Node, Operation, names_in
from xlperf.formula.parser import parse

COLUMN_KINDS = {Kind.NUMBER: Kind.NUMBERS, Kind.CHOICE: Kind.CHOICES}  # of a cell: of a whole column of them


def _parsed(source: str, block: Block, blocks: Mapping, tables: Mapping, parameters: Mapping, place: str) -> Node:
    """The tree of a formula of that block; `place` says where it stands if it cannot be right."""

    steps = {f"parameters.{key}": value for key, value in parameters.items() if isinstance(value, list)}

    def kind_of(name: str) -> Kind | None:
        target = find_target(blocks, tables, parameters, block.key, name)
        if target is None or target.scope == "parameter":
            return Kind.NUMBER if target and name not in steps else None
        known = blocks[target.blocks[0]].fields[target.field]
        if TYPES[known.type].json is None:  # shown only: no value that a formula could see
            return None
        return known.kind if target.scope != "column" else COLUMN_KINDS.get(known.kind)

    try:
        tree = parse(source, kind_of, steps) if source else Literal("")
    except FormulaError as error:
        raise FormulaError(f"{place}: {error}") from None
    for name, text in compared(tree):
        target = find_target(blocks, tables, parameters, block.key, name)
        choices = blocks[target.blocks[0]].fields[target.field].choices if target.blocks else ()
        if choices and text not in choices:
            raise FormulaError(f"{place}: {name} is never {text!r}; its choices are {', '.join(choices)}")
    return tree


def parse_test(source: str, block: Block, blocks: Mapping, tables: Mapping, parameters: Mapping, place: str) -> Node:
    tree = _parsed(source, block, blocks, tables, parameters, place)
    if tree.kind is not Kind.BOOLEAN:
        raise FormulaError(f"{place}: {source!r} is not a test")
    return tree


def build_formulas(
    definition: dict, blocks: Mapping, tables: Mapping, rules: Mapping, parameters: Mapping
) -> Iterator[tuple[Step, Node]]:
    """Yield the tree of every computed cell, the helpers' included."""
    for block in blocks.values():
        for row in block.row_kinds():
            for key, source in _sources(definition, block, row, rules, blocks):
                place = ".".join(filter(None, (block.key, row, key)))
                tree = _parsed(source, block, blocks, tables, parameters, place)
                kind = block.fields[key].kind
                if tree != Literal("") and tree.kind not in GIVES[kind]:
                    raise FormulaError(f"{place}: {source!r} gives {tree.kind.value}, the field holds {kind.value}")
                yield Step(block.key, row, key), tree


def _sources(definition: dict, block: Block, row_key: str | None, rules: Mapping, blocks: Mapping) -> Iterator[tuple[str, str]]:
    """Yield field and formula text for one kind of row: the form's formulas, then the helpers that follow from it."""
    words = definition["words"]
    if block.key == GUIDE:
        yield "missing", _count_of("missing", blocks)
        return
    if block.key == RULES:
        yield from _rule_sources(rules[row_key], blocks, words)
        return
    row = next((row for row in block.rows if row.key == row_key), None)
    own = {**block.formulas, **(row.formulas if row else {})}
    computed = {f.key: own.get(f.key, f.source) for f in block.fields.values() if f.source is not None or f.key in own}
    yield from ((key, computed.get(key, source)) for key, source in {**computed, **own}.items())
    if not block.table:
        return
    inputs = [
        f
        for f in block.fields.values()
        if f.in_document
        and f.key not in computed
        and f.key not in block.constants
        and not f.given
        and not (row and f.key == block.row_name)
        and not (f.only and block.key not in f.only)
    ]
    always = row is not None or block.shape == "object"
    blank = ", ".join(f'{f.key} = ""' for f in inputs)
    yield "_used", "1" if always else f"IF(AND({blank}), 0, 1)"
    for helper, name in (("_missing", "required"), ("_wanted", "wanted")):
        conditions = [(f.key, _condition(block, f, name)) for f in inputs]
        parts = [_blank_if(key, condition) for key, condition in conditions if condition is not False]
        yield helper, f"IF(_used = 1, {' + '.join(parts)}, 0)" if parts else "0"
    for rule in rules.values():
        if rule.tests(block.key, block.table, row_key):
            yield f"_{rule.code}", f'IF(_used = 1, IF({rule.test}, 0, 1), "")'


def _condition(block: Block, field: Field, name: str) -> str | bool:
    if name == "required" and block.require is not None:
        return field.key in block.require
    return getattr(field, name)


def _blank_if(key: str, condition: str | bool) -> str:
    blank = f'IF({key} = "", 1, 0)'
    return blank if condition is True else f"IF({condition}, {blank}, 0)"


def _count_of(what: str, blocks: Mapping[str, Block]) -> str:
    """The formula that counts blank cells of the whole workbook; what is `missing` or `wanted`."""
    tables = dict.fromkeys(block.table for block in blocks.values() if block.table and block.table != RULES)
    parts = [f"SUM({', '.join(f'{table}._{what}' for table in tables)})"] if tables else []
    name = {"missing": "required", "wanted": "wanted"}[what]
    for block in blocks.values():
        if not block.table:
            parts += [f'IF({block.key}.{f.key} = "", 1, 0)' for f in block.fields.values() if getattr(f, name)]
    return " + ".join(parts) or "0"


def _rule_sources(rule: Rule, blocks: Mapping, words: Mapping) -> Iterator[tuple[str, str]]:
    passed, failed, waiting, after = (words[key] for key in ("passed", "failed", "waiting", "after"))
    if rule.builtin == "intake" or rule.check:
        yield from (("count", ""), ("state", f'"{after}"'))
    elif rule.builtin:
        yield "count", _count_of(rule.builtin, blocks)
        yield "state", f'IF(count > 0, "{waiting}", "{passed}")'
    else:
        column = f"{rule.table}._{rule.code}"
        yield "count", f"SUM({column})"
        idle = passed if rule.optional else waiting
        yield "state", f'IF(count > 0, "{failed}", IF(COUNT({column}) = 0, "{idle}", "{passed}"))'


def with_conditions(block: Block, blocks: Mapping, tables: Mapping, parameters: Mapping) -> Block:
    """The block with the conditions of its fields parsed."""
    fields = {}
    for key, known in block.fields.items():
        trees = {}
        for name in CONDITIONS:
            if isinstance(source := getattr(known, name), str):
                place = f"{block.key}.{key}.{name}"
                trees[name] = parse_test(source, block, blocks, tables, parameters, place)
                if any("." in other for other in names_in(trees[name])):
                    raise FormulaError(f"{place}: {source!r} looks beyond its own row")
                if name != "percent_when" and not sayable(trees[name]):
                    raise FormulaError(f'{place}: {source!r} is more than T(choice) = "text", blankness, AND, OR and NOT')
        fields[key] = replace(known, **trees) if trees else known
    return replace(block, fields=fields)


def in_order(formulas: Mapping[Step, Node], blocks: Mapping, tables: Mapping, parameters: Mapping) -> tuple[Step, ...]:
    """The computed cells, each after what it needs."""
    graph = TopologicalSorter()
    for step, tree in formulas.items():
        graph.add(step)
        for name in set(names_in(tree)):
            target = find_target(blocks, tables, parameters, step.block, name)
            if target.scope == "row":
                needed = [Step(step.block, step.row, target.field)]
            elif target.scope == "column":
                needed = [Step(key, row, target.field) for key in target.blocks for row in blocks[key].row_kinds()]
            else:
                needed = [Step(key, target.row, target.field) for key in target.blocks]
            graph.add(step, *(other for other in needed if other in formulas))
    try:
        return tuple(graph.static_order())
    except CycleError as error:
        circle = " → ".join(".".join(filter(None, step)) for step in error.args[1])
        raise FormulaError(f"the formulas run in a circle: {circle}") from None


# --- trees ---------------------------------------------------------------------------------------------------


def compared(tree: Node) -> Iterator[tuple[str, str]]:
    """Yield every field with the texts it is compared with."""
    match tree:
        case Operation(operator=operator, left=left, right=right):
            for one, other in ((left, right), (right, left)):
                match one, other:
                    case Name(key=key) | Call("T", (Name(key=key),)), Literal(value=str() as text) if operator in ("=", "<>"):
                        yield key, text
                yield from compared(one)
        case Call("SUMIF", (Name(key=key), Literal(value=str() as text), _)):
            yield key, text
        case IsBlank(operand=operand):
            yield from compared(operand)
        case Call(arguments=arguments):
            yield from (pair for argument in arguments for pair in compared(argument))


def sayable(tree: Node) -> bool:
    """Whether JSON Schema can say a condition too, and a blank cannot make it blank."""
    match tree:
        case Operation(operator="=" | "<>", left=Call("T", kind=Kind.CHOICE), right=Literal()) | IsBlank(operand=Name()):
            return True
        case Call("AND" | "OR" | "NOT", arguments):
            return all(sayable(argument) for argument in arguments)
    return False
