"""A collection as one package: the office above takes it in, checks nothing twice, and has the exports of one run over all files."""

from __future__ import annotations

import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from support.collection_runs import exports, outcomes_of, run_of, start, table_of
from support.command_line import xlperf
from support.example import document
from support.filled import lay_filled
from support.matrix import MATRIX
from support.sweeps import SEED, every, examples
from xlperf import collect, decide, package_collection, verify
from xlperf.collecting import processing
from xlperf.collecting.inbox import listing
from xlperf.collecting.inbox.archives import Allowance
from xlperf.collecting.inbox.inputs import Input
from xlperf.collecting.inbox.listing import list_inbox
from xlperf.collecting.packages.contents import AUDIT, INPUTS, MARK, RESULTS
from xlperf.collecting.store.audit_log import entries_of
from xlperf.collecting.store.opening import opened_store
from xlperf.collecting.worker import WorkOptions
from xlperf.errors import ExitCode, UsageError
from xlperf.files import ZIP_TIME
from xlperf.summarizing.audit.chain import DECIDED, PACKED, UNDONE

pytestmark = pytest.mark.slow
posix = pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
ROSTER = "单位名称,单位代码,主管部门\n甲局,101,市财政局\n乙局,102,市财政局\n丙局,103,市科委\n丁局,104,市科委\n"
FAULT = "reason of 预算执行率 missing"
UNLIKE = {"audit.zip", "汇总.xlsx"}  # which show the audit: of two collections it is not the same


def filled(path: Path, unit: str, code: str, *faults: str) -> None:
    made = document()
    made["cover"] |= {"unit": unit, "unit_code": code}
    for fault in faults:
        MATRIX[fault][0](made)
    path.parent.mkdir(exist_ok=True)
    lay_filled(made, path, date="2023-03-01")


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two offices, each with a collection of its own; what they received also as plain archives."""
    folder = tmp_path_factory.mktemp("offices")
    filled(folder / "财政/甲.xlsx", "甲局", "101")
    filled(folder / "财政/乙.xlsx", "乙局", "102", FAULT)
    (folder / "财政/说明.pdf").write_bytes(b"%PDF-1.7")
    filled(folder / "科委/丙.xlsx", "丙局", "103")
    shutil.copy(folder / "财政/乙.xlsx", folder / "科委/别局的.xlsx")
    (folder / "科委/坏.zip").write_bytes(b"PK\3\4 and nothing else")
    (folder / "units.csv").write_text(ROSTER, "utf-8")
    (folder / "plain").mkdir()
    for office in ("财政", "科委"):
        collect([folder / office], output=folder / f"{office}汇集", jobs=1)
        shutil.make_archive(str(folder / "plain" / office), "zip", folder / office)
        package_collection(folder / f"{office}汇集", output=folder / "packages" / f"{office}.zip")
    collect([folder / "plain"], output=folder / "one", roster=folder / "units.csv", jobs=1)
    return folder


def take_in(inbox: Path, out: Path, folder: Path) -> None:
    collect([inbox], output=out, roster=folder / "units.csv", jobs=1)


@pytest.fixture
def unprocessed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of what workers are asked to do."""
    asked: list[str] = []
    run = processing.run_tasks

    def noted(pool: object, tasks: object, work: object) -> object:
        for task, answer in run(pool, tasks, work):
            asked.append(task.path)
            yield task, answer

    monkeypatch.setattr(processing, "run_tasks", noted)
    return asked


# --- taken in ------------------------------------------------------------------------------------------------


def test_the_exports_are_those_of_one_run_and_nothing_is_checked_twice(
    offices: Path, tmp_path: Path, unprocessed: list[str]
) -> None:
    take_in(offices / "packages", out := tmp_path / "OUT", offices)
    assert unprocessed == []
    wanted = exports(offices / "one")
    assert {name: content for name, content in exports(out).items() if name not in UNLIKE} == {
        name: content for name, content in wanted.items() if name not in UNLIKE
    }
    files = {entry["path"]: entry["status"] for entry in run_of(out)["files"]}
    assert files == {
        "科委.zip!丙.xlsx": "passed",
        "科委.zip!别局的.xlsx": "returned",
        "科委.zip!坏.zip": "unreadable",
        "财政.zip!乙.xlsx": "returned",
        "财政.zip!甲.xlsx": "passed",
        "财政.zip!说明.pdf": "attached",
    }
    assert [package["path"] for package in run_of(out)["packages"]] == ["科委.zip", "财政.zip"]
    assert verify(out).differences == ()


def test_times_of_receipt_are_those_of_the_office_that_received(
    offices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1682899200")  # 2023-05-01
    take_in(offices / "packages", out := tmp_path / "OUT", offices)
    there = {outcome.sha256: outcome.received for name in ("财政", "科委") for outcome in outcomes_of(offices / f"{name}汇集")}
    assert {outcome.received for outcome in outcomes_of(out)} == set(there.values())
    for path in (out / "定稿").glob("*.xlsx"):  # finalized there, on that day
        with zipfile.ZipFile(path) as package:
            assert b"2023-01-05" in package.read("docProps/core.xml")


def test_packages_files_and_packages_of_packages_may_lie_together(offices: Path, tmp_path: Path, unprocessed: list[str]) -> None:
    (inbox := tmp_path / "收到").mkdir()
    shutil.copy(offices / "packages/财政.zip", inbox)
    filled(inbox / "丁.xlsx", "丁局", "104")
    take_in(inbox, tmp_path / "市", offices)
    assert unprocessed == ["丁.xlsx"]
    package_collection(tmp_path / "市", output=tmp_path / "省收到" / "市.zip")
    shutil.copy(offices / "packages/科委.zip", tmp_path / "省收到")
    unprocessed.clear()
    take_in(tmp_path / "省收到", out := tmp_path / "省", offices)
    assert unprocessed == []
    assert {row["单位名称"]: row["状态"] for row in table_of(out, "报送进度")} == {
        "甲局": "通过",
        "乙局": "退回",
        "丙局": "通过",
        "丁局": "通过",
    }
    assert "市.zip!财政.zip!甲.xlsx" in {entry["path"] for entry in run_of(out)["files"]}


def test_what_was_made_counts_for_no_member(offices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of as many workbooks as an archive may hold is taken in, though it holds three files of each beside it."""
    (inbox := tmp_path / "收到").mkdir()
    shutil.copy(offices / "packages/财政.zip", inbox)
    for members, taken in ((3, {"甲.xlsx", "乙.xlsx", "说明.pdf"}), (2, {""})):
        monkeypatch.setattr(listing, "Allowance", lambda members=members: Allowance(members=members))
        found = [item for item in list_inbox([inbox]) if isinstance(item, Input)]
        assert {item.path.partition("!")[2] for item in found} == taken


def test_what_would_be_judged_otherwise_is_judged_anew(offices: Path, tmp_path: Path, unprocessed: list[str]) -> None:
    collect([offices / "packages"], output=tmp_path / "OUT", unexplained="return", jobs=1)
    assert len(unprocessed) == 4  # every content that can be opened


def test_a_newer_package_takes_the_place_of_the_last(offices: Path, tmp_path: Path, unprocessed: list[str]) -> None:
    shutil.copytree(offices / "财政", tmp_path / "财政")
    shutil.copytree(offices / "财政汇集", tmp_path / "财政汇集")
    (inbox := tmp_path / "收到").mkdir()
    shutil.copy(offices / "packages/财政.zip", inbox)
    take_in(inbox, out := tmp_path / "OUT", offices)
    filled(tmp_path / "财政/乙改.xlsx", "乙局", "102")
    collect([tmp_path / "财政"], output=tmp_path / "财政汇集", jobs=1)
    package_collection(tmp_path / "财政汇集", output=inbox / "财政.zip")
    unprocessed.clear()
    take_in(inbox, out, offices)
    assert unprocessed == []
    assert {row["单位名称"]: row["状态"] for row in table_of(out, "报送进度")}["乙局"] == "通过"
    with opened_store(out) as store:
        assert len(list(entries_of(store, (PACKED,)))) == 2


# --- decisions -----------------------------------------------------------------------------------------------


def test_decisions_come_along_once_and_are_taken_back(offices: Path, tmp_path: Path, unprocessed: list[str]) -> None:
    shutil.copytree(offices / "财政", tmp_path / "财政")
    below = shutil.copytree(offices / "财政汇集", tmp_path / "财政汇集")
    collect([tmp_path / "财政"], output=below, roster=offices / "units.csv", jobs=1)
    codes = sorted(
        {
            finding["code"]
            for outcome in outcomes_of(below)
            if outcome.path == "乙.xlsx"
            for finding in outcome.findings
            if finding["severity"] in ("error", "query")
        }
    )
    decide(below, unit="乙局", kind="accept", reason="当年新设", by="王五", codes=codes)
    decide(below, unit="丁局", kind="note", reason="来过电话", by="王五")
    collect([tmp_path / "财政"], output=below, roster=offices / "units.csv", jobs=1)
    package_collection(below, output=tmp_path / "收到" / "财政.zip")
    unprocessed.clear()
    out = tmp_path / "OUT"
    for _ in range(2):
        take_in(tmp_path / "收到", out, offices)
    assert unprocessed == []
    board = {row["单位名称"]: row for row in table_of(out, "报送进度")}
    assert board["乙局"]["状态"] == "通过" and "王五" in board["乙局"]["决定"] and "当年新设" in board["乙局"]["决定"]
    assert "来过电话" in board["丁局"]["决定"]
    decide(below, unit="丁局", kind="note", undo=True)
    collect([tmp_path / "财政"], output=below, roster=offices / "units.csv", jobs=1)
    package_collection(below, output=tmp_path / "收到" / "财政.zip")
    for _ in range(2):
        take_in(tmp_path / "收到", out, offices)
    assert not {row["单位名称"]: row for row in table_of(out, "报送进度")}["丁局"]["决定"]
    with opened_store(out) as store:
        assert [entry.kind for entry in entries_of(store, (DECIDED, UNDONE))] == [DECIDED, DECIDED, UNDONE]
    assert verify(out).differences == ()


# --- altered -------------------------------------------------------------------------------------------------


def rewritten(source: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """The package with other entries."""
    with zipfile.ZipFile(source) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    change(entries)
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)


def proven_again(entries: dict[str, bytes]) -> None:
    """As somebody who knows how hashes of parts are made would leave it."""
    from hashlib import sha256

    head = json.loads(entries[MARK])
    head["parts"] = {name: sha256(content).hexdigest() for name, content in entries.items() if name != MARK}
    entries[MARK] = json.dumps(head).encode()


def replaced(name: str, old: str, new: str) -> Callable[[dict[str, bytes]], None]:
    def change(entries: dict[str, bytes]) -> None:
        assert old.encode() in entries[name]
        entries[name] = entries[name].replace(old.encode(), new.encode(), 1)
        proven_again(entries)

    return change


def dropped(start_: str) -> Callable[[dict[str, bytes]], None]:
    return lambda entries: entries.pop(next(name for name in entries if name.startswith(start_)))


def added(entries: dict[str, bytes]) -> None:
    entries["received/zzz.xlsx"] = b""


def dropped_and_proven(entries: dict[str, bytes]) -> None:
    dropped("received/")(entries)
    proven_again(entries)


ALTERED = {
    "a result": replaced(RESULTS, '"status": "returned"', '"status": "passed"'),
    "an input": replaced(INPUTS, '"path": "甲.xlsx"', '"path": "丁.xlsx"'),
    "an entry of the audit": replaced(AUDIT, "甲.xlsx", "丁.xlsx"),
    "a part less": dropped("made/"),
    "a part more": added,
    "a file less": dropped_and_proven,
    "no results": dropped(RESULTS),
    "a mark that is no JSON": lambda entries: entries.update({MARK: b"{"}),
    "a mark of a list": lambda entries: entries.update({MARK: b"[]"}),
    "a later version": lambda entries: entries.update({MARK: entries[MARK].replace(b'"package": 1', b'"package": 2')}),
    "inputs that are none": lambda entries: (entries.update({INPUTS: b"7\n"}), proven_again(entries)),
}


def refused(inbox: Path, out: Path) -> list[tuple[str, list[str]]]:
    collect([inbox], output=out, jobs=1)
    return [(outcome.path, [finding["code"] for finding in outcome.findings]) for outcome in outcomes_of(out)]


@pytest.mark.parametrize("case", ALTERED)
def test_of_an_altered_package_nothing_is_taken_in(offices: Path, tmp_path: Path, case: str) -> None:
    rewritten(offices / "packages/财政.zip", tmp_path / "收到/财政.zip", ALTERED[case])
    assert refused(tmp_path / "收到", tmp_path / "OUT") == [("财政.zip", ["XL508"])]
    with opened_store(tmp_path / "OUT") as store:
        assert list(entries_of(store, (PACKED, DECIDED))) == []


def test_any_altered_byte_is_found(offices: Path, tmp_path: Path) -> None:
    """Where a byte is of no consequence, such as a time in the zip, what is taken in is the same."""
    content, chosen = (offices / "packages/财政.zip").read_bytes(), random.Random(SEED)
    whole = [(outcome.path, outcome.status) for outcome in outcomes_of(offices / "one") if outcome.path.startswith("财政")]
    found = []
    for number in range(examples(300, usual=8)):
        changed = bytearray(content)
        changed[chosen.randrange(len(content))] ^= 1 << chosen.randrange(8)
        (inbox := tmp_path / f"in{number}").mkdir()
        (inbox / "财政.zip").write_bytes(changed)
        collect([inbox], output=tmp_path / "OUT" / str(number), jobs=1)
        told = outcomes_of(tmp_path / "OUT" / str(number))
        codes = {finding["code"] for outcome in told for finding in outcome.findings}
        found.append(bool(codes & {"XL508", "XL504"}))
        assert found[-1] or [(outcome.path, outcome.status) for outcome in told] == whole, number
        shutil.rmtree(tmp_path / "OUT" / str(number))
    assert sum(found) > len(found) * 0.8


def test_a_collection_that_was_altered_is_not_packed(offices: Path, tmp_path: Path) -> None:
    out = shutil.copytree(offices / "财政汇集", tmp_path / "OUT")
    made = next((out / "made").rglob("*.docx"))
    made.write_bytes(made.read_bytes() + b"\0")
    (older := tmp_path / "财政.zip").write_bytes(b"the last one")
    with pytest.raises(UsageError) as caught:
        package_collection(out, output=older)
    assert caught.value.key == "package_altered" and made.name in str(caught.value) and "xlperf verify" in str(caught.value)
    assert older.read_bytes() == b"the last one" and sorted(path.name for path in tmp_path.iterdir()) == ["OUT", "财政.zip"]
    shutil.copytree(offices / "财政汇集", again := tmp_path / "AGAIN")
    log = json.loads((again / "run.json").read_text("utf-8"))
    (again / "run.json").write_text(json.dumps(log | {"date": "2024-01-01"}), "utf-8")
    with pytest.raises(UsageError) as caught:
        package_collection(again, output=tmp_path / "x.zip")
    assert caught.value.key == "package_altered" and "run.json" in str(caught.value) and not (tmp_path / "x.zip").exists()


def test_the_command(offices: Path, tmp_path: Path) -> None:
    done = xlperf("package", offices / "财政汇集", "-o", tmp_path / "财政.zip")
    assert (done.returncode, done.stdout) == (0, "")
    assert "收到的文件 3 个" in done.stderr and run_of(offices / "财政汇集")["chain"]["head"] in done.stderr
    assert (tmp_path / "财政.zip").read_bytes() == (offices / "packages/财政.zip").read_bytes()
    (tmp_path / "收到").mkdir()
    shutil.move(tmp_path / "财政.zip", tmp_path / "收到")
    taken = xlperf("collect", tmp_path / "收到", "-o", tmp_path / "OUT")
    assert "收到汇集包 1 个；其中已审核、结果照用的文件 3 个" in taken.stderr
    for arguments in ((offices, "-o", tmp_path / "x.zip"), (offices / "财政汇集", "-o", tmp_path / "x.xlsx")):
        done = xlperf("package", *arguments)
        assert done.returncode == ExitCode.USAGE and done.stderr and "Traceback" not in done.stderr


# --- killed --------------------------------------------------------------------------------------------------

PACK = "import sys; from xlperf import package_collection; package_collection(sys.argv[1], output=sys.argv[2])"


@posix
def test_packing_that_is_killed_leaves_the_last_package_or_the_new_one(offices: Path, tmp_path: Path) -> None:
    target, chosen = tmp_path / "财政.zip", random.Random(SEED)
    target.write_bytes(b"the last one")
    wanted, tries, killed = (offices / "packages/财政.zip").read_bytes(), 0, 0
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", PACK, offices / "财政汇集", tmp_path / "whole.zip"], check=True)
    takes = time.perf_counter() - begin
    while tries < examples(20, usual=3) or not killed:
        tries += 1
        process = subprocess.Popen([sys.executable, "-c", PACK, offices / "财政汇集", target])
        time.sleep(chosen.random() * takes)
        process.kill()
        was_killed = process.wait() == -signal.SIGKILL
        killed += was_killed
        takes *= 1 if was_killed else 0.7  # the machine was busier when it was measured
        assert target.read_bytes() in (b"the last one", wanted)
        assert verify(offices / "财政汇集").differences == ()
    package_collection(offices / "财政汇集", output=target)
    assert target.read_bytes() == wanted


@posix
def test_taking_in_that_is_killed_loses_and_doubles_nothing(offices: Path, tmp_path: Path) -> None:
    roster = ("--roster", str(offices / "units.csv"))
    begin = time.perf_counter()
    whole = tmp_path / "whole"
    assert start(offices / "packages", whole, *roster).wait() == ExitCode.UNREADABLE
    takes, chosen = time.perf_counter() - begin, random.Random(SEED)
    with opened_store(whole) as store:
        entries = list(entries_of(store))
    for number in range(examples(20, usual=1)):
        process = start(offices / "packages", out := tmp_path / str(number), *roster)
        time.sleep(chosen.uniform(0.3, 1.0) * takes)
        process.kill()
        process.communicate()
        start(offices / "packages", out, *roster).communicate()
        assert exports(out) == exports(whole), number
        with opened_store(out) as store:
            assert list(entries_of(store)) == entries, number
        assert verify(out).differences == ()


def test_a_package_is_the_same_each_time_and_holds_no_time(offices: Path, tmp_path: Path) -> None:
    package_collection(offices / "财政汇集", output=tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == (offices / "packages/财政.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO((tmp_path / "again.zip").read_bytes())) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {ZIP_TIME}


ASKED = {"finalize": False, "form": "suzhou-department", "year": 2022, "unexplained": "return", "reports": ("word", "pdf")}


@pytest.mark.parametrize(
    "options",
    every(1, [ASKED, *({name: value} for name, value in ASKED.items())], usual=3),
    ids=lambda options: "-".join(options),
)
def test_results_go_along_whatever_the_collection_was_asked_for(
    offices: Path, tmp_path: Path, options: dict[str, object], unprocessed: list[str]
) -> None:
    assert {"language", "date", "templates", *ASKED} == set(WorkOptions._fields)
    collect([offices / "财政"], output=tmp_path / "区汇集", jobs=1, **options)
    assert package_collection(tmp_path / "区汇集", output=tmp_path / "收到" / "区.zip").results == 3
    unprocessed.clear()
    collect([tmp_path / "收到"], output=tmp_path / "OUT", jobs=1, **options)
    assert unprocessed == []


def test_every_database_gives_the_same_package(offices: Path, tmp_path: Path, url: str | None) -> None:
    collect([offices / "财政"], output=tmp_path / "OUT", database=url, jobs=1)
    package_collection(tmp_path / "OUT", output=tmp_path / "again.zip", database=url)
    assert apart_from_seconds(tmp_path / "again.zip") == apart_from_seconds(offices / "packages/财政.zip")


def apart_from_seconds(package: Path) -> dict[str, object]:
    """What is in a package, but for how long the work took."""
    with zipfile.ZipFile(package) as archive:
        parts: dict[str, object] = {name: archive.read(name) for name in archive.namelist() if name != MARK}
        head = json.loads(archive.read(MARK))
    results = [json.loads(line) for line in parts.pop(RESULTS).decode().splitlines()]
    for result in results:
        del result["row"]["seconds"]
    return {**parts, RESULTS: results, MARK: [head["basis"], head["head"], sorted(head["parts"])]}
