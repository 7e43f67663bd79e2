"""The page in a real browser, Debian's Chromium, opened from a disk with the network off.

    with opened(page_path) as page:                     # started, Python and all
        check(page, "filled.xlsx"), drop(page, paths), page.requests

`written_page` writes the page; what it is made of is fetched in CI, and has to be there already on a laptop (`make page`).
"""

from __future__ import annotations

import base64
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from xlperf import UsageError, write_page
from xlperf.page.assets import LOCK, default_folder, fetch_assets, find_assets

CHROMIUM = shutil.which("chromium")
IN_CI = "CI" in os.environ
START, ANSWER = 120_000, 60_000  # milliseconds that may pass
CHECK = """async ({ content, name }) => {
  const binary = atob(content);
  return xlperf.check(Uint8Array.from(binary, (letter) => letter.charCodeAt(0)), name);
}"""


def found_assets(lock: Path = LOCK) -> Mapping[str, Path]:
    """The files of others; on a laptop without them the test is skipped."""
    try:
        return fetch_assets(default_folder(), lock=lock) if IN_CI else find_assets(default_folder(), lock=lock)
    except UsageError as error:
        if IN_CI:
            raise
        pytest.skip(f"{error} (make page)")


def written_page(folder: Path) -> Path:
    """The page with all forms, in Chinese."""
    found_assets()
    return write_page(output=folder / "自评表校验.html", assets=default_folder())


@contextmanager
def chromium() -> Iterator[Any]:
    """The browser; on a laptop without it the test is skipped."""
    if not CHROMIUM and not IN_CI:
        pytest.skip("there is no chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def opened(browser: Any, place: Path | str, *, before: str = "", wait_for: str = "ready", **context: Any) -> Iterator[Any]:
    """The page, a file or an address, in a window of its own; `requests` and `faults` of it grow as it works."""
    usual = {"offline": True, "locale": "en-US", "viewport": {"width": 1440, "height": 900}}
    window = browser.new_context(**{**usual, **context})
    page = window.new_page()
    page.set_default_timeout(ANSWER)
    page.requests, page.faults = [], []
    page.on("request", lambda request: page.requests.append(request.url))
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda message: page.faults.append(message.text) if message.type in ("error", "warning") else None)
    if before:
        page.add_init_script(before)
    page.goto(place if isinstance(place, str) else place.as_uri())
    page.wait_for_selector(f"body[data-state={wait_for}]", timeout=START)
    yield page
    window.close()


def check(page: Any, path: Path) -> dict[str, Any]:
    """What `window.xlperf.check` says of a file."""
    content = base64.b64encode(path.read_bytes()).decode()
    return page.evaluate(CHECK, {"content": content, "name": path.name})


def choose(page: Any, paths: Sequence[Path]) -> None:
    """Choose files by the button, and wait until all of them are checked."""
    page.set_input_files("#pick", [str(path) for path in paths])
    settle(page)


def settle(page: Any) -> None:
    """Wait until everything that was asked is answered."""
    page.wait_for_selector("body[data-state=ready]")
    page.wait_for_function("() => !document.querySelector('#files .waiting')")
