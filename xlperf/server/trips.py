"""One request on its way to a worker and back: a folder for its job, its turn in a queue, the answer, and nothing left of it.

with desk.queue.entered(), new_folder(desk) as folder:
    return await answered(desk, Job("validate", folder), request)
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from secrets import token_bytes

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from xlperf.server.job import Answer, Job, Prepared
from xlperf.server.job_queue import Queue
from xlperf.server.round.visits import ServedRound


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What an answer is made with."""

    queue: Queue
    prepared: Prepared
    folder: Path  # in which every job has a folder of its own
    templates: Path | None = None
    pages: Queue | None = None  # for the pages of the round
    served: ServedRound | None = None
    secret: bytes = field(default_factory=partial(token_bytes, 32))  # for forms of our own pages


async def answered(desk: Desk, job: Job, request: Request, *, queue: Queue | None = None) -> Response:
    """The answer to a job, for whoever asked for as long as he is there."""
    gone = asyncio.ensure_future(_departure(request))
    try:
        return LastAnswer(await (queue or desk.queue).ask(job, number=request.headers.get("x-job"), gone=gone), job.folder)
    finally:
        gone.cancel()


async def _departure(request: Request) -> None:
    """Wait until whoever asked has left."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


@contextmanager
def new_folder(desk: Desk) -> Iterator[Path]:
    """A folder for one job; it stays until the answer is sent, or goes at once if there is none."""
    folder = Path(tempfile.mkdtemp(dir=desk.folder))
    try:
        yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


class LastAnswer(FileResponse):
    """An answer after which nothing is left of its job, however the sending ended."""

    def __init__(self, answer: Answer, folder: Path) -> None:
        super().__init__(answer.path, status_code=answer.status, media_type=answer.media_type, filename=answer.name)
        self.folder = folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
