"""The queue in which jobs wait for a worker: who comes first is answered first, and can ask for its place.

    async with opened_queue(lanes=2, limits=Limits(), folder=folder, templates=None, language="zh") as (queue, prepared):
        answer = await queue.ask(job, number="4f…", gone=gone)       # meanwhile queue.place("4f…") is 3, 2, 1, 0

Each lane is a worker process of `workers.pool` with one job at a time, so it is known which job a worker died over. That job is
tried once more if it died at once: something else may have ended it.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from xlperf.server.job import Answer, Job, Prepared, prepare, work_on
from xlperf.server.problems import Refused
from xlperf.workers.pool import AT_ONCE, end_at_once, local_pool
from xlperf.workers.process import Limits

MOST_WAITING = 100  # jobs, those that still come in counted
Told = TypeVar("Told")


class Gone(Exception):
    """Who asked has left before it was his turn."""


@dataclass(frozen=True, eq=False)
class Turn:
    """A job in the queue; `number` is what its sender calls it."""

    job: Job
    number: str | None
    answer: asyncio.Future[Answer]


class Lane:
    """One worker process; when it dies another takes its place."""

    def __init__(self, make_executor: Callable[[], Executor], get_ready: Callable[[], Prepared], limits: Limits) -> None:
        self._make_executor, self._get_ready, self._limits = make_executor, get_ready, limits
        self._executor: Executor | None = None

    async def start(self) -> Prepared | None:
        """Have a worker that is ready, before anything counts for a job."""
        if self._executor is not None:
            return None
        self._executor = self._make_executor()
        return await self._call(self._get_ready)

    async def answer(self, job: Job) -> Answer:
        """Have a job answered, if only by what became of the worker.

        Raises:
            BrokenExecutor: no worker can be started.
        """
        for is_second in (False, True):
            begin: float | None = None
            try:
                await self.start()
                begin = time.monotonic()
                return await self._call(work_on, job, self._limits)
            except BrokenExecutor:
                self.end()
                seconds = time.monotonic() - begin if begin else 0.0
                if is_second or seconds > AT_ONCE:
                    break
        await self.start()
        code = "XL502" if seconds >= self._limits.seconds else "XL501"
        return await self._call(work_on, job._replace(lost=code), self._limits)

    async def _call(self, work: Callable[..., Told], *arguments: object) -> Told:
        assert self._executor is not None, "no worker was started"
        return await asyncio.wrap_future(self._executor.submit(work, *arguments))

    def end(self) -> None:
        """End the process, whatever it is doing."""
        if self._executor is not None:
            end_at_once(self._executor)
            self._executor = None


class Queue:
    """The jobs that wait, and those that are in work."""

    def __init__(self) -> None:
        self._waiting: deque[Turn] = deque()
        self._working: set[Turn] = set()
        self._come = asyncio.Semaphore(0)  # counts turns that nobody has taken yet
        self._inside = 0

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Be in the queue, with a file that is still coming in or already here.

        Raises:
            Refused: it is too long.
        """
        if self._inside >= MOST_WAITING:
            raise Refused("queue_full", most=MOST_WAITING)
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1

    async def ask(self, job: Job, *, number: str | None = None, gone: asyncio.Future[None] | None = None) -> Answer:
        """Wait for a worker and its answer.

        Args:
            number: what the sender calls the job, to ask for its place.
            gone: is done when the sender has left.

        Raises:
            Gone: the sender left before a worker began; one that has begun is waited for, because it uses the folder.
        """
        turn = Turn(job, number, asyncio.get_running_loop().create_future())
        self._waiting.append(turn)
        self._come.release()
        events: set[asyncio.Future[Any]] = {turn.answer} if gone is None else {turn.answer, gone}
        await asyncio.wait(events, return_when=asyncio.FIRST_COMPLETED)
        if turn in self._waiting:
            self._waiting.remove(turn)
            raise Gone
        return await turn.answer

    def place(self, number: str) -> int | None:
        """Which one in the queue that job is; 0 while it is in work, None where there is none."""
        places = {turn.number: place for place, turn in enumerate(self._waiting, 1)}
        return places.get(number, 0 if any(turn.number == number for turn in self._working) else None)

    async def serve(self, lane: Lane) -> None:
        """Answer one job after another, for ever."""
        while True:
            await self._come.acquire()
            if not self._waiting:  # its sender has left
                continue
            turn = self._waiting.popleft()
            self._working.add(turn)
            try:
                turn.answer.set_result(await lane.answer(turn.job))
            except Exception as error:
                turn.answer.set_exception(error)
            finally:
                self._working.discard(turn)


@asynccontextmanager
async def opened_queue(
    *, lanes: int, limits: Limits, folder: Path, templates: Path | None, language: str
) -> AsyncIterator[tuple[Queue, Prepared]]:
    """A queue with that many workers, and what they made of the forms, for the length of the block.

    Args:
        folder: for temporary files of the workers.

    Raises:
        FormError: the definition of a bureau's own form cannot be right.
        UsageError: the folder of the bureau's own forms is not there.
        BrokenExecutor: no worker can be started.
    """
    pool, queue = local_pool(1, limits, folder), Queue()
    opened = [Lane(pool.make_executor, partial(prepare, templates, language), limits) for _ in range(lanes)]
    served: list[asyncio.Task[None]] = []
    try:
        prepared, *_ = await asyncio.gather(*(lane.start() for lane in opened))
        assert prepared is not None, "a worker was there before"
        served = [asyncio.create_task(queue.serve(lane)) for lane in opened]
        yield queue, prepared
    finally:
        for task in served:
            task.cancel()
        for lane in opened:
            lane.end()
