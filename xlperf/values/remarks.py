"""What is reported about one cell: what was typed and what it was read as, or the readings it may have.

>>> question("5-6", ("5", "6")).expected, normalised("1,234", 1234).expected
('5 / 6', '1234')
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from xlperf.forms.model import Severity
from xlperf.values.printing import visible

APART = " | "  # between the parts of a figure that was taken apart


class CellError(str):
    """What a cell shows that could not be computed, #REF! for instance; a text that only looks so is none."""

    code = "XL217"


class Uncomputed(CellError):
    """A formula in the place of its result: the program that saved the file did not compute it."""

    code = "XL218"


@dataclass(frozen=True)
class Remark:
    """What is reported about one cell.

    Without a code it is reported to nobody: the cell was understood, but the formulas of the sheet cannot compute with it.
    """

    code: str = ""
    severity: Severity = "info"
    found: str = ""
    expected: str = ""

    @property
    def arguments(self) -> dict[str, object]:
        """What the sentences of its finding need."""
        return {"found": self.found, "expected": self.expected}

    @property
    def taken_apart(self) -> bool:
        """Whether the figure was typed with its unit or operator."""
        return APART in self.expected


SILENT = Remark()


def normalised(raw: object, value: object) -> Remark:
    """The remark that a text was read as something else; a text that looks like the number it is shows Excel's apostrophe."""
    found, expected = visible(raw), str(value)
    return Remark(code="XL210", severity="info", found=f"'{found}" if found == expected else found, expected=expected)


def question(raw: object, readings: Iterable[str], *, code: str = "XL209", severity: Severity = "error") -> Remark:
    """The remark that a cell has several readings, and that somebody has to say which was meant."""
    return Remark(code=code, severity=severity, found=visible(raw), expected=" / ".join(readings))
