"""A row that is the sum of its neighbours, found by the sums from the first row on: the same as by adding up every run."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest

from support.sweeps import seeds
from xlperf.checking.table_rows import Line, _is_no_chance, _Sums


def added_up(lines: list[Line], at: int, digits: int) -> list[int]:
    """The nearest run above, else below, whose rows add up to a row and that is no chance."""
    total = lines[at][1]
    for run in (lines[:at][::-1], lines[at + 1 :]):
        for count in range(2, len(run) + 1):
            sums = tuple(sum(column) for column in zip(*(amounts for _, amounts in run[:count]), strict=True))
            if sums == total and _is_no_chance(total, count, digits):
                return [run[0][0], run[count - 1][0]]
    return []


@pytest.mark.slow
def test_the_parts_of_a_row_are_those_found_by_adding_up() -> None:
    found = 0
    for seed in seeds(3_000, usual=300):
        random = Random(seed)
        figures = random.choice(
            [(1, -1, 2), (10, 20, 30, -30), (1.5, 2.25, 3.75, 0.1, 0.2), (9_999_999.999999, -0.000001, 12.34)]
        )
        lines = [(number * 2, tuple(Decimal(str(random.choice([0, *figures]))) for _ in range(2))) for number in range(12)]
        lines = [line for line in lines if any(line[1])]
        sums, digits = _Sums(lines), random.choice([1, 2, 3])
        for at in range(len(lines)):
            parts = added_up(lines, at, digits)
            assert sums.parts_of(at, digits) == parts, (seed, at)
            found += bool(parts)
    assert found > 50


def test_of_no_rows_there_is_no_sum() -> None:
    assert _Sums([]).places == {}
