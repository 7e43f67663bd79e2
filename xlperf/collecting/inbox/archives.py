"""What archives in an inbox hold: zips, zips within zips a few levels deep, and packages, the collections of other offices.

Names in archives are UTF-8 or, as Windows in China writes them, GBK. What one archive may hold is bounded. Of a package, what
that office received is listed, after the package itself.
"""

from __future__ import annotations

import stat
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import IO

from xlperf.collecting.inbox.input_names import name_of
from xlperf.collecting.inbox.inputs import Found, Input, Skipped, hashed, is_no_submission, owner_of
from xlperf.collecting.packages.contents import RECEIVED, is_package, read_package
from xlperf.collecting.store.arrivals import OPEN
from xlperf.errors import UnreadableError, is_disk_full
from xlperf.files import ZIP_FAULTS
from xlperf.messages import sentence
from xlperf.reading.limits import MIB, MOST_FILE, too_large
from xlperf.reading.package.workbook_parts import TYPES
from xlperf.reading.package.zip_file import CENTRAL, CHUNK, ENCRYPTED, is_folder
from xlperf.reading.received_file import OWNERS
from xlperf.summarizing.outcome import INSIDE

MOST_MEMBERS = 20_000  # in one archive, including those of nested archives
MOST_ENTRIES = 2 * MOST_MEMBERS  # folders and what is made beside each member among them
MOST_UNPACKED = 8_192 * MIB  # bytes from one archive: 20,000 workbooks, each with a picture
DEEPEST = 3  # levels of nested archives
HELD = 16 * MIB  # bytes of a nested archive that are kept in memory; a larger one goes to a temporary file
ARCHIVE = ".zip"
UNIX_MODE = 16  # bits below that of an entry's file, in its attributes
ZIP64 = 76  # bytes between the directory and the end record of a large archive
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)  # LZMA may need any amount of memory


@dataclass
class Allowance:
    """What one archive may still contain, nested archives included."""

    members: int = MOST_MEMBERS
    unpacked: int = MOST_UNPACKED

    def take(self, size: int, members: int = 1) -> None:
        """Subtract a file of that many bytes.

        Raises:
            UnreadableError: that is one file too many, or too many bytes.
        """
        self.members, self.unpacked = self.members - members, self.unpacked - size
        if self.members < 0:
            raise _crowded(f"> {MOST_MEMBERS:,}")
        if self.unpacked < 0:
            raise _crowded(f"> {MOST_UNPACKED // MIB:,} MiB")


def contents_of(found: Input, stream: IO[bytes], allowance: Allowance) -> Iterator[Found]:
    """The contents of the input if it is an archive, else the input itself."""
    archive = None
    if found.name.lower().endswith(ARCHIVE) and len(found.members) <= DEEPEST:
        try:
            archive = _open_archive(stream)
        except UnreadableError as error:
            yield replace(found, error=error)
            return
        except ZIP_FAULTS as error:
            if is_disk_full(error):
                raise
            yield replace(found, error=UnreadableError("XL504", found=str(error)))
            return
    if archive:
        yield from (_in_package if is_package(archive) else _in_archive)(found, archive, allowance)
    else:
        yield replace(found, error=too_large(found.name, MOST_FILE)) if found.size > MOST_FILE else found


def _open_archive(stream: IO[bytes]) -> zipfile.ZipFile | None:
    """The archive of submissions; None for a workbook, which is a zip too, whatever its name."""
    if _count_entries(stream) > MOST_ENTRIES:  # before zipfile makes an object for each
        raise _crowded(f"> {MOST_ENTRIES:,}")
    archive = zipfile.ZipFile(stream)
    return None if TYPES in archive.namelist() else archive


def _count_entries(stream: IO[bytes]) -> int:
    """Count the entries of the directory at the end of an archive; the data before it may contain such marks by chance."""
    # What zipfile itself uses: item 5 is the size of the directory, item 9 where it ends.
    end = zipfile._EndRecData(stream)  # type: ignore[attr-defined]  # no public function reads it without an object per entry
    stream.seek(max(0, end[9] - end[5] - ZIP64) if end else 0)
    found, last = 0, b""
    while chunk := stream.read(CHUNK):
        found += (last + chunk).count(CENTRAL)
        last = chunk[1 - len(CENTRAL) :]
    return found


def _crowded(found: str) -> UnreadableError:
    return UnreadableError("XL505", found=found, expected=f"≤ {MOST_MEMBERS:,}, ≤ {MOST_UNPACKED // MIB:,} MiB")


def _in_archive(around: Input, archive: zipfile.ZipFile, allowance: Allowance) -> Iterator[Found]:
    """The contents of an archive, up to the limits."""
    entries = archive.infolist()
    names = [name_of(entry) for entry in entries]
    beside = set(names)
    for number, (entry, name) in enumerate(zip(entries, names, strict=True)):
        if is_folder(entry):
            continue
        found = Input(around.path + INSIDE + name, around.file, (*around.members, number), entry.file_size)
        folder, slash, last = name.rpartition("/")
        if is_no_submission(last) or folder.startswith("__MACOSX"):
            yield Skipped(found.path)
            continue
        if stat.S_ISLNK(entry.external_attr >> UNIX_MODE):
            yield Skipped(found.path, is_link=True)
            continue
        try:
            allowance.take(entry.file_size)
        except UnreadableError as error:
            yield replace(around, error=error)  # what came before is kept; this stands for the rest
            return
        yield from _in_entry(replace(found, owner=owner_of(last, folder + slash, beside)), archive, entry, allowance)


def _in_package(around: Input, archive: zipfile.ZipFile, allowance: Allowance) -> Iterator[Found]:
    """The package itself and what was received in it; nothing of one that is not as it was made."""
    try:
        for entry in archive.infolist():
            allowance.take(entry.file_size, members=entry.filename.startswith(RECEIVED))
        package = read_package(archive, path=around.path, members=around.members, file=around.file)
    except UnreadableError as error:
        yield replace(around, error=error)
        return
    yield package
    places = {entry.filename: number for number, entry in enumerate(archive.infolist())}
    for item in package.inputs:
        found = Input(
            around.path + INSIDE + item.path,
            around.file,
            size=item.size,
            sha256=item.sha256,
            owner=OWNERS[0].format(PurePosixPath(item.path).name) if item.key.endswith(OPEN) else None,
            received=item.received,
        )
        if item.stored is None:
            yield replace(found, error=UnreadableError("XL506", found=sentence("input_gone", {})))
            continue
        found = replace(found, members=(*around.members, places[item.stored]))
        if found.key == item.key:
            yield found
        else:  # it could not be opened there
            yield from _in_entry(found, archive, archive.getinfo(item.stored), allowance)


def _in_entry(found: Input, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, allowance: Allowance) -> Iterator[Found]:
    """An entry of an archive; if that is an archive too, its contents."""
    try:
        if entry.compress_type not in PACKED:
            raise zipfile.BadZipFile(sentence("packed_otherwise", {"method": entry.compress_type}))
        if entry.flag_bits & ENCRYPTED:
            raise zipfile.BadZipFile(sentence("with_password", {}))
        with archive.open(entry) as stream:
            found = hashed(found, stream)
        with seekable(archive, entry) if found.name.lower().endswith(ARCHIVE) else archive.open(entry) as stream:
            yield from contents_of(found, stream, allowance)
    except ZIP_FAULTS as error:
        if is_disk_full(error):
            raise
        yield replace(found, error=UnreadableError("XL504", found=str(error)))


def seekable(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> IO[bytes]:
    """A seekable copy of an entry; zipfile never unpacks more than the entry declares."""
    copy = tempfile.SpooledTemporaryFile(HELD)  # noqa: SIM115
    with archive.open(entry) as stream:
        while chunk := stream.read(CHUNK):
            copy.write(chunk)
    copy.seek(0)
    return copy
