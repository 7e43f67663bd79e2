"""Where the parts of a form definition stand in the document: every block at a place of its own, and what the program needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from xlperf.forms.definition import (
    UNIT,
    YEAR,
    Complaint,
    Raw,
    blocks_of,
    is_list,
    keys_of,
    path_in_words,
    path_of,
    quoted,
    repeated_places,
    sections_of,
    wrong,
)
from xlperf.formula.operands import normal_text

TAKEN = ("form", "revision", "explanations", "leftovers", "waived", "imported")  # the program's own keys at the top of a document


class _Home(NamedTuple):
    """Where something stands in the document: a block, the single fields of a section, or one field at the top."""

    place: str
    owner: str  # the table, or the block of single fields
    path: tuple[str | int, ...]
    block: Raw


def _homes(definition: Raw) -> Iterator[_Home]:
    """Yield every place in the document; a field at its top has one of its own."""
    repeated, repeats = repeated_places(definition), definition.get("repeats", {})

    def above(place: str) -> tuple[str | int, ...]:
        """The way to the copy in which something stands."""
        key = repeated.get(place)
        return (*path_of(repeats[key].get("path", key)), 0) if key in repeats else ()

    for place, section in sections_of(definition):
        if "fields" in section:
            path = path_of(section.get("path", section["fields"]))
            yield _Home(f"{place}.fields", section["fields"], (*above(place), *path), {})
            for number, item in enumerate(section["items"] if not path else ()):
                yield _Home(f"{place}.items[{number}]", section["fields"], (*above(place), item["key"]), {})
    for place, table, block in blocks_of(definition):
        yield _Home(place, table["table"], (*above(place), *path_of(block.get("path", block["key"]))), block)


def shared_paths(definition: Raw) -> Iterator[Complaint]:
    """Every block has a place of its own in the document, or shares a list with blocks told apart by constants."""
    taken: dict[tuple[str | int, ...], _Home] = {}
    for home in _homes(definition):
        if home.path and home.path[0] in TAKEN:
            yield wrong(home.place, "own_path", found=quoted(home.path[0]))
        for other in taken.values():
            if home.path == other.path:
                if home.owner != other.owner or not _are_apart(home.block, other.block):
                    yield wrong(home.place, "path_taken", path=quoted(path_in_words(home.path)), other=other.place)
            elif _is_inside(home.path, other.path) or _is_inside(other.path, home.path):
                yield wrong(home.place, "path_crosses", path=quoted(path_in_words(home.path)), other=other.place)
        taken.setdefault(home.path, home)


def _is_inside(path: tuple[str | int, ...], other: tuple[str | int, ...]) -> bool:
    """Whether a path goes on from another; everything is inside the top, of a copy too, and that is no fault."""
    return bool(other) and not isinstance(other[-1], int) and path[: len(other)] == other


def _are_apart(block: Raw, other: Raw) -> bool:
    """Whether two blocks may have one path: sections of single fields, or lists with different constants."""
    if not block or not other:
        return True
    mine, theirs = block.get("constants", {}), other.get("constants", {})
    different = any(normal_text(mine[key]) != normal_text(theirs[key]) for key in mine.keys() & theirs.keys())
    return is_list(block) and is_list(other) and different


def missing_needs(definition: Raw) -> Iterator[Complaint]:
    """What the program itself needs is there, and sections of one block agree on its path."""
    paths: dict[str, _Home] = {}
    for home in _homes(definition):
        if home.place.endswith(".fields") and paths.setdefault(home.owner, home).path != home.path:
            yield wrong(home.place, "path_differs", other=paths[home.owner].place)
    keys: dict[str, set[str]] = {}
    for _, section in sections_of(definition):
        if "fields" in section:
            keys.setdefault(section["fields"], set()).update(keys_of(section["items"]))
    needed = {"sheets": YEAR, "unit": definition.get("unit", UNIT), "subject": definition.get("subject", YEAR)}
    for place, name in needed.items():
        block, _, key = name.partition(".")
        if key not in keys.get(block, ()) or (name == YEAR and paths[block].path):
            what = "field_at_top" if name == YEAR else "field_needed"
            yield wrong(place if place in definition else "sheets", what, field=quoted(key), fields=quoted(block))
    if not any("checks" in section for _, section in sections_of(definition)):
        yield wrong("sheets", "no_checks")
