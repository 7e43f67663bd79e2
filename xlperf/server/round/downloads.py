"""What can be taken home: what a collection hands out to a unit, and for the bureau its exports.

    for file in handed_out(served, standing, row): file.kind, file.path
    for path in exports(served, standing): ...

A file is offered only where it lies and, as far as the collection knows, as it was written; no path that is asked for is ever
opened, only one of these.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from xlperf.files import digest_of
from xlperf.messages import sentence
from xlperf.server.problems import Refused
from xlperf.server.round.standing import Standing, outcomes_of
from xlperf.server.round.visits import ServedRound
from xlperf.summarizing.board.rows import BoardRow
from xlperf.summarizing.handouts import returned_name
from xlperf.summarizing.outcome import Outcome
from xlperf.summarizing.submissions import file_stem

FINAL, FINAL_DATA, REPORT, MARKED, LETTER = "finalized", "finalized_data", "report", "annotated", "notice"
KINDS = {".xlsx": FINAL, ".json": FINAL_DATA, ".docx": REPORT}  # of what is finalized
MEDIA = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".json": "application/json",
    ".csv": "text/csv; charset=utf-8",
    ".zip": "application/zip",
    ".txt": "text/plain; charset=utf-8",
}
OTHER = "application/octet-stream"


class HandedFile(NamedTuple):
    """A file of a unit."""

    kind: str
    path: Path
    version: str  # the path of the submission that it was made from

    @property
    def name(self) -> str:
        return self.path.name


def handed_out(served: ServedRound, standing: Standing, row: BoardRow, outcomes: dict[str, Outcome]) -> list[HandedFile]:
    """What lies ready for a unit now."""
    language = standing.run["language"] if standing.run else None
    folders = [served.directory / sentence(f"{name}_folder", {}, language) for name in ("finalized", "returned")]
    found = []
    for entry in standing.files_of(row):
        if outcome := outcomes.get(entry["path"]):
            found += [*_finalized(folders[0], outcome), *_returned(folders[1], outcome, row, language)]
    return found


def _finalized(folder: Path, outcome: Outcome) -> Iterator[HandedFile]:
    for made in outcome.outputs if outcome.status == "passed" else ():
        name = PurePosixPath(made)
        for path in (folder / name.name, folder / f"{name.stem}-{outcome.sha256[:8]}{name.suffix}"):
            if _is_as_made(path, outcome, made):
                yield HandedFile(KINDS.get(path.suffix, FINAL), path, outcome.path)
                break


def _returned(folder: Path, outcome: Outcome, row: BoardRow, language: str | None) -> Iterator[HandedFile]:
    if outcome.status == "passed":
        return
    owned = outcome if outcome.unit or outcome.unit_code else replace(outcome, unit=row.name, unit_code=row.code or None)
    for made in outcome.outputs:
        if _is_as_made(path := folder / returned_name(owned, made), outcome, made):
            yield HandedFile(MARKED, path, outcome.path)
    letter = folder / f"{file_stem(owned)}-{sentence('notice_name', {}, language)}.docx"
    if letter.is_file():
        yield HandedFile(LETTER, letter, outcome.path)


def _is_as_made(path: Path, outcome: Outcome, made: str) -> bool:
    """Whether it is what a worker made of that submission, and not what somebody else left under its name."""
    try:
        return digest_of(path) == (outcome.digests or {}).get(made)
    except OSError:
        return False


def of_unit(served: ServedRound, standing: Standing, row: BoardRow, name: str) -> HandedFile:
    """The file of that name that is ready for a unit.

    Raises:
        Refused: there is none.
        UsageError: the store cannot be read.
    """
    outcomes = outcomes_of(served, standing.files_of(row))
    found = next((file for file in handed_out(served, standing, row, outcomes) if file.name == name), None)
    if found is None:
        raise Refused("no_such_place")
    return found


def exports(served: ServedRound, standing: Standing) -> list[str]:
    """The exports that lie in the folder of the collection, by their paths in it: summary, tables, archive, departments."""
    if not standing.run:
        return []
    folder = served.directory / sentence("departments_folder", {}, standing.run["language"])
    try:
        of_departments = sorted(f"{folder.name}/{name}" for name in os.listdir(folder) if Path(name).suffix in MEDIA)
    except OSError:
        of_departments = []
    made: Sequence[str] = sorted(standing.run.get("digests") or (), key=lambda path: ("/" in path, path))
    return [path for path in (*made, *of_departments) if (served.directory / path).is_file()]


def taken(path: Path, place: Path) -> str:
    """Put a file there as it is at this moment, whatever a run does next; return what kind of file it is.

    Raises:
        Refused: it is not there any more.
    """
    try:
        try:
            os.link(path, place)
        except OSError:  # another disk, or one that has no links
            shutil.copyfile(path, place)
    except FileNotFoundError:
        raise Refused("no_such_place") from None
    return MEDIA.get(path.suffix, OTHER)
