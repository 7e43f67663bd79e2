"""What can happen to a worker over a file, by the name of the file; in a module of its own, because workers import it."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from pathlib import Path
from unittest import mock

from xlperf.collecting import worker
from xlperf.collecting.worker import Done, Task, WorkOptions
from xlperf.reporting.result import Result
from xlperf.server import answers
from xlperf.server.job import Answer, Job
from xlperf.workers.process import Limits

_read = worker._result


def dies(_: Task) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def aborts(_: Task) -> None:
    os.abort()


def hangs(_: Task) -> None:
    time.sleep(3600)


def hangs_in_c(_: Task) -> None:
    ctypes.PyDLL(None).sleep(3600)  # without letting go of Python's lock, as a loop in a library would


def outgrows(_: Task) -> None:
    bytearray(64 * 2**30)


def has_a_bug(_: Task) -> None:
    raise KeyError("no such thing")


def dies_once(task: Task) -> None:
    """As if somebody had ended the process by hand: the content names a file that remembers it."""
    memory = Path(task.content.decode())
    if not memory.exists():
        memory.touch()
        dies(task)


FATES = {fate.__name__: fate for fate in (dies, aborts, hangs, hangs_in_c, outgrows, has_a_bug, dies_once)}


def work_fatefully(task: Task, options: WorkOptions, limits: Limits) -> Done:
    """`work_on`, in which reading a file called by a fate meets it."""
    worker._result = _fateful
    return worker.work_on(task, options, limits)


def _fateful(task: Task, options: WorkOptions, folder: Path) -> Result:
    fate = FATES.get(task.name.partition(".")[0])
    if fate:
        fate(task)
        return Result(file=task.path, status="passed", findings=[])
    return _read(task, options, folder)


def work_slowly(task: Task, options: WorkOptions, limits: Limits) -> Done:
    """`work_on` that leaves time to be interrupted."""
    time.sleep(0.3)
    return worker.work_on(task, options, limits)


def tell_process(_: object) -> int:
    time.sleep(0.05)
    return os.getpid()


def meet_another(folder: Path) -> int:
    """Tell the process, once another has been asked too; so nobody has done it all before the other is there."""
    (folder / str(os.getpid())).touch()
    deadline = time.monotonic() + 60
    while len(list(folder.iterdir())) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    return os.getpid()


def dies_at_first(job: Job) -> None:
    memory = job.folder / "died"
    if not memory.exists():
        memory.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def answer_fatefully(job: Job, limits: Limits) -> Answer:
    """The `work_on` of the server, in which a file called by a fate meets it."""
    fate = {**FATES, "dies_at_first": dies_at_first}.get(job.name.partition(".")[0])
    usual = answers.ANSWERS["validate"]

    def meet(job: Job) -> Answer:
        if fate:
            fate(job)  # type: ignore[arg-type]
        return usual(job)

    with mock.patch.dict(answers.ANSWERS, validate=meet):  # type: ignore[arg-type]
        return answers.answer_to(job, limits)
