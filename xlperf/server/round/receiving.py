"""An upload, put into the inbox whole or not at all, into a folder of its unit, under a name that is not taken.

    received = receive(ask, standing, row, folder=job_folder, language="zh")

Nothing of the collection is written: the next `collect` takes the file in. A workbook that names another unit is refused, for it
would be that unit's; so is an archive, in which anything may lie. The name is chosen so that `collect` assigns a file that names
nobody to this unit, and not to another that its name may speak of.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import chain, count
from pathlib import Path, PurePosixPath
from secrets import token_hex
from typing import NamedTuple

from xlperf.collecting.housekeeping import in_turn
from xlperf.collecting.worker import Task, WorkOptions, work_on
from xlperf.distributing.naming import places_of
from xlperf.errors import is_disk_full
from xlperf.file_names import safe_name
from xlperf.files import TEMPORARY, make_folder, stamp
from xlperf.reporting.result import Result, headline
from xlperf.server.job import UPLOAD
from xlperf.server.problems import Refused
from xlperf.server.round.action_log import line_of, write_line
from xlperf.server.round.other_pages import Received
from xlperf.server.round.standing import Standing
from xlperf.server.round.visits import Ask
from xlperf.summarizing.board.assignment import ARCHIVES, PAPERS, find_owners
from xlperf.summarizing.board.rows import BoardRow
from xlperf.summarizing.outcome import Submission
from xlperf.summarizing.submissions import TABLES

ENDINGS = tuple(ending for ending in (*TABLES, *PAPERS) if ending not in ARCHIVES and ending not in (".eml", ".msg"))
FIELD = re.compile(rb'[; ]name="([^"]*)"')
FILE_NAME = re.compile(rb'filename="([^"]*)"')
LEFT_BEHIND = 3600  # seconds after which a file that is being written is one that was given up
MOST_STEM = 60  # characters of a name that are kept


class Part(NamedTuple):
    """One field of a form."""

    content: bytes
    file_name: str | None


def receive(ask: Ask, standing: Standing, row: BoardRow, *, folder: Path, language: str) -> Received:
    """Take in what a form sent, look at it and put it into the inbox; the line in the log stands there first.

    Args:
        folder: in which the body of the request lies.

    Raises:
        Refused: the form is not ours or was filled in long ago, no file is chosen, it is of a kind that is not taken or is
            another unit's, there is no inbox or no room.
    """
    parts = form_parts((folder / UPLOAD).read_bytes(), ask.boundary)
    token, sent = parts.get("form_token"), parts.get("file")
    if not token or not hmac.compare_digest(token.content, ask.form_token.encode()):
        raise Refused("old_form")
    if not sent or not sent.file_name or not sent.content:
        raise Refused("no_file_chosen")
    name = PurePosixPath(sent.file_name.replace("\\", "/")).name
    if not name.lower().endswith(ENDINGS):
        raise Refused("no_kind", known=" ".join(ENDINGS))
    if ask.served.inbox is None:
        raise Refused("no_inbox")
    verdict = _looked_at(ask, standing, row, name, sent.content, language)
    place = ask.served.inbox / _folder_name(standing, row)
    digest = hashlib.sha256(sent.content).hexdigest()
    with _in_turn(ask.served.log):
        if there := _same_content(place, sent.content):
            write_line(ask.served.log, line_of(ask, unit=row.name, unit_code=row.code, name=name, sha256=digest, status=200))
            return Received(f"{place.name}/{there}", verdict, is_new=False)
        put = _put(ask, standing, row, place, name, sent.content, digest)
    return Received(f"{place.name}/{put}", verdict)


def form_parts(body: bytes, boundary: str) -> dict[str, Part]:
    """The fields of a form, of several with one name the first.

    >>> form_parts(b'--x\\r\\nContent-Disposition: form-data; name="a"\\r\\n\\r\\n1\\r\\n--x--\\r\\n', "x")
    {'a': Part(content=b'1', file_name=None)}
    """
    parts: dict[str, Part] = {}
    mark = b"\r\n--" + boundary.encode()
    for piece in (b"\r\n" + body).split(mark)[1:] if boundary else ():
        head, _, content = piece.partition(b"\r\n\r\n")
        field, file = FIELD.search(head), FILE_NAME.search(head)
        if field:
            told = file[1].decode("utf-8", "replace").replace("%22", '"') if file else None
            parts.setdefault(field[1].decode("utf-8", "replace"), Part(content, told))
    return parts


def _looked_at(ask: Ask, standing: Standing, row: BoardRow, name: str, content: bytes, language: str) -> str:
    """What validation says of a file, in one line; nothing is kept of it.

    Raises:
        Refused: it names another unit.
    """
    options = WorkOptions(
        language=language,
        date=stamp(None),
        finalize=False,
        form=ask.served.form,
        year=ask.served.year,
        templates=ask.served.templates,
        unexplained=ask.served.unexplained,
        reports=ask.served.reports,
    )
    sha256 = hashlib.sha256(content).hexdigest()
    outcome = work_on(Task(sha256, name, name, sha256, content), options, ask.limits).outcome
    if outcome.unit or outcome.unit_code:
        place = places_of(standing.units, standing.naming).of(outcome.unit, outcome.unit_code)
        if place != row.number - 1:
            raise Refused("other_unit", found=outcome.unit or outcome.unit_code, unit=row.name)
    return headline(Result(file=name, status=outcome.status, findings=list(outcome.findings)))


@contextmanager
def _in_turn(log: Path) -> Iterator[None]:
    """Keep other uploads of the round waiting: a form that was sent twice at once is then a file that lies there already.

    Raises:
        Refused: nothing can be written beside the log, so no log either.
    """
    with ExitStack() as held:
        try:
            held.enter_context(in_turn(log.with_name(f"{log.name}.lock")))
        except OSError:
            raise Refused("no_log") from None
        yield


def _folder_name(standing: Standing, row: BoardRow) -> str:
    """The folder of a unit in the inbox, with its code where others are called the same."""
    is_alone = standing.naming.key(row.name, row.code) == standing.naming.key(row.name, None)
    return safe_name(row.name if is_alone else f"{row.name} {row.code}")


def _same_content(place: Path, content: bytes) -> str | None:
    """The name of a file in that folder that holds the same."""
    with suppress(OSError):
        for path in sorted(place.iterdir()):
            is_whole = not path.name.startswith(TEMPORARY) and path.is_file()
            if is_whole and path.stat().st_size == len(content) and path.read_bytes() == content:
                return path.name
    return None


def _put(ask: Ask, standing: Standing, row: BoardRow, place: Path, name: str, content: bytes, digest: str) -> str:
    """Put a file there under a free name: written beside it, on the disk, then given its name in one step; return the name.

    Raises:
        Refused: the log cannot be written, or there is no room.
    """
    stem, ending = _assigned_name(standing, row, place.name, name)
    temporary = place / f"{TEMPORARY}{token_hex(8)}{ending}"
    try:
        make_folder(place)
        _drop_left_behind(place)
        with open(temporary, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        for free in chain([f"{stem}{ending}"], (f"{stem} ({number}){ending}" for number in count(2))):
            if os.path.lexists(place / free):
                continue
            facts = {"unit": row.name, "unit_code": row.code, "name": name, "sha256": digest, "put": f"{place.name}/{free}"}
            write_line(ask.served.log, line_of(ask, **facts, status=200), is_kept=True)
            with suppress(FileExistsError):
                _name_it(temporary, place / free)
                return free
        raise AssertionError("there is always a free name")
    except OSError as error:
        raise Refused("no_room" if is_disk_full(error) else "no_inbox") from None
    finally:
        temporary.unlink(missing_ok=True)


def _name_it(temporary: Path, path: Path) -> None:
    """Give a file its name, if nobody has it.

    Raises:
        FileExistsError: somebody has.
    """
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:  # a disk without links
        if os.path.lexists(path):
            raise FileExistsError from None
        os.rename(temporary, path)


def _drop_left_behind(place: Path) -> None:
    """Remove what an upload left that was ended by force."""
    for path in place.glob(f"{TEMPORARY}*"):
        with suppress(OSError):
            if path.stat().st_mtime < time.time() - LEFT_BEHIND:
                path.unlink()


def _assigned_name(standing: Standing, row: BoardRow, folder: str, name: str) -> tuple[str, str]:
    """The name under which `collect` takes the file for this unit's if the file itself says nothing: stem and ending."""
    path = PurePosixPath(safe_name(name) if len(name) <= MOST_STEM else name)
    ending = path.suffix.lower()
    names = list(_possible_names(row, path.stem))
    for stem in names:
        submission = Submission(path=f"{folder}/{stem}{ending}", sha256="", received="", status="unreadable")
        owner = find_owners([submission], standing.units, standing.naming).get(submission.path)
        if owner and (owner.name, owner.code) == (row.name, row.code.strip()):
            return stem, ending
    return names[-1], ending


def _possible_names(row: BoardRow, stem: str) -> Iterator[str]:
    """The name it has, with the unit's in front, and the unit's alone."""
    short = safe_name(stem)[:MOST_STEM].strip(" .") or "_"
    yield short if not short.startswith(("~$", ".")) else f"_{short}"
    yield safe_name(f"{row.name}-{short}")
    yield safe_name(f"{row.name} {row.code}".strip())
