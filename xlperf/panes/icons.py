"""The icon of the pane, a white tick on blue, in the sizes that programs ask for.

>>> icon(16)[:4], len(icon(16)) < 1000
(b'\\x89PNG', True)
"""

from __future__ import annotations

import struct
import zlib

SIZES = (16, 32, 64, 80)  # pixels
OF_BUTTONS = (16, 32, 80)  # which Excel wants for what stands on its ribbon
GROUND, INK = bytes((0x1F, 0x4E, 0x79)), bytes((0xFF, 0xFF, 0xFF))
TICK = ((0.22, 0.52), (0.42, 0.72), (0.78, 0.30))  # corners, of a square of side 1
BREADTH = 0.075  # half of the line
SIGNATURE = b"\x89PNG\r\n\x1a\n"
EIGHT_BITS, COLOURED = 8, 2


def icon(size: int) -> bytes:
    """Return a PNG file of that many pixels a side."""
    rows = [b"".join(_colour((x + 0.5) / size, (y + 0.5) / size) for x in range(size)) for y in range(size)]
    pixels = zlib.compress(b"".join(b"\x00" + row for row in rows), 9)
    head = struct.pack(">IIBBBBB", size, size, EIGHT_BITS, COLOURED, 0, 0, 0)
    return SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _colour(x: float, y: float) -> bytes:
    return INK if any(_distance(x, y, *TICK[at], *TICK[at + 1]) <= BREADTH for at in (0, 1)) else GROUND


def _distance(x: float, y: float, left: float, top: float, right: float, bottom: float) -> float:
    """How far a point is from a line between two others."""
    across, down = right - left, bottom - top
    part = min(max(((x - left) * across + (y - top) * down) / (across**2 + down**2), 0), 1)
    return float(((x - left - part * across) ** 2 + (y - top - part * down) ** 2) ** 0.5)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
