"""Whose a database is: one collection is kept in it, or in one schema of it, and another is refused.

    take_store(store, directory)        # UsageError: the collection of another folder is kept there

Two collections in one database would each forget the inputs of the other. So the first run writes an identity into the
database and beside its results, into a file that moves along with the folder. A store in the folder itself needs none.
"""

from __future__ import annotations

from pathlib import Path
from secrets import token_hex

from xlperf.collecting.store.database_url import shown
from xlperf.collecting.store.tables import Store
from xlperf.errors import UsageError
from xlperf.files import write_atomically

IDENTITY = "collection.id"  # in the folder of a collection that is kept in a database of its own


def take_store(store: Store, directory: Path) -> None:
    """Make a database that nobody has the one of this collection.

    Raises:
        UsageError: another collection is kept in it.
    """
    import sqlalchemy as sql

    if store.url is None:
        return
    identity = _identity(directory) or token_hex(16)
    mine = {"number": 1, "identity": identity, "folder": str(directory.absolute())}
    try:
        with store.engine.begin() as connection:
            connection.execute(store.owners.insert(), [mine])
    except sql.exc.IntegrityError:  # it has an owner already
        refuse_other_owner(store, directory)
    if _identity(directory) is None:
        write_atomically(directory / IDENTITY, lambda path: path.write_text(_owner(store)[0], "utf-8"))


def refuse_other_owner(store: Store, directory: Path) -> None:
    """Let only the collection pass that is kept in this database.

    Raises:
        UsageError: it is another one.
    """
    if store.url is None:
        return
    identity, folder = _owner(store)
    mine = _identity(directory)
    is_made_anew = mine is None and folder == str(directory.absolute())  # its folder was deleted, or never written to
    if identity and mine != identity and not is_made_anew:
        raise UsageError("other_owner", url=shown(store.url), path=directory, folder=folder)


def _owner(store: Store) -> tuple[str, str]:
    """The identity of the collection that is kept there, and its folder when it began; blank where there is none."""
    import sqlalchemy as sql

    with store.engine.connect() as connection:
        row = connection.execute(sql.select(store.owners.c.identity, store.owners.c.folder)).first()
        return (row.identity, row.folder) if row else ("", "")


def _identity(directory: Path) -> str | None:
    """What stands in the folder of a collection; None where nothing does."""
    try:
        return (directory / IDENTITY).read_text("utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        return None
