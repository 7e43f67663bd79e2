"""The XML of the sheets: only the region that can be ours, plain and bounded, whatever the file says of its size.

    sheet = read_sheets(archive.parts, {part: "Budget"}, read_texts(shared_strings, "xlperf"))[part]
    sheet.content, sheet.far        # the sheet without XFD1048576, and ("XFD1048576",) if that held something

A sheet is looked at with patterns, some hundred megabytes a second: what Excel, WPS, LibreOffice and Google write passes
as it stands, and beyond the last row we allow only the end is searched for. In what passes, every row begins with `<row r="7"`
and every cell with `<c r="B7"`, its other attributes follow in double quotes.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from xlperf.errors import UnreadableError
from xlperf.reading import limits
from xlperf.reading.limits import KIB, MIB, crowded, too_large
from xlperf.reading.markup import Markup, markup_of, read_markup
from xlperf.reading.package.damage import damaged
from xlperf.reading.package.plain_xml import DECLARATION, Unusual, check_plain, check_well_formed, rewrite
from xlperf.reading.package.trimming import FILLED, trim
from xlperf.reading.package.zip_file import Part, inflate
from xlperf.reading.plain_rows import scan_rows

MOST_NAMED = 20  # cells named in one finding
COLUMN, ROW = limits.REGION_COLUMN, limits.REGION_ROW
REST = rb'(?: [A-Za-z0-9:]+="[^"<>]{0,200}"){0,12}+ ?/?>'  # the other attributes of a tag, to its end
ODD = re.compile(rb'<(?:c(?=[\s/>])(?! r="%s%s"%s)|row(?=[\s/>])(?! r="%s"%s)|[!?])' % (COLUMN, ROW, REST, ROW, REST))
CELL = re.compile(rb"<(?:c|row)[\s/>]")
FAR_ROW = re.compile(rb'<row r="[1-9][0-9]{3,6}"' + REST)
FAR_CELL = re.compile(rb'<c r="[A-Z]{1,3}[1-9][0-9]{0,6}"' + REST)
HELD = re.compile(rb'<c r="([A-Z]{1,3}[0-9]{1,7})"[^<>]*>\s*(?:<f|<is>|<v[^<>]*>[^<])')
PREFIXED = re.compile(rb"<([\w.-]+):(?:c|row|sheetData)[\s/>]")
DECLARED = re.compile(rb"xmlns(?::([\w.-]+))?\s*=\s*[\"']([^\"'<>]*)[\"']")
FIRST_CELL = re.compile(rb'<c r="A1"([^<>]*)>(?:\s|<is>|<f[^<>]*>[^<]*</f>)*<[vt][^<>]*>([^<]*)<')
SHARED = re.compile(rb' t="s"[^<>]*>\s*(?:<f[^<>]*/>|<f[^<>]*>[^<]*</f>)?\s*<v>([0-9]{1,9})</v>')
LONGEST_NUMBER = 10  # more digits than any number of a text has
NO_SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'


@dataclass(frozen=True)
class Texts:
    """The shared texts of a workbook: how long each is, and which begin like the mark of one of our sheets."""

    mark: bytes
    lengths: array[int]
    marks: frozenset[int]


@dataclass(frozen=True)
class Sheet:
    """One sheet as a reader will see it."""

    content: bytes
    own: bool  # it bears our mark
    markup: Markup | None  # what the XML of one of ours says
    changed: bool  # it is not as it stood in the file
    far: tuple[str, ...]  # cells with contents that were cut
    cells: int
    text: int  # bytes of the shared texts in its cells
    emptied: bool = False  # it is not ours and too large


def read_texts(content: bytes, mark: str) -> Texts:
    """Return what there is to know of the shared texts."""
    starts = array("L", (match.start() for match in re.finditer(rb"<(?:\w+:)?si[\s/>]", content)))
    lengths = array("L", (end - start for start, end in pairwise((*starts, len(content)))))
    marks: set[int] = set()
    at = content.find(b">" + mark.encode())
    while at >= 0:
        marks.add(bisect_right(starts, at) - 1)
        at = content.find(b">" + mark.encode(), at + 1)
    return Texts(mark.encode(), lengths, frozenset(marks))


def read_sheets(parts: Mapping[str, Part], titles: Mapping[str, str], texts: Texts) -> dict[str, Sheet]:
    """Return the sheets by their parts, cut to the region; together they may hold so many cells and so much text.

    Ours and others are counted apart. One that is not ours and for which there is no room comes back empty, for nobody reads it.

    Args:
        titles: the parts that are sheets, in order, with the names by which people know them.

    Raises:
        UnreadableError: corrupted (XL103), a bomb (XL116), with a DOCTYPE (XL119), too large (XL128), with too many cells (XL104)
            or too many rows (XL129).
    """
    sheets: dict[str, Sheet] = {}
    used: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for name, title in titles.items():
        sheet = _read_sheet(replace(parts[name], name=title), texts)
        total = used[sheet.own] + Counter(cells=sheet.cells, text=sheet.text, size=len(sheet.content))
        if error := _beyond(total, title, "own" if sheet.own else "foreign"):
            if sheet.own:
                raise error
            sheet = empty_sheet()
        else:
            used[sheet.own] = total
        sheets[name] = sheet
    return sheets


def _beyond(total: Mapping[str, int], title: str, whose: str) -> UnreadableError | None:
    """The error that with this sheet there is more than there may be, None if there is not."""
    if total["cells"] > limits.MOST_CELLS[whose]:
        return crowded(title, total["cells"], limits.MOST_CELLS[whose])
    if total["text"] > limits.MOST_TEXT:
        return too_large(title, limits.MOST_TEXT)
    if total["size"] > limits.MOST_SHEET_BYTES[whose]:
        return too_large(title, limits.MOST_SHEET_BYTES[whose])
    return None


def _read_sheet(part: Part, texts: Texts) -> Sheet:
    """Return a sheet, cut to the region; one that is not ours and too large comes back empty."""
    if plain := _read_plain(part, texts):
        return plain
    cutter, rewritten = _cut_or_rewrite(part)
    kept, far = cutter.kept, cutter.far
    own = _is_own(kept, texts)
    if len(kept) > limits.MOST_SHEET_BYTES["own" if own else "foreign"]:
        if own:
            raise too_large(part.name, limits.MOST_SHEET_BYTES["own"])
        return empty_sheet()
    trimmed = trim(kept)
    if own and far and _reaches_the_end(kept):
        raise UnreadableError("XL129", found=f"{part.name}!{limits.LAST_ROW}", expected=limits.LAST_ROW)
    check_well_formed(part.name, kept)
    content = bytes(kept)
    return Sheet(
        content=content,
        own=own,
        markup=read_markup(content) if own else None,
        changed=rewritten or cutter.has_cut or trimmed,
        far=tuple(far),
        cells=kept.count(b"<c "),
        text=shared_text(kept, texts),
    )


def _read_plain(part: Part, texts: Texts) -> Sheet | None:
    """Return a sheet of which nothing is to be cut or rewritten, read in one pass; None of any other.

    What is wrong with a sheet is not said here: nothing is returned, and whoever looks at it more slowly says it.
    """
    if part.size > limits.MOST_SHEET_BYTES["foreign"]:
        return None
    try:
        kept = bytearray(b"".join(inflate(part)))
        scan = scan_rows(kept)
        if scan is None or CELL.search(scan.rest):
            return None
        check_plain(scan.rest)
        _check_names(scan.rest)
        if trimmed := trim(kept):
            scan = scan_rows(kept)
        check_well_formed(part.name, kept)
    except (Unusual, UnreadableError):
        return None
    if scan is None:
        return None
    own, shared = _is_own(kept, texts), scan.shared
    numbers = [number for number in shared if number.isdigit() and len(number) < LONGEST_NUMBER]
    content = bytes(kept)
    return Sheet(
        content=content,
        own=own,
        markup=markup_of(content, scan) if own else None,
        changed=trimmed,
        far=(),
        cells=scan.cells,
        text=_length_of(numbers, len(shared) - len(numbers), texts),
    )


def _cut_or_rewrite(part: Part) -> tuple[_Cutter, bool]:
    """What is kept of a sheet, and whether it had to be rewritten first."""
    try:
        return _cut_plain(part.name, inflate(part)), False
    except Unusual:
        pass
    try:
        return _cut_plain(part.name, [rewrite(part.name, inflate(part))]), True
    except Unusual:
        raise damaged(part.name, "XML") from None


def _reaches_the_end(kept: bytearray) -> bool:
    """Whether the last row of the region holds something: then what was cut below may be the rest of a table."""
    at = kept.rfind(b'<row r="%d"' % limits.LAST_ROW)
    end = kept.find(b"</sheetData>")
    return at >= 0 and max(kept.find(sign, at, end) for sign in FILLED) >= 0


def empty_sheet() -> Sheet:
    """What a reader gets of a sheet that is not ours and too large."""
    return Sheet(content=NO_SHEET, own=False, markup=None, changed=True, far=(), cells=0, text=0, emptied=True)


def _cut_plain(name: str, chunks: Iterable[bytes]) -> _Cutter:
    """Cut a sheet; what is kept is plain XML.

    Raises:
        Unusual: it is not.
    """
    cutter = _cut(name, chunks)
    kept = cutter.kept
    if len(kept) <= limits.MOST_SHEET_BYTES["own"]:
        check_plain(kept)
    _check_names(kept)
    return cutter


def _check_names(kept: bytes | bytearray) -> None:
    """Nothing has a name that a pattern might take for a cell or an address.

    Raises:
        Unusual: something has.
    """
    others = kept.count(b':r="') - kept.count(b'xmlns:r="') + kept.count(b'.r="') + kept.count(b'-r="')
    if others or _has_prefixed_cells(kept):
        raise Unusual


def _has_prefixed_cells(kept: bytes | bytearray) -> bool:
    """Whether a reader may take an element with a prefix for a cell.

    calamine does so before the end of the rows whatever the vocabulary, openpyxl anywhere in that of the sheet. The `<xdr:row>`
    of an anchor, which controls and embedded objects have behind the rows, is none for either.
    """
    prefixes = {match[1] for match in PREFIXED.finditer(kept)}
    if not prefixes:
        return False
    declared = [(prefix, vocabulary) for prefix, vocabulary in DECLARED.findall(kept) if prefix in prefixes or not prefix]
    ours = {vocabulary for prefix, vocabulary in declared if not prefix}
    rows = next((at for at in (kept.rfind(b"</sheetData>"), kept.find(b"<sheetData")) if at >= 0), len(kept))
    return PREFIXED.search(kept, 0, rows) is not None or any(
        vocabulary in ours or b"&" in vocabulary for prefix, vocabulary in declared if prefix
    )


def _cut(name: str, chunks: Iterable[bytes]) -> _Cutter:
    """Go through a sheet in chunks; a sheet of which too much would be kept is left in the middle."""
    cutter, rest = _Cutter(), b""
    for chunk in chunks:
        window = rest + chunk
        rest = window[cutter.read(window) :]
        if len(rest) > limits.MOST_GAP:
            raise too_large(name, limits.MOST_GAP)
        if len(cutter.kept) > limits.MOST_SHEET_BYTES["own"]:
            cutter.has_cut = True
            return cutter
    if not cutter.skipped_to:
        cutter.kept += rest
    return cutter


class _Cutter:
    """Takes of a sheet what stands in the region.

    From a cell outside everything to the end of its row is skipped, from a row outside everything to the end of the rows.
    """

    def __init__(self) -> None:
        self.kept = bytearray()
        self.far: list[str] = []  # the first cells outside that hold something
        self.has_cut = False
        self.skipped_to = b""  # the tag that ends what is being skipped

    def read(self, window: bytes) -> int:
        """Go through a piece of the sheet up to its last tag, which may not be complete; return how far that is."""
        at = self._take_declaration(window)
        stop = window.rfind(b"<")
        while at < stop:
            if self.skipped_to:
                at = self._skip(window, at, stop)
                if self.skipped_to:  # the end comes with the next piece
                    break
            else:
                at = self._take(window, at, stop)
        return at

    def _take_declaration(self, window: bytes) -> int:
        start = None if self.kept or self.has_cut else DECLARATION.match(window)
        self.kept += window[: start.end()] if start else b""
        return start.end() if start else 0

    def _take(self, window: bytes, at: int, stop: int) -> int:
        """Keep what comes before the next tag that is no cell or row of the region."""
        odd = ODD.search(window, at, stop)
        if odd is None:
            self.kept += window[at:stop]
            return stop
        self.kept += window[at : odd.start()]
        self.skipped_to, self.has_cut = _end_of(window, odd.start()), True
        return odd.start()

    def _skip(self, window: bytes, at: int, stop: int) -> int:
        """Leave out what comes before the tag that ends it; note the first cells that hold something."""
        end = window.find(self.skipped_to, at, stop)
        upto = end
        if end < 0:
            last_cell = window.rfind(b"<c ", max(at, stop - 4 * KIB), stop)  # what it holds comes with the next piece
            upto = last_cell if last_cell >= 0 else stop
        if len(self.far) < MOST_NAMED and window.find(b"</c>", at, upto) >= 0:
            self.far += [found.decode() for found in HELD.findall(window, at, upto)[: MOST_NAMED - len(self.far)]]
        if end >= 0:
            self.skipped_to = b""
        return upto


def _end_of(window: bytes, at: int) -> bytes:
    """The tag that ends what is to be skipped from there on."""
    for pattern, end in ((FAR_ROW, b"</sheetData>"), (FAR_CELL, b"</row>")):
        if pattern.match(window, at):
            return end
    raise Unusual


def _is_own(kept: bytearray, texts: Texts) -> bool:
    first = FIRST_CELL.search(kept, 0, MIB)
    if first is None:
        return False
    if b' t="s"' in first[1] and first[2].isdigit():
        return int(first[2]) in texts.marks
    return first[2].startswith(texts.mark)


def shared_text(kept: bytes | bytearray, texts: Texts) -> int:
    """How much shared text the cells hold; a cell whose text is not plain to see counts as the longest."""
    numbers = SHARED.findall(kept)
    return _length_of(numbers, kept.count(b' t="s"') - len(numbers), texts)


def _length_of(numbers: Iterable[bytes], unseen: int, texts: Texts) -> int:
    """How long the shared texts of those numbers are together, and so many others at most."""
    count = len(texts.lengths)
    seen = sum(texts.lengths[number] for number in map(int, numbers) if number < count)
    return seen + unseen * max(texts.lengths, default=0)
