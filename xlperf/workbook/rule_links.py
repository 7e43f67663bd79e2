"""Where a click on a rule of the checks sheet leads: to a row without formulas, to one in doubt, to the first cell that fails.

    links_of_rule(layout, rule, "E9")
    # Link("uncomputed_duties>0"…, "first_uncomputed_duties"), Link("N(E9)>0", "first_AB201")
    first_failing(layout, "AB201")     # INDEX('Duties'!$E$4:$E$30,MATCH(TRUE,INDEX('Duties'!$H$4:$H$30>0,0),0))

Links go through defined names; where they lead is computed anew whenever somebody follows one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
MOST_TABLES = 20  # that one formula looks through: Excel takes formulas of 8,192 characters
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


BY_BLOCKS = ("empty_blocks", "no_deviation")  # checks whose first cell is not that of the first row with a helper above zero
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
        for number, target in enumerate(first_failing(layout, code), 1):
            book.define_name(name_of_group(f"first_{code}", number), f"={target}")


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


def name_of_group(name: str, number: int) -> str:
    """The defined name of a group of tables that a link looks through, as many as one formula takes; the first has the link's."""
    return name if number == 1 else f"{name}_{number}"


def first_failing(layout: Layout, code: str) -> tuple[str, ...]:
    """The Excel expressions for the first cell that fails a rule, none where there is none to go to.

    Where there are more tables than one formula takes, each but the last leads on to the defined name of the next.
    """
    rule, name = layout.form.rules[code], f"first_{code}"
    if rule.test and rule.table:
        return _first_in_tables(layout, rule.table, rule.cells[0], f"_{code}", name)
    if rule.builtin in COUNTED:
        return _first_blank(layout, COUNTED[rule.builtin], name)
    if rule.check in LIVE_CHECKS and rule.check not in BY_BLOCKS:
        column = reason_field(rule) if LIVE_CHECKS[rule.check].operand == "reason" else name_of(layout.form, rule)
        return _first_in_tables(layout, table_of(layout.form, rule), column, f"_{code}", name)
    only = _first_elsewhere(layout, rule)
    return (only,) if only else ()


def _first_elsewhere(layout: Layout, rule: Rule) -> str | None:
    """The first cell that fails a rule which no group of tables is looked through for."""
    if is_of_form(rule):
        target = layout.form.target(RULES, rule.cells[0])
        return layout.absolute(Spot(target.blocks[0], layout.form.index(target), target.field))
    if rule.code == ISSUED:
        return layout.absolute(unit_spot(layout.form))
    if rule.code == FORMAT:
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


def _first_blank(layout: Layout, blanks: Blanks, name: str) -> tuple[str, ...]:
    """The first single field that is blank, else the first row of a table with a blank."""
    candidates = [*islice(_blank_fields(layout, blanks), MOST_NESTED), *_rows_with_blanks(layout, blanks)]
    groups = [candidates] if len(candidates) <= MOST_NESTED + MOST_TABLES else _grouped(candidates)
    return _in_groups(groups, name) if candidates else ()


def _grouped(candidates: Sequence[Candidate]) -> list[Sequence[Candidate]]:
    return [candidates[at : at + MOST_TABLES] for at in range(0, len(candidates), MOST_TABLES)]


def _in_groups(groups: Sequence[Sequence[Candidate]], name: str) -> tuple[str, ...]:
    """For each group its first candidate whose test holds, else the name of the next group; in the last one its last."""
    found = []
    for number, group in enumerate(groups, 1):
        is_last = number == len(groups)
        expression = group[-1].cell if is_last else name_of_group(name, number + 1)
        for candidate in reversed(group[:-1] if is_last else group):
            expression = f"IF({candidate.test},{candidate.cell},{expression})"
        found.append(expression)
    return tuple(found)


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


def _first_in_tables(layout: Layout, table: str, column: str, helper: str, name: str) -> tuple[str, ...]:
    """The same in the first copy of a table that has such a row."""
    candidates = [
        Candidate(f"SUM({range_name(*layout.ranges[each.key, helper])})>0", _first_row(layout, each.key, column, helper))
        for each in layout.form.tables_called(table)
    ]
    return _in_groups(_grouped(candidates), name)


def _first_row(layout: Layout, table: str, column: str, helper: str) -> str:
    """The cell of a column in the first row whose helper is above zero (INDEX keeps MATCH from needing an array)."""
    cells, failures = (range_name(*layout.ranges[table, key]) for key in (column, helper))
    return f"INDEX({cells},MATCH(TRUE,INDEX({failures}>0,0),0))"
