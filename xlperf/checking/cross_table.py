"""Checks that look across a document, where the formula language cannot: texts, names, sentences against figures.

    - code: AB301                      # a rule of a form.yaml
      check: repeated_text             # a key of CHECKS below
      parameters: {table: indicators, field: source, share: 0.5}

A check is a generator that is given the form, the computed rows and its rule, and yields at most one finding with every
place; what its sentences need stands in the finding's `rows`, one object per fact. Blocks, words, patterns and limits are
parameters of the rule, so a notice can change them; columns go by the standard terms (expected, actual, target, unit, name,
kind, reason). A blank operand keeps a check silent. "Specimen 3.4 i" names a relation of the report of 2022 on which the
rules were modelled.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from decimal import Decimal

from xlperf.checking.goals import Duty, Match, contradictions, match_promises, shortfalls, silences
from xlperf.checking.leftover_text import check_placeholders, check_prompts, check_years
from xlperf.checking.quantities import PERCENT, Grammar, make_grammar, read_quantity, same
from xlperf.checking.rule_inputs import blocks_of, found_at, given, number_of, rows_used, texts_at
from xlperf.forms.compute import compute
from xlperf.forms.document import Rows, Spot
from xlperf.forms.form import Form
from xlperf.forms.model import Rule
from xlperf.formula.operands import as_decimal, as_text
from xlperf.reporting.finding import Finding
from xlperf.text import letters_of
from xlperf.values.notation import spellings_of

SIGNS = re.compile("[+<>=]")
COLUMNS = {"expected": "target", "actual": "actual"}  # of a goal: of an indicator


# --- indicators ----------------------------------------------------------------------------------------------


def check_empty_reasons(form: Form, rows: Rows, rule: Rule) -> Iterator[Finding]:
    """A reason that says nothing is no reason: dashes, junk words, too few letters, one letter over and over (domain 6, item 4).

    Such reasons are blanked and the rule that asks for reasons is asked again; rows that failed it before are its own.
    """
    asking = given(form, rule, "rule", [code for code, other in form.rules.items() if other.test])
    field, shortest = rule.parameters.get("field", "reason"), rule.parameters.get("shortest", 0)
    junk = sorted(filter(None, map(letters_of, (*rule.words("words"), *spellings_of(form).fillers))), key=len, reverse=True)
    nothing = re.compile(rf"(?>{'|'.join(map(re.escape, junk))}|\d)++" if junk else r"\d+")  # never tried two ways
    blanked, suspects = {key: list(listed) for key, listed in rows.items()}, []
    for key in form.tables[form.rules[asking].table].blocks:
        for index, row in rows_used(form, rows, key):
            letters = letters_of(row.get(field) or "")
            empty = len(letters) < shortest or len(set(letters)) == 1 or nothing.fullmatch(letters)
            if row.get(field) and row.get(f"_{asking}") == 0 and empty:
                blanked[key][index] = {**row, field: None}
                suspects.append(Spot(key, index, field))
    again = compute(form, blanked) if suspects else {}
    spots = [spot for spot in suspects if again[spot.block][spot.index].get(f"_{asking}") == 1]
    yield from found_at(rule, spots, [rows[spot.block][spot.index] for spot in spots])


def check_duplicates(form: Form, rows: Rows, rule: Rule) -> Iterator[Finding]:
    """No two rows of a block bear one name, however it is spaced and punctuated."""
    name, spots, facts = form.tables[given(form, rule, "table", form.tables)].row_name, [], []
    for key in blocks_of(form, rule):
        places: dict[str, list[int]] = {}
        for index, row in rows_used(form, rows, key):
            if letters := letters_of(text := str(row.get(name) or "")):
                plain = unicodedata.normalize("NFKC", text).replace("\u2265", ">=").replace("\u2264", "<=")
                signs = "".join(SIGNS.findall(plain))  # AA and AA+ are two things
                places.setdefault(letters + signs, []).append(index)
        for same_name in (listed for listed in places.values() if len(listed) > 1):
            spots += [Spot(key, index, name) for index in same_name]
            facts.append({**rows[key][same_name[0]], "block": form.blocks[key].label, "count": len(same_name)})
    yield from found_at(rule, spots, facts)


def check_empty_blocks(form: Form, rows: Rows, rule: Rule) -> Iterator[Finding]:
    """Every block of a table has a row: a category without an indicator was forgotten."""
    name = form.tables[given(form, rule, "table", form.tables)].row_name
    empty = [key for key in blocks_of(form, rule) if not any(rows_used(form, rows, key))]
    yield from found_at(rule, [Spot(key, 0, name) for key in empty], [{"block": form.blocks[key].label} for key in empty])


def check_repeated_text(form: Form, rows: Rows, rule: Rule) -> Iterator[Finding]:
    """One stock phrase in more than a given share of all rows names no evidence (specimen 3.4: 14 of 54 are not yet too many)."""
    field, places, total = given(form, rule, "field"), {}, 0
    for key in blocks_of(form, rule):
        for index, row in rows_used(form, rows, key):
            total += 1
            if letters := letters_of(row.get(field) or ""):
                places.setdefault(letters, []).append(Spot(key, index, field))
    most = max(places.values(), key=len, default=[])
    if len(most) > total * rule.parameters.get("share", 1):
        fact = {field: rows[most[0].block][most[0].index][field], "count": len(most), "total": total}
        yield from found_at(rule, most, [fact])


def check_no_deviation(form: Form, rows: Rows, rule: Rule) -> Iterator[Finding]:
    """Every indicator exactly at its target is possible and rare (domain 4.3: all projects at 100)."""
    spots, missed = [], set(rule.words("missed"))
    for key in blocks_of(form, rule):
        for index, row in rows_used(form, rows, key):
            if row.get("deviation_text") is None or row["deviation_text"] in missed:
                return  # not finished, or a deviation that is no number
            if (deviation := number_of(row.get("deviation"))) is not None:
                if deviation:
                    return
                spots.append(Spot(key, index, "deviation_text"))
    yield from found_at(rule, spots, [{"count": len(spots)}])


def check_total_rows(form: Form, rows: Rows, rule: Rule) -> Iterator[Finding]:
    """No row is a total that would be counted twice (domain, class A), with whatever words and punctuation around it."""
    name, spots, facts = form.tables[given(form, rule, "table", form.tables)].row_name, [], []
    words, before, after = ("|".join(map(letters_of, rule.words(part))) for part in ("words", "before", "after"))
    total = re.compile(rf"(?:{before})*(?:{words})(?:{after})*")
    for key in rule.words("blocks"):
        for index, row in rows_used(form, rows, key):
            if total.fullmatch(letters_of(row.get(name) or "")):
                spots.append(Spot(key, index, name))
                facts.append(row)
    yield from found_at(rule, spots, facts)


# --- across tables -------------------------------------------------------------------------------------------


def check_changed_items(form: Form, rows: Rows, rule: Rule) -> Iterator[Finding]:
    """A change of 0% beside a budget item of that kind which was adjusted or not spent as planned (specimen 3.4 e).

    Silent where the base data work the change out: then the two years' totals are on the table.
    """
    block, items = (given(form, rule, name, form.blocks) for name in ("block", "items"))
    preset = [row.key for row in form.blocks[block].rows]
    index = preset.index(given(form, rule, "row", preset))
    row = rows[block][index]
    if number_of(row.get("actual")) != 0 or row.get("reference") is not None or row.get("applies"):
        return
    words, spots, facts = rule.words("words"), [Spot(block, index, "actual")], []
    for number, item in rows_used(form, rows, items):
        initial, adjustment, spent = (number_of(item.get(name)) for name in ("initial", "adjustment", "spent"))
        changed = adjustment or (initial is not None and spent is not None and initial != spent)
        if changed and any(word in str(item.get("name", "")) for word in words):
            spots.append(Spot(items, number, "spent"))
            facts.append({"initial": 0, "adjustment": 0, **item, "indicator": row["name"], "actual_text": row.get("actual_text")})
    yield from found_at(rule, spots if facts else [], facts)


def _match(form: Form, rows: Rows, rule: Rule) -> Match:
    """The goals of a document and its indicators of numbers, each with the promise it belongs to."""
    goals, duties = (given(form, rule, name, form.blocks) for name in ("goals", "indicators"))
    listed = [row for _, row in rows_used(form, rows, duties)]
    units = {str(row["unit"]) for row in listed if row.get("unit")} - {*rule.words("dates")}
    grammar = make_grammar(rule.parameters, sorted(units))
    texts = [(index, str(row.get("expected") or ""), str(row.get("actual") or "")) for index, row in rows_used(form, rows, goals)]
    known = [duty for index, row in rows_used(form, rows, duties) if (duty := _duty(grammar, index, row))]
    limits = {name: rule.parameters.get(name, 1) for name in ("alike", "sure")}
    return match_promises(grammar, texts, known, **limits)


def _duty(grammar: Grammar, index: int, row: Mapping) -> Duty | None:
    """The indicator, None where it is no number of things (a quality, a percentage, not filled in)."""
    target, actual = (read_quantity(grammar, row.get(name), row.get("unit")) for name in ("target", "actual"))
    named = row.get("name") and row.get("operator")
    return Duty(index, str(row["name"]), target, actual) if named and target and target.unit != PERCENT else None


def check_goals_against_indicators(form: Form, rows: Rows, rule: Rule) -> Iterator[Finding]:
    """A goal and the indicator it belongs to give one figure (specimen 3.4 i: 256 in the sentence, 292 in the table)."""
    spots, facts = [], []
    for said in contradictions(_match(form, rows, rule), rule.words("bases")):
        spots += [
            Spot(rule.parameters["goals"], said.goal, said.field),
            Spot(rule.parameters["indicators"], said.duty.index, COLUMNS[said.field]),
        ]
        facts.append({"number": said.goal + 1, "said": said.said.text, "name": said.duty.name, "counted": said.counted.text})
    yield from found_at(rule, spots, facts)


def check_shortfalls(form: Form, rows: Rows, rule: Rule) -> Iterator[Finding]:
    """What a goal reports is not less than it promises without a word (specimen 3.4 j: 24900 promised, 24800 reported).

    Silent where an indicator carries the promise: its deviation and reason report the shortfall.
    """
    spots, facts, cause = [], [], re.compile(given(form, rule, "cause"))
    for goal, promise, report in shortfalls(_match(form, rows, rule)):
        if not cause.search(goal.actual) and not any(word in goal.actual for word in rule.words("admitted")):
            spots.append(Spot(rule.parameters["goals"], goal.index, "actual"))
            facts.append({"number": goal.index + 1, "promised": promise.text, "reported": report.text})
    yield from found_at(rule, spots, facts)


def check_silences(form: Form, rows: Rows, rule: Rule) -> Iterator[Finding]:
    """A figure that a goal promises is reported somewhere (specimen 3.4 k: 18000 promised, no word of it)."""
    spots, facts = [], []
    for goal, promise in silences(_match(form, rows, rule), rule.parameters.get("few", 0)):
        if goal.actual:
            spots.append(Spot(rule.parameters["goals"], goal.index, "actual"))
            facts.append({"number": goal.index + 1, "promised": promise.text})
    yield from found_at(rule, spots, facts)


def check_indicators_without_goal(form: Form, rows: Rows, rule: Rule) -> Iterator[Finding]:
    """A number among the unit's own indicators is one of its goals (specimen 3.4 o); named in a goal is enough."""
    match = _match(form, rows, rule)
    missing = match.unmentioned() if all(goal.expected for goal in match.goals) else ()  # a blank goal may be the one
    spots = [Spot(rule.parameters["indicators"], duty.index, "name") for duty in missing]
    yield from found_at(rule, spots, [{"name": duty.name, "target": duty.target.text} for duty in missing])


def check_foreign_amounts(form: Form, rows: Rows, rule: Rule) -> Iterator[Finding]:
    """An amount of money in a goal or task above the whole project spending is another budget's (specimen 3.4 r).

    Silent where it is a figure of the unit's own budget.
    """
    block, unit = given(form, rule, "block", form.blocks), given(form, rule, "unit")
    limits = [number for name in ("initial", "adjusted", "spent") if (number := number_of(rows[block][0].get(name))) is not None]
    if not limits or not any(rows_used(form, rows, given(form, rule, "items", form.blocks))):
        return
    grammar, other = make_grammar(rule.parameters, [unit]), rule.words("other_money")
    limit, spots, facts = max(limits) * grammar.quantities(f"1{unit}")[0].value, [], []
    own = [figure for _, value in _amounts_beside(form, rows, block) if (figure := read_quantity(grammar, abs(value), unit))]
    for spot, text in texts_at(rows, rule.words("fields")):
        for amount in grammar.quantities(text):
            foreign = amount.text.endswith(unit) and amount.value > limit and not any(same(amount, figure) for figure in own)
            if foreign and not any(word in amount.clause for word in other):
                spots.append(spot)
                label = form.blocks[spot.block].label
                facts.append({"label": label, "number": spot.index + 1, "said": amount.text, "limit": as_text(max(limits))})
    yield from found_at(rule, spots, facts)


def _amounts_beside(form: Form, rows: Rows, block: str) -> Iterator[tuple[Spot, Decimal]]:
    """Every amount of money in the table of a block."""
    table = next(table for table in form.tables.values() if block in table.blocks)
    for key in table.blocks:
        money = [field.key for field in form.blocks[key].fields.values() if field.type == "money"]
        for index, row in enumerate(rows[key]):
            yield from ((Spot(key, index, name), number) for name in money if (number := number_of(row.get(name))) is not None)


def check_no_problems(form: Form, rows: Rows, rule: Rule) -> Iterator[Finding]:
    """No problem to report goes badly with a rate below the limit: of spending, or of an indicator that missed its target."""
    spot, text = next(texts_at(rows, [given(form, rule, "field")]), (None, ""))
    letters, limit = letters_of(text), as_decimal(rule.parameters.get("limit", 0))
    said = letters in map(letters_of, rule.words("whole")) or any(word in text for word in rule.words("phrases"))
    if not spot or not said or len(letters) > rule.parameters.get("longest", 0):
        return
    spots, facts = [spot], []
    for block in rule.words("rates"):
        if (rate := number_of(rows[block][0].get("rate"))) is not None and rate < limit:
            spots.append(Spot(block, 0, "rate"))
            facts.append({"name": rows[block][0].get("name"), "rate": as_text(rate, "0.00%")})
    for block in blocks_of(form, rule):
        for number, row in rows_used(form, rows, block):
            target, actual = number_of(row.get("target")), number_of(row.get("actual"))
            missed = target is not None and actual is not None and actual < min(target, limit * 100)
            rate = row.get("unit") == PERCENT and not spellings_of(form).is_change(str(row.get("name") or ""))
            if missed and rate and row.get("operator") in ("=", ">=", ">") and not row.get("applies"):
                spots.append(Spot(block, number, "actual"))
                facts.append({"name": row.get("name"), "rate": f"{as_text(actual)}%"})
    yield from found_at(rule, spots if facts else [], facts)


CHECKS = {
    "changed_items": check_changed_items,
    "duplicates": check_duplicates,
    "empty_blocks": check_empty_blocks,
    "empty_reasons": check_empty_reasons,
    "foreign_amounts": check_foreign_amounts,
    "goals_against_indicators": check_goals_against_indicators,
    "indicators_without_goal": check_indicators_without_goal,
    "no_deviation": check_no_deviation,
    "no_problems": check_no_problems,
    "placeholders": check_placeholders,
    "prompts": check_prompts,
    "repeated_text": check_repeated_text,
    "shortfalls": check_shortfalls,
    "silences": check_silences,
    "total_rows": check_total_rows,
    "years": check_years,
}
