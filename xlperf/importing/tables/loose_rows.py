"""Rows of a text in which cells are missing in front: below which heading each cell belongs.

aligned_row(labels, header, blocks, row)      # the cells moved to the right, None where that cannot be told
"""

from __future__ import annotations

from collections.abc import Sequence

from xlperf.forms.model import Block
from xlperf.formula.nodes import Kind
from xlperf.importing.labels import Labels
from xlperf.importing.papers.page import Cell
from xlperf.importing.tables.headers import Header
from xlperf.values.notation import spellings_of
from xlperf.values.numbers import meanings

MOST_MISSING = 3  # cells that a text may have dropped in front of a row


def aligned_row(labels: Labels, header: Header, blocks: Sequence[Block], row: Sequence[Cell]) -> Sequence[Cell] | None:
    """The cells of a loose row below their headings; None where that cannot be told.

    So many cells are missing in front that each choice and each name of a preset row stands below its own heading, and the
    numbers below all that ask for one.
    """
    own = [cell for cell in row if cell.text.strip()]
    for missing in range(MOST_MISSING + 1):
        moved = [cell._replace(column=cell.column + missing) for cell in own]
        if _fits(labels, header, blocks, moved):
            return moved
    return None


def _fits(labels: Labels, header: Header, blocks: Sequence[Block], moved: Sequence[Cell]) -> bool:
    row_name, spellings = labels.form.tables[header.table].row_name, spellings_of(labels.form)
    told = 0
    for cell in moved:
        _, column = header.column_of(cell)
        if column is None or labels.says_nothing(cell.text):
            continue
        choices = (*column.choices, *(text for by in column.choices_by.values() for texts in by.values() for text in texts))
        names_preset = column.key == row_name and _names_preset(labels, blocks, cell.text, row_name=row_name)
        if column.kind is Kind.CHOICE and labels.which(cell.text, choices) is None:
            return False
        if column.kind is Kind.NUMBER and not meanings(spellings, cell.text):
            return False
        told += column.kind is Kind.CHOICE or names_preset
    numbers = [heading for heading, column in header.columns if column and column.kind is Kind.NUMBER and not heading.continued]
    return told > 0 and all(any(cell.covers(heading.column) for cell in moved) for heading in numbers)


def _names_preset(labels: Labels, blocks: Sequence[Block], text: str, *, row_name: str) -> bool:
    """Whether a text is the name of a row that the form brings."""
    named = [block.constants[row_name] for block in blocks if row_name in block.constants]
    return labels.which(text, named) is not None or any(labels.preset_index(block, text) is not None for block in blocks)
