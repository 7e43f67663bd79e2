"""What we issued in the cells of a row into which nobody types: formulas, labels, numbers of rows, links.

    row = row_at(reading, sheet_row, indexes(reading))
    is_issued(row, "rate", 0.96)        # a formula still stands there, or its value

A workbook that another version of the form was written from has other fixed texts; there any short text passes for one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from xlperf.forms.compute import compute
from xlperf.forms.document import rows_of
from xlperf.forms.form import Form
from xlperf.forms.model import RULES, Block, Field
from xlperf.formula.nodes import Kind, Literal
from xlperf.formula.operands import normal_text
from xlperf.reading.reading import FoundSheet, Reading
from xlperf.reading.sheet_rows import SheetRow
from xlperf.values.remarks import CellError

LONGEST_LABEL = 200  # characters of a fixed text that another version of the form may have had
MOST_DIGITS = 6  # of the number of a row
Indexes = Mapping[tuple[str, int, str], int]  # title, row and block: the index in the document


@dataclass(frozen=True)
class RowAt:
    """One row of a sheet, and which row of its block was read from it."""

    reading: Reading
    found: FoundSheet
    sheet_row: SheetRow
    block: Block
    index: int | None  # None: a preset row that stands twice, of which nothing was read
    is_blank: bool = False  # it is a free row in which nobody typed anything

    @property
    def read(self) -> frozenset[str]:
        """The fields that are read wherever something stands in them."""
        inputs = self.reading.form.inputs(self.block, self.index or 0)
        return inputs if self.is_blank else inputs | _kinds(self.reading.form)[self.block.key].given

    @property
    def holds_dashes(self) -> bool:
        """Whether something was typed into a row that counts as blank."""
        inputs = self.reading.form.inputs(self.block, self.index or 0)
        return self.is_blank and any(str(self.sheet_row.values.get(key) or "").strip() for key in inputs)

    @property
    def helpers(self) -> frozenset[str]:
        """The hidden fields in which whatever a formula gives is ours."""
        return _kinds(self.reading.form)[self.block.key].helpers

    def has_formula(self, key: str) -> bool:
        """Whether a formula stands in that cell, as far as the file tells."""
        markup = self.found.markup
        return markup is None or (self.sheet_row.number, self.sheet_row.columns[key]) in markup.formulas


class Kinds(NamedTuple):
    """Fields of a block by what is asked of their cells."""

    given: frozenset[str]  # filled in before the workbook is handed out, and read
    helpers: frozenset[str]  # no part of the document: whatever a formula gives there is ours


@lru_cache(maxsize=16)
def _kinds(form: Form) -> dict[str, Kinds]:
    return {
        block.key: Kinds(
            given=frozenset(key for key, f in block.fields.items() if (f.given and key not in block.constants) or f.last),
            helpers=frozenset(key for key, field in block.fields.items() if field.hidden and not field.in_document),
        )
        for block in form.blocks.values()
    }


def indexes(reading: Reading) -> dict[tuple[str, int, str], int]:
    """Which row of its block was read from which row of a sheet."""
    return {(*origin.place, block): index for block, index, origin in reading.cells.rows()}


def row_at(reading: Reading, found: FoundSheet, sheet_row: SheetRow, known: Indexes) -> RowAt:
    """The row with its index in the document; blank rows but the first have none there and count as the next."""
    block = reading.form.blocks[sheet_row.block]
    count = len(reading.rows[block.key])
    index = known.get((*sheet_row.place, block.key))
    if index is None and (block.shape != "list" or any(row.key == sheet_row.key for row in block.rows)):
        return RowAt(reading=reading, found=found, sheet_row=sheet_row, block=block, index=None)
    at = count if index is None else index
    return RowAt(reading=reading, found=found, sheet_row=sheet_row, block=block, index=at, is_blank=at >= count)


def is_issued(row: RowAt, key: str, shown: object) -> bool:
    """Whether a cell into which nobody types holds what we put there; of a computed one other findings may say what is wrong."""
    assert row.index is not None, "of a row that stands twice nothing is read"
    block, field = row.block, row.block.fields[key]
    tree = row.reading.form.formula(block, row.index, key)
    if tree is not None and block.key == RULES:
        return _is_rule_result(row, field, shown)
    if tree is not None and tree != Literal(""):
        return _is_result(row, field, shown)
    if tree is not None and field.in_document and not row.is_blank:
        return True  # a computed cell that stays blank is compared as the others are
    return KINDS.get(field.type, _is_fixed_text)(row, field, shown)


# --- computed cells ------------------------------------------------------------------------------------------


def _is_result(row: RowAt, field: Field, shown: object) -> bool:
    """Whether a computed cell may show that. In a used row the figures of the document are compared by others."""
    if field.in_document and not row.is_blank:
        return True
    is_formula = row.has_formula(field.key)
    if not field.in_document and (is_formula or holds_values_only(row.found)):
        return True
    if not field.in_document and not row.is_blank and not isinstance(shown, str):
        return True  # a number in a hidden column whose formula gave way to it is told as such
    if is_formula and (isinstance(shown, CellError) or row.holds_dashes):
        return True
    return bool(shown == _blank_row(row.reading.form, row.block.key).get(field.key))


def _is_rule_result(row: RowAt, field: Field, shown: object) -> bool:
    """Whether a result of the checks sheet is ours: a formula, frozen in a finalized workbook; of a sheet of values all are."""
    if isinstance(shown, str) != (field.kind is not Kind.NUMBER) and not isinstance(shown, CellError):
        return False
    if isinstance(shown, str) and len(shown) > LONGEST_LABEL:
        return False
    if row.has_formula(field.key):
        return True
    is_frozen = bool(row.reading.identity.get("submission")) or holds_values_only(row.found)
    is_word = not isinstance(shown, str) or shown in row.reading.form.words.values() or may_be_former_text(row.reading, shown)
    return is_frozen and is_word


def holds_values_only(found: FoundSheet) -> bool:
    """Whether a sheet holds no formula at all: a program saved the values alone."""
    return found.markup is not None and not found.markup.formulas


@lru_cache(maxsize=64)
def _blank_row(form: Form, block: str) -> Mapping[str, object]:
    """What a free row shows in which nobody typed anything."""
    rows, _ = rows_of(form, {})
    listed = [*rows[block], dict(form.blocks[block].constants)]
    return compute(form, {**rows, block: listed})[block][-1]


# --- fixed contents ------------------------------------------------------------------------------------------


def _is_fixed_text(row: RowAt, field: Field, shown: object) -> bool:
    """Whether a cell shows the text that the form has for it; a name of a preset row that was retyped is told by the reader."""
    assert row.index is not None
    block, preset = row.block, row.block.row(row.index)
    if preset and block.shape == "list" and field.key == block.row_name and block.key != RULES:
        return True
    expected = block.constants.get(field.key, preset.values.get(field.key) if preset else None)
    if preset and block.key == RULES and field.key == "severity":
        expected = row.reading.form.severity_word(row.reading.form.rules[preset.key])
    if expected is not None and normal_text(str(shown)) == normal_text(str(expected)):
        return True
    is_text_of_ours = expected is not None or (block.key == RULES and preset is None)
    return is_text_of_ours and may_be_former_text(row.reading, shown)


def may_be_former_text(reading: Reading, shown: object) -> bool:
    """Whether the workbook was written from another version of the form, whose fixed texts nobody knows any more."""
    return not reading.is_of_this_version and len(str(shown)) <= LONGEST_LABEL


def _is_serial(row: RowAt, field: Field, shown: object) -> bool:
    """Whether that may be the number of a row; where rows were inserted or sorted people number them anew."""
    number = str(shown).strip().removesuffix(".0")
    return number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS and 0 < int(number) <= len(row.found.grid)


def _is_link(row: RowAt, field: Field, shown: object) -> bool:
    """Whether that is the link to the first cell that fails."""
    return row.has_formula(field.key) or str(shown) == row.reading.form.words["go"]


KINDS: Mapping[str, Callable[[RowAt, Field, object], bool]] = {"serial": _is_serial, "link": _is_link}  # others: fixed texts
