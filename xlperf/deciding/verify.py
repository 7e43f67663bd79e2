"""Compare what lies in the folder of a collection with its audit: what is missing, altered or not ours, where the chain breaks.

    found = verify("OUT")
    found.exit_code, [(difference.file, difference.kind) for difference in found.differences]

Compared are the finalized files with the hashes in the audit, the files that they were copied from, the outcomes in the store
with those in the audit, what goes back and to departments, summary, tables and archive with `run.json`, and that with the
store. Nothing is repaired.
"""

from __future__ import annotations

import json
import os
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from xlperf.collecting.housekeeping import locked
from xlperf.collecting.inbox.inputs import is_no_submission
from xlperf.collecting.run_log import Run, read_run
from xlperf.collecting.store.arrivals import registered
from xlperf.collecting.store.audit_log import LOG, UNFINISHED, entries_of, seals_of
from xlperf.collecting.store.opening import FILE_NAME, opened_store
from xlperf.collecting.store.outcomes import outcome_rows, proof_of
from xlperf.collecting.store.ownership import refuse_other_owner
from xlperf.collecting.store.tables import Store
from xlperf.errors import ExitCode, UsageError
from xlperf.files import ZIP_FAULTS, StrPath, digest_of
from xlperf.messages import LANGUAGES, sentence
from xlperf.summarizing.audit.chain import BEGUN, Entry, Kept, broken_at, kept_by

SHOWN_HEAD = re.compile(rb"[0-9a-f]{64}")
OVERVIEW = "xl/worksheets/sheet1.xml"  # of the summary


class Difference(NamedTuple):
    """Something that is not as it was written down."""

    file: str  # its path below the collection; that of the store where an entry or outcome in it is meant
    kind: str  # one of the keys "differs_…" of the catalogue
    facts: Mapping[str, object] = {}

    @property
    def text(self) -> str:
        """It in one line."""
        return sentence(f"differs_{self.kind}", {"file": self.file, **self.facts})


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What was compared, and what differs.

    Example:
        >>> Verification(differences=(), entries=12, head="9f86d0", files=3, before=0).exit_code
        <ExitCode.OK: 0>
    """

    differences: tuple[Difference, ...]
    entries: int  # of the audit
    head: str  # the hash of the last one
    files: int  # that were compared
    before: int  # inputs that were kept before there was an audit

    @property
    def exit_code(self) -> ExitCode:
        """1 where anything differs."""
        return ExitCode.ERRORS_FOUND if self.differences else ExitCode.OK


def verify(directory: StrPath, *, head: str | None = None, database: str | None = None) -> Verification:
    """Compare all that a collection hands out, its summary and its audit with its store.

    Args:
        directory: the folder of a collection.
        head: a hash of the audit that was noted earlier; it has to be in the chain still.
        database: the URL of the store, where the collection was made with one.

    Raises:
        UsageError: there is no collection, another program works in it, or its database does not answer.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as inbox, TemporaryDirectory() as out:
        ...     _ = collect([inbox], output=out, roster="units.csv")
        ...     _ = Path(out, "audit.zip").write_bytes(b"")
        ...     [(difference.file, difference.kind) for difference in verify(out).differences]
        [('audit.zip', 'altered')]
    """
    folder = Path(directory)
    if not folder.is_dir() or not (database or (folder / FILE_NAME).exists()):
        raise UsageError("no_collection", path=folder)
    with locked(folder), opened_store(folder, database) as store:
        refuse_other_owner(store, folder)
        entries = list(entries_of(store))
        name = FILE_NAME if store.url is None else "audit"
        seals, kept, run = seals_of(store), kept_by(entries), read_run(folder)
        if not entries and not seals:
            return Verification(differences=(Difference(name, "before_chain"),), entries=0, head="", files=0, before=0)
        expected = _expected(store, kept, run)
        differences = [
            *([Difference(LOG, "unfinished")] if UNFINISHED in seals else []),
            *_in_chain(entries, name, folder, run, head),
            *_in_store(store, name, kept, is_finished=UNFINISHED not in seals),
            *_in_log(folder, seals),
            *_in_files(folder, expected),
            *_unknown(folder, kept),
        ]
    before = next((entry.told.get("files") for entry in entries if entry.kind == BEGUN), 0)
    return Verification(
        differences=tuple(differences),
        entries=len(entries),
        head=entries[-1].hash if entries else "",
        files=len(expected) + 1,
        before=before if isinstance(before, int) else 0,
    )


def _expected(store: Store, kept: Kept, run: Run | None) -> dict[str, str]:
    """What has to lie in the folder: path -> SHA-256."""
    made: dict[str, str] = {}
    with store.engine.connect() as connection:
        for row in outcome_rows(store, connection, columns=("digests",)):
            try:
                made |= json.loads(row["digests"] or "null") or {}
            except (ValueError, TypeError):  # told as an outcome that was altered
                continue
    exports, handed = (run.get("digests"), run.get("handed")) if run else (None, None)
    return {**kept.finalized, **(handed or {}), **(exports or {}), **made}


# --- the chain -----------------------------------------------------------------------------------------------


def _in_chain(entries: list[Entry], name: str, folder: Path, run: Run | None, head: str | None) -> Iterator[Difference]:
    """Where the chain breaks, and heads that it does not have."""
    broken = broken_at(entries)
    if broken is not None:
        yield Difference(name, "chain_broken", {"number": broken, "entries": len(entries)})
    hashes = {entry.hash for entry in entries}
    shown = run.get("chain") if run else None
    if shown and shown["head"] != _hash_at(entries, shown["entries"]):
        yield Difference(name, "chain_cut", {"shown_in": LOG, "entries": len(entries), **shown})
    for summary in sorted({f"{sentence('summary_file', {}, language)}.xlsx" for language in LANGUAGES}):
        printed = _head_shown_in(folder / summary)
        if printed and printed not in hashes:
            yield Difference(name, "head_unknown", {"shown_in": summary, "head": printed})
    if head and head.strip().lower() not in hashes:
        yield Difference(name, "head_unknown", {"shown_in": "--head", "head": head})


def _hash_at(entries: list[Entry], number: int) -> str | None:
    """The hash of the entry of that number, "" before the first; None where there are not so many."""
    if number == 0:
        return ""
    return entries[number - 1].hash if 0 < number <= len(entries) else None


def _head_shown_in(path: Path) -> str | None:
    """The hash that the overview of a summary shows, None where none can be read."""
    try:
        with zipfile.ZipFile(path) as package:
            found = SHOWN_HEAD.search(package.read(OVERVIEW))
    except ZIP_FAULTS:
        return None
    return found[0].decode() if found else None


# --- the store -----------------------------------------------------------------------------------------------


def _in_store(store: Store, name: str, kept: Kept, *, is_finished: bool) -> Iterator[Difference]:
    """Outcomes and inputs that are not what the audit says; while a run is not finished, only what it has nothing to do with."""
    if not is_finished:
        return
    paths: dict[str, list[str]] = {}
    inputs = registered(store)
    for path, key in inputs.items():
        paths.setdefault(key, []).append(path)
    for path in sorted(
        inputs.keys() ^ kept.inputs.keys() | {path for path, key in inputs.items() if kept.inputs.get(path) != key}
    ):
        yield Difference(name, "input_altered", {"path": path})
    with store.engine.connect() as connection:
        rows = {row["key"]: proof_of(dict(row)) for row in outcome_rows(store, connection)}
    for key, listed in sorted(paths.items()):
        if rows.get(key) != kept.judged.get(key):
            yield Difference(name, "outcome_altered" if key in rows else "outcome_missing", {"path": listed[0]})


# --- files ---------------------------------------------------------------------------------------------------


def _in_log(folder: Path, seals: Mapping[str, object]) -> Iterator[Difference]:
    """Whether the log of the last run is the one that was written."""
    known = seals.get(LOG)
    digest = digest_of(folder / LOG)
    if not digest:
        yield Difference(LOG, "missing")
    elif not isinstance(known, list) or digest not in known:
        yield Difference(LOG, "altered")


def _in_files(folder: Path, expected: Mapping[str, str]) -> Iterator[Difference]:
    for name, sha256 in sorted(expected.items()):
        path = folder / name
        if not path.is_file():
            yield Difference(name, "missing")
        elif digest_of(path) != sha256:
            yield Difference(name, "altered")


def _unknown(folder: Path, kept: Kept) -> Iterator[Difference]:
    """What lies among the finalized files that we did not put there."""
    names = {sentence("finalized_folder", {}, language) for language in LANGUAGES}
    for place in sorted(names | {name.partition("/")[0] for name in kept.finalized}):
        for root, _, files in sorted(os.walk(folder / place)):
            for file in sorted(files):
                name = (Path(root, file).relative_to(folder)).as_posix()
                if name not in kept.finalized and not is_no_submission(file):
                    yield Difference(name, "extra")
