"""Amounts in yuan or wan yuan, as the form or a column says: titles, formats, limits, typed units, findings, reports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from docx import Document

from support.extended_form import own_form, written_form
from support.surgery import type_into
from xlperf import explain_field, fill_workbook, finalize, prove_form, read_workbook, validate, write_report, write_template
from xlperf.errors import FormError
from xlperf.forms.loader import load_form
from xlperf.forms.standard.money_units import money_units
from xlperf.forms.written.shape import read_schema
from xlperf.forms.written.yaml_file import located

TABLE = "sheets[1].sections[0]"
COVER = {"unit": "甲单位", "prepared_by": "张三"}


def in_yuan(**more: Any) -> dict[str, Any]:
    """A form whose amounts count in yuan; their titles say nothing."""
    definition = own_form() | {"money": "元", "checks": {"XL207": False}} | more
    for column in columns(definition):
        column["label"] = column["label"].replace("（万元）", "")
    definition["rules"] = [{**rule, "with": {"spent": "支出数", "budget": "预算数"}} for rule in definition["rules"][:1]]
    return definition


def columns(definition: dict[str, Any]) -> list[dict[str, Any]]:
    return definition["sheets"][1]["sections"][0]["columns"]


def written(definition: dict[str, Any], folder: Path) -> Path:
    return written_form(yaml.safe_dump(definition, allow_unicode=True, sort_keys=False), folder)


def filled(folder: Path, path: Path, rows: list[dict[str, Any]]) -> Path:
    document = {"form": "mini", "revision": "2024", "fiscal_year": 2024, "cover": COVER, "items": rows}
    fill_workbook(document, path, templates=folder.parent.parent)
    return path


def test_the_units_that_may_be_written_are_those_that_have_decimals() -> None:
    assert read_schema("form")["$defs"]["money"]["enum"] == list(money_units()["decimals"])


def test_titles_decimals_and_limits_follow_from_the_unit(tmp_path: Path) -> None:
    folder = written(in_yuan(), tmp_path)
    form = load_form(folder)
    spent = form.blocks["items"].fields["spent"]
    assert (spent.label, spent.digits, spent.maximum, spent.money) == ("支出数（元）", 2, 99_999_999_999.99, "元")
    assert form.blocks["items"].number_format(spent) == "#,##0.00"
    assert "XL216" not in form.rules  # nothing is larger than a yuan
    assert form.rules["AA101"].title == "支出数不超过预算数" and form.rules["AA101"].test.endswith("spent <= N(planned))")
    told = explain_field("mini", "items.spent", year=2024, templates=tmp_path)
    assert (told["money"], told["digits"], told["label"]) == ("元", 2, "支出数（元）")


def test_a_column_may_count_in_another_unit(tmp_path: Path) -> None:
    definition = in_yuan(checks={"XL216": {"why": "按万元填。"}})
    columns(definition)[1] |= {"money": "万元"}
    columns(definition)[2] |= {"digits": 0}
    form = load_form(written(definition, tmp_path))
    planned, spent = (form.blocks["items"].fields[key] for key in ("planned", "spent"))
    assert (planned.label, planned.digits, form.blocks["items"].number_format(planned)) == ("预算数（万元）", 6, "#,##0.00????")
    assert (spent.label, spent.digits, form.blocks["items"].number_format(spent)) == ("支出数（元）", 0, "#,##0")
    assert form.rules["XL216"].why == "按万元填。"


def test_a_form_that_names_no_unit_is_as_before(tmp_path: Path) -> None:
    form = load_form(written(own_form(), tmp_path))
    spent = form.blocks["items"].fields["spent"]
    assert (spent.label, spent.digits, spent.money, form.blocks["items"].number_format(spent)) == (
        "支出数（万元）",
        6,
        "",
        "#,##0.00????",
    )
    assert "money" not in explain_field("mini", "items.spent", year=2024, templates=tmp_path)


def test_a_row_of_a_keyed_block_says_itself_what_it_counts(tmp_path: Path) -> None:
    rows = [{"key": "cars", "name": "车辆（辆）"}, {"key": "fuel", "name": "油费（元）"}]
    names = [{"key": "name", "label": "项目", "type": "label"}, {"key": "figure", "label": "数", "type": "money"}]
    names.append({"key": "paid", "label": "已付", "type": "money", "money": "万元"})
    table = {
        "table": "base",
        "label": "基础数据",
        "row_name": "name",
        "blocks": [{"key": "base", "keyed": True, "rows": rows}],
        "columns": names,
    }
    definition = in_yuan()
    definition["sheets"].append({"key": "base", "title": "基础", "widths": [20, 10, 10], "sections": [table]})
    fields = load_form(written(definition, tmp_path)).blocks["base"].fields
    assert (fields["figure"].label, fields["figure"].money, fields["paid"].label) == ("数", "", "已付（万元）")


@pytest.mark.parametrize(("place", "label", "said"), [
    ("column", "支出数（万元）", "'支出数（万元）' says 万元, and the amounts count in 元; leave the unit out here, or write money: 万元"),
    ("item", "总额(千元)", "'总额(千元)' says 千元, and the amounts count in 元"),
])  # fmt: skip
def test_a_title_that_says_another_unit_is_refused_by_line(
    place: str, label: str, said: str, tmp_path: Path, in_english: None
) -> None:
    definition = in_yuan()
    if place == "column":
        columns(definition)[2]["label"] = label
    else:
        definition["sheets"][0]["sections"][1]["items"].append({"key": "total", "label": label, "type": "money"})
    folder = written(definition, tmp_path)
    with pytest.raises(FormError) as caught:
        load_form(folder)
    line = next(n for n, text in enumerate((folder / "form.yaml").read_text("utf-8").splitlines(), 1) if label in text)
    assert said in located(caught.value) and f", line {line}: " in located(caught.value)


def test_a_unit_that_is_none_and_one_of_a_text_are_refused(tmp_path: Path, in_english: None) -> None:
    with pytest.raises(FormError, match=r"money: '圆' is not one of '元', '千元', '万元', '百万元', '亿元'"):
        load_form(written(in_yuan(money="圆"), tmp_path / "a"))
    definition = in_yuan()
    columns(definition)[0]["money"] = "元"
    with pytest.raises(FormError, match=r"columns\[0\].money: does not go with"):
        load_form(written(definition, tmp_path / "b"))


TYPED = {"5万元": 50000, "1,234.5元": 1234.5, "12.34": 12.34, "￥300": 300, "0.5亿元": 50_000_000, "３００": 300}


@pytest.mark.slow
def test_what_is_typed_with_a_unit_is_taken_in_yuan(tmp_path: Path) -> None:
    folder = written(in_yuan(), tmp_path / "forms")
    rows = [{"name": f"项目{at}", "planned": 90_000_000, "spent": 1} for at in range(len(TYPED))]
    path = filled(folder, tmp_path / "a.xlsx", rows)
    type_into(path, tmp_path / "b.xlsx", {f"项目!D{3 + at}": text for at, text in enumerate(TYPED)})
    read = read_workbook(tmp_path / "b.xlsx", templates=folder.parent.parent)["items"]
    assert {text: row.get("spent") for text, row in zip(TYPED, read, strict=True)} == TYPED


@pytest.mark.slow
def test_findings_name_the_unit_and_large_amounts_are_no_mistake(tmp_path: Path, in_english: None) -> None:
    folder = written(in_yuan(), tmp_path / "forms")
    rows = [{"name": "甲", "planned": 12_345_678.9, "spent": 12_345_678.91}, {"name": "乙", "planned": 5, "spent": 1.234}]
    rows += [{"name": "丙", "planned": 99_999_999_999.99, "spent": 5}, {"name": "丁", "planned": 100_000_000_000, "spent": 5}]
    result = validate(filled(folder, tmp_path / "a.xlsx", rows), templates=folder.parent.parent)
    told = {(finding["code"], *finding["cells"]): finding for finding in result.findings}
    assert set(told) == {("AA101", "项目!D3"), ("XL206", "项目!D4"), ("XL204", "项目!C6")}
    assert told["XL206", "项目!D4"]["label"] == "支出数（元）" and "（元）" in told["XL206", "项目!D4"]["message"]
    assert "元" in told["XL204", "项目!C6"]["fix"] + told["XL204", "项目!C6"]["message"] and "万元" not in str(
        told["XL204", "项目!C6"]
    )


@pytest.mark.slow
def test_a_form_in_yuan_is_filled_validated_finalized_and_printed(tmp_path: Path) -> None:
    definition = in_yuan(report={"file_name": "报告"})
    folder = written(definition, tmp_path / "forms")
    templates = folder.parent.parent
    report = Document()
    report.sections[0].header.paragraphs[0].text = "{{ form.draft }}"
    report.add_paragraph("{%p for row in items %}")
    report.add_paragraph("{{ row.name }}支出 {{ row.spent }} 元")
    report.add_paragraph("{%p endfor %}")
    report.save(str(folder / "report.docx"))
    path = filled(folder, tmp_path / "a.xlsx", [{"name": "甲", "planned": 1_234_567.8, "spent": 1_234_567.08}])
    assert validate(path, templates=templates).findings == []
    made = finalize(path, output=tmp_path / "final", date="2025-01-05", templates=templates)
    assert made.outputs
    (book,) = (tmp_path / "final").glob("*.xlsx")
    cell = openpyxl.load_workbook(book)["项目"]["D3"]
    assert (cell.value, cell.number_format) == (1_234_567.08, "#,##0.00")
    assert openpyxl.load_workbook(book)["项目"]["D2"].value == "支出数（元）"
    assert read_workbook(book, templates=templates)["items"][0]["spent"] == 1_234_567.08
    write_report(path, output=tmp_path / "report.docx", date="2025-01-05", templates=templates)
    assert "甲支出 1,234,567.08 元" in [paragraph.text for paragraph in Document(str(tmp_path / "report.docx")).paragraphs]


@pytest.mark.slow
@pytest.mark.libreoffice
def test_every_command_survives_and_libreoffice_computes_the_same(tmp_path: Path) -> None:
    definition = in_yuan()
    columns(definition).insert(3, {"key": "wan", "label": "折合", "type": "money", "money": "万元", "formula": "spent / 10000"})
    definition["sheets"][1]["widths"].append(12)
    assert [*map(str, prove_form(written(definition, tmp_path), full=True).faults)] == []


def test_the_template_limits_what_is_typed(tmp_path: Path) -> None:
    folder = written(in_yuan(), tmp_path / "forms")
    path = write_template("mini", year=2024, output=tmp_path / "blank.xlsx", templates=folder.parent.parent)
    limits = {
        str(each.sqref): (each.formula1, each.formula2)
        for each in openpyxl.load_workbook(path)["项目"].data_validations.dataValidation
    }
    assert limits["C3:C22"] == limits["D3:D22"] == ("0", "99999999999.99")
