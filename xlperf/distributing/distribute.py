"""One workbook per unit of a roster, with a manifest of what was handed out; run again, only what changed is written anew.

    done = write_templates("my-form", 2023, Path("units.xlsx"), Path("to-send"))
    done.written, done.kept, done.changed           # a file that somebody has filled in since is never overwritten

The manifest lists unit, code, file and SHA-256, and what the file was made of (`basis`). A file whose basis is another one
now is made anew. One whose SHA-256 is another one now was changed by somebody, unless it is what would be made now: then it
is of a run that was ended before it could say so. Processes are started afresh (spawned) on every system, and keep the form,
its layout and its formulas from one unit to the next.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NamedTuple

from xlperf.distributing.prefill import enter, misfits, subject_headings
from xlperf.distributing.roster import Unit, refuse, take_roster
from xlperf.errors import UsageError, XlperfError, reason_of
from xlperf.files import StrPath, as_meant, as_written, harmless, joined_name, make_folder, safe_name, stamp, write_atomically
from xlperf.forms.document import rows_of
from xlperf.forms.form import Form
from xlperf.forms.loader import find_form, load_form
from xlperf.messages import current_language, use_language
from xlperf.progress import Tell
from xlperf.workflow.template import Issued, write_rows

MANIFEST = "manifest.csv"
CHUNK = 8  # units that a process takes at a time
SAVED = 20  # after so many files the manifest is written, so that a run that was killed is known to the next
PROPERTIES, CREATED = "docProps/core.xml", re.compile(rb"<dcterms:created[^>]*>([0-9-]{10})")
MOST_JOBS = 61  # what Windows can wait for


class Handed(NamedTuple):
    """One line of the manifest: a workbook as it was handed out."""

    unit: str
    code: str
    file: str
    sha256: str
    basis: str
    subject: str = ""  # what the paper is about, where a unit files several


class Order(NamedTuple):
    """One workbook to make, with its date; `known`: whether a file that has this name already is one of ours, unchanged."""

    unit: Unit
    path: Path
    basis: str
    date: str
    known: bool


class Made(NamedTuple):
    """What became of an order: the SHA-256 of its file, or why there is none; neither if a stranger's file was left alone."""

    order: Order
    sha256: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Dispatch:
    """What a run did: how many files it wrote and kept, which it left alone as changed by others, which have no unit now.

    `remarks` say what of the roster was passed by.
    """

    manifest: Path
    written: int
    kept: int
    changed: tuple[Path, ...]
    orphaned: tuple[Path, ...]
    remarks: tuple[str, ...] = ()


def write_templates(
    form: str,
    *,
    year: int,
    templates: StrPath | None = None,
    output: StrPath,
    date: str | None = None,
    roster: StrPath,
    jobs: int | None = None,
    rows: Mapping[str, int] | None = None,
    password: str = "",
    tell: Tell = lambda done, total: None,
) -> Dispatch:
    """Write the template of every unit of a roster into a directory, and the manifest.

    Args:
        jobs: processes; by default as many as there are processors.
        rows: spare rows per block where the form's own number is not enough.
        tell: is told how many workbooks are done, of how many.

    Raises:
        UsageError: something in the roster is wrong (then nothing is written), or some files could not be written.
    """
    known = load_form(find_form(form, year=year, templates=templates))
    directory, roster = Path(output), Path(roster)
    units, remarks = take_roster(roster, subject_headings(known))
    refuse(roster, list(misfits(known, units)))
    make_folder(directory)
    before = {handed.file: handed for handed in read_manifest(directory / MANIFEST)}
    issued = Issued(year, "", rows, stamp(date), password)
    units_by_name = dict(zip(file_names(known, year, units), units, strict=True))
    basis_of = _basis_of(known, issued, dated=bool(date))
    handed, orders, changed = _sorted(directory, before, units_by_name, basis_of, issued.date, dated=bool(date))
    kept, written, faults = len(units) - len(orders) - len(changed), 0, []
    if orders:
        tell(0, len(orders))  # from here on the time counts
    try:
        for number, made in enumerate(_make(known.directory, issued, orders, jobs), 1):
            unit, path = made.order.unit, made.order.path
            if made.sha256:
                handed[path.name] = Handed(unit.name, unit.code, path.name, made.sha256, made.order.basis, unit.subject)
                written += 1
            else:
                (faults if made.fault else changed).append(made.fault or path)
            if number % SAVED == 0:
                _write_manifest(directory / MANIFEST, units_by_name, handed)
            tell(number, len(orders))
    finally:
        _write_manifest(directory / MANIFEST, units_by_name, handed)
    if faults:
        raise UsageError("not_all_written", count=len(faults), reasons="\n".join(faults))
    orphaned = sorted(directory / name for name in before.keys() - units_by_name.keys() if (directory / name).exists())
    return Dispatch(directory / MANIFEST, written, kept, tuple(sorted(changed)), tuple(orphaned), remarks)


def file_names(form: Form, year: int, units: Sequence[Unit]) -> list[str]:
    """Names that Windows takes, every unit's its own in whatever order.

    Where several are one, all of these have their units' codes too, and where that does not help, a digest.
    """
    plain = [_stem(unit.name, unit.subject) for unit in units]
    coded = [_stem(unit.name, unit.code, unit.subject) for unit in units]
    digested = [f"{stem}-{_digest(unit.name, unit.code, unit.subject)}" for stem, unit in zip(coded, units, strict=True)]
    stems = _told_apart(_told_apart(plain, coded), digested)
    return [joined_name(stem, str(year), form.file_name) + ".xlsx" for stem in stems]


def _told_apart(stems: Sequence[str], longer: Sequence[str]) -> list[str]:
    """The longer of two names wherever the shorter is another one's too."""
    count = Counter(map(str.casefold, stems))
    return [more if count[stem.casefold()] > 1 else stem for stem, more in zip(stems, longer, strict=True)]


def _stem(*parts: str) -> str:
    return "-".join(map(safe_name, filter(None, parts)))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:8]


def _sorted(
    directory: Path, before: Mapping[str, Handed], units: Mapping[str, Unit], basis_of, date: str, dated: bool
) -> tuple[dict[str, Handed], list[Order], list[Path]]:
    """Return what the manifest says until something is made, what is to be made, and the files that somebody changed."""
    handed, orders, changed = {}, [], []
    for name, unit in units.items():
        path, known, basis = directory / name, before.get(name), basis_of(unit)
        there = os.path.exists(path)  # not so a name that is too long: it is told when it is written
        ours = known is not None and there and _sha256(path) == known.sha256
        if known and there:
            handed[name] = known
        if known and there and not ours and not as_written(path):
            changed.append(path)
        elif not (ours and basis == known.basis):
            orders.append(Order(unit, path, basis, date if dated or ours or not there else _date_in(path) or date, ours))
    return handed, orders, changed


def _date_in(path: Path) -> str | None:
    """The date that a workbook of ours bears."""
    try:
        with zipfile.ZipFile(path) as package, package.open(PROPERTIES) as part:
            found = CREATED.search(part.read(4096))
    except (OSError, KeyError, zipfile.BadZipFile):
        return None
    return found[1].decode() if found else None


def _basis_of(form: Form, issued: Issued, dated: bool):
    """Return the function that says what a unit's workbook is made of; of dates only one that was asked for counts."""
    from xlperf import __version__

    blank = rows_of(form, {"fiscal_year": issued.year})[0]
    issue = {**asdict(issued), "date": issued.date if dated else None}

    def basis_of(unit: Unit) -> str:
        told = [unit.name, enter(form, unit, blank)]
        text = json.dumps([__version__, form.digest, issue, told], sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    return basis_of


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise UsageError("cannot_open", path=path, reason=reason_of(error)) from None


# --- the manifest --------------------------------------------------------------------------------------------


def read_manifest(path: Path) -> list[Handed]:
    """Return the lines of a manifest, none where there is no file.

    Raises:
        UsageError: it cannot be read, or is no manifest.
    """
    if not path.exists():
        return []
    try:
        _, *lines = csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline=""))
        return [Handed(*map(as_meant, line)) for line in lines]
    except (OSError, ValueError, TypeError, csv.Error):
        raise UsageError("bad_manifest", path=path) from None


def _write_manifest(path: Path, units: Iterable[str], handed: Mapping[str, Handed]) -> None:
    """Write the manifest, in the order of the roster, for Excel."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Handed._fields)
    writer.writerows([harmless(value) for value in handed[name]] for name in units if name in handed)
    write_atomically(path, lambda part: part.write_text("\ufeff" + text.getvalue(), "utf-8", newline="\n"))


# --- the workbooks -------------------------------------------------------------------------------------------


def _make(form: Path, issued: Issued, orders: Sequence[Order], jobs: int | None) -> Iterator[Made]:
    """Make the workbooks, in several processes where that pays, and yield them as they are done."""
    chunks = [orders[start : start + CHUNK] for start in range(0, len(orders), CHUNK)]
    workers = min(jobs or os.cpu_count() or 1, MOST_JOBS, len(chunks))
    if workers < 2:
        yield from (made for chunk in chunks for made in _make_chunk(form, issued, chunk))
        return
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from multiprocessing import get_context

    with ProcessPoolExecutor(workers, get_context("spawn"), use_language, (current_language(),)) as pool:
        try:
            for done in as_completed([pool.submit(_make_chunk, form, issued, chunk) for chunk in chunks]):
                yield from done.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _make_chunk(form: Path, issued: Issued, orders: Sequence[Order]) -> list[Made]:
    return [_make_one(load_form(form), issued, order) for order in orders]


def _make_one(form: Form, issued: Issued, order: Order) -> Made:
    """Write one workbook; beside a file nothing is known of it is made for comparison only."""
    document = {"fiscal_year": issued.year}
    rows = enter(form, order.unit, rows_of(form, document)[0])
    issued = replace(issued, unit=order.unit.name, date=order.date)
    try:
        if order.known or not os.path.exists(order.path):
            write_rows(form, rows, order.path, issued)
            return Made(order, _sha256(order.path))
        with tempfile.TemporaryDirectory() as folder:
            write_rows(form, rows, Path(folder) / "made.xlsx", issued)
            sha256 = _sha256(Path(folder) / "made.xlsx")
        return Made(order, sha256 if sha256 == _sha256(order.path) else "")
    except XlperfError as error:
        return Made(order, fault=str(error))
