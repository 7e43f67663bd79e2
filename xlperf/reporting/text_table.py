"""A table in the terminal: as wide as the terminal is, and it knows how wide Chinese is.

table(["Form", "Year"], [["budget", "2026"]])
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from xlperf.messages import plain

NARROWEST, WIDEST = 80, 160  # characters of a line
LONGEST_TEXT = 240  # characters of a text in a cell


def table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, ratios: Sequence[int | None] = (), spaced: bool = False
) -> str:
    """Return the table as lines of text.

    Args:
        ratios: per column its share of the room that is left, in which it folds its texts; None: as wide as its longest text.
        spaced: whether there is a blank line between two rows.
    """
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=SIMPLE_HEAD, pad_edge=False, show_lines=spaced, expand=any(ratios))
    for number, heading in enumerate(headings):
        ratio = ratios[number] if ratios else None
        drawn.add_column(heading, overflow="fold", ratio=ratio, no_wrap=bool(ratios) and ratio is None)
    for row in rows:
        drawn.add_row(*(Text(plain(text)) for text in row))
    console = Console(width=terminal_width(), color_system=None, legacy_windows=False)
    with console.capture() as captured:
        console.print(drawn)
    return "\n".join(line.rstrip() for line in captured.get().strip("\n").splitlines())


def shortened(value: object) -> str:
    """As much of a text as a cell of the terminal shows."""
    text = str(value)
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"


def terminal_width() -> int:
    """The terminal's columns, within reason; 120 where the output is no terminal."""
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size((120, 24)).columns))
