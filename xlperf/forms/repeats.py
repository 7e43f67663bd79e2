"""What a form repeats: its definition with so many copies in it, and which copies of a filled form nothing stands in.

    expanded(definition, {"goal": 3})     # the sheets, sections and blocks with `repeat: goal` three times, keys numbered
    counts_in(form.repeats, {"goals": [{}, {}]}, usual)      # {"goal": 2}: a document says how many there are

A form with so many copies is an ordinary form, whose blocks and tables are numbered: `indicators_1`, `indicators_2`. A name in a
formula is resolved by where it stands (`forms.scope`): within a copy it means that copy, elsewhere all of them. In the
document the copies are a list. A copy beyond the least in which nothing was filled in counts as none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from xlperf.errors import UsageError
from xlperf.forms.definition import Raw, path_of
from xlperf.forms.model import Block, Copy, Repeat, as_written
from xlperf.messages import listing, sentence

if TYPE_CHECKING:
    from xlperf.forms.form import Form

Counts = Mapping[str, int]  # how many copies, by the key of what is repeated
MOST_COPIES = 50
COPY = "copy"  # the key under which a part of an expanded definition has its copy
IN_BRACES, NUMBER = "{{{}}}", "{number}"


def repeats_of(definition: Raw) -> dict[str, Repeat]:
    """What a definition repeats, by key."""
    return {key: _repeat(key, raw) for key, raw in definition.get("repeats", {}).items()}


def _repeat(key: str, raw: Raw) -> Repeat:
    least, most = raw.get("least", 1), raw["most"]
    return Repeat(
        key=key,
        title=raw["title"],
        label=raw["label"],
        path=path_of(raw.get("path", key)),
        least=least,
        most=most,
        usual=raw.get("usual", least),
    )


def title_of(repeat: Repeat, number: int) -> str:
    """What a copy is called."""
    return repeat.title.replace(NUMBER, str(number))


def usual_counts(repeats: Mapping[str, Repeat], asked: Counts | None = None) -> dict[str, int]:
    """How many copies there are of everything: as many as are asked for and allowed, else the usual number."""
    return {key: repeat.fitting((asked or {}).get(key, repeat.usual)) for key, repeat in repeats.items()}


def checked_counts(form: Form, asked: Counts) -> Counts:
    """The counts that somebody asked for.

    Raises:
        UsageError: the form repeats no such thing, or has fewer or more copies of it.
    """
    known = {key: f"{key}={repeat.least}\u2026{repeat.most}" for key, repeat in form.repeats.items()}
    for key, count in asked.items():
        if key not in known or form.repeats[key].fitting(count) != count:
            raise UsageError("bad_copies", value=f"{key}={count}", known=listing(known.values()) or sentence("no_copies", {}))
    return asked


def counts_in(repeats: Mapping[str, Repeat], document: Mapping[str, Any]) -> dict[str, int]:
    """How many copies a document holds; the usual number where it says nothing of them."""
    found = {}
    for key, repeat in repeats.items():
        value: Any = document
        for part in repeat.path:
            value = value.get(part) if isinstance(value, Mapping) else None
        if isinstance(value, list):
            found[key] = len(value)
    return usual_counts(repeats, found)


# --- the definition with its copies --------------------------------------------------------------------------


def expanded(definition: Raw, counts: Counts) -> Raw:
    """The definition with so many copies of what it repeats; neighbours of one repeat are repeated together."""
    repeats = repeats_of(definition)
    if not repeats:
        return definition
    sheets = []
    for sheet in _multiplied(definition["sheets"], repeats, counts):
        sections = []
        for section in _multiplied(sheet["sections"], repeats, counts):
            blocks = [*_multiplied(section.get("blocks", ()), repeats, counts)]
            sections.append({**section, "blocks": blocks} if blocks else section)
        sheets.append({**sheet, "sections": sections})
    copies = {key: names for key, names in _names_of_copies(sheets).items() if key not in _keys(sheets)}
    with_lists = {name: _with_copies(definition[name], copies) for name in ("rules", "paper") if name in definition}
    return {**definition, "sheets": sheets, **with_lists}


def _keys(sheets: Iterable[Raw]) -> set[str]:
    """The keys of the blocks that stand once."""
    sections = [section for sheet in sheets for section in sheet["sections"]]
    blocks = (block for section in sections for block in section.get("blocks", ()))
    parts = ((section.get("fields"), section) for section in sections)
    return {key for key, part in (*parts, *((block["key"], block) for block in blocks)) if key and COPY not in part}


def _names_of_copies(sheets: Iterable[Raw]) -> dict[str, list[str]]:
    """The keys of the blocks that stand several times, by the key that form.yaml has for them."""
    found: dict[str, dict[str, None]] = {}
    for section in (section for sheet in sheets for section in sheet["sections"]):
        blocks = [(block["key"], block) for block in section.get("blocks", ())]
        for key, part in ((section.get("fields"), section), *blocks):
            if key and COPY in part:
                found.setdefault(as_written(key, part[COPY]), {})[key] = None
    return {key: [*names] for key, names in found.items()}


def _with_copies(part: Any, copies: Mapping[str, list[str]]) -> Any:
    """A part of a definition in whose lists all copies stand in place of a block, or of a field of it."""
    if isinstance(part, Mapping):
        return {key: value if key == "blocks" and "code" in part else _with_copies(value, copies) for key, value in part.items()}
    if not isinstance(part, list):
        return part
    found = []
    for each in part:
        owner, dot, rest = each.partition(".") if isinstance(each, str) else ("", "", "")
        found += [name + dot + rest for name in copies[owner]] if owner in copies else [_with_copies(each, copies)]
    return found


def _multiplied(parts: Iterable[Raw], repeats: Mapping[str, Repeat], counts: Counts) -> Iterator[Raw]:
    for key, group in groupby(parts, key=lambda part: part.get("repeat")):
        together = list(group)
        if key is None:
            yield from together
            continue
        for number in range(1, counts[key] + 1):
            yield from (_copied(part, repeats[key], number) for part in together)


def _copied(part: Raw, repeat: Repeat, number: int) -> Raw:
    """One copy of a sheet, a section or a block, with its number in all keys and its title in all texts."""
    named = _named({key: value for key, value in part.items() if key != "repeat"}, IN_BRACES.format(repeat.key), repeat, number)
    return _numbered(named, repeat, number)


def _numbered(part: dict[str, Any], repeat: Repeat, number: int) -> Raw:
    copy = Copy(repeat.key, number)
    if "sections" in part:
        sections = [_numbered(section, repeat, number) for section in part["sections"]]
        return {**part, "key": f"{part['key']}_{number}", "sections": sections, COPY: copy}
    if "fields" in part:
        path = _path(repeat, number, part.get("path", part["fields"]))
        return {**part, "fields": f"{part['fields']}_{number}", "path": path, COPY: copy}
    if "table" in part:
        blocks = [_numbered(block, repeat, number) for block in part["blocks"]]
        return {**part, "table": f"{part['table']}_{number}", "blocks": blocks, COPY: copy}
    if "key" in part:
        return {
            **part,
            "key": f"{part['key']}_{number}",
            "path": _path(repeat, number, part.get("path", part["key"])),
            COPY: copy,
        }
    return part


def _path(repeat: Repeat, number: int, path: str) -> tuple[str | int, ...]:
    return *repeat.path, number - 1, *path_of(path)


def _named(part: Any, name: str, repeat: Repeat, number: int) -> Any:
    """A part with the title of its copy where its texts name it."""
    match part:
        case str():
            return part.replace(name, title_of(repeat, number))
        case list():
            return [_named(each, name, repeat, number) for each in part]
        case Mapping():
            return {key: _named(value, name, repeat, number) for key, value in part.items()}
    return part


# --- copies in which nothing stands --------------------------------------------------------------------------


@lru_cache(maxsize=64)
def blocks_by_copy(form: Form) -> dict[Copy, tuple[Block, ...]]:
    """The blocks of every copy, in the order of the form."""
    found: dict[Copy, list[Block]] = {}
    for block in form.blocks.values():
        if block.copy:
            found.setdefault(block.copy, []).append(block)
    return {copy: tuple(blocks) for copy, blocks in found.items()}


def blank_copies(form: Form, rows: Mapping[str, list[dict[str, Any]]]) -> frozenset[Copy]:
    """The copies beyond the least in which nothing was filled in, nor handed out: they count as none."""
    return frozenset(
        copy
        for copy, blocks in blocks_by_copy(form).items()
        if copy.number > form.repeats[copy.repeat].least
        and not any(
            row.get(key) not in (None, "")
            for block in blocks
            for index, row in enumerate(rows.get(block.key, ()))
            for key in counting_keys(form, block, index)
        )
    )


def without_blank_copies(form: Form, rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """The rows, none of a copy that counts as none."""
    blank = blank_copies(form, rows) if form.repeats else ()
    gone = {block.key for copy in blank for block in blocks_by_copy(form)[copy]}
    return {key: [] if key in gone else listed for key, listed in rows.items()} if gone else rows


def counting_keys(form: Form, block: Block, index: int) -> Iterator[str]:
    """Yield the fields of a row that make its copy count where they are filled: people or the bureau fill them, not the form."""
    preset = block.row(index)
    for key, field in block.fields.items():
        is_given = field.given and field.in_document and key not in block.constants
        if (is_given or form.is_input(block, index, field)) and not (preset and key in preset.values):
            yield key


def places_of_copies(form: Form, rows: Mapping[str, list[dict[str, Any]]], *, numbered: bool = False) -> dict[Copy, int]:
    """Where each copy stands in the list of its document, those that count as none left out; `numbered`: all by their numbers."""
    blank, found, count = frozenset() if numbered else blank_copies(form, rows), {}, dict.fromkeys(form.repeats, 0)
    for copy in sorted(blocks_by_copy(form)):
        if copy not in blank:
            found[copy] = count[copy.repeat]
            count[copy.repeat] += 1
    return found


def path_in(block: Block, places: Mapping[Copy, int]) -> tuple[str | int, ...] | None:
    """The path of a block in the document, None where its copy counts as none."""
    if block.copy is None:
        return block.path
    if block.copy not in places:
        return None
    return tuple(places[block.copy] if isinstance(part, int) else part for part in block.path)
