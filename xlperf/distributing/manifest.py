"""The list of the workbooks that were handed out, a CSV file for Excel beside them.

>>> ManifestLine(unit="A", code="", file="A-2023.xlsx", sha256="9f86d0", basis="60303a")._fields
('unit', 'code', 'file', 'sha256', 'basis', 'subject')
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from xlperf.csv_file import as_meant, harmless
from xlperf.errors import UsageError, reason_of
from xlperf.files import write_atomically

MANIFEST = "manifest.csv"
BOM = "\ufeff"


class ManifestLine(NamedTuple):
    """A workbook as it was handed out; the fields are the columns of the manifest."""

    unit: str
    code: str
    file: str
    sha256: str  # of the file
    basis: str  # the SHA-256 of what it was made of: the form, the unit with all that the roster says of it, how it is issued
    subject: str = ""  # what the paper is about, where a unit files several


def read_manifest(path: Path) -> list[ManifestLine]:
    """Return the lines of a manifest, none where there is no file.

    Raises:
        UsageError: it cannot be read, or is no manifest.
    """
    if not path.exists():
        return []
    try:
        _, *lines = csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline=""))
        return [ManifestLine(*map(as_meant, line)) for line in lines]
    except (OSError, ValueError, TypeError, csv.Error):
        raise UsageError("bad_manifest", path=path) from None


def write_manifest(path: Path, lines: Iterable[ManifestLine]) -> None:
    """Write the manifest, for Excel.

    Raises:
        UsageError: it cannot be written.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(ManifestLine._fields)
    writer.writerows([harmless(value) for value in line] for line in lines)
    write_atomically(path, lambda part: part.write_text(BOM + text.getvalue(), "utf-8", newline="\n"))


def digest_of(path: Path) -> str:
    """The SHA-256 of a file.

    Raises:
        UsageError: it cannot be opened.
    """
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise UsageError("cannot_open", path=path, reason=reason_of(error)) from None
