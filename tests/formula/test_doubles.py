"""The doubles of a spreadsheet and our decimals give one verdict: on `a - b = c` and its like, for every pair of close amounts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from random import Random

import ironcalc
import pytest
from python_calamine import CalamineWorkbook

from support.gnumeric import recalculate
from support.libreoffice import convert
from support.sweeps import SEED, examples
from xlperf.formula.doubles import DOUBLES
from xlperf.formula.evaluator import evaluate
from xlperf.formula.excel import to_excel
from xlperf.formula.nodes import Kind, Name, Node, Operation
from xlperf.formula.parsing.parser import About, parse
from xlperf.workbook.book import Book

MONEY, COLUMN = ("a", "b", "c"), "items.spent"
KINDS = {**dict.fromkeys((*MONEY, "rate", "n"), Kind.NUMBER), COLUMN: Kind.NUMBERS}
DIGITS = {**dict.fromkeys((*MONEY, COLUMN), 6), "rate": 4, "n": 0}
UNIT, LARGEST = Decimal("0.000001"), 9_999_999_999_999  # the last decimal of an amount, and how many of them it has at most


def tree_of(source: str, digits: int | None = None) -> Node:
    return parse(source, KINDS.get, about=lambda name: About(DIGITS.get(name)), digits=digits)


# --- where a formula is rounded ------------------------------------------------------------------------------

MEANS = {  # what is written: what it means
    "a - b = c": "ROUND(a - b, 6) = c",
    "a - b - c <= 0": "ROUND(a - b - c, 6) <= 0",
    "a * rate = c": "ROUND(a * rate, 8) = c",
    "a * 3 = c": "ROUND(a * 3, 6) = c",
    "a * 100 = c": "ROUND(a * 100, 4) = c",
    "a / b >= 0.9": "ROUND(a / b, 10) >= 0.9",
    "n / 4 = rate": "ROUND(n / 4, 2) = rate",
    "n / 3 = rate": "ROUND(n / 3, 10) = rate",
    "rate% = b": "ROUND(rate%, 6) = b",
    "ABS(a - b) > 0.5": "ABS(ROUND(a - b, 6)) > 0.5",
    "SIGN(a - b)": "SIGN(ROUND(a - b, 6))",
    "MAX(a - b, 0) = 0": "MAX(ROUND(a - b, 6), 0) = 0",
    "IF(a - b > 0, a - b, c)": "IF(ROUND(a - b, 6) > 0, ROUND(a - b, 6), c)",
    "(a - b) * n > 1": "ROUND(ROUND(a - b, 6) * n, 6) > 1",
    "n / (a - b)": "ROUND(n / ROUND(a - b, 6), 10)",
    'a - b & "x"': 'ROUND(a - b, 6) & "x"',
    "ROUND(a - b, 2)": "ROUND(ROUND(a - b, 6), 2)",
    "ROUND(a / b - 1, 4)": "ROUND(ROUND(a / b - 1, 10), 4)",
    "ROUND(rate * n, 2)": "ROUND(ROUND(rate * n, 4), 2)",
    "SUM(items.spent, a) = b": "ROUND(SUM(items.spent, a), 6) = b",
}
AS_IT_STANDS = ("ROUND(a - b, 6) = c", "ROUND(a - b, 8)", "ROUND(a / b, 4)", "ROUND(rate * 100, 2)", "n + 1 = n", "n * n > 2", "a = b",
                "-a = b", "0 + a", "COUNT(items.spent) - 1 > 0", "ROUND(MIN(a / b, 1), 4)", "ROUND(ABS(a / b), 4)", "N(a) > 0", "(a - b) = \"\"",
                "ROUND(a * b / c, 2)", "MIN(items.spent)")  # fmt: skip


@pytest.mark.parametrize("written", MEANS)
def test_sums_products_and_quotients_are_rounded_where_they_are_seen(written: str) -> None:
    assert tree_of(written) == tree_of(MEANS[written])
    assert to_excel(tree_of(written), str).count("ROUND") == MEANS[written].count("ROUND") > written.count("ROUND")


@pytest.mark.parametrize("written", AS_IT_STANDS)
def test_what_is_exact_or_rounded_already_is_left_alone(written: str) -> None:
    assert to_excel(tree_of(written), str).count("ROUND") == written.count("ROUND")


@pytest.mark.parametrize(("written", "means"), [
    ("a / b", "ROUND(a / b, 4)"), ("a - b", "ROUND(ROUND(a - b, 6), 4)"), ("rate", "rate"), ("a", "ROUND(a, 4)"), ("MAX(items.spent)", "ROUND(MAX(items.spent), 4)"),
    ('IF(a > 0, a / b, "")', 'IF(a > 0, ROUND(a / b, 4), "")'), ("n - 1", "n - 1"), ("N(a)", "ROUND(N(a), 4)"),
])  # fmt: skip
def test_the_value_of_a_field_has_its_decimals_and_no_more(written: str, means: str) -> None:
    assert tree_of(written, digits=4) == tree_of(means, digits=4)


# --- money ---------------------------------------------------------------------------------------------------

Triple = tuple[int, int, int]  # amounts, in units of their last decimal
VERDICTS: dict[str, Callable[[int, int, int], bool]] = {
    "a - b = c": lambda a, b, c: a - b == c,
    "a - b <> c": lambda a, b, c: a - b != c,
    "a - b >= c": lambda a, b, c: a - b >= c,
    "a = b + c": lambda a, b, c: a == b + c,
    "a - b - c < 0": lambda a, b, c: a - b - c < 0,
    "SUM(a, -b) > c": lambda a, b, c: a - b > c,
    "(a - b) * 3 = c * 3": lambda a, b, c: a - b == c,
    "ABS(a - b) = ABS(c)": lambda a, b, c: abs(a - b) == abs(c),
    'a - b & "x" = c & "x"': lambda a, b, c: a - b == c,
}


def triples(count: int) -> Iterator[Triple]:
    """Close amounts and far ones, of few digits and of many; the third is their difference, or lies right beside it."""
    random = Random(SEED)
    for _ in range(count):
        size, tail = random.randint(1, 13), random.randint(0, 6)
        a = random.randrange(10**size) // 10**tail * 10**tail
        near = random.choice((a + random.randint(-(10**tail), 10**tail) * 10 ** random.randint(0, 4), random.randrange(10**size)))
        b = max(0, min(near, LARGEST))
        yield a, b, a - b + random.choice((0, 0, 0, 1, -1, 10, -100, b - a))


def cells(triple: Triple) -> dict[str, float]:
    """The amounts as cells hold them."""
    return {name: float(units * UNIT) for name, units in zip(MONEY, triple, strict=True)}


@pytest.mark.parametrize("source", VERDICTS)
def test_doubles_and_decimals_agree_on_money(source: str) -> None:
    tree, right = tree_of(source), VERDICTS[source]
    for triple in triples(examples(10_000, usual=1_000)):
        verdicts = evaluate(tree, cells(triple).get), evaluate(tree, cells(triple).get, DOUBLES)
        assert verdicts == (right(*triple), right(*triple)), triple


def test_unrounded_doubles_do_not_agree() -> None:
    """The proof that doubles are a referee."""
    a, b, c = (Name(key, Kind.NUMBER) for key in MONEY)
    raw = Operation("=", Operation("-", a, b, Kind.NUMBER, Kind.NUMBER), c, Kind.BOOLEAN, Kind.NUMBER)
    wrong = [triple for triple in triples(1_000) if evaluate(raw, cells(triple).get, DOUBLES) != VERDICTS["a - b = c"](*triple)]
    assert len(wrong) > 100
    assert not any(VERDICTS["a - b <> c"](*triple) for triple in wrong)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A row for each triple, a column for each verdict, every one of them cached as what it is not."""
    path = tmp_path_factory.mktemp("money") / "money.xlsx"
    workbook = Book(path)
    workbook.set_properties({"created": datetime(2023, 1, 5)})  # the same bytes each time
    sheet = workbook.add_sheet("Sheet")
    for row, triple in enumerate(triples(examples(10_000, usual=1_000)), 1):
        for column, amount in enumerate(cells(triple).values()):
            sheet.write_number(row - 1, column, amount)
        for column, (source, right) in enumerate(VERDICTS.items(), len(MONEY)):
            address = {"a": f"A{row}", "b": f"B{row}", "c": f"C{row}"}.__getitem__
            sheet.write_formula(row - 1, column, "=" + to_excel(tree_of(source), address), None, not right(*triple))
    workbook.close()
    return path


def test_ironcalc_agrees_on_money(book: Path) -> None:
    model = ironcalc.load_from_xlsx(str(book))
    model.evaluate()
    columns = range(len(MONEY) + 1, len(MONEY) + 1 + len(VERDICTS))
    assert_right(
        [model.get_cell_value(0, row, column) for column in columns] for row in range(1, 1 + examples(10_000, usual=1_000))
    )


@pytest.mark.slow
@pytest.mark.libreoffice
def test_libreoffice_agrees_on_money(book: Path, tmp_path: Path) -> None:
    assert_right(rows_of(*convert([book], tmp_path)))


@pytest.mark.slow
@pytest.mark.gnumeric
def test_gnumeric_agrees_on_money(book: Path, tmp_path: Path) -> None:
    assert_right(rows_of(*recalculate([book], tmp_path)))


def rows_of(path: Path) -> Iterator[list[object]]:
    """The verdicts of each row."""
    return (row[len(MONEY) :] for row in CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python())


def assert_right(rows: Iterator[list[object]]) -> None:
    expected = [[right(*triple) for right in VERDICTS.values()] for triple in triples(examples(10_000, usual=1_000))]
    assert [*rows] == expected
