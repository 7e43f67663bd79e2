"""One file of an inbox as it was found, and what is no submission: owner files of Excel, dot files, links to files elsewhere."""

from __future__ import annotations

import hashlib
from collections.abc import Set
from dataclasses import dataclass, replace
from typing import IO

from xlperf.collecting.packages.contents import Package
from xlperf.collecting.store.arrivals import OPEN
from xlperf.errors import UnreadableError
from xlperf.reading.package.zip_file import CHUNK
from xlperf.reading.received_file import OWNERS
from xlperf.summarizing.outcome import INSIDE, held_once

NO_SUBMISSIONS = ("thumbs.db", "desktop.ini")  # what Windows puts into folders by itself


@dataclass(frozen=True, slots=True)
class Input:
    """One file as it was found."""

    path: str  # as the bureau knows it
    file: str  # on this machine; no Path, of which thousands take up megabytes
    members: tuple[int, ...] = ()  # the way through archives, by position: names may repeat
    size: int = 0
    sha256: str = ""  # "" if its bytes cannot be read
    error: UnreadableError | None = None  # why it is not processed
    owner: str | None = None  # name of the lock file beside it, by which a program says that it has this one open
    stamp: str = ""  # by which it is known again, see `last_run`; "" of what is read in every run
    received: str = ""  # the ISO time at which others received it

    @property
    def key(self) -> str:
        """What identifies its content in the store; with the path if it cannot be read, marked if somebody has it open."""
        if self.error:
            return f"path:{self.path}:{self.sha256}"
        return f"{self.sha256}{OPEN}" if self.owner else self.sha256

    @property
    def name(self) -> str:
        """The file name: the last part of the path, outside and inside archives."""
        return self.path.rpartition("/")[2].rpartition(INSIDE)[2]


@dataclass(frozen=True)
class Skipped:
    """A file or folder that is not a submission."""

    path: str
    is_link: bool = False  # to a file or folder elsewhere, which nobody has sent


Found = Input | Skipped | Package


def is_no_submission(name: str) -> bool:
    """Whether a name is one that only programs give: owner files of Excel, dot files."""
    return name.startswith(("~$", ".")) or name.lower() in NO_SUBMISSIONS


def owner_of(name: str, folder: str, beside: Set[str]) -> str | None:
    """The name of the lock file by which a program says that it has the file open, if there is one."""
    return next((owner for pattern in OWNERS if folder + (owner := pattern.format(name)) in beside), None)


def hashed(found: Input, stream: IO[bytes]) -> Input:
    """The input with its size and its SHA-256."""
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return replace(found, size=size, sha256=held_once(digest.hexdigest()))
