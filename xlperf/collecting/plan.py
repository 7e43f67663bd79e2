"""What a run of a collection works on, found out before anything is written: inputs, forms, units, and the run before it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from xlperf.collecting.inbox.inputs import Found, Input, Skipped, is_no_submission
from xlperf.collecting.inbox.listing import list_inbox
from xlperf.collecting.last_run import KnownFile, known_files, known_forms
from xlperf.collecting.packages.contents import Package
from xlperf.collecting.run_log import LogStamp, Run, log_stamp, read_run
from xlperf.distributing.prefill import kept_headings, subject_headings, told_of_kept
from xlperf.distributing.roster import Roster, Unit, take_roster
from xlperf.errors import UsageError
from xlperf.files import StrPath, digest_of_json
from xlperf.forms.loader import find_form, form_directories, is_shipped, load_form
from xlperf.messages import listing, sentence
from xlperf.reporting.word_report import check_own_template
from xlperf.summarizing.outcome import REVIEWS
from xlperf.summarizing.survey import installed_prefixes

NO_FORMS: Mapping[str, str] = {}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a run works on."""

    directory: Path
    templates: Path | None
    forms: Mapping[str, str]  # form and revision -> digest
    inputs: Sequence[Input]
    skipped: Sequence[Skipped]  # what is not a submission
    packages: Sequence[Package]  # collections of other offices
    units: Sequence[Unit] | None
    remarks: Sequence[str]  # what of their list was skipped or kept, in words
    prefixes: tuple[str, ...]  # words that may be left out before a unit's name
    last: Run | None  # the last finished run
    log: LogStamp | None  # what its log was when it was read
    started: str  # ISO time
    clock: float  # that of time.monotonic, in seconds


def find_plan(
    inboxes: Sequence[StrPath],
    *,
    form: str | None,
    templates: StrPath | None,
    output: StrPath,
    roster: StrPath | None,
    started: str,
    reviews: Sequence[StrPath] = (),
) -> Plan:
    """Find out what there is to process, and with which forms; `started` is the ISO time of the run."""
    clock = time.monotonic()
    directory, own_forms = Path(output), Path(templates) if templates else None
    log = log_stamp(directory)  # taken first: a log that is written meanwhile is read again
    last = read_run(directory)
    forms = digest_forms(own_forms, known_forms(last))
    if form is not None:
        find_form(form, templates=own_forms)
    found = list_inbox([Path(inbox) for inbox in inboxes], directory, known_files(last))
    found += list_reviews([Path(inbox) for inbox in reviews], directory, known_files(last))
    is_same = last is not None and last["forms"] == forms and "prefixes" in last
    prefixes = tuple(last["prefixes"]) if last and is_same else installed_prefixes(own_forms)
    expected = expected_units(Path(roster), own_forms, form=form) if roster else None
    return Plan(
        directory=directory,
        templates=own_forms,
        forms=forms,
        inputs=[item for item in found if isinstance(item, Input)],
        skipped=[item for item in found if isinstance(item, Skipped)],
        packages=[item for item in found if isinstance(item, Package)],
        units=expected.units if expected else None,
        remarks=expected.remarks if expected else (),
        prefixes=prefixes,
        last=last,
        log=log,
        started=started,
        clock=clock,
    )


def check_stages_of_round(form: str | None, deadlines: Mapping[str, str], templates: StrPath | None) -> None:
    """Check that the form of a round has the stages for which a last day is set.

    Raises:
        UsageError: it has no such stage.
    """
    if form is None or not deadlines:
        return
    keys = [stage.key for stage in load_form(find_form(form, templates=templates)).stages]
    for key in deadlines:
        if key not in keys:
            raise UsageError("no_such_stage", form=form, stage=key, known=listing(keys) or sentence("no_stages", {}))


def list_reviews(inboxes: Sequence[Path], directory: Path, known: Mapping[str, KnownFile]) -> list[Found]:
    """What lies where the bureau puts workbooks of later stages; their paths say so."""
    below = {path.removeprefix(REVIEWS): file for path, file in known.items() if path.startswith(REVIEWS)}
    found = list_inbox(inboxes, directory, below)
    return [item if isinstance(item, Package) else replace(item, path=f"{REVIEWS}{item.path}") for item in found]


def expected_units(roster: Path, templates: Path | None = None, *, form: str | None = None) -> Roster:
    """The units of a roster, each once with its papers, though it may have a line for each; what was skipped and kept of it.

    Args:
        form: the key of the form that is asked for; where units file one paper of it, a column of subjects asks for nothing.
    """
    forms = [load_form(folder) for folder in form_directories(templates)]
    units, remarks = take_roster(roster, subject=[heading for form in forms for heading in subject_headings(form)])
    has_papers = any(subject_headings(known) for known in forms if form in (None, known.key))
    papers: dict[tuple[str, str], dict[str, None]] = {}
    for unit in units if has_papers else ():
        papers.setdefault((unit.name, unit.code), {}).update({unit.subject: None} if unit.subject else {})
    first = tuple({(unit.name, unit.code): unit for unit in reversed(units)}.values())[::-1]
    once = tuple(replace(unit, papers=tuple(papers.get((unit.name, unit.code), ()))) for unit in first)
    return Roster(once, (*remarks, *told_of_kept(kept_headings(forms, once))))


def digest_forms(templates: Path | None, known: Mapping[str, str] = NO_FORMS) -> dict[str, str]:
    """The digest of every form there is: whether a workbook is of an older revision depends on all of them.

    Args:
        templates: the folder of a bureau's own forms.
        known: forms by their digests that were right before and need not be looked at again.

    Raises:
        FormError: one is wrong; that is better said before the work than once per workbook.
    """
    digests: dict[str, str] = {}
    for folder in form_directories(templates):
        ours = (file for file in sorted(folder.iterdir()) if file.is_file() and not is_no_submission(file.name))
        files = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in ours}
        digest = digest_of_json(files)
        digests.setdefault(known.get(digest) or _name_of(folder), digest)  # the bureau's own come first and count
    return digests


def _name_of(folder: Path) -> str:
    """What a form is called in the log, once it is known to be right; those that travel with xlperf are."""
    if is_shipped(folder):
        return f"{folder.parent.name} {folder.name}"
    form = load_form(folder)
    check_own_template(form)
    return f"{form.key} {folder.name}"
