"""What a workbook or a report looks like on paper, by LibreOffice and poppler: pages, their words, how large letters are."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import NamedTuple

CHINESE = re.compile(r"[\u4e00-\u9fff]{2,}")
WORD = re.compile(r'<word xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)" yMax="[\d.]+">([^<]*)</word>')
SIZE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)">')
A4_LONG = 850  # points, with a margin for rounding


class Page(NamedTuple):
    """One printed page: its words in order, the size of each Chinese one in points, and its longer side."""

    words: tuple[str, ...]
    sizes: tuple[float, ...]
    longer_side: float

    @property
    def text(self) -> str:
        return " ".join(self.words)


def pages(pdf: Path) -> list[Page]:
    """The pages of a PDF. A Chinese letter is as wide as its font is large."""
    boxes = subprocess.run(["pdftotext", "-bbox", pdf, "-"], capture_output=True, text=True, check=True).stdout
    return [_page(box) for box in re.split(r"(?=<page )", boxes)[1:]]


def _page(box: str) -> Page:
    words = [(float(left), float(right), word) for left, right, word in WORD.findall(box)]
    sizes = tuple((right - left) / len(word) for left, right, word in words if CHINESE.fullmatch(word))
    width, height = map(float, SIZE.search(box).groups())
    return Page(tuple(word for _, _, word in words), sizes, max(width, height))
