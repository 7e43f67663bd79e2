"""What lies in a package, and the proof that it is whole.

    package = read_package(archive, path="district.zip", members=(), file="received/district.zip")
    package.inputs, package.head                # what was received; the last hash of its audit
    for result in results_in(archive): …

A package is a zip of five kinds of entries:

    xlperf-package.json     the version, the basis of the results, the audit's last hash, the SHA-256 of every other entry
    inputs.jsonl            one line per file that was received: path, key, size, SHA-256, time, where its bytes are
    results.jsonl           one line per content: what is kept of its outcome, as it is kept
    audit.jsonl             the audit, entry by entry
    received/…, made/…      the files

Whoever alters an entry has to alter its hash, an entry of the audit and all after it; the last hash is printed in the summary.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from xlperf.collecting.store.outcomes import proof_of
from xlperf.errors import UnreadableError, is_disk_full
from xlperf.files import ZIP_FAULTS
from xlperf.messages import sentence
from xlperf.reading.limits import MIB
from xlperf.reading.package.zip_file import CHUNK
from xlperf.summarizing.audit.chain import Entry, broken_at, kept_by

MARK, INPUTS, RESULTS, AUDIT = "xlperf-package.json", "inputs.jsonl", "results.jsonl", "audit.jsonl"
RECEIVED, MADE = "received/", "made/"
FORMAT = 1  # of packages
LARGEST_HEAD, LARGEST_LIST = 64 * MIB, 512 * MIB  # bytes of the parts that are read whole


class PackedInput(NamedTuple):
    """A file as the collection had it."""

    path: str
    key: str  # identifies its content
    size: int
    sha256: str  # "" if its bytes could not be read
    received: str  # ISO time
    stored: str | None  # the entry with its bytes, None where there are none


class PackedResult(NamedTuple):
    """What became of a content."""

    key: str
    waiver: tuple[Any, ...] | None  # what the bureau let stand in it: codes, by whom, on which day, why
    row: Mapping[str, Any]  # as the store keeps it
    made: Mapping[str, str]  # name -> entry, of the files made from it


@dataclass(frozen=True, kw_only=True)
class Package:
    """A package that lies in an inbox."""

    path: str  # as the bureau knows it
    file: str
    members: tuple[int, ...]  # the way to it through archives, by position
    basis: str  # the digest of all that its results depend on besides bytes, date and decisions
    inputs: Sequence[PackedInput]
    entries: Sequence[Entry]  # of its audit

    @property
    def head(self) -> str:
        """The last hash of its audit."""
        return self.entries[-1].hash if self.entries else ""


def is_package(archive: zipfile.ZipFile) -> bool:
    """Whether an archive says that it is one."""
    return MARK in archive.NameToInfo


def read_package(archive: zipfile.ZipFile, *, path: str, members: tuple[int, ...], file: str) -> Package:
    """Return the package in an archive, once every byte of it is proven.

    Raises:
        UnreadableError: XL508, it is altered, not whole, or of a later version.
    """
    try:
        head = json.loads(_whole(archive, MARK, LARGEST_HEAD))
        if head["package"] != FORMAT:
            raise altered(path, MARK)
        _check_parts(archive, path, head["parts"])
        inputs = [PackedInput(**line) for line in _lines(archive, INPUTS)]
        entries = [Entry(**line) for line in _lines(archive, AUDIT)]
        package = Package(path=path, file=file, members=members, basis=str(head["basis"]), inputs=inputs, entries=entries)
        if broken_at(entries) is not None or package.head != head["head"]:
            raise altered(path, AUDIT)
        _check_against_audit(archive, package, head["parts"])
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError, *ZIP_FAULTS) as error:
        if is_disk_full(error):
            raise
        raise altered(path, MARK) from None
    return package


def altered(path: str, part: str) -> UnreadableError:
    """The error that a package is not as it was made."""
    return UnreadableError("XL508", found=sentence("package_part", {"path": path, "part": part}))


def results_in(archive: zipfile.ZipFile) -> Iterator[PackedResult]:
    """Yield what became of every content, one at a time."""
    for line in _lines(archive, RESULTS):
        waiver = line["waiver"]
        yield PackedResult(line["key"], None if waiver is None else (tuple(waiver[0]), *waiver[1:]), line["row"], line["made"])


def _lines(archive: zipfile.ZipFile, name: str) -> Iterator[Any]:
    with archive.open(name) as part, io.TextIOWrapper(part, "utf-8", newline="\n") as lines:
        yield from map(json.loads, lines)


def _whole(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    if archive.getinfo(name).file_size > most:
        raise ValueError(name)
    return archive.read(name)


# --- the proof -----------------------------------------------------------------------------------------------


def _check_parts(archive: zipfile.ZipFile, path: str, parts: Mapping[str, str]) -> None:
    """Hold every entry against its hash.

    Raises:
        UnreadableError: one is missing, altered, there twice or not listed.
    """
    names = Counter(entry.filename for entry in archive.infolist() if entry.filename != MARK)
    if stray := sorted(names.keys() ^ parts.keys()) or [name for name, times in names.items() if times > 1]:
        raise altered(path, stray[0])
    for name in (INPUTS, RESULTS, AUDIT):
        if archive.getinfo(name).file_size > LARGEST_LIST:
            raise altered(path, name)
    for name in names:
        digest = sha256()
        with archive.open(name) as part:
            while chunk := part.read(CHUNK):
                digest.update(chunk)
        if digest.hexdigest() != parts[name]:
            raise altered(path, name)


def _check_against_audit(archive: zipfile.ZipFile, package: Package, parts: Mapping[str, str]) -> None:
    """Hold inputs and results against what the audit says of them.

    Raises:
        UnreadableError: one is not what was written down.
    """
    kept = kept_by(package.entries)
    listed = {item.path: item.key for item in package.inputs}
    if kept.inputs != listed or len(listed) != len(package.inputs):
        raise altered(package.path, INPUTS)
    for item in package.inputs:
        if item.stored is not None and parts[item.stored] != item.sha256:
            raise altered(package.path, INPUTS)
    for result in results_in(archive):
        digests = json.loads(result.row["digests"] or "null") or {}
        made = {output.rpartition("/")[2]: digest for output, digest in digests.items()}
        if kept.judged.get(result.key) != proof_of(result.row) or {n: parts[part] for n, part in result.made.items()} != made:
            raise altered(package.path, RESULTS)
