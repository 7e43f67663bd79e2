"""What a worker does: one workbook or one report, bytes in, outcome and files out; its limits: `workers/process`.

    done = work_on(task, options, Limits())
    done.outcome.status, done.files["bureau-2022-final.xlsx"]

A worker needs neither the inbox nor the folder of the collection, so it may run on another machine. What it hands back is
ready to be stored: all others wait for the one process that does this.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import tempfile
import time
import traceback
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from secrets import token_hex
from typing import NamedTuple

from xlperf.collecting.store.outcomes import row_of
from xlperf.errors import UnreadableError, UsageError, is_disk_full
from xlperf.file_names import short_name
from xlperf.forms.model import Unexplained
from xlperf.messages import finding_texts, listing, sentence, use_language
from xlperf.reading.reading import DIGEST, Reading
from xlperf.reporting.description import DescribedFinding, describe, in_order
from xlperf.reporting.finding import Finding, is_returned
from xlperf.reporting.result import Result, Status, unreadable
from xlperf.summarizing.gist import form_of, gist_of
from xlperf.summarizing.outcome import IMPORTED, Later, Outcome, revision_of
from xlperf.workers.process import Limits, watched
from xlperf.workflow.annotate import write_annotated
from xlperf.workflow.fill import fill_workbook
from xlperf.workflow.finalize import write_finalized
from xlperf.workflow.process import process
from xlperf.workflow.results import result_of
from xlperf.workflow.waivers import Waiver

PROPERTIES, SAVED = "docProps/core.xml", re.compile(rb"<dcterms:modified[^>]*>([0-9T:.Z+-]{10,35})<")
COPIES = "copies"  # below the folder for temporary files: a second copy of each file that workers made, to be handed out
MADE = "made"  # below the folder of the collection: the files that workers made, by content; those that count are handed out
NO_SUBMISSION = "0" * 64  # the SHA-256 of none
AGAIN = ("XL126", "XL501", "XL502", "XL503", "XL506", "XL507")  # perhaps not the fault of the file: the next run tries again


class WorkOptions(NamedTuple):
    """Everything that an outcome depends on besides the bytes, the forms and our version."""

    language: str
    date: str  # ISO, written into the files
    finalize: bool = True  # make finalized and annotated workbooks, not only findings
    form: str | None = None
    year: int | None = None
    templates: Path | None = None
    unexplained: Unexplained | None = None  # whether unexplained warnings send back; None: as the form says
    reports: tuple[str, ...] = ()  # kinds of reports that are taken beside workbooks, those of IMPORTED


class Task(NamedTuple):
    """One input to process, with its bytes."""

    key: str  # identifies the content in the store
    path: str
    name: str
    sha256: str
    content: bytes
    owner: str | None = None  # name of the lock file of a program that has it open
    waiver: Waiver | None = None  # what the bureau lets stand in it


class Done(NamedTuple):
    """The outcome of a task, and the files that were made: name -> content."""

    outcome: Outcome
    files: Mapping[str, bytes]

    @property
    def for_good(self) -> bool:
        """Whether another try would give the same."""
        return not any(finding["code"] in AGAIN for finding in self.outcome.findings)


class Worked(NamedTuple):
    """What is kept of a task that is done."""

    status: Status
    for_good: bool  # whether another try would give the same
    row: Mapping[str, object]  # the outcome as the store keeps it
    files: Mapping[str, bytes]  # path below the folder of the collection -> content
    left: str = ""  # the folder in which they lie instead, on the drive of the collection


def known_reports(reports: Iterable[str]) -> tuple[str, ...]:
    """The kinds of reports that a round takes, each once.

    Raises:
        UsageError: one is not known, or what reads it is not there.
    """
    kinds = tuple(kind for kind in IMPORTED.values() if kind in reports)
    if unknown := set(reports) - set(kinds):
        raise UsageError("no_such_report", name=min(unknown), known=listing(IMPORTED.values()))
    if "pdf" in kinds and find_spec("pdfminer") is None:
        raise UsageError("no_pdfminer")
    return kinds


# --- the work ------------------------------------------------------------------------------------------------


def work_on(task: Task, options: WorkOptions, limits: Limits) -> Done:
    """Validate a workbook and write what follows: the finalized one if it passed, the annotated one if it is returned."""
    use_language(options.language)
    begin = time.perf_counter()
    try:
        with watched(limits.seconds), tempfile.TemporaryDirectory(prefix="xlperf-") as folder:
            result = _result(task, options, Path(folder))
            outcome = _with_gist(_outcome(task, result, time.perf_counter() - begin), options.templates)
            return Done(outcome, {path.name: path.read_bytes() for path in result.outputs})
    except MemoryError:
        error = UnreadableError("XL503", found=task.name, expected=f"{limits.memory >> 20} MiB")
    except Exception as bug:
        if is_disk_full(bug):
            raise
        last = traceback.extract_tb(bug.__traceback__)[-1]
        error = UnreadableError("XL507", found=f"{type(bug).__name__}: {bug} ({Path(last.filename).name}:{last.lineno})")
    return not_done(task, error, time.perf_counter() - begin)


def work_for_store(
    task: Task,
    *,
    work: Callable[[Task, WorkOptions, Limits], Done],
    options: WorkOptions,
    limits: Limits,
    folder: Path | None = None,
) -> Worked:
    """The same as it is kept.

    Args:
        folder: on the drive of the collection, where the files may be left; None where they are to be handed back.
    """
    return as_kept(task, work(task, options, limits), folder)


def as_kept(task: Task, done: Done, folder: Path | None = None) -> Worked:
    """What is kept of a task: where its files are to lie, with their SHA-256, stands in the outcome.

    Args:
        folder: as above.
    """
    made = f"{MADE}/{folder_of(task.key)}"
    files = {f"{made}/{name}": content for name, content in done.files.items()}
    digests = {path: sha256(content).hexdigest() for path, content in files.items()}
    outcome = replace(done.outcome, outputs=tuple(digests), digests=digests)
    left = leave_files(files, digests, folder) if folder and files else ""
    return Worked(outcome.status, done.for_good, row_of(outcome), {} if left else files, left)


def leave_files(files: Mapping[str, bytes], digests: Mapping[str, str], folder: Path) -> str:
    """Leave files where whoever waits for all workers only has to move them; return the new folder in which they lie.

    They lie there by their names, and once more in `COPIES` by their SHA-256, to be handed out. Where they cannot be written it
    is "": whoever cannot write them either says why.
    """
    place = folder / f"{MADE}-{token_hex(8)}"
    try:
        place.mkdir()
        (folder / COPIES).mkdir(exist_ok=True)
        for path, content in files.items():
            file = place / path.rpartition("/")[2]
            file.write_bytes(content)
            os.replace(file, folder / COPIES / digests[path])
            file.write_bytes(content)
    except OSError:
        shutil.rmtree(place, ignore_errors=True)
        return ""
    return str(place)


def folder_of(key: str) -> str:
    """The folder name for the files of a content: short, because Windows limits the length of paths."""
    return key[:16] + key[64:]


def not_done(task: Task, error: UnreadableError, seconds: float = 0.0) -> Done:
    """The outcome of a task that could not be done because of that error."""
    return Done(_outcome(task, unreadable(task.path, error), seconds), {})


def _result(task: Task, options: WorkOptions, folder: Path) -> Result:
    """Read the workbook once, and write what follows from what was found."""
    file, made = folder / short_name(task.name), folder / "made"
    file.write_bytes(task.content)
    if task.owner:
        (folder / task.owner.replace(task.name, file.name)).touch()
    try:
        paper = _imported(task, file, options)
        if paper and paper.workbook is None:
            return paper.result
        processed = process(
            paper.workbook if paper and paper.workbook else file,
            form=options.form,
            year=options.year,
            templates=options.templates,
            unexplained=options.unexplained,
            waiver=task.waiver,
        )
    except UnreadableError as error:
        return unreadable(file, error)
    if paper:
        package = replace(processed.reading.package, sha256=task.sha256)
        reading = replace(processed.reading, path=file, package=package)
        processed = replace(processed, reading=reading, imported=paper.kind)
    goes_back = is_returned(processed.findings)
    outputs: Sequence[Path] = ()
    if options.finalize and goes_back:
        outputs = [write_annotated(processed, made, date=options.date)]
    elif options.finalize:
        outputs = write_finalized(processed, made, date=options.date)
    result = result_of(processed, outputs=outputs)
    result = replace(result, revision=revision_of(result.revision, _later_of(processed.reading)))
    return replace(result, findings=in_order([*result.findings, *paper.told])) if paper else result


def _later_of(reading: Reading) -> Later | None:
    """What tells the workbook of a stage after the department; one that does not say of which submission is of none."""
    form = reading.form
    reviewed = reading.reviewed if DIGEST.fullmatch(reading.reviewed) else NO_SUBMISSION
    return Later(form.stage, form.stage_number, reviewed) if form.stage else None


# --- reports that are no workbooks ---------------------------------------------------------------------------


class _Paper(NamedTuple):
    """A report that was imported: its kind, the workbook that was filled from it, what is told of how it was read."""

    kind: str
    workbook: Path | None  # None where it cannot be filled in; then `result` says why
    told: Sequence[DescribedFinding]
    result: Result


def _imported(task: Task, file: Path, options: WorkOptions) -> _Paper | None:
    """The report that a file is, filled into a workbook beside it; None of a workbook, and where the round takes no reports.

    Form, year and unit are those that the report says itself, never those of the round: a report of another is to be returned.

    Raises:
        UnreadableError: it is no report (XL512), or does not say its year or its unit (XL511).
    """
    if not options.reports:
        return None
    from xlperf.importing.importer import import_document  # workbooks alone do not pay for it
    from xlperf.importing.papers.source_file import kind_of

    kind = kind_of(task.content)
    if kind is None or kind not in options.reports:
        return None
    try:
        read = import_document(file, templates=options.templates)
    except UnreadableError as error:
        texts = finding_texts(error.code)
        raise UnreadableError("XL512", found=texts["message"] if texts else error.code) from None
    lacking = [key for key, value in (("no_year_said", read.year), ("no_unit_said", read.unit)) if not value]
    if lacking:
        unsaid = UnreadableError("XL511", missing=listing(sentence(key, {}) for key in lacking))
        return _Paper(kind, None, (), replace(unreadable(file, unsaid), unit=read.unit))
    code = next(code for code, name in IMPORTED.items() if name == kind)
    evidence, *others = read.findings
    mark = describe(Finding(code, "info", (), {"read": evidence["message"], "found": evidence["found"]}), None)
    told = [mark, *(finding for finding in others if finding["code"].startswith("XL4") or finding["severity"] == "info")]
    workbook = file.with_name("filled.xlsx")
    filled = fill_workbook(read.document or {}, workbook, templates=options.templates, date=options.date)
    if not filled.outputs:
        return _Paper(kind, None, (), replace(read, findings=in_order([*filled.findings, *told]), status="returned"))
    return _Paper(kind, workbook, told, read)


def _outcome(task: Task, result: Result, seconds: float) -> Outcome:
    """The outcome for a result; the store knows when the file was received."""
    return Outcome(
        path=task.path,
        sha256=task.sha256,
        received="",
        status=result.status,
        saved=_saved(task.content) if result.document else None,
        form=result.form,
        revision=result.revision,
        year=result.year,
        unit=result.unit,
        unit_code=result.unit_code,
        subject=result.subject,
        size=len(task.content),
        findings=tuple(result.findings),
        document=result.document,
        rows=_count_rows(result.document),
        seconds=round(seconds, 3),
        places=result.places,
    )


def _with_gist(outcome: Outcome, templates: Path | None) -> Outcome:
    """The outcome with what the summary needs of it, taken here and not by whoever waits for all workers."""
    form = form_of(outcome, templates) if outcome.document else None
    return replace(outcome, gist=gist_of(form, outcome)) if form else outcome


def _saved(content: bytes) -> str | None:
    """The ISO time at which the workbook was last saved, from its properties."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return None  # a PDF
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        if PROPERTIES not in package.namelist():
            return None
        found = SAVED.search(package.read(PROPERTIES))
        return found[1].decode() if found else None


def _count_rows(value: object) -> int:
    """The number of rows in all tables of a document."""
    if isinstance(value, Mapping):
        return sum(_count_rows(item) for item in value.values())
    return len(value) if isinstance(value, list) else 0
