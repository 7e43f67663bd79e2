"""What goals plan, what they report, and which indicator each planned figure belongs to.

    pairing = pair_goals(grammar, [(0, "training for 300 people", "312 people trained")], indicators, alike=0.7, sure=0.4)
    list(contradictions(pairing, bases=())), list(shortfalls(pairing)), list(unreported(pairing, few=0))

A goal is two texts, `expected` and `actual`: the quantities in the one are planned, those in the other are reported. An
indicator belongs to the planned figure that is its target and whose goal has some of its words, else to one whose words
are nearly its name. From that follow the questions of a reviewer: does the sentence contradict the table, is less reported
than planned, is nothing reported at all, is there an indicator that no goal mentions. Where the texts leave a doubt, the
answer is no.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from xlperf.checking.quantities import Grammar, Quantity, agrees, assign, reaches, same
from xlperf.values.notation import PERCENT

CLEAR = 3  # so many pairs of characters in common, and three times as many as any other, say what a figure is about


class Goal(NamedTuple):
    """A goal with its quantities; `answers` says which reported one answers which planned one (index to index)."""

    row: int
    expected: str
    actual: str
    planned: Sequence[Quantity]
    reported: Sequence[Quantity]
    answers: Mapping[int, int]

    def possible_answers(self, grammar: Grammar, number: int) -> list[Quantity]:
        """The reported quantities that may answer a planned one: its own and those that answer none."""
        taken = {answer for planned, answer in self.answers.items() if planned != number}
        free = [quantity for at, quantity in enumerate(self.reported) if at not in taken]
        return [quantity for quantity in free if grammar.fits(self.planned[number], quantity)]


class Indicator(NamedTuple):
    """An indicator of a number of things."""

    row: int
    name: str
    target: Quantity
    actual: Quantity | None


class Link(NamedTuple):
    """An indicator and the planned figure it belongs to, by their indexes; links are sorted by the first two."""

    equal: bool  # whether the figures are equal
    share: float  # how much of the indicator's name stands there, 0 to 1
    indicator: int
    goal: int
    planned: int


class Contradiction(NamedTuple):
    """A figure of a goal that is not the figure of its indicator."""

    goal: Goal
    field: Literal["expected", "actual"]  # of the goal
    said: Quantity
    indicator: Indicator
    counted: Quantity


class Shortfall(NamedTuple):
    """A planned figure, and the smaller one that is reported."""

    goal: Goal
    planned: Quantity
    reported: Quantity


@dataclass(frozen=True)
class Pairing:
    """Goals and indicators with the links between them: each planned figure and each indicator is linked once at most."""

    grammar: Grammar
    goals: Sequence[Goal]
    indicators: Sequence[Indicator]
    links: Sequence[Link]
    alike: float  # share of a name from which on two things are one
    sure: float  # share of a name from which on equal figures are no chance

    def without_indicator(self) -> Iterator[tuple[Goal, int]]:
        """Yield the planned figures that surely belong to no indicator, as goal and index."""
        surely = {(link.goal, link.planned) for link in self.links if link.share >= self.sure}
        for at, goal in enumerate(self.goals):
            yield from ((goal, number) for number in range(len(goal.planned)) if (at, number) not in surely)

    def unmentioned(self) -> Iterator[Indicator]:
        """Yield the indicators that belong to no planned figure and whose name stands in no goal."""
        linked = {link.indicator for link in self.links}
        for number, indicator in enumerate(self.indicators):
            shares = (self.grammar.share(indicator.name, goal.expected) for goal in self.goals)
            if number not in linked and not any(share >= self.alike for share in shares):
                yield indicator


def pair_goals(
    grammar: Grammar, texts: Iterable[tuple[int, str, str]], indicators: Sequence[Indicator], *, alike: float, sure: float
) -> Pairing:
    """Return the goals and indicators with their links.

    Args:
        texts: of each goal its row, what is expected and what is actual.
        alike: share of a name from which on two things are one.
        sure: share of a name from which on equal figures are no chance.
    """
    goals = []
    for row, expected, actual in texts:
        planned, reported = grammar.quantities(expected), grammar.quantities(actual)
        goals.append(Goal(row, expected, actual, planned, reported, assign(grammar, planned, reported)))
    links: list[Link] = []
    taken: set[tuple[object, int]] = set()
    for link in sorted(_possible_links(grammar, goals, indicators, alike), reverse=True):
        ends: set[tuple[object, int]] = {("indicator", link.indicator), (link.goal, link.planned)}
        if taken.isdisjoint(ends):
            taken |= ends
            links.append(link)
    return Pairing(grammar=grammar, goals=goals, indicators=indicators, links=links, alike=alike, sure=sure)


def _possible_links(grammar: Grammar, goals: Sequence[Goal], indicators: Sequence[Indicator], alike: float) -> Iterator[Link]:
    """Yield every planned figure that an indicator may belong to: of its own figure, or nearly of its name."""
    for number, indicator in enumerate(indicators):
        for at, goal in enumerate(goals):
            share = grammar.share(indicator.name, f"{goal.expected}\n{goal.actual}") if goal.planned else 0
            for which, planned in enumerate(goal.planned if share else ()):
                if not grammar.fits(planned, indicator.target):
                    continue
                if same(planned, indicator.target):
                    yield Link(True, share, number, at, which)
                elif (near := grammar.share(indicator.name, f"{planned.sentence} {planned.clause}")) >= alike:
                    yield Link(False, near, number, at, which)


# --- the questions of a reviewer -----------------------------------------------------------------------------


def contradictions(pairing: Pairing, bases: Collection[str]) -> Iterator[Contradiction]:
    """Yield where a goal's figure is not its indicator's. `bases` are words of what was due, which is no result."""
    for link in sorted(pairing.links, key=lambda link: (link.goal, link.planned)):
        goal, indicator = pairing.goals[link.goal], pairing.indicators[link.indicator]
        if link.share < pairing.sure:
            continue
        if not link.equal:
            yield Contradiction(goal, "expected", goal.planned[link.planned], indicator, indicator.target)
        elif indicator.actual:
            said = _contradicting(pairing.grammar, goal, link.planned, counted=indicator.actual, bases=bases)
            if said:
                yield Contradiction(goal, "actual", said, indicator, indicator.actual)


def _contradicting(grammar: Grammar, goal: Goal, number: int, *, counted: Quantity, bases: Collection[str]) -> Quantity | None:
    """The reported quantity that contradicts what was counted, None if one agrees.

    Another figure that happens to agree does not help where the words of the planned one clearly stand at one that does not.
    """
    possible = goal.possible_answers(grammar, number)
    reported = [quantity for quantity in possible if not any(word in quantity.clause for word in bases)]
    if not reported:
        return None
    overlaps = [grammar.overlap(goal.planned[number].clause, quantity.clause) for quantity in reported]
    best = overlaps.index(max(overlaps))
    if agrees(reported[best], counted):
        return None
    others = overlaps[:best] + overlaps[best + 1 :]
    is_clear = overlaps[best] >= CLEAR and all(3 * other <= overlaps[best] for other in others)
    is_sum = sum(quantity.value for quantity in reported) == counted.value
    agreed = is_sum or any(agrees(quantity, counted) for quantity in reported)
    return reported[best] if is_clear or not agreed else None


def shortfalls(pairing: Pairing) -> Iterator[Shortfall]:
    """Yield the planned figures that belong to no indicator and that the goal's reported figures fall short of."""
    for goal, number in pairing.without_indicator():
        planned = goal.planned[number]
        if number in goal.answers and planned.bound not in ("most", "about"):
            reported = goal.reported[goal.answers[number]]
            if _falls_short(pairing.grammar, goal, number, reported):
                yield Shortfall(goal, planned, reported)


def _falls_short(grammar: Grammar, goal: Goal, number: int, reported: Quantity) -> bool:
    """Whether less is reported than planned, in single figures and in their sum.

    Percents have no sum, and are compared only where their words are alike.
    """
    planned = goal.planned[number]
    if planned.unit == PERCENT:
        return grammar.overlap(planned.clause, reported.clause) >= CLEAR - 1 and reported.value < planned.value
    possible = goal.possible_answers(grammar, number)
    total = sum(quantity.value for quantity in possible)
    return total < planned.value and not any(reaches(quantity, planned) for quantity in possible)


def unreported(pairing: Pairing, few: float) -> Iterator[tuple[Goal, Quantity]]:
    """Yield the planned figures that belong to no indicator and of which nothing is reported.

    One sum may answer for several of them, words for a figure up to `few` (a platform is built), a number in words for any.
    """
    grammar = pairing.grammar
    for goal, number in pairing.without_indicator():
        planned = goal.planned[number]
        is_small = planned.unit == PERCENT or planned.value <= few
        if number in goal.answers or is_small or grammar.speaks_of(goal.actual, planned):
            continue
        if _sum_of_kind(grammar, planned, goal.reported) < _sum_of_kind(grammar, planned, goal.planned):
            yield goal, planned


def _sum_of_kind(grammar: Grammar, quantity: Quantity, listed: Iterable[Quantity]) -> Decimal:
    """The sum of those that count the same kind of thing."""
    return sum((other.value for other in listed if grammar.fits(quantity, other)), Decimal(0))
