"""How many copies of what its form repeats a workbook holds.

    counts_of(form, '{"goal": 3}', grids)      # {"goal": 3}

The hidden sheet says it; where that is lost, the hidden keys of sheets and rows do.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from xlperf.forms.form import Form
from xlperf.forms.repeats import blocks_by_copy
from xlperf.reading.sheet_rows import Grid

COPIES = "copies"  # the name under which the hidden sheet says it


def counts_of(form: Form, text: str, grids: Iterable[Grid]) -> dict[str, int]:
    """How many copies there are, by the key of what is repeated; nothing of what cannot be told."""
    if not form.repeats:
        return {}
    said = _said(text)
    if said.keys() >= form.repeats.keys():
        return said
    keys = {str(row[0]).partition(".")[0] for grid in grids for row in grid[1:] if row}
    return {**_found(form, keys), **said}


def _said(text: str) -> dict[str, int]:
    """What the hidden sheet says, as far as it can be that."""
    try:
        read = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    pairs = read.items() if isinstance(read, dict) else ()
    return {key: count for key, count in pairs if isinstance(count, int) and not isinstance(count, bool)}


def _found(form: Form, keys: set[str]) -> dict[str, int]:
    """The highest number in the hidden keys of the rows."""
    found: dict[str, int] = {}
    for copy, blocks in blocks_by_copy(form).items():
        if copy.number == 1:
            numbers = (int(rest) for block in blocks for key in keys if (rest := _number(key, f"{block.written}_")).isdecimal())
            if highest := max(numbers, default=0):
                found[copy.repeat] = max(highest, found.get(copy.repeat, 0))
    return found


def _number(key: str, before: str) -> str:
    """The digits of a key behind what is before them, "" where it begins otherwise."""
    rest = key.removeprefix(before) if key.startswith(before) else ""
    return rest if rest.isascii() and len(rest) <= 2 else ""
