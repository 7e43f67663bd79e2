"""CSV files for Excel: what opens them must run no text as a formula.

>>> harmless("=1+1"), as_meant("'=1+1"), harmless("1+1"), harmless(None)
("'=1+1", '=1+1', '1+1', '')
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from typing import TextIO

from xlperf.messages import plain

NUMBERS = (int, float)
FORMULA_STARTS = tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")  # a cell of a CSV file that starts so may be run as a formula
STARTS = frozenset(FORMULA_STARTS)


def write_csv(text: TextIO, rows: Iterable[Sequence[object]]) -> None:
    """Write rows for Excel: with a BOM, numbers as numbers, and no text that Excel would run as a formula."""
    write = csv_writer(text)
    for row in rows:
        write(row)


def csv_writer(text: TextIO) -> Callable[[Sequence[object]], None]:
    """Begin such a file; return the function that writes the next row."""
    text.write("\ufeff")
    writer = csv.writer(text, lineterminator="\n")

    def write(row: Sequence[object]) -> None:
        writer.writerow([value if isinstance(value, NUMBERS) or _is_harmless(value) else harmless(value) for value in row])

    return write


def _is_harmless(value: object) -> bool:
    """Whether `harmless` would leave a text as it is, as it does most of the hundreds of thousands in a collection's tables."""
    return type(value) is str and value.isprintable() and value[:1] not in STARTS


def harmless(value: object) -> str:
    """A text as it may stand in a CSV file that is opened in Excel."""
    text = "" if value is None else plain(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def as_meant(text: str) -> str:
    """What `harmless` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text
