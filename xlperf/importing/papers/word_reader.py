"""A Word document as a page: the one home of python-docx.

    page = read_word(content)      # of a .docx that `source_file` has bounded

What the page shows is read: tracked insertions, content controls, links, fields as they stand, text boxes behind the paragraph
they hang on, tables within tables behind the outer one. What stands outside of the text (comments, notes, page headers, deleted
text) comes as asides, and so does a picture, a chart or an embedded table: that there is one. Of the two copies of a text box
that Word keeps, one is read. Merged cells are spread over their rows. A table of contents is skipped. Numbers that Word gives
by itself stand before the text, as they do on the page.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from xlperf.errors import UnreadableError
from xlperf.importing.papers.page import Cell, Grid, Item, Line, Page, Place
from xlperf.importing.papers.word_numbering import Numbering
from xlperf.importing.papers.word_styles import contents_styles, contents_texts, heading_styles, is_contents, is_heading
from xlperf.importing.papers.word_xml import Element, child_of, name_of, number_of, value_of
from xlperf.messages import sentence

DELETED = {"del", "moveFrom"}
INSERTED = {"ins", "moveTo"}
SILENT = {"pPr", "rPr", "tblPr", "tblGrid", "trPr", "tcPr", "sdtPr", "sdtEndPr", "sectPr", "instrText", "delText", "delInstrText"}
COPIES = "AlternateContent"
# Parts outside of the text, by their relationship.
ASIDES = {"comments": "comment", "footnotes": "note", "endnotes": "note", "header": "header", "footer": "header"}
NUMBERING = "numbering"
DRAWN = {"drawing", "pict", "object"}
# What a drawing is, by itself or by the first of these elements in it; else it is a shape.
KINDS = {"object": "object", "pic": "picture", "imagedata": "picture", "blip": "picture", "chart": "chart", "relIds": "diagram"}
PAGE_NUMBER = re.compile(r"\b(?:PAGE|NUMPAGES|SECTIONPAGES)\b")
SYMBOL = re.compile("[0-9A-Fa-f]{2,4}")


def _symbol(element: Element) -> str:
    """The character of a symbol font; "" for none and for half of a pair."""
    code = value_of(element, "char")
    return chr(int(code, 16)) if SYMBOL.fullmatch(code) and not 0xD800 <= int(code, 16) < 0xE000 else ""


# The text of an element that holds some.
TEXTS: dict[str, Callable[[Element], str]] = {
    "t": lambda element: element.text or "",
    "tab": lambda element: "\t",
    "ptab": lambda element: "\t",
    "cr": lambda element: "\n",
    "br": lambda element: "" if value_of(element, "type") in ("page", "column") else "\n",
    "noBreakHyphen": lambda element: "-",
    "sym": _symbol,
}


def read_word(content: bytes) -> Page:
    """Return what stands in a Word document.

    Raises:
        UnreadableError: python-docx cannot open it (XL444).
    """
    import docx
    from docx.oxml import parse_xml

    try:
        document = docx.Document(io.BytesIO(content))
        body: Element | None = document.element.body
        styles: Element = document.styles.element
        parts: list[tuple[str, Element]] = [
            (relation.reltype.rpartition("/")[2], parse_xml(relation.target_part.blob))
            for relation in document.part.rels.values()
            if not relation.is_external and relation.reltype.rpartition("/")[2] in (*ASIDES, NUMBERING)
        ]
    except Exception as error:  # whatever it and lxml raise of a package that is none
        raise UnreadableError("XL444", found=f"{type(error).__name__}: {str(error)[:80]}") from None
    if body is None:
        raise UnreadableError("XL444", found="word/document.xml")
    numbering = next((root for kind, root in parts if kind == NUMBERING), None)
    reader = _Reader(
        heading_styles=heading_styles(styles),
        contents_styles=contents_styles(styles),
        contents_texts=contents_texts(body),
        numbering=Numbering(numbering, styles),
    )
    items = tuple(reader.items(body))
    for kind, root in parts:
        if kind in ASIDES:
            reader.aside(ASIDES[kind], root)
    return Page(items, tuple(reader.asides), reader.changes, unnumbered=tuple(reader.unnumbered))


# --- the document --------------------------------------------------------------------------------------------


@dataclass
class _Paragraph:
    """A paragraph that is being read: the pieces of its text, the text boxes and drawings that hang on it."""

    pieces: list[str] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    drawings: list[Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.pieces)


@dataclass
class _Table:
    """A table that is being read: its number, its rows so far, and what stands inside of its cells besides text."""

    number: int
    rows: list[tuple[Cell, ...]] = field(default_factory=list)
    inside: list[Item] = field(default_factory=list)

    def above(self, column: int) -> Cell | None:
        """The cell of the row before that begins in a column."""
        return next((cell for cell in self.rows[-1] if cell.column == column), None) if self.rows else None


class _Reader:
    """One pass over a document: counts paragraphs, tables and boxes, and puts aside what is not part of the text."""

    def __init__(
        self,
        *,
        heading_styles: frozenset[str],
        contents_styles: frozenset[str],
        contents_texts: frozenset[Element],
        numbering: Numbering,
    ) -> None:
        self.heading_styles, self.contents_styles, self.contents_texts = heading_styles, contents_styles, contents_texts
        self.numbering = numbering
        self.unnumbered: list[Place] = []  # whose number cannot be shown
        self.cells: list[Place] = []  # the cells around what is read
        self.paragraphs = self.tables = self.boxes = self.changes = 0
        self.asides: list[Line] = []

    def items(self, element: Iterable[Element]) -> Iterator[Item]:
        """Yield the paragraphs and tables of a body, a cell or a text box."""
        for child in element:
            name = name_of(child)
            if name == "p":
                yield from self.paragraph(child)
            elif name == "tbl":
                yield from self.table(child)
            elif name == COPIES:
                yield from self.items(_copy_to_read(child))
            elif name in DELETED:
                self.deleted(child)
            elif name == "altChunk":
                self.asides.append(Line("altChunk", Place("embedded")))
            elif name not in SILENT and not is_contents(child):
                self.changes += name in INSERTED
                yield from self.items(child)

    # --- paragraphs ---

    def paragraph(self, element: Element) -> Iterator[Item]:
        """Yield a paragraph, and what stands in its text boxes."""
        style = value_of(child_of(element, "pPr", "pStyle"))
        found, number = _Paragraph(), self.number(element, style)
        if style not in self.contents_styles:
            self.collect(element, found)
        has_text = bool(found.text.strip())
        self.paragraphs += has_text
        here = self.cells[-1] if self.cells else Place("paragraph", max(1, self.paragraphs))
        self.drawn(found.drawings, here)
        if number is None:
            self.unnumbered.append(here)
        shown = number if number and (has_text or self.cells) else ""
        level = value_of(child_of(element, "pPr", "outlineLvl"))
        heading = is_heading(level) if level else style in self.heading_styles
        yield Line(shown + found.text, Place("paragraph", self.paragraphs), heading, shown)
        for box in found.boxes:
            yield from self.box(box)

    def number(self, element: Element, style: str) -> str | None:
        """The automatic number of a paragraph, "" where it has none, None in a format that is not known."""
        return "" if style in self.contents_styles else self.numbering.next(element)

    def box(self, element: Element) -> Iterator[Item]:
        self.boxes += 1
        place = Place("box", self.boxes)
        for item in self.items(element):
            yield item._replace(place=place) if isinstance(item, Line) else item

    def collect(self, element: Iterable[Element], paragraph: _Paragraph) -> None:
        """Collect the text of a paragraph and what hangs on it."""
        for child in element:
            name = name_of(child)
            if name in TEXTS:
                paragraph.pieces += [] if child in self.contents_texts else [TEXTS[name](child)]
            elif name == "txbxContent":
                paragraph.boxes.append(child)
            elif name == COPIES:
                self.collect(_copy_to_read(child), paragraph)
            elif name in DELETED:
                self.deleted(child)
            elif name not in SILENT:
                self.changes += name in INSERTED
                paragraph.drawings += [child] if name in DRAWN else []
                self.collect(child, paragraph)

    # --- tables ---

    def table(self, element: Element) -> Iterator[Item]:
        """Yield a table, and what stands inside of its cells besides text."""
        self.tables += 1
        table = _Table(self.tables)
        for row in self.parts(element, "tr"):
            if child_of(row, "trPr", "del") is not None:
                self.deleted(row)
            else:
                table.rows.append(self.row(row, table))
        yield Grid(tuple(table.rows), Place("table", table.number))
        yield from table.inside

    def parts(self, element: Iterable[Element], wanted: str) -> Iterator[Element]:
        """Yield the rows of a table or the cells of a row, whatever they are wrapped in."""
        for child in element:
            name = name_of(child)
            if name == wanted:
                yield child
            elif name in DELETED:
                self.deleted(child)
            elif name not in SILENT:
                yield from self.parts(_copy_to_read(child) if name == COPIES else child, wanted)

    def row(self, element: Element, table: _Table) -> tuple[Cell, ...]:
        """The cells of the next row of a table; one that continues a merged cell repeats it."""
        row = Place("cell", table.number, len(table.rows) + 1)
        column = number_of(value_of(child_of(element, "trPr", "gridBefore")), 0)
        cells: list[Cell] = []
        for number, cell in enumerate(self.parts(element, "tc"), 1):
            width = max(1, number_of(value_of(child_of(cell, "tcPr", "gridSpan")), 1))
            below, beside = child_of(cell, "tcPr", "vMerge"), value_of(child_of(cell, "tcPr", "hMerge"))
            place = row._replace(column=number)
            text = self.cell(cell, table, place)
            above = table.above(column)
            if below is not None and value_of(below) != "restart" and above:
                if text.strip():
                    self.asides.append(Line(text, place))  # Word does not show it
                cells.append(above._replace(continued=True))
            elif beside == "continue" and cells:
                before = cells.pop()
                cells.append(before._replace(width=before.width + width, text=f"{before.text}\n{text}".strip()))
            else:
                cells.append(Cell(text.strip(), place, column, width))
            column += width
        return tuple(cells)

    def cell(self, element: Element, table: _Table, place: Place) -> str:
        """The text of a cell; the tables and text boxes in it are collected."""
        lines: list[str] = []
        before = self.paragraphs
        self.cells.append(place)
        for item in self.items(element):
            if isinstance(item, Grid) or item.place.kind == "box":
                table.inside.append(item)
            else:
                lines.append(item.text)
        self.cells.pop()
        self.paragraphs = before  # only those outside of tables are counted, as a person would
        return "\n".join(lines)

    # --- what is put aside ---

    def drawn(self, drawings: Iterable[Element], place: Place) -> None:
        """Put aside that there is something that cannot be read."""
        self.asides += [Line(sentence(f"drawn_{kind}", {}), place) for drawing in drawings if (kind := _kind(drawing))]

    def deleted(self, element: Element) -> None:
        """Put aside text that a tracked change deletes."""
        self.changes += 1
        text = "".join(part.text or "" for part in element.iter() if name_of(part) in ("t", "delText"))
        if text.strip():
            self.asides.append(Line(text, Place("deleted", max(1, self.paragraphs))))

    def aside(self, kind: str, root: Element) -> None:
        """Put aside the paragraphs of a part that stands outside of the text; a page number says nothing."""
        for number, paragraph in enumerate((part for part in root.iter() if name_of(part) == "p"), 1):
            if kind == "header" and _has_page_number(paragraph):
                continue
            found, place = _Paragraph(), Place(kind, number)
            self.collect(paragraph, found)
            if found.text.strip():
                self.asides.append(Line(found.text, place))
            self.drawn(found.drawings, place)


def _copy_to_read(element: Element) -> Iterable[Element]:
    """Of the copies of a drawing the one for new programs."""
    return next((child for child in element if name_of(child) == "Choice"), next(iter(element), ()))


def _has_page_number(paragraph: Element) -> bool:
    codes = [part for part in paragraph.iter() if name_of(part) in ("instrText", "fldSimple")]
    return any(PAGE_NUMBER.search((part.text or "") + value_of(part, "instr")) for part in codes)


def _kind(drawing: Element) -> str | None:
    """What a drawing is; None of one that holds nothing but text boxes, which are read."""

    def inside(element: Element) -> Iterator[str]:
        for child in element:
            yield name_of(child)
            if name_of(child) != "txbxContent":
                yield from inside(child)

    names = [name_of(drawing), *inside(drawing)]
    found = next((KINDS[name] for name in names if name in KINDS), None)
    return found or (None if "txbxContent" in names else "shape")
