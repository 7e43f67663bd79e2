"""Fill every computed cell, the workbook's helper cells included, in dependency order.

    >>> from xlperf.forms.document import rows_of
    >>> rows, _ = rows_of(form, {"budget": {"items": [{"name": "Training", "initial": 4.68, "spent": 4.68}]}})
    >>> compute(form, rows)["items"][0]["adjusted"]
    4.68

Money is in units of 10,000 yuan (wan yuan), a `ratio` is a ratio (0.9603), a `percentage` is a percent (96.03). Numbers come
back as the shortest number of 15 significant digits; a value that cannot be computed (a blank operand) is absent.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

from xlperf.forms.document import Row, Rows, Spot
from xlperf.forms.form import Form
from xlperf.forms.live.form_tests import home_of, is_of_form
from xlperf.forms.live.needs import cells_of_name
from xlperf.forms.model import GUIDE, RULES, USED, Block, Cells, Copy, Field
from xlperf.formula.cells_and_columns import Columns
from xlperf.formula.dates import iso_of
from xlperf.formula.functions import DECIMALS, Numbers
from xlperf.formula.nodes import WORDS, Kind, names_in
from xlperf.formula.operands import DIGITS_15, as_decimal

LARGEST = Decimal(sys.float_info.max)
Column = tuple[str, str]  # block and field
ANY_ROW = "*"  # before a block: whichever of its rows


def compute(form: Form, rows: Rows, *, live: bool = True, numbers: Numbers = DECIMALS) -> Rows:
    """Return the rows with their computed fields; values that were typed into computed fields are dropped.

    Args:
        live: whether to fill those cells too that nobody needs but the checks sheet of a workbook, while people type.
        numbers: what is computed in; `doubles.DOUBLES` does it as a spreadsheet does, without its kindnesses.
    """
    result = {key: [_typed_only(form, form.blocks[key], i, row) for i, row in enumerate(listed)] for key, listed in rows.items()}
    result.setdefault(GUIDE, [{}])
    sheet = _Sheet(form, result)
    for cells in form.computed_cells if live else judged_cells(form):
        block, formula = form.blocks[cells.block], form.compiled(cells, numbers)
        convert = _conversion(block.fields[cells.field], numbers)
        listed, columns = sheet.rows[cells.block], sheet.columns_seen_from(block)
        for index in _indexes(block, cells.row, len(listed)):
            value = formula(listed[index].__getitem__, columns)
            if value is None or (isinstance(value, Decimal) and value.copy_abs() > LARGEST):  # there Excel shows #NUM!
                continue
            value = convert(value) if convert else value
            listed[index][cells.field] = value
            result[cells.block][index][cells.field] = plain(value)
        sheet.written(cells)
    return result


def _conversion(field: Field, numbers: Numbers) -> Callable[[Any], object] | None:
    """What makes the value of a formula what its field holds: a text in a field of words, an ISO date in one of dates."""
    if field.kind is Kind.DATE:
        return iso_of
    return (lambda value: value if isinstance(value, bool) else numbers.as_text(value)) if field.kind in WORDS else None


class _Sheet:
    """All rows as formulas see them, for one computation."""

    def __init__(self, form: Form, rows: Rows) -> None:
        self.form = form
        self.rows: dict[str, list[_Row]] = {}
        for key, listed in rows.items():
            self.rows[key] = [_Row(self, key, index, row) for index, row in enumerate(listed)]
        self.columns: dict[Copy | None, Columns] = {}  # whole columns that a formula has asked for, and what was computed of them
        self.seen: set[tuple[str, str]] = set()  # block and field of those

    def columns_seen_from(self, block: Block) -> Columns:
        """The columns as formulas of that block see them: within a copy a name means that copy's."""
        return self.columns.setdefault(block.copy, {})

    def beyond(self, block: str, index: int, name: str) -> object:
        """What stands in the cell or the column that a name means in a formula of that block, beyond its own row."""
        target = self.form.target(block, name)
        match target.reach:
            case "row":
                return None
            case "above":
                listed = self.rows[block]
                before = range(index - 1, -1, -1) if listed[index].get(USED) == 1 else ()
                above = next((listed[number] for number in before if listed[number].get(USED) == 1), None)
                return None if above is None else above.get(target.field)
            case "parameter":
                return self.form.parameter(target.field)
            case "cell":
                return self.rows[target.blocks[0]][self.form.index(target)].get(target.field)
            case "column":
                self.seen.update((key, target.field) for key in target.blocks)
                return [other.get(target.field) for key in target.blocks for other in self.rows[key]]

    def written(self, cells: Cells) -> None:
        """Forget the columns that were seen before these cells of them were written."""
        if (cells.block, cells.field) in self.seen:
            self.seen.clear()
            for columns in self.columns.values():
                columns.clear()


class _Row(dict[str, object]):
    """A row as its formulas see it: what no cell can hold is a finding and counts as blank; other names lead beyond the row."""

    def __init__(self, sheet: _Sheet, block: str, index: int, row: Row) -> None:
        super().__init__((key, as_decimal(value)) for key, value in row.items() if not isinstance(value, list | dict))
        self.beyond = partial(sheet.beyond, block, index)

    def __missing__(self, name: str) -> object:
        return self.beyond(name)


def _typed_only(form: Form, block: Block, index: int, row: Row) -> Row:
    """What of a row was typed into fields that people type into."""
    fields, computed = block.fields, form.computed(block, index)
    return {key: value for key, value in row.items() if value is not None and key in fields and key not in computed}


def _indexes(block: Block, row: str | None, count: int) -> Iterable[int]:
    """The places of the preset row of that key; of all free rows where there is none."""
    return range(len(block.rows), count) if row is None else [block.rows_by_key[row]]


def plain(value: Any) -> Any:
    """A computed value as a JSON value: a Decimal becomes the number of its 15 digits.

    >>> plain(Decimal("12.50")), plain(Decimal("1E+3")), plain("text")
    (12.5, 1000, 'text')
    """
    if isinstance(value, Decimal):
        value = DIGITS_15.plus(value)
        return int(value) if value == value.to_integral_value() else float(value)
    return value


# --- what a computed cell is made of -------------------------------------------------------------------------


@lru_cache(maxsize=16)
def judged_cells(form: Form) -> tuple[Cells, ...]:
    """The computed cells, in order, from which the document and the findings of a form follow: less than half of them all."""
    helpers = {f"_{code}{what}" for code, rule in form.rules.items() if rule.test or rule.check for what in ("", "_name")}
    of_form = {home_of(rule) for rule in form.rules.values() if is_of_form(rule)}
    needed: set[Cells] = set()
    for cells in reversed(form.computed_cells):
        is_judged = (
            cells.field in helpers
            or cells in of_form
            or (form.blocks[cells.block].fields[cells.field].in_document and cells.block not in (GUIDE, RULES))
        )
        if is_judged or cells in needed:
            needed.add(cells)
            named = frozenset(names_in(form.formulas[cells]))
            needed.update(other for name in named for other in cells_of_name(form, cells, name))
    return tuple(cells for cells in form.computed_cells if cells in needed)


class Followers:
    """The computed cells that follow from some others, whatever the way; asked for every cell of a file.

    spot in Followers(form, wrong)
    """

    def __init__(self, form: Form, changed: Iterable[Spot]) -> None:
        self._form = form
        self._changed: dict[Column, set[int]] = {}
        self._causes: dict[tuple[str, int, str], frozenset[Column]] = {}  # by block, kind of row and field
        for spot in changed:
            self._changed.setdefault((spot.block, spot.field), set()).add(spot.index)
            self._changed.setdefault((f"{ANY_ROW}{spot.block}", spot.field), set()).add(spot.index)

    def __contains__(self, spot: Spot) -> bool:
        if not self._changed:
            return False
        block = self._form.blocks[spot.block]
        kind = (spot.block, min(spot.index, len(block.rows)), spot.field)
        if kind not in self._causes:
            row = block.row(spot.index)
            needed = _needed(self._form, Cells(block.key, row.key if row else None, spot.field))
            self._causes[kind] = needed & self._changed.keys()
        return any(column[0] != spot.block or spot.index in self._changed[column] for column in self._causes[kind])


@lru_cache(maxsize=4096)
def _needed(form: Form, cells: Cells) -> frozenset[tuple[str, str]]:
    """The columns that computed cells need, directly or not; of cells that people type into their own.

    A row is used whatever stands in the cell that is asked about, so that nothing is needed for that.
    """
    tree = form.formulas.get(cells)
    if tree is None:
        return frozenset({(cells.block, cells.field)})
    names = frozenset(names_in(tree))  # gone through twice
    above = {name for name in names if form.target(cells.block, name).reach == "above"}
    named = {other for name in names for other in cells_of_name(form, cells, name) if other.field != USED and name not in above}
    found = frozenset({(other.block, other.field) for other in named}).union(*(_needed(form, other) for other in named))
    for other in {other for name in above for other in cells_of_name(form, cells, name) if other.field != USED}:
        beside = {(other.block, other.field), *_needed(form, other)}
        found |= {(f"{ANY_ROW}{block}" if block == cells.block else block, field) for block, field in beside}
    return found
