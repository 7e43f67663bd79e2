"""Checks that look across the tables of a document: goals against indicators, amounts and problems against the budget.

    - code: AB304                      # a rule of a form.yaml
      check: goals_against_indicators  # a key of CHECKS in `rule_checks`
      parameters: {goals: [goals], indicators: [duties], alike: 0.7, sure: 0.4, units: [[sets, set]]}

Blocks, words and limits are parameters of the rule, so that a notice can change them. Columns go by the standard terms
(expected, actual, target, unit, name). A blank operand keeps a check silent. The rules were modelled on what is wrong in a
report that was published; its figures stand in the docstrings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from xlperf.checking.rule_inputs import Facts, Failure, blocks_named, blocks_of, needed, rows_used, texts_at
from xlperf.checking.sentences.goals import (
    Goal,
    Indicator,
    Pairing,
    contradictions,
    shortfalls,
    unreported,
)
from xlperf.checking.sentences.grammar import Grammar, read_quantity
from xlperf.checking.sentences.quantities import Quantity, same
from xlperf.checking.sentences.readings import GoalTexts, Readings
from xlperf.forms.document import Rows, Spot
from xlperf.forms.form import Form
from xlperf.forms.model import Rule
from xlperf.formula.operands import as_text
from xlperf.text import letters_of
from xlperf.values.notation import PERCENT, spellings_of
from xlperf.values.numbers import HUNDRED, number_of
from xlperf.values.printing import as_percent

COLUMNS = {"expected": "target", "actual": "actual"}  # of a goal: of an indicator
FLOORS = ("=", ">=", ">")  # operators of a target that is to be reached
BUDGET = ("initial", "adjusted", "spent")  # the columns of a budget line


# --- goals and indicators ------------------------------------------------------------------------------------


def check_goals_against_indicators(form: Form, rows: Rows, rule: Rule, readings: Readings | None = None) -> Iterator[Failure]:
    """Rule: a goal and the indicator it belongs to give one figure (not 256 in the sentence and 292 in the table)."""
    for found in contradictions(paired(form, rows, rule, readings or Readings())):
        in_goal = _spot(found.goal, found.field)
        in_table = Spot(found.indicator.block, found.indicator.row, COLUMNS[found.field])
        facts = {
            "number": found.goal.row + 1,
            "said": found.said.text,
            "name": found.indicator.name,
            "counted": found.counted.text,
        }
        yield Failure((in_goal, in_table), facts)


def check_shortfalls(form: Form, rows: Rows, rule: Rule, readings: Readings | None = None) -> Iterator[Failure]:
    """Rule: what a goal reports does not miss what it plans without a word (24900 planned, 24800 reported; at most 15, and 19).

    Silent where the planned figure belongs to an indicator: its deviation and reason report the shortfall.
    """
    cause = re.compile(needed(form, rule, "cause"))
    for found in shortfalls(paired(form, rows, rule, readings or Readings()), vague=rule.words("vague")):
        goal = found.goal
        if not cause.search(goal.actual) and not any(word in goal.actual for word in rule.words("admitted")):
            facts = {"number": goal.row + 1, "promised": found.planned.text, "reported": found.reported.text}
            yield Failure((_spot(goal, "actual"),), facts)


def check_silences(form: Form, rows: Rows, rule: Rule, readings: Readings | None = None) -> Iterator[Failure]:
    """Rule: a figure that a goal plans is reported somewhere (18000 planned, and no word of it)."""
    pairing, few = paired(form, rows, rule, readings or Readings()), rule.parameters.get("few", 0)
    for goal, planned in unreported(pairing, few=few, quiet=rule.words("quiet"), wholly=rule.words("wholly")):
        if goal.actual:
            yield Failure((_spot(goal, "actual"),), {"number": goal.row + 1, "promised": planned.text})


def check_indicators_without_goal(form: Form, rows: Rows, rule: Rule, readings: Readings | None = None) -> Iterator[Failure]:
    """Rule: a number among the unit's own indicators is one of its goals; named in a goal is enough."""
    pairing = paired(form, rows, rule, readings or Readings())
    if not all(goal.expected for goal in pairing.goals):
        return  # a blank goal may be the one
    for indicator in pairing.unmentioned():
        spot = Spot(indicator.block, indicator.row, "name")
        yield Failure((spot,), {"name": indicator.name, "target": indicator.target.text})


def _spot(goal: Goal, field: str) -> Spot:
    return Spot(goal.block, goal.row, field)


def paired(form: Form, rows: Rows, rule: Rule, readings: Readings, indicators: Iterable[Indicator] | None = None) -> Pairing:
    """The goals of a document and its indicators of numbers, or those given, each with the planned figure it belongs to."""
    grammar = grammar_of(form, rows, rule, readings)
    goals = [
        GoalTexts(key, index, str(row.get("expected") or ""), str(row.get("actual") or ""))
        for key in blocks_named(form, rule, "goals")
        for index, row in rows_used(form, rows, key)
    ]
    known = indicators_of(form, rows, rule, grammar) if indicators is None else indicators
    counted = [indicator for indicator in known if indicator.target.unit != PERCENT]
    alike, sure = (rule.parameters.get(name, 1) for name in ("alike", "sure"))
    return readings.pairing(grammar, goals, counted, alike=alike, sure=sure)


def grammar_of(form: Form, rows: Rows, rule: Rule, readings: Readings) -> Grammar:
    """How quantities are written: as the rule says, in the units of the document's own indicators too."""
    used = (row for key in blocks_named(form, rule, "indicators") for _, row in rows_used(form, rows, key))
    units = {str(row["unit"]) for row in used if row.get("unit")} - {*rule.words("dates")}
    return readings.grammar(rule.parameters, sorted(units))


def indicators_of(form: Form, rows: Rows, rule: Rule, grammar: Grammar) -> Iterator[Indicator]:
    """Yield the indicators of numbers: not a quality, nor one that is not filled in."""
    for key in blocks_named(form, rule, "indicators"):
        for index, row in rows_used(form, rows, key):
            target, actual = (read_quantity(grammar, row.get(name), row.get("unit")) for name in ("target", "actual"))
            if target and row.get("name") and row.get("operator"):
                yield Indicator(key, index, str(row["name"]), target, actual)


# --- the budget ----------------------------------------------------------------------------------------------


def check_changed_items(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: a change of 0% does not stand beside a budget item of that kind which was adjusted or not spent as planned.

    Silent where the base data work the change out: then the two years' totals are on the table.
    """
    block, items = (needed(form, rule, name, form.blocks) for name in ("block", "items"))
    presets = [row.key for row in form.blocks[block].rows]
    index = presets.index(needed(form, rule, "row", presets))
    row = rows[block][index]
    if number_of(row.get("actual")) != 0 or row.get("reference") is not None or row.get("applies"):
        return
    for number, item in rows_used(form, rows, items):
        if _is_changed(item) and any(word in str(item.get("name", "")) for word in rule.words("words")):
            facts = {"initial": 0, "adjustment": 0, **item, "indicator": row["name"], "actual_text": row.get("actual_text")}
            yield Failure((Spot(block, index, "actual"), Spot(items, number, "spent")), facts)


def _is_changed(item: Facts) -> bool:
    """Whether a budget item was adjusted, or not spent as planned."""
    initial, adjustment, spent = (number_of(item.get(name)) for name in ("initial", "adjustment", "spent"))
    return bool(adjustment) or (initial is not None and spent is not None and initial != spent)


def check_foreign_amounts(form: Form, rows: Rows, rule: Rule, readings: Readings | None = None) -> Iterator[Failure]:
    """Rule: no amount of money in a goal or task is above the whole project spending, for it is another budget's.

    Silent where it is a figure of the unit's own budget.
    """
    block, unit = needed(form, rule, "block", form.blocks), needed(form, rule, "unit")
    limits = [number for name in BUDGET if (number := number_of(rows[block][0].get(name))) is not None]
    if not limits or not any(rows_used(form, rows, needed(form, rule, "items", form.blocks))):
        return
    grammar = (readings or Readings()).grammar(rule.parameters, [unit])
    limit = max(limits) * grammar.quantities(f"1{unit}")[0].value
    own = [figure for value in _amounts_beside(form, rows, block) if (figure := read_quantity(grammar, abs(value), unit))]
    for spot, text in texts_at(rows, rule.words("fields")):
        for amount in grammar.quantities(text):
            is_larger = amount.text.endswith(unit) and amount.value > limit
            if is_larger and not any(same(amount, figure) for figure in own) and not _is_other_money(amount, rule):
                label = form.blocks[spot.block].label
                facts = {"label": label, "number": spot.index + 1, "said": amount.text, "limit": as_text(max(limits))}
                yield Failure((spot,), facts)


def _is_other_money(amount: Quantity, rule: Rule) -> bool:
    """Whether the words beside an amount say that it is no spending: a turnover, an investment."""
    return any(word in amount.clause for word in rule.words("other_money"))


def _amounts_beside(form: Form, rows: Rows, block: str) -> Iterator[Decimal]:
    """Yield every amount of money in the table of a block."""
    table = next(table for table in form.tables.values() if block in table.blocks)
    for key in table.blocks:
        money = [field.key for field in form.blocks[key].fields.values() if field.type == "money"]
        for row in rows[key]:
            yield from (number for name in money if (number := number_of(row.get(name))) is not None)


# --- problems ------------------------------------------------------------------------------------------------


def check_no_problems(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: no problem to report goes badly with a rate below the `limit`: of spending, or of an indicator below its target."""
    spot, text = next(texts_at(rows, [needed(form, rule, "field")]), (None, ""))
    if spot is None or not _reports_no_problem(text, rule):
        return
    limit = _limit(rule)
    for block in rule.words("rates"):
        line = rows[block][0]
        if (rate := number_of(line.get("rate"))) is not None and rate < limit:
            yield Failure((spot, Spot(block, 0, "rate")), {"name": line.get("name"), "rate": as_percent(rate)})
    for block in blocks_of(form, rule):
        for number, row in rows_used(form, rows, block):
            actual = number_of(row.get("actual"))
            if actual is not None and _is_missed_rate(form, row, actual, limit):
                yield Failure((spot, Spot(block, number, "actual")), {"name": row.get("name"), "rate": f"{as_text(actual)}%"})


def _limit(rule: Rule) -> Decimal:
    limit: Decimal | None = number_of(rule.parameters.get("limit"))
    return limit or Decimal(0)


def _reports_no_problem(text: str, rule: Rule) -> bool:
    """Whether a text says that there is no problem: as a `whole`, or in one of the `phrases` while it is short."""
    letters = letters_of(text)
    says_so = letters in map(letters_of, rule.words("whole")) or any(word in text for word in rule.words("phrases"))
    return says_so and len(letters) <= rule.parameters.get("longest", 0)


def _is_missed_rate(form: Form, row: Facts, actual: Decimal, limit: Decimal) -> bool:
    """Whether an indicator is a percent to be reached that lies below its target and below the limit."""
    target = number_of(row.get("target"))
    if target is None or actual >= min(target, limit * HUNDRED):
        return False
    is_rate = row.get("unit") == PERCENT and not spellings_of(form).is_change(str(row.get("name") or ""))
    return is_rate and row.get("operator") in FLOORS and not row.get("applies")
