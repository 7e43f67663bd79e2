"""Take in thousands of workbooks and lose none: inboxes, work, store, exports, in a straight line.

    status = collect(["received"], output="OUT")
    status.counts                      # {"passed": 4870, "returned": 105, "unreadable": 25}

    inboxes ─ list_inbox ─▶ inputs ─ register ─▶ store ─ what has no outcome ─▶ workers ─ one by one ─▶ store ─▶ exports

OUT shows what lies in the inboxes now. Every outcome stays in the store, so nothing is processed again as long as forms,
version and options are the same. The times of receipt are stored before the work begins, and the files of a workbook before
its outcome; so the process may be killed at any moment. Started again it continues, and the exports are those of an
undisturbed run.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import NamedTuple

from xlperf.collecting.changes import compare_runs
from xlperf.collecting.housekeeping import WORK, locked, refuse_other_inboxes, tidy
from xlperf.collecting.inbox.reading import close_archives, open_received
from xlperf.collecting.last_run import Made, log_of, made_before, state_of
from xlperf.collecting.packages.adoption import adopt_decisions
from xlperf.collecting.plan import Plan, check_stages_of_round, find_plan
from xlperf.collecting.processing import basis_of, digest_of_work, process_inputs, terms_of
from xlperf.collecting.run_board import naming_of
from xlperf.collecting.run_log import Run, find_versions, log_stamp, write_run
from xlperf.collecting.status import CollectionStatus, read_status
from xlperf.collecting.store.arrivals import OPEN, Arrival, first_receipt, register
from xlperf.collecting.store.audit_log import UNFINISHED, Auditor, chain_of, entries_of, note_arrivals, sealed_log, set_seal
from xlperf.collecting.store.opening import opened_store
from xlperf.collecting.store.outcomes import Outcomes
from xlperf.collecting.store.ownership import refuse_other_owner, take_store
from xlperf.collecting.store.tables import Store
from xlperf.collecting.worker import COPIES, WorkOptions, known_reports
from xlperf.distributing.naming import make_naming
from xlperf.files import StrPath, digest_of_json, moment, stamp
from xlperf.forms.model import Unexplained
from xlperf.messages import current_language, sentence
from xlperf.summarizing.audit.chain import DECIDED, UNDONE
from xlperf.summarizing.board.decisions import Taken, in_force, taken_in, waivers_of
from xlperf.summarizing.board.former import FormerYears
from xlperf.summarizing.board.reviews import NO_DEADLINES
from xlperf.summarizing.exports import NOTHING_HANDED, Exported, write_exports
from xlperf.summarizing.submissions import Asked
from xlperf.workbook.announcement import NOTHING, Announcement
from xlperf.workers.pool import opened_pool, return_large_blocks_at_once
from xlperf.workers.process import Limits
from xlperf.workflow.waivers import Waiver

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
    announcement: Announcement = NOTHING,
    former: FormerYears | None = None,
    jobs: int | None = None,
    cluster: str | None = None,
    finalize: bool = True,
    unexplained: Unexplained | None = None,
    reports: Sequence[str] = (),
    reviews: Sequence[StrPath] = (),
    review_deadlines: Mapping[str, str] = NO_DEADLINES,
    database: str | None = None,
    limits: Limits = LIMITS,
    quiet: bool = True,
) -> CollectionStatus:
    """Take in all that lies in the inboxes and return the status of the collection.

    Args:
        inboxes: folders, archives and single files; none of them is ever changed.
        form: the key of the form that every workbook is to be of; by default the one that each names.
        year: the fiscal year that every workbook is to be of.
        templates: the folder of a bureau's own forms.
        output: the folder of the collection; created if need be.
        date: the ISO date written into files; by default SOURCE_DATE_EPOCH, else the day of the first receipt.
        roster: the list of units that are expected.
        announcement: what is announced of the round, printed in notices, reminders and the summary.
        former: what the units reported in former years, see `read_former_years`; what that gives reason to ask stands in notices.
        jobs: worker processes, by default one per processor.
        cluster: the address of a Dask scheduler, whose workers then do the work.
        finalize: False only validates and makes no finalized and annotated workbooks; those that an earlier run made with the
            same forms, date and options stay.
        unexplained: "return" sends back workbooks with warnings that their unit has not explained, "pass" lets them pass; by
            default as each form says.
        reports: kinds of reports that are taken beside workbooks, "word" (.docx) and "pdf" (with a text layer); each is filled
            into a workbook and then treated as one. By default they are none of the round's.
        reviews: folders, archives and files with workbooks of stages after the department, made by `write_review` and filled in;
            the one of the last stage counts in place of the very submission that it is of. Elsewhere such workbooks do not count.
        review_deadlines: until when each stage after the department is to be done, ISO dates by its key; what is overdue stands
            on the board.
        database: the URL of the store, by default a file in the folder of the collection.
        limits: what one workbook may use: seconds of a worker, and bytes of its memory.
        quiet: print nothing to standard error.

    Raises:
        UsageError: there is no such inbox, form, roster, database or cluster; the folder is in use or cannot be written.
        FormError: one of the forms is wrong.

    Example:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     inbox = Path(folder, "received")
        ...     inbox.mkdir()
        ...     _ = (inbox / "letter.pdf").write_bytes(b"%PDF-1.7")
        ...     status = collect([inbox], output=Path(folder, "OUT"), jobs=1)
        >>> status.counts, status.waiting, status.exit_code
        ({'unreadable': 1}, 0, <ExitCode.UNREADABLE: 3>)
    """
    return_large_blocks_at_once()
    kinds = known_reports(reports)
    check_stages_of_round(form, review_deadlines, templates)
    find_out = partial(find_plan, inboxes, form=form, templates=templates, output=output, roster=roster, reviews=reviews)
    plan = find_out(started=_now())
    for remark in () if quiet else plan.remarks:
        print(remark, file=sys.stderr)
    with locked(plan.directory), opened_store(plan.directory, database) as store:
        if log_stamp(plan.directory) != plan.log:  # another run has ended between the plan and the lock
            plan = find_out(started=_now())
        refuse_other_owner(store, plan.directory)
        adopt_decisions(store, plan.packages, now=plan.started)
        options = _options(store, plan, form=form, year=year, date=date, finalize=finalize)
        options = options._replace(unexplained=unexplained, reports=kinds)
        decisions = _decisions(store, day=date or plan.started[:10])
        digest = _register(store, plan, options, decisions.waivers)
        set_seal(store, UNFINISHED, plan.started)
        with opened_pool(jobs=jobs, cluster=cluster, limits=limits, folder=plan.directory / WORK) as pool:
            worked = process_inputs(
                store,
                plan.inputs,
                directory=plan.directory,
                pool=pool,
                options=options,
                digest=digest,
                waivers=decisions.waivers,
                packages=plan.packages,
                bases=[basis_of(given, plan.forms) for given in (options, options._replace(finalize=True))],
                quiet=quiet,
            )
            terms = [digest, _terms(plan, announcement, review_deadlines), decisions.in_force]
            terms += [former.digest] if former else []
            if plan.packages and not quiet:
                told = {"count": len(plan.packages), "files": worked.taken_over}
                print(sentence("packages_in", told), file=sys.stderr, flush=True)
            made = None if worked.new else made_before(plan.last, state_of(plan.directory, [*terms, chain_of(store).head]))
            if made is None:
                exported = _export(
                    store,
                    plan,
                    options,
                    announcement=announcement,
                    former=former,
                    review_deadlines=review_deadlines,
                    decisions=decisions,
                    quiet=quiet,
                )
                state = state_of(plan.directory, [*terms, chain_of(store).head])
                made = log_of(store, exported, has_roster=plan.units is not None, state=state)
        run = _run(plan, options, workers=pool.workers, made=made, announcement=announcement)
        with sealed_log(store) as seal:
            write_run(plan.directory, run, before_it_moves=seal)
        return read_status(plan.directory, store, run, naming_of(run), day=decisions.day)


def _now() -> str:
    return moment()


# --- what the bureau decided ---------------------------------------------------------------------------------


class _Decisions(NamedTuple):
    """The decisions as a run goes by them."""

    taken: Sequence[Taken]
    day: str  # on which they are looked at, ISO
    in_force: Sequence[object]  # those on which exports depend on that day
    waivers: Mapping[str, Waiver]  # by the SHA-256 of a submission


def _decisions(store: Store, *, day: str) -> _Decisions:
    taken = taken_in(entries_of(store, (DECIDED, UNDONE)))
    standing = in_force(taken)
    lasting = [[decision.number, decision.until is not None and decision.until >= day] for decision in standing]
    return _Decisions(taken, day, lasting, waivers_of(standing))


# --- in the folder of the collection -------------------------------------------------------------------------


def _options(store: Store, plan: Plan, *, form: str | None, year: int | None, date: str | None, finalize: bool) -> WorkOptions:
    """What the workers are to do."""
    return WorkOptions(
        language=current_language(),
        date=_date(store, date, plan.started),
        finalize=finalize,
        form=form,
        year=year,
        templates=plan.templates.absolute() if plan.templates else None,
    )


def _date(store: Store, date: str | None, started: str) -> str:
    """The ISO date written into files: a run that continues on another day keeps that of its first day."""
    if date or os.environ.get("SOURCE_DATE_EPOCH"):
        return stamp(date)
    return (first_receipt(store) or started)[:10]


def _register(store: Store, plan: Plan, options: WorkOptions, waivers: Mapping[str, Waiver]) -> str:
    """Register the inputs; return the digest of everything that an outcome depends on besides the bytes."""
    refuse_other_inboxes(store, plan.directory, plan.inputs)
    take_store(store, plan.directory)
    digest, digest_finalized = (digest_of_work(given, plan.forms) for given in (options, options._replace(finalize=True)))
    arrivals = [Arrival(item.path, item.key, item.size) for item in plan.inputs]
    own = {
        key: [terms_of(digest, waiver), terms_of(digest_finalized, waiver)]
        for sha256, waiver in waivers.items()
        for key in (sha256, f"{sha256}{OPEN}")
    }
    note = partial(note_arrivals, store, arrivals=arrivals, now=plan.started)
    received = {item.path: item.received for item in plan.inputs if item.received}
    register(store, arrivals, digest=digest, now=plan.started, received=received, also=[digest_finalized], own=own, note=note)
    tidy(store, plan.directory, {item.key for item in plan.inputs})
    return digest


def _export(
    store: Store,
    plan: Plan,
    options: WorkOptions,
    *,
    announcement: Announcement,
    former: FormerYears | None,
    review_deadlines: Mapping[str, str],
    decisions: _Decisions,
    quiet: bool,
) -> Exported:
    """Write the exports; return what of them the log of the run keeps."""
    if not quiet:
        print(sentence("summing_up", {}), file=sys.stderr, flush=True)
    inputs = {item.path: item for item in plan.inputs}
    exported = write_exports(
        Outcomes(store),
        templates=plan.templates,
        directory=plan.directory,
        date=options.date,
        roster=plan.units,
        asked=Asked(options.form, options.year),
        announcement=announcement,
        former=former,
        decisions=decisions.taken,
        day=decisions.day,
        review_deadlines=review_deadlines,
        keep=Auditor(store, plan.directory).keep,
        handed_before=plan.last.get("handed", NOTHING_HANDED) if plan.last else NOTHING_HANDED,
        open_input=lambda outcome: open_received(inputs[outcome.path]),
        brief=Outcomes(store, documents=False),
        copies=plan.directory / WORK / COPIES,
    )
    close_archives()
    return exported


def _terms(plan: Plan, announcement: Announcement, review_deadlines: Mapping[str, str]) -> str:
    """A digest of all that exports depend on, but for the work and the files that lie in the folder."""
    units = None if plan.units is None else [repr(unit) for unit in plan.units]
    said = [[Arrival(item.path, item.key, item.size) for item in plan.inputs], units, repr(announcement)]
    return digest_of_json([*said, dict(review_deadlines)] if review_deadlines else said)


def _run(plan: Plan, options: WorkOptions, *, workers: int, made: Made, announcement: Announcement) -> Run:
    """The content of run.json for this run."""
    last, has_roster = plan.last, plan.units is not None
    naming = make_naming(plan.prefixes, plan.units, (entry["unit"] for entry in made["files"]))
    return {
        "versions": find_versions(),
        "forms": plan.forms,
        "options": {
            "form": options.form,
            "year": options.year,
            "finalize": options.finalize,
            "unexplained": options.unexplained,
            "reports": list(options.reports),
        },
        "announcement": asdict(announcement),
        "date": options.date,
        "language": options.language,
        "started": plan.started,
        "finished": _now(),
        "seconds": round(time.monotonic() - plan.clock, 3),
        "workers": workers,
        "changes": compare_runs(last, made["files"], naming=naming, has_roster=has_roster) if last else None,
        "namesakes": sorted(naming.namesakes),
        "skipped": [item.path for item in plan.skipped],
        "packages": [{"path": item.path, "head": item.head, "entries": len(item.entries)} for item in plan.packages],
        "links": [item.path for item in plan.skipped if item.is_link],
        "stamps": {item.path: item.stamp for item in plan.inputs if item.stamp},
        "prefixes": list(plan.prefixes),
        **made,
    }
