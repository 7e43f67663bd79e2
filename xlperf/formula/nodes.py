"""The tree of a formula: its nodes, and the kinds of values. `parsing` makes it; `excel` and `evaluator` are its two meanings.

>>> spent, adjusted = Name("spent", Kind.NUMBER), Name("adjusted", Kind.NUMBER)
>>> tree = Operation("/", spent, adjusted, kind=Kind.NUMBER, operands=Kind.NUMBER)
>>> list(names_in(tree))
['spent', 'adjusted']
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from xlperf.messages import sentence


class Kind(Enum):
    """What a name stands for. VALUE is a number or a text, whichever the row asks for (an indicator's target)."""

    NUMBER = "number"
    TEXT = "text"
    CHOICE = "choice"
    VALUE = "value"
    BOOLEAN = "boolean"
    NUMBERS = "numbers"  # a whole column of numbers
    CHOICES = "choices"  # a whole column of choices
    TEXTS = "texts"  # a whole column of texts
    VALUES = "values"  # a whole column of numbers and texts
    DATE = "date"
    DATES = "dates"  # a whole column of dates


def in_words(kind: str) -> str:
    """A kind of value, or what a function takes, as people call it."""
    return sentence(f"kind_{kind}", {})


WORDS = (Kind.TEXT, Kind.CHOICE)
COLUMNS = (Kind.NUMBERS, Kind.CHOICES, Kind.TEXTS, Kind.VALUES, Kind.DATES)
DATED = (Kind.DATE, Kind.DATES)
SCALARS = (Kind.NUMBER, Kind.TEXT, Kind.CHOICE, Kind.VALUE)
COMPARISON_SIGNS = ("=", "<>", "<", ">", "<=", ">=")
PRECEDENCE = {**dict.fromkeys(COMPARISON_SIGNS, 1), "&": 2, "+": 3, "-": 3, "*": 4, "/": 4}


@dataclass(frozen=True)
class Literal:
    """A number, a text or a truth value that stands in the formula itself."""

    value: Decimal | str | bool

    @property
    def kind(self) -> Kind:
        return Kind.BOOLEAN if isinstance(self.value, bool) else Kind.TEXT if isinstance(self.value, str) else Kind.NUMBER


@dataclass(frozen=True)
class Name:
    """A field, a column or a parameter; nothing else is of a kind in COLUMNS."""

    key: str
    kind: Kind
    digits: int | None = None  # the decimals that its numbers have at most, None if nothing says so
    choices: tuple[str, ...] = ()  # what may stand in its cell, none where anything may
    typed: bool = False  # people type all its numbers: a text among them is a mistake, no blank


@dataclass(frozen=True)
class Operation:
    """A binary operator; a prefix minus is `0 - x` and a percent sign `x / 100`."""

    operator: str
    left: Node
    right: Node
    kind: Kind
    operands: Kind  # what both sides are taken as


@dataclass(frozen=True)
class IsBlank:
    """`x = ""` (wanted True) or `x <> ""` (wanted False)."""

    operand: Node
    wanted: bool
    kind: Kind = Kind.BOOLEAN


@dataclass(frozen=True)
class Call:
    """A function with its arguments."""

    function: str
    arguments: tuple[Node, ...]
    kind: Kind


Node = Literal | Name | Operation | IsBlank | Call


def nodes_of(tree: Node) -> Iterator[Node]:
    """Yield a tree and everything in it, from left to right."""
    ahead: list[Node] = [tree]
    while ahead:
        yield (node := ahead.pop())
        match node:
            case Operation():
                ahead += (node.right, node.left)
            case IsBlank():
                ahead.append(node.operand)
            case Call():
                ahead += reversed(node.arguments)


def names_in(tree: Node) -> Iterator[str]:
    """Yield every name the tree mentions, once per mention, from left to right."""
    return (node.key for node in nodes_of(tree) if isinstance(node, Name))


def compared_texts(tree: Node) -> Iterator[tuple[str, str]]:
    """Yield every name with the texts it is compared with."""
    match tree:
        case Operation(operator=operator, left=left, right=right):
            for one, other in ((left, right), (right, left)):
                match one, other:
                    case Name(key=key) | Call("T", (Name(key=key),)), Literal(value=str() as text) if operator in ("=", "<>"):
                        yield key, text
                yield from compared_texts(one)
        case Call("SUMIF", (Name(key=key), Literal(value=str() as text), _)):
            yield key, text
        case Call("SUMIFS" | "COUNTIFS", parts):
            for at in range(len(parts) % 3, len(parts), 3):
                match parts[at], parts[at + 2]:
                    case Name(key=key, kind=Kind.CHOICES), Literal(value=str() as text):
                        yield key, text
        case IsBlank(operand=operand):
            yield from compared_texts(operand)
        case Call(arguments=arguments):
            yield from (pair for argument in arguments for pair in compared_texts(argument))


def triples(arguments: Sequence[Node]) -> Iterator[tuple[Node, str, Node]]:
    """Yield column, operator and value of every condition in the arguments of a SUMIFS or COUNTIFS, what is added apart."""
    for at in range(len(arguments) % 3, len(arguments), 3):
        column, operator, value = arguments[at : at + 3]
        assert isinstance(operator, Literal)
        yield column, str(operator.value), value
