"""Workbooks with copies: written, filled in, taken apart by people and other programs, read, finalized, reported on, carried over."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from click.testing import CliRunner

from support.repeated import KEYS, REPEATED, document, form_of
from support.surgery import type_into
from support.sweeps import every
from xlperf import (
    collect,
    fill_workbook,
    finalize,
    migrate_workbook,
    prove_form,
    read_workbook,
    validate,
    write_next_template,
    write_template,
    write_templates,
)
from xlperf.cli.commands import cli
from xlperf.errors import UsageError
from xlperf.reading.reader import read_cells

pytestmark = pytest.mark.slow
PLACES: dict[str, Any] = {"templates": REPEATED}


def filled(key: str, folder: Path, given: dict[str, Any] | None = None) -> Path:
    path = folder / f"{key}.xlsx"
    result = fill_workbook(given or document(key), path, date="2025-01-05", **PLACES)
    assert result.findings == []
    return path


def told(path: Path) -> list[tuple[str, tuple[str, ...]]]:
    return sorted((finding["code"], tuple(finding["cells"])) for finding in validate(path, **PLACES).findings)


def inputs(path: Path) -> dict[str, Any]:
    return read_cells(path, **PLACES).rows


# --- how many ------------------------------------------------------------------------------------------------


def test_a_template_has_as_many_copies_as_are_asked_for(tmp_path: Path) -> None:
    for copies, expected in (({"project": 3}, 3), ({}, 2)):
        path = write_template("unit-projects", year=2024, output=tmp_path / f"{expected}.xlsx", copies=copies, **PLACES)
        titles = [title for title in openpyxl.load_workbook(path).sheetnames if title[:2] == "项目" and title[2:].isdecimal()]
        assert titles == [f"项目{number}" for number in range(1, expected + 1)]


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize("asked", ["goal=11", "goal=0", "gaol=2", "goal", "goal=x"])
def test_another_number_is_refused_with_those_that_are_allowed(asked: str, tmp_path: Path) -> None:
    options = ["--year", "2024", "--templates", str(REPEATED), "-o", str(tmp_path / "x.xlsx"), "--copies", asked]
    done = CliRunner().invoke(cli, ["template", "hubei-project", *options])
    assert isinstance(done.exception, UsageError)
    assert list(tmp_path.iterdir()) == []
    said = str(done.exception)
    assert f"found '{asked}'" in said
    assert ("goal=1…10" in said) is (asked not in ("goal", "goal=x"))


def test_the_command_line_takes_the_number(tmp_path: Path) -> None:
    path = tmp_path / "five.xlsx"
    options = ["--year", "2024", "--templates", str(REPEATED), "-o", str(path), "--copies", "goal=5"]
    assert CliRunner().invoke(cli, ["template", "hubei-project", *options]).exit_code == 0
    assert read_cells(path, **PLACES).form.counts == {"goal": 5}


def test_a_document_says_it_itself(tmp_path: Path) -> None:
    given = document("hubei-project")
    given["goals"] += copy.deepcopy(given["goals"])
    assert read_cells(filled("hubei-project", tmp_path, given), **PLACES).form.counts == {"goal": 4}


# --- what is asked -------------------------------------------------------------------------------------------


def test_a_blank_copy_beyond_the_least_asks_for_nothing(tmp_path: Path) -> None:
    path = write_template("unit-projects", year=2024, output=tmp_path / "blank.xlsx", copies={"project": 4}, **PLACES)
    cells = {cell for _, listed in told(path) for cell in listed}
    assert {cell.partition("!")[0] for cell in cells} == {"项目一览", "项目1"}


def test_once_something_stands_in_it_all_is_asked_of_it_at_its_cells(tmp_path: Path) -> None:
    path = write_template("unit-projects", year=2024, output=tmp_path / "blank.xlsx", copies={"project": 4}, **PLACES)
    before = told(path)
    changed = type_into(path, tmp_path / "typed.xlsx", {"项目3!C3": "丙项目"})
    more = [each for each in told(changed) if each not in before]
    assert more == [
        ("UP104", ("项目1!C12", "项目3!C12")),
        ("XL201", ("项目3!C4",)),
        ("XL201", ("项目3!C5",)),
        ("XL207", ("项目1!B8", "项目3!B8")),
        ("XL302", ("项目一览!H7", "项目一览!I7", "项目一览!C10", "项目一览!H10", "项目一览!I10")),  # no program computed them
    ]


def test_a_finding_names_the_copy_and_its_cell(tmp_path: Path) -> None:
    given = document("hubei-project")
    given["goals"][1]["points"], given["goals"][0]["points"] = 29, 51
    path = filled("hubei-project", tmp_path, given)
    findings = [finding for finding in validate(path, **PLACES).findings if finding["code"] == "HB101"]
    assert [(finding["cells"], finding["found"]) for finding in findings] == [
        (["自评表!C14", "自评表!C15"], "年度绩效目标1分值 51，指标分值之和 50；年度绩效目标2分值 29，指标分值之和 30")
    ]


# --- what people and other programs make of a workbook ----------------------------------------------------------


def test_rows_are_inserted_sheets_are_renamed_and_moved(tmp_path: Path) -> None:
    path = filled("unit-projects", tmp_path)
    book = openpyxl.load_workbook(path)
    sheet = book["项目2"]
    sheet.insert_rows(13)
    for column, value in enumerate(("效益指标", "成活率", "≥95%", "96%", 0, 0), 2):
        sheet.cell(13, column, value)
    sheet.title = "种树"
    book.move_sheet("项目3", -2)
    book.save(tmp_path / "moved.xlsx")
    before, rows = inputs(path), inputs(tmp_path / "moved.xlsx")
    assert [row.get("name") for row in rows["indicators_2"]] == ["种树", "成活率"]
    assert {key: rows[key] for key in ("project_1", "project_2", "project_3", "indicators_1", "indicators_3")} == {
        key: before[key] for key in ("project_1", "project_2", "project_3", "indicators_1", "indicators_3")
    }


@pytest.mark.parametrize("key", KEYS)
def test_the_number_is_found_without_the_hidden_sheet(key: str, tmp_path: Path) -> None:
    path = filled(key, tmp_path)
    book = openpyxl.load_workbook(path)
    del book["xlperf"]
    book.save(tmp_path / "without.xlsx")
    reading = read_cells(tmp_path / "without.xlsx", **PLACES)
    assert reading.form.counts == read_cells(path, **PLACES).form.counts
    assert [found.code for found in reading.findings if found.severity == "error"] == []


@pytest.mark.parametrize("said", ["", "{", "[]", '{"goal": "3"}', '{"goal": true}', '{"gaol": 3}'])
def test_what_the_hidden_sheet_cannot_say_is_passed_over(said: str, tmp_path: Path) -> None:
    path = filled("hubei-project", tmp_path)
    book = openpyxl.load_workbook(path)
    for row in book["xlperf"].iter_rows(max_col=2):
        if row[0].value == "copies":
            row[1].value = said
    book.save(tmp_path / "said.xlsx")
    assert read_cells(tmp_path / "said.xlsx", **PLACES).form.counts == {"goal": 2}


def test_a_lost_sheet_is_told_by_its_title(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(filled("unit-projects", tmp_path))
    del book["项目3"]
    book.save(tmp_path / "lost.xlsx")
    lost = [finding for finding in validate(tmp_path / "lost.xlsx", **PLACES).findings if finding["code"] == "XL114"]
    assert len(lost) == 1
    assert "项目3" in lost[0]["message"]


def test_two_copies_of_one_sheet_are_told(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(filled("unit-projects", tmp_path))
    book.copy_worksheet(book["项目3"])["C3"] = "丁项目"
    book.save(tmp_path / "twice.xlsx")
    assert [code for code, _ in told(tmp_path / "twice.xlsx") if code == "XL113"] == ["XL113"]


# --- finalized, reported on, carried over ----------------------------------------------------------------------


def test_a_finalized_workbook_keeps_its_copies_and_the_report_has_them(tmp_path: Path) -> None:
    result = finalize(filled("hubei-project", tmp_path), output=tmp_path / "final", date="2025-02-01", **PLACES)
    assert result.status == "passed"
    made = {path.suffix: path for path in result.outputs}
    assert [goal["overview"]["score"] for goal in json.loads(made[".json"].read_text("utf-8"))["goals"]] == [38.33, 30]
    assert read_workbook(made[".xlsx"], **PLACES) == read_workbook(filled("hubei-project", tmp_path), **PLACES)
    assert [paragraph.text for paragraph in docx.Document(str(made[".docx"])).paragraphs] == [
        "项目自评表（2024年度）",
        "项目：长江禁捕退捕　总分：84.33",
        "年度绩效目标1（50.00分）：保护长江水生生物资源",
        "巡护天数：目标 360天，完成 300天，得 25.00 分",
        "巡护成本：目标 10万元，完成 15万元，得 13.33 分",
        "小计 38.33 分",
        "年度绩效目标2（30.00分）：提高社会公众的保护意识",
        "公众知晓：目标 明显提高，完成 明显提高，得 30.00 分",
        "小计 30.00 分",
        "合计 68.33 分",
    ]


def test_a_blank_copy_in_the_middle_counts_as_none_all_the_way(tmp_path: Path) -> None:
    path = write_template("hubei-project", year=2024, output=tmp_path / "x.xlsx", copies={"goal": 2}, **PLACES)
    given = document("hubei-project")
    whole = filled("hubei-project", tmp_path, given)
    book = openpyxl.load_workbook(write_template("hubei-project", year=2024, output=path, copies={"goal": 3}, **PLACES))
    read = openpyxl.load_workbook(whole)
    for title in ("自评表", "总分与说明"):
        for row in read[title].iter_rows():
            for cell in row:
                if cell.value is not None and cell.data_type != "f" and not cell.protection.locked:
                    at = cell.row + (1 if title == "自评表" and cell.row > 14 else 0)
                    book[title].cell(at, cell.column, cell.value)
    keys = {row[0].value: row[0].row for row in book["绩效目标和指标"].iter_rows(min_row=2, max_col=1) if row[0].value}
    for row in read["绩效目标和指标"].iter_rows(min_row=2):
        key = str(row[0].value).replace("_2", "_3")
        for cell in row[1:] if key in keys else ():
            if cell.value is not None and cell.data_type != "f" and not cell.protection.locked:
                book["绩效目标和指标"].cell(keys[key], cell.column, cell.value)
    book.save(tmp_path / "gap.xlsx")
    result = finalize(tmp_path / "gap.xlsx", output=tmp_path / "final", date="2025-02-01", **PLACES)
    assert [finding["code"] for finding in result.findings if finding["severity"] == "error"] == []
    made = {path.suffix: path for path in result.outputs}
    assert [goal["goal"] for goal in json.loads(made[".json"].read_text("utf-8"))["goals"]] == [
        goal["goal"] for goal in given["goals"]
    ]
    assert read_cells(made[".xlsx"], **PLACES).form.counts == {"goal": 3}  # the workbook keeps its blank one
    titles = [p.text for p in docx.Document(str(made[".docx"])).paragraphs if p.text.startswith("年度绩效目标")]
    assert [title[:7] for title in titles] == ["年度绩效目标1", "年度绩效目标3"]


def test_next_year_begins_with_as_many(tmp_path: Path) -> None:
    path = filled("unit-projects", tmp_path)
    write_next_template("unit-projects", year=2025, last=path, output=tmp_path / "2025.xlsx", **PLACES)
    assert read_cells(tmp_path / "2025.xlsx", **PLACES).form.counts == {"project": 3}
    write_next_template("unit-projects", year=2025, last=path, output=tmp_path / "5.xlsx", copies={"project": 5}, **PLACES)
    assert read_cells(tmp_path / "5.xlsx", **PLACES).form.counts == {"project": 5}


def test_a_newer_revision_takes_over_what_is_in_each_copy(tmp_path: Path) -> None:
    forms = tmp_path / "forms" / "unit-projects"
    text = (REPEATED / "unit-projects" / "2024" / "form.yaml").read_text("utf-8")
    newer = text.replace('revision: "2024"', 'revision: "2025"').replace("first_year: 2024", "first_year: 2025")
    newer = (
        newer.replace("most: 20", "most: 2")
        .replace("key: reason, label: 原因", "key: cause, label: 原因")
        .replace("reason", "cause")
    )
    newer = newer.replace("\nrepeats:", "\nrenamed: {indicators.reason: indicators.cause}\n\nrepeats:")
    for revision, content in (("2024", text), ("2025", newer)):
        (forms / revision).mkdir(parents=True)
        (forms / revision / "form.yaml").write_text(content, "utf-8")
    source = tmp_path / "source.json"
    source.write_text(json.dumps(document("unit-projects"), ensure_ascii=False), "utf-8")
    result = migrate_workbook(source, year=2025, output=tmp_path / "new.xlsx", templates=tmp_path / "forms")
    found = read_workbook(tmp_path / "new.xlsx", templates=tmp_path / "forms")["projects"]
    assert [project["name"] for project in found] == ["甲项目", "乙项目"]
    assert found[1]["indicators"][0]["cause"] == "苗木不足"
    lost = {finding["field"] for finding in result.findings if finding["code"] == "XL450"}  # all of the third project
    names = ("name", "planned", "spent", "profile")
    of_indicator = ("level1", "name", "target", "actual", "weight", "score")
    assert lost == {f"projects[2].{name}" for name in names} | {f"projects[2].indicators[0].{name}" for name in of_indicator}


# --- rosters and collections -----------------------------------------------------------------------------------


def test_a_roster_says_how_many_each_unit_gets(tmp_path: Path) -> None:
    roster = tmp_path / "units.csv"
    roster.write_text("单位名称,项目个数,项目1 项目名称,项目3 项目名称\n甲局,3,一号,三号\n乙局,,一号,\n丙局,1,,\n", "utf-8")
    options: dict[str, Any] = {"year": 2024, "roster": roster, "jobs": 1, "date": "2025-01-05", **PLACES}
    done = write_templates("unit-projects", output=tmp_path / "out", copies={"project": 4}, **options)
    assert (done.written, done.remarks) == (3, ())
    readings = {path.name[:2]: read_cells(path, **PLACES) for path in (tmp_path / "out").glob("*.xlsx")}
    assert {unit: reading.form.counts["project"] for unit, reading in readings.items()} == {"甲局": 3, "乙局": 4, "丙局": 1}
    assert readings["甲局"].rows["project_3"][0]["name"] == "三号"
    again = write_templates("unit-projects", output=tmp_path / "out", copies={"project": 4}, **options)
    assert (again.written, again.kept) == (0, 3)


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("甲局,21,", "line 2: under '项目个数' stands '21'; expected: 1…20."),
        ("甲局,两个,", "line 2: under '项目个数' stands '两个'; expected: 1…20."),
        ("甲局,2,三号", "line 2: under '项目3 项目名称' stands '三号', but the unit gets no such copy (项目个数 2)"),
    ],
)
def test_a_roster_that_asks_for_what_cannot_be_is_refused(line: str, expected: str, tmp_path: Path) -> None:
    roster = tmp_path / "units.csv"
    roster.write_text(f"单位名称,项目个数,项目3 项目名称\n{line}\n", "utf-8")
    with pytest.raises(UsageError) as refused:
        write_templates("unit-projects", year=2024, roster=roster, output=tmp_path / "out", jobs=1, **PLACES)
    assert expected in str(refused.value)


def test_units_with_different_numbers_are_summed_up_in_one_table(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for number in (1, 3):
        given = document("unit-projects")
        given["cover"]["unit"], given["projects"] = f"第{number}局", given["projects"][:number]
        filled("unit-projects", inbox, given).rename(inbox / f"{number}.xlsx")
    summary = collect([inbox], output=tmp_path / "out", jobs=1, date="2025-02-01", **PLACES)
    book = openpyxl.load_workbook(next((tmp_path / "out").glob("*.xlsx")), data_only=False)
    rows = [[cell.value for cell in row] for sheet in book for row in sheet.iter_rows()]
    counted = {
        unit: row for row in rows for unit in ("第1局", "第3局") if (unit in row and 93.33 in row) or (unit in row and 99 in row)
    }
    assert summary is not None
    assert {unit: [value for value in row if value in (1, 3, 99, 93.33)][-2:] for unit, row in counted.items()} == {
        "第1局": [99, 1],
        "第3局": [93.33, 3],
    }


# --- all commands --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", every(1, KEYS[::-1], usual=2))
def test_it_holds_with_the_least_the_usual_and_the_most_copies(key: str) -> None:
    proof = prove_form(REPEATED / key / "2024")
    assert (proof.faults, proof.warnings) == ((), ())
    assert form_of(key).directory == REPEATED / key / "2024"


@pytest.mark.libreoffice
@pytest.mark.parametrize("key", every(1, KEYS, usual=2))
def test_libreoffice_computes_the_same_in_every_copy(key: str) -> None:
    assert list(map(str, prove_form(REPEATED / key / "2024", full=True).faults)) == []
