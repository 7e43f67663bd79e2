"""A form of one's own: the one `new-form` writes to start from, and what a form can say of dropdowns and level cells."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import yaml

from support.base_form import BASE
from support.libreoffice import NEVER, convert
from xlperf import UsageError, check_form, fill_workbook, new_form, validate, write_template

DOCUMENT = {
    "form": "training", "revision": "2024", "fiscal_year": 2024, "cover": {"unit": "某局", "prepared_by": "张", "summary": "按计划办班。"},
    "items": {"rows": [{"name": "甲", "planned": 3, "spent": 2.4}, {"name": "乙", "planned": 2, "spent": 2.1}]},
}  # fmt: skip


def test_the_form_to_start_from_is_right_and_works(tmp_path: Path) -> None:
    path = new_form(tmp_path / "training" / "2024")
    form = check_form(path.parent)
    assert (form.key, form.revision, form.first_year) == ("training", "2024", 2024)
    assert fill_workbook(DOCUMENT, output=tmp_path / "t.xlsx", templates=tmp_path).outputs
    result = validate(tmp_path / "t.xlsx", templates=tmp_path)
    assert [(finding["code"], finding["cells"]) for finding in result.findings] == [("AA101", ["项目!D6"])]
    assert result.document["items"]["total"] == {"planned": 5, "spent": 4.5, "rate": 0.9, "grade": "优"}


@pytest.mark.parametrize("folder", ["training", "Training/2024", "培训/2024", "training/v1", "training/24"])
def test_a_folder_of_another_name_is_refused(tmp_path: Path, folder: str) -> None:
    with pytest.raises(UsageError) as caught:
        new_form(tmp_path / folder)
    assert caught.value.key == "bad_form_folder"
    assert list(tmp_path.iterdir()) == []


def test_a_form_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    path = new_form(tmp_path / "training" / "2024")
    path.write_text("mine", "utf-8")
    with pytest.raises(UsageError) as caught:
        new_form(path.parent)
    assert caught.value.key == "form_is_there"
    assert path.read_text("utf-8") == "mine"


# --- dropdowns and level cells -------------------------------------------------------------------------------


def levelled(folder: Path, by: str) -> Path:
    """A form with a second level of indicators that depends on a column, its first level in one cell per block."""
    definition = yaml.safe_load(BASE)
    table = definition["sheets"][3]["sections"][0]
    table["columns"][0]["merged"] = True
    lists = {
        "category": {"过程": ["预算", "资产"], "效益": ["经济", "社会"]},
        "kind": {"定量": ["数量", "时效"], "定性": ["质量"]},
    }
    table["columns"].insert(2, {"key": "level", "label": "二级", "type": "choice", "choices_by": {by: lists[by]}})
    definition["sheets"][3]["widths"].append(12)
    path = folder / "mini" / "2022" / "form.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(yaml.safe_dump(definition, allow_unicode=True, sort_keys=False), "utf-8")
    check_form(path.parent)
    return folder


def lists_of(sheet) -> dict[str, str]:
    return {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"}


@pytest.mark.libreoffice
def test_a_dropdown_depends_on_another_cell(tmp_path: Path) -> None:
    path = write_template("mini", year=2022, output=tmp_path / "t.xlsx", templates=levelled(tmp_path, "kind"))
    (saved,) = convert([path], tmp_path / "saved", recalculate=NEVER)
    for book in (openpyxl.load_workbook(path), openpyxl.load_workbook(saved)):
        (formula,) = {text for place, text in lists_of(book["自评表"]).items() if place.startswith("D5")}
        assert (
            formula.replace(" ", "")
            == 'IF(E5="定量",list_indicators_level_1,IF(E5="定性",list_indicators_level_2,list_indicators_level))'
        )
    book = openpyxl.load_workbook(path)
    offered = {}
    for name in ("list_indicators_level", "list_indicators_level_1", "list_indicators_level_2"):
        ((title, place),) = book.defined_names[name].destinations
        cells = book[title][place]
        offered[name] = [cell.value for (cell,) in cells] if isinstance(cells, tuple) else [cells.value]
    assert list(offered.values()) == [["数量", "时效", "质量"], ["数量", "时效"], ["质量"]]


def test_a_dropdown_depends_on_the_block(tmp_path: Path) -> None:
    path = write_template("mini", year=2022, output=tmp_path / "t.xlsx", templates=levelled(tmp_path, "category"))
    lists = lists_of(openpyxl.load_workbook(path)["自评表"])
    assert {place: text for place, text in lists.items() if place.startswith("D")} == {
        "D3:D4": "list_indicators_level_1", "D5:D7": "list_indicators_level_2"}  # fmt: skip


def test_a_choice_of_another_list_is_named_with_its_own(tmp_path: Path) -> None:
    templates = levelled(tmp_path, "category")
    rows = [{"category": "效益", "name": "甲", "level": "社会", "kind": "定性", "target": "好", "actual": "好"},
            {"category": "效益", "name": "乙", "level": "资产", "kind": "定性", "target": "好", "actual": "好"}]  # fmt: skip
    document = {"form": "mini", "revision": "2022", "fiscal_year": 2022, "cover": {"unit": "某局"}, "indicators": rows}
    fill_workbook(document, output=tmp_path / "t.xlsx", templates=templates)
    (finding,) = [f for f in validate(tmp_path / "t.xlsx", templates=templates).findings if f["code"] == "XL203"]
    assert (finding["cells"], finding["found"], finding["expected"]) == (["自评表!D6"], "资产", "经济、社会")


def test_level_cells_are_one_cell_and_read_as_all(tmp_path: Path) -> None:
    templates = levelled(tmp_path, "category")
    rows = [{"category": "效益", "name": name, "kind": "定性", "target": "好", "actual": "好"} for name in "甲乙"]
    document = {"form": "mini", "revision": "2022", "fiscal_year": 2022, "cover": {"unit": "某局"}, "indicators": rows}
    fill_workbook(document, output=tmp_path / "t.xlsx", templates=templates)
    assert {str(area) for area in openpyxl.load_workbook(tmp_path / "t.xlsx")["自评表"].merged_cells.ranges} >= {"B3:B4", "B5:B7"}
    result = validate(tmp_path / "t.xlsx", templates=templates)
    assert "XL234" not in {finding["code"] for finding in result.findings}
    assert [row for row in result.document["indicators"] if row["category"] == "效益"] == rows
