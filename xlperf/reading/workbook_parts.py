"""The parts of a workbook that are no sheets: which there are, what they say of the sheets, all of it plain XML of honest size.

parts = read_parts(open_archive(content).parts)
parts.titles["xl/worksheets/sheet1.xml"], parts.texts, parts.styles, parts.findings
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from posixpath import join, normpath
from xml.etree import ElementTree

from xlperf.errors import UnreadableError
from xlperf.reading import limits
from xlperf.reading.limits import damaged, too_large
from xlperf.reading.plain_xml import PlainPart, has_doctype, read_xml, root_of
from xlperf.reading.sheet_xml import drop_far_comments
from xlperf.reading.zip_file import Part, inflate
from xlperf.reporting.finding import Finding

WORKBOOK, RELATIONS, TEXTS, STYLES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml", "xl/styles.xml"
TYPES = "[Content_Types].xml"
# The parts a workbook has at least, then those it may have, by the root of their XML.
NEEDED = {TYPES: "Types", "_rels/.rels": "Relationships", WORKBOOK: "workbook", RELATIONS: "Relationships"}
USUAL = {**NEEDED, TEXTS: "sst", STYLES: "styleSheet"}
STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
IDENTITY = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
# What a zip is, by an entry it has.
ENTRIES = {
    "xl/workbook.bin": ("XL106", ".xlsb"),
    "word/document.xml": ("XL101", "Word (.docx)"),
    "ppt/presentation.xml": ("XL101", "PowerPoint (.pptx)"),
}


@dataclass(frozen=True)
class WorkbookParts:
    """What the parts of a workbook say that are no sheets."""

    titles: Mapping[str, str]  # of the sheets that the workbook names, by their parts
    names: Mapping[str, str]  # what people know every sheet by, by its part: the title, or the name of a part nobody names
    texts: bytes  # the XML of the shared texts, b"" where there are none
    styles: bytes  # the XML of the styles, b"" where there are none
    changed: Mapping[str, bytes]  # the parts that had to be rewritten
    not_xml: tuple[str, ...]  # pictures, printer settings, programs
    findings: tuple[Finding, ...]


def refuse_other_packages(parts: Mapping[str, Part]) -> None:
    """Let only the parts of a workbook pass.

    Raises:
        UnreadableError: an OpenDocument (XL107), a binary workbook (XL106), any other zip (XL101), or a part that every workbook
            needs is missing or corrupted (XL103).
    """
    kind = parts["mimetype"].start if "mimetype" in parts else b""
    if b"opendocument" in kind:
        raise UnreadableError("XL107" if b"spreadsheet" in kind else "XL101", found=kind[:80].decode("ascii", "replace"))
    for name, (code, found) in ENTRIES.items():
        if name in parts:
            raise UnreadableError(code, found=found)
    if not any(name.startswith("xl/") for name in parts):
        raise UnreadableError("XL101", found=f"zip: {next(iter(parts), '—')}")
    for name, root in USUAL.items():
        stands = root_of(parts[name].start) if name in parts else None
        if stands not in (root, "") and (name in parts or name in NEEDED):
            raise damaged(name, stands)


def read_parts(parts: Mapping[str, Part]) -> WorkbookParts:
    """Return what the parts say that are no sheets.

    Raises:
        UnreadableError: corrupted (XL103), with a DOCTYPE (XL119), Strict OOXML (XL120) or too large (XL128).
    """
    roots = {name: root_of(part.start) for name, part in parts.items()}
    _refuse_too_much(parts[name] for name in NEEDED)
    read = {name: _read(parts[name]) for name in (RELATIONS, WORKBOOK)}
    targets = _targets(read[RELATIONS].content)
    titles = _titles(read[WORKBOOK].content, targets, parts)
    sheets = [name for name, root in roots.items() if name not in USUAL and (root in ("worksheet", "") or name in titles)]
    others = [name for name, root in roots.items() if root is not None and name not in sheets]
    _refuse_too_much(parts[name] for name in others)
    parsed = {*USUAL, *targets.values()}
    read |= {name: _read(parts[name]) for name in others if name in parsed and name not in read}
    near = {name: _look_through(parts[name], roots[name]) for name in others if name not in read}
    rewritten = {name: part.content for name, part in read.items() if part.rewritten}
    return WorkbookParts(
        titles=titles,
        names={name: titles.get(name, name) for name in sheets},
        texts=_content(read, TEXTS),
        styles=_content(read, STYLES),
        changed=rewritten | {name: content for name, content in near.items() if content is not None},
        not_xml=tuple(name for name, root in roots.items() if root is None),
        findings=tuple(_never_followed(parts, read[TYPES].content)),
    )


def _content(read: Mapping[str, PlainPart], name: str) -> bytes:
    return read[name].content if name in read else b""


def _read(part: Part) -> PlainPart:
    plain = read_xml(part)
    if part.name != TEXTS and plain.content.count(b"<") > 2 * limits.MOST_TAGS:
        raise too_large(part.name, 2 * limits.MOST_TAGS)
    return plain


def _look_through(part: Part, root: str | None) -> bytes | None:
    """What a part must be instead that only openpyxl might read, or nobody; old drawings need not even be well-formed."""
    content = b"".join(inflate(part))
    if has_doctype(content):
        raise UnreadableError("XL119", found=part.name)
    near = drop_far_comments(content) if root == "comments" else content
    return near if near != content else None


def _refuse_too_much(others: Iterable[Part]) -> None:
    total = 0
    for part in others:
        total += part.size
        if total > limits.MOST_OTHERS:
            raise too_large(part.name, limits.MOST_OTHERS)


def _targets(relations: bytes) -> dict[str, str]:
    """Return the parts the workbook names, by the identities they have there."""
    return {
        relation.get("Id", ""): normpath(join("xl", relation.get("Target", ""))).lstrip("/")
        for relation in ElementTree.fromstring(relations)
        if relation.get("TargetMode") != "External"
    }


def _titles(workbook: bytes, targets: Mapping[str, str], parts: Mapping[str, Part]) -> dict[str, str]:
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
        part = targets.get(sheet.get(IDENTITY, ""), "")
        identities = [key for key in sheet.attrib if key.rpartition("}")[2] == "id"]  # readers look for different ones
        if part not in parts or part in titles or identities != [IDENTITY]:
            raise damaged(WORKBOOK, sheet.get("name"))
        titles[part] = sheet.get("name", "")
    if len({title.casefold() for title in titles.values()}) != len(titles):
        raise damaged(WORKBOOK, "sheet")
    return titles


def _never_followed(parts: Mapping[str, Part], types: bytes) -> Iterator[Finding]:
    """What is readable and never followed: programs, and other files the workbook looks into."""
    if any(name.lower().endswith("vbaproject.bin") for name in parts) or b"macroEnabled" in types:
        yield Finding("XL121", "info")
    if links := [name for name in parts if name.startswith("xl/externalLinks/") and "_rels" not in name]:
        yield Finding("XL122", "info", (), {"found": len(links)})
