"""What is left in the texts of a template, a draft or last year's report: prompts, placeholders, other years.

    - code: AB402                      # a rule of a form.yaml
      check: placeholders              # a key of CHECKS in `rule_checks`
      parameters: {anywhere: ["_GoBack"], whole: ["XX"]}

Each check looks at single cells. Words and patterns are parameters of the rules, in the form's own language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from xlperf.checking.rule_inputs import Failure, blocks_of, name_column, needed, rows_used, texts_written
from xlperf.forms.document import Rows, Spot
from xlperf.forms.form import Form
from xlperf.forms.model import Rule
from xlperf.formula.operands import as_text, normal_text
from xlperf.text import letters_of
from xlperf.values.numbers import number_of

QUOTED = re.compile("\u201c[^\u201d]{0,200}\u201d|\u300a[^\u300b]{0,200}\u300b")  # quotation marks and titles
CLAUSE = re.compile(r"[,;:!?\n\uff0c\u3002\uff1b\uff1a\uff01\uff1f]")
HALF_WIDTH = {0xFF10 + digit: str(digit) for digit in range(10)}
SHORTEST_HELP = 6  # letters: a help text of fewer may stand in a sentence by chance
LONGEST_FOUND = 40  # characters
NEVER = r"(?!)"


def check_prompts(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: no prompt is left in a cell, neither the form's own help texts nor `phrases`.

    Published reports still have them.
    """
    helps = (field.help for block in form.blocks.values() for field in block.fields.values())
    prompts = [*rule.words("phrases"), *(text for text in helps if len(letters_of(text)) >= SHORTEST_HELP)]
    as_compared = {normal_text(prompt): prompt for prompt in prompts}
    for spot, text in texts_written(form, rows, rule):
        written = normal_text(text)
        if left := next((prompt for key, prompt in as_compared.items() if key in written), None):
            yield _failure(form, spot, left)


def check_placeholders(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: nothing of a template or a word processor is left.

    Patterns in `anywhere` are wrong wherever they stand outside quotation marks, those in `whole` as a whole line. Names of rows
    of a `table` are no names of levels.
    """
    anywhere, whole = (_pattern(rule, name) for name in ("anywhere", "whole"))
    for spot, text in texts_written(form, rows, rule):
        whole_lines = (whole.fullmatch(line.strip()) for line in text.splitlines())
        match = anywhere.search(QUOTED.sub("", text)) or next(filter(None, whole_lines), None)
        if match:
            yield _failure(form, spot, match[0])
    yield from _level_names(form, rows, rule)


def _pattern(rule: Rule, name: str) -> re.Pattern[str]:
    """One pattern of all those that a parameter lists."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in rule.words(name)) or NEVER)


def _level_names(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Names of indicators that are only that of a level they are sorted under: a choice of `levels`, one of `level_names`."""
    for key in blocks_of(form, rule) if "table" in rule.parameters else ():
        block = form.blocks[key]
        choices = (choice for column in rule.words("levels") for choice in block.fields[column].choices)
        levels = set(map(letters_of, (*rule.words("level_names"), *choices)))
        for index, row in rows_used(form, rows, key):
            spot = Spot(key, index, name_column(form, rule))
            if row.get(spot.field) and letters_of(row[spot.field]) in levels:
                yield _failure(form, spot, str(row[spot.field]))


def check_years(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: a year in a text is the year of the report.

    Excused are ranges of years, history presented as such, and years ahead where plans are made.
    """
    now = number_of(rows[needed(form, rule, "block", form.blocks)][0].get(needed(form, rule, "field")))
    year, ranges = (re.compile(needed(form, rule, name)) for name in ("year", "range"))
    if now is None:
        return
    for spot, text in texts_written(form, rows, rule):
        text = ranges.sub("", QUOTED.sub("", text.translate(HALF_WIDTH)))
        for clause in CLAUSE.split(text):
            for match in year.finditer(clause):
                if _year(match) not in (None, now) and not _is_excused(rule, spot, match, now):
                    yield _failure(form, spot, match[0], year=as_text(now))


def _year(match: re.Match[str]) -> int | None:
    """The year that the pattern of a form has found; None where what stands in its brackets is no number."""
    return int(match[1]) if (match[1] or "").isdecimal() else None


def _is_excused(rule: Rule, spot: Spot, match: re.Match[str], now: Decimal) -> bool:
    """Whether another year may stand in its clause."""
    clause = match.string
    if clause[: match.start()].rstrip().endswith(rule.words("before")):
        return True
    year = _year(match) or 0
    if year > now:
        is_dated = re.match(rule.parameters.get("dated", NEVER), clause[match.end() :]) is not None
        is_next = is_dated and year == now + 1  # what was done before the paper was signed has its month
        is_planned = f"{spot.block}.{spot.field}" in rule.words("plans") or any(word in clause for word in rule.words("ahead"))
        return is_next or is_planned
    return any(word in clause for word in rule.words("history"))


def _failure(form: Form, spot: Spot, found: str, **more: str) -> Failure:
    """A cell with what was found in it."""
    line = " ".join(found.split())
    shown = line if len(line) <= LONGEST_FOUND else line[: LONGEST_FOUND - 1] + "…"
    return Failure((spot,), {"label": form.blocks[spot.block].fields[spot.field].label, "text": shown, **more})
