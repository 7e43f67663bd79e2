"""The page of the server in Chromium: the command's verdict, every file to take home, and no request to anywhere else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from support.browser import check, choose, chromium, opened, settle
from support.example import document
from support.faults import faulty_books
from support.hostile import BUILDERS
from support.matrix import MATRIX
from support.paths import FILLED
from support.sweeps import every
from support.web import Served, served
from xlperf import finalize, validate
from xlperf.messages import LANGUAGES, catalogue
from xlperf.page.page_file import STATIC, words_in
from xlperf.reporting.formats import FORMATS
from xlperf.server.uploads import MOST_UPLOAD

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with served("--jobs", "1") as server:
        yield server


@pytest.fixture(scope="module")
def page(browser: Any, server: Served) -> Iterator[Any]:
    with opened(browser, server.address, offline=False, locale="zh-CN") as page:
        yield page
        assert page.faults == []
        assert {url for url in page.requests if not url.startswith((server.url, "blob:"))} == set()


def by_library(path: Path) -> dict[str, Any]:
    (told,) = json.loads(FORMATS["json"]([validate(path)]))
    return {**told, "file": path.name}


def test_the_verdict_is_that_of_the_command(page: Any, tmp_path: Path) -> None:
    names = every(2, list(MATRIX), usual=40)
    paths = [FILLED, *faulty_books(tmp_path, document(), {name: MATRIX[name][0] for name in names}).values()]
    for kind in every(2, sorted(BUILDERS), usual=30):
        BUILDERS[kind](path := tmp_path / f"{kind}.xlsx")
        paths += [path] if path.stat().st_size <= MOST_UPLOAD else []
    assert len(paths) >= 7
    assert [path.name for path in paths if check(page, path) != by_library(path)] == []


def test_the_token_leaves_the_address_and_a_cookie_that_no_script_reads_takes_its_place(page: Any, server: Served) -> None:
    assert page.url == server.url
    assert page.evaluate("document.cookie") == ""
    (cookie,) = page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["expires"]) == (True, "Strict", -1)
    assert server.token not in cookie["value"]
    page.reload()
    page.wait_for_selector("body[data-state=ready]")
    assert page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)].length") == 0


def test_all_that_the_command_writes_can_be_taken_home(page: Any, tmp_path: Path) -> None:
    choose(page, [FILLED])
    made = {path.suffix: path for path in finalize(FILLED, output=tmp_path / "command").outputs}
    for verb, suffix in {"take_final": ".xlsx", "take_json": ".json", "take_report": ".docx"}.items():
        with page.expect_download() as download:
            page.click(f"[data-verb={verb}]")
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        assert (path.name, path.read_bytes()) == (made[suffix].name, made[suffix].read_bytes())
    assert page.inner_text("#limits") == ""


def test_a_finding_leads_to_its_cell(page: Any, tmp_path: Path) -> None:
    (path,) = faulty_books(tmp_path, document(), {"actual is text": MATRIX["actual is text"][0]}).values()
    choose(page, [path])
    button = page.locator("#findings li.error [data-cell]").first
    place = button.get_attribute("data-cell")
    button.click()
    assert page.evaluate("document.activeElement.dataset.ref") == place.partition("!")[2]


def test_it_says_what_is_so_of_a_server_in_both_languages(page: Any) -> None:
    for language in LANGUAGES:
        words = {**words_in(language), **catalogue(language)["page_of_server"]}
        page.click(f"#languages [lang={language}]")
        settle(page)
        assert page.locator("[data-say=stays_here]").text_content() == words["stays_here"]
        assert page.locator("[data-say=private_why]").text_content() == words["private_why"] != words_in(language)["private_why"]
        (told,) = json.loads(
            page.evaluate("(async () => JSON.stringify([(await xlperf.check(new TextEncoder().encode('x'), 'x.xlsx'))]))()")
        )
        assert told["findings"][0]["message"] == catalogue(language)["findings"][told["findings"][0]["code"]]["message"]
    page.click("#languages [lang=zh]")
    settle(page)


def test_who_waits_is_told_his_place(page: Any, server: Served) -> None:
    page.evaluate("""() => {
      window.heard = [];
      const told = document.getElementById("told");
      new MutationObserver(() => heard.push(told.textContent)).observe(told, { childList: true });
    }""")
    with ThreadPoolExecutor(8) as others:  # who keep its one worker busy
        asked = [others.submit(server.post, "finalize", FILLED.read_bytes(), x_job=str(number)) for number in range(8)]
        while server.ask("GET", "/api/queue/0").status != 200:
            pass
        choose(page, [FILLED])
        assert {each.result().status for each in asked} == {200}
    said = re.escape(words_in("zh")["place"]).replace(re.escape("{place}"), r"(\d+)")
    places = [int(match[1]) for text in page.evaluate("heard") if (match := re.fullmatch(said, text))]
    assert places and places == sorted(places, reverse=True)
    assert page.inner_text("#told") == ""


def test_what_the_server_refuses_is_told(page: Any, server: Served, tmp_path: Path) -> None:
    (large := tmp_path / "大.xlsx").write_bytes(bytes(MOST_UPLOAD + 1))
    choose(page, [large])
    assert "20 MiB" in page.inner_text("#facts")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    choose(page, [FILLED])
    assert page.inner_text("#facts") == catalogue("zh")["server"]["no_token"]
    page.faults.clear()  # the browser tells the refusal too
    page.context.add_cookies(cookies)
    choose(page, [FILLED])
    assert page.get_attribute("#verdict", "class") == "passed"


def test_another_page_cannot_use_what_the_browser_knows(browser: Any, server: Served, page: Any) -> None:
    """A page of another origin, in the browser that has the cookie, sends what a page can send."""
    with served("--jobs", "1") as other:  # another port: another origin, the same site
        there = page.context.new_page()
        there.goto(other.address)
        outcomes = there.evaluate(
            """async (url) => {
              const tries = [
                fetch(url + "api/validate", { method: "POST", body: "x", credentials: "include" }),
                fetch(url + "api/validate", { method: "POST", body: "x", credentials: "include", headers: { "X-Xlperf": "1" } }),
                fetch(url + "api/forms", { credentials: "include" }),
              ];
              return (await Promise.allSettled(tries)).map((each) => each.status);
            }""",
            server.url,
        )
        there.close()
        assert outcomes == ["rejected"] * 3


def test_axe_finds_nothing(page: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    for width in (1440, 768, 360):
        page.set_viewport_size({"width": width, "height": 900})
        assert [each["id"] for each in Axe().run(page).response["violations"]] == []
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width


def test_nothing_of_the_page_names_another_place(server: Served) -> None:
    texts = [server.ask("GET", f"/?token={server.token}").body.decode()]
    texts += [server.ask("GET", f"/static/{path.name}").body.decode() for path in STATIC.iterdir()]
    named = {url for text in texts for url in re.findall(r"(?:https?:)?//[\w.-]+\.\w+", text)}
    assert len(texts) > 8 and named <= {"https://nowhere.invalid"}  # where Python in the browser looks for what is not there
