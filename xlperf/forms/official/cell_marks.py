"""Marks of what stands in the cells of an official sheet, kept in its hidden column, so that what is changed there is told.

    marks_of([(1, "Total"), (4, 96.5)])        # "1:5a1f 4:0c77"
    changed(marks, [(1, "Total"), (4, 99.0)])  # [4]

Texts are compared as everywhere, numbers in twelve digits, dates as days: other programs save them in their own ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from hashlib import sha256

from xlperf.formula.operands import normal_text

LENGTH = 4  # hexadecimal digits of a mark

Cells = Iterable[tuple[int, object]]  # columns from 0, and what stands there


def marks_of(cells: Cells) -> str:
    """The marks of what stands in a row, in one text; blank cells have none."""
    return " ".join(f"{column}:{mark}" for column, value in cells if (mark := _mark(value)))


def changed(marks: str, cells: Cells) -> Iterator[int]:
    """Yield the columns where something stands and not what the marks of the row say."""
    said = dict(part.split(":", 1) for part in marks.split() if ":" in part)
    yield from (column for column, value in cells if (mark := _mark(value)) and said.get(str(column)) != mark)


def _mark(value: object) -> str:
    text = _as_compared(value)
    return sha256(text.encode()).hexdigest()[:LENGTH] if text else ""


def _as_compared(value: object) -> str:
    if isinstance(value, date):  # a time of a day too
        return value.isoformat()[:10]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:.12g}"
    return normal_text(str(value)) if value is not None else ""
