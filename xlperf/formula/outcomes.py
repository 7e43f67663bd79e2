"""The texts that a formula can come to, where only some can: the grades of a LOOKUP, the words of an IF.

>>> from xlperf.formula.nodes import Kind
>>> from xlperf.formula.parsing.parser import parse
>>> sorted(texts_of(parse('IF(a > 1, "more", IF(a < 1, "less", ""))', {"a": Kind.NUMBER}.get)))
['less', 'more']
>>> texts_of(parse('"" & a', {"a": Kind.NUMBER}.get)) is None
True
"""

from __future__ import annotations

from xlperf.formula.nodes import Call, Literal, Name, Node


def texts_of(tree: Node) -> frozenset[str] | None:
    """The texts that the formula can come to, blanks apart; None where any text may come out."""
    match tree:
        case Literal(value=str() as text):
            return frozenset({text} - {""})
        case Name(choices=choices) | Call("T", (Name(choices=choices),)) if choices:
            return frozenset(choices)
        case Call("IF", (_, then, otherwise)):
            one, other = texts_of(then), texts_of(otherwise)
            return None if one is None or other is None else one | other
    return None
