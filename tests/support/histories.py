"""Several years of many units, with a truth: what each unit's figures give reason to ask, planted one by one.

What is not planted gives no reason: targets rise above the last actual, at most two years running are on or over target, rates
of execution go up and down, and units of one department have targets of one size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from support.outcomes import FORM, document, indicator, outcome
from xlperf.collecting.store.arrivals import Arrival, register
from xlperf.collecting.store.opening import open_store
from xlperf.collecting.store.outcomes import KeptOutcome, save_outcomes

NAMES = (
    ("服务企业数量", "服务企业的数量"), ("组织业务培训场次", "组织开展业务培训场次"), ("受理群众来信件数", "受理群众来信总件数"),
    ("完成课题研究", "完成课题的研究"), ("发放宣传手册份数", "发放各类宣传手册份数"), ("开展安全检查次数", "开展安全大检查次数"),
    ("引进高层次人才", "引进各类高层次人才"), ("维护信息系统套数", "运行维护信息系统套数"),
)  # fmt: skip
PLANTS = ("easier", "unmoved", "exact", "over", "apart")
FALLING = (0.97, 0.9, 0.82)
UPS_AND_DOWNS = (0.91, 0.95, 0.9, 0.96, 0.92)
STEADY = 0.35  # how often an indicator has a plant


@dataclass
class Truth:
    """What is to be found: kind, unit and indicator (of an execution rate its label); and the names that were changed."""

    flags: set[tuple[str, str, str]] = field(default_factory=set)
    renamed: set[tuple[str, str, int]] = field(default_factory=set)  # unit, name in the latest year, year before the change


@dataclass(frozen=True)
class Planned:
    """One indicator of one unit over the years."""

    names: tuple[str, ...]
    pairs: tuple[tuple[float, float], ...]  # target and actual of each year


def planned_units(
    count: int, years: int, chance: Random, truth: Truth, of_one: int = 25
) -> Iterator[tuple[str, str, list[Planned], list[float]]]:
    """Yield name, department, indicators and rates of execution of every unit."""
    bases = [[chance.choice((20, 60, 300, 1_500)) for _ in NAMES] for _ in range(count // of_one + 1)]
    for number in range(count):
        unit, department = f"市第{number + 1}服务中心", f"市主管{number // of_one + 1}局"
        listed = []
        for place, (name, other) in enumerate(NAMES):
            plant = chance.choice(PLANTS) if chance.random() < STEADY and (number % of_one, place) != (0, 0) else None
            if plant == "apart" and number % of_one % 6:  # few of a department, so that the others are the middle
                plant = None
            base = round(bases[number // of_one][place] * chance.uniform(0.85, 1.2)) * (10 if plant == "apart" else 1)
            pairs = _pairs(base, years, plant)
            change = chance.randrange(1, years) if years > 1 and chance.random() < 0.2 else 0
            names = tuple(other if change and year >= change else name for year in range(years))
            if plant:
                truth.flags.add((plant, unit, names[-1]))
            if change:
                truth.renamed.add((unit, names[-1], change))
            listed.append(Planned(names, pairs))
        rates = [UPS_AND_DOWNS[(year + number) % len(UPS_AND_DOWNS)] for year in range(years)]
        if years > 2 and chance.random() < 0.1:
            rates[-3:] = FALLING
            truth.flags.add(("falling", unit, "预算执行率"))
        elif years > 2 and rates[-3] > rates[-2] > rates[-1]:
            rates[-1] = 0.99
        yield unit, department, listed, rates


def _pairs(base: float, years: int, plant: str | None) -> tuple[tuple[float, float], ...]:
    """Targets and actuals, all whole."""
    pairs, target = [], float(base)
    for year in range(years):
        last = years - 1 - year  # years before the latest
        actual = target if (year + base) % 2 else target + 2
        if plant == "unmoved" and last < 3:
            actual = target - last - 1
        elif plant == "exact" and last < 3:
            actual = target
        elif plant == "exact" and last == 3:
            actual = target + 2
        elif plant == "over" and last < 3:
            actual = target + 3
        elif plant == "easier" and last == 1:
            actual = target + 2
        elif plant == "easier" and last == 0:
            target = pairs[-1][1] - 1
            actual = target
        pairs.append((target, actual))
        if not (plant == "unmoved" and 0 < last < 3):
            target = actual + 3
    return tuple(pairs)


def write_collections(folder: Path, *, units: int, first: int, years: int, seed: int) -> tuple[list[Path], Truth]:
    """Write a collection of every year, and return their folders with the truth."""
    chance, truth = Random(seed), Truth()
    planned = list(planned_units(units, years, chance, truth))
    folders = []
    for at in range(years):
        collection = folder / f"汇集{first + at}"
        collection.mkdir(parents=True)
        store = open_store(collection)
        found = [_outcome(number, first + at, at, plan) for number, plan in enumerate(planned)]
        register(
            store, [Arrival(one.path, one.sha256, 1) for one in found], digest="d", now=f"{first + at + 1}-03-01T09:00:00+08:00"
        )
        save_outcomes(store, [KeptOutcome(one.sha256, one, "d") for one in found])
        store.close()
        folders.append(collection)
    return folders, truth


def _outcome(number: int, year: int, at: int, plan: tuple[str, str, list[Planned], list[float]]):
    from dataclasses import replace

    unit, department, listed, rates = plan
    code = f"{number + 1:06d}" if number % 3 else None  # two in three have a code
    indicators = [indicator(one.names[at], *one.pairs[at]) for one in listed]
    cover = {"unit": unit, "unit_code": code, "supervisor": department}
    made = document(unit, code, basic=(1000, 0, round(1000 * rates[at], 2)), indicators=indicators, cover=cover, fiscal_year=year)
    one = outcome(f"{unit}.xlsx", unit, code, content=f"{unit} {year}".encode())
    return replace(one, year=year, document=made, revision=FORM.revision)
