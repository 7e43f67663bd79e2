"""The parts of a form definition as form.yaml gives them, each with its place in the file.

    for place, table, block in blocks_of(definition):
        "sheets[2].sections[0].blocks[1]"

A definition is a plain JSON value of the shape that schemas/form.schema.json describes. What is wrong in it is a complaint,
a pair of place and reason, or a FormError with file, place and reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from xlperf.errors import FormError
from xlperf.text import nearest

Raw = Mapping[str, Any]  # a part of a definition
Complaint = tuple[str, str]

YEAR, UNIT = "identity.fiscal_year", "cover.unit"  # single fields that the program itself fills in or prints
TYPED = "numbers"  # among the spellings: how people type numbers
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


def refuse(path: Path, place: str, reason: str) -> NoReturn:
    """Refuse the definition in that file.

    Raises:
        FormError: always.
    """
    raise FormError("form_shape", path=path, reason=f"{place}: {reason}" if place else reason)


def or_rather(name: object, names: Iterable[str]) -> str:
    """What is said of a name that is none of those, "" where none of them is much like it.

    >>> or_rather("raeson", ["reason", "unit"]), or_rather("x", ["reason", "unit"])
    ("; did you mean 'reason'?", '')
    """
    best = nearest(name, names)
    return f"; did you mean {best!r}?" if best else ""
