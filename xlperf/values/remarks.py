"""What is to be told of one cell: what was typed and what it was read as, or the readings it may have.

>>> question("5-6", ("5", "6")).expected, visible(" 4\\u200b")
('5 / 6', '" 4<U+200B>"')
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass

from xlperf.forms.model import Field
from xlperf.formula.operands import as_decimal, as_text
from xlperf.text import INVISIBLE
from xlperf.values.notation import LONGEST

UNSEEN = re.compile(rf"{INVISIBLE.pattern}|[\t\n\x0b\x0c\u00a0\u2000-\u200a\u202f]")
SHOWN = 60  # characters of what was found
APART = " | "  # between the parts of a figure that was taken apart


class CellError(str):
    """What a cell shows that could not be computed, #REF! for instance; a text that only looks so is none."""

    code = "XL217"


class Uncomputed(CellError):
    """A formula in the place of its result: the program that saved the file did not compute it."""

    code = "XL218"


@dataclass(frozen=True)
class Remark:
    """What is to be told of one cell; without a code nothing is, but the sheet itself could not compute with the cell."""

    code: str = ""
    severity: str = ""
    found: str = ""
    expected: str = ""

    @property
    def arguments(self) -> dict[str, object]:
        return {"found": self.found, "expected": self.expected}

    @property
    def taken_apart(self) -> bool:
        """Whether the figure was typed with its unit or operator."""
        return APART in self.expected


SILENT = Remark()


def normalised(raw: object, value: object) -> Remark:
    """What was typed, and what it was read as; a text that looks like the number it is shows Excel's apostrophe."""
    found, expected = visible(raw), str(value)
    return Remark("XL210", "info", f"'{found}" if found == expected else found, expected)


def question(raw: object, readings: Iterable[str], severity: str = "error", code: str = "XL209") -> Remark:
    return Remark(code, severity, visible(raw), " / ".join(readings))


def visible(raw: object) -> str:
    """What was typed, spaces at its ends in quotes, invisible characters by their numbers."""
    text = typed_text(raw)
    text = f'"{text}"' if text != text.strip(" \u3000") else text
    text = UNSEEN.sub(lambda match: f"<U+{ord(match[0]):04X}>", text)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "\u2026"


def briefly(value: object) -> str:
    """What was found where the form has a say: its first characters."""
    text = str(value)
    return text if len(text) <= SHOWN else text[: SHOWN - 3] + "\u2026"


def as_printed(field: Field | None, value: object) -> object:
    """A number as its field shows it, a ratio as a percentage; anything else as it is."""
    if field and isinstance(value, int | float):
        number = as_decimal(value)
        return as_text(number, "0.00%") if field.type == "ratio" else as_text(number)
    return value


def typed_text(raw: object) -> str:
    """What a cell holds, as a text."""
    if isinstance(raw, bool):
        return str(raw).upper()
    if isinstance(raw, int | float):
        return as_text(as_decimal(raw))
    if isinstance(raw, datetime.date | datetime.datetime | datetime.time):
        return raw.isoformat()
    return str(raw)
