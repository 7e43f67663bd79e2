"""The parts of an XML element by their local names, whatever prefix they bear.

    value_of(child_of(paragraph, "pPr", "pStyle"))     # "Heading1", "" where there is none
"""

from __future__ import annotations

import re

NUMBER = re.compile("[0-9]{1,3}", re.ASCII)


def name_of(element) -> str:
    """The local name of an element, "" of a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def child_of(element, *path: str):
    """The first descendant along those names, None where there is none."""
    for name in path:
        element = next((child for child in element if name_of(child) == name), None) if element is not None else None
    return element


def value_of(element, name: str = "val") -> str:
    """An attribute of an element, "" where either is missing."""
    found = (value for key, value in element.attrib.items() if key.rpartition("}")[2] == name) if element is not None else ()
    return next(iter(found), "")


def number_of(text: str, otherwise: int) -> int:
    """A short number, `otherwise` where it is none."""
    return int(text) if NUMBER.fullmatch(text) else otherwise
