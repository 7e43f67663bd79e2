"""What a run takes from the one before: digests of files that nobody has touched, exports in which nothing is new.

    files = known_files(last)                   # path -> (stamp, SHA-256)
    stamp_of(os.stat(path), before=started)     # "" of a file that was written just now
    state = state_of(directory, terms)          # equal as long as the terms are and nobody has touched the exports

A file is looked at, not read: its size, its times and its number on the disk tell whether somebody has touched it. One that was
written within moments of being read may have been written twice in one tick of a clock, so it is read again.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypedDict

from xlperf import __version__
from xlperf.collecting.run_log import FILE_NAME as LOG
from xlperf.collecting.run_log import ChainHead, FileEntry, Run, UnitEntry, UnitState, list_files
from xlperf.collecting.store.opening import FILE_NAME, LOCK
from xlperf.collecting.store.outcomes import Outcomes
from xlperf.collecting.store.tables import Store
from xlperf.files import TEMPORARY, digest_of_json
from xlperf.reporting.description import DescribedFinding
from xlperf.summarizing.board.rows import BoardRow
from xlperf.summarizing.exports import Exported
from xlperf.summarizing.spool import SpooledList

UNSETTLED = 2 * 10**9  # nanoseconds within which a file may be written again without another time


class KnownFile(NamedTuple):
    """A file as the last run found it."""

    stamp: str
    sha256: str


def stamp_of(status: os.stat_result, *, before: int) -> str:
    """What tells a file from the one it becomes when somebody writes to it; "" where that would not be told.

    Args:
        before: the time.time_ns() at which it was not read yet.
    """
    if max(status.st_mtime_ns, status.st_ctime_ns) > before - UNSETTLED:
        return ""
    seen = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev)
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


def known_files(last: Run | None) -> dict[str, KnownFile]:
    """The files of the last run by their paths, as far as it says how they were found."""
    stamps = last.get("stamps", {}) if last else {}
    files = last["files"] if last else []
    return {file["path"]: KnownFile(stamps[file["path"]], file["sha256"]) for file in files if file["path"] in stamps}


def known_forms(last: Run | None) -> dict[str, str]:
    """The forms of the last run by their digests: they need not be loaded to know that they are right."""
    is_ours = last is not None and last["versions"].get("xlperf") == __version__
    return {digest: name for name, digest in last["forms"].items()} if last and is_ours else {}


def state_of(directory: Path, terms: object) -> str:
    """A digest of all that the exports were made of, and of the files that lie in the folder of the collection."""
    return digest_of_json([terms, sorted(_lying_in(directory))])


def _lying_in(directory: Path) -> Iterator[tuple[str, int, int]]:
    """Yield the files of a collection with sizes and times, but for those that every run writes."""
    ahead = [""]
    while ahead:
        folder = ahead.pop()
        with os.scandir(directory / folder) as entries:
            for entry in entries:
                path = f"{folder}{os.sep}{entry.name}" if folder else entry.name
                if path.startswith(TEMPORARY):  # it goes when the run ends
                    continue
                if entry.is_dir(follow_symlinks=False):
                    ahead.append(path)
                elif path != LOG and path != LOCK and not path.startswith(FILE_NAME):
                    status = entry.stat(follow_symlinks=False)
                    yield path, status.st_size, status.st_mtime_ns


# --- what the log tells of exports ---------------------------------------------------------------------------


class Made(TypedDict):
    """What the log of a run tells of its exports."""

    missing: list[UnitEntry] | None
    units: Sequence[UnitState]
    beside: Mapping[str, str]
    files: Sequence[FileEntry]
    state: str
    chain: ChainHead | None
    digests: Mapping[str, str]
    handed: Mapping[str, str]
    comparisons: Mapping[str, Sequence[DescribedFinding]]


def log_of(store: Store, exported: Exported, *, has_roster: bool, state: str) -> Made:
    """What there is to tell of exports that were made now."""
    return {
        "missing": _missing(map(BoardRow._make, exported.board)) if has_roster else None,
        "units": SpooledList(_unit_entries(map(BoardRow._make, exported.board))),
        "beside": exported.beside,
        "files": SpooledList(list_files(Outcomes(store, documents=False), attachments=exported.attachments)),
        "state": state,
        "chain": {"entries": exported.chain.count, "head": exported.chain.head} if exported.chain else None,
        "digests": exported.digests,
        "handed": exported.handed,
        "comparisons": exported.comparisons,
    }


def made_before(last: Run | None, state: str) -> Made | None:
    """What there is to tell of the exports of the last run, None where they have to be made anew."""
    if last is None or last.get("state") != state or not last.get("chain") or "comparisons" not in last:
        return None
    return {
        "missing": last["missing"],
        "units": last["units"],
        "beside": last["beside"],
        "files": last["files"],
        "state": state,
        "chain": last["chain"],
        "digests": last["digests"],
        "handed": last["handed"],
        "comparisons": last["comparisons"],
    }


def _missing(board: Iterable[BoardRow]) -> list[UnitEntry]:
    """The units of the roster that sent nothing."""
    rows = (row for row in board if row.state == "missing")
    return [{"name": row.name, "code": row.code, "supervisor": row.supervisor} for row in rows]


def _unit_entries(board: Iterable[BoardRow]) -> Iterator[UnitState]:
    """Yield how every unit stands."""
    for row in board:
        yield {
            "name": row.name,
            "code": row.code,
            "supervisor": row.supervisor,
            "state": row.state,
            "versions": row.versions,
            "received": row.received,
            "errors": row.errors,
            "unexplained": row.unexplained,
            "contact": row.contact,
            "mail": row.mail,
            "office": row.office,
            "decision": row.decision,
            "found": row.found,
            "until": row.until,
            "papers": row.papers,
            "paths": row.paths,
            "imported": row.imported,
            "attached": row.attached,
            "reviews": row.reviews,
        }
