"""The texts of a rule that says only what it tests: a code, a title, a table and a test are a rule.

    with_texts(definition)     # {code: AB101, title: Not overspent, table: budget, test: spent <= planned}
    # cells: [spent, planned], found: "Spent: {spent}; Planned: {planned}", expected: Not overspent, severity: error, …

What stands in the definition stays. The cells are the columns of the table that the test names, in its order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from xlperf.forms.definition import Raw, own_columns, tables_of
from xlperf.forms.model import ABOVE
from xlperf.formula.parsing.written import QUOTED
from xlperf.messages import clauses, sentence

NAME = re.compile(r"(?<![\w.])[a-z][a-z0-9_]*(?![\w.(])")
IN_ROW_ABOVE = re.compile(rf"(?<![\w.]){ABOVE}\.([a-z][a-z0-9_]*)")
BRACES = str.maketrans({"{": "{{", "}": "}}"})


def with_texts(definition: Raw) -> Raw:
    """The definition with every rule that tests rows made whole; the same one where none lacks a text."""
    tables = tables_of(definition)
    rules = [
        rule if "test" not in rule or rule.get("table") not in tables else {**_texts_of(rule, tables[rule["table"]][1]), **rule}
        for rule in definition["rules"]
    ]
    return definition if rules == definition["rules"] else {**definition, "rules": rules}


def _texts_of(rule: Raw, table: Raw) -> dict[str, Any]:
    """What a rule has where it does not say it."""
    columns = {column["key"]: column for column in own_columns(table) if not column.get("hidden")}
    cells = [key for key in dict.fromkeys(_names_in(rule["test"])) if key in columns] or [next(iter(columns))]
    shown = [f"{columns[key]['label'].translate(BRACES)} {{{key}}}" for key in rule.get("cells", cells) if key in columns]
    above = [key for key in dict.fromkeys(IN_ROW_ABOVE.findall(QUOTED.sub('""', rule["test"]))) if key in columns]
    shown += [
        sentence("row_above", {"label": columns[key]["label"].translate(BRACES), "value": f"{{{ABOVE}_{key}}}"}) for key in above
    ]
    return {**default_texts(rule), "cells": cells, "found": clauses(shown)}


def default_texts(rule: Raw) -> dict[str, Any]:
    """What any rule has that tests something, where it does not say it."""
    return {
        "severity": "error",
        "why": sentence("rule_why", {"title": rule["title"]}),
        "expected": rule["title"].translate(BRACES),
        "fix": sentence("rule_fix", {}),
    }


def _names_in(test: str) -> Iterator[str]:
    """Yield the names of a test that have no dot in them and no bracket behind them; texts in quotation marks are none."""
    return (match[0] for match in NAME.finditer(QUOTED.sub('""', test)))
