"""Check what no schema can say about a form definition: that its parts agree, and that what must stand once does.

    check_names(definition, path)

Every check yields complaints in the order of the file, and the first one is raised.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from string import Formatter

from xlperf.forms.references import unknown_names
from xlperf.forms.yaml_file import (
    ROW_WORDS,
    UNIT,
    YEAR,
    Complaint,
    blocks_of,
    is_list,
    keys_of,
    offered,
    or_rather,
    refuse,
    sections_of,
    tables_of,
)
from xlperf.formula.operands import normal_text

BESIDE = re.compile(r"\b[a-z]\w*\.[a-z]\w*")  # a cell elsewhere, as a test names it
NUMBERS = ("year", "count", "money", "percentage", "points", "ratio")  # field types whose cells hold numbers only
LONGEST_VALIDATION = 255  # characters of a formula behind a dropdown, Excel's limit
WIDTHS = {"guide": 4, "lines": 3, "fields": 2}  # columns that a kind of section is printed over
TAKEN = ("form", "revision", "explanations", "leftovers")  # the program's own keys at the top of a document


def check_names(definition: Mapping, path: Path) -> None:
    """Check what no schema can say about a definition whose shape is right.

    Raises:
        FormError: a name names nothing, a key stands twice, or two parts contradict each other.
    """
    for check in CHECKS:
        for place, reason in check(definition):
            refuse(path, place, reason)
    for key, folder in zip(("revision", "form"), path.absolute().parents, strict=False):
        if str(definition[key]) != folder.name:
            refuse(path, key, f"{definition[key]!r} stands in a folder named {folder.name!r}")


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
    for place, section in sections_of(definition):
        yield from (((kind,), place) for kind in ("guide", "checks") if kind in section)
        for number, item in enumerate(section.get("items", ())):
            yield ("field", section["fields"], item["key"]), f"{place}.items[{number}].key"
        for number, column in enumerate(section.get("columns", ())):
            yield ("column", place, column["key"]), f"{place}.columns[{number}].key"
        if "fields" in section:
            singles.setdefault(section["fields"], f"{place}.fields")
        if "table" in section:
            yield ("table", section["table"]), f"{place}.table"
            if keys_of(section["blocks"]) != [section["table"]]:
                yield ("block", section["table"]), f"{place}.table"
    yield from ((("block", key), place) for key, place in singles.items())
    for place, table, block in blocks_of(definition):
        yield ("block", block["key"]), f"{place}.key"
        for number, row in enumerate(block.get("rows", ())):
            yield ("row", table["table"], row["key"]), f"{place}.rows[{number}].key"
            if isinstance(name := row.get(table.get("row_name")), str):
                yield ("name", block["key"], normal_text(name)), f"{place}.rows[{number}].{table['row_name']}"
    for number, rule in enumerate(definition["rules"]):
        yield ("rule", rule["code"]), f"rules[{number}].code"


def _placeholders(definition: Mapping) -> Iterator[Complaint]:
    """The braces of a sentence name what will be there to fill them."""
    tables = tables_of(definition)
    sentences = [("year_line", definition["year_line"], ["year"])]
    if "report" in definition:
        sentences.append(("report.date", definition["report"]["date"], ["year", "month", "day"]))
    several = {"parameters", *tables, *(block["key"] for _, _, block in blocks_of(definition) if is_list(block))}
    for number, rule in enumerate(definition["rules"]):
        if "test" in rule:
            columns = keys_of(tables[rule["table"]][1]["columns"])
            beside = [name.replace(".", "_") for name in BESIDE.findall(rule["test"]) if name.partition(".")[0] not in several]
            sentences.append((f"rules[{number}].found", rule["found"], [*columns, *beside]))
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
                yield place, f"nothing fills {{{name}}}{or_rather(name, known)}"
            elif form or conversion:
                yield place, f"{{{name}}} takes no format"


def _contents(definition: Mapping) -> Iterator[Complaint]:
    """What stands in a template from the start is what its column takes, and preset rows can be found again."""
    for place, table, block in blocks_of(definition):
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
        choices = column.get("choices") or [*offered(column)]
        return None if value in choices else f"{value!r} is not one of {', '.join(choices)}"
    if kind == "value" or isinstance(value, str) != (kind in NUMBERS):
        return None
    return f"{value!r} stands in a column of type {kind}"


def _limits(definition: Mapping) -> Iterator[Complaint]:
    """No smallest number is larger than the largest."""
    for place, section in sections_of(definition):
        for part in ("items", "columns"):
            for number, known in enumerate(section.get(part, ())):
                if known.get("minimum", float("-inf")) > known.get("maximum", float("inf")):
                    yield f"{place}.{part}[{number}].minimum", f"{known['minimum']} is more than the maximum {known['maximum']}"


def _dropdowns(definition: Mapping) -> Iterator[Complaint]:
    """The formula that picks a dropdown by another cell is one that Excel takes."""
    for place, table in tables_of(definition).values():
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
    for place, section in sections_of(definition):
        if "fields" in section:
            path = tuple(filter(None, section.get("path", section["fields"]).split(".")))
            yield f"{place}.fields", section["fields"], path, {}
            for number, item in enumerate(section["items"] if not path else ()):
                yield f"{place}.items[{number}]", section["fields"], (item["key"],), {}
    for place, table, block in blocks_of(definition):
        yield place, table["table"], tuple(block.get("path", block["key"]).split(".")), block


def _apart(block: Mapping, other: Mapping) -> bool:
    if not block or not other:
        return True  # sections of one block of single fields
    one, two = block.get("constants", {}), other.get("constants", {})
    different = any(normal_text(one[key]) != normal_text(two[key]) for key in one.keys() & two.keys())
    return is_list(block) and is_list(other) and different


def _parts(definition: Mapping) -> Iterator[Complaint]:
    """What the program itself needs is there, and sections of one block agree on its path."""
    fields: dict[str, tuple[str, tuple[str, ...], set[str]]] = {}
    for place, owner, path, _ in _homes(definition):
        if place.endswith(".fields") and fields.setdefault(owner, (place, path, set()))[1] != path:
            yield place, f"another path than at {fields[owner][0]}"
    for _, section in sections_of(definition):
        if "fields" in section:
            fields[section["fields"]][2].update(keys_of(section["items"]))
    needed = {"sheets": YEAR, "unit": definition.get("unit", UNIT), "subject": definition.get("subject", YEAR)}
    for place, name in needed.items():
        block, _, key = name.partition(".")
        if block not in fields or key not in fields[block][2] or (name == YEAR and fields[block][1]):
            where = " at the top of the document" if name == YEAR else ""
            reason = f"the program needs the field {key!r} in the fields {block!r}{where}"
            yield place if place in definition else "sheets", reason
    if not any("checks" in section for _, section in sections_of(definition)):
        yield "sheets", "no section holds the checks"


CHECKS = (_twice, unknown_names, _placeholders, _contents, _limits, _dropdowns, _steps, _room, _paths, _parts)
