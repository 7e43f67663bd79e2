"""What we say to people: the catalogues `zh` (the default) and `en`, arguments apart from text.

    >>> sentence("passed", {"file": "a.xlsx"}, "en")
    'a.xlsx: no error.'

A catalogue is a TOML file of tables: `errors`, `talk`, `definitions` (what is wrong with a form), `help` and `summary` hold one
sentence per key, `findings` hold per code the four parts of a finding (found, expected, message, fix) and how its places are
grouped.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

LANGUAGES = ("zh", "en")
CATALOGUES = os.path.join(os.path.dirname(__file__), "catalogues")  # no Path: help is to be there at once
# What would steer a terminal; compiled when it is first looked for, for help needs none.
STEERING = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
_chosen: list[str] = []


class Manner(NamedTuple):
    """How people are spoken to who know a thing by other words: a table whose sentences go before, and what names are called."""

    table: str = ""
    words: Mapping[str, str] = {}


USUAL = Manner()
_manner: ContextVar[Manner] = ContextVar("manner", default=USUAL)


@contextmanager
def in_manner(manner: Manner) -> Iterator[None]:
    """Speak so within the block."""
    token = _manner.set(manner)
    try:
        yield
    finally:
        _manner.reset(token)


def as_called(name: str) -> str:
    """What a name of form.yaml is called by those who are spoken to; by default itself."""
    return _manner.get().words.get(name, name)


def use_language(language: str | None) -> None:
    """Speak that language from now on; None goes back to the environment's."""
    _chosen[:] = [language] if language else []


def current_language() -> str:
    """The chosen language, else XLPERF_LANG, else the locale's, else zh: the form's own words."""
    if _chosen and _chosen[0] in LANGUAGES:
        return _chosen[0]
    wanted = chain(_chosen, (os.environ.get(name, "") for name in ("XLPERF_LANG", "LC_ALL", "LC_MESSAGES", "LANG")))
    return next((name[:2] for name in wanted if name[:2] in LANGUAGES), "zh")


class Catalogue(dict[str, dict[str, Any]]):
    """The tables of a catalogue by name, each parsed when it is first asked for: no help text needs the findings."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.parts: dict[str, str] = {}
        for part in f"\n{text}".split("\n[")[1:]:
            name = part.partition("]")[0].partition(".")[0]
            self.parts[name] = f"{self.parts.get(name, '')}[{part}\n"

    def __missing__(self, name: str) -> dict[str, Any]:
        self[name] = _plain_table(self.parts[name]) or _any_table(self.parts[name])[name]
        return self[name]


def _plain_table(part: str) -> dict[str, Any] | None:
    """A table of nothing but a sentence in each line, in which no sign is escaped but these two; None of any other."""
    table = {}
    for line in part.splitlines()[1:]:
        if not line or line.startswith("#"):
            continue
        key, equals, text = line.partition(' = "')
        plain_text = text[:-1].replace('\\"', "").replace("\\n", "")
        if not equals or not text.endswith('"') or "\\" in plain_text or '"' in plain_text:
            return None
        table[key] = text[:-1].replace("\\n", "\n").replace('\\"', '"')
    return table


def _any_table(part: str) -> dict[str, Any]:
    import tomllib

    return tomllib.loads(part)


@lru_cache
def catalogue(language: str) -> Catalogue:
    with open(os.path.join(CATALOGUES, f"{language}.toml"), encoding="utf-8") as file:
        return Catalogue(file.read())


def fill(text: str, arguments: Mapping[str, object], blank: str = "—") -> str:
    """Put the arguments into a sentence; one that is not there shows as a dash or as `blank`, never as a traceback."""
    if "{" not in text and "}" not in text:
        return text
    given = ((key, value) for key, value in arguments.items() if value is not None)
    shown = {key: plain(value) if isinstance(value, str | os.PathLike) else value for key, value in given}
    return text.format_map(defaultdict(lambda: blank, shown))


def plain(text: object) -> str:
    r"""A text as a terminal, a page or a table may show it: what would steer the terminal or turn the line round is named.

    >>> plain("a\x1b[31mb\u202ecod.exe")
    'a<U+001B>[31mb<U+202E>cod.exe'
    """
    shown = str(text)
    return shown if shown.isprintable() else re.sub(STEERING, lambda match: f"<U+{ord(match[0]):04X}>", shown)


def sentence(key: str, arguments: Mapping[str, object], language: str | None = None) -> str:
    """The sentence of that key, from `errors`, `talk` or the message of a finding."""
    words = catalogue(language or current_language())
    if (first := _manner.get().table) and key in words[first]:
        return fill(words[first][key], arguments)
    for table in ("errors", "talk", "help", "summary", "definitions"):
        if key in words[table]:
            return fill(words[table][key], arguments)
    return fill(words["findings"][key]["message"], arguments)


def finding_texts(code: str, language: str | None = None) -> Mapping[str, str] | None:
    """The four parts of a finding of ours; None for the codes of a form, which bring their own."""
    return catalogue(language or current_language())["findings"].get(code)


def listing(things: Iterable[object], language: str | None = None) -> str:
    """Several things in one line, as the language lists them.

    >>> listing(["plan", "budget"], "en")
    'plan, budget'
    """
    return sentence("between_things", {}, language).join(map(str, things))


def clauses(texts: Iterable[str], language: str | None = None) -> str:
    """Several statements in one line.

    >>> clauses(["one, two", "three"], "en")
    'one, two; three'
    """
    return sentence("between_clauses", {}, language).join(texts)


def clause_by_clause(text: str, language: str | None = None) -> str:
    """What `clauses` made, each statement on a line of its own."""
    between = sentence("between_clauses", {}, language)
    return text.replace(between, f"{between.rstrip()}\n")


def of_any_field(code: str, message: str, language: str | None = None) -> str:
    """The message of a finding without the field that it names first: what all findings of that code have in common."""
    texts, field = finding_texts(code, language), "{label}"
    if not texts or not texts["message"].startswith(field):
        return message
    return fill(texts["message"].removeprefix(field).lstrip("\uff1a: "), {}, blank="\u2026")
