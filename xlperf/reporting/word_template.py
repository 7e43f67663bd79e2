"""Fill a Word template: the one home of docxtpl.

    render_word(Path("report.docx"), {"cover": {"unit": "Bureau"}, "goals": [{"expected": "4 courses"}]}, Path("out.docx"))

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
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

from xlperf.errors import FormError, UsageError, reason_of
from xlperf.files import ZIP_TIME, stamp, write_atomically
from xlperf.reporting.word_paragraphs import MERGED, settle
from xlperf.reporting.word_tags import Complaint, complaints, missing_in_headers
from xlperf.text import CONTROL

FILLED = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml")  # the parts in which tags may stand
DOCUMENT, PROPERTIES = "word/document.xml", "docProps/core.xml"
BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
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
    write_atomically(target, lambda path: write_package(path, parts))


def check_word(template: Path, sample: Mapping, on_every_page: str = "") -> Iterator[Complaint]:
    """Yield what is wrong with a template, each with its place.

    Args:
        sample: a context whose lists hold one item each: the names that there are.
        on_every_page: a name that all headers must print.

    Raises:
        UsageError, FormError: the template cannot be opened or is no Word document.
    """
    parts = {name: _parsed(part, template) for name, part in _parts(_read(template), template) if name.endswith(".xml")}
    found = [
        complaint
        for name, root in parts.items()
        if FILLED.fullmatch(name)
        for complaint in complaints(root, _environment(), sample, name)
    ]
    found += missing_in_headers(parts, on_every_page) if on_every_page else ()
    yield from found
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
                yield name, CORE.format(title=escape(_rendered(part, context, template)), date=date).encode()
            else:
                root = _parsed(_rendered(part, context, template).encode(), template, "word_template")
                settle(root)
                yield name, etree.tostring(root, encoding="UTF-8", standalone=True)
    except jinja2.TemplateSyntaxError as error:
        raise FormError("word_template", path=template, reason=error.message) from None


def _rendered(part, context: Mapping, template: Path) -> str:
    """A part filled in; whatever its tags do with what they are given is the template's fault."""
    from jinja2 import TemplateError

    try:
        return part.render(context)
    except (TemplateError, ArithmeticError, TypeError, ValueError) as error:
        raise FormError("word_template", path=template, reason=f"{error}") from None


@lru_cache(maxsize=8)
def _prepared(content: bytes, template: Path) -> tuple[tuple[str, object], ...]:
    """The parts of a template, those with tags compiled; kept, for this takes longer than filling in."""
    from docxtpl import DocxTemplate
    from lxml import etree

    patch = DocxTemplate(BytesIO(content)).patch_xml

    def prepared(name: str, part: bytes) -> object:
        if name == PROPERTIES:
            title = _parsed(part, template).findtext("{http://purl.org/dc/elements/1.1/}title")
            return _environment().overlay(autoescape=False).from_string(title or "")
        if FILLED.fullmatch(name):
            return _environment().from_string(patch(etree.tostring(_parsed(part, template), encoding="unicode")))
        return part

    return tuple((name, prepared(name, part)) for name, part in _parts(content, template))


@lru_cache
def _environment():
    """Jinja as templates get it: sandboxed, everything escaped, a name that is not there an error."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment
    from markupsafe import Markup
    from markupsafe import escape as escaped

    class Environment(ImmutableSandboxedEnvironment):
        def getattr(self, obj: object, attribute: str) -> object:
            """`budget.items` is the field of that name, not a method of dict."""
            if isinstance(obj, Mapping) and attribute in obj:
                return obj[attribute]
            return super().getattr(obj, attribute)

    environment = Environment(autoescape=True, undefined=StrictUndefined, finalize=_holdable)
    environment.filters[MERGED] = lambda value: escaped(_holdable(value)) + Markup(f"<?{MERGED}?>")
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
        raise UsageError("cannot_open", path=template, reason=reason_of(error)) from None


def _parts(content: bytes, template: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            if DOCUMENT not in package.namelist():
                raise FormError("not_word", path=template, reason=f"no {DOCUMENT}")
            yield from ((name, package.read(name)) for name in package.namelist() if not name.endswith("/"))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:  # RuntimeError: it has a password
        raise FormError("not_word", path=template, reason=f"{error}") from None


def _parsed(part: bytes, template: Path, fault: str = "not_word"):
    from lxml import etree

    try:
        return etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise FormError(fault, path=template, reason=error.msg) from None


def write_package(path: Path, parts: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            entry = zipfile.ZipInfo(name, ZIP_TIME)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0  # the same on every system
            package.writestr(entry, part)
