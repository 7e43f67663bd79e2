"""The audit in the database of a collection: entries are added to the chain (`summarizing/audit/chain`) and never changed.

    append(store, [Fact(now, DECIDED, {…})])        # one transaction: all of them or none
    chain_of(store).head                            # the hash of the last one
    list(entries_of(store, kinds=(DECIDED, UNDONE)))

What an entry says follows from what is so, not from how often somebody asked: `arrivals_to_note` and `Auditor` compare with the
end of the chain and add only what is new. So a run that was killed and goes on adds nothing twice.

Beside it the store keeps seals: what is to be found in the files of the collection that cannot be in the chain, because they
show its head.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlperf.collecting.store.arrivals import Arrival
from xlperf.collecting.store.outcomes import outcome_rows, proof_now
from xlperf.collecting.store.tables import AT_A_TIME, Store, insert
from xlperf.errors import UsageError
from xlperf.files import digest_of
from xlperf.summarizing.audit.chain import (
    BEGUN,
    FINALIZED,
    GONE,
    JUDGED,
    RECEIVED,
    WITHDRAWN,
    Chain,
    Entry,
    Fact,
    Kept,
    followed,
    kept_by,
)
from xlperf.summarizing.handouts import HandedOut

if TYPE_CHECKING:
    from sqlalchemy import Connection

TOLD_OF_OUTCOMES = ("key", "sha256", "status", "form", "revision", "year", "unit", "unit_code")  # by JUDGED, with their proof
UNFINISHED, LOG = "unfinished", "run.json"  # names of seals


def entries_of(store: Store, kinds: Sequence[str] = ()) -> Iterator[Entry]:
    """Yield the entries in their order; only those of these kinds, where any are named."""
    with store.engine.connect().execution_options(yield_per=AT_A_TIME) as connection:
        yield from _entries(store, connection, kinds)


def _entries(store: Store, connection: Connection, kinds: Sequence[str] = ()) -> Iterator[Entry]:
    import sqlalchemy as sql

    table = store.audit
    listed = sql.select(*(table.c[name] for name in Entry._fields)).order_by(table.c.number)
    for row in connection.execute(listed.where(table.c.kind.in_(kinds)) if kinds else listed):
        yield Entry(**row._mapping)


def append(store: Store, facts: Iterable[Fact]) -> None:
    """Add an entry for each of these, all of them or none.

    Raises:
        UsageError: somebody else added entries at the same moment.
    """
    with _alone(store) as connection:
        append_in(store, connection, facts)


@contextmanager
def _alone(store: Store) -> Iterator[Connection]:
    """A transaction in which nobody else may add entries, see `append`."""
    import sqlalchemy as sql

    try:
        with store.engine.begin() as connection:
            yield connection
    except sql.exc.IntegrityError:
        raise UsageError("audit_in_use") from None


def append_in(store: Store, connection: Connection, facts: Iterable[Fact]) -> None:
    """The same within a transaction; the facts are never in memory as a whole, and may be read from the same connection."""
    insert(connection, store.audit, (entry._asdict() for entry in followed(_last(store, connection), facts)))


def _last(store: Store, connection: Connection) -> Entry | None:
    import sqlalchemy as sql

    table = store.audit
    newest = sql.select(*(table.c[name] for name in Entry._fields)).order_by(table.c.number.desc()).limit(1)
    row = connection.execute(newest).first()
    return Entry(**row._mapping) if row else None


def chain_of(store: Store) -> Chain:
    """The chain as it is now."""
    with store.engine.connect() as connection:
        last = _last(store, connection)
    return Chain(last.number if last else 0, last.hash if last else "", partial(entries_of, store))


# --- what is to be added -----------------------------------------------------------------------------------------


def note_arrivals(store: Store, connection: Connection, arrivals: Sequence[Arrival], *, now: str) -> None:
    """Add what came in and what is gone since the last run; in a store of an earlier version first that there was no audit."""
    import sqlalchemy as sql

    known = kept_by(_entries(store, connection, (RECEIVED, GONE))).inputs
    if _last(store, connection) is None:
        before = connection.execute(sql.select(sql.func.count()).select_from(store.inputs)).scalar() or 0
        if before:
            append_in(store, connection, [Fact(now, BEGUN, {"files": before})])
    listed = sorted(arrivals)
    there = {arrival.path for arrival in listed}
    gone = [Fact(now, GONE, {"path": path, "key": key}) for path, key in sorted(known.items()) if path not in there]
    new = (arrival for arrival in listed if known.get(arrival.path) != arrival.key)
    append_in(store, connection, [*gone, *(Fact(now, RECEIVED, arrival._asdict()) for arrival in new)])


@dataclass(frozen=True)
class Auditor:
    """Writes down what a run hands out, just before it does."""

    store: Store
    directory: Path

    def keep(self, handed: Iterable[HandedOut], folder: str, date: str) -> Chain:
        """Add what became of every content, what is finalized and what is no more; return the chain.

        Args:
            handed: what is to lie in the folder of finalized workbooks.
            folder: its name.
            date: the ISO date of the exports.
        """
        kept = kept_by(entries_of(self.store, (JUDGED, FINALIZED, WITHDRAWN)))
        with _alone(self.store) as connection:
            append_in(self.store, connection, self._new_facts(connection, kept, handed, folder, date))
        return chain_of(self.store)

    def _new_facts(
        self, connection: Connection, kept: Kept, handed: Iterable[HandedOut], folder: str, date: str
    ) -> Iterator[Fact]:
        """Yield what the chain does not tell yet, see `keep`."""
        for row in outcome_rows(self.store, connection, columns=(*TOLD_OF_OUTCOMES, "proof")):
            proof = row["proof"] or proof_now(self.store, connection, row["key"])
            if kept.judged.get(row["key"]) != proof:
                yield Fact(date, JUDGED, {**{name: row[name] for name in TOLD_OF_OUTCOMES}, "proof": proof})
        left = {name for name in kept.finalized if name.startswith(f"{folder}/")}
        for item in handed:
            files = {name: sha256 or digest_of(self.directory / made) for name, made, sha256 in item.files}
            left.difference_update(files)
            if any(kept.finalized.get(name) != sha256 for name, sha256 in files.items()):
                yield Fact(date, FINALIZED, {"from": item.submission, "unit": item.unit, "files": files})
        if left:
            yield Fact(date, WITHDRAWN, {"files": sorted(left)})


# --- seals -------------------------------------------------------------------------------------------------------


def set_seal(store: Store, name: str, facts: object) -> None:
    """Keep what is to be found under that name."""
    with store.engine.begin() as connection:
        connection.execute(store.seals.delete().where(store.seals.c.name == name))
        connection.execute(store.seals.insert(), [{"name": name, "facts": json.dumps(facts, ensure_ascii=False)}])


def drop_seal(store: Store, name: str) -> None:
    """Keep nothing under that name any more."""
    with store.engine.begin() as connection:
        connection.execute(store.seals.delete().where(store.seals.c.name == name))


def seals_of(store: Store) -> Mapping[str, Any]:
    """What is kept, by name; what cannot be read is None."""
    import sqlalchemy as sql

    with store.engine.connect() as connection:
        return {row.name: _read(row.facts) for row in connection.execute(sql.select(store.seals))}


@contextmanager
def sealed_log(store: Store) -> Iterator[Callable[[str], None]]:
    """Seal the log of a run: what is entered takes the SHA-256 of the new one, before it takes the place of the last."""
    last = seals_of(store).get(LOG) or []

    def seal(digest: str) -> None:
        set_seal(store, LOG, [digest, *last[:1]])

    yield seal
    set_seal(store, LOG, (seals_of(store).get(LOG) or [])[:1])
    drop_seal(store, UNFINISHED)


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
