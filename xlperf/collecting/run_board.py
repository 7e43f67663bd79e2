"""The board of the last run, with what was decided since and as it stands on a day: extensions end without another run.

for row in board_now(Path("OUT"), run, day="2023-04-03"): ...
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from xlperf.collecting.run_log import Run
from xlperf.collecting.store.audit_log import entries_of
from xlperf.collecting.store.opening import FILE_NAME, opened_store
from xlperf.collecting.store.ownership import refuse_other_owner
from xlperf.collecting.store.tables import Store
from xlperf.distributing.naming import Naming, codes_of_list
from xlperf.summarizing.audit.chain import DECIDED, UNDONE
from xlperf.summarizing.board.decisions import Decision, decided, in_force, reviews_on, taken_in
from xlperf.summarizing.board.rows import BoardRow, StageState
from xlperf.summarizing.survey import installed_prefixes

PATHS = ("paths", "attached")  # what a row of the log has as lists


def board_of(run: Run) -> list[BoardRow]:
    """The board as the last run left it."""
    units: Iterable[Mapping[str, Any]] = run.get("units") or ()
    return [
        BoardRow(**{**unit, **{key: tuple(unit.get(key) or ()) for key in PATHS}, "number": number, **_pairs(unit)})
        for number, unit in enumerate(units, 1)
    ]


def _pairs(unit: Mapping[str, Any]) -> dict[str, Any]:
    """What a row has as tuples and its log as lists."""
    papers = tuple((state, subject) for state, subject in unit.get("papers") or ())
    return {"papers": papers, "reviews": tuple(StageState(*stage) for stage in unit.get("reviews") or ())}


def naming_of(run: Run) -> Naming:
    """How units were recognized in that run."""
    words = installed_prefixes(None) if (prefixes := run.get("prefixes")) is None else tuple(prefixes)
    listed = codes_of_list(words, board_of(run)) if run["missing"] is not None else {}
    return Naming(words, frozenset(run.get("namesakes", ())), listed)


def decisions_in(store: Store) -> Sequence[Decision]:
    """The decisions that are in force."""
    return in_force(taken_in(entries_of(store, (DECIDED, UNDONE))))


def decided_since(store: Store, run: Run) -> int:
    """How many decisions were taken or withdrawn after that run: its exports do not have them."""
    shown = run.get("chain")
    if not shown:
        return 0
    newer = (entry for entry in entries_of(store, (DECIDED, UNDONE)) if entry.number > shown["entries"])
    return len({entry.told.get("number") if entry.kind == UNDONE else entry.number for entry in newer})


def decided_board(store: Store, run: Run, naming: Naming, *, day: str) -> tuple[BoardRow, ...]:
    """The board of that run with what is in force on that ISO day."""
    return decided(board_of(run), decisions_in(store), naming, day=day)


def board_now(directory: Path, run: Run, *, day: str, database: str | None = None) -> tuple[BoardRow, ...]:
    """The same of a collection that is not open; what its last run knew where its store is elsewhere and not named.

    Raises:
        UsageError: its database does not answer, or is another collection's.
    """
    if not database and not (directory / FILE_NAME).exists():
        return tuple(as_last_known(row, day=day) for row in board_of(run))
    with opened_store(directory, database) as store:
        refuse_other_owner(store, directory)
        return decided_board(store, run, naming_of(run), day=day)


def as_last_known(row: BoardRow, *, day: str) -> BoardRow:
    """A row of the last run on that ISO day, where nobody knows what was decided since: an extension may be over."""
    row = row._replace(reviews=reviews_on(row, day))
    if not row.until or row.until >= day:
        return row
    return row._replace(state=row.found if row.state == "extended" else row.state, until=None)
