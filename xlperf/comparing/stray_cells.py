"""Content where nobody types: beside and below the tables, over labels and formulas, in hidden and covered cells, in the guide.

    findings = list(stray_data(reading))        # XL236, with every cell that is neither an input nor as we issued it

Every cell that is not blank is an input that is read, or as it was issued, or is named here (or by a finding of its own).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import lru_cache
from itertools import islice

from xlperf.comparing.issued_cells import Indexes, RowAt, indexes, is_issued, may_be_former_text, row_at
from xlperf.comparing.program_sheets import stray_in_guide, stray_in_program_sheets
from xlperf.comparing.side_labels import side_labels
from xlperf.forms.form import Form
from xlperf.forms.layout import make_layout
from xlperf.forms.model import GUIDE, Field, Sheet, Table
from xlperf.forms.sheet_lines import END, HEADER, SIDE, SINGLES, placed_key
from xlperf.formula.operands import normal_text
from xlperf.messages import listing
from xlperf.reading.reading import FoundSheet, Reading
from xlperf.reading.sheet_rows import Cell, SheetRow, header_depth, is_key, table_below
from xlperf.reporting.finding import Finding
from xlperf.values.box_notes import is_note
from xlperf.values.printing import ELLIPSIS, typed_text

MOST_ALONE = 3  # cells that are told one by one
MOST_SHOWN = 40  # characters of what stands in a cell
LONGEST_SIGNATURE = 60  # characters of what somebody types on a line to sign

Filled = tuple[Cell, object]  # a cell and what it shows


def stray_data(reading: Reading) -> Iterator[Finding]:
    """Content that nobody reads, and that is not ours."""
    rows, known = _by_place(reading.sheet_rows), indexes(reading)
    strays: list[Filled] = []
    for sheet in reading.form.sheets:
        found = reading.sheets.get(sheet.key)
        if found:
            strays += _stray_keys(reading, sheet, found)
            strays += stray_in_guide(reading, found) if sheet.key == GUIDE else _stray_cells(reading, sheet, found, rows, known)
    strays += stray_in_program_sheets(reading)
    yield from _findings(strays)


def _by_place(sheet_rows: Iterable[SheetRow]) -> dict[tuple[str, int], list[SheetRow]]:
    """The rows by where they stand: fields beside one another stand in one place."""
    rows: dict[tuple[str, int], list[SheetRow]] = {}
    for row in sheet_rows:
        rows.setdefault(row.place, []).append(row)
    return rows


def _findings(strays: Sequence[Filled]) -> Iterator[Finding]:
    """Yield them one by one, or many as one finding with all cells."""
    if len(strays) <= MOST_ALONE:
        for cell, value in strays:
            yield Finding("XL236", "warning", (), {"found": _shown(value)}, cells=(str(cell),))
        return
    first = [*islice(dict.fromkeys(_shown(value) for _, value in strays), MOST_ALONE), ELLIPSIS]
    yield Finding("XL236", "warning", (), {"found": listing(first)}, cells=tuple(str(cell) for cell, _ in strays))


def _shown(value: object) -> str:
    return typed_text(value)[:MOST_SHOWN]


def _stray_keys(reading: Reading, sheet: Sheet, found: FoundSheet) -> Iterator[Filled]:
    """Yield what stands in the hidden row and column of keys and is no key."""
    keys = _field_keys(reading.form)
    for column, words in enumerate(found.grid[0][1:], 1):
        if not all(_is_field(reading, word, keys) for word in str(words).split()):
            yield Cell(found.title, 0, column), words
    for number, row in enumerate(found.grid[1:], 1):
        if str(row[0]).strip() and not is_key(reading.form, row[0]):
            yield Cell(found.title, number, 0), row[0]


@lru_cache(maxsize=16)
def _field_keys(form: Form) -> frozenset[str]:
    singles = (placed_key(block.key, key) for block in form.blocks.values() if block.table is None for key in block.fields)
    return frozenset(key for block in form.blocks.values() for key in block.fields).union(SINGLES, singles, [SIDE])


def _is_field(reading: Reading, word: str, keys: Set[str]) -> bool:
    """Whether that is the key of a column; another version of the form may have had columns of its own."""
    return word in keys or (not reading.is_of_this_version and word.isascii() and word.isidentifier())


def _stray_cells(
    reading: Reading, sheet: Sheet, found: FoundSheet, rows: Mapping[tuple[str, int], Sequence[SheetRow]], known: Indexes
) -> Iterator[Filled]:
    """Yield every filled cell of a sheet that is no field, no heading and no fixed text of ours, nor as it was issued."""
    columns, texts, labels = found.columns, _own_texts(reading.form)[sheet.key], side_labels(reading, sheet)
    rest_of_header = 0
    for number, line in enumerate(found.grid[1:], 1):
        if line[0] == HEADER:
            rest_of_header = header_depth(sheet, table_below(reading.form, found.grid, number))
        else:
            rest_of_header = max(0, rest_of_header - 1)
        filled = [(column, value) for column, value in enumerate(line) if column and str(value).strip()]
        for label in labels:  # the first of its cells is told as a label that was retyped
            filled = [
                (column, value)
                for column, value in filled
                if not (label.covers(number, column) and (label.is_same(value) or (number, column) == label.cell[1:]))
            ]
        own = rows.get((found.title, number), ())
        if rest_of_header:
            shown = {columns[column.key] for column in _columns(sheet) if column.key in columns and not column.hidden}
            stray = [(column, value) for column, value in filled if column not in shown]
        elif own:
            parts = _parts(own, filled)
            stray = [each for row, part in parts for each in _stray_in_row(reading, found, row, part, known)]
        else:
            stray = [
                each for each in _stray_in_line(reading.form, filled, texts) if not _is_former_line(reading, found, number, *each)
            ]
        yield from ((Cell(found.title, number, column), value) for column, value in stray)


def _parts(rows: Sequence[SheetRow], filled: Sequence[tuple[int, object]]) -> Iterator[tuple[SheetRow, list[tuple[int, object]]]]:
    """Yield each of the rows of one place with what is filled from its label to the next: the last one of a table has all."""
    if not rows[0].single:
        yield rows[-1], [*filled]
        return
    for row, following in zip(rows, (*rows[1:], None), strict=True):
        first = 0 if row is rows[0] else row.label
        yield row, [(at, value) for at, value in filled if at >= first and (following is None or at < following.label)]


def _columns(sheet: Sheet) -> Iterator[Field]:
    """Yield the columns of the tables of a sheet."""
    for section in sheet.sections:
        if isinstance(section, Table):
            yield from section.columns


def _stray_in_row(
    reading: Reading, found: FoundSheet, sheet_row: SheetRow, filled: Iterable[tuple[int, object]], known: Indexes
) -> Iterator[tuple[int, object]]:
    """Yield what stands in a row beside its fields, and in those of its fields into which nobody types."""
    row = row_at(reading, found, sheet_row, known)
    keys = {column: key for key, column in sheet_row.columns.items() if key in row.block.fields}
    label, read, helpers = sheet_row.label if sheet_row.single else None, row.read, row.helpers
    for column, value in filled:
        key = keys.get(column)
        if row.index is not None and (key in read or (key in helpers and row.has_formula(key))):
            continue
        if key is None:
            is_ours = (column == label and _is_label(row, keys.keys() - {label}, value)) or _is_helper(row, column, value)
        elif row.index is None:
            is_ours = not sheet_row.single  # of a row of a table that stands twice all is told at once
        else:
            is_ours = is_issued(row, key, value)
        if not is_ours:
            yield column, value


def _is_label(row: RowAt, fields: Set[int], value: object) -> bool:
    """Whether that may stand where the label of a single field stood: beside a field it is told as a label that was retyped."""
    labels = (label for field in row.block.fields.values() for label in (field.label, *field.former_labels))
    return bool(fields) or normal_text(str(value)) in map(normal_text, labels) or may_be_former_text(row.reading, value)


def _is_helper(row: RowAt, column: int, value: object) -> bool:
    """Whether that is ours in a hidden column: of a version that had others, or of one whose key is gone."""
    reading, found = row.reading, row.found
    known = _field_keys(reading.form)
    if (
        not isinstance(value, str)
        and not reading.is_of_this_version
        and any(at == column and key[0] == "_" for key, at in found.columns.items() if key not in known)
    ):
        return True
    is_formula = found.markup is not None and (row.sheet_row.number, column) in found.markup.formulas
    return is_formula and not row.helpers <= found.columns.keys()


def _stray_in_line(form: Form, filled: Iterable[tuple[int, object]], texts: Mapping[str, int]) -> Iterator[tuple[int, object]]:
    """Yield what stands in a line of fixed texts and is none of them; beside some of them somebody signs."""
    words = [(column, normal_text(str(value)), value) for column, value in filled]
    signed = max((texts.get(text, 0) for _, text, _ in words), default=0)
    for column, text, value in words:
        if text not in texts and (column > signed or len(text) > LONGEST_SIGNATURE) and not is_note(form, text):
            yield column, value


def _is_former_line(reading: Reading, found: FoundSheet, number: int, column: int, value: object) -> bool:
    """Whether that may be the fixed text of a line in another version of the form: at the end of a table, or over all columns."""
    if reading.is_of_this_version or column != 1 or not may_be_former_text(reading, value):
        return False
    merges = found.markup.merges if found.markup else ()
    return found.grid[number][0] == END or any(area[:3] == (number, 1, number) for area in merges)


@lru_cache(maxsize=16)
def _own_texts(form: Form) -> dict[str, dict[str, int]]:
    """The fixed texts of every sheet, as they are compared, with the last column of what is signed beside them."""
    end = {normal_text(form.words["end"]): 0}
    return {
        page.sheet.key: end
        | {normal_text(line.text): page.last_visible if line.kind == "signature" else 0 for line in page.lines if line.text}
        for page in make_layout(form).pages
    }
