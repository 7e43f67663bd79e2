"""The scored forms: hand-computed scores, what a notice may change, and one fault at a time with its codes and cells."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import docx
import pytest
import yaml

from support.faults import faulty_books, pairs, said
from support.libreoffice import NEVER, convert
from support.papers import beside_evidence
from support.scored import EXAMPLES, MATRICES, REASON, document, set_in
from support.surgery import type_into
from support.sweeps import every
from xlperf import fill_workbook, finalize, import_document, read_workbook, validate, write_next_template, write_report
from xlperf.checking.checks import check
from xlperf.collecting.worker import Task, WorkOptions, work_on
from xlperf.forms.compute import compute
from xlperf.forms.document import Spot, document_of, rows_of
from xlperf.forms.form import Form
from xlperf.forms.loader import find_form, load_form
from xlperf.summarizing.figures import achievements, figures_of
from xlperf.workers.process import Limits


def scored(form: Form, funds: dict | None = None, *indicators: dict) -> dict:
    """The document of those funds and indicators, computed."""
    rows, strays = rows_of(form, {"form": form.key, "funds": {"fiscal": funds or {}}, "indicators": list(indicators)})
    assert not strays
    return document_of(form, compute(form, rows))


@pytest.fixture(params=EXAMPLES)
def form(request: pytest.FixtureRequest) -> Form:
    return load_form(find_form(request.param))


@pytest.fixture(scope="module")
def variants(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Form]:
    """A form with other parameters, as a notice may change them; the same ones are read once."""

    @cache
    def definition_of(form: Form) -> dict:
        return yaml.safe_load((form.directory / "form.yaml").read_text("utf-8"))

    made: dict[str, Form] = {}

    def vary(form: Form, parameters: dict[str, object]) -> Form:
        asked = json.dumps([form.key, form.revision, parameters])
        if asked not in made:
            definition = definition_of(form)
            assert parameters.keys() <= definition["parameters"].keys()
            varied = {**definition, "parameters": {**definition["parameters"], **parameters}}
            folder = tmp_path_factory.mktemp("varied") / form.key / form.revision
            folder.mkdir(parents=True)
            (folder / "form.yaml").write_text(yaml.safe_dump(varied, allow_unicode=True, sort_keys=False), "utf-8")
            made[asked] = load_form(folder)
        return made[asked]

    return vary


@pytest.fixture
def varied(form: Form, variants: Callable[..., Form]) -> Callable[..., Form]:
    """The form of the test with other parameters."""
    return lambda **parameters: variants(form, parameters)


# --- the budget ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("budget", "executed", "rate", "score"), [
    (287, 171, 0.5958, 5.96), (43.2, 37.24, 0.862, 8.62), (0, 0, 0, 0), (100, 100, 1, 10), (100, 0, 0, 0), (100, 120, 1.2, 10),
    (80, 76.04, 0.9505, 9.51), (3, 1, 0.3333, 3.33),
])  # fmt: skip
def test_the_budget_scores_its_rate(form: Form, budget: float, executed: float, rate: float, score: float) -> None:
    total = scored(form, {"initial": budget, "budget": budget, "executed": executed})["funds"]["total"]
    assert (total["rate"], total["weight"], total["score"]) == (rate, 10, score)


@pytest.mark.slow
def test_the_budget_may_weigh_twenty(varied: Callable[..., Form]) -> None:
    total = scored(varied(budget_weight=20), {"initial": 287, "budget": 287, "executed": 171})["funds"]["total"]
    assert (total["weight"], total["score"]) == (20, 11.92)


# --- numbers -------------------------------------------------------------------------------------------------

NUMBERS = [
    # operator, target, actual, weight, score
    (">=", 100, 100, 10, 10), (">=", 100, 120, 10, 10), (">=", 300, 285, 6, 5.7), (">", 3, 1, 10, 3.33), (">=", 3, -1.2, 6, 0),
    (">=", 100, 0, 10, 0), (">=", 0, 0, 5, 5), (">=", 0, 3, 5, 5), (">=", 0, -1, 5, 0), (">=", -5, -4, 5, 5), (">=", -5, -6, 5, 0),
    ("=", 40, 40, 4, 4), ("=", 40, 44, 4, 4), ("=", 20, 18, 4, 3.6), ("=", 0, 0, 3, 3), ("=", 0, -2, 3, 3), ("=", 0, 1, 3, 0),
    ("=", 20, -1, 4, 0), ("=", -2, -2, 1, 1), ("=", -2, -1, 1, 0), ("=", -2, -3, 1, 0),
    ("<=", 10, 10, 6, 6), ("<=", 10, 8, 6, 6), ("<=", 10, 15, 6, 3), ("<", 10, 20, 6, 0), ("<=", 10, 25, 6, 0), ("<=", 10, 19.99, 6, 0.01),
    ("<=", 0, 0, 2, 2), ("<=", 0, -1, 2, 2), ("<=", 0, 0.6, 2, 0), ("<=", -3, -3, 2, 2), ("<=", -3, -2, 2, 0), ("<=", 10, -5, 2, 2),
]  # fmt: skip
LEVELS = {"level1": "产出指标", "level2": "数量指标"}


def number(operator: str, target: float, actual: float, weight: float, **more: object) -> dict:
    return {**LEVELS, "name": "甲", "kind": "定量", "operator": operator, "target": target, "unit": "项", "actual": actual,
            "weight": weight, **more}  # fmt: skip


def quality(grade: str, weight: float, judged: float, **more: object) -> dict:
    return {
        **LEVELS,
        "name": "乙",
        "kind": "定性",
        "target": "好",
        "actual": "较好",
        "grade": grade,
        "weight": weight,
        "judged": judged,
        **more,
    }


def score_of(form: Form, row: dict) -> object:
    return scored(form, None, row)["indicators"][0].get("score")


@pytest.mark.parametrize(("operator", "target", "actual", "weight", "score"), NUMBERS)
def test_a_number_scores_by_its_operator(
    form: Form, operator: str, target: float, actual: float, weight: float, score: float
) -> None:
    assert score_of(form, number(operator, target, actual, weight)) == score


@pytest.mark.slow
@pytest.mark.parametrize(("target", "actual", "weight", "score"), [
    (10, 15, 6, 4), (10, 10, 6, 6), (10, 8, 6, 6), (10, 30, 6, 2), (0, 0.6, 2, 0), (0, 0, 2, 2), (-3, -2, 2, 0)])  # fmt: skip
def test_the_other_formula_of_ceilings(
    varied: Callable[..., Form], target: float, actual: float, weight: float, score: float
) -> None:
    form = varied(reverse_ratio=1)
    assert score_of(form, number("<=", target, actual, weight)) == score
    assert score_of(form, number(">=", 300, 285, 6)) == 5.7


@pytest.mark.slow
@pytest.mark.parametrize(("actual", "score"), [(100, 10), (99.99, 8), (90, 8), (89.99, 6), (80, 6), (60, 4), (59.99, 0), (-5, 0)])
def test_scores_in_steps(varied: Callable[..., Form], actual: float, score: float) -> None:
    assert score_of(varied(stepwise=1), number(">=", 100, actual, 10)) == score


def test_a_blank_operand_leaves_the_score_and_the_total_blank(form: Form) -> None:
    document = scored(form, {"initial": 1, "budget": 1, "executed": 1}, {**number(">=", 10, 5, 10), "actual": None})
    assert "score" not in document["indicators"][0]
    assert "total" not in document["score"] and "grade" not in document["score"]


@pytest.mark.slow
def test_going_beyond_the_target_costs_what_a_notice_says(varied: Callable[..., Form], form: Form) -> None:
    beyond = number(">=", 100, 150, 10)
    assert score_of(form, beyond) == 10
    assert score_of(varied(over_points=2), beyond) == 8
    assert score_of(varied(over_points=2), {**beyond, "reason": REASON}) == 10
    for junk in ("无", "同上", "0", "/", "-", "——", "略", "。"):
        assert score_of(varied(over_points=2), {**beyond, "reason": junk}) == 8
    assert score_of(varied(over_points=2), number(">=", 100, 130, 10)) == 10  # 30% is not yet beyond 30%
    assert score_of(varied(over_share=0.5), {**beyond, "reason": REASON}) == 7.5
    assert score_of(varied(over_share=1), number(">=", 100, 400, 10)) == 0
    assert score_of(varied(over_points=2, over_limit=0.6), beyond) == 10


# --- qualities, total, grade ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("grade", "judged", "right"), [
    ("达成年度指标", 8, True), ("达成年度指标", 10, True), ("达成年度指标", 7.99, False),
    ("部分达成年度指标并具有一定效果", 6, True), ("部分达成年度指标并具有一定效果", 7.99, True),
    ("部分达成年度指标并具有一定效果", 8, False), ("部分达成年度指标并具有一定效果", 5.99, False),
    ("未达成年度指标且效果较差", 0, True), ("未达成年度指标且效果较差", 5.99, True), ("未达成年度指标且效果较差", 6, False),
])  # fmt: skip
def test_what_is_judged_lies_in_the_interval_of_its_grade(form: Form, grade: str, judged: float, right: bool) -> None:
    assert failing(form, quality(grade, 10, judged), "203") != right
    assert score_of(form, quality(grade, 10, judged)) == judged


@pytest.mark.slow
def test_the_intervals_are_parameters(varied: Callable[..., Form]) -> None:
    half = quality("部分达成年度指标并具有一定效果", 10, 5)
    assert failing(varied(), half, "203")
    assert not failing(varied(part_low=0.5), half, "203")


def failing(form: Form, row: dict, number: str) -> bool:
    rows, _ = rows_of(form, {"form": form.key, "indicators": [row]})
    (code,) = (code for code in form.rules if code.endswith(number) and not code.startswith("XL"))
    return any(row.get(f"_{code}") == 1 for key in form.tables["indicators"].blocks for row in compute(form, rows)[key])


@pytest.mark.parametrize(
    ("score", "grade"), [(80, "优"), (79.99, "良"), (70, "良"), (69.99, "中"), (50, "中"), (49.99, "差"), (0, "差")]
)
def test_the_grade_follows_the_total(form: Form, score: float, grade: str) -> None:
    document = scored(form, {"initial": 1, "budget": 1, "executed": 1}, quality("达成年度指标", 90, score))
    assert document["score"] == {"total": score + 10, "grade": grade}


@pytest.mark.slow
def test_bands_and_caps_are_parameters(varied: Callable[..., Form]) -> None:
    funds, row = {"initial": 10, "budget": 10, "executed": 7}, quality("达成年度指标", 90, 90)
    assert scored(varied(), funds, row)["score"] == {"total": 97, "grade": "优"}
    assert scored(varied(total_cap=[[0.8, 100], [0.6, 89.99], [79.99]]), funds, row)["score"] == {"total": 89.99, "grade": "良"}
    assert scored(varied(grades=[[98, "好"], [85, "较好"], ["一般"]]), funds, row)["score"] == {"total": 97, "grade": "较好"}


# --- one fault at a time -------------------------------------------------------------------------------------


FAULTS = [(key, name) for key, matrix in MATRICES.items() for name in every(1, list(matrix.faults), usual=4)]


@pytest.fixture(scope="session")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    made = {}
    for key, matrix in MATRICES.items():
        changes = {name: matrix.faults[name][0] for of, name in FAULTS if of == key}
        paths = faulty_books(tmp_path_factory.mktemp(key), document(key), changes)
        made |= {(key, name): path for name, path in paths.items()}
    return made


@pytest.mark.slow
@pytest.mark.libreoffice
@pytest.mark.parametrize(("key", "name"), FAULTS)
def test_exactly_the_codes_and_cells_of_the_fault(books: dict, key: str, name: str) -> None:
    matrix = MATRICES[key]
    remaining = {(code, cells) for code, cells in matrix.always if code not in matrix.silenced.get(name, ())}
    assert said(books[key, name]) == pairs(remaining) | pairs(matrix.faults[name][1])


@pytest.mark.parametrize(("key", "name", "wrong", "hint"), [
    ("national-project", "专题培训场次", {"level2": "社会效益指标"}, "“社会效益指标”是“一级指标”为“效益指标”时的选项。"),
    ("sichuan-project", "养护里程", {"level2": "经济成本指标"}, "“经济成本指标”是“一级指标”为“成本指标”时的选项。"),
    ("sichuan-project", "养护里程", {"level1": "产出指针"}, "“产出指针”是否应为“产出指标”？"),
    ("sichuan-project", "养护里程", {"level2": "数量指针"}, "“数量指针”是否应为“数量指标”？"),
    ("national-project", "专题培训场次", {"level2": "数目"}, ""),
])  # fmt: skip
def test_a_choice_is_never_offered_for_itself(key: str, name: str, wrong: dict, hint: str, tmp_path: Path) -> None:
    doc = document(key)
    set_in(name, **wrong)(doc)
    assert fill_workbook(doc, output=tmp_path / "t.xlsx").outputs
    (finding,) = (f for f in validate(tmp_path / "t.xlsx").findings if f["code"] == "XL203")
    assert finding["fix"] == f"{hint}请从下拉列表中选择。"


@pytest.mark.libreoffice
@pytest.mark.parametrize("key", MATRICES)
def test_the_clean_example_says_the_same_after_libreoffice(key: str, tmp_path: Path) -> None:
    filled = EXAMPLES[key] / "filled.xlsx"
    (saved,) = convert([filled], tmp_path, recalculate=NEVER)
    assert said(filled) == said(saved) == pairs(MATRICES[key].always)
    assert len(MATRICES[key].faults) >= 25


@pytest.mark.parametrize("key", EXAMPLES)
def test_an_example_is_finalized_under_the_names_of_unit_and_project(key: str, tmp_path: Path) -> None:
    filled, project = EXAMPLES[key] / "filled.xlsx", document(key)["project"]
    outputs = {path.suffix: path for path in finalize(filled, output=tmp_path, date="2024-03-01").outputs}
    book, written, stem = (
        outputs[".xlsx"],
        outputs[".json"],
        f"{project['unit']}-{project['name']}-{document(key)['fiscal_year']}",
    )
    assert book.name == f"{stem}-定稿.xlsx"
    assert outputs[".docx"].name == f"{stem}-项目支出绩效自评表.docx"
    assert json.loads(written.read_text("utf-8")) == read_workbook(book) == read_workbook(filled)


NEAR, FAR = (
    ("{0}-12-31", "{1}-02-20", "{2}-12-31"),
    ("{0}-10-01", "{0}-12-30", "{3}-01-01", "1923-01-05", "2033-01-05", "2013-02-20"),
)


@pytest.mark.parametrize("date", [*NEAR, *FAR])
@pytest.mark.parametrize("key", ["suzhou-department", *EXAMPLES])
def test_a_date_is_near_its_fiscal_year(key: str, date: str) -> None:
    """XL243: from the last day of the year, of which the paper tells the whole, to the end of the second year after it."""
    form, year = load_form(find_form(key)), 2023
    block, text = "cover" if key.startswith("suzhou") else "project", date.format(year, year + 1, year + 2, year + 3)
    rows, _ = rows_of(form, {"form": key, "fiscal_year": year, block: {"prepared_on": text}})
    found = [(finding.severity, finding.spots) for finding in check(form, compute(form, rows)) if finding.code == "XL243"]
    assert found == ([("warning", (Spot(block, 0, "prepared_on"),))] if date in FAR else [])


@pytest.mark.parametrize(("typed", "codes"), [("2013.2.20", {"XL210", "XL243"}), ("2023.2.20", {"XL210"}), ("2013.2", {"XL209"})])
def test_a_date_ten_years_early_is_asked_about_once(typed: str, codes: set[str], tmp_path: Path) -> None:
    """Not of a date that is in doubt; and not twice of a finalized workbook."""
    path = type_into(EXAMPLES["national-project"] / "filled.xlsx", tmp_path / "a.xlsx", {"项目信息!C10": typed})
    found = [f for f in validate(path).findings if f["cells"] == ["项目信息!C10"]]
    assert {f["code"] for f in found} == codes
    if "XL243" in codes:
        (told,) = (f for f in found if f["code"] == "XL243")
        assert (told["found"], told["expected"]) == ("2013-02-20", "2022-12-31 至 2024-12-31（预算年度 2022）")
        again = validate(finalize(path, output=tmp_path / "out").outputs[0])
        assert [f["cells"] for f in again.findings if f["code"] == "XL243"] == [["项目信息!C10"]]


# --- on paper, and in the next year --------------------------------------------------------------------------


@pytest.mark.parametrize("key", EXAMPLES)
def test_the_report_is_read_back_whole(key: str, tmp_path: Path) -> None:
    """The grade of a quality stands before what was achieved, as in the official table."""
    (paper,) = write_report(EXAMPLES[key] / "filled.xlsx", output=tmp_path / "report.docx", date="2024-03-01").outputs
    result = import_document(paper)
    assert result.status == "passed"
    wanted, found = document(key), result.document
    assert {part: found[part] for part in wanted} == wanted
    assert [row["grade"] for row in found["indicators"] if row["kind"] == "定性"] and "XL427" not in {
        f["code"] for f in result.findings
    }
    book = tmp_path / "again.xlsx"
    assert fill_workbook(found, output=book).outputs
    assert [f for f in validate(book).findings if f["severity"] == "error"] == []


FULL, PART, NOT = "达成年度指标", "部分达成年度指标并具有一定效果", "未达成年度指标且效果较差"
TYPED_GRADES = {
    f"{FULL}：较好": (FULL, "较好"), f"{FULL}:较好": (FULL, "较好"), f"{PART}，有所增加，还要努力": (PART, "有所增加，还要努力"),
    f"{NOT}（较差）": (NOT, "较差"), f"{FULL}\n一期建成\n二期在建": (FULL, "一期建成\n二期在建"), f"{PART} 有所增加": (PART, "有所增加"),
    "部分达成预期指标并具有一定效果：较好": (PART, "较好"), f"{FULL}：100%": (FULL, "100%"), f"{FULL}：12": (FULL, "12"),
    "达成 年度指标：较好": (FULL, "较好"), "达成预期指标": (FULL, FULL), FULL: (FULL, FULL), f"{NOT}。": (NOT, NOT),
    "较好": (None, "较好"), f"{FULL}的条件：较好": (None, f"{FULL}的条件：较好"), "基本达成：较好": (None, "基本达成：较好"),
    f"较好：{FULL}": (None, f"较好：{FULL}"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("typed", TYPED_GRADES)
@pytest.mark.parametrize("key", EXAMPLES)
def test_a_grade_before_what_was_achieved_is_cut_off(key: str, typed: str, tmp_path: Path) -> None:
    """A paper without grades is read as before: XL427 names its rows."""
    (path,) = write_report(EXAMPLES[key] / "filled.xlsx", output=tmp_path / "report.docx", date="2024-03-01").outputs
    paper, quality = docx.Document(path), next(row["name"] for row in document(key)["indicators"] if row["kind"] == "定性")
    row = next(row for table in paper.tables for row in table.rows if quality in [cell.text for cell in row.cells])
    cell = next(cell for cell in row.cells if FULL in cell.text)
    cell.text = typed
    paper.save(path)
    result = import_document(path)
    grade, actual = TYPED_GRADES[typed]
    found = next(row for row in result.document["indicators"] if row["name"] == quality)
    assert (found["kind"], found.get("grade"), found["actual"]) == ("定性", grade, actual)
    told = [f for f in result.findings if f["code"] == "XL427"]
    assert [quality in f["message"] and len(f["cells"]) for f in told] == ([] if grade else [1])


@pytest.mark.parametrize("key", EXAMPLES)
def test_a_grade_chosen_for_a_figure_does_not_make_it_a_quality(key: str, tmp_path: Path) -> None:
    """What the sheet says does not count (206) is not printed; on a paper the operator says that the row is one of figures."""
    filled = document(key)
    figure = next(row for row in filled["indicators"] if row["kind"] == "定量")
    figure["grade"] = FULL
    fill_workbook(filled, output=tmp_path / "a.xlsx")
    (path,) = write_report(tmp_path / "a.xlsx", output=tmp_path / "report.docx", date="2024-03-01").outputs
    assert import_document(path).document["indicators"] == document(key)["indicators"]
    paper = docx.Document(path)
    row = next(row for table in paper.tables for row in table.rows if figure["name"] in [cell.text for cell in row.cells])
    row.cells[4 if key.startswith("national") else 6].text = f"{FULL}：{figure['actual']}"
    paper.save(path)
    found = next(row for row in import_document(path).document["indicators"] if row["name"] == figure["name"])
    assert (found["kind"], found["operator"], found.get("grade")) == ("定量", figure["operator"], None)


@pytest.mark.parametrize("target", ["好", "100%"])
@pytest.mark.parametrize("key", EXAMPLES)
def test_a_value_that_is_its_grade_is_printed_once(key: str, target: str, tmp_path: Path) -> None:
    filled = document(key)
    for row in filled["indicators"]:
        row |= {"actual": row["grade"], "target": target} if row["kind"] == "定性" else {}
    fill_workbook(filled, output=tmp_path / "a.xlsx")
    (path,) = write_report(tmp_path / "a.xlsx", output=tmp_path / "report.docx", date="2024-03-01").outputs
    texts = [cell.text for table in docx.Document(path).tables for row in table.rows for cell in row.cells]
    assert FULL in texts and f"{FULL}：{FULL}" not in texts
    assert import_document(path).document["indicators"] == filled["indicators"]


@pytest.mark.parametrize("key", EXAMPLES)
def test_the_template_of_next_year_does_not_ask_for_last_years_grades(key: str, tmp_path: Path) -> None:
    (path,) = write_report(EXAMPLES[key] / "filled.xlsx", output=tmp_path / "report.docx", date="2024-03-01").outputs
    paper = docx.Document(path)
    for cell in (cell for table in paper.tables for row in table.rows for cell in row.cells if FULL in cell.text):
        cell.text = cell.text.partition("：")[2]
    paper.save(path)
    assert "XL427" in {f["code"] for f in import_document(path).findings}
    assert "XL427" not in {
        f["code"] for f in write_next_template(key, year=2025, last=path, output=tmp_path / "next.xlsx").findings
    }


@pytest.mark.parametrize("key", EXAMPLES)
def test_the_next_year_begins_with_project_and_indicators(key: str, tmp_path: Path) -> None:
    year = document(key)["fiscal_year"] + 1
    assert write_next_template(key, year=year, last=EXAMPLES[key] / "finalized.json", output=tmp_path / "next.xlsx").outputs
    begun, last = read_workbook(tmp_path / "next.xlsx"), document(key)
    assert begun["project"] == {name: value for name, value in last["project"].items() if name != "prepared_on"}
    assert begun["objective"] == {"expected": last["objective"]["expected"]}
    kept = ("level1", "level2", "name", "kind", "operator", "target", "unit", "weight")
    rows = [{name: row[name] for name in kept if name in row} for row in begun["indicators"]]
    assert rows == [{name: row[name] for name in kept if name in row} for row in last["indicators"]]
    assert not [row for row in begun["indicators"] if row.keys() & {"actual", "grade", "judged", "reason"}]
    assert "executed" not in begun["funds"]["fiscal"]
    codes = {f["code"] for f in validate(tmp_path / "next.xlsx").findings if f["severity"] == "error"}
    assert codes == {"XL201"}


# --- what a bureau sees of it --------------------------------------------------------------------------------


def test_the_figures_and_indicators_of_each_form(form: Form) -> None:
    rows = compute(form, rows_of(form, document(form.key))[0])
    total = {"national-project": 76.02, "sichuan-project": 79.22}[form.key]
    assert figures_of(form, rows) == {
        "initial": 38.0, "budget": 43.2, "executed": 37.24, "execution_rate": 0.862, "score": total,
    }  # fmt: skip
    states = Counter(state for *_, state in achievements(form, rows))
    expected = {"national-project": {"over": 3, "met": 2, "missed": 10}, "sichuan-project": {"over": 4, "met": 1, "missed": 10}}
    assert states == expected[form.key]


@pytest.mark.slow
def test_the_code_of_the_unit_is_read_where_its_name_stands(form: Form, tmp_path: Path) -> None:
    text = (form.directory / "form.yaml").read_text("utf-8")
    name = next(line for line in text.splitlines() if "{key: unit, label: " in line and "carry: true" in line)
    code = "          - {key: unit_code, label: 单位代码, type: code}"
    folder = tmp_path / "forms" / form.key / form.revision
    folder.mkdir(parents=True)
    (folder / "form.yaml").write_text(text.replace(name, f"{name}\n{code}", 1), "utf-8")
    content = document(form.key)
    content["project"]["unit_code"] = "032018"
    book = tmp_path / "filled.xlsx"
    fill_workbook(content, output=book, templates=folder.parent.parent)
    task = Task("key", "收到/filled.xlsx", book.name, "0" * 64, book.read_bytes())
    outcome = work_on(task, WorkOptions("zh", "2023-03-01", finalize=False, templates=folder.parent.parent), Limits()).outcome
    assert (outcome.unit, outcome.unit_code) == (content["project"]["unit"], "032018")


def test_the_report_with_its_appendix_of_warnings_is_read_back(form: Form, tmp_path: Path) -> None:
    paper = finalize(EXAMPLES[form.key] / "filled.xlsx", output=tmp_path, date="2024-03-01").outputs[2]
    result = import_document(paper)
    assert {(f["code"], f["severity"]) for f in beside_evidence(result)} == {("XL210", "info")}
    assert "leftovers" not in result.document
