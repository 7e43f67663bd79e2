"""A form that cannot be right is refused, and the text names the place; a form that can be right loads and computes."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import jsonschema
import pytest
import yaml

from xlperf import fill_workbook, validate
from xlperf.errors import FormError, UsageError
from xlperf.forms.compute import compute
from xlperf.forms.consistency import NUMBERS
from xlperf.forms.document import Spot, document_of, rows_of
from xlperf.forms.form import Form
from xlperf.forms.layout import make_layout, references_of
from xlperf.forms.loader import find_form, form_directories, load_form
from xlperf.forms.model import TYPES
from xlperf.forms.yaml_file import shipped
from xlperf.formula.nodes import Kind
from xlperf.workflow.check_form import check_form

BASE = """
form: mini
revision: "2022"
first_year: 2022
title: 小表
year_line: （{year}年度）
file_name: 自评表
finalized_name: 定稿
style: {font: 宋体, heading_font: 黑体, size: 11}
parameters: {low_rate: 0.9}
sheets:
  - key: guide
    title: 填报说明
    widths: [6, 26, 30, 44]
    sections: [{guide: true}]
  - key: cover
    title: 基本信息
    heading: 小表
    widths: [24, 26, 24]
    sections:
      - fields: identity
        path: ""
        items: [{key: fiscal_year, label: 年度, type: year, given: true, required: true}]
      - fields: cover
        items:
          - {key: unit, label: 单位, type: text, required: true, max_length: 100}
          - {key: staff, label: 人数, type: count, minimum: 0}
      - lines: [负责人（签字）：]
  - key: budget
    title: 预算
    widths: [34, 18, 18, 14]
    sections:
      - table: budget
        label: 预算
        row_name: name
        blocks:
          - key: total
            path: budget.total
            constants: {name: 合计}
            formulas: {planned: "ROUND(SUM(items.planned), 6)", spent: "ROUND(SUM(items.spent), 6)"}
          - {key: items, path: budget.items, spare: 5, require: [name, spent]}
        columns:
          - {key: name, label: 项目, type: text, max_length: 100}
          - {key: planned, label: 预算数, type: money, minimum: 0}
          - {key: spent, label: 支出数, type: money, minimum: 0}
          - {key: rate, label: 执行率, type: ratio, formula: 'IF(planned = 0, "", ROUND(spent / planned, 4))'}
  - key: indicators
    title: 自评表
    widths: [9, 30, 8, 8, 12, 12, 10]
    sections:
      - table: indicators
        label: 指标
        row_name: name
        blocks:
          - key: process
            path: indicators
            constants: {category: 过程}
            rows:
              - {key: coverage, name: 覆盖率, kind: 定量, operator: "=", target: 100, formulas: {actual: base.coverage.ratio}}
              - {key: rules, name: 制度健全性, kind: 定性, target: 健全}
          - {key: benefits, path: indicators, constants: {category: 效益}, spare: 3}
        columns:
          - {key: category, label: 类别, type: text, given: true}
          - {key: name, label: 名称, type: text, required: true}
          - {key: kind, label: 性质, type: choice, choices: [定量, 定性], required: true}
          - {key: operator, label: 比较符, type: choice, choices: ["=", ">="], required: 'T(kind) = "定量"', spellings: operators}
          - {key: target, label: 目标值, type: value, number_when: 'T(kind) = "定量"', required: true}
          - {key: actual, label: 完成值, type: value, number_when: 'T(kind) = "定量"', required: true}
          - {key: applies, label: 不适用, type: choice, choices: [不适用], only: [process]}
  - key: base
    title: 基础数据
    widths: [28, 16, 16, 14]
    sections:
      - table: base
        label: 推算
        row_name: indicator
        blocks: [{key: base, keyed: true, rows: [{key: coverage, indicator: 覆盖率}]}]
        columns:
          - {key: indicator, label: 指标, type: label}
          - {key: part, label: 分子, type: money}
          - {key: whole, label: 分母, type: money}
          - {key: ratio, label: 推算值, type: percentage, formula: 'IF(whole = 0, "", ROUND(part / whole * 100, 2))'}
  - key: checks
    title: 校验
    widths: [10, 40, 10, 12, 12, 10, 60]
    sections:
      - checks: true
        columns:
          - {key: code, label: 编号, type: label}
          - {key: title, label: 校验项, type: label}
          - {key: severity, label: 类别, type: label}
          - {key: state, label: 结果, type: text, formula: ""}
          - {key: count, label: 处数, type: count, formula: ""}
          - {key: link, label: 第一处, type: link}
          - {key: explanation, label: 说明, type: text, max_length: 2000}
rules:
  - {code: XL201, builtin: missing, title: 必填项齐全, why: 必填, severity: error}
  - code: AB101
    title: 支出不超过预算
    why: 不成立
    severity: error
    table: budget
    blocks: [items]
    test: spent <= planned
    cells: [spent]
    found: "{name}：{spent}"
    expected: 支出数不大于预算数
    fix: 核对
  - code: AB201
    title: 指标有完成值
    why: 提醒
    severity: warning
    table: indicators
    except: [coverage]
    test: actual <> ""
    cells: [actual]
    found: "{name}"
    expected: 填写
    fix: 填写
spellings: {operators: {"=": [等于], ">=": [≥, 不少于]}}
guide: [只填黄色单元格。]
words:
  {unit: 单位, fiscal_year: 年度, identity: 标识, submission: 原表, finalized_on: 定稿, missing: 未填, missing_unit: 个,
   legend: 颜色, legend_input: 填写, legend_computed: 计算, legend_required: 必填, legend_error: 改正, legend_warning: 核对, legend_locked: 固定,
   how: 怎样填写, asks: 要求, error: 错误, warning: 提醒, info: 提示, go: 查看, passed: 通过, failed: 不通过, waiting: 待填,
   after: 收表后检查, input_error: 请检查, choose: 请选择。, number_error: 请填数字。, length_error: 过长。,
   date_error: 请填日期。, footer: 第 &P 页, end: 完}
"""
ABSENT = object()
BUDGET, INDICATORS = "sheets[2].sections[0]", "sheets[3].sections[0]"
PRESET, OPERATOR, TARGET = f"{INDICATORS}.blocks[0].rows[1]", f"{INDICATORS}.columns[3]", f"{INDICATORS}.columns[4]"
Write = Callable[..., Path]


def base_form() -> dict:
    return yaml.safe_load(BASE)


def put(definition: dict, place: str, value: object) -> None:
    """Set, append (at the length of a list) or take away what stands at that place."""
    *way, last = [int(part) if part.isdecimal() else part for part in re.findall(r"\w+|(?<=\.)[^.\[]+", place)]
    for part in way:
        definition = definition[part]
    if value is ABSENT:
        del definition[last]
    elif isinstance(definition, list) and last == len(definition):
        definition.append(value)
    else:
        definition[last] = value


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a definition (or the text of one) to its folder and return the folder."""

    def write_form(definition: dict | str, key: str = "mini", revision: str = "2022") -> Path:
        folder = tmp_path / key / revision
        folder.mkdir(parents=True)
        text = definition if isinstance(definition, str) else yaml.safe_dump(definition, allow_unicode=True, sort_keys=False)
        (folder / "form.yaml").write_text(text, "utf-8")
        return folder

    return write_form


# --- forms that are right ------------------------------------------------------------------------------------


def test_the_base_form_loads_and_computes(write: Write) -> None:
    form = load_form(write(BASE))
    document = {"fiscal_year": 2022, "cover": {"unit": "某局"},
                "budget": {"items": [{"name": "甲", "planned": 8, "spent": 6}, {"name": "乙", "planned": 2, "spent": 3}]},
                "base": {"coverage": {"part": 1, "whole": 3}}}  # fmt: skip
    rows, _ = rows_of(form, document)
    computed = compute(form, rows)
    assert computed["total"][0].items() >= {"name": "合计", "planned": 10, "spent": 9, "rate": 0.9}.items()
    assert [row["_AB101"] for row in computed["items"]] == [0, 1]
    assert computed["process"][0]["actual"] == 33.33
    assert document_of(form, computed)["budget"]["items"][0]["rate"] == 0.75


def test_the_base_form_goes_all_the_way(write: Write, tmp_path: Path) -> None:
    """From the definition to a workbook and back, without a line of code for it."""
    write(BASE)
    document = {"form": "mini", "revision": "2022", "fiscal_year": 2022, "cover": {"unit": "某局"},
                "budget": {"items": [{"name": "甲", "planned": 8, "spent": 6}, {"name": "乙", "planned": 2, "spent": 3}]},
                "indicators": [{"category": "过程", "name": "制度健全性", "kind": "定性", "target": "健全", "actual": "健全"}],
                "base": {"coverage": {"part": 1, "whole": 3}}}  # fmt: skip
    fill_workbook(document, output=tmp_path / "filled.xlsx", templates=tmp_path)
    result = validate(tmp_path / "filled.xlsx", templates=tmp_path)
    assert [(finding["code"], finding["cells"]) for finding in result.findings] == [("AB101", ["预算!D5"])]
    assert result.document["budget"]["total"]["rate"] == 0.9


@pytest.mark.parametrize("directory", list(form_directories()), ids=lambda folder: f"{folder.parent.name}-{folder.name}")
def test_the_forms_that_travel_with_xlperf_are_right(directory: Path) -> None:
    checked, trusted = check_form(directory), load_form(directory)
    assert [getattr(checked, known.name) for known in fields(Form)] == [getattr(trusted, known.name) for known in fields(Form)]


def test_the_schema_of_forms_is_a_schema() -> None:
    schema = json.loads((shipped("schemas") / "form.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)


def test_the_schema_knows_the_types_that_the_program_knows() -> None:
    definitions = json.loads((shipped("schemas") / "form.schema.json").read_text("utf-8"))["$defs"]
    assert {*definitions["column"]["properties"]["type"]["enum"], "link"} == set(TYPES)
    assert set(NUMBERS) == {name for name, type_ in TYPES.items() if type_.kind is Kind.NUMBER}


def test_a_form_of_ours_is_not_validated_by_jsonschema_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlperf.forms.loader.check_shape", lambda *_: pytest.fail("jsonschema costs more than the rest of the command"))
    load_form.cache_clear()
    load_form(next(form_directories()))


# --- revisions -----------------------------------------------------------------------------------------------


@pytest.fixture
def templates(write: Write, tmp_path: Path) -> Path:
    """Two revisions of one form: of 2022, and of 2025."""
    write(base_form())
    write({**base_form(), "revision": "2025", "first_year": 2025}, revision="2025")
    return tmp_path


@pytest.mark.parametrize(("year", "revision"), [(2022, "2022"), (2024, "2022"), (2025, "2025"), (2030, "2025"), (None, "2025")])
def test_a_revision_serves_the_years_until_the_next_one(templates: Path, year: int | None, revision: str) -> None:
    assert load_form(find_form("mini", year=year, templates=templates)).revision == revision


def test_a_named_revision_is_found_whatever_the_year(templates: Path) -> None:
    assert find_form("mini", year=2030, revision="2022", templates=templates).name == "2022"


def test_no_revision_serves_a_year_before_the_first(templates: Path) -> None:
    with pytest.raises(UsageError, match="2021") as caught:
        find_form("mini", year=2021, templates=templates)
    assert caught.value.key == "no_such_revision"


def test_an_unknown_form_is_named_with_the_known_ones(templates: Path) -> None:
    with pytest.raises(UsageError, match=r"maxi.*mini") as caught:
        find_form("maxi", templates=templates)
    assert caught.value.key == "no_such_form"


# --- mistakes ------------------------------------------------------------------------------------------------

DEPENDENT = {"category": {"过程": [">="], "效益": ["=", ">="]}}  # in place of the choices of an operator
NAMES_OF_DEPENDENT = {"key": "operator", "label": "比较符", "type": "choice"}
SHAPES: dict[str, tuple[str, object, str]] = {
    # what is wrong: the place to change, what to put there, what the error must say
    "a misspelt key": (f"{BUDGET}.columns[1].minimun", 0, rf"{BUDGET}.columns[1].minimun: .*'minimum'"),
    "a misspelt key at the top": ("paramters", {}, r"paramters: .*'parameters'"),
    "a misspelt key of a sheet": ("sheets[2].landscap", True, r"sheets[2].landscap: .*'landscape'"),
    "a misspelt key of a block": (f"{BUDGET}.blocks[1].spair", 1, rf"{BUDGET}.blocks[1].spair: .*'spare'"),
    "a misspelt key of a rule": ("rules[1].exept", ["x"], r"rules[1].exept: .*'except'"),
    "a misspelt word": ("words.footr", "x", r"words.footr: .*'footer'"),
    "a missing word": ("words.passed", ABSENT, r"words: 'passed'"),
    "a missing label": (f"{BUDGET}.columns[1].label", ABSENT, rf"{BUDGET}.columns[1]: 'label'"),
    "an unknown type": (f"{BUDGET}.columns[1].type", "mony", rf"{BUDGET}.columns[1].type: 'mony' .*'money'"),
    "a section of no kind": (f"{BUDGET}.table", ABSENT, rf"{BUDGET}: exactly one of guide, lines, fields, table, checks"),
    "a section of two kinds": (f"{BUDGET}.lines", ["x"], rf"{BUDGET}"),
    "a width of nothing": ("sheets[2].widths[0]", 0, r"sheets[2].widths[0]"),
    "a width in words": ("sheets[2].widths[0]", "wide", r"sheets[2].widths[0]"),
    "a text longer than a cell": (f"{BUDGET}.columns[0].max_length", 32768, rf"{BUDGET}.columns[0].max_length"),
    "a title longer than Excel's": ("sheets[2].title", "表" * 32, r"sheets[2].title"),
    "a title with a slash": ("sheets[2].title", "预算/支出", r"sheets[2].title: .*none of"),
    "a code of another pattern": ("rules[1].code", "A101", r"rules[1].code"),
    "a rule with a code of the program's": ("rules[1].code", "XL101", r"rules[1].code"),
    "a rule that tests nothing": ("rules[1].test", ABSENT, r"rules[1]: exactly one of builtin, test, check"),
    "a rule of no table": ("rules[1].table", ABSENT, r"rules[1]: 'table'"),
    "an unknown builtin": ("rules[0].builtin", "mising", r"rules[0].builtin: 'mising' .*'missing'"),
    "an unknown severity": ("rules[1].severity", "fatal", r"rules[1].severity: 'fatal'"),
    "a dropdown with no choices": (f"{INDICATORS}.columns[2].choices", [], rf"{INDICATORS}.columns[2].choices"),
    "a dropdown without choices": (f"{INDICATORS}.columns[2].choices", ABSENT, rf"{INDICATORS}.columns[2]: 'choices'"),
    "a longest text of a number": (f"{BUDGET}.columns[1].max_length", 5, rf"{BUDGET}.columns[1].max_length: does not go"),
    "a parameter of a strange name": ("parameters.Low", 1, r"parameters.Low: .*lower-case"),
    "two kinds of choices": (f"{OPERATOR}.choices_by", DEPENDENT, rf"{OPERATOR}.choices: does not go"),
    "steps of three": ("parameters.grades", [[90, "优", 1], ["差"]], r"parameters.grades[0]"),
    "choices of a number": (f"{BUDGET}.columns[1].choices", ["1"], rf"{BUDGET}.columns[1].choices: does not go"),
    "a value that is never a number": (f"{TARGET}.number_when", ABSENT, rf"{TARGET}: 'number_when'"),
    "a required formula": (f"{BUDGET}.columns[3].required", True, rf"{BUDGET}.columns[3].required: does not go"),
    "an `only` of nothing": (f"{INDICATORS}.columns[6].only", [], rf"{INDICATORS}.columns[6].only"),
    "an `except` of nothing": ("rules[2].except", [], r"rules[2].except"),
    "a parameter that is no number": ("parameters.low_rate", "90%", r"parameters.low_rate"),
    "a quote that ends a formula's text": ("words.passed", '"通过"', r"words.passed"),
    "a formula that begins with =": (f"{BUDGET}.columns[3].formula", "= spent", rf"{BUDGET}.columns[3].formula"),
    "a date where a text is due": ("title", yaml.safe_load("2022-01-01"), r"title: datetime"),
    "spare rows that are keyed": ("sheets[4].sections[0].blocks[0].spare", 1, r"blocks[0].spare: does not go"),
    "the program's own key": (f"{BUDGET}.blocks[1].key", "rules", rf"{BUDGET}.blocks[1].key"),
    "the checks without a count": ("sheets[5].sections[0].columns[4]", ABSENT, r"sheets[5].sections[0].columns: .* count "),
    "a sheet that is no mapping": ("sheets[2]", "budget", r"sheets[2]: 'budget'"),
    "a section that is no mapping": (BUDGET, None, rf"{BUDGET}: None"),
}
LABEL = {"key": "note", "label": "注", "type": "label"}
NAMES: dict[str, tuple[str, object, str]] = {
    "a unit that is no field": ("unit", "cover.unitt", r"unit: .*'unitt'"),
    "a subject that is no field": ("subject", "project.name", r"subject: .*'name'"),
    "steps that go up": ("parameters.grades", [[60, "中"], [90, "优"], ["差"]], r"parameters.grades: .*highest first"),
    "steps without the lowest": ("parameters.grades", [[90, "优"], [60, "中"]], r"parameters.grades: .*the last one a result alone"),
    "steps to a number and a text": ("parameters.grades", [[90, "优"], [0]], r"parameters.grades: .*others texts"),
    "a dropdown by an unknown column": (OPERATOR, NAMES_OF_DEPENDENT | {"choices_by": {"nobody": {"过程": ["="]}}}, r"choices_by: .*'nobody'"),
    "a dropdown by a text that never is": (OPERATOR, NAMES_OF_DEPENDENT | {"choices_by": {"category": {"产出": ["="]}}},
                                           r"choices_by.category: .*'产出'.*过程"),
    "a dropdown by too many texts": (OPERATOR, NAMES_OF_DEPENDENT | {"choices_by": {"kind": {"定量" * 40: ["="], "定性" * 40: ["="]}}},
                                     r"choices_by"),
    "two sheets of one key": ("sheets[2].key", "cover", r"sheets[2].key: 'cover' .*sheets[1].key"),
    "two sheets of one title": ("sheets[2].title", "自评表", r"sheets[3].title: .*sheets[2].title"),
    "two blocks of one key": (f"{INDICATORS}.blocks[1].key", "items", rf"blocks[1].key: 'items' .*{BUDGET}.blocks[1].key"),
    "a block named like a table": (f"{BUDGET}.blocks[1].key", "indicators", r"'indicators'"),
    "a block named like fields": (f"{BUDGET}.blocks[1].key", "cover", rf"{BUDGET}.blocks[1].key: 'cover'"),
    "two columns of one key": (f"{BUDGET}.columns[2].key", "planned", rf"{BUDGET}.columns[2].key: 'planned' .*columns[1].key"),
    "two fields of one key": ("sheets[1].sections[1].items[1].key", "unit", r"items[1].key: 'unit' .*items[0].key"),
    "two rows of one key": (f"{PRESET}.key", "coverage", rf"{PRESET}.key: 'coverage'"),
    "two rows of one name": (f"{PRESET}.name", " 覆盖率", rf"{PRESET}.name: '覆盖率'"),
    "two rules of one code": ("rules[2].code", "AB101", r"rules[2].code: 'AB101' .*rules[1].code"),
    "a rule of an unknown table": ("rules[1].table", "budgets", r"rules[1].table: .*'budgets'.*'budget'"),
    "a rule of an unknown block": ("rules[1].blocks", ["item"], r"rules[1].blocks: .*'item'.*'items'"),
    "a slip of an unknown cell": ("rules[1].misspelt", {"text": "actul", "meant": "spent"}, r"rules[1].misspelt.text: .*'actul'"),
    "a rule of an unknown cell": ("rules[1].cells", ["spend"], r"rules[1].cells: .*'spend'.*'spent'"),
    "a rule that excepts an unknown row": ("rules[2].except", ["coverege"], r"rules[2].except: .*'coverege'.*'coverage'"),
    "a rule for an unknown row": ("rules[1].rows", ["coverege"], r"rules[1].rows: .*'coverege'"),
    "a sentence with an unknown field": ("rules[1].found", "{nam}", r"rules[1].found: .*{nam}.*'name'"),
    "a sentence with a cell its test does not name": ("rules[1].found", "{total_spent}", r"rules[1].found: .*{total_spent}"),
    "a sentence with an open brace": ("rules[1].found", "{name", r"rules[1].found"),
    "a sentence with a format": ("rules[1].found", "{spent:.2f}", r"rules[1].found: {spent}"),
    "an expectation with a field": ("rules[1].expected", "{spent}", r"rules[1].expected: .*{spent}"),
    "a year line without a year": ("year_line", "{yaer}", r"year_line: .*{yaer}.*'year'"),
    "an unknown row_name": (f"{BUDGET}.row_name", "nam", rf"{BUDGET}.row_name: .*'nam'.*'name'"),
    "an unknown required column": (f"{BUDGET}.blocks[1].require", ["nmae"], rf"{BUDGET}.blocks[1].require: .*'nmae'.*'name'"),
    "a constant for no column": (f"{BUDGET}.blocks[0].constants", {"nmae": "合计"}, rf"{BUDGET}.blocks[0].constants: .*'nmae'"),
    "a formula for no column": (f"{BUDGET}.blocks[0].formulas", {"spend": "1"}, rf"{BUDGET}.blocks[0].formulas: .*'spend'"),
    "a row's formula for no column": (f"{PRESET}.formulas", {"actaul": "1"}, r"rows[1].formulas: .*'actual'"),
    "a row's content for no column": (f"{PRESET}.knid", "定性", r"rows[1]: .*'knid'.*'kind'"),
    "an `only` naming nothing": (f"{INDICATORS}.columns[6].only", ["proces"], rf"{INDICATORS}.columns[6].only: .*'process'"),
    "unknown spellings": (f"{OPERATOR}.spellings", "operator", rf"{OPERATOR}.spellings: .*'operators'"),
    "spellings of no choice": ("spellings.operators", {"==": ["等于"]}, r"spellings.operators: .*'=='"),
    "a preset row that is no choice": (f"{PRESET}.kind", "定型", r"kind: '定型' is not one of 定量, 定性"),
    "a number for a text": (f"{PRESET}.name", 5, rf"{PRESET}: .*'name'"),
    "a list of rows without names": (f"{INDICATORS}.row_name", ABSENT, rf"{INDICATORS}.blocks[0].rows: .*row_name"),
    "a label that nothing fills": (f"{BUDGET}.columns[4]", LABEL, rf"{BUDGET}.blocks[0]: .*'note'"),
    "a minimum above the maximum": (f"{BUDGET}.columns[1].maximum", -1, rf"{BUDGET}.columns[1].minimum: 0 .*-1"),
    "more columns than widths": ("sheets[2].widths", [34, 18], r"sheets[2].widths: 2 widths.*4"),
    "two blocks of one path": (f"{BUDGET}.blocks[1].path", "budget.total", rf"{BUDGET}.blocks[1]: .*'budget.total'"),
    "a path through another block": (f"{BUDGET}.blocks[1].path", "budget.total.items", rf"{BUDGET}.blocks[1]: .*crosses"),
    "a path of the program's own": (f"{BUDGET}.blocks[1].path", "explanations", rf"{BUDGET}.blocks[1]: 'explanations'"),
    "a list nobody can tell apart": (f"{INDICATORS}.blocks[1].constants", {"category": "过程"}, r"blocks[1]: .*'indicators'"),
    "no field for the unit": ("sheets[1].sections[1].items[0].key", "name", r"sheets: .*'unit'"),
    "no checks": ("sheets[5]", ABSENT, r"sheets: .*checks"),
    "a second guide": ("sheets[0].sections[1]", {"guide": True}, r"sheets[0].sections[1]: 'guide' .*sheets[0].sections[0]"),
    "another folder than the key": ("form", "maxi", r"form: 'maxi' .*'mini'"),
    "another folder than the revision": ("revision", "2023", r"revision: '2023' .*'2022'"),
}
FORMULAS: dict[str, tuple[str, object, str]] = {
    "a formula that does not parse": (f"{BUDGET}.columns[3].formula", "ROUND(spent / planned", r"\brate: "),
    "a formula with a strange sign": (f"{BUDGET}.columns[3].formula", "spent ^ 2", r"\brate: .*'spent ^ 2'"),
    "an unknown field": (f"{BUDGET}.columns[3].formula", "spend / planned", r"\brate: .*'spend'"),
    "an unknown function": (f"{BUDGET}.columns[3].formula", "RUOND(spent, 2)", r"\brate: .*'RUOND'"),
    "an unknown field elsewhere": (f"{BUDGET}.blocks[0].formulas.spent", "SUM(items.spend)", r"total.spent: .*'items.spend'"),
    "an unknown parameter": ("rules[1].test", "rate >= parameters.low_rat", r"AB101.test: .*'parameters.low_rat'"),
    "an unknown field of a test": ("rules[1].test", "spend <= planned", r"AB101.test: .*'spend'"),
    "a test that is no test": ("rules[1].test", "spent", r"AB101.test: 'spent' is not a test"),
    "a test that ends its helper": ("rules[1].test", "TRUE, 0, 1) + IF(TRUE", r"AB101.test: "),
    "text compared with a number": ("rules[1].test", "name = 5", r"AB101.test: compares text with a number"),
    "a text for a number": (f"{BUDGET}.columns[3].formula", 'name & "x"', r"\brate: .*gives text, the field holds number"),
    "a test for a number": (f"{BUDGET}.columns[3].formula", "spent > planned", r"\brate: .*gives boolean"),
    "a circle in one row": (f"{BUDGET}.columns[3].formula", "rate * 2", r"circle: .*rate → .*rate"),
    "a circle through a column": (f"{BUDGET}.blocks[1].formulas", {"planned": "total.planned"}, r"circle: .*items.planned"),
    "a label in a formula": ("sheets[4].sections[0].columns[3].formula", "LEN(indicator)", r"base.coverage.ratio|base.ratio"),
    "a condition that does not parse": (f"{OPERATOR}.required", "T(kind) =", r"operator.required: "),
    "a condition on an unknown field": (f"{OPERATOR}.required", 'T(knd) = "定量"', r"operator.required: .*'knd'"),
    "a condition that is no test": (f"{OPERATOR}.required", "T(kind)", r"operator.required: .*not a test"),
    "a condition on a number": (f"{BUDGET}.columns[0].required", "planned > 0", r"total.name.required: 'planned > 0' is more"),
    "a condition on a free text": (f"{OPERATOR}.required", 'T(name) = "x"', r"operator.required: .* is more"),
    "a condition that can be blank": (f"{OPERATOR}.required", 'kind = "定量"', r"operator.required: .* is more"),
    "a condition on another row": (f"{OPERATOR}.required", 'cover.unit = ""', r"operator.required: .*own row"),
    "a number by a condition on a number": (f"{TARGET}.number_when", "LEN(name) > 1", r"number_when: "),
    "a text that is no choice": (f"{OPERATOR}.required", 'T(kind) = "定值"', r"operator.required: kind is never '定值'"),
    "a text that is no choice, in a test": ("rules[2].test", '"定值" = T(kind)', r"AB201.test: kind is never '定值'"),
    "a formula nested too deeply": (f"{BUDGET}.columns[3].formula", "(" * 3000 + "1" + ")" * 3000, r"nested"),
}


def pattern(named: str) -> str:
    """A readable pattern: brackets and braces stand for themselves."""
    return re.sub(r"([\[\]{}^])", r"\\\1", named)


@pytest.mark.parametrize(("place", "value", "named"), SHAPES.values(), ids=SHAPES)
def test_a_definition_of_the_wrong_shape_is_refused(write: Write, place: str, value: object, named: str) -> None:
    definition = base_form()
    put(definition, place, value)
    refused(write(definition), "form_shape", named)


@pytest.mark.parametrize(("place", "value", "named"), NAMES.values(), ids=NAMES)
def test_a_definition_whose_names_do_not_fit_is_refused(write: Write, place: str, value: object, named: str) -> None:
    definition = base_form()
    put(definition, place, value)
    refused(write(definition), "form_shape", named)


REFERENCE = {"key": "last_actual", "label": "上年", "type": "reference", "last": "actual", "width": 12}
REFERENCES: dict[str, tuple[dict, str, str, object, str]] = {
    # what is wrong: the column of last year's figures, the key of the error, a further change and what the error must say
    "of no column": ({**REFERENCE, "last": "actuals"}, "form_shape", "title", "小表", r"columns[7].last: there is no 'actuals'.*'actual'"),
    "of itself": ({**REFERENCE, "last": "last_actual"}, "form_shape", "title", "小表", r"columns[7].last: there is no 'last_actual'"),
    "without a width": ({k: v for k, v in REFERENCE.items() if k != "width"}, "form_shape", "title", "小表", r"columns[7]: 'width' is a required"),
    "that is filled in": ({**REFERENCE, "required": True}, "form_shape", "title", "小表", r"columns[7]: 'required' is not one of key"),
    "on a sheet with other things": (REFERENCE, "form_shape", "sheets[3].sections[1]", {"lines": ["签字"]}, r"needs a sheet on which its table"),
    "in a formula": (REFERENCE, "form_formula", "rules[2].test", "last_actual > 1", r"AB201.test: .*'last_actual'"),
    "marked by a rule": (REFERENCE, "form_shape", "rules[2].cells", ["last_actual"], r"rules[2].cells: there is no 'last_actual'"),
    "preset in a row": (REFERENCE, "form_shape", f"{PRESET}.last_actual", 3, rf"{PRESET}: there is no 'last_actual'"),
}


@pytest.mark.parametrize(("column", "key", "place", "value", "named"), REFERENCES.values(), ids=REFERENCES)
def test_a_wrong_column_of_last_years_figures_is_refused(write: Write, column: dict, key: str, place: str, value: object, named: str) -> None:
    definition = base_form()
    definition["sheets"][3]["sections"][0]["columns"].append(column)
    definition["sheets"][3]["sections"].append(None) if place.endswith("sections[1]") else None
    put(definition, place, value)
    refused(write(definition), key, named)


def test_a_right_one_has_no_place_until_there_is_something_to_show(write: Write) -> None:
    definition = base_form()
    definition["sheets"][3]["sections"][0]["columns"].insert(5, REFERENCE)
    form = check_form(write(definition))
    rows = {"process": [{"last_actual": 96}, {}], "benefits": []}
    assert references_of(form, rows) == {("indicators", "last_actual")} and references_of(form, {"process": [{"actual": 96}]}) == frozenset()
    plain, shown = make_layout(form), make_layout(form, None, references_of(form, rows))
    assert Spot("process", 0, "last_actual") not in plain.spots
    columns = [[layout.spots[Spot("process", 0, key)][2] for key in ("target", "actual", "applies")] for layout in (plain, shown)]
    assert columns == [[5, 6, 7], [5, 7, 8]] and shown.address(Spot("process", 1, "last_actual")) == "自评表!G4"


@pytest.mark.parametrize(("place", "value", "named"), FORMULAS.values(), ids=FORMULAS)
def test_a_definition_with_a_wrong_formula_is_refused(write: Write, place: str, value: object, named: str) -> None:
    definition = base_form()
    put(definition, place, value)
    refused(write(definition), "form_formula", named)


def refused(folder: Path, key: str, named: str) -> None:
    """Loading says which file, where in it and what is wrong."""
    with pytest.raises(FormError) as caught:
        load_form(folder)
    assert caught.value.key == key
    assert str(folder / "form.yaml") in str(caught.value)
    assert re.search(pattern(named), str(caught.value)), str(caught.value)


def test_tables_of_one_sheet_agree_on_their_columns(write: Write) -> None:
    definition = base_form()
    section = copy.deepcopy(definition["sheets"][2]["sections"][0])
    section |= {"table": "again", "blocks": [{"key": "again", "spare": 2}], "columns": section["columns"][1::-1]}
    definition["sheets"][2]["sections"].append(section)
    refused(write(definition), "form_shape", r"sheets[2].sections[1].columns: 'planned'")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("form: [", "line"),
        (BASE.replace("title: 小表\n", "title: 小表\ntitle: 大表\n", 1), "'title' stands here twice.*line"),
        (BASE.replace("{operators: {", "{operators: {1: [一], "), "a key is a text.*line"),
        (BASE.replace("title: 小表", "title: 2023-02-31"), "day is out of range"),
        ("\x00", "#x0000|not allowed"),
    ],
    ids=["a bracket left open", "a key twice", "a key that is no text", "a day that is none", "a control character"],
)
def test_a_file_that_is_not_yaml_is_refused(write: Write, text: str, named: str) -> None:
    refused(write(text), "form_syntax", named)


@pytest.mark.parametrize("text", ["", "[]", "form", "3"])
def test_a_file_that_is_no_definition_is_refused(write: Write, text: str) -> None:
    refused(write(text), "form_shape", "object")


def test_a_folder_without_a_form_is_an_error_of_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        load_form(tmp_path / "nothing" / "2022")


def test_a_form_of_ours_that_lost_its_shape_is_refused_too(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    definition = base_form()
    put(definition, f"{BUDGET}.columns[1].minimun", 0)
    folder = write(definition)
    monkeypatch.setattr("xlperf.forms.loader.shipped", lambda name: folder.parent.parent)
    refused(folder, "form_shape", rf"{BUDGET}.columns[1].minimun")
