"""The bytes of an input, read again when it is worked on: from its file, or through the archives it lies in.

    read_input(found)                   # its bytes, or UnreadableError if they have changed

Archives stay open between two reads, until `close_archives`.
"""

from __future__ import annotations

import hashlib
import zipfile
from functools import lru_cache
from typing import IO

from xlperf.collecting.inbox.archives import DEEPEST, seekable
from xlperf.collecting.inbox.inputs import Input
from xlperf.errors import UnreadableError, is_disk_full, reason_of
from xlperf.files import ZIP_FAULTS


def open_input(found: Input) -> IO[bytes]:
    """Open an input for reading; an error is one of ZIP_FAULTS."""
    if not found.members:
        return open(found.file, "rb")
    archive = _archive(found.file, found.members[:-1])
    return archive.open(archive.infolist()[found.members[-1]])


def open_archive(file: str, members: tuple[int, ...]) -> zipfile.ZipFile:
    """Open an archive, or one within others; it stays open until `close_archives`. An error is one of ZIP_FAULTS."""
    return _archive(file, members)


def open_received(found: Input) -> IO[bytes]:
    """Open an input as it was received, or the archive around it if its own bytes cannot be read.

    Raises:
        OSError: it cannot be opened, for whatever reason.
    """
    try:
        return open_input(found) if found.sha256 else open(found.file, "rb")
    except ZIP_FAULTS as error:
        raise OSError(str(error)) from None


def read_input(found: Input) -> bytes:
    """Return the bytes of an input.

    Raises:
        UnreadableError: the file can no longer be read (XL506), or has changed since it was listed (XL126).
    """
    try:
        with open_input(found) as stream:
            content = stream.read(found.size + 1)  # one byte more, to notice that it has grown without reading all of it
    except ZIP_FAULTS as error:
        if is_disk_full(error):
            raise
        raise UnreadableError("XL506", found=reason_of(error)) from None
    if hashlib.sha256(content).hexdigest() != found.sha256:
        raise UnreadableError("XL126", found=found.name)
    return content


@lru_cache(maxsize=DEEPEST + 1)
def _archive(file: str, members: tuple[int, ...]) -> zipfile.ZipFile:
    """The archive at the end of that path; kept open, because reading its directory takes longer than reading one entry."""
    if not members:
        return zipfile.ZipFile(file)
    around = _archive(file, members[:-1])
    return zipfile.ZipFile(seekable(around, around.infolist()[members[-1]]))


def close_archives() -> None:
    """Close the archives that `read_input` keeps open; until then Windows locks them."""
    _archive.cache_clear()
