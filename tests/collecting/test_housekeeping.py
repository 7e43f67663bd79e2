"""The folder of a collection is one process's at a time, and a process that is gone keeps nobody out."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from support.paths import REPOSITORY
from xlperf.collecting.housekeeping import locked
from xlperf.errors import UsageError

HOLD = """
import sys
from pathlib import Path
from xlperf.collecting.housekeeping import locked

with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(folder: Path) -> subprocess.Popen:
    """A process that has that folder."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    )
    assert process.stdout.readline().strip() == b"held"
    return process


def key_of(folder: Path) -> str:
    with pytest.raises(UsageError) as caught, locked(folder):
        pass
    return caught.value.key


def test_a_second_process_is_kept_out_until_the_first_is_done_or_killed(tmp_path: Path) -> None:
    for end in (lambda process: process.communicate(), subprocess.Popen.kill):
        process = holder(tmp_path / "OUT")
        assert key_of(tmp_path / "OUT") == "in_use"
        end(process)
        process.wait()
        with locked(tmp_path / "OUT"):
            pass
        process.stdout.close()
        process.stdin.close()


@pytest.mark.parametrize("content", [b"", b"no database" * 99])
def test_what_a_lock_file_holds_does_not_matter(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "collection.lock").write_bytes(content)
    with locked(tmp_path):
        assert key_of(tmp_path) == "in_use"


def test_the_lock_file_of_an_earlier_version_does_no_harm_and_one_stays_to_mark_the_folder(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "collection.lock", isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        lock.execute("CREATE TABLE kept (it INTEGER)")
        lock.execute("COMMIT")
    for _ in range(2):
        with locked(tmp_path):
            assert (tmp_path / "collection.lock").exists()
        assert (tmp_path / "collection.lock").exists()


def test_an_error_of_what_is_done_meanwhile_stays_what_it_is_and_the_folder_is_free_again(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="disk"), locked(tmp_path):
        raise OSError("disk")
    with locked(tmp_path):
        pass


def test_a_folder_in_which_no_lock_can_be_made_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "collection.lock").mkdir()
    assert key_of(tmp_path) == "cannot_write"
    (tmp_path / "file").touch()
    assert key_of(tmp_path / "file") == "cannot_write"
