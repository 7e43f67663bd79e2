"""The work of a collection: every input that has no outcome yet gets one, each content once.

    process_inputs(store, inputs, directory=Path("OUT"), pool=pool, options=options, digest=digest)

The files of a workbook are written before its outcome is stored, and each outcome is stored at once: so the process may be
killed at any moment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from xlperf.collecting.housekeeping import write_made
from xlperf.collecting.inbox import Input, close_archives, read_input
from xlperf.collecting.store import Store, count_inputs, done_outputs, save_outcome
from xlperf.collecting.worker import Done, Task, WorkOptions, not_done, work_on
from xlperf.errors import UnreadableError
from xlperf.messages import sentence
from xlperf.progress import Tell, progress
from xlperf.reporting.result import EXIT_CODES
from xlperf.workers.pool import Lost, WorkerPool, run_tasks
from xlperf.workers.process import Limits


def process_inputs(
    store: Store,
    inputs: Sequence[Input],
    *,
    directory: Path,
    pool: WorkerPool,
    options: WorkOptions,
    digest: str,
    quiet: bool = True,
) -> int:
    """Process every input that has no outcome yet; return how many contents that were.

    Args:
        directory: the folder of the collection.
        digest: of everything that an outcome depends on besides the bytes; stored with the outcome.
        quiet: show no progress.
    """
    done = done_outputs(store)
    to_do: dict[str, Input] = {}
    for item in inputs:
        if item.key not in done:
            to_do.setdefault(item.key, item)
    with progress(sentence("collecting", {}), quiet) as tell:
        keeper = _Keeper(store, inputs, directory=directory, digest=digest, tell=tell)
        work = partial(work_on, options=options, limits=pool.limits)
        for task, answer in run_tasks(pool, _readable_tasks(to_do.values(), keeper), work):
            keeper.keep(task, _lost(task, answer, pool.limits) if isinstance(answer, Lost) else answer)
    return len(to_do)


class _Keeper:
    """Stores outcomes as they come, and shows progress."""

    def __init__(self, store: Store, inputs: Sequence[Input], *, directory: Path, digest: str, tell: Tell) -> None:
        self.store, self.directory, self.digest, self.tell = store, directory, digest, tell
        self.copies = Counter(item.key for item in inputs)  # inputs with the same content
        self.counts = Counter({status: count for status, count in count_inputs(store).items() if status})
        tell(self.counts.total(), self.copies.total())

    def keep(self, task: Task, done: Done, *, for_good: bool = True) -> None:
        """Write the files, then store the outcome; if it is not for good, the next run tries again."""
        outputs = tuple(write_made(self.directory, task.key, done.files))
        digest = self.digest if for_good and done.for_good else None
        save_outcome(self.store, task.key, replace(done.outcome, outputs=outputs), digest)
        self.counts[done.outcome.status] += self.copies[task.key]
        words = sentence("counts", {status: self.counts[status] for status in EXIT_CODES})
        self.tell(self.counts.total(), self.copies.total(), words)


def _readable_tasks(inputs: Iterable[Input], keeper: _Keeper) -> Iterator[Task]:
    """Yield a task for every input that can be read; for the others keep that they cannot."""
    for item in inputs:
        task = Task(key=item.key, path=item.path, name=item.name, sha256=item.sha256, content=b"", owner=item.owner)
        try:
            if item.error:
                raise item.error
            yield task._replace(content=read_input(item))
        except UnreadableError as error:
            keeper.keep(task, not_done(task, error), for_good=False)
    close_archives()


def _lost(task: Task, lost: Lost, limits: Limits) -> Done:
    """The outcome of a task whose worker died: it took too long, or the reason is unknown."""
    code = "XL502" if lost.seconds >= limits.seconds else "XL501"
    return not_done(task, UnreadableError(code, found=task.name, expected=f"{limits.seconds:g} s"))
