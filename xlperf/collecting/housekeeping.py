"""The folder of a collection: locked for one process, cleared of what killed runs left, the files of workers below `made`.

with locked(directory):
    tidy(store, directory, keys)
    write_made(directory, {"made/9f86d081884c7d65/bureau-2022-final.xlsx": content})
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from xlperf.collecting.inbox.inputs import Input
from xlperf.collecting.store.arrivals import OPEN, registered
from xlperf.collecting.store.opening import LOCK
from xlperf.collecting.store.outcomes import done_outputs, forget
from xlperf.collecting.store.tables import Store
from xlperf.collecting.worker import MADE, folder_of
from xlperf.errors import UsageError, reason_of
from xlperf.files import TEMPORARY, make_folder, write_bytes

PATIENCE = 30  # seconds
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


@contextmanager
def in_turn(lock: Path) -> Iterator[None]:
    """Wait until no other process is in a block of the same lock file, which stays; not for ever.

    The operating system holds the lock, so a killed process leaves none behind.

    Raises:
        OSError: the file cannot be written, or the others take too long.
    """
    from filelock import FileLock

    lock.parent.stat()  # where there is no folder, none is made
    with FileLock(lock, timeout=PATIENCE, preserve_lock_file=True):
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


def write_made(directory: Path, files: Mapping[str, bytes]) -> None:
    """Write the files that a worker made, by their paths below the directory.

    Raises:
        UsageError: one cannot be written.
    """
    for folder in {name.rpartition("/")[0] for name in files}:
        make_folder(directory / folder)
    for name, content in files.items():
        write_bytes(directory / name, content)
