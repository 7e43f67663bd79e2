"""Figures told in running texts, held against the tables: those of indicators, those of the budget.

    - code: AB311                      # a rule of a form.yaml
      check: texts_against_indicators  # a key of CHECKS in `rule_checks`
      parameters: {fields: [narrative.duties], indicators: [duties], alike: 0.6, near: 0.3, units: [[sets, set]]}

A figure in a text belongs to the indicator whose name its words are: a part of the name stands right at the figure, most of it in
its sentence, or a goal tells it in the same words, and no other indicator has as much. Words that several indicators share count
less. A text that tells the right figure as well is not asked about; parts, other years, totals of several years and changes are
no figures of the table.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from xlperf.checking.cross_table import grammar_of, indicators_of, paired
from xlperf.checking.rule_inputs import Failure, blocks_of, rows_used, texts_at
from xlperf.checking.sentences.goals import Indicator, Pairing
from xlperf.checking.sentences.grammar import Grammar
from xlperf.checking.sentences.quantities import Quantity, agrees, same
from xlperf.checking.sentences.readings import Readings
from xlperf.forms.document import Rows, Spot
from xlperf.forms.form import Form
from xlperf.forms.model import Rule
from xlperf.formula.operands import as_text
from xlperf.values.notation import PERCENT
from xlperf.values.numbers import HUNDRED, number_of
from xlperf.values.printing import as_percent

ELSEWHERE = ("part", "past", "due", "span", "total")  # scopes of what no row of a table says
NEVER = "(?!)"
SIZE = 10  # times: what is further from a figure is another thing
AHEAD = 1.5  # so many times as much of its name as of any other's

FEW_WORDS = 4  # pairs of characters: what two clauses of fewer have in common is chance


class Told(NamedTuple):
    """A figure of a text that belongs to an indicator, and how sure that is."""

    figure: Quantity
    sure: float


# --- indicators ----------------------------------------------------------------------------------------------


def check_texts_against_indicators(form: Form, rows: Rows, rule: Rule, readings: Readings | None = None) -> Iterator[Failure]:
    """Rule: a figure that a text tells of an indicator is that of the table.

    In the columns `shares_in` only shares are asked about.
    """
    readings = readings or Readings()
    grammar, modifiers = grammar_of(form, rows, rule, readings), _pattern_of(rule.words("modifiers"))
    filled = (indicator for indicator in indicators_of(form, rows, rule, grammar) if indicator.actual)
    indicators = [indicator._replace(name=modifiers.sub("", indicator.name)) for indicator in filled]
    names = _names(grammar, indicators, paired(form, rows, rule, readings, indicators), rule)
    in_shares = rule.words("shares_in")
    for spot, text in texts_at(rows, (*rule.words("fields"), *in_shares)):
        known = [one for one in indicators if one.target.unit == PERCENT or f"{spot.block}.{spot.field}" not in in_shares]
        for indicator, told in _told_of(names, known, text).items():
            if said := _untrue(indicator, told):
                counted = indicator.actual or indicator.target
                name = rows[indicator.block][indicator.row].get("name")
                facts = {"place": _place(form, spot), "said": said.text, "name": name, "counted": counted.text}
                yield Failure((spot, Spot(indicator.block, indicator.row, "actual")), facts)


def _place(form: Form, spot: Spot) -> str:
    """What a field is called, with the number of its row where it has several."""
    block = form.blocks[spot.block]
    label = block.fields[spot.field].label
    return label if block.shape == "object" else f"{label} {spot.index + 1}"


def _pattern_of(words: Sequence[str]) -> re.Pattern[str]:
    """Any of those words; nothing where there are none."""
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))) or NEVER)


@dataclass(frozen=True)
class Names:
    """What tells that words speak of an indicator: its name, and how goals put it that have its figure."""

    grammar: Grammar
    weights: Mapping[str, float]  # of pairs of characters: the fewer names have one, the more it says
    clauses: Mapping[Indicator, Sequence[str]]  # in which goals tell its figure
    alike: float  # share of a name that stands in the sentence of its figure
    near: float  # and right at the figure

    def share(self, name: str, text: str) -> float:
        """How much of a name a text has, 0 to 1, by the weight of its pairs of characters."""
        pairs = self.grammar.pairs(name)
        whole = sum(self.weights.get(pair, 1) for pair in pairs)
        return sum(self.weights.get(pair, 1) for pair in pairs & self.grammar.pairs(text)) / whole if whole else 0.0

    def retold(self, indicator: Indicator, clause: str) -> float:
        """How much of a clause in which a goal tells the figure, or of which it is told again, both have; 0 for few words."""
        shares = [0.0]
        for other in self.clauses.get(indicator, ()):
            if (both := self.grammar.overlap(other, clause)) >= FEW_WORDS:
                shares.append(both / min(len(self.grammar.pairs(other)), len(self.grammar.pairs(clause))))
        return max(shares)


def _names(grammar: Grammar, indicators: Sequence[Indicator], pairing: Pairing, rule: Rule) -> Names:
    """The names of the indicators, with the clauses of the goals that have their figures."""
    counts = Counter(pair for indicator in indicators for pair in grammar.pairs(indicator.name))
    clauses: dict[Indicator, list[str]] = {}
    for link in pairing.links:
        indicator, goal = pairing.indicators[link.indicator], pairing.goals[link.goal]
        if link.share >= pairing.sure and indicator.actual:
            told = (
                figure for figure in goal.reported if grammar.fits(figure, indicator.actual) and same(figure, indicator.actual)
            )
            clauses.setdefault(indicator, []).extend(figure.clause for figure in told)
    alike, near = (float(rule.parameters.get(name, 1)) for name in ("alike", "near"))
    return Names(grammar, {pair: 1 / count for pair, count in counts.items()}, clauses, alike=alike, near=near)


def _told_of(names: Names, indicators: Sequence[Indicator], text: str) -> dict[Indicator, list[Told]]:
    """The figures of a text by the indicator they belong to."""
    told: dict[Indicator, list[Told]] = {}
    for figure in names.grammar.quantities(text):
        is_of_table = figure.is_plain and figure.scope not in ELSEWHERE
        if is_of_table and (found := _indicator_of(names, indicators, figure)):
            told.setdefault(found[0], []).append(Told(figure, found[1]))
    return told


def _indicator_of(names: Names, indicators: Sequence[Indicator], figure: Quantity) -> tuple[Indicator, float] | None:
    """The indicator that a figure belongs to, with how much of its name stands at it; None where that is not clear."""
    shares = []
    for indicator in indicators:
        if names.grammar.fits(figure, indicator.target):
            again = names.retold(indicator, figure.clause)
            here = max(names.share(indicator.name, figure.clause), again)
            around = max(names.share(indicator.name, f"{figure.sentence} {figure.clause}"), again)
            shares.append((here, around, indicator))
    shares.sort(key=lambda share: share[:2], reverse=True)
    if not shares:
        return None
    here, around, best = shares[0]
    is_clear = all(here > other * AHEAD for other, _, _ in shares[1:])
    is_near = here >= (names.alike if figure.unit == PERCENT else names.near)
    return (best, here) if is_near and around >= names.alike and is_clear else None


def _untrue(indicator: Indicator, told: Sequence[Told]) -> Quantity | None:
    """The figure that is not the indicator's, the surest one; None if one of them, or their sum, is its actual or target.

    96.8% beside a share of 0.968 is asked about elsewhere.
    """
    counted = [figure for figure in (indicator.actual, indicator.target) if figure]
    if any(agrees(one.figure, figure) for one in told for figure in counted):
        return None
    if any(one.figure.unit == PERCENT and one.figure.value == figure.value * HUNDRED for one in told for figure in counted):
        return None
    if any(sum(one.figure.value for one in told) == figure.value for figure in counted):
        return None
    return max(told, key=lambda one: one.sure).figure


# --- the budget ----------------------------------------------------------------------------------------------


def check_texts_against_budget(form: Form, rows: Rows, rule: Rule, readings: Readings | None = None) -> Iterator[Failure]:
    """Rule: an amount or a rate that a text calls by the words of a column of the budget stands in that column.

    It is asked of figures right behind the words, `figures: {spent: [actual spending]}`, in clauses without `except`.
    """
    grammar = grammar_of(form, rows, rule, readings or Readings())
    known = {column: list(_column(form, rows, rule, column)) for column in rule.parameters.get("figures", {})}
    for spot, text in texts_at(rows, rule.words("fields")):
        for figure in grammar.quantities(text):
            column = _column_called(figure, rule)
            if column and _is_untrue(grammar, figure, known[column], rule):
                facts = {"place": _place(form, spot)}
                shown = " / ".join(dict.fromkeys(_shown(value, figure, rule) for value in known[column][:1]))
                yield Failure((spot,), facts | {"said": f"{_words_at(figure)}{figure.text}", "counted": shown})


def _column(form: Form, rows: Rows, rule: Rule, column: str) -> Iterator[Decimal]:
    """Yield the figures of a column of the budget, the whole first, none without it; and rates that indicators have."""
    whole, *_ = blocks = blocks_of(form, rule)
    if number_of(next(iter(rows[whole]), {}).get(column)) is None:
        return
    for key in blocks:
        yield from (number for _, row in rows_used(form, rows, key) if (number := number_of(row.get(column))) is not None)
    if column == "rate":
        others = (row for key in rule.words("indicators") for _, row in rows_used(form, rows, key) if row.get("unit") == PERCENT)
        yield from (number / HUNDRED for row in others for name in ("actual", "target") if (number := number_of(row.get(name))))


def _column_called(figure: Quantity, rule: Rule) -> str | None:
    """The column whose words stand right before a figure, None where there are none or something else is told."""
    before = figure.clause.partition(" ")[0].rstrip("".join(rule.words("links")))
    if figure.scope in ("past", "due") or not figure.is_plain or any(word in figure.sentence for word in rule.words("except")):
        return None
    return next(
        (column for column, words in rule.parameters.get("figures", {}).items() if before.endswith(tuple(words))),
        None,
    )


def _is_untrue(grammar: Grammar, figure: Quantity, known: Sequence[Decimal], rule: Rule) -> bool:
    """Whether a figure is none of the known ones, and of the size of the first; a figure of another size is of something else."""
    one = grammar.quantities(f"1{PERCENT if figure.unit == PERCENT else rule.parameters.get('unit', '')}")
    if not known or not one or not grammar.fits(figure, one[0]):
        return False
    scale = HUNDRED if figure.unit == PERCENT else one[0].value
    counted = [figure._replace(value=value * scale, low=value * scale, step=Decimal(0)) for value in known]
    is_alike = counted[0].value / SIZE < figure.value < counted[0].value * SIZE
    return is_alike and not any(agrees(figure, value) for value in counted)


def _shown(value: Decimal, figure: Quantity, rule: Rule) -> str:
    return as_percent(value) if figure.unit == PERCENT else f"{as_text(value)}{rule.parameters.get('unit', '')}"


def _words_at(figure: Quantity) -> str:
    """The last words before a figure."""
    return figure.clause.partition(" ")[0][-12:]
