"""What sends a workbook back, what a unit may explain, and what counts as an explanation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook

from support.command_line import xlperf
from support.example import document
from support.paths import REPOSITORY
from xlperf import annotate, collect, fill_workbook, finalize, validate, write_report
from xlperf.forms.loader import find_form, load_form
from xlperf.forms.model import SEVERITIES
from xlperf.values.blanks import explanation_of

REASONS = {
    "SZ202": "目标按上年数确定",
    "SZ301": "表内取两位小数，文中取整",
    "SZ302": "口径为全口径预算",
    "SZ303": "同上口径，含结转资金",
    "SZ304": "统计截止日不同",
    "SZ305": "含往年续建项目两个",
    "SZ306": "按合同约定下年支付",
    "SZ307": "名称以批复文件为准",
    "SZ308": "任务调整经批准",
    "XL207": "该栏由主管部门另行下达",
}


def in_yuan(doc: dict, number: int = 0) -> dict:
    """The document with an item that was typed in yuan."""
    item = doc["budget"]["items"][number]
    for key in ("initial", "adjustment", "spent"):
        if item.get(key):
            item[key] = round(item[key] * 10_000, 2)
    return doc


def filled(tmp_path: Path, doc: dict, name: str = "a.xlsx") -> Path:
    assert fill_workbook(doc, output=tmp_path / name).outputs
    return tmp_path / name


def codes(result: object, severity: str) -> set[str]:
    return {finding["code"] for finding in result.findings if finding["severity"] == severity}


def test_an_unexplained_query_sends_a_workbook_back_and_an_explained_one_does_not(tmp_path: Path) -> None:
    path = filled(tmp_path, in_yuan(document()))
    result = finalize(path, output=tmp_path / "out")
    assert (result.status, int(result.exit_code), result.outputs) == ("returned", 1, ())
    assert codes(result, "query") == {"XL216"} and not codes(result, "error")
    assert "没有错误，但有" in xlperf("validate", path).stdout
    assert annotate(path, output=tmp_path / "back").exists()
    explained = in_yuan(document()) | {"explanations": {"XL216": "该项目为一次性购置大型设备，金额属实"}}
    result = finalize(filled(tmp_path, explained, "b.xlsx"), output=tmp_path / "out")
    assert (result.status, int(result.exit_code), len(result.outputs)) == ("passed", 0, 3)
    (query, *_) = (finding for finding in result.findings if finding["code"] == "XL216")
    assert query["explanation"] == "该项目为一次性购置大型设备，金额属实"
    again = validate(next(path for path in result.outputs if path.suffix == ".xlsx"))
    assert again.status == "passed" and codes(again, "query") == {"XL216"}
    assert all("explanation" in finding for finding in again.findings if finding["code"] == "XL216")


def test_an_error_goes_back_whatever_is_said_to_it(tmp_path: Path) -> None:
    doc = document()
    doc["budget"]["items"][0]["spent"] = 99_999
    result = validate(filled(tmp_path, doc | {"explanations": {"SZ202": "目标按上年数确定"}}))
    assert result.status == "returned" and "SZ101" in codes(result, "error")


def test_unexplained_warnings_pass_or_go_back_as_the_policy_says(tmp_path: Path) -> None:
    path = filled(tmp_path, document())
    assert validate(path).status == validate(path, unexplained="pass").status == "passed"
    strict = validate(path, unexplained="return")
    assert strict.status == "returned" and codes(strict, "query") == set(REASONS) and not codes(strict, "warning")
    assert not finalize(path, output=tmp_path / "out", unexplained="return").outputs
    path = filled(tmp_path, document() | {"explanations": REASONS}, "b.xlsx")
    strict = validate(path, unexplained="return")
    assert strict.status == "passed" and all("explanation" in finding for finding in strict.findings)
    assert write_report(path, output=tmp_path / "r.docx", unexplained="return").status == "passed"


def test_the_command_line_and_a_collection_have_the_policy_too(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    path = filled(tmp_path / "in", document())
    assert xlperf("validate", path).returncode == 0
    assert xlperf("validate", "--unexplained", "return", path).returncode == 1
    status = collect([tmp_path / "in"], output=tmp_path / "OUT", jobs=1, unexplained="return")
    assert status.counts == {"returned": 1}
    run = json.loads((tmp_path / "OUT" / "run.json").read_text("utf-8"))
    assert run["options"]["unexplained"] == "return" and run["files"][0]["queries"] == len(REASONS)
    status = collect([tmp_path / "in"], output=tmp_path / "OUT", jobs=1)
    assert status.counts == {"passed": 1}


def test_the_policy_of_a_form_stands_where_no_other_is_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "forms" / "suzhou-department" / "2022"
    folder.mkdir(parents=True)
    for part in (REPOSITORY / "templates" / "suzhou-department" / "2022").iterdir():
        (folder / part.name).write_bytes(part.read_bytes())
    definition = folder / "form.yaml"
    definition.write_text(definition.read_text("utf-8").replace("\nreport:", "\nunexplained: return\nreport:", 1), "utf-8")
    fill_workbook(document(), templates=tmp_path / "forms", output=tmp_path / "a.xlsx")
    asked = {"templates": tmp_path / "forms"}
    assert validate(tmp_path / "a.xlsx", **asked).status == "returned"
    assert validate(tmp_path / "a.xlsx", unexplained="pass", **asked).status == "passed"
    sheet = load_workbook(tmp_path / "a.xlsx")["校验"]
    assert "提醒" not in {cell.value for column in sheet.iter_cols() for cell in column}


@pytest.mark.parametrize(
    "text",
    [
        "无",
        "—",
        "同上",
        "属实",
        "情况属实。",
        "经核实，数据无误",
        "已核对，金额正确",
        "我单位填报情况属实",
        "见附件",
        "没有问题",
        "  ",
    ],
)
def test_a_text_without_content_is_no_explanation(text: str) -> None:
    assert explanation_of(load_form(find_form("suzhou-department")), text) == ""


@pytest.mark.parametrize(
    "text",
    ["该项目为新增", "情况属实：设备为进口", "报名多", "金额含2021年结转120万元", "疫情原因活动取消", "机构改革，单位名称变更"],
)
def test_a_text_with_a_reason_is_one(text: str) -> None:
    assert explanation_of(load_form(find_form("suzhou-department")), text) == text


def test_one_sentence_pasted_over_three_rules_explains_none_and_that_is_told(tmp_path: Path) -> None:
    two = document() | {"explanations": {"SZ304": "统计口径不同所致", "SZ305": "统计口径不同所致。"}}
    result = validate(filled(tmp_path, two))
    assert {f["code"] for f in result.findings if "explanation" in f} == {"SZ304", "SZ305"}
    three = document() | {"explanations": dict.fromkeys(("SZ304", "SZ305", "SZ306"), "统计口径不同所致") | {"SZ202": "属实"}}
    result = validate(filled(tmp_path, three, "b.xlsx"))
    assert not any("explanation" in finding for finding in result.findings)
    told = [finding for finding in result.findings if finding["code"] == "XL244"]
    sheet = load_workbook(tmp_path / "b.xlsx")["校验"]
    rows = {row[0].value: row[0].row for row in sheet.iter_rows(min_col=2, max_col=2)}
    places = {f"校验!H{rows[code]}" for code in ("SZ304", "SZ305", "SZ306", "SZ202")}
    assert {finding["cells"][0] for finding in told} == places and len(told) == 4
    assert sum("同一句话" in finding["found"] for finding in told) == 3


def test_a_number_before_or_behind_it_does_not_make_another_sentence(tmp_path: Path) -> None:
    numbered = {
        f"SZ30{rule}": text
        for rule, text in zip((4, 5, 6), ("1. 统计口径不同所致", "（2）统计口径不同所致", "统计口径不同所致3"), strict=True)
    }
    result = validate(filled(tmp_path, document() | {"explanations": numbered}))
    assert [finding["code"] for finding in result.findings].count("XL244") == 3
    figures = {f"SZ30{rule}": f"决算数{rule}2.5万元与批复一致" for rule in (4, 5, 6)}
    result = validate(filled(tmp_path, document() | {"explanations": figures}, "b.xlsx"))
    assert {finding["code"] for finding in result.findings if "explanation" in finding} == set(figures)


def test_what_must_be_done_first_comes_first(tmp_path: Path) -> None:
    doc = in_yuan(document()) | {"explanations": {"SZ202": "目标按上年数确定"}}
    doc["budget"]["items"][1]["spent"] = 99_999
    found = [(finding["severity"], "explanation" in finding) for finding in validate(filled(tmp_path, doc)).findings]
    assert found == sorted(found, key=lambda item: (SEVERITIES.index(item[0]), item[1]))
    assert {severity for severity, _ in found} >= {"error", "query", "warning"}
    assert found.index(("warning", True)) > found.index(("warning", False))


def test_an_amount_in_doubt_enters_no_total_and_its_notice_asks_for_what_is_open(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    doc = in_yuan(document()) | {"explanations": {"SZ202": "目标按上年数确定"}}
    filled(tmp_path / "in", doc)
    collect([tmp_path / "in"], output=tmp_path / "OUT", jobs=1)
    book = load_workbook(tmp_path / "OUT" / "汇总.xlsx", data_only=True)
    unit = doc["cover"]["unit"]
    assert unit in {cell.value for row in book["单位一览"].iter_rows() for cell in row}
    assert unit not in {cell.value for row in book["预算执行"].iter_rows() for cell in row}
    (notice,) = (tmp_path / "OUT" / "退回").glob("*.docx")
    text = "\n".join(paragraph.text for paragraph in Document(notice).paragraphs)
    assert "经校验，有 2 项须改正或说明，另有 6 项提醒请核对或说明，现予退回。" in text
    assert "一、须改正或说明的事项" in text and "二、请核对或说明的提醒" in text and "须改正的错误" not in text
    assert "三、已作说明、不必再改的事项" in text
