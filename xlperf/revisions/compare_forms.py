"""What changed between two revisions of a form, in words a notice can use: sheets, fields, limits, choices, rules, wording.

    for change in compare_forms("my-form@2022", "my-form@2023"):
        change.kind, change.place, change.before, change.after

A form is `FORM@REVISION` or a folder with a form.yaml. A part is known by its key wherever it stands; what the newer
revision renames (`renamed`) is compared with what it was called before.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from xlperf.errors import UsageError
from xlperf.files import StrPath
from xlperf.forms.form import Form
from xlperf.forms.loader import find_form, load_form
from xlperf.messages import catalogue, current_language, listing
from xlperf.revisions.compare_papers import BETWEEN, Change

# What is not a fact of the form as a whole: its parts, its names, and how old papers are read, which no department sees.
INSIDE = ("sheets", "rules", "parameters", "words", "report", "spellings", "guide", "renamed", "form", "revision", "paper")
SUMMARY = ("label", "name", "title", "type", "severity", "required", "choices", "formula", "test")  # what is told of a new part
Key = tuple[str, ...]


class Part(NamedTuple):
    """One part of a form: where it stands in the form's words, and what is said of it."""

    place: str
    facts: Mapping[str, object]


def names_form(text: str) -> bool:
    """Whether a text names a form: a folder with a form.yaml, or FORM@REVISION where there is no such file."""
    path = Path(text)
    return (path / "form.yaml").exists() or path.name == "form.yaml" or ("@" in text and not path.exists())


def find_named(text: str, templates: Path | None = None) -> Form:
    """Return the form that a text names.

    Raises:
        UsageError: there is none.
    """
    path = Path(text)
    if path.name == "form.yaml" or (path / "form.yaml").exists():
        return load_form(path.parent if path.name == "form.yaml" else path)
    if not names_form(text):
        raise UsageError("names_no_form", found=text)
    key, _, revision = text.rpartition("@")
    return load_form(find_form(key, revision=revision, templates=templates))


def compare_forms(before: StrPath, after: StrPath, *, templates: StrPath | None = None) -> list[Change]:
    """Return what changed from one revision of a form to another.

    Raises:
        UsageError: there is no such form.
    """
    one, other = (find_named(str(text), templates) for text in (before, after))
    renamed = other.definition.get("renamed", {}) if one.key == other.key else {}
    old, new = {_renamed(renamed, key): part for key, part in _parts(one)}, dict(_parts(other))
    return [change for key in dict.fromkeys([*new, *old]) for change in _changes(key, old.get(key), new.get(key))]


def _changes(key: Key, old: Part | None, new: Part | None) -> Iterator[Change]:
    path = ".".join(key)
    if old and new:
        for name in dict.fromkeys([*old.facts, *new.facts]):
            before, after = _alike(name, old.facts.get(name), new.facts.get(name))
            if before != after:
                kind = "added" if before is None else "removed" if after is None else "changed"
                place = BETWEEN.join(filter(None, (new.place, _word(name))))
                yield Change(kind, place, f"{path}.{name}" if name else path, _said(before), _said(after))
    elif new:
        yield Change("added", new.place, path, None, _summary(new))
    else:
        yield Change("removed", old.place, path, _summary(old), None)


def _alike(name: str, before: object, after: object) -> tuple[object, object]:
    """Of the order of parts only those that both have; a part that came or went is told by itself."""
    if name != "order" or before is None or after is None:
        return before, after
    return tuple(key for key in before if key in after), tuple(key for key in after if key in before)


def _word(name: str) -> str:
    return catalogue(current_language())["parts"].get(name, name)


def _said(value: object) -> object:
    """A fact as people read it: yes and no, lists joined."""
    if isinstance(value, bool):
        return _word("yes" if value else "no")
    if isinstance(value, list | tuple) and all(isinstance(item, str | int | float) for item in value):
        return listing(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _summary(part: Part) -> object:
    if "" in part.facts:
        return _said(part.facts[""])
    return {_word(name): _said(part.facts[name]) for name in SUMMARY if name in part.facts} or None


# --- the parts -----------------------------------------------------------------------------------------------


def _parts(form: Form) -> Iterator[tuple[Key, Part]]:
    """Yield every part of a form by its key; of a definition's own texts one part per text."""
    definition = form.definition
    yield ("form",), Part("", {**{k: v for k, v in definition.items() if k not in INSIDE}, "order": _keys(definition["sheets"])})
    for sheet in definition["sheets"]:
        facts = {key: value for key, value in sheet.items() if key not in ("key", "sections")}
        yield ("sheet", sheet["key"]), Part(sheet["title"], facts)
        for section in sheet["sections"]:
            yield from _parts_of_section(sheet["title"], section)
    for rule in definition["rules"]:
        yield ("rules", rule["code"]), Part(f"{_word('rules')} {rule['code']}", {k: v for k, v in _flat(rule) if k != "code"})
    for name in ("parameters", "words", "report", "spellings"):
        for key, value in definition.get(name, {}).items():
            yield (name, key), Part(f"{_word(name)} {key}", dict(_flat(value)) if isinstance(value, dict) else {"": value})
    for number, text in enumerate(definition["guide"], 1):
        yield ("guide", str(number)), Part(f"{_word('guide')} {number}", {"": text})


def _flat(value: Mapping, before: str = "") -> Iterator[tuple[str, object]]:
    """Yield the facts of nested objects by their joined names: the parameters of a rule one by one."""
    for key, item in value.items():
        yield from _flat(item, f"{before}{key}.") if isinstance(item, dict) else [(f"{before}{key}", item)]


def _parts_of_section(sheet: str, section: Mapping) -> Iterator[tuple[Key, Part]]:
    owner = section.get("fields") or section.get("table") or next(iter(section))
    label = section.get("label") or section.get("heading") or ""
    place = sheet if label in ("", sheet) else BETWEEN.join((sheet, label))
    inner = ("items", "columns", "blocks", "fields", "table", "guide", "checks", "lines")
    facts = {key: value for key, value in section.items() if key not in inner} | {"sheet": sheet}
    columns = [*section.get("columns", ()), *section.get("items", ())]
    first = columns[0]["key"] if "fields" in section else ""
    order = {"order": _keys(columns)} if columns else {}
    lines = {"lines": section["lines"]} if "lines" in section else {}
    yield tuple(filter(None, ("section", owner, first))), Part(place, facts | order | lines)
    for column in columns:
        own = {key: value for key, value in column.items() if key != "key"}
        yield ("field", owner, column["key"]), Part(BETWEEN.join((place, column["label"])), own)
    for block in section.get("blocks", ()):
        own = {key: value for key, value in block.items() if key not in ("key", "rows")}
        yield ("block", block["key"]), Part(BETWEEN.join((place, block.get("label", block["key"]))), own)
        for row in block.get("rows", ()):
            name = row.get(section.get("row_name"), row["key"])
            own = dict(_flat({key: value for key, value in row.items() if key != "key"}))
            yield ("row", block["key"], row["key"]), Part(BETWEEN.join((sheet, block.get("label", label), str(name))), own)


def _keys(things: list[Mapping]) -> tuple[str, ...]:
    return tuple(str(thing.get("label") or thing.get("title") or thing["key"]) for thing in things)


def _renamed(renamed: Mapping[str, str], key: Key) -> Key:
    """The key a part has in the newer revision."""
    kind, *names = key
    target = renamed.get(".".join(names)) if len(names) == 2 else None
    if kind == "rules" and names:
        target = renamed.get(f"rules.{names[0]}")
        return ("rules", target.partition(".")[2]) if target else key
    if target:
        return (kind, *target.split("."))
    return (kind, renamed.get(names[0], names[0]), *names[1:]) if names and kind in ("field", "row", "block", "section") else key
