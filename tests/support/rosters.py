"""Rosters, as text and as workbooks."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def book(path: Path, **sheets: list[list]) -> Path:
    """A workbook of those sheets; a value (number, format) has that number format."""
    with xlsxwriter.Workbook(path) as made:
        for title, lines in sheets.items():
            sheet = made.add_worksheet(title)
            for row, cells in enumerate(lines):
                for column, value in enumerate(cells):
                    if isinstance(value, tuple):
                        sheet.write_number(row, column, value[0], made.add_format({"num_format": value[1]}))
                    else:
                        sheet.write(row, column, value)
    return path
