"""Whether something stands in a copy of what is repeated, as formulas; and what no formula can name over all copies.

    dict(sources_of_copies(scope))["_goal_2"]       # IF(AND(goal_2.name = "", SUM(indicators_2._used) = 0), 0, 1)

A copy beyond the least that is blank counts as none: nothing is missing in it, and no rule looks at it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xlperf.errors import FormulaError
from xlperf.forms.live.doubts import asked_for, doubt_of_cell
from xlperf.forms.model import COUNTED_IN_COPIES, GUIDE, Block, Cells, Copy, PresetRow
from xlperf.forms.scope import Scope
from xlperf.formula.nodes import Call, IsBlank, Name, Node, Operation
from xlperf.messages import sentence

OVER_AREAS = ("SUM", "COUNT", "MIN", "MAX")  # functions that take cells standing apart


def used_with(scope: Scope, block: Block) -> str:
    """The formula that says whether a row that is always there is used: with its copy."""
    copy = block.copy
    return f"{GUIDE}.{copy.used}" if copy and copy.number > scope.repeats[copy.repeat].least else "1"


def if_used(scope: Scope, block: Block, formula: str) -> str:
    """The formula where something stands in the copy of a block, else 0."""
    used = used_with(scope, block)
    return formula if used == "1" else f"IF({used} = 1, {formula}, 0)"


def sources_of_copies(scope: Scope) -> Iterator[tuple[str, str]]:
    """Yield for each copy the fields of the guide with their formulas: whether something stands in it, what is counted there."""
    for copy in copies_of(scope):
        blocks = [block for block in scope.blocks.values() if block.copy == copy]
        blank = [test for block in blocks for test in _blank_tests(scope, block)]
        yield copy.used, f"IF({all_of(blank)}, 0, 1)"
        tables = [table.key for table in scope.tables.values() if table.copy == copy]
        for what in COUNTED_IN_COPIES:
            parts = [f"SUM({', '.join(f'{table}._{what}' for table in tables)})"] if tables else []
            singles = [source for block in blocks if not block.table for source in _counted(scope, block, what)]
            parts += [if_used(scope, blocks[0], " + ".join(singles))] if singles else []
            yield copy.counting(what), " + ".join(parts) or "0"


def copies_of(scope: Scope) -> list[Copy]:
    """All copies of all that is repeated."""
    return sorted({block.copy for block in scope.blocks.values() if block.copy})


def counts_in_copies(scope: Scope, what: str) -> list[str]:
    """The cells of the guide in which something is counted, one for each copy."""
    return [f"{GUIDE}.{copy.counting(what)}" for copy in copies_of(scope)]


def _counted(scope: Scope, block: Block, what: str) -> Iterator[str]:
    """Yield a formula for each single field that may be counted, 1 or 0."""
    for key, field in block.fields.items():
        if what == "doubt":
            if field.formula is None and block.takes_typing(None, field):
                yield from filter(None, [doubt_of_cell(scope, block, field, f"{block.key}.{key}")])
        elif asked_for(block, field, what):
            yield f'IF({block.key}.{key} = "", 1, 0)'


def all_of(tests: list[str]) -> str:
    """A test that all of them hold, in groups that AND takes."""
    most = 30
    groups = [tests[at : at + most] for at in range(0, len(tests), most)]
    joined = [group[0] if len(group) == 1 else f"AND({', '.join(group)})" for group in groups]
    return joined[0] if len(joined) == 1 else all_of(joined) if joined else "TRUE"


def _blank_tests(scope: Scope, block: Block) -> Iterator[str]:
    """Yield tests that nothing stands in a block but what the form itself puts there."""
    if block.shape == "object":
        yield from (f'{block.key}.{key} = ""' for key in _counting(block, None))
        return
    if block.spare and not block.rows:
        yield f"SUM({block.key}._used) = 0"
        return
    always = frozenset.intersection(*(frozenset(_counting(block, row)) for row in _kinds(block)))
    for key in block.fields:
        if key in always:
            yield f"COUNTA({block.key}.{key}) = 0"
    for row in block.rows:
        yield from (f'{block.key}.{row.key}.{key} = ""' for key in _counting(block, row) if key not in always)


def _kinds(block: Block) -> tuple[PresetRow | None, ...]:
    return (*block.rows, None) if block.spare else block.rows


def _counting(block: Block, row: PresetRow | None) -> Iterator[str]:
    """Yield the fields of a row that people or the bureau fill in."""
    own = {key for key, field in block.fields.items() if field.formula is not None} | {*block.formulas}
    own |= {*(row.formulas if row else {})}
    for key, field in block.fields.items():
        is_given = field.given and field.in_document and key not in block.constants
        if key not in own and (is_given or block.takes_typing(row, field)) and not (row and key in row.values):
            yield key


# --- what stands apart ---------------------------------------------------------------------------------------


def check_apart(scope: Scope, formulas: Mapping[Cells, Node]) -> None:
    """Over copies that stand apart a formula may add up, count and find the least and the largest, and nothing else.

    Raises:
        FormulaError: one asks for more; the text names it, and the cure.
    """
    if not scope.repeats:
        return
    _check_sources(scope)
    seen: set[tuple[str, int]] = set()
    for cells, tree in formulas.items():
        if (cells.block, id(tree)) not in seen:
            seen.add((cells.block, id(tree)))
            for name in _apart(scope, cells.block, tree, ""):
                place = ".".join(part.removeprefix("_") for part in cells if part)
                raise FormulaError(sentence("formula_apart", {"place": place, "name": name}))


def _check_sources(scope: Scope) -> None:
    """A dropdown offers the texts of one piece, the same in all blocks of its table."""
    for block in scope.blocks.values():
        table = scope.table_of_block(block)
        for key, field in block.fields.items():
            name = field.choices_from
            if not name:
                continue
            is_of_copy = scope.copy_seen(block.key, name.partition(".")[0]) is not None
            if _is_in_pieces(scope, block.key, name) or (is_of_copy and table is not None and table.copy is None):
                place = f"{block.written}.{key}.choices_from"
                raise FormulaError(sentence("formula_source_apart", {"place": place, "name": name}))


def _apart(scope: Scope, block: str, tree: Node, function: str) -> Iterator[str]:
    """Yield the names of columns in pieces that something else than one of those functions looks at."""
    match tree:
        case Name(key=name):
            if function not in OVER_AREAS and _is_in_pieces(scope, block, name):
                yield name
        case Call(function=name, arguments=arguments):
            for argument in arguments:
                yield from _apart(scope, block, argument, name)
        case Operation(left=left, right=right):
            yield from (*_apart(scope, block, left, ""), *_apart(scope, block, right, ""))
        case IsBlank(operand=operand):
            yield from _apart(scope, block, operand, "")


def _is_in_pieces(scope: Scope, block: str, name: str) -> bool:
    """Whether the cells of a name stand apart: not in neighbouring blocks of one table."""
    if "." not in name:
        return False
    owners = scope.owners(block, name.split(".")[0])
    if len(owners) < 2:
        return False
    blocks = [scope.blocks[key] for key in scope.target(block, name).blocks]
    if blocks[0].table is None or any(other.table != blocks[0].table for other in blocks):
        return True
    keys = scope.tables[blocks[0].table].blocks
    first = keys.index(blocks[0].key)
    return keys[first : first + len(blocks)] != tuple(other.key for other in blocks)
