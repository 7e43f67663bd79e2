"""What is handed out: finalized files, annotated ones and their notices; what is due stays, what is somebody's too."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import openpyxl
import pytest

from support.exports import HOSTILE, ROSTER, column, export, lines, outcomes, sha, with_files
from support.libreoffice import convert
from support.outcomes import finding, outcome, unreadable
from support.paths import DOCS, TEMPLATES
from xlperf import messages
from xlperf.files import ZIP_TIME
from xlperf.summarizing.handouts import HandoutFolder
from xlperf.summarizing.notice import places_in_short
from xlperf.summarizing.outcome import Outcome


def test_one_notice_per_unit_that_has_to_mend_something(out: Path) -> None:
    names = sorted(path.name for path in (out / "退回").iterdir())
    assert names == [
        f"=HYPERLINK(_http___x.invalid_,_丙_)_.._CO-{sha('b/丙.xlsx')}-退回通知.docx",
        f"坏-{sha('d/坏.xlsx')}-退回通知.docx",
    ]


def test_the_notice_tells_place_fact_and_remedy(out: Path) -> None:
    notice = docx.Document(next((out / "退回").glob("*CO-*.docx")))
    text = "\n".join(paragraph.text for paragraph in notice.paragraphs)
    assert HOSTILE + "：" in text
    assert "关于退回2022年度\n预算绩效自评材料的通知" in text
    assert (
        "（文件：丙.xlsx）已收到。经校验，有 1 项错误须改正，现予退回。" in text
        and "收到的文件：丙.xlsx\n" in text
        and "二、已作说明、不必再改的事项" in text
    )
    assert "随附的" not in text
    assert "2023年3月20日" in text
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in notice.tables]
    assert tables[0] == [["序号", "位置", "问题", "修改方法"],
                         ["1", "自评表!K12:K13", "原因分析没有填写（SZ201）\n填报内容：空白\n填报要求：写明原因", "补写原因。"]]  # fmt: skip
    assert [row[1] for row in tables[1]] == ["位置", "绩效目标!C5"]  # XL556, at 基本信息!C5, is for the bureau
    assert "填报内容：=cmd|' /C calc'!A0" in tables[1][1][2]
    assert "说明：已说明" in tables[1][1][2]


def test_the_notice_of_a_file_that_cannot_be_read(out: Path) -> None:
    notice = docx.Document(next((out / "退回").glob("坏-*.docx")))
    text = "\n".join(paragraph.text for paragraph in notice.paragraphs)
    assert "你单位报送的文件“坏.xlsx”无法读取" in text and "收到的文件：d/坏.xlsx" in text
    assert [cell.text for cell in notice.tables[0].rows[1].cells] == [
        "1",
        "—",
        "文件已损坏（XL103）\n填报内容：空白\n填报要求：完整的 .xlsx 文件",
        "请重新发送。",
    ]
    assert len(notice.tables) == 1


def test_an_attachment_gets_no_notice_but_what_may_be_a_table_does(tmp_path: Path) -> None:
    other = (finding("XL101", cells=[], field=None, label=None),)
    names = ("报告.docx", "扫描件.PDF", "截图.jpg", "自评表.xlsx", "自评表.XLS", "打包.rar")
    export([replace(unreadable(name), findings=other) for name in names], None, tmp_path)
    assert sorted(path.name[:3] for path in (tmp_path / "退回").iterdir()) == ["打包-", "自评表", "自评表"]
    sheet = openpyxl.load_workbook(tmp_path / "汇总.xlsx")["问题清单"]
    assert sorted(line[2] for line in lines(sheet)) == sorted(names[3:])
    sheet = openpyxl.load_workbook(tmp_path / "汇总.xlsx")["单位一览"]
    assert sorted(column(sheet, "文件")) == sorted(names)  # they are listed all the same


def test_a_newer_submission_that_goes_back_gets_its_notice_behind_the_valid_one_that_counts(tmp_path: Path) -> None:
    valid = outcome("1.xlsx", "甲局")
    newer = outcome("2.xlsx", "甲局", status="returned", findings=[finding("SZ201")], received="2023-03-09T09:00:00+08:00")
    older = outcome("0.xlsx", "甲局", status="returned", findings=[finding("SZ201")], received="2023-02-09T09:00:00+08:00")
    between = outcome("3.xlsx", "甲局", status="returned", findings=[finding("SZ201")], received="2023-03-08T09:00:00+08:00")
    listed = with_files(tmp_path, [older, valid, newer, between])
    export(listed, None, tmp_path)
    assert sorted(path.name for path in (tmp_path / "退回").iterdir()) == [
        f"甲局-{sha('2.xlsx')}-退回通知.docx",
        f"甲局-{sha('2.xlsx')}-问题.xlsx",
    ]
    assert len(list((tmp_path / "定稿").iterdir())) == 2


@pytest.mark.parametrize(("first", "second"), [
    ("2023-03-02T09:00:00+08:00", "2023-03-02T02:00:00+00:00"),  # an hour later, by the clock of a server
    ("2023-03-02T02:00:00+00:00", "2023-03-02T10:00:01+08:00"),
])  # fmt: skip
def test_which_came_later_does_not_depend_on_whose_clock_it_was(first: str, second: str, tmp_path: Path) -> None:
    listed = with_files(tmp_path, [outcome("2.xlsx", "甲局", received=first), outcome("1.xlsx", "甲局", received=second)])
    export(listed[::-1], None, tmp_path)
    sheet = openpyxl.load_workbook(tmp_path / "汇总.xlsx")["单位一览"]
    assert [line[3:6:2] for line in lines(sheet)] == [("1.xlsx", "是"), ("2.xlsx", "否，以最近合格件为准")]


def test_nothing_that_is_said_of_a_file_bears_a_date_before_it_came_in(tmp_path: Path) -> None:
    early, late = (outcome(f"{number}.xlsx", f"第{number}局", status="returned", findings=[finding("SZ201")], received=f"{day}T09:00:00+08:00")
                   for number, day in enumerate(("2023-03-01", "2023-04-06")))  # fmt: skip
    export(with_files(tmp_path, [early, late]), None, tmp_path)
    dates = [next(paragraph.text for paragraph in docx.Document(path).paragraphs if re.fullmatch("2023年[0-9]+月[0-9]+日", paragraph.text))
             for path in sorted((tmp_path / "退回").glob("*.docx"))]  # fmt: skip
    assert dates == ["2023年3月20日", "2023年4月6日"]
    assert openpyxl.load_workbook(tmp_path / "汇总.xlsx")["总览"]["A2"].value == "截至 2023-04-06"


def test_what_was_made_is_handed_out_under_names_of_its_own(tmp_path: Path) -> None:
    listed = with_files(tmp_path, outcomes())
    export(listed, ROSTER, tmp_path)
    assert sorted(path.name for path in (tmp_path / "定稿").iterdir()) == sorted([
        "某单位-2022-定稿.xlsx", "某单位-2022-定稿.json",
        f"某单位-2022-定稿-{sha('b/乙-新.xlsx')}.xlsx", f"某单位-2022-定稿-{sha('b/乙-新.xlsx')}.json",
    ])  # fmt: skip
    marked = next((tmp_path / "退回").glob("*-问题.xlsx"))
    assert marked.name == f"=HYPERLINK(_http___x.invalid_,_丙_)_.._CO-{sha('b/丙.xlsx')}-问题.xlsx"
    assert marked.read_bytes() == (tmp_path / "made/2/自评表-问题.xlsx").read_bytes()
    notice = docx.Document(next((tmp_path / "退回").glob("*CO-*.docx")))
    assert any(f"随附的“{marked.name}”" in paragraph.text for paragraph in notice.paragraphs)


def test_a_second_run_takes_back_what_is_no_longer_due_and_leaves_what_is_somebodys(tmp_path: Path) -> None:
    listed = with_files(tmp_path, outcomes())
    export(listed, ROSTER, tmp_path)
    edited = next((tmp_path / "退回").glob("*-问题.xlsx"))
    with zipfile.ZipFile(edited, "a") as package:
        package.writestr("more", "saved by Excel")
    kept = edited.read_bytes()
    mended = outcome("e/丙-新.xlsx", HOSTILE, "003", received="2023-04-01T09:00:00+08:00")
    worse = replace(listed[3], status="returned", outputs=(), sha256="0" * 64)
    export([*listed[:3], worse, *listed[4:], mended], ROSTER, tmp_path)
    assert sorted(path.name for path in (tmp_path / "定稿").iterdir()) == ["某单位-2022-定稿.json", "某单位-2022-定稿.xlsx"]
    assert sorted(path.name for path in (tmp_path / "退回").iterdir()) == sorted([
        edited.name, f"坏-{sha('d/坏.xlsx')}-退回通知.docx", "苏州市乙局-00000000-退回通知.docx"])  # fmt: skip
    assert edited.read_bytes() == kept


def test_a_copy_of_ours_under_a_name_of_somebodys_own_stays(tmp_path: Path) -> None:
    listed = with_files(tmp_path, outcomes())
    export(listed, ROSTER, tmp_path)
    finalized, notice = next((tmp_path / "定稿").glob("*.xlsx")), next((tmp_path / "退回").glob("*.docx"))
    copies = [finalized.with_stem("甲局（已审）"), notice.with_stem("丙局（已寄出）")]
    for ours, copy in zip((finalized, notice), copies, strict=True):
        copy.write_bytes(ours.read_bytes())
    export([], ROSTER, tmp_path)
    assert [path for folder in ("定稿", "退回") for path in (tmp_path / folder).iterdir()] == copies
    listed_still = (tmp_path / "collection.placed").read_text("utf-8").splitlines()
    assert {line.partition("/")[0] for line in listed_still} == {"主管部门"}  # the roster has a unit that owes


def test_what_a_collection_of_an_earlier_version_put_there_is_ours(tmp_path: Path) -> None:
    export(with_files(tmp_path, outcomes()), ROSTER, tmp_path)
    (tmp_path / "collection.placed").unlink()
    export([], ROSTER, tmp_path)
    assert [path for folder in ("定稿", "退回") for path in (tmp_path / folder).iterdir()] == []


def test_what_was_put_there_in_one_language_is_remembered_in_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = with_files(tmp_path, outcomes())
    export(listed, ROSTER, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(messages, "_chosen", ["en"])
        export(listed, ROSTER, tmp_path)
    export([], ROSTER, tmp_path)
    assert {path.parent.name for path in tmp_path.rglob("*.docx")} == {"returned"}
    assert [path for folder in ("定稿", "退回") for path in (tmp_path / folder).iterdir()] == []


def test_a_run_that_was_killed_while_it_handed_out_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = with_files(tmp_path, outcomes())
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(HandoutFolder, "remove_what_is_not_due", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        export(listed, ROSTER, tmp_path)
    assert len(list((tmp_path / "定稿").iterdir())) == 4
    export([], ROSTER, tmp_path)
    assert [path for folder in ("定稿", "退回") for path in (tmp_path / folder).iterdir()] == []


def test_documents_that_others_file_with_ours_stay(tmp_path: Path) -> None:
    listed = with_files(tmp_path, outcomes())
    export(listed, ROSTER, tmp_path)
    theirs = [
        tmp_path / name
        for name in ("退回/甲局-签收.pdf", "定稿/批示.pdf", "定稿/备注.json", "定稿/某单位-2022-定稿.pdf", "退回/说明.txt")
    ]
    for path in theirs:
        path.write_bytes(b"signed")
    export(listed[:1], ROSTER, tmp_path)
    export([], ROSTER, tmp_path)
    assert [path for path in theirs if path.read_bytes() != b"signed"] == []
    assert {path for folder in ("退回", "定稿") for path in (tmp_path / folder).iterdir()} == set(theirs)


def test_a_newer_submission_is_put_beside_a_finalized_file_that_somebody_saved(tmp_path: Path) -> None:
    old, new = with_files(tmp_path, [outcome("1.xlsx", "某局"), outcome("2.xlsx", "某局", received="2023-03-09T09:00:00+08:00")])
    folder, name = tmp_path / "定稿", "某单位-2022-定稿"
    with zipfile.ZipFile(tmp_path / old.outputs[0], "w") as package:  # a finalized workbook names its submission
        package.writestr(zipfile.ZipInfo("part", ZIP_TIME), old.sha256)
    assert export([old], None, tmp_path) == {}
    with zipfile.ZipFile(folder / f"{name}.xlsx", "a") as package:
        package.writestr("more", "saved by Excel")
    theirs = (folder / f"{name}.xlsx").read_bytes()
    assert export([old], None, tmp_path) == {}  # of the same submission
    assert sorted(path.name for path in folder.iterdir()) == [f"{name}.json", f"{name}.xlsx"]
    for _ in range(2):
        assert export([old, new], None, tmp_path) == {f"{name}.xlsx": f"{name}-{sha('2.xlsx')}.xlsx"}
        assert sorted(path.name for path in folder.iterdir()) == sorted(
            [f"{name}.json", f"{name}.xlsx", f"{name}-{sha('2.xlsx')}.json", f"{name}-{sha('2.xlsx')}.xlsx"])  # fmt: skip
        assert (folder / f"{name}.xlsx").read_bytes() == theirs
        assert json.loads((folder / f"{name}.json").read_text("utf-8")) == {"path": "1.xlsx"}
        assert json.loads((folder / f"{name}-{sha('2.xlsx')}.json").read_text("utf-8")) == {"path": "2.xlsx"}
    (folder / f"{name}.xlsx").unlink()
    assert export([old, new], None, tmp_path) == {}
    assert json.loads((folder / f"{name}.json").read_text("utf-8")) == {"path": "2.xlsx"}
    assert sorted(path.name for path in folder.iterdir()) == [f"{name}.json", f"{name}.xlsx"]


@pytest.mark.libreoffice
def test_the_notice_opens_and_prints(out: Path, tmp_path: Path) -> None:
    pdf = convert([next((out / "退回").glob("*CO-*.docx"))], tmp_path, "pdf")[0]
    text = subprocess.run(
        ["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True, text=True, encoding="utf-8"
    ).stdout
    assert "一、须改正的错误" in text
    assert "补写原因。" in text


def test_the_template_of_the_notice_is_what_its_script_makes(tmp_path: Path) -> None:
    made = tmp_path / "notice.docx"
    subprocess.run([sys.executable, str(DOCS / "make_notice.py"), str(made)], check=True)
    assert made.read_bytes() == (TEMPLATES / "notice.docx").read_bytes()


def test_inputs_that_could_not_be_opened_are_each_their_own(tmp_path: Path) -> None:
    def opened(item: Outcome) -> io.BytesIO:
        raise FileNotFoundError(item.path)

    gone = [replace(unreadable(path), sha256="", size=0) for path in ("a.xlsx", "b/a.xlsx")]
    export(gone, None, tmp_path, opened)
    sheet = openpyxl.load_workbook(tmp_path / "汇总.xlsx")["单位一览"]
    assert column(sheet, "是否计入") == ["是", "是"]
    assert sorted(path.name for path in (tmp_path / "退回").iterdir()) == sorted(
        f"a-{sha(path)}-退回通知.docx" for path in ("a.xlsx", "b/a.xlsx")
    )


@pytest.mark.parametrize(("places", "said"), [
    ([], ""), (["自评表!H5"], "自评表!H5"), (["校验"], "校验"),
    (["自评表!H5", "自评表!H6", "自评表!H7", "自评表!J7", "自评表!J9"], "自评表!H5:H7、J7、J9"),
    (["自评表!H9", "基本信息!B4", "基本信息!B5"], "自评表!H9；基本信息!B4:B5"),
    (["表!A1:B2", "表!A3", "表!A4"], "表!A1:B2、A3:A4"), (["甲!乙!A1", "甲!乙!A2"], "甲!乙!A1:A2"),
    ([f"表!A{row}" for row in range(1, 40)], "表!A1:A39"),
    ([f"表!A{row}" for row in range(1, 40, 2)], "表!" + "、".join(f"A{row}" for row in range(1, 25, 2)) + " 等 20 处"),
])  # fmt: skip
def test_a_notice_names_each_sheet_once_and_cells_below_one_another_as_one_range(places: list[str], said: str) -> None:
    assert places_in_short(places) == said
