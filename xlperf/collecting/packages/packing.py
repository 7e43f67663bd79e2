"""Put a collection into one file that another collection can take in.

    packed = package_collection("OUT", output="district.zip")
    packed.files, packed.head

What is put in comes from the store and from `audit.zip`, so the inboxes need not be there any more. A collection is packed as its
last run left it: whole, and proven against its own audit.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from xlperf.collecting.housekeeping import locked
from xlperf.collecting.inbox.archives import MOST_ENTRIES
from xlperf.collecting.packages.contents import AUDIT, FORMAT, INPUTS, MADE, MARK, RECEIVED, RESULTS
from xlperf.collecting.processing import basis_of, digest_of_work, options_of, terms_of
from xlperf.collecting.run_log import Run, read_run
from xlperf.collecting.store.arrivals import received_inputs
from xlperf.collecting.store.audit_log import LOG, UNFINISHED, entries_of, seals_of
from xlperf.collecting.store.opening import FILE_NAME, opened_store
from xlperf.collecting.store.outcomes import PROVED, outcome_rows, proof_of
from xlperf.collecting.store.ownership import refuse_other_owner
from xlperf.collecting.store.tables import Store
from xlperf.collecting.worker import folder_of
from xlperf.csv_file import as_meant
from xlperf.errors import UsageError, reason_of
from xlperf.files import ZIP_FAULTS, StrPath, digest_of, make_folder, write_atomically, zip_entry
from xlperf.reading.limits import MIB
from xlperf.summarizing.audit.archive import MANIFEST
from xlperf.summarizing.audit.chain import DECIDED, UNDONE, broken_at, kept_by
from xlperf.summarizing.board.decisions import in_force, taken_in, waivers_of
from xlperf.summarizing.exports import AUDIT as ARCHIVE

PIECE = MIB
KEPT = (*PROVED, "saved", "places", "rows", "seconds")  # columns of an outcome


@dataclass(frozen=True, kw_only=True)
class Packed:
    """What was put into a package.

    Example:
        >>> Packed(path=Path("district.zip"), files=120, results=118, entries=512, head="9f86d0").files
        120
    """

    path: Path
    files: int  # that were received
    results: int  # contents whose outcome goes with them
    entries: int  # of the audit
    head: str  # the hash of the last one


def package_collection(directory: StrPath, *, output: StrPath, database: str | None = None) -> Packed:
    """Write a collection with its results, decisions and audit into one file, for the collection of the office above.

    Args:
        directory: the folder of a collection.
        output: the package, a .zip; one that is there is replaced.
        database: the URL of the store, where the collection was made with one.

    Raises:
        UsageError: there is no collection, its last run did not end, something in it is not as its audit says, or the package
            cannot be written.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as inbox, TemporaryDirectory() as out:
        ...     _ = Path(inbox, "letter.pdf").write_bytes(b"%PDF-1.7")
        ...     _ = collect([inbox], output=out)
        ...     packed = package_collection(out, output=Path(out, "district.zip"))
        >>> packed.files, packed.results
        (1, 1)
    """
    folder, target = Path(directory), Path(output)
    if target.suffix.lower() != ".zip":
        raise UsageError("package_ending", path=target)
    run = read_run(folder)
    if run is None or not (database or (folder / FILE_NAME).exists()):
        raise UsageError("no_collection", path=folder)
    with locked(folder), opened_store(folder, database) as store:
        refuse_other_owner(store, folder)
        seals = seals_of(store)
        if UNFINISHED in seals:
            raise UsageError("package_unfinished", path=folder)
        if digest_of(folder / LOG) not in (seals.get(LOG) or []):
            raise UsageError("package_altered", path=folder, part=LOG)
        writer = _Writer(folder, store, run)
        try:
            make_folder(target.absolute().parent)
            write_atomically(target, writer.write)
        except (OSError, *ZIP_FAULTS) as error:
            raise UsageError("cannot_write", path=target, reason=reason_of(error)) from None
    return Packed(path=target, files=writer.files, results=writer.results, entries=len(writer.entries), head=writer.head)


class _Writer:
    """Writes one package, and proves on the way that the collection is as its audit says."""

    def __init__(self, folder: Path, store: Store, run: Run) -> None:
        self.folder, self.store, self.run = folder, store, run
        self.entries = list(entries_of(store))
        self.head = self.entries[-1].hash if self.entries else ""
        self.kept = kept_by(self.entries)
        self.waivers = waivers_of(in_force(taken_in(entry for entry in self.entries if entry.kind in (DECIDED, UNDONE))))
        self.options = options_of(run)
        self.digest = digest_of_work(self.options, run["forms"])
        self.parts: dict[str, str] = {}
        self.files = self.results = 0

    def write(self, path: Path) -> None:
        """Write it.

        Raises:
            UsageError: something is not as the audit says, or there is too much of it.
        """
        if broken_at(self.entries) is not None:
            raise self._altered(FILE_NAME)
        with zipfile.ZipFile(self.folder / ARCHIVE) as received, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            self._add_lines(archive, INPUTS, self._add_received(archive, received))
            made = self._add_made(archive)
            self._add_lines(archive, RESULTS, self._results(made))
            self._add_lines(archive, AUDIT, (entry._asdict() for entry in self.entries))
            if len(self.parts) >= MOST_ENTRIES:
                raise UsageError("package_large", path=self.folder, found=len(self.parts), most=MOST_ENTRIES)
            basis = basis_of(self.options, self.run["forms"])
            head = {"package": FORMAT, "basis": basis, "head": self.head, "parts": self.parts}
            archive.writestr(zip_entry(MARK, compression=zipfile.ZIP_DEFLATED), json.dumps(head, ensure_ascii=False, indent=1))

    def _altered(self, part: str) -> UsageError:
        return UsageError("package_altered", path=self.folder, part=part)

    # --- what is put in ---

    def _add_received(self, archive: zipfile.ZipFile, received: zipfile.ZipFile) -> list[Mapping[str, Any]]:
        """Put in what was received, each content once; return its lines."""
        stored = _stored_in(received)
        lines: list[Mapping[str, Any]] = []
        for item in received_inputs(self.store):
            place = stored.get(item.sha256)
            name = f"{RECEIVED}{place.partition('/')[2]}" if place else None
            if place and name and name not in self.parts:
                with received.open(place) as source:
                    self._add(archive, name, source)
                if self.parts[name] != item.sha256:
                    raise self._altered(f"{ARCHIVE}: {place}")
            lines.append({**item._asdict(), "stored": name})
        if self.kept.inputs != {line["path"]: line["key"] for line in lines}:
            raise self._altered(FILE_NAME)
        self.files = len(lines)
        return lines

    def _add_made(self, archive: zipfile.ZipFile) -> Mapping[str, Mapping[str, str]]:
        """Put in the files that were made; return by key of the content their names and entries."""
        made: dict[str, dict[str, str]] = {}
        for row in self._rows():
            made[row["key"]] = {}
            for output, digest in (json.loads(row["digests"] or "null") or {}).items():
                last = output.rpartition("/")[2]
                name = f"{MADE}{folder_of(row['key'])}/{last}"
                with open(self.folder / output, "rb") as source:
                    self._add(archive, name, source)
                if self.parts[name] != digest:
                    raise self._altered(output)
                made[row["key"]][last] = name
        self.results = len(made)
        return made

    def _results(self, made: Mapping[str, Mapping[str, str]]) -> Iterator[Mapping[str, Any]]:
        """Yield the lines of what became of every content."""
        for row in self._rows():
            kept = {column: row[column] for column in KEPT}
            yield {"key": row["key"], "waiver": self.waivers.get(row["sha256"]), "row": kept, "made": made[row["key"]]}

    def _rows(self) -> Iterator[Mapping[str, Any]]:
        """Yield what is kept of every content that has an outcome for good."""
        with self.store.engine.connect() as connection:
            for row in outcome_rows(self.store, connection):
                if self.kept.judged.get(row["key"]) != proof_of(dict(row)):
                    raise self._altered(FILE_NAME)
                if row["terms"] == terms_of(self.digest, self.waivers.get(row["sha256"])):
                    yield dict(row)

    # --- how ---

    def _add(self, archive: zipfile.ZipFile, name: str, source: IO[bytes]) -> None:
        """Add an entry with those bytes, and note its hash."""
        digest = sha256()
        with archive.open(zip_entry(name, compression=zipfile.ZIP_DEFLATED), "w", force_zip64=True) as target:
            while piece := source.read(PIECE):
                digest.update(piece)
                target.write(piece)
        self.parts[name] = digest.hexdigest()

    def _add_lines(self, archive: zipfile.ZipFile, name: str, lines: Iterable[Mapping[str, Any]]) -> None:
        digest = sha256()
        with archive.open(zip_entry(name, compression=zipfile.ZIP_DEFLATED), "w", force_zip64=True) as target:
            for line in lines:
                text = f"{json.dumps(line, ensure_ascii=False)}\n".encode("utf-8", "replace")
                digest.update(text)
                target.write(text)
        self.parts[name] = digest.hexdigest()


def _stored_in(archive: zipfile.ZipFile) -> dict[str, str]:
    """By the SHA-256 of an input, the entry with its bytes, as the list in the archive for auditors says."""
    names = set(archive.namelist())
    with archive.open(MANIFEST) as part, io.TextIOWrapper(part, "utf-8-sig", newline="") as text:
        _, *lines = csv.reader(text)
    listed = {sha256: as_meant(stored) for _, stored, sha256, *_ in lines if sha256}
    return {sha256: stored for sha256, stored in listed.items() if stored in names}
