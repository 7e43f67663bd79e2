"""The file that is imported: a Word document, a PDF, a text or a workbook, examined before any library opens it.

    source = read_source_file("report-2022.docx")     # or UnreadableError that says what the file is instead
    source.page                                       # None of a workbook, which xlperf.reading reads

A Word document is a zip as a workbook is, and is bounded the same way; python-docx gets a package in which every XML part is
well-formed and of honest size, and pictures are empty. A PDF cannot be bounded before: it is read in a process of its own, with
limits of time and memory. A text may be UTF-8, UTF-16 or GB 18030 (GBK, GB 2312).
"""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from xlperf.errors import UnreadableError
from xlperf.files import StrPath
from xlperf.importing.papers.page import Page, without_bookmarks
from xlperf.importing.papers.text_reader import cells_stand_on_lines, read_text
from xlperf.importing.papers.word_reader import read_word
from xlperf.messages import current_language, fill, finding_texts, use_language
from xlperf.reading import limits
from xlperf.reading.limits import too_large
from xlperf.reading.package.plain_xml import read_xml, root_of
from xlperf.reading.package.zip_file import Archive, open_archive, write_archive
from xlperf.reading.received_file import BEGINNINGS, OLE, owner_files, read_file, refuse_other_kinds
from xlperf.reporting.finding import Finding
from xlperf.workers.process import Limits, watched

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".et")  # the endings of files of which the reader of workbooks says what is wrong
STREAMS = {"EncryptedPackage": "XL442", "WordDocument": "XL441", "Workbook": "XL105", "Book": "XL105"}
DOCUMENT, ODT = re.compile(r"word/document[0-9]*\.xml"), b"opendocument.text"
STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
ENCODINGS = ("utf-8", "gb18030")
BINARY = re.compile("[\x00-\x08\x0e-\x1b]")
MOST_TEXT = 4 * limits.MIB  # characters; the longest reports have 100,000
MOST_TAGS = 2 * limits.MOST_TAGS  # in one part of a Word document
ZIP, PDF = b"PK", re.compile(rb"(?:\xef\xbb\xbf)?\s{0,64}%PDF")
PDF_LIMITS = Limits(seconds=60)


@dataclass(frozen=True)
class SourceFile:
    """A file that was read: `page` is what stands in a report, None of a workbook."""

    path: Path
    sha256: str
    page: Page | None = None
    findings: tuple[Finding, ...] = ()


def read_source_file(path: StrPath) -> SourceFile:
    """Return what stands in a report, or that the file is a workbook.

    Raises:
        UsageError: there is no such file, or it cannot be opened.
        UnreadableError: there is nothing to read in it (XL101 to XL109, XL124, XL126, XL128, XL440 to XL442, XL444 to XL447,
            XL501 to XL503).
    """
    path = Path(path)
    content = read_file(path)
    if not content:
        raise UnreadableError("XL124")
    if content.startswith(OLE):
        stream = next((name for name in STREAMS if f"{name}\0".encode("utf-16-le") in content), "OLE")
        raise UnreadableError(STREAMS.get(stream, "XL440"), found=stream)
    if path.suffix.lower() in WORKBOOKS and not content.startswith(ZIP):
        refuse_other_kinds(content, path.suffix)
    if kind_of(content) == "pdf":
        page: Page | None = _page_of_pdf(content, path.name)
    else:
        page = _page_of_package(content) if content.startswith(ZIP) else _page_of_text(_decoded(content, path.suffix))
    sha256 = hashlib.sha256(content).hexdigest()
    if page is None:
        return SourceFile(path, sha256)
    return SourceFile(path, sha256, without_bookmarks(page), tuple(owner_files(path)))


def kind_of(content: bytes) -> str | None:
    """What kind of paper a file is, by its first bytes and its parts: "word", "pdf", None of any other."""
    if PDF.match(content):
        return "pdf"
    if not content.startswith(ZIP):
        return None
    try:
        return "word" if any(map(DOCUMENT.fullmatch, open_archive(content).parts)) else None
    except UnreadableError:
        return None


def _page_of_pdf(content: bytes, name: str) -> Page:
    """What is printed in a PDF; unless this process is limited already, another one reads it that is.

    Raises:
        UnreadableError: see `read_pdf`; or it takes too long (XL502) or too much memory (XL503), or the process dies (XL501).
    """
    from multiprocessing import parent_process

    from xlperf.importing.papers.pdf_reader import read_pdf

    if parent_process() is not None:
        return read_pdf(content)
    from xlperf.workers.pool import Lost, run_alone

    try:
        answer = run_alone(_read_in_time, (content, current_language(), PDF_LIMITS.seconds), PDF_LIMITS)
    except MemoryError:
        raise UnreadableError("XL503", found=name, expected=f"{PDF_LIMITS.memory >> 20} MiB") from None
    if isinstance(answer, Lost):
        code = "XL502" if answer.seconds >= PDF_LIMITS.seconds else "XL501"
        raise UnreadableError(code, found=name, expected=f"{PDF_LIMITS.seconds:g} s")
    return answer


def _read_in_time(task: tuple[bytes, str, float]) -> Page:
    """Read a PDF in a process of its own."""
    from xlperf.importing.papers.pdf_reader import read_pdf

    content, language, seconds = task
    use_language(language)
    with watched(seconds):
        return read_pdf(content)


def _page_of_text(text: str) -> Page:
    if cells_stand_on_lines(text):
        raise UnreadableError("XL445")
    return read_text(text)


def _page_of_package(content: bytes) -> Page | None:
    """What stands in a Word document, None of a workbook."""
    try:
        archive = open_archive(content)
        kind = archive.parts["mimetype"].start if "mimetype" in archive.parts else b""
        if ODT in kind:
            raise UnreadableError("XL440", found="OpenDocument (.odt)")
        if any(map(DOCUMENT.fullmatch, archive.parts)):
            return read_word(_bounded(archive))
        if not any(name.startswith("xl/") for name in archive.parts):
            raise UnreadableError("XL440", found=f"zip: {next(iter(archive.parts), '')}")
    except UnreadableError as error:
        if error.code.startswith("XL4"):
            raise
        texts = finding_texts(error.code)
        assert texts is not None, f"{error.code} is in no catalogue"
        raise UnreadableError("XL444", found=f"{texts['message']} ({fill(texts['found'], error.arguments)})") from None
    return None


def _bounded(archive: Archive) -> bytes:
    """The document with its XML well-formed and plain, and everything else empty."""
    total = 0
    changed: dict[str, bytes] = {}
    emptied: list[str] = []
    for name, part in archive.parts.items():
        if root_of(part.start) is None:
            emptied.append(name)
            continue
        total += part.size
        if total > limits.MOST_OTHERS:
            raise too_large(name, limits.MOST_OTHERS)
        changed[name] = read_xml(part).content
        if changed[name].count(b"<") > MOST_TAGS:
            raise too_large(name, MOST_TAGS)
        if DOCUMENT.fullmatch(name) and STRICT in changed[name]:
            raise UnreadableError("XL440", found="Strict Open XML")
    return write_archive(archive.parts, changed, emptied=emptied)


def _decoded(content: bytes, suffix: str) -> str:
    """The characters of a text file, in the first encoding that fits.

    Raises:
        UnreadableError: it is a file of another kind, no text (XL440), or too long (XL128).
    """
    for pattern, _, kind in BEGINNINGS:
        if re.match(pattern, content[: 4 * limits.KIB].removeprefix(codecs.BOM_UTF8)):
            raise UnreadableError("XL440", found=kind)
    marked = next((encoding for mark, encoding in MARKS if content.startswith(mark)), None)
    for encoding in (marked,) if marked else ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if BINARY.search(text):
            continue
        if len(text) > MOST_TEXT:
            raise too_large(suffix or "text", MOST_TEXT)
        return text
    raise UnreadableError("XL440", found=suffix or "—")
