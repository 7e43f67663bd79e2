"""A file that comes in, written to the disk as it comes: the web process never holds more of it than a piece."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from xlperf.errors import is_disk_full
from xlperf.server.problems import Refused

MOST_UPLOAD = 20 * 2**20  # bytes
THROWN_AWAY = 4 * MOST_UPLOAD  # of one that is too large: most programs listen to the answer only when they have sent all
PATIENCE = 300.0  # seconds for one upload


async def take_upload(pieces: AsyncIterator[bytes], path: Path, *, announced: int | None = None) -> None:
    """Write an upload to a file.

    Args:
        announced: how many bytes it has, as its sender says.

    Raises:
        Refused: it is too large, takes too long, or there is no room for it.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            size = 0
            with open(path, "wb", buffering=0) as file:  # the system takes a piece at once, so nobody else waits for it
                async for piece in pieces:
                    size += len(piece)
                    if size > MOST_UPLOAD or (announced or 0) > MOST_UPLOAD:
                        await _throw_away(pieces)
                        raise Refused("too_large", most=MOST_UPLOAD >> 20)
                    file.write(piece)
    except TimeoutError:
        raise Refused("too_slow", seconds=f"{PATIENCE:g}") from None
    except OSError as error:
        if is_disk_full(error):
            raise Refused("no_room") from None
        raise


async def _throw_away(pieces: AsyncIterator[bytes]) -> None:
    size = 0
    async for piece in pieces:
        size += len(piece)
        if size > THROWN_AWAY:
            return
