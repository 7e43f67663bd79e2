"""The database of a collection, opened to write or only to look: its own file in the folder, or a bureau's server.

    with opened_store(Path("OUT")) as store:
        register(store, [Arrival("a.xlsx", "9f86d0…", 89434)], digest=digest, now="2023-03-01T09:00:00+00:00")

The store is an SQLite file in the folder of the collection, or whatever database SQLAlchemy reaches under a URL: one
database, or one schema of it, per collection.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from xlperf.collecting.store.database_url import is_understood, shown, without_secrets
from xlperf.collecting.store.tables import Store, add_missing_columns, tables
from xlperf.errors import UsageError

if TYPE_CHECKING:
    import sqlite3

    from sqlalchemy import Engine

FILE_NAME, LOCK = "collection.sqlite", "collection.lock"  # one of them lies in the folder of every collection
PATIENCE = 60  # seconds to wait while another program has the file locked
PAGE = 16_384  # bytes of a page of our own file


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
        inputs, outcomes, owners, audit, seals = tables()
        inputs.metadata.create_all(engine)
        for table in (inputs, outcomes):
            add_missing_columns(engine, table)
    except sql.exc.NoSuchModuleError:
        raise UsageError("bad_database", url=shown(url or "")) from None
    # ImportError: the driver for the URL is not installed; ValueError, TypeError: what drivers say of the words behind its "?"
    except (sql.exc.SQLAlchemyError, ImportError, OSError, ValueError, TypeError) as error:
        reason = _reason(error, url)
        if not url:
            raise UsageError("no_store", path=directory / FILE_NAME, reason=reason) from None
        raise UsageError("no_database", url=shown(url), reason=reason) from None
    return Store(engine, inputs, outcomes, owners, audit, seals, url)


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
    with closing(Store(engine, *tables(), url, has_receipts)) as store:
        try:
            yield store if has_tables else None
        except sql.exc.SQLAlchemyError as error:
            raise _unreadable(error, directory, url) from None


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


def _reason(error: Exception, url: str | None) -> str:
    """What a library says, on one line and without what may be a password."""
    reason = next(iter(str(error).splitlines()), type(error).__name__)
    return without_secrets(reason, url) if url else reason


def _unreadable(error: Exception, directory: Path, url: str | None) -> UsageError:
    reason = _reason(error, url)
    if not url:
        return UsageError("store_lost", path=directory / FILE_NAME, reason=reason)
    return UsageError("database_lost", url=shown(url), reason=reason)
