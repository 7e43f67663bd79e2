"""What must stand once in a form definition: keys, titles, codes, names of rows; what stands twice is complained of."""

from __future__ import annotations

from collections.abc import Iterator

from xlperf.forms.definition import Complaint, Raw, blocks_of, keys_of, quoted, sections_of, wrong
from xlperf.formula.operands import normal_text


def twice_given(definition: Raw) -> Iterator[Complaint]:
    """What must be unique stands once."""
    seen: dict[tuple[str, ...], str] = {}
    for what, place in _unique(definition):
        if what in seen:
            yield wrong(place, "twice" if len(what) > 1 else "section_twice", found=quoted(what[-1]), other=seen[what])
        seen[what] = place


def _unique(definition: Raw) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what must be unique within its scope, and where it stands."""
    for number, sheet in enumerate(definition["sheets"]):
        yield ("sheet", sheet["key"]), f"sheets[{number}].key"
        yield ("title", sheet["title"].casefold()), f"sheets[{number}].title"
    singles: dict[str, str] = {}
    for place, section in sections_of(definition):
        yield from _unique_in_section(place, section)
        if "fields" in section:
            singles.setdefault(section["fields"], f"{place}.fields")
    yield from ((("block", key), place) for key, place in singles.items())
    for place, table, block in blocks_of(definition):
        yield ("block", block["key"]), f"{place}.key"
        for number, row in enumerate(block.get("rows", ())):
            yield ("row", table["table"], row["key"]), f"{place}.rows[{number}].key"
            if isinstance(name := row.get(table.get("row_name")), str):
                yield ("name", block["key"], normal_text(name)), f"{place}.rows[{number}].{table['row_name']}"
    for number, rule in enumerate(definition["rules"]):
        yield ("rule", rule["code"]), f"rules[{number}].code"


def _unique_in_section(place: str, section: Raw) -> Iterator[tuple[tuple[str, ...], str]]:
    yield from (((kind,), place) for kind in ("guide", "checks") if kind in section)
    for number, item in enumerate(section.get("items", ())):
        yield ("field", section["fields"], item["key"]), f"{place}.items[{number}].key"
    for number, column in enumerate(section.get("columns", ())):
        yield ("column", place, column["key"]), f"{place}.columns[{number}].key"
    if "table" in section:
        yield ("table", section["table"]), f"{place}.table"
        if keys_of(section["blocks"]) != [section["table"]]:  # a table of one block may be called like it
            yield ("block", section["table"]), f"{place}.table"
