"""The rows of a report in the copy in which they stand: goal 2 has tables with the very headings of goal 1.

    for piece in in_their_copies(form, read_sections(labels, page)): ...

A table is read by its headings, which all copies share, so its rows come as those of the first. What tells them apart stands
above it: a field of goal 2, or its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from xlperf.forms.document import Spot
from xlperf.forms.form import Form
from xlperf.forms.model import Copy
from xlperf.importing.labels import Heading
from xlperf.importing.sections import Piece
from xlperf.importing.tables.found import FoundRow, FoundTable


def in_their_copies(form: Form, pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Yield the pieces of a report, rows and tables of copies as those of the copy whose field was named last."""
    last: dict[str, Copy] = {}  # by what is repeated
    for piece in pieces:
        if isinstance(piece, FoundTable):
            yield FoundTable(_name_in(last, piece.table, form.tables[piece.table].copy))
        elif isinstance(piece, FoundRow) and (table := form.table_of_block(form.blocks[piece.block])):
            yield replace(piece, block=_name_in(last, piece.block, table.copy))
        else:
            if copy := _copy_of(form, piece):
                last[copy.repeat] = copy
            yield piece


def _copy_of(form: Form, piece: Piece) -> Copy | None:
    """The copy whose single field a piece is, or names."""
    spot = piece.text if isinstance(piece, Heading) else piece if isinstance(piece, Spot) else None
    block = piece.block if isinstance(piece, FoundRow) else spot.block if spot else None
    return form.blocks[block].copy if block else None


def _name_in(last: dict[str, Copy], key: str, copy: Copy | None) -> str:
    """What a table or block of a copy is called in the copy that was named last."""
    there = last.get(copy.repeat) if copy else None
    return f"{key.removesuffix(f'_{copy.number}')}_{there.number}" if copy and there else key
