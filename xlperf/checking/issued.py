"""What a form was handed out with, compared with what came back: the targets of preset rows, and whether they apply.

    - code: AB208                      # a rule of a form.yaml
      check: changed_presets           # a key of WITH_ISSUED in `rule_checks`
      parameters: {table: indicators, fields: [kind, operator, target, unit]}

A bureau may hand out other targets than its form has, in a roster or in next year's template; the workbook remembers those, see
`workflow.presets`.
"""

from __future__ import annotations

from collections.abc import Iterator

from xlperf.checking.rule_inputs import Failure, blocks_of, needed, rows_used
from xlperf.forms.document import Rows, Spot
from xlperf.forms.form import Form
from xlperf.forms.model import Rule
from xlperf.text import letters_of
from xlperf.values.numbers import number_of
from xlperf.values.printing import as_printed


def check_changed_presets(form: Form, rows: Rows, rule: Rule, issued: Rows) -> Iterator[Failure]:
    """Rule: what stood in a preset row when the form was handed out still stands there."""
    for key in blocks_of(form, rule):
        block = form.blocks[key]
        for index in range(len(block.rows)):
            before, row = issued[key][index], rows[key][index]
            for name in rule.words("fields") if not row.get("applies") else ():
                stood, stands = before.get(name), row.get(name)
                if stood is not None and stands is not None and not _are_one(stood, stands):
                    texts = {"before": as_printed(block.fields[name], stood), "now": as_printed(block.fields[name], stands)}
                    facts = {"name": row.get(block.row_name or ""), "column": block.fields[name].label, **texts}
                    yield Failure((Spot(key, index, name),), facts)


def _are_one(one: object, other: object) -> bool:
    """Whether two values are one number, or one word but for its case, spaces and punctuation."""
    numbers = number_of(one), number_of(other)
    if numbers != (None, None):
        return numbers[0] == numbers[1]
    return one == other or "" != letters_of(one) == letters_of(other)


def check_unused_presets(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: not more than a `share` of the preset rows of a block is called not applicable."""
    for key in blocks_of(form, rule):
        block = form.blocks[key]
        unused = [index for index in range(len(block.rows)) if rows[key][index].get("applies")]
        if unused and len(unused) > len(block.rows) * rule.parameters.get("share", 1):
            spots = tuple(Spot(key, index, "applies") for index in unused)
            yield Failure(spots, {"block": block.label, "count": len(unused), "total": len(block.rows)})


def check_computed_unused(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: a row whose figure is computed from the form's own tables applies wherever these give a figure."""
    field = needed(form, rule, "field")
    for key in blocks_of(form, rule):
        block = form.blocks[key]
        for index, row in rows_used(form, rows, key):
            if form.formula(block, index, field) is not None and row.get("applies") and row.get(field) is not None:
                yield Failure((Spot(key, index, "applies"),), row)
