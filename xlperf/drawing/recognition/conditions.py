"""Conditions of notes as forms have them: cells of the sample row become fields, and a choice is compared as a text.

    with_fields(context, "E11<>\\"qualitative\\"", home)      # 'nature <> "qualitative"'
    as_texts('nature <> "qualitative"')                      # 'T(nature) <> "qualitative"', which a blank cell is too

A condition that says when something is a number stands in the JSON Schema of the form, which knows texts only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xlperf.drawing.recognition.places import Home, Places
from xlperf.drawing.tokens import Token, joined, tokens_of

IN_SCHEMA = ("field_number_when",)
EQUAL = ("=", "<>")
BEFORE, BEHIND = ("(", ",", ""), (")", ",", "")  # what stands around a comparison


def has_cells(condition: object) -> bool:
    """Whether a condition names cells."""
    return isinstance(condition, str) and any(token.kind == "address" for token in tokens_of(condition))


def with_fields(places: Places, condition: str, home: Callable[[str], Home]) -> str:
    """A condition with fields in the place of cells.

    Args:
        home: where a condition stands that names that cell.

    Raises:
        Refusal: a cell is none of a field.
    """
    first = next(token.text for token in tokens_of(condition) if token.kind == "address")
    return places.written(condition, home(first))


def as_texts(condition: str) -> str:
    """A condition in which a field that is compared with a text is compared as one."""
    tokens = [*tokens_of(condition)]
    return joined(_with_texts(tokens))


def _with_texts(tokens: Sequence[Token]) -> list[Token]:
    found: list[Token] = []
    for number, token in enumerate(tokens):
        if token.kind == "name" and (_is_compared(tokens, number, 1) or _is_compared(tokens, number, -1)):
            found += [Token("name", "T"), Token("sign", "("), token, Token("sign", ")")]
        else:
            found.append(token)
    return found


def _is_compared(tokens: Sequence[Token], number: int, step: int) -> bool:
    """Whether a name is one side of a comparison, and a text that is not blank the other."""
    sign, text = (_at(tokens, number + step * away) for away in (1, 2))
    outside = (_at(tokens, number - step).text, _at(tokens, number + step * 3).text)
    left, right = outside if step > 0 else outside[::-1]
    return sign.text in EQUAL and text.kind == "text" and text.text != '""' and left in BEFORE and right in BEHIND


def _at(tokens: Sequence[Token], number: int) -> Token:
    return tokens[number] if 0 <= number < len(tokens) else Token("sign", "")
