"""A paper as a file: a Word document, a text or a workbook, looked at before anything opens it.

    paper = read_paper(Path("report-2022.docx"))     # or UnreadableError that says what the file is instead
    paper.flow        # None of a workbook, which `reader` reads

A Word document is a zip as a workbook is, and is bounded the same way; python-docx gets a package in which every XML part is
well-formed and of honest size, and pictures are empty. A text may be UTF-8, UTF-16 or GB 18030 (GBK, GB 2312).
"""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from xlperf.errors import UnreadableError
from xlperf.importing.page import Flow, without_residue
from xlperf.importing.text_reader import read_dump
from xlperf.importing.word_reader import read_manuscript
from xlperf.messages import fill, finding_texts
from xlperf.reading import zip_file as limits
from xlperf.reading.preflight import BEGINNINGS, OLE, owner_files, read_file, refuse_other_kinds
from xlperf.reading.sheet_xml import read_xml, root_of
from xlperf.reading.zip_file import Package, open_package, too_large, write_package
from xlperf.reporting.finding import Finding

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".et")  # the endings of files of which the reader of workbooks says what is wrong
STREAMS = {"EncryptedPackage": "XL442", "WordDocument": "XL441", "Workbook": "XL105", "Book": "XL105"}
DOCUMENT, ODT = re.compile(r"word/document[0-9]*\.xml"), b"opendocument.text"
STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
ENCODINGS = ("utf-8", "gb18030")
BINARY = re.compile("[\x00-\x08\x0e-\x1b]")
MOST_TEXT = 4 * limits.MIB  # characters; the longest reports have 100,000


@dataclass(frozen=True)
class OldPaper:
    """A paper that was read: `flow` is None of a workbook."""

    sha256: str
    flow: Flow | None = None
    findings: tuple[Finding, ...] = ()


def read_paper(path: Path) -> OldPaper:
    """Return what stands on a paper.

    Raises:
        UsageError: there is no such file, or it cannot be opened.
        UnreadableError: there is nothing to read in it (XL101 to XL109, XL124, XL126, XL128, XL440 to XL444).
    """
    path = Path(path)
    content = read_file(path)
    if not content:
        raise UnreadableError("XL124")
    if content.startswith(OLE):
        found = next((name for name in STREAMS if f"{name}\0".encode("utf-16-le") in content), "OLE")
        raise UnreadableError(STREAMS.get(found, "XL440"), found=found)
    if path.suffix.lower() in WORKBOOKS and not content.startswith(b"PK"):
        refuse_other_kinds(content, path.suffix)
    flow = _package(content) if content.startswith(b"PK") else read_dump(_decoded(content, path.suffix))
    found = tuple(owner_files(path)) if flow else ()
    return OldPaper(hashlib.sha256(content).hexdigest(), without_residue(flow) if flow else None, found)


def _package(content: bytes) -> Flow | None:
    try:
        package = open_package(content)
        kind = package.parts["mimetype"].start if "mimetype" in package.parts else b""
        if ODT in kind:
            raise UnreadableError("XL440", found="OpenDocument (.odt)")
        if any(map(DOCUMENT.fullmatch, package.parts)):
            return read_manuscript(_bounded(package))
        if not any(name.startswith("xl/") for name in package.parts):
            raise UnreadableError("XL440", found=f"zip: {next(iter(package.parts), '')}")
    except UnreadableError as error:
        if error.code.startswith("XL4"):
            raise
        texts = finding_texts(error.code)
        raise UnreadableError("XL444", found=f"{texts['message']} ({fill(texts['found'], error.arguments)})") from None
    return None


def _bounded(package: Package) -> bytes:
    """The document with its XML well-formed and plain, and everything else empty."""
    total, changed, emptied = 0, {}, []
    for name, part in package.parts.items():
        if root_of(part.start) is None:
            emptied.append(name)
            continue
        total += part.size
        if total > limits.MOST_OTHERS:
            raise too_large(name, limits.MOST_OTHERS)
        changed[name], _ = read_xml(part)
        if changed[name].count(b"<") > 2 * limits.MOST_TAGS:
            raise too_large(name, 2 * limits.MOST_TAGS)
        if DOCUMENT.fullmatch(name) and STRICT in changed[name]:
            raise UnreadableError("XL440", found="Strict Open XML")
    return write_package(package.parts, changed, emptied)


def _decoded(content: bytes, suffix: str) -> str:
    for pattern, _, kind in BEGINNINGS:
        if re.match(pattern, content[: 4 * limits.KIB].removeprefix(codecs.BOM_UTF8)):
            raise UnreadableError("XL440", found=kind)
    encodings = next(((encoding,) for mark, encoding in MARKS if content.startswith(mark)), ENCODINGS)
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not BINARY.search(text):
            if len(text) > MOST_TEXT:
                raise too_large(suffix or "text", MOST_TEXT)
            return text
    raise UnreadableError("XL440", found=suffix or "—")
