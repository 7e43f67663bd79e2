"""The board of a nasty round, written down beforehand cell by cell; whose a file is that does not say so; what gets a notice."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import docx
import openpyxl
import pytest

from support.collection_runs import table_of
from support.exports import DATE, contents, headings, lines, read_csv, with_files
from support.libreoffice import convert
from support.outcomes import finding, indicator, outcome, unit, unreadable
from support.paths import DOCS, EXAMPLES, TEMPLATES
from xlperf.distributing.naming import make_naming
from xlperf.distributing.roster import Unit
from xlperf.distributing.roster_sheets import Line
from xlperf.messages import sentence
from xlperf.summarizing.board.assignment import find_owners
from xlperf.summarizing.board.departments import cover_text, make_parcels
from xlperf.summarizing.board.reminders import write_reminders
from xlperf.summarizing.board.rows import STATES, BoardRow
from xlperf.summarizing.exports import write_exports
from xlperf.summarizing.notice import write_notice
from xlperf.summarizing.outcome import Outcome, submission_of
from xlperf.summarizing.submissions import ANYTHING, Asked, find_roles
from xlperf.workbook.announcement import NOTHING, Announcement

ERROR, QUERY, ADVICE = finding("SZ201"), finding("SZ320", "query"), finding("SZ305", "warning")
NO_TABLE = (finding("XL101", cells=[], field=None, label=None),)
PROJECT = json.loads((EXAMPLES / "national-project-2022" / "document.json").read_text("utf-8"))
ASKED = Asked("suzhou-department", 2022)


def asking(name: str, code: str, supervisor: str, contact: str = "", phone: str = "") -> Unit:
    return Unit(name, code, supervisor, Line("", 1, {"联系人": contact, "手机": phone}))


def sent(path: str, name: str, *found: dict, day: int = 1, **facts: object) -> Outcome:
    status = "returned" if any(f["severity"] in ("error", "query") for f in found) else "passed"
    return replace(outcome(path, name, None, status, f"2023-03-{day:02}T09:05:07+08:00", found), **facts)


def loose(path: str, day: int = 1) -> Outcome:
    """A scan, a letter: no table."""
    return replace(unreadable(path), findings=NO_TABLE, received=f"2023-03-{day:02}T09:05:07+08:00")


def damaged(path: str, day: int = 1) -> Outcome:
    return replace(unreadable(path), received=f"2023-03-{day:02}T09:05:07+08:00")


ROUND = (
    asking("苏州市甲局", "101001", "市财政局", "张三", "13800000000"), asking("苏州市乙局", "101002", "市财政局", "李四"),
    asking("丙局", "102001", "市科委"), asking("丁局", "102002", "市科委"), asking("戊局", "102003", "市科委"), asking("己局", "103001", ""),
    asking("庚局", "103002", ""), asking("辛局", "103003", ""), asking("壬局", "103004", ""), asking("癸局", "103005", ""),
    asking("市科委", "102", ""),
)  # fmt: skip
CAME = (
    sent("甲/自评表.xlsx", "苏州市甲局", ERROR), sent("甲/自评表(改).xlsx", "甲局", ADVICE, day=3), loose("甲/说明.txt"), loose("甲/盖章件.pdf", 4),
    damaged("甲/自评表(旧).xlsx"),
    sent("乙.xlsx", "苏州市乙局", QUERY), loose("苏州市乙局-盖章.pdf"),
    sent("丙.zip!自评表.xlsx", "丙局", ERROR, ERROR, QUERY, ADVICE), damaged("丙.zip!自评表-最新.xlsx", 5), sent("又一份/丙局.xlsx", "丙局", ERROR, day=2),
    loose("丁局.pdf", 2),
    damaged("市科委/102003-2022自评表.xlsx", 6),
    sent("己.xlsx", "己局"), sent("己-上年.xlsx", "己局", ERROR, day=9, year=2021),
    sent("庚-上年.xlsx", "庚局", ERROR, year=2021),
    loose("辛局/说明.txt"), loose("收/公告.docx"),
    sent("壬.xlsx", "壬局"), replace(sent("壬.xlsx", "壬局"), path="再次/壬.xlsx"), sent("壬-又.xlsx", "壬局", ERROR, day=8),
    sent("外.xlsx", "名单外的局", ERROR), damaged("市科委/谁的.xlsx"), damaged("甲局乙局.xlsx"),
)  # fmt: skip
BOARD = [
    (1, "苏州市甲局", "101001", "市财政局", "通过", 3, "2023-03-03 09:05", 0, 0, "张三 13800000000", None),
    (2, "苏州市乙局", "101002", "市财政局", "须说明", 1, "2023-03-01 09:05", 0, 1, "李四", None),
    (3, "丙局", "102001", "市科委", "退回", 3, "2023-03-05 09:05", 1, 0, None, None),
    (4, "丁局", "102002", "市科委", "无法读取", 1, "2023-03-02 09:05", 1, 0, None, None),
    (5, "戊局", "102003", "市科委", "无法读取", 1, "2023-03-06 09:05", 1, 0, None, None),
    (6, "己局", "103001", "市科技局", "通过", 2, "2023-03-09 09:05", 0, 0, None, None),
    (7, "庚局", "103002", None, "退回", 1, "2023-03-01 09:05", 1, 0, None, None),
    (8, "辛局", "103003", None, "未报送", 0, None, None, None, None, None),
    (9, "壬局", "103004", "市科技局", "通过", 2, "2023-03-08 09:05", 0, 0, None, None),
    (10, "癸局", "103005", None, "未报送", 0, None, None, None, None, None),
    (11, "市科委", "102", None, "未报送", 0, None, None, None, None, None),
]
NOTICES = {  # by the beginning of the name: of whom, and of how many files
    "苏州市乙局": 1, "丙局": 2, "丁局": 1, "戊局": 1, "己局": 1, "庚局": 1, "壬局": 1, "名单外的局": 1, "谁的": 1, "甲局乙局": 1,
}  # fmt: skip


def exported(directory: Path, came: Sequence[Outcome], roster: Sequence[Unit] | None, asked: Asked = ANYTHING):
    listed = sorted(with_files(directory, came), key=lambda item: item.path)
    return write_exports(listed, directory=directory, date=DATE, roster=roster, asked=asked, open_input=contents)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("board")
    exported(directory, CAME, ROUND, ASKED)
    return directory


def test_the_board_is_what_was_written_down(out: Path) -> None:
    sheet = openpyxl.load_workbook(out / "汇总.xlsx")["报送进度"]
    assert headings(sheet) == [
        "序号",
        "单位名称",
        "单位代码",
        "主管部门",
        "状态",
        "报送次数",
        "最近收到",
        "错误",
        "未说明",
        "联系人",
        "决定",
    ]
    assert lines(sheet) == BOARD
    table = read_csv(out / "CSV" / "报送进度.csv")
    assert table[0] == headings(sheet)
    assert table[1:] == [["" if cell is None else str(cell) for cell in row] for row in BOARD]


def test_other_tables_say_of_a_unit_what_the_board_says(out: Path) -> None:
    """The supervising department of the roster before what a workbook says; the unit of a scan in the audit's list."""
    listed = {row["文件"]: row["主管部门"] for row in table_of(out, "单位一览")}
    assert (listed["甲/自评表.xlsx"], listed["又一份/丙局.xlsx"], listed["己.xlsx"]) == ("市财政局", "市科委", "市科技局")
    with zipfile.ZipFile(out / "audit.zip") as archive:
        manifest = list(csv.DictReader(io.StringIO(archive.read("manifest.csv").decode("utf-8-sig"))))
    owners = {row["文件"]: (row["单位"], row["单位代码"]) for row in manifest}
    assert owners["丁局.pdf"] == ("丁局", "102002") and owners["市科委/谁的.xlsx"] == ("", "")


def test_totals_are_of_units_and_files_are_another_table(out: Path) -> None:
    shown = {row[0].value: row[1].value for row in openpyxl.load_workbook(out / "汇总.xlsx", data_only=True)["总览"].iter_rows()}
    states = ("通过", "须说明", "退回", "无法读取", "未报送")
    assert [shown[state] for state in states] == [3, 1, 2, 2, 3] and sum(shown[state] for state in states) == len(ROUND)
    files = (
        "收到的文件",
        "计入的文件",
        "以最近合格件为准的",
        "内容重复的",
        "附件",
        "认不出单位的文件",
        "名单中的单位",
        "不在名单中的单位的文件",
    )
    assert [shown[name] for name in files] == [23, 11, 6, 1, 5, 2, 11, 1]


def test_who_owes_gets_one_notice_and_who_has_mended_gets_none(out: Path) -> None:
    notices = [path.name for path in (out / "退回").glob("*-退回通知.docx")]
    counted = {name: sum(notice.startswith(f"{name}-") for notice in notices) for name in NOTICES}
    assert counted == NOTICES and len(notices) == sum(NOTICES.values())


def test_a_year_that_is_not_asked_for_adds_no_sheets(out: Path) -> None:
    assert openpyxl.load_workbook(out / "汇总.xlsx").sheetnames == [
        "总览", "报送进度", "单位一览", "问题清单", "预算执行", "指标完成", "未报送单位"]  # fmt: skip


def test_what_must_be_done_stands_before_advice(out: Path) -> None:
    sheet = openpyxl.load_workbook(out / "汇总.xlsx")["问题清单"]
    severities = [line[3] for line in lines(sheet)]
    assert severities == sorted(severities, key=["错误", "须说明", "提醒", "提示"].index)
    errors = [line[0] for line in lines(sheet) if line[3] == "错误"]
    order = [row[1] for row in BOARD]
    on_roster = [name for name in errors if name in order]
    assert on_roster == sorted(on_roster, key=order.index) and "戊局" in on_roster


def test_the_table_of_files_fits_on_paper(out: Path) -> None:
    book = openpyxl.load_workbook(out / "汇总.xlsx")
    first, last = book["单位一览"].print_area.replace("$", "").split("!")[1].split(":")
    assert (first, last.rstrip("0123456789")) == ("A1", "J")
    assert book["报送进度"].page_setup.paperSize == book["单位一览"].page_setup.paperSize == 9


def test_without_a_roster_the_units_are_those_that_sent_something(tmp_path: Path) -> None:
    exported(tmp_path, CAME, None)
    board = lines(openpyxl.load_workbook(tmp_path / "汇总.xlsx")["报送进度"])
    assert [(row[1], row[4]) for row in board if row[1] in ("丙局", "壬局", "名单外的局")] == [
        ("丙局", "退回"), ("名单外的局", "退回"), ("壬局", "通过")]  # fmt: skip
    assert [row[0] for row in board] == list(range(1, len(board) + 1))


@pytest.mark.parametrize(("path", "name"), [
    ("苏州市甲局.pdf", "甲局"), ("甲局自评表（修改）.xlsx", "甲局"), ("001234 自评表.xlsx", "乙局"), ("甲局下属中心.xlsx", "甲局下属中心"),
    ("甲局/扫描.pdf", "甲局"), ("甲局.zip!扫描.pdf", "甲局"), ("主管局/甲局.zip!a/b.pdf", "甲局"), ("主管局-甲局.pdf", "甲局"),
    ("主管局.pdf", "主管局"), ("主管局/扫描.pdf", None), ("甲局和乙局.pdf", None), ("扫描.pdf", None), ("同名局.pdf", None), ("同名局-00777.pdf", "同名局"),
    ("00001234.xlsx", None), ("一个文件夹/扫描.pdf", "丙局"), ("一个文件夹/里层/扫描.pdf", "丙局"), ("两家/扫描.pdf", None),
])  # fmt: skip
def test_whose_a_file_is(path: str, name: str | None) -> None:
    roster = (unit("甲局", "", "主管局"), unit("乙局", "001234"), unit("甲局下属中心"), unit("主管局"), unit("丙局"), unit("同名局", "00777"),
              unit("同名局", "00778"))  # fmt: skip
    read = [
        outcome("一个文件夹/x.xlsx", "丙局"),
        outcome("两家/x.xlsx", "丙局"),
        outcome("两家/y.xlsx", "乙局"),
        outcome("根.xlsx", "丙局"),
    ]
    listed = [submission_of(item) for item in (*read, unreadable(path))]
    owner = find_owners(listed, roster, make_naming(("苏州市",), roster)).get(path)
    assert (owner.name if owner else None) == name


def test_what_cannot_be_read_is_superseded_by_what_came_later() -> None:
    first, later = (
        replace(unreadable("a"), unit="甲局"),
        outcome("b", "甲局", status="returned", received="2023-03-02T09:00:00+08:00"),
    )
    assert find_roles([first, later])["a"] == ("superseded", "b")
    other = outcome("c", "甲局", status="returned", received="2023-03-03T09:00:00+08:00")
    projects = [replace(later, subject="一"), replace(other, subject="二")]
    assert find_roles([first, *projects])["a"] == ("counts", "a")  # of which of two projects it is nobody can tell


# --- what goes to supervising departments, and to who owes ----------------------------------------------------

SAID = Announcement(
    title="2022年度自评",
    document="苏财绩〔2023〕1号",
    office="绩效处",
    deadline="2023-03-31",
    hand_in="邮箱",
    contact="王老师 0512",
)


def test_a_department_gets_its_board_what_goes_back_and_a_text_to_mail(out: Path) -> None:
    assert sorted(path.name for path in (out / "主管部门").iterdir()) == sorted(
        f"{name}.{suffix}" for name in ("市财政局", "市科委", "市科技局") for suffix in ("xlsx", "zip", "txt"))  # fmt: skip
    board = lines(openpyxl.load_workbook(out / "主管部门" / "市科委.xlsx")["报送进度"])
    assert board == [row for row in BOARD if row[3] == "市科委"]
    with zipfile.ZipFile(out / "主管部门" / "市科委.zip") as archive:
        names = archive.namelist()
        assert all(archive.read(name) == (out / "退回" / name).read_bytes() for name in names)
    assert sorted(names) == sorted(path.name for path in (out / "退回").iterdir() if path.name[:2] in ("丙局", "丁局", "戊局"))
    assert any(name.endswith("-问题.xlsx") for name in names)


def test_the_text_to_mail_says_who_owes_what_until_when_and_whom_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [BoardRow(n, f"{name}局", "", "市科委", state, 1, None, 2, 1, "张三") for n, (name, state) in enumerate(
        (("甲", "passed"), ("乙", "returned"), ("丙", "query"), ("丁", "unreadable"), ("戊", "missing")), 1)]  # fmt: skip
    (parcel,) = make_parcels(rows)
    text = cover_text(parcel, date="2023-03-20", announcement=SAID, has_archive=True)
    assert text.splitlines()[0] == "市科委：" and text.splitlines()[-2:] == ["绩效处", "2023年3月20日"]
    assert "5 个单位的2022年度自评材料：通过 1 个，须说明 1 个，退回 1 个，无法读取 1 个，未报送 1 个。" in text
    assert "　　乙局：退回；错误 2 项；未说明 1 项；张三" in text and "　　丁局：无法读取；张三" in text and "甲局" not in text
    assert "请督促以上单位在截止日期（2023年3月31日）前报送。" in text and "联系咨询：王老师 0512。" in text
    assert "2023年3月31日）前报送" in cover_text(parcel, date="2023-03-31", announcement=SAID, has_archive=True)
    late = cover_text(parcel, date="2023-04-01", announcement=SAID, has_archive=True)
    assert "截止日期（2023年3月31日）已过，请督促以上单位立即报送。" in late and "前报送" not in late
    plain = cover_text(parcel, date="2023-03-20", announcement=NOTHING, has_archive=False)
    assert "截止日期" not in plain and "联系咨询" not in plain and "市科委.zip" not in plain
    monkeypatch.setenv("XLPERF_LANG", "en")
    late = cover_text(parcel, date="2023-04-01", announcement=SAID, has_archive=True)
    assert "has passed: please see to it that they do so at once." in late and " by " not in late


@pytest.mark.parametrize(("date", "words"), [
    ("2023-03-31", "请于2023年3月31日前重新报送，报送方式：邮箱。"),
    ("2023-04-01", "截止日期（2023年3月31日）已过，请立即重新报送，报送方式：邮箱。"),
])  # fmt: skip
def test_a_notice_asks_for_nothing_by_a_day_that_has_passed(date: str, words: str, tmp_path: Path) -> None:
    write_notice(sent("丙.xlsx", "丙局", ERROR), tmp_path / "n.docx", annotated="", date=date, announcement=SAID)
    text = texts_of(tmp_path / "n.docx")
    assert words in text and text.count("前重新报送") == (date == "2023-03-31")


def test_a_notice_of_another_year_tells_that_and_nothing_that_would_have_to_be_mended_in_it(tmp_path: Path) -> None:
    other = finding("XL111", found="2021 年度", expected="2022 年度", cells=[])
    came = replace(sent("丙.xlsx", "丙局", ERROR, other, QUERY, ADVICE), year=2021)
    write_notice(
        came, tmp_path / "n.docx", annotated="a.xlsx", date="2023-03-20", announcement=SAID, year=2022, reasons=["多年未变"]
    )
    document = docx.Document(tmp_path / "n.docx")
    text = texts_of(tmp_path / "n.docx")
    assert "关于退回2022年度" in text and "2021" not in text and "a.xlsx" not in text and "多年未变" not in text
    assert "不是要求报送的表样或年度，现予退回。请换用要求的表样和年度的模板填报后重新报送。" in text
    (rows,) = ([[cell.text for cell in row.cells] for row in table.rows[1:]] for table in document.tables)
    assert len(rows) == 1 and "（XL111）\n填报内容：2021 年度\n填报要求：2022 年度" in rows[0][2]


def test_two_departments_of_one_file_name_keep_apart() -> None:
    rows = [BoardRow(1, "甲", "", "A/B", "passed", 1, None, 0, 0, ""), BoardRow(2, "乙", "", "a_b", "passed", 1, None, 0, 0, "")]
    assert [parcel.stem for parcel in make_parcels(rows)] == ["A_B", "a_b-2"]


def test_what_is_no_longer_due_to_a_department_goes(tmp_path: Path) -> None:
    exported(tmp_path, CAME, ROUND, ASKED)
    exported(tmp_path, [sent("乙.xlsx", "苏州市乙局")], ROUND[:2], ASKED)
    assert sorted(path.name for path in (tmp_path / "主管部门").iterdir()) == ["市财政局.txt", "市财政局.xlsx"]
    assert list((tmp_path / "退回").iterdir()) == []


def texts_of(path: Path) -> str:
    return "\n".join(paragraph.text for paragraph in docx.Document(path).paragraphs)


def board_of(out: Path) -> list[BoardRow]:
    states = {sentence(f"unit_{state}", {}): state for state in STATES}
    return [BoardRow(*(cell or "" for cell in row[:4]), states[row[4]], row[5], row[6], row[7], row[8], row[9] or "", "a@b.cn", "教科文处")
            for row in BOARD]  # fmt: skip


def test_who_owes_is_reminded_and_who_has_mended_no_more(out: Path, tmp_path: Path) -> None:
    done = write_reminders(board_of(out), tmp_path, date="2023-04-03", year=2022, announcement=SAID)
    owing = [row for row in BOARD if row[4] != "通过"]
    assert done.units == len(owing) == 8
    sheet = openpyxl.load_workbook(tmp_path / "催报清单.xlsx")["催报清单"]
    assert headings(sheet) == [
        "序号",
        "主管部门",
        "单位名称",
        "单位代码",
        "状态",
        "最近收到",
        "错误",
        "未说明",
        "联系人",
        "邮箱",
        "归口处室",
    ]
    assert [line[2] for line in lines(sheet)] == ["苏州市乙局", "丙局", "丁局", "戊局", "庚局", "辛局", "癸局", "市科委"]
    assert {line[9] for line in lines(sheet)} == {"a@b.cn"} and len(read_csv(tmp_path / "催报清单.csv")) == 9
    assert {path.name for path in tmp_path.glob("*.docx")} == {f"{row[1]}-催报函.docx" for row in owing}
    said = {
        "苏州市乙局": "有 1 项须改正或说明", "丙局": "有 1 项错误须改正", "丁局": "无法读取", "辛局": "尚未收到你单位的材料",
    }  # fmt: skip
    for name, words in said.items():
        text = texts_of(tmp_path / f"{name}-催报函.docx")
        assert words in text and text.count("你单位最近报送") + text.count("无法读取") + text.count("尚未收到") == 1
        assert (
            "苏财绩〔2023〕1号" in text and "截止日期为2023年3月31日" in text and "请立即报送" in text and "王老师 0512" in text
        )
    mended = [row._replace(state="passed") if row.name == "丙局" else row for row in board_of(out)]
    kept = tmp_path / "丁局-催报函.docx"
    with zipfile.ZipFile(kept, "a") as package:
        package.writestr("more", "saved by Word")
    write_reminders([row for row in mended if row.name != "丁局"], tmp_path, date="2023-03-20", year=2022, announcement=NOTHING)
    assert not (tmp_path / "丙局-催报函.docx").exists() and kept.exists()
    assert "请尽快报送" in texts_of(tmp_path / "辛局-催报函.docx")


@pytest.mark.parametrize("template", ["reminder", "notice"])
def test_the_letters_are_what_their_scripts_make(template: str, tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(DOCS / f"make_{template}.py"), str(tmp_path / "made.docx")], check=True)
    assert (tmp_path / "made.docx").read_bytes() == (TEMPLATES / f"{template}.docx").read_bytes()


@pytest.mark.libreoffice
def test_a_notice_is_one_page_and_a_list_and_a_reminder_is_one_page(tmp_path: Path) -> None:
    """With names, titles and ways to hand in as long as they come."""
    name, many = "苏州市生产力促进中心（苏州市科技服务中心）", [ERROR] * 3
    said = replace(
        SAID,
        title="2022年度市级预算部门（单位）整体支出绩效自评",
        hand_in="发至 jx@example.cn，纸质一份盖章报绩效管理处",
        contact="王老师，0512-68000000",
    )
    returned = sent(f"{name}/2022年度整体支出绩效自评表（第三次修改，定稿，盖章）.xlsx", name, *many, QUERY, ADVICE)
    write_notice(returned, tmp_path / "n.docx", annotated=f"{name}-1e191d8a-问题.xlsx", date="2023-03-20", announcement=said)
    rows = [BoardRow(1, name, "", "", "returned", 3, "2023-03-20 09:00", 3, 1, "")]
    write_reminders(rows, tmp_path / "r", date="2023-04-03", year=2022, announcement=said)
    pages = [subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True, encoding="utf-8").stdout.rstrip("\f").split("\f")
             for pdf in convert([tmp_path / "n.docx", *(tmp_path / "r").glob("*.docx")], tmp_path, "pdf")]  # fmt: skip
    assert [len(listed) for listed in pages] == [2, 1]
    letter, findings = (re.sub(r"\s", "", page) for page in pages[0])
    for words in (
        name,
        "苏财绩〔2023〕1号",
        "于2023年3月31日前重新报送",
        "联系咨询：王老师，0512-68000000。",
        "绩效处2023年3月20日",
    ):
        assert words in letter
    assert findings.startswith("附件：问题清单") and "一、须改正的错误" in findings


def test_the_notice_of_a_scan_names_the_unit(out: Path) -> None:
    text = texts_of(next((out / "退回").glob("丁局-*-退回通知.docx")))
    assert "丁局：" in text and "“丁局.pdf”无法读取" in text


# --- units with several papers --------------------------------------------------------------------------------

PAPERS = tuple(
    replace(asking(name, code, "市科委"), papers=papers)
    for name, code, papers in (
        ("子局", "1", ("甲项目", "乙项目")), ("丑局", "2", ("甲项目", "乙项目")), ("寅局", "3", ("甲项目", "乙项目")), ("卯局", "4", ("甲项目", "乙项目")),
        ("辰局", "5", ("甲项目", "乙项目", "丙项目")), ("巳局", "6", ("甲项目",)), ("午局", "7", ("甲项目", "乙项目")), ("未局", "8", ()),
        ("申局", "9", ("甲项目", "乙项目")),
    )
)  # fmt: skip
CAME_OF_PAPERS = (
    sent("子1.xlsx", "子局", subject="甲项目"), sent("子2.xlsx", "子局", subject="乙　项目"),
    sent("丑1.xlsx", "丑局", subject="甲项目"),
    sent("卯1.xlsx", "卯局", ERROR, subject="甲项目"), sent("卯2.xlsx", "卯局", ERROR, QUERY, subject="乙项目"),
    sent("辰1.xlsx", "辰局", ERROR, subject="甲项目"), sent("辰2.xlsx", "辰局", subject="丙项目"),
    sent("巳1.xlsx", "巳局", subject="甲工程"),
    loose("午局.pdf"),
    sent("未1.xlsx", "未局", subject="甲项目"),
    sent("申1.xlsx", "申局", QUERY, subject="甲项目"), sent("申2.xlsx", "申局", subject="乙项目"),
)  # fmt: skip
STATES_OF_PAPERS = ["通过", "未报送（乙项目）", "未报送", "退回", "未报送（乙项目）；退回（甲项目）", "未报送（甲项目）", "未报送（甲项目、乙项目）；无法读取",
                    "通过", "须说明（甲项目）"]  # fmt: skip


def test_a_unit_that_owes_one_of_its_papers_shows_which(tmp_path: Path) -> None:
    exported(tmp_path, CAME_OF_PAPERS, PAPERS)
    book = openpyxl.load_workbook(tmp_path / "汇总.xlsx", data_only=True)
    board = lines(book["报送进度"])
    assert [row[4] for row in board] == STATES_OF_PAPERS
    assert [row[4] for row in read_csv(tmp_path / "CSV" / "报送进度.csv")[1:]] == STATES_OF_PAPERS
    assert headings(book["报送进度"])[4] == "状态" and len(headings(book["报送进度"])) == 11
    assert [row[7] for row in board] == [0, 0, None, 2, 1, 0, 1, 0, 0]
    shown = {row[0].value: row[1].value for row in book["总览"].iter_rows()}
    assert [shown[state] for state in ("通过", "须说明", "退回", "无法读取", "未报送")] == [2, 1, 1, 0, 5]
    formulas = {row[0].value: row[1].value for row in openpyxl.load_workbook(tmp_path / "汇总.xlsx")["总览"].iter_rows()}
    assert '"未报送*"' in formulas["未报送"]
    assert [(row[1], row[2]) for row in lines(book["未报送单位"])] == [
        ("丑局", "乙项目"), ("寅局", None), ("辰局", "乙项目"), ("巳局", "甲项目"), ("午局", "甲项目"), ("午局", "乙项目")]  # fmt: skip


def test_a_file_that_cannot_be_read_counts_for_the_paper_that_its_name_says_and_nothing_fills(tmp_path: Path) -> None:
    """Beside papers that passed: a scan and a damaged workbook of those still owed; a scan of one that is there is an attachment."""
    papers = ("平台", "平台一期", "平台二期", "平台三期")
    roster = [replace(asking("子局", "1", "市科委"), papers=papers), replace(asking("丑局", "2", ""), papers=papers[1:3])]
    came = [sent("子局/1.xlsx", "子局", subject="平台一期"), sent("子局/0.xlsx", "子局", subject="平台"), loose("子局/平台一期.pdf"),
            loose("子局/平台二期（盖章）.pdf", 2), damaged("子局/平台三期.xlsx"), loose("子局/平台三期说明.txt"),
            sent("丑局/1.xlsx", "丑局", subject="平台一期"), loose("丑局/平台二期.pdf")]  # fmt: skip
    exported(tmp_path, came, roster, ASKED)
    board = lines(openpyxl.load_workbook(tmp_path / "汇总.xlsx")["报送进度"])
    assert [row[4] for row in board] == ["无法读取（平台二期、平台三期）", "无法读取（平台二期）"]
    attached = [row["文件"] for row in table_of(tmp_path, "单位一览") if row["是否计入"] == "否，附件"]
    assert sorted(attached) == ["子局/平台一期.pdf", "子局/平台三期说明.txt"]
    assert len(list((tmp_path / "退回").glob("子局-*.docx"))) == 2


def of_other_department(path: str, name: str, **facts: object) -> Outcome:
    """A workbook that says that another department is above its unit."""
    said = outcome(path, name, cover={"unit": name, "supervisor": "市老委"}, indicators=[indicator("服务企业", 100, 150)])
    return replace(said, **facts)


@pytest.mark.parametrize("asked", [Asked(None, 2022), ASKED, Asked("suzhou-department", None)])
def test_a_year_or_form_that_was_not_asked_for_adds_no_sheet_no_column_and_no_department(tmp_path: Path, asked: Asked) -> None:
    """Without a list the departments are those that the workbooks of the round name."""
    plain = [sent("甲.xlsx", "甲局"), sent("乙.xlsx", "乙局")]
    year = {"year": 2022 if asked.form else 2021}
    strays = [of_other_department("甲-上年.xlsx", "甲局", year=2021, received="2023-04-01T09:00:00+08:00"), of_other_department("丙-上年.xlsx", "丙局", year=2021),
              of_other_department("乙-项目.xlsx", "乙局", form="national-project", revision="2020", document=PROJECT, **year)]  # fmt: skip
    if asked.year is None:
        strays = strays[2:]
    exported(tmp_path / "1", plain, None, asked)
    exported(tmp_path / "2", [*plain, *strays], None, asked)
    books = [openpyxl.load_workbook(tmp_path / folder / "汇总.xlsx") for folder in "12"]
    assert books[0].sheetnames == books[1].sheetnames
    assert headings(books[0]["单位一览"]) == headings(books[1]["单位一览"])
    cells = {cell.value for sheet in books[1] for row in sheet.iter_rows() for cell in row}
    assert "市老委" not in cells and "市科技局" in cells
    assert "市老委" not in "".join(path.read_text("utf-8-sig") for path in (tmp_path / "2" / "CSV").iterdir())


def test_a_code_before_the_name_of_a_unit_is_no_part_of_it(tmp_path: Path) -> None:
    """As budget systems print it, and Word reports have it; where names are the same, the code tells which it is."""
    roster = [asking("林口镇人民政府", "219001", ""), asking("中心小学", "301", ""), asking("中心小学", "302", ""),
              asking("乙局", "219002", ""), asking("丙局", "4", "")]  # fmt: skip
    came = [sent("1.xlsx", "219001-林口镇人民政府"), sent("2.xlsx", "302—中心小学"), sent("3.xlsx", "219002-更名的乙局")]
    exported(tmp_path, [replace(one, unit_code=None) for one in came], roster, ASKED)
    board = lines(openpyxl.load_workbook(tmp_path / "汇总.xlsx")["报送进度"])
    assert [row[4] for row in board] == ["通过", "未报送", "通过", "通过", "未报送"]
    assert not [row for row in table_of(tmp_path, "问题清单") if row["编号"] == "XL556"]


@pytest.mark.libreoffice
def test_the_counts_of_states_with_papers_are_counted_again_alike(tmp_path: Path) -> None:
    exported(tmp_path, CAME_OF_PAPERS, PAPERS)
    (again,) = convert([tmp_path / "汇总.xlsx"], tmp_path / "再算")
    shown = {row[0].value: row[1].value for row in openpyxl.load_workbook(again, data_only=True)["总览"].iter_rows()}
    assert [shown[state] for state in ("通过", "须说明", "退回", "无法读取", "未报送")] == [2, 1, 1, 0, 5]


def test_a_letter_names_the_papers_that_are_missing(tmp_path: Path) -> None:
    rows = [
        BoardRow(
            1, "丑局", "2", "", "missing", 1, "2023-03-01 09:05", 0, 0, "", papers=(("missing", "乙项目"), ("returned", "甲项目"))
        ),
        BoardRow(2, "寅局", "3", "", "missing", 0, None, None, None, ""),
        BoardRow(3, "卯局", "4", "", "extended", 1, None, 0, 0, "", papers=(("missing", "乙项目"), ("passed", "甲项目"))),
    ]
    assert write_reminders(rows, tmp_path, date="2023-04-03", year=2022, announcement=SAID).units == 2
    assert [line[4] for line in lines(openpyxl.load_workbook(tmp_path / "催报清单.xlsx")["催报清单"])] == [
        "未报送（乙项目）；退回（甲项目）",
        "未报送",
    ]
    assert "尚未收到你单位以下项目的材料：乙项目。已退回的甲项目，至今没有收到改正后的材料。" in texts_of(
        tmp_path / "丑局-催报函.docx"
    )
    plain = texts_of(tmp_path / "寅局-催报函.docx")
    assert "尚未收到你单位的材料。" in plain and "已退回" not in plain
    assert rows[2].state_in_words == "延期"
    (parcel,) = make_parcels([rows[0]._replace(supervisor="市科委")])
    assert "丑局：未报送（乙项目）；退回（甲项目）" in cover_text(parcel, date="2023-03-20", announcement=SAID, has_archive=False)


def test_a_file_is_that_of_the_unit_whose_code_stands_before_its_name() -> None:
    roster = (unit("101001-办公室"), unit("102001-办公室"))
    listed = [submission_of(unreadable(path)) for path in ("101001.pdf", "102001-办公室.pdf", "办公室.pdf")]
    owners = find_owners(listed, roster, make_naming((), roster))
    assert {path: owner.name for path, owner in owners.items()} == {
        "101001.pdf": "101001-办公室",
        "102001-办公室.pdf": "102001-办公室",
    }
