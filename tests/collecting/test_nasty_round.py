"""A round with sixty kinds of submission, decisions and three rounds of corrections, against boards that were written down beforehand."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import docx
import openpyxl
import pytest

from support.collection_runs import table_of
from support.exports import lines, read_csv
from support.nasty_projects import PROJECT_FORM, PROJECT_YEAR, ProjectDesk
from support.nasty_round import BETWEEN, DAYS, FORM, KINDS, OWING, ROUNDS, YEAR, Desk, board_of, notices_of, state_of
from xlperf import collect, find_status, verify
from xlperf.collecting import collect as collect_module
from xlperf.collecting.status import status_as_text
from xlperf.deciding import decide as decide_module

pytestmark = pytest.mark.slow
NOBODYS = {"Book1"}  # whose it is nobody can tell: the notice bears its name


@pytest.fixture(scope="module")
def rounds(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The collection as every round left it, but for the files of the store."""
    folder = tmp_path_factory.mktemp("nasty")
    desk, left = Desk(folder), []
    with pytest.MonkeyPatch.context() as patch:
        for number, day in enumerate(DAYS):
            for module, name in ((collect_module, "_now"), (decide_module, "moment")):
                patch.setattr(module, name, lambda day=day: f"{day}T09:00:07+08:00")
            desk.send(number)
            collect([desk.inbox], output=desk.out, roster=desk.roster, form=FORM, year=YEAR, reports=["word"], jobs=2)
            if number < len(BETWEEN):
                patch.setattr(decide_module, "moment", lambda day=BETWEEN[number]: f"{day}T09:00:07+08:00")
                desk.decide(number)
            left.append(Path(shutil.copytree(desk.out, folder / f"汇集{number}", ignore=shutil.ignore_patterns("made"))))
    return left


def test_there_are_kinds_enough() -> None:
    assert len({kind.odd for kind in KINDS}) == len(KINDS) >= 31 and len({kind.unit for kind in KINDS}) == len(KINDS)
    assert all(len(kind.sent) <= ROUNDS for kind in KINDS) and any(len(kind.sent) == ROUNDS for kind in KINDS)
    assert {state_of(row) for at in range(ROUNDS) for row in board_of(at)} == {"通过", *OWING, "未报送", "延期", "免报"}
    assert [len(board_of(at)) for at in range(ROUNDS)] == [len(KINDS)] * ROUNDS


@pytest.mark.parametrize("number", range(ROUNDS))
def test_the_board_is_what_was_written_down(rounds: list[Path], number: int) -> None:
    expected, out = board_of(number), rounds[number]
    assert lines(openpyxl.load_workbook(out / "汇总.xlsx")["报送进度"]) == expected
    assert read_csv(out / "CSV" / "报送进度.csv")[1:] == [["" if cell is None else str(cell) for cell in row] for row in expected]


@pytest.mark.parametrize("number", range(ROUNDS))
def test_each_unit_that_has_to_mend_something_gets_one_notice(rounds: list[Path], number: int) -> None:
    notices = Counter(path.name.split("-")[0] for path in (rounds[number] / "退回").glob("*-退回通知.docx"))
    assert notices == Counter([*notices_of(number), *NOBODYS])


@pytest.mark.parametrize("number", range(ROUNDS))
def test_totals_are_of_units(rounds: list[Path], number: int) -> None:
    shown = {
        row[0].value: row[1].value
        for row in openpyxl.load_workbook(rounds[number] / "汇总.xlsx", data_only=True)["总览"].iter_rows()
    }
    counted = Counter(map(state_of, board_of(number)))
    assert {state: shown[state] for state in ("通过", *OWING, "未报送")} == {
        state: counted[state] for state in ("通过", *OWING, "未报送")}  # fmt: skip


def test_what_a_unit_reads_names_its_file_and_what_it_can_do(rounds: list[Path]) -> None:
    said = {}
    for path in (rounds[0] / "退回").glob("*-退回通知.docx"):
        document = docx.Document(path)
        said[path.name.split("-")[0]] = "\n".join(
            [*(paragraph.text for paragraph in document.paragraphs),
             *(cell.text for table in document.tables for row in table.rows for cell in row.cells)])  # fmt: skip
    odd = {kind.odd: kind.unit for kind in KINDS}
    assert not [
        unit
        for unit, text in said.items()
        if re.search(r"suzhou-department|xlperf|收件文件夹(?!。)|[\u200b-\u200f\u202a-\u202e]", text)
    ]
    renamed = odd["a name that is read from right to left"]
    assert f"（文件：{renamed}_xcod.xlsx）" in said[renamed]
    packed = odd["an archive with names in GBK"]
    assert f"“{packed}（盖章）.xlsx（在压缩包 f.zip 中）”无法读取" in said[packed]
    assert (
        f"收到的文件：{packed}（盖章）.xlsx（在压缩包 f.zip 中）\n" in said[packed]
        and "收到的文件：自评表.xlsx\n" in said[odd["unit and code left blank, known by the folder"]]
    )
    assert all(unit in NOBODYS or "/" not in text.partition("收到的文件：")[2].partition("\n")[0] for unit, text in said.items())
    assert "收到的文件：新建文件夹/Book1.xlsx\n" in said["Book1"]  # the bureau has still to find out whose it is
    assert "自评表!H5:H30、H33:H35" in said[odd["the blank template"]] and "只有 30,000 字节" in said[packed]
    last = said[odd["last year's workbook"]]
    assert "整体支出预算绩效自评》2022 年度" in last and "整体支出预算绩效自评》2023 年度" in last and "改完发回即可" not in last
    other = said[odd["a workbook of another form"]]
    assert "《项目支出绩效自评表》2022 年度" in other
    for name, found in (("a photo", "PNG / JPEG"), ("an OFD of the signed paper", "OFD"), ("an archive that is no zip", "RAR"),
                        ("an e-mail with the workbook in it", "电子邮件（.eml）")):  # fmt: skip
        assert f"填报内容：{found}" in said[odd[name]] and "自评表要交工作簿" in said[odd[name]], name


def test_files_that_lie_under_another_name_are_told(rounds: list[Path]) -> None:
    told = {row["文件"]: row for row in table_of(rounds[0], "问题清单") if row["编号"] == "XL558"}
    owner, other = KINDS[15], KINDS[16]
    assert told.keys() == {f"{other.unit}.xlsx"}  # the one that counts
    assert f"“{owner.unit}”名下（{owner.unit}/自评表.xlsx）；“{owner.unit}”没有别的材料" in told[f"{other.unit}.xlsx"]["填报内容"]
    assert not [row for row in table_of(rounds[1], "问题清单") if row["编号"] == "XL558"]
    same = [row for row in table_of(rounds[0], "问题清单") if row["编号"] == "XL551"]
    assert same and not [row for row in same if "“”" in row["填报内容"]]


def test_the_screen_lists_who_owes(rounds: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    text = status_as_text(find_status(rounds[-1]))
    for row in board_of(ROUNDS - 1):
        assert (f" {row[1]} " in text) == (state_of(row) != "通过" or row[-1] is not None), row


def test_where_the_round_takes_no_reports_the_same_report_is_unreadable(rounds: list[Path], tmp_path: Path) -> None:
    kind = KINDS[55]
    asked = {"roster": rounds[0].parent / "单位名单.csv", "form": FORM, "year": YEAR, "jobs": 1}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(collect_module, "_now", lambda: f"{DAYS[0]}T09:00:07+08:00")
        collect([rounds[0].parent / "收到" / f"{kind.unit}自评.docx"], output=tmp_path, **asked)
    (expected,) = board_of("不收报告")
    assert [row for row in lines(openpyxl.load_workbook(tmp_path / "汇总.xlsx")["报送进度"]) if row[1] == kind.unit] == [expected]


def test_where_units_file_projects_the_board_says_which_is_owed(tmp_path: Path) -> None:
    """Three rounds of corrections too; what cannot be read is a project's by its title, one of another name is not taken for it."""
    desk = ProjectDesk(tmp_path)
    asked = {"roster": desk.roster, "form": PROJECT_FORM, "year": PROJECT_YEAR, "jobs": 1, "finalize": False}
    with pytest.MonkeyPatch.context() as patch:
        for number, (day, after) in enumerate(zip(DAYS, (*BETWEEN, ""), strict=True)):
            patch.setattr(collect_module, "_now", lambda day=day: f"{day}T09:00:07+08:00")
            patch.setattr(decide_module, "moment", lambda after=after: f"{after}T09:00:07+08:00")
            desk.send(number)
            collect([desk.inbox], output=desk.out, **asked)
            assert lines(openpyxl.load_workbook(desk.out / "汇总.xlsx")["报送进度"]) == board_of(f"项目{number}"), number
            told = {row["文件"] for row in table_of(desk.out, "问题清单") if row["编号"] == "XL559"}
            assert told == {"丙.xlsx"}
            desk.decide(number)


def test_what_was_decided_and_taken_back_stands_in_the_results(rounds: list[Path]) -> None:
    told = table_of(rounds[-1], "决定")
    assert [(row["单位代码"], row["决定"], bool(row["撤销"])) for row in told if row["单位代码"] == KINDS[53].code] == [
        (KINDS[53].code, "免报", True)]  # fmt: skip
    assert len(told) == 7 and {row["决定人"] for row in told} == {"张三", "区财政局"}
    assert verify(rounds[-1].parent / "汇集").differences == ()
