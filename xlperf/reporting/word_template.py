"""Fill a Word template: the one home of docxtpl.

    render_word(Path("report.docx"), {"cover": {"unit": "Bureau"}, "goals": [{"expected": "4 courses"}]}, Path("out.docx"))

A template is a document made in Word in which `{{ cover.unit }}` stands where a text goes, and `{%tr for goal in goals %}`,
`{%tr endfor %}` in rows of their own around a row that repeats (`{%p … %}`: paragraphs). `{{ goal.duty|merged }}` joins a
cell with the one above it if that says the same or it is blank. docxtpl turns what people typed in Word into Jinja, once
per process and template; filling in is Jinja's, sandboxed, since templates come by mail.

What is filled in is data: it is escaped, never read as a tag, a new line in it starts a new paragraph with the same properties,
and control characters, which XML cannot hold, are left out. The same input gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, UndefinedError, pass_context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree
from markupsafe import Markup
from markupsafe import escape as escape_markup

from xlperf.errors import FormError
from xlperf.files import shipped, stamp, write_atomically
from xlperf.forms.definition import quoted
from xlperf.messages import sentence
from xlperf.reporting.bounds import bounded
from xlperf.reporting.word_package import parse_part, parts_of, read_package, write_package
from xlperf.reporting.word_paragraphs import MERGED, settle
from xlperf.reporting.word_tables import keep_last_rows
from xlperf.reporting.word_tags import Complaint, complaints, missing_in_headers, why_no_tag
from xlperf.text import CONTROL

FILLED = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml")  # the parts in which tags may stand
PROPERTIES = "docProps/core.xml"
QUOTED_NAME = re.compile(r"['\"]([^'\"]+)['\"]")
TITLE = "{http://purl.org/dc/elements/1.1/}title"
BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
CORE = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" \
xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{title}</dc:title><dc:creator>xlperf</dc:creator>\
<dcterms:created xsi:type="dcterms:W3CDTF">{date}T00:00:00Z</dcterms:created>\
<dcterms:modified xsi:type="dcterms:W3CDTF">{date}T00:00:00Z</dcterms:modified></cp:coreProperties>"""

MOST_SECONDS, MOST_MEMORY = 20, 512 * 2**20  # to fill one part of a template that somebody made; ours take a tenth of a second
MOST_TEXT = 32 * 2**20  # characters of one part; 200 rows of the longest texts have 10 million

Context = Mapping[str, object]  # what the tags of a template can name


def render_word(template: Path, context: Context, target: Path, date: str | None = None) -> None:
    """Write the template, filled from the context, to `target`; `date` (ISO, default see `stamp`) goes into its properties.

    Raises:
        UsageError: the template cannot be opened or the target not written.
        FormError: the template is no Word document, or a tag in it cannot be filled.
    """
    parts = dict(_filled_parts(template, context, stamp(date)))
    write_atomically(target, lambda path: write_package(path, parts))


def check_word(template: Path, sample: Context, on_every_page: str = "") -> Iterator[Complaint]:
    """Yield what is wrong with a template, each with its place.

    Args:
        sample: a context whose lists hold one item each: the names that there are.
        on_every_page: a name that all headers must print.

    Raises:
        UsageError, FormError: the template cannot be opened or is no Word document.
    """
    parts = parts_of(read_package(template), template)
    roots = {name: parse_part(part, template) for name, part in parts if name.endswith(".xml")}
    found = [
        complaint
        for name, root in roots.items()
        if FILLED.fullmatch(name)
        for complaint in complaints(root, _environment(), sample, name)
    ]
    found += missing_in_headers(roots, on_every_page) if on_every_page else ()
    yield from found
    if not found:  # what is right tag by tag may still be wrong together: a condition around half a table
        try:
            dict(_filled_parts(template, sample, stamp(None)))
        except FormError as error:
            yield Complaint(template.name, str(error.arguments["reason"]))


def _filled_parts(template: Path, context: Context, date: str) -> Iterator[tuple[str, bytes]]:
    """Yield the parts of the package, those with tags filled in."""
    try:
        for name, part in _compiled_parts(read_package(template), template):
            if isinstance(part, bytes):
                yield name, part
            elif name == PROPERTIES:
                yield name, CORE.format(title=escape(_fill(part, context, template)), date=date).encode()
            else:
                root = parse_part(_fill(part, context, template).encode(), template, "word_template")
                settle(root)
                keep_last_rows(root)
                yield name, etree.tostring(root, encoding="UTF-8", standalone=True)
    except TemplateSyntaxError as error:
        raise FormError("word_template", path=template, reason=why_no_tag(error)) from None


def _fill(part: Template, context: Context, template: Path) -> str:
    """A part filled in; whatever its tags do with what they are given is the template's fault."""
    is_ours = template.resolve().is_relative_to(shipped("templates").resolve())
    try:
        with nullcontext() if is_ours else bounded(seconds=MOST_SECONDS, memory=MOST_MEMORY):
            text = part.render(context)
    except MemoryError:
        raise _refusal(template, "grows", most=MOST_MEMORY >> 20) from None
    except TimeoutError:
        raise _refusal(template, "slow", most=MOST_SECONDS) from None
    except _Refused as error:
        raise _refusal(template, "operator", operator=quoted(error.message)) from None
    except UndefinedError as error:
        raise _refusal(template, "undefined", name=" ".join(map(quoted, QUOTED_NAME.findall(str(error))[-1:]))) from None
    except (TemplateError, ArithmeticError, TypeError, ValueError, LookupError):
        raise _refusal(template, "value") from None
    if len(text) > MOST_TEXT:
        raise _refusal(template, "long", found=f"{len(text):,}")
    return text


def _refusal(template: Path, key: str, /, **facts: object) -> FormError:
    return FormError("word_template", path=template, reason=sentence(f"word_{key}", facts))


@lru_cache(maxsize=8)
def _compiled_parts(content: bytes, template: Path) -> tuple[tuple[str, bytes | Template], ...]:
    """The parts of a template, those with tags compiled; kept, for this takes longer than filling in."""
    document = DocxTemplate(BytesIO(content))

    def compiled(name: str, part: bytes) -> bytes | Template:
        if name == PROPERTIES:
            title = parse_part(part, template).findtext(TITLE)
            return _environment().overlay(autoescape=False).from_string(title or "")
        if FILLED.fullmatch(name):
            xml = etree.tostring(parse_part(part, template), encoding="unicode")
            return _environment().from_string(document.patch_xml(xml))
        return part

    return tuple((name, compiled(name, part)) for name, part in parts_of(content, template))


# --- Jinja as templates get it -------------------------------------------------------------------------------


class _Refused(TemplateError):
    """An operator that templates do not get."""


class SandboxedEnvironment(ImmutableSandboxedEnvironment):
    """Jinja as templates get it: sandboxed, and a field comes before a method of the same name.

    No power is raised and no text repeated: a few letters of either take minutes or gigabytes that nothing can end.
    """

    intercepted_binops = frozenset(["**", "*"])

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Multiply numbers, and refuse the rest of what is intercepted."""
        if operator == "**" or not all(isinstance(value, int | float) for value in (left, right)):
            raise _Refused(operator)
        return super().call_binop(context, operator, left, right)

    def getattr(self, obj: object, attribute: str) -> object:
        """`budget.items` is the field of that name, not a method of dict."""
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


@lru_cache
def _environment() -> SandboxedEnvironment:
    """Everything is escaped, and a name that is not there is an error."""
    # Not optimized: what is constant would be worked out while the template is compiled, outside all bounds.
    environment = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined, finalize=_printed, optimized=False)
    environment.filters[MERGED] = _merged
    return environment


def _merged(value: object) -> Markup:
    """The filter `merged`: the value with the mark of a cell that is joined with the one above."""
    return escape_markup(_fit_for_xml(value)) + Markup(f"<?{MERGED}?>")


@pass_context
def _printed(_: Context, value: object) -> object:
    """What is printed of a value; that it takes the context keeps Jinja from printing constants beforehand."""
    return _fit_for_xml(value)


def _fit_for_xml(value: object) -> object:
    """A text as XML can hold it, its lines ended alike; anything else as it is, and nothing as a blank."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    return CONTROL.sub("", BREAKS.sub("\n", value)) if CONTROL.search(value) or BREAKS.search(value) else value
