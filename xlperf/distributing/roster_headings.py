"""What the headings of a roster mean: its columns by their aliases, as the catalogues list them in `[roster]`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from xlperf.formula.operands import as_decimal, as_text
from xlperf.messages import LANGUAGES, catalogue
from xlperf.text import fold

COLUMNS = ("name", "code", "supervisor")  # the columns that every roster may have
CONTACTS = ("person", "phone", "mail", "office")  # those that say whom to ask, and who is in charge of the unit at the bureau


def known_columns(headings: Iterable[str], subject: Sequence[str] = ()) -> dict[str, str]:
    """The headings of the columns `name`, `code`, `supervisor` and `subject`, by these."""
    return columns_among(headings, {heading_key(heading): "subject" for heading in subject} | meanings_of(COLUMNS))


def is_contact(heading: str) -> bool:
    """Whether a column says whom to ask."""
    return heading_key(heading) in meanings_of(CONTACTS)


def columns_among(headings: Iterable[str], meant: Mapping[str, str]) -> dict[str, str]:
    """The first heading of each column, by what it means."""
    found: dict[str, str] = {}
    for heading in headings:
        if column := meant.get(heading_key(heading)):
            found.setdefault(column, heading)
    return found


@lru_cache(maxsize=4)
def meanings_of(columns: tuple[str, ...]) -> dict[str, str]:
    """What each word for one of those columns means."""
    return {heading_key(word): column for column in columns for word in (column, *words_for(column))}


def is_skipped(heading: str) -> bool:
    """Whether a column is one of those that bureaus keep for themselves."""
    return heading_key(heading) in keys_for("columns_skipped")


def heading_key(text: object) -> str:
    """A heading as it is compared: letters and digits only, so that brackets, spaces and dashes do not matter."""
    return re.sub(r"[\W_]+", "", fold(str(text)).lower())


def shown(value: object) -> str:
    """What stands in a cell as people read it there."""
    if value is None:
        return ""
    return as_text(as_decimal(value)) if isinstance(value, int | float) else fold(str(value))


@lru_cache(maxsize=16)
def words_for(key: str) -> tuple[str, ...]:
    """Every word for something that the program knows in a roster, in all languages."""
    return tuple(word for language in LANGUAGES for word in catalogue(language)["roster"][key].split("|"))


@lru_cache(maxsize=16)
def keys_for(key: str) -> frozenset[str]:
    """The same words as they are compared."""
    return frozenset(map(heading_key, words_for(key)))
