"""What a roster says of its units stands in the fields of the form; what does not fit is told, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.outcomes import unit
from support.rosters import book, written
from xlperf.distributing.prefill import blocks_by_sheet, cell_names, kept_headings, misfits, prefilled
from xlperf.distributing.roster import contact_of, read_roster
from xlperf.forms.document import Rows, Spot, rows_of
from xlperf.forms.form import Form


def entered(form: Form, path: Path) -> list[Rows]:
    units = read_roster(path)
    assert list(misfits(form, units)) == []
    return [prefilled(form, unit, rows_of(form, {})[0]) for unit in units]


def row(form: Form, rows: Rows, block: str, name: str) -> dict:
    return next(row for row in rows[block] if row["name"] == name)


def test_unit_code_and_supervisor_stand_on_the_cover(form: Form, tmp_path: Path) -> None:
    one, two = entered(
        form, written(tmp_path / "u.csv", "单位名称,单位代码,主管部门,联系电话\n甲局,0012,市政府,051265\n乙局,,,\n")
    )
    assert one["cover"] == [{"unit": "甲局", "unit_code": "0012", "supervisor": "市政府", "phone": "051265"}]
    assert two["cover"] == [{"unit": "乙局"}]


@pytest.mark.parametrize("heading", ["基本支出 年初预算数（万元）", "基本支出年初预算数", "基本支出-年初预算数(万元)", "basic.initial",
                                     "budget.basic.initial", "BASIC INITIAL"])  # fmt: skip
def test_a_column_is_known_by_its_labels_and_by_its_keys(form: Form, tmp_path: Path, heading: str) -> None:
    (rows,) = entered(form, written(tmp_path / "u.csv", f'单位,{heading}\n甲局,"1,545.57"\n'))
    assert rows["basic"] == [{"name": "基本支出", "initial": 1545.57}]


def test_what_stands_left_of_a_cell_names_it(form: Form) -> None:
    assert cell_names(form)["编制数"] == Spot("base_data", 2, "base")
    assert "name" not in cell_names(form) and "项目年初预算数" not in cell_names(form)  # an own column; rows of a list


def test_targets_in_one_cell_and_in_several(form: Form, tmp_path: Path) -> None:
    text = "单位,预算执行率 目标值,在职人员控制率 目标值,政府采购执行率 比较符,政府采购执行率 目标值,指标\n甲,≥96%,98,>=,90%,\n"
    (rows,) = entered(form, written(tmp_path / "u.csv", text.replace(",指标", "").replace(",\n", "\n")))
    keys = ("operator", "target", "unit")
    assert [tuple(row(form, rows, "process", name)[key] for key in keys) for name in ("预算执行率", "在职人员控制率", "政府采购执行率")] == [
        (">=", 96, "%"), ("=", 98, "%"), (">=", 90, "%")]  # fmt: skip


def test_further_sheets_fill_rows(form: Form, tmp_path: Path) -> None:
    path = book(
        tmp_path / "u.xlsx",
        名单=[["单位", "代码"], ["甲", "01"], ["乙", "02"]],
        项目=[["代码", "本年度预算资金", "年初预算数（万元）", "备注"][:3], ["01", "体检经费", 4.68], ["01", "租赁", "2.64万元"]],
        自评表=[["代码", "类别", "指标名称", "性质", "目标值"], ["01", "履职", "企业培训", "定量", ">=5场"], ["01", "过程", "预算执行率", "定量", "≥95%"],
                ["02", "", "在职人员控制率", "定量", 97]],
        绩效目标=[["单位", "预期目标"], ["乙", "办 4 场"]],
    )  # fmt: skip
    one, two = entered(form, path)
    assert one["items"] == [{"name": "体检经费", "initial": 4.68}, {"name": "租赁", "initial": 2.64}]
    assert one["duties"] == [
        {"category": "履职", "name": "企业培训", "kind": "定量", "operator": ">=", "target": 5, "unit": "场"}
    ]
    assert row(form, one, "process", "预算执行率") == {
        "category": "过程",
        "name": "预算执行率",
        "kind": "定量",
        "operator": ">=",
        "target": 95,
        "unit": "%",
    }
    assert row(form, two, "process", "在职人员控制率")["target"] == 97 and two["goals"] == [{"expected": "办 4 场"}]
    assert len(one["process"]) == len(two["process"]) == 25 and two["items"] == []


def test_sheets_are_called_after_tables_blocks_or_the_forms_sheets(form: Form) -> None:
    keys = {name: [block.key for block in blocks] for name, blocks in blocks_by_sheet(form).items()}
    assert keys["重点任务"] == keys["tasks"] == keys["年度重点任务"] == ["tasks"]
    assert keys["预算信息"] == keys["项目"] == keys["items"] == ["items"] and keys["履职"] == ["duties"]
    assert keys["自评表"] == keys["indicators"] == ["decision", "process", "benefits", "satisfaction", "duties"]


def test_everything_that_does_not_fit_is_told_with_its_place(form: Form, tmp_path: Path) -> None:
    path = book(
        tmp_path / "u.xlsx",
        名单=[["单位", "基本支出 年初预算", "基本支出 追加", "实际在用资产", "basic.spent", "基本支出 实际支出数"], ["甲", 1, "", "", "很多", ""], ["乙", 1, "", "", -5, ""]],
        自评表=[["单位", "类别", "指标名称", "性质"], ["甲", "产出", "某项", "定量"], ["甲", "履职", "某项", "都行"], ["甲", "满意度", "一", "定性"],
                ["甲", "满意度", "二", "定性"]],
        其他=[["单位", "内容"], ["甲", "x"]],
    )  # fmt: skip
    told = list(misfits(form, read_roster(path)))
    assert [text.split("：")[0] for text in told] == [
        "工作表“名单”第 2 行", "工作表“名单”第 2 行", "工作表“名单”第 2 行", "工作表“其他”不是本表样的表格；请以表格名称命名，可用的有",
        "工作表“名单”第 2 行", "工作表“自评表”第 3 行", "工作表“自评表”第 5 行", "工作表“自评表”第 2 行", "工作表“名单”第 3 行"]  # fmt: skip
    assert told[0].startswith(
        "工作表“名单”第 2 行：表头“基本支出 年初预算”不是本表样的栏目；相近的有：基本支出 年初预算数（万元）、"
    )
    assert "表头“基本支出 实际支出数”与“basic.spent”是同一栏" in told[2]
    assert told[5] == "工作表“自评表”第 3 行：“性质”填的是“都行”，应为：定量、定性。"
    assert told[6] == "工作表“自评表”第 5 行：“满意度”最多 1 行，多出的请删去。"
    assert told[7].startswith("工作表“自评表”第 2 行：无法判断属于哪一类（决策、过程、效益、满意度、履职）")


def test_what_means_two_things_is_asked_about(form: Form, tmp_path: Path) -> None:
    units = read_roster(written(tmp_path / "u.csv", '单位,基本支出 年初预算数\n甲,"1,23"\n乙,-3\n'))
    assert list(misfits(form, units)) == ["第 2 行：“基本支出 年初预算数”填的是“1,23”，应为：1.23 万元 / 123 万元。",
                                          "第 3 行：“基本支出 年初预算数”填的是“-3”，应为：0 至 9999999.999999。"]  # fmt: skip


OWN = ("联系人", "手机", "邮箱", "归口处室", "联系人电话", "分管领导", "财政供养人数", "单位性质", "邮政编码")


@pytest.mark.parametrize("heading", OWN)
def test_a_column_of_the_bureaus_own_is_kept_and_written_nowhere(form: Form, tmp_path: Path, heading: str) -> None:
    units = read_roster(written(tmp_path / "u.csv", f"序号,单位,{heading},备注\n1,甲局,某某,x\n"))
    assert list(misfits(form, units)) == [] and kept_headings([form], units) == (heading,)
    assert prefilled(form, units[0], rows_of(form, {})[0]) == prefilled(form, unit("甲局"), rows_of(form, {})[0])


@pytest.mark.parametrize(
    "heading", ["预算执行率 目标", "基本支出 年初", "预算执行率目标直", "basic.inital", "基本支出 年初预算数(元)"]
)
def test_a_column_that_looks_like_a_misspelt_one_is_not_kept(form: Form, tmp_path: Path, heading: str) -> None:
    units = read_roster(written(tmp_path / "u.csv", f"单位,{heading}\n甲局,5\n"))
    assert [text.split("；")[0] for text in misfits(form, units)] == [f"第 2 行：表头“{heading}”不是本表样的栏目"]


def test_whom_to_ask_is_known_by_its_headings(tmp_path: Path) -> None:
    text = "单位,联系人,手机号码,电子邮箱,对口处室\n甲局,张三,13800000000,z@x.cn,行政政法处\n乙局,无,,—,\n"
    one, two = read_roster(written(tmp_path / "u.csv", text))
    assert contact_of(one) == ("张三", "13800000000", "z@x.cn", "行政政法处") and contact_of(one).caller == "张三 13800000000"
    assert contact_of(two) == ("", "", "", "") and contact_of(two).caller == ""
