"""The page in Chromium: the command's verdict on every file, nothing sent, and what a person does with keyboard or mouse."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.browser import check, chromium, opened, written_page
from support.command_line import xlperf
from support.example import document
from support.faults import faulty_books
from support.hostile import BUILDERS
from support.matrix import MATRIX
from support.paths import EXAMPLES_OF
from support.scored import EXAMPLES, MATRICES
from support.scored import document as scored_document
from support.sweeps import every

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def page_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written_page(tmp_path_factory.mktemp("page"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def page(browser: Any, page_path: Path) -> Iterator[Any]:
    with opened(browser, page_path) as page:
        yield page
        assert page.faults == []


# --- the same verdict ----------------------------------------------------------------------------------------


def by_command(paths: list[Path]) -> list[dict[str, Any]]:
    """What the command says of the files."""
    return json.loads(xlperf("validate", *paths, "--format", "json").stdout)


def without_file(result: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in result.items() if key != "file"}


def differing(page: Any, paths: list[Path]) -> list[str]:
    expected = by_command(paths)
    return [path.name for path, told in zip(paths, expected, strict=True) if without_file(check(page, path)) != without_file(told)]


def test_the_examples_have_the_verdict_of_the_command(page: Any, tmp_path: Path) -> None:
    paths = [shutil.copyfile(folder / "filled.xlsx", tmp_path / f"{form}.xlsx") for form, _, folder in EXAMPLES_OF]
    assert len(paths) >= 3 and differing(page, paths) == []


def test_workbooks_with_one_fault_have_the_verdict_of_the_command(page: Any, tmp_path: Path) -> None:
    names = every(1, list(MATRIX), usual=12)
    paths = faulty_books(tmp_path, document(), {name: MATRIX[name][0] for name in names})
    assert len(names) >= 15 and differing(page, list(paths.values())) == []


@pytest.mark.parametrize("form", EXAMPLES)
def test_project_workbooks_with_one_fault_have_it_too(page: Any, tmp_path: Path, form: str) -> None:
    faults = MATRICES[form].faults
    names = every(1, list(faults), usual=8)
    paths = faulty_books(tmp_path, scored_document(form), {name: faults[name][0] for name in names})
    assert len(names) >= 3 and differing(page, list(paths.values())) == []


def test_hostile_files_have_the_verdict_of_the_command(page: Any, tmp_path: Path) -> None:
    paths = [tmp_path / f"{kind}.xlsx" for kind in every(1, sorted(BUILDERS), usual=8)]
    for path in paths:
        BUILDERS[path.stem](path)
    assert len(paths) >= 10 and differing(page, paths) == []
