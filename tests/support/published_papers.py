"""Published papers, rebuilt: one file each in tests/importing/papers, whose README says how they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import docx
import yaml
from docx.document import Document

from support.paths import TESTS

FOLDER = TESTS / "importing" / "papers"
IDENTITY = ("form", "revision", "fiscal_year", "leftovers", "subtotals")  # of subtotals nothing is typed


@dataclass(frozen=True)
class PublishedPaper:
    """One paper, and what must be read of it."""

    name: str
    said: Mapping

    @property
    def is_read(self) -> bool:
        return "refused" not in self.said

    @property
    def asked(self) -> dict[str, object]:
        """What is asked for: the form and the year, where the paper cannot tell."""
        return {key: self.said[key] for key in ("form", "year") if key in self.said}

    @property
    def tables(self) -> list:
        """Its tables; of a text all that it holds."""
        return [item for item in self.said.get("page", [{}]) if not isinstance(item, str)]

    @property
    def cells(self) -> dict[str, object]:
        """Every value that must be read, by its path."""
        document = dict(self.said["document"])
        keys = self.said["keys"]
        document["indicators"] = [
            {key: value for key, value in zip(keys, row, strict=True) if value is not None} for row in document["indicators"]
        ]
        return dict(cells_of(document))

    def write(self, folder: Path) -> Path:
        """Write the paper as the file it was."""
        if "text" in self.said:
            path = folder / f"{self.name}.txt"
            path.write_text(self.said["text"], "utf-8")
            return path
        paper = docx.Document()
        for before, item in zip([None, *self.said["page"]], self.said["page"], strict=False):
            if isinstance(item, str):
                paper.add_paragraph(item)
            else:
                if isinstance(before, dict):
                    paper.add_paragraph()  # two tables that touch are one
                _add_table(paper, item["rows"], item["columns"])
        path = folder / f"{self.name}.docx"
        paper.save(path)
        return path


@cache
def published_papers() -> list[PublishedPaper]:
    """Return all papers, by name."""
    return [PublishedPaper(path.stem, yaml.safe_load(path.read_text("utf-8"))) for path in sorted(FOLDER.glob("*.yaml"))]


def cells_of(document: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every value of a document with its path, what identifies it and what is left over apart."""
    if isinstance(document, Mapping):
        for key, value in document.items():
            if path or key not in IDENTITY:
                yield from cells_of(value, f"{path}.{key}" if path else key)
    elif isinstance(document, list):
        for number, value in enumerate(document):
            yield from cells_of(value, f"{path}[{number}]")
    else:
        yield path, document


def flat(text: str) -> str:
    """A text without the blanks around its parts, for comparing leftovers."""
    return re.sub(r"\s+", " ", text).strip()


def _add_table(paper: Document, rows: Sequence[Sequence], columns: int) -> None:
    """A table whose cells are texts or [text, columns, rows]; what a merged cell covers is left out below it."""
    table = paper.add_table(len(rows), columns, "Table Grid")  # ruled, as it is on paper
    taken: set[tuple[int, int]] = set()
    for number, row in enumerate(rows):
        column = 0
        for cell in row:
            text, width, height = [*(cell if isinstance(cell, list) else [cell]), 1, 1][:3]
            while (number, column) in taken:
                column += 1
            if column >= columns:
                raise ValueError(f"row {number + 1} is too long: {row}")
            first, last = table.cell(number, column), table.cell(number + height - 1, column + width - 1)
            first.merge(last).text = str(text)
            taken |= {(number + down, column + across) for down in range(height) for across in range(width)}
            column += width
