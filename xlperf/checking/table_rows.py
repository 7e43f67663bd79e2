"""Checks of the rows of one table that the formula language cannot make: names, reasons, phrases, totals.

    - code: AB301                      # a rule of a form.yaml
      check: repeated_text             # a key of CHECKS in `rule_checks`
      parameters: {table: indicators, field: source, share: 0.5}

Words and limits are parameters of the rule, so that a notice can change them. Columns go by the standard terms (actual,
deviation, reason). A blank operand keeps a check silent.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from xlperf.checking.rule_inputs import Facts, Failure, blocks_of, name_column, needed, rows_used
from xlperf.forms.compute import compute
from xlperf.forms.document import Rows, Spot
from xlperf.forms.form import Form
from xlperf.forms.model import Rule
from xlperf.text import letters_of
from xlperf.values.blanks import empty_text_pattern
from xlperf.values.notation import spellings_of
from xlperf.values.numbers import number_of

SIGNS = re.compile("[+<>=]")


def check_empty_reasons(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: a reason says something. Dashes, empty words, too few letters and one letter over and over are no reason.

    Such reasons are blanked and the `rule` that asks for reasons is asked again; rows that failed it before are its own.
    """
    asking = needed(form, rule, "rule", [code for code, other in form.rules.items() if other.test])
    field, shortest = rule.parameters.get("field", "reason"), rule.parameters.get("shortest", 0)
    empty = empty_text_pattern((*rule.words("words"), *spellings_of(form).fillers))
    blanked, suspects = {key: list(listed) for key, listed in rows.items()}, []
    for key in form.tables[form.rules[asking].table or ""].blocks:
        for index, row in rows_used(form, rows, key):
            if row.get(field) and row.get(f"_{asking}") == 0 and _says_nothing(row[field], empty, shortest):
                blanked[key][index] = {**row, field: None}
                suspects.append(Spot(key, index, field))
    again = compute(form, blanked) if suspects else {}
    for spot in suspects:
        if again[spot.block][spot.index].get(f"_{asking}") == 1:
            yield Failure((spot,), rows[spot.block][spot.index])


def _says_nothing(reason: object, empty: re.Pattern[str], shortest: int) -> bool:
    letters = letters_of(reason)
    return len(letters) < shortest or len(set(letters)) == 1 or empty.fullmatch(letters) is not None


def check_duplicates(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: no two rows of a block bear one name, however it is spaced and punctuated."""
    name = name_column(form, rule)
    for key in blocks_of(form, rule):
        places: dict[str, list[int]] = {}
        for index, row in rows_used(form, rows, key):
            if compared := _name_as_compared(row.get(name)):
                places.setdefault(compared, []).append(index)
        for indexes in (indexes for indexes in places.values() if len(indexes) > 1):
            facts = {**rows[key][indexes[0]], "block": form.blocks[key].label, "count": len(indexes)}
            yield Failure(tuple(Spot(key, index, name) for index in indexes), facts)


def _name_as_compared(name: object) -> str:
    """The letters and signs of a name: AA and AA+ are two things; "" for one without a letter."""
    text = str(name or "")
    letters = letters_of(text)
    plain = unicodedata.normalize("NFKC", text).replace("\u2265", ">=").replace("\u2264", "<=")
    return letters + "".join(SIGNS.findall(plain)) if letters else ""


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
    spots, missed = [], set(rule.words("missed"))
    for key in blocks_of(form, rule):
        for index, row in rows_used(form, rows, key):
            if _is_unfinished(row) or row.get("deviation_text") in missed:
                return
            if (deviation := number_of(row.get("deviation"))) is not None:
                if deviation:
                    return
                spots.append(Spot(key, index, "deviation_text"))
    if spots:
        yield Failure(tuple(spots), {"count": len(spots)})


def _is_unfinished(row: Facts) -> bool:
    """Whether the deviation of an indicator cannot be told yet."""
    return row.get("deviation_text") is None


def check_total_rows(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: no row is a total, which would be counted twice, whatever words and punctuation stand around it."""
    name = name_column(form, rule)
    words, before, after = ("|".join(map(letters_of, rule.words(part))) for part in ("words", "before", "after"))
    total = re.compile(rf"(?:{before})*(?:{words})(?:{after})*")
    for key in rule.words("blocks"):
        for index, row in rows_used(form, rows, key):
            if total.fullmatch(letters_of(row.get(name) or "")):
                yield Failure((Spot(key, index, name),), row)
