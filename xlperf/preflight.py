"""Look at the file before any library opens it; what passes here is bounded.

    content = preflight(Path("自评表.xlsx"))     # the bytes, or UnreadableError with the code of the finding

A stray cell in XFD1048576 makes readers allocate the whole grid, so cells far outside are refused by name here.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

from .errors import UnreadableError, UsageError

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_BYTES = 256 * 2**20  # unpacked, all parts; a filled workbook has about 1 MiB
MOST_PARTS = 2_000  # an honest workbook has about 30
LAST_ROW = 50_000  # readers allocate up to the last cell: thousands of inserted rows pass, a cell at the end does not
LAST_COLUMN = 512
CELL = re.compile(rb'<c [^>]*?r="([A-Z]{1,3})([0-9]{1,7})"')


def preflight(path: Path) -> bytes:
    """Return the bytes of a workbook that is safe to open.

    Raises:
        UsageError: there is no such file, or it cannot be opened.
        UnreadableError: there is no workbook to read in it (codes XL101 to XL104).
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise UsageError("cannot_open", path=path, reason=error.strerror) from None
    if content.startswith(OLE):
        encrypted = "EncryptedPackage".encode("utf-16-le") in content
        raise UnreadableError("XL102") if encrypted else UnreadableError("XL101", found=".xls / .et")
    if not zipfile.is_zipfile(io.BytesIO(content)):
        raise UnreadableError("XL101", found=Path(path).suffix or "—")
    try:
        _bounded(content)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise UnreadableError("XL103", found=type(error).__name__) from None
    except Exception as error:  # zlib.error is no public exception of zipfile
        if isinstance(error, UnreadableError):
            raise
        raise UnreadableError("XL103", found=type(error).__name__) from None
    return content


def _bounded(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = package.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
            raise UnreadableError("XL104", found=f"{len(parts)} / {sum(part.file_size for part in parts) >> 20} MiB")
        if "xl/workbook.xml" not in package.namelist():
            raise UnreadableError("XL101", found=parts[0].filename if parts else "zip")
        for part in parts:
            text = package.read(part)  # reads to the declared size, checks the CRC
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                raise UnreadableError("XL104", found=f"DOCTYPE: {part.filename}")
            if part.filename.startswith("xl/worksheets/sheet"):
                _no_stray_cell(text, part.filename)


def _no_stray_cell(text: bytes, name: str) -> None:
    for letters, row in CELL.findall(text):
        column = 0
        for letter in letters:
            column = column * 26 + letter - 64
        if int(row) > LAST_ROW or column > LAST_COLUMN:
            raise UnreadableError("XL104", found=f"{name}: {letters.decode()}{row.decode()}")
