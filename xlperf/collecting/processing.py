"""The work of a collection: every input that has no outcome yet gets one, each content once.

    process_inputs(store, inputs, directory=Path("OUT"), pool=pool, options=options, digest=digest)

The files of a workbook are written before its outcome is stored, and outcomes are stored as they come, those of one second
together: so the process may be killed at any moment, and what it had not stored is done again.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from xlperf import __version__
from xlperf.collecting.housekeeping import write_made
from xlperf.collecting.inbox.inputs import Input
from xlperf.collecting.inbox.reading import close_archives, read_input
from xlperf.collecting.packages.adoption import adopted
from xlperf.collecting.packages.contents import Package
from xlperf.collecting.run_log import Run
from xlperf.collecting.store.arrivals import count_inputs
from xlperf.collecting.store.outcomes import KeptOutcome, done_outputs, save_outcomes
from xlperf.collecting.store.tables import Store
from xlperf.collecting.worker import MADE, Task, Worked, WorkOptions, as_kept, folder_of, not_done, work_for_store, work_on
from xlperf.errors import UnreadableError
from xlperf.files import digest_of_json, move_folder
from xlperf.interrupts import uninterrupted
from xlperf.messages import sentence
from xlperf.progress import Tell, progress
from xlperf.reporting.result import EXIT_CODES
from xlperf.workers.pool import Lost, WorkerPool, run_tasks
from xlperf.workers.process import Limits
from xlperf.workflow.waivers import Waiver

NO_WAIVERS: Mapping[str, Waiver] = {}
TOGETHER = 1.0  # seconds: a commit waits for the disk, so outcomes that come within that time have one


class Processed(NamedTuple):
    """How many contents had no outcome, and of how many of these a package had it."""

    new: int
    taken_over: int


def process_inputs(
    store: Store,
    inputs: Sequence[Input],
    *,
    directory: Path,
    pool: WorkerPool,
    options: WorkOptions,
    digest: str,
    waivers: Mapping[str, Waiver] = NO_WAIVERS,
    packages: Sequence[Package] = (),
    bases: Collection[str] = (),
    quiet: bool = True,
) -> Processed:
    """Process every input that has no outcome yet, unless a package has it.

    Args:
        directory: the folder of the collection.
        digest: of everything that an outcome depends on besides the bytes; stored with the outcome.
        waivers: what the bureau lets stand, by the SHA-256 of a submission.
        packages: collections of other offices, whose results are taken over where they would be the same.
        bases: what has to be the basis of such a result, see `basis_of`.
        quiet: show no progress.
    """
    done = done_outputs(store)
    to_do: dict[str, Input] = {}
    for item in inputs:
        if item.key not in done:
            to_do.setdefault(item.key, item)
    with (
        progress(sentence("collecting", {}), quiet) as tell,
        _Keeper(store, inputs, directory=directory, digest=digest, waivers=waivers, tell=tell, quiet=quiet) as keeper,
    ):
        left = dict(to_do)
        for item, done_there in adopted(packages, to_do, bases, waivers.get):
            task = _task(item, keeper)
            keeper.keep(task, as_kept(task, done_there))
            del left[item.key]
        work = partial(work_for_store, work=work_on, options=options, limits=pool.limits, folder=pool.folder)
        for task, answer in run_tasks(pool, _readable_tasks(left.values(), keeper), work):
            keeper.keep(task, _lost(task, answer, pool.limits) if isinstance(answer, Lost) else answer)
    return Processed(new=len(to_do), taken_over=len(to_do) - len(left))


class _Keeper:
    """Stores outcomes as they come, and shows progress; at the end of the block, however it ends, all are stored."""

    def __init__(
        self,
        store: Store,
        inputs: Sequence[Input],
        *,
        directory: Path,
        digest: str,
        waivers: Mapping[str, Waiver],
        tell: Tell,
        quiet: bool,
    ) -> None:
        self.store, self.directory, self.digest, self.waivers = store, directory, digest, waivers
        self.tell, self.quiet = tell, quiet
        self.copies = Counter(item.key for item in inputs)  # inputs with the same content
        self.counts = Counter({status: count for status, count in count_inputs(store).items() if status})
        self.unsaved: list[KeptOutcome] = []
        self.saved_at = -TOGETHER  # of time.monotonic
        tell(self.counts.total(), self.copies.total())

    def __enter__(self) -> _Keeper:
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if error is None:
            self.save()
            return
        with uninterrupted(), suppress(Exception):  # what has gone wrong is told, and not what it leads to here
            self.save()

    def keep(self, task: Task, worked: Worked) -> None:
        """Write the files, then store the outcome, soon; if it is not for good, the next run tries again."""
        if worked.left:
            move_folder(Path(worked.left), self.directory / MADE / folder_of(task.key))
        write_made(self.directory, worked.files)
        terms = terms_of(self.digest, task.waiver) if worked.for_good else None
        self.unsaved.append(KeptOutcome(task.key, worked.row, terms))
        if time.monotonic() - self.saved_at >= TOGETHER:
            self.save()
        self.counts[worked.status] += self.copies[task.key]
        if not self.quiet:
            words = sentence("counts", {status: self.counts[status] for status in EXIT_CODES})
            self.tell(self.counts.total(), self.copies.total(), words)

    def save(self) -> None:
        """Store what has come since this was done last."""
        coming, self.unsaved = self.unsaved, []
        save_outcomes(self.store, coming)
        self.saved_at = time.monotonic()


def _readable_tasks(inputs: Iterable[Input], keeper: _Keeper) -> Iterator[Task]:
    """Yield a task for every input that can be read; for the others keep that they cannot."""
    for item in inputs:
        task = _task(item, keeper)
        try:
            if item.error:
                raise item.error
            yield task._replace(content=read_input(item))
        except UnreadableError as error:
            keeper.keep(task, as_kept(task, not_done(task, error))._replace(for_good=False))
    close_archives()


def _task(item: Input, keeper: _Keeper) -> Task:
    """The task of an input, without its bytes."""
    task = Task(key=item.key, path=item.path, name=item.name, sha256=item.sha256, content=b"", owner=item.owner)
    return task._replace(waiver=keeper.waivers.get(item.sha256))


def terms_of(digest: str, waiver: Waiver | None) -> str:
    """The digest of everything that the outcome of one content depends on besides its bytes."""
    return sha256(repr([digest, *waiver]).encode()).hexdigest() if waiver else digest


def digest_of_work(options: WorkOptions, forms: Mapping[str, str]) -> str:
    """The digest of everything that an outcome depends on besides the bytes and what was decided about them.

    Args:
        forms: form and revision -> digest of its folder.
    """
    facts = [__version__, options._replace(templates=None), forms]
    return digest_of_json(facts)


def basis_of(options: WorkOptions, forms: Mapping[str, str]) -> str:
    """The same apart from the date that is written into files."""
    return digest_of_work(options._replace(date=""), forms)


def options_of(run: Run) -> WorkOptions:
    """What a finished run asked of its workers."""
    return WorkOptions(
        language=run["language"],
        date=run["date"],
        finalize=run["options"]["finalize"],
        form=run["options"]["form"],
        year=run["options"]["year"],
        unexplained=run["options"]["unexplained"],
        reports=tuple(run["options"].get("reports") or ()),
    )


def _lost(task: Task, lost: Lost, limits: Limits) -> Worked:
    """The outcome of a task whose worker died: it took too long, or the reason is unknown."""
    code = "XL502" if lost.seconds >= limits.seconds else "XL501"
    return as_kept(task, not_done(task, UnreadableError(code, found=task.name, expected=f"{limits.seconds:g} s")))
