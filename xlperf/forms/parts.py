"""The parts of a form, made of its definition: sheets with their sections, blocks of rows, tables and rules.

    sheets, scope = read_parts(definition)
    scope.blocks["items"], scope.tables["budget"], scope.rules["XP201"]

Whatever a definition leaves out is filled in here: limits of a type, choices that depend on another cell, the table of the
checks, the hidden helper columns (`_used`, `_missing`, `_wanted`, `_doubt`, those of the rules). Conditions are parsed at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from xlperf.forms.definition import ROW_WORDS, Raw, choices_of, keys_of, path_of, sections_of
from xlperf.forms.field_types import TYPES, decimals_of_type, limits_of_type
from xlperf.forms.live.checks import fillers_of, helper_columns
from xlperf.forms.live.intake import intake_columns
from xlperf.forms.looks.look import looks_by_place
from xlperf.forms.model import (
    BASES,
    CONDITIONS,
    COUNTED_IN_COPIES,
    GUIDE,
    HELPERS,
    RULES,
    Basis,
    Block,
    Condition,
    Copy,
    Field,
    Fields,
    Guide,
    Lines,
    PresetRow,
    Rule,
    Section,
    Shape,
    Sheet,
    Side,
    Table,
)
from xlperf.forms.repeats import COPY, repeats_of
from xlperf.forms.scope import Names, Scope, kind_in_formulas, lookup_steps, parse_condition
from xlperf.formula.parsing.parser import About
from xlperf.formula.parsing.steps import Steps


def read_parts(definition: Raw) -> tuple[tuple[Sheet, ...], Scope]:
    """Return the sheets of a form, and the scope of its formulas.

    Raises:
        FormulaError: a condition cannot be right.
    """
    parameters, spellings = definition.get("parameters", {}), definition.get("spellings", {})
    steps = lookup_steps(parameters)
    rules = {raw["code"]: _rule(raw) for raw in definition["rules"]}
    singles = {block.key: block for block in _single_blocks(definition, steps)}
    sheets: list[Sheet] = []
    blocks: dict[str, Block] = {}
    tables: dict[str, Table] = {}
    for raw in definition["sheets"]:
        sections = []
        for part in raw["sections"]:
            section, own_blocks = _section(part, singles, rules, steps, spellings)
            sections.append(section)
            blocks |= {block.key: block for block in own_blocks}
            if isinstance(section, Table):
                tables[section.key] = section
        sheets.append(_sheet(raw, sections))
    repeats = repeats_of(definition)
    copies = sorted({block.copy for block in blocks.values() if block.copy})
    blocks[GUIDE] = _guide_block(copies)
    scope = Scope(blocks=blocks, tables=tables, rules=rules, parameters=parameters, spellings=spellings, repeats=repeats)
    return tuple(sheets), scope


def _rule(raw: Raw) -> Rule:
    keys = {"blocks": "blocks", "exempt": "except", "rows": "rows", "cells": "cells"}
    lists = {name: tuple(raw.get(key, ())) for name, key in keys.items()}
    return Rule(**{key: value for key, value in raw.items() if key != "except"} | lists | {"basis": _basis(raw.get("basis"))})


def _basis(raw: Raw | None) -> Basis | None:
    """What a rule rests on, None where its definition does not say."""
    if raw is None:
        return None
    kind = next(kind for kind in BASES if kind in raw)
    return Basis(kind, raw[kind], clause=raw.get("clause", ""), verified=raw.get("verified", True), note=raw.get("note", ""))


def _sheet(raw: Raw, sections: Iterable[Section]) -> Sheet:
    return Sheet(
        key=raw["key"],
        title=raw["title"],
        heading=raw.get("heading"),
        landscape=raw.get("landscape", False),
        widths=tuple(raw["widths"]),
        private=raw.get("private", False),
        sections=tuple(sections),
        looks=looks_by_place(raw.get("looks", ())),
        print=raw.get("print", {}),
        **_heights(raw, "heading_height"),
    )


def _section(
    raw: Raw, singles: Mapping[str, Block], rules: Mapping[str, Rule], steps: Mapping[str, Steps], spellings: Raw
) -> tuple[Section, Sequence[Block]]:
    """A section of a sheet, and the blocks that stand in it."""
    if "guide" in raw:
        return Guide(), ()
    if "lines" in raw:
        return Lines(tuple(raw["lines"]), **_heights(raw, "height")), ()
    if "fields" in raw:
        block = singles[raw["fields"]]
        keys = tuple(keys_of(raw["items"]))
        heights = _heights(raw, "heading_height")
        return Fields(block=block.key, heading=raw.get("heading"), keys=keys, side=_side(raw), **heights), [block]
    if "checks" in raw:
        raw = {**_table_of_rules(rules), **raw}
    own = keys_of(raw["blocks"])
    columns = _fields(raw["columns"], own[0], steps)
    table = Table(
        key=raw["table"],
        label=raw.get("label", ""),
        blocks=tuple(own),
        columns=tuple(columns.values()),
        row_name=raw.get("row_name"),
        row_height=raw.get("row_height"),
        freeze=raw.get("freeze", 0),
        bare=raw.get("bare", False),
        side=_side(raw),
        touching=raw.get("touching", False),
        header_heights=tuple(raw.get("header_heights", ())),
        **_heights(raw, "heading_height"),
        copy=raw.get(COPY),
    )
    helpers = _helpers(table, rules, spellings)
    return table, [_table_block(block, table, columns | helpers) for block in raw["blocks"]]


def _heights(raw: Raw, name: str) -> dict[str, float]:
    """A height that a part says, nothing where it has the usual one."""
    return {name: raw[name]} if name in raw else {}


def _side(raw: Raw) -> Side | None:
    """The label on the left of a section, None where it has none."""
    return Side(**raw["side"]) if "side" in raw else None


# --- blocks --------------------------------------------------------------------------------------------------


def _single_blocks(definition: Raw, steps: Mapping[str, Steps]) -> Iterator[Block]:
    """Yield the blocks of single fields; each may spread over several sections."""
    sections: dict[str, list[Raw]] = {}
    for _, section in sections_of(definition):
        if "fields" in section:
            sections.setdefault(section["fields"], []).append(section)
    for key, parts in sections.items():
        yield Block(
            key=key,
            path=_path(parts[-1], key),
            shape="object",
            label=parts[-1].get("heading") or "",
            copy=parts[-1].get(COPY),
            fields=_fields([item for part in parts for item in part["items"]], key, steps),
        )


def _path(raw: Raw, key: str) -> tuple[str | int, ...]:
    """Where a part stands in the document: that of a copy leads through a list."""
    path = raw.get("path", key)
    return path if isinstance(path, tuple) else path_of(path)


def _guide_block(copies: Iterable[Copy]) -> Block:
    """The block behind the guide sheet: how many cells are still blank, and how each copy of what is repeated stands."""
    missing = Field(key="missing", label="", type="count")
    names = (name for copy in copies for name in (copy.used, *map(copy.counting, COUNTED_IN_COPIES)))
    of_copies = {name: Field(key=name, label=name, type="count", hidden=True) for name in names}
    return Block(key=GUIDE, path=(GUIDE,), shape="object", label="", fields={missing.key: missing, **of_copies})


def _table_of_rules(rules: Mapping[str, Rule]) -> dict[str, object]:
    """The definition of the table on the checks sheet, columns apart."""
    rows = [{"key": rule.code, "code": rule.code, "title": rule.title} for rule in rules.values()]
    block = {"key": RULES, "path": "explanations", "mapping": True, "rows": rows}
    return {"table": RULES, "row_name": "code", "row_height": 20, "blocks": [block]}


def _helpers(table: Table, rules: Mapping[str, Rule], spellings: Raw) -> dict[str, Field]:
    """The hidden columns of a table, from which the counts on the checks sheet are made; that one has none itself."""
    if table.key == RULES:
        return {}
    of_rules = helper_columns(table.written, table.row_name, rules, fillers_of(spellings))
    types = {**dict.fromkeys(HELPERS, "count"), **of_rules, **intake_columns(table, rules, spellings)}
    return {name: Field(key=name, label=name, type=type_, hidden=True) for name, type_ in types.items()}


def _table_block(raw: Raw, table: Table, fields: Mapping[str, Field]) -> Block:
    return Block(
        key=raw["key"],
        path=_path(raw, raw["key"]),
        shape=_shape(raw),
        label=raw.get("label", ""),
        fields=fields,
        table=table.key,
        rows=tuple(_preset_row(row) for row in raw.get("rows", ())),
        spare=raw.get("spare", 0),
        fixed=raw.get("fixed", False),
        constants=raw.get("constants", {}),
        formulas=raw.get("formulas", {}),
        require=tuple(raw["require"]) if "require" in raw else None,
        row_name=table.row_name,
        copy=raw.get(COPY),
    )


def _shape(raw: Raw) -> Shape:
    if raw.get("keyed"):
        return "keyed"
    if raw.get("mapping"):
        return "mapping"
    return "list" if raw.get("spare") or raw.get("rows") else "object"


def _preset_row(raw: Raw) -> PresetRow:
    values = {key: value for key, value in raw.items() if key not in ROW_WORDS}
    return PresetRow(key=raw["key"], values=values, formulas=raw.get("formulas", {}))


# --- fields --------------------------------------------------------------------------------------------------


def _fields(raws: Sequence[Raw], owner: str, steps: Mapping[str, Steps]) -> dict[str, Field]:
    """The fields of one row by key; `owner` is the block that errors in their conditions name."""
    kinds = {raw["key"]: kind_in_formulas(raw["type"]) for raw in raws}
    choices = {raw["key"]: choices_of(raw) for raw in raws}
    about = {
        raw["key"]: About(decimals_of_type(raw["type"], raw.get("digits"))) for raw in raws
    }  # a choice is taken as it stands
    row = Names(kinds.get, choices.__getitem__, about.__getitem__, steps)

    def condition(raw: Raw, name: str) -> Condition:
        place, in_schema = f"{owner}.{raw['key']}.{name}", name == "number_when"
        return parse_condition(raw[name], row, place=place, in_schema=in_schema)

    fields = {}
    for raw in raws:
        conditions = {name: condition(raw, name) for name in CONDITIONS if isinstance(raw.get(name), str)}
        lists = {name: tuple(raw[name]) for name in ("only", "former_labels", "spans") if name in raw}
        lists["choices"] = choices[raw["key"]]
        fields[raw["key"]] = Field(**{**_defaults(raw), **raw, **lists, **conditions})
    return fields


def _defaults(raw: Raw) -> dict[str, object]:
    """What a field has where its definition says nothing."""
    minimum, maximum = limits_of_type(raw["type"], raw.get("digits"))
    return {"minimum": minimum, "maximum": maximum, "digits": TYPES[raw["type"]].digits}
