"""Make docs/server.png, the picture of the page that `xlperf serve` serves, with Chromium and playwright.

    python docs/make_server_picture.py

The example is dropped on the page of a server that this starts and ends; it passes, and everything can be taken home.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
BOOK = HERE.parent / "examples" / "shengchanli-2022" / "filled.xlsx"
SIZE = {"width": 1200, "height": 620}


def main() -> None:
    command = [sys.executable, "-m", "xlperf", "--lang", "zh", "serve", "--port", "0", "--jobs", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server, sync_playwright() as player:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        browser = player.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE)
        page.goto(address)
        page.set_input_files("#pick", str(BOOK))
        page.wait_for_selector("#findings [data-cell]", timeout=120_000)
        page.locator("#findings [data-cell]").first.click()
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=HERE / "server.png")
        browser.close()
        server.terminate()


if __name__ == "__main__":
    sys.exit(main())
