"""A round of some dozens of real files by one round.yaml: the board in the log and on the screen, corrections, reminders."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from support.collection_runs import run_of, table_of
from support.command_line import xlperf
from support.crowd import make_crowd
from support.paths import EXAMPLES
from support.rosters import written
from support.sweeps import examples
from xlperf import Announcement, collect, find_status, remind
from xlperf.collecting.plan import expected_units
from xlperf.collecting.status import status_as_text
from xlperf.errors import ExitCode, UsageError

pytestmark = pytest.mark.slow

COUNT = examples(24, usual=12)
ROUND = """form: suzhou-department
year: 2022
title: 2022年度自评
document: 苏财绩〔2023〕1号
deadline: 2023-03-31
contact: 王老师
roster: 单位名单.csv
inboxes: [收到]
output: 汇集
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A round with a dozen workbooks, in a soak two, one in four of them faulty; a scan, a damaged workbook and a letter; three units that sent nothing."""
    folder = tmp_path_factory.mktemp("round")
    make_crowd(folder / "收到", COUNT, faulty=0.25, hostile=0)
    units = [
        f"苏州市{number:05}单位,{number:06},{'市甲委' if number % 2 else '市乙委'},联系人{number}" for number in range(COUNT + 5)
    ]
    written(folder / "单位名单.csv", "单位名称,预算编码,主管部门,联系人\n" + "\n".join(units) + "\n")
    written(folder / "round.yaml", ROUND)
    (folder / "收到" / f"苏州市{COUNT:05}单位.pdf").write_bytes(b"%PDF-1.7")
    (folder / "收到" / f"{COUNT + 1:06} 自评表.xlsx").write_bytes((folder / "收到/00/00000.xlsx").read_bytes()[:5000])
    (folder / "收到" / "00" / "说明.txt").write_bytes("请查收".encode())
    assert xlperf("collect", "--round", "round.yaml", "--quiet", cwd=folder).returncode == ExitCode.UNREADABLE
    return folder


def test_the_log_and_the_table_have_every_unit_once(desk: Path) -> None:
    run, table = run_of(desk / "汇集"), table_of(desk / "汇集", "报送进度")
    units = run["units"]
    assert (
        [unit["name"] for unit in units] == [row["单位名称"] for row in table] == [f"苏州市{n:05}单位" for n in range(COUNT + 5)]
    )
    files = {entry["unit"]: entry for entry in run["files"] if entry["unit"]}
    for unit in units[:COUNT]:
        if unit["name"] in files:  # one of the faults is that the unit is blank
            assert unit["state"] == ("passed" if files[unit["name"]]["status"] == "passed" else "returned")
    assert [unit["state"] for unit in units[COUNT:]] == ["unreadable", "unreadable", "missing", "missing", "missing"]
    assert [entry["name"] for entry in run["missing"]] == [unit["name"] for unit in units if unit["state"] == "missing"]
    assert run["announcement"]["document"] == "苏财绩〔2023〕1号" and units[3]["contact"] == "联系人3"


def test_the_screen_counts_units_and_lists_who_owes(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")  # no name is broken
    units = run_of(desk / "汇集")["units"]
    counts = {
        state: sum(unit["state"] == state for unit in units) for state in ("passed", "query", "returned", "unreadable", "missing")
    }
    text = status_as_text(find_status(desk / "汇集"))
    assert (
        "单位：通过 {passed}，须说明 {query}，退回 {returned}，无法读取 {unreadable}，未报送 {missing}".format(**counts) in text
    )
    for unit in units:
        assert (f" {unit['name']} " in text) == (unit["state"] != "passed")
    assert xlperf("status", "--round", "round.yaml", cwd=desk).stdout.startswith("收集 汇集")


def test_reminders_know_what_was_announced_and_options_count_more(desk: Path, tmp_path: Path) -> None:
    done = xlperf("remind", "--round", "round.yaml", "-o", tmp_path / "催报", "--date", "2023-04-03", cwd=desk)
    owing = [unit for unit in run_of(desk / "汇集")["units"] if unit["state"] != "passed"]
    assert done.returncode == 0 and f"要催报的单位 {len(owing)} 个" in done.stderr
    assert len(list((tmp_path / "催报").glob("*-催报函.docx"))) == len(owing)
    asked = remind(desk / "汇集", output=tmp_path / "再催", announcement=Announcement(contact="李老师"))
    assert asked.units == len(owing) and (tmp_path / "再催" / "催报清单.xlsx").exists()
    with pytest.raises(UsageError) as caught:
        remind(tmp_path, output=tmp_path / "x")
    assert caught.value.key == "no_board"


def test_what_a_unit_sends_anew_takes_back_its_notice(desk: Path, tmp_path: Path) -> None:
    """The scan and the damaged workbook are replaced by workbooks that pass, in new files: nothing old is left in the folder."""
    shutil.copytree(desk / "收到", tmp_path / "收到")
    asked = {"output": tmp_path / "汇集", "roster": desk / "单位名单.csv", "form": "suzhou-department", "year": 2022, "jobs": 2}
    collect([tmp_path / "收到"], **asked)
    replaced = {f"苏州市{number:05}单位" for number in (COUNT, COUNT + 1)}
    names = {path.name[:10] for path in (tmp_path / "汇集" / "退回").iterdir()}
    assert replaced <= names
    made = make_crowd(tmp_path / "补报", COUNT + 2, faulty=0, hostile=0)
    for number in (COUNT, COUNT + 1):
        shutil.copyfile(tmp_path / "补报" / f"00/{number:05}.xlsx", tmp_path / "收到" / f"补报{number}.xlsx")
    collect([tmp_path / "收到"], **asked)
    assert not replaced & {path.name[:10] for path in (tmp_path / "汇集" / "退回").iterdir()}
    assert [run_of(tmp_path / "汇集")["units"][number]["state"] for number in (COUNT, COUNT + 1)] == ["passed", "passed"] and len(
        made
    ) == COUNT + 2


def test_a_roster_with_a_line_for_each_project_asks_for_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of two projects is handed in: what is owed stands on the board, on the screen and in the letter."""
    example = EXAMPLES / "national-project-2022"
    said = json.loads((example / "document.json").read_text("utf-8"))
    unit, project = said["project"]["unit"], said["project"]["name"]
    written(tmp_path / "单位.csv", f"单位名称,项目名称\n{unit},{project}\n{unit},平台二期\n另一中心,\n")
    (tmp_path / "收到").mkdir()
    shutil.copyfile(example / "filled.xlsx", tmp_path / "收到" / "一.xlsx")
    out = tmp_path / "汇集"
    collect(
        [tmp_path / "收到"], output=out, roster=tmp_path / "单位.csv", form="national-project", year=2022, jobs=1, finalize=False
    )
    board = table_of(out, "报送进度")
    assert [(row["单位名称"], row["状态"], row["报送次数"]) for row in board] == [
        (unit, "未报送（平台二期）", "1"),
        ("另一中心", "未报送", "0"),
    ]
    monkeypatch.setenv("COLUMNS", "160")
    assert "未报送（平台二期）" in status_as_text(find_status(out)) and "未报送 2" in status_as_text(find_status(out))
    remind(out, output=tmp_path / "催报")
    assert "未报送（平台二期）" in (tmp_path / "催报" / "催报清单.csv").read_text("utf-8-sig")
    assert expected_units(tmp_path / "单位.csv", form="suzhou-department").units[0].papers == ()  # units file one of it
