"""Uploads: written as they come, and refused where they are too large, too slow or there is no room."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator
from pathlib import Path
from unittest import mock

import pytest

from xlperf.server import uploads
from xlperf.server.problems import Refused
from xlperf.server.uploads import MOST_UPLOAD, THROWN_AWAY, take_upload

PIECE = bytes(2**20)


class Pieces:
    """So many pieces, and how many were taken."""

    def __init__(self, count: int, *, pause: float = 0) -> None:
        self.count, self.pause, self.taken = count, pause, 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self.taken < self.count:
            self.taken += 1
            await asyncio.sleep(self.pause)
            yield PIECE


def take(pieces: Pieces, path: Path, announced: int | None = None) -> None:
    asyncio.run(take_upload(aiter(pieces), path, announced=announced))


def test_an_upload_of_the_largest_size_is_taken(tmp_path: Path) -> None:
    take(Pieces(MOST_UPLOAD // len(PIECE)), tmp_path / "file")
    assert (tmp_path / "file").stat().st_size == MOST_UPLOAD == 20 * 2**20


@pytest.mark.parametrize("announced", [None, 5, 30 * 2**20])
def test_a_larger_one_is_refused_and_its_rest_not_kept(tmp_path: Path, announced: int | None) -> None:
    pieces = Pieces(30)
    with pytest.raises(Refused) as refused:
        take(pieces, tmp_path / "file", announced)
    assert (refused.value.key, refused.value.arguments) == ("too_large", {"most": 20})
    assert pieces.taken == 30  # so that its sender, who sends all before listening, hears why
    assert (tmp_path / "file").stat().st_size == (MOST_UPLOAD if announced != 30 * 2**20 else 0)


def test_one_without_end_is_not_listened_to_for_ever(tmp_path: Path) -> None:
    pieces = Pieces(10**6)
    with pytest.raises(Refused):
        take(pieces, tmp_path / "file")
    assert pieces.taken * len(PIECE) <= MOST_UPLOAD + THROWN_AWAY + 2 * len(PIECE)


def test_one_that_dawdles_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "PATIENCE", 0.05)
    with pytest.raises(Refused) as refused:
        take(Pieces(2, pause=60), tmp_path / "file")
    assert refused.value.key == "too_slow"


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    with mock.patch("builtins.open", side_effect=OSError(errno.ENOSPC, "full")), pytest.raises(Refused) as refused:
        take(Pieces(1), tmp_path / "file")
    assert refused.value.key == "no_room"
