"""Cell notes, both ways: a line for each property, its word and, behind a colon, its value.

    note_of({"field_key": "spent", "field_required": True})    # "key: spent\nrequired", in the words of the reader
    properties_of(note, "spent by whom")                       # the same back, and what could not be read

The name of whoever wrote a note, which Excel puts into its first line, is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from xlperf.drawing.words import ATTRIBUTES, INVERSE, attribute_of, word, words_of
from xlperf.messages import LANGUAGES

COLON = re.compile("\\s*[:\uff1a]\\s*")
BETWEEN = re.compile("\\s*[|\uff5c]\\s*")
CONVERSATION = "fwlink/?linkid=870924"  # in the lines that Excel puts above one, in any language
ARROW = " \u2192 "
WHOLE = re.compile(r"-?\d+")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")


class Stray(NamedTuple):
    """A line of a note that cannot be read: why (a key of a sentence), and what stands there."""

    reason: str
    found: str


def note_of(properties: Mapping[str, Any]) -> str:
    """The note that says those properties, by the keys of ATTRIBUTES; those that cannot stand in a note are left out."""
    return "\n".join(line for key, value in properties.items() if (line := _line_of(key, value)) is not None)


def _line_of(key: str, value: Any) -> str | None:
    kind, name = ATTRIBUTES[key].kind, word(key)
    if isinstance(value, bool) and kind in ("flag", "condition", "count"):
        return name if value is not (key in INVERSE) else f"{name}: {word('no')}"
    if kind == "list" and isinstance(value, list) and all(isinstance(item, str) for item in value):
        text = " | ".join(value)
    elif kind == "pairs" and isinstance(value, Mapping):
        text = " | ".join(f"{one}{ARROW}{other}" for one, other in value.items())
    elif kind in ("number", "count") and isinstance(value, int | float) and not isinstance(value, bool):
        text = repr(value)
    elif kind in ("text", "condition") and isinstance(value, str):
        text = value
    else:
        return None
    return None if "\n" in text or text != text.strip() else f"{name}: {text}"


def properties_of(note: str, author: str = "") -> tuple[dict[str, Any], list[Stray]]:
    """The properties that a note says, and the lines of it that cannot be read."""
    properties: dict[str, Any] = {}
    strays: list[Stray] = []
    for number, line in enumerate(_own_lines(note.replace("\r", "").split("\n"))):
        text = line.strip()
        if not text or (number == 0 and author and text.rstrip(":\uff1a").strip() == author.strip()):
            continue
        name, _, _ = text.partition("\n")
        parts = COLON.split(text, maxsplit=1)
        name, value = parts[0].strip(), parts[1].strip() if len(parts) > 1 else None
        key = attribute_of(name)
        if key is None:
            strays.append(Stray("word", name))
        elif key in properties:
            strays.append(Stray("twice", name))
        else:
            read = _value_of(key, value)
            if read is None:
                strays.append(Stray("value", text))
            else:
                properties[key] = read
    return properties, strays


def _own_lines(lines: list[str]) -> list[str]:
    """What somebody wrote; above it stands, in a conversation of newer Excels, what it is and a label."""
    above = next((number for number, line in enumerate(lines) if CONVERSATION in line), None)
    if above is None:
        return lines
    rest = [line for line in lines[above + 1 :] if line.strip()]
    return rest[1:]


def _value_of(key: str, text: str | None) -> Any:
    """What stands behind a word; None where it cannot stand there."""
    match ATTRIBUTES[key].kind:
        case "flag" | "condition" | "count" if not text or text.casefold() in _yes_and_no():
            says = _yes_and_no().get((text or "").casefold(), True)
            return says is not (key in INVERSE)
        case "condition":
            return text
        case "flag":
            return None
        case "list":
            return [item for item in BETWEEN.split(text or "") if item] or None
        case "pairs":
            pairs = [[side.strip() for side in item.split(ARROW.strip())] for item in BETWEEN.split(text or "") if item]
            return dict(pairs) if pairs and all(len(pair) == 2 for pair in pairs) else None
        case "count":
            return int(text) if text and text.isdecimal() else None
        case "number" if text and NUMBER.fullmatch(text):
            return int(text) if WHOLE.fullmatch(text) else float(text)
        case "number":
            return None
    return text or ""


def _yes_and_no() -> dict[str, bool]:
    return {words_of(language)[says].casefold(): says == "yes" for language in LANGUAGES for says in ("yes", "no")}
