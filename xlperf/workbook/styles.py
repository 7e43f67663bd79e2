"""How a workbook looks: colours, cell styles by name, print set-up, and how much room a text takes.

    palette.format("input", align="right")     # each format is made once per workbook

A calm palette with one colour per meaning: what people fill in, what is computed, what is fixed, what is still blank.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # colours and widths are asked for where nothing is written
    from xlperf.workbook.book import Book, Format, Worksheet

UNIT_POINTS = 6.4  # the width of a digit of the standard font in points, with what a column has besides
LEAST_POINTS = 7.0  # of letters on paper
A4, A3 = (9, 11.69, 8.27), (8, 16.54, 11.69)  # Excel's number, long and short side in inches
MARGIN, POINTS_PER_INCH = 0.4, 72  # of a sheet, left and right, in inches
MARGINS = (MARGIN, MARGIN, 0.6, 0.6)  # left, right, top, bottom
INCH = 2.54  # centimetres
PAPERS = {"A4": A4[0], "A3": A3[0]}
LONGEST_ROW = 409.0  # points; Excel's limit of a row's height
PIXEL = 0.75  # points; rows are whole pixels high
POINTS_PER_LINE = 16.0
LONGEST_WORDS = 200  # characters of a text whose width is remembered

BORDER = {"border": 1, "border_color": "#A6B1BD"}
COLOURS = {
    "input": "#FFFBE6",
    "computed": "#EFF1F3",
    "required": "#FCE0C8",
    "error": "#F4B6B0",
    "query": "#F8CDA0",
    "warning": "#FBE3A0",
    "info": "#CFE4F7",
    "locked": "#E9EFF6",
    "final": "#FFFFFF",
    "passed": "#DCEFD8",
    "reference": "#DDE1E5",
}
STYLES: dict[str, dict[str, object]] = {
    "title": {"bold": True, "font_size": 18, "align": "center", "valign": "vcenter"},
    "year": {"font_size": 13, "align": "center", "valign": "vcenter"},
    "heading": {"bold": True, "font_size": 12, "valign": "vcenter", "bottom": 1, "bottom_color": "#5B7083"},
    "group": {"bold": True, "valign": "vcenter", "bg_color": "#D5E0EC", **BORDER},
    "header": {"bold": True, "align": "center", "valign": "vcenter", "text_wrap": True, "bg_color": "#D5E0EC", **BORDER},
    "label": {"valign": "vcenter", "text_wrap": True, "indent": 1, "bg_color": COLOURS["locked"], **BORDER},
    "input": {"valign": "vcenter", "text_wrap": True, "bg_color": COLOURS["input"], "locked": False, **BORDER},
    "computed": {"valign": "vcenter", "text_wrap": True, "bg_color": COLOURS["computed"], **BORDER},
    "locked": {"valign": "vcenter", "text_wrap": True, "bg_color": COLOURS["locked"], **BORDER},
    "reference": {"valign": "vcenter", "text_wrap": True, "bg_color": COLOURS["reference"], "font_color": "#4A5560", **BORDER},
    "final": {"valign": "vcenter", "text_wrap": True, **BORDER},
    "required": {"bg_color": COLOURS["required"], "align": "center", "valign": "vcenter", **BORDER},
    "error": {"bg_color": COLOURS["error"], **BORDER},
    "plain": {"valign": "vcenter", "text_wrap": True},
    "signature": {"valign": "vcenter", "align": "right"},
    "note_right": {
        "valign": "vcenter",
        "align": "right",
        "font_color": "#7A8794",
        "font_size": 9,
        "bottom": 1,
        "bottom_color": "#5B7083",
    },
    "identity": {"valign": "vcenter", "font_color": "#7A8794", "font_size": 8},
    "note": {"valign": "vcenter", "font_color": "#7A8794", "font_size": 9, "italic": False},
    "link": {
        "valign": "vcenter",
        "align": "center",
        "font_color": "#1F5FA8",
        "underline": 1,
        "bg_color": COLOURS["computed"],
        **BORDER,
    },
    "helper": {"font_color": "#999999"},
    "official": {"valign": "vcenter", "text_wrap": True, "border": 1, "border_color": "#000000"},
}
HEADINGS = ("title", "heading")  # styles in the font of headings
ALIGN = {
    "money": "right",
    "percentage": "right",
    "points": "right",
    "ratio": "right",
    "value": "center",
    "choice": "center",
    "serial": "center",
    "count": "center",
    "reference": "center",
}
SHORT = 10.0  # columns up to this width hold a word and are centred; wider ones hold text and are indented


def lines_needed(value: object, width: float) -> int:
    """How many printed lines a text takes in a column of that width (a Chinese character is two units wide)."""
    if not isinstance(value, str):
        return 1
    per_line = units_per_line(width)
    return 1 if 2 * len(value) <= per_line and "\n" not in value else lines_in_units(value, per_line)


def most_lines(values: Sequence[object], units: Sequence[int]) -> int:
    """How many printed lines the cells of a row take, of which each has so many units of text to a line."""
    most = 1
    for value, per_line in zip(values, units, strict=True):
        if isinstance(value, str) and (2 * len(value) > per_line or "\n" in value):
            most = max(most, lines_in_units(value, per_line))
    return most


def lines_in_units(text: str, per_line: int) -> int:
    """How many printed lines a text takes, with so many units to a line."""
    if "\n" not in text:
        return max(1, -(-text_width(text) // per_line))
    return sum(max(1, -(-text_width(part) // per_line)) for part in text.split("\n"))


def units_per_line(width: float) -> int:
    """How many units of text a line takes in a column of that width."""
    return max(2, int(width) - 1)


def text_width(text: str) -> int:
    """How many units wide a text is printed; a Chinese character takes two."""
    if text.isascii():
        return len(text)
    return _width_of_words(text) if len(text) <= LONGEST_WORDS else sum(map(_character_width, text))


@lru_cache(1024)
def _width_of_words(text: str) -> int:
    """The width of a short text: what findings say is the same in many files."""
    return sum(map(_character_width, text))


@cache
def _character_width(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WFA" else 1


def shortened(text: str, limit: int) -> str:
    """At most that many UTF-16 units, as Excel counts."""
    while 2 * len(text) > limit and len(text.encode("utf-16-le")) // 2 > limit:
        text = text[:-1]
    return text


class Palette:
    """The formats of one workbook, each made when it is first needed."""

    def __init__(self, book: Book, font: str, heading_font: str, size: float) -> None:
        self.book, self.size = book, size
        self.font, self.heading_font = font, heading_font
        self.formats: dict[tuple[object, ...], Format] = {}
        self.dresses: dict[tuple[object, ...], Format] = {}  # with looks laid over them, see `workbook.looks`
        self.colours: dict[str, Format] = {}  # of live formats, by colour or number format

    def format(self, style: str, **properties: object) -> Format:
        """The format of a style, with other properties where some are given."""
        key = (style, *sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(self.properties(style, properties))
        return self.formats[key]

    def properties(self, style: str, own: Mapping[str, object]) -> dict[str, object]:
        """What the format of a style has, with properties of its own."""
        font = self.heading_font if style in HEADINGS else self.font
        return {"font_size": self.size, **STYLES[style], **own, "font_name": font}

    def pattern(self, number_format: str) -> Format:
        """The format of numbers that are shown otherwise while a condition holds."""
        if number_format not in self.colours:
            self.colours[number_format] = self.book.add_format({"num_format": number_format})
        return self.colours[number_format]

    def colour(self, name: str) -> Format:
        """The format of a colour that comes and goes."""
        if name not in self.colours:
            self.colours[name] = self.book.add_format({"bg_color": COLOURS[name]})
        return self.colours[name]


def set_up_print(
    sheet: Worksheet, *, width: float, size: float, landscape: bool, footer: str, said: Mapping[str, Any] = MappingProxyType({})
) -> None:
    """Set a sheet up for the printer: usually its whole width on one page, a small footer in the middle.

    Args:
        width: of its printed columns together, in characters.
        size: of its letters in points. The paper is A4, or A3 where they would come out too small to read.
        said: what the form says of it, as in form.yaml.
    """
    sheet.hide_gridlines(2)
    sheet.set_paper(PAPERS[said.get("paper") or paper_for(width, size, landscape)])
    if landscape:
        sheet.set_landscape()
    sheet.set_margins(*[margin / INCH for margin in said.get("margins", ())] or MARGINS)
    centred = said.get("centred", "across")
    if centred in ("across", "both"):
        sheet.center_horizontally()
    if centred in ("down", "both"):
        sheet.center_vertically()
    if "scale" in said:
        sheet.set_print_scale(said["scale"])
    else:
        sheet.fit_to_pages(*said.get("fit", (1, 0)))
    sheet.set_footer(f"&C&9{footer}")


def paper_for(width: float, size: float, landscape: bool) -> str:
    """The paper on which letters of that size can be read where so many characters go onto a page."""
    return "A4" if printed_size(width, size, landscape) >= LEAST_POINTS else "A3"


def printed_size(width: float, size: float, landscape: bool) -> float:
    """How large letters come out on A4, where the whole width of a sheet goes onto a page."""
    side = A4[1] if landscape else A4[2]
    return size * min(1.0, (side - 2 * MARGIN) * POINTS_PER_INCH / (width * UNIT_POINTS))
