"""A formula as a function: what follows from whole columns is computed once, for as long as these stay as they are."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from random import Random

import pytest

from support.sweeps import seeds
from xlperf.formula.doubles import DOUBLES
from xlperf.formula.evaluator import compile_formula, evaluate
from xlperf.formula.functions import DECIMALS, FUNCTIONS, Numbers
from xlperf.formula.nodes import Call, Kind, Literal, Name
from xlperf.formula.parsing.parser import parse

KINDS = {"a": Kind.NUMBER, "c": Kind.CHOICE, "t.a": Kind.NUMBERS, "t.c": Kind.CHOICES}
COLUMN = [Decimal(1), None, Decimal(5)]


def test_a_column_is_asked_for_once_for_all_rows() -> None:
    formula = compile_formula(parse("IF(a = 0, 0, a / SUM(t.a)) + COUNT(t.a) - MAX(t.a)", KINDS.get))
    asked: Counter[str] = Counter()

    def value_of(name: str) -> object:
        asked[name] += 1
        return COLUMN if name == "t.a" else Decimal(3)

    columns: dict = {}
    assert [formula(value_of, columns) for _ in range(5)] == [Decimal("-2.5")] * 5
    assert asked["t.a"] == 1 and asked["a"] == 10
    columns.clear()  # as whoever writes a cell of the column does
    formula(value_of, columns)
    assert asked["t.a"] == 2


@pytest.mark.parametrize("numbers", [DECIMALS, DOUBLES], ids=["decimals", "doubles"])
def test_the_sums_beside_all_choices_are_those_beside_each(numbers: Numbers) -> None:
    arguments = (Name("t.c", Kind.CHOICES), Name("c", Kind.CHOICE, choices=("x", "Y", "z")), Name("t.a", Kind.NUMBERS))
    tree = Call("SUMIF", arguments, Kind.NUMBER)
    for seed in seeds(500, usual=50):
        random = Random(seed)
        cells = [(random.choice(["x", "X", "y", "z ", None, 3]), random.choice([0.1, 0.2, 7, "text", None])) for _ in range(8)]
        columns = {"t.c": [choice for choice, _ in cells], "t.a": [number for _, number in cells]}
        for choice in ("x", "Y", "z", "other", None):
            alone = Call("SUMIF", (arguments[0], Literal(choice or ""), arguments[2]), Kind.NUMBER)
            wanted = evaluate(alone, columns.get, numbers) if choice in ("x", "Y", "z") else None
            assert evaluate(tree, {**columns, "c": choice}.get, numbers) == wanted, (seed, choice)


def test_a_mistake_among_the_numbers_makes_the_sums_blank() -> None:
    tree = Call("SUMIF", (Name("t.c", Kind.CHOICES), Name("c", Kind.CHOICE), Name("t.a", Kind.NUMBERS, typed=True)), Kind.NUMBER)
    cells = {"t.c": ["x", "y"], "t.a": [1, "one"], "c": "x"}
    assert evaluate(tree, cells.get) is None and evaluate(tree, {**cells, "t.a": [1, " "]}.get) == 1
    assert FUNCTIONS["SUMIF"].compute(["x", "y"], "X", [Decimal(1), Decimal(2)]) == 1
