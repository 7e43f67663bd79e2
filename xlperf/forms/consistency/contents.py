"""What stands in a template from the start: each content is what its column takes, and preset rows can be found again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xlperf.forms.definition import ROW_WORDS, Complaint, Raw, blocks_of, choices_of, no_choice, quoted, wrong
from xlperf.messages import as_called, sentence

NUMBERS = ("year", "count", "money", "percentage", "points", "ratio")  # field types whose cells hold numbers only


def wrong_contents(definition: Raw) -> Iterator[Complaint]:
    """What stands in a template from the start is what its column takes, and preset rows can be found again."""
    for place, table, block in blocks_of(definition):
        columns = {column["key"]: column for column in table["columns"]}
        rows = [(f"{place}.rows[{number}]", row) for number, row in enumerate(block.get("rows", ()))]
        if rows and not block.get("keyed"):
            yield from _unnamed_rows(place, table, rows)
        for here, values in [(f"{place}.constants", block.get("constants", {})), *rows]:
            for key in values.keys() - set(ROW_WORDS):
                if reason := _misfit(columns[key], values[key]):
                    yield f"{here}.{key}", reason
        for here, row in rows:
            yield from (
                wrong(f"{here}.{key}", "constant_again", column=quoted(key))
                for key in row.keys() & block.get("constants", {}).keys()
            )
        if not block.get("keyed") and (labels := [c["key"] for c in columns.values() if c["type"] == "label"]):
            yield wrong(place, "label", column=quoted(labels[0]))


def _unnamed_rows(place: str, table: Raw, rows: Iterable[tuple[str, Raw]]) -> Iterator[Complaint]:
    """Preset rows of a list that have no name by which they could be found."""
    if "row_name" not in table:
        yield wrong(f"{place}.rows", "no_row_name")
    for here, row in rows:
        if not isinstance(row.get(table["row_name"]), str):
            yield wrong(here, "unnamed_row", column=quoted(table["row_name"]))


def _misfit(column: Raw, value: object) -> str | None:
    """Why a value cannot stand in a column, None where it can."""
    kind, choices = column["type"], choices_of(column)
    if kind == "choice":
        return None if value in choices else no_choice(value, choices)
    if kind == "value" or isinstance(value, str) != (kind in NUMBERS):
        return None
    expected = sentence("json_number" if kind in NUMBERS else "json_string", {})
    return sentence("wrong_content", {"found": quoted(value), "type": as_called(kind), "expected": expected})
