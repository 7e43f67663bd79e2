"""Mistakes in a drawn workbook: each with its cell, what was found, what was expected, and what to do about it.

Fault("Budget!D4", "word", found="requird", expected="required")
str(fault)      # in the language of the reader
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from xlperf.errors import FormError
from xlperf.messages import listing, sentence


@dataclass(frozen=True)
class Fault:
    """One mistake: its cell (or its sheet), the key of what is said of it without its `drawn_`, and the facts of that."""

    cell: str
    reason: str
    facts: Mapping[str, object] = field(default_factory=dict)
    lines: tuple[int, int] | None = None  # the first and last row, from zero, that could not be read because of it
    others: tuple[str, ...] = ()  # the cells and ranges where the same is wrong
    count: int = 0  # of those cells

    @property
    def text(self) -> str:
        """What is said of it, without the cell."""
        return sentence(f"drawn_{self.reason}", self.facts)

    def __str__(self) -> str:
        key = "drawn_at_several" if self.others else "drawn_at"
        others = listing(self.others)
        return sentence(key, {"cell": self.cell, "text": self.text, "count": self.count, "others": others}).replace("\n", " ")


def fault(cell: str, reason: str, /, *, lines: tuple[int, int] | None = None, **facts: object) -> Fault:
    """A mistake at a cell; `lines` are the first and last row that could not be read because of it."""
    return Fault(cell, reason, facts, lines)


class DrawingError(FormError):
    """A drawn workbook in which there are mistakes: whoever drew it can mend them; all that were found are told.

    Example:
        >>> drawn = draw_form(form.key, output="right.xlsx")
        >>> try:
        ...     read_form(drawn, output=f"forms/other/{form.revision}")
        ... except DrawingError as error:
        ...     error.key, len(error.faults)
        ('drawing_wrong', 1)
    """

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong, a sentence for each cell."""
        return tuple(str(self.arguments["faults"]).split("\n"))


def drawing_error(path: Path, faults: Iterable[Fault]) -> DrawingError:
    """The error of a workbook with those mistakes."""
    told = [*dict.fromkeys(map(str, faults))]
    return DrawingError("drawing_wrong", path=path, count=len(told), faults="\n".join(told))
