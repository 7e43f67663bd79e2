"""Any kind of value in any kind of cell: every command ends, and what stands in an input is read or told."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from support.cell_values import VALUES, any_cells, cells_of, lay_over
from support.paths import EXAMPLES
from support.sweeps import seeds
from xlperf import (
    UnreadableError,
    UsageError,
    collect,
    compare_papers,
    finalize,
    import_document,
    migrate_workbook,
    read_workbook,
    validate,
    write_report,
)
from xlperf.reading.reader import read_cells
from xlperf.reporting.result import Result

pytestmark = pytest.mark.slow

BOOKS = sorted(EXAMPLES.glob("*/filled.xlsx"))
AT_ONCE = 6  # cells that are changed in one workbook


def changed(folder: Path, seed: int) -> tuple[Path, dict[tuple[str, str], str]]:
    """A workbook with any values in any cells."""
    chance = Random(seed)
    book = BOOKS[seed % len(BOOKS)]
    values = any_cells(book, chance, AT_ONCE)
    return lay_over(book, folder / f"{seed}.xlsx", {place: VALUES[name] for place, name in values.items()}), values


def is_percent_of(value: object, read: tuple[object, ...]) -> bool:
    """Whether a number was read as the percent that its cell shows."""
    return isinstance(value, int | float) and any(
        isinstance(one, int | float) and value == pytest.approx(one * 100) for one in read
    )


def lost(path: Path, values: dict[tuple[str, str], str], result: Result) -> list[tuple[str, str, object]]:
    """The inputs of which neither the value is read nor anything is told."""
    reading = read_cells(path)
    sheets = {f"xl/worksheets/sheet{number}.xml": title for number, title in enumerate(reading.package.sheets, 1)}
    spots = {(cell.title, place): spot for spot, cell in reading.cells.items() for place in [str(cell).rpartition("!")[2]]}
    told = {cell for finding in result.findings for cell in finding["cells"]}
    silent = []
    for (part, cell), name in values.items():
        spot = spots.get((sheets[part], cell))
        if spot is None or not reading.form.is_input(
            reading.form.blocks[spot.block], spot.index, reading.form.blocks[spot.block].fields[spot.field]
        ):
            continue
        rows = reading.rows[spot.block]
        value = rows[spot.index].get(spot.field) if spot.index < len(rows) else None
        if value in VALUES[name].read or is_percent_of(value, VALUES[name].read) or f"{sheets[part]}!{cell}" in told:
            continue
        silent.append((f"{sheets[part]}!{cell}", name, value))
    return silent


@pytest.mark.parametrize("seed", seeds(900, usual=16))
def test_a_value_of_any_kind_is_read_or_told(tmp_path: Path, seed: int) -> None:
    path, values = changed(tmp_path, seed)
    result = validate(path, annotated=tmp_path / "annotated")
    if result.status == "unreadable":
        return
    assert lost(path, values, result) == []
    finalized = finalize(path, output=tmp_path / "finalized")
    assert (finalized.status, [f["code"] for f in finalized.findings]) == (result.status, [f["code"] for f in result.findings])
    if finalized.outputs:
        assert read_workbook(finalized.outputs[0]) == read_workbook(path)


@pytest.mark.parametrize("seed", seeds(150, usual=6))
def test_every_command_ends_with_any_values(tmp_path: Path, seed: int) -> None:
    path, _ = changed(tmp_path, seed)
    before = path.read_bytes()
    commands = (
        lambda: write_report(path, output=tmp_path / "report.docx"),
        lambda: compare_papers(BOOKS[seed % len(BOOKS)], path),
        lambda: compare_papers(path, path),
        lambda: migrate_workbook(path, output=tmp_path / "migrated.xlsx", year=2024),
        lambda: import_document(path),
    )
    for command in commands:
        try:
            command()
        except (UnreadableError, UsageError) as error:
            assert str(error)
    assert path.read_bytes() == before


def test_a_collection_takes_in_workbooks_with_any_values(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for seed in seeds(60, usual=4):
        changed(inbox, seed)
    collect([inbox], output=tmp_path / "collection", jobs=1)
    tables = [path.read_text("utf-8-sig") for path in (tmp_path / "collection").rglob("*.csv")]
    assert tables and not any("XL507" in table for table in tables)


def test_the_sweep_reaches_every_kind_of_cell() -> None:
    assert all(len(cells_of(book)) > 60 for book in BOOKS)
