"""How large, how crowded, how tightly packed a file may be, and how much of it is read at most.

    raise too_large("xl/styles.xml", limits.MOST_OTHERS)     # XL128

An honest workbook of ours has 20 parts, 1 MiB unpacked and 4,000 cells, blank ones included; the limits are far above that
and far below what would cost a reader minutes or gigabytes. Sizes alone say little (5 KB of zip can hold a cell that asks
for 4 GiB), so what is limited in the end is cells.
"""

from __future__ import annotations

from xlperf.errors import UnreadableError
from xlperf.forms import layout

KIB, MIB = 2**10, 2**20

# The file and its zip.
MOST_FILE = 128 * MIB  # with photographs pasted in; it is held in memory once
MOST_HELD = 16 * MIB  # a larger package is rewritten without its pictures, because a reader copies it
MOST_PARTS = 5_000  # 300 sheets with comments and drawings have about 2,000
MOST_UNPACKED = 1_024 * MIB  # 1,048,576 formatted rows of 22 columns are 590 MiB; they are unpacked in 2 s and never held
MOST_RATIO = 200  # blank formatted rows pack 30 : 1; only a part that is one run of the same bytes passes 200 : 1
SMALL = 1 * MIB  # a part below this is no bomb, whatever its ratio
# The parts that are no sheets.
MOST_OTHERS = 16 * MIB  # all XML that is no sheet: texts, styles, drawings; a filled workbook has 60 KiB
MOST_TAGS = 200_000  # elements in one XML part that is parsed: Excel allows 65,000 cell formats, some files have them all
MOST_SHEETS = 1_000
DEEPEST = 1_000  # elements within elements; a sheet has 8
# The sheets. Rows and columns beyond are cut; readers allocate every cell up to the last one that holds data.
LAST_ROW = layout.LAST_ROW
LAST_COLUMN = "BZ"  # a review has the columns and helper columns of two stages
REGION_ROW = rb"(?:[1-9][0-9]{0,2}|1[0-9]{3})"  # 1 to LAST_ROW; the same limits as a pattern
REGION_COLUMN = rb"[AB]?[A-Z]"
MOST_CELLS = {"own": 90_000, "foreign": 40_000}  # in all sheets together, blank ones included; 50 µs each to read and check
MOST_SHEET_BYTES = {"own": 16 * MIB, "foreign": 4 * MIB}  # of XML kept in all sheets together; a row of ours has at most 5 KiB
MOST_AREA = 3_000_000  # cells of the rectangles around the data of our sheets, which a reader fills with blanks
MOST_TEXT = 16 * MIB  # of all cells together: one shared text of 32,767 characters may stand in every cell
MOST_GAP = 256 * KIB  # between two tags: a cell holds 32,767 characters, of 6 bytes at most
MOST_RANGES, MOST_DROPDOWNS = 2_000, 500  # in one sheet; pasting splits ranges, a sheet of ours has 10
MOST_TAIL = 1 * MIB  # of what stands behind the rows of a sheet; more, and its dropdowns and extensions are left out
BLANK_TAIL = 500  # formatted blank cells and rows below the last data that are worth cutting


def bomb(place: str, found: object, limit: object) -> UnreadableError:
    """The error that a zip would unpack to far more than it should."""
    return UnreadableError("XL116", found=f"{place}: {found}", expected=f"≤ {limit}")


def crowded(place: str, found: int, limit: int) -> UnreadableError:
    """The error that there are more cells than a form can have."""
    return UnreadableError("XL104", found=f"{place}: {found:,}", expected=f"≤ {limit:,}")


def too_large(place: str, limit: int) -> UnreadableError:
    """The error that a file or a part of it is larger than it may be."""
    return UnreadableError("XL128", found=f"{place}: > {limit:,}", expected=f"≤ {limit:,}")
