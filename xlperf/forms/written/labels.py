"""Labels in formulas: a title that people see may stand for the key of its field, where it is the title of one field alone.

    with_keys(definition, path)     # test: Spent <= Planned     becomes spent <= planned, if those are titles of columns
    # sheets[2].sections[0].columns[3].formula: the title 'Amount' is that of several fields: spent, planned; write the key of one

A column of the same table goes before the single fields of the form, which need no name of their section where only one of them
is called so. The key of a column stays one, and texts in quotation marks stay as they are. A title may be written without the
unit in brackets at its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from xlperf.forms.definition import Raw, named, own_columns, quoted, refuse, sections_of, wrong
from xlperf.forms.model import ABOVE
from xlperf.formula.parsing.written import QUOTED

FORMULAS = ("formula", "required", "wanted", "number_when", "percent_when", "choices_from")  # of a column or a single field
IN_BRACKETS = re.compile(r"\s*[(\uff08][^()\uff08\uff09]*[)\uff09]\s*$")  # a unit at the end of a title
PART = r"[^\W\d]\w*"
KEY = re.compile(r"[a-z][a-z0-9_]*")

Titles = Mapping[str, tuple[str, ...]]  # the names that a title may stand for, as formulas write them


def with_keys(definition: Raw, path: Path) -> Raw:
    """The definition with keys in its formulas where titles stood; the same one where none did.

    Raises:
        FormError: a title is that of several fields.
    """
    everywhere = _merged([_titles_everywhere(definition), _keys_everywhere(definition)])
    owners = _owners(definition)
    changed: dict[tuple[Any, ...], str] = {}
    for place, way, source, near in _formulas(definition):
        written = _Reader(path, place, {**everywhere, **near}, owners).keyed(source)
        if written != source:
            changed[way] = written
    return _replaced(definition, changed) if changed else definition


# --- titles --------------------------------------------------------------------------------------------------


def _titles_of(fields: list[Raw], before: str = "") -> dict[str, tuple[str, ...]]:
    """The names of fields by their titles, and by those without the unit."""
    titles: dict[str, dict[str, None]] = {}
    for field in fields:
        for title in {field["label"], IN_BRACKETS.sub("", field["label"])} - {field["key"]}:
            titles.setdefault(title.strip(), {})[before + field["key"]] = None
    return {title: tuple(names) for title, names in titles.items()}


def _merged(several: Iterable[Titles]) -> dict[str, tuple[str, ...]]:
    titles: dict[str, tuple[str, ...]] = {}
    for one in several:
        for title, names in one.items():
            titles[title] = tuple(dict.fromkeys((*titles.get(title, ()), *names)))
    return titles


def _titles_everywhere(definition: Raw) -> Titles:
    """The single fields of the form, which any formula may name."""
    sections = (section for _, section in sections_of(definition) if "fields" in section)
    return _merged(_titles_of(section["items"], f"{section['fields']}.") for section in sections)


class _Owner(NamedTuple):
    """What may stand before a dot, with the titles of its columns and those of its preset rows."""

    key: str
    columns: Titles
    rows: Titles


def _keys_everywhere(definition: Raw) -> Titles:
    """The single fields of the form by their keys alone."""
    sections = (section for _, section in sections_of(definition) if "fields" in section)
    return _merged({item["key"]: (f"{section['fields']}.{item['key']}",)} for section in sections for item in section["items"])


def _owners(definition: Raw) -> dict[str, tuple[_Owner, ...]]:
    """The blocks, tables and sections of single fields, by key and by title."""
    owners: dict[str, dict[str, _Owner]] = {}
    for _, section in sections_of(definition):
        if "fields" in section:
            owner = _Owner(section["fields"], _titles_of(section["items"]), {})
            for name in {owner.key, section.get("heading") or owner.key}:
                owners.setdefault(name, {})[owner.key] = owner
        if "table" in section:
            columns, blocks = _titles_of(own_columns(section)), section["blocks"]
            whole = blocks[0]["key"] if len(blocks) == 1 else section["table"]  # of one block it is the same
            rows = _merged(_titles_of_rows(section, block) for block in blocks)
            for name in {section["table"], section["label"]}:
                owners.setdefault(name, {})[whole] = _Owner(whole, columns, rows)
            for block in blocks:
                owner = _Owner(block["key"], columns, _titles_of_rows(section, block))
                for name in {owner.key, block.get("label", owner.key)}:
                    owners.setdefault(name, {})[owner.key] = owner
    return {name: tuple(meant.values()) for name, meant in owners.items()}


def _titles_of_rows(table: Raw, block: Raw) -> Titles:
    """The keys of preset rows by what they are called."""
    rows = [row for row in block.get("rows", ()) if isinstance(row.get(table.get("row_name")), str)]
    return {row[table["row_name"]]: (row["key"],) for row in rows}


# --- formulas ------------------------------------------------------------------------------------------------


def _formulas(definition: Raw) -> Iterator[tuple[str, tuple[Any, ...], str, Titles]]:
    """Yield every formula: its place, the way there, its text, and the titles of what is in its row."""
    near_table: dict[str, Titles] = {}
    near_fields: dict[str, dict[str, tuple[str, ...]]] = {}
    for number, sheet in enumerate(definition["sheets"]):
        for below, section in enumerate(sheet["sections"]):
            place, way = f"sheets[{number}].sections[{below}]", ("sheets", number, "sections", below)
            fields = section.get("columns", ()) if "table" in section else section.get("items", ())
            own = own_columns(section) if "table" in section else list(fields)
            near = _titles_of(own) | {field["key"]: (field["key"],) for field in fields}
            if "table" in section:
                near_table[section["table"]] = near
            if "fields" in section:
                near_fields.setdefault(section["fields"], {}).update(near)
            part = "columns" if "table" in section else "items"
            for at, field in enumerate(fields):
                for what in FORMULAS:
                    if isinstance(field.get(what), str):
                        yield f"{place}.{part}[{at}].{what}", (*way, part, at, what), field[what], near
            for at, block in enumerate(section.get("blocks", ())):
                holders = [
                    (("blocks", at), block),
                    *((("blocks", at, "rows", n), row) for n, row in enumerate(block.get("rows", ()))),
                ]
                for inner, holder in holders:
                    for key, source in holder.get("formulas", {}).items():
                        here = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in inner)
                        yield f"{place}{here}.formulas.{key}", (*way, *inner, "formulas", key), source, near
    for number, rule in enumerate(definition["rules"]):
        if "test" in rule:
            titles = near_fields.get(rule["fields"], {}) if "fields" in rule else near_table.get(rule.get("table", ""), {})
            yield f"rules[{number}].test", ("rules", number, "test"), rule["test"], titles


class _Reader:
    """The titles that one formula may use, and what it is with keys in their place."""

    def __init__(self, path: Path, place: str, titles: Titles, owners: Mapping[str, tuple[_Owner, ...]]) -> None:
        self.path, self.place, self.titles, self.owners = path, place, titles, owners
        inner = (title for meant in owners.values() for each in meant for title in (*each.columns, *each.rows))
        odd = {title for title in (*titles, *owners, *inner) if not re.fullmatch(PART, title)}
        one = "|".join([*(f"{re.escape(title)}(?!\\w)" for title in sorted(odd, key=len, reverse=True)), PART])
        self.name = re.compile(rf"(?<![\w.])(?:{one})(?:\.(?:{one}))*")
        self.part = re.compile(one)

    def keyed(self, source: str) -> str:
        """The formula with keys."""
        text, at = "", 0
        for match in QUOTED.finditer(source):
            text += self.name.sub(self._name, source[at : match.start()]) + match[0]
            at = match.end()
        return text + self.name.sub(self._name, source[at:])

    def _name(self, match: re.Match[str]) -> str:
        parts = self.part.findall(match[0])
        if len(parts) == 1:
            return self._one(parts[0], self.titles)
        owner, *rest = parts
        if owner not in self.owners:
            return f"{owner}.{self._one(rest[0], self.titles)}" if owner == ABOVE and len(rest) == 1 else match[0]
        meant = self.owners[owner]
        if len(meant) > 1 and not KEY.fullmatch(owner):
            self._refuse(owner, tuple(each.key for each in meant))
        *rows, column = rest
        names = [self._one(row, meant[0].rows) for row in rows]
        return ".".join([owner if KEY.fullmatch(owner) else meant[0].key, *names, self._one(column, meant[0].columns)])

    def _one(self, title: str, titles: Titles) -> str:
        names = titles.get(title, (title,))
        if len(names) > 1:
            self._refuse(title, names)
        return names[0]

    def _refuse(self, title: str, names: tuple[str, ...]) -> None:
        refuse(self.path, *wrong(self.place, "title_of_several", title=quoted(title), names=named(names)))


def _replaced(definition: Raw, changed: Mapping[tuple[Any, ...], str]) -> Raw:
    """A copy of the definition in which those texts stand at the end of those ways."""

    def copied(part: Any, below: Mapping[tuple[Any, ...], str]) -> Any:
        if () in below:
            return below[()]
        inner: dict[Any, dict[tuple[Any, ...], str]] = {}
        for (step, *rest), text in below.items():
            inner.setdefault(step, {})[tuple(rest)] = text
        if isinstance(part, list):
            return [copied(each, inner[at]) if at in inner else each for at, each in enumerate(part)]
        return {key: copied(each, inner[key]) if key in inner else each for key, each in part.items()}

    result: Raw = copied(definition, changed)
    return result
