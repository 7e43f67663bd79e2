"""What every line of a drawn workbook needs: the form, its layout, its formulas in addresses, and what is said in notes.

canvas.draw_cell(sheet, Spot("items", 0, "rate"), formula="=ROUND(F9 / E9, 4)")
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from xlperf.addresses import cell_name, range_name
from xlperf.drawing.formats import format_of_type, type_of_format
from xlperf.drawing.limits import is_in_limit
from xlperf.drawing.names import Names
from xlperf.drawing.notes import note_of
from xlperf.drawing.words import ATTRIBUTES, word
from xlperf.forms.definition import Raw, sections_of
from xlperf.forms.document import Rows, Spot, rows_of
from xlperf.forms.form import Form
from xlperf.forms.layout import Layout, make_layout, row_counts, with_blank_rows
from xlperf.forms.model import RULES, Block
from xlperf.forms.sheet_lines import Line
from xlperf.workbook.book import Book, Format, Worksheet
from xlperf.workbook.cell_writer import CONTENTS, CellWriter, write_value
from xlperf.workbook.identity import Identity
from xlperf.workbook.styles import COLOURS, LONGEST_ROW, POINTS_PER_LINE, lines_needed

MOST_SPARE = 60  # blank rows of a block that are drawn; of more the number stands in a note
NOTE_SIZE = {"x_scale": 1.4, "font_size": 9}
FIELD = {a.name: key for key, a in ATTRIBUTES.items() if a.level == "field"}
BLOCK = {a.name: key for key, a in ATTRIBUTES.items() if a.level == "block"}
IN_LIMITS = ("choices", "choices_from", "minimum", "maximum", "max_length", "help")


class DrawnCells(CellWriter):
    """The writer of the template's cells, with every column of last year's figures laid out."""

    def __init__(self, book: Book, form: Form, rows: Rows, identity: Identity) -> None:
        super().__init__(book, form, rows, identity=identity)
        references = frozenset((t.key, c.key) for t in form.tables.values() for c in t.columns if c.last)
        self.layout: Layout = make_layout(form, drawn_counts(form), references)
        self.digits = dict(_digits_of(form.definition))
        self.unseen: Format = book.add_format({"font_color": COLOURS["computed"]})  # of mistakes while nothing is typed

    def drawn_format(self, spot: Spot) -> Format:
        """The format of the template's cell, its decimals as the field has them."""
        block, field = self.block_and_field(spot)
        style = self._style(block, spot.index, field)
        properties = self._properties(block, field, style)
        digits = self.digits.get((block.key, field.key))
        if digits is not None and field.type != "value":
            properties["num_format"] = format_of_type(field.type, digits)
        return self.format(style, **properties)

    def write_cell(self, sheet: Worksheet, spot: Spot, *, merged_to: tuple[int, int] | None = None) -> None:
        """Write a cell of the program's own page: it shows nothing yet."""
        _, row, column = self.layout.spots[spot]
        style = self.cell_format(spot)
        if merged_to:
            sheet.merge_range(row, column, *merged_to, "", style)
        else:
            sheet.write_blank(row, column, None, style)


class Canvas:
    """A workbook while it is drawn."""

    def __init__(self, book: Book, form: Form, definition: Raw, identity: Identity, parameters: Mapping[str, str]) -> None:
        self.form, self.definition = form, definition
        rows = rows_of(form, {})[0]
        self.rows = with_blank_rows(form, rows, drawn_counts(form))
        self.writer = DrawnCells(book, form, self.rows, identity)
        self.names = Names(form, self.layout, parameters)
        self.lists: dict[tuple[str, str], str] = {}  # cells of long lists, by table and column
        self.pending: dict[str, Any] = {}  # what the heading of a long text is to say besides

    @property
    def layout(self) -> Layout:
        return self.writer.layout

    def formula(self, source: str | None, spot: Spot) -> tuple[str | None, bool]:
        """A formula as it stands in its cell, and whether it has to stand in a note instead."""
        if source is None:
            return None, False
        drawn = self.names.drawn(source, spot) if source.strip() and spot in self.layout.spots else None
        return drawn, drawn is None

    def source(self, section: Raw, block: Block, index: int, key: str) -> str | None:
        """The formula of a cell as the definition has it: its row's, its block's, or its column's."""
        raw = next(each for each in section["blocks"] if each["key"] == block.key)
        row = raw["rows"][index] if index < len(raw.get("rows", ())) else {}
        column = next(each for each in section["columns"] if each["key"] == key)
        for holder in (row.get("formulas", {}), raw.get("formulas", {})):
            if key in holder:
                return str(holder[key])
        if key in raw.get("constants", {}) or key in row:
            return None
        found = column.get("formula")
        return None if found is None else str(found)

    def properties(self, column: Raw, spot: Spot, *, formula_in_note: bool) -> dict[str, Any]:
        """What a note has to say of a column or a single field."""
        told: dict[str, Any] = {}
        for name, key in FIELD.items():
            if name not in column or (name == "formula" and not formula_in_note):
                continue
            if name == "group" or (name == "type" and self._type_shows(column, spot)):
                continue
            if name in IN_LIMITS and is_in_limit(column, name, from_cells=self.source_cells(column, spot.block) is not None):
                continue
            if name == "digits" and type_of_format(format_of_type(column["type"], column["digits"]))[1] == column["digits"]:
                continue
            told[key] = word(f"type_{column[name]}") if name == "type" else column[name]
        return told

    def source_cells(self, column: Raw, block: str) -> str | None:
        """The cells that a column takes its texts from, None where it takes none or they are not drawn."""
        cells = self.names.cells_of(block, column["choices_from"]) if "choices_from" in column else None
        return None if cells is None else range_name(*cells)

    def _type_shows(self, column: Raw, spot: Spot) -> bool:
        """Whether the cells of a column show what type it is."""
        block, field = self.writer.block_and_field(spot)
        if column.get("hidden") or (column["type"] == "money" and block.number_format(field) == "General"):
            return False
        if column["type"] == "choice":
            return "choices" in column
        shown, _ = type_of_format(format_of_type(column["type"], column.get("digits")))
        return bool(shown == column["type"])

    def of_block(self, raw: Raw) -> dict[str, Any]:
        """What the note of a block says: its rows are counted where they stand."""
        told = {BLOCK[name]: raw[name] for name in BLOCK if name in raw and name not in ("spare", "constants")}
        if "spare" in raw:
            told["block_spare"] = True if raw["spare"] <= MOST_SPARE else raw["spare"]
        if raw.get("rows") and raw.get("constants"):
            told["block_constants"] = [*raw["constants"]]
        return told

    def row_height(self, line: Line) -> float:
        """The points of a row: what the form says, or more where a text needs it."""
        table, block = self.form.tables[line.table], self.form.blocks[line.block]
        least = line.height or 0
        if block.row(line.index) is None:
            return least
        needed = max(
            (
                lines_needed(self.writer.value(Spot(line.block, line.index, field.key)), self.widths[line.block, field.key])
                for field in table.columns
                if (line.block, field.key) in self.widths
            ),
            default=1,
        )
        return round(min(LONGEST_ROW, max(least, needed * POINTS_PER_LINE + 3)), 1)

    @cached_property
    def widths(self) -> dict[tuple[str, str], float]:
        return self.writer.widths

    def draw_cell(self, sheet: Worksheet, spot: Spot, *, formula: str | None, merged_to: tuple[int, int] | None) -> None:
        """Draw one cell: its formula, or what stands there in every blank template."""
        _, row, column = self.layout.spots[spot]
        block, field = self.writer.block_and_field(spot)
        style = self.writer.drawn_format(spot)
        if merged_to and merged_to != (row, column):
            sheet.merge_range(row, column, *merged_to, "", style)
        if formula is not None:
            sheet.write_formula(row, column, formula, style, "")
            hidden = {"type": "formula", "criteria": f"=ISERROR({cell_name(row, column)})", "format": self.writer.unseen}
            sheet.conditional_format(row, column, row, column, hidden)
        elif field.type in ("serial", "label") and block.row(spot.index) is not None:
            CONTENTS[field.type](self.writer, sheet, spot, style)
        elif field.type == "serial":
            sheet.write_number(row, column, spot.index + 1, style)
        elif block.key == RULES or field.last:
            sheet.write_blank(row, column, None, style)
        else:
            write_value(sheet, row, column, self.writer.value(spot), field, style)


def drawn_counts(form: Form) -> dict[str, int]:
    """How many rows of each block are drawn: all preset ones, and so many blank ones that a page still shows them."""
    return row_counts(form, {key: min(block.spare, MOST_SPARE) for key, block in form.blocks.items()})


def _digits_of(definition: Raw) -> Iterator[tuple[tuple[str, str], int]]:
    """Yield the decimals that fields ask for, by block and field."""
    for _, section in sections_of(definition):
        owners = [block["key"] for block in section.get("blocks", ())] or [section.get("fields", "")]
        for each in (*section.get("columns", ()), *section.get("items", ())):
            if "digits" in each:
                yield from (((owner, each["key"]), each["digits"]) for owner in owners)


def note_at(sheet: Worksheet, row: int, column: int, properties: Mapping[str, Any]) -> None:
    """Write what is to be said into the note of a cell, if anything is."""
    note = note_of(properties)
    if note:
        lines = note.count("\n") + 1
        sheet.write_comment(row, column, note, {**NOTE_SIZE, "y_scale": max(0.5, 0.25 * lines)})
