"""Whose a file is that does not say so: a damaged workbook, a scan, a letter.

    found = assign(submissions, {"in/Bureau A.pdf"}, roster, naming)
    found.owners, found.attached, found.settled     # {"in/Bureau A.pdf": Owner("Bureau A", "101")}, {"in/Bureau A.pdf"}, …
    elsewhere = find_elsewhere(submissions, roster, naming)     # {"Bureau A/form.xlsx": Owner("Bureau A", "101")}: it is B's

A file is a unit's if its name has the name or the code of that unit and of no other; else if a folder or archive around it
has, unless that is called after a unit that supervises others; else if all that could be read in the folder is of one unit.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple
from unicodedata import normalize

from xlperf.distributing.naming import Naming
from xlperf.distributing.roster import Unit
from xlperf.summarizing.outcome import INSIDE, Submission
from xlperf.summarizing.submissions import owner_of
from xlperf.text import letters_of

SHORTEST_NAME, SHORTEST_CODE = 2, 3  # characters by which a unit is recognized in a file name
PAPERS = (
    ".pdf",
    ".ofd",
    ".jpg",
    ".jpeg",
    ".png",
    ".bmp",
    ".tif",
    ".tiff",
    ".heic",
    ".doc",
    ".docx",
    ".wps",
    ".rtf",
    ".eml",
    ".msg",
)  # perhaps of the form, or with it inside
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".et", ".ods")
ARCHIVES = (".zip", ".rar", ".7z")
WORDS = re.compile(r"[^\W_]+", re.ASCII)


class Owner(NamedTuple):
    """A unit as it is written where nobody else says whose a file is."""

    name: str
    code: str


class Known(NamedTuple):
    """What units are recognized by."""

    names: Mapping[str, Sequence[Owner]]  # by name as it is compared
    codes: Mapping[str, Sequence[Owner]]
    supervisors: Collection[str]  # the names, as they are compared, of those that supervise units of the roster
    naming: Naming


class Assigned(NamedTuple):
    """Whose those files are that do not say so, what they are about, and which of them are attachments; all by path."""

    owners: Mapping[str, Owner]
    subjects: Mapping[str, str]
    attached: Collection[str]
    settled: Collection[str]  # the attachments that nobody has to look at


def assign(
    submissions: Sequence[Submission],
    loose: Collection[str],
    roster: Sequence[Unit] | None,
    naming: Naming,
    *,
    has_roster: bool | None = None,
) -> Assigned:
    """Return whose files are that do not say so themselves, and which are attachments.

    Args:
        submissions: all of the collection.
        loose: the paths of those that are no tables.
        roster: its units, None where there is no list.
        has_roster: whether a board will tell which unit is missing, if that does not follow from `roster`.
    """
    owners = find_owners(submissions, roster, naming)
    subjects = find_subjects(submissions, owners, roster or (), naming)
    attached = find_attached(submissions, owners, loose, naming) - subjects.keys()
    is_known = roster is not None if has_roster is None else has_roster
    goes_with_tables = len(loose) < len(submissions)  # where there is nothing else, somebody meant it to be read
    settled = settled_attachments(attached, owners, has_roster=is_known) if goes_with_tables else frozenset[str]()
    return Assigned(owners, subjects, attached, settled)


def find_owners(submissions: Sequence[Submission], roster: Iterable[Unit] | None, naming: Naming) -> dict[str, Owner]:
    """Return by path the unit of every file that names none itself, where that is clear."""
    known = _known(submissions, roster, naming)
    folders = _owners_of_folders(submissions, naming)
    nameless = (submission.path for submission in submissions if not submission.unit and not submission.unit_code)
    found = ((path, _by_names(path, known) or _by_folder(path, folders)) for path in nameless)
    return {path: owner for path, owner in found if owner}


def find_attached(
    submissions: Iterable[Submission], owners: Mapping[str, Owner], loose: Collection[str], naming: Naming
) -> frozenset[str]:
    """Return the paths of what is an attachment: no table by name and content.

    What may be the form on paper is no attachment if its unit has sent nothing else: then it stands for the workbook.

    Args:
        loose: the paths of the files that are no tables.
    """
    tables = (owners.get(s.path) or Owner(s.unit or "", s.unit_code or "") for s in submissions if s.path not in loose)
    with_table = {naming.key(owner.name, owner.code) for owner in tables}

    def stands_for_workbook(path: str) -> bool:
        owner = owners.get(path)
        return owner is not None and path.lower().endswith(PAPERS) and naming.key(owner.name, owner.code) not in with_table

    return frozenset(path for path in loose if not stands_for_workbook(path))


def settled_attachments(attached: Iterable[str], owners: Mapping[str, Owner], *, has_roster: bool) -> frozenset[str]:
    """Return the paths of the attachments that nobody has to look at.

    Without a roster nothing else would tell that a unit is missing whose form on paper nobody can assign.
    """
    return frozenset(path for path in attached if has_roster or path in owners or not path.lower().endswith(PAPERS))


def find_subjects(
    submissions: Sequence[Submission], owners: Mapping[str, Owner], roster: Iterable[Unit], naming: Naming
) -> dict[str, str]:
    """Return by path what a file that cannot be read is about: its name has the title of a paper that its unit still owes."""
    asked = {naming.key(unit.name, unit.code): unit.papers for unit in roster if unit.papers}
    came: dict[str, set[str]] = {}
    for submission in submissions:
        if submission.form and submission.subject:
            key = naming.key(submission.unit, submission.unit_code)
            came.setdefault(key, set()).add(letters_of(submission.subject))
    found: dict[str, str] = {}
    for submission in submissions:
        owner = owners.get(submission.path) or Owner(submission.unit or "", submission.unit_code or "")
        key = naming.key(owner.name, owner.code)
        if submission.form is None and key in asked and submission.path.lower().endswith((*PAPERS, *WORKBOOKS)):
            name = letters_of(PurePosixPath(_parts(submission.path)[-1]).stem)
            titles = [subject for subject in asked[key] if letters_of(subject) in name]
            title = max(titles, key=len, default="")
            if title and letters_of(title) not in came.get(key, ()):
                found[submission.path] = title
    return found


def find_elsewhere(submissions: Sequence[Submission], roster: Iterable[Unit], naming: Naming) -> dict[str, Owner]:
    """Return by path the unit whose name or code a file lies under, where another one names itself in it.

    Only units are told that have sent nothing else: then it is likely that files were mixed up.
    """
    listed = list(roster)
    known = _known(submissions, listed, naming)
    sent = {naming.key(submission.unit, submission.unit_code) for submission in submissions}
    silent = [unit for unit in listed if naming.key(unit.name, unit.code) not in sent]
    marks = [(naming.name_key(unit.name), naming.code_of(unit.name, unit.code).lower()) for unit in silent]
    silent_names = {naming.key(unit.name, unit.code) for unit in silent}
    codes = {naming.code_of(submission.unit, submission.unit_code) for submission in submissions} - {""}
    found: dict[str, Owner] = {}
    for submission in submissions:
        letters, plain = letters_of(submission.path), submission.path.lower()
        if submission.unit and any(name in letters or (code and code in plain) for name, code in marks):
            owner = _by_names(submission.path, known)
            if owner and naming.key(owner.name, owner.code) in silent_names and naming.code_of(*owner) not in codes:
                found[submission.path] = owner
    return found


def _known(submissions: Iterable[Submission], roster: Iterable[Unit] | None, naming: Naming) -> Known:
    """The units of the roster, and those that named themselves."""
    listed = list(roster or ())
    own = [Owner(unit.name, unit.code.strip()) for unit in listed]
    there = {naming.key(owner.name, owner.code) for owner in own}
    for submission in submissions:
        key = naming.key(submission.unit, submission.unit_code)
        if submission.unit and key not in there:
            there.add(key)
            own.append(Owner(submission.unit, (submission.unit_code or "").strip()))
    names: dict[str, list[Owner]] = {}
    codes: dict[str, list[Owner]] = {}
    for owner in own:
        names.setdefault(naming.name_key(owner.name), []).append(owner)
        codes.setdefault(naming.code_of(*owner).lower(), []).append(owner)
    above = {naming.name_key(unit.supervisor) for unit in listed if unit.supervisor != unit.name}
    return Known(names, codes, above, naming)


def _by_names(path: str, known: Known) -> Owner | None:
    """The unit that the file name or, from the inside, a folder or archive around it is called after."""
    *around, name = _parts(path)
    if owner := _called(PurePosixPath(name).stem, known):
        return owner
    for part in reversed(around):
        owner = _called(part.removesuffix(next((end for end in ARCHIVES if part.lower().endswith(end)), "")), known)
        if owner:
            return None if known.naming.name_key(owner.name) in known.supervisors else owner
    return None


def _parts(path: str) -> list[str]:
    return [part for part in path.replace(INSIDE, "/").split("/") if part] or [path]


def _called(text: str, known: Known) -> Owner | None:
    """The one unit that a name speaks of: of several names in it the longest, a code where names are the same."""
    letters = letters_of(text)
    words = {word.lower() for word in WORDS.findall(normalize("NFKC", text))}
    by_code = [owner for word in words if len(word) >= SHORTEST_CODE for owner in known.codes.get(word, ())]
    names = [name for name in known.names if len(name) >= SHORTEST_NAME and name in letters]
    names = [name for name in names if name not in known.supervisors] or names  # "the school of the bureau" is the school's
    longest = max(names, key=len, default="")
    others = [name for name in names if name not in longest]
    named = [] if others else list(known.names.get(longest, ()))
    both = [owner for owner in named if owner in by_code]
    found = both or named or ([] if names else by_code)
    return found[0] if len(set(found)) == 1 else None


def _owners_of_folders(submissions: Iterable[Submission], naming: Naming) -> dict[str, dict[str, Owner]]:
    """The units that named themselves in every folder and archive, by key."""
    found: dict[str, dict[str, Owner]] = {}
    for submission in submissions:
        if submission.unit:
            owner = Owner(submission.unit, submission.unit_code or "")
            for folder in _folders(submission.path):
                found.setdefault(folder, {}).setdefault(owner_of(submission, naming), owner)
    return found


def _by_folder(path: str, folders: Mapping[str, Mapping[str, Owner]]) -> Owner | None:
    """The only unit that named itself in the innermost folder in which any did."""
    owners = next((folders[folder] for folder in _folders(path) if folder in folders), {})
    return next(iter(owners.values())) if len(owners) == 1 else None


def _folders(path: str) -> Iterator[str]:
    """Yield the folders and archives around a file, the innermost first."""
    for found in reversed(list(re.finditer(rf"[/{INSIDE}]", path))):
        yield path[: found.start()]
