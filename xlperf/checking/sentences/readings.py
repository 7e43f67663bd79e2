"""What was read out of the texts of one submission: whatever several rules ask for is found once.

readings = Readings()                                   # gone with the checks of that submission
grammar = readings.grammar(rule.parameters, ["sets"])
readings.pairing(grammar, [GoalTexts(…)], indicators, alike=0.7, sure=0.4)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from xlperf.checking.sentences.goals import Goal, Indicator, Pairing, pair_goals, read_goal
from xlperf.checking.sentences.grammar import PARAMETERS, Grammar, make_grammar


class GoalTexts(NamedTuple):
    """The two texts of a goal, and where they stand."""

    block: str
    row: int
    expected: str
    actual: str


class Readings:
    """The grammars, goals and pairings that the rules of one submission have asked for."""

    def __init__(self) -> None:
        self._grammars: list[tuple[Mapping[str, object], Sequence[str], Grammar]] = []
        self._goals: dict[tuple[int, GoalTexts], Goal] = {}
        self._pairings: dict[tuple[object, ...], Pairing] = {}

    def grammar(self, parameters: Mapping[str, Any], more_units: Sequence[str]) -> Grammar:
        """The grammar that `make_grammar` makes of those; one for all rules whose words are the same."""
        words = {name: parameters.get(name) for name in PARAMETERS}
        for known, units, grammar in self._grammars:
            if units == more_units and known == words:
                return grammar
        self._grammars.append((words, more_units, make_grammar(parameters, more_units)))
        return self._grammars[-1][2]

    def pairing(
        self, grammar: Grammar, goals: Sequence[GoalTexts], indicators: Sequence[Indicator], *, alike: float, sure: float
    ) -> Pairing:
        """The goals and indicators with their links, see `pair_goals`; the grammar is one of these readings'."""
        key = (id(grammar), *goals, *indicators, alike, sure)
        if key not in self._pairings:
            read = [self._goal(grammar, texts) for texts in goals]
            self._pairings[key] = pair_goals(grammar, read, indicators, alike=alike, sure=sure)
        return self._pairings[key]

    def _goal(self, grammar: Grammar, texts: GoalTexts) -> Goal:
        key = (id(grammar), texts)
        if key not in self._goals:
            self._goals[key] = read_goal(grammar, *texts)
        return self._goals[key]
