"""Read a filled workbook into rows, every value with the sheet and cell it came from.

    reading = read_cells("filled.xlsx")
    reading.rows["total"], reading.places[Spot("total", 0, "spent")], reading.shown_results[Spot("total", 0, "rate")]

Fields are found by the hidden keys that travel with them, never by address: rows may have been inserted, sheets
renamed or reordered. Nothing is judged here but what reading itself has to decide; what somebody did to the workbook is for
`alterations` to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from xlperf.errors import UnreadableError, UsageError
from xlperf.files import StrPath
from xlperf.forms.document import Spot
from xlperf.forms.form import AT, Form
from xlperf.forms.layout import OFFICIAL, PROBLEMS
from xlperf.forms.loader import find_form, form_directories, load_form, with_copies
from xlperf.forms.model import GUIDE, Sheet
from xlperf.messages import listing, sentence
from xlperf.reading.block_rows import BlockRows, FieldCells, read_block
from xlperf.reading.cell_formats import NumberFormats, RichTexts
from xlperf.reading.copies import COPIES, counts_of
from xlperf.reading.grids import SheetMark, mark_of, read_grids
from xlperf.reading.markup import Markup, read_markup, without_result
from xlperf.reading.preflight import Package, preflight
from xlperf.reading.reading import FoundSheet, Reading
from xlperf.reading.sheet_rows import Grid, SheetRow, sheet_rows_of, spread_merged, typed_of
from xlperf.reporting.finding import Finding
from xlperf.text import nearest
from xlperf.values.cells import read_value

IDENTITY = "identity"  # the key of the hidden sheet, which only programs read
PROGRAM = (IDENTITY, PROBLEMS, OFFICIAL)  # the sheets of ours that belong to no form


class OwnGrid(NamedTuple):
    """What a sheet of ours shows."""

    title: str
    grid: Grid
    mark: SheetMark


def read_cells(path: StrPath, *, templates: StrPath | None = None) -> Reading:
    """Return what stands in the workbook at that path.

    Raises:
        UsageError: no such file.
        UnreadableError: not a workbook, not one of ours, or of a revision that is not known here.
    """
    package = preflight(path)
    grids = read_grids(package)
    own = [OwnGrid(title, grid, mark) for title, grid in grids if (mark := mark_of(grid))]
    foreign = tuple(title for title, grid in grids if not mark_of(grid))
    if not own:
        raise UnreadableError("XL110")
    form = _form_of(own[0].mark, templates)
    identity = next((_identity(found.grid) for found in own if found.mark.sheet == IDENTITY), {})
    form = with_copies(form, counts_of(form, identity.get(COPIES, ""), (found.grid for found in own)))
    sheets = _find_sheets(form, own, package, RichTexts(package))
    sheet_rows = tuple(_sheet_rows(form, sheets))
    blocks = _read_blocks(form, sheet_rows, NumberFormats(package))
    shown_results = {spot: result for read in blocks for spot, result in read.shown_results()}
    remarks = [spotted for read in blocks for spotted in read.remarks()]
    return Reading(
        path=Path(path),
        package=package,
        form=form,
        identity=identity,
        sheets=sheets,
        program_sheets={
            found.mark.sheet: FoundSheet(found.title, found.grid, None)
            for found in reversed(own)  # of copies the first counts
            if found.mark.sheet in PROGRAM
        },
        foreign_sheets=foreign,
        sheet_rows=sheet_rows,
        rows={read.block.key: _with_identity(form, read, identity) for read in blocks},
        origins={(read.block.key, index): origin for read in blocks for index, origin in read.origins()},
        missing_rows={(read.block.key, index) for read in blocks if read.block.table for index in read.missing},
        cells=FieldCells(blocks),
        shown_results=shown_results,
        with_formula=_with_formula(blocks, sheets),
        with_unit={spot for spot, remark in remarks if remark.taken_apart},
        normalised={spot for spot, remark in remarks if remark.severity != "warning"},
        findings=(
            *package.findings,
            *_copies(form, own),
            *_missing_sheets(form, sheets, foreign),
            *(finding for read in blocks for finding in read.findings),
        ),
    )


def _form_of(mark: SheetMark, templates: StrPath | None) -> Form:
    """Return the form a workbook says it is of.

    Raises:
        UnreadableError: there is none here (XL112), or this is a newer revision than all that are here (XL130).
    """
    revision, _, stage = mark.revision.partition(AT)
    try:
        return load_form(find_form(mark.form, revision=revision, templates=templates), stage=stage)
    except UsageError as error:
        revisions = [home.name for home in form_directories(templates) if home.parent.name == mark.form]
        is_newer = error.key == "no_such_revision" and all(revision > known for known in revisions)
        found, known = f"{mark.form} {mark.revision}", error.arguments.get("known", "")
        raise UnreadableError("XL130" if is_newer else "XL112", found=found, known=known) from None


def _identity(grid: Grid) -> dict[str, str]:
    """What the hidden sheet says, by key; what is longer than a cell stands in several rows."""
    found: dict[str, str] = {}
    for key, piece in ((str(row[0]), str(row[1])) for row in grid[1:] if row and row[0]):
        found[key] = found.get(key, "") + piece
    return found


# --- sheets --------------------------------------------------------------------------------------------------


def _find_sheets(form: Form, own: Iterable[OwnGrid], package: Package, texts: RichTexts) -> dict[str, FoundSheet]:
    """Return the sheets of the form by their keys, in the order of the workbook; of two copies the first."""
    keys, found = {sheet.key for sheet in form.sheets}, {}
    for grid in own:
        if grid.mark.sheet in keys and grid.mark.sheet not in found:
            found[grid.mark.sheet] = _found_sheet(form, grid, package, texts)
    return found


def _found_sheet(form: Form, own: OwnGrid, package: Package, texts: RichTexts) -> FoundSheet:
    """The sheet with what calamine does not show of it."""
    if own.title not in package.sheets:
        return FoundSheet(title=own.title, grid=own.grid, markup=None)
    markup = package.markups.get(own.title) or read_markup(package.sheets[own.title])
    grid = spread_merged(form, texts.corrected(own.title, own.grid), markup.merges)
    return FoundSheet(title=own.title, grid=_with_errors(grid, markup), markup=markup)


def _with_errors(grid: Grid, markup: Markup) -> Grid:
    """The grid with #REF! and the like where they stand: calamine leaves those cells blank."""
    shown = [list(row) for row in grid] if markup.errors else grid
    for (row, column), error in markup.errors.items():
        if row < len(shown) and column < len(shown[row]):
            shown[row][column] = error
    return shown


def _copies(form: Form, own: Iterable[OwnGrid]) -> Iterator[Finding]:
    """Sheets that are there twice: nobody knows which counts, unless the same is filled in."""
    first: dict[str, OwnGrid] = {}
    for other in own:
        if other.mark.sheet == OFFICIAL:
            continue
        counting = first.setdefault(other.mark.sheet, other)
        if counting is other:
            continue
        sheet = next((sheet for sheet in form.sheets if sheet.key == other.mark.sheet), None)
        same = sheet is None or _filled_in(form, sheet, counting) == _filled_in(form, sheet, other)
        titles = listing((counting.title, other.title))
        found = titles if same else sentence("copies_differ", {"found": titles})
        yield Finding("XL113", "warning" if same else "error", (), {"found": found})


def _filled_in(form: Form, sheet: Sheet, own: OwnGrid) -> list[tuple[str, str | None, dict[str, object]]]:
    """What people typed into a sheet, row by row."""
    rows = sheet_rows_of(form, sheet, own.title, own.grid)
    typed = ((row.block, row.key, typed_of(form, form.blocks[row.block], row.key, row.values)) for row in rows)
    return [(block, key, values) for block, key, values in typed if values]


def _missing_sheets(form: Form, sheets: Mapping[str, FoundSheet], foreign: Sequence[str]) -> Iterator[Finding]:
    for sheet in form.sheets:
        if sheet.key not in sheets and sheet.key != GUIDE and any(sheet.sections):
            near = nearest(sheet.title, foreign)
            found = sentence("lost_mark" if near else "not_there", {"near": near})
            yield Finding("XL114", "error", (), {"sheet": sheet.title, "found": found})


# --- rows ----------------------------------------------------------------------------------------------------


def _sheet_rows(form: Form, sheets: Mapping[str, FoundSheet]) -> Iterator[SheetRow]:
    """Yield every row that may hold data, sheet by sheet."""
    for sheet in form.sheets:
        if sheet.key in sheets:
            found = sheets[sheet.key]
            for row in sheet_rows_of(form, sheet, found.title, found.grid):
                yield _with_formulas(form, row, found.markup) if found.markup else row


def _with_formulas(form: Form, row: SheetRow, markup: Markup) -> SheetRow:
    """The row, in its blank cells for typing the formulas that were saved without a result."""
    formulas = {
        key: without_result(markup.uncomputed[row.number, column])
        for key, column in row.columns.items()
        if (row.number, column) in markup.uncomputed
        and key in form.typed_somewhere[row.block]
        and not str(row.values.get(key) or "").strip()
    }
    return replace(row, values={**row.values, **formulas}) if formulas else row


def _read_blocks(form: Form, sheet_rows: Iterable[SheetRow], formats: NumberFormats) -> list[BlockRows]:
    by_block: dict[str, list[SheetRow]] = {key: [] for key in form.blocks if key != GUIDE}
    for row in sheet_rows:
        by_block[row.block].append(row)
    return [read_block(form, form.blocks[key], rows, formats) for key, rows in by_block.items()]


def _with_identity(form: Form, read: BlockRows, identity: Mapping[str, str]) -> list[dict[str, object]]:
    """The rows of a block; a field that was given when the workbook was issued, and has no cell, is in the hidden sheet."""
    rows, block = read.rows, read.block
    for field in block.fields.values() if block.shape == "object" else ():
        if field.given and field.key not in block.constants:
            value, _ = read_value(form, field, identity.get(field.key))
            rows[0].setdefault(field.key, value)
    return rows


def _with_formula(blocks: Iterable[BlockRows], sheets: Mapping[str, FoundSheet]) -> frozenset[Spot]:
    """Which of the computed cells still hold a formula."""
    formulas = {found.title: found.markup.formulas for found in sheets.values() if found.markup}
    return frozenset(spot for read in blocks for spot in read.computed_still(formulas))
