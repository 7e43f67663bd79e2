"""How the cells of a workbook look: fills, fonts and alignment, as far as a picture shows them, and their number formats.

    looks = CellLooks(package.styles)
    looks.number_format(12), looks.of(12, "number")     # "0.00%", {"fill": "#e9eff6", "align": "right"}

Colours of a theme are those of the usual one, for the theme of a workbook is not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from xlperf.page.shown_numbers import BUILT_IN, GENERAL

THEME = ("ffffff", "000000", "eeece1", "1f497d", "4f81bd", "c0504d", "9bbb59", "8064a2", "4bacc6", "f79646")
USUAL_SIZE = 11.0  # of a font, in points
PIXELS = 1.2  # for a point, in a picture
ALIGNED = {"number": "right", "truth": "center", "error": "center"}  # where a cell does not say; text is left
HORIZONTAL = {"left": "left", "center": "center", "right": "right", "centerContinuous": "center", "distributed": "center"}
VERTICAL = {"top": "top", "center": "middle"}  # a picture has the others at the bottom
UPRIGHT = "255"  # letters that stand below one another
OFF = ("0", "false")
MOST = 1e9  # no number in the XML of a workbook that means anything is as large
LEAST_CONTRAST, STEPS = 4.6, 20  # the guidelines ask for 4.5
Look = dict[str, str | float | bool]


class Format(NamedTuple):
    """One format of cells."""

    code: str  # of numbers
    look: Look


class CellLooks:
    """The looks of the cells of one workbook, each listed once."""

    def __init__(self, styles: bytes) -> None:
        self._formats = tuple(_formats(ElementTree.fromstring(styles))) if styles else ()
        self._numbers: dict[tuple[tuple[str, object], ...], int] = {}
        self.listed: list[Look] = []

    def _format(self, style: int) -> Format:
        return self._formats[style] if 0 <= style < len(self._formats) else Format(GENERAL, {})

    def number_format(self, style: int) -> str:
        """The number format of cells of that style."""
        return self._format(style).code

    def is_plain(self, style: int) -> bool:
        """Whether nothing is seen of a blank cell of that style."""
        return "fill" not in self._format(style).look

    def number_of(self, style: int, kind: str) -> int:
        """Which of the listed looks a cell of that style and kind of value has."""
        look = dict(self._format(style).look)
        if kind in ALIGNED:
            look.setdefault("align", ALIGNED[kind])
        key = tuple(sorted(look.items()))
        if key not in self._numbers:
            self._numbers[key] = len(self.listed)
            self.listed.append(look)
        return self._numbers[key]


def _formats(styles: Element) -> Iterator[Format]:
    """Yield the formats of cells in the order of their numbers."""
    own = {element.get("numFmtId"): element.get("formatCode", GENERAL) for element in styles.iterfind("{*}numFmts/{*}numFmt")}
    fonts = [_font(element) for element in styles.iterfind("{*}fonts/{*}font")]
    fills = [_fill(element) for element in styles.iterfind("{*}fills/{*}fill")]
    for element in styles.iterfind("{*}cellXfs/{*}xf"):
        code = own.get(element.get("numFmtId", "0")) or BUILT_IN.get(round(number_in(element, "numFmtId", 0)), GENERAL)
        look = {**_at(fonts, element, "fontId"), **_at(fills, element, "fillId"), **_alignment(element)}
        yield Format(code, _readable(look))


def _readable(look: Look) -> Look:
    """The look with its letters as dark, or on a dark fill as light, as people need them to read on a screen."""
    ground = _parts(str(look.get("fill", "#ffffff")))
    letters = _parts(str(look.get("color", "#000000")))
    end = 0 if _contrast(ground, (0, 0, 0)) >= _contrast(ground, (255, 255, 255)) else 255
    for step in range(STEPS + 1):
        colour = tuple(round(part + (end - part) * step / STEPS) for part in letters)
        if _contrast(ground, colour) >= LEAST_CONTRAST:
            return {**look, "color": _written(colour)} if step else look
    return {**look, "color": _written((end, end, end))}


def _contrast(one: Sequence[int], other: Sequence[int]) -> float:
    """How far two colours are apart in brightness, from 1 to 21, as the guidelines for accessible pages count it."""
    lighter, darker = sorted((_brightness(one), _brightness(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _brightness(colour: Sequence[int]) -> float:
    linear = [part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour]
    return sum(part * share for part, share in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


def _at(looks: Sequence[Look], element: Element, key: str) -> Mapping[str, str | float | bool]:
    number = round(number_in(element, key, -1))
    return looks[number] if 0 <= number < len(looks) else {}


def _font(font: Element) -> Look:
    look: Look = {}
    if (colour := _colour(font.find("{*}color"))) and colour != "#000000":
        look["color"] = colour
    if _is_on(font.find("{*}b")):
        look["bold"] = True
    if _is_on(font.find("{*}strike")):
        look["struck"] = True
    size = font.find("{*}sz")
    points = number_in(size, "val", USUAL_SIZE) if size is not None else USUAL_SIZE
    if points != USUAL_SIZE:
        look["size"] = round(min(max(points, 8.0), 24.0) * PIXELS, 1)
    return look


def _fill(fill: Element) -> Look:
    pattern = fill.find("{*}patternFill")
    if pattern is None or pattern.get("patternType") != "solid":
        return {}
    colour = _colour(pattern.find("{*}fgColor"))
    return {"fill": colour} if colour and colour != "#ffffff" else {}


def _alignment(style: Element) -> Look:
    alignment = style.find("{*}alignment")
    if alignment is None:
        return {}
    upright = {"upright": True} if alignment.get("textRotation") == UPRIGHT else {}
    across, along = HORIZONTAL.get(alignment.get("horizontal", "")), VERTICAL.get(alignment.get("vertical", ""))
    return {**({"align": across} if across else {}), **({"valign": along} if along else {}), **upright}


def _is_on(element: Element | None) -> bool:
    return element is not None and element.get("val", "1") not in OFF


def _colour(element: Element | None) -> str | None:
    """A colour as a page writes it."""
    if element is None:
        return None
    written, theme = element.get("rgb", ""), round(number_in(element, "theme", -1))
    code = written[-6:].lower() if len(written) in (6, 8) else ""
    if not code and 0 <= theme < len(THEME):
        code = THEME[theme]
    if len(code) != 6 or set(code) - set("0123456789abcdef"):
        return None
    tint = number_in(element, "tint", 0)
    return _written([_tinted(part, tint) for part in _parts(f"#{code}")])


def _parts(colour: str) -> list[int]:
    """Red, green and blue of a colour."""
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def _written(parts: Sequence[int]) -> str:
    return "#" + "".join(f"{part:02x}" for part in parts)


def _tinted(part: int, tint: float) -> int:
    """A part of a colour made lighter, or with a negative tint darker."""
    tint = min(max(tint, -1.0), 1.0)
    return round(part * (1 + tint) if tint < 0 else part + (255 - part) * tint)


def number_in(element: Element, key: str, default: float) -> float:
    """What an attribute says that is to be a number; the default where it is none, or none of any use."""
    try:
        number = float(element.get(key, default))
    except ValueError:
        return default
    return number if abs(number) < MOST else default
