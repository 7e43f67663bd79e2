"""The page that registers the pane in WPS, in Chromium, with the service of WPS played by this test."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from support.browser import chromium
from support.pane import folder_server, listening
from xlperf.messages import LANGUAGES, catalogue, use_language
from xlperf.panes.addin import publish_page

pytestmark = pytest.mark.slow

SERVICE = "http://localhost:58890/"  # of WPS on every PC
ADDRESS = "file:///C:/xlperf/wps/"
WORDS = catalogue("zh")["pane"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


def opened(browser: Any, tmp_path: Path, answer: Callable[[Any], object] | None) -> Any:
    (tmp_path / "publish.html").write_text(publish_page(ADDRESS), "utf-8")
    page = browser.new_page()
    page.requests = []
    page.on("request", lambda request: page.requests.append(request.url))
    if answer:
        page.route(f"{SERVICE}**", answer)
    page.goto((tmp_path / "publish.html").as_uri())
    return page


def told_after(page: Any, button: str) -> str:
    page.evaluate("document.getElementById('told').textContent = ''")
    page.click(f"[data-cmd={button}]")
    page.wait_for_function("() => document.getElementById('told').textContent")
    return page.inner_text("#told")


@pytest.mark.parametrize("answer", ["OK", ""])
@pytest.mark.parametrize("command", ["enable", "disable"])
def test_the_service_is_told_which_addin_and_what_to_do(browser: Any, tmp_path: Path, command: str, answer: str) -> None:
    """As the page does that the tools of WPS make (wpsjs 2.2.3): a POST with the JSON of these keys in base64."""
    asked = []

    def service(route: Any) -> None:
        asked.append((route.request.method, route.request.url, route.request.post_data))
        route.fulfill(body=answer, headers={"Access-Control-Allow-Origin": "*"})

    page = opened(browser, tmp_path, service)
    assert told_after(page, command) == WORDS["publish_done"]
    ((method, url, body),) = asked
    assert (method, url) == ("POST", f"{SERVICE}deployaddons/runParams")
    expected = {"cmd": command, "name": "xlperf", "url": ADDRESS, "addonType": "et", "online": "true"}
    assert json.loads(base64.b64decode(body)) == expected
    page.close()


@pytest.mark.parametrize(("status", "body"), [(200, "failed"), (500, ""), (200, '{"data": "Subserver not available."}')])
def test_what_the_service_refuses_is_told(browser: Any, tmp_path: Path, status: int, body: str) -> None:
    page = opened(
        browser, tmp_path, lambda route: route.fulfill(status=status, body=body, headers={"Access-Control-Allow-Origin": "*"})
    )
    assert told_after(page, "enable") == WORDS["publish_failed"]
    page.close()


def test_without_wps_it_is_told(browser: Any, tmp_path: Path) -> None:
    page = opened(browser, tmp_path, lambda route: route.abort())
    assert told_after(page, "enable") == WORDS["publish_no_wps"]
    page.close()


def test_no_question_is_asked_before_a_service_is_sent_what_it_is_to_do(browser: Any, tmp_path: Path) -> None:
    """A service that knows nothing of CORS gets a plain POST: a browser would ask first for leave to send anything else."""
    seen = []

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append((self.command, json.loads(base64.b64decode(self.rfile.read(int(self.headers["Content-Length"]))))["cmd"]))
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"OK")

        def do_OPTIONS(self) -> None:
            seen.append((self.command, None))
            self.send_error(501)

        def log_message(self, *told: object) -> None: ...

    with listening(Service) as service, folder_server(tmp_path) as url:
        text = publish_page(ADDRESS)
        assert SERVICE in text
        (tmp_path / "publish.html").write_text(text.replace(SERVICE, service), "utf-8")
        page = browser.new_page()
        page.goto(f"{url}publish.html")
        assert told_after(page, "enable") == WORDS["publish_done"]
        page.close()
    assert seen == [("POST", "enable")]


def test_it_speaks_the_language_of_the_messages_and_everybody_can_use_it(browser: Any, tmp_path: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe

    for language in LANGUAGES:
        use_language(language)
        try:
            page = opened(browser, tmp_path, None)
        finally:
            use_language(None)
        words = catalogue(language)["pane"]
        assert page.locator("button").all_inner_texts() == [words["publish_install"], words["publish_remove"]]
        assert words["publish_why"] in page.inner_text("body")
        for width in (360, 768, 1440):
            page.set_viewport_size({"width": width, "height": 700})
            assert [each["id"] for each in Axe().run(page).response["violations"]] == []
            assert page.evaluate("document.scrollingElement.scrollWidth") <= width
        assert [url for url in page.requests if not url.startswith("file:")] == []
        page.close()
