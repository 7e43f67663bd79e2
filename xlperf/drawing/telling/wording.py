"""The loader's complaints in the words of a drawing: what form.yaml calls `keyed` has a word of a note, or a place in Excel.

    with in_words_of_drawings():
        sentence("wrong_required", {"key": quoted(as_called("number_when"))})     # 'a number when' is missing

Sentences of the table `told_of_drawings` go before those of the same name; names of form.yaml become the words of notes and
sheets. Where a sentence names a place in form.yaml, `with_cells` puts the cell there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from xlperf.drawing.settings import ABOUT, RULE_COLUMNS
from xlperf.drawing.words import ATTRIBUTES, word
from xlperf.forms.field_types import TYPES
from xlperf.messages import Manner, catalogue, current_language, in_manner

TABLE, NAMES = "told_of_drawings", "names_in_drawings"
PLACE = re.compile(r"\b(?:sheets|rules)\[\d+\](?:\.\w+(?:\[\d+\])*)*")
DOTTED = re.compile(r"(?<![\w.])[a-z_]\w*(?:\.\w+){1,2}(?![\w.])")
DESCRIPTIONS = {  # of the schema, by the name of what is said of a drawing instead
    "A key, or BLOCK.FIELD.": "description_cells",
    "true, false or a test over the fields of the same row.": "description_condition",
    "The names on the way to the block, joined by dots.": "description_path",
    "Where the fields stand in the document, by default at the key; empty: at its top.": "description_path",
    "A single field, as BLOCK.FIELD.": "description_single",
    "guide, rules and parameters are the program's own.": "description_own_key",
}


def in_words_of_drawings() -> AbstractContextManager[None]:
    """Let everything within the block be said as to somebody who draws."""
    return in_manner(Manner(TABLE, words_of_drawings()))


def words_of_drawings() -> Mapping[str, str]:
    """What names of form.yaml are called in a drawing, in the reader's language."""
    notes = {attribute.name: word(key) for key, attribute in reversed(ATTRIBUTES.items())}
    about = {name: word(f"about_{name}") for name in ABOUT}
    rules = {name: word(f"rule_{name}") for name in RULE_COLUMNS}
    others = catalogue(current_language())[NAMES]
    described = {description: others[name] for description, name in DESCRIPTIONS.items()}
    types = {name: word(f"type_{name}") for name in TYPES}
    return {**about, **notes, **rules, **others, **described, **types}


def with_cells(text: str, cell_at: Callable[[str], str], names: Mapping[str, str], home: str) -> str:
    """A sentence with cells in the place of the ways into form.yaml, and of the fields of other rows.

    Args:
        cell_at: the cell of a place in form.yaml.
        names: cells by BLOCK.FIELD and BLOCK.ROW.FIELD.
        home: the sheet that need not be named.
    """

    def shown(cell: str) -> str:
        return cell.removeprefix(f"{home}!")

    text = PLACE.sub(lambda match: shown(cell_at(match[0])), text)
    return DOTTED.sub(lambda match: shown(names[match[0]]) if match[0] in names else match[0], text)
