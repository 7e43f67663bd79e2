"""A value beside a key: VLOOKUP as Excel has it, with a rectangle and the number of a column, and as forms have it.

    drawn(tokens, cells)       # VLOOKUP(item, items.name, items.spent) -> VLOOKUP(item, 'Items'!$B$5:$E$24, 4, FALSE)
    read(tokens, columns)      # and back; `columns` names the first and another column of a rectangle

Excel's own search for a nearest key is none of a form: bands are for that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from xlperf.drawing.tokens import Token, joined

LOOK_UP = "VLOOKUP"
COMMA, FIRST, LAST = Token("sign", ","), Token("sign", "("), Token("sign", ")")
EXACT = ("FALSE", "0", "FALSE()")


class Rectangle(NamedTuple):
    """The cells from a column of keys to one of values, as they are written, and which column of it has the values."""

    cells: str
    number: int


class UnreadableLookUp(Exception):
    """A VLOOKUP that is none by an equal key: what stands there."""


def drawn(tokens: Sequence[Token], cells: Callable[[str, str], Rectangle | None]) -> list[Token] | None:
    """The formula with every look-up as Excel has it, None where one cannot be said so.

    Args:
        cells: the rectangle from the column of one name to that of another, None where there is none.
    """
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        if not _begins(tokens, at):
            found.append(tokens[at])
            at += 1
            continue
        arguments, at = _arguments(tokens, at + 1)
        names = [part[0].text for part in arguments[1:] if len(part) == 1 and part[0].kind == "name"]
        rectangle = cells(*names) if len(names) == 2 == len(arguments) - 1 else None
        wanted = drawn(arguments[0], cells) if arguments else None
        if rectangle is None or wanted is None:
            return None
        number, exact = Token("number", str(rectangle.number)), Token("name", "FALSE")
        found += [
            Token("name", LOOK_UP),
            FIRST,
            *wanted,
            COMMA,
            Token("done", rectangle.cells),
            COMMA,
            number,
            COMMA,
            exact,
            LAST,
        ]
    return found


def read(tokens: Sequence[Token], columns: Callable[[str, int], tuple[str, str]]) -> list[Token]:
    """The formula with every look-up as forms have it.

    Args:
        columns: the names of the first column of a rectangle and of the one of that number.

    Raises:
        UnreadableLookUp: it searches for the nearest key, or is incomplete.
    """
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        if not _begins(tokens, at):
            found.append(tokens[at])
            at += 1
            continue
        first = at
        arguments, at = _arguments(tokens, at + 1)
        told = joined(tokens[first:at])
        if len(arguments) != 4 or joined(arguments[3]).upper() not in EXACT:
            raise UnreadableLookUp(told)
        wanted, cells, number, _ = arguments
        if len(cells) != 1 or len(number) != 1 or not number[0].text.isdecimal():
            raise UnreadableLookUp(told)
        keys, values = (Token("done", name) for name in columns(cells[0].text, int(number[0].text)))
        found += [Token("name", LOOK_UP), FIRST, *read(wanted, columns), COMMA, keys, COMMA, values, LAST]
    return found


def _begins(tokens: Sequence[Token], at: int) -> bool:
    return tokens[at].kind == "name" and tokens[at].text.upper() == LOOK_UP and [*tokens[at + 1 : at + 2]] == [FIRST]


def _arguments(tokens: Sequence[Token], at: int) -> tuple[list[list[Token]], int]:
    """The arguments of a call that opens there, and where what follows it begins."""
    arguments: list[list[Token]] = [[]]
    depth = 0
    for number in range(at, len(tokens)):
        token = tokens[number]
        depth += (token == FIRST) - (token == LAST)
        if depth == 0:
            return arguments, number + 1
        if token == COMMA and depth == 1:
            arguments.append([])
        elif token != FIRST or depth > 1:
            arguments[-1].append(token)
    return arguments, len(tokens)
