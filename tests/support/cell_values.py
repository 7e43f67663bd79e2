"""Every kind of value that a cell can hold, as the XML of a workbook, and how such values are laid over the cells of one.

path = lay_over(FILLED, tmp_path / "a.xlsx", {("xl/worksheets/sheet3.xml", "D10"): VALUES["a boolean"]})
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

from lxml import etree

from support.xml_parts import MAIN

Place = tuple[str, str]  # part and cell


class CellValue(NamedTuple):
    """One value: the type of the cell, what stands in it, and what it may be read as; None is a blank."""

    kind: str
    xml: str
    read: tuple[object, ...] = ()  # where it is read without a word


def inline(text: str, *read: object) -> CellValue:
    return CellValue("inlineStr", f'<is><t xml:space="preserve">{text}</t></is>', read or (text,))


def rich(*runs: tuple[str, str], read: tuple[object, ...]) -> CellValue:
    pieces = "".join(f"<r><rPr>{form}</rPr><t>{text}</t></r>" for form, text in runs)
    return CellValue("inlineStr", f"<is>{pieces}</is>", read)


def number(digits: str, *read: object) -> CellValue:
    return CellValue("", f"<v>{digits}</v>", read)


STRUCK, RAISED, LOWERED = "<strike/>", '<vertAlign val="superscript"/>', '<vertAlign val="subscript"/>'
PICTURE = "_xlfn.DISPIMG(&quot;ID_0123456789ABCDEF0123456789ABCDEF&quot;,1)"
LONG = "长" * 6_000
VALUES: dict[str, CellValue] = {
    "a boolean": CellValue("b", "<v>1</v>", ("TRUE",)),
    "another boolean": CellValue("b", "<v>0</v>", ("FALSE",)),
    "an error": CellValue("e", "<v>#REF!</v>"),
    "a formula that fails": CellValue("e", "<f>A1+1</f><v>#VALUE!</v>"),
    "an error of another program": CellValue("e", "<f>X()</f><v>Err:508</v>"),
    "an error of Excel 365": CellValue("e", '<f t="array" ref="A1">SEQUENCE(9)</f><v>#SPILL!</v>'),
    "a date": CellValue("d", "<v>2023-03-01</v>", ("2023-03-01",)),
    "a date with its time": CellValue("d", "<v>2023-03-01T08:30:00</v>", ("2023-03-01T08:30:00", "2023-03-01")),
    "a text": inline("甲"),
    "a number as text": inline("12", "12", 12),
    "a number in words": inline("壹拾贰"),
    "spaces": inline("   ", None),
    "a dash": inline("—", "—", None),
    "nothing": inline("", None),
    "letters beyond the first plane": inline("甲&#x1F600;&#x20BB7;", "甲\U0001f600\U00020bb7"),
    "what looks like a formula": inline("=1+1"),
    "what looks like a boolean": inline("TRUE"),
    "an escaped control character": inline("a_x0001_b"),
    "a carriage return": inline("甲_x000D__x000A_乙", "甲\n乙"),
    "a very long text": inline(LONG),
    "a text with a part struck out": rich((STRUCK, "300"), ("", "285"), read=()),
    "a text all struck out": rich((STRUCK, "300"), (STRUCK, "285"), read=()),
    "a raised figure": rich(("", "285"), (RAISED, "1"), read=("285¹",)),
    "a lowered figure": rich(("", "CO"), (LOWERED, "2"), read=("CO₂",)),
    "runs of one text": rich(("<b/>", "28"), ("", "5"), read=("285", 285)),
    "a formula of a number": CellValue("", "<f>1+1</f><v>2</v>", (2, "2")),
    "a formula of a text": CellValue("str", '<f>"a"&amp;"b"</f><v>ab</v>', ("ab",)),
    "a formula without a result": CellValue("", "<f>1+1</f>"),
    "a formula of nothing": CellValue("str", '<f>""</f><v></v>', (None,)),
    "a link": CellValue("str", '<f>HYPERLINK("http://x","见")</f><v>见</v>', ("见",)),
    "a picture of WPS": CellValue("str", f"<f>{PICTURE}</f><v>={PICTURE}</v>"),
    "a picture of WPS pasted as text": CellValue("inlineStr", f"<is><t>={PICTURE}</t></is>"),
    "a picture of WPS in Excel": CellValue("e", f"<f>{PICTURE}</f><v>#NAME?</v>"),
    "the largest number": number("1E308", 10**308, "1" + "0" * 308),
    "more than the largest number": number("1E999", "inf"),
    "no number": number("NaN", "nan"),
    "minus nought": number("-0", 0, "0"),
    "seventeen digits": number("0.12345678901234567", 0.123456789012346, "0.123456789012346"),
    "a sum with a tail": number("35.040000000000006", 35.04, "35.04"),
    "a minus": number("-5", -5, "-5"),
    "a code of eighteen digits": number("1.1510923008438E+17", 115109230084380000, "115109230084380000"),
    "half a thing": number("285.5", 285.5, "285.5"),
    "a day as a number": number("44986", 44986, "44986", "2023-03-01"),
    "a day and a half": number("44986.5", 44986.5, "44986.5", "2023-03-01"),
}  # fmt: skip


@cache
def cells_of(path: Path) -> dict[tuple[str, str, str, bool], tuple[Place, ...]]:
    """The cells of a workbook by what they are: the part, the column, the style, and whether a formula stands there."""
    groups: dict[tuple[str, str, str, bool], list[Place]] = {}
    with zipfile.ZipFile(path) as package:
        for part in (name for name in package.namelist() if name.startswith("xl/worksheets/sheet")):
            for cell in etree.fromstring(package.read(part)).iter(f"{MAIN}c"):
                column = re.sub(r"\d", "", cell.get("r"))
                key = part, column, cell.get("s", ""), cell.find(f"{MAIN}f") is not None
                groups.setdefault(key, []).append((part, cell.get("r")))
    return {key: tuple(places) for key, places in groups.items()}


def lay_over(path: Path, target: Path, values: Mapping[Place, CellValue]) -> Path:
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in source.namelist():
            cells = {cell: value for (part, cell), value in values.items() if part == name}
            content = source.read(name)
            copy.writestr(name, _with_cells(content, cells) if cells else content)
    return target


def _with_cells(content: bytes, values: Mapping[str, CellValue]) -> bytes:
    tree = etree.fromstring(content)
    for cell in tree.iter(f"{MAIN}c"):
        if cell.get("r") in values:
            value = values[cell.get("r")]
            del cell[:]
            cell.attrib.pop("t", None)
            if value.kind:
                cell.set("t", value.kind)
            cell.extend(etree.fromstring(f'<x xmlns="{MAIN[1:-1]}">{value.xml}</x>'))
    return etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)


def any_cells(path: Path, chance: Random, count: int) -> dict[Place, str]:
    """So many cells of any kind of a workbook, each with the name of a value of any kind."""
    groups = cells_of(path)
    chosen = (chance.choice(groups[chance.choice(sorted(groups))]) for _ in range(count))
    return {place: chance.choice(list(VALUES)) for place in chosen}
