"""The XML parts of a workbook, to compare and to check limits on."""

from __future__ import annotations

import zipfile
from pathlib import Path

from lxml import etree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def parts(path: Path) -> dict[str, bytes]:
    """Every part of a package, XML pretty-printed one element a line so that a difference can be read."""
    with zipfile.ZipFile(path) as package:
        return {name: pretty(package.read(name)) for name in package.namelist()}


def pretty(xml: bytes) -> bytes:
    tree = etree.fromstring(xml)
    etree.indent(tree, space=" ")
    return etree.tostring(tree, encoding="utf-8") + b"\n"


def trees(path: Path) -> dict[str, etree._Element]:
    with zipfile.ZipFile(path) as package:
        return {name: etree.fromstring(package.read(name)) for name in package.namelist()}
