"""The XML parts of a workbook, to compare and to check limits on."""

from __future__ import annotations

import posixpath
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


def broken(path: Path) -> list[str]:
    """What of a package no XML parser reads, and what its relations name and it does not hold."""
    with zipfile.ZipFile(path) as package:
        names = package.namelist()
        wrong = [name for name in names if name.endswith((".xml", ".rels", ".vml")) and not _parses(package.read(name))]
        targets = [target for name in names if name.endswith(".rels") and name not in wrong for target in _targets(name, package)]
    return wrong + [target for target in targets if target not in names]


def _parses(content: bytes) -> bool:
    try:
        etree.fromstring(content)
    except etree.XMLSyntaxError:
        return False
    return True


def _targets(name: str, package: zipfile.ZipFile) -> list[str]:
    folder = posixpath.dirname(posixpath.dirname(name))
    relations = [relation for relation in etree.fromstring(package.read(name)) if relation.get("TargetMode") != "External"]
    return [posixpath.normpath(posixpath.join("/", folder, relation.get("Target"))).lstrip("/") for relation in relations]
