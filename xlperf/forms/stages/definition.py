"""The definition of one stage of a form: without what later stages fill in, and with what earlier ones filled in locked.

    >>> columns = [{"key": "score", "label": "Score", "type": "points"},
    ...            {"key": "rescore", "label": "Rescore", "type": "points", "stage": "review", "width": 8}]
    >>> section = {"table": "items", "blocks": [{"key": "items", "spare": 3}], "columns": columns}
    >>> form = {"stages": [{"key": "review"}], "sheets": [{"widths": [7], "sections": [section]}], "rules": []}
    >>> at_stage(form, "")["sheets"][0]["sections"][0]["columns"]
    [{'key': 'score', 'label': 'Score', 'type': 'points'}]
    >>> review = at_stage(form, "review")["sheets"][0]
    >>> review["widths"], [column.get("locked", False) for column in review["sections"][0]["columns"]]
    ([7, 8], [True, False])

What names no stage is filled in by the department, before all of them; its stage is "".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from xlperf.forms.definition import ROW_WORDS, Raw

DEPARTMENT = ""  # the stage of the department, which fills in first
REPLACED = ("title", "file_name", "finalized_name", "guide", "opening")  # of the form, by what its stage has in their place
LOCKED = "locked"  # in a definition of a stage: filled in before


def stage_keys(definition: Raw) -> tuple[str, ...]:
    """The keys of the stages after the department, in their order; none of a form that only the department fills in."""
    return tuple(stage["key"] for stage in definition.get("stages", ()))


def at_stage(definition: Raw, stage: str) -> Raw:
    """Return the definition of that stage; of a form without stages, for the department, the one that was given.

    Args:
        stage: the key of one of its stages, "" for the department.
    """
    keys = stage_keys(definition)
    if not keys:
        return definition
    passed = (DEPARTMENT, *keys)[: keys.index(stage) + 2 if stage else 1]
    own: Raw = next((raw for raw in definition["stages"] if raw["key"] == stage), {})
    made: dict[str, Any] = {**definition, **{key: own[key] for key in REPLACED if key in own}}
    if "end" in own:
        made["words"] = {**definition["words"], "end": own["end"]}
    made["sheets"] = list(_sheets(definition["sheets"], passed))
    made["rules"] = list(_parts(definition["rules"], passed, lockable=True))
    if "figures" in definition.get("summary", {}):
        made["summary"] = {**definition["summary"], "figures": list(_parts(definition["summary"]["figures"], passed))}
    return made


def _parts(raws: Sequence[Raw], passed: Sequence[str], owner: str = DEPARTMENT, *, lockable: bool = False) -> Iterator[Raw]:
    """Yield the parts that are there at a stage, without their own; those that may be locked are, if filled in before.

    Args:
        passed: the stages up to that one.
        owner: the stage of what they stand in, which is theirs where they name none.
    """
    for raw in raws:
        stage = raw.get("stage", owner)
        if stage in passed:
            kept = {key: value for key, value in raw.items() if key != "stage"}
            yield {**kept, LOCKED: True} if lockable and stage != passed[-1] else kept


def _sheets(raws: Sequence[Raw], passed: Sequence[str]) -> Iterator[Raw]:
    """Yield the sheets on which something is left."""
    for raw in raws:
        owner = raw.get("stage", DEPARTMENT)
        sections = [section for part in raw["sections"] if (section := _section(part, passed, owner))]
        if owner in passed and sections:
            kept = {key: value for key, value in raw.items() if key != "stage"}
            yield {**kept, "sections": sections, "widths": _widths(raw, passed)}


def _section(raw: Raw, passed: Sequence[str], owner: str) -> Raw | None:
    """A section as it is at a stage, None where nothing of it is there."""
    owner = raw.get("stage", owner)
    if owner not in passed:
        return None
    raw = {key: value for key, value in raw.items() if key != "stage"}
    if "items" in raw:
        items = list(_parts(raw["items"], passed, owner, lockable=True))
        return {**raw, "items": items} if items else None
    if "table" not in raw:
        return raw
    columns = [_without_width(column) for column in _parts(raw["columns"], passed, owner, lockable=True)]
    gone = {column["key"] for column in raw["columns"]} - {column["key"] for column in columns}
    return {**raw, "columns": columns, "blocks": [_block(block, gone) for block in raw["blocks"]]}


def _without_width(column: Raw) -> Raw:
    """A column of which its sheet knows the width; one of last year's figures keeps its own."""
    return column if "last" in column else {key: value for key, value in column.items() if key != "width"}


def _block(raw: Raw, gone: Collection[str]) -> Raw:
    """A block without what it says of columns that are not there."""
    if not gone:
        return raw
    block = {**raw, **{key: _without(raw[key], gone) for key in ("formulas", "constants") if key in raw}}
    if "require" in raw:
        block["require"] = [key for key in raw["require"] if key not in gone]
    if "rows" in raw:
        block["rows"] = [_row(row, gone) for row in raw["rows"]]
    return block


def _row(raw: Raw, gone: Collection[str]) -> Raw:
    row = {key: value for key, value in raw.items() if key in ROW_WORDS or key not in gone}
    return {**row, "formulas": _without(raw["formulas"], gone)} if "formulas" in raw else row


def _without(formulas: Mapping[str, Any], gone: Collection[str]) -> dict[str, Any]:
    return {key: value for key, value in formulas.items() if key not in gone}


def _widths(sheet: Raw, passed: Sequence[str]) -> list[float]:
    """The widths of a sheet at a stage: its own are those of its own stage, what a column adds stands with the column."""
    widths, told = list(sheet["widths"]), set()
    for section in sheet["sections"]:
        owner = section.get("stage", sheet.get("stage", DEPARTMENT))
        shown = [column for column in section.get("columns", ()) if not column.get("hidden") and "last" not in column]
        there = [column for column in shown if owner in passed and column.get("stage", owner) in passed]
        number = 0
        for column in there:
            if adds_width(column, owner) and number not in told:
                widths.insert(number, column["width"])
                told.add(number)
            number += column.get("span", 1)
    return widths


def adds_width(column: Raw, owner: str) -> bool:
    """Whether a visible column is of a later stage than what it stands in, so that the widths of its sheet do not know it."""
    return bool(column.get("stage", owner) != owner)
