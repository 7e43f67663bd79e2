"""The pane of a program that cannot run Python asks a real `xlperf serve`: from the same place, from another, and from a disk."""

from __future__ import annotations

import base64
import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from support.browser import chromium
from support.example import document
from support.faults import faulty_books
from support.matrix import MATRIX
from support.pane import PROGRAMS, Quiet, differing, folder_server, listening, log, pane, press
from support.paths import FILLED
from support.same_verdict import books
from support.web import Served, served
from xlperf import finalize
from xlperf.messages import catalogue
from xlperf.page.page_file import known_forms
from xlperf.panes.addin import addin_files
from xlperf.panes.pane_page import OFFICE_ORIGIN, pane_words
from xlperf.server.uploads import MOST_UPLOAD

pytestmark = pytest.mark.slow

TOO_OLD = "delete window.WebAssembly;"  # as in the browser of an older program
ADDRESS = "https://intranet.example/xlperf/"
WORDS = pane_words("zh")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    changes = {"actual is text": MATRIX["actual is text"][0]}
    (path,) = faulty_books(tmp_path_factory.mktemp("faulty"), document(), changes).values()
    return path.rename(path.with_name("甲单位 & 本级.xlsx"))


def written(folder: Path, address: str = ADDRESS, server: str | None = "/") -> Path:
    """The folder of the pane, without Python, which could not start here anyway."""
    for name, content in addin_files({}, known_forms(()), address, server):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


# --- the same place ------------------------------------------------------------------------------------------


@contextmanager
def proxy(folder: Path) -> Iterator[tuple[str, list[Served]]]:
    """A web server that has the folder of the pane, and in front of `xlperf serve` names its user; the server is put in later."""
    behind: list[Served] = []

    class Proxy(Quiet):
        def __init__(self, *told: Any) -> None:
            super().__init__(*told, directory=str(folder))

        def do_GET(self) -> None:
            if self.path.startswith("/api/"):
                self.pass_on()
            else:
                super().do_GET()

        def do_POST(self) -> None:
            self.pass_on()

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {**self.headers, "X-Remote-User": "li"}
            connection = http.client.HTTPConnection("127.0.0.1", behind[0].port, timeout=60)
            connection.request(self.command, self.path, body or None, headers)
            answer = connection.getresponse()
            content = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("connection", "date"):
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
            connection.close()

    with listening(Proxy) as url:
        yield url, behind


@pytest.fixture(scope="module")
def same_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Served]]:
    """The address of a bureau's site: the pane lies there, and `xlperf serve` answers behind it."""
    folder = written(tmp_path_factory.mktemp("site") / "xlperf")
    with proxy(folder.parent) as (url, behind):
        name = url.removeprefix("http://").rstrip("/")
        with served("--jobs", "1", "--user-header", "X-Remote-User", "--proxy", "127.0.0.1", "--name", name) as server:
            behind.append(server)
            yield url, server


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return [path for path in books(tmp_path_factory.mktemp("sweep"), usual=220) if path.stat().st_size <= MOST_UPLOAD]


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_workbook_has_the_verdict_of_the_command(
    browser: Any, same_place: tuple[str, Served], sweep: list[Path], program: str
) -> None:
    url, _ = same_place
    with pane(browser, f"{url}xlperf/{program}/pane.html", program, FILLED, before=TOO_OLD) as page:
        assert len(sweep) >= 3 and differing(page, sweep) == []
        assert not page.is_visible("#ask-token")  # the proxy knows the user
        assert [each for each in page.requests if not each.startswith((url, "blob:", OFFICE_ORIGIN))] == []


def test_the_files_of_wps_are_those_of_the_command(browser: Any, same_place: tuple[str, Served], tmp_path: Path) -> None:
    made = finalize(FILLED, output=tmp_path).outputs
    with pane(browser, f"{same_place[0]}xlperf/wps/pane.html", "wps", FILLED, before=TOO_OLD) as page:
        press(page)
        press(page, "finalize")
        page.wait_for_function("() => fake.files.size === 3")
        for path in made:
            content = page.evaluate(f"Array.from(fake.files.get('C:/Users/a/{path.name}'))")
            assert bytes(content) == path.read_bytes()


@pytest.mark.parametrize("verb", ["check", "finalize"])
def test_a_button_of_excel_opens_the_pane_and_it_does_what_it_says(
    browser: Any, same_place: tuple[str, Served], verb: str, tmp_path: Path
) -> None:
    place = f"{same_place[0]}xlperf/excel/pane.html?ask={verb}"
    with pane(browser, place, "excel", FILLED, before=TOO_OLD) as page:
        page.wait_for_selector("#verdict.passed")
        if verb == "check":
            assert log(page) == ["close"]
            return
        page.wait_for_function("() => fake.made")
        assert base64.b64decode(page.evaluate("fake.made")) == finalize(FILLED, output=tmp_path).outputs[0].read_bytes()


# --- another place -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Served]]:
    """The address of a site that has the folder alone, and a server elsewhere that allows it, and pages from a disk."""
    folder = tmp_path_factory.mktemp("elsewhere")
    with (
        folder_server(folder) as url,
        served("--jobs", "1", "--allow-origin", url.rstrip("/"), "--allow-origin", "null") as server,
    ):
        written(folder, url, server.url)
        yield url, server


def told(page: Any) -> str:
    return page.inner_text("#told")


def use_token(page: Any, token: str) -> None:
    page.fill("#token", token)
    page.click("#ask-token button")


def test_a_pane_from_elsewhere_asks_with_the_token(
    browser: Any, elsewhere: tuple[str, Served], faulty: Path, tmp_path: Path
) -> None:
    url, server = elsewhere
    with pane(browser, f"{url}wps/pane.html", "wps", faulty, before=TOO_OLD) as page:
        assert not page.is_visible("#ask-token")
        press(page)
        assert told(page) == WORDS["needs_token"] and page.evaluate("document.activeElement.id") == "token"
        use_token(page, "wrong")
        page.wait_for_function("told => document.getElementById('told').textContent === told", arg=WORDS["wrong_token"])
        assert not page.is_visible("#result")
        use_token(page, server.token)
        page.wait_for_selector("#verdict.returned")
        assert not page.is_visible("#ask-token")
        assert differing(page, [faulty, FILLED]) == []
        posts = [url for url in page.requests if "/api/" in url]
        assert posts and all(url.startswith(server.url) for url in posts)
        assert page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage), ...document.cookie].length") == 0
        page.evaluate(f"fake.bytes = new Uint8Array({MOST_UPLOAD + 1})")
        press(page)
        assert told(page) == WORDS["too_large"].format(most=20)


def test_a_pane_from_a_disk_asks_the_server_of_this_pc(
    browser: Any, elsewhere: tuple[str, Served], faulty: Path, tmp_path: Path
) -> None:
    _, server = elsewhere
    place = (written(tmp_path, "file:///C:/xlperf/", server.url) / "wps" / "pane.html").as_uri()
    with pane(browser, place, "wps", faulty, before=TOO_OLD) as page:
        press(page)
        use_token(page, server.token)
        page.wait_for_selector("#verdict.returned")
        assert differing(page, [faulty]) == []


def test_a_pane_that_is_not_allowed_is_told_what_to_look_at(browser: Any, elsewhere: tuple[str, Served], tmp_path: Path) -> None:
    _, server = elsewhere
    with folder_server(tmp_path) as url:  # another port is another origin
        written(tmp_path, url, server.url)
        with pane(browser, f"{url}wps/pane.html", "wps", FILLED, before=TOO_OLD) as page:
            press(page)
            assert told(page) == WORDS["unreachable"].format(server=server.url)
            assert any("CORS" in fault for fault in page.faults)  # the browser kept the answer from the page


def test_a_pane_cannot_ask_any_other_place(browser: Any, elsewhere: tuple[str, Served], tmp_path: Path) -> None:
    """Even if something in it tried, and even where it would be allowed: its policy names one server."""
    _, server = elsewhere
    place = (written(tmp_path, "file:///C:/xlperf/", "http://127.0.0.1:9/") / "wps" / "pane.html").as_uri()
    with pane(browser, place, "wps", FILLED, before=TOO_OLD) as page:
        tried = page.evaluate("url => fetch(url).then(() => 'sent', (error) => error.message)", server.url)
        assert tried != "sent" and any("Content Security Policy" in fault for fault in page.faults)


# --- where nobody answers ------------------------------------------------------------------------------------


def test_a_place_that_is_no_server_of_ours_is_told_so(browser: Any, tmp_path: Path) -> None:
    with folder_server(written(tmp_path)) as url, pane(browser, f"{url}wps/pane.html", "wps", FILLED, before=TOO_OLD) as page:
        press(page)
        assert told(page) == WORDS["server_failed"].format(status=501)  # a server of files takes no POST


def test_from_a_disk_without_a_server_it_says_that_it_cannot_check(browser: Any, tmp_path: Path) -> None:
    place = (written(tmp_path, "file:///C:/xlperf/", None) / "wps" / "pane.html").as_uri()
    with pane(browser, place, "wps", FILLED, before=TOO_OLD, wait_for="failed") as page:
        assert told(page) == WORDS["no_engine"]


def test_a_pane_without_its_program_says_so(browser: Any, tmp_path: Path) -> None:
    written(tmp_path)
    with folder_server(tmp_path) as url:
        for program, name, key in (("wps", "Application", "no_wps"), ("excel", "Office", "no_office")):
            with pane(
                browser, f"{url}{program}/pane.html", program, FILLED, before=f"delete window.{name};", wait_for="failed"
            ) as page:
                assert told(page) == WORDS[key]


def test_what_the_server_refuses_is_told_in_its_words(browser: Any, same_place: tuple[str, Served], tmp_path: Path) -> None:
    """Behind another proxy, whose name was not stated with --name."""
    written(tmp_path / "xlperf")
    with proxy(tmp_path) as (url, behind):
        behind.append(same_place[1])
        with pane(browser, f"{url}xlperf/wps/pane.html", "wps", FILLED, before=TOO_OLD) as page:
            press(page)
            assert told(page) == catalogue("zh")["server"]["wrong_host"]
