"""Ctrl+C: the process at the keyboard decides what ends; its worker processes ignore the key, and none of them is left over.

with uninterrupted():       # while a pool of processes is brought to its end
    pool.shutdown()
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


def leave_interrupts_to_parent() -> None:
    """Let a worker process ignore Ctrl+C, which a terminal sends to it as well."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ignore another Ctrl+C for as long as the block takes: a pool left half way keeps the interpreter waiting for ever."""
    if threading.current_thread() is not threading.main_thread():  # only the main one is interrupted
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
