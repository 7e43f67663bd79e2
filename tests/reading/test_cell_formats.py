"""What is struck out, raised or lowered, and a picture in a cell: it is never glued to what stands beside it, nor printed."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font

from support.cell_values import LOWERED, RAISED, STRUCK, VALUES, CellValue, lay_over, rich
from support.hostile import INDICATORS
from support.paths import FILLED
from support.surgery import rewrite
from xlperf import finalize, validate
from xlperf.reading.reader import read_cells

pytestmark = pytest.mark.slow

ACTUAL, SOURCE, NAME = "H52", "I52", "C52"  # of one indicator
COLUMNS = {ACTUAL: "actual", SOURCE: "source", NAME: "name"}
PICTURES = {name: value for name, value in VALUES.items() if name.startswith("a picture")}
PICTURES["a picture of Excel"] = CellValue("e", "<v>#VALUE!</v>")


def read(path: Path, cell: str) -> object:
    """What was read in a cell of that indicator."""
    reading = read_cells(path)
    spot = next(spot for spot, place in reading.places.items() if place == f"自评表!{cell}")
    return reading.rows[spot.block][spot.index].get(COLUMNS[cell])


def told(path: Path, cell: str) -> list[tuple[str, str, str]]:
    return [(f["code"], f["severity"], f["found"]) for f in validate(path).findings if f"自评表!{cell}" in f["cells"] and f["code"] < "XM"
            and not f["code"].startswith("SZ")]  # fmt: skip


def typed(folder: Path, cell: str, value: CellValue, *, shared: bool = False) -> Path:
    """The example with that value in a cell; as a shared text, if asked for."""
    path = lay_over(FILLED, folder / "a.xlsx", {(INDICATORS, cell): value})
    if not shared:
        return path
    inner = value.xml.removeprefix("<is>").removesuffix("</is>")

    def change(name: str, content: bytes) -> bytes:
        if name == "xl/sharedStrings.xml":
            return content.replace(b"</sst>", f"<si>{inner}</si></sst>".encode())
        if name != INDICATORS:
            return content
        number = texts[0]
        return re.sub(rb'(<c r="%s"[^>]*) t="inlineStr"><is>.*?</is>' % cell.encode(), rb'\1 t="s"><v>%d</v>' % number, content)

    texts = []
    rewrite(
        path,
        folder / "b.xlsx",
        lambda name, content: texts.append(content.count(b"<si>")) or content if name == "xl/sharedStrings.xml" else content,
    )
    return rewrite(path, folder / "b.xlsx", change)


RICH = [
    (ACTUAL, rich((STRUCK, "3000"), ("", "7"), read=()), 7, [("XL210", "info", "7（带删除线的“3000”不计）")]),
    (ACTUAL, rich(("", "7"), ('<strike val="0"/>', "0"), read=()), 70, [("XL210", "info", "'70")]),
    (ACTUAL, rich(("", "7"), (RAISED, "1"), read=()), "7¹", [("XL202", "error", "7¹")]),
    (ACTUAL, rich((STRUCK, "30"), (STRUCK, "7"), read=()), None, [("XL217", "error", "307")]),
    (ACTUAL, rich(("", "7"), (STRUCK, " "), read=()), 7, [("XL210", "info", '"7 "')]),
    (SOURCE, rich((STRUCK, "旧台账"), ("", "新台账"), read=()), "新台账", [("XL210", "info", "新台账（带删除线的“旧台账”不计）")]),
    (SOURCE, rich(("", "CO"), (LOWERED, "2"), ("", "排放10"), (RAISED, "3"), ("", "吨"), read=()), "CO₂排放10³吨", []),
]  # fmt: skip


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize(("cell", "value", "stands", "findings"), RICH)
def test_runs_of_a_text_are_never_glued(
    tmp_path: Path, cell: str, value: CellValue, stands: object, findings: list, shared: bool
) -> None:
    path = typed(tmp_path, cell, value, shared=shared)
    assert (read(path, cell), told(path, cell)) == (stands, findings)


def test_a_cell_that_is_struck_out_holds_nothing_that_counts(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(FILLED)
    for cell in (ACTUAL, SOURCE, "J71"):
        book["自评表"][cell].font = Font(strike=cell != "J71")
    book.save(tmp_path / "a.xlsx")
    assert [read(tmp_path / "a.xlsx", cell) for cell in (ACTUAL, SOURCE)] == [None, None]
    assert [told(tmp_path / "a.xlsx", cell)[0][:2] for cell in (ACTUAL, SOURCE)] == [("XL217", "error")] * 2
    assert told(tmp_path / "a.xlsx", "J71") == []


@pytest.mark.parametrize("cell", COLUMNS)
@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_in_a_cell_is_no_content(tmp_path: Path, kind: str, cell: str) -> None:
    path = lay_over(FILLED, tmp_path / "a.xlsx", {(INDICATORS, cell): PICTURES[kind]})
    if kind == "a picture of Excel":
        path = rewrite(path, tmp_path / "b.xlsx", lambda name, content: content.replace(b' t="e">', b' t="e" vm="1">'))
    (finding,) = [f for f in validate(path).findings if f["code"] == "XL217"]
    assert finding["cells"] == [f"自评表!{cell}"] and "图片" in finding["message"] and "图片" in finding["fix"]
    assert not finalize(path, output=tmp_path / "out").outputs
