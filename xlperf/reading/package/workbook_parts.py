"""The parts of a workbook that are no sheets: which there are, what they say of the sheets, all of it plain XML of honest size.

parts = read_parts(open_archive(content).parts)
parts.titles["xl/worksheets/sheet1.xml"], parts.texts, parts.styles, parts.findings
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from posixpath import join, normpath
from typing import NamedTuple
from xml.etree import ElementTree

from xlperf.errors import UnreadableError
from xlperf.reading import limits
from xlperf.reading.limits import too_large
from xlperf.reading.package.damage import damaged
from xlperf.reading.package.plain_xml import PlainPart, has_doctype, read_xml, root_of
from xlperf.reading.package.trimming import drop_far_comments
from xlperf.reading.package.zip_file import Part, inflate
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
    "OFD.xml": ("XL101", "OFD"),
}


PROGRAM = "vbaproject.bin"  # the part that holds macros
PROGRAMS = {  # types of parts that do
    "application/vnd.ms-office.vbaProject",
    "application/vnd.ms-excel.macrosheet+xml",
    "application/vnd.ms-excel.intlmacrosheet+xml",
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


class ListedSheets(NamedTuple):
    """The sheets that a workbook lists."""

    titles: Mapping[str, str]  # by their parts
    workbook: bytes | None  # its XML with a list that every reader understands, None where it has one


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
    listed = _listed_sheets(read[WORKBOOK].content, targets, parts)
    sheets = [name for name, root in roots.items() if name not in USUAL and (root in ("worksheet", "") or name in listed.titles)]
    others = [name for name, root in roots.items() if root is not None and name not in sheets]
    _refuse_too_much(parts[name] for name in others)
    read |= {name: _read(parts[name]) for name in others if name in USUAL and name not in read}
    read |= dict(_read_what_is_well_formed(parts[name] for name in others if name in targets.values() and name not in read))
    near = {name: _look_through(parts[name], roots[name]) for name in others if name not in read}
    rewritten = {name: part.content for name, part in read.items() if part.rewritten}
    if listed.workbook is not None:
        rewritten[WORKBOOK] = listed.workbook
    return WorkbookParts(
        titles=listed.titles,
        names={name: listed.titles.get(name, name) for name in sheets},
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


def _read_what_is_well_formed(parts: Iterable[Part]) -> Iterator[tuple[str, PlainPart]]:
    """Yield what the workbook names and a library may parse; nobody needs it, so it may be not well-formed, like a picture."""
    for part in parts:
        try:
            yield part.name, _read(part)
        except UnreadableError as error:
            if error.code != "XL103":
                raise


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


def _listed_sheets(workbook: bytes, targets: Mapping[str, str], parts: Mapping[str, Part]) -> ListedSheets:
    """Return the sheets that a workbook lists.

    A list that readers understand differently is written anew: what has no part, or one that was listed already, is left out,
    and of two equal titles the second gets a number, as openpyxl has it.

    Raises:
        UnreadableError: Strict OOXML (XL120), too many sheets (XL128), or a sheet whose part is not there (XL103).
    """
    if STRICT in workbook:
        raise UnreadableError("XL120", found="Strict Open XML")
    tree = ElementTree.fromstring(workbook)
    listed = [(above, element) for above in tree.iter() for element in above if element.tag.rpartition("}")[2] == "sheet"]
    if len(listed) > limits.MOST_SHEETS:
        raise too_large(WORKBOOK, limits.MOST_SHEETS)
    titles: dict[str, str] = {}
    is_odd = False
    for above, element in listed:
        identity, title = element.get(IDENTITY, ""), element.get("name", "")
        part = targets.get(identity, "")
        if not identity or part in titles:
            above.remove(element)
            is_odd = True
            continue
        if part not in parts:
            raise damaged(WORKBOOK, title)
        titles[part] = title = _free_title(title, titles.values())
        is_odd |= _set_plainly(element, title)
    return ListedSheets(titles, ElementTree.tostring(tree, "utf-8") if is_odd else None)


def _set_plainly(sheet: ElementTree.Element, title: str) -> bool:
    """Give a listed sheet that title and no identity but the one that counts; return whether it had another."""
    before = dict(sheet.attrib)
    sheet.attrib.update(name=title)
    for key in [key for key in before if key.rpartition("}")[2] == "id" and key != IDENTITY]:
        del sheet.attrib[key]
    return sheet.attrib != before


def _free_title(title: str, taken: Iterable[str]) -> str:
    """The title, with a number behind it if another sheet is called so."""
    folded = {other.casefold() for other in taken}
    names = itertools.chain([title], (f"{title}{number}" for number in itertools.count(1)))
    return next(name for name in names if name.casefold() not in folded)


def _never_followed(parts: Mapping[str, Part], types: bytes) -> Iterator[Finding]:
    """What is readable and never followed: programs, and other files the workbook looks into."""
    if any(name.rpartition("/")[2].lower() == PROGRAM or kind in PROGRAMS for name, kind in _types_of(parts, types)):
        yield Finding("XL121", "info")
    if links := [name for name in parts if name.startswith("xl/externalLinks/") and "_rels" not in name]:
        yield Finding("XL122", "info", (), {"found": len(links)})


def _types_of(parts: Iterable[str], types: bytes) -> Iterator[tuple[str, str]]:
    """Yield every part with its type: its own one, else that of all parts whose names end so."""
    own, by_ending = {}, {}
    for element in ElementTree.fromstring(types):
        kind = element.get("ContentType", "")
        own[element.get("PartName", "").lstrip("/").lower()] = kind
        by_ending[element.get("Extension", "").lower()] = kind
    for name in parts:
        yield name, own.get(name.lower()) or by_ending.get(name.rpartition(".")[2].lower(), "")
