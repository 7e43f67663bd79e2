"""What changed between two revisions of a form, in words a notice can use: sheets, fields, limits, choices, rules, wording.

    for change in compare_forms("my-form@2022", "my-form@2023"):
        change.kind, change.place, change.before, change.after

A form is `FORM@REVISION` or a folder with a form.yaml. A part is found by its key wherever it stands; what the newer
revision renames (`renamed`) is compared with what it was called before.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from xlperf.errors import UsageError
from xlperf.files import StrPath
from xlperf.forms.definition import Raw
from xlperf.forms.form import Form
from xlperf.forms.loader import find_form, load_form
from xlperf.messages import catalogue, current_language, listing
from xlperf.revisions.change import Change, kind_of, place_name

# What is not a fact of the form as a whole: its parts, its names, and how old reports are read, which no department sees.
INSIDE = (
    "sheets",
    "rules",
    "parameters",
    "words",
    "report",
    "spellings",
    "opening",
    "guide",
    "rule_groups",
    "renamed",
    "form",
    "revision",
    "paper",
)
OF_SECTION = ("items", "columns", "blocks", "fields", "table", "guide", "checks", "lines")  # what is no fact of a section
TEXTS = ("parameters", "words", "report", "spellings")  # the definition's own texts, each a part
SUMMARY = ("label", "name", "title", "type", "severity", "required", "choices", "formula", "test")  # what is said of a new part
WHOLE = ""  # the only fact of a part that is a text
Key = tuple[str, ...]
Facts = Mapping[str, object]


class Part(NamedTuple):
    """One part of a form: where it stands in the form's words, and what is said of it."""

    place: str
    facts: Facts


def names_form(text: str) -> bool:
    """Whether a text names a form: a folder with a form.yaml, or FORM@REVISION where there is no such file."""
    path = Path(text)
    return (path / "form.yaml").exists() or path.name == "form.yaml" or ("@" in text and not path.exists())


def find_named(text: str, templates: StrPath | None = None) -> Form:
    """Return the form that a text names.

    Raises:
        UsageError: there is none.
    """
    path = Path(text)
    if path.name == "form.yaml":
        return load_form(path.parent)
    if (path / "form.yaml").exists():
        return load_form(path)
    if not names_form(text):
        raise UsageError("names_no_form", found=text)
    key, _, revision = text.rpartition("@")
    return load_form(find_form(key, revision=revision, templates=templates))


def compare_forms(before: StrPath, after: StrPath, *, templates: StrPath | None = None) -> list[Change]:
    """Return what changed from one revision of a form to another.

    The values are facts as people read them: yes and no in words, lists joined; of a part that came or went its main facts.

    Args:
        before: `FORM@REVISION`, or the folder of a form.yaml.
        after: another revision, or another form.
        templates: the folder of a bureau's own forms.

    Raises:
        UsageError: there is no such form.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     edited = Path(folder, form.key, form.revision)
        ...     edited.mkdir(parents=True)
        ...     text = (form.directory / "form.yaml").read_text("utf-8")
        ...     _ = (edited / "form.yaml").write_text(text.replace("low_rate: 0.9 ", "low_rate: 0.8 "), "utf-8")
        ...     (change,) = compare_forms(form.directory, edited)
        >>> change.kind, change.field, change.before, change.after
        ('changed', 'parameters.low_rate', 0.9, 0.8)
    """
    older, newer = (find_named(os.fspath(text), templates) for text in (before, after))
    renamed = newer.renamed if older.key == newer.key else {}
    old, new = {_renamed(renamed, key): part for key, part in _parts(older)}, dict(_parts(newer))
    return [change for key in dict.fromkeys([*new, *old]) for change in _changes(".".join(key), old.get(key), new.get(key))]


def _changes(path: str, old: Part | None, new: Part | None) -> Iterator[Change]:
    """Yield what changed of one part: fact by fact, or that it came or went."""
    if old and new:
        for name in dict.fromkeys([*old.facts, *new.facts]):
            before, after = _comparable(name, old.facts.get(name), new.facts.get(name))
            if before != after:
                yield Change(
                    kind=kind_of(before, after),
                    place=place_name((new.place, _word(name))),
                    field=f"{path}.{name}" if name else path,
                    before=_as_read(before),
                    after=_as_read(after),
                )
    elif new:
        yield Change(kind="added", place=new.place, field=path, after=_summary(new))
    elif old:
        yield Change(kind="removed", place=old.place, field=path, before=_summary(old))


def _comparable(name: str, before: object, after: object) -> tuple[object, object]:
    """Two facts as they are compared: of the order of parts only those that both have, for one that came or went is a change."""
    if name == "order" and isinstance(before, tuple) and isinstance(after, tuple):
        return tuple(key for key in before if key in after), tuple(key for key in after if key in before)
    return before, after


def _word(name: str) -> str:
    """The name of a fact in the reader's language."""
    word: str = catalogue(current_language())["parts"].get(name, name)
    return word


def _as_read(value: object) -> object:
    """A fact as people read it: yes and no, lists joined."""
    if isinstance(value, bool):
        return _word("yes" if value else "no")
    if isinstance(value, list | tuple) and all(isinstance(item, str | int | float) for item in value):
        return listing(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _summary(part: Part) -> object:
    """A part that came or went, by its main facts."""
    if WHOLE in part.facts:
        return _as_read(part.facts[WHOLE])
    return {_word(name): _as_read(part.facts[name]) for name in SUMMARY if name in part.facts} or None


# --- the parts -----------------------------------------------------------------------------------------------


def _parts(form: Form) -> Iterator[tuple[Key, Part]]:
    """Yield every part of a form by its key; of a definition's own texts one part per text."""
    definition = form.definition
    yield ("form",), Part("", {**_facts(definition, but=INSIDE), "order": _names(definition["sheets"])})
    for sheet in definition["sheets"]:
        yield ("sheet", sheet["key"]), Part(sheet["title"], _facts(sheet, but=("key", "sections")))
        for section in sheet["sections"]:
            yield from _parts_of_section(sheet["title"], section)
    for rule in definition["rules"]:
        yield ("rules", rule["code"]), Part(f"{_word('rules')} {rule['code']}", dict(_flat(_facts(rule, but=("code",)))))
    for name in TEXTS:
        for key, value in definition.get(name, {}).items():
            yield (name, key), Part(f"{_word(name)} {key}", dict(_flat(value)) if isinstance(value, dict) else {WHOLE: value})
    for line in definition.get("opening", ()):
        yield ("opening", line["label"]), Part(f"{_word('guide')} {line['label']}", {WHOLE: line["text"]})
    for number, text in enumerate(definition["guide"], 1):
        yield ("guide", str(number)), Part(f"{_word('guide')} {number}", {WHOLE: text})


def _facts(raw: Raw, *, but: Iterable[str]) -> dict[str, object]:
    """What is said of a piece of a definition, its parts and its key apart."""
    return {key: value for key, value in raw.items() if key not in but}


def _flat(value: Raw, before: str = "") -> Iterator[tuple[str, object]]:
    """Yield the facts of nested objects by their joined names: the parameters of a rule one by one."""
    for key, item in value.items():
        if isinstance(item, dict):
            yield from _flat(item, f"{before}{key}.")
        else:
            yield f"{before}{key}", item


def _parts_of_section(sheet: str, section: Raw) -> Iterator[tuple[Key, Part]]:
    """Yield a section of a sheet, its columns or single fields, its blocks and their preset rows."""
    owner = section.get("fields") or section.get("table") or next(iter(section))
    label = section.get("label") or section.get("heading") or ""
    place = place_name((sheet, label if label != sheet else ""))
    columns = [*section.get("columns", ()), *section.get("items", ())]
    facts = {**_facts(section, but=OF_SECTION), "sheet": sheet}
    if columns:
        facts["order"] = _names(columns)
    if "lines" in section:
        facts["lines"] = section["lines"]
    first = columns[0]["key"] if "fields" in section else ""
    yield tuple(filter(None, ("section", owner, first))), Part(place, facts)
    for column in columns:
        yield ("field", owner, column["key"]), Part(place_name((place, column["label"])), _facts(column, but=("key",)))
    for block in section.get("blocks", ()):
        block_place = place_name((place, block.get("label", block["key"])))
        yield ("block", block["key"]), Part(block_place, _facts(block, but=("key", "rows")))
        for row in block.get("rows", ()):
            name = str(row.get(section.get("row_name"), row["key"]))
            row_place = place_name((sheet, block.get("label", label), name))
            yield ("row", block["key"], row["key"]), Part(row_place, dict(_flat(_facts(row, but=("key",)))))


def _names(parts: Iterable[Raw]) -> tuple[str, ...]:
    return tuple(str(part.get("label") or part.get("title") or part["key"]) for part in parts)


def _renamed(renamed: Mapping[str, str], key: Key) -> Key:
    """The key a part has in the newer revision."""
    kind, *names = key
    if kind == "rules":
        target = renamed.get(f"rules.{names[0]}", "")
        return ("rules", target.partition(".")[2]) if target else key
    if len(names) == 2 and (target := renamed.get(".".join(names), "")):
        return (kind, *target.split("."))
    if kind in ("field", "row", "block", "section"):
        return (kind, renamed.get(names[0], names[0]), *names[1:])
    return key
