"""What goes wrong on the server's own side, each told as a problem; the application is asked directly."""

from __future__ import annotations

import asyncio
import errno
import json
from concurrent.futures import BrokenExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from support.paths import FILLED
from xlperf.messages import LANGUAGES, catalogue
from xlperf.server import answers, uploads
from xlperf.server.access import Access
from xlperf.server.application import make_application
from xlperf.server.job import UPLOAD, Job, Prepared
from xlperf.server.job_queue import MOST_WAITING, Queue
from xlperf.server.problems import STATUS
from xlperf.server.trips import Desk
from xlperf.workers.process import Limits

HOST, TOKEN = "127.0.0.1:8750", "t" * 43


class Failing:
    """A lane that fails in a way of its own."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def answer(self, job: Job) -> None:
        raise self.error


async def ask(
    desk: Desk, *, method: str = "POST", path: str = "/api/validate", body: bytes = b"x"
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of an answer; an error that the application raises besides is one that goes into the log."""
    headers = {"host": HOST, "authorization": f"Bearer {TOKEN}"}
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "path": path, "raw_path": path.encode(), "root_path": "",
             "query_string": b"", "scheme": "http", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8750),
             "headers": [(name.encode(), value.encode()) for name, value in headers.items()]}  # fmt: skip
    messages = [{"type": "http.request", "body": body, "more_body": False}]
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0) if messages else await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    try:
        await make_application(desk, Access(hosts=frozenset({HOST}), token=TOKEN))(scope, receive, send)
    except Exception as error:
        assert "on purpose" in str(error)
    start, *rest = sent
    told = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return start["status"], told, b"".join(message.get("body", b"") for message in rest)


def told_by(folder: Path, error: Exception) -> tuple[int, str, dict[str, str]]:
    """What is told where a lane fails so; nothing of the job is left."""

    async def play() -> tuple[int, dict[str, str], bytes]:
        queue = Queue()
        serving = asyncio.create_task(queue.serve(Failing(error)))  # type: ignore[arg-type]
        try:
            return await ask(Desk(queue=queue, prepared=Prepared("", "[]"), folder=folder))
        finally:
            serving.cancel()

    status, headers, body = asyncio.run(play())
    assert list(folder.iterdir()) == [] and headers["content-type"] == "application/problem+json"
    return status, json.loads(body)["code"], headers


def test_a_server_that_can_start_no_worker_says_so(tmp_path: Path) -> None:
    status, code, headers = told_by(tmp_path, BrokenExecutor("gone"))
    assert (status, code, headers["retry-after"]) == (503, "no_worker", "10")


def test_a_fault_of_ours_is_told_and_logged(tmp_path: Path) -> None:
    status, code, headers = told_by(tmp_path, RuntimeError("on purpose"))
    assert (status, code) == (500, "fault")
    assert "content-security-policy" in headers


def test_a_queue_that_is_full_asks_to_come_back(tmp_path: Path) -> None:
    queue = Queue()
    with ExitStack() as inside:
        for _ in range(MOST_WAITING):
            inside.enter_context(queue.entered())
        status, headers, body = asyncio.run(ask(Desk(queue=queue, prepared=Prepared("", "[]"), folder=tmp_path)))
    assert (status, json.loads(body)["code"], headers["retry-after"]) == (503, "queue_full", "10")
    assert str(MOST_WAITING) in json.loads(body)["detail"]


def test_a_full_disk_is_told_wherever_it_is_noticed(tmp_path: Path) -> None:
    full = OSError(errno.ENOSPC, "full")
    (tmp_path / UPLOAD).write_bytes(FILLED.read_bytes())
    with mock.patch.dict(answers.ANSWERS, validate=mock.Mock(side_effect=full)):  # type: ignore[arg-type]
        answer = answers.answer_to(Job("validate", tmp_path), Limits())
    assert (answer.status, json.loads(answer.path.read_text())["code"]) == (507, "no_room")
    (folder := tmp_path / "jobs").mkdir()
    with mock.patch.object(uploads, "open", side_effect=full, create=True):
        status, _, body = asyncio.run(ask(Desk(queue=Queue(), prepared=Prepared("", "[]"), folder=folder)))
    assert (status, json.loads(body)["code"], list(folder.iterdir())) == (507, "no_room", [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_has_its_sentence(language: str) -> None:
    assert catalogue(language)["server"].keys() == STATUS.keys()
