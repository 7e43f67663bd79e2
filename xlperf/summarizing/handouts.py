"""What was made of the files that count, put where people look for it: what is finalized, what goes back and its notice.

    newer = hand_out(survey, outcomes, directory=Path("OUT"), date="2023-03-01", templates=None)
    newer                                   # {"Bureau-2022-final.xlsx": "Bureau-2022-final-9f86d081.xlsx"}

What an earlier run put there and is no longer due is removed. A file that somebody has saved since is theirs and stays; a
newer submission of that unit is put beside it. A copy under a name of somebody's own stays, because it is not on our list.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path, PurePosixPath

from xlperf.files import as_written, holds, make_folder, write_atomically
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

    def __init__(self, path: Path, our_list: Path) -> None:
        self.path, self.our_list = path, our_list
        self.due: set[str] = set()  # file names, not paths: thousands are held

    def put(self, name: str, write: Callable[[Path], object]) -> None:
        """Write a file under that name, unless somebody has saved the one that is there."""
        self.due.add(name)
        note(self.our_list, f"{self.path.name}/{name}")
        path = self.path / name
        if not path.exists() or path.suffix not in PACKAGES or as_written(path):
            make_folder(self.path)
            write_atomically(path, write)

    def saved_by_others(self, names: Iterable[str], sha256: str) -> list[str]:
        """Which of these somebody has saved since, if they were made of another submission than that."""
        packages = [self.path / name for name in names if name.endswith(PACKAGES) and (self.path / name).exists()]
        saved = [path.name for path in packages if not as_written(path)]
        return saved if saved and not any(holds(path, sha256) for path in packages) else []

    def remove_what_is_not_due(self) -> None:
        """Remove what we put there and is no longer due: what is as we wrote it, before it what lies beside under its name."""
        there = os.listdir(self.path) if self.path.is_dir() else ()
        ours = noted(self.our_list, {f"{self.path.name}/{name}" for name in there if name not in self.due})
        overdue = {name.partition("/")[2] for name in ours}
        for path in (self.path / name for name in sorted(overdue)):
            if as_written(path):
                for companion in (path.with_suffix(suffix) for suffix in COMPANIONS):
                    if companion.name in overdue:
                        companion.unlink()
                path.unlink()


def hand_out(
    survey: Survey, outcomes: Iterable[Outcome], *, directory: Path, date: str, templates: Path | None = None
) -> dict[str, str]:
    """Fill the folders; return the finalized files that somebody has saved since, each with the newer one put beside it.

    Args:
        directory: the folder of the collection.
        date: the ISO date of the notices, but for those of files that came in later.
        templates: the folder of a bureau's own forms.

    Raises:
        UsageError: a file cannot be written.
        OSError: a file cannot be removed (open in Excel, perhaps).
    """
    our_list = directory / LIST
    finalized, returned = (
        HandoutFolder(directory / sentence(f"{key}_folder", {}), our_list) for key in ("finalized", "returned")
    )
    start_list(our_list, (finalized.path, returned.path))
    newer = set(newer_returned(survey.submissions, survey.roles).values())
    beside: dict[str, str] = {}
    for outcome in outcomes:
        if survey.roles[outcome.path].kind != COUNTS and outcome.path not in newer:
            continue
        if outcome.has_errors:
            _return(outcome, returned, directory=directory, date=date, templates=templates)
        else:
            beside |= _finalize(outcome, finalized, directory=directory)
    for folder in (finalized, returned):
        folder.remove_what_is_not_due()
    finish_list(our_list, {folder.path.name: sorted(folder.due) for folder in (finalized, returned)})
    return beside


def _finalize(outcome: Outcome, folder: HandoutFolder, *, directory: Path) -> dict[str, str]:
    """Hand out the finalized files of a workbook; return what somebody has saved since, with the new names beside it."""
    names = [PurePosixPath(made).name for made in outcome.outputs]
    saved = folder.saved_by_others(names, outcome.sha256)
    if saved or folder.due.intersection(names):  # the latter where two units are called alike
        names = [_with_digits(name, outcome.sha256) for name in names]
    for name, made in zip(names, outcome.outputs, strict=True):
        folder.put(name, partial(shutil.copyfile, directory / made))
    return {name: _with_digits(name, outcome.sha256) for name in saved}


def _return(outcome: Outcome, folder: HandoutFolder, *, directory: Path, date: str, templates: Path | None) -> None:
    """Hand out the annotated workbook and the notice that goes with it."""
    names = [returned_name(outcome, made) for made in outcome.outputs]
    for name, made in zip(names, outcome.outputs, strict=True):
        folder.put(name, partial(shutil.copyfile, directory / made))
    if not is_attachment(outcome):
        annotated, day = names[0] if names else "", max(date, day_of(outcome))
        write = partial(write_notice, outcome, annotated=annotated, date=day, templates=templates)
        folder.put(f"{file_stem(outcome)}-{sentence('notice_name', {})}.docx", write)


def returned_name(outcome: Outcome, made: str) -> str:
    """What the annotated workbook is called beside its notice: its own name is that of the submission, often everybody's."""
    return f"{file_stem(outcome)}-{made.rpartition('-')[2]}"


def day_of(submission: Submission) -> str:
    """The day on which something came in: nothing that is said of it bears an earlier date."""
    return submission.received[:10]


def _with_digits(name: str, sha256: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}-{sha256[:8]}{dot}{suffix}"
