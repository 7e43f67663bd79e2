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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from .compute import compute
from .document import Rows, Spot, inputs_of, is_empty
from .errors import FormError
from .expression import as_decimal, as_text, normal_text
from .finding import Finding
from .form import RULES, Form, Rule
from .quantity import PERCENT, Grammar, Quantity, agrees, assign, make_grammar, same

QUOTED = re.compile("\u201c[^\u201d]*\u201d|\u300a[^\u300b]*\u300b")  # quotation marks and titles
CLAUSE = re.compile(r"[,;:!?\n\uff0c\u3002\uff1b\uff1a\uff01\uff1f]")
TEXTS = ("text", "value")  # field types in which people write
SHORTEST_HELP = 6  # letters: a help text of fewer may stand in a sentence by chance
LONGEST_FACT = 40
Fact = Mapping[str, object]


def _finding(rule: Rule, spots: Sequence[Spot], facts: Sequence[Fact]) -> Iterator[Finding]:
    if spots:
        yield Finding(rule.code, rule.severity, tuple(dict.fromkeys(spots)), {"rows": tuple(facts)})


def _given(form: Form, rule: Rule, name: str, known: Iterable[str] | None = None) -> object:
    """A parameter that the check cannot do without, of the names it may be."""
    value = rule.parameters.get(name)
    if value is None or (known is not None and value not in known):
        reason = f"rules.{rule.code}.parameters.{name}: the check {rule.check!r} needs one of {', '.join(known or ('…',))}"
        raise FormError("form_shape", path=form.directory / "form.yaml", reason=reason)
    return value


def _words(rule: Rule, name: str) -> tuple[str, ...]:
    return tuple(rule.parameters.get(name, ()))


def _used(form: Form, rows: Rows, key: str) -> Iterator[tuple[int, Mapping]]:
    """The rows of a block that hold something."""
    block = form.blocks[key]
    return ((index, row) for index, row in enumerate(rows.get(key, ())) if not is_empty(form, block, index, row))


def _blocks(form: Form, rule: Rule) -> tuple[str, ...]:
    return form.tables[_given(form, rule, "table", form.tables)].blocks


def _letters(text: object) -> str:
    """The letters and digits of a text, without case, spaces and punctuation."""
    return "".join(c for c in unicodedata.normalize("NFKC", str(text)).lower() if c.isalnum())


def _short(text: object) -> str:
    line = " ".join(str(text).split())
    return line if len(line) <= LONGEST_FACT else line[: LONGEST_FACT - 1] + "…"


def _number(value: object) -> Decimal | None:
    number = as_decimal(value)
    return number if isinstance(number, Decimal) else None


# --- indicators ----------------------------------------------------------------------------------------------


def check_empty_reasons(form: Form, rows: Rows, rule: Rule) -> Iterator[Finding]:
    """A reason that says nothing is no reason: dashes, one of the junk words, too few letters (domain 6, item 4).

    Such reasons are blanked and the rule that asks for reasons is asked again; rows that failed it before are its own.
    """
    asking, field = _given(form, rule, "rule", form.rules), rule.parameters.get("field", "reason")
    junk, shortest = "|".join(re.escape(_letters(word)) for word in _words(rule, "words")), rule.parameters.get("shortest", 0)
    nothing = re.compile(rf"(?:{junk}|\d)+" if junk else r"\d+")
    blanked, suspects = {key: list(listed) for key, listed in rows.items()}, []
    for key in form.tables[form.rules[asking].table].blocks:
        for index, row in _used(form, rows, key):
            letters = _letters(row.get(field) or "")
            if row.get(field) and row.get(f"_{asking}") == 0 and (len(letters) < shortest or nothing.fullmatch(letters)):
                blanked[key][index] = {**row, field: None}
                suspects.append(Spot(key, index, field))
    again = compute(form, blanked) if suspects else {}
    spots = [spot for spot in suspects if again[spot.block][spot.index].get(f"_{asking}") == 1]
    yield from _finding(rule, spots, [rows[spot.block][spot.index] for spot in spots])


def check_duplicates(form: Form, rows: Rows, rule: Rule) -> Iterator[Finding]:
    """No two rows of a block bear one name, however it is spaced and punctuated."""
    name, spots, facts = form.tables[_given(form, rule, "table", form.tables)].row_name, [], []
    for key in _blocks(form, rule):
        places: dict[str, list[int]] = {}
        for index, row in _used(form, rows, key):
            if letters := _letters(row.get(name) or ""):
                places.setdefault(letters, []).append(index)
        for same_name in (listed for listed in places.values() if len(listed) > 1):
            spots += [Spot(key, index, name) for index in same_name]
            facts.append({**rows[key][same_name[0]], "block": form.blocks[key].label, "count": len(same_name)})
    yield from _finding(rule, spots, facts)


def check_empty_blocks(form: Form, rows: Rows, rule: Rule) -> Iterator[Finding]:
    """Every block of a table has a row: a category without an indicator was forgotten."""
    name = form.tables[_given(form, rule, "table", form.tables)].row_name
    empty = [key for key in _blocks(form, rule) if not any(_used(form, rows, key))]
    yield from _finding(rule, [Spot(key, 0, name) for key in empty], [{"block": form.blocks[key].label} for key in empty])


def check_repeated_text(form: Form, rows: Rows, rule: Rule) -> Iterator[Finding]:
    """One stock phrase in more than a given share of all rows names no evidence (specimen 3.4: 14 of 54 are not yet too many)."""
    field, places, total = _given(form, rule, "field"), {}, 0
    for key in _blocks(form, rule):
        for index, row in _used(form, rows, key):
            total += 1
            if letters := _letters(row.get(field) or ""):
                places.setdefault(letters, []).append(Spot(key, index, field))
    most = max(places.values(), key=len, default=[])
    if len(most) > total * rule.parameters.get("share", 1):
        fact = {field: rows[most[0].block][most[0].index][field], "count": len(most), "total": total}
        yield from _finding(rule, most, [fact])


def check_no_deviation(form: Form, rows: Rows, rule: Rule) -> Iterator[Finding]:
    """Every indicator exactly at its target is possible and rare (domain 4.3: all projects at 100)."""
    spots, missed = [], set(_words(rule, "missed"))
    for key in _blocks(form, rule):
        for index, row in _used(form, rows, key):
            if row.get("deviation_text") is None or row["deviation_text"] in missed:
                return  # not finished, or a deviation that is no number
            if (deviation := _number(row.get("deviation"))) is not None:
                if deviation:
                    return
                spots.append(Spot(key, index, "deviation_text"))
    yield from _finding(rule, spots, [{"count": len(spots)}])


# --- across tables -------------------------------------------------------------------------------------------


def check_changed_items(form: Form, rows: Rows, rule: Rule) -> Iterator[Finding]:
    """A change of 0% beside a budget item of that kind which was adjusted or not spent as planned (specimen 3.4 e).

    Silent where the base data work the change out: then the two years' totals are on the table.
    """
    block, items = (_given(form, rule, name, form.blocks) for name in ("block", "items"))
    preset = [row.key for row in form.blocks[block].rows]
    index = preset.index(_given(form, rule, "row", preset))
    row = rows[block][index]
    if _number(row.get("actual")) != 0 or row.get("reference") is not None or row.get("applies"):
        return
    words, spots, facts = _words(rule, "words"), [Spot(block, index, "actual")], []
    for number, item in _used(form, rows, items):
        initial, adjustment, spent = (_number(item.get(name)) for name in ("initial", "adjustment", "spent"))
        changed = adjustment or (initial is not None and spent is not None and initial != spent)
        if changed and any(word in str(item.get("name", "")) for word in words):
            spots.append(Spot(items, number, "spent"))
            facts.append({"initial": 0, "adjustment": 0, **item, "indicator": row["name"], "actual_text": row.get("actual_text")})
    yield from _finding(rule, spots if facts else [], facts)


class Goal(NamedTuple):
    """A goal with what it promises, what it reports and which report answers which promise."""

    index: int
    expected: str
    actual: str
    promises: list[Quantity]
    reports: list[Quantity]
    answers: Mapping[int, int]


class Duty(NamedTuple):
    """A quantitative indicator of the unit's own, its target and actual value as quantities."""

    index: int
    name: str
    target: Quantity
    actual: Quantity | None


class Link(NamedTuple):
    """An indicator and the promise it belongs to; `equal` in figures, `share` of its name in the goal's words."""

    equal: bool
    share: float
    duty: int
    goal: int
    promise: int


class Match(NamedTuple):
    grammar: Grammar
    goals: list[Goal]
    duties: list[Duty]
    links: list[Link]


def _match(form: Form, rows: Rows, rule: Rule) -> Match:
    """Find for each indicator the promise it belongs to: the same figure and some words, else nearly the same words."""
    goals, duties = (_given(form, rule, name, form.blocks) for name in ("goals", "indicators"))
    own = [str(row["unit"]) for _, row in _used(form, rows, duties) if row.get("unit")]
    grammar = make_grammar(rule.parameters, own)
    listed = [_goal(grammar, index, row) for index, row in _used(form, rows, goals)]
    known = [duty for index, row in _used(form, rows, duties) if (duty := _duty(grammar, index, row))]
    links = sorted(_links(grammar, listed, known, rule.parameters.get("alike", 1)), reverse=True)
    taken: list[Link] = []
    for link in links:
        if not any(link.duty == other.duty or (link.goal, link.promise) == (other.goal, other.promise) for other in taken):
            taken.append(link)
    return Match(grammar, listed, known, taken)


def _goal(grammar: Grammar, index: int, row: Mapping) -> Goal:
    expected, actual = str(row.get("expected") or ""), str(row.get("actual") or "")
    promises, reports = grammar.quantities(expected), grammar.quantities(actual)
    return Goal(index, expected, actual, promises, reports, assign(grammar, promises, reports))


def _duty(grammar: Grammar, index: int, row: Mapping) -> Duty | None:
    """The indicator, None where it is no number of things (a quality, a percentage, not filled in)."""
    target, actual = _number(row.get("target")), _number(row.get("actual"))
    if not row.get("unit") or not row.get("name") or target is None or target < 0 or not row.get("operator"):
        return None
    read = [grammar.quantities(f"{as_text(value)}{row['unit']}") if value is not None and value >= 0 else [] for value in (target, actual)]
    if not read[0] or read[0][0].unit == PERCENT:
        return None
    return Duty(index, str(row["name"]), read[0][0], read[1][0] if read[1] else None)


def _links(grammar: Grammar, goals: list[Goal], duties: list[Duty], alike: float) -> Iterator[Link]:
    for d, duty in enumerate(duties):
        for g, goal in enumerate(goals):
            share = grammar.share(duty.name, f"{goal.expected}\n{goal.actual}") if goal.promises else 0
            for p, promise in enumerate(goal.promises):
                if not share or not grammar.fits(promise, duty.target):
                    continue
                if same(promise, duty.target):
                    yield Link(True, share, d, g, p)
                elif (near := grammar.share(duty.name, f"{promise.sentence} {promise.clause}")) >= alike:
                    yield Link(False, near, d, g, p)


def check_goals_against_indicators(form: Form, rows: Rows, rule: Rule) -> Iterator[Finding]:
    """A goal and the indicator it belongs to give one figure (specimen 3.4 i: 256 in the sentence, 292 in the table)."""
    match, spots, facts = _match(form, rows, rule), [], []
    for link in sorted(match.links, key=lambda link: link.goal):
        goal, duty = match.goals[link.goal], match.duties[link.duty]
        if link.share < rule.parameters.get("sure", 0):
            continue
        if not link.equal:
            said, counted, field, column = goal.promises[link.promise], duty.target, "expected", "target"
        else:
            said, counted, field, column = _contradiction(match, goal, link, duty, rule), duty.actual, "actual", "actual"
        if said and counted:
            spots += [Spot(rule.parameters["goals"], goal.index, field), Spot(rule.parameters["indicators"], duty.index, column)]
            facts.append({"number": goal.index + 1, "said": said.text, "name": duty.name, "counted": counted.text})
    yield from _finding(rule, spots, facts)


def _contradiction(match: Match, goal: Goal, link: Link, duty: Duty, rule: Rule) -> Quantity | None:
    """The report that contradicts the indicator, None if one agrees or none clearly answers the promise.

    Another figure that happens to agree does not help where the promise's own words stand at one that does not.
    """
    promise, answer, others = goal.promises[link.promise], goal.answers.get(link.promise), set(goal.answers.values())
    candidates = [report for j, report in enumerate(goal.reports) if j == answer or (j not in others and match.grammar.fits(promise, report))]
    candidates = [report for report in candidates if not any(word in report.clause for word in _words(rule, "bases"))]
    if not candidates or duty.actual is None:
        return None
    alike = sorted(((match.grammar.overlap(promise.clause, report.clause), -j) for j, report in enumerate(candidates)), reverse=True)
    best = candidates[-alike[0][1]]
    clear = alike[0][0] >= 3 and (len(alike) == 1 or alike[1][0] * 3 <= alike[0][0])
    total = sum(report.value for report in candidates)
    if agrees(best, duty.actual):
        return None
    return best if clear or not (total == duty.actual.value or any(agrees(report, duty.actual) for report in candidates)) else None


def check_shortfalls(form: Form, rows: Rows, rule: Rule) -> Iterator[Finding]:
    """What a goal reports is not less than it promises without a word (specimen 3.4 j: 24900 promised, 24800 reported).

    Silent where an indicator carries the promise: its deviation and reason report the shortfall.
    """
    spots, facts = [], []
    for goal, p, promise in _unlinked(match := _match(form, rows, rule), rule):
        answer = goal.answers.get(p)
        if answer is None or promise.bound in ("most", "about") or any(word in goal.actual for word in _words(rule, "admitted")):
            continue
        report, others = goal.reports[answer], set(goal.answers.values()) - {answer}
        if promise.unit == PERCENT and match.grammar.overlap(promise.clause, report.clause) < 2:
            continue
        free = [other for j, other in enumerate(goal.reports) if j not in others and match.grammar.fits(promise, other)]
        enough = any(other.value >= promise.value or same(other, promise) for other in free)
        if not enough and (promise.unit == PERCENT or sum(other.value for other in free) < promise.value):
            spots.append(Spot(rule.parameters["goals"], goal.index, "actual"))
            facts.append({"number": goal.index + 1, "promised": promise.text, "reported": report.text})
    yield from _finding(rule, spots, facts)


def check_silences(form: Form, rows: Rows, rule: Rule) -> Iterator[Finding]:
    """A figure that a goal promises is reported somewhere (specimen 3.4 k: 18000 promised, no word of it)."""
    spots, facts = [], []
    for goal, p, promise in _unlinked(match := _match(form, rows, rule), rule):
        if p in goal.answers or promise.unit == PERCENT or not goal.actual:
            continue
        reports = [report for report in goal.reports if match.grammar.fits(promise, report)]
        together = [other for other in goal.promises if match.grammar.fits(promise, other)]
        if not reports or sum(q.value for q in reports) < sum(q.value for q in together):  # else one figure answers for several
            spots.append(Spot(rule.parameters["goals"], goal.index, "actual"))
            facts.append({"number": goal.index + 1, "promised": promise.text})
    yield from _finding(rule, spots, facts)


def _unlinked(match: Match, rule: Rule) -> Iterator[tuple[Goal, int, Quantity]]:
    """The promises that no indicator carries."""
    carried = {(link.goal, link.promise) for link in match.links if link.share >= rule.parameters.get("sure", 0)}
    for g, goal in enumerate(match.goals):
        yield from ((goal, p, promise) for p, promise in enumerate(goal.promises) if (g, p) not in carried)


def check_indicators_without_goal(form: Form, rows: Rows, rule: Rule) -> Iterator[Finding]:
    """A number among the unit's own indicators is one of its goals (specimen 3.4 o); named in a goal is enough."""
    match = _match(form, rows, rule)
    if any(not goal.expected for goal in match.goals):
        return  # the blank goal may be the one
    linked, spots, facts = {link.duty for link in match.links}, [], []
    for d, duty in enumerate(match.duties):
        named = any(match.grammar.share(duty.name, goal.expected) >= rule.parameters.get("alike", 1) for goal in match.goals)
        if d not in linked and not named:
            spots.append(Spot(rule.parameters["indicators"], duty.index, "name"))
            facts.append({"name": duty.name, "target": duty.target.text})
    yield from _finding(rule, spots, facts)


def check_foreign_amounts(form: Form, rows: Rows, rule: Rule) -> Iterator[Finding]:
    """An amount of money in a goal or task above the whole project spending is another budget's (specimen 3.4 r)."""
    block, unit = _given(form, rule, "block", form.blocks), _given(form, rule, "unit")
    limits = [number for name in ("initial", "adjusted", "spent") if (number := _number(rows[block][0].get(name))) is not None]
    if not limits or not any(_used(form, rows, _given(form, rule, "items", form.blocks))):
        return
    grammar, spots, facts = make_grammar(rule.parameters), [], []
    one = grammar.quantities(f"1{unit}")[0]
    for key, index, field, text in _texts_at(form, rows, _words(rule, "fields")):
        for amount in grammar.quantities(text):
            spending = not any(word in amount.clause for word in _words(rule, "other_money"))
            if amount.text.endswith(unit) and amount.unit == one.unit and spending and amount.value > max(limits) * one.value:
                spots.append(Spot(key, index, field))
                facts.append({"label": form.blocks[key].label, "number": index + 1, "said": amount.text, "limit": as_text(max(limits))})
    yield from _finding(rule, spots, facts)


def check_no_problems(form: Form, rows: Rows, rule: Rule) -> Iterator[Finding]:
    """No problem to report goes badly with a rate below the limit: of spending, or of an indicator that missed its target."""
    ((key, index, field, text),) = [*_texts_at(form, rows, [_given(form, rule, "field")])] or [("", 0, "", "")]
    letters, limit = _letters(text), as_decimal(rule.parameters.get("limit", 0))
    said = letters in map(_letters, _words(rule, "whole")) or any(word in text for word in _words(rule, "phrases"))
    if not said or len(letters) > rule.parameters.get("longest", 0):
        return
    spots, facts = [Spot(key, index, field)], []
    for block in _words(rule, "rates"):
        if (rate := _number(rows[block][0].get("rate"))) is not None and rate < limit:
            spots.append(Spot(block, 0, "rate"))
            facts.append({"text": _short(text), "name": rows[block][0].get("name"), "rate": as_text(rate, "0.00%")})
    for block in _blocks(form, rule):
        for number, row in _used(form, rows, block):
            target, actual = _number(row.get("target")), _number(row.get("actual"))
            missed = target is not None and actual is not None and actual < min(target, limit * 100)
            if missed and row.get("unit") == PERCENT and row.get("operator") in ("=", ">=", ">") and not row.get("applies"):
                spots.append(Spot(block, number, "actual"))
                facts.append({"text": _short(text), "name": row.get("name"), "rate": row.get("actual_text")})
    yield from _finding(rule, spots if facts else [], facts)


# --- texts ---------------------------------------------------------------------------------------------------


def _texts_at(form: Form, rows: Rows, fields: Iterable[str]) -> Iterator[tuple[str, int, str, str]]:
    """Yield (block, index, field, text) for every filled cell of those columns, written `block.field`."""
    for name in fields:
        key, _, field = name.partition(".")
        for index, row in enumerate(rows.get(key, ())):
            if isinstance(row.get(field), str):
                yield key, index, field, row[field]


def _texts(form: Form, rows: Rows, rule: Rule) -> Iterator[tuple[Spot, str]]:
    """Every text people wrote, those of the exempt columns apart."""
    exempt = set(_words(rule, "exempt"))
    for spot, value in inputs_of(form, rows):
        written = spot.block != RULES and form.blocks[spot.block].fields[spot.field].type in TEXTS
        if written and isinstance(value, str) and f"{spot.block}.{spot.field}" not in exempt:
            yield spot, value


def _fact(form: Form, spot: Spot, found: str) -> Fact:
    return {"label": form.blocks[spot.block].fields[spot.field].label, "text": _short(found)}


def check_prompts(form: Form, rows: Rows, rule: Rule) -> Iterator[Finding]:
    """The form's own help texts are not left in a cell (domain 4.4: prompts still in published cells)."""
    helps = {normal_text(known.help): known.help for block in form.blocks.values() for known in block.fields.values()}
    helps |= {normal_text(phrase): phrase for phrase in _words(rule, "phrases")}
    helps = {key: text for key, text in helps.items() if len(_letters(key)) >= SHORTEST_HELP}
    spots, facts = [], []
    for spot, text in _texts(form, rows, rule):
        normal = normal_text(text)
        if left := next((prompt for key, prompt in helps.items() if key in normal), None):
            spots.append(spot)
            facts.append(_fact(form, spot, left))
    yield from _finding(rule, spots, facts)


def check_placeholders(form: Form, rows: Rows, rule: Rule) -> Iterator[Finding]:
    """Nothing of a template or a word processor is left: patterns that are wrong anywhere outside quotation marks, or as a whole line."""
    anywhere, whole = (re.compile("|".join(f"(?:{p})" for p in _words(rule, name)) or r"(?!)") for name in ("anywhere", "whole"))
    spots, facts = [], []
    for spot, text in _texts(form, rows, rule):
        lines = (line.strip() for line in text.splitlines())
        match = anywhere.search(QUOTED.sub("", text)) or next((m for line in lines if (m := whole.fullmatch(line))), None)
        if match:
            spots.append(spot)
            facts.append(_fact(form, spot, match[0]))
    yield from _finding(rule, spots, facts)


def check_years(form: Form, rows: Rows, rule: Rule) -> Iterator[Finding]:
    """A year in the text is this year, part of a range, history told as such, or ahead where plans are made (domain 6, item 10)."""
    now = _number(rows[_given(form, rule, "block", form.blocks)][0].get(_given(form, rule, "field")))
    year, spans = (re.compile(_given(form, rule, name)) for name in ("year", "range"))
    spots, facts = [], []
    for spot, text in _texts(form, rows, rule) if now is not None else ():
        text = spans.sub("", QUOTED.sub("", text))
        for clause in CLAUSE.split(text):
            other = next((m for m in year.finditer(clause) if int(m[1]) != now and not _excused(rule, spot, clause, m, now)), None)
            if other:
                spots.append(spot)
                facts.append(_fact(form, spot, other[0]) | {"year": as_text(now)})
    yield from _finding(rule, spots, facts)


def _excused(rule: Rule, spot: Spot, clause: str, match: re.Match, now: Decimal) -> bool:
    if clause[: match.start()].rstrip().endswith(_words(rule, "before")):
        return True
    if int(match[1]) > now:
        return f"{spot.block}.{spot.field}" in _words(rule, "plans") or any(word in clause for word in _words(rule, "ahead"))
    return any(word in clause for word in _words(rule, "history"))


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
    "years": check_years,
}
