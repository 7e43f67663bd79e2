"""The command line in a process of its own.

    done = xlperf("validate", path, "--format", "json")
    done.returncode, done.stdout, done.stderr

`xlperf` forks the process of the tests, which has imported everything already; that saves half a second a call. It starts
Python anew, as people do, in a soak, where nothing can be forked, where threads of others would be forked with it, and for a call
with an environment of its own: another language or encoding has to be there from the start. `start_xlperf` always does.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from support.paths import REPOSITORY
from support.sweeps import SOAK
from xlperf.__main__ import main

Done = subprocess.CompletedProcess[str]
ENVIRONMENT = {**os.environ, "XLPERF_LANG": "zh", "SOURCE_DATE_EPOCH": "1672876800", "PYTHONPATH": str(REPOSITORY)}
AS_PEOPLE_DO = SOAK or not hasattr(os, "fork")
NEEDS_NO_START = {"COLUMNS"}
CRASHED = 99  # of a forked process in which `main` raised


def xlperf(*arguments: object, cwd: Path | None = None, **environment: str) -> Done:
    if AS_PEOPLE_DO or threading.active_count() > 1 or environment.keys() - NEEDS_NO_START:
        return start_xlperf(*arguments, cwd=cwd, **environment)
    command = ["xlperf", *map(str, arguments)]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        pid = os.fork()
        if not pid:
            become(command, {**ENVIRONMENT, **environment}, cwd, out, err)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        return subprocess.CompletedProcess(command, code, *(_text(stream) for stream in (out, err)))


def start_xlperf(*arguments: object, cwd: Path | None = None, **environment: str) -> Done:
    command = [sys.executable, "-m", "xlperf", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", cwd=cwd, env={**ENVIRONMENT, **environment}, timeout=60)


def become(command: list[str], environment: Mapping[str, str], cwd: Path | None, out: IO[bytes], err: IO[bytes]) -> None:
    """Be the command, in a process that was forked for it."""
    code = CRASHED
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        sys.stdin, sys.stdout, sys.stderr = open(0, closefd=False), open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(cwd or ".")
        sys.argv = command
        code = main()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode("utf-8").replace("\r\n", "\n")
