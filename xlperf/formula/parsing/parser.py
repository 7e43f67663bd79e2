"""Reading a formula: Excel's own syntax with field keys in place of addresses, made one typed tree that is rendered twice.

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

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from xlperf.errors import FormulaError
from xlperf.formula.dates import is_joined, of_dates
from xlperf.formula.excel import blanks_of
from xlperf.formula.functions import ARITHMETIC
from xlperf.formula.nodes import COLUMNS, DATED, PRECEDENCE, WORDS, Call, IsBlank, Kind, Literal, Name, Node, Operation, nodes_of
from xlperf.formula.operands import DIGITS_15
from xlperf.formula.parsing.calls import branch_kind, call_of
from xlperf.formula.parsing.conditions import look_up
from xlperf.formula.parsing.steps import Steps, steps_of
from xlperf.formula.parsing.tokens import Token, reason_of, tokens_of
from xlperf.formula.parsing.vocabulary import ADDRESS, CURES, KNOWN, LOOKUP, refusal
from xlperf.formula.rounding import settled

NESTING = 64  # of brackets and functions, Excel's own limit
MOST_OPERATORS = 300  # in one formula: a tree that recursion can always walk
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
    tree = _Parser(source, list(tokens_of(source)), kind_of, steps or {}, about).parse()
    return settled(tree, digits)


def _is_never_blank(operand: Node) -> bool:
    return (isinstance(operand, Call) and operand.function == "T") or not any(blanks_of(operand, str, operand.kind))


class _Parser:
    """Precedence climbing over the tokens, typing every node as it is made."""

    def __init__(
        self,
        source: str,
        tokens: Sequence[Token],
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
            raise self.wrong(reason_of(self.tokens, self.at), found=self.tokens[self.at][1])
        if tree.kind in COLUMNS:
            raise self.wrong("column")
        if any(map(is_joined, nodes_of(tree))):
            raise self.wrong("date_joined")
        return tree

    def wrong(self, reason: str, **facts: object) -> FormulaError:
        return refusal(reason, self.source, **facts)

    def take(self, sign: str | None = None) -> Token:
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
        raise self.wrong(reason_of(self.tokens, self.at - 1), found=part)

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
        return call_of(name, self.arguments(), self.operation, self.wrong)

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

    def lookup(self) -> Node:
        """LOOKUP as what it means."""
        self.take("(")
        value = self.expression(0)
        self.take(",")
        name = self.take()[1]
        if name not in self.steps:
            raise self.wrong("steps", name=name, known=", ".join(self.steps) or "—")
        self.take(")")
        return steps_of(value, self.steps[name], self.operation, lambda *branches: branch_kind(branches, self.wrong))
