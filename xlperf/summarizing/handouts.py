"""What is handed out for the files that count: finalized workbooks, annotated workbooks to return, and their notices.

    handouts = Handouts(Path("OUT"))
    handouts.make(survey, outcomes, new=new, date="2023-03-01")     # in a new folder, from which they move to OUT
    handouts.note()                                                 # just before they move
    handouts.remove_what_is_not_due()                               # afterwards
    handouts.beside                         # {"Bureau-2022-final.xlsx": "Bureau-2022-final-9f86d081.xlsx"}

Files of an earlier run that are no longer due are removed. A file that somebody has saved since stays; a newer submission of
that unit is put beside it. A copy under another name stays, because it is not on our list.
"""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from xlperf.files import as_written, digest_of, holds
from xlperf.messages import sentence
from xlperf.summarizing.board.decisions import spared_paths
from xlperf.summarizing.board.departments import (
    ARCHIVE,
    BOARD,
    COVER,
    Parcel,
    cover_text,
    make_parcels,
    write_archive,
    write_board,
)
from xlperf.summarizing.board.former import NO_REASONS, Reasons
from xlperf.summarizing.board.reviews import to_correct
from xlperf.summarizing.handout_list import finish_list, note, noted, start_list
from xlperf.summarizing.notice import write_notice
from xlperf.summarizing.outcome import Outcome, Submission
from xlperf.summarizing.spool import SpooledList, SpooledSet
from xlperf.summarizing.submissions import COUNTS, file_stem, newer_returned
from xlperf.summarizing.survey import Survey
from xlperf.workbook.announcement import NOTHING, Announcement

LIST = "collection.placed"  # below the folder of the collection
NOBODY: Mapping[str, str] = {}
PACKAGES, COMPANIONS = (".xlsx", ".docx"), (".json", ".txt")  # that show whether they are as we wrote them; that do not


class HandedOut(NamedTuple):
    """The finalized files of one submission, as they are to lie in the collection."""

    submission: str  # its SHA-256
    unit: str
    files: Sequence[tuple[str, str, str | None]]  # path, path of the file it is a copy of, SHA-256; None of an earlier version


class HandoutFolder:
    """One folder of handouts while it is filled again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.is_new = not path.exists()  # then nothing in it has to be looked at
        self.due = SpooledSet()  # names, not paths: there are thousands
        self.digests: dict[str, str] = {}  # by name, the SHA-256 that a file is to have; not of one that somebody has saved
        self._filled: Path | None = None  # the folder that was made for what is new

    def copy(self, made: Path, name: str, new: Path, *, spare: Path | None) -> None:
        """Copy a file to that name, unless an equal one is there.

        Args:
            spare: perhaps a second copy, which may be moved there instead, in a fraction of the time.
        """
        place = self.place_for(name, new)
        if place is None or (self._has(name) and filecmp.cmp(made, self.path / name, shallow=False)):
            return
        if spare is None or not _moved(spare, place):
            shutil.copyfile(made, place)

    def place_for(self, name: str, new: Path) -> Path | None:
        """Where to write a file that is due; None if somebody has saved the present one."""
        self.due.add(name)
        if name.endswith(PACKAGES) and self._has(name) and not as_written(self.path / name):
            return None
        if self._filled is None:
            self._filled = new / self.path.name
            self._filled.mkdir(exist_ok=True)
        return self._filled / name

    def _has(self, name: str) -> bool:
        """Whether a file of that name is there."""
        return not self.is_new and (self.path / name).exists()

    def saved_by_others(self, names: Iterable[str], sha256: str) -> list[str]:
        """Which of these somebody has saved since, if they were made from another submission."""
        packages = [self.path / name for name in names if name.endswith(PACKAGES) and self._has(name)]
        saved = [path.name for path in packages if not as_written(path)]
        return saved if saved and not any(holds(path, sha256) for path in packages) else []

    def remove_what_is_not_due(self, our_list: Path) -> None:
        """Remove our files that are no longer due and unchanged, each after the companion that has its name."""
        there = os.listdir(self.path) if self.path.is_dir() else ()
        ours = noted(our_list, {f"{self.path.name}/{name}" for name in there if name not in self.due})
        overdue = {name.partition("/")[2] for name in ours}
        for path in (self.path / name for name in sorted(overdue)):
            if as_written(path):
                for companion in (path.with_suffix(suffix) for suffix in COMPANIONS):
                    if companion.name in overdue:
                        companion.unlink(missing_ok=True)
                path.unlink()


class Handouts:
    """The folders of finalized and of returned workbooks while they are filled again."""

    def __init__(self, directory: Path, copies: Path | None = None) -> None:
        self.directory, self.list, self.copies = directory, directory / LIST, copies
        self.finalized = HandoutFolder(directory / sentence("finalized_folder", {}))
        self.returned = HandoutFolder(directory / sentence("returned_folder", {}))
        self.departments = HandoutFolder(directory / sentence("departments_folder", {}))
        self.reviews = HandoutFolder(directory / sentence("reviews_folder", {}))  # what reviewers have to correct
        self.folders = (self.finalized, self.returned, self.departments, self.reviews)
        self.returned_of: dict[str, list[str]] = {}  # by the path of a submission, the names of what goes back
        self._handed: SpooledList[HandedOut] = SpooledList()  # what is finalized
        self.beside: dict[str, str] = {}  # finalized file that somebody has saved since -> newer file beside it

    def make(
        self,
        survey: Survey,
        outcomes: Iterable[Outcome],
        *,
        new: Path,
        date: str,
        templates: Path | None = None,
        announcement: Announcement = NOTHING,
        reasons: Reasons = NO_REASONS,
    ) -> None:
        """Write all files that are due and not there yet, below `new` at the same path as in the folder of the collection.

        Args:
            date: the ISO date of the notices; a later day of receipt replaces it.
            templates: the folder of a bureau's own forms.
            announcement: what is announced of the round.
            reasons: what former years give reason to ask of a submission, by its path.

        Raises:
            FormError: the bureau's own notice template cannot be filled in.
            OSError: a file cannot be written.
        """
        newer = set(newer_returned(survey.submissions, survey.roles).values())
        spared = set(spared_paths(survey.board))
        until = {path: row.until for row in survey.board if row.until for path in row.paths}
        wrong_reviews = to_correct(survey.submissions, survey.roles, survey.naming)
        for outcome in outcomes:
            if outcome.path in wrong_reviews:
                self._hand_back(outcome, new)
            if survey.roles[outcome.path].kind == COUNTS or outcome.path in newer:
                if not outcome.goes_back:
                    self._finalize(outcome, new)
                elif outcome.path not in spared:
                    said = replace(announcement, deadline=until.get(outcome.path, announcement.deadline))
                    told = reasons.get(outcome.path, ())
                    self._return(
                        survey.owned(outcome),
                        new=new,
                        date=date,
                        templates=templates,
                        announcement=said,
                        reasons=told,
                        year=survey.asked.year,
                    )
        latest = max([date, *map(day_of, survey.submissions)])
        for parcel in make_parcels(survey.board) if survey.roster is not None else ():
            self._address(parcel, new=new, date=latest, announcement=announcement)

    def _finalize(self, outcome: Outcome, new: Path) -> None:
        """Copy the finalized files of a workbook."""
        names = [made.rpartition("/")[2] for made in outcome.outputs]
        saved = self.finalized.saved_by_others(names, outcome.sha256)
        if saved or not self.finalized.due.isdisjoint(names):  # the latter if two units have the same name
            names = [_with_digits(name, outcome.sha256) for name in names]
        for name, made in zip(names, outcome.outputs, strict=True):
            self.finalized.copy(self.directory / made, name, new, spare=self._spare(outcome, made))
        if names:
            copies = [
                (f"{self.finalized.path.name}/{name}", output, (outcome.digests or NOBODY).get(output))
                for name, output in zip(names, outcome.outputs, strict=True)
            ]
            self._handed.append(HandedOut(outcome.sha256, outcome.unit or "", copies))
        self.beside |= {name: _with_digits(name, outcome.sha256) for name in saved}

    def handed(self) -> Iterator[HandedOut]:
        """Yield what is finalized, in the order of the paths of the submissions."""
        return (HandedOut(*item) for item in self._handed)

    def _spare(self, outcome: Outcome, made: str) -> Path | None:
        """Where a second copy of a file may lie."""
        sha256 = (outcome.digests or NOBODY).get(made)
        return self.copies / sha256 if self.copies and sha256 else None

    def _hand_back(self, outcome: Outcome, new: Path) -> None:
        """Copy the annotated workbook of a review, for whoever reviews."""
        for made in outcome.outputs:
            name = returned_name(outcome, made)
            self.reviews.copy(self.directory / made, name, new, spare=self._spare(outcome, made))
            self.reviews.digests[name] = (outcome.digests or NOBODY).get(made) or digest_of(self.directory / made)

    def _return(
        self,
        outcome: Outcome,
        *,
        new: Path,
        date: str,
        templates: Path | None,
        announcement: Announcement,
        reasons: Sequence[str],
        year: int | None,
    ) -> None:
        """Copy the annotated workbook and write its notice."""
        names = [returned_name(outcome, made) for made in outcome.outputs]
        for name, made in zip(names, outcome.outputs, strict=True):
            self.returned.copy(self.directory / made, name, new, spare=self._spare(outcome, made))
            self.returned.digests[name] = (outcome.digests or NOBODY).get(made) or digest_of(self.directory / made)
        self.returned_of[outcome.path] = names
        notice, day = f"{file_stem(outcome)}-{sentence('notice_name', {})}.docx", max(date, day_of(outcome))
        names.append(notice)
        if place := self.returned.place_for(notice, new):
            annotated = names[0] if outcome.outputs else ""
            write_notice(
                outcome,
                place,
                annotated=annotated,
                date=day,
                templates=templates,
                announcement=announcement,
                reasons=reasons,
                year=year,
            )
            self.returned.digests[notice] = digest_of(place)

    def _address(self, parcel: Parcel, *, new: Path, date: str, announcement: Announcement) -> None:
        """Write what goes to a supervising department."""
        names = [name for row in parcel.rows for path in row.paths for name in self.returned_of.get(path, ())]
        folders = (new / self.returned.path.name, self.returned.path)
        files = [next(folder / name for folder in folders if (folder / name).exists()) for name in names]
        text = cover_text(parcel, date=date, announcement=announcement, has_archive=bool(files))
        writers: dict[str, Callable[[Path], object]] = {
            BOARD: lambda place: write_board(parcel, place, date=date),
            ARCHIVE: lambda place: write_archive(files, place),
            COVER: lambda place: place.write_text(text, "utf-8-sig", newline="\r\n"),
        }
        for ending, write in writers.items():
            name = f"{parcel.stem}{ending}"
            if (files or ending != ARCHIVE) and (place := self.departments.place_for(name, new)):
                write(place)
                self.departments.digests[name] = digest_of(place)

    def digests(self, last: Mapping[str, str]) -> dict[str, str]:
        """By path below the collection, the SHA-256 of what goes back and to departments.

        Args:
            last: those of the last run: what somebody has saved since is to be as it was then.
        """
        paths = {f"{folder.path.name}/{name}": folder.digests.get(name) for folder in self.folders[1:] for name in folder.due}
        known = ((path, digest or last.get(path)) for path, digest in sorted(paths.items()))
        return {path: digest for path, digest in known if digest}

    def note(self) -> None:
        """Put all files that are due on our list."""
        start_list(self.list, [folder.path for folder in self.folders])
        if any(folder.due for folder in self.folders):
            note(self.list, self._due())

    def remove_what_is_not_due(self) -> None:
        """Remove the files of earlier runs that are no longer due.

        Raises:
            OSError: a file cannot be removed (perhaps open in Excel).
        """
        for folder in self.folders:
            folder.remove_what_is_not_due(self.list)
        finish_list(self.list, self._due())

    def _due(self) -> dict[str, SpooledSet]:
        return {folder.path.name: folder.due for folder in self.folders}


def returned_name(outcome: Outcome, made: str) -> str:
    """The name of the annotated workbook beside its notice: that of the submission is often the same for all units."""
    return f"{file_stem(outcome)}-{made.rpartition('-')[2]}"


def day_of(submission: Submission) -> str:
    """The day of receipt: nothing about a submission bears an earlier date."""
    return submission.received[:10]


def _moved(file: Path, place: Path) -> bool:
    """Move a file that may be there, and tell whether it was."""
    try:
        os.rename(file, place)
    except OSError:
        return False
    return True


def _with_digits(name: str, sha256: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}-{sha256[:8]}{dot}{suffix}"
