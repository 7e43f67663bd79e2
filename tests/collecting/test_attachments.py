"""What goes with a workbook is an attachment: listed with its unit, no error; a scan of a unit that sent nothing else is none."""

from __future__ import annotations

import csv
import io
import shutil
import zipfile
from pathlib import Path

import pytest

from support.collection_runs import run_of, table_of
from support.command_line import xlperf
from support.crowd import make_crowd
from support.rosters import written
from support.sweeps import every
from xlperf import collect, decide, find_status
from xlperf.collecting import collect as collect_module
from xlperf.collecting import processing
from xlperf.collecting.status import status_as_text
from xlperf.errors import ExitCode

FIRST, SECOND, THIRD = "苏州市00000单位", "苏州市00001单位", "苏州市00002单位"
DAYS = ("2023-03-01", "2023-03-11", "2023-03-21")
BESIDE = {  # by name, what lies beside a workbook and needs nothing done
    "说明.txt": "请查收，谢谢, 另附两份".encode(), "附件1 评价报告.pdf": b"%PDF-1.7 an annex", "现场.jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    "网页.html": b"<html><body>1</body></html>", "空.txt": b"", "清单.rtf": b"{\\rtf1 x}", "打开.lnk": b"L\x00\x00\x00" + bytes(72),
}  # fmt: skip
ALONE = "评价机构.pdf"  # of nobody


@pytest.fixture(scope="module")
def workbooks(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The workbooks of three units, all of which pass."""
    folder = tmp_path_factory.mktemp("crowd")
    make_crowd(folder, 3, faulty=0, hostile=0)
    return sorted(folder.glob("*/*.xlsx"))


@pytest.fixture
def desk(tmp_path: Path, workbooks: list[Path]) -> Path:
    """One unit with its workbook and what goes with it; a list with two more, of which one sent a scan."""
    own = tmp_path / "收到" / FIRST
    own.mkdir(parents=True)
    shutil.copyfile(workbooks[0], own / "自评表.xlsx")
    for name, content in BESIDE.items():
        (own / name).write_bytes(content)
    units = [f"{unit},{number:06},市甲委" for number, unit in enumerate((FIRST, SECOND, THIRD))]
    written(tmp_path / "units.csv", "单位名称,预算编码,主管部门\n" + "\n".join(units) + "\n")
    return tmp_path


def run(desk: Path, **more: object):
    return collect([desk / "收到"], output=desk / "汇集", jobs=1, finalize=False, **more)  # type: ignore[arg-type]


def shown(desk: Path) -> dict[str, tuple[str, str, str, str]]:
    """By the name of a file what the list of files says: unit, result, whether it counts, errors."""
    return {
        row["文件"].rpartition("/")[2]: (row["单位"], row["结果"], row["是否计入"], row["错误"])
        for row in table_of(desk / "汇集", "单位一览")
    }


@pytest.mark.parametrize("has_roster", every(1, [True, False], usual=2))
def test_what_goes_with_a_workbook_is_listed_and_nothing_else(desk: Path, has_roster: bool) -> None:
    roster = {"roster": desk / "units.csv"} if has_roster else {}
    status = run(desk, **roster)
    assert (status.counts, status.counting, status.attached, status.exit_code) == ({"passed": 1}, {"passed": 1}, 7, ExitCode.OK)
    assert shown(desk) == {
        "自评表.xlsx": (FIRST, "通过", "是", "0"), **dict.fromkeys(BESIDE, (FIRST, "附件", "否，附件", "0"))}  # fmt: skip
    assert {row["文件"].rpartition("/")[2] for row in table_of(desk / "汇集", "问题清单")} == {"自评表.xlsx"}
    assert not list((desk / "汇集" / "退回").glob("*"))
    board = table_of(desk / "汇集", "报送进度")[0]
    assert (board["单位名称"], board["状态"], board["报送次数"], board["错误"]) == (FIRST, "通过", "1", "0")
    files = {entry["path"].rpartition("/")[2]: (entry["status"], entry["errors"]) for entry in run_of(desk / "汇集")["files"]}
    assert files == {"自评表.xlsx": ("passed", 0), **dict.fromkeys(BESIDE, ("attached", 0))}
    lines = status_as_text(find_status(desk / "汇集")).splitlines()
    assert lines[0].endswith("：8 个文件，来自 1 个单位") and lines[1] == "文件：通过 1，退回 0，无法读取 0，待处理 0，附件 7"
    with zipfile.ZipFile(desk / "汇集" / "audit.zip") as archive:
        manifest = list(csv.DictReader(io.StringIO(archive.read("manifest.csv").decode("utf-8-sig"))))
    assert {(row["单位"], row["结果"]) for row in manifest if not row["文件"].endswith("xlsx")} == {(FIRST, "附件")}
    listed = ("--roster", "units.csv") if has_roster else ()
    again = xlperf("collect", "收到", "-o", "汇集", "--no-finalize", "--jobs", "1", "--quiet", *listed, cwd=desk)
    assert again.returncode == ExitCode.OK
    text = xlperf("--lang", "en", "status", "汇集", cwd=desk).stdout
    assert "Files: passed 1, returned 0, unreadable 0, waiting 0, attachments 7" in text


def test_a_scan_of_a_unit_that_sent_nothing_else_is_unreadable_until_its_workbook_comes(
    desk: Path, workbooks: list[Path]
) -> None:
    scan = desk / "收到" / f"{SECOND}盖章.pdf"
    scan.write_bytes(b"%PDF-1.7 a scan")
    status = run(desk, roster=desk / "units.csv")
    assert (status.counts, status.attached, status.exit_code) == ({"passed": 1, "unreadable": 1}, 7, ExitCode.UNREADABLE)
    assert shown(desk)[scan.name] == (SECOND, "无法读取", "是", "1")
    assert [path.name[:10] for path in (desk / "汇集" / "退回").iterdir()] == [SECOND]
    shutil.copyfile(workbooks[1], desk / "收到" / "补报.xlsx")
    status = run(desk, roster=desk / "units.csv")
    assert (status.counts, status.attached, status.exit_code) == ({"passed": 2}, 8, ExitCode.OK)
    assert shown(desk)[scan.name] == (SECOND, "附件", "否，附件", "0") and not list((desk / "汇集" / "退回").iterdir())
    changes = run_of(desk / "汇集")["changes"]
    assert changes["status"] == [{"path": scan.name, "was": "unreadable", "is": "attached"}]
    assert changes["words"] == [f"新收到 1 份：{SECOND}"]
    (desk / "收到" / "补报.xlsx").unlink()
    assert run(desk, roster=desk / "units.csv").counts == {"passed": 1, "unreadable": 1}


def test_without_a_list_a_scan_that_nobody_can_assign_is_still_to_be_looked_at(desk: Path) -> None:
    """With a list the board tells who is missing; without one nothing else would."""
    (desk / "收到" / ALONE).write_bytes(b"%PDF-1.7")
    (desk / "收到" / "会议通知.txt").write_bytes("各单位：".encode())
    status = run(desk)
    assert (status.counts, status.attached, status.exit_code) == ({"passed": 1, "unreadable": 1}, 8, ExitCode.UNREADABLE)
    assert shown(desk)[ALONE] == ("", "无法读取", "否，附件", "1") and shown(desk)["会议通知.txt"] == (
        "",
        "附件",
        "否，附件",
        "0",
    )
    status = run(desk, roster=desk / "units.csv")
    assert (status.counts, status.attached, status.exit_code) == ({"passed": 1}, 9, ExitCode.OK)
    assert shown(desk)[ALONE] == ("", "附件", "否，附件", "0")


def test_a_damaged_workbook_is_no_attachment_whatever_lies_beside_it(desk: Path, workbooks: list[Path]) -> None:
    cut = workbooks[1].read_bytes()[:9_000]
    others = {"旧表.xlsx": cut, "旧表.rar": b"Rar!\x1a\x07" + bytes(9), "导出.csv": b"a,b\n", "旧表备份": cut}
    for name, content in others.items():
        (desk / "收到" / FIRST / name).write_bytes(content)
    status = run(desk, roster=desk / "units.csv")
    assert (status.counts, status.attached, status.exit_code) == ({"passed": 1, "unreadable": 4}, 7, ExitCode.UNREADABLE)
    assert {shown(desk)[name][:3] for name in others} >= {(FIRST, "无法读取", "否，以最近合格件为准")}
    assert {shown(desk)[name][1] for name in others} == {"无法读取"}


def end_early(patch: pytest.MonkeyPatch, desk: Path, *, after: int | None = None, **more: object) -> None:
    """A run that is ended when that many outcomes are stored, or when the exports are to be made."""
    with patch.context() as patched:
        if after is None:
            patched.setattr(collect_module, "write_exports", lambda *_, **__: 1 / 0)
        else:
            stored, save = iter(range(after)), processing.save_outcomes
            patched.setattr(processing, "TOGETHER", 0)
            patched.setattr(processing, "save_outcomes", lambda *outcomes: (next(stored), save(*outcomes)))
        with pytest.raises((ZeroDivisionError, StopIteration, RuntimeError)):
            run(desk, **more)


@pytest.mark.parametrize("has_roster", every(1, [False, True], usual=2))
def test_a_run_that_was_ended_early_tells_of_attachments_what_the_finished_one_does(
    desk: Path, workbooks: list[Path], monkeypatch: pytest.MonkeyPatch, has_roster: bool
) -> None:
    """What only the whole run can tell is still to be processed: a scan that nobody can assign, or of a unit without a table."""
    roster = {"roster": desk / "units.csv"} if has_roster else {}
    (desk / "收到" / ALONE).write_bytes(b"%PDF-1.7")
    scan = desk / "收到" / f"{SECOND}盖章.pdf"
    scan.write_bytes(b"%PDF-1.7 a scan")
    end_early(monkeypatch, desk, **roster)
    status = find_status(desk / "汇集")
    assert (dict(status.counts), status.attached, status.waiting, status.exit_code) == ({"passed": 1}, 7, 2, ExitCode.OK)
    finished = run(desk, **roster)
    expected = ({"passed": 1, "unreadable": 1}, 8, 0) if has_roster else ({"passed": 1, "unreadable": 2}, 7, 0)
    assert (dict(finished.counts), finished.attached, finished.waiting) == expected
    own = desk / "收到" / FIRST
    (own / "补充说明.docx").write_bytes(b"PK\x03\x04 a letter")
    (own / "附件2.pdf").write_bytes(b"%PDF-1.7 another annex")
    (desk / "收到" / "会议.txt").write_bytes("各单位：".encode())
    shutil.copyfile(workbooks[1], desk / "收到" / "补报.xlsx")
    end_early(monkeypatch, desk, **roster)
    status = find_status(desk / "汇集")
    finished_again = run(desk, **roster)
    assert status.attached == expected[1] + 2 and status.waiting == 0
    assert dict(status.counts) == {"passed": 2, "unreadable": expected[0]["unreadable"] + 1}
    assert finished_again.attached == status.attached + 1  # the scan of the unit whose workbook has come


def test_at_every_moment_of_a_run_nothing_is_unreadable_that_will_not_be(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for after in every(1, range(len(BESIDE) + 1), usual=2):
        end_early(monkeypatch, desk, after=after)
        status = find_status(desk / "汇集")
        assert set(status.counts) <= {"passed"} and status.exit_code == ExitCode.OK
        assert sum(status.counts.values()) + status.attached + status.waiting == len(BESIDE) + 1
        shutil.rmtree(desk / "汇集")


def test_where_nothing_but_files_that_cannot_be_read_came_an_early_end_calls_none_an_attachment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = tmp_path / "收到"
    inbox.mkdir()
    (inbox / "说明.txt").write_bytes(BESIDE["说明.txt"])
    assert dict(run(tmp_path).counts) == {"unreadable": 1}
    (inbox / "清单.rtf").write_bytes(BESIDE["清单.rtf"])
    end_early(monkeypatch, tmp_path)
    status = find_status(tmp_path / "汇集")
    assert (dict(status.counts), status.attached, status.waiting) == ({"unreadable": 1}, 0, 1)
    assert dict(run(tmp_path).counts) == {"unreadable": 2}


# --- when it came --------------------------------------------------------------------------------------------------


def test_of_equal_copies_the_first_received_is_the_original_and_the_last_is_when_the_unit_was_heard_of(
    desk: Path, workbooks: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy lies under a name that comes first; a file that is moved is no copy."""
    inbox, moved = desk / "收到", desk / "收到" / "z"
    shutil.copyfile(workbooks[1], inbox / "m.xlsx")

    def on(day: str) -> dict[str, str]:
        monkeypatch.setattr(collect_module, "_now", lambda: f"{day}T09:00:07+08:00")
        run(desk, roster=desk / "units.csv", date=DAYS[0])
        return {row["单位名称"]: row["最近收到"] for row in table_of(desk / "汇集", "报送进度")}

    assert on(DAYS[0]) == {FIRST: f"{DAYS[0]} 09:00", SECOND: f"{DAYS[0]} 09:00", THIRD: ""}
    shutil.copyfile(workbooks[1], inbox / "a.xlsx")
    assert on(DAYS[1])[SECOND] == f"{DAYS[1]} 09:00"
    with zipfile.ZipFile(desk / "汇集" / "audit.zip") as archive:
        manifest = {row["文件"]: row for row in csv.DictReader(io.StringIO(archive.read("manifest.csv").decode("utf-8-sig")))}
    received = {name: (manifest[name]["收到时间"][:10], manifest[name]["是否计入"]) for name in ("a.xlsx", "m.xlsx")}
    assert received == {"a.xlsx": (DAYS[1], "否，内容重复"), "m.xlsx": (DAYS[0], "是")}
    board = table_of(desk / "汇集", "报送进度")[1]
    assert board["报送次数"] == "1"
    moved.mkdir()
    (inbox / "a.xlsx").rename(moved / "b.xlsx")
    (inbox / FIRST).rename(inbox / f"{FIRST}材料")
    assert on(DAYS[2]) == {FIRST: f"{DAYS[0]} 09:00", SECOND: f"{DAYS[1]} 09:00", THIRD: ""}


# --- what was decided since ------------------------------------------------------------------------------------------


def test_decisions_that_are_not_yet_in_the_results_are_told(desk: Path) -> None:
    out, asked = desk / "汇集", {"roster": desk / "units.csv"}
    run(desk, **asked)
    assert (find_status(out).decided_since, "写进结果" in status_as_text(find_status(out))) == (0, False)
    decide(out, unit=SECOND, kind="extend", until="2099-01-20", reason="搬迁")
    decide(out, unit=THIRD, kind="exempt", reason="已撤并")
    assert find_status(out).decided_since == 2
    assert "有 2 项决定还没有写进结果：请再运行一次 collect。" in status_as_text(find_status(out)).splitlines()
    assert "2 decision(s) are not yet in the results: run collect." in xlperf("--lang", "en", "status", out).stdout
    decide(out, unit=THIRD, kind="exempt", undo=True)  # taken and withdrawn is one
    assert find_status(out).decided_since == 2
    assert run(desk, **asked).decided_since == 0 and find_status(out).decided_since == 0
    decide(out, unit=SECOND, kind="extend", undo=True)
    assert find_status(out).decided_since == 1 and run(desk, **asked).decided_since == 0


def test_where_nothing_else_came_a_file_that_cannot_be_read_is_one(tmp_path: Path) -> None:
    for name, content in BESIDE.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "甲单位.json").write_text('{"form": "suzhou-department"}', encoding="utf-8")
    result = collect(sorted(tmp_path.iterdir()), output=tmp_path / "汇集", jobs=1, finalize=False)
    assert dict(result.counts) == {"unreadable": len(BESIDE) + 1} and result.exit_code == ExitCode.UNREADABLE
