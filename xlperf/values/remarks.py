"""What is reported about one cell: what was typed and what it was read as, or the readings it may have.

>>> question("5-6", ("5", "6")).expected, normalised("1,234", 1234).expected
('5 / 6', '1234')
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from xlperf.forms.model import Severity
from xlperf.messages import sentence
from xlperf.values.printing import typed_text, visible

APART = " | "  # between the parts of a figure that was taken apart


class CellError(str):
    """What a cell shows that could not be computed, #REF! for instance; a text that only looks so is none."""

    code = "XL217"
    reason = "failed_formula"


class Uncomputed(CellError):
    """A formula in the place of its result: the program that saved the file did not compute it."""

    code = "XL218"


class Picture(CellError):
    """A picture in the place of words: WPS shows it by a formula, Excel by an error with a value behind it."""

    reason = "picture"


class StruckOut(CellError):
    """What is struck out altogether, so that nothing is left of it."""

    reason = "struck_out"
    value: object

    def __new__(cls, value: object) -> StruckOut:
        """Return what the cell holds, as a text."""
        struck = super().__new__(cls, typed_text(value))
        struck.value = value
        return struck


class StruckText(str):
    """What is left of a text of which a part is struck out."""

    struck: str

    def __new__(cls, text: str, *, struck: str) -> StruckText:
        """Return the text that is left.

        Args:
            text: what is left.
            struck: what is struck out.
        """
        left = super().__new__(cls, text)
        left.struck = struck
        return left


class MistakenCode(str):
    """A code that Excel took for a number or a date, as it is left; `lost` is the sentence that says what may be gone."""

    lost: str
    severity: Severity

    def __new__(cls, text: str, *, lost: str, severity: Severity) -> MistakenCode:
        """Return what is left of the code.

        Args:
            text: what is left.
            lost: the key of the sentence that says what may be gone.
            severity: an error where something is gone for certain.
        """
        code = super().__new__(cls, text)
        code.lost, code.severity = lost, severity
        return code


@dataclass(frozen=True)
class Remark:
    """What is reported about one cell.

    Without a code it is reported to nobody: the cell was understood, but the formulas of the sheet cannot compute with it.
    """

    code: str = ""
    severity: Severity = "info"
    found: str = ""
    expected: str = ""
    reason: str = ""  # the key of a sentence, and with _fix behind it of the remedy

    @property
    def arguments(self) -> dict[str, object]:
        """What the sentences of its finding need."""
        reasons = {"reason": sentence(self.reason, {}), "fix": sentence(f"{self.reason}_fix", {})} if self.reason else {}
        return {"found": self.found, "expected": self.expected, **reasons}

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
