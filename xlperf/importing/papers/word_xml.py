"""The XML elements of a Word document, by their local names.

value_of(child_of(paragraph, "pPr", "pStyle"))      # the style of a paragraph, "" where it has none
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

NUMBER = re.compile("[0-9]{1,3}", re.ASCII)


class Element(Protocol):
    """An element as lxml gives it."""

    @property
    def tag(self) -> object: ...  # no text of a comment
    @property
    def text(self) -> str | None: ...
    @property
    def attrib(self) -> Any: ...  # a mapping of texts, which its stubs call texts or bytes
    def iter(self) -> Iterator[Element]: ...
    def __iter__(self) -> Iterator[Element]: ...


def name_of(element: Element) -> str:
    """The local name of an element, "" of a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def child_of(element: Element | None, *path: str) -> Element | None:
    """The first descendant along those names, None where there is none."""
    for name in path:
        if element is None:
            return None
        element = next((child for child in element if name_of(child) == name), None)
    return element


def value_of(element: Element | None, name: str = "val") -> str:
    """An attribute of an element, "" where either is missing."""
    if element is None:
        return ""
    attributes: Mapping[str, str] = element.attrib
    return next((value for key, value in attributes.items() if key.rpartition("}")[2] == name), "")


def number_of(text: str, otherwise: int) -> int:
    """The number of at most three digits that a text is, `otherwise` where it is none."""
    return int(text) if NUMBER.fullmatch(text) else otherwise
