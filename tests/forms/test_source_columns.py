"""Texts that are chosen from a column of another table: in the workbook, in what is read, in what check-form refuses and proves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from support.base_form import base_form
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
from xlperf.messages import use_language

CONTRACTS = {
    "table": "contracts", "label": "合同", "row_name": "number", "blocks": [{"key": "contracts", "spare": 4}],
    "columns": [
        {"key": "number", "label": "合同号", "type": "code", "max_length": 20},
        {"key": "item", "label": "所属项目", "type": "text", "required": True, "choices_from": "items.name"},
        {"key": "office", "label": "科室", "type": "code", "choices_from": "预算科室.代码"},
        {"key": "amount", "label": "金额", "type": "money", "formula": "VLOOKUP(item, items.name, items.spent)"},
    ],
}  # fmt: skip
OFFICES = {
    "table": "offices", "label": "预算科室", "row_name": "code",
    "blocks": [{"key": "offices", "keyed": True, "rows": [{"key": "one", "code": "001"}, {"key": "two", "code": "012"}]}],
    "columns": [{"key": "code", "label": "代码", "type": "code", "given": True, "max_length": 10},
                {"key": "head", "label": "负责人", "type": "text", "max_length": 20}],
}  # fmt: skip
SHEETS = [
    {"key": "contracts", "title": "合同", "widths": [14, 20, 10, 12], "sections": [CONTRACTS]},
    {"key": "offices", "title": "科室", "widths": [10, 20], "sections": [OFFICES]},
]
ITEMS = [{"name": "养护", "planned": 5, "spent": 4}, {"name": "道路 A1", "planned": 3, "spent": 3}]


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    use_language("en")
    yield
    use_language(None)


def chosen_form(sheets: Sequence[Any] = SHEETS, **more: Any) -> dict[str, Any]:
    definition = base_form() | more
    definition["sheets"][2]["sections"][0]["columns"][0]["max_length"] = 60
    definition["sheets"][-1:-1] = yaml.safe_load(yaml.safe_dump(list(sheets)))
    return definition


def written(definition: dict[str, Any], place: Path) -> Path:
    folder = place / "mini" / "2022"
    folder.mkdir(parents=True)
    (folder / "form.yaml").write_text(yaml.safe_dump(definition, allow_unicode=True, sort_keys=False), "utf-8")
    return folder


def column(definition: dict[str, Any], key: str) -> dict[str, Any]:
    return next(column for column in definition["sheets"][-3]["sections"][0]["columns"] if column["key"] == key)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(chosen_form(), tmp_path / "forms")


def document(*contracts: dict[str, Any], items: Sequence[dict[str, Any]] = ITEMS) -> dict[str, Any]:
    return {
        "form": "mini",
        "revision": "2022",
        "fiscal_year": 2022,
        "cover": {"unit": "甲单位"},
        "budget": {"items": list(items)},
        "contracts": [{"number": f"H{at}", **contract} for at, contract in enumerate(contracts)],
    }


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
    assert found[0]["message"] == "所属项目: not in the column '项目' of '预算'"
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
def test_a_form_of_such_dropdowns_holds(folder: Path) -> None:
    proof = prove_form(folder)
    assert list(map(str, proof.faults)) == []


@pytest.mark.slow
@pytest.mark.libreoffice
def test_libreoffice_computes_the_same_doubts(folder: Path) -> None:
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
    "itself": ("item", {"choices_from": "contracts.item"}, r"circle: contracts.item → contracts.item"),
    "a circle": ("number", {"choices_from": "contracts.item"}, r"circle: "),
    "a text without a limit": ("office", {"choices_from": "indicators.name"}, r"'indicators.name' has no longest text .* max_length of 255"),
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
