"""The indicators of one unit followed over the years: the same by name, else by a name that is much like it.

    for series in follow({2021: first.indicators, 2022: second.indicators}, alike=0.75):
        series.name, series.years[2022].reported.target, series.years[2022].likeness

A renamed indicator is taken for the one of the year before if it stands in the same block, counts in the same unit and no other
is more like it; how alike the names are is kept, so that a person can judge. Years in a name (2021, 2022) tell nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from xlperf.over_years.papers import Reported
from xlperf.text import letters_of, likeness

YEAR = re.compile(r"(?:19|20)\d\d")
DIGITS = re.compile(r"\d+")


class Followed(NamedTuple):
    """An indicator in one year of its series."""

    reported: Reported
    likeness: float  # of its name to that of the year before, a ratio; 1 if it is the same or the first


@dataclass(frozen=True)
class Series:
    """One indicator over the years."""

    years: Mapping[int, Followed]  # the earliest first

    @property
    def latest(self) -> Reported:
        return self.years[max(self.years)].reported

    @property
    def name(self) -> str:
        """Its name in the latest year."""
        return self.latest.name


def follow(years: Mapping[int, Sequence[Reported]], *, alike: float) -> list[Series]:
    """Return the series of a unit's indicators, in the order in which they first stand.

    Args:
        alike: how alike two names of one indicator are at least, a ratio.
    """
    found: list[dict[int, Followed]] = []
    for year in sorted(years):
        before = [series[max(series)].reported for series in found]
        followers = dict(_followers(before, years[year], alike))
        for place, reported in enumerate(years[year]):
            at, likeness = followers.get(place, (len(found), 1.0))
            if at == len(found):
                found.append({})
            found[at][year] = Followed(reported, likeness)
    return [Series(series) for series in found]


def _followers(before: Sequence[Reported], now: Sequence[Reported], alike: float) -> Iterator[tuple[int, tuple[int, float]]]:
    """Yield the place of an indicator of now with that of the one before it that it continues, and how alike they are."""
    free, open_ = dict(enumerate(now)), dict(enumerate(before))
    for place, reported in enumerate(now):
        same = next((at for at, other in open_.items() if _key(other) == _key(reported)), None)
        if same is not None:
            del free[place], open_[same]
            yield place, (same, 1.0)
    pairs = sorted(
        (
            (likeness, -place, -at)
            for place, reported in free.items()
            for at, other in open_.items()
            if (likeness := likeness_of(other, reported)) >= alike
        ),
        reverse=True,
    )
    for likeness, place, at in pairs:
        if -place in free and -at in open_:
            del free[-place], open_[-at]
            yield -place, (-at, likeness)


def _key(reported: Reported) -> tuple[str, str]:
    return reported.block, letters_of(reported.name)


def likeness_of(one: Reported, other: Reported) -> float:
    """How alike two names are, a ratio; 0 of indicators that are counted in different units or stand in different blocks."""
    if one.block != other.block or letters_of(one.unit) != letters_of(other.unit):
        return 0
    first, second = bare_name(one.name), bare_name(other.name)
    return likeness(first, second) if DIGITS.findall(first) == DIGITS.findall(second) else 0


def bare_name(name: str) -> str:
    """The letters of a name without the years in it."""
    return YEAR.sub("", letters_of(name))
