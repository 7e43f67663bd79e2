"""The archive for whoever audits: the inputs as they were received, and a list of who sent what when and what became of it.

    write_audit(collection, outcomes, open_input, Path("audit.zip"))

Inputs go through the memory a piece at a time. The same bytes are kept once and listed for every path they came by. Of what
could not be got out of an archive the archive is kept. What is no longer there, or no longer what was received, is listed and
says so.
"""

from __future__ import annotations

import errno
import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, count
from pathlib import Path, PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import BinaryIO

from xlperf.files import ZIP_TIME, safe_name, write_csv
from xlperf.messages import sentence
from xlperf.summarizing.outcome import INSIDE, Outcome
from xlperf.summarizing.submissions import content_of
from xlperf.summarizing.survey import Collection

MANIFEST, INPUTS = "manifest.csv", "inputs"
PIECE = 1 << 20  # bytes
COLUMNS = ("file", "stored", "sha256", "size", "unit", "unit_code", "received", "status", "standing", "instead")
LONGEST_PART = 60  # characters of a folder or file name in the archive

Contents = Callable[[Outcome], BinaryIO]


def write_audit(collection: Collection, outcomes: Iterable[Outcome], contents: Contents, path: Path) -> None:
    """Write the archive.

    Args:
        contents: opens the bytes of an input as it was received; of one without a SHA-256 those of the archive around it.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        text = io.StringIO()
        write_csv(text, _rows(collection, outcomes, contents, archive))
        with archive.open(_entry(MANIFEST), "w") as file:
            file.write(text.getvalue().encode())


def _rows(collection: Collection, outcomes: Iterable[Outcome], contents: Contents, archive: zipfile.ZipFile) -> Iterator[tuple]:
    """Yield the lines of the list while the inputs go into the archive."""
    yield tuple(sentence(f"head_{key}", {}) for key in COLUMNS)
    stored: dict[str, str] = {}
    taken = {MANIFEST}
    for outcome in outcomes:
        content = content_of(outcome) if outcome.sha256 else _kept(outcome)
        if content not in stored:
            stored[content] = _store(archive, outcome, contents, taken)
        standing = collection.standings[outcome.path]
        instead = standing.by if standing.by != outcome.path else None
        yield (
            outcome.path,
            stored[content],
            outcome.sha256,
            outcome.size,
            outcome.unit,
            outcome.unit_code,
            outcome.received,
            sentence(f"status_{outcome.status}", {}),
            sentence(f"submission_{standing.kind}", {}),
            instead,
        )


def _store(archive: zipfile.ZipFile, outcome: Outcome, contents: Contents, taken: set[str]) -> str:
    """Put an input into the archive and return its name there, or why it is not there."""
    digest = hashlib.sha256()
    with SpooledTemporaryFile(PIECE) as copy:
        try:
            with contents(outcome) as source:
                while piece := source.read(PIECE):
                    digest.update(piece)
                    copy.write(piece)
        except OSError as error:
            if error.errno == errno.ENOSPC:  # no room for our copy; the input is there
                raise
            return sentence("input_gone" if outcome.sha256 else "input_closed", {})
        if outcome.sha256 and digest.hexdigest() != outcome.sha256:
            return sentence("input_changed", {})
        name = _name(outcome.path if outcome.sha256 else _kept(outcome), taken)
        size = copy.tell()
        copy.seek(0)
        with archive.open(_entry(name), "w", force_zip64=size > zipfile.ZIP64_LIMIT // 2) as target:
            while piece := copy.read(PIECE):
                target.write(piece)
    return name


def _kept(outcome: Outcome) -> str:
    """The path of the archive in which an input lies whose bytes nobody could get at, its own where it lies in none."""
    return outcome.path.partition(INSIDE)[0]


def _name(path: str, taken: set[str]) -> str:
    """The path as it may stand in an archive that Windows unpacks, with a number where another file is called so."""
    path = path.replace(INSIDE, f"{INSIDE}/")  # the archive itself may be there as well: a file and a folder of one name
    *folders, file = [PurePosixPath(part) for part in re.split(r"[/\\]+", path) if part.strip(". ")] or [PurePosixPath("_")]
    stem = "/".join([INPUTS, *(safe_name(str(part))[:LONGEST_PART] for part in (*folders, file.stem))])
    names = (f"{stem}{end}{file.suffix[:8]}" for end in chain([""], (f" ({number})" for number in count(2))))
    name = next(name for name in names if name.casefold() not in taken)
    taken.add(name.casefold())
    return name


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, ZIP_TIME)
    entry.create_system = 0  # the same on every system
    return entry
