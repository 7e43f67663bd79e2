"""What a worker process is, and its limits: how many seconds a task takes at most, how much memory; it ends with its parent.

    prepare_process(Limits())                          # once per process
    with watched(Limits().seconds):
        …                                              # whatever happens, it ends in time

A process that takes too long over a task ends itself, whatever it is doing (the watchdog is a thread that needs no lock of
Python's).
"""

from __future__ import annotations

import faulthandler
import os
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import connection, parent_process
from pathlib import Path
from typing import NamedTuple

from xlperf.errors import tell_full_disk_once
from xlperf.interrupts import leave_interrupts_to_parent


class Limits(NamedTuple):
    """What one workbook may use; the largest that preflight accepts takes some seconds and 500 MiB."""

    seconds: float = 120
    memory: int = 2_048 * 2**20  # bytes of address space


def prepare_process(limits: Limits, folder: Path | None = None) -> None:
    """Prepare a worker process: it ends with its parent, its memory is limited, its temporary files go to that folder."""
    warnings.simplefilter("ignore")  # what libraries warn programmers of
    if folder:
        tempfile.tempdir = str(folder)
    parent = parent_process()
    if parent:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    leave_interrupts_to_parent()
    tell_full_disk_once()
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    with suppress(ValueError):  # macOS has the limit but does not accept it
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory if most < 0 else min(limits.memory, most), most))


def _end_with(parent: int) -> None:
    connection.wait([parent])
    os._exit(1)


@contextmanager
def watched(seconds: float) -> Iterator[None]:
    """End this process if the block takes longer than that."""
    with open(os.devnull, "w") as nowhere:
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()
