"""How outcomes come into the store: those of one second together, and all of them whatever happens."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from support.collection_runs import outcomes_of
from xlperf import collect
from xlperf.collecting import processing
from xlperf.collecting.store.outcomes import KeptOutcome

FILES = 40


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(FILES):
        (folder / f"{number:02}.xlsx").write_bytes(b"no workbook" * number)
    return folder


def counted(patch: pytest.MonkeyPatch) -> list[int]:
    """How many outcomes each commit of the collections to come stores."""
    commits: list[int] = []
    save = processing.save_outcomes

    def saved(store: object, coming: list[KeptOutcome]) -> None:
        commits.append(len(coming))
        save(store, coming)

    patch.setattr(processing, "save_outcomes", saved)
    return commits


def test_outcomes_of_one_second_have_one_commit(inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processing, "TOGETHER", 3600.0)
    commits = counted(monkeypatch)
    collect([inbox], output=tmp_path / "OUT", jobs=1)
    assert commits == [1, FILES - 1]  # the first at once: that there is room is known then
    assert len(outcomes_of(tmp_path / "OUT")) == FILES


def test_each_that_comes_later_than_that_has_its_own(inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processing, "TOGETHER", 0.0)
    commits = counted(monkeypatch)
    collect([inbox], output=tmp_path / "OUT", jobs=1)
    assert commits == [1] * FILES + [0]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_whatever_ends_a_run_all_that_was_done_is_stored(
    error: type[BaseException], inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processing, "TOGETHER", 3600.0)
    done: list[str] = []
    write = processing.write_made

    def interrupted(directory: Path, files: dict[str, bytes]) -> None:
        if len(done) == 10:
            raise error
        write(directory, files)
        done.append("")

    monkeypatch.setattr(processing, "write_made", interrupted)
    with pytest.raises(error):
        collect([inbox], output=tmp_path / "OUT", jobs=1)
    assert len(outcomes_of(tmp_path / "OUT")) == 10
    monkeypatch.undo()
    assert dict(collect([inbox], output=tmp_path / "OUT", jobs=1).counts) == {"unreadable": FILES}


def test_what_goes_wrong_first_is_what_is_told(inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk fails the files of a workbook, and then the store too."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(processing, "write_made", full)
    monkeypatch.setattr(processing, "save_outcomes", lambda *_: 1 / 0)
    with pytest.raises(OSError, match="No space left"):
        collect([inbox], output=tmp_path / "OUT", jobs=1)


@pytest.mark.skipif(sys.platform == "win32", reason="no process sends itself Ctrl+C there")
def test_ctrl_c_while_outcomes_are_stored_is_not_lost(inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save = processing.save_outcomes

    def pressed(*arguments: object) -> None:
        save(*arguments)
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(processing, "save_outcomes", pressed)
    with pytest.raises(KeyboardInterrupt):
        collect([inbox], output=tmp_path / "OUT", jobs=1)
