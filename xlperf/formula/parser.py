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
- only functions of Excel 2007 exist here (`workbook/rule_results` asks for ISFORMULA besides); nothing is ever evaluated by
  Python itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from xlperf.errors import FormulaError
from xlperf.formula.conditions import CONDITIONAL, conditional, look_up
from xlperf.formula.dates import dated, is_joined, of_dates, whole
from xlperf.formula.excel import blanks_of
from xlperf.formula.functions import ACCEPTS, ARITHMETIC, FUNCTIONS
from xlperf.formula.nodes import (
    COLUMNS,
    DATED,
    PRECEDENCE,
    WORDS,
    Call,
    IsBlank,
    Kind,
    Literal,
    Name,
    Node,
    Operation,
    in_words,
    nodes_of,
)
from xlperf.formula.operands import DIGITS_15, TEXT_FORMATS
from xlperf.formula.rounding import settled
from xlperf.formula.steps import Steps, steps_of
from xlperf.formula.sugar import SUGARS
from xlperf.formula.vocabulary import ADDRESS, CURES, DEFAULTS, KNOWN, LOOKUP, refusal
from xlperf.formula.written import as_read

NESTING = 64  # of brackets and functions, Excel's own limit
MOST_OPERATORS = 300  # in one formula: a tree that recursion can always walk
ROUND_DIGITS = range(-15, 16)
TOKENS = re.compile(r'\s*(?:(\d+(?:\.\d+)?)|("(?:[^"]|"")*")|([^\W\d][\w.]*)|(<>|<=|>=|[-+*/&=<>(),%]))')
TOKEN_KINDS = ("number", "text", "name", "sign")  # the groups of TOKENS

KindOf = Callable[[str], Kind | None]  # of a name


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


def _reason_of(tokens: Sequence[tuple[str, str]], at: int) -> str:
    """Why a sign or a name stands where it may not, as far as its neighbours tell."""
    before = tokens[at - 1] if at else ("", "")
    if tokens[at] == ("sign", "=") and before == ("sign", "="):
        return "twice"
    if tokens[at] == ("sign", ",") and before[0] == "number":
        return "thousands"
    return "percent" if before == ("sign", "%") else "unexpected"


def _tokens(source: str) -> Iterator[tuple[str, str]]:
    """Yield kind and text of every token."""
    written, position, source = source, 0, as_read(source).rstrip()
    while position < len(source):
        match = TOKENS.match(source, position)
        if not match:
            raise refusal("unreadable", written, found=source[position : position + 12])
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
            raise self.wrong(_reason_of(self.tokens, self.at), found=self.tokens[self.at][1])
        if tree.kind in COLUMNS:
            raise self.wrong("column")
        if any(map(is_joined, nodes_of(tree))):
            raise self.wrong("date_joined")
        return tree

    def wrong(self, reason: str, **facts: object) -> FormulaError:
        return refusal(reason, self.source, **facts)

    def take(self, sign: str | None = None) -> tuple[str, str]:
        """The next token, which is that sign if one is given."""
        if self.at >= len(self.tokens):
            raise self.wrong("ends", expected=sign or "…")
        token = self.tokens[self.at]
        if sign and token != ("sign", sign):
            raise self.wrong("expected", expected=sign, found=token[1])
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
            raise self.wrong("operand_column", operator=operator)
        if operator in ("=", "<>") and Literal("") in (left, right):
            return self.blankness(left if right == Literal("") else right, operator)
        if Kind.BOOLEAN in kinds:
            raise self.wrong("operand_test", operator=operator)
        self.operators += 1
        if self.operators > MOST_OPERATORS:
            raise self.wrong("operators", most=MOST_OPERATORS)
        if Kind.DATE in kinds:
            return of_dates(operator, left, right, self.wrong)
        if operator == "&":
            if right == Literal(""):
                left, right = right, left
            return Operation(operator, left, right, kind=Kind.TEXT, operands=Kind.TEXT)
        if operator in ARITHMETIC:
            if kinds & set(WORDS):
                raise self.wrong("operand_text", operator=operator)
            return Operation(operator, left, right, kind=Kind.NUMBER, operands=Kind.NUMBER)
        return self.comparison(operator, left, right)

    def blankness(self, operand: Node, operator: str) -> IsBlank:
        if _is_never_blank(operand):
            raise self.wrong("never_blank")
        return IsBlank(operand, wanted=operator == "=")

    def comparison(self, operator: str, left: Node, right: Node) -> Operation:
        kinds = {left.kind, right.kind}
        if Kind.NUMBER in kinds and kinds & set(WORDS):
            raise self.wrong("text_with_number")
        if Kind.NUMBER in kinds:
            return Operation(operator, left, right, kind=Kind.BOOLEAN, operands=Kind.NUMBER)
        if operator not in ("=", "<>"):
            raise self.wrong("larger_text")
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
            raise self.wrong("nested", most=NESTING)
        node = self.atom()
        self.depth -= 1
        return node

    def atom(self) -> Node:
        """A literal, a name, a call, or an expression in brackets or behind a minus."""
        kind, part = self.take()
        if kind == "number":
            if len(part.replace(".", "")) > DIGITS_15.prec:
                raise self.wrong("digits", found=part, most=DIGITS_15.prec)
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
        raise self.wrong(_reason_of(self.tokens, self.at - 1), found=part)

    def name(self, key: str) -> Node:
        if key.upper() in ("TRUE", "FALSE"):
            return Literal(key.upper() == "TRUE")
        kind = self.kind_of(key)
        if kind is None:
            raise self.wrong("address" if ADDRESS.fullmatch(key) else "no_field", name=key)
        about = self.about(key)
        return Name(key, kind, **(about._replace(digits=0) if kind in DATED else about)._asdict())

    def call(self, written: str) -> Node:
        name = written.upper()
        if name == LOOKUP:
            return self.lookup()
        if name not in KNOWN:
            raise self.wrong(CURES.get(name, "no_function"), name=written, known=", ".join(sorted(KNOWN)))
        if name == "INDEX":
            return self.indexed()
        arguments = self.arguments()
        if name in SUGARS:
            return self.sweetened(name, arguments)
        if name == "VLOOKUP":
            return look_up(name, arguments, self.wrong)
        if name in CONDITIONAL and not self.is_plain_sumif(name, arguments):
            return conditional(name, arguments, self.wrong)
        arguments = (*arguments, *DEFAULTS.get((name, len(arguments)), ()))
        function = FUNCTIONS[name]
        if not len(function.takes) <= len(arguments) <= max(len(function.takes), function.most):
            raise self.wrong("arguments", name=name, found=len(arguments))
        for number, argument in enumerate(arguments):
            self.check_argument(name, number, argument)
        if name == "SUMIF":
            self.check_columns(*arguments)
        if name == "ISDATE" and arguments[0].kind is Kind.DATE:  # in its cell a date is a number, and a text is none
            name = "ISNUMBER"
        if name == "DATE":
            arguments = tuple(map(whole, arguments))
        return Call(name, arguments, self.kind_of_call(name, arguments))

    def kind_of_call(self, name: str, arguments: Sequence[Node]) -> Kind:
        """The kind of what a function gives."""
        if name == "IF":
            return self.branch_kind(*arguments[1:])
        if name == "IFERROR":
            return self.branch_kind(*arguments)
        if name in ("MIN", "MAX") and dated(arguments, self.wrong):
            return Kind.DATE
        if name == "T" and arguments[0].kind is Kind.CHOICE:
            return Kind.CHOICE
        return FUNCTIONS[name].gives

    def is_plain_sumif(self, name: str, arguments: Sequence[Node]) -> bool:
        """Whether a SUMIF adds beside one choice, which is compared space for space."""
        if name != "SUMIF" or len(arguments) != 3 or arguments[0].kind is not Kind.CHOICES:
            return False
        wanted = arguments[1]
        text = wanted.value if isinstance(wanted, Literal) else None
        is_text = isinstance(text, str) and not text.startswith(("<", ">", "="))
        return is_text or (isinstance(wanted, Name) and wanted.kind is Kind.CHOICE)

    def sweetened(self, name: str, arguments: Sequence[Node]) -> Node:
        """A function as what it means."""
        sugar = SUGARS[name]
        if not sugar.least <= len(arguments) <= sugar.most or (name == "IFS" and len(arguments) % 2):
            raise self.wrong("arguments", name=name, found=len(arguments))
        for number, argument in enumerate(arguments):
            wanted = "digits" if sugar.takes == "number" and number else sugar.takes
            test_or_value = "boolean" if name == "IFS" and number % 2 == 0 else wanted
            self.check_kind(name, number, argument, test_or_value)
        tree = sugar.meaning(arguments, self.operation)
        return self.retyped(tree) if name == "IFS" else tree

    def retyped(self, tree: Node) -> Node:
        """IFs one within another, each of the kind of its branches."""
        if not isinstance(tree, Call):
            return tree
        test, then, otherwise = tree.arguments
        rest = self.retyped(otherwise) if isinstance(otherwise, Call) and otherwise.kind is Kind.VALUE else otherwise
        return Call("IF", (test, then, rest), self.branch_kind(then, rest))

    def indexed(self) -> Node:
        """INDEX with a MATCH in it: the value beside a key."""
        self.take("(")
        values = self.expression(0)
        self.take(",")
        kind, name = self.take()
        if (kind, name.upper()) != ("name", "MATCH"):
            raise self.wrong("place", name="INDEX")
        arguments = self.arguments()
        self.take(")")
        if len(arguments) > 2 and arguments[2:] != (Literal(Decimal(0)),):
            raise self.wrong("place", name="MATCH")
        return look_up("INDEX", (*arguments[:2], values), self.wrong)

    def arguments(self) -> tuple[Node, ...]:
        """What stands in brackets behind a function, at least one argument."""
        self.take("(")
        arguments = [self.expression(0)]
        while self.next_is(","):
            self.take()
            if self.next_is(",", ")"):
                raise self.wrong("left_out")
            arguments.append(self.expression(0))
        self.take(")")
        return tuple(arguments)

    def check_argument(self, name: str, number: int, argument: Node) -> None:
        """The argument is of a kind that the function takes there, and written out where Excel's rendering depends on it."""
        self.check_kind(name, number, argument, FUNCTIONS[name].argument(number))

    def check_kind(self, name: str, number: int, argument: Node, wanted: str) -> None:
        if wanted == "date" and argument.kind is not Kind.DATE:
            raise self.wrong("no_date", name=name, found=in_words(argument.kind.value))
        if argument.kind not in ACCEPTS[wanted] or (name == "N" and argument.kind is Kind.DATE):
            raise self.wrong(
                "argument_kind", number=number + 1, name=name, found=in_words(argument.kind.value), expected=in_words(wanted)
            )
        if wanted in ("cell", "fields") and not isinstance(argument, Name):
            raise self.wrong("takes_field", name=name)  # COUNT(1/0) is 0, not an error
        if wanted == "digits" and (not isinstance(argument, Literal) or argument.value not in ROUND_DIGITS):
            raise self.wrong("whole_digits", name=name, least=ROUND_DIGITS[0], most=ROUND_DIGITS[-1])
        if wanted == "format" and (not isinstance(argument, Literal) or argument.value not in TEXT_FORMATS):
            raise self.wrong("formats", known=", ".join(TEXT_FORMATS))

    def check_columns(self, choices: Node, choice: Node, numbers: Node) -> None:
        """The columns of SUMIF stand side by side, and what is looked for was never typed."""
        if not isinstance(choice, Literal) and not (isinstance(choice, Name) and choice.kind is Kind.CHOICE):
            raise self.wrong("text_with_number")
        assert isinstance(choices, Name) and isinstance(numbers, Name)  # a column is always a name
        if choices.key.rpartition(".")[0] != numbers.key.rpartition(".")[0]:
            raise self.wrong("two_tables", name="SUMIF")

    def lookup(self) -> Node:
        """LOOKUP as what it means."""
        self.take("(")
        value = self.expression(0)
        self.take(",")
        name = self.take()[1]
        if name not in self.steps:
            raise self.wrong("steps", name=name, known=", ".join(self.steps) or "—")
        self.take(")")
        return steps_of(value, self.steps[name], self.operation, self.branch_kind)

    def branch_kind(self, *branches: Node) -> Kind:
        """The kind of an IF with these branches; an empty text is of any kind."""
        kinds = {branch.kind for branch in branches if branch != Literal("")}
        if dated(branches, self.wrong):
            return Kind.DATE
        if len(kinds) == 1:
            return kinds.pop()
        if kinds <= set(WORDS):
            return Kind.TEXT
        if Kind.BOOLEAN in kinds:
            raise self.wrong("branches")
        return Kind.VALUE
