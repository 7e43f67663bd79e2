"""One fault, one finding: the exact codes and cells, and nothing else beside what the clean file has."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest

from support.example import ALWAYS, document, found, indicator
from support.faults import pairs
from support.matrix import FAULTS
from support.paths import EXAMPLE, EXAMPLES
from support.surgery import percent_style, rewrite, type_into
from support.sweeps import every
from support.unreadable import UNREADABLE, newer_revision, outdated, two_revisions, unknown_revision
from xlperf import UsageError, fill_workbook, messages, read_workbook, validate
from xlperf.forms.form import Form
from xlperf.reading.remembered import load_warnings

pytestmark = pytest.mark.slow

FILLED = EXAMPLE / "filled.xlsx"


@pytest.mark.parametrize("name", every(1, list(FAULTS), usual=2))
def test_one_fault_gives_exactly_its_findings(tmp_path: Path, name: str) -> None:
    change, expected = FAULTS[name]
    doc = document()
    change(doc)
    path = tmp_path / "fault.xlsx"
    assert fill_workbook(doc, output=path).outputs
    assert found(path) == pairs(expected)


# Documents that look odd and are right: no finding beside the example's own.
HARMLESS = {
    "not applicable with a reason": lambda d: indicator(d, "政府采购执行率").update(
        applies="不适用", actual=None, target=None, reason="本年无政府采购"
    ),
    "zero spending is typed": lambda d: d["budget"]["items"][1].update(spent=0),
    "a deviation that prints as 0.00%": lambda d: indicator(d, "科技合作交流活动").update(
        target=100000, actual=100000.4, unit="公里"
    ),
    "base data agree": lambda d: d.update(base_data={"staff_control": {"part": 55, "base": 55}}),
    "blank adjustment": lambda d: d["budget"]["items"][2].update(initial=16.81, adjustment=None),
    "case and spaces of a qualitative value": lambda d: indicator(d, "各团服务保障工作").update(
        target="OK 满意", actual=" ok\u3000满意\u00a0"
    ),
    "text at the limit": lambda d: indicator(d, "科技合作交流活动").update(source="长" * 500),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_right_is_not_reported(tmp_path: Path, name: str) -> None:
    doc = document()
    HARMLESS[name](doc)
    path = tmp_path / "right.xlsx"
    assert fill_workbook(doc, output=path).outputs
    assert found(path) == set()


def test_an_explanation_travels_with_its_warning(tmp_path: Path) -> None:
    doc = document() | {"explanations": {"SZ202": "目标按上年数确定"}}
    path = tmp_path / "explained.xlsx"
    fill_workbook(doc, output=path)
    explained = {f["code"]: f.get("explanation") for f in validate(path).findings}
    assert explained == {code: "目标按上年数确定" if code == "SZ202" else None for code, _ in ALWAYS}
    assert read_workbook(path)["explanations"] == {"SZ202": "目标按上年数确定"}


@pytest.mark.parametrize("text", ["无", "/", "——", "同上", "略。", "暂无", "见附件", "正常"])
def test_an_explanation_that_says_nothing_is_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "explained.xlsx"
    fill_workbook(document() | {"explanations": {"SZ202": text, "SZ304": f"{text}，因统计口径调整"}}, output=path)
    assert {f["code"]: f.get("explanation") for f in validate(path).findings if "explanation" in f} == {
        "SZ304": f"{text}，因统计口径调整"
    }


FILLERS = {
    "national-project-2022": {"项目信息!C6": "同上", "项目信息!C8": "略", "项目信息!B17": "详见附件1。", "绩效指标!H6": "同上"},
    "shengchanli-2022": {
        "重点任务!E5": "见附件",
        "重点任务!D6": "略",
        "基本信息!C5": "暂无",
        "基本信息!B31": "（略）",
        "自评表!H5": "同上",
    },
    "sichuan-project-2023": {"项目信息!C6": "无", "项目信息!C7": "见附表"},
}
WORDS = {
    "national-project-2022": {"项目信息!C6": "见附件中心", "项目信息!B17": "见附件1，其中第三项未完成"},
    "shengchanli-2022": {
        "重点任务!E5": "无",
        "基本信息!B31": "无",
        "重点任务!D6": "略有增长",
        "基本信息!C7": "暂无",
        "自评表!I24": "同上",
        "自评表!K24": "略",
    },
}


@pytest.mark.parametrize(
    ("example", "cells", "told"),
    [*((name, cells, True) for name, cells in FILLERS.items()), *((name, cells, False) for name, cells in WORDS.items())],
)
def test_words_that_only_point_elsewhere_are_told(tmp_path: Path, example: str, cells: dict[str, str], told: bool) -> None:
    """No problems is an answer, no department is none; words that nobody asked for are not looked at."""
    path = type_into(EXAMPLES / example / "filled.xlsx", tmp_path / "t.xlsx", cells)
    findings = [f for f in validate(path).findings if f["code"] == "XL219"]
    assert {cell: f["found"] for f in findings for cell in f["cells"]} == (cells if told else {})
    assert {f["severity"] for f in findings} <= {"warning"}


# --- what a hand or another program does to the file ---------------------------------------------------------


def test_an_overwritten_formula_is_a_warning_with_both_figures(tmp_path: Path) -> None:
    path = type_into(FILLED, tmp_path / "t.xlsx", {"预算信息!G4": 0.97})
    (finding,) = [f for f in validate(path).findings if f["code"] == "XL301"]
    assert (finding["severity"], finding["cells"]) == ("warning", ["预算信息!G4"])
    assert (finding["found"], finding["expected"]) == ("97.00%", "96.03%")


def test_an_overwritten_formula_with_the_same_value_is_an_info(tmp_path: Path) -> None:
    assert found(type_into(FILLED, tmp_path / "t.xlsx", {"预算信息!G4": 0.9603})) == pairs({("XL237", ("预算信息!G4",))})


def test_a_cell_that_was_never_calculated_is_an_info(tmp_path: Path) -> None:
    assert found(type_into(FILLED, tmp_path / "t.xlsx", {"预算信息!G4": None})) == pairs({("XL302", ("预算信息!G4",))})


def test_a_percent_format_says_what_is_meant(tmp_path: Path) -> None:
    """Typing 66.22% stores 0.6622: it is read as 66.22 of unit %, silently."""
    style = percent_style(FILLED)
    path = type_into(FILLED, tmp_path / "t.xlsx", {"自评表!H35": 0.6622}, style)
    assert indicator(read_workbook(path), "非税收入预算完成率")["actual"] == 66.22
    assert found(path) == set()


@pytest.mark.parametrize(("typed", "read"), [
    ("５２．５", 52.5), ("1,234.5", 1234.5), (" 12 ", 12), ("-0.8", -0.8), (".8", 0.8), ("+3", 3),
])  # fmt: skip
def test_numbers_typed_as_text_are_read_and_listed(tmp_path: Path, typed: str, read: float) -> None:
    """And what the sheet could not compute from the text is not held against it."""
    doc = document()
    doc["budget"]["items"][4]["adjustment"] = read
    doc["budget"]["items"][4]["spent"] = 0
    fill_workbook(doc, output=tmp_path / "a.xlsx")
    path = type_into(tmp_path / "a.xlsx", tmp_path / "b.xlsx", {"预算信息!D11": typed})
    assert read_workbook(path)["budget"]["items"][4]["adjustment"] == read
    before = found(tmp_path / "a.xlsx")
    assert found(path) - before == pairs({("XL210", ("预算信息!D11",))})


@pytest.mark.parametrize(
    ("typed", "read"), [("≧", ">="), ("不低于", ">="), ("＝", "="), ("≦", "<="), ("＞", ">"), (" >= ", ">=")]
)
def test_operators_are_read_in_their_spellings(tmp_path: Path, typed: str, read: str) -> None:
    path = type_into(FILLED, tmp_path / "t.xlsx", {"自评表!E61": typed})
    assert indicator(read_workbook(path), "科技合作交流活动")["operator"] == read
    assert ("XL210", "自评表!E61") in found(path)


@pytest.mark.parametrize("typed", ["2023年3月1日", "2023/3/1", "2023.03.01", "20230301", "2023-3-1", "２０２３-０３-０１"])
def test_dates_are_read_in_six_spellings(tmp_path: Path, typed: str) -> None:
    path = type_into(FILLED, tmp_path / "t.xlsx", {"基本信息!C10": typed})
    assert read_workbook(path)["cover"]["prepared_on"] == "2023-03-01"


def test_a_code_typed_as_a_number_is_text(tmp_path: Path) -> None:
    path = type_into(FILLED, tmp_path / "t.xlsx", {"基本信息!C6": 32018})
    assert read_workbook(path)["cover"]["unit_code"] == "32018"


def test_a_preset_name_that_was_edited_keeps_its_row(tmp_path: Path) -> None:
    path = type_into(FILLED, tmp_path / "t.xlsx", {"自评表!C24": "在职人员控制情况"})
    assert found(path) == pairs({("XL211", ("自评表!C24",))})
    assert indicator(read_workbook(path), "在职人员控制率")["actual"] == 100


def test_rows_that_were_sorted_are_found_by_their_names(tmp_path: Path) -> None:
    """Two rows of different categories exchanged, the hidden keys left behind."""
    cells = {}
    rows = {"24": ("过程", "在职人员控制率", "定量", "=", 100, "%", 100, "人员实际情况"),
            "61": ("履职", "科技合作交流活动", "定量", "=", 4, "场", 4, "工作完成实际情况")}  # fmt: skip
    for row, other in (("24", "61"), ("61", "24")):
        cells |= {f"自评表!{column}{row}": value for column, value in zip("BCDEFGHI", rows[other], strict=True)}
        for column, value in zip("JNO", ("0.00%", *(("=4场", "4场") if row == "24" else ("=100%", "100%"))), strict=True):
            cells[f"自评表!{column}{row}"] = value
    path = type_into(FILLED, tmp_path / "sorted.xlsx", cells)
    assert read_workbook(path)["indicators"][:31] == read_workbook(FILLED)["indicators"][:31]
    by_name = lambda doc: sorted(json.dumps(row, ensure_ascii=False, sort_keys=True) for row in doc["indicators"])  # noqa: E731
    assert by_name(read_workbook(path)) == by_name(read_workbook(FILLED))
    assert {code for code, _ in found(path)} <= {"SZ202", "SZ307", "XL237", "XL239"}


def test_a_deleted_sheet_is_named(tmp_path: Path) -> None:
    mark = b"xlperf suzhou-department 2022 tasks"
    path = rewrite(FILLED, tmp_path / "t.xlsx", lambda name, content: content.replace(mark, b"something else entirely ours"))
    assert ("XL114", None) in found(path)
    assert "tasks" not in read_workbook(path) or read_workbook(path)["tasks"] == []


def test_the_fiscal_year_survives_a_wiped_cell(tmp_path: Path) -> None:
    path = type_into(FILLED, tmp_path / "t.xlsx", {"基本信息!C3": None})
    assert validate(path).year == 2022


# --- files that are not workbooks of ours --------------------------------------------------------------------


def test_an_older_revision_than_the_one_in_force_is_a_warning(tmp_path: Path) -> None:
    (told,) = [f for f in outdated(tmp_path).findings if f["code"] == "XL131"]
    assert (told["severity"], told["found"], told["expected"], told["cells"]) == ("warning", "2022 版", "2024 版", [])
    assert "migrate" in told["fix"]


@pytest.mark.parametrize("make", UNREADABLE, ids=lambda make: make.__name__)
def test_a_file_that_cannot_be_read_gives_one_finding(tmp_path: Path, make) -> None:
    path = tmp_path / "t.xlsx"
    make(path)
    result = validate(path)
    assert (result.status, result.exit_code) == ("unreadable", 3)
    assert [(f["code"], f["severity"]) for f in result.findings] == [(UNREADABLE[make], "error")]
    assert all(result.findings[0][part] for part in ("message", "found", "expected", "fix"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_newer_revision_is_known_as_such_among_several_in_any_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setattr(messages, "_chosen", [language])
    templates = two_revisions(tmp_path / "forms")
    for make, code in ((newer_revision, "XL130"), (unknown_revision, "XL112")):
        make(tmp_path / "t.xlsx")
        assert [f["code"] for f in validate(tmp_path / "t.xlsx", templates=templates).findings] == [code]


def test_another_form_or_year_than_asked(tmp_path: Path) -> None:
    assert [f["code"] for f in validate(FILLED, year=2023).findings if f["severity"] == "error"] == ["XL111"]
    assert [f["code"] for f in validate(FILLED, form="national-project").findings if f["severity"] == "error"] == ["XL111"]
    assert validate(FILLED, form="suzhou-department", year=2022).status == "passed"
    with pytest.raises(UsageError):
        validate(FILLED, form="other")


# --- fill ----------------------------------------------------------------------------------------------------


def refused(doc: dict, path: Path) -> list[tuple[str, str]]:
    result = fill_workbook(doc, output=path)
    assert not result.outputs and not path.exists()
    return [(f["code"], f["field"] or f["found"]) for f in result.findings if f["severity"] == "error"]


def test_control_characters_are_refused_with_a_finding(tmp_path: Path) -> None:
    doc = document()
    doc["goals"][0]["actual"] = "第一\x0b季度"
    assert refused(doc, tmp_path / "t.xlsx") == [("XL208", "goals[0].actual")]
    doc["goals"][0]["actual"] = "lone \ud800"
    assert refused(doc, tmp_path / "t.xlsx") == [("XL208", "goals[0].actual")]


def test_what_no_cell_can_hold_is_refused(tmp_path: Path) -> None:
    for value, code in (
        ("长" * 32768, "XL205"),
        ({"a": 1}, "XL202"),
        ([1], "XL202"),
        (True, "XL202"),
        (float("nan"), "XL202"),
        (1e300, "XL202"),
    ):
        doc = document()
        doc["tasks"][0]["content"] = value
        assert refused(doc, tmp_path / "t.xlsx") == [(code, "tasks[0].content")], value


def test_a_remedy_without_a_hint_is_whole(tmp_path: Path) -> None:
    doc = document()
    doc["tasks"][0]["content"] = True
    (fix,) = [f["fix"] for f in fill_workbook(doc, output=tmp_path / "t.xlsx").findings]
    assert fix == "请只填主要内容，比较符、单位和说明填在相应的栏内。"


KEPT = {
    "code": "XL301",
    "severity": "warning",
    "spots": [["basic", 0, "spent"]],
    "arguments": {"found": "1", "expected": "2"},
    "explanation": "",
}


@pytest.mark.parametrize(("kept", "told"), [
    ([KEPT], 1), (7, 0), ({"a": 1}, 0), ([7], 0), ([{"code": "XL301"}], 0), ([KEPT | {"code": "XL999"}], 0), ([KEPT | {"code": ["XL301"]}], 0),
    ([KEPT | {"severity": "bad"}], 0), ([KEPT | {"spots": [["nowhere", 0, "spent"]]}], 0), ([KEPT | {"spots": [["basic", 0, "nothing"]]}], 0),
    ([KEPT | {"spots": [["basic", "0", "spent"]]}], 0), ([KEPT | {"spots": [[1]]}], 0), ([KEPT | {"spots": 7}], 0), ([KEPT | {"spots": [[["a"], 0, "b"]]}], 0), ([KEPT | {"spots": [["basic", 0, ["b"]]]}], 0), ([KEPT | {"arguments": [1]}], 0),
])  # fmt: skip
def test_what_a_finalized_workbook_remembers_may_be_anything(form: Form, kept: object, told: int) -> None:
    """It stands in a hidden sheet, where anybody may write."""
    assert len(list(load_warnings(form, json.dumps(kept)))) == told


def test_what_has_no_place_is_refused_or_named(tmp_path: Path) -> None:
    doc = document()
    doc["indicators"].append({"category": "产出", "name": "无处可放"})
    assert refused(doc, tmp_path / "t.xlsx") == [("XL213", "indicators[54]")]
    doc = document()
    doc["cover"]["fax"] = "1"
    result = fill_workbook(doc, output=tmp_path / "t.xlsx")
    assert result.outputs and [(f["code"], f["found"]) for f in result.findings] == [("XL212", "cover.fax")]


def test_computed_figures_in_the_input_are_ignored_and_differences_reported(tmp_path: Path) -> None:
    doc = document()
    doc["budget"]["total"] = {"initial": 545.57, "adjusted": 600, "rate": 0.9603}
    indicator(doc, "技术经纪人培训")["deviation_text"] = "20.00%"
    result = fill_workbook(doc, output=tmp_path / "t.xlsx")
    assert {(f["code"], f["field"], f["found"], f["expected"]) for f in result.findings} == {
        ("XL303", "budget.total.adjusted", "600", "627.17"),
        ("XL303", "indicators[43].deviation_text", "20.00%", "40.00%"),
    }
    assert read_workbook(tmp_path / "t.xlsx")["budget"]["total"]["adjusted"] == 627.17


def test_fill_does_not_change_the_document_it_is_given(tmp_path: Path) -> None:
    doc = document()
    before = copy.deepcopy(doc)
    fill_workbook(doc, output=tmp_path / "t.xlsx")
    assert doc == before
