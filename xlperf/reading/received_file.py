"""A file as it was received: its bytes, whether a program still has it open, and what it is if it is no workbook.

content = read_file(Path("filled.xlsx"))
refuse_other_kinds(content, ".xlsx")        # UnreadableError of a PDF, a CSV, an old .xls ..., by its first bytes
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from xlperf.errors import UnreadableError, UsageError, reason_of
from xlperf.messages import sentence
from xlperf.reading import limits
from xlperf.reading.limits import KIB, too_large
from xlperf.reporting.finding import Finding

OWNERS = ("~${}", ".~{}", ".~lock.{}#")  # Excel, WPS and LibreOffice put it beside a file they have open
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What an OLE file is, by the first of these streams it has; names are UTF-16. Word embeds workbooks.
STREAMS = {
    "EncryptedPackage": ("XL102", ""),
    "__properties_version1.0": ("XL101", "Outlook (.msg)"),  # whatever is attached to it
    "WordDocument": ("XL101", "Word (.doc)"),
    "PowerPoint Document": ("XL101", "PowerPoint (.ppt)"),
    "Workbook": ("XL105", ".xls"),
    "Book": ("XL105", ".xls"),
}
EMAIL = "kind_email"  # the key of its name
# What any other file is, by how it begins.
BEGINNINGS = (
    (rb"%PDF", "XL101", "PDF"),
    (rb"Rar!", "XL101", "RAR"),
    (rb"7z\xbc\xaf", "XL101", "7z"),
    (rb"\x1f\x8b", "XL101", "gzip"),
    (rb"\{\\rtf", "XL101", "RTF"),
    (rb"\x89PNG|\xff\xd8\xff", "XL101", "PNG / JPEG"),
    (rb"(?is)\s*(?:<!doctype html|<html|<head|<meta|<table|mime-version:|<\?xml[^>]*>\s*<html)", "XL109", "HTML"),
    (rb"(?i)(?:from|to|cc|date|subject|received|return-path|message-id|x-[\w-]+): ?\S", "XL101", EMAIL),
    (rb"(?s)\s*<\?xml.{0,200}?(?:Excel\.Sheet|<Workbook)", "XL101", "XML 2003"),
)


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
    """Let only a zip pass.

    Raises:
        UnreadableError: an empty file (XL124), one with a password (XL102), an old workbook (XL105), a table of text (XL108),
            a web page (XL109), or anything else (XL101).
    """
    if not content:
        raise UnreadableError("XL124")
    if content.startswith(OLE):
        kinds = (kind for name, kind in STREAMS.items() if f"{name}\0".encode("utf-16-le") in content)
        code, found = next(kinds, ("XL101", "OLE"))
        raise UnreadableError(code, found=found)
    if content.startswith(b"PK") or b"PK\x05\x06" in content[-66 * KIB :]:
        return
    start = _as_utf8(content[: 4 * KIB])
    for pattern, code, kind in BEGINNINGS:
        if re.match(pattern, start):
            raise UnreadableError(code, found=sentence(kind, {}) if kind == EMAIL else kind)
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
