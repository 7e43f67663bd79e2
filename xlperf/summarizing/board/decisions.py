"""What the bureau decides about a unit, and what that makes of its row on the board.

    decisions = in_force(entries)                               # of the audit, those that were withdrawn left out
    rows = decided(board, decisions, naming, day="2023-04-03")

`accept` lets one submission pass with findings that are named, `extend` gives a unit until a day, `exempt` asks nothing of it any
more, `note` is a remark. Of extensions and exemptions of one unit only the latest counts, withdrawn or not; notes and
acceptances add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from xlperf.distributing.naming import Named, Naming, places_of
from xlperf.messages import clauses, listing, sentence
from xlperf.summarizing.audit.chain import DECIDED, UNDONE, Entry
from xlperf.summarizing.board.rows import BoardRow, StageState
from xlperf.workflow.waivers import Waiver

ACCEPT, EXTEND, EXEMPT, NOTE = "accept", "extend", "exempt", "note"
KINDS = (ACCEPT, EXTEND, EXEMPT, NOTE)
SPARING = (EXTEND, EXEMPT)  # a later one takes the place of an earlier one


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One decision about a unit, as the audit has it."""

    number: int  # of its entry in the audit
    time: str  # ISO
    by: str
    unit: str
    unit_code: str
    kind: str  # one of KINDS
    reason: str
    until: str | None = None  # the last day of an extension, ISO
    codes: tuple[str, ...] = ()  # of the findings that are waived
    sha256: str | None = None  # of the submission they are waived of
    path: str | None = None  # where it lay

    @property
    def day(self) -> str:
        """The day on which it was taken."""
        return self.time[:10]


class Taken(NamedTuple):
    """A decision, and when and by whom it was withdrawn, if it was."""

    decision: Decision
    undone: str = ""  # ISO time
    undone_by: str = ""


def taken_in(entries: Iterable[Entry]) -> list[Taken]:
    """All decisions of an audit, those that were withdrawn too, in their order."""
    taken: dict[int, Taken] = {}
    for entry in entries:
        told = entry.told
        if entry.kind == DECIDED:
            taken[entry.number] = Taken(_decision(entry, told))
        elif entry.kind == UNDONE and told.get("number") in taken:
            taken[told["number"]] = Taken(taken[told["number"]].decision, entry.time, str(told.get("by") or ""))
    return list(taken.values())


def in_force(taken: Iterable[Taken]) -> list[Decision]:
    """The decisions that stand: not withdrawn, and none in its place."""
    latest: dict[object, Taken] = {}
    for item in taken:
        decision = item.decision
        latest[(decision.unit, decision.unit_code) if decision.kind in SPARING else decision.number] = item
    standing = (item.decision for item in latest.values() if not item.undone)
    return sorted(standing, key=lambda decision: decision.number)


def _decision(entry: Entry, told: dict[str, Any]) -> Decision:
    return Decision(
        number=entry.number,
        time=entry.time,
        by=str(told.get("by") or ""),
        unit=str(told.get("unit") or ""),
        unit_code=str(told.get("unit_code") or ""),
        kind=str(told.get("decision") or ""),
        reason=str(told.get("reason") or ""),
        until=told.get("until"),
        codes=tuple(told.get("codes") or ()),
        sha256=told.get("sha256"),
        path=told.get("path"),
    )


def waivers_of(standing: Iterable[Decision]) -> dict[str, Waiver]:
    """What may stand, by the SHA-256 of a submission; of several acceptances of one the latest."""
    accepted = (decision for decision in standing if decision.kind == ACCEPT and decision.sha256)
    return {
        decision.sha256 or "": Waiver(decision.codes, by=decision.by, on=decision.day, reason=decision.reason)
        for decision in accepted
    }


# --- on the board ------------------------------------------------------------------------------------------------


def decided(board: Iterable[BoardRow], decisions: Sequence[Decision], naming: Naming, *, day: str) -> tuple[BoardRow, ...]:
    """The rows with what was decided about each unit, and the state that follows from it on that ISO day."""
    rows = list(board)
    told = decisions_by_place(decisions, rows, naming)
    return tuple(_decided(row, told.get(place, ()), day) for place, row in enumerate(rows))


def decisions_by_place(decisions: Iterable[Decision], units: Iterable[Named], naming: Naming) -> dict[int, list[Decision]]:
    """The decisions about each of those units, by its place among them; one about a unit that is not there is left out."""
    places = places_of(units, naming)
    found: dict[int, list[Decision]] = {}
    for decision in decisions:
        if (place := places.of(decision.unit, decision.unit_code)) is not None:
            found.setdefault(place, []).append(decision)
    return found


def _decided(row: BoardRow, decisions: Sequence[Decision], day: str) -> BoardRow:
    found = row.found or row.state
    sparing = next((decision for decision in reversed(decisions) if decision.kind in SPARING), None)
    until = sparing.until if sparing and sparing.kind == EXTEND else None
    is_spared = until is not None and day <= until
    state = found
    if sparing and sparing.kind == EXEMPT and found != "passed":
        state = "exempt"
    elif is_spared and found == "missing":
        state = "extended"
    told = clauses(map(decision_as_text, decisions)) or None
    return row._replace(state=state, found=found, decision=told, until=until if is_spared else None, reviews=reviews_on(row, day))


def reviews_on(row: BoardRow, day: str) -> tuple[StageState, ...]:
    """How the stages after the department stand for a unit on that ISO day."""
    return tuple(stage.on(day) for stage in row.reviews)


def decision_as_text(decision: Decision) -> str:
    """One decision in one line: what, by whom, on which day, why."""
    facts = {"until": decision.until, "codes": listing(decision.codes), "by": decision.by, "day": decision.day}
    return sentence(f"decision_{decision.kind}", {**facts, "reason": decision.reason})


def spared_paths(board: Iterable[BoardRow]) -> Iterator[str]:
    """Yield the files of units of which nothing is asked any more."""
    return (path for row in board if row.state == "exempt" for path in row.paths)
