"""One pass over the rows of a sheet and the slower patterns say the same; what is spelt in another way is left to those."""

from __future__ import annotations

import zipfile
from pathlib import Path
from random import Random

import pytest

from support.paths import EXAMPLES, TESTS
from support.sweeps import seeds
from xlperf.reading.markup import markup_of, read_markup
from xlperf.reading.plain_rows import scan_rows

BOOKS = sorted((TESTS / "former").glob("*.xlsx")) + sorted(EXAMPLES.glob("*/filled.xlsx"))
SHEET = b'<worksheet xmlns="urn:x"><cols/><sheetData>%s</sheetData><pageSetup/></worksheet>'
PLAIN = (
    b'<row r="1"><c r="A1"/></row>',
    b'<row r="7" spans="1:3" hidden="1" x14ac:dyDescent="0.2"><c r="AZ7" s="3" t="s"><v>12</v></c></row>',
    b'<row r="1999"><c r="B1999" s="1"><f t="shared" si="0"/><v/></c></row>',
    b'<row r="2"><c r="A2" t="str"><f>A1&amp;"x"</f><v></v></c><c r="B2" t="inlineStr"><is><t>x</t></is></c></row>',
    b'<row r="3"/><row r="4"><c r="C4"><f aca="false">1+1</f></c></row>',
)
# Nothing of which may pass as plain: beyond the region, or spelt so that patterns and parsers could part.
OTHER = (
    b'<row r="2000"><c r="A2000"/></row>',
    b'<row r="1"><c r="CA1"/></row>',
    b'<row r="1"><c r="A0"/></row>',
    b'<row r="01"><c r="A1"/></row>',
    b"<row r='1'><c r='A1'/></row>",
    b'<row r="1"> <c r="A1"/></row>',
    b'<row r="1"><c s="1" r="A1"/></row>',
    b'<row r="1"><c/></row>',
    b'<row><c r="A1"/></row>',
    b'<row r="1" x:r="9"><c r="A1"/></row>',
    b'<row r="1"><x:c r="A1"/></row>',
    b'<row r="1"><c r="A1"><!-- --><v>1</v></c></row>',
    b'<row r="1"><c r="A1"><v><![CDATA[1]]></v></c></row>',
    b'<row r="1"><c r="A1"><f>A2>1</f><v>1</v></c></row>',
    b'<row r="1"><c r="A1"><v>1</v><v>2</v></c></row>',
    b'<row r="1"><c r="A1" t="inlineStr"><is><r><t>x</t></r></is></c></row>',
    b'<row r="1"><c r="A1"/></row></sheetData><sheetData>',
)


def sheets_of(path: Path) -> list[bytes]:
    with zipfile.ZipFile(path) as package:
        return [package.read(name) for name in package.namelist() if name.startswith("xl/worksheets/sheet")]


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_one_pass_tells_what_the_patterns_tell(path: Path) -> None:
    sheets = sheets_of(path)
    for sheet in sheets:
        scan = scan_rows(sheet)
        assert scan is not None
        assert markup_of(sheet, scan) == read_markup(sheet)
        assert scan.cells == sheet.count(b"<c ")


@pytest.mark.parametrize("rows", PLAIN)
def test_what_programs_write_is_plain(rows: bytes) -> None:
    sheet = SHEET % rows
    scan = scan_rows(sheet)
    assert scan is not None
    assert markup_of(sheet, scan) == read_markup(sheet)


@pytest.mark.parametrize("rows", OTHER)
def test_another_spelling_is_not_plain(rows: bytes) -> None:
    assert scan_rows(SHEET % rows) is None


@pytest.mark.parametrize("seed", seeds(300, usual=30))
def test_a_sheet_with_a_piece_lost_or_doubled_never_passes_with_another_meaning(seed: int) -> None:
    chance = Random(seed)
    sheet = chance.choice(sheets_of(BOOKS[seed % len(BOOKS)]))
    begin = chance.randrange(sheet.find(b"<sheetData"), len(sheet))
    piece = sheet[begin : begin + chance.randint(1, 30)]
    changed = sheet[:begin] + chance.choice([b"", piece * 2, piece[::-1]]) + sheet[begin + len(piece) :]
    if (scan := scan_rows(changed)) is not None:
        assert markup_of(changed, scan) == read_markup(changed)
        assert scan.cells == changed.count(b"<c ")
