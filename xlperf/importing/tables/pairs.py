"""Single fields in the row of a grid: a label with its value beside it, behind it in one cell, or in the row below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from xlperf.forms.document import Spot
from xlperf.importing.labels import Labels
from xlperf.importing.papers.page import Cell, Leftover
from xlperf.importing.tables.found import FoundRow, found_single

PAIR = 2  # a label and its value


class _Part(NamedTuple):
    """A piece of a row: what it is the label of, what stands behind the label, what behind the words of a signature."""

    cell: Cell
    text: str
    single: Spot | None
    rest: str
    signed: str | None

    @property
    def is_label(self) -> bool:
        return self.single is not None or self.signed is not None


class Pairs(NamedTuple):
    """Single fields that a row holds, and those of which it holds the label, by column: their value stands below."""

    found: list[FoundRow | Leftover]
    below: dict[int, Spot]


def pairs_in(labels: Labels, own: Sequence[Cell], *, is_above: bool) -> Pairs | None:
    """The single fields of a row, as label and value side by side or in one cell.

    None where fewer than half of what stands in the row is a label; above all tables a label and its value may stand beside
    another pair, whose label is none of ours.
    """
    parts = [_part(labels, cell, line) for cell in own for line in _lines(labels, cell)]
    count = sum(part.is_label for part in parts)
    if not count or 2 * count < (len(parts) - PAIR if is_above and _are_pairs(parts) else len(parts)):
        return None
    pairs = Pairs([], {})
    asked: Spot | None = None  # by the last label, for the value beside it
    for number, part in enumerate(parts):
        has_value_beside = number + 1 < len(parts) and not parts[number + 1].is_label
        rest = part.text if part.signed is None else part.signed
        if part.single and part.rest:
            pairs.found.append(found_single(part.single, part.rest, part.cell.place))
        elif part.single and has_value_beside:
            asked = part.single
        elif part.single:
            pairs.below[part.cell.column] = part.single
        elif asked and part.signed is None:
            pairs.found.append(found_single(asked, part.text, part.cell.place))
            asked = None
        elif not labels.says_nothing(rest):
            pairs.found.append(Leftover(rest, part.cell.place))
    return pairs


def _are_pairs(parts: Sequence[_Part]) -> bool:
    """Whether each second part, from the first on, may be a label, and the first is one."""
    return len(parts) % PAIR == 0 and parts[0].is_label and not any(part.is_label for part in parts[1::PAIR])


def _part(labels: Labels, cell: Cell, text: str) -> _Part:
    label, signed = labels.split(text), labels.behind_signature(text)
    if label and isinstance(label.target, Spot):
        return _Part(cell, text, label.target, label.rest, signed)
    return _Part(cell, text, None, "", signed)


def _lines(labels: Labels, cell: Cell) -> list[str]:
    """The text of a cell, line by line where its lines are labels with their values or signatures."""
    lines = [line for line in cell.text.split("\n") if line.strip()]
    label = labels.split(lines[0])
    is_short = label is not None and labels.names_line(label.target)
    return lines if is_short or labels.behind_signature(lines[0]) is not None else [cell.text]
