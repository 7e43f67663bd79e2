"""The functions of texts and of places in a column: what they give in Python, and how Excel is asked for it."""

from __future__ import annotations

import pytest

from xlperf.formula.evaluator import evaluate
from xlperf.formula.excel import to_excel
from xlperf.formula.nodes import Kind
from xlperf.formula.parsing.parser import parse

KINDS = {"s": Kind.TEXT, "k": Kind.CHOICE, "a": Kind.NUMBER, "t.a": Kind.NUMBERS}
CASES = [
    ('PLAIN(s)', " A-b\uff08\uff11\uff09 \u2265 2\u3002", "ab1>=2"), ('WITHOUT(s, "ab", "c")', "xabcabx", "xx"),
    ('CONTAINS(s, "ab", "q")', "xaby", True), ('CONTAINS(s, "ab")', "AB", False), ("LEFT(s, 1)", "xy", "x"), ("RIGHT(s, 2)", "wxy", "xy"),
    ('ISDASH(s, "-.")', " -- ", True), ('ISDASH(s, "-.")', "-1234567", False), ('ISDASH(s, "-.")', None, False), ("ISBLANK(s)", None, True),
    ("ISDATE(s)", "2023-03-01", True), ("ISDATE(s)", "2023.3.1", False), ("ISPERCENT(a)", None, False), ('ISONEOF(k, "Yes", "no")', None, False),
]  # fmt: skip


@pytest.mark.parametrize(("source", "text", "expected"), CASES, ids=[f"{source} {text}" for source, text, _ in CASES])
def test_a_function_gives_what_it_says(source: str, text: str | None, expected: object) -> None:
    assert evaluate(parse(source, KINDS.get), {"s": text, "k": None}.get) == expected


@pytest.mark.parametrize(
    ("source", "expected"), [("SMALL(t.a, 2)", 3), ("LARGE(t.a, 1)", 7), ("SMALL(t.a, 4)", None), ("INT(a)", -2)]
)
def test_a_place_in_a_column(source: str, expected: int | None) -> None:
    assert evaluate(parse(source, KINDS.get), {"t.a": [7, None, 1, "x", 3], "a": -1.5}.get) == expected


def test_no_choice_is_one_of_the_others_and_none_makes_the_answer_blank() -> None:
    tree = parse('ISONEOF(k, "Yes", "no")', KINDS.get)
    assert [evaluate(tree, {"k": word}.get) for word in ("YES", "no", "maybe")] == [True, True, False]
    assert to_excel(tree, {"k": "D4"}.get) == 'OR(D4="Yes",D4="no")'


def test_excel_is_asked_with_functions_that_it_has() -> None:
    assert to_excel(parse('CONTAINS(s, "ab")', KINDS.get), {"s": "D4"}.get).endswith('ISNUMBER(FIND("ab",D4)))')
    assert 'SUBSTITUTE(SUBSTITUTE(D4,"a",""),"b","")' in to_excel(parse('WITHOUT(s, "a", "b")', KINDS.get), {"s": "D4"}.get)
    assert to_excel(parse("ISPERCENT(a)", KINDS.get), {"a": "D4"}.get) == 'IFERROR(LEFT(CELL("format",D4),1)="P",FALSE)'
