"""Columns by conditions: SUMIF, SUMIFS, COUNTIF, COUNTIFS and a look-up by key, as people type them and as nodes.

    conditional("COUNTIF", (spent, Literal(">0")), wrong)      # COUNTIFS(spent, ">", 0)

A condition is written as Excel has it: a value, a text with an operator before it, an operator joined to a value. It is rendered
as a comparison in SUMPRODUCT: nothing is a wildcard, a text is compared as everywhere, and a blank meets no condition, not even
`<>`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

from xlperf.errors import FormulaError
from xlperf.formula.dates import date_literal
from xlperf.formula.nodes import COLUMNS, WORDS, Call, Kind, Literal, Name, Node, Operation, in_words
from xlperf.formula.operands import SPACES

Wrong = Callable[..., FormulaError]
OPERATORS = ("<>", "<=", ">=", "=", "<", ">")  # the longer ones first
NUMBER = re.compile(r"\s*-?\d+(?:\.\d+)?\s*")
WILD = re.compile(r"[*?~]")
OF_VALUE = {Kind.NUMBERS: Kind.NUMBER, Kind.TEXTS: Kind.TEXT, Kind.CHOICES: Kind.TEXT, Kind.DATES: Kind.DATE}
CONDITIONAL = {"SUMIF": (2, 3), "COUNTIF": (2, 2), "SUMIFS": (3, 31), "COUNTIFS": (2, 30)}  # with how many arguments


def conditional(name: str, arguments: Sequence[Node], wrong: Wrong) -> Node:
    """A function of columns by conditions as a SUMIFS or COUNTIFS whose conditions are a column, an operator and a value each."""
    least, most = CONDITIONAL[name]
    if not least <= len(arguments) <= most or (name.endswith("S") and (len(arguments) - (name == "SUMIFS")) % 2):
        raise wrong("arguments", name=name, found=len(arguments))
    added: Node | None = None
    pairs = list(arguments)
    if name == "SUMIF":
        added, pairs = arguments[-1 if len(arguments) == 3 else 0], list(arguments[:2])
    elif name == "SUMIFS":
        added, pairs = arguments[0], list(arguments[1:])
    conditions = [part for at in range(0, len(pairs), 2) for part in condition(name, pairs[at], pairs[at + 1], wrong)]
    if added is not None and added.kind is not Kind.NUMBERS:
        raise wrong("no_column", name=name, found=in_words(added.kind.value))
    listed = [added, *conditions] if added is not None else conditions
    _of_one_table(name, listed, wrong)
    return Call("COUNTIFS" if added is None else "SUMIFS", tuple(listed), Kind.NUMBER)


def condition(name: str, column: Node, wanted: Node, wrong: Wrong) -> tuple[Node, Node, Node]:
    """A column, the operator, and what it is compared with."""
    if column.kind not in OF_VALUE:
        raise wrong("no_column", name=name, found=in_words(column.kind.value))
    operator, value = _split(name, wanted, wrong)
    of_numbers = column.kind is Kind.NUMBERS
    if of_numbers and isinstance(value, Literal) and isinstance(value.value, str) and NUMBER.fullmatch(value.value):
        value = Literal(Decimal(value.value.strip()))
    if column.kind is Kind.DATES:
        return column, Literal(operator), _date_wanted(value, wrong)
    if value.kind is not Kind.NUMBER if of_numbers else value.kind not in WORDS:
        raise wrong("text_with_number")
    if not of_numbers and operator not in ("=", "<>"):
        raise wrong("larger_text")
    return column, Literal(operator), value


def _date_wanted(value: Node, wrong: Wrong) -> Node:
    """What dates are compared with: a date, or an ISO date in the text of the condition."""
    written = date_literal(value.value.strip()) if isinstance(value, Literal) and isinstance(value.value, str) else None
    if written is None and value.kind is not Kind.DATE:
        raise wrong("date_compared")
    return written or value


def _split(name: str, wanted: Node, wrong: Wrong) -> tuple[str, Node]:
    """The operator before what is wanted, = where none is written, and the rest."""
    match wanted:
        case Literal(value=str() as text):
            operator = next((sign for sign in OPERATORS if text.startswith(sign)), "")
            rest = text.removeprefix(operator)
            if WILD.search(rest):
                raise wrong("wildcard", name=name, found=text)
            if not rest.strip(SPACES):
                raise wrong("no_condition", name=name, found=text)
            return operator or "=", Literal(rest)
        case Operation(operator="&", left=Literal(value=str() as sign), right=right) if sign in OPERATORS:
            return sign, right
    return "=", wanted


def _of_one_table(name: str, parts: Sequence[Node], wrong: Wrong) -> None:
    """The columns stand side by side."""
    owners = {part.key.rpartition(".")[0] for part in parts if isinstance(part, Name) and part.kind in COLUMNS}
    if len(owners) > 1:
        raise wrong("two_tables", name=name)


def look_up(name: str, arguments: Sequence[Node], wrong: Wrong) -> Node:
    """The value beside a key: VLOOKUP(key, keys, values), as people write it here."""
    if len(arguments) != 3:
        raise wrong("arguments", name=name, found=len(arguments))
    key, keys, values = arguments
    if values.kind not in OF_VALUE:
        raise wrong("no_column", name=name, found=in_words(values.kind.value))
    column, _, wanted = condition(name, keys, key, wrong)
    _of_one_table(name, (column, values), wrong)
    return Call("VLOOKUP", (wanted, column, values), OF_VALUE[values.kind])
