"""What a collection hands out, made of its outcomes alone: the summary workbook, CSV, notices, the archive of what came in.

    write_exports(outcomes, read_roster(Path("units.csv")), Path("OUT"), "2023-03-01", open_input)

`outcomes` is gone through several times and never held: a list, or an object whose `__iter__` reads the store anew, in
the order of the paths. The same outcomes give the same bytes, whatever happened in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from .outcome import Outcome

if TYPE_CHECKING:
    from .roster import Unit


def write_exports(outcomes: Iterable[Outcome], roster: Sequence[Unit] | None, directory: Path, date: str,
                  contents: Callable[[Outcome], BinaryIO], templates: Path | None = None) -> tuple[Path, ...]:  # fmt: skip
    """Write every export into the directory and return the paths.

    Args:
        outcomes: one per input path, sorted by path; iterated several times, so no generator.
        roster: the units that should have sent something; None where no roster was given.
        date: the ISO date to stand in the files.
        contents: opens the bytes of an input as it was received, for audit.zip.
        templates: the folder of a bureau's own forms.

    Raises:
        UsageError: a file cannot be written (open in Excel, perhaps).
    """
    raise NotImplementedError
