"""The pane in Chromium, beside a strict stand-in of WPS and of Excel: the command's verdict, the cells, and nothing else touched.

Nobody here has WPS or Excel. What the stand-ins know is what the published type files name (`support/host_names.py`).
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from support.browser import chromium, found_assets
from support.example import document
from support.matrix import MATRIX
from support.pane import PROGRAMS, differing, folder_server, is_in, log, open_in, pane, press, settle, stand_in
from support.paths import FILLED
from support.same_verdict import books
from xlperf import fill_workbook, validate, write_addin
from xlperf.messages import LANGUAGES
from xlperf.page.assets import default_folder
from xlperf.panes.manifests import RIBBON
from xlperf.panes.pane_page import OFFICE_ORIGIN, pane_words

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def addin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address at which the folder lies."""
    found_assets()
    write_addin(folder := tmp_path_factory.mktemp("addin"), url="https://intranet.example/xlperf/", assets=default_folder())
    with folder_server(folder) as url:
        yield url


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    doc = document()
    for name in ("money is text", "date is text", "actual is text"):
        MATRIX[name][0](doc)
    path = tmp_path_factory.mktemp("faulty") / "甲单位 & 本级.xlsx"
    assert fill_workbook(doc, output=path).outputs
    return path


@pytest.fixture(scope="module")
def panes(browser: Any, addin: str, faulty: Path) -> Iterator[dict[str, Any]]:
    """A pane of each program, for Python starts slowly; before the first check an edit was told, and what came of it is kept."""
    wps, excel = (pane(browser, f"{addin}{program}/pane.html", program, faulty, wait_for=None) for program in PROGRAMS)
    with wps as in_wps, excel as in_excel:
        opened = {"wps": in_wps, "excel": in_excel}
        for page in opened.values():
            is_in(page, "ready")
            page.evaluate("fake.listeners[0]()")
        in_wps.wait_for_timeout(2500)
        for page in opened.values():
            page.at_first = log(page)
        yield opened
        for page in opened.values():
            assert page.faults == []
            assert [url for url in page.requests if not url.startswith((addin, "blob:", OFFICE_ORIGIN))] == []


def fresh(panes: dict[str, Any], program: str, book: Path) -> Any:
    """The pane of that program with a workbook open and nothing else left of the test before."""
    page = panes[program]
    left = "['copyFails', 'isClosed', 'sliceFails', 'sliceSize', 'titles', 'writesText', 'made']"
    page.evaluate(f"for (const key of {left}) delete fake[key]; fake.log.length = 0; fake.files.clear(); fake.open = 0")
    page.set_viewport_size({"width": 360, "height": 700})
    open_in(page, book)
    return page


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return books(tmp_path_factory.mktemp("sweep"), usual=75)


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_open_workbook_has_the_verdict_of_the_command(panes: dict[str, Any], sweep: list[Path], program: str) -> None:
    page = fresh(panes, program, FILLED)
    page.evaluate("fake.sliceSize = 65536")
    assert len(sweep) >= 6 and differing(page, sweep) == []
    assert page.evaluate("program => program === 'wps' ? fake.files.size : fake.open", program) == 0  # no copy, no handle is left


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("width", [320, 400])
def test_a_click_selects_the_cell_in_the_program(panes: dict[str, Any], faulty: Path, program: str, width: int) -> None:
    page = fresh(panes, program, faulty)
    page.set_viewport_size({"width": width, "height": 700})
    press(page)
    page.click("#findings [data-cell='自评表!H61']")
    page.wait_for_function("() => fake.log.includes('select 自评表!H61')")
    assert [line for line in log(page) if line.startswith(("activate 自", "select"))] == [
        "activate 自评表",
        "select 自评表!H61",
    ]
    assert page.inner_text("#told") == pane_words("zh")["is_there_now"].format(cell="自评表!H61")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    page.evaluate("fake.titles = []")  # the sheet was deleted meanwhile
    page.click("#findings [data-cell='自评表!H61']")
    page.wait_for_function("() => document.getElementById('told').textContent.includes('there is no sheet')")


@pytest.mark.parametrize("program", PROGRAMS)
def test_it_is_checked_again_after_edits_but_not_before_the_first_check(
    panes: dict[str, Any], faulty: Path, program: str
) -> None:
    page = fresh(panes, program, faulty)
    assert page.at_first == [] and page.evaluate("fake.listeners.length") == 1
    press(page)
    assert page.get_attribute("#verdict", "class") == "returned"
    open_in(page, FILLED)
    page.evaluate("fake.listeners[0](), fake.listeners[0]()")
    page.wait_for_selector("#verdict.passed")
    assert not [line for line in log(page) if line.startswith(("write", "new workbook", "select"))]


def test_in_wps_the_copy_is_removed_whatever_happens(panes: dict[str, Any], faulty: Path) -> None:
    page = fresh(panes, "wps", faulty)
    press(page)
    copied, removed = log(page)
    assert copied.startswith("copy C:/Temp/xlperf-") and removed == copied.replace("copy", "remove")
    page.evaluate("fake.copyFails = true")
    press(page)
    assert page.inner_text("#told") == "disk full" and page.evaluate("fake.files.size") == 0
    page.evaluate("fake.isClosed = true")
    press(page)
    assert page.inner_text("#told") == pane_words("zh")["no_workbook"]


def test_in_excel_the_handle_is_closed_whatever_happens(panes: dict[str, Any], faulty: Path) -> None:
    page = fresh(panes, "excel", faulty)
    page.evaluate("fake.sliceFails = true")
    press(page)
    assert page.inner_text("#told") == "busy" and page.evaluate("fake.open") == 0 and log(page) == ["close"]


def test_the_buttons_of_the_ribbon_open_the_pane_and_it_does_what_they_say(
    browser: Any, addin: str, panes: dict[str, Any]
) -> None:
    """The page behind the ribbon and the pane share nothing but what WPS keeps for add-ins."""
    page = fresh(panes, "wps", FILLED)
    window = browser.new_context()
    behind = window.new_page()
    behind.add_init_script(stand_in("wps", FILLED))
    behind.goto(f"{addin}wps/index.html")
    root = ElementTree.fromstring(behind.evaluate("async () => (await fetch('ribbon.xml')).text()"))
    assert behind.evaluate(f"{root.get('onLoad')}({{}})") is True
    buttons = list(root.iter(f"{{{RIBBON}}}button"))
    for button in buttons:
        image = behind.evaluate(f"{button.get('getImage')}({{ Id: '{button.get('id')}' }})")
        assert behind.evaluate("async (image) => (await fetch(image)).status", image) == 200
        assert behind.evaluate(f"{button.get('onAction')}({{ Id: '{button.get('id')}' }})") is True
        assert behind.evaluate("[fake.panes.length, fake.panes[0].Visible, fake.panes[0].Width >= 320]") == [1, True, True]
        asked = behind.evaluate("Application.PluginStorage.getItem('xlperf_asked')")
        page.evaluate("asked => Application.PluginStorage.setItem('xlperf_asked', asked)", asked)
        page.wait_for_function("() => Application.PluginStorage.getItem('xlperf_asked') === undefined")
        if asked == "check":
            page.wait_for_selector("#verdict.passed")
            assert page.evaluate("fake.files.size") == 0
        settle(page)
    assert [button.get("label") for button in buttons] == [pane_words("zh")[key] for key in ("check_open", "finalize_open")]
    assert log(behind) == [f"pane {addin}wps/pane.html"]  # one pane for both
    page.wait_for_function("() => fake.files.size === 2")
    behind.evaluate("fake.panes.length = 0")  # the window it was in was closed
    behind.evaluate("OnAction({ Id: 'xlperfCheck' })")
    assert behind.evaluate("fake.panes.map((each) => each.Visible)") == [True]
    window.close()


def test_finalizing_writes_what_the_command_writes_and_replaces_nothing(panes: dict[str, Any]) -> None:
    page = fresh(panes, "wps", FILLED)
    press(page)
    press(page, "finalize")
    page.wait_for_function("() => document.getElementById('told').textContent.includes('.json')")
    written = page.evaluate("[...fake.files.keys()]")
    assert [Path(path).suffix for path in written] == [".xlsx", ".json"] and all(
        path.startswith("C:/Users/a/") for path in written
    )
    press(page, "finalize")
    assert page.inner_text("#told") == pane_words("zh")["is_there"].format(file=written[0])
    page.evaluate("fake.files.clear(), fake.writesText = true")  # a WPS that writes the text in UTF-8
    press(page, "finalize")
    assert page.inner_text("#told") == pane_words("zh")["not_written"].format(file=written[0])
    assert page.evaluate("fake.files.size") == 0


def test_in_excel_finalizing_opens_a_new_workbook(panes: dict[str, Any], tmp_path: Path) -> None:
    page = fresh(panes, "excel", FILLED)
    press(page)
    press(page, "finalize")
    page.wait_for_function("() => fake.made")
    (path := tmp_path / "made.xlsx").write_bytes(base64.b64decode(page.evaluate("fake.made")))
    assert validate(path).status == "passed"


def test_axe_finds_nothing(panes: dict[str, Any], faulty: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = fresh(panes, "wps", faulty)
    for path in (faulty, FILLED):
        open_in(page, path)
        press(page)
        page.evaluate("document.getElementById('ask-token').hidden = false")
        for width in (320, 400):
            page.set_viewport_size({"width": width, "height": 700})
            found = Axe().run(page).response["violations"]
            assert [(each["id"], each["nodes"][0]["html"][:100]) for each in found] == []
    page.evaluate("document.getElementById('ask-token').hidden = true")


def test_it_speaks_both_languages(panes: dict[str, Any], faulty: Path) -> None:
    page = fresh(panes, "wps", faulty)
    press(page)
    for language in reversed(LANGUAGES):
        page.click(f"#languages [lang={language}]")
        settle(page)
        assert page.inner_text("#check") == pane_words(language)["check_open"]
        assert page.title() == pane_words(language)["title"]
