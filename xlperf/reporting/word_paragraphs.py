"""What becomes of a Word document once it is filled in: lines into paragraphs, tabs, cells joined with those above them.

    <w:p><w:r><w:t>first\\nsecond</w:t></w:r></w:p>  ->  two <w:p> of the same form

What people typed arrives as the text of one element. A new line in it starts a new paragraph, a tab becomes a tab, a
paragraph that begins with typed indentation loses that of its form. Cells that bear a mark (the processing instruction
MERGED) are joined with the cell above when that says the same or they are blank, as long as all to their left are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy

from xlperf.reporting.word_tags import W

SPACE = "{http://www.w3.org/XML/1998/namespace}space"
MERGED = "merged"  # the mark of a cell to be joined
MOVES = re.compile("[\n\t]|^(  |\u3000)")  # what of a text is more than characters in a row
INDENTED = ("  ", "\u3000")
AFTER_INDENT = (
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
)  # of a paragraph
BEFORE_MERGE = ("cnfStyle", "tcW", "gridSpan", "hMerge")  # what stands before vMerge among the properties of a cell


def settle(root) -> None:
    """Set lines, tabs, indents and joined cells of one part of a document (an lxml element) right, in place."""
    for text in [text for text in root.iter(f"{W}t") if text.text and MOVES.search(text.text)]:
        for piece in _split_paragraph(text) if "\n" in text.text else [text]:
            if piece.text.startswith(INDENTED):
                _indent_no_more(piece)
            if "\t" in piece.text:
                _split_run(piece, "tab", piece.text.split("\t"))
    _merge_cells(root)


def _split_paragraph(text) -> list:
    """Give every line of a text a paragraph of its own; return their texts."""
    run, lines = text.getparent(), text.text.split("\n")
    paragraph = run.getparent()
    if paragraph.tag != f"{W}p":  # in a link or a field
        return _split_run(text, "br", lines)
    behind = [(text, list(text)), (run, list(text.itersiblings())), (paragraph, list(run.itersiblings()))]
    form = paragraph.find(f"{W}pPr")
    section = form.find(f"{W}sectPr") if form is not None else None
    if section is not None:
        form.remove(section)  # a section ends with the last of the paragraphs
    text.text, texts = lines[0], [text]
    for line in lines[1:]:
        following, next_run = _alike(paragraph, "pPr"), _alike(run, "rPr")
        for new_page in following.findall(f"{W}pPr/{W}pageBreakBefore"):
            new_page.getparent().remove(new_page)
        texts[-1].getparent().getparent().addnext(following)
        following.append(next_run)
        next_run.append(_text(text, line))
        texts.append(next_run[-1])
    last = texts[-1]
    for home, (_, children) in zip((last, last.getparent(), last.getparent().getparent()), behind, strict=True):
        home.extend(children)
    if section is not None:
        last.getparent().getparent().find(f"{W}pPr").append(section)
    return texts


def _split_run(text, between: str, pieces: list[str]) -> list:
    """Put an element between the pieces of a text, within its run; return their texts."""
    marks = list(text)
    text.text, texts = pieces[0], [text]
    for piece in pieces[1:]:
        separator = text.makeelement(f"{W}{between}")
        texts[-1].addnext(separator)
        texts.append(_text(text, piece))
        separator.addnext(texts[-1])
    texts[-1].extend(marks)
    return texts


def _alike(element, properties: str):
    """An empty element of the same form."""
    new = element.makeelement(element.tag)
    if (form := element.find(f"{W}{properties}")) is not None:
        new.append(deepcopy(form))
    return new


def _text(text, content: str):
    new = text.makeelement(text.tag, {SPACE: "preserve"})
    new.text = content
    return new


def _indent_no_more(text) -> None:
    """Take the indent of the first line from a paragraph that begins with this text."""
    paragraph = next(text.iterancestors(f"{W}p"))
    if next(paragraph.iter(f"{W}t")) is not text or next(text.iterancestors(f"{W}tc"), None) is not None:
        return
    form = paragraph.find(f"{W}pPr")
    if form is None:
        form = paragraph.makeelement(f"{W}pPr")
        paragraph.insert(0, form)
    indent = form.find(f"{W}ind")
    if indent is None:
        indent = paragraph.makeelement(f"{W}ind")
        form.insert(next((at for at, child in enumerate(form) if child.tag.removeprefix(W) in AFTER_INDENT), len(form)), indent)
    indent.set(f"{W}firstLine", "0")
    indent.set(f"{W}firstLineChars", "0")


def _merge_cells(root) -> None:
    """Join the cells that the filter `merged` marked with those above them, from left to right."""
    from lxml.etree import ProcessingInstruction

    marks = [mark for mark in root.iter(ProcessingInstruction) if mark.target == MERGED]
    marked = {cell for mark in marks for cell in mark.iterancestors(f"{W}tc")}
    for table in dict.fromkeys(cell.getparent().getparent() for cell in marked):
        above: dict[int, tuple] = {}
        for row in table.iterchildren(f"{W}tr"):
            above = dict(_merged_row(row, marked, above))
    for mark in marks:
        mark.getparent().remove(mark)


def _merged_row(row, marked: set, above: Mapping[int, tuple]) -> Iterator[tuple[int, tuple]]:
    """Join the cells of a row with those above; yield column, the cell that a next one may join, its text."""
    column, joining = 0, True
    for cell in row.iterchildren(f"{W}tc"):
        if cell in marked:
            text = "".join(t.text or "" for t in cell.iter(f"{W}t"))
            first, said = above.get(column, (None, None))
            joining = joining and first is not None and text in ("", said)
            yield column, (first, said) if joining else (cell, text)
            if joining:
                _set_merge(first, "restart")
                _set_merge(cell, "continue")
                for paragraph in list(cell.iter(f"{W}p"))[1:]:
                    paragraph.getparent().remove(paragraph)
                for run in list(cell.iter(f"{W}r")):
                    run.getparent().remove(run)
        span = cell.find(f"{W}tcPr/{W}gridSpan")
        column += int(span.get(f"{W}val")) if span is not None else 1


def _set_merge(cell, value: str) -> None:
    properties = cell.find(f"{W}tcPr")
    if properties is None:
        properties = cell.makeelement(f"{W}tcPr")
        cell.insert(0, properties)
    merge = properties.find(f"{W}vMerge")
    if merge is None:
        merge = cell.makeelement(f"{W}vMerge")
        before = [child for child in properties if child.tag.removeprefix(W) in BEFORE_MERGE]
        properties.insert(len(before), merge)
    merge.set(f"{W}val", value)
