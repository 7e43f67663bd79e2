"""A PDF with a text layer as a page: the one home of pdfminer.six.

    page = read_pdf(content)       # in a process whose time and memory are limited, see `source_file`

Lines and ruled tables are put together by where they stand. What is printed on every page at the same place is put aside once;
page numbers are dropped. A scan has no text: it is refused, and a page of a paper that is nothing but a picture is told.
"""

from __future__ import annotations

import io
import logging
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xlperf.errors import UnreadableError, UsageError
from xlperf.importing.papers.page import Item, Line, Page, Place
from xlperf.importing.papers.pdf_lines import (
    Char,
    Margins,
    PrintedLine,
    PrintedPage,
    Stroke,
    continues,
    joined,
    lines_of,
    paragraphs_of,
)
from xlperf.importing.papers.pdf_tables import RuledTable, goes_on_below, grid_of, joined_tables, ruled_tables
from xlperf.messages import CATALOGUES, sentence
from xlperf.reading.limits import MIB, too_large
from xlperf.text import letters_of

if TYPE_CHECKING:
    from pdfminer.layout import LTComponent, LTContainer

MOST_PAGES, MOST_CHARS, MOST_STROKES = 300, 4 * MIB, 4_000  # of a paper, of a paper, of a page
RADICALS = ("KANGXI RADICAL", "CJK RADICAL")  # how their names begin
THIN = 3.0  # points: a rectangle that is no thicker is a line
MARGIN = 85.0  # points from the edge of a page within which page headers and footers stand
DIGITS = re.compile(r"\d+")
NAMELESS = re.compile(r"\(cid:\d+\)")  # a character of which the file does not say what it is
MOST_NAMELESS = 0.02  # of all characters, a ratio


class _Piece(NamedTuple):
    """A run of lines between tables, or a table, and the page it begins on."""

    page: int
    width: float  # of the page
    lines: tuple[PrintedLine, ...] = ()
    table: RuledTable | None = None


def read_pdf(content: bytes) -> Page:
    """Return what is printed in a PDF.

    Raises:
        UsageError: pdfminer.six is not there.
        UnreadableError: it has a password (XL442), no text layer (XL446), is damaged (XL447) or too large (XL128).
    """
    pages = list(_printed_pages(content))
    texts = [char.text for page in pages for char in page.chars]
    nameless = sum(NAMELESS.fullmatch(text) is not None for text in texts)
    if not any(text.strip() for text in texts):
        raise UnreadableError("XL446", found=sentence("pdf_without_text", {"count": len(pages)}))
    if nameless > MOST_NAMELESS * len(texts):
        raise UnreadableError("XL446", found=sentence("pdf_nameless", {"count": nameless, "all": len(texts)}))
    asides: list[Line] = [
        Line(sentence("drawn_picture", {}), Place("whole_page", number))
        for number, page in enumerate(pages, 1)
        if page.pictures and not any(char.text.strip() for char in page.chars)
    ]
    running = _running_lines(pages)
    asides += [Line(text, Place("header", number)) for number, text in enumerate(running.told, 1)]
    items = tuple(_items(_pieces(pages, running.places), _margins(pages)))
    return Page(items, tuple(asides))


def _items(pieces: Sequence[_Piece], margins: Mapping[float, Margins]) -> Iterator[Item]:
    """The lines and tables of all pages, in reading order."""
    tables = 0
    rows: Counter[int] = Counter()
    for piece in pieces:
        if piece.table:
            tables += 1
            yield grid_of(piece.table, tables)
            continue
        for paragraph in paragraphs_of(piece.lines, margins[piece.width]):
            rows[piece.page] += 1
            yield Line(joined(paragraph), Place("page", piece.page, rows[piece.page]))


def _pieces(pages: Sequence[PrintedPage], running: frozenset[tuple[int, float]]) -> list[_Piece]:
    """The runs of lines and the tables of all pages; a table that goes on over the page is one."""
    margins = _margins(pages)
    found: list[_Piece] = []
    for number, page in enumerate(pages, 1):
        for at, piece in enumerate(_pieces_of_page(page, number, running)):
            last = found[-1] if found and not at else None
            if last and last.table and piece.table and goes_on_below(last.table, piece.table):
                found[-1] = last._replace(table=joined_tables(last.table, piece.table))
            elif last and last.width == piece.width and _turns(last.lines, piece.lines, margins[piece.width]):
                found[-1] = last._replace(lines=_turned(last.lines, piece.lines))
            else:
                found.append(piece)
    return found


def _turns(lines: Sequence[PrintedLine], rest: Sequence[PrintedLine], margins: Margins) -> bool:
    """Whether a paragraph goes on over the page."""
    return bool(lines and rest) and continues(lines[-1], rest[0], margins, turned=True)


def _turned(lines: Sequence[PrintedLine], rest: Sequence[PrintedLine]) -> tuple[PrintedLine, ...]:
    """The lines of a page and those of the next one, moved as if they stood right below."""
    down = lines[-1].y0 - rest[0].y1
    moved = (
        line._replace(chars=tuple(char._replace(y0=char.y0 + down, y1=char.y1 + down) for char in line.chars)) for line in rest
    )
    return (*lines, *moved)


def _pieces_of_page(page: PrintedPage, number: int, running: frozenset[tuple[int, float]]) -> list[_Piece]:
    tables = ruled_tables(page)
    loose = lines_of(char for char in page.chars if not any(table.holds(char) for table in tables))
    lines = [line for line in loose if (number, round(line.y0)) not in running]
    found: list[_Piece] = []
    for table in [*tables, None]:
        above = [line for line in lines if table is None or line.y0 > table.top]
        lines = lines[len(above) :]
        found += [_Piece(number, page.width, lines=tuple(above))] if above else []
        found += [_Piece(number, page.width, table=table)] if table else []
    return found


def _margins(pages: Sequence[PrintedPage]) -> dict[float, Margins]:
    """Where running text begins and ends, by the width of the page: both margins are the same, unless text reaches further."""
    found: dict[float, Margins] = {}
    for width in {page.width for page in pages}:
        alike = [page for page in pages if page.width == width]
        shown = [char for page in alike for char in page.chars if char.text.strip()]
        left = min((char.x0 for char in shown), default=0.0)
        edge = min([left, *(stroke.x0 for page in alike for stroke in page.strokes)])
        right = max([width - edge, *(char.x1 for char in shown if char.text.isalnum())])
        found[width] = Margins(left, right)
    return found


# --- page headers and footers --------------------------------------------------------------------------------


class _Running(NamedTuple):
    """Lines of page headers and footers: where they stand, and what of them is more than a page number."""

    places: frozenset[tuple[int, float]]  # page, and the bottom of the line in whole points
    told: tuple[str, ...]


def _running_lines(pages: Sequence[PrintedPage]) -> _Running:
    """The lines in the margins that are on several pages, and page numbers."""
    lines = [
        (number, line)
        for number, page in enumerate(pages, 1)
        for line in lines_of(char for char in page.chars if not MARGIN < char.middle < page.height - MARGIN)
    ]
    seen = Counter((_without_digits(line.text), round(line.y0)) for _, line in lines)
    places: set[tuple[int, float]] = set()
    told: dict[str, str] = {}
    for number, line in lines:
        words = _without_digits(line.text)
        is_number = str(number) in DIGITS.findall(line.text)
        if (is_number and not words) or seen[words, round(line.y0)] > 1:
            places.add((number, round(line.y0)))
            if not is_number:
                told.setdefault(words, line.text)
    return _Running(frozenset(places), tuple(told.values()))


def _without_digits(text: str) -> str:
    return DIGITS.sub("", letters_of(text))


# --- pdfminer.six --------------------------------------------------------------------------------------------


def _printed_pages(content: bytes) -> Iterator[PrintedPage]:
    """Yield what is printed on every page."""
    try:
        from pdfminer.converter import PDFPageAggregator
        from pdfminer.pdfdocument import PDFDocument, PDFPasswordIncorrect
        from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
        from pdfminer.pdfpage import PDFPage
        from pdfminer.pdfparser import PDFParser
    except ImportError:
        raise UsageError("no_pdfminer") from None
    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)  # what it warns programmers of
    count = total = 0
    try:
        document = PDFDocument(PDFParser(io.BytesIO(content)))
        resources = PDFResourceManager()
        device = PDFPageAggregator(resources, laparams=None)
        interpreter = PDFPageInterpreter(resources, device)
        for count, page in enumerate(PDFPage.create_pages(document), 1):
            interpreter.process_page(page)
            printed = _printed_page(device.get_result())
            total += len(printed.chars)
            if count > MOST_PAGES or total > MOST_CHARS or len(printed.strokes) > MOST_STROKES:
                raise too_large("PDF", MOST_PAGES if count > MOST_PAGES else MOST_CHARS)
            yield printed
    except PDFPasswordIncorrect:
        raise UnreadableError("XL442") from None
    except (UnreadableError, MemoryError):
        raise
    except Exception as error:  # whatever it raises of a file that is damaged
        raise UnreadableError("XL447", found=f"{type(error).__name__}: {str(error)[:80]}") from None
    if not count:
        raise UnreadableError("XL447", found=sentence("pdf_without_pages", {}))


def _printed_page(layout: LTContainer[LTComponent]) -> PrintedPage:
    chars: list[Char] = []
    strokes: list[Stroke] = []
    pictures = 0
    for item in _components(layout):
        kind = type(item).__name__
        if kind == "LTChar":
            text = letter_of(item.get_text())  # type: ignore[attr-defined]
            chars.append(Char(text, item.x0, item.y0, item.x1, item.y1))
        elif kind in ("LTLine", "LTRect", "LTCurve"):
            strokes += _strokes(item)
        else:
            pictures += kind == "LTImage"
    return PrintedPage(chars, strokes, pictures, layout.width, layout.height)


@lru_cache(maxsize=8192)
def letter_of(text: str) -> str:
    """The text of a character; a radical is the letter that it looks like, for which many PDFs have it."""
    if len(text) != 1 or not unicodedata.name(text, "").startswith(RADICALS):
        return text
    return _radicals().get(text) or unicodedata.normalize("NFKC", text)


@lru_cache
def _radicals() -> Mapping[str, str]:
    """The radicals for which Unicode has no compatible letter."""
    import tomllib

    found: Mapping[str, str] = tomllib.loads(Path(CATALOGUES, "radicals.toml").read_text("utf-8"))["radicals"]
    return found


def _components(layout: LTContainer[LTComponent]) -> Iterator[LTComponent]:
    """Yield everything on a page, what stands in a figure too."""
    for item in layout:
        if type(item).__name__ == "LTFigure":
            yield from _components(item)  # type: ignore[arg-type]
        else:
            yield item


def _strokes(shape: LTComponent) -> Iterator[Stroke]:
    """Yield the lines that a shape shows: a thin one is a line, of a wider one its edges, if they are drawn."""
    x0, y0, x1, y1 = shape.bbox
    if y1 - y0 <= THIN < x1 - x0:
        yield Stroke(x0, (y0 + y1) / 2, x1, (y0 + y1) / 2)
    elif x1 - x0 <= THIN < y1 - y0:
        yield Stroke((x0 + x1) / 2, y0, (x0 + x1) / 2, y1)
    elif type(shape).__name__ == "LTRect" and getattr(shape, "stroke", False):
        yield from (Stroke(x0, y, x1, y) for y in (y0, y1))
        yield from (Stroke(x, y0, x, y1) for x in (x0, x1))
