"""Formulas of a form as Excel's own: keys become the addresses of the cells that they name.

    Names(form, layout, parameters).drawn("ROUND(spent / adjusted, 4)", Spot("items", 0, "rate"))   # "=ROUND(F9 / E9, 4)"

A formula that Excel cannot say is None: it names a helper of the program's, or has a function that Excel does not have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xlperf.addresses import cell_name, quoted, range_name
from xlperf.drawing.look_ups import Rectangle
from xlperf.drawing.look_ups import drawn as with_rectangles
from xlperf.drawing.tokens import Token, joined, tokens_of
from xlperf.forms.document import Spot
from xlperf.forms.form import Form
from xlperf.forms.layout import Layout
from xlperf.forms.model import HELPERS
from xlperf.formula.parsing.vocabulary import KNOWN

OWN = ("PLAIN", "WITHOUT", "CONTAINS", "ISONEOF", "ISDATE", "ISDASH", "ISPERCENT")  # otherwise than Excel has them
NEWER = ("IFS",)  # than Excel 2007, which has to be said in a file
LONGEST, LONGEST_TEXT = 8000, 250  # characters of a formula, and of a text in it


class Undrawable(Exception):
    """A formula that Excel cannot say."""


class Names:
    """What the names of a form are in its drawn workbook."""

    def __init__(self, form: Form, layout: Layout, parameters: Mapping[str, str]) -> None:
        self.form, self.layout, self.parameters = form, layout, parameters

    def drawn(self, source: str, home: Spot, sheet: str | None = None) -> str | None:
        """A formula with addresses and a leading `=`, None where Excel cannot say it; on its own sheet by default."""
        title = sheet or self.layout.spots[home][0]
        try:
            text = joined(self._tokens(source, home, title))
        except Undrawable:
            return None
        return f"={text}" if len(text) <= LONGEST else None

    def _tokens(self, source: str, home: Spot, title: str) -> Iterator[Token]:
        tokens = with_rectangles([*tokens_of(source)], lambda keys, values: self._rectangle(home, keys, values, title))
        if tokens is None:
            raise Undrawable
        for number, token in enumerate(tokens):
            following = tokens[number + 1].text if number + 1 < len(tokens) else ""
            name = token.text
            if token.kind == "other" or (token.kind == "text" and len(name) > LONGEST_TEXT):
                raise Undrawable
            if token.kind == "name" and following == "(":
                if name.upper() not in KNOWN or name.upper() in OWN:
                    raise Undrawable
                yield Token("name", f"_xlfn.{name}" if name.upper() in NEWER else name)
            elif token.kind in ("name", "address") and name.upper() not in ("TRUE", "FALSE"):
                yield Token("address", self._address(name, home, title))
            else:
                yield token

    def _rectangle(self, home: Spot, keys: str, values: str, title: str) -> Rectangle | None:
        """The cells from a column of keys to one of values on its right, in the same rows."""
        ranges = [self.cells_of(home.block, name) for name in (keys, values)]
        if ranges[0] is None or ranges[1] is None:
            return None
        (there, left, first, last), (other, right, *rows) = ranges[0], ranges[1]
        if there != other or rows != [first, last] or right < left:
            return None
        cells = f"{cell_name(first, left, True)}:{cell_name(last, right, True)}"
        return Rectangle(cells if there == title else f"{quoted(there)}!{cells}", right - left + 1)

    def cells_of(self, block: str, name: str) -> tuple[str, int, int, int] | None:
        """The sheet, column, first and last row of what a formula of that block calls a column; None where it is none."""
        target = self.form.find_target(block, name)
        if target is None or target.reach != "column":
            return None
        spots = [Spot(key, index, target.field) for key in target.blocks for index in range(self.layout.counts[key])]
        if not spots or not {spots[0], spots[-1]} <= self.layout.spots.keys():
            return None
        there, first, column = self.layout.spots[spots[0]]
        return there, column, first, self.layout.spots[spots[-1]][1]

    def _address(self, name: str, home: Spot, title: str) -> str:
        target = self.form.find_target(home.block, name)
        if target is None or target.field in HELPERS or target.reach == "above":
            raise Undrawable
        if target.reach == "parameter":
            return self.parameters[target.field]
        if target.reach == "column":
            cells = self.cells_of(home.block, name)
            if cells is None:
                raise Undrawable
            there, column, first, last = cells
            return range_name(there, column, first, last).removeprefix(f"{quoted(title)}!")
        if target.reach == "row":
            spot = Spot(home.block, home.index, target.field)
        else:
            spot = Spot(target.blocks[0], self.form.index(target), target.field)
        if spot not in self.layout.spots:
            raise Undrawable
        there, row, column = self.layout.spots[spot]
        if there != title:
            return f"{quoted(there)}!{cell_name(row, column, True)}"
        return cell_name(row, column, target.reach != "row")
