"""Take a decision about one unit of a collection, or withdraw it.

decide("OUT", unit="101", kind="extend", until="2023-04-15", reason="moving house")
decide("OUT", unit="101", kind="extend", undo=True)

A decision is an entry of the audit in the store, with its time and who took it. What follows from it is written by the next
`collect`; `status` shows it at once. The same decision taken twice is one: a command that was killed may be given again.
"""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from xlperf.collecting.housekeeping import locked
from xlperf.collecting.run_board import board_of, decisions_in, naming_of
from xlperf.collecting.run_log import read_run
from xlperf.collecting.store.audit_log import append
from xlperf.collecting.store.opening import opened_store
from xlperf.collecting.store.outcomes import Outcomes
from xlperf.collecting.store.ownership import refuse_other_owner
from xlperf.collecting.store.tables import Store
from xlperf.distributing.naming import Naming
from xlperf.errors import UsageError
from xlperf.files import StrPath, moment, stamp
from xlperf.messages import listing, sentence
from xlperf.reporting.description import sends_back
from xlperf.summarizing.audit.chain import DECIDED, UNDONE, Fact
from xlperf.summarizing.board.decisions import ACCEPT, EXTEND, KINDS, Decision, decisions_by_place
from xlperf.summarizing.board.rows import BoardRow
from xlperf.summarizing.outcome import Outcome
from xlperf.summarizing.submissions import arrival_of, content_key
from xlperf.text import most_like

MOST_NEAR = 3  # names that are told where there is none of that name


@dataclass(frozen=True)
class Decided:
    """What came of a decision.

    Example:
        >>> decision = {"unit": "Bureau A", "kind": "note", "reason": "called"}
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as inbox, TemporaryDirectory() as out:
        ...     _ = collect([inbox], output=out, roster="units.csv")
        ...     decide(out, **decision).is_new, decide(out, **decision).is_new
        (True, False)
    """

    decision: Decision
    is_new: bool = True  # False: it was in force already


def decide(
    directory: StrPath,
    *,
    unit: str,
    kind: str,
    reason: str = "",
    until: str | None = None,
    by: str | None = None,
    codes: Sequence[str] = (),
    file: str | None = None,
    undo: bool = False,
    database: str | None = None,
) -> Decided:
    """Take a decision about a unit of a collection, or take the one that is in force back.

    Args:
        directory: the folder of a collection.
        unit: its code or name, as on the board.
        kind: "accept" lets one submission pass with the findings that are named, "extend" gives until a day, "exempt" asks
            nothing more, "note" is a remark.
        reason: why; of a decision that is withdrawn, where there are several of a kind, the reason it was taken for.
        until: the last day of an extension, an ISO date.
        by: who decides, by default the name under which one is logged in.
        codes: of an acceptance, the codes of all findings that send the submission back.
        file: of an acceptance, the path of the submission, where the unit has several that were returned.
        undo: withdraw it.
        database: the URL of the store, where the collection was made with one.

    Raises:
        UsageError: there is no such collection or unit, the decision lacks something, or there is none to withdraw.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as inbox, TemporaryDirectory() as out:
        ...     _ = collect([inbox], output=out, roster="units.csv")
        ...     _ = decide(out, unit="102", kind="exempt", reason="merged", by="Zhang")
        ...     [row.state for row in find_status(out).board]
        ['missing', 'exempt']
    """
    folder = Path(directory)
    run = read_run(folder)
    if run is None or not run.get("units"):
        raise UsageError("no_board", path=folder)
    who = (by or _login()).strip()
    said = _checked(kind, reason=reason.strip(), until=until, codes=codes, file=file, undo=undo)
    naming = naming_of(run)
    board = board_of(run)
    row = find_unit(board, unit, naming)
    with locked(folder), opened_store(folder, database) as store:
        refuse_other_owner(store, folder)
        told = decisions_by_place(decisions_in(store), board, naming).get(board.index(row), ())
        standing = [decision for decision in told if decision.kind == kind]
        if undo:
            return _take_back(store, row, kind, standing, by=who, reason=said["reason"], file=file)
        facts = {"unit": row.name, "unit_code": row.code, "decision": kind, "by": who, **said}
        if kind == ACCEPT:
            facts |= _accepted(store, row, codes=said["codes"], file=file)
        return _take(store, standing, {name: value for name, value in facts.items() if value})


def _checked(
    kind: str, *, reason: str, until: str | None, codes: Sequence[str], file: str | None, undo: bool
) -> dict[str, object]:
    """What a decision of that kind says.

    Raises:
        UsageError: it lacks something, or says what only another kind can.
    """
    if kind not in KINDS:
        raise UsageError("no_such_decision", found=kind, known=listing(KINDS))
    for option, given, wanted in (("--until", until, EXTEND), ("--code", codes, ACCEPT), ("--file", file, ACCEPT)):
        if given and kind != wanted:
            raise UsageError("decision_option", option=option, kind=kind, wanted=wanted)
    if undo:
        return {"reason": reason}
    if not reason:
        raise UsageError("decision_reason", kind=kind)
    if kind == EXTEND:
        if not until:
            raise UsageError("decision_until")
        until = stamp(until)
        if until < moment()[:10]:
            raise UsageError("decision_over", until=until, today=moment()[:10])
    return {"reason": reason, "until": until, "codes": sorted({code.strip().upper() for code in codes})}


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a process without a user
        return ""


# --- of whom -------------------------------------------------------------------------------------------------


def find_unit(board: Sequence[BoardRow], unit: str, naming: Naming) -> BoardRow:
    """The row of the unit with that code or name.

    Raises:
        UsageError: there is none, or several have that name.
    """
    asked, key = unit.strip(), naming.key(unit, None)
    found = [row for row in board if asked and naming.code_of(row.name, row.code) == asked]
    found = found or [row for row in board if row.name == asked]
    found = found or [row for row in board if key and naming.key(row.name, row.code) == key]
    found = found or [row for row in board if key and naming.name_key(row.name) == key]  # of namesakes all
    if not found:
        raise UsageError("decision_no_unit", unit=asked, near=listing(most_like(asked, [row.name for row in board], MOST_NEAR)))
    if len(found) > 1:
        raise UsageError("decision_units", unit=asked, known=listing(f"{row.name} {row.code}".strip() for row in found))
    return found[0]


# --- an acceptance -------------------------------------------------------------------------------------------


def _accepted(store: Store, row: BoardRow, *, codes: object, file: str | None) -> dict[str, object]:
    """The submission that is accepted, if all that sends it back is named.

    Raises:
        UsageError: there is none, there are several, or not exactly what sends it back is named.
    """
    sent = [outcome for outcome in Outcomes(store, documents=False) if outcome.path in row.paths]
    latest = _latest_returned(sent, file)
    if not latest:
        known = [outcome.path for outcome in sent if outcome.status == "returned"]
        mute = [outcome.path for outcome in sent if outcome.status == "unreadable" and file in (None, outcome.path)]
        if mute and (file or not known):
            raise UsageError("accept_unreadable", path=listing(mute))
        raise UsageError("accept_nothing", unit=row.name, file=file, known=listing(known) or None)
    if len(latest) > 1:
        raise UsageError("accept_file", unit=row.name, known=listing(outcome.path for outcome in latest))
    (outcome,) = latest
    messages = {found["code"]: found["message"] for found in outcome.findings if sends_back(found)}
    named = set(codes if isinstance(codes, list) else ())
    listed = [sentence("message_code", {"code": code, "message": message}) for code, message in messages.items()]
    if unknown := sorted(named - messages.keys()):
        raise UsageError("accept_unknown", path=outcome.path, codes=listing(unknown), known=listing(listed))
    if left := sorted(messages.keys() - named):
        options = " ".join(f"--code {code}" for code in left)
        raise UsageError("accept_all", path=outcome.path, options=options, known=listing(listed))
    return {"sha256": outcome.sha256, "path": outcome.path}


def _latest_returned(sent: Sequence[Outcome], file: str | None) -> list[Outcome]:
    """Of the files that were returned the latest for each form, year and subject, or the one that is named."""
    returned = [outcome for outcome in sent if outcome.status == "returned" and file in (None, outcome.path)]
    latest: dict[object, Outcome] = {}
    for outcome in sorted(returned, key=lambda outcome: (arrival_of(outcome), outcome.path)):
        latest[outcome.form, outcome.year, outcome.subject] = outcome
    return list({content_key(outcome): outcome for outcome in latest.values()}.values())


# --- into the audit ------------------------------------------------------------------------------------------


def _take(store: Store, standing: Sequence[Decision], facts: dict[str, object]) -> Decided:
    """Add the decision, unless the very same is in force."""
    wanted = {name: facts.get(name) for name in ("reason", "until", "by", "sha256")}
    for decision in standing:
        if {name: getattr(decision, name) for name in wanted} == wanted and list(decision.codes) == facts.get("codes", []):
            return Decided(decision, is_new=False)
    before = {decision.number for decision in decisions_in(store)}
    append(store, [Fact(moment(), DECIDED, facts)])
    return Decided(next(decision for decision in decisions_in(store) if decision.number not in before))


def _take_back(
    store: Store, row: BoardRow, kind: str, standing: Sequence[Decision], *, by: str, reason: object, file: str | None
) -> Decided:
    meant = [decision for decision in standing if file in (None, decision.path) and reason in ("", decision.reason)]
    if not meant:
        raise UsageError("undo_nothing", unit=row.name, kind=kind)
    if len(meant) > 1:
        raise UsageError("undo_several", unit=row.name, kind=kind, known=listing(decision.reason for decision in meant))
    append(store, [Fact(moment(), UNDONE, {"number": meant[0].number, "unit": row.name, "unit_code": row.code, "by": by})])
    return Decided(meant[0])
