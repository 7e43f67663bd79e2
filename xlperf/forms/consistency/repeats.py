"""What a form repeats: each part for one thing that there is, with copies that can be told apart."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xlperf.forms.consistency.once import twice_given
from xlperf.forms.definition import UNIT, YEAR, Complaint, Raw, named, or_rather, quoted, repeated_places, sections_of, wrong
from xlperf.forms.repeats import expanded, repeats_of
from xlperf.messages import sentence

ROW_KEY = re.compile(r"\.rows\[\d+\]\.key$")
LONGEST_TITLE = 31  # of a sheet, in Excel


def repeat_faults(definition: Raw) -> Iterator[Complaint]:
    """What is wrong with the repeats of a definition, or with the parts that are repeated."""
    raws = definition.get("repeats", {})
    places = list(_repeated(definition))
    for place, name, above in places:
        if name not in raws:
            among = sentence("wrong_name_among", {"known": named(raws)}) if raws else sentence("wrong_name_none", {})
            yield wrong(f"{place}.repeat", "name", found=quoted(name), rather=or_rather(name, raws) or among)
            return
        if above:
            yield wrong(f"{place}.repeat", "repeated_twice", above=above)
    repeats = repeats_of(definition)
    for key, repeat in repeats.items():
        if not repeat.least <= repeat.usual <= repeat.most:
            yield wrong(f"repeats.{key}", "repeat_counts", least=repeat.least, usual=repeat.usual, most=repeat.most)
        if all(key != other for _, other, _ in places):
            yield wrong(f"repeats.{key}", "repeats_nothing", key=quoted(key))
    yield from _keys_of_copies(definition)
    yield from _named_once(definition)
    yield from _titles(definition)
    most = {key: repeat.most for key, repeat in repeats.items()}
    for place, reason in twice_given(expanded(definition, most)) if repeats else ():
        if not ROW_KEY.search(place):  # the preset rows of a block that is repeated in its table have the same keys
            yield "repeats", reason


def _repeated(definition: Raw) -> Iterator[tuple[str, str, str]]:
    """Yield every part that is repeated: its place, what for, and the place of what it stands in where that is repeated too."""
    for number, sheet in enumerate(definition["sheets"]):
        at_sheet = f"sheets[{number}]"
        above = at_sheet if "repeat" in sheet else ""
        if above:
            yield at_sheet, sheet["repeat"], ""
        for below, section in enumerate(sheet["sections"]):
            place = f"{at_sheet}.sections[{below}]"
            if "repeat" in section:
                yield place, section["repeat"], above
            inner = place if "repeat" in section else above
            for at, block in enumerate(section.get("blocks", ())):
                if "repeat" in block:
                    yield f"{place}.blocks[{at}]", block["repeat"], inner


def _keys_of_copies(definition: Raw) -> Iterator[Complaint]:
    """No part is called as a copy of another is."""
    repeats, repeated = repeats_of(definition), repeated_places(definition)
    keys: dict[str, tuple[str, str | None]] = {}  # the place of each key, and what its part is repeated for
    for number, sheet in enumerate(definition["sheets"]):
        keys.setdefault(sheet["key"], (f"sheets[{number}].key", sheet.get("repeat")))
    for place, section in sections_of(definition):
        for part in ("fields", "table"):
            if part in section:
                keys.setdefault(section[part], (f"{place}.{part}", repeated.get(place)))
        for at, block in enumerate(section.get("blocks", ())):
            here = f"{place}.blocks[{at}]"
            keys.setdefault(block["key"], (f"{here}.key", repeated.get(here)))
    for key, (_, repeat) in keys.items():
        for number in range(1, repeats[repeat].most + 1) if repeat is not None else ():
            if f"{key}_{number}" in keys:
                yield wrong(keys[f"{key}_{number}"][0], "key_of_copy", found=quoted(f"{key}_{number}"), key=quoted(key))


def _named_once(definition: Raw) -> Iterator[Complaint]:
    """What the program needs once stands once: the year, the unit, the subject, the guide, the checks."""
    repeated = repeated_places(definition)
    once = {name.partition(".")[0] for name in (YEAR, definition.get("unit", UNIT), definition.get("subject", YEAR))}
    for place, section in sections_of(definition):
        if place in repeated and (section.get("fields") in once or "guide" in section or "checks" in section):
            yield wrong(place, "repeated_once", key=quoted(section.get("fields", next(iter(section)))))


def _titles(definition: Raw) -> Iterator[Complaint]:
    """The titles of repeated sheets name their copy, and are not too long with it."""
    repeats = repeats_of(definition)
    for number, sheet in enumerate(definition["sheets"]):
        if "repeat" not in sheet:
            continue
        place, name = f"sheets[{number}].title", f"{{{sheet['repeat']}}}"
        if name not in sheet["title"]:
            yield wrong(place, "title_of_copies", name=quoted(name))
        longest = sheet["title"].replace(name, repeats[sheet["repeat"]].title.replace("{number}", "00"))
        if len(longest) > LONGEST_TITLE or not _may_be_title(longest):
            yield wrong(place, "title_of_copy", found=quoted(longest), most=LONGEST_TITLE)


def _may_be_title(title: str) -> bool:
    """Whether a sheet may be called so."""
    return not any(sign in "[]:*?/\\'" for sign in title)
