"""What the rules of a definition give the checks in Python: held against schemas/checks.schema.json, and what it names is there.

    check_parameters(definition, path)      # FormError: rules[3].parameters.table: there is no 'indicater' …

A check is run on data that somebody filled in; what it would stumble over is said before, to the author of the form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from xlperf.forms.definition import (
    Complaint,
    Raw,
    blocks_of,
    is_list,
    keys_of,
    named,
    no_choice,
    no_key,
    or_rather,
    quoted,
    refuse,
    sections_of,
    tables_of,
    wrong,
)
from xlperf.forms.written.shape import read_schema, violations_of
from xlperf.messages import sentence

SCHEMA = "checks"


def check_parameters(definition: Raw, path: Path) -> None:
    """Check what rules give the checks that they name, in a definition that is right otherwise.

    Raises:
        FormError: there is no such check, a parameter is misspelt, missing or of the wrong kind, or names nothing.
    """
    parts = _Parts(definition)
    for number, rule in enumerate(definition["rules"]):
        if "check" in rule:
            for place, reason in _complaints(rule["check"], rule.get("parameters", {}), parts):
                refuse(path, f"rules[{number}].{place}", reason)


def _complaints(check: str, parameters: Raw, parts: _Parts) -> Iterator[Complaint]:
    """Yield what is wrong with the parameters of one check; of those with the wrong shape only that."""
    schemas = read_schema(SCHEMA)["properties"]
    if check not in schemas:
        yield "check", no_choice(check, schemas)
        return
    known, shared = _schemas_of(check), _shared_by(check)
    violations = [no_key(f"{check}.{key}", shared or check, key, known) for key in parameters if key not in known]
    violations += violations_of(SCHEMA, {check: parameters})
    yield from ((place.replace(check, "parameters", 1), reason) for place, reason in violations)
    if not violations:
        yield from _unknown_names(known, parameters, parts)


@lru_cache
def _schemas_of(check: str) -> Mapping[str, Raw]:
    """The schemas of the parameters of a check by name, those that it shares with others too."""
    schema = read_schema(SCHEMA)
    own, shared = schema["properties"][check], _shared_by(check)
    return {**(schema["$defs"][shared]["properties"] if shared else {}), **own.get("properties", {})}


def _shared_by(check: str) -> str:
    """The name of the parameters that a check shares with others, "" for none."""
    return str(read_schema(SCHEMA)["properties"][check].get("$ref", "")).rpartition("/")[2]


def _unknown_names(schemas: Mapping[str, Raw], parameters: Raw, parts: _Parts) -> Iterator[Complaint]:
    """Yield the parameters that are no pattern, or name nothing, or something without the columns that the check needs."""
    for key, value in parameters.items():
        kind, is_one = schemas[key].get("names", ""), isinstance(value, str)
        for number, name in enumerate([value] if is_one else value) if kind else ():
            place = f"parameters.{key}" if is_one else f"parameters.{key}[{number}]"
            if reason := _pattern_fault(kind, name) if kind in PATTERNS else _name_fault(kind, name, parameters, parts):
                yield place, reason
            elif lacking := [column for column in schemas[key].get("columns", ()) if column not in parts.columns_of(name)]:
                yield wrong(place, "no_column", found=quoted(name), columns=", ".join(map(quoted, lacking)))


def _name_fault(kind: str, name: str, parameters: Raw, parts: _Parts) -> str | None:
    known = list(NAMES[kind](parts, parameters))
    if name in known:
        return None
    facts = {"found": quoted(name), "known": named(known) or sentence("wrong_nothing", {}), "rather": or_rather(name, known)}
    return sentence("wrong_name_here", facts)


def _pattern_fault(kind: str, pattern: str) -> str | None:
    """What is wrong with a regular expression."""
    try:
        groups = re.compile(PATTERNS[kind].format(pattern)).groups
    except (re.error, OverflowError, RecursionError) as error:
        at = getattr(error, "pos", None)
        return sentence("wrong_pattern", {"found": quoted(pattern), "at": None if at is None else at + 1})
    return sentence("wrong_pattern_brackets", {}) if kind == "pattern with brackets" and not groups else None


@dataclass(frozen=True)
class _Parts:
    """The parts of a definition that parameters name."""

    definition: Raw

    @property
    def tables(self) -> dict[str, Raw]:
        return {key: table for key, (_, table) in tables_of(self.definition).items()}

    @property
    def blocks(self) -> dict[str, tuple[str, ...]]:
        """The fields of every block."""
        fields: dict[str, tuple[str, ...]] = {}
        for _, section in sections_of(self.definition):
            if "fields" in section:
                fields[section["fields"]] = (*fields.get(section["fields"], ()), *keys_of(section["items"]))
        return fields | {block["key"]: tuple(keys_of(table["columns"])) for _, table, block in blocks_of(self.definition)}

    @property
    def singles(self) -> list[str]:
        """The blocks that have a first row whatever is filled in."""
        lists = {block["key"] for _, _, block in blocks_of(self.definition) if is_list(block)}
        return [key for key in self.blocks if key not in lists]

    @property
    def rules(self) -> dict[str, str]:
        """The table of every rule that tests rows."""
        return {rule["code"]: rule["table"] for rule in self.definition["rules"] if "test" in rule and "table" in rule}

    def rows_of(self, name: object) -> list[str]:
        """The preset rows of a block."""
        return [
            key for _, _, block in blocks_of(self.definition) if block["key"] == name for key in keys_of(block.get("rows", ()))
        ]

    def blocks_in(self, table: object) -> list[str]:
        return keys_of(self.tables[str(table)]["blocks"]) if table in self.tables else []

    def columns_of(self, name: object) -> tuple[str, ...]:
        """The columns of a block, a table, or the table of a rule."""
        table = self.tables.get(self.rules.get(str(name), str(name)))
        return self.blocks.get(str(name)) or (tuple(keys_of(table["columns"])) if table else ())


PATTERNS = {"pattern": "{}", "pattern with brackets": "{}", "part of a pattern": "(?:{})"}
Known = Callable[[_Parts, Raw], Iterable[str]]
NAMES: Mapping[str, Known] = {  # what a parameter of that kind may say
    "table": lambda parts, _: parts.tables,
    "named table": lambda parts, _: [key for key, table in parts.tables.items() if "row_name" in table],
    "block": lambda parts, _: parts.blocks,
    "block of table": lambda parts, given: parts.blocks_in(given.get("table")),
    "single": lambda parts, _: parts.singles,
    "row": lambda parts, given: parts.rows_of(given.get("block")),
    "column": lambda parts, given: parts.columns_of(given.get("table") or given.get("rule")),
    "field": lambda parts, _: [f"{block}.{key}" for block, fields in parts.blocks.items() for key in fields],
    "field of block": lambda parts, given: parts.columns_of(given.get("block")),
    "rule": lambda parts, _: parts.rules,
}
