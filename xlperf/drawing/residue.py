"""What a drawn workbook cannot show of a definition: the differences to what is read from it, and how they are put back.

    remains = differences(definition, read)     # [Remain("words > unit", "Unit", NOTHING), ...]
    put_back(read, remains)                     # the definition again, but for what somebody has changed since

A remain says what was drawn in its place. Where something else stands there now, somebody has changed it, and the change counts.
Parts of lists are named by their keys, so that a remain finds its column wherever that has moved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

BETWEEN = " > "
ORDER = "*"  # the order of the parts of a list
NAMES = ("key", "code")  # by which the parts of a list are known
SECTION = ("fields", "table", "guide", "checks")  # and sections of a sheet
MEASURED = ("width", "widths", "height", "row_height", "minimum", "maximum")  # numbers that other programs change a little
TOLERANCE = 0.6


class _Nothing:
    def __repr__(self) -> str:
        return "NOTHING"


NOTHING: Any = _Nothing()  # where there is no such part


class Remain(NamedTuple):
    """A part of a definition by its path: what it says, and what is read from the drawing in its place."""

    path: str
    value: Any
    drawn: Any


def differences(whole: Any, read: Any, path: tuple[str, ...] = ()) -> Iterator[Remain]:
    """Yield what a definition says otherwise than what was read."""
    if isinstance(whole, Mapping) and isinstance(read, Mapping) and all(_is_plain(key) for key in (*whole, *read)):
        for key in (*whole, *(key for key in read if key not in whole)):
            yield from differences(whole.get(key, NOTHING), read.get(key, NOTHING), (*path, key))
        return
    ours, theirs = _named(whole), _named(read)
    if ours is not None and theirs is not None and ours.keys() == theirs.keys():
        if [*ours] != [*theirs]:
            yield Remain(BETWEEN.join((*path, ORDER)), [*ours], [*theirs])
        for key, part in ours.items():
            yield from differences(part, theirs[key], (*path, key))
    elif isinstance(whole, Mapping) and read is NOTHING and whole and all(map(_is_plain, whole)):
        for key, part in whole.items():
            yield from differences(part, NOTHING, (*path, key))
    elif not _is_same(whole, read):
        yield Remain(BETWEEN.join(path), whole, read)


def put_back(read: dict[str, Any], remains: list[Remain]) -> list[Remain]:
    """Put the remains into what was read, in place; those that find no part to belong to are returned."""
    return [remain for remain in remains if not _put(read, remain)]


def _put(read: dict[str, Any], remain: Remain) -> bool:
    *way, last = remain.path.split(BETWEEN)
    part: Any = read
    for step in way:
        below = _below(part, step)
        if below is NOTHING:
            if not isinstance(part, dict):
                return False
            below = part[step] = {}
        part = below
    if last == ORDER:
        _reorder(part, remain.value)
    elif isinstance(part, dict):
        if _agrees(part.get(last, NOTHING), remain.drawn, last):
            if remain.value is NOTHING:
                part.pop(last, None)
            else:
                part[last] = remain.value
    else:
        return False
    return True


def _below(part: Any, step: str) -> Any:
    if isinstance(part, dict):
        return part.get(step, NOTHING)
    return (_named(part) or {}).get(step, NOTHING)


def _reorder(parts: Any, order: list[str]) -> None:
    """Put the parts of a list into an order; those that are new stay behind their neighbours."""
    named = _named(parts)
    if named is None:
        return
    places = {key: number for number, key in enumerate(order)}
    rank, ranks = -1, []
    for number, key in enumerate(named):
        rank = places.get(key, rank)
        ranks.append((rank, number))
    values = list(named.values())
    parts[:] = [values[number] for _, number in sorted(ranks)]


def _named(parts: Any) -> dict[str, Any] | None:
    """The parts of a list by their names; None of anything else, and where a name stands twice."""
    if not isinstance(parts, list) or not parts or not all(isinstance(part, Mapping) for part in parts):
        return None
    names: dict[str, Any] = {}
    for number, part in enumerate(parts):
        name = next((str(part[key]) for key in NAMES if key in part), None)
        if name is None:
            kind = next((key for key in SECTION if key in part), "")
            name = f"{kind}:{part[kind]}" if kind in ("fields", "table") else kind or f"#{number + 1}"
            if kind == "fields":
                name += "" if name not in names else f"#{number + 1}"
        if name in names or not _is_plain(name):
            return None
        names[name] = part
    return names


def _is_plain(key: object) -> bool:
    return isinstance(key, str) and BETWEEN not in key and key == key.strip() and key not in ("", ORDER) and "\n" not in key


def _is_same(one: Any, other: Any) -> bool:
    """Whether two values are the same in YAML: true is not 1."""
    if isinstance(one, bool) != isinstance(other, bool):
        return False
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_same, one, other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_is_same(one[key], other[key]) for key in one)
    return bool(one == other)


def _agrees(now: Any, drawn: Any, name: str) -> bool:
    """Whether what is read now is what was drawn, but for what programs change when they save."""
    if name in MEASURED:
        ours, theirs = (value if isinstance(value, list) else [value] for value in (now, drawn))
        if len(ours) == len(theirs) and all(isinstance(v, int | float) and v is not True for v in (*ours, *theirs)):
            return all(abs(a - b) <= TOLERANCE for a, b in zip(ours, theirs, strict=True))
    return _is_same(now, drawn)
