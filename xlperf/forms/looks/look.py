"""A look: what letters, fill, borders and alignment of cells are, where a form asks for others than the program's.

>>> looks_by_place([{"at": ["header funds", "row items.all"], "bold": False, "border": "thin", "top": "none"}])["header funds"]
{'bold': False, 'left': 'thin', 'right': 'thin', 'top': 'none', 'bottom': 'thin'}
>>> written({"bold": False, "left": "thin", "right": "thin", "top": "thin", "bottom": "thin"})
{'bold': False, 'border': 'thin'}

A look holds only what is said; what it leaves out stays as it would be. A border is a line and its colour, `thin #A6B1BD`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Look = Mapping[str, Any]
SIDES = ("left", "right", "top", "bottom")
BORDER = "border"  # all four sides at once
LETTERS = ("font", "size", "bold", "italic", "underline", "strike", "colour")
ALIGNMENT = ("align", "valign", "wrap", "indent", "rotation", "shrink")
PROPERTIES = (*LETTERS, "fill", *ALIGNMENT, *SIDES)
NONE, AUTOMATIC, STACKED = "none", "automatic", "stacked"  # no line or fill; the usual colour; letters below one another

YELLOW = (25, 75)  # degrees of the colour circle that pass for yellow


def looks_by_place(raws: Iterable[Mapping[str, Any]]) -> dict[str, Look]:
    """What is said of each place, of two looks for one place the later one first."""
    found: dict[str, Look] = {}
    for raw in raws:
        sides = dict.fromkeys(SIDES, raw[BORDER]) if BORDER in raw else {}
        own = {name: value for name, value in {**sides, **raw}.items() if name in PROPERTIES}
        for place in raw["at"]:
            found[place] = in_order({**found.get(place, {}), **own})
    return found


def in_order(look: Look) -> dict[str, Any]:
    """A look with its properties in the order of PROPERTIES."""
    return {name: look[name] for name in PROPERTIES if name in look}


def written(look: Look) -> dict[str, Any]:
    """A look as form.yaml has it: four equal sides are one border."""
    sides = {look.get(side) for side in SIDES}
    found = in_order(look)
    if len(sides) == 1 and None not in sides:
        found = {name: value for name, value in found.items() if name not in SIDES} | {BORDER: sides.pop()}
    return found


def is_yellow(digits: str) -> bool:
    """Whether six digits are a yellow, the colour of cells that people fill in.

    >>> is_yellow("FFFBE6"), is_yellow("DDEBF7")
    (True, False)
    """
    red, green, blue = (int(digits[at : at + 2], 16) for at in (0, 2, 4))
    most, least = max(red, green, blue), min(red, green, blue)
    if most < 200 or most in (least, blue):
        return False
    hue = 60 * (green - blue) / (most - least) if most == red else 120 + 60 * (blue - red) / (most - least)
    return YELLOW[0] <= hue <= YELLOW[1]
