"""The exports that many tests look at, made once."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from support.exports import ROSTER, export, outcomes


@pytest.fixture(scope="session")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("out")
    export(outcomes(), ROSTER, directory)
    return directory


@pytest.fixture(scope="session")
def values(out: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(out / "汇总.xlsx", data_only=True)


@pytest.fixture(scope="session")
def formulas(out: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(out / "汇总.xlsx")
