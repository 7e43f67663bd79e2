"""The formula language: Excel's own syntax with field keys in place of addresses, one tree, two renderings.

    >>> tree = parse("ROUND(spent / adjusted, 4)", {"spent": Kind.NUMBER, "adjusted": Kind.NUMBER}.get)
    >>> from xlperf.formula.evaluator import evaluate
    >>> from xlperf.formula.excel import to_excel
    >>> to_excel(tree, {"spent": "E9", "adjusted": "D9"}.get)
    'IF(OR(NOT(ISNUMBER(E9)),NOT(ISNUMBER(D9))),"",ROUND(E9/D9,4))'
    >>> evaluate(tree, {"spent": 602.24, "adjusted": 627.17}.get)
    Decimal('0.9603')

The contract (tested against LibreOffice):

- a blank operand makes the result blank: Excel shows "", Python gives None. SUM, COUNT, MIN, MAX skip blanks,
  N(x) counts a blank as 0, T(x) as the empty text; `x = ""` and `x <> ""` ask whether x is blank.
- text where a number is needed counts as blank; a text of nothing but spaces (NBSP, U+3000 and tabs are spaces) is blank.
- numbers are decimals of 15 significant digits, ROUND is half away from zero, comparisons are on 15 digits.
- a sum has the decimals of its operands, and is rounded to them (`rounding`); what has more than fits is rounded too.
- a text among numbers that people type is a mistake and no blank: SUM, MIN, MAX, SUMIF and N of it show nothing, and pass over
  nothing that was meant to count.
- text is compared without case and with its spaces folded: ends trimmed, inner runs collapsed. A choice comes from a
  dropdown: among choices and literals it is compared without case but space for space, and what is none of them counts as
  blank: a formula shows nothing rather than what would be right of another choice.
- PLAIN(x) is a text without spaces and punctuation, in lower case; WITHOUT(x, "a", "b") is it without those words, and
  CONTAINS(x, "a", "b") says whether one of them is in it. ISPERCENT(x) says whether a cell shows its number as a percent.
- SUMIF(table.choice, choice, table.number) sums one column beside one choice; LOOKUP(x, parameters.steps) is the step that
  x reaches, nested IFs made of bounds that a form declares.
- division by zero shows #DIV/0! in Excel and gives None; a form guards against it.
- only functions of Excel 2007 exist here; nothing is ever evaluated by Python itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from xlperf.errors import FormulaError
from xlperf.formula.excel import blanks_of
from xlperf.formula.functions import ACCEPTS, ARITHMETIC, FUNCTIONS
from xlperf.formula.nodes import COLUMNS, PRECEDENCE, WORDS, Call, IsBlank, Kind, Literal, Name, Node, Operation
from xlperf.formula.operands import DIGITS_15, TEXT_FORMATS, as_decimal
from xlperf.formula.rounding import settled

NESTING = 64  # of brackets and functions, Excel's own limit
MOST_OPERATORS = 300  # in one formula: a tree that recursion can always walk
ROUND_DIGITS = range(-15, 16)
LOOKUP = "LOOKUP"
TOKENS = re.compile(r'\s*(?:(\d+(?:\.\d+)?)|("(?:[^"]|"")*")|([A-Za-z_][\w.]*)|(<>|<=|>=|[-+*/&=<>(),%]))', re.ASCII)
TOKEN_KINDS = ("number", "text", "name", "sign")  # the groups of TOKENS

KindOf = Callable[[str], Kind | None]  # of a name
Steps = Sequence[Sequence[float | str]]  # pairs of bound and result, the highest bound first; then what is below all, alone


class About(NamedTuple):
    """What more is known of a name than its kind; see `Name`."""

    digits: int | None = None
    choices: tuple[str, ...] = ()
    typed: bool = False


def parse(
    source: str,
    kind_of: KindOf,
    steps: Mapping[str, Steps] | None = None,
    *,
    about: Callable[[str], About] = lambda name: About(),
    digits: int | None = None,
) -> Node:
    """Return the typed tree of a formula, rounded wherever doubles and decimals could part.

    Args:
        source: the formula, without a leading `=`.
        kind_of: the kind of a name, or None where there is no such field.
        steps: by name, what LOOKUP goes down.
        about: what more is known of a name.
        digits: the decimals that the value of the formula may have at most.

    Raises:
        FormulaError: it does not parse, names an unknown field or function, or mixes kinds.
    """
    tree = _Parser(source, list(_tokens(source)), kind_of, steps or {}, about).parse()
    return settled(tree, digits)


def _is_never_blank(operand: Node) -> bool:
    return (isinstance(operand, Call) and operand.function == "T") or not any(blanks_of(operand, str, operand.kind))


def _literal(value: str | float) -> Literal:
    return Literal(value if isinstance(value, str) else as_decimal(value))


def _tokens(source: str) -> Iterator[tuple[str, str]]:
    """Yield kind and text of every token."""
    position, source = 0, source.rstrip()
    while position < len(source):
        match = TOKENS.match(source, position)
        if not match:
            raise FormulaError(f"cannot read {source[position : position + 12]!r} in {source!r}")
        position = match.end()
        group = match.lastindex or 0
        yield TOKEN_KINDS[group - 1], match[group]


class _Parser:
    """Precedence climbing over the tokens, typing every node as it is made."""

    def __init__(
        self,
        source: str,
        tokens: Sequence[tuple[str, str]],
        kind_of: KindOf,
        steps: Mapping[str, Steps],
        about: Callable[[str], About],
    ) -> None:
        self.source, self.tokens, self.steps = source, tokens, steps
        self.kind_of, self.about = kind_of, about
        self.at = self.depth = self.operators = 0

    def parse(self) -> Node:
        tree = self.expression(0)
        if self.at < len(self.tokens):
            raise self.wrong(f"unexpected {self.tokens[self.at][1]!r}")
        if tree.kind in COLUMNS:
            raise self.wrong("a column where a value is expected")
        return tree

    def wrong(self, what: str) -> FormulaError:
        return FormulaError(f"{what} in {self.source!r}")

    def take(self, sign: str | None = None) -> tuple[str, str]:
        """The next token, which is that sign if one is given."""
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
        """Operands joined by operators that bind more strongly than `floor`."""
        left = self.operand()
        while self.next_is(*PRECEDENCE) and PRECEDENCE[self.tokens[self.at][1]] > floor:
            operator = self.take()[1]
            left = self.operation(operator, left, self.expression(PRECEDENCE[operator]))
        return left

    def operation(self, operator: str, left: Node, right: Node) -> Node:
        """The node of two operands, which are of kinds that the operator takes."""
        kinds = {left.kind, right.kind}
        if kinds & set(COLUMNS):
            raise self.wrong(f"{operator!r} takes single values, not a column")
        if operator in ("=", "<>") and Literal("") in (left, right):
            return self.blankness(left if right == Literal("") else right, operator)
        if Kind.BOOLEAN in kinds:
            raise self.wrong(f"{operator!r} takes single values, not a test")
        self.operators += 1
        if self.operators > MOST_OPERATORS:
            raise self.wrong(f"more than {MOST_OPERATORS} operators")
        if operator == "&":
            if right == Literal(""):
                raise self.wrong('write "" & x, not x & ""')
            return Operation(operator, left, right, kind=Kind.TEXT, operands=Kind.TEXT)
        if operator in ARITHMETIC:
            if kinds & set(WORDS):
                raise self.wrong(f"{operator!r} takes numbers, not text")
            return Operation(operator, left, right, kind=Kind.NUMBER, operands=Kind.NUMBER)
        return self.comparison(operator, left, right)

    def blankness(self, operand: Node, operator: str) -> IsBlank:
        if _is_never_blank(operand):
            raise self.wrong("asks whether something is blank that never is")
        return IsBlank(operand, wanted=operator == "=")

    def comparison(self, operator: str, left: Node, right: Node) -> Operation:
        kinds = {left.kind, right.kind}
        if Kind.NUMBER in kinds and kinds & set(WORDS):
            raise self.wrong("compares text with a number")
        if Kind.NUMBER in kinds:
            return Operation(operator, left, right, kind=Kind.BOOLEAN, operands=Kind.NUMBER)
        if operator not in ("=", "<>"):
            raise self.wrong("texts can be equal or not, neither is larger")
        chosen = {side.kind for side in (left, right) if not isinstance(side, Literal)} == {Kind.CHOICE}
        return Operation(operator, left, right, kind=Kind.BOOLEAN, operands=Kind.CHOICE if chosen else Kind.TEXT)

    def operand(self) -> Node:
        """A value with the percent signs behind it."""
        node = self.nested()
        while self.next_is("%"):
            self.take()
            node = self.operation("/", node, Literal(Decimal(100)))
        return node

    def nested(self) -> Node:
        """A value, one level deeper than what it stands in."""
        self.depth += 1
        if self.depth > NESTING + 1:
            raise self.wrong(f"nested deeper than {NESTING}")
        node = self.atom()
        self.depth -= 1
        return node

    def atom(self) -> Node:
        """A literal, a name, a call, or an expression in brackets or behind a minus."""
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
        return Name(key, kind, **self.about(key)._asdict())

    def call(self, name: str) -> Node:
        if name == LOOKUP:
            return self.lookup()
        if name not in FUNCTIONS:
            raise self.wrong(f"no function named {name!r}; there are {', '.join((*FUNCTIONS, LOOKUP))}")
        function, arguments = FUNCTIONS[name], self.arguments()
        if not len(function.takes) <= len(arguments) <= max(len(function.takes), function.most):
            raise self.wrong(f"{name} with {len(arguments)} arguments")
        for number, argument in enumerate(arguments):
            self.check_argument(name, number, argument)
        if name == "SUMIF":
            self.check_columns(*arguments)
        kind = function.gives
        if name == "IF":
            kind = self.branch_kind(*arguments[1:])
        elif name == "T" and arguments[0].kind is Kind.CHOICE:
            kind = Kind.CHOICE
        return Call(name, arguments, kind)

    def arguments(self) -> tuple[Node, ...]:
        """What stands in brackets behind a function, at least one argument."""
        self.take("(")
        arguments = [self.expression(0)]
        while self.next_is(","):
            self.take()
            arguments.append(self.expression(0))
        self.take(")")
        return tuple(arguments)

    def check_argument(self, name: str, number: int, argument: Node) -> None:
        """The argument is of a kind that the function takes there, and written out where Excel's rendering depends on it."""
        wanted = FUNCTIONS[name].argument(number)
        if argument.kind not in ACCEPTS[wanted]:
            raise self.wrong(f"argument {number + 1} of {name} is {argument.kind.value}, expected {wanted}")
        if wanted in ("cell", "fields") and not isinstance(argument, Name):
            raise self.wrong(f"{name} takes a field")  # COUNT(1/0) is 0, not an error
        if wanted == "digits" and (not isinstance(argument, Literal) or argument.value not in ROUND_DIGITS):
            raise self.wrong(f"{name} takes a whole number of digits, {ROUND_DIGITS[0]} to {ROUND_DIGITS[-1]}")
        if wanted == "format" and (not isinstance(argument, Literal) or argument.value not in TEXT_FORMATS):
            raise self.wrong(f"TEXT takes one of {', '.join(TEXT_FORMATS)}")

    def check_columns(self, choices: Node, choice: Node, numbers: Node) -> None:
        """The columns of SUMIF stand side by side, and what is looked for was never typed."""
        if not isinstance(choice, Literal) and not (isinstance(choice, Name) and choice.kind is Kind.CHOICE):
            raise self.wrong("SUMIF looks for a choice or a text in quotes")
        assert isinstance(choices, Name) and isinstance(numbers, Name)  # a column is always a name
        if choices.key.rpartition(".")[0] != numbers.key.rpartition(".")[0]:
            raise self.wrong("SUMIF takes two columns of one table")

    def lookup(self) -> Node:
        """LOOKUP as what it means: an IF for each bound, the highest first."""
        self.take("(")
        value = self.expression(0)
        self.take(",")
        name = self.take()[1]
        if name not in self.steps:
            raise self.wrong(f"LOOKUP goes down steps; {name!r} is none of {', '.join(self.steps) or 'none that there are'}")
        self.take(")")
        *bounds, (lowest,) = self.steps[name]
        tree: Node = _literal(lowest)
        for bound, result in reversed(bounds):
            reached, then = self.operation(">=", value, _literal(bound)), _literal(result)
            tree = Call("IF", (reached, then, tree), self.branch_kind(then, tree))
        return tree

    def branch_kind(self, *branches: Node) -> Kind:
        """The kind of an IF with these branches; an empty text is of any kind."""
        kinds = {branch.kind for branch in branches if branch != Literal("")}
        if len(kinds) == 1:
            return kinds.pop()
        if kinds <= set(WORDS):
            return Kind.TEXT
        if Kind.BOOLEAN in kinds:
            raise self.wrong("one branch of IF is a test, the other is not")
        return Kind.VALUE
