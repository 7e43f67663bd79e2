"""A list that a bureau made, looked at before any library opens it: the preflight of a submission, with room for long lists.

    package = read_roster_package(Path("units.xlsx"))       # or UsageError: damaged, a bomb, another kind of file, too large
    package.content, package.sheets["xl/worksheets/sheet1.xml"]

A list is longer than a form and nowhere ours, so nothing of it is cut but formatted blank rows at its end, which honest
people make by the hundred thousand. What remains is bounded, well-formed and without a DOCTYPE.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from xlperf.errors import UnreadableError, UsageError
from xlperf.forms.layout import MARK
from xlperf.reading.limits import MIB, crowded, too_large
from xlperf.reading.package.plain_xml import Unusual, check_plain, check_well_formed, rewrite
from xlperf.reading.package.sheet_xml import read_texts, shared_text
from xlperf.reading.package.workbook_parts import read_parts, refuse_other_packages
from xlperf.reading.package.zip_file import Part, inflate, open_archive, write_archive
from xlperf.reading.received_file import read_file, refuse_other_kinds

MOST_CELLS = 200_000  # of all sheets; 10,000 units with 20 columns
MOST_BYTES = 32 * MIB  # of XML of one sheet, without the blank rows at its end
MOST_TEXT = 16 * MIB  # of all cells together, or of a CSV file
MOST_BLANK = 1 * MIB  # of blank rows in a row after which a sheet has ended; a stray cell far below costs nothing
PLAIN_ROOT = re.compile(rb"<worksheet[\s>]")
HOLDS = re.compile(rb"<(?:\w+:)?(?:v|f|is)[\s/>]")  # what a cell that holds something contains


@dataclass(frozen=True)
class RosterPackage:
    """A list that is safe to open: a zip for libraries, and the XML of its sheets by their parts; of a CSV file no sheets."""

    content: bytes
    sheets: Mapping[str, bytes]


def read_roster_package(path: Path) -> RosterPackage:
    """Return what readers may see of a list.

    Raises:
        UsageError: it cannot be opened, or is neither a workbook nor a text of honest size.
    """
    try:
        content = read_file(path)
        return _looked_at(content, path) if content.startswith(b"PK") else _as_text(content, path)
    except UnreadableError as error:
        raise UsageError("roster_unreadable", path=path, reason=str(error)) from None


def _as_text(content: bytes, path: Path) -> RosterPackage:
    """The bytes of a CSV file; whether they are text is for the reader of lines to find out."""
    if len(content) > MOST_TEXT:
        raise too_large(path.name, MOST_TEXT)
    return RosterPackage(content, {})


def _looked_at(content: bytes, path: Path) -> RosterPackage:
    refuse_other_kinds(content, path.suffix)
    archive = open_archive(content)
    refuse_other_packages(archive.parts)
    parts = read_parts(archive.parts)
    sheets = {name: _read_sheet(archive.parts[name], title) for name, title in parts.names.items()}
    cells = sum(len(re.findall(rb"<(?:\w+:)?c[\s/>]", sheet)) for sheet in sheets.values())
    if cells > MOST_CELLS:
        raise crowded(path.name, cells, MOST_CELLS)
    texts = read_texts(parts.texts, MARK)
    if sum(shared_text(sheet, texts) for sheet in sheets.values()) > MOST_TEXT:
        raise too_large(path.name, MOST_TEXT)
    return RosterPackage(write_archive(archive.parts, {**parts.changed, **sheets}, emptied=parts.not_xml), sheets)


def _read_sheet(part: Part, title: str) -> bytes:
    """A sheet without the blank rows at its end, plain and well-formed."""
    chunks = inflate(part)
    content = b"".join(_bounded(_without_blank_end(chunks) if PLAIN_ROOT.search(part.start) else chunks, title))
    try:
        check_plain(content)
    except Unusual:
        content = rewrite(part.name, [content])
    check_well_formed(title, content)
    return content


def _without_blank_end(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield a sheet without the stretch of blank rows before its last row; in another spelling its rows are not told apart."""
    rest, blank, size, has_begun = b"", list[bytes](), 0, False
    for chunk in chunks:
        window = rest + chunk
        at = max(window.rfind(b"<row "), 0)
        rows, rest = window[:at], window[at:]
        if len(rest) > MOST_BYTES:
            break
        if not has_begun or HOLDS.search(rows):
            yield from (*blank, rows)
            blank, size, has_begun = [], 0, has_begun or bool(rows)
        elif size <= MOST_BLANK:
            blank.append(rows)
            size += len(rows)
    yield rest


def _bounded(chunks: Iterable[bytes], title: str) -> Iterator[bytes]:
    """The chunks as they are.

    Raises:
        UnreadableError: there are too many.
    """
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > MOST_BYTES:
            raise too_large(title, MOST_BYTES)
        yield chunk
