"""What becomes of a Word document once it is filled in: lines into paragraphs, tabs, cells joined with those above them.

    <w:p><w:r><w:t>first\\nsecond</w:t></w:r></w:p>  ->  two <w:p> with the same properties

What people typed arrives as the text of one element. A new line in it starts a new paragraph, a tab becomes a tab, a
paragraph that begins with typed indentation loses that of its properties. Cells that bear a mark (the processing instruction
MERGED) are joined with the cell above when that says the same or they are blank, as long as all to their left are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from copy import deepcopy
from typing import NamedTuple

from lxml import etree

from xlperf.reporting.word_xml import Element, W, around, parent_of, whole_text

SPACE = "{http://www.w3.org/XML/1998/namespace}space"
MERGED = "merged"  # the mark of a cell to be joined
MOVES = re.compile("[\n\t]|^(  |\u3000)")  # what of a text is more than characters in a row
INDENTED = ("  ", "\u3000")
AFTER_INDENT = (  # what stands behind `ind` among the properties of a paragraph
    "contextualSpacing",
    "mirrorIndents",
    "suppressOverlap",
    "jc",
    "textDirection",
    "textAlignment",
    "textboxTightWrap",
    "outlineLvl",
    "divId",
    "cnfStyle",
    "rPr",
    "sectPr",
    "pPrChange",
)
BEFORE_MERGE = ("cnfStyle", "tcW", "gridSpan", "hMerge")  # what stands before `vMerge` among the properties of a cell


class Above(NamedTuple):
    """What a cell may be joined with: the first of the cells above that are one, and its text."""

    cell: Element
    text: str


def settle(root: Element) -> None:
    """Set lines, tabs, indents and joined cells of one part of a document right, in place."""
    for text in [text for text in root.iter(f"{W}t") if MOVES.search(text.text or "")]:
        for piece in _split_paragraph(text):
            line = piece.text or ""
            if line.startswith(INDENTED):
                _drop_indent(piece)
            if "\t" in line:
                _split_run(piece, "tab", line.split("\t"))
    _merge_cells(root)


# --- lines and tabs ------------------------------------------------------------------------------------------


def _split_paragraph(text: Element) -> list[Element]:
    """Give every line of a text a paragraph of its own; return their texts."""
    first, *others = (text.text or "").split("\n")
    if not others:
        return [text]
    run = parent_of(text)
    paragraph = parent_of(run)
    if paragraph.tag != f"{W}p":  # in a link or a field
        return _split_run(text, "br", [first, *others])
    behind = [list(text), list(text.itersiblings()), list(run.itersiblings())]  # goes with the last line
    section = _take_section(paragraph)
    text.text, texts = first, [text]
    for line in others:
        following, next_run, next_text = _alike(paragraph, "pPr"), _alike(run, "rPr"), _text_like(text, line)
        for new_page in following.findall(f"{W}pPr/{W}pageBreakBefore"):
            parent_of(new_page).remove(new_page)
        parent_of(parent_of(texts[-1])).addnext(following)
        following.append(next_run)
        next_run.append(next_text)
        texts.append(next_text)
    last_run = parent_of(texts[-1])
    last_paragraph = parent_of(last_run)
    for home, elements in zip((texts[-1], last_run, last_paragraph), behind, strict=True):
        home.extend(elements)
    if section is not None:
        _properties(last_paragraph, "pPr").append(section)
    return texts


def _take_section(paragraph: Element) -> Element | None:
    """Take the end of a section out of a paragraph: a section ends with the last of its lines."""
    section = paragraph.find(f"{W}pPr/{W}sectPr")
    if section is not None:
        parent_of(section).remove(section)
    return section


def _split_run(text: Element, between: str, pieces: list[str]) -> list[Element]:
    """Put an element between the pieces of a text, within its run; return their texts."""
    children = list(text)
    text.text, texts = pieces[0], [text]
    for piece in pieces[1:]:
        separator = text.makeelement(f"{W}{between}")
        texts[-1].addnext(separator)
        texts.append(_text_like(text, piece))
        separator.addnext(texts[-1])
    texts[-1].extend(children)
    return texts


def _alike(element: Element, properties: str) -> Element:
    """An empty element with the same properties."""
    new = element.makeelement(element.tag)
    form = element.find(f"{W}{properties}")
    if form is not None:
        new.append(deepcopy(form))
    return new


def _text_like(text: Element, content: str) -> Element:
    new = text.makeelement(text.tag, {SPACE: "preserve"})
    new.text = content
    return new


def _properties(element: Element, name: str) -> Element:
    """The properties of a paragraph or a cell, made where it has none."""
    properties = element.find(f"{W}{name}")
    if properties is None:
        properties = element.makeelement(f"{W}{name}")
        element.insert(0, properties)
    return properties


def _drop_indent(text: Element) -> None:
    """Take the indent of the first line from a paragraph that begins with this text."""
    paragraph = around(text, "p")
    if paragraph is None or next(paragraph.iter(f"{W}t")) is not text or around(text, "tc") is not None:
        return
    form = _properties(paragraph, "pPr")
    indent = form.find(f"{W}ind")
    if indent is None:
        indent = paragraph.makeelement(f"{W}ind")
        behind = (at for at, child in enumerate(form) if child.tag.removeprefix(W) in AFTER_INDENT)
        form.insert(next(behind, len(form)), indent)
    indent.set(f"{W}firstLine", "0")
    indent.set(f"{W}firstLineChars", "0")


# --- joined cells --------------------------------------------------------------------------------------------


def _merge_cells(root: Element) -> None:
    """Join the cells that the filter `merged` marked with those above them, from left to right."""
    marks = [mark for mark in root.iter(etree.ProcessingInstruction) if getattr(mark, "target", None) == MERGED]
    marked = {cell for mark in marks for cell in mark.iterancestors(f"{W}tc")}
    for table in dict.fromkeys(parent_of(parent_of(cell)) for cell in marked):
        above: dict[int, Above] = {}
        for row in table.iterchildren(f"{W}tr"):
            above = dict(_merge_row(row, marked, above))
    for mark in marks:
        parent_of(mark).remove(mark)


def _merge_row(row: Element, marked: Set[Element], above: Mapping[int, Above]) -> Iterator[tuple[int, Above]]:
    """Join the marked cells of a row with those above; yield per column what a cell of the next row may be joined with."""
    column, joining = 0, True
    for cell in row.iterchildren(f"{W}tc"):
        if cell in marked:
            here = Above(cell, whole_text(cell))
            same = above.get(column)
            joining = joining and same is not None and here.text in ("", same.text)
            if joining and same is not None:
                _join(same.cell, cell)
                yield column, same
            else:
                yield column, here
        span = cell.find(f"{W}tcPr/{W}gridSpan")
        column += int(span.get(f"{W}val", "1")) if span is not None else 1


def _join(first: Element, cell: Element) -> None:
    """Make a cell the continuation of one above: nothing stands in it but an empty paragraph."""
    _set_merge(first, "restart")
    _set_merge(cell, "continue")
    for paragraph in list(cell.iter(f"{W}p"))[1:]:
        parent_of(paragraph).remove(paragraph)
    for run in list(cell.iter(f"{W}r")):
        parent_of(run).remove(run)


def _set_merge(cell: Element, value: str) -> None:
    properties = _properties(cell, "tcPr")
    merge = properties.find(f"{W}vMerge")
    if merge is None:
        merge = cell.makeelement(f"{W}vMerge")
        before = [child for child in properties if child.tag.removeprefix(W) in BEFORE_MERGE]
        properties.insert(len(before), merge)
    merge.set(f"{W}val", value)
