"""What the things themselves allow: shares up to a whole, whole people, floors under what is good and ceilings over what is bad.

    - code: AB214                      # a rule of a form.yaml
      check: impossible_shares         # a key of CHECKS in `rule_checks`
      parameters: {table: indicators, names: "coverage$", unit: "%", minimum: 0, maximum: 100}

What an indicator is of is told by its name and its unit; patterns and words are parameters of the rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from xlperf.checking.rule_inputs import Facts, Failure, blocks_of, needed, rows_used
from xlperf.forms.document import Rows, Spot
from xlperf.forms.form import Form
from xlperf.forms.model import Rule
from xlperf.text import letters_of
from xlperf.values.notation import PERCENT, spellings_of
from xlperf.values.numbers import number_of

CEILINGS, FLOORS = ("<=", "<"), (">=", ">")
FIGURES = ("target", "actual")
NEVER = "(?!)"


def check_impossible_shares(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: a share of something lies between none and all of it (a satisfaction of 120% does not)."""
    low, high = (number_of(rule.parameters.get(name)) for name in ("minimum", "maximum"))
    for spot, row in _rows(form, rows, rule):
        if row.get("unit") != PERCENT or not _is_called(form, row, rule.parameters.get("names")):
            continue
        for name in FIGURES:
            number = number_of(row.get(name))
            if number is not None and ((low is not None and number < low) or (high is not None and number > high)):
                yield Failure((spot._replace(field=name),), row)


def check_divided_things(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: what is counted in single things is a whole number (285.5 companies are none), but for an average."""
    whole, averages = frozenset(rule.words("whole")), rule.words("averages")
    for spot, row in _rows(form, rows, rule):
        name = str(row.get("name") or "")
        if row.get("unit") not in whole or any(word in name for word in averages):
            continue
        for key in FIGURES:
            if (number := number_of(row.get(key))) is not None and number != number.to_integral_value():
                yield Failure((spot._replace(field=key),), row)


def check_turned_limits(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: what should be high has a floor (satisfaction >= 95%), what should be low a ceiling (accidents <= 3)."""
    for spot, row in _rows(form, rows, rule):
        is_good, is_bad = (_is_called(form, row, rule.parameters.get(name)) for name in ("good", "bad"))
        is_share = row.get("unit") == PERCENT
        turned = CEILINGS if is_good and is_share else FLOORS if is_bad and not is_share else ()
        if row.get("operator") in turned:
            yield Failure((spot._replace(field="operator"),), row)


def check_few_figures(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: of a block with `least` rows or more, some are numbers; `words` are targets that say no more than done."""
    empty, least = frozenset(map(letters_of, rule.words("words"))), rule.parameters.get("least", 1)
    for key in rule.words("blocks"):
        used = list(rows_used(form, rows, key))
        if len(used) < least or any(number_of(row.get("target")) is not None for _, row in used):
            continue
        said = [index for index, row in used if letters_of(row.get("target") or "") in empty]
        spots = tuple(Spot(key, index, "target") for index in said or [index for index, _ in used])
        yield Failure(spots, {"block": form.blocks[key].label, "count": len(used), "said": len(said)})


def _rows(form: Form, rows: Rows, rule: Rule) -> Iterator[tuple[Spot, Facts]]:
    """Yield the rows of the rule's table that apply to the unit."""
    needed(form, rule, "table", {table.written for table in form.tables.values()})
    for key in blocks_of(form, rule):
        for index, row in rows_used(form, rows, key):
            if not row.get("applies"):
                yield Spot(key, index, "name"), row


def _is_called(form: Form, row: Facts, pattern: str | None) -> bool:
    """Whether the name of an indicator has that pattern, and it is no change of such a thing."""
    name = letters_of(row.get("name") or "")
    return re.search(pattern or NEVER, name) is not None and not spellings_of(form).is_change(name)
