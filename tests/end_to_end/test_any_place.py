"""Every cell that is not blank is an input that is read, or as we issued it, or told: whatever is typed wherever."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from random import Random

import pytest

from support.cell_values import CellValue, Place, cells_of, inline, lay_over, number
from support.paths import EXAMPLES
from support.sweeps import seeds
from xlperf import fill_workbook, finalize, validate, write_template
from xlperf.forms.document import text_at, unit_spot
from xlperf.forms.layout import OFFICIAL
from xlperf.reading.reader import read_cells
from xlperf.reading.reading import Reading
from xlperf.reporting.result import Result

pytestmark = pytest.mark.slow

AT_ONCE = 8  # cells that are changed in one workbook
TEXTS = {"text": "见附件甲", "number": "98765.5", "long": "见附件" * 2_000}
TYPED: dict[str, CellValue] = {"text": inline(TEXTS["text"]), "number": number(TEXTS["number"]), "long": inline(TEXTS["long"])}
FORMS = {
    "shengchanli-2022": "suzhou-department",
    "sichuan-project-2023": "sichuan-project",
    "national-project-2022": "national-project",
}
LARGE = 60  # characters; a shorter text on a line to sign is a signature


@cache
def book_of(example: str, state: str, folder: Path) -> Path:
    """A workbook of a form: a blank template, filled, sent back with its problems, or finalized."""
    filled, target = folder / f"{example}-filled.xlsx", folder / f"{example}-{state}.xlsx"
    if not filled.exists():
        fill_workbook(json.loads((EXAMPLES / example / "document.json").read_text("utf-8")), output=filled)
    match state:
        case "blank":
            year = int(example[-4:])
            write_template(FORMS[example], output=target, year=year)
        case "annotated":
            validate(filled, annotated=folder / f"{example}-annotated")
            (target,) = (folder / f"{example}-annotated").glob("*.xlsx")
        case "finalized":
            target = next(
                path for path in finalize(filled, output=folder / f"{example}-finalized").outputs if path.suffix == ".xlsx"
            )
        case _:
            return filled
    return target


STATES = ("blank", "filled", "annotated", "finalized")


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("books")


def sheets_of(reading: Reading) -> dict[str, str]:
    """The parts of the sheets, as our workbooks number them, with their titles."""
    return {f"xl/worksheets/sheet{number}.xml": title for number, title in enumerate(reading.package.sheets, 1)}


def any_places(path: Path, chance: Random, count: int) -> dict[Place, str]:
    """Cells of every kind, also those that are blank or covered by a merged one."""
    groups = cells_of(path)
    chosen = (chance.choice(groups[chance.choice(sorted(groups))]) for _ in range(count))
    return {place: chance.choice(list(TYPED)) for place in chosen}


def is_by_design(reading: Reading, title: str, cell: str, name: str) -> bool:
    """What nobody can tell from ours: facts on the hidden sheet, lines of a list of problems, a signature, frozen results."""
    column, row = cell.rstrip("0123456789"), int(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    by_key = {found.title: key for key, found in {**reading.sheets, **reading.program_sheets}.items()}
    key = by_key.get(title, "")
    if key in reading.program_sheets:
        return column in "AB" if key == "identity" else column == "A" or key != OFFICIAL
    if key == "checks" and reading.identity.get("submission") and name == "number":
        return True
    words = [str(value).strip() for value in reading.sheets[key].grid[row - 1][1:]] if key in reading.sheets else []
    lines = {
        text
        for sheet in reading.form.sheets
        if sheet.key == key
        for part in sheet.sections
        for text in getattr(part, "texts", ())
    }
    return name != "long" and bool(lines & set(words))


def silent(path: Path, typed: dict[Place, str], result: Result) -> list[tuple[str, str]]:
    """The cells of which neither the content is read nor anything is told."""
    reading = read_cells(path)
    titles = sheets_of(reading)
    spots = {str(cell): spot for spot, cell in reading.cells.items()}
    told = {cell for finding in result.findings for cell in finding["cells"]}
    known = {found.title for found in (*reading.sheets.values(), *reading.program_sheets.values())}
    foreign = "".join(finding["found"] or "" for finding in result.findings if finding["code"] == "XL241")
    lost, unit = [], text_at(reading.rows, unit_spot(reading.form))
    guide = next((found.title for key, found in reading.sheets.items() if key == "guide"), None)
    for (part, cell), name in typed.items():
        place = f"{titles[part]}!{cell}"
        spot = spots.get(place)
        block = reading.form.blocks[spot.block] if spot else None
        if spot and block and spot.index < len(reading.rows[block.key]):
            field = block.fields[spot.field]
            is_read = reading.rows[block.key][spot.index].get(spot.field) is not None
            if is_read and (reading.form.is_input(block, spot.index, field) or field.given or field.last):
                continue
        if titles[part] not in known and titles[part] in foreign:  # its mark is gone: the whole sheet is told
            continue
        if place in told or is_by_design(reading, titles[part], cell, name):
            continue
        if titles[part] == guide and TEXTS[name] == unit:  # the guide shows the unit's name, and this is what was typed there
            continue
        lost.append((place, name))
    return lost


@pytest.mark.parametrize("seed", seeds(600, usual=16))
def test_what_is_typed_anywhere_is_read_or_told(tmp_path: Path, books: Path, seed: int) -> None:
    chance = Random(seed)
    source = book_of(list(FORMS)[seed % 3], STATES[seed // 3 % 4], books)
    typed = any_places(source, chance, AT_ONCE)
    path = lay_over(source, tmp_path / "typed.xlsx", {place: TYPED[name] for place, name in typed.items()})
    result = validate(path)
    assert result.status != "unreadable" or {"A1"} & {cell for _, cell in typed}
    if result.status != "unreadable":
        assert silent(path, typed, result) == []
