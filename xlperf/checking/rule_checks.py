"""The checks in Python that a rule of a form can name, for what the formula language cannot say.

    - code: AB301                      # a rule of a form.yaml
      check: duplicates                # a key of CHECKS below
      parameters: {table: indicators}  # what the check goes by: blocks, columns, words, patterns, limits

A check is a generator that is given the form, the computed rows and its rule, and yields its failures: each with the cells to
point at and the facts that the rule's own sentence needs. They become one finding with the rule's code and severity. A new
check is a function in the module of its subject and a row of this table.
"""

from __future__ import annotations

from xlperf.checking.cross_table import (
    check_changed_items,
    check_foreign_amounts,
    check_goals_against_indicators,
    check_indicators_without_goal,
    check_no_problems,
    check_shortfalls,
    check_silences,
)
from xlperf.checking.leftover_text import check_placeholders, check_prompts, check_years
from xlperf.checking.rule_inputs import Check
from xlperf.checking.table_rows import (
    check_duplicates,
    check_empty_blocks,
    check_empty_reasons,
    check_no_deviation,
    check_repeated_text,
    check_total_rows,
)

CHECKS: dict[str, Check] = {
    "changed_items": check_changed_items,  # a change of 0% beside a budget item that changed
    "duplicates": check_duplicates,  # one name twice in a block
    "empty_blocks": check_empty_blocks,  # a block of a table without a row
    "empty_reasons": check_empty_reasons,  # a reason that says nothing
    "foreign_amounts": check_foreign_amounts,  # an amount in a text that is larger than the unit's spending
    "goals_against_indicators": check_goals_against_indicators,  # two figures for one thing
    "indicators_without_goal": check_indicators_without_goal,  # an indicator that no goal mentions
    "no_deviation": check_no_deviation,  # every indicator exactly at its target
    "no_problems": check_no_problems,  # no problem reported beside a low rate
    "placeholders": check_placeholders,  # what a template or a word processor left
    "prompts": check_prompts,  # the form's own help text in a cell
    "repeated_text": check_repeated_text,  # one phrase in most rows
    "shortfalls": check_shortfalls,  # a goal that reports less than it plans, without a word
    "silences": check_silences,  # a planned figure of which nothing is reported
    "total_rows": check_total_rows,  # a total among the items
    "years": check_years,  # a year that is not the report's
}
