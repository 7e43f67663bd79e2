"""One workbook per unit of a roster, with a manifest of what was handed out; run again, only what changed is written anew.

    done = write_templates("my-form", year=2023, roster="units.xlsx", output="to-send")
    done.written, done.kept, done.changed           # a file that somebody has filled in since is never overwritten

The manifest lists unit, code, file and SHA-256, and what the file was made of (`basis`). A file whose basis is another one
now is made anew. One whose SHA-256 is another one now was changed by somebody, unless it is what would be made now: then it
is of a run that was ended before it could say so. Processes are started afresh (spawned) on every system, and keep the form,
its layout and its formulas from one unit to the next.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NamedTuple

from xlperf.distributing.copies import form_of_unit
from xlperf.distributing.history_file import NOTHING, Entry, HandedDown, read_history, remarks_on_targets
from xlperf.distributing.last_year import Carried, Papers, carried_over, find_papers, unit_of
from xlperf.distributing.manifest import MANIFEST, ManifestLine, digest_of, read_manifest, write_manifest
from xlperf.distributing.naming import Naming, make_naming
from xlperf.distributing.prefill import kept_headings, misfits, prefilled, subject_headings, told_of_kept
from xlperf.distributing.roster import Unit, refuse, take_roster
from xlperf.distributing.workbook_names import file_names
from xlperf.errors import UsageError, XlperfError
from xlperf.files import ZIP_FAULTS, StrPath, as_written, make_folder, stamp
from xlperf.forms.document import rows_of
from xlperf.forms.form import Form
from xlperf.forms.loader import find_form, load_form
from xlperf.forms.repeats import Counts, checked_counts
from xlperf.interrupts import leave_interrupts_to_parent, uninterrupted
from xlperf.messages import current_language, use_language
from xlperf.progress import Tell
from xlperf.workbook.announcement import Announcement, announced_lines, dump_lines
from xlperf.workflow.template import Issued, write_rows

CHUNK = 8  # units that a process takes at a time
SAVED = 20  # after so many files the manifest is written, so that a run that was killed is known to the next
PROPERTIES, CREATED = "docProps/core.xml", re.compile(rb"<dcterms:created[^>]*>([0-9-]{10})")
MOST_PROPERTIES = 4096  # bytes of that part that are looked at
MOST_JOBS = 61  # what Windows can wait for

BasisOf = Callable[[Unit], str]


@dataclass(frozen=True)
class Distribution:
    """What a run did: how many files it wrote and how many it kept, which it left alone, what of the roster it skipped."""

    manifest: Path
    written: int
    kept: int  # those that are as they would be made now
    changed: tuple[Path, ...]  # somebody filled them in or changed them: they were left alone
    orphaned: tuple[Path, ...]  # handed out before, and of no unit now: they were left alone
    remarks: tuple[str, ...] = ()  # what of the roster was skipped, in words


class Order(NamedTuple):
    """One workbook to make."""

    unit: Unit
    path: Path
    basis: str
    date: str
    replaces: bool  # whether a file of ours that nobody changed has its name already
    last: Path | None = None  # last year's paper of the unit
    history: Entry | None = None  # what its former years hand down


class Made(NamedTuple):
    """What became of an order: the SHA-256 of its file, or why there is none; neither if a stranger's file was left alone."""

    order: Order
    sha256: str = ""
    fault: str = ""
    remarks: tuple[str, ...] = ()  # what of last year found no place


class Plan(NamedTuple):
    """What is to be done: the manifest until something is made, what to make, the files that somebody changed."""

    manifest: dict[str, ManifestLine]  # by file name
    orders: list[Order]
    changed: list[Path]


def write_templates(
    form: str,
    *,
    year: int,
    templates: StrPath | None = None,
    output: StrPath,
    date: str | None = None,
    roster: StrPath,
    last: StrPath | None = None,
    history: StrPath | None = None,
    jobs: int | None = None,
    rows: Mapping[str, int] | None = None,
    password: str = "",
    announcement: Announcement | None = None,
    tell: Tell = lambda done, total: None,
    copies: Mapping[str, int] | None = None,
) -> Distribution:
    """Write the template of every unit of a roster into a directory, and the manifest.

    Args:
        form: the key of the form.
        year: the fiscal year, which chooses the revision.
        templates: a folder with forms of the bureau's own.
        output: the directory, which is made.
        date: the ISO date written into the files; without it SOURCE_DATE_EPOCH, else today.
        roster: a CSV file or a workbook.
        last: the folder of last year's papers, a collection or its finalized workbooks: each unit's own are carried over.
        history: the JSON file of `write_history`: what former years suggest is remarked at each target that it knows.
        jobs: processes; by default as many as there are processors.
        rows: spare rows per block where the form's own number is not enough.
        password: protects the locked cells.
        announcement: what is announced of the round, printed on every guide page.
        tell: is told how many workbooks are done, of how many.
        copies: how many copies there are of what the form repeats, for example {"goal": 3}, where the roster does not say it.

    Raises:
        UsageError: something in the roster is wrong (then nothing is written), or some files could not be written.

    Example:
        >>> done = write_templates(form.key, year=2022, output="templates", roster="units.csv", jobs=1, date="2023-01-05")
        >>> done.written, done.kept, sorted(path.suffix for path in done.manifest.parent.iterdir())
        (2, 0, ['.csv', '.xlsx', '.xlsx'])
        >>> write_templates(form.key, year=2022, output="templates", roster="units.csv", jobs=1, date="2023-01-05").kept
        2
    """
    chosen = load_form(find_form(form, year=year, templates=templates))
    units, remarks = take_roster(roster, subject=subject_headings(chosen))
    asked = checked_counts(chosen, copies or {})
    refuse(Path(roster), list(misfits(chosen, units, asked)))
    folder = Path(output)
    make_folder(folder)
    before = {line.file: line for line in read_manifest(folder / MANIFEST)}
    today = stamp(date)
    lines = dump_lines(announced_lines(announcement)) if announcement else ""
    issued = Issued(year=year, spare=rows, date=today, password=password, announced=lines, is_blank=True)
    units_by_file = dict(zip(file_names(chosen, year, units), units, strict=True))
    papers = _papers(chosen, units, last=last, year=year, templates=templates)
    handed = read_history(Path(history)) if history else NOTHING
    naming = make_naming(chosen.summary.unit_prefixes, units)
    basis_of = _basis_of(chosen, issued, papers, handed, naming, asked=asked, is_dated=bool(date))
    plan = _plan(folder, before, units_by_file, basis_of, today=today, is_dated=bool(date))
    kept = len(units) - len(plan.orders) - len(plan.changed)

    def save() -> None:
        write_manifest(folder / MANIFEST, (plan.manifest[name] for name in units_by_file if name in plan.manifest))

    orders = [
        order._replace(last=papers.by_unit.get(unit_of(order.unit)), history=handed.of(chosen, order.unit, naming))
        for order in plan.orders
    ]
    carrying = Carrying(year, Path(templates) if templates else None, asked)
    written, faults, lost = _carry_out(plan, _make(chosen.directory, issued, orders, jobs, carrying), save, tell)
    if faults:
        raise UsageError("not_all_written", count=len(faults), reasons="\n".join(faults))
    orphaned = sorted(folder / name for name in before.keys() - units_by_file.keys() if (folder / name).exists())
    return Distribution(
        manifest=folder / MANIFEST,
        written=written,
        kept=kept,
        changed=tuple(sorted(plan.changed)),
        orphaned=tuple(orphaned),
        remarks=(*remarks, *told_of_kept(kept_headings([chosen], units)), *papers.remarks, *lost),
    )


def _papers(form: Form, units: Sequence[Unit], *, last: StrPath | None, year: int, templates: StrPath | None) -> Papers:
    """Last year's papers of the units, none where no folder is given."""
    if last is None:
        return Papers({}, ())
    own, prefixes = Path(templates) if templates else None, form.summary.unit_prefixes
    return find_papers(Path(last), form=form, year=year, units=units, prefixes=prefixes, templates=own)


# --- what is to be done --------------------------------------------------------------------------------------


def _plan(
    folder: Path,
    before: Mapping[str, ManifestLine],
    units_by_file: Mapping[str, Unit],
    basis_of: BasisOf,
    *,
    today: str,
    is_dated: bool,
) -> Plan:
    """Return what the manifest says until something is made, what is to be made, and the files that somebody changed.

    Args:
        is_dated: whether that date was asked for; if not, files keep the dates they bear.
    """
    plan = Plan(manifest={}, orders=[], changed=[])
    for name, unit in units_by_file.items():
        path, line, basis = folder / name, before.get(name), basis_of(unit)
        is_there = os.path.exists(path)  # not so where a name is too long, which is reported when it is written
        if line is None or not is_there:
            date = today if is_dated or not is_there else _date_in(path) or today
            plan.orders.append(Order(unit, path, basis, date, replaces=False))
            continue
        plan.manifest[name] = line
        is_ours = digest_of(path) == line.sha256
        if is_ours and basis != line.basis:
            plan.orders.append(Order(unit, path, basis, today, replaces=True))
        elif not is_ours and as_written(path):  # perhaps of a run that was ended before it could say so
            date = today if is_dated else _date_in(path) or today
            plan.orders.append(Order(unit, path, basis, date, replaces=False))
        elif not is_ours:
            plan.changed.append(path)
    return plan


def _date_in(path: Path) -> str | None:
    """The date that a workbook of ours bears."""
    try:
        with zipfile.ZipFile(path) as package, package.open(PROPERTIES) as part:
            found = CREATED.search(part.read(MOST_PROPERTIES))
    except ZIP_FAULTS:
        return None
    return found[1].decode() if found else None


def _basis_of(
    form: Form, issued: Issued, papers: Papers, handed: HandedDown, naming: Naming, *, asked: Counts, is_dated: bool
) -> BasisOf:
    """Return the function that says what a unit's workbook is made of; of dates only one that was asked for counts."""
    from xlperf import __version__

    usual = form
    issue = {**asdict(issued), "date": issued.date if is_dated else None}
    del issue["remarks"]  # they follow from the rest

    def basis_of(unit: Unit) -> str:
        form = form_of_unit(usual, unit, asked)
        blank = rows_of(form, {"fiscal_year": issued.year})[0]
        parts = [__version__, form.digest, issue, [unit.name, prefilled(form, unit, blank)]]
        if last := papers.by_unit.get(unit_of(unit)):
            parts.append(digest_of(last))
        if entry := handed.of(form, unit, naming):
            parts.append(entry)
        text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    return basis_of


def _carry_out(plan: Plan, workbooks: Iterable[Made], save: Callable[[], None], tell: Tell) -> tuple[int, list[str], list[str]]:
    """Note in the plan what becomes of its orders; return how many files were written, why others were not, what was lost.

    The manifest is saved now and then and at the end, however that comes.
    """
    written, faults, lost = 0, list[str](), list[str]()
    if plan.orders:
        tell(0, len(plan.orders))  # from here on the time counts
    try:
        for number, made in enumerate(workbooks, 1):
            lost.extend(made.remarks)
            if made.sha256:
                plan.manifest[made.order.path.name] = _manifest_line(made)
                written += 1
            elif made.fault:
                faults.append(made.fault)
            else:
                plan.changed.append(made.order.path)
            if number % SAVED == 0:
                save()
            tell(number, len(plan.orders))
    finally:
        save()
    return written, faults, sorted(lost)


def _manifest_line(made: Made) -> ManifestLine:
    unit, order = made.order.unit, made.order
    return ManifestLine(
        unit=unit.name, code=unit.code, file=order.path.name, sha256=made.sha256, basis=order.basis, subject=unit.subject
    )


# --- the workbooks -------------------------------------------------------------------------------------------


class Carrying(NamedTuple):
    """How last year's papers are read."""

    year: int
    templates: Path | None
    copies: Counts  # how many there are of what the form repeats, where the roster does not say it


def _make(form: Path, issued: Issued, orders: Sequence[Order], jobs: int | None, carrying: Carrying) -> Iterator[Made]:
    """Make the workbooks, in several processes where that pays, and yield them as they are done."""
    chunks = [orders[start : start + CHUNK] for start in range(0, len(orders), CHUNK)]
    workers = min(jobs or os.cpu_count() or 1, MOST_JOBS, len(chunks))
    if workers < 2:
        yield from (made for chunk in chunks for made in _make_chunk(form, issued, chunk, carrying))
        return
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from multiprocessing import get_context

    pool = ProcessPoolExecutor(workers, get_context("spawn"), _prepare_process, (current_language(),))
    try:
        for done in as_completed([pool.submit(_make_chunk, form, issued, chunk, carrying) for chunk in chunks]):
            yield from done.result()
    finally:
        with uninterrupted():
            pool.shutdown(cancel_futures=True)


def _prepare_process(language: str) -> None:
    leave_interrupts_to_parent()
    use_language(language)


def _make_chunk(form: Path, issued: Issued, orders: Sequence[Order], carrying: Carrying) -> list[Made]:
    return [_make_one(load_form(form), issued, order, carrying) for order in orders]


def _make_one(form: Form, issued: Issued, order: Order, carrying: Carrying) -> Made:
    """Write one workbook; beside a file nothing is known of it is made for comparison only."""
    issued = replace(issued, unit=order.unit.name, date=order.date)
    try:
        form = form_of_unit(form, order.unit, carrying.copies)
        carried = Carried(rows_of(form, {"fiscal_year": issued.year})[0], {}, ())
        if order.last:
            carried = carried_over(order.last, form, year=carrying.year, templates=carrying.templates)
            issued = replace(issued, spare={**carried.spare, **(issued.spare or {})})
        rows = prefilled(form, order.unit, carried.rows)
        issued = replace(issued, remarks=remarks_on_targets(form, rows, order.history, year=issued.year))
        if order.replaces or not os.path.exists(order.path):
            write_rows(form, rows, order.path, issued)
            return Made(order, sha256=digest_of(order.path), remarks=carried.remarks)
        with tempfile.TemporaryDirectory() as folder:
            write_rows(form, rows, Path(folder) / "made.xlsx", issued)
            sha256 = digest_of(Path(folder) / "made.xlsx")
        return Made(order, sha256=sha256 if sha256 == digest_of(order.path) else "", remarks=carried.remarks)
    except XlperfError as error:
        return Made(order, fault=str(error))
