"""What figures over several years give reason to ask about: each flag with the figures that raise it. A flag is advice.

    for flag in flags_of_series(series, year=2023, bounds=form.summary.over_years): …

Kinds, of the latest year:
    easier      a target is below what the unit reached in the year before; a ceiling, and a target of none, say nothing of that
    unmoved     a target has been the same for so many years
    exact       the actual has been exactly the target for so many years
    over        over-fulfilled so many years running
    falling     the ranked figure (the execution rate) has fallen year by year, by so much altogether
    apart       a target is far off those of the units of one supervising department for the same indicator

Targets that the form itself sets are no choice of the unit: only what units choose is asked about.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import log
from statistics import median

from xlperf.distributing.history_file import CEILINGS
from xlperf.forms.summary import OVER, OverYears
from xlperf.formula.operands import as_decimal, as_text
from xlperf.messages import listing, sentence
from xlperf.over_years.papers import Reported
from xlperf.over_years.series import DIGITS, Series, bare_name
from xlperf.text import letters_of, likeness
from xlperf.values.printing import as_percent

TO_SIGMA = 0.6745  # of a normal distribution, the middle half lies within so many standard deviations (Iglewicz and Hoaglin 1993)


@dataclass(frozen=True, kw_only=True)
class Flag:
    """One reason to ask."""

    kind: str  # one of KINDS
    year: int
    indicator: str  # its name in that year; of `falling` the label of the figure
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """The figures that raise it, in a sentence."""
        return sentence(f"flag_{self.kind}", {**self.facts, "year": self.year})


def flags_of_series(series: Series, *, year: int, bounds: OverYears) -> Iterator[Flag]:
    """Yield what the series of one indicator gives reason to ask about in that year."""
    if year not in series.years or series.years[year].reported.is_issued:
        return
    now, before = series.years[year].reported, series.years.get(year - 1)
    if before and _comparable(before.reported, now) and (flag := _easier(before.reported, now, year)):
        yield flag
    run = [series.years[y].reported for y in range(year - bounds.years + 1, year + 1) if y in series.years]
    if len(run) < bounds.years or not all(_comparable(run[0], reported) for reported in run):
        return
    targets = listing([_shown(reported.target, now) for reported in run])
    facts = {"from": year - bounds.years + 1, "years": bounds.years, "target": _shown(now.target, now), "targets": targets}
    if all(reported.actual == reported.target for reported in run):
        yield Flag(kind="exact", year=year, indicator=now.name, facts=facts)
    elif all(reported.target == now.target for reported in run):
        actuals = listing([_shown(reported.actual, now) for reported in run])
        yield Flag(kind="unmoved", year=year, indicator=now.name, facts={**facts, "actuals": actuals})
    if all(reported.state == OVER for reported in run):
        percents = listing([as_percent(reported.deviation or 0) for reported in run])
        yield Flag(kind="over", year=year, indicator=now.name, facts={**facts, "percents": percents})


def _comparable(one: Reported, other: Reported) -> bool:
    """Whether both are counted, and in the same unit."""
    values = (one.target, one.actual, other.target, other.actual)
    return all(isinstance(value, float) for value in values) and letters_of(one.unit) == letters_of(other.unit)


def _easier(before: Reported, now: Reported, year: int) -> Flag | None:
    """Whether the target is below what was reached; of a ceiling, and of none at all, that is how it should be."""
    target, reached = now.target, before.actual
    if now.operator in CEILINGS or (now.operator == "=" and target == 0):
        return None
    if not isinstance(target, float) or not isinstance(reached, float) or target >= reached:
        return None
    facts = {"target": _shown(target, now), "before": year - 1, "reached": _shown(reached, now)}
    return Flag(kind="easier", year=year, indicator=now.name, facts=facts)


def flags_of_figure(values: Mapping[int, float | None], *, label: str, year: int, bounds: OverYears) -> Iterator[Flag]:
    """Yield whether a rate has fallen year by year up to that year."""
    run = [values.get(y) for y in range(year - bounds.years + 1, year + 1)]
    known = [value for value in run if value is not None]
    falls = all(later < earlier for earlier, later in itertools.pairwise(known))
    if len(known) == bounds.years and falls and as_decimal(known[0]) - as_decimal(known[-1]) >= as_decimal(bounds.fall):
        facts = {"from": year - bounds.years + 1, "percents": listing([as_percent(value) for value in known])}
        yield Flag(kind="falling", year=year, indicator=label, facts={**facts, "label": label})


# --- like units ------------------------------------------------------------------------------------------------


def flags_among_likes(reported: Sequence[tuple[int, Reported]], *, year: int, bounds: OverYears) -> Iterator[tuple[int, Flag]]:
    """Yield the number of a unit and its flag, for targets far off those of its likes.

    Args:
        reported: the indicators of all units of one supervising department, each with the number of its unit.
    """
    for group in _groups(reported, bounds.same):
        targets = {number: one.target for number, one in group if isinstance(one.target, float) and one.target > 0}
        if len(targets) < bounds.fewest:
            continue
        logs = {number: log(target) for number, target in targets.items()}
        middle = median(logs.values())
        spread = median(abs(value - middle) for value in logs.values())
        for number, one in group:
            if number in logs and isinstance(one.target, float):
                apart = abs(logs[number] - middle)
                if apart >= log(bounds.times) and TO_SIGMA * apart > bounds.far * spread:
                    facts = {
                        "target": _shown(one.target, one),
                        "middle": _shown(median(targets.values()), one),
                        "units": len(targets),
                        "low": _shown(min(targets.values()), one),
                        "high": _shown(max(targets.values()), one),
                    }
                    yield number, Flag(kind="apart", year=year, indicator=one.name, facts=facts)


def _groups(reported: Iterable[tuple[int, Reported]], same: float) -> Iterator[list[tuple[int, Reported]]]:
    """Yield the indicators that are the same by text; the first of a group is its leader."""
    by_name: dict[tuple[str, str, str], list[tuple[int, Reported]]] = defaultdict(list)
    for number, one in reported:
        if not one.is_issued and isinstance(one.target, float):
            by_name[one.block, letters_of(one.unit), bare_name(one.name)].append((number, one))
    leaders: dict[tuple[str, str, tuple[str, ...]], list[tuple[str, list[tuple[int, Reported]]]]] = defaultdict(list)
    for (block, unit, name), listed in by_name.items():
        near = leaders[block, unit, tuple(DIGITS.findall(name))]
        group = next((group for leader, group in near if likeness(leader, name, same) > 0), None)
        if group is None:
            near.append((name, list(listed)))
        else:
            group.extend(listed)
    for near in leaders.values():
        yield from (group for _, group in near)


def _shown(value: object, of: Reported) -> str:
    """A value with its unit, as a sentence says it."""
    return f"{as_text(as_decimal(value))}{of.unit}" if isinstance(value, float) else str(value or "")
