"""What came in, as the database of a collection has it: its inputs, the content of each, and when it was received.

    register(store, [Arrival("a.xlsx", "9f86d0…", 89434)], digest=digest, now="2023-03-01T09:00:00+00:00")

All inputs are registered in one transaction before the work begins, each with a time of receipt that stays, also when it is
moved: so an interrupted collection has the same times as an undisturbed one. An outcome belongs to the bytes, not to the path:
a file that lies in three folders is processed once and listed three times. One that was found under another digest of all that
it depends on besides the bytes (forms, version, options) is forgotten and done again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from xlperf.collecting.store.tables import AT_A_TIME, Store, insert
from xlperf.reporting.result import Status
from xlperf.summarizing.outcome import instant

if TYPE_CHECKING:
    from sqlalchemy import Connection

    Note = Callable[[Connection], object]

OPEN = "-open"  # suffix of the key of a file that somebody has open: it gets a finding, but keeps its time of receipt
NO_TERMS: Mapping[str, Sequence[str]] = {}
NO_TIMES: Mapping[str, str] = {}


class Arrival(NamedTuple):
    """An input as it was found; `key` identifies its content, see `Input.key`."""

    path: str
    key: str
    size: int


def register(
    store: Store,
    arrivals: Sequence[Arrival],
    *,
    digest: str,
    now: str,
    received: Mapping[str, str] = NO_TIMES,
    also: Sequence[str] = (),
    own: Mapping[str, Sequence[str]] = NO_TERMS,
    note: Note | None = None,
) -> None:
    """Make these the inputs of the collection; what is new is received now.

    Outcomes stored with this digest, or with one of `also`, stay; all others are forgotten.

    Args:
        digest: of all that an outcome depends on besides the bytes.
        now: the ISO time of receipt for what is new.
        received: times of receipt that others have noted, by path.
        own: the digests of contents, by key, whose outcome depends on more: on what the bureau decided about them.
        note: called within the same transaction, before anything changes, to write it down.
    """
    import sqlalchemy as sql

    outcomes, new = store.outcomes, {arrival.key: arrival.size for arrival in arrivals}
    with store.engine.begin() as connection:
        if note:
            note(connection)
        first_received: dict[str, str] = {}
        for row in connection.execute(sql.select(outcomes.c.key, outcomes.c.received)):
            new.pop(row.key, None)
            content = _content(row.key)
            first_received[content] = min(row.received, first_received.get(content, row.received), key=instant)
        times = _receipts(arrivals, _receipts_before(store, connection), first_received, received, now)
        connection.execute(sql.delete(store.inputs))
        lines = ({"path": path, "key": key, "received": times[path]} for path, key, _ in arrivals)
        insert(connection, store.inputs, lines)
        if new:
            for path, key, _ in sorted(arrivals, key=lambda arrival: instant(times[arrival.path])):
                first_received.setdefault(_content(key), times[path])
            rows = ({"key": key, "size": size, "received": first_received[_content(key)]} for key, size in new.items())
            insert(connection, outcomes, rows)
        stale = sql.or_(outcomes.c.terms.is_(None), outcomes.c.terms.not_in([digest, *also]))
        connection.execute(sql.update(outcomes).where(stale, outcomes.c.key.not_in(list(own))).values(terms=None, status=None))
        for key, terms in own.items():
            changed = sql.or_(outcomes.c.terms.is_(None), outcomes.c.terms.not_in(terms))
            connection.execute(sql.update(outcomes).where(outcomes.c.key == key, changed).values(terms=None, status=None))


def _receipts_before(store: Store, connection: Connection) -> dict[str, tuple[str, str]]:
    """The content and the time of receipt of every input of the last run, by path."""
    import sqlalchemy as sql

    inputs, outcomes = store.inputs, store.outcomes
    listed = sql.select(inputs.c.path, inputs.c.key, store.receipt.label("received"))
    rows = connection.execute(listed.join(outcomes, inputs.c.key == outcomes.c.key))
    return {row.path: (_content(row.key), row.received) for row in rows}


def _receipts(
    arrivals: Sequence[Arrival],
    before: Mapping[str, tuple[str, str]],
    first_received: Mapping[str, str],
    noted: Mapping[str, str],
    now: str,
) -> dict[str, str]:
    """When each input was received, by path: one that was moved takes its time along, a further copy came when it was found.

    Args:
        before: content and time of the inputs of the last run, by path.
        first_received: by content, when it came first, also where it was gone meanwhile.
        noted: times that others have noted, by path.
    """
    times = {a.path: before[a.path][1] for a in arrivals if a.path in before and before[a.path][0] == _content(a.key)}
    left: dict[str, list[str]] = {content: [] for content, _ in before.values()}  # times of inputs that are there no more
    for path, (content, time) in before.items():
        if path not in times:
            left[content].append(time)
    for path, key, _ in sorted(arrivals):
        if path in times:
            continue
        content = _content(key)
        if path in noted:
            times[path] = noted[path]
        elif left.get(content):
            times[path] = min(left[content], key=instant)
            left[content].remove(times[path])
        else:
            times[path] = now if content in left else first_received.get(content, now)
    return times


def _content(key: str) -> str:
    return key.removesuffix(OPEN)


def registered(store: Store) -> dict[str, str]:
    """The inputs of the last run: path -> key."""
    import sqlalchemy as sql

    with store.engine.connect() as connection:
        return dict(connection.execute(sql.select(store.inputs.c.path, store.inputs.c.key)).all())


class ReceivedInput(NamedTuple):
    """An input as the store has it."""

    path: str
    key: str
    size: int
    sha256: str  # "" if its bytes could not be read
    received: str  # ISO time


def received_inputs(store: Store) -> Iterator[ReceivedInput]:
    """Yield the inputs of the last run, sorted by path."""
    import sqlalchemy as sql

    inputs, outcomes = store.inputs, store.outcomes
    columns = (inputs.c.path, inputs.c.key, outcomes.c.size, outcomes.c.sha256, store.receipt.label("received"))
    listed = sql.select(*columns).join(outcomes, inputs.c.key == outcomes.c.key).order_by(inputs.c.path)
    with store.engine.connect().execution_options(yield_per=AT_A_TIME) as connection:
        for row in connection.execute(listed):
            yield ReceivedInput(row.path, row.key, row.size, row.sha256 or "", row.received)


def first_receipt(store: Store) -> str | None:
    """The ISO time at which the first input was received, None before that."""
    import sqlalchemy as sql

    with store.engine.connect() as connection:
        received: Iterable[str] = connection.execute(sql.select(store.outcomes.c.received).distinct()).scalars()
        return min(received, key=instant, default=None)


def count_inputs(store: Store) -> dict[Status | None, int]:
    """The number of inputs by status; None counts those that are still to be processed."""
    import sqlalchemy as sql

    counted = (
        sql.select(store.outcomes.c.status, sql.func.count())
        .join(store.inputs, store.inputs.c.key == store.outcomes.c.key)
        .group_by(store.outcomes.c.status)
    )
    with store.engine.connect() as connection:
        return dict(connection.execute(counted).all())
