"""What the amounts of a table count in where its columns do not say it: a caption above the table or in it.

    page = with_captions(labels, page)      # every grid with the caption just before it
    caption_of(labels, "(Unit: yuan)")      # Caption("", ("yuan",)): what stands before it, and the units

The words that begin a caption are the form's own (`paper.unit_captions`), the units those of its spellings. A caption that is
taken by a grid is no text any more; a sentence that ends in one stays complete.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from xlperf.forms.form import Form
from xlperf.importing.labels import LONGEST, Labels
from xlperf.importing.paper_form import paper_form_of
from xlperf.importing.papers.page import Grid, Item, Line, Page
from xlperf.text import fold
from xlperf.values.notation import Spellings, bare, spellings_of
from xlperf.values.units import unit_in_brackets, unit_of

NEAR = 3  # lines above a table, blank ones not counted: the title, the caption, a note
SEVERAL = re.compile("[,;/ \u3001]+")  # between the units of one caption
APART = re.compile("(?: {2,}|\t|[\u3000\u00a0])[\\s(\uff08]*$")  # before a caption that stands apart on its line
NOTE = re.compile(r"\([^()]*\)$")
GAP = "[ \t\n\u3000\u00a0]*"
BEFORE = " \t\u3000\u00a0(\uff08[\uff3b"  # between a text and its caption


Units = tuple[str, ...]  # one of each kind: of money, of weight


class Caption(NamedTuple):
    """What stands before a caption, and the units it names."""

    before: str
    units: Units


def caption_of(labels: Labels, text: str) -> Caption | None:
    """The caption that a short text ends in."""
    match = _pattern(labels.form).search(text) if len(text) <= LONGEST else None
    if match is None:
        return None
    spellings, named = spellings_of(labels.form), fold(match["unit"])
    named += ")" * (named.count("(") - named.count(")"))
    parts = [named] if _unit(spellings, named) else SEVERAL.split(named)
    units = tuple(filter(None, (_unit(spellings, part) for part in parts)))
    bases = {unit_of(spellings, unit).base for unit in units}
    if len(units) < len(parts) or len(bases) < len(units):  # a word that is no unit, or two units of a kind
        return None
    return Caption(text[: match.start("caption")], units)


def units_of(labels: Labels, heading: str) -> Units:
    """The units that the heading of a column names."""
    own = unit_in_brackets(spellings_of(labels.form), heading)
    if own:
        return (own,)
    caption = caption_of(labels, heading)
    return caption.units if caption else ()


def with_captions(labels: Labels, page: Page) -> Page:
    """Return the page with every grid that has a caption just before it, the caption gone from the text."""
    items = list(page.items)
    for number, grid in enumerate(page.items):
        if not isinstance(grid, Grid):
            continue
        for at, line in _above(labels, items, number):
            if caption := caption_of(labels, line.text):
                items[number] = grid._replace(caption=line)
                items[at] = line._replace(text=without_caption(labels, line.text, caption))
                break
    return replace(page, items=tuple(items))


def _above(labels: Labels, items: Sequence[Item], number: int) -> Iterator[tuple[int, Line]]:
    """The lines just above a grid, the nearest first, as far up as its heading."""
    seen = 0
    for at in range(number - 1, -1, -1):
        line = items[at]
        if isinstance(line, Grid) or seen == NEAR:
            return
        yield at, line
        seen += bool(line.text.strip())
        label = labels.split(line.words)
        if label and not labels.names_line(label.target):
            return


def without_caption(labels: Labels, text: str, caption: Caption) -> str:
    """A line without its caption; the whole where the caption is part of a sentence."""
    before = caption.before.rstrip(BEFORE)
    is_alone = not caption.before.strip(BEFORE)
    return before if is_alone or APART.search(caption.before) or labels.split(before) else text


@lru_cache(maxsize=16)
def _pattern(form: Form) -> re.Pattern[str]:
    words = sorted(paper_form_of(form).unit_captions, key=len, reverse=True)
    word = "|".join(r"\s{0,4}".join(map(re.escape, word)) for word in words) or r"(?!)"
    caption = rf"(?P<caption>(?:{word}){GAP}[:\uff1a(\uff08]{GAP}(?P<unit>[^:\uff1a\n]{{1,20}}?))"
    return re.compile(rf"(?:^|(?<=[\W_])){GAP}[(\uff08\[\uff3b]?{caption}[)\uff09\]\uff3d]?[ \t\u3000\u00a0:\uff1a\u3002]*$")


def _unit(spellings: Spellings, text: str) -> str | None:
    """The unit that a word names, without the currency or the note it may bear; None if it names none."""
    text = bare(text)
    inner = (rest for pattern in spellings.unit_patterns if (rest := pattern.inside(text)))
    for word in (text, NOTE.sub("", text), *inner):
        if word and unit_of(spellings, word).base in spellings.units:
            return word
    return None
