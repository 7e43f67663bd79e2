"""Ready checks: rules that a form takes by name, with parameters of declared kinds, in place of writing a test.

    {code: AB101, use: budget_not_over, table: items, with: {spent: spent, budget: planned}}
    # becomes {code: AB101, table: items, test: 'IF(_missing > 0, "", spent <= N(planned))', title: …, …}
    {code: AB102, use: in_order, fields: cover, with: {first: begun, last: ended}}      # of single fields

What the form says of the rule besides stays as it is: a title, a severity, the blocks that are tested. The checks are data,
in templates/ready-checks.yaml; what their parameters may be is a table here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from xlperf.files import shipped
from xlperf.forms.definition import (
    Complaint,
    Raw,
    blocks_of,
    choices_of,
    is_list,
    named,
    no_key,
    or_rather,
    own_columns,
    quoted,
    refuse,
    sections_of,
    single_cells_of,
    tables_of,
    wrong,
)
from xlperf.forms.written.yaml_file import read_definition
from xlperf.messages import listing, sentence

USE, WITH, FIELDS = "use", "with", "fields"
FILE = "ready-checks.yaml"
NUMBERS = ("count", "money", "percentage", "points", "ratio", "year")  # types of columns that hold numbers
RATES = ("ratio",)
TEXTS = ("text", "code")
ANY = (*NUMBERS, *TEXTS, "choice", "date", "value")
ROW_IS_WHOLE = re.compile(r'^IF\(_missing > 0, "", (.*)\)$')
FILLER = re.compile(r"\{(\w+)\}")
UNIT_IN_BRACKETS = re.compile(r"\s*[(\uff08][^()\uff08\uff09]*[)\uff09]\s*$")
TEXT_PARTS = ("title", "why", "message", "expected", "fix")
SENTENCES = ("expected",)  # texts whose braces are filled in later
BRACES = str.maketrans({"{": "{{", "}": "}}"})
MOST_PARTS = 30


def ready_checks() -> Mapping[str, Raw]:
    """The ready checks by name, as their file has them."""
    checks: Mapping[str, Raw] = _library()[0]["checks"]
    return checks


@lru_cache(maxsize=1)
def _library() -> tuple[Raw, str]:
    """What their file says, and its SHA-256."""
    definition, digest = read_definition(library_file())
    return definition, digest


def library_file() -> Path:
    """The file of the ready checks, which travels with xlperf."""
    return shipped("templates") / FILE


def uses_ready_checks(definition: Any) -> bool:
    """Whether a definition of whatever shape refers to a ready check."""
    rules = definition.get("rules") if isinstance(definition, Mapping) else None
    return isinstance(rules, list) and any(isinstance(rule, Mapping) and USE in rule for rule in rules)


def digest_with_checks(definition: Any, *, digest: str) -> str:
    """The digest of a definition with what it refers to."""
    if not uses_ready_checks(definition):
        return digest
    return hashlib.sha256(f"{digest} {_library()[1]}".encode()).hexdigest()


def with_ready_checks(definition: Raw, path: Path) -> Raw:
    """The definition with a test and texts in every rule that takes a ready check; the same one where none does.

    Raises:
        FormError: there is no such check, it takes other parameters, or one of them is not what it takes.
    """
    if not uses_ready_checks(definition):
        return definition
    tables = {key: table for key, (_, table) in tables_of(definition).items()}
    fields = _fields_of(definition)
    rules = []
    for number, rule in enumerate(definition["rules"]):
        place = f"rules[{number}]"
        if USE not in rule:
            rules.append(rule)
            continue
        check = ready_checks().get(rule[USE])
        if check is None:
            checks = ready_checks()
            among = sentence("wrong_name_among", {"known": named(checks)})
            refuse(path, *wrong(f"{place}.{USE}", "name", found=quoted(rule[USE]), rather=or_rather(rule[USE], checks) or among))
        owner = FIELDS if FIELDS in rule else "table"
        known = fields if owner == FIELDS else tables
        if rule[owner] not in known:
            rather = or_rather(rule[owner], known) or sentence("wrong_name_among", {"known": named(known)})
            refuse(path, *wrong(f"{place}.{owner}", "name", found=quoted(rule[owner]), rather=rather))
        if "{table}" in check["test"] and (owner == FIELDS or _has_one_row(known[rule[owner]])):
            key = "no_rows" if owner == FIELDS else "one_row"
            refuse(path, *wrong(f"{place}.{owner}", key, table=quoted(rule[owner]), check=quoted(rule[USE])))
        rules.append(_rule(rule, check, Parts.of(definition, known[rule[owner]]), place, path))
    return {**definition, "rules": rules}


def _fields_of(definition: Raw) -> dict[str, Raw]:
    """The single fields as tables of one row, by the key of their block."""
    found: dict[str, list[Raw]] = {}
    for _, section in sections_of(definition):
        if FIELDS in section:
            found.setdefault(section[FIELDS], []).extend(section["items"])
    return {key: {"columns": items} for key, items in found.items()}


def _has_one_row(table: Raw) -> bool:
    """Whether a table has one row at most, so that its columns are cells to a formula."""
    return len(table["blocks"]) == 1 and not is_list(table["blocks"][0]) and not table["blocks"][0].get("keyed")


def _rule(rule: Raw, check: Raw, parts: Parts, place: str, path: Path) -> Raw:
    """A rule that takes a ready check, written out."""
    given, takes = rule.get(WITH, {}), check["takes"]
    for name in given:
        if name not in takes:
            refuse(path, *no_key(f"{place}.{WITH}.{name}", WITH, name, takes))
    for name in takes:
        if name not in given:
            needed = listing(f"{each} ({sentence(f'takes_{kind}', {})})" for each, kind in takes.items())
            refuse(path, *wrong(f"{place}.{WITH}", "check_needs", name=quoted(name), check=quoted(rule[USE]), needed=needed))
    values: dict[str, Value] = {}
    for name, kind in takes.items():
        value = KINDS[kind](given[name], parts, f"{place}.{WITH}.{name}", values)
        if not isinstance(value, Value):
            refuse(path, *value)
        values[name] = value
    texts = {part: _filled(check[part], values, braces=part in SENTENCES) for part in TEXT_PARTS}
    formulas = {"table": rule.get("table", ""), **{name: value.formula for name, value in values.items()}}
    shown = dict.fromkeys(key for name in check["shows"] for key in values[name].columns)
    found = (f"{parts.label(key).translate(BRACES)} {{{key}}}" for key in shown)
    ready = {
        "severity": check["severity"],
        "test": FILLER.sub(lambda match: formulas[match[1]], _test(check, rule)),
        "cells": [*dict.fromkeys(key for name in check["cells"] for key in values[name].columns)],
        "found": _library()[0]["lists"]["found"].join(found),
        **texts,
    }
    return {**ready, **{key: value for key, value in rule.items() if key not in (USE, WITH)}}


def _test(check: Raw, rule: Raw) -> str:
    """The test of a check; of single fields without what it asks of a row: such a rule waits for blanks by itself."""
    return ROW_IS_WHOLE.sub(r"\1", check["test"]) if FIELDS in rule else str(check["test"])


def _filled(text: str, values: Mapping[str, Value], *, braces: bool) -> str:
    shown = {name: value.shown.translate(BRACES) if braces else value.shown for name, value in values.items()}
    return FILLER.sub(lambda match: shown[match[1]], text)


# --- parameters ----------------------------------------------------------------------------------------------


class Value(NamedTuple):
    """A parameter as it stands in the formula and in the texts of a rule, and the columns of the table that it names."""

    formula: str
    shown: str
    columns: tuple[str, ...] = ()


class Parts(NamedTuple):
    """What parameters may name: the columns of the rule's table, and single cells, columns and figures of the form."""

    columns: dict[str, Raw]  # of the table, by key
    cells: dict[str, Raw]  # elsewhere: the field by the name that formulas give the cell
    lists: Mapping[str, Raw]  # whole columns: the column by `block.column` and `table.column`
    figures: Mapping[str, Any]  # by `parameters.key`

    @classmethod
    def of(cls, definition: Raw, table: Raw) -> Parts:
        """The parts of a definition, for a rule of that table."""
        cells = single_cells_of(definition)
        lists: dict[str, Raw] = {}
        for _, owner, block in blocks_of(definition):
            for column in own_columns(owner):
                lists[f"{block['key']}.{column['key']}"] = column
                lists.setdefault(f"{owner['table']}.{column['key']}", column)
        lists = {name: column for name, column in lists.items() if name not in cells}
        figures = {f"parameters.{key}": value for key, value in definition.get("parameters", {}).items()}
        return cls({column["key"]: column for column in own_columns(table)}, cells, lists, figures)

    def label(self, key: str) -> str:
        """The title of a column of the table, without the unit at its end."""
        return UNIT_IN_BRACKETS.sub("", self.columns[key]["label"]).strip() or self.columns[key]["label"]

    def key(self, name: object) -> str | None:
        """The column of the table that is named by its key, or by a title that it has alone; None for another name."""
        if not isinstance(name, str) or name in self.columns:
            return name if isinstance(name, str) else None
        titled = [key for key, column in self.columns.items() if name in (column["label"], self.label(key))]
        return titled[0] if len(titled) == 1 else None


Found = Value | Complaint
Before = Mapping[str, Value]  # the parameters that are known already


def _no_name(place: str, found: object, known: Iterable[str]) -> Complaint:
    names = list(known)
    among = sentence("wrong_name_among", {"known": named(names)}) if names else sentence("wrong_name_none", {})
    return wrong(place, "name", found=quoted(found), rather=or_rather(found, names) or among)


def _column(types: tuple[str, ...]) -> Callable[[object, Parts, str, Before], Found]:
    """A column of the rule's table, of one of those types."""

    def read(given: object, parts: Parts, place: str, before: Before) -> Found:
        key, fitting = parts.key(given), [key for key, column in parts.columns.items() if column["type"] in types]
        if key is None:
            return _no_name(place, given, fitting)
        if key not in fitting:
            type_, known = quoted(parts.columns[key]["type"]), named(fitting) or sentence("wrong_nothing", {})
            return wrong(place, "column_type", found=quoted(given), type=type_, types=named(types), known=known)
        return Value(key, parts.label(key), (key,))

    return read


def _amounts(given: object, parts: Parts, place: str, before: Before) -> Found:
    """Several columns of numbers."""
    if not isinstance(given, list) or not 2 <= len(given) <= MOST_PARTS:
        return wrong(place, "several_columns", found=quoted(given), most=MOST_PARTS)
    values = []
    for number, name in enumerate(given):
        value = _column(NUMBERS)(name, parts, f"{place}[{number}]", before)
        if not isinstance(value, Value):
            return value
        if value in values:
            return wrong(f"{place}[{number}]", "uniqueitems", found=quoted(name))
        values.append(value)
    joined = _library()[0]["lists"]["columns"].join(value.shown for value in values)
    return Value(", ".join(value.formula for value in values), joined, tuple(value.columns[0] for value in values))


def _figure(given: object, parts: Parts, place: str, before: Before) -> Found:
    """A number, a figure of the form, a column of numbers, or a single cell that holds one."""
    if isinstance(given, int | float) and not isinstance(given, bool):
        return _share(given, parts, place, before) if _is_rate(parts, before) else Value(_written(given), _written(given))
    if isinstance(given, str) and given.startswith("parameters."):
        return _share(given, parts, place, before, is_share=_is_rate(parts, before))
    if isinstance(given, str) and given in parts.cells:
        field = parts.cells[given]
        if field["type"] not in NUMBERS:
            return wrong(place, "no_number", found=quoted(given))
        return Value(given, field["label"])
    if isinstance(given, str) and parts.key(given) is None:
        numbers = [key for key, field in (parts.columns | parts.cells).items() if field["type"] in NUMBERS]
        return _no_name(place, given, [*numbers, *parts.figures])
    return _column(NUMBERS)(given, parts, place, before)


def _is_rate(parts: Parts, before: Before) -> bool:
    """Whether the parameter before is a rate, with which a figure is compared."""
    first = next(iter(before.values()), None)
    return first is not None and any(parts.columns[key]["type"] in RATES for key in first.columns)


def _share(given: object, parts: Parts, place: str, before: Before, *, is_share: bool = True) -> Found:
    """A share as a number, 0.3 for 30%, or a figure of the form."""
    if isinstance(given, str) and given in parts.figures:
        number = parts.figures[given]
        if isinstance(number, int | float):
            return Value(given, _percent(number) if is_share else _written(number))
        return wrong(place, "no_number", found=quoted(given))
    if isinstance(given, bool) or not isinstance(given, int | float):
        if isinstance(given, str) and given.startswith("parameters."):
            return _no_name(place, given, parts.figures)
        return wrong(place, "share", found=quoted(given))
    if not 0 <= given <= 10:
        return wrong(place, "share", found=quoted(given))
    return Value(_written(given), _percent(given) if is_share else _written(given))


def _written(number: float) -> str:
    """A number as formulas write it."""
    return f"{number:.10f}".rstrip("0").rstrip(".") if isinstance(number, float) else str(number)


def _percent(number: float) -> str:
    return f"{_written(round(float(number) * 100, 8))}%"


def _column_of_amounts(given: object, parts: Parts, place: str, before: Before) -> Found:
    """A whole column of numbers, as BLOCK.COLUMN or TABLE.COLUMN."""
    known = [name for name, column in parts.lists.items() if column["type"] in NUMBERS]
    if not isinstance(given, str) or given not in parts.lists:
        return _no_name(place, given, known)
    if given not in known:
        return wrong(place, "no_number", found=quoted(given))
    return Value(given, parts.lists[given]["label"])


def _answer(given: object, parts: Parts, place: str, before: Before) -> Found:
    """One of the choices of the column that is named before it."""
    (key,) = before["choice"].columns
    choices = choices_of(parts.columns[key])
    if given not in choices:
        return _no_name(place, given, choices)
    return Value(f'"{given}"', f"\u201c{given}\u201d")


KINDS: Mapping[str, Callable[[object, Parts, str, Before], Found]] = {
    "amount": _column(NUMBERS),
    "amounts": _amounts,
    "figure": _figure,
    "rate": _column(RATES),
    "share": _share,
    "words": _column(("text",)),
    "column": _column(ANY),
    "choice": _column(("choice",)),
    "answer": _answer,
    "date": _column(("date",)),
    "column_of_amounts": _column_of_amounts,
}
