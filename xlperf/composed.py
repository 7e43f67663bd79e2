"""Cells of a paper that hold operator, number and unit in one, taken apart into the columns of the form.

    >>> typed = take_apart(form, form.blocks["duties"], 0, {"target_text": ">=10500 sets", "actual_text": "11372 sets"})
    >>> typed["operator"], typed["target"], typed["unit"], typed["actual"]
    ('>=', '10500', 'sets', '11372')

Only the cut is made here: what a number, a unit or an operator means, and what is asked about, `values` decides as it does of a
workbook. A unit that nobody knows is one here all the same, if target and actual share it. Which choice makes a row quantitative
is what the form's own `number_when` says.
"""

from __future__ import annotations

from collections.abc import Mapping

from .expression import Node, evaluate, names
from .form import Form
from .parts import Block
from .spelling import FIGURE, bare, choice_patterns, fold, meanings, spellings_of, unit_of, without_operator


def take_apart(form: Form, block: Block, index: int, texts: Mapping[str, str]) -> dict[str, str]:
    """Return the texts of a row by the columns people type into, those of composed columns taken apart."""
    columns = spellings_of(form).columns
    composed = form.definition.get("paper", {}).get("composed", {})
    has_all = all(name in block.fields for name in (*columns.values(), *composed.values()))
    if not has_all or not {"target", "actual"} <= columns.keys():
        return dict(texts)
    typed = {key: text for key, text in texts.items() if key not in composed.values()}
    target, actual = (texts.get(composed.get(part, ""), texts.get(columns[part], "")) for part in ("target", "actual"))
    typed |= {columns[part]: text for part, text in (("target", target), ("actual", actual)) if text}
    if word := _word_instead(form, block, index, target, actual):
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
    for name in names(condition) if condition is not None else ():
        for choice in block.fields[name].choices:
            if (evaluate(condition, {name: choice}.get) is True) is quantitative:
                return {name: choice}
    return {}


def _word_instead(form: Form, block: Block, index: int, target: str, actual: str) -> tuple[str, str] | None:
    """A word of another column that stands where a figure should: the row does not apply."""
    condition = block.fields[spellings_of(form).columns["target"]].number_when
    figures = {spellings_of(form).columns.get("operator"), *(names(condition) if condition is not None else ())}
    for known in block.fields.values():
        if known.type == "choice" and known.key not in figures and form.is_input(block, index, known):
            for text in (actual, target):
                if bare(text) in map(bare, known.choices):
                    return known.key, next(choice for choice in known.choices if bare(choice) == bare(text))
    return None
