"""The list of the files that we have put into the folders of handouts, so that nobody's own files are removed.

    start_list(path, folders)               # before the first file is put there
    note(path, {"returned": names})         # before the files are
    noted(path, {"returned/name.docx"})     # which of these we put there
    finish_list(path, {"returned": names})  # when all is done

A line is `folder/name`. A name is noted before its file is written, so a killed run leaves no file that is not on the list.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Set
from itertools import chain
from pathlib import Path

from xlperf.files import write_atomically


def start_list(path: Path, folders: Iterable[Path]) -> None:
    """If there is no list yet, make one of all files in the folders: a run of an earlier version put them there."""
    there = [f"{folder.name}/{name}" for folder in folders if folder.is_dir() for name in sorted(os.listdir(folder))]
    if there and not path.exists():
        _write(path, there)


def note(path: Path, names: Mapping[str, Iterable[str]]) -> None:
    """Add names to the list, by folder."""
    with path.open("a", encoding="utf-8", newline="\n") as lines:
        lines.writelines(f"{name}\n" for name in _lines(names))


def noted(path: Path, names: Set[str]) -> set[str]:
    """Which of these are on the list; it is never in memory as a whole, it may have tens of thousands of lines."""
    if not path.exists():
        return set()
    with path.open(encoding="utf-8", errors="replace") as lines:
        return {name for line in lines if (name := line.rstrip("\n")) in names}


def finish_list(path: Path, names: Mapping[str, Iterable[str]]) -> None:
    """Make these the list, by folder; lines of other folders stay: in another language the folders have other names."""
    if path.exists():
        lines = path.read_text("utf-8", errors="replace").splitlines()
        others = sorted({line for line in lines if line.partition("/")[0] not in names})
        _write(path, chain(others, _lines(names)))


def _lines(names: Mapping[str, Iterable[str]]) -> Iterator[str]:
    return (f"{folder}/{name}" for folder, listed in names.items() for name in listed)


def _write(path: Path, names: Iterable[str]) -> None:
    write_atomically(path, lambda new: new.write_text("".join(f"{name}\n" for name in names), "utf-8", newline="\n"))
