"""Gnumeric as an independent referee: it computes every formula anew, and forgives less than Excel.

It computes in long doubles, compares them to the last bit, and takes no sum for 0 that is not 0. What is its own is known and
allowed for: it drops spaces and line ends around a text, makes of a number in a text all its 17 digits (`as_gnumeric_shows`),
and leaves in a text the escapes of OOXML, as `_x000D_` (`without_escapes`).
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from support.answers import answer_of, keep, take

SECONDS_PER_FILE = 60
NUMBER = re.compile(r"\d+\.\d+")
MOST_DIGITS = 15
ESCAPE = re.compile("_x(?=[0-9A-F]{4}_)", re.IGNORECASE)
AROUND = " \n\t\r"


def recalculate(files: Iterable[Path], directory: Path) -> list[Path]:
    """Open the files in Gnumeric, compute every formula and save them in `directory`."""
    directory.mkdir(parents=True, exist_ok=True)
    saved = []
    for file in files:
        target, answer = directory / file.name, answer_of("gnumeric", version(), file.read_bytes())
        if answer.exists():
            take(answer, target)
        else:
            command = ["ssconvert", "--recalc", str(file), str(target)]
            subprocess.run(command, check=True, capture_output=True, timeout=SECONDS_PER_FILE)
            keep(target, answer)
        saved.append(target)
    return saved


def as_gnumeric_shows(value: object) -> object:
    """What Gnumeric makes of a value that we and LibreOffice show."""
    if not isinstance(value, str):
        return value
    return NUMBER.sub(_with_15_digits, value).strip(AROUND)


def without_escapes(value: Any) -> Any:
    """A document without the texts that Gnumeric reads otherwise than they are written."""
    if isinstance(value, dict):
        return {key: without_escapes(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_escapes(item) for item in value]
    return ESCAPE.sub("x", value) if isinstance(value, str) else value


def _with_15_digits(match: re.Match[str]) -> str:
    digits = len(match[0].replace(".", "").lstrip("0"))
    return match[0] if digits <= MOST_DIGITS else format(float(match[0]), f".{MOST_DIGITS}g")


@cache
def version() -> str:
    return subprocess.run(["ssconvert", "--version"], check=True, capture_output=True, text=True, timeout=60).stdout
