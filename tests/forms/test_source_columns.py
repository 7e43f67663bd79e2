"""Texts that are chosen from a column of another table: in the workbook, in what is read, in what check-form refuses and proves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from support.chosen_form import chosen_form, document, written
from support.live_verdicts import told
from support.surgery import type_into
from xlperf import (
    annotate,
    build_schema,
    explain_field,
    fill_workbook,
    finalize,
    prove_form,
    read_workbook,
    validate,
    write_template,
)
from xlperf.errors import FormError
from xlperf.forms.loader import load_form
from xlperf.reporting.pdf import convert_anew

pytestmark = pytest.mark.usefixtures("in_english")


def column(definition: dict[str, Any], key: str) -> dict[str, Any]:
    return next(column for column in definition["sheets"][-3]["sections"][0]["columns"] if column["key"] == key)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(chosen_form(), tmp_path / "forms")


@pytest.mark.slow
def test_what_stands_in_no_row_of_the_other_table_is_told(folder: Path, tmp_path: Path) -> None:
    path, templates = tmp_path / "filled.xlsx", folder.parent.parent
    rows = [
        {"item": "养护", "office": "012"},
        {"item": " 道路　a1 ", "office": "００１"},
        {"item": "道路", "office": "12"},
        {"item": "养沪"},
    ]
    fill_workbook(document(*rows), path, templates=templates)
    found = [finding for finding in validate(path, templates=templates).findings if finding["code"] == "XL245"]
    assert [(each["cells"], each["found"], each["expected"]) for each in found] == [
        (["合同!C5"], "道路", "养护, 道路 A1"),
        (["合同!D5"], "12", "001, 012"),
        (["合同!C6"], "养沪", "养护, 道路 A1"),
    ]
    assert found[0]["message"] == "所属项目 of 'H2': not in the column '项目' of '预算'"
    assert (
        found[2]["fix"] == "'养沪': is '养护' meant? Choose from the dropdown list; what is not in it is entered in '预算' first."
    )
    assert [row.get("amount") for row in read_workbook(path, templates=templates)["contracts"]] == [4, 3, None, None]


@pytest.mark.slow
def test_nothing_can_be_chosen_from_a_blank_column(folder: Path, tmp_path: Path) -> None:
    path, templates = tmp_path / "filled.xlsx", folder.parent.parent
    fill_workbook(document({"item": "养护"}, items=[]), path, templates=templates)
    (found,) = (finding for finding in validate(path, templates=templates).findings if finding["code"] == "XL245")
    assert found["expected"] == "a text of the column '项目' of '预算', which is blank"


@pytest.mark.slow
def test_the_workbook_has_a_list_of_those_cells(folder: Path, tmp_path: Path) -> None:
    path = write_template("mini", year=2022, output=tmp_path / "blank.xlsx", templates=folder.parent.parent)
    book = openpyxl.load_workbook(path)
    lists = {
        str(each.sqref): (each.formula1, each.allow_blank)
        for each in book["合同"].data_validations.dataValidation
        if each.type == "list"
    }
    assert lists == {"C3:C6": ("list_contracts_item", False), "D3:D6": ("list_contracts_office", False)}
    assert "'预算'!$B$4:$B$9" in book.defined_names["list_contracts_item"].value
    assert "ROW('预算'!$B$9)" in book.defined_names["list_contracts_item"].value
    assert book.defined_names["list_contracts_office"].value.startswith("OFFSET('科室'!$B$3,0,0,")


@pytest.mark.slow
def test_a_dropdown_that_was_wiped_is_noticed_and_one_that_is_there_is_not(folder: Path, tmp_path: Path) -> None:
    path, templates = tmp_path / "filled.xlsx", folder.parent.parent
    fill_workbook(document({"item": "养护"}), path, templates=templates)
    assert "XL239" not in {finding["code"] for finding in validate(path, templates=templates).findings}
    book = openpyxl.load_workbook(path)
    book["合同"].data_validations.dataValidation = []
    book.save(path)
    (lost,) = (finding for finding in validate(path, templates=templates).findings if finding["code"] == "XL239")
    assert lost["cells"] == ["合同!C3", "合同!D3"]


@pytest.mark.slow
def test_finalized_and_annotated_workbooks_keep_what_was_chosen(folder: Path, tmp_path: Path) -> None:
    path, templates = tmp_path / "filled.xlsx", folder.parent.parent
    indicators = [{"category": "过程", "name": "制度健全性", "kind": "定性", "target": "健全", "actual": "健全"}]
    whole = document({"item": "养护", "office": "012"}) | {"indicators": indicators, "base": {"coverage": {"all": 1, "done": 1}}}
    fill_workbook(whole, path, templates=templates)
    annotate(path, output=tmp_path / "back", date="2023-01-01", templates=templates)
    made = finalize(path, output=tmp_path / "final", date="2023-01-01", templates=templates)
    for written_file in [*(tmp_path / "back").glob("*.xlsx"), *(tmp_path / "final").glob("*.xlsx")]:
        assert read_workbook(written_file, templates=templates)["contracts"][0]["item"] == "养护", made
        assert not {"XL245", "XL239"} & {finding["code"] for finding in validate(written_file, templates=templates).findings}


@pytest.mark.slow
@pytest.mark.libreoffice
def test_a_form_of_such_dropdowns_holds_and_libreoffice_computes_the_same_doubts(folder: Path) -> None:
    assert list(map(str, prove_form(folder, full=True).faults)) == []


def test_the_field_and_the_schema_tell_where_it_is_chosen_from(folder: Path) -> None:
    assert load_form(folder).blocks["contracts"].fields["office"].choices_from == "offices.code"  # titles may stand for keys
    assert explain_field("mini", "contracts.item", year=2022, templates=folder.parent.parent)["choices_from"] == "items.name"
    properties = build_schema(load_form(folder))["properties"]["contracts"]["items"]["properties"]
    assert (properties["item"]["$comment"], properties["item"]["type"]) == ("one of items.name", "string")


REFUSED = {
    "an unknown table": ("item", {"choices_from": "itms.name"}, r"columns\[1\].choices_from: there is no 'itms.name'; did you mean 'items.name'"),
    "an unknown column": ("item", {"choices_from": "items.nmae"}, r"there is no 'items.nmae'; did you mean 'items.name'"),
    "a single row": ("item", {"choices_from": "total.name"}, r"there is no 'total.name'"),
    "no dot": ("item", {"choices_from": "items"}, r"columns\[1\].choices_from"),
    "a column of numbers": ("item", {"choices_from": "items.spent"}, r"'items.spent' is of type 'money'; texts are chosen from .* text or code"),
    "a code from texts": ("office", {"choices_from": "items.name"}, r"'items.name' is a text, of which a code .* type: text here"),
    "itself": ("item", {"choices_from": "contracts.item"}, r"circle: contracts.item → contracts.item"),
    "a circle": ("number", {"choices_from": "contracts.item"}, r"circle: "),
    "a text without a limit": ("item", {"choices_from": "indicators.name"}, r"'indicators.name' has no longest text .* max_length of 255"),
    "a text that is too long here": ("item", {"max_length": 5}, r"max_length is 5 here, but texts of 'items.name' may have 60"),
    "a column that is not carried over": ("item", {"carry": True}, r"write carry: true there too"),
    "a dropdown of numbers": ("amount", {"choices_from": "items.name"}, r"columns\[3\].choices_from"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_chosen_from_is_refused_with_the_cure(name: str, tmp_path: Path) -> None:
    key, change, told = REFUSED[name]
    definition = chosen_form()
    column(definition, key).update(change)
    if name == "a circle":
        column(definition, "item")["choices_from"] = "contracts.number"
    with pytest.raises(FormError, match=told):
        load_form(written(definition, tmp_path))


def test_more_rows_than_excel_lists_are_refused(tmp_path: Path) -> None:
    definition = chosen_form()
    table = definition["sheets"][2]["sections"][0]
    table["blocks"] += [{"key": f"more{at}", "path": f"budget.more{at}", "spare": 5000} for at in range(7)]
    column(definition, "item")["choices_from"] = "budget.name"
    with pytest.raises(FormError, match=r"has up to 35005 rows, and a dropdown of Excel offers 32767"):
        load_form(written(definition, tmp_path))


@pytest.mark.slow
def test_what_is_typed_over_a_choice_is_told_at_its_cell(folder: Path, tmp_path: Path) -> None:
    path, templates = tmp_path / "filled.xlsx", folder.parent.parent
    fill_workbook(document({"item": "养护"}, {"item": "道路 A1"}), path, templates=templates)
    typed = type_into(path, tmp_path / "typed.xlsx", {"合同!C4": "道路 A2", "预算!B5": "道路 A2"})
    assert "XL245" not in {finding["code"] for finding in validate(typed, templates=templates).findings}
    typed = type_into(path, tmp_path / "typed.xlsx", {"预算!B5": "道路 A2"})
    (found,) = (finding for finding in validate(typed, templates=templates).findings if finding["code"] == "XL245")
    assert (found["cells"], found["found"]) == (["合同!C4"], "道路 A1")


@pytest.mark.slow
@pytest.mark.libreoffice
def test_the_checks_sheet_waits_where_a_text_is_not_in_the_other_table(folder: Path, tmp_path: Path) -> None:
    """What LibreOffice computes of every edit is our verdict, or waits."""
    path, templates = tmp_path / "filled.xlsx", folder.parent.parent
    fill_workbook(document({"item": "养护"}, {"item": "道路 A1", "office": "012"}), path, templates=templates)
    edits = {
        "as it was": {},
        "wrong": {"合同!C3": "道路"},
        "spaced": {"合同!C3": " 道路　a1"},
        "wild": {"合同!C3": "*"},
        "gone": {"预算!B5": "道路 A2"},
        "a code as a number": {"合同!D3": 12},
    }
    typed = [type_into(path, tmp_path / f"{name}.xlsx", cells) for name, cells in edits.items()]
    form, waits = load_form(folder), {}
    for name, computed in zip(edits, convert_anew(typed, tmp_path / "computed"), strict=True):
        waits[name] = told(form, computed)["XL202"][0] == form.words["doubtful"]
        found = {finding["code"] for finding in validate(tmp_path / f"{name}.xlsx", templates=templates).findings}
        assert waits[name] or not {"XL245", "XL202"} & found, name
    assert waits == {"as it was": False, "wrong": True, "spaced": False, "wild": True, "gone": True, "a code as a number": True}
