"""A Word document as a flow: the one home of python-docx.

    flow = read_manuscript(content)      # of a .docx that `paper` has bounded

What the page shows is read: tracked insertions, content controls, links, fields as they stand, text boxes behind the paragraph
they hang on, tables within tables behind the outer one. What stands outside of the text (comments, notes, page headers, deleted
text) comes as asides, and so does a picture, a chart or an embedded table: that there is one. Of the two copies of a text box
that Word keeps, one is read. Merged cells are spread over their rows. A table of contents is passed by. Numbers that Word gives
by itself stand before the text, as they do on the page.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from xlperf.errors import UnreadableError
from xlperf.importing.page import Cell, Flow, Grid, Line, Place
from xlperf.importing.word_numbering import Numbering, child_of, name_of, number_of, value_of
from xlperf.messages import sentence

DELETED = {"del", "moveFrom"}
SILENT = {"pPr", "rPr", "tblPr", "tblGrid", "trPr", "tcPr", "sdtPr", "sdtEndPr", "sectPr", "instrText", "delText", "delInstrText"}
SIGNS = {"tab": "\t", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}
# Parts outside of the text, by their relationship.
ASIDES = {"comments": "comment", "footnotes": "note", "endnotes": "note", "header": "header", "footer": "header"}
BODY_LEVELS = 9  # an outline level below this is a heading
DRAWN = {"drawing", "pict", "object"}
# What a drawing is, by itself or by the first of these elements in it; else it is a shape.
KINDS = {"object": "object", "pic": "picture", "imagedata": "picture", "blip": "picture", "chart": "chart", "relIds": "diagram"}
CONTENTS, CONTENTS_STYLE = re.compile(r"\s*TOC\b"), re.compile(r"toc (?:[1-9]|heading)", re.IGNORECASE)
PAGE_NUMBER = re.compile(r"\b(?:PAGE|NUMPAGES|SECTIONPAGES)\b")


def read_manuscript(content: bytes) -> Flow:
    """Return the flow of a Word document.

    Raises:
        UnreadableError: python-docx cannot open it (XL444).
    """
    import docx

    try:
        document = docx.Document(io.BytesIO(content))
        body, styles = document.element.body, document.styles.element
        parts = [
            (ASIDES[kind], docx.oxml.parse_xml(relation.target_part.blob))
            for relation in document.part.rels.values()
            if not relation.is_external and (kind := relation.reltype.rpartition("/")[2]) in ASIDES
        ]
        numbering = next(
            (
                docx.oxml.parse_xml(relation.target_part.blob)
                for relation in document.part.rels.values()
                if not relation.is_external and relation.reltype.endswith("/numbering")
            ),
            None,
        )
    except Exception as error:  # whatever it and lxml raise of a package that is none
        raise UnreadableError("XL444", found=f"{type(error).__name__}: {str(error)[:80]}") from None
    if body is None:
        raise UnreadableError("XL444", found="word/document.xml")
    reader = _Reader(_heading_styles(styles), _contents_styles(styles), _contents_fields(body), Numbering(numbering, styles))
    items = tuple(reader.blocks(body))
    for kind, root in parts:
        reader.aside(kind, root)
    return Flow(items, tuple(reader.asides), reader.changes, unnumbered=tuple(reader.unnumbered))


def _heading_styles(styles) -> frozenset[str]:
    """The identities of the styles that have an outline level, their own or one of the style they are based on."""
    known = {value_of(style, "styleId"): style for style in styles if name_of(style) == "style"}
    found = set()
    for key in known:
        at, seen = key, set()
        while at in known and at not in seen:
            seen.add(at)
            level = value_of(child_of(known[at], "pPr", "outlineLvl"))
            if level:
                found |= {key} if number_of(level, BODY_LEVELS) < BODY_LEVELS else set()
                break
            at = value_of(child_of(known[at], "basedOn"))
    return frozenset(found)


def _contents_styles(styles) -> frozenset[str]:
    """The identities of the styles in which Word sets a table of contents."""
    named = ((value_of(style, "styleId"), value_of(child_of(style, "name"))) for style in styles)
    return frozenset(key for key, name in named if CONTENTS_STYLE.fullmatch(name))


def _contents_fields(body) -> frozenset:
    """The pieces of text that a field shows as a table of contents; one that never ends is none."""
    texts: list = []
    opened: list[tuple[int, list[str]]] = []  # where the text of a field begins, its code
    found: set = set()
    for element in body.iter():
        name = name_of(element)
        if name == "t":
            texts.append(element)
        elif name == "instrText" and opened:
            opened[-1][1].append(element.text or "")
        elif name == "fldChar" and value_of(element, "fldCharType") == "begin":
            opened.append((len(texts), []))
        elif name == "fldChar" and value_of(element, "fldCharType") == "end" and opened:
            start, code = opened.pop()
            found.update(texts[start:] if CONTENTS.match("".join(code)) else ())
        elif name == "fldSimple" and CONTENTS.match(value_of(element, "instr")):
            found.update(part for part in element.iter() if name_of(part) == "t")
    return frozenset(found)


class _Reader:
    """One pass over a document: counts paragraphs, tables and boxes, and puts aside what is not part of the text."""

    def __init__(self, headings: frozenset[str], contents: frozenset[str], listed: frozenset, numbers: Numbering) -> None:
        self.headings, self.contents, self.listed, self.numbers = headings, contents, listed, numbers
        self.unnumbered: list[Place] = []  # whose number cannot be shown
        self.cells: list[Place] = []  # the cells around what is read
        self.paragraphs = self.tables = self.boxes = self.changes = 0
        self.asides: list[Line] = []

    def blocks(self, element) -> Iterator[Line | Grid]:
        """Yield the paragraphs and tables of a body, a cell or a text box."""
        for child in element:
            name = name_of(child)
            if name == "p":
                yield from self.paragraph(child)
            elif name == "tbl":
                yield from self.table(child)
            elif name == "AlternateContent":
                yield from self.blocks(_alternative(child))
            elif name in DELETED:
                self.deleted(child)
            elif name == "altChunk":
                self.asides.append(Line("altChunk", Place("embedded")))
            elif name not in SILENT and not _is_contents(child):
                self.changes += name in ("ins", "moveTo")
                yield from self.blocks(child)

    def paragraph(self, element) -> Iterator[Line | Grid]:
        boxes: list = []
        drawings: list = []
        style = value_of(child_of(element, "pPr", "pStyle"))
        listed = style in self.contents
        number = "" if listed else self.numbers.next(element)
        text = "" if listed else "".join(self.text(element, boxes, drawings))
        self.paragraphs += bool(text.strip())
        here = self.cells[-1] if self.cells else Place("paragraph", max(1, self.paragraphs))
        self.drawn(drawings, here)
        self.unnumbered += [here] if number is None else ()
        number = (number or "") if text.strip() or self.cells else ""
        level = value_of(child_of(element, "pPr", "outlineLvl"))
        heading = number_of(level, BODY_LEVELS) < BODY_LEVELS if level else style in self.headings
        yield Line(number + text, Place("paragraph", self.paragraphs), heading, number)
        for box in boxes:
            self.boxes += 1
            place = Place("box", self.boxes)
            for item in self.blocks(box):
                yield item._replace(place=place) if isinstance(item, Line) else item

    def text(self, element, boxes: list, drawings: list) -> Iterator[str]:
        """Yield the pieces of a paragraph's text; the text boxes and the drawings in it are collected."""
        for child in element:
            name = name_of(child)
            if name == "t":
                yield "" if child in self.listed else child.text or ""
            elif name in SIGNS:
                yield SIGNS[name]
            elif name == "br":
                yield "" if value_of(child, "type") in ("page", "column") else "\n"
            elif name == "sym":
                yield _symbol(value_of(child, "char"))
            elif name == "txbxContent":
                boxes.append(child)
            elif name == "AlternateContent":
                yield from self.text(_alternative(child), boxes, drawings)
            elif name in DELETED:
                self.deleted(child)
            elif name not in SILENT:
                self.changes += name in ("ins", "moveTo")
                drawings += [child] if name in DRAWN else ()
                yield from self.text(child, boxes, drawings)

    def drawn(self, drawings: list, place: Place) -> None:
        """Put aside that there is something that cannot be read."""
        self.asides += [Line(sentence(f"drawn_{kind}", {}), place) for drawing in drawings if (kind := _kind(drawing))]

    def deleted(self, element) -> None:
        self.changes += 1
        text = "".join(part.text or "" for part in element.iter() if name_of(part) in ("t", "delText"))
        if text.strip():
            self.asides.append(Line(text, Place("deleted", max(1, self.paragraphs))))

    def table(self, element) -> Iterator[Grid | Line]:
        self.tables += 1
        table, rows, nested = self.tables, [], []
        for row in self.parts(element, "tr"):
            if child_of(row, "trPr", "del") is not None:
                self.deleted(row)
                continue
            rows.append(self.row(row, Place("cell", table, len(rows) + 1), rows[-1] if rows else (), nested))
        yield Grid(tuple(rows), Place("table", table))
        yield from nested

    def parts(self, element, wanted: str) -> Iterator:
        """Yield the rows of a table or the cells of a row, whatever they are wrapped in."""
        for child in element:
            if name_of(child) == wanted:
                yield child
            elif name_of(child) in DELETED:
                self.deleted(child)
            elif name_of(child) not in SILENT:
                yield from self.parts(_alternative(child) if name_of(child) == "AlternateContent" else child, wanted)

    def row(self, element, place: Place, above: tuple[Cell, ...], nested: list) -> tuple[Cell, ...]:
        column = number_of(value_of(child_of(element, "trPr", "gridBefore")), 0)
        cells: list[Cell] = []
        for number, cell in enumerate(self.parts(element, "tc"), 1):
            width = max(1, number_of(value_of(child_of(cell, "tcPr", "gridSpan")), 1))
            merged, beside = child_of(cell, "tcPr", "vMerge"), value_of(child_of(cell, "tcPr", "hMerge"))
            here = place._replace(column=number)
            text = self.cell(cell, nested, here)
            over = next((one for one in above if one.column == column), None)
            if merged is not None and value_of(merged) != "restart" and over:
                if text.strip():
                    self.asides.append(Line(text, here))  # Word does not show it
                cells.append(over._replace(above=True))
            elif beside == "continue" and cells:
                cells[-1] = cells[-1]._replace(width=cells[-1].width + width, text=f"{cells[-1].text}\n{text}".strip())
            else:
                cells.append(Cell(text.strip(), here, column, width))
            column += width
        return tuple(cells)

    def cell(self, element, nested: list, here: Place) -> str:
        """The text of a cell; the tables and text boxes in it are collected."""
        lines, before = [], self.paragraphs
        self.cells.append(here)
        for item in self.blocks(element):
            if isinstance(item, Grid) or item.place.kind == "box":
                nested.append(item)
            else:
                lines.append(item.text)
        self.cells.pop()
        self.paragraphs = before  # only those outside of tables are counted, as a person would
        return "\n".join(lines)

    def aside(self, kind: str, root) -> None:
        """Put aside the paragraphs of a part that stands outside of the text; a page number says nothing."""
        for number, paragraph in enumerate((part for part in root.iter() if name_of(part) == "p"), 1):
            codes = [part for part in paragraph.iter() if name_of(part) in ("instrText", "fldSimple")]
            if kind == "header" and any(PAGE_NUMBER.search((part.text or "") + value_of(part, "instr")) for part in codes):
                continue
            drawings: list = []
            text = "".join(self.text(paragraph, [], drawings))
            if text.strip():
                self.asides.append(Line(text, Place(kind, number)))
            self.drawn(drawings, Place(kind, number))


def _alternative(element):
    """Of the copies of a drawing the one for new programs."""
    return next((child for child in element if name_of(child) == "Choice"), next(iter(element), ()))


def _kind(drawing) -> str | None:
    """What a drawing is; None of one that holds nothing but text boxes, which are read."""

    def inside(element) -> Iterator[str]:
        for child in element:
            yield name_of(child)
            if name_of(child) != "txbxContent":
                yield from inside(child)

    names = [name_of(drawing), *inside(drawing)]
    found = next((KINDS[name] for name in names if name in KINDS), None)
    return found or (None if "txbxContent" in names else "shape")


def _is_contents(element) -> bool:
    """Whether a content control is Word's own for a table of contents."""
    gallery = value_of(child_of(element, "sdtPr", "docPartObj", "docPartGallery")) if name_of(element) == "sdt" else ""
    return gallery == "Table of Contents"


def _symbol(code: str) -> str:
    return chr(int(code, 16)) if re.fullmatch("[0-9A-Fa-f]{2,4}", code) and not 0xD800 <= int(code, 16) < 0xE000 else ""
