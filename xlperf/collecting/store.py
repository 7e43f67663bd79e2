"""The database of a collection: which input has which content, and the outcome of each content.

    store = open_store(Path("OUT"))
    register(store, [Arrival("a.xlsx", "9f86d0…", 89434)], digest=digest, now="2023-03-01T09:00:00+00:00")
    save_outcomes(store, [KeptOutcome("9f86d0…", outcome, digest)])
    for outcome in Outcomes(store): …

An outcome belongs to the bytes, not to the path: a file that lies in three folders is processed once and listed three
times. All inputs are registered in one transaction before the work begins, each with a time of receipt that stays, also when
it is moved: so an interrupted collection has the same times as an undisturbed one. An outcome is stored with a digest of all that
it depends on besides the bytes (forms, version, options); one that was found under another digest is forgotten and done again.

The store is an SQLite file in the folder of the collection, or whatever database SQLAlchemy reaches under a URL: one
database, or one schema of it, per collection.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from xlperf.collecting.database_url import is_understood, shown, without_secrets
from xlperf.errors import UsageError
from xlperf.files import digest_of_json
from xlperf.reporting.result import Status
from xlperf.summarizing.outcome import Outcome, instant

if TYPE_CHECKING:
    import sqlite3

    from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, Table

    Note = Callable[[Connection], object]

FILE_NAME, LOCK = "collection.sqlite", "collection.lock"  # one of them lies in the folder of every collection
OPEN = "-open"  # suffix of the key of a file that somebody has open: it gets a finding, but keeps its time of receipt
AS_JSON = ("outputs", "digests", "places", "findings", "gist", "document")
TEXTS = ("sha256", "status", "form", "revision", "unit", "unit_code", "subject", "saved", *AS_JSON, "proof")
PROVED = (
    "sha256",
    "status",
    "form",
    "revision",
    "unit",
    "unit_code",
    "subject",
    "year",
    "findings",
    "document",
    "gist",
    "outputs",
    "digests",
)
TUPLES = ("findings", "outputs")  # of these
ROW = tuple(field.name for field in fields(Outcome) if field.name not in ("path", "size", "received"))
OF_KEY = "of_key"  # in a statement, the key of the outcome that is meant
PATIENCE = 60  # seconds to wait while another program has the file locked
SELDOM_READ = ("document", "gist")  # of these, those that only the survey looks into
PAGE = 16_384  # bytes of a page of our own file
AT_A_TIME = 50  # rows in memory while outcomes are listed
NO_TERMS: Mapping[str, Sequence[str]] = {}
NO_TIMES: Mapping[str, str] = {}


class Arrival(NamedTuple):
    """An input as it was found; `key` identifies its content, see `Input.key`."""

    path: str
    key: str
    size: int


class KeptOutcome(NamedTuple):
    """The outcome of a content, or its row."""

    key: str
    outcome: Outcome | Mapping[str, object]
    terms: str | None  # the digest of all that it depends on besides the bytes; without one the next run tries again


@dataclass(frozen=True)
class Store:
    """An open database with our tables in it."""

    engine: Engine
    inputs: Table  # path -> key and time of receipt, as the inboxes are now
    outcomes: Table  # key -> outcome; before it is known only key, size and time of receipt
    owners: Table  # the one collection that is kept here, see `ownership`
    audit: Table  # what happened to the collection, entry by entry, see `audit_log`
    seals: Table  # name -> what is to be found in a file of that name, see `audit_log`
    url: str | None = None  # of the database; None of the file in the folder of the collection
    has_receipts: bool = True  # one per input; a store of an earlier version that is only read has them per content alone

    @property
    def receipt(self) -> ColumnElement[str]:
        """When an input was received, in a statement that joins inputs and outcomes."""
        import sqlalchemy as sql

        first: ColumnElement[str] = self.outcomes.c.received
        return sql.func.coalesce(self.inputs.c.received, first) if self.has_receipts else first

    def close(self) -> None:
        self.engine.dispose()


def open_store(directory: Path, url: str | None = None) -> Store:
    """Open the store of the collection in that folder; create missing tables.

    Args:
        url: of the database, by default a file in the folder.

    Raises:
        UsageError: there is no such database, or it does not answer.
    """
    import sqlalchemy as sql

    if url and not is_understood(url):
        raise UsageError("bad_database", url=shown(url))
    try:
        engine = sql.create_engine(url) if url else _own_engine(directory / FILE_NAME)
        inputs, outcomes, owners, audit, seals = _tables()
        inputs.metadata.create_all(engine)
        for table in (inputs, outcomes):
            _add_missing_columns(engine, table)
    except sql.exc.NoSuchModuleError:
        raise UsageError("bad_database", url=shown(url or "")) from None
    # ImportError: the driver for the URL is not installed; ValueError, TypeError: what drivers say of the words behind its "?"
    except (sql.exc.SQLAlchemyError, ImportError, OSError, ValueError, TypeError) as error:
        reason = _reason(error, url)
        if not url:
            raise UsageError("no_store", path=directory / FILE_NAME, reason=reason) from None
        raise UsageError("no_database", url=shown(url), reason=reason) from None
    return Store(engine, inputs, outcomes, owners, audit, seals, url)


def _own_engine(path: Path) -> Engine:
    """The file in the folder of the collection; SQLite itself would make it for its group to read only, whatever the umask."""
    import sqlalchemy as sql

    engine = sql.create_engine(sql.URL.create("sqlite", database=str(path)), connect_args={"timeout": PATIENCE})
    if not path.exists():
        path.touch()
        sql.event.listen(engine, "connect", _make_pages_large)
    return engine


def _make_pages_large(connection: sqlite3.Connection, _: object) -> None:
    """An outcome is some 50 KB: in a file that is still empty, give it few pages, each of which is a call of the system."""
    connection.execute(f"PRAGMA page_size = {PAGE}")


def _reason(error: Exception, url: str | None) -> str:
    """What a library says, on one line and without what may be a password."""
    reason = next(iter(str(error).splitlines()), type(error).__name__)
    return without_secrets(reason, url) if url else reason


def _tables() -> tuple[Table, Table, Table, Table, Table]:
    """The tables of inputs, outcomes, the owner, the audit and the seals.

    `terms` is the digest under which an outcome was found, `proof` the one of the outcome itself.
    """
    import sqlalchemy as sql

    # Sorted by code point in every database, so that exports are the same.
    exact = sql.Text().with_variant(sql.Text(collation="C"), "postgresql")
    tables = sql.MetaData()
    inputs = sql.Table(
        "inputs",
        tables,
        sql.Column("path", exact, primary_key=True),
        sql.Column("key", exact, nullable=False),
        sql.Column("received", sql.Text),  # NULL of one that an earlier version registered
    )
    outcomes = sql.Table(
        "outcomes",
        tables,
        sql.Column("key", exact, primary_key=True),
        sql.Column("terms", sql.Text),
        sql.Column("size", sql.BigInteger, nullable=False),
        sql.Column("received", sql.Text, nullable=False),
        *(sql.Column(name, sql.Text) for name in TEXTS if name not in AS_JSON),
        *(sql.Column(name, sql.Integer) for name in ("year", "rows")),
        sql.Column("seconds", sql.Float),
        *(sql.Column(name, sql.Text) for name in AS_JSON),  # the longest last: what stands before is read without them
    )
    owners = sql.Table(
        "owners",
        tables,
        sql.Column("number", sql.Integer, primary_key=True, autoincrement=False),  # always 1
        sql.Column("identity", sql.Text, nullable=False),
        sql.Column("folder", sql.Text, nullable=False),
    )
    audit = sql.Table(
        "audit",
        tables,
        sql.Column("number", sql.Integer, primary_key=True, autoincrement=False),  # so that two at once cannot both have one
        *(sql.Column(name, sql.Text, nullable=False) for name in ("time", "kind", "facts", "previous", "hash")),
    )
    seals = sql.Table(
        "seals", tables, sql.Column("name", sql.Text, primary_key=True), sql.Column("facts", sql.Text, nullable=False)
    )
    return inputs, outcomes, owners, audit, seals


def _add_missing_columns(engine: Engine, table: Table) -> None:
    """Add the columns that a store of an earlier version lacks."""
    import sqlalchemy as sql

    with engine.begin() as connection:
        there = {column["name"] for column in sql.inspect(connection).get_columns(table.name)}
        for column in (column for column in table.columns if column.name not in there):
            kind = column.type.compile(engine.dialect)
            connection.execute(sql.text(f"ALTER TABLE {table.name} ADD COLUMN {column.name} {kind}"))


@contextmanager
def opened_store(directory: Path, url: str | None = None) -> Iterator[Store]:
    """`open_store` for as long as it is entered.

    Raises:
        UsageError: as `open_store`, and if the database fails meanwhile: the server is gone, the disk is full.
    """
    import sqlalchemy as sql

    with closing(open_store(directory, url)) as store:
        try:
            yield store
        except sql.exc.SQLAlchemyError as error:
            reason = _reason(error, url)
            if not url:
                raise UsageError("store_lost", path=directory / FILE_NAME, reason=reason) from None
            raise UsageError("database_lost", url=shown(url), reason=reason) from None


@contextmanager
def store_to_read(directory: Path, url: str | None = None) -> Iterator[Store | None]:
    """The store for whoever only looks, while a run writes to it or afterwards; None where there is none yet.

    Nothing is made and nothing changed; SQLite takes back what a killed run left half written.

    Raises:
        UsageError: it cannot be read, or its database does not answer.
    """
    import sqlalchemy as sql

    if url and not is_understood(url):
        raise UsageError("bad_database", url=shown(url))
    if not url and not (directory / FILE_NAME).exists():
        yield None
        return
    # ImportError: the driver for the URL is not installed; ValueError, TypeError: what drivers say of the words behind its "?"
    faults = (sql.exc.SQLAlchemyError, ImportError, OSError, ValueError, TypeError)
    try:
        engine = _reading_engine(directory / FILE_NAME, url)
        known = sql.inspect(engine)
        has_tables = known.has_table("outcomes")
        has_receipts = has_tables and "received" in {column["name"] for column in known.get_columns("inputs")}
    except faults as error:
        raise _unreadable(error, directory, url) from None
    with closing(Store(engine, *_tables(), url, has_receipts)) as store:
        try:
            yield store if has_tables else None
        except sql.exc.SQLAlchemyError as error:
            raise _unreadable(error, directory, url) from None


def _reading_engine(path: Path, url: str | None) -> Engine:
    import sqlite3

    import sqlalchemy as sql

    if url:
        engine = sql.create_engine(url, poolclass=sql.pool.NullPool)
        is_known = engine.dialect.name == "postgresql"
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True) if is_known else engine

    def connected() -> sqlite3.Connection:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=PATIENCE)
        connection.execute("PRAGMA query_only = ON")
        return connection

    return sql.create_engine("sqlite://", creator=connected, poolclass=sql.pool.NullPool)


def _unreadable(error: Exception, directory: Path, url: str | None) -> UsageError:
    reason = _reason(error, url)
    if not url:
        return UsageError("store_lost", path=directory / FILE_NAME, reason=reason)
    return UsageError("database_lost", url=shown(url), reason=reason)


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
        if arrivals:
            lines = [{"path": path, "key": key, "received": times[path]} for path, key, _ in arrivals]
            connection.execute(store.inputs.insert(), lines)
        if new:
            for path, key, _ in sorted(arrivals, key=lambda arrival: instant(times[arrival.path])):
                first_received.setdefault(_content(key), times[path])
            rows = [{"key": key, "size": size, "received": first_received[_content(key)]} for key, size in new.items()]
            connection.execute(outcomes.insert(), rows)
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


def done_outputs(store: Store) -> dict[str, tuple[str, ...]]:
    """The keys with a known outcome, each with its output files."""
    import sqlalchemy as sql

    done = sql.select(store.outcomes.c.key, store.outcomes.c.outputs).where(store.outcomes.c.status.is_not(None))
    with store.engine.connect() as connection:
        return {row.key: tuple(json.loads(row.outputs)) for row in connection.execute(done)}


def forget(store: Store, keys: Sequence[str]) -> None:
    """Forget the outcomes of these keys, so that they are processed again."""
    import sqlalchemy as sql

    with store.engine.begin() as connection:
        for key in keys:
            connection.execute(sql.update(store.outcomes).where(store.outcomes.c.key == key).values(terms=None, status=None))


def row_of(outcome: Outcome) -> dict[str, object]:
    """What is kept of an outcome, as it is kept: all but path, size and time of receipt, and the proof."""
    row = {name: _storable(getattr(outcome, name), as_json=name in AS_JSON) for name in ROW}
    return {**row, "proof": proof_of(row)}


def save_outcomes(store: Store, coming: Iterable[KeptOutcome]) -> None:
    """Store the outcomes of contents, all or none."""
    import sqlalchemy as sql

    rows = [
        {OF_KEY: key, "terms": terms, **(row_of(outcome) if isinstance(outcome, Outcome) else outcome)}
        for key, outcome, terms in coming
    ]
    if rows:
        with store.engine.begin() as connection:
            connection.execute(sql.update(store.outcomes).where(store.outcomes.c.key == sql.bindparam(OF_KEY)), rows)


def proof_of(row: Mapping[str, object]) -> str:
    """The SHA-256 of what is kept of an outcome; times and how it was shown do not matter."""
    return digest_of_json([row[name] for name in PROVED])


def outcome_rows(store: Store) -> Iterator[RowMapping]:
    """Yield what is kept of every content that lies in the inboxes and has an outcome, as it is kept, sorted by key."""
    import sqlalchemy as sql

    outcomes = store.outcomes
    kept = sql.select(outcomes).where(outcomes.c.status.is_not(None), outcomes.c.key.in_(sql.select(store.inputs.c.key)))
    with store.engine.connect().execution_options(yield_per=AT_A_TIME) as connection:
        yield from connection.execute(kept.order_by(outcomes.c.key)).mappings()


def _storable(value: object, *, as_json: bool) -> object:
    """A value that every database accepts: PostgreSQL rejects NUL in a text, all of them reject lone surrogates."""
    if as_json:
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    return value


def outcome_of(row: Mapping[str, Any] | RowMapping) -> Outcome:
    """The outcome in a row, which has all of its fields."""
    return Outcome(**{name: READ_AS.get(name, _as_it_is)(value) for name, value in row.items()})


@dataclass(frozen=True)
class Outcomes:
    """All known outcomes, sorted by path; can be iterated again and again, and is never in memory as a whole."""

    store: Store
    documents: bool = True  # leaving them out takes a tenth of the time
    paths: Sequence[str] | None = None  # of these inputs only

    def __iter__(self) -> Iterator[Outcome]:
        import sqlalchemy as sql

        inputs, outcomes = self.store.inputs, self.store.outcomes
        columns: dict[str, ColumnElement[Any]] = {
            **outcomes.c,
            "path": inputs.c.path,
            "received": self.store.receipt.label("received"),
        }
        if not self.documents:
            columns |= {name: sql.literal("null").label(name) for name in SELDOM_READ}
        listed = (
            sql.select(*(columns[field.name] for field in fields(Outcome)))
            .join_from(inputs, outcomes, inputs.c.key == outcomes.c.key)
            .where(outcomes.c.status.is_not(None))
            .order_by(inputs.c.path)
        )
        if self.paths is not None:
            listed = listed.where(inputs.c.path.in_(self.paths))
        with self.store.engine.connect().execution_options(yield_per=AT_A_TIME) as connection:
            for row in connection.execute(listed).mappings():
                yield outcome_of(row)


class StoredObject(Mapping[str, Any]):
    """A JSON object as it is stored; it is parsed when somebody looks into it."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _content(self) -> Mapping[str, Any]:
        content: Mapping[str, Any] = json.loads(self._text)
        return content

    def __getitem__(self, key: str) -> Any:
        return self._content[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._content)

    def __len__(self) -> int:
        return len(self._content)


def _as_it_is(value: object) -> object:
    return value


def _json(text: str | None) -> Any:
    return json.loads(text or "null")


def _object(text: str | None) -> StoredObject | None:
    return StoredObject(text) if text and text != "null" else None


def _tuple(text: str | None) -> tuple[Any, ...]:
    return tuple(json.loads(text or "null"))


# What a column is read as, where it is not taken as it is.
READ_AS: Mapping[str, Callable[[Any], Any]] = (
    dict.fromkeys(AS_JSON, _json) | dict.fromkeys(SELDOM_READ, _object) | dict.fromkeys(TUPLES, _tuple)
)


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
