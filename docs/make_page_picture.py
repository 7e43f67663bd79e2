"""Make docs/page.png, the picture of the page that validates workbooks in a browser, with Chromium and playwright.

    python docs/make_page_picture.py

The example is filled in with three mistakes, dropped on the page, and one of its findings is clicked.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from xlperf import fill_workbook, write_page
from xlperf.page.assets import default_folder

HERE = Path(__file__).parent
DOCUMENT = HERE.parent / "examples" / "shengchanli-2022" / "document.json"
SIZE = {"width": 1200, "height": 760}
PLACE = "自评表!H61"


def main() -> None:
    document = json.loads(DOCUMENT.read_text("utf-8"))
    document["indicators"][-2]["actual"] = document["indicators"][-4]["actual"] = "四场"
    document["budget"]["basic"]["adjustment"] = "约八十"
    with tempfile.TemporaryDirectory() as name, sync_playwright() as player:
        folder = Path(name)
        book, page_path = folder / "甲单位.xlsx", folder / "page.html"
        fill_workbook(document, output=book)
        write_page(["suzhou-department"], output=page_path, assets=default_folder())
        browser = player.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE)
        page.goto(page_path.as_uri())
        page.set_input_files("#pick", str(book))
        page.wait_for_selector("#findings [data-cell]", timeout=120_000)
        page.click(f"#findings [data-cell='{PLACE}']")
        page.evaluate("scrollTo(0, document.getElementById('verdict').offsetTop - 12)")
        page.screenshot(path=HERE / "page.png")
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
