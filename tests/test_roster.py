"""The bureau's list of units: encodings, headings, codes, further sheets; everything wrong is told with its line."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from xlperf.errors import UsageError
from xlperf.roster import Line, Unit, read_roster

TEXT = "单位名称,单位代码,主管部门\n苏州市生产力促进中心,0012,苏州市科学技术局\n乙中心,320500,\n"


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def book(path: Path, **sheets: list[list]) -> Path:
    """A workbook of those sheets; a value (number, format) has that number format."""
    with xlsxwriter.Workbook(path) as made:
        for title, lines in sheets.items():
            sheet = made.add_worksheet(title)
            for row, cells in enumerate(lines):
                for column, value in enumerate(cells):
                    if isinstance(value, tuple):
                        sheet.write_number(row, column, value[0], made.add_format({"num_format": value[1]}))
                    else:
                        sheet.write(row, column, value)
    return path


def complaints(path: Path) -> list[str]:
    with pytest.raises(UsageError) as caught:
        read_roster(path)
    assert (caught.value.key, caught.value.arguments["path"]) == ("bad_roster", path)
    told = caught.value.arguments["reasons"].splitlines()
    assert len(told) == caught.value.arguments["count"]
    return told


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("divider", [",", "\t", ";"])
def test_a_csv_file_in_every_encoding(tmp_path: Path, encoding: str, divider: str) -> None:
    units = read_roster(written(tmp_path / "名单.csv", TEXT.replace(",", divider), encoding))
    assert [(u.name, u.code, u.supervisor, u.line.number) for u in units] == [
        ("苏州市生产力促进中心", "0012", "苏州市科学技术局", 2), ("乙中心", "320500", "", 3)]  # fmt: skip


@pytest.mark.parametrize("heading", ["单位名称", "实施单位", "项目单位"])
def test_the_unit_may_be_called_as_the_forms_call_it(tmp_path: Path, heading: str) -> None:
    assert [u.name for u in read_roster(written(tmp_path / "u.csv", f"{heading},项目名称\n甲局,培训\n"))] == ["甲局"]


def test_a_unit_is_its_line(tmp_path: Path) -> None:
    (unit,) = read_roster(written(tmp_path / "u.csv", "\n编号,部门（单位）名称,基本支出 年初预算数\n\n1,甲局,5.5\n"))
    assert unit == Unit("甲局", "", "", Line("", 4, {"编号": "1", "基本支出 年初预算数": "5.5"}), ())


@pytest.mark.parametrize("heading", ["单位名称", "单位", "部门(单位)名称", " 部门 （单位）名称", "name", "Unit name", "单位\n名称"])
def test_headings_in_their_spellings(tmp_path: Path, heading: str) -> None:
    assert [u.name for u in read_roster(book(tmp_path / "u.xlsx", 名单=[[heading], ["甲局"]]))] == ["甲局"]


def test_codes_keep_their_zeros(tmp_path: Path) -> None:
    lines = [["单位", "代码"], ["甲", "0012"], ["乙", (12, "000000")], ["丙", 320500], ["丁", (7, "0")]]
    assert [u.code for u in read_roster(book(tmp_path / "u.xlsx", 名单=lines))] == ["0012", "000012", "320500", "7"]
    path = written(tmp_path / "u.csv", '单位,代码\n甲,="0012"\n乙,"=""0013"""\n')
    assert [u.code for u in read_roster(path)] == ["0012", "0013"]


def test_numbers_and_percents_as_a_cell_shows_them(tmp_path: Path) -> None:
    path = book(tmp_path / "u.xlsx", 名单=[["单位", "年初", "目标"], ["甲", 545.57, (0.9603, "0.00%")]])
    assert read_roster(path)[0].line.cells == {"年初": 545.57, "目标": "96.03%"}


def test_further_sheets_give_a_unit_several_lines(tmp_path: Path) -> None:
    path = book(
        tmp_path / "u.xlsx",
        名单=[["单位", "代码"], ["甲", "01"], ["乙", "02"], ["同名", "03"], ["同名", "04"]],
        项目=[["代码", "单位", "项目", "年初"], ["02", "", "租赁", 2.64], ["", "甲", "体检", 4.68], ["02", "乙", "伙食", 15.81]],
        目标=[["单位名称", "预期目标"], ["乙", "4场"]],
    )
    one, two, three, four = read_roster(path)
    assert one.rows == (Line("项目", 3, {"项目": "体检", "年初": 4.68}),)
    assert two.rows == (Line("项目", 2, {"项目": "租赁", "年初": 2.64}), Line("项目", 4, {"项目": "伙食", "年初": 15.81}),
                        Line("目标", 2, {"预期目标": "4场"}))  # fmt: skip
    assert (three.rows, four.rows) == ((), ())


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    text = "单位,代码,主管部门\n甲,01,\n,02,\n乙,01,\n丙,,\n丙,,\n丁,05,局,多\n"
    assert complaints(written(tmp_path / "u.csv", text)) == [
        "第 7 行：“多”所在的列没有表头，请补上表头或删去。",
        "第 3 行：没有单位名称，请补填或删去该行。",
        "第 4 行：单位代码 01 与第 2 行重复，每个单位一个代码。",
        "第 6 行：单位“丙”与第 5 行重复；同名的单位请填单位代码。",
    ]


def test_a_line_of_a_further_sheet_must_name_a_unit_of_the_first(tmp_path: Path) -> None:
    path = book(tmp_path / "u.xlsx", 名单=[["单位", "代码"], ["生产力中心", "01"], ["同名", "03"], ["同名", "04"]],
                项目=[["单位", "项目"], ["生产中心", "x"], ["同名", "y"]], 目标=[["项目"], ["x"]])  # fmt: skip
    told = complaints(path)
    assert told[0].startswith("工作表“项目”第 2 行：名单首页没有单位“生产中心”") and told[0].endswith("相近的有：生产力中心。")
    assert told[1].startswith("工作表“项目”第 3 行：名单首页没有单位“同名”")
    assert told[2].startswith("工作表“目标”没有单位一栏")
    assert len(told) == 3


def test_a_file_without_names_says_which_heading_is_wanted(tmp_path: Path) -> None:
    (told,) = complaints(written(tmp_path / "u.csv", "编号,名字\n1,甲\n"))
    assert told.startswith("没有单位名称一栏。表头是：编号、名字；单位名称的表头可写：单位名称、单位、")
    (told,) = complaints(written(tmp_path / "u.csv", "单位,代码, 代码\n甲,1,2\n"))
    assert told == "第 1 行：表头“代码”与“代码”是同一栏，请删去一个。"


def test_what_is_no_roster_is_refused(tmp_path: Path) -> None:
    for name, content in (("a.xls", b"\xd0\xcf\x11\xe0\0\0"), ("a.csv", b"\xff\xff\xff"), ("a.xlsx", b"PK\x03\x04"), ("b.csv", b"a\0b")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UsageError) as caught:
            read_roster(tmp_path / name)
        assert caught.value.key == "roster_kind"
    with pytest.raises(UsageError) as caught:
        read_roster(tmp_path / "none.csv")
    assert caught.value.key == "cannot_open"


def test_a_stray_cell_far_away_costs_nothing(tmp_path: Path) -> None:
    path = book(tmp_path / "u.xlsx", 名单=[["单位"], ["甲"]])
    import openpyxl

    stray = openpyxl.load_workbook(path)
    stray.active["XFD1048576"] = "x"
    stray.save(path)
    assert [u.name for u in read_roster(path)] == ["甲"]


NAMES = st.text(st.characters(categories=("Lu", "Ll", "Lo", "Nd"), max_codepoint=0x9FFF), min_size=1, max_size=8)
CODES = st.text("0123456789", min_size=1, max_size=6)


@given(st.lists(st.tuples(NAMES, CODES), min_size=1, unique_by=lambda unit: unit[1]))
def test_what_a_list_says_comes_back(tmp_path_factory: pytest.TempPathFactory, units: list[tuple[str, str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([("单位", "代码"), *units])
    path = written(tmp_path_factory.mktemp("roster") / "u.csv", text.getvalue(), "utf-8-sig")
    assert [(unit.name, unit.code) for unit in read_roster(path)] == units
