"""The zip of a workbook, read piece by piece, never more of it than it may hold.

archive = open_archive(content)
for chunk in inflate(archive.parts["xl/workbook.xml"]): ...
clean = write_archive(archive.parts, {"xl/worksheets/sheet3.xml": b"<worksheet ..."}, emptied=("xl/media/image1.png",))
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from xlperf.errors import UnreadableError
from xlperf.files import ZIP_FAULTS
from xlperf.reading import limits
from xlperf.reading.limits import KIB, bomb
from xlperf.reading.package.damage import damaged

CHUNK = 256 * KIB
STEP = 16 * KIB
CENTRAL, END, LOCAL, ZIP64 = b"PK\x01\x02", b"PK\x05\x06", b"PK\x03\x04", b"PK\x06\x07"
STORED, DEFLATED = 0, 8
XML = (".xml", ".rels", ".vml")  # how the names of parts end that somebody reads
ENCRYPTED, UTF8 = 0x61, 0x800  # flags: encrypted, patched or strongly encrypted; names in UTF-8


@dataclass(frozen=True)
class Part:
    """One entry of a zip: its packed bytes, and what the directory of the zip says of them."""

    name: str
    packed: memoryview
    method: int  # STORED or DEFLATED
    size: int  # unpacked
    crc: int
    agrees: bool  # the entry's own header says the same as the directory
    start: bytes = b""  # the first bytes of the unpacked part, which tell its kind


@dataclass(frozen=True)
class Archive:
    """A zip that was looked at and not unpacked yet."""

    parts: Mapping[str, Part]  # by name
    plain: bool  # every reader finds the same in it
    slashed: bool  # names in it have back-slashes


def open_archive(content: bytes) -> Archive:
    """Return the parts of a zip; nothing is unpacked yet beyond the first bytes of each.

    Raises:
        UnreadableError: cut short, corrupted, a bomb, or with names no honest program writes (XL103, XL115 to XL118).
    """
    entries = _entries_of(content)
    names = [_safe_name(entry.orig_filename) for entry in entries]
    folded = Counter(name.casefold() for name in names)
    if twice := [name for name in names if folded[name.casefold()] > 1]:
        raise UnreadableError("XL118", found=twice[0])
    _refuse_bombs(entries)
    parts = {name: _part(content, name, entry) for name, entry in zip(names, entries, strict=True)}
    one_end = content[-22:-18] == END and content[-2:] == b"\0\0" and content[-42:-38] != ZIP64 and content.startswith(LOCAL)
    slashed = names != [entry.orig_filename for entry in entries]
    plain = one_end and not slashed and all(part.agrees for part in parts.values()) and len(content) <= limits.MOST_HELD
    return Archive(parts, plain=plain, slashed=slashed)


def _entries_of(content: bytes) -> list[zipfile.ZipInfo]:
    count = content.count(CENTRAL)
    if count > limits.MOST_PARTS:  # before zipfile makes an object of each
        raise bomb("zip", f"{count:,}", f"{limits.MOST_PARTS:,}")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return [entry for entry in package.infolist() if not is_folder(entry)]
    except ZIP_FAULTS as error:
        if END not in content[-66 * KIB :]:
            raise UnreadableError("XL115", found=f"{len(content):,}") from None
        raise damaged("zip", error) from None


def is_folder(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry is a folder; `ZipInfo.is_dir` fails on one without a name before Python 3.12."""
    return entry.filename.endswith("/")


def _safe_name(name: str) -> str:
    safe = name.replace("\\", "/")
    if not safe.isprintable() or ":" in safe or any(step in ("", ".", "..") for step in safe.split("/")):
        raise UnreadableError("XL117", found=f"“{name}”" if safe.isprintable() else name.encode("unicode_escape").decode("ascii"))
    return safe


def _refuse_bombs(entries: list[zipfile.ZipInfo]) -> None:
    """By what the directory declares; that no part unpacks to more than it declares is seen when it is unpacked."""
    total = sum(entry.file_size for entry in entries)
    if total > limits.MOST_UNPACKED:
        raise bomb("zip", f"{total >> 20} MiB", f"{limits.MOST_UNPACKED >> 20} MiB")
    for entry in entries:
        if entry.file_size > max(limits.SMALL, limits.MOST_RATIO * entry.compress_size):
            raise bomb(entry.filename, f"{entry.file_size // max(1, entry.compress_size)} : 1", f"{limits.MOST_RATIO} : 1")


def _part(content: bytes, name: str, entry: zipfile.ZipInfo) -> Part:
    """The entry with its packed bytes, found as every reader finds them: behind its local header."""
    header = content[entry.header_offset : entry.header_offset + 30]
    if len(header) < 30 or header[:4] != LOCAL:
        raise damaged(name, "zip")
    if entry.flag_bits & ENCRYPTED or entry.compress_type not in (STORED, DEFLATED):
        raise damaged(name, f"zip method {entry.compress_type}")
    flags, method, length, extra = (*struct.unpack_from("<HH", header, 6), *struct.unpack_from("<HH", header, 26))
    begin = entry.header_offset + 30 + length
    own_name = content[begin - length : begin].decode("utf-8" if flags & UTF8 else "cp437", "replace")
    packed = memoryview(content)[begin + extra : begin + extra + entry.compress_size]
    if len(packed) < entry.compress_size:
        raise damaged(name, "zip")
    agrees = (own_name, flags, method) == (entry.orig_filename, entry.flag_bits, entry.compress_type)
    part = Part(name=name, packed=packed, method=entry.compress_type, size=entry.file_size, crc=entry.CRC, agrees=agrees)
    try:
        return replace(part, start=next(_pieces(part, 4 * KIB), b""))
    except zlib.error:
        if name.endswith(XML):
            raise damaged(name, "zip") from None
        return part  # a picture or the like, of which nobody sees the inside


def inflate(part: Part) -> Iterator[bytes]:
    """Yield the unpacked part in chunks; size and CRC are what the directory said, or it ends with an error.

    Raises:
        UnreadableError: corrupted (XL103), or more comes out than was declared (XL116).
    """
    size = crc = 0
    try:
        for chunk in _pieces(part, CHUNK):
            size, crc = size + len(chunk), zlib.crc32(chunk, crc)
            if size > max(part.size, limits.SMALL):
                raise bomb(part.name, f"> {part.size:,} B", f"{part.size:,} B")
            yield chunk
    except zlib.error:
        raise damaged(part.name, "zip") from None
    if size != part.size or crc != part.crc:
        raise damaged(part.name, "CRC")


def _pieces(part: Part, most: int) -> Iterator[bytes]:
    if part.method == STORED:
        yield from (bytes(part.packed[i : i + most]) for i in range(0, len(part.packed), most))
        return
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    for i in range(0, len(part.packed), STEP):
        packed: bytes | memoryview = part.packed[i : i + STEP]
        while not engine.eof:
            chunk = engine.decompress(packed, most)
            packed = engine.unconsumed_tail
            if chunk:
                yield chunk
            if not packed and len(chunk) < most:
                break
    if not engine.eof and (part.packed or part.size):  # an empty part may have not even an end
        raise zlib.error("incomplete")


def write_archive(parts: Mapping[str, Part], changed: Mapping[str, bytes], *, emptied: Collection[str]) -> bytes:
    """Return a plain zip of the parts, some with new contents, some with none; quickly packed, no dates."""

    def content_of(part: Part) -> bytes:
        if part.name in changed:
            return changed[part.name]
        return b"" if part.name in emptied else b"".join(inflate(part))

    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for part in parts.values():
            entry = zipfile.ZipInfo(part.name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(entry, content_of(part), compresslevel=1)
    return target.getvalue()
