"""Forms that travel with an example each: its workbooks as another program computes them, and the cells of its fields.

cells_at("hubei-project-goals", document, ("indicators_1 0 score",))       # ("自评表!K14",)
differing(three_workbooks(key, home, tmp_path), tmp_path / "computed")     # [] where both show the same
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from support.libreoffice import convert
from xlperf import finalize, write_template
from xlperf.addresses import cell_name
from xlperf.forms.document import Spot, rows_of
from xlperf.forms.layout import make_layout, row_counts
from xlperf.forms.loader import find_form, load_form
from xlperf.forms.repeats import counts_in
from xlperf.proving.recalculation import shown_cells

FEW = 100  # cells that even a blank workbook shows


def cells_at(key: str, filled: dict[str, Any], places: Iterable[str]) -> tuple[str, ...]:
    """The cells at which fields stand: block, number of the row, field."""
    directory = find_form(key)
    form = load_form(directory, copies=counts_in(load_form(directory).repeats, filled))
    rows, _ = rows_of(form, filled)
    spots = make_layout(form, row_counts(form, {}, rows)).spots
    cells = []
    for place in places:
        block, index, field = place.split()
        title, row, column = spots[Spot(block, int(index), field)]
        cells.append(f"{title}!{cell_name(row, column)}")
    return tuple(cells)


def three_workbooks(key: str, home: Path, folder: Path) -> list[Path]:
    """The blank, the filled and the finalized workbook of an example."""
    blank, filled, final = (folder / f"{key}-{kind}.xlsx" for kind in ("blank", "filled", "final"))
    write_template(key, year=int(home.name.rpartition("-")[2]), output=blank)
    shutil.copy(home / "filled.xlsx", filled)
    (made,) = (path for path in finalize(filled, output=folder / key).outputs if path.suffix == ".xlsx")
    shutil.copy(made, final)
    return [blank, filled, final]


def differing(books: Sequence[Path], folder: Path) -> list[str]:
    """The workbooks, by name, that another program shows otherwise once it has computed them, or that show next to nothing."""
    shown = [shown_cells(book) for book in books]
    computed = [shown_cells(book) for book in convert(list(books), folder)]
    return [book.name for book, ours, theirs in zip(books, shown, computed, strict=True) if len(ours) <= FEW or theirs != ours]
