"""What lies in the inboxes: every file of every folder and archive, in one order, each with its SHA-256.

    for found in list_inbox([Path("received"), Path("late.zip")], apart_from=Path("OUT")):
        found.path, found.sha256        # 'late.zip!district/bureau.xlsx', '9f86d0…'
    read_input(found)                   # its bytes, or UnreadableError if they have changed

Everything found is listed: workbooks, other files (reading them will say what they are), archives that cannot be opened
and, as skipped, what is not a submission (owner files of Excel, dot files, links to files elsewhere). Names in archives are
UTF-8 or, as Windows in China writes them, GBK. Archives in archives are followed a few levels deep; what one archive may hold
is bounded. Of a package, the collection of another office, what that office received is listed, after the package itself.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import tempfile
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import IO

from xlperf.collecting.input_names import Names, extended, name_of, printable, shown
from xlperf.collecting.last_run import KnownFile, stamp_of
from xlperf.collecting.packages.contents import RECEIVED, Package, is_package, read_package
from xlperf.collecting.store.arrivals import OPEN
from xlperf.collecting.store.opening import FILE_NAME, LOCK
from xlperf.errors import UnreadableError, UsageError, is_disk_full, reason_of
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
NOTHING: Mapping[str, KnownFile] = {}
COLLECTION = {FILE_NAME, LOCK}  # one of them lies in the folder of every collection
NO_SUBMISSIONS = ("thumbs.db", "desktop.ini")  # what Windows puts into folders by itself
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)  # LZMA may need any amount of memory


@dataclass(frozen=True, slots=True)
class Input:
    """One file as it was found."""

    path: str  # as the bureau knows it
    file: Path
    members: tuple[int, ...] = ()  # the way through archives, by position: names may repeat
    size: int = 0
    sha256: str = ""  # "" if its bytes cannot be read
    error: UnreadableError | None = None  # why it is not processed
    owner: str | None = None  # name of the lock file beside it, by which a program says that it has this one open
    stamp: str = ""  # by which it is known again, see `last_run`; "" of what is read in every run
    received: str = ""  # the ISO time at which others received it

    @property
    def key(self) -> str:
        """What identifies its content in the store; with the path if it cannot be read, marked if somebody has it open."""
        if self.error:
            return f"path:{self.path}:{self.sha256}"
        return f"{self.sha256}{OPEN}" if self.owner else self.sha256

    @property
    def name(self) -> str:
        """The file name: the last part of the path, outside and inside archives."""
        return self.path.rpartition("/")[2].rpartition(INSIDE)[2]


@dataclass(frozen=True)
class Skipped:
    """A file or folder that is not a submission."""

    path: str
    is_link: bool = False  # to a file or folder elsewhere, which nobody has sent


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


Found = Input | Skipped | Package


def list_inbox(inboxes: Sequence[Path], apart_from: Path | None = None, known: Mapping[str, KnownFile] = NOTHING) -> list[Found]:
    """Return everything in these folders, archives and files, sorted by path.

    Paths are relative to their inbox; with several inboxes they start with the name of the inbox.

    Args:
        apart_from: a folder to leave out if it lies in an inbox.
        known: files that were read before, by path; those that nobody has touched since are not read again.

    Raises:
        UsageError: an inbox does not exist, or it is the folder to leave out.
    """
    roots, names = Names(), Names()
    found: list[Found] = []
    for inbox in inboxes:
        if not inbox.exists():
            raise UsageError("cannot_open", path=inbox, reason=reason_of(FileNotFoundError(errno.ENOENT, "")))
        if _is_same(inbox, apart_from):
            raise UsageError("output_is_inbox", path=inbox)
        if inbox.is_dir():
            prefix = f"{roots.unique(printable(inbox.resolve().name))}/" if len(inboxes) > 1 else ""
            found += _in_folder(_long(inbox), prefix, apart_from, known)
        else:
            found += _in_file(_long(inbox), printable(inbox.name), set(os.listdir(inbox.absolute().parent)), known)
    return [replace(item, path=names.unique(shown(item.path))) for item in sorted(found, key=lambda item: item.path)]


def _long(path: Path) -> Path:
    """The path in the form that Windows accepts beyond 260 characters."""
    return Path(extended(str(path.resolve()))) if os.name == "nt" else path


def _is_same(folder: Path, other: Path | None) -> bool:
    return other is not None and other.exists() and folder.samefile(other)


def _in_folder(folder: Path, prefix: str, apart_from: Path | None, known: Mapping[str, KnownFile]) -> Iterator[Found]:
    refused: list[OSError] = []  # from folders that may not be listed
    for root, folders, files in os.walk(folder, onerror=refused.append):
        below = prefix + "".join(f"{printable(part)}/" for part in Path(root).relative_to(folder).parts)
        if below != prefix and COLLECTION.intersection(files):  # another collection: its files are results, not submissions
            folders.clear()
            yield Skipped(below)
            continue
        left_out = [name for name in folders if name.startswith(".") or Path(root, name).is_symlink()]
        yield from (Skipped(f"{below}{printable(name)}/", Path(root, name).is_symlink()) for name in left_out)
        folders[:] = [name for name in folders if name not in left_out and not _is_same(Path(root, name), apart_from)]
        beside = set(files)
        for name in files:
            if not is_no_submission(name) and Path(root, name).is_symlink():
                yield Skipped(below + printable(name), is_link=True)
            else:
                yield from _in_file(Path(root, name), below + printable(name), beside, known)
    for error in refused:
        path = Path(error.filename)
        yield Input(f"{prefix}{printable(path.relative_to(folder).as_posix())}/", path, error=_cannot_open(error))


def _in_file(file: Path, path: str, beside: Set[str], known: Mapping[str, KnownFile]) -> Iterator[Found]:
    """The file itself; if it is an archive, its contents."""
    try:
        before, status = time.time_ns(), os.stat(file)
        if is_no_submission(file.name) or not stat.S_ISREG(status.st_mode):  # reading a device or a pipe might never end
            yield Skipped(path)
            return
        owner, is_archive = _owner(file.name, "", beside), file.name.lower().endswith(ARCHIVE)
        stamp = "" if is_archive or status.st_size > MOST_FILE else stamp_of(status, before=before)
        found = Input(path, file, owner=owner and printable(owner), stamp=stamp)
        if stamp and path in known and known[path].stamp == stamp:
            yield replace(found, size=status.st_size, sha256=known[path].sha256)
            return
        with open(file, "rb") as stream:
            found = _hashed(found, stream)
            yield from _contents_of(found, stream, Allowance())
    except OSError as error:
        if is_disk_full(error):  # ours, where a copy was to go; the file is all right
            raise
        yield Input(path, file, error=_cannot_open(error))


def is_no_submission(name: str) -> bool:
    """Whether a name is one that only programs give: owner files of Excel, dot files."""
    return name.startswith(("~$", ".")) or name.lower() in NO_SUBMISSIONS


def _owner(name: str, folder: str, beside: Set[str]) -> str | None:
    """The name of the lock file by which a program says that it has the file open, if there is one."""
    return next((owner for pattern in OWNERS if folder + (owner := pattern.format(name)) in beside), None)


def _hashed(found: Input, stream: IO[bytes]) -> Input:
    """The input with its size and its SHA-256."""
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return replace(found, size=size, sha256=digest.hexdigest())


def _cannot_open(error: OSError) -> UnreadableError:
    return UnreadableError("XL506", found=reason_of(error))


# --- archives ------------------------------------------------------------------------------------------------


def _contents_of(found: Input, stream: IO[bytes], allowance: Allowance) -> Iterator[Found]:
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
        yield from _in_entry(replace(found, owner=_owner(last, folder + slash, beside)), archive, entry, allowance)


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
            found = _hashed(found, stream)
        with _seekable(archive, entry) if found.name.lower().endswith(ARCHIVE) else archive.open(entry) as stream:
            yield from _contents_of(found, stream, allowance)
    except ZIP_FAULTS as error:
        if is_disk_full(error):
            raise
        yield replace(found, error=UnreadableError("XL504", found=str(error)))


def _seekable(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> IO[bytes]:
    """A seekable copy of an entry; zipfile never unpacks more than the entry declares."""
    copy = tempfile.SpooledTemporaryFile(HELD)  # noqa: SIM115
    with archive.open(entry) as stream:
        while chunk := stream.read(CHUNK):
            copy.write(chunk)
    copy.seek(0)
    return copy


# --- reading -------------------------------------------------------------------------------------------------


def open_input(found: Input) -> IO[bytes]:
    """Open an input for reading; an error is one of ZIP_FAULTS."""
    if not found.members:
        return open(found.file, "rb")
    archive = _archive(found.file, found.members[:-1])
    return archive.open(archive.infolist()[found.members[-1]])


def open_archive(file: Path, members: tuple[int, ...]) -> zipfile.ZipFile:
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
def _archive(file: Path, members: tuple[int, ...]) -> zipfile.ZipFile:
    """The archive at the end of that path; kept open, because reading its directory takes longer than reading one entry."""
    if not members:
        return zipfile.ZipFile(file)
    around = _archive(file, members[:-1])
    return zipfile.ZipFile(_seekable(around, around.infolist()[members[-1]]))


def close_archives() -> None:
    """Close the archives that `read_input` keeps open; until then Windows locks them."""
    _archive.cache_clear()
