"""What was made of the files that count, put where people look for it: what is finalized, what goes back and its notice.

    handouts = Handouts(Path("OUT"))
    handouts.make(survey, outcomes, new=new, date="2023-03-01")     # in a new folder, from which it moves to OUT
    handouts.note()                                                 # just before it moves
    handouts.remove_what_is_not_due()                               # afterwards
    handouts.beside                         # {"Bureau-2022-final.xlsx": "Bureau-2022-final-9f86d081.xlsx"}

What an earlier run put there and is no longer due is removed. A file that somebody has saved since is theirs and stays; a
newer submission of that unit is put beside it. A copy under a name of somebody's own stays, because it is not on our list.
"""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from xlperf.files import as_written, holds
from xlperf.messages import sentence
from xlperf.summarizing.handout_list import finish_list, note, noted, start_list
from xlperf.summarizing.notice import write_notice
from xlperf.summarizing.outcome import Outcome, Submission
from xlperf.summarizing.submissions import COUNTS, file_stem, is_attachment, newer_returned
from xlperf.summarizing.survey import Survey

LIST = "collection.placed"  # below the folder of the collection
PACKAGES, COMPANIONS = (".xlsx", ".docx"), (".json",)  # what tells whether it is as we wrote it, and what does not


class HandoutFolder:
    """One of the folders that people look into, while it is filled anew."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.due: set[str] = set()  # file names, not paths: thousands are held

    def copy(self, made: Path, name: str, new: Path) -> None:
        """Put a copy under that name, unless there is one already."""
        place, there = self.place_for(name, new), self.path / name
        if place and not (there.exists() and filecmp.cmp(made, there, shallow=False)):
            shutil.copyfile(made, place)

    def place_for(self, name: str, new: Path) -> Path | None:
        """Where a file that is due is to be made, None where somebody has saved the one that is there."""
        self.due.add(name)
        there, folder = self.path / name, new / self.path.name
        if there.exists() and there.suffix in PACKAGES and not as_written(there):
            return None
        folder.mkdir(exist_ok=True)
        return folder / name

    def saved_by_others(self, names: Iterable[str], sha256: str) -> list[str]:
        """Which of these somebody has saved since, if they were made of another submission than that."""
        packages = [self.path / name for name in names if name.endswith(PACKAGES) and (self.path / name).exists()]
        saved = [path.name for path in packages if not as_written(path)]
        return saved if saved and not any(holds(path, sha256) for path in packages) else []

    def remove_what_is_not_due(self, our_list: Path) -> None:
        """Remove what we put there and is no longer due: what is as we wrote it, before it what lies beside under its name."""
        there = os.listdir(self.path) if self.path.is_dir() else ()
        ours = noted(our_list, {f"{self.path.name}/{name}" for name in there if name not in self.due})
        overdue = {name.partition("/")[2] for name in ours}
        for path in (self.path / name for name in sorted(overdue)):
            if as_written(path):
                for companion in (path.with_suffix(suffix) for suffix in COMPANIONS):
                    if companion.name in overdue:
                        companion.unlink()
                path.unlink()


class Handouts:
    """The folders of what is finalized and of what goes back, while they are filled anew."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.list = directory, directory / LIST
        self.finalized = HandoutFolder(directory / sentence("finalized_folder", {}))
        self.returned = HandoutFolder(directory / sentence("returned_folder", {}))
        self.folders = (self.finalized, self.returned)
        self.beside: dict[str, str] = {}  # finalized files that somebody has saved since: the newer one beside it

    def make(self, survey: Survey, outcomes: Iterable[Outcome], *, new: Path, date: str, templates: Path | None = None) -> None:
        """Make all that is due and is not there yet, below `new` as it is to lie in the folder of the collection.

        Args:
            date: the ISO date of the notices, but for those of files that came in later.
            templates: the folder of a bureau's own forms.

        Raises:
            FormError: the bureau's own template of a notice cannot be filled in.
            OSError: a file cannot be written.
        """
        newer = set(newer_returned(survey.submissions, survey.roles).values())
        for outcome in outcomes:
            if survey.roles[outcome.path].kind == COUNTS or outcome.path in newer:
                if outcome.has_errors:
                    self._return(outcome, new=new, date=date, templates=templates)
                else:
                    self._finalize(outcome, new)

    def _finalize(self, outcome: Outcome, new: Path) -> None:
        """The finalized files of a workbook."""
        names = [PurePosixPath(made).name for made in outcome.outputs]
        saved = self.finalized.saved_by_others(names, outcome.sha256)
        if saved or self.finalized.due.intersection(names):  # the latter where two units are called alike
            names = [_with_digits(name, outcome.sha256) for name in names]
        for name, made in zip(names, outcome.outputs, strict=True):
            self.finalized.copy(self.directory / made, name, new)
        self.beside |= {name: _with_digits(name, outcome.sha256) for name in saved}

    def _return(self, outcome: Outcome, *, new: Path, date: str, templates: Path | None) -> None:
        """The annotated workbook and the notice that goes with it."""
        names = [returned_name(outcome, made) for made in outcome.outputs]
        for name, made in zip(names, outcome.outputs, strict=True):
            self.returned.copy(self.directory / made, name, new)
        if is_attachment(outcome):
            return
        notice, day = f"{file_stem(outcome)}-{sentence('notice_name', {})}.docx", max(date, day_of(outcome))
        if place := self.returned.place_for(notice, new):
            write_notice(outcome, place, annotated=names[0] if names else "", date=day, templates=templates)

    def note(self) -> None:
        """Say that all that is due was put there by us."""
        start_list(self.list, [folder.path for folder in self.folders])
        if any(folder.due for folder in self.folders):
            note(self.list, self._due())

    def remove_what_is_not_due(self) -> None:
        """Remove what an earlier run put there and this one does not.

        Raises:
            OSError: a file cannot be removed (open in Excel, perhaps).
        """
        for folder in self.folders:
            folder.remove_what_is_not_due(self.list)
        finish_list(self.list, self._due())

    def _due(self) -> dict[str, list[str]]:
        return {folder.path.name: sorted(folder.due) for folder in self.folders}


def returned_name(outcome: Outcome, made: str) -> str:
    """What the annotated workbook is called beside its notice: its own name is that of the submission, often everybody's."""
    return f"{file_stem(outcome)}-{made.rpartition('-')[2]}"


def day_of(submission: Submission) -> str:
    """The day on which something came in: nothing that is said of it bears an earlier date."""
    return submission.received[:10]


def _with_digits(name: str, sha256: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}-{sha256[:8]}{dot}{suffix}"
