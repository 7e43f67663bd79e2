"""A formula tree as an Excel formula, guarded so that a blank operand shows nothing.

>>> from xlperf.formula.parsing.parser import parse
>>> tree = parse("ROUND(spent / adjusted, 4)", {"spent": Kind.NUMBER, "adjusted": Kind.NUMBER}.get)
>>> to_excel(tree, {"spent": "E9", "adjusted": "D9"}.get)
'IF(OR(NOT(ISNUMBER(E9)),NOT(ISNUMBER(D9))),"",ROUND(E9/D9,4))'
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from xlperf.formula.dates import (
    LEAST_YEAR,
    days_that,
    is_constant,
    is_day_already,
    no_date_in,
    outside,
    typed_dates,
    wrong_days_in,
)
from xlperf.formula.functions import BETWEEN, COMPARISONS, FUNCTIONS, LONGEST_DASH, SKIPPING, TAKEN_AS_NUMBER
from xlperf.formula.nodes import COLUMNS, DATED, PRECEDENCE, WORDS, Call, IsBlank, Kind, Literal, Name, Node, Operation, triples
from xlperf.formula.operands import IDEOGRAPHIC_SPACE, LEFT_OUT, NBSP, REWRITTEN, TEXT_FORMATS, as_text, single_spaced

LONGEST_LITERAL = 120  # UTF-16 units of a text that is compared; a literal holds 255, and quotation marks stand twice
ABOVE_ALL = "1E+300"  # every number is smaller, and no text is
Address = Callable[[str], str]  # of a name: its cell, its range, or the figure of a parameter


def to_excel(tree: Node, address: Address, if_blank: str = '""') -> str:
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
        blanks, inner = blanks_of(test, address, Kind.BOOLEAN), f"IF({_raw(test, address)},{branches})"
    else:
        blanks, inner = blanks_of(tree, address, tree.kind), _raw(tree, address)
    conditions = list(dict.fromkeys(blanks))
    return f"IF({_either(conditions)},{if_blank},{inner})" if conditions else inner


def _either(conditions: list[str]) -> str:
    return conditions[0] if len(conditions) == 1 else f"OR({','.join(conditions)})"


def _is_none_of(cell: str, texts: Sequence[str]) -> str:
    conditions = [f"{cell}<>{_raw(Literal(text), str)}" for text in texts]
    return conditions[0] if len(conditions) == 1 else f"AND({','.join(conditions)})"


def blanks_of(tree: Node, address: Address, taken_as: Kind) -> Iterator[str]:
    """Yield the Excel conditions under which the tree is blank."""
    match tree:
        case Literal(value=""):
            yield "TRUE"
        case Name(key=key, kind=kind):
            cell = address(key)
            if kind is Kind.DATE:
                yield from no_date_in(cell)
            elif kind is Kind.NUMBER or taken_as is Kind.NUMBER:
                yield f"NOT(ISNUMBER({cell}))"
            elif tree.choices:
                yield _is_none_of(cell, tree.choices)
            else:
                yield f'{cell if kind is Kind.CHOICE else _folded(cell)}=""'
        case Call(function="T", arguments=(Name(key=key, choices=choices),)) if choices and taken_as is not Kind.NUMBER:
            yield _is_none_of(address(key), ("", *choices))
        case Call(function="IF", arguments=(test, then, otherwise)):
            of_then, of_else = list(blanks_of(then, address, taken_as)), list(blanks_of(otherwise, address, taken_as))
            of_test = list(dict.fromkeys(blanks_of(test, address, Kind.BOOLEAN)))
            if of_then or of_else:
                branch = f"IF({_raw(test, address)},{_either(of_then or ['FALSE'])},{_either(of_else or ['FALSE'])})"
                yield f"IF({_either(of_test)},TRUE,{branch})" if of_test else branch
            else:
                yield from of_test
        case Call(function="IFERROR", arguments=(value, other)):
            of_other = list(blanks_of(other, address, taken_as))
            if of_other:
                yield f"IF({_fails(value, address, taken_as)},{_either(of_other)},FALSE)"
        case _ if taken_as is Kind.NUMBER and tree.kind in WORDS:
            yield "TRUE"
        case _ if is_constant(tree):
            return
        case Call(function="VLOOKUP", arguments=(wanted, keys, _)):
            yield from blanks_of(wanted, address, wanted.kind)
            found = _raw(tree, address)
            is_blank = f"NOT(ISNUMBER({found}))" if tree.kind is Kind.NUMBER else f'{_folded(found)}=""'
            is_blank = _either([*no_date_in(found)]) if tree.kind is Kind.DATE else is_blank
            yield f"IF(SUMPRODUCT(--({_meets(keys, '=', wanted, address)}))<>1,TRUE,{is_blank})"
        case Call(function="MID", arguments=(text, _, _)):
            blanks = list(blanks_of(text, address, text.kind))
            is_short = f'{_raw(tree, address)}=""'
            yield f"IF({_either(blanks)},TRUE,{is_short})" if blanks else is_short
        case Operation(operator="&", left=Literal(value=""), right=right):
            yield from blanks_of(right, address, Kind.TEXT)
        case Operation(left=left, right=right, operands=operands):
            yield from blanks_of(left, address, operands)
            yield from blanks_of(right, address, operands)
            if tree.kind is Kind.DATE:
                yield from outside(_raw(tree, address))
        case Call(function=name, arguments=arguments):
            function = FUNCTIONS[name]
            if name in ("SMALL", "LARGE") and isinstance(arguments[1], Literal):
                yield f"COUNT({_raw(arguments[0], address)})<{_raw(arguments[1], address)}"
            typed = [
                address(argument.key)
                for argument in arguments
                if isinstance(argument, Name) and argument.typed and argument.kind not in DATED
            ]
            if typed and name in SKIPPING:  # what stands there is no number
                yield f"COUNTA({','.join(typed)})>COUNT({','.join(typed)})"
            if name in SKIPPING:
                yield from (wrong_days_in(address(key)) for key in typed_dates(arguments))
            for number, argument in enumerate(arguments):
                if argument.kind not in COLUMNS and not (function.skips and isinstance(argument, Name)):
                    as_number = function.argument(number) in TAKEN_AS_NUMBER
                    yield from blanks_of(argument, address, Kind.NUMBER if as_number else argument.kind)
            if tree.kind is Kind.DATE:
                if name == "DATE" and not isinstance(arguments[0], Literal):
                    yield f"{_raw(arguments[0], address, PRECEDENCE['='])}<{LEAST_YEAR}"
                yield from outside(_raw(tree, address))


def _raw(tree: Node, address: Address, floor: int = 0) -> str:
    """The unguarded formula; `floor` is the precedence of the surrounding operator."""
    match tree:
        case Literal(value=bool() as value):
            return "TRUE" if value else "FALSE"
        case Literal(value=str() as value):
            return '"' + value.replace('"', '""') + '"'
        case Literal(value=Decimal() as value):
            return f"({as_text(value)})" if value < 0 and floor else as_text(value)
        case Name(key=key):
            return address(key)
        case IsBlank(operand=operand, wanted=wanted):
            asked = _asked_of(operand) if isinstance(operand, Name) else operand
            test = _either(list(dict.fromkeys(blanks_of(asked, address, asked.kind))))
            return test if wanted else f"NOT({test})"
        case Operation(operator=operator, left=left, right=right, operands=operands):
            mine = PRECEDENCE[operator]
            sides = [_side(left, address, mine - 1), _side(right, address, mine)]
            if operands is Kind.TEXT and operator in COMPARISONS:
                sides = [_folded_side(side, address) for side in (left, right)]
            text = operator.join(sides)
            return f"({text})" if mine <= floor else text
        case Call("TEXT", (number, Literal(value=str() as pattern) as shown)) if not _is_rounded(number, pattern):
            places = Literal(Decimal(sum(TEXT_FORMATS[pattern])))
            return _raw(Call("TEXT", (Call("ROUND", (number, places), Kind.NUMBER), shown), Kind.TEXT), address)
        case Call(function="SUMIFS" | "COUNTIFS", arguments=arguments):
            met = [_meets(column, operator, value, address) for column, operator, value in triples(arguments)]
            together = "*".join(met) if len(met) > 1 or "*" in met[0] else f"--({met[0]})"
            added = f",{_raw(arguments[0], address)}" if len(arguments) % 3 else ""
            return f"SUMPRODUCT({together}{added})"
        case Call(function="VLOOKUP", arguments=(wanted, keys, values)):
            rows, of_values = _raw(keys, address), _raw(values, address)
            return f"INDEX({of_values},SUMPRODUCT(({_meets(keys, '=', wanted, address)})*ROW({rows}))-ROW(INDEX({rows},1))+1)"
        case Call(function="COUNTA", arguments=arguments):
            parts = [f'SUMPRODUCT(--({_folded(_raw(argument, address))}<>""))' for argument in arguments]
            return parts[0] if len(parts) == 1 else f"({'+'.join(parts)})"
        case Call(function="IFERROR", arguments=(value, other)):
            blanks, second = list(dict.fromkeys(blanks_of(value, address, value.kind))), _raw(other, address)
            first = f"IFERROR({_raw(value, address)},{second})"
            return f"IF({_either(blanks)},{second},{first})" if blanks else first
        case Call(function="TRIM", arguments=(text,)):
            return _folded(_raw(text, address))
        case Call(function="SUMIF", arguments=(choices, choice, numbers)):  # Excel's own would take * and ? for wildcards
            return f"SUMPRODUCT(--({_raw(choices, address)}={_raw(choice, address)}),{_raw(numbers, address)})"
        case Call(
            function="N", arguments=(Name(key=key),)
        ):  # Excel's own counts TRUE as 1; in Gnumeric it fails where the cell is blank
            return f"SUM({address(key)})"
        case Call(function=name, arguments=arguments):
            return WRITERS.get(name, _call)(name, [_raw(argument, address) for argument in arguments])
    raise AssertionError(tree)


def _asked_of(cell: Name) -> Name:
    """A cell as something that is blank or not: a wrong choice is not, and no more is a date that is none."""
    return replace(cell, choices=(), kind=Kind.TEXT if cell.kind is Kind.DATE else cell.kind)


def _side(operand: Node, address: Address, floor: int) -> str:
    """One side of an operation; of a date its day, without the hours."""
    if operand.kind is Kind.DATE and not is_day_already(operand):
        return f"INT({_raw(operand, address)})"
    return _raw(operand, address, floor)


def _fails(tree: Node, address: Address, taken_as: Kind) -> str:
    """The Excel condition under which a value is blank or a mistake."""
    blanks = list(dict.fromkeys(blanks_of(tree, address, taken_as)))
    is_mistake = f"ISERROR({_raw(tree, address)})"
    return f"IF({_either(blanks)},TRUE,{is_mistake})" if blanks else is_mistake


def _meets(column: Node, operator: str, value: Node, address: Address) -> str:
    """The rows of a column that meet a condition, as an array of Excel; a blank cell meets none."""
    cells = _raw(column, address)
    if column.kind is Kind.DATES:
        return days_that(cells, operator, _side(value, address, PRECEDENCE["="]))
    if column.kind is Kind.NUMBERS:
        is_number = f'({cells}<>"")*({cells}<{ABOVE_ALL})'  # other programs take ISNUMBER of a range for that of one cell
        return f"{is_number}*({cells}{operator}{_raw(value, address, PRECEDENCE['='])})"
    texts = _folded(cells)
    test = f"({texts}{operator}{_folded_side(value, address)})"
    return f'({texts}<>"")*{test}' if operator == "<>" else test


def _call(name: str, arguments: list[str]) -> str:
    return f"{name}({','.join(arguments)})"


def _plain(name: str, arguments: list[str]) -> str:
    """Text without spaces and punctuation, in lower case. A quotation mark stands twice in a literal, a tab in none."""
    text = arguments[0]
    for character in LEFT_OUT:
        text = f'SUBSTITUTE({text},{_character(character)},"")'
    for sign, plain in REWRITTEN.items():
        text = f'SUBSTITUTE({text},"{sign}","{plain}")'
    return f"LOWER({text})"


def _character(character: str) -> str:
    return f"CHAR({ord(character)})" if character < " " else _raw(Literal(character), str)


def _without(name: str, arguments: list[str]) -> str:
    text, *words = arguments
    for word in words:
        text = f'SUBSTITUTE({text},{word},"")'
    return text


def _contains(name: str, arguments: list[str]) -> str:
    text, *words = arguments
    found = [f"ISNUMBER(FIND({word},{text}))" for word in words]
    return found[0] if len(found) == 1 else f"OR({','.join(found)})"


def _is_blank(name: str, arguments: list[str]) -> str:
    """Whether a cell is blank; where it shows a choice otherwise, what stands for it is a text and no cell."""
    (cell,) = arguments
    return f'{cell}=""' if cell.endswith(")") else f"ISBLANK({cell})"


def _is_percent(name: str, arguments: list[str]) -> str:
    """Whether a cell shows a percent; other programs than Excel, WPS and LibreOffice may not know, and then it does not."""
    return f'IFERROR(LEFT(CELL("format",{arguments[0]}),1)="P",FALSE)'


def _is_dash(name: str, arguments: list[str]) -> str:
    """Whether a text is a few characters, the first of which, spaces apart, is among those signs."""
    text, signs = arguments
    inner = _without(name, [text, *(f'"{space}"' for space in BETWEEN)])
    return f"AND(LEN({text})>0,LEN({text})<={LONGEST_DASH},ISNUMBER(FIND(LEFT({inner},1),{signs})))"


def _is_one_of(name: str, arguments: list[str]) -> str:
    cell, *texts = arguments
    same = [f"{cell}={text}" for text in texts]
    return same[0] if len(same) == 1 else f"OR({','.join(same)})"


def _is_date(name: str, arguments: list[str]) -> str:
    """Whether a cell of dates holds one: a number, whatever it looks like."""
    return f"ISNUMBER({arguments[0]})"


WRITERS: dict[str, Callable[[str, list[str]], str]] = {  # of the functions that Excel does not have as they are
    "PLAIN": _plain,
    "WITHOUT": _without,
    "CONTAINS": _contains,
    "ISONEOF": _is_one_of,
    "ISBLANK": _is_blank,
    "ISDATE": _is_date,
    "ISDASH": _is_dash,
    "ISPERCENT": _is_percent,
}


def _is_rounded(number: Node, pattern: str) -> bool:
    """Whether the pattern shows every decimal, so that TEXT has no tie to break (the engines break them differently)."""
    match number:
        case Call(function="ROUND", arguments=(_, Literal(value=Decimal() as digits))):
            return digits <= sum(TEXT_FORMATS[pattern])
    return False


def _folded_side(side: Node, address: Address) -> str:
    if isinstance(side, Literal) and isinstance(side.value, str):
        return _raw(Literal(single_spaced(side.value)), address)
    return _folded(_raw(side, address))


def _folded(cell: str) -> str:
    """The spaces of a text folded, in Excel. Literal characters: CHAR(160) is something else on a Chinese Windows."""
    return f'TRIM(SUBSTITUTE(SUBSTITUTE(SUBSTITUTE({cell},"{NBSP}"," "),"{IDEOGRAPHIC_SPACE}"," "),CHAR(9)," "))'
