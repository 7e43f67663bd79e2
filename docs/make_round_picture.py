"""Make docs/round.png, the picture of the board that `xlperf serve --round` serves, with Chromium and playwright.

    PYTHONPATH=tests python docs/make_round_picture.py

A round of forty units, made up, is collected and served by a server that this starts and ends.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from support.small_round import make_round
from xlperf import decide

HERE = Path(__file__).parent
SIZE = {"width": 1280, "height": 720}
WORK = ("科技", "教育", "民政", "水务", "文旅", "卫健", "体育", "审计", "统计", "档案")
KIND = ("局", "服务中心", "研究所", "管理处")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = make_round(Path(folder))
        shutil.rmtree(desk.inbox)
        units = [(f"苏州市{work}{kind}", f"{101 + at}{1 + number:03}", f"苏州市{work}局")
                 for at, work in enumerate(WORK) for number, kind in enumerate(KIND)]  # fmt: skip
        lines = [f"{name},{code},{over},{name[3:5]}科,0512-{code}" for name, code, over in units]
        (desk.folder / "units.csv").write_text("单位名称,单位代码,主管部门,联系人,电话\n" + "\n".join(lines) + "\n", "utf-8")
        chosen = random.Random(3)
        for name, code, _ in units:
            if (what := chosen.choices(["", "error", None], [6, 1, 2])[0]) is not None:
                desk.send(f"{name}.xlsx", desk.book(code, fault=what, unit=name))
        desk.collect()
        decide(desk.out, unit=units[1][1], kind="extend", until="2099-04-15", reason="正在搬迁", by="王")
        show(desk.file)


def show(round_file: Path) -> None:
    """Serve the round and take the picture."""
    command = [sys.executable, "-m", "xlperf", "--lang", "zh", "serve", "--port", "0", "--jobs", "1", "--round", str(round_file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server, sync_playwright() as player:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        browser = player.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE, locale="zh-CN")
        page.goto(address)
        page.screenshot(path=HERE / "round.png")
        browser.close()
        server.terminate()


if __name__ == "__main__":
    sys.exit(main())
