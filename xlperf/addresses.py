"""Addresses as a spreadsheet writes them, both ways; rows and columns are zero-based.

>>> cell_name(11, 27), cell_name(11, 27, fixed=True), column_number("AB")
('AB12', '$AB$12', 27)
>>> quoted("Q1 '22") + "!" + cell_name(0, 0)
"'Q1 ''22'!A1"
>>> range_name("Budget", 5, 3, 8)
"'Budget'!$F$4:$F$9"
"""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=1024)  # named for every cell of every file
def column_name(column: int) -> str:
    """The letters of a column."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@lru_cache(maxsize=1024)
def column_number(letters: str) -> int:
    """The number of a column by its letters, which are capitals."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def cell_name(row: int, column: int, fixed: bool = False) -> str:
    """The address of a cell on its sheet; a fixed one has dollar signs."""
    return f"${column_name(column)}${row + 1}" if fixed else f"{column_name(column)}{row + 1}"


def quoted(title: str) -> str:
    """The title of a sheet as a formula names it."""
    return "'" + title.replace("'", "''") + "'"


def range_name(title: str, column: int, first: int, last: int) -> str:
    """The cells of a column from a first row to a last one, as a formula on another sheet names them."""
    return f"{quoted(title)}!{cell_name(first, column, fixed=True)}:{cell_name(last, column, fixed=True)}"
