"""The formula language: Excel's own syntax with field keys in place of addresses, one tree, two renderings.

    >>> tree = parse("ROUND(spent / adjusted, 4)", {"spent": Kind.NUMBER, "adjusted": Kind.NUMBER}.get)
    >>> to_excel(tree, {"spent": "E9", "adjusted": "D9"}.get)
    'IF(OR(NOT(ISNUMBER(E9)),NOT(ISNUMBER(D9))),"",ROUND(E9/D9,4))'
    >>> evaluate(tree, {"spent": 602.24, "adjusted": 627.17}.get)
    Decimal('0.9603')

The contract (tested against LibreOffice):

- a blank operand makes the result blank: Excel shows "", Python gives None. SUM, COUNT, MIN, MAX skip blanks,
  N(x) counts a blank as 0, T(x) as the empty text; `x = ""` and `x <> ""` ask whether x is blank.
- text where a number is needed counts as blank; a text of nothing but spaces (NBSP, U+3000 and tabs are spaces) is blank.
- numbers are decimals of 15 significant digits, ROUND is half away from zero, comparisons are on 15 digits.
- text is compared without case and with its spaces folded: ends trimmed, inner runs collapsed. A choice comes from a
  dropdown: among choices and literals it is compared without case but space for space.
- division by zero shows #DIV/0! in Excel and gives None; a form guards against it.
- only functions of Excel 2007 exist here; nothing is ever evaluated by Python itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import Enum
from typing import NamedTuple

from .errors import FormulaError

DIGITS_15 = Context(prec=15)
WIDE = Context(prec=34)
NBSP, IDEOGRAPHIC_SPACE = "\u00a0", "\u3000"
SPACES = f" {NBSP}{IDEOGRAPHIC_SPACE}\t"
NESTING = 64  # of brackets and functions, Excel's own limit
OPERATORS = 300  # in one formula: a tree that recursion can always walk
ROUND_DIGITS = range(-15, 16)
TEXT_FORMATS = {"0%": (2, 0), "0.00%": (2, 2), "0": (0, 0), "0.00": (0, 2)}  # format: (shift by, decimals)


class Kind(Enum):
    """What a name stands for. VALUE is a number or a text, whichever the row asks for (an indicator's target)."""

    NUMBER = "number"
    TEXT = "text"
    CHOICE = "choice"
    VALUE = "value"
    BOOLEAN = "boolean"
    NUMBERS = "numbers"  # a whole column of numbers


WORDS = (Kind.TEXT, Kind.CHOICE)
SCALARS = (Kind.NUMBER, Kind.TEXT, Kind.CHOICE, Kind.VALUE)


@dataclass(frozen=True)
class Literal:
    value: Decimal | str | bool

    @property
    def kind(self) -> Kind:
        return Kind.BOOLEAN if isinstance(self.value, bool) else Kind.TEXT if isinstance(self.value, str) else Kind.NUMBER


@dataclass(frozen=True)
class Name:
    key: str
    kind: Kind


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
    function: str
    arguments: tuple[Node, ...]
    kind: Kind


Node = Literal | Name | Operation | IsBlank | Call


class Function(NamedTuple):
    """One row of the function table: what it takes, what it gives, what it computes.

    `takes` are the kinds of the arguments, the last one repeating up to `most`; `skips` says that blanks are the
    function's own business; `compute` gets plain Python values (numbers as Decimal).
    """

    takes: tuple[str, ...]
    gives: Kind
    compute: Callable | None
    most: int = 1
    skips: bool = False


def round_half_up(number: Decimal, digits: Decimal) -> Decimal:
    """Excel's ROUND: half away from zero, decided on 15 significant digits; never a negative zero."""
    number = DIGITS_15.plus(number)
    if number.as_tuple().exponent >= -digits:
        return number
    return +number.quantize(Decimal(1).scaleb(-int(digits)), ROUND_HALF_UP, WIDE)


def as_text(number: Decimal | str, pattern: str | None = None) -> str:
    """A number as Excel's `&` writes it, or as one of the fixed TEXT formats does."""
    if isinstance(number, str):
        return number
    if pattern is None:
        text = format(DIGITS_15.plus(number), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    shift, decimals = TEXT_FORMATS[pattern]
    return format(round_half_up(number.scaleb(shift), Decimal(decimals)), f".{decimals}f") + "%" * pattern.endswith("%")


def normal_text(text: str) -> str:
    """The form in which texts are compared: spaces of all kinds folded, case ignored."""
    return _single_spaced(text).lower()


def _single_spaced(text: str) -> str:
    return re.sub(f"[{SPACES}]+", " ", text).strip(" ")


def _numbers(arguments: list) -> Iterator[Decimal]:
    for argument in arguments:
        for value in argument if isinstance(argument, list) else [argument]:
            if isinstance(value, Decimal):
                yield value


def _sum(*arguments: object) -> Decimal:
    total = Decimal(0)
    for number in _numbers(list(arguments)):
        total = WIDE.add(total, number)
    return total


FUNCTIONS: dict[str, Function] = {
    "IF": Function(("boolean", "any", "any"), Kind.VALUE, None, skips=True),
    "AND": Function(("boolean",), Kind.BOOLEAN, lambda *tests: all(tests), most=30),
    "OR": Function(("boolean",), Kind.BOOLEAN, lambda *tests: any(tests), most=30),
    "NOT": Function(("boolean",), Kind.BOOLEAN, lambda test: not test),
    "ABS": Function(("number",), Kind.NUMBER, abs),
    "SIGN": Function(("number",), Kind.NUMBER, lambda x: Decimal((x > 0) - (x < 0))),
    "ROUND": Function(("number", "digits"), Kind.NUMBER, round_half_up),
    "SUM": Function(("numbers",), Kind.NUMBER, _sum, most=30, skips=True),
    "COUNT": Function(("fields",), Kind.NUMBER, lambda *a: Decimal(sum(1 for _ in _numbers(list(a)))), 30, True),
    "MIN": Function(("numbers",), Kind.NUMBER, lambda *a: min(_numbers(list(a)), default=Decimal(0)), 30, True),
    "MAX": Function(("numbers",), Kind.NUMBER, lambda *a: max(_numbers(list(a)), default=Decimal(0)), 30, True),
    "N": Function(("cell",), Kind.NUMBER, lambda x: x if isinstance(x, Decimal) else Decimal(0), skips=True),
    "T": Function(("cell",), Kind.TEXT, lambda x: x if isinstance(x, str) else "", skips=True),
    "ISNUMBER": Function(("cell",), Kind.BOOLEAN, lambda x: isinstance(x, Decimal), skips=True),
    "TEXT": Function(("number", "format"), Kind.TEXT, as_text),
    "LEN": Function(("text",), Kind.NUMBER, lambda text: Decimal(len(text.encode("utf-16-le")) // 2)),
}
ACCEPTS: dict[str, tuple[Kind, ...]] = {
    "boolean": (Kind.BOOLEAN,),
    "number": (Kind.NUMBER, Kind.VALUE),
    "digits": (Kind.NUMBER,),
    "numbers": (Kind.NUMBERS, Kind.NUMBER, Kind.VALUE),
    "fields": (Kind.NUMBERS, Kind.NUMBER, Kind.VALUE),
    "text": SCALARS,
    "format": (Kind.TEXT,),
    "cell": SCALARS,
    "any": (*SCALARS, Kind.BOOLEAN),
}
PRECEDENCE = {"=": 1, "<>": 1, "<": 1, ">": 1, "<=": 1, ">=": 1, "&": 2, "+": 3, "-": 3, "*": 4, "/": 4}
COMPARISONS: dict[str, Callable] = {
    "=": lambda a, b: a == b, "<>": lambda a, b: a != b, "<": lambda a, b: a < b,
    ">": lambda a, b: a > b, "<=": lambda a, b: a <= b, ">=": lambda a, b: a >= b,
}  # fmt: skip
COMPARABLE: dict[Kind, Callable] = {
    Kind.NUMBER: DIGITS_15.plus,
    Kind.TEXT: lambda value: normal_text(as_text(value)),
    Kind.CHOICE: lambda value: value.lower() if isinstance(value, str) else value,
}
ARITHMETIC: dict[str, Callable] = {"+": WIDE.add, "-": WIDE.subtract, "*": WIDE.multiply, "/": WIDE.divide}
TOKENS = re.compile(r'\s*(?:(\d+(?:\.\d+)?)|("(?:[^"]|"")*")|([A-Za-z_][\w.]*)|(<>|<=|>=|[-+*/&=<>(),%]))', re.ASCII)


# --- parsing -------------------------------------------------------------------------------------------------


def parse(source: str, kind_of: Callable[[str], Kind | None]) -> Node:
    """Return the typed tree of a formula.

    Args:
        source: the formula, without a leading `=`.
        kind_of: the kind of a name, or None where there is no such field.

    Raises:
        FormulaError: it does not parse, names an unknown field or function, or mixes kinds.
    """
    tokens = list(_tokens(source))
    tree = _Parser(source, tokens, kind_of).parse()
    return tree


def _tokens(source: str) -> Iterator[tuple[str, str]]:
    position, source = 0, source.rstrip()
    while position < len(source):
        match = TOKENS.match(source, position)
        if not match:
            raise FormulaError(f"cannot read {source[position:position + 12]!r} in {source!r}")
        position = match.end()
        kinds = ("number", "text", "name", "sign")
        yield next((kind, part) for kind, part in zip(kinds, match.groups(), strict=True) if part is not None)


class _Parser:
    """Precedence climbing over the tokens, typing every node as it is made."""

    def __init__(self, source: str, tokens: list[tuple[str, str]], kind_of: Callable) -> None:
        self.source, self.tokens, self.kind_of, self.at = source, tokens, kind_of, 0
        self.depth = self.operators = 0

    def parse(self) -> Node:
        tree = self.expression(0)
        if self.at < len(self.tokens):
            raise self.wrong(f"unexpected {self.tokens[self.at][1]!r}")
        if tree.kind is Kind.NUMBERS:
            raise self.wrong("a column where a value is expected")
        return tree

    def wrong(self, what: str) -> FormulaError:
        return FormulaError(f"{what} in {self.source!r}")

    def take(self, sign: str | None = None) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise self.wrong(f"the formula ends where {sign or 'a value'!r} was expected")
        token = self.tokens[self.at]
        if sign and token != ("sign", sign):
            raise self.wrong(f"expected {sign!r}, found {token[1]!r}")
        self.at += 1
        return token

    def next_is(self, *signs: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at][0] == "sign" and self.tokens[self.at][1] in signs

    def expression(self, floor: int) -> Node:
        left = self.operand()
        while self.next_is(*PRECEDENCE) and PRECEDENCE[self.tokens[self.at][1]] > floor:
            operator = self.take()[1]
            left = self.operation(operator, left, self.expression(PRECEDENCE[operator]))
        return left

    def operation(self, operator: str, left: Node, right: Node) -> Node:
        kinds = {left.kind, right.kind}
        if Kind.NUMBERS in kinds:
            raise self.wrong(f"{operator!r} takes single values, not a column")
        if operator in ("=", "<>") and Literal("") in (left, right):
            operand = left if right == Literal("") else right
            if not any(_blanks(operand, str, operand.kind)):
                raise self.wrong('asks whether something is blank that never is')
            return IsBlank(operand, operator == "=")
        if Kind.BOOLEAN in kinds:
            raise self.wrong(f"{operator!r} takes single values, not a test")
        self.operators += 1
        if self.operators > OPERATORS:
            raise self.wrong(f"more than {OPERATORS} operators")
        if operator == "&":
            if right == Literal(""):
                raise self.wrong('write "" & x, not x & ""')
            return Operation(operator, left, right, Kind.TEXT, Kind.TEXT)
        if operator in ARITHMETIC:
            if kinds & set(WORDS):
                raise self.wrong(f"{operator!r} takes numbers, not text")
            return Operation(operator, left, right, Kind.NUMBER, Kind.NUMBER)
        if Kind.NUMBER in kinds and kinds & set(WORDS):
            raise self.wrong("compares text with a number")
        chosen = {side.kind for side in (left, right) if not isinstance(side, Literal)} == {Kind.CHOICE}
        operands = Kind.NUMBER if Kind.NUMBER in kinds else Kind.CHOICE if chosen else Kind.TEXT
        if operands is not Kind.NUMBER and operator not in ("=", "<>"):
            raise self.wrong("texts can be equal or not, neither is larger")
        return Operation(operator, left, right, Kind.BOOLEAN, operands)

    def operand(self) -> Node:
        node = self.nested()
        while self.next_is("%"):
            self.take()
            node = self.operation("/", node, Literal(Decimal(100)))
        return node

    def nested(self) -> Node:
        self.depth += 1
        if self.depth > NESTING + 1:
            raise self.wrong(f"nested deeper than {NESTING}")
        node = self.atom()
        self.depth -= 1
        return node

    def atom(self) -> Node:
        kind, part = self.take()
        if kind == "number":
            if len(part.replace(".", "")) > DIGITS_15.prec:
                raise self.wrong(f"{part} has more than {DIGITS_15.prec} digits")
            return Literal(Decimal(part))
        if kind == "text":
            return Literal(part[1:-1].replace('""', '"'))
        if kind == "name":
            return self.call(part) if self.next_is("(") else self.name(part)
        if part == "(":
            node = self.expression(0)
            self.take(")")
            return node
        if part == "-":
            operand = self.nested()
            if isinstance(operand, Literal) and isinstance(operand.value, Decimal):
                return Literal(-operand.value)
            return self.operation("-", Literal(Decimal(0)), operand)
        raise self.wrong(f"unexpected {part!r}")

    def name(self, key: str) -> Node:
        if key in ("TRUE", "FALSE"):
            return Literal(key == "TRUE")
        kind = self.kind_of(key)
        if kind is None:
            raise self.wrong(f"no field named {key!r}")
        return Name(key, kind)

    def call(self, name: str) -> Node:
        if name not in FUNCTIONS:
            raise self.wrong(f"no function named {name!r}; there are {', '.join(FUNCTIONS)}")
        function = FUNCTIONS[name]
        self.take("(")
        arguments = [self.expression(0)]
        while self.next_is(","):
            self.take()
            arguments.append(self.expression(0))
        self.take(")")
        if not len(function.takes) <= len(arguments) <= max(len(function.takes), function.most):
            raise self.wrong(f"{name} with {len(arguments)} arguments")
        for number, argument in enumerate(arguments):
            wanted = function.takes[min(number, len(function.takes) - 1)]
            if argument.kind not in ACCEPTS[wanted]:
                raise self.wrong(f"argument {number + 1} of {name} is {argument.kind.value}, expected {wanted}")
            if wanted in ("cell", "fields") and not isinstance(argument, Name):
                raise self.wrong(f"{name} takes a field")  # COUNT(1/0) is 0, not an error
            if wanted == "digits" and (not isinstance(argument, Literal) or argument.value not in ROUND_DIGITS):
                raise self.wrong(f"{name} takes a whole number of digits, {ROUND_DIGITS[0]} to {ROUND_DIGITS[-1]}")
            if wanted == "format" and (not isinstance(argument, Literal) or argument.value not in TEXT_FORMATS):
                raise self.wrong(f"TEXT takes one of {', '.join(TEXT_FORMATS)}")
        kind = function.gives if name != "IF" else self.branch_kind(arguments[1], arguments[2])
        if name == "T" and arguments[0].kind is Kind.CHOICE:
            kind = Kind.CHOICE
        return Call(name, tuple(arguments), kind)

    def branch_kind(self, *branches: Node) -> Kind:
        kinds = {branch.kind for branch in branches if branch != Literal("")}
        if len(kinds) == 1:
            return kinds.pop()
        if kinds <= set(WORDS):
            return Kind.TEXT
        if Kind.BOOLEAN in kinds:
            raise self.wrong("one branch of IF is a test, the other is not")
        return Kind.VALUE


def names(tree: Node) -> Iterator[str]:
    """Yield every name the tree mentions."""
    if isinstance(tree, Name):
        yield tree.key
    elif isinstance(tree, Operation):
        yield from names(tree.left)
        yield from names(tree.right)
    elif isinstance(tree, IsBlank):
        yield from names(tree.operand)
    elif isinstance(tree, Call):
        for argument in tree.arguments:
            yield from names(argument)


# --- rendering for Excel -------------------------------------------------------------------------------------


def to_excel(tree: Node, address: Callable[[str], str], if_blank: str = '""') -> str:
    """Return the guarded Excel formula, without a leading `=`.

    Args:
        tree: the formula.
        address: gives the cell or range of a name.
        if_blank: what the formula shows where an operand is blank (a conditional format wants FALSE).
    """
    if tree == Literal(""):
        return if_blank
    if isinstance(tree, Call) and tree.function == "IF":
        test, then, otherwise = tree.arguments
        branches = f"{to_excel(then, address, if_blank)},{to_excel(otherwise, address, if_blank)}"
        blanks, inner = _blanks(test, address, Kind.BOOLEAN), f"IF({_raw(test, address)},{branches})"
    else:
        blanks, inner = _blanks(tree, address, tree.kind), _raw(tree, address)
    conditions = list(dict.fromkeys(blanks))
    return f"IF({_either(conditions)},{if_blank},{inner})" if conditions else inner


def _either(conditions: list[str]) -> str:
    return conditions[0] if len(conditions) == 1 else f"OR({','.join(conditions)})"


def _blanks(tree: Node, address: Callable, taken_as: Kind) -> Iterator[str]:
    """Yield the Excel conditions under which the tree is blank."""
    match tree:
        case Literal(value=""):
            yield "TRUE"
        case Name(key=key, kind=kind):
            cell = address(key)
            as_number = kind is Kind.NUMBER or taken_as is Kind.NUMBER
            yield f"NOT(ISNUMBER({cell}))" if as_number else f'{cell if kind is Kind.CHOICE else _folded(cell)}=""'
        case Call(function="IF", arguments=(test, then, otherwise)):
            of_then, of_else = list(_blanks(then, address, taken_as)), list(_blanks(otherwise, address, taken_as))
            of_test = list(dict.fromkeys(_blanks(test, address, Kind.BOOLEAN)))
            if of_then or of_else:
                branch = f"IF({_raw(test, address)},{_either(of_then or ['FALSE'])},{_either(of_else or ['FALSE'])})"
                yield f"IF({_either(of_test)},TRUE,{branch})" if of_test else branch
            else:
                yield from of_test
        case _ if taken_as is Kind.NUMBER and tree.kind in WORDS:
            yield "TRUE"
        case Operation(operator="&", left=Literal(value=""), right=right):
            yield from _blanks(right, address, Kind.TEXT)
        case Operation(left=left, right=right, operands=operands):
            yield from _blanks(left, address, operands)
            yield from _blanks(right, address, operands)
        case Call(function=name, arguments=arguments):
            function = FUNCTIONS[name]
            for number, argument in enumerate(arguments):
                if not (function.skips and isinstance(argument, Name)):
                    wanted = function.takes[min(number, len(function.takes) - 1)]
                    as_number = wanted in ("number", "numbers")
                    yield from _blanks(argument, address, Kind.NUMBER if as_number else argument.kind)


def _raw(tree: Node, address: Callable, floor: int = 0) -> str:
    """The unguarded formula; `floor` is the precedence of the surrounding operator."""
    match tree:
        case Literal(value=bool() as value):
            return "TRUE" if value else "FALSE"
        case Literal(value=str() as value):
            return '"' + value.replace('"', '""') + '"'
        case Literal(value=value):
            return f"({as_text(value)})" if value < 0 and floor else as_text(value)
        case Name(key=key):
            return address(key)
        case IsBlank(operand=operand, wanted=wanted):
            test = _either(list(dict.fromkeys(_blanks(operand, address, operand.kind))))
            return test if wanted else f"NOT({test})"
        case Operation(operator=operator, left=left, right=right, operands=operands):
            mine = PRECEDENCE[operator]
            sides = [_raw(left, address, mine - 1), _raw(right, address, mine)]
            if operands is Kind.TEXT and operator in COMPARISONS:
                sides = [_folded_side(side, address) for side in (left, right)]
            text = operator.join(sides)
            return f"({text})" if mine <= floor else text
        case Call(function="TEXT", arguments=(number, Literal(value=pattern) as shown)) if not _is_rounded(number, pattern):
            places = Literal(Decimal(sum(TEXT_FORMATS[pattern])))
            return _raw(Call("TEXT", (Call("ROUND", (number, places), Kind.NUMBER), shown), Kind.TEXT), address)
        case Call(function=name, arguments=arguments):
            return f"{name}({','.join(_raw(argument, address) for argument in arguments)})"
    raise AssertionError(tree)


def _is_rounded(number: Node, pattern: str) -> bool:
    """Whether the pattern shows every decimal, so that TEXT has no tie to break (the engines break them differently)."""
    match number:
        case Call(function="ROUND", arguments=(_, Literal(value=digits))):
            return digits <= sum(TEXT_FORMATS[pattern])
    return False


def _folded_side(side: Node, address: Callable) -> str:
    if isinstance(side, Literal):
        return _raw(Literal(_single_spaced(side.value)), address)
    return _folded(_raw(side, address))


def _folded(cell: str) -> str:
    """The spaces of a text folded, in Excel. Literal characters: CHAR(160) is something else on a Chinese Windows."""
    return f'TRIM(SUBSTITUTE(SUBSTITUTE(SUBSTITUTE({cell},"{NBSP}"," "),"{IDEOGRAPHIC_SPACE}"," "),CHAR(9)," "))'


# --- evaluating in Python ------------------------------------------------------------------------------------


def evaluate(tree: Node, value_of: Callable[[str], object]) -> Decimal | str | bool | None:
    """Return the value of the tree: a Decimal, a text, a truth value, or None where Excel shows "".

    `value_of` gives what stands in a name's cell: a number, a text, None, or for a column a list of them.
    """
    return _evaluate(tree, value_of, tree.kind)


def as_decimal(value: object) -> object:
    """A number as the decimal of its 15 significant digits; anything else as it is, blank text as None."""
    value = _as_it_stands(value)
    return None if isinstance(value, str) and not value.strip(SPACES) else value


def _as_it_stands(value: object) -> object:
    """`as_decimal` that keeps the spaces of a text: what a choice is compared by, and what T and its like see."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Decimal(format(value, ".15g"))
    if isinstance(value, list):
        return [as_decimal(item) for item in value]
    return None if value == "" else value


def _evaluate(tree: Node, value_of: Callable, taken_as: Kind) -> object:
    match tree:
        case Literal(value=value):
            return None if value == "" else value
        case Name(key=key, kind=kind):
            value = (_as_it_stands if kind is Kind.CHOICE else as_decimal)(value_of(key))
            if (kind is Kind.NUMBER or taken_as is Kind.NUMBER) and not isinstance(value, Decimal):
                return None
            return value
        case IsBlank(operand=operand, wanted=wanted):
            return (_evaluate(operand, value_of, operand.kind) is None) == wanted
        case Operation(operator=operator, left=left, right=right, operands=operands):
            a, b = _evaluate(left, value_of, operands), _evaluate(right, value_of, operands)
            if operator == "&" and left == Literal(""):
                a = ""
            # T(x) gives "" rather than a blank, so emptiness is tested by identity.
            return None if a is None or b is None else _operate(operator, operands, a, b)
        case Call(function="IF", arguments=(test, then, otherwise)):
            truth = _evaluate(test, value_of, Kind.BOOLEAN)
            value = None if truth is None else _evaluate(then if truth else otherwise, value_of, taken_as)
            return None if taken_as is Kind.NUMBER and isinstance(value, str) else value
        case Call(function=name, arguments=arguments):
            return _call(name, arguments, value_of)
    raise AssertionError(tree)


def _operate(operator: str, operands: Kind, a: object, b: object) -> object:
    if operator == "&":
        return as_text(a) + as_text(b)
    if operator in ARITHMETIC:
        return None if operator == "/" and b == 0 else ARITHMETIC[operator](a, b)
    return COMPARISONS[operator](COMPARABLE[operands](a), COMPARABLE[operands](b))


def _call(name: str, arguments: tuple[Node, ...], value_of: Callable) -> object:
    function, values = FUNCTIONS[name], []
    for number, argument in enumerate(arguments):
        wanted = function.takes[min(number, len(function.takes) - 1)]
        if function.skips and isinstance(argument, Name):
            values.append(_as_it_stands(value_of(argument.key)))
            continue
        value = _evaluate(argument, value_of, Kind.NUMBER if wanted in ("number", "numbers") else argument.kind)
        if value is None:
            return None
        values.append(as_text(value) if wanted == "text" and isinstance(value, Decimal) else value)
    return function.compute(*values)
