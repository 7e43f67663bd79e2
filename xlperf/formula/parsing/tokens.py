"""The text of a formula taken apart into tokens: numbers, texts, names and signs.

>>> list(tokens_of('=spent > 1.5'))
[('name', 'spent'), ('sign', '>'), ('number', '1.5')]
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from xlperf.formula.parsing.vocabulary import refusal
from xlperf.formula.parsing.written import as_read

Token = tuple[str, str]  # its kind and its text
TOKENS = re.compile(r'\s*(?:(\d+(?:\.\d+)?)|("(?:[^"]|"")*")|([^\W\d][\w.]*)|(<>|<=|>=|[-+*/&=<>(),%]))')
TOKEN_KINDS = ("number", "text", "name", "sign")  # the groups of TOKENS


def reason_of(tokens: Sequence[Token], at: int) -> str:
    """Why a sign or a name stands where it may not, as far as its neighbours tell."""
    before = tokens[at - 1] if at else ("", "")
    if tokens[at] == ("sign", "=") and before == ("sign", "="):
        return "twice"
    if tokens[at] == ("sign", ",") and before[0] == "number":
        return "thousands"
    return "percent" if before == ("sign", "%") else "unexpected"


def tokens_of(source: str) -> Iterator[Token]:
    """Yield kind and text of every token."""
    written, position, source = source, 0, as_read(source).rstrip()
    while position < len(source):
        match = TOKENS.match(source, position)
        if not match:
            raise refusal("unreadable", written, found=source[position : position + 12])
        position = match.end()
        group = match.lastindex or 0
        yield TOKEN_KINDS[group - 1], match[group]
