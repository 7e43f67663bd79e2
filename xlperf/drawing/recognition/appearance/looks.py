"""What somebody chose of how a drawn workbook looks: where its cells differ from how the program draws the same form.

    put_looks(read, plain)      # read.definition["sheets"][1]["looks"] = [{"at": ["title"], "size": 22}, ...]

Both are read drawings, of the same definition. Of blank rows the first counts. What many cells have in common is said of the
widest place that means no others, so that a line of the definition says what a person did.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from xlperf.drawing.recognition.appearance.cell_looks import CellLook
from xlperf.drawing.recognition.cells import Area, DrawnSheet
from xlperf.drawing.recognition.definition import ReadDefinition, settings_sheets
from xlperf.drawing.recognition.sections import FieldsDrawn, LinesDrawn, SheetDrawn, TableDrawn
from xlperf.drawing.recognition.tables import TableRead
from xlperf.forms.looks import places
from xlperf.forms.looks.look import PROPERTIES, in_order, written
from xlperf.forms.looks.places import ALL, Names
from xlperf.forms.model import RULES

MOST_OF_ALL = 0.6  # of the cells of a sheet that look alike: then the others are the exceptions
BARE = CellLook({}, frozenset(PROPERTIES))  # of a cell without any format
MOST_CHANGED = 0.5  # of the cells of a wide place: of fewer each is named


@dataclass
class Cell:
    """A cell that may have a look: its names, how it was drawn, how the program draws it."""

    names: Names
    drawn: CellLook
    plain: CellLook
    said: dict[str, Any] = field(default_factory=dict)  # what wider places say of it

    def wants(self, name: str) -> Any:
        """What it is to look like; where nobody chose, as the program draws it."""
        return self.plain.look[name] if name in self.drawn.silent else self.drawn.look[name]

    def has(self, name: str) -> Any:
        """What it looks like as far as is said yet."""
        return self.said.get(name, self.plain.look[name])


def put_looks(read: ReadDefinition, plain: ReadDefinition) -> None:
    """Put what differs between a drawing and the program's own of the same form into the definition that was read."""
    sheets = {str(raw["key"]): raw for raw in plain.definition["sheets"]}
    drawn_plain = dict(zip(sheets, plain.drawn, strict=True))
    substitute = _substitute(read, plain)
    for raw, drawn in zip(read.definition["sheets"], read.drawn, strict=True):
        base = drawn_plain.get(str(raw["key"]))
        if base is None:
            continue
        theirs = dict(_cells_on(plain, base))
        pairs = ((names, look, theirs.get(names, BARE)) for names, look in _cells_on(read, drawn))
        cells = [Cell(names, look, base) for names, look, base in pairs if base.look]
        looks = _looks_of([*map(substitute, cells)])
        if looks:
            at = [*raw].index("sections")
            before = [*raw.items()]
            raw.clear()
            raw.update([*before[:at], ("looks", looks), *before[at:]])


def _substitute(read: ReadDefinition, plain: ReadDefinition) -> Callable[[Cell], Cell]:
    """What lets a font say nothing that a program put in place of one which its computer lacks.

    It does so everywhere, on the sheets of rules and parameters too, where nobody chooses fonts.
    """
    theirs = {name: _first_font(sheet) for name, sheet in settings_sheets(plain.context.book).items()}
    ours = {name: _first_font(sheet) for name, sheet in settings_sheets(read.context.book).items() if name in theirs}
    put = {font for name, font in ours.items() if font != theirs[name]} if len(ours) > 1 else set()
    if len(put) != 1 or any(font not in put for font in ours.values()):
        return lambda cell: cell
    return lambda cell: replace(cell, drawn=cell.drawn.silent_in("font")) if cell.drawn.look.get("font") in put else cell


def _first_font(sheet: DrawnSheet) -> object:
    look = sheet.looks.get((0, 0))
    return look.look["font"] if look else None


# --- the cells of a sheet ------------------------------------------------------------------------------------


def _cells_on(read: ReadDefinition, drawn: SheetDrawn) -> Iterator[tuple[Names, CellLook]]:
    """Yield the names and the look of every cell of a sheet that may have one."""
    for names, area in areas_on(read, drawn):
        yield names, drawn.sheet.looks.get((area.row, area.column), BARE)


def areas_on(read: ReadDefinition, drawn: SheetDrawn) -> Iterator[tuple[Names, Area]]:
    """Yield the names of every place of a drawn sheet that may have a look, and where it is; of blank rows the first."""
    lines = 0
    if drawn.heading is not None:
        yield places.title(), drawn.heading
    for section in drawn.sections:
        match section:
            case LinesDrawn(areas=areas):
                for area in areas:
                    lines += 1
                    yield places.line(lines), area
                    yield places.room(lines), drawn.sheet.at(area.row, area.column + area.columns)
            case FieldsDrawn():
                yield from _of_fields(read, drawn.sheet, section)
            case TableDrawn():
                yield from _of_table(drawn.sheet, section, read.tables[id(section)])
            case _:
                pass


def _of_fields(read: ReadDefinition, sheet: DrawnSheet, section: FieldsDrawn) -> Iterator[tuple[Names, Area]]:
    for item in section.items:
        spot = read.context.places.cells[sheet.title, item.cell.row, item.cell.column]
        block, key = spot.block, spot.field
        if section.heading is not None and item is section.items[0]:
            yield places.heading(f"{block}.{key}"), section.heading
        if section.side is not None and item is section.items[0]:
            yield places.side(f"{block}.{key}"), section.side
        yield places.label(block, key), item.label
        yield places.value(block, key), item.cell


def _of_table(sheet: DrawnSheet, section: TableDrawn, table: TableRead) -> Iterator[tuple[Names, Area]]:
    name = RULES if "table_checks" in section.said else table.key
    if section.label is not None:
        yield places.heading(name), section.label
    if section.side is not None:
        yield places.side(name), section.side
    if section.end is not None:
        yield places.end(name), section.end
    groups: set[tuple[int, int]] = set()
    for key, column in zip(table.keys, section.columns, strict=True):
        at = column.header.column
        if at in sheet.hidden:
            continue
        group = _above(sheet, column.header) if column.group else None
        if group is not None and (group.row, group.column) not in groups:
            groups.add((group.row, group.column))
            yield places.group(name, key), group
        yield places.header(name, key), column.header
        if name == RULES and section.rows:
            yield places.cell(name, RULES, None, key), table.at(section.rows[0], at)
        for block in table.blocks:
            seen = False
            for row in block.rows:
                kind = row.key if row.key is not None else None if block.is_single else places.SPARE
                if kind == places.SPARE and seen:
                    continue  # the first blank row counts
                seen = seen or kind == places.SPARE
                yield places.cell(name, block.key, kind, key), table.at(row.row, at)


def _above(sheet: DrawnSheet, header: Area) -> Area | None:
    """The title above several columns, of one of them."""
    for area in sheet.areas.get(header.row - 1, ()):
        if area.column <= header.column < area.column + area.columns and area.rows == 1:
            return area
    return None


# --- what to say of them -------------------------------------------------------------------------------------


def _looks_of(cells: Sequence[Cell]) -> list[dict[str, Any]]:
    """The looks of a sheet as form.yaml has them."""
    places_of: dict[str, list[Cell]] = {}
    for cell in cells:
        for name in cell.names:
            places_of.setdefault(name, []).append(cell)
    ranked = sorted(places_of, key=places.rank)
    found: dict[str, dict[str, Any]] = {}
    for name in PROPERTIES:
        for cell in cells:
            cell.said.pop(name, None)
        for place in ranked:
            value = _common(place, name, [cell for cell in places_of[place] if name != "fill" or not cell.drawn.is_typed])
            if value is None:
                continue
            found.setdefault(place, {})[name] = value
            for cell in places_of[place]:
                cell.said[name] = value
    together: dict[tuple[tuple[str, Any], ...], list[str]] = {}
    for place in places_of:
        if place in found:
            together.setdefault(tuple(written(in_order(found[place])).items()), []).append(place)
    return [{"at": at, **dict(look)} for look, at in together.items()]


def _common(place: str, name: str, cells: Sequence[Cell]) -> Any:
    """What is to be said of a place, None for nothing: what all its cells want and not all of them have."""
    wanted = Counter(cell.wants(name) for cell in cells)
    if not wanted:
        return None
    value, count = wanted.most_common(1)[0]
    is_alike = len(wanted) == 1 or (place == ALL and count >= MOST_OF_ALL * len(cells))
    changed = sum(cell.has(name) != cell.wants(name) for cell in cells)
    if len(cells) > 1 and changed < MOST_CHANGED * len(cells):
        return None
    gained = sum(cell.has(name) != value for cell in cells if cell.wants(name) == value)
    lost = sum(cell.has(name) == cell.wants(name) for cell in cells if cell.wants(name) != value)
    return value if is_alike and gained > lost else None
