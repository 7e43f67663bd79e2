"""What the amounts of a table count in where its columns do not say it: a caption above the table or in it.

    flow = captioned(labels, flow)      # every grid with the caption just before it
    caption_of(labels, "(Unit: yuan)")  # Caption("", ("yuan",)): what stands before it, and the units

The words that begin a caption are the form's own (`paper.unit_captions`), the units those of its spellings. A caption that is
taken by a grid is no text any more; a sentence that ends in one stays whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from xlperf.forms.form import Form
from xlperf.importing.labels import LONGEST, Labels
from xlperf.importing.page import Flow, Grid, Line
from xlperf.text import fold
from xlperf.values.notation import Spellings, bare, spellings_of
from xlperf.values.units import unit_in_brackets, unit_of

NEAR = 3  # lines above a table, blank ones not counted: the title, the caption, a note
SEVERAL = re.compile("[,;/ \u3001]+")  # between the units of one caption
APART = re.compile("(?: {2,}|\t|[\u3000\u00a0])[\\s(\uff08]*$")  # before a caption that stands apart on its line
NOTE = re.compile(r"\([^()]*\)$")


Units = tuple[str, ...]  # of each kind one


class Caption(NamedTuple):
    """What stands before a caption, and the units it names."""

    before: str
    units: Units


def caption_of(labels: Labels, text: str) -> Caption | None:
    """The caption that a short text ends in."""
    match = _pattern(labels.form).search(text) if len(text) <= LONGEST else None
    if match is None:
        return None
    known, said = spellings_of(labels.form), fold(match["unit"])
    said += ")" * (said.count("(") - said.count(")"))
    units = [_unit(known, part) for part in ([said] if _unit(known, said) else SEVERAL.split(said))]
    bases = [unit_of(known, unit).base for unit in units if unit]
    clear = units and all(units) and len(set(bases)) == len(bases)
    return Caption(text[: match.start("caption")], tuple(filter(None, units))) if clear else None


def units_of(labels: Labels, heading: str) -> Units:
    """The units that the heading of a column names."""
    own = unit_in_brackets(spellings_of(labels.form), heading)
    caption = None if own else caption_of(labels, heading)
    return (own,) if own else caption.units if caption else ()


def captioned(labels: Labels, flow: Flow) -> Flow:
    """The flow with every grid that has a caption just before it, the caption gone from the text."""
    items = list(flow.items)
    for number, item in enumerate(items):
        if not isinstance(item, Grid):
            continue
        for at in _above(labels, items, number):
            caption = caption_of(labels, items[at].text)
            if caption:
                items[number] = item._replace(caption=items[at])
                items[at] = items[at]._replace(text=without_caption(labels, items[at].text, caption))
                break
    return replace(flow, items=tuple(items))


def _above(labels: Labels, items: Sequence[Line | Grid], number: int) -> Iterator[int]:
    """The lines just above a grid, the nearest first, as far up as its heading."""
    seen = 0
    for at in range(number - 1, -1, -1):
        if isinstance(items[at], Grid) or seen == NEAR:
            return
        yield at
        seen += bool(items[at].text.strip())
        if (cut := labels.cut(items[at].words)) and not labels.is_short(cut):
            return


def without_caption(labels: Labels, text: str, caption: Caption) -> str:
    """A line without its caption; the whole where the caption is part of a sentence."""
    apart = not caption.before.strip(" \t\u3000\u00a0(\uff08[\uff3b") or APART.search(caption.before)
    before = caption.before.rstrip(" \t\u3000\u00a0(\uff08[\uff3b")
    return before if apart or labels.cut(before) else text


@lru_cache(maxsize=16)
def _pattern(form: Form) -> re.Pattern:
    words = sorted(form.definition.get("paper", {}).get("unit_captions", ()), key=len, reverse=True)
    either, gap = "|".join(r"\s{0,4}".join(map(re.escape, word)) for word in words) or r"(?!)", "[ \t\n\u3000\u00a0]*"
    caption = rf"(?P<caption>(?:{either}){gap}[:\uff1a(\uff08]{gap}(?P<unit>[^:\uff1a\n]{{1,20}}?))"
    return re.compile(rf"(?:^|(?<=[\W_])){gap}[(\uff08\[\uff3b]?{caption}[)\uff09\]\uff3d]?[ \t\u3000\u00a0:\uff1a\u3002]*$")


def _unit(known: Spellings, text: str) -> str | None:
    """The unit that a word names, without the currency or the note it may bear; None if nobody knows it."""
    text = bare(text)
    inner = (rest for pattern in known.unit_patterns if (rest := pattern.inside(text)))
    for word in (text, NOTE.sub("", text), *inner):
        if word and unit_of(known, word).base in known.units:
            return word
    return None
