"""How a round stands now, read while `collect` writes or afterwards: its last finished run, and what was decided since.

    standing = read_standing(served, visitor, day="2023-04-03")
    standing.board, standing.waiting

A run becomes visible as a whole, when it ends: its log takes the place of the last one in one step. What a run that still goes on
has done is told by numbers only. A unit sees nothing of any other, and no remark that the bureau made for itself.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from xlperf.collecting.audit_log import UNFINISHED, entries_of, seals_of
from xlperf.collecting.collect import expected_units
from xlperf.collecting.ownership import refuse_other_owner
from xlperf.collecting.run_board import board_of, naming_of
from xlperf.collecting.run_log import FileEntry, Run, read_run
from xlperf.collecting.store import Outcomes, count_inputs, store_to_read
from xlperf.deciding.decide import is_about
from xlperf.distributing.roster import Line, Unit
from xlperf.errors import UsageError
from xlperf.reporting.description import DescribedFinding
from xlperf.reporting.result import Status
from xlperf.server.problems import Refused
from xlperf.server.round.visits import ServedRound, Visitor
from xlperf.summarizing.audit.chain import DECIDED, UNDONE
from xlperf.summarizing.board.decisions import NOTE, Taken, decided, in_force, taken_in
from xlperf.summarizing.board.rows import WHOLE_MINUTE, BoardRow, board_rows
from xlperf.summarizing.outcome import Outcome, instant
from xlperf.summarizing.submissions import ANYTHING, PLAIN, Naming

KEY = 12  # characters


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What whoever asks may see of a round."""

    run: Run | None  # the last one that was finished
    board: tuple[BoardRow, ...] = ()
    taken: Sequence[Taken] = ()  # decisions, those that were taken back too
    units: tuple[Unit, ...] = ()  # all of the round, by which files are assigned; for nobody to see
    naming: Naming = PLAIN
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
        paths = set(row.paths)
        files = [entry for entry in (self.run["files"] if self.run else ()) if entry["path"] in paths]
        return sorted(files, key=lambda entry: (instant(entry["received"]), instant(entry["saved"])), reverse=True)

    def compared(self, path: str) -> Sequence[DescribedFinding]:
        """What comparing a file with others, and with the roster, found."""
        return (self.run.get("comparisons") or {}).get(path, ()) if self.run else ()

    def decisions_about(self, row: BoardRow) -> list[Taken]:
        """What was decided about a unit, in its order."""
        return [taken for taken in self.taken if is_about(taken.decision, row, self.naming)]


def read_standing(served: ServedRound, visitor: Visitor, *, day: str) -> Standing:
    """Return how a round stands on that ISO day.

    Raises:
        Refused: the visitor is of a unit that the board does not have, or that is not one alone.
    """
    run = read_run(served.directory)
    naming = naming_of(run) if run else PLAIN
    board: Sequence[BoardRow] = board_of(run) if run else _expected(served)
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
    except UsageError as error:
        trouble = str(error)
    waiting = counts.pop(None, 0)
    if visitor.is_unit:
        taken = [each for each in taken if each.decision.kind != NOTE]
        board = [_own_row(board, visitor)]
        taken = [each for each in taken if is_about(each.decision, board[0], naming)]
        trouble = trouble and " "  # what is wrong at the bureau is for the bureau
    if not trouble:
        board = decided(board, in_force(taken), naming, day=day)
    elif visitor.is_unit:
        board = [row._replace(decision=None) for row in board]
    return Standing(
        run=run,
        board=tuple(board),
        taken=taken,
        units=units,
        naming=naming,
        done=sum(counts.values()),
        waiting=waiting,
        goes_on=goes_on,
        trouble=trouble,
    )


def _expected(served: ServedRound) -> tuple[BoardRow, ...]:
    """The board before anything was collected: the units of the roster, of which nothing has come."""
    if served.roster is None:
        return ()
    units = expected_units(served.roster, served.templates, form=served.form).units
    return board_rows((), {}, units, PLAIN, ANYTHING)


def _own_row(board: Sequence[BoardRow], visitor: Visitor) -> BoardRow:
    """The one row of a unit that comes, by its code or by its whole name; nothing is guessed."""
    asked = visitor.unit.strip()
    found = [row for row in board if asked and row.code.strip() == asked] or [row for row in board if asked and row.name == asked]
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
    """What became of these files, by path; nothing of one whose content is another by now, or is processed anew.

    Raises:
        UsageError: the store cannot be read.
    """
    known = {entry["path"]: entry["sha256"] for entry in files}
    with store_to_read(served.directory, served.database) as store:
        if not store:
            return {}
        found = list(Outcomes(store, documents=False, paths=list(known)))
    return {outcome.path: outcome for outcome in found if outcome.sha256 == known[outcome.path]}


def as_written(moment: str | None) -> str:
    """A time to the minute, by the clock by which it was written down, as on the board; "" of none."""
    return (moment or "")[:WHOLE_MINUTE].replace("T", " ")
