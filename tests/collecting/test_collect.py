"""Collections: nothing lost, nothing done twice, and whatever interrupts them, the same result in the end."""

from __future__ import annotations

import csv
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections import Counter
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from support.collection_runs import count_done, exports, outcomes_of, run_of, start, table_of, wait_until
from support.crowd import Expected, found_in, make_crowd
from support.fates import work_fatefully
from support.filled import lay_filled
from support.paths import EXAMPLE, TEMPLATES
from support.surgery import type_into
from support.sweeps import every, examples
from xlperf import __version__, collect, find_status, load_document
from xlperf.cli.commands import cli
from xlperf.collecting import collect as collect_module
from xlperf.collecting import processing, worker
from xlperf.collecting.status import status_as_text
from xlperf.collecting.worker import not_done, work_on
from xlperf.errors import ExitCode, UnreadableError, UsageError
from xlperf.files import ZIP_TIME
from xlperf.forms.document import Spot
from xlperf.reading.reader import read_cells
from xlperf.summarizing import handouts
from xlperf.workers.process import Limits

COUNT, FAULTY, HOSTILE = examples(24, usual=14), 4, 2
posix = pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Expected]:
    """Workbooks, all different, some faulty, some hostile; one at three places, one archive, what is none."""
    folder = tmp_path_factory.mktemp("crowd") / "收到"
    expected = make_crowd(folder, COUNT, faulty=FAULTY / COUNT, hostile=HOSTILE / COUNT)
    same = next(path for path, wanted in expected.items() if wanted == set())
    for copy in ("再次/一.xlsx", "再次/二.xlsx"):
        (folder / copy).parent.mkdir(exist_ok=True)
        shutil.copyfile(folder / same, folder / copy)
        expected[copy] = set()
    (folder / "说明.docx").write_bytes(b"PK\x03\x04")
    (folder / "~$一.xlsx").touch()
    with zipfile.ZipFile(folder / "补报.zip", "w") as archive:
        archive.write(EXAMPLE / "filled.xlsx", "科技局/生产力.xlsx")
    return folder, expected | {"说明.docx": {("XL115", None)}, "补报.zip!科技局/生产力.xlsx": set()}


@pytest.fixture(scope="session")
def whole(inbox: tuple[Path, Expected], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collection of that inbox, made in one go."""
    out = tmp_path_factory.mktemp("whole") / "OUT"
    collect([inbox[0]], output=out, jobs=2)
    return out


# --- nothing lost --------------------------------------------------------------------------------------------


def test_every_fault_is_found_and_every_hostile_file_survived(inbox: tuple[Path, Expected], whole: Path) -> None:
    _, expected = inbox
    outcomes = {outcome.path: outcome for outcome in outcomes_of(whole)}
    assert outcomes.keys() == expected.keys()
    for path, wanted in expected.items():
        found = found_in(outcomes[path].findings)
        assert not any(code.startswith("XL50") for code, _ in found), path
        assert (wanted or set()) <= found, path
    assert sum(wanted is None for wanted in expected.values()) == HOSTILE
    assert sum(bool(wanted) for wanted in expected.values()) == FAULTY + 1


def test_the_run_lists_one_entry_per_path(inbox: tuple[Path, Expected], whole: Path) -> None:
    folder, expected = inbox
    run = run_of(whole)
    assert [entry["path"] for entry in run["files"]] == sorted(expected)
    assert run["skipped"] == ["~$一.xlsx"]
    assert {entry["status"] for entry in run["files"]} == {"passed", "returned", "unreadable"}
    for entry in run["files"]:
        if "!" not in entry["path"]:
            assert entry["size"] == (folder / entry["path"]).stat().st_size
        assert entry["seconds"] > 0 or entry["status"] == "unreadable"
        assert (entry["rows"] > 0) == (entry["unit"] is not None or entry["form"] is not None)
        assert entry["received"] == "2023-01-05T00:00:00+00:00"
        assert all((whole / output).exists() for output in entry["outputs"])
    same = [entry for entry in run["files"] if entry["path"].startswith("再次/二")] + [
        e for e in run["files"] if e["path"].startswith("再次/一")
    ]
    assert len({entry["sha256"] for entry in same}) == 1
    assert run["versions"]["xlperf"] == __version__ and "suzhou-department 2022" in run["forms"]
    assert run["changes"] is None


def test_what_passed_is_finalized_and_what_did_not_is_marked(whole: Path) -> None:
    for entry in run_of(whole)["files"]:
        suffixes = sorted(name.rpartition("-")[2] for name in entry["outputs"])
        assert (
            suffixes
            == {"passed": ["定稿.json", "定稿.xlsx", "自评报告.docx"], "returned": ["问题.xlsx"], "unreadable": []}[
                entry["status"]
            ]
        )
        for output in entry["outputs"]:
            if output.endswith(".xlsx"):
                with zipfile.ZipFile(whole / output) as package:
                    assert {item.date_time for item in package.infolist()} == {ZIP_TIME}
                    assert b"2023-01-05" in package.read("docProps/core.xml")


def test_of_several_submissions_the_one_saved_last_counts_and_who_sent_nothing_is_listed(tmp_path: Path) -> None:
    inbox, out = tmp_path / "收到", tmp_path / "OUT"
    inbox.mkdir()
    document = load_document(EXAMPLE / "document.json")
    lay_filled(document, inbox / "乙-最初.xlsx", date="2023-03-01")
    lay_filled(document | {"goals": document["goals"][1:]}, inbox / "乙(修改).xlsx", date="2023-03-05")
    (tmp_path / "units.csv").write_text(
        "单位名称,单位代码,主管部门\n苏州市生产力促进中心,032018,科技局\n苏州市档案馆,1,市委办\n", "utf-8"
    )
    collect([inbox], output=out, roster=tmp_path / "units.csv", jobs=1)
    assert {entry["path"]: entry["saved"] for entry in run_of(out)["files"]} == {
        "乙(修改).xlsx": "2023-03-05T00:00:00Z", "乙-最初.xlsx": "2023-03-01T00:00:00Z",
    }  # fmt: skip
    (final,) = (out / "定稿").glob("*.xlsx")
    digest = hashlib.sha256((inbox / "乙(修改).xlsx").read_bytes()).hexdigest()
    with zipfile.ZipFile(final) as package:
        assert digest.encode() in package.read("xl/sharedStrings.xml")
    assert run_of(out)["missing"] == [{"name": "苏州市档案馆", "code": "1", "supervisor": "市委办"}]
    assert "名单中未报送的单位：1 个" in status_as_text(find_status(out))


def test_that_the_roster_was_left_out_this_time_is_told(small: Path, tmp_path: Path, worked_on: list[str]) -> None:
    (tmp_path / "units.csv").write_text("单位名称,单位代码\n苏州市档案馆,1\n", "utf-8")
    collect([small], output=tmp_path / "OUT", roster=tmp_path / "units.csv")
    for told in (
        ["与上次相比没有变化。", "上次用了单位名单，这次没有写 --roster：未报送的单位、与名单不符的单位都没有列出。"],
        ["与上次相比没有变化。"],
    ):
        collect([small], output=tmp_path / "OUT")
        assert run_of(tmp_path / "OUT")["changes"]["words"] == told
    assert len(worked_on) == 3


def test_without_finalizing_nothing_is_made(tmp_path: Path) -> None:
    status = collect([EXAMPLE / "filled.xlsx"], output=tmp_path / "OUT", jobs=1, finalize=False)
    assert dict(status.counts) == {"passed": 1}
    assert not (tmp_path / "OUT" / "made").exists()


def test_validating_only_keeps_what_was_finalized_before(small: Path, tmp_path: Path, worked_on: list[str]) -> None:
    out, new = tmp_path / "OUT", small / "new.xlsx"
    collect([small], output=out)
    final = {path.name: path.read_bytes() for path in (out / "定稿").iterdir()}
    assert len(final) == 9 and len(worked_on) == 3
    shutil.copy(EXAMPLE / "filled.xlsx", new)
    for finalize, made in ((False, 0), (True, 3), (True, 0)):
        worked_on.clear()
        assert dict(collect([small], output=out, finalize=finalize).counts) == {"passed": 4}
        assert {path.name: path.read_bytes() for path in (out / "定稿").iterdir() if path.name in final} == final
        assert len(list((out / "定稿").iterdir())) == len(final) + (3 if finalize else 0)
        assert worked_on == (["new.xlsx"] if made or not finalize else [])


# --- nothing twice -------------------------------------------------------------------------------------------


def test_a_second_run_does_nothing_and_changes_nothing(inbox: tuple[Path, Expected], whole: Path, tmp_path: Path) -> None:
    out = shutil.copytree(whole, tmp_path / "OUT")
    before, seconds = exports(out), [outcome.seconds for outcome in outcomes_of(out)]
    status = collect([inbox[0]], output=out, jobs=2)
    assert exports(out) == before
    assert [outcome.seconds for outcome in outcomes_of(out)] == seconds  # measured once
    assert run_of(out)["changes"] == {"since": "2023-01-05T00:00:00+00:00", "new": [], "replaced": [], "gone": [], "status": [],
                                      "words": ["与上次相比没有变化。"]}  # fmt: skip
    assert status.exit_code == ExitCode.UNREADABLE


@pytest.fixture
def worked_on(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that were given to a worker."""
    paths: list[str] = []

    def run_tasks(pool, tasks, work):
        for task in tasks:
            paths.append(task.path)
            yield task, work(task)

    monkeypatch.setattr(processing, "run_tasks", run_tasks)
    return paths


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Three workbooks, quickly made."""
    folder = tmp_path / "收到"
    make_crowd(folder, 3, 0, 0)
    return folder


def test_what_changes_an_outcome_is_done_again_and_nothing_else(small: Path, tmp_path: Path, worked_on: list[str]) -> None:
    def run(**options: object) -> list[str]:
        worked_on.clear()
        collect([small], output=tmp_path / "OUT", finalize=False, **options)
        return sorted(worked_on)

    every = [f"00/0000{number}.xlsx" for number in range(3)]
    assert run() == every
    assert run() == []
    assert run(year=2022) == every  # a question that was not asked before
    assert run() == every
    shutil.copyfile(small / "00/00000.xlsx", small / "copy.xlsx")
    shutil.move(small / "00/00001.xlsx", small / "moved.xlsx")
    assert run() == []  # the bytes are known
    shutil.copyfile(EXAMPLE / "filled.xlsx", small / "00/00002.xlsx")
    assert run() == ["00/00002.xlsx"]
    changes = run_of(tmp_path / "OUT")["changes"]
    assert (changes["new"], changes["replaced"], changes["gone"]) == ([], ["00/00002.xlsx"], [])
    templates = tmp_path / "forms"
    templates.mkdir()
    assert run(templates=templates) == []  # an empty folder of forms changes nothing
    shutil.copytree(TEMPLATES, templates, dirs_exist_ok=True)
    assert run(templates=templates) == []  # nor does a copy of ours
    path = templates / "suzhou-department" / "2022" / "form.yaml"
    path.write_text(path.read_text("utf-8").replace("low_rate: 0.9", "low_rate: 0.8"), "utf-8")
    assert run(templates=templates) == ["00/00000.xlsx", "00/00002.xlsx", "moved.xlsx"]


def test_workers_leave_files_that_only_have_to_be_moved(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """None is copied or written by the process that waits for them, and what is handed out is no link to what was made."""
    collect([small], output=tmp_path / "whole")

    def refuse(*_: object) -> None:
        raise AssertionError("copied")

    monkeypatch.setattr(handouts.shutil, "copyfile", refuse)
    monkeypatch.setattr(processing, "write_made", lambda _, files: refuse() if files else None)
    (out := tmp_path / "OUT" / "made").mkdir(parents=True)
    status = collect([small], output=out.parent, jobs=2)
    assert status.counts == {"passed": 3} and list(out.parent.rglob(".xlperf-*")) == []
    assert exports(out.parent) == exports(tmp_path / "whole")
    made, final = list(out.glob("*/*")), list((out.parent / "定稿").iterdir())
    assert len(made) == len(final) == 9 and {path.stat().st_nlink for path in (*made, *final)} == {1}
    assert sorted(path.read_bytes() for path in made) == sorted(path.read_bytes() for path in final)


def test_files_that_workers_cannot_leave_are_handed_back(small: Path, tmp_path: Path, worked_on: list[str]) -> None:
    collect([small], output=tmp_path / "left")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "COPIES", "no/such/folder")  # the tasks are done in this process
        collect([small], output=tmp_path / "handed")
    assert exports(tmp_path / "handed") == exports(tmp_path / "left") and len(worked_on) == 6


def test_files_that_are_gone_are_made_again(small: Path, tmp_path: Path, worked_on: list[str]) -> None:
    out = tmp_path / "OUT"
    collect([small], output=out)
    before = exports(out)
    assert len([path for path in before if path.startswith("made/")]) == 9
    next((out / "made").glob("*/*.xlsx")).unlink()
    worked_on.clear()
    collect([small], output=out)
    assert len(worked_on) == 1
    assert exports(out) == before


def test_what_has_left_the_inbox_leaves_the_result(small: Path, tmp_path: Path, worked_on: list[str]) -> None:
    out = tmp_path / "OUT"
    collect([small], output=out)
    (small / "00/00001.xlsx").rename(tmp_path / "kept.xlsx")
    status = collect([small], output=out)
    assert dict(status.counts) == {"passed": 2}
    assert run_of(out)["changes"]["gone"] == ["00/00001.xlsx"]
    assert len(list((out / "made").iterdir())) == 2
    (tmp_path / "kept.xlsx").rename(small / "00/00001.xlsx")
    collect([small], output=out)
    assert worked_on.count("00/00001.xlsx") == 2  # its files had to be made again
    assert [entry["path"] for entry in run_of(out)["files"]] == [f"00/0000{number}.xlsx" for number in range(3)]


def test_an_inbox_in_which_nothing_is_left_of_the_last_run_is_refused(small: Path, tmp_path: Path, worked_on: list[str]) -> None:
    out, other = tmp_path / "OUT", tmp_path / "第二批"
    collect([small], output=out)
    before, run = exports(out), run_of(out)
    other.mkdir()
    for files in (0, 1):  # a drive that is not there; the second batch without the first
        with pytest.raises(UsageError) as caught:
            collect([other], output=out)
        assert (caught.value.key, caught.value.arguments["count"], caught.value.arguments["found"]) == ("all_gone", 3, files)
        assert (exports(out), run_of(out)) == (before, run)
        shutil.copyfile(EXAMPLE / "filled.xlsx", other / "x.xlsx")
    assert dict(collect([small, other], output=out).counts) == {"passed": 4}
    shutil.copyfile(small / "00/00001.xlsx", other / "y.xlsx")
    assert dict(collect([other], output=out).counts) == {"passed": 2}  # the content of one is there still


def test_opening_an_older_draft_does_not_make_it_the_latest(
    tmp_path: Path, worked_on: list[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    inbox, out, document = tmp_path / "收到", tmp_path / "OUT", load_document(EXAMPLE / "document.json")
    inbox.mkdir()
    lay_filled(document, inbox / "第一稿.xlsx", date="2023-03-01")
    collect([inbox], output=out, date="2023-03-01")
    lay_filled(document | {"goals": document["goals"][1:]}, inbox / "第二稿.xlsx", date="2023-03-02")
    epoch = int(os.environ["SOURCE_DATE_EPOCH"])
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(epoch + 1))
    collect([inbox], output=out)
    (inbox / "~$第一稿.xlsx").touch()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(epoch + 2))
    collect([inbox], output=out)
    first, second = outcomes_of(out)
    assert first.received < second.received and any(finding["code"] == "XL125" for finding in first.findings)
    assert {row["文件"]: row["是否计入"] for row in table_of(out, "单位一览")} == {
        "第二稿.xlsx": "是",
        "第一稿.xlsx": "否，以最近合格件为准",
    }


def test_what_a_password_keeps_closed_is_in_the_archive_for_the_audit(tmp_path: Path) -> None:
    inbox, out = tmp_path / "收到", tmp_path / "OUT"
    inbox.mkdir()
    with zipfile.ZipFile(inbox / "加密.zip", "w") as archive:
        for name in ("a.xlsx", "b.xlsx"):
            archive.writestr(name, b"secret")
    sealed = (inbox / "加密.zip").read_bytes()
    for mark in (b"PK\x01\x02", b"PK\x03\x04"):  # the flag that says so, in the directory and before each file
        parts = sealed.split(mark)
        at = 4 if mark == b"PK\x01\x02" else 2
        sealed = mark.join([parts[0], *(part[:at] + bytes([part[at] | 1]) + part[at + 1 :] for part in parts[1:])])
    (inbox / "加密.zip").write_bytes(sealed)
    assert dict(collect([inbox], output=out, jobs=1).counts) == {"unreadable": 2}
    with zipfile.ZipFile(out / "audit.zip") as archive:
        assert (
            archive.namelist() == ["inputs/加密.zip", "manifest.csv", "chain.csv"] and archive.read("inputs/加密.zip") == sealed
        )
        manifest = list(csv.DictReader(archive.read("manifest.csv").decode("utf-8-sig").splitlines()))
    assert [(row["文件"], row["存为"]) for row in manifest] == [
        ("加密.zip!a.xlsx", "inputs/加密.zip"),
        ("加密.zip!b.xlsx", "inputs/加密.zip"),
    ]


def test_figures_beyond_all_measure_are_returned_and_hurt_nobody(small: Path, tmp_path: Path, url: str | None) -> None:
    places = read_cells(EXAMPLE / "filled.xlsx").places
    figures = {
        "年度": {Spot("identity", 0, "fiscal_year"): 1e20}, "完成值": {Spot("duties", 3, "actual"): 1e22},
        "金额": {Spot("basic", 0, name): 9.9e307 for name in ("initial", "adjustment", "spent")},
        "长数": {Spot("duties", 3, "actual"): "9" * 5000},
    }  # fmt: skip
    for name, typed in figures.items():
        type_into(EXAMPLE / "filled.xlsx", small / f"{name}.xlsx", {places[spot]: value for spot, value in typed.items()})
    for _ in range(2):
        collect([small], output=tmp_path / "OUT", database=url)
        outcomes = {outcome.path: outcome for outcome in outcomes_of(tmp_path / "OUT", url)}
        assert {name: outcomes[f"{name}.xlsx"].status for name in figures} == dict.fromkeys(figures, "returned")
        codes = {name: {f["code"] for f in outcomes[f"{name}.xlsx"].findings if f["code"].startswith("XL") and f["severity"] == "error"}
                 for name in figures}  # fmt: skip
        assert codes == {"年度": {"XL204"}, "完成值": {"XL204"}, "金额": {"XL204"}, "长数": {"XL202"}}
        assert outcomes["年度.xlsx"].year is None
    assert {path.name for path in (tmp_path / "OUT").iterdir()} >= {"汇总.xlsx", "audit.zip", "run.json"}


def test_half_a_character_in_what_a_worker_says_hurts_nobody(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str | None
) -> None:
    def work(task, options, limits):
        done = work_on(task, options, limits)
        finding = {**not_done(task, UnreadableError("XL507", found="\ud800")).outcome.findings[0], "severity": "info"}
        return done._replace(outcome=replace(done.outcome, unit="甲\ud800局", findings=(finding,)))

    monkeypatch.setattr(processing, "work_on", work)
    monkeypatch.setattr(processing, "run_tasks", lambda pool, tasks, work: ((task, work(task)) for task in tasks))
    assert dict(collect([small], output=tmp_path / "OUT", database=url).counts) == {"passed": 3}
    assert {outcome.unit for outcome in outcomes_of(tmp_path / "OUT", url)} == {"甲?局"}


def test_an_archive_that_was_sent_again_and_is_still_broken_is_another_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox, out, epoch = tmp_path / "收到", tmp_path / "OUT", int(os.environ["SOURCE_DATE_EPOCH"])
    inbox.mkdir()
    (inbox / "说明.txt").write_bytes(b"x")
    told = []
    for day, content in enumerate((b"PK\x03\x04 broken", b"PK\x03\x04 still broken")):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(epoch + day * 86_400))
        (inbox / "补报.zip").write_bytes(content)
        collect([inbox], output=out)
        (entry,) = (entry for entry in run_of(out)["files"] if entry["path"] == "补报.zip")
        assert (entry["sha256"], entry["size"]) == (hashlib.sha256(content).hexdigest(), len(content))
        told.append(entry["received"])
    assert told == ["2023-01-05T00:00:00+00:00", "2023-01-06T00:00:00+00:00"]


def test_what_others_put_beside_our_files_stays_there(small: Path, tmp_path: Path, worked_on: list[str]) -> None:
    out, others = tmp_path / "OUT", ("made/pictures/a.jpg", "made/.DS_Store", "made/Thumbs.db", "mine.txt")
    for name in others:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(b"mine")
    collect([small], output=out)
    left = out / "made" / f"{'0' * 16}-open"
    left.mkdir()
    (left / "of a file that is gone.xlsx").touch()
    collect([small], output=out)
    assert [(out / name).read_bytes() for name in others] == [b"mine"] * 4
    assert not left.exists() and len(worked_on) == 3


def test_a_folder_is_not_inbox_and_collection_at_once(small: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        collect([small], output=small)
    assert caught.value.key == "output_is_inbox" and sorted(path.name for path in small.iterdir()) == ["00"]
    collect([small], output=small / "OUT", jobs=1, finalize=False)
    collect([small], output=tmp_path / "elsewhere", jobs=1, finalize=False)
    assert run_of(tmp_path / "elsewhere")["skipped"] == ["OUT/"]
    assert "请把文件本身放进收件夹再收）：OUT/" in status_as_text(find_status(tmp_path / "elsewhere"))


def test_what_programs_leave_among_the_forms_changes_no_form(small: Path, tmp_path: Path, worked_on: list[str]) -> None:
    templates = tmp_path / "forms"
    shutil.copytree(TEMPLATES, templates)
    collect([small], output=tmp_path / "OUT", finalize=False, templates=templates)
    for name in ("~$report.docx", ".DS_Store", "Thumbs.db"):
        (templates / "suzhou-department" / "2022" / name).touch()
    collect([small], output=tmp_path / "OUT", finalize=False, templates=templates)
    assert len(worked_on) == 3


@posix
def test_what_killed_workers_leave_is_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox, out = tmp_path / "收到", tmp_path / "OUT"
    inbox.mkdir()
    (inbox / "dies.xlsx").write_bytes(b"x")
    elsewhere = tmp_path / "temporary"
    elsewhere.mkdir()
    monkeypatch.setenv("TMPDIR", str(elsewhere))
    monkeypatch.setattr(processing, "work_on", work_fatefully)
    (out / ".xlperf-work" / "of the run before").mkdir(parents=True)
    collect([inbox], output=out, jobs=1)
    assert list(elsewhere.iterdir()) == list(out.rglob(".xlperf-*")) == []


def test_changes_of_status_are_named(tmp_path: Path, worked_on: list[str]) -> None:
    inbox, out = tmp_path / "收到", tmp_path / "OUT"
    inbox.mkdir()
    (inbox / "a.xlsx").write_bytes(b"not yet")
    collect([inbox], output=out)
    shutil.copyfile(EXAMPLE / "filled.xlsx", inbox / "a.xlsx")
    (inbox / "b.xlsx").write_bytes(b"")
    status = collect([inbox], output=out)
    assert run_of(out)["changes"] == {
        "since": "2023-01-05T00:00:00+00:00", "new": ["b.xlsx"], "replaced": ["a.xlsx"], "gone": [],
        "status": [{"path": "a.xlsx", "was": "unreadable", "is": "passed"}],
        "words": ["新收到 2 份：苏州市生产力促进中心、b.xlsx", "上次有、这次没有 1 份：a.xlsx"],
    }  # fmt: skip
    assert "新增 1，更换 1，撤走 0，状态改变 1" in status_as_text(status)


def test_a_finalized_workbook_that_somebody_saved_stays_and_the_newer_is_beside_it(tmp_path: Path, worked_on: list[str]) -> None:
    inbox, out = tmp_path / "收到", tmp_path / "OUT"
    inbox.mkdir()
    document = load_document(EXAMPLE / "document.json")
    lay_filled(document, inbox / "一.xlsx", date="2023-03-01")
    collect([inbox], output=out)
    (final,) = (out / "定稿").glob("*.xlsx")
    with zipfile.ZipFile(final, "a") as package:
        package.comment = b"saved"
        package.writestr("more", "by Excel")
    collect([inbox], output=out)
    assert run_of(out)["beside"] == {} and len(list((out / "定稿").glob("*.xlsx"))) == 1
    lay_filled(document | {"goals": document["goals"][1:]}, inbox / "二.xlsx", date="2023-03-05")
    digest = hashlib.sha256((inbox / "二.xlsx").read_bytes()).hexdigest()
    status = collect([inbox], output=out)
    beside = f"{final.stem}-{digest[:8]}.xlsx"
    assert run_of(out)["beside"] == {final.name: beside} and (out / "定稿" / beside).exists()
    assert f"定稿“{final.name}”已由他人另存，予以保留；该单位新报的定稿放在旁边：{beside}" in status_as_text(status)


# --- interrupted ---------------------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from xlperf import collect, files

if __name__ == "__main__":
    left, keep = int(sys.argv[3]), files._keep

    def kill_or_keep(target, older):
        global left
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        keep(target, older)

    files._keep = kill_or_keep
    collect([sys.argv[1]], output=sys.argv[2], jobs=1)
"""


@posix
def test_killed_at_any_moment_and_run_again_the_result_is_the_same(
    inbox: tuple[Path, Expected], whole: Path, tmp_path: Path
) -> None:
    out, chosen, done = tmp_path / "OUT", random.Random(6), 0
    for share in every(1, (0.0, 0.1, 0.3, 0.6, 0.9, 1.0), usual=2):  # of the outcomes that are there when it is killed
        process = start(inbox[0], out)
        wanted = int(share * (COUNT + 1))
        while process.poll() is None and count_done(out) < wanted:
            time.sleep(0.01)
        time.sleep(chosen.random() * 0.3)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert count_done(out) >= max(done, min(wanted, COUNT))
        done = count_done(out)
    assert collect([inbox[0]], output=out, jobs=2).waiting == 0
    assert exports(out) == exports(whole)
    drop = lambda outcome: {**asdict(outcome), "seconds": 0}  # noqa: E731
    assert [drop(outcome) for outcome in outcomes_of(out)] == [drop(outcome) for outcome in outcomes_of(whole)]
    assert list(out.rglob(".xlperf-*")) == []


@posix
def test_killed_while_its_exports_move_and_run_again_the_result_is_the_same(small: Path, tmp_path: Path) -> None:
    """Between any two of them: some are new, some not there yet."""
    collect([small], output=tmp_path / "whole")
    out = tmp_path / "OUT"
    for moves in every(1, (0, 1, 5, 7), usual=2):
        process = subprocess.run([sys.executable, "-c", KILLED, str(small), str(out), str(moves)], capture_output=True)
        assert process.returncode == -signal.SIGKILL
        assert len(list(out.glob(".xlperf-*/new"))) == 1
    collect([small], output=out)
    assert exports(out) == exports(tmp_path / "whole")
    assert list(out.rglob(".xlperf-*")) == []


@posix
def test_times_of_receipt_and_the_date_in_files_outlive_a_kill(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1672876800")
    out = tmp_path / "OUT"
    process = start(small, out)
    wait_until(process, lambda: count_done(out) >= 1)
    process.kill()
    process.communicate()
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    monkeypatch.setattr(collect_module, "_now", lambda: "2023-03-01T09:00:00+08:00")  # today is another day
    (small / "late.xlsx").write_bytes(b"")
    collect([small], output=out, jobs=2)
    received = {outcome.path: outcome.received for outcome in outcomes_of(out)}
    assert received.pop("late.xlsx") == "2023-03-01T09:00:00+08:00"
    assert set(received.values()) == {"2023-01-05T00:00:00+00:00"}
    for path in (out / "made").glob("*/*.xlsx"):
        with zipfile.ZipFile(path) as package:
            assert b"2023-01-05" in package.read("docProps/core.xml")


@posix
def test_two_at_once_in_one_folder(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    process = start(small, out)
    wait_until(process, (out / "collection.sqlite").exists)  # made once the lock is held
    process.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(UsageError) as caught:
            collect([small], output=out)
    finally:
        process.send_signal(signal.SIGCONT)
    assert caught.value.key == "in_use"
    assert process.wait(60) == ExitCode.OK


@posix
def test_ctrl_c_ends_it_in_good_order(inbox: tuple[Path, Expected], tmp_path: Path) -> None:
    process = start(inbox[0], tmp_path / "OUT")
    wait_until(process, lambda: count_done(tmp_path / "OUT") >= 1)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == ExitCode.INTERRUPTED
    assert "Traceback" not in stderr.decode()
    assert "待处理" in status_as_text(find_status(tmp_path / "OUT"))


# --- one file cannot hurt the rest ---------------------------------------------------------------------------


@posix
def test_workers_that_die_hang_or_outgrow_yield_findings_and_are_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox, out = tmp_path / "收到", tmp_path / "OUT"
    inbox.mkdir()
    for number, name in enumerate(("a", "dies", "hangs", "has_a_bug", "outgrows", "b")):
        (inbox / f"{name}.xlsx").write_bytes(b"x" * number)  # all different
    monkeypatch.setattr(processing, "work_on", work_fatefully)
    collect([inbox], output=out, jobs=2, limits=Limits(seconds=3))
    codes = {outcome.path: [finding["code"] for finding in outcome.findings] for outcome in outcomes_of(out)}
    assert codes == {"a.xlsx": ["XL124"], "b.xlsx": ["XL101"], "dies.xlsx": ["XL501"], "hangs.xlsx": ["XL502"],
                     "has_a_bug.xlsx": ["XL507"], "outgrows.xlsx": ["XL503"]}  # fmt: skip
    assert {outcome.status for outcome in outcomes_of(out)} == {"unreadable"}
    monkeypatch.undo()
    collect([inbox], output=out, jobs=2)
    again = {outcome.path: [finding["code"] for finding in outcome.findings] for outcome in outcomes_of(out)}
    assert again == {path: ["XL124" if path == "a.xlsx" else "XL101"] for path in codes}


# --- stores, words, exit codes -------------------------------------------------------------------------------


def test_every_database_gives_the_same(url: str | None, small: Path, tmp_path: Path, worked_on: list[str]) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    collect([small], output=first)
    collect([small], output=second, database=url)
    assert exports(first) == exports(second)
    assert (second / "collection.sqlite").exists() == (url is None)
    drop = lambda outcome: {**asdict(outcome), "seconds": 0}  # noqa: E731
    assert [drop(outcome) for outcome in outcomes_of(first)] == [drop(outcome) for outcome in outcomes_of(second, url)]
    assert len(worked_on) == 6
    collect([small], output=second, database=url)
    assert len(worked_on) == 6
    assert dict(find_status(second, database=url).counts) == {"passed": 3}


def test_the_screen(inbox: tuple[Path, Expected], whole: Path) -> None:
    shown = CliRunner().invoke(cli, ["status", str(whole)], standalone_mode=False)
    assert shown.return_value == ExitCode.OK
    lines = shown.output.splitlines()
    counts = Counter(entry["status"] for entry in run_of(whole)["files"])
    assert len(lines) <= 25
    assert (
        lines[0]
        == f"收集 {whole}：{len(inbox[1])} 个文件，来自 {len({entry['unit'] for entry in run_of(whole)['files']} - {None})} 个单位"
    )
    assert lines[1] == f"文件：通过 {counts['passed']}，退回 {counts['returned']}，无法读取 {counts['unreadable']}，待处理 0"
    counting = Counter(row["结果"] for row in table_of(whole, "单位一览") if row["是否计入"] == "是")
    assert lines[2].endswith(f"：通过 {counting['通过']}，退回 {counting['退回']}，无法读取 {counting['无法读取']}")
    assert sum(counting.values()) == len(inbox[1]) - 3  # one lies there three times, a hostile one is of the unit in the archive
    listed = {(row["编号"], row["文件"]) for row in table_of(whole, "问题清单") if row["类别"] == "错误"}
    assert {(code, count) for code, _, count in find_status(whole).findings} <= set(Counter(code for code, _ in listed).items())
    moment = datetime.fromisoformat(run_of(whole)["finished"]).astimezone()  # by the clock of whoever looks
    assert lines[3].startswith(f"上次运行：{moment:%Y-%m-%d %H:%M} 完成，")
    assert any("XL201" in line for line in lines)


def test_there_is_nothing_to_show(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        find_status(tmp_path)
    assert caught.value.key == "no_collection"
    assert list(tmp_path.iterdir()) == []


def test_an_empty_inbox(tmp_path: Path) -> None:
    (tmp_path / "收到").mkdir()
    status = collect([tmp_path / "收到"], output=tmp_path / "OUT")
    assert (dict(status.counts), status.exit_code, run_of(tmp_path / "OUT")["files"]) == ({}, ExitCode.OK, [])


def test_plain_lines_without_a_terminal_and_silence(small: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "xlperf", "collect", str(small), "-o", str(tmp_path / "OUT"), "--no-finalize"]
    loud = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert loud.returncode == ExitCode.OK
    lines = loud.stderr.splitlines()
    assert lines[-2].startswith("收集 3/3  ") and lines[-2].endswith("个/秒  还需 00:00:00  通过 3，退回 0，无法读取 0")
    assert len(lines) <= 5 and all(line.isprintable() for line in lines)
    (tmp_path / "OUT" / "collection.sqlite").unlink()
    silent = subprocess.run([*command, "--quiet"], capture_output=True, text=True, encoding="utf-8")
    assert (silent.returncode, silent.stderr) == (ExitCode.OK, "")
    assert silent.stdout.splitlines()[1] == loud.stdout.splitlines()[1]


def test_what_is_damaged_in_its_folder_is_told_or_made_anew(small: Path, tmp_path: Path, worked_on: list[str]) -> None:
    out = tmp_path / "OUT"
    collect([small], output=out, finalize=False)
    for text in (
        '{"files": [{}], "finished": "x"}',
        '{"files": [{}], "finished": "2023-01-05T00:00:00+00:00"}',
        "[]",
        "7",
        "[" * 9999,
    ):
        (out / "run.json").write_text(text)
        assert "尚无一次运行全部完成" in status_as_text(find_status(out))
    assert dict(collect([small], output=out, finalize=False).counts) == {"passed": 3}
    assert len(run_of(out)["files"]) == 3
    (out / "collection.lock").write_bytes(b"no database" * 99)  # only that it is locked says something, not what is in it
    assert dict(collect([small], output=out, finalize=False).counts) == {"passed": 3}


def test_where_it_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "OUT").write_bytes(b"a file")
    with pytest.raises(UsageError) as caught:
        collect([EXAMPLE], output=tmp_path / "OUT")
    assert caught.value.key == "cannot_write"
