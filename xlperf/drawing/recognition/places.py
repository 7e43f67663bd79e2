"""What the cells of a drawn workbook are in formulas: fields of a row, cells elsewhere, columns, parameters.

    places.name("Budget!D5", home)      # "spent", where `home` is in row 5 of that sheet

A formula is read into the language of forms cell by cell; what it names that is none of these is told with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from xlperf.addresses import column_name, column_number
from xlperf.drawing.look_ups import UnreadableLookUp
from xlperf.drawing.look_ups import read as without_rectangles
from xlperf.drawing.tokens import Token, joined, tokens_of

Cell = tuple[str, int, int]  # sheet, row, column
ADDRESS = re.compile(
    r"(?:(?P<sheet>'(?:[^']|'')+'|[^!']+)!)?\$?(?P<left>[A-Za-z]{1,3})\$?(?P<top>[0-9]+)(?::\$?(?P<right>[A-Za-z]{1,3})\$?(?P<bottom>[0-9]+))?"
)
STRUCTURED = re.compile(r"[^\W\d][\w.]*\[.*?\]+|\[@.*?\]+|@[\w.]+")  # a column of a table of Excel's own
LONGEST_RANGE = 40  # cells that are named one by one


class Home(NamedTuple):
    """Where a formula stands: on a sheet, in a row of a block (None: of single fields)."""

    sheet: str
    block: str
    row: int | None
    written_on: str = ""  # the sheet that its addresses mean where they name none, if it is another


class Spot(NamedTuple):
    """What a cell is: the field of a block, in a preset row or in another."""

    block: str
    field: str
    row: int | None = None  # of the sheet; None for a single field
    row_key: str | None = None
    is_single: bool = False  # of a block of one row
    is_alone: bool = False  # the one blank row of a block that takes more


class Refusal(Exception):
    """Why an address cannot be read: the key of a sentence, and the address."""

    def __init__(self, reason: str, found: str) -> None:
        super().__init__(reason, found)
        self.reason, self.found = reason, found


@dataclass
class Places:
    """All that formulas may name, by cells."""

    sheets: dict[str, str] = field(default_factory=dict)  # titles as they are, by titles in lower case
    cells: dict[Cell, Spot] = field(default_factory=dict)
    columns: dict[tuple[str, int, int, int], str] = field(default_factory=dict)  # sheet, column, first and last row: a name
    parameters: dict[tuple[str, int], str] = field(default_factory=dict)  # sheet and row
    labels: set[Cell] = field(default_factory=set)

    def column(self, sheet: str, column: int, top: int, bottom: int) -> str | None:
        """The name of the longest column that begins in that row and ends in that one or above it."""
        ends = [
            (last, name)
            for (there, at, first, last), name in self.columns.items()
            if (there, at, first) == (sheet, column, top) and last <= bottom
        ]
        return max(ends)[1] if ends else None

    def written(self, formula: str, home: Home) -> str:
        """A formula of Excel in the language of forms.

        Raises:
            Refusal: an address in it is none of a field.
        """
        return joined(self._written(formula, home))

    def _written(self, formula: str, home: Home) -> Iterator[Token]:
        try:
            tokens = without_rectangles([*tokens_of(formula)], lambda cells, number: self._columns_of(cells, number, home))
        except UnreadableLookUp as error:
            raise Refusal("look_up", str(error)) from None
        for token in tokens:
            if token.kind == "address" or (token.kind == "name" and "!" in token.text):
                yield Token("name", self.name(token.text, home))
            elif token.kind == "sign" and token.text in "[@" and (found := STRUCTURED.search(formula)):
                raise Refusal("structured", found[0])
            elif token.kind == "other" or (token.kind == "sign" and token.text in "{};:!#@~|[]\\$`'?."):
                raise Refusal("unreadable", token.text)
            else:
                yield token

    def _columns_of(self, cells: str, number: int, home: Home) -> tuple[str, str]:
        """The names of the first column of a rectangle and of the one of that number.

        Raises:
            Refusal: it is no whole columns of a table.
        """
        match = ADDRESS.fullmatch(cells)
        if match is None or match["right"] is None:
            raise Refusal("look_up", cells)
        left, right = (column_number(match[side].upper()) for side in ("left", "right"))
        if not 1 <= number <= right - left + 1:
            raise Refusal("look_up", f"{cells}, {number}")
        sheet = f"{match['sheet']}!" if match["sheet"] else ""
        names = []
        for column in (left, left + number - 1):
            letter = column_name(column)
            names.append(self.name(f"{sheet}{letter}{match['top']}:{letter}{match['bottom']}", home))
        if any("," in name or name.count(".") != 1 for name in names):
            raise Refusal("range", cells)
        return names[0], names[1]

    def name(self, address: str, home: Home) -> str:
        """What an address is in the formula of `home`.

        Raises:
            Refusal: it is no field.
        """
        match = ADDRESS.fullmatch(address)
        if match is None or "[" in address:
            raise Refusal("elsewhere" if "[" in address else "whole", address)
        written = match["sheet"]
        title = (home.written_on or home.sheet) if written is None else written.strip("'").replace("''", "'")
        sheet = self.sheets.get(title.casefold())
        if sheet is None:
            raise Refusal("no_sheet", address)
        top, left = int(match["top"]) - 1, column_number(match["left"].upper())
        if match["right"] is None:
            return self._cell((sheet, top, left), address, home)
        return self._range(sheet, top, left, int(match["bottom"]) - 1, column_number(match["right"].upper()), address, home)

    def _cell(self, cell: Cell, address: str, home: Home) -> str:
        if (sheet_row := cell[:2]) in self.parameters:
            return f"parameters.{self.parameters[sheet_row]}"
        spot = self.cells.get(cell)
        if spot is None:
            raise Refusal("label" if cell in self.labels else "nowhere", address)
        if spot.row is None:
            return spot.field if spot.block == home.block else f"{spot.block}.{spot.field}"
        if (cell[0], spot.row) == (home.sheet, home.row):
            return spot.field
        if spot.is_single:
            return f"{spot.block}.{spot.field}"
        if spot.row_key:
            return f"{spot.block}.{spot.row_key}.{spot.field}"
        raise Refusal("only_row" if spot.is_alone else "other_row", address)

    def _range(self, sheet: str, top: int, left: int, bottom: int, right: int, address: str, home: Home) -> str:
        if (sheet, top) in self.parameters:
            return f"parameters.{self.parameters[sheet, top]}"
        if left == right:
            for last in (bottom, bottom - 1):
                if (name := self.columns.get((sheet, left, top, last))) is not None:
                    return name
            if top == bottom:
                return self._cell((sheet, top, left), address, home)
        if (bottom - top + 1) * (right - left + 1) > LONGEST_RANGE:
            raise Refusal("range", address)
        cells = [(sheet, row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]
        try:
            return ", ".join(self._cell(cell, address, home) for cell in cells)
        except Refusal as refusal:
            raise Refusal(
                "range" if refusal.reason in ("other_row", "only_row", "nowhere") else refusal.reason, address
            ) from None
