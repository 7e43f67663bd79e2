"""The zip of a workbook, read piece by piece: never more of a part than it declared, never more than we allow.

    parts = open_package(content)
    for chunk in inflate(parts["xl/workbook.xml"]): ...
    clean = write_package(parts, {"xl/worksheets/sheet3.xml": b"<worksheet ..."})

All limits of what we read stand here. An honest workbook of ours has 20 parts, 1 MiB unpacked and 4,000 cells, blank
ones included; the limits are far above that and far below what would cost a reader minutes or gigabytes. Sizes alone
say little (5 KB of zip can hold a cell that asks for 4 GiB), so what is limited in the end is cells.
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

KIB, MIB = 2**10, 2**20

# The file and its zip.
MOST_FILE = 128 * MIB  # with photographs pasted in; it is held in memory once
MOST_HELD = 16 * MIB  # a larger package is written anew without its pictures, because a reader copies it
MOST_PARTS = 5_000  # 300 sheets with comments and drawings have about 2,000
MOST_UNPACKED = 1_024 * MIB  # 1,048,576 formatted rows of 22 columns are 590 MiB; they are unpacked in 2 s and never held
MOST_RATIO = 200  # blank formatted rows pack 30 : 1; only a part that is one run of the same bytes passes 200 : 1
SMALL = 1 * MIB  # a part below this is no bomb, whatever its ratio
# The parts that are no sheets.
MOST_OTHERS = 16 * MIB  # all XML that is no sheet: texts, styles, drawings; a filled workbook has 60 KiB
MOST_TAGS = 200_000  # elements in one XML part that is parsed: Excel allows 65,000 cell formats, some files have them all
MOST_SHEETS = 1_000
# The sheets. Rows and columns beyond are cut; readers allocate every cell up to the last one that holds data.
LAST_ROW = 1_999
LAST_COLUMN = "AZ"
REGION_ROW = rb"(?:1[0-9]{3}|[1-9][0-9]{0,2})"  # 1 to LAST_ROW; the same limits as a pattern
REGION_COLUMN = rb"A?[A-Z]"
MOST_CELLS = {"own": 40_000, "foreign": 40_000}  # in all sheets together, blank ones included; 50 µs each to read and check
MOST_SHEET_BYTES = {"own": 16 * MIB, "foreign": 4 * MIB}  # of XML kept in all sheets together; a row of ours has at most 5 KiB
MOST_AREA = 3_000_000  # cells of the rectangles around the data of our sheets, which a reader fills with blanks
MOST_TEXT = 16 * MIB  # of all cells together: one shared text of 32,767 characters may stand in every cell
MOST_GAP = 256 * KIB  # between two tags: a cell holds 32,767 characters, of 6 bytes at most
MOST_RANGES, MOST_DROPDOWNS = 2_000, 500  # in one sheet; pasting splits ranges, a sheet of ours has 10
MOST_TAIL = 1 * MIB  # of what stands behind the rows of a sheet; more, and its dropdowns and extensions are left out
BLANK_TAIL = 500  # formatted blank cells and rows below the last data that are worth cutting
DEEPEST = 1_000  # elements within elements; a sheet has 8

CHUNK = 256 * KIB
STEP = 16 * KIB
CENTRAL, END, LOCAL, ZIP64 = b"PK\x01\x02", b"PK\x05\x06", b"PK\x03\x04", b"PK\x06\x07"
BROKEN = (zipfile.BadZipFile, struct.error, EOFError, RuntimeError, OSError, ValueError, OverflowError)  # what zipfile raises
STORED, DEFLATED = 0, 8
ENCRYPTED, UTF8 = 0x61, 0x800  # flags: encrypted, patched or strongly encrypted; names in UTF-8


@dataclass(frozen=True)
class Part:
    """One entry of the zip: its packed bytes and what the directory says of them; `agrees` if its own header says the same."""

    name: str
    packed: memoryview
    method: int
    size: int
    crc: int
    agrees: bool
    start: bytes = b""  # of the unpacked part, so that its kind is known


@dataclass(frozen=True)
class Package:
    """The parts by name; `plain` is a zip in which every reader finds the same, `slashed` one with back-slashes in names."""

    parts: Mapping[str, Part]
    plain: bool
    slashed: bool


def damaged(place: str, reason: object) -> UnreadableError:
    return UnreadableError("XL103", found=f"{place}: {reason}")


def bomb(place: str, found: object, limit: object) -> UnreadableError:
    return UnreadableError("XL116", found=f"{place}: {found}", expected=f"≤ {limit}")


def crowded(place: str, found: int, limit: int) -> UnreadableError:
    return UnreadableError("XL104", found=f"{place}: {found:,}", expected=f"≤ {limit:,}")


def too_large(place: str, limit: int) -> UnreadableError:
    return UnreadableError("XL128", found=f"{place}: > {limit:,}", expected=f"≤ {limit:,}")


def open_package(content: bytes) -> Package:
    """Return the parts of a zip; nothing is unpacked yet beyond the first bytes of each.

    Raises:
        UnreadableError: cut short, damaged, a bomb, or with names no honest program writes (XL103, XL115 to XL118).
    """
    count = content.count(CENTRAL)
    if count > MOST_PARTS:  # before zipfile makes an object of each
        raise bomb("zip", f"{count:,}", f"{MOST_PARTS:,}")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            entries = [entry for entry in package.infolist() if not is_folder(entry)]
    except BROKEN as error:
        if END not in content[-66 * KIB :]:
            raise UnreadableError("XL115", found=f"{len(content):,} B") from None
        raise damaged("zip", error) from None
    names = [_safe_name(entry.orig_filename) for entry in entries]
    folded = Counter(name.casefold() for name in names)
    if twice := [name for name in names if folded[name.casefold()] > 1]:
        raise UnreadableError("XL118", found=twice[0])
    _refuse_bombs(entries)
    parts = {name: _part(content, name, entry) for name, entry in zip(names, entries, strict=True)}
    one_end = content[-22:-18] == END and content[-2:] == b"\0\0" and content[-42:-38] != ZIP64 and content.startswith(LOCAL)
    slashed = names != [entry.orig_filename for entry in entries]
    plain = one_end and not slashed and all(part.agrees for part in parts.values()) and len(content) <= MOST_HELD
    return Package(parts, plain, slashed)


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
    if total > MOST_UNPACKED:
        raise bomb("zip", f"{total >> 20} MiB", f"{MOST_UNPACKED >> 20} MiB")
    for entry in entries:
        if entry.file_size > max(SMALL, MOST_RATIO * entry.compress_size):
            raise bomb(entry.filename, f"{entry.file_size // max(1, entry.compress_size)} : 1", f"{MOST_RATIO} : 1")


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
    part = Part(name, packed, entry.compress_type, entry.file_size, entry.CRC, agrees)
    try:
        return replace(part, start=next(_pieces(part, 4 * KIB), b""))
    except zlib.error:
        raise damaged(name, "zip") from None


def inflate(part: Part) -> Iterator[bytes]:
    """Yield the unpacked part in chunks; size and CRC are what the directory said, or it ends with an error.

    Raises:
        UnreadableError: damaged (XL103), or more comes out than was declared (XL116).
    """
    size = crc = 0
    try:
        for chunk in _pieces(part, CHUNK):
            size, crc = size + len(chunk), zlib.crc32(chunk, crc)
            if size > max(part.size, SMALL):
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
    if not engine.eof:
        raise zlib.error("incomplete")


def write_package(parts: Mapping[str, Part], changed: Mapping[str, bytes], emptied: Collection[str]) -> bytes:
    """Return a plain zip of the parts, some with new contents, some with none; quickly packed, no dates."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, part in parts.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            content = changed[name] if name in changed else b"" if name in emptied else b"".join(inflate(part))
            package.writestr(entry, content, compresslevel=1)
    return target.getvalue()
