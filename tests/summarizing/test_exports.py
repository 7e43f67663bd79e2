"""What OUT holds: the summary workbook read by others, CSV, notices, what is handed out, the archive; the same bytes each time."""

from __future__ import annotations

import csv
import errno
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import docx
import openpyxl
import pytest
from lxml import etree

from support.libreoffice import convert
from support.outcomes import document, finding, indicator, outcome, unit, unreadable
from support.paths import DOCS, REPOSITORY, TEMPLATES
from xlperf import load_document, messages
from xlperf.distributing.roster import Unit
from xlperf.errors import FormError, UsageError
from xlperf.files import ZIP_TIME
from xlperf.forms.compute import compute
from xlperf.forms.document import document_of, rows_of
from xlperf.forms.loader import find_form, load_form
from xlperf.summarizing.audit_archive import OpenInput
from xlperf.summarizing.exports import write_exports
from xlperf.summarizing.handouts import HandoutFolder
from xlperf.summarizing.outcome import Outcome

HOSTILE = '=HYPERLINK("http://x.invalid","丙")/..\\CON:*?'
DATE = "2023-03-20"
NAMESPACE = {"c": "http://schemas.openxmlformats.org/drawingml/2006/chart"}
ROSTER = (unit("苏州市甲局", "001"), unit("市乙局", "002"), unit("丁局", "004", "市丁委"))
OVER, MISSED = indicator("服务企业", 100, 150), indicator("培训人数", 200, 150, reason="疫情影响")


def outcomes() -> list[Outcome]:
    """Six inputs: passed; returned and later passed; returned with hostile texts; the bytes of another; unreadable."""
    empty = finding("SZ201", cells=["自评表!L12", "自评表!L13"], message="原因分析没有填写", fix="补写原因。")
    warned = finding("SZ305", "warning", cells=["绩效目标!C5"], found="=cmd|' /C calc'!A0", message="完成数少于预期数", explanation="已说明")
    first = outcome("a/甲.xlsx", "苏州市甲局", "001", basic=(100, 0, 90), indicators=[OVER], findings=[warned], content=b"one")
    return [
        first,
        outcome("a/乙.xlsx", "苏州市乙局", "002", "returned", basic=(200, 50, 100), findings=[empty]),
        outcome("b/丙.xlsx", HOSTILE, "003", "returned", basic=(300.5, -0.5, 120), indicators=[MISSED], findings=[empty, warned]),
        outcome("b/乙-新.xlsx", "苏州市乙局", "002", basic=(200, 50, 250), received="2023-03-05T09:00:00+08:00"),
        replace(first, path="c/甲的副本.xlsx"),
        unreadable("d/坏.xlsx"),
    ]


def contents(item: Outcome) -> io.BytesIO:
    return io.BytesIO(b"one" if "甲" in item.path else item.path.encode())


def export(listed: Iterable[Outcome], roster: Sequence[Unit] | None, directory: Path, open_input: OpenInput = contents,
           templates: Path | None = None) -> dict[str, str]:  # fmt: skip
    return write_exports(listed, templates=templates, directory=directory, date=DATE, roster=roster, open_input=open_input)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("out")
    export(outcomes(), ROSTER, directory)
    return directory


@pytest.fixture(scope="module")
def values(out: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(out / "汇总.xlsx", data_only=True)


@pytest.fixture(scope="module")
def formulas(out: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(out / "汇总.xlsx")


def lines(sheet) -> list[tuple]:
    """What stands below the headings of a sheet."""
    return [tuple(cell.value for cell in row) for row in sheet.iter_rows(min_row=4)]


def headings(sheet) -> list[str]:
    return [cell.value for cell in sheet[3]]


def column(sheet, heading: str) -> list[object]:
    at = headings(sheet).index(heading)
    return [line[at] for line in lines(sheet)]


# --- the summary workbook ----------------------------------------------------------------------------------------


def test_it_has_the_sheets_of_the_issue(values: openpyxl.Workbook) -> None:
    assert values.sheetnames == ["总览", "单位一览", "问题清单", "预算执行", "指标完成", "未报送单位"]


def test_every_file_is_listed_unit_by_unit_with_what_counts(values: openpyxl.Workbook) -> None:
    sheet = values["单位一览"]
    assert headings(sheet)[:10] == ["序号", "单位", "单位代码", "主管部门", "文件", "结果", "是否计入", "以此件为准", "错误", "提醒"]
    assert [line[1:10] for line in lines(sheet)] == [
        (HOSTILE, "003", "市科技局", "b/丙.xlsx", "退回", "是", None, 1, 1),
        ("苏州市乙局", "002", "市科技局", "b/乙-新.xlsx", "通过", "是", None, 0, 0),
        ("苏州市乙局", "002", "市科技局", "a/乙.xlsx", "退回", "否，另有为准的", "b/乙-新.xlsx", 1, 0),
        ("苏州市甲局", "001", "市科技局", "a/甲.xlsx", "通过", "是", None, 0, 1),
        ("苏州市甲局", "001", "市科技局", "c/甲的副本.xlsx", "通过", "否，内容重复", "a/甲.xlsx", 0, 1),
        (None, None, None, "d/坏.xlsx", "无法读取", "是", None, 1, 0),
    ]
    assert column(sheet, "预算执行率") == [0.4, 1, 0.4, 0.9, 0.9, None]
    assert column(sheet, "预算调整率") == [-0.0017, 0.25, 0.25, 0, 0, None]
    assert column(sheet, "超额完成指标") == [0, 0, 0, 1, 1, None]
    assert column(sheet, "未完成指标") == [2, 0, 1, 1, 1, None]  # the budget rates among them
    assert column(sheet, "收到时间")[1] == "2023-03-05 09:00:00"


def test_findings_are_those_of_what_counts(values: openpyxl.Workbook) -> None:
    sheet = values["问题清单"]
    assert [line[2:6] for line in lines(sheet)] == [
        ("a/甲.xlsx", "提醒", "SZ305", "绩效目标!C5"),
        ("b/丙.xlsx", "错误", "SZ201", "自评表!L12、自评表!L13"), ("b/丙.xlsx", "提醒", "SZ305", "绩效目标!C5"),
        ("b/丙.xlsx", "提醒", "XL556", "基本信息!C5"), ("d/坏.xlsx", "错误", "XL103", None),
    ]  # fmt: skip
    assert lines(sheet)[0][6:] == ("完成数少于预期数", "=cmd|' /C calc'!A0", "写明原因", "补写原因", "已说明")


def test_units_are_ranked_and_the_sums_can_be_done_again(values: openpyxl.Workbook, formulas: openpyxl.Workbook) -> None:
    sheet, written = values["预算执行"], formulas["预算执行"]
    assert headings(sheet) == ["名次", "单位", "单位代码", "主管部门", "年初预算数（万元）", "上年度结转及当年预算追加追减数（万元）", "调整预算数（万元）",
                               "实际支出数（万元）", "预算执行率", "预算调整率", "文件"]  # fmt: skip
    assert [(line[0], line[1], *line[4:10]) for line in lines(sheet)] == [
        (1, "苏州市乙局", 200, 50, 250, 250, 1, 0.25), (2, "苏州市甲局", 100, 0, 100, 90, 0.9, 0),
        (None, "合计", 300, 50, 350, 340, 0.9714, 0.1667),
    ]  # fmt: skip
    assert [cell.value for cell in written[6]][4:10] == [
        "=ROUND(SUM(E4:E5),6)", "=ROUND(SUM(F4:F5),6)", "=ROUND(SUM(G4:G5),6)", "=ROUND(SUM(H4:H5),6)", written["I6"].value, written["J6"].value,
    ]  # fmt: skip
    assert "ROUND(H6/G6,4)" in written["I6"].value
    assert "ROUND(H4/G4,4)" in written["I4"].value


def test_equal_rates_share_a_rank(tmp_path: Path) -> None:
    same = [outcome(f"{n}.xlsx", f"第{n}局", basic=(100 * n, 0, 90 * n)) for n in (1, 2, 3)]
    export([*same, outcome("x.xlsx", "别局", basic=(100, 0, 80))], None, tmp_path)
    sheet = openpyxl.load_workbook(tmp_path / "汇总.xlsx", data_only=True)["预算执行"]
    assert column(sheet, "名次")[:4] == [1, 1, 1, 4]


def test_indicators_are_ranked_from_the_farthest_over_to_the_farthest_missed(values: openpyxl.Workbook) -> None:
    sheet = values["指标完成"]
    assert [(line[0], line[1], *line[4:11]) for line in lines(sheet) if line[6] == "履职"] == [
        (1, "苏州市甲局", "超额完成", 0.5, "履职", "服务企业", ">=100家", "150家", None),
    ]  # fmt: skip
    assert [line[5] for line in lines(sheet)] == [0.5, -0.1]  # what goes back has no figures to rely on


def test_indicators_equally_far_off_share_a_rank(tmp_path: Path) -> None:
    same = [outcome(f"{n}.xlsx", f"第{n}局", indicators=[OVER]) for n in (1, 2)]
    further = outcome("x.xlsx", "别局", indicators=[indicator("服务企业", 100, 140), MISSED])
    export([*same, further], None, tmp_path)
    sheet = openpyxl.load_workbook(tmp_path / "汇总.xlsx", data_only=True)["指标完成"]
    assert [(line[0], line[4], line[5]) for line in lines(sheet) if line[6] == "履职"] == [
        (1, "超额完成", 0.5), (1, "超额完成", 0.5), (3, "超额完成", 0.4), (1, "未完成", -0.25),
    ]  # fmt: skip


def test_every_year_has_tables_of_its_own(tmp_path: Path) -> None:
    years = [replace(outcome(f"{year}.xlsx", "甲局", basic=(100, 0, spent)), year=year) for year, spent in ((2022, 90), (2023, 80))]
    export(years, None, tmp_path)
    book = openpyxl.load_workbook(tmp_path / "汇总.xlsx", data_only=True)
    assert book.sheetnames[3:] == ["预算执行（2022）", "预算执行（2023）", "指标完成（2022）", "指标完成（2023）"]
    assert [[(line[1], line[7]) for line in lines(book[f"预算执行（{year}）"])] for year in (2022, 2023)] == [
        [("甲局", 90), ("合计", 90)], [("甲局", 80), ("合计", 80)]]  # fmt: skip
    titles = [row[0].value for row in book["总览"].iter_rows() if row[0].value]
    assert [title for title in titles if "分布" in title] == ["已通过的预算执行率分布（2022）", "已通过的预算执行率分布（2023）"]


def test_who_has_sent_nothing(values: openpyxl.Workbook) -> None:
    assert lines(values["未报送单位"]) == [(1, "丁局", "004", "市丁委")]


def test_without_a_roster_nobody_is_missing(tmp_path: Path) -> None:
    export(outcomes(), None, tmp_path)
    book = openpyxl.load_workbook(tmp_path / "汇总.xlsx")
    assert "未报送单位" not in book.sheetnames
    assert not (tmp_path / "CSV" / "未报送单位.csv").exists()


def test_the_overview_counts_with_formulas(values: openpyxl.Workbook, formulas: openpyxl.Workbook) -> None:
    shown = {row[0].value: row[1].value for row in values["总览"].iter_rows() if row[0].value}
    assert {name: shown[name] for name in ("通过", "退回", "无法读取", "未报送")} == {"通过": 2, "退回": 1, "无法读取": 1, "未报送": 1}
    assert [shown[name] for name in ("收到的文件", "计入的文件", "另有为准的", "内容重复的", "名单中的单位")] == [6, 4, 1, 1, 3]
    assert [shown[name] for name in ("低于 50%", "80%—90%", "90%—95%", "100% 及以上")] == [0, 0, 1, 1]
    assert shown["SZ305 完成数少于预期数"] == 2
    cells = {row[0].value: row[1].value for row in formulas["总览"].iter_rows() if row[0].value}
    assert cells["通过"] == "=COUNTIFS('单位一览'!$F$4:$F$9,\"通过\",'单位一览'!$G$4:$G$9,\"是\")"
    assert cells["90%—95%"] == "=COUNTIFS('单位一览'!$G$4:$G$9,\"是\",'单位一览'!$F$4:$F$9,\"通过\",'单位一览'!$O$4:$O$9,\">=0.9\",'单位一览'!$O$4:$O$9,\"<0.95\")"


def charts(path: Path) -> Iterator[etree._Element]:
    with zipfile.ZipFile(path) as package:
        for name in sorted(name for name in package.namelist() if re.fullmatch(r"xl/charts/chart\d+\.xml", name)):
            yield etree.fromstring(package.read(name))


def test_the_charts_are_native_and_show_the_cells_beside_them(out: Path, values: openpyxl.Workbook) -> None:
    kinds = []
    for chart in charts(out / "汇总.xlsx"):
        kinds.append(chart.find(".//c:barDir", NAMESPACE).get("val"))
        for part in ("cat", "val"):
            title, area = chart.findtext(f".//c:{part}//c:f", namespaces=NAMESPACE).rsplit("!", 1)
            assert title.strip("'") == "总览"
            cells = [cell.value for row in values["总览"][area.replace("$", "")] for cell in row]
            shown = [point.text for point in chart.findall(f".//c:{part}//c:pt/c:v", NAMESPACE)]
            assert shown == [str(cell) for cell in cells]
            assert None not in cells
            assert len(cells) >= 3
    assert kinds == ["col", "col", "bar"]


def test_headings_stay_filter_and_print(formulas: openpyxl.Workbook) -> None:
    for name in formulas.sheetnames[1:]:
        sheet = formulas[name]
        last = openpyxl.utils.get_column_letter(sheet.max_column)
        assert sheet.freeze_panes == "C4"
        assert sheet.auto_filter.ref.startswith("A3:" + last)
        assert sheet.print_title_rows == "$3:$3"
        assert sheet.page_setup.orientation == "landscape"
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert formulas["预算执行"].auto_filter.ref == "A3:K5"  # not the sums


def test_a_unit_name_is_text_whatever_it_says(formulas: openpyxl.Workbook) -> None:
    cell = next(cell for cell in formulas["单位一览"]["B"] if cell.value == HOSTILE)
    assert cell.data_type == "s"
    assert all(cell.hyperlink is None for row in formulas["单位一览"].iter_rows() for cell in row)


@pytest.mark.libreoffice
def test_libreoffice_computes_what_we_wrote_and_shows_it(out: Path, values: openpyxl.Workbook, tmp_path: Path) -> None:
    computed = openpyxl.load_workbook(convert([out / "汇总.xlsx"], tmp_path / "x")[0], data_only=True)
    for name in values.sheetnames:
        for row in values[name].iter_rows():
            for cell in row:
                other = computed[name][cell.coordinate].value
                assert (other or None) == (pytest.approx(cell.value) if isinstance(cell.value, int | float) and cell.value else cell.value or None)
    pdf = convert([out / "汇总.xlsx"], tmp_path / "p", "pdf")[0]
    text = subprocess.run(["pdftotext", "-f", "1", "-l", "1", "-layout", str(pdf), "-"], capture_output=True, check=True, text=True, encoding="utf-8").stdout
    for word in ("报送情况", "预算执行率分布", "最常见的问题", "未报送"):
        assert text.count(word) >= 2  # the table and its chart


# --- CSV -------------------------------------------------------------------------------------------------------------


def read_csv(path: Path) -> list[list[str]]:
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))


def test_csv_holds_the_same_tables(out: Path, values: openpyxl.Workbook) -> None:
    assert {path.stem for path in (out / "CSV").iterdir()} == set(values.sheetnames)
    for name in values.sheetnames[1:]:
        rows = read_csv(out / "CSV" / f"{name}.csv")
        assert rows[0] == headings(values[name])
        for row, line in zip(rows[1:], lines(values[name]), strict=True):
            for text, value in zip(row, line, strict=True):
                if isinstance(value, int | float):
                    assert float(text or 0) == pytest.approx(value)
                else:
                    assert text.removeprefix("'") == (value or "")


def test_csv_has_no_formula_in_it(out: Path) -> None:
    for path in (out / "CSV").iterdir():
        for row in read_csv(path):
            assert not any(re.match(r"[=+@\t\r]|-(?![\d.]+$)", cell) for cell in row)
    assert read_csv(out / "CSV" / "单位一览.csv")[1][1] == "'" + HOSTILE
    assert ["通过", "2"] in [row[:2] for row in read_csv(out / "CSV" / "总览.csv")]


# --- what goes back ----------------------------------------------------------------------------------------------------


def with_files(directory: Path, listed: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes with files as a worker leaves them: a finalized workbook and its document, or a marked workbook."""
    made = []
    for number, item in enumerate(listed):
        names = {"passed": (f"{number}/某单位-2022-定稿.xlsx", f"{number}/某单位-2022-定稿.json"), "returned": (f"{number}/自评表-问题.xlsx",)}.get(item.status, ())
        for name in names:
            path = directory / "made" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with zipfile.ZipFile(path, "w") as package:
                package.writestr(zipfile.ZipInfo("part", ZIP_TIME), item.path)
            if name.endswith(".json"):
                path.write_text(json.dumps({"path": item.path}), "utf-8")
        made.append(replace(item, outputs=tuple(f"made/{name}" for name in names)))
    return made


def test_one_notice_per_unit_that_has_to_mend_something(out: Path) -> None:
    names = sorted(path.name for path in (out / "退回").iterdir())
    assert names == [f"=HYPERLINK(_http___x.invalid_,_丙_)_.._CO-{sha('b/丙.xlsx')}-退回通知.docx", f"坏-{sha('d/坏.xlsx')}-退回通知.docx"]


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def test_the_notice_tells_place_fact_and_remedy(out: Path) -> None:
    notice = docx.Document(next((out / "退回").glob("*CO-*.docx")))
    text = "\n".join(paragraph.text for paragraph in notice.paragraphs)
    assert HOSTILE + "：" in text
    assert "关于退回2022年度\n预算绩效自评材料的通知" in text
    assert "（文件：b/丙.xlsx）已收到。经校验，有 1 项错误须改正，另有 1 项提醒须核对或说明，现予退回。" in text
    assert "随附的" not in text
    assert "2023年3月20日" in text
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in notice.tables]
    assert tables[0] == [["序号", "位置", "问题", "怎样改"],
                         ["1", "自评表!L12、自评表!L13", "原因分析没有填写（SZ201）\n看到：空白\n应为：写明原因", "补写原因。"]]  # fmt: skip
    assert [row[1] for row in tables[1]] == ["位置", "绩效目标!C5"]  # XL556, at 基本信息!C5, is for the bureau
    assert "看到：=cmd|' /C calc'!A0" in tables[1][1][2]
    assert "说明：已说明" in tables[1][1][2]


def test_the_notice_of_a_file_that_cannot_be_read(out: Path) -> None:
    notice = docx.Document(next((out / "退回").glob("坏-*.docx")))
    text = "\n".join(paragraph.text for paragraph in notice.paragraphs)
    assert "你单位报送的文件“d/坏.xlsx”无法读取" in text
    assert [cell.text for cell in notice.tables[0].rows[1].cells] == ["1", "—", "文件已损坏（XL103）\n看到：空白\n应为：完整的 .xlsx 文件", "请重新发送。"]
    assert len(notice.tables) == 1


def test_an_attachment_gets_no_notice_but_what_may_be_a_table_does(tmp_path: Path) -> None:
    other = (finding("XL101", cells=[], field=None, label=None),)
    names = ("报告.docx", "扫描件.PDF", "截图.jpg", "自评表.xlsx", "自评表.XLS", "打包.rar")
    export([replace(unreadable(name), findings=other) for name in names], None, tmp_path)
    assert sorted(path.name[:3] for path in (tmp_path / "退回").iterdir()) == ["打包-", "自评表", "自评表"]
    sheet = openpyxl.load_workbook(tmp_path / "汇总.xlsx")["问题清单"]
    assert sorted(line[2] for line in lines(sheet)) == sorted(names)  # they are listed all the same


def test_a_newer_submission_that_goes_back_gets_its_notice_behind_the_valid_one_that_counts(tmp_path: Path) -> None:
    valid = outcome("1.xlsx", "甲局")
    newer = outcome("2.xlsx", "甲局", status="returned", findings=[finding("SZ201")], received="2023-03-09T09:00:00+08:00")
    older = outcome("0.xlsx", "甲局", status="returned", findings=[finding("SZ201")], received="2023-02-09T09:00:00+08:00")
    between = outcome("3.xlsx", "甲局", status="returned", findings=[finding("SZ201")], received="2023-03-08T09:00:00+08:00")
    listed = with_files(tmp_path, [older, valid, newer, between])
    export(listed, None, tmp_path)
    assert sorted(path.name for path in (tmp_path / "退回").iterdir()) == [f"甲局-{sha('2.xlsx')}-退回通知.docx", f"甲局-{sha('2.xlsx')}-问题.xlsx"]
    assert len(list((tmp_path / "定稿").iterdir())) == 2


@pytest.mark.parametrize(("first", "second"), [
    ("2023-03-02T09:00:00+08:00", "2023-03-02T02:00:00+00:00"),  # an hour later, by the clock of a server
    ("2023-03-02T02:00:00+00:00", "2023-03-02T10:00:01+08:00"),
])  # fmt: skip
def test_which_came_later_does_not_depend_on_whose_clock_it_was(first: str, second: str, tmp_path: Path) -> None:
    listed = with_files(tmp_path, [outcome("2.xlsx", "甲局", received=first), outcome("1.xlsx", "甲局", received=second)])
    export(listed[::-1], None, tmp_path)
    sheet = openpyxl.load_workbook(tmp_path / "汇总.xlsx")["单位一览"]
    assert [line[4:8:2] for line in lines(sheet)] == [("1.xlsx", "是"), ("2.xlsx", "否，另有为准的")]


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
    assert (tmp_path / "collection.placed").read_text() == ""


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


@pytest.mark.parametrize("open_elsewhere", ["退回/", "定稿/", "CSV/"])
def test_what_cannot_be_removed_because_it_is_open_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_elsewhere: str) -> None:
    """As on Windows, where nobody else may remove what Excel or Word has open."""
    listed = with_files(tmp_path, outcomes())
    export(listed, ROSTER, tmp_path)
    unlink = Path.unlink

    def locked(path: Path, missing_ok: bool = False) -> None:
        if open_elsewhere in path.as_posix() and ".xlperf-" not in path.name:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", locked)
    with pytest.raises(UsageError) as caught:
        export([], None, tmp_path)
    assert caught.value.key == "cannot_write" and open_elsewhere in str(caught.value)


def test_documents_that_others_file_with_ours_stay(tmp_path: Path) -> None:
    listed = with_files(tmp_path, outcomes())
    export(listed, ROSTER, tmp_path)
    theirs = [tmp_path / name for name in ("退回/甲局-签收.pdf", "定稿/批示.pdf", "定稿/备注.json", "定稿/某单位-2022-定稿.pdf", "退回/说明.txt")]
    for path in theirs:
        path.write_bytes(b"signed")
    export(listed[:1], ROSTER, tmp_path)
    export([], ROSTER, tmp_path)
    assert [path for path in theirs if path.read_bytes() != b"signed"] == []
    assert {path for folder in ("退回", "定稿") for path in (tmp_path / folder).iterdir()} == set(theirs)


def test_a_summary_that_somebody_saved_is_kept_under_another_name(tmp_path: Path) -> None:
    export(outcomes(), ROSTER, tmp_path)
    book = openpyxl.load_workbook(tmp_path / "汇总.xlsx")
    book["单位一览"]["Z4"] = "已电话催报"
    for number in (1, 2):
        book.save(tmp_path / "汇总.xlsx")
        theirs = (tmp_path / "汇总.xlsx").read_bytes()
        export(outcomes(), ROSTER, tmp_path)
        assert (tmp_path / f"汇总-另存{number}.xlsx").read_bytes() == theirs
        export(outcomes(), ROSTER, tmp_path)
    assert len(list(tmp_path.glob("汇总*.xlsx"))) == 3


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
    text = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True, text=True, encoding="utf-8").stdout
    assert "一、须改正的错误" in text
    assert "补写原因。" in text


# --- the archive ---------------------------------------------------------------------------------------------------------


def test_the_archive_gives_back_every_input_once(out: Path) -> None:
    with zipfile.ZipFile(out / "audit.zip") as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names == ["inputs/a/甲.xlsx", "inputs/a/乙.xlsx", "inputs/b/丙.xlsx", "inputs/b/乙-新.xlsx", "inputs/d/坏.xlsx", "manifest.csv"]
        manifest = list(csv.DictReader(io.StringIO(archive.read("manifest.csv").decode("utf-8-sig"))))
        assert [row["文件"] for row in manifest] == [item.path for item in outcomes()]
        for row in manifest:
            assert hashlib.sha256(archive.read(row["存为"])).hexdigest() == row["SHA-256"]
        assert manifest[4]["存为"] == "inputs/a/甲.xlsx"
        assert (manifest[4]["是否计入"], manifest[4]["以此件为准"]) == ("否，内容重复", "a/甲.xlsx")
        assert manifest[2]["单位"] == "'" + HOSTILE
        assert [row["结果"] for row in manifest] == ["通过", "退回", "退回", "通过", "通过", "无法读取"]


def test_an_input_that_is_gone_or_changed_is_listed_and_says_so(tmp_path: Path) -> None:
    def opened(item: Outcome) -> io.BytesIO:
        if item.path == "a/乙.xlsx":
            raise FileNotFoundError(item.path)
        return io.BytesIO(b"changed") if item.path == "b/丙.xlsx" else contents(item)

    export(outcomes(), None, tmp_path, opened)
    with zipfile.ZipFile(tmp_path / "audit.zip") as archive:
        manifest = list(csv.DictReader(io.StringIO(archive.read("manifest.csv").decode("utf-8-sig"))))
        assert [row["存为"] for row in manifest[1:3]] == ["（原文件已不在，未存入）", "（原文件收到后已被改动，未存入）"]
        assert len(archive.namelist()) == 4


@pytest.mark.parametrize(("path", "name"), [
    ("../../etc/passwd", "inputs/etc/passwd"), ("a.zip!b/c.xlsx", "inputs/a.zip!/b/c.xlsx"), ("C:\\x\\y.xlsx", "inputs/C_/x/y.xlsx"),
    ("!", "inputs/!"), ("../..", "inputs/_"),
    ("a/" + "长" * 200 + ".xlsx", "inputs/a/" + "长" * 60 + ".xlsx"),
])  # fmt: skip
def test_names_in_the_archive_are_safe_to_unpack(tmp_path: Path, path: str, name: str) -> None:
    export([unreadable(path)], None, tmp_path, lambda item: io.BytesIO(item.path.encode()))
    with zipfile.ZipFile(tmp_path / "audit.zip") as archive:
        assert archive.namelist() == [name, "manifest.csv"]


def test_an_archive_that_is_kept_and_what_was_got_out_of_it_can_be_unpacked_beside_one_another(tmp_path: Path) -> None:
    listed = [unreadable("z.zip!a.xlsx"), replace(unreadable("z.zip!b.xlsx"), sha256="")]
    export(listed, None, tmp_path, lambda item: io.BytesIO(item.path.encode()))
    with zipfile.ZipFile(tmp_path / "audit.zip") as archive:
        archive.extractall(tmp_path / "unpacked")
    assert sorted(path.relative_to(tmp_path / "unpacked").as_posix() for path in (tmp_path / "unpacked").rglob("*.*") if path.is_file()) == [
        "inputs/z.zip", "inputs/z.zip!/a.xlsx", "manifest.csv"]  # fmt: skip


def test_names_that_differ_in_case_only_stay_apart(tmp_path: Path) -> None:
    export([unreadable("A.xlsx"), unreadable("a.xlsx")], None, tmp_path, lambda item: io.BytesIO(item.path.encode()))
    with zipfile.ZipFile(tmp_path / "audit.zip") as archive:
        assert archive.namelist() == ["inputs/A.xlsx", "inputs/a (2).xlsx", "manifest.csv"]


# --- all of it -------------------------------------------------------------------------------------------------------------


def every_byte(directory: Path) -> dict[str, bytes]:
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def test_the_same_outcomes_give_the_same_bytes(out: Path, tmp_path: Path) -> None:
    export(Store(outcomes()), ROSTER, tmp_path)
    assert every_byte(tmp_path) == every_byte(out)
    export(outcomes(), ROSTER, tmp_path)  # over what is there
    assert every_byte(tmp_path) == every_byte(out)


def test_where_one_export_cannot_be_made_all_stay_as_they_were(tmp_path: Path) -> None:
    """A bureau's own template of the notice is no Word document: neither tables nor finalized workbooks of this run are there."""
    listed, forms = with_files(tmp_path, outcomes()), tmp_path / "forms"
    export(listed, ROSTER, tmp_path)
    forms.mkdir()
    (forms / "notice.docx").write_bytes(b"no Word document")
    before = every_byte(tmp_path)
    worse = replace(listed[3], status="returned", sha256="0" * 64)
    with pytest.raises(FormError):
        export([*listed[:3], worse, *listed[4:]], None, tmp_path, templates=forms)
    assert every_byte(tmp_path) == before


@pytest.mark.parametrize("open_elsewhere", ["汇总.xlsx", "audit.zip", "CSV/问题清单.csv", "定稿/某单位-2022-定稿.json"])
def test_where_one_export_is_open_elsewhere_all_stay_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_elsewhere: str) -> None:
    listed = with_files(tmp_path, outcomes())
    export(listed, ROSTER, tmp_path)
    (tmp_path / "made/0/某单位-2022-定稿.json").write_text("{}")  # there is something new to hand out
    before, move = every_byte(tmp_path), os.replace

    def moved(source: Path, target: Path) -> None:
        if target == tmp_path / open_elsewhere:
            raise PermissionError(errno.EACCES, "Permission denied", str(target))
        move(source, target)

    with monkeypatch.context() as patch, pytest.raises(UsageError) as caught:
        patch.setattr(os, "replace", moved)
        export(listed[:1], None, tmp_path)
    assert caught.value.key == "cannot_write" and caught.value.arguments["path"] == tmp_path / open_elsewhere
    assert {name: content for name, content in every_byte(tmp_path).items() if name != "collection.placed"} == {
        name: content for name, content in before.items() if name != "collection.placed"}  # fmt: skip
    export(listed[:1], None, tmp_path)
    assert len(list((tmp_path / "定稿").iterdir())) == 2


def test_what_is_there_already_is_not_written_again(tmp_path: Path) -> None:
    listed = with_files(tmp_path, outcomes())
    export(listed, ROSTER, tmp_path)
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "定稿").iterdir()}
    (tmp_path / "定稿" / "某单位-2022-定稿.json").write_text("{}")
    export(listed, ROSTER, tmp_path)
    assert json.loads((tmp_path / "定稿" / "某单位-2022-定稿.json").read_text("utf-8")) == {"path": "a/甲.xlsx"}
    assert len(times) == 4
    assert [path.name for path, time in times.items() if path.stat().st_mtime_ns != time] == ["某单位-2022-定稿.json"]


class Store:
    """Outcomes as a store lists them: gone through as often as one likes, never held."""

    def __init__(self, listed: Sequence[Outcome]) -> None:
        self.listed = listed

    def __iter__(self) -> Iterator[Outcome]:
        return (replace(item) for item in self.listed)


def test_nothing_that_came_in_gives_all_the_same_files(tmp_path: Path) -> None:
    export([], (unit("甲局"),), tmp_path)
    book = openpyxl.load_workbook(tmp_path / "汇总.xlsx", data_only=True)
    assert book.sheetnames == ["总览", "单位一览", "问题清单", "未报送单位"]
    assert lines(book["未报送单位"]) == [(1, "甲局", None, None)]
    with zipfile.ZipFile(tmp_path / "audit.zip") as archive:
        assert archive.namelist() == ["manifest.csv"]


def test_in_english_sheets_and_files_are_called_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "_chosen", ["en"])
    export(outcomes(), ROSTER, tmp_path)
    book = openpyxl.load_workbook(tmp_path / "summary.xlsx")
    assert book.sheetnames == ["Overview", "Units", "Findings", "Budget execution", "Indicators", "Nothing received"]
    assert {path.name for path in tmp_path.iterdir()} == {"CSV", "audit.zip", "collection.placed", "returned", "summary.xlsx"}


def test_a_form_that_declares_no_summary_lacks_its_sheets(tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "plain-form" / "2022"
    folder.mkdir(parents=True)
    source = (TEMPLATES / "suzhou-department/2022/form.yaml").read_text("utf-8")
    text = re.sub(r"\nsummary:\n(?:  .*\n)+", "\n", source).replace("form: suzhou-department", "form: plain-form")
    assert "summary:" not in text
    (folder / "form.yaml").write_text(text, "utf-8")
    plain = replace(outcome("a.xlsx", "甲局"), form="plain-form", document=document("甲局") | {"form": "plain-form"})
    export([plain], None, tmp_path / "out", contents, tmp_path / "templates")
    assert openpyxl.load_workbook(tmp_path / "out" / "汇总.xlsx").sheetnames == ["总览", "单位一览", "问题清单"]
    export([plain, outcome("b.xlsx", "乙局")], None, tmp_path / "both", contents, tmp_path / "templates")
    names = openpyxl.load_workbook(tmp_path / "both" / "汇总.xlsx").sheetnames
    assert names == ["总览", "单位一览", "问题清单", "预算执行（自评表）", "指标完成（自评表）"]


def test_a_large_table_is_streamed_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More lines than a sheet takes: the sheet says how many are left to the CSV file, which has them all."""
    monkeypatch.setattr("xlperf.summarizing.table_sheet.MOST_ROWS", 40)
    many = [outcome("a.xlsx", "甲局", findings=[finding(f"XL{201 + n % 9}", found=Random(n).random()) for n in range(90)])]
    export(many, None, tmp_path)
    sheet = openpyxl.load_workbook(tmp_path / "汇总.xlsx")["问题清单"]
    assert sheet.max_row == 3 + 40 + 1
    assert sheet["A44"].value == "…… 其余 50 行见 CSV 文件。"
    assert len(read_csv(tmp_path / "CSV" / "问题清单.csv")) == 91


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
    assert sorted(path.name for path in (tmp_path / "退回").iterdir()) == sorted(f"a-{sha(path)}-退回通知.docx" for path in ("a.xlsx", "b/a.xlsx"))


def test_two_forms_in_one_collection_have_a_ranking_each_and_projects_are_named(tmp_path: Path) -> None:
    form = load_form(find_form("national-project"))
    raw = load_document(REPOSITORY / "examples" / "national-project-2022" / "document.json")
    computed = document_of(form, compute(form, rows_of(form, raw)[0]))
    projects = [Outcome(path=f"{name}.xlsx", sha256=name * 8, size=1, received="2023-03-01", status="passed", form=form.key,
                        revision=form.revision, year=2022, unit=raw["project"]["unit"], document=computed, subject=name) for name in ("项目甲", "项目乙")]  # fmt: skip
    export([outcome("a.xlsx", "甲局"), *projects], None, tmp_path)
    overview = read_csv(tmp_path / "CSV" / "总览.csv")
    assert [row[1] for row in overview if row[-1:] == ["占比"]] == ["份数", "单位数", "份数"]  # all; one unit each; two projects of one
    book = openpyxl.load_workbook(tmp_path / "汇总.xlsx", data_only=True)
    assert book.sheetnames == ["总览", "单位一览", "问题清单", "预算执行（自评表）", "预算执行（项目支出绩效自评表）", "指标完成（自评表）",
                               "指标完成（项目支出绩效自评表）"]  # fmt: skip
    assert column(book["单位一览"], "项目") == ["项目乙", "项目甲", None]
    assert column(book["单位一览"], "是否计入") == ["是", "是", "是"]
    assert "项目" not in headings(book["预算执行（自评表）"])
    ranked = book["预算执行（项目支出绩效自评表）"]
    assert column(ranked, "项目")[:2] == ["项目乙", "项目甲"]
    assert column(ranked, "总分")[:2] == [computed["score"]["total"]] * 2
    assert column(ranked, "预算执行率")[0] == computed["funds"]["total"]["rate"]
    assert {line[1] for line in lines(book["指标完成（项目支出绩效自评表）"])} <= {raw["project"]["unit"]}
    assert "XL551" not in {line[4] for line in lines(book["问题清单"])}  # two projects of one unit


def test_two_forms_of_one_name_keep_their_tables_apart(tmp_path: Path) -> None:
    projects = []
    for example in ("national-project-2022", "sichuan-project-2023"):
        raw = load_document(REPOSITORY / "examples" / example / "document.json")
        form = load_form(find_form(raw["form"]))
        computed = document_of(form, compute(form, rows_of(form, raw)[0]))
        projects.append(Outcome(path=f"{form.key}.xlsx", sha256=example, size=1, received="2024-03-01", status="passed", form=form.key,
                                revision=form.revision, year=raw["fiscal_year"], unit=raw["project"]["unit"], document=computed,
                                subject=raw["project"]["name"]))  # fmt: skip
    export(projects, None, tmp_path)
    titles = {"national-project": "项目支出绩效自评表", "sichuan-project": "四川省部门预算项目支出绩效自评表"}
    for key, title in titles.items():
        rows = read_csv(tmp_path / "CSV" / f"预算执行（{title}）.csv")
        assert [row[-1] for row in rows[1:-1]] == [f"{key}.xlsx"]
        assert [f"已通过的预算执行率分布（{title}）"] in read_csv(tmp_path / "CSV" / "总览.csv")
    export(projects[:1], None, tmp_path)  # one form is left, and no table of the other
    assert sorted(path.stem for path in (tmp_path / "CSV").iterdir()) == sorted(("总览", "单位一览", "问题清单", "预算执行", "指标完成"))


def test_the_overview_as_csv_has_its_shares_and_sums(tmp_path: Path) -> None:
    export([outcome("a.xlsx", "甲局"), unreadable("b.xlsx"), unreadable("c.xlsx")], None, tmp_path)
    assert read_csv(tmp_path / "CSV" / "总览.csv")[:6] == [
        ["报送情况"], ["结果", "份数", "占比"], ["通过", "1", "0.3333"], ["退回", "0", "0.0"], ["无法读取", "2", "0.6667"], ["合计", "3"],
    ]  # fmt: skip


def test_the_commonest_findings_name_no_field_of_one_of_them(tmp_path: Path) -> None:
    listed = [finding("XL201", message=f"{label}：必填而未填") for label in ("完成值", "单位")] + [finding("SZ101", message="支出：大于预算")]
    export([outcome("a.xlsx", "甲局", findings=listed)], None, tmp_path)
    rows = read_csv(tmp_path / "CSV" / "总览.csv")
    assert rows[rows.index(["最常见的问题"]) + 2 :][:2] == [["SZ101 支出：大于预算", "1", "1"], ["XL201 必填而未填", "1", "2"]]


def test_a_line_is_as_high_as_its_longest_text(tmp_path: Path) -> None:
    """Not every program makes a row higher when it opens a file; texts would lie over each other."""
    listed = [finding("XL201", found=text) for text in ("空白", "写" * 40, "写" * 9000)]
    export([outcome("a.xlsx", "甲局", findings=listed)], None, tmp_path)
    sheet = openpyxl.load_workbook(tmp_path / "汇总.xlsx")["问题清单"]
    heights = [sheet.row_dimensions[row].height for row in (4, 5, 6)]
    assert heights[0] < heights[1] < heights[2] == 408.75  # the highest a row may be
