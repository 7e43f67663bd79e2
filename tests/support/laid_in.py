"""What Excel, WPS and others lay into a workbook beside its cells: controls, embedded files, seals, pictures, odd lists of sheets.

    lay_in(path, target, LAID_IN["form_control"])

Every entry changes the parts of a package as such a program does; none touches what stands in a cell.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from support.hostile import INDICATORS, NAMESPACE, OLE

Parts = dict[str, bytes]
Change = Callable[[Parts], None]
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
COMPATIBLE = "http://schemas.openxmlformats.org/markup-compatibility/2006"
EXCEL_2010 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
PROPERTIES = "xl/ctrlProps/ctrlProp1.xml"
WORKBOOK, RELATIONS, TYPES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"
THUMBNAIL, PICTURE = "docProps/thumbnail.wmf", "xl/media/image9.jpeg"
NOISE = {THUMBNAIL: None, PICTURE: b"\xff"}
ANCHOR = (
    f'<anchor moveWithCells="1"><from><xdr:col xmlns:xdr="{DRAWING}">3</xdr:col><xdr:colOff xmlns:xdr="{DRAWING}">0</xdr:colOff>'
    f'<xdr:row xmlns:xdr="{DRAWING}">4</xdr:row><xdr:rowOff xmlns:xdr="{DRAWING}">0</xdr:rowOff></from>'
    "<to><xdr:col>5</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>2000</xdr:row><xdr:rowOff>9</xdr:rowOff></to></anchor>"
)
SHAPE = (
    b'<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:excel"><v:shape id="_x0000_s1025">'
    b'<x:ClientData ObjectType="Checkbox"><x:Anchor>3, 0, 4, 0, 5, 0, 6, 0</x:Anchor><br></x:ClientData></v:shape></xml>'
)


def lay_in(path: Path, target: Path, change: Change) -> Path:
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    change(parts)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
        packed = {entry.filename: (entry.header_offset, entry.compress_size) for entry in package.infolist()}
    for name, noise in NOISE.items():
        if name in packed:
            overwrite(target, name, *packed[name], noise)
    return target


def overwrite(path: Path, name: str, offset: int, size: int, noise: bytes | None) -> None:
    """Put noise in the place of the packed bytes of a part; None takes away all of them, as some programs pack nothing."""
    content = bytearray(path.read_bytes())
    begin, at = offset + 30 + len(name.encode()), content.rindex(name.encode()) - 46
    assert content[at : at + 4] == b"PK\x01\x02"
    if noise is None:
        content[at + 20 : at + 24] = content[offset + 18 : offset + 22] = bytes(4)
    else:
        content[begin : begin + size] = (noise * size)[:size]
    path.write_bytes(bytes(content))


def replace(parts: Parts, name: str, old: str, new: str) -> None:
    assert old.encode() in parts[name], (name, old)
    parts[name] = parts[name].replace(old.encode(), new.encode(), 1)


def add_to_sheet(parts: Parts, xml: str, **related: tuple[str, bytes]) -> None:
    """Put XML at the end of a sheet, and parts that it refers to by those identities."""
    replace(parts, INDICATORS, "</worksheet>", f"{xml}</worksheet>")
    if related:
        targets = "".join(
            f'<Relationship Id="{identity}" Type="{KINDS}/control" Target="../{name}"/>'
            for identity, (name, _) in related.items()
        )
        name = INDICATORS.replace("worksheets/", "worksheets/_rels/") + ".rels"
        parts.setdefault(
            name, b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
        )
        replace(parts, name, "</Relationships>", f"{targets}</Relationships>")
    parts |= {f"xl/{name}": content for name, content in related.values()}


def add_controls(parts: Parts, inner: str, **related: tuple[str, bytes]) -> None:
    """Controls as Excel 2010 writes them, and once more for the programs before."""
    choice = f'<mc:Choice Requires="x14"><controls>{inner}</controls></mc:Choice><mc:Fallback/>'
    content = f'<mc:AlternateContent xmlns:mc="{COMPATIBLE}">{choice}</mc:AlternateContent>'
    declared = f'<worksheet xmlns:xdr="{DRAWING}" xmlns:x14="{EXCEL_2010}" '
    replace(parts, INDICATORS, "<worksheet ", declared)
    add_to_sheet(parts, content, **related)


def form_control(parts: Parts) -> None:
    control = (
        f'<control shapeId="1025" r:id="rId901" name="Check Box 1"><controlPr defaultSize="0">{ANCHOR}</controlPr></control>'
    )
    properties = f'<formControlPr xmlns="{EXCEL_2010}" objectType="CheckBox" checked="Checked" fmlaLink="$H$52"/>'.encode()
    add_controls(parts, control, rId901=("ctrlProps/ctrlProp1.xml", properties), rId902=("drawings/vmlDrawing9.vml", SHAPE))


def activex_control(parts: Parts) -> None:
    control = f'<control shapeId="1026" r:id="rId901" name="OK"><controlPr r:id="rId902">{ANCHOR}</controlPr></control>'
    xml = b'<ax:ocx xmlns:ax="http://schemas.microsoft.com/office/2006/activeX" ax:classid="{8BD21D40-EC42-11CE-9E0D-00AA006002F3}"/>'
    add_controls(parts, control, rId901=("activeX/activeX1.xml", xml), rId902=("media/image9.emf", b"\x01\0\0\0EMF"))
    parts["xl/activeX/activeX1.bin"] = b"\x40\x1d\xd2\x8b" + bytes(40)


def embedded_object(parts: Parts, program: str, name: str, content: bytes) -> None:
    inner = f'<oleObject progId="{program}" shapeId="1027" r:id="rId901"><objectPr r:id="rId902">{ANCHOR}</objectPr></oleObject>'
    choice = (
        f'<mc:Choice Requires="x14">{inner}</mc:Choice><mc:Fallback><oleObject progId="{program}" r:id="rId901"/></mc:Fallback>'
    )
    replace(parts, INDICATORS, "<worksheet ", f'<worksheet xmlns:xdr="{DRAWING}" ')
    objects = f'<oleObjects><mc:AlternateContent xmlns:mc="{COMPATIBLE}">{choice}</mc:AlternateContent></oleObjects>'
    add_to_sheet(parts, objects, rId901=(f"embeddings/{name}", content), rId902=("media/image9.png", b"\x89PNG"))


def word_attachment(parts: Parts) -> None:
    embedded_object(parts, "Word.Document.12", "佐证材料 1.docx", b"PK\x03\x04 not looked into")


def electronic_seal(parts: Parts) -> None:
    embedded_object(parts, "SealCtrl.Seal.1", "oleObject1.bin", OLE)


def signature(parts: Parts) -> None:
    parts["_xmlsignatures/origin.sigs"] = b""
    parts["_xmlsignatures/sig1.xml"] = b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo/></Signature>'


def picture_in_cell_of_wps(parts: Parts) -> None:
    parts["xl/cellimages.xml"] = (
        f'<etc:cellImages xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData" xmlns:xdr="{DRAWING}"><etc:cellImage>'
        '<xdr:pic><xdr:nvPicPr><xdr:cNvPr id="2" name="ID_0123456789ABCDEF"/></xdr:nvPicPr></xdr:pic></etc:cellImage></etc:cellImages>'
    ).encode()
    parts["xl/media/image9.png"] = b"\x89PNG"


def picture_in_cell_of_excel(parts: Parts) -> None:
    values = "http://schemas.microsoft.com/office/spreadsheetml/2017/richdata"
    parts["xl/richData/rdrichvalue.xml"] = f'<rvData xmlns="{values}" count="1"><rv s="0"><v>0</v></rv></rvData>'.encode()
    parts["xl/metadata.xml"] = f'<metadata xmlns="{NAMESPACE}"><valueMetadata count="0"/></metadata>'.encode()


def thumbnail_without_a_byte(parts: Parts) -> None:
    parts[THUMBNAIL] = b""


def theme_no_parser_reads(parts: Parts) -> None:
    parts["xl/theme/theme1.xml"] = b"<a:theme>"


def sheet_without_a_part(parts: Parts) -> None:
    """What add-ins for macros leave behind, and what a damaged sheet is after a repair."""
    replace(parts, WORKBOOK, "</sheets>", '<sheet name="Recovered" sheetId="90" r:id=""/></sheets>')


def sheet_listed_twice(parts: Parts) -> None:
    (identity,) = re.findall(r'r:id="(\w+)"/?>\s*</sheets>', parts[WORKBOOK].decode().replace("></sheet>", "/>"))
    replace(parts, WORKBOOK, "</sheets>", f'<sheet name="Again" sheetId="90" r:id="{identity}"/></sheets>')


def sheet_with_two_identities(parts: Parts) -> None:
    replace(parts, WORKBOOK, 'sheetId="2"', 'sheetId="2" id="2"')


def add_sheet(parts: Parts, title: str, folder: str, root: str) -> None:
    replace(parts, WORKBOOK, "</sheets>", f'<sheet name="{title}" sheetId="90" r:id="rId990"/></sheets>')
    target = f'<Relationship Id="rId990" Type="{KINDS}/{root}" Target="{folder}/sheet1.xml"/></Relationships>'
    replace(parts, RELATIONS, "</Relationships>", target)
    parts[f"xl/{folder}/sheet1.xml"] = f'<{root} xmlns="{NAMESPACE}"><sheetViews/></{root}>'.encode()


def chart_sheet(parts: Parts) -> None:
    add_sheet(parts, "图表", "chartsheets", "chartsheet")
    relations = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
    parts["xl/chartsheets/_rels/sheet1.xml.rels"] = relations


def dialog_sheet(parts: Parts) -> None:
    add_sheet(parts, "对话框", "dialogsheets", "dialogsheet")


def title_that_differs_in_case(parts: Parts) -> None:
    add_sheet(parts, "XLPERF", "worksheets/other", "worksheet")
    parts["xl/worksheets/other/sheet1.xml"] = f'<worksheet xmlns="{NAMESPACE}"><sheetData/></worksheet>'.encode()


def picture_nobody_can_unpack(parts: Parts) -> None:
    parts[PICTURE] = b"\xff\xd8" * 50


def type_of_binary_workbooks(parts: Parts) -> None:
    """SheetJS declares it in every file, whether it has such a part or not."""
    kind = '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
    replace(parts, TYPES, "<Default ", f"{kind}<Default ")
    parts["xl/printerSettings/printerSettings1.bin"] = bytes(8)


def second_prefix_for_the_vocabulary(parts: Parts) -> None:
    """Sparklines and dropdowns of Excel 2010 declare one; here rows use it too."""
    sheet = parts[INDICATORS].decode().replace("<worksheet ", f'<worksheet xmlns:x="{NAMESPACE}" ', 1)
    parts[INDICATORS] = re.sub(r"<(/?)(row|c|v|f)\b", r"<\1x:\2", sheet).encode()


def names_in_another_vocabulary(parts: Parts) -> None:
    add_to_sheet(parts, '<extLst><ext uri="{1}"><list xmlns="urn:x"><row>1</row><c/></list></ext></extLst>')


LAID_IN: dict[str, Change] = {
    change.__name__: change
    for change in (
        form_control, activex_control, word_attachment, electronic_seal, signature, picture_in_cell_of_wps, picture_in_cell_of_excel,
        thumbnail_without_a_byte, theme_no_parser_reads, sheet_without_a_part, sheet_listed_twice, sheet_with_two_identities, chart_sheet,
        dialog_sheet, title_that_differs_in_case, picture_nobody_can_unpack, type_of_binary_workbooks, second_prefix_for_the_vocabulary,
        names_in_another_vocabulary,
    )
}  # fmt: skip
# The sheets that come with it, as the workbook is read.
FOREIGN_SHEETS = {"chart_sheet": ["图表"], "dialog_sheet": ["对话框"], "title_that_differs_in_case": ["XLPERF1"]}
