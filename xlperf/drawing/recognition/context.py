"""What is shared while a drawn workbook is read: its places, its notes, its faults, and the cell that each part came from.

context.formula(area, home)           # a formula in the language of forms, or None and a fault
describe_field(context, raw, sheet, cell, label, said)     # type, limits and what the note says, of a column or a single field
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xlperf.addresses import cell_name
from xlperf.drawing.faults import Fault, fault
from xlperf.drawing.formats import type_of_format
from xlperf.drawing.limits import Cells, UnreadableLimit, cells_of_list, is_kept, properties_of_limit
from xlperf.drawing.recognition.cells import Area, DrawnBook, DrawnSheet
from xlperf.drawing.recognition.conditions import IN_SCHEMA, as_texts, has_cells, with_fields
from xlperf.drawing.recognition.places import Home, Places, Refusal
from xlperf.drawing.words import ATTRIBUTES, meanings_of, word
from xlperf.forms.field_types import TYPES
from xlperf.text import nearest

OF_CELL = ("choices", "choices_from", "minimum", "maximum", "max_length", "help", "digits", "type", "formula")
CONDITIONS = ("required", "wanted", "number_when", "percent_when")
NOT_COPIED = ("key", "type", "formula")
MOST_QUOTED = 160  # characters of a formula
FEW_LETTERS = 2  # of a line of an upright label
SHOWN_TYPES = ("label", "serial", "reference")


class Context:
    """A workbook while it is read."""

    def __init__(self, book: DrawnBook) -> None:
        self.book, self.places = book, Places(sheets={title.casefold(): title for title in book.sheets})
        self.notes: dict[tuple[str, int, int], dict[str, Any]] = {}
        self.faults: list[Fault] = []
        self.reminders: list[Fault] = []  # of what is left out, which is no mistake
        self.formulas: dict[str, str] = {}  # as they are drawn, by cells
        self.written: dict[str, str] = {}  # and in the language of forms
        self.names: dict[str, str] = {}  # cells by block.field, block.row.field and code.test
        self.blocks: dict[str, tuple[str, int, str]] = {}  # sheet, first row and table of each block
        self.in_tables: set[tuple[str, int, int]] = set()  # the cells of all tables
        self.listed: list[tuple[dict[str, Any], str, Cells]] = []  # columns that list cells of a table, and where
        self.letters = 11.0  # the size of letters in points
        self._origins: dict[tuple[int, str], tuple[Any, str]] = {}  # with the parts, so that none takes the place of another

    def remember(self, part: Any, cell: str, name: str = "") -> None:
        """Keep which cell a part of the definition came from, or what that part says under a name."""
        self._origins[id(part), name] = part, cell

    def origin(self, part: Any, name: str = "") -> str | None:
        """The cell that a part came from, or what it says under a name."""
        found = self._origins.get((id(part), name))
        return found[1] if found else None

    def note_of(self, key: str, *areas: Area) -> str:
        """The one of some cells whose note says that, the last where none does."""
        said = (area for area in areas if key in self.notes.get((area.sheet, area.row, area.column), {}))
        return next(said, areas[-1]).name

    def formula(self, area: Area, home: Home) -> str | None:
        """The formula of a cell in the language of forms; None where none stands, or where it cannot be read."""
        if area.formula is None:
            return None
        self.formulas[area.name] = area.formula
        try:
            self.written[area.name] = self.places.written(area.formula, home)
            return self.written[area.name]
        except Refusal as refusal:
            self.faults.append(fault(area.name, f"refers_{refusal.reason}", found=refusal.found, formula=clipped(area.formula)))
            return None

    def read_conditions(self, raw: dict[str, Any], said: dict[str, Any], cell: str, home: Callable[[str], Home]) -> None:
        """Put fields in the place of the cells that the conditions of a field name; `cell` is where they stand."""
        for name in CONDITIONS:
            key = f"field_{name}"
            if not isinstance(condition := said.get(key), str):
                continue
            at = self.origin(raw, name) or cell
            if has_cells(condition):
                try:
                    raw[name] = with_fields(self.places, condition, home)
                except Refusal as refusal:
                    self.faults.append(fault(at, f"refers_{refusal.reason}", found=refusal.found, formula=condition))
                    raw[name] = "TRUE"
                    continue
                self.formulas[at], self.written[at] = condition, raw[name]
            if key in IN_SCHEMA:
                raw[name] = as_texts(raw[name])


def clipped(formula: str) -> str:
    """A formula as a message quotes it: of a long one the beginning."""
    return formula if len(formula) <= MOST_QUOTED else f"{formula[:MOST_QUOTED]}…"


def describe_field(
    context: Context, raw: dict[str, Any], sheet: DrawnSheet, cell: Area, label: Area, said: dict[str, Any]
) -> None:
    """Add to a column or a single field what it is besides its key, label and formula."""
    for name in OF_CELL:  # the limit, the format and the formula stand there
        context.remember(raw, cell.name, name)
    limit = sheet.limit_at(cell.row, cell.column)
    cells = cells_of_list(limit, sheet, context.book) if limit is not None else None
    if limit is not None and cells is not None and context.in_tables & {*cells.each()}:
        raw |= {"help": limit.message} if limit.message.strip() else {}
        context.listed.append((raw, cell.name, cells))
    elif limit is not None:
        try:
            raw |= properties_of_limit(limit, sheet, context.book)
            if not is_kept(limit):
                context.reminders.append(fault(cell.name, "lost_limit"))
        except UnreadableLimit as error:
            context.faults.append(fault(cell.name, "list_elsewhere", found=str(error)))
            raw["choices"] = ["?"]
    type_, digits = type_of_format(cell.number_format)
    if "choices" in raw:
        type_, digits = "choice", None
    if "field_type" in said:
        type_ = type_named(context, label, said["field_type"])
        digits = None if TYPES[type_].digits is None or type_ == "value" or digits == TYPES[type_].digits else digits
    raw["type"] = type_
    if digits is not None and TYPES[type_].digits is not None and type_of_format(cell.number_format)[0] in (type_, "points"):
        raw["digits"] = digits
    for key, value in said.items():
        attribute = ATTRIBUTES[key]
        if attribute.level == "field":
            context.remember(raw, context.note_of(key, cell, label), attribute.name)
            if attribute.name not in NOT_COPIED:
                raw[attribute.name] = value


def side_of(area: Area) -> dict[str, Any]:
    """A label on the left of a section as form.yaml has it; letters with breaks between them stand upright."""
    parts = area.text.split()
    is_broken = "\n" in area.text and all(len(part) <= FEW_LETTERS for part in parts)
    return {
        "label": "".join(parts) if "\n" in area.text else area.text,
        **({"span": area.columns} if area.columns > 1 else {}),
        **({"upright": True} if area.is_upright or is_broken else {}),
    }


def name_lists(context: Context) -> None:
    """Say which column each dropdown lists that takes its texts from a table."""
    for raw, cell, cells in context.listed:
        name = context.places.column(cells.sheet, cells.left, cells.top, cells.bottom) if cells.left == cells.right else None
        if name is None:
            shown = f"{cells.sheet}!{cell_name(cells.top, cells.left)}:{cell_name(cells.bottom, cells.right)}"
            context.faults.append(fault(cell, "list_part", found=shown))
        else:
            raw["choices_from"] = name


def type_named(context: Context, label: Area, text: str) -> str:
    """The type that a note names; of an unknown one `text`, and a fault."""
    types = meanings_of("type_")
    found = types.get(text.strip().casefold())
    if found is not None:
        return found.removeprefix("type_")
    if text.strip() in TYPES:
        return text.strip()
    best = nearest(text, [word(key) for key in types.values()])
    context.faults.append(fault(label.name, "type_unknown", found=text, expected=best or word("type_text")))
    return "text"
