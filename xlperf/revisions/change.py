"""One difference between two papers of a unit, or between two revisions of a form.

>>> change = Change(kind="changed", place="Budget \u203a Total \u203a Spent", field="budget.total.spent", before=4, after=5)
>>> change.as_object()["cells"]
['', '']
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["added", "removed", "changed"]
BETWEEN = " \u203a "  # the parts of a place


@dataclass(frozen=True, kw_only=True)
class Change:
    """What was one thing before and is another after.

    A value is what the document or the definition of the form holds: a number in the unit of its column, a text, None for a
    blank cell; of a row or a part that came or went an object, by the labels of its columns or facts.

    Example:
        >>> change = Change(kind="changed", place="Budget", field="budget.total.spent", before=4, after=5)
        >>> change.as_object()["before"], change.as_object()["cells"]
        (4, ['', ''])
    """

    kind: Kind
    place: str  # in the form's words: sheet, row, column
    field: str  # its path in the document, or in the definition of the form
    before: object = None
    after: object = None
    cells: tuple[str, str] = ("", "")  # where it stands before and after, "" where it stands in no cell

    def as_object(self) -> dict[str, object]:
        """The object that `diff --format json` prints."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in vars(self).items()}


def kind_of(before: object, after: object) -> Kind:
    """What became of a value; None is one that is not there."""
    if before is None:
        return "added"
    return "removed" if after is None else "changed"


def place_name(parts: Iterable[str | None]) -> str:
    """A place by its parts, those apart that have no name."""
    return BETWEEN.join(filter(None, parts))
