"""Files written whole or not at all, names that Windows takes, and the one date that goes into a file."""

from __future__ import annotations

import csv
import datetime
import errno
import os
import re
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TextIO

from xlperf.errors import UsageError, reason_of

FORMULA_STARTS = tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")  # a cell of a CSV file that starts so may be run as a formula

StrPath = str | os.PathLike[str]  # what every public function takes for a path
ZIP_TIME = (1980, 1, 31, 0, 0, 0)  # what XlsxWriter gives every entry
TEMPORARY = ".xlperf-"  # how the name of a file begins that is being written
MOST_BYTES = 200  # of a name in UTF-8: file systems of Linux take 255, and endings follow
UNSAFE = re.compile(r'[\x00-\x1f<>:"/\\|?*]')


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file whole or not at all, beside a temporary name and renamed.

    Raises:
        UsageError: it cannot be written; an older file of that name is untouched.
    """
    temporary = None
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "")
        handle, name = tempfile.mkstemp(prefix=TEMPORARY, suffix=path.suffix, dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        write(temporary)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        raise UsageError("cannot_write", path=path, reason=reason_of(error)) from None
    finally:
        if temporary is not None and temporary.exists():
            temporary.unlink()


def make_folder(path: Path) -> None:
    """Make a folder and those above it, where they are not there yet.

    Raises:
        UsageError: that cannot be.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError("cannot_write", path=path, reason=reason_of(error)) from None


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


def as_written(path: Path) -> bool:
    """Whether a workbook is as we wrote it: the zip times are ours until another program saves it."""
    try:
        with zipfile.ZipFile(path) as package:
            return {item.date_time for item in package.infolist()} == {ZIP_TIME}
    except (OSError, zipfile.BadZipFile):
        return False


def holds(path: Path, text: str) -> bool:
    """Whether a part of a workbook holds that text."""
    try:
        with zipfile.ZipFile(path) as package:
            return any(text.encode() in package.read(item) for item in package.infolist())
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError):
        return False


def safe_name(text: str) -> str:
    """A text as a file name that Windows takes."""
    name = UNSAFE.sub("_", text).strip(" .")[:80]
    return name or "_"


def joined_name(*parts: str) -> str:
    """Parts of a file name with hyphens between them; where they take more bytes than Linux allows, the longest is cut.

    What is cut ends in a digest of the whole, so that two that begin alike stay apart, and is the same on every run.
    """
    names, share = list(parts), (MOST_BYTES - len(parts)) // len(parts)
    while (excess := _bytes_of("-".join(names)) - MOST_BYTES) > 0:
        longest = max(names, key=_bytes_of)
        names[names.index(longest)] = _cut(longest, max(_bytes_of(longest) - excess, share))
    return "-".join(names)


def _bytes_of(name: str) -> int:
    return len(name.encode("utf-8", "surrogatepass"))


def _cut(name: str, size: int) -> str:
    whole = name.encode("utf-8", "surrogatepass")
    digest = f"~{sha256(whole).hexdigest()[:6]}"
    return whole[: size - len(digest)].decode("utf-8", "ignore").rstrip(" .") + digest


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


def write_csv(text: TextIO, rows: Iterable[Sequence[object]]) -> None:
    """Write rows for Excel: with a BOM, numbers as numbers, and no text that Excel would run as a formula."""
    text.write("\ufeff")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([value if isinstance(value, int | float) else harmless(value) for value in row] for row in rows)


def harmless(value: object) -> str:
    """A text as it may stand in a CSV file that is opened in Excel."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def as_meant(text: str) -> str:
    """What `harmless` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text
