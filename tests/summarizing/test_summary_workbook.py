"""The summary workbook read by others: every table, the overview, its charts."""

from __future__ import annotations

import re
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import openpyxl
import pytest
from lxml import etree

from support.exports import HOSTILE, MISSED, OVER, column, contents, export, headings, lines, outcomes, read_csv
from support.libreoffice import convert
from support.outcomes import document, finding, indicator, outcome, unreadable
from support.paths import REPOSITORY, TEMPLATES
from xlperf import load_document
from xlperf.forms.compute import compute
from xlperf.forms.document import document_of, rows_of
from xlperf.forms.loader import find_form, load_form
from xlperf.summarizing.outcome import Outcome

NAMESPACE = {"c": "http://schemas.openxmlformats.org/drawingml/2006/chart"}


def test_it_has_the_sheets_of_the_issue(values: openpyxl.Workbook) -> None:
    assert values.sheetnames == ["总览", "报送进度", "单位一览", "问题清单", "预算执行", "指标完成", "未报送单位"]


def test_every_file_is_listed_unit_by_unit_with_what_counts(values: openpyxl.Workbook) -> None:
    sheet = values["单位一览"]
    assert headings(sheet)[:13] == ["序号", "单位", "主管部门", "文件", "结果", "是否计入", "错误", "未说明", "预算执行率", "收到时间", "单位代码",
                                    "以此件为准", "提醒"]  # fmt: skip
    assert [(line[1], line[10], *line[2:8], *line[11:13]) for line in lines(sheet)] == [
        (HOSTILE, "003", "市科技局", "b/丙.xlsx", "退回", "是", 1, 0, None, 1),
        ("苏州市乙局", "002", "市科技局", "b/乙-新.xlsx", "通过", "是", 0, 0, None, 0),
        ("苏州市乙局", "002", "市科技局", "a/乙.xlsx", "退回", "否，以最近合格件为准", 1, 0, "b/乙-新.xlsx", 0),
        ("苏州市甲局", "001", "市科技局", "a/甲.xlsx", "通过", "是", 0, 0, None, 1),
        ("苏州市甲局", "001", "市科技局", "c/甲的副本.xlsx", "通过", "否，内容重复", 0, 0, "a/甲.xlsx", 1),
        (None, None, None, "d/坏.xlsx", "无法读取", "是", 1, 0, None, 0),
    ]
    assert column(sheet, "预算执行率") == [0.4, 1, 0.4, 0.9, 0.9, None]
    assert column(sheet, "预算调整率") == [-0.0017, 0.25, 0.25, 0, 0, None]
    assert column(sheet, "超额完成指标") == [0, 0, 0, 1, 1, None]
    assert column(sheet, "未完成指标") == [2, 0, 1, 1, 1, None]  # the budget rates among them
    assert column(sheet, "收到时间")[1] == "2023-03-05 09:00:00"


def test_findings_are_those_of_what_counts(values: openpyxl.Workbook) -> None:
    sheet = values["问题清单"]
    assert [line[2:6] for line in lines(sheet)] == [
        ("b/丙.xlsx", "错误", "SZ201", "自评表!K12、自评表!K13"), ("d/坏.xlsx", "错误", "XL103", None), ("b/丙.xlsx", "提醒", "XL556", "基本信息!C5"),
        ("a/甲.xlsx", "提醒", "SZ305", "绩效目标!C5"), ("b/丙.xlsx", "提醒", "SZ305", "绩效目标!C5"),
    ]  # fmt: skip
    assert lines(sheet)[3][6:] == ("完成数少于预期数", "=cmd|' /C calc'!A0", "写明原因", "补写原因", "已说明")


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
        (1, "苏州市甲局", "超额完成", 0.5, "履职", "服务企业", "≥100家", "150家", None),
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
    years = [
        replace(outcome(f"{year}.xlsx", "甲局", basic=(100, 0, spent)), year=year) for year, spent in ((2022, 90), (2023, 80))
    ]
    export(years, None, tmp_path)
    book = openpyxl.load_workbook(tmp_path / "汇总.xlsx", data_only=True)
    assert book.sheetnames[4:] == ["预算执行（2022）", "预算执行（2023）", "指标完成（2022）", "指标完成（2023）"]
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
    assert {name: shown[name] for name in ("通过", "退回", "无法读取", "未报送")} == {
        "通过": 2,
        "退回": 0,
        "无法读取": 0,
        "未报送": 1,
    }  # of the three on the roster; a file of nobody and one of a unit that is not on it are counted as files
    assert [shown[name] for name in ("收到的文件", "计入的文件", "以最近合格件为准的", "内容重复的", "附件", "认不出单位的文件", "名单中的单位", "不在名单中的单位的文件")] == [
        6, 4, 1, 1, 0, 1, 3, 1,
    ]  # fmt: skip
    assert [shown[name] for name in ("低于 50%", "80%—90%", "90%—95%", "100% 及以上")] == [0, 0, 1, 1]
    assert shown["SZ305 完成数少于预期数"] == 2
    cells = {row[0].value: row[1].value for row in formulas["总览"].iter_rows() if row[0].value}
    assert cells["通过"] == "=COUNTIF('报送进度'!$E$4:$E$6,\"通过\")"
    assert cells["90%—95%"] == (
        "=COUNTIFS('单位一览'!$F$4:$F$9,\"是\",'单位一览'!$E$4:$E$9,\"通过\",'单位一览'!$I$4:$I$9,\">=0.9\",'单位一览'!$I$4:$I$9,\"<0.95\")"
    )


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
                assert (other or None) == (
                    pytest.approx(cell.value) if isinstance(cell.value, int | float) and cell.value else cell.value or None
                )
    pdf = convert([out / "汇总.xlsx"], tmp_path / "p", "pdf")[0]
    text = subprocess.run(
        ["pdftotext", "-f", "1", "-l", "1", "-layout", str(pdf), "-"],
        capture_output=True,
        check=True,
        text=True,
        encoding="utf-8",
    ).stdout
    for word in ("报送情况", "预算执行率分布", "最常见的问题", "未报送"):
        assert text.count(word) >= 2  # the table and its chart


def test_a_form_that_declares_no_summary_lacks_its_sheets(tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "plain-form" / "2022"
    folder.mkdir(parents=True)
    source = (TEMPLATES / "suzhou-department/2022/form.yaml").read_text("utf-8")
    text = re.sub(r"\nsummary:\n(?:  .*\n)+", "\n", source).replace("form: suzhou-department", "form: plain-form")
    assert "summary:" not in text
    (folder / "form.yaml").write_text(text, "utf-8")
    plain = replace(outcome("a.xlsx", "甲局"), form="plain-form", document=document("甲局") | {"form": "plain-form"})
    export([plain], None, tmp_path / "out", contents, tmp_path / "templates")
    assert openpyxl.load_workbook(tmp_path / "out" / "汇总.xlsx").sheetnames == ["总览", "报送进度", "单位一览", "问题清单"]
    export([plain, outcome("b.xlsx", "乙局")], None, tmp_path / "both", contents, tmp_path / "templates")
    names = openpyxl.load_workbook(tmp_path / "both" / "汇总.xlsx").sheetnames
    assert names == ["总览", "报送进度", "单位一览", "问题清单", "预算执行（自评表）", "指标完成（自评表）"]


def test_a_large_table_is_streamed_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More lines than a sheet takes: the sheet says how many are left to the CSV file, which has them all."""
    monkeypatch.setattr("xlperf.summarizing.table_sheet.MOST_ROWS", 40)
    many = [outcome("a.xlsx", "甲局", findings=[finding(f"XL{201 + n % 9}", found=Random(n).random()) for n in range(90)])]
    export(many, None, tmp_path)
    sheet = openpyxl.load_workbook(tmp_path / "汇总.xlsx")["问题清单"]
    assert sheet.max_row == 3 + 40 + 1
    assert sheet["A44"].value == "…… 其余 50 行见 CSV 文件。"
    assert len(read_csv(tmp_path / "CSV" / "问题清单.csv")) == 91


def test_two_forms_in_one_collection_have_a_ranking_each_and_projects_are_named(tmp_path: Path) -> None:
    form = load_form(find_form("national-project"))
    raw = load_document(REPOSITORY / "examples" / "national-project-2022" / "document.json")
    computed = document_of(form, compute(form, rows_of(form, raw)[0]))
    projects = [Outcome(path=f"{name}.xlsx", sha256=name * 8, size=1, received="2023-03-01", status="passed", form=form.key,
                        revision=form.revision, year=2022, unit=raw["project"]["unit"], document=computed, subject=name) for name in ("项目甲", "项目乙")]  # fmt: skip
    export([outcome("a.xlsx", "甲局"), *projects], None, tmp_path)
    overview = read_csv(tmp_path / "CSV" / "总览.csv")
    assert [row[1] for row in overview if row[-1:] == ["占比"]] == [
        "单位数",
        "单位数",
        "份数",
    ]  # all; one unit each; two projects of one
    book = openpyxl.load_workbook(tmp_path / "汇总.xlsx", data_only=True)
    assert book.sheetnames == ["总览", "报送进度", "单位一览", "问题清单", "预算执行（自评表）", "预算执行（项目支出绩效自评表）", "指标完成（自评表）",
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
    assert sorted(path.stem for path in (tmp_path / "CSV").iterdir()) == sorted(
        ("总览", "报送进度", "单位一览", "问题清单", "预算执行", "指标完成")
    )


def test_a_line_is_as_high_as_its_longest_text(tmp_path: Path) -> None:
    """Not every program makes a row higher when it opens a file; texts would lie over each other."""
    listed = [finding("XL201", found=text) for text in ("空白", "写" * 40, "写" * 9000)]
    export([outcome("a.xlsx", "甲局", findings=listed)], None, tmp_path)
    sheet = openpyxl.load_workbook(tmp_path / "汇总.xlsx")["问题清单"]
    heights = [sheet.row_dimensions[row].height for row in (4, 5, 6)]
    assert heights[0] < heights[1] < heights[2] == 408.75  # the highest a row may be


def test_the_commonest_findings_name_no_field_of_one_of_them(tmp_path: Path) -> None:
    listed = [finding("XL201", message=f"{label}：未填写") for label in ("完成值", "单位")] + [
        finding("SZ101", message="支出：大于预算")
    ]
    export([outcome("a.xlsx", "甲局", findings=listed)], None, tmp_path)
    rows = read_csv(tmp_path / "CSV" / "总览.csv")
    assert rows[rows.index(["最常见的问题"]) + 2 :][:2] == [["SZ101 支出：大于预算", "1", "1"], ["XL201 未填写", "1", "2"]]


def test_the_overview_as_csv_has_its_shares_and_sums(tmp_path: Path) -> None:
    export([outcome("a.xlsx", "甲局"), unreadable("b.xlsx"), unreadable("c.xlsx")], None, tmp_path)
    assert read_csv(tmp_path / "CSV" / "总览.csv")[:6] == [
        ["报送情况"], ["状态", "单位数", "占比"], ["通过", "1", "1.0"], ["须说明", "0", "0.0"], ["退回", "0", "0.0"], ["无法读取", "0", "0.0"],
    ]  # fmt: skip
