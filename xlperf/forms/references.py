"""What every name in a form definition may name.

for place, reason in unknown_names(definition):
    "rules[3].cells: there is no 'raeson'; did you mean 'reason'?"
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from xlperf.forms.yaml_file import (
    ROW_WORDS,
    TYPED,
    Complaint,
    blocks_of,
    is_list,
    keys_of,
    offered,
    or_rather,
    own_columns,
    sections_of,
    tables_of,
)

FIGURE_TYPES = {"operator": "choice", "target": "value", "unit": "text", "actual": "value"}  # the cells of one figure
SHOWN_ONLY = ("label", "serial")  # field types that are no part of a document


def unknown_names(definition: Mapping) -> Iterator[Complaint]:
    """Every name names something."""
    for place, name, known in _references(definition):
        if name not in known:
            yield place, f"there is no {name!r}{or_rather(name, known) or ' among ' + ', '.join(known)}"


def _references(definition: Mapping) -> Iterator[tuple[str, str, Iterable[str]]]:
    """Yield every name with its place and the names it may be."""
    spellings = {name: table for name, table in definition.get("spellings", {}).items() if name != TYPED}
    yield from _references_of_numbers(definition)
    yield from _references_of_renames(definition)
    for place, table in tables_of(definition).values():
        if "row_name" in table:
            yield f"{place}.row_name", table["row_name"], keys_of(own_columns(table))
        for number, column in enumerate(table["columns"]):
            here = f"{place}.columns[{number}]"
            yield from ((f"{here}.only", key, keys_of(table["blocks"])) for key in column.get("only", ()))
            if "last" in column:
                yield f"{here}.last", column["last"], keys_of(c for c in own_columns(table) if c["type"] not in SHOWN_ONLY)
            yield from _references_of_choices(table, column, f"{here}.choices_by")
            if "spellings" in column:
                yield f"{here}.spellings", column["spellings"], spellings
                named, choices = spellings.get(column["spellings"], ()), column.get("choices") or [*offered(column)]
                yield from ((f"spellings.{column['spellings']}", choice, choices) for choice in named)
    for place, table, block in blocks_of(definition):
        columns = keys_of(own_columns(table))
        for part in ("constants", "formulas", "require"):
            yield from ((f"{place}.{part}", key, columns) for key in block.get(part, ()))
        for number, row in enumerate(block.get("rows", ())):
            yield from ((f"{place}.rows[{number}]", key, columns) for key in row if key not in ROW_WORDS)
            yield from ((f"{place}.rows[{number}].formulas", key, columns) for key in row.get("formulas", ()))
    yield from _references_of_rules(definition)
    yield from _references_of_paper(definition)


def _references_of_renames(definition: Mapping) -> Iterator[tuple[str, str, Iterable[str]]]:
    """What a revision renames has its new name in it, and block goes to block, part to part."""
    parts: dict[str, set[str]] = {"rules": {rule["code"] for rule in definition["rules"]}}
    for _, section in sections_of(definition):
        parts.setdefault(section.get("fields", ""), set()).update(keys_of(section.get("items", ())))
    for _, table, block in blocks_of(definition):
        for owner in (block["key"], table["table"]):
            parts.setdefault(owner, set()).update(keys_of(table["columns"]), keys_of(block.get("rows", ())))
    whole, known = set(parts) - {""}, {f"{owner}.{part}" for owner, names in parts.items() for part in names}
    for before, after in definition.get("renamed", {}).items():
        yield f"renamed.{before}", after, known if "." in before else whole


def _references_of_choices(table: Mapping, column: Mapping, place: str) -> Iterator[tuple[str, str, Iterable[str]]]:
    """A dropdown depends on another dropdown of its row, or on what is constant in each block."""
    choices = {c["key"]: c.get("choices", ()) for c in table["columns"] if c["type"] == "choice" and c is not column}
    fixed = [block.get("constants", {}) for block in table["blocks"]]
    for other, lists in column.get("choices_by", {}).items():
        constant = all(other in constants for constants in fixed)
        yield place, other, [*choices, *(fixed[0] if constant else ())]
        known = [constants[other] for constants in fixed] if constant else choices.get(other, ())
        yield from ((f"{place}.{other}", value, known) for value in lists)


def _references_of_numbers(definition: Mapping) -> Iterator[tuple[str, str, Iterable[str]]]:
    """The columns of one figure stand in one table, each of the type that holds its part."""
    columns = definition.get("spellings", {}).get(TYPED, {}).get("columns", {})
    tables = [{c["key"]: c["type"] for c in table["columns"]} for _, table in tables_of(definition).values()]
    home = max(tables, key=lambda types: len(types.keys() & set(columns.values())), default={})
    for part, name in columns.items():
        fitting = [key for key, kind in home.items() if kind == FIGURE_TYPES[part]]
        yield f"spellings.{TYPED}.columns.{part}", name, fitting


def _references_of_rules(definition: Mapping) -> Iterator[tuple[str, str, Iterable[str]]]:
    tables = tables_of(definition)
    for number, rule in enumerate(definition["rules"]):
        if "table" not in rule:
            continue
        yield f"rules[{number}].table", rule["table"], tables
        if rule["table"] in tables:
            _, table = tables[rule["table"]]
            rows = [row["key"] for block in table["blocks"] for row in block.get("rows", ())]
            known = {"blocks": keys_of(table["blocks"]), "cells": keys_of(own_columns(table)), "except": rows, "rows": rows}
            for part, names in known.items():
                yield from ((f"rules[{number}].{part}", key, names) for key in rule.get(part, ()))
            for part in ("text", "meant") if "misspelt" in rule else ():
                yield f"rules[{number}].misspelt.{part}", rule["misspelt"][part], known["cells"]


def _references_of_paper(definition: Mapping) -> Iterator[tuple[str, str, Iterable[str]]]:
    """What the form says of its paper names labels, single fields, blocks and columns that it has."""
    paper, tables = definition.get("paper", {}), [table for _, table in tables_of(definition).values()]
    headings = [*paper.get("headings", ()), *_labels(definition)]
    yield from (("paper.aliases", label, headings) for label in paper.get("aliases", ()))
    singles = [f"{s['fields']}.{item['key']}" for _, s in sections_of(definition) if "fields" in s for item in s["items"]]
    yield from ((f"paper.headings.{heading}", name, singles) for heading, name in paper.get("headings", {}).items())
    lists = [block["key"] for _, _, block in blocks_of(definition) if is_list(block)]
    yield from (("paper.entries", key, lists) for key in paper.get("entries", ()))
    computed = [c["key"] for table in tables for c in table["columns"] if c["type"] == "text" and "formula" in c]
    yield from ((f"paper.composed.{part}", name, computed) for part, name in paper.get("composed", {}).items())
    columns = [c["key"] for table in tables for c in table["columns"]]
    yield from (("paper.carried", key, columns) for key in paper.get("carried", ()))
    for choice, host in paper.get("leading", {}).items():
        yield "paper.leading", choice, [c["key"] for table in tables for c in table["columns"] if c["type"] == "choice"]
        yield f"paper.leading.{choice}", host, [c["key"] for table in tables for c in table["columns"] if "formula" not in c]
    for typed, shown in paper.get("shown", {}).items():
        yield "paper.shown", typed, columns
        yield f"paper.shown.{typed}", shown, columns


def _labels(definition: Mapping) -> Iterator[str]:
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
