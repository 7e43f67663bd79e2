"""The checks in Python that a rule of a form can name, for what the formula language cannot say.

    - code: AB301                      # a rule of a form.yaml
      check: duplicates                # a key of CHECKS below
      parameters: {table: indicators}  # what the check goes by: blocks, columns, words, patterns, limits

A check is a generator that is given the form, the computed rows and its rule, and yields its failures: each with the cells to
point at and the facts that the rule's own sentence needs. They become one finding with the rule's code and severity. A new
check is a function in the module of its subject and a row of this table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from xlperf.checking.bounds import check_divided_things, check_few_figures, check_impossible_shares, check_turned_limits
from xlperf.checking.cross_table import (
    check_changed_items,
    check_foreign_amounts,
    check_goals_against_indicators,
    check_indicators_without_goal,
    check_no_problems,
    check_shortfalls,
    check_silences,
)
from xlperf.checking.issued import check_changed_presets, check_computed_unused, check_unused_presets
from xlperf.checking.leftover_text import check_placeholders, check_prompts, check_years
from xlperf.checking.reasons import check_empty_reasons, check_opposite_reasons, check_short_reasons
from xlperf.checking.rule_inputs import Check, CheckOfIssued, Failure
from xlperf.checking.sections import check_fewer_measures, check_no_problem_named, check_other_name
from xlperf.checking.sentences.readings import Readings
from xlperf.checking.sentences.text_figures import check_texts_against_budget, check_texts_against_indicators
from xlperf.checking.table_rows import (
    check_blank_column,
    check_duplicates,
    check_empty_blocks,
    check_no_deviation,
    check_repeated_text,
    check_sums_of_rows,
    check_total_rows,
)
from xlperf.forms.document import Rows
from xlperf.forms.form import Form
from xlperf.forms.model import Rule

CheckOfTexts = Callable[[Form, Rows, Rule, Readings], Iterator[Failure]]

CHECKS: dict[str, Check] = {
    "blank_column": check_blank_column,  # a column that most rows leave blank
    "changed_items": check_changed_items,  # a change of 0% beside a budget item that changed
    "computed_unused": check_computed_unused,  # a computed row called not applicable
    "divided_things": check_divided_things,  # half a company
    "duplicates": check_duplicates,  # one name twice in a block
    "empty_blocks": check_empty_blocks,  # a block of a table without a row
    "empty_reasons": check_empty_reasons,  # a reason that says nothing
    "few_figures": check_few_figures,  # a block of indicators without one number
    "fewer_measures": check_fewer_measures,  # more problems than measures
    "foreign_amounts": check_foreign_amounts,  # an amount in a text that is larger than the unit's spending
    "goals_against_indicators": check_goals_against_indicators,  # two figures for one thing
    "impossible_shares": check_impossible_shares,  # more than all of something
    "indicators_without_goal": check_indicators_without_goal,  # an indicator that no goal mentions
    "no_deviation": check_no_deviation,  # every indicator exactly at its target
    "no_problem_named": check_no_problem_named,  # problems that are none
    "no_problems": check_no_problems,  # no problem reported beside a low rate
    "opposite_reasons": check_opposite_reasons,  # a reason that tells the opposite of the deviation
    "other_name": check_other_name,  # the name of another unit at the head of a section
    "placeholders": check_placeholders,  # what a template or a word processor left
    "prompts": check_prompts,  # the form's own help text in a cell
    "repeated_text": check_repeated_text,  # one phrase in most rows
    "short_reasons": check_short_reasons,  # a reason of two or three letters
    "shortfalls": check_shortfalls,  # a goal that reports less than it plans, without a word
    "silences": check_silences,  # a planned figure of which nothing is reported
    "sums_of_rows": check_sums_of_rows,  # a row that is the sum of its neighbours
    "texts_against_budget": check_texts_against_budget,  # a figure of a text that is not the budget's
    "texts_against_indicators": check_texts_against_indicators,  # a figure of a text that is not the indicator's
    "total_rows": check_total_rows,  # a total among the items
    "turned_limits": check_turned_limits,  # a ceiling where a floor belongs, or the other way round
    "unused_presets": check_unused_presets,  # most preset rows called not applicable
    "years": check_years,  # a year that is not the report's
}
WITH_ISSUED: dict[str, CheckOfIssued] = {  # they are given what was handed out as well
    "changed_presets": check_changed_presets,  # a target that is not the one that was handed out
}
WITH_READINGS: dict[str, CheckOfTexts] = {  # they are given what was read out of the texts before
    "foreign_amounts": check_foreign_amounts,
    "goals_against_indicators": check_goals_against_indicators,
    "indicators_without_goal": check_indicators_without_goal,
    "shortfalls": check_shortfalls,
    "silences": check_silences,
    "texts_against_budget": check_texts_against_budget,
    "texts_against_indicators": check_texts_against_indicators,
}
