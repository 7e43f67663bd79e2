"""Names and codes of units that contradict one another or the roster; and those that do not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.outcomes import FORM, outcome, prose, unit
from support.surveys import found, told
from xlperf import messages
from xlperf.summarizing.survey import take_survey
from xlperf.text import unit_key


@pytest.mark.parametrize("name", [
    "苏州市科技发展中心（本级）", "苏州市科技发展中心(本级)", " 苏州市　科技发展中心（本级） ", "市科技发展中心（本级）", "科技发展中心（本级）",
    "苏州科技发展中心【本级】", "江苏省苏州市科技发展中心（本级）",
])  # fmt: skip
def test_one_name_however_it_is_written(name: str) -> None:
    assert unit_key(name, FORM.summary.unit_prefixes) == "科技发展中心本级"


@pytest.mark.parametrize("name", ["吴中区科技发展中心（本级）", "科技发展中心", "市", "苏州市"])
def test_other_names_stay_others(name: str) -> None:
    assert unit_key(name, FORM.summary.unit_prefixes) != "科技发展中心本级"
    assert unit_key(name, FORM.summary.unit_prefixes) != ""


def test_two_units_with_one_code() -> None:
    one, two, other = outcome("a.xlsx", "甲局", "001"), outcome("b.xlsx", "乙局", "001"), outcome("c.xlsx", "丙局", "002")
    assert found([one, two, other]) == [("a.xlsx", "XL553", ("基本信息!C6",)), ("b.xlsx", "XL553", ("基本信息!C6",))]
    assert told([one, two], "a.xlsx", "XL553")["found"] == "“甲局”填 001，乙局（b.xlsx 基本信息!C6） 也填（另 1 家）"


def test_in_english_other_places_are_listed_as_english_lists_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "_chosen", ["en"])
    three = [outcome(f"{n}.xlsx", f"Bureau {n}", "001", narrative={"problems": prose(n)}) for n in (1, 2, 3)]
    assert "Bureau 2 (2.xlsx 基本信息!C6); Bureau 3 (3.xlsx 基本信息!C6)" in told(three, "1.xlsx", "XL553")["found"]


def test_one_unit_under_two_names_and_two_codes() -> None:
    one, two = outcome("a.xlsx", "苏州市甲局（本级）", "001"), outcome("b.xlsx", "市甲局(本级)", "0O1")
    assert found([one, two]) == [
        (path, code, (cell,))
        for path in ("a.xlsx", "b.xlsx")
        for code, cell in (("XL554", "基本信息!C5"), ("XL555", "基本信息!C6"))
    ]


def test_a_unit_that_is_not_on_the_roster() -> None:
    roster = (unit("苏州市甲局", "001"), unit("乙局", "002"))
    outcomes = [outcome("a.xlsx", "市甲局"), outcome("b.xlsx", "更名后的乙局", "002"), outcome("c.xlsx", "丙局", "003")]
    assert found(outcomes, roster) == [("b.xlsx", "XL557", ("基本信息!C5", "基本信息!C6")), ("c.xlsx", "XL556", ("基本信息!C5",))]
    assert take_survey(outcomes, roster=roster).missing == []


def test_a_project_that_is_not_on_the_roster_is_told_with_the_nearest() -> None:
    roster = [
        replace(unit("甲局", "001"), papers=("平台一期", "平台二期")),
        replace(unit("乙局", "002"), papers=("修缮",)),
        unit("丙局"),
    ]
    outcomes = [
        replace(outcome("a.xlsx", "甲局", "001"), subject="平台一期项目"),
        replace(outcome("b.xlsx", "甲局", "001"), subject="平 台二期"),
        replace(outcome("c.xlsx", "乙局", "002"), subject="平台一期"),
        replace(outcome("d.xlsx", "丙局"), subject="任何"),
    ]
    assert found(outcomes, roster) == [("a.xlsx", "XL559", ()), ("c.xlsx", "XL559", ())]
    assert told(outcomes, "a.xlsx", "XL559", roster)["found"] == "“平台一期项目”；名单中最接近的是“平台一期”"
    assert told(outcomes, "c.xlsx", "XL559", roster)["expected"] == "名单中“乙局”的项目：修缮"


def test_name_and_code_go_together_as_on_the_roster() -> None:
    roster = (unit("甲局", "010001"), unit("乙局", "010002"), unit("丙局"), unit("小学", "1"), unit("小学", "2"))
    outcomes = [outcome("a.xlsx", "甲局", "10001"), outcome("b.xlsx", "乙局", "010001"), outcome("c.xlsx", "丙局", "7"), outcome("d.xlsx", "小学", "2"),
                outcome("e.xlsx", "甲局（本级）", "010002")]  # fmt: skip
    comparisons = take_survey(outcomes, roster=roster).comparisons
    told = {path: next(finding for finding in listed if finding["code"] == "XL557") for path, listed in comparisons.items()}
    assert {path: (finding["found"], finding["expected"]) for path, finding in told.items()} == {
        "a.xlsx": ("“甲局”，代码 10001", "名单中的“甲局”，代码 010001"),
        "b.xlsx": ("“乙局”，代码 010001", "名单中的“乙局”，代码 010002；“甲局”，代码 010001"),
        "e.xlsx": ("“甲局（本级）”，代码 010002", "名单中的“乙局”，代码 010002"),
    }  # fmt: skip


def test_units_of_one_name_are_told_apart_by_the_codes_of_the_roster() -> None:
    roster = (unit("实验小学", "001"), unit("实验小学", "002"), unit("实验小学", "003"), unit("甲局", "004"))
    outcomes = [outcome("1.xlsx", "实验小学", "001"), outcome("2.xlsx", "市实验小学", "002"),
                outcome("3.xlsx", "实验小学", "002", received="2023-03-05T09:00:00+08:00"), outcome("4.xlsx", "实验小学", "9")]  # fmt: skip
    survey = take_survey(outcomes, roster=roster)
    assert {path: role.kind for path, role in survey.roles.items()} == {
        "1.xlsx": "counts", "2.xlsx": "superseded", "3.xlsx": "counts", "4.xlsx": "counts"}  # fmt: skip
    assert [listed.code for listed in survey.missing] == ["003", "004"]
    assert {path: sorted(finding["code"] for finding in told) for path, told in survey.comparisons.items()} == {
        "2.xlsx": ["XL554"], "3.xlsx": ["XL554"], "4.xlsx": ["XL557"]}  # fmt: skip
    assert len({role.by for role in take_survey(outcomes).roles.values()}) == 1  # without the roster they are one


@pytest.mark.parametrize("name", ["市场监督管理局", "市市场监督管理局", "苏州市市场监督管理局", "苏州市 市场监督管理局"])
def test_a_name_that_begins_like_a_city_is_one_with_and_without_its_city(name: str) -> None:
    assert unit_key(name, FORM.summary.unit_prefixes) == unit_key("市场监督管理局", FORM.summary.unit_prefixes)
    assert found([outcome("a.xlsx", name)], (unit("市场监督管理局"), unit("监督管理局"))) == []


def test_a_code_that_was_put_right_accuses_nobody() -> None:
    wrong = outcome("1/甲.xlsx", "甲局", "002", received="2023-03-01T09:00:00+08:00")
    right = outcome("2/甲.xlsx", "甲局", "001", received="2023-03-05T09:00:00+08:00")
    other = outcome("1/乙.xlsx", "乙局", "002")
    assert found([wrong, right, other], (unit("甲局", "001"), unit("乙局", "002"))) == [
        (path, "XL555", ("基本信息!C6",)) for path in ("1/甲.xlsx", "2/甲.xlsx")
    ]  # that it has two is told, at its own files
    assert ("1/乙.xlsx", "XL553", ("基本信息!C6",)) in found([wrong, replace(right, status="returned"), other])  # it still counts


def test_a_workbook_that_lies_under_another_name() -> None:
    """Only of a unit that has sent nothing else; what its supervising department passes on is all right."""
    roster = (unit("甲局", "001"), unit("乙局", "002"), unit("丙局", "003", "丁委"), unit("丁委", "004"))
    mixed = outcome("甲局/自评表.xlsx", "乙局", "002")
    assert found([mixed], roster) == [("甲局/自评表.xlsx", "XL558", ("基本信息!C5",))]
    assert found([mixed, outcome("补报.xlsx", "甲局", "001")], roster) == []
    assert found([outcome("丁委/自评表.xlsx", "丙局", "003"), outcome("甲局乙局.xlsx", "乙局", "002")], roster) == []
    later = outcome("z.xlsx", "乙局", "002", received="2023-03-05T09:00:00+08:00")
    assert found([mixed, later], roster) == [("z.xlsx", "XL558", ("基本信息!C5",))]
