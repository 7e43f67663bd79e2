"""Old papers become documents: the specimen, reports typed in Word in many ways, older workbooks; nothing is dropped silently."""

from __future__ import annotations

import json
from pathlib import Path

import docx
import pytest
from conftest import EXAMPLE
from documents import valid_document
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from papers import HEADINGS, NUMBERINGS, Typing, write_paper
from test_example import BUDGET, INDICATORS, SPECIMEN

from xlperf import fill_workbook, finalize, find_form, import_document, load_document, load_form
from xlperf.compute import compute
from xlperf.document import document_of, rows_of
from xlperf.outline import INDENT
from xlperf.report import Paper
from xlperf.report import write_paper as write_report

PARTS = ("fiscal_year", "narrative", "goals", "budget", "tasks", "indicators")
FORM = load_form(find_form("suzhou-department", 2022))  # no fixture: Hypothesis would print all of it
FINALIZED = load_document(EXAMPLE / "finalized.json")
TYPED = load_document(EXAMPLE / "document.json")


def parts(document: dict, keys: tuple[str, ...] = PARTS) -> dict:
    """What a paper can hold of a document: a duty that spans its tasks said of each, texts without indents and blank ends."""
    found = {"unit": document["cover"]["unit"], **{key: document.get(key) for key in keys}}
    duty = None
    tasks = []
    for task in document.get("tasks", ()):
        duty = task.get("duty", duty)
        tasks.append({**task, **({"duty": duty} if duty else {})})
    return plain({**found, "tasks": tasks} if "tasks" in keys else found)


def plain(value: object) -> object:
    if isinstance(value, str):
        return INDENT.sub("", value).strip()
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if item not in (None, [], {})}
    return value


def said(path: Path) -> list[tuple[str, str, list[str], str]]:
    return [(f["code"], f["severity"], f["cells"], f["found"]) for f in import_document(path).findings]


def computed(document: dict) -> dict:
    """The document with its computed fields, as it stands in a report."""
    return document_of(FORM, compute(FORM, rows_of(FORM, document)[0]))


# --- the specimen --------------------------------------------------------------------------------------------


@pytest.mark.skipif(not SPECIMEN.exists(), reason="the specimen is not beside the repository")
class TestSpecimen:
    def test_everything_in_it_has_its_field(self) -> None:
        result = import_document(SPECIMEN)
        document = result.document
        assert (result.form, result.year, result.unit) == ("suzhou-department", 2022, "苏州市生产力促进中心")
        assert [(f["code"], f["cells"]) for f in result.findings] == [("XL420", ["第 8 行"])]
        assert "leftovers" not in document
        assert sorted(document["narrative"]) == ["application", "duties", "measures", "overview", "problems", "profile"]
        assert all(len(text) > 100 for text in document["narrative"].values())

    def test_ten_goals_each_with_both_halves(self) -> None:
        goals = import_document(SPECIMEN).document["goals"]
        text = "".join(SPECIMEN.read_text("utf-8").split())
        assert len(goals) == 10
        for number, goal in enumerate(goals, 1):
            begin = f"{number}.对年度绩效目标{number}的分析预期目标：{goal['expected']}完成情况：{goal['actual']}"
            assert "".join(begin.split()) in text
        assert [len(goal["expected"]) < 70 for goal in goals] == [True] * 10

    def test_budget_tasks_and_indicators(self) -> None:
        document = import_document(SPECIMEN).document
        assert document["budget"] == TYPED["budget"]
        assert [row["name"] for row in document["indicators"]] == [name for name, *_ in INDICATORS]
        keys = ("category", "name", "kind", "operator", "target", "unit", "actual")
        ours = [{key: row[key] for key in keys if key in row} for row in TYPED["indicators"]]
        assert [{key: row[key] for key in keys if key in row} for row in document["indicators"]] == ours
        assert [row["reason"] for row in document["indicators"] if "reason" in row][:2] == ["人员变动及政策性调整人员经费", "人员变动受疫情影响免税"]
        assert sum("reason" in row for row in document["indicators"]) == 12
        assert all(row["source"] == row["source"].strip() for row in document["indicators"])
        assert len(document["tasks"]) == 10
        assert [task["duty"] for task in document["tasks"]][:3] == ["负责产学研合作", "负责产学研合作", "负责成果转化"]

    def test_filled_and_finalized_it_gives_every_computed_cell(self, tmp_path: Path) -> None:
        assert fill_workbook(import_document(SPECIMEN).document, tmp_path / "filled.xlsx").findings == []
        document = finalize(tmp_path / "filled.xlsx", tmp_path / "out").document
        keys = ("name", "target_text", "actual_text", "deviation_text")
        assert [tuple(row[key] for key in keys) for row in document["indicators"]] == list(INDICATORS)
        budget = document["budget"]
        rows = [budget["total"], budget["basic"], budget["project"], *budget["items"]]
        assert [(float(adjusted), f"{row['rate']:.2%}") for (_, adjusted, _), row in zip(BUDGET, rows, strict=True)] == [
            (row["adjusted"], rate) for (_, _, rate), row in zip(BUDGET, rows, strict=True)
        ]

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "gbk", "utf-16"])
    def test_in_any_encoding(self, tmp_path: Path, encoding: str) -> None:
        text = SPECIMEN.read_text("utf-8").replace("\n", "\r\n")
        (tmp_path / "a.txt").write_bytes(text.encode(encoding))
        assert import_document(tmp_path / "a.txt").document == import_document(SPECIMEN).document


# --- typed in Word -------------------------------------------------------------------------------------------


TYPINGS = {
    "as printed": Typing(),
    "digits, columns in another order": Typing(numbering="digits", shuffled=3),
    "brackets, no merged cells": Typing(numbering="brackets", merged=False, shuffled=8),
    "headings by style, no numbers, half-width colons": Typing(numbering="none", styled=True, colon=":"),
    "goals run together, runs split": Typing(run_together=True, split_runs=True, numbering="points"),
}


@pytest.mark.parametrize("typing", TYPINGS.values(), ids=TYPINGS)
def test_a_report_typed_in_word(tmp_path: Path, typing: Typing) -> None:
    result = import_document(write_paper(FINALIZED, tmp_path / "a.docx", typing))
    assert parts(result.document) == parts(TYPED)
    assert (result.findings, result.document.get("leftovers")) == ([], None)


@settings(max_examples=60, phases=[Phase.explicit, Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 10_000), numbering=st.sampled_from(sorted(NUMBERINGS)), styled=st.booleans(), colon=st.sampled_from("：:"),
    shuffled=st.integers(0, 50), omitted=st.sets(st.sampled_from(sorted(HEADINGS)), max_size=4), merged=st.booleans(),
    split_runs=st.booleans(), extra=st.lists(st.sampled_from(["附件2", "绩效办编印 第3稿", "（内部资料）"]), max_size=2, unique=True),
)  # fmt: skip
def test_generated_reports_in_any_typing(tmp_path: Path, seed: int, omitted: set[str], extra: list[str], **how: object) -> None:
    document = valid_document(FORM, seed)
    typing = Typing(**how, omitted=tuple(omitted), extra=tuple(extra))
    result = import_document(write_paper(computed(document), tmp_path / "a.docx", typing), FORM.key)
    left = {left["text"] for left in result.document.get("leftovers", ())}
    assert left >= set(extra)
    assert "budget" in omitted or left == set(extra)  # without the budget its two rates among the indicators are not ours
    wanted, found = parts(document), parts({"cover": {"unit": None}, **result.document})
    for key, part in wanted.items():
        if key == "narrative":
            gone = {"duties", "profile", "application"} & omitted | ({"problems", "measures"} if "problems" in omitted else set())
            part = {name: text for name, text in part.items() if name not in gone and not ("goals" in omitted and name == "overview")}
        if key not in omitted:
            assert found.get(key) == (part or None), key
    missing = {f["message"].split("“")[1].rstrip("”") for f in result.findings if f["code"] == "XL423"}
    assert ("七、预算信息" in missing) == ("budget" in omitted)
    assert ("三、部门（单位）概况" in missing) == ("profile" in omitted)


def test_every_piece_is_in_the_document_or_left_over(tmp_path: Path) -> None:
    """Marked words everywhere: in paragraphs before, between and after, in every cell, in columns and rows of no table of the form."""
    paper = docx.Document(write_paper(FINALIZED, tmp_path / "a.docx", Typing(extra_column="备注")))
    marks = []

    def mark() -> str:
        marks.append(f"记号{len(marks):04d}")
        return marks[-1]

    for paragraph in list(paper.paragraphs):
        paragraph.add_run(mark())
        paragraph.insert_paragraph_before(mark())
    for table in paper.tables:
        for row in table.rows:
            for cell in dict.fromkeys(row.cells):
                cell.add_paragraph(mark())
        for cell in table.add_row().cells:
            cell.text = mark()
    stranger = paper.add_table(2, 3)
    for row in stranger.rows:
        for cell in row.cells:
            cell.text = mark()
    paper.sections[0].header.paragraphs[0].text = mark()
    paper.save(tmp_path / "b.docx")
    found = json.dumps(import_document(tmp_path / "b.docx", FORM.key).document, ensure_ascii=False)
    assert len(marks) > 500
    assert [text for text in marks if text not in found] == []


# --- our own report ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("group", range(8))
def test_a_report_gives_back_what_it_was_made_of(tmp_path: Path, group: int) -> None:
    """200 generated documents, their report written and imported; a report has no other findings than none."""
    for seed in range(25 * group, 25 * group + 25):
        document = valid_document(FORM, seed)
        rows = compute(FORM, rows_of(FORM, document)[0])
        result = import_document(write_report(Paper(FORM, rows, ()), tmp_path / "a.docx", "2023-03-01"))
        assert parts(result.document) == parts(document), seed
        assert (result.document["cover"], result.findings) == (plain(document["cover"]), []), seed


@pytest.mark.parametrize("seed", range(200, 206))
def test_finalized_reported_imported_filled_and_finalized_again(tmp_path: Path, seed: int) -> None:
    document = valid_document(FORM, seed)
    assert fill_workbook(document, tmp_path / "a.xlsx").outputs
    first = finalize(tmp_path / "a.xlsx", tmp_path / "one")
    (report,) = (path for path in first.outputs if path.suffix == ".docx")
    imported = import_document(report).document
    assert parts(imported) == parts(document)
    assert fill_workbook(imported, tmp_path / "b.xlsx").outputs
    again = finalize(tmp_path / "b.xlsx", tmp_path / "two").document
    assert parts(again) == parts(first.document)  # every computed cell among them


def test_the_report_of_the_example(tmp_path: Path) -> None:
    fill_workbook(TYPED, tmp_path / "a.xlsx")
    report = next(path for path in finalize(tmp_path / "a.xlsx", tmp_path / "out").outputs if path.suffix == ".docx")
    result = import_document(report)
    assert parts(result.document) == parts(TYPED)
    assert result.document["cover"] == TYPED["cover"]
    assert {f["code"] for f in result.findings} == set()
