"""What of a paper has no field, told table by table and text by text: where, how much, and the first few words of it.

    list(leftover_findings(assembly.leftovers, page))     # one XL421 per table, per run of text between tables, per kind of aside

The document holds all of it, piece by piece; a finding names every place.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

from xlperf.importing.papers.page import APART, Grid, Leftover, Page
from xlperf.messages import clauses, sentence
from xlperf.reporting.finding import Finding

CODE = "XL421"
QUOTED = 3  # pieces
LONGEST_SHOWN, LONGEST_OF_SEVERAL = 200, 60  # characters of a piece that is alone, of one among several
IN_SHEET = "!"


class _Source(NamedTuple):
    """Where a piece comes from: a table, a run of text, a kind of aside, a sheet; pieces of one source are told together."""

    key: Hashable
    name: str = ""  # of a table or a sheet; "" of text, which is named by its places
    in_cells: bool = False


def leftover_findings(pieces: Sequence[Leftover], page: Page | None = None) -> Iterator[Finding]:
    """Yield what is left over, a finding per source, in the order in which the sources stand.

    Args:
        page: where the pieces stand; None of a workbook, whose places say their sheets.
    """
    sources = _sources(page) if page else {}
    groups: dict[_Source, list[Leftover]] = {}
    for piece in pieces:
        groups.setdefault(sources.get(str(piece.place)) or _source_of(piece), []).append(piece)
    order = {source: number for number, source in enumerate(dict.fromkeys(sources.values()))}
    for source in sorted(groups, key=lambda source: order.get(source, len(order))):
        yield _finding(source, groups[source])


def _finding(source: _Source, pieces: Sequence[Leftover]) -> Finding:
    places = list(dict.fromkeys(str(piece.place) for piece in pieces))
    ends = {"first": places[0], "last": places[-1]}
    name = source.name or (places[0] if len(places) == 1 else sentence("place_range", ends))
    count = sum(len(piece.text.split(APART)) for piece in pieces) if source.in_cells else len(pieces)
    amount = sentence("left_over_cells" if source.in_cells else "left_over_texts", {"count": count})
    return Finding(CODE, "warning", (), {"place": name, "count": amount, "found": _quotes(pieces)}, cells=tuple(places))


def _quotes(pieces: Sequence[Leftover]) -> str:
    """The first few pieces, each in one line."""
    longest = LONGEST_SHOWN if len(pieces) == 1 else LONGEST_OF_SEVERAL
    lines = [" ".join(piece.text.split()) for piece in pieces[:QUOTED]]
    shown = [line if len(line) <= longest else f"{line[: longest - 1]}\u2026" for line in lines]
    more = [sentence("more_left_over", {"count": len(pieces) - QUOTED})] if len(pieces) > QUOTED else []
    return clauses([*shown, *more])


# --- where pieces come from ----------------------------------------------------------------------------------


def _sources(page: Page) -> dict[str, _Source]:
    """The source of every place of a page, in reading order."""
    found: dict[str, _Source] = {}
    behind = -1  # the table that the text comes after
    for number, item in enumerate(page.items):
        if isinstance(item, Grid):
            behind = number
            source = _Source(("table", number), str(item.place), in_cells=True)
            found.update((str(cell.place), source) for row in item.rows for cell in row)
        else:
            found.setdefault(str(item.place), _Source(("text", item.place.kind, behind)))
    return found


def _source_of(piece: Leftover) -> _Source:
    """The source of a piece that stands outside of the text, or in a workbook."""
    if isinstance(piece.place, str):
        sheet, _, cell = piece.place.rpartition(IN_SHEET)
        return _Source(("sheet", sheet or cell), sheet or cell, in_cells=True)
    return _Source(("aside", piece.place.kind))
