"""What goals plan, what they report, and which indicator each planned figure belongs to.

    pairing = pair_goals(grammar, [Goal(…)], indicators, alike=0.7, sure=0.4)
    list(contradictions(pairing)), list(shortfalls(pairing)), list(unreported(pairing))

A goal is two texts, `expected` and `actual`: the quantities in the one are planned, those in the other are reported. An
indicator belongs to the planned figure that is its target and whose goal has some of its words, else to one whose words
are nearly its name. From that follow the questions of a reviewer: does the sentence contradict the table, is less reported
than planned, is nothing reported at all, is there an indicator that no goal mentions. Where the texts leave a doubt, the
answer is no.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from xlperf.checking.sentences.grammar import Grammar, assign
from xlperf.checking.sentences.quantities import Quantity, agrees, is_share, passes, preferred, reaches, same

CLEAR = 3  # so many pairs of characters in common, and three times as many as any other, say what a figure is about
SHARED = 2  # so many pairs of characters in common say that two figures may be about one thing, be they of common units


class Goal(NamedTuple):
    """A goal with its quantities; `answers` says which reported one answers which planned one (index to index)."""

    block: str
    row: int
    expected: str
    actual: str
    planned: Sequence[Quantity]
    reported: Sequence[Quantity]
    answers: Mapping[int, int]

    def possible_answers(self, grammar: Grammar, number: int) -> list[Quantity]:
        """The reported quantities that may answer a planned one: its own and those that answer none, the best of them."""
        taken = {answer for planned, answer in self.answers.items() if planned != number}
        free = [quantity for at, quantity in enumerate(self.reported) if at not in taken]
        planned = self.planned[number]
        return preferred(planned, [quantity for quantity in free if grammar.answers(planned, quantity)])


def read_goal(grammar: Grammar, block: str, row: int, expected: str, actual: str) -> Goal:
    """The goal of a row, its two texts read into quantities."""
    planned, reported = grammar.quantities(expected), grammar.quantities(actual)
    return Goal(block, row, expected, actual, planned, reported, assign(grammar, planned, reported))


class Indicator(NamedTuple):
    """An indicator of a number of things."""

    block: str
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
    """A planned figure, and the one that is reported and misses it: below a floor, above a ceiling."""

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


def pair_goals(grammar: Grammar, goals: Sequence[Goal], indicators: Sequence[Indicator], *, alike: float, sure: float) -> Pairing:
    """Return the goals and indicators with their links.

    Args:
        alike: share of a name from which on two things are one.
        sure: share of a name from which on equal figures are no chance.
    """
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
                if not planned.is_plain or not grammar.fits(planned, indicator.target):
                    continue
                if same(planned, indicator.target):
                    yield Link(True, share, number, at, which)
                elif (near := grammar.share(indicator.name, f"{planned.sentence} {planned.clause}")) >= alike:
                    yield Link(False, near, number, at, which)


# --- the questions of a reviewer -----------------------------------------------------------------------------


def contradictions(pairing: Pairing) -> Iterator[Contradiction]:
    """Yield where a goal's figure is not its indicator's; of two indicators of one name nobody knows which is meant."""
    names = Counter(indicator.name for indicator in pairing.indicators)
    for link in sorted(pairing.links, key=lambda link: (link.goal, link.planned)):
        goal, indicator = pairing.goals[link.goal], pairing.indicators[link.indicator]
        if link.share < pairing.sure or names[indicator.name] > 1:
            continue
        if not link.equal:
            planned = goal.planned[link.planned]
            if not agrees(planned, indicator.target):
                yield Contradiction(goal, "expected", planned, indicator, indicator.target)
        elif indicator.actual:
            said = _contradicting(pairing.grammar, goal, link.planned, counted=indicator.actual)
            if said:
                yield Contradiction(goal, "actual", said, indicator, indicator.actual)


def _contradicting(grammar: Grammar, goal: Goal, number: int, *, counted: Quantity) -> Quantity | None:
    """The reported quantity that contradicts what was counted, None if one agrees.

    Another figure that happens to agree does not help where the words of the planned one clearly stand at one that does not.
    What was due is no result.
    """
    reported = [quantity for quantity in goal.possible_answers(grammar, number) if quantity.scope not in ("due", "asked")]
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


def shortfalls(pairing: Pairing, *, vague: Sequence[str] = ()) -> Iterator[Shortfall]:
    """Yield the planned figures that belong to no indicator and that what the goal reports misses.

    Args:
        vague: units of which a plain number is neither a floor nor a ceiling: 24 hours.
    """
    for goal, number in pairing.without_indicator():
        planned = goal.planned[number]
        is_comparable = planned.scope != "span" and (planned.unit not in vague or planned.bound)
        if is_comparable and (reported := _missing_answer(pairing.grammar, goal, number)):
            yield Shortfall(goal, planned, reported)


def _missing_answer(grammar: Grammar, goal: Goal, number: int) -> Quantity | None:
    """The reported quantity that answers a planned one and misses it; None if one of those that may answer it does not."""
    planned, possible = goal.planned[number], goal.possible_answers(grammar, number)
    overlaps = [grammar.overlap(planned.clause, quantity.clause) for quantity in possible]
    if not possible or max(overlaps) < _needed_overlap(grammar, planned):
        return None
    best = possible[overlaps.index(max(overlaps))]
    if planned.is_ceiling:
        return best if all(passes(quantity, planned) for quantity in possible) else None
    if is_share(planned, grammar.points) or planned.move:
        return None if reaches(best, planned) else best
    total = sum(quantity.value for quantity in possible)
    return None if total >= planned.floor or any(reaches(quantity, planned) for quantity in possible) else best


def _needed_overlap(grammar: Grammar, planned: Quantity) -> int:
    """How many pairs of characters a figure must share with a planned one, where numbers of other things are common."""
    if is_share(planned, grammar.points):
        return SHARED
    return 1 if planned.is_ceiling and planned.is_plain else 0


def unreported(
    pairing: Pairing, *, few: float, quiet: Sequence[str] = (), wholly: Sequence[str] = ()
) -> Iterator[tuple[Goal, Quantity]]:
    """Yield the planned figures that belong to no indicator and of which nothing is reported.

    One sum may answer for several of them, words for a figure up to `few` (a platform is built), a number in words for any,
    and so does a clause of the same words that says it was done `wholly`.

    Args:
        quiet: units of what nobody needs to report: time limits.
    """
    grammar = pairing.grammar
    for goal, number in pairing.without_indicator():
        planned = goal.planned[number]
        is_small = planned.value <= few or not planned.is_plain or is_share(planned, grammar.points)
        if is_small or number in goal.answers or planned.unit in quiet or planned.scope == "span":
            continue
        if grammar.speaks_of(goal.actual, planned) or _is_done_wholly(grammar, goal, planned, wholly):
            continue
        if _sum_of_kind(grammar, planned, goal.reported) < _sum_of_kind(grammar, planned, goal.planned):
            yield goal, planned


def _is_done_wholly(grammar: Grammar, goal: Goal, planned: Quantity, wholly: Sequence[str]) -> bool:
    """Whether a clause of what is reported says of the planned thing that all of it was done."""
    clauses = (clause for clause in grammar.clauses(goal.actual) if any(word in clause for word in wholly))
    return any(grammar.overlap(planned.clause, clause) >= SHARED for clause in clauses)


def _sum_of_kind(grammar: Grammar, quantity: Quantity, listed: Iterable[Quantity]) -> Decimal:
    """The sum of those that count the same kind of thing."""
    return sum((other.value for other in listed if other.is_plain and grammar.fits(quantity, other)), Decimal(0))
