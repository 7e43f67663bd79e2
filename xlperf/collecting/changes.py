"""What is new since the last run: path by path for programs, unit by unit in sentences.

changes = compare_runs(last, files, naming=naming, has_roster=True)
changes["replaced"]                     # ["b/second.xlsx"]
changes["words"]                        # ["Received for the first time: 2 (…)"]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from xlperf.collecting.run_log import Changes, FileEntry, Run, StatusChange
from xlperf.distributing.naming import PLAIN, Naming
from xlperf.messages import listing, sentence
from xlperf.summarizing.outcome import Submission
from xlperf.summarizing.submissions import COUNTS, MOST_LISTED, Purpose, find_roles, newer_returned, purpose_of

KINDS = ("new", "fixed", "accepted", "broken", "resent", "behind", "gone")  # of changes, in the order of the sentences


class Entry(NamedTuple):
    """The part of a run.json entry that a change needs."""

    submission: Submission
    errors: int

    @property
    def name(self) -> str:
        return self.submission.unit or self.submission.path

    @property
    def passed(self) -> bool:
        return self.submission.status == "passed"


class Counting(NamedTuple):
    """The submissions that count, by purpose; and those that came in after a valid one and are returned all the same."""

    valid: Mapping[Purpose, Entry]
    newer: Mapping[Purpose, Entry]


def compare_runs(last: Run, files: Sequence[FileEntry], *, naming: Naming, has_roster: bool) -> Changes:
    """Return the paths that are new, gone, replaced or of another status since the last run, and sentences about the units."""
    words = list(describe_changes(last["files"], files, naming))
    if last["missing"] is not None and not has_roster:
        words.append(sentence("change_no_roster", {}))
    before = {entry["path"]: entry for entry in last["files"]}
    now = {entry["path"]: entry for entry in files}
    both = [path for path in now if path in before]
    moved: list[StatusChange] = [
        {"path": path, "was": before[path]["status"], "is": now[path]["status"]}
        for path in both
        if now[path]["status"] != before[path]["status"]
    ]
    return {
        "since": last["finished"],
        "new": [path for path in now if path not in before],
        "gone": [path for path in before if path not in now],
        "replaced": [path for path in both if now[path]["sha256"] != before[path]["sha256"]],
        "status": moved,
        "words": words,
    }


def describe_changes(before: Iterable[FileEntry], now: Iterable[FileEntry], naming: Naming = PLAIN) -> Iterator[str]:
    """Yield one sentence per kind of change, or one that says that nothing has changed."""
    listed = [list(before), list(now)]
    attached = {entry["path"] for entries in listed for entry in entries if entry["status"] == "attached"}
    old, new = ([entry for entry in map(_entry, entries) if entry.submission.path not in attached] for entries in listed)
    kinds = _names_by_kind(_counting(old, naming), _counting(new, naming))
    for kind in KINDS:
        if names := kinds.get(kind):
            more = "…" if len(names) > MOST_LISTED else ""
            yield sentence(f"change_{kind}", {"count": len(names), "names": listing(names[:MOST_LISTED]) + more})
    if not kinds:
        same_files = _contents(listed[0]) == _contents(listed[1])
        yield sentence("change_none" if same_files else "change_none_counting", {})


def _entry(entry: FileEntry) -> Entry:
    """An entry of run.json; entries of earlier versions lack code, subject and time of saving."""
    submission = Submission(
        path=entry["path"],
        sha256=entry["sha256"],
        received=entry["received"],
        status="unreadable" if entry["status"] == "attached" else entry["status"],
        saved=entry.get("saved"),
        form=entry["form"],
        revision=entry.get("revision"),
        year=entry["year"],
        unit=entry["unit"],
        unit_code=entry.get("unit_code"),
        subject=entry.get("subject"),
    )
    return Entry(submission, entry["errors"])


def _counting(entries: Iterable[Entry], naming: Naming) -> Counting:
    by_path = {entry.submission.path: entry for entry in entries}
    submissions = [entry.submission for entry in by_path.values()]
    roles = find_roles(submissions, naming)
    newer = newer_returned(submissions, roles)
    counting = [submission for submission in submissions if roles[submission.path].kind == COUNTS]
    return Counting(
        valid={purpose_of(submission, naming): by_path[submission.path] for submission in counting},
        newer={purpose_of(s, naming): by_path[newer[s.path]] for s in counting if s.path in newer},
    )


def _names_by_kind(before: Counting, now: Counting) -> dict[str, list[str]]:
    """The units concerned by each kind of change, as they are named in a sentence."""
    kinds: dict[str, list[str]] = {}
    for purpose in {**before.valid, **now.valid}:
        if change := _change(before.valid.get(purpose), now.valid.get(purpose)):
            kind, name = change
            kinds.setdefault(kind, []).append(name)
    for purpose, entry in now.newer.items():
        known = before.newer.get(purpose)
        if known is None or known.submission.sha256 != entry.submission.sha256:
            valid = now.valid[purpose].submission
            name = sentence("change_behind_name", {"name": valid.unit or valid.path, "file": valid.path})
            kinds.setdefault("behind", []).append(name)
    return kinds


def _change(before: Entry | None, now: Entry | None) -> tuple[str, str] | None:
    """The kind of change and the name of what has changed, None where nothing has."""
    if before is None:
        return ("new", now.name) if now else None
    if now is None:
        return "gone", before.name
    if before.passed != now.passed:
        same = before.submission.sha256 == now.submission.sha256
        return ("accepted" if same else "fixed") if now.passed else "broken", now.name
    if before.submission.sha256 != now.submission.sha256:
        return "resent", sentence("change_errors", {"name": now.name, "before": before.errors, "now": now.errors})
    return None


def _contents(entries: Iterable[FileEntry]) -> set[tuple[str, str]]:
    return {(entry["path"], entry["sha256"]) for entry in entries}
