"""Functions as people type them: what they give, that LibreOffice, Gnumeric, IronCalc and plain doubles give the same, what is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from random import Random

import ironcalc
import pytest
from python_calamine import CalamineWorkbook

from support.gnumeric import recalculate
from support.libreoffice import convert
from support.sweeps import SEED, examples
from support.ties import rounds_alike
from xlperf.errors import FormulaError
from xlperf.formula.dates import MOST_PART, day_of
from xlperf.formula.doubles import DOUBLES
from xlperf.formula.evaluator import evaluate
from xlperf.formula.excel import to_excel
from xlperf.formula.functions import DECIMALS, Numbers
from xlperf.formula.nodes import DATED, Kind, Node
from xlperf.formula.operands import DIGITS_15, SPACES
from xlperf.formula.parsing.parser import About, parse
from xlperf.formula.parsing.steps import Steps
from xlperf.formula.parsing.sugar import SUGARS
from xlperf.messages import use_language
from xlperf.values.dates import as_date
from xlperf.workbook.book import Book

SCALARS = {"a": Kind.NUMBER, "b": Kind.NUMBER, "s": Kind.TEXT, "u": Kind.TEXT, "k": Kind.CHOICE, "d": Kind.DATE, "e": Kind.DATE}
COLUMNS = {"t.x": Kind.NUMBERS, "t.y": Kind.NUMBERS, "t.name": Kind.TEXTS, "t.kind": Kind.CHOICES, "t.day": Kind.DATES}
KINDS = {**SCALARS, **COLUMNS}
day = lambda text: int(day_of(text))  # noqa: E731
STEPS: dict[str, Steps] = {
    "parameters.down": ((90, "A"), (">=60", "B"), ("C",)),
    "parameters.above": ((">2.5", 0), (">= 2.5", 7), (">0.1", 0.5), (3,)),
    "parameters.up": (("<0", "below"), ("≤ 1", "few"), ("<=100", "many"), ("most",)),
    "parameters.shares": (("<10%", 0), ("<=250%", 1), (2,)),
}
Case = tuple[str, dict[str, object]]  # a formula, and what stands in its cells
ROWS = 6  # of the columns
NUMBERS = (None, 0, 1, 2, 2.5, -3, 0.1, 100, 4.35, 1.005, -2.675, 627.17, 0.000001, 8888.25)
TEXTS = (None, " ", "abc", "ABC", " a  b ", "a\u3000b", "健全", "A", "x*", "5", "长一点的文字")
DAYS = (
    None,
    " ",
    "2024-02-29",
    "2023-12-31",
    "2000-01-01",
    "2023-08-15",
    "1900-03-01",
    "1900-02-28",
    "9999-12-31",
    "2024.3.1",
    5,
    45351.75,
)
CHOICES = (None, "定量", "定性", "Yes", "no")


def about(name: str) -> About:
    return About(6 if KINDS.get(name) in (Kind.NUMBER, Kind.NUMBERS) else None, typed=KINDS.get(name) in DATED)


def tree_of(source: str) -> Node:
    return parse(source, KINDS.get, STEPS, about=about)


def value(source: str, numbers: Numbers = DECIMALS, **cells: object) -> object:
    given = {name.replace("_", "."): content for name, content in cells.items()}
    return evaluate(tree_of(source), given.get, numbers)


# --- what they give ------------------------------------------------------------------------------------------

NAMES, FIGURES = ["a", "B", None, "b "], [1, 2.5, 4, -3]
GIVES: list[tuple[str, dict[str, object], object]] = [
    ("IFERROR(a / b, 0)", {"a": 1, "b": 0}, 0), ("IFERROR(a / b, 0)", {"b": 2}, 0), ("IFERROR(a / b, 0)", {"a": 1, "b": 2}, Decimal("0.5")),
    ('IFERROR(a / b, "")', {"a": 1, "b": 0}, None), ("IFERROR(a / b, b) + 1", {"a": 1, "b": 0}, 1), ('IFERROR(s, "none")', {}, "none"),
    ("IFS(a > 2, 1, a > 1, 2, TRUE, 3)", {"a": 1.5}, 2), ("IFS(a > 2, 1)", {"a": 1}, None), ('ifs(a > 2, "x", true, "y")', {"a": 1}, "y"),
    ("IF(a > 1, b)", {"a": 2, "b": 5}, 5), ("IF(a > 1, b)", {"a": 0, "b": 5}, None),
    *((f"ROUNDUP(a, {digits})", {"a": number}, Decimal(result)) for number, digits, result in (
        (1.1, 0, "2"), (-1.1, 0, "-2"), (4.35, 2, "4.35"), (0.301, 2, "0.31"), (0, 2, "0"), (125, -1, "130"), (3, 0, "3"))),
    *((f"ROUNDDOWN(a, {digits})", {"a": number}, Decimal(result)) for number, digits, result in (
        (1.9, 0, "1"), (-1.9, 0, "-1"), (4.35, 2, "4.35"), (0.309, 2, "0.3"), (129, -1, "120"), (2.5, 0, "2"))),
    ("TRUNC(a)", {"a": -1.9}, -1), ("TRUNC(a, 1)", {"a": 1.99}, Decimal("1.9")), ("INT(a)", {"a": -1.1}, -2), ("ROUNDUP(a + b, 1)", {"a": 0.1, "b": 0.2}, Decimal("0.3")),
    ("AVERAGE(t.x)", {"t_x": [1, None, 2, "x"]}, Decimal("1.5")), ("AVERAGE(t.x)", {"t_x": [None, None]}, None), ("AVERAGE(a, b)", {"a": 3}, 3),
    ("SUMPRODUCT(t.x, t.y)", {"t_x": [1, 2, None, 3], "t_y": [10, "x", 5, 2]}, 16),
    ("COUNTA(t.name)", {"t_name": ["a", " ", None, "b", "\u3000"]}, 2), ("COUNTA(s, a)", {"s": "x"}, 1),
    ("COUNTIF(t.name, s)", {"t_name": NAMES, "s": "B"}, 2), ('COUNTIF(t.name, "<>b")', {"t_name": NAMES}, 1), ('COUNTIF(t.x, ">2")', {"t_x": FIGURES}, 2),
    ('COUNTIF(t.x, "<>4")', {"t_x": [4, None, 2]}, 1), ('COUNTIF(t.x, ">" & a)', {"t_x": FIGURES, "a": 2.5}, 1), ("COUNTIF(t.x, a)", {"t_x": FIGURES, "a": 4}, 1),
    ("COUNTIF(t.x, a)", {"t_x": FIGURES}, None), ("SUMIF(t.name, s, t.x)", {"t_name": NAMES, "t_x": FIGURES, "s": "b"}, Decimal("-0.5")),
    ('SUMIF(t.x, ">0")', {"t_x": FIGURES}, Decimal("7.5")), ('SUMIF(t.x, ">0", t.y)', {"t_x": FIGURES, "t_y": [1, 2, 4, 8]}, 7),
    ('SUMIFS(t.x, t.name, "b", t.kind, "Yes")', {"t_x": FIGURES, "t_name": NAMES, "t_kind": ["no", "YES", "Yes", "no"]}, Decimal("2.5")),
    ('COUNTIFS(t.kind, "Yes", t.x, ">=2.5")', {"t_x": FIGURES, "t_kind": ["Yes", "yes", "no", "Yes"]}, 1),
    ("VLOOKUP(s, t.name, t.x)", {"t_name": ["a", "b", "c"], "t_x": [1, 2, 3], "s": "B "}, 2), ("VLOOKUP(s, t.name, t.x)", {"t_name": ["a"], "t_x": [1], "s": "z"}, None),
    ("VLOOKUP(s, t.name, t.x)", {"t_name": ["a", "a"], "t_x": [1, 2], "s": "a"}, None), ("VLOOKUP(a, t.x, t.name)", {"t_x": [5, 6], "t_name": ["p", "q"], "a": 6}, "q"),
    ("INDEX(t.x, MATCH(s, t.name, 0))", {"t_name": ["a", "b"], "t_x": [1, 2], "s": "b"}, 2),
    ('IFERROR(VLOOKUP(s, t.name, t.x), 0)', {"t_name": ["a"], "t_x": [1], "s": "z"}, 0),
    ("LEFT(s)", {"s": "abc"}, "a"), ("MID(s, 2, 2)", {"s": "abcd"}, "bc"), ("MID(s, 9, 2)", {"s": "abcd"}, None), ("TRIM(s)", {"s": "\u3000a  b "}, "a b"),
    ("CONCATENATE(s, 1, u)", {"s": "x", "u": "y"}, "x1y"), ("CONCATENATE(s)", {"s": "x"}, "x"), ('s & ""', {"s": "x"}, "x"),
    *((f'TEXT(a, "{pattern}")', {"a": 1234567.891}, text) for pattern, text in (
        ("#,##0.00", "1,234,567.89"), ("#,##0", "1,234,568"), ("0.0", "1234567.9"), ("0.000", "1234567.891"))),
    ('TEXT(a, "0.0%")', {"a": 0.9603}, "96.0%"), ("LARGE(t.x, 1)", {"t_x": FIGURES}, 4), ("SMALL(t.x, 9)", {"t_x": FIGURES}, None),
    *(("LOOKUP(a, parameters.above)", {"a": number}, Decimal(result)) for number, result in (
        (2.6, "0"), (2.5, "7"), (2.4, "0.5"), (0.1, "3"), (0.2, "0.5"), (-1, "3"))),
    *(("LOOKUP(a, parameters.up)", {"a": number}, text) for number, text in ((-1, "below"), (0, "few"), (1, "few"), (1.1, "many"), (100, "many"), (101, "most"))),
    *(("LOOKUP(a / b, parameters.shares)", {"a": number, "b": 10}, result) for number, result in ((0.9, 0), (1, 1), (25, 1), (26, 2))),
    ("LOOKUP(a, parameters.down)", {"a": 60}, "B"), ("LOOKUP(a, parameters.down)", {}, None),
    ("d - e", {"d": "2024-03-01", "e": "2024-02-28"}, 2), ("d - e", {"d": "2024-03-01", "e": "2024.2.28"}, None), ("d > e", {"d": "2024-03-01", "e": "2023-12-31"}, True),
    ("d - e", {"d": "1900-03-01", "e": "1900-02-28"}, None), ("d = e", {"d": 45352.75, "e": "2024-03-01"}, True), ('d = ""', {"d": "soon"}, False),
    ("YEAR(d)", {"d": "2024-03-01"}, 2024), ("MONTH(d) * 100 + DAY(d)", {"d": "2024-03-01"}, 301), ("YEAR(d)", {"d": 5}, None),
    ("DATE(a, b, 1)", {"a": 2023, "b": 14}, day("2024-02-01")), ("DATE(2024, 2, 30)", {}, day("2024-03-01")), ("DATE(2024, 1, 0)", {}, day("2023-12-31")),
    ("DATE(a, 1, 1)", {"a": 24}, None), ("DATE(1900, 2, 1)", {}, None), ("DATE(9999, 12, 32)", {}, None), ("DATE(9999, 13, 0)", {}, day("9999-12-31")), ("DATE(2024.9, 1.5, 1)", {}, day("2024-01-01")),
    ("d + a", {"d": "2024-02-28", "a": 2.5}, day("2024-03-01")), ("d - 30", {"d": "1900-03-05"}, None), ("MAX(d, e)", {"d": "2024-03-01"}, day("2024-03-01")),
    ("MIN(d, e)", {}, None), ("MIN(t.day)", {"t_day": ["2024-03-01", None, "2023-01-05"]}, day("2023-01-05")), ('IF(d > e, d, "")', {"d": "2024-01-01", "e": "2025-01-01"}, None),
    ('COUNTIF(t.day, ">=2023-06-01")', {"t_day": ["2024-03-01", None, "2023-01-05", 45352.5]}, 2), ('COUNTIF(t.day, ">=2023-06-01")', {"t_day": ["2024-03-01", "2024.3.1"]}, None), ("SUMIF(t.day, d, t.x)", {"d": "2024-03-01", "t_day": [45352.5, "2024-03-02"], "t_x": [3, 4]}, 3),
    ("VLOOKUP(s, t.name, t.day)", {"s": "b", "t_name": ["a", "b"], "t_day": [None, "2024-03-01"]}, day("2024-03-01")), ("COUNTA(t.day)", {"t_day": ["x", 5, None, " "]}, 2),
    ("=A_SUM(a)".replace("A_SUM", "sum"), {"a": 1}, 1), ("ROUND(a ÷ b，2)", {"a": 1, "b": 4}, Decimal("0.25")), ("IF(a ≥ 1, “是”, “否”)", {"a": 1}, "是"),
    ('IF(s = "，", 1, 2)', {"s": "，"}, 1), ("IF（a＞１，a＋b，０）", {"a": 2, "b": 3}, 5), ("a × b", {"a": 2, "b": 3}, 6),
]  # fmt: skip


@pytest.mark.parametrize(("source", "cells", "expected"), GIVES, ids=[f"{source} {cells}" for source, cells, _ in GIVES])
def test_a_function_gives_what_excel_gives(source: str, cells: dict, expected: object) -> None:
    assert value(source, **cells) == expected
    doubles = value(source, DOUBLES, **cells)
    assert doubles == (pytest.approx(float(expected), rel=1e-13) if isinstance(expected, Decimal | int) else expected)


# --- what others give ----------------------------------------------------------------------------------------

FUNCTIONS: dict[str, tuple[str, ...]] = {
    "IFERROR": ("IFERROR(a / b, 0)", "IFERROR(a, b) + 1", 'IFERROR(s, "none")', 'IFERROR(a / b, "")', "IFERROR(VLOOKUP(s, t.name, t.x), b)"),
    "IFS": ("IFS(a > 1, a, a > 0, b, TRUE, 7)", 'IFS(a > b, s, s = "abc", "x")'),
    "ROUNDUP": ("ROUNDUP(a, 2)", "ROUNDUP(a / 3, 0)", "ROUNDUP(a + b, 1)", "ROUNDUP(a * b, -1)"),
    "ROUNDDOWN": ("ROUNDDOWN(a, 2)", "ROUNDDOWN(a / 3, 0)", "ROUNDDOWN(a + b, 1)", "ROUNDDOWN(a, -1)"),
    "TRUNC": ("TRUNC(a)", "TRUNC(a - b, 1)"),
    "INT": ("INT(a)", "INT(a - b)"),
    "AVERAGE": ("AVERAGE(t.x)", "AVERAGE(t.x, a)", "AVERAGE(a, b) * 2"),
    "SUMPRODUCT": ("SUMPRODUCT(t.x, t.y)", "SUMPRODUCT(t.x)", "SUMPRODUCT(t.x, t.y) / a"),
    "COUNTA": ("COUNTA(t.name)", "COUNTA(t.kind, t.x)", "COUNTA(s, a)"),
    "COUNTIF": ("COUNTIF(t.name, s)", 'COUNTIF(t.name, "<>abc")', 'COUNTIF(t.x, ">0")', 'COUNTIF(t.x, "<=" & a)', "COUNTIF(t.kind, k)"),
    "SUMIF": ("SUMIF(t.name, s, t.x)", 'SUMIF(t.x, ">=1", t.y)', 'SUMIF(t.kind, "<>Yes", t.x)', 'SUMIF(t.x, "<" & b)'),
    "COUNTIFS": ('COUNTIFS(t.kind, "Yes", t.x, ">0")', "COUNTIFS(t.name, s, t.kind, k)", 'COUNTIFS(t.x, ">" & a, t.y, "<>0")'),
    "SUMIFS": ('SUMIFS(t.x, t.name, s, t.y, ">0")', "SUMIFS(t.y, t.kind, k)", 'SUMIFS(t.x, t.kind, "<>no", t.x, "<" & a)'),
    "VLOOKUP": ("VLOOKUP(s, t.name, t.x)", "VLOOKUP(s, t.name, t.kind)", "VLOOKUP(a, t.x, t.name)", "VLOOKUP(s, t.name, t.x) + 1"),
    "INDEX": ("INDEX(t.x, MATCH(s, t.name, 0))", "INDEX(t.name, MATCH(k, t.kind))"),
    "LEFT": ("LEFT(s, 2)", "LEFT(s) & u", "LEFT(s, 300)"),
    "RIGHT": ("RIGHT(s, 2)", "RIGHT(s, 300)", "RIGHT(s)"),
    "MID": ("MID(s, 2, 2)", "MID(s, 2, 300)", 'IF(MID(s, 1, 1) = "a", 1, 2)'),
    "TRIM": ("TRIM(s)", "LEN(TRIM(s))"),
    "CONCATENATE": ("CONCATENATE(s, a, u)", 'CONCATENATE(k, "-")'),
    "TEXT": ('TEXT(a, "#,##0.00")', 'TEXT(a, "#,##0")', 'TEXT(a, "0.0%")', 'TEXT(b, "0.000")'),
    "LARGE": ("LARGE(t.x, 1)", "LARGE(t.x, 2)"),
    "SMALL": ("SMALL(t.x, 1)", "SMALL(t.x, 3)"),
    "LOOKUP": ("LOOKUP(a, parameters.above)", "LOOKUP(a, parameters.up)", "LOOKUP(a / b, parameters.shares)", "LOOKUP(a - b, parameters.down)"),
    "YEAR": ("YEAR(d)", "YEAR(d) - YEAR(e)", "YEAR(IF(a > b, d, e))"),
    "MONTH": ("MONTH(d)", "MONTH(d + a)"),
    "DAY": ("DAY(d)", "DAY(d - a)"),
    "DATE": ("DATE(YEAR(d) + a, MONTH(d), DAY(d))", "DATE(2000 + a, b, a * b)", "DATE(2024, a * 7, 1) > d", "DATE(YEAR(e), MONTH(e) + 1, 0)"),
    "comparison of dates": ("d > e", "d = e", "d <> DATE(2024, 2, 29)", 'IF(d <= e, d, "")', "AND(d >= DATE(2023, 1, 1), d < DATE(2024, 1, 1))", 'd = ""'),
    "days": ("d - e", "ABS(d - e) > a", "d + a", "e - 1", "d + a > e", "IFERROR(d - e, -1)"),
    "MIN and MAX of dates": ("MIN(d, e)", "MAX(t.day)", "MIN(t.day, d)", "MAX(t.day) - MIN(t.day)"),
    "columns of dates": ('COUNTIF(t.day, ">=2023-08-15")', "COUNTIF(t.day, d)", 'SUMIF(t.day, "<" & d, t.x)', 'SUMIFS(t.x, t.day, ">" & d, t.day, "<>2024-02-29")',
                         "COUNTIF(t.day, \"<=\" & DATE(2024, 2, 29))", "COUNTA(t.day)", "VLOOKUP(s, t.name, t.day)", "VLOOKUP(d, t.day, t.x)", 'COUNTIF(t.day, "<>" & e)'),
    "other functions of dates": ("ISNUMBER(d)", "ISBLANK(d)", "ISDATE(d)", 'T(d) & "x"', "IFERROR(d, e)", "COUNTA(d, e)"),
}  # fmt: skip
OTHER_SIGN = ("TEXT", "CONCATENATE")  # whose minus sign or digits Gnumeric and IronCalc write otherwise


def known_to_others() -> list[Case]:
    """Cases for Gnumeric and IronCalc, which take TRIM of a range for that of one cell: those without columns of texts."""
    listed = [case for function in FUNCTIONS if function not in OTHER_SIGN for case in cases(function)[:100]]
    return [case for case in listed if not any(name in case[0] for name in ("t.name", "t.kind", "COUNTA(t.day)"))]


def _has_too_many_months(source: str, cells: dict[str, object]) -> bool:
    """Whether DATE gets a month or a day beyond 32767, which Excel and LibreOffice do not take."""
    a, b = (number if isinstance(number := cells[name], int | float) else 0 for name in "ab")
    return source.startswith("DATE(") and max(abs(a * 7), abs(a * b), abs(b)) > MOST_PART


def drawn(random: Random) -> dict[str, object]:
    scalars = {"a": NUMBERS, "b": NUMBERS, "s": TEXTS, "u": TEXTS, "k": CHOICES, "d": DAYS, "e": DAYS}
    columns = {"t.x": NUMBERS, "t.y": NUMBERS, "t.name": TEXTS, "t.kind": CHOICES, "t.day": DAYS}
    return {name: random.choice(values) for name, values in scalars.items()} | {
        name: [random.choice(values) for _ in range(ROWS)] for name, values in columns.items()
    }


def cases(function: str) -> list[Case]:
    random, sources = Random(f"{function} {SEED}"), FUNCTIONS[function]
    listed: list[Case] = []
    while len(listed) < examples(1000, usual=24):
        source, cells = sources[len(listed) % len(sources)], drawn(random)
        if rounds_alike(tree_of(source), cells.get):
            listed.append((source, cells))
    return listed


def written(path: Path, listed: list[Case]) -> Path:
    """A band of rows for each case: its cells in the first row, its columns below one another, the formula behind."""
    book = Book(path)
    book.set_properties({"created": datetime(2024, 1, 5)})
    sheet, names = book.add_sheet("S"), list(KINDS)
    shown_as_date = book.add_format({"num_format": "yyyy-mm-dd"})
    for number, (source, cells) in enumerate(listed):
        top = number * ROWS
        for column, name in enumerate(names):
            content = cells[name]
            for row, one in enumerate(content if isinstance(content, list) else [content]):
                if KINDS[name] in DATED and isinstance(one, str) and (written_day := as_date(one)):
                    sheet.write_datetime(top + row, column, datetime.combine(written_day, time()), shown_as_date)
                elif one is not None:
                    sheet.write(top + row, column, one)

        def address(name: str, top: int = top) -> str:
            letter = chr(ord("A") + names.index(name))
            return f"${letter}${top + 1}:${letter}${top + ROWS}" if name in COLUMNS else f"{letter}{top + 1}"

        formula = "=" + to_excel(tree_of(source), address)
        assert len(formula) <= 8192
        assert sheet.write_formula(top, len(names), formula, None, 4711) == 0
    book.close()
    return path


def shown(path: Path, count: int) -> Iterator[object]:
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    for number in range(count):
        row = rows[number * ROWS] if number * ROWS < len(rows) else []
        yield row[len(KINDS)] if len(KINDS) < len(row) else ""


def _without_spaces(one: object) -> object:
    """What a cell shows: nothing, where it holds a text of spaces."""
    return "" if isinstance(one, str) and not one.strip(SPACES) else one


def as_day(one: object) -> object:
    """The number of the day that a cell shows, whatever it looks like."""
    if isinstance(one, date):
        return day_of((one.date() if isinstance(one, datetime) else one).isoformat())
    return int(one) if isinstance(one, float) else one


def differing(listed: list[Case], found: Iterator[object], same: Callable[[object], object] = lambda one: one) -> list[tuple]:
    out = []
    for (source, cells), one in zip(listed, found, strict=True):
        tree = tree_of(source)
        expected = evaluate(tree, cells.get)
        if tree.kind is Kind.DATE:
            one = as_day(one)
        if isinstance(expected, Decimal) and isinstance(one, int | float) and not isinstance(one, bool):
            is_same = abs(float(DIGITS_15.plus(expected)) - one) <= 1e-14 * abs(one)
        else:
            is_same = same(_without_spaces(one)) == same(_without_spaces("" if expected is None else expected))
        if not is_same:
            out.append((source, cells, expected, one))
    return out


@pytest.mark.slow
@pytest.mark.libreoffice
def test_libreoffice_agrees_on_every_function(tmp_path: Path) -> None:
    listed = {function: cases(function) for function in FUNCTIONS}
    sources = [written(tmp_path / f"{function}.xlsx", own) for function, own in listed.items()]
    for saved, (function, own) in zip(convert(sources, tmp_path / "saved"), listed.items(), strict=True):
        assert differing(own, shown(saved, len(own))) == [], function


WHOLE = ("-2", "-1", "0", "1", "2", "300", "1899", "1900", "9999", "40000")
WITH_NUMBER = (
    "LEFT(s, {})", "RIGHT(s, {})", "MID(s, {}, 2)", "MID(s, 2, {})", "SMALL(t.x, {})", "LARGE(t.x, {})", "SMALL(t.x, {}.5)", "DATE({}, 1, 1)",
    "DATE(2024, {}, 1)", "DATE(2024, 1, {})", "d + {}", "d - {}", "YEAR(d + {})", "ROUND(a, {})", "ROUNDUP(a, {})", "TRUNC(a, {})", "SIGN({})", "INT({})",
    "ABS({})", 'TEXT({}, "0.0%")', 'COUNTIF(t.x, "{}")', 'COUNTIF(t.name, "{}")', 'SUMIF(t.x, "<{}")', "VLOOKUP({}, t.x, t.name)", "COUNTIF(t.x, {})",
    "IFERROR({} / 0, {})",
)  # fmt: skip
WORDS = ('""', '" "', '"\u3000"', '"a"', '"A B"', '"~"', '"*"', '"?"', '"=a"', '"= "', '"<>"', '"<> "', '"5"', '"a""b"')
WITH_TEXT = (
    "CONTAINS(s, {})", "WITHOUT(s, {})", "ISONEOF(s, {})", "COUNTIF(t.name, {})", "SUMIF(t.name, {}, t.x)", "VLOOKUP({}, t.name, t.x)", "s = {}", "s <> {}",
    "LEN({})", "TRIM({})", "CONCATENATE({}, s)", "s & {}", "PLAIN({})", "LEFT({}, 1)", "RIGHT({}, 1)", "MID({}, 1, 1)", "IFERROR({}, s)", "T(s) = {}",
    "IF(a > 1, {}, s)", "LEN(IF(a > 1, {}, s))", "COUNTIF(t.kind, {})", "SUMIF(t.kind, {}, t.x)", "ISDASH(s, {})",
)  # fmt: skip


def is_accepted(source: str) -> bool:
    try:
        tree_of(source)
    except FormulaError:
        return False
    return True


@pytest.mark.slow
@pytest.mark.libreoffice
def test_whatever_is_written_out_is_refused_or_gives_what_libreoffice_gives(tmp_path: Path) -> None:
    """Numbers and texts beside the usual ones, in every place of a function that takes one."""
    odd = [(frame, words) for frames, words in ((WITH_NUMBER, WHOLE), (WITH_TEXT, WORDS)) for frame in frames]
    sources = [source for frame, words in odd for word in words if is_accepted(source := frame.replace("{}", word))]
    random = Random(f"written out {SEED}")
    listed = [(source, drawn(random)) for source in sources for _ in range(examples(20, usual=3))]
    listed = [(source, cells) for source, cells in listed if rounds_alike(tree_of(source), cells.get)]
    assert len(sources) > 400 and len(listed) > 1000
    (saved,) = convert([written(tmp_path / "odd.xlsx", listed)], tmp_path / "saved")
    assert differing(listed, shown(saved, len(listed))) == []


@pytest.mark.slow
@pytest.mark.gnumeric
def test_gnumeric_agrees_on_every_function(tmp_path: Path) -> None:
    own = [case for case in known_to_others() if not _has_too_many_months(*case)]
    (saved,) = recalculate([written(tmp_path / "all.xlsx", own)], tmp_path / "saved")
    assert differing(own, shown(saved, len(own)), lambda one: one.strip() if isinstance(one, str) else one) == []


@pytest.mark.slow
def test_ironcalc_agrees_on_every_function(tmp_path: Path) -> None:
    own = [
        case for case in known_to_others()
        if "1900-02-28" not in case[1]["t.day"]  # a text, which it takes for a date
        and not _has_too_many_months(*case)  # which it takes too
        and not (case[0].startswith("DATE(YEAR(e)") and case[1]["e"] == "9999-12-31")  # by way of the year 10000: it gives up
        and not case[0].startswith("VLOOKUP(")  # ROW of INDEX is an error there
    ]  # fmt: skip
    model = ironcalc.load_from_xlsx(str(written(tmp_path / "all.xlsx", own)))
    model.evaluate()
    found = (model.get_cell_value(0, number * ROWS + 1, len(KINDS) + 1) for number in range(len(own)))
    assert differing(own, ("" if one in (None, "#DIV/0!") else one for one in found)) == []  # where we show nothing


@pytest.mark.slow
@pytest.mark.parametrize("function", FUNCTIONS)
def test_plain_doubles_agree_on_every_function(function: str) -> None:
    own = cases(function)
    doubles = (evaluate(tree_of(source), cells.get, DOUBLES) for source, cells in own)
    assert differing(own, ("" if one is None else one for one in doubles)) == []


def test_every_function_that_others_are_made_of_is_tried() -> None:
    assert SUGARS.keys() - FUNCTIONS.keys() == set()


def test_only_functions_of_excel_2007_are_written() -> None:
    later = ("IFS(", "CONCAT(", "TEXTJOIN(", "XLOOKUP(", "MAXIFS(", "COUNTIF", "SUMIFS(", "_xlfn")
    formulas = {source: to_excel(tree_of(source), str) for sources in FUNCTIONS.values() for source in sources}
    assert {source: formula for source, formula in formulas.items() if any(name in formula for name in later)} == {}


# --- what is refused, with the cure --------------------------------------------------------------------------

REFUSED = {
    "MOD(a, 2)": "a - b * INT(a / b)", "a % b": "a - b * INT(a / b)", "POWER(a, 2)": "x * x", "a ^ 2": "^", "SQRT(a)": "SQRT", "TODAY()": "TODAY",
    "YEAR(a)": "YEAR", 'd > "2024-01-01"': "DATE(2024, 1, 1)", "d > 2024": "YEAR(", "d & s": "MONTH(", '"<" & d': "MONTH(", "d * 2": "YEAR", "a - d": "MONTH", "d + e": "DAY", "MAX(d, a)": "DATE(",
    "IF(a > 1, d, a)": "DATE(", "EDATE(d, 3)": "DATE(YEAR(", "SUM(d)": "SUM", "N(d)": "N", "LEN(d)": "LEN", 'COUNTIF(t.day, "2024")': "DATE(", "DATE(d, 1, 1)": "DATE", "UPPER(s)": "CONTAINS", 'FIND("a", s)': "CONTAINS", 'SUBSTITUTE(s, "a", "b")': "WITHOUT", 'TEXTJOIN(",", TRUE, t.name)': "&",
    "RANK(a, t.x)": "COUNTIF(", "MEDIAN(t.x)": "SMALL", "MATCH(s, t.name)": "VLOOKUP(", "INDEX(t.x, 1)": "MATCH(", "HLOOKUP(s, t.name, 2)": "VLOOKUP(",
    'AVERAGEIF(t.name, "a", t.x)': "SUMIFS", "IF(a = 0, , 1)": '""', "a == 1": "=", "SUM(t.x) / 1,000": ",", "D5 / C5": "D5", "ROUND(a)": "ROUND",
    "ROUND(支出数 / b, 4)": "支出数", 'COUNTIF(t.name, "a*")': "CONTAINS", 'SUMIF(t.name, "?", t.x)': "CONTAINS", 'COUNTIF(t.name, "<>")': "COUNTA",
    'COUNTIF(t.x, "abc")': "COUNTIF", "SUMIFS(t.x, t.name)": "SUMIFS", "VLOOKUP(s, t.name)": "VLOOKUP", 'COUNTIF(t.name, ">a")': "OR(",
    's < u': "OR(", "AVERAGE(a + b)": "AVERAGE", "IFS(a > 1, 2, a)": "IFS", "RIGHT(s, a)": "RIGHT", "RIGHT(s, 0)": "32767", "LEFT(s, -1)": "32767", "MID(s, 0, 2)": "32767",
    "DATE(24, 1, 1)": "1900", 'COUNTIF(t.name, " ")': "COUNTA", 'SUMIF(t.name, "<> ", t.x)': "COUNTA",
}  # fmt: skip


@pytest.fixture
def speaking() -> Iterator[Callable[[str], None]]:
    yield use_language
    use_language(None)


@pytest.mark.parametrize("source", REFUSED)
def test_a_formula_is_refused_with_the_cure_in_both_languages(source: str, speaking: Callable[[str], None]) -> None:
    told = {}
    for language in ("zh", "en"):
        speaking(language)
        with pytest.raises(FormulaError) as caught:
            tree_of(source)
        told[language] = str(caught.value)
        assert REFUSED[source] in told[language] and source in told[language]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in told["zh"].replace(source, ""))
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in told["en"].replace(source, "").replace(REFUSED[source], ""))
