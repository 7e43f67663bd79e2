"""The block of a row, by the levels that it says or that stand above it, by its name, else the block that takes any row.

In a table of one row that nothing names, that row is the first below the header.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from xlperf.forms.model import Block
from xlperf.importing.labels import Labels
from xlperf.importing.paper_form import paper_form_of
from xlperf.importing.papers.page import Passage
from xlperf.importing.tables.headers import Header


def levels_said(labels: Labels, blocks: Sequence[Block], cells: Mapping[str, Passage], *, keys: Set[str]) -> Set[str]:
    """Those columns in which a row says a level that the form has."""
    return {key for key in keys if labels.which(cells[key].text, _levels(blocks, key)) is not None}


def _levels(blocks: Sequence[Block], key: str) -> list[object]:
    """What a column of levels may say: the constants of the blocks, and the choices."""
    fields = [block.fields[key] for block in blocks if key in block.fields]
    chosen = [choice for field in fields for by in field.choices_by.values() for choices in by.values() for choice in choices]
    preset = [choice for field in fields for choice in field.choices]
    return [*(block.constants[key] for block in blocks if key in block.constants), *chosen, *preset]


def levels_above(labels: Labels, header: Header, cells: Mapping[str, Passage], *, merged: Set[str]) -> dict[str, Passage]:
    """The levels that a row does not say itself and that the level below tells, as it stands below no other.

    A cell merged over several rows says a level only of those whose level below may stand under it.
    """
    found: dict[str, Passage] = {}
    for column in labels.form.tables[header.table].columns:
        passage = cells.get(column.key)
        if passage is None or not passage.text:
            continue
        for other, lists in column.choices_by.items():
            above = [value for value, choices in lists.items() if labels.which(passage.text, choices) is not None]
            if (other not in cells or other in merged) and len(above) == 1:
                found[other] = passage._replace(text=above[0])
    return found


def is_row(labels: Labels, block: Block, said: Set[str]) -> bool:
    """Whether what stands in a row makes it one: in a table of targets and what was achieved, a total or a blank line is none."""
    values = {key for key, column in block.fields.items() if column.type == "value"}
    holding = values | set(paper_form_of(labels.form).combined.values())
    is_free = block.shape == "list" and block.row_name in block.fields and holding & block.fields.keys()
    return not is_free or block.row_name in said or bool(holding & said)


def block_of(
    labels: Labels, header: Header, cells: Mapping[str, Passage], *, blocks: Sequence[Block], last: Block | None
) -> Block | None:
    """The block of a row: by the constants it shows, by its name among the preset rows, else the one that takes any row."""
    texts = {key: passage.text for key, passage in cells.items()}
    by_constants = labels.block_named(blocks, texts)
    if by_constants:
        return by_constants
    name = texts.get(labels.form.tables[header.table].row_name or "", "")
    by_name = next((block for block in blocks if labels.preset_index(block, name) is not None), None)
    if by_name:
        return by_name
    if len(blocks) == 1 and blocks[0].shape == "object" and not name and last is None:
        return blocks[0]
    free = [block for block in blocks if block.shape == "list" and not (block.constants.keys() & cells.keys())]
    if last and last.constants and last in free:
        return last
    return next((block for block in free if not block.constants), None)
