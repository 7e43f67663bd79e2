"""Formulas as text, taken apart alike whether they name cells by keys or by addresses, and written in one manner.

>>> neat('=IF( a.b>=1,"x , y",- 2+C3 )')
'IF(a.b >= 1, "x , y", -2 + C3)'
>>> [token.text for token in tokens_of("'My sheet'!$B$2:$B$9/2") if token.kind == "address"]
["'My sheet'!$B$2:$B$9"]
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from xlperf.formula.parsing.written import as_read

CELL = r"\$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,6}"
SHEET = r"(?:'(?:[^']|'')+'|[^\W\d][\w.]*)!"
AREA = rf"{CELL}(?::{CELL})?"
TOKEN = re.compile(
    rf"""\s*(?:
    (?P<text>"(?:[^"]|"")*")
    |(?P<address>(?:\[[^\]]*\])?(?:{SHEET})?{AREA}(?![\w.(])
      |(?:'[^']*\[[^']*'!|\[[^\]]*\][^\s!]*!)\$?\w+(?::\$?\w+)?
      |(?:{SHEET})?\$?[A-Za-z]{{1,3}}:\$?[A-Za-z]{{1,3}}(?![\w.(])
      |(?:{SHEET})?\$?[0-9]+:\$?[0-9]+)
    |(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    |(?P<name>(?:{SHEET})?[^\W\d][\w.]*)
    |(?P<sign><>|<=|>=|[-+*/&=<>(),%^{{}};:!\#@?~|\[\]\\.$`'])
    )""",
    re.VERBOSE,
)
BINARY = ("+", "-", "*", "/", "&", "=", "<>", "<=", ">=", "<", ">", "^")
PREFIXES = ("_xlfn.", "_xlws.")  # before functions that are newer than Excel 2007


class Token(NamedTuple):
    """A part of a formula: text, address, number, name or sign; `other` is what cannot be read."""

    kind: str
    text: str


def tokens_of(source: str) -> Iterator[Token]:
    """Yield the parts of a formula, without a leading `=`; signs in half width."""
    text = as_read(source).strip()
    at = 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            yield Token("other", text[at:].strip())
            return
        kind = match.lastgroup or "other"
        found = match[kind]
        for prefix in PREFIXES:
            found = found.removeprefix(prefix) if kind == "name" else found
        yield Token(kind, found)
        at = match.end()


def joined(tokens: Iterable[Token]) -> str:
    """The formula of those tokens, with blanks where people put them."""
    parts: list[str] = []
    before = Token("start", "")
    listed = list(tokens)
    for number, token in enumerate(listed):
        text = token.text
        if token.kind == "name" and text.upper() in ("TRUE", "FALSE"):
            text = text.upper()
            if [each.text for each in listed[number + 1 : number + 3]] == ["(", ")"]:  # as some programs write them
                listed[number + 1] = listed[number + 2] = Token("gone", "")
        if token.kind == "gone":
            continue
        if token.kind == "sign" and text in BINARY:
            is_unary = text in "+-" and (before.kind == "start" or (before.kind == "sign" and before.text not in (")", "%")))
            parts.append(text if is_unary else f" {text} ")
        else:
            parts.append(", " if token == Token("sign", ",") else text)
        before = token
    return "".join(parts)


def neat(source: str) -> str:
    """A formula as it is written everywhere: a blank around operators and behind commas, none elsewhere."""
    return joined(tokens_of(source))
