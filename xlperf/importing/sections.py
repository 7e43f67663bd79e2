"""A page cut into the sections and fields of a form, by the form's own labels.

    for piece in read_sections(labels, page): ...     # FoundRow, FoundTable, Leftover, or the label that was found

A label may stand in a text by chance. So of several lines that name the same section the one counts whose style makes it a
heading, then the one that bears a number, then the first; and a label of one line (a unit's code) is looked for outside of
long texts only. A text runs to the next label. Rows that stand in running text (the goals) begin as the form's
`paper.entries` says.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise

from xlperf.forms.document import Spot, subject_spot, unit_spot
from xlperf.importing.labels import Heading, LabelledText, Labels, Target
from xlperf.importing.papers.page import APART, Cell, Grid, Item, Leftover, Line, Page, Passage, Place
from xlperf.importing.tables.found import FoundRow, FoundTable, found_single
from xlperf.importing.tables.grid_reader import read_grid
from xlperf.importing.tables.unit_captions import caption_of, with_captions
from xlperf.text import letters_of
from xlperf.values.blanks import is_blank
from xlperf.values.dates import dates_of
from xlperf.values.notation import spellings_of

GAP = re.compile("[ \u3000\u00a0]{2,}|\t")
BETWEEN = "  "  # the parts of a value that gaps divided
INDENT = re.compile("^(?: {2,}|[\u3000\u00a0]+|\t)", re.MULTILINE)
Piece = FoundRow | FoundTable | Leftover | Target


@dataclass
class _Section:
    """What is being read: the label above it, None where there is none, and its lines so far."""

    target: Target | None = None
    lines: list[Line] = field(default_factory=list)

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that its heading announces."""
        return self.target.tables if isinstance(self.target, Heading) else ()


Pieces = Generator[Piece, None, _Section]  # what was found, and the section that goes on


def read_sections(labels: Labels, page: Page) -> Iterator[Piece]:
    """Yield what the form has a field for, what is left over, and every label that was found."""
    page = with_captions(labels, page)
    starts = _section_starts(labels, page)
    section = _Section()
    for number, item in enumerate(page.items):
        if isinstance(item, Grid):
            section = yield from _after_grid(labels, section, item)
        elif start := starts.get(number):
            yield from _ended(labels, section)
            yield start.target
            section = _Section(start.target, [item._replace(text=start.rest, number="")])
        else:
            section = yield from _after_line(labels, section, item)
    yield from _ended(labels, section)


def _after_grid(labels: Labels, section: _Section, grid: Grid) -> Pieces:
    """A table ends the text of a section; a single field it ends only if it holds rows of the form."""
    if isinstance(section.target, Heading):  # what stands behind the table of a section is no part of the text before it
        yield from _ended(labels, section)
        section = _Section(Heading(None, section.tables))
    pieces = list(read_grid(labels, grid, section.tables))
    if isinstance(section.target, Spot) and any(isinstance(piece, FoundRow) for piece in pieces):
        yield from _ended(labels, section)
        section = _Section()
    yield from pieces
    return section


def _after_line(labels: Labels, section: _Section, line: Line) -> Pieces:
    """A line that is no heading goes on with the section, unless it is a label with its value or a signature."""
    label = _line_label(labels, line, section.target)
    if label:
        target, rest = label
        yield from _ended(labels, section)
        yield from _labels_with_values(labels, target, rest, line.place)
        return _Section(None if rest else target)
    signed = None if section.target is None or caption_of(labels, line.text) else labels.behind_signature(line.text)
    if signed is not None:
        yield from _ended(labels, section)
        return _Section(None, [line._replace(text=signed, number="")])
    section.lines.append(line)
    return section


def _section_starts(labels: Labels, page: Page) -> dict[int, LabelledText]:
    """The lines that are the headings of the report's sections, each section once."""
    best: dict[Target, tuple[tuple[bool, ...], int, LabelledText]] = {}
    for number, line in ((number, item) for number, item in enumerate(page.items) if isinstance(item, Line)):
        label = _label(labels, line)
        if label is None or labels.names_line(label.target):
            continue
        quality = (line.heading, label.numbered, not label.rest)
        if label.target not in best or quality > best[label.target][0]:
            best[label.target] = quality, number, label
    return {number: label for _, number, label in best.values()}


def _label(labels: Labels, line: Line) -> LabelledText | None:
    """The label that a line begins with, behind its automatic number whatever that looks like."""
    label = labels.split(line.words)
    return label._replace(numbered=label.numbered or any(map(str.isalnum, line.number))) if label else None


def _line_label(labels: Labels, line: Line, section: Target | None) -> tuple[Spot, str] | None:
    """A label of one line with what stands behind it, outside of long texts."""
    label = _label(labels, line)
    if label is None or not labels.names_line(label.target):
        return None
    is_clear = label.numbered or line.heading or not labels.is_long(section)
    return (label.target, label.rest) if is_clear else None


def _labels_with_values(labels: Labels, target: Spot, rest: str, place: Place) -> Iterator[Piece]:
    """A line of labels with their values, a gap between them: who filled in the form, at what telephone; signed, dated."""
    parts: list[str] = []
    is_date = labels.form.blocks[target.block].fields[target.field].type == "date"
    for part in GAP.split(rest):
        label, signed = labels.split(part), labels.behind_signature(part)
        if label and labels.names_line(label.target):
            yield from _value(target, parts, place)
            target, parts = label.target, [label.rest]
            is_date = labels.form.blocks[target.block].fields[target.field].type == "date"
        elif signed is not None or (any(parts) and not is_date and dates_of(spellings_of(labels.form), part)):
            rest = part if signed is None else signed
            yield from [Leftover(rest.strip(), place)] if rest.strip() else []
        else:
            parts.append(part)
    yield from _value(target, parts, place)


def _value(target: Spot, parts: Sequence[str], place: Place) -> Iterator[Piece]:
    yield target
    if text := BETWEEN.join(part for part in parts if part.strip()):
        yield found_single(target, text, place)


# --- the text of a section -----------------------------------------------------------------------------------


def _ended(labels: Labels, section: _Section) -> Iterator[Piece]:
    """What the lines below a label say; a table may be running text, or words that say there is nothing."""
    target, lines = section.target, section.lines
    if isinstance(target, Heading):
        blocks = [key for table in target.tables for key in labels.form.tables[table].blocks if key in labels.entries]
        text = _joined(lines)
        if blocks or (text and is_blank(spellings_of(labels.form), text)):
            yield from (FoundTable(table) for table in target.tables)
        if blocks:
            lines, entries = _before_entries(labels, blocks[0], lines)
            yield from _entries(labels, blocks[0], entries)
        target = target.text
    if target is None:
        yield from (Leftover(line.text.strip(), line.place) for line in lines if line.text.strip())
    elif text := _joined(lines):
        first = next(line for line in lines if line.text.strip())
        yield found_single(target, text, first.place)


def _joined(lines: Sequence[Line]) -> str:
    """The lines as one text, without the indents of its paragraphs."""
    return INDENT.sub("", "\n".join(line.text for line in lines)).strip()


def _before_entries(labels: Labels, block: str, lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """The lines before the first row of running text, and those from there on; a line that has both is cut in two."""
    lines = [_unnumbered(labels, block, line) for line in lines]
    for number, line in enumerate(lines):
        if begins := _begins(labels, block, line.text):
            start = begins[0].start()
            head, tail = line._replace(text=line.text[:start]), line._replace(text=line.text[start:])
            return [*lines[:number], head], [tail, *lines[number + 1 :]]
    return lines, []


def _unnumbered(labels: Labels, block: str, line: Line) -> Line:
    """A line without its automatic number where a row of running text or one of its cells begins."""
    beginnings = (labels.entries[block], *(pattern for _, pattern in _text_columns(labels, block)))
    begins = line.number and any(pattern.match(line.words) for pattern in beginnings)
    return line._replace(text=line.words, number="") if begins else line


def _text_columns(labels: Labels, block: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    """The columns of a block that stand in running text, with the patterns of their labels."""
    for column in labels.form.blocks[block].fields.values():
        if column.type == "text":
            yield column.key, labels.before_value(column.label)


def _begins(labels: Labels, block: str, text: str) -> list[re.Match[str]]:
    """Where rows begin in a text: at the beginning of a line, or right before the label of their first column."""
    _, first = next(_text_columns(labels, block), ("", None))

    def is_beginning(match: re.Match[str]) -> bool:
        line_start = text.rfind("\n", 0, match.start()) + 1
        if not text[line_start : match.start()].strip():
            return True
        return first is not None and re.compile(r"\s*" + first.pattern).match(text, match.end()) is not None

    return [match for match in labels.entries[block].finditer(text) if is_beginning(match)]


def _entries(labels: Labels, block: str, lines: Sequence[Line]) -> Iterator[FoundRow | Leftover]:
    """The rows of running text, each cut at the labels of its columns."""
    text = "\n".join(line.text for line in lines)
    starts = list(accumulate((len(line.text) + 1 for line in lines), initial=0))
    begins = _begins(labels, block, text)
    ends = [*(match.start() for match in begins), len(text)][1:]
    for match, end in zip(begins, ends, strict=True):
        yield from _entry(labels, block, text[match.end() : end], lines[bisect_right(starts, match.start()) - 1].place)


def _entry(labels: Labels, block: str, text: str, place: Place) -> Iterator[FoundRow | Leftover]:
    """One row of running text, cut at the labels of its columns; a label at the beginning of a line counts before others."""
    marks: list[tuple[str, int, int]] = []  # column, beginning and end of its label
    at = 0
    for key, pattern in _text_columns(labels, block):
        match = re.compile(f"^{pattern.pattern}", re.MULTILINE).search(text, at) or pattern.search(text, at)
        if match:
            marks.append((key, match.start(), match.end()))
            at = match.end()
    begins = [*(begin for _, begin, _ in marks), len(text)]
    if rest := text[: begins[0]].strip(" \t\n:\uff1a"):
        yield Leftover(rest, place)
    cells = {
        key: Passage(_joined([Line(text[end:next_begin], place)]), place)
        for (key, _, end), next_begin in zip(marks, begins[1:], strict=True)
    }
    yield FoundRow(block, cells)


# --- several papers in one file ------------------------------------------------------------------------------


def first_paper(labels: Labels, page: Page) -> tuple[Page, list[Leftover]]:
    """Return a page with its first paper alone, and what belongs to others, a row each.

    A file may hold a paper of every project of a unit. A table that says another name than the first did, of the project or of
    the unit, begins another paper; so does all that follows, until a table says the first name again.
    """
    subject = subject_spot(labels.form)
    spot = subject if subject.block else unit_spot(labels.form)
    first, is_first = "", True
    kept: list[Item] = []
    others: list[Leftover] = []
    for item in page.items:
        name = _name(labels, item, spot) if isinstance(item, Grid) else ""
        first = first or name
        is_first = name == first if name else is_first
        if is_first:
            kept.append(item)
        elif isinstance(item, Grid):
            others += _rows(item)
        else:
            others.append(Leftover(item.text.strip(), item.place))
    return replace(page, items=tuple(kept)), others


def _name(labels: Labels, grid: Grid, spot: Spot) -> str:
    """The letters of the name that a table says beside its label, "" where it says none."""
    for row in grid.rows:
        own = [cell for cell in row if not cell.continued and cell.text.strip()]
        for label, value in pairwise(own):
            is_heading = any(labels.find(columns, value.text) for columns in labels.columns.values())
            if labels.find(labels.singles, label.text) == spot and not is_heading:
                return letters_of(value.text)
    return ""


def _rows(grid: Grid) -> Iterator[Leftover]:
    for row in grid.rows:
        own: Sequence[Cell] = [cell for cell in row if not cell.continued and cell.text.strip()]
        if own:
            yield Leftover(APART.join(cell.text.strip() for cell in own), own[0].place)
