"""How the cells of a drawn workbook look, in the words of a form: letters, fill, alignment, borders.

    looks = CellLooks(book)
    looks.of(cell)       # CellLook({"font": "SimSun", "size": 11, "bold": True, ...}, silent=frozenset())

A whole look is told, whatever it is; what a cell that nobody has formatted looks like says nothing. Colours of a theme and of
Excel's old palette are told as what they are, red, green and blue.
"""

from __future__ import annotations

import colorsys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree

from xlperf.forms.looks.look import ALIGNMENT, AUTOMATIC, LETTERS, NONE, SIDES, STACKED, Look

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

BLACK, LAST_OF_PALETTE = "#000000", 64  # the number of the system's own colour
ORDER_OF_THEME = ("lt1", "dk1", "lt2", "dk2", *(f"accent{number}" for number in range(1, 7)), "hlink", "folHlink")
UNDERLINES = {
    "single": "single", "double": "double", "singleAccounting": "single_accounting", "doubleAccounting": "double_accounting",
}  # fmt: skip
LINES = {
    "mediumDashed": "medium_dashed", "dashDot": "dash_dot", "mediumDashDot": "medium_dash_dot", "dashDotDot": "dash_dot_dot",
    "mediumDashDotDot": "medium_dash_dot_dot", "slantDashDot": "slant_dash_dot",
}  # fmt: skip
ALIGNS = {"centerContinuous": "across"}
NEVER_SHRUNK = ("fill", "justify", "distributed")
INDENTED = ("left", "right", "distributed")
MOST_TURNED, STRAIGHT_DOWN = 90, 255  # degrees upwards; Excel's number of letters below one another
UNFORMATTED: Look = {
    "bold": False, "italic": False, "underline": NONE, "strike": False, "colour": AUTOMATIC, "align": "general",
    "valign": "bottom", "wrap": False, "indent": 0, "rotation": 0, "shrink": False, **dict.fromkeys(SIDES, NONE),
}  # fmt: skip


class CellLook(NamedTuple):
    """How a cell looks, and which properties of that say nothing, as nobody has chosen them."""

    look: Look
    silent: frozenset[str]
    is_typed: bool = False  # people fill it in, so its fill is the program's

    def silent_in(self, name: str) -> CellLook:
        """The same look, of which a property more says nothing."""
        return self._replace(silent=self.silent | {name})


class CellLooks:
    """The looks of one workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._theme = _colours_of_theme(book.loaded_theme)
        normal = next((style for style in _named_styles(book) if style.name == "Normal"), None)
        self._usual = (normal.font.name, normal.font.size) if normal is not None else (None, None)
        self._made: dict[tuple[bool, tuple[int, ...]], CellLook] = {}

    def of(self, cell: Any, *, is_typed: bool) -> CellLook:
        """How a cell looks; of one that people type into the fill says nothing."""
        key = (is_typed, tuple(cell._style))
        if key not in self._made:
            self._made[key] = self._read(cell, is_typed)
        return self._made[key]

    def _read(self, cell: Any, is_typed: bool) -> CellLook:
        look = {**self._letters(cell.font), "fill": self._fill(cell.fill), **_alignment(cell.alignment)}
        look |= {side: self._border(getattr(cell.border, side)) for side in SIDES}
        silent = {"fill"} if is_typed else set()
        if (cell.font.name, cell.font.size) == self._usual:
            silent |= {"font", "size"}
        has_fill = look["fill"] != NONE and not is_typed
        if not has_fill and all(look[name] == UNFORMATTED[name] for name in (*ALIGNMENT, *SIDES)):
            silent |= {"fill", *(name for name, value in UNFORMATTED.items() if look[name] == value)}
        return CellLook(look, frozenset(silent), is_typed)

    def _letters(self, font: Any) -> dict[str, Any]:
        size = float(font.size or 11)
        values = (
            str(font.name or ""),
            int(size) if size.is_integer() else size,
            bool(font.bold),
            bool(font.italic),
            UNDERLINES.get(font.underline or "", NONE),
            bool(font.strike),
            self._colour(font.color) or AUTOMATIC,
        )
        return dict(zip(LETTERS, values, strict=True))

    def _fill(self, fill: Any) -> str:
        if fill.fill_type in (None, "none") or getattr(fill, "fgColor", None) is None:
            return NONE
        return self._colour(fill.fgColor, usual=False) or NONE

    def _border(self, side: Any) -> str:
        if side is None or side.style is None:
            return NONE
        colour = self._colour(side.color)
        line = LINES.get(side.style, str(side.style))
        return f"{line} {colour}" if colour else line

    def _colour(self, colour: Any, *, usual: bool = True) -> str | None:
        """A colour as #RRGGBB; None of the usual one, which is black where it is asked for."""
        if colour is None:
            return None
        kind = colour.type
        found = None
        if kind == "rgb" and isinstance(colour.rgb, str):
            found = f"#{colour.rgb[-6:].upper()}"
        elif kind == "theme" and 0 <= colour.theme < len(self._theme):
            found = _tinted(self._theme[colour.theme], float(colour.tint or 0))
        elif kind == "indexed" and colour.indexed < LAST_OF_PALETTE:
            found = _of_palette(colour.indexed)
        return None if usual and found == BLACK else found


def _named_styles(book: Any) -> Any:
    return book._named_styles


def _alignment(alignment: Any) -> dict[str, Any]:
    align = ALIGNS.get(alignment.horizontal, alignment.horizontal) or "general"
    turned = int(alignment.textRotation or 0)
    values = (
        align,
        alignment.vertical or "bottom",
        bool(alignment.wrap_text),
        int(alignment.indent or 0) if align in INDENTED else 0,
        STACKED if turned == STRAIGHT_DOWN else turned if turned <= MOST_TURNED else MOST_TURNED - turned,
        bool(alignment.shrink_to_fit) and not alignment.wrap_text and align not in NEVER_SHRUNK,
    )
    return dict(zip(ALIGNMENT, values, strict=True))


def _colours_of_theme(theme: bytes | None) -> tuple[str, ...]:
    """The colours of a theme in the order in which cells count them, none where it cannot be read."""
    try:
        scheme = ElementTree.fromstring(theme).find(".//{*}clrScheme") if theme else None
    except ElementTree.ParseError:
        scheme = None
    if scheme is None:
        return ()
    named: Mapping[str, str] = {
        part.tag.rpartition("}")[2]: child.get("lastClr") or child.get("val") or "000000" for part in scheme for child in part
    }
    return tuple(f"#{named.get(name, '000000').upper()}" for name in ORDER_OF_THEME)


def _tinted(colour: str, tint: float) -> str:
    """A colour made lighter, or with a negative tint darker, as Excel does it."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, light, full = colorsys.rgb_to_hls(red, green, blue)
    light = light * (1 + tint) if tint < 0 else light * (1 - tint) + tint
    return "#" + "".join(f"{round(part * 255):02X}" for part in colorsys.hls_to_rgb(hue, light, full))


def _of_palette(number: int) -> str:
    from openpyxl.styles.colors import COLOR_INDEX

    return f"#{COLOR_INDEX[number][-6:].upper()}"
