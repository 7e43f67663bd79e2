"""The parts of a form definition as form.yaml gives them, each with its place in the file.

    for place, table, block in blocks_of(definition):
        "sheets[2].sections[0].blocks[1]"

A definition is a plain JSON value of the shape that schemas/form.schema.json describes. What is wrong in it is a complaint,
a pair of place and reason, or a FormError with file, place and reason. A reason is a sentence of the catalogue: what was found,
what was expected, how to fix it; what it quotes stands in quotation marks.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from xlperf.errors import FormError
from xlperf.messages import catalogue, current_language, listing, sentence
from xlperf.text import nearest

Raw = Mapping[str, Any]  # a part of a definition
Complaint = tuple[str, str]

YEAR, UNIT = "identity.fiscal_year", "cover.unit"  # single fields that the program itself fills in or prints
TYPED = "numbers"  # among the spellings: how people type numbers
MOST_NAMED = 16  # of the names that there are
LONGEST_QUOTED = 60  # characters of what was found
HALF_WIDTH = str.maketrans(
    "\uff1a\uff0c\u3001\u201c\u201d\u2018\u2019\uff5b\uff5d\uff08\uff09\u3000", ":,,\"\"''{}() "
)  # of signs that YAML has
ROW_WORDS = ("key", "formulas")  # what a preset row says besides the contents of its columns


def sections_of(definition: Raw) -> Iterator[tuple[str, Raw]]:
    """Yield place and section, from the first sheet to the last."""
    for number, sheet in enumerate(definition["sheets"]):
        for below, section in enumerate(sheet["sections"]):
            yield f"sheets[{number}].sections[{below}]", section


def tables_of(definition: Raw) -> dict[str, tuple[str, Raw]]:
    """Place and section of every table by its key."""
    return {section["table"]: (place, section) for place, section in sections_of(definition) if "table" in section}


def blocks_of(definition: Raw) -> Iterator[tuple[str, Raw, Raw]]:
    """Yield place, table and block."""
    for place, section in sections_of(definition):
        for number, block in enumerate(section.get("blocks", ())):
            yield f"{place}.blocks[{number}]", section, block


def single_cells_of(definition: Raw) -> dict[str, Raw]:
    """The single fields, and the columns of rows that stand once, by the names that formulas give such cells."""
    cells: dict[str, Raw] = {}
    for _, section in sections_of(definition):
        for item in section.get("items", ()):
            cells[f"{section['fields']}.{item['key']}"] = item
    for _, table, block in blocks_of(definition):
        for column in own_columns(table):
            if not is_list(block) and not block.get("keyed"):
                cells[f"{block['key']}.{column['key']}"] = column
            for row in block.get("rows", ()):
                cells[f"{block['key']}.{row['key']}.{column['key']}"] = column
    return cells


def repeated_places(definition: Raw) -> dict[str, str]:
    """What the sections and blocks of a definition are repeated for, their sheets or sections included, by place."""
    found: dict[str, str] = {}
    for number, sheet in enumerate(definition["sheets"]):
        for below, section in enumerate(sheet["sections"]):
            place = f"sheets[{number}].sections[{below}]"
            parts = [(place, section.get("repeat"))]
            parts += [(f"{place}.blocks[{at}]", block.get("repeat")) for at, block in enumerate(section.get("blocks", ()))]
            for where, own in parts:
                if repeat := own or section.get("repeat") or sheet.get("repeat"):
                    found[where] = repeat
    return found


def keys_of(parts: Iterable[Raw]) -> list[str]:
    """The keys of such parts: sheets, blocks, rows, columns or items."""
    return [part["key"] for part in parts]


def own_columns(table: Raw) -> list[Raw]:
    """The columns of a table, those of last year's figures apart."""
    return [column for column in table["columns"] if "last" not in column]


def is_list(block: Raw) -> bool:
    """Whether the block is a list in the document, or a part of one."""
    return "spare" in block or ("rows" in block and not block.get("keyed"))


def choices_of(field: Raw) -> tuple[str, ...]:
    """The choices of a column or item: its own, or all of those that depend on another cell."""
    by_value = [choices for lists in field.get("choices_by", {}).values() for choices in lists.values()]
    return tuple(field.get("choices") or dict.fromkeys(choice for choices in by_value for choice in choices))


def path_of(text: str) -> tuple[str, ...]:
    """A path in the document; the empty one is its top.

    >>> path_of("budget.items"), path_of("")
    (('budget', 'items'), ())
    """
    return tuple(filter(None, text.split(".")))


def path_in_words(path: Iterable[str | int]) -> str:
    """A path in the document as people write it.

    >>> path_in_words(("goals", 0, "indicators"))
    'goals[0].indicators'
    """
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def refuse(path: Path, place: str, reason: str) -> NoReturn:
    """Refuse the definition in that file.

    Raises:
        FormError: always.
    """
    raise FormError("form_shape", path=path, reason=f"{place}: {reason}" if place else reason)


def wrong(place: str, key: str, /, **facts: object) -> Complaint:
    """What is wrong at a place: the sentence of that key, without its `wrong_`."""
    return place, sentence(f"wrong_{key}", facts)


def quoted(value: object) -> str:
    """What was found as it stands in the file, in quotation marks unless it is a number; a long one is cut.

    >>> from xlperf.messages import use_language
    >>> use_language("en")
    >>> quoted("reason"), quoted(5), quoted(None)
    ("'reason'", '5', "'null'")
    >>> use_language(None)
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    text = json.dumps(value, ensure_ascii=False, default=str) if not isinstance(value, str | datetime.date) else str(value)
    return sentence("in_quotes", {"text": text if len(text) <= LONGEST_QUOTED else text[: LONGEST_QUOTED - 1] + "\u2026"})


def named(names: Iterable[object]) -> str:
    """The first of the names that there are, in one line; those that are no keys stand in quotation marks."""
    known = list(names)
    shown = (str(name) if str(name).isascii() and str(name).isprintable() else quoted(name) for name in known[:MOST_NAMED])
    return listing(shown) + ("\u2026" if len(known) > MOST_NAMED else "")


def or_rather(name: object, names: Iterable[str]) -> str:
    """What is said of a name that is none of those: which is meant, or that a sign in it is a full-width one, "" for neither.

    >>> from xlperf.messages import use_language
    >>> use_language("en")
    >>> or_rather("raeson", ["reason", "unit"]), or_rather("x", ["reason", "unit"])
    ("; did you mean 'reason'?", '')
    >>> use_language(None)
    """
    signs = full_width_signs(name)
    if signs and not any(full_width_signs(known) for known in names):
        return sentence("or_half_width", {"signs": signs})
    best = nearest(name, names)
    return sentence("or_rather", {"best": best}) if best else ""


def no_key(place: str, owner: str, key: str, known: Iterable[str]) -> Complaint:
    """What is wrong with a key that is none of the known ones: what takes its place, or which of them is meant.

    Args:
        owner: what the key stands in, by the name that the catalogue has for it: `rules`, a check, what several checks share.
    """
    cure = catalogue(current_language())["gone"].get(f"{owner}_{key}")
    return wrong(place, "key_gone", cure=cure) if cure else wrong(place, "key", rather=or_rather(key, known))


def no_choice(value: object, choices: Iterable[object]) -> str:
    """What is said of a text that is none of the choices."""
    known = [str(choice) for choice in choices]
    return sentence("wrong_choice", {"found": quoted(value), "known": named(known), "rather": or_rather(value, known)})


def full_width_signs(text: object) -> str:
    """The full-width signs of a text that YAML knows as half-width ones only, each once.

    >>> full_width_signs("key\uff1aname"), full_width_signs("key:name")
    ('\uff1a', '')
    """
    return "".join(dict.fromkeys(sign for sign in text if ord(sign) in HALF_WIDTH)) if isinstance(text, str) else ""
