"""Collections as tests look at them: what they wrote, what they know, and one that runs in a process of its own."""

from __future__ import annotations

import csv
import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from xlperf.collecting.store.opening import open_store
from xlperf.collecting.store.outcomes import Outcomes

OWN = {"run.json", "collection.sqlite", "collection.lock", "collection.id"}  # of the collection itself: no exports


def exports(out: Path) -> dict[str, bytes]:
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name not in OWN
    }


def run_of(out: Path) -> dict:
    return json.loads((out / "run.json").read_text("utf-8"))


def table_of(out: Path, title: str) -> list[dict[str, str]]:
    with open(out / "CSV" / f"{title}.csv", encoding="utf-8-sig", newline="") as table:
        return list(csv.DictReader(table))


def outcomes_of(out: Path, url: str | None = None) -> list:
    store = open_store(out, url)
    try:
        return list(Outcomes(store))
    finally:
        store.close()


def start(inbox: Path, out: Path, *options: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "xlperf", "collect", str(inbox), "-o", str(out), "--jobs", "2", "--quiet", *options]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def wait_until(process: subprocess.Popen, come: Callable[[], bool]) -> None:
    """Wait for what that process does, for as long as it is there to do it."""
    while not come():
        assert process.poll() is None
        time.sleep(0.01)


def count_done(out: Path) -> int:
    """How many outcomes there are. It opens for writing: a journal left by a kill is to be rolled back before anything is read."""
    try:
        with sqlite3.connect(f"file:{out / 'collection.sqlite'}?mode=rw", uri=True, timeout=10) as store:
            return store.execute("select count(*) from outcomes where status is not null").fetchone()[0]
    except sqlite3.OperationalError:  # not there yet
        return 0
