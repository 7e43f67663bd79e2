"""The three collections that jsonschema and referencing take from rpds-py, in Python: rpds-py cannot be had for browsers.

    HashTrieMap({"a": 1}).insert("b", 2)        # a new map; the old one is as it was

They hold a few dozen entries, so that a change may copy all of them. In the page this file is the package `rpds`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
Item = TypeVar("Item")
Pairs = Mapping[Key, Value] | Iterable[tuple[Key, Value]]


class HashTrieMap(Mapping[Key, Value]):
    """A mapping of which every change makes another one."""

    def __init__(self, value: Pairs[Key, Value] = ()) -> None:
        self._items: dict[Key, Value] = dict(value)

    @classmethod
    def convert(cls, value: Pairs[Key, Value]) -> HashTrieMap[Key, Value]:
        """That mapping, as one of this kind."""
        return value if isinstance(value, cls) else cls(value)

    def __getitem__(self, key: Key) -> Value:
        return self._items[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def insert(self, key: Key, value: Value) -> HashTrieMap[Key, Value]:
        """The map with one entry more, or another."""
        return type(self)({**self._items, key: value})

    def remove(self, key: Key) -> HashTrieMap[Key, Value]:
        """The map without an entry that is in it."""
        if key not in self._items:
            raise KeyError(key)
        return self.discard(key)

    def discard(self, key: Key) -> HashTrieMap[Key, Value]:
        """The map without an entry that may be in it."""
        return type(self)({other: value for other, value in self._items.items() if other != key})

    def update(self, *mappings: Pairs[Key, Value]) -> HashTrieMap[Key, Value]:
        """The map with the entries of others."""
        items = dict(self._items)
        for mapping in mappings:
            items.update(mapping)
        return type(self)(items)


class HashTrieSet(frozenset[Item]):
    """A set of which every change makes another one."""

    def insert(self, item: Item) -> HashTrieSet[Item]:
        """The set with one item more."""
        return HashTrieSet([*self, item])

    def discard(self, item: Item) -> HashTrieSet[Item]:
        """The set without that item."""
        return HashTrieSet(other for other in self if other != item)

    def remove(self, item: Item) -> HashTrieSet[Item]:
        """The set without an item that is in it."""
        if item not in self:
            raise KeyError(item)
        return self.discard(item)

    def update(self, *others: Iterable[Item]) -> HashTrieSet[Item]:
        """The set with the items of others."""
        return HashTrieSet([*self, *(item for other in others for item in other)])


class List(Generic[Item]):
    """A list that grows at its front, each time into another one."""

    def __init__(self, *items: Iterable[Item] | Item) -> None:
        only = items[0] if len(items) == 1 else items
        self._items: tuple[Item, ...] = tuple(only)  # type: ignore[arg-type]  # one iterable, or the items themselves

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, List) and self._items == other._items

    def __hash__(self) -> int:
        return hash(self._items)

    def push_front(self, item: Item) -> List[Item]:
        """The list with one item more, before all others."""
        return List((item, *self._items))
