"""No step is worse than linear in rows: what a document of four times the rows costs, in calls, which no machine makes slower."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from random import Random

import pytest

from support.crowd import CHARACTERS
from support.example import document, indicator
from xlperf.checking.checks import check
from xlperf.checking.yuan_mistakes import unlikely_amounts
from xlperf.forms.compute import compute
from xlperf.forms.document import rows_of
from xlperf.forms.form import Form

FEW, TIMES = 100, 4
LINEAR = 1.1  # times as much for each row, at most


def words(random: Random, count: int) -> str:
    return "".join(random.choices(CHARACTERS, k=count))


def with_indicators(rows: int) -> dict:
    random, doc = Random(1), document()
    pattern = indicator(doc, "科技合作交流活动")
    doc["indicators"] += [
        {**pattern, "name": f"{words(random, 8)}{number}", "target": number, "actual": number, "reason": words(random, 12)}
        for number in range(1, rows + 1)
    ]
    return doc


def with_items_goals_and_tasks(rows: int) -> dict:
    random, doc = Random(2), document()
    for number in range(rows):
        figure = random.randint(3, 99)
        doc["goals"].append({"expected": f"{words(random, 9)}{figure}家", "actual": f"{words(random, 9)}{figure}家"})
        doc["budget"]["items"].append({"name": words(random, 6), "initial": figure, "adjustment": 0.5, "spent": figure / 2})
        doc["tasks"].append({"duty": words(random, 4), "task": words(random, 8), "completion": f"{words(random, 30)}{number}场"})
    return doc


def calls_of(action: Callable[[], object]) -> Counter[str]:
    """How often functions are called, in Python and in C, by name."""
    counts: Counter[str] = Counter()

    def count(frame, event: str, argument: object) -> None:
        if event in ("call", "c_call"):
            counts[frame.f_code.co_name if event == "call" else getattr(argument, "__name__", "")] += 1

    sys.setprofile(count)
    try:
        action()
    finally:
        sys.setprofile(None)
    return counts


@pytest.mark.slow
@pytest.mark.parametrize("make", [with_indicators, with_items_goals_and_tasks])
def test_four_times_the_rows_cost_four_times_as_much(form: Form, make: Callable[[int], dict]) -> None:
    def work(rows: int) -> Counter[str]:
        typed, _ = rows_of(form, make(rows))

        def judge() -> None:
            computed = compute(form, typed)
            list(check(form, computed)), list(unlikely_amounts(form, typed))

        return calls_of(judge)

    work(1)  # what is kept for the form
    none, few, many = work(1), work(FEW), work(FEW * TIMES)
    grown = {name: many[name] - none[name] for name in many}
    steep = {
        name: (few[name], many[name])
        for name, more in grown.items()
        if more > 5_000 and more > LINEAR * TIMES * max(few[name] - none[name], 1)
    }
    assert steep == {}
    assert sum(grown.values()) < LINEAR * TIMES * (sum(few.values()) - sum(none.values()))
