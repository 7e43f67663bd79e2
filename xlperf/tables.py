"""Tables for a terminal of any width: columns that know how wide Chinese is, no colours, no trailing spaces.

    print(table(("severity", "code"), [("error", "XL201")]))
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence

NARROWEST, WIDEST = 80, 160


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], ratios: Sequence[int | None] = (), lines: bool = False) -> str:
    """Return the table; a column with a ratio shares the room that those without one leave, and folds its texts.

    Args:
        lines: whether there is room between two rows.
    """
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    made = Table(box=SIMPLE_HEAD, pad_edge=False, show_lines=lines, expand=any(ratios))
    for number, heading in enumerate(headings):
        ratio = ratios[number] if ratios else None
        made.add_column(heading, overflow="fold", ratio=ratio, no_wrap=bool(ratios) and ratio is None)
    for row in rows:
        made.add_row(*(Text(part) for part in row))
    console = Console(width=width(), color_system=None, legacy_windows=False)
    with console.capture() as captured:
        console.print(made)
    return "\n".join(line.rstrip() for line in captured.get().strip("\n").splitlines())


def width() -> int:
    """The terminal's columns, within reason; 120 where the output is no terminal."""
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size((120, 24)).columns))
