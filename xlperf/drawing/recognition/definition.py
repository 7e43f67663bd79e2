"""A whole drawn workbook as a definition, with the cell that each part of it came from.

    read = read_definition_of(read_cells(package.content))
    read.definition, read.faults

The sheets are read first, so that every cell has its name; then the formulas, in which these names stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from xlperf.drawing.faults import Fault, fault
from xlperf.drawing.lines import usual_height
from xlperf.drawing.notes import properties_of
from xlperf.drawing.recognition.appearance.measures import height_of, print_of
from xlperf.drawing.recognition.cells import Area, DrawnBook, DrawnSheet
from xlperf.drawing.recognition.context import CONDITIONS, Context, describe_field, name_lists, side_of
from xlperf.drawing.recognition.needs import missing_needs
from xlperf.drawing.recognition.places import Home, Spot
from xlperf.drawing.recognition.sections import FieldsDrawn, GuideDrawn, Item, LinesDrawn, SheetDrawn, TableDrawn, read_sheet
from xlperf.drawing.recognition.settings import read_about, read_parameters, read_remains, read_rules
from xlperf.drawing.recognition.stray_notes import stray_notes
from xlperf.drawing.recognition.tables import TableRead
from xlperf.drawing.residue import Remain, put_back
from xlperf.drawing.words import SETTINGS, meanings_of, word
from xlperf.forms.definition import YEAR

PARTS = (
    "form", "revision", "first_year", "title", "year_line", "file_name", "finalized_name", "annotated_name", "unexplained",
    "report", "style", "unit", "subject", "parameters", "sheets", "rules", "rule_groups", "summary", "spellings", "paper",
    "renamed", "opening", "guide", "words",
)  # fmt: skip
NEEDED_SHEETS = ("rules", "about")
AT_TOP = YEAR.partition(".")[0]  # the fields that stand at the top of the document
USUAL_HEIGHT, MOST_OFF = 24, 1  # points of a line of single fields, and how far programs move it when they save


@dataclass(frozen=True)
class ReadDefinition:
    """What was read: a definition of whatever shape, its mistakes, and what remains found no place any more."""

    definition: dict[str, Any]
    faults: tuple[Fault, ...]
    lost: tuple[Remain, ...]
    context: Context
    drawn: tuple[SheetDrawn, ...]  # the sheets of the form, in order
    tables: Mapping[int, TableRead]  # by the identity of what was drawn


def read_definition_of(book: DrawnBook) -> ReadDefinition:
    """Read a drawn workbook."""
    context = Context(book)
    settings = settings_sheets(book)
    sheets = [sheet for sheet in book.sheets.values() if sheet.title not in {s.title for s in settings.values()}]
    drawn = [read_sheet(sheet) for sheet in sheets if not sheet.is_hidden and sheet.areas]
    for each in drawn:
        context.faults.extend(each.faults)
        for area in each.sheet.places.values():
            if area.note:
                context.notes[area.sheet, area.row, area.column] = properties_of(area.note, area.author)[0]
        context.faults.extend(stray_notes(each, context.notes))
    context.faults.extend(
        fault(book_title(book), "no_settings", expected=word(f"sheet_of_{name}"))
        for name in NEEDED_SHEETS
        if name not in settings
    )
    context.faults.extend(_hidden(sheets))
    definition: dict[str, Any] = dict(read_about(context, settings.get("about")))
    parameters = read_parameters(context, settings.get("parameters"))
    if parameters:
        definition["parameters"] = parameters
    tables = _named_tables(context, drawn)
    size = definition.get("style", {}).get("size")
    context.letters = float(size) if isinstance(size, int | float) else context.letters
    definition["sheets"] = [_sheet(context, each, number, tables) for number, each in enumerate(drawn, 1)]
    name_lists(context)
    definition["rules"] = read_rules(context, settings.get("rules"), definition)
    lost = put_back(definition, read_remains(context, settings.get("others")))
    if not context.faults:  # what is missing may stand in what was not understood
        context.faults.extend(missing_needs(context, drawn, definition))
    ordered = {key: definition[key] for key in (*PARTS, *definition) if key in definition}
    return ReadDefinition(ordered, tuple(context.faults), tuple(lost), context, tuple(drawn), tables)


def _hidden(sheets: Sequence[DrawnSheet]) -> Iterator[Fault]:
    """The sheets into which people would type, and which are not read because nobody sees them."""
    for sheet in sheets:
        if sheet.is_hidden and any(area.is_typed for area in sheet.places.values()):
            yield fault(sheet.title, "hidden_sheet")


def book_title(book: DrawnBook) -> str:
    """What a fault of the whole workbook is said of: its first sheet."""
    return next(iter(book.sheets), "")


def settings_sheets(book: DrawnBook) -> dict[str, DrawnSheet]:
    """The sheets that are none of the form, by what they are: marked ones, else those that are called so."""
    found: dict[str, DrawnSheet] = {}
    for sheet in book.sheets.values():
        first = sheet.at(0, 0)
        kind = properties_of(first.note, first.author)[0].get("settings") if first.note else None
        if kind in SETTINGS:
            found.setdefault(str(kind), sheet)
    names = meanings_of("sheet_of_")
    for sheet in book.sheets.values():
        name = names.get(sheet.title.casefold(), "").removeprefix("sheet_of_")
        if name in SETTINGS and sheet.title not in {s.title for s in found.values()}:
            found.setdefault(name, sheet)
    return found


def _named_tables(context: Context, drawn: list[SheetDrawn]) -> Mapping[int, TableRead]:
    """The tables of all sheets, by their identity; every cell of every sheet has its name after that."""
    tables: dict[int, TableRead] = {}
    number = 0
    context.in_tables.update(
        (each.sheet.title, row, column.header.column)
        for each in drawn
        for section in each.sections
        if isinstance(section, TableDrawn)
        for row in section.rows
        for column in section.columns
    )
    for each in drawn:
        for section in each.sections:
            if isinstance(section, TableDrawn):
                number += 1
                tables[id(section)] = TableRead(context, each, section, str(section.said.get("table_key") or f"table_{number}"))
            elif isinstance(section, FieldsDrawn):
                key = _key_of_fields(section, drawn)
                for item in section.items:
                    context.places.labels.add((each.sheet.title, item.label.row, item.label.column))
                    place = (each.sheet.title, item.cell.row, item.cell.column)
                    context.places.cells[place] = Spot(key, _key_of_item(item.said, section, item))
    return tables


def _key_of_fields(section: FieldsDrawn, drawn: list[SheetDrawn]) -> str:
    said = section.said.get("fields_key")
    if said:
        return str(said)
    every = [s for each in drawn for s in each.sections if isinstance(s, FieldsDrawn)]
    return f"fields_{next(n for n, s in enumerate(every, 1) if s is section)}"


def _key_of_item(said: dict[str, Any], section: FieldsDrawn, item: Any) -> str:
    return str(said.get("field_key") or f"field_{section.items.index(item) + 1}")


def _sheet(context: Context, drawn: SheetDrawn, number: int, tables: Mapping[int, TableRead]) -> dict[str, Any]:
    """A sheet as form.yaml has it."""
    raw: dict[str, Any] = {"key": str(drawn.said.get("sheet_key") or f"sheet_{number}"), "title": drawn.sheet.title}
    if drawn.heading is not None:
        raw["heading"] = drawn.heading.text
        context.remember(raw, drawn.heading.name, "heading")
    if drawn.sheet.is_landscape:
        raw["landscape"] = True
    if drawn.said.get("sheet_private"):
        raw["private"] = True
    if drawn.heading is not None:
        raw |= height_of(drawn.sheet, drawn.heading.row, "heading_height", usual=34)
    raw["widths"] = _widths(drawn, tables)
    raw |= _print(context, drawn, raw["widths"], _last_printed(drawn, tables))
    raw["sections"] = []
    last = _last_printed(drawn, tables)
    for section in drawn.sections:
        match section:
            case GuideDrawn():
                raw["sections"].append({"guide": True})
            case LinesDrawn(texts=texts, areas=areas):
                heights = height_of(drawn.sheet, areas[0].row, "height", usual=28)
                raw["sections"].append({"lines": list(texts), **heights})
            case TableDrawn():
                raw["sections"].append(tables[id(section)].raw())
            case FieldsDrawn():
                raw["sections"].append(_fields(context, drawn, section, last))
    if not raw["sections"]:
        context.faults.append(fault(drawn.sheet.title, "no_sections"))
    context.remember(raw, drawn.sheet.title)
    return raw


def _print(context: Context, drawn: SheetDrawn, widths: list[float], last: int) -> dict[str, Any]:
    """How the sheet is printed, where not as usual."""
    headers = [(s.columns[0].header.row, s.depth) for s in drawn.sections if isinstance(s, TableDrawn) and s.columns]
    first = min((row - depth + 1 for row, depth in headers), default=None)
    header = next(((first, row) for row, depth in headers if row - depth + 1 == first), None) if first is not None else None
    areas = drawn.sheet.places.values()
    left = min((area.column for area in areas), default=0)
    return print_of(
        drawn.sheet,
        size=context.letters,
        width=sum(drawn.sheet.widths.get(n, 0) for n in range(left, last + 1) if n not in drawn.sheet.hidden),
        header=header,
        tables=len(headers),
        top=min((area.row for area in areas), default=0),
    )


def _widths(drawn: SheetDrawn, tables: Mapping[int, TableRead]) -> list[float]:
    """The widths of the columns that show something, those of last year's figures apart."""
    areas = list(drawn.sheet.places.values())
    first = min((area.column for area in areas), default=0)
    last = max((area.column + area.columns - 1 for area in areas), default=0)
    behind = {
        column.header.column
        for section in drawn.sections
        if isinstance(section, TableDrawn)
        for column, raw in zip(section.columns, tables[id(section)].raw_columns, strict=True)
        if raw["type"] == "reference"
    }
    shown = [n for n in range(first, last + 1) if n not in drawn.sheet.hidden and n not in behind]
    widths = [drawn.sheet.widths.get(n, 8.5) for n in shown]
    return [_plain(width) for width in widths]


def _last_printed(drawn: SheetDrawn, tables: Mapping[int, TableRead]) -> int:
    """The last column that shows something on paper."""
    unprinted = {
        column.header.column
        for section in drawn.sections
        if isinstance(section, TableDrawn)
        for column, raw in zip(section.columns, tables[id(section)].raw_columns, strict=True)
        if raw.get("printed", True) is False or raw["type"] == "reference"
    }
    hidden = drawn.sheet.hidden | unprinted
    areas = drawn.sheet.places.values()
    return max((a.column + a.columns - 1 for a in areas if a.column not in hidden), default=0)


def _place(drawn: SheetDrawn, item: Item, last: int) -> dict[str, Any]:
    """How many widths a field goes over and how high it is, where that is not the usual."""
    own: dict[str, Any] = {"beside": True} if item.is_beside else {}
    label, cell = item.label, item.cell
    is_usual = cell.column + cell.columns - 1 == last if item.is_last else cell.columns == 1
    if label.columns > 1 or not is_usual:
        own["spans"] = [label.columns, cell.columns]
    heights = [drawn.sheet.heights.get(row) for row in range(cell.row, cell.row + cell.rows)]
    if all(heights):
        height = sum(height or 0 for height in heights)
        labels = [(each.label, _width(drawn, each.label)) for each in _line_of(drawn, item)]
        usual = max(USUAL_HEIGHT, *(usual_height(area.text, width) for area, width in labels))
        if abs(height - usual) > MOST_OFF:
            own["height"] = _plain(round(height * 2) / 2)
    return own


def _line_of(drawn: SheetDrawn, item: Item) -> list[Item]:
    """The fields on the line of one."""
    fields = [each for section in drawn.sections if isinstance(section, FieldsDrawn) for each in section.items]
    return [each for each in fields if each.label.row == item.label.row and not each.is_long]


def _width(drawn: SheetDrawn, area: Area) -> float:
    return sum(drawn.sheet.widths.get(number, 0) for number in range(area.column, area.column + area.columns))


def _plain(number: float) -> float:
    return int(number) if float(number).is_integer() else number


def _same(home: Home, _: str) -> Home:
    return home


def _fields(context: Context, drawn: SheetDrawn, section: FieldsDrawn, last: int) -> dict[str, Any]:
    """Single fields as form.yaml has them."""
    key = context.places.cells[drawn.sheet.title, section.items[0].cell.row, section.items[0].cell.column].block
    raw: dict[str, Any] = {"fields": key}
    if "fields_path" in section.said or key == AT_TOP:
        raw["path"] = section.said.get("fields_path", "")
    if section.heading is not None:
        raw["heading"] = section.heading.text
        raw |= height_of(drawn.sheet, section.heading.row, "heading_height", usual=26)
        context.remember(raw, section.heading.name, "heading")
    if section.side is not None:
        raw["side"] = side_of(section.side)
    raw["items"] = []
    seen: dict[str, str] = {}
    for item in section.items:
        name = _key_of_item(item.said, section, item)
        if name in seen:
            context.faults.append(fault(item.label.name, "key_twice", found=name, other=seen[name]))
        seen[name] = item.label.name
        own: dict[str, Any] = {"key": name, "label": item.label.text}
        own |= _place(drawn, item, last) if not item.is_long else {}
        describe_field(context, own, drawn.sheet, item.cell, item.label, item.said)
        home = Home(drawn.sheet.title, key, None)
        context.read_conditions(own, item.said, item.label.name, partial(_same, home))
        formula = item.said.get("field_formula")
        formula = formula if formula is not None else context.formula(item.cell, home)
        if formula is not None:
            own["formula"] = formula
        if item.is_long:
            own["rows"] = item.cell.rows
            height = drawn.sheet.heights.get(item.cell.row)
            if height:
                own["height"] = round(height)
        context.remember(own, item.label.name)
        in_note = "field_formula" in item.said
        context.names[f"{key}.{name}"] = context.note_of("field_formula", item.cell, item.label) if in_note else item.cell.name
        for said in CONDITIONS:
            context.names[f"{key}.{name}.{said}"] = context.note_of(f"field_{said}", item.cell, item.label)
        raw["items"].append(own)
    context.remember(raw, section.items[0].label.name)
    return raw
