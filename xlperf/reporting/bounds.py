"""Bounds of time and memory for a template that somebody made: what its loops and texts grow to is known only when it is filled.

with bounded(seconds=20, memory=512 * 2**20):       # TimeoutError or MemoryError, wherever it is by then
    template.render(context)
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

TEMPLATE = "<template>"  # what Jinja calls the file of a template that came as a text


@contextmanager
def bounded(*, seconds: float, memory: int) -> Iterator[None]:
    """End the block with TimeoutError when a template in it takes longer, with MemoryError where the system can bound that."""
    end, before = time.monotonic() + seconds, sys.gettrace()

    def watch(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename != TEMPLATE:
            return None
        if time.monotonic() > end:
            raise TimeoutError(f"it takes longer than {seconds:g} s")
        return watch

    with _memory(memory):
        sys.settrace(watch)
        try:
            yield
        finally:
            sys.settrace(before)


@contextmanager
def _memory(more: int) -> Iterator[None]:
    """Let the process grow by so many bytes at most, where the system has such a limit and tells how large it is."""
    try:
        import resource

        used = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    except (ImportError, OSError):
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    allowed = [limit for limit in (soft, hard, used + more) if limit >= 0]
    resource.setrlimit(resource.RLIMIT_AS, (min(allowed), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
