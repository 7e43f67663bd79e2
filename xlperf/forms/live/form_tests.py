"""Rules of single fields and of the whole form on the checks sheet: whether one fails, and whether there is something to look at.

    counted(known, rule)      # ("IFERROR(IF(cover.staff > 0, 0, 1), 0)", "IFERROR(IF(cover.staff > 0, 0, 1), 2) = 2")

They have no rows and so no helper columns: what such a rule counts stands in its own row of the checks sheet, 1 where it fails.
"""

from __future__ import annotations

from collections.abc import Iterator

from xlperf.forms.live.doubts import any_of, doubt_of_cell, gaps
from xlperf.forms.live.needs import Needs
from xlperf.forms.model import RULES, Cells, Rule

IDLE = 2  # for a test that cannot be told: something is blank, or cannot be computed
COUNT = "count"  # the column of the checks sheet in which it stands


def is_of_form(rule: Rule) -> bool:
    """Whether a rule tests single fields or the whole form, and no rows of a table."""
    return rule.test is not None and rule.table is None


def home_of(rule: Rule) -> Cells:
    """The cell in which the verdict of such a rule is computed."""
    return Cells(RULES, rule.code, COUNT)


def counted(known: Needs, rule: Rule) -> tuple[str, str]:
    """The formula of the rule's count, and the test that nothing was looked at."""
    assert rule.test is not None
    home, told = home_of(rule), f"IF({rule.test}, 0, 1)"
    typed = sorted(_typed(known, rule), key=str)
    if blank := list(dict.fromkeys(gaps(known.scope, known.scope.blocks[RULES], home.row, typed))):
        told = f'IF({any_of(blank)}, "", {told})'
    return f"IFERROR({told}, 0)", f"IFERROR({told}, {IDLE}) = {IDLE}"


def doubts_of_singles(known: Needs, rule: Rule) -> Iterator[str]:
    """Yield formulas that give 1 where a single field that the rule goes by holds what it does not take."""
    for cells in sorted(_typed(known, rule), key=str):
        block = known.scope.blocks[cells.block]
        if block.table is None and (
            doubt := doubt_of_cell(known.scope, block, block.fields[cells.field], f"{block.key}.{cells.field}")
        ):
            yield doubt


def tables_of_test(known: Needs, rule: Rule) -> list[str]:
    """The tables from whose cells the rule is told."""
    blocks = {cells.block for cells in _typed(known, rule)}
    return [key for key, table in known.scope.tables.items() if key != RULES and not blocks.isdisjoint(table.blocks)]


def _typed(known: Needs, rule: Rule) -> list[Cells]:
    """The cells that people type into and from which the rule is told."""
    tree = known.scope.parse_test(rule.test or "", block=RULES, place=f"{rule.code}.test")
    needed = known.inputs_of_tree(home_of(rule), tree, past_helpers=False)
    found = []
    for cells in needed:
        block = known.scope.blocks[cells.block]
        preset = next((preset for preset in block.rows if preset.key == cells.row), None)
        if block.takes_typing(preset, block.fields[cells.field]):
            found.append(cells)
    return found
