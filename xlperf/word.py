"""Fill a Word template: the one home of docxtpl.

    render_word(Path("report.docx"), {"cover": {"unit": "某局"}, "goals": [{"expected": "4场"}]}, Path("out.docx"))

A template is a document made in Word in which `{{ cover.unit }}` stands where a text goes, and `{%tr for goal in goals %}`,
`{%tr endfor %}` in rows of their own around a row that repeats (`{%p … %}`: paragraphs). `{{ goal.duty|merged }}` joins a
cell with the one above it if that says the same or it is blank. docxtpl turns what people typed in Word into Jinja, once
per process and template; filling in is Jinja's, sandboxed, since templates come by mail.

What is filled in is data: it is escaped, never read as a tag, a new line in it starts a new paragraph of the same form,
and control characters, which XML cannot hold, are left out. The same input gives the same bytes.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from .errors import FormError, UsageError
from .files import ZIP_TIME, stamp, write_atomically
from .placeholders import Complaint, W, complaints

SPACE = "{http://www.w3.org/XML/1998/namespace}space"
FILLED = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml")  # the parts in which tags may stand
PROPERTIES = "docProps/core.xml"
BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
CONTROL = re.compile("[\x00-\x08\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
MERGED = "merged"  # the filter, and the processing instruction it leaves in the text until cells are joined
BEFORE_MERGE = ("cnfStyle", "tcW", "gridSpan", "hMerge")  # what stands before vMerge among the properties of a cell
CORE = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" \
xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{title}</dc:title><dc:creator>xlperf</dc:creator>\
<dcterms:created xsi:type="dcterms:W3CDTF">{date}T00:00:00Z</dcterms:created>\
<dcterms:modified xsi:type="dcterms:W3CDTF">{date}T00:00:00Z</dcterms:modified></cp:coreProperties>"""


def render_word(template: Path, context: Mapping, target: Path, date: str | None = None) -> None:
    """Write the template, filled from the context, to `target`; `date` (ISO, default see `stamp`) goes into its properties.

    Raises:
        UsageError: the template cannot be opened or the target not written.
        FormError: the template is no Word document, or a tag in it cannot be filled.
    """
    parts = dict(_filled(template, context, stamp(date)))
    write_atomically(target, lambda path: _write_zip(path, parts))


def check_word(template: Path, sample: Mapping) -> Iterator[Complaint]:
    """Yield what is wrong with a template, each with its place; `sample` is a context whose lists hold one item each.

    Raises:
        UsageError, FormError: the template cannot be opened or is no Word document.
    """
    content = _read(template)
    found = False
    for name, part in _parts(content, template):
        if FILLED.fullmatch(name):
            for complaint in complaints(_parsed(part), _environment(), sample, name):
                found = True
                yield complaint
    if not found:  # what is right tag by tag may still be wrong together: a condition around half a table
        try:
            dict(_filled(template, sample, stamp(None)))
        except FormError as error:
            yield template.name, str(error.arguments["reason"])


def _filled(template: Path, context: Mapping, date: str) -> Iterator[tuple[str, bytes]]:
    """Yield the parts of the package, those with tags filled in."""
    import jinja2
    from lxml import etree

    try:
        for name, part in _prepared(_read(template), template):
            if isinstance(part, bytes):
                yield name, part
            elif name == PROPERTIES:
                yield name, CORE.format(title=part.render(context), date=date).encode()
            else:
                root = etree.fromstring(part.render(context).encode())
                _break_lines(root)
                _merge_cells(root)
                yield name, etree.tostring(root, encoding="UTF-8", standalone=True)
    except (jinja2.TemplateError, etree.XMLSyntaxError, TypeError) as error:
        raise FormError("word_template", path=template, reason=f"{error}") from None


@lru_cache(maxsize=8)
def _prepared(content: bytes, template: Path) -> tuple[tuple[str, object], ...]:
    """The parts of a template, those with tags compiled; kept, for this takes longer than filling in."""
    from docxtpl import DocxTemplate
    from lxml import etree

    patch = DocxTemplate(BytesIO(content)).patch_xml

    def prepared(name: str, part: bytes) -> object:
        if name == PROPERTIES:
            title = _parsed(part).findtext("{http://purl.org/dc/elements/1.1/}title")
            return _environment().from_string(title or "")
        if FILLED.fullmatch(name):
            return _environment().from_string(patch(etree.tostring(_parsed(part), encoding="unicode")))
        return part

    return tuple((name, prepared(name, part)) for name, part in _parts(content, template))


@lru_cache
def _environment():
    """Jinja as templates get it: sandboxed, everything escaped, a name that is not there an error."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment
    from markupsafe import Markup, escape

    class Environment(ImmutableSandboxedEnvironment):
        def getattr(self, obj: object, attribute: str) -> object:
            """`budget.items` is the field of that name, not a method of dict."""
            if isinstance(obj, Mapping) and attribute in obj:
                return obj[attribute]
            return super().getattr(obj, attribute)

    environment = Environment(autoescape=True, undefined=StrictUndefined, finalize=_holdable)
    environment.filters[MERGED] = lambda value: escape(_holdable(value)) + Markup(f"<?{MERGED}?>")
    return environment


def _holdable(value: object) -> object:
    """A text as XML can hold it, its lines ended alike."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    return CONTROL.sub("", BREAKS.sub("\n", value)) if CONTROL.search(value) or BREAKS.search(value) else value


# --- the package ---------------------------------------------------------------------------------------------


def _read(template: Path) -> bytes:
    try:
        return template.read_bytes()
    except OSError as error:
        raise UsageError("cannot_open", path=template, reason=error.strerror) from None


def _parts(content: bytes, template: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            yield from ((name, package.read(name)) for name in package.namelist() if not name.endswith("/"))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:  # RuntimeError: it has a password
        raise FormError("word_template", path=template, reason=f"{error}") from None


def _parsed(part: bytes):
    from lxml import etree

    return etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True))


def _write_zip(path: Path, parts: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            entry = zipfile.ZipInfo(name, ZIP_TIME)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0  # the same on every system
            package.writestr(entry, part)


# --- after filling in ----------------------------------------------------------------------------------------


def _break_lines(root) -> None:
    """A new line in a text starts a new paragraph of the same form, a tab is a tab."""
    for text in list(root.iter(f"{W}t")):
        content = text.text or ""
        if "\t" in content:
            _split(text, content.split("\t"), "tab")
    for paragraph in list(root.iter(f"{W}p")):
        _break_paragraph(paragraph)


def _split(text, pieces: list[str], between: str) -> None:
    """Put an element between the pieces of a text; what followed the first piece in the text stays behind the last."""
    last = text
    text.text = pieces[0]
    for piece in pieces[1:]:
        for tag, content in ((between, None), ("t", piece)):
            new = text.makeelement(f"{W}{tag}", {SPACE: "preserve"} if content else {})
            new.text = content
            last.addnext(new)
            last = new
    for mark in list(text):
        last.append(mark)


def _break_paragraph(paragraph) -> None:
    text = next((t for t in paragraph.iter(f"{W}t") if "\n" in (t.text or "")), None)
    while text is not None and text.getparent().getparent() is paragraph:
        run, (first, rest) = text.getparent(), text.text.split("\n", 1)
        following = paragraph.makeelement(paragraph.tag)
        properties = paragraph.find(f"{W}pPr")
        if properties is not None:
            following.append(deepcopy(properties))
            if (section := properties.find(f"{W}sectPr")) is not None:  # a section ends in the last of the paragraphs
                properties.remove(section)
        next_run = run.makeelement(run.tag)
        if (form := run.find(f"{W}rPr")) is not None:
            next_run.append(deepcopy(form))
        moved = [text, *text.itersiblings()]
        later = list(run.itersiblings())
        text.text, copy = first, deepcopy(text)
        text[:] = []
        copy.text = rest
        next_run.extend([copy, *moved[1:]])
        following.extend([next_run, *later])
        paragraph.addnext(following)
        paragraph, text = following, next((t for t in following.iter(f"{W}t") if "\n" in (t.text or "")), None)


def _merge_cells(root) -> None:
    """Join the cells that the filter `merged` marked with those above them, from left to right."""
    for table in list(root.iter(f"{W}tbl")):
        above: dict[int, tuple] = {}
        for row in table.iterchildren(f"{W}tr"):
            above = dict(_merged_row(row, above))
    for mark in [node for node in root.iter() if node.tag is not None and not isinstance(node.tag, str)]:
        mark.getparent().remove(mark)


def _merged_row(row, above: Mapping[int, tuple]) -> Iterator[tuple[int, tuple]]:
    """Join the cells of a row with those above; yield column, the cell that a next one may join, its text."""
    column, joining = 0, True
    for cell in row.iterchildren(f"{W}tc"):
        if any(True for _ in cell.iter(_mark())):
            text = "".join(t.text or "" for t in cell.iter(f"{W}t"))
            first, said = above.get(column, (None, None))
            joining = joining and first is not None and text in ("", said)
            if joining:
                _set_merge(first, "restart")
                _set_merge(cell, "continue")
                for paragraph in list(cell.iter(f"{W}p"))[1:]:
                    paragraph.getparent().remove(paragraph)
                for run in list(cell.iter(f"{W}r")):
                    run.getparent().remove(run)
                yield column, (first, said)
            else:
                yield column, (cell, text)
        span = cell.find(f"{W}tcPr/{W}gridSpan")
        column += int(span.get(f"{W}val")) if span is not None else 1


def _mark():
    from lxml.etree import ProcessingInstruction

    return ProcessingInstruction


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
