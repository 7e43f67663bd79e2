"""The labels of a form as people print them: headings, captions, columns, names of rows; found again however they are typed.

    >>> labels = labels_of(form)
    >>> label = form.blocks["narrative"].fields["profile"].label
    >>> found = labels.split(f" 3. {label}: founded in 1984")
    >>> found.target, found.rest
    (Spot(block='narrative', index=0, field='profile'), 'founded in 1984')

How a name may be printed, `printed_names` says. Other names stand in `paper.aliases` of the form, and those that many places
print in catalogues/printed.toml.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeGuard, TypeVar

from xlperf.forms.document import Spot
from xlperf.forms.form import Form
from xlperf.forms.model import Block, Field, Fields, Lines, Section, Table
from xlperf.importing.paper_form import PaperForm, paper_form_of
from xlperf.importing.printed_names import Naming, aliases_of, naming_of, number_pattern
from xlperf.text import fold, letters_of
from xlperf.values.blanks import says_nothing
from xlperf.values.notation import spellings_of

SEPARATOR = re.compile("[:\uff1a\n\t]|[ \u3000\u00a0]{2,}")
LONGEST = 80  # characters in which a label may stand
LONGEST_NAME = 600  # characters of the name of a row
FILLER = r"[^\w\n]{0,4}"  # what may stand between the letters of a label
Named = TypeVar("Named")
Names = Callable[[str], Iterable[str]]  # the letters of a label and of its other names


class Heading(NamedTuple):
    """A heading of the report: the field that takes the text below it, and the tables that follow it."""

    text: Spot | None = None
    tables: tuple[str, ...] = ()


Target = Spot | Heading  # what a label names: a single field, or a section


class LabelledText(NamedTuple):
    """A text that begins with a label: what that names, whether it bears a number, and the rest of the text."""

    target: Target
    numbered: bool
    rest: str


@dataclass(frozen=True, kw_only=True)
class Labels:
    """Everything a form is called, by its letters."""

    form: Form
    naming: Naming
    singles: Mapping[str, Spot]
    headings: Mapping[str, Heading]
    columns: Mapping[str, Mapping[str, tuple[Field, ...]]]  # per table
    printed: frozenset[str]  # what is printed and says nothing: titles, groups, signature lines
    signatures: frozenset[str]  # signature lines
    aliases: Mapping[str, tuple[str, ...]]
    year_line: re.Pattern[str]
    only_year: re.Pattern[str]  # a text that says the year and nothing else
    entries: Mapping[str, re.Pattern[str]]  # per block: how one of its rows begins in running text

    def names(self, text: str) -> frozenset[str]:
        """The letters of a text, as it stands and without its number."""
        return self.naming.names(text)

    def loose_names(self, text: str) -> frozenset[str]:
        """The letters of a text with and without whatever may be printed around a name."""
        return self.naming.loose_names(text)

    def find(self, named: Mapping[str, Named], text: str) -> Named | None:
        """What a text names among those labels, None if nothing."""
        if len(text) > LONGEST:
            return None
        strict = next((named[name] for name in self.names(text) if name in named), None)
        return strict or next(
            (named[name] for name in sorted(self.loose_names(text), key=len, reverse=True) if name in named), None
        )

    def split(self, text: str) -> LabelledText | None:
        """The heading or the single field a text begins with: the whole text, or what stands before a colon or a gap."""
        text = text.strip()
        ends = [(match.start(), match.end()) for match in SEPARATOR.finditer(text[:LONGEST])]
        whole = [(len(text), len(text))] if len(text) <= LONGEST else []
        for end, behind in whole + ends:
            label = text[:end]
            target = self.find(self.headings, label) or self.find(self.singles, label)
            if target:
                numbered = self.naming.numbering.match(fold(label)) is not None
                return LabelledText(target, numbered, text[behind:].lstrip(" \t\n:\uff1a"))
        return None

    def is_long(self, target: Target | None) -> bool:
        """Whether a label announces a text of any length."""
        if isinstance(target, Heading):
            return target.text is not None or any(self.form.tables[key].blocks[0] in self.entries for key in target.tables)
        return target is not None and self.form.blocks[target.block].fields[target.field].rows > 1

    def names_line(self, target: Target) -> TypeGuard[Spot]:
        """Whether a label announces a single line."""
        return isinstance(target, Spot) and not self.is_long(target)

    def behind_signature(self, text: str) -> str | None:
        """What stands behind the words of a signature line, None of any other line."""
        label, _, rest = text.replace("\uff1a", ":").partition(":")
        return rest if self.names(label) & self.signatures else None

    def says_nothing(self, text: str) -> bool:
        """Whether a text is only part of the printed form, or says that there is nothing."""
        if len(text) <= LONGEST and self.loose_names(text) & self.printed:
            return True
        return says_nothing(spellings_of(self.form), text)

    def is_called(self, text: str, name: object) -> bool:
        """Whether a text is that name or another one for it."""
        return self.which(text, (name,)) is not None

    def which(self, text: str, names: Iterable[object]) -> int | None:
        """Which of those names a text is, by its place: as it stands, by another name, or with something printed around it."""
        if not text or len(text) > LONGEST_NAME:
            return None
        said, loose = self.names(text), self.loose_names(text)
        asked = [(str(name), [self.names(other) for other in (str(name), *self.aliases.get(str(name), ()))]) for name in names]
        ranks: tuple[Callable[[list[frozenset[str]]], bool], ...] = (
            lambda known: bool(said & known[0]),
            lambda known: any(said & other for other in known),
            lambda known: any(loose & other for other in known),
        )
        for fits in ranks:
            found = [at for at, (_, known) in enumerate(asked) if fits(known)]
            if found:
                return found[0]
        return None

    def before_value(self, label: str) -> re.Pattern[str]:
        """The pattern of a column's label with its colon, in running text."""
        words = "|".join(_spread(word) for word in (label, *self.aliases.get(label, ())))
        return re.compile(rf"[ \t\u3000]{{0,20}}(?:{words}){FILLER}[:\uff1a]")

    def block_named(self, blocks: Iterable[Block], values: Mapping[str, str]) -> Block | None:
        """The block whose constants a row shows."""
        for block in blocks:
            if block.constants and all(self.is_called(values.get(key, ""), value) for key, value in block.constants.items()):
                return block
        return None

    def preset_index(self, block: Block, name: str) -> int | None:
        """The preset row that a name means, None if there is none."""
        presets = [row.values.get(block.row_name or "") for row in block.rows] if name else []
        named = [(index, preset) for index, preset in enumerate(presets) if isinstance(preset, str)]
        found = self.which(name, [preset for _, preset in named])
        return None if found is None else named[found][0]


# --- the labels of a form ------------------------------------------------------------------------------------


@lru_cache(maxsize=16)
def labels_of(form: Form) -> Labels:
    """Return the labels of a form."""
    paper, naming, aliases = paper_form_of(form), naming_of(form), aliases_of(form)

    def names(text: str) -> Iterator[str]:
        """The names of a label: its own first, then the others."""
        for label in (text, *aliases.get(text, ())):
            yield from naming.loose_names(label)

    sections = [section for sheet in form.sheets for section in sheet.sections]
    return Labels(
        form=form,
        naming=naming,
        singles=_singles(form, sections, names, naming),
        headings=dict(_headings(form, paper, names)),
        columns={table.key: _columns(table, names) for table in form.tables.values()},
        printed=frozenset(name for text in _printed(form, paper, naming) for name in names(text)),
        signatures=frozenset(name for text in _signatures(sections) for name in names(text)),
        aliases=aliases,
        year_line=_year_pattern(form.year_line),
        only_year=re.compile("|".join(_year_pattern(line).pattern for line in (form.year_line, *naming.words.year_lines))),
        entries={key: _beginning(texts, number_pattern(form)) for key, texts in paper.entries.items()},
    )


def _singles(form: Form, sections: Iterable[Section], names: Names, naming: Naming) -> dict[str, Spot]:
    """The single fields by their names; what one is called counts before what another is called too."""
    spots = [
        (form.blocks[section.block].fields[key].label, Spot(section.block, 0, key))
        for section in sections
        if isinstance(section, Fields)
        for key in section.keys
    ]
    found: dict[str, Spot] = {}
    for named in (naming.names, names):
        for label, spot in spots:
            for name in named(label):
                found.setdefault(name, spot)
    return found


def _headings(form: Form, paper: PaperForm, names: Names) -> Iterator[tuple[str, Heading]]:
    for text, single in paper.headings.items():
        yield from ((name, Heading(single)) for name in names(text))
    for sheet in form.sheets:
        tables = tuple(section.key for section in sheet.sections if isinstance(section, Table))
        for text in dict.fromkeys(filter(None, (sheet.heading, sheet.title if tables else None))):
            own = paper.headings.get(text)
            if tables or own:
                heading = Heading(own or paper.headings.get(sheet.heading or ""), tables)
                yield from ((name, heading) for name in names(text))


def _signatures(sections: Iterable[Section]) -> Iterator[str]:
    for section in sections:
        if isinstance(section, Lines):
            yield from section.texts


def _columns(table: Table, names: Names) -> dict[str, tuple[Field, ...]]:
    found: dict[str, tuple[Field, ...]] = {}
    for column in table.columns:
        for name in dict.fromkeys(names(column.label)):
            found[name] = (*found.get(name, ()), column)
    return found


def _printed(form: Form, paper: PaperForm, naming: Naming) -> Iterator[str]:
    """The words that the form prints: titles, headings, groups, signature lines; and those that papers print beside tables."""
    yield from (form.title, *paper.printed, *naming.words.captions)
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


def _year_pattern(line: str) -> re.Pattern[str]:
    """The letters of a line that says the year, which is the only group."""
    before, _, after = line.partition("{year}")
    return re.compile(rf"{re.escape(letters_of(before))}((?:19|20)\d\d){re.escape(letters_of(after))}")


def _beginning(texts: Iterable[str], number: str) -> re.Pattern[str]:
    """How a row begins in running text; `{number}` is any number, one in front may be missing."""
    patterns = []
    for text in texts:
        inner = text.removeprefix("{number}")
        in_front = rf"(?:(?<![\d.]){number}[ .\u3001\uff0e]{{1,3}})?" if inner != text else ""
        patterns.append(in_front + rf"\s*{number}\s*".join(_spread(part) for part in inner.split("{number}")))
    return re.compile("|".join(patterns))


def _spread(text: str) -> str:
    """The letters of a label, with whatever little may stand between them."""
    return FILLER.join(re.escape(letter) for letter in text if letter.isalnum())
