"""Findings as people get them: text, JSON lines, CSV, a page to print; a form's own mistakes with their line."""

from __future__ import annotations

import csv
import html.parser
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from support.base_form import BUDGET, base_form, put
from support.command_line import xlperf
from support.example import document
from support.form_mistakes import FORMULAS, NAMES, SHAPES
from support.paths import DOCS, TESTS
from support.surgery import type_into
from xlperf import Result, annotate, fill_workbook, finalize, validate
from xlperf.csv_file import harmless
from xlperf.errors import FormError
from xlperf.forms.form import Form
from xlperf.forms.loader import form_directories, load_form
from xlperf.forms.model import SEVERITIES
from xlperf.forms.written.yaml_file import line_of, located
from xlperf.messages import LANGUAGES, catalogue
from xlperf.reporting.formats import FORMATS, MOST_CELLS, MOST_SHOWN, as_csv, as_json, as_jsonl, as_text
from xlperf.reporting.html_page import as_page
from xlperf.workflow.check_form import check_form

FAULTY = {"基本信息!C5": None, "自评表!K53": None, "预算信息!F7": "约2.6万", "自评表!E61": "约"}
WARNED = {"explanations": {"SZ202": "目标按上年数确定 <b>"}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("收到 的")
    fill_workbook(document() | WARNED, output=folder / "甲.xlsx")
    type_into(folder / "甲.xlsx", folder / "乙.xlsx", FAULTY)
    (folder / "丙.xlsx").write_bytes(b"not a workbook")
    return folder


@pytest.fixture(scope="module")
def results(folder: Path) -> list[Result]:
    return [validate(folder / name) for name in ("甲.xlsx", "乙.xlsx", "丙.xlsx")]


def many(count: int, cells: int = 1, found: str = "x") -> Result:
    finding = {"code": "XL202", "severity": "error", "cells": [f"自评表!D{n}" for n in range(cells)], "field": None, "label": None,
               "found": found, "expected": "数字", "message": "内容类型不对", "fix": "请改"}  # fmt: skip
    return Result(file="a.xlsx", status="returned", findings=[finding] * count)


# --- text ----------------------------------------------------------------------------------------------------


def test_text_says_place_found_expected_and_remedy_errors_first(results: list[Result]) -> None:
    text = as_text(results)
    errors, warnings = (re.search(rf"^{words} \d+ 条", as_text(results[1:2]), re.MULTILINE) for words in ("错误", "提醒"))
    assert errors.start() < warnings.start()
    flat = re.sub(r"\s", "", text)
    for words in (
        "预算信息!F7",
        "填报内容：约2.6万",
        "填报要求：数字",
        "自评表!E61",
        "丙.xlsx：无法读取",
        "说明：目标按上年数确定<b>",
    ):
        assert words in flat, words
    counted = r"(\d+) 条(?:（已说明 \d+ 条，未说明 \d+ 条）)?"
    totals = re.findall(rf"^错误 {counted}，须说明 {counted}，提醒 {counted}，提示 {counted}。$", text, re.MULTILINE)
    assert [tuple(map(int, line)) for line in totals] == [
        tuple(sum(f["severity"] == severity for f in result.findings) for severity in SEVERITIES) for result in results
    ]


@pytest.mark.parametrize("columns", [80, 120])
def test_text_fits_the_terminal(results: list[Result], monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    from xlperf.workbook.styles import text_width

    monkeypatch.setenv("COLUMNS", str(columns))
    text = as_text(results)
    wide = [
        line
        for line in text.splitlines()
        if text_width(line.replace("“", "'").replace("”", "'").replace("…", ".").replace("─", "-").replace("−", "-")) > columns
    ]
    assert [line for line in wide if ".xlsx：" not in line] == []
    assert re.search(r"自评表!E61", text) and "\n\n\n\n" not in text


def test_many_findings_and_many_cells_are_cut_with_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    text = as_text([many(MOST_SHOWN + 7, 40)])
    assert f"错误 {MOST_SHOWN + 7} 条，显示前 {MOST_SHOWN} 条" in text and text.count("XL202") == MOST_SHOWN
    assert re.search(r"D5 等 40", text)
    assert f"D{MOST_CELLS - 1}" in text and f"D{MOST_CELLS} " not in text


def test_a_long_text_does_not_fill_the_screen() -> None:
    assert len(as_text([many(1, found="长" * 5000)])) < 3000


def test_a_passed_file_is_one_line() -> None:
    assert as_text([Result(file="a.xlsx", status="passed", findings=[])]) == "a.xlsx：没有错误。"


# --- JSON lines and CSV --------------------------------------------------------------------------------------


def test_json_lines_are_one_finding_each_with_its_file(results: list[Result]) -> None:
    lines = [json.loads(line) for line in as_jsonl(results).splitlines()]
    assert [(line["file"], line["code"]) for line in lines] == [(r.file, f["code"]) for r in results for f in r.findings]
    assert as_jsonl([Result(file="a.xlsx", status="passed", findings=[])]) == ""


def test_csv_is_one_row_per_finding_and_cell_with_a_bom(results: list[Result]) -> None:
    text = as_csv(results)
    assert text.startswith("\ufeff文件,")
    rows = list(csv.DictReader(io.StringIO(text[1:])))
    expected = [(r.file, f["code"], cell) for r in results for f in r.findings for cell in f["cells"] or [""]]
    assert [(row["文件"], row["编号"], row["位置"]) for row in rows] == expected
    (row,) = [row for row in rows if row["位置"] == "预算信息!F7" and row["编号"] == "XL202"]
    assert (row["类别"], row["填报内容"], row["填报要求"]) == ("错误", "约2.6万", "数字")
    assert "目标按上年数确定 <b>" in {row["说明"] for row in rows}


@pytest.mark.parametrize("text", ["=1+1", "+86", "-3", "@SUM(A1)", "\tx", "＝1", "＋1", "－1", "＠x"])
def test_no_cell_of_a_csv_file_runs(text: str) -> None:
    assert harmless(text) == "'" + text
    rows = list(csv.reader(io.StringIO(as_csv([many(1, found=text)])[1:], newline="")))
    assert not any(cell.startswith(tuple("=+-@\t\r＝＋－＠")) for row in rows for cell in row)
    assert harmless("\rx") == "<U+000D>x" and harmless("正常 = 1") == "正常 = 1" and harmless(None) == ""


# --- the page ------------------------------------------------------------------------------------------------


class Page(html.parser.HTMLParser):
    """Tags in balance, and the words between them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data if "style" not in self.open else ""


def test_the_page_is_one_file_without_scripts(results: list[Result]) -> None:
    text = as_page(results)
    page = Page(text)
    assert page.open == [] and text.startswith("<!DOCTYPE html>") and '<html lang="zh-CN">' in text
    assert {"script", "link", "img", "iframe"}.isdisjoint(page.tags) and "http" not in text and "url(" not in text
    assert not any(name.startswith("on") or name in ("src", "href") for name, _ in page.attributes)
    assert "@page { size: A4" in text
    for words in ("预算信息!F7", "填报内容：约2.6万", "填报要求：数字", "说明：目标按上年数确定 <b>", "丙.xlsx：无法读取。"):
        assert words in page.text, words


def test_what_people_typed_is_escaped() -> None:
    text = as_page([many(1, found="<script>alert(1)</script>&amp;")])
    assert "<script" not in text and Page(text).text.count("<script>alert(1)</script>&amp;") == 1


# --- every format --------------------------------------------------------------------------------------------


def test_formats_are_the_options_of_the_command() -> None:
    from xlperf.cli.options import FORMAT_NAMES

    assert list(FORMATS) == FORMAT_NAMES


@pytest.mark.parametrize("name", FORMATS)
def test_an_explanation_is_shown_in_every_format(results: list[Result], name: str) -> None:
    text = re.sub(r"\s", "", FORMATS[name](results[:1]))
    assert "目标按上年数确定" in text


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_utf8_whatever_the_console(folder: Path, name: str) -> None:
    outcome = xlperf("validate", "乙.xlsx", "--format", name, cwd=folder, PYTHONIOENCODING="gbk", PYTHONUTF8="0", LC_ALL="C")
    assert outcome.returncode == 1 and outcome.stderr == "" and "预算信息!F7" in outcome.stdout
    assert outcome.stdout.startswith("\ufeff") == (name == "csv")


def test_formats_of_no_finding_are_whole(tmp_path: Path) -> None:
    clean = [Result(file="a.xlsx", status="passed", findings=[])]
    assert json.loads(as_json(clean))[0]["findings"] == [] and as_csv(clean).count("\n") == 0
    assert "没有错误" in Page(as_page(clean)).text


# --- the command ---------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_validate_annotates_what_can_be_read_and_names_what_cannot(folder: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in folder.iterdir()}
    outcome = xlperf("validate", *sorted(folder.iterdir()), "--annotate", tmp_path / "退回", "--format", "jsonl")
    assert outcome.returncode == 3 and all(json.loads(line) for line in outcome.stdout.splitlines())
    assert sorted(path.name for path in (tmp_path / "退回").iterdir()) == ["乙-问题.xlsx", "甲-问题.xlsx"]
    assert outcome.stderr.count("已生成：") == 2 and "丙.xlsx：无法读取，没有生成批注文件" in outcome.stderr
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.slow
def test_an_explanation_travels_into_the_finalized_file(folder: Path, tmp_path: Path) -> None:
    """And from an annotated copy that was sent back as it is."""
    for path in (folder / "甲.xlsx", annotate(folder / "甲.xlsx", output=tmp_path)):
        result = finalize(path, output=tmp_path / "定稿")
        assert result.outputs and result.document["explanations"] == WARNED["explanations"]
        again = validate(result.outputs[0])
        assert {f.get("explanation") for f in again.findings if f["code"] == "SZ202"} == {WARNED["explanations"]["SZ202"]}


# --- a form's own mistakes -----------------------------------------------------------------------------------

MISTAKES = {**SHAPES, **NAMES, **FORMULAS}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_a_form_is_named_with_its_line(tmp_path: Path, name: str) -> None:
    place, value, _ = MISTAKES[name]
    definition = base_form()
    put(definition, place, value)
    folder = tmp_path / "mini" / "2022"
    folder.mkdir(parents=True)
    (folder / "form.yaml").write_text(yaml.safe_dump(definition, allow_unicode=True, sort_keys=False, width=10_000), "utf-8")
    with pytest.raises(FormError) as caught:
        check_form(folder)
    text = located(caught.value)
    line = line_of((folder / "form.yaml").read_text("utf-8"), str(caught.value.arguments["reason"]))
    assert line is not None, text
    assert f"form.yaml 第 {line} 行：" in text and str(caught.value) in text


def test_the_line_is_that_of_the_mistake() -> None:
    text = yaml.safe_dump(base_form(), allow_unicode=True, sort_keys=False, width=10_000)
    lines = text.splitlines()
    at = lambda reason: lines[line_of(text, reason) - 1].strip()  # noqa: E731
    assert at(f"{BUDGET}.columns[3].formula: wrong").startswith("formula: IF(planned = 0")
    assert at(f"{BUDGET}.columns[3].formla: there is no such key") == "- key: rate"
    assert at("total.spent: no field 'x' in 'ROUND(SUM(items.spent), 6)'").startswith("spent: ROUND(SUM(items.spent)")
    assert at("items.rate: wrong").startswith("formula: IF(planned = 0")
    assert at("AB101.test: wrong").startswith("test: ")
    assert at("the formulas run in a circle: items.rate → items.rate").startswith("formula: IF(planned")
    assert line_of(text, "a formula is nested too deeply") is None


def test_check_form_says_what_there_is_or_what_is_wrong(tmp_path: Path, form) -> None:
    fine = xlperf("check-form", form.directory)
    assert (
        fine.returncode == 0 and fine.stderr == "" and "8 张工作表" in fine.stdout and f"{len(form.rules)} 条规则" in fine.stdout
    )
    folder = tmp_path / "mini" / "2022"
    folder.mkdir(parents=True)
    definition = base_form()
    definition["rules"][1]["test"] = "spend <= planned"
    (folder / "form.yaml").write_text(yaml.safe_dump(definition, allow_unicode=True, sort_keys=False), "utf-8")
    wrong = xlperf("check-form", folder)
    assert (wrong.returncode, wrong.stdout) == (2, "") and re.search(r"form.yaml 第 \d+ 行：.*“spend”", wrong.stderr)
    (folder / "form.yaml").write_text("form: [", "utf-8")
    assert "form.yaml 第 1 行" in xlperf("check-form", folder / "form.yaml").stderr
    assert xlperf("check-form", tmp_path / "没有").returncode == 2


# --- the page of all codes -----------------------------------------------------------------------------------

EXAMPLE_OF = {"zh": ("| 示例 |", "| 位置 |"), "en": ("| Example |", "| Cells |")}
PAGES = {language: (DOCS / language / "findings.md").read_text("utf-8") for language in EXAMPLE_OF}
SECTIONS = {
    language: {part.split()[0]: part for part in re.split(r"^### ", text, flags=re.MULTILINE)[1:]}
    for language, text in PAGES.items()
}
TESTED = set(re.findall(r"\b[A-Z]{2}\d{3}\b", "".join(path.read_text("utf-8") for path in TESTS.rglob("*.py"))))
OURS = sorted(catalogue("zh")["findings"])


def every_stage() -> Iterator[Form]:
    """The forms that travel with xlperf, and each as its later stages have it."""
    for folder in form_directories():
        yield (form := load_form(folder))
        yield from (load_form(folder, stage=stage.key) for stage in form.stages)


RULES = {  # but what is counted in the checks sheet alone
    code: rule for form in every_stage() for code, rule in form.rules.items() if rule.builtin != "formulas"
}


@pytest.mark.parametrize("code", sorted({*OURS, *RULES}))
def test_every_code_has_its_words_a_test_and_a_real_example(code: str) -> None:
    """What fails here is fixed in the catalogues, in the tests, and in docs/generator; then run `make golden`."""
    for language in LANGUAGES:
        texts = catalogue(language)["findings"].get(code)
        rule = RULES.get(code)
        own = texts or {"message": rule.message or rule.title, "found": rule.found, "expected": rule.expected, "fix": rule.fix}
        assert all(own[part] for part in ("message", "found", "expected", "fix")), language
    mentioned = code in TESTED
    assert mentioned, "no test mentions it"
    for language, marks in EXAMPLE_OF.items():
        assert code in SECTIONS[language], "run: make golden"
        assert all(mark in SECTIONS[language][code] for mark in marks), "docs/generator/finding_examples.py has no example of it"


def test_the_page_has_no_code_that_is_gone() -> None:
    assert [set(sections) for sections in SECTIONS.values()] == [{*OURS, *RULES}] * 2
