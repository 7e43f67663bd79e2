"""Workbooks computed anew by LibreOffice, and the cells that it shows otherwise.

faults = list(recalculate([Path("full.xlsx")]))
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from xlperf.addresses import cell_name
from xlperf.proving.trials import MOST_TOLD, Fault
from xlperf.reading.grids import read_grids
from xlperf.reading.preflight import preflight
from xlperf.reporting.pdf import convert_anew


def recalculate(workbooks: Sequence[Path]) -> Iterator[Fault]:
    """Yield the cells that LibreOffice shows otherwise than they were written.

    Raises:
        UsageError: there is no LibreOffice, or it fails.
    """
    with tempfile.TemporaryDirectory(prefix="xlperf-computed-", ignore_cleanup_errors=True) as folder:
        for ours, theirs in zip(workbooks, convert_anew(workbooks, Path(folder)), strict=True):
            written, computed = shown_cells(ours), shown_cells(theirs)
            differing = sorted(place for place in written | computed if written.get(place) != computed.get(place))
            for place in differing[:MOST_TOLD]:
                title, row, column = place
                cell, shown = f"{title}!{cell_name(row, column)}", (written.get(place), computed.get(place))
                yield Fault("proof_recalculated", {"cell": cell, "file": ours.name, "ours": shown[0], "theirs": shown[1]})


def shown_cells(path: Path) -> dict[tuple[str, int, int], object]:
    """What every cell of our sheets shows; numbers on 15 digits."""
    return {
        (title, row, column): float(format(value, ".15g")) if isinstance(value, float) else value
        for title, grid in read_grids(preflight(path))
        for row, line in enumerate(grid)
        for column, value in enumerate(line)
        if value != ""
    }
