"""The labels of a form as people print them: headings, captions, columns, names of rows; found again however they are typed.

    >>> labels = labels_of(form)
    >>> label = form.blocks["narrative"].fields["profile"].label
    >>> labels.cut(f" 3. {label}: founded in 1984")[::2]
    (('narrative', 'profile'), 'founded in 1984')

Letters and digits count, nothing else: brackets, spaces, colons and line breaks are as people like them. A number in front
(7. or (1), in Chinese numerals too) and a unit in brackets behind may be missing. Other names stand in `paper.aliases` of the
form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from xlperf.forms.form import Form
from xlperf.forms.model import Block, Field, Fields, Lines, Table
from xlperf.text import fold, letters_of
from xlperf.values.blanks import says_nothing
from xlperf.values.notation import spellings_of

Single = tuple[str, str]  # a single field: block and key
SEPARATOR = re.compile("[:\uff1a\n\t]|[ \u3000\u00a0]{2,}")
LONGEST = 80  # characters in which a label may stand
LONGEST_NAME = 600  # characters of the name of a row
BRACKETED = re.compile(r"\([^()]*\)$")
FILLER = r"[^\w\n]{0,4}"  # what may stand between the letters of a label


class Heading(NamedTuple):
    """A heading of the paper: the field that takes the text below it, and the tables that follow it."""

    text: Single | None = None
    tables: tuple[str, ...] = ()


class Cut(NamedTuple):
    """A label found at the beginning of a text: what it names, whether it bears a number, and the rest of the text."""

    target: Single | Heading
    numbered: bool
    rest: str


@dataclass(frozen=True)
class Labels:
    """Everything a form is called, by its letters."""

    form: Form
    numbering: re.Pattern
    singles: Mapping[str, Single]
    headings: Mapping[str, Heading]
    columns: Mapping[str, Mapping[str, tuple[Field, ...]]]  # per table
    frames: frozenset[str]  # what is printed and says nothing: titles, groups, signature lines
    closing: frozenset[str]  # signature lines
    aliases: Mapping[str, tuple[str, ...]]
    years: re.Pattern
    entries: Mapping[str, re.Pattern]  # per block: how one of its rows begins in running text
    carried: frozenset[str]  # columns in which a blank cell says the same as the one above

    def names(self, text: str) -> frozenset[str]:
        """The letters of a text, as it stands and without its number."""
        return _names(self.numbering, text)

    def loosely(self, text: str) -> frozenset[str]:
        """The letters of a text with and without the unit in brackets at its end."""
        return _loosely(self.numbering, text)

    def find(self, known: Mapping[str, object], text: str) -> object | None:
        """What a text names among those labels, None if nothing."""
        return next((known[name] for name in self.loosely(text) if name in known), None) if len(text) <= LONGEST else None

    def cut(self, text: str) -> Cut | None:
        """The heading or the single field a text begins with: the whole text, or what stands before a colon or a gap."""
        text = text.strip()
        ends = [(match.start(), match.end()) for match in SEPARATOR.finditer(text[:LONGEST])]
        for end, behind in ([(len(text), len(text))] if len(text) <= LONGEST else []) + ends:
            head = text[:end]
            target = self.find(self.headings, head) or self.find(self.singles, head)
            if target:
                return Cut(target, self.numbering.match(fold(head)) is not None, text[behind:].lstrip(" \t\n:\uff1a"))
        return None

    def is_long(self, target: Single | Heading | None) -> bool:
        """Whether a label announces a text of any length."""
        if isinstance(target, Heading):
            return target.text is not None or any(self.form.tables[key].blocks[0] in self.entries for key in target.tables)
        return target is not None and self.form.blocks[target[0]].fields[target[1]].rows > 1

    def is_short(self, cut: Cut | None) -> bool:
        """Whether a label announces a single line."""
        return cut is not None and not isinstance(cut.target, Heading) and not self.is_long(cut.target)

    def behind_signature(self, text: str) -> str | None:
        """What stands behind the words of a signature line, None of any other line."""
        head, _, rest = text.replace("\uff1a", ":").partition(":")
        return rest if self.names(head) & self.closing else None

    def is_frame(self, text: str) -> bool:
        """Whether a text is only part of the printed form, or says that there is nothing."""
        if len(text) <= LONGEST and self.loosely(text) & self.frames:
            return True
        return says_nothing(spellings_of(self.form), text)

    def same(self, text: str, name: object) -> bool:
        """Whether a text is that name or another one for it."""
        known = (str(name), *self.aliases.get(str(name), ()))
        return len(text) <= LONGEST_NAME and any(self.names(text) & self.names(one) for one in known)

    def after(self, label: str) -> re.Pattern:
        """The pattern of a column's label with its colon."""
        words = "|".join(_spread(word) for word in (label, *self.aliases.get(label, ())))
        return re.compile(rf"[ \t\u3000]{{0,20}}(?:{words}){FILLER}[:\uff1a]")


@lru_cache(maxsize=8192)  # a cell is asked about for every table of the form
def _names(numbering: re.Pattern, text: str) -> frozenset[str]:
    folded = fold(text).strip(" *:")
    return frozenset((letters_of(folded), letters_of(numbering.sub("", folded)))) - {""}


def _loosely(numbering: re.Pattern, text: str) -> frozenset[str]:
    return _names(numbering, text) | _names(numbering, BRACKETED.sub("", fold(text).strip(" *:")))


@lru_cache(maxsize=16)
def labels_of(form: Form) -> Labels:
    """Return the labels of a form."""
    paper = form.definition.get("paper", {})
    aliases = {label: tuple(others) for label, others in paper.get("aliases", {}).items()}
    numerals = "".join(map(re.escape, spellings_of(form).numerals))
    n = rf"[\d{numerals}]{{1,3}}"
    plain, around = rf"{n}(?:[.)\u3001]|(?=\({n}\))| (?=\w))", rf"\({n}\)[.\u3001]?|[\u2460-\u2473]"
    part = rf"\w{n}\w{{1,2}}(?:[.\u3001]| (?=\w))"  # the first part
    numbering = re.compile(rf"^(?:(?:{plain}|{around}|{part}) ?)+")

    def known(text: str) -> Iterator[str]:
        for one in (text, *aliases.get(text, ())):
            yield from _loosely(numbering, one)

    sections = [section for sheet in form.sheets for section in sheet.sections]
    singles = {
        name: (section.block, key)
        for section in sections
        if isinstance(section, Fields)
        for key in section.keys
        for name in known(form.blocks[section.block].fields[key].label)
    }
    return Labels(
        form,
        numbering,
        singles,
        dict(_headings(form, paper, known)),
        {table.key: _columns(table, known) for table in form.tables.values()},
        frozenset(name for text in _frames(form) for name in known(text)),
        frozenset(name for section in sections if isinstance(section, Lines) for text in section.texts for name in known(text)),
        aliases,
        _year_pattern(form),
        {key: _beginning(words, n) for key, words in paper.get("entries", {}).items()},
        frozenset(paper.get("carried", ())),
    )


def _headings(form: Form, paper: Mapping, known) -> Iterator[tuple[str, Heading]]:
    texts = {heading: tuple(place.split(".")) for heading, place in paper.get("headings", {}).items()}
    for heading, single in texts.items():
        yield from ((name, Heading(single)) for name in known(heading))
    for sheet in form.sheets:
        tables = tuple(section.key for section in sheet.sections if isinstance(section, Table))
        for text in dict.fromkeys(filter(None, (sheet.heading, sheet.title if tables else None))):
            single = texts.get(text)
            if tables or single:
                yield from ((name, Heading(single or texts.get(sheet.heading), tables)) for name in known(text))


def _columns(table: Table, known) -> dict[str, tuple[Field, ...]]:
    found: dict[str, tuple[Field, ...]] = {}
    for column in table.columns:
        for name in dict.fromkeys(known(column.label)):
            found[name] = (*found.get(name, ()), column)
    return found


def _frames(form: Form) -> Iterator[str]:
    yield from (form.title, *form.definition.get("paper", {}).get("printed", ()))
    for sheet in form.sheets:
        yield from filter(None, (sheet.heading, sheet.title))
        for section in sheet.sections:
            if isinstance(section, Lines):
                yield from section.texts
            elif isinstance(section, Fields):
                yield from filter(None, (section.heading,))
            elif isinstance(section, Table):
                yield from (section.label, *(column.group for column in section.columns))
                yield from (form.blocks[key].label for key in section.blocks)


def _year_pattern(form: Form) -> re.Pattern:
    before, _, after = form.year_line.partition("{year}")
    return re.compile(rf"{re.escape(letters_of(before))}((?:19|20)\d\d){re.escape(letters_of(after))}")


def _beginning(words: Iterable[str], number: str) -> re.Pattern:
    """How a row begins in running text; `{number}` is any number, one in front may be missing."""
    patterns = []
    for text in words:
        front, inner = text.startswith("{number}"), text.removeprefix("{number}")
        parts = rf"\s*{number}\s*".join(_spread(part) for part in inner.split("{number}"))
        patterns.append((rf"(?:(?<![\d.]){number}[ .\u3001\uff0e]{{1,3}})?" if front else "") + parts)
    return re.compile("|".join(patterns))


def _spread(text: str) -> str:
    """The letters of a label, with whatever little may stand between them."""
    return FILLER.join(re.escape(letter) for letter in text if letter.isalnum())


def block_named(labels: Labels, blocks: Iterable[Block], values: Mapping[str, str]) -> Block | None:
    """The block whose constants a row shows."""
    return next(
        (
            block
            for block in blocks
            if block.constants and all(labels.same(values.get(key, ""), value) for key, value in block.constants.items())
        ),
        None,
    )
