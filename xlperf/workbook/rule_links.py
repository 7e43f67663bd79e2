"""Where a rule of the checks sheet leads: the Excel expression for the first cell that fails it.

    first_failing(layout, "AB201")     # INDEX('Duties'!$E$4:$E$30,MATCH(TRUE,INDEX('Duties'!$H$4:$H$30>0,0),0))

It is computed anew whenever somebody follows the link.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from xlperf.addresses import range_name
from xlperf.forms.document import Spot
from xlperf.forms.layout import Layout
from xlperf.forms.model import Rule

MOST_NESTED = 40  # Excel nests at most 64 levels


class Blanks(NamedTuple):
    """What a rule of the program's own counts: blanks of fields that have the attribute, in tables by a helper column."""

    helper: str
    attribute: str


class Candidate(NamedTuple):
    """A cell to go to if the test holds, both as Excel expressions."""

    test: str
    cell: str


COUNTED = {"missing": Blanks("_missing", "required"), "wanted": Blanks("_wanted", "wanted")}  # by the rule's `builtin`


def first_failing(layout: Layout, code: str) -> str | None:
    """The Excel expression for the first cell that fails a rule, None for what is checked on intake only."""
    rule = layout.form.rules[code]
    if rule.test:
        return _first_failing_row(layout, rule)
    if rule.builtin in COUNTED:
        return _first_blank(layout, COUNTED[rule.builtin])
    return None


def _first_failing_row(layout: Layout, rule: Rule) -> str:
    assert rule.table, f"{rule.code}: a rule with a test is about a table"
    return _first_row(layout, rule.table, rule.cells[0], f"_{rule.code}")


def _first_blank(layout: Layout, blanks: Blanks) -> str | None:
    """The first single field that is blank, else the first row of a table with a blank."""
    candidates = [*islice(_blank_fields(layout, blanks), MOST_NESTED), *_rows_with_blanks(layout, blanks)]
    if not candidates:
        return None
    expression = candidates[-1].cell
    for candidate in reversed(candidates[:-1]):
        expression = f"IF({candidate.test},{candidate.cell},{expression})"
    return expression


def _blank_fields(layout: Layout, blanks: Blanks) -> Iterator[Candidate]:
    for block in layout.form.blocks.values():
        if not block.table:
            for field in block.fields.values():
                if getattr(field, blanks.attribute):
                    cell = layout.absolute(Spot(block.key, 0, field.key))
                    yield Candidate(f'TRIM({cell})=""', cell)


def _rows_with_blanks(layout: Layout, blanks: Blanks) -> Iterator[Candidate]:
    for table in layout.form.tables.values():
        if (table.key, blanks.helper) in layout.ranges:
            counted = (field.key for field in table.columns if getattr(field, blanks.attribute))
            shown = next((key for key in counted if (table.key, key) in layout.ranges), table.columns[0].key)
            test = f"SUM({range_name(*layout.ranges[table.key, blanks.helper])})>0"
            yield Candidate(test, _first_row(layout, table.key, shown, blanks.helper))


def _first_row(layout: Layout, table: str, column: str, helper: str) -> str:
    """The cell of a column in the first row whose helper is above zero (INDEX keeps MATCH from needing an array)."""
    cells, failures = (range_name(*layout.ranges[table, key]) for key in (column, helper))
    return f"INDEX({cells},MATCH(TRUE,INDEX({failures}>0,0),0))"
