"""Heights and print set-up of a drawn sheet, as far as they are others than the usual ones.

    raw |= print_of(sheet, size=11, width=78.5, header=(2, 3))      # {"print": {"fit": [1, 1]}}
    raw |= height_of(sheet, 4, "heading_height", usual=26)          # {"heading_height": 40}

What Excel has by itself, where nobody chose anything, is left to the program.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlperf.drawing.recognition.cells import DrawnSheet
from xlperf.workbook.styles import INCH, MARGINS, PAPERS, paper_for

MOST_OFF = 1  # points by which programs move a height when they save
UNSAID = (
    (0.7, 0.7, 0.75, 0.75),
    (0.75, 0.75, 1, 1),
    (0.7, 0.7, 0.7875, 0.7875),
    MARGINS,
)  # margins that programs have by themselves
FEW = 0.01  # inches


def height_of(sheet: DrawnSheet, row: int, name: str, *, usual: float) -> dict[str, float]:
    """The height of a row in points under that name, nothing where it is the usual one or nobody said any."""
    height = sheet.heights.get(row)
    return {} if height is None or abs(height - usual) <= MOST_OFF else {name: plain(height)}


def header_heights_of(sheet: DrawnSheet, row: int, rows: int) -> dict[str, list[float]]:
    """The heights of the rows of a header, nothing where they are the usual ones."""
    usual = 34 if rows == 1 else 24
    heights = [sheet.heights.get(number, usual) for number in range(row, row + rows)]
    return {"header_heights": [plain(h) for h in heights]} if any(abs(h - usual) > MOST_OFF for h in heights) else {}


def plain(height: float) -> float:
    """To half a point, without decimals where it has none."""
    rounded = round(height * 2) / 2
    return int(rounded) if rounded.is_integer() else rounded


def print_of(
    sheet: DrawnSheet, *, size: float, width: float, header: tuple[int, int] | None, tables: int, top: int
) -> dict[str, Any]:
    """How a sheet is printed, as form.yaml has it.

    Args:
        size: of letters in points.
        width: of the printed columns in characters.
        header: the first and the last row of the header of the first table.
        tables: how many tables there are.
        top: the first row in which something stands.
    """
    raw: dict[str, Any] = {}
    said = sheet.print
    paper = next((name for name, number in PAPERS.items() if number == said.paper), None)
    if paper is not None and paper != paper_for(width, size, sheet.is_landscape):
        raw["paper"] = paper
    if said.fit is not None and said.fit != (1, 0):
        raw["fit"] = [*said.fit]
    elif said.fit is None and said.scale not in (None, 100):
        raw["scale"] = said.scale
    if not any(_are_near(said.margins, margins) for margins in UNSAID):
        raw["margins"] = [plain_number(round(margin * INCH, 3)) for margin in said.margins]
    if said.down:
        raw["centred"] = "both" if said.across else "down"
    repeat = _repeat(said.titles, header, top)
    if header is not None and repeat != ("header" if tables == 1 else "nothing") and (repeat != "nothing" or said.fit):
        raw["repeat"] = repeat
    return {"print": raw} if raw else {}


def plain_number(number: float) -> float:
    return int(number) if float(number).is_integer() else number


def _are_near(margins: Sequence[float], others: Sequence[float]) -> bool:
    return all(abs(one - other) <= FEW for one, other in zip(margins, others, strict=True))


def _repeat(titles: tuple[int, int] | None, header: tuple[int, int] | None, top: int) -> str:
    """What every page begins with."""
    if titles is None or header is None or titles[1] < header[0]:
        return "nothing"
    return "top" if titles[0] <= top < header[0] else "header"
