"""Benchmarks as ratios taken in one run (`make bench-short`): machines are shared and noisy, seconds mean nothing.

In-process: our commands against `openpyxl.load_workbook` of the same file, the two in turn. Whole processes:
`xlperf --help` against `python -c "import click"`.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from support.paths import FILLED

os.environ["XLPERF_LANG"] = "zh"
RUNS = 15
UNITS = 200  # templates that one and two processes make; the first argument says another number


def ratio(ours: Callable[[], object], theirs: Callable[[], object], runs: int = RUNS) -> float:
    """The median of our time over theirs, pair by pair, after one warm-up of each."""
    ours(), theirs()
    return statistics.median(_seconds(ours) / _seconds(theirs) for _ in range(runs))


def _seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def processes(units: int) -> float:
    """How many times as fast two processes make the templates of so many units as one, in one run of each after the other."""
    from xlperf import write_templates

    with tempfile.TemporaryDirectory() as folder:
        roster = Path(folder) / "units.csv"
        roster.write_text("unit,code\n" + "".join(f"Unit {number:05d},{number:05d}\n" for number in range(units)), "utf-8")
        one, two = (_seconds(lambda jobs=jobs: write_templates("suzhou-department", year=2022, roster=roster, output=Path(folder) / str(jobs), jobs=jobs))
                    for jobs in (1, 2))  # fmt: skip
    return one / two


def in_the_page(folder: Path) -> float:
    """How much longer a workbook takes in Chromium, its sheets drawn, than the command's function takes in-process."""
    import xlperf
    from support.browser import check, chromium, opened, written_page

    with chromium() as browser, opened(browser, written_page(folder)) as page:
        return ratio(lambda: check(page, FILLED), lambda: xlperf.validate(FILLED))


def main() -> None:
    import openpyxl

    import xlperf

    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        blank = directory / "blank.xlsx"
        template = lambda: xlperf.write_template("suzhou-department", year=2022, output=blank)  # noqa: E731
        template()
        xlperf_help = [sys.executable, "-m", "xlperf", "--help"]
        script = Path(sys.executable).parent / "xlperf"
        commands = [str(script), "--help"] if script.exists() else xlperf_help
        rows = [
            ("validate / load_workbook", 1.5, ratio(lambda: xlperf.validate(FILLED), lambda: openpyxl.load_workbook(FILLED))),
            ("finalize / load_workbook", 5.0, ratio(lambda: xlperf.finalize(FILLED, output=directory), lambda: openpyxl.load_workbook(FILLED))),
            ("template / load_workbook", 5.0, ratio(template, lambda: openpyxl.load_workbook(blank))),
            ("xlperf --help / python -c 'import click'", 1.5, ratio(lambda: _process(commands), lambda: _process([sys.executable, "-c", "import click"]))),
            ("validate in the page / in-process", 4.0, in_the_page(directory)),
        ]  # fmt: skip
    for name, limit, value in rows:
        print(f"{name:42} {value:5.2f}   (wanted: at most {limit})")
    units = int(sys.argv[1]) if len(sys.argv) > 1 else UNITS
    print(
        f"{f'{units} templates: one process / two':42} {processes(units):5.2f}   (wanted: at least 1.6; python -m benchmarks.bench_short 2000)"
    )


def _process(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    main()
