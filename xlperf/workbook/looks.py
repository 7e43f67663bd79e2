"""Looks laid over the program's own formats: the one place where a workbook shows what a form says of how cells look.

    sheet = add_sheet(writer, page)     # written like any other; cells that have a look are dressed in it

What says something stays: number formats, protection, the colour of cells that people fill in, and that of a cell at fault.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

from xlperf.forms.looks.look import AUTOMATIC, NONE, SIDES, STACKED, Look
from xlperf.forms.looks.places import looks_of_page
from xlperf.forms.sheet_lines import Page
from xlperf.workbook.book import Format, Worksheet

if TYPE_CHECKING:
    from xlperf.workbook.cell_writer import CellWriter
    from xlperf.workbook.styles import Palette

Method = TypeVar("Method", bound=Callable[..., Any])
KEEP_FILL = ("input", "final", "error", "required")  # styles whose colour has a meaning
LINES = {
    NONE: 0, "thin": 1, "medium": 2, "dashed": 3, "dotted": 4, "thick": 5, "double": 6, "hair": 7, "medium_dashed": 8,
    "dash_dot": 9, "medium_dash_dot": 10, "dash_dot_dot": 11, "medium_dash_dot_dot": 12, "slant_dash_dot": 13,
}  # fmt: skip
UNDERLINES = {NONE: 0, "single": 1, "double": 2, "single_accounting": 33, "double_accounting": 34}
ALIGNS = {"general": None, "across": "center_across"}  # others are called alike
VALIGNS = {"center": "vcenter", "justify": "vjustify", "distributed": "vdistributed"}
TURNED_DOWN = 270  # degrees: letters below one another
Properties = dict[str, object]


def dressing(method: Method) -> Method:
    """The same method, with the look of the cell laid over the format that it is given."""

    @wraps(method)
    def call(sheet: DressedSheet, row: int, column: int, *rest: Any, **options: Any) -> Any:
        look = sheet.looks.get((row, column))
        if look:
            rest = tuple(dressed(sheet.own_palette, each, look) if isinstance(each, Format) else each for each in rest)
        return method(sheet, row, column, *rest, **options)

    return cast(Method, call)  # it takes and returns what the method does


class DressedSheet(Worksheet):
    """A worksheet some of whose cells have a look; merged ones have it by their first."""

    looks: Mapping[tuple[int, int], Look]
    own_palette: Palette

    write_string = dressing(Worksheet.write_string)
    write_number = dressing(Worksheet.write_number)
    write_datetime = dressing(Worksheet.write_datetime)
    write_blank = dressing(Worksheet.write_blank)
    write_formula = dressing(Worksheet.write_formula)
    merge_range = dressing(Worksheet.merge_range)


def dressed(palette: Palette, plain: Format, look: Look) -> Format:
    """A format of the palette with a look laid over it; any other as it is."""
    key = (id(plain), *look.items())
    if key not in palette.dresses:
        named = next((name for name, each in palette.formats.items() if each is plain), None)
        if named is None:
            return plain
        style, own = str(named[0]), dict(cast("tuple[tuple[str, object], ...]", named[1:]))
        keeps = style in KEEP_FILL or "bg_color" in own
        palette.dresses[key] = palette.book.add_format(laid_over(palette.properties(style, own), look, keeps_fill=keeps))
    return palette.dresses[key]


def add_sheet(writer: CellWriter, page: Page) -> Worksheet:
    """Add the worksheet of a page behind the others; where the form says how cells look, one that dresses them."""
    if not page.sheet.looks:
        return writer.book.add_sheet(page.sheet.title)
    sheet = writer.book.add_sheet(page.sheet.title, DressedSheet)
    assert isinstance(sheet, DressedSheet)
    sheet.looks, sheet.own_palette = looks_of_page(writer.layout, page), writer.palette
    return sheet


def laid_over(properties: Mapping[str, object], look: Look, *, keeps_fill: bool) -> Properties:
    """The properties of a format with a look laid over them."""
    found = _by_side(properties)
    if found.get("indent"):
        found.setdefault("align", "left")  # XlsxWriter means it, and forgets it where something else is asked for
    for name, value in look.items():
        if name in SIDES:
            line, _, colour = str(value).partition(" ")
            _put(found, name, LINES[line])
            _put(found, f"{name}_color", colour or None)
        elif name != "fill" or not keeps_fill:
            _put(found, *OVERLAYS[name](value))
    return found


def _by_side(properties: Mapping[str, object]) -> Properties:
    """The same properties with four borders in place of one."""
    found = {name: value for name, value in properties.items() if name not in ("border", "border_color")}
    sides = {side: properties["border"] for side in SIDES if "border" in properties}
    colours = {f"{side}_color": properties["border_color"] for side in SIDES if "border_color" in properties}
    return {**sides, **colours, **found}


def _put(properties: Properties, name: str, value: object) -> None:
    if value is None:
        properties.pop(name, None)
    else:
        properties[name] = value


OVERLAYS: Mapping[str, Callable[[Any], tuple[str, object]]] = {  # the property of a format that says the same
    "font": lambda value: ("font_name", value),
    "size": lambda value: ("font_size", value),
    "bold": lambda value: ("bold", value),
    "italic": lambda value: ("italic", value),
    "underline": lambda value: ("underline", UNDERLINES[value]),
    "strike": lambda value: ("font_strikeout", value),
    "colour": lambda value: ("font_color", None if value == AUTOMATIC else value),
    "fill": lambda value: ("bg_color", None if value == NONE else value),
    "align": lambda value: ("align", ALIGNS.get(value, value)),
    "valign": lambda value: ("valign", VALIGNS.get(value, value)),
    "wrap": lambda value: ("text_wrap", value),
    "indent": lambda value: ("indent", value),
    "rotation": lambda value: ("rotation", TURNED_DOWN if value == STACKED else value),
    "shrink": lambda value: ("shrink", value),
}
