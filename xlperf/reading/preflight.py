"""Look at the file before any library opens it; what passes here is bounded, and nothing is unpacked a second time.

    package = preflight(Path("filled.xlsx"))     # or UnreadableError with the code of the finding
    package.content, package.sheets["Budget"], package.sha256, package.findings

What is no workbook is refused by its name; what is readable but odd is a finding; what lies beyond the region that can
be ours is cut, and named if it held something. calamine allocates the whole rectangle up to the last cell that *holds*
data (549 GB for a number in XFD1048576, a second and 160 MiB for one in A1000000); styled blank cells cost it nothing but
time, and a wrong `<dimension>` nothing at all, except one that is no address, which makes it refuse the sheet. openpyxl makes an
object of every styled blank cell, and of every cell of a merged range. So blank rows below the data are cut as well.
A file of which nothing is cut is handed on byte for byte; any other is rewritten, and no reader sees what we did not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from xlperf.files import StrPath
from xlperf.forms.layout import MARK
from xlperf.reading import limits
from xlperf.reading.markup import Markup, with_usual_errors
from xlperf.reading.package.sheet_xml import Sheet, read_sheets, read_texts
from xlperf.reading.package.workbook_parts import read_parts, refuse_other_packages
from xlperf.reading.package.zip_file import open_archive, write_archive
from xlperf.reading.received_file import owner_files, read_file, refuse_other_kinds
from xlperf.reporting.finding import Finding


@dataclass(frozen=True)
class Package:
    """A workbook that is safe to open, with the parts that later steps look at."""

    content: bytes  # a zip for libraries
    sha256: str  # of the file as it was received
    sheets: Mapping[str, bytes]  # the XML of every sheet by its title, plain and cut
    markups: Mapping[str, Markup]  # what the XML of our own sheets says, by their titles
    texts: bytes  # the XML of the shared texts, b"" where there are none
    styles: bytes  # the XML of the styles, b"" where there are none
    findings: tuple[Finding, ...]  # what is odd about the file
    unread: Mapping[str, str]  # of sheets that are not ours: the first cell with contents that was cut, "" for a whole sheet


def preflight(path: StrPath) -> Package:
    """Return what readers may see of a file.

    Raises:
        UsageError: there is no such file, it is a folder, or it cannot be opened.
        UnreadableError: there is no workbook to read in it (codes XL101 to XL109, XL115 to XL120, XL124, XL126, XL128, XL129).
    """
    path = Path(path)
    content = read_file(path)
    refuse_other_kinds(content, path.suffix)
    archive = open_archive(content)
    refuse_other_packages(archive.parts)
    parts = read_parts(archive.parts)
    sheets = read_sheets(archive.parts, parts.names, read_texts(parts.texts, MARK))
    readable = {name: with_usual_errors(sheet.content) for name, sheet in sheets.items()}
    changed = {
        **parts.changed,
        **{name: readable[name] for name, sheet in sheets.items() if sheet.changed or readable[name] != sheet.content},
    }
    as_it_is = archive.plain and not changed
    return Package(
        content=content if as_it_is else write_archive(archive.parts, changed, emptied=parts.not_xml),
        sha256=hashlib.sha256(content).hexdigest(),
        sheets={title: sheets[name].content for name, title in parts.titles.items() if name in sheets},
        markups={title: markup for name, title in parts.titles.items() if name in sheets and (markup := sheets[name].markup)},
        texts=parts.texts,
        styles=parts.styles,
        findings=(
            *owner_files(path),
            *([Finding("XL127", "info")] if archive.slashed else []),
            *parts.findings,
            *_beyond_the_region(sheets, parts.names),
        ),
        unread=dict(_unread(sheets, parts.names)),
    )


def _unread(sheets: Mapping[str, Sheet], names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What of the sheets of others was cut although it holds something."""
    for name, sheet in sheets.items():
        if sheet.emptied or (sheet.far and not sheet.own):
            yield names[name], next(iter(sheet.far), "")


def _beyond_the_region(sheets: Mapping[str, Sheet], names: Mapping[str, str]) -> Iterator[Finding]:
    """Cells of our sheets that were cut although they hold something."""
    region = f"A1:{limits.LAST_COLUMN}{limits.LAST_ROW}"
    for name, sheet in sheets.items():
        if sheet.far and sheet.own:
            cells = tuple(f"{names[name]}!{cell}" for cell in sheet.far)
            yield Finding("XL123", "warning", (), {"found": len(cells), "expected": region}, cells=cells)
