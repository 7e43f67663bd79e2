"""XML of any spelling written anew in the one that patterns can be trusted on: no prefixes, comments, CDATA or UTF-16.

canonical("xl/worksheets/sheet1.xml", [b"<x:row><x:c/></x:row>"])       # <row r="1"><c r="A1"/></row>
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.parsers import expat
from xml.sax.saxutils import escape

from xlperf.addresses import cell_name, column_number
from xlperf.errors import UnreadableError
from xlperf.reading import zip_file as limits
from xlperf.reading.zip_file import damaged, too_large

ADDRESS = re.compile(r"([A-Za-z]{1,3})([1-9][0-9]{0,6})")
IN_TEXT = {"\r": "&#13;"}
IN_VALUE = {'"': "&quot;", "\n": "&#10;", "\t": "&#9;", **IN_TEXT}


def canonical(name: str, chunks: Iterable[bytes]) -> bytes:
    """Write XML anew: UTF-8, no prefix before the names of the root's vocabulary, no comments, no CDATA, no instructions.

    In a sheet every row and cell gets its address as first attribute; one without stands behind the one before it.

    Raises:
        UnreadableError: not well-formed (XL103), with a DOCTYPE (XL119), or too large (XL128).
    """
    out: list[str] = []
    tags = depth = row = 0
    column = -1
    prefix, is_open = "", False

    def start(tag: str, values: dict[str, str]) -> None:
        nonlocal tags, depth, prefix, is_open, row, column
        tags, depth = tags + 1, depth + 1
        if tags > limits.MOST_TAGS or depth > limits.DEEPEST:
            raise too_large(name, limits.MOST_TAGS)
        if tags == 1 and ":" in tag and "xmlns" not in values:
            prefix = tag[: tag.index(":") + 1]
            values["xmlns"] = values.get(f"xmlns:{prefix[:-1]}", "")
        tag = tag.removeprefix(prefix)
        if tag == "row":
            row, column = int(values["r"]) if re.fullmatch("[0-9]{1,7}", values.get("r", "")) else row + 1, -1
            values = {"r": str(row), **{key: value for key, value in values.items() if key != "r"}}
        elif tag == "c":
            place = ADDRESS.fullmatch(values.get("r", ""))
            column = column_number(place[1].upper()) if place else column + 1
            address = values["r"].upper() if "r" in values else cell_name(row - 1, column)
            values = {"r": address, **{key: value for key, value in values.items() if key != "r"}}
        written = "".join(f' {key}="{escape(value, IN_VALUE)}"' for key, value in values.items())
        out.append(f"{'>' if is_open else ''}<{tag}{written}")
        is_open = True

    def end(tag: str) -> None:
        nonlocal depth, is_open
        depth -= 1
        out.append("/>" if is_open else f"</{tag.removeprefix(prefix)}>")
        is_open = False

    def text(data: str) -> None:
        nonlocal is_open
        out.append(f"{'>' if is_open else ''}{escape(data, IN_TEXT)}")
        is_open = False

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.StartDoctypeDeclHandler = lambda *_: refuse_doctype(name)
    parse(name, parser, chunks)
    return "".join(out).encode("utf-8", "replace")


def refuse_doctype(name: str) -> None:
    raise UnreadableError("XL119", found=name)


def parse(name: str, parser: expat.XMLParserType, chunks: Iterable[bytes]) -> None:
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise damaged(name, f"XML {error.lineno}:{error.offset}") from None
    except (LookupError, ValueError):  # an encoding expat asks Python for
        raise damaged(name, "XML") from None
