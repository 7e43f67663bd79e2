"""The picture of the sheets: what people see in Excel, cell by cell, and what is asked for besides."""

from __future__ import annotations

import random
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from support.hostile import BUILDERS
from support.libreoffice import NEVER, convert
from support.odd_files import CHEAP, READ
from support.paths import EXAMPLES_OF, FILLED
from support.surgery import part_of, rewrite
from support.sweeps import every, seeds
from xlperf import UnreadableError
from xlperf.page import sheet_picture
from xlperf.page.cell_looks import CellLooks, _contrast, _parts
from xlperf.page.sheet_picture import draw_book
from xlperf.reading.reader import read_cells


def drawn(path: Path, *marked: str) -> dict[str, dict[str, Any]]:
    """The pictures of a workbook by the titles of its sheets."""
    return {sheet["title"]: sheet for sheet in draw_book(read_cells(path), marked)["sheets"]}


def texts(sheet: dict[str, Any]) -> dict[str, str]:
    """What is shown in each cell that shows something, by its address."""
    return {
        f"{sheet['columns'][at]['name']}{row['number']}": text
        for row in sheet["rows"]
        for at, text, *_ in row.get("cells", ())
        if text.strip()
    }


def row_of(sheet: dict[str, Any], number: int) -> dict[str, Any]:
    return next(row for row in sheet["rows"] if row.get("number") == number)


@pytest.mark.parametrize("folder", [folder for _, _, folder in EXAMPLES_OF], ids=[form for form, _, _ in EXAMPLES_OF])
def test_every_text_that_is_seen_is_drawn_in_its_place(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "filled.xlsx", data_only=True)
    sheets = drawn(folder / "filled.xlsx")
    assert list(sheets) == [sheet.title for sheet in book if sheet.sheet_state == "visible"]
    for sheet in book:
        if sheet.sheet_state != "visible":
            continue
        shown = {
            cell.coordinate: cell.value
            for row in sheet.iter_rows()
            for cell in row
            if isinstance(cell.value, str) and cell.value.strip() and not sheet.row_dimensions[cell.row].hidden
            and not hidden_column(sheet, cell.column)
        }  # fmt: skip
        own = texts(sheets[sheet.title])
        assert {place: own.get(place) for place, text in shown.items() if own.get(place) != text} == {}


def hidden_column(sheet: Any, number: int) -> bool:
    groups = sheet.column_dimensions.values()
    return any(group.hidden and group.min <= number <= group.max for group in groups if group.min)


def test_numbers_stand_as_they_are_shown() -> None:
    own = texts(drawn(FILLED)["预算信息"])
    assert (own["C4"], own["D4"], own["G4"], own["C7"]) == ("545.57", "81.60", "96.03%", "2.64")
    assert texts(drawn(FILLED)["基本信息"])["C10"] == "2023-03-01"


def test_headings_names_and_parts_are_told() -> None:
    sheet = drawn(FILLED)["自评表"]
    assert [row["number"] for row in sheet["rows"] if row.get("head")] == [3, 4]
    assert [column["name"] for column in sheet["columns"] if column["kept"]] == ["B", "C"]
    cover = drawn(FILLED)["基本信息"]
    assert not any(row.get("head") or column["kept"] for row in cover["rows"] for column in cover["columns"])
    parts = [row["part"] for row in drawn(FILLED)["校验"]["rows"]]
    assert parts == sorted(parts) and len(set(parts)) >= 2


def test_merged_cells_are_one_cell() -> None:
    sheet = drawn(FILLED)["自评表"]
    title = row_of(sheet, 2)["cells"][0]
    assert title[1].startswith("九") and title[3:] == [1, 11]
    assert [cell[0] for cell in row_of(sheet, 4)["cells"]][:7] == [0, 1, 2, 3, 4, 5, 12]


def test_hidden_rows_and_columns_are_drawn_only_for_a_mark() -> None:
    plain, marked = drawn(FILLED), drawn(FILLED, "自评表!Q1", "xlperf!A1")
    assert row_of(plain["自评表"], 2) and not [row for row in plain["自评表"]["rows"] if row.get("number") == 1]
    assert "Q" not in [column["name"] for column in plain["自评表"]["columns"]]
    assert (
        row_of(marked["自评表"], 1)["hidden"] and {"name": "Q", "hidden": True}.items() <= marked["自评表"]["columns"][-1].items()
    )
    assert "xlperf" not in plain and "xlperf" not in marked  # which only programs read


@pytest.mark.libreoffice
@pytest.mark.parametrize("saved", [False, True])
def test_thousands_stand_apart_where_a_spreadsheet_shows_them_so(tmp_path: Path, saved: bool) -> None:
    """The format comes from a condition of ours, also once LibreOffice has written it; a number that may be a year has none."""
    path = convert([FILLED], tmp_path / "saved", recalculate=NEVER)[0] if saved else FILLED
    shown = texts(drawn(path)["自评表"])
    assert [shown[cell] for cell in ("F49", "H49", "F53", "H53", "H56", "F62", "H62")] == [
        "10,500", "11,372", "58,000", "58,200", "868.78", "2000", "2086",
    ]  # fmt: skip


def test_a_long_run_of_blank_rows_is_one_line(tmp_path: Path) -> None:
    part = part_of(FILLED, "重点任务")
    row = b'<row r="900"><c r="C900" t="str"><v>\xe8\xa1\xa8\xe5\xa4\x96</v></c></row></sheetData>'
    path = rewrite(FILLED, tmp_path / "far.xlsx", lambda name, all: all.replace(b"</sheetData>", row) if name == part else all)
    sheet = drawn(path)["重点任务"]
    assert [row["gap"][1] for row in sheet["rows"] if "gap" in row] == [899]
    assert texts(sheet)["C900"] == "表外" and len(sheet["rows"]) < 100


def test_rich_texts_errors_and_truths_are_shown(tmp_path: Path) -> None:
    def edit(sheet: str) -> str:
        cells = ('<c r="C5" t="inlineStr"><is><r><t>一</t></r><r><t>二_x000B_</t></r><rPh sb="0" eb="1"><t>yi</t></rPh></is></c>',
                 '<c r="C6" t="b"><v>1</v></c>', '<c r="C7" t="e"><v>#REF!</v></c>', '<c r="C8"><v>abc</v></c>')  # fmt: skip
        for cell in cells:
            place = re.search(r'r="(\w+)"', cell)[1]
            sheet = re.sub(rf'<c r="{place}"[^>]*?(?:/>|>.*?</c>)', cell, sheet, count=1)
        return sheet

    part = part_of(FILLED, "基本信息")
    path = rewrite(
        FILLED, tmp_path / "odd.xlsx", lambda name, content: edit(content.decode()).encode() if name == part else content
    )
    own = texts(drawn(path)["基本信息"])
    assert [own[f"C{row}"] for row in (5, 6, 7)] == ["一二\x0b", "TRUE", "#REF!"]


@pytest.mark.slow
def test_hostile_files_that_are_read_can_be_drawn(tmp_path: Path) -> None:
    for kind in every(1, sorted({*READ, *CHEAP}), usual=4):
        path = tmp_path / f"{kind}.xlsx"
        BUILDERS[kind](path)
        try:
            reading = read_cells(path)
        except UnreadableError:
            assert kind in CHEAP
            continue
        sheets = draw_book(reading, ["绩效目标!XFD1048576", "没有的表!A1", "自评表!H5:H9", "自评表"])["sheets"]
        rows = [row for sheet in sheets for row in sheet["rows"]]
        assert {"填报说明", "自评表"} <= {sheet["title"] for sheet in sheets} or kind in CHEAP
        assert sum(len(row.get("cells", ())) for row in rows) <= sheet_picture.MOST_CELLS + 60 * len(sheets)
        path.unlink()


JUNK = ("", "x", "-1", "0", "1e9", "9" * 30, "9" * 5_000, "NaN", "-inf", "0.5", "#REF!", "\u4e00")
ATTRIBUTE = re.compile(rb' (?!xmlns)([A-Za-z0-9:]+)="[^"]*"')


@pytest.mark.slow
def test_whatever_stands_in_the_attributes_of_a_workbook_it_is_drawn_or_was_refused(tmp_path: Path) -> None:
    """The verdict must not be lost because a picture cannot be made."""
    parts = [
        "xl/styles.xml",
        "xl/workbook.xml",
        "xl/sharedStrings.xml",
        *(part_of(FILLED, title) for title in ("自评表", "基本信息", "校验")),
    ]
    drawn_books = 0
    for seed in seeds(300, usual=30):
        chance = random.Random(seed)
        junk, name, share = chance.choice(JUNK).encode(), chance.choice(parts), chance.choice((0.002, 0.05))

        def spoil(part: str, content: bytes, junk=junk, name=name, share=share, chance=chance) -> bytes:
            def other(match: re.Match[bytes]) -> bytes:
                return b' %s="%s"' % (match[1], junk) if match[1] != b"r" and chance.random() < share else match[0]

            return ATTRIBUTE.sub(other, content) if part == name else content

        try:
            reading = read_cells(rewrite(FILLED, tmp_path / "spoilt.xlsx", spoil))
        except UnreadableError:
            continue
        drawn_books += bool(draw_book(reading, ["自评表!H61"])["sheets"])
    assert drawn_books >= 10


def test_what_there_is_no_room_for_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_picture, "MOST_CELLS", 400)
    sheets = drawn(FILLED)
    assert sheets["填报说明"]["rows"][-1].keys() >= {"number"} and sheets["自评表"]["rows"] == [{"cut": [2, 70], "part": 0}]


def test_ranges_that_overlap_or_never_end_are_survived() -> None:
    parts = sheet_picture.Parts()
    merges = [(0, 0, 1, 1), (1, 1, 2, 2), (0, 0, 5_000, 16_000), (3, 0, 3, 1)]
    view = sheet_picture._view(tuple(range(5)), (0, 1, 2), merges, parts)
    assert set(view.merged) == {(0, 0)}  # what comes after an endless one is not looked at


# --- looks ---------------------------------------------------------------------------------------------------


@pytest.fixture
def looks(tmp_path: Path) -> dict[str, dict[str, Any]]:
    """The looks of cells in a workbook that another program wrote, by what was asked for."""
    wanted = {
        "fill": {"bg_color": "#FCE0C8"}, "colour": {"font_color": "#1F5FA8"}, "bold": {"bold": True}, "large": {"font_size": 18},
        "centred": {"align": "center", "valign": "vcenter"}, "struck": {"font_strikeout": True}, "white": {"font_color": "#FFFFFF"},
        "faint": {"font_color": "#7A8794"}, "on dark": {"bg_color": "#1F3A5A"}, "upright": {"rotation": 270},
    }  # fmt: skip
    path = tmp_path / "looks.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for row, each in enumerate(wanted.values()):
            sheet.write_string(row, 0, "x", book.add_format(each))
    with zipfile.ZipFile(path) as package:
        styles, sheet_xml = package.read("xl/styles.xml"), package.read("xl/worksheets/sheet1.xml").decode()
    found = CellLooks(styles)
    numbers = [int(number) for number in re.findall(r'<c r="A\d+" s="(\d+)"', sheet_xml)]
    return {name: found.listed[found.number_of(number, "text")] for name, number in zip(wanted, numbers, strict=True)}


def test_looks_are_what_was_asked_for(looks: dict[str, dict[str, Any]]) -> None:
    assert looks["fill"] == {"fill": "#fce0c8"} and looks["colour"] == {"color": "#1f5fa8"}
    assert looks["bold"] == {"bold": True} and looks["large"] == {"size": 21.6} and looks["struck"] == {"struck": True}
    assert looks["upright"] == {"upright": True}
    assert looks["centred"] == {"align": "center", "valign": "middle"}


def test_letters_can_be_read_whatever_their_colour(looks: dict[str, dict[str, Any]]) -> None:
    for look in looks.values():
        assert _contrast(_parts(look.get("fill", "#ffffff")), _parts(look.get("color", "#000000"))) >= 4.5
    assert looks["faint"]["color"] != "#7a8794" and looks["white"]["color"] != "#ffffff" and looks["on dark"]["color"] > "#8"


def test_colours_of_a_theme_and_their_tints() -> None:
    def styles(colour: str) -> bytes:
        space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
        fill = f'<fill><patternFill patternType="solid"><fgColor {colour}/></patternFill></fill>'
        return f'<styleSheet {space}><fills>{fill}</fills><cellXfs><xf fillId="0"/></cellXfs></styleSheet>'.encode()

    told = {colour: CellLooks(styles(colour)) for colour in ('theme="4"', 'theme="4" tint="0.8"', 'theme="0" tint="-0.5"', 'theme="99"', 'rgb="zz"',
                                                             'indexed="5"', 'theme="1" tint="9"', 'rgb="FF00B050"', 'rgb="FF00B050" tint="x"')}  # fmt: skip
    fills = {colour: looks.listed[looks.number_of(0, "text")].get("fill") for colour, looks in told.items()}
    assert list(fills.values()) == ["#4f81bd", "#dce6f2", "#808080", None, None, None, None, "#00b050", "#00b050"]


def test_numbers_stand_at_the_right_unless_a_style_says_otherwise() -> None:
    looks = CellLooks(b"")
    assert [looks.listed[looks.number_of(7, kind)] for kind in ("number", "truth", "text")] == [
        {"align": "right"},
        {"align": "center"},
        {},
    ]
    assert looks.number_format(7) == "General"
