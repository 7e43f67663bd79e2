"""Files written whole or not at all, entries of archives, and the one date that goes into a file."""

from __future__ import annotations

import datetime
import errno
import json
import os
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from secrets import token_hex

from xlperf.errors import UsageError, XlperfError, reason_of

StrPath = str | os.PathLike[str]  # what every public function takes for a path
ZIP_TIME = (1980, 1, 31, 0, 0, 0)  # what XlsxWriter gives every entry
TEMPORARY = ".xlperf-"  # how the name of a file begins that is being written
FEW, MANY, SYNCED_AT_ONCE = 8, 500, 8  # files of a set: up to how many are synced one by one, how many more are given out at once


def shipped(name: str) -> Path:
    """The folder `templates` or `schemas` that travels with xlperf: inside an installed package, beside it in a checkout."""
    package = Path(__file__).parent
    return package / name if (package / name).is_dir() else package.parent / name


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file whole or not at all, beside a temporary name and renamed; who may read it is for the umask to say.

    Raises:
        UsageError: it cannot be written; an older file of that name is untouched.
    """
    temporary = None
    try:
        with _told_as(path):
            _refuse_folder(path)
            temporary = path.with_name(f"{TEMPORARY}{token_hex(8)}{path.suffix}")
            temporary.touch(exist_ok=False)  # as the umask says; `mkstemp` makes files for their owner alone
            write(temporary)
            os.replace(temporary, path)
    finally:
        if temporary is not None and temporary.exists():
            temporary.unlink()


def write_bytes(path: Path, content: bytes) -> None:
    """The same of a file whose content is at hand; of collections there are thousands, so the system is asked little.

    Raises:
        UsageError: as above.
    """
    temporary = f"{path.parent}{os.sep}{TEMPORARY}{token_hex(8)}{path.suffix}"
    with _told_as(path):
        try:
            with open(temporary, "xb") as file:
                file.write(content)
            os.replace(temporary, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary)
            raise


def move_folder(folder: Path, target: Path) -> None:
    """Move a folder of whole files to another name on its drive, all at once; where there is such a folder already, into it.

    Each name leads to a whole file at any time. Files in the other folder whose names are not among the new ones stay.

    Raises:
        UsageError: a file cannot be written.
    """
    with suppress(OSError):  # there is one, or nothing yet in which it could lie, or it is on another drive
        os.rename(folder, target)
        return
    make_folder(target)
    with _told_as(target):
        names = sorted(os.listdir(folder))
    for name in names:
        with _told_as(target / name):
            content = (folder / name).read_bytes()
        write_bytes(target / name, content)
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def written_together(folder: Path) -> Iterator[Path]:
    """Write a set of files whole or not at all: made in a temporary folder, then moved together.

        with written_together(Path("out")) as new:
            (new / "book.xlsx").write_bytes(book)
            (new / "report.docx").write_bytes(report)       # when the block ends, both are in `out`

    The temporary folder lies in `folder`, so that each move is a rename. When the block ends, every file in it is synced to
    the disk and moves to the same path below `folder`. Until the last one has moved, older files of these names are kept, as
    links or copies, so that each name leads to a whole file at any time.

    Whatever goes wrong undoes it all, in the block (a library is missing, Ctrl-C) or while the files move (the disk is full, a
    target is open in Excel): new files go, older ones come back as they were, and folders that were made for the set go too.
    An older file that cannot come back, because its drive is gone, stays in the temporary folder.

    Raises:
        UsageError: a file cannot be written or moved; it is named by its place in `folder`.
    """
    with ExitStack() as undo:
        for made in make_folder(folder):
            undo.callback(_remove_if_empty, made)
        with _temporary_folder(folder) as (new, kept):
            with _told_by_places_in(folder, new):
                yield new
            _move(new, folder, kept)
        undo.pop_all()


@contextmanager
def _temporary_folder(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Two folders within a temporary one: for new files, and for the older ones they replace."""
    with _told_as(folder):
        temporary = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=folder))
    new, kept = temporary / "new", temporary / "kept"
    try:
        with _told_as(folder):
            new.mkdir()
            kept.mkdir()
        yield new, kept
    finally:
        shutil.rmtree(new, ignore_errors=True)
        _remove_if_empty(kept)
        _remove_if_empty(temporary)


def _move(new: Path, folder: Path, kept: Path) -> None:
    """Move every file below `new` to its place below `folder`; if one cannot, all places are as they were.

    Raises:
        UsageError: a file cannot be synced or moved.
    """
    names = sorted(_files_below(new))  # texts, which take less room than paths: of a collection there are tens of thousands
    places = dict.fromkeys(map(os.path.dirname, names))  # texts too, below `folder`
    new_places = {place for place in places if not os.path.lexists(folder / place)}  # in which there is nothing to replace
    for name in names:
        if os.path.dirname(name) not in new_places:
            target = folder / name
            with _told_as(target):
                _refuse_folder(target)
                if target.exists():
                    os.rename(target, target)  # Windows refuses that while a program has the file open
    _sync_files(names, new, folder)
    made: list[Path] = []
    begun = 0
    try:
        for named in places:
            made += make_folder(folder / named)
        for name in names:
            target = folder / name
            with _told_as(target):
                _keep(target, kept / str(begun))
                begun += 1
                os.replace(new / name, target)
    except BaseException:
        with ExitStack() as undo:  # it goes on where one cannot be undone
            for place in made:
                undo.callback(_remove_if_empty, place)
            for number, name in enumerate(names[:begun]):
                undo.callback(_move_back, new / name, folder / name, kept / str(number))
        raise
    for named in places:
        _sync_folder(folder / named)
    shutil.rmtree(kept, ignore_errors=True)


def _files_below(folder: Path) -> Iterator[str]:
    for root, _, files in os.walk(folder):
        yield from (os.path.relpath(os.path.join(root, name), folder) for name in files)


def _sync_files(names: Sequence[str], new: Path, folder: Path) -> None:
    """Sync the files; many of them several at a time, which a file system does in a fraction of the time."""

    def sync(name: str) -> None:
        with _told_as(folder / name):
            _sync(f"{new}{os.sep}{name}")

    if len(names) <= FEW:
        for name in names:
            sync(name)
        return
    from concurrent.futures import ThreadPoolExecutor

    def sync_each(names: Sequence[str]) -> None:
        for name in names:
            sync(name)

    with ThreadPoolExecutor(SYNCED_AT_ONCE) as threads:
        for at in range(0, len(names), MANY):
            some = names[at : at + MANY]
            list(threads.map(sync_each, (some[first::SYNCED_AT_ONCE] for first in range(SYNCED_AT_ONCE))))


def _keep(target: Path, older: Path) -> None:
    """Keep the file that is there, if there is one; its name still leads to it."""
    if os.path.lexists(target):
        try:
            os.link(target, older)
        except OSError:  # a file system without links
            shutil.copy2(target, older)


def _move_back(file: Path, target: Path, older: Path) -> None:
    """Undo the move of a file, if it has moved."""
    if file.exists():
        older.unlink(missing_ok=True)
        return
    target.unlink()
    if os.path.lexists(older):
        older.rename(target)


def _sync(file: StrPath) -> None:
    """Have the system write a file to the disk now: a name may not reach it before the contents do."""
    handle = os.open(file, os.O_RDWR | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_folder(folder: Path) -> None:
    """The same with the names in a folder, where a system can do that; all files have moved, so nothing depends on it."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def _refuse_folder(path: Path) -> None:
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "")


@contextmanager
def _told_as(path: Path) -> Iterator[None]:
    """Tell whatever the system refuses as: that file cannot be written."""
    try:
        yield
    except OSError as error:
        raise UsageError("cannot_write", path=path, reason=reason_of(error)) from None


@contextmanager
def _told_by_places_in(folder: Path, new: Path) -> Iterator[None]:
    """Tell errors by the path that a file was to have, for nobody knows the temporary one."""

    try:
        yield
    except OSError as error:
        path = _moved(error.filename or new, new, folder)
        raise UsageError("cannot_write", path=path, reason=reason_of(error)) from None
    except XlperfError as error:
        if "path" in error.arguments:
            error.arguments["path"] = _moved(error.arguments["path"], new, folder)
        raise


def _moved(path: object, new: Path, folder: Path) -> object:
    """Where a file comes to lie; any other path as it is."""
    named = Path(str(path))
    return folder / named.relative_to(new) if named.is_relative_to(new) else path


def make_folder(path: Path) -> list[Path]:
    """Make a folder and those above it, where they are not there yet; return those that were made, the outermost first.

    Raises:
        UsageError: that cannot be.
    """
    with _told_as(path):
        with suppress(FileNotFoundError, FileExistsError):
            path.mkdir()
            return [path]
        missing = [folder for folder in (path, *path.parents) if not folder.exists()]
        path.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


def unused(path: Path) -> Path:
    """A name of our own choosing, if no file has it yet: it may be a workbook somebody filled in.

    Raises:
        UsageError: there is such a file.
    """
    if path.exists():
        raise UsageError("already_there", path=path)
    return path


def keep_apart(target: Path, source: Path) -> None:
    """Refuse to write over the file that is being read.

    Raises:
        UsageError: they are one.
    """
    if target.exists() and source.exists() and target.samefile(source):
        raise UsageError("would_overwrite", path=target)


# What zipfile raises of damaged, encrypted or odd files, whatever is asked of it: zlib says what is wrong with the contents, and
# many a broken field ends as a number that cannot be (struct, arithmetic), a name that is not there, a place before the start.
ZIP_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    RuntimeError,
    OSError,
    ValueError,
    OverflowError,
    LookupError,
)


def as_written(path: Path) -> bool:
    """Whether a workbook is as we wrote it: the zip times are ours until another program saves it."""
    try:
        with zipfile.ZipFile(path) as package:
            return {item.date_time for item in package.infolist()} == {ZIP_TIME}
    except ZIP_FAULTS:
        return False


def holds(path: Path, text: str) -> bool:
    """Whether a part of a workbook holds that text."""
    try:
        with zipfile.ZipFile(path) as package:
            return any(text.encode() in package.read(item) for item in package.infolist())
    except ZIP_FAULTS:
        return False


def stamp(date: str | None) -> str:
    """The ISO date to write into a file: the given one, else SOURCE_DATE_EPOCH, else today.

    Raises:
        UsageError: it is no date.
    """
    try:
        if date:
            return datetime.date.fromisoformat(date).isoformat()
        if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
            return datetime.datetime.fromtimestamp(int(epoch), datetime.UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        raise UsageError("bad_date", value=date or epoch) from None
    return datetime.date.today().isoformat()


def moment() -> str:
    """Now as an ISO time; SOURCE_DATE_EPOCH, where it is set."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.datetime.fromtimestamp(int(epoch), datetime.UTC) if epoch else datetime.datetime.now().astimezone()
    return now.isoformat(timespec="seconds")


def zip_entry(name: str, *, compression: int = zipfile.ZIP_STORED) -> zipfile.ZipInfo:
    """An entry of an archive whose bytes depend neither on the day nor on the system."""
    entry = zipfile.ZipInfo(name, ZIP_TIME)
    entry.create_system, entry.compress_type = 0, compression
    return entry


def digest_of_json(value: object) -> str:
    """The SHA-256 of a value as JSON writes it."""
    return sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, read a piece at a time; "" where it cannot be read."""
    digest = sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
    except OSError:
        return ""
    return digest.hexdigest()
