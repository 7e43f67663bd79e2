"""What would take too much memory for thousands of files: values in a temporary file, as a list, as lists by key, as a set.

files = SpooledList()
files.append({"path": "a/first.xlsx"})
files[0], len(files)                # ({'path': 'a/first.xlsx'}, 1)

findings = SpooledLists()
findings.add("a/first.xlsx", {"code": "XL553"})
findings["a/first.xlsx"]            # [{'code': 'XL553'}]
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from sys import intern
from typing import Any, TypeVar, overload

Item = TypeVar("Item")

IN_MEMORY = 256  # KiB of a file
ITEMS = "CREATE TABLE items (number INTEGER PRIMARY KEY, key TEXT, item TEXT)"
TEXTS = "CREATE TABLE texts (text BLOB PRIMARY KEY) WITHOUT ROWID"
BY_KEY = "CREATE INDEX by_key ON items (key, number)"


class SpooledList(Sequence[Item]):
    """A list of JSON values.

    >>> spooled = SpooledList(["a", {"b": None}])
    >>> spooled.append(3)
    >>> list(spooled), spooled[1], spooled[-1], spooled[:2]
    (['a', {'b': None}, 3], {'b': None}, 3, ['a', {'b': None}])
    """

    def __init__(self, items: Iterable[Item] = ()) -> None:
        self._file = temporary_database(ITEMS)
        for item in items:
            self.append(item)

    def append(self, item: Item) -> None:
        """Add a value at the end."""
        self._file.execute("INSERT INTO items VALUES (NULL, NULL, ?)", (json.dumps(item),))

    @overload
    def __getitem__(self, at: int) -> Item: ...

    @overload
    def __getitem__(self, at: slice) -> list[Item]: ...

    def __getitem__(self, at: int | slice) -> Item | list[Item]:
        if isinstance(at, slice):
            return [self[number] for number in range(len(self))[at]]
        number = range(len(self))[at]
        (text,) = self._file.execute("SELECT item FROM items WHERE number = ?", (number + 1,)).fetchone()
        item: Item = _read(text)
        return item

    def __iter__(self) -> Iterator[Item]:
        for (text,) in self._file.execute("SELECT item FROM items ORDER BY number"):
            yield _read(text)

    def __len__(self) -> int:
        return _number_in(self._file, "SELECT COUNT(*) FROM items")


class SpooledLists(Mapping[str, list[Any]]):
    """Lists of JSON values by key, the keys in the order in which each came first.

    >>> spooled = SpooledLists()
    >>> spooled.add("b", 1), spooled.add("a", [2]), spooled.add("b", None)
    (None, None, None)
    >>> dict(spooled), len(spooled), spooled.get("c")
    ({'b': [1, None], 'a': [[2]]}, 2, None)
    """

    def __init__(self) -> None:
        self._file = temporary_database(ITEMS, BY_KEY)

    def add(self, key: str, item: object) -> None:
        """Add a value at the end of the list of a key."""
        self._file.execute("INSERT INTO items VALUES (NULL, ?, ?)", (json.dumps(key), json.dumps(item)))

    def __getitem__(self, key: str) -> list[Any]:
        found = self._file.execute("SELECT item FROM items WHERE key = ? ORDER BY number", (json.dumps(key),))
        if items := [_read(text) for (text,) in found]:
            return items
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        for (text,) in self._file.execute("SELECT key FROM items GROUP BY key ORDER BY MIN(number)"):
            yield _read(text)

    def __len__(self) -> int:
        return _number_in(self._file, "SELECT COUNT(DISTINCT key) FROM items")


class SpooledSet(Set[str]):
    """A set of texts, sorted.

    >>> spooled = SpooledSet("ba")
    >>> spooled.add("b")
    >>> list(spooled), "a" in spooled, spooled.isdisjoint(["c"])
    (['a', 'b'], True, True)
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._file = temporary_database(TEXTS)
        for text in texts:
            self.add(text)

    def add(self, text: str) -> None:
        """Add a text, unless it is there."""
        self._file.execute("INSERT OR IGNORE INTO texts VALUES (?)", (_bytes(text),))

    def __contains__(self, text: object) -> bool:
        found = self._file.execute("SELECT 1 FROM texts WHERE text = ?", (_bytes(str(text)),))
        return found.fetchone() is not None

    def __iter__(self) -> Iterator[str]:
        for (text,) in self._file.execute("SELECT text FROM texts ORDER BY text"):
            yield text.decode("utf-8", "surrogatepass")

    def __len__(self) -> int:
        return _number_in(self._file, "SELECT COUNT(*) FROM texts")


def _bytes(text: str) -> bytes:
    """In the order of code points, also of what is no UTF-8."""
    return text.encode("utf-8", "surrogatepass")


def temporary_database(*statements: str) -> sqlite3.Connection:
    """A temporary file with tables in it, of which little is in memory; it goes with the connection."""
    file = sqlite3.connect("", check_same_thread=False)
    for statement in (f"PRAGMA cache_size = -{IN_MEMORY}", *statements):
        file.execute(statement)
    return file


def _number_in(file: sqlite3.Connection, query: str) -> int:
    (number,) = file.execute(query).fetchone()
    return int(number)


def _read(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_shared)


def _shared(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys are those of all others."""
    return {intern(key): value for key, value in pairs}
