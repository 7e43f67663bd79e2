"""What lies in the inboxes: every file of every folder and archive, in one order, each with its SHA-256.

    for found in list_inbox([Path("received"), Path("late.zip")], apart_from=Path("OUT")):
        found.path, found.sha256        # 'late.zip!district/bureau.xlsx', '9f86d0…'

Everything found is listed: workbooks, other files (reading them will say what they are), archives that cannot be opened
and, as skipped, what is not a submission.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from pathlib import Path

from xlperf.collecting.inbox.archives import ARCHIVE, Allowance, contents_of
from xlperf.collecting.inbox.input_names import Names, extended, printable, shown
from xlperf.collecting.inbox.inputs import Found, Input, Skipped, hashed, is_no_submission, owner_of
from xlperf.collecting.last_run import KnownFile, stamp_of
from xlperf.collecting.store.opening import FILE_NAME, LOCK
from xlperf.errors import UnreadableError, UsageError, is_disk_full, reason_of
from xlperf.reading.limits import MOST_FILE
from xlperf.summarizing.outcome import held_once

NOTHING: Mapping[str, KnownFile] = {}
COLLECTION = {FILE_NAME, LOCK}  # one of them lies in the folder of every collection


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
    return [replace(item, path=held_once(names.unique(shown(item.path)))) for item in sorted(found, key=lambda item: item.path)]


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
        yield Input(f"{prefix}{printable(path.relative_to(folder).as_posix())}/", str(path), error=_cannot_open(error))


def _in_file(file: Path, path: str, beside: Set[str], known: Mapping[str, KnownFile]) -> Iterator[Found]:
    """The file itself; if it is an archive, its contents."""
    try:
        before, status = time.time_ns(), os.stat(file)
        if is_no_submission(file.name) or not stat.S_ISREG(status.st_mode):  # reading a device or a pipe might never end
            yield Skipped(path)
            return
        owner, is_archive = owner_of(file.name, "", beside), file.name.lower().endswith(ARCHIVE)
        stamp = "" if is_archive or status.st_size > MOST_FILE else stamp_of(status, before=before)
        found = Input(path, str(file), owner=owner and printable(owner), stamp=stamp)
        if stamp and path in known and known[path].stamp == stamp:
            yield replace(found, size=status.st_size, sha256=known[path].sha256)
            return
        with open(file, "rb") as stream:
            found = hashed(found, stream)
            yield from contents_of(found, stream, Allowance())
    except OSError as error:
        if is_disk_full(error):  # ours, where a copy was to go; the file is all right
            raise
        yield Input(path, str(file), error=_cannot_open(error))


def _cannot_open(error: OSError) -> UnreadableError:
    return UnreadableError("XL506", found=reason_of(error))
