"""The queue: who comes first is answered first, whoever leaves makes room, and a worker that dies costs one job at most."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from support.fates import answer_fatefully
from support.paths import FILLED
from xlperf.server import job_queue
from xlperf.server.job import UPLOAD, Answer, Job
from xlperf.server.job_queue import MOST_WAITING, Gone, Queue, opened_queue
from xlperf.server.problems import Refused
from xlperf.workers.process import Limits

posix = pytest.mark.skipif(os.name == "nt", reason="signals and limits of POSIX")


class Slow:
    """A lane that answers when it is told to."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.go = asyncio.Semaphore(0)

    async def answer(self, job: Job) -> Answer:
        self.begun.append(job.name)
        await self.go.acquire()
        return Answer(job.folder / job.name, "text/plain")


def in_a_slow_queue(scene: Callable[[Queue, Slow], Awaitable[None]]) -> None:
    async def play() -> None:
        queue, lane = Queue(), Slow()
        serving = asyncio.create_task(queue.serve(lane))  # type: ignore[arg-type]
        await scene(queue, lane)
        serving.cancel()

    asyncio.run(play())


def job(name: str) -> Job:
    return Job("validate", Path("folder"), name=name)


async def ready() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_who_comes_first_is_answered_first_and_knows_his_place() -> None:
    async def scene(queue: Queue, lane: Slow) -> None:
        asked = []
        for name in "abc":
            asked.append(asyncio.create_task(queue.ask(job(name), number=name)))
            await ready()
        assert [queue.place(name) for name in "abcd"] == [0, 1, 2, None]
        lane.go.release()
        assert (await asked[0]).path.name == "a"
        await ready()
        assert [queue.place(name) for name in "abc"] == [None, 0, 1]
        lane.go.release()
        lane.go.release()
        await asyncio.gather(*asked)
        assert lane.begun == ["a", "b", "c"]

    in_a_slow_queue(scene)


def test_who_leaves_before_his_turn_makes_room_and_who_leaves_later_is_waited_for() -> None:
    async def scene(queue: Queue, lane: Slow) -> None:
        gone = {name: asyncio.get_running_loop().create_future() for name in "abc"}
        asked = {name: asyncio.create_task(queue.ask(job(name), number=name, gone=gone[name])) for name in "abc"}
        await ready()
        gone["a"].set_result(None)
        gone["b"].set_result(None)
        await ready()
        with pytest.raises(Gone):
            await asked["b"]
        assert [queue.place(name) for name in "abc"] == [0, None, 1]
        assert not asked["a"].done()  # its folder is in use
        lane.go.release()
        lane.go.release()
        await asyncio.gather(asked["a"], asked["c"])
        assert lane.begun == ["a", "c"]

    in_a_slow_queue(scene)


def test_a_line_has_an_end() -> None:
    queue = Queue()
    inside = [queue.entered() for _ in range(MOST_WAITING)]
    for each in inside:
        each.__enter__()
    with pytest.raises(Refused, match="queue_full"), queue.entered():
        pass
    inside[0].__exit__(None, None, None)
    with queue.entered():
        pass


# --- real workers --------------------------------------------------------------------------------------------


def outcomes(folder: Path, names: list[str], limits: Limits, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Status and codes of errors by the name of the file, asked all at once of one worker that meets the fates in their names."""
    monkeypatch.setattr(job_queue, "work_on", answer_fatefully)

    def told(answer: Answer) -> list[str]:
        result = json.loads(answer.path.read_text())
        return [result["status"], *(finding["code"] for finding in result["findings"] if finding["severity"] == "error")]

    async def ask_all() -> dict[str, list[str]]:
        async with opened_queue(lanes=1, limits=limits, folder=folder, templates=None, language="zh") as (queue, _):
            answers = await asyncio.gather(*(queue.ask(new_job(folder, name)) for name in names))
        return {name: told(answer) for name, answer in zip(names, answers, strict=True)}

    return asyncio.run(ask_all())


def new_job(folder: Path, name: str) -> Job:
    (own := folder / name).mkdir()
    (own / UPLOAD).write_bytes(FILLED.read_bytes())
    return Job("validate", own, name=name)


@posix
@pytest.mark.slow
def test_whatever_a_file_does_to_its_worker_the_next_one_is_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["a.xlsx", "dies.xlsx", "outgrows.xlsx", "has_a_bug.xlsx", "hangs_in_c.xlsx", "aborts.xlsx", "b.xlsx"]
    assert outcomes(tmp_path, names, Limits(seconds=4), monkeypatch) == {
        "a.xlsx": ["passed"],
        "dies.xlsx": ["unreadable", "XL501"],
        "outgrows.xlsx": ["unreadable", "XL503"],
        "has_a_bug.xlsx": ["unreadable", "XL507"],
        "hangs_in_c.xlsx": ["unreadable", "XL502"],
        "aborts.xlsx": ["unreadable", "XL501"],
        "b.xlsx": ["passed"],
    }


@posix
@pytest.mark.slow
def test_a_death_that_was_no_fault_of_the_file_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert outcomes(tmp_path, ["dies_at_first.xlsx"], Limits(), monkeypatch) == {"dies_at_first.xlsx": ["passed"]}
    assert (tmp_path / "dies_at_first.xlsx" / "died").exists()
