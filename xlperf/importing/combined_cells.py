"""Cells of a report that hold operator, number and unit in one, taken apart into the columns of the form.

    >>> typed = take_apart(form, form.blocks["duties"], 0, {"target_text": ">=10500 sets", "actual_text": "11372 sets"})
    >>> typed["operator"], typed["target"], typed["unit"], typed["actual"]
    ('>=', '10500', 'sets', '11372')

A choice that the report writes before a value (`paper.leading`: the grade of a quality before what was achieved) is cut off it:
such a row is none of figures.

Only the cut is made here: what a number, a unit or an operator means, and what is asked about, `values` decides as it does of a
workbook. A unit that nobody knows is one here all the same, if target and actual share it. Which choice makes a row quantitative
is what the form's own `number_when` says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from xlperf.forms.form import Form
from xlperf.forms.model import Block, Condition, Field
from xlperf.importing.paper_form import PaperForm, paper_form_of
from xlperf.importing.printed_names import naming_of
from xlperf.text import fold
from xlperf.values.notation import Spellings, bare, choice_patterns, spellings_of
from xlperf.values.numbers import FIGURE, meanings, without_operator
from xlperf.values.units import unit_of

ENDS = re.compile(r"[:;,.(\n\u3001\u3002\uff08\uff0c\uff1a\uff1b]"), re.compile(r"\s")  # what ends a choice, the surer first
Texts = Mapping[str, str]  # by column


class Figure(NamedTuple):
    """A text as a figure, each part "" where it is not there."""

    operator: str = ""
    number: str = ""
    unit: str = ""


class LeadingChoice(NamedTuple):
    """A choice that stands before a value: its column, the column of the value, and the value without the choice."""

    column: str
    choice: str
    value_column: str
    value: str


@dataclass(frozen=True)
class _Row:
    """A row of the form, and in which columns it has its figures."""

    form: Form
    block: Block
    index: int

    @cached_property
    def spellings(self) -> Spellings:
        return spellings_of(self.form)

    @cached_property
    def paper(self) -> PaperForm:
        return paper_form_of(self.form)

    @property
    def times(self) -> tuple[str, ...]:
        """The ends of texts that say a time."""
        return naming_of(self.form).words.times

    @property
    def columns(self) -> Mapping[str, str]:
        """The columns of target, actual, operator and unit, as far as the form has them."""
        return self.spellings.columns

    @property
    def has_figures(self) -> bool:
        """Whether the block has columns for a target and what was achieved, and those in which a report combines them."""
        has_all = all(column in self.block.fields for column in (*self.columns.values(), *self.paper.combined.values()))
        return has_all and {"target", "actual"} <= self.columns.keys()

    @property
    def condition(self) -> Condition | None:
        """When the target is a number."""
        return self.block.fields[self.columns["target"]].number_when

    def shown(self, texts: Texts, part: str) -> str:
        """What a report says as target or actual: in the combined column, else in that of the form."""
        return texts.get(self.paper.combined.get(part, ""), texts.get(self.columns[part], ""))


def take_apart(form: Form, block: Block, index: int, texts: Texts) -> dict[str, str]:
    """Return the texts of a row by the columns people type into, those of combined columns taken apart.

    Args:
        texts: what the report says, by the columns of the form.
    """
    row = _Row(form, block, index)
    if not row.has_figures:
        return dict(texts)
    leading = _leading_choice(row, texts)
    if leading:
        others = {column: text for column, text in texts.items() if column != row.paper.combined.get("actual")}
        texts = {**others, leading.column: leading.choice, leading.value_column: leading.value}
    target, actual = row.shown(texts, "target"), row.shown(texts, "actual")
    combined = row.paper.combined.values()
    typed = {column: text for column, text in texts.items() if column not in combined}
    typed |= {row.columns[part]: text for part, text in (("target", target), ("actual", actual)) if text}
    word = None if leading else _word_instead(row, target, actual)
    if word:
        column, choice = word
        typed = {key: text for key, text in {**typed, column: choice}.items() if text != choice or key == column}
        actual = ""
    figure = _figure(row, target)
    is_quantitative = not leading and _is_quantitative(row, figure=figure, target=target, actual=actual)
    if target or actual:
        typed = {**_kind(row, is_quantitative), **typed}
    return {**typed, **_figures(row, typed, figure=figure, target=target, actual=actual)} if is_quantitative else typed


def _is_quantitative(row: _Row, *, figure: Figure, target: str, actual: str) -> bool:
    """Whether a row is one of figures: by its operator, else as its preset choice says, else by what its texts look like."""
    preset = row.block.row(row.index)
    if figure.operator:
        return True
    if preset and row.condition is not None and row.condition.test(preset.values.get, {}) is False:
        return False
    if not target:
        return bool(meanings(row.spellings, actual))
    if figure.unit.endswith(row.times) and bare(figure.unit) not in row.spellings.counters:  # what ends a time may count too
        return False
    is_number = bool(figure.number) and (not actual or _number_and_unit(actual) is not None)
    return is_number or bool(meanings(row.spellings, target))


def _figures(row: _Row, typed: Texts, *, figure: Figure, target: str, actual: str) -> dict[str, str]:
    """The number, operator and unit of a target and the number of an actual by their columns, where they can be told apart."""
    found: dict[str, str] = {}
    if figure.operator or (figure.unit and not meanings(row.spellings, target)):
        for part, text in (("target", figure.number), ("operator", figure.operator), ("unit", figure.unit)):
            if text and part in row.columns:
                found[row.columns[part]] = text
    column = row.columns.get("unit", "")
    unit = found.get(column, typed.get(column, figure.unit))
    own = _number_and_unit(actual)
    if own and unit and _bare_unit(row, own[1]) == _bare_unit(row, unit):
        found[row.columns["actual"]] = own[0]
    return found


def _bare_unit(row: _Row, unit: str) -> str:
    return bare(unit_of(row.spellings, unit).word)


def _kind(row: _Row, is_quantitative: bool) -> dict[str, str]:
    """The choice that makes a row quantitative or not, by the form's own condition."""
    if row.condition is None:
        return {}
    for name in row.condition.names:
        for choice in row.block.fields[name].choices:
            if row.condition.holds({name: choice}) is is_quantitative:
                return {name: choice}
    return {}


def _word_instead(row: _Row, target: str, actual: str) -> tuple[str, str] | None:
    """A choice of another column that stands where a figure should: the row does not apply."""
    of_figures = {row.columns.get("operator"), *(row.condition.names if row.condition is not None else ())}
    for field in row.block.fields.values():
        if field.type == "choice" and field.key not in of_figures and row.form.is_input(row.block, row.index, field):
            for text in (actual, target):
                choice = next((choice for choice in field.choices if bare(choice) == bare(text)), None)
                if choice is not None:
                    return field.key, choice
    return None


# --- a choice before a value ---------------------------------------------------------------------------------


def _leading_choice(row: _Row, texts: Texts) -> LeadingChoice | None:
    """The choice before the value of a row that has no operator; alone it is the value too, as its column says nothing else."""
    combined = {row.columns[part]: column for part, column in row.paper.combined.items() if part in row.columns}
    for column, value_column in row.paper.leading.items():
        field = row.block.fields.get(column)
        if field is None or texts.get(column) or not row.form.is_input(row.block, row.index, field) or _has_operator(row, texts):
            continue
        text = texts.get(combined.get(value_column, ""), texts.get(value_column, "")).strip()
        for end in ENDS:
            word, *rest = end.split(text, maxsplit=1)
            if choice := _choice(row, field, word):
                value = _without_bracket(text.removeprefix(word), rest[0].strip()) if rest else ""
                return LeadingChoice(column, choice, value_column, value or choice)
    return None


def _without_bracket(behind: str, value: str) -> str:
    """What stands behind a choice, without the closing bracket where all of it stands in brackets."""
    return value[:-1].strip() if bare(behind) == bare(value[:-1]) else value


def _has_operator(row: _Row, texts: Texts) -> bool:
    """Whether a row has an operator: before its target, or in the column where the report shows it."""
    if _figure(row, row.shown(texts, "target")).operator:
        return True
    column = row.columns.get("operator", "")
    word = texts.get(column) or texts.get(row.paper.shown.get(column, ""), "")
    return bool(column and _choice(row, row.block.fields[column], word))


def _choice(row: _Row, field: Field, word: str) -> str:
    """The choice that a word is, "" if it is none."""
    patterns = choice_patterns(row.form, field.spellings, field.choices)
    return next((pattern.says for pattern in patterns if pattern.head + pattern.tail == bare(word)), "")


# --- the parts of a figure -----------------------------------------------------------------------------------


def _figure(row: _Row, text: str) -> Figure:
    """A text as operator, number and unit; all "" where it is no figure."""
    folded, operator = fold(text), ""
    column = row.columns.get("operator")
    if column:
        field = row.block.fields[column]
        stripped = without_operator(choice_patterns(row.form, field.spellings, field.choices), folded)
        operator, folded = stripped or ("", folded)
    parts = _number_and_unit(folded)
    return Figure(operator, *parts) if parts else Figure()


def _number_and_unit(text: str) -> tuple[str, str] | None:
    """The number of a text and what stands behind it, None where the text is no such thing."""
    match = FIGURE.fullmatch(fold(text))
    if not match:
        return None
    sign, digits, power, behind = match.groups("")
    return f"{sign}{digits}{power}".strip(), behind.strip()
