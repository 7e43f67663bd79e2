"""The XML of a workbook before a reader sees it: well-formed, no DOCTYPE, and of a sheet only the region that can be ours.

    sheet = read_sheet(part, read_texts(shared_strings, "xlperf"))
    sheet.content, sheet.far        # the sheet without XFD1048576, and ("XFD1048576",) if that held something

A sheet is looked at with patterns, some hundred megabytes a second: what Excel, WPS, LibreOffice and Google write passes
as it stands, and beyond the last row we allow only the end is searched for. Any other spelling of XML (prefixes,
comments, CDATA, UTF-16, cells without an address) is first written anew by `canonical`, so that it has one meaning.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from xml.parsers import expat

from xlperf.addresses import column_number
from xlperf.errors import UnreadableError
from xlperf.reading import zip_file as limits
from xlperf.reading.canonical_xml import canonical, parse, refuse_doctype
from xlperf.reading.zip_file import KIB, MIB, Part, damaged, inflate, too_large

MOST_NAMED = 20  # cells named in one finding
COLUMN, ROW = limits.REGION_COLUMN, limits.REGION_ROW
REST = rb'(?: [A-Za-z0-9:]+="[^"<>]{0,200}"){0,12}+ ?/?>'  # the other attributes of a tag, to its end
ODD = re.compile(rb'<(?:c(?=[\s/>])(?! r="%s%s"%s)|row(?=[\s/>])(?! r="%s"%s)|[!?])' % (COLUMN, ROW, REST, ROW, REST))
FAR_ROW = re.compile(rb'<row r="[1-9][0-9]{3,6}"' + REST)
FAR_CELL = re.compile(rb'<c r="[A-Z]{1,3}[1-9][0-9]{0,6}"' + REST)
HELD = re.compile(rb'<c r="([A-Z]{1,3}[0-9]{1,7})"[^<>]*>\s*(?:<f|<is>|<v[^<>]*>[^<])')
PREFIXED = re.compile(rb":(?:c|row|sheetData)[\s/>]")
DECLARATION = re.compile(
    rb"(?:\xef\xbb\xbf)?"
    rb"(?:<\?xml version=[\"']1.0[\"'](?: encoding=[\"'](?i:utf-8)[\"'])?(?: standalone=[\"']\w+[\"'])?\s*\?>\s*)?(?=<\w)"
)
FILLED = (b"<v", b"<f", b"<is>")  # what a cell that holds something contains
ROOT = re.compile(rb"<(?:[\w.-]+:)?([A-Za-z]\w*)")
FIRST_CELL = re.compile(rb'<c r="A1"([^<>]*)>(?:\s|<is>|<f[^<>]*>[^<]*</f>)*<[vt][^<>]*>([^<]*)<')
SHARED = re.compile(rb' t="s"[^<>]*>\s*(?:<f[^<>]*/>|<f[^<>]*>[^<]*</f>)?\s*<v>([0-9]{1,9})</v>')
DIMENSION = re.compile(rb"<dimension\b[^<>]*?(?:/>|>\s*</dimension>)")
DIMENSION_PLAIN = re.compile(rb'<dimension ref="[A-Z]{1,3}[1-9][0-9]{0,6}(?::[A-Z]{1,3}[1-9][0-9]{0,6})?" ?/>')
REFERENCE = re.compile(rb"<(mergeCell|hyperlink)\b[^<>]*?(?:/>|>\s*</\1>)")
AREA = re.compile(rb'\bref="(%s)(%s)(?::(%s)(%s))?"' % (COLUMN, ROW, COLUMN, ROW))
COMMENT = re.compile(rb"<comment\b([^<>]*)>.*?</comment>", re.DOTALL)
RANGES = re.compile(rb'<dataValidation\b[^<>]*\bsqref="([^"]*)"|<xm:sqref>([^<]*)<')
NO_SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'


class Unusual(Exception):
    """XML that patterns cannot be trusted on; it is written anew first."""


@dataclass(frozen=True)
class Texts:
    """The shared texts of a workbook: how long each is, and which begin like the mark of one of our sheets."""

    mark: bytes
    lengths: array
    marks: frozenset[int]


@dataclass(frozen=True)
class Sheet:
    """One sheet as a reader will see it."""

    content: bytes
    own: bool  # it bears our mark
    changed: bool
    far: tuple[str, ...]  # cells with contents that were cut
    cells: int
    text: int  # bytes of the shared texts in its cells


def root_of(start: bytes) -> str | None:
    """The name of the root element, without its prefix; "" for XML whose root is not among these first bytes."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")):
        start = start.replace(b"\0", b"").lstrip(b"\xff\xfe")
    if not start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return None
    match = ROOT.search(re.sub(rb"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)", b"", start, flags=re.DOTALL))
    return match[1].decode() if match else ""


def read_xml(part: Part) -> tuple[bytes, bool]:
    """Return a part that is no sheet, well-formed and plain, and whether it had to be written anew for that.

    Raises:
        UnreadableError: damaged (XL103), with a DOCTYPE (XL119), or too large (XL128).
    """
    content, changed = b"".join(inflate(part)), False
    try:
        _check_plain(content)
    except Unusual:
        content, changed = canonical(part.name, [content]), True
    _check_well_formed(part.name, content)
    return content, changed


def has_doctype(content: bytes) -> bool:
    """Whether a part nobody parses says DOCTYPE in any encoding a parser would know."""
    return any("<!DOCTYPE".encode(encoding) in content for encoding in ("utf-8", "utf-16-le", "utf-16-be"))


def _check_plain(content: bytes | bytearray) -> None:
    """A `<` and a `>` for every tag and nothing else: then tags can be counted, and patterns see what parsers see."""
    start = DECLARATION.match(content)
    special = content.find(b"<!") >= 0 or (start and content.find(b"<?", start.end()) >= 0)
    if start is None or special or content.count(b"<") != content.count(b">"):
        raise Unusual


def _check_well_formed(name: str, content: bytes | bytearray) -> None:
    depth = 0
    for i in range(0, len(content), MIB):  # a parser keeps every open tag in memory
        tags, closing, single = (content.count(sign, i, i + MIB) for sign in (b"<", b"</", b"/>"))
        depth += tags - 2 * closing - single
        if depth > limits.DEEPEST:
            raise too_large(name, limits.DEEPEST)
    parser = expat.ParserCreate(namespace_separator=" ")  # so that prefixes are checked too
    parser.StartDoctypeDeclHandler = lambda *_: refuse_doctype(name)
    parse(name, parser, [content])


# --- sheets --------------------------------------------------------------------------------------------------


def read_texts(content: bytes, mark: str) -> Texts:
    """Return what there is to know of the shared texts."""
    starts = array("L", (match.start() for match in re.finditer(rb"<(?:\w+:)?si[\s/>]", content)))
    lengths = array("L", (end - start for start, end in pairwise((*starts, len(content)))))
    marks, at = set(), content.find(b">" + mark.encode())
    while at >= 0:
        marks.add(bisect_right(starts, at) - 1)
        at = content.find(b">" + mark.encode(), at + 1)
    return Texts(mark.encode(), lengths, frozenset(marks))


def read_sheet(part: Part, texts: Texts) -> Sheet:
    """Return a sheet, cut to the region; one that is not ours and too large comes back empty, for nobody reads it.

    Raises:
        UnreadableError: damaged (XL103), a bomb (XL116), with a DOCTYPE (XL119), too large (XL128) or too long (XL129).
    """
    try:
        kept, far, changed = _keep_plain(part.name, inflate(part))
    except Unusual:
        try:
            kept, far, _ = _keep_plain(part.name, [canonical(part.name, inflate(part))])
        except Unusual:
            raise damaged(part.name, "XML") from None
        changed = True
    own = _is_own(kept, texts)
    if len(kept) > limits.MOST_SHEET_BYTES["own" if own else "foreign"]:
        if own:
            raise too_large(part.name, limits.MOST_SHEET_BYTES["own"])
        return empty_sheet()
    changed |= _trim(kept)
    cells, text = kept.count(b"<c "), _text(kept, texts)
    if own and far and _reaches_the_end(kept):
        raise UnreadableError("XL129", found=f"{part.name}!{limits.LAST_ROW}", expected=limits.LAST_ROW)
    _check_well_formed(part.name, kept)
    return Sheet(bytes(kept), own, changed, tuple(far), cells, text)


def _reaches_the_end(kept: bytearray) -> bool:
    """Whether the last row of the region holds something: then what was cut below may be the rest of a table."""
    at = kept.rfind(b'<row r="%d"' % limits.LAST_ROW)
    end = kept.find(b"</sheetData>")
    return at >= 0 and max(kept.find(sign, at, end) for sign in FILLED) >= 0


def empty_sheet() -> Sheet:
    """What a reader gets of a sheet that is not ours and too large."""
    return Sheet(NO_SHEET, False, True, (), 0, 0)


def _keep_plain(name: str, chunks: Iterable[bytes]) -> tuple[bytearray, list[str], bool]:
    kept, far, cut = _keep(name, chunks)
    if len(kept) <= limits.MOST_SHEET_BYTES["own"]:
        _check_plain(kept)
    others = kept.count(b':r="') - kept.count(b'xmlns:r="') + kept.count(b'.r="') + kept.count(b'-r="')
    if others or PREFIXED.search(kept):  # what a pattern might take for a cell or an address
        raise Unusual
    return kept, far, cut


def _keep(name: str, chunks: Iterable[bytes]) -> tuple[bytearray, list[str], bool]:
    """Return what stands in the region, the first cells outside that hold something, and whether anything was cut.

    From a cell outside everything to the end of its row is cut, from a row outside everything to the end of the rows.
    """
    kept, far, rest, until, cut = bytearray(), [], b"", b"", False
    for chunk in chunks:
        window, at = rest + chunk, 0
        if not kept and not cut and (start := DECLARATION.match(window)):
            at = start.end()
            kept += window[:at]
        stop = window.rfind(b"<")  # the last tag may not be complete
        while at < stop:
            if until:
                end = window.find(until, at, stop)
                unsure = window.rfind(b"<c ", max(at, stop - 4 * KIB), stop)  # what the last cell holds comes with the next chunk
                upto = end if end >= 0 else unsure if unsure >= 0 else stop
                if len(far) < MOST_NAMED and window.find(b"</c>", at, upto) >= 0:
                    far += [found.decode() for found in HELD.findall(window, at, upto)[: MOST_NAMED - len(far)]]
                at = upto
                if end < 0:
                    break
                until = b""
            else:
                odd = ODD.search(window, at, stop)
                upto = odd.start() if odd else stop
                kept += window[at:upto]
                at = upto
                if odd:
                    until, cut = _end_of(window, upto), True
        rest = window[at:]
        if len(rest) > limits.MOST_GAP:
            raise too_large(name, limits.MOST_GAP)
        if len(kept) > limits.MOST_SHEET_BYTES["own"]:
            return kept, far, True
    return kept + (b"" if until else rest), far, cut


def _end_of(window: bytes, at: int) -> bytes:
    for pattern, end in ((FAR_ROW, b"</sheetData>"), (FAR_CELL, b"</row>")):
        if pattern.match(window, at):
            return end
    raise Unusual


def _is_own(kept: bytearray, texts: Texts) -> bool:
    first = FIRST_CELL.search(kept, 0, MIB)
    if first is None:
        return False
    return int(first[2]) in texts.marks if b' t="s"' in first[1] and first[2].isdigit() else first[2].startswith(texts.mark)


def _text(kept: bytearray, texts: Texts) -> int:
    """How much shared text the cells hold; a cell whose text is not plain to see counts as the longest."""
    numbers = [int(number) for number in SHARED.findall(kept)]
    unseen = kept.count(b' t="s"') - len(numbers)
    known = len(texts.lengths)
    return sum(texts.lengths[n] for n in numbers if n < known) + unseen * max(texts.lengths, default=0)


def _trim(kept: bytearray) -> bool:
    """Cut formatted blank rows below the last data, and references that would make a reader allocate their cells."""
    size = len(kept)
    end = kept.rfind(b"</sheetData>")
    if end >= 0:
        tail = bytes(kept[end:])
        kept[end:] = _near(_without(_without(tail, b"dataValidations"), b"extLst") if _many_dropdowns(tail) else tail)
        begin = kept.find(b">", kept.find(b"<sheetData")) + 1
        last = max(kept.rfind(sign, begin, end) for sign in FILLED)
        blank = kept.find(b"</row>", last, end) + len(b"</row>") if last >= 0 else begin
        if blank > last and kept.count(b"<c ", blank, end) + kept.count(b"<row ", blank, end) > limits.BLANK_TAIL:
            del kept[blank:end]
    head = kept.find(b"<sheetData")
    dimension = DIMENSION.search(kept, 0, max(head, 0))
    if dimension and not DIMENSION_PLAIN.fullmatch(dimension[0]):
        del kept[dimension.start() : dimension.end()]
    return len(kept) != size


def _near(tail: bytes) -> bytes:
    """Without the merged cells and links that reach beyond the region or cover more cells than there may be."""
    left = [limits.MOST_CELLS["own"]]

    def keep(match: re.Match) -> bytes:
        area = AREA.search(match[0])
        if area is None:
            return b""
        first, top, last, bottom = area.groups()
        high, wide = int(bottom or top) - int(top), column_number((last or first).decode()) - column_number(first.decode())
        left[0] -= (abs(high) + 1) * (abs(wide) + 1)
        return match[0] if left[0] >= 0 else b""

    return REFERENCE.sub(keep, tail)


def _many_dropdowns(tail: bytes) -> bool:
    ranges = sum(len((plain or extended).split()) for plain, extended in RANGES.findall(tail))
    return ranges > limits.MOST_RANGES or tail.count(b"dataValidation ") > limits.MOST_DROPDOWNS or len(tail) > limits.MOST_TAIL


def _without(tail: bytes, name: bytes) -> bytes:
    """Without the one element of that name."""
    begin, end = tail.find(b"<" + name), tail.rfind(b"</" + name + b">")
    return tail[:begin] + tail[end + len(name) + 3 :] if 0 <= begin < end else tail


def drop_far_comments(content: bytes) -> bytes:
    """Return a part of comments without those on cells outside: openpyxl would make the cells."""
    if content.count(b"<comment ") != content.count(b"</comment>"):
        return content
    return COMMENT.sub(lambda match: match[0] if AREA.search(match[1]) else b"", content)
