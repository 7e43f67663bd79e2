"""What a rule of a drawing names: tables, blocks, columns and rows, by their keys or by what people see them called.

    with_keys_in(context, rule, cells, definition)      # {"table": "Funds", "cells": ["Spent"]} -> {"table": "funds", ...}

A name that is none, or that of several, is told at the cell of the rule where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from xlperf.drawing.faults import fault
from xlperf.drawing.recognition.cells import Area
from xlperf.drawing.recognition.context import Context
from xlperf.drawing.words import word
from xlperf.forms.definition import Raw, own_columns
from xlperf.forms.written.labels import IN_BRACKETS

BRACED = re.compile(r"(?<!\{)\{([^{}]+)\}(?!\})")
TEXTS = ("message", "found", "expected", "fix")  # of a rule, in which columns are named in braces

Names = dict[str, set[str]]  # keys by what they are called


def tables_named(definition: Raw) -> Names:
    """The tables of a form by key and label."""
    named: Names = {}
    for table in _tables(definition):
        _call(named, table["table"], table["table"], table.get("label"))
    return named


def with_keys_in(context: Context, rule: dict[str, Any], cells: Mapping[str, Area], definition: Raw) -> None:
    """Put keys in the place of what a rule calls tables, blocks, columns and rows; what it cannot name is told."""
    if "table" in rule:
        (rule["table"],) = _keys(context, [rule["table"]], tables_named(definition), cells.get("table", cells["test"]))
    table = next((each for each in _tables(definition) if each["table"] == rule.get("table")), None)
    if table is None:
        return
    columns = _columns(table)
    named = {"blocks": _blocks(table), "cells": columns, "rows": _rows(table), "except": _rows(table)}
    for part, names in named.items():
        if part in rule:
            rule[part] = _keys(context, rule[part], names, cells[part])
    for part in TEXTS:
        if isinstance(rule.get(part), str):
            rule[part] = BRACED.sub(lambda match: f"{{{_only(columns, match[1])}}}", rule[part])


def _tables(definition: Raw) -> list[Raw]:
    return [section for sheet in definition["sheets"] for section in sheet["sections"] if "table" in section]


def _call(named: Names, key: str, *titles: object) -> None:
    for title in titles:
        if isinstance(title, str) and title.strip():
            named.setdefault(title.strip(), set()).add(key)


def _columns(table: Raw) -> Names:
    named: Names = {}
    for column in own_columns(table):
        _call(named, column["key"], column["key"], column["label"], IN_BRACKETS.sub("", column["label"]))
    return named


def _blocks(table: Raw) -> Names:
    named: Names = {}
    for block in table["blocks"]:
        _call(named, block["key"], block["key"], block.get("label"), *block.get("constants", {}).values())
    return named


def _rows(table: Raw) -> Names:
    named: Names = {}
    for block in table["blocks"]:
        for row in block.get("rows", ()):
            _call(named, row["key"], row["key"], row.get(table.get("row_name")))
    return named


def _only(named: Names, name: str) -> str:
    """The one key of a name; the name itself where it is a key, or that of none or several."""
    keys = named.get(name.strip(), set())
    return name if name in keys or len(keys) != 1 else next(iter(keys))


def _keys(context: Context, names: Iterable[str], named: Names, cell: Area) -> list[str]:
    keys = []
    for name in names:
        key = _only(named, name)
        if named and key not in named.get(key, ()):
            reason = "name_of_several" if named.get(name.strip()) else "name_unknown"
            meant = sorted(named.get(name.strip(), ())) or [*named]
            context.faults.append(fault(cell.name, reason, found=name, expected=word("between").join(dict.fromkeys(meant))))
        keys.append(key)
    return keys
