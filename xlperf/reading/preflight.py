"""Look at the file before any library opens it; what passes here is bounded.

    intake = preflight(Path("filled.xlsx"))     # or UnreadableError with the code of the finding
    intake.content, intake.sha256, intake.findings

What is no workbook is refused by its name; what is readable but odd is a finding; what lies beyond the region that can
be ours is cut, and named if it held something. calamine allocates the whole rectangle up to the last cell that *holds*
data (549 GB for a number in XFD1048576, a second and 160 MiB for one in A1000000); styled blank cells cost it nothing but
time, and a wrong `<dimension>` nothing at all, except one that is no address, which makes it refuse the sheet. openpyxl makes an
object of every styled blank cell, and of every cell of a merged range. So blank rows below the data are cut as well.
A file of which nothing is cut is handed on byte for byte; any other is written anew, and no reader sees what we did not.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from posixpath import join, normpath
from xml.etree import ElementTree

from xlperf.errors import UnreadableError, UsageError, reason_of
from xlperf.forms.layout import MARK
from xlperf.messages import sentence
from xlperf.reading import zip_file as limits
from xlperf.reading.sheet_xml import (
    Sheet,
    Texts,
    drop_far_comments,
    empty_sheet,
    has_doctype,
    read_sheet,
    read_texts,
    read_xml,
    root_of,
)
from xlperf.reading.zip_file import Package, Part, crowded, damaged, inflate, open_package, too_large, write_package
from xlperf.reporting.finding import Finding

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WORKBOOK, RELATIONS, TEXTS, STYLES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml", "xl/styles.xml"
TYPES = "[Content_Types].xml"
# The parts a workbook has at least, then those it may have, by the root of their XML.
NEEDED = {TYPES: "Types", "_rels/.rels": "Relationships", WORKBOOK: "workbook", RELATIONS: "Relationships"}
KNOWN = {**NEEDED, TEXTS: "sst", STYLES: "styleSheet"}
STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
IDENTITY = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
OWNERS = ("~${}", ".~{}", ".~lock.{}#")  # Excel, WPS and LibreOffice put it beside a file they have open
# What an OLE file is, by the first of these streams it has; names are UTF-16. Word embeds workbooks.
STREAMS = {
    "EncryptedPackage": ("XL102", ""),
    "WordDocument": ("XL101", "Word (.doc)"),
    "PowerPoint Document": ("XL101", "PowerPoint (.ppt)"),
    "Workbook": ("XL105", ".xls"),
    "Book": ("XL105", ".xls"),
}
# What a zip is, by an entry it has.
ENTRIES = {
    "xl/workbook.bin": ("XL106", ".xlsb"),
    "word/document.xml": ("XL101", "Word (.docx)"),
    "ppt/presentation.xml": ("XL101", "PowerPoint (.pptx)"),
}
# What any other file is, by how it begins.
BEGINNINGS = (
    (rb"%PDF", "XL101", "PDF"),
    (rb"Rar!", "XL101", "RAR"),
    (rb"7z\xbc\xaf", "XL101", "7z"),
    (rb"\x1f\x8b", "XL101", "gzip"),
    (rb"\{\\rtf", "XL101", "RTF"),
    (rb"\x89PNG|\xff\xd8\xff", "XL101", "PNG / JPEG"),
    (rb"(?is)\s*(?:<!doctype html|<html|<head|<meta|<table|mime-version:|<\?xml[^>]*>\s*<html)", "XL109", "HTML"),
    (rb"(?s)\s*<\?xml.{0,200}?(?:Excel\.Sheet|<Workbook)", "XL101", "XML 2003"),
)


@dataclass(frozen=True)
class Intake:
    """A workbook that is safe to open: `content` for the readers, `sha256` of the file as it was received."""

    content: bytes
    sha256: str
    findings: tuple[Finding, ...]


def preflight(path: Path) -> Intake:
    """Return what readers may see of a file.

    Raises:
        UsageError: there is no such file, it is a folder, or it cannot be opened.
        UnreadableError: there is no workbook to read in it (codes XL101 to XL109, XL115 to XL120, XL124, XL126, XL128, XL129).
    """
    path = Path(path)
    content = read_file(path)
    refuse_other_kinds(content, path.suffix)
    package = open_package(content)
    _refuse_other_packages(package.parts)
    clean, findings = _bounded(package)
    found = (*owner_files(path), *(Finding("XL127", "info") for _ in range(package.slashed)), *findings)
    return Intake(clean or content, hashlib.sha256(content).hexdigest(), found)


# --- the file ------------------------------------------------------------------------------------------------


def read_file(path: Path) -> bytes:
    """Return what is in a file.

    Raises:
        UsageError: there is no such file, it is a folder, or it cannot be opened.
        UnreadableError: too large (XL128), or written to while it was read (XL126).
    """
    try:
        before = os.stat(path)
        if not stat.S_ISREG(before.st_mode):  # a folder, a device or a pipe
            raise IsADirectoryError(errno.EISDIR, "")
        if before.st_size > limits.MOST_FILE:
            raise too_large(path.name, limits.MOST_FILE)
        content = path.read_bytes()
        after = os.stat(path)
    except (OSError, ValueError) as error:  # ValueError: a path no system can have
        raise UsageError("cannot_open", path=path, reason=reason_of(error)) from None
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(content) != after.st_size:
        raise UnreadableError("XL126", found=path.name)
    return content


def owner_files(path: Path) -> Iterator[Finding]:
    """A program that has the file open leaves an owner file; what was typed since may not be saved."""
    for name in (owner.format(path.name) for owner in OWNERS):
        if os.path.exists(path.with_name(name)):
            yield Finding("XL125", "warning", (), {"found": name})


def refuse_other_kinds(content: bytes, suffix: str) -> None:
    if not content:
        raise UnreadableError("XL124")
    if content.startswith(OLE):
        known = (told for name, told in STREAMS.items() if f"{name}\0".encode("utf-16-le") in content)
        code, kind = next(known, ("XL101", "OLE"))
        raise UnreadableError(code, found=kind)
    if content.startswith(b"PK") or b"PK\x05\x06" in content[-66 * limits.KIB :]:
        return
    start = _as_utf8(content[: 4 * limits.KIB])
    for pattern, code, kind in BEGINNINGS:
        if re.match(pattern, start):
            raise UnreadableError(code, found=kind)
    if _is_table(start):
        raise UnreadableError("XL108", found=suffix or "CSV")
    raise UnreadableError("XL101", found=sentence("begins_with", {"start": _excerpt(start), "suffix": suffix or "—"}))


def _excerpt(start: bytes) -> str:
    """The first words of a file, of one that holds no text its first bytes."""
    words = start[:80].decode("utf-8", "ignore").strip().partition("\n")[0][:20]
    return words if words and words.isprintable() else start[:4].hex(" ")


def _as_utf8(start: bytes) -> bytes:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return start[: len(start) // 2 * 2].decode("utf-16", "replace").encode("utf-8", "replace")
    return start.removeprefix(b"\xef\xbb\xbf")


def _is_table(start: bytes) -> bool:
    """Text whose first line is divided: CSV in any encoding, whatever divides it."""
    line = start.splitlines()[0] if start.splitlines() else b""
    return not re.search(rb"[\x00-\x08\x0e-\x1f]", start) and re.search(rb"[,;\t|]", line) is not None


def _refuse_other_packages(parts: Mapping[str, Part]) -> None:
    kind = parts["mimetype"].start if "mimetype" in parts else b""
    if b"opendocument" in kind:
        raise UnreadableError("XL107" if b"spreadsheet" in kind else "XL101", found=kind[:80].decode("ascii", "replace"))
    for name, (code, found) in ENTRIES.items():
        if name in parts:
            raise UnreadableError(code, found=found)
    if not any(name.startswith("xl/") for name in parts):
        raise UnreadableError("XL101", found=f"zip: {next(iter(parts), '—')}")
    for name, root in KNOWN.items():
        found = root_of(parts[name].start) if name in parts else None
        if found not in (root, "") and (name in parts or name in NEEDED):
            raise damaged(name, found)


# --- its parts -----------------------------------------------------------------------------------------------


def _bounded(package: Package) -> tuple[bytes | None, list[Finding]]:
    """Return the package written anew (None if it may stay as it is) and what there is to tell."""
    parts = package.parts
    roots = {name: root_of(part.start) for name, part in parts.items()}
    changed: dict[str, bytes] = {}
    _refuse_too_much(parts[name] for name in NEEDED)
    followed, workbook = _followed(_xml(parts[RELATIONS], changed)), _xml(parts[WORKBOOK], changed)
    titles = _titles(workbook, followed, parts)
    sheets = [name for name, root in roots.items() if name not in KNOWN and (root in ("worksheet", "") or name in titles)]
    others = [name for name, root in roots.items() if root is not None and name not in sheets]
    _refuse_too_much(parts[name] for name in others)
    parsed = {*KNOWN, *followed.values()}
    read = {name: _xml(parts[name], changed) for name in others if name in parsed}
    for name in others:
        if name not in read:
            _look_through(parts[name], roots[name], changed)
    findings = [*_odd(parts, read), *_sheets(parts, sheets, titles, read_texts(read.get(TEXTS, b""), MARK), changed)]
    if package.plain and not changed:
        return None, findings
    return write_package(parts, changed, [name for name, root in roots.items() if root is None]), findings


def _xml(part: Part, changed: dict[str, bytes]) -> bytes:
    content, anew = read_xml(part)
    if part.name != TEXTS and content.count(b"<") > 2 * limits.MOST_TAGS:
        raise too_large(part.name, 2 * limits.MOST_TAGS)
    if anew:
        changed[part.name] = content
    return content


def _look_through(part: Part, root: str | None, changed: dict[str, bytes]) -> None:
    """A part that only openpyxl might read, or nobody; old drawings need not even be well-formed."""
    content = b"".join(inflate(part))
    if has_doctype(content):
        raise UnreadableError("XL119", found=part.name)
    if root == "comments" and (near := drop_far_comments(content)) != content:
        changed[part.name] = near


def _refuse_too_much(others: Iterable[Part]) -> None:
    total = 0
    for part in others:
        total += part.size
        if total > limits.MOST_OTHERS:
            raise too_large(part.name, limits.MOST_OTHERS)


def _followed(relations: bytes) -> dict[str, str]:
    """Return the parts the workbook names, by the identities they have there."""
    return {
        relation.get("Id", ""): normpath(join("xl", relation.get("Target", ""))).lstrip("/")
        for relation in ElementTree.fromstring(relations)
        if relation.get("TargetMode") != "External"
    }


def _titles(workbook: bytes, followed: Mapping[str, str], parts: Mapping[str, Part]) -> dict[str, str]:
    """Return the title of every sheet by its part.

    Raises:
        UnreadableError: Strict OOXML (XL120); a sheet without a part, or two that share a part or a title (XL103).
    """
    if STRICT in workbook:
        raise UnreadableError("XL120", found="Strict Open XML")
    sheets = [element for element in ElementTree.fromstring(workbook).iter() if element.tag.rpartition("}")[2] == "sheet"]
    if len(sheets) > limits.MOST_SHEETS:
        raise too_large(WORKBOOK, limits.MOST_SHEETS)
    titles: dict[str, str] = {}
    for sheet in sheets:
        part = followed.get(sheet.get(IDENTITY, ""), "")
        identities = [key for key in sheet.attrib if key.rpartition("}")[2] == "id"]  # readers look for different ones
        if part not in parts or part in titles or identities != [IDENTITY]:
            raise damaged(WORKBOOK, sheet.get("name"))
        titles[part] = sheet.get("name", "")
    if len({title.casefold() for title in titles.values()}) != len(titles):
        raise damaged(WORKBOOK, "sheet")
    return titles


def _odd(parts: Mapping[str, Part], read: Mapping[str, bytes]) -> Iterator[Finding]:
    """What is readable and never followed: programs, and other files the workbook looks into."""
    if any(name.lower().endswith("vbaproject.bin") for name in parts) or b"macroEnabled" in read[TYPES]:
        yield Finding("XL121", "info")
    if links := [name for name in parts if name.startswith("xl/externalLinks/") and "_rels" not in name]:
        yield Finding("XL122", "info", (), {"found": len(links)})


def _sheets(
    parts: Mapping[str, Part], names: list[str], titles: Mapping[str, str], texts: Texts, changed: dict[str, bytes]
) -> Iterator[Finding]:
    """Cut every sheet; together they may hold so many cells and so much text, ours and others counted apart."""
    used = {True: Counter(), False: Counter()}
    for name in names:
        title = titles.get(name, name)
        sheet = _within(used, title, read_sheet(replace(parts[name], name=title), texts))
        if sheet.changed:
            changed[name] = sheet.content
        if sheet.far and sheet.own:
            region = f"A1:{limits.LAST_COLUMN}{limits.LAST_ROW}"
            cells = tuple(f"{title}!{cell}" for cell in sheet.far)
            yield Finding("XL123", "warning", (), {"found": len(cells), "expected": region}, cells=cells)


def _within(used: dict[bool, Counter], title: str, sheet: Sheet) -> Sheet:
    """The sheet if there is still room for it; a sheet that is not ours comes back empty if there is not."""
    whose = "own" if sheet.own else "foreign"
    total = used[sheet.own] + Counter(cells=sheet.cells, text=sheet.text, size=len(sheet.content))
    most = {"cells": limits.MOST_CELLS[whose], "text": limits.MOST_TEXT, "size": limits.MOST_SHEET_BYTES[whose]}
    if all(total[what] <= limit for what, limit in most.items()):
        used[sheet.own] = total
        return sheet
    if not sheet.own:
        return empty_sheet()
    if total["cells"] > most["cells"]:
        raise crowded(title, total["cells"], most["cells"])
    raise too_large(title, most["text"] if total["text"] > most["text"] else most["size"])
