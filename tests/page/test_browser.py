"""The page in Chromium: the command's verdict on every file, nothing sent, and what a person does with keyboard or mouse."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from support.browser import check, choose, chromium, opened, settle, written_page
from support.command_line import xlperf
from support.example import document
from support.faults import faulty_books
from support.hostile import BUILDERS
from support.matrix import MATRIX
from support.paths import EXAMPLES_OF, FILLED
from support.scored import EXAMPLES, MATRICES
from support.scored import document as scored_document
from support.sweeps import every
from xlperf import Result, annotate, fill_workbook, finalize, validate
from xlperf.forms.model import SEVERITIES
from xlperf.page.page_file import STATIC, words_in
from xlperf.reporting.formats import FORMATS
from xlperf.reporting.result import headline

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


def by_command(paths: list[Path], **environment: str) -> list[dict[str, Any]]:
    """What the command says of the files."""
    return json.loads(xlperf("validate", *paths, "--format", "json", **environment).stdout)


def by_library(paths: list[Path]) -> list[dict[str, Any]]:
    """What the command prints, without a process for it: what it calls, in the format it asks for."""
    return json.loads(FORMATS["json"]([validate(path) for path in paths]))


def without_file(result: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in result.items() if key != "file"}


def differing(page: Any, paths: list[Path], told_by: Callable[[list[Path]], list[dict[str, Any]]] = by_library) -> list[str]:
    expected = told_by(paths)
    return [
        path.name for path, told in zip(paths, expected, strict=True) if without_file(check(page, path)) != without_file(told)
    ]


def test_the_examples_have_the_verdict_of_the_command(page: Any, tmp_path: Path) -> None:
    paths = [shutil.copyfile(folder / "filled.xlsx", tmp_path / f"{form}.xlsx") for form, _, folder in EXAMPLES_OF]
    assert len(paths) >= 3 and differing(page, paths, by_command) == []


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


# --- nothing leaves ------------------------------------------------------------------------------------------


def test_the_page_is_one_file_of_at_most_twelve_megabytes(page_path: Path) -> None:
    assert page_path.stat().st_size <= 12_000_000
    assert sum(path.stat().st_size for path in STATIC.iterdir()) <= 60_000


def test_nothing_is_requested_but_the_page_and_its_own_parts(page: Any, page_path: Path) -> None:
    check(page, FILLED)
    assert [url for url in page.requests if not url.startswith("blob:")] == [page_path.as_uri()]


ATTEMPTS = """async (url) => {
  const outcomes = [];
  await fetch(url).catch(() => outcomes.push("fetch"));
  await new Promise((done) => { const request = new XMLHttpRequest(); request.onerror = () => done(outcomes.push("XMLHttpRequest")); request.open("GET", url); request.send(); });
  await new Promise((done) => { const picture = new Image(); picture.onerror = () => done(outcomes.push("img")); picture.src = url; });
  await new Promise((done) => { const script = document.createElement("script"); script.onerror = () => done(outcomes.push("script")); script.src = url; document.body.append(script); });
  try { new EventSource(url).onerror = () => {}; } catch { outcomes.push("EventSource"); }
  navigator.sendBeacon(url, "x");
  return outcomes;
}"""


def test_the_browser_refuses_every_connection_of_the_page(browser: Any, page_path: Path) -> None:
    """Even where the network is on, and even if something in the page tried."""
    reached = []

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            reached.append(self.path)
            self.send_response(200)
            self.end_headers()

        do_POST = do_GET

    server = HTTPServer(("127.0.0.1", 0), Server)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        with opened(browser, page_path, offline=False, wait_for="starting") as page:
            refused = page.evaluate(ATTEMPTS, f"http://127.0.0.1:{server.server_port}/")
            assert set(refused) >= {"fetch", "XMLHttpRequest", "img", "script"}
            assert len(page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage), ...document.cookie]")) == 0
    finally:
        server.shutdown()
    assert reached == []


# --- what a person sees and does -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook with findings of three severities."""
    doc = document()
    for name in ("money is text", "date is text", "an item in yuan", "actual is text"):
        MATRIX[name][0](doc)
    path = tmp_path_factory.mktemp("faulty") / "甲单位 & 本级.xlsx"
    assert fill_workbook(doc, output=path).outputs
    return path


def focused(page: Any) -> str:
    return page.evaluate("document.activeElement.dataset.ref ?? document.activeElement.dataset.cell ?? document.activeElement.id")


def test_the_verdict_stands_first_then_what_must_be_done_first(page: Any, faulty: Path) -> None:
    choose(page, [faulty])
    (told,) = by_command([faulty])
    assert page.inner_text("#sentence") == headline(Result(file=faulty.name, status=told["status"], findings=told["findings"]))
    shown = page.eval_on_selector_all("#findings li", "items => items.map((item) => item.className)")
    assert shown == [finding["severity"] for finding in told["findings"]]
    assert shown == sorted(shown, key=SEVERITIES.index) and len(set(shown)) >= 3
    assert [text.split()[-1] for text in page.locator("#findings .message").all_inner_texts()].count("未说明") >= 2


def test_a_click_leads_to_the_cell_with_heading_and_row_name_in_view(page: Any, faulty: Path) -> None:
    for width in (1440, 768, 360):
        page.set_viewport_size({"width": width, "height": 900})
        choose(page, [faulty])
        page.click("#findings [data-cell='自评表!H61']")
        assert focused(page) == "H61"
        cell, sheet = page.locator("#sheet [data-ref=H61]"), page.locator("#sheet").bounding_box()
        assert "✕" in cell.inner_text() and "四场" in cell.inner_text()
        assert cell.evaluate("cell => getComputedStyle(cell).boxShadow") != "none"
        for ref in ("H61", "C61", "H3"):
            box = page.locator(f"#sheet [data-ref={ref}]").bounding_box()
            middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
            assert (
                sheet["x"] <= middle[0] <= sheet["x"] + sheet["width"] and sheet["y"] <= middle[1] <= sheet["y"] + sheet["height"]
            )
            on_top = page.evaluate(
                "([x, y]) => document.elementFromPoint(x, y)?.closest('[data-ref]')?.dataset.ref", list(middle)
            )
            assert on_top == ref, (width, ref)
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    page.set_viewport_size({"width": 1440, "height": 900})


def test_the_keyboard_alone_leads_from_choosing_to_a_marked_cell_and_back(page: Any, faulty: Path) -> None:
    page.bring_to_front()
    page.focus("#languages button")
    while focused(page) != "pick":
        page.keyboard.press("Tab")
    choosers: list[Any] = []
    page.once("filechooser", lambda chooser: choosers.append(chooser))
    for tenth in range(200):
        if choosers:
            break
        if tenth % 40 == 0:  # a browser that is busy for seconds forgets that a person pressed the key
            page.keyboard.press("Enter")
        page.wait_for_timeout(100)
    choosers[0].set_files(str(faulty))
    settle(page)
    page.wait_for_function("() => document.activeElement.id === 'sentence'")
    for _ in range(20):
        page.keyboard.press("Tab")
        if "!" in focused(page):
            break
    place = focused(page)
    page.keyboard.press("Enter")
    assert focused(page) == place.partition("!")[2]
    assert page.evaluate("document.activeElement.classList.contains('marked')")
    page.keyboard.press("Escape")
    assert focused(page) == place


def test_several_files_are_dropped_at_once_and_a_corrected_one_takes_its_place(page: Any, faulty: Path, tmp_path: Path) -> None:
    contents = {
        faulty.name: faulty.read_bytes(),
        "b.xlsx": FILLED.read_bytes(),
        "<img src=x onerror=fail()>.xlsx": b"not a workbook",
    }
    files = [(name, base64.b64encode(content).decode()) for name, content in contents.items()]
    page.evaluate(
        """(files) => {
          const dropped = new DataTransfer();
          for (const [name, content] of files) dropped.items.add(new File([Uint8Array.from(atob(content), (each) => each.charCodeAt(0))], name));
          document.getElementById("drop").dispatchEvent(new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true }));
        }""",
        files,
    )
    settle(page)
    assert page.eval_on_selector_all("#files button", "each => each.map((one) => one.className)") == [
        "returned",
        "passed",
        "unreadable",
    ]
    assert page.locator("img").count() == 0  # a name is a text
    corrected = shutil.copyfile(FILLED, tmp_path / faulty.name)
    choose(page, [corrected])
    assert sorted(page.eval_on_selector_all("#files button", "each => each.map((one) => one.className)")) == [
        "passed",
        "passed",
        "unreadable",
    ]


def test_what_is_taken_home_is_what_the_commands_write(page: Any, faulty: Path, tmp_path: Path) -> None:
    def take(verb: str) -> Path:
        with page.expect_download() as download:
            page.click(f"[data-verb={verb}]")
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        return path

    choose(page, [faulty])
    marked = take("take_marked")
    assert marked.name == annotate(faulty, output=tmp_path / "command").name
    assert pairs_of(validate(marked)) == pairs_of(validate(annotate(faulty, output=tmp_path / "command")))
    assert headline(validate(faulty)).partition("：")[2] in take("take_list").read_text("utf-8")
    choose(page, [FILLED])
    final, data = take("take_final"), take("take_json")
    by_command = finalize(FILLED, output=tmp_path / "command", report=False).outputs
    assert [final.name, data.name] == [path.name for path in by_command]
    assert data.read_bytes() == by_command[1].read_bytes()
    assert validate(final).status == "passed" and pairs_of(validate(final)) == pairs_of(validate(by_command[0]))
    assert "Word" in page.inner_text("#limits")


def pairs_of(result: Result) -> list[tuple[str, list[str]]]:
    return [(finding["code"], finding["cells"]) for finding in result.findings]


def test_it_speaks_both_languages(page: Any, faulty: Path) -> None:
    choose(page, [faulty])
    page.click("#languages [lang=en]")
    settle(page)
    assert page.evaluate("document.documentElement.lang") == "en" and page.title() == words_in("en")["title"]
    (told,) = by_command([faulty], XLPERF_LANG="en")
    assert without_file(check(page, faulty)) == without_file(told)
    assert page.locator("#findings .message").first.inner_text().startswith(told["findings"][0]["message"])
    page.click("#languages [lang=zh]")
    settle(page)
    assert page.evaluate("document.documentElement.lang") == "zh-CN"


def test_the_printed_list_has_every_finding_and_cell_and_no_sheet(page: Any, faulty: Path) -> None:
    choose(page, [faulty])
    page.emulate_media(media="print")
    try:
        assert not any(page.is_visible(part) for part in ("#drop", "#book", "#take", "footer", ".band"))
        assert page.is_visible("#sentence")
        named = page.locator("#findings [data-cell]")
        assert all(named.nth(number).is_visible() for number in range(named.count()))
    finally:
        page.emulate_media(media="screen")


def test_axe_finds_nothing(page: Any, faulty: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe

    def violations() -> list[tuple[str, str, list[str]]]:
        found = Axe().run(page).response["violations"]
        return [(each["impact"], each["id"], [node["html"][:120] for node in each["nodes"][:3]]) for each in found]

    for width in (1440, 768, 360):
        page.set_viewport_size({"width": width, "height": 900})
        for path in (faulty, FILLED):
            choose(page, [path])
            page.locator("#findings [data-cell]").first.click()
            assert violations() == []
    page.set_viewport_size({"width": 1440, "height": 900})


# --- what goes wrong -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["WebAssembly", "DecompressionStream"])
def test_a_browser_that_is_too_old_is_told(browser: Any, page_path: Path, missing: str) -> None:
    with opened(browser, page_path, before=f"delete window.{missing}", wait_for="unsupported") as page:
        for language in ("zh", "en"):
            assert words_in(language)["too_old"] in page.inner_text("#too-old")
        assert not page.is_visible("#drop") and page.faults == []


def test_a_start_that_fails_is_told(browser: Any, page_path: Path) -> None:
    broken = "window.Worker = class { postMessage() { setTimeout(() => this.onmessage({ data: { broken: 'no memory' } })) } terminate() {} }"
    with opened(browser, page_path, before=broken, wait_for="failed") as page:
        assert page.inner_text("#told") == words_in("zh")["start_failed"].format(reason="no memory")


def test_a_breakdown_is_told_and_the_next_file_is_checked(browser: Any, page_path: Path) -> None:
    """As if the browser had ended the first worker for want of memory, when it was asked something."""
    first = """
      const Usual = Worker;
      window.Worker = function (url) {
        window.Worker = Usual;
        const tell = (parts) => (parts ? this.onmessage({ data: { ready: true } }) : this.onerror({ message: "out of memory" }));
        this.postMessage = ({ parts }) => setTimeout(() => tell(parts));
        this.terminate = () => {};
      };"""
    with opened(browser, page_path, before=first) as page:
        choose(page, [FILLED])
        assert "out of memory" in page.inner_text("#facts")
        assert check(page, FILLED)["status"] == "passed"
