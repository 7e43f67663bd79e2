"""How far a long run is: a bar on a terminal, a plain line now and then elsewhere, always on standard error.

with progress("…") as tell:
    tell(120, 2000)
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from xlperf.messages import sentence

if TYPE_CHECKING:
    from rich.console import Console

Tell = Callable[..., None]  # how many are done, of how many; and what else is to be said
STEPS = 10  # lines of a whole run where there is no terminal, at least
EVERY = 10.0  # seconds after which there is another line


@contextmanager
def progress(title: str, quiet: bool = False) -> Iterator[Tell]:
    """Yield the function that is told how many are done, of how many, with more words if there are any."""
    if quiet:
        yield lambda done, total, words="": None
        return
    from rich.console import Console

    console = Console(file=sys.stderr)
    if console.is_terminal:
        yield from _bar(title, console)
    else:
        yield _lines(title)


def _bar(title: str, console: Console) -> Iterator[Tell]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[words]}"),
    )
    with Progress(*columns, console=console) as bar:
        task, rate = bar.add_task(title, total=None, rate="", words=""), _rate()
        yield lambda done, total, words="": bar.update(
            task, completed=done, total=total, words=words, rate=_per_second(rate(done))
        )


def _lines(title: str) -> Tell:
    told, last, rate = 0, time.monotonic(), _rate()

    def line(done: int, total: int, words: str = "") -> None:
        nonlocal told, last
        step, now, speed = STEPS * done // total if total else STEPS, time.monotonic(), rate(done)
        if step > told or now - last >= EVERY:
            told, last = step, now
            left = time.strftime("%H:%M:%S", time.gmtime((total - done) / speed)) if speed else "--:--:--"
            parts = (f"{title} {done}/{total}", _per_second(speed), sentence("time_left", {"time": left}), words)
            print("  ".join(part for part in parts if part), file=sys.stderr, flush=True)

    return line


def _rate() -> Callable[[int], float]:
    """How many a second since it was first asked: what was done before does not count."""
    begin: list[float] = []

    def rate(done: int) -> float:
        if not begin:
            begin[:] = [time.monotonic(), done]
        return (done - begin[1]) / max(time.monotonic() - begin[0], 0.001)

    return rate


def _per_second(rate: float) -> str:
    return sentence("per_second", {"rate": f"{rate:.1f}"}) if rate else ""
