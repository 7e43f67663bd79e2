"""Which formula of a drawn column is that of all rows, which that of a block or a row.

    share_out(table, column, raw, blocks, formulas)     # raw["formula"], block["formulas"], row["formulas"]

What all rows of a column compute is the column's; the blank rows of a block have one formula, that of the first: their sample.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from xlperf.drawing.faults import fault
from xlperf.drawing.recognition.rows import BlockRead, RowRead
from xlperf.drawing.recognition.sections import ColumnDrawn

if TYPE_CHECKING:
    from xlperf.drawing.recognition.tables import TableRead

BLANK = ""  # a cell that has no formula, and no text in its place


def share_out(
    table: TableRead,
    column: ColumnDrawn,
    raw: dict[str, Any],
    blocks: list[dict[str, Any]],
    formulas: dict[str, list[dict[str, str | None]]],
) -> None:
    """Say which formula of a column is that of all rows, which that of a block or a row."""
    key = raw["key"]
    counted = {block.key: _counted(table, block, column, [row[key] for row in formulas[block.key]]) for block in table.blocks}
    found = [formula for listed in counted.values() for formula in listed]
    base = column.said.get("field_formula")
    if base is None and any(found) and BLANK not in found:
        base = Counter(reversed([formula for formula in found if formula is not None])).most_common(1)[0][0]
    if base is not None:
        raw["formula"] = base
    for block in blocks:
        listed = [None if formula == BLANK else formula for formula in counted[block["key"]]]
        if not any(formula is not None and formula != base for formula in listed):
            continue
        presets = block.get("rows", [])
        if not presets or (len(listed) > 1 and len(set(listed)) == 1):
            block.setdefault("formulas", {})[key] = listed[0]
            table.context.remember(block["formulas"], table.sample_of(block["key"], column), key)
            continue
        for row, formula in zip(presets, listed, strict=False):
            if formula is not None and formula != base:
                row.setdefault("formulas", {})[key] = formula
                table.context.remember(row["formulas"], table.context.names[f"{block['key']}.{row['key']}.{key}"], key)


def _counted(table: TableRead, block: BlockRead, column: ColumnDrawn, listed: list[str | None]) -> list[str | None]:
    """The formulas of preset rows, and one for all blank rows, that of the first; None where a text stands instead."""
    key = table.keys[table.table.columns.index(column)]
    counted: list[str | None] = []
    blank: list[tuple[RowRead, str | None]] = []
    for row, formula in zip(block.rows, listed, strict=True):
        if row.key is None:
            blank.append((row, formula))
        if row.key is not None or len(blank) == 1:
            counted.append(formula if formula is not None or key in table.texts(row.row) else BLANK)
    _compare(table, column, blank)
    return counted


def _compare(table: TableRead, column: ColumnDrawn, blank: list[tuple[RowRead, str | None]]) -> None:
    """Blank rows compute alike: a formula that neither the sample nor most of the others have is a slip."""
    others = Counter(formula for _, formula in blank[1:] if formula is not None)
    if not others or blank[0][1] is None:
        return
    usual = {blank[0][1], others.most_common(1)[0][0]}
    first = table.at(blank[0][0].row, column.header.column)
    for row, formula in blank[1:]:
        if formula is not None and formula not in usual:
            area = table.at(row.row, column.header.column)
            table.context.faults.append(fault(area.name, "other_formula", formula=area.formula, sample=first.name))
