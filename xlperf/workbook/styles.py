"""How the workbook looks: colours, cell styles by name, and how much room a text takes.

A calm palette with one colour per meaning: what people fill in, what is computed, what is fixed, what is still blank.
"""

from __future__ import annotations

import unicodedata

LONGEST_ROW = 409.0  # points; Excel's limit of a row's height
POINTS_PER_LINE = 15.0

BORDER = {"border": 1, "border_color": "#A6B1BD"}
COLOURS = {
    "input": "#FFFBE6",
    "computed": "#EFF1F3",
    "required": "#FCE0C8",
    "error": "#F4B6B0",
    "warning": "#FBE3A0",
    "info": "#CFE4F7",
    "locked": "#E9EFF6",
    "final": "#FFFFFF",
    "passed": "#DCEFD8",
    "reference": "#DDE1E5",
}
STYLES: dict[str, dict] = {
    "title": {"bold": True, "font_size": 18, "align": "center", "valign": "vcenter", "heading": True},
    "year": {"font_size": 13, "align": "center", "valign": "vcenter"},
    "heading": {"bold": True, "font_size": 12, "valign": "vcenter", "heading": True, "bottom": 1, "bottom_color": "#5B7083"},
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
    return len(text) if text.isascii() else sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def shortened(text: str, limit: int) -> str:
    """At most that many UTF-16 units, as Excel counts."""
    while len(text.encode("utf-16-le")) // 2 > limit:
        text = text[:-1]
    return text


class Palette:
    """The formats of one workbook, made when first needed."""

    def __init__(self, book, font: str, heading_font: str, size: float) -> None:
        self.book, self.fonts, self.size = book, {False: font, True: heading_font}, size
        self.formats: dict[tuple, object] = {}

    def format(self, style: str, **more: object):
        """The format of a style, with other properties where some are given."""
        key = (style, *sorted(more.items()))
        if key not in self.formats:
            properties = {"font_size": self.size, **STYLES[style], **more}
            properties["font_name"] = self.fonts[properties.pop("heading", False)]
            self.formats[key] = self.book.add_format(properties)
        return self.formats[key]
