"""Check a form definition before anything is built from it.

    definition, digest = read_definition(Path("templates/my-form/2022/form.yaml"))
    check_shape(definition, path)       # keys, types and limits, against schemas/form.schema.json
    check_names(definition, path)       # what no schema can say: names that name something, keys that stand once

Whatever is wrong raises FormError with the file, the path inside it and what was expected there. A complaint is a pair
of place and reason; every check yields complaints in the order of the file, and the first one is raised.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from string import Formatter

import yaml

from .errors import FormError, UsageError, reason_of
from .expression import Call, IsBlank, Kind, Literal, Name, Node, Operation, normal_text
from .nearest import nearest

Complaint = tuple[str, str]
NUMBERS = ("year", "count", "money", "percentage", "points", "ratio")  # field types whose cells hold numbers only
LONGEST_VALIDATION = 255  # characters of a formula behind a dropdown, Excel's limit
TYPED = "numbers"  # among the spellings: how people type numbers
FIGURE_TYPES = {"operator": "choice", "target": "value", "unit": "text", "actual": "value"}  # the cells of one figure
SHOWN_ONLY = ("label", "serial")  # field types that are no part of a document
WIDTHS = {"guide": 4, "lines": 3, "fields": 2}  # columns that a kind of section is printed over
YEAR, UNIT = "identity.fiscal_year", "cover.unit"  # single fields that the program itself fills in or prints
TAKEN = ("form", "revision", "explanations", "leftovers")  # the program's own keys at the top of a document
ROW_WORDS = ("key", "formulas")  # what a preset row says besides the contents of its columns


def shipped(name: str) -> Path:
    """The folder `templates` or `schemas` that travels with xlperf: inside an installed package, beside it in a checkout."""
    package = Path(__file__).parent
    return package / name if (package / name).is_dir() else package.parent / name


# --- the file ------------------------------------------------------------------------------------------------


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """YAML in which every key is a text and stands once; of two equal keys YAML itself silently takes the last."""

    def construct_mapping(self, node: yaml.Node, deep: bool = False) -> dict:
        if isinstance(node, yaml.MappingNode):
            seen = set()
            for key, _ in node.value:
                if key.tag not in ("tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"):
                    raise yaml.constructor.ConstructorError(None, None, "a key is a text; put it in quotes", key.start_mark)
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands here twice", key.start_mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def read_definition(path: Path) -> tuple[object, str]:
    """Return what a form.yaml says and the SHA-256 of the file.

    Raises:
        UsageError: it cannot be opened.
        FormError: it is not YAML.
    """
    try:
        raw = path.read_bytes()
        return yaml.load(raw, _Loader), hashlib.sha256(raw).hexdigest()
    except OSError as error:
        raise UsageError("cannot_open", path=path, reason=reason_of(error)) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: 2023-02-31 is no date
        raise FormError("form_syntax", path=path, reason=" ".join(str(error).split())) from None


# --- the shape -----------------------------------------------------------------------------------------------


@lru_cache
def _validator():
    import jsonschema

    return jsonschema.Draft202012Validator(json.loads((shipped("schemas") / "form.schema.json").read_text("utf-8")))


def check_shape(definition: object, path: Path) -> None:
    """Hold a definition against schemas/form.schema.json.

    Raises:
        FormError: a key is misspelt, missing or out of place, or a value is of the wrong kind.
    """
    errors = sorted(_validator().iter_errors(definition), key=_rank)
    if errors:
        _raise(path, *_complaint(errors[0]))


def _rank(error) -> int:
    """A misspelt key or type comes first: it is the cause of its neighbours' errors."""
    return {"additionalProperties": 0, "enum": 1}.get(error.validator, 3 if "propertyNames" in error.absolute_schema_path else 2)


def _complaint(error) -> Complaint:
    parts = list(error.absolute_path)
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        stray = next(key for key in error.instance if key not in known)
        return _place([*parts, stray]), f"there is no such key{_near(stray, known)}"
    if error.validator == "enum":
        known = ", ".join(str(value) for value in error.validator_value)
        return _place(parts), f"{error.instance!r} is not one of {known}{_near(error.instance, error.validator_value)}"
    if error.validator == "oneOf":
        known = ", ".join(branch["required"][0] for branch in error.validator_value)
        return _place(parts), f"exactly one of {known} must stand here"
    if "propertyNames" in error.absolute_schema_path:
        reason = "does not go with the keys beside it" if error.validator == "not" else error.schema["description"]
        return _place([*parts, error.instance]), reason
    if error.validator in ("pattern", "not", "contains") and "description" in error.schema:
        shown = f"{error.instance!r} is wrong here. " if isinstance(error.instance, str) else ""
        return _place(parts), shown + error.schema["description"]
    return _place(parts), error.message if len(error.message) <= 300 else f"…{error.message[-300:]}"


def _place(parts: Iterable[str | int]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return text.lstrip(".")


def _near(name: object, known: Iterable[str]) -> str:
    best = nearest(name, known)
    return f"; did you mean {best!r}?" if best else ""


def _raise(path: Path, place: str, reason: str) -> None:
    raise FormError("form_shape", path=path, reason=f"{place}: {reason}" if place else reason)


# --- the names -----------------------------------------------------------------------------------------------


def check_names(definition: Mapping, path: Path) -> None:
    """Check what no schema can say about a definition whose shape is right.

    Raises:
        FormError: a name names nothing, a key stands twice, or two parts contradict each other.
    """
    for check in CHECKS:
        for place, reason in check(definition):
            _raise(path, place, reason)
    for key, folder in zip(("revision", "form"), path.absolute().parents, strict=False):
        if str(definition[key]) != folder.name:
            _raise(path, key, f"{definition[key]!r} stands in a folder named {folder.name!r}")


def _sections(definition: Mapping) -> Iterator[tuple[str, Mapping]]:
    for number, sheet in enumerate(definition["sheets"]):
        for below, section in enumerate(sheet["sections"]):
            yield f"sheets[{number}].sections[{below}]", section


def _tables(definition: Mapping) -> dict[str, tuple[str, Mapping]]:
    return {section["table"]: (place, section) for place, section in _sections(definition) if "table" in section}


def _blocks(definition: Mapping) -> Iterator[tuple[str, Mapping, Mapping]]:
    """Yield place, table and block."""
    for place, section in _sections(definition):
        for number, block in enumerate(section.get("blocks", ())):
            yield f"{place}.blocks[{number}]", section, block


def _keys(things: Iterable[Mapping]) -> list[str]:
    return [thing["key"] for thing in things]


def _own_columns(table: Mapping) -> list[Mapping]:
    """The columns of a table, those of last year's figures apart."""
    return [column for column in table["columns"] if "last" not in column]


def _is_list(block: Mapping) -> bool:
    return "spare" in block or ("rows" in block and not block.get("keyed"))


def _twice(definition: Mapping) -> Iterator[Complaint]:
    """What must be unique stands once."""
    seen: dict[tuple, str] = {}
    for what, place in _unique(definition):
        if what in seen:
            yield place, f"{what[-1]!r} stands already at {seen[what]}"
        seen[what] = place


def _unique(definition: Mapping) -> Iterator[tuple[tuple, str]]:
    """Yield what must be unique within its scope, and where it stands."""
    for number, sheet in enumerate(definition["sheets"]):
        yield ("sheet", sheet["key"]), f"sheets[{number}].key"
        yield ("title", sheet["title"].casefold()), f"sheets[{number}].title"
    singles = {}
    for place, section in _sections(definition):
        yield from (((kind,), place) for kind in ("guide", "checks") if kind in section)
        for number, item in enumerate(section.get("items", ())):
            yield ("field", section["fields"], item["key"]), f"{place}.items[{number}].key"
        for number, column in enumerate(section.get("columns", ())):
            yield ("column", place, column["key"]), f"{place}.columns[{number}].key"
        if "fields" in section:
            singles.setdefault(section["fields"], f"{place}.fields")
        if "table" in section:
            yield ("table", section["table"]), f"{place}.table"
            if _keys(section["blocks"]) != [section["table"]]:
                yield ("block", section["table"]), f"{place}.table"
    yield from ((("block", key), place) for key, place in singles.items())
    for place, table, block in _blocks(definition):
        yield ("block", block["key"]), f"{place}.key"
        for number, row in enumerate(block.get("rows", ())):
            yield ("row", table["table"], row["key"]), f"{place}.rows[{number}].key"
            if isinstance(name := row.get(table.get("row_name")), str):
                yield ("name", block["key"], normal_text(name)), f"{place}.rows[{number}].{table['row_name']}"
    for number, rule in enumerate(definition["rules"]):
        yield ("rule", rule["code"]), f"rules[{number}].code"


def _nothing(definition: Mapping) -> Iterator[Complaint]:
    """Every name names something."""
    for place, name, known in _references(definition):
        if name not in known:
            yield place, f"there is no {name!r}{_near(name, known) or ' among ' + ', '.join(known)}"


def _references(definition: Mapping) -> Iterator[tuple[str, str, Iterable[str]]]:
    """Yield every name with its place and the names it may be."""
    spellings = {name: table for name, table in definition.get("spellings", {}).items() if name != TYPED}
    yield from _references_of_numbers(definition)
    yield from _references_of_renames(definition)
    for place, table in _tables(definition).values():
        if "row_name" in table:
            yield f"{place}.row_name", table["row_name"], _keys(_own_columns(table))
        for number, column in enumerate(table["columns"]):
            here = f"{place}.columns[{number}]"
            yield from ((f"{here}.only", key, _keys(table["blocks"])) for key in column.get("only", ()))
            if "last" in column:
                yield f"{here}.last", column["last"], _keys(c for c in _own_columns(table) if c["type"] not in SHOWN_ONLY)
            yield from _references_of_choices(table, column, f"{here}.choices_by")
            if "spellings" in column:
                yield f"{here}.spellings", column["spellings"], spellings
                named, choices = spellings.get(column["spellings"], ()), column.get("choices") or [*_offered(column)]
                yield from ((f"spellings.{column['spellings']}", choice, choices) for choice in named)
    for place, table, block in _blocks(definition):
        columns = _keys(_own_columns(table))
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
    for _, section in _sections(definition):
        parts.setdefault(section.get("fields", ""), set()).update(_keys(section.get("items", ())))
    for _, table, block in _blocks(definition):
        for owner in (block["key"], table["table"]):
            parts.setdefault(owner, set()).update(_keys(table["columns"]), _keys(block.get("rows", ())))
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


def _offered(column: Mapping) -> Iterator[str]:
    return (choice for lists in column.get("choices_by", {}).values() for offered in lists.values() for choice in offered)


def _references_of_numbers(definition: Mapping) -> Iterator[tuple[str, str, Iterable[str]]]:
    """The columns of one figure stand in one table, each of the type that holds its part."""
    columns = definition.get("spellings", {}).get(TYPED, {}).get("columns", {})
    tables = [{c["key"]: c["type"] for c in table["columns"]} for _, table in _tables(definition).values()]
    home = max(tables, key=lambda types: len(types.keys() & set(columns.values())), default={})
    for part, name in columns.items():
        fitting = [key for key, kind in home.items() if kind == FIGURE_TYPES[part]]
        yield f"spellings.{TYPED}.columns.{part}", name, fitting


def _references_of_rules(definition: Mapping) -> Iterator[tuple[str, str, Iterable[str]]]:
    tables = _tables(definition)
    for number, rule in enumerate(definition["rules"]):
        if "table" not in rule:
            continue
        yield f"rules[{number}].table", rule["table"], tables
        if rule["table"] in tables:
            _, table = tables[rule["table"]]
            rows = [row["key"] for block in table["blocks"] for row in block.get("rows", ())]
            known = {"blocks": _keys(table["blocks"]), "cells": _keys(_own_columns(table)), "except": rows, "rows": rows}
            for part, names in known.items():
                yield from ((f"rules[{number}].{part}", key, names) for key in rule.get(part, ()))
            for part in ("text", "meant") if "misspelt" in rule else ():
                yield f"rules[{number}].misspelt.{part}", rule["misspelt"][part], known["cells"]


def _references_of_paper(definition: Mapping) -> Iterator[tuple[str, str, Iterable[str]]]:
    """What the form says of its paper names labels, single fields, blocks and columns that it has."""
    paper, tables = definition.get("paper", {}), [table for _, table in _tables(definition).values()]
    headings = [*paper.get("headings", ()), *_labels(definition)]
    yield from (("paper.aliases", label, headings) for label in paper.get("aliases", ()))
    singles = [f"{s['fields']}.{item['key']}" for _, s in _sections(definition) if "fields" in s for item in s["items"]]
    yield from ((f"paper.headings.{heading}", name, singles) for heading, name in paper.get("headings", {}).items())
    lists = [block["key"] for _, _, block in _blocks(definition) if _is_list(block)]
    yield from (("paper.entries", key, lists) for key in paper.get("entries", ()))
    computed = [c["key"] for table in tables for c in table["columns"] if c["type"] == "text" and "formula" in c]
    yield from ((f"paper.composed.{part}", name, computed) for part, name in paper.get("composed", {}).items())
    columns = [c["key"] for table in tables for c in table["columns"]]
    yield from (("paper.carried", key, columns) for key in paper.get("carried", ()))
    for typed, shown in paper.get("shown", {}).items():
        yield "paper.shown", typed, columns
        yield f"paper.shown.{typed}", shown, columns


def _labels(definition: Mapping) -> Iterator[str]:
    """Everything that is printed on a form and may have another name."""
    for sheet in definition["sheets"]:
        yield from (sheet["title"], sheet.get("heading", sheet["title"]))
    for _, section in _sections(definition):
        yield from (section[key] for key in ("heading", "label") if key in section)
        for part in (*section.get("items", ()), *section.get("columns", ())):
            yield from (part[key] for key in ("label", "group") if key in part)
    for _, table, block in _blocks(definition):
        yield block.get("label", block["key"])
        yield from (str(value) for value in block.get("constants", {}).values())
        yield from (row[table["row_name"]] for row in block.get("rows", ()) if table.get("row_name") in row)


def _placeholders(definition: Mapping) -> Iterator[Complaint]:
    """The braces of a sentence name what will be there to fill them."""
    tables = _tables(definition)
    sentences = [("year_line", definition["year_line"], ["year"])]
    if "report" in definition:
        sentences.append(("report.date", definition["report"]["date"], ["year", "month", "day"]))
    for number, rule in enumerate(definition["rules"]):
        if "test" in rule:
            columns = _keys(tables[rule["table"]][1]["columns"])
            sentences.append((f"rules[{number}].found", rule["found"], columns))
            sentences.append((f"rules[{number}].expected", rule["expected"], ["label"]))
    for block, beginnings in definition.get("paper", {}).get("entries", {}).items():
        sentences += [(f"paper.entries.{block}", text, ["number"]) for text in beginnings]
    for place, text, known in sentences:
        try:
            parts = [part for part in Formatter().parse(text) if part[1] is not None]
        except ValueError as error:
            yield place, f"{error}; a brace that is to be printed stands twice"
            continue
        for _, name, form, conversion in parts:
            if name not in known:
                yield place, f"nothing fills {{{name}}}{_near(name, known)}"
            elif form or conversion:
                yield place, f"{{{name}}} takes no format"


def _contents(definition: Mapping) -> Iterator[Complaint]:
    """What stands in a template from the start is what its column takes, and preset rows can be found again."""
    for place, table, block in _blocks(definition):
        columns = {column["key"]: column for column in table["columns"]}
        rows = block.get("rows", ())
        listed = bool(rows) and not block.get("keyed")
        if listed and "row_name" not in table:
            yield f"{place}.rows", "preset rows of a list need a row_name in their table"
        for number, row in enumerate(rows):
            if listed and not isinstance(row.get(table["row_name"]), str):
                yield f"{place}.rows[{number}]", f"lacks a text for {table['row_name']!r}, the row_name of the table"
        given = [(f"{place}.constants", block.get("constants", {})), *((f"{place}.rows[{n}]", row) for n, row in enumerate(rows))]
        for here, values in given:
            for key in values.keys() - set(ROW_WORDS):
                if reason := _misfit(columns[key], values[key]):
                    yield f"{here}.{key}", reason
        if not block.get("keyed") and (labels := [c["key"] for c in columns.values() if c["type"] == "label"]):
            yield place, f"not keyed, but the column {labels[0]!r} is a label, which only preset rows can fill"


def _misfit(column: Mapping, value: object) -> str | None:
    kind = column["type"]
    if kind == "choice":
        choices = column.get("choices") or [*_offered(column)]
        return None if value in choices else f"{value!r} is not one of {', '.join(choices)}"
    if kind == "value" or isinstance(value, str) != (kind in NUMBERS):
        return None
    return f"{value!r} stands in a column of type {kind}"


def _limits(definition: Mapping) -> Iterator[Complaint]:
    """No smallest number is larger than the largest."""
    for place, section in _sections(definition):
        for part in ("items", "columns"):
            for number, known in enumerate(section.get(part, ())):
                if known.get("minimum", float("-inf")) > known.get("maximum", float("inf")):
                    yield f"{place}.{part}[{number}].minimum", f"{known['minimum']} is more than the maximum {known['maximum']}"


def _dropdowns(definition: Mapping) -> Iterator[Complaint]:
    """The formula that picks a dropdown by another cell is one that Excel takes."""
    for place, table in _tables(definition).values():
        for number, column in enumerate(table["columns"]):
            for lists in column.get("choices_by", {}).values():
                name = f"list_{table['table']}_{column['key']}_00"
                formula = "".join(f'IF(AA99999="{value}",{name},)' for value in lists) + name
                if len(formula) > LONGEST_VALIDATION or any('"' in value for value in lists):
                    yield f"{place}.columns[{number}].choices_by", "a quotation mark, or too many texts for one formula"


def _steps(definition: Mapping) -> Iterator[Complaint]:
    """Steps go down, and all lead to a number or all to a text."""
    for key, steps in definition.get("parameters", {}).items():
        if not isinstance(steps, list):
            continue
        *upper, lowest = steps
        bounds = [pair[0] for pair in upper]
        if len(lowest) != 1 or any(len(pair) != 2 for pair in upper):
            yield f"parameters.{key}", "each step is a pair of bound and result, the last one a result alone"
        elif any(isinstance(bound, str) for bound in bounds) or any(high <= low for high, low in pairwise(bounds)):
            yield f"parameters.{key}", "the bounds are numbers, the highest first"
        elif len({isinstance(step[-1], str) for step in steps}) > 1:
            yield f"parameters.{key}", "some results are numbers, others texts"


def _room(definition: Mapping) -> Iterator[Complaint]:
    """A sheet is wide enough for its sections, and its tables agree on where a column stands."""
    for number, sheet in enumerate(definition["sheets"]):
        positions = {"text": 0, "value": 1} if any("fields" in section for section in sheet["sections"]) else {}
        for below, section in enumerate(sheet["sections"]):
            place = f"sheets[{number}].sections[{below}]"
            columns = section.get("columns", ())
            shown = [column["key"] for column in columns if not column.get("hidden") and "last" not in column]
            if len(sheet["sections"]) > 1 and any("last" in column for column in columns):
                yield f"{place}.columns", "a column of last year's figures needs a sheet on which its table stands alone"
            hidden = [column["key"] for column in columns if column.get("hidden")]
            needed = max([len(shown), *(width for kind, width in WIDTHS.items() if kind in section)])
            if needed > len(sheet["widths"]):
                yield f"sheets[{number}].widths", f"{len(sheet['widths'])} widths, but {place} takes {needed} columns"
            for key, position in [*((key, at) for at, key in enumerate(shown)), *((key, None) for key in hidden)]:
                if key in positions and (position is None or positions[key] != position):
                    yield f"{place}.columns", f"{key!r} stands in another column of this sheet"
                positions[key] = position


def _paths(definition: Mapping) -> Iterator[Complaint]:
    """Every block has a place of its own in the document, or shares a list with blocks told apart by constants."""
    homes: dict[tuple[str, ...], tuple[str, object, Mapping]] = {}
    for place, owner, path, block in _homes(definition):
        if path and path[0] in TAKEN:
            yield place, f"{path[0]!r} is the program's own at the top of a document"
        for other, (there, other_owner, other_block) in homes.items():
            if path == other:
                if owner != other_owner or not _apart(block, other_block):
                    yield place, f"the path {'.'.join(path)!r} is taken by {there}"
            elif path and other and (path[: len(other)] == other or other[: len(path)] == path):
                yield place, f"the path {'.'.join(path)!r} crosses that of {there}"
        homes.setdefault(path, (place, owner, block))


def _homes(definition: Mapping) -> Iterator[tuple[str, object, tuple[str, ...], Mapping]]:
    """Yield place, owner, path in the document and block; a field at the top of the document has a path of its own."""
    for place, section in _sections(definition):
        if "fields" in section:
            path = tuple(filter(None, section.get("path", section["fields"]).split(".")))
            yield f"{place}.fields", section["fields"], path, {}
            for number, item in enumerate(section["items"] if not path else ()):
                yield f"{place}.items[{number}]", section["fields"], (item["key"],), {}
    for place, table, block in _blocks(definition):
        yield place, table["table"], tuple(block.get("path", block["key"]).split(".")), block


def _apart(block: Mapping, other: Mapping) -> bool:
    if not block or not other:
        return True  # sections of one block of single fields
    one, two = block.get("constants", {}), other.get("constants", {})
    different = any(normal_text(one[key]) != normal_text(two[key]) for key in one.keys() & two.keys())
    return _is_list(block) and _is_list(other) and different


def _parts(definition: Mapping) -> Iterator[Complaint]:
    """What the program itself needs is there, and sections of one block agree on its path."""
    fields: dict[str, tuple[str, tuple[str, ...], set[str]]] = {}
    for place, owner, path, _ in _homes(definition):
        if place.endswith(".fields") and fields.setdefault(owner, (place, path, set()))[1] != path:
            yield place, f"another path than at {fields[owner][0]}"
    for _, section in _sections(definition):
        if "fields" in section:
            fields[section["fields"]][2].update(_keys(section["items"]))
    needed = {"sheets": YEAR, "unit": definition.get("unit", UNIT), "subject": definition.get("subject", YEAR)}
    for place, name in needed.items():
        block, _, key = name.partition(".")
        if block not in fields or key not in fields[block][2] or (name == YEAR and fields[block][1]):
            where = " at the top of the document" if name == YEAR else ""
            reason = f"the program needs the field {key!r} in the fields {block!r}{where}"
            yield place if place in definition else "sheets", reason
    if not any("checks" in section for _, section in _sections(definition)):
        yield "sheets", "no section holds the checks"


CHECKS = (_twice, _nothing, _placeholders, _contents, _limits, _dropdowns, _steps, _room, _paths, _parts)


# --- trees ---------------------------------------------------------------------------------------------------


def compared(tree: Node) -> Iterator[tuple[str, str]]:
    """Yield every field with the texts it is compared with."""
    match tree:
        case Operation(operator=operator, left=left, right=right):
            for one, other in ((left, right), (right, left)):
                match one, other:
                    case Name(key=key) | Call("T", (Name(key=key),)), Literal(value=str() as text) if operator in ("=", "<>"):
                        yield key, text
                yield from compared(one)
        case Call("SUMIF", (Name(key=key), Literal(value=str() as text), _)):
            yield key, text
        case IsBlank(operand=operand):
            yield from compared(operand)
        case Call(arguments=arguments):
            yield from (pair for argument in arguments for pair in compared(argument))


def sayable(tree: Node) -> bool:
    """Whether JSON Schema can say a condition too, and a blank cannot make it blank."""
    match tree:
        case Operation(operator="=" | "<>", left=Call("T", kind=Kind.CHOICE), right=Literal()) | IsBlank(operand=Name()):
            return True
        case Call("AND" | "OR" | "NOT", arguments):
            return all(sayable(argument) for argument in arguments)
    return False
