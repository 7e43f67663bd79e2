"""The list of what a collection put where people look for it: only that is taken away again, never a copy of somebody's own.

    note(path, "folder/name.docx")                          # before the file is written, so that none is there without a line
    noted(path, {"folder/name.docx", "folder/copy.docx"})   # {"folder/name.docx"}
    keep(path, ["folder/name.docx"])                        # forget all others

A text with one name a line, added to at once: a run that is killed leaves it as good as one that ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from pathlib import Path

from .files import make_folder, write_atomically


def note(path: Path, name: str) -> None:
    """Add a name to the list."""
    make_folder(path.parent)
    with path.open("a", encoding="utf-8", newline="\n") as lines:
        lines.write(f"{name}\n")


def noted(path: Path, names: Set[str]) -> set[str]:
    """Which of these are on the list; it is not held, it may have tens of thousands."""
    if not path.exists():
        return set()
    with path.open(encoding="utf-8", errors="replace") as lines:
        return {name for line in lines if (name := line.rstrip("\n")) in names}


def keep(path: Path, names: Iterable[str]) -> None:
    """Make these the list, if there is one."""
    if path.exists():
        write_atomically(path, lambda new: new.write_text("".join(f"{name}\n" for name in names), "utf-8", newline="\n"))
