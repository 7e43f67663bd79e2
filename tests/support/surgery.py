"""Change cells of a workbook as a hand or another program would, without touching anything else in it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from string import ascii_uppercase, digits

import openpyxl
from lxml import etree

from support.xml_parts import MAIN
from xlperf.addresses import column_number

RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def rewrite(path: Path, target: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """Copy a package, each part changed by `change(name, content)`; None drops the part."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in source.namelist():
            content = change(name, source.read(name))
            if content is not None:
                copy.writestr(name, content)
    return target


def part_of(path: Path, title: str) -> str:
    with zipfile.ZipFile(path) as package:
        relations = {r.get("Id"): r.get("Target") for r in etree.fromstring(package.read("xl/_rels/workbook.xml.rels"))}
        for sheet in etree.fromstring(package.read("xl/workbook.xml")).iter(f"{MAIN}sheet"):
            if sheet.get("name") == title:
                return "xl/" + relations[sheet.get(RELATION)]
    raise KeyError(title)


def type_into(path: Path, target: Path, cells: Mapping[str, object], style: int | None = None) -> Path:
    """Type values into cells ("自评表!H12": 7), formulas overwritten, everything else as it stands (stale results too)."""
    return type_styled(path, target, {place: (value, style) for place, value in cells.items()})


def type_styled(path: Path, target: Path, cells: Mapping[str, tuple[object, int | None]]) -> Path:
    """The same, each value with the number of its cell style, None for the style that is there."""
    places = {place: place.rpartition("!") for place in cells}
    parts = {title: part_of(path, title) for title in {title for title, _, _ in places.values()}}
    typed: dict[str, dict[str, tuple[object, int | None]]] = {}
    for place, (title, _, cell) in places.items():
        typed.setdefault(parts[title], {})[cell] = cells[place]
    return rewrite(path, target, lambda name, content: set_cells(content, typed[name]) if name in typed else content)


def set_cell(content: bytes, cell: str, value: object, style: int | None = None) -> bytes:
    return set_cells(content, {cell: (value, style)})


def set_cells(content: bytes, cells: Mapping[str, tuple[object, int | None]]) -> bytes:
    tree = etree.fromstring(content)
    there = {element.get("r"): element for element in tree.iter(f"{MAIN}c")}
    for cell, (value, style) in cells.items():
        _type(there[cell] if cell in there else _new_cell(tree, cell), value, style)
    return etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)


def _type(element: etree._Element, value: object, style: int | None) -> None:
    for child in list(element):
        element.remove(child)
    element.attrib.pop("t", None)
    if style is not None:
        element.set("s", str(style))
    if isinstance(value, str):
        element.set("t", "inlineStr")
        text = etree.SubElement(etree.SubElement(element, f"{MAIN}is"), f"{MAIN}t")
        text.text = value
        text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    elif value is not None:
        etree.SubElement(element, f"{MAIN}v").text = repr(value)


def _new_cell(tree: etree._Element, cell: str) -> etree._Element:
    """A cell that is not there yet, at its place in a row that is there."""
    (row,) = tree.xpath(f"//m:row[@r='{cell.lstrip(ascii_uppercase)}']", namespaces={"m": MAIN[1:-1]})
    before = [other for other in row if column_number(other.get("r").rstrip(digits)) < column_number(cell.rstrip(digits))]
    row.insert(len(before), etree.Element(f"{MAIN}c", {"r": cell}))
    return row[len(before)]


def percent_style(path: Path) -> int:
    """The number of a cell style of that workbook whose number format is a percent."""
    with zipfile.ZipFile(path) as package:
        tree = etree.fromstring(package.read("xl/styles.xml"))
    percents = {"9", "10"} | {f.get("numFmtId") for f in tree.iter(f"{MAIN}numFmt") if "%" in f.get("formatCode")}
    styles = tree.find(f"{MAIN}cellXfs")
    return next(number for number, style in enumerate(styles) if style.get("numFmtId") in percents)


def save_alike(book: openpyxl.Workbook, path: Path) -> None:
    """Save a workbook of openpyxl with the same bytes each time: it writes the time of day into it."""
    content = BytesIO()
    book.save(content)
    with zipfile.ZipFile(content) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in source.namelist():
            part = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2023-01-05T00:00:00Z", source.read(name))
            copy.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)


def rename(name: bytes, new: str) -> Callable[[str, bytes], bytes]:
    """A change for `rewrite` that renames a sheet, in the workbook and in every formula."""
    return lambda part, content: re.sub(re.escape(name), new.encode(), content) if part.startswith("xl/") else content
