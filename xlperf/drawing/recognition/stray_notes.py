"""Notes whose words stand at a cell where they say nothing: what is of a column stands at its header, and so on.

    stray_notes(drawn, notes)      # [Fault("Budget!D11", "note_elsewhere", {"found": "required", "expected": ...})]

A note that is read by nobody would be lost without a word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from xlperf.drawing.faults import Fault, fault
from xlperf.drawing.recognition.cells import Area
from xlperf.drawing.recognition.sections import FieldsDrawn, SheetDrawn, TableDrawn
from xlperf.drawing.words import ATTRIBUTES, word

Cell = tuple[int, int]
ANYWHERE = ("sheet", "lines", "settings", "side")  # levels of words that stand at any cell of their sheet
ROW_LEVELS = ("block", "row", "cell")


def stray_notes(drawn: SheetDrawn, notes: Mapping[tuple[str, int, int], Mapping[str, Any]]) -> Iterator[Fault]:
    """Yield the words of notes that say nothing where they stand."""
    levels, headers = _levels(drawn)
    for area in drawn.sheet.places.values():
        allowed = levels.get((area.row, area.column))
        if allowed is None:  # of a cell that is no part of anything something else is told
            continue
        for key in notes.get((area.sheet, area.row, area.column), {}):
            level = ATTRIBUTES[key].level
            if level in allowed or level in ANYWHERE:
                continue
            header = headers.get((area.row, area.column)) if level == "field" and "row" in allowed else None
            if header is not None:
                yield fault(area.name, "note_of_column", found=word(key), expected=header.name.partition("!")[2])
            else:
                yield fault(area.name, f"note_of_{level}", found=word(key))


def _levels(drawn: SheetDrawn) -> tuple[dict[Cell, tuple[str, ...]], dict[Cell, Area]]:
    """What the notes of cells may speak of, and the header of each cell of tables."""
    levels: dict[Cell, tuple[str, ...]] = {}
    headers: dict[Cell, Area] = {}
    for section in drawn.sections:
        if isinstance(section, FieldsDrawn):
            for number, item in enumerate(section.items):
                for area in (item.label, item.cell):
                    levels[area.row, area.column] = ("field", "fields") if number == 0 else ("field",)
        if isinstance(section, TableDrawn):
            for column in section.columns:
                headers |= {(row, column.header.column): column.header for row in section.rows}
                levels[column.header.row, column.header.column] = ("field", "table")
            for row in section.rows:
                for area in drawn.sheet.areas.get(row, ()):
                    levels.setdefault((row, area.column), ROW_LEVELS)
    return levels, headers
