"""What a collection takes over of packages: what was decided, and what became of files, where it would find the same.

    adopt_decisions(store, packages, now=started)
    for item, done in adopted(packages, to_do, bases, waivers.get): …

A decision is taken over once, with the hash of its entry, and taken back when the package says so. A result is taken over if
version, forms and options of both collections are the same and so is what was decided about the file; the date that is written
into finalized files stays that of the collection that wrote them. Every other file is checked anew.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from xlperf.collecting.inbox.inputs import Input
from xlperf.collecting.inbox.reading import open_archive
from xlperf.collecting.packages.contents import Package, PackedResult, results_in
from xlperf.collecting.store.audit_log import append, entries_of
from xlperf.collecting.store.outcomes import outcome_of
from xlperf.collecting.store.tables import Store
from xlperf.collecting.worker import Done
from xlperf.errors import is_disk_full
from xlperf.files import ZIP_FAULTS
from xlperf.reporting.result import EXIT_CODES
from xlperf.summarizing.audit.chain import DECIDED, PACKED, UNDONE, Entry, Fact
from xlperf.summarizing.gist import Gist
from xlperf.summarizing.outcome import INSIDE, Outcome
from xlperf.workflow.waivers import Waiver

TOLD = {"code", "severity", "cells", "field", "label", "found", "expected", "message", "fix"}  # of every finding


def adopt_decisions(store: Store, packages: Sequence[Package], *, now: str) -> None:
    """Note in the audit which packages came in, and take over what was decided in them; what is there already is not repeated."""
    known = {(entry.told.get("path"), entry.told.get("head")) for entry in entries_of(store, (PACKED,))}
    came = [
        Fact(now, PACKED, {"path": package.path, "head": package.head, "entries": len(package.entries)})
        for package in packages
        if (package.path, package.head) not in known
    ]
    numbers = _adopted(store)
    decided = [
        Fact(entry.time, DECIDED, _as_ours(entry, package))
        for package in packages
        for entry in package.entries
        if entry.kind == DECIDED and entry.hash not in numbers
    ]
    append(store, [*came, *decided])
    numbers, undone = _adopted(store), {entry.told.get("number") for entry in entries_of(store, (UNDONE,))}
    append(store, list(_taken_back(packages, numbers, undone)))


def _adopted(store: Store) -> dict[str, int]:
    """The numbers of decisions that were taken over, by the hash that they have in their package."""
    entries = entries_of(store, (DECIDED,))
    return {str(origin): entry.number for entry in entries if (origin := entry.told.get("origin"))}


def _as_ours(entry: Entry, package: Package) -> dict[str, object]:
    """A decision as it stands in our audit: where its file lies, and from where it comes."""
    told = {**entry.told, "package": package.path, "origin": entry.hash}
    return told | {"path": f"{package.path}{INSIDE}{told['path']}"} if told.get("path") else told


def _taken_back(packages: Sequence[Package], numbers: Mapping[str, int], undone: Collection[object]) -> Iterator[Fact]:
    for package in packages:
        hashes = {entry.number: entry.hash for entry in package.entries if entry.kind == DECIDED}
        for entry in (entry for entry in package.entries if entry.kind == UNDONE):
            number = numbers.get(hashes.get(entry.told.get("number", 0), ""))
            if number is not None and number not in undone:
                yield Fact(entry.time, UNDONE, {**entry.told, "number": number})


# --- results -------------------------------------------------------------------------------------------------


def adopted(
    packages: Sequence[Package], to_do: Mapping[str, Input], bases: Collection[str], waiver_of: Callable[[str], Waiver | None]
) -> Iterator[tuple[Input, Done]]:
    """Yield what is to be done with what became of it in a package, where doing it would give the same.

    Args:
        to_do: the inputs without an outcome, by key.
        bases: the digests of all that an outcome may depend on besides bytes, date and decisions.
        waiver_of: what the bureau lets stand in a content, by its SHA-256.
    """
    found: set[str] = set()
    for package in packages if to_do else ():
        if package.basis not in bases:
            continue
        try:
            archive = open_archive(package.file, package.members)
            for result in results_in(archive):
                item = to_do.get(result.key)
                if item is not None and result.key not in found and result.waiver == waiver_of(item.sha256):
                    done = _done(archive, item, result)
                    if _is_sound(done.outcome):
                        found.add(result.key)
                        yield item, done
        except (KeyError, TypeError, AttributeError, RecursionError, *ZIP_FAULTS) as error:  # altered since it was proven
            if is_disk_full(error):
                raise


def _done(archive: zipfile.ZipFile, item: Input, result: PackedResult) -> Done:
    row = {**result.row, "path": item.path, "size": item.size, "received": ""}
    outcome = outcome_of(row)
    document, gist = (None if part is None else dict(part) for part in (outcome.document, outcome.gist))
    outcome = replace(outcome, document=document, gist=gist)
    return Done(outcome, {name: archive.read(entry) for name, entry in result.made.items()})


def _is_sound(outcome: Outcome) -> bool:
    """Whether it has all that a worker would give: a package may be made by hand."""
    findings: Sequence[Mapping[str, object]] = outcome.findings
    gist = outcome.gist
    return (
        outcome.status in EXIT_CODES
        and all(finding.keys() >= TOLD for finding in findings)
        and (gist is None or gist.keys() >= Gist.__required_keys__)
    )
