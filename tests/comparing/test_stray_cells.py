"""What stands where nobody types is told once, with every cell; what we issued, whoever saved it since, is never told."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pytest

from support.example import document
from support.libreoffice import convert, edit
from support.paths import EXAMPLES, FILLED
from support.surgery import rewrite, type_into
from support.sweeps import every
from xlperf import fill_workbook, finalize, validate, write_template

pytestmark = pytest.mark.slow

FORMS = {
    "shengchanli-2022": "suzhou-department",
    "sichuan-project-2023": "sichuan-project",
    "national-project-2022": "national-project",
}
OF_OTHERS = {"XL233", "XL236"}  # what says that something stands there which we did not write
LONG = "见附件" * 2_000


def told(path: Path) -> dict[str, list[str]]:
    """The cells of the findings that say so, by code."""
    return {f["code"]: list(f["cells"]) for f in validate(path).findings if f["code"] in OF_OTHERS}


class Place(NamedTuple):
    """A cell of the example: its sheet, its row by key or by what stands in column B, its column by key or letter."""

    title: str
    row: str  # a key; with a minus before it the last row of that block; with = before it what stands in column B
    column: str
    code: str = "XL236"
    below: int = 0  # rows below that row


PLACES = {
    "the key of a helper": Place("重点任务", "1", "_used"),
    "the key of a row": Place("填报说明", "=预算年度", "A"),
    "the title of a sheet": Place("自评表", "=九、部门整体自评表", "B"),
    "a cell that a title covers": Place("预算信息", "#header", "D", below=-1),
    "the label of a single field": Place("基本信息", "cover.unit", "B", "XL233"),
    "a cell that a single field covers": Place("基本信息", "cover.unit_code", "D"),
    "a cell that a long text covers": Place("绩效目标", "narrative.overview", "C", below=1),
    "a heading": Place("重点任务", "#header", "task", "XL233"),
    "a heading over two rows": Place("自评表", "#header", "reason", "XL233"),
    "the group above headings": Place("自评表", "#header", "kind", "XL233"),
    "a cell that a heading covers": Place("自评表", "#header", "source", "XL233", below=1),
    "the head of a hidden column": Place("自评表", "#header", "_used"),
    "the number of a row": Place("绩效目标", "goals.2", "number"),
    "what is the same in all rows of a block": Place("自评表", "benefits.5", "category"),
    "a computed cell of a blank row": Place("自评表", "-duties", "deviation_text"),
    "a helper of a used row": Place("自评表", "benefits.5", "_wanted"),
    "a helper of a blank row": Place("自评表", "-duties", "_used"),
    "the title of a rule": Place("校验", "rules.SZ101", "title"),
    "the result of a rule": Place("校验", "rules.SZ101", "state"),
    "the count of a rule": Place("校验", "rules.SZ101", "count"),
    "a link": Place("校验", "rules.SZ101", "link"),
    "an explanation that nothing asks for": Place("校验", "rules.SZ101", "explanation"),
    "a heading of the guide": Place("填报说明", "=怎样填写", "B"),
    "beside the guide": Place("填报说明", "=怎样填写", "F"),
    "a list on the hidden sheet": Place("xlperf", "2", "D"),
}


HELPER = PLACES["a helper of a used row"]


@cache
def example() -> openpyxl.Workbook:
    return openpyxl.load_workbook(FILLED)


@cache
def cell_of(place: Place) -> str:
    sheet = example()[place.title]
    keys = {str(cell.value): cell.row for cell in sheet["A"]}
    texts = {f"={cell.value}": cell.row for cell in sheet["B"]}
    last = {f"-{key.partition('.')[0]}": row for key, row in keys.items()}
    row = {**last, **texts, **keys}.get(place.row) or int(place.row)
    columns = {key: cell.column_letter for cell in sheet[1] for key in str(cell.value or "").split()}
    return f"{place.title}!{columns.get(place.column, place.column)}{row + place.below}"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, written from the form as it is now: of another version fixed texts are not known."""
    path = tmp_path_factory.mktemp("filled") / "filled.xlsx"
    fill_workbook(document(), output=path)
    return path


@pytest.mark.parametrize("value", ["见附件甲", LONG, 98765.5], ids=["text", "long", "number"])
def test_what_is_typed_over_what_we_issued_is_told(tmp_path: Path, filled: Path, value: object) -> None:
    """All of it as one finding of each kind, and nothing else beside it; a number may be what a helper computed (XL237)."""
    path = type_into(filled, tmp_path / "t.xlsx", {cell_of(place): value for place in PLACES.values()})
    found = told(path)
    for code in OF_OTHERS:
        places = [place for place in PLACES.values() if place.code == code and (place != HELPER or isinstance(value, str))]
        assert sorted(found[code]) == sorted(map(cell_of, places))
    assert cell_of(HELPER) in {cell for f in validate(path).findings for cell in f["cells"]}
    assert [f["severity"] for f in validate(path).findings if f["code"] in OF_OTHERS] == ["warning", "info"]


def test_a_cell_is_told_by_what_stands_in_it(tmp_path: Path, filled: Path) -> None:
    """One by one where they are few; of a long text as much as helps to find it."""
    cell = cell_of(PLACES["the title of a rule"])
    (finding,) = (f for f in validate(type_into(filled, tmp_path / "t.xlsx", {cell: LONG})).findings if f["code"] == "XL236")
    assert (finding["cells"], finding["found"]) == ([cell], LONG[:40])


# --- what we issued, whoever saved it since -------------------------------------------------------------------


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Of every form a blank template, the example, one sent back with its problems and a finalized one."""
    folder = tmp_path_factory.mktemp("issued")
    for example, form in FORMS.items():
        filled = EXAMPLES / example / "filled.xlsx"
        fill_workbook(json.loads(filled.with_name("document.json").read_text("utf-8")), output=folder / f"{form}-filled.xlsx")
        write_template(form, year=int(example[-4:]), output=folder / f"{form}-blank.xlsx", date="2024-01-05")
        validate(filled, annotated=folder / "annotated" / form)
        finalize(filled, output=folder / "finalized" / form, date="2024-01-05")
    for kind in ("annotated", "finalized"):
        for path in (folder / kind).rglob("*.xlsx"):
            path.rename(folder / f"{path.parent.name}-{kind}.xlsx")
    return sorted(folder.glob("*.xlsx"))


def with_openpyxl(files: Sequence[Path], folder: Path) -> list[Path]:
    """Every result is gone then."""
    for path in files:
        openpyxl.load_workbook(path).save(folder / path.name)
    return [folder / path.name for path in files]


def as_values(files: Sequence[Path], folder: Path) -> list[Path]:
    """Every formula is gone, as programs save that know values alone."""
    formula = re.compile(rb"<f[^>]*/>|<f[^>]*>[^<]*</f>")
    return [
        rewrite(path, folder / path.name, lambda name, part: formula.sub(b"", part) if "sheets/" in name else part)
        for path in files
    ]


def of_another_version(files: Sequence[Path], folder: Path) -> list[Path]:
    """As if form.yaml had said other things then: its digest, the title of a rule, a paragraph, a hidden column more."""

    def older(name: str, part: bytes) -> bytes:
        for ours, theirs in OLDER.items():
            part = part.replace(ours, theirs)
        return re.sub(rb">[0-9a-f]{64}<", b">" + b"0" * 64 + b"<", part) if name == "xl/sharedStrings.xml" else part

    return [rewrite(path, folder / path.name, older) for path in files]


OLDER = {
    "怎样填写".encode(): "填写方法".encode(),
    "必填项齐全".encode(): "必填项都填了".encode(),
    b"<t>_wanted</t>": b"<t>_before</t>",
}
SAVED: dict[str, Callable[[Sequence[Path], Path], Sequence[Path]]] = {
    "as it was": lambda files, folder: files,
    "by openpyxl": with_openpyxl,
    "without formulas": as_values,
    "by another version of the form": of_another_version,
}


@pytest.mark.parametrize("saved", SAVED)
def test_what_we_issued_is_never_content_of_others(tmp_path: Path, issued: list[Path], saved: str) -> None:
    assert len(issued) == 12
    files = issued if saved == "as it was" else every(1, issued, usual=6)
    assert {path.name: cells for path in SAVED[saved](files, tmp_path) if (cells := told(path))} == {}


@pytest.mark.libreoffice
def test_what_libreoffice_saved_is_never_content_of_others(tmp_path: Path, issued: list[Path]) -> None:
    """Every formula is computed anew; rows are inserted and copied, sheets renamed and moved, a table is sorted."""
    assert {path.name: cells for path in convert(every(1, issued, usual=6), tmp_path / "saved") if (cells := told(path))} == {}
    filled = shutil.copy(FILLED, tmp_path / "filled.xlsx")
    hands = {name: tmp_path / f"{name}.xlsx" for name in ("insert_rename_move", "repeat_preset_row", "sort_indicators")}
    edit((name, filled, target) for name, target in hands.items())
    assert {name: cells for name, target in hands.items() if (cells := told(target))} == {}
