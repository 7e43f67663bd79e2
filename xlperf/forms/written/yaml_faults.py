"""What is wrong with a text that is no YAML, in the reader's language: the line, what stands there, and how to write it.

    fault_in(error, "form: mini\ntitle\uff1aSmall\n")   # Fault(line=2, reason="a full-width '\uff1a' …")

What a parser stumbles over comes mostly after the mistake: so a tab, and a full-width sign where YAML has a half-width one, are
looked for in the lines around.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from xlperf.forms.definition import quoted
from xlperf.messages import sentence

KINDS = (  # what a parser says, by a part of it; the sentence without its `yaml_`, and whether the fault is where it began
    (r"flow sequence|flow node|expected the node content", "list", True),
    (r"flow mapping", "mapping", True),
    (r"could not find expected ':'", "no_colon", True),
    (r"quoted scalar.*end of stream", "quote", True),
    (r"mapping values are not allowed", "colon", False),
    (r"tab character", "tab", False),
    (r"cannot start any token", "sign", False),
    (r"unknown escape|escape sequence|expected escape", "escape", False),
    (r"sequence entries are not allowed", "dash", False),
    (r"undefined alias|duplicate anchor|scanning an (alias|anchor)", "alias", False),
    (r"constructor for the tag|scanning a tag|tag handle", "tag", False),
    (r"single document|document start|directive", "documents", False),
    (r"block scalar", "block", False),
    (r"merging|unhashable", "key", False),
    (r"too deep|depth|exceeded", "deep", False),
    (r"expected key|expected <block end>|expected '-'|block (mapping|collection|sequence)", "indent", False),
)
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|(?:^|\s)#.*")
FULL_WIDTH = re.compile(  # a key before a full-width colon, a full-width comma before a key, a full-width bracket before a value
    '(?:^|[{,\uff0c\uff5b])\\s*(?:-\\s+)?["\u201c]?[A-Za-z_][\\w.]*["\u201d]?\\s*(\uff1a)'
    "|(\uff0c)\\s*[A-Za-z_]\\w*\\s*[:\uff1a]"
    "|(?:[:\uff1a]|^\\s*-)\\s*([\uff5b\uff3b])"
)
LEFT_OPEN = re.compile(r"(?:[:\[{,]\s*|^\s*-\s+)[\"']")  # a quotation mark at the beginning of a value, and none at its end
BEFORE = 2  # lines before the one where reading stopped


class Fault(NamedTuple):
    """What is wrong, and in which line, from 1; None where no line can be told."""

    line: int | None
    reason: str


def fault_in(error: Any, text: str) -> Fault:
    """What is wrong with a text of which a YAML parser says `error`."""
    lines = text.splitlines() or [""]
    if (position := getattr(error, "position", None)) is not None:
        character = getattr(error, "character", 0)
        number = ord(character) if isinstance(character, str) else character
        line = 1 + text[:position].count("\n")
        return Fault(line, sentence("yaml_control", {"character": f"U+{number:04X}"}))
    problem, began = error.problem_mark, error.context_mark or error.problem_mark
    if problem is None:
        return Fault(None, sentence("yaml_other", {}))
    last, first = min(problem.line, len(lines) - 1), min(began.line, len(lines) - 1)
    for number in _around(first, last, lines):
        if signs := full_width_in(lines[number]):
            return Fault(number + 1, sentence("yaml_full_width", {"signs": signs}))
    if (
        opened := next((number for number in range(last + 1) if LEFT_OPEN.search(QUOTED.sub("", lines[number]))), None)
    ) is not None:
        return Fault(opened + 1, sentence("yaml_quote", {}))
    said = f"{error.context} {error.problem}"
    key, at_begin = next(((key, at_begin) for pattern, key, at_begin in KINDS if re.search(pattern, said)), ("other", False))
    at = first if at_begin else last
    if key in ("sign", "indent", "no_colon", "colon") and "\t" in lines[last][: len(lines[last]) - len(lines[last].lstrip())]:
        key, at = "tab", last
    found = lines[last][problem.column : problem.column + 1]
    return Fault(at + 1, sentence(f"yaml_{key}", {"found": quoted(found), "line": quoted(lines[at].strip())}))


def _around(first: int, last: int, lines: list[str]) -> Iterator[int]:
    """Yield the numbers of the lines in which the cause may stand: where reading stopped, then backwards."""
    yield from range(last, max(min(first, last) - BEFORE, last - 50, -1), -1)


def full_width_in(line: str) -> str:
    """The full-width signs in a line where YAML has half-width ones, "" for none; what stands in quotation marks is text.

    >>> full_width_in("title\uff1aSmall"), full_width_in("title: 'a\uff1ab'")
    ('\uff1a', '')
    """
    match = FULL_WIDTH.search(QUOTED.sub("", line))
    return next(filter(None, match.groups())) if match else ""


def encoding_fault(content: bytes) -> str:
    """What is said of bytes that are no UTF-8."""
    try:
        content.decode("gb18030")
    except UnicodeDecodeError:
        return sentence("yaml_encoding", {})
    return sentence("yaml_gbk", {})
