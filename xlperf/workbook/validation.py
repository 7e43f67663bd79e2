"""What Excel lets people type into a cell: which list (of `dropdowns`), which limits, and the messages beside them.

    restrict_cells(writer, sheet, first, last)    # from Spot("items", 0, "kind") to Spot("items", 29, "kind")

They help, and assure nothing: pasting wipes them, and the reader checks everything again.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping

from xlperf.addresses import cell_name
from xlperf.forms.document import Spot, source_in_words
from xlperf.forms.model import RULES, Field, Table
from xlperf.messages import fill, sentence
from xlperf.workbook.book import Worksheet
from xlperf.workbook.cell_writer import CellWriter
from xlperf.workbook.dropdowns import list_source
from xlperf.workbook.styles import shortened

LONGEST_TITLE, LONGEST_MESSAGE = 32, 255  # UTF-16 units, Excel's limits
EARLIEST = datetime.date(2000, 1, 1)
ANY_NUMBER = 10**15  # beyond which Excel drops digits
Options = dict[str, object]  # of a data validation, as XlsxWriter describes them
ANYTHING: Options = {"validate": "any"}


def restrict_table(writer: CellWriter, sheet: Worksheet, table: Table) -> None:
    """Restrict every column of a table, a range per block; of the rules every cell, beside which its basis is told."""
    for key in table.blocks:
        block = writer.form.blocks[key]
        for field in block.fields.values():
            typed = writer.typed_cells(block, field)
            if typed and table.key == RULES:
                for index in range(typed[0].index, typed[1].index + 1):
                    spot = Spot(key, index, field.key)
                    restrict_cells(writer, sheet, spot, spot, basis=_basis_of(writer, spot))
            elif typed:
                restrict_cells(writer, sheet, *typed)


def restrict_cells(writer: CellWriter, sheet: Worksheet, first: Spot, last: Spot, *, basis: str = "") -> None:
    """Restrict the cells of one field, from a first row to a last one, and say beside them what goes there."""
    _, field = writer.block_and_field(first)
    limit = LIMITS.get(field.type, _anything)(writer, field, first)
    beside = "\n".join(text for text in (field.help, basis) if text)
    if limit == ANYTHING and not beside:
        return
    options = {"error_title": writer.form.words["input_error"], "ignore_blank": True, **limit}
    if beside:
        options["input_title"] = shortened(field.label, LONGEST_TITLE)
        options["input_message"] = shortened(beside, LONGEST_MESSAGE)
    sheet.data_validation(*writer.rectangle(first, last), options)


def _basis_of(writer: CellWriter, spot: Spot) -> str:
    """On what the rule of a row of the checks sheet is based, in the words of the form."""
    row, words = writer.form.blocks[spot.block].row(spot.index), writer.form.words
    basis = writer.form.rules[row.key].basis if row else None
    if basis is None or "basis" not in words:
        return ""
    document = " ".join(text for text in (basis.text, basis.clause) if text)
    unverified = "" if basis.verified else words.get("basis_unverified", "")
    return "\n".join(text for text in (f"{words['basis']}{document}{unverified}", basis.note) if text)


# --- the limits, by field type -------------------------------------------------------------------------------


def _anything(writer: CellWriter, field: Field, spot: Spot) -> Options:
    return ANYTHING


def _choice(writer: CellWriter, field: Field, spot: Spot) -> Options:
    return {"validate": "list", "source": f"={list_source(writer, spot)}", "error_message": writer.form.words["choose"]}


def _number(writer: CellWriter, field: Field, spot: Spot) -> Options:
    return {
        "validate": "decimal",
        "criteria": "between",
        "minimum": -ANY_NUMBER if field.minimum is None else field.minimum,
        "maximum": ANY_NUMBER if field.maximum is None else field.maximum,
        "error_message": writer.form.words["number_error"],
    }


def _value(writer: CellWriter, field: Field, spot: Spot) -> Options:
    """A number where the row asks for one, else anything."""
    assert field.number_when is not None, f"{field.key}: a value says when it is a number"
    test = writer.formula(spot, field.number_when.tree, "FALSE")
    _, row, column = writer.layout.spots[spot]
    return {
        "validate": "custom",
        "value": f"=IF({test},ISNUMBER({cell_name(row, column)}),TRUE)",
        "error_message": writer.form.words["number_error"],
    }


def _text(writer: CellWriter, field: Field, spot: Spot) -> Options:
    if field.choices_from:
        return _text_of_column(writer, field, spot)
    if not field.max_length:
        return ANYTHING
    message = fill(writer.form.words["length_error"], {"most": field.max_length})
    return {"validate": "length", "criteria": "<=", "value": field.max_length, "error_message": message}


def _text_of_column(writer: CellWriter, field: Field, spot: Spot) -> Options:
    """A text that stands in another column; a list with a blank cell in it would let anything pass where blanks are ignored."""
    message = shortened(sentence("choose_from", source_in_words(writer.form, spot.block, field.choices_from)), LONGEST_MESSAGE)
    return {"validate": "list", "source": f"={list_source(writer, spot)}", "error_message": message, "ignore_blank": False}


def _date(writer: CellWriter, field: Field, spot: Spot) -> Options:
    return {"validate": "date", "criteria": ">=", "value": EARLIEST, "error_message": writer.form.words["date_error"]}


LIMITS: Mapping[str, Callable[[CellWriter, Field, Spot], Options]] = {
    "choice": _choice,
    "money": _number,
    "points": _number,
    "value": _value,
    "text": _text,
    "code": _text,
    "date": _date,
}
