"""Workbooks that a test only has to have: filled in from a document once per process, laid down as often as they are wanted.

    lay_filled(document, inbox / "a.xlsx", date="2023-03-01")

The same document, filled in for the same day, is the same bytes. What tests assert of filling in, they ask of `fill_workbook`.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from xlperf import fill_workbook


def lay_filled(document: Mapping, path: Path, *, date: str) -> Path:
    path.write_bytes(_filled(json.dumps(document), date))
    return path


@cache
def _filled(document: str, date: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "filled.xlsx"
        result = fill_workbook(json.loads(document), output=path, date=date)
        assert result.outputs, result.findings
        return path.read_bytes()
