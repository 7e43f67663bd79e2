"""Many tasks on many workers: any `concurrent.futures.Executor` will do.

    with opened_pool(jobs=2, limits=Limits(), folder=folder) as pool:
        for task, done in run_tasks(pool, tasks, work):         # in the order in which they are done
            …

A worker process that dies breaks the whole executor and loses every task in it; which task was at fault is unknown. So a
broken executor is replaced and the lost tasks are tried again, one at a time. The task with which the executor breaks again
is at fault and comes back as `Lost`. (Unless the worker had done others before and died at once: then it may have died
between two tasks, and a new worker tries.) Only a few tasks per worker are in flight, so that memory does not grow with the
size of a collection. (The library pebble names the task with which a local process died, but it neither tries the task again
nor runs tasks on a Dask scheduler: this logic would still be needed.)
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import shutil
import sys
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from xlperf import __version__
from xlperf.errors import UsageError
from xlperf.files import make_folder
from xlperf.interrupts import uninterrupted
from xlperf.messages import listing
from xlperf.workers.process import Limits, prepare_process

if TYPE_CHECKING:
    from distributed import Client, Scheduler

AHEAD = 2  # tasks in flight per worker: one in work, one waiting
AT_ONCE = 1.0  # seconds: a task that was lost later had been started
MOST_WORKERS = 61 if sys.platform == "win32" else sys.maxsize  # Windows cannot wait for more handles
WAITS_FOR_THE_DEAD = sys.version_info < (
    3,
    11,
    5,
)  # gh-94777: CPython waited forever to write to dead workers
ANSWER = 10  # seconds in which a scheduler has to answer
M_MMAP_THRESHOLD, LARGE = -3, 256 * 2**10  # of glibc's malloc.h; bytes

AnyTask = TypeVar("AnyTask")
AnyAnswer = TypeVar("AnyAnswer")


@dataclass(frozen=True)
class WorkerPool:
    """Who does the work."""

    make_executor: Callable[[], Executor]  # with that many workers
    workers: int
    limits: Limits  # what one task may take
    folder: Path | None = None  # for temporary files of workers that are processes on this machine
    broken: type[Exception] = BrokenExecutor  # raised by the future of a lost task


class Lost(NamedTuple):
    """A task whose worker died, and after how long."""

    seconds: float


def opened_pool(
    *, jobs: int | None = None, cluster: str | None = None, limits: Limits, folder: Path
) -> AbstractContextManager[WorkerPool]:
    """The workers of that Dask scheduler, or else processes on this machine, for the length of the block.

    Args:
        jobs: how many processes, by default one per processor.
        cluster: the address of a scheduler.
        limits: what one task may take.
        folder: for temporary files of processes on this machine; it is removed at the end.

    Raises:
        UsageError: see `cluster_pool`.
    """
    return cluster_pool(cluster, limits) if cluster else _opened_local_pool(jobs, limits, folder)


# --- running tasks -------------------------------------------------------------------------------------------


def run_tasks(
    pool: WorkerPool, tasks: Iterable[AnyTask], work: Callable[[AnyTask], AnyAnswer]
) -> Iterator[tuple[AnyTask, AnyAnswer | Lost]]:
    """Yield every task with its answer, in the order in which they are done."""
    waiting = iter(tasks)
    while suspects := (yield from _until_broken(pool, waiting, work, AHEAD * pool.workers)):
        again = deque(task for task, _ in suspects)
        while again:
            first, rest = again[0], (again.popleft() for _ in range(len(again)))
            for task, seconds in (yield from _until_broken(pool, rest, work, 1)):
                if task is first or seconds > AT_ONCE:
                    yield task, Lost(seconds)
                else:
                    again.appendleft(task)


def _until_broken(
    pool: WorkerPool, tasks: Iterator[AnyTask], work: Callable[[AnyTask], AnyAnswer], most: int
) -> Generator[tuple[AnyTask, AnyAnswer], None, list[tuple[AnyTask, float]]]:
    """Run tasks, at most that many in flight; return those that were lost and after how many seconds."""
    futures: dict[Future[AnyAnswer], tuple[AnyTask, float]] = {}
    lost: list[tuple[AnyTask, float]] = []
    executor = pool.make_executor()
    is_done = False
    try:
        executor.submit(_know, work).result()  # wait for a worker that has imported its work, so that this counts for no task
        while True:
            while not lost and len(futures) < most and (task := next(tasks, None)) is not None:
                try:
                    futures[executor.submit(work, task)] = task, time.monotonic()
                except pool.broken:  # it broke meanwhile; this task was not in it, but has to be done
                    lost.append((task, 0.0))
            if not futures:
                is_done = True
                return lost
            for future in wait(futures, return_when=FIRST_COMPLETED).done:
                task, begin = futures.pop(future)
                try:
                    answer = future.result()
                except pool.broken:
                    lost.append((task, time.monotonic() - begin))
                else:
                    yield task, answer
    finally:
        with uninterrupted():
            if not is_done:  # Ctrl+C, or the disk is full
                _end_processes(executor)
            _leave(executor, futures, broken=bool(lost))


def _know(work: Callable[[AnyTask], AnyAnswer]) -> None:
    """Do nothing; unpickling `work` makes the worker import what it needs."""


def _leave(executor: Executor, futures: Iterable[Future[AnyAnswer]], *, broken: bool) -> None:
    """Let an executor finish what it has begun, and nothing more."""
    for future in futures:
        future.cancel()
    if broken and WAITS_FOR_THE_DEAD and isinstance(executor, ProcessPoolExecutor):
        _close_task_queue(executor)
    executor.shutdown()


def _end_processes(executor: Executor) -> None:
    """End the processes of this machine in the middle of their work, which the next run does again; there is no public way."""
    for process in list((getattr(executor, "_processes", None) or {}).values()):
        process.terminate()


def end_at_once(executor: Executor) -> None:
    """End an executor in the middle of its work, or one that is broken."""
    _end_processes(executor)
    _leave(executor, (), broken=True)


def _close_task_queue(executor: ProcessPoolExecutor) -> None:
    """Close the end of the queue from which dead workers would read; there is no public way."""
    if queue := getattr(executor, "_call_queue", None):
        queue._reader.close()


def run_alone(work: Callable[[AnyTask], AnyAnswer], task: AnyTask, limits: Limits) -> AnyAnswer | Lost:
    """Do one task in a process of its own, and return its answer, or that the process died over it."""
    ((_, answer),) = run_tasks(local_pool(1, limits), [task], work)
    return answer


# --- processes of this machine -------------------------------------------------------------------------------


@contextmanager
def _opened_local_pool(jobs: int | None, limits: Limits, folder: Path) -> Iterator[WorkerPool]:
    make_folder(folder)
    try:
        yield local_pool(jobs, limits, folder.absolute())
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def local_pool(jobs: int | None, limits: Limits, folder: Path | None = None) -> WorkerPool:
    """Worker processes on this machine, by default one per processor.

    They are spawned on every system, as on Windows: a fork would inherit the locks of our threads and the database connection.

    Args:
        limits: what one task may take.
        folder: for their temporary files, by default that of the system.
    """
    count = min(jobs or os.cpu_count() or 1, MOST_WORKERS)
    spawn = multiprocessing.get_context("spawn")
    make_executor = partial(ProcessPoolExecutor, count, spawn, initializer=prepare_process, initargs=(limits, folder))
    return WorkerPool(make_executor, count, limits, folder)


def return_large_blocks_at_once() -> None:
    """Return the memory of large blocks to the system as soon as they are freed.

    By default glibc adapts to the first large workbook and keeps the memory of later blocks of that size, in every thread. A
    threshold that is set stays as it is.
    """
    with suppress(AttributeError, OSError, TypeError):  # another system or C library, without this habit
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE)


# --- workers of a Dask scheduler -----------------------------------------------------------------------------


@contextmanager
def cluster_pool(address: str, limits: Limits) -> Iterator[WorkerPool]:
    """The workers of that scheduler, for the length of the block.

    Raises:
        UsageError: there is no such scheduler, it has no workers, or they cannot be used; the scheduler goes away meanwhile.
    """
    try:
        from distributed import Client, KilledWorker
    except ImportError:
        raise UsageError("no_distributed") from None
    try:
        client = Client(address, timeout=ANSWER, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError("no_cluster", address=address, reason=error) from None
    with client:
        threads = client.nthreads()
        if not threads or max(threads.values()) > 1:
            raise UsageError("cluster_threads", address=address, found=sum(threads.values()))
        _check_versions(client, address)
        client.run_on_scheduler(_allow_no_failures)
        try:
            yield WorkerPool(partial(client.get_executor, pure=False), len(threads), limits, broken=KilledWorker)
        except CancelledError:
            raise UsageError("cluster_lost", address=address) from None


def _check_versions(client: Client, address: str) -> None:
    """Refuse workers of another version: they would find other things."""
    try:
        versions = set(client.run(_version).values())
    except ModuleNotFoundError:
        versions = {"—"}
    if versions != {__version__}:
        raise UsageError("cluster_version", address=address, found=listing(sorted(versions)), expected=__version__)


def _version() -> str:
    return __version__


def _allow_no_failures(dask_scheduler: Scheduler) -> None:
    dask_scheduler.allowed_failures = 0
