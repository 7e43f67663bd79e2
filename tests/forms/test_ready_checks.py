"""Ready checks: each fires and stays silent in Python and in the workbook, takes what it declares, and refuses the rest by line."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.extended_form import OWN, written_form
from support.live_verdicts import told
from support.paths import TEMPLATES
from support.ready_form import CASES, USED, document, ready_form
from xlperf import fill_workbook, prove_form, validate
from xlperf.errors import FormError
from xlperf.forms.loader import _loaded, load_form, load_strictly
from xlperf.forms.standard import ready_checks as ready
from xlperf.forms.written.yaml_file import located
from xlperf.messages import LANGUAGES, catalogue
from xlperf.page.bundle import bundle
from xlperf.reporting.pdf import convert_anew

CHECKS = ready.ready_checks()
FIRST_ROW = 4  # of the rows of the list, in the workbook; the total stands above them


def written(definition: dict[str, Any], folder: Path) -> Path:
    return written_form(yaml.safe_dump(definition, allow_unicode=True, sort_keys=False), folder)


def rows_at_fault(path: Path, templates: Path) -> dict[str, set[int]]:
    """By code of a rule of the form: the rows of its cells."""
    found: dict[str, set[int]] = {}
    for finding in validate(path, templates=templates).findings:
        if finding["code"].startswith("RC"):
            found.setdefault(finding["code"], set()).update(int(re.findall(r"\d+", cell)[-1]) for cell in finding["cells"])
    return found


def test_every_ready_check_has_cases_and_is_described_in_both_languages() -> None:
    assert {name for name, _ in USED.values()} == set(CHECKS)
    assert set(CASES) == set(USED) - {"RC107"}
    kinds = {kind for check in CHECKS.values() for kind in check["takes"].values()}
    assert kinds == set(ready.KINDS)
    for language in LANGUAGES:
        assert all(f"takes_{kind}" in catalogue(language)["definitions"] for kind in kinds)
        assert all(check["says"][language] for check in CHECKS.values())


@pytest.mark.slow
@pytest.mark.libreoffice
def test_each_fires_and_stays_silent_alike_in_python_and_in_the_workbook(tmp_path: Path) -> None:
    """A workbook for each check, with rows at fault and rows that are right; LibreOffice computes what the sheet shows."""
    folder = written(ready_form(), tmp_path / "forms")
    templates, form = folder.parent.parent, load_form(folder)
    books, expected = [], []
    for code, (wrong, right) in CASES.items():
        fill_workbook(document([*wrong, *right]), path := tmp_path / f"{code}.xlsx", templates=templates)
        books.append(path)
        expected.append((code, {FIRST_ROW + at for at in range(len(wrong))}))
    for total, at_fault in ((3.5, {3}), (3.3, set()), (None, {3})):
        fill_workbook(
            document([{"spent": 1.1}, {"spent": 2.2}], total), path := tmp_path / f"total{total}.xlsx", templates=templates
        )
        books.append(path)
        expected.append(("RC107", at_fault))
    fill_workbook(document([]), path := tmp_path / "empty.xlsx", templates=templates)
    (tmp_path / "computed").mkdir()
    computed = convert_anew([*books, path], tmp_path / "computed")
    for path, shown, (code, rows) in zip(books, computed, expected, strict=False):
        assert rows_at_fault(path, templates).get(code, set()) == rows, (code, path.name)
        state, count = told(form, shown)[code]
        assert (state, count) == ((form.words["failed"], len(rows)) if rows else (form.words["passed"], 0)), (code, path.name)
        assert told(form, shown) == told(form, path)  # of every rule, not of this one alone
    assert {told(form, computed[-1])[code][0] for code in USED} == {form.words["waiting"]}
    assert rows_at_fault(tmp_path / "empty.xlsx", templates) == {}


@pytest.mark.slow
def test_every_command_survives_them(tmp_path: Path) -> None:
    proof = prove_form(written(ready_form(), tmp_path))
    assert [*map(str, proof.faults)] == []


def test_the_texts_name_the_columns_and_the_figures(tmp_path: Path) -> None:
    rules = load_form(written(ready_form(), tmp_path)).rules
    assert rules["RC105"].title == "支出数不超过预算数" and rules["RC105"].found == "支出数 {spent}；预算数 {planned}"
    assert rules["RC109"].title == "执行率不低于90%" and rules["RC109"].test == "rate >= parameters.low_rate"
    assert rules["RC102"].title == "得分不小于5" and rules["RC103"].expected == "60至80.5"
    assert rules["RC112"].title == "执行率超过120%的写明原因" and rules["RC112"].cells == ("reason",)
    assert (
        rules["RC106"].expected == "等于其中：财政、其中：其他之和"
        and rules["RC106"].test == 'IF(COUNT(part, other) = 0, "", N(planned) = SUM(part, other))'
    )
    assert rules["RC104"].title == "其中：财政等于限额" and rules["RC104"].test == "part = cover.limit"
    assert rules["RC114"].message == "性质不是“定性”而填了评分"


def test_what_the_form_says_of_a_rule_goes_before(tmp_path: Path) -> None:
    definition = ready_form()
    definition["rules"][4] |= {"title": "支出不超预算", "severity": "warning", "fix": "核对。", "found": "{name}：{spent}"}
    rule = load_form(written(definition, tmp_path)).rules["RC105"]
    assert (rule.title, rule.severity, rule.fix, rule.found) == ("支出不超预算", "warning", "核对。", "{name}：{spent}")
    assert rule.expected == "支出数不大于预算数" and rule.test == 'IF(_missing > 0, "", spent <= N(planned))'


SINGLES: dict[str, tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    # by the code of the rule: the check and its parameters; what is at fault, and what is right
    "RF101": ("not_over", {"amount": "staff", "most": "编制数"}, {"staff": 6, "posts": 5}, {"staff": 5, "posts": 5}),
    "RF102": ("budget_not_over", {"spent": "staff", "budget": "posts"}, {"staff": 6, "posts": 5}, {"staff": 5, "posts": 5}),
    "RF103": ("rate_is", {"rate": "rate", "part": "staff", "whole": "posts"}, {"rate": 0.5, "staff": 6, "posts": 5}, {"rate": 1}),
    "RF104": ("in_order", {"first": "begun", "last": "ended"}, {"begun": "2024-03-02", "ended": "2024-03-01"}, {"begun": "2024-03-01", "ended": "2024-03-01"}),
    "RF105": ("reason_if_over", {"amount": "staff", "most": 5, "reason": "reason"}, {"staff": 6}, {"staff": 5}),
    "RF106": ("sum_of_rows", {"total": "staff", "rows": "items.points"}, {"staff": 6}, {"staff": 5}),
    "RF107": ("within_year", {"date": "ended"}, {"ended": "2025-03-01"}, {"ended": "2024-03-01"}),
}  # fmt: skip


def form_of_singles() -> dict[str, Any]:
    definition = ready_form()
    definition["sheets"][0]["sections"][1]["items"] += [
        {"key": "staff", "label": "在编人数", "type": "count"}, {"key": "posts", "label": "编制数（人）", "type": "count"},
        {"key": "rate", "label": "在职率", "type": "ratio"}, {"key": "begun", "label": "开始", "type": "date"},
        {"key": "ended", "label": "完成", "type": "date"}, {"key": "reason", "label": "超编原因", "type": "text", "max_length": 50},
    ]  # fmt: skip
    definition["rules"] = [
        {"code": code, "use": check, "fields": "cover", "with": given} for code, (check, given, _, _) in SINGLES.items()
    ]
    return definition


def test_single_fields_take_them_too(tmp_path: Path) -> None:
    folder = written(form_of_singles(), tmp_path)
    rules = load_form(folder).rules
    assert (rules["RF101"].title, rules["RF101"].cells, rules["RF101"].test) == (
        "在编人数不超过编制数", ("cover.staff",), "cover.staff <= cover.posts",
    )  # fmt: skip
    assert rules["RF102"].test == "cover.staff <= N(cover.posts)"
    rows = [{"name": "甲", "points": 2}, {"name": "乙", "points": 3}]
    for code, (_, _, wrong, right) in SINGLES.items():
        for cover, is_wrong in ((wrong, True), (right, False)):
            filled = document(rows)
            filled["cover"] |= cover
            path = tmp_path / f"{code}-{is_wrong}.xlsx"
            fill_workbook(filled, path, templates=folder.parents[1])
            found = {finding["code"] for finding in validate(path, templates=folder.parents[1]).findings}
            assert (code in found) == is_wrong, (code, cover)


def test_what_compares_rows_is_refused_of_single_fields(tmp_path: Path, in_english: None) -> None:
    definition = form_of_singles()
    for rule, said in (
        ({"use": "unique", "with": {"column": "reason"}}, r"rules\[0\].fields: 'unique' compares rows, and single fields have none"),
        ({"use": "in_order", "fields": "covr", "with": {"first": "begun", "last": "ended"}}, r"rules\[0\].fields: there is no 'covr'; did you mean 'cover'"),
        ({"use": "in_order", "with": {"first": "begun", "last": "staff"}}, r"with.last: 'staff' is of type 'count'"),
    ):  # fmt: skip
        definition["rules"] = [{"code": "RF101", "fields": "cover", **rule}]
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        with pytest.raises(FormError, match=said):
            load_form(written(definition, folder))


COUNT = {"key": "sum", "label": "数", "type": "count"}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    # what is wrong: the rule, what the complaint must say
    "an unknown check": ({"use": "budget_not_ovr", "with": {}}, r"rules\[0\].use: there is no 'budget_not_ovr'; did you mean 'budget_not_over'"),
    "a check like none": ({"use": "x", "with": {}}, r"rules\[0\].use: there is no 'x' among not_over, at_least"),
    "an unknown table": ({"use": "unique", "table": "entrys", "with": {"column": "name"}}, r"rules\[0\].table: there is no 'entrys'; did you mean 'entries'"),
    "a table of one row": ({"use": "unique", "table": "single", "with": {"column": "sum"}}, r"rules\[0\].table: the table 'single' has one row, and 'unique' compares rows"),
    "a merged column": ({"use": "not_over", "table": "grid", "with": {"amount": "level", "most": 1}}, r"'level' is .*merged"),
    "no table": ({"use": "unique", "table": None, "with": {"column": "name"}}, r"rules\[0\].table: "),
    "a parameter too few": ({"use": "not_over", "with": {"amount": "spent"}}, r"rules\[0\].with: 'most' is missing, .*'not_over' needs; it takes amount \(a column of numbers\), most"),
    "no parameters": ({"use": "not_over"}, r"rules\[0\].with: 'amount' is missing"),
    "a misspelt parameter": ({"use": "not_over", "with": {"amont": "spent", "most": 1}}, r"rules\[0\].with.amont: there is no such key; did you mean 'amount'"),
    "a misspelt column": ({"use": "not_over", "with": {"amount": "spnet", "most": 1}}, r"rules\[0\].with.amount: there is no 'spnet'; did you mean 'spent'"),
    "a column of texts": ({"use": "not_over", "with": {"amount": "reason", "most": 1}}, r"with.amount: 'reason' is of type 'text'; .* in this table: planned, spent"),
    "a column with a dot": ({"use": "budget_not_over", "with": {"spent": "items.spent", "budget": "planned"}}, r"with.spent: there is no 'items.spent'"),
    "a figure that is nothing": ({"use": "not_over", "with": {"amount": "spent", "most": "cover.limt"}}, r"with.most: there is no 'cover.limt'; did you mean 'cover.limit'"),
    "a figure that is a text": ({"use": "not_over", "with": {"amount": "spent", "most": "cover.unit"}}, r"with.most: 'cover.unit' holds no number"),
    "a figure that is true": ({"use": "not_over", "with": {"amount": "spent", "most": True}}, r"with.most: there is no 'true'"),
    "a list as a figure": ({"use": "not_over", "with": {"amount": "spent", "most": [1]}}, r"with.most: there is no"),
    "an unknown parameter of the form": ({"use": "rate_not_below", "with": {"rate": "rate", "least": "parameters.low_rat"}}, r"with.least: there is no 'parameters.low_rat'; did you mean 'parameters.low_rate'"),
    "a share in percent": ({"use": "changed_little", "with": {"amount": "spent", "before": "planned", "share": 30}}, r"with.share: 30 is wrong here; .*0.3 is 30%"),
    "a share in words": ({"use": "changed_little", "with": {"amount": "spent", "before": "planned", "share": "30%"}}, r"with.share: '30%' is wrong here"),
    "steps as a share": ({"use": "rate_not_below", "with": {"rate": "rate", "least": "parameters.steps"}}, r"with.least: 'parameters.steps' holds no number"),
    "one part": ({"use": "sum_of_parts", "with": {"total": "planned", "parts": ["part"]}}, r"with.parts: .*a list of 2 to 30 columns"),
    "a part that is a text": ({"use": "sum_of_parts", "with": {"total": "planned", "parts": ["part", "name"]}}, r"with.parts\[1\]: 'name' is of type 'text'"),
    "a part twice": ({"use": "sum_of_parts", "with": {"total": "planned", "parts": ["part", "part"]}}, r"with.parts\[1\]: 'part' stands here twice"),
    "a column of another kind": ({"use": "sum_of_rows", "with": {"total": "spent", "rows": "items.name"}}, r"with.rows: 'items.name' holds no number"),
    "no whole column": ({"use": "sum_of_rows", "with": {"total": "spent", "rows": "spent"}}, r"with.rows: there is no 'spent'"),
    "an answer that is none": ({"use": "blank_unless", "with": {"cell": "judged", "choice": "kind", "is": "定型"}}, r"with.is: there is no '定型' among '定量', '定性'"),
    "a date that is a number": ({"use": "in_order", "with": {"first": "begun", "last": "spent"}}, r"with.last: 'spent' is of type 'money'; .*: begun, ended"),
    "a test beside": ({"use": "unique", "test": "spent > 0", "with": {"column": "name"}}, r"rules\[0\]: exactly one of builtin, test, use, check"),
    "parameters without a check": ({"title": "x", "test": "spent > 0", "with": {"column": "name"}}, r"rules\[0\]: 'use' is needed beside 'with'"),
    "a code of the program's": ({"code": "XL901", "use": "unique", "with": {"column": "name"}}, r"rules\[0\].code: .*XL is the program's own"),
    "a filler of its own that is none": ({"use": "unique", "with": {"column": "name"}, "found": "{nme}"}, r"rules\[0\].found: nothing fills {nme}"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_it_does_not_take_is_refused_by_line_with_the_cure(name: str, tmp_path: Path, in_english: None) -> None:
    rule, said = REFUSED[name]
    definition = ready_form()
    definition["parameters"]["steps"] = [[1, 2], [3]]
    single = {"table": "single", "label": "一行", "blocks": [{"key": "one"}], "columns": [COUNT]}
    rows = [{"key": "first", "name": "甲", "level": 1}, {"key": "second", "name": "乙", "level": 1}]
    names = [{"key": "name", "label": "名称", "type": "label"}, COUNT | {"key": "level", "merged": True, "given": True}]
    grid = {
        "table": "grid",
        "label": "格",
        "row_name": "name",
        "blocks": [{"key": "cells", "keyed": True, "rows": rows}],
        "columns": names,
    }
    for table in (single, grid):
        sheet = {"key": table["table"], "title": table["label"], "widths": [20, 20], "sections": [table]}
        definition["sheets"].insert(1, sheet)
    definition["rules"] = [{"code": "RC101", "table": "entries"} | rule]
    folder = written(definition, tmp_path)
    with pytest.raises(FormError) as caught:
        load_form(folder)
    told_line = located(caught.value)
    assert re.search(said, told_line), told_line
    line = int(re.search(r", line (\d+): ", told_line)[1])
    text = (folder / "form.yaml").read_text("utf-8").splitlines()
    begin = next(number for number, each in enumerate(text, 1) if each.startswith("rules:"))
    assert begin < line <= len(text) and not any(re.match(r"[a-z]", each) for each in text[begin:line]), told_line


def test_a_title_of_two_columns_is_no_name(tmp_path: Path, in_english: None) -> None:
    definition = ready_form()
    definition["sheets"][1]["sections"][0]["columns"] = [
        column | ({"label": "支出数"} if column["key"] == "part" else {})
        for column in definition["sheets"][1]["sections"][0]["columns"]
    ]
    with pytest.raises(FormError, match=r"with\.spent: there is no '支出数'"):
        load_form(written(definition, tmp_path))


def test_the_digest_covers_the_file_of_the_checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = written(ready_form(), tmp_path / "a")
    before = load_strictly(folder).digest
    changed = tmp_path / "ready-checks.yaml"
    changed.write_text((TEMPLATES / "ready-checks.yaml").read_text("utf-8") + "# x\n", "utf-8")
    monkeypatch.setattr(ready, "library_file", lambda: changed)
    ready._library.cache_clear()
    try:
        assert load_strictly(folder).digest != before
    finally:
        monkeypatch.undo()
        ready._library.cache_clear()
    assert load_strictly(folder).digest == before


def test_a_page_takes_along_what_its_forms_refer_to(tmp_path: Path) -> None:
    written_form(OWN, tmp_path)
    with zipfile.ZipFile(io.BytesIO(bundle({}, ["mini"], templates=tmp_path))) as package:
        names = [name for name in package.namelist() if name.startswith("xlperf/templates/")]
    assert names == [
        "xlperf/templates/mini/2024/form.yaml",
        "xlperf/templates/ready-checks.yaml",
        "xlperf/templates/standard.yaml",
    ]
    with zipfile.ZipFile(io.BytesIO(bundle({}, ["sichuan-project"]))) as package:
        assert not [name for name in package.namelist() if name.endswith(("standard.yaml", "ready-checks.yaml"))]


def test_a_form_that_lies_beside_ours_may_use_titles_and_defaults_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the page a bureau's form lies among those that travel with xlperf."""
    text = OWN.replace("'IF(planned = 0, 0, ROUND(spent / planned, 4))'", "'IF(预算数 = 0, 0, 支出数 / 预算数)'")
    text = text.replace("rules:\n", "rules:\n  - {code: AA104, title: 有支出, table: items, test: 支出数 > 0}\n")
    folder = written_form(text, tmp_path)
    expected = load_form(folder)
    monkeypatch.setattr("xlperf.forms.loader.is_shipped", lambda directory: True)
    _loaded.cache_clear()
    among_ours = load_form(folder)
    _loaded.cache_clear()
    assert among_ours.rules == expected.rules and among_ours.formulas == expected.formulas


@pytest.mark.slow
def test_a_cap_by_the_execution_rate_and_points_taken_off_stand_in_the_workbook(tmp_path: Path) -> None:
    """As the docs have it, on: 84.5 % of the budget spent caps 96 points at 89; 31 % beyond without a word costs 2 points, 30 % none."""
    definition = yaml.safe_load(OWN)
    definition["parameters"] = {
        "total_cap": [[0.9, 100], [0.8, 89], [0.7, 79], [0.6, 69], [59]],
        "over_limit": 0.3,
        "over_points": 2,
    }
    columns = [
        {"key": "name", "label": "名称", "type": "text", "required": True, "max_length": 40},
        {"key": "rate", "label": "执行率", "type": "ratio", "required": True},
        {"key": "deviation", "label": "偏离度", "type": "ratio", "required": True},
        {"key": "reason", "label": "原因", "type": "text", "max_length": 100},
        {"key": "given", "label": "得分", "type": "points", "required": True},
        {"key": "taken_off", "label": "超额扣分", "type": "points",
         "formula": 'IF(deviation > parameters.over_limit, IF(reason = "", parameters.over_points, 0), 0)'},
        {"key": "sum", "label": "得分合计", "type": "points", "formula": "ROUND(given - taken_off, 2)"},
        {"key": "cap", "label": "总分上限", "type": "points", "formula": "LOOKUP(rate, parameters.total_cap)"},
        {"key": "total", "label": "总分", "type": "points", "formula": "MIN(0 + sum, 0 + cap)"},
    ]  # fmt: skip
    definition["sheets"][1]["widths"] = [12] * len(columns)
    definition["sheets"][1]["sections"][0] |= {"columns": columns, "blocks": [{"key": "items", "spare": 12}]}
    over = {"amount": "偏离度", "most": "parameters.over_limit", "reason": "原因"}
    definition["rules"] = [
        {"code": "RC301", "use": "capped", "table": "items", "with": {"points": "sum", "cap": "cap"}},
        {"code": "RC302", "use": "reason_if_over", "table": "items", "severity": "warning", "with": over},
    ]
    folder = written(definition, tmp_path / "forms")
    cases = [  # execution rate, deviation, reason, points, what is left of them, total
        (0.845, 0, None, 96, 96, 89), (0.9, 0, None, 96, 96, 96), (0.8999, 0, None, 89, 89, 89), (0.8, 0.3, None, 95, 95, 89),
        (0.7, 0.31, None, 91, 89, 79), (0.6, 0.31, "年中扩大了范围", 91, 91, 69), (0.5999, 0.31, None, 61, 59, 59), (0, 0, None, 0, 0, 0),
    ]  # fmt: skip
    names = ("rate", "deviation", "reason", "given")
    rows = [{"name": f"第{at}项"} | dict(zip(names, case, strict=False)) for at, case in enumerate(cases, 1)]
    whole = {"form": "mini", "fiscal_year": 2024, "cover": {"unit": "甲单位", "prepared_by": "张三"}, "items": rows}
    fill_workbook(whole, path := tmp_path / "a.xlsx", templates=folder.parent.parent)
    result = validate(path, templates=folder.parent.parent)
    assert [(row["sum"], row["total"]) for row in result.document["items"]] == [case[-2:] for case in cases]
    severities = {finding["code"]: finding["severity"] for finding in result.findings}
    assert severities == {"RC301": "info", "RC302": "warning"}
    at_fault = rows_at_fault(path, folder.parent.parent)
    assert at_fault == {"RC301": {3, 6, 7, 8}, "RC302": {7, 9}}
