"""Take in thousands of workbooks and lose none: inbox, work, store, exports, in a straight line.

    standing = collect([Path("received")], Path("OUT"))
    standing.counts                    # {"passed": 4870, "returned": 105, "unreadable": 25}

    inboxes ─ list_inbox ─▶ inputs ─ register ─▶ store ─ what has no outcome ─▶ workers ─ one by one ─▶ store ─▶ exports

OUT shows what lies in the inboxes now; what was ever worked on stays in the store and is not done again, as long as forms,
version and options are the same. The times of receipt are stored before the work begins, and the files a workbook leads to
before its outcome is; so the process may be killed anywhere: started again it goes on, and the exports are those it would
have made.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from xlperf import __version__
from xlperf.collecting.housekeeping import MADE, WORK, folder_of, locked, refuse_other_inboxes, tidy, write_files
from xlperf.collecting.inbox import Input, close_archives, is_no_submission, list_inbox, open_received, read_input
from xlperf.collecting.run_log import changes, changes_since, list_files, read_run, versions, write_run
from xlperf.collecting.status import Standing, read_standing
from xlperf.collecting.store import (
    Arrival,
    Outcomes,
    Store,
    count_inputs,
    done_outputs,
    first_receipt,
    opened_store,
    register,
    save_outcome,
)
from xlperf.collecting.worker import Done, Limits, Task, Terms, not_done, work_on
from xlperf.collecting.worker_pool import Crew, Lost, cluster_crew, give_back_at_once, local_crew, work_off
from xlperf.distributing.prefill import subject_headings
from xlperf.distributing.roster import Unit, take_roster
from xlperf.errors import UnreadableError
from xlperf.files import StrPath, make_folder, stamp
from xlperf.forms.loader import find_form, form_directories, load_form
from xlperf.messages import current_language, sentence
from xlperf.progress import progress
from xlperf.reporting.result import EXIT_CODES
from xlperf.reporting.word_report import check_own_template
from xlperf.summarizing.exports import write_exports
from xlperf.summarizing.submissions import make_naming, missing
from xlperf.summarizing.survey import installed_prefixes

LIMITS = Limits()


def collect(
    inboxes: Sequence[StrPath],
    *,
    form: str | None = None,
    year: int | None = None,
    templates: StrPath | None = None,
    output: StrPath,
    date: str | None = None,
    roster: StrPath | None = None,
    jobs: int | None = None,
    cluster: str | None = None,
    finalize: bool = True,
    database: str | None = None,
    limits: Limits = LIMITS,
    quiet: bool = True,
) -> Standing:
    """Take in all that lies in the inboxes and return where the collection stands.

    Args:
        output: the folder where the collection is to be found; made if need be.
        roster: the list of units that are expected.
        jobs: worker processes, by default one per processor.
        cluster: the address of a Dask scheduler, whose workers then do the work.
        finalize: whether finalized and annotated workbooks are made; else it is only said what is wrong, and those that an
            earlier run made of the same forms, with the same date and options, stay.
        database: the URL of the store, by default a file in the directory.
        date: the ISO date to stand in files; by default SOURCE_DATE_EPOCH, else the day of the first receipt.
        limits: what one workbook may take of a worker.

    Raises:
        UsageError: no such inbox, form, roster, database or cluster; the directory is in use or cannot be written.
    """
    directory, templates = Path(output), Path(templates) if templates else None
    inboxes, roster = [Path(inbox) for inbox in inboxes], Path(roster) if roster else None
    give_back_at_once()
    began, started, forms = time.monotonic(), _now(), _digest_forms(templates)
    if form is not None:
        find_form(form, templates=templates)
    found = list_inbox(inboxes, directory)
    units = expected_units(roster, templates) if roster else None
    with locked(directory), opened_store(directory, database) as store:
        fixed = date or os.environ.get("SOURCE_DATE_EPOCH")
        day = stamp(date) if fixed else (first_receipt(store) or started)[:10]
        terms = Terms(current_language(), day, finalize, form, year, templates and templates.absolute())
        inputs = [item for item in found if isinstance(item, Input)]
        refuse_other_inboxes(store, directory, inputs)
        digest, finalized = (
            _digest([__version__, one._replace(templates=None), forms]) for one in (terms, terms._replace(finalize=True))
        )
        register(store, [Arrival(item.path, item.key, item.size) for item in inputs], digest, started, also=[finalized])
        tidy(store, directory, {item.key for item in inputs})
        with cluster_crew(cluster) if cluster else _here(jobs, limits, directory / WORK) as crew:
            _work(store, directory, inputs, terms, limits, crew, digest, quiet)
        if not quiet:
            print(sentence("summing_up", {}), file=sys.stderr, flush=True)
        outcomes, received = Outcomes(store), {item.path: item for item in inputs}
        beside = write_exports(outcomes, units, directory, day, lambda outcome: open_received(received[outcome.path]), templates)
        close_archives()
        files, last = list_files(Outcomes(store, documents=False)), read_run(directory)
        naming = make_naming(installed_prefixes(templates), units)
        lacking = None if units is None else missing(units, Outcomes(store, documents=False), naming)
        words = list(changes(last["files"], files, naming)) if last else []
        if last and last["missing"] is not None and units is None:
            words.append(sentence("change_no_roster", {}))
        run = {
            "versions": versions(),
            "forms": forms,
            "options": {"form": form, "year": year, "finalize": finalize},
            "date": terms.date,
            "language": terms.language,
            "started": started,
            "finished": _now(),
            "seconds": round(time.monotonic() - began, 3),
            "workers": crew.workers,
            "changes": last and {**changes_since(last, files), "words": words},
            "missing": lacking and [{"name": unit.name, "code": unit.code, "supervisor": unit.supervisor} for unit in lacking],
            "namesakes": sorted(naming.namesakes),
            "beside": beside,
            "skipped": [item.path for item in found if not isinstance(item, Input)],
            "files": files,
        }
        write_run(directory, run)
        return read_standing(directory, store, run, naming)


def expected_units(roster: Path, templates: Path | None = None) -> tuple[Unit, ...]:
    """The units of a roster, each once, though it may have a line for each of its papers."""
    headings = [heading for folder in form_directories(templates) for heading in subject_headings(load_form(folder))]
    units = take_roster(roster, headings).units
    return tuple({(unit.name, unit.code): unit for unit in reversed(units)}.values())[::-1]


def _now() -> str:
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.datetime.fromtimestamp(int(epoch), datetime.UTC) if epoch else datetime.datetime.now().astimezone()
    return now.isoformat(timespec="seconds")


def _digest_forms(templates: Path | None) -> dict[str, str]:
    """The digest of every form there is: whether a workbook is of an older revision depends on all of them.

    Raises:
        FormError: one cannot be right; better said before the work than once per workbook.
    """
    digests = {}
    for folder in form_directories(templates):
        ours = (file for file in sorted(folder.iterdir()) if file.is_file() and not is_no_submission(file.name))
        files = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in ours}
        form = load_form(folder)
        check_own_template(form)
        digests.setdefault(f"{form.key} {folder.name}", _digest(files))  # the bureau's own come first and count
    return digests


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()


# --- the work ------------------------------------------------------------------------------------------------


def _work(
    store: Store, directory: Path, inputs: Sequence[Input], terms: Terms, limits: Limits, crew: Crew, digest: str, quiet: bool
) -> None:
    """Get an outcome for every input that has none, each content once."""
    known, copies = done_outputs(store), Counter(item.key for item in inputs)
    to_do: dict[str, Input] = {}
    for item in inputs:
        if item.key not in known:
            to_do.setdefault(item.key, item)

    def keep(task: Task, done: Done) -> None:
        for_good = done.for_good and not to_do[task.key].error
        outputs = tuple(write_files(directory, f"{MADE}/{folder_of(task.key)}", done.files))
        save_outcome(store, task.key, replace(done.outcome, outputs=outputs), digest if for_good else None)
        counts[done.outcome.status] += copies[task.key]
        tell(counts.total(), len(inputs), sentence("counts", {status: counts[status] for status in EXIT_CODES}))

    def tasks() -> Iterator[Task]:
        for item in to_do.values():
            task = Task(item.key, item.path, item.name, item.sha256, b"", item.owner)
            try:
                if item.error:
                    raise item.error
                yield task._replace(content=read_input(item))
            except UnreadableError as error:
                keep(task, not_done(task, error))
        close_archives()

    counts = Counter({status: count for status, count in count_inputs(store).items() if status})
    with progress(sentence("collecting", {}), quiet) as tell:
        tell(counts.total(), len(inputs))
        for task, done in work_off(crew, tasks(), partial(work_on, terms=terms, limits=limits)):
            if isinstance(done, Lost):
                code = "XL502" if done.seconds >= limits.seconds else "XL501"
                done = not_done(task, UnreadableError(code, found=task.name, expected=f"{limits.seconds:g} s"))
            keep(task, done)


@contextmanager
def _here(jobs: int | None, limits: Limits, folder: Path) -> Iterator[Crew]:
    """The workers of this machine, and while they are there a folder for what they put down."""
    make_folder(folder)
    try:
        yield local_crew(jobs, limits, folder.absolute())
    finally:
        shutil.rmtree(folder, ignore_errors=True)
