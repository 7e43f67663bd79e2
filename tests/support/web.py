"""The server in a process of its own, and requests to it.

with served() as server:
    answer = server.post("validate", FILLED.read_bytes(), name="甲.xlsx")
    answer.status, answer.json()
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from support.command_line import ENVIRONMENT
from support.paths import TESTS

PATIENCE = 120  # seconds for one answer


class Got(NamedTuple):
    """An answer."""

    status: int
    headers: Mapping[str, str]  # their names in small letters
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def kind(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]


@dataclass(frozen=True)
class Served:
    """A server that runs."""

    process: subprocess.Popen[str]
    address: str  # as it was printed
    folder: Path  # that of its temporary files

    @property
    def port(self) -> int:
        return urlsplit(self.address).port or 0

    @property
    def url(self) -> str:
        return self.address.partition("?")[0]

    @property
    def token(self) -> str:
        return self.address.partition("token=")[2]

    def ask(self, method: str, path: str, body: object = None, **headers: str | None) -> Got:
        """One request, with the token unless `authorization` is given; a header that is None is left out."""
        given = {"authorization": f"Bearer {self.token}", **{name.replace("_", "-"): value for name, value in headers.items()}}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, {name: value for name, value in given.items() if value is not None})
            answer = connection.getresponse()
            return Got(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def post(self, verb: str, content: bytes, *, name: str = "filled.xlsx", **headers: str | None) -> Got:
        return self.ask("POST", f"/api/{verb}", content, **{"x-file-name": quote(name), **headers})

    def memory(self) -> float:
        """The most MiB that the web process has ever had."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024

    def end(self) -> int:
        """Tell it to end, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@contextmanager
def served(*options: object, command: tuple[str, ...] = ("-m", "xlperf"), **environment: str) -> Iterator[Served]:
    """`xlperf serve` on a free port, ready; it has ended when the block is left, and left no file behind."""
    with tempfile.TemporaryDirectory() as folder:
        known = {**ENVIRONMENT, "PYTHONPATH": os.pathsep.join([ENVIRONMENT["PYTHONPATH"], str(TESTS)]), "TMPDIR": folder}
        line = [sys.executable, *command, "serve", "--port", "0", *map(str, options)]
        with open(Path(folder) / "errors", "w+") as errors:
            pipe = subprocess.PIPE
            process = subprocess.Popen(line, stdout=pipe, stderr=errors, encoding="utf-8", env={**known, **environment})
            try:
                address = process.stdout.readline().strip()
                assert address, (process.wait(PATIENCE), Path(errors.name).read_text())
                yield Served(process, address, Path(folder))
            finally:
                if process.poll() is None:
                    process.terminate()
                    process.wait(PATIENCE)
                process.stdout.close()
        assert Path(errors.name).read_text() == ""
        assert [path.name for path in Path(folder).iterdir()] == ["errors"]
