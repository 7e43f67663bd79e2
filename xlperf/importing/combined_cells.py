"""Cells of a paper that hold operator, number and unit in one, taken apart into the columns of the form.

    >>> typed = take_apart(form, form.blocks["duties"], 0, {"target_text": ">=10500 sets", "actual_text": "11372 sets"})
    >>> typed["operator"], typed["target"], typed["unit"], typed["actual"]
    ('>=', '10500', 'sets', '11372')

A choice that the paper writes before a value (`paper.leading`: the grade of a quality before what was achieved) is cut off it:
such a row is none of figures.

Only the cut is made here: what a number, a unit or an operator means, and what is asked about, `values` decides as it does of a
workbook. A unit that nobody knows is one here all the same, if target and actual share it. Which choice makes a row quantitative
is what the form's own `number_when` says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from xlperf.forms.form import Form
from xlperf.forms.model import Block, Field
from xlperf.formula.evaluator import evaluate
from xlperf.formula.nodes import Node, names_in
from xlperf.text import fold
from xlperf.values.notation import bare, choice_patterns, spellings_of
from xlperf.values.numbers import FIGURE, meanings, without_operator
from xlperf.values.units import unit_of

BEHIND = re.compile(r"[:;,.(\n\u3001\u3002\uff08\uff0c\uff1a\uff1b]"), re.compile(r"\s")  # what ends a choice, the surer first


class Led(NamedTuple):
    """A choice that stands before a value, the column of the value, and its text without the choice."""

    column: str
    choice: str
    host: str
    rest: str


def take_apart(form: Form, block: Block, index: int, texts: Mapping[str, str]) -> dict[str, str]:
    """Return the texts of a row by the columns people type into, those of composed columns taken apart."""
    columns = spellings_of(form).columns
    composed = form.definition.get("paper", {}).get("composed", {})
    has_all = all(name in block.fields for name in (*columns.values(), *composed.values()))
    if not has_all or not {"target", "actual"} <= columns.keys():
        return dict(texts)
    led = _leading(form, block, index, texts)
    if led:
        others = {key: text for key, text in texts.items() if composed.get("actual") != key}
        texts = {**others, led.column: led.choice, led.host: led.rest}
    typed = {key: text for key, text in texts.items() if key not in composed.values()}
    target, actual = (texts.get(composed.get(part, ""), texts.get(columns[part], "")) for part in ("target", "actual"))
    typed |= {columns[part]: text for part, text in (("target", target), ("actual", actual)) if text}
    if not led and (word := _word_instead(form, block, index, target, actual)):
        column, text = word
        typed[column] = text
        typed = {key: value for key, value in typed.items() if value != text or key == column}
        actual = ""
    operator, number, unit = _parts(form, block, target)
    own = _tail(actual)
    quantitative = bool(operator or meanings(spellings_of(form), target) or (number and (not actual or own is not None)))
    if not target:
        quantitative = bool(meanings(spellings_of(form), actual))
    preset, condition = block.row(index), block.fields[columns["target"]].number_when
    if not operator and preset and condition is not None and evaluate(condition, preset.values.get) is False:
        quantitative = False
    quantitative = quantitative and not led
    if target or actual:
        typed = {**_kind(block, condition, quantitative), **typed}
    if not quantitative:
        return typed
    if number and (operator or (unit and not meanings(spellings_of(form), target))):
        typed[columns["target"]] = number
        typed |= {columns[part]: text for part, text in (("operator", operator), ("unit", unit)) if text and part in columns}
    unit = typed.get(columns.get("unit", ""), unit)
    if own and unit and bare(unit_of(spellings_of(form), own[1]).word) == bare(unit_of(spellings_of(form), unit).word):
        typed[columns["actual"]] = own[0]
    return typed


def _leading(form: Form, block: Block, index: int, texts: Mapping[str, str]) -> Led | None:
    """The choice before the value of a row that has no operator; alone it is the value too, as its column says nothing else."""
    paper, columns = form.definition.get("paper", {}), spellings_of(form).columns
    composed = {columns[part]: name for part, name in paper.get("composed", {}).items() if part in columns}
    for key, host in paper.get("leading", {}).items():
        known, text = block.fields.get(key), texts.get(composed.get(host, ""), texts.get(host, "")).strip()
        if known is None or texts.get(key) or not form.is_input(block, index, known) or _has_operator(form, block, texts):
            continue
        for end in BEHIND:
            word, *rest = end.split(text, maxsplit=1)
            if choice := _chosen(form, known, word):
                said = rest[0].strip() if rest else ""
                said = said[:-1].strip() if bare(text[len(word) :]) == bare(said[:-1]) else said
                return Led(key, choice, host, said or choice)
    return None


def _chosen(form: Form, known: Field, word: str) -> str:
    """The choice that a word is, "" if it is none."""
    patterns = choice_patterns(form, known.spellings, known.choices)
    return next((pattern.says for pattern in patterns if pattern.head + pattern.tail == bare(word)), "")


def _has_operator(form: Form, block: Block, texts: Mapping[str, str]) -> bool:
    """Whether a row has an operator: before its target, or in the column where the paper shows it."""
    paper, columns = form.definition.get("paper", {}), spellings_of(form).columns
    target = texts.get(paper.get("composed", {}).get("target", ""), texts.get(columns["target"], ""))
    operator = columns.get("operator", "")
    alone = texts.get(operator) or texts.get(paper.get("shown", {}).get(operator, ""), "")
    return bool(_parts(form, block, target)[0] or (operator and _chosen(form, block.fields[operator], alone)))


def _parts(form: Form, block: Block, text: str) -> tuple[str, str, str]:
    """Operator, number and unit of a text, each "" where it is not there."""
    column = spellings_of(form).columns.get("operator")
    known = block.fields[column] if column else None
    stripped = without_operator(choice_patterns(form, known.spellings, known.choices), fold(text)) if known else ("", fold(text))
    operator, rest = stripped or ("", fold(text))
    tail = _tail(rest)
    return (operator, *tail) if tail else ("", "", "")


def _tail(text: str) -> tuple[str, str] | None:
    """The number of a text and what stands behind it, None where the text is no such thing."""
    match = FIGURE.fullmatch(fold(text))
    if not match:
        return None
    sign, digits, power, tail = match.groups("")
    return f"{sign}{digits}{power}".strip(), tail.strip()


def _kind(block: Block, condition: Node | None, quantitative: bool) -> dict[str, str]:
    """The choice that makes a row quantitative or not, by the form's own condition."""
    for name in names_in(condition) if condition is not None else ():
        for choice in block.fields[name].choices:
            if (evaluate(condition, {name: choice}.get) is True) is quantitative:
                return {name: choice}
    return {}


def _word_instead(form: Form, block: Block, index: int, target: str, actual: str) -> tuple[str, str] | None:
    """A word of another column that stands where a figure should: the row does not apply."""
    condition = block.fields[spellings_of(form).columns["target"]].number_when
    figures = {spellings_of(form).columns.get("operator"), *(names_in(condition) if condition is not None else ())}
    for known in block.fields.values():
        if known.type == "choice" and known.key not in figures and form.is_input(block, index, known):
            for text in (actual, target):
                if bare(text) in map(bare, known.choices):
                    return known.key, next(choice for choice in known.choices if bare(choice) == bare(text))
    return None
