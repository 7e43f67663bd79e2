"""The pages of a round in Chromium: without scripts, by keyboard, for screen readers, at every width, on paper; a form is sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.browser import chromium
from support.small_round import NAMES, RoundDesk
from support.web import Served, served
from xlperf.messages import LANGUAGES, catalogue

pytestmark = pytest.mark.slow
WIDTHS = (360, 768, 1440)


@pytest.fixture(scope="module")
def server(collected: RoundDesk) -> Iterator[Served]:
    with served("--round", collected.file, "--jobs", "1") as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


def opened(browser: Any, server: Served, **context: Any) -> Any:
    """A page on which the board is open; `faults` of it grow as it works."""
    page = browser.new_context(**{"locale": "zh-CN", **context}).new_page()
    page.faults = []
    page.on("console", lambda message: page.faults.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith((server.url[: -len("/round")], "data:")) else page.faults.append(request.url)
        ),
    )
    page.goto(server.address)
    assert page.url == server.url
    return page


def places(server: Served, collected: RoundDesk) -> list[str]:
    unit = f"{server.url}/units/{collected.key('101002')}"
    return [server.url, unit, f"{server.url}/changes?since=2000-01-01T00:00", f"{server.url}/exports", f"{server.url}/units/none"]


def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(browser: Any, server: Served, collected: RoundDesk) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = opened(browser, server)
    for language in LANGUAGES:
        for place in places(server, collected):
            page.goto(f"{place}{'&' if '?' in place else '?'}lang={language}")
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                assert page.evaluate("document.scrollingElement.scrollWidth") <= width, (place, width)
            assert [each["id"] for each in Axe().run(page).response["violations"]] == [], place
            page.set_viewport_size({"width": 360, "height": 900})
            assert [each["id"] for each in Axe().run(page).response["violations"]] == [], place
    assert {text for text in page.faults if "404" not in text} == set()
    page.context.close()


def test_without_scripts_a_finding_leads_to_its_cell_and_the_cell_back(browser: Any, server: Served) -> None:
    from playwright.sync_api import expect

    page = opened(browser, server, java_script_enabled=False)
    page.get_by_role("link", name=NAMES["101002"]).click()
    page.locator("#finding-0 .cells a").first.click()
    assert page.url.endswith("#cell-F5")
    expect(page.locator("#cell-F5")).to_be_in_viewport(ratio=1)  # a moment after the page is there
    page.locator("#cell-F5 a").click()
    assert page.url.endswith("#finding-0") and page.faults == []
    page.context.close()


def test_with_the_keyboard_alone_a_unit_is_opened_and_a_file_sent(
    browser: Any, server: Served, collected: RoundDesk, tmp_path: Path
) -> None:
    page = opened(browser, server)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == NAMES["101004"]:
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("h1")
    assert page.inner_text("h1") == NAMES["101004"]
    (scan := tmp_path / "盖章扫描.pdf").write_bytes(b"%PDF from the browser")
    page.set_input_files("input[type=file]", str(scan))
    page.focus("input[type=file]")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=status]")
    assert "苏州市丁卯局/盖章扫描.pdf" in page.inner_text("main") and page.faults == []
    put = collected.inbox / "苏州市丁卯局" / "盖章扫描.pdf"
    assert put.read_bytes() == b"%PDF from the browser"
    put.unlink()
    page.context.close()


def test_screen_readers_are_told_what_eyes_see(browser: Any, server: Served, collected: RoundDesk) -> None:
    for width in (360, 1440):  # as cards it is a table still
        page = opened(browser, server, viewport={"width": width, "height": 900})
        board = page.get_by_role("table")
        assert board.get_by_role("row").count() == len(NAMES) + 1
        assert board.get_by_role("cell", name="无法读取").count() == 1
        words = catalogue("zh")["round"]
        chart = page.get_by_role("img", name=words["by_department"])
        assert "市甲委: 通过 1、无法读取 1" in chart.get_attribute("aria-label")
        assert page.get_by_role("navigation", name=words["places"]).get_by_role("link").count() == 4
        page.goto(places(server, collected)[1])
        assert page.get_by_label(words["choose_file"]).count() == 1
        assert page.get_by_role("link", name=words["to_finding"].format(cell="F5", number=1)).count() == 1
        page.context.close()


def test_on_paper_there_is_the_board_and_no_button(browser: Any, server: Served, collected: RoundDesk) -> None:
    page = opened(browser, server)
    for place in places(server, collected)[:2]:
        page.goto(place)
        page.emulate_media(media="print")
        assert page.locator("header, .places, .upload, .book").locator("visible=true").count() == 0
        assert page.locator("h1").is_visible()
    page.context.close()
