"""The main job from start to end, on the figures of a real report: template, fill, validate, finalize.

python examples/demo.py DIRECTORY
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
DOCUMENT = HERE / "shengchanli-2022" / "document.json"


def main(directory: Path) -> int:
    directory.mkdir(parents=True, exist_ok=True)
    blank, filled = directory / "1-空白模板.xlsx", directory / "2-已填.xlsx"
    steps = [
        ("template", "suzhou-department", "--year", "2022", "-o", blank),
        ("fill", DOCUMENT, "-o", filled),
        ("validate", filled),
        ("finalize", filled, "-o", directory / "3-定稿"),
    ]
    for step in steps:
        if code := run(*step):
            return code
    page = directory / "4-自评表校验.html"
    has_page = run("page", "-o", page) == 0  # its parts may be out of reach; the rest of the demo needs no network
    print(f"""
{directory.resolve()}
  1-空白模板.xlsx   what the bureau sends out / 财政局下发的空白模板：看“填报说明”的配色和“校验”表
  2-已填.xlsx       what a department sends back / 部门填好的表：看“自评表”的偏差情况和原因分析
  3-定稿/           finalized workbook, document and report / 定稿工作簿（全部锁定，计算格已重算）、JSON 文档和自评报告
Change a figure in 2-已填.xlsx and run `xlperf validate` again / 改动 2-已填.xlsx 中的数字，再运行 validate 看看。""")
    if has_page:
        print("Open this file in a browser and drop 2-已填.xlsx on it / 用浏览器打开这个文件，把 2-已填.xlsx 拖上去：")
        print(page.resolve())
    return 0


def run(*step: object) -> int:
    """Show a command, run it and return its exit code."""
    print(f"\n$ xlperf {' '.join(map(str, step))}", flush=True)
    return subprocess.run([sys.executable, "-m", "xlperf", *map(str, step)], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "demo")))
