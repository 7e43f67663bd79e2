"""Make docs/pane.png, the picture of the task pane, with Chromium and playwright.

    PYTHONPATH=tests python docs/make_pane_picture.py

The program beside the pane is the stand-in of the tests: no picture here was taken in WPS or Excel.
"""

from __future__ import annotations

import base64
import json
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from support.host_names import NAMES
from xlperf import fill_workbook, write_addin
from xlperf.page.assets import default_folder

HERE = Path(__file__).parent
DOCUMENT = HERE.parent / "examples" / "shengchanli-2022" / "document.json"
FAKES = HERE.parent / "tests" / "support" / "fake_hosts.js"
SIZE = {"width": 380, "height": 760}
PLACE = "自评表!H61"
OPEN = "fakes({names}, 'wps', {name}, Uint8Array.from(atob('{content}'), (letter) => letter.charCodeAt(0)));"


def main() -> None:
    document = json.loads(DOCUMENT.read_text("utf-8"))
    document["indicators"][-2]["actual"] = document["indicators"][-4]["actual"] = "四场"
    document["budget"]["basic"]["adjustment"] = "约八十"
    with tempfile.TemporaryDirectory() as name, sync_playwright() as player:
        folder = Path(name)
        fill_workbook(document, output=folder / "甲单位.xlsx")
        write_addin(folder / "addin", forms=["suzhou-department"], assets=default_folder())
        content = base64.b64encode((folder / "甲单位.xlsx").read_bytes()).decode()
        browser = player.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE)
        opened = OPEN.format(names=NAMES.read_text("utf-8"), name=json.dumps("甲单位.xlsx"), content=content)
        page.add_init_script(FAKES.read_text("utf-8") + opened)
        page.goto((folder / "addin" / "wps" / "pane.html").as_uri())
        page.wait_for_selector("body[data-state=ready]", timeout=120_000)
        page.click("#check")
        page.wait_for_selector("#findings [data-cell]", timeout=120_000)
        page.click(f"#findings [data-cell='{PLACE}']")
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=HERE / "pane.png")
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
