"""The rows of a sheet in one pass, where they are written as nearly all programs write them.

    scan = scan_rows(b'<worksheet><sheetData><row r="7"><c r="B7" s="3" t="s"><v>12</v></c></row></sheetData></worksheet>')
    scan.cells, scan.styles, scan.rest      # 1, {(b"B", b"7"): b"3"}, b"<worksheet><sheetData></sheetData></worksheet>"

One pattern takes every row and every cell of the region with all that stands in it. Where its finds together are as long as what
stands between the tags of the rows, nothing else stands there: no cell beyond the region, no comment, no name with a prefix. Any
other spelling is no mistake; it is looked at more slowly, by `sheet_xml` and `markup`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

from xlperf.addresses import column_number
from xlperf.reading import limits

ATTRIBUTES = rb'(?: [A-Za-z0-9:]{1,40}="[^"<>]{0,200}"){0,12}+'
# A cell of the region, in it a formula, and the value that it shows or a text of its own; a row.
TAKEN = re.compile(
    rb'(<c r="(%s)(%s)"(?: s="([0-9]{1,9}+)")?+(?: t="([A-Za-z]{1,9}+)")?+ ?(?:/>|>'
    rb'(?:(<f)(?: [A-Za-z0-9]{1,20}+="[^"<>]{0,200}+"){0,12}+ ?(?:/>|>([^<>]*+)</f>))?+'
    rb'(?:<v>([^<>]*+)</v>|<v ?/>|<is><t(?: xml:space="preserve")?>[^<>]*+</t></is>)?+</c>)'
    rb'|(?:</row>)?+<row r="%s"(%s) ?/?>)' % (limits.REGION_COLUMN, limits.REGION_ROW, limits.REGION_ROW, ATTRIBUTES)
)
BEGIN, END, LAST = b"<sheetData>", b"</sheetData>", b"</row>"
LIKE_ADDRESS = b":r="  # an attribute that a pattern would take for an address
ROW_NUMBER = re.compile(rb'<row r="([0-9]+)"')
HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')

Place = tuple[int, int]  # row and column from zero
# What is found at a time: the whole; of a cell letters and number of its address, style, type, how its formula begins, the
# formula, the value; of a row its other attributes. What is not there is b"".
Taken = tuple[bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes]
WHOLE, LETTERS, NUMBER, STYLE, TYPE, BEGINS, FORMULA, VALUE, ATTRIBUTES_OF_ROW = range(9)


@dataclass(frozen=True)
class RowScan:
    """What one pass over the rows of a sheet found; read off it by whoever needs it, and not kept."""

    taken: Sequence[Taken]
    rest: bytes  # the sheet with its rows left out

    @property
    def cells(self) -> int:
        """How many cells there are, blank ones included."""
        return sum(1 for each in self.taken if each[LETTERS])

    @property
    def shared(self) -> list[bytes]:
        """The numbers of the shared texts in its cells."""
        return [each[VALUE] for each in self.taken if each[TYPE] == b"s"]

    @property
    def styles(self) -> dict[tuple[bytes, ...], bytes]:
        """The numbers of the styles of its cells by letters and number of their addresses; of one that stands twice the last."""
        return {each[LETTERS:STYLE]: each[STYLE] for each in self.taken if each[STYLE]}

    @property
    def formulas(self) -> frozenset[Place]:
        """The cells with a formula."""
        return frozenset(place_of(each[LETTERS], each[NUMBER]) for each in self.taken if each[BEGINS])

    @property
    def uncomputed(self) -> dict[Place, bytes]:
        """The formulas that were saved without a result; an empty text is a result."""
        found = (each for each in self.taken if each[BEGINS] and not each[TYPE] and not each[VALUE].strip())
        return {place_of(each[LETTERS], each[NUMBER]): each[FORMULA] for each in found}

    @property
    def has_errors(self) -> bool:
        """Whether a cell shows #REF! or the like."""
        return any(each[TYPE] == b"e" for each in self.taken)

    @property
    def hidden(self) -> frozenset[int]:
        """The rows that are hidden, from zero."""
        rows = (each for each in self.taken if each[ATTRIBUTES_OF_ROW] and HIDDEN.search(each[ATTRIBUTES_OF_ROW]))
        return frozenset(int(row[1]) - 1 for each in rows if (row := ROW_NUMBER.search(each[WHOLE])))


def place_of(letters: bytes, number: bytes) -> Place:
    """Row and column of an address."""
    return int(number) - 1, column_number(letters.decode())


def scan_rows(sheet: bytes | bytearray) -> RowScan | None:
    """Return what stands in the rows of a sheet; None of one that is written in another way, or holds more than the region."""
    begin, end = sheet.find(BEGIN), sheet.rfind(END)
    if begin < 0 or end < begin:
        return None
    begin += len(BEGIN)
    taken = TAKEN.findall(sheet, begin, end)
    closed = len(LAST) if sheet.endswith(LAST, begin, end) else 0
    if sum(map(len, map(itemgetter(WHOLE), taken))) + closed != end - begin or any(
        LIKE_ADDRESS in each[ATTRIBUTES_OF_ROW] for each in taken
    ):
        return None
    return RowScan(taken, rest=bytes(sheet[:begin] + sheet[end:]))
