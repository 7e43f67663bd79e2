"""The bureau's list of units: encodings, headings, codes, further sheets; everything wrong is told with its line."""

from __future__ import annotations

import csv
import io
import random
import re
import time
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from support.hostile import BUILDERS
from support.rosters import book, written
from support.surgery import rewrite
from support.sweeps import every, seeds
from xlperf.distributing.roster import Unit, read_roster, take_roster
from xlperf.distributing.roster_file import uncomputed_cells
from xlperf.distributing.roster_sheets import Line
from xlperf.errors import ExitCode, UsageError

TEXT = "单位名称,单位代码,主管部门\n苏州市生产力促进中心,0012,苏州市科学技术局\n乙中心,320500,\n"


def merged(path: Path, *spans: str) -> Path:
    """That workbook with cells of its last sheet merged."""
    made = openpyxl.load_workbook(path)
    for span in spans:
        made.worksheets[-1].merge_cells(span)
    made.save(path)
    return path


def complaints(path: Path, *subject: str) -> list[str]:
    with pytest.raises(UsageError) as caught:
        take_roster(path, subject=subject)
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


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_unicode_text_of_excel(tmp_path: Path, encoding: str) -> None:
    text = TEXT.replace(",", "\t") if encoding == "utf-16" else "\ufeff" + TEXT
    assert [(u.name, u.code) for u in read_roster(written(tmp_path / "u.txt", text, encoding))] == [
        ("苏州市生产力促进中心", "0012"), ("乙中心", "320500")]  # fmt: skip


@pytest.mark.parametrize("heading", ["预算编码", "预算代码", "单位预算编码", "部门预算编码", "机构编码"])
def test_a_code_may_be_called_as_budgets_call_it(tmp_path: Path, heading: str) -> None:
    assert [u.code for u in read_roster(written(tmp_path / "u.csv", f"填报单位,{heading},主管局\n甲局,0012,市政府\n"))] == [
        "0012"
    ]


@pytest.mark.parametrize("heading", ["单位名称", "实施单位", "项目单位"])
def test_the_unit_may_be_called_as_the_forms_call_it(tmp_path: Path, heading: str) -> None:
    assert [u.name for u in read_roster(written(tmp_path / "u.csv", f"{heading},项目名称\n甲局,培训\n"))] == ["甲局"]


def test_a_unit_is_its_line(tmp_path: Path) -> None:
    (unit,) = read_roster(written(tmp_path / "u.csv", "\n编号,部门（单位）名称,基本支出 年初预算数\n\n1,甲局,5.5\n"))
    assert unit == Unit("甲局", "", "", Line("", 4, {"编号": "1", "基本支出 年初预算数": "5.5"}), ())


@pytest.mark.parametrize(
    "heading", ["单位名称", "单位", "部门(单位)名称", " 部门 （单位）名称", "name", "Unit name", "单位\n名称"]
)
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


def test_merged_cells_count_for_all_their_lines(tmp_path: Path) -> None:
    lines = [["名单", "", ""], ["单位", "代码", "主管部门"], ["一中", "01", "市教育局"], ["二中", "02"], ["三中", "03"], ["四中", "04"],
             ["五中", "05", "市财政局"], ["", "", ""]]  # fmt: skip
    units = read_roster(merged(book(tmp_path / "u.xlsx", 名单=lines), "A1:C1", "C3:C5", "C7:C8"))
    assert [u.supervisor for u in units] == ["市教育局"] * 3 + ["", "市财政局"]
    path = book(
        tmp_path / "v.xlsx",
        名单=[["单位"], ["甲"], ["乙"]],
        项目=[["单位", "项目"], ["甲", "租赁"], ["", "体检"], ["乙", "伙食"]],
    )
    assert [[line.cells["项目"] for line in u.rows] for u in read_roster(merged(path, "A2:A3"))] == [["租赁", "体检"], ["伙食"]]


def test_headings_may_stand_below_titles(tmp_path: Path) -> None:
    lines = [["2023年预算单位名单"], ["编制：市财政局", "", "单位：万元"], [], ["单位名称", "单位代码", "年初"], ["甲", "01", 5]]
    expected = [("甲", "01", {"年初": 5})]
    assert [(u.name, u.code, u.line.cells) for u in read_roster(book(tmp_path / "u.xlsx", 名单=lines))] == expected
    (unit,) = read_roster(
        book(tmp_path / "v.xlsx", 名单=[["单位"], ["甲"]], 项目=[["项目一览", ""], ["单位", "项目"], ["甲", "租赁"]])
    )
    assert unit.rows == (Line("项目", 3, {"项目": "租赁"}),)
    (unit,) = read_roster(written(tmp_path / "u.csv", "名单\n单位;代码\n甲;01\n"))
    assert (unit.name, unit.code, unit.line.number) == ("甲", "01", 3)


def test_a_line_as_wide_as_what_follows_is_no_title(tmp_path: Path) -> None:
    (told,) = complaints(written(tmp_path / "u.csv", "编号,名字,类别\n1,甲,单位\n"))
    assert told.startswith("没有单位名称一栏。表头是：编号、名字、类别；")


def test_totals_are_no_units_and_told(tmp_path: Path) -> None:
    lines = [
        ["序号", "单位", "代码", "年初"],
        [1, "甲", "01", 5],
        ["", "小 计", "", 5],
        [2, "合计", "02", 6],
        [3, "乙", "", ""],
        ["合计", "", "", 11],
    ]
    path = book(tmp_path / "u.xlsx", 名单=lines, 项目=[["单位", "项目", "年初"], ["甲", "租赁", 5], ["", "总计", 5]])
    roster = take_roster(path)
    assert [u.name for u in roster.units] == ["甲", "乙"] and len(roster.units[0].rows) == 1
    assert roster.remarks == tuple(
        f"工作表“{place} 行是合计或落款，不是单位，没有算作一个单位。"
        for place in ("名单”第 3", "名单”第 4", "名单”第 6", "项目”第 3")
    )


@pytest.mark.parametrize(
    "line",
    [
        "合计,16家,",
        "合计,1,",
        ",合计（3家）,",
        ",共3家,",
        ",合计：3家,",
        "总计,3,",
        ",共 3 个单位,",
        "合计,12家,12",
        ",总计,12",
        "填表人：,张三,",
        "注：,以上共12家,",
        ",审核 :李四,",
    ],
)
def test_a_total_in_any_column_and_with_its_count_is_no_unit(tmp_path: Path, line: str) -> None:
    roster = take_roster(written(tmp_path / "u.csv", f"序号,单位名称,单位代码\n1,甲局,01\n2,第2家,\n{line}\n"))
    assert [u.name for u in roster.units] == ["甲局", "第2家"] and len(roster.remarks) == 1


def test_lines_with_nothing_but_their_numbers_are_blank(tmp_path: Path) -> None:
    assert [u.name for u in read_roster(written(tmp_path / "u.csv", "序号,单位,备注\n1,甲,\n2,,\n3,,无\n"))] == ["甲"]


@pytest.mark.parametrize("text", ["", "\n\n", "单位名称,单位代码\n", "2023年名单\n单位,年初\n合计,5\n"])
def test_a_roster_without_units_says_so(tmp_path: Path, text: str) -> None:
    (told,) = complaints(written(tmp_path / "u.csv", text))
    assert told.startswith("名单里没有单位：请在表头下面每行写一个单位；单位名称的表头可写：单位名称、单位、")
    (told,) = complaints(book(tmp_path / "u.xlsx", 名单=[["单位", "代码"]], 项目=[["代码", "年初"]]))
    assert told.startswith("名单里没有单位")


def test_a_formula_nobody_computed_is_told(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    for line in (["序号", "单位", "年初", "目标"], ["=ROW()-1", "甲", "=1+1", 3], ["=ROW()-1", "=B2", 5, None]):
        made.active.append(line)
    made.active.title = "名单"
    made.save(tmp_path / "u.xlsx")
    assert complaints(tmp_path / "u.xlsx") == [
        f"工作表“名单”第 {cell[1]} 行：{cell} 的公式没有计算结果，请用 Excel 或 WPS 打开名单保存一次，或直接填写数值。"
        for cell in ("C2", "B3")
    ]
    with xlsxwriter.Workbook(tmp_path / "v.xlsx") as computed:
        sheet = computed.add_worksheet("名单")
        sheet.write_row(0, 0, ["单位", "年初"])
        sheet.write_formula(1, 0, '="甲"', None, "甲")
        sheet.write_formula(1, 1, "=1+1", None, 2)
    assert [(u.name, u.line.cells) for u in read_roster(tmp_path / "v.xlsx")] == [("甲", {"年初": 2})]


@pytest.mark.parametrize("cell, bare", [
    ('<c r="B3" s="1"><f>A1</f><v></v></c>', ["B3"]), ('<c r="B3"><f t="shared" si="0"/></c>', ["B3"]), ('<x:c r="B3"><x:f>A1</x:f><x:v/></x:c>', ["B3"]),
    ('<c r="B3"><f>A1</f><v>2</v></c>', []), ('<c r="B3" t="str"><f>A1</f><v></v></c>', []), ('<c r="B3"/><c r="C3"><v>1</v></c>', []),
])  # fmt: skip
def test_which_formulas_have_no_value(cell: str, bare: list[str]) -> None:
    assert [str(address) for _, address in uncomputed_cells(cell.encode())] == bare


SUBJECT = "项目名称"


def test_a_unit_may_have_a_line_for_each_of_its_papers(tmp_path: Path) -> None:
    lines = [["单位", "代码", SUBJECT], ["甲局", "01", "培训"], ["甲局", "01", "改造"], ["乙局", "", "培训"], ["丙局", "03"]]
    path = book(
        tmp_path / "u.xlsx",
        名单=lines,
        指标=[["单位", SUBJECT, "指标"], ["甲局", "改造", "x"], ["乙局", "", "y"], ["丙局", "", "z"]],
    )
    units = take_roster(path, subject=(SUBJECT,)).units
    assert [(u.name, u.subject) for u in units] == [("甲局", "培训"), ("甲局", "改造"), ("乙局", "培训"), ("丙局", "")]
    assert [[line.cells for line in u.rows] for u in units] == [[], [{"指标": "x"}], [{"指标": "y"}], [{"指标": "z"}]]


def test_of_two_papers_of_one_unit_what_they_are_about_must_be_said(tmp_path: Path) -> None:
    path = book(tmp_path / "u.xlsx", 名单=[["单位", "代码"], ["甲局", "01"], ["甲局", "01"]])
    assert complaints(path, SUBJECT) == [
        "工作表“名单”第 3 行：单位“甲局”与工作表“名单”第 2 行重复；一个单位有几份的，请加上“项目名称”一栏，每份填不同的内容。"
    ]


def test_as_above_is_asked_about_and_a_word_for_nothing_is_nothing(tmp_path: Path) -> None:
    lines = [
        ["单位", "代码", "主管部门", "预算"],
        ["甲局", "01", "科技局", 5],
        ["乙局", "无", "同上", "同上"],
        ["丙局", "—", "无", None],
    ]
    assert complaints(book(tmp_path / "u.xlsx", 名单=lines)) == [
        f"工作表“名单”第 3 行：“{heading}”一栏写的是“同上”，请写出内容；几行相同的也可以竖向合并。" for heading in ("主管部门", "预算")]  # fmt: skip
    lines[2][2:] = ["科技局", 6]
    units = read_roster(book(tmp_path / "v.xlsx", 名单=lines))
    assert [(u.name, u.code, u.supervisor) for u in units] == [("甲局", "01", "科技局"), ("乙局", "", "科技局"), ("丙局", "", "")]


def test_which_paper_of_a_unit_is_meant_must_be_said(tmp_path: Path) -> None:
    lines = [["单位", "代码", SUBJECT], ["甲局", "01", "培训"], ["甲局", "01", "培训"], ["乙局", "01", "改造"]]
    path = book(tmp_path / "u.xlsx", 名单=lines, 指标=[["代码", SUBJECT, "指标"], ["01", "宣传", "x"], ["02", "", "y"]])
    assert complaints(path, SUBJECT) == [
        "工作表“名单”第 3 行：单位“甲局”的“培训”与工作表“名单”第 2 行重复；一个单位有几份的，“项目名称”一栏每份填不同的内容。",
        "工作表“名单”第 4 行：单位代码 01 与工作表“名单”第 2 行重复，每个单位一个代码。",
        "工作表“指标”第 2 行：无法判断属于单位“01”的哪一份；请写明“项目名称”，与名单首页一致。",
        "工作表“指标”第 3 行：名单首页没有单位“02”（同名的单位请写代码）；相近的有：。",
    ]


def test_a_line_is_told_by_the_number_that_a_spreadsheet_shows(tmp_path: Path) -> None:
    """A text of two lines stands in one row; a blank line is a row; a title is one too."""
    text = '名单\n\n单位,代码,备注\n"甲\n局",01,"两\n行"\n\n乙,01,\n'
    assert complaints(written(tmp_path / "u.csv", text)) == ["第 6 行：单位代码 01 与第 4 行重复，每个单位一个代码。"]
    lines = [["名单"], [], ["单位", "代码", "备注"], ["甲\n局", "01", "两\n行"], [], ["乙", "01"]]
    assert complaints(book(tmp_path / "u.xlsx", 名单=lines)) == [
        "工作表“名单”第 6 行：单位代码 01 与工作表“名单”第 4 行重复，每个单位一个代码。"]  # fmt: skip


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    text = "单位,代码,主管部门\n甲,01,\n,02,\n乙,01,\n丙,,\n丙,,\n丁,05,局,多\n"
    assert complaints(written(tmp_path / "u.csv", text)) == [
        "第 7 行：“多”所在的列没有表头，请补上表头或删去。",
        "第 3 行：没有单位名称，请补填或删去该行。",
        "第 4 行：单位代码 01 与第 2 行重复，每个单位一个代码。",
        "第 6 行：单位“丙”与第 5 行重复；同名的单位请填单位代码。",
    ]


def test_a_code_of_which_excel_lost_the_end_is_told(tmp_path: Path) -> None:
    text = "单位,代码\n甲,1.01E+05\n乙,1e+17\n丙,1E5\n丁,E+05\n"
    assert complaints(written(tmp_path / "u.csv", text)) == [
        f"第 {number} 行的代码“{code}”像是被 Excel 改成了科学计数法，末几位已经丢失；请把这一列设为文本，重新填写代码。"
        for number, code in ((2, "1.01E+05"), (3, "1e+17"))
    ]


def test_a_remark_of_a_unit_is_no_signature(tmp_path: Path) -> None:
    text = "序号,单位名称,单位代码,备注\n1,甲局,01,联系人：李四\n,备注局,02,注：新设\n"
    assert [unit.name for unit in read_roster(written(tmp_path / "u.csv", text))] == ["甲局", "备注局"]


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


@pytest.mark.parametrize(("name", "content", "key", "named"), [
    ("a.xls", b"\xd0\xcf\x11\xe0\0\0", "roster_kind", "另存为"),
    ("a.csv", b"\xff\xff\xff", "roster_kind", "另存为"),
    ("b.csv", b"a\0b", "roster_kind", "另存为"),
    ("c.csv", b"a,b\n" + b"x" * 200_000, "roster_kind", "另存为"),
    ("d.csv", b"a,b\n" * 2**22 + b"a", "roster_unreadable", "XL128"),
    ("a.xlsx", b"PK\x03\x04", "roster_unreadable", "XL115"),
])  # fmt: skip
def test_what_is_no_roster_is_refused(tmp_path: Path, name: str, content: bytes, key: str, named: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=named) as caught:
        read_roster(tmp_path / name)
    assert (caught.value.key, caught.value.exit_code) == (key, ExitCode.USAGE)


def test_a_roster_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_roster(tmp_path / "none.csv")
    assert caught.value.key == "cannot_open"


def test_a_stray_cell_far_away_costs_nothing(tmp_path: Path) -> None:
    path = book(tmp_path / "u.xlsx", 名单=[["单位"], ["甲"]])
    stray = openpyxl.load_workbook(path)
    stray.active["XFD1048576"] = "x"
    stray.save(path)
    assert [u.name for u in read_roster(path)] == ["甲"]


def long_list(path: Path) -> Path:
    lines = [["单位", "代码", "年初"], *([f"第{number}中学", (number, "000000"), 1.5] for number in range(40))]
    return book(path, 名单=lines, 项目=[["代码", "项目"], ["000003", "租赁"]])


def read_or_refused(path: Path) -> tuple[Unit, ...] | str:
    try:
        return read_roster(path)
    except UsageError as error:
        return error.key


def test_a_roster_with_damaged_bytes_is_read_or_refused(tmp_path: Path) -> None:
    content = long_list(tmp_path / "u.xlsx").read_bytes()
    for seed in seeds(1000, usual=50):
        chance, damaged = random.Random(seed), bytearray(content)
        for _ in range(chance.randint(1, 3)):
            damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        (tmp_path / "d.xlsx").write_bytes(damaged)
        assert read_or_refused(tmp_path / "d.xlsx"), seed


def test_a_roster_whose_parts_contradict_each_other_is_read_or_refused(tmp_path: Path) -> None:
    source, value = long_list(tmp_path / "u.xlsx"), re.compile(rb'(?<=[">])[A-Za-z0-9:.]+(?=["<])')
    for seed in seeds(1000, usual=50):
        chance = random.Random(seed)

        def change(name: str, part: bytes, chance: random.Random = chance) -> bytes | None:
            found = list(value.finditer(part))
            for match in chance.sample(found, min(2, len(found))) if chance.random() < 0.3 else ():
                part = (
                    part[: match.start()]
                    + chance.choice([b"", b"-1", b"99999999", b"x", b"s", b"1e9", b"A0"])
                    + part[match.end() :]
                )
            return part if chance.random() > 0.03 else None

        assert read_or_refused(rewrite(source, tmp_path / "d.xlsx", change)), seed


@pytest.mark.slow
@pytest.mark.parametrize("kind", every(1, sorted(BUILDERS), usual=9))
def test_a_hostile_roster_costs_seconds(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "u.xlsx"
    BUILDERS[kind](path)
    begin = time.process_time()
    assert read_or_refused(path)
    assert time.process_time() - begin < 10


def test_a_long_list_with_formats_below_is_read_whole(tmp_path: Path) -> None:
    path = long_list(tmp_path / "u.xlsx")
    blank = b"".join(b'<row r="%d"><c r="A%d" s="1"/><c r="B%d" s="1"/></row>' % (row, row, row) for row in range(50, 60_000))
    rewrite(path, tmp_path / "v.xlsx", lambda name, part: part.replace(b"</sheetData>", blank + b"</sheetData>"))
    assert read_roster(tmp_path / "v.xlsx") == read_roster(path) and len(read_roster(path)) == 40


def test_what_a_library_warns_of_reaches_nobody(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], recwarn: pytest.WarningsRecorder
) -> None:
    extension = (
        b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main">'
        b'<x14:dataValidations count="1" xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><x14:dataValidation type="list">'
        b"<x14:formula1><xm:f>A1</xm:f></x14:formula1><xm:sqref>B2</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst></worksheet>"
    )
    source = long_list(tmp_path / "u.xlsx")
    rewrite(source, tmp_path / "v.xlsx", lambda _, part: part.replace(b"</worksheet>", extension))
    assert read_roster(tmp_path / "v.xlsx") == read_roster(source)
    assert ([str(warning.message) for warning in recwarn], capfd.readouterr()) == ([], ("", ""))


NAMES = st.text(st.characters(categories=("Lu", "Ll", "Lo", "Nd"), max_codepoint=0x9FFF), min_size=1, max_size=8)
NAMES = NAMES.filter(lambda name: name not in ("无", "nil", "none", "ditto", "same"))
CODES = st.text("0123456789", min_size=1, max_size=6)


@given(st.lists(st.tuples(NAMES, CODES), min_size=1, unique_by=lambda unit: unit[1]))
def test_what_a_list_says_comes_back(tmp_path_factory: pytest.TempPathFactory, units: list[tuple[str, str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([("单位", "代码"), *units])
    path = written(tmp_path_factory.mktemp("roster") / "u.csv", text.getvalue(), "utf-8-sig")
    assert [(unit.name, unit.code) for unit in read_roster(path)] == units
