"""Looks laid over drawn workbooks by chance, as people lay them: over a row, a column, a header, a sheet, a single cell.

    changed = with_random_looks(drawn, Random(3))      # a Path
    differences(changed, drawn_again)                  # [] where every cell of every sheet looks alike

What tells a cell from a label stays: no yellow but of what is typed, a box round a blank cell, a line to sign on the right.
"""

from __future__ import annotations

from copy import copy
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.colors import Color
from openpyxl.worksheet.worksheet import Worksheet

from xlperf.drawing.read import read_drawing
from xlperf.drawing.recognition.appearance.looks import areas_on
from xlperf.drawing.recognition.definition import ReadDefinition

FONTS = ("仿宋", "楷体", "Times New Roman", "SimHei")
SIZES = (8, 9, 10.5, 12, 14, 16, 22)
COLOURS = ("FF000000", "FFC00000", "FF1F4E79", "FF7F7F7F")
FILLS = ("FFDDEBF7", "FFFCE4D6", "FFD9D9D9", "FFFFFFFF", "FF305496")
LINES = (None, "thin", "medium", "thick", "double", "dotted", "hair", "dashed", "mediumDashDot")
ACROSS = (None, "left", "center", "right", "justify", "fill", "distributed")
ALONG = (None, "top", "center", "justify", "distributed")
NEVER_SHRUNK = ("fill", "justify", "distributed")  # Excel does not shrink a text that stands so
BOXED = ("label", "value", "group", "header", "row", "spare", "block", "column")  # kinds of places that may lose or get a box
KEEP_SIDE = ("title", "heading", "line", "room", "end")  # whose place across says what they are
LEFT_AND_TOP = ("left", "top")


def with_random_looks(path: Path, random: Random, *, name: str = "looks.xlsx") -> Path:
    """The drawn workbook with looks of its own in some of its sheets."""
    read = read_drawing(path)
    book = openpyxl.load_workbook(path)
    for drawn in read.drawn:
        sheet, areas = book[drawn.sheet.title], [*areas_on(read, drawn)]
        for _ in range(random.choice((1, 2, 4, 8))):
            if not areas:
                break
            names, _ = random.choice(areas)
            place = random.choice(names)
            change = _change(random)
            for theirs, area in areas:
                if place in theirs:
                    _apply(sheet[area.name.rpartition("!")[2]], change, theirs[-1].partition(" ")[0], area)
        _fill_down(read, drawn, sheet)
    target = path.with_name(name)
    book.save(target)
    return target


def _change(random: Random) -> dict[str, Any]:
    """What a person does at once: some of letters, fill, alignment and borders."""
    found: dict[str, Any] = {}
    if random.random() < 0.6:
        options = {
            "name": random.choice(FONTS), "sz": random.choice(SIZES), "b": random.random() < 0.5, "i": random.random() < 0.5,
            "u": random.choice((None, "single", "double", "singleAccounting")), "strike": random.random() < 0.3,
            "color": Color(rgb=random.choice(COLOURS)) if random.random() < 0.7 else Color(theme=4, tint=-0.25),
        }  # fmt: skip
        found["font"] = {key: options[key] for key in random.sample([*options], random.randint(1, 4))}
    if random.random() < 0.5:
        found["fill"] = random.choice((*FILLS, None, "theme"))
    if random.random() < 0.5:
        options = {
            "horizontal": random.choice(ACROSS), "vertical": random.choice(ALONG), "wrap_text": random.random() < 0.5,
            "indent": random.choice((0, 1, 3)), "textRotation": random.choice((0, 0, 45, 90, 135, 255)),
            "shrink_to_fit": random.random() < 0.5,
        }  # fmt: skip
        found["alignment"] = {key: options[key] for key in random.sample([*options], random.randint(1, 3))}
    if not found or random.random() < 0.5:
        sides = random.choice((("left", "right", "top", "bottom"), ("top", "bottom"), ("bottom",), ("left",)))
        side = Side(random.choice(LINES), Color(rgb=random.choice(COLOURS)) if random.random() < 0.5 else None)
        found["border"] = dict.fromkeys(sides, side)
    return found


def _apply(cell: Cell, change: dict[str, Any], kind: str, area: Any) -> None:
    if "font" in change:
        own = {key: getattr(cell.font, key) for key in ("name", "sz", "b", "i", "u", "strike", "color")}
        cell.font = Font(**{**own, **change["font"]})
    is_blank = not area.text and area.formula is None and not area.is_typed
    if "fill" in change and kind in BOXED and not area.is_typed:
        colour = change["fill"]
        if not (is_blank and colour in (None, "FFFFFFFF")):
            start = Color(theme=5, tint=0.6) if colour == "theme" else colour
            cell.fill = PatternFill("solid", fgColor=start) if colour else PatternFill()
    if "alignment" in change:
        own = {key: getattr(cell.alignment, key) for key in ("horizontal", "vertical", "wrap_text", "indent", "textRotation")}
        new = {key: value for key, value in change["alignment"].items() if key != "horizontal" or kind not in KEEP_SIDE}
        cell.alignment = Alignment(**{**own, "shrink_to_fit": cell.alignment.shrink_to_fit, **new})
    if "border" in change and (kind in BOXED or len(change["border"]) < 4):
        own = {side: getattr(cell.border, side) for side in ("left", "right", "top", "bottom")}
        cell.border = Border(**{**own, **change["border"]})


def _fill_down(read: ReadDefinition, drawn: Any, sheet: Worksheet) -> None:
    """Blank rows of a block look like the first of them, and the rules like the first rule."""
    for section in drawn.sections:
        table = read.tables.get(id(section))
        if table is None:
            continue
        runs = [[row.row for row in block.rows if row.key is None] for block in table.blocks]
        for rows in runs or [section.rows]:
            for column in section.columns:
                first = sheet.cell(rows[0] + 1, column.header.column + 1) if rows else None
                for row in rows[1:]:
                    below = sheet.cell(row + 1, column.header.column + 1)
                    if not isinstance(below, MergedCell) and not isinstance(first, MergedCell):
                        below.font, below.border, below.alignment = copy(first.font), copy(first.border), copy(first.alignment)
                        if first.protection.locked and below.protection.locked:
                            below.fill = copy(first.fill)


# --- compared ------------------------------------------------------------------------------------------------


def differences(one: Path, other: Path) -> list[str]:
    """Where two workbooks look otherwise: cells, merges, widths, heights, print set-up of every sheet."""
    books = [openpyxl.load_workbook(path) for path in (one, other)]
    assert books[0].sheetnames == books[1].sheetnames
    found: list[str] = []
    for ours, theirs in zip(*(book.worksheets for book in books), strict=True):
        for part, of_sheet in PARTS.items():
            if of_sheet(ours) != of_sheet(theirs):
                found.append(f"{ours.title}: {part} {of_sheet(ours)} {of_sheet(theirs)}")
        rows, columns = (max(getattr(sheet, name) for sheet in (ours, theirs)) for name in ("max_row", "max_column"))
        for row in range(1, rows + 1):
            for column in range(1, columns + 1):
                looks = [look_of(sheet.cell(row, column)) for sheet in (ours, theirs)]
                if looks[0] != looks[1]:
                    parts = [f"{key} {looks[0][key]} {looks[1][key]}" for key in looks[0] if looks[0][key] != looks[1][key]]
                    found.append(f"{ours.title}!{ours.cell(row, column).coordinate}: {'; '.join(parts)}")
    return found


PARTS = {
    "merges": lambda sheet: sorted(map(str, sheet.merged_cells.ranges)),
    "widths": lambda sheet: {name: 0 if each.hidden else each.width for name, each in sorted(sheet.column_dimensions.items())},
    "heights": lambda sheet: {row: each.height for row, each in sorted(sheet.row_dimensions.items()) if each.height},
    "print": lambda sheet: (
        sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToHeight, sheet.page_setup.fitToWidth,
        sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.print_area, sheet.print_title_rows, sheet.oddFooter.center.text,
        *(round(getattr(sheet.page_margins, side), 9) for side in ("left", "right", "top", "bottom", "header", "footer")),  # inches
        sheet.print_options.horizontalCentered, sheet.freeze_panes,
    ),
}  # fmt: skip


def look_of(cell: Any) -> dict[str, Any]:
    """How a cell looks, by openpyxl."""
    font, fill, alignment = cell.font, cell.fill, cell.alignment
    across = alignment.horizontal if alignment.horizontal != "general" else None
    return {
        "font": (font.name, font.sz, bool(font.b), bool(font.i), font.u, bool(font.strike), _colour(font.color)),
        "fill": (fill.fill_type or None) and _colour(fill.fgColor, usual="black"),
        "align": (across, None if alignment.vertical == "bottom" else alignment.vertical, bool(alignment.wrap_text)),
        "indent": int(alignment.indent or 0) if across in ("left", "right", "distributed") else 0,
        "turned": (
            alignment.textRotation or 0,
            bool(alignment.shrink_to_fit) and not alignment.wrap_text and across not in NEVER_SHRUNK,
        ),
        **{side: _side(getattr(cell.border, side)) for side in ("left", "right", "top", "bottom")},
        "format": cell.number_format,
        "locked": cell.protection.locked,
    }


def _side(side: Any) -> tuple[Any, ...] | None:
    return None if side is None or side.style is None else (side.style, _colour(side.color))


THEMED = {(4, -0.25): "376092", (5, 0.6): "E6B9B8"}  # the theme that XlsxWriter writes, darker and lighter


def _colour(colour: Any, usual: Any = None) -> Any:
    if colour is None or colour.type == "auto" or (colour.type == "theme" and colour.theme == 1):
        return None
    if colour.type == "theme":
        return THEMED[colour.theme, colour.tint]
    if colour.type == "indexed":
        return None
    return usual if colour.rgb[-6:] == "000000" else colour.rgb[-6:]
