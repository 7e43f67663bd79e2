from __future__ import annotations

import random
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from xlperf.workbook.book import Book, Format, Worksheet
from xlperf.workbook.streamed_rows import Computed, row_writer

TEXTS = ("市科技局", "=1+1", "<r>&</r>", "a & b < c > d", '"quoted"', " led", "trailed\n", "\u3000wide", "two\nlines", "tab\there",
         "\x0b\x1f", "_x000B_", "\ufffe", "😀" * 3, "x" * 300, "0012", "", "\x1f end", "end \x1f")  # fmt: skip
NUMBERS = (0, 1, -1, True, 0.1, 89.9, 1e16, 1e-7, 123456789012345678, -0.0, 2.5, 1 / 3)
FORMULAS = (
    Computed("=A1*2", 0.75),
    Computed('=IF(A1<>"",A1&"x",0)', None),
    Computed("=ROUND(A1/B1,4)", 12),
    Computed("=1", 89.9),
)
HEIGHTS = (15.0, 20.25, 36.0, 408.75)  # 15 is that of a row that says nothing


def by_cells(sheet: Worksheet, styles: list[Format], row: int, height: float, values: list[object]) -> None:
    """As XlsxWriter takes it."""
    sheet.set_row(row, height)
    for at, (style, value) in enumerate(zip(styles, values, strict=True)):
        if isinstance(value, Computed):
            sheet.write_formula(row, at, value.formula, style, "" if value.value is None else value.value)
        elif isinstance(value, int | float):
            sheet.write_number(row, at, value, style)
        elif value:
            sheet.write_string(row, at, str(value), style)
        else:
            sheet.write_blank(row, at, None, style)


def at_once(sheet: Worksheet, styles: list[Format], row: int, height: float, values: list[object]) -> None:
    row_writer(sheet, styles)(row, height, values)


def written(path: Path, write) -> dict[str, bytes]:
    """The parts of a workbook of two sheets, whose rows are written so, between rows written cell by cell."""
    chosen, book = random.Random(5), Book(path, streamed=True)
    book.set_properties({"created": datetime(2023, 3, 1)})  # not the second in which it was written
    for title in ("Units", "Findings"):
        sheet, head = book.add_sheet(title), book.add_format({"bold": True})
        sheet.set_row(0, 30)
        sheet.write_string(0, 0, "Heading", head)
        styles = [book.add_format({"indent": at}) for at in range(30)]  # numbered when they are first used
        for row in range(2, 60):
            values = [chosen.choice((*TEXTS, *NUMBERS, *FORMULAS, None)) for _ in styles]
            write(sheet, styles, row, chosen.choice(HEIGHTS), values)
        sheet.write_string(60, 0, "Total", head)
        sheet.write_number(60, 3, 5, styles[3])
    book.close()
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_rows_written_at_once_are_those_written_cell_by_cell(tmp_path):
    one, other = written(tmp_path / "a.xlsx", by_cells), written(tmp_path / "b.xlsx", at_once)
    assert one.keys() == other.keys()
    for name in one:
        assert one[name] == other[name], name


def test_rows_come_one_after_the_other_and_with_a_cell_for_every_column(tmp_path):
    book = Book(tmp_path / "a.xlsx", streamed=True)
    sheet = book.add_sheet("Units")
    write = row_writer(sheet, [book.add_format({"bold": True})] * 2)
    write(4, 15.0, ["a", 1])
    with pytest.raises(AssertionError, match="row 4 comes after row 5"):
        write(3, 15.0, ["b", 2])
    with pytest.raises(ValueError, match="zip"):
        write(5, 15.0, ["b"])
    book.close()


def test_a_sheet_that_is_kept_in_memory_is_refused(tmp_path):
    book = Book(tmp_path / "a.xlsx")
    with pytest.raises(AssertionError, match="kept in memory"):
        row_writer(book.add_sheet("Units"), [])
    book.close()
