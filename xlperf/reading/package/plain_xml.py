"""XML of which every reader understands the same: well-formed UTF-8 without a DOCTYPE, a `<` and a `>` for each tag and no more.

    part = read_xml(archive.parts["xl/styles.xml"])
    part.content, part.rewritten
    rewrite("sheet1.xml", [b"<x:row><x:c/></x:row>"])       # <row r="1"><c r="A1"/></row>

What Excel, WPS, LibreOffice and Google write passes as it stands. Any other spelling (prefixes, comments, CDATA, UTF-16, cells
without an address) is rewritten first, so that patterns see what parsers see.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from xml.parsers import expat

from xlperf.addresses import cell_name, column_number
from xlperf.errors import UnreadableError
from xlperf.reading import limits
from xlperf.reading.limits import MIB, too_large
from xlperf.reading.package.damage import damaged
from xlperf.reading.package.zip_file import Part, inflate

DECLARATION = re.compile(
    rb"(?:\xef\xbb\xbf)?"
    rb"(?:<\?xml version=[\"']1.0[\"'](?: encoding=[\"'](?i:utf-8)[\"'])?(?: standalone=[\"']\w+[\"'])?\s*\?>\s*)?(?=<\w)"
)
ROOT = re.compile(rb"<(?:[\w.-]+:)?([A-Za-z]\w*)")
IGNORED = re.compile(rb"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)", re.DOTALL)  # comments and instructions
ADDRESS = re.compile(r"([A-Za-z]{1,3})0*([1-9][0-9]{0,6})")
ROW_NUMBER = re.compile("[0-9]{1,7}")
WRITTEN_ANEW = ("r", "xmlns")  # attributes
LIKE_ADDRESS = re.compile(r"(?<!\Axmlns)[:.-]r\Z")  # other attributes that a pattern would take for an address
CELLS = ("sheetData", "row", "c")  # what calamine takes for its own whatever the vocabulary
FOREIGN = "_"  # the prefix that a name of another vocabulary gets if it has none
IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
IN_VALUE = IN_TEXT | str.maketrans({'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})


class Unusual(Exception):
    """XML that patterns cannot be trusted on; it is rewritten first."""


@dataclass(frozen=True)
class PlainPart:
    """A part that is well-formed and plain."""

    content: bytes
    rewritten: bool  # it is not as it stood in the file


def root_of(start: bytes) -> str | None:
    """The name of the root element, without its prefix; "" for XML whose root is not among these first bytes, None for no XML."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")):
        start = start.replace(b"\0", b"").lstrip(b"\xff\xfe")
    if not start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return None
    match = ROOT.search(IGNORED.sub(b"", start))
    return match[1].decode() if match else ""


def read_xml(part: Part) -> PlainPart:
    """Return a part that is no sheet, well-formed and plain.

    Raises:
        UnreadableError: corrupted (XL103), with a DOCTYPE (XL119), or too large (XL128).
    """
    content, rewritten = b"".join(inflate(part)), False
    try:
        check_plain(content)
    except Unusual:
        content, rewritten = rewrite(part.name, [content]), True
    check_well_formed(part.name, content)
    return PlainPart(content, rewritten)


def check_plain(content: bytes | bytearray) -> None:
    """A `<` and a `>` for every tag and nothing else: then tags can be counted, and patterns see what parsers see.

    Raises:
        Unusual: it is not so.
    """
    start = DECLARATION.match(content)
    if start is None or content.find(b"<!") >= 0 or content.find(b"<?", start.end()) >= 0:
        raise Unusual
    if content.count(b"<") != content.count(b">"):
        raise Unusual


def check_well_formed(name: str, content: bytes | bytearray) -> None:
    """Let a parser go through it.

    Raises:
        UnreadableError: not well-formed (XL103), with a DOCTYPE (XL119), or too deep (XL128).
    """
    if len(content) > MIB:
        _check_depth(name, content)
    parser = expat.ParserCreate(namespace_separator=" ")  # so that prefixes are checked too
    try:
        _parse(name, parser, last=bytes(content))
    except UnreadableError:
        _check_depth(name, content)
        raise


def _check_depth(name: str, content: bytes | bytearray) -> None:
    """Refuse what is too deep, for a parser keeps every open tag in memory; what is small and well-formed is not.

    Raises:
        UnreadableError: too deep (XL128).
    """
    depth = 0
    for i in range(0, len(content), MIB):
        tags, closing, single = (content.count(sign, i, i + MIB) for sign in (b"<", b"</", b"/>"))
        depth += tags - 2 * closing - single
        if depth > limits.DEEPEST:
            raise too_large(name, limits.DEEPEST)


def has_doctype(content: bytes) -> bool:
    """Whether a part nobody parses says DOCTYPE in any encoding a parser would know."""
    return any("<!DOCTYPE".encode(encoding) in content for encoding in ("utf-8", "utf-16-le", "utf-16-be"))


def _parse(name: str, parser: expat.XMLParserType, chunks: Iterable[bytes] = (), *, last: bytes = b"") -> None:
    def refuse_doctype(*_: object) -> None:
        raise UnreadableError("XL119", found=name)

    parser.StartDoctypeDeclHandler = refuse_doctype
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(last, True)  # what is parsed as the last piece is not copied first
    except expat.ExpatError as error:
        raise damaged(name, f"XML {error.lineno}:{error.offset}") from None
    except (LookupError, ValueError):  # an encoding expat asks Python for
        raise damaged(name, "XML") from None


# --- rewriting -----------------------------------------------------------------------------------------------


def rewrite(name: str, chunks: Iterable[bytes]) -> bytes:
    """Rewrite XML: UTF-8, no prefix before the names of the root's vocabulary and one before all others, no comments, no CDATA.

    In a sheet every row and cell gets its address as first attribute; one without stands behind the one before it. What only
    looks like a row or a cell is left out.

    Raises:
        UnreadableError: not well-formed (XL103), with a DOCTYPE (XL119), or too large (XL128).
    """
    writer, parser = _Writer(name), expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = writer.start, writer.end
    parser.CharacterDataHandler = writer.text
    _parse(name, parser, chunks)
    return "".join(writer.out).encode("utf-8", "replace")


class _Open(NamedTuple):
    """An element that is still open."""

    written: str  # its name as it was written
    prefixes: Mapping[str, str]  # the vocabularies by prefix in it, as the file has them; "" is that of names without one


class _Writer:
    """What a parser tells, written in one spelling."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.out: list[str] = []
        self.tags = 0
        self.vocabulary = ""  # that of the root
        self.elements = [_Open("", {"": ""})]
        self.left_out = 0  # how many of them are left out, the innermost
        self.is_open = False  # the last tag has no `>` yet
        self.addresses = _Addresses()

    def start(self, tag: str, values: dict[str, str]) -> None:
        self.tags += 1
        if self.tags > limits.MOST_TAGS or len(self.elements) > limits.DEEPEST:
            raise too_large(self.name, limits.MOST_TAGS)
        prefixes = _declared(self.elements[-1].prefixes, values)
        prefix, _, local = tag.rpartition(":")
        vocabulary = prefixes.get(prefix, "")
        address = values.get("r")
        values = {key: value for key, value in values.items() if key not in WRITTEN_ANEW and not LIKE_ADDRESS.search(key)}
        if self.tags == 1:
            self.vocabulary = values["xmlns"] = vocabulary
        if vocabulary == self.vocabulary:
            tag = local
        elif not prefix:
            tag, values[f"xmlns:{FOREIGN}"] = f"{FOREIGN}:{local}", vocabulary or FOREIGN
        self.elements.append(_Open(tag, prefixes))
        if self.left_out or (tag != local and local in CELLS):
            self.left_out += 1
            return
        if tag in ("row", "c"):
            plain = {key: value for key, value in values.items() if ":" not in key or key.startswith("xmlns:")}
            values = {"r": self.addresses.next(tag, address), **plain}
        written = "".join(f' {key}="{value.translate(IN_VALUE)}"' for key, value in values.items())
        self.out.append(f"{'>' if self.is_open else ''}<{tag}{written}")
        self.is_open = True

    def end(self, _: str) -> None:
        element = self.elements.pop()
        if self.left_out:
            self.left_out -= 1
            return
        self.out.append("/>" if self.is_open else f"</{element.written}>")
        self.is_open = False

    def text(self, data: str) -> None:
        if self.left_out:
            return
        self.out.append(f"{'>' if self.is_open else ''}{data.translate(IN_TEXT)}")
        self.is_open = False


def _declared(prefixes: Mapping[str, str], values: Mapping[str, str]) -> Mapping[str, str]:
    """The vocabularies by prefix where an element with those attributes stands."""
    declared = {key.partition(":")[2]: value for key, value in values.items() if key == "xmlns" or key.startswith("xmlns:")}
    return {**prefixes, **declared} if declared else prefixes


class _Addresses:
    """The address of each row and cell in turn; one that is not written follows the one before it."""

    def __init__(self) -> None:
        self.row, self.column = 0, -1

    def next(self, tag: str, written: str | None) -> str:
        if tag == "row":
            self.row = int(written) if written and ROW_NUMBER.fullmatch(written) else self.row + 1
            self.column = -1
            return str(self.row)
        place = ADDRESS.fullmatch(written or "")
        self.column = column_number(place[1].upper()) if place else self.column + 1
        if place:
            return place[1].upper() + place[2]
        return written.upper() if written is not None else cell_name(self.row - 1, self.column)
