"""A formula as people type it, as the parser reads it: no leading =, and signs in half width; what stands in quotes stays.

>>> as_read("=ROUND\uff08spent \u00f7 planned\uff0c4\uff09")
'ROUND(spent / planned,4)'
>>> as_read("IF(a \u2265 1, \u201cyes\u201d, \\"\uff1d\\")")
'IF(a >= 1, "yes", "\uff1d")'
"""

from __future__ import annotations

import re

SIGNS = {  # full-width forms, quotation marks, spaces, and the signs of mathematics
    **{chr(0xFF00 + ord(sign) - 0x20): sign for sign in '(),=+-*/%<>&."'},
    **dict.fromkeys("\u201c\u201d", '"'),
    **dict.fromkeys("\u3000\u00a0", " "),
    **{"\u3001": ",", "\u2264": "<=", "\u2265": ">=", "\u2260": "<>", "\u00d7": "*", "\u00f7": "/", "\u2212": "-"},
}
SIGNS |= {chr(0xFF10 + digit): str(digit) for digit in range(10)}
TRANSLATED = str.maketrans(SIGNS)
QUOTED = re.compile('["\uff02\u201c\u201d]((?:[^"\uff02\u201c\u201d]|"")*)["\uff02\u201c\u201d]')


def as_read(source: str) -> str:
    """The formula with its signs in half width, without a leading =."""
    text, at = "", 0
    for match in QUOTED.finditer(source):
        text += source[at : match.start()].translate(TRANSLATED) + f'"{match[1]}"'
        at = match.end()
    text += source[at:].translate(TRANSLATED)
    stripped = text.lstrip()
    return stripped.removeprefix("=") if stripped.startswith("=") and not stripped.startswith("==") else text
