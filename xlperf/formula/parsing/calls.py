"""A function with its arguments as a node: whether they are of kinds that it takes, and of which kind its value is.

    call_of("ROUND", (spent, Literal(Decimal(2))), operate, wrong)      # ROUND(spent, 2), a number

`operate` joins two nodes by an operator and types what comes out; `wrong` makes the refusal of the formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import MAXYEAR

from xlperf.formula.dates import LEAST_YEAR, dated, whole
from xlperf.formula.functions import ACCEPTS, FUNCTIONS
from xlperf.formula.nodes import WORDS, Call, Kind, Literal, Name, Node, in_words
from xlperf.formula.operands import TEXT_FORMATS
from xlperf.formula.parsing.conditions import CONDITIONAL, Wrong, conditional, look_up
from xlperf.formula.parsing.sugar import SUGARS, Operate
from xlperf.formula.parsing.vocabulary import DEFAULTS

WRITTEN_OUT = {"digits": range(-15, 16), "letters": range(1, 32_768)}  # whole numbers that depend on no cell


def call_of(name: str, arguments: Sequence[Node], operate: Operate, wrong: Wrong) -> Node:
    """The node of a function that the language knows, in capital letters."""
    if name in SUGARS:
        return _sweetened(name, arguments, operate, wrong)
    if name == "VLOOKUP":
        return look_up(name, arguments, wrong)
    if name in CONDITIONAL and not _is_plain_sumif(name, arguments):
        return conditional(name, arguments, wrong)
    arguments = (*arguments, *DEFAULTS.get((name, len(arguments)), ()))
    function = FUNCTIONS[name]
    if not len(function.takes) <= len(arguments) <= max(len(function.takes), function.most):
        raise wrong("arguments", name=name, found=len(arguments))
    for number, argument in enumerate(arguments):
        _check_kind(name, number, argument, function.argument(number), wrong)
    if name == "SUMIF":
        _check_columns(*arguments, wrong=wrong)
    if name == "ISDATE" and arguments[0].kind is Kind.DATE:  # in its cell a date is a number, and a text is none
        name = "ISNUMBER"
    if name == "DATE":
        arguments = tuple(map(whole, arguments))
    return Call(name, tuple(arguments), _kind_of_call(name, arguments, wrong))


def branch_kind(branches: Sequence[Node], wrong: Wrong) -> Kind:
    """The kind of an IF with these branches; an empty text is of any kind."""
    kinds = {branch.kind for branch in branches if branch != Literal("")}
    if dated(branches, wrong):
        return Kind.DATE
    if len(kinds) == 1:
        return kinds.pop()
    if kinds <= set(WORDS):
        return Kind.TEXT
    if Kind.BOOLEAN in kinds:
        raise wrong("branches")
    return Kind.VALUE


def _kind_of_call(name: str, arguments: Sequence[Node], wrong: Wrong) -> Kind:
    """The kind of what a function gives."""
    if name == "IF":
        return branch_kind(arguments[1:], wrong)
    if name == "IFERROR":
        return branch_kind(arguments, wrong)
    if name in ("MIN", "MAX") and dated(arguments, wrong):
        return Kind.DATE
    if name == "T" and arguments[0].kind is Kind.CHOICE:
        return Kind.CHOICE
    return FUNCTIONS[name].gives


def _is_plain_sumif(name: str, arguments: Sequence[Node]) -> bool:
    """Whether a SUMIF adds beside one choice, which is compared space for space."""
    if name != "SUMIF" or len(arguments) != 3 or arguments[0].kind is not Kind.CHOICES:
        return False
    wanted = arguments[1]
    text = wanted.value if isinstance(wanted, Literal) else None
    is_text = isinstance(text, str) and not text.startswith(("<", ">", "="))
    return is_text or (isinstance(wanted, Name) and wanted.kind is Kind.CHOICE)


def _sweetened(name: str, arguments: Sequence[Node], operate: Operate, wrong: Wrong) -> Node:
    """A function as what it means."""
    sugar = SUGARS[name]
    if not sugar.least <= len(arguments) <= sugar.most or (name == "IFS" and len(arguments) % 2):
        raise wrong("arguments", name=name, found=len(arguments))
    for number, argument in enumerate(arguments):
        wanted = "digits" if sugar.takes == "number" and number else sugar.takes
        test_or_value = "boolean" if name == "IFS" and number % 2 == 0 else wanted
        _check_kind(name, number, argument, test_or_value, wrong)
    tree = sugar.meaning(arguments, operate)
    return _retyped(tree, wrong) if name == "IFS" else tree


def _retyped(tree: Node, wrong: Wrong) -> Node:
    """IFs one within another, each of the kind of its branches."""
    if not isinstance(tree, Call):
        return tree
    test, then, otherwise = tree.arguments
    rest = _retyped(otherwise, wrong) if isinstance(otherwise, Call) and otherwise.kind is Kind.VALUE else otherwise
    return Call("IF", (test, then, rest), branch_kind((then, rest), wrong))


def _check_kind(name: str, number: int, argument: Node, wanted: str, wrong: Wrong) -> None:
    """The argument is of a kind that the function takes there, and written out where Excel's rendering depends on it."""
    if wanted == "date" and argument.kind is not Kind.DATE:
        raise wrong("no_date", name=name, found=in_words(argument.kind.value))
    if argument.kind not in ACCEPTS[wanted] or (name == "N" and argument.kind is Kind.DATE):
        raise wrong("argument_kind", number=number + 1, name=name, found=in_words(argument.kind.value), expected=in_words(wanted))
    if wanted in ("cell", "fields") and not isinstance(argument, Name):
        raise wrong("takes_field", name=name)  # COUNT(1/0) is 0, not an error
    if (fit := WRITTEN_OUT.get(wanted)) and (not isinstance(argument, Literal) or argument.value not in fit):
        raise wrong(f"whole_{wanted}", name=name, least=fit[0], most=fit[-1])
    if wanted == "year" and isinstance(argument, Literal) and not (LEAST_YEAR <= float(argument.value) < MAXYEAR + 1):
        raise wrong("year", found=argument.value, least=LEAST_YEAR, most=MAXYEAR)  # there programs add 1900 or 2000
    if wanted == "format" and (not isinstance(argument, Literal) or argument.value not in TEXT_FORMATS):
        raise wrong("formats", known=", ".join(TEXT_FORMATS))


def _check_columns(choices: Node, choice: Node, numbers: Node, *, wrong: Wrong) -> None:
    """The columns of SUMIF stand side by side, and what is looked for was never typed."""
    if not isinstance(choice, Literal) and not (isinstance(choice, Name) and choice.kind is Kind.CHOICE):
        raise wrong("text_with_number")
    assert isinstance(choices, Name) and isinstance(numbers, Name)  # a column is always a name
    if choices.key.rpartition(".")[0] != numbers.key.rpartition(".")[0]:
        raise wrong("two_tables", name="SUMIF")
