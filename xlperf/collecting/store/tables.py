"""The tables of the database of a collection: which input has which content, the outcome of each content, owner, audit, seals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Engine, Table

AS_JSON = ("outputs", "digests", "places", "findings", "gist", "document")
TEXTS = ("sha256", "status", "form", "revision", "unit", "unit_code", "subject", "saved", *AS_JSON, "proof")
AT_A_TIME = 50  # rows in memory while outcomes are listed


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


def insert(connection: Connection, table: Table, rows: Iterable[Mapping[str, object]]) -> None:
    """Insert rows, which are never in memory as a whole."""
    coming = iter(rows)
    while some := list(islice(coming, AT_A_TIME)):
        connection.execute(table.insert(), some)


def tables() -> tuple[Table, Table, Table, Table, Table]:
    """The tables of inputs, outcomes, the owner, the audit and the seals.

    `terms` is the digest under which an outcome was found, `proof` the one of the outcome itself.
    """
    import sqlalchemy as sql

    # Sorted by code point in every database, so that exports are the same.
    exact = sql.Text().with_variant(sql.Text(collation="C"), "postgresql")
    kept = sql.MetaData()
    inputs = sql.Table(
        "inputs",
        kept,
        sql.Column("path", exact, primary_key=True),
        sql.Column("key", exact, nullable=False),
        sql.Column("received", sql.Text),  # NULL of one that an earlier version registered
    )
    outcomes = sql.Table(
        "outcomes",
        kept,
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
        kept,
        sql.Column("number", sql.Integer, primary_key=True, autoincrement=False),  # always 1
        sql.Column("identity", sql.Text, nullable=False),
        sql.Column("folder", sql.Text, nullable=False),
    )
    audit = sql.Table(
        "audit",
        kept,
        sql.Column("number", sql.Integer, primary_key=True, autoincrement=False),  # so that two at once cannot both have one
        *(sql.Column(name, sql.Text, nullable=False) for name in ("time", "kind", "facts", "previous", "hash")),
    )
    seals = sql.Table(
        "seals", kept, sql.Column("name", sql.Text, primary_key=True), sql.Column("facts", sql.Text, nullable=False)
    )
    return inputs, outcomes, owners, audit, seals


def add_missing_columns(engine: Engine, table: Table) -> None:
    """Add the columns that a store of an earlier version lacks."""
    import sqlalchemy as sql

    with engine.begin() as connection:
        there = {column["name"] for column in sql.inspect(connection).get_columns(table.name)}
        for column in (column for column in table.columns if column.name not in there):
            kind = column.type.compile(engine.dialect)
            connection.execute(sql.text(f"ALTER TABLE {table.name} ADD COLUMN {column.name} {kind}"))
