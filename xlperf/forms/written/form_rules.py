"""Rules of single fields and of the whole form, which test no rows of a table.

    with_form_rules(definition, path)    # {fields: cover, test: staff > 0}  becomes {test: cover.staff > 0, cells: [cover.staff]}

A rule with `fields` names the fields of that block by their keys alone; one with neither a table nor fields names everything by
its block. What follows knows the second kind only: its cells are single cells, by the names that formulas give them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from xlperf.forms.definition import UNIT, Raw, named, or_rather, quoted, refuse, sections_of, single_cells_of, tables_of, wrong
from xlperf.forms.written.rule_texts import BRACES, default_texts
from xlperf.formula.parsing.written import QUOTED
from xlperf.messages import clauses, sentence

FIELDS = "fields"
BARE = re.compile(r"(?<![\w.{])[a-z][a-z0-9_]*(?![\w.(])")
ALONE = re.compile(r"(?<![\w.])[^\W\d]\w*(?![\w.(\uff08])")
DOTTED = re.compile(r"(?<![\w.])[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*){1,2}(?![\w.(])")
FILLER = re.compile(r"(?<!\{)\{([a-z][a-z0-9_]*)\}(?!\})")


def tests_the_form(rule: Raw) -> bool:
    """Whether a rule tests single fields or the whole form, and no rows of a table."""
    return "test" in rule and "table" not in rule


def with_form_rules(definition: Raw, path: Path) -> Raw:
    """The definition with such rules made whole; the same one where there is none.

    Raises:
        FormError: there is no such block of single fields, or no such single cell.
    """
    if not any(map(tests_the_form, definition["rules"])):
        return definition
    cells = single_cells_of(definition)
    rules = [
        _made_whole(rule, definition, cells, f"rules[{number}]", path) if tests_the_form(rule) else rule
        for number, rule in enumerate(definition["rules"])
    ]
    return {**definition, "rules": rules}


def _made_whole(rule: Raw, definition: Raw, cells: dict[str, Raw], place: str, path: Path) -> dict[str, Any]:
    block = rule.get(FIELDS)
    blocks = dict.fromkeys(section[FIELDS] for _, section in sections_of(definition) if FIELDS in section)
    if block is not None and block not in blocks:
        among = sentence("wrong_name_among", {"known": named(blocks)})
        refuse(path, *wrong(f"{place}.{FIELDS}", "name", found=quoted(block), rather=or_rather(block, blocks) or among))
    if block is None and (alone := _names_alone(rule["test"])):
        tables = named(tables_of(definition))
        refuse(path, *wrong(place, "form_test", names=named(alone), tables=tables, fields=named(blocks)))
    own = {name.rpartition(".")[2] for name in cells if block is not None and name.startswith(f"{block}.")}
    test = _dotted(rule["test"], own, block)
    tested = [name for name in dict.fromkeys(DOTTED.findall(QUOTED.sub('""', test))) if name in cells]
    pointed = [f"{block}.{name}" if name in own else name for name in rule.get("cells", tested[:1])]
    for number, name in enumerate(pointed):
        if name not in cells:
            known = [key.rpartition(".")[2] for key in cells if key.startswith(f"{block}.")] if block else [*cells]
            among = sentence("wrong_name_among", {"known": named(known)})
            refuse(path, *wrong(f"{place}.cells[{number}]", "name", found=quoted(name), rather=or_rather(name, known) or among))
    found = FILLER.sub(
        lambda filler: "{" + (f"{block}_{filler[1]}" if filler[1] in own else filler[1]) + "}", rule.get("found", "")
    )
    shown = [f"{cells[name]['label'].translate(BRACES)} {{{name.replace('.', '_')}}}" for name in tested]
    return {
        **default_texts(rule),
        **{key: value for key, value in rule.items() if key != FIELDS},
        "test": test,
        "cells": pointed or [definition.get("unit", UNIT)],
        "found": found or clauses(shown) or rule["title"].translate(BRACES),
    }


def _names_alone(test: str) -> list[str]:
    """The names of a test that have no block before them."""
    names = (name for name in ALONE.findall(QUOTED.sub('""', test)) if name.upper() not in ("TRUE", "FALSE"))
    return list(dict.fromkeys(names))


def _dotted(test: str, own: set[str], block: str | None) -> str:
    """A test with the keys of its block by their whole names; texts in quotation marks stay as they are."""
    text, at = "", 0
    for match in (*QUOTED.finditer(test), None):
        part = test[at : match.start()] if match else test[at:]
        text += BARE.sub(lambda name: f"{block}.{name[0]}" if name[0] in own else name[0], part) + (match[0] if match else "")
        at = match.end() if match else at
    return text
