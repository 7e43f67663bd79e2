"""A Word document as a file: the parts of its package, read, parsed and written.

parts = dict(read_parts(Path("report.docx")))
root = parse_part(parts["word/document.xml"], Path("report.docx"))
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

from lxml import etree

from xlperf.errors import FormError, UsageError, reason_of
from xlperf.files import ZIP_FAULTS, zip_entry
from xlperf.messages import sentence
from xlperf.reporting.word_xml import Element

DOCUMENT = "word/document.xml"
MOST_UNPACKED = 64 * 2**20  # bytes of all parts; ours have 60 KiB


def read_package(path: Path) -> bytes:
    """The bytes of a document.

    Raises:
        UsageError: it cannot be opened.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError("cannot_open", path=path, reason=reason_of(error)) from None


def parts_of(content: bytes, path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the parts of a package by name.

    Raises:
        FormError: it is no Word document.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            size = sum(entry.file_size for entry in package.infolist())
            if size > MOST_UNPACKED:
                raise _refusal(path, "large", found=size >> 20, most=MOST_UNPACKED >> 20)
            if DOCUMENT not in package.namelist():
                raise _refusal(path, "no_part", part=DOCUMENT)
            yield from ((name, package.read(name)) for name in package.namelist() if not name.endswith("/"))
    except ZIP_FAULTS:
        raise _refusal(path, "no_zip") from None


def _refusal(path: Path, key: str, /, **facts: object) -> FormError:
    return FormError("not_word", path=path, reason=sentence(f"word_{key}", facts))


def parse_part(part: bytes, path: Path, fault: str = "not_word") -> Element:
    """The root of a part.

    Raises:
        FormError: it is no XML; `fault` is the key of what is said.
    """
    try:
        return etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise FormError(fault, path=path, reason=sentence("word_no_xml", {"line": error.lineno})) from None


def write_package(path: Path, parts: Mapping[str, bytes]) -> None:
    """Write a package; the same parts give the same bytes on every system."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(zip_entry(name, compression=zipfile.ZIP_DEFLATED), part)
