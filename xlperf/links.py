"""The Excel expressions behind the links of the checks sheet: the first cell that fails a rule."""

from __future__ import annotations

from xlperf.forms.document import Spot
from xlperf.forms.layout import Layout, cell_name, quoted

MOST_NESTED = 40  # Excel nests at most 64 levels
COUNTED = {"missing": ("_missing", "required"), "wanted": ("_wanted", "wanted")}  # builtin: helper column, field attribute


def first_row(home: tuple[str, int, int, int], helper: tuple[str, int, int, int]) -> str:
    """The cell of column `home` in the first row whose helper is above zero (INDEX keeps MATCH from needing an array)."""
    return f"INDEX({area(home)},MATCH(TRUE,INDEX({area(helper)}>0,0),0))"


def area(where: tuple[str, int, int, int]) -> str:
    title, column, first, last = where
    return f"{quoted(title)}!{cell_name(first, column, True)}:{cell_name(last, column, True)}"


def first_failing(layout: Layout, code: str) -> str | None:
    """The Excel expression for the first cell that fails a rule, None for what is checked on intake only."""
    rule = layout.form.rules[code]
    if rule.test:
        return first_row(layout.ranges[(rule.table, rule.cells[0])], layout.ranges[(rule.table, f"_{code}")])
    if rule.builtin not in COUNTED:
        return None
    helper, condition = COUNTED[rule.builtin]
    singles, tables = [], []
    for block in layout.form.blocks.values():
        if not block.table:
            cells = [layout.absolute(Spot(block.key, 0, f.key)) for f in block.fields.values() if getattr(f, condition)]
            singles += [(f'TRIM({cell})=""', cell) for cell in cells]
    for table in layout.form.tables.values():
        asked = [f.key for f in table.columns if getattr(f, condition) and (table.key, f.key) in layout.ranges]
        where = layout.ranges.get((table.key, helper))
        if where:
            home = layout.ranges[(table.key, asked[0] if asked else table.columns[0].key)]
            tables.append((f"SUM({area(where)})>0", first_row(home, where)))
    candidates = singles[:MOST_NESTED] + tables
    target = candidates[-1][1] if candidates else None
    for test, cell in reversed(candidates[:-1]):
        target = f"IF({test},{cell},{target})"
    return target
