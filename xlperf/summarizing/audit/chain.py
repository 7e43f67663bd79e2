"""The audit of a collection as a chain: every entry holds the hash of the one before, so nothing in between can be changed.

    first = chained(None, Fact("2023-03-01T09:00:00+08:00", RECEIVED, {"path": "a.xlsx", "sha256": "9f86d0…"}))
    second = chained(first, Fact("2023-03-02", FINALIZED, {"from": "9f86d0…", "files": {"final/a.xlsx": "60303a…"}}))
    second.previous == first.hash               # True
    broken_at([first, second])                  # None; the number of the first entry that does not follow

The hash of an entry is the SHA-256 of its number, time, kind and facts and the hash before, as a JSON array in UTF-8 without
spaces, letters as they are. Whoever has the last hash on paper can prove any entry before it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

BEGUN, RECEIVED, GONE, JUDGED = "begun", "received", "gone", "judged"
FINALIZED, WITHDRAWN, DECIDED, UNDONE = "finalized", "withdrawn", "decided", "undone"
PACKED = "packed"  # a package of another collection came in
KINDS = (BEGUN, RECEIVED, GONE, JUDGED, FINALIZED, WITHDRAWN, DECIDED, UNDONE, PACKED)  # of entries
NOTHING_BEFORE = ""  # the hash before the first entry


class Fact(NamedTuple):
    """What is to be kept: when it was, what kind of thing, and a JSON object."""

    time: str  # ISO, a moment or a day
    kind: str  # one of KINDS
    facts: Mapping[str, object]


class Entry(NamedTuple):
    """One entry as it is kept; `facts` is the JSON text that was hashed."""

    number: int  # from 1 on
    time: str
    kind: str
    facts: str
    previous: str  # the hash of the entry before
    hash: str

    @property
    def told(self) -> dict[str, Any]:
        """The facts as an object; an empty one where they are no JSON any more."""
        try:
            found = json.loads(self.facts)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class Chain:
    """A chain as it is printed: how many entries, the last hash, and the entries one by one."""

    count: int
    head: str  # "" of a chain without entries
    entries: Callable[[], Iterable[Entry]]


Chained = Iterable[Entry]


def chained(last: Entry | None, fact: Fact) -> Entry:
    """The entry that follows.

    >>> chained(None, Fact("2023-03-01", "gone", {"path": "a.xlsx"})).hash[:16]
    '2f23edf43169691b'
    """
    number, previous = (last.number + 1, last.hash) if last else (1, NOTHING_BEFORE)
    facts = json.dumps(fact.facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    facts = facts.encode("utf-8", "replace").decode()  # databases reject lone surrogates
    return Entry(number, fact.time, fact.kind, facts, previous, hash_of(number, fact.time, fact.kind, facts, previous))


def hash_of(number: int, time: str, kind: str, facts: str, previous: str) -> str:
    """The hash of an entry."""
    text = json.dumps([number, time, kind, facts, previous], ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def followed(last: Entry | None, facts: Iterable[Fact]) -> Iterator[Entry]:
    """Yield the entries for these facts, each after the other."""
    for fact in facts:
        last = chained(last, fact)
        yield last


def broken_at(entries: Chained) -> int | None:
    """The number that the first entry should have that does not follow from those before; None of a whole chain."""
    wanted, previous = 1, NOTHING_BEFORE
    for entry in entries:
        if (entry.number, entry.previous) != (wanted, previous) or entry.hash != hash_of(*entry[:5]):
            return wanted
        wanted, previous = wanted + 1, entry.hash
    return None


# --- what a chain says at its end --------------------------------------------------------------------------------


class Kept(NamedTuple):
    """What is so at the end of a chain."""

    inputs: dict[str, str]  # path -> key of its content, of what lies in the inboxes
    judged: dict[str, str]  # key of a content -> the SHA-256 of what became of it
    finalized: dict[str, str]  # path below the collection -> SHA-256, of what was handed out and not withdrawn


def kept_by(entries: Chained) -> Kept:
    """Go through the entries and return what is so at their end."""
    kept = Kept({}, {}, {})
    for entry in entries:
        told = entry.told
        if entry.kind == RECEIVED:
            kept.inputs[str(told.get("path"))] = str(told.get("key"))
        elif entry.kind == GONE:
            kept.inputs.pop(str(told.get("path")), None)
        elif entry.kind == JUDGED:
            kept.judged[str(told.get("key"))] = str(told.get("proof"))
        elif entry.kind == FINALIZED:
            kept.finalized.update(told.get("files") or {})
        elif entry.kind == WITHDRAWN:
            for name in told.get("files") or ():
                kept.finalized.pop(name, None)
    return kept
