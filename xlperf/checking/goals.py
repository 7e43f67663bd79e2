"""What goals promise, what they report, and which indicator each promise belongs to.

A goal is two texts, `expected` and `actual`; the quantities of the one are promises, those of the other reports. An
indicator belongs to the promise of the same figure whose goal has some of its words, else to one that nearly has its name.
From that follow the questions a reviewer asks: does the sentence contradict the table, is less reported than promised, is
nothing reported at all, is there an indicator that no goal mentions. Where the texts leave a doubt, the answer is no.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from xlperf.checking.quantities import PERCENT, Grammar, Quantity, agrees, assign, reaches, same

CLEAR = 3  # so many pairs of characters in common, and three times as many as any other, say what a figure is about


class Goal(NamedTuple):
    """A goal with its promises and reports; `answers` says which report answers which promise (index to index)."""

    index: int
    expected: str
    actual: str
    promises: list[Quantity]
    reports: list[Quantity]
    answers: Mapping[int, int]

    def candidates(self, grammar: Grammar, promise: int) -> list[Quantity]:
        """The reports that may answer a promise: its own and those that answer none."""
        others = {j for i, j in self.answers.items() if i != promise}
        free = [report for j, report in enumerate(self.reports) if j not in others]
        return [report for report in free if grammar.fits(self.promises[promise], report)]


class Duty(NamedTuple):
    """An indicator of a number of things."""

    index: int
    name: str
    target: Quantity
    actual: Quantity | None


class Link(NamedTuple):
    """An indicator and the promise it belongs to: whether the figures are equal, how much of its name the goal has."""

    equal: bool
    share: float
    duty: int
    goal: int
    promise: int


class Contradiction(NamedTuple):
    goal: int
    field: str  # of the goal: expected or actual
    said: Quantity
    duty: Duty
    counted: Quantity


@dataclass(frozen=True)
class Match:
    grammar: Grammar
    goals: list[Goal]
    duties: list[Duty]
    links: list[Link]
    alike: float  # share of a name from which on two things are one
    sure: float  # share of a name from which on equal figures are no chance

    def unlinked(self) -> Iterator[tuple[Goal, int]]:
        """The promises that no indicator surely carries."""
        carried = {(link.goal, link.promise) for link in self.links if link.share >= self.sure}
        for g, goal in enumerate(self.goals):
            yield from ((goal, p) for p in range(len(goal.promises)) if (g, p) not in carried)

    def unmentioned(self) -> list[Duty]:
        """The indicators that no goal promises and none names."""
        linked = {link.duty for link in self.links}
        named = lambda duty: any(self.grammar.share(duty.name, goal.expected) >= self.alike for goal in self.goals)  # noqa: E731
        return [duty for d, duty in enumerate(self.duties) if d not in linked and not named(duty)]


def match_promises(
    grammar: Grammar, texts: Iterable[tuple[int, str, str]], duties: list[Duty], alike: float, sure: float
) -> Match:
    """Return the goals (index, expected, actual) and indicators with their links, each promise and each indicator linked once."""
    goals = []
    for index, expected, actual in texts:
        promises, reports = grammar.quantities(expected), grammar.quantities(actual)
        goals.append(Goal(index, expected, actual, promises, reports, assign(grammar, promises, reports)))
    links: list[Link] = []
    taken: set[object] = set()
    for link in sorted(_links(grammar, goals, duties, alike), reverse=True):
        ends = {("duty", link.duty), (link.goal, link.promise)}
        if taken.isdisjoint(ends):
            taken |= ends
            links.append(link)
    return Match(grammar, goals, duties, links, alike, sure)


def _links(grammar: Grammar, goals: list[Goal], duties: list[Duty], alike: float) -> Iterator[Link]:
    for d, duty in enumerate(duties):
        for g, goal in enumerate(goals):
            share = grammar.share(duty.name, f"{goal.expected}\n{goal.actual}") if goal.promises else 0
            for p, promise in enumerate(goal.promises if share else ()):
                if not grammar.fits(promise, duty.target):
                    continue
                if same(promise, duty.target):
                    yield Link(True, share, d, g, p)
                elif (near := grammar.share(duty.name, f"{promise.sentence} {promise.clause}")) >= alike:
                    yield Link(False, near, d, g, p)


def contradictions(match: Match, bases: Iterable[str]) -> Iterator[Contradiction]:
    """Yield where a goal's figure is not its indicator's. `bases` are words of what was due, which is no result."""
    for link in sorted(match.links, key=lambda link: (link.goal, link.promise)):
        goal, duty = match.goals[link.goal], match.duties[link.duty]
        if link.share < match.sure:
            continue
        if not link.equal:
            yield Contradiction(goal.index, "expected", goal.promises[link.promise], duty, duty.target)
        elif duty.actual and (said := _contradicting(match.grammar, goal, link.promise, duty.actual, tuple(bases))):
            yield Contradiction(goal.index, "actual", said, duty, duty.actual)


def _contradicting(grammar: Grammar, goal: Goal, promise: int, counted: Quantity, bases: tuple[str, ...]) -> Quantity | None:
    """The report that contradicts what was counted, None if one agrees.

    Another figure that happens to agree does not help where the promise's own words clearly stand at one that does not.
    """
    reports = [report for report in goal.candidates(grammar, promise) if not any(word in report.clause for word in bases)]
    if not reports:
        return None
    alike = [grammar.overlap(goal.promises[promise].clause, report.clause) for report in reports]
    best = max(range(len(reports)), key=lambda j: (alike[j], -j))
    clear = alike[best] >= CLEAR and all(3 * other <= alike[best] for j, other in enumerate(alike) if j != best)
    agreed = any(agrees(report, counted) for report in reports) or sum(report.value for report in reports) == counted.value
    return reports[best] if not agrees(reports[best], counted) and (clear or not agreed) else None


def shortfalls(match: Match) -> Iterator[tuple[Goal, Quantity, Quantity]]:
    """Yield the promises that no indicator carries and that the goal's own figures, alone and together, fall short of."""
    for goal, p in match.unlinked():
        promise = goal.promises[p]
        if p not in goal.answers or promise.bound in ("most", "about"):
            continue
        report = goal.reports[goal.answers[p]]
        if promise.unit == PERCENT:
            short = match.grammar.overlap(promise.clause, report.clause) >= CLEAR - 1 and report.value < promise.value
        else:
            free = goal.candidates(match.grammar, p)
            short = sum(other.value for other in free) < promise.value and not any(reaches(other, promise) for other in free)
        if short:
            yield goal, promise, report


def silences(match: Match, few: float) -> Iterator[tuple[Goal, Quantity]]:
    """Yield the promises that no indicator carries and no report answers.

    One sum may answer for several of them, words for a figure up to `few` (a platform is built), a number in words for any.
    """
    for goal, p in match.unlinked():
        promise = goal.promises[p]
        if p in goal.answers or promise.unit == PERCENT or promise.value <= few or match.grammar.speaks_of(goal.actual, promise):
            continue
        reported, promised = (
            sum(q.value for q in listed if match.grammar.fits(promise, q)) for listed in (goal.reports, goal.promises)
        )
        if reported < promised:
            yield goal, promise
