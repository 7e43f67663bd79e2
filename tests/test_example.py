"""The example is the specimen of 2022: what we compute is what is printed there, and its files are up to date."""

from __future__ import annotations

import hashlib
import re
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import EXAMPLE, REPOSITORY
from make_example import DATE, EXAMPLES, FILES, make_example

from xlperf import fill_workbook, finalize, load_document, read_workbook, validate

SPECIMEN = REPOSITORY.parent / "shared" / "seed_report_2022.txt"
PERCENT = re.compile(r"-?[0-9]+(\.[0-9]+)?%")
CATEGORIES = ("决策", "过程", "效益", "满意度", "履职")

# As printed: name, adjusted budget, execution rate.
BUDGET = (
    ("预算总金额", "627.17", "96.03%"),
    ("基本支出", "601.42", "95.99%"),
    ("项目支出", "25.75", "96.85%"),
    ("专项租赁费", "2.64", "100.00%"),
    ("公务出国（境）费", ".8", "0.00%"),
    ("伙食费", "16.81", "100.00%"),
    ("党团活动经费", ".82", "98.78%"),
    ("体检经费", "4.68", "100.00%"),
)

# As printed: name, target, actual, deviation.
INDICATORS = (
    ("工作计划制定健全性", "健全", "健全", "0%"),
    ("中长期规划制定健全性", "健全", "健全", "0%"),
    ("绩效指标明确性", "明确", "明确", "0%"),
    ("绩效目标合理性", "合理", "合理", "0%"),
    ("预算编制规范性", "规范", "规范", "0%"),
    ("预算编制科学性", "科学", "科学", "0%"),
    ("资金使用合规性", "合规", "合规", "0%"),
    ("预算管理制度健全性", "健全", "健全", "0%"),
    ("预决算信息公开度", "公开", "公开", "0%"),
    ("绩效管理覆盖率", "=100%", "100%", "0.00%"),
    ("基础信息完善性", "完善", "完善", "0%"),
    ("非税收入管理合规性", "合规", "合规", "0%"),
    ("资产管理规范性", "规范", "规范", "0%"),
    ("资产管理制度健全性", "健全", "健全", "0%"),
    ("固定资产利用率", "=100%", "100%", "0.00%"),
    ("项目管理制度执行规范性", "规范", "规范", "0%"),
    ("项目管理制度健全性", "健全", "健全", "0%"),
    ("人员管理制度执行有效性", "有效", "有效", "0%"),
    ("人员管理制度健全性", "健全", "健全", "0%"),
    ("在职人员控制率", "=100%", "100%", "0.00%"),
    ("业务学习与培训及时完成率", "=100%", "100%", "0.00%"),
    ("组织建设工作及时完成率", "=100%", "100%", "0.00%"),
    ("纪检监察工作有效性", "有效", "有效", "0%"),
    ("支付进度符合率", "=100%", "100%", "0.00%"),
    ("“三公经费”变动率", "=0%", "0%", "0%"),
    ("结转结余率", "=0%", "0%", "0%"),
    ("预算调整率", "=0%", "14.96%", "100%"),
    ("预算执行率", "=100%", "96.03%", "-3.97%"),
    ("公用经费控制率", "<=100%", "100%", "0.00%"),
    ("政府采购执行率", "=100%", "100%", "0.00%"),
    ("非税收入预算完成率", "=100%", "66.22%", "-33.78%"),
    ("优化营商环境", "较显著", "较显著", "0%"),
    ("助推科技型企业高质量发展", "较显著", "较显著", "0%"),
    ("企业研发周期", "缩短", "缩短", "0%"),
    ("企业技术进步", "推动", "推动", "0%"),
    ("企业成果转化效率", "提升", "提升", "0%"),
    ("企业研发成本", "降低", "降低", "0%"),
    ("高新技术税收优惠政策", "落实", "落实", "0%"),
    ("企业创新能力", "推动升级", "推动升级", "0%"),
    ("服务企业满意度", "=100%", "100%", "0.00%"),
    ("高企年度发展情况报表统计", ">=10500家", "11372家", "8.30%"),
    ("苏州市研发资源共享服务平台建设与运营", "有序推进", "有序推进", "0%"),
    ("研发资源共享服务用户补助", "=100%", "100%", "0.00%"),
    ("技术经纪人培训", "=5场", "7场", "40.00%"),
    ("集聚仪器资源", ">=58000台套", "58200台套", "0.34%"),
    ("培育技术经纪人", ">=300人", "843人", "181.00%"),
    ("各团服务保障工作", "满意", "满意", "0%"),
    ("全市技术合同成交额", ">=660亿元", "868.78亿元", "31.63%"),
    ("受理成果转化项目", ">=200项", "292项", "46.00%"),
    ("组织形式多样的产学研活动", ">=15场", "16场", "6.67%"),
    ("科技镇长团各类会议", ">=4场", "6场", "50.00%"),
    ("科技镇长团宣传、管理", "及时", "及时", "0%"),
    ("科技合作交流活动", "=4场", "4场", "0.00%"),
    ("高新技术企业的受理", ">=2000家", "2086家", "4.30%"),
)

WARNINGS = [
    ("SZ202", "warning", ["自评表!H70", "自评表!H72", "自评表!H74", "自评表!H75", "自评表!H77"]),
    ("SZ301", "warning", ["自评表!H30"]),
    ("SZ302", "warning", ["自评表!H28"]),
    ("SZ303", "warning", ["自评表!H29", "预算信息!F8"]),
    ("SZ304", "warning", ["绩效目标!D13", "自评表!H75"]),
    ("SZ305", "warning", ["绩效目标!D17"]),
    ("SZ306", "warning", ["绩效目标!D17"]),
    ("SZ307", "warning", ["自评表!C72", "自评表!C79"]),
    ("SZ308", "warning", ["绩效目标!D18", "重点任务!E12"]),
    ("XL207", "warning", [f"重点任务!D{row}" for row in range(4, 14)]),
]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("example") / "filled.xlsx"
    assert fill_workbook(load_document(EXAMPLE / "document.json"), output=path, date=DATE).findings == []
    return path


def found(path: Path) -> list[tuple[str, str, list[str]]]:
    return [(finding["code"], finding["severity"], finding["cells"]) for finding in validate(path).findings]


def test_the_document_holds_nothing_that_is_computed() -> None:
    document = load_document(EXAMPLE / "document.json")
    assert sorted(document["budget"]) == ["basic", "items"]
    assert not [row for row in document["budget"]["items"] if {"adjusted", "rate"} & set(row)]
    computed = [row["name"] for row in document["indicators"] if "actual" not in row]
    assert computed == ["预算调整率", "预算执行率"]
    assert not [row for row in document["indicators"] if {"deviation", "deviation_text", "target_text", "actual_text"} & set(row)]


def test_the_budget_comes_out_as_printed(filled: Path) -> None:
    budget = read_workbook(filled)["budget"]
    rows = [budget["total"], budget["basic"], budget["project"], *budget["items"]]
    names = [name for name, _, _ in BUDGET]
    assert [row["name"] for row in budget["items"]] == names[3:]
    assert [Decimal(str(row["adjusted"])) for row in rows] == [Decimal(adjusted) for _, adjusted, _ in BUDGET]
    assert [f"{Decimal(str(row['rate'])):.2%}" for row in rows] == [rate for _, _, rate in BUDGET]


@pytest.mark.parametrize("source", ["read", "committed"])
def test_every_indicator_comes_out_as_printed(filled: Path, source: str) -> None:
    document = read_workbook(filled) if source == "read" else load_document(EXAMPLE / "finalized.json")
    keys = ("name", "target_text", "actual_text", "deviation_text")
    assert len(INDICATORS) == 54
    assert [tuple(row[key] for key in keys) for row in document["indicators"]] == list(INDICATORS)


@pytest.mark.skipif(not SPECIMEN.exists(), reason="the specimen is not beside the repository")
def test_the_tables_above_are_the_specimen() -> None:
    text = SPECIMEN.read_text("utf-8")
    assert printed_budget(text) == list(BUDGET)
    assert printed_indicators(text) == list(INDICATORS)


def printed_budget(text: str) -> list[tuple[str, str, str]]:
    """The rows of section 7: cells begin with a line end and a tab, rows with an empty line."""
    part = text[text.index("执行率（%)") : text.index("8、 年度重点任务")]
    rows = [[cell.strip() for cell in row.strip("\n\t").split("\n\t")] for row in part.split("\n\n")[1:]]
    return [(row[0], row[3], row[5]) for row in rows if len(row) == 6]


def printed_indicators(text: str) -> list[tuple[str, str, str, str]]:
    """The rows of section 9; what follows a deviation is its reason, unless it begins a row with a deviation of its own."""
    part = text[text.index("原因分析", text.index("9、 部门整体自评表")) :]
    cells = [line.strip() for line in part.splitlines()[1:]]
    cells = [cell for cell in cells if cell and cell != "分解目标" and cell not in CATEGORIES]
    rows = []
    while cells:
        name, target, actual, _, deviation = cells[:5]
        rows.append((name, target, actual, deviation))
        has_reason = len(cells) == 6 or (len(cells) > 6 and not PERCENT.fullmatch(cells[9]))
        cells = cells[6 if has_reason else 5 :]
    return rows


def test_there_are_ten_warnings_and_no_error(filled: Path) -> None:
    assert validate(filled).status == "passed"
    assert found(filled) == WARNINGS


def test_finalizing_keeps_the_warnings_and_the_submission(filled: Path, tmp_path: Path) -> None:
    before = filled.read_bytes()
    result = finalize(filled, output=tmp_path, date=DATE)
    assert (result.status, result.exit_code) == ("passed", 0)
    assert result.sha256 == hashlib.sha256(before).hexdigest()
    assert sorted(path.suffix for path in result.outputs) == [".docx", ".json", ".xlsx"]
    assert sorted(result.outputs) == sorted(tmp_path.iterdir())
    assert filled.read_bytes() == before
    (book,) = (path for path in result.outputs if path.suffix == ".xlsx")
    assert [finding for finding in found(book) if finding[1] != "info"] == WARNINGS
    assert read_workbook(book) == result.document == read_workbook(filled)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_committed_files_are_up_to_date(example: Path, tmp_path: Path) -> None:
    make_example(example, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)
    stale = [name for name in FILES if (tmp_path / name).read_bytes() != (example / name).read_bytes()]
    assert stale == [], "run: python tests/make_example.py"


def test_two_units_of_one_name_are_finalized_into_one_folder(tmp_path: Path) -> None:
    """The first has the name, the second its code too, each again the same; no file is replaced by another unit's."""
    document = load_document(EXAMPLE / "document.json")
    names = {"001": "", "002": "-002", "0/3": "-0_3"}
    for code, more in [*names.items(), *reversed(names.items())]:
        document["cover"]["unit_code"] = code
        fill_workbook(document, output=tmp_path / "filled.xlsx")
        outputs = finalize(tmp_path / "filled.xlsx", output=tmp_path / "out", date=DATE).outputs
        stem = "苏州市生产力促进中心-2022"
        assert [path.name for path in outputs] == [f"{stem}-定稿{more}.xlsx", f"{stem}-定稿{more}.json", f"{stem}-自评报告{more}.docx"]
        for path in outputs[:2]:
            read = load_document if path.suffix == ".json" else read_workbook
            assert read(path)["cover"]["unit_code"] == code
    assert len(list((tmp_path / "out").iterdir())) == 9
    (tmp_path / "out" / f"{stem}-定稿.json").write_text("no document", "utf-8")
    assert finalize(tmp_path / "filled.xlsx", output=tmp_path / "out", date=DATE).outputs[0].name == f"{stem}-定稿.xlsx"
