"""Next year's template from last year's paper: what is carried over, what is blank, and the column of last year's actuals."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from support.example import document, indicator
from support.libreoffice import convert
from support.paths import EXAMPLE, SPECIMEN
from support.second_revision import second_revision
from support.surgery import type_into
from xlperf import (
    UsageError,
    annotate,
    fill_workbook,
    finalize,
    load_document,
    read_workbook,
    validate,
    write_next_template,
    write_report,
    write_template,
)
from xlperf.forms.document import Spot
from xlperf.forms.form import Form
from xlperf.forms.layout import filled_references, make_layout, row_counts
from xlperf.forms.schema import build_schema
from xlperf.reading.reader import read_cells

pytestmark = pytest.mark.slow

DATE = "2024-01-05"
DOCUMENT = EXAMPLE / "document.json"


@pytest.fixture(scope="module")
def finalized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return finalize(EXAMPLE / "filled.xlsx", output=tmp_path_factory.mktemp("finalized"), date="2023-03-01").outputs[0]


@pytest.fixture(scope="module")
def made(finalized: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("next") / "2023.xlsx"
    result = write_next_template("suzhou-department", year=2023, last=finalized, output=path, date=DATE)
    assert (result.findings, result.year, result.unit, result.outputs) == ([], 2023, "苏州市生产力促进中心", (path,))
    return path


def references(path: Path) -> dict[str, object]:
    """What the column of last year's actuals shows, by the name beside it, read with openpyxl."""
    sheet = openpyxl.load_workbook(path)["自评表"]
    (column,) = [cell.column for row in sheet.iter_rows(min_row=2, max_row=4) for cell in row if cell.value == "上年完成值"]
    return {
        row[2].value: row[column - 1].value
        for row in sheet.iter_rows(min_row=5)
        if row[2].value and row[column - 1].value is not None
    }


def test_who_what_and_how_much_is_carried_over(made: Path) -> None:
    last, now = load_document(DOCUMENT), read_workbook(made)
    assert now["fiscal_year"] == 2023
    assert now["cover"] == {k: v for k, v in last["cover"].items() if k != "prepared_on"}
    assert now["goals"] == [{"expected": goal["expected"]} for goal in last["goals"]]
    assert now["tasks"] == [{k: v for k, v in task.items() if k != "completion"} for task in last["tasks"]]
    kept = ("category", "name", "kind", "operator", "target", "unit")
    assert [{k: row[k] for k in kept if k in row} for row in now["indicators"]] == [
        {k: row[k] for k in kept if k in row} for row in last["indicators"]]  # fmt: skip


def test_everything_else_is_blank(made: Path) -> None:
    now = read_workbook(made)
    typed = {
        key for row in now["indicators"] for key in row if key not in ("category", "name", "kind", "operator", "target", "unit")
    }
    assert typed == {"target_text"}  # no actual, reason, source
    assert now["narrative"] == {} and "items" not in {k for k, v in now["budget"].items() if v}
    assert now["explanations"] == {} and "prepared_on" not in now["cover"]


def test_the_grey_column_shows_last_years_actuals_computed_ones_too(made: Path) -> None:
    shown = references(made)
    last = {row["name"]: row["actual"] for row in load_document(DOCUMENT)["indicators"] if "actual" in row}
    assert shown == {**last, "预算执行率": 96.03, "预算调整率": 14.96}
    assert (shown["高企年度发展情况报表统计"], shown["工作计划制定健全性"]) == (11372, "健全")


def test_the_grey_column_is_locked_and_no_input(made: Path) -> None:
    sheet = openpyxl.load_workbook(made)["自评表"]
    target, unit, grey, actual = (sheet.cell(53, column) for column in (6, 7, 8, 9))
    assert (target.value, unit.value, grey.value, actual.value) == (58000, "台套", 58200, None)
    assert (target.protection.locked, grey.protection.locked, actual.protection.locked) == (False, True, False)
    assert grey.fill.start_color.rgb == "FFDDE1E5" and actual.fill.start_color.rgb == "FFFFFBE6"
    assert [str(cell.value) for cell in sheet[1]][5:9] == ["target", "unit", "last_actual", "actual"] and sheet.protection.sheet


def test_a_template_without_it_has_no_such_column(form: Form, tmp_path: Path) -> None:
    write_template("suzhou-department", year=2023, output=tmp_path / "plain.xlsx", date=DATE)
    with pytest.raises(ValueError, match="not enough values"):
        references(tmp_path / "plain.xlsx")
    assert "last_actual" not in str(build_schema(form))
    assert make_layout(form).pages == make_layout(form, row_counts(form), filled_references(form, {})).pages


@pytest.mark.parametrize("source", ["document", "filled", "finalized"])
def test_every_kind_of_paper_gives_the_same_template(source: str, finalized: Path, made: Path, tmp_path: Path) -> None:
    last = {"document": DOCUMENT, "filled": EXAMPLE / "filled.xlsx", "finalized": finalized}[source]
    write_next_template("suzhou-department", year=2023, last=last, output=tmp_path / "again.xlsx", date=DATE)
    assert (tmp_path / "again.xlsx").read_bytes() == made.read_bytes()


def test_a_report_in_word_gives_the_same_template(made: Path, tmp_path: Path) -> None:
    report = write_report(EXAMPLE / "filled.xlsx", output=tmp_path / "自评报告.docx").outputs[0]
    result = write_next_template("suzhou-department", year=2023, last=report, output=tmp_path / "next.xlsx", date=DATE)
    assert [f["code"] for f in result.findings if f["severity"] == "error"] == []
    kept, now = read_workbook(made), read_workbook(tmp_path / "next.xlsx")
    assert (now["goals"], now["indicators"]) == (kept["goals"], kept["indicators"]) and references(
        tmp_path / "next.xlsx"
    ) == references(made)
    assert [task["task"] for task in now["tasks"]] == [task["task"] for task in kept["tasks"]]


@pytest.mark.skipif(not SPECIMEN.exists(), reason="the specimen is not here")
def test_the_specimen_is_last_years_report(tmp_path: Path) -> None:
    write_next_template("suzhou-department", year=2023, last=SPECIMEN, output=tmp_path / "next.xlsx", date=DATE)
    now, shown = read_workbook(tmp_path / "next.xlsx"), references(tmp_path / "next.xlsx")
    assert [len(now[key]) for key in ("goals", "tasks", "indicators")] == [10, 10, 54] and len(shown) == 54
    assert (shown["非税收入预算完成率"], shown["全市技术合同成交额"], shown["预算执行率"]) == (66.22, 868.78, 96.03)
    assert {key: indicator(now, "全市技术合同成交额")[key] for key in ("operator", "target", "unit")} == {
        "operator": ">=", "target": 660, "unit": "亿元"}  # fmt: skip


def new_figures(path: Path) -> dict[str, object]:
    """What a department types into that template: this year's texts, budget, actuals, sources, and reasons where they are due."""
    reading, last, cells = read_cells(path), document(), {}
    places = make_layout(
        reading.form, row_counts(reading.form, None, reading.rows), filled_references(reading.form, reading.rows)
    )

    def put(block: str, index: int, **values: object) -> None:
        cells.update({places.address(Spot(block, index, key)): value for key, value in values.items()})

    put("cover", 0, prepared_on="2024-03-01")
    put(
        "narrative",
        0,
        **{key: text.replace("2022", "2023").replace("2023年3月", "2024年3月") for key, text in last["narrative"].items()},
    )
    for index, goal in enumerate(last["goals"]):
        put("goals", index, actual=goal["actual"])
    put("basic", 0, initial=600, spent=594)
    put("items", 0, name="体检经费", initial=5, spent=5)
    for index, task in enumerate(last["tasks"]):
        put("tasks", index, completion=task["completion"])
    for key in ("decision", "process", "benefits", "satisfaction", "duties"):
        for index, row in enumerate(reading.rows[key]):
            before = indicator(last, row["name"])
            if before.get("kind") == "定量" and "actual" in before:
                put(key, index, actual=before["actual"], source="2023年统计台账", reason="按2023年实际完成情况统计")
            elif row["name"] in ("预算执行率", "预算调整率"):
                put(key, index, source="2023年决算", reason="按2023年预算执行情况计算")
            else:
                put(key, index, actual=row["target"], source="2023年统计台账")
    return cells


@pytest.fixture(scope="module")
def filled(made: Path) -> Path:
    return type_into(made, made.with_name("filled.xlsx"), new_figures(made))


def test_filled_with_new_actuals_it_validates_without_errors(made: Path, filled: Path) -> None:
    before = validate(made)
    assert before.status == "returned" and {f["code"] for f in before.findings if f["severity"] == "error"} == {"XL201"}
    result = validate(filled, form="suzhou-department", year=2023)
    assert [(f["code"], f["cells"], f["found"]) for f in result.findings if f["severity"] == "error"] == []
    assert result.status == "passed"
    assert (
        indicator(result.document, "集聚仪器资源")["actual"] == 58200 and result.document["cover"]["prepared_on"] == "2024-03-01"
    )


def test_the_column_survives_annotating_and_finalizing(made: Path, filled: Path, tmp_path: Path) -> None:
    annotated = annotate(filled, output=tmp_path / "out", date=DATE)
    book, json, *_ = finalize(filled, output=tmp_path / "out", date=DATE).outputs
    assert references(annotated) == references(book) == references(filled) == references(made)
    assert "last_actual" not in json.read_text("utf-8")
    stale = ("XL301", "XL302")  # typed without a program that computes
    told = {(f["code"], tuple(f["cells"])) for f in validate(filled).findings if f["code"] not in stale}
    assert told == {(f["code"], tuple(f["cells"])) for f in validate(annotated).findings}
    assert read_workbook(annotated) == read_workbook(filled)
    write_next_template("suzhou-department", year=2024, last=book, output=tmp_path / "2024.xlsx", date=DATE)
    assert references(tmp_path / "2024.xlsx")["预算执行率"] == 99.01  # 599 / 605: of 2023 now, not of 2022


def test_marks_stand_at_the_right_cells_beside_the_column(made: Path, tmp_path: Path) -> None:
    cells = new_figures(made)
    place = next(p for p, value in cells.items() if value == 58200)
    assert place == "自评表!I53"
    path = type_into(made, tmp_path / "filled.xlsx", {**cells, place: "约五万"})
    (finding,) = [f for f in validate(path).findings if f["severity"] == "error"]
    assert (finding["code"], finding["cells"]) == ("XL202", [place])
    sheet = openpyxl.load_workbook(annotate(path, output=tmp_path / "out"))["自评表"]
    assert sheet["I53"].comment is not None and sheet["I53"].value == "约五万" and sheet["H53"].comment is None


@pytest.mark.libreoffice
def test_the_column_survives_another_program(made: Path, filled: Path, tmp_path: Path) -> None:
    (saved,) = convert([filled], tmp_path / "saved")
    assert references(saved) == references(made)
    assert read_cells(saved).rows == read_cells(filled).rows and validate(saved).status == "passed"


def test_a_unit_with_many_rows_has_room_for_more(tmp_path: Path) -> None:
    last = document()
    last["tasks"] = [{"task": f"任务{number}", "completion": "完成"} for number in range(40)]
    fill_workbook(last, output=tmp_path / "last.xlsx")
    write_next_template(
        "suzhou-department", year=2023, last=tmp_path / "last.xlsx", output=tmp_path / "next.xlsx", rows={"goals": 12}
    )
    sheet = openpyxl.load_workbook(tmp_path / "next.xlsx")
    assert [sum(str(row[0].value).startswith(f"{key}.") for row in sheet[title].iter_rows()) for key, title in
            (("tasks", "重点任务"), ("goals", "绩效目标"))] == [44, 12]  # fmt: skip


def test_another_revision_takes_what_it_has_a_place_for(tmp_path: Path) -> None:
    templates, last = second_revision(tmp_path), document()
    last["tasks"][0]["content"] = "组织对接活动"
    indicator(last, "在职人员控制率")["target"] = 98
    fill_workbook(last, output=tmp_path / "last.xlsx")
    result = write_next_template(
        "suzhou-department", year=2023, last=tmp_path / "last.xlsx", output=tmp_path / "next.xlsx", templates=templates
    )
    assert [(f["code"], f["cells"], f["found"]) for f in result.findings] == [("XL450", ["重点任务!D4"], "组织对接活动")]
    now = read_workbook(tmp_path / "next.xlsx", templates=templates)
    assert [task["task"] for task in now["plan"]["tasks"]] == [task["task"] for task in last["tasks"]]
    assert indicator(now, "在职人员控制率")["target"] == 98  # the unit's own target stays
    assert indicator(now, "学习与培训完成率")["target"] == 95  # one it never changed is what the newer revision says
    assert references(tmp_path / "next.xlsx")["学习与培训完成率"] == 100


def test_a_new_name_and_an_older_paper(tmp_path: Path) -> None:
    result = write_next_template(
        "suzhou-department", year=2025, last=DOCUMENT, output=tmp_path / "next.xlsx", unit="苏州市新名称中心"
    )
    assert [(f["code"], f["severity"], f["found"], f["expected"]) for f in result.findings] == [
        ("XL453", "warning", "2022 年度的资料", "2024 年度的资料")]  # fmt: skip
    assert read_workbook(tmp_path / "next.xlsx")["cover"]["unit"] == "苏州市新名称中心"
    assert [f for f in validate(tmp_path / "next.xlsx").findings if f["code"] == "XL240"] == []


def test_what_is_refused(tmp_path: Path, finalized: Path) -> None:
    for last, year, key in ((DOCUMENT, 2022, "not_last_year"), (tmp_path / "none.json", 2023, "cannot_open")):
        with pytest.raises(UsageError) as caught:
            write_next_template("suzhou-department", year=year, last=last, output=tmp_path / "next.xlsx")
        assert caught.value.key == key
    assert not (tmp_path / "next.xlsx").exists()
    before = finalized.read_bytes()
    with pytest.raises(UsageError) as caught:
        write_next_template("suzhou-department", year=2023, last=finalized, output=finalized)
    assert caught.value.key == "would_overwrite" and finalized.read_bytes() == before
