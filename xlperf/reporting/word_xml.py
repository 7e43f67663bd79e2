"""Elements of a Word document: their names, the way to those around them, and their text.

for paragraph in root.iter(f"{W}p"):
    own_text(paragraph), around(paragraph, "tc")       # its text, and the table cell that it stands in, if any
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from lxml import etree

Element: TypeAlias = etree._Element  # lxml has no public name for it

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def parent_of(element: Element) -> Element:
    """The element that this one stands in; it is not the root."""
    parent = element.getparent()
    assert parent is not None, f"{element.tag} is the root"
    return parent


def around(element: Element, name: str) -> Element | None:
    """The nearest element of that name that this one stands in."""
    return next(element.iterancestors(f"{W}{name}"), None)


def whole_text(element: Element) -> str:
    """All text in an element."""
    return "".join(text.text or "" for text in element.iter(f"{W}t"))


def own_texts(paragraph: Element) -> Iterator[Element]:
    """Yield the texts of a paragraph, without those of paragraphs in a drawing inside it."""
    return (text for text in paragraph.iter(f"{W}t") if around(text, "p") is paragraph)


def own_text(paragraph: Element) -> str:
    """The text of a paragraph, without that of paragraphs in a drawing inside it."""
    return "".join(text.text or "" for text in own_texts(paragraph))
