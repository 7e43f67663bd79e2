"""Many tasks on many workers, whoever they are: all that is asked of them is `concurrent.futures.Executor`.

    crew = local_crew(jobs=2, limits)
    for task, done in work_off(crew, tasks, work):       # in the order in which they get done
        …

A worker process that dies takes the whole executor with it, and every task that was in it: which of them was at fault,
nobody knows. So a broken executor is replaced and those tasks are tried once more, each alone; the one with which the
executor breaks again is the one, and it comes back as `Lost`. (Unless the worker had done others before and died at once:
then it may have died between two tasks, and a new one tries.) Only a few tasks per worker are in flight, so that a
collection of any size takes the same memory here.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

from xlperf import __version__
from xlperf.collecting.worker import Limits, equip
from xlperf.errors import UsageError
from xlperf.messages import listing

ANSWER = 10  # seconds within which a scheduler has to answer

In = TypeVar("In")
Out = TypeVar("Out")
AHEAD = 2  # tasks in flight per worker: one that is worked on, one that waits
M_MMAP_THRESHOLD, LARGE = -3, 256 * 2**10  # of glibc's malloc.h; bytes
AT_ONCE = 1.0  # seconds: who is lost later was worked on
DEAF = sys.version_info < (3, 11, 5)  # before gh-94777 CPython waits for ever to write to the dead what they did not read
MOST_WORKERS = 61 if sys.platform == "win32" else sys.maxsize  # more handles Windows does not wait for


@dataclass(frozen=True)
class Crew:
    """Who does the work: `hire` gives an executor with so many workers, a lost task's future raises `broken`."""

    hire: Callable[[], Executor]
    workers: int
    broken: type[Exception] = BrokenExecutor


class Lost(NamedTuple):
    """What came of a task whose worker did not live to tell, and how long that took."""

    seconds: float


def local_crew(jobs: int | None, limits: Limits, folder: Path | None = None) -> Crew:
    """Workers that are processes of this machine, one per processor unless told otherwise; `folder` is for their own files.

    They are spawned everywhere, as Windows does it: a fork would inherit our threads' locks and the database's connection.
    """
    count = min(jobs or os.cpu_count() or 1, MOST_WORKERS)
    spawn = multiprocessing.get_context("spawn")
    return Crew(partial(ProcessPoolExecutor, count, spawn, initializer=equip, initargs=(limits, folder)), count)


def give_back_at_once() -> None:
    """Have the memory of large pieces given back to the system as soon as they are let go.

    By itself glibc learns from the first workbook of 15 MiB that goes through that pieces of that size come often, and keeps
    the room of each for the next, in every thread anew. A threshold that is set stays as it is.
    """
    with suppress(AttributeError, OSError, TypeError):  # another system, another library: they have no such habit
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE)


def work_off(crew: Crew, tasks: Iterable[In], work: Callable[[In], Out]) -> Iterator[tuple[In, Out | Lost]]:
    """Yield every task with what came of it, in the order in which they get done."""
    waiting = iter(tasks)
    while suspects := (yield from _until_broken(crew, waiting, work, AHEAD * crew.workers)):
        again = deque(task for task, _ in suspects)
        while again:
            first, rest = again[0], (again.popleft() for _ in range(len(again)))
            for task, seconds in (yield from _until_broken(crew, rest, work, 1)):
                if task is first or seconds > AT_ONCE:
                    yield task, Lost(seconds)
                else:
                    again.appendleft(task)


def _import(_: Callable) -> None:
    """Nothing; to be told of it, a worker imports what it needs."""


def _until_broken(
    crew: Crew, tasks: Iterator[In], work: Callable[[In], Out], most: int
) -> Generator[tuple[In, Out], None, list[tuple[In, float]]]:
    """Work off tasks with so many in flight; return those that were lost and for how long each had been there."""
    futures: dict[Future, tuple[In, float]] = {}
    lost: list[tuple[In, float]] = []
    executor = crew.hire()
    executor.submit(_import, work).result()  # there is a worker that knows its work: what that takes counts for no task
    try:
        while True:
            while not lost and len(futures) < most and (task := next(tasks, None)) is not None:
                try:
                    futures[executor.submit(work, task)] = task, time.monotonic()
                except crew.broken:  # it broke since we looked; this task was never in it, but it has to be done
                    lost.append((task, 0.0))
            if not futures:
                return lost
            for future in wait(futures, return_when=FIRST_COMPLETED).done:
                task, begin = futures.pop(future)
                try:
                    done = future.result()
                except crew.broken:
                    lost.append((task, time.monotonic() - begin))
                else:
                    yield task, done
    finally:
        for future in futures:
            future.cancel()
        if lost and DEAF and isinstance(executor, ProcessPoolExecutor) and (queue := executor._call_queue):
            queue._reader.close()
        executor.shutdown()


@contextmanager
def cluster_crew(address: str) -> Iterator[Crew]:
    """The workers of that scheduler, while it is entered.

    Raises:
        UsageError: no such scheduler, it has no workers, or they cannot be used; the scheduler goes away meanwhile.
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
        _agree(client, address)
        client.run_on_scheduler(_lose_patience)
        try:
            yield Crew(partial(client.get_executor, pure=False), len(threads), KilledWorker)
        except CancelledError:
            raise UsageError("cluster_lost", address=address) from None


def _agree(client: object, address: str) -> None:
    """Workers of another version would find other things."""
    try:
        versions = set(client.run(_version).values())
    except ModuleNotFoundError:
        versions = {"—"}
    if versions != {__version__}:
        raise UsageError("cluster_version", address=address, found=listing(sorted(versions)), expected=__version__)


def _version() -> str:
    return __version__


def _lose_patience(dask_scheduler: object) -> None:
    dask_scheduler.allowed_failures = 0
