"""The archive for auditors: the inputs as they were received, and a list of who sent what and when, and what became of it.

    write_audit(survey, outcomes, Path("audit.zip"), open_input=open_input)

Inputs are copied a piece at a time. Equal files are stored once and listed for every path. If a file cannot be taken out of
its archive, the archive is stored. An input that is missing or has changed since is listed with that remark.
"""

from __future__ import annotations

import errno
import hashlib
import io
import re
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from itertools import chain, count
from pathlib import Path, PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import IO

from xlperf.csv_file import write_csv
from xlperf.file_names import safe_name
from xlperf.files import zip_entry
from xlperf.messages import sentence
from xlperf.summarizing.audit.chain import Chain
from xlperf.summarizing.outcome import INSIDE, Outcome, held_once
from xlperf.summarizing.spool import SpooledSet
from xlperf.summarizing.submissions import content_key
from xlperf.summarizing.survey import Survey
from xlperf.summarizing.tables.table import Row

MANIFEST, CHAIN, INPUTS = "manifest.csv", "chain.csv", "inputs"
PIECE = 1 << 20  # bytes
COLUMNS = ("file", "stored", "sha256", "size", "unit", "unit_code", "received", "status", "role", "instead")
CHAIN_COLUMNS = ("number", "time", "event", "kind", "facts", "previous", "hash")
LONGEST_PART = 60  # characters of a folder or file name in the archive

OpenInput = Callable[[Outcome], IO[bytes]]


def write_audit(
    survey: Survey, outcomes: Iterable[Outcome], path: Path, *, open_input: OpenInput, chain: Chain | None = None
) -> None:
    """Write the archive.

    Args:
        open_input: opens an input as it was received, or the archive around an input without a SHA-256.
        chain: what happened to the collection, entry by entry.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive, SpooledTemporaryFile(PIECE) as listed:
        text = io.TextIOWrapper(listed, "utf-8", newline="")
        write_csv(text, _rows(survey, outcomes, archive, open_input))
        text.flush()
        listed.seek(0)
        with archive.open(zip_entry(MANIFEST), "w") as file:
            shutil.copyfileobj(listed, file, PIECE)
        if chain:
            with archive.open(zip_entry(CHAIN), "w") as file, io.TextIOWrapper(file, "utf-8", newline="") as lines:
                write_csv(lines, _chain_rows(chain))


def _rows(survey: Survey, outcomes: Iterable[Outcome], archive: zipfile.ZipFile, open_input: OpenInput) -> Iterator[Row]:
    """Yield the lines of the list while the inputs are stored."""
    yield [sentence(f"head_{key}", {}) for key in COLUMNS]
    stored: dict[str, str] = {}
    taken = SpooledSet([MANIFEST, CHAIN])
    for outcome in map(survey.owned, outcomes):
        content = held_once(content_key(outcome) if outcome.sha256 else _outermost(outcome))
        if content not in stored:
            stored[content] = _store(archive, outcome, open_input, taken)
        role = survey.roles[outcome.path]
        yield (
            outcome.path,
            stored[content],
            outcome.sha256,
            outcome.size,
            outcome.unit,
            outcome.unit_code,
            outcome.received,
            sentence(f"status_{survey.status_of(outcome)}", {}),
            sentence(f"submission_{role.kind}", {}),
            role.by if role.by != outcome.path else None,
        )


def _chain_rows(chain: Chain) -> Iterator[Row]:
    """The lines of the chain: kinds in words, facts as the JSON that was hashed."""
    yield [sentence(f"head_{key}", {}) for key in CHAIN_COLUMNS]
    for entry in chain.entries():
        yield entry.number, entry.time, sentence(f"entry_{entry.kind}", {}), entry.kind, entry.facts, entry.previous, entry.hash


def _store(archive: zipfile.ZipFile, outcome: Outcome, open_input: OpenInput, taken: SpooledSet) -> str:
    """Store an input and return its name in the archive, or the reason why it is not there."""
    with ExitStack() as until_stored:
        try:
            with open_input(outcome) as source:
                first = source.read(PIECE)  # of most inputs all there is
                copy: IO[bytes] = io.BytesIO(first)
                digest = hashlib.sha256(first)
                if len(first) == PIECE:
                    copy = until_stored.enter_context(SpooledTemporaryFile(PIECE))
                    copy.write(first)
                    while piece := source.read(PIECE):
                        digest.update(piece)
                        copy.write(piece)
        except OSError as error:
            if error.errno == errno.ENOSPC:  # our disk is full; the input is all right
                raise
            return sentence("input_gone" if outcome.sha256 else "input_closed", {})
        if outcome.sha256 and digest.hexdigest() != outcome.sha256:
            return sentence("input_changed", {})
        name = _name(outcome.path if outcome.sha256 else _outermost(outcome), taken)
        size = copy.seek(0, io.SEEK_END)
        copy.seek(0)
        with archive.open(zip_entry(name), "w", force_zip64=size > zipfile.ZIP64_LIMIT // 2) as target:
            shutil.copyfileobj(copy, target, PIECE)
    return name


def _outermost(outcome: Outcome) -> str:
    """The path of the outermost archive around an input, its own path if there is none."""
    return outcome.path.partition(INSIDE)[0]


def _name(path: str, taken: SpooledSet) -> str:
    """A unique name in the archive that Windows can unpack, made from the path."""
    path = path.replace(INSIDE, f"{INSIDE}/")  # the archive itself may be stored too: no folder of its name
    *folders, file = [PurePosixPath(part) for part in re.split(r"[/\\]+", path) if part.strip(". ")] or [PurePosixPath("_")]
    stem = "/".join([INPUTS, *(safe_name(str(part))[:LONGEST_PART] for part in (*folders, file.stem))])
    names = (f"{stem}{end}{file.suffix[:8]}" for end in chain([""], (f" ({number})" for number in count(2))))
    name = next(name for name in names if name.casefold() not in taken)
    taken.add(name.casefold())
    return name
