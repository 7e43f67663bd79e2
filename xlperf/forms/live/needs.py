"""What the computed cells of a form are made of: the cells that a formula needs, down to those that people type into.

needs = Needs(scope, formulas)
needs.inputs(Cells("items", None, "rate"))       # {Cells("items", None, "initial"), …}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from xlperf.forms.live.copies import counts_in_copies
from xlperf.forms.live.doubts import asked_for
from xlperf.forms.model import HELPERS, RULES, USED, Cells
from xlperf.forms.scope import Scope
from xlperf.formula.nodes import Node, names_in


class Needs:
    """The formulas that are known so far, and what they need."""

    def __init__(self, scope: Scope, formulas: Mapping[Cells, Node]) -> None:
        self.scope, self.formulas = scope, formulas
        self._inputs: dict[tuple[Cells, bool], frozenset[Cells]] = {}
        self._names: dict[
            int, tuple[Node, frozenset[str]]
        ] = {}  # by the identity of a tree, which is kept so that it stays its own

    def inputs(self, cells: Cells, *, past_helpers: bool = True) -> frozenset[Cells]:
        """The cells without a formula that a cell follows from, through the helper columns or not; itself where it has none."""
        key = (cells, past_helpers)
        if key not in self._inputs:
            tree = self.formulas.get(cells)
            self._inputs[key] = frozenset()  # formulas that run in a circle are refused later
            found = frozenset({cells}) if tree is None else self.inputs_of_tree(cells, tree, past_helpers=past_helpers)
            self._inputs[key] = found
        return self._inputs[key]

    def inputs_of_tree(self, home: Cells, tree: Node, *, past_helpers: bool = True) -> frozenset[Cells]:
        """The cells without a formula that a formula at that place follows from; through the helper columns or not."""
        found: set[Cells] = set()
        for name in self._names_of(tree):
            for cells in cells_of_name(self.scope, home, name):
                if past_helpers or cells.field not in HELPERS:
                    found |= self.inputs(cells, past_helpers=past_helpers)
        return frozenset(found)

    def _names_of(self, tree: Node) -> frozenset[str]:
        if id(tree) not in self._names:  # rows of one table have mostly the same tree
            self._names[id(tree)] = tree, frozenset(names_in(tree))
        return self._names[id(tree)][1]

    def tables(self, columns: Iterable[Cells]) -> list[str]:
        """The tables from whose cells those cells follow, in the order of the form."""
        blocks = {cells.block for column in columns for cells in self.inputs(column)}
        return [key for key, table in self.scope.tables.items() if key != RULES and not blocks.isdisjoint(table.blocks)]


def cells_of_name(scope: Scope, cells: Cells, name: str) -> Iterator[Cells]:
    """Yield the cells that a name in the formula of those cells means."""
    target = scope.target(cells.block, name)
    for block in target.blocks:
        rows: tuple[str | None, ...] = (cells.row if target.reach == "row" else target.row,)
        if target.reach in ("column", "above"):
            rows = scope.blocks[block].row_keys()
        yield from (Cells(block, row, target.field) for row in rows)
        if target.reach == "above":
            yield from (Cells(block, row, USED) for row in rows)


def count_of_blanks(scope: Scope, what: str) -> str:
    """The formula that counts the blank cells of the whole workbook which are `missing` or `wanted`."""
    tables = [key for key, table in scope.tables.items() if key != RULES and not table.copy]
    counted = [*(f"{table}._{what}" for table in tables), *counts_in_copies(scope, what)]
    parts = [f"SUM({', '.join(counted)})"] if counted else []
    for block in scope.blocks.values():
        if not block.table and not block.copy:
            asked = [key for key, field in block.fields.items() if asked_for(block, field, what)]
            parts += [f'IF({block.key}.{key} = "", 1, 0)' for key in asked]
    return " + ".join(parts) or "0"
