"""The folder of a collection: locked for one process, cleared of what killed runs left, the files of workers below `made`.

with locked(directory):
    tidy(store, directory, keys)
    dict(write_made(directory, "9f86d0…", {"bureau-2022-final.xlsx": content}))
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path

from xlperf.collecting.inbox import Input
from xlperf.collecting.store import LOCK, OPEN, Store, done_outputs, forget, registered
from xlperf.errors import UsageError, reason_of
from xlperf.files import TEMPORARY, make_folder, write_atomically

MADE = "made"  # below OUT: the files that workers made, by content; those that count are handed out
WORK = f"{TEMPORARY}work"  # below OUT: temporary files of workers; a killed worker leaves some behind
OURS = re.compile(r"[0-9a-f]{16}(-open)?")  # names of our folders in MADE, see `folder_of`


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Make the folder of the collection and keep other processes out of it.

    The operating system holds the lock, so a killed process leaves none behind. The lock file stays: it marks the folder of a
    collection. What it contains does not matter.

    Raises:
        UsageError: another process is using the folder, or it cannot be written.
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
    """Refuse inboxes that have nothing in common with the last run: a drive is missing, or the previous batch was left out.

    Raises:
        UsageError: no input of the last run is there, neither by path nor by content.
    """
    before = registered(store)
    contents = {key.removesuffix(OPEN) for key in before.values()}
    if before and not any(item.path in before or item.sha256 in contents for item in inputs):
        raise UsageError("all_gone", path=directory, count=len(before), found=len(inputs))


def tidy(store: Store, directory: Path, keys: set[str]) -> None:
    """Remove the files of inputs that are gone and what killed runs left behind; forget outcomes whose files are missing."""
    try:
        names = {folder_of(key) for key in keys}
        for folder in (directory / MADE).glob("*"):  # other files there may be somebody's own
            if OURS.fullmatch(folder.name) and folder.name not in names and folder.is_dir():
                shutil.rmtree(folder)
        shutil.rmtree(directory / WORK, ignore_errors=True)
        for left in list(directory.rglob(f"{TEMPORARY}*")):
            if left.is_dir():  # see `written_together`
                shutil.rmtree(left)
            else:
                left.unlink(missing_ok=True)
    except OSError as error:  # perhaps open in Excel
        raise UsageError("cannot_write", path=error.filename, reason=reason_of(error)) from None
    done = done_outputs(store)
    forget(store, [key for key, outputs in done.items() if not all((directory / output).exists() for output in outputs)])


def folder_of(key: str) -> str:
    """The folder name for the files of a content: short, because Windows limits the length of paths."""
    return key[:16] + key[64:]


def write_made(directory: Path, key: str, files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Write the files that a worker made and yield their paths, relative to the directory, each with its SHA-256."""
    folder = f"{MADE}/{folder_of(key)}"
    if files:
        make_folder(directory / folder)
    for name, content in files.items():
        write_atomically(directory / folder / name, partial(_write_bytes, content))
        yield f"{folder}/{name}", sha256(content).hexdigest()


def _write_bytes(content: bytes, path: Path) -> None:
    path.write_bytes(content)
