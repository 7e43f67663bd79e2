"""The checks by name as formulas: what a rule of the checks sheet counts while people type, where the language can say it.

    dict(LIVE_CHECKS["duplicates"].sources(scope, rule, block, None))["_AB205"]     # IF(_used = 1, IF(SUMIF(…) > 1, 1, 0), "")

A check has helper columns in a table, one formula each for a kind of row, and two formulas over them: how many cells fail, and
whether there was nothing to look at. What we find ourselves is read off the same columns, so that the two cannot differ. A check
that is not here is told on intake only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from xlperf.forms.live.copies import if_used
from xlperf.forms.live.doubts import quoted_words
from xlperf.forms.live.unanswered import asked_without
from xlperf.forms.model import Block, Rule
from xlperf.forms.scope import Scope
from xlperf.formula.functions import MOST_WORDS
from xlperf.formula.nodes import Node
from xlperf.formula.operands import plain_text

Source = str | Node  # a formula as it is written, or its tree
Fillers = tuple[str, ...]  # words in place of the words that are asked for, as the form lists them
CHOICE, COUNT, TEXT = "choice", "count", "text"  # types of helper columns; in a column of choices equal ones are found
OPEN, MISSED, REACHED = "open", "missed", "reached"  # what an indicator says of its deviation
DIGITS = "0123456789"
SIGNS = "%+<>="  # that are left of a text as it is compared, and say nothing alone


class LiveCheck(NamedTuple):
    """How a check is counted in the workbook."""

    columns: Callable[[Rule, Fillers], Mapping[str, str]]  # its helper columns with their types
    sources: Callable[[Scope, Rule, Block, str | None], Iterator[tuple[str, Source]]]  # what stands in them in one kind of row
    failing: Callable[[Scope, Rule], str]  # how many fail
    idle: Callable[[Scope, Rule], str]  # a test: nothing was looked at
    operand: str = ""  # the column that is looked at where the rule does not say it: "name" for the one that names the rows


def plain(column: str) -> str:
    """The helper column that holds the texts of a column as they are compared."""
    return f"_plain_{column}"


def table_of(scope: Scope, rule: Rule) -> str:
    """The table that the helper columns of a rule stand in, "" where it has none."""
    asking = scope.rules.get(str(rule.parameters.get("rule")))
    return rule.table or str(rule.parameters.get("table") or (asking.table if asking else None) or "")


def name_of(scope: Scope, rule: Rule) -> str:
    """The column that names the rows of the table of a rule."""
    return scope.tables_called(table_of(scope, rule))[0].row_name or ""


def _one_column(rule: Rule, fillers: Fillers) -> Mapping[str, str]:
    return {f"_{rule.code}": COUNT}


def _sum(scope: Scope, rule: Rule) -> str:
    return f"SUM({table_of(scope, rule)}._{rule.code})"


def _none(scope: Scope, rule: Rule) -> str:
    return f"COUNT({table_of(scope, rule)}._{rule.code}) = 0"


def _used(formula: str) -> str:
    return f'IF(_used = 1, {formula}, "")'


def _unless_found_before(scope: Scope, rule: Rule, block: Block, row: str | None, column: str, formula: str) -> str:
    """A formula that is silent where a rule above has found an error at the same cell."""
    before = []
    for other in scope.rules.values():
        if other.code == rule.code:
            break
        cells = other.cells or ((LIVE_CHECKS[other.check].operand,) if other.check in LIVE_CHECKS else ())
        at = [scope.tables[block.table or ""].row_name if cell == "name" and not other.cells else cell for cell in cells]
        has_helper = f"_{other.code}" in block.fields and (other.check or other.tests(block, scope.table_of_block(block), row))
        if other.severity == "error" and column in at and has_helper:
            before.append(f"N(_{other.code})")
    return f'IF({" + ".join(before)} > 0, "", {formula})' if before else formula


# --- names ---------------------------------------------------------------------------------------------------


def _total_rows(scope: Scope, rule: Rule, block: Block, row: str | None) -> Iterator[tuple[str, Source]]:
    """A name is that of a total if it consists of a word for one and what may stand around it, or ends in one.

    A name that begins with a word for "of which" is that of a part.
    """
    if block.key not in rule.words("blocks"):
        return
    column = name_of(scope, rule)
    words = _plain_words(rule.words("words"))
    around = _plain_words([*rule.words("words"), *rule.words("before"), *rule.words("after")])
    rest = _without(plain(column), around)
    tests = [f"AND(CONTAINS({plain(column)}, {quoted_words(words)}), LEN({rest}) = 0)"]
    tail = _without(plain(column), _plain_words([*rule.words("after"), *DIGITS]))
    tests += [f'RIGHT({tail}, {len(word)}) = "{word}"' for word in _plain_words(rule.words("end"))]
    tests += [f'LEFT({plain(column)}, {len(word)}) = "{word}"' for word in _plain_words(rule.words("begin"))]
    total = f"IF(OR({', '.join(tests)}), 1, 0)" if len(tests) > 1 else f"IF({tests[0]}, 1, 0)"
    yield f"_{rule.code}", _used(_unless_found_before(scope, rule, block, row, column, total))


def _duplicates(scope: Scope, rule: Rule, block: Block, row: str | None) -> Iterator[tuple[str, Source]]:
    """A name that another row of its block bears; rows in which a rule above found an error at the name do not count."""
    column, key = name_of(scope, rule), f"_{rule.code}_name"
    yield key, _unless_found_before(scope, rule, block, row, column, f'"" & {plain(column)}')
    if block.shape == "list":
        yield f"_{rule.code}", _used(f"IF(SUMIF({block.key}.{key}, {key}, {block.key}._used) > 1, 1, 0)")


def _columns_of_duplicates(rule: Rule, fillers: Fillers) -> Mapping[str, str]:
    return {f"_{rule.code}_name": CHOICE, f"_{rule.code}": COUNT}


def _nothing(scope: Scope, rule: Rule, block: Block, row: str | None) -> Iterator[tuple[str, Source]]:
    return iter(())


def _empty_blocks(scope: Scope, rule: Rule) -> str:
    """How many blocks of the table have no row."""
    blocks = (scope.blocks[key] for key in scope.blocks_in(table_of(scope, rule)))
    return " + ".join(if_used(scope, block, f"IF(SUM({block.key}._used) = 0, 1, 0)") for block in blocks)


def _plain_words(words: Iterable[str]) -> list[str]:
    """Words as they are compared, the longest first."""
    return sorted(dict.fromkeys(filter(None, map(plain_text, words))), key=len, reverse=True)


def _without(name: str, words: list[str]) -> str:
    """A formula: the text without those words."""
    for at in range(0, len(words), MOST_WORDS):
        name = f"WITHOUT({name}, {quoted_words(words[at : at + MOST_WORDS])})"
    return name


# --- reasons -------------------------------------------------------------------------------------------------


def reason_field(rule: Rule) -> str:
    """The column that a rule about reasons looks at."""
    return str(rule.parameters.get("field", "reason"))


def fillers_of(spellings: Mapping[str, Any]) -> Fillers:
    """The words that a form says stand in place of words."""
    return tuple(spellings.get("numbers", {}).get("fillers", ()))


def _empty_words(rule: Rule, fillers: Fillers) -> list[str]:
    """The words of which a reason consists that says nothing."""
    return list(removal_order(tuple(_plain_words([*rule.words("words"), *fillers, *DIGITS, *SIGNS]))))


@lru_cache(maxsize=16)
def removal_order(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words in an order in which taking them out one after another leaves nothing of a text that consists of them.

    A word goes before those inside it, and before those that begin with its end: text is read from left to right.
    """
    before = {word: {other for other in words if other != word and _goes_before(other, word)} for word in words}
    ordered: list[str] = []
    while before:
        word = min(before, key=lambda word: (len(before[word]), -len(word)))
        ordered.append(word)
        del before[word]
        for others in before.values():
            others.discard(word)
    return tuple(ordered)


def _goes_before(word: str, other: str) -> bool:
    if other in word:
        return True
    if other[0] not in word:
        return False
    overlaps = (word[-length:] == other[:length] for length in range(1, min(len(word), len(other))))
    return word not in other and any(overlaps)


def _empty_reasons(scope: Scope, rule: Rule, block: Block, row: str | None) -> Iterator[tuple[str, Source]]:
    """A reason that says nothing, in a row that would fail the rule which asks for reasons if it had none."""
    asking, reason = scope.rules[str(rule.parameters["rule"])], reason_field(rule)
    only = block.fields[reason].only
    if not asking.tests(block, scope.table_of_block(block), row) or (only and block.written not in only):
        return
    words = _empty_words(rule, fillers_of(scope.spellings))
    left = plain(reason)
    for number, column in enumerate(_stages(rule, words)):
        yield column, f"WITHOUT({left}, {quoted_words(words[number * MOST_WORDS : (number + 1) * MOST_WORDS])})"
        left = column
    yield f"_{rule.code}_asked", asked_without(scope, asking, block, row, reason)
    is_one_letter = f"LEN(WITHOUT({plain(reason)}, LEFT({plain(reason)}, 1))) = 0"
    says_nothing = f'IF({plain(reason)} = "", TRUE, OR({is_one_letter}, {left} = ""))'
    asked = f'IF({reason} = "", "", IF({says_nothing}, _{rule.code}_asked, 0))'
    yield f"_{rule.code}", f'IF(_{asking.code} = 0, {asked}, "")'


def _short_reasons(scope: Scope, rule: Rule, block: Block, row: str | None) -> Iterator[tuple[str, Source]]:
    """A reason of few letters, in a row that would fail the rule which asks for reasons; not one that says nothing at all."""
    asking, reason = scope.rules[str(rule.parameters["rule"])], reason_field(rule)
    only = block.fields[reason].only
    if not asking.tests(block, scope.table_of_block(block), row) or (only and block.written not in only):
        return
    yield f"_{rule.code}_asked", asked_without(scope, asking, block, row, reason)
    empty = [f"N(_{other.code}) = 0" for other in scope.rules.values() if _tells_empty(other, rule)]
    tests = ", ".join([f"LEN({plain(reason)}) < {rule.parameters.get('shortest', 0)}", *empty])
    short = f"AND({tests})" if empty else tests
    yield f"_{rule.code}", f'IF(_{asking.code} = 0, IF({reason} = "", "", IF({short}, _{rule.code}_asked, 0)), "")'


def _tells_empty(other: Rule, rule: Rule) -> bool:
    """Whether another rule tells the reasons that say nothing, of those that a rule looks at."""
    is_same = other.parameters.get("rule") == rule.parameters.get("rule") and reason_field(other) == reason_field(rule)
    return other.check == "empty_reasons" and is_same


def _columns_of_short_reasons(rule: Rule, fillers: Fillers) -> Mapping[str, str]:
    return {f"_{rule.code}_asked": COUNT, f"_{rule.code}": COUNT}


def _stages(rule: Rule, words: list[str]) -> list[str]:
    """The helper columns in which the words that say nothing are taken out, so many at a time as Excel can."""
    return [f"_{rule.code}_{number}" for number in range(1, -(-len(words) // MOST_WORDS) + 1)]


def _columns_of_reasons(rule: Rule, fillers: Fillers) -> Mapping[str, str]:
    stages = _stages(rule, _empty_words(rule, fillers))
    return {**dict.fromkeys(stages, TEXT), f"_{rule.code}_asked": COUNT, f"_{rule.code}": COUNT}


# --- deviations ----------------------------------------------------------------------------------------------


def _no_deviation(scope: Scope, rule: Rule, block: Block, row: str | None) -> Iterator[tuple[str, Source]]:
    """What an indicator says: that its deviation is open, that there is one, or that there is none."""
    missed = [f'deviation_text = "{word}"' for word in rule.words("missed")]
    deviates = f"OR({', '.join([*missed, 'N(deviation) <> 0'])})" if missed else "N(deviation) <> 0"
    told = f'IF({deviates}, "{MISSED}", IF(ISNUMBER(deviation), "{REACHED}", ""))'
    yield f"_{rule.code}", _used(f'IF(deviation_text = "", "{OPEN}", {told})')


def _rows_that_say(scope: Scope, rule: Rule, word: str) -> str:
    table = table_of(scope, rule)
    return f'SUMIF({table}._{rule.code}, "{word}", {table}._used)'


def _all_reached(scope: Scope, rule: Rule) -> str:
    other = f"{_rows_that_say(scope, rule, OPEN)} + {_rows_that_say(scope, rule, MISSED)}"
    return f"IF({other} > 0, 0, {_rows_that_say(scope, rule, REACHED)})"


def _none_missed(scope: Scope, rule: Rule) -> str:
    return f"{_rows_that_say(scope, rule, MISSED)} = 0"


LIVE_CHECKS: Mapping[str | None, LiveCheck] = {  # by the check of a rule
    "total_rows": LiveCheck(_one_column, _total_rows, _sum, _none, "name"),
    "duplicates": LiveCheck(_columns_of_duplicates, _duplicates, _sum, _none, "name"),
    "empty_blocks": LiveCheck(lambda rule, fillers: {}, _nothing, _empty_blocks, lambda scope, rule: "FALSE"),
    "empty_reasons": LiveCheck(_columns_of_reasons, _empty_reasons, _sum, _none, "reason"),
    "short_reasons": LiveCheck(_columns_of_short_reasons, _short_reasons, _sum, _none, "reason"),
    "no_deviation": LiveCheck(lambda rule, fillers: {f"_{rule.code}": CHOICE}, _no_deviation, _all_reached, _none_missed),
}
PLAIN_COLUMNS = {
    "total_rows": "name",
    "duplicates": "name",
    "empty_reasons": "reason",
    "short_reasons": "reason",
}  # what of them is compared as plain text


def helper_columns(table: str, row_name: str | None, rules: Mapping[str, Rule], fillers: Fillers) -> dict[str, str]:
    """The helper columns that the rules of a form need in a table, with their types."""
    columns: dict[str, str] = {}
    for rule in rules.values():
        asking = rules.get(str(rule.parameters.get("rule")))
        home = rule.table or rule.parameters.get("table") or (asking.table if asking else None)
        if home != table:
            continue
        if rule.check in PLAIN_COLUMNS:
            of_names = PLAIN_COLUMNS[rule.check] == "name"
            columns[plain((row_name or "") if of_names else reason_field(rule))] = CHOICE
        if rule.test:
            columns[f"_{rule.code}"] = COUNT
        elif rule.check in LIVE_CHECKS:
            columns |= LIVE_CHECKS[rule.check].columns(rule, fillers)
    return columns


def plain_columns(block: Block) -> Iterator[tuple[str, Source]]:
    """The texts of the columns that are compared as plain text."""
    for key in block.fields:
        if key.startswith("_plain_"):
            yield key, _used(f"PLAIN({key.removeprefix('_plain_')})")
