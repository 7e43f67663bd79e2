"""Rows that are asked for by keys: the same as each row held against all others, and no more work than there are rows."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

import pytest

from support.sweeps import seeds
from xlperf.formula import grouped_rows
from xlperf.formula.doubles import DOUBLES
from xlperf.formula.evaluator import compile_formula
from xlperf.formula.functions import DECIMALS, FUNCTIONS, Numbers, looked_up, rows_that_meet
from xlperf.formula.nodes import Kind
from xlperf.formula.parsing.parser import About, parse

KINDS = {"t.n": Kind.TEXTS, "n": Kind.TEXT, "t.v": Kind.NUMBERS, "v": Kind.NUMBER, "t.w": Kind.NUMBERS, "t.m": Kind.TEXTS}
TEXTS = (
    None,
    "",
    " ",
    "\u3000",
    "甲",
    " 甲",
    "甲\u00a0",
    "A b",
    "a  B",
    "ß",
    "SS",
    "1",
    1,
    1.0,
    2.5,
    True,
    "*",
    "甲?",
    "同" * 300,
)
NUMBERS = (None, 0, 1, 1.0, 0.1 + 0.2, 0.3, -2, 1e15, 1e15 + 1, 123456789012345.6, "1", "", " ")
FORMULAS = (
    "COUNTIF(t.n, n)",
    "COUNTIFS(t.n, n, t.v, v)",
    "SUMIFS(t.w, t.n, n, t.v, v)",
    "VLOOKUP(n, t.n, t.w)",
    "VLOOKUP(v, t.v, t.m)",
    "COUNTIF(t.v, v)",
)


def columns_of(random: Random) -> dict[str, list[Any]]:
    count = random.choice((0, 1, 5, 40))
    pools = {"t.n": TEXTS, "t.v": NUMBERS, "t.w": NUMBERS[:10], "t.m": TEXTS}
    return {name: [random.choice(pool) for _ in range(count)] for name, pool in pools.items()}


def plainly(text: str, value_of: Any, numbers: Numbers) -> Any:
    """What a formula comes to where each row is held against each."""
    columns = {name: numbers.taken(value_of(name)) for name in ("t.n", "t.v", "t.w", "t.m")}
    wanted, number = numbers.taken(value_of("n")), numbers.taken(value_of("v"))
    compared = float if numbers is DOUBLES else FUNCTIONS["COUNTIFS"] and DECIMALS.comparable[Kind.NUMBER]
    wanted = None if isinstance(wanted, str) and not wanted.strip(grouped_rows.SPACES) else wanted
    number = number if isinstance(number, numbers.type) else None
    pairs = {"n": ("t.n", wanted), "v": ("t.v", number)}
    asked = [pairs[key] for key in pairs if f" {key}" in text or f"({key}" in text]
    if any(value is None for _, value in asked):
        return None
    if text.startswith("VLOOKUP"):
        ((keys, value),) = asked
        found = looked_up(value, columns[keys], columns["t.w" if "t.w" in text else "t.m"], compared)
        return found if "t.m" in text or isinstance(found, numbers.type) else None
    conditions = [part for name, value in asked for part in (columns[name], "=", value)]
    met = rows_that_meet(conditions, compared)
    if text.startswith("COUNT"):
        return numbers.type(sum(met))
    return sum(
        (value for value, counts in zip(columns["t.w"], met, strict=True) if counts and isinstance(value, numbers.type)),
        numbers.type(0),
    )


@pytest.mark.parametrize("seed", seeds(400, usual=40))
@pytest.mark.parametrize("numbers", [DECIMALS, DOUBLES], ids=["decimals", "doubles"])
def test_it_is_the_same_as_each_row_held_against_each(numbers: Numbers, seed: int) -> None:
    random = Random(seed)
    values, seen = columns_of(random), {name: {} for name in FORMULAS}
    trees = {text: parse(text, KINDS.get, about=lambda name: About(None)) for text in FORMULAS}
    formulas = {text: compile_formula(tree, numbers) for text, tree in trees.items()}
    for _ in range(20):
        row = {**values, "n": random.choice(TEXTS), "v": random.choice(NUMBERS)}
        for text, formula in formulas.items():
            found, expected = formula(row.get, seen[text]), plainly(text, row.get, numbers)
            if text.startswith("SUMIFS"):
                assert (found is None) == (expected is None) and abs((found or 0) - (expected or 0)) <= numbers.type(
                    "1e-9"
                ) * abs(expected or 1)
            else:
                assert found == expected and type(found) is type(expected), (text, row)


@pytest.mark.parametrize("text", FORMULAS)
def test_what_is_done_grows_with_the_rows_and_not_with_their_square(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0

    def counted(cell: str, plain: Any = grouped_rows.normal_text) -> str:
        nonlocal calls
        calls += 1
        return plain(cell)

    monkeypatch.setattr(grouped_rows, "normal_text", counted)
    formula, columns = compile_formula(parse(text, KINDS.get, about=lambda name: About(None))), {}
    count = 2000
    values = {"t.n": [f"第{at}" for at in range(count)], "t.m": ["x"] * count, "t.v": [*range(count)], "t.w": [1.5] * count}
    found = [formula({**values, "n": f"第{at}", "v": at}.get, columns) for at in range(count)]
    assert set(found) <= {Decimal(1), Decimal("1.5"), "x"}
    assert calls <= 3 * count
