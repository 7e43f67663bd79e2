"""What is printed on the pages of a PDF, put together to lines and paragraphs by where it stands.

    lines = lines_of(chars)                       # from top to bottom, each read from left to right
    text_of(lines, width=180.0)                   # a line that was full goes on in the next one

A PDF knows no paragraphs. A line goes on in the next one if the first word of that would not have fitted into it any more.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

AUTOMATIC_GAP = 0.25  # heights that a word processor leaves between Latin and Chinese letters
SAME_LINE = 0.5  # how far apart the middles of characters of one line are at most, in heights
WIDE_GAP, GAP = 1.0, 0.35  # between two characters, in heights: between two texts, between two words
INDENTED = 0.8  # heights by which the first line of a paragraph is indented
SAME_SIZE = 0.1  # by which heights in one paragraph differ at most, a ratio
APART = 2.5  # line heights between lines that belong to different paragraphs
TOO_NEAR = 0.2  # widths: a character that is printed twice, to look bold
SLACK = 1.0  # points
CLOSING, OPENING = ("Pe", "Pf", "Po"), ("Ps", "Pi")  # which never begin, and never end, a line


class Char(NamedTuple):
    """A character and its box, in points from the lower left corner."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def height(self) -> float:
        return max(self.y1 - self.y0, 1.0)

    @property
    def middle(self) -> float:
        return (self.y0 + self.y1) / 2


class Stroke(NamedTuple):
    """A straight line, level or upright."""

    x0: float
    y0: float
    x1: float
    y1: float


class PrintedPage(NamedTuple):
    """What is printed on one page."""

    chars: Sequence[Char]
    strokes: Sequence[Stroke]
    pictures: int
    width: float
    height: float


class Margins(NamedTuple):
    """Where the lines of running text begin and end."""

    left: float
    right: float


class PrintedLine(NamedTuple):
    """Characters beside one another."""

    chars: tuple[Char, ...]
    text: str

    @property
    def x0(self) -> float:
        return self.chars[0].x0

    @property
    def x1(self) -> float:
        return self.chars[-1].x1

    @property
    def y0(self) -> float:
        return min(char.y0 for char in self.chars)

    @property
    def y1(self) -> float:
        return max(char.y1 for char in self.chars)

    @property
    def height(self) -> float:
        return max(char.height for char in self.chars)


def lines_of(chars: Iterable[Char]) -> list[PrintedLine]:
    """The lines that characters make."""
    groups: list[list[Char]] = []
    for char in sorted(chars, key=lambda char: (-char.middle, char.x0)):
        if groups and abs(groups[-1][0].middle - char.middle) <= SAME_LINE * max(groups[-1][0].height, char.height):
            groups[-1].append(char)
        else:
            groups.append([char])
    return [line for group in groups if (line := _line(group))]


def _line(chars: Iterable[Char]) -> PrintedLine | None:
    """The line of characters; None of blanks alone."""
    listed = sorted(chars, key=lambda char: char.x0)
    while listed and not listed[-1].text.strip():
        listed.pop()
    while listed and not listed[0].text.strip():
        listed.pop(0)
    kept: list[Char] = []
    for char in listed:
        twice = any(other.text == char.text and abs(other.x0 - char.x0) < TOO_NEAR * char.height for other in kept[-2:])
        kept += [] if twice and char.text.strip() else [char]
    if not kept:
        return None
    pieces = [kept[0].text]
    for before, char in pairwise(kept):
        pieces += [_between(before, char), char.text]
    return PrintedLine(tuple(kept), "".join(pieces))


def _between(before: Char, char: Char) -> str:
    """The blanks that a gap between two characters stands for."""
    gap, height = char.x0 - before.x1, max(before.height, char.height)
    if gap > WIDE_GAP * height:
        return "  "
    is_word = before.text.isascii() or char.text.isascii()
    return " " if gap > GAP * height and is_word and before.text.strip() and char.text.strip() else ""


# --- paragraphs ----------------------------------------------------------------------------------------------


def text_of(lines: Sequence[PrintedLine], width: float) -> str:
    """The text of lines that stand in a cell with so much room, one line per paragraph."""
    pieces = [lines[0].text] if lines else []
    for before, line in pairwise(lines):
        pieces += [_joint(before, line) if goes_on(before, line, width) else "\n", line.text]
    return "".join(pieces)


def goes_on(before: PrintedLine, line: PrintedLine, width: float) -> bool:
    """Whether a line is full, so that the first word of the next one did not fit into it."""
    between = AUTOMATIC_GAP * line.height if before.text[-1].isascii() != line.text[0].isascii() else 0.0
    return before.x1 - before.x0 + between + _first_word(line) > width - SLACK


def paragraphs_of(lines: Sequence[PrintedLine], margins: Margins) -> Iterator[list[PrintedLine]]:
    """Yield the lines of each paragraph of running text between those margins."""
    paragraph: list[PrintedLine] = []
    for line in lines:
        if paragraph and not continues(paragraph[-1], line, margins):
            yield paragraph
            paragraph = []
        paragraph.append(line)
    if paragraph:
        yield paragraph


def continues(before: PrintedLine, line: PrintedLine, margins: Margins, *, turned: bool = False) -> bool:
    """Whether a line of running text goes on in the next one.

    Args:
        turned: the next line stands on the next page.
    """
    is_near = turned or before.y0 - line.y1 < APART * line.height
    is_like = abs(before.height - line.height) <= SAME_SIZE * line.height
    is_indented = line.x0 > margins.left + INDENTED * line.height
    return is_near and is_like and not is_indented and goes_on(before, line, margins.right - before.x0)


def joined(lines: Sequence[PrintedLine]) -> str:
    """The text of one paragraph."""
    pieces = [lines[0].text]
    for before, line in pairwise(lines):
        pieces += [_joint(before, line), line.text]
    return "".join(pieces)


def _joint(before: PrintedLine, line: PrintedLine) -> str:
    """What stands between two lines of a paragraph: a blank between two words in Latin letters."""
    return " " if _is_letter(before.text[-1]) and _is_letter(line.text[0]) else ""


def _is_letter(char: str) -> bool:
    return char.isascii() and char.isalpha()


def _first_word(line: PrintedLine) -> float:
    """How wide is what of a line cannot stand apart: a word or one character, with the punctuation that holds on to it."""
    end = 0
    while end < len(line.chars) - 1 and _category(line.chars[end]) in OPENING:
        end += 1
    while end + 1 < len(line.chars) and _is_one_word(line.chars[end], line.chars[end + 1]):
        end += 1
    while end + 1 < len(line.chars) and _category(line.chars[end + 1]) in CLOSING:
        end += 1
    return line.chars[end].x1 - line.x0


def _is_one_word(char: Char, other: Char) -> bool:
    return all(one.text.isascii() and one.text.strip() for one in (char, other))


def _category(char: Char) -> str:
    return unicodedata.category(char.text[0])
