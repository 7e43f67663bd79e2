"""What the sheet takes otherwise than we do: what a column does not hold, and what reading makes something else of.

    doubt_of_row(scope, block, fields, is_free=True)      # IF(_used = 1, IF(ISBLANK(spent), 0, IF(ISNUMBER(spent), …, 1)) + …, 0)

A full-width number is a text to the sheet and a number to us. Whatever such a cell is part of is told by nobody before it is
read: the rules of its table wait. It is better to doubt once too often: every doubt here is at a cell that was filled in oddly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from xlperf.forms.model import Block, Cells, Condition, Field
from xlperf.forms.scope import Scope
from xlperf.formula.functions import MOST_WORDS
from xlperf.formula.nodes import Kind
from xlperf.formula.operands import as_decimal, as_text
from xlperf.text import fold, letters_of

UNSEEN = ("\u00ad", "\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u2060", "\ufeff")  # characters that reading leaves out
WIDE = {plain: plain + 0xFEE0 for plain in range(0x21, 0x7F)}  # the full-width forms of letters, digits and signs
ENDS = " .,;:\u3001\u3002"
SPACES = "\u00a0\u3000"
PERCENT = "%"
WORDY = (Kind.TEXT, Kind.VALUE, Kind.DATE)  # of cells that may hold a word for nothing
MOST_TESTS = 30  # that OR takes


def doubt_of_row(scope: Scope, block: Block, fields: Sequence[Field], *, is_free: bool) -> str:
    """The formula that counts the doubtful cells of a used row; beside a doubtful choice nothing else is looked at.

    Args:
        is_free: whether it is a row of a list, which reading leaves out where nothing stands in it but words for nothing.
    """
    chosen: list[str] = []
    others: list[str] = []
    for field in fields:
        if source := doubt_of_cell(scope, block, field):
            (chosen if field.kind is Kind.CHOICE else others).append(source)
    if is_free and any(field.kind in WORDY for field in fields):
        others.append(f"IF({_nothing_said(scope, fields)}, 1, 0)")
    parts = " + ".join(others) or "0"
    if chosen:
        choices = " + ".join(chosen)
        parts = f"IF({choices} > 0, {choices}, {parts})"
    return f"IF(_used = 1, {parts}, 0)"


def _nothing_said(scope: Scope, fields: Sequence[Field]) -> str:
    """A test: the cells of a row are blank, or hold nothing but dashes and words for nothing, whatever is around them.

    What is left of the texts without those is nothing. How long they are is not asked: programs count the characters
    beyond the basic plane in two ways. Where a form lists more words than can be taken out, a few letters that begin as one
    of them do are enough.
    """
    numbers = scope.spellings.get("numbers", {})
    texts = [field.key for field in fields if field.kind in WORDY]
    tests = [f"ISBLANK({field.key})" for field in fields if field.key not in texts]
    tests += [f"NOT(ISNUMBER({field.key}))" for field in fields if field.kind in (Kind.VALUE, Kind.DATE)]
    signs, words = _dashes(numbers), [*_words_for_nothing(numbers)]
    around = filter(None, dict.fromkeys([*signs, *signs.translate(WIDE), *map(fold, signs), *SPACES]))
    if len(taken_out := [*around, *words]) <= MOST_WORDS:
        tests.append(f"LEN(WITHOUT({' & '.join(f'T({key})' for key in texts)}, {quoted_words(taken_out)})) = 0")
    else:
        begins = quoted_words(["".join(dict.fromkeys([*signs, *(word[0] for word in words)]))])
        tests += [f"OR(LEN(T({key})) = 0, ISDASH({key}, {begins}))" for key in texts]
    return f"AND({', '.join(tests)})"


def _words_for_nothing(numbers: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """Yield the letters of what is typed for nothing, the longest first, in each way to write them: small, large, wide."""
    words = sorted(filter(None, map(letters_of, numbers.get("blanks", ()))), key=len, reverse=True)
    cased = dict.fromkeys(case(word) for word in words for case in (str.lower, str.title, str.upper))
    yield from dict.fromkeys([*cased, *(word.translate(WIDE) for word in cased)])


def doubt_of_cell(scope: Scope, block: Block, field: Field, name: str = "") -> str:
    """The formula that gives 1 where a cell is doubtful, else 0; "" where none of its kind is.

    Args:
        name: what the cell is called there, by default as in its own row.
    """
    name = name or field.key
    if field.type == "date":
        return f"IF(ISBLANK({name}), 0, IF(ISDATE({name}), 0, 1))"
    if field.kind is Kind.CHOICE:
        return _doubt_of_choice(block, field, name)
    if field.kind is Kind.NUMBER:
        return _doubt_of_number(field, name)
    if field.kind is Kind.VALUE and field.number_when:
        open_kind = any_of([f'{other} = ""' for other in field.number_when.names])  # then what was typed decides
        in_words = f"IF(ISNUMBER({name}), IF({open_kind}, 0, 1), {_doubt_of_text(scope, field, name) or 0})"
        return f"IF({field.number_when.text}, {_doubt_of_number(field, name)}, {in_words})"
    return _doubt_of_text(scope, field, name)


def _doubt_of_number(field: Field, name: str) -> str:
    """Not a number; one that is out of range, or that stands for a hundred times as much."""
    tests = [f"{name} < {_number(field.minimum)}"] if field.minimum is not None else []
    tests += [f"{name} > {_number(field.maximum)}"] if field.maximum is not None else []
    tests += [f"ROUND({name}, {field.digits}) <> {name}"] if field.digits is not None else []
    tests += [f"ISPERCENT({name})"] if field.kind is Kind.VALUE or (PERCENT in field.label and field.type != "ratio") else []
    return f"IF(ISBLANK({name}), 0, IF(ISNUMBER({name}), {_one_if(tests)}, 1))"


def _number(limit: float) -> str:
    return as_text(as_decimal(limit))


def _one_if(tests: list[str]) -> str:
    if not tests:
        return "0"
    return f"IF({any_of(tests)}, 1, 0)"


def any_of(tests: Sequence[str]) -> str:
    """A test: one of those holds, however many there are."""
    parts = [tests[at : at + MOST_TESTS] for at in range(0, len(tests), MOST_TESTS)]
    grouped = [part[0] if len(part) == 1 else f"OR({', '.join(part)})" for part in parts]
    return grouped[0] if len(grouped) == 1 else f"OR({', '.join(grouped)})"


def _doubt_of_choice(block: Block, field: Field, name: str) -> str:
    """None of the choices, of those that the other cell leaves where they depend on one."""
    source = _none_of(field.choices, name)
    for other, lists in field.choices_by.items():
        if other in block.constants:
            source = _none_of(lists.get(str(block.constants[other]), ()), name)
        else:
            for value, choices in reversed([*lists.items()]):
                source = f"IF(ISONEOF({other}, {quoted_words([value])}), {_none_of(choices, name)}, {source})"
    return source


def _none_of(choices: Iterable[str], name: str) -> str:
    listed = quoted_words(choices)
    return f"IF(ISBLANK({name}), 0, IF(ISONEOF({name}, {listed}), 0, 1))" if listed else "0"


def _doubt_of_text(scope: Scope, field: Field, name: str) -> str:
    """Too long; nothing that can be seen, or a dash where words are asked for; a unit by another name; unseen characters.

    A text that is to be one of another column is doubtful where it stands nowhere in that column.
    """
    numbers = scope.spellings.get("numbers", {})
    tests = [f"LEN(T({name})) > {field.max_length}"] if field.max_length else []
    dashes = _dashes(numbers) if field.required or field.wanted else "".join(UNSEEN)
    tests.append(f"ISDASH({name}, {quoted_words([dashes])})")
    compared = []
    if field.type == "code":
        compared += [f'{name} = "{word}"' for word in numbers.get("blanks", ()) if any(map(str.isalnum, word))]
    if field.key == numbers.get("columns", {}).get("unit"):
        # The wide percent sign is looked for: some programs say that it equals the narrow one.
        compared.append(f"CONTAINS({name}, {quoted_words([*UNSEEN, PERCENT.translate(WIDE)])})")
        compared += [f'{name} = "{word}"' for word in numbers.get("units", {}).get(PERCENT, ()) if word.isprintable()]
    elif field.type == "value":
        compared.append(f"CONTAINS({name}, {quoted_words(UNSEEN)})")
    if field.choices_from:
        tests.append(f'IF({name} = "", FALSE, COUNTIF({field.choices_from}, {name}) = 0)')
    if compared:
        tests.append(f'IF({name} = "", FALSE, {any_of(compared)})')
    return _one_if(tests) if tests else ""


def _dashes(numbers: Mapping[str, Iterable[str]]) -> str:
    """The signs that dashes and other ways to write nothing are made of, and what may stand around them."""
    made_of = [c for word in numbers.get("blanks", ()) for c in word if not c.isalnum()]
    return "".join(dict.fromkeys([*made_of, *"".join(made_of).translate(WIDE), *ENDS, *UNSEEN]))


def quoted_words(words: Iterable[str]) -> str:
    """Texts as arguments of a formula."""
    return ", ".join('"' + word.replace('"', '""') + '"' for word in words)


def gaps(scope: Scope, block: Block, row: str | None, needed: Iterable[Cells]) -> Iterator[str]:
    """Yield tests: a required figure among those cells is blank, and nothing can be told of what follows from it.

    What an earlier stage filled in is complete: without its required figures it would have gone back.
    """
    for key, other_row, field_key in needed:
        other = scope.blocks[key]
        asked = asked_for(other, other.fields[field_key], "missing")
        field = other.fields[field_key]
        if field.kind is not Kind.NUMBER or field.locked or asked is False:
            continue
        if key == block.key and other_row == row:
            blank = f'{field_key} = ""'
            yield f"AND({asked.text}, {blank})" if isinstance(asked, Condition) else blank
        elif other.shape == "object":
            yield f'{key}.{field_key} = ""' if asked is True else f"{key}._missing > 0"
        elif asked is True and other.shape == "list":
            yield f"SUM({key}._used) > COUNT({key}.{field_key})"
        else:
            yield f"SUM({key}._missing) > 0"


def asked_for(block: Block, field: Field, what: str) -> Condition | bool:
    """When a blank cell of that field counts as `missing` or `wanted`: always, never, or under a condition."""
    if what == "wanted":
        return field.wanted
    return field.required if block.require is None else field.key in block.require
