"""One-fault workbooks: a document changed in one place, written, some of them opened and saved by LibreOffice."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from pathlib import Path

from support.libreoffice import NEVER, convert
from support.sweeps import every
from xlperf import fill_workbook, validate

Change = Callable[[dict], object]
Pairs = set[tuple[str, str | None]]


def pairs(findings: set[tuple[str, tuple[str, ...]]]) -> Pairs:
    """Every code with every cell it names; a finding without a cell counts once."""
    return {(code, cell) for code, cells in findings for cell in cells or (None,)}


def said(path: Path) -> Pairs:
    return pairs({(f["code"], tuple(f["cells"])) for f in validate(path).findings})


def faulty_books(folder: Path, document: Mapping, changes: Mapping[str, Change]) -> dict[str, Path]:
    """Write a workbook per change and return them by its name; one in sixteen, in a soak every second, is saved by LibreOffice."""
    paths = {}
    for number, (name, change) in enumerate(changes.items()):
        doc = copy.deepcopy(document)
        change(doc)
        paths[name] = folder / f"{number}.xlsx"
        assert fill_workbook(doc, output=paths[name]).outputs, name
    resaved = every(2, list(paths), usual=16)
    saved = convert([paths[name] for name in resaved], folder / "resaved", recalculate=NEVER)
    return paths | dict(zip(resaved, saved, strict=True))
