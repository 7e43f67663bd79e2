"""Decisions about the units of a real collection: kept with time and name, shown, withdrawn, seen by the next collect."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import shutil
import signal
import subprocess
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import openpyxl
import pytest

from support.collection_runs import exports, run_of, start, table_of
from support.command_line import xlperf
from support.example import document
from support.filled import lay_filled
from support.matrix import MATRIX
from support.sweeps import SEED, seeds
from xlperf import Announcement, collect, decide, fill_workbook, find_status, load_document, remind, validate, verify
from xlperf.collecting.status import status_as_text
from xlperf.collecting.store.audit_log import entries_of
from xlperf.collecting.store.opening import opened_store
from xlperf.deciding.decide import find_unit
from xlperf.distributing.naming import make_naming
from xlperf.errors import ExitCode, UsageError
from xlperf.summarizing.audit.chain import DECIDED, UNDONE
from xlperf.summarizing.board.rows import BoardRow

pytestmark = pytest.mark.slow
posix = pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
ROSTER = "单位名称,单位代码,主管部门,联系人\n甲局,101,市财政局,张三\n乙局,102,市财政局,李四\n丙局,103,市科委,\n丁局,104,市科委,\n"
FAULT, QUERY = "reason of 预算执行率 missing", "unit blank"


def faulty(path: Path, unit: str, code: str, *faults: str, **texts: str) -> None:
    filled = document()
    filled["cover"] |= {"unit": unit, "unit_code": code, **texts}
    for fault in faults:
        MATRIX[fault][0](filled)
    lay_filled(filled, path, date="2023-03-01")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection of four units: one passed, one returned with an error, two sent nothing."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "收到").mkdir()
    faulty(folder / "收到/甲.xlsx", "甲局", "101")
    faulty(folder / "收到/乙.xlsx", "乙局", "102", FAULT, "blank actual of 固定资产利用率")
    (folder / "units.csv").write_text(ROSTER, "utf-8")
    again(folder)
    return folder


@pytest.fixture
def copy(desk: Path, tmp_path: Path) -> Path:
    return shutil.copytree(desk, tmp_path / "desk")


def again(folder: Path, **more: object):
    return collect([folder / "收到"], output=folder / "汇集", roster=folder / "units.csv", jobs=1, **more)


def codes_of(folder: Path) -> list[str]:
    """What sends the workbook of 乙局 back."""
    return sorted(
        {found["code"] for found in validate(folder / "收到/乙.xlsx").findings if found["severity"] in ("error", "query")}
    )


def kept(folder: Path, url: str | None = None) -> list[tuple[str, dict]]:
    with opened_store(folder / "汇集", url) as store:
        return [(entry.kind, entry.told) for entry in entries_of(store, (DECIDED, UNDONE))]


def states(folder: Path) -> list[str]:
    return [row["状态"] for row in table_of(folder / "汇集", "报送进度")]


# --- extended, exempt, noted ---------------------------------------------------------------------------------


def test_a_unit_has_until_a_day_and_another_is_let_off(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = copy / "汇集"
    assert states(copy) == ["通过", "退回", "未报送", "未报送"]
    decide(out, unit="丙局", kind="extend", until="2023-01-20", reason="搬迁", by="王五")
    decide(out, unit="104", kind="exempt", reason="已并入丙局", by="王五")
    decide(out, unit="乙局", kind="exempt", reason="已撤并", by="王五")
    decide(out, unit="甲局", kind="note", reason="电话核实", by="王五")
    shown = [(row.state, row.decision) for row in find_status(out).board]
    told = [
        ("passed", "备注（王五，2023-01-05）：电话核实"), ("exempt", "免报（王五，2023-01-05）：已撤并"),
        ("extended", "延期至 2023-01-20（王五，2023-01-05）：搬迁"), ("exempt", "免报（王五，2023-01-05）：已并入丙局")]  # fmt: skip
    assert shown == told
    assert len(list((out / "退回").iterdir())) == 2
    again(copy)
    table = table_of(out, "报送进度")
    assert [(row["状态"], row["决定"]) for row in table] == [
        (word, text) for word, (_, text) in zip(("通过", "免报", "延期", "免报"), told, strict=True)]  # fmt: skip
    assert list((out / "退回").iterdir()) == []  # of whom nothing is asked, nothing goes back
    assert run_of(out)["missing"] == [] and table_of(out, "未报送单位") == []
    assert "延期 1，免报 2" in status_as_text(find_status(out)) and "名单中未报送的单位：0 个" in status_as_text(find_status(out))
    sheet = openpyxl.load_workbook(out / "汇总.xlsx")["决定"]
    assert [[cell.value for cell in line[:9]] for line in sheet.iter_rows(min_row=4)][1] == [
        2, "丁局", "104", "免报", None, None, "已并入丙局", "王五", "2023-01-05 00:00:00"]  # fmt: skip
    assert remind(out, output=copy / "催").units == 0
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1674259200")  # 2023-01-21
    assert [row.state for row in find_status(out).board] == ["passed", "exempt", "missing", "exempt"]
    assert remind(out, output=copy / "催").units == 1 and [path.name for path in (copy / "催").glob("*.docx")] == [
        "丙局-催报函.docx"
    ]
    again(copy)  # nothing new came in, but a day has passed
    assert states(copy) == ["通过", "免报", "未报送", "免报"]


def test_who_has_more_time_is_told_the_later_day(copy: Path) -> None:
    out, said = copy / "汇集", Announcement(deadline="2023-01-10")
    decide(out, unit="乙局", kind="extend", until="2023-01-31", reason="审计未结束")
    again(copy, announcement=said)
    assert states(copy)[1] == "退回"
    (notice,) = (out / "退回").glob("乙局*.docx")
    text = "\n".join(paragraph.text for paragraph in docx.Document(notice).paragraphs)
    assert "2023年1月31日" in text and "2023年1月10日" not in text
    remind(out, output=copy / "催", announcement=said)
    for name, day in (("乙局", "2023年1月31日"), ("丙局", "2023年1月10日")):
        letter = docx.Document(copy / "催" / f"{name}-催报函.docx")
        cells = [cell.text for table in letter.tables for line in table.rows for cell in line.cells]
        assert day in "\n".join([*(paragraph.text for paragraph in letter.paragraphs), *cells])


def test_what_is_taken_back_is_kept_and_no_longer_holds(copy: Path) -> None:
    out = copy / "汇集"
    decide(out, unit="丙局", kind="exempt", reason="一", by="王五")
    again(copy)
    taken = decide(out, unit="103", kind="exempt", undo=True, by="赵六").decision
    assert (taken.reason, taken.by) == ("一", "王五")
    again(copy)
    assert states(copy)[2] == "未报送" and table_of(out, "报送进度")[2]["决定"] == ""
    (line,) = table_of(out, "决定")
    assert (line["决定"], line["理由"], line["撤销"]) == ("免报", "一", "2023-01-05 00:00:00；赵六")
    number = next(entry.number for entry in _entries(out) if entry.kind == DECIDED)
    assert [kind for kind, _ in kept(copy)] == [DECIDED, UNDONE] and kept(copy)[1][1]["number"] == number
    with pytest.raises(UsageError) as caught:
        decide(out, unit="丙局", kind="exempt", undo=True)
    assert caught.value.key == "undo_nothing"
    assert verify(out).differences == ()


def _entries(out: Path) -> list:
    with opened_store(out) as store:
        return list(entries_of(store))


# --- accepted ------------------------------------------------------------------------------------------------


def test_what_is_named_may_stand_in_one_submission_and_is_printed(copy: Path) -> None:
    out, codes = copy / "汇集", codes_of(copy)
    assert len(codes) == 2
    for named, key in (([], "accept_all"), (codes[:1], "accept_all"), ([*codes, "SZ999"], "accept_unknown")):
        with pytest.raises(UsageError) as caught:
            decide(out, unit="乙局", kind="accept", reason="特批", codes=named)
        assert caught.value.key == key and kept(copy) == []
    decision = decide(
        out, unit="乙局", kind="accept", reason="当年新设", by="王五", codes=[code.lower() for code in codes]
    ).decision
    assert (decision.path, list(decision.codes)) == ("乙.xlsx", codes)
    status = again(copy)
    assert status.counts == {"passed": 2} and states(copy)[:2] == ["通过", "通过"]
    assert list((out / "退回").iterdir()) == []
    said = "经 王五 于 2023-01-05 准予保留：当年新设"
    (book,), (text,), (report,) = (list((out / "定稿").glob(f"乙局*{ending}")) for ending in (".xlsx", ".json", ".docx"))
    cells = [
        str(cell.value) for sheet in openpyxl.load_workbook(book) for line in sheet.iter_rows() for cell in line if cell.value
    ]
    rows = [[cell.value for cell in line] for line in openpyxl.load_workbook(book)["校验"].iter_rows()]
    (rule,) = (line for line in rows if "SZ201" in line)
    assert "准予保留" in rule and said in rule
    assert any(f"{'、'.join(codes)}：{said}" in cell for cell in cells)
    content = json.loads(text.read_text("utf-8"))
    assert content["waived"] == {"codes": codes, "by": "王五", "on": "2023-01-05", "reason": "当年新设"}
    again_filled = fill_workbook(load_document(text), output=copy / "again.xlsx")
    assert {found["code"] for found in again_filled.findings if found["severity"] == "error"} <= set(codes)
    told = docx.Document(report)
    words = [*(p.text for p in told.paragraphs), *(c.text for t in told.tables for r in t.rows for c in r.cells)]
    assert sum(said in word for word in words) >= 2  # for each of the codes
    listed = [row for row in table_of(out, "问题清单") if row["编号"] in codes]
    assert {row["说明"] for row in listed} == {said} and verify(out).differences == ()


def test_a_changed_file_is_not_accepted_and_an_acceptance_that_is_taken_back_sends_back(copy: Path) -> None:
    out, codes = copy / "汇集", codes_of(copy)
    decide(out, unit="乙局", kind="accept", reason="当年新设", codes=codes)
    again(copy)
    final = {path.name for path in (out / "定稿").iterdir()}
    decide(out, unit="乙局", kind="accept", undo=True)
    again(copy)
    assert states(copy)[1] == "退回" and {path.name for path in (out / "定稿").iterdir()} < final
    decide(out, unit="乙局", kind="accept", reason="当年新设", codes=codes)
    faulty(copy / "收到/乙.xlsx", "乙局", "102", FAULT, "blank actual of 固定资产利用率", prepared_by="另一人")
    again(copy)
    assert states(copy)[1] == "退回"  # the same faults, but other bytes
    assert any(path.name.startswith("乙局") for path in (out / "退回").iterdir())
    assert verify(out).differences == ()


# --- asked for wrongly ---------------------------------------------------------------------------------------

WRONG: list[tuple[dict, str]] = [
    ({"unit": "戊局", "kind": "note", "reason": "x"}, "decision_no_unit"),
    ({"unit": "甲局", "kind": "forgive", "reason": "x"}, "no_such_decision"),
    ({"unit": "甲局", "kind": "note"}, "decision_reason"),
    ({"unit": "甲局", "kind": "note", "reason": " "}, "decision_reason"),
    ({"unit": "甲局", "kind": "extend", "reason": "x"}, "decision_until"),
    ({"unit": "甲局", "kind": "extend", "reason": "x", "until": "明天"}, "bad_date"),
    ({"unit": "甲局", "kind": "extend", "reason": "x", "until": "2023-01-04"}, "decision_over"),
    ({"unit": "甲局", "kind": "exempt", "reason": "x", "until": "2023-02-01"}, "decision_option"),
    ({"unit": "甲局", "kind": "note", "reason": "x", "codes": ["SZ201"]}, "decision_option"),
    ({"unit": "甲局", "kind": "accept", "reason": "x", "codes": ["SZ201"]}, "accept_nothing"),
    ({"unit": "丙局", "kind": "accept", "reason": "x", "codes": ["SZ201"]}, "accept_nothing"),
    ({"unit": "乙局", "kind": "accept", "reason": "x", "codes": ["SZ201"], "file": "甲.xlsx"}, "accept_nothing"),
    ({"unit": "甲局", "kind": "note", "undo": True}, "undo_nothing"),
]


def test_what_is_asked_for_wrongly_is_told_and_nothing_is_kept(desk: Path) -> None:
    for asked, key in WRONG:
        with pytest.raises(UsageError) as caught:
            decide(desk / "汇集", **asked)
        assert caught.value.key == key, asked
        assert "—" not in str(caught.value).replace("YYYY-MM-DD", "") or key == "accept_nothing"
    assert kept(desk) == []
    with pytest.raises(UsageError) as caught:
        decide(desk, unit="甲局", kind="note", reason="x")
    assert caught.value.key == "no_board"


def test_what_cannot_be_read_cannot_be_accepted(copy: Path) -> None:
    (copy / "收到/丁局.pdf").write_bytes(b"%PDF-1.7 a scan")
    again(copy)
    for more in ({}, {"file": "丁局.pdf"}):
        with pytest.raises(UsageError, match=r"丁局\.pdf 无法读取，不能准予通过") as caught:
            decide(copy / "汇集", unit="丁局", kind="accept", reason="x", codes=["XL101"], **more)
        assert caught.value.key == "accept_unreadable"


def test_the_commands_say_what_was_done(copy: Path) -> None:
    out = copy / "汇集"
    done = xlperf("decide", out, "丙局", "extend", "--reason", "搬迁", "--until", "2023-02-01", "--by", "王五")
    assert (done.returncode, done.stdout) == (0, "") and "丙局：延期至 2023-02-01（王五，2023-01-05）：搬迁" in done.stderr
    assert (
        "已经有效" in xlperf("decide", out, "丙局", "extend", "--reason", "搬迁", "--until", "2023-02-01", "--by", "王五").stderr
    )
    assert len(kept(copy)) == 1
    done = xlperf("decide", out, "103", "extend", "--undo")
    assert "已撤销" in done.stderr and "xlperf collect" not in done.stderr
    decide(out, unit="乙局", kind="accept", reason="当年新设", codes=codes_of(copy))
    assert "已定稿的文件还没有收回：再运行一次 xlperf collect" in xlperf("decide", out, "102", "accept", "--undo").stderr
    refused = xlperf("decide", out, "乙局", "accept", "--reason", "x", "--code", "SZ201")
    assert refused.returncode == ExitCode.USAGE and "--code " in refused.stderr and "Traceback" not in refused.stderr
    done = xlperf("verify", out)
    assert done.returncode == 0 and run_of(out)["chain"]["head"] not in done.stdout and "没有出入" in done.stdout
    (out / "CSV" / "报送进度.csv").write_text("", "utf-8")
    done = xlperf("verify", out)
    assert done.returncode == 1 and done.stdout.splitlines()[0] == "CSV/报送进度.csv：已被改动"


# --- killed --------------------------------------------------------------------------------------------------


def killed_after(seconds: float, work: Callable[[], object]) -> bool:
    """Do that in a process that is killed after so long; whether it was killed before it was done."""
    pid = os.fork()
    if not pid:
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, seconds)  # its default is to end the process on the spot
            work()
            os._exit(0)
        except BaseException:
            os._exit(3)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert code in (0, -signal.SIGALRM)
    return code != 0


@posix
def test_a_decision_that_is_killed_and_given_again_is_there_once(desk: Path, tmp_path: Path) -> None:
    chosen, killed = random.Random(SEED), 0
    folder = shutil.copytree(desk, tmp_path / "desk")
    out, before = folder / "汇集", len(_entries(desk / "汇集"))
    begin = time.perf_counter()
    decide(out, unit="甲局", kind="note", reason="量一量")
    takes = time.perf_counter() - begin
    for number in range(20):
        asked = {"unit": "丙局", "kind": "note", "reason": f"第 {number} 次", "by": "王五"}
        killed += killed_after(max(chosen.random() * takes, 1e-4), lambda asked=asked: decide(out, **asked))
        entries = _entries(out)
        assert len(entries) - before - 1 in (number, number + 1)  # all of it or nothing
        decide(out, **asked)
        reasons = [entry.told["reason"] for entry in _entries(out) if entry.kind == DECIDED]
        assert reasons == ["量一量", *(f"第 {n} 次" for n in range(number + 1))]
    assert killed >= 5
    assert verify(out).differences == ()


@posix
def test_a_collect_that_is_killed_takes_in_every_decision_once(desk: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(desk, tmp_path / "desk")
    out, codes = folder / "汇集", codes_of(folder)
    decide(out, unit="乙局", kind="accept", reason="当年新设", by="王五", codes=codes)
    decide(out, unit="丁局", kind="exempt", reason="并入", by="王五")
    decide(out, unit="丙局", kind="extend", reason="搬迁", until="2023-01-20", by="王五")
    shutil.copytree(folder, tmp_path / "whole")
    begin = time.perf_counter()
    _finish(tmp_path / "whole")
    takes, whole = time.perf_counter() - begin, tmp_path / "whole" / "汇集"
    wanted, entries = exports(whole), _entries(whole)
    for seed in seeds(20, usual=1):
        trial = shutil.copytree(folder, tmp_path / f"trial{seed}")
        process = _begin(trial)
        time.sleep(random.Random(seed).uniform(0.2, 1.0) * takes)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        differences = verify(trial / "汇集").differences
        assert {difference.kind for difference in differences} <= {
            "unfinished",
            "missing",
            "altered",
            "extra",
            "chain_cut",
            "head_unknown",
        }
        assert not differences or differences[0].kind == "unfinished"
        _finish(trial)
        assert exports(trial / "汇集") == wanted
        assert _entries(trial / "汇集") == entries
        assert verify(trial / "汇集").differences == ()
        shutil.rmtree(trial)


def _begin(folder: Path) -> subprocess.Popen:
    return start(folder / "收到", folder / "汇集", "--roster", str(folder / "units.csv"))


def _finish(folder: Path) -> None:
    process = _begin(folder)
    _, told = process.communicate()
    assert process.returncode in (0, 1), told


@posix
def test_a_verify_that_is_killed_changes_nothing(copy: Path) -> None:
    out, chosen = copy / "汇集", random.Random(SEED)
    begin = time.perf_counter()
    found = verify(out)
    takes, before = time.perf_counter() - begin, exports(out)
    for _ in range(20):
        killed_after(max(chosen.random() * takes, 1e-4), lambda: verify(out))
        assert exports(out) == before
    assert verify(out) == found and found.differences == ()


# --- in either database --------------------------------------------------------------------------------------


def test_decisions_are_kept_in_either_database(desk: Path, tmp_path: Path, url: str | None) -> None:
    folder = tmp_path / "desk"
    shutil.copytree(desk / "收到", folder / "收到")
    shutil.copyfile(desk / "units.csv", folder / "units.csv")
    again(folder, database=url)
    out, codes = folder / "汇集", codes_of(folder)
    decide(out, unit="乙局", kind="accept", reason="当年新设\0", by="王五", codes=codes, database=url)
    decide(out, unit="丁局", kind="exempt", reason="并入", database=url)
    again(folder, database=url)
    assert states(folder) == ["通过", "通过", "未报送", "免报"]
    assert verify(out, database=url).differences == ()
    archive = zipfile.ZipFile(out / "audit.zip").read("chain.csv").decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(archive)))
    assert lines[-1]["校验值"] == run_of(out)["chain"]["head"] and len(lines) == run_of(out)["chain"]["entries"]
    with opened_store(out, url) as store, store.engine.begin() as connection:
        connection.execute(store.audit.update().where(store.audit.c.number == 3).values(time="2023-01-06"))
    (difference,) = verify(out, database=url).differences
    assert (difference.kind, difference.facts["number"]) == ("chain_broken", 3)
    assert remind(out, output=folder / "催", database=url).units == 1


# --- who is meant ------------------------------------------------------------------------------------------------


def board_row(name: str) -> BoardRow:
    return BoardRow(1, name, "", "", "missing", 0, None, None, None, "")


@pytest.mark.parametrize(("asked", "found"), [
    ("101001", "101001-办公室"), ("102001-办公室", "102001-办公室"), ("102001－办公室", "102001-办公室"), ("办公室", None), ("丙局", "市丙局"),
])  # fmt: skip
def test_a_unit_is_asked_for_by_the_code_before_its_name_too(asked: str, found: str | None) -> None:
    listed = [board_row("101001-办公室"), board_row("102001-办公室"), board_row("市丙局")]
    naming = make_naming(("市",), listed)
    if found:
        assert find_unit(listed, asked, naming).name == found
    else:
        with pytest.raises(UsageError) as refused:
            find_unit(listed, asked, naming)
        assert refused.value.key == "decision_units"
