"""Columns whose texts are chosen from another column: that is there, can be listed, and does not lead back to them.

for place, reason in source_faults(definition):
    "sheets[2].sections[0].columns[1].choices_from", "there is no 'registr.code'; did you mean 'register.code'?"
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from xlperf.forms.definition import Complaint, Raw, is_list, named, or_rather, own_columns, quoted, tables_of, wrong
from xlperf.messages import as_called, sentence

SOURCE_TYPES = ("text", "code")
LONGEST_OFFERED = 255  # characters of one text that a dropdown offers, Excel's limit
MOST_OFFERED = 32_767  # texts that one dropdown offers, Excel's limit


class _Column(NamedTuple):
    """A column by a name that formulas give it, with the blocks in which that name means it."""

    table: str
    column: Raw
    blocks: tuple[Raw, ...]

    @property
    def home(self) -> tuple[str, str]:
        return self.table, self.column["key"]


def source_faults(definition: Raw) -> Iterator[Complaint]:
    """Yield what is wrong with columns that take their texts from another one."""
    sources = _columns_by_name(definition)
    taken = {
        (table["table"], column["key"]): column["choices_from"]
        for _, table in tables_of(definition).values()
        for column in table["columns"]
        if "choices_from" in column
    }
    for place, table in tables_of(definition).values():
        for number, column in enumerate(table["columns"]):
            if "choices_from" in column:
                here = f"{place}.columns[{number}].choices_from"
                yield from _faults(here, (table["table"], column["key"]), column, sources, taken)


def _columns_by_name(definition: Raw) -> dict[str, _Column]:
    """The columns of all tables by `block.column` and `table.column`, where that means more than one cell."""
    found: dict[str, _Column] = {}
    for _, table in tables_of(definition).values():
        blocks = {block["key"]: (block,) for block in table["blocks"]} | {table["table"]: tuple(table["blocks"])}
        for owner, meant in blocks.items():
            if len(meant) > 1 or is_list(meant[0]) or meant[0].get("keyed"):
                for column in own_columns(table):
                    found[f"{owner}.{column['key']}"] = _Column(table["table"], column, meant)
    return found


def _faults(
    place: str,
    home: tuple[str, str],
    column: Raw,
    sources: Mapping[str, _Column],
    taken: Mapping[tuple[str, str], str],
) -> Iterator[Complaint]:
    name = column["choices_from"]
    if name not in sources:
        known = [key for key, source in sources.items() if source.column["type"] in SOURCE_TYPES and source.home != home]
        among = sentence("wrong_name_among", {"known": named(known)}) if known else sentence("wrong_name_none", {})
        yield wrong(place, "name", found=quoted(name), rather=or_rather(name, known) or among)
        return
    source = sources[name].column
    if circle := _circle(home, sources, taken):
        yield wrong(place, "source_circle", circle=" → ".join(circle))
    elif source["type"] not in SOURCE_TYPES:
        yield wrong(place, "source_type", found=quoted(name), type=quoted(as_called(source["type"])))
    elif column["type"] == "code" and source["type"] != "code":
        yield wrong(place, "source_code", found=quoted(name))
    elif source.get("merged"):
        yield wrong(place, "source_merged", found=quoted(name))
    elif (count := _most_rows(sources[name])) > MOST_OFFERED:
        yield wrong(place, "source_rows", found=quoted(name), count=count, most=MOST_OFFERED)
    else:
        yield from _lengths(place, column, source)
        if column.get("carry") and not source.get("carry") and not source.get("given") and "formula" not in source:
            yield wrong(place, "source_carry", found=quoted(name))


def _circle(home: tuple[str, str], sources: Mapping[str, _Column], taken: Mapping[tuple[str, str], str]) -> list[str]:
    """The columns from which one takes its texts, one after another, if that leads back to it; else none."""
    at, way = home, [".".join(home)]
    while at in taken and taken[at] in sources and len(way) <= len(taken) + 1:
        at = sources[taken[at]].home
        way.append(".".join(at))
        if at == home:
            return way
    return []


def _most_rows(source: _Column) -> int:
    return sum(block.get("spare", 0) + len(block.get("rows", ())) for block in source.blocks)


def _lengths(place: str, column: Raw, source: Raw) -> Iterator[Complaint]:
    """A text that a dropdown cannot offer, or that the column cannot take."""
    name, longest = column["choices_from"], source.get("max_length")
    if "formula" not in source and not source.get("given") and (longest is None or longest > LONGEST_OFFERED):
        found = sentence("no_limit", {}) if longest is None else longest
        yield wrong(place, "source_long", found=found, source=quoted(name), most=LONGEST_OFFERED)
    elif longest and column.get("max_length", longest) < longest:
        yield wrong(place, "source_shorter", found=column["max_length"], source=quoted(name), longest=longest)
