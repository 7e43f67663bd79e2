"""A paper cut into the sections and fields of a form, by the form's own labels.

    for piece in read_outline(labels, flow): ...     # Record, Left, or the Heading / Single that was found

A label may stand in a text by chance. So of several lines that name the same section the one counts whose style makes it a
heading, then the one that bears a number, then the first; and a label of one line (a unit's code) is looked for outside of
long texts only. A text runs to the next label. Rows that stand in running text (the goals) begin as the form's
`paper.entries` says.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from xlperf.importing.labels import Cut, Heading, Labels, Single
from xlperf.importing.page import Flow, Grid, Line, Place
from xlperf.importing.tables import Left, Present, Record, Words, read_grid
from xlperf.importing.unit_captions import caption_of, captioned
from xlperf.values.blanks import is_blank
from xlperf.values.notation import spellings_of

GAP = re.compile("[ \u3000\u00a0]{2,}|\t")
INDENT = re.compile("^(?: {2,}|[\u3000\u00a0]+|\t)", re.MULTILINE)
Target = Single | Heading
Piece = Record | Left | Present | Target


def read_outline(labels: Labels, flow: Flow) -> Iterator[Piece]:
    """Yield what the form has a field for, what is left over, and every label that was found."""
    flow = captioned(labels, flow)
    sections = _sections(labels, flow)
    here: Target | None = None
    lines: list[Line] = []
    for number, item in enumerate(flow.items):
        if isinstance(item, Grid):
            if isinstance(here, Heading):  # what stands behind the table of a section is no part of the text before it
                yield from _section(labels, here, lines)
                here, lines = Heading(None, here.tables), []
            pieces = list(read_grid(labels, item, here.tables if isinstance(here, Heading) else ()))
            if here and not isinstance(here, Heading) and any(isinstance(piece, Record) for piece in pieces):
                yield from _section(labels, here, lines)
                here, lines = None, []
            yield from pieces
        elif cut := sections.get(number):
            yield from _section(labels, here, lines)
            yield cut.target
            here, lines = cut.target, [item._replace(text=cut.rest, number="")]
        elif cut := _one_line(labels, item, here):
            yield from _section(labels, here, lines)
            yield from _pairs(labels, cut, item)
            here, lines = None if cut.rest else cut.target, []
        elif here and not caption_of(labels, item.text) and (end := labels.behind_signature(item.text)) is not None:
            yield from _section(labels, here, lines)
            here, lines = None, [item._replace(text=end, number="")]
        else:
            lines.append(item)
    yield from _section(labels, here, lines)


def _sections(labels: Labels, flow: Flow) -> dict[int, Cut]:
    """The lines that are the headings of the paper's sections, each section once."""
    best: dict[Target, tuple[tuple[bool, ...], int, Cut]] = {}
    for number, item in enumerate(flow.items):
        if isinstance(item, Grid):
            continue
        cut = _cut(labels, item)
        if cut and not labels.is_short(cut):
            quality = (item.heading, cut.numbered, not cut.rest)
            if cut.target not in best or quality > best[cut.target][0]:
                best[cut.target] = quality, number, cut
    return {number: cut for _, number, cut in best.values()}


def _cut(labels: Labels, line: Line) -> Cut | None:
    """The label that a line begins with, behind its automatic number whatever that looks like."""
    cut = labels.cut(line.words)
    return cut and cut._replace(numbered=cut.numbered or any(map(str.isalnum, line.number)))


def _one_line(labels: Labels, line: Line, here: Target | None) -> Cut | None:
    """A label of one line with its value, outside of long texts."""
    cut = _cut(labels, line)
    return cut if labels.is_short(cut) and (cut.numbered or line.heading or not labels.is_long(here)) else None


def _pairs(labels: Labels, cut: Cut, line: Line) -> Iterator[Record | Target]:
    """A line of labels with their values, a gap between them: who filled in the form, at what telephone."""
    target, parts = cut.target, []
    for part in GAP.split(cut.rest):
        other = labels.cut(part)
        if labels.is_short(other):
            yield from _value(target, parts, line)
            target, parts = other.target, [other.rest]
        else:
            parts.append(part)
    yield from _value(target, parts, line)


def _value(target: Single, parts: Sequence[str], line: Line) -> Iterator[Record | Target]:
    yield target
    if text := "  ".join(part for part in parts if part.strip()):
        yield Record(target[0], {target[1]: Words(text, line.place)}, {})


# --- the text of a section -----------------------------------------------------------------------------------


def _section(labels: Labels, here: Target | None, lines: Sequence[Line]) -> Iterator[Record | Left | Present]:
    """What the lines below a label say; a table may be running text, or words that say there is nothing."""
    if isinstance(here, Heading):
        blocks = [key for table in here.tables for key in labels.form.tables[table].blocks if key in labels.entries]
        none = (text := _joined(lines)) and is_blank(spellings_of(labels.form), text)
        yield from (Present(table) for table in here.tables if blocks or none)
        for block in blocks[:1]:
            lines = [_unnumbered(labels, block, line) for line in lines]
            lines, running = _before_entries(labels, block, lines)
            yield from _entries(labels, block, running)
        here = here.text
    if here is None:
        yield from (Left(line.text.strip(), line.place) for line in lines if line.text.strip())
    elif text := _joined(lines):
        first = next(line for line in lines if line.text.strip())
        yield Record(here[0], {here[1]: Words(text, first.place)}, {})


def _joined(lines: Sequence[Line]) -> str:
    """The lines as one text, without the indents of its paragraphs."""
    return INDENT.sub("", "\n".join(line.text for line in lines)).strip()


def _before_entries(labels: Labels, block: str, lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """The lines before the first row of running text, and those from there on; a line that has both is cut in two."""
    for number, line in enumerate(lines):
        begins = _begins(labels, block, line.text)
        if begins:
            head, tail = line._replace(text=line.text[: begins[0].start()]), line._replace(text=line.text[begins[0].start() :])
            return [*lines[:number], head], [tail, *lines[number + 1 :]]
    return list(lines), []


def _unnumbered(labels: Labels, block: str, line: Line) -> Line:
    """A line without its automatic number where a row of running text or one of its cells begins."""
    cells = (labels.after(field.label) for field in labels.form.blocks[block].fields.values() if field.type == "text")
    begins = line.number and any(pattern.match(line.words) for pattern in (labels.entries[block], *cells))
    return line._replace(text=line.words, number="") if begins else line


def _begins(labels: Labels, block: str, text: str) -> list[re.Match]:
    """Where rows begin in a text: at the beginning of a line, or right before the label of their first column."""
    known = labels.form.blocks[block].fields.values()
    first = next((labels.after(field.label) for field in known if field.type == "text"), None)
    return [
        match
        for match in labels.entries[block].finditer(text)
        if not text[text.rfind("\n", 0, match.start()) + 1 : match.start()].strip()
        or (first and re.compile(r"\s*" + first.pattern).match(text, match.end()))
    ]


def _entries(labels: Labels, block: str, lines: Sequence[Line]) -> Iterator[Record | Left]:
    """The rows of running text, each cut at the labels of its columns."""
    text = "\n".join(line.text for line in lines)
    starts = list(accumulate((len(line.text) + 1 for line in lines), initial=0))
    begins = _begins(labels, block, text)
    ends = [*(match.start() for match in begins), len(text)][1:]
    for match, end in zip(begins, ends, strict=True):
        yield from _entry(labels, block, text[match.end() : end], lines[bisect_right(starts, match.start()) - 1].place)


def _entry(labels: Labels, block: str, text: str, place: Place) -> Iterator[Record | Left]:
    marks: list[tuple[str, int, int]] = []  # column, beginning and end of its label
    at = 0
    for field in labels.form.blocks[block].fields.values():
        pattern = labels.after(field.label) if field.type == "text" else None
        if pattern and (match := re.compile(f"^{pattern.pattern}", re.MULTILINE).search(text, at) or pattern.search(text, at)):
            marks.append((field.key, match.start(), match.end()))
            at = match.end()
    ends = [*(begin for _, begin, _ in marks), len(text)][1:]
    cells = {key: Words(_joined([Line(text[at:end], place)]), place) for (key, _, at), end in zip(marks, ends, strict=True)}
    if rest := text[: marks[0][1] if marks else len(text)].strip(" \t\n:\uff1a"):
        yield Left(rest, place)
    yield Record(block, cells, {})
