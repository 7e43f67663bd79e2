"""The rows of the checks sheet: how many cells fail each rule, and what that means in a word.

    dict(sources_of_states(known, rule, words))["state"]     # IF(SUM(items._doubt) > 0, "to be checked", IF(count > 0, …))

A rule waits to be told (`doubtful`) while something it goes by was filled in otherwise than the sheet can take it, and waits to
be filled in (`waiting`) while there is nothing to look at. Whether the tables still have their formulas is not for the language
to say: the writer of the workbook puts that before the state (`workbook.rule_results`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from xlperf.forms.form import Form
from xlperf.forms.live.checks import LIVE_CHECKS, table_of
from xlperf.forms.live.copies import all_of, copies_of, counts_in_copies
from xlperf.forms.live.doubts import doubt_of_cell
from xlperf.forms.live.form_tests import counted, doubts_of_singles, home_of, is_of_form, tables_of_test
from xlperf.forms.live.intake import FAR, YUAN
from xlperf.forms.live.needs import Needs, count_of_blanks
from xlperf.forms.model import GUIDE, RULES, Block, Cells, Rule
from xlperf.forms.scope import Scope

FORMAT = "XL202"  # the rule under which all is told that a column does not take
INTACT = "XL301"  # the rule that no computed cell was changed: all that the sheet can tell is whether the formulas stand there
ISSUED = "XL240"  # the rule that the unit is the one the workbook was issued to, which only the workbook knows


def sources_of_states(known: Needs, rule: Rule, words: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the formulas of count and state."""
    scope, told = known.scope, Verdicts(words)
    if rule.builtin in ("missing", "wanted"):
        yield "count", count_of_blanks(scope, rule.builtin)
        yield "state", told.unless_in_doubt(_doubt_anywhere(scope), told.state(fails="waiting", idle="FALSE"))
    elif rule.builtin == "formulas" or rule.code == INTACT:
        yield "count", ""
        yield "state", told.word("passed")
    elif rule.code == FORMAT:
        yield "count", _doubts(scope)
        yield "state", told.state(fails="doubtful", idle=_nothing_typed(scope))
    elif is_of_form(rule):
        count, idle = counted(known, rule)
        doubts = [f"SUM({', '.join(f'{table}._doubt' for table in tables)})"] if (tables := tables_of_test(known, rule)) else []
        yield "count", count
        doubt = " + ".join([*doubts, *doubts_of_singles(known, rule)]) or "0"
        yield "state", told.unless_in_doubt(doubt, told.state(fails="failed", idle=idle))
    elif columns := _columns(scope, rule):
        count, idle = columns
        tables = known.tables(cells_of_rule(scope, rule))
        doubt = f"SUM({', '.join(f'{table}._doubt' for table in tables)})" if tables else "0"
        if rule.code == YUAN:  # what may be meant otherwise, while nothing surely is
            doubt += f" + IF(count > 0, 0, SUM({', '.join(f'{table}.{FAR}' for table in _tables_with(scope, FAR))}))"
        yield "count", count
        yield "state", told.unless_in_doubt(doubt, told.state(fails="failed", idle=idle))
    else:
        yield "count", ""
        yield "state", told.word("after")


class Verdicts:
    """The words of the states, in formulas."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self.words = words

    def word(self, state: str) -> str:
        """The form's word for a state, as a text in a formula."""
        return f'"{self.words[state]}"'

    def state(self, *, fails: str, idle: str) -> str:
        """The word for a count that is certain."""
        passed = self.word("passed") if idle == "FALSE" else f"IF({idle}, {self.word('waiting')}, {self.word('passed')})"
        return f"IF(count > 0, {self.word(fails)}, {passed})"

    def unless_in_doubt(self, doubt: str, state: str) -> str:
        """The word for doubt while there is any."""
        return state if doubt == "0" else f"IF({doubt} > 0, {self.word('doubtful')}, {state})"


def _columns(scope: Scope, rule: Rule) -> tuple[str, str] | None:
    """The formula of a rule's count, and the test that nothing was looked at; None of a rule that is told on intake only."""
    if rule.test:
        column = f"{rule.table}._{rule.code}"
        return f"SUM({column})", f"COUNT({column}) = 0"
    if rule.check in LIVE_CHECKS:
        live = LIVE_CHECKS[rule.check]
        return live.failing(scope, rule), live.idle(scope, rule)
    listed = ", ".join(f"{table}._{rule.code}" for table in _tables_with(scope, f"_{rule.code}"))
    return (f"SUM({listed})", f"COUNT({listed}) = 0") if rule.builtin == "intake" and listed else None


def _tables_with(scope: Scope, helper: str) -> list[str]:
    """The tables that have that helper column."""
    return [key for key, table in scope.tables.items() if key != RULES and helper in scope.blocks[table.blocks[0]].fields]


def cells_of_rule(scope: Scope, rule: Rule) -> Iterator[Cells]:
    """Yield the cells from which a rule is told: its columns, or those that say which rows are used."""
    if is_of_form(rule):
        yield home_of(rule)
        return
    own = table_of(scope, rule)
    helper = f"_{rule.code}"
    for table in [each.key for each in scope.tables_called(own)] if own else _tables_with(scope, helper):
        for key in scope.tables[table].blocks:
            block = scope.blocks[key]
            yield from (Cells(key, row, helper if helper in block.fields else "_used") for row in block.row_keys())


@lru_cache(maxsize=512)
def tables_of_rule(form: Form, code: str) -> tuple[str, ...]:
    """The tables that a rule goes by, of which it says nothing while one of their rows is without its formulas."""
    rule = form.rules[code]
    if rule.builtin in ("missing", "wanted", "formulas") or code in (FORMAT, INTACT):
        return tuple(key for key in form.tables if key != RULES)
    return tuple(_needs_of(form).tables(cells_of_rule(form, rule)))


@lru_cache(maxsize=16)
def _needs_of(form: Form) -> Needs:
    return Needs(form, form.formulas)


def is_live(scope: Scope, rule: Rule) -> bool:
    """Whether the checks sheet tells a rule while people type."""
    return (
        is_of_form(rule)
        or rule.builtin not in (None, "intake")
        or rule.code in (FORMAT, INTACT, ISSUED)
        or _columns(scope, rule) is not None
    )


# --- doubts --------------------------------------------------------------------------------------------------


def _doubt_anywhere(scope: Scope) -> str:
    return f"{RULES}.{FORMAT}.count" if FORMAT in scope.rules else _doubts(scope)


def _doubts(scope: Scope) -> str:
    """The formula that counts the doubtful cells of the whole workbook."""
    tables = [key for key, table in scope.tables.items() if key != RULES and not table.copy]
    cells = [*(f"{table}._doubt" for table in tables), *counts_in_copies(scope, "doubt")]
    parts = [f"SUM({', '.join(cells)})"] if cells else []
    for block, key in _single_fields(scope):
        parts.append(doubt_of_cell(scope, block, block.fields[key], f"{block.key}.{key}"))
    counted = " + ".join(filter(None, parts)) or "0"
    return f"ROUND({counted}, 0)" if scope.repeats else counted  # counts, which nobody need take for figures of money


def _nothing_typed(scope: Scope) -> str:
    """A test: nothing was filled in yet, in the single fields and in the rows that are free."""
    lists = (block for block in scope.blocks.values() if block.table not in (None, RULES) and not block.copy)
    free = [block.key for block in lists if block.spare and not block.rows]
    tests = [f"SUM({', '.join(f'{key}._used' for key in free)}) = 0"] if free else []
    tests += [f"{GUIDE}.{copy.used} = 0" for copy in copies_of(scope)]
    tests += [f'{block.key}.{key} = ""' for block, key in _single_fields(scope)]
    return tests[0] if len(tests) == 1 else all_of(tests) if scope.repeats else f"AND({', '.join(tests)})"


def _single_fields(scope: Scope) -> Iterator[tuple[Block, str]]:
    """Yield the single fields that people type into, those of copies apart."""
    for block in scope.blocks.values():
        if not block.table and not block.copy and block.key != GUIDE:
            for key, field in block.fields.items():
                if field.formula is None and block.takes_typing(None, field):
                    yield block, key
