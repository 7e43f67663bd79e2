"""How a workbook looks: colours, cell styles by name, print set-up, and how much room a text takes.

    palette.format("input", align="right")     # each format is made once per workbook

A calm palette with one colour per meaning: what people fill in, what is computed, what is fixed, what is still blank.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # colours and widths are asked for where nothing is written
    from xlperf.workbook.book import Book, Format, Worksheet

LONGEST_ROW = 409.0  # points; Excel's limit of a row's height
POINTS_PER_LINE = 15.0

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
}
HEADINGS = ("title", "heading")  # styles in the font of headings
ALIGN = {
    "money": "right",
    "percentage": "right",
    "points": "center",
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
    per_line = max(2, int(width) - 1)
    return sum(max(1, -(-text_width(part) // per_line)) for part in value.split("\n"))


def text_width(text: str) -> int:
    """How many units wide a text is printed; a Chinese character takes two."""
    return len(text) if text.isascii() else sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def shortened(text: str, limit: int) -> str:
    """At most that many UTF-16 units, as Excel counts."""
    while len(text.encode("utf-16-le")) // 2 > limit:
        text = text[:-1]
    return text


class Palette:
    """The formats of one workbook, each made when it is first needed."""

    def __init__(self, book: Book, font: str, heading_font: str, size: float) -> None:
        self.book, self.size = book, size
        self.font, self.heading_font = font, heading_font
        self.formats: dict[tuple[object, ...], Format] = {}
        self.colours: dict[str, Format] = {}

    def format(self, style: str, **properties: object) -> Format:
        """The format of a style, with other properties where some are given."""
        key = (style, *sorted(properties.items()))
        if key not in self.formats:
            font = self.heading_font if style in HEADINGS else self.font
            self.formats[key] = self.book.add_format({"font_size": self.size, **STYLES[style], **properties, "font_name": font})
        return self.formats[key]

    def colour(self, name: str) -> Format:
        """The format of a colour that comes and goes."""
        if name not in self.colours:
            self.colours[name] = self.book.add_format({"bg_color": COLOURS[name]})
        return self.colours[name]


def print_on_a4(sheet: Worksheet, *, landscape: bool, footer: str) -> None:
    """Set a sheet up for the printer: A4, its whole width on one page, a small footer in the middle."""
    sheet.hide_gridlines(2)
    sheet.set_paper(9)
    if landscape:
        sheet.set_landscape()
    sheet.set_margins(0.5, 0.5, 0.6, 0.6)
    sheet.center_horizontally()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&C&9{footer}")
