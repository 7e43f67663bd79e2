"""A form changed by drawing alone, as an officer does it in Excel: check-form accepts it, and every command works with it."""

from __future__ import annotations

import shutil
from copy import copy
from pathlib import Path

import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation

from support.command_line import xlperf
from support.drawings import YELLOW, draw, edited, small_form, with_note
from support.paths import TEMPLATES
from support.scored import document
from xlperf import draw_form, fill_workbook, finalize, load_form, prove_form, read_form, validate, write_template
from xlperf.drawing.recognition.cells import read_cells
from xlperf.drawing.recognition.definition import read_definition_of

KEY, REVISION = "national-project", "2020"


def changes_of_an_officer(book: Workbook) -> None:
    """A label, a column with a formula, a column with a dropdown, a preset row, a rule."""
    sheet = book["项目资金"]
    header, rows = 3, range(4, 8)
    sheet["H3"] = "执行得分"
    for column, title, width in (("I", "结余（万元）", 14), ("J", "资金性质", 12)):
        sheet[f"{column}{header}"] = title
        sheet[f"{column}{header}"]._style = copy(sheet[f"H{header}"]._style)
        sheet.column_dimensions[column].width = width + 0.625
    for row in rows:
        sheet[f"I{row}"] = f"=D{row}-E{row}"
        sheet[f"I{row}"]._style = copy(sheet["D4"]._style)
        sheet[f"I{row}"].number_format = "#,##0.00"
        sheet[f"J{row}"].fill = YELLOW
    with_note(book, "项目资金!I3", "键: remainder")
    with_note(book, "项目资金!J3", "键: nature")
    limit = DataValidation(type="list", formula1='"一般公共预算,政府性基金"')
    limit.prompt, limit.promptTitle = "按指标文选。", "资金性质"
    limit.add("J4:J7")
    sheet.add_data_validation(limit)
    summary = book["得分汇总"]
    last = next(row for row in range(5, 40) if summary[f"B{row}"].value == "合计")
    for column in "BCDEF":  # under the last row of the table
        summary[f"{column}{last + 1}"]._style = copy(summary[f"{column}{last}"]._style)
    (levels,) = (limit for limit in summary.data_validations.dataValidation if "服务对象满意度指标" in str(limit.formula1))
    levels.formula1 = levels.formula1[:-1] + ',其中：指标得分"'
    summary[f"B{last + 1}"], summary[f"C{last + 1}"] = "合计", "其中：指标得分"
    summary[f"D{last + 1}"] = f"=D{last}-10"
    summary[f"E{last + 1}"], summary[f"F{last + 1}"] = f"=ROUND(E{last}-10,2)", f"=ROUND(F{last}-D{last},2)"
    rules = book["规则"]
    row = next(row for row in range(2, 80) if rules[f"A{row}"].value is None)
    titles = {cell.value: cell.column_letter for cell in rules[1]}
    values = {
        "编号": "NP801",
        "校验项": "结余不为负",
        "级别": "提醒",
        "公式": "=项目资金!I4>=0",
        "不通过时怎样改": "核对执行数。",
        "依据种类": "经验",
        "依据": "执行数不大于预算数。",
    }
    for title, value in values.items():
        rules[f"{titles[title]}{row}"] = value


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of forms with the changed one."""
    folder = tmp_path_factory.mktemp("officer")
    own = folder / "my-forms"
    shutil.copytree(TEMPLATES / KEY / REVISION, own / KEY / REVISION)
    drawn = draw_form(KEY, output=folder / "表样.xlsx")
    read_form(edited(drawn, changes_of_an_officer), output=own / KEY / REVISION)
    return own


@pytest.mark.slow
def test_what_was_changed_is_in_the_definition_and_nothing_else(changed: Path) -> None:
    before, after = (load_form(folder / KEY / REVISION) for folder in (TEMPLATES, changed))
    funds = after.tables["funds"]
    assert [column.key for column in funds.columns] == [*(c.key for c in before.tables["funds"].columns), "remainder", "nature"]
    assert after.blocks["total"].fields["score"].label == "执行得分"
    remainder, nature = (after.blocks["fiscal"].fields[key] for key in ("remainder", "nature"))
    assert (remainder.type, remainder.formula, remainder.decimals) == ("money", "budget - executed", 2)
    assert (nature.type, nature.choices, nature.help) == ("choice", ("一般公共预算", "政府性基金"), "按指标文选。")
    row = after.blocks["subtotals"].rows[-1]
    assert row.values == {"rank": "合计", "level": "其中：指标得分"}
    assert row.formulas["weight"] == "ROUND(subtotals.all.weight - 10, 2)"
    rule = after.rules["NP801"]
    assert (rule.table, rule.test, rule.severity, rule.fix) == ("funds", "remainder >= 0", "warning", "核对执行数。")
    assert rule.basis is not None and (rule.basis.kind, rule.basis.text) == ("experience", "执行数不大于预算数。")
    untouched = ("words", "spellings", "paper", "summary", "report", "parameters", "guide", "opening")
    assert {key: after.definition[key] for key in untouched} == {key: before.definition[key] for key in untouched}
    assert after.definition["rules"][:-1] == before.definition["rules"]


@pytest.mark.slow
def test_check_form_accepts_it(changed: Path) -> None:
    proof = prove_form(changed / KEY / REVISION)
    assert [str(fault) for fault in proof.faults] == []


@pytest.mark.slow
def test_every_command_works_with_it(changed: Path, tmp_path: Path) -> None:
    assert write_template(KEY, year=2022, templates=changed, output=tmp_path / "blank.xlsx").exists()
    filled = document(KEY)
    filled["funds"]["fiscal"]["nature"] = "一般公共预算"
    fill_workbook(filled, templates=changed, output=tmp_path / "filled.xlsx")
    result = validate(tmp_path / "filled.xlsx", templates=changed)
    assert result.status == "passed"
    fiscal = result.document["funds"]["fiscal"]
    assert fiscal["remainder"] == round(fiscal["budget"] - fiscal["executed"], 2)
    assert finalize(tmp_path / "filled.xlsx", templates=changed, output=tmp_path / "out").status == "passed"


def test_a_table_drawn_without_any_note_is_a_table(tmp_path: Path) -> None:
    """Blank rows make a list, rows with names are preset, a total is a row of its own; keys come from the letters of columns."""

    def change(book: Workbook) -> None:
        sheet = book.create_sheet("培训情况", 3)
        sheet["A1"] = "二、培训情况"
        for column, title in zip("ABCD", ("班次", "计划人数", "实到人数", "到课率"), strict=True):
            sheet[f"{column}2"] = title
        for row, name in ((3, "新进人员"), (4, "骨干")):
            sheet[f"A{row}"] = name
            for column in "BC":
                sheet[f"{column}{row}"].fill = YELLOW
                sheet[f"{column}{row}"].number_format = "0"
            sheet[f"D{row}"], sheet[f"D{row}"].number_format = f"=IF(B{row}=0,0,C{row}/B{row})", "0.00%"
        sheet["A5"], sheet["B5"], sheet["C5"], sheet["D5"] = "合计", "=SUM(B3:B4)", "=SUM(C3:C4)", "=IF(B5=0,0,C5/B5)"

    read = read_definition_of(read_cells(edited(draw(small_form(tmp_path), tmp_path), change).read_bytes()))
    assert [str(fault) for fault in read.faults] == []
    sheet = next(sheet for sheet in read.definition["sheets"] if sheet["title"] == "培训情况")
    (table,) = sheet["sections"]
    assert table["label"] == "二、培训情况"
    assert [(column["key"], column["label"], column["type"], column.get("formula")) for column in table["columns"]] == [
        ("a", "班次", "text", None), ("b", "计划人数", "count", None), ("c", "实到人数", "count", None),
        ("d", "到课率", "ratio", "IF(b = 0, 0, c / b)"),
    ]  # fmt: skip
    presets, total = table["blocks"]
    assert presets["keyed"] is True and [row["a"] for row in presets["rows"]] == ["新进人员", "骨干"]
    assert total["constants"] == {"a": "合计"}
    assert total["formulas"] == {"b": f"SUM({presets['key']}.b)", "c": f"SUM({presets['key']}.c)"}


def test_rows_and_columns_that_excel_moved_are_found(tmp_path: Path) -> None:
    """A blank row more is a spare row more, and a note goes with its cell."""

    def change(book: Workbook) -> None:
        sheet = book["项目"]
        sheet["B25"] = None  # what stands under the last row
        for row in range(25, 27):  # two rows under the last one
            for column in "BCDEF":
                sheet[f"{column}{row}"]._style = copy(sheet[f"{column}24"]._style)
            sheet[f"E{row}"], sheet[f"F{row}"] = f"=IF(C{row}=0,0,ROUND(D{row}/C{row},4))", f"=LOOKUP(E{row},参数!$B$3:$C$6)"
        sheet["C4"], sheet["D4"] = '=IF(COUNT(C5:C26)=0,"",ROUND(SUM(C5:C26),6))', '=IF(COUNT(D5:D26)=0,"",ROUND(SUM(D5:D26),6))'

    form = small_form(tmp_path)
    read = read_definition_of(read_cells(edited(draw(form, tmp_path), change).read_bytes()))
    table = read.definition["sheets"][2]["sections"][0]
    assert [str(fault) for fault in read.faults] == [] and table["blocks"][1]["spare"] == 22
    before = form.definition["sheets"][2]["sections"][0]
    assert table["columns"] == before["columns"] and table["blocks"][0] == before["blocks"][0]


@pytest.mark.slow
def test_the_two_commands(tmp_path: Path) -> None:
    assert xlperf("new-form", "my-forms/training/2024", cwd=tmp_path).returncode == 0
    assert xlperf("draw-form", "training", "--templates", "my-forms", "-o", "表样.xlsx", cwd=tmp_path).returncode == 0
    done = xlperf("read-form", "表样.xlsx", "-o", "other/training/2024", cwd=tmp_path)
    assert done.returncode == 0 and done.stdout == "" and "form.yaml" in done.stderr
    first, second = (load_form(tmp_path / root / "training" / "2024").definition for root in ("my-forms", "other"))
    assert first == second
    assert xlperf("draw-form", "nothing", cwd=tmp_path).returncode == 2
    assert xlperf("read-form", "nothing.xlsx", "-o", "x/training/2024", cwd=tmp_path).returncode == 2
