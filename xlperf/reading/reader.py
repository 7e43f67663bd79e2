"""Read a filled workbook into rows, every value with the sheet and cell it came from.

    reading = read_cells(Path("filled.xlsx"))
    reading.rows["total"], reading.places[Spot("total", 0, "spent")], reading.shown[Spot("total", 0, "rate")]

Fields are found by the hidden keys that travel with them, never by address: rows may have been inserted, sheets
renamed or reordered. A row without a key inside a table belongs to the block around it; where the hidden key and the
visible name of a preset row disagree, the name wins. What a cell *shows* comes from calamine; whether a number has a
percent format (96.03% is stored as 0.9603) is asked of `numberformat`, and only for the cells where it matters.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from xlperf.addresses import cell_name
from xlperf.errors import UnreadableError, UsageError
from xlperf.files import StrPath
from xlperf.forms.document import Spot, is_empty, preset_index
from xlperf.forms.form import Form
from xlperf.forms.layout import MARK
from xlperf.forms.loader import find_form, form_directories, load_form
from xlperf.forms.model import GUIDE, RULES, Block, Sheet
from xlperf.messages import listing, sentence
from xlperf.reading.alterations import inspect
from xlperf.reading.markup import Markup, formula_text, read_markup
from xlperf.reading.number_formats import NumberFormats
from xlperf.reading.preflight import preflight
from xlperf.reading.reading import Reading
from xlperf.reading.sheet_rows import Entry, Grid, entries_of, spread_merged, typed_of
from xlperf.reading.zip_file import MOST_AREA, crowded
from xlperf.reporting.finding import Finding
from xlperf.text import nearest
from xlperf.values.blanks import is_blank
from xlperf.values.cells import read_value, without_invisible
from xlperf.values.notation import spellings_of
from xlperf.values.remarks import CellError, Uncomputed
from xlperf.values.rows import read_row


def read_cells(path: StrPath, *, templates: StrPath | None = None) -> Reading:
    """Return what stands in the workbook at that path.

    Raises:
        UsageError: no such file.
        UnreadableError: not a workbook, not one of ours, or of a revision that is not known here.
    """
    intake = preflight(Path(path))
    content = intake.content
    grids = _grids(content)
    marked = [(name, grid, mark) for name, grid in grids if (mark := _mark(grid))]
    if not marked:
        raise UnreadableError("XL110")
    key, revision = marked[0][2][:2]
    form = _form_of(key, revision, templates)
    identity = next((_identity(grid) for _, grid, mark in marked if mark[2] == "identity"), {})
    reading = Reading(Path(path), intake.sha256, form, identity, findings=list(intake.findings))
    reading.strangers = [name for name, grid in grids if _mark(grid) is None]
    markups = read_markup(content)
    _read_sheets(reading, marked, content, markups)
    reading.living.update(spot for spot in reading.shown if _has_formula(reading, spot, markups))
    reading.findings += inspect(reading, markups)
    reading.findings += _outdated(reading, templates)
    return reading


def _has_formula(reading: Reading, spot: Spot, markups: Mapping[str, Markup]) -> bool:
    """Whether a computed cell is computed still; yes where nothing tells."""
    title, row, column = reading.cells[spot]
    return title not in markups or (row, column) in markups[title].formulas


def _form_of(key: str, revision: str, templates: Path | None) -> Form:
    """Return the form a workbook says it is of.

    Raises:
        UnreadableError: there is none here (XL112), or this is a newer revision than all that are here (XL130).
    """
    try:
        return load_form(find_form(key, revision=revision, templates=templates))
    except UsageError as error:
        is_known = error.key == "no_such_revision"
        newer = is_known and all(revision > home.name for home in form_directories(templates) if home.parent.name == key)
        known = error.arguments.get("known", "")
        raise UnreadableError("XL130" if newer else "XL112", found=f"{key} {revision}", known=known) from None


def _outdated(reading: Reading, templates: Path | None) -> Iterator[Finding]:
    """A workbook of an older revision than the one in force in its fiscal year."""
    year, form = reading.fiscal_year, reading.form
    if year is None or year < form.first_year:
        return
    current = find_form(form.key, year=year, templates=templates).name
    if current != form.revision:
        yield Finding("XL131", "warning", (), {"found": form.revision, "expected": current, "year": year})


def _grids(content: bytes) -> list[tuple[str, Grid]]:
    """Return what every sheet shows; of a sheet that is not ours only its first cell.

    Raises:
        UnreadableError: the reader refuses it (XL103), or its sheets are too large to hold (XL104).
    """
    from python_calamine import CalamineWorkbook

    place, area, grids = "", 0, []
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for place in book.sheet_names:
            sheet = book.get_sheet_by_name(place)
            first = sheet.to_python(skip_empty_area=False, nrows=1)
            if not _mark(first):
                grids.append((place, [row[:1] for row in first]))
                continue
            area += (sheet.total_height + 1) * (sheet.total_width + 1)
            if area > MOST_AREA:
                raise crowded(place, area, MOST_AREA)
            grids.append((place, sheet.to_python(skip_empty_area=False)))
    except UnreadableError:
        raise
    except BaseException as error:  # a panic of calamine is a BaseException that has no importable name
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise UnreadableError("XL103", found=f"{place}: {str(error)[:80]}") from None
    return grids


def _mark(grid: Grid) -> list[str] | None:
    """Form, revision and sheet, as the hidden cell A1 says."""
    words = str(grid[0][0]).split() if grid and grid[0] else []
    return words[1:] if len(words) == 4 and words[0] == MARK else None


def _identity(grid: Grid) -> dict[str, str]:
    """What the hidden sheet says, by key; what is longer than a cell stands in several rows."""
    found: dict[str, str] = {}
    for key, piece in ((str(row[0]), str(row[1])) for row in grid[1:] if row and row[0]):
        found[key] = found.get(key, "") + piece
    return found


def _read_sheets(reading: Reading, marked: list, content: bytes, markups: Mapping[str, Markup]) -> None:
    form, found = reading.form, reading.sheets
    for name, grid, mark in marked:
        if mark[2] in found:
            reading.findings.append(_twice(form, mark[2], found[mark[2]], (name, grid)))
        found.setdefault(mark[2], (name, grid))
    entries: dict[str, list] = {key: [] for key in form.blocks if key != GUIDE}
    for sheet in form.sheets:
        if sheet.key not in found:
            if any(sheet.sections) and sheet.key != GUIDE:
                near = nearest(sheet.title, reading.strangers)
                told = sentence("lost_mark" if near else "not_there", {"near": near})
                reading.findings.append(Finding("XL114", "error", (), {"sheet": sheet.title, "found": told}))
            continue
        title, grid = found[sheet.key]
        if title in markups:
            spread_merged(form, grid, markups[title].merges)
            _show_errors(grid, markups[title])
        for block, row_key, entry in entries_of(form, sheet, title, grid):
            entry = _with_formulas(form, block, entry, markups[title]) if title in markups else entry
            entries[block].append((row_key, entry))
            reading.entries.append(entry)
    formats = NumberFormats(content)
    for key, listed in entries.items():
        _read_block(reading, form.blocks[key], listed, formats)


def _twice(form: Form, key: str, first: tuple[str, Grid], other: tuple[str, Grid]) -> Finding:
    """A sheet that is there twice: nobody knows which counts, unless the same is filled in."""
    sheet = next((sheet for sheet in form.sheets if sheet.key == key), None)
    same = sheet is None or _filled(form, sheet, *first) == _filled(form, sheet, *other)
    titles = listing((first[0], other[0]))
    told = titles if same else sentence("copies_differ", {"found": titles})
    return Finding("XL113", "warning" if same else "error", (), {"found": told})


def _filled(form: Form, sheet: Sheet, title: str, grid: Grid) -> list[tuple]:
    """What people typed into a sheet, line by line."""
    lines = (
        (key, row_key, typed_of(form, form.blocks[key], row_key, entry.values))
        for key, row_key, entry in entries_of(form, sheet, title, grid)
    )
    return [line for line in lines if line[2]]


def _show_errors(grid: Grid, markup: Markup) -> None:
    """Put #REF! and the like where they stand: the reader leaves those cells blank."""
    for (row, column), text in markup.errors.items():
        if row < len(grid) and column < len(grid[row]):
            grid[row][column] = CellError(text)


def _with_formulas(form: Form, block: str, entry: Entry, markup: Markup) -> Entry:
    """The entry, in its blank cells for typing the formulas that were saved without a result."""
    found = [(key, (entry.row, column)) for key, column in entry.columns.items() if (entry.row, column) in markup.uncomputed]
    formulas = {
        key: Uncomputed(formula_text(markup.uncomputed[place]))
        for key, place in found
        if key in form.typed_somewhere[block] and not str(entry.values.get(key) or "").strip()
    }
    return replace(entry, values={**entry.values, **formulas}) if formulas else entry


def _read_block(reading: Reading, block: Block, listed: list, formats: NumberFormats) -> None:
    """Turn the entries of one block into its rows: preset rows at their places, free rows in the order they stand."""
    form = reading.form
    rows: list[dict | None] = [None] * (len(block.rows) if block.rows else int(block.shape == "object"))
    entries: list[Entry | None] = [None] * len(rows)
    blank: Entry | None = None  # the first free line after the last row: what is to be added belongs there
    for row_key, entry in listed:
        index = _place(reading, block, row_key, entry, rows)
        if index is not None and not entry.only and rows[index] is not None:
            reading.findings.append(
                Finding(
                    "XL214",
                    "warning",
                    (Spot(block.key, index, next(iter(entry.values))),),
                    {"found": f"{entry.title}!{entry.row + 1}"},
                )
            )
        elif index is None:
            row = _read_row(reading, block, len(rows), entry, formats)
            if not _is_blank(form, block, len(rows), row, entry):
                rows.append(row)
                entries.append(entry)
                blank = None
            else:
                blank = blank or entry
        elif entry.only:
            rows[0] = {**(rows[0] or dict(block.constants)), **_read_row(reading, block, 0, entry, formats)}
        else:
            rows[index] = _read_row(reading, block, index, entry, formats)
            entries[index] = entry
    if blank:
        _read_row(reading, block, len(rows), blank, formats)
    reading.homes.update({(block.key, index): entry for index, entry in enumerate(entries) if entry})
    reading.absent.update((block.key, index) for index, row in enumerate(rows) if row is None and block.table)
    reading.rows[block.key] = [row if row is not None else _absent(block, i) for i, row in enumerate(rows)]
    for known in block.fields.values():
        if known.given and known.key not in block.constants and block.shape == "object":
            value, _ = read_value(form, known, reading.identity.get(known.key))
            reading.rows[block.key][0].setdefault(known.key, value)


def _is_blank(form: Form, block: Block, index: int, row: Mapping, entry: Entry) -> bool:
    """Whether a free line holds nothing: no value, or dashes all along."""
    if block.row(index) or block.shape == "object":
        return False
    typed = (raw for key, raw in entry.values.items() if form.is_input(block, index, block.fields[key]))
    if is_empty(form, block, index, row):
        return not any(isinstance(raw, CellError) for raw in typed)
    return all(isinstance(raw, str) and is_blank(spellings_of(form), raw) for raw in typed)


def _absent(block: Block, index: int) -> dict:
    row = block.row(index)
    name = row.values.get(block.row_name) if row and block.shape == "list" else None
    return {**block.constants, **({block.row_name: name} if name else {})}


def _place(reading: Reading, block: Block, row_key: str | None, entry: Entry, rows: list) -> int | None:
    """Where in its block an entry belongs; None for a free row."""
    if block.shape == "object":
        return 0
    if not block.rows:
        return None
    by_key = next((i for i, row in enumerate(block.rows) if row.key == row_key), None)
    if block.key == RULES or block.shape != "list":
        return by_key
    name = entry.values.get(block.row_name)
    name = without_invisible(name) if isinstance(name, str) else name
    by_name = preset_index(block, name)
    if by_name is not None and rows[by_name] is None:
        return by_name
    if by_key is not None and rows[by_key] is None:
        if str(name).strip() and by_name is None:
            official = block.rows[by_key].values[block.row_name]
            spot = Spot(block.key, by_key, block.row_name)
            reading.findings.append(Finding("XL211", "warning", (spot,), {"found": name, "expected": official}))
        return by_key
    return None


def _read_row(reading: Reading, block: Block, index: int, entry: Entry, formats: NumberFormats) -> dict:
    """Convert one entry; what a computed cell shows is kept apart as a witness."""
    form, row = reading.form, dict(block.constants)
    preset = block.row(index)
    if preset and block.row_name in block.fields and preset.values.get(block.row_name) and block.shape == "list":
        row[block.row_name] = preset.values[block.row_name]
    typed: dict[str, object] = {}
    for key, raw in entry.values.items():
        known, spot = block.fields[key], Spot(block.key, index, key)
        reading.cells[spot] = (entry.title, entry.row, entry.columns[key])
        reading.places[spot] = f"{entry.title}!{cell_name(entry.row, entry.columns[key])}"
        if form.formula(block, index, key) is not None:
            reading.shown[spot] = None if isinstance(raw, Uncomputed) else raw
        elif known.last and raw not in (None, "") and not isinstance(raw, Uncomputed):
            row[key] = raw
        elif form.is_input(block, index, known) or (known.given and key not in block.constants):
            is_number = known.type == "code" and isinstance(raw, float) and raw.is_integer()
            typed[key] = f"{int(raw):0{formats.digits(*reading.cells[spot])}d}" if is_number else raw
    shows_percent = lambda key: formats.is_percent(*reading.cells[Spot(block.key, index, key)])  # noqa: E731
    row, remarks = read_row(form, block, index, given=row, typed=typed, shows_percent=shows_percent)
    for key, remark in () if _is_blank(form, block, index, row, entry) else remarks:
        spot = Spot(block.key, index, key)
        if remark.severity != "warning":
            reading.normalised.add(spot)
        if remark.taken_apart:
            reading.stated.add(spot)
        if remark.code:
            reading.findings.append(Finding(remark.code, remark.severity, (spot,), remark.arguments))
    return row
