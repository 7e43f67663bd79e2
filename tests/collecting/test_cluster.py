"""A real Dask scheduler with two worker processes on loopback: the same result, also when one of them is killed midway."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from support.collection_runs import exports, outcomes_of
from support.crowd import make_crowd
from support.fates import work_fatefully, work_slowly
from support.paths import REPOSITORY, TESTS
from xlperf import collect
from xlperf.collecting import processing
from xlperf.errors import UsageError
from xlperf.workers import pool as worker_pool
from xlperf.workers.pool import cluster_pool
from xlperf.workers.process import Limits

distributed = pytest.importorskip("distributed")
pytestmark = [pytest.mark.skipif(os.name == "nt", reason="signals"), pytest.mark.slow]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(REPOSITORY), str(TESTS)])}


def dask(*arguments: str) -> subprocess.Popen:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]], env=ENVIRONMENT, **quiet
    )


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = dask("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--no-show")
    distributed.Client(f"tcp://127.0.0.1:{port}", timeout=60, set_as_default=False).close()  # it answers
    yield f"tcp://127.0.0.1:{port}"
    process.kill()
    process.wait()


@pytest.fixture(scope="module")
def workers(scheduler: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Two of one thread each; a nurse of Dask's starts each again that dies."""
    started = [dask("worker", scheduler, "--nthreads", "1", "--local-directory", str(tmp_path_factory.mktemp("dask")), "--no-dashboard")
               for _ in range(2)]  # fmt: skip
    with distributed.Client(scheduler, timeout=60, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
    yield
    for process in started:
        process.terminate()
    for process in started:
        process.wait(30)


@pytest.fixture
def both(scheduler: str, workers: None) -> str:
    """The scheduler, once both workers are there (again)."""
    with distributed.Client(scheduler, timeout=60, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
    return scheduler


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    make_crowd(tmp_path / "收到", 6, 0.17, 0)
    return tmp_path / "收到"


def processes(scheduler: str) -> list[int]:
    with distributed.Client(scheduler, timeout=60, set_as_default=False) as client:
        return list(client.run(os.getpid).values())


# --- what cannot be used; first, while there are no workers ---------------------------------------------------


def refused(address: str, patience: float = worker_pool.ANSWER) -> str:
    worker_pool.ANSWER = patience
    with pytest.raises(UsageError) as caught, cluster_pool(address, Limits()):
        pass
    return caught.value.key


def refused_afresh(address: str, patience: float = worker_pool.ANSWER) -> str:
    """The same in a process of its own, as it is for a user: a client that got no answer leaves its loop behind."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(refused, address, patience).result()


def test_no_scheduler_no_workers_and_workers_of_several_threads(scheduler: str, tmp_path: Path) -> None:
    assert refused_afresh("tcp://127.0.0.1:1", patience=0.5) == "no_cluster"
    assert refused_afresh("nonsense", patience=0.5) == "no_cluster"
    assert refused_afresh(scheduler) == "cluster_threads"
    process = dask("worker", scheduler, "--nthreads", "2", "--no-nanny", "--local-directory", str(tmp_path), "--no-dashboard")
    with distributed.Client(scheduler, timeout=60, set_as_default=False) as client:
        client.wait_for_workers(1, timeout=60)
    assert refused_afresh(scheduler) == "cluster_threads"
    process.terminate()
    process.wait(30)
    while _workers(scheduler):
        time.sleep(0.1)


def _workers(scheduler: str) -> int:
    with distributed.Client(scheduler, timeout=60, set_as_default=False) as client:
        return len(client.nthreads())


# --- what can ------------------------------------------------------------------------------------------------


def test_the_same_as_on_one_machine(both: str, inbox: Path, tmp_path: Path) -> None:
    collect([inbox], output=tmp_path / "here", jobs=2)
    status = collect([inbox], output=tmp_path / "there", cluster=both)
    assert exports(tmp_path / "there") == exports(tmp_path / "here")
    assert dict(status.counts) == {"passed": 5, "returned": 1}
    assert status.run["workers"] == 2


def test_a_worker_killed_midway_costs_nothing(both: str, inbox: Path, tmp_path: Path,
                                              monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr(processing, "work_on", work_slowly)
    victim, killed = processes(both)[0], threading.Event()
    save = processing.save_outcomes

    def save_and_kill(*arguments: object) -> None:
        save(*arguments)
        if not killed.is_set():
            killed.set()
            os.kill(victim, signal.SIGKILL)

    monkeypatch.setattr(processing, "save_outcomes", save_and_kill)
    status = collect([inbox], output=tmp_path / "OUT", cluster=both)
    assert killed.is_set() and victim not in processes(both)
    assert dict(status.counts) == {"passed": 5, "returned": 1}
    assert len(outcomes_of(tmp_path / "OUT")) == 6


def test_a_file_that_kills_or_holds_up_its_worker_is_named(both: str, tmp_path: Path,
                                                           monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    (tmp_path / "in").mkdir()
    for number, name in enumerate(("a", "dies", "hangs", "b", "c", "d")):
        (tmp_path / "in" / f"{name}.xlsx").write_bytes(b"x" * (number + 1))
    monkeypatch.setattr(processing, "work_on", work_fatefully)
    collect([tmp_path / "in"], output=tmp_path / "OUT", cluster=both, limits=Limits(seconds=3))
    codes = {outcome.path: [finding["code"] for finding in outcome.findings] for outcome in outcomes_of(tmp_path / "OUT")}
    assert codes == {**{f"{name}.xlsx": ["XL101"] for name in "abcd"}, "dies.xlsx": ["XL501"], "hangs.xlsx": ["XL502"]}


def test_workers_of_another_version(both: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlperf.workers.pool.__version__", "0.0.9")
    assert refused(both) == "cluster_version"


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert refused("tcp://127.0.0.1:8786") == "no_distributed"


def test_a_scheduler_that_goes_away(inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    process = dask("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--no-show")
    worker = dask(
        "worker",
        address,
        "--nthreads",
        "1",
        "--local-directory",
        str(tmp_path / "dask"),
        "--no-dashboard",
        "--death-timeout",
        "5",
    )
    with distributed.Client(address, timeout=60, set_as_default=False) as client:
        client.wait_for_workers(1, timeout=60)
    save = processing.save_outcomes
    monkeypatch.setattr(processing, "save_outcomes", lambda *arguments: (save(*arguments), process.kill()))
    with pytest.raises(UsageError) as caught:
        collect([inbox], output=tmp_path / "OUT", cluster=address)
    assert caught.value.key == "cluster_lost"
    assert outcomes_of(tmp_path / "OUT")
    worker.terminate()
    process.wait()
    worker.wait(30)
