"""What every name in a form definition may name.

for place, reason in unknown_names(definition):
    "rules[3].cells", "there is no 'raeson'; did you mean 'reason'?"
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from xlperf.forms.definition import (
    ROW_WORDS,
    TYPED,
    Complaint,
    Raw,
    blocks_of,
    choices_of,
    is_list,
    keys_of,
    named,
    or_rather,
    own_columns,
    quoted,
    sections_of,
    tables_of,
    wrong,
)
from xlperf.messages import sentence

FIGURE_TYPES = {"operator": "choice", "target": "value", "unit": "text", "actual": "value"}  # the cells of one figure
SHOWN_ONLY = ("label", "serial")  # field types that are no part of a document


class Reference(NamedTuple):
    """A name in a definition: where it stands, and the names it may be."""

    place: str
    name: str
    allowed: Iterable[str]


def unknown_names(definition: Raw) -> Iterator[Complaint]:
    """Every name names something."""
    for place, name, allowed in _references(definition):
        if name not in allowed:
            known = list(allowed)
            among = sentence("wrong_name_among", {"known": named(known)}) if known else sentence("wrong_name_none", {})
            yield wrong(place, "name", found=quoted(name), rather=or_rather(name, known) or among)


def _references(definition: Raw) -> Iterator[Reference]:
    yield from _references_of_numbers(definition)
    yield from _references_of_renames(definition)
    spellings = {name: table for name, table in definition.get("spellings", {}).items() if name != TYPED}
    for place, table in tables_of(definition).values():
        if "row_name" in table:
            yield Reference(f"{place}.row_name", table["row_name"], keys_of(own_columns(table)))
        for number, column in enumerate(table["columns"]):
            yield from _references_of_column(f"{place}.columns[{number}]", table, column, spellings)
    for place, table, block in blocks_of(definition):
        yield from _references_of_block(place, table, block)
    yield from _references_of_rules(definition)
    yield from _references_of_paper(definition)


def _references_of_column(place: str, table: Raw, column: Raw, spellings: Raw) -> Iterator[Reference]:
    for key in column.get("only", ()):
        yield Reference(f"{place}.only", key, keys_of(table["blocks"]))
    if "last" in column:
        shown = keys_of(other for other in own_columns(table) if other["type"] not in SHOWN_ONLY)
        yield Reference(f"{place}.last", column["last"], shown)
    yield from _references_of_choices(f"{place}.choices_by", table, column)
    if "spellings" in column:
        name = column["spellings"]
        yield Reference(f"{place}.spellings", name, spellings)
        for choice in spellings.get(name, ()):
            yield Reference(f"spellings.{name}", choice, choices_of(column))


def _references_of_choices(place: str, table: Raw, column: Raw) -> Iterator[Reference]:
    """A dropdown depends on another dropdown of its row, or on what is constant in each block."""
    choices = {c["key"]: c.get("choices", ()) for c in table["columns"] if c["type"] == "choice" and c is not column}
    constants = [block.get("constants", {}) for block in table["blocks"]]
    for other, lists in column.get("choices_by", {}).items():
        is_constant = all(other in values for values in constants)
        yield Reference(place, other, [*choices, *(constants[0] if is_constant else ())])
        allowed = [values[other] for values in constants] if is_constant else choices.get(other, ())
        yield from (Reference(f"{place}.{other}", value, allowed) for value in lists)


def _references_of_block(place: str, table: Raw, block: Raw) -> Iterator[Reference]:
    columns = keys_of(own_columns(table))
    for part in ("constants", "formulas", "require"):
        yield from (Reference(f"{place}.{part}", key, columns) for key in block.get(part, ()))
    for number, row in enumerate(block.get("rows", ())):
        here = f"{place}.rows[{number}]"
        yield from (Reference(here, key, columns) for key in row if key not in ROW_WORDS)
        yield from (Reference(f"{here}.formulas", key, columns) for key in row.get("formulas", ()))


def _references_of_renames(definition: Raw) -> Iterator[Reference]:
    """What a revision renames has its new name in it, and block goes to block, part to part."""
    parts: dict[str, set[str]] = {"rules": {rule["code"] for rule in definition["rules"]}}
    for _, section in sections_of(definition):
        parts.setdefault(section.get("fields", ""), set()).update(keys_of(section.get("items", ())))
    for _, table, block in blocks_of(definition):
        for owner in (block["key"], table["table"]):
            parts.setdefault(owner, set()).update(keys_of(table["columns"]), keys_of(block.get("rows", ())))
    owners, inner = set(parts) - {""}, {f"{owner}.{part}" for owner, keys in parts.items() for part in keys}
    for before, after in definition.get("renamed", {}).items():
        yield Reference(f"renamed.{before}", after, inner if "." in before else owners)


def _references_of_numbers(definition: Raw) -> Iterator[Reference]:
    """The columns of one figure stand in one table, each of the type that holds its part."""
    columns = definition.get("spellings", {}).get(TYPED, {}).get("columns", {})
    tables = [{c["key"]: c["type"] for c in table["columns"]} for _, table in tables_of(definition).values()]
    home: dict[str, str] = max(tables, key=lambda types: len(types.keys() & set(columns.values())), default={})
    for part, name in columns.items():
        fitting = [key for key, type_ in home.items() if type_ == FIGURE_TYPES[part]]
        yield Reference(f"spellings.{TYPED}.columns.{part}", name, fitting)


def _references_of_rules(definition: Raw) -> Iterator[Reference]:
    tables = tables_of(definition)
    for number, rule in enumerate(definition["rules"]):
        if "table" not in rule:
            continue
        yield Reference(f"rules[{number}].table", rule["table"], tables)
        if rule["table"] in tables:
            _, table = tables[rule["table"]]
            yield from _references_of_rule(f"rules[{number}]", rule, table)


def _references_of_rule(place: str, rule: Raw, table: Raw) -> Iterator[Reference]:
    rows = [row["key"] for block in table["blocks"] for row in block.get("rows", ())]
    columns = keys_of(own_columns(table))
    for part, allowed in {"blocks": keys_of(table["blocks"]), "cells": columns, "except": rows, "rows": rows}.items():
        yield from (Reference(f"{place}.{part}", key, allowed) for key in rule.get(part, ()))
    for part in ("text", "meant") if "misspelt" in rule else ():
        yield Reference(f"{place}.misspelt.{part}", rule["misspelt"][part], columns)


def _references_of_paper(definition: Raw) -> Iterator[Reference]:
    """What the form says of its paper names labels, single fields, blocks and columns that it has."""
    paper = definition.get("paper", {})
    columns = [column for _, table in tables_of(definition).values() for column in table["columns"]]
    allowed = {
        "aliases": [*paper.get("headings", ()), *_labels(definition)],
        "entries": [block["key"] for _, _, block in blocks_of(definition) if is_list(block)],
        "carried": keys_of(columns),
        "leading": keys_of(column for column in columns if column["type"] == "choice"),
        "shown": keys_of(columns),
    }
    singles = [f"{s['fields']}.{item['key']}" for _, s in sections_of(definition) if "fields" in s for item in s["items"]]
    allowed_after = {
        "headings": singles,
        "composed": keys_of(column for column in columns if column["type"] == "text" and "formula" in column),
        "leading": keys_of(column for column in columns if "formula" not in column),
        "shown": keys_of(columns),
    }
    for part, names in paper.items():
        if part in allowed:
            yield from (Reference(f"paper.{part}", name, allowed[part]) for name in names)
        if part in allowed_after:
            yield from (Reference(f"paper.{part}.{name}", after, allowed_after[part]) for name, after in names.items())


def _labels(definition: Raw) -> Iterator[str]:
    """Everything that is printed on a form and may have another name."""
    for sheet in definition["sheets"]:
        yield from (sheet["title"], sheet.get("heading", sheet["title"]))
    for _, section in sections_of(definition):
        yield from (section[key] for key in ("heading", "label") if key in section)
        for part in (*section.get("items", ()), *section.get("columns", ())):
            yield from (part[key] for key in ("label", "group") if key in part)
    for _, table, block in blocks_of(definition):
        yield block.get("label", block["key"])
        yield from (str(value) for value in block.get("constants", {}).values())
        yield from (row[table["row_name"]] for row in block.get("rows", ()) if table.get("row_name") in row)
