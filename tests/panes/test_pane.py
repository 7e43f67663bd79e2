"""The pane in Chromium, beside a strict fake of WPS and of Excel: the command's verdict, the cells, and nothing else touched.

Nobody here has WPS or Excel. What the fakes know is what the published type files name (`support/host_names.py`).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from support.browser import ANSWER, START, check, chromium, found_assets
from support.example import document
from support.faults import faulty_books
from support.host_names import NAMES
from support.hostile import BUILDERS
from support.matrix import MATRIX
from support.paths import FILLED
from support.sweeps import every
from xlperf import fill_workbook, validate, write_addin
from xlperf.page.assets import default_folder
from xlperf.panes.pane_page import OFFICE_ORIGIN, pane_words

pytestmark = pytest.mark.slow

FAKES = Path(__file__).parents[1] / "support" / "fake_hosts.js"
ADDRESS = "https://intranet.example/xlperf/"
PROGRAMS = ("wps", "excel")
BYTES = "Uint8Array.from(atob('{content}'), (letter) => letter.charCodeAt(0))"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def addin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found_assets()
    write_addin(folder := tmp_path_factory.mktemp("addin"), url=ADDRESS, assets=default_folder())
    return folder


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    doc = document()
    for name in ("money is text", "date is text", "actual is text"):
        MATRIX[name][0](doc)
    path = tmp_path_factory.mktemp("faulty") / "甲单位 & 本级.xlsx"
    assert fill_workbook(doc, output=path).outputs
    return path


@contextmanager
def pane(
    browser: Any, addin: Path, program: str, book: Path, *, before: str = "", wait_for: str = "ready", server: Any = None
) -> Iterator[Any]:
    """The pane of a program that has a workbook open; every request is answered from the folder, or noted as one too many."""
    window = browser.new_context(viewport={"width": 360, "height": 700}, locale="en-US")
    page = window.new_page()
    page.set_default_timeout(ANSWER)
    page.strangers, page.faults = [], []

    def answer(route: Any) -> None:
        url = route.request.url
        if url.startswith(OFFICE_ORIGIN):
            return route.fulfill(body="", content_type="text/javascript")
        if server and url.endswith("/api/validate"):
            return server(route)
        if url.startswith(ADDRESS) and (file := addin / url.removeprefix(ADDRESS)).is_file():
            return route.fulfill(path=file)
        page.strangers.append(url)
        return route.abort()

    page.route("http*://**/*", answer)
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda message: page.faults.append(message.text) if message.type == "error" else None)
    content = base64.b64encode(book.read_bytes()).decode()
    made = f"fakes({NAMES.read_text('utf-8')}, '{program}', {json.dumps(book.name)}, {BYTES.format(content=content)});"
    page.add_init_script(FAKES.read_text("utf-8") + made + before)
    page.goto(f"{ADDRESS}{program}/pane.html")
    page.wait_for_selector(f"body[data-state={wait_for}]", timeout=START)
    yield page
    assert page.strangers == []
    window.close()


@pytest.fixture(scope="module")
def panes(browser: Any, addin: Path, faulty: Path) -> Iterator[dict[str, Any]]:
    """A pane of each program, for Python starts slowly; before the first check an edit was told, and what came of it is kept."""
    with pane(browser, addin, "wps", faulty) as wps, pane(browser, addin, "excel", faulty) as excel:
        opened = {"wps": wps, "excel": excel}
        for page in opened.values():
            page.evaluate("fake.listeners[0]()")
        wps.wait_for_timeout(2500)
        for page in opened.values():
            page.at_first = log(page)
        yield opened
        assert wps.faults == excel.faults == []


def fresh(panes: dict[str, Any], program: str, book: Path) -> Any:
    """The pane of that program with a workbook open and nothing else left of the test before."""
    page = panes[program]
    left = "['copyFails', 'isClosed', 'sliceFails', 'sliceSize', 'titles', 'writesText', 'made']"
    page.evaluate(f"for (const key of {left}) delete fake[key]; fake.log.length = 0; fake.files.clear(); fake.open = 0")
    page.set_viewport_size({"width": 360, "height": 700})
    open_in(page, book)
    return page


def press(page: Any, button: str = "check") -> None:
    page.click(f"#{button}")
    settle(page)


def settle(page: Any) -> None:
    page.wait_for_function(
        "() => document.body.dataset.state === 'ready' && !/……|…$/.test(document.getElementById('told').textContent)"
    )


def log(page: Any) -> list[str]:
    return page.evaluate("fake.log")


def open_in(page: Any, book: Path) -> None:
    """Another workbook is in front now."""
    content = base64.b64encode(book.read_bytes()).decode()
    page.evaluate(f"fake.name = {json.dumps(book.name)}; fake.bytes = {BYTES.format(content=content)};")


def told_by_command(path: Path) -> dict[str, Any]:
    return {key: value for key, value in validate(path).as_object().items() if key != "file"}


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_open_workbook_has_the_verdict_of_the_command(panes: dict[str, Any], tmp_path: Path, program: str) -> None:
    names = every(1, list(MATRIX), usual=40)
    paths = list(faulty_books(tmp_path, document(), {name: MATRIX[name][0] for name in names}).values())
    for kind in every(1, sorted(BUILDERS), usual=30):
        BUILDERS[kind](path := tmp_path / f"{kind}.xlsx")
        paths.append(path)
    assert len(paths) >= 5
    page = fresh(panes, program, FILLED)
    page.evaluate("fake.sliceSize = 65536")
    differing = []
    for path in paths:
        open_in(page, path)
        read = page.evaluate("fake.bytes.length")
        shown = check(page, path)
        if {key: value for key, value in shown.items() if key != "file"} != told_by_command(path) or read != path.stat().st_size:
            differing.append(path.name)
        press(page)
        codes = page.eval_on_selector_all("#findings .code", "each => each.map((one) => one.textContent)")
        if codes != [finding["code"] for finding in told_by_command(path)["findings"]]:
            differing.append(f"{path.name}, as it is open")
    assert differing == []
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


def test_the_buttons_of_the_ribbon_reach_a_pane_that_is_open(panes: dict[str, Any]) -> None:
    page = fresh(panes, "wps", FILLED)
    page.evaluate("Application.PluginStorage.setItem('xlperf_asked', 'check')")
    page.wait_for_selector("#verdict.passed")
    assert page.evaluate("Application.PluginStorage.getItem('xlperf_asked') ?? null") is None


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


def test_without_webassembly_the_server_is_asked(browser: Any, addin: Path, faulty: Path) -> None:
    asked: list[dict[str, Any]] = []

    def server(route: Any) -> None:
        request = route.request
        asked.append({"body": request.post_data_buffer, **request.headers})
        if request.headers["authorization"] != "Bearer secret":
            return route.fulfill(status=401, body="{}", content_type="application/problem+json")
        if len(asked) > 2:
            body = json.dumps({"title": "busy", "status": 503, "detail": "Too many wait."})
            return route.fulfill(status=503, body=body, content_type="application/problem+json")
        return route.fulfill(body=json.dumps([validate(faulty).as_object()]), content_type="application/json")

    with pane(browser, addin, "wps", faulty, before="delete window.WebAssembly;", server=server) as page:
        press(page)
        assert page.inner_text("#told") == pane_words("zh")["needs_token"] and asked == []
        page.fill("#token", "wrong")
        page.click("#ask-token button")
        page.wait_for_function(
            "told => document.getElementById('told').textContent === told", arg=pane_words("zh")["wrong_token"]
        )
        page.fill("#token", "secret")
        page.click("#ask-token button")
        page.wait_for_selector("#verdict.returned")
        assert (
            asked[1]["body"] == faulty.read_bytes()
            and asked[1]["x-file-name"] == "%E7%94%B2%E5%8D%95%E4%BD%8D%20%26%20%E6%9C%AC%E7%BA%A7.xlsx"
        )
        codes = page.eval_on_selector_all("#findings .code", "each => each.map((one) => one.textContent)")
        assert codes == [finding["code"] for finding in validate(faulty).findings] and not page.is_visible("#finalize")
        press(page)
        assert page.inner_text("#told") == "Too many wait."


def test_a_pane_without_its_program_says_so(browser: Any, addin: Path) -> None:
    for program, name, key in (("wps", "Application", "no_wps"), ("excel", "Office", "no_office")):
        with pane(browser, addin, program, FILLED, before=f"delete window.{name};", wait_for="failed") as page:
            assert page.inner_text("#told") == pane_words("zh")[key]


def test_axe_finds_nothing(panes: dict[str, Any], faulty: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = fresh(panes, "wps", faulty)
    press(page)
    assert [(each["id"], each["nodes"][0]["html"][:100]) for each in Axe().run(page).response["violations"]] == []
