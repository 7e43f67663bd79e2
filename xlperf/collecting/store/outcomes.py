"""Outcomes in the database of a collection, one for each content: saved as rows with their proof, and read back a few at a time.

    save_outcomes(store, [KeptOutcome("9f86d0…", outcome, digest)])
    for outcome in Outcomes(store): …

An outcome is stored with a digest of all that it depends on besides the bytes (forms, version, options).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from xlperf.collecting.store.tables import AS_JSON, AT_A_TIME, Store
from xlperf.files import digest_of_json
from xlperf.summarizing.outcome import Outcome

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, RowMapping

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
TUPLES = ("findings", "outputs")  # of AS_JSON
ROW = tuple(field.name for field in fields(Outcome) if field.name not in ("path", "size", "received"))
OF_KEY = "of_key"  # in a statement, the key of the outcome that is meant
SELDOM_READ = ("document", "gist")  # of AS_JSON, those that only the survey looks into


class KeptOutcome(NamedTuple):
    """The outcome of a content, or its row."""

    key: str
    outcome: Outcome | Mapping[str, object]
    terms: str | None  # the digest of all that it depends on besides the bytes; without one the next run tries again


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


def proof_now(store: Store, connection: Connection, key: str) -> str:
    """The proof of an outcome that an earlier version kept without one."""
    import sqlalchemy as sql

    found = connection.execute(sql.select(store.outcomes).where(store.outcomes.c.key == key))
    return proof_of(dict(found.mappings().one()))


def _storable(value: object, *, as_json: bool) -> object:
    """A value that every database accepts: PostgreSQL rejects NUL in a text, all of them reject lone surrogates."""
    if as_json:
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    return value


def forget(store: Store, keys: Sequence[str]) -> None:
    """Forget the outcomes of these keys, so that they are processed again."""
    import sqlalchemy as sql

    with store.engine.begin() as connection:
        for key in keys:
            connection.execute(sql.update(store.outcomes).where(store.outcomes.c.key == key).values(terms=None, status=None))


def done_outputs(store: Store) -> dict[str, tuple[str, ...]]:
    """The keys with a known outcome, each with its output files."""
    import sqlalchemy as sql

    done = sql.select(store.outcomes.c.key, store.outcomes.c.outputs).where(store.outcomes.c.status.is_not(None))
    with store.engine.connect() as connection:
        return {row.key: tuple(json.loads(row.outputs)) for row in connection.execute(done)}


def outcome_rows(store: Store, connection: Connection, *, columns: Sequence[str] = ()) -> Iterator[RowMapping]:
    """Yield what is kept of every content that lies in the inboxes and has an outcome, as it is kept, sorted by key.

    Args:
        columns: all that has to be read; by default everything, which is some 50 KB of each.
    """
    import sqlalchemy as sql

    outcomes = store.outcomes
    kept = sql.select(*(outcomes.c[name] for name in columns or outcomes.c.keys()))
    kept = kept.where(outcomes.c.status.is_not(None), outcomes.c.key.in_(sql.select(store.inputs.c.key)))
    yield from connection.execute(kept.order_by(outcomes.c.key).execution_options(yield_per=AT_A_TIME)).mappings()


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


def outcome_of(row: Mapping[str, Any] | RowMapping) -> Outcome:
    """The outcome in a row, which has all of its fields."""
    return Outcome(**{name: READ_AS.get(name, _as_it_is)(value) for name, value in row.items()})


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
