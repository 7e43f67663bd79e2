"""What a worker does: one workbook, bytes in, outcome and files out, within limits of time and memory.

    done = work_on(task, options, Limits())
    done.outcome.status, done.files["bureau-2022-final.xlsx"]

A worker needs neither the inbox nor the folder of the collection, so it may run on another machine.
"""

from __future__ import annotations

import io
import re
import tempfile
import time
import traceback
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from xlperf.errors import UnreadableError, is_disk_full
from xlperf.files import short_name
from xlperf.forms.model import Unexplained
from xlperf.messages import use_language
from xlperf.reporting.finding import is_returned
from xlperf.reporting.result import Result, unreadable
from xlperf.summarizing.gist import form_of, gist_of
from xlperf.summarizing.outcome import Outcome
from xlperf.workers.process import Limits, watched
from xlperf.workflow.annotate import write_annotated
from xlperf.workflow.finalize import write_finalized
from xlperf.workflow.process import process
from xlperf.workflow.results import result_of
from xlperf.workflow.waivers import Waiver

PROPERTIES, SAVED = "docProps/core.xml", re.compile(rb"<dcterms:modified[^>]*>([0-9T:.Z+-]{10,35})<")
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
        processed = process(
            file,
            form=options.form,
            year=options.year,
            templates=options.templates,
            unexplained=options.unexplained,
            waiver=task.waiver,
        )
    except UnreadableError as error:
        return unreadable(file, error)
    if not options.finalize:
        return result_of(processed)
    if is_returned(processed.findings):
        return result_of(processed, outputs=[write_annotated(processed, made, date=options.date)])
    return result_of(processed, outputs=write_finalized(processed, made, date=options.date))


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
