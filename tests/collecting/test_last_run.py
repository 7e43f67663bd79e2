"""A collection run again: what nobody has touched is looked at and not read, and what is new in any way is done."""

from __future__ import annotations

import json
import os
import shutil
import time
import zipfile
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from support.collection_runs import exports, run_of
from support.paths import FILLED
from support.sweeps import every
from xlperf import collect
from xlperf.collecting import collect as collect_module
from xlperf.collecting import plan as plan_module
from xlperf.collecting.inbox import archives, inputs, listing
from xlperf.collecting.last_run import stamp_of
from xlperf.forms import loader

pytestmark = pytest.mark.slow
LONG_AGO = 1_600_000_000


@pytest.fixture
def received(tmp_path: Path) -> Path:
    """Two submissions and an archive, received some time ago."""
    folder = tmp_path / "received"
    folder.mkdir()
    shutil.copyfile(FILLED, folder / "a.xlsx")
    (folder / "b.xlsx").write_bytes(b"PK\x03\x04")
    shutil.make_archive(str(folder / "c"), "zip", folder, "b.xlsx")
    settle(folder)
    return folder


@pytest.fixture(autouse=True)
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file's own change time cannot be set back, so nothing counts as written just now."""
    monkeypatch.setattr("xlperf.collecting.last_run.UNSETTLED", -(10**12))


def settle(folder: Path) -> None:
    for path in folder.iterdir():
        os.utime(path, (LONG_AGO, LONG_AGO))


class Done:
    """What a run had to do."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.read: list[str] = []
        self.exported = 0
        hashed, write = inputs.hashed, collect_module.write_exports
        for module in (archives, listing):
            monkeypatch.setattr(module, "hashed", lambda found, stream: (self.read.append(found.path), hashed(found, stream))[1])
        monkeypatch.setattr(collect_module, "write_exports", lambda *a, **k: (setattr(self, "exported", self.exported + 1), write(*a, **k))[1])  # fmt: skip

    def again(self, received: Path, out: Path, **options: object) -> tuple[list[str], int]:
        """The files that were read and how often exports were made, in one run."""
        self.read.clear()
        self.exported = 0
        collect([received], output=out, jobs=1, **{"finalize": False, **options})
        return sorted(self.read), self.exported


ARCHIVE = ["c.zip", "c.zip!b.xlsx"]  # an archive is looked into each time


def test_a_run_with_nothing_new_reads_nothing_and_makes_nothing(
    received: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, done = tmp_path / "OUT", Done(monkeypatch)
    assert done.again(received, out, finalize=True) == (["a.xlsx", "b.xlsx", *ARCHIVE], 1)
    (received / "b.xlsx").unlink(), (received / "c.zip").unlink()
    assert done.again(received, out, finalize=True) == ([], 1)
    before, first = exports(out), run_of(out)
    loader._loaded.cache_clear()
    monkeypatch.setattr(plan_module, "load_form", lambda *_: pytest.fail("no form need be loaded"))
    assert done.again(received, out, finalize=True) == ([], 0)
    second = run_of(out)
    assert exports(out) == before
    for key in ("files", "units", "missing", "forms", "namesakes", "beside", "stamps", "prefixes", "state"):
        assert second[key] == first[key], key
    assert second["changes"]["new"] == second["changes"]["gone"] == []


def test_what_workers_left_and_nobody_was_given_makes_nothing_new(
    received: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two workbooks of one unit only one is handed out."""
    shutil.copyfile(FILLED, received / "older.xlsx")
    with zipfile.ZipFile(received / "older.xlsx", "a") as package:
        package.comment = b"another file"
    settle(received)
    out, done = tmp_path / "OUT", Done(monkeypatch)
    assert done.again(received, out, finalize=True)[1] == 1
    assert len(list((out / "made").glob("*/*.xlsx"))) == 2 and len(list((out / "定稿").glob("*.xlsx"))) == 1
    assert done.again(received, out, finalize=True)[1] == 0


@pytest.mark.parametrize(
    "change",
    every(1, ["touched", "written", "renamed", "added", "export gone", "export saved", "another year", "log cut"], usual=2),
)
def test_whatever_is_new_is_done(change: str, received: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (received / "b.xlsx").unlink(), (received / "c.zip").unlink()
    out, done, options = tmp_path / "OUT", Done(monkeypatch), {}
    done.again(received, out)
    wanted: list[str] = []
    summary = next(out.glob("*.xlsx"))
    match change:
        case "touched":
            os.utime(received / "a.xlsx", (LONG_AGO + 1, LONG_AGO + 1))
            wanted = ["a.xlsx"]
        case "written":
            (received / "a.xlsx").write_bytes(FILLED.read_bytes()[:-1] + b"\1")  # of the same size, and then of the same time
            os.utime(received / "a.xlsx", (LONG_AGO, LONG_AGO))
            wanted = ["a.xlsx"]
        case "renamed":
            (received / "a.xlsx").rename(received / "d.xlsx")
            wanted = ["d.xlsx"]
        case "added":
            shutil.copyfile(FILLED, received / "e.xlsx")
            wanted = ["e.xlsx"]
        case "export gone":
            (out / "audit.zip").unlink()
        case "export saved":
            os.utime(summary, (LONG_AGO, LONG_AGO))
        case "another year":
            options = {"year": 2022}
        case "log cut":
            log = {key: value for key, value in run_of(out).items() if key not in ("stamps", "state", "prefixes")}
            (out / "run.json").write_text(json.dumps(log), "utf-8")
            wanted = ["a.xlsx"]
    read, exported = done.again(received, out, **options)
    assert read == wanted
    assert exported == (0 if change == "touched" else 1)
    assert (out / "audit.zip").exists()


@pytest.mark.parametrize("key", every(1, ["stamps", "prefixes", "forms", "versions", "units", "beside"], usual=2))
def test_a_log_that_somebody_has_edited_is_no_log(key: str, received: Path, tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    collect([received], output=out, jobs=1)
    (out / "run.json").write_text(json.dumps(run_of(out) | {key: 7}), "utf-8")
    assert collect([received], output=out, jobs=1).counts == {"passed": 1, "unreadable": 2}


def test_a_file_that_was_written_just_now_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"1")
    now = time.time_ns()
    assert stamp_of(path.stat(), before=now) == ""
    assert stamp_of(path.stat(), before=now + 10**10) != ""


def test_a_run_that_ends_before_the_lock_is_taken_is_the_last_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was known of the last run is found out anew: else the log would tell nothing of it, or of one before it."""
    inbox, output = tmp_path / "in", tmp_path / "out"
    inbox.mkdir()
    (inbox / "letter.pdf").write_bytes(b"%PDF-1.7")
    unlocked = collect_module.locked

    def locked(directory: Path) -> AbstractContextManager[None]:
        monkeypatch.setattr(collect_module, "locked", unlocked)
        collect([inbox], output=output, jobs=1)
        return unlocked(directory)

    monkeypatch.setattr(collect_module, "locked", locked)
    run = collect([inbox], output=output, jobs=1).run
    assert run is not None and run["changes"] is not None and run["changes"]["new"] == []
