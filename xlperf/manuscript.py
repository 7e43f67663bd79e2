"""A Word document as a flow: the one home of python-docx.

    flow = read_manuscript(content)      # of a .docx that `paper` has bounded

What the page shows is read: tracked insertions, content controls, links, fields as they stand, text boxes behind the paragraph
they hang on, tables within tables behind the outer one. What stands outside of the text (comments, notes, page headers, deleted
text) comes as asides, and so does a picture, a chart or an embedded table: that there is one. Of the two copies of a text box
that Word keeps, one is read. Merged cells are spread over their rows. A table of contents is passed by.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from .errors import UnreadableError
from .flow import Cell, Flow, Grid, Line, Place
from .messages import sentence

DELETED = {"del", "moveFrom"}
SILENT = {"pPr", "rPr", "tblPr", "tblGrid", "trPr", "tcPr", "sdtPr", "sdtEndPr", "sectPr", "instrText", "delText", "delInstrText"}
SIGNS = {"tab": "\t", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}
# Parts outside of the text, by their relationship.
ASIDES = {"comments": "comment", "footnotes": "note", "endnotes": "note", "header": "header", "footer": "header"}
BODY_LEVELS = 9  # an outline level below this is a heading
NUMBER = re.compile("[0-9]{1,3}", re.ASCII)
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
        parts = [(ASIDES[kind], docx.oxml.parse_xml(relation.target_part.blob)) for relation in document.part.rels.values()
                 if not relation.is_external and (kind := relation.reltype.rpartition("/")[2]) in ASIDES]  # fmt: skip
    except Exception as error:  # whatever it and lxml raise of a package that is none
        raise UnreadableError("XL444", found=f"{type(error).__name__}: {str(error)[:80]}") from None
    if body is None:
        raise UnreadableError("XL444", found="word/document.xml")
    reader = _Reader(_heading_styles(styles), _contents_styles(styles), _contents_fields(body))
    items = tuple(reader.blocks(body))
    for kind, root in parts:
        reader.aside(kind, root)
    return Flow(items, tuple(reader.asides), reader.changes)


def _name(element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _child(element, *path: str):
    """The first descendant along those names, None where there is none."""
    for name in path:
        element = next((child for child in element if _name(child) == name), None) if element is not None else None
    return element


def _value(element, name: str = "val") -> str:
    found = (value for key, value in element.attrib.items() if key.rpartition("}")[2] == name) if element is not None else ()
    return next(iter(found), "")


def _number(text: str, otherwise: int) -> int:
    return int(text) if NUMBER.fullmatch(text) else otherwise


def _heading_styles(styles) -> frozenset[str]:
    """The identities of the styles that have an outline level, their own or one of the style they are based on."""
    known = {_value(style, "styleId"): style for style in styles if _name(style) == "style"}
    found = set()
    for key in known:
        at, seen = key, set()
        while at in known and at not in seen:
            seen.add(at)
            level = _value(_child(known[at], "pPr", "outlineLvl"))
            if level:
                found |= {key} if _number(level, BODY_LEVELS) < BODY_LEVELS else set()
                break
            at = _value(_child(known[at], "basedOn"))
    return frozenset(found)


def _contents_styles(styles) -> frozenset[str]:
    """The identities of the styles in which Word sets a table of contents."""
    return frozenset(_value(style, "styleId") for style in styles if CONTENTS_STYLE.fullmatch(_value(_child(style, "name"))))


def _contents_fields(body) -> frozenset:
    """The pieces of text that a field shows as a table of contents; one that never ends is none."""
    texts: list = []
    opened: list[tuple[int, list[str]]] = []  # where the text of a field begins, its code
    found: set = set()
    for element in body.iter():
        name = _name(element)
        if name == "t":
            texts.append(element)
        elif name == "instrText" and opened:
            opened[-1][1].append(element.text or "")
        elif name == "fldChar" and _value(element, "fldCharType") == "begin":
            opened.append((len(texts), []))
        elif name == "fldChar" and _value(element, "fldCharType") == "end" and opened:
            start, code = opened.pop()
            found.update(texts[start:] if CONTENTS.match("".join(code)) else ())
        elif name == "fldSimple" and CONTENTS.match(_value(element, "instr")):
            found.update(part for part in element.iter() if _name(part) == "t")
    return frozenset(found)


class _Reader:
    """One pass over a document: counts paragraphs, tables and boxes, and puts aside what is not part of the text."""

    def __init__(self, headings: frozenset[str], contents: frozenset[str], listed: frozenset) -> None:
        self.headings, self.contents, self.listed = headings, contents, listed
        self.cells: list[Place] = []  # the cells around what is read
        self.paragraphs = self.tables = self.boxes = self.changes = 0
        self.asides: list[Line] = []

    def blocks(self, element) -> Iterator[Line | Grid]:
        """Yield the paragraphs and tables of a body, a cell or a text box."""
        for child in element:
            name = _name(child)
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
        style = _value(_child(element, "pPr", "pStyle"))
        text = "" if style in self.contents else "".join(self.text(element, boxes, drawings))
        self.paragraphs += bool(text.strip())
        self.drawn(drawings, self.cells[-1] if self.cells else Place("paragraph", max(1, self.paragraphs)))
        level = _value(_child(element, "pPr", "outlineLvl"))
        heading = _number(level, BODY_LEVELS) < BODY_LEVELS if level else style in self.headings
        yield Line(text, Place("paragraph", self.paragraphs), heading)
        for box in boxes:
            self.boxes += 1
            place = Place("box", self.boxes)
            for item in self.blocks(box):
                yield item._replace(place=place) if isinstance(item, Line) else item

    def text(self, element, boxes: list, drawings: list) -> Iterator[str]:
        """Yield the pieces of a paragraph's text; the text boxes and the drawings in it are collected."""
        for child in element:
            name = _name(child)
            if name == "t":
                yield "" if child in self.listed else child.text or ""
            elif name in SIGNS:
                yield SIGNS[name]
            elif name == "br":
                yield "" if _value(child, "type") in ("page", "column") else "\n"
            elif name == "sym":
                yield _symbol(_value(child, "char"))
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
        text = "".join(part.text or "" for part in element.iter() if _name(part) in ("t", "delText"))
        if text.strip():
            self.asides.append(Line(text, Place("deleted", max(1, self.paragraphs))))

    def table(self, element) -> Iterator[Grid | Line]:
        self.tables += 1
        table, rows, nested = self.tables, [], []
        for row in self.parts(element, "tr"):
            if _child(row, "trPr", "del") is not None:
                self.deleted(row)
                continue
            rows.append(self.row(row, Place("cell", table, len(rows) + 1), rows[-1] if rows else (), nested))
        yield Grid(tuple(rows), Place("table", table))
        yield from nested

    def parts(self, element, wanted: str) -> Iterator:
        """Yield the rows of a table or the cells of a row, whatever they are wrapped in."""
        for child in element:
            if _name(child) == wanted:
                yield child
            elif _name(child) in DELETED:
                self.deleted(child)
            elif _name(child) not in SILENT:
                yield from self.parts(_alternative(child) if _name(child) == "AlternateContent" else child, wanted)

    def row(self, element, place: Place, above: tuple[Cell, ...], nested: list) -> tuple[Cell, ...]:
        column = _number(_value(_child(element, "trPr", "gridBefore")), 0)
        cells: list[Cell] = []
        for number, cell in enumerate(self.parts(element, "tc"), 1):
            width = max(1, _number(_value(_child(cell, "tcPr", "gridSpan")), 1))
            merged, beside = _child(cell, "tcPr", "vMerge"), _value(_child(cell, "tcPr", "hMerge"))
            here = place._replace(column=number)
            text = self.cell(cell, nested, here)
            over = next((one for one in above if one.column == column), None)
            if merged is not None and _value(merged) != "restart" and over:
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
        for number, paragraph in enumerate((part for part in root.iter() if _name(part) == "p"), 1):
            codes = [part for part in paragraph.iter() if _name(part) in ("instrText", "fldSimple")]
            if kind == "header" and any(PAGE_NUMBER.search((part.text or "") + _value(part, "instr")) for part in codes):
                continue
            drawings: list = []
            text = "".join(self.text(paragraph, [], drawings))
            if text.strip():
                self.asides.append(Line(text, Place(kind, number)))
            self.drawn(drawings, Place(kind, number))


def _alternative(element):
    """Of the copies of a drawing the one for new programs."""
    return next((child for child in element if _name(child) == "Choice"), next(iter(element), ()))


def _kind(drawing) -> str | None:
    """What a drawing is; None of one that holds nothing but text boxes, which are read."""
    def inside(element) -> Iterator[str]:
        for child in element:
            yield _name(child)
            if _name(child) != "txbxContent":
                yield from inside(child)

    names = [_name(drawing), *inside(drawing)]
    found = next((KINDS[name] for name in names if name in KINDS), None)
    return found or (None if "txbxContent" in names else "shape")


def _is_contents(element) -> bool:
    """Whether a content control is Word's own for a table of contents."""
    gallery = _value(_child(element, "sdtPr", "docPartObj", "docPartGallery")) if _name(element) == "sdt" else ""
    return gallery == "Table of Contents"


def _symbol(code: str) -> str:
    return chr(int(code, 16)) if re.fullmatch("[0-9A-Fa-f]{2,4}", code) and not 0xD800 <= int(code, 16) < 0xE000 else ""
