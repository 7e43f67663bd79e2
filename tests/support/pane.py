"""The pane in a real browser, beside a strict stand-in of its program, from a folder that a web server hands out.

    with folder_server(folder) as url, pane(browser, f"{url}wps/pane.html", "wps", FILLED) as page:
        press(page), log(page), page.requests

What the stand-ins know is what the published type files name (`support/host_names.py`).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from support.browser import ANSWER, START
from support.host_names import NAMES
from xlperf import validate
from xlperf.panes.pane_page import OFFICE_ORIGIN

FAKES = Path(__file__).parent / "fake_hosts.js"
BYTES = "Uint8Array.from(atob('{content}'), (letter) => letter.charCodeAt(0))"
PROGRAMS = ("wps", "excel")
IS_SETTLED = "() => document.body.dataset.state === 'ready' && !/……|…$/.test(document.getElementById('told').textContent)"


class Quiet(SimpleHTTPRequestHandler):
    """Hands a folder out and says nothing."""

    def log_message(self, *told: object) -> None: ...


@contextmanager
def listening(handler: Callable[..., Any]) -> Iterator[str]:
    """A web server on a free port; its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def folder_server(folder: Path) -> Any:
    """The same, for the files of a folder."""
    return listening(partial(Quiet, directory=str(folder)))


@contextmanager
def pane(
    browser: Any, url: str, program: str, book: Path, *, before: str = "", wait_for: str | None = "ready", **context: Any
) -> Iterator[Any]:
    """The pane of a program that has a workbook open; `requests` and `faults` of it grow as it works."""
    window = browser.new_context(**{"viewport": {"width": 360, "height": 700}, "locale": "en-US", **context})
    page = window.new_page()
    page.set_default_timeout(ANSWER)
    page.requests, page.faults = [], []
    if program == "excel":  # Microsoft's file is not fetched; what it gives a page the stand-in gives
        page.route(f"{OFFICE_ORIGIN}/**", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.on("request", lambda request: page.requests.append(request.url))
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda message: page.faults.append(message.text) if message.type == "error" else None)
    page.add_init_script(stand_in(program, book) + before)
    page.goto(url)
    if wait_for:
        is_in(page, wait_for)
    yield page
    window.close()


def is_in(page: Any, state: str) -> None:
    """Wait until the pane is in a state."""
    page.wait_for_selector(f"body[data-state={state}]", timeout=START)


def stand_in(program: str, book: Path) -> str:
    """The script that makes the stand-in of a program with a workbook open."""
    content = base64.b64encode(book.read_bytes()).decode()
    made = f"fakes({NAMES.read_text('utf-8')}, '{program}', {json.dumps(book.name)}, {BYTES.format(content=content)});"
    return FAKES.read_text("utf-8") + made


def open_in(page: Any, book: Path) -> None:
    """Another workbook is in front now."""
    content = base64.b64encode(book.read_bytes()).decode()
    page.evaluate(f"fake.name = {json.dumps(book.name)}; fake.bytes = {BYTES.format(content=content)};")


def press(page: Any, button: str = "check") -> None:
    """Press a button of the pane and wait until what it asks for is done."""
    page.click(f"#{button}")
    settle(page)


def settle(page: Any) -> None:
    page.wait_for_function(IS_SETTLED)


def log(page: Any) -> list[str]:
    """What was done in the program."""
    return page.evaluate("fake.log")


def differing(page: Any, paths: list[Path]) -> list[str]:
    """The names of the workbooks of which the pane, when they are open, does not say what the command says."""
    wrong = []
    for path in paths:
        open_in(page, path)
        expected = {**validate(path).as_object(), "file": path.name}
        shown = page.evaluate("async () => xlperf.check()")
        codes = page.eval_on_selector_all("#findings .code", "each => each.map((one) => one.textContent)")
        if shown != expected or codes != [finding["code"] for finding in expected["findings"]]:
            wrong.append(f"{path.parent.name}/{path.name}")
    return wrong
