"""Workers on other machines: a crew behind a Dask scheduler (`pip install "xlperf[cluster]"`).

    dask scheduler                                              # on one machine
    dask worker tcp://10.0.0.5:8786 --nthreads 1 --nworkers 8   # on each of the others
    xlperf collect received -o OUT --cluster tcp://10.0.0.5:8786

Files go to the workers as bytes and come back as bytes, no folder is shared. By itself Dask runs a task again whose worker
died, three times: a file that kills its worker would kill four. So it is told not to; the crew tries such tasks once more.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from functools import partial

from xlperf import __version__
from xlperf.crew import Crew
from xlperf.errors import UsageError
from xlperf.messages import listing

ANSWER = 10  # seconds within which a scheduler has to answer


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
