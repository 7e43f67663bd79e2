"""Checks of the rows of one table that the formula language cannot make: names, reasons, phrases, totals.

    - code: AB301                      # a rule of a form.yaml
      check: repeated_text             # a key of CHECKS in `rule_checks`
      parameters: {table: indicators, field: source, share: 0.5}

Words and limits are parameters of the rule, so that a notice can change them. Columns go by the standard terms (actual,
deviation, reason). A blank operand keeps a check silent. What the language can say is said there (`forms.live`), so that the
checks sheet tells it while people type; here it is put into findings.
"""

from __future__ import annotations

from collections.abc import Iterator

from xlperf.checking.rule_inputs import Facts, Failure, blocks_of, name_column, needed, rows_used
from xlperf.forms.document import Rows, Spot
from xlperf.forms.form import Form
from xlperf.forms.live.checks import MISSED, OPEN, REACHED, reason_field
from xlperf.forms.model import Rule
from xlperf.text import letters_of


def check_empty_reasons(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: a reason says something. Dashes, empty words, too few letters and one letter over and over are no reason.

    Rows in which the `rule` that asks for reasons would fail without this one; those that failed it before are its own.
    """
    asking = needed(form, rule, "rule", [code for code, other in form.rules.items() if other.test])
    for key in form.tables[form.rules[asking].table or ""].blocks:
        for index, row in _rows_that_fail(form, rows, rule, key):
            yield Failure((Spot(key, index, reason_field(rule)),), row)


def _rows_that_fail(form: Form, rows: Rows, rule: Rule, key: str) -> Iterator[tuple[int, Facts]]:
    """Yield the rows of a block that fail by the rule's own helper column, the one that the checks sheet counts."""
    return ((index, row) for index, row in rows_used(form, rows, key) if row.get(f"_{rule.code}") == 1)


def check_duplicates(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: no two rows of a block bear one name, however it is spaced and punctuated; AA and AA+ are two things."""
    name = name_column(form, rule)
    for key in blocks_of(form, rule):
        places: dict[object, list[int]] = {}
        for index, row in _rows_that_fail(form, rows, rule, key):
            places.setdefault(row.get(f"_{rule.code}_name"), []).append(index)
        for indexes in (indexes for indexes in places.values() if len(indexes) > 1):
            facts = {**rows[key][indexes[0]], "block": form.blocks[key].label, "count": len(indexes)}
            yield Failure(tuple(Spot(key, index, name) for index in indexes), facts)


def check_empty_blocks(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: every block of a table has a row; a category without an indicator was forgotten."""
    name = name_column(form, rule)
    for key in blocks_of(form, rule):
        if not any(rows_used(form, rows, key)):
            yield Failure((Spot(key, 0, name),), {"block": form.blocks[key].label})


def check_repeated_text(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: no stock phrase stands in more than a `share` of all rows, for it names no evidence.

    Real reports have one phrase in a quarter of their rows, which is not yet too many.
    """
    field, total = needed(form, rule, "field"), 0
    places: dict[str, list[Spot]] = {}
    for key in blocks_of(form, rule):
        for index, row in rows_used(form, rows, key):
            total += 1
            if letters := letters_of(row.get(field) or ""):
                places.setdefault(letters, []).append(Spot(key, index, field))
    most: list[Spot] = max(places.values(), key=len, default=[])
    if len(most) > total * rule.parameters.get("share", 1):
        text = rows[most[0].block][most[0].index][field]
        yield Failure(tuple(most), {field: text, "count": len(most), "total": total})


def check_no_deviation(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: not every indicator is exactly at its target; that is possible and rare."""
    told = [
        (Spot(key, index, "deviation_text"), row.get(f"_{rule.code}", OPEN if row.get("deviation_text") is None else None))
        for key in blocks_of(form, rule)
        for index, row in rows_used(form, rows, key)
    ]
    spots = tuple(spot for spot, says in told if says == REACHED)
    if spots and all(says not in (OPEN, MISSED) for _, says in told):
        yield Failure(spots, {"count": len(spots)})


def check_total_rows(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: no row is a total, which would be counted twice, whatever words and punctuation stand around it."""
    name = name_column(form, rule)
    for key in rule.words("blocks"):
        for index, row in _rows_that_fail(form, rows, rule, key):
            yield Failure((Spot(key, index, name),), row)
