"""What the styles and fields of a Word document say of its text: which paragraphs are headings, which a table of contents."""

from __future__ import annotations

import re
from dataclasses import dataclass

from xlperf.importing.papers.word_xml import Element, child_of, name_of, number_of, value_of

BODY_LEVELS = 9  # an outline level below this is a heading
CONTENTS, CONTENTS_STYLE = re.compile(r"\s*TOC\b"), re.compile(r"toc (?:[1-9]|heading)", re.IGNORECASE)


def heading_styles(styles: Element) -> frozenset[str]:
    """The identities of the styles that have an outline level, their own or one of the style they are based on."""
    by_key = {value_of(style, "styleId"): style for style in styles if name_of(style) == "style"}

    def level(key: str) -> str:
        seen: set[str] = set()
        while key in by_key and key not in seen:
            seen.add(key)
            if own := value_of(child_of(by_key[key], "pPr", "outlineLvl")):
                return own
            key = value_of(child_of(by_key[key], "basedOn"))
        return ""

    return frozenset(key for key in by_key if is_heading(level(key)))


def is_heading(level: str) -> bool:
    return number_of(level, BODY_LEVELS) < BODY_LEVELS


def contents_styles(styles: Element) -> frozenset[str]:
    """The identities of the styles in which Word sets a table of contents."""
    named = ((value_of(style, "styleId"), value_of(child_of(style, "name"))) for style in styles)
    return frozenset(key for key, name in named if CONTENTS_STYLE.fullmatch(name))


@dataclass
class _Field:
    """A field that has begun: how many pieces of text stand before it, and its code so far."""

    start: int
    code: str = ""


def contents_texts(body: Element) -> frozenset[Element]:
    """The pieces of text that a field shows as a table of contents; one that never ends is none."""
    texts: list[Element] = []
    opened: list[_Field] = []
    found: set[Element] = set()
    for element in body.iter():
        name = name_of(element)
        if name == "t":
            texts.append(element)
        elif name == "instrText" and opened:
            opened[-1].code += element.text or ""
        elif name == "fldChar" and value_of(element, "fldCharType") == "begin":
            opened.append(_Field(len(texts)))
        elif name == "fldChar" and value_of(element, "fldCharType") == "end" and opened:
            ended = opened.pop()
            found.update(texts[ended.start :] if CONTENTS.match(ended.code) else ())
        elif name == "fldSimple" and CONTENTS.match(value_of(element, "instr")):
            found.update(part for part in element.iter() if name_of(part) == "t")
    return frozenset(found)


def is_contents(element: Element) -> bool:
    """Whether a content control is Word's own for a table of contents."""
    gallery = child_of(element, "sdtPr", "docPartObj", "docPartGallery") if name_of(element) == "sdt" else None
    return value_of(gallery) == "Table of Contents"
