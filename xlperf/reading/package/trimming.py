"""What of a sheet in the region is cut all the same: blank rows below the data, and references that reach too far.

    trim(kept)                  # whether anything was cut
    drop_far_comments(content)  # of a part of comments

openpyxl makes an object of every styled blank cell, and of every cell of a merged range.
"""

from __future__ import annotations

import re

from xlperf.addresses import column_number
from xlperf.reading import limits

FILLED = (b"<v", b"<f", b"<is>")  # what a cell that holds something contains
DIMENSION = re.compile(rb"<dimension\b[^<>]*?(?:/>|>\s*</dimension>)")
DIMENSION_PLAIN = re.compile(rb'<dimension ref="[A-Z]{1,3}[1-9][0-9]{0,6}(?::[A-Z]{1,3}[1-9][0-9]{0,6})?" ?/>')
REFERENCE = re.compile(rb"<(mergeCell|hyperlink)\b[^<>]*?(?:/>|>\s*</\1>)")
AREA = re.compile(
    rb'\bref="(%s)(%s)(?::(%s)(%s))?"' % (limits.REGION_COLUMN, limits.REGION_ROW, limits.REGION_COLUMN, limits.REGION_ROW)
)
COMMENT = re.compile(rb"<comment\b([^<>]*)>.*?</comment>", re.DOTALL)
RANGES = re.compile(rb'<dataValidation\b[^<>]*\bsqref="([^"]*)"|<xm:sqref>([^<]*)<')


def trim(kept: bytearray) -> bool:
    """Cut formatted blank rows below the last data, and references that would make a reader allocate their cells."""
    size = len(kept)
    end = kept.rfind(b"</sheetData>")
    if end >= 0:
        tail = bytes(kept[end:])
        kept[end:] = _near(_without(_without(tail, b"dataValidations"), b"extLst") if _many_dropdowns(tail) else tail)
        begin = kept.find(b">", kept.find(b"<sheetData")) + 1
        last = -1
        for sign in FILLED:  # what stands before what was found already need not be looked through
            last = max(last, kept.rfind(sign, max(last, begin), end))
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

    def keep(match: re.Match[bytes]) -> bytes:
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
