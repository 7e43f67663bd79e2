"""What it costs to validate a file: exit code, seconds, seconds of processor, MiB, what stands on stderr.

    with meter() as cost_of:
        cost_of(path).mebibytes

Each file is validated in a process of its own, forked from one that has imported xlperf and done nothing else. So a child is
not charged with the memory of the tests, and Python does not start for each.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import xlperf.workflow.validate  # noqa: F401  # what every child needs
from support.command_line import ENVIRONMENT, become
from support.paths import TESTS

PATIENCE = 60  # seconds, then it is killed


class Cost(NamedTuple):
    code: int
    wall: float
    processor: float
    mebibytes: float
    stderr: str


@contextmanager
def meter() -> Iterator[Callable[[Path], Cost]]:
    environment = {**ENVIRONMENT, "PYTHONPATH": os.pathsep.join([ENVIRONMENT["PYTHONPATH"], str(TESTS)])}
    command = [sys.executable, "-m", "support.meter"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as process:
        asked, told = process.stdin, process.stdout

        def cost_of(path: Path) -> Cost:
            print(json.dumps(str(path)), file=asked, flush=True)
            return Cost(*json.loads(told.readline()))

        yield cost_of
        asked.close()


def validated(path: str) -> Cost:
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begin, pid = time.monotonic(), os.fork()
        if not pid:
            signal.alarm(PATIENCE)
            become(["xlperf", "validate", path], os.environ.copy(), None, out, err)
        _, status, used = os.wait4(pid, 0)
        wall = time.monotonic() - begin
        err.seek(0)
        return Cost(
            os.waitstatus_to_exitcode(status), wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, err.read().decode()
        )


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(validated(json.loads(line))), flush=True)
