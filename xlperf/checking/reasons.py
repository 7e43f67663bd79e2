"""What people write as the reason of a deviation: whether it says anything, says enough, and does not contradict the deviation.

    - code: AB204                      # a rule of a form.yaml
      check: empty_reasons             # a key of CHECKS in `rule_checks`
      parameters: {rule: AB201, words: [none]}

Words and limits are parameters of the rules, so that a notice can change them. A reason is looked at where the `rule` that asks
for reasons would fail without it; the language says that (`forms.live`), so that the checks sheet tells it while people type.
"""

from __future__ import annotations

from collections.abc import Iterator

from xlperf.checking.rule_inputs import Failure, blocks_of, needed, rows_failing, rows_used
from xlperf.forms.document import Rows, Spot
from xlperf.forms.form import Form
from xlperf.forms.live.checks import reason_field
from xlperf.forms.model import Rule
from xlperf.values.numbers import number_of


def check_empty_reasons(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: a reason says something. Dashes, empty words, numbers and one letter over and over are no reason."""
    yield from _failing_reasons(form, rows, rule)


def check_short_reasons(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: a reason has `shortest` letters or more; one that says nothing at all is the business of another rule."""
    yield from _failing_reasons(form, rows, rule)


def _failing_reasons(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rows in which the `rule` that asks for reasons would fail without this one; those that failed it before are its own."""
    asking = needed(form, rule, "rule", [code for code, other in form.rules.items() if other.test])
    for key in form.blocks_in(form.rules[asking].table or ""):
        for index, row in rows_failing(form, rows, rule, key):
            yield Failure((Spot(key, index, reason_field(rule)),), row)


def check_opposite_reasons(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: a reason does not tell the opposite of the deviation: that more was done where less was, or the other way round.

    What says so stands in `claims`, by direction. A reason with one of the `signs` of the right direction weighs both.
    """
    field = rule.parameters.get("field", "reason")
    claims, signs = (rule.parameters.get(name, {}) for name in ("claims", "signs"))
    for key in blocks_of(form, rule):
        for index, row in rows_used(form, rows, key):
            target, actual = number_of(row.get("target")), number_of(row.get("actual"))
            reason = str(row.get(field) or "")
            if not reason or target is None or actual is None or target == actual or row.get("applies"):
                continue
            wrong, right = ("more", "less") if actual < target else ("less", "more")
            excused = (*claims.get(right, ()), *signs.get(right, ()))
            if any(word in reason for word in claims.get(wrong, ())) and not any(word in reason for word in excused):
                yield Failure((Spot(key, index, field),), row)
