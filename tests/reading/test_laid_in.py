"""A workbook with controls, embedded files, seals and pictures is read as if they were not there; none is called damaged."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from support.laid_in import FOREIGN_SHEETS, LAID_IN, lay_in
from support.paths import FILLED
from support.sweeps import every
from xlperf import finalize, validate
from xlperf.reading.preflight import preflight
from xlperf.reporting.result import Result

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def clean() -> Result:
    return validate(FILLED)


def opens(content: bytes) -> list[str]:
    """The titles of the sheets that two readers see in a workbook, which both open."""
    with warnings.catch_warnings(action="ignore"):
        titles = openpyxl.load_workbook(io.BytesIO(content)).sheetnames
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for title in book.sheet_names:
        book.get_sheet_by_name(title).to_python(nrows=1)
    assert titles == book.sheet_names
    return titles


@pytest.mark.parametrize("kind", every(1, list(LAID_IN), usual=3))
def test_what_is_laid_in_changes_nothing(clean: Result, tmp_path: Path, kind: str) -> None:
    path = lay_in(FILLED, tmp_path / "自评表.xlsx", LAID_IN[kind])
    odd = validate(path)
    assert odd.document == clean.document
    told = [finding for finding in odd.findings if finding["code"] == "XL241"]
    assert [finding["found"] for finding in told] == FOREIGN_SHEETS.get(kind, [])
    assert [finding for finding in odd.findings if finding not in told] == clean.findings
    assert finalize(path, output=tmp_path / "out").outputs


@pytest.mark.parametrize("kind", every(1, list(LAID_IN), usual=3))
def test_readers_open_what_is_handed_on(tmp_path: Path, kind: str) -> None:
    path = lay_in(FILLED, tmp_path / "自评表.xlsx", LAID_IN[kind])
    assert opens(preflight(path).content) == [*opens(FILLED.read_bytes()), *FOREIGN_SHEETS.get(kind, [])]
