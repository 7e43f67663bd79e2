"""The words of cell notes: what Excel has no place for, a word for each property of a form.

    ATTRIBUTES["field_required"]     # Attribute(level="field", name="required", kind="condition")

The words themselves stand in the catalogues under `drawing`; both languages are read. A kind says how a value is written
behind its word: a flag needs none, a condition or a count may have one, the others must.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from xlperf.messages import LANGUAGES, catalogue, current_language
from xlperf.text import nearest

SETTINGS = ("rules", "parameters", "choices", "about", "others")  # the sheets behind those of the form


class Attribute(NamedTuple):
    """A property that a note can say: of what it is one, its name in form.yaml, how its value is written."""

    level: str
    name: str
    kind: str  # text, flag, condition, count, number, list or pairs


def _of(level: str, **kinds: str) -> dict[str, Attribute]:
    return {f"{level}_{name}": Attribute(level, name, kind) for name, kind in kinds.items()}


ATTRIBUTES: dict[str, Attribute] = {
    **_of("sheet", key="text", private="flag", guide="number"),
    **_of("lines", sign="flag"),
    **_of("side", label="flag"),
    **_of("fields", key="text", path="text"),
    **_of("table", key="text", label="text", row_name="text", freeze="number", checks="flag"),
    **_of("block", key="text", path="text", label="text", spare="count", fixed="flag", keyed="flag"),
    **_of("block", constants="list", require="list"),
    **_of("row", key="text"),
    **_of(
        "field",
        key="text", type="text", required="condition", wanted="condition", former_labels="list", formula="text",
        number_when="text", percent_when="text", spellings="text", minimum="number", maximum="number", digits="number",
        max_length="number", help="text", only="list", choices_from="text", shown="pairs", group="text",
        given="flag", printed="flag", carry="flag", last="text",
        private="flag", merged="flag", timely="flag",
    ),
    **_of("cell", formula="text"),
    "settings": Attribute("settings", "settings", "text"),
}  # fmt: skip
INVERSE = ("field_printed",)  # the note says that it is not


@lru_cache
def words_of(language: str) -> dict[str, str]:
    """The words of that language by what they mean."""
    return {key: str(word) for key, word in catalogue(language)["drawing"].items()}


def word(meaning: str) -> str:
    """A word in the reader's language."""
    return words_of(current_language())[meaning]


@lru_cache
def meanings_of(prefix: str) -> dict[str, str]:
    """What begins so, by the words of both languages in lower case."""
    return {text.casefold(): key for language in LANGUAGES for key, text in words_of(language).items() if key.startswith(prefix)}


@lru_cache
def _attributes() -> dict[str, str]:
    return {words_of(language)[key].casefold(): key for language in LANGUAGES for key in ATTRIBUTES}


def attribute_of(text: str) -> str | None:
    """The attribute that a word of a note stands for, None for a word that is none."""
    return _attributes().get(text.casefold())


def nearest_word(text: str) -> str:
    """The word of a note that is most like a text, "" where none is."""
    return nearest(text, [word(key) for key in ATTRIBUTES]) or ""
