"""The folder of a collection: kept to one process, tidied of what killed runs left, its files written below `made`.

with locked(directory):
    tidy(store, directory, keys)
    list(write_made(directory, "9f86d0…", {"bureau-2022-final.xlsx": content}))
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from xlperf.collecting.inbox import Input
from xlperf.collecting.store import LOCK, OPEN, Store, done_outputs, forget, registered
from xlperf.errors import UsageError, reason_of
from xlperf.files import TEMPORARY, make_folder, write_atomically

MADE = "made"  # below OUT: the files that workers made, by content; exports hands out those that count
WORK = f"{TEMPORARY}work"  # below OUT: what workers put down while they work; one that is killed leaves it
OURS = re.compile(r"[0-9a-f]{16}(-open)?")  # what a folder in MADE is called, see `folder_of`


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Make the folder of the collection and keep other processes out of it.

    The operating system holds the lock, so that of a killed process is gone with it. The file stays: it is how the folder of
    a collection is recognized, whatever it holds.

    Raises:
        UsageError: another process has the folder, or it cannot be written.
    """
    from filelock import FileLock, Timeout

    make_folder(directory)
    try:
        held = FileLock(directory / LOCK, timeout=0, preserve_lock_file=True).acquire()
    except Timeout:
        raise UsageError("in_use", path=directory) from None
    except OSError as error:
        raise UsageError("cannot_write", path=directory, reason=reason_of(error)) from None
    with held:
        yield


def refuse_other_inboxes(store: Store, directory: Path, inputs: Sequence[Input]) -> None:
    """Refuse to let go of a whole collection: a drive that is not there today, the next batch without the one before.

    Raises:
        UsageError: there is nothing left of what was taken in last time, neither by path nor by content.
    """
    before = registered(store)
    contents = {key.removesuffix(OPEN) for key in before.values()}
    if before and not any(item.path in before or item.sha256 in contents for item in inputs):
        raise UsageError("all_gone", path=directory, count=len(before), found=len(inputs))


def tidy(store: Store, directory: Path, keys: set[str]) -> None:
    """Remove files of what has left the inboxes and what a killed run left half-written; forget outcomes whose files are gone."""
    try:
        names = {folder_of(key) for key in keys}
        for folder in (directory / MADE).glob("*"):  # among them what somebody, or their Finder, has put there
            if OURS.fullmatch(folder.name) and folder.name not in names and folder.is_dir():
                shutil.rmtree(folder)
        shutil.rmtree(directory / WORK, ignore_errors=True)
        for left in list(directory.rglob(f"{TEMPORARY}*")):
            if left.is_dir():  # of a set of files, see `written_together`
                shutil.rmtree(left)
            else:
                left.unlink(missing_ok=True)
    except OSError as error:  # open in Excel, perhaps
        raise UsageError("cannot_write", path=error.filename, reason=reason_of(error)) from None
    done = done_outputs(store)
    forget(store, [key for key, outputs in done.items() if not all((directory / output).exists() for output in outputs)])


def folder_of(key: str) -> str:
    """Where the files of a content lie: short, because Windows counts the characters of a path."""
    return key[:16] + key[64:]


def write_made(directory: Path, key: str, files: Mapping[str, bytes]) -> Iterator[str]:
    """Write what a worker made of a content and yield the names of the files, below the directory."""
    folder = f"{MADE}/{folder_of(key)}"
    for name, content in files.items():
        make_folder(directory / folder)
        write_atomically(directory / folder / name, partial(_write_bytes, content))
        yield f"{folder}/{name}"


def _write_bytes(content: bytes, path: Path) -> None:
    path.write_bytes(content)
