"""A formula says the same in Excel as in Python: by example, by thousands of random formulas, by three engines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from random import Random

import ironcalc
import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from support.gnumeric import as_gnumeric_shows, recalculate
from support.libreoffice import ALWAYS, NEVER, convert
from support.sweeps import examples, seeds
from support.ties import rounds_alike
from xlperf.errors import FormulaError
from xlperf.formula.doubles import DOUBLES
from xlperf.formula.evaluator import evaluate
from xlperf.formula.excel import to_excel
from xlperf.formula.functions import COMPARISONS, DECIMALS, FUNCTIONS, Numbers
from xlperf.formula.nodes import Call, IsBlank, Kind, Literal, Name, Node, Operation, names_in
from xlperf.formula.operands import DIGITS_15, as_decimal, as_text, normal_text, round_half_up
from xlperf.formula.parsing.parser import MOST_OPERATORS, NESTING, About, parse
from xlperf.workbook.book import Book

NUMBERS, TEXTS, CHOICES, VALUES, SPENT, GROUP = (
    ("a", "b", "c", "d"),
    ("s", "t"),
    ("k", "l"),
    ("v", "w"),
    "items.spent",
    "items.group",
)
KINDS = {**dict.fromkeys(NUMBERS, Kind.NUMBER), **dict.fromkeys(TEXTS, Kind.TEXT), **dict.fromkeys(CHOICES, Kind.CHOICE),
         **dict.fromkeys(VALUES, Kind.VALUE), SPENT: Kind.NUMBERS, GROUP: Kind.CHOICES}  # fmt: skip
LISTED, TYPED = {"m": ("定量", "定性")}, ("p",)  # a choice of a list, a number that people type
KINDS |= {**dict.fromkeys(LISTED, Kind.CHOICE), **dict.fromkeys(TYPED, Kind.NUMBER)}
CELLS = (*NUMBERS, *TEXTS, *CHOICES, *VALUES, *LISTED, *TYPED)  # in the order of their columns
SPENT_VALUES = (1.5, None, "abc", 2.25, " ", -3)
GROUP_VALUES = ("定量", "定量", "定性", "Yes", None, "定量")
COLUMN_VALUES = {SPENT: SPENT_VALUES, GROUP: GROUP_VALUES}
STEPS = {"parameters.grades": ((90, "优"), (60, "中"), ("差",)), "parameters.shares": ((1, 1), (0.9, 0.8), (0,))}
BLANKS = (None, "", " ", "\u00a0", "\u3000", "\t", " \u3000\u00a0 ")  # "" is a formula that shows nothing


DIGITS = {name: 6 for name, kind in KINDS.items() if kind in (Kind.NUMBER, Kind.VALUE, Kind.NUMBERS)}


def tree_of(source: str) -> Node:
    return parse(source, KINDS.get, STEPS, about=about)


def about(name: str) -> About:
    return About(DIGITS.get(name), LISTED.get(name, ()), name in TYPED)


def lookup(cells: dict[str, object]) -> Callable[[str], object]:
    return lambda name: list(COLUMN_VALUES[name]) if name in COLUMN_VALUES else cells.get(name)


def value(source: str, **cells: object) -> object:
    return evaluate(tree_of(source), lookup(cells))


# --- the contract, by example --------------------------------------------------------------------------------

Row = tuple[str, dict[str, object], object]


def rounded(digits: int, expected: dict[float, str]) -> list[Row]:
    return [(f"ROUND(a, {digits})", {"a": number}, Decimal(result)) for number, result in expected.items()]


def written(source: str, expected: dict[float, str]) -> list[Row]:
    return [(source, {"a": number}, text) for number, text in expected.items()]


def every(source: str, name: str, values: tuple, expected: object) -> list[Row]:
    return [(source, {name: one}, expected) for one in values]


UNGUARDED: list[Row] = [
    ("a / b", {"a": 1, "b": 0}, None), ("ROUND(a / (b - 1), 2)", {"a": 1, "b": 1}, None),
    ("AND(a / b > 1, a > 0)", {"a": 1, "b": 0}, None),
]  # fmt: skip
CONTRACT: dict[str, list[Row]] = {
    "a blank operand makes the result blank": [
        ("a + b", {"a": 1}, None), ("a + b", {"a": 1, "b": 2}, 3), ("a", {}, None), ("-a", {}, None), ("a%", {}, None),
        ("ROUND(a / b, 4)", {"a": 602.24, "b": 627.17}, Decimal("0.9603")), ("ROUND(a / b, 4)", {"b": 627.17}, None),
        ("a > b", {"a": 1}, None), ("s & t", {"s": "x"}, None), ("k = l", {"k": "x"}, None), ("s", {}, None), ("v", {}, None),
        ("LEN(s)", {}, None), ("TEXT(a, \"0%\")", {}, None), ("ABS(a)", {}, None), ("SUM(a + b, c)", {"a": 1, "c": 1}, None),
        ("AND(a > 0, b > 0)", {"a": -1}, None), ("OR(a > 0, b > 0)", {"a": 1}, None), ("NOT(a > 0)", {}, None),
        ('""', {}, None),
    ],
    "only the branch that is taken needs its operands": [
        ("IF(a > 0, b, c)", {"a": 1, "b": 2}, 2), ("IF(a > 0, b, c)", {"a": 1, "c": 2}, None),
        ("IF(a > 0, b, c)", {"b": 2, "c": 2}, None), ("1 + IF(a > 0, b, c)", {"a": 1, "b": 2}, 3),
        ("1 + IF(a > 0, b, c)", {"a": 0, "b": 2}, None), ('1 + IF(a > 0, "", c)', {"a": 1, "c": 2}, None),
        ('1 + IF(a > 0, "", c)', {"a": 0, "c": 2}, 3), ("AND(IF(a > 0, b > 0, TRUE), c > 0)", {"a": 0, "c": 1}, True),
        ("AND(IF(a > 0, b > 0, TRUE), c > 0)", {"a": 1, "c": 1}, None), ('IF(IF(a > 0, b > 0, ""), 1, 2)', {"a": 0}, None),
        ('IF(IF(a > 0, b > 0, ""), 1, 2)', {"a": 1, "b": 0}, 2),
        ("IF(a = 0, IF(b = 0, 0, 1), (b - a) / a)", {"a": 0, "b": 0}, 0),
        ("IF(a = 0, IF(b = 0, 0, 1), (b - a) / a)", {"a": 4, "b": 5}, Decimal("0.25")),
    ],
    "SUM, COUNT, MIN and MAX skip blanks and text": [
        ("SUM(items.spent)", {}, Decimal("0.75")), ("COUNT(items.spent)", {}, 3), ("MIN(items.spent)", {}, -3),
        ("MAX(items.spent)", {}, Decimal("2.25")), ("SUM(a, b)", {"a": 1}, 1), ("SUM(a, v)", {"v": "abc"}, 0),
        ("COUNT(a, b, v)", {"a": 1, "b": "5"}, 1), ("MIN(a)", {}, 0), ("MAX(a, -1)", {}, -1),
        ("SUM(items.spent, a, 1)", {"a": 1}, Decimal("2.75")),
    ],
    "N counts a blank as nothing, T as the empty text": [
        ("N(a)", {}, 0), ("N(a)", {"a": 5}, 5), ("N(a) + 1", {"a": "abc"}, 1), ("N(s)", {"s": "5"}, 0),
        ("N(v)", {"v": 2.5}, Decimal("2.5")), ('T(s) & "x"', {}, "x"), ('T(a) & "x"', {"a": 5}, "x"),
        ('T(s) & "x"', {"s": " y"}, " yx"), ('T(k) = "x"', {}, False), ('T(s) <> "x"', {}, True), ("LEN(T(s))", {}, 0),
        ("ISNUMBER(a)", {}, False), ("ISNUMBER(a)", {"a": 0}, True), ("ISNUMBER(s)", {"s": "5"}, False),
    ],
    "text where a number is needed counts as blank": [
        ("a + b", {"a": "5", "b": 1}, None), ('a = ""', {"a": "abc"}, True), ('a <> ""', {"a": "5"}, False),
        ("v + 1", {"v": "健全"}, None), ("v + 1", {"v": 2}, 3), ("v > 1", {"v": "5"}, None),
        ("ABS(IF(a > 0, \"x\", 1))", {"a": 1}, None), ("ABS(IF(a > 0, \"x\", -1))", {"a": 0}, 1),
        ("IF(a > 0, s & t, 1) + 1", {"a": 1, "s": "5", "t": "5"}, None), ("IF(a > 0, T(s), 1) = 1", {"a": 1, "s": "x"}, None),
        ("SUM(IF(a > 0, \"x\", 1), 2)", {"a": 1}, None), ("IF(a > 0, s, 1) + 1", {"a": 1, "s": "x"}, None),
        ("IF(a > 0, s, 1) + 1", {"a": 1, "s": 5}, 6),
    ],
    "blank is what looks blank": [
        *every('s = ""', "s", BLANKS, True), *every('s <> ""', "s", BLANKS, False), *every("s & 1", "s", BLANKS, None),
        *every('v = ""', "v", BLANKS, True), *every("a + 1", "a", BLANKS, None),
        *every('s = ""', "s", ("0", "x", "\u3000x", "\n"), False), *every('k = ""', "k", (None, ""), True),
        *every('k = ""', "k", ("x", " "), False), ('"" = s', {}, True), ('"" <> a', {"a": 0}, True),
        ('(a + b) = ""', {"a": 1}, True), ('IF(a > 0, "", b) = ""', {"a": 1, "b": 1}, True),
        ('IF(a > 0, "", b) = ""', {"a": 0, "b": 1}, False),
    ],
    "ROUND is half away from zero on 15 digits": [
        *rounded(0, {0.5: "1", 1.5: "2", 2.5: "3", -0.5: "-1", -2.5: "-3", 0.49: "0", -0.4: "0", 0.499999999999999: "0"}),
        *rounded(0, {1e9: "1000000000", 123456789.5: "123456790"}),
        *rounded(1, {0.25: "0.3", 0.35: "0.4", -0.05: "-0.1", -0.04: "0"}),
        *rounded(2, {1.005: "1.01", 2.675: "2.68", 1.115: "1.12", -1.005: "-1.01", 1.004999: "1", 0.285: "0.29", 8.345: "8.35"}),
        *rounded(6, {0.0000005: "0.000001", 9265.3534425: "9265.353443"}), *rounded(15, {0.1: "0.1", 1e9: "1000000000"}),
        *rounded(-1, {15: "20", -15: "-20", 14.9: "10", 4: "0"}),
        ("ROUND(a * b, 2)", {"a": 0.615, "b": 100}, Decimal("61.5")),
        ("ROUND(a / 3 * 3, 0)", {"a": 0.5}, 1), ("ROUND(a / 7 * 7, 2)", {"a": -1.005}, Decimal("-1.01")),
        ("ROUND(a + b, 1)", {"a": 0.15, "b": 0.1}, Decimal("0.3")),
        ("ROUND(a - b, 2)", {"a": 1.115, "b": 0.11}, Decimal("1.01")),
        ("ROUND(a / b, 4)", {"a": 1, "b": 20000}, Decimal("0.0001")),
    ],
    "numbers are compared on 15 digits": [
        ("a + b = c", {"a": 0.1, "b": 0.2, "c": 0.3}, True), ("a + b > c", {"a": 0.1, "b": 0.2, "c": 0.3}, False),
        ("a + b <= c", {"a": 0.1, "b": 0.2, "c": 0.3}, True), ("a + b <> c", {"a": 0.1, "b": 0.2, "c": 0.3}, False),
        ("a * 3 = c", {"a": 1.1, "c": 3.3}, True), ("a / 3 * 3 = a", {"a": 1}, True), ("a < b", {"a": 1, "b": 1.000001}, True),
        ("a >= b", {"a": -0.0, "b": 0}, True), ("v = 100", {"v": 100}, True), ("100 <> v", {"v": 100.5}, True),
        ("a = -1", {"a": -1}, True),
    ],
    "text is compared without case, its spaces folded": [
        *every('s = "A b"', "s", ("A b", "a B", " a b", "a b\u3000", "a\u00a0b", "a\u3000b", "a\tb", "a   b"), True),
        *every('s = "A b"', "s", ("\u00a0a \t b ",), True),
        *every('s = "A b"', "s", ("ab", "a b c", "a-b"), False), ("s = t", {"s": "健全\u3000", "t": " 健全"}, True),
        ('s <> "É"', {"s": "é"}, False), ('s = " a  b "', {"s": "a b"}, True), ("v = w", {"v": 100, "w": "100"}, True),
        ("v = w", {"v": "Good", "w": "good "}, True), ("v <> w", {"v": 0.5, "w": 0.25}, True),
        ('s = "a*"', {"s": "abc"}, False), ('s = "a?"', {"s": "A?"}, True), ("s = k", {"s": " x", "k": "X"}, True),
        ('s = """"', {"s": '"'}, True), ("v = k", {"v": 5, "k": "5"}, True),
    ],
    "choices are compared without case, space for space": [
        ('k = "定量"', {"k": "定量"}, True), ('k = "定量"', {"k": " 定量"}, False), ('k <> "Yes"', {"k": "YES"}, False),
        ("k = l", {"k": "x", "l": "X"}, True), ("k = l", {"k": "x", "l": "x "}, False), ('T(k) = "x"', {"k": "x "}, False),
        ('k = "5"', {"k": 5}, False), ('k = ">="', {"k": ">="}, True),
    ],
    "what is none of the choices of a list makes the result blank": [
        ('m = "定量"', {"m": "定量"}, True), ('m = "定量"', {"m": "定性"}, False), *every('m = "定量"', "m", (" 定量", "定量\u3000", "x", 5), None),
        ('T(m) = "定量"', {}, False), ('T(m) <> "定量"', {"m": "x"}, None), ('m & "x"', {"m": "x"}, None), ('m = ""', {"m": "x"}, False),
        ('m = ""', {}, True), ('IF(m = "定性", 1, 2)', {"m": "定性 "}, None), ('IF(T(m) = "定性", 1, 2)', {"m": "定性 "}, None),
        ('IF(m = "", 1, 2)', {"m": "x"}, 2),
    ],
    "a text where people type a number is no blank": [
        ("N(p)", {"p": "12元"}, None), ("N(p) + 1", {"p": 2}, 3), ("N(p) + 1", {}, 1), ("SUM(p, a)", {"p": "5", "a": 1}, None), ("SUM(p, a)", {"a": 1}, 1),
        ("MAX(p, a)", {"p": "x", "a": 1}, None), ("MIN(p)", {}, 0), ("COUNT(p, a)", {"p": "x", "a": 1}, 1), ("ISNUMBER(p)", {"p": "x"}, False),
        ('p = ""', {"p": "x"}, True), ("SUM(a, c) > N(p)", {"p": "x"}, None),
    ],
    "numbers become text in a few fixed ways": [
        *written('"" & a', {100: "100", 0.1: "0.1", -0.5: "-0.5", 1748.4493: "1748.4493", 0: "0", 1e9: "1000000000"}),
        *written('"" & a', {123456789.123456: "123456789.123456", 0.000001: "0.000001", 99999999999: "99999999999"}),
        ("k & v & s", {"k": ">=", "v": 14.5, "s": "家"}, ">=14.5家"), ("a + b & s", {"a": 0.1, "b": 0.2, "s": "%"}, "0.3%"),
        *written('TEXT(ROUND(a, 4), "0%")', {0.96: "96%", -1: "-100%", -0.00001: "0%"}),
        *written('TEXT(ROUND(a, 4), "0.00%")', {0.9603: "96.03%", -0.00001: "0.00%", 0: "0.00%", -0.5: "-50.00%"}),
        *written('TEXT(ROUND(a, 2), "0")', {3: "3", -0.4: "0", 1e9: "1000000000"}),
        *written('TEXT(ROUND(a, 2), "0.00")', {2.5: "2.50", 1234567.891: "1234567.89", -0.001: "0.00"}),
        *written('TEXT(a, "0%")', {0.285: "29%", 1.005: "101%"}), *written('TEXT(a, "0")', {-0.4: "0", 2.5: "3"}),
        *written('TEXT(a, "0.00")', {2.675: "2.68"}), *written('TEXT(a, "0.00%")', {0.00005: "0.01%", 12.5: "1250.00%"}),
        ("LEN(v)", {"v": 14.5}, 4),
        ("LEN(s)", {"s": " a 健全"}, 5),
    ],
    "division by zero is an error in Excel and blank here": UNGUARDED,
    "division by zero is for the form to guard": [
        ('IF(b = 0, "", a / b)', {"a": 1, "b": 0}, None), ('IF(b = 0, "", a / b)', {"a": 1, "b": 4}, Decimal("0.25")),
        ("IF(b = 0, 0, a / b)", {"b": 0}, 0),
    ],
    "SUMIF sums beside a choice, without case, space for space": [
        ('SUMIF(items.group, "定量", items.spent)', {}, Decimal("-1.5")), ('SUMIF(items.group, "yes", items.spent)', {}, Decimal("2.25")),
        ('SUMIF(items.group, "定性", items.spent)', {}, 0), ('SUMIF(items.group, "*", items.spent)', {}, 0),
        ('SUMIF(items.group, " 定量", items.spent)', {}, 0), ("SUMIF(items.group, k, items.spent)", {"k": "YES"}, Decimal("2.25")),
        ("SUMIF(items.group, k, items.spent)", {}, None), ("SUMIF(items.group, k, items.spent) + 1", {"k": "?"}, 1),
    ],
    "LOOKUP is the highest step that is reached": [
        ("LOOKUP(a, parameters.grades)", {"a": 100}, "优"), ("LOOKUP(a, parameters.grades)", {"a": 90}, "优"),
        ("LOOKUP(a, parameters.grades)", {"a": 89.99}, "中"), ("LOOKUP(a, parameters.grades)", {"a": 59.99}, "差"),
        ("LOOKUP(a, parameters.grades)", {"a": -1}, "差"), ("LOOKUP(a, parameters.grades)", {}, None),
        ("LOOKUP(a / b, parameters.shares) * c", {"a": 9, "b": 10, "c": 5}, 4), ("LOOKUP(a, parameters.shares)", {"a": 2}, 1),
    ],
    "operators bind as in Excel": [
        ("a - b - c", {"a": 10, "b": 4, "c": 3}, 3), ("a - (b - c)", {"a": 10, "b": 4, "c": 3}, 9),
        ("a / b / c", {"a": 24, "b": 4, "c": 2}, 3), ("a / (b * c)", {"a": 24, "b": 4, "c": 2}, 3),
        ("a / b * c", {"a": 24, "b": 4, "c": 2}, 12), ("a + b * c", {"a": 1, "b": 2, "c": 3}, 7),
        ("(a + b) * c", {"a": 1, "b": 2, "c": 3}, 9), ("-a + b", {"a": 1, "b": 3}, 2), ("a * -b", {"a": 2, "b": 3}, -6),
        ("a - -b", {"a": 2, "b": 3}, 5), ("-(a - b)", {"a": 2, "b": 3}, 1), ("--a", {"a": 2}, 2), ("a - -2", {"a": 2}, 4),
        ("-2 * a", {"a": 2}, -4), ("-a%", {"a": 5}, Decimal("-0.05")), ("a * b%", {"a": 200, "b": 5}, 10),
        ("(a + b)%", {"a": 2, "b": 3}, Decimal("0.05")), ("a%%", {"a": 100}, Decimal("0.01")),
        ("1 - a%", {"a": 50}, Decimal("0.5")), ("a & b + c", {"a": 1, "b": 2, "c": 3}, "15"),
        ("a + b & c", {"a": 1, "b": 2, "c": 3}, "33"), ('"a" & "b" = "AB"', {}, True),
        ("a + b = c", {"a": 1, "b": 2, "c": 3}, True), ("a & (b - c)", {"a": 1, "b": 2, "c": 3}, "1-1"),
    ],
}  # fmt: skip
EXAMPLES = [row for rows in CONTRACT.values() for row in rows]


@pytest.mark.parametrize("rule", CONTRACT)
def test_the_contract_holds_in_python(rule: str) -> None:
    got = [(source, cells, value(source, **cells)) for source, cells, _ in CONTRACT[rule]]
    assert got == CONTRACT[rule]
    assert [type(one) is bool for *_, one in got] == [type(one) is bool for *_, one in CONTRACT[rule]]


def test_a_guarded_formula_reads_as_a_person_would_write_it() -> None:
    address = {"a": "D9", "b": "E9", "k": "F9", SPENT: "E9:E40", GROUP: "G9:G40"}.get
    assert to_excel(tree_of("ROUND(a / b, 4)"), address) == 'IF(OR(NOT(ISNUMBER(D9)),NOT(ISNUMBER(E9))),"",ROUND(D9/E9,4))'
    assert to_excel(tree_of("a > b"), address, "FALSE") == "IF(OR(NOT(ISNUMBER(D9)),NOT(ISNUMBER(E9))),FALSE,D9>E9)"
    assert to_excel(tree_of('IF(k = "x", a, "")'), address) == 'IF(F9="","",IF(F9="x",IF(NOT(ISNUMBER(D9)),"",D9),""))'
    assert to_excel(tree_of("SUM(items.spent) + N(a)"), address) == "ROUND(SUM(E9:E40)+SUM(D9),6)"
    assert to_excel(tree_of('TEXT(N(a), "0.00%")'), address) == 'TEXT(ROUND(SUM(D9),4),"0.00%")'
    assert to_excel(tree_of('TEXT(ROUND(N(a), 2), "0.00%")'), address) == 'TEXT(ROUND(SUM(D9),2),"0.00%")'
    assert to_excel(tree_of("1 - (2 - 3) - -4"), address) == "1-(2-3)-(-4)"
    assert (
        to_excel(tree_of("SUMIF(items.group, k, items.spent)"), address)
        == 'IF(F9="","",ROUND(SUMPRODUCT(--(G9:G40=F9),E9:E40),6))'
    )
    assert to_excel(tree_of("LOOKUP(N(a), parameters.shares)"), address) == "IF(SUM(D9)>=1,1,IF(SUM(D9)>=0.9,0.8,0))"


def test_numbers_and_texts_on_their_own() -> None:
    assert value("LEN(s)", s="😀健") == 3  # UTF-16 units as in Excel; LibreOffice counts characters
    assert round_half_up(Decimal("1.005"), 2) == Decimal("1.01")
    assert round_half_up(Decimal("0.4999999999999999"), 0) == 1  # a tie on 15 digits; typed, LibreOffice rounds it down
    assert as_text(round_half_up(Decimal("-0.001"), 2), "0.00") == "0.00"
    assert as_text(Decimal("1E+20")) == "1" + "0" * 20
    assert as_decimal(0.1 + 0.2) == Decimal("0.3")
    assert as_decimal([1, " ", "x", None]) == [Decimal(1), None, "x", None]
    assert normal_text("\u3000A\u00a0 \tb ") == "a b"


# --- what is refused -----------------------------------------------------------------------------------------

WRONG = {
    "": "the formula ends", "   ": "the formula ends", "a +": "the formula ends", "(a": "')'", "a)": "')'", "(a + b))": "')'",
    "ROUND(a, 2": "')'", "()": "')'", "SUM()": "')'", "a b": "'b'", "a 1": "'1'", "+a": "'+'", "a ++ b": "'+'", "a,b": "','",
    "items.group": "a column", "SUM(items.group)": "argument 1 of SUM is choices", "SUMIF(items.group, a, items.spent)": "compares text with a number",
    "SUMIF(items.spent, k, items.spent)": "compares text with a number", "SUMIF(items.group, k, a)": "argument 3 of SUMIF is number",
    "LOOKUP(a, b)": "'b' is none of parameters.grades", "LOOKUP(s, parameters.grades)": "compares text with a number", "LOOKUP(a)": "expected ','",
    "a == b": "'='", "a = ": "a value", "* a": "'*'", "%": "'%'", "a ^ 2": "' ^ 2'", "a; b": "'; b'",
    '"open': "'\"open'", "1.": "'.'", ".5": "'.5'", "1e5": "'e5'", "a!": "'!'", "Sheet1!A1": "'!A1'", "a[0]": "'[0]'",
    "{a}": "'{a}'", "预算": "'预算'", "nobody + a": "'nobody'", "items.nobody": "'items.nobody'",
    "A": "'A'", "SUM": "'SUM'", "a.b": "'a.b'", "VLOOKUP(a)": "VLOOKUP with 1", "a(b)": "'a'",
    "eval(a)": "'eval'", "TRUE(1)": "'TRUE'",  "IF(a > 0, 1, 2, 3)": "IF with 4", "ROUND(a)": "ROUND with 1", "ABS(a, b)": "ABS with 2", "NOT(a > 0, b > 0)": "NOT with 2",
    "SUM(" + ",".join("a" * 256) + ")": "SUM with 256", "N(a, b)": "N with 2", "LEN(s, t)": "LEN with 2",
    "a = s": "compares text with a number", 's <> 1': "compares text with a number", 'a = "1"': "compares text with a number",
    "k > 1": "compares text with a number", "s & t > a": "compares text with a number", "s < t": "neither is larger",
    'k >= "x"': "neither is larger", "v < w": "neither is larger", "a + s": "'+' takes numbers", 's * 2': "'*' takes numbers",
    "-s": "'-' takes numbers", "s%": "'/' takes numbers", '"" + a': "'+' takes numbers", "items.spent": "a column",
    "items.spent + 1": "'+' takes single values", "a > items.spent": "'>' takes single values",
    's & items.spent': "'&' takes single values", 'items.spent = ""': "'=' takes single values",
    "ABS(items.spent)": "argument 1 of ABS is numbers", "IF(a > 0, items.spent, 1)": "argument 2 of IF is numbers",
    "COUNT(a + 1)": "COUNT takes a field", "COUNT(a, 2)": "COUNT takes a field", "N(items.spent)": "argument 1 of N is numbers",
    "LEN(items.spent)": "argument 1 of LEN is numbers", "ROUND(a, items.spent)": "argument 2 of ROUND is numbers",
    "(a > 0) + 1": "'+' takes single values", "(a > b) = (b > a)": "'=' takes single values",
    "a > b > c": "'>' takes single values", "TRUE & s": "'&' takes single values", "IF(a, 1, 2)": "argument 1 of IF is number",
    "AND(a > 0, s)": "argument 2 of AND is text", "NOT(k)": "argument 1 of NOT is choice",
    "ABS(s)": "argument 1 of ABS is text", "SUM(s)": "argument 1 of SUM is text", "SUM(a > 0)": "argument 1 of SUM is boolean",
    "LEN(a > 0)": "argument 1 of LEN is boolean", "ROUND(s, 2)": "argument 1 of ROUND is text",
    "IF(a > 0, b > 0, 1)": "one branch of IF is a test", "N(a + 1)": "N takes a field", 'T("x")': "T takes a field",
    "ISNUMBER(1)": "ISNUMBER takes a field", 'TEXT(a, "0.00000")': "TEXT takes one of 0%, 0.0%",
    "TEXT(a, s)": "TEXT takes one of", 'TEXT(a, "#,#")': "TEXT takes one of", "TEXT(a, 0)": "argument 2 of TEXT is number",
    "ROUND(a, b)": "ROUND takes a whole number of digits", "ROUND(a, 1.5)": "ROUND takes a whole number",
    "ROUND(a, 16)": "-15 to 15", "ROUND(a, -16)": "-15 to 15", '(s & "") & items.spent': "not a column",
    'T(s) = ""': "blank that never is", 'N(a) <> ""': "blank that never is", '1 = ""': "blank that never is",
    'SUM(a, b) = ""': "blank that never is", '(a = "") = ""': "blank that never is",
    "1234567890123456": "1234567890123456 has more than 15 digits",
    "a + 0.1234567890123456": "0.1234567890123456 has more than 15 digits",
}  # fmt: skip


pytestmark = pytest.mark.usefixtures("in_english")


@pytest.mark.parametrize("source", WRONG)
def test_a_wrong_formula_is_refused_and_told_why(source: str) -> None:
    with pytest.raises(FormulaError) as caught:
        tree_of(source)
    assert WRONG[source] in str(caught.value)
    assert repr(source) in str(caught.value) or repr(source.rstrip()) in str(caught.value)


DEEP = {
    "brackets": lambda n: "(" * n + "a" + ")" * n,
    "signs": lambda n: "-" * n + "a",
    "functions": lambda n: "ABS(" * n + "a" + ")" * n,
    "tests": lambda n: "NOT(" * n + "a > 0" + ")" * n,
    "branches": lambda n: "IF(a > 0, 1, " * n + "a" + ")" * n,
    "conditions": lambda n: "IF(" * n + "a > 0" + ", a > b, b > a)" * n,
}
LONG = {"sums": lambda n: "a" + " + a" * n, "percent signs": lambda n: "a" + "%" * n, "texts": lambda n: "s" + " & s" * n}


def walk(tree: Node) -> tuple[object, str, list[str]]:
    return evaluate(tree, {"a": 1, "b": 2, "s": "x"}.get), to_excel(tree, str), list(names_in(tree))


@pytest.mark.parametrize("shape", DEEP)
def test_nesting_ends_where_excel_ends(shape: str) -> None:
    assert walk(tree_of(DEEP[shape](NESTING)))
    for depth in (NESTING + 1, 2000, 20_000):
        with pytest.raises(FormulaError, match=f"nested deeper than {NESTING}"):
            tree_of(DEEP[shape](depth))
    with pytest.raises(FormulaError):
        tree_of("(" * 2000)


@pytest.mark.parametrize("shape", LONG)
def test_a_chain_of_operators_ends_before_recursion_does(shape: str) -> None:
    assert walk(tree_of(LONG[shape](MOST_OPERATORS)))
    for length in (MOST_OPERATORS + 1, 20_000):
        with pytest.raises(FormulaError, match=f"more than {MOST_OPERATORS} operators"):
            tree_of(LONG[shape](length))


def test_the_longest_and_deepest_formula_can_be_walked() -> None:
    source = "a"
    for _ in range(NESTING):
        source = f"ABS({source}" + " + a" * (MOST_OPERATORS // NESTING) + ")"
    assert walk(tree_of(source))[0] == 1 + NESTING * (MOST_OPERATORS // NESTING)


PIECES = ["a", "b", "s", "k", "v", SPENT, GROUP, "nobody", "TRUE", *FUNCTIONS, "LOOKUP", *STEPS, *COMPARISONS, *"+-*/&%(),", "((", "))", " ",
          '""', '"x"', '"0%"', "0", "2", "1.005"]  # fmt: skip
CELL = st.none() | st.sampled_from(BLANKS) | st.text(max_size=5) | st.integers(-(10**12), 10**12) | st.floats(-1e12, 1e12)


def check_total(source: str, cells: list[object]) -> None:
    """Either a FormulaError, or a tree that both renderings take."""
    try:
        tree = tree_of(source)
    except FormulaError:
        return
    result = evaluate(tree, lookup(dict(zip(CELLS, cells, strict=False))))
    assert result is None or isinstance(result, Decimal | str | bool)
    assert to_excel(tree, str)
    assert set(names_in(tree)) <= KINDS.keys()


@given(st.text(), st.lists(CELL, max_size=10))
@example("(" * 2000, [])
@example("9" * 400, [])
@example("\u00a0a", [])
def test_parse_never_raises_anything_else_on_any_text(source: str, cells: list[object]) -> None:
    check_total(source, cells)


@settings(max_examples=examples(1500, usual=300))
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), st.lists(CELL, max_size=10))
@example('IF(a>0,"x",1)+1', [1])
@example("ROUND(a*1000000000000000,15)", [1e12])
@example('TEXT(a*a*a*a,"0.00%")', [1e12])
def test_parse_never_raises_anything_else_on_scrambled_formulas(source: str, cells: list[object]) -> None:
    check_total(source, cells)


def test_names_yields_every_name_once_per_mention() -> None:
    tree = tree_of('IF(AND(a > 0, s = ""), ROUND(b / c, 2) & T(k), "" & SUM(items.spent, d) & IF(ISNUMBER(v), -w%, a))')
    assert list(names_in(tree)) == ["a", "s", "b", "c", "k", SPENT, "d", "v", "w", "a"]
    assert list(names_in(tree_of("1 + 2"))) == []


# --- random formulas -----------------------------------------------------------------------------------------

WORDS = ("健全", "abc", "ABC", " abc ", "a\u00a0b", "a  b", "\u3000健全\u3000", "a\tb", "5", "0", "É", "é", "a*", "100%",
         "不适用", "=1", '<b>&amp;"')  # fmt: skip
OPTIONS = ("定量", "定性", ">=", "Yes", "yes", " 定量", "定量\u3000", "a  b")
HARD = (0.5, 1.5, 2.5, -0.5, -2.5, 1.005, 2.675, 1.115, 0.285, 0.125, -1.005, 0.1, 0.2, 0.3, 0, 1, 2, 100, 1e9, 0.000001,
        -0.00001, 4.68, 627.17)  # fmt: skip
PRINTED = ("0%", "0.00%", "0", "0.00")
LITERALS = ("0", "1", "2", "100", "0.5", "1.005", "2.675", "3.7", "-2")


class Author:
    """Writes well-typed formulas: one method per kind, each choosing among its ways to say something of that kind."""

    def __init__(self, random: Random) -> None:
        self.random, self.may_fail = random, True

    def pick(self, *ways):
        return self.random.choice(ways)

    def bracketed(self, source: str, chance: float = 0.6) -> str:
        return f"({source})" if self.random.random() < chance else source

    def anything(self, depth: int) -> str:
        return self.pick(self.number, self.rounded, self.arithmetic, self.text, self.test)(depth)

    def number(self, depth: int) -> str:
        if depth <= 0:
            return self.pick(*NUMBERS, *NUMBERS, *VALUES, self.pick(*LITERALS), f"N({self.pick(*NUMBERS, *VALUES, *TEXTS)})")
        ways = (
            self.arithmetic,
            self.arithmetic,
            self.rounded,
            self.rounded,
            self.counted,
            self.branch,
            self.single,
            self.grouped,
        )
        return self.pick(*ways)(depth - 1)

    def arithmetic(self, depth: int) -> str:
        operator, left, right = self.pick(*"+-*/"), self.bracketed(self.number(depth)), self.bracketed(self.number(depth))
        if operator == "/" and not (self.may_fail and self.random.random() < 0.3):
            divisor = self.pick(*NUMBERS, *VALUES)
            return f'IF({divisor} = 0, "", {left} / {divisor})'
        return f"{left} {operator} {right}"

    def rounded(self, depth: int) -> str:
        return f"ROUND({self.number(depth)}, {self.pick('0', '1', '2', '4', '6', '-1')})"

    def counted(self, depth: int) -> str:
        function, count = self.pick("SUM", "COUNT", "MIN", "MAX"), self.random.randint(1, 3)
        fields = (SPENT, *NUMBERS, *VALUES)
        taken = [self.pick(*fields, *fields if function == "COUNT" else [self.number(depth)] * 5) for _ in range(count)]
        return f"{function}({', '.join(taken)})"

    def grouped(self, depth: int) -> str:
        stepped = f"LOOKUP({self.number(depth)}, parameters.shares)"
        choice = self.pick(*CHOICES, *CHOICES, '"定量"', '"YES"', '"*"')
        return self.pick(stepped, *[f"SUMIF({GROUP}, {choice}, {SPENT})"] * 2)

    def branch(self, depth: int) -> str:
        return f"IF({self.test(depth)}, {self.pick(self.number(depth), self.text(depth), chr(34) * 2)}, {self.number(depth)})"

    def single(self, depth: int) -> str:
        operand = self.pick(*NUMBERS, f"({self.number(depth)})", f"ABS({self.number(depth)})")
        return self.pick(f"ABS({operand})", f"SIGN({operand})", f"-{operand}", f"{operand}%", f"LEN({self.text(depth)})")

    def text(self, depth: int) -> str:
        if depth <= 0:
            return self.pick(*TEXTS, *CHOICES, *VALUES, f"T({self.pick(*CELLS)})", self.word())
        part, other, number = (lambda: self.part(depth - 1)), (lambda: self.text(depth - 1)), (lambda: self.number(depth - 1))
        ways = (
            lambda: f"{other()} & {part()}", lambda: f'"" & {part()}', lambda: f"ROUND({number()}, 2) & {part()}",
            lambda: f"IF({self.test(depth - 1)}, {other()}, {other()})", lambda: f'IF({self.test(depth - 1)}, "", {other()})',
            lambda: f'TEXT({self.pick(self.rounded(depth - 1), *NUMBERS)}, "{self.pick(*PRINTED)}")',
        )  # fmt: skip
        return self.pick(*ways)()

    def part(self, depth: int) -> str:
        source = self.text(depth)
        return self.bracketed(source, 1 if source.startswith('""') else 0.3)

    def word(self) -> str:
        return '"' + self.pick(*WORDS, *OPTIONS).replace('"', '""') + '"'

    def test(self, depth: int) -> str:
        if depth <= 0:
            return self.pick(self.compared, self.same, self.blank)(0)
        tests = [self.test(depth - 1) for _ in range(3)]
        return self.pick(
            self.compared(depth - 1), self.compared(depth - 1), self.same(depth - 1), self.blank(depth - 1), f"NOT({tests[0]})",
            f"AND({tests[0]}, {tests[1]})", f"OR({', '.join(tests)})", f"ISNUMBER({self.pick(*NUMBERS, *VALUES, *TEXTS)})",
            f"IF({tests[0]}, {tests[1]}, {self.pick(tests[2], 'TRUE', 'FALSE', chr(34) * 2)})",
        )  # fmt: skip

    def compared(self, depth: int) -> str:
        left, right = self.pick(*NUMBERS, *LITERALS, self.rounded(depth), self.arithmetic(depth)), self.number(depth)
        return f" {self.pick(*COMPARISONS)} ".join(self.pick((left, right), (right, left)))

    def same(self, depth: int) -> str:
        return f"{self.text(depth)} {self.pick('=', '<>')} {self.pick(self.text(depth), self.word())}"

    def blank(self, depth: int) -> str:
        """Whether something is blank; nothing that divides, since a failure is an error in Excel and blank here."""
        before, self.may_fail = self.may_fail, False
        sum_, branch = f"({self.number(depth)} + a)", f'IF({self.test(depth)}, "", {self.number(depth)})'
        source = f'{self.pick(*CELLS, *CELLS, sum_, branch, f"(s & {self.part(depth)})")} {self.pick("=", "<>")} ""'
        self.may_fail = before
        return source


def number_cell(random: Random) -> object:
    if random.random() < 0.12:
        return random.choice((*BLANKS, "abc", "5", "１２"))
    if random.random() < 0.4:
        return random.choice(HARD)
    spread = (random.uniform(-100, 100), random.uniform(-1e9, 1e9), random.randrange(10**5) / 1000 + 0.005)
    return round(random.choice(spread), random.randint(3, 6)) + 0.0  # no negative zero


def random_row(random: Random) -> dict[str, object]:
    def one_of(values: tuple) -> object:
        return random.choice(values if random.random() < 0.8 else BLANKS)

    return ({name: number_cell(random) for name in NUMBERS} | {name: one_of(WORDS) for name in TEXTS}
            | {name: one_of(OPTIONS) for name in CHOICES}
            | {name: number_cell(random) if random.random() < 0.6 else one_of(WORDS) for name in VALUES})  # fmt: skip


def parts(tree: Node) -> tuple[Node, ...]:
    match tree:
        case Operation(left=left, right=right):
            return left, right
        case IsBlank(operand=operand):
            return (operand,)
        case Call(arguments=arguments):
            return arguments
    return ()


def is_exact(number: object, digits: int = 6) -> bool:
    """Whether 15 digits and so many decimals say all of it: the numbers that may become text or cancel out."""
    return not isinstance(number, Decimal) or (abs(number) < 10**12 and number == DIGITS_15.plus(number) == round(number, digits))


def is_tame(tree: Node, cells: Callable) -> bool:
    """Whether no step needs more than 15 digits: beyond these, doubles and decimals are two different things."""
    return rounds_alike(tree, cells) and _needs_few_digits(tree, cells)


def _needs_few_digits(tree: Node, cells: Callable) -> bool:
    if isinstance(tree, Literal | Name) or not all(_needs_few_digits(part, cells) for part in parts(tree)):
        return isinstance(tree, Literal | Name)
    result, operands = evaluate(tree, cells), [evaluate(part, cells) for part in parts(tree)]
    as_texts = isinstance(tree, Operation) and (tree.operator == "&" or tree.operands is not Kind.NUMBER)
    if as_texts or (isinstance(tree, Call) and tree.function in ("LEN", "TEXT")):
        return all(map(is_exact, operands))
    return not isinstance(result, Decimal) or abs(result) < 10**15


# --- the referees --------------------------------------------------------------------------------------------

FALSE_NUMBER, FALSE_TEXT = 12345, "false"
SHEET, WORKBOOKS, ROWS, FORMULAS = "Sheet", 4, 60, 20
FIRST, SPENT_COLUMN = len(CELLS) + 2, len(CELLS)
INTEGRAL = ("ROUND", "COUNT", "LEN", "SIGN")


@dataclass(frozen=True)
class Cell:
    """A formula cell of a workbook and what Python says it shows."""

    row: int
    column: int
    source: str
    tree: Node
    cells: dict[str, object]
    if_blank: str = '""'

    @property
    def expected(self) -> object:
        return self.evaluated()

    def evaluated(self, numbers: Numbers = DECIMALS) -> object:
        result = evaluate(self.tree, lookup(self.cells), numbers)
        return False if result is None and self.if_blank == "FALSE" else result

    def agrees(self, shown: object) -> bool:
        expected = self.expected
        if expected is None or isinstance(expected, str):
            return shown == (expected or "")
        if isinstance(expected, bool) or isinstance(shown, bool) or not isinstance(shown, int | float):
            return shown is expected
        if isinstance(self.tree, Call) and self.tree.function in INTEGRAL:
            return shown == float(expected)
        return as_decimal(shown) == DIGITS_15.plus(expected) or abs(shown - float(expected)) <= 1e-14 * abs(shown)

    def may_fail(self) -> bool:
        return "/" in self.source and self.expected in (None, False)


def cell_name(row: int, column: int, fixed: str = "") -> str:
    return f"{fixed}{chr(ord('A') + column)}{fixed}{row + 1}"


def write_book(path: Path, cells: list[Cell]) -> Path:
    """The rows the formulas stand in, and the formulas with a false cached value."""
    book = Book(path)
    book.set_properties({"created": datetime(2023, 1, 5)})  # the same bytes each time
    sheet = book.add_sheet(SHEET)

    def write(row: int, column: int, content: object) -> None:
        if content == "":
            sheet.write_formula(row, column, '=""', None, "")
        elif content is not None:
            sheet.write(row, column, content)

    for number, content in enumerate(COLUMN_VALUES.values()):
        for row, one in enumerate(content):
            write(row, SPENT_COLUMN + number, one)
    for row, content in {cell.row: cell.cells for cell in cells}.items():
        for column, name in enumerate(CELLS):
            write(row, column, content.get(name))
    ranges = {name: f"{cell_name(0, column, '$')}:{cell_name(len(SPENT_VALUES) - 1, column, '$')}"
              for column, name in enumerate(COLUMN_VALUES, SPENT_COLUMN)}  # fmt: skip
    for cell in cells:

        def address(name: str, row: int = cell.row) -> str:
            return ranges.get(name) or cell_name(row, CELLS.index(name))

        formula = "=" + to_excel(cell.tree, address, cell.if_blank)
        assert len(formula) <= 8192
        false = FALSE_TEXT if isinstance(cell.expected, str) else FALSE_NUMBER
        assert sheet.write_formula(cell.row, cell.column, formula, None, false) == 0
    book.close()
    return path


def shown_by_openpyxl(path: Path, cells: list[Cell]) -> Iterator[tuple[object, bool]]:
    """What each cell shows, and whether that is an error."""
    sheet = openpyxl.load_workbook(path, data_only=True)[SHEET]
    for cell in cells:
        found = sheet.cell(cell.row + 1, cell.column + 1)
        yield "" if found.value is None else found.value, found.data_type == "e"


def shown_by_ironcalc(path: Path, cells: list[Cell]) -> Iterator[tuple[object, bool]]:
    model = ironcalc.load_from_xlsx(str(path))
    model.evaluate()
    for cell in cells:
        shown = model.get_cell_value(0, cell.row + 1, cell.column + 1)
        yield shown, shown == "#DIV/0!"


def disagreements(cells: list[Cell], shown: Iterator[tuple[object, bool]]) -> tuple[list, int]:
    """The cells that differ, and how many divided by zero."""
    different, failed = [], 0
    for cell, (found, is_error) in zip(cells, shown, strict=True):
        if is_error and cell.may_fail():
            failed += 1
        elif is_error or not cell.agrees(found):
            used = {name: cell.cells.get(name) for name in names_in(cell.tree)}
            different.append((cell.source, used, f"expected {cell.expected!r}", f"shown {found!r}"))
    return different, failed


def example_cells() -> list[Cell]:
    return [Cell(row, FIRST, source, tree_of(source), cells) for row, (source, cells, _) in enumerate(EXAMPLES)]


def random_cells(seed: int) -> list[Cell]:
    random, cells = Random(seed), []
    author = Author(random)
    for row in range(ROWS):
        content = random_row(random)
        found = 0
        while found < FORMULAS:
            source = author.anything(random.randint(1, 4))
            tree = tree_of(source)
            if is_tame(tree, lookup(content)):
                if_blank = "FALSE" if tree.kind is Kind.BOOLEAN and random.random() < 0.3 else '""'
                cells.append(Cell(row, FIRST + found, source, tree, content, if_blank))
                found += 1
    return cells


@pytest.fixture(scope="session")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, list[Cell]]:
    """The contract's examples in one workbook, random formulas in the others."""
    folder = tmp_path_factory.mktemp("formulas")
    contents = {"examples": example_cells()} | {f"random{seed}": random_cells(seed) for seed in seeds(WORKBOOKS, usual=WORKBOOKS)}
    return {write_book(folder / f"{name}.xlsx", cells): cells for name, cells in contents.items()}


@pytest.fixture(scope="session")
def recalculated(books: dict[Path, list[Cell]], tmp_path_factory: pytest.TempPathFactory) -> dict[Path, list[Cell]]:
    saved = convert(books, tmp_path_factory.mktemp("recalculated"), recalculate=ALWAYS)
    return dict(zip(saved, books.values(), strict=True))


OF_THE_PROGRAM = {  # in formulas that the program writes; whole workbooks are their referee (end_to_end), cases `test_functions`
    "SUMPRODUCT", "SUMIFS", "COUNTIFS", "VLOOKUP", "COUNTA", "IFERROR", "MID", "TRIM", "YEAR", "MONTH", "DAY", "DATE",  # those of `test_wider_language`
    "SMALL", "LARGE", "INT", "LEFT", "RIGHT", "ISBLANK", "PLAIN", "WITHOUT", "CONTAINS", "ISONEOF", "ISDATE", "ISDASH", "ISPERCENT",
}  # fmt: skip


@pytest.mark.slow
def test_the_random_formulas_are_many_and_of_every_kind(books: dict[Path, list[Cell]]) -> None:
    cells = [cell for content in books.values() for cell in content]
    assert len(cells) > 4800
    for function in FUNCTIONS.keys() - OF_THE_PROGRAM:
        assert sum(f"{function}(" in cell.source for cell in cells) > 50, function
    results = [cell.expected for cell in cells]
    for kind in (bool, str, Decimal, type(None)):
        assert sum(isinstance(result, kind) for result in results) > 500, kind


@pytest.mark.slow
@pytest.mark.libreoffice
def test_libreoffice_keeps_a_false_cached_value_unless_told_to_recalculate(
        books: dict[Path, list[Cell]], recalculated: dict[Path, list[Cell]], tmp_path: Path) -> None:  # fmt: skip
    """The proof that the referee is one."""
    (kept,) = convert([next(iter(books))], tmp_path, recalculate=NEVER)
    cells = next(iter(books.values()))
    assert all(found in (FALSE_NUMBER, FALSE_TEXT) for found, _ in shown_by_openpyxl(kept, cells))
    for path, content in recalculated.items():
        assert not any(found in (FALSE_NUMBER, FALSE_TEXT) for found, _ in shown_by_openpyxl(path, content))


@pytest.mark.slow
@pytest.mark.libreoffice
def test_libreoffice_agrees_on_every_formula(recalculated: dict[Path, list[Cell]]) -> None:
    failures = {}
    for path, cells in recalculated.items():
        different, failures[path.stem] = disagreements(cells, shown_by_openpyxl(path, cells))
        assert different == [], path.name
    assert failures.pop("examples") == len(UNGUARDED)
    assert 5 <= sum(failures.values()) <= 200


def writes_a_number(tree: Node, cells: Callable) -> bool:
    """Whether a number becomes text: IronCalc 0.9 writes TEXT(-1, "0") as 1 and ROUND(-0.1, 0) as -0, Gnumeric 0.07 in 17 digits."""
    match tree:
        case Call(function="TEXT" | "LEN") | Operation(operands=Kind.TEXT):
            if any(isinstance(evaluate(part, cells), Decimal) for part in parts(tree)):
                return True
    return any(writes_a_number(part, cells) for part in parts(tree))


@pytest.mark.slow
def test_plain_doubles_agree_on_every_formula(books: dict[Path, list[Cell]]) -> None:
    for path, cells in books.items():
        doubles = (cell.evaluated(DOUBLES) for cell in cells)
        assert disagreements(cells, (("" if found is None else found, False) for found in doubles))[0] == [], path.name


def disagreements_but_in_texts(
    cells: list[Cell], shown: Iterator[tuple[object, bool]], unseen: tuple[str, ...] = ()
) -> tuple[list, int]:
    """The cells that differ among those where no number becomes text, and how many were compared; `unseen` texts are not read."""
    pairs = zip(cells, shown, strict=True)
    fair = [
        (cell, found)
        for cell, found in pairs
        if not writes_a_number(cell.tree, lookup(cell.cells)) and not {*unseen} & {cell.cells.get(n) for n in names_in(cell.tree)}
    ]
    different, _ = disagreements([cell for cell, _ in fair], iter([found for _, found in fair]))
    return different, len(fair)


@pytest.mark.slow
def test_ironcalc_agrees_wherever_no_number_becomes_text(books: dict[Path, list[Cell]]) -> None:
    found = [disagreements_but_in_texts(cells, shown_by_ironcalc(path, cells)) for path, cells in books.items()]
    assert [different for different, _ in found] == [[]] * len(books)
    assert sum(compared for _, compared in found) > 3500


@pytest.mark.slow
@pytest.mark.gnumeric
def test_gnumeric_agrees_wherever_no_number_becomes_text(books: dict[Path, list[Cell]], tmp_path: Path) -> None:
    """But for spaces around a text, which it does not save: a number is compared to the last bit there."""
    line_end = ("\n",)  # read as nothing
    found = []
    for saved, cells in zip(recalculate(books, tmp_path), books.values(), strict=True):
        expected = [cell.expected for cell in cells]
        texts = [one if isinstance(one, str) else None for one in expected]
        shown = (
            (text if text is not None and as_gnumeric_shows(text) == as_gnumeric_shows(value) else value, is_error)
            for text, (value, is_error) in zip(texts, shown_by_openpyxl(saved, cells), strict=True)
        )
        found.append(disagreements_but_in_texts(cells, shown, line_end))
    assert [different for different, _ in found] == [[]] * len(books)
    assert sum(compared for _, compared in found) > 3500


# --- brackets ------------------------------------------------------------------------------------------------


@st.composite
def arithmetic(draw: st.DrawFn, depth: int = 4) -> tuple[str, Callable]:
    """Arithmetic over a, b, c with brackets everywhere, and the same computed by Python."""
    if depth == 0 or draw(st.booleans()):
        leaf = draw(st.sampled_from(["a", "b", "c", "2", "0.5"]))
        return leaf, lambda cells: cells[leaf] if leaf in cells else Decimal(leaf)
    left, of_left = draw(arithmetic(depth=depth - 1))
    right, of_right = draw(arithmetic(depth=depth - 1))
    sources = {
        f"({left} + {right})": lambda cells: of_left(cells) + of_right(cells),
        f"({left} - {right})": lambda cells: of_left(cells) - of_right(cells),
        f"({left} * {right})": lambda cells: of_left(cells) * of_right(cells),
        f"({left} / (2 * b))": lambda cells: of_left(cells) / (2 * cells["b"]),
        f"(-{left})": lambda cells: -of_left(cells),
        f"({left})%": lambda cells: of_left(cells) / 100,
    }
    return draw(st.sampled_from(list(sources.items())))


@given(arithmetic(), st.tuples(*[st.sampled_from([-3, 0.25, 4, 7])] * 3))
def test_the_excel_formula_drops_no_bracket_that_matters(formula: tuple[str, Callable], numbers: tuple) -> None:
    """What Excel is given, parsed by our own parser, gives the same: the guard is in the language too."""
    source, compute = formula
    cells = dict(zip("abc", map(as_decimal, numbers), strict=True))
    direct = value(source, **cells)
    assert direct == pytest.approx(compute(cells), rel=Decimal("1e-9"), abs=Decimal("1e-9"))  # quotients have 10 decimals
    assert value(to_excel(tree_of(source), str), **cells) == direct
