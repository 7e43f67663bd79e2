"""How Excel counts: letters as UTF-16, the depth of a formula by its parentheses."""

from __future__ import annotations

import re

LITERAL = re.compile(r'"((?:[^"]|"")*)"')


def utf16(text: str | None) -> int:
    return len((text or "").encode("utf-16-le")) // 2


def depth(formula: str) -> int:
    level = deepest = 0
    for character in LITERAL.sub("", formula):
        level += (character == "(") - (character == ")")
        deepest = max(deepest, level)
    return deepest
