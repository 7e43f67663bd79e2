"""Old papers become documents: the specimen, reports typed in Word in many ways, older workbooks; nothing is dropped silently."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from unittest import mock

import docx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from support import repeated
from support.documents import valid_document
from support.papers import HEADINGS, NUMBERINGS, Typing, beside_evidence, write_paper
from support.paths import EXAMPLE, EXAMPLES, SPECIMEN
from support.specimen import BUDGET, INDICATORS
from support.sweeps import examples, seeds
from xlperf import FormError, check_form, fill_workbook, finalize, find_form, import_document, load_document, load_form, validate
from xlperf.__main__ import main
from xlperf.forms.compute import compute
from xlperf.forms.document import document_of, rows_of
from xlperf.importing.sections import INDENT

pytestmark = pytest.mark.slow

PARTS = ("fiscal_year", "narrative", "goals", "budget", "tasks", "indicators")
FORM = load_form(find_form("suzhou-department", year=2022))  # no fixture: Hypothesis would print all of it
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
        assert [(f["code"], f["cells"]) for f in beside_evidence(result)] == [("XL420", ["第 8 行"])]
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
        assert [row["reason"] for row in document["indicators"] if "reason" in row][:2] == [
            "人员变动及政策性调整人员经费",
            "人员变动受疫情影响免税",
        ]
        assert sum("reason" in row for row in document["indicators"]) == 12
        assert all(row["source"] == row["source"].strip() for row in document["indicators"])
        assert len(document["tasks"]) == 10
        assert [task["duty"] for task in document["tasks"]][:3] == ["负责产学研合作", "负责产学研合作", "负责成果转化"]

    def test_filled_and_finalized_it_gives_every_computed_cell(self, tmp_path: Path) -> None:
        assert fill_workbook(import_document(SPECIMEN).document, output=tmp_path / "filled.xlsx").findings == []
        document = finalize(tmp_path / "filled.xlsx", output=tmp_path / "out").document
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
    assert (beside_evidence(result), result.document.get("leftovers")) == ([], None)


@settings(
    max_examples=examples(60, usual=15),
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    seed=st.integers(0, 10_000), numbering=st.sampled_from(sorted(NUMBERINGS)), styled=st.booleans(), colon=st.sampled_from("：:"),
    shuffled=st.integers(0, 50), omitted=st.sets(st.sampled_from(sorted(HEADINGS)), max_size=4), merged=st.booleans(),
    split_runs=st.booleans(), extra=st.lists(st.sampled_from(["附件2", "绩效办编印 第3稿", "（内部资料）"]), max_size=2, unique=True),
)  # fmt: skip
def test_generated_reports_in_any_typing(tmp_path: Path, seed: int, omitted: set[str], extra: list[str], **how: object) -> None:
    document = valid_document(FORM, seed)
    typing = Typing(**how, omitted=tuple(omitted), extra=tuple(extra))
    result = import_document(write_paper(computed(document), tmp_path / "a.docx", typing), form=FORM.key)
    left = {left["text"] for left in result.document.get("leftovers", ())}
    assert left >= set(extra)
    assert "budget" in omitted or left == set(extra)  # without the budget its two rates among the indicators are not ours
    wanted, found = parts(document), parts({"cover": {"unit": None}, **result.document})
    for key, part in wanted.items():
        if key == "narrative":
            gone = {"duties", "profile", "application"} & omitted | ({"problems", "measures"} if "problems" in omitted else set())
            part = {
                name: text for name, text in part.items() if name not in gone and not ("goals" in omitted and name == "overview")
            }
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
    found = json.dumps(import_document(tmp_path / "b.docx", form=FORM.key).document, ensure_ascii=False)
    assert len(marks) > 500
    assert [text for text in marks if text not in found] == []


# --- our own report ------------------------------------------------------------------------------------------


BATCHES = 4


@pytest.mark.parametrize("batch", range(BATCHES))
def test_finalized_reported_imported_gives_back_what_it_was_made_of(tmp_path: Path, batch: int) -> None:
    """Generated documents, 200 in a soak, each through its workbook; and some once more around, with every computed cell."""
    for number, seed in enumerate(seeds(200, usual=8)[batch::BATCHES]):
        document = valid_document(FORM, seed)
        assert fill_workbook(document, output=tmp_path / "a.xlsx").outputs, seed
        first = finalize(tmp_path / "a.xlsx", output=tmp_path / f"{seed}")
        (report,) = (path for path in first.outputs if path.suffix == ".docx")
        result = import_document(report)
        assert parts(result.document) == parts(document), seed
        assert (result.document["cover"], beside_evidence(result)) == (plain(document["cover"]), []), seed
        if number % 25 == 0:
            assert fill_workbook(result.document, output=tmp_path / "b.xlsx").outputs, seed
            again = finalize(tmp_path / "b.xlsx", output=tmp_path / f"{seed} again").document
            assert parts(again) == parts(first.document), seed


def test_the_report_of_the_example(tmp_path: Path) -> None:
    fill_workbook(TYPED, output=tmp_path / "a.xlsx")
    report = next(path for path in finalize(tmp_path / "a.xlsx", output=tmp_path / "out").outputs if path.suffix == ".docx")
    result = import_document(report)
    assert parts(result.document) == parts(TYPED)
    assert result.document["cover"] == TYPED["cover"]
    assert beside_evidence(result) == []


@pytest.mark.parametrize(("name", "code", "taken", "is_told"), [
    ("219001-林口镇人民政府", "", ("林口镇人民政府", "219001"), True), ("219001—林口镇人民政府", "219001", ("林口镇人民政府", "219001"), True),
    ("219001-林口镇人民政府", "219002", ("219001-林口镇人民政府", "219002"), False),  # two codes: nobody knows which
    ("219001 林口镇人民政府", "", ("林口镇人民政府", "219001"), True), ("［219001］林口镇人民政府", "", ("林口镇人民政府", "219001"), True),
    ("林口镇人民政府（219001）", "", ("林口镇人民政府", "219001"), True), ("１１０ 指挥中心", "", ("１１０ 指挥中心", None), False),
    ("林口镇人民政府", "219002", ("林口镇人民政府", "219002"), False), ("12-林口镇人民政府", "", ("12-林口镇人民政府", None), False),
])  # fmt: skip
def test_a_code_in_one_cell_with_the_name_is_the_code_where_the_form_asks_for_it(
    tmp_path: Path, name: str, code: str, taken: tuple[str, str | None], is_told: bool
) -> None:
    paper = tmp_path / "a.txt"
    paper.write_text(f"单位名称：{name}\n" + (f"单位代码：{code}\n" if code else "") + "主管部门：219-青溪县林口镇\n", "utf-8")
    result = import_document(paper, form="suzhou-department", year=2022)
    cover = result.document["cover"]
    assert (cover["unit"], cover.get("unit_code")) == taken and cover["supervisor"] == "219-青溪县林口镇"
    assert ("单位代码“219001”，与单位名称写在一起（第 1 行）" in result.findings[0]["found"]) == is_told
    assert result.unit == taken[0] and "leftovers" not in result.document


def test_a_code_stays_before_the_name_where_the_form_asks_for_none(tmp_path: Path) -> None:
    paper = tmp_path / "a.txt"
    paper.write_text("项目名称：管网\n实施单位：219001-林口镇人民政府\n", "utf-8")
    result = import_document(paper, form="national-project", year=2022)
    assert result.unit == "219001-林口镇人民政府" and "与单位名称写在一起" not in result.findings[0]["found"]


# --- another form: one big table -----------------------------------------------------------------------------


def test_the_national_form_typed_as_one_big_table(tmp_path: Path) -> None:
    """Labels beside values, captions merged beside their part, funds by name, goals below their labels, levels merged, a total."""
    document = load_document(EXAMPLES / "national-project-2022" / "finalized.json")
    project, objective, total = document["project"], document["objective"], document["score"]["total"]

    def money(row: dict) -> list[str]:
        rate = f"{row['rate']:.2%}" if "rate" in row else ""
        return [
            *(f"{row[key]:g}" if key in row else "" for key in ("initial", "budget", "executed", "weight")),
            rate,
            f"{row.get('score', '')}",
        ]

    names = {"total": "年度资金总额", "fiscal": "其中：当年财政拨款", "carryover": "上年结转资金", "other": "其他资金"}
    rows = [
        ["项目名称", project["name"], *[""] * 7], ["主管部门", project["supervisor"], *[""] * 3, "实施单位", project["unit"], "", ""],
        ["项目资金\n（万元）", "", "", "年初预算数", "全年预算数（A）", "全年执行数（B）", "分值", "执行率（B/A）", "得分"],
        *(["", name, "", *money(document["funds"].get(key, {}))] for key, name in names.items()),
        ["年度总体目标", "预期目标", *[""] * 3, "实际完成情况", *[""] * 3], ["", objective["expected"], *[""] * 3, objective["actual"], *[""] * 3],
        ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施", ""],
        *([row["level1"], row["level2"], row["name"], row["target_text"], row["actual_text"], f"{row['weight']}", f"{row['score']}",
           row.get("reason", ""), ""] for row in document["indicators"]),
        ["总分", *[""] * 4, "100", f"{total}", "", ""],
    ]  # fmt: skip
    paper = docx.Document()
    paper.add_paragraph("项目支出绩效自评表")
    paper.add_paragraph("（2022年度）")
    table = paper.add_table(len(rows), 9)
    for number, texts in enumerate(rows):
        for column, text in enumerate(texts):
            table.cell(number, column).text = text
    for number, first, last in [
        (0, 1, 8),
        (1, 1, 4),
        (1, 6, 8),
        *((n, 1, 2) for n in range(2, 7)),
        (7, 1, 4),
        (7, 5, 8),
        (8, 1, 4),
        (8, 5, 8),
    ]:
        table.cell(number, first).merge(table.cell(number, last))
    table.cell(2, 0).merge(table.cell(6, 0))
    table.cell(7, 0).merge(table.cell(8, 0))
    for column in (0, 1):
        for number in range(len(rows) - 2, 10, -1):
            if rows[number][: column + 1] == rows[number - 1][: column + 1]:
                table.cell(number, column).text = ""
                table.cell(number - 1, column).merge(table.cell(number, column)).text = rows[number][column]
    paper.save(tmp_path / "a.docx")
    result = import_document(tmp_path / "a.docx")
    wanted = load_document(EXAMPLES / "national-project-2022" / "document.json")
    assert (result.form, result.year, result.unit) == ("national-project", 2022, project["unit"])
    found = result.document
    assert {key: found["project"].get(key) for key in ("name", "supervisor", "unit")} == {
        key: project[key] for key in ("name", "supervisor", "unit")
    }
    assert (found["objective"], found["funds"]) == (wanted["objective"], wanted["funds"])
    graded = {row["name"] for row in wanted["indicators"] if row.pop("grade", None)}  # which this paper does not say
    assert [plain(row) for row in wanted["indicators"]] == [plain(row) for row in found["indicators"]]
    told = [(f["message"], f["cells"]) for f in result.findings if f["code"] == "XL427"]
    assert len(told) == len(graded) == 3
    for name, (message, cells) in zip((row["name"] for row in wanted["indicators"] if row["name"] in graded), told, strict=True):
        number = next(n for n, row in enumerate(rows, 1) if name in row)
        assert name in message and cells == [f"表 1 第 {number} 行第 5 格"]
    assert [left["text"] for left in found["leftovers"]] == [
        f"总分 | 100 | {total}"
    ]  # computed, and not one label with one value


# --- workbooks, the command ----------------------------------------------------------------------------------


def test_a_workbook_of_an_earlier_revision(tmp_path: Path) -> None:
    """A workbook of 2022 is read by its own revision when there is a newer one; last year's explanations come along."""
    newer = tmp_path / "forms" / "suzhou-department" / "2024"
    newer.mkdir(parents=True)
    text = (FORM.directory / "form.yaml").read_text("utf-8")
    text = text.replace('revision: "2022"', 'revision: "2024"').replace("first_year: 2022", "first_year: 2024")
    (newer / "form.yaml").write_text(text, "utf-8")
    typed = TYPED | {"explanations": {"SZ202": "目标按上年实际定"}}
    fill_workbook(typed, output=tmp_path / "a.xlsx")
    result = import_document(tmp_path / "a.xlsx", templates=tmp_path / "forms")
    assert result.document == typed
    assert [f for f in result.findings if f["severity"] != "info"] == []
    wrong = import_document(tmp_path / "a.xlsx", year=2023)
    assert [(f["code"], f["expected"]) for f in wrong.findings if f["severity"] == "error"] == [("XL111", "2023 年度")]
    assert wrong.exit_code == 1


def test_explanations_in_a_report_come_back(tmp_path: Path) -> None:
    fill_workbook(TYPED | {"explanations": {"SZ202": "目标按上年实际定"}}, output=tmp_path / "a.xlsx")
    report = next(path for path in finalize(tmp_path / "a.xlsx", output=tmp_path / "out").outputs if path.suffix == ".docx")
    assert import_document(report).document["explanations"] == {"SZ202": "目标按上年实际定"}


def test_the_command_writes_the_document_and_tells_what_is_left(tmp_path: Path, capfd: pytest.CaptureFixture) -> None:
    path = write_paper(FINALIZED, tmp_path / "旧 报告.docx", Typing(extra=("附件2",)))
    assert run(["import", str(path), "-o", str(tmp_path / "a.json")]) == 0
    out, err = capfd.readouterr()
    assert out == "" and "附件2" in err and "第 1 段" in err
    assert err.startswith("按“苏州市市级预算部门（单位）整体支出预算绩效自评”（2022年度）读：") and err.count("依据：") == 1
    assert "XL428" not in err  # told first and once
    document = load_document(tmp_path / "a.json")
    assert document["leftovers"] == [{"place": "第 1 段", "text": "附件2"}, {"place": "第 66 段", "text": "附件2"}]
    assert run(["import", str(path)]) == 0
    assert json.loads(capfd.readouterr().out) == document
    assert run(["fill", str(tmp_path / "a.json"), "-o", str(tmp_path / "a.xlsx")]) == 0  # what is left over is passed by
    assert "leftovers" not in capfd.readouterr().err
    (tmp_path / "a.doc").write_bytes(b"%PDF-1.4")
    assert run(["import", str(tmp_path / "a.doc")]) == 3
    assert capfd.readouterr().err.startswith("XL447 ")


def run(arguments: list[str]) -> int:
    """The exit code of a command line."""
    with mock.patch.object(sys, "argv", ["xlperf", *arguments]):
        return int(main())


# --- ways to type --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("target", "actual", "row"), [
    (">=10500家", "11372家", ("定量", ">=", 10500, "家", 11372)),
    ("=5场 ", "7场", ("定量", "=", 5, "场", 7)),
    ("≧96％", "96.03%", ("定量", ">=", 96, "%", 96.03)),
    ("不低于200项", "292", ("定量", ">=", 200, "项", 292)),
    ("控制在100%以内", "98.5％", ("定量", "<=", 100, "%", 98.5)),
    (">=58000台套", "5.8万台套", ("定量", ">=", 58000, "台套", 58000)),
    (">=660亿元", "868.78亿元", ("定量", ">=", 660, "亿元", 868.78)),
    ("=0%", "-3.2%", ("定量", "=", 0, "%", -3.2)),
    ("5颗", "6颗", ("定量", None, 5, "颗", 6)),
    (">=.8万元", ".82万元", ("定量", ">=", 0.8, "万元", 0.82)),
    ("＞１,000人次", "1,200人次", ("定量", ">", 1000, "人次", 1200)),
    ("有序推进", "有序推进", ("定性", None, "有序推进", None, "有序推进")),
    ("健全", "基本健全", ("定性", None, "健全", None, "基本健全")),
    ("无", "无", ("定性", None, "无", None, "无")),
    ("=3期", "—", ("定量", "=", 3, "期", None)),
])  # fmt: skip
def test_a_composed_cell_is_taken_apart(tmp_path: Path, target: str, actual: str, row: tuple) -> None:
    paper = (
        f"九、部门整体自评表\n\n\t类别\n\t指标名称\n\t指标目标值\n\t指标完成值\n\n\t履职\n\t某项工作\n\t{target}\n\t{actual}\n\n"
    )
    (tmp_path / "a.txt").write_text(paper, "utf-8")
    document = import_document(tmp_path / "a.txt", form=FORM.key, year=2022).document
    (found,) = (indicator for indicator in document["indicators"] if indicator["category"] == "履职")
    assert tuple(found.get(key) for key in ("kind", "operator", "target", "unit", "actual")) == row


def test_a_figure_that_may_mean_two_things_is_asked_about(tmp_path: Path) -> None:
    paper = "九、部门整体自评表\n\n\t类别\n\t指标名称\n\t指标目标值\n\t指标完成值\n\n\t履职\n\t满意率\n\t290%\n\t92%\n\n\t履职\n\t某项\n\t=1,23家\n\t1家\n\n"
    (tmp_path / "a.txt").write_text(paper, "utf-8")
    result = import_document(tmp_path / "a.txt", form=FORM.key, year=2022)
    asked = [(f["code"], f["cells"], f["found"], f["expected"]) for f in result.findings if f["severity"] == "error"]
    assert asked == [("XL209", ["第 10 行"], "290%", "290 % / >= 90 %"), ("XL209", ["第 15 行"], "1,23", "= 1.23 家 / = 123 家")]
    assert [row["target"] for row in result.document["indicators"] if row["category"] == "履职"] == ["290%", "1,23"]


@pytest.mark.parametrize(("old", "new", "says"), [
    ("    主管部门: [", "    主管部们: [", "paper.aliases: there is no '主管部们'; did you mean '主管部门'?"),
    ("措施: narrative.problems", "措施: narrative.problem", "did you mean 'narrative.problems'?"),
    ("    goals: [\"{number}", "    goal: [\"{number}", "paper.entries: there is no 'goal'; did you mean 'goals'?"),
    ("actual: actual_text}", "actual: actual}", "paper.composed.actual: there is no 'actual'"),
    ("carried: [duty]", "carried: [duties]", "paper.carried: there is no 'duties'"),
    ("年度绩效目标{number}的分析\"", "年度绩效目标{n}的分析\"", "paper.entries.goals: nothing fills {n}"),
    ("  carried: [duty]", "  carries: [duty]", "paper.carries: there is no such key; did you mean 'carried'?"),
])  # fmt: skip
def test_a_mistake_in_what_a_form_says_of_its_paper_is_named(
    tmp_path: Path, old: str, new: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XLPERF_LANG", "en")
    folder = tmp_path / "suzhou-department" / "2022"
    folder.mkdir(parents=True)
    text = (FORM.directory / "form.yaml").read_text("utf-8")
    assert text.count(old) == 1
    (folder / "form.yaml").write_text(text.replace(old, new), "utf-8")
    with pytest.raises(FormError) as error:
        check_form(folder)
    assert says in str(error.value)


def test_a_document_with_words_where_numbers_belong_is_filled_all_the_same(tmp_path: Path) -> None:
    paper = "九、部门整体自评表\n\n\t类别\n\t指标名称\n\t指标目标值\n\t指标完成值\n\n\t履职\n\t植树\n\t不少于500棵\n\t五百\n\n"
    (tmp_path / "a.txt").write_text(paper, "utf-8")
    document = import_document(tmp_path / "a.txt", form=FORM.key, year=2022).document
    assert fill_workbook(document, output=tmp_path / "a.xlsx").outputs
    assert [(f["code"], f["found"]) for f in validate(tmp_path / "a.xlsx").findings if f["code"] == "XL202"] == [
        ("XL202", "五百")
    ]


def test_what_has_no_field_and_a_year_that_is_not_named_are_told(tmp_path: Path) -> None:
    """XL421 and XL424, by themselves."""

    def codes(typing: Typing, year: bool) -> set[tuple[str, str]]:
        paper = docx.Document(write_paper(FINALIZED, tmp_path / "报告.docx", typing))
        if not year:
            paper.paragraphs[1].text = ""
        paper.save(tmp_path / "报告.docx")
        return {(f["code"], f["severity"]) for f in import_document(tmp_path / "报告.docx").findings}

    plain = codes(Typing(), year=True)
    assert codes(Typing(extra=("附件2",)), year=True) - plain == {("XL421", "warning")}
    assert codes(Typing(), year=False) - plain == {("XL424", "warning")}


# --- what the amounts of a table count in --------------------------------------------------------------------


PLAIN_HEADS = {"（万元）": "", "(万元）": ""}


def in_yuan(paper, heads: dict[str, str] = PLAIN_HEADS):
    """The budget table of a typed report with its amounts in 元 and its column heads without a unit."""
    table = paper.tables[0]
    for cell in table.rows[0].cells:
        for old, new in heads.items():
            cell.text = cell.text.replace(old, new)
    for row in table.rows[1:]:
        for cell in row.cells[1:5]:
            cell.text = f"{float(cell.text) * 10000:.0f}" if cell.text.strip() else ""
    return table


def caption_above(*texts: str, heads: dict[str, str] = PLAIN_HEADS):
    def change(paper) -> None:
        table = in_yuan(paper, heads)
        for text in texts:
            table._tbl.addprevious(paper.add_paragraph(text)._p)

    return change


def caption_inside(*texts: str):
    def change(paper) -> None:
        table = in_yuan(paper)
        added = table.add_row()
        table.rows[0]._tr.addprevious(added._tr)
        cells = table.rows[0].cells
        if len(texts) == 1:
            cells[0].merge(cells[5])
        for cell, text in zip(table.rows[0].cells, texts, strict=False):
            cell.text = text

    return change


def caption_in_heading(text: str):
    def change(paper) -> None:
        in_yuan(paper)
        heading = next(paragraph for paragraph in paper.paragraphs if paragraph.text.startswith("七、"))
        heading.text = text

    return change


CAPTIONS = {
    "above": caption_above("单位：元"),
    "money, brackets": caption_above("（金额单位：元）"),
    "half-width, behind tabs": caption_above("\t\t\t单位:元"),
    "the unit in brackets": caption_above("单位（元）"),
    "spaced out": caption_above("单 位 ： 元"),
    "currency": caption_above("金额单位：人民币元"),
    "note": caption_above("单位：元（人民币）"),
    "two kinds": caption_above("单位：元、%"),
    "a blank line between": caption_above("单位：元", ""),
    "above the title of the table": caption_above("单位：元", "部门预算表"),
    "behind the title": caption_above("部门预算表（单位：元）"),
    "beside the name of the unit": caption_above("预算部门名称：苏州市生产力促进中心      单位：元"),
    "at the end of a sentence": caption_above("部门预算表（单位：元）："),
    "merged first row": caption_inside("金额单位：元"),
    "first row, last cell": caption_inside("", "", "", "", "", "单位：元"),
    "first row, title and caption": caption_inside("部门预算表", "", "", "", "", "单位：元"),
    "in the heading": caption_in_heading("七、预算信息（单位：元）"),
    "behind the heading": caption_in_heading("七、预算信息 单位：元"),
    "in every head": caption_above(heads={"（万元）": "（单位：元）", "(万元）": "\n单位：元"}),
    "only in the head of the names": caption_above(heads={"资金（万元）": "资金（元）", **PLAIN_HEADS}),
}


@pytest.mark.parametrize("change", CAPTIONS.values(), ids=CAPTIONS)
def test_amounts_are_read_in_the_unit_that_the_table_names(tmp_path: Path, change) -> None:
    paper = docx.Document(write_paper(FINALIZED, tmp_path / "a.docx", Typing()))
    change(paper)
    paper.save(tmp_path / "b.docx")
    result = import_document(tmp_path / "b.docx")
    assert result.document["budget"] == TYPED["budget"]
    assert {f["code"] for f in beside_evidence(result) if not f["found"].startswith("部门预算表")} == {"XL210"}
    assert result.document["cover"] == {"unit": TYPED["cover"]["unit"]}
    assert [left["text"] for left in result.document.get("leftovers", ()) if not left["text"].startswith("部门预算表")] == []


@pytest.mark.parametrize("caption", ["单位：万元", "（金额单位：万元）", "金额单位：人民币万元"])
@pytest.mark.parametrize("heads", [{}, PLAIN_HEADS], ids=["heads with units", "plain heads"])
def test_a_caption_that_says_what_the_form_says_is_silent(tmp_path: Path, caption: str, heads: dict[str, str]) -> None:
    paper = docx.Document(write_paper(FINALIZED, tmp_path / "a.docx", Typing()))
    table = paper.tables[0]
    for cell in table.rows[0].cells:
        for old, new in heads.items():
            cell.text = cell.text.replace(old, new)
    table._tbl.addprevious(paper.add_paragraph(caption)._p)
    paper.save(tmp_path / "b.docx")
    result = import_document(tmp_path / "b.docx")
    assert (result.document["budget"], beside_evidence(result)) == (TYPED["budget"], [])
    assert "leftovers" not in result.document


def test_a_column_with_a_unit_of_its_own_keeps_it_and_the_caption_that_contradicts_is_left_over(tmp_path: Path) -> None:
    paper = docx.Document(write_paper(FINALIZED, tmp_path / "a.docx", Typing()))
    paper.tables[0]._tbl.addprevious(paper.add_paragraph("单位：元")._p)
    paper.save(tmp_path / "b.docx")
    result = import_document(tmp_path / "b.docx")
    assert result.document["budget"] == TYPED["budget"]
    assert [left["text"] for left in result.document["leftovers"]] == ["单位：元"]


@pytest.mark.parametrize("dump", [
    "七、预算信息\n\n单位：元\n\n\t预算资金\n\t年初预算数\n\t实际支出数\n\n\t基本支出\n\t5000000\n\t4,800,000\n\n\t印刷费\n\t20000\n\t10000\n\n\n八、",
    "七、预算信息\n单位：元\n预算资金\t年初预算数\t实际支出数\n基本支出\t5000000\t4,800,000\n印刷费\t20000\t10000\n",
    "七、预算信息\n预算资金\t\t单位：元\n预算资金\t年初预算数\t实际支出数\n基本支出\t5000000\t4,800,000\n印刷费\t20000\t10000\n",
    "七、预算信息    单位：元\n预算资金\t年初预算数\t实际支出数\n基本支出\t5000000\t4,800,000\n印刷费\t20000\t10000\n",
])  # fmt: skip
def test_a_caption_in_a_text(tmp_path: Path, dump: str) -> None:
    (tmp_path / "a.txt").write_text(dump, "utf-8")
    document = import_document(tmp_path / "a.txt", form=FORM.key, year=2022).document
    assert document["budget"] == {
        "basic": {"initial": 500, "spent": 480},
        "items": [{"name": "印刷费", "initial": 2, "spent": 1}],
    }


def test_a_caption_that_heads_nothing_stays_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("三、部门（单位）概况\n本局有人员如下。\n单位：人\n甲科五人。\n", "utf-8")
    document = import_document(tmp_path / "a.txt", form=FORM.key, year=2022).document
    assert document["narrative"]["profile"] == "本局有人员如下。\n单位：人\n甲科五人。"


def test_a_figure_of_a_preset_row_that_differs_is_told_with_its_cell(tmp_path: Path) -> None:
    paper = docx.Document(write_paper(FINALIZED, tmp_path / "a.docx", Typing()))
    table = paper.tables[-1]
    row = next(number for number, row in enumerate(table.rows) if row.cells[1].text == "预算执行率")
    column = [cell.text for cell in table.rows[0].cells].index("指标完成值")
    table.cell(row, column).text = "95%"
    paper.save(tmp_path / "b.docx")
    told = [(f["code"], f["found"], f["cells"]) for f in import_document(tmp_path / "b.docx").findings]
    assert ("XL422", "95", [f"表 3 第 {row + 1} 行第 {column + 1} 格"]) in told


def test_what_stands_in_a_workbook_beside_its_fields_is_left_over(tmp_path: Path) -> None:
    import openpyxl

    fill_workbook(TYPED, output=tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    note = "苏财预〔2022〕3号，见本单位关于调整年初预算的请示及财政部门的批复，原件存档备查，请一并审核，谢谢。"
    book["预算信息"].cell(7, 20).value = note
    sheet = book.create_sheet("补充说明")
    sheet["A1"], sheet["C3"] = "本单位2022年与甲中心合并。", 12.5
    sheet = book.create_sheet("明细")
    for row in range(1, 1103):
        sheet.cell(row, 1).value = row
    book.save(tmp_path / "b.xlsx")
    document = import_document(tmp_path / "b.xlsx").document
    left = [(left["place"], left["text"]) for left in document["leftovers"]]
    assert left[:3] == [("预算信息!T7", note), ("补充说明!A1", "本单位2022年与甲中心合并。"), ("补充说明!C3", "12.5")]
    assert (len(left), left[3], left[-1]) == (1004, ("明细!A1", "1"), ("明细", "……另有 102 格"))
    assert {key: value for key, value in document.items() if key != "leftovers"} == TYPED
    findings = beside_evidence(import_document(tmp_path / "b.xlsx"))
    told = {finding["message"].partition("没有")[0]: finding["cells"] for finding in findings if finding["code"] == "XL421"}
    assert list(told) == ["预算信息：1 格", "补充说明：2 格", "明细：1001 格"]
    assert [cell for cells in told.values() for cell in cells] == [place for place, _ in left]


@pytest.mark.parametrize("key", repeated.KEYS)
def test_a_workbook_of_a_form_with_goals_or_projects_gives_back_each_of_them(key: str, tmp_path: Path) -> None:
    filled = repeated.document(key)
    fill_workbook(filled, output=tmp_path / "filled.xlsx", templates=repeated.REPEATED)
    result = import_document(tmp_path / "filled.xlsx", form=key, templates=repeated.REPEATED)
    assert [finding["code"] for finding in result.findings] == ["XL428"]
    assert {name: part for name, part in result.document.items() if name in filled} == filled


def test_tables_of_goals_that_look_alike_go_to_the_goal_above_them(tmp_path: Path) -> None:
    """Each goal with its text and its points in a table of two columns, then its indicators under the headings all goals share."""
    filled = repeated.document("hubei-project")
    form = load_form(repeated.REPEATED / "hubei-project" / "2024")
    columns = [column for column in form.tables["of_goal_1"].columns if column.formula is None and column.key != "score"]
    paper = docx.Document()
    paper.add_paragraph(form.title)
    paper.add_paragraph("（2024年度）")

    def add_table(rows: list[list[str]]) -> None:
        table = paper.add_table(rows=0, cols=len(rows[0]))
        for texts in rows:
            for cell, text in zip(table.add_row().cells, texts, strict=True):
                cell.text = text
        paper.add_paragraph("")

    add_table([[form.blocks["project"].fields[key].label, text] for key, text in filled["project"].items()])
    for number, goal in enumerate(filled["goals"], 1):
        add_table([[f"年度绩效目标{number}", goal["goal"]], [f"年度绩效目标{number}分值", str(goal["points"])]])
        shown = [[str(row.get(column.key, "")) for column in columns] for row in goal["indicators"]]
        add_table([[column.label for column in columns], *shown])
    paper.save(tmp_path / "paper.docx")
    result = import_document(tmp_path / "paper.docx", form="hubei-project", templates=repeated.REPEATED)
    assert (result.document["project"], result.document["goals"]) == (filled["project"], filled["goals"])
    assert "leftovers" not in result.document
