"""How a round stands now, read while `collect` writes or afterwards: its last finished run, and what was decided since.

    standing = read_standing(served, visitor, day="2023-04-03")
    standing.board, standing.waiting

A run becomes visible as a whole, when it ends: its log takes the place of the last one in one step. What a run that still goes on
has done is told by numbers only. A unit sees nothing of any other, and no remark that the bureau made for itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from xlperf.collecting.plan import expected_units
from xlperf.collecting.run_board import as_last_known, board_of, naming_of
from xlperf.collecting.run_log import FileEntry, Run, list_files, read_run
from xlperf.collecting.store.arrivals import count_inputs
from xlperf.collecting.store.audit_log import UNFINISHED, entries_of, seals_of
from xlperf.collecting.store.opening import store_to_read
from xlperf.collecting.store.outcomes import Outcomes
from xlperf.collecting.store.ownership import refuse_other_owner
from xlperf.distributing.naming import PLAIN, Naming, make_naming
from xlperf.distributing.roster import Unit
from xlperf.distributing.roster_sheets import Line
from xlperf.errors import UsageError
from xlperf.messages import catalogue, current_language, fill
from xlperf.reporting.description import DescribedFinding
from xlperf.reporting.result import Status
from xlperf.server.problems import Refused
from xlperf.server.round.visits import ServedRound, Visitor
from xlperf.summarizing.audit.chain import DECIDED, UNDONE
from xlperf.summarizing.board.decisions import NOTE, Taken, decided, decisions_by_place, in_force, taken_in
from xlperf.summarizing.board.rows import WHOLE_MINUTE, BoardRow, board_rows
from xlperf.summarizing.outcome import Outcome, instant
from xlperf.summarizing.submissions import ANYTHING
from xlperf.summarizing.survey import installed_prefixes
from xlperf.text import code_of

KEY = 12  # characters
JUDGED = ("status", "errors", "queries", "warnings", "outputs")  # what the log of a run keeps of an outcome


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What whoever asks may see of a round."""

    run: Run | None  # the last one that was finished
    board: tuple[BoardRow, ...] = ()
    taken: Sequence[Taken] = ()  # decisions, those that were taken back too
    taken_about: Mapping[int, Sequence[Taken]] = field(default_factory=dict)  # the same, by the number of the row
    units: tuple[Unit, ...] = ()  # all of the round, by which files are assigned; for nobody to see
    naming: Naming = PLAIN
    files: Mapping[str, FileEntry] = field(default_factory=dict)  # of the last run, by path
    done: int = 0  # inputs with an outcome
    waiting: int = 0  # inputs without
    goes_on: bool = False  # whether a run has begun and not ended
    trouble: str = ""  # why the store cannot be read

    def row(self, key: str) -> BoardRow:
        """The row of the unit of that key.

        Raises:
            Refused: whoever asks sees no such unit.
        """
        found = next((row for row in self.board if key_of(row) == key), None)
        if found is None:
            raise Refused("no_such_place")
        return found

    def files_of(self, row: BoardRow) -> list[FileEntry]:
        """What was received of a unit, the latest first."""
        return self._received(row.paths)

    def attached_to(self, row: BoardRow) -> list[FileEntry]:
        """What came with the files of a unit and is none itself, the latest first."""
        return self._received(row.attached)

    def _received(self, paths: Iterable[str]) -> list[FileEntry]:
        files = (self.files[path] for path in paths if path in self.files)
        return sorted(files, key=lambda entry: (instant(entry["received"]), instant(entry["saved"])), reverse=True)

    def compared(self, path: str) -> Sequence[DescribedFinding]:
        """What comparing a file with others, and with the roster, found."""
        return (self.run.get("comparisons") or {}).get(path, ()) if self.run else ()

    def decisions_about(self, row: BoardRow) -> list[Taken]:
        """What was decided about a unit, in its order."""
        return list(self.taken_about.get(row.number, ()))


def read_standing(served: ServedRound, visitor: Visitor, *, day: str) -> Standing:
    """Return how a round stands on that ISO day.

    Raises:
        Refused: the visitor is of a unit that the board does not have, or that is not one alone.
    """
    run = read_run(served.directory)
    expected = () if run else _expected(served)
    naming = naming_of(run) if run else make_naming(installed_prefixes(served.templates), expected)
    board: Sequence[BoardRow] = board_of(run) if run else board_rows((), {}, expected, naming, ANYTHING)
    units = tuple(Unit(row.name, row.code, row.supervisor, Line("", 0, {})) for row in board)
    taken: list[Taken] = []
    counts: dict[Status | None, int] = {}
    goes_on, trouble = False, ""
    try:
        with store_to_read(served.directory, served.database) as store:
            if store:
                refuse_other_owner(store, served.directory)
                taken = taken_in(entries_of(store, (DECIDED, UNDONE)))
                counts = count_inputs(store)
                goes_on = UNFINISHED in seals_of(store)
            elif run:  # the store of what was collected is elsewhere
                trouble = fill(catalogue(current_language())["round"]["store_elsewhere"], {"path": served.directory})
    except UsageError as error:
        trouble = str(error)
    waiting = counts.pop(None, 0)
    if visitor.is_unit:
        taken = [each for each in taken if each.decision.kind != NOTE]
    if trouble:
        board = [as_last_known(row, day=day) for row in board]
    else:
        board = decided(board, in_force(taken), naming, day=day)
    by_number = {each.decision.number: each for each in taken}
    told = decisions_by_place([each.decision for each in taken], board, naming)
    about = {place + 1: [by_number[decision.number] for decision in decisions] for place, decisions in told.items()}
    if visitor.is_unit:
        own = _own_row(board, visitor)
        taken = about.get(own.number, [])
        board = [own._replace(decision=None if trouble else own.decision, reviews=())]  # there may be a note of the bureau in it
        trouble = trouble and " "  # what is wrong at the bureau is for the bureau
    return Standing(
        run=run,
        board=tuple(board),
        taken=taken,
        taken_about={row.number: about.get(row.number, ()) for row in board},
        units=units,
        naming=naming,
        files={entry["path"]: entry for entry in run["files"]} if run else {},
        done=sum(counts.values()),
        waiting=waiting,
        goes_on=goes_on,
        trouble=trouble,
    )


def _expected(served: ServedRound) -> tuple[Unit, ...]:
    """The units of the roster, of which nothing was collected yet."""
    return tuple(expected_units(served.roster, served.templates, form=served.form).units) if served.roster else ()


def _own_row(board: Sequence[BoardRow], visitor: Visitor) -> BoardRow:
    """The one row of a unit that comes, by its code, which may stand with its name, or by its whole name; nothing is guessed."""
    asked = visitor.unit.strip()
    found = [row for row in board if asked and asked in (row.code.strip(), code_of(row.name, row.code))]
    found = found or [row for row in board if asked and row.name == asked]
    if len(found) != 1:
        raise Refused("no_unit_of_user", unit=visitor.unit or "—")
    return found[0]


def key_of(row: BoardRow) -> str:
    """What a unit is called in addresses: it stays the same whatever the order of the roster."""
    return sha256(json.dumps([row.name, row.code]).encode()).hexdigest()[:KEY]


def version_of(entry: FileEntry) -> str:
    """What a file that was received is called in addresses."""
    return sha256(json.dumps([entry["path"], entry["sha256"]]).encode("utf-8", "surrogatepass")).hexdigest()[:KEY]


def outcomes_of(served: ServedRound, files: Sequence[FileEntry]) -> dict[str, Outcome]:
    """What became of these files in the last run, by path; nothing of one that has changed since, or is processed anew.

    Raises:
        UsageError: the store cannot be read.
    """
    known = {entry["path"]: entry for entry in files}
    with store_to_read(served.directory, served.database) as store:
        if not store:
            return {}
        found = list(Outcomes(store, documents=False, paths=list(known)))
    return {outcome.path: outcome for outcome in found if _is_as_logged(outcome, known[outcome.path])}


def _is_as_logged(outcome: Outcome, entry: FileEntry) -> bool:
    """Whether an outcome is the one that the run was about, and not that of a run which has not ended."""
    attachments = [entry["path"]] if entry["status"] == "attached" else []
    now: Mapping[str, object] = {**next(list_files([outcome], attachments=attachments))}
    logged: Mapping[str, object] = {**entry}
    return outcome.sha256 == entry["sha256"] and all(now[key] == logged.get(key, now[key]) for key in JUDGED)


def as_written(moment: str | None) -> str:
    """A time to the minute, by the clock by which it was written down, as on the board; "" of none."""
    return (moment or "")[:WHOLE_MINUTE].replace("T", " ")
