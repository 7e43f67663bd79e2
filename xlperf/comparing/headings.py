"""Headings of columns and labels of single fields: what stands in their places, and what we wrote there.

    findings = list(retyped_headings(reading))      # XL233

A column is known by its hidden key and a single field by that of its row, so what was typed over their names is told and
changes nothing. What they were called in workbooks written before is no change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from xlperf.comparing.issued_cells import may_be_former_text
from xlperf.comparing.side_labels import folded, side_labels
from xlperf.forms.model import Field
from xlperf.forms.sheet_lines import HEADER
from xlperf.messages import listing
from xlperf.reading.reading import FoundSheet, Reading
from xlperf.reading.sheet_rows import Cell, header_depth, table_below
from xlperf.reporting.finding import Finding
from xlperf.values.printing import ELLIPSIS, typed_text

MOST_ALONE = 3  # headings that are told one by one
MOST_SHOWN = 40  # characters of what stands there


class Retyped(NamedTuple):
    """A cell in which a heading of ours stood."""

    cell: Cell
    found: str | None
    expected: str


def retyped_headings(reading: Reading) -> Iterator[Finding]:
    """Headings and labels that were retyped; many of them are one finding."""
    retyped = [*_headings(reading), *_sides(reading), *_labels(reading)]
    if len(retyped) <= MOST_ALONE:
        for cell, found, expected in retyped:
            yield Finding("XL233", "info", (), {"found": found, "expected": expected}, cells=(str(cell),))
        return
    texts = {"found": _first([each.found or "" for each in retyped]), "expected": _first([each.expected for each in retyped])}
    yield Finding("XL233", "info", (), texts, cells=tuple(str(each.cell) for each in retyped))


def _first(texts: Sequence[str]) -> str:
    return listing([*[text for text in dict.fromkeys(texts) if text][:MOST_ALONE], ELLIPSIS])


def _headings(reading: Reading) -> Iterator[Retyped]:
    """The headings of columns."""
    for sheet in reading.form.sheets:
        found = reading.sheets.get(sheet.key)
        for top, row in enumerate(found.grid if found else ()):
            table = table_below(reading.form, found.grid, top) if found and row[0] == HEADER else None
            if found and table:
                columns, lines = found.columns, range(top, top + header_depth(sheet, table))
                for column in table.columns:
                    if column.key in columns and not column.hidden:
                        cells = [Cell(found.title, number, columns[column.key]) for number in lines]
                        yield from _heading(reading, found, column, cells)


def _heading(reading: Reading, found: FoundSheet, column: Field, cells: Sequence[Cell]) -> Iterator[Retyped]:
    """What stands in the cells of one heading, from its group down, and is none of its names."""
    names = {folded(label) for label in (column.label, *column.former_labels)}
    shown = [(cell, _at(found, cell)) for cell in cells]
    is_there = any(folded(text) in names for _, text in shown)
    other = [(cell, text) for cell, text in shown if text.strip() and folded(text) not in {*names, folded(column.group)}]
    if is_there:
        expected = column.group or column.label
        yield from (
            Retyped(cell, typed_text(text)[:MOST_SHOWN], expected)
            for cell, text in other
            if not may_be_former_text(reading, text)
        )
    else:
        last = next(((cell, text) for cell, text in reversed(other)), (cells[-1], None))
        rest = [each for each in other if each != last]
        yield Retyped(last[0], last[1] and typed_text(last[1])[:MOST_SHOWN], column.label)
        yield from (Retyped(cell, typed_text(text)[:MOST_SHOWN], column.group or column.label) for cell, text in rest)


def _at(found: FoundSheet, cell: Cell) -> str:
    row = found.grid[cell.row] if cell.row < len(found.grid) else []
    return str(row[cell.column]) if cell.column < len(row) else ""


def _labels(reading: Reading) -> Iterator[Retyped]:
    """The labels of single fields."""
    sheets = {found.title: found for found in reading.sheets.values()}
    for row in reading.sheet_rows:
        if not row.single:
            continue
        cell = Cell(row.title, row.number, row.label)
        text = _at(sheets[row.title], cell)
        for key, column in row.columns.items():
            field = reading.form.blocks[row.block].fields[key]
            names = {folded(label) for label in (field.label, *field.former_labels)}
            is_other = column != cell.column and bool(text.strip()) and folded(text) not in names
            if is_other and not may_be_former_text(reading, text):
                yield Retyped(cell, typed_text(text)[:MOST_SHOWN], field.label)


def _sides(reading: Reading) -> Iterator[Retyped]:
    """The labels on the left of sections."""
    for sheet in reading.form.sheets:
        for label in side_labels(reading, sheet):
            text = _at(reading.sheets[sheet.key], label.cell)
            if text.strip() and not label.is_same(text) and not may_be_former_text(reading, text):
                yield Retyped(label.cell, typed_text(text)[:MOST_SHOWN], label.side.label)
