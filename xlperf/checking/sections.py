"""Whether a written section says what it is for: problems that are problems, a measure for each, the name of this unit.

    - code: AB313                      # a rule of a form.yaml
      check: no_problem_named          # a key of CHECKS in `rule_checks`
      parameters: {field: narrative.problems, words: [lack, not yet], longest: 30}

Words and patterns are parameters of the rules, in the form's own language. A blank section keeps a check silent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from xlperf.checking.rule_inputs import Failure, needed, texts_at
from xlperf.forms.document import Rows, Spot, text_at, unit_spot
from xlperf.forms.form import Form
from xlperf.forms.model import Rule
from xlperf.text import letters_of, unit_key

LONGEST_FOUND = 40  # characters


def check_no_problem_named(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: what is written about problems names one: some word says that something is missing, late or weak.

    A text of up to `longest` letters says that there is none, which is another rule's business.
    """
    for spot, text in texts_at(rows, [needed(form, rule, "field")]):
        if len(letters_of(text)) > rule.parameters.get("longest", 0) and not any(word in text for word in rule.words("words")):
            yield Failure((spot,), {"text": _briefly(text)})


def check_fewer_measures(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: where problems and measures are both numbered, there are as many measures as problems.

    What is numbered is told by `numbering`, patterns of one way to number each; of a text the way that begins first counts.
    """
    fields = [needed(form, rule, name) for name in ("problems", "measures")]
    texts = [next(texts_at(rows, [field]), (None, "")) for field in fields]
    (problem_spot, problems), (measure_spot, measures) = texts
    if problem_spot is None or measure_spot is None:
        return
    raised, taken = (_count_items(text, rule) for text in (problems, measures))
    if raised > taken > 0:
        yield Failure((measure_spot, problem_spot), {"problems": raised, "measures": taken})


def _count_items(text: str, rule: Rule) -> int:
    """How many items a text numbers on its first level, 0 where it numbers none."""
    found = [list(re.finditer(pattern, text)) for pattern in rule.words("numbering")]
    numbered = [matches for matches in found if matches]
    return len(min(numbered, key=lambda matches: matches[0].start())) if numbered else 0


def check_other_name(form: Form, rows: Rows, rule: Rule) -> Iterator[Failure]:
    """Rule: a section that begins with the name of an organisation begins with that of this unit.

    An organisation is a name that `organisation` finds at the head of the text. The unit's own name, that of its `superior`, and
    one that has most of the unit's characters are its own.
    """
    pattern, prefixes = re.compile(needed(form, rule, "organisation")), form.summary.unit_prefixes
    unit, superior = (unit_key(text_at(rows, spot), prefixes) for spot in (unit_spot(form), _superior(rule)))
    for spot, text in texts_at(rows, rule.words("fields")):
        match = pattern.match(text.strip()) if unit else None
        name = unit_key(match[1], prefixes) if match else ""
        if name and unit not in letters_of(text) and name != superior and not _is_short_for(name, unit):
            yield Failure((spot,), {"label": form.blocks[spot.block].fields[spot.field].label, "text": match[1] if match else ""})


def _superior(rule: Rule) -> Spot:
    block, _, field = str(rule.parameters.get("superior", "")).partition(".")
    return Spot(block, 0, field)


def _is_short_for(name: str, unit: str) -> bool:
    """Whether a name is made of characters of the unit's own."""
    return sum(letter in unit for letter in name) >= len(name) * 2 / 3


def _briefly(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_FOUND else line[: LONGEST_FOUND - 1] + "…"
