"""How far a long run is: a bar on a terminal, a plain line now and then elsewhere, always on standard error.

    with progress("…") as tell:
        tell(120, 2000)
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Tell = Callable[[int, int], None]  # how many are done, of how many
STEPS = 10  # lines of a whole run where there is no terminal


@contextmanager
def progress(title: str) -> Iterator[Tell]:
    """Yield the function that is told how many are done, of how many."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(file=sys.stderr)
    if console.is_terminal:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console) as bar:
            task = bar.add_task(title, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)
        return
    told = 0

    def line(done: int, total: int) -> None:
        nonlocal told
        step = STEPS * done // total if total else STEPS
        if step > told:
            told = step
            print(f"{title} {done}/{total}", file=sys.stderr, flush=True)

    yield line
