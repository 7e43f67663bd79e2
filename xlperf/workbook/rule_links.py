"""Where a click on a rule of the checks sheet leads: to a row without formulas, to one in doubt, to the first cell that fails.

    links_of_rule(layout, rule, "E9")
    # Link("uncomputed_duties>0"…, "first_uncomputed_duties"), Link("N(E9)>0", "first_AB201")
    first_failing(layout, "AB201")     # INDEX('Duties'!$E$4:$E$30,MATCH(TRUE,INDEX('Duties'!$H$4:$H$30>0,0),0))

Links go through defined names; where they lead is computed anew whenever somebody follows one.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from xlperf.addresses import range_name
from xlperf.forms.document import Spot, unit_spot
from xlperf.forms.layout import Layout
from xlperf.forms.live.checks import LIVE_CHECKS, REACHED, name_of, reason_field, table_of
from xlperf.forms.live.form_tests import COUNT, is_of_form
from xlperf.forms.live.intake import FAR, YUAN
from xlperf.forms.live.states import FORMAT, INTACT, ISSUED, is_live, tables_of_rule
from xlperf.forms.model import RULES, Rule
from xlperf.workbook.book import Book
from xlperf.workbook.rule_results import first_uncomputed, uncomputed

MOST_NESTED = 40  # Excel nests at most 64 levels
MOST_TABLES = 20  # that one link looks through: Excel takes formulas of 8,192 characters
FAILED = "failed"  # what the defined names of the counts of such rules begin with
UNCOMPUTED, DOUBTFUL, APART = "first_uncomputed", "first_doubtful", "first_apart"  # what the defined names of tables begin with


class Blanks(NamedTuple):
    """What a rule of the program's own counts: blanks of fields that have the attribute, in tables by a helper column."""

    helper: str
    attribute: str


class Candidate(NamedTuple):
    """A cell to go to if the test holds, both as Excel expressions."""

    test: str
    cell: str


class Link(NamedTuple):
    """A defined name to go to if the test holds, an Excel expression."""

    test: str
    name: str


COUNTED = {"missing": Blanks("_missing", "required"), "wanted": Blanks("_wanted", "wanted")}  # by the rule's `builtin`


def define_links(book: Book, layout: Layout) -> None:
    """Define the names that the rules of the checks sheet lead to."""
    for key in layout.form.tables:
        if key != RULES:
            book.define_name(f"{UNCOMPUTED}_{key}", f"={first_uncomputed(layout, key)}")
            book.define_name(f"{DOUBTFUL}_{key}", f"={_first_row(layout, key, _shown(layout, key), '_doubt')}")
            if (key, FAR) in layout.ranges:
                book.define_name(f"{APART}_{key}", f"={_first_row(layout, key, _shown(layout, key), FAR)}")
    for code in layout.form.rules:
        if target := first_failing(layout, code):
            book.define_name(f"first_{code}", f"={target}")


def define_counts(book: Book, layout: Layout) -> None:
    """Define names for what the rules of single fields and of the whole form count: colours on other sheets look at them."""
    for index, rule in enumerate(layout.form.rules.values()):
        if is_of_form(rule):
            book.define_name(f"{FAILED}_{rule.code}", f"={layout.absolute(Spot(RULES, index, COUNT))}")


def links_of_rule(layout: Layout, rule: Rule, count: str) -> list[Link]:
    """The links of a rule whose count stands in that cell, the first of which leads there whose test holds."""
    if not is_live(layout.form, rule):
        return []
    tables = tables_of_rule(layout.form, rule.code)[:MOST_TABLES]
    links = [Link(f"IFERROR({uncomputed([key])},1)>0", f"{UNCOMPUTED}_{key}") for key in tables]
    if rule.builtin != "formulas" and rule.code != INTACT:
        links += [Link(f"{_doubts(layout, key)}>0", f"{DOUBTFUL}_{key}") for key in tables]
        links += [Link(f"N({count})>0", f"first_{rule.code}")] if first_failing(layout, rule.code) else []
    if rule.code == YUAN:
        apart = [(key, range_name(*layout.ranges[key, FAR])) for key in tables if (key, FAR) in layout.ranges]
        links += [Link(f"SUM({cells})>0", f"{APART}_{key}") for key, cells in apart]
    if rule.builtin in COUNTED and FORMAT in layout.form.rules:  # a single field is doubtful
        links.append(
            Link(f"SUM({layout.absolute(Spot(RULES, list(layout.form.rules).index(FORMAT), 'count'))})>0", f"first_{FORMAT}")
        )
    if is_of_form(rule):  # a single field is doubtful: no table says so
        state = layout.absolute(Spot(RULES, list(layout.form.rules).index(rule.code), "state"))
        links.append(Link(f'{state}="{layout.form.words["doubtful"]}"', f"first_{rule.code}"))
    return links


def _doubts(layout: Layout, table: str) -> str:
    return f"SUM({range_name(*layout.ranges[table, '_doubt'])})"


def _shown(layout: Layout, table: str) -> str:
    """The first column of a table that people see and type into, else the first that they see."""
    typed = frozenset().union(*(layout.form.typed_somewhere[key] for key in layout.form.tables[table].blocks))
    columns = [column.key for column in layout.form.tables[table].columns if (table, column.key) in layout.ranges]
    return next((key for key in columns if key in typed), columns[0])


def first_failing(layout: Layout, code: str) -> str | None:
    """The Excel expression for the first cell that fails a rule, None where there is none to go to."""
    rule = layout.form.rules[code]
    if is_of_form(rule):
        target = layout.form.target(RULES, rule.cells[0])
        return layout.absolute(Spot(target.blocks[0], layout.form.index(target), target.field))
    if rule.test and rule.table:
        return _first_in_tables(layout, rule.table, rule.cells[0], f"_{code}")
    if rule.builtin in COUNTED:
        return _first_blank(layout, COUNTED[rule.builtin])
    if code == ISSUED:
        return layout.absolute(unit_spot(layout.form))
    if code == FORMAT:
        return _first_doubtful_field(layout)
    return _first_of_check(layout, rule)


def _first_of_check(layout: Layout, rule: Rule) -> str | None:
    """The first cell that fails a check by name, or an intake rule that is counted by a helper column."""
    helper = f"_{rule.code}"
    if rule.check == "empty_blocks":
        return _first_empty_block(layout, rule)
    if rule.check == "no_deviation":
        table = layout.form.tables_called(table_of(layout.form, rule))[0].key
        cells, told = (range_name(*layout.ranges[table, key]) for key in ("deviation_text", helper))
        return f'INDEX({cells},MATCH("{REACHED}",{told},0))'
    if rule.check in LIVE_CHECKS:
        column = reason_field(rule) if LIVE_CHECKS[rule.check].operand == "reason" else name_of(layout.form, rule)
        return _first_in_tables(layout, table_of(layout.form, rule), column, helper)
    tables = [key for key in layout.form.tables if key != RULES and (key, helper) in layout.ranges]
    return _first_row(layout, tables[0], _shown(layout, tables[0]), helper) if tables else None


def _first_empty_block(layout: Layout, rule: Rule) -> str:
    """The first row of the first block in which nothing stands."""
    column = name_of(layout.form, rule)
    blocks = layout.form.blocks_in(table_of(layout.form, rule))[:MOST_NESTED]
    expression = layout.absolute(Spot(blocks[-1], 0, column))
    for key in reversed(blocks[:-1]):
        used = f"SUM({range_name(*layout.ranges[key, '_used'])})"
        expression = f"IF({used}=0,{layout.absolute(Spot(key, 0, column))},{expression})"
    return expression


def _first_doubtful_field(layout: Layout) -> str:
    """The unit, for a start: the tables with doubtful rows have links of their own."""
    return layout.absolute(unit_spot(layout.form))


def _first_blank(layout: Layout, blanks: Blanks) -> str | None:
    """The first single field that is blank, else the first row of a table with a blank."""
    rows = [*islice(_rows_with_blanks(layout, blanks), MOST_TABLES)]
    candidates = [*islice(_blank_fields(layout, blanks), MOST_NESTED), *rows]
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


def _first_in_tables(layout: Layout, table: str, column: str, helper: str) -> str:
    """The same in the first copy of a table that has such a row."""
    *earlier, last = (each.key for each in layout.form.tables_called(table)[:MOST_TABLES])
    expression = _first_row(layout, last, column, helper)
    for key in reversed(earlier):
        failing = f"SUM({range_name(*layout.ranges[key, helper])})>0"
        expression = f"IF({failing},{_first_row(layout, key, column, helper)},{expression})"
    return expression


def _first_row(layout: Layout, table: str, column: str, helper: str) -> str:
    """The cell of a column in the first row whose helper is above zero (INDEX keeps MATCH from needing an array)."""
    cells, failures = (range_name(*layout.ranges[table, key]) for key in (column, helper))
    return f"INDEX({cells},MATCH(TRUE,INDEX({failures}>0,0),0))"
