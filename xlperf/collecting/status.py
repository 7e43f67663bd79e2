"""The status of a collection, on one screen.

print(status_as_text(find_status("OUT")))
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from sys import intern

from xlperf.collecting.run_board import board_of, decided_board, decided_since, naming_of
from xlperf.collecting.run_log import Changes, Run, read_run
from xlperf.collecting.store.arrivals import count_inputs
from xlperf.collecting.store.opening import FILE_NAME, opened_store
from xlperf.collecting.store.outcomes import Outcomes
from xlperf.collecting.store.ownership import refuse_other_owner
from xlperf.collecting.store.tables import Store
from xlperf.distributing.naming import Naming
from xlperf.distributing.roster import Unit
from xlperf.distributing.roster_sheets import Line
from xlperf.errors import ExitCode, UsageError
from xlperf.files import StrPath, stamp
from xlperf.messages import listing, of_any_field, sentence
from xlperf.reporting.description import sends_back
from xlperf.reporting.result import EXIT_CODES, STATUSES, Status
from xlperf.reporting.text_table import table
from xlperf.summarizing.board.assignment import assign
from xlperf.summarizing.board.reviews import STATES as REVIEW_STATES
from xlperf.summarizing.board.rows import SPARED, STATES, BoardRow
from xlperf.summarizing.outcome import FileStatus, Submission, submission_of
from xlperf.summarizing.submissions import COUNTS, find_roles, is_attachment
from xlperf.summarizing.survey import installed_prefixes

COMMONEST = 8  # findings and files that are listed
MOST_UNITS = 40  # units that are listed
DAY = len("2023-03-31")  # of a moment, what fits on a screen
BOARD_COLUMNS = ("number", "unit_name", "state_of_unit", "versions", "last_received", "errors", "queries", "contact")


@dataclass(frozen=True, kw_only=True)
class CollectionStatus:
    """What is known of a collection at this moment.

    >>> from pathlib import Path
    >>> counts = {"passed": 2, "returned": 1}
    >>> status = CollectionStatus(
    ...     directory=Path("OUT"), counts=counts, counting=counts, waiting=0, units=3, findings=(), run=None
    ... )
    >>> status.exit_code
    <ExitCode.ERRORS_FOUND: 1>
    """

    directory: Path
    counts: Mapping[Status, int]  # inputs by status: passed, returned, unreadable; attachments are none of these
    counting: Mapping[Status, int]  # those of them that count: the latest valid one of each unit
    waiting: int  # inputs that are still to be processed, or of which only the end of the run tells what they are
    units: int  # that sent anything
    findings: tuple[tuple[str, str, int], ...]  # what sends back the most of those that count: code, message, inputs
    run: Run | None  # the last run that was finished, as run.json has it
    board: tuple[BoardRow, ...] = ()  # its units with what was decided about them since, as they stand today
    attached: int = 0  # inputs that are attachments
    decided_since: int = 0  # decisions that were taken or withdrawn since the last run: its results do not have them

    @property
    def exit_code(self) -> ExitCode:
        """That of the worst input; an attachment is none."""
        return max((EXIT_CODES[status] for status in self.counts), default=ExitCode.OK)


def find_status(directory: StrPath, *, database: str | None = None) -> CollectionStatus:
    """Return the status of the collection in that folder, while it runs or afterwards.

    Args:
        directory: the folder that was given to `collect` as `output`.
        database: the URL of the store, where the collection was made with one.

    Raises:
        UsageError: there is no collection, or its database does not answer.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from xlperf import collect
        >>> with TemporaryDirectory() as inbox, TemporaryDirectory() as output:
        ...     _ = collect([inbox], output=output)
        ...     find_status(output).counts
        {}
    """
    directory = Path(directory)
    if not database and not (directory / FILE_NAME).exists():
        raise UsageError("no_collection", path=directory)
    with opened_store(directory, database) as store:
        refuse_other_owner(store, directory)
        run = read_run(directory)
        naming = naming_of(run) if run else Naming(installed_prefixes(None))
        return read_status(directory, store, run, naming, day=stamp(None))


def read_status(directory: Path, store: Store, run: Run | None, naming: Naming, *, day: str) -> CollectionStatus:
    """Return the status of a collection whose store is open, with extensions as they are on that ISO day."""
    counts = count_inputs(store)
    messages: dict[str, str] = {}  # by code, the latest
    judged = _judged_in(run) if run else {}
    tableless: set[str] = set()  # the paths of what is no table
    loose: dict[str, bool] = {}  # of those that may be attachments: whether they are, as far as can be told now
    everything: list[Submission] = []
    reasons: dict[str, tuple[str, ...]] = {}  # by path, the codes that send it back
    for outcome in Outcomes(store, documents=False):
        everything.append(submission_of(outcome))
        if outcome.status == "unreadable":
            verdict = judged.get((outcome.path, outcome.sha256))
            if is_attachment(outcome):
                tableless.add(outcome.path)
            if verdict == "attached" or (verdict is None and outcome.path in tableless):
                loose[outcome.path] = verdict == "attached"
                continue
        found = {finding["code"]: finding["message"] for finding in outcome.findings if sends_back(finding)}
        messages |= found
        reasons[outcome.path] = tuple(map(intern, found))
    if not all(loose.values()):
        settled = _settled(everything, tableless, run, naming)
        loose = {path: is_known or path in settled for path, is_known in loose.items()}
    attached = sum(loose.values())
    submissions = [submission for submission in everything if submission.path not in loose]
    counts["unreadable"] = max(counts.get("unreadable", 0) - len(loose), 0)
    roles = find_roles(submissions, naming)
    counting = [submission for submission in submissions if roles[submission.path].kind == COUNTS]
    inputs = Counter(code for submission in counting for code in reasons[submission.path])
    commonest = sorted(inputs.items(), key=lambda item: (-item[1], item[0]))[:COMMONEST]
    return CollectionStatus(
        directory=directory,
        counts={status: count for status, count in counts.items() if status and count},
        counting=Counter(submission.status for submission in counting),
        waiting=counts.get(None, 0) + len(loose) - attached,
        units=len({naming.key(submission.unit, submission.unit_code) for submission in submissions} - {""}),
        findings=tuple((code, of_any_field(code, messages[code]), count) for code, count in commonest),
        run=run,
        board=decided_board(store, run, naming, day=day) if run else (),
        attached=attached,
        decided_since=decided_since(store, run) if run else 0,
    )


def _judged_in(run: Run) -> dict[tuple[str, str], FileStatus]:
    """What the last run made of each file, by path and SHA-256; the store knows only that attachments cannot be read."""
    return {(entry["path"], entry["sha256"]): entry["status"] for entry in run["files"]}


def _settled(submissions: Sequence[Submission], loose: Collection[str], run: Run | None, naming: Naming) -> Collection[str]:
    """The paths of the attachments that will be some when the run ends, whatever still comes and whatever list it has."""
    rows = board_of(run) if run and run["missing"] is not None else ()
    units = [
        Unit(row.name, row.code, row.supervisor, Line("", 0, {}), papers=tuple(subject for _, subject in row.papers))
        for row in rows
    ]
    return assign(submissions, loose, units or None, naming, has_roster=False).settled


# --- on one screen ---------------------------------------------------------------------------------------------


def status_as_text(status: CollectionStatus) -> str:
    """The screen: how many of what, the last run and what it changed, what sends back the most."""
    lines = [*_count_lines(status), *(_run_lines(status.run, status.board) if status.run else [sentence("screen_no_run", {})])]
    if status.decided_since:
        lines.append(sentence("screen_decided_since", {"count": status.decided_since}))
    if status.findings:
        headings = [sentence(f"column_{name}", {}) for name in ("code", "message", "files")]
        rows = [(code, message, str(count)) for code, message, count in status.findings]
        lines.append("\n" + table(headings, rows, ratios=(None, 1, None)).lstrip("\n"))
    return "\n".join(lines)


def _count_lines(status: CollectionStatus) -> Iterator[str]:
    total = sum(status.counts.values()) + status.attached + status.waiting
    counts = _of_each_status(status.counts)
    yield sentence("standing", {"path": status.directory, "units": status.units, "total": total})
    attached = sentence("screen_attached", {"count": status.attached}) if status.attached else ""
    yield sentence("screen_counts", {**counts, "waiting": status.waiting}) + attached
    if sum(status.counting.values()) < sum(status.counts.values()):
        yield sentence("screen_counting", _of_each_status(status.counting))


def _of_each_status(counts: Mapping[Status, int]) -> dict[str, int]:
    return {status: counts.get(status, 0) for status in STATUSES}


def _run_lines(run: Run, board: Sequence[BoardRow]) -> Iterator[str]:
    facts = {"finished": _by_local_clock(run["finished"]), "files": len(run["files"]), "skipped": len(run["skipped"])}
    yield sentence("screen_run", {**run, **facts})
    links = run.get("links") or ()
    if told := [path for path in run["skipped"] if path.endswith("/") or path in links]:
        more = "…" if len(told) > COMMONEST else ""
        yield sentence("screen_skipped", {"paths": listing(told[:COMMONEST]) + more})
    yield from _board_lines(board)
    if run["missing"] is not None:
        missing = sum(row.state == "missing" for row in board) if board else len(run["missing"])
        yield sentence("screen_missing", {"count": missing})
    if run["changes"]:
        yield _change_line(run["changes"])
        yield from run["changes"]["words"]
    for saved, newer in list((run.get("beside") or {}).items())[:COMMONEST]:
        yield sentence("screen_beside", {"file": saved, "beside": newer})


def _board_lines(units: Sequence[BoardRow]) -> Iterator[str]:
    """How many units stand how, and those that still owe something or were decided about, in the order of the roster."""
    counts = Counter(unit.state for unit in units)
    if units:
        spared = [sentence(f"screen_{state}", {"count": counts[state]}) for state in SPARED if counts[state]]
        yield sentence("screen_units", {state: counts[state] for state in STATES}) + "".join(spared)
    yield from _review_lines(units)
    owing = [unit for unit in units if unit.state != "passed" or unit.decision or any(s.state != "done" for s in unit.reviews)]
    columns = [*BOARD_COLUMNS]
    columns += ["reviews"] if any(unit.reviews for unit in owing) else []
    columns += ["decision"] if any(unit.decision for unit in owing) else []
    if owing:
        headings = [sentence(f"head_{name}", {}) for name in columns]
        rows = [_board_cells(unit, columns) for unit in owing[:MOST_UNITS]]
        yield "\n" + table(headings, rows).strip("\n")
    if len(owing) > MOST_UNITS:
        yield sentence("screen_more_units", {"count": len(owing) - MOST_UNITS})


def _review_lines(units: Sequence[BoardRow]) -> Iterator[str]:
    """How many units stand how at each stage after the department that has begun for one of them."""
    labels = dict.fromkeys(stage.label for unit in units for stage in unit.reviews)
    for label in labels:
        there = [stage for unit in units for stage in unit.reviews if stage.label == label]
        counts, late = Counter(stage.state for stage in there), sum(stage.is_late for stage in there)
        facts = {"stage": label, **{state: counts[state] for state in REVIEW_STATES}, "late": late}
        yield sentence("screen_reviews_late" if late else "screen_reviews", facts)


def _board_cells(unit: BoardRow, columns: Sequence[str]) -> list[str]:
    cells = {
        "number": unit.number,
        "unit_name": unit.name,
        "state_of_unit": unit.state_in_words,
        "versions": unit.versions,
        "last_received": (unit.received or "")[:DAY],
        "errors": unit.errors,
        "queries": unit.unexplained,
        "contact": unit.contact,
        "reviews": unit.reviews_in_words,
        "decision": unit.decision,
    }
    return ["" if cells[name] is None else str(cells[name]) for name in columns]


def _change_line(changes: Changes) -> str:
    facts = {
        "since": _by_local_clock(changes["since"]),
        "new": len(changes["new"]),
        "replaced": len(changes["replaced"]),
        "gone": len(changes["gone"]),
        "status": len(changes["status"]),
    }
    return sentence("screen_changes", facts)


def _by_local_clock(moment: str) -> str:
    """A time in the local time zone."""
    return f"{datetime.fromisoformat(moment).astimezone():%Y-%m-%d %H:%M}"
