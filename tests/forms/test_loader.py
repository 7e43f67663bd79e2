"""A form that cannot be right is refused, and the text names the place; a form that can be right loads and computes."""

from __future__ import annotations

import copy
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import jsonschema
import pytest
import yaml

from support.base_form import BASE, BUDGET, PRESET, base_form, put
from support.form_mistakes import FORMULAS, NAMES, SHAPES
from xlperf import fill_workbook, validate
from xlperf.errors import FormError, UsageError
from xlperf.files import shipped
from xlperf.forms import loader
from xlperf.forms.compute import compute
from xlperf.forms.consistency.contents import NUMBERS
from xlperf.forms.document import Spot, document_of, rows_of
from xlperf.forms.field_types import TYPES
from xlperf.forms.form import Form
from xlperf.forms.layout import filled_references, make_layout
from xlperf.forms.loader import find_form, form_directories, load_form, unit_prefixes_of
from xlperf.formula.nodes import Kind
from xlperf.workflow.check_form import check_form

Write = Callable[..., Path]


pytestmark = pytest.mark.usefixtures("in_english")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a definition (or the text of one) to its folder and return the folder."""

    def write_form(definition: dict | str, key: str = "mini", revision: str = "2022") -> Path:
        folder = tmp_path / key / revision
        folder.mkdir(parents=True)
        text = definition if isinstance(definition, str) else yaml.safe_dump(definition, allow_unicode=True, sort_keys=False)
        (folder / "form.yaml").write_text(text, "utf-8")
        return folder

    return write_form


# --- forms that are right ------------------------------------------------------------------------------------


def test_the_base_form_loads_and_computes(write: Write) -> None:
    form = load_form(write(BASE))
    document = {"fiscal_year": 2022, "cover": {"unit": "某局"},
                "budget": {"items": [{"name": "甲", "planned": 8, "spent": 6}, {"name": "乙", "planned": 2, "spent": 3}]},
                "base": {"coverage": {"part": 1, "whole": 3}}}  # fmt: skip
    rows, _ = rows_of(form, document)
    computed = compute(form, rows)
    assert computed["total"][0].items() >= {"name": "合计", "planned": 10, "spent": 9, "rate": 0.9}.items()
    assert [row["_AB101"] for row in computed["items"]] == [0, 1]
    assert computed["process"][0]["actual"] == 33.33
    assert document_of(form, computed)["budget"]["items"][0]["rate"] == 0.75


def test_the_base_form_goes_all_the_way(write: Write, tmp_path: Path) -> None:
    """From the definition to a workbook and back, without a line of code for it."""
    write(BASE)
    document = {"form": "mini", "revision": "2022", "fiscal_year": 2022, "cover": {"unit": "某局"},
                "budget": {"items": [{"name": "甲", "planned": 8, "spent": 6}, {"name": "乙", "planned": 2, "spent": 3}]},
                "indicators": [{"category": "过程", "name": "制度健全性", "kind": "定性", "target": "健全", "actual": "健全"}],
                "base": {"coverage": {"part": 1, "whole": 3}}}  # fmt: skip
    fill_workbook(document, output=tmp_path / "filled.xlsx", templates=tmp_path)
    result = validate(tmp_path / "filled.xlsx", templates=tmp_path)
    assert [(finding["code"], finding["cells"]) for finding in result.findings] == [("AB101", ["预算!D5"])]
    assert result.document["budget"]["total"]["rate"] == 0.9


@pytest.mark.parametrize("directory", list(form_directories()), ids=lambda folder: f"{folder.parent.name}-{folder.name}")
def test_the_forms_that_travel_with_xlperf_are_right(directory: Path) -> None:
    checked, trusted = check_form(directory), load_form(directory)
    assert [getattr(checked, known.name) for known in fields(Form)] == [getattr(trusted, known.name) for known in fields(Form)]


def test_the_schema_of_forms_is_a_schema() -> None:
    schema = json.loads((shipped("schemas") / "form.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)


def test_the_schema_knows_the_types_that_the_program_knows() -> None:
    definitions = json.loads((shipped("schemas") / "form.schema.json").read_text("utf-8"))["$defs"]
    assert {*definitions["column"]["properties"]["type"]["enum"], "link"} == set(TYPES)
    assert set(NUMBERS) == {name for name, type_ in TYPES.items() if type_.kind is Kind.NUMBER}


def test_a_form_of_ours_is_not_validated_by_jsonschema_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "xlperf.forms.loader.check_shape", lambda *_: pytest.fail("jsonschema costs more than the rest of the command")
    )
    loader._loaded.cache_clear()
    load_form(next(form_directories()))


def test_of_a_copy_nothing_is_checked_again(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A form is proved in a copy of its folder; the same bytes are the same form, wherever they lie."""
    folder = write(BASE)
    form, copied = check_form(folder), tmp_path / "copies" / "mini" / "2022"
    shutil.copytree(folder, copied)
    monkeypatch.setattr("xlperf.forms.loader.check_shape", lambda *_: pytest.fail("checked again"))
    assert load_form(copied).formulas is form.formulas and load_form(copied).directory == copied
    shutil.copytree(folder, tmp_path / "copies" / "maxi" / "2022")
    with pytest.raises(FormError, match="'mini' stands in a folder named 'maxi'"):
        load_form(tmp_path / "copies" / "maxi" / "2022")


# --- revisions -----------------------------------------------------------------------------------------------


@pytest.fixture
def templates(write: Write, tmp_path: Path) -> Path:
    """Two revisions of one form: of 2022, and of 2025."""
    write(base_form())
    write({**base_form(), "revision": "2025", "first_year": 2025}, revision="2025")
    return tmp_path


@pytest.mark.parametrize(("year", "revision"), [(2022, "2022"), (2024, "2022"), (2025, "2025"), (2030, "2025"), (None, "2025")])
def test_a_revision_serves_the_years_until_the_next_one(templates: Path, year: int | None, revision: str) -> None:
    assert load_form(find_form("mini", year=year, templates=templates)).revision == revision


def test_a_named_revision_is_found_whatever_the_year(templates: Path) -> None:
    assert find_form("mini", year=2030, revision="2022", templates=templates).name == "2022"


def test_no_revision_serves_a_year_before_the_first(templates: Path) -> None:
    with pytest.raises(UsageError, match="2021") as caught:
        find_form("mini", year=2021, templates=templates)
    assert caught.value.key == "no_such_revision"


def test_an_unknown_form_is_named_with_the_known_ones(templates: Path) -> None:
    with pytest.raises(UsageError, match=r"maxi.*mini") as caught:
        find_form("maxi", templates=templates)
    assert caught.value.key == "no_such_form"


# --- mistakes ------------------------------------------------------------------------------------------------


def pattern(named: str) -> str:
    """A readable pattern: brackets and braces stand for themselves."""
    return re.sub(r"([\[\]{}^])", r"\\\1", named)


@pytest.mark.parametrize(("place", "value", "named"), SHAPES.values(), ids=SHAPES)
def test_a_definition_of_the_wrong_shape_is_refused(write: Write, place: str, value: object, named: str) -> None:
    definition = base_form()
    put(definition, place, value)
    refused(write(definition), "form_shape", named)


@pytest.mark.parametrize(("place", "value", "named"), NAMES.values(), ids=NAMES)
def test_a_definition_whose_names_do_not_fit_is_refused(write: Write, place: str, value: object, named: str) -> None:
    definition = base_form()
    put(definition, place, value)
    refused(write(definition), "form_shape", named)


REFERENCE = {"key": "last_actual", "label": "上年", "type": "reference", "last": "actual", "width": 12}
REFERENCES: dict[str, tuple[dict, str, str, object, str]] = {
    # what is wrong: the column of last year's figures, the key of the error, a further change and what the error must say
    "of no column": (
        {**REFERENCE, "last": "actuals"},
        "form_shape",
        "title",
        "小表",
        r"columns[7].last: there is no 'actuals'.*'actual'",
    ),
    "of itself": (
        {**REFERENCE, "last": "last_actual"},
        "form_shape",
        "title",
        "小表",
        r"columns[7].last: there is no 'last_actual'",
    ),
    "without a width": (
        {k: v for k, v in REFERENCE.items() if k != "width"},
        "form_shape",
        "title",
        "小表",
        r"columns[7]: 'width' is a required key",
    ),
    "that is filled in": (
        {**REFERENCE, "required": True},
        "form_shape",
        "title",
        "小表",
        r"columns[7]: 'required' is not one of key",
    ),
    "on a sheet with other things": (
        REFERENCE,
        "form_shape",
        "sheets[3].sections[1]",
        {"lines": ["签字"]},
        r"needs a sheet on which its table",
    ),
    "in a formula": (REFERENCE, "form_formula", "rules[2].test", "last_actual > 1", r"AB201.test: .*'last_actual'"),
    "marked by a rule": (
        REFERENCE,
        "form_shape",
        "rules[2].cells",
        ["last_actual"],
        r"rules[2].cells: there is no 'last_actual'",
    ),
    "preset in a row": (REFERENCE, "form_shape", f"{PRESET}.last_actual", 3, rf"{PRESET}: there is no 'last_actual'"),
}


@pytest.mark.parametrize(("column", "key", "place", "value", "named"), REFERENCES.values(), ids=REFERENCES)
def test_a_wrong_column_of_last_years_figures_is_refused(
    write: Write, column: dict, key: str, place: str, value: object, named: str
) -> None:
    definition = base_form()
    definition["sheets"][3]["sections"][0]["columns"].append(column)
    definition["sheets"][3]["sections"].append(None) if place.endswith("sections[1]") else None
    put(definition, place, value)
    refused(write(definition), key, named)


def test_a_right_one_has_no_place_until_there_is_something_to_show(write: Write) -> None:
    definition = base_form()
    definition["sheets"][3]["sections"][0]["columns"].insert(5, REFERENCE)
    form = check_form(write(definition))
    rows = {"process": [{"last_actual": 96}, {}], "benefits": []}
    assert (
        filled_references(form, rows) == {("indicators", "last_actual")}
        and filled_references(form, {"process": [{"actual": 96}]}) == frozenset()
    )
    plain, shown = make_layout(form), make_layout(form, None, filled_references(form, rows))
    assert Spot("process", 0, "last_actual") not in plain.spots
    columns = [[layout.spots[Spot("process", 0, key)][2] for key in ("target", "actual", "applies")] for layout in (plain, shown)]
    assert columns == [[5, 6, 7], [5, 7, 8]] and shown.address(Spot("process", 1, "last_actual")) == "自评表!G4"


@pytest.mark.parametrize(("place", "value", "named"), FORMULAS.values(), ids=FORMULAS)
def test_a_definition_with_a_wrong_formula_is_refused(write: Write, place: str, value: object, named: str) -> None:
    definition = base_form()
    put(definition, place, value)
    refused(write(definition), "form_formula", named)


def refused(folder: Path, key: str, named: str) -> None:
    """Loading says which file, where in it and what is wrong."""
    with pytest.raises(FormError) as caught:
        load_form(folder)
    assert caught.value.key == key
    assert str(folder / "form.yaml") in str(caught.value)
    assert re.search(pattern(named), str(caught.value)), str(caught.value)


def test_tables_of_one_sheet_agree_on_their_columns(write: Write) -> None:
    definition = base_form()
    section = copy.deepcopy(definition["sheets"][2]["sections"][0])
    section |= {"table": "again", "blocks": [{"key": "again", "spare": 2}], "columns": section["columns"][1::-1]}
    definition["sheets"][2]["sections"].append(section)
    refused(write(definition), "form_shape", r"sheets[2].sections[1].columns: 'planned'")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("form: [", "line"),
        (BASE.replace("title: 小表\n", "title: 小表\ntitle: 大表\n", 1), "'title' stands here twice.*line"),
        (BASE.replace("{operators: {", "{operators: {1: [一], "), "a key is a text.*line"),
        (BASE.replace("title: 小表", "title: 2023-02-31"), "there is no day '2023-02-31'.*line 5"),
        ("\x00", "control character, U\\+0000.*line 1"),
    ],
    ids=["a bracket left open", "a key twice", "a key that is no text", "a day that is none", "a control character"],
)
def test_a_file_that_is_not_yaml_is_refused(write: Write, text: str, named: str) -> None:
    refused(write(text), "form_syntax", named)


@pytest.mark.parametrize("text", ["", "[]", "form", "3"])
def test_a_file_that_is_no_definition_is_refused(write: Write, text: str) -> None:
    refused(write(text), "form_shape", "what stands here is keys with values")


def test_a_folder_without_a_form_is_an_error_of_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        load_form(tmp_path / "nothing" / "2022")


def test_a_form_of_ours_that_lost_its_shape_is_refused_too(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    definition = base_form()
    put(definition, f"{BUDGET}.columns[1].minimun", 0)
    folder = write(definition)
    monkeypatch.setattr("xlperf.forms.loader.shipped", lambda name: folder.parent.parent)
    refused(folder, "form_shape", rf"{BUDGET}.columns[1].minimun")


@pytest.mark.parametrize("folder", list(form_directories()), ids=lambda folder: folder.parent.name)
def test_the_words_before_a_unit_are_read_without_the_rest_of_a_form_that_travels_with_us(folder: Path) -> None:
    assert unit_prefixes_of(folder) == load_form(folder).summary.unit_prefixes
