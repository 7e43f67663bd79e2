"""What a table of a report says: a row of a block, some single fields, a table that is there; each cell with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from xlperf.forms.document import Spot
from xlperf.importing.papers.page import APART, Leftover, Passage, Place
from xlperf.importing.tables.unit_captions import Units


@dataclass(frozen=True)
class FoundRow:
    """What a report says of one row of one block, or of some single fields."""

    block: str
    cells: Mapping[str, Passage]
    units: Mapping[str, Units] = field(default_factory=dict)  # what the report says that a column counts in

    def leftover(self) -> Leftover:
        """The whole row as something for which the form has no place."""
        texts = (passage.text for passage in self.cells.values())
        return Leftover(APART.join(texts), next(iter(self.cells.values())).place)


class FoundTable(NamedTuple):
    """A table of the form that the report has, with rows or without."""

    table: str


def found_single(single: Spot, text: str, place: Place) -> FoundRow:
    """What a report says of one single field."""
    return FoundRow(single.block, {single.field: Passage(text, place)})
