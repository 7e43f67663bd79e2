"""What is left in the texts of a template, a draft or last year's report: prompts, placeholders, other years.

Checks like those of `crosscheck`, for single cells. The patterns are parameters of the rules, in the form's own language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from xlperf.checking.rule_inputs import Fact, found_at, given, number_of, texts_of
from xlperf.forms.document import Rows, Spot
from xlperf.forms.form import Form
from xlperf.forms.model import Rule
from xlperf.formula.operands import as_text, normal_text
from xlperf.reporting.finding import Finding
from xlperf.text import letters_of

QUOTED = re.compile("\u201c[^\u201d]{0,200}\u201d|\u300a[^\u300b]{0,200}\u300b")  # quotation marks and titles
CLAUSE = re.compile(r"[,;:!?\n\uff0c\u3002\uff1b\uff1a\uff01\uff1f]")
HALF_WIDTH = {0xFF10 + digit: str(digit) for digit in range(10)}
SHORTEST_HELP = 6  # letters: a help text of fewer may stand in a sentence by chance
LONGEST_FACT = 40


def _short(text: object) -> str:
    line = " ".join(str(text).split())
    return line if len(line) <= LONGEST_FACT else line[: LONGEST_FACT - 1] + "…"


def _fact(form: Form, spot: Spot, found: str) -> Fact:
    return {"label": form.blocks[spot.block].fields[spot.field].label, "text": _short(found)}


def check_prompts(form: Form, rows: Rows, rule: Rule) -> Iterator[Finding]:
    """The form's own help texts are not left in a cell (domain 4.4: prompts still in published cells)."""
    helps = (known.help for block in form.blocks.values() for known in block.fields.values())
    prompts = [*rule.words("phrases"), *(text for text in helps if len(letters_of(text)) >= SHORTEST_HELP)]
    normal = {normal_text(prompt): prompt for prompt in prompts}
    spots, facts = [], []
    for spot, text in texts_of(form, rows, rule):
        written = normal_text(text)
        if left := next((prompt for key, prompt in normal.items() if key in written), None):
            spots.append(spot)
            facts.append(_fact(form, spot, left))
    yield from found_at(rule, spots, facts)


def check_placeholders(form: Form, rows: Rows, rule: Rule) -> Iterator[Finding]:
    """Nothing of a template or a word processor is left: what is wrong anywhere outside quotation marks, or as a whole line."""
    anywhere, whole = (_pattern(rule, name) for name in ("anywhere", "whole"))
    spots, facts = [], []
    for spot, text in texts_of(form, rows, rule):
        lines = (line.strip() for line in text.splitlines())
        match = anywhere.search(QUOTED.sub("", text)) or next((m for line in lines if (m := whole.fullmatch(line))), None)
        if match:
            spots.append(spot)
            facts.append(_fact(form, spot, match[0]))
    yield from found_at(rule, spots, facts)


def _pattern(rule: Rule, name: str) -> re.Pattern:
    return re.compile("|".join(f"(?:{pattern})" for pattern in rule.words(name)) or r"(?!)")


def check_years(form: Form, rows: Rows, rule: Rule) -> Iterator[Finding]:
    """A year in a text is this year, part of a range, history told as such, or ahead where plans are made (domain 6, item 10)."""
    now = number_of(rows[given(form, rule, "block", form.blocks)][0].get(given(form, rule, "field")))
    year, spans = (re.compile(given(form, rule, name)) for name in ("year", "range"))
    spots, facts = [], []
    for spot, text in texts_of(form, rows, rule) if now is not None else ():
        text = spans.sub("", QUOTED.sub("", text.translate(HALF_WIDTH)))
        for clause in CLAUSE.split(text):
            for other in year.finditer(clause):
                if int(other[1]) != now and not _excused(rule, spot, clause, other, now):
                    spots.append(spot)
                    facts.append(_fact(form, spot, other[0]) | {"year": as_text(now)})
    yield from found_at(rule, spots, facts)


def _excused(rule: Rule, spot: Spot, clause: str, match: re.Match, now: Decimal) -> bool:
    if clause[: match.start()].rstrip().endswith(rule.words("before")):
        return True
    if int(match[1]) > now:
        return f"{spot.block}.{spot.field}" in rule.words("plans") or any(word in clause for word in rule.words("ahead"))
    return any(word in clause for word in rule.words("history"))
