"""Files that harm, mislead or cannot be read, and odd ones that must be read: one builder per kind.

    BUILDERS["stray_cell"](tmp_path / "自评表.xlsx")

Each writes one file to the path it is given, most of them from the filled example with one thing changed.
"""

from __future__ import annotations

import io
import itertools
import re
import struct
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

from support.paths import FILLED
from support.surgery import rewrite

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
COVER, GOALS, INDICATORS = "xl/worksheets/sheet2.xml", "xl/worksheets/sheet3.xml", "xl/worksheets/sheet6.xml"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ALL_COLUMNS = [
    *LETTERS,
    *map("".join, itertools.product(LETTERS, LETTERS)),
    *map("".join, itertools.product(LETTERS, LETTERS, LETTERS)),
][:16_384]
COLUMNS = ALL_COLUMNS[:52]  # A to AZ
MORE_ROWS = 820  # that fit into the largest table beside all else
NUMBER, BLANK = '<c r="{0}{1}"><v>{1}</v></c>', '<c r="{0}{1}" s="12"/>'
Builder = Callable[[Path], object]
BUILDERS: dict[str, Builder] = {}


def builder(build: Builder) -> Builder:
    BUILDERS[build.__name__] = build
    return build


def change(path: Path, part: str, old: bytes, new: bytes) -> None:
    """The example with something replaced in one of its parts."""

    def changed(name: str, content: bytes) -> bytes:
        assert name != part or old in content, (part, old)
        return content.replace(old, new, 1) if name == part else content

    rewrite(FILLED, path, changed)


def change_all(path: Path, edit: Callable[[str], str], parts: str = r"xl/worksheets/sheet\d+\.xml") -> None:
    """The example with the text of all its sheets, or of other parts, put through `edit`."""
    rewrite(FILLED, path, lambda name, content: edit(content.decode()).encode() if re.fullmatch(parts, name) else content)


def add_rows(path: Path, part: str, rows: Iterable[str]) -> None:
    """The example with rows below the last one of a sheet, written as they come."""
    with zipfile.ZipFile(FILLED) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
        for name in source.namelist():
            if name != part:
                copy.writestr(name, source.read(name))
        head, end, tail = source.read(part).partition(b"</sheetData>")
        with copy.open(part, "w", force_zip64=True) as sheet:
            sheet.write(head)
            remaining = iter(rows)
            while batch := "".join(itertools.islice(remaining, 5_000)):  # a million rows one by one take as long as all else
                sheet.write(batch.encode())
            sheet.write(end + tail)


def add_parts(path: Path, parts: Iterable[tuple[str, bytes]]) -> None:
    """The example with more parts."""
    path.write_bytes(FILLED.read_bytes())
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts:
            package.writestr(name, content)


def add_sheets(path: Path, count: int, content: Callable[[int], bytes], name: str = "sheet") -> None:
    """The example with more sheets behind its own."""
    numbers = range(100, 100 + count)
    listed = "".join(f'<sheet name="附{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    related = "".join(f'<Relationship Id="rId{n}" Type="{kind}" Target="worksheets/{name}{n}.xml"/>' for n in numbers)
    edits = {"xl/workbook.xml": ("</sheets>", listed), "xl/_rels/workbook.xml.rels": ("</Relationships>", related)}

    def changed(part: str, text: bytes) -> bytes:
        end, more = edits.get(part, ("", ""))
        return text.replace(end.encode(), (more + end).encode()) if end else text

    rewrite(FILLED, path, changed)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for number in numbers:
            package.writestr(f"xl/worksheets/{name}{number}.xml", content(number))


def sheet_of(rows: str) -> bytes:
    return f'<worksheet xmlns="{NAMESPACE}"><sheetData>{rows}</sheetData></worksheet>'.encode()


def declare(path: Path, name: str, size: int) -> None:
    """Make the directory of a zip say another unpacked size for one entry."""
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as package:
        local = package.getinfo(name).header_offset
    at = content.rindex(name.encode()) - 46
    assert content[at : at + 4] == b"PK\x01\x02"
    struct.pack_into("<L", content, at + 24, size)
    struct.pack_into("<L", content, local + 22, size)
    path.write_bytes(bytes(content))


def row_of(number: int, columns: Iterable[str], cell: str = NUMBER, attributes: str = "") -> str:
    cells = "".join([cell.format(column, number) for column in columns])
    return f'<row r="{number}"{attributes}>{cells}</row>'


# --- no workbook ---------------------------------------------------------------------------------------------


@builder
def no_zip(path: Path) -> None:
    path.write_bytes(b"not a workbook")


@builder
def pdf(path: Path) -> None:
    path.write_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")


@builder
def plain_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("自评表.xlsx", FILLED.read_bytes())


@builder
def word_document(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", "<w/>")


@builder
def empty(path: Path) -> None:
    path.write_bytes(b"")


@builder
def encrypted(path: Path) -> None:
    path.write_bytes(OLE + "EncryptionInfo\0EncryptedPackage\0".encode("utf-16-le"))


@builder
def legacy_xls(path: Path) -> None:
    path.write_bytes(OLE + "Root Entry\0Workbook\0".encode("utf-16-le"))


@builder
def legacy_et(path: Path) -> None:
    path.write_bytes(OLE + "Root Entry\0Workbook\0ETExtData\0".encode("utf-16-le"))


@builder
def legacy_word(path: Path) -> None:
    path.write_bytes(OLE + "Root Entry\0WordDocument\0".encode("utf-16-le"))


@builder
def xlsb(path: Path) -> None:
    rewrite(FILLED, path, lambda name, content: None if name == "xl/workbook.xml" else content)
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("xl/workbook.bin", b"\x83\x01\x00")


@builder
def ods(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", "<office:document-content/>")


@builder
def csv_utf8(path: Path) -> None:
    path.write_text("单位,金额\n某中心,1\n", "utf-8-sig")


@builder
def csv_gbk(path: Path) -> None:
    path.write_bytes("单位,金额\n某中心,1\n".encode("gbk"))


@builder
def csv_utf16(path: Path) -> None:
    path.write_bytes("单位\t金额\n某中心\t1\n".encode("utf-16"))


@builder
def html(path: Path) -> None:
    path.write_bytes(
        b"\xef\xbb\xbf\r\n<html xmlns:x='urn:schemas-microsoft-com:office:excel'><table><tr><td>1</td></tr></table></html>"
    )


@builder
def xml_2003(path: Path) -> None:
    path.write_bytes(b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook/>')


@builder
def strict(path: Path) -> None:
    pairs = ((NAMESPACE, "http://purl.oclc.org/ooxml/spreadsheetml/main"),
             ("http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://purl.oclc.org/ooxml/officeDocument/relationships"))  # fmt: skip

    def edit(text: str) -> str:
        for old, new in pairs:
            text = text.replace(old, new)
        return text

    change_all(path, edit, r".*\.(xml|rels)")


# --- damaged -------------------------------------------------------------------------------------------------


@builder
def truncated(path: Path) -> None:
    path.write_bytes(FILLED.read_bytes()[:-2000])


@builder
def damaged(path: Path) -> None:
    content = bytearray(FILLED.read_bytes())
    content[3000:3100] = bytes(100)
    path.write_bytes(bytes(content))


@builder
def wrong_crc(path: Path) -> None:
    """A part whose bytes are fine and whose checksum is not."""
    with zipfile.ZipFile(FILLED) as source, zipfile.ZipFile(path, "w") as copy:
        for name in source.namelist():
            copy.writestr(name, source.read(name))
    content = path.read_bytes()
    path.write_bytes(content.replace("苏州市生产力促进中心".encode(), "苏州市生产力促进中必".encode(), 1))


@builder
def part_missing(path: Path) -> None:
    rewrite(FILLED, path, lambda name, content: None if name == GOALS else content)


@builder
def half_a_sheet(path: Path) -> None:
    rewrite(FILLED, path, lambda name, content: content[: len(content) // 2] if name == GOALS else content)


@builder
def no_such_text(path: Path) -> None:
    change_all(path, lambda text: re.sub(r't="s"><v>\d+', 't="s"><v>99999', text, count=3), GOALS)


# --- bombs ---------------------------------------------------------------------------------------------------


@builder
def bomb_by_ratio(path: Path) -> None:
    change(path, GOALS, b"</sheetData>", b"</sheetData>" + b"<a></a>" * 7_000_000)


@builder
def bomb_by_total(path: Path) -> None:
    noise = bytes(range(256)) * 40
    add_parts(path, ((f"xl/media/image{n}.bmp", (noise + bytes(900_000)) * 15) for n in range(80)))


@builder
def bomb_by_count(path: Path) -> None:
    add_parts(path, ((f"xl/media/{n}", b"") for n in range(20_000)))


@builder
def bomb_by_one_part(path: Path) -> None:
    words = " ".join(f"{n * 7919 % 1_000_003:x}" for n in range(3_000_000))
    change(path, "docProps/core.xml", b"</cp:coreProperties>", f"<a>{words}</a></cp:coreProperties>".encode())


@builder
def bomb_that_lies(path: Path) -> None:
    """2 MB by the directory, 50 MB in fact; readers that trust the directory stop early, others do not."""
    bomb_by_ratio(path)
    declare(path, GOALS, 2_000_000)


@builder
def bomb_that_lies_small(path: Path) -> None:
    bomb_by_ratio(path)
    declare(path, GOALS, 20_000)


# --- names ---------------------------------------------------------------------------------------------------


@builder
def parent_folder_name(path: Path) -> None:
    add_parts(path, [("xl/../../evil.xml", b"<a/>")])


@builder
def absolute_name(path: Path) -> None:
    add_parts(path, [("/etc/evil.xml", b"<a/>")])


@builder
def drive_name(path: Path) -> None:
    add_parts(path, [("C:/evil.xml", b"<a/>")])


@builder
def no_name(path: Path) -> None:
    path.write_bytes(FILLED.read_bytes())
    with zipfile.ZipFile(path, "a") as package:
        nameless = zipfile.ZipInfo("x")
        nameless.filename = ""
        package.writestr(nameless, b"<a/>")


@builder
def duplicate_name(path: Path) -> None:
    content = io.BytesIO(FILLED.read_bytes())
    with zipfile.ZipFile(content, "a") as package, __import__("warnings").catch_warnings(action="ignore"):
        package.writestr(GOALS, sheet_of(""))
    path.write_bytes(content.getvalue())


@builder
def duplicate_name_by_case(path: Path) -> None:
    add_parts(path, [(GOALS.upper(), sheet_of(""))])


@builder
def back_slashes(path: Path) -> None:
    rewrite(FILLED, path, lambda name, content: content)
    content = path.read_bytes()
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            content = content.replace(name.encode(), name.replace("/", "\\").encode())
    path.write_bytes(content)


# --- XML -----------------------------------------------------------------------------------------------------

LAUGHS = "<!DOCTYPE a [<!ENTITY b '7'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'>]>"


@builder
def doctype_in_sheet(path: Path) -> None:
    change(path, GOALS, b"?>", b"?>" + LAUGHS.encode())


@builder
def doctype_in_utf16(path: Path) -> None:
    def edit(name: str, content: bytes) -> bytes:
        text = content.decode().replace("UTF-8", "UTF-16").replace("?>", "?>" + LAUGHS, 1)
        return text.encode("utf-16") if name == GOALS else content

    rewrite(FILLED, path, edit)


@builder
def doctype_in_properties(path: Path) -> None:
    change(path, "docProps/app.xml", b"?>", b"?>" + LAUGHS.encode())


@builder
def doctype_in_utf16_drawing(path: Path) -> None:
    add_parts(path, [("xl/drawings/vmlDrawing1.vml", f"{LAUGHS}<xml/>".encode("utf-16"))])


@builder
def doctype_in_texts(path: Path) -> None:
    change(path, "xl/sharedStrings.xml", b"?>", b"?><!DOCTYPE sst SYSTEM 'file:///etc/passwd'>")


@builder
def nested(path: Path) -> None:
    """XML as deep as it is long: a parser keeps every open tag."""
    change(path, GOALS, b"<sheetData>", b"<a>x" * 1_000_000 + b"<sheetData>")


@builder
def nested_properties(path: Path) -> None:
    change(path, "xl/styles.xml", b"<fonts", b"".join(b"<a>%d" % n for n in range(1_000_000)) + b"<fonts")


# --- beyond our region ---------------------------------------------------------------------------------------


@builder
def stray_cell(path: Path) -> None:
    add_rows(path, GOALS, ['<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'])


@builder
def stray_column(path: Path) -> None:
    change_all(path, lambda text: re.sub(r"(<row r=\"12\".*?)(</row>)", r'\1<c r="XFD12" t="str"><v>旁注</v></c>\2', text), GOALS)


@builder
def stray_blank(path: Path) -> None:
    add_rows(path, GOALS, ['<row r="1048576" s="3"><c r="XFD1048576" s="3"/></row>'])


@builder
def far_data(path: Path) -> None:
    """Hundreds of thousands of filled cells below everything."""
    add_rows(path, GOALS, (row_of(n, "B") for n in range(2_000, 400_000)))


@builder
def blank_rows(path: Path) -> None:
    add_rows(path, GOALS, (row_of(n, "BCDE", BLANK, ' spans="1:22" ht="60" customHeight="1"') for n in range(41, 1_000_041)))


@builder
def blank_rows_spelt_out(path: Path) -> None:
    """The same without self-closing tags."""
    add_rows(path, GOALS, (row_of(n, "BC", '<c r="{0}{1}" s="12"></c>') for n in range(41, 1_000_041)))


@builder
def whole_rows(path: Path) -> None:
    """Fifty rows formatted to the last column, as LibreOffice writes them."""
    add_rows(path, GOALS, (row_of(n, ALL_COLUMNS, BLANK) for n in range(41, 91)))


@builder
def whole_columns(path: Path) -> None:
    change_all(path, lambda text: re.sub(r"</cols>", '<col min="8" max="16384" width="12" style="3"/></cols>', text))


@builder
def far_merges(path: Path) -> None:
    merges = '<mergeCells count="2"><mergeCell ref="A41:XFD1048576"/><mergeCell ref="B41:XFD41"/></mergeCells>'
    change_all(
        path,
        lambda text: re.sub(r"(</sheetData>(?:<sheetProtection[^>]*/>)?)(?:<mergeCells.*?</mergeCells>)?", r"\1" + merges, text),
        GOALS,
    )


@builder
def far_links(path: Path) -> None:
    links = b'<hyperlinks><hyperlink ref="A41:XFD1048576" location="B2"/></hyperlinks>'
    change(path, INDICATORS, b"<pageMargins", links + b"<pageMargins")


# --- odd and read --------------------------------------------------------------------------------------------


@builder
def dates_of_1904(path: Path) -> None:
    days = 1462
    change_all(path, lambda text: text.replace("<workbookPr ", '<workbookPr date1904="1" '), r"xl/workbook\.xml")
    rewritten = path.with_suffix(".tmp")
    rewrite(path, rewritten, lambda name, content: re.sub(rb'(<c r="C10"[^>]*><v>)(\d+)', lambda m: m[1] + b"%d" % (int(m[2]) - days), content)
            if name == COVER else content)  # fmt: skip
    rewritten.replace(path)


@builder
def no_dimension(path: Path) -> None:
    change_all(path, lambda text: re.sub("<dimension[^>]*/>", "", text))


@builder
def small_dimension(path: Path) -> None:
    change_all(path, lambda text: re.sub('<dimension ref="[^"]*"', '<dimension ref="A1"', text))


@builder
def huge_dimension(path: Path) -> None:
    change_all(path, lambda text: re.sub('<dimension ref="[^"]*"', '<dimension ref="A1:XFD1048576"', text))


@builder
def no_address_as_dimension(path: Path) -> None:
    change_all(path, lambda text: re.sub('<dimension ref="[^"]*"', '<dimension ref="A:A"', text))


@builder
def many_sheets(path: Path) -> None:
    add_sheets(path, 291, lambda n: sheet_of(f'<row r="1"><c r="A1"><v>{n}</v></c></row>'))


@builder
def prefixed(path: Path) -> None:
    write_prefixed(FILLED, path)


def write_prefixed(source: Path, path: Path) -> None:
    """As the Open XML SDK writes: every name of the vocabulary with a prefix."""

    def edit(name: str, content: bytes) -> bytes:
        if not re.fullmatch(r"xl/(worksheets/sheet\d+|workbook|sharedStrings|styles)\.xml", name):
            return content
        return re.sub(r"<(/?)([A-Za-z])", r"<\1x:\2", content.decode()).replace("xmlns=", "xmlns:x=", 1).encode()

    rewrite(source, path, edit)


@builder
def utf16(path: Path) -> None:
    def edit(name: str, content: bytes) -> bytes:
        wanted = re.fullmatch(r"xl/(worksheets/sheet\d+|workbook|sharedStrings|styles)\.xml", name)
        return content.decode().replace("UTF-8", "UTF-16").encode("utf-16") if wanted else content

    rewrite(FILLED, path, edit)


@builder
def no_addresses(path: Path) -> None:
    """Cells and rows that say nothing of their place stand behind the one before; blank ones are spelt out."""

    def row(match: re.Match) -> str:
        cells = {column: cell for cell, column in CELL.findall(match[3])}
        last = max((COLUMNS.index(column) for column in cells), default=-1)
        listed = (CELL_PLACE.sub("<c", cells.get(column, "<c/>")) for column in COLUMNS[: last + 1])
        return f"<row{match[2]}>{''.join(listed)}</row>"

    def edit(text: str) -> str:
        text = re.sub(r'<row r="(\d+)"([^>]*)/>', r'<row r="\1"\2></row>', text)
        numbers = [int(n) for n in re.findall(r'<row r="(\d+)"', text)]
        return re.sub(r'<row r="(\d+)"([^>]*)>(.*?)</row>', row, text) if numbers == list(range(1, len(numbers) + 1)) else text

    change_all(path, edit)


CELL = re.compile(r'(<c r="([A-Z]+)\d+"[^>]*?(?:/>|>.*?</c>))')
CELL_PLACE = re.compile(r'<c r="[A-Z]+[0-9]+"')


@builder
def remarks_and_cdata(path: Path) -> None:
    """Comments, CDATA, single quotes, blanks between tags: all the same XML."""

    def edit(text: str) -> str:
        text = re.sub(r"<v>([^<&]*)</v>", r"<v><![CDATA[\1]]></v>", text)
        text = re.sub(r'<row r="(\d+)"', r"<!-- <row r='1048576'> --><row  r = '\1'", text)
        return text.replace("</row>", "\n</row>\n")

    change_all(path, edit)


@builder
def macros(path: Path) -> None:
    change_all(
        path,
        lambda text: text.replace("openxmlformats-officedocument.spreadsheetml.sheet.main", "ms-excel.sheet.macroEnabled.main"),
        r"\[Content_Types\]\.xml",
    )
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("xl/vbaProject.bin", OLE)


@builder
def external_links(path: Path) -> None:
    add_parts(path, [("xl/externalLinks/externalLink1.xml", f'<externalLink xmlns="{NAMESPACE}"/>'.encode()),
                     ("xl/externalLinks/_rels/externalLink1.xml.rels", b"<Relationships/>")])  # fmt: skip


@builder
def pictures(path: Path) -> None:
    """Twenty photographs: 40 MB that nobody unpacks."""
    photo = b"\xff\xd8\xff" + bytes(n * n * 7919 % 251 for n in range(2_000_000))
    path.write_bytes(FILLED.read_bytes())
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as package:
        for n in range(20):
            package.writestr(f"xl/media/image{n}.jpeg", photo)


@builder
def large_foreign_sheet(path: Path) -> None:
    """Somebody's own register beside our sheets: nobody reads it, and it must not stand in the way."""
    rows = "".join(row_of(n, COLUMNS[:20]) for n in range(1, 20_001))
    add_sheets(path, 1, lambda _: sheet_of(rows))


# --- costly within our region --------------------------------------------------------------------------------


@builder
def far_corner(path: Path) -> None:
    """The last cell that may be ours, on every sheet."""
    change_all(path, lambda text: text.replace("</sheetData>", '<row r="1999"><c r="AZ1999"><v>1</v></c></row></sheetData>'))


@builder
def many_copies(path: Path) -> None:
    """Two hundred sheets that bear our mark, each with one cell in the far corner."""
    mark = '<c r="A1" t="str"><v>xlperf suzhou-department 2022 goals</v></c>'
    add_sheets(path, 200, lambda _: sheet_of(f'<row r="1">{mark}</row><row r="1999"><c r="AZ1999"><v>1</v></c></row>'))


@builder
def crowded(path: Path) -> None:
    """As many filled cells as we read, beside and below the tables."""
    add_rows(path, GOALS, (row_of(n, COLUMNS[1:43]) for n in range(41, 1_990)))


@builder
def crowded_alike(path: Path) -> None:
    add_rows(path, GOALS, (row_of(n, COLUMNS[1:43], '<c r="{0}{1}"><v>1</v></c>') for n in range(41, 2_000)))


@builder
def overcrowded(path: Path) -> None:
    add_rows(path, GOALS, (row_of(n, COLUMNS[1:]) for n in range(41, 2_000)))


@builder
def crowded_table(path: Path) -> None:
    """As many rows as fit, inserted in the middle of the largest table, all filled in."""

    def edit(name: str, content: bytes) -> bytes:
        if name != INDICATORS:
            return content
        text = content.decode()
        row = re.search(r'<row r="61".*?</row>', text)[0]
        at = text.index('<row r="62"')
        row = re.sub(r'<c r="A61"[^>]*>.*?</c>|<f>.*?</f>', "", row)
        more = "".join(re.sub(r'(<(?:row|c) r="[A-Z]*)61"', rf'\g<1>{n}"', row) for n in range(62, 62 + MORE_ROWS))
        rest = re.sub(r'(<(?:row|c) r="[A-Z]*)(\d+)"', lambda m: f'{m[1]}{int(m[2]) + MORE_ROWS}"', text[at:])
        return (text[:at] + more + rest).encode()

    rewrite(FILLED, path, edit)


@builder
def endless_table(path: Path) -> None:
    """A table that runs on beyond the last row we read."""
    add_rows(path, GOALS, (row_of(n, "BCD") for n in range(41, 3_000)))


@builder
def every_cell_wrong(path: Path) -> None:
    """A thousand inserted rows in which nothing is of the kind it should be."""
    crowded_table(path)
    wrong = re.compile(rb'<c r="([B-M])(\d+)" s="(\d+)"[^>]*?(?:/>|>.*?</c>)')
    rewritten = path.with_suffix(".tmp")
    rewrite(path, rewritten, lambda name, content: wrong.sub(
        lambda m: b'<c r="%b%b" s="%b" t="str"><v>x%b%b</v></c>' % (m[1], m[2], m[3], m[1], m[2]) if 62 <= int(m[2]) < 62 + MORE_ROWS else m[0],
        content) if name == INDICATORS else content)  # fmt: skip
    rewritten.replace(path)


@builder
def one_text_everywhere(path: Path) -> None:
    """One text of 32,767 characters in 30,000 cells: 3 GB once each cell has its own."""
    texts = re.search(rb'count="\d+" uniqueCount="(\d+)"', zipfile.ZipFile(FILLED).read("xl/sharedStrings.xml"))
    number = int(texts[1])
    cell = f'<c r="{{0}}{{1}}" t="s"><v>{number}</v></c>'
    rows = "".join(row_of(n, COLUMNS[1:19], cell) for n in range(41, 1_641))
    edits = {
        "xl/sharedStrings.xml": ("</sst>", f"<si><t>{'长' * 32_767}</t></si></sst>"),
        GOALS: ("</sheetData>", rows + "</sheetData>"),
    }
    rewrite(
        FILLED,
        path,
        lambda name, content: content.replace(*(part.encode() for part in edits[name])) if name in edits else content,
    )


@builder
def many_texts(path: Path) -> None:
    change(
        path, "xl/sharedStrings.xml", b"</sst>", b"".join(b"<si><t>%x</t></si>" % (n * 7919) for n in range(600_000)) + b"</sst>"
    )


@builder
def one_long_text(path: Path) -> None:
    words = " ".join(f"{n * 7919 % 1_000_003:x}" for n in range(1_500_000))
    add_rows(path, GOALS, [f'<row r="50"><c r="C50" t="inlineStr"><is><t>{words}</t></is></c></row>'])


@builder
def many_styles(path: Path) -> None:
    xfs = "".join(
        f'<xf numFmtId="{n % 50}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>' for n in range(160_000)
    )
    change(path, "xl/styles.xml", b"</cellXfs>", f"{xfs}</cellXfs>".encode())


@builder
def too_many_styles(path: Path) -> None:
    change(path, "xl/styles.xml", b"</cellXfs>", b"".join(b'<xf numFmtId="%d"/>' % n for n in range(500_000)) + b"</cellXfs>")


@builder
def many_dropdowns(path: Path) -> None:
    ranges = " ".join(f"{c}{n}" for n in range(1, 2_000) for c in COLUMNS[:20])
    more = f'<dataValidation type="list" sqref="{ranges}"><formula1>"a,b"</formula1></dataValidation></dataValidations>'
    change(path, INDICATORS, b"</dataValidations>", more.encode())


@builder
def broken_dropdowns(path: Path) -> None:
    """Extended dropdowns without a range, which a careless pattern looks for to the end, each anew."""
    more = '<x14:dataValidation type="list" a="1"/>'
    space = 'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"'
    tail = f"<extLst><ext {space}>{more * 100_000}</ext></extLst></worksheet>"
    change(path, INDICATORS, b"</worksheet>", tail.encode())


@builder
def some_broken_dropdowns(path: Path) -> None:
    more = '<x14:dataValidation type="list" a="1"/>'
    space = 'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"'
    noise = "".join(f"<a>{n}</a>" for n in range(60_000))
    change(path, INDICATORS, b"</worksheet>", f"<extLst><ext {space}>{more * 480}{noise}</ext></extLst></worksheet>".encode())


@builder
def addresses_in_one_tag(path: Path) -> None:
    names = "".join(' x:r="A1"' if n == 0 else f' x{n}.r="A1"' for n in range(20_000))
    change(path, GOALS, b"</sheetData>", f'</sheetData><c:a xmlns:c="c" xmlns:x="x"{names}/>'.encode())


@builder
def many_merges(path: Path) -> None:
    merges = "".join(f'<mergeCell ref="B{n % 1_900 + 1}:AZ1999"/>' for n in range(50_000))
    change_all(path, lambda text: re.sub(r"<mergeCells[^>]*>", rf"\g<0>{merges}", text), GOALS)


@builder
def many_names(path: Path) -> None:
    names = "".join(f'<definedName name="n{n}">1</definedName>' for n in range(190_000))
    change(path, "xl/workbook.xml", b"</definedNames>", f"{names}</definedNames>".encode())


@builder
def many_tags(path: Path) -> None:
    """Prefixed, so that every tag is looked at, and two million of them."""
    rows = "".join(f'<x:row r="{n}"><x:c r="B{n}" s="1"/><x:c r="C{n}"/></x:row>' for n in range(41, 400_000))
    change(path, GOALS, b"</sheetData>", f'<x:q xmlns:x="{NAMESPACE}">{rows}</x:q></sheetData>'.encode())


@builder
def foreign_sheets_of_size(path: Path) -> None:
    """Two hundred sheets that are not ours, each as large as the region."""
    rows = "".join(f'<row r="{n}"><c r="B{n}"><v>{n}</v></c><c r="AZ{n}"><v>{n}</v></c></row>' for n in range(1, 2_000))
    add_sheets(path, 200, lambda _: sheet_of(rows))
